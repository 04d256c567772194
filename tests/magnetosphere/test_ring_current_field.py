"""Fields of rings, of parts of rings, and of the pressure of a plasma."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.constants import EARTH_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.magnetosphere import ring_current_field as field
from sunearth.magnetosphere.ring_current import depression_of_energy


def test_centre_of_a_loop():
    wanted = -VACUUM_PERMEABILITY * 1e6 / (2 * 5.0 * EARTH_RADIUS) * 1e9
    assert field.ring_current_loop(1.0, 5.0).b_z == pytest.approx(wanted, rel=1e-12)


def test_axis_of_a_loop():
    z = np.array([0.5, 1.0, 3.0])
    wanted = field.ring_current_loop(1.0, 4.0).b_z * (1 + (z / 4.0) ** 2) ** -1.5
    loop = field.ring_current_loop(1.0, 4.0, 0.0, z)
    assert np.allclose(loop.b_z, wanted, rtol=1e-12)
    assert np.allclose(loop.b_rho, 0.0)


@given(rho=st.floats(0.1, 12.0), z=st.floats(-6.0, 6.0))
def test_loop_is_the_polygon_of_many_sides(rho, z):
    if np.hypot(rho - 4.0, z) < 0.8:
        return
    angle = np.linspace(0.0, -2 * np.pi, 1441)  # westward: dusk towards noon
    # a polygon of the same area
    radius = 4.0 * np.sqrt((2 * np.pi / 1440) / np.sin(2 * np.pi / 1440))
    path = np.stack([radius * np.cos(angle), radius * np.sin(angle), 0.0 * angle], axis=-1)
    loop, wire = field.ring_current_loop(1.0, 4.0, rho, z), field.wire_field(path, 1.0, rho, 0.0, z)
    assert loop.b_z == pytest.approx(wire.b_z, rel=2e-4, abs=1e-5)
    assert loop.b_rho == pytest.approx(wire.b_x, rel=2e-4, abs=1e-5)


def test_far_loop_is_a_dipole():
    """On the axis 2 m / r^3, in the plane m / r^3 the other way; the moment points south."""
    moment = -np.pi * 4.0**2 * VACUUM_PERMEABILITY * 1e6 / (4 * np.pi * EARTH_RADIUS) * 1e9
    assert field.ring_current_loop(1.0, 4.0, 1e-6, 400.0).b_z == pytest.approx(2 * moment / 400.0**3, rel=1e-3)
    assert field.ring_current_loop(1.0, 4.0, 400.0, 0.0).b_z == pytest.approx(-moment / 400.0**3, rel=1e-3)


def test_wire_of_a_square():
    side = 2.0
    square = [[1, 1, 0], [-1, 1, 0], [-1, -1, 0], [1, -1, 0], [1, 1, 0]]
    wanted = 2 * np.sqrt(2) * VACUUM_PERMEABILITY * 1e6 / (np.pi * side * EARTH_RADIUS) * 1e9
    assert field.wire_field(square, 1.0, 0.0, 0.0, 0.0).b_z == pytest.approx(wanted, rel=1e-12)


def test_wire_needs_points():
    with pytest.raises(InputError, match="points, 3"):
        field.wire_field([1.0, 2.0, 3.0], 1.0, 0.0, 0.0, 0.0)


def test_arcs_and_shells_out_of_place_are_refused():
    with pytest.raises(InputError, match="footpoint"):
        field.partial_ring_path(1.0, 15.0, 24.0)
    for shells in ([4.0], [5.0, 4.0, 3.0]):
        with pytest.raises(InputError, match="ascending"):
            field.pressure_field(shells, np.ones(len(shells)), np.ones(len(shells)))


def test_partial_ring_is_deepest_under_the_middle_of_the_arc():
    mlt = np.arange(24.0)
    turn = (mlt - 12.0) * np.pi / 12
    for start, end in ((15.0, 24.0), (18.0, 3.0)):
        b_z = field.partial_ring_current(1.0, 4.0, start, end, np.cos(turn), np.sin(turn), 0.0 * turn).b_z
        parts = field.symmetric_asymmetric(mlt, b_z)
        middle = (start + 0.5 * ((end - start) % 24.0)) % 24.0
        assert parts.deepest_mlt == pytest.approx(middle, abs=0.05)
        assert parts.asy > 2 * abs(parts.sym)
        assert parts.sym == pytest.approx(b_z.mean())


def test_loop_closed_along_dipole_lines_leaves_the_centre_alone():
    """The arc makes mu_0 I / (4 pi r) a radian there, that in the ionosphere as much: cos^2(latitude) = foot / r."""
    for radius, foot in ((4.0, 1.02), (6.0, 1.3)):
        b_z = field.partial_ring_current(1.0, radius, 18.0, 0.0, 0.0, 0.0, 0.0, footpoint=foot, pieces=400).b_z
        assert abs(b_z) < 1e-4 * abs(field.ring_current_loop(0.25, radius).b_z)


def test_partial_ring_flows_down_at_dusk():
    """Region 2: into the ionosphere at the western (dusk) end of the arc, out of it at the eastern end."""
    path = field.partial_ring_path(4.0, 18.0, 24.0, pieces=10)
    mlt = (np.arctan2(path[:, 1], path[:, 0]) * 12 / np.pi + 12) % 24
    r = np.linalg.norm(path, axis=1)
    falling = np.flatnonzero(np.diff(r) < -1e-9)
    assert np.allclose(mlt[falling], 18.0, atol=1e-9)
    assert np.allclose(path[0], path[-1], atol=1e-12)


def test_symmetric_part_leaves_missing_stations_out():
    parts = field.symmetric_asymmetric([0.0, 6.0, 12.0, 18.0], [[-10.0, np.nan, -20.0, -30.0], [np.nan] * 4])
    assert parts.sym[0] == pytest.approx(-20.0)
    assert parts.asy[0] == pytest.approx(20.0)
    assert np.isnan(parts.sym[1])
    assert np.isnan(parts.asy[1])
    assert np.isnan(parts.deepest_mlt[1])


def _energy(shells, across, along, exponent):
    """Energy (J) of the plasma in the volume of the dipole's lines above the ground, both hemispheres."""
    latitude = np.linspace(0.0, np.pi / 2 - 1e-3, 6001)
    cosine, sine = np.cos(latitude), np.sin(latitude)
    stronger = np.sqrt(1 + 3 * sine**2) / cosine**6
    r = shells[:, None] * cosine**2
    volume = 2 * np.pi * r * cosine * r * cosine**2 * (r > 1.0) * stronger**-exponent
    density = (across + 0.5 * along)[:, None] * volume
    return 2 * np.trapezoid(np.trapezoid(density, latitude, axis=1), shells) * EARTH_RADIUS**3 * 1e-9


