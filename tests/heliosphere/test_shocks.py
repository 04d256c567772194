"""Shocks: every solution conserves what a shock conserves, the limits are right, and real bow shocks agree."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.errors import UnknownNameError
from sunearth.heliosphere import shocks

FIFTH = 5 / 3
angle = st.floats(0.0, np.pi / 2)
plasma_beta = st.floats(0.0, 50.0)
index = st.floats(1.05, 2.0)
branch = st.sampled_from(shocks.BRANCHES)


def fluxes(density, u, v, c, b, p, gamma):
    """Fluxes of mass, momenta, energy and field in units of the upstream density, field and Alfven speed."""
    electric = u * b - v * c
    return np.array(
        [
            density * u,
            density * u * u + p + b * b / 2,
            density * u * v - c * b,
            u * (density * (u * u + v * v) / 2 + gamma / (gamma - 1) * p) + electric * b,
            electric,
        ]
    )


def both_sides(mach, theta, beta, gamma, jump):
    c, s = np.cos(theta), np.sin(theta)
    before = fluxes(1.0, mach, 0.0, c, s, beta / 2, gamma)
    p = jump.beta * (c**2 + jump.b_t**2) / 2
    after = fluxes(jump.compression, mach / jump.compression, jump.v_t * mach, c, jump.b_t, p, gamma)
    return before, after


def characteristic(density, p, c, b, gamma):
    """Squares of the fast, Alfven and slow speed along the normal, from the eigenvalue problem."""
    sound, whole, normal = gamma * p / density, (c * c + b * b) / density, c * c / density
    roots = np.roots([1.0, -(sound + whole), sound * normal])
    return max(roots.real), normal, min(roots.real)


def brute_roots(mach, theta, beta, gamma):
    """Compressions above 1 by scanning the energy that is left when mass, momentum and flux are conserved."""
    c, s = np.cos(theta), np.sin(theta)

    def energy_left(r):
        b = s * r * (mach**2 - c**2) / (mach**2 - r * c**2)
        p = beta / 2 + mach**2 * (1 - 1 / r) - (b * b - s * s) / 2
        v = c * (b - s) / mach
        left = fluxes(r, mach / r, v, c, b, p, gamma)[3] - fluxes(1.0, mach, 0.0, c, s, beta / 2, gamma)[3]
        return left / (r - 1)

    grid = np.linspace(1 + 1e-7, (gamma + 1) / (gamma - 1), 400001)
    values = energy_left(grid)
    change = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))
    alfven = mach**2 / c**2
    return [grid[k] for k in change if not grid[k] - 1e-4 <= alfven <= grid[k + 1] + 1e-4]


@settings(max_examples=300, deadline=None)
@given(st.floats(0.05, 100.0), angle, plasma_beta, index, branch)
def test_every_shock_conserves_all_fluxes_and_raises_the_entropy(mach, theta, beta, gamma, kind):
    jump = shocks.rankine_hugoniot(mach, theta, beta, gamma, branch=kind)
    if np.isnan(jump.compression):
        assert np.isnan(jump.b_ratio)
        return
    before, after = both_sides(mach, theta, beta, gamma, jump)
    c, s = np.cos(theta), np.sin(theta)
    b = abs(jump.b_t)
    # Each flux against the size of its parts, since a sum may vanish; that of the field against the whole field, since
    # near switch-on a tangential part of 1e-7 of it hangs on the last digits of the compression.
    scale = np.array([mach, before[1], c * (s + b), before[3], mach * (1.0 + b)]) + 1e-300
    assert (np.abs(after - before) <= 1e-10 * scale + 1e-15 * (1 + mach)).all()
    assert 1 < jump.compression <= (gamma + 1) / (gamma - 1) * (1 + 1e-12)
    assert jump.entropy_jump >= -1e-12


@settings(max_examples=300, deadline=None)
@given(st.floats(0.05, 100.0), angle, st.floats(1e-3, 50.0), index, branch)
def test_kinds_join_the_regimes_that_define_them(mach, theta, beta, gamma, kind):
    jump = shocks.rankine_hugoniot(mach, theta, beta, gamma, branch=kind)
    if np.isnan(jump.compression):
        return
    allowed = {"fast": {12}, "weak_intermediate": {13, 23}, "strong_intermediate": {14, 24}, "slow": {34}}
    assert int(10 * jump.upstream_regime + jump.downstream_regime) in allowed[kind]
    c, r = np.cos(theta), jump.compression
    p = jump.beta * (c**2 + jump.b_t**2) / 2
    fast, alfven, slow = characteristic(r, p, c, jump.b_t, gamma)
    speed = (mach / r) ** 2
    leeway = 1e-7 * (fast + speed)
    low, high = {2: (alfven, fast), 3: (slow, alfven), 4: (0.0, slow)}[int(jump.downstream_regime)]
    assert low - leeway <= speed <= high + leeway


@settings(max_examples=300, deadline=None)
@given(st.floats(0.05, 100.0), angle, st.floats(1e-3, 50.0))
def test_a_fast_shock_exists_just_where_the_flow_is_faster_than_the_fast_wave(mach, theta, beta):
    fast, alfven, slow = characteristic(1.0, beta / 2, np.cos(theta), np.sin(theta), FIFTH)
    square = mach**2
    if min(abs(square / fast - 1), abs(square - alfven), abs(square - slow)) < 1e-6:
        return
    assert np.isfinite(shocks.rankine_hugoniot(mach, theta, beta).compression) == (square > fast)
    assert np.isfinite(shocks.rankine_hugoniot(mach, theta, beta, branch="slow").compression) == (
        slow < square < alfven
    )


@pytest.mark.parametrize(
    ("mach", "theta", "beta", "count"),
    [
        (8, 0.8, 1.0, 1),
        (1.1, 0.2, 0.1, 3),
        (1.15, 0.15, 0.05, 3),
        (0.985, 0.3, 0.1, 2),
        (0.9, 0.3, 0.2, 1),
        (0.3, 0.3, 1, 0),
    ],
)
def test_all_roots_are_found(mach, theta, beta, count):
    found = np.sort(shocks.shock_solutions(mach, theta, beta).compression.dropna("branch").values)
    expected = np.sort(brute_roots(mach, theta, beta, FIFTH))
    assert len(expected) == count
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_the_bulk_of_states_conserves_to_rounding():
    rng = np.random.default_rng(4)
    count = 20_000
    mach, beta = 10 ** rng.uniform(-1, 2, count), 10 ** rng.uniform(-3, 2, count)
    theta = np.where(rng.random(count) < 0.3, 10 ** rng.uniform(-9, 0, count), rng.uniform(0, np.pi / 2, count))
    for kind in shocks.BRANCHES:
        jump = shocks.rankine_hugoniot(mach, theta, beta, branch=kind)
        there = np.isfinite(jump.compression)
        assert there.sum() > 300
        before, after = both_sides(mach, theta, beta, FIFTH, jump)
        for row in (0, 1, 3):
            np.testing.assert_allclose(after[row][there], before[row][there], rtol=1e-11)


@settings(deadline=None)
@given(st.floats(1.1, 50.0), st.floats(0.3, 20.0), index)
def test_a_parallel_shock_above_the_switch_on_limit_is_that_of_a_gas(sonic, beta, gamma):
    mach = sonic * np.sqrt(gamma * beta / 2)
    gas = shocks.gas_dynamic_jump(sonic, gamma)
    if mach**2 < gas.compression * 1.001:
        return
    jump = shocks.rankine_hugoniot(mach, 0.0, beta, gamma)
    assert jump.compression == pytest.approx(gas.compression, rel=1e-9)
    assert jump.temperature_ratio == pytest.approx(gas.temperature_ratio, rel=1e-8)
    assert jump.b_t == 0
    assert jump.b_ratio == pytest.approx(1.0)


@settings(deadline=None)
@given(st.floats(1.01, 1.9), st.floats(0.0, 0.5))
def test_a_switch_on_shock_makes_a_tangential_field(mach, beta):
    square = mach**2
    switched = (square - 1) * ((FIFTH + 1) - (FIFTH - 1) * square - FIFTH * beta)
    if switched < 1e-6:
        return
    jump = shocks.rankine_hugoniot(mach, 0.0, beta)
    assert jump.compression == pytest.approx(square, rel=1e-10)
    assert jump.b_t**2 == pytest.approx(switched, rel=1e-7)


@settings(deadline=None)
@given(st.floats(0.05, 1.4), st.floats(0.01, 0.8))
def test_a_switch_off_shock_takes_the_tangential_field_away(theta, beta):
    jump = shocks.rankine_hugoniot(np.cos(theta) * (1 - 1e-12), theta, beta, branch="slow")
    assert abs(jump.b_t) < 1e-8
    assert jump.compression > 1


@settings(deadline=None)
@given(st.floats(1.5, 50.0), st.floats(0.0, 20.0), index)
def test_a_perpendicular_shock_follows_its_quadratic(mach, beta, gamma):
    expected = shocks.perpendicular_compression(mach, beta, gamma)
    jump = shocks.rankine_hugoniot(mach, np.pi / 2, beta, gamma)
    np.testing.assert_allclose(jump.compression, expected, rtol=1e-9)
    np.testing.assert_allclose(jump.b_ratio, expected, rtol=1e-9)


@settings(deadline=None)
@given(st.floats(2.5, 50.0), angle, st.floats(0.0, 3.0))
def test_the_sign_of_the_angle_is_that_of_the_tangential_field(mach, theta, beta):
    one, other = shocks.rankine_hugoniot(mach, theta, beta), shocks.rankine_hugoniot(mach, -theta, beta)
    assert one.compression == pytest.approx(other.compression, rel=1e-12)
    if theta > 1e-6:
        assert one.b_t == pytest.approx(-other.b_t, rel=1e-9)
        assert one.v_t == pytest.approx(-other.v_t, rel=1e-9, abs=1e-14)


def test_strong_shocks_compress_four_times_and_weak_ones_not_at_all():
    assert shocks.rankine_hugoniot(1e4, 1.0, 1.0).compression == pytest.approx(4.0, rel=1e-6)
    fast = np.sqrt(characteristic(1.0, 0.5, np.cos(1.0), np.sin(1.0), FIFTH)[0])
    excess = np.array([1e-3, 1e-4, 1e-5])
    weak = shocks.rankine_hugoniot(fast * (1 + excess), 1.0, 1.0)
    np.testing.assert_allclose((weak.compression - 1) / excess, (weak.compression[-1] - 1) / excess[-1], rtol=5e-3)
    # The entropy grows with the third power of the strength.
    np.testing.assert_allclose(weak.entropy_jump[1] / weak.entropy_jump[0], 1e-3, rtol=0.02)


def test_gaps_and_nonsense_give_nan_in_their_place():
    jump = shocks.rankine_hugoniot([8.0, np.nan, -8.0, 8.0, np.inf, 8.0, 0.0], 0.5, [1.0, 1, 1, -1.0, 1.0, np.nan, 1])
    assert np.isfinite(jump.compression).tolist() == [True, False, False, False, False, False, False]
    assert np.isnan(jump.upstream_regime).tolist() == [False, True, True, True, True, True, True]
    with pytest.raises(UnknownNameError, match="fast"):
        shocks.rankine_hugoniot(8.0, 0.5, 1.0, branch="fats")


def test_solutions_are_labelled():
    mach = xr.DataArray([1.1, 8.0], dims="time", attrs={"units": "1"})
    found = shocks.shock_solutions(mach, 0.2, 0.1)
    assert found.compression.dims == ("branch", "time")
    assert found.compression.notnull().sum("branch").values.tolist() == [3, 1]
    for variable in found.data_vars.values():
        assert {"units", "long_name", "references"} <= variable.attrs.keys()
    assert shocks.shock_solutions([8.0, 9.0], [[0.1], [0.2]], 1.0).sizes == {"branch": 4, "dim_0": 2, "dim_1": 2}


@settings(max_examples=200, deadline=None)
@given(
    st.floats(1.0, 30.0),
    st.floats(150.0, 1500.0),
    st.sampled_from([1, -1]),
    st.floats(-300.0, 300.0),
    st.floats(-10.0, 10.0),
    st.floats(-10.0, 10.0),
    st.floats(1e-3, 0.05),
)
def test_downstream_state_in_field_units_conserves(n, speed, sense, v_t, b_n, b_t, p):
    upstream = (n, sense * speed, v_t, b_n, b_t, p)
    behind = shocks.downstream_state(*upstream)
    if np.isnan(behind.n_p):
        return
    before, after = shocks.shock_fluxes(*upstream), shocks.shock_fluxes(*behind)
    assert after.mass == pytest.approx(before.mass, rel=1e-12)
    assert after.normal_momentum == pytest.approx(before.normal_momentum, rel=1e-10)
    assert after.energy == pytest.approx(before.energy, rel=1e-9)
    field = speed * (abs(b_n) + abs(b_t) + abs(behind.b_t)) + abs(v_t * b_n)
    assert abs(after.electric_field - before.electric_field) <= 1e-3 * (1e-9 * field + 1e-12)
    push = before.normal_momentum + abs(before.tangential_momentum)
    assert abs(after.tangential_momentum - before.tangential_momentum) <= 1e-10 * push
    assert np.sign(behind.v_n) == sense


def test_without_field_the_state_behind_is_that_of_a_gas():
    from sunearth.core.constants import PROTON_MASS

    sound = np.sqrt(FIFTH * 0.02e-9 / (5e6 * PROTON_MASS)) * 1e-3
    gas = shocks.gas_dynamic_jump(400.0 / sound)
    behind = shocks.downstream_state(5.0, 400.0, 30.0, 0.0, 0.0, 0.02, alpha_fraction=0.0)
    assert behind.n_p == pytest.approx(5.0 * gas.compression, rel=1e-6)
    assert behind.p == pytest.approx(0.02 * gas.pressure_ratio, rel=1e-6)
    assert (behind.v_t, behind.b_t) == (30.0, 0.0)


@settings(deadline=None)
@given(st.floats(5.0, 300.0), st.floats(5.0, 300.0), st.floats(0.0, np.pi))
def test_wave_speeds_are_ordered_and_solve_the_dispersion_relation(v_a, c_s, theta):
    waves = shocks.wave_speeds(v_a, c_s, theta)
    assert 0 <= waves.slow <= waves.alfven * (1 + 1e-12)
    assert waves.alfven <= waves.fast * (1 + 1e-12)
    assert waves.fast**2 + waves.slow**2 == pytest.approx(v_a**2 + c_s**2, rel=1e-12)
    assert waves.fast * waves.slow == pytest.approx(v_a * c_s * abs(np.cos(theta)), rel=1e-9, abs=1e-9)


def test_the_critical_shock_leaves_the_flow_at_its_sound_speed():
    theta, beta = np.array([0.3, 0.8, 1.5]), np.array([0.1, 0.5, 1.5])
    critical = shocks.edmiston_kennel_1984(theta, beta)
    for th, be, m in zip(theta, beta, critical, strict=True):
        mach = m * np.sqrt(characteristic(1.0, be / 2, np.cos(th), np.sin(th), FIFTH)[0])
        jump = shocks.rankine_hugoniot(mach, th, be)
        p = jump.pressure_ratio * be / 2
        assert (mach / jump.compression) ** 2 == pytest.approx(FIFTH * p / jump.compression, rel=1e-8)
    assert shocks.edmiston_kennel_1984(0.0, 2.0) == pytest.approx(1.0)


# --- observed shocks, and the machinery ---


def validation():
    path = Path(__file__).parents[2] / "validation" / "mms_bow_shocks.py"
    if not path.exists():
        pytest.skip("the validation scripts are not on this machine")
    spec = importlib.util.spec_from_file_location("mms_bow_shocks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_jumps_of_91_bow_shocks(shared_data):
    scores = validation().score_jumps(shared_data)
    for name, found in scores.items():
        print(name, {key: round(value, 2) for key, value in found.items()})
    assert all(found["n"] == 91 for found in scores.values())
    assert scores["compression"]["ratio"] == pytest.approx(1.0, abs=0.06)
    assert scores["field"]["ratio"] == pytest.approx(1.0, abs=0.06)
    assert scores["compression"]["scatter"] < 0.21
    assert scores["field"]["scatter"] < 0.22
    assert scores["pressure, nPa"]["ratio"] == pytest.approx(1.0, abs=0.06)
    assert scores["pressure, nPa"]["correlation"] > 0.8


def test_plain_python_gives_the_same_answers():
    code = (
        "import numpy as np; from sunearth.heliosphere import shocks as s;"
        "f = s.shock_solutions([8.0, 1.1, 0.9], [0.8, 0.2, 0.3], [1.0, 0.1, 0.2]);"
        "print(np.nansum(f.compression.values).hex(), float(s.edmiston_kennel_1984(1.0, 0.5)).hex())"
    )
    results = []
    for disable in ("0", "1"):
        environment = {"NUMBA_DISABLE_JIT": disable, "PATH": "", "HOME": str(Path.home()), "PYTHONWARNINGS": "error"}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=300
        )
        results.append([float.fromhex(x) for x in done.stdout.replace("np.float64(", "").replace(")", "").split()])
    np.testing.assert_allclose(results[0], results[1], rtol=1e-13)


def test_importing_does_not_load_the_compiler():
    code = "import sys, sunearth.heliosphere.shocks; assert 'numba' not in sys.modules and 'xarray' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_arrays_of_one_element_raise_no_warning():
    one = np.array([0.8])
    assert shocks.rankine_hugoniot(10 * one, one, one).compression.shape == (1,)
