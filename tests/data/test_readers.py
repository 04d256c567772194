"""Every format against the numbers that were written into it, and every kind of bad input."""

import gzip
import json
import socket
import sys
import types

import numpy as np
import pytest
import xarray as xr

from sunearth.core.errors import DataError, SunEarthError, UnitError, UnknownNameError
from sunearth.data.dataset import VARIABLES, build_dataset, calendar_time, unit_factor
from sunearth.data.netcdf import read_netcdf
from sunearth.data.omni import HIGH_RESOLUTION, HOURLY, nines
from sunearth.data.readers import read
from sunearth.data.swpc import read_swpc
from sunearth.data.tables import parse_columns, read_csv
from sunearth.data.writing import write_netcdf


def one_line_error(kind, source, *needles, **options):
    with pytest.raises(kind) as caught:
        read(source, **options)
    message = str(caught.value)
    assert "\n" not in message
    for needle in needles:
        assert needle in message, message
    return message


def check_contract(dataset):
    time = dataset["time"].values
    assert time.dtype == "datetime64[ns]"
    assert np.all(np.diff(time) > np.timedelta64(0, "ns"))
    assert dataset.attrs["frame"] in ("GSM", "GSE")
    for key in ("source", "location", "notes", "time_label"):
        assert isinstance(dataset.attrs[key], str)
    for name, variable in dataset.data_vars.items():
        assert variable.dtype == np.float64
        assert variable.attrs["units"] == VARIABLES[name].unit
        assert variable.attrs["long_name"]
        assert variable.attrs["references"]


# --- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wind.csv", "wind.csv.gz"])
def test_csv(put, samples, name):
    wind = read(put(name, samples[name]))
    check_contract(wind)
    assert wind.sizes["time"] == 6
    assert wind["time"].values[0] == np.datetime64("2015-03-17T04:00")
    assert float(wind["b_z"][0]) == -8.25
    assert float(wind["t_p"][5]) == 54321.0
    assert wind["b"].values[3] == pytest.approx(np.sqrt(1.5**2 + 3**2 + 8.25**2))
    assert wind.attrs["frame"] == "GSM"


def test_csv_units_in_header_in_mapping_and_in_energy(put):
    path = put("a.csv", "time,Bz_gsm_nT,n_p [m^-3],V,T (eV)\n2015-01-01,1e-9,5e6,4e5,10\n2015-01-02,2e-9,6e6,5e5,20\n")
    wind = read(path, columns={"Bz_gsm_nT": "b_z [T]", "V": "speed[m/s]", "T (eV)": "t_p [eV]"})
    assert wind["b_z"].values == pytest.approx([1.0, 2.0])
    assert wind["n_p"].values == pytest.approx([5.0, 6.0])
    assert wind["speed"].values == pytest.approx([400.0, 500.0])
    assert wind["t_p"].values == pytest.approx([116045.18, 232090.36], rel=1e-6)  # 1 eV = 11604.518 K (CODATA)
    same = read(path, columns="Bz_gsm_nT=b_z[T],V=speed[m/s],T (eV)=t_p[eV]")
    xr.testing.assert_identical(same, wind)


def test_csv_unit_of_a_mapped_header_is_kept(put):
    wind = read(put("a.csv", "time,V (m/s)\n2015-01-01,4e5\n2015-01-02,5e5\n"), columns={"V (m/s)": "speed"})
    assert wind["speed"].values == pytest.approx([400.0, 500.0])


def test_csv_speed_from_components(put):
    wind = read(put("a.csv", "time,v_x,v_y,v_z\n2015-01-01,-300,0,400\n2015-01-02,-3,-4,0\n"))
    assert wind["speed"].values == pytest.approx([500.0, 5.0])
    alone = read(put("b.csv", "time,v_x\n2015-01-01,-300\n2015-01-02,-400\n"))
    assert alone["speed"].values == pytest.approx([300.0, 400.0])
    assert "v_x alone" in alone.attrs["notes"]


def test_csv_frames(put):
    rows = "2015-01-01,1,2\n2015-01-02,3,4\n"
    assert read(put("a.csv", "time,b_y,b_z\n" + rows), frame="gse").attrs["frame"] == "GSE"
    assert read(put("b.csv", "time,b_y_gse,b_z_gse\n" + rows)).attrs["frame"] == "GSE"
    assert read(put("c.csv", "# frame: GSE\ntime,b_y,b_z\n" + rows)).attrs["frame"] == "GSE"
    both = read(put("d.csv", "time,b_z_gse,b_z_gsm\n" + rows))
    assert both.attrs["frame"] == "GSM"
    assert both["b_z"].values.tolist() == [2.0, 4.0]
    one_line_error(DataError, put("e.csv", "time,b_y_gse,b_z_gsm\n" + rows), "mixes GSE and GSM")
    one_line_error(DataError, put("f.csv", "time,b_y_gse,b_z_gse\n" + rows), "GSE", frame="GSM")
    one_line_error(UnknownNameError, put("g.csv", "time,b_y,b_z\n" + rows), "unknown frame 'RTN'", frame="RTN")
    one_line_error(UnknownNameError, put("h.csv", "# frame: HEEQ\ntime,b_y,b_z\n" + rows), "unknown frame 'HEEQ'")


