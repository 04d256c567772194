"""Poles, moments, ovals and cutoffs of the past, against the field of a tilted dipole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.constants import DIPOLE_MOMENT, EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.geomagnetism import dipole, paleo
from sunearth.geomagnetism.cutoff import vertical_cutoff

LATITUDES = st.floats(-85.0, 85.0)
LONGITUDES = st.floats(-180.0, 180.0)


def unit(latitude, longitude):
    a, b = np.radians(latitude), np.radians(longitude)
    return np.array([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)])


def apart(one, other):
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(one, other)), one @ other))


@given(site=st.tuples(LATITUDES, LONGITUDES), pole=st.tuples(LATITUDES, LONGITUDES))
def test_direction_is_that_of_the_dipole_and_leads_back(site, pole):
    moment = -DIPOLE_MOMENT * unit(*pole)
    up = unit(*site)
    east = np.array([-np.sin(np.radians(site[1])), np.cos(np.radians(site[1])), 0.0])
    north = np.cross(up, east)
    b = np.array(dipole.dipole_field_vector(*up, *moment))
    across = np.hypot(b @ north, b @ east)
    direction = paleo.direction_of_pole(*site, *pole)
    assert direction.inclination == pytest.approx(np.degrees(np.arctan2(-b @ up, across)), abs=1e-7)
    if across > 1e-3 * np.linalg.norm(b):
        turn = direction.declination - np.degrees(np.arctan2(b @ east, b @ north))
        assert abs((turn + 180) % 360 - 180) < 1e-6
        found = paleo.virtual_geomagnetic_pole(*site, *direction)
        assert apart(unit(*found), unit(*pole)) < 1e-6
    strength = paleo.virtual_dipole_moment(np.linalg.norm(b), direction.inclination)
    assert strength == pytest.approx(DIPOLE_MOMENT, rel=1e-9)


@given(
    latitude=LATITUDES, longitude=LONGITUDES, declination=st.floats(-180.0, 180.0), inclination=st.floats(-89.0, 89.0)
)
def test_a_reversed_field_has_the_opposite_pole(latitude, longitude, declination, inclination):
    normal = paleo.virtual_geomagnetic_pole(latitude, longitude, declination, inclination)
    reversed_ = paleo.virtual_geomagnetic_pole(latitude, longitude, declination + 180, -inclination)
    assert apart(unit(*normal), -unit(*reversed_)) < 1e-6
    assert paleo.polarity(normal.latitude) == -paleo.polarity(reversed_.latitude)


def test_oval_for_half_the_moment():
    half = DIPOLE_MOMENT / 2
    assert paleo.paleo_oval_latitude(half) == pytest.approx(63.99, abs=0.005)
    assert paleo.paleo_oval_latitude(half, closure="open_flux") == pytest.approx(56.46, abs=0.01)
    assert paleo.paleo_oval_latitude(DIPOLE_MOMENT, 71.3) == pytest.approx(71.3, rel=1e-12)
    assert np.isnan(paleo.paleo_oval_latitude(0.1 * DIPOLE_MOMENT, closure="open_flux"))
    with pytest.raises(InputError, match="closure"):
        paleo.paleo_oval_latitude(half, closure="standoff")


@given(moment=st.floats(3e22, 2e23))
def test_open_flux_is_what_stays(moment):
    mlat = paleo.paleo_oval_latitude(moment, 70.0, closure="open_flux")
    assert moment * np.cos(np.radians(mlat)) ** 2 == pytest.approx(
        DIPOLE_MOMENT * np.cos(np.radians(70.0)) ** 2, rel=1e-9
    )


@given(pole=st.tuples(LATITUDES, LONGITUDES), mlat=st.floats(40.0, 89.0), bearing=st.floats(-180.0, 180.0))
def test_circles_keep_their_distance_from_the_pole(pole, mlat, bearing):
    point = paleo.circle_about_pole(*pole, mlat, bearing)
    assert apart(unit(*point), unit(*pole)) == pytest.approx(90 - mlat, abs=1e-7)
    assert -180 <= point.longitude <= 180


@given(site=st.tuples(LATITUDES, LONGITUDES), pole=st.tuples(LATITUDES, LONGITUDES))
def test_cutoff_of_either_polarity(site, pole):
    cutoff = paleo.paleo_cutoff(*site, *pole)
    other = paleo.paleo_cutoff(*site, -pole[0], pole[1] + 180)
    assert cutoff == pytest.approx(other, rel=1e-6, abs=1e-12)
    assert paleo.paleo_cutoff(*site, *pole, DIPOLE_MOMENT / 2) == pytest.approx(cutoff / 2, rel=1e-9)
    cosine = np.sin(np.radians(apart(unit(*site), unit(*pole))))
    assert cutoff == pytest.approx(vertical_cutoff(1.0) * cosine**4, rel=1e-6, abs=1e-12)


def test_ring_of_current_with_the_moment_of_the_earth():
    """A loop round the equator would need 607 MA: the moment is a loop's current times its area."""
    moment = paleo.virtual_dipole_moment(29949.7, 0.0)
    assert moment / (np.pi * EARTH_RADIUS**2) == pytest.approx(6.07e8, rel=2e-3)
