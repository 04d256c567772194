"""Whistlers: the radio pulse of lightning drawn out along a field line, and what it tells of line and density."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    DIPOLE_EQUATORIAL_FIELD,
    EARTH_RADIUS,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    SPEED_OF_LIGHT,
    VACUUM_PERMITTIVITY,
)
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import dimensionless, kHz, km, nT, per_cm3, s, sqrt_s

Floats = NDArray[np.float64]

_HELLIWELL = "Helliwell 1965, Whistlers and Related Ionospheric Phenomena"
_STOREY = "Storey 1953, Philos. Trans. R. Soc. A 246, 113"
_ECKERSLEY = "Eckersley 1935, Nature 135, 104"

_KILO: Final = 1e3
_GYRATION: Final = ELEMENTARY_CHARGE / (2.0 * math.pi * ELECTRON_MASS) * 1e-9
"""Hz/nT"""
_PLASMA: Final = math.sqrt(1e6 * ELEMENTARY_CHARGE**2 / (VACUUM_PERMITTIVITY * ELECTRON_MASS)) / (2.0 * math.pi)
"""Hz, of one electron per cubic centimetre"""
_LINE = {
    "density": (1.0, 5000.0),
    "l_shell": (1.5, 5.0),
    "density_index": (0.0, 4.0),
    "height": (0.0, 1000.0),
    "b_0": (2.9e4, 3.2e4),
}
# 16 abscissae and weights of Gauss and Legendre from the equator to the foot: 1e-7 up to nine tenths of the equatorial
# gyrofrequency, where the delay gathers within some degrees of the equator.
_NODES, _WEIGHTS = (array.tolist() for array in np.polynomial.legendre.leggauss(16))
_USUAL_RATIO: Final = 0.37
"""Nose frequency over the gyrofrequency at the equator, from which the search for it starts"""


@model(
    cite=_HELLIWELL,
    valid={"l_shell": (1.1, 10.0), "b_0": (2.9e4, 3.2e4)},
    monotonic={"l_shell": -1, "b_0": 1},
)
def equatorial_gyrofrequency(l_shell: dimensionless, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> kHz:
    """Gyrofrequency of electrons where a dipole line crosses the equator.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    frequency : float or array, kHz
        Above it no whistler passes.

    Examples
    --------
    >>> float(equatorial_gyrofrequency(4.0, 31000.0).round(2))
    13.56
    """
    return _GYRATION * b_0 / l_shell**3 / _KILO


def _along(xp: Any, l_shell: Any, density_index: Any, height: Any) -> Any:
    """Places along half of a line: weight of the arc, gyro- and plasma frequency over their equatorial values."""
    end = xp.sqrt(1.0 - (1.0 + height * _KILO / EARTH_RADIUS) / l_shell)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        x = 0.5 * end * (1.0 + node)
        cosine_squared = 1.0 - x * x
        stretch = xp.sqrt(1.0 + 3.0 * x * x)
        yield (
            0.5 * weight * end * l_shell * stretch,
            stretch / cosine_squared**3,
            cosine_squared ** (-0.5 * density_index),
        )


def _unit(density: Any) -> Any:
    """Twice R_E / 2 c times the plasma frequency: both halves of a line, s Hz."""
    return EARTH_RADIUS / SPEED_OF_LIGHT * _PLASMA * density**0.5


@model(
    cite=_STOREY,
    valid={"frequency": (0.3, 6.0), **_LINE},
    monotonic={"density": 1},
)
def travel_time(
    frequency: kHz,
    l_shell: dimensionless,
    density: per_cm3,
    density_index: dimensionless = 1.0,
    height: km = 0.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> s:
    """Time that a whistler takes along a field line from one hemisphere to the other.

    Parameters
    ----------
    frequency : float or array, kHz
        Of the wave.
    l_shell : float or array, 1
        McIlwain's L of the line that guides it.
    density : float or array, cm^-3
        Electrons at the equator of the line.
    density_index : float or array, 1
        Power of L / r with which the density goes along the line.
    height : float or array, km
        Height of the feet above the ground.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    time : float or array, s
        One hop; NaN above the gyrofrequency at the equator.

    Notes
    -----
    The integral of f_p f_c / (2 c f^(1/2) (f_c - f)^(3/2)) ds along the line: group delay along the field where the
    plasma frequency is far above the wave's. It is infinite at both ends of the band and least at the nose.

    Examples
    --------
    >>> travel_time([2.0, 5.1, 9.0], 4.0, 443.0).round(2).tolist()
    [2.58, 2.12, 2.83]
    """
    xp = namespace(frequency, l_shell, density, density_index, height, b_0)
    f = frequency * _KILO
    top = equatorial_gyrofrequency.spec.function(l_shell, b_0) * _KILO
    total = 0.0
    for arc, gyration, plasma in _along(xp, l_shell, density_index, height):
        f_c = top * gyration
        total = total + arc * plasma * f_c * (f_c - f) ** -1.5
    # a line may pass places above its gyrofrequency between the abscissae
    passes = xp.where(f < top, 1.0, xp.nan)
    return _unit(density) * total / f**0.5 * passes


@model(cite=_ECKERSLEY, valid=_LINE, monotonic={"density": 1, "l_shell": 1})
def dispersion(
    l_shell: dimensionless,
    density: per_cm3,
    density_index: dimensionless = 1.0,
    height: km = 0.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> sqrt_s:
    """Dispersion of a whistler far below its nose.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L of the line that guides it.
    density : float or array, cm^-3
        Electrons at the equator of the line.
    density_index : float or array, 1
        Power of L / r with which the density goes along the line.
    height : float or array, km
        Height of the feet above the ground.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    dispersion : float or array, s^(1/2)
        D in the law t = D f^(-1/2), f in Hz: the integral of f_p / (2 c f_c^(1/2)) ds.

    Notes
    -----
    The law holds to a per cent up to a hundredth of the gyrofrequency at the equator; at a tenth of it times are 9 per
    cent longer.

    Examples
    --------
    >>> float(dispersion(2.5, 1300.0).round(0))
    50.0
    """
    xp = namespace(l_shell, density, density_index, height, b_0)
    top = equatorial_gyrofrequency.spec.function(l_shell, b_0) * _KILO
    total = 0.0
    for arc, gyration, plasma in _along(xp, l_shell, density_index, height):
        total = total + arc * plasma * gyration**-0.5
    return _unit(density) * total * top**-0.5


def _nose_ratio(xp: Any, l_shell: Any, density_index: Any, height: Any, ratio: Any, steps: int) -> Any:
    """Steps of Newton to the nose frequency over the gyrofrequency at the equator, where the travel time is least."""
    places = list(_along(xp, l_shell, density_index, height))
    for _ in range(steps):
        # h(u) = sum w g p (g - u)^-3/2 (3 / (2 (g - u)) - 1 / (2 u)) and its derivative, with the factor u^-1/2 aside
        value, slope = 0.0, 0.0
        for arc, gyration, plasma in places:
            left = gyration - ratio
            weight = arc * plasma * gyration * left**-1.5
            bracket = 1.5 / left - 0.5 / ratio
            value = value + weight * bracket
            slope = slope + weight * (1.5 / left * bracket + 1.5 / left**2 + 0.5 / ratio**2)
        ratio = ratio - value / slope
    return ratio


class Nose(NamedTuple):
    """The nose of a whistler, where it arrives first."""

    frequency: kHz
    time: s
    ratio: dimensionless


@model(cite=_HELLIWELL, valid=_LINE, monotonic={"l_shell": -1})
def nose(
    l_shell: dimensionless,
    density: per_cm3,
    density_index: dimensionless = 1.0,
    height: km = 0.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> Nose:
    """Nose of a whistler: the frequency that arrives first, and when.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L of the line that guides it.
    density : float or array, cm^-3
        Electrons at the equator of the line.
    density_index : float or array, 1
        Power of L / r with which the density goes along the line.
    height : float or array, km
        Height of the feet above the ground.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    frequency : float or array, kHz
        Nose frequency, which the density does not change.
    time : float or array, s
        Travel time at the nose.
    ratio : float or array, 1
        Nose frequency over the gyrofrequency at the equator.

    Notes
    -----
    The ratio is 0.25 in a uniform field. Along a dipole line it is 0.36 to 0.38 from L = 2 to 10 for a density like
    1 / r, and up to 0.48 for one like 1 / r^4.

    Examples
    --------
    >>> [float(v.round(3)) for v in nose(4.0, 443.0)]
    [4.901, 2.119, 0.376]
    """
    xp = namespace(l_shell, density, density_index, height, b_0)
    ratio = _nose_ratio(xp, l_shell, density_index, height, _USUAL_RATIO + 0.0 * l_shell, 6)
    frequency = ratio * equatorial_gyrofrequency.spec.function(l_shell, b_0) + 0.0 * density
    time = travel_time.spec.function(frequency, l_shell, density, density_index, height, b_0)
    return Nose(frequency, time, ratio + 0.0 * (density + b_0))


class Path(NamedTuple):
    """The field line that guided a whistler and the plasma on it."""

    l_shell: dimensionless
    density: per_cm3


@model(
    cite=_HELLIWELL,
    valid={
        "frequency": (2.5, 60.0),
        "time": (0.1, 4.0),
        "density_index": (0.0, 4.0),
        "height": (0.0, 1000.0),
        "b_0": (2.9e4, 3.2e4),
    },
    monotonic={"frequency": -1, "b_0": 1},
)
def path_of_nose(
    frequency: kHz,
    time: s,
    density_index: dimensionless = 1.0,
    height: km = 0.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> Path:
    """Field line and density of a whistler from its nose.

    Parameters
    ----------
    frequency : float or array, kHz
        Nose frequency.
    time : float or array, s
        Travel time at the nose, one hop.
    density_index : float or array, 1
        Power of L / r with which the density goes along the line.
    height : float or array, km
        Height of the feet above the ground.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    l_shell : float or array, 1
        McIlwain's L.
    density : float or array, cm^-3
        Electrons at the equator.

    Notes
    -----
    The inverse of :func:`nose`. The nose frequency gives the line; the time, which most of the delay being near the
    equator depends on the least density of the line, gives that density as its square.

    Examples
    --------
    >>> [float(v.round(1)) for v in path_of_nose(4.901, 2.119)]
    [4.0, 443.2]
    """
    xp = namespace(frequency, time, density_index, height, b_0)
    at_ground = _GYRATION * b_0 / _KILO
    ratio = _USUAL_RATIO + 0.0 * frequency
    shell = (ratio * at_ground / frequency) ** (1.0 / 3.0)
    # the ratio hardly depends on L: each turn leaves less than a tenth of the error
    for _ in range(10):
        ratio = _nose_ratio(xp, shell, density_index, height, ratio, 2)
        shell = (ratio * at_ground / frequency) ** (1.0 / 3.0)
    one = 1.0 + 0.0 * time
    return Path(
        shell + 0.0 * time,
        (time / travel_time.spec.function(frequency, shell, one, density_index, height, b_0)) ** 2.0,
    )


class FittedWhistler(NamedTuple):
    """A whistler that was fitted to points in time and frequency."""

    l_shell: float
    """McIlwain's L of the line."""
    density: float
    """Electrons at its equator, cm^-3."""
    origin: float
    """When the lightning struck, s, on the clock of the points."""
    nose_frequency: float
    """kHz"""
    nose_time: float
    """Travel time at the nose, s."""
    l_shell_error: float
    """Standard error of L."""
    density_error: float
    """Standard error of the density, cm^-3."""
    scatter: float
    """Robust standard deviation of the times that belong to it, s."""
    belongs: NDArray[np.bool_]
    """Which points belong to it."""


