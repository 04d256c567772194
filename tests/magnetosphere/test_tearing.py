"""Tearing modes against an independent solver, their limits, and convergence."""

import itertools
import math

import numpy as np
import pytest
import scipy.sparse as sparse
import scipy.sparse.linalg
from scipy.optimize import minimize_scalar
from scipy.special import gamma

from sunearth.core.errors import InputError
from sunearth.magnetosphere import tearing
from sunearth.magnetosphere.tearing import TearingMode


def growth_by_differences(k, lundquist, points, width, edge=18.0):
    """A slow twin: second differences at half cells of a stretched half sheet, walls far away, inverse iteration."""
    scale = math.asinh(edge / width)
    s = (np.arange(points) + 0.5) / points
    x, face = width * np.sinh(scale * s), width * np.sinh(scale * np.arange(points + 1) / points)
    gap = np.diff(np.concatenate([[-x[0]], x, [2 * face[-1] - x[-1]]]))
    cell = np.diff(face)
    below, above = 1 / (gap[:-1] * cell), 1 / (gap[1:] * cell)

    def curvature(parity):
        diagonal = -(below + above)
        diagonal[0] += parity * below[0]
        # On the edge the function falls as exp(-k x).
        half = 0.5 * k * gap[-1]
        diagonal[-1] += above[-1] * (1 - half) / (1 + half)
        return sparse.diags_array([below[1:], diagonal - k**2, above[:-1]], offsets=[-1, 0, 1])

    even, odd = curvature(1.0), curvature(-1.0)
    b, bend = np.tanh(x), -2 * np.tanh(x) / np.cosh(x) ** 2
    left = sparse.block_array(
        [
            [even / lundquist, sparse.diags_array(k * b)],
            [-k * (sparse.diags_array(b) @ even - sparse.diags_array(bend)), None],
        ]
    )
    right = sparse.block_array([[sparse.eye_array(points), None], [None, odd]])
    shift = 1.1 * float(tearing.coppi_1976(k, lundquist))
    solve = scipy.sparse.linalg.splu((left - shift * right).tocsc()).solve
    state, rate = np.concatenate([np.exp(-k * x), shift * b]), np.inf
    for _ in range(40):
        following = solve(right @ state)
        previous, rate = rate, shift + (state @ state) / (following @ state)
        state = following / np.abs(following).max()
        if abs(rate - previous) < 1e-12 * abs(rate):
            break
    return rate


@pytest.mark.parametrize(("k", "lundquist"), [(0.5, 1e4), (0.1, 1e6), (0.5, 1e8)])
def test_an_independent_solver_converges_to_the_same(k, lundquist):
    rate = TearingMode(k, lundquist, nodes=96).growth_rate()
    width = 6 * (rate / (k**2 * lundquist)) ** 0.25
    coarse, middle, fine = (growth_by_differences(k, lundquist, n, width) for n in (200, 400, 800))
    # Second order: errors fall by four, and the extrapolated value is that of collocation.
    assert math.log2((coarse - middle) / (middle - fine)) == pytest.approx(2.0, abs=0.1)
    assert fine + (fine - middle) / 3 == pytest.approx(rate, rel=2e-5)


def test_error_falls_exponentially_with_nodes():
    exact = TearingMode(0.5, 1e6, nodes=128).growth_rate()
    errors = [abs(TearingMode(0.5, 1e6, nodes=n).growth_rate() / exact - 1) for n in (16, 24, 32, 40, 48)]
    for before, after in itertools.pairwise(errors):
        assert after < before / 4
    assert errors[-1] < 2e-5
    assert abs(TearingMode(0.5, 1e6).growth_rate() / exact - 1) < 1e-7


def test_the_growing_mode_leads_the_spectrum():
    for k, lundquist in ((0.3, 1e3), (0.5, 1e5), (0.05, 1e6)):
        mode = TearingMode(k, lundquist)
        values = mode.spectrum()
        assert values[0].real == pytest.approx(mode.growth_rate(), rel=1e-7)
        assert abs(values[0].imag) < 1e-9
        assert values[1].real < 1e-3 * values[0].real


def test_marginal_at_one():
    near = np.array([0.9, 0.97, 0.99, 0.997])
    rates = tearing.tearing_growth_rate(near, 1e7)
    assert np.all(np.diff(rates) < 0)
    # The growth goes as Delta'^(4/5) down to zero at k = 1 once it exceeds the diffusion of the layer.
    jump = tearing.delta_prime_harris(near)
    assert rates[-1] / rates[0] < 1.2 * (jump[-1] / jump[0]) ** 0.8
    assert math.isnan(TearingMode(1.01, 1e4).growth_rate())
    assert TearingMode(1.1, 1e4).spectrum()[0].real < 0
    with pytest.raises(InputError, match="stable"):
        TearingMode(1.2, 1e4).solve()