@pytest.mark.parametrize(("anisotropy", "rtol"), [(1.0, 2e-4), (0.5, 3e-4), (0.0, 2e-3), (-0.3, 1e-2)])
def test_current_of_the_pressure_obeys_dessler_parker_sckopke(anisotropy, rtol):
    """Field at the centre and energy: an identity, but for the plasma that the ground cuts off."""
    shells = np.linspace(2.0, 8.0, 241)
    across = 20.0 * np.exp(-(((shells - 4.5) / 0.6) ** 2))
    along = across / (1 + anisotropy)
    wanted = depression_of_energy(_energy(shells, across, along, anisotropy), 1.0)
    assert field.pressure_field(shells, across, along) == pytest.approx(wanted, rel=rtol)


def test_identity_converges():
    errors = []
    for count in (31, 61, 121):
        shells = np.linspace(2.0, 8.0, count)
        across = 20.0 * np.exp(-(((shells - 4.5) / 0.6) ** 2))
        along = 0.5 * across
        wanted = depression_of_energy(_energy(shells, across, along, 1.0), 1.0)
        errors.append(abs(field.pressure_field(shells, across, along) / wanted - 1))
    assert errors[0] > 3 * errors[1]
    assert errors[1] > 3 * errors[2]


def test_pressure_current_is_diamagnetic():
    """Westward outside the maximum, eastward inside, at the equator (1/B) dp/dr."""
    shells = np.linspace(2.0, 8.0, 601)
    pressure = 20.0 * np.exp(-(((shells - 4.5) / 0.6) ** 2))
    current = field.pressure_current(shells, pressure, pressure, [0.0], b_0=30_000.0)[:, 0]
    slope = np.gradient(pressure, shells) * 1e-9 / EARTH_RADIUS
    wanted = -slope / (30_000e-9 / shells**3) * 1e9
    assert np.allclose(current, wanted, rtol=1e-9, atol=1e-9)


def test_no_pressure_no_field():
    shells = np.linspace(2.0, 8.0, 21)
    assert field.pressure_field(shells, np.zeros(21), np.zeros(21)) == 0.0
    assert field.pressure_field(shells, np.ones((3, 21)), np.ones((3, 21))).shape == (3,)
