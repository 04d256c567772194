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

from sunearth.core.errors import InputError, UnknownNameError
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


# --- normals and frames ---


def an_ideal_shock(seed):
    """Upstream and downstream vectors of an exact shock in a random orientation, moving over the observer."""
    rng = np.random.default_rng(seed)
    frame = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    normal, tangent = frame[0], frame[1]
    speed = rng.uniform(-100, 400)
    drift = rng.normal(size=3) * 100
    drift -= normal * (drift @ normal)
    upstream = (5.0, -rng.uniform(350, 700), 0.0, rng.uniform(1, 5), rng.uniform(2, 5), 0.015)
    states = [upstream, tuple(shocks.downstream_state(*upstream))]
    boost = drift + speed * normal
    b = [s[3] * normal + s[4] * tangent for s in states]
    v = [s[1] * normal + s[2] * tangent + boost for s in states]
    return normal, speed, [s[0] for s in states], v, b


@pytest.mark.parametrize("seed", range(6))
def test_normals_speed_and_frame_of_an_ideal_shock_are_recovered(seed):
    normal, speed, n, (v_up, v_down), (b_up, b_down) = an_ideal_shock(seed)
    for kind in ("jump", "up", "down"):
        np.testing.assert_allclose(shocks.mixed_normal(b_up, b_down, v_up, v_down, field=kind), normal, atol=1e-9)
    assert abs(shocks.coplanarity_normal(b_up, b_down) @ normal) == pytest.approx(1.0, abs=1e-12)
    assert shocks.velocity_normal(v_up, v_down) @ normal > np.cos(np.deg2rad(15))
    found = shocks.shock_speed(n[0], n[1], v_up @ normal, v_down @ normal)
    assert found == pytest.approx(speed, abs=1e-8 * 400)
    frames = [shocks.shock_frame_velocity(v, b, normal, speed) for v, b in ((v_up, b_up), (v_down, b_down))]
    np.testing.assert_allclose(frames[0], frames[1], rtol=1e-8, atol=1e-6)
    assert np.linalg.norm(np.cross(v_up - frames[0], b_up)) < 1e-8 * np.linalg.norm(v_up) * np.linalg.norm(b_up)
    assert frames[0] @ normal == pytest.approx(speed, abs=1e-8)
    cosine = abs(b_up @ normal) / np.linalg.norm(b_up)
    assert shocks.theta_bn(*b_up, *normal) == pytest.approx(np.arccos(cosine), rel=1e-9)
    # The plane of two states fixes the frame of a series too.
    series = shocks.de_hoffmann_teller(np.array([v_up, v_down] * 5), np.array([b_up, b_down] * 5))
    np.testing.assert_allclose(series.velocity, frames[0], rtol=1e-7, atol=1e-5)
    assert series.correlation == pytest.approx(1.0)


def test_parallel_fields_have_no_coplanarity_normal():
    assert np.isnan(shocks.coplanarity_normal([0.0, 2.0, 0.0], [0.0, 6.0, 0.0])).all()
    assert np.isnan(shocks.shock_frame_velocity([-400.0, 0, 0], [0.0, 5.0, 0.0], [1.0, 0, 0])).all()
    with pytest.raises(InputError, match="three components"):
        shocks.coplanarity_normal([1.0, 2.0], [1.0, 3.0])


def test_minimum_variance_finds_the_normal_of_a_rotation_with_gaps():
    rng = np.random.default_rng(5)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    phase = np.linspace(0, np.pi, 200)
    local = np.stack([np.full_like(phase, 2.0), 6 * np.cos(phase), 5 * np.sin(phase)], axis=-1)
    b = local @ axes + rng.normal(size=(200, 3)) * 0.05
    b[17, 1] = b[90] = np.nan
    found = shocks.minimum_variance(np.stack([b, b]))
    assert abs(found.normal[0] @ axes[0]) > np.cos(np.deg2rad(1.0))
    assert abs(found.normal_field[1]) == pytest.approx(2.0, abs=0.03)
    assert (np.diff(found.eigenvalues) > 0).all()
    assert found.eigenvalues[0, 1] > 50 * found.eigenvalues[0, 0]
    assert np.isnan(shocks.minimum_variance(b[:2]).normal).all()