def fit_whistler(
    time: ArrayLike,
    frequency: ArrayLike,
    *,
    origin: float | None = None,
    l_range: tuple[float, float] = (1.5, 7.0),
    density_index: float = 1.0,
    height: float = 0.0,
    b_0: float = DIPOLE_EQUATORIAL_FIELD,
) -> FittedWhistler:
    """Find the whistler in points of a spectrogram, among them some that belong to none.

    Parameters
    ----------
    time : array (point,), s
        When each point was heard.
    frequency : array (point,), kHz
        Its frequency. Points where either is missing are left out.
    origin : float, s, optional
        When the lightning struck; it is fitted as well where its click was not heard, which takes points beyond the
        nose or far below it.
    l_range : tuple of float, optional
        Lines that are searched.
    density_index, height, b_0 : float, optional
        As for :func:`travel_time`.

    Returns
    -------
    FittedWhistler
        The line, the density and which points belong to it.

    Raises
    ------
    InputError
        If there are fewer than five points, or no whistler fits them.

    Notes
    -----
    On one line all travel times grow with the root of the density, so that origin and root of the density follow
    linearly; only L is searched, first on a grid, then by golden section. The sum of absolute deviations decides, by
    which up to two fifths of the points may belong to something else; then points within three robust standard
    deviations are fitted again by least squares, from which the errors come.

    Examples
    --------
    >>> f = np.linspace(2.0, 8.0, 25)
    >>> found = fit_whistler(10.0 + travel_time(f, 4.0, 443.0), f)
    >>> round(found.l_shell, 3), round(found.density, 1), round(found.origin, 3)
    (4.0, 443.0, 10.0)
    """
    t, f = (np.ravel(np.asarray(a, float)) for a in (time, frequency))
    if t.shape != f.shape:
        raise InputError(f"fit_whistler: {t.size} times and {f.size} frequencies; give one of each a point")
    known = np.isfinite(t) & np.isfinite(f) & (f > 0)
    if known.sum() < 5:
        raise InputError(f"fit_whistler: needs five points or more, got {int(known.sum())}")
    t_known, f_known = t[known], f[known]
    # a line whose gyrofrequency lies below most of the points carries none of them
    top = min(l_range[1], float((_GYRATION * b_0 / _KILO / np.quantile(f_known, 0.6)) ** (1.0 / 3.0)) * 0.9999)
    if not l_range[0] < top:
        raise InputError(f"fit_whistler: the frequencies are above the gyrofrequency of all lines beyond {l_range[0]}")

    def shape(l_shell: float) -> Floats:
        return np.asarray(travel_time(f_known, l_shell, 1.0, density_index, height, b_0))

    def fit(l_shell: float, inside: NDArray[np.bool_] | None = None) -> tuple[float, float, float, Floats]:
        """Cost, root of the density, origin and deviations for one line."""
        delay = shape(l_shell)
        carried = np.isfinite(delay)
        use = carried if inside is None else carried & inside
        if use.sum() < 4:
            return np.inf, np.nan, np.nan, np.full(t_known.size, np.inf)
        root, begin = _line(delay[use], t_known[use], origin, robust=inside is None)
        deviation = np.where(carried, t_known - begin - root * np.where(carried, delay, 0.0), np.inf)
        if not root > 0:
            return np.inf, np.nan, np.nan, deviation
        if inside is not None:
            return float((deviation[use] ** 2).sum()), root, begin, deviation
        # a point that the line cannot carry counts as much as the worst that it can
        size = np.abs(deviation)
        worst = size[carried].max()
        return float(np.where(carried, size, worst).sum()), root, begin, deviation

    grid = np.linspace(l_range[0], top, 160)
    costs = np.array([fit(value)[0] for value in grid])
    if not np.isfinite(costs).any():
        raise InputError("fit_whistler: no whistler fits these points")
    best = int(np.argmin(costs))
    shell = _golden(lambda value: fit(value)[0], grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)])
    inside = np.ones(t_known.size, bool)
    _, root, begin, deviation = fit(shell)
    for _ in range(5):
        spread = 1.4826 * float(np.median(np.abs(deviation[np.isfinite(deviation)])))
        inside = np.abs(deviation) <= max(3.0 * spread, 1e-9)
        if inside.sum() < 5:
            break
        low, high = max(shell - 0.3, l_range[0]), min(shell + 0.3, top)
        shell = _golden(lambda value, keep=inside: fit(value, keep)[0], low, high)
        _, root, begin, deviation = fit(shell, inside)
    if not root > 0:
        raise InputError("fit_whistler: no whistler fits these points")
    errors = _errors(shape, shell, root, deviation, inside, origin is None)
    tip = nose(shell, root**2, density_index, height, b_0)
    belongs = np.zeros(t.size, bool)
    belongs[known] = inside
    return FittedWhistler(
        float(shell), float(root**2), float(begin), float(tip.frequency), float(tip.time), errors[0],
        2.0 * float(root) * errors[1], 1.4826 * float(np.median(np.abs(deviation[inside]))), belongs,
    )  # fmt: skip


