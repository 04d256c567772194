"""The Sun, the dipole and the frames built on them, against two other codes and the almanac."""

import json
from datetime import datetime

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.geomagnetism import frames

TIMES = st.datetimes(datetime(1960, 1, 1), datetime(2029, 12, 31)).map(lambda t: np.datetime64(t, "ns"))
COMPONENT = st.floats(-100.0, 100.0)


def in_degrees(vector):
    x, y, z = vector
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


@pytest.fixture
def transformations(shared_data):
    """(time, from, to, position before, position after) of an independent code (LANLGeoMag with the DE421 Sun)."""
    rows = []
    for line in (shared_data / "magmodel/lanlgeomag_check_CoordTrans.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            time, _, source, target, *numbers = line.split()
            position = np.array(numbers, dtype=float)
            rows.append((time, source, target, position[:3], position[3:]))
    return rows


def test_vectors_turn_as_in_another_code(transformations):
    misfits = []
    for time, source, target, before, after in transformations:
        if {source, target} == {"GSE", "GSM"}:
            turn = frames.gse_to_gsm if source == "GSE" else frames.gsm_to_gse
            misfits.append(np.linalg.norm(np.array(turn(time, *before)) - after) / np.linalg.norm(after))
    assert len(misfits) == 20
    assert max(misfits) < 1e-4


def test_dipole_coordinates_as_in_another_code(transformations):
    compared = 0
    for time, source, target, before, after in transformations:
        if {source, target} == {"GEO", "CDMAG"}:
            turn = frames.geographic_to_dipole if source == "GEO" else frames.dipole_to_geographic
            np.testing.assert_allclose(turn(time, *in_degrees(before)), in_degrees(after), atol=1e-6)
            compared += 1
    assert compared > 20


def test_local_time_as_the_solar_magnetic_frame_of_another_code(transformations):
    compared = 0
    for time, source, target, before, after in transformations:
        if (source, target) in {("GEO", "SM"), ("CDMAG", "SM")}:
            mlon = (
                in_degrees(before)[1]
                if source == "CDMAG"
                else frames.geographic_to_dipole(time, *in_degrees(before))[1]
            )
            expected = (in_degrees(after)[1] / 15.0 + 12.0) % 24.0
            difference = (frames.magnetic_local_time(time, mlon) - expected + 12.0) % 24.0 - 12.0
            assert abs(difference) < 2e-3  # 7 s
            compared += 1
    assert compared > 5


def test_tilt_as_in_another_code(shared_data):
    for line in (shared_data / "magmodel/lanlgeomag_check_CoordDipoleTilt.txt").read_text().splitlines():
        if line.startswith("2"):
            time, tilt = line.split()
            assert frames.dipole_tilt(time) == pytest.approx(float(tilt), abs=1e-4)


def test_tilt_as_in_a_third_code(shared_data):
    # Its x axis lies against the wind: the dipole is projected on that direction instead of the Sun's.
    for case in json.loads((shared_data / "magmodel/geopack_golden_getdipoletiltut.json").read_text())["cases"]:
        date = str(case["date"])
        time = np.datetime64(f"{date[:4]}-{date[4:6]}-{date[6:]}", "ns") + np.timedelta64(round(case["ut"] * 60), "m")
        wind = np.array([case["vx"], case["vy"], case["vz"]])
        tilt, angle = frames.dipole_tilt(time), frames.gsm_rotation(time)
        dipole = np.array([np.sin(tilt), np.cos(tilt) * np.sin(angle), np.cos(tilt) * np.cos(angle)])
        assert np.arcsin(-dipole @ wind / np.linalg.norm(wind)) == pytest.approx(case["tilt"], abs=5e-5)


@pytest.mark.parametrize(
    ("moment", "longitude"),
    [
        ("2015-03-20T22:45", 0.0),
        ("2015-06-21T16:38", 90.0),
        ("2015-09-23T08:21", 180.0),
        ("2015-12-22T04:48", 270.0),
        ("2024-03-20T03:06", 0.0),
        ("2024-06-20T20:51", 90.0),
    ],
)
def test_sun_at_equinoxes_and_solstices(moment, longitude):
    position = frames.sun_position(moment)
    off = (np.degrees(position.longitude) - longitude + 180.0) % 360.0 - 180.0
    assert abs(off) < 0.01
    assert np.degrees(position.declination) == pytest.approx(23.437 * np.sin(np.radians(longitude)), abs=0.005)


def test_sun_against_astropy():
    coordinates = pytest.importorskip("astropy.coordinates")
    from astropy.time import Time
    from astropy.utils import iers

    time = np.arange("1975-01-01", "2025-01-01", 487, dtype="datetime64[D]").astype("datetime64[ns]")
    with iers.conf.set_temp("auto_download", False):
        sun = coordinates.get_sun(Time(time, scale="utc")).transform_to(
            coordinates.PrecessedGeocentric(equinox=Time(time), obstime=Time(time))
        )
    ours = frames.sun_position(time)
    np.testing.assert_allclose(np.degrees(ours.declination), sun.dec.deg, atol=0.01)
    difference = (np.degrees(ours.right_ascension) - sun.ra.deg + 180.0) % 360.0 - 180.0
    assert np.abs(difference).max() < 0.015


def test_sidereal_day_is_shorter_by_four_minutes():
    later = np.datetime64("2015-03-17T00:00:00", "ns") + np.timedelta64(86_164_090_530_833, "ns")
    assert frames.greenwich_sidereal_time("2015-03-17") == pytest.approx(
        frames.greenwich_sidereal_time(later), abs=1e-7
    )


def test_tilt_stays_within_the_sum_of_both_inclinations():
    time = np.datetime64("2015-01-01", "ns") + np.arange(0, 365 * 24) * np.timedelta64(1, "h")
    tilt = np.degrees(frames.dipole_tilt(time))
    inclination = np.degrees(np.arccos(frames.dipole_axis("2015-07-01").z)) + 23.44
    assert tilt.max() == pytest.approx(inclination, abs=0.1)
    assert tilt.min() == pytest.approx(-inclination, abs=0.1)


@given(TIMES, COMPONENT, COMPONENT, COMPONENT)
def test_turning_there_and_back(time, x, y, z):
    turned = frames.gse_to_gsm(time, x, y, z)
    assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm([x, y, z]), abs=1e-9)
    assert turned[0] == x
    np.testing.assert_allclose(frames.gsm_to_gse(time, *turned), (x, y, z), atol=1e-10)


