"""The depletion layer: conservation along the stagnation line, order of convergence, scaling and limits."""

import numpy as np
import pytest

from sunearth.core.constants import EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.heliosphere import wind
from sunearth.magnetosphere import obstacle_flow
from sunearth.magnetosphere.depletion_layer import DepletionLayer

COMMON = {"n_p": 5.0, "speed": 400.0, "b_t": 5.0, "magnetopause_standoff": 10.0}


def derivative(values, x):
    """Five points of a smooth curve, unevenly spaced."""
    logarithm = np.log(x)
    return np.gradient(values, logarithm, edge_order=2) / x


@pytest.fixture
def profile():
    found = DepletionLayer(steps=4000).solve(**COMMON)
    return {name: found[name].values for name in found}


def test_mass_field_and_entropy_are_conserved(profile):
    """div(rho v) = 0 and the induction equation, by differences of the tabulated profiles."""
    x = profile["distance"] * EARTH_RADIUS * 1e-3
    keep = slice(20, 3000)
    flux = derivative(profile["n_p"] * profile["speed"], x)
    spread = profile["n_p"] * (profile["stretching_along"] + profile["stretching_across"])
    np.testing.assert_allclose(flux[keep], spread[keep], rtol=1e-4)
    np.testing.assert_allclose(
        derivative(profile["b"] * profile["speed"], x)[keep],
        (profile["b"] * profile["stretching_across"])[keep],
        rtol=1e-4,
    )
    entropy = profile["p"] / profile["n_p"] ** (5 / 3)
    np.testing.assert_allclose(entropy, entropy[0], rtol=1e-12)


def test_momentum_is_conserved(profile):
    """Total pressure, inertia and tension of bent field lines balance."""
    x = profile["distance"] * EARTH_RADIUS * 1e-3
    keep = slice(20, 3000)
    u, b = profile["speed"], profile["b"]
    rho = wind.mass_density(profile["n_p"])
    radius = (1.41 * 10 + 2 * profile["distance"]) * EARTH_RADIUS * 1e-3
    inertia = rho * u * derivative(u, x) * 1e6 * 1e9
    tension = (1 - u / 400.0) * 2 * wind.magnetic_pressure(b) / radius
    slope = derivative(profile["total_pressure"], x)
    np.testing.assert_allclose(slope[keep], -(inertia + tension)[keep], rtol=2e-3)


def test_fourth_order():
    exact = DepletionLayer(steps=3840).solve(**COMMON)
    for name in ("thickness", "b_magnetopause"):
        errors = [abs(float(DepletionLayer(steps=n).solve(**COMMON)[name] / exact[name]) - 1) for n in (30, 60, 120)]
        np.testing.assert_allclose(np.log2(np.array(errors[:-1]) / errors[1:]), 4.0, atol=0.5)
    assert errors[-1] < 1e-5


def test_plasma_leaves_and_field_piles_up(profile):
    assert (np.diff(profile["n_p"] / profile["b"]) < 0).all()
    assert (np.diff(profile["b"]) > 0).all()
    assert profile["n_p"][-1] < 0.1 * profile["n_p"].max()
    assert profile["beta"][0] > 2
    assert profile["beta"][-1] < 0.1
    # Across the layer itself the total pressure stays.
    layer = profile["distance"] < 2 * profile["depletion_thickness"]
    assert np.ptp(profile["total_pressure"][layer]) < 0.03 * profile["total_pressure"][-1]


def test_thickness_of_the_common_layer():
    """Half the density within 700 to 1300 km, as Zwan and Wolf found."""
    thickness = float(DepletionLayer().solve(**COMMON).depletion_thickness) * EARTH_RADIUS * 1e-3
    assert 700 < thickness < 1300


def test_barrier_scales_with_the_inverse_square_of_the_mach_number():
    b = np.array([0.5, 1.0, 2.0, 4.0])
    found = DepletionLayer().solve(**(COMMON | {"b_t": b}))
    mach = wind.mach_alfven(400.0, b, 5.0)
    power = np.diff(np.log(found.barrier_thickness.values)) / np.diff(np.log(mach))
    np.testing.assert_allclose(power, -2.0, atol=0.15)
    assert (np.diff(found.depletion_thickness) > 0).all()


def test_without_field_it_is_gas_dynamics():
    """No depletion, the pressure of a gas at rest, and the standoff of the shock that gas dynamics has."""
    layer = DepletionLayer(alpha_fraction=0.0)
    found = layer.solve(n_p=5.0, speed=600.0, b_t=0.0, magnetopause_standoff=10.0)
    mach = wind.mach_sonic(600.0, 1e5, alpha_fraction=0.0)
    rest = obstacle_flow.stagnation_coefficient(mach) * wind.dynamic_pressure(5.0, 600.0, 0.0)
    assert float(found.p[-1]) == pytest.approx(float(rest), rel=1e-6)
    assert (np.diff(found.n_p) > 0).all()
    compression = float(found.n_p[0]) / 5.0
    assert float(found.thickness) == pytest.approx(10 * 1.1 / compression, rel=0.08)
    assert np.isnan(found.depletion_thickness)