def test_the_frame_of_an_alfvenic_series_with_noise_and_gaps():
    rng = np.random.default_rng(6)
    phase = np.linspace(0, 5, 400)
    b = np.stack([2 + np.sin(3 * phase), 5 * np.cos(phase), 5 * np.sin(phase)], axis=-1)
    frame = np.array([-420.0, 35.0, -12.0])
    v = frame + 9 * b + rng.normal(size=b.shape) * 2
    v[::50] = np.nan
    found = shocks.de_hoffmann_teller(v, b)
    np.testing.assert_allclose(found.velocity, frame, atol=1.5)
    assert found.correlation > 0.99
    assert found.slope == pytest.approx(1.0, abs=0.01)
    assert found.residual < 1e-3
    assert np.isnan(shocks.de_hoffmann_teller(v, np.tile([0.0, 5.0, 0.0], (400, 1))).velocity).all()


# --- foreshock ---


@pytest.mark.parametrize(("eccentricity", "radius"), [(0.81, None), (1.0, 20.0), (1.1, None), (0.6, 24.0)])
def test_points_of_the_conic_lie_on_it_and_normals_stand_on_it(eccentricity, radius):
    theta, phi, standoff = 0.9, 0.7, 14.0
    curvature = standoff * (1 + eccentricity) if radius is None else radius
    point = shocks.conic_shock(theta, phi, standoff, eccentricity, radius)
    d = standoff - point.x
    assert point.y**2 + point.z**2 == pytest.approx(2 * curvature * d - (1 - eccentricity**2) * d**2)
    if radius is None:
        assert np.hypot(np.hypot(point.y, point.z), point.x) == pytest.approx(
            standoff * (1 + eccentricity) / (1 + eccentricity * np.cos(theta))
        )
    step = 1e-6
    for moved in (
        shocks.conic_shock(theta + step, phi, standoff, eccentricity, radius),
        shocks.conic_shock(theta, phi + step, standoff, eccentricity, radius),
    ):
        tangent = np.array([moved.x - point.x, moved.y - point.y, moved.z - point.z]) / step
        assert abs(tangent @ np.array([point.n_x, point.n_y, point.n_z])) < 1e-4
    assert point.n_x > 0


def test_the_nose_sees_the_cone_angle_and_the_flank_of_the_spiral_is_quasi_parallel_at_dawn():
    assert shocks.theta_bn_map(0.0, 0.0, 5.0, 0.0, 0.0, 14.0) == pytest.approx(0.0)
    dusk, dawn = shocks.theta_bn_map(1.2, [0.0, np.pi], 3.0, -3.0, 0.0, 14.0)
    assert dusk > np.deg2rad(70)
    assert dawn < np.deg2rad(30)


directions = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)).filter(
    lambda u: np.hypot(u[1], u[2]) > 0.2 * np.linalg.norm(u)
)


@settings(max_examples=150, deadline=None)
@given(st.floats(-20, 30), st.floats(-40, 40), st.floats(-40, 40), directions, st.sampled_from([0.6, 0.81, 1.0]))
def test_the_tangent_point_is_on_the_shock_and_its_field_in_the_tangent_plane(x, y, z, b, eccentricity):
    standoff = 14.0
    state = shocks.foreshock(x, y, z, *b, standoff, eccentricity)
    if np.isnan(state.depth):
        return
    curvature, k = standoff * (1 + eccentricity), 1 - eccentricity**2
    d = standoff - state.x_tangent
    scale = 1 + d**2 + state.y_tangent**2 + state.z_tangent**2
    assert abs(state.y_tangent**2 + state.z_tangent**2 - 2 * curvature * d + k * d**2) < 1e-7 * scale
    normal = np.array([curvature - k * d, state.y_tangent, state.z_tangent])
    assert abs(normal @ b) < 1e-6 * np.linalg.norm(normal) * np.linalg.norm(b)
    # The tangent line passes the point at the depth upstream.
    back = np.array([x + state.depth - state.x_tangent, y - state.y_tangent, z - state.z_tangent])
    assert np.linalg.norm(np.cross(back, b)) < 1e-6 * np.linalg.norm(b) * (1 + np.linalg.norm(back))
    assert np.linalg.norm(back) == pytest.approx(state.distance, rel=1e-6, abs=1e-6)
    # A line meets the shock just behind the tangent line.
    outside = y**2 + z**2 > 2 * curvature * (standoff - x) - k * (standoff - x) ** 2
    if outside and abs(state.depth) > 1e-3 and eccentricity == 1.0:
        assert np.isfinite(state.distance_to_shock) == (state.depth > 0)
    if np.isfinite(state.distance_to_shock):
        u = np.array(b) / np.linalg.norm(b)
        meet = np.array([x, y, z]) + state.distance_to_shock * u
        d = standoff - meet[0]
        scale = 1 + d**2 + meet[1] ** 2 + meet[2] ** 2
        assert abs(meet[1] ** 2 + meet[2] ** 2 - 2 * curvature * d + k * d**2) < 1e-6 * scale
        n = np.array([curvature - k * d, meet[1], meet[2]])
        assert state.theta_bn == pytest.approx(np.arccos(min(1.0, abs(n @ u) / np.linalg.norm(n))), abs=1e-5)


