"""Closed forms of the simplest magnetospheres: neutral points, boundaries, open and closed lines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from sunearth.core.constants import EARTH_RADIUS
from sunearth.geomagnetism import dipole
from sunearth.magnetosphere import simple_magnetospheres as simple

ANGLES = st.floats(-3.1, 3.1)


def at(r, mlat):
    """Cartesian place in the noon meridian."""
    return r * np.cos(np.radians(mlat)), 0.0, r * np.sin(np.radians(mlat))


@given(y=st.floats(-20, 20), z=st.floats(-20, 20), tilt=st.floats(-0.6, 0.6), standoff=st.floats(4, 15))
def test_no_line_crosses_the_plane_of_an_equal_image(y, z, tilt, standoff):
    field = simple.image_dipole_field(standoff, y, z, 2 * standoff, 1.0, tilt)
    assert abs(field.b_x) <= 1e-9 * np.linalg.norm(field) + 1e-12


def test_plane_magnetopause_is_the_image_of_equal_moment():
    plane = simple.plane_magnetopause(8.0, 29949.7)
    assert simple.image_dipole_field(8.0, 0.0, 0.0, 16.0, 1.0, 0.0, 29949.7).b_z == pytest.approx(plane.b_plane)
    ground = simple.image_dipole_field(1.0, 0.0, 0.0, 16.0, 1.0, 0.0, 29949.7).b_z - 29949.7
    assert plane.b_ground == pytest.approx(ground, rel=1e-9)


@pytest.mark.parametrize(("distance", "ratio"), [(40.0, 28.0), (20.0, 1.0), (30.0, 0.1), (60.0, 100.0)])
def test_image_neutral_points_are_neutral(distance, ratio):
    x, z = simple.image_dipole_neutral_points(distance, ratio)
    field = np.linalg.norm(simple.image_dipole_field(x, 0.0, z, distance, ratio))
    assert field < 1e-9 * dipole.dipole_field(np.hypot(x, z), 0.0).b
    if ratio == 1.0:
        assert z / x == pytest.approx(1 / np.sqrt(2), rel=1e-12)


def test_last_closed_line_of_noon():
    """Lines that start above 81.59 degrees go over the pole: the nose is where the last one below crosses noon."""

    def crossing(mlat):
        def along(s, q):
            b = np.array(simple.image_dipole_field(q[0], 0.0, q[1]))[[0, 2]]
            return -b / np.linalg.norm(b)

        def equator(s, q):
            return q[1]

        def flank(s, q):
            return q[0]

        equator.terminal = flank.terminal = True
        start = at(1.0, mlat)
        path = integrate.solve_ivp(along, (0, 80), start[::2], events=(equator, flank), rtol=1e-9, atol=1e-10)
        return path.y[0, -1]

    assert crossing(81.58) == pytest.approx(10.80, abs=0.05)
    assert crossing(81.58) > 10.0 > 1.0 > crossing(81.60)


@given(
    clock=st.floats(0.0, 3.1), cone=ANGLES, strength=st.floats(0.1, 50.0), tilt=st.floats(-0.6, 0.6), side=st.booleans()
)
def test_uniform_neutral_points_are_neutral(clock, cone, strength, tilt, side):
    b = strength * np.array([np.sin(clock) * np.cos(cone), np.sin(clock) * np.sin(cone), np.cos(clock)])
    place = np.array(simple.uniform_field_neutral_point(*b, tilt)) * (1 if side else -1)
    assert np.linalg.norm(simple.dipole_in_uniform_field(*place, *b, tilt)) < 1e-9 * strength


def test_southward_topology_separates_open_from_closed():
    """The flux function at the edge of the cap is the one at the ring, and the fluxes through both agree."""
    ring, colatitude, open_flux = simple.southward_topology(-5.0, 30000.0)
    assert np.linalg.norm(simple.dipole_in_uniform_field(ring, 0, 0, 0, 0, -5.0, 0.0, 3e4)) < 1e-9
    edge = np.radians(colatitude)
    cap = 2 * np.pi * (30000.0 + 2.5) * np.sin(edge) ** 2
    assert open_flux == pytest.approx(cap * 1e-18 * EARTH_RADIUS**2, rel=1e-9)

    def radial(a):
        x, _, z = np.sin(a), 0.0, np.cos(a)
        b = simple.dipole_in_uniform_field(x, 0.0, z, 0.0, 0.0, -5.0, 0.0, 3e4)
        return -(b.b_x * x + b.b_z * z) * np.sin(a)

    through = 2 * np.pi * integrate.quad(radial, 0, edge)[0] * 1e-18 * EARTH_RADIUS**2
    assert open_flux == pytest.approx(through, rel=1e-9)


def test_northward_cavity_lets_nothing_through():
    r = simple.northward_cavity(5.0, 30000.0)
    for mlat in (-70.0, -20.0, 0.0, 45.0, 90.0):
        x, y, z = at(r, mlat)
        b = simple.dipole_in_uniform_field(x, y, z, 0.0, 0.0, 5.0, 0.0, 3e4)
        assert abs(b.b_x * x + b.b_z * z) / r < 1e-9
    assert np.isnan(simple.northward_cavity(-5.0))
    assert np.isnan(simple.southward_topology(5.0)).all()