def test_reconnection_lets_the_plasma_in_before_it_is_lost():
    found = DepletionLayer().solve(**(COMMON | {"inflow": np.array([0.0, 0.02, 0.1, 0.2])}))
    n = found.n_magnetopause.values
    assert n[0] == 0.0
    assert (np.diff(n) > 0).all()
    assert (np.diff(found.b_magnetopause) < 0).all()
    # At the edge the inflow is the stated share of the local Alfven speed.
    for k, share in enumerate((0.02, 0.1, 0.2), start=1):
        last = np.isfinite(found.n_p[k]).values.nonzero()[0][-1]
        alfven = wind.alfven_speed(found.b[k, last], found.n_p[k, last])
        assert float(found.speed[k, last] / alfven) == pytest.approx(share, rel=0.1)
        assert float(found.speed[k, last] / alfven) >= share


def test_scales_with_the_standoff():
    one, two = (DepletionLayer().solve(**(COMMON | {"magnetopause_standoff": r})) for r in (5.0, 10.0))
    assert float(two.thickness / one.thickness) == pytest.approx(2.0, rel=1e-9)
    np.testing.assert_allclose(one.n_p, two.n_p, rtol=1e-9)


@pytest.mark.parametrize("change", [{"speed": 2200.0}, {"n_p": 150.0}, {"n_p": 0.1}, {"b_t": 20.0}, {"t_p": 0.0}])
def test_extremes_are_answered(change):
    found = DepletionLayer().solve(**(COMMON | change))
    assert 0 < found.thickness < 60
    assert np.isfinite(found.n_p).all()


def test_no_shock_and_missing_inputs_are_nan_in_their_place():
    found = DepletionLayer().solve(
        **(COMMON | {"b_t": np.array([[5.0, 60.0], [np.nan, 5.0]]), "speed": [400.0, 400.0]})
    )
    assert found.n_p.dims == ("dim_0", "dim_1", "point")
    np.testing.assert_array_equal(np.isnan(found.thickness), [[False, True], [True, False]])
    assert np.isnan(found.b[0, 1]).all()
    assert np.isnan(DepletionLayer().solve(**(COMMON | {"inflow": np.nan})).thickness)


def test_senseless_parameters_are_refused():
    with pytest.raises(InputError, match="steps"):
        DepletionLayer(steps=2)


def test_slow_twin():
    """The compiled line against plain Python with the same steps."""
    import math

    from scipy.integrate import solve_ivp

    found = DepletionLayer(steps=2000).solve(**COMMON)
    x2 = float(found.n_p[0]) / 5.0
    p_dyn = float(wind.dynamic_pressure(5.0, 400.0))
    p2, m2 = float(found.p[0]) / p_dyn, float(wind.magnetic_pressure(found.b[0])) / p_dyn
    depth = float(found.thickness) / 10.0

    def rates(s, y):
        u, rho = math.exp(-s) / x2, x2 * math.exp(y[0])
        p, m = p2 * math.exp(5 / 3 * y[0]), m2 * math.exp(2 * y[1])
        radius = 1.41 + 2 * (depth - y[4])
        sound, fast = 5 / 3 * p / rho, (5 / 3 * p + 2 * m) / rho
        slope = (fast * y[2] + sound * y[3] + 2 * m * u * (1 - u) / (radius * rho)) / (fast - u * u)
        push = 2 * (p + m) / (rho * radius**2)
        return [
            1 - (y[2] + y[3]) / slope,
            1 - y[2] / slope,
            (push - y[2] ** 2) / slope,
            (push * sound / fast - y[3] ** 2) / slope,
            u / slope,
        ]

    start = 1 / (1.41 + 2 * depth)
    line = solve_ivp(rates, (0, 12.0), [0, 0, start, start, 0], rtol=1e-11, atol=1e-13)
    assert x2 * 5.0 * math.exp(line.y[0, -1]) == pytest.approx(float(found.n_p[-1]), rel=1e-7)
    assert float(found.b[0]) * math.exp(line.y[1, -1]) == pytest.approx(float(found.b[-1]), rel=1e-7)


def test_pressure_at_the_nose_against_the_momentum_flux_of_the_wind():
    """The tension adds to the stagnation pressure of a gas; only at low Mach numbers by too much, as is stated."""
    b = np.array([0.5, 2.5, 5.0, 10.0, 20.0])
    layer = DepletionLayer().solve(n_p=5.0, speed=400.0, b_t=b)
    p_dyn = wind.dynamic_pressure(5.0, 400.0)
    nose = np.array([row[np.isfinite(row)][-1] for row in layer.total_pressure.values])
    assert (np.diff(nose) > 0).all()
    gas = obstacle_flow.stagnation_coefficient(wind.mach_sonic(400.0, 1e5))
    assert nose[0] / p_dyn == pytest.approx(float(gas), rel=5e-3)
    share = nose / (p_dyn + wind.thermal_pressure(5.0, 1e5) + wind.magnetic_pressure(b))
    assert (share[:3] < 1).all()
    np.testing.assert_allclose(share[3:], [1.09, 1.27], atol=0.02)
