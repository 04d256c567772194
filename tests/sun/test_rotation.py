"""How the Sun turns and where the planets stand: full ephemerides, published examples, and what must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.sun import rotation

latitude = st.floats(-90.0, 90.0)
# Largest error against full planetary theory: longitude and latitude (arcmin, as the docstring says), relative radius.
ADMITTED = {
    "mercury": (1.0, 1.0, 1e-4),
    "venus": (1.0, 1.0, 1e-4),
    "earth": (0.1, 0.1, 1e-5),
    "mars": (2.0, 1.0, 3e-4),
    "jupiter": (12.0, 2.0, 1e-3),
    "saturn": (12.0, 2.0, 2.5e-3),
    "uranus": (2.0, 1.0, 1e-3),
    "neptune": (2.0, 1.0, 1e-3),
}


def moments(first, last, days):
    return np.arange(np.datetime64(first, "ns"), np.datetime64(last, "ns"), np.timedelta64(days, "D"))


@given(st.floats(10.0, 60.0), st.floats(80.0, 5000.0))
def test_synodic_and_sidereal_are_inverse(period, orbital):
    assert rotation.sidereal_period(rotation.synodic_period(period, orbital), orbital) == pytest.approx(period)


def test_carrington_period():
    assert rotation.synodic_period(25.38) == pytest.approx(27.2753, abs=2e-4)
    turn = 360.0 / rotation.CARRINGTON_RATE
    assert turn == pytest.approx(25.38, abs=1e-3)


@given(latitude)
def test_the_equator_turns_fastest(where):
    for law in (rotation.snodgrass_ulrich_1990, rotation.snodgrass_1983, rotation.howard_1990):
        assert law(where) <= law(0.0)
        assert law(where) == law(-where)
    assert rotation.sunspot_period(where) >= 26.9


def test_laws_agree_where_spots_are():
    where = np.linspace(0.0, 30.0, 7)
    spots = 360.0 / rotation.sidereal_period(rotation.sunspot_period(where))
    for law in (rotation.snodgrass_ulrich_1990, rotation.snodgrass_1983, rotation.howard_1990):
        np.testing.assert_allclose(law(where), spots, rtol=0.03)


def test_published_example_of_the_orientation():
    # Meeus 1998, example 29.a: 13 October 1992, 0h UT.
    orientation = rotation.solar_orientation("1992-10-13")
    assert orientation.p == pytest.approx(26.27, abs=0.01)
    assert orientation.b_0 == pytest.approx(5.99, abs=0.01)
    assert orientation.l_0 == pytest.approx(238.63, abs=0.015)


def test_published_example_of_a_rotation():
    # Meeus 1998, example 29.b: rotation 1699 began on 29.22 August 1980.
    start = rotation.carrington_rotation_start(1699)
    assert abs(start - np.datetime64("1980-08-29T05:17", "ns")) < np.timedelta64(10, "m")


@given(st.floats(600.0, 3000.0))
def test_start_of_a_rotation_inverts_its_number(number):
    time = rotation.carrington_rotation_start(number)
    assert rotation.carrington_rotation(time) == pytest.approx(number, abs=1e-6)


def test_rotation_number_runs_evenly():
    time = moments("1900-01-01", "2050-01-01", 1)
    number = rotation.carrington_rotation(time)
    rate = np.diff(number) * rotation.synodic_period(25.38)
    assert np.all((rate > 0.98) & (rate < 1.02))
    np.testing.assert_allclose(number % 1.0, 1.0 - rotation.solar_orientation(time).l_0 / 360.0, atol=1e-9)


def test_ranges_of_the_angles():
    orientation = rotation.solar_orientation(moments("1990-01-01", "2021-01-01", 1))
    assert np.abs(orientation.b_0).max() == pytest.approx(7.25, abs=0.01)
    assert np.abs(orientation.p).max() == pytest.approx(26.32, abs=0.06)
    assert (orientation.l_0 >= 0).all()
    assert (orientation.l_0 < 360).all()


def test_no_time_gives_nan():
    time = np.array(["NaT", "2015-03-17"], "datetime64[ns]")
    for result in (rotation.sun_distance(time), *rotation.solar_orientation(time), *rotation.earth_position(time)):
        assert np.isnan(result[0])
        assert np.isfinite(result[1])


def planet_by_theory(name, time):
    """Heliocentric place from the ephemeris that astropy has built in, turned by the Sun's pole."""
    astropy_time = pytest.importorskip("astropy.time")
    coordinates = pytest.importorskip("astropy.coordinates")
    days = (time - np.datetime64("2000-01-01T12:00", "ns")) / np.timedelta64(1, "D")
    when = astropy_time.Time(2451545.0 + days, format="jd", scale="tdb")
    place = (
        coordinates.get_body_barycentric(name, when, ephemeris="builtin").xyz
        - coordinates.get_body_barycentric("sun", when, ephemeris="builtin").xyz
    ).to_value("au")
    alpha, delta, obliquity = np.radians([286.13, 63.87, 84381.406 / 3600])
    pole = np.array([np.cos(delta) * np.cos(alpha), np.cos(delta) * np.sin(alpha), np.sin(delta)])
    ecliptic = np.array([0.0, -np.sin(obliquity), np.cos(obliquity)])
    node = np.cross(ecliptic, pole)
    node /= np.linalg.norm(node)
    radius = np.linalg.norm(place, axis=0)
    unit = place / radius
    longitude = np.degrees(np.arctan2(np.cross(pole, node) @ unit, node @ unit))
    return radius, longitude, np.degrees(np.arcsin(pole @ unit))


