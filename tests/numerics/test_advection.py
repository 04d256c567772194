"""Conservative advection: constants stay, nothing is lost, second order, positive."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.numerics.advection import advect


def _grid(rows, columns, inner=1.0, outer=3.0):
    """Edges and widths in s = r^2/2, in which the area of the plane is ds dphi."""
    edges = np.linspace(inner, outer, rows + 1)
    phi = np.linspace(0.0, 2 * np.pi, columns + 1)[:-1]
    return edges, phi, np.diff(edges), np.full(columns, 2 * np.pi / columns)


def _blob(edges, phi, turn):
    s = 0.5 * (edges[1:] + edges[:-1])
    centre = phi + 0.5 * (phi[1] - phi[0])
    return np.exp(-(((s[:, None] - 2.0) / 0.25) ** 2)) * np.exp(3.0 * (np.cos(centre - turn) - 1.0))


def _error(columns):
    """Rigid rotation once around: the mean distance from where it began."""
    rows = columns // 4
    edges, phi, radial, angular = _grid(rows, columns)
    # dphi/dt = -d(stream)/ds = 1
    stream = np.repeat(-edges[:, None], columns, axis=1)[None]
    density = _blob(edges, phi, 1.0)[None].copy()
    advect(density, stream, radial, angular, 2 * np.pi)
    return np.abs(density[0] - _blob(edges, phi, 1.0)).mean()


def test_rotation_is_second_order():
    errors = np.array([_error(n) for n in (96, 192, 384)])
    orders = np.log2(errors[:-1] / errors[1:])
    assert (orders > 1.7).all(), orders  # the limiter flattens the crest: a little under 2


def test_rotation_goes_the_right_way():
    edges, phi, radial, angular = _grid(16, 128)
    density = _blob(edges, phi, 1.0)[None].copy()
    advect(density, np.repeat(-edges[:, None], 128, axis=1)[None], radial, angular, 0.5)
    assert np.abs(density[0] - _blob(edges, phi, 1.5)).max() < 0.02


def test_outward_flow_is_second_order_away_from_the_edges():
    """Uniform outward flow through an uneven grid shifts a smooth hump; columns at the turns of the stream aside."""
    errors = []
    for rows in (40, 80, 160):
        edges = 4.0 * np.linspace(0.0, 1.0, rows + 1) ** 1.3
        centre = 0.5 * (edges[1:] + edges[:-1])
        phi = np.arange(8)
        stream = np.where(phi < 4, phi, 8 - phi)[None, :] * np.ones((rows + 1, 1))
        density = np.repeat(np.exp(-(((centre - 1.5) / 0.4) ** 2))[:, None], 8, axis=1)[None].copy()
        advect(density, stream[None], np.diff(edges), np.ones(8), 0.8)
        wanted = np.exp(-(((centre - 2.3) / 0.4) ** 2))
        errors.append(np.average(np.abs(density[0, :, 1] - wanted), weights=np.diff(edges)))
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert (orders > 1.7).all(), (errors, orders)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), duration=st.floats(0.01, 5.0))
def test_content_changes_by_what_crosses_the_edges(seed, duration):
    rng = np.random.default_rng(seed)
    layers, rows, columns = 3, 6, 9
    radial, angular = rng.uniform(0.5, 2.0, rows), rng.uniform(0.5, 2.0, columns)
    density = rng.exponential(size=(layers, rows, columns))
    before = np.einsum("lij,i,j->l", density, radial, angular)
    crossed = advect(
        density, rng.normal(size=(layers, rows + 1, columns)), radial, angular, duration,
        inner=rng.exponential(size=(layers, columns)), outer=rng.exponential(size=(layers, columns)),
    )  # fmt: skip
    after = np.einsum("lij,i,j->l", density, radial, angular)
    gained = crossed.in_inner + crossed.in_outer - crossed.out_inner - crossed.out_outer
    assert np.allclose(after - before, gained, rtol=1e-11, atol=1e-11 * before.max())
    assert (density >= -1e-15).all()


def test_no_new_extrema_in_a_rotating_step():
    edges, phi, radial, angular = _grid(8, 64)
    density = np.where((phi > 1.0) & (phi < 2.0), 1.0, 0.0)[None, None] * np.ones((1, 8, 1))
    advect(density, np.repeat(-edges[:, None], 64, axis=1)[None], radial, angular, 2.0)
    assert density.min() >= -1e-15
    assert density.max() <= 1.0 + 1e-12


def test_no_stream_no_change():
    density = np.arange(24.0).reshape(1, 4, 6)
    advect(density, np.zeros((1, 5, 6)), np.ones(4), np.ones(6), 10.0)
    assert np.array_equal(density, np.arange(24.0).reshape(1, 4, 6))


def test_no_time_no_change():
    density = np.arange(24.0).reshape(1, 4, 6)
    stream = np.random.default_rng(2).normal(size=(1, 5, 6))
    crossed = advect(density, stream, np.ones(4), np.ones(6), 0.0)
    assert np.array_equal(density, np.arange(24.0).reshape(1, 4, 6))
    assert np.array_equal(crossed.out_outer, [0.0])


def test_what_decays_away_becomes_zero_before_it_becomes_denormal():
    """A strong outward stream in half of the columns, inward in the others, and nothing comes in."""
    stream = np.where(np.arange(12) < 6, np.arange(12), 12 - np.arange(12)) * np.ones((6, 1))
    density = np.ones((1, 5, 12))
    seen = set()
    for _ in range(60):
        advect(density, stream[None], np.ones(5), np.ones(12), 20.0)
        left = density[density != 0.0]
        assert left.size == 0 or np.abs(left).min() >= 1e-280
        seen.add(left.size)
    assert {0, 60} <= seen


def test_a_missing_stream_spreads_nothing_silently():
    """A stream that is not known makes everything unknown, never a number."""
    density = np.ones((1, 4, 6))
    stream = np.zeros((1, 5, 6))
    stream[0, 2, 3] = np.nan
    advect(density, stream, np.ones(4), np.ones(6), 10.0)
    assert np.isnan(density).all()


def test_wrong_shapes_are_refused():
    with pytest.raises(InputError, match="needs a stream of shape"):
        advect(np.ones((1, 4, 6)), np.ones((1, 4, 6)), np.ones(4), np.ones(6), 1.0)
    with pytest.raises(InputError, match="contiguous"):
        advect(np.ones((4, 6)), np.ones((5, 6)), np.ones(4), np.ones(6), 1.0)
    for duration in (-1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="duration"):
            advect(np.ones((1, 4, 6)), np.ones((1, 5, 6)), np.ones(4), np.ones(6), duration)
