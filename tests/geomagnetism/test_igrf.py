"""The main field against the official cases, another sum, its own derivatives, and what files and times can do."""

import math
import warnings

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import DataError, InputError
from sunearth.geomagnetism import igrf as main
from sunearth.geomagnetism.frames import geodetic_to_geocentric

GRID_LATITUDE, GRID_LONGITUDE = (
    a.ravel() for a in np.meshgrid(np.arange(-80.0, 81.0, 20.0), np.arange(0.0, 360.0, 40.0))
)
PLACES = np.array([[1.0, 0.1, 0.2], [-0.4, 1.1, 0.6], [0.2, -0.3, -1.4], [2.0, 3.0, -1.0], [1e-9, 0.0, 1.0]]).T


def time_of(year):
    """The time whose decimal year is given."""
    start = np.floor(year).astype(int)
    first = np.array([f"{y:04d}-01-01" for y in np.atleast_1d(start)], "datetime64[ns]")
    following = np.array([f"{y + 1:04d}-01-01" for y in np.atleast_1d(start)], "datetime64[ns]")
    return first + ((year - start) * (following - first).astype(float)).astype("timedelta64[ns]")


def plain_potential(coefficients, x, y, z):
    """The series as the textbook writes it, term by term."""
    from scipy.special import lpmv

    r = np.sqrt(x**2 + y**2 + z**2)
    longitude, cosine = np.arctan2(y, x), z / r
    total = np.zeros(np.shape(r))
    for n in range(1, coefficients.g.shape[0]):
        for m in range(n + 1):
            schmidt = math.sqrt((2 - (m == 0)) * math.factorial(n - m) / math.factorial(n + m))
            legendre = (-1) ** m * schmidt * lpmv(m, n, cosine)
            wave = coefficients.g[n, m] * np.cos(m * longitude) + coefficients.h[n, m] * np.sin(m * longitude)
            total += r ** -(n + 1.0) * legendre * wave
    return total


def written(coefficients, order=None):
    """The text of a .shc file."""
    epochs = coefficients.epochs
    lines = ["# a test", f"1 {coefficients.degree} {epochs.size} {order or coefficients.order} 1"]
    lines.append(" ".join(f"{e:.4f}" for e in epochs))
    for n in range(1, coefficients.degree + 1):
        for m in range(n + 1):
            for sign, table in ((1, coefficients.g), (-1, coefficients.h)):
                if m or sign > 0:
                    lines.append(f"{n} {sign * m} " + " ".join(repr(float(v)) for v in table[:, n, m]))
    return "\n".join(lines) + "\n"


# Against others


@pytest.mark.filterwarnings("ignore:IGRF-14 is known")  # 88 of the cases lie after 2030
def test_official_cases(shared_data):
    year, altitude, colatitude, longitude, x, y, z, f = np.loadtxt(shared_data / "magmodel/IGRF14_test_geodetic.txt").T
    assert year.size == 2000
    b = main.igrf(time_of(year), 90.0 - colatitude, longitude, altitude)
    worst = max(np.abs(b.b_north - x).max(), np.abs(b.b_east - y).max(), np.abs(b.b_down - z).max())
    total = main.magnetic_elements(*b).total
    print(
        f"largest difference from the official cases: {worst:.3f} nT in a component, {np.abs(total - f).max():.3f} in F"
    )
    assert worst < 0.1
    assert np.abs(total - f).max() < 0.1


def test_difference_from_the_world_magnetic_model(shared_data):
    table = np.loadtxt(shared_data / "magmodel/WMM2025_TestValues.txt")
    year, altitude, latitude, longitude = table[:, :4].T
    b = main.igrf(time_of(year), latitude, longitude, altitude)
    difference = np.abs(np.stack(b, axis=1) - table[:, [7, 8, 9]]).max()
    change = main.secular_variation(time_of(year), latitude, longitude, altitude)
    drift = np.abs(np.stack(change, axis=1) - table[:, [14, 15, 16]]).max()
    print(f"IGRF-14 and WMM2025 differ by up to {difference:.1f} nT and {drift:.1f} nT/yr in a component")
    # two models of one field: the agencies state errors of about 140 nT with the crust, 20 nT without
    assert 0.1 < difference < 60.0
    assert drift < 20.0


