"""Corotation: rigid, without field along the field, and the teardrop inside which plasma goes round."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_ROTATION
from sunearth.core.errors import InputError
from sunearth.magnetosphere import plasmasphere
from sunearth.magnetosphere.convection import maynard_chen_1975, uniform_strength
from sunearth.magnetosphere.corotation import (
    convection_plus_corotation,
    corotation_at_foot,
    corotation_convection_boundary,
    corotation_field,
    corotation_potential,
    corotation_speed,
    equal_at_foot,
    equatorial_drift,
    mapped_field,
    rotating_cylinder_flow,
    shielded_teardrop,
    stagnation_distance,
    teardrop_of_kp,
    uniform_teardrop,
    unipolar_inductor_voltage,
    winding_rate,
)

RADIUS = 6371.2e3
distance, latitude, local_time = st.floats(1.0, 10.0), st.floats(-85.0, 85.0), st.floats(0.0, 24.0)
strengths = st.floats(0.045, 1.4)


def dipole(r, mlat):
    """Radial and northward field in nT."""
    angle = np.radians(mlat)
    return -2 * DIPOLE_EQUATORIAL_FIELD * np.sin(angle) / r**3, DIPOLE_EQUATORIAL_FIELD * np.cos(angle) / r**3


@given(distance, latitude)
def test_corotation_has_no_field_along_the_field_and_is_rigid(r, mlat):
    e, b = np.array(corotation_field(r, mlat)), np.array(dipole(r, mlat))
    assert e @ b == pytest.approx(0.0, abs=1e-9 * np.linalg.norm(e) * np.linalg.norm(b) + 1e-12)
    # E x B / B^2 along east: e_mlat b_r - e_r b_mlat, in km/s from mV/m over nT
    drift = (e[1] * b[0] - e[0] * b[1]) / (b @ b) * 1e3
    assert drift == pytest.approx(corotation_speed(r, mlat), rel=1e-9)


@given(st.floats(1.1, 10.0), latitude)
def test_corotation_field_is_minus_the_gradient(r, mlat):
    step = 1e-5
    by_r = (corotation_potential(r + step, mlat) - corotation_potential(r - step, mlat)) / (2 * step)
    turn = np.degrees(step)
    by_mlat = (corotation_potential(r, mlat + turn) - corotation_potential(r, mlat - turn)) / (2 * step * r)
    np.testing.assert_allclose(corotation_field(r, mlat), [-by_r * 1e6 / RADIUS, -by_mlat * 1e6 / RADIUS], atol=1e-6)


def test_a_field_line_is_an_equipotential():
    mlat = np.linspace(-60, 60, 25)
    potential = corotation_potential(5.0 * np.cos(np.radians(mlat)) ** 2, mlat)
    np.testing.assert_allclose(potential, potential[12], rtol=1e-12)


@given(st.floats(1.5, 8.0), st.floats(-60.0, 60.0))
def test_rotation_that_is_even_along_lines_winds_nothing(r, mlat):
    """Omega a function of L = r^3 / rho^2 in the dipole, its gradient by finite differences."""
    angle = np.radians(mlat)
    rho, z = r * np.cos(angle), r * np.sin(angle)
    b_r, b_mlat = dipole(r, mlat)
    b_rho, b_z = b_r * np.cos(angle) - b_mlat * np.sin(angle), b_r * np.sin(angle) + b_mlat * np.cos(angle)

    def omega(rho, z):
        shell = (rho**2 + z**2) ** 1.5 / rho**2
        return EARTH_ROTATION / (1 + 0.1 * shell)

    step = 1e-4
    gradient = (
        (omega(rho + step, z) - omega(rho - step, z)) / (2 * step),
        (omega(rho, z + step) - omega(rho, z - step)) / (2 * step),
    )
    scale = rho * np.hypot(b_rho, b_z) * np.hypot(*gradient)
    assert abs(winding_rate(rho, b_rho, b_z, *gradient)) < 1e-5 * scale
    # Omega a function of z alone winds the field, by the curl of v x B = d(rho Omega B_z)/dz + d(rho Omega B_rho)/d rho
    if abs(b_z) > 1.0:
        assert winding_rate(rho, b_rho, b_z, 0.0, 1e-5) == pytest.approx(rho * b_z * 1e-5)


def test_the_voltage_does_not_depend_on_the_path():
    """Minus the integral of E along the surface, and out, along L = 4 and back in: one voltage."""
    surface, _ = quad(lambda a: -corotation_field(1.0, np.degrees(a)).e_mlat * RADIUS * 1e-6, 0.0, np.radians(60.0))
    out, _ = quad(lambda r: -corotation_field(r, 0.0).e_r * RADIUS * 1e-6, 1.0, 4.0)
    assert surface == pytest.approx(unipolar_inductor_voltage(60.0), rel=1e-9)
    assert out == pytest.approx(surface, rel=1e-9)
    assert corotation_potential(1.0, 60.0) - corotation_potential(1.0, 0.0) == pytest.approx(surface, rel=1e-9)


def test_voltage_of_jupiter():
    """A field of 4.2e-4 T, 71 492 km and 9.925 h make nearly 400 MV."""
    voltage = unipolar_inductor_voltage(90.0, 2 * np.pi / (9.925 * 3600), 4.2e5, 71492.0)
    assert voltage == pytest.approx(3.775e5, rel=1e-3)


@given(strengths, st.floats(1.0, 3.0))
def test_plasma_stands_still_at_the_stagnation_point(strength, shielding):
    r = stagnation_distance(strength, shielding)
    v_r, v_phi = equatorial_drift(r, 18.0, strength, shielding)
    assert v_phi == pytest.approx(0.0, abs=1e-9 * r**3)
    assert v_r == pytest.approx(0.0, abs=1e-9 * r**3)


@given(local_time, strengths)
def test_the_shielded_teardrop_is_the_equipotential_through_it(mlt, strength):
    top = convection_plus_corotation(stagnation_distance(strength), 18.0, strength)
    r = shielded_teardrop(mlt, strength)
    # near the stagnation point the potential is flat, so that it is the potential that is compared
    assert convection_plus_corotation(r, mlt, strength) == pytest.approx(top, rel=1e-9)
    assert r <= stagnation_distance(strength) * (1 + 1e-9)


@given(local_time, st.floats(0.05, 3.0))
def test_the_uniform_teardrop_is_the_equipotential_through_it(mlt, e_y):
    strength = uniform_strength(e_y)
    top = convection_plus_corotation(corotation_convection_boundary(e_y), 18.0, strength, 1.0)
    assert convection_plus_corotation(uniform_teardrop(mlt, e_y), mlt, strength, 1.0) == pytest.approx(top, rel=1e-9)


def test_the_four_sides_of_the_teardrops():
    sides = np.array([18.0, 0.0, 12.0, 6.0])
    np.testing.assert_allclose(
        uniform_teardrop(sides, 1.0) / corotation_convection_boundary(1.0), [1, 0.5, 0.5, np.sqrt(2) - 1], rtol=1e-7
    )
    dawn = brentq(lambda x: x**3 + 3 * x - 2, 0, 1)
    np.testing.assert_allclose(
        shielded_teardrop(sides, 0.2) / stagnation_distance(0.2), [1, 2 / 3, 2 / 3, dawn], rtol=1e-7
    )


def test_midnight_is_that_of_the_plasmasphere_in_the_wind():
    """Goldstein et al. 2005: A = 0.12 E / 6.6 R_E."""
    e_y = np.array([0.5, 2.0, 8.0])
    strength = 0.12 * e_y * 6.3712 / 6.6
    np.testing.assert_allclose(
        shielded_teardrop(0.0, strength), plasmasphere.last_closed_equipotential(e_y), rtol=1e-12
    )


def test_area_of_the_uniform_teardrop():
    """1.06568 in units of the stagnation distance squared."""
    area, _ = quad(lambda a: 0.5 * uniform_teardrop(12 / np.pi * a, 1.0) ** 2, 0, 2 * np.pi, points=[1.5 * np.pi])
    assert area / corotation_convection_boundary(1.0) ** 2 == pytest.approx(1.06568, rel=1e-5)


def test_plasma_inside_the_teardrop_comes_back_and_outside_leaves():
    """Drifting from midnight for two days, just inside and just outside the separatrix."""

    def run(start):
        def rates(t, y):
            v_r, v_phi = equatorial_drift(y[0], 12 / np.pi * y[1], 0.2)
            return [v_r / RADIUS * 1e3, v_phi / (y[0] * RADIUS) * 1e3]

        def far(t, y):
            return y[0] - 12.0

        far.terminal = True
        return solve_ivp(rates, (0, 4 * 86400), [start, 0.0], rtol=1e-8, atol=1e-10, events=far)

    edge = shielded_teardrop(0.0, 0.2)
    inside, outside = run(0.97 * edge), run(1.03 * edge)
    assert inside.t[-1] == 4 * 86400
    assert inside.y[0].max() < stagnation_distance(0.2)
    assert inside.y[1][-1] > 2 * np.pi
    assert outside.t_events[0].size == 1
    levels = convection_plus_corotation(inside.y[0], 12 / np.pi * inside.y[1], 0.2)
    np.testing.assert_allclose(levels, levels[0], rtol=1e-5)


def test_the_teardrop_shrinks_with_activity_as_the_plasmapause_does():
    kp = np.arange(0.0, 9.0)
    assert (np.diff(teardrop_of_kp(18.0, kp)) < 0).all()
    assert teardrop_of_kp(0.0, 5.0) == shielded_teardrop(0.0, maynard_chen_1975(5.0))
    # the midnight side lies within 1.1 R_E of the plasmapause of a day with that Kp
    difference = teardrop_of_kp(0.0, kp[:8]) - plasmasphere.carpenter_anderson_1992(kp[:8])
    assert np.abs(difference).max() < 1.1


def test_corotation_at_the_foot_is_the_field_there():
    shell = np.array([1.5, 3.0, 6.0])
    mlat = np.degrees(np.arccos(shell**-0.5))
    np.testing.assert_allclose(corotation_at_foot(shell), np.hypot(*corotation_field(1.0, mlat)), rtol=1e-12)


@pytest.mark.parametrize("component", ["meridional", "azimuthal"])
@given(st.floats(0.1, 2.0))
def test_where_the_mapped_fields_are_equal(component, e_y):
    shell = equal_at_foot(e_y, component)
    assert getattr(mapped_field(e_y, shell), component) == pytest.approx(corotation_at_foot(shell), rel=1e-9)


def test_another_component_is_refused():
    with pytest.raises(InputError, match="azimuthal"):
        equal_at_foot(1.0, "radial")


@given(st.floats(1.0, 5.0), local_time, st.floats(-20.0, 20.0))
def test_the_flow_round_a_cylinder_follows_its_stream_function(r, mlt, circulation):
    step = 1e-5
    around = 12 / np.pi * step

    def stream(r, mlt):
        return rotating_cylinder_flow(r, mlt, circulation).stream_function

    _, v_r, v_phi = rotating_cylinder_flow(r, mlt, circulation)
    assert v_r == pytest.approx((stream(r, mlt + around) - stream(r, mlt - around)) / (2 * step * r), abs=1e-6)
    assert v_phi == pytest.approx(-(stream(r + step, mlt) - stream(r - step, mlt)) / (2 * step), abs=1e-6)
    assert rotating_cylinder_flow(1.0, mlt, circulation).v_r == pytest.approx(0.0, abs=1e-12)


def test_the_cylinder_stagnates_at_dusk_alone():
    mlt = np.linspace(0, 24, 97)
    flow = rotating_cylinder_flow(1.0, mlt)
    still = np.flatnonzero(np.hypot(flow.v_r, flow.v_phi) < 1e-9)
    np.testing.assert_allclose(mlt[still], [18.0])
    np.testing.assert_allclose(rotating_cylinder_flow(3.0, np.array([6.0, 18.0])).v_r, 0.0, atol=1e-12)
    far = rotating_cylinder_flow(1e6, 0.0)
    assert far.v_r == pytest.approx(-1.0, rel=1e-6)