@given(TIMES)
def test_dipole_has_no_y_in_gsm(time):
    tilt, angle = frames.dipole_tilt(time), frames.gsm_rotation(time)
    gse = np.sin(tilt), np.cos(tilt) * np.sin(angle), np.cos(tilt) * np.cos(angle)
    np.testing.assert_allclose(frames.gse_to_gsm(time, *gse), (np.sin(tilt), 0.0, np.cos(tilt)), atol=1e-12)


@given(TIMES, st.floats(-89.0, 89.0), st.floats(-180.0, 180.0))
def test_places_there_and_back(time, latitude, longitude):
    place = frames.dipole_to_geographic(time, *frames.geographic_to_dipole(time, latitude, longitude))
    assert place.latitude == pytest.approx(latitude, abs=1e-6)
    assert (place.longitude - longitude + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=1e-6)


@given(TIMES, st.floats(30.0, 89.0), st.floats(0.0, 23.99))
def test_local_time_there_and_back(time, mlat, mlt):
    place = frames.local_time_to_geographic(time, mlat, mlt)
    there = frames.geographic_to_dipole(time, *place)
    assert there.mlat == pytest.approx(mlat, abs=1e-6)
    again = frames.magnetic_local_time(time, there.mlon)
    assert (again - mlt + 12.0) % 24.0 - 12.0 == pytest.approx(0.0, abs=1e-5)


def test_noon_lies_below_the_sun():
    time = np.datetime64("2024-05-10T17:30", "ns")
    sun = frames.sun_position(time)
    longitude = np.degrees(sun.right_ascension - frames.greenwich_sidereal_time(time))
    below = frames.geographic_to_dipole(time, np.degrees(sun.declination), longitude)
    assert frames.magnetic_local_time(time, below.mlon) == pytest.approx(12.0, abs=1e-9)


def test_labelled_vectors_keep_their_labels():
    time = xr.date_range("2015-03-17", periods=4, freq="h", use_cftime=False)
    b_y = xr.DataArray([1.0, 2.0, np.nan, 4.0], {"time": time}, "time", "b_y", {"units": "nT"})
    b_z = b_y.rename("b_z") * -2.0
    b_z.attrs["units"] = "nT"
    _, y, z = frames.gse_to_gsm(b_y["time"], 0.0, b_y, b_z)
    assert y.attrs == z.attrs == {"units": "nT"}
    assert (y.name, z.name) == ("b_y", "b_z")
    np.testing.assert_allclose(np.hypot(y, z), np.hypot(b_y, b_z))
    assert np.isnan(y[2])


def test_outside_its_years_the_dipole_is_held_with_a_warning():
    with pytest.warns(UserWarning, match="1900 to 2030"):
        held = frames.dipole_axis("2040-06-01")
    assert held == frames.dipole_axis("2030-01-01")


def test_no_time_gives_nothing():
    assert np.isnan(frames.dipole_tilt(np.datetime64("NaT", "ns")))