def test_limits_of_large_lundquist_number():
    # Constant flux for k >> S^(-1/4), the long-wave limit for k << S^(-1/4), the layer's solution for both.
    assert TearingMode(0.5, 1e10).growth_rate() == pytest.approx(tearing.fkr_1963(0.5, 1e10), rel=1e-3)
    assert TearingMode(1e-4, 1e8).growth_rate() == pytest.approx(tearing.coppi_limit(1e-4, 1e8), rel=5e-3)
    for lundquist, error in ((1e4, 0.05), (1e6, 6e-3), (1e8, 6e-4)):
        k = 1.36 * lundquist**-0.25
        assert TearingMode(k, lundquist).growth_rate() == pytest.approx(tearing.coppi_1976(k, lundquist), rel=error)


def test_layer_relation_with_the_gamma_function():
    for k, lundquist in ((0.01, 1e6), (0.05, 1e8), (0.3, 1e5), (0.9, 1e12)):
        ratio = float(tearing.coppi_1976(k, lundquist) / tearing.coppi_limit(k, lundquist))
        u = ratio**1.5
        left = -math.pi / 8 * ratio**1.25 * gamma((u - 1) / 4) / gamma((u + 5) / 4)
        assert left == pytest.approx(2 * (1 / k - k) * (k * lundquist) ** (-1 / 3), rel=1e-8)
    assert (gamma(0.25) / (2 * math.pi * gamma(0.75))) ** 0.8 == pytest.approx(0.5474, abs=1e-4)


def test_fastest_mode_is_the_maximum():
    lundquist = 1e20  # k << 1, as the closed form assumes

    def slowness(log_k):
        return -float(tearing.coppi_1976(math.exp(log_k), lundquist)) * lundquist**0.5

    best = minimize_scalar(slowness, bounds=(math.log(5e-6), math.log(5e-5)), method="bounded", options={"xatol": 1e-9})
    mode = tearing.fastest_growing_mode(lundquist)
    assert mode.growth_rate == pytest.approx(-best.fun * lundquist**-0.5, rel=2e-6)
    assert mode.wave_number == pytest.approx(math.exp(best.x), rel=1e-4)
    # A finite sheet grows most at nearly the same wave number.
    k = 1.359 * 1e8**-0.25
    here, beside = TearingMode(k, 1e8).growth_rate(), [TearingMode(f * k, 1e8).growth_rate() for f in (0.9, 1.1)]
    assert here > max(beside)
    assert here == pytest.approx(0.6233e-4, rel=1e-4)


def test_a_wall_far_away_does_not_matter_and_a_near_one_stabilises():
    free = TearingMode(0.3, 1e5).growth_rate()
    assert TearingMode(0.3, 1e5, wall=40.0).growth_rate() == pytest.approx(free, rel=1e-6)
    near = [TearingMode(0.3, 1e5, wall=wall).growth_rate() for wall in (1.5, 2.5, 5.0)]
    assert near[0] < near[1] < near[2] < free


def test_the_mode_obeys_its_equations():
    mode = TearingMode(0.4, 1e5, nodes=96).solve()
    x, k, rate = mode.x.values, 0.4, float(mode.growth_rate)
    flux, stream = mode.flux.values, mode.stream_function.values
    np.testing.assert_allclose(flux, flux[::-1], rtol=1e-12)
    np.testing.assert_allclose(stream, -stream[::-1], atol=1e-15)
    assert mode.flux.sel(x=0.0) == 1.0
    assert abs(np.gradient(flux, x)[len(x) // 2]) < 1e-10
    # Induction: gamma psi - k B phi = -current / S holds where the points are.
    balance = rate * flux - k * np.tanh(x) * stream + mode.current.values / 1e5
    inside = (np.abs(x) < 17) & (x != 0)  # the middle is interpolated
    assert np.abs(balance[inside]).max() < 1e-8 * rate
    # Outside the layer the flux is the ideal solution exp(-k x) (1 + tanh(x) / k) up to a factor.
    ideal = np.exp(-k * np.abs(x)) * (1 + np.tanh(np.abs(x)) / k)
    outer = (np.abs(x) > 10 * float(mode.layer_width)) & (np.abs(x) < 10)
    ratio = flux[outer] / ideal[outer]
    assert np.ptp(ratio) / ratio.mean() < 0.05
    assert float(mode.delta_prime) == pytest.approx(2 * (1 / k - k), rel=0.03)


def test_plasmoid_scalings():
    low, high = tearing.loureiro_2007(1e6), tearing.loureiro_2007(1e10)
    assert high.growth_rate / low.growth_rate == pytest.approx(1e4**0.25)
    assert high.islands / low.islands == pytest.approx(1e4**0.375)
    assert high.thickness == 1e-5


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ((-0.1, 1e4), "wave_number"),
        ((0.1, math.nan), "lundquist"),
        ((0.1, 1e4, -1.0), "wall"),
        ((0.1, 1e4, None, 4), "nodes"),
    ],
)
def test_nonsense_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        TearingMode(*inputs)
