"""Small valid files of every format, written here from the published record formats and not by the package."""

import gzip
import json
import re

import numpy as np
import pytest


def _words(text):
    return text.split()


# The Fortran formats that the Space Physics Data Facility prints for its records.
HIGH_RESOLUTION_FORMAT = "2I4,4I3,3I4,2I7,F6.2,I7,8F8.2,4F8.1,F7.2,F9.0,F6.2,2F7.2,F6.1,6F8.2,7I6,F7.2,F5.1"
HOURLY_FORMAT = (
    "2I4,I3,I5,2I3,2I4,14F6.1,F9.0,F6.1,F6.0,2F6.1,F6.3,F6.2,F9.0,F6.1,F6.0,2F6.1,F6.3,2F7.2,F6.1,I3,I4,I6,I5,"
    "F10.2,5F9.2,I3,I4,2F6.1,2I6,F5.1,F9.6,F7.4"
)
HIGH_RESOLUTION_NAMES = _words(
    "year doy hour minute imf_id sw_id n_imf n_sw interp shift rms_shift rms_pf dbot b b_x by_gse bz_gse b_y b_z "
    "rms_b rms_bv speed v_x v_y v_z n_p t_p p_dyn_observed e_field beta ma x y z bx by bz ae al au sym_d sym_h asy_d "
    "asy_h pc_n mms"
)
HOURLY_NAMES = _words(
    "year doy hour bartels imf_id sw_id n_imf n_sw b b_mean lat lon b_x by_gse bz_gse b_y b_z s_b s_bv s_bx s_by s_bz "
    "t_p n_p speed phi theta alpha_fraction p_dyn_observed s_t s_n s_v s_phi s_theta s_alpha e_field beta ma kp "
    "sunspot_number dst ae p1 p2 p4 p10 p30 p60 flag ap f107_adjusted pc_n al au mms lyman qi"
)


def fields(fortran):
    """The (kind, width, decimals) of every word of a Fortran format."""
    words = []
    for count, kind, width, decimals in re.findall(r"(\d*)([IF])(\d+)\.?(\d*)", fortran):
        words += [(kind, int(width), int(decimals or 0))] * int(count or 1)
    return words


def fill_of(kind, width, decimals):
    """A blank, then nines: the rule that the documentation of both records states."""
    if kind == "I":
        return float("9" * (width - 1))
    if (width, decimals) == (9, 6):
        return 0.999999
    return float("9" * (width - 2 - decimals) + "." + "9" * decimals)


def record(fortran, names, values):
    """One line; words that are not given are filled."""
    line = ""
    for (kind, width, decimals), name in zip(fields(fortran), names, strict=True):
        value = values.get(name, fill_of(kind, width, decimals))
        if kind == "I":
            text = f"{int(value)}"
        else:
            text = f"{value:.{decimals}f}" + ("." if decimals == 0 else "")
        line += text.rjust(width)
    return line


MINUTE = {
    "b": 10.0, "b_x": 1.5, "by_gse": 2.0, "bz_gse": -7.0, "b_y": 2.5, "b_z": -8.25, "speed": 500.5, "v_x": -500.0,
    "v_y": 10.0, "v_z": -5.0, "n_p": 12.34, "t_p": 54321.0, "p_dyn_observed": 6.18, "ae": 1000, "al": -700, "au": 300,
    "sym_d": -3, "sym_h": -120, "asy_d": 20, "asy_h": 60, "pc_n": 3.21,
}  # fmt: skip
HOUR = {
    "b": 11.0, "b_x": 1.5, "by_gse": 2.0, "bz_gse": -7.0, "b_y": 2.5, "b_z": -8.2, "t_p": 54321.0, "n_p": 12.3,
    "speed": 500.0, "alpha_fraction": 0.045, "p_dyn_observed": 6.18, "kp": 57, "sunspot_number": 120, "dst": -150,
    "ae": 900, "ap": 67, "f107_adjusted": 111.2, "pc_n": 3.2, "al": -600, "au": 300, "flag": -1,
}  # fmt: skip


def minute_lines(count=6, **changes):
    return [
        record(
            HIGH_RESOLUTION_FORMAT,
            HIGH_RESOLUTION_NAMES,
            {**MINUTE, **changes, "year": 2015, "doy": 76, "hour": 4, "minute": i},
        )
        for i in range(count)
    ]


