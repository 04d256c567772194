"""The Sun, the dipole and the frames built on them, against two other codes and the almanac."""

import itertools
import json
import os
import subprocess
import sys
from datetime import datetime

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError, UnitError, UnknownNameError
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
    assert max(misfits) < 8e-5  # 16 arcsec, of aberration


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
            # That code points at the true place of the Sun, 20.5 arcsec from the apparent one.
            assert frames.dipole_tilt(time) == pytest.approx(float(tilt), abs=1.05e-4)


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
    np.testing.assert_allclose(np.degrees(ours.declination), sun.dec.deg, atol=2 / 3600)
    difference = (np.degrees(ours.right_ascension) - sun.ra.deg + 180.0) % 360.0 - 180.0
    assert np.abs(difference).max() < 2 / 3600


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
    sun = frames.sun_position(time, "true")
    longitude = np.degrees(sun.right_ascension - frames.greenwich_sidereal_time(time, "true"))
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


# Every frame to every other -----------------------------------------------------------------------------------------

WIND = (-380.0, 31.0, -14.0)
PAIRS = list(itertools.permutations(frames.FRAMES, 2))


@pytest.mark.parametrize(("source", "target"), PAIRS)
@given(time=TIMES, x=COMPONENT, y=COMPONENT, z=COMPONENT)
def test_there_and_back_between_all_frames(source, target, time, x, y, z):
    turned = frames.transform(time, x, y, z, source, target, WIND)
    again = frames.transform(time, *turned, target, source, WIND)
    np.testing.assert_allclose(again, (x, y, z), rtol=0, atol=1e-12 * max(1.0, np.linalg.norm([x, y, z])))


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_matrices_are_proper_rotations(source, target):
    time = np.arange("1995-01-01", "2030-01-01", 211, dtype="datetime64[h]").astype("datetime64[ns]")[::7]
    matrix = frames.rotation_matrix(time, source, target, WIND)
    np.testing.assert_allclose(
        matrix @ np.swapaxes(matrix, -1, -2), np.broadcast_to(np.eye(3), matrix.shape), atol=2e-15
    )
    np.testing.assert_allclose(np.linalg.det(matrix), 1.0, atol=2e-15)
    back = frames.rotation_matrix(time, target, source, WIND)
    np.testing.assert_allclose(np.swapaxes(back, -1, -2), matrix, atol=2e-15)


def test_a_way_round_is_the_way_across():
    time = np.datetime64("2015-03-17", "ns") + np.arange(100) * np.timedelta64(40, "h")
    step = [frames.rotation_matrix(time, a, b) for a, b in (("J2000", "GEO"), ("GEO", "SM"), ("SM", "GSE"))]
    np.testing.assert_allclose(step[2] @ step[1] @ step[0], frames.rotation_matrix(time, "J2000", "GSE"), atol=5e-15)


@given(TIMES)
def test_axes_lie_where_their_names_say(time):
    sun = frames.transform(time, 1.0, 0.0, 0.0, "GSE", "GSM")
    np.testing.assert_array_equal(sun, (1.0, 0.0, 0.0))
    tilt = frames.dipole_tilt(time)
    np.testing.assert_allclose(
        frames.transform(time, 1.0, 0.0, 0.0, "GSE", "SM"), (np.cos(tilt), 0.0, np.sin(tilt)), atol=1e-14
    )
    np.testing.assert_allclose(
        frames.transform(time, 0.0, 0.0, 1.0, "MAG", "GSM"), (np.sin(tilt), 0.0, np.cos(tilt)), atol=1e-14
    )
    np.testing.assert_allclose(frames.transform(time, 0.0, 0.0, 1.0, "MAG", "SM"), (0.0, 0.0, 1.0), atol=1e-14)
    np.testing.assert_allclose(
        frames.transform(time, 0.0, 0.0, 1.0, "MAG", "GEO"), frames.dipole_axis(time), atol=1e-14
    )
    np.testing.assert_array_equal(frames.transform(time, 0.0, 0.0, 1.0, "GEO", "GEI"), (0.0, 0.0, 1.0))
    # The axis of rotation lies in the x-z plane of MAG, on the negative side of x for the north.
    x, y, _ = frames.transform(time, 0.0, 0.0, 1.0, "GEO", "MAG")
    assert x < 0.0
    assert y == pytest.approx(0.0, abs=1e-15)
    # The pole of the ecliptic: 23.44 degrees from the axis, at 18 hours of right ascension.
    x, y, z = frames.transform(time, 0.0, 0.0, 1.0, "GSE", "GEI")
    assert x == pytest.approx(0.0, abs=2e-9)
    assert y < 0.0
    assert np.degrees(np.arccos(z)) == pytest.approx(23.44, abs=0.02)