def _line(delay: Floats, time: Floats, origin: float | None, robust: bool) -> tuple[float, float]:
    """Root of the density and origin of time = origin + root * delay, by least squares or least absolute deviations."""
    weight = np.ones(delay.size)
    root, begin = 0.0, 0.0 if origin is None else origin
    for _ in range(12 if robust else 1):
        if origin is None:
            mean_d, mean_t = np.average(delay, weights=weight), np.average(time, weights=weight)
            variance = (weight * (delay - mean_d) ** 2).sum()
            root = (weight * (delay - mean_d) * (time - mean_t)).sum() / variance if variance > 0 else 0.0
            begin = mean_t - root * mean_d
        else:
            root = (weight * delay * (time - origin)).sum() / (weight * delay**2).sum()
        size = np.abs(time - begin - root * delay)
        weight = 1.0 / np.maximum(size, 1e-3 * max(float(np.median(size)), 1e-9))
    return float(root), float(begin)


def _golden(cost: Any, low: float, high: float) -> float:
    """Place of the least cost between two places."""
    share = 0.5 * (math.sqrt(5.0) - 1.0)
    a, b = high - share * (high - low), low + share * (high - low)
    cost_a, cost_b = cost(a), cost(b)
    while high - low > 1e-7:
        if cost_a <= cost_b:
            high, b, cost_b = b, a, cost_a
            a = high - share * (high - low)
            cost_a = cost(a)
        else:
            low, a, cost_a = a, b, cost_b
            b = low + share * (high - low)
            cost_b = cost(b)
    return 0.5 * (low + high)


def _errors(
    shape: Any, shell: float, root: float, deviation: Floats, inside: NDArray[np.bool_], free: bool
) -> tuple[float, float]:
    """Standard errors of L and of the root of the density, from the curvature of the sum of squares."""
    step = 1e-4
    slope = root * (shape(shell + step) - shape(shell - step)) / (2.0 * step)
    columns = [slope, shape(shell)] + ([np.ones(deviation.size)] if free else [])
    jacobian = np.stack(columns, axis=1)
    use = inside & np.isfinite(jacobian).all(axis=1)
    jacobian, left = jacobian[use], deviation[use]
    if use.sum() <= jacobian.shape[1]:
        return float("nan"), float("nan")
    variance = (left**2).sum() / (use.sum() - jacobian.shape[1])
    covariance = variance * np.linalg.pinv(jacobian.T @ jacobian)
    return float(np.sqrt(covariance[0, 0])), float(np.sqrt(covariance[1, 1]))
