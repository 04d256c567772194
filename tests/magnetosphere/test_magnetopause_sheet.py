"""The current sheet of turning particles: estimates, the closed profile, the full equations and what they conserve."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants
from scipy.integrate import solve_ivp

from sunearth.core.errors import InputError
from sunearth.magnetosphere import magnetopause_sheet as sheet

densities = st.floats(0.1, 100.0)
speeds = st.floats(50.0, 2000.0)


@given(densities, speeds)
def test_the_two_currents_agree_where_pressures_balance(n_p, speed):
    b_mean = sheet.sheath_field(n_p, speed) / 2
    assert sheet.reflection_current(n_p, speed, b_mean) == pytest.approx(sheet.sheet_current(b_mean), rel=6e-4)


def test_the_electron_turns_first():
    assert sheet.reflection_depth(400.0, 117.0, "electron") == pytest.approx(19.4e-3, rel=2e-3)
    with pytest.raises(InputError, match="muon"):
        sheet.reflection_depth(400.0, 50.0, "muon")
    with pytest.raises(InputError, match="thick"):
        sheet.sheath_thickness(5.0, "thick")


@given(densities, speeds)
def test_the_neutralised_sheath_is_a_gyroradius_thick(n_p, speed):
    gyroradius = sheet.reflection_depth(speed, sheet.sheath_field(n_p, speed))
    assert sheet.sheath_thickness(n_p, "neutralised") == pytest.approx(math.sqrt(2) * gyroradius, rel=1e-3)


@pytest.mark.parametrize("kind", ["separated", "neutralised"])
@given(densities, speeds)
def test_momentum_is_the_same_everywhere(kind, n_p, speed):
    depth = np.geomspace(1e-4, 12.0, 60) * sheet.sheath_thickness(n_p, kind)
    at = sheet.ferraro_sheath(-depth, n_p, speed, kind)
    mass = constants.m_p + (constants.m_e if kind == "separated" else 0.0)
    wind = 2 * n_p * 1e6 * mass * (speed * 1e3) ** 2
    flux = wind * at.normal_speed / speed + (at.b * 1e-9) ** 2 / (2 * constants.mu_0)
    np.testing.assert_allclose(flux, wind, rtol=1e-9)
    # what comes is what goes
    np.testing.assert_allclose(at.density * at.normal_speed, 2 * n_p * speed, rtol=1e-10)


@pytest.mark.parametrize("kind", ["separated", "neutralised"])
def test_amperes_law_and_the_gradient_of_the_potential(kind):
    scale = sheet.sheath_thickness(5.0, kind)
    x, step = -np.linspace(0.2, 6.0, 40) * scale, 1e-5 * scale
    ahead, behind = (sheet.ferraro_sheath(x + s, 5.0, 400.0, kind) for s in (step, -step))
    at = sheet.ferraro_sheath(x, 5.0, 400.0, kind)
    slope = (ahead.b - behind.b) / (2 * step) * 1e-12  # T/m
    np.testing.assert_allclose(slope / constants.mu_0 * 1e6, at.current_density, rtol=1e-7)
    field = -(ahead.potential - behind.potential) / (2 * step)  # V/km = mV/m
    np.testing.assert_allclose(field, at.e_x, rtol=1e-6, atol=1e-9)


def test_profile_against_a_particle_followed_through_it():
    """A proton sent into the closed profile's own fields turns where it should, at the speed it should have."""
    n_p, speed = 5.0, 400.0
    scale = float(sheet.sheath_thickness(n_p))
    ratio = constants.e / constants.m_p

    def push(_, state):
        x, _, v_x, v_y = state
        at = sheet.ferraro_sheath.spec.function(np.float64(x * 1e-3), n_p, speed)
        b, e = at.b * 1e-9, at.e_x * 1e-3
        return [v_x, v_y, ratio * (e + v_y * b), -ratio * v_x * b]

    def at_depth(_, state):
        return state[0] + 0.3 * scale * 1e3

    at_depth.terminal = True
    start = [-14 * scale * 1e3, 0.0, speed * 1e3, 0.0]
    path = solve_ivp(push, (0.0, 1.0), start, events=at_depth, rtol=1e-9, atol=1e-6, max_step=1e-4)
    expected = sheet.ferraro_sheath(-0.3 * scale, n_p, speed).normal_speed
    assert path.y[2, -1] * 1e-3 == pytest.approx(expected, rel=1e-5)