def test_potential_as_summed_term_by_term():
    for epoch in ("1900-01-01", "2020-01-01"):
        coefficients = main.igrf14().at(epoch)
        potential = main.synthesize_potential(main.igrf14(), epoch, *PLACES)
        np.testing.assert_allclose(potential, plain_potential(coefficients, *PLACES), rtol=1e-9)


def test_field_is_minus_the_gradient_of_the_potential():
    step = 1e-4
    field = np.stack(main.synthesize(main.igrf14(), "2015-07-01", *PLACES))
    for axis in range(3):
        shift = np.zeros((3, 1))
        shift[axis] = step
        ahead, behind = (main.synthesize_potential(main.igrf14(), "2015-07-01", *(PLACES + s)) for s in (shift, -shift))
        np.testing.assert_allclose(-(ahead - behind) / (2 * step), field[axis], atol=0.02)


def test_gradient_tensor():
    tensor = main.synthesize_gradient(main.igrf14(), "2015-07-01", *PLACES)
    scale = np.abs(tensor).max(axis=(-1, -2))
    assert np.all(np.abs(np.trace(tensor, axis1=-2, axis2=-1)) < 1e-12 * scale)  # no divergence
    assert np.all(np.abs(tensor - np.swapaxes(tensor, -1, -2)).max(axis=(-1, -2)) < 1e-12 * scale)  # no curl
    step = 1e-4
    for axis in range(3):
        shift = np.zeros((3, 1))
        shift[axis] = step
        ahead, behind = (
            np.stack(main.synthesize(main.igrf14(), "2015-07-01", *(PLACES + s)), axis=-1) for s in (shift, -shift)
        )
        np.testing.assert_allclose((ahead - behind) / (2 * step), tensor[..., axis], atol=1e-5 * scale.max())


def test_a_term_of_degree_n_falls_with_the_power_n_plus_2():
    g, h = np.zeros((2, 1, 6, 6))
    g[0, 5, 3] = 100.0
    single = main.GaussCoefficients("one term", np.zeros(1), g, h)
    near, far = (np.array(main.synthesize(single, "2000-01-01", *(s * PLACES[:, 0]))) for s in (1.0, 2.0))
    np.testing.assert_allclose(far, near * 2.0**-7, rtol=1e-12)


# Places


def test_at_the_poles_the_field_is_the_limit_of_the_meridian():
    for latitude in (90.0, -90.0):
        for longitude in (0.0, 77.0):
            at = np.array(main.igrf("2020-01-01", latitude, longitude))
            beside = np.array(main.igrf("2020-01-01", latitude * (1 - 1e-9), longitude))
            np.testing.assert_allclose(at, beside, atol=1e-3)
    first, second = (main.igrf("2020-01-01", 90.0, longitude) for longitude in (0.0, 90.0))
    assert first.b_down == pytest.approx(second.b_down)
    assert first.b_east == pytest.approx(-second.b_north, abs=1e-6)
    assert first.b_north == pytest.approx(second.b_east, abs=1e-6)


def test_the_sum_goes_on_inside_the_earth_but_not_at_its_centre():
    above, below = (main.igrf_cartesian("2020-01-01", r, 0.0, 0.0).b_z for r in (1.0 + 1e-7, 1.0 - 1e-7))
    assert above == pytest.approx(below, abs=0.1)
    assert np.isfinite(main.igrf("2020-01-01", 10.0, 20.0, -1000.0).b_down)
    assert not np.isfinite(main.igrf_cartesian("2020-01-01", 0.0, 0.0, 0.0).b_z)


def test_geodetic_places():
    radius, latitude, vertical = geodetic_to_geocentric(np.array([0.0, 90.0, -45.0]), np.array([0.0, 100.0, 0.0]))
    np.testing.assert_allclose(radius, [6378.137, 6456.752314, 6367.489544], atol=1e-6)
    np.testing.assert_allclose(vertical, [0.0, 0.0, -0.19242], atol=1e-5)
    np.testing.assert_allclose(latitude + vertical, [0.0, 90.0, -45.0], atol=1e-12)


def test_nan_and_missing_times_stay_in_place():
    latitude = np.array([10.0, math.nan, 20.0, 30.0])
    time = np.array(["2020-01-01", "2020-01-01", "NaT", "2020-01-01"], "datetime64[ns]")
    b = main.igrf(time, latitude, 5.0, np.array([0.0, 0.0, 0.0, math.nan]))
    for component in b:
        assert np.isnan(component).tolist() == [False, True, True, True]