def test_wind_along_the_sun_earth_line_makes_gsw_gsm():
    time = np.datetime64("2015-03-17T05:00", "ns")
    np.testing.assert_allclose(
        frames.transform(time, 1.0, 2.0, 3.0, "GSW", "GSM", (-400.0, 0.0, 0.0)), (1.0, 2.0, 3.0), atol=1e-14
    )
    wind = np.array([-400.0, 30.0, -20.0])
    x, y, z = frames.transform(time, *wind, "GSE", "GSW", tuple(wind))
    np.testing.assert_allclose((x, y, z), (-np.linalg.norm(wind), 0.0, 0.0), atol=1e-12)
    faster = frames.rotation_matrix(time, "GSE", "GSW", tuple(2.0 * wind))
    np.testing.assert_allclose(faster, frames.rotation_matrix(time, "GSE", "GSW", tuple(wind)), atol=1e-15)
    assert np.isnan(frames.transform(time, 1.0, 2.0, 3.0, "GSE", "GSW", (0.0, 0.0, 0.0))).all()
    with pytest.raises(InputError, match="velocity"):
        frames.transform(time, 1.0, 2.0, 3.0, "GSE", "GSW")


def test_ecliptics_of_two_epochs_differ_by_their_slow_turn():
    # The ecliptic turns by 47 arcsec a century.
    z = frames.rotation_matrix("2030-01-01T12:00", "GSE", "GSE2000")[2, 2]
    assert np.degrees(np.arccos(z)) * 3600 < 0.3 * 47.1
    equinox = frames.transform("2000-01-01T12:00", 1.0, 0.0, 0.0, "J2000", "MOD")
    np.testing.assert_allclose(equinox, (1.0, 0.0, 0.0), atol=1e-6)
    # General precession: 5029 arcsec a century along the ecliptic.
    later = frames.transform("2025-01-01T00:00", 1.0, 0.0, 0.0, "J2000", "MOD")
    assert np.degrees(np.arccos(later[0])) * 3600 == pytest.approx(0.25 * 5029.0, rel=2e-3)


def test_many_points_and_many_times():
    times = np.datetime64("2015-03-17", "ns") + np.arange(5) * np.timedelta64(3, "h")
    one_by_one = np.array([frames.transform(t, 1.0, 2.0, 3.0, "GEO", "GSM") for t in times]).T
    np.testing.assert_array_equal(frames.transform(times, 1.0, 2.0, 3.0, "GEO", "GSM"), one_by_one)
    x = np.arange(1.0, 4.0)
    wide = frames.transform(times[:, None], x, 2.0, 3.0, "GEO", "GSM")
    assert wide[0].shape == (5, 3)
    np.testing.assert_array_equal(wide[2][:, 0], one_by_one[2])
    still = frames.transform(times[0], x, 2.0 * x, x, "GEO", "GSM")
    np.testing.assert_array_equal(still[1], [frames.transform(times[0], v, 2 * v, v, "GEO", "GSM")[1] for v in x])
    assert frames.rotation_matrix(times[:, None], "GEO", "GSM").shape == (5, 1, 3, 3)
    with pytest.raises(InputError, match="broadcast"):
        frames.transform(times, np.zeros(4), 0.0, 0.0)


def test_what_others_ask_changes_nothing():
    rng = np.random.default_rng(3)
    time = np.sort(rng.integers(-(2**61), 18 * 10**17, 500)).astype("datetime64[ns]")
    vector = rng.normal(size=(3, 500))
    together = np.array(frames.transform(time, *vector, "J2000", "GSE"))
    alone = [frames.transform(t, *v, "J2000", "GSE") for t, v in zip(time[::50], vector.T[::50], strict=True)]
    np.testing.assert_array_equal(together[:, ::50].T, alone)