def test_csv_other_delimiters_blank_lines_comments_and_offsets(put):
    text = "# made up\n\ntime;b_z;speed\n# more\n2015-01-01T02:00:00+02:00;-1;400\n\n2015-01-01T01:00:00Z;;500\n"
    wind = read(put("a.csv", text))
    assert wind["time"].values.tolist() == [
        np.datetime64("2015-01-01T00", "ns").item(),
        np.datetime64("2015-01-01T01", "ns").item(),
    ]
    assert np.isnan(wind["b_z"].values[1])


def test_unsorted_and_duplicate_times_are_put_right_and_said_so(put):
    text = "time,b_z\n2015-01-03,3\n2015-01-01,1\n2015-01-02,2\n2015-01-01,9\n"
    wind = read(put("a.csv", text))
    assert wind["b_z"].values.tolist() == [9.0, 2.0, 3.0]  # the last row of a time wins
    assert "sorted" in wind.attrs["notes"]
    assert "1 duplicate time dropped" in wind.attrs["notes"]


def test_impossible_values_are_masked_and_counted(put):
    text = "time,b_z,speed,n_p,kp,t_p\n" + "".join(
        f"2015-01-0{d},{bz},{v},{n},{kp},{t}\n"
        for d, bz, v, n, kp, t in [
            (1, 9999.99, 0, -3, 12, -1),
            (2, 1, 400, 5, 9, 1e5),
            (3, "inf", -400, 0, -1, 0),
        ]
    )
    wind = read(put("a.csv", text))
    for name in ("b_z", "speed", "n_p", "kp", "t_p"):
        assert np.isfinite(wind[name].values).tolist() == [False, True, False], name
        assert f"{name}: 2 impossible values masked" in wind.attrs["notes"]


def test_missing_columns_are_allowed_unused_are_said(put):
    wind = read(put("a.csv", "time,b_z,remark\n2015-01-01,1,hello\n2015-01-02,2,world\n"))
    assert list(wind.data_vars) == ["b_z"]
    assert "columns not used: remark" in wind.attrs["notes"]


@pytest.mark.parametrize(
    ("text", "needles"),
    [
        ("time,b_z\n2015-01-01,1\n2015-01-02,abc\n", ("line 3", "b_z", "'abc' is not a number")),
        ("time,b_z\n\n2015-01-01,1\n2015-01-02,1 nT\n", ("line 4", "b_z")),
        ("time,b_z\n2015-01-01,True\n2015-01-02,False\n", ("line 2", "not a number")),
        ("time,b_z\n2015-01-01,1\nyesterday,2\n", ("line 3", "'yesterday' is not a time")),
        ("time,b_z\n2015-01-01,1\n2015-02-30,2\n", ("line 3", "is not a time")),
        ("time,b_z\n9999-01-01,1\n2015-02-20,2\n", ("line 2", "is not a time")),
        ("time,b_z\n2015-01-01,1\n,2\n", ("line 3", "no time")),
        ("time,b_z\n2015-01-01,1\n2015-01-02,2,3\n", ("line 3 has 3 columns, expected 2",)),
        ("time,b_z\n2015-01-01,1,2\n2015-01-02,2,3\n", ("line 2 has 3 columns",)),
        ("time,b_z\n2015-01-01,1\n", ("one", "1 time", "at least two")),
        ("time,b_z\n", ("no rows",)),
        ("time,b_z\n2015-01-01,\n2015-01-02,nan\n", ("b_z hold no valid value",)),
        ("time,b_z,n_p\n2015-01-01,1,0\n2015-01-02,2,-5\n", ("n_p holds no valid value", "2 impossible values")),
        ("time,b_z,speed\n2015-01-01,1,\n2015-01-02,2,\n", ("speed holds no valid value",)),
        ("Bz,V\n1,2\n3,4\n", ("names no column time", "'Bz'")),
        ("time,Bz,V\n2015-01-01,2,3\n2015-01-02,4,4\n", ("names no column b_z", "theirs=ours[unit]")),
        ("1,2\n3,4\n", ("holds numbers, not names",)),
        ("time,b_z,b_z\n2015-01-01,2,3\n2015-01-02,4,4\n", ("are both b_z",)),
        ("time,datetime,b_z\n2015-01-01,2,3\n2015-01-02,4,4\n", ("b_z",)),
        ("# only\n# comments\n", ("comments only",)),
    ],
)
def test_bad_csv_names_the_place(put, text, needles):
    path = put("bad.csv", text)
    if needles[0] == "b_z" and len(needles) == 1:  # a second column that looks like a time is simply not used
        assert "datetime" in read(path).attrs["notes"]
        return
    needles = needles[1:] if needles[0] == "one" else needles
    one_line_error(DataError, path, "bad.csv", *needles)