def hour_lines(count=6, **changes):
    return [
        record(HOURLY_FORMAT, HOURLY_NAMES, {**HOUR, **changes, "year": 2015, "doy": 76, "hour": i})
        for i in range(count)
    ]


CSV = "time,b_x,b_y,b_z,speed,n_p,t_p\n" + "".join(
    f"2015-03-17T04:{m:02d}:00Z,1.5,{m},-8.25,500.5,12.34,54321\n" for m in range(6)
)
SWMF = "\n".join(
    [
        "Upstream file",
        "#COOR",
        "GSE",
        "#TIMEDELAY",
        "120.0",
        "year mo dy hr mn sc msc bx by bz vx vy vz dens temp",
        "#START",
        *[f" 2015  3 17  4 {m:2d}  0   0   1.50   2.50  -8.25 -500.00  10.0  -5.0 12.34 54321.0" for m in range(6)],
        "",
    ]
)
LST = "\n".join(f"2015  76 {h:2d}  11.0  -8.2   12.3  500. 57  -150" for h in range(6)) + "\n"
FMT = """
          FORMAT OF THE SUBSETTED FILE

    ITEMS                      FORMAT

 1 YEAR                          I4
 2 DOY                           I4
 3 Hour                          I3
 4 Scalar B, nT                  F6.1
 5 BZ, nT (GSM)                  F6.1
 6 SW Proton Density, N/cm^3     F6.1
 7 SW Plasma Speed, km/s         F6.0
 8 Kp index                      I3
 9 Dst-index, nT                 I6

This file was produced by SPDF OMNIWeb Plus service
"""
PLASMA = json.dumps(
    [["time_tag", "density", "speed", "temperature"]]
    + [[f"2024-05-10 17:{m:02d}:00.000", "12.34", "500.5" if m != 2 else None, "54321"] for m in range(6)]
)
MAG = json.dumps(
    [["time_tag", "bx_gsm", "by_gsm", "bz_gsm", "lon_gsm", "lat_gsm", "bt"]]
    + [[f"2024-05-10 17:{m:02d}:00.000", "1.5", "2.5", "-8.25", "59.0", "-70.0", "8.75"] for m in range(1, 7)]
)
RTSW = json.dumps(
    [
        {"time_tag": f"2026-08-20T16:{m:02d}:00", "active": active, "source": source, "bt": 5.0, "bz_gsm": bz}
        for m in range(5, -1, -1)
        for active, source, bz in ((True, "SOLAR1", -4.0), (False, "ACE", 99.0))
    ]
)


@pytest.fixture(scope="session")
def samples():
    """Name to content of one valid file of each text format."""
    return {
        "wind.csv": CSV.encode(),
        "wind.csv.gz": gzip.compress(CSV.encode(), mtime=0),
        "omni_min201503.asc": ("\n".join(minute_lines()) + "\n").encode(),
        "omni2_2015.dat": ("\n".join(hour_lines()) + "\n").encode(),
        "IMF.dat": SWMF.encode(),
        "plasma-7-day.json": PLASMA.encode(),
        "mag-7-day.json": MAG.encode(),
        "rtsw_mag_1m.json": RTSW.encode(),
    }