def test_large_batches_over_threads_equal_small_ones():
    rng = np.random.default_rng(5)
    time = np.datetime64("2012-01-01", "ns") + rng.integers(0, 10**8, 70_000).astype("timedelta64[s]")
    vector = rng.normal(size=(3, 70_000))
    whole = np.array(frames.transform(time, *vector, "GEO", "SM"))
    parts = [
        frames.transform(t, *v, "GEO", "SM") for t, v in zip(np.split(time, 70), np.split(vector, 70, 1), strict=True)
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts, axis=1))


def test_gaps_stay_in_their_place():
    time = np.array(["2015-03-17", "NaT", "2015-03-18", "2015-03-19"], "datetime64[ns]")
    x, y, z = frames.transform(time, [1.0, 2.0, np.nan, 4.0], 1.0, 1.0, "GEO", "GSM")
    for component in (x, y, z):
        np.testing.assert_array_equal(np.isnan(component), [False, True, True, False])
    # A shared axis is passed on, and the plane across it does not need it.
    x, y, z = frames.transform(time, [1.0, 2.0, np.nan, 4.0], [1.0, 1.0, 1.0, np.nan], 1.0, "GSE", "GSM")
    np.testing.assert_array_equal(np.isnan(x), [False, True, True, False])
    np.testing.assert_array_equal(np.isnan(y), [False, True, False, True])
    assert np.isnan(frames.transform("NaT", 1.0, 2.0, 3.0, "GEO", "GSE")).all()
    assert np.isnan(frames.rotation_matrix(time, "GEO", "GSE")[1]).all()


def test_nothing_in_nothing_out():
    none = np.array([], "datetime64[ns]")
    assert [len(v) for v in frames.transform(none, 1.0, 2.0, 3.0)] == [0, 0, 0]
    assert frames.rotation_matrix(none, "GEO", "GSM").shape == (0, 3, 3)
    assert frames.transform("2015-03-17", np.zeros((0, 4)), 0.0, 0.0)[1].shape == (0, 4)


def test_numbers_in_numbers_out():
    for value in frames.transform("2015-03-17", 1, 2, 3, "GEO", "GSM"):
        assert isinstance(value, float)


def test_names_of_frames():
    a = frames.transform("2015-03-17", 1.0, 2.0, 3.0, "gei2000", "cdmag")
    assert a == frames.transform("2015-03-17", 1.0, 2.0, 3.0, "J2000", "MAG")
    with pytest.raises(UnknownNameError, match="GSM"):
        frames.transform("2015-03-17", 1.0, 2.0, 3.0, "GSE", "GSN")
    with pytest.raises(UnknownNameError, match="mean"):
        frames.sun_position("2015-03-17", "middle")


def test_outside_its_years_frames_of_the_dipole_warn_and_others_do_not():
    with pytest.warns(UserWarning, match="1900 to 2030"):
        held = frames.transform("2044-06-01", 0.0, 0.0, 1.0, "MAG", "GEO")
    np.testing.assert_allclose(held, frames.dipole_axis("2030-01-01"), atol=1e-15)
    assert np.linalg.norm(frames.transform("2044-06-01", 0.0, 0.0, 1.0, "GSE", "J2000")) == pytest.approx(1.0)


def test_time_runs_smoothly_over_midnight_and_over_blocks_of_the_almanac():
    midnight = np.arange("1990-01-01", "2010-01-01", dtype="datetime64[D]").astype("datetime64[ns]")
    before, after = (frames.rotation_matrix(midnight + np.timedelta64(k, "us"), "J2000", "GSM") for k in (-1, 1))
    # The dipole moves by 1e-10 in 2 microseconds; a leap second moves nothing, as the days beside it are blended.
    assert np.abs(after - before).max() < 1e-9


def test_interpolated_almanac_is_the_computed_one():
    from sunearth.geomagnetism import _frame_kernels as kernels

    time = np.datetime64("2013-05-05T12:00", "ns") + np.arange(40) * np.timedelta64(24, "h")
    days = (time - np.datetime64("2000-01-01T12:00", "ns")) / np.timedelta64(86_400_000_000_000, "ns")
    table = np.empty((40, kernels.COLUMNS))
    kernels.fill_almanac(days + 67.184 / 86400.0, table)
    ours = np.stack(frames.transform(time, 1.0, 0.0, 0.0, "GSE", "GEI"), -1)
    assert np.abs(ours - table[:, kernels.SUN : kernels.SUN + 3]).max() < 3e-9