def test_limits_of_the_profile():
    far, behind = sheet.ferraro_sheath(np.array([-60.0, 3.0]), 5.0, 400.0).b
    assert far < 1e-9 * behind
    assert behind == sheet.sheath_field(5.0, 400.0)
    at = sheet.ferraro_sheath(2.0, 5.0, 400.0)
    assert (at.density, at.e_x, at.normal_speed) == (0.0, 0.0, 0.0)
    assert at.potential == sheet.stopping_potential(400.0)
    # exponential, with the stated length
    one, two = sheet.ferraro_sheath(-sheet.sheath_thickness(5.0) * np.array([10.0, 11.0]), 5.0, 400.0).b
    assert one / two == pytest.approx(math.e, rel=1e-6)
    assert np.isnan(sheet.ferraro_sheath(-1.0, np.nan, 400.0).b)
    assert sheet.ferraro_sheath(-1.0, 5.0, 400.0, "neutralised").potential == 0.0


@pytest.mark.parametrize("speed", [200.0, 400.0, 900.0])
def test_full_equations_conserve_momentum_and_energy(speed):
    result = sheet.ChapmanFerraroSheath().solve(5.0, speed)
    np.testing.assert_allclose(result["momentum"], result["momentum"][0], rtol=1e-10)
    assert result["momentum"][0] == pytest.approx(1.0, abs=1e-7)
    assert float(result["potential"][-1]) == pytest.approx(float(sheet.stopping_potential(speed)), rel=1e-6)
    # of both speeds, energy along the sheet included: the sum of both energies is what came in
    assert abs(float(result["speed_p"][-1])) < 1e-3 * speed
    assert abs(float(result["speed_e"][-1])) < 1e-3 * speed


def test_full_equations_go_over_into_the_closed_profile():
    """Their difference falls with the square of the speed over that of light."""
    differences = []
    for speed in (3000.0, 1500.0, 750.0):
        result = sheet.ChapmanFerraroSheath(mass_ratio=100.0).solve(5.0, speed)
        k = math.sqrt(2 * constants.mu_0 * 5e6 * constants.e**2 * 101.0 / constants.m_p)
        b_0 = 2 * speed * 1e3 * math.sqrt(constants.mu_0 * 5e6 * constants.m_p * 1.01) * 1e9
        q = np.linspace(-6.0, -math.asinh(1.0), 2000)  # the closed profile, parametric
        x = (q - 2 * np.tanh(q) + math.asinh(1.0) - math.sqrt(2)) / k * 1e-3
        closed = np.interp(result["x"], x, math.sqrt(2) / np.cosh(q))
        differences.append(float(np.abs(result["b"] / b_0 - closed).max()))
    ratios = np.array(differences[:-1]) / np.array(differences[1:])
    np.testing.assert_allclose(ratios, 4.0, rtol=0.1)


def test_what_the_solver_refuses_and_says():
    for wrong in ({"mass_ratio": 0.5}, {"accuracy": 1.0}):
        with pytest.raises(InputError):
            sheet.ChapmanFerraroSheath(**wrong)
    solver = sheet.ChapmanFerraroSheath(mass_ratio=50.0)
    for density, speed in ((-1.0, 400.0), (5.0, 0.0), (5.0, 4e5), (np.nan, 400.0)):
        with pytest.raises(InputError):
            solver.solve(density, speed)
    told = []
    result = solver.solve(5.0, 400.0, samples=7, progress=lambda *what: told.append(what))
    assert told[-1][1:] == (1, 1)
    assert result.sizes == {"x": 7}
    assert all({"units", "long_name", "references"} <= set(v.attrs) for v in result.values())