@pytest.fixture
def put(tmp_path):
    """Write a file into a fresh folder and return its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture(scope="session")
def formats():
    """The builders above, for tests that need other values."""
    return {
        "minute_lines": minute_lines,
        "hour_lines": hour_lines,
        "fields": fields,
        "fill_of": fill_of,
        "high_resolution": (HIGH_RESOLUTION_FORMAT, HIGH_RESOLUTION_NAMES, MINUTE),
        "hourly": (HOURLY_FORMAT, HOURLY_NAMES, HOUR),
        "lst": LST,
        "fmt": FMT,
        "swmf": SWMF,
        "csv": CSV,
    }


@pytest.fixture
def storm():
    """A five-minute Dataset with known values."""
    import xarray as xr

    time = np.datetime64("2015-03-17T00:00", "ns") + np.arange(12) * np.timedelta64(5, "m")
    ramp = np.arange(12.0)
    return xr.Dataset(
        {
            "b_z": ("time", ramp - 6, {"units": "nT", "long_name": "B_z", "references": "made up"}),
            "speed": ("time", 400 + ramp, {"units": "km/s", "long_name": "V", "references": "made up"}),
            "n_p": ("time", 5 + ramp, {"units": "cm^-3", "long_name": "n", "references": "made up"}),
        },
        {"time": time},
        {"frame": "GSM", "source": "made up", "location": "L1", "notes": "made up"},
    )


CELESTRAK_HEAD = "DATATYPE CssiSpaceWeather\nVERSION 1.2\nNUM_OBSERVED_POINTS 3\nBEGIN OBSERVED\n"
# Rows of March 1989, May 2024 and July 2025 as CelesTrak prints them, and one that is a forecast.
CELESTRAK = (
    CELESTRAK_HEAD
    + "2025 07 18 2617 22 17 10 17 23 40 33 17 20 177   6   4   6   9  27  18   6   7  10 0.6 3 171 160.8 0 132.0 136.8"
    " 155.7 128.1 133.1\n"
    + "2025 07 19 2617 23  7 20 10 17 13 23 17 13 120   3   7   4   6   5   9   6   5   6 0.3 1 158 157.5 0 132.3 136.9"
    " 152.6 128.3 133.1\n"
    + "2025 07 20 2617 24 10 10  7 13 13 13  3 13  83   4   4   3   5   5   5   2   5   4 0.1 0 159 155.1 0 132.8 136.9"
    " 150.3 128.9 133.2\n"
    + "END OBSERVED\n\nNUM_DAILY_PREDICTED_POINTS 1\nBEGIN DAILY_PREDICTED\n"
    + "2025 07 21 2617 25 13 13  7  3 07 13 10 17  83   5   5   3   2   3   5   4   6   4 0.1 0 157 120.0   133.2 136.5"
    " 116.2 129.3 132.7\n" + "END DAILY_PREDICTED\n"
)
CELESTRAK_CSV = (
    "DATE,BSRN,ND,KP1,KP2,KP3,KP4,KP5,KP6,KP7,KP8,KP_SUM,AP1,AP2,AP3,AP4,AP5,AP6,AP7,AP8,AP_AVG,CP,C9,ISN,F10.7_OBS,"
    "F10.7_ADJ,F10.7_DATA_TYPE,F10.7_OBS_CENTER81,F10.7_OBS_LAST81,F10.7_ADJ_CENTER81,F10.7_ADJ_LAST81\n"
    "2025-07-19,2617,23,7,20,10,17,13,23,17,13,120,3,7,4,6,5,9,6,5,6,0.3,1,158,152.6,157.5,OBS,128.3,133.1,132.3,136.9\n"
    "2025-07-20,2617,24,10,10,7,13,13,13,3,13,83,4,4,3,5,5,5,2,5,4,0.1,0,159,150.3,155.1,OBS,128.9,133.2,132.8,136.9\n"
    "2025-07-21,2617,25,13,13,7,3,7,13,10,17,83,5,5,3,2,3,5,4,6,4,0.1,0,157,116.2,120.0,PRD,129.3,132.7,133.2,136.5\n"
)
GFZ = (
    "# PURPOSE: This file distributes the geomagnetic planetary three-hour index Kp\n"
    "#YYY MM DD  days  days_m  Bsr dB    Kp1    Kp2    Kp3    Kp4    Kp5    Kp6    Kp7    Kp8  ap1  ap2  ap3  ap4  ap5"
    "  ap6  ap7  ap8    Ap  SN F10.7obs F10.7adj D\n"
    "2025 07 19 34168 34168.5 2617 23  0.667  2.000  1.000  1.667  1.333  2.333  1.667  1.333    3    7    4    6    5"
    "    9    6    5     6 158    152.6    157.5 1\n"
    "2025 07 20 34169 34169.5 2617 24  1.000  1.000  0.667  1.333  1.333  1.333  0.333  1.333    4    4    3    5    5"
    "    5    2    5     4 159    150.3    155.1 1\n"
    "2025 07 21 34170 34170.5 2617 25  1.000  1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000    4    4   -1   -1   -1"
    "   -1   -1   -1    -1  -1     -1.0     -1.0 0\n"
)


@pytest.fixture(scope="session")
def index_files():
    """Tables of indices in the three forms that are read."""
    return {"celestrak": CELESTRAK, "csv": CELESTRAK_CSV, "gfz": GFZ}