# The kinds that come in ---------------------------------------------------------------------------------------------


def labelled(names, unit="nT"):
    time = np.datetime64("2015-03-17", "ns") + np.arange(4) * np.timedelta64(1, "h")
    values = np.random.default_rng(1).normal(size=(len(names), 4))
    return {
        name: xr.DataArray(v, {"time": time}, "time", name, {"units": unit})
        for name, v in zip(names, values, strict=True)
    }


def test_labelled_arrays_keep_labels_and_units():
    b = labelled(("b_x", "b_y", "b_z"))
    turned = frames.transform(b["b_x"]["time"], *b.values(), "GSE", "SM")
    plain = frames.transform(b["b_x"]["time"].values, *(v.values for v in b.values()), "GSE", "SM")
    for result, expected, name in zip(turned, plain, b, strict=True):
        np.testing.assert_array_equal(result, expected)
        assert (result.name, result.attrs, result.dims) == (name, {"units": "nT"}, ("time",))
    b["b_z"] = b["b_z"] * 1e-9
    b["b_z"].attrs["units"] = "T"
    mixed = frames.transform(b["b_x"]["time"], *b.values(), "GSE", "SM")
    np.testing.assert_allclose(mixed[2], plain[2], rtol=1e-14)
    assert mixed[2].attrs["units"] == "nT"
    with pytest.raises(InputError, match="fit together"):
        frames.transform(b["b_x"]["time"], b["b_x"], b["b_y"][:2], b["b_z"])


def test_lazy_arrays_stay_lazy():
    pytest.importorskip("dask.array")
    b = {name: value.chunk({"time": 2}) for name, value in labelled(("b_x", "b_y", "b_z")).items()}
    turned = frames.transform(b["b_x"]["time"], *b.values(), "GSE", "GSM")
    assert turned[1].chunks
    plain = frames.transform(b["b_x"]["time"].values, *(v.values for v in b.values()), "GSE", "GSM")
    np.testing.assert_array_equal(turned[1].compute(), plain[1])
    bare = frames.transform(b["b_x"]["time"].values, *(v.data for v in b.values()), "GSE", "GSM")
    assert type(bare[1]).__module__.startswith("dask")
    np.testing.assert_array_equal(bare[1].compute(), plain[1])


def test_quantities_keep_their_unit():
    units = pytest.importorskip("astropy.units")
    x, y, z = frames.transform("2015-03-17", 1.0 * units.km, 2000.0 * units.m, 3.0 * units.km, "GEO", "GSM")
    assert z.unit == units.km
    np.testing.assert_allclose(
        [v.value for v in (x, y, z)], frames.transform("2015-03-17", 1.0, 2.0, 3.0, "GEO", "GSM")
    )
    with pytest.raises(InputError, match="no unit"):
        frames.transform("2015-03-17", 1.0 * units.km, 2.0, 3.0 * units.km)
    with pytest.raises(UnitError, match="cannot be brought"):
        frames.transform("2015-03-17", 1.0 * units.km, 2.0 * units.s, 3.0 * units.km)


def test_pint_quantities_keep_their_unit():
    pint = pytest.importorskip("pint")
    km = pint.UnitRegistry().km
    x, _, _ = frames.transform("2015-03-17", 1.0 * km, 2.0 * km, 3.0 * km, "GEO", "GSM")
    assert x.units == km
    assert x.magnitude == frames.transform("2015-03-17", 1.0, 2.0, 3.0, "GEO", "GSM")[0]


def test_jax_arrays_can_be_turned():
    jnp = pytest.importorskip("jax.numpy")
    ours = frames.transform("2015-03-17", *(jnp.asarray([v]) for v in (1.0, 2.0, 3.0)), "GEO", "GSM")
    assert type(ours[0]).__module__.startswith("jax")
    np.testing.assert_allclose(np.ravel(ours), frames.transform("2015-03-17", 1.0, 2.0, 3.0, "GEO", "GSM"), rtol=1e-5)