def test_unknown_units_variables_and_columns(put):
    path = put("a.csv", "time,Bz\n2015-01-01,1\n2015-01-02,2\n")
    one_line_error(UnitError, path, "Bz", "unknown unit", columns={"Bz": "b_z [nTesla]"})
    one_line_error(UnitError, path, "measure different things", columns={"Bz": "b_z [km/s]"})
    one_line_error(UnknownNameError, path, "unknown variable 'b_zz'", "b_z", columns={"Bz": "b_zz [nT]"})
    one_line_error(DataError, path, "no column 'Bzz'", "'Bz'", columns={"Bzz": "b_z"})
    one_line_error(DataError, path, "theirs=ours[unit]", columns="Bz")
    one_line_error(UnitError, put("b.csv", "time,b_z [furlong]\n2015-01-01,1\n2015-01-02,2\n"), "b_z [furlong]")


def test_large_csv_reads_in_seconds(put):
    import time

    import pandas as pd

    rows = 525_600
    stamps = pd.date_range("2015-01-01", periods=rows, freq="1min").strftime("%Y-%m-%dT%H:%M:%S")
    numbers = np.random.default_rng(1).normal(5, 1, (rows, 3)).round(2).astype(str)
    body = "\n".join(map(",".join, np.column_stack([stamps, numbers])))
    path = put("year.csv", "time,b_z,n_p,speed\n" + body + "\n")
    begin = time.perf_counter()
    wind = read(path)
    assert wind.sizes["time"] == rows
    assert time.perf_counter() - begin < 20.0  # two seconds where nothing else runs


# --- OMNI ------------------------------------------------------------------------------------------------------------


def test_omni_high_resolution(put, samples):
    wind = read(put("omni_min201503.asc", samples["omni_min201503.asc"]))
    check_contract(wind)
    # Day 76 of 2015 is 17 March; the minute is the start of the average.
    assert wind["time"].values[0] == np.datetime64("2015-03-17T04:00")
    expected = {"b": 10.0, "b_x": 1.5, "b_y": 2.5, "b_z": -8.25, "speed": 500.5, "v_x": -500.0, "n_p": 12.34,
                "t_p": 54321.0, "p_dyn_observed": 6.18, "ae": 1000, "al": -700, "sym_h": -120,
                "pc_n": 3.21}  # fmt: skip
    for name, value in expected.items():
        assert float(wind[name][0]) == pytest.approx(value), name
    assert wind.attrs["frame"] == "GSM"
    assert wind["v_y"].attrs["frame"] == "GSE"
    assert wind.attrs["location"] == "bow shock nose"


def test_omni_high_resolution_modified_set_holds_the_alpha_ratio(put, formats):
    lines = [line[:-12] + "  0.052" + line[-5:] for line in formats["minute_lines"]()]
    lines[0] = lines[0][:-12] + "  9.999" + lines[0][-5:]
    wind = read(put("omni_min.asc", "\n".join(lines)))
    assert "pc_n" not in wind
    assert np.isnan(wind["alpha_fraction"].values[0])
    assert float(wind["alpha_fraction"][1]) == 0.052


def test_omni_hourly(put, samples):
    wind = read(put("omni2_2015.dat", samples["omni2_2015.dat"]))
    check_contract(wind)
    assert wind["time"].values[5] == np.datetime64("2015-03-17T05:00")
    expected = {"b": 11.0, "b_z": -8.2, "speed": 500.0, "n_p": 12.3, "alpha_fraction": 0.045, "dst": -150.0,
                "kp": 17 / 3, "ap": 67, "ae": 900, "f107_adjusted": 111.2, "sunspot_number": 120}  # fmt: skip
    for name, value in expected.items():
        assert float(wind[name][0]) == pytest.approx(value), name


def test_omni_hourly_without_the_last_two_words(put, formats):
    lines = [line[:-16] for line in formats["hour_lines"]()]
    assert float(read(put("omni2_1999.dat", "\n".join(lines)))["dst"][0]) == -150.0


