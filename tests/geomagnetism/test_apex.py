"""Apex coordinates against other codes, an independent integrator, and what a field line obeys."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from sunearth.geomagnetism import apex
from sunearth.geomagnetism.frames import (
    cartesian_to_geodetic,
    geocentric_to_geodetic,
    geodetic_to_cartesian,
    geographic_to_dipole,
    magnetic_local_time,
)
from sunearth.geomagnetism.igrf import igrf, igrf_cartesian

TIME = "2015-03-17T12:00"


def separation(first, second):
    """Angle between places of latitude and longitude, in degrees."""
    units = []
    for lat, lon in (np.radians(first), np.radians(second)):
        units.append(np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]))
    return np.degrees(2.0 * np.arcsin(np.linalg.norm(units[0] - units[1], axis=0) / 2.0))


def places(seed, count, low=0.0, high=2000.0):
    rng = np.random.default_rng(seed)
    return (
        np.degrees(np.arcsin(rng.uniform(-1, 1, count))),
        rng.uniform(-180, 180, count),
        rng.uniform(low, high, count),
    )


def local_field(lat, lon, altitude):
    b = igrf(TIME, lat, lon, altitude)
    return np.stack([b.b_east, b.b_north, -b.b_down], axis=-1)


@pytest.fixture(scope="module")
def table(shared_data):
    path = shared_data / "magmodel/apex_quasidipole_testdata_esa.tsv.gz"
    if not path.exists():
        pytest.skip("the table of quasi-dipole coordinates is not here")
    with gzip.open(path, "rt") as text:
        rows = np.genfromtxt(text, names=True)
    rows_time = np.datetime64("2000-01-01", "ns") + (rows["MJD2000"] * 86_400e9).astype("timedelta64[ns]")
    place = geocentric_to_geodetic(rows["Radius"], rows["Latitude"])
    return rows, (rows_time, place.latitude, rows["Longitude"], place.altitude)


@pytest.mark.parametrize(
    ("lat", "lon", "altitude"), [(69.66, 18.94, 110.0), (-20.0, -45.0, 450.0), (3.0, 100.0, 110.0), (50.0, -90.0, 0.0)]
)
def test_apex_is_that_of_another_integrator(lat, lon, altitude):
    start = np.array(geodetic_to_cartesian(lat, lon, altitude)) / 6371.2
    sign = -np.sign(igrf(TIME, lat, lon, altitude).b_down)

    def slope(_, place):
        b = np.array(igrf_cartesian(TIME, *place))
        return sign * b / np.linalg.norm(b)

    def climb(_, place):
        found = cartesian_to_geodetic(*(6371.2 * place))
        phi, theta = np.radians(found.longitude), np.radians(found.latitude)
        up = np.array([np.cos(theta) * np.cos(phi), np.cos(theta) * np.sin(phi), np.sin(theta)])
        return slope(0.0, place) @ up

    climb.terminal, climb.direction = True, -1
    line = solve_ivp(slope, (0.0, 100.0), start, "DOP853", events=climb, rtol=1e-11, atol=1e-12, dense_output=True)
    top = line.sol(brentq(lambda s: climb(0.0, line.sol(s)), 0.5 * line.t[-1], line.t[-1] + 1e-3))
    expected = cartesian_to_geodetic(*(6371.2 * top))
    assert apex.apex_height(TIME, lat, lon, altitude) == pytest.approx(expected.altitude, rel=1e-6)
    sphere = np.degrees(np.arcsin(top[2] / np.linalg.norm(top))), expected.longitude
    mlon = geographic_to_dipole(TIME, *sphere).mlon
    assert apex.quasi_dipole(TIME, lat, lon, altitude).mlon == pytest.approx(mlon, abs=1e-5)


def test_quasi_dipole_against_the_table_of_a_fit(table):
    """The table is a fit in harmonics (Emmert et al. 2010) to lines traced in coarse steps."""
    rows, where = table
    found = apex.quasi_dipole(*where)
    off = separation(found, (rows["QDLatitude"], rows["QDLongitude"]))
    print(f"\n{off.size} quasi-dipole places: median {np.median(off):.4f}, worst {off.max():.3f} degrees")
    assert np.median(off) < 0.025
    assert np.percentile(off, 90) < 0.07
    assert off.max() < 0.3


def test_magnetic_local_time_of_the_table(table):
    rows, (time, *_) = table
    off = magnetic_local_time(time, rows["QDLongitude"]) - rows["MagneticLocalTime"]
    assert np.abs((off + 12.0) % 24.0 - 12.0).max() < 1e-3


def test_base_vectors_of_the_table(table):
    rows, where = table
    found = apex.base_vectors(*where)
    for name, value in (
        ("F11", found.f1[:, 0]),
        ("F12", found.f1[:, 1]),
        ("F21", found.f2[:, 0]),
        ("F22", found.f2[:, 1]),
    ):
        off = np.abs(value - rows[name])
        assert np.median(off) < 2e-3, name
        assert off.max() < 0.04, name
    area = found.f1[:, 0] * found.f2[:, 1] - found.f1[:, 1] * found.f2[:, 0]
    assert np.median(np.abs(area - rows["F"])) < 2e-3


@pytest.mark.parametrize("seed", [0, 1])
def test_quasi_dipole_round_trip(seed):
    lat, lon, altitude = places(seed, 400)
    found = apex.quasi_dipole(TIME, lat, lon, altitude)
    back = apex.quasi_dipole_to_geodetic(TIME, found.mlat, found.mlon, altitude)
    assert separation(back, (lat, lon)).max() < 5e-6


def test_modified_apex_and_aacgm_round_trip():
    lat, lon, altitude = places(3, 400, low=300.0)
    found = apex.modified_apex(TIME, lat, lon, altitude)
    back = apex.modified_apex_to_geodetic(TIME, found.mlat, found.mlon, altitude)
    assert separation(back, (lat, lon)).max() < 5e-6
    found = apex.aacgm(TIME, lat, lon, altitude)
    defined = np.isfinite(found.mlat)
    assert 0.85 < defined.mean() < 1.0
    assert np.abs(apex.quasi_dipole(TIME, lat, lon, altitude).mlat[~defined]).max() < 25.0
    back = apex.aacgm_to_geodetic(TIME, found.mlat, found.mlon, altitude)
    assert separation((back.latitude[defined], back.longitude[defined]), (lat[defined], lon[defined])).max() < 5e-6
    assert np.isnan(back.latitude[~defined]).all()


def test_places_of_one_line_share_their_coordinates():
    lat, lon, altitude = places(4, 200, low=400.0, high=1500.0)
    foot = apex.map_to_height(TIME, lat, lon, altitude, 110.0)
    far = apex.conjugate_point(TIME, lat, lon, altitude, 300.0)
    here = apex.modified_apex(TIME, lat, lon, altitude)
    there = apex.modified_apex(TIME, foot.latitude, foot.longitude, 110.0)
    other = apex.modified_apex(TIME, far.latitude, far.longitude, 300.0)
    assert separation(here, there).max() < 1e-5
    np.testing.assert_allclose(other.mlat, -here.mlat, atol=1e-5)
    assert separation(here, (-other.mlat, other.mlon)).max() < 1e-5
    corrected = apex.aacgm(TIME, lat, lon, altitude)
    below = apex.aacgm(TIME, foot.latitude, foot.longitude, 110.0)
    both = np.isfinite(corrected.mlat) & np.isfinite(below.mlat)
    assert separation((corrected.mlat[both], corrected.mlon[both]), (below.mlat[both], below.mlon[both])).max() < 1e-5


def test_a_conjugate_of_a_conjugate_is_the_place_itself():
    lat, lon, altitude = places(5, 200)
    far = apex.conjugate_point(TIME, lat, lon, altitude)
    back = apex.conjugate_point(TIME, far.latitude, far.longitude, altitude)
    assert separation(back, (lat, lon)).max() < 1e-5


def test_latitude_vanishes_where_the_field_is_level():
    lon = np.linspace(-180, 150, 12)
    level = [brentq(lambda lat, phi=phi: igrf(TIME, lat, phi, 300.0).b_down, -30, 30, xtol=1e-12) for phi in lon]
    found = apex.quasi_dipole(TIME, level, lon, 300.0)
    assert np.abs(found.mlat).max() < 1e-5
    np.testing.assert_allclose(apex.apex_height(TIME, level, lon, 300.0), 300.0, atol=1e-6)
    back = apex.quasi_dipole_to_geodetic(TIME, 0.0, found.mlon, 300.0)
    np.testing.assert_allclose(back.latitude, level, atol=1e-5)


def test_coordinates_pass_smoothly_through_the_equator():
    lat = np.linspace(5.0, 11.0, 121)
    step = np.diff(apex.quasi_dipole(TIME, lat, 77.0, 110.0).mlat)
    assert (step > 0.045).all()
    assert np.ptp(step) < 0.005


def test_poles_of_the_coordinates():
    """Against the poles that the manual of apexpy prints for 2015.3."""
    poles = apex.quasi_dipole_to_geodetic("2015-04-20", [90.0, -90.0], 0.0, 0.0)
    assert separation(poles, ([83.0996, -74.3883], [-84.5946, 125.7149])).max() < 0.1
    again = apex.quasi_dipole("2015-04-20", poles.latitude, poles.longitude, 0.0)
    np.testing.assert_allclose(again.mlat, [90.0, -90.0], atol=0.02)


def test_base_vectors_are_square_to_the_field_and_reciprocal():
    lat, lon, altitude = places(6, 150, low=200.0)
    vectors = apex.base_vectors(TIME, lat, lon, altitude)
    b = local_field(lat, lon, altitude)
    strength = np.linalg.norm(b, axis=1)
    for vector in (vectors.d1, vectors.d2):
        along = np.sum(vector * b, axis=1) / strength / np.linalg.norm(vector, axis=1)
        assert np.abs(along).max() < 1e-5
    d = np.stack([vectors.d1, vectors.d2, vectors.d3])
    e = np.stack([vectors.e1, vectors.e2, vectors.e3])
    np.testing.assert_allclose(np.einsum("ikc,jkc->ijk", d, e), np.eye(3)[..., None] * np.ones(150), atol=1e-12)
    f = np.stack([vectors.f1, vectors.f2, vectors.f3])
    g = np.stack([vectors.g1, vectors.g2, vectors.g3])
    steep = np.abs(apex.quasi_dipole(TIME, lat, lon, altitude).mlat) > 1.0
    np.testing.assert_allclose(
        np.einsum("ikc,jkc->ijk", f, g)[:, :, steep], np.eye(3)[..., None] * np.ones(steep.sum()), atol=1e-9
    )


def test_flux_between_lines_is_the_same_all_along_them():
    """B/D, the field per area between neighbouring lines, is a constant of a line."""
    lat, lon, altitude = places(7, 100, low=300.0)
    values = []
    for place in ((lat, lon, altitude), (*apex.map_to_height(TIME, lat, lon, altitude, 110.0), np.full(100, 110.0))):
        vectors = apex.base_vectors(TIME, *place)
        values.append(np.linalg.norm(local_field(*place), axis=1) / np.linalg.norm(vectors.e3, axis=1))
    np.testing.assert_allclose(values[0], values[1], rtol=3e-5)


def test_electric_field_and_drift_map_alike():
    """The drift of the mapped electric field is the mapped drift."""
    lat, lon, altitude = places(8, 100, low=300.0, high=1000.0)
    e = np.random.default_rng(9).normal(size=(100, 3)) * 10.0
    b = local_field(lat, lon, altitude)
    v = np.cross(e, b) / np.sum(b**2, axis=1, keepdims=True)
    foot = apex.map_to_height(TIME, lat, lon, altitude, 110.0)
    mapped_e = np.stack(apex.map_electric_field(TIME, lat, lon, altitude, *e.T), axis=1)
    mapped_v = np.stack(apex.map_drift(TIME, lat, lon, altitude, *v.T), axis=1)
    below = local_field(foot.latitude, foot.longitude, 110.0)
    np.testing.assert_allclose(np.sum(mapped_e * below, axis=1) / np.linalg.norm(below, axis=1), 0.0, atol=1e-3)
    expected = np.cross(mapped_e, below) / np.sum(below**2, axis=1, keepdims=True)
    np.testing.assert_allclose(mapped_v, expected, atol=1e-4 * np.abs(expected).max())


def test_mapped_field_has_the_same_potential():
    """Work across two neighbouring lines is the same at both heights."""
    lat, lon, altitude, step = 60.0, 20.0, 800.0, 0.01
    low, high = (apex.map_to_height(TIME, lat + s * step, lon, altitude, 110.0) for s in (-1, 1))
    first, last = (np.array(geodetic_to_cartesian(p.latitude, p.longitude, 110.0)) for p in (low, high))
    apart = last - first
    above = np.subtract(*(geodetic_to_cartesian(lat + s * step, lon, altitude) for s in (1, -1)))
    e = local_field(lat, lon, altitude)
    e = np.cross(e, [1.0, 0.0, 0.0]) / np.linalg.norm(e)  # square to the field, in the meridian
    work = 0.0
    for place, vector, way in (
        ((lat, lon), e, above),
        (
            apex.map_to_height(TIME, lat, lon, altitude, 110.0),
            np.array(apex.map_electric_field(TIME, lat, lon, altitude, *e)),
            apart,
        ),
    ):
        theta, phi = np.radians(place)
        axes = np.array(
            [
                [-np.sin(phi), np.cos(phi), 0.0],
                [-np.sin(theta) * np.cos(phi), -np.sin(theta) * np.sin(phi), np.cos(theta)],
                [np.cos(theta) * np.cos(phi), np.cos(theta) * np.sin(phi), np.sin(theta)],
            ]
        )
        previous, work = work, vector @ axes @ way
    assert work == pytest.approx(previous, rel=1e-4)


def test_what_has_no_coordinates_is_nan():
    assert np.isnan(apex.quasi_dipole(TIME, np.nan, 0.0, 110.0).mlat)
    assert np.isnan(apex.quasi_dipole(TIME, 50.0, 0.0, -4000.0).mlat)
    assert np.isnan(apex.quasi_dipole("NaT", 50.0, 0.0, 110.0).mlat)
    assert np.isnan(apex.modified_apex(TIME, 8.0, 77.0, 20.0).mlat), "its apex is below the reference height"
    assert np.isnan(apex.modified_apex_to_geodetic(TIME, 5.0, 77.0, 900.0).latitude), "the line does not reach there"
    assert np.isnan(apex.map_to_height(TIME, 8.0, 77.0, 110.0, 500.0).latitude)
    assert np.isnan(apex.aacgm("2020-07-01", 5.0, 100.0, 110.0).mlat)


def test_beyond_the_field_model_there_is_a_warning_and_an_answer():
    with pytest.warns(UserWarning, match="1900 to 2030"):
        early = apex.quasi_dipole("1890-01-01", 60.0, 10.0, 110.0)
    assert early.mlat == apex.quasi_dipole("1900-01-01", 60.0, 10.0, 110.0).mlat
    with pytest.warns(UserWarning, match="1900 to 2030"):
        late = apex.quasi_dipole("2033-01-01", 60.0, 10.0, 110.0)
    at_end = apex.quasi_dipole("2030-01-01", 60.0, 10.0, 110.0)
    assert 0.0 < separation(late, at_end) < 1.0


def test_each_place_may_have_its_own_time():
    times = np.array(["1950-01-01", "2020-06-01", "1950-01-01"], "datetime64[ns]")
    together = apex.quasi_dipole(times, 60.0, [10.0, 20.0, 30.0], 110.0)
    for k in range(3):
        alone = apex.quasi_dipole(times[k], 60.0, [10.0, 20.0, 30.0][k], 110.0)
        assert together.mlat[k] == alone.mlat
        assert together.mlon[k] == alone.mlon


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-89.9, 89.9),
    st.floats(-180, 180),
    st.floats(0, 30_000),
    st.sampled_from(["1905-05-05", TIME, "2029-01-01"]),
)
def test_every_place_has_its_coordinates(lat, lon, altitude, time):
    found = apex.quasi_dipole(time, lat, lon, altitude)
    assert -90.0 <= found.mlat <= 90.0
    assert np.sign(found.mlat) == np.sign(igrf(time, lat, lon, altitude).b_down) or abs(found.mlat) < 1e-3
    back = apex.quasi_dipole_to_geodetic(time, found.mlat, found.mlon, altitude)
    assert separation(back, (lat, lon)) < 1e-3


def test_against_aacgmv2_where_it_is_installed():
    aacgmv2 = pytest.importorskip("aacgmv2")
    lat, lon, altitude = places(10, 50, high=1000.0)
    when = np.datetime64(TIME).astype(object)
    expected = aacgmv2.convert_latlon_arr(lat, lon, altitude, when, method_code="G2A|TRACE")
    found = apex.aacgm(TIME, lat, lon, altitude)
    np.testing.assert_array_equal(np.isnan(found.mlat), np.isnan(expected[0]))
    defined = np.isfinite(found.mlat)
    assert (
        separation((found.mlat[defined], found.mlon[defined]), (expected[0][defined], expected[1][defined])).max()
        < 1e-3
    )


def test_against_apexpy_where_it_is_installed():
    apexpy = pytest.importorskip("apexpy")
    lat, lon, altitude = places(11, 100, high=1000.0)
    expected = apexpy.Apex(2015.0).geo2qd(lat, lon, altitude)
    off = separation(apex.quasi_dipole("2015-01-01", lat, lon, altitude), expected)
    assert np.median(off) < 0.1
    assert off.max() < 0.6