def test_labelled_arrays():
    latitude = xr.DataArray([0.0, 50.0], dims="site", attrs={"units": "deg"})
    time = xr.DataArray(np.array(["2010-01-01", "2020-01-01", "2024-01-01"], "datetime64[ns]"), dims="time")
    b = main.igrf(time, latitude, 10.0)
    assert b.b_down.dims == ("time", "site")
    assert b.b_down.attrs["units"] == "nT"
    assert float(b.b_down[1, 1]) == pytest.approx(float(main.igrf("2020-01-01", 50.0, 10.0).b_down), abs=1e-9)


# Times


def test_an_epoch_for_each_point_as_one_by_one():
    random = np.random.default_rng(3)
    time = time_of(random.uniform(1900.0, 2030.0, 60))
    latitude, longitude = random.uniform(-90, 90, 60), random.uniform(-180, 180, 60)
    together = np.array(main.igrf(time, latitude, longitude))
    alone = np.array([main.igrf(t, a, o) for t, a, o in zip(time, latitude, longitude, strict=True)]).T
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-8)


def test_many_points_over_threads_as_few():
    random = np.random.default_rng(4)
    latitude, longitude = random.uniform(-90, 90, 9000), random.uniform(-180, 180, 9000)
    together = np.array(main.igrf("2021-05-06", latitude, longitude))
    parts = [main.igrf("2021-05-06", latitude[k::9], longitude[k::9]) for k in range(9)]
    for k, part in enumerate(parts):
        np.testing.assert_array_equal(together[:, k::9], np.array(part))


def test_linear_between_epochs():
    ends = [np.array(main.igrf(f"{year}-01-01", GRID_LATITUDE, GRID_LONGITUDE)) for year in (2010, 2015)]
    between = np.array(main.igrf(time_of(np.array(2012.0))[0], GRID_LATITUDE, GRID_LONGITUDE))
    np.testing.assert_allclose(between, 0.6 * ends[0] + 0.4 * ends[1], atol=1e-6)


def test_secular_variation_is_the_difference_of_the_field():
    for year in (1903, 1999, 2021, 2027):
        before, after = (np.array(main.igrf(f"{y}-01-01", GRID_LATITUDE, GRID_LONGITUDE)) for y in (year, year + 1))
        change = main.secular_variation(f"{year}-07-01", GRID_LATITUDE, GRID_LONGITUDE)
        np.testing.assert_allclose(np.array(change), after - before, atol=1e-6)


def test_no_warning_inside_and_at_both_ends():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        main.igrf(np.array(["1900-01-01", "2025-06-01", "2030-01-01"], "datetime64[ns]"), 0.0, 0.0)


def test_beyond_its_years_the_field_warns_once_and_is_held_or_drawn_on():
    late = np.array(["2031-01-01", "2034-01-01", "2035-01-01", "2050-01-01"], "datetime64[ns]")
    with pytest.warns(UserWarning, match="1900 to 2030") as raised:
        b = np.array(main.igrf(late, 50.0, 10.0))
    assert len(raised) == 1
    end = np.array(main.igrf("2030-01-01", 50.0, 10.0))
    slope = np.array(main.secular_variation("2029-01-01", 50.0, 10.0))
    np.testing.assert_allclose(b[:, 1], end + 4 * slope, atol=1e-6)
    np.testing.assert_allclose(b[:, 3], b[:, 2], atol=1e-9)
    with pytest.warns(UserWarning, match="held before"):
        early = main.igrf("1850-01-01", 50.0, 10.0)
    assert early.b_down == pytest.approx(main.igrf("1900-01-01", 50.0, 10.0).b_down)
    with pytest.warns(UserWarning, match="1900 to 2030"):
        main.igrf14().at("2032-01-01")


def test_coefficients_of_one_time_only():
    with pytest.raises(InputError, match="one time at a time"):
        main.igrf14().at(["2010-01-01", "2011-01-01"])
    assert main.igrf14().at(2012.5).g[1, 0] == pytest.approx((-29496.57 - 29441.46) / 2)


# Files