@pytest.mark.parametrize(("which", "words"), [("high_resolution", HIGH_RESOLUTION), ("hourly", HOURLY)])
def test_fill_of_every_column_follows_the_published_format(formats, which, words):
    fortran, names, _ = formats[which]
    for (kind, width, decimals), name, word in zip(formats["fields"](fortran), names, words, strict=False):
        if word.fill is None:
            assert name in ("year", "doy", "hour", "minute", "flag")
        else:
            assert word.fill == formats["fill_of"](kind, width, decimals), name
            assert nines(width, decimals, kind) == word.fill


@pytest.mark.parametrize(("which", "file"), [("high_resolution", "omni_min.asc"), ("hourly", "omni2_2015.dat")])
def test_fill_of_every_column_is_masked(put, formats, which, file):
    fortran, names, present = formats[which]
    builder = formats["minute_lines" if which == "high_resolution" else "hour_lines"]
    for (kind, width, decimals), name in zip(formats["fields"](fortran), names, strict=True):
        if name not in VARIABLES or name not in present:
            continue
        lines = builder()
        lines[2] = builder(**{name: formats["fill_of"](kind, width, decimals)})[2]
        wind = read(put(file, "\n".join(lines)))
        assert np.isnan(wind[name].values).tolist() == [False, False, True, False, False, False], name
        assert name in wind.attrs["notes"]


def test_omni_with_fills_only(put, formats):
    fortran, names, present = formats["high_resolution"]
    fills = dict(zip(names, (formats["fill_of"](*f) for f in formats["fields"](fortran)), strict=True))
    lines = formats["minute_lines"](**{name: fills[name] for name in present})
    one_line_error(DataError, put("omni_min.asc", "\n".join(lines)), "b_z", "no valid value at all")


def test_omni_list_with_its_format(put, formats):
    put("omni2_abc.fmt", formats["fmt"])
    wind = read(put("omni2_abc.lst", formats["lst"].replace(" 500.", "9999.", 1)))
    check_contract(wind)
    assert np.isnan(wind["speed"].values[0])
    assert float(wind["speed"][1]) == 500.0
    assert float(wind["dst"][1]) == -150.0
    assert float(wind["kp"][1]) == pytest.approx(17 / 3)
    assert wind.attrs["frame"] == "GSM"


def test_omni_list_in_gse(put, formats):
    put("a.fmt", formats["fmt"].replace("BZ, nT (GSM)", "BZ, nT (GSE)"))
    assert read(put("a.lst", formats["lst"])).attrs["frame"] == "GSE"


def test_bad_omni(put, formats):
    lines = formats["minute_lines"]()
    one_line_error(DataError, put("a.lst", "\n".join(lines)), "a.fmt")
    put("b.fmt", formats["fmt"])
    one_line_error(DataError, put("b.lst", "2015 1 2 3\n"), "has 4 columns, b.fmt describes 9")
    put("c.fmt", "nothing here")
    one_line_error(DataError, put("c.lst", formats["lst"]), "c.fmt", "not a format")
    one_line_error(DataError, put("d.asc", "1 2 3\n4 5 6\n"), "has 3 columns", "46 or 49")
    one_line_error(DataError, put("e.asc", "\n".join([*lines, lines[0][:100]])), "line 7", "shorter")
    one_line_error(DataError, put("f.asc", "\n".join([*lines, lines[0].replace(" 76 ", "400 ")])), "line 7")
    one_line_error(
        DataError, put("g.asc", "\n".join([lines[0], lines[1].replace("12.34", "12.x4")])), "line 2", "12.x4"
    )


# --- SWMF ------------------------------------------------------------------------------------------------------------


def test_swmf(put, samples):
    wind = read(put("IMF.dat", samples["IMF.dat"]))
    check_contract(wind)
    assert wind["time"].values[0] == np.datetime64("2015-03-17T04:02")  # delayed by 120 s
    assert wind.attrs["frame"] == "GSE"
    assert float(wind["v_x"][0]) == -500.0
    assert float(wind["n_p"][0]) == 12.34
    assert wind["speed"].values[0] == pytest.approx(np.sqrt(500**2 + 10**2 + 5**2))


def test_swmf_is_gsm_if_not_said(put, formats):
    plain = formats["swmf"].replace("#COOR\nGSE\n", "")
    assert read(put("IMF.dat", plain)).attrs["frame"] == "GSM"


