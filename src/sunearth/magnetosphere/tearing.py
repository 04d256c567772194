"""The tearing of current sheets: closed limits, the eigenvalue problem of a resistive sheet, and plasmoids."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import dimensionless

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_FKR = "Furth et al. 1963, Phys. Fluids 6, 459"
_COPPI = "Coppi et al. 1976, Sov. J. Plasma Phys. 2, 533"
_LOUREIRO = "Loureiro et al. 2007, Phys. Plasmas 14, 100703"

_GAMMA_RATIO: Final = math.gamma(0.25) / math.gamma(0.75)
_LAYER: Final = (_GAMMA_RATIO / (2 * math.pi)) ** 0.8
"""Coefficient 0.5474 of the growth rate with constant flux across the layer"""
_SHEET_EDGE: Final = 18.0
"""Half thicknesses beyond which a Harris sheet carries no current (its field differs from 1 by 5e-16)"""


class GrowingMode(NamedTuple):
    """The fastest of the modes of a sheet."""

    wave_number: dimensionless
    growth_rate: dimensionless


class Plasmoids(NamedTuple):
    """How a Sweet-Parker sheet breaks up."""

    growth_rate: dimensionless
    wave_number: dimensionless
    islands: dimensionless
    thickness: dimensionless


# Closed limits --------------------------------------------------------------------------------------------------------


@model(cite=_FKR, valid={"wave_number": (1e-4, 2.0)}, monotonic={"wave_number": -1})
def delta_prime_harris(wave_number: dimensionless) -> dimensionless:
    """Jump of the logarithmic derivative of the flux across the middle of a Harris sheet.

    Parameters
    ----------
    wave_number : float or array, 1
        Wave number along the field times the half thickness of the sheet.

    Returns
    -------
    delta_prime : float or array, 1
        The jump times the half thickness, 2 (1/k - k): positive, and the sheet unstable, for k < 1.

    Examples
    --------
    >>> delta_prime_harris([0.5, 1.0]).tolist()
    [3.0, 0.0]
    """
    return 2 * (1 / wave_number - wave_number)


_MODE = {"wave_number": (0.01, 0.95), "lundquist": (1e2, 1e12)}


@model(cite=_FKR, valid=_MODE, monotonic={"lundquist": -1})
def fkr_1963(wave_number: dimensionless, lundquist: dimensionless) -> dimensionless:
    """Growth rate of the tearing mode of a Harris sheet where the flux is constant across the resistive layer.

    Parameters
    ----------
    wave_number : float or array, 1
        Wave number times the half thickness a of the sheet.
    lundquist : float or array, 1
        Lundquist number a v_A over diffusivity.

    Returns
    -------
    growth_rate : float or array, 1
        Growth rate times a / v_A; NaN for wave numbers above 1, where the sheet is stable.

    Notes
    -----
    0.5474 Delta'^(4/5) k^(2/5) S^(-3/5), which for k << 1 is 0.95 k^(-2/5) S^(-3/5): shorter waves grow more slowly. A
    form in print with k^(+2/5) has the wrong sign in the exponent; at k = 0.1 and S = 1e8 it is 6 times too low. Holds
    for k >> S^(-1/4).

    Examples
    --------
    >>> print(f"{fkr_1963(0.5, 1e6):.3e}")
    2.510e-04
    """
    return _LAYER * delta_prime_harris.spec.function(wave_number) ** 0.8 * wave_number**0.4 * lundquist**-0.6


@model(cite=_COPPI, valid=_MODE, monotonic={"lundquist": -1, "wave_number": 1})
def coppi_limit(wave_number: dimensionless, lundquist: dimensionless) -> dimensionless:
    """Growth rate of the tearing mode of a Harris sheet where the layer feels an infinite jump of the derivative.

    Parameters
    ----------
    wave_number : float or array, 1
        Wave number times the half thickness a of the sheet.
    lundquist : float or array, 1
        Lundquist number a v_A over diffusivity.

    Returns
    -------
    growth_rate : float or array, 1
        Growth rate times a / v_A, k^(2/3) S^(-1/3).

    Notes
    -----
    The limit of long waves, k << S^(-1/4), where the flux varies across the layer.

    Examples
    --------
    >>> print(f"{coppi_limit(1e-3, 1e6):.0e}")
    1e-04
    """
    return wave_number ** (2 / 3) * lundquist ** (-1 / 3)


@model(cite=_COPPI, valid=_MODE, monotonic={"lundquist": -1})
def coppi_1976(wave_number: dimensionless, lundquist: dimensionless) -> dimensionless:
    """Growth rate of the tearing mode of a Harris sheet from the exact solution of the thin resistive layer.

    Parameters
    ----------
    wave_number : float or array, 1
        Wave number times the half thickness a of the sheet.
    lundquist : float or array, 1
        Lundquist number a v_A over diffusivity.

    Returns
    -------
    growth_rate : float or array, 1
        Growth rate times a / v_A; NaN for wave numbers above 1, where the sheet is stable.

    Notes
    -----
    With L the growth rate over :func:`coppi_limit` and d = (k S)^(-1/3) the width of the layer, L solves
    -(pi / 8) L^(5/4) Gamma((L^(3/2) - 1) / 4) / Gamma((L^(3/2) + 5) / 4) = Delta' d, which joins :func:`fkr_1963`
    (small Delta' d) to :func:`coppi_limit`. Exact as S goes to infinity; for the fastest wave it is above
    :class:`TearingMode` by 3 % at S = 1e4 and 0.3 % at S = 1e6.

    Examples
    --------
    >>> print(f"{coppi_1976(0.1, 1e8):.2e}")
    3.71e-05
    """
    xp = namespace(wave_number, lundquist)
    drive = delta_prime_harris.spec.function(wave_number) * (wave_number * lundquist) ** (-1 / 3)
    return coppi_limit.spec.function(wave_number, lundquist) * _layer_growth(xp, drive)


def _layer_growth(xp: Any, drive: Any) -> Any:
    """Solve the layer's relation for the growth rate over its limit; NaN for a negative drive."""
    drive = drive + 0 * xp.sqrt(drive)
    # With u = L^(3/2) and y = u^(5/6) the relation is (pi / 2) y ratio(u) = drive (1 - u): regular at u = 1.
    half_pi = xp.pi / 2
    y = drive / (drive + half_pi)
    for _ in range(30):
        u = y**1.2
        ratio = _gamma_ratio(xp, 0.75 + 0.25 * u)
        slope = half_pi * ratio + 1.2 * drive * y**0.2
        y = y - (half_pi * y * ratio - drive * (1 - u)) / slope
    return y**0.8


def _gamma_ratio(xp: Any, a: Any) -> Any:
    """Gamma(a) / Gamma(a + 1/2) for a of order one, from its series at a + 12."""
    shift = 12
    factor = 1.0
    for j in range(shift):
        factor = factor * (a + (j + 0.5)) / (a + j)
    x = 1 / (a + shift)
    # Tricomi and Erdelyi 1951, Pac. J. Math. 1, 133.
    series = 1 + x * (1 / 8 + x * (1 / 128 - x * (5 / 1024 + x * (21 / 32768 - x * 399 / 262144))))
    return factor * xp.sqrt(x) * series


_FASTEST_WAVE: Final = 1.35905
_FASTEST_GROWTH: Final = 0.623494
"""Wave number over S^(-1/4) and growth rate over S^(-1/2) of the fastest mode as S goes to infinity"""


@model(cite=_COPPI, valid={"lundquist": (1e4, 1e16)})
def fastest_growing_mode(lundquist: dimensionless) -> GrowingMode:
    """Fastest growing tearing mode of a Harris sheet.

    Parameters
    ----------
    lundquist : float or array, 1
        Lundquist number a v_A over diffusivity.

    Returns
    -------
    wave_number : float or array, 1
        Its wave number times the half thickness a.
    growth_rate : float or array, 1
        Its growth rate times a / v_A.

    Notes
    -----
    The maximum of :func:`coppi_1976` for k << 1: 1.3591 S^(-1/4) and 0.62349 S^(-1/2).

    Examples
    --------
    >>> mode = fastest_growing_mode(1e8)
    >>> print(f"{mode.wave_number:.4f} {mode.growth_rate:.2e}")
    0.0136 6.23e-05
    """
    return GrowingMode(_FASTEST_WAVE * lundquist**-0.25, _FASTEST_GROWTH * lundquist**-0.5)


@model(cite=_LOUREIRO, valid={"lundquist": (1e4, 1e16)}, monotonic={"lundquist": 1})
def loureiro_2007(lundquist: dimensionless) -> Plasmoids:
    """Break-up of a sheet of Sweet and Parker into plasmoids.

    Parameters
    ----------
    lundquist : float or array, 1
        Lundquist number L v_A over diffusivity, L the half length of the sheet.

    Returns
    -------
    growth_rate : float or array, 1
        Growth rate of the fastest mode times L / v_A.
    wave_number : float or array, 1
        Its wave number times L.
    islands : float or array, 1
        Number of its waves along the whole sheet.
    thickness : float or array, 1
        Half thickness of the sheet over L.

    Notes
    -----
    :func:`fastest_growing_mode` of a Harris sheet with half thickness L S^(-1/2): the growth rate rises as S^(1/4), the
    number of islands as S^(3/8), so that a large system never comes to have such a sheet. The flow along the sheet
    carries islands out within L / v_A, which stabilises it below S of about 1e4.

    Examples
    --------
    >>> breakup = loureiro_2007(1e12)
    >>> print(f"{breakup.growth_rate:.0f} {breakup.islands:.2e}")
    623 1.37e+04
    """
    thickness = lundquist**-0.5
    mode = fastest_growing_mode.spec.function(lundquist * thickness)
    wave_number = mode.wave_number / thickness
    return Plasmoids(mode.growth_rate / thickness, wave_number, wave_number / np.pi, thickness)


# The eigenvalue problem -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TearingMode:
    """A tearing mode of a resistive, incompressible Harris sheet.

    Lengths are in half thicknesses a of the sheet, times in a / v_A of the field far from it.

    Parameters
    ----------
    wave_number : float
        Wave number along the field.
    lundquist : float
        Lundquist number a v_A over diffusivity.
    wall : float, optional
        Distance of conducting walls on both sides; by default there are none.
    nodes : int
        Collocation points in half of the sheet. The error falls exponentially: 64 give six digits up to S = 1e8 and
        five up to 1e12.

    Notes
    -----
    Flux psi cos(ky) and stream function phi sin(ky) obey gamma psi - k B phi = (psi'' - k^2 psi) / S and
    gamma (phi'' - k^2 phi) = -k B (psi'' - k^2 psi) + k B'' psi with B = tanh x; psi is even and phi odd. Chebyshev
    collocation in s, where x = w sinh(s asinh(X / w)) crowds the points into the resistive layer of width w; without
    walls the solution is joined at X = 18 to its decay as exp(-k x). The diffusion of the sheet itself is left out,
    which needs growth faster than 1 / S. For k > 1 the sheet is stable.
    """

    wave_number: float
    lundquist: float
    wall: float | None = None
    nodes: int = 64

    def __post_init__(self) -> None:
        if not (self.wave_number > 0 and math.isfinite(self.wave_number)):
            raise InputError(f"TearingMode: wave_number {self.wave_number} must be positive")
        if not (self.lundquist > 0 and math.isfinite(self.lundquist)):
            raise InputError(f"TearingMode: lundquist {self.lundquist} must be positive")
        if self.wall is not None and not self.wall > 0:
            raise InputError(f"TearingMode: wall {self.wall} must be positive, or None for an open sheet")
        if self.nodes < 8:
            raise InputError(f"TearingMode: nodes {self.nodes} must be at least 8")

    def spectrum(self) -> NDArray[np.complex128]:
        """Return all eigenvalues of the discrete problem, the fastest growing first.

        Returns
        -------
        complex array
            Growth rates and frequencies, in v_A / a.

        Examples
        --------
        >>> print(f"{TearingMode(0.5, 1e4).spectrum()[0].real:.3e}")
        3.698e-03
        """
        values = np.linalg.eigvals(_Sheet(self).operator())
        return values[np.argsort(-values.real)]

    def growth_rate(self) -> float:
        """Return the growth rate of the mode, in v_A / a.

        Returns
        -------
        float
            The rate; NaN where the sheet is stable.

        Examples
        --------
        >>> print(f"{TearingMode(0.1, 1e8).growth_rate():.3e}")
        3.709e-05
        """
        return _Sheet(self).leading()[0]

    def solve(self) -> xr.Dataset:
        """Return the mode with its profile across the sheet.

        Returns
        -------
        xarray.Dataset
            Along `x` (half thicknesses): `flux` (1 in the middle), `stream_function`, `current`
            (-(psi'' - k^2 psi)) and the sheet's `field`; the scalars `growth_rate`, `wave_number`, `lundquist`,
            `layer_width` (a (gamma / (k^2 S))^(1/4)) and `delta_prime` as the growth rate of the layer implies it.

        Raises
        ------
        InputError
            If the sheet is stable.

        Examples
        --------
        >>> mode = TearingMode(0.5, 1e6).solve()
        >>> print(f"{float(mode.growth_rate):.4e} {float(mode.flux.sel(x=0.0)):.1f}")
        2.4812e-04 1.0
        """
        import xarray as xr

        sheet = _Sheet(self)
        rate, state = sheet.leading()
        if not rate > 0:
            raise InputError(
                f"TearingMode: a sheet with wave_number {self.wave_number} and lundquist {self.lundquist} is stable"
            )
        profile = sheet.profile(state)
        texts = {
            "flux": "Flux function of the mode",
            "stream_function": "Stream function of the mode",
            "current": "Current density of the mode",
            "field": "Field of the sheet",
        }
        mode = xr.Dataset(
            {
                name: ("x", profile[name], {"units": "1", "long_name": text, "references": _FKR})
                for name, text in texts.items()
            },
            coords={"x": ("x", profile["x"], {"units": "1", "long_name": "Distance from the middle of the sheet"})},
        )
        width = (rate / (self.wave_number**2 * self.lundquist)) ** 0.25
        scalars = {
            "growth_rate": (rate, "Growth rate in Alfven speeds per half thickness"),
            "wave_number": (self.wave_number, "Wave number times half thickness"),
            "lundquist": (self.lundquist, "Lundquist number on the half thickness"),
            "layer_width": (width, "Width of the resistive layer in half thicknesses"),
            "delta_prime": (
                _drive_of_growth(rate / coppi_limit(self.wave_number, self.lundquist))
                * (self.wave_number * self.lundquist) ** (1 / 3),
                "Jump of the logarithmic derivative that the layer's growth implies",
            ),
        }
        for name, (value, text) in scalars.items():
            mode[name] = ((), float(value), {"units": "1", "long_name": text, "references": _FKR})
        return mode


@model(cite=_FKR, valid={"wave_number": (0.01, 0.95), "lundquist": (1e3, 1e10)}, compiled=True)
def tearing_growth_rate(wave_number: dimensionless, lundquist: dimensionless) -> dimensionless:
    """Growth rate of the tearing mode of a Harris sheet, from its eigenvalue problem.

    Parameters
    ----------
    wave_number : float or array, 1
        Wave number times the half thickness a of the sheet.
    lundquist : float or array, 1
        Lundquist number a v_A over diffusivity.

    Returns
    -------
    growth_rate : float or array, 1
        Growth rate times a / v_A; NaN where the sheet is stable (wave numbers above 1).

    Notes
    -----
    :class:`TearingMode` without walls for each pair, a few milliseconds each.

    Examples
    --------
    >>> [f"{rate:.4e}" for rate in tearing_growth_rate(0.5, [1e4, 1e6, 1e8])]
    ['3.6978e-03', '2.4812e-04', '1.5807e-05']
    """
    k, number = np.broadcast_arrays(np.asarray(wave_number, float), np.asarray(lundquist, float))
    rates = np.full(k.size, np.nan)
    unstable = (k > 0) & (k < 1) & (number > 0) & np.isfinite(number)
    for place in np.flatnonzero(unstable):
        rates[place] = TearingMode(float(k.flat[place]), float(number.flat[place])).growth_rate()
    return rates.reshape(k.shape)[()]


def _drive_of_growth(ratio: float) -> float:
    """Delta' times the width of the layer from the growth rate over its limit."""
    u = min(ratio, 1 - 1e-15) ** 1.5
    return math.pi / 2 * u ** (5 / 6) * float(_gamma_ratio(np, np.float64(0.75 + 0.25 * u))) / (1 - u)


class _Sheet:
    """The discrete sheet: matrices over the points inside, from the edge to the middle."""

    def __init__(self, mode: TearingMode) -> None:
        k, number, count = mode.wave_number, mode.lundquist, mode.nodes
        self.k, self.number = k, number
        edge = mode.wall or _SHEET_EDGE
        guess = float(coppi_1976(min(k, 0.9), number))
        width = min(3 * (guess / (k**2 * number)) ** 0.25, 1.0, edge)
        scale = math.asinh(edge / width)
        s, slopes = _chebyshev(2 * count - 1)
        self.x = width * np.sinh(scale * s[:count])
        stretch = 1 / (scale * width * np.cosh(scale * s[:count]))
        # Derivatives of even and of odd functions, folded onto x > 0.
        near, far = slopes[:count, :count], slopes[:count, count:][:, ::-1]
        of_even, of_odd = stretch[:, None] * (near + far), stretch[:, None] * (near - far)
        unit = np.eye(count)
        flux_curvature = of_odd @ of_even - k**2 * unit
        stream_curvature = of_even @ of_odd - k**2 * unit
        # The point on the edge follows from those inside: it vanishes on a wall, else decays as exp(-k x).
        if mode.wall is None:
            self.flux_edge = -of_even[0, 1:] / (of_even[0, 0] + k)
            self.stream_edge = -of_odd[0, 1:] / (of_odd[0, 0] + k)
        else:
            self.flux_edge = self.stream_edge = np.zeros(count - 1)
        inside = slice(1, None)
        self.flux_curvature = flux_curvature[inside, inside] + np.outer(flux_curvature[inside, 0], self.flux_edge)
        self.stream_curvature = stream_curvature[inside, inside] + np.outer(
            stream_curvature[inside, 0], self.stream_edge
        )
        self.field = np.tanh(self.x)
        self.bend = -2 * self.field / np.cosh(self.x) ** 2
        self.guess = guess

    def operator(self) -> Floats:
        """The matrix whose eigenvalues are growth rates, over flux and stream function."""
        field, bend = self.field[1:], self.bend[1:]
        force = -self.k * (field[:, None] * self.flux_curvature - np.diag(bend))
        empty = np.zeros_like(force)
        return np.block(
            [
                [self.flux_curvature / self.number, np.diag(self.k * field)],
                [np.linalg.solve(self.stream_curvature, force), empty],
            ]
        )

    def leading(self) -> tuple[float, Floats]:
        """Growth rate and state of the mode that grows: inverse iteration from the layer's growth rate."""
        import scipy.linalg

        if self.k >= 1:
            return math.nan, np.full(2 * (len(self.x) - 1), math.nan)
        matrix = self.operator()
        unit = np.eye(len(matrix))
        shift = self.guess
        state = np.concatenate([np.exp(-self.k * self.x[1:]), self.guess * self.field[1:]])
        rate, previous = math.nan, math.inf
        for attempt in range(60):
            # The shift follows the estimate every few steps: the mode is real and the only one that grows.
            if attempt % 3 == 0:
                factors = scipy.linalg.lu_factor(matrix - shift * unit, check_finite=False)
            following = scipy.linalg.lu_solve(factors, state, check_finite=False)
            amplification = float(following @ state) / float(state @ state)
            rate = shift + 1 / amplification
            state = following / np.abs(following).max()
            if abs(rate - previous) <= 1e-11 * abs(rate):
                break
            previous = rate
            if attempt % 3 == 2 and 0 < rate < 2 * self.guess:
                shift = rate * (1 + 1e-6)
        if not rate > 0:
            rate = math.nan
        return rate, state

    def profile(self, state: Floats) -> dict[str, Floats]:
        """Flux, stream function and current on both sides of the sheet, the flux 1 in the middle."""
        flux, stream = np.split(state, 2)
        current = -self.flux_curvature @ flux
        # The open sheet carries no current at its edge; on a wall the current there is that of a vanishing flux.
        flux = np.concatenate([[self.flux_edge @ flux], flux])
        stream = np.concatenate([[self.stream_edge @ stream], stream])
        current = np.concatenate([[0.0], current])
        # The points straddle the middle: an even parabola in x^2 through the nearest three gives the value there.
        weights = _weights_at_zero(self.x[-4:] ** 2)
        middle = float(weights @ flux[-4:])
        both = {
            "x": np.concatenate([-self.x, [0.0], self.x[::-1]]),
            "flux": np.concatenate([flux, [middle], flux[::-1]]) / middle,
            "stream_function": np.concatenate([-stream, [0.0], stream[::-1]]) / middle,
            "current": np.concatenate([current, [weights @ current[-4:]], current[::-1]]) / middle,
        }
        both["field"] = np.tanh(both["x"])
        return both


def _weights_at_zero(nodes: Floats) -> Floats:
    """Weights of Lagrange's polynomial through the nodes, at zero."""
    weights = np.ones_like(nodes)
    for j, node in enumerate(nodes):
        others = np.delete(nodes, j)
        weights[j] = np.prod(others / (others - node))
    return weights


def _chebyshev(degree: int) -> tuple[Floats, Floats]:
    """Extrema of the Chebyshev polynomial from 1 to -1, and the matrix of derivatives on them."""
    angle = np.pi * np.arange(degree + 1) / degree
    nodes = np.sin(np.pi * (degree - 2 * np.arange(degree + 1)) / (2 * degree))
    # Differences of the nodes by the product of sines keep their digits.
    half_sum, half_difference = 0.5 * (angle[:, None] + angle), 0.5 * (angle[:, None] - angle)
    gaps = -2 * np.sin(half_sum) * np.sin(half_difference)
    np.fill_diagonal(gaps, 1.0)
    signs = (-1.0) ** np.arange(degree + 1)
    signs[[0, -1]] *= 2
    matrix = np.outer(signs, 1 / signs) / gaps
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return nodes, matrix