def test_field_along_the_flow_touches_no_nose_and_a_point_behind_the_shock_is_not_connected():
    along = shocks.foreshock(5.0, -30.0, 0.0, 5.0, 0.0, 0.0, 14.0)
    assert np.isnan([along.depth, along.distance, along.x_tangent]).all()
    assert along.distance_to_shock < 0  # straight down the flow
    assert np.isnan(shocks.foreshock(5.0, 0.0, 0.0, 3.0, -3.0, 0.0, 14.0).distance_to_shock)


def test_particles_of_the_boundary_stay_on_it():
    """A guiding centre that goes along the field while the wind carries the field, followed for a minute."""
    cone, speed, v_parallel, t = np.deg2rad(50.0), 400.0, 900.0, 60.0
    field = np.array([np.cos(cone), -np.sin(cone)])
    place = t * (v_parallel * field + speed * np.array([-1.0, 0.0]))
    along = -place[1] / np.sin(cone)  # the tangent line reaches the same y after this distance
    depth = along * np.cos(cone) - place[0]
    assert shocks.boundary_depth(along, v_parallel, speed) == pytest.approx(depth)


def test_reflection_keeps_the_energy_where_it_must():
    theta, speed = np.deg2rad(np.array([5.0, 30.0, 60.0])), 400.0
    c, s = np.cos(theta), np.sin(theta)
    ions = shocks.schwartz_1983(speed, theta)
    # Seen from the shock the ion has the normal speed u and the drift of its plasma: only the sign has changed.
    np.testing.assert_allclose(ions.v_parallel * c + ions.v_gyration * s - speed, speed)
    np.testing.assert_allclose(ions.v_parallel * s - ions.v_gyration * c, 0.0, atol=1e-9)
    np.testing.assert_allclose(ions.energy_ratio, 4.0)
    assert (ions.v_normal > 0).tolist() == [True, True, False]
    mirror = shocks.schwartz_1983(speed, theta, reflection="adiabatic")
    np.testing.assert_allclose(mirror.v_parallel - speed / c, speed / c)  # reversed along the field
    np.testing.assert_allclose(mirror.v_normal, mirror.v_parallel * c - speed)


def test_specularly_reflected_ions_escape_below_39_9_degrees():
    phase = np.linspace(0.5, 2 * np.pi, 4000)
    lowest = [shocks.reflected_ion_height(phase, np.deg2rad(t)).min() for t in (39.8, 39.95)]
    assert lowest[0] > 0 > lowest[1]
    ion = phase[np.argmax(shocks.reflected_ion_height(phase, np.pi / 3))]
    height = shocks.reflected_ion_height(ion, np.pi / 3)
    gyrofrequency = 1.602176634e-19 * 5e-9 / 1.67262192e-27
    assert shocks.gosling_thomsen_1985(400.0, 5.0, np.pi / 3) == pytest.approx(height * 400 / gyrofrequency, rel=1e-5)


# --- diffusive acceleration ---


@settings(deadline=None)
@given(st.floats(1.1, 4.0))
def test_slope_is_the_balance_of_gain_and_loss(s):
    """Each cycle gains 4/3 (u1 - u2) / v in momentum and loses 4 u2 / v of the particles (Bell 1978)."""
    gain, loss = 4 / 3 * (1 - 1 / s), 4 / s
    assert shocks.dsa_slope(s) == pytest.approx(3 + loss / gain, rel=1e-9)