def test_dataset_in_another_frame():
    wind = xr.Dataset(labelled(("b_x", "b_y", "b_z")) | labelled(("v_x", "v_y", "v_z"), "km/s"), attrs={"frame": "GSE"})
    wind["v_x"] -= 400.0
    wind["n_p"] = ("time", np.arange(4.0))
    wind["b_z"].attrs["frame"] = "GSE"
    turned = frames.to_frame(wind, "SM")
    expected = frames.transform(wind["time"].values, *(wind[n].values for n in ("v_x", "v_y", "v_z")), "GSE", "SM")
    np.testing.assert_array_equal([turned[n] for n in ("v_x", "v_y", "v_z")], expected)
    assert turned.attrs["frame"] == turned["b_z"].attrs["frame"] == "SM"
    assert turned["b_z"].attrs["units"] == "nT"
    xr.testing.assert_identical(turned["n_p"], wind["n_p"])
    assert wind.attrs["frame"] == "GSE"
    again = frames.to_frame(turned, "GSE")
    for name in ("b_x", "b_y", "b_z"):
        np.testing.assert_allclose(again[name], wind[name], rtol=1e-12, atol=1e-12)
    aberrated = frames.to_frame(frames.to_frame(wind, "GSM"), "GSW")
    np.testing.assert_allclose(aberrated["v_y"], 0.0, atol=1e-9)
    assert (aberrated["v_x"] < 0).all()
    assert frames.to_frame(wind, "gse").attrs["frame"] == "GSE"


def test_dataset_of_two_components():
    full = xr.Dataset(labelled(("b_x", "b_y", "b_z")), attrs={"frame": "GSE"})
    expected = frames.to_frame(full, "GSM")["b_z"]
    np.testing.assert_array_equal(frames.to_frame(full.drop_vars("b_x"), "GSM")["b_z"], expected)
    flow = full.drop_vars(["b_y", "b_z"])
    np.testing.assert_array_equal(frames.to_frame(flow, "GSM")["b_x"], full["b_x"])


def test_dataset_with_places_as_coordinates():
    orbit = xr.Dataset(labelled(("x", "y", "z"), "R_E"), attrs={"frame": "GEO"}).set_coords(["x", "y", "z"])
    turned = frames.to_frame(orbit, "GSM")
    assert {"x", "y", "z"} <= set(turned.coords)
    assert float(turned["x"][0]) != float(orbit["x"][0])


@pytest.mark.parametrize(
    ("change", "target", "said"),
    [
        (lambda d: d.assign_attrs(frame=""), "GSM", "frame"),
        (lambda d: d.assign_attrs(frame="RTN"), "GSM", "RTN"),
        (lambda d: d.drop_vars("b_y"), "GSM", "no b_y"),
        (lambda d: d.drop_vars("b_x"), "SM", "no b_x"),
        (lambda d: d.rename(time="t"), "GSM", "time"),
        (lambda d: d, "GSW", "v_x, v_y, v_z"),
        (lambda d: d.expand_dims(x=[1.0], y=[1.0], z=[1.0]), "SM", "x is a dimension"),
    ],
)
def test_dataset_that_cannot_be_turned(change, target, said):
    wind = change(xr.Dataset(labelled(("b_x", "b_y", "b_z")), attrs={"frame": "GSE"}))
    with pytest.raises((InputError, UnknownNameError), match=said):
        frames.to_frame(wind, target)


# Local directions and places -----------------------------------------------------------------------------------------


@given(TIMES, COMPONENT, COMPONENT, COMPONENT, st.sampled_from(["GSM", "GEO", "SM", "J2000"]))
def test_vertical_dipole_horizontal(time, b_x, b_y, b_z, frame):
    place = (3.0, -4.0, 1.5)
    v, d, h = frames.to_vdh(time, *place, b_x, b_y, b_z, frame)
    np.testing.assert_allclose(frames.from_vdh(time, *place, v, d, h, frame), (b_x, b_y, b_z), atol=1e-12 * 200)
    # The place itself has no eastward part; the dipole is all h; eastward is h cross v.
    outward, east, up = frames.to_vdh(time, *place, *place, frame)
    assert outward > 0.0
    assert east == pytest.approx(0.0, abs=1e-14)
    assert np.hypot(outward, up) == pytest.approx(np.linalg.norm(place), rel=1e-14)
    axes = [np.array(frames.from_vdh(time, *place, *e, frame)) for e in np.eye(3)]
    np.testing.assert_allclose(np.cross(axes[0], axes[1]), axes[2], atol=1e-14)
    np.testing.assert_allclose(axes[2], frames.transform(time, 0.0, 0.0, 1.0, "MAG", frame), atol=1e-14)


