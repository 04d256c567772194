"""Conservative implicit diffusion: exact steady states, order, budgets, positivity, independence of rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.numerics.diffusion import diffuse, face_conductances, resistance


def _line(cells, low=2.0, high=7.0, power=8.0):
    """Edges, centres, volumes and conductances of D = L^(power + 2) diffusion in L."""
    edges = np.linspace(low, high, cells + 1)
    centres = 0.5 * (edges[1:] + edges[:-1])
    return (
        edges,
        centres,
        1 / edges[:-1] - 1 / edges[1:],
        face_conductances(edges, centres, edges**power, centres**power),
    )


@pytest.mark.parametrize("power", [-3.0, 0.0, 1.0, 4.0, 8.0])
def test_resistance_of_a_power_is_exact(power):
    places = np.array([1.0, 1.5, 4.0])
    exact = np.diff(np.log(places)) if power == 1.0 else np.diff(places ** (1 - power)) / (1 - power)
    np.testing.assert_allclose(resistance(places, places**power), exact, rtol=1e-13)


def test_a_place_that_does_not_conduct_insulates():
    assert np.isinf(resistance([1.0, 2.0, 3.0], [1.0, 0.0, 1.0])).all()
    _, centres, volume, conductance = _line(20)
    conductance[10] = 0.0
    density = np.repeat((centres < 4.5).astype(float)[:, None], 2, axis=1)
    before = density.copy()
    diffuse(density, volume, conductance, 1.0, steps=3)
    np.testing.assert_allclose(density, before, atol=1e-14)


@pytest.mark.parametrize("cells", [4, 37])
def test_steady_state_is_exact_on_any_grid(cells):
    _, centres, volume, conductance = _line(cells, power=8.0)
    density = np.zeros((cells, 1))
    diffuse(density, volume, conductance, 1e6, steps=40, inner=1.0, outer=5.0)
    exact = 1.0 + 4.0 * (2.0**-7 - centres**-7) / (2.0**-7 - 7.0**-7)
    np.testing.assert_allclose(density[:, 0], exact, rtol=1e-11)


def _plain(density, volume, conductance, loss, source, step, inner, outer):
    """One backward Euler step with a dense matrix."""
    n = volume.size
    matrix = np.diag(volume * (1 + step * loss))
    for i in range(n + 1):
        if i > 0:
            matrix[i - 1, i - 1] += step * conductance[i]
        if i < n:
            matrix[i, i] += step * conductance[i]
        if 0 < i < n:
            matrix[i, i - 1] -= step * conductance[i]
            matrix[i - 1, i] -= step * conductance[i]
    right = volume * (density + step * source)
    right[0] += step * conductance[0] * inner
    right[-1] += step * conductance[-1] * outer
    return np.linalg.solve(matrix, right)


@pytest.mark.parametrize("own", [False, True])
def test_against_a_dense_twin(own):
    rng = np.random.default_rng(3)
    cells, rows = 12, 5
    volume, conductance = rng.uniform(0.5, 1.5, cells), rng.uniform(0.0, 2.0, (2, cells + 1, rows if own else 1))
    loss, source = (
        rng.uniform(0, 0.3, (2, cells, rows if own else 1)),
        rng.uniform(0, 0.2, (2, cells, rows if own else 1)),
    )
    start = rng.uniform(1, 2, (cells, rows))
    inner, outer = rng.uniform(0, 1, (4, rows)), rng.uniform(0, 1, (4, rows))
    regime, duration = np.array([0, 1, 0]), np.array([0.1, 0.05, 0.2])
    density = start.copy()
    tables = [t if own else t[..., 0] for t in (conductance, loss, source)]
    diffuse(
        density, volume, tables[0], duration, regime=regime, loss=tables[1], source=tables[2], inner=inner, outer=outer
    )
    for r in range(rows):
        f, s = start[:, r], r if own else 0
        for t, g in enumerate(regime):
            given = (volume, conductance[g, :, s], loss[g, :, s], source[g, :, s])
            low, high = (0.5 * (e[t, r] + e[t + 1, r]) for e in (inner, outer))
            half = _plain(f, *given, 0.5 * duration[t], low, high)
            twice = _plain(half, *given, 0.5 * duration[t], inner[t + 1, r], outer[t + 1, r])
            f = 2 * twice - _plain(f, *given, duration[t], inner[t + 1, r], outer[t + 1, r])
        np.testing.assert_allclose(density[:, r], f, rtol=1e-12)


@pytest.mark.parametrize("supply", [1e-2, 0.0])
def test_rows_that_share_coefficients_and_rows_with_their_own_agree(supply):
    """Two kernels of different build, more rows than one tile holds; without a supply the limiter is at work."""
    rng = np.random.default_rng(5)
    cells, rows = 30, 150
    volume, conductance = rng.uniform(0.5, 1.5, cells), rng.uniform(0.0, 2.0, (2, cells + 1))
    loss, source = rng.uniform(0, 0.3, (2, cells)), supply * rng.uniform(1, 2, (2, cells))
    start = np.where(rng.random((cells, rows)) < 0.9, 0.0, rng.uniform(1, 2, (cells, rows)))
    inner, regime, length = rng.uniform(0, 1, (5, rows)), [0, 1, 1, 0], 0.05
    options = {"regime": regime, "keep": [False, True, False, True], "steps": 2, "inner": inner, "outer": 0.5}
    shared, own = start.copy(), start.copy()
    first = diffuse(shared, volume, conductance, [length] * 4, loss=loss, source=source, **options)
    tables = [np.repeat(table[..., None], rows, axis=2) for table in (conductance, loss, source)]
    second = diffuse(own, volume, tables[0], [length] * 4, loss=tables[1], source=tables[2], **options)
    np.testing.assert_allclose(shared, own, rtol=1e-11, atol=1e-14)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)
    free = start[:, 0]
    for t, g in enumerate(regime):
        given, step = (volume, conductance[g], loss[g], source[g]), 0.5 * length
        for n in (0, 1):
            half, end = (inner[t, 0] + (inner[t + 1, 0] - inner[t, 0]) * (n + part) / 2 for part in (0.5, 1.0))
            twice = _plain(_plain(free, *given, 0.5 * step, half, 0.5), *given, 0.5 * step, end, 0.5)
            free = 2 * twice - _plain(free, *given, step, end, 0.5)
    if supply > 0:
        np.testing.assert_allclose(shared[:, 0], free, rtol=1e-11)
    else:
        assert shared.min() >= 0
        assert abs(shared[:, 0] - free).max() > 1e-4


def _decay_error(cells, steps):
    """The slowest mode of plain diffusion between two empty ends."""
    edges = np.linspace(1.0, 2.0, cells + 1)
    centres = 0.5 * (edges[1:] + edges[:-1])
    density = np.sin(np.pi * (centres - 1.0))[:, None].copy()
    conductance = face_conductances(edges, centres, np.ones(cells + 1), np.ones(cells))
    diffuse(density, np.diff(edges), conductance, 0.1, steps=steps, inner=0.0, outer=0.0)
    return np.abs(density[:, 0] - np.exp(-0.1 * np.pi**2) * np.sin(np.pi * (centres - 1.0))).max()


def test_second_order_in_time_and_space():
    in_space = np.array([_decay_error(cells, 2000) for cells in (10, 20, 40)])
    in_time = np.array([_decay_error(1600, steps) for steps in (8, 16, 32)])
    assert (np.log2(in_space[:-1] / in_space[1:]) > 1.9).all(), in_space
    assert (np.log2(in_time[:-1] / in_time[1:]) > 1.8).all(), in_time


def test_ends_that_move_are_followed_at_second_order():
    """A density x + t solves df/dt = d2f/dx2 + 1."""
    edges = np.linspace(1.0, 2.0, 11)
    centres = 0.5 * (edges[1:] + edges[:-1])
    conductance = face_conductances(edges, centres, np.ones(11), np.ones(10))
    density = centres[:, None].copy()
    diffuse(density, np.diff(edges), conductance, 0.7, source=1.0, inner=[[1.0], [1.7]], outer=[[2.0], [2.7]])
    np.testing.assert_allclose(density[:, 0], centres + 0.7, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(1e-6, 1e6), st.booleans())
def test_positive_and_budget_closed(seed, step, own):
    rng = np.random.default_rng(seed)
    cells, rows = 9, 3
    volume = rng.uniform(0.1, 2.0, cells)
    conductance = 10 ** rng.uniform(-6, 3, (cells + 1, rows) if own else cells + 1)
    loss = 10 ** rng.uniform(-6, 3, cells)
    start = np.where(rng.random((cells, rows)) < 0.3, 0.0, 10 ** rng.uniform(-12, 2, (cells, rows)))
    density = start.copy()
    done = diffuse(
        density, volume, conductance[None] if own else conductance, [step, 0.3 * step], loss=loss, source=0.1,
        inner=2.0, outer=rng.uniform(0, 3, (3, rows)), steps=2,
    )  # fmt: skip
    assert (density >= 0).all()
    change = volume @ (density - start)
    crossed = (done.in_inner + done.in_outer - done.lost + done.supplied)[-1]
    size = volume @ start + np.abs([part[-1] for part in done[1:]]).sum(axis=0)
    # What crosses an end that conducts well is the small difference of two large numbers.
    size = size + 3 * step * (conductance[0] + conductance[-1])
    assert (np.abs(change - crossed) < 2e-14 * size).all()


def test_closed_ends_keep_all():
    _, _, volume, conductance = _line(30)
    density = np.random.default_rng(0).random((30, 4))
    before = volume @ density
    done = diffuse(density, volume, conductance, 1e-3, steps=50)
    np.testing.assert_allclose(volume @ density, before, rtol=1e-13)
    assert (done.in_inner == 0).all()
    assert (done.in_outer == 0).all()


def test_rows_regimes_chunks_and_nan_are_independent():
    _, _, volume, conductance = _line(15)
    start = np.random.default_rng(1).random((15, 7))
    whole, apart = start.copy(), start.copy()
    options = {"regime": [0, 1, 1, 0], "outer": 1.0, "inner": 0.0}
    tables = np.stack([conductance, 2 * conductance])
    kept = diffuse(whole, volume, tables, [1e-5] * 4, keep=[True, False, True, True], **options)
    assert kept.states.shape == (3, 15, 7)
    np.testing.assert_array_equal(kept.states[-1], whole)
    diffuse(apart, volume, tables, [1e-5] * 4, chunk=2, **options)
    np.testing.assert_array_equal(apart, whole)
    spoiled = start.copy()
    spoiled[3, 2] = np.nan
    diffuse(spoiled, volume, tables, [1e-5] * 4, **options)
    others = [0, 1, 3, 4, 5, 6]
    assert np.isnan(spoiled[:, 2]).all()
    np.testing.assert_array_equal(spoiled[:, others], whole[:, others])
    same = start.copy()
    diffuse(same, volume, np.repeat(tables[..., None], 7, axis=2), [1e-5] * 4, **options)
    np.testing.assert_allclose(same, whole, rtol=1e-12)


def test_refusals():
    _, _, volume, conductance = _line(15)
    with pytest.raises(InputError, match="contiguous"):
        diffuse(np.ones((15, 4))[:, ::2], volume, conductance, 1.0)
    for wrong in ({"loss": np.ones(4)}, {"regime": [2]}, {"outer": np.ones(9)}, {"steps": 0}):
        with pytest.raises(InputError, match="do not fit"):
            diffuse(np.ones((15, 4)), volume, conductance, 1.0, **wrong)