def test_no_acceleration_without_compression():
    assert np.isnan(shocks.dsa_slope(0.9))
    assert np.isinf(shocks.dsa_slope(1.0))
    assert np.isnan(shocks.acceleration_timescale(1000.0, 1.0, 1e14, 1e14))
    assert np.isnan(shocks.bohm_maximum_energy(1e4, 0.01, 1000.0, 1.0, 5.0))


@settings(deadline=None)
@given(st.floats(0.1, 1e4), st.floats(10.0, 1e5), st.floats(0.2, 2.0))
def test_energy_and_time_invert_each_other(energy, timescale, exponent):
    time = shocks.acceleration_time(energy, 0.01, timescale, 1.0, exponent)
    assert shocks.maximum_energy(time, 0.01, timescale, 1.0, exponent) == pytest.approx(energy, rel=1e-8)


@pytest.mark.parametrize("energy", [0.1, 10.0, 1000.0, 1e4])
def test_bohm_time_is_the_integral_of_the_time_scale(energy):
    from scipy.integrate import quad

    speed, s, b, g, ratio = 800.0, 3.0, 8.0, 3.0, 2.5
    rest = 938.27208816

    def tau(log_p):
        e = np.hypot(np.exp(log_p), rest) - rest
        up, down = shocks.bohm_diffusion(e, b, g), shocks.bohm_diffusion(e, b * ratio, g)
        return float(shocks.acceleration_timescale(speed, s, up, down))

    log_p = [np.log(np.sqrt(e * (e + 2 * rest))) for e in (0.01, energy)]
    expected = quad(tau, *log_p, epsrel=1e-10)[0]
    time = shocks.bohm_acceleration_time(energy, 0.01, speed, s, b, g, ratio)
    assert time == pytest.approx(expected, rel=1e-7)
    assert shocks.bohm_maximum_energy(time, 0.01, speed, s, b, g, ratio) == pytest.approx(energy, rel=1e-10)


def test_bohm_diffusion_is_gyroradius_times_speed_over_three():
    from sunearth.core.constants import ELEMENTARY_CHARGE, PROTON_MASS

    v = np.sqrt(2 * 1e4 * ELEMENTARY_CHARGE / PROTON_MASS)  # 10 keV
    radius = PROTON_MASS * v / (ELEMENTARY_CHARGE * 5e-9)
    assert shocks.bohm_diffusion(0.01, 5.0) == pytest.approx(radius * v / 3, rel=2e-5)


@settings(deadline=None)
@given(st.floats(1e-3, 1.0), st.floats(200.0, 3000.0), st.floats(0.5, 100.0), st.floats(1.0, 50.0))
def test_protons_escape_where_the_diffusion_length_is_the_size(size, speed, b, g):
    energy = shocks.escape_energy(size, speed, b, g)
    length = shocks.bohm_diffusion(energy, b, g) / (speed * 1e3)
    assert length == pytest.approx(size * 1.495978707e11, rel=1e-9)


def test_the_spectrum_has_both_slopes_and_ends_at_the_cutoff():
    def local_index(energy):
        pair = shocks.ellison_ramaty_1985(np.array([energy, energy * 1.001]), 3.0, 1e30)
        return -np.log(pair[1] / pair[0]) / np.log(1.001)

    assert local_index(0.1) == pytest.approx(1.25, abs=2e-3)
    assert local_index(1e6) == pytest.approx(2.5, abs=5e-3)
    cut, free = (shocks.ellison_ramaty_1985(20.0, 3.0, e) for e in (10.0, 1e30))
    assert cut / free == pytest.approx(np.exp(-(20.0 - 0.01) / 10.0), rel=1e-9)
    assert shocks.ellison_ramaty_1985(0.001, 3.0, 10.0) == 0
    assert np.isnan(shocks.ellison_ramaty_1985(np.nan, 3.0, 10.0))


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


def test_normals_of_91_bow_shocks(shared_data):
    scores = validation().score_normals(shared_data)
    print(scores)
    for kind in ("jump", "upstream", "downstream"):
        assert scores[f"mixed, {kind}"]["median"] < 0.5
        assert scores[f"mixed, {kind}"]["q90"] < 1.0
    assert scores["velocity"]["median"] < 3.0


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