@pytest.mark.parametrize(
    ("old", "new", "kind", "needle"),
    [
        ("GSE", "HGI", UnknownNameError, "unknown frame 'HGI'"),
        ("120.0", "soon", DataError, "#TIMEDELAY"),
        ("#COOR", "#VAR\nbx by bz ux uy uz rho p\n#COOR", DataError, "rho, p"),
        (" 2015  3 17  4  3", " 2015 13 17  4  3", DataError, "line 11"),
        ("-8.25 -500.00  10.0  -5.0 12.34 54321.0\n 2015  3 17  4  1", "-8.25\n 2015  3 17  4  1", DataError, "line 8"),
        ("-8.25", "-8,25", DataError, "line 8"),
    ],
)
def test_bad_swmf(put, formats, old, new, kind, needle):
    one_line_error(kind, put("IMF.dat", formats["swmf"].replace(old, new, 1)), needle)


# --- SWPC ------------------------------------------------------------------------------------------------------------


def test_swpc_merges_plasma_and_field(put, samples, tmp_path):
    paths = [put(name, samples[name]) for name in ("plasma-7-day.json", "mag-7-day.json")]
    wind = read(paths)
    check_contract(wind)
    assert wind.sizes["time"] == 7
    assert wind.attrs["location"] == "L1"
    assert np.isnan(wind["speed"].values).tolist() == [False, False, True, False, False, False, True]
    assert np.isnan(wind["b_z"].values).tolist() == [True] + [False] * 6
    assert float(wind["b"][1]) == 8.75
    folder = read(tmp_path)
    np.testing.assert_array_equal(folder["b_z"], wind["b_z"])
    np.testing.assert_array_equal(folder["n_p"], wind["n_p"])


def test_swpc_single_file_and_records(put, samples):
    field = read(put("mag-7-day.json", samples["mag-7-day.json"]))
    assert "speed" not in field
    assert "no plasma in this file" in field.attrs["notes"]
    records = read(put("rtsw_mag_1m.json", samples["rtsw_mag_1m.json"]))
    assert records["b_z"].values.tolist() == [-4.0] * 6  # the inactive spacecraft says 99
    assert "inactive" in records.attrs["notes"]
    assert "sorted" in records.attrs["notes"]


def test_swpc_address_is_fetched_only_when_given(monkeypatch, samples):
    import io
    import urllib.request

    asked = []

    def answer(request, timeout):
        asked.append(request.full_url)
        return io.BytesIO(samples["mag-7-day.json"])

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    address = "https://services.swpc.noaa.gov/products/solar-wind/mag-7-day.json"
    assert float(read(address)["b_z"][0]) == -8.25
    assert asked == [address]


