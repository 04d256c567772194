"""The main field as a whole: exact cases of dipoles and rotating fields, quadrature."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism import igrf as main
from sunearth.geomagnetism import main_field as whole
from sunearth.geomagnetism.igrf import GaussCoefficients, GaussSet, igrf14


def coefficient_set(degree=3, **values):
    """A set with the named coefficients, such as g_1_0."""
    tables = {"g": np.zeros((degree + 1, degree + 1)), "h": np.zeros((degree + 1, degree + 1))}
    for name, value in values.items():
        kind, n, m = name.split("_")
        tables[kind][int(n), int(m)] = value
    return GaussSet(tables["g"], tables["h"])


def rotating(rate, years, seed=1, degree=6):
    """A field that turns westward as a whole at a rate in deg/yr."""
    random = np.random.default_rng(seed)
    g, h = np.tril(random.normal(0.0, 1000.0, (2, degree + 1, degree + 1)))
    h[:, 0] = 0.0
    angle = -np.radians(rate) * (years[:, None, None] - years[0]) * np.arange(degree + 1)  # eastward, times the order
    return GaussCoefficients(
        "rotating", years, g * np.cos(angle) - h * np.sin(angle), h * np.cos(angle) + g * np.sin(angle)
    )


# Elements and their change


@given(st.floats(-6e4, 6e4), st.floats(-6e4, 6e4), st.floats(-6e4, 6e4), *[st.floats(-200.0, 200.0)] * 3)
def test_change_is_the_difference_of_the_elements(x, y, z, dx, dy, dz):
    if math.hypot(x, y) < 2000.0 or (x < 0 and abs(y) < 100.0):
        return
    step = 1e-3
    change = whole.change_of_elements(x, y, z, dx, dy, dz)
    ahead, behind = (
        np.array(main.magnetic_elements(x + s * dx, y + s * dy, z + s * dz)) for s in (step / 2, -step / 2)
    )
    np.testing.assert_allclose(np.array(change), (ahead - behind) / step, atol=1e-4)


def test_official_changes(shared_data):
    table = np.loadtxt(shared_data / "magmodel/WMM2025_TestValues.txt")
    change = whole.change_of_elements(*table[:, [7, 8, 9, 14, 15, 16]].T)
    np.testing.assert_allclose(np.stack(change, axis=1), table[:, [11, 12, 13, 17]], atol=2e-6)


# The dipole


def test_histories_are_the_dipole_of_each_epoch():
    time = np.array(["1900-01-01", "1967-07-02T12:00", "2025-01-01"], "datetime64[ns]")
    moments = whole.dipole_moment_history(time)
    poles = whole.geomagnetic_pole_history(time)
    centres = whole.eccentric_dipole_history(time)
    for k, at in enumerate(time):
        g, h = igrf14().at(at)
        assert moments.b_0[k] == pytest.approx(math.sqrt(g[1, 0] ** 2 + g[1, 1] ** 2 + h[1, 1] ** 2), rel=1e-12)
        assert math.sin(math.radians(poles.north_latitude[k])) == pytest.approx(-g[1, 0] / moments.b_0[k], rel=1e-12)
        assert poles.north_longitude[k] == pytest.approx(math.degrees(math.atan2(-h[1, 1], -g[1, 1])), rel=1e-12)
        assert math.hypot(centres.x[k], centres.y[k], centres.z[k]) * 6371.2 == pytest.approx(centres.offset[k])


def test_the_eccentric_dipole_of_a_moved_dipole_is_where_it_was_put():
    # moved by z0 along its axis: to first order g20 = 2 z0 g10
    moved = coefficient_set(g_1_0=-30000.0, g_2_0=2 * 0.05 * -30000.0)
    centre = whole.eccentric_dipole_history("2000-01-01", moved)
    np.testing.assert_allclose([centre.x, centre.y, centre.z], [0.0, 0.0, 0.05], atol=1e-12)


def test_missing_times_stay_missing():
    time = np.array(["2010-01-01", "NaT"], "datetime64[ns]")
    for function in (
        whole.dipole_moment_history,
        whole.geomagnetic_pole_history,
        whole.eccentric_dipole_history,
        whole.magnetic_dip_poles,
        whole.south_atlantic_anomaly,
        whole.dipole_accuracy,
    ):
        for part in function(time):
            assert np.isnan(part).tolist() == [False, True]


def test_times_outside_the_model_warn():
    with pytest.warns(UserWarning, match="1900 to 2030"):
        late = whole.dipole_moment_history("2032-01-01")
    assert late.moment < whole.dipole_moment_history("2030-01-01").moment
    with pytest.warns(UserWarning, match="1900 to 2030"):
        whole.magnetic_dip_poles("2033-01-01")


def test_moment_trend_of_a_straight_line():
    years = np.array([1000.0, 2000.0])
    g, h = np.zeros((2, 2, 2, 2))
    g[:, 1, 0] = [-40000.0, -30000.0]
    falling = GaussCoefficients("falling", years, g, h)
    trend = whole.moment_trend(1000.0, 2000.0, falling)
    assert trend.zero_year == pytest.approx(5000.0)
    assert trend.percent_per_century == pytest.approx(-100.0 * 1000.0 / 35000.0)
    assert trend.rate * 3000.0 == pytest.approx(-trend.moment)
    with pytest.raises(InputError, match="must follow each other"):
        whole.moment_trend(2000.0, 2000.0)


def test_a_dipole_is_its_own_dipole():
    error = whole.dipole_accuracy("2000-01-01", 1.0, coefficient_set(g_1_0=-29000.0, g_1_1=-2000.0, h_1_1=5000.0))
    assert max(error) < 1e-12


def test_dipole_error_of_an_axial_quadrupole():
    # weak: the relative error of B is |quadrupole| / |dipole|, both known functions of latitude
    small = 1e-4
    error = whole.dipole_accuracy("2000-01-01", 2.0, coefficient_set(g_1_0=-30000.0, g_2_0=-30000.0 * small))
    sine, weight = np.polynomial.legendre.leggauss(200)
    dipole = 1 + 3 * sine**2
    quadrupole = (1.5 * (3 * sine**2 - 1)) ** 2 + 9 * sine**2 * (1 - sine**2)
    expected = small / 2.0 * math.sqrt(np.sum(weight * quadrupole / dipole) / 2.0)
    assert error.vector_rms == pytest.approx(expected, rel=1e-3)


def test_dipole_error_falls_with_distance():
    error = whole.dipole_accuracy("2010-01-01", [1.0, 2.0, 4.0, 8.0])
    for part in error:
        assert np.all(np.diff(part) < 0)
    # far out the quadrupole is left, which falls as 1/r against the dipole
    assert error.vector_rms[3] / error.vector_rms[2] == pytest.approx(0.5, abs=0.02)


# Dip poles and extrema


@settings(max_examples=15)
@given(st.floats(1900.0, 2030.0), st.floats(0.0, 2000.0))
def test_the_field_is_vertical_at_the_dip_poles(year, altitude):
    time = np.datetime64("1900-01-01", "ns") + np.timedelta64(round((year - 1900.0) * 365.2), "D")
    poles = whole.magnetic_dip_poles(time, altitude)
    north = main.igrf(time, poles.north_latitude, poles.north_longitude, altitude)
    south = main.igrf(time, poles.south_latitude, poles.south_longitude, altitude)
    assert math.hypot(north.b_north, north.b_east) < 1e-6
    assert math.hypot(south.b_north, south.b_east) < 1e-6
    assert north.b_down > 0 > south.b_down


def test_dip_poles_at_the_geographic_poles():
    poles = whole.magnetic_dip_poles("2000-01-01", 0.0, coefficient_set(g_1_0=-30000.0, g_3_0=1000.0))
    assert poles.north_latitude == pytest.approx(90.0, abs=1e-6)
    assert poles.south_latitude == pytest.approx(-90.0, abs=1e-6)


def test_a_reversed_field_swaps_the_poles():
    g, h = igrf14().at("2015-01-01")
    normal = whole.magnetic_dip_poles("2015-01-01")
    reverse = whole.magnetic_dip_poles("2015-01-01", 0.0, GaussSet(-g, -h))
    np.testing.assert_allclose([*reverse], [*normal[2:], *normal[:2]], atol=1e-7)


def test_dip_poles_of_many_times_as_one_by_one():
    time = np.arange("1900", "2030", 13, dtype="datetime64[Y]").astype("datetime64[ns]")
    together = np.array(whole.magnetic_dip_poles(time))
    alone = np.array([whole.magnetic_dip_poles(at) for at in time]).T
    np.testing.assert_allclose(together, alone, atol=1e-7)
    assert np.all(together[0] > 70.0)
    assert np.all(together[2] < -60.0)


def test_labelled_times():
    time = xr.DataArray(np.array(["2000-01-01", "2020-01-01"], "datetime64[ns]"), dims="time")
    centre = whole.south_atlantic_anomaly(time)
    assert centre.total.dims == ("time",)
    assert centre.total.attrs["units"] == "nT"
    assert float(centre.total[1]) < float(centre.total[0])


def test_the_anomaly_is_the_least_of_the_chart():
    for altitude in (0.0, 500.0):
        centre = whole.south_atlantic_anomaly("2020-01-01", altitude)
        there = main.igrf("2020-01-01", centre.latitude, centre.longitude, altitude)
        assert np.linalg.norm(there) == pytest.approx(centre.total, abs=1e-6)
        charted = whole.chart("2020-01-01", "total", spacing=1.0, altitude=altitude).total
        assert centre.total <= float(charted.min()) < centre.total + 3.0


def test_extrema_of_the_total_intensity():
    # sphere: 59214, 61378 and 66669 nT near (61, -101), (61, 104) and (-60, 137); the ellipsoid's poles are nearer
    found = whole.extrema("2010-01-01")
    assert found.kind.values.tolist() == ["maximum"] * 3 + ["minimum"] * 2
    np.testing.assert_allclose(found.total[:3], [66986.529423, 61684.741621, 59491.588240], atol=1e-4)  # ppigrf
    np.testing.assert_allclose(found.latitude[:3], [-60.591765, 61.774116, 61.316250], atol=1e-4)
    np.testing.assert_allclose(found.longitude[:3], [137.460591, 104.084673, -100.638283], atol=1e-4)
    charted = whole.chart("2010-01-01", "total", spacing=1.0).total
    assert float(charted.max()) <= float(found.total[0])
    assert float(charted.min()) >= float(found.total[-1])


def test_extrema_are_level():
    found = whole.extrema("2000-01-01", "b_down")
    assert found.b_down[0] > 0 > found.b_down[-1]
    for k in range(found.sizes["extremum"]):
        latitude, longitude = float(found.latitude[k]), float(found.longitude[k])
        around = main.igrf(
            "2000-01-01", latitude + np.array([1e-3, -1e-3, 0, 0]), longitude + np.array([0, 0, 1e-3, -1e-3])
        )
        ring = around.b_down - float(found.b_down[k])
        assert np.all(ring < 0) if found.kind[k] == "maximum" else np.all(ring > 0)


def test_extrema_of_an_axial_field():
    found = whole.extrema("2000-01-01", "horizontal", coefficients=coefficient_set(g_1_0=-3e4, g_2_2=50.0))
    assert set(found.kind.values) == {"maximum"}
    assert np.all(np.abs(found.latitude) < 2.0)
    with pytest.raises(UnknownNameError, match="declination"):
        whole.extrema("2000-01-01", "declination")


# Charts


def test_a_chart_holds_the_elements():
    charts = whole.chart("2010-01-01", spacing=5.0, altitude=100.0)
    assert charts.sizes == {"latitude": 37, "longitude": 73}
    spot = charts.sel(latitude=-35.0, longitude=150.0)
    b = main.igrf("2010-01-01", -35.0, 150.0, 100.0)
    elements = main.magnetic_elements(*b)
    for name, value in {**b._asdict(), **elements._asdict()}.items():
        assert float(spot[name]) == pytest.approx(float(value), abs=1e-8)
        assert charts[name].attrs["units"] in ("nT", "deg")
        assert charts[name].attrs["long_name"]
    np.testing.assert_allclose(charts.total[:, 0], charts.total[:, -1], rtol=1e-12)  # the map closes
    assert np.ptp(charts.total[0].values) < 1e-6  # a pole is one place
    assert np.ptp(charts.total[-1].values) < 1e-6


def test_charts_of_several_times_and_their_change():
    charts = whole.chart(["2012-01-01", "2021-01-01"], ["b_east", "declination"], spacing=15.0, change=True)
    assert charts.b_east.dims == ("time", "latitude", "longitude")
    assert set(charts.data_vars) == {"b_east", "declination", "b_east_change", "declination_change"}
    assert charts.declination_change.attrs["units"] == "deg/yr"
    place = {"latitude": 30.0, "longitude": -60.0}
    for k, time in enumerate(("2012-01-01", "2021-01-01")):
        change = main.secular_variation(time, 30.0, -60.0)
        assert float(charts.b_east_change[k].sel(place)) == pytest.approx(float(change.east), abs=0.2)
        elements = whole.change_of_elements(*main.igrf(time, 30.0, -60.0), *change)
        assert float(charts.declination_change[k].sel(place)) == pytest.approx(float(elements.declination), abs=1e-3)


def test_change_at_the_ends_of_the_model_needs_nothing_beyond():
    for time in ("1900-01-01", "2030-01-01"):
        charts = whole.chart(time, "total", spacing=30.0, change=True)
        assert np.all(np.abs(charts.total_change) < 300.0)
        assert float(np.abs(charts.total_change).max()) > 20.0


def test_charts_refuse_what_they_cannot_draw():
    with pytest.raises(InputError, match="divide 180"):
        whole.chart("2010-01-01", spacing=7.0)
    with pytest.raises(InputError, match="divide 180"):
        whole.chart("2010-01-01", spacing=0.0)
    with pytest.raises(UnknownNameError, match="did you mean total"):
        whole.chart("2010-01-01", "totl")


# Spectrum


def test_powers_add_up_to_the_mean_square_field():
    spectrum = whole.lowes_mauersberger_spectrum("2020-01-01", 1.3)
    sine, weight = np.polynomial.legendre.leggauss(40)
    longitude = np.radians(np.arange(0.0, 360.0, 9.0))
    cosine = np.sqrt(1 - sine[:, None] ** 2)
    place = 1.3 * np.stack(np.broadcast_arrays(cosine * np.cos(longitude), cosine * np.sin(longitude), sine[:, None]))
    b = np.stack(main.synthesize(igrf14(), "2020-01-01", *place))
    mean_square = np.sum(weight[:, None] * np.sum(b**2, axis=0)) / (2 * longitude.size)
    assert float(spectrum.power.sum()) == pytest.approx(mean_square, rel=1e-10)


def test_published_spectrum():
    # chaosmagpy 0.16 (power_spectrum) with the coefficients of 2010
    expected = [1.79402015e9, 7.60508473e7, 3.80207118e7, 9.50013832e6, 1.97702762e6, 3.93459079e5, 1.58190447e5]
    expected += [2.83383090e4, 1.54361170e4, 2.95538430e3, 7.71532800e2, 2.86179400e2, 1.48299200e2]
    spectrum = whole.lowes_mauersberger_spectrum("2010-01-01")
    np.testing.assert_allclose(spectrum.power, expected, rtol=1e-8)
    assert whole.source_depth(spectrum) * 6371.2 == pytest.approx(3391.293, abs=1e-3)
    at_core = whole.lowes_mauersberger_spectrum("2010-01-01", 3480.0 / 6371.2).power[1:]
    assert 5e9 < float(at_core.min()) < float(at_core.max()) < 1.7e10  # white at the surface of the core
    assert float(spectrum.length.sel(degree=10)) == pytest.approx(4003.1, abs=0.1)


def test_depth_of_white_sources():
    degree, radius = 8, 0.6
    g, h = np.zeros((2, degree + 1, degree + 1))
    for n in range(1, degree + 1):
        g[n, 0] = math.sqrt(1e10 * radius ** (2 * n + 4) / (n + 1))
    for r in (1.0, 1.2):
        spectrum = whole.lowes_mauersberger_spectrum("2000-01-01", r, GaussSet(g, h))
        assert whole.source_depth(spectrum, (2, degree)) == pytest.approx(radius, rel=1e-10)
    with pytest.raises(InputError, match="fewer than two"):
        whole.source_depth(spectrum, (3, 3))


def test_timescale_of_a_steady_growth():
    years = np.array([2000.0, 2010.0])
    g, h = np.zeros((2, 2, 3, 3))
    g[:, 1, 0], g[:, 2, 0] = [-30000.0, -29900.0], [100.0, 150.0]
    spectrum = whole.lowes_mauersberger_spectrum("2000-01-01", 1.0, GaussCoefficients("growing", years, g, h))
    np.testing.assert_allclose(spectrum.timescale, [3000.0, 20.0], rtol=1e-9)
    with pytest.raises(InputError, match="one time"):
        whole.lowes_mauersberger_spectrum(["2000-01-01", "2001-01-01"])


# Drift


@settings(max_examples=10)
@given(st.floats(-0.5, 0.5), st.integers(0, 50))
def test_a_rotating_field_drifts_at_its_rate(rate, seed):
    field = rotating(rate, np.arange(1900.0, 1941.0), seed)
    harmonic = whole.harmonic_drift(1900.0, 1940.0, field)
    known = np.isfinite(harmonic.drift.values)
    assert known.sum() == 21
    np.testing.assert_allclose(harmonic.drift.values[known], rate, atol=1e-9)
    for element in ("b_down", "b_north", "total"):
        pattern = whole.westward_drift(1900.0, 1940.0, [-50.0, 0.0, 35.0], element, dipole=True, coefficients=field)
        np.testing.assert_allclose(pattern.drift, rate, atol=1e-6 if element != "total" else 2e-3)
        np.testing.assert_allclose(pattern.correlation, 1.0, atol=1e-6)


def test_the_field_drifts_westward():
    found = whole.westward_drift(1900.0, 2000.0)
    assert np.all(found.drift > 0.0)
    assert 0.1 < float(found.drift.mean()) < 0.3  # 0.18 by Bullard et al. 1950, 0.2 by many since
    pole = float(whole.harmonic_drift(1900.0, 2000.0).drift.sel(degree=1, order=1)) * 60.0
    assert pole == pytest.approx(1.9, abs=0.3)  # minutes of arc a year
    with pytest.raises(UnknownNameError):
        whole.westward_drift(1900.0, 2000.0, element="d")
    with pytest.raises(InputError):
        whole.westward_drift(2000.0, 1900.0)
    with pytest.raises(InputError):
        whole.harmonic_drift(2000.0, 1900.0)
    with pytest.raises(InputError, match="1900 to 2030"):
        whole.harmonic_drift(1850.0, 1950.0)