@pytest.mark.parametrize("name", rotation.PLANETS)
def test_planets_against_full_theory(name):
    time = moments("1900-02-01", "2049-11-01", 29)
    ours = rotation.planet_position(name, time, "HCI")
    # Universal time is at most 80 s behind the time of the ephemeris: bring it there.
    uniform = np.array("2000-01-01T12:00", "datetime64[ns]") + np.round(rotation._days(time) * 86_400e9).astype(
        "timedelta64[ns]"
    )
    radius, longitude, latitude = planet_by_theory(name, uniform)
    in_longitude, in_latitude, in_radius = ADMITTED[name]
    assert 60 * np.abs((ours.longitude - longitude + 180) % 360 - 180).max() < in_longitude
    assert 60 * np.abs(ours.latitude - latitude).max() < in_latitude
    assert np.abs(ours.radius / radius - 1).max() < in_radius


def test_the_earth_in_every_frame():
    time = moments("2010-01-01", "2012-01-01", 40)
    orientation = rotation.solar_orientation(time)
    carrington = rotation.earth_position(time)
    np.testing.assert_allclose(carrington.longitude, orientation.l_0, atol=1e-9)
    np.testing.assert_allclose(carrington.latitude, orientation.b_0, atol=1e-9)
    np.testing.assert_allclose(rotation.planet_position("Earth", time).longitude, 0.0, atol=1e-9)


def test_transit_of_venus():
    # 6 June 2012, 01:29 UT: Venus before the Sun, less than 9 arcminutes from its centre as seen from the Earth.
    venus = rotation.planet_position("venus", "2012-06-06T01:29")
    assert abs(venus.longitude) < 0.2
    assert venus.radius == pytest.approx(0.7260, abs=2e-4)


def test_differences_between_planets_do_not_depend_on_the_frame():
    time = moments("2020-01-01", "2021-01-01", 50)
    apart = [
        rotation.planet_position("mars", time, frame).longitude
        - rotation.planet_position("venus", time, frame).longitude
        for frame in rotation.FRAMES
    ]
    for other in apart[1:]:
        np.testing.assert_allclose((other - apart[0] + 180) % 360 - 180, 0.0, atol=1e-8)


def test_bad_input():
    with pytest.raises(LookupError, match="mars"):
        rotation.planet_position("marz", "2020-01-01")
    with pytest.raises(LookupError, match="HEEQ"):
        rotation.planet_position("mars", "2020-01-01", "HEQ")
    with pytest.raises(InputError, match="finite"):
        rotation.carrington_rotation_start(np.nan)