def test_a_file_round_trip(tmp_path):
    path = tmp_path / "copy.shc"
    path.write_text(written(main.igrf14()))
    read = main.GaussCoefficients.from_shc(path)
    assert read.name == "a test"
    np.testing.assert_array_equal(read.g, main.igrf14().g)
    np.testing.assert_array_equal(read.h, main.igrf14().h)
    np.testing.assert_array_equal(read.epochs, main.igrf14().epochs)


def test_a_file_with_cubic_splines(tmp_path):
    epochs = np.arange(2000.0, 2011.0, 1.0)
    g, h = np.zeros((2, epochs.size, 3, 3))
    g[:, 1, 0] = -30000.0 + 20.0 * (epochs - 2000.0) + 3.0 * (epochs - 2005.0) ** 2
    h[:, 2, 2] = 100.0 - 0.2 * (epochs - 2004.0) ** 3
    path = tmp_path / "spline.shc"
    path.write_text(written(main.GaussCoefficients("", epochs, g, h), order=4))
    read = main.GaussCoefficients.from_shc(path)
    assert read.order == 4
    for year in (2000.0, 2003.3, 2009.9):
        now = read.at(year)  # a cubic spline is exact for a cubic
        assert now.g[1, 0] == pytest.approx(-30000.0 + 20.0 * (year - 2000.0) + 3.0 * (year - 2005.0) ** 2, abs=1e-8)
        assert now.h[2, 2] == pytest.approx(100.0 - 0.2 * (year - 2004.0) ** 3, abs=1e-8)
    time = time_of(np.array(2003.53))[0]
    exact = main.GaussCoefficients("", np.zeros(1), *(part[None] for part in read.at(time)))
    smooth = np.array(main.synthesize(read, time, *PLACES))
    np.testing.assert_allclose(smooth, np.array(main.synthesize(exact, time, *PLACES)), atol=0.02)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line"),
        ("# only a comment\n", "line"),
        ("1 2\n2000.0\n1 0 -30000\n", "line 1"),
        ("1 1 1 2 1\n2000.0\n1 0 -30000\n1 1 text\n", "line 4"),
        ("# c\n1 1 1 2 1\n2000.0\n1 0 -30000\n2 0 5\n", "line 5"),
        ("1 1 3 2 1\n2000.0 2005.0 2010.0\n1 0 -30000 -29000\n", "line 3"),
        ("1 1 2 2 1\n2000.0\n1 0 -30000\n", "announces 2"),
        ("1 99 1 2 1\n2000.0\n1 0 -30000\n", "degree 99"),
        ("1 2 1 2 1\n2000.0\n1 0 -30000\n1 2 5\n", "line 4"),
        ("1 1 2 2 1\n2000.0 2005.0\n1 0 -30000\n", "line 3"),
        ("1 1 2 2 1\n2005.0 2000.0\n1 0 -30000 -29000\n", "line 2"),
    ],
)
def test_malformed_files_name_the_place(tmp_path, text, where):
    path = tmp_path / "broken.shc"
    path.write_text(text)
    with pytest.raises(DataError, match=where):
        main.GaussCoefficients.from_shc(path)


# Elements


@given(st.floats(-179.9, 179.9), st.floats(-89.9, 89.9), st.floats(1.0, 1e5))
def test_elements_round_trip(declination, inclination, total):
    b = main.field_from_elements(declination, inclination, total)
    back = main.magnetic_elements(*b)
    assert back.declination == pytest.approx(declination, abs=1e-9)
    assert back.inclination == pytest.approx(inclination, abs=1e-9)
    assert back.total == pytest.approx(total, rel=1e-12)
    assert back.horizontal == pytest.approx(total * math.cos(math.radians(inclination)), rel=1e-9)


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_elements_keep_their_meaning(b_north, b_east, b_down):
    elements = main.magnetic_elements(b_north, b_east, b_down)
    assert elements.total**2 == pytest.approx(b_north**2 + b_east**2 + b_down**2)
    assert -180.0 <= elements.declination <= 180.0
    if elements.total > 1e-3:
        np.testing.assert_allclose(
            main.field_from_elements(elements.declination, elements.inclination, elements.total),
            (b_north, b_east, b_down),
            atol=1e-9 * elements.total,
        )


def test_declination_beyond_a_dip_pole_points_backwards():
    assert main.magnetic_elements(-100.0, 1.0, 5e4).declination == pytest.approx(180.0 - math.degrees(0.01), abs=1e-3)