def test_swpc_address_that_does_not_answer(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no network here")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    one_line_error(DataError, "https://example.org/mag-7-day.json", "no answer")


@pytest.mark.parametrize(
    ("content", "needle"),
    [
        ("[", "not JSON"),
        ("[]", "not a list of rows"),
        ("{}", "not a list of rows"),
        ("[1, 2]", "not a header"),
        ('[["time_tag", "speed"]]', "no rows"),
        ('[["time_tag", "speed"], ["2024-01-01"]]', "row 1 is not a list of 2"),
        ('[["time_tag", "speed"], ["2024-01-01", "fast"], ["2024-01-02", "400"]]', "row 1: speed is 'fast'"),
        ('[["time_tag", "speed"], ["soon", "400"], ["2024-01-02", "400"]]', "'soon' is not a time"),
        ('[["time_tag", "speed"], [7, "400"], ["2024-01-02", "400"]]', "row 1: time_tag"),
        ('[["time", "speed"], ["2024-01-01", "400"]]', "no time_tag"),
        ('[["time_tag", "kp"], ["2024-01-01", "4"]]', "neither plasma nor field"),
        ('[["time_tag", "speed"], ["2024-01-01", null], ["2024-01-02", null]]', "no valid value"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_bad_swpc(put, content, needle):
    one_line_error(DataError, put("plasma-7-day.json", content), needle)


# --- CDF -------------------------------------------------------------------------------------------------------------


def make_cdf(path, variables, epoch="CDF_EPOCH", source="OMNI_HRO_1MIN", epoch_name="Epoch"):
    cdflib = pytest.importorskip("cdflib")
    from cdflib.cdfwrite import CDF

    file = CDF(str(path), cdf_spec={"Majority": "row_major", "Encoding": 6}, delete=True)
    file.write_globalattrs({"Logical_source": {0: source}})
    parts = [[2015, 3, 17, 4, m, 0, 0] for m in range(4)]
    if epoch == "CDF_TIME_TT2000":
        times, kind = cdflib.cdfepoch.compute_tt2000([[*p, 0, 0] for p in parts]), 33
    else:
        times, kind = cdflib.cdfepoch.compute_epoch(parts), 31
    file.write_var(
        {"Variable": epoch_name, "Data_Type": kind, "Num_Elements": 1, "Rec_Vary": True, "Dim_Sizes": []},
        {"VAR_TYPE": "support_data"},
        np.asarray(times),
    )
    for name, (values, attrs) in variables.items():
        values = np.asarray(values, "float32")
        file.write_var(
            {
                "Variable": name,
                "Data_Type": 44,
                "Num_Elements": 1,
                "Rec_Vary": True,
                "Dim_Sizes": list(values.shape[1:]),
            },
            {"DEPEND_0": epoch_name, **attrs},
            values,
        )
    file.close()


FILL = {"FILLVAL": np.float32(9999.99), "VALIDMIN": np.float32(-100.0), "VALIDMAX": np.float32(100.0)}


@pytest.mark.parametrize("epoch", ["CDF_EPOCH", "CDF_TIME_TT2000"])
def test_cdf_of_omni(tmp_path, epoch):
    path = tmp_path / "omni_hro_1min.cdf"
    make_cdf(
        path,
        {
            "BX_GSE": ([1, 2, 3, 4], {"UNITS": "nT", **FILL}),
            "BY_GSM": ([1, 2, 3, 4], {"UNITS": "nT", **FILL}),
            "BZ_GSM": ([-8.25, 9999.99, -500, 4], {"UNITS": "nT", **FILL}),
            "BZ_GSE": ([0, 0, 0, 0], {"UNITS": "nT", **FILL}),
            "flow_speed": ([500.5, 99999.9, 400, 400], {"UNITS": "km/s", "FILLVAL": np.float32(99999.9)}),
            "proton_density": ([12.34, 5, 999.99, 5], {"UNITS": "n/cc", "FILLVAL": np.float32(999.99)}),
            "T": ([54321, 1, 1, 1], {"UNITS": "K", "FILLVAL": np.float32(9999999.0)}),
            "SYM_H": ([-120, 0, 0, 0], {"UNITS": "nT", "FILLVAL": np.float32(99999)}),
        },
        epoch,
    )
    wind = read(path)
    check_contract(wind)
    assert wind["time"].values[1] == np.datetime64("2015-03-17T04:01")
    assert np.isnan(wind["b_z"].values).tolist() == [False, True, True, False]
    assert float(wind["b_z"][0]) == -8.25
    assert np.isnan(wind["speed"].values[1])
    assert np.isnan(wind["n_p"].values[2])
    assert wind.attrs["frame"] == "GSM"
    assert wind.attrs["location"] == "bow shock nose"


def test_cdf_vectors_and_other_units(tmp_path):
    path = tmp_path / "wind.cdf"
    make_cdf(
        path,
        {
            "BGSE": ([[1, 2, 3]] * 4, {"UNITS": "nT"}),
            "V_GSE": ([[-4e5, 0, 0]] * 4, {"UNITS": "m/s"}),
            "Np": ([5] * 4, {"UNITS": "#/cc"}),
        },
        source="WI_H0_MFI",
        epoch_name="Epoch",
    )
    wind = read(path)
    assert wind.attrs["frame"] == "GSE"
    assert wind["v_x"].values == pytest.approx([-400.0] * 4)
    assert wind["speed"].values == pytest.approx([400.0] * 4)
    assert float(wind["b_z"][0]) == 3.0
    assert wind["v_y"].attrs["frame"] == "GSE"


def test_cdf_of_hourly_omni_has_kp_times_ten(tmp_path):
    path = tmp_path / "omni2.cdf"
    make_cdf(path, {"KP1800": ([57, 33, 0, 90], {"UNITS": " "})}, source="OMNI2_H0_MRG1HR")
    assert read(path)["kp"].values == pytest.approx([17 / 3, 10 / 3, 0.0, 9.0])


def test_bad_cdf(tmp_path, put):
    path = tmp_path / "a.cdf"
    make_cdf(path, {"BZ_GSM": ([1] * 4, {}), "BY_GSM": ([1] * 4, {})})
    one_line_error(UnitError, path, "states no unit")
    make_cdf(path, {"BZ_GSM": ([1] * 4, {"UNITS": "parsec/fortnight"}), "BY_GSM": ([1] * 4, {"UNITS": "nT"})})
    one_line_error(UnitError, path, "BZ_GSM")
    make_cdf(path, {"altitude": ([1] * 4, {"UNITS": "km"})})
    one_line_error(DataError, path, "none of its variables is known")
    one_line_error(DataError, put("b.cdf", path.read_bytes()[:300]), "b.cdf")
    # A list that leads back to itself: a reader that follows it never ends.
    whole = path.read_bytes()
    head = int.from_bytes(whole[20:28], "big")
    first = int.from_bytes(whole[head + 20 : head + 28], "big")
    circle = whole[: first + 12] + first.to_bytes(8, "big") + whole[first + 20 :]
    one_line_error(DataError, put("d.cdf", circle), "d.cdf", "damaged")
    one_line_error(DataError, put("c.cdf.gz", gzip.compress(path.read_bytes())), "unpacked")


# --- NetCDF ----------------------------------------------------------------------------------------------------------


def test_netcdf_round_trip(tmp_path, storm):
    path = tmp_path / "wind.nc"
    write_netcdf(storm, path)
    wind = read(path)
    check_contract(wind)
    for name in storm.data_vars:
        np.testing.assert_array_equal(wind[name], storm[name])
    np.testing.assert_array_equal(wind["time"], storm["time"])
    assert wind.attrs["frame"] == "GSM"
    assert wind.attrs["location"] == "L1"


def test_netcdf_of_a_result_gives_back_only_what_was_measured(tmp_path, storm):
    storm["b_y"] = storm["b_z"].copy(data=np.zeros(12)).assign_attrs(units="nT", assumes="b_y = 0 (not measured)")
    storm["cpcp"] = ("time", np.ones(12), {"units": "kV"})
    write_netcdf(storm, tmp_path / "result.nc")
    assert set(read(tmp_path / "result.nc").data_vars) == {"b_z", "speed", "n_p"}


def test_netcdf_3_and_other_names(tmp_path, storm):
    path = tmp_path / "old.nc"
    other = storm.rename(b_z="Bz").assign_attrs(frame="GSE")
    other["speed"] = (other["speed"] * 1000).assign_attrs(units="m/s")
    other.to_netcdf(path, engine="scipy")
    wind = read(path, columns={"Bz": "b_z"})
    np.testing.assert_allclose(wind["speed"], storm["speed"])
    np.testing.assert_array_equal(wind["b_z"], storm["b_z"])
    assert wind.attrs["frame"] == "GSE"


def test_bad_netcdf(tmp_path, storm, put):
    path = tmp_path / "a.nc"
    bare = storm.copy()
    del bare["b_z"].attrs["units"]
    bare.to_netcdf(path, engine="h5netcdf")
    one_line_error(UnitError, path, "b_z states no units")
    storm.assign(b_z=storm["b_z"].assign_attrs(units="quux")).to_netcdf(path, engine="h5netcdf")
    one_line_error(UnitError, path, "b_z", "quux")
    storm.assign_attrs(frame="SM").to_netcdf(path, engine="h5netcdf")
    one_line_error(UnknownNameError, path, "unknown frame 'SM'")
    storm.to_netcdf(path, engine="h5netcdf")
    one_line_error(DataError, path, "GSM, not GSE", frame="GSE")
    one_line_error(DataError, put("b.nc", path.read_bytes()[:2000]), "cannot be read as NetCDF")
    storm.rename(time="t").to_netcdf(path, engine="h5netcdf")
    one_line_error(DataError, path, "no one-dimensional variable time")
    storm[["b_z"]].rename(b_z="x").to_netcdf(path, engine="h5netcdf")
    one_line_error(DataError, path, "none of its variables along time is known")
    with pytest.raises(DataError, match="not a NetCDF file"):
        read_netcdf(put("c.nc", "time,b_z\n"))


# --- HAPI ------------------------------------------------------------------------------------------------------------


def stub_hapi(monkeypatch, answer):
    module = types.ModuleType("hapiclient")
    module.hapi = answer
    monkeypatch.setitem(sys.modules, "hapiclient", module)


def test_hapi(monkeypatch):
    from sunearth.data.hapi import read_hapi

    data = np.array(
        [(b"2015-03-17T04:00:00Z", -8.25, 9999.99, 12.0), (b"2015-03-17T04:01:00Z", -8.5, 2.0, 13.0)],
        [("Time", "S20"), ("BZ_GSM", "f8"), ("BY_GSM", "f8"), ("proton_density", "f8")],
    )
    meta = {
        "parameters": [
            {"name": "Time", "units": "UTC"},
            {"name": "BZ_GSM", "units": "nT", "fill": "9999.99"},
            {"name": "BY_GSM", "units": "nT", "fill": "9999.99"},
            {"name": "proton_density", "units": "n/cc", "fill": "999.99"},
        ]
    }
    calls = []
    stub_hapi(monkeypatch, lambda *args: (calls.append(args), (data, meta))[1])
    wind = read_hapi("https://cdaweb.gsfc.nasa.gov/hapi", "OMNI_HRO_1MIN", "2015-03-17", "2015-03-18")
    check_contract(wind)
    assert calls == [("https://cdaweb.gsfc.nasa.gov/hapi", "OMNI_HRO_1MIN", "", "2015-03-17", "2015-03-18")]
    assert np.isnan(wind["b_y"].values[0])
    assert wind["n_p"].values.tolist() == [12.0, 13.0]
    assert wind.attrs["location"] == "bow shock nose"


def test_hapi_that_fails(monkeypatch):
    from sunearth.data.hapi import read_hapi

    def fail(*args):
        raise Exception("server says\nno")

    stub_hapi(monkeypatch, fail)
    with pytest.raises(DataError, match="no answer"):
        read_hapi("https://x", "y", "2015-01-01", "2015-01-02")
    monkeypatch.setitem(sys.modules, "hapiclient", None)
    with pytest.raises(DataError, match="pip install"):
        read_hapi("https://x", "y", "2015-01-01", "2015-01-02")


# --- what is not a file ----------------------------------------------------------------------------------------------


def test_places_that_hold_no_data(tmp_path, put, samples):
    one_line_error(DataError, tmp_path / "none.csv", "no such file")
    one_line_error(DataError, str(tmp_path / "none.csv"), "no such file")
    one_line_error(DataError, tmp_path, "folder")
    one_line_error(DataError, put("empty.csv", ""), "is empty")
    one_line_error(DataError, put("blank.csv", " \n\n"), "is empty")
    one_line_error(DataError, put("cut.csv.gz", samples["wind.csv.gz"][:60]), "cut short")
    one_line_error(DataError, put("bad.csv.gz", b"\x1f\x8b\x08" + bytes(range(60))), "gzip")
    noise = np.random.default_rng(0).integers(0, 256, 5000).astype(np.uint8).tobytes()
    one_line_error(DataError, put("noise.csv", noise), "noise.csv")
    one_line_error(DataError, put("a.zip", b"PK\x03\x04rest"), "zip archive")
    one_line_error(DataError, put("latin.csv", "time,b_z\n2015-01-01,1 °\n".encode("latin-1")), "line 2", "UTF-8")
    one_line_error(DataError, put("utf16.csv", "time,b_z\n".encode("utf-16")), "UTF-16")
    one_line_error(DataError, put("page.csv", "<html><body>404</body></html>\n<p>"), "page.csv")
    one_line_error(DataError, "a\x00b.csv")
    one_line_error(DataError, 7, "int")


def test_unknown_event_suggests_the_nearest():
    one_line_error(UnknownNameError, "st-patrik-2015", "st-patrick-2015")
    assert issubclass(UnknownNameError, SunEarthError)


def test_frame_that_contradicts_the_source(put, samples):
    one_line_error(DataError, "gannon-2024", "GSM, not in GSE", frame="GSE")
    one_line_error(DataError, put("omni.asc", samples["omni_min201503.asc"]), "GSM, not in GSE", frame="GSE")


# --- the parts -------------------------------------------------------------------------------------------------------


def test_calendar_time_refuses_what_is_no_date():
    good = calendar_time([2016, 2000], day_of_year=[366, 60], hour=[23, 0], minute=[59, 0])
    assert [str(t)[:16] for t in good] == ["2016-12-31T23:59", "2000-02-29T00:00"]
    bad = calendar_time([2015, 2015, 2015, np.nan, 15], day_of_year=[366, 0, 10, 5, 5], hour=[0, 0, 24, 0, 0])
    assert np.isnat(bad).all()
    assert np.isnat(calendar_time([2015], month=[2], day=[29])).all()


def test_dataset_without_anything_known():
    time = np.array(["2015-01-01", "2015-01-02"], "datetime64[ns]")
    with pytest.raises(DataError, match="none of its columns is known"):
        build_dataset(time, {"x": np.zeros(2)}, place="here")
    with pytest.raises(DataError, match="1 of 2 times"):
        build_dataset(np.array(["NaT", "2015-01-02"], "datetime64[ns]"), {"b_z": np.zeros(2)}, place="here")


def test_unit_factors_of_archive_spellings():
    assert unit_factor("n_p", "n/cc", "x") == 1.0
    assert unit_factor("t_p", "Degrees Kelvin", "x") == 1.0
    assert unit_factor("speed", "km/sec", "x") == 1.0
    with pytest.raises(UnitError, match="x: "):
        unit_factor("b_z", "eV", "x")


def test_columns_in_all_forms():
    expected = {"B, nT": ("b_z", "nT"), "V": ("speed", None)}
    assert parse_columns({"B, nT": "b_z [nT]", "V": "speed"}) == expected
    assert parse_columns(["B, nT=b_z[nT]", "V = speed"]) == expected


def test_csv_content_is_json_like_text(put):
    path = put("x.csv", json.dumps({"a": 1}))
    one_line_error(DataError, path)
    with pytest.raises(DataError):
        read_csv(path)
    with pytest.raises(DataError):
        read_swpc([])