def test_no_east_on_the_axis():
    v, d, h = frames.to_vdh("2015-03-17", 0.0, 0.0, 2.0, 1.0, 2.0, 3.0, "MAG")
    assert np.isnan(v)
    assert np.isnan(d)
    assert h == pytest.approx(3.0)


@given(COMPONENT, COMPONENT, COMPONENT, COMPONENT, COMPONENT, COMPONENT)
def test_spherical_there_and_back(x, y, z, b_x, b_y, b_z):
    r, theta, phi = frames.to_spherical(x, y, z)
    np.testing.assert_allclose(frames.from_spherical(r, theta, phi), (x, y, z), atol=1e-12 * 100)
    local = frames.to_spherical_components(theta, phi, b_x, b_y, b_z)
    np.testing.assert_allclose(frames.from_spherical_components(theta, phi, *local), (b_x, b_y, b_z), atol=1e-12 * 100)
    outward, south, east = frames.to_spherical_components(theta, phi, x, y, z)
    assert outward == pytest.approx(r, abs=1e-12 * 100)
    assert abs(south) + abs(east) < 1e-11


@given(st.floats(-90.0, 90.0), st.floats(-179.9, 179.9), st.floats(-5000.0, 1e6))
def test_geodetic_there_and_back(latitude, longitude, altitude):
    there = frames.geodetic_to_cartesian(latitude, longitude, altitude)
    again = frames.cartesian_to_geodetic(*there)
    assert again.latitude == pytest.approx(latitude, rel=1e-12, abs=1e-12 * 60)
    if abs(latitude) < 89.999999:
        assert again.longitude == pytest.approx(longitude, rel=1e-12, abs=1e-9)
    assert again.altitude == pytest.approx(altitude, rel=1e-12, abs=1e-12 * 6378)
    place = frames.geocentric_to_geodetic(
        np.linalg.norm(there), np.degrees(np.arctan2(there.z, np.hypot(there.x, there.y)))
    )
    assert place.latitude == pytest.approx(latitude, abs=1e-11)
    assert place.altitude == pytest.approx(altitude, rel=1e-12, abs=1e-8)


def test_ellipsoid_at_its_poles_and_equator():
    assert frames.geodetic_to_cartesian(0.0, 0.0).x == 6378.137
    assert frames.geodetic_to_cartesian(90.0, 0.0).z == pytest.approx(6356.752314245, abs=1e-9)
    np.testing.assert_allclose(frames.cartesian_to_geodetic(0.0, 0.0, -6356.752314245), (-90.0, 0.0, 0.0), atol=1e-9)
    np.testing.assert_allclose(frames.cartesian_to_geodetic(0.0, -6378.137, 0.0), (0.0, -90.0, 0.0), atol=1e-9)


# Compiled and not ----------------------------------------------------------------------------------------------------

PLAIN = """
import numpy as np
from sunearth.geomagnetism import frames
time = np.array(["1934-05-06T07:08", "2015-03-17T05:00", "NaT"], "datetime64[ns]")
for source in frames.FRAMES:
    target = "GSM" if source != "GSM" else "GEO"
    for value in frames.transform(time, 1.0, 2.0, 3.0, source, target, (-400.0, 30.0, 5.0)):
        print(*(v.hex() for v in value))
print(frames.greenwich_sidereal_time(time)[1].hex())
"""


def run(program, **environment):
    return subprocess.run(
        [sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True, check=True
    ).stdout


def test_the_same_without_the_compiler():
    compiled, plain = (
        np.array([float.fromhex(v) for v in run(PLAIN, NUMBA_DISABLE_JIT=flag).split()]) for flag in ("0", "1")
    )
    assert compiled.size == 91
    np.testing.assert_allclose(plain, compiled, atol=1e-12)


def test_the_compiler_is_not_loaded_before_it_is_needed():
    assert run("import sys, sunearth.geomagnetism.frames; print('numba' in sys.modules)").strip() == "False"
