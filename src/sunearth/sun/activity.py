"""The activity of the Sun: sunspots, their cycle and its forecast, and how other series go with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import BOLTZMANN, SPEED_OF_LIGHT
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.time import decimal_year, to_datetime64
from sunearth.core.units import K, day, dimensionless, nm, yr

from .dynamo import hale_polarity

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]

ZURICH_SCALE = 0.6
"""Zurich's sunspot number (version 1, until 2015) over today's (version 2): the factor of Wolf's telescope."""
MONTH = 1 / 12
"""yr"""

_SILSO = "SILSO, Royal Observatory of Belgium, sunspot number version 2"
_PLANCK = 6.62607015e-34  # J s, exact since 2019
_SECOND_RADIATION = _PLANCK * SPEED_OF_LIGHT / BOLTZMANN  # m K


class KnownCycle(NamedTuple):
    """A cycle in the 13-month smoothed sunspot number, version 2."""

    number: int
    minimum: str
    minimum_value: float
    maximum: str
    maximum_value: float


KNOWN_CYCLES = (
    KnownCycle(1, "1755-02", 14.0, "1761-06", 144.1),
    KnownCycle(2, "1766-06", 18.6, "1769-09", 193.0),
    KnownCycle(3, "1775-06", 12.0, "1778-05", 264.3),
    KnownCycle(4, "1784-09", 15.9, "1788-02", 235.3),
    KnownCycle(5, "1798-04", 5.3, "1805-02", 82.0),
    KnownCycle(6, "1810-08", 0.0, "1816-05", 81.2),
    KnownCycle(7, "1823-05", 0.2, "1829-11", 119.2),
    KnownCycle(8, "1833-11", 12.2, "1837-03", 244.9),
    KnownCycle(9, "1843-07", 17.6, "1848-02", 219.9),
    KnownCycle(10, "1855-12", 6.0, "1860-02", 186.2),
    KnownCycle(11, "1867-03", 9.9, "1870-08", 234.0),
    KnownCycle(12, "1878-12", 3.7, "1883-12", 124.4),
    KnownCycle(13, "1890-03", 8.3, "1894-01", 146.5),
    KnownCycle(14, "1902-01", 4.5, "1906-02", 107.1),
    KnownCycle(15, "1913-07", 2.5, "1917-08", 175.7),
    KnownCycle(16, "1923-08", 9.4, "1928-04", 130.2),
    KnownCycle(17, "1933-09", 5.8, "1937-04", 198.6),
    KnownCycle(18, "1944-02", 12.9, "1947-05", 218.7),
    KnownCycle(19, "1954-04", 5.1, "1958-03", 285.0),
    KnownCycle(20, "1964-10", 14.3, "1968-11", 156.6),
    KnownCycle(21, "1976-03", 17.8, "1979-12", 232.9),
    KnownCycle(22, "1986-09", 13.5, "1989-11", 212.5),
    KnownCycle(23, "1996-08", 11.2, "2001-11", 180.3),
    KnownCycle(24, "2008-12", 2.2, "2014-04", 116.4),
)
"""The complete cycles since 1755 by SILSO. Good since 1848 and fair from 1818; before that days were missing."""


# ---- counting spots ----


@model(
    cite="Wolf 1861, Mitteilungen ueber die Sonnenflecken; Clette et al. 2014, Space Sci. Rev. 186, 35",
    valid={"groups": (0.0, 40.0), "spots": (0.0, 500.0), "observer": (0.1, 3.0)},
    monotonic={"groups": 1, "spots": 1, "observer": 1},
)
def wolf_number(groups: dimensionless, spots: dimensionless, observer: dimensionless = 1.0) -> dimensionless:
    """Relative sunspot number.

    Parameters
    ----------
    groups : float or array, 1
        Groups of sunspots on the visible disc.
    spots : float or array, 1
        Single spots in all of them.
    observer : float or array, 1
        Factor of the observatory, which brings its counts to the scale of the series.

    Returns
    -------
    number : float or array, 1
        k (10 g + f).

    Notes
    -----
    A single spot makes 11. Until 2015 the series was on Wolf's own scale, 0.6 of what others see; version 2 dropped
    that factor and mended some jumps, so that numbers in older books are about 0.6 of today's.

    Examples
    --------
    >>> float(wolf_number(3.0, 15.0)), float(wolf_number(3.0, 15.0, 0.6))
    (45.0, 27.0)
    """
    return observer * (10.0 * groups + spots)


class ObserverFactor(NamedTuple):
    """The factor of an observatory, its standard error, and on how many days it rests."""

    factor: float
    error: float
    days: int


def fit_observer(groups: Any, spots: Any, reference: Any) -> ObserverFactor:
    """Find the factor that brings an observer's counts to the scale of a reference series.

    Parameters
    ----------
    groups, spots : array, (n,)
        Daily counts of the observer; NaN on days without one.
    reference : array, (n,)
        Sunspot number of the reference on the same days.

    Returns
    -------
    ObserverFactor
        The ratio of the sums, which a few days of large numbers do not rule as they would rule least squares, with
        its standard error.

    Raises
    ------
    InputError
        If fewer than three days have both, or nobody saw a spot.

    Examples
    --------
    >>> fit_observer([1, 2, 3], [5, 10, 15], [9, 18, 27]).factor
    0.6
    """
    raw = np.asarray(wolf_number(np.asarray(groups, float), np.asarray(spots, float)))
    reference = np.asarray(reference, dtype=float)
    both = np.isfinite(raw) & np.isfinite(reference)
    raw, reference = raw[both], reference[both]
    if raw.size < 3 or raw.sum() <= 0:
        raise InputError(f"fit_observer: needs three days or more with spots, got {raw.size} days")
    factor = float(reference.sum() / raw.sum())
    error = math.sqrt(raw.size * float(np.var(reference - factor * raw, ddof=1))) / float(raw.sum())
    return ObserverFactor(round(factor, 12), error, raw.size)


# ---- single spots ----


@model(
    cite="Planck 1901, Ann. Phys. 309, 553; Solanki 2003, Astron. Astrophys. Rev. 11, 153",
    valid={"temperature": (2500.0, 7000.0), "surroundings": (4000.0, 8000.0), "wavelength": (200.0, 2e4)},
    monotonic={"temperature": 1, "surroundings": -1},
)
def spot_contrast(temperature: K, surroundings: K = 5772.0, wavelength: nm = 500.0) -> dimensionless:
    """Brightness of a sunspot relative to the photosphere around it.

    Parameters
    ----------
    temperature : float or array, K
        Brightness temperature of the umbra or penumbra.
    surroundings : float or array, K
        Brightness temperature of the photosphere.
    wavelength : float or array, nm
        Wavelength in vacuum.

    Returns
    -------
    contrast : float or array, 1
        Ratio of the two Planck intensities.

    Notes
    -----
    Often told together: an umbra of 4500 K in a photosphere of 6000 K, and 3 to 5 % of its light at 500 nm. They do
    not agree: that contrast is 20 %, and 3 to 5 % need 3470 to 3700 K. Over all wavelengths 4500 K make 37 % of
    5772 K (:func:`bolometric_contrast`).

    Examples
    --------
    >>> float(spot_contrast(4500.0, 6000.0).round(3)), float(spot_contrast(4500.0).round(3))
    (0.201, 0.243)
    """
    xp = namespace(temperature, surroundings, wavelength)
    x = _SECOND_RADIATION / (wavelength * 1e-9)
    return xp.expm1(x / surroundings) / xp.expm1(x / temperature)


@model(
    cite="Planck 1901, Ann. Phys. 309, 553",
    valid={"contrast": (1e-3, 2.0), "surroundings": (4000.0, 8000.0), "wavelength": (200.0, 2e4)},
    monotonic={"contrast": 1, "surroundings": 1},
)
def spot_temperature(contrast: dimensionless, surroundings: K = 5772.0, wavelength: nm = 500.0) -> K:
    """Brightness temperature of a sunspot from its contrast.

    Parameters
    ----------
    contrast : float or array, 1
        Intensity over that of the photosphere.
    surroundings : float or array, K
        Brightness temperature of the photosphere.
    wavelength : float or array, nm
        Wavelength in vacuum.

    Returns
    -------
    temperature : float or array, K
        The inverse of :func:`spot_contrast`.

    Notes
    -----
    At 500 nm an umbra of 3 to 5 % has 3390 to 3610 K, and a penumbra of 80 % has 5526 K.

    Examples
    --------
    >>> [round(float(spot_temperature(c))) for c in (0.03, 0.05, 0.8)]
    [3391, 3608, 5526]
    """
    xp = namespace(contrast, surroundings, wavelength)
    x = _SECOND_RADIATION / (wavelength * 1e-9)
    return x / xp.log1p(xp.expm1(x / surroundings) / contrast)


@model(
    cite="Stefan 1879, Sitzungsber. Akad. Wiss. Wien 79, 391",
    valid={"temperature": (2500.0, 7000.0), "surroundings": (4000.0, 8000.0)},
    monotonic={"temperature": 1, "surroundings": -1},
)
def bolometric_contrast(temperature: K, surroundings: K = 5772.0) -> dimensionless:
    """Total radiation of a sunspot relative to the photosphere around it.

    Parameters
    ----------
    temperature : float or array, K
        Effective temperature of the spot.
    surroundings : float or array, K
        Effective temperature of the photosphere.

    Returns
    -------
    contrast : float or array, 1
        (T / T_0)^4.

    Examples
    --------
    >>> float(bolometric_contrast(4500.0).round(2))
    0.37
    """
    ratio = temperature / surroundings
    return ratio**4


@model(
    cite="Solanki 2003, Astron. Astrophys. Rev. 11, 153",
    valid={"age": (0.0, 200.0), "median": (0.5, 20.0), "spread": (0.1, 3.0)},
    monotonic={"age": -1, "median": 1},
)
def spots_surviving(age: day, median: day = 2.0, spread: dimensionless = 1.330) -> dimensionless:
    """Share of sunspots that live longer than an age.

    Parameters
    ----------
    age : float or array, d
        Age since the spot was born.
    median : float or array, d
        Age that half of them reach.
    spread : float or array, 1
        Standard deviation of the logarithm of the lifetimes.

    Returns
    -------
    share : float or array, 1
        From 1 to 0.

    Notes
    -----
    Half of all spots are gone after 2 days, yet one in ten outlives 11 days. An exponential law with that half-life
    would leave 2.2 %; a log-normal one with a spread of 1.330 has both, and the tail of groups of several rotations.

    Examples
    --------
    >>> [float(spots_surviving(t).round(3)) for t in (2.0, 11.0, 60.0)]
    [0.5, 0.1, 0.005]
    """
    xp = namespace(age, median, spread)
    z = xp.log(age / median) / spread
    # The tail of the normal distribution by a rational fit with an error below 1.5e-7 (Abramowitz and Stegun 7.1.26).
    x = xp.abs(z) / math.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * x)
    tail = 0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    upper = 0.5 * t * tail * xp.exp(-(x**2))
    return xp.where(z > 0, upper, 1.0 - upper)


# ---- periods ----


class CombinationPeriods(NamedTuple):
    """The lines that two periods make together."""

    sum_line: yr
    difference_line: yr
    harmonic_1: yr
    harmonic_2: yr


@model(
    cite="Herman and Goldberg 1978, Sun, Weather and Climate, NASA SP-426",
    valid={"period_1": (1.0, 1000.0), "period_2": (1.0, 1000.0)},
)
def combination_periods(period_1: yr, period_2: yr) -> CombinationPeriods:
    """Periods of the lines that two oscillations make where one modulates the other.

    Parameters
    ----------
    period_1, period_2 : float or array, yr
        The two periods.

    Returns
    -------
    sum_line : float or array, yr
        Period at the sum of the frequencies.
    difference_line : float or array, yr
        Period of the beat, at the difference of the frequencies; infinite where they are equal.
    harmonic_1 : float or array, yr
        Half the first period.
    harmonic_2 : float or array, yr
        Half the second period.

    Notes
    -----
    1/T_3 = 1/T_1 + 1/T_2 and 1/T_4 = 1/T_1 - 1/T_2. With 11.1 and 179.2 years: 10.45 and 11.83, 5.55 and 89.6, close to
    lines seen in sunspots (5.5; 8.1, 9.7 and 11.2; 100; 180). One account rounds the first to 10.4. That the two are
    tides of planets and the Sun's motion about the barycentre is history, not established physics.

    Examples
    --------
    >>> [round(float(period), 2) for period in combination_periods(11.1, 179.2)]
    [10.45, 11.83, 5.55, 89.6]
    """
    xp = namespace(period_1, period_2)
    product = period_1 * period_2
    return CombinationPeriods(
        product / (period_1 + period_2), product / xp.abs(period_2 - period_1), period_1 / 2, period_2 / 2
    )


def periodogram(time: Any, values: Any, periods: Any) -> xr.Dataset:
    """Spectrum of a series at given periods, whatever its gaps.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Times in UTC, evenly spaced or not.
    values : array, (n,)
        The series; NaN where missing.
    periods : array, yr
        Periods to look at.

    Returns
    -------
    Dataset
        ``power`` (the share of the variance that a sinusoid with its own mean takes away, 0 to 1), ``amplitude`` and
        ``false_alarm`` (chance that white noise of as many values has as high a peak anywhere among the periods)
        along ``period``.

    Raises
    ------
    InputError
        If fewer than five values are there, or a period is not positive.

    Notes
    -----
    The generalised periodogram of Lomb and Scargle (Zechmeister and Kuerster 2009, Astron. Astrophys. 496, 577). The
    Sun's noise is red: false alarms at long periods are more likely than stated.

    Examples
    --------
    >>> time = np.datetime64("1900-01", "M") + np.arange(1200)
    >>> spectrum = periodogram(time, np.sin(2 * np.pi * np.arange(1200) / 132.0), np.arange(8.0, 14.0, 0.5))
    >>> float(spectrum["power"].idxmax())
    11.0
    """
    moments, series = _series("periodogram", time, values)
    if series.size < 5:
        raise InputError(f"periodogram: needs five values or more, got {series.size}")
    periods = np.atleast_1d(np.asarray(periods, dtype=float))
    if not np.all(periods > 0):
        raise InputError("periodogram: periods must be positive")
    years = _years(moments)
    power, amplitude = np.empty(periods.size), np.empty(periods.size)
    centred = series - series.mean()
    total = float(centred @ centred)
    for k, period in enumerate(periods):
        power[k], amplitude[k] = _sinusoid(years, centred, total, period)
    span = years[-1] - years[0]
    # Independent frequencies between the ends of the band: one per reciprocal of the span.
    independent = max(span * (1 / periods.min() - 1 / periods.max()), 1.0)
    single = (1.0 - np.minimum(power, 1.0)) ** ((series.size - 3) / 2)
    alarm = -np.expm1(independent * np.log1p(-np.minimum(single, 1 - 1e-16)))
    return xr.Dataset(
        {
            "power": ("period", power, _attrs("1", "Share of the variance that a sinusoid of this period takes away")),
            "amplitude": ("period", amplitude, _attrs(None, "Amplitude of the sinusoid")),
            "false_alarm": ("period", alarm, _attrs("1", "Chance of such a peak in white noise")),
        },
        coords={"period": ("period", periods, _attrs("yr", "Period"))},
    )


def _sinusoid(years: Floats, centred: Floats, total: float, period: float) -> tuple[float, float]:
    """Share of the variance that a sinusoid with a free mean takes away, and its amplitude."""
    phase = 2 * np.pi * years / period
    basis = np.stack([np.ones_like(years), np.cos(phase), np.sin(phase)])
    solution, *_ = np.linalg.lstsq(basis @ basis.T, basis @ centred, rcond=None)
    left = centred - solution @ basis
    share = 1.0 - float(left @ left) / total if total > 0 else 0.0
    return max(share, 0.0), float(np.hypot(solution[1], solution[2]))


def spectral_lines(
    time: Any, values: Any, shortest: float = 2.0, longest: float | None = None, count: int = 5, alarm: float = 0.01
) -> xr.Dataset:
    """Strongest periods of a series, one after the other.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Times in UTC.
    values : array, (n,)
        The series; NaN where missing.
    shortest, longest : float, yr
        Band of periods; up to the length of the series if `longest` is not given.
    count : int
        How many lines to look for at most.
    alarm : float
        Lines whose chance of a false alarm is greater are not taken.

    Returns
    -------
    Dataset
        ``period``, ``amplitude``, ``power`` (share of the variance left when the line is taken) and ``false_alarm``
        along ``line``, strongest first.

    Notes
    -----
    After each line the sinusoid is taken out of the series before the next is sought, so that the sidelobes of a
    strong line are not lines of their own; no more are sought in the last thousandth of the variance. Periods are
    known to about a quarter of period^2 / span. The phase of the solar cycle wanders: what is split into neighbouring
    lines may be one line whose phase moves.

    Examples
    --------
    >>> time = np.datetime64("1900-01", "M") + np.arange(1200)
    >>> both = 3 * np.sin(2 * np.pi * np.arange(1200) / 132.0) + np.sin(2 * np.pi * np.arange(1200) / 66.0)
    >>> spectral_lines(time, both)["period"].values.round(1).tolist()
    [11.0, 5.5]
    """
    from scipy.optimize import minimize_scalar

    moments, series = _series("spectral_lines", time, values)
    if series.size < 5:
        raise InputError(f"spectral_lines: needs five values or more, got {series.size}")
    years = _years(moments)
    span = float(years[-1] - years[0])
    longest = span if longest is None else longest
    if not 0 < shortest < longest:
        raise InputError(f"spectral_lines: no band between {shortest} and {longest:.4g} yr")
    frequencies = np.arange(1 / longest, 1 / shortest, 0.2 / span)
    left = series - series.mean()
    start = float(left @ left)
    found: list[tuple[float, float, float, float]] = []
    for _ in range(count):
        total = float(left @ left)
        if total <= 1e-3 * start or frequencies.size == 0:
            break
        spectrum = periodogram(moments, left, 1 / frequencies)
        best = int(np.argmax(spectrum["power"].values))
        if float(spectrum["false_alarm"][best]) > alarm:
            break
        low, high = (frequencies[best] + 0.2 / span * side for side in (-1, 1))

        def lost(frequency: float, left: Floats = left, total: float = total) -> float:
            return -_sinusoid(years, left, total, 1 / frequency)[0]

        frequency = float(minimize_scalar(lost, bounds=(max(low, 1e-9), high), method="bounded").x)
        power, amplitude = _sinusoid(years, left, total, 1 / frequency)
        found.append((1 / frequency, amplitude, power, float(spectrum["false_alarm"][best])))
        # All lines so far are fitted together, for on a short record they are not independent of each other.
        phases = 2 * np.pi * years / np.array([line[0] for line in found])[:, None]
        basis = np.concatenate([np.ones((1, years.size)), np.cos(phases), np.sin(phases)])
        solution, *_ = np.linalg.lstsq(basis.T, series, rcond=None)
        left = series - solution @ basis
    table = np.array(found).reshape(-1, 4).T
    return xr.Dataset(
        {
            "period": ("line", table[0], _attrs("yr", "Period")),
            "amplitude": ("line", table[1], _attrs(None, "Amplitude")),
            "power": ("line", table[2], _attrs("1", "Share of the variance left that the line takes away")),
            "false_alarm": ("line", table[3], _attrs("1", "Chance of such a peak in white noise")),
        }
    )


# ---- the cycle ----


def monthly_means(time: Any, values: Any, complete: float = 0.5) -> tuple[Times, Floats]:
    """Means of the calendar months of a series.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Times in UTC, daily or denser.
    values : array, (n,)
        The series; NaN where missing.
    complete : float
        Share of a month's days that must have a value; below it the mean is NaN.

    Returns
    -------
    months : array of datetime64[M]
        Every month from the first to the last.
    means : array
        Means over the days that have values.

    Examples
    --------
    >>> days = np.datetime64("2001-01-01") + np.arange(59)
    >>> monthly_means(days, np.arange(59.0))[1].tolist()
    [15.0, 44.5]
    """
    moments = np.atleast_1d(to_datetime64(time, "monthly_means: time"))
    series = np.atleast_1d(np.asarray(values, dtype=float))
    if moments.shape != series.shape or series.ndim != 1 or series.size == 0:
        raise InputError(f"monthly_means: time {moments.shape} and values {series.shape} must be series of one length")
    days = moments.astype("datetime64[D]")
    first, last = days.min().astype("datetime64[M]"), days.max().astype("datetime64[M]")
    months = np.arange(first, last + 1)
    there = np.isfinite(series)
    index = (days[there].astype("datetime64[M]") - first).astype(int)
    counts = np.bincount(index, minlength=months.size)
    sums = np.bincount(index, series[there], minlength=months.size)
    seen = np.unique(days[there])
    day_counts = np.bincount((seen.astype("datetime64[M]") - first).astype(int), minlength=months.size)
    lengths = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    means = np.where(day_counts >= complete * lengths, sums / np.maximum(counts, 1), np.nan)
    return months, np.where(counts > 0, means, np.nan)


def smoothed_13_months(values: Any) -> Floats:
    """Running mean of monthly values over 13 months, the first and last of which count half.

    Parameters
    ----------
    values : array, (..., n)
        Monthly values, every month.

    Returns
    -------
    array, (..., n)
        NaN in the first and last six months and wherever a month of the 13 is missing.

    Notes
    -----
    A twelfth of the sum of thirteen months, the outer two halved: the smoothing by which minima and maxima of the cycle
    are dated. It takes a year exactly out of the series.

    Examples
    --------
    >>> smoothed_13_months(np.arange(14.0))[5:9].tolist()
    [nan, 6.0, 7.0, nan]
    """
    series = np.asarray(values, dtype=float)
    weights = np.ones(13)
    weights[[0, -1]] = 0.5
    result = np.full(series.shape, np.nan)
    if series.shape[-1] >= 13:
        windows = np.lib.stride_tricks.sliding_window_view(series, 13, axis=-1)
        result[..., 6:-6] = windows @ (weights / 12)
    return result


@model(
    cite="Hathaway 2010, Living Rev. Sol. Phys. 7, 1, doi:10.12942/lrsp-2010-1",
    valid={"amplitude": (60.0, 350.0)},
    monotonic={"amplitude": -1},
)
def waldmeier_rise(amplitude: dimensionless) -> yr:
    """Time from minimum to maximum of a sunspot cycle of given strength.

    Parameters
    ----------
    amplitude : float or array, 1
        Maximum of the smoothed sunspot number, version 2.

    Returns
    -------
    rise : float or array, yr
        Strong cycles rise faster.

    Notes
    -----
    The effect that Waldmeier found in 1935: 35 months + 1800 months / amplitude (their eq. 7) in Zurich's numbers,
    which are 0.6 of version 2. The scatter is a year, and group numbers or spot areas show the effect much less.

    Examples
    --------
    >>> [float(waldmeier_rise(a).round(1)) for a in (81.0, 180.0, 285.0)]
    [6.0, 4.3, 3.8]
    """
    return (35.0 + 1800.0 / (ZURICH_SCALE * amplitude)) * MONTH


_SHAPE_C = 0.71


def _crest() -> tuple[float, float]:
    """Where x^3 / (exp(x^2) - c) is greatest, and how great it is there."""
    square = 1.17
    for _ in range(20):  # Newton on exp(y) (3 - 2 y) = 3 c
        value = math.exp(square) * (3 - 2 * square) - 3 * _SHAPE_C
        square -= value / (math.exp(square) * (1 - 2 * square))
    return math.sqrt(square), square**1.5 / (math.exp(square) - _SHAPE_C)


_CREST_AGE, _CREST = _crest()


def _shape_width(xp: Any, a: Any) -> Any:
    return 27.12 + 25.15 / (1e3 * a) ** 0.25


class CycleCrest(NamedTuple):
    """The maximum of a cycle of Hathaway's shape: when and how high."""

    rise: yr
    amplitude: dimensionless


@model(
    cite="Hathaway et al. 1994, Sol. Phys. 151, 177, doi:10.1007/BF00654090",
    valid={"age": (0.0, 14.0), "a": (8e-4, 6e-3)},
)
def hathaway_1994(age: yr, a: dimensionless) -> dimensionless:
    """Smooth course of the sunspot number through a cycle.

    Parameters
    ----------
    age : float or array, yr
        Time since the cycle's starting time, which lies some months before the minimum.
    a : float or array, 1
        Strength: the number grows as a t^3 at first, with t in months and in Zurich's numbers. Most cycles have 0.001
        to 0.005.

    Returns
    -------
    number : float or array, 1
        Sunspot number, version 2; 0 before the start.

    Notes
    -----
    a t^3 / (exp(t^2 / b^2) - 0.71) with the width b = 27.12 + 25.15 / (1000 a)^(1/4) months: of the four parameters of
    the shape one is constant, and one follows from the strength, by which strong cycles rise faster. Both were found
    in Zurich's numbers, which are 0.6 of version 2.

    Examples
    --------
    >>> [float(hathaway_1994(t, 0.003).round(1)) for t in (1.0, 4.0, 10.0)]
    [24.0, 248.1, 10.2]
    """
    xp = namespace(age, a)
    t = 12.0 * xp.maximum(age, 0.0 * age)
    # Far out the exponential runs over; there the number has long been 0.
    return a * t**3 / (xp.exp(xp.minimum((t / _shape_width(xp, a)) ** 2, 700.0 + 0.0 * t)) - _SHAPE_C) / ZURICH_SCALE


@model(
    cite="Hathaway et al. 1994, Sol. Phys. 151, 177, doi:10.1007/BF00654090",
    valid={"a": (8e-4, 6e-3)},
    monotonic={"a": -1},
)
def hathaway_1994_crest(a: dimensionless) -> CycleCrest:
    """Maximum of a sunspot cycle of given strength.

    Parameters
    ----------
    a : float or array, 1
        Strength as in :func:`hathaway_1994`.

    Returns
    -------
    rise : float or array, yr
        Time from the starting time to the maximum.
    amplitude : float or array, 1
        Sunspot number at the maximum, version 2.

    Examples
    --------
    >>> crest = hathaway_1994_crest(0.003)
    >>> float(crest.rise.round(2)), float(crest.amplitude.round(1))
    (4.17, 248.9)
    """
    xp = namespace(a)
    width = _shape_width(xp, a)
    return CycleCrest(_CREST_AGE * width * MONTH, a * width**3 * _CREST / ZURICH_SCALE)


def find_cycles(time: Any, number: Any, reversal: float = 40.0) -> xr.Dataset:
    """Split a series of monthly sunspot numbers into cycles.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Months, one value each, in order.
    number : array, (n,)
        Monthly means of the sunspot number, version 2; NaN where missing.
    reversal : float
        How far the smoothed number must turn back for an extreme to count: more than the dips between double maxima,
        less than the weakest cycle.

    Returns
    -------
    Dataset
        Along ``cycle`` (its number): ``minimum``, ``maximum`` and ``end`` (months; NaT where not reached),
        ``minimum_value``, ``maximum_value``, ``rise``, ``decay`` and ``length`` (yr), ``polarity`` of the northern
        leaders, and ``confirmed``, False where the maximum may still be surpassed.

    Raises
    ------
    InputError
        If the months are not in order or twice there.

    Notes
    -----
    By minima and maxima of the 13-month smoothed series. The number is that of the known cycle that began nearest. A
    cycle whose opening minimum lies before the series is left out.

    Examples
    --------
    >>> months = np.datetime64("1980-01", "M") + np.arange(480)
    >>> wave = 80 - 80 * np.cos(2 * np.pi * (np.arange(480) - 80) / 132)
    >>> find_cycles(months, wave)["cycle"].values.tolist()
    [22, 23, 24]
    """
    months, series = _months("find_cycles", time, number)
    smooth = smoothed_13_months(series)
    there = np.flatnonzero(np.isfinite(smooth))
    extremes = _turning_points(smooth[there], reversal) if there.size else []
    rows = []
    for k, (index, is_minimum, _) in enumerate(extremes):
        if not is_minimum or index == 0:
            continue
        after = list(extremes[k + 1 : k + 3])
        top, confirmed = (after[0][0], after[0][2]) if after else (-1, False)
        # The extreme that ends the series is only the lowest so far: a minimum counts once it is confirmed.
        ended = len(after) > 1 and after[1][2]
        if not extremes[k][2]:
            continue
        rows.append((there[index], there[top] if after else -1, there[after[1][0]] if ended else -1, confirmed))
    return _cycle_table(months, smooth, rows)


def _turning_points(values: Floats, reversal: float) -> list[tuple[int, bool, bool]]:
    """Alternating extremes: the index, whether it is a minimum, and whether the series has turned back from it."""
    if values.size < 2:
        return []
    low = high = 0
    found: list[tuple[int, bool, bool]] = []
    seeking = 0  # 1: a maximum, -1: a minimum, 0: whichever comes first
    for k in range(1, values.size):
        if values[k] < values[low]:
            low = k
        if values[k] > values[high]:
            high = k
        if seeking >= 0 and values[high] - values[k] >= reversal:
            found.append((high, False, True))
            low, seeking = k, -1
            high = k
        elif seeking <= 0 and values[k] - values[low] >= reversal:
            found.append((low, True, True))
            high, seeking = k, 1
            low = k
    if seeking:
        found.append((high, False, False) if seeking > 0 else (low, True, False))
    return found


def _cycle_table(months: Times, smooth: Floats, rows: Sequence[tuple[Any, Any, Any, bool]]) -> xr.Dataset:
    count = len(rows)
    index = np.array([row[:3] for row in rows], dtype=int).reshape(count, 3)
    reached = index >= 0
    moments = np.where(reached, months[index].astype("datetime64[ns]"), np.datetime64("NaT", "ns"))
    values = np.where(reached, smooth[index], np.nan)
    gap = np.full((count, 2), np.nan)
    gap[:, 0] = np.where(reached[:, 1], index[:, 1] - index[:, 0], np.nan) * MONTH
    gap[:, 1] = np.where(reached[:, 1] & reached[:, 2], index[:, 2] - index[:, 1], np.nan) * MONTH
    numbers = np.array([_cycle_number(moment) for moment in moments[:, 0]], dtype=int)
    data = {
        "minimum": (moments[:, 0], None, "Month of the minimum that opens the cycle"),
        "maximum": (moments[:, 1], None, "Month of the maximum"),
        "end": (moments[:, 2], None, "Month of the minimum that ends the cycle"),
        "minimum_value": (values[:, 0], "1", "Smoothed sunspot number at the minimum"),
        "maximum_value": (values[:, 1], "1", "Smoothed sunspot number at the maximum"),
        "rise": (gap[:, 0], "yr", "Time from minimum to maximum"),
        "decay": (gap[:, 1], "yr", "Time from maximum to the next minimum"),
        "length": (gap[:, 0] + gap[:, 1], "yr", "Time from minimum to minimum"),
        "polarity": (np.asarray(hale_polarity(numbers.astype(float), 10.0)), "1", "Sign of the northern leading spots"),
        "confirmed": (np.array([row[3] for row in rows], dtype=bool), None, "Whether the maximum is past"),
    }
    return xr.Dataset(
        {name: ("cycle", value, _attrs(unit, title)) for name, (value, unit, title) in data.items()},
        coords={"cycle": ("cycle", numbers, {"long_name": "Number of the cycle"})},
    )


def _cycle_number(minimum: Any) -> int:
    """Number of the cycle that began at a minimum: that of the nearest known, or counted on by 11 years."""
    year = float(decimal_year(minimum))
    known: list[float] = [float(decimal_year(cycle.minimum)) for cycle in KNOWN_CYCLES]
    if known[0] - 3 < year < known[-1] + 5.5:
        return min(KNOWN_CYCLES, key=lambda cycle: abs(float(decimal_year(cycle.minimum)) - year)).number
    if year >= known[-1]:
        return KNOWN_CYCLES[-1].number + round((year - known[-1]) / 11.0)
    return KNOWN_CYCLES[0].number - round((known[0] - year) / 11.0)


class CycleStatistics(NamedTuple):
    """What a set of cycles has in common."""

    cycles: int
    mean_length: float
    shortest: float
    longest: float
    mean_rise: float
    mean_decay: float
    mean_amplitude: float
    amplitude_spread: float
    waldmeier_correlation: float


def cycle_statistics(cycles: xr.Dataset) -> CycleStatistics:
    """Return the statistics of a set of cycles.

    Parameters
    ----------
    cycles : Dataset
        As :func:`find_cycles` or :func:`known_cycles` returns it; only complete cycles count.

    Returns
    -------
    CycleStatistics
        Lengths from minimum to minimum, rise and decay (yr), amplitudes of the smoothed number, and the correlation
        of rise time with amplitude, which is negative (the effect that Waldmeier found).

    Examples
    --------
    >>> statistics = cycle_statistics(known_cycles())
    >>> statistics.cycles, round(statistics.mean_length, 1), round(statistics.waldmeier_correlation, 2)
    (23, 11.0, -0.74)
    """
    whole = cycles.isel(cycle=np.flatnonzero(np.isfinite(cycles["length"].values)))
    if whole.sizes["cycle"] < 2:
        raise InputError("cycle_statistics: needs two complete cycles or more")
    length, rise, amplitude = (whole[name].values for name in ("length", "rise", "maximum_value"))
    return CycleStatistics(
        cycles=int(length.size),
        mean_length=float(length.mean()),
        shortest=float(length.min()),
        longest=float(length.max()),
        mean_rise=float(rise.mean()),
        mean_decay=float(whole["decay"].values.mean()),
        mean_amplitude=float(amplitude.mean()),
        amplitude_spread=float(amplitude.std(ddof=1)),
        waldmeier_correlation=_correlation(rise, amplitude),
    )


def known_cycles() -> xr.Dataset:
    """Return the cycles since 1755 as a table.

    Returns
    -------
    Dataset
        As :func:`find_cycles` returns it, from the published minima and maxima; the last cycle has no end.

    Examples
    --------
    >>> float(known_cycles()["maximum_value"].sel(cycle=19))
    285.0
    """
    first = np.datetime64(KNOWN_CYCLES[0].minimum, "M")
    last = np.datetime64(KNOWN_CYCLES[-1].maximum, "M")
    months = np.arange(first, last + 1)
    smooth = np.full(months.size, np.nan)
    rows = []
    for k, cycle in enumerate(KNOWN_CYCLES):
        low, high = (int((np.datetime64(text, "M") - first).astype(int)) for text in (cycle.minimum, cycle.maximum))
        smooth[low], smooth[high] = cycle.minimum_value, cycle.maximum_value
        following = KNOWN_CYCLES[k + 1].minimum if k + 1 < len(KNOWN_CYCLES) else None
        end = -1 if following is None else int((np.datetime64(following, "M") - first).astype(int))
        rows.append((low, high, end, True))
    table = _cycle_table(months, smooth, rows)
    table.attrs["references"] = _SILSO
    return table


class CycleFit(NamedTuple):
    """A cycle of Hathaway's shape fitted to monthly numbers, with standard errors."""

    a: float
    start: float
    amplitude: float
    amplitude_error: float
    maximum: float
    maximum_error: float
    covariance: Floats
    scatter: float


def fit_cycle(
    time: Any,
    number: Any,
    start: float | None = None,
    start_error: float = 1.0,
    amplitude: float | None = None,
    amplitude_error: float = 0.4,
) -> CycleFit:
    """Fit the shape of a cycle to monthly sunspot numbers.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Months of one cycle.
    number : array, (n,)
        Monthly sunspot number, version 2; NaN where missing.
    start : float, optional
        Expected starting time (decimal year); the first month if not given.
    start_error : float, yr
        How well that is known.
    amplitude : float, optional
        Expected maximum; without it only the numbers decide, and a cycle that is young stays undecided.
    amplitude_error : float
        Relative uncertainty of the expected maximum.

    Returns
    -------
    CycleFit
        Strength ``a`` and ``start`` (decimal year) of :func:`hathaway_1994`, ``amplitude`` and ``maximum`` (decimal
        year) with standard errors, the covariance of (ln a, start), and the ``scatter`` of what the fit leaves, in
        units of what is expected (1 where the cycle is like others).

    Raises
    ------
    InputError
        If fewer than three months have values.

    Notes
    -----
    Generalised least squares in ln a and the start. Monthly means scatter about the smooth course with a variance of
    20 + 4.5 R, and the smooth course about the shape with a standard deviation of 0.2 (R R_max)^(1/2) and a memory of
    a year (:data:`SHAPE_SCATTER`). Because of these bumps the maximum of the shape is not that of
    the smoothed numbers.

    Examples
    --------
    >>> months = np.datetime64("2008-12", "M") + np.arange(120)
    >>> number = hathaway_1994(np.arange(120) / 12, 0.0015)
    >>> fit = fit_cycle(months, number)
    >>> round(fit.a, 5), round(fit.maximum, 1)
    (0.0015, 2013.4)
    """
    from scipy.optimize import least_squares

    months, series = _months("fit_cycle", time, number)
    there = np.isfinite(series)
    if there.sum() < 3:
        raise InputError(f"fit_cycle: needs three months or more with values, got {int(there.sum())}")
    # The epoch of a monthly mean is the middle of the month.
    years, values = decimal_year(months)[there] + MONTH / 2, series[there]
    begin = float(years[0]) if start is None else float(start)
    smooth = _centred_mean(values, 13)
    known = np.array([math.log(_strength(max(amplitude or float(smooth.max()), 20.0))), begin])
    # ln(amplitude) grows by 0.7 to 0.85 of ln a: the width shrinks as the strength grows.
    prior_width = np.array([amplitude_error / 0.75 if amplitude else np.inf, start_error])
    whitening = np.linalg.inv(np.linalg.cholesky(_scatter(years, smooth)))

    def left(parameters: Floats) -> Floats:
        curve = np.asarray(hathaway_1994(years - parameters[1], math.exp(parameters[0])))
        return np.concatenate([whitening @ (values - curve), (parameters - known) / prior_width])

    bounds = ([math.log(1e-4), begin - 4.0], [math.log(2e-2), begin + 4.0])
    solution = least_squares(left, known, bounds=bounds, x_scale=(0.1, 0.1))
    scatter = float(np.sqrt(np.mean(solution.fun[: values.size] ** 2)))
    jacobian = solution.jac[: values.size]
    information = jacobian.T @ jacobian / max(scatter, 1.0) ** 2 + np.diag(1.0 / prior_width**2)
    covariance = np.linalg.pinv(information)
    a, begin = math.exp(solution.x[0]), float(solution.x[1])
    crest = hathaway_1994_crest(a)
    step = 1e-4
    beside = hathaway_1994_crest(a * math.exp(step))
    slope = math.log(float(beside.amplitude) / float(crest.amplitude)) / step
    rise_slope = (float(beside.rise) - float(crest.rise)) / step
    gradient = np.array([rise_slope, 1.0])
    return CycleFit(
        a=a,
        start=begin,
        amplitude=float(crest.amplitude),
        amplitude_error=float(crest.amplitude) * slope * math.sqrt(covariance[0, 0]),
        maximum=begin + float(crest.rise),
        maximum_error=math.sqrt(float(gradient @ covariance @ gradient)),
        covariance=covariance,
        scatter=scatter,
    )


def _scatter(years: Floats, smooth: Floats) -> Floats:
    """Covariance of monthly numbers about the shape: the noise of months, and the bumps that every cycle has."""
    level = np.maximum(smooth, 0.0)
    return np.diag(20.0 + 4.5 * level) + _bumps(years, level, years, level, float(level.max()))


def _bumps(years: Floats, level: Floats, other_years: Floats, other_level: Floats, amplitude: float) -> Floats:
    """Covariance of the smooth deviations from the shape between two sets of months."""
    size = np.sqrt(np.multiply.outer(level, other_level)) * amplitude
    # The covariance of Matern with 3/2: smoothed numbers have slopes, which an exponential would not give them.
    apart = math.sqrt(3.0) * np.abs(np.subtract.outer(years, other_years)) / SHAPE_MEMORY
    return SHAPE_SCATTER**2 * size * (1.0 + apart) * np.exp(-apart)


def _strength(amplitude: Any) -> Any:
    """Strength `a` of a cycle whose maximum is known (version 2), by interpolation in the logarithms."""
    grid = np.geomspace(5e-5, 5e-2, 400)
    return np.exp(np.interp(np.log(amplitude), np.log(hathaway_1994_crest(grid).amplitude), np.log(grid)))


SHAPE_SCATTER = 0.2
"""Standard deviation of a cycle's bumps, the smoothed number about the shape, over sqrt(number x amplitude).

After each of cycles 20 to 24 is fitted 0.16 is left; a fifth more stands for what the fit takes along."""
SHAPE_MEMORY = 1.0
"""yr, over which such a bump is forgotten."""


def forecast_cycle(
    time: Any,
    number: Any,
    until: Any,
    start: Any = None,
    cycles: xr.Dataset | None = None,
    members: int = 1000,
    seed: int = 0,
    quantiles: Sequence[float] = (0.1, 0.25, 0.5, 0.75, 0.9),
    progress: Callable[[str, int, int], None] | None = None,
) -> xr.Dataset:
    """Forecast the smoothed sunspot number through the rest of a running cycle, with bands.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Months so far.
    number : array, (n,)
        Monthly sunspot number, version 2.
    until : time
        Last month of the forecast.
    start : time, optional
        Month of the minimum that opened the running cycle; found in the series if not given.
    cycles : Dataset, optional
        Cycles from which the expected strength is learnt; :func:`known_cycles` by default.
    members : int
        Size of the ensemble.
    seed : int
        Of the random numbers.
    quantiles : sequence of float
        Levels of the bands.
    progress : callable, optional
        Called with (text, done, total).

    Returns
    -------
    Dataset
        ``number`` along ``quantile`` and ``time`` (months after the last one given), ``amplitude`` and ``maximum``
        (decimal year) of the smoothed cycle along ``quantile``. The Dataset's attributes hold the fitted strength.

    Raises
    ------
    InputError
        If no minimum is found in the series, or nothing is left to forecast.

    Notes
    -----
    The numbers since the minimum and what earlier cycles lead one to expect together settle the strength and the
    starting time of Hathaway's shape; early on the expectation rules, from the third year the numbers do. The present
    deviation from the shape fades with a memory of a year, and deviations like those of other cycles take over.
    The cycle after the running one is not forecast: numbers fall to the level of a minimum and stay there.

    Cycles 20 to 24, each forecast by what all others lead one to expect: mean errors of the rest of the cycle are 27,
    16, 20 and 13 after 12, 24, 36 and 48 months, where the mean cycle errs by 25, 26, 25 and 22; the 80 % bands hold
    67, 83, 69 and 81 %. In its first year a cycle cannot yet be told.

    Examples
    --------
    >>> months = np.datetime64("2008-12", "M") + np.arange(48)
    >>> number = hathaway_1994((np.arange(48) + 6) / 12, 0.0018)
    >>> band = forecast_cycle(months, number, "2019-12", start="2008-12")
    >>> 100 < float(band["amplitude"].sel(quantile=0.5)) < 190
    True
    """
    months, series = _months("forecast_cycle", time, number)
    if start is None:
        found = find_cycles(months, series)
        if found.sizes["cycle"] == 0:
            raise InputError("forecast_cycle: no minimum in the series; give the month in which the cycle began")
        start = found["minimum"].values[-1]
    opened = to_datetime64(start, "forecast_cycle: start").astype("datetime64[M]")
    last = to_datetime64(until, "forecast_cycle: until").astype("datetime64[M]")
    ahead = np.arange(months[-1] + 1, last + 1)
    if ahead.size == 0:
        raise InputError(f"forecast_cycle: nothing to forecast between {months[-1]} and {last}")
    if progress is not None:
        progress("fitting the cycle", 0, 2)
    expected = np.log((known_cycles() if cycles is None else cycles)["maximum_value"].values)
    expected = expected[np.isfinite(expected)]
    since = months >= opened
    # The shape begins about four months before the smoothed minimum, where old and new cycle overlap.
    fit = fit_cycle(
        months[since],
        series[since],
        start=float(decimal_year(opened)) - 4 * MONTH,
        start_error=0.4,
        amplitude=float(np.exp(expected.mean())),
        amplitude_error=float(expected.std(ddof=1)),
    )
    if progress is not None:
        progress("drawing members", 1, 2)
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_normal([math.log(fit.a), fit.start], fit.covariance, size=members)
    a, begin = np.exp(drawn[:, 0])[:, None], drawn[:, 1][:, None]
    past = decimal_year(months[since]) + MONTH / 2
    future = decimal_year(ahead) + MONTH / 2
    curves = np.asarray(hathaway_1994(future - begin, a))
    paths = curves + _deviations(rng, past, series[since], future, a, begin, fit)
    crest = hathaway_1994_crest(a)
    paths = np.maximum(paths, 0.02 * np.asarray(crest.amplitude))
    levels = np.asarray(quantiles, dtype=float)
    known = smoothed_13_months(series)[since]
    highest = np.nanmax(known) if np.isfinite(known).any() else 0.0
    when_known = float(past[int(np.nanargmax(known))]) if np.isfinite(known).any() else np.nan
    tops = paths.max(axis=1)
    when = np.where(tops > highest, future[paths.argmax(axis=1)], when_known)
    if progress is not None:
        progress("drawing members", 2, 2)
    return xr.Dataset(
        {
            "number": (
                ("quantile", "time"),
                np.quantile(paths, levels, axis=0),
                _attrs("1", "Smoothed sunspot number, forecast"),
            ),
            "amplitude": (
                "quantile",
                np.quantile(np.maximum(tops, highest), levels),
                _attrs("1", "Maximum of the smoothed sunspot number"),
            ),
            "maximum": ("quantile", np.quantile(when, levels), {"long_name": "Decimal year of the maximum"}),
        },
        coords={"quantile": levels, "time": ahead.astype("datetime64[ns]")},
        attrs={"a": fit.a, "start": fit.start, "references": hathaway_1994.spec.cite},
    )


def _deviations(
    rng: np.random.Generator, past: Floats, number: Floats, future: Floats, a: Floats, begin: Floats, fit: CycleFit
) -> Floats:
    """Bumps to come, given those that the months so far have shown: one row for each member."""
    there = np.isfinite(number)
    past, number = past[there], number[there]
    level = np.maximum(_centred_mean(number, 13), 0.0)
    later = np.asarray(hathaway_1994(future - fit.start, fit.a))
    size = max(float(level.max()), fit.amplitude)
    across = _bumps(past, level, future, later, size)
    noise = np.diag(20.0 + 4.5 * level) + _bumps(past, level, past, level, size)
    weights = np.linalg.solve(noise, across)
    spread = _bumps(future, later, future, later, size) - across.T @ weights
    # A little on the diagonal keeps rounding from making the matrix indefinite.
    root = np.linalg.cholesky(spread + np.diag(1e-9 * size**2 + 0.0 * future))
    left = number - np.asarray(hathaway_1994(past - begin, a))
    return left @ weights + rng.standard_normal((a.size, future.size)) @ root.T  # type: ignore[no-any-return]


# ---- how series go together ----


def effective_size(a: Any, b: Any = None, memory: int | None = None) -> float:
    """Number of independent values in a series, or in a pair of series whose correlation is asked for.

    Parameters
    ----------
    a, b : array, (n,)
        Evenly spaced series; NaN where missing. Without `b` the series is its own partner.
    memory : int, optional
        Lags over which the autocorrelations are summed; a quarter of the length by default.

    Returns
    -------
    float
        Between 2 and the number of pairs.

    Notes
    -----
    1 / N_e = 1 / N + 2 / N sum (1 - k / N) r_a(k) r_b(k) (Bartlett 1946; Bretherton et al. 1999, J. Climate 12, 1990).
    The sum is cut where the product of the autocorrelations first falls to what noise makes of it, 4 / N.

    Examples
    --------
    >>> noise = np.random.default_rng(1).standard_normal(2000)
    >>> effective_size(noise) > 1500, effective_size(np.repeat(noise[:200], 10)) < 500
    (True, True)
    """
    first = np.asarray(a, dtype=float)
    second = first if b is None else np.asarray(b, dtype=float)
    count = int((np.isfinite(first) & np.isfinite(second)).sum())
    if count < 4:
        return float(count)
    total = 1.0
    for k in range(1, (count // 4 if memory is None else memory) + 1):
        product = _correlation(first[k:], first[:-k]) * _correlation(second[k:], second[:-k])
        if not product > 4.0 / count:
            break
        total += 2 * (1 - k / count) * product
    return float(min(max(count / total, 2.0), count))


def lagged_correlation(a: Any, b: Any, lags: Any) -> xr.Dataset:
    """Correlation of two evenly spaced series, one of them some steps later.

    Parameters
    ----------
    a, b : array, (n,)
        Series of one length; NaN where missing.
    lags : array of int
        Steps by which `b` comes after `a`: at a positive lag a(t) meets b(t + lag).

    Returns
    -------
    Dataset
        ``correlation``, ``low`` and ``high`` (95 % interval by Fisher's transformation) and ``effective_size`` along
        ``lag``.

    Raises
    ------
    InputError
        If the series differ in length or a lag is too long.

    Notes
    -----
    Values of the Sun and of the Earth remember: the interval counts independent pairs (:func:`effective_size`), which
    for series that follow the solar cycle are few however many months there are.

    Examples
    --------
    >>> wave = np.sin(np.arange(400) / 10)
    >>> int(lagged_correlation(wave[:-5], wave[5:], range(-9, 10))["correlation"].idxmax())
    -5
    """
    first, second = (np.asarray(values, dtype=float) for values in (a, b))
    if first.ndim != 1 or first.shape != second.shape:
        raise InputError(f"lagged_correlation: series of shapes {first.shape} and {second.shape} are not of one length")
    steps = np.atleast_1d(np.asarray(lags)).astype(int)
    if steps.size == 0 or np.abs(steps).max() > first.size - 4:
        raise InputError(f"lagged_correlation: lags must be shorter than the {first.size} steps of the series")
    rows = []
    for step in steps:
        left, right = (first[: first.size - step], second[step:]) if step >= 0 else (first[-step:], second[:step])
        both = np.isfinite(left) & np.isfinite(right)
        r = _correlation(left, right)
        n = effective_size(np.where(both, left, np.nan), np.where(both, right, np.nan))
        width = 1.959963984540054 / math.sqrt(n - 3) if n > 3 else np.inf
        z = math.atanh(min(max(r, -1 + 1e-15), 1 - 1e-15)) if math.isfinite(r) else np.nan
        rows.append((r, math.tanh(z - width), math.tanh(z + width), n))
    table = np.array(rows).T
    titles = {
        "correlation": "Coefficient of correlation",
        "low": "Lower end of its 95 % interval",
        "high": "Upper end of its 95 % interval",
        "effective_size": "Number of independent pairs",
    }
    return xr.Dataset(
        {name: ("lag", table[k], _attrs("1", title)) for k, (name, title) in enumerate(titles.items())},
        coords={"lag": ("lag", steps, {"long_name": "Steps by which the second series is later"})},
    )


class Recurrence(NamedTuple):
    """How strongly a series recurs, after how long, and what noise could do."""

    period: float
    correlation: float
    noise: float


def recurrence(values: Any, shortest: int = 20, longest: int = 35) -> Recurrence:
    """Find the recurrence of an evenly spaced series, such as the 27 days of the Sun's rotation in daily indices.

    Parameters
    ----------
    values : array, (n,)
        Series, one value a day; NaN where missing.
    shortest, longest : int
        Band of lags to look at, in steps of the series.

    Returns
    -------
    Recurrence
        Lag of the highest autocorrelation (refined by a parabola), its value above the level between the lags of one
        half and three halves of it, and the two-sigma level of noise.

    Raises
    ------
    InputError
        If the series is shorter than two of the longest lags.

    Notes
    -----
    Slow change, such as the solar cycle, lifts all autocorrelations; it is taken out before by a running mean over
    three of the longest lags.

    Examples
    --------
    >>> round(recurrence(np.sin(2 * np.pi * np.arange(2000) / 27.0)).period, 1)
    27.0
    """
    series = np.asarray(values, dtype=float)
    if series.ndim != 1 or series.size < 2 * longest + 4:
        raise InputError(f"recurrence: needs more than {2 * longest + 4} values, got {series.size}")
    quick = series - _centred_mean(series, 3 * longest | 1)
    lags = np.arange(1, int(1.6 * longest) + 1)
    r = np.array([_correlation(quick[k:], quick[:-k]) for k in lags])
    band = (lags >= shortest) & (lags <= longest)
    best = int(np.flatnonzero(band)[np.nanargmax(r[band])])
    below, at, above = r[best - 1], r[best], r[best + 1]
    bend = below - 2 * at + above
    shift = 0.5 * (below - above) / bend if bend < 0 else 0.0
    period = float(lags[best] + np.clip(shift, -0.5, 0.5))
    beside = [r[round(period * factor) - 1] for factor in (0.5, 1.5)]
    noise = 2.0 / math.sqrt(max(effective_size(quick), 1.0))
    return Recurrence(period, float(at - np.nanmean(beside)), noise)


def superposed_epochs(time: Any, values: Any, epochs: Any, before: int, after: int) -> xr.Dataset:
    """Average a series about many moments of one kind.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Times in UTC, evenly spaced.
    values : array, (n,)
        The series; NaN where missing.
    epochs : array of datetime64
        Moments, such as crossings of sector boundaries.
    before, after : int
        Steps to keep on either side.

    Returns
    -------
    Dataset
        ``mean``, ``error`` (its standard error), ``median`` and ``count`` along ``step``.

    Raises
    ------
    InputError
        If the times are not evenly spaced.

    Examples
    --------
    >>> days = np.datetime64("2000-01-01") + np.arange(200)
    >>> pulse = np.where(np.arange(200) % 27 == 4, 1.0, 0.0)
    >>> int(superposed_epochs(days, pulse, days[0:190:27], 3, 8)["mean"].idxmax())
    4
    """
    moments = np.atleast_1d(to_datetime64(time, "superposed_epochs: time"))
    series = np.atleast_1d(np.asarray(values, dtype=float))
    steps = np.diff(moments)
    if moments.size < 2 or moments.shape != series.shape or np.any(steps != steps[0]):
        raise InputError("superposed_epochs: needs evenly spaced times, one for each value")
    at = np.atleast_1d(to_datetime64(epochs, "superposed_epochs: epochs"))
    centre = np.rint((at - moments[0]) / steps[0]).astype(int)
    index = centre[:, None] + np.arange(-before, after + 1)
    inside = (index >= 0) & (index < series.size)
    stack = np.where(inside, series[np.clip(index, 0, series.size - 1)], np.nan)
    count = np.isfinite(stack).sum(axis=0)
    filled = np.where(np.isfinite(stack), stack, 0.0)
    mean = np.where(count > 0, filled.sum(axis=0) / np.maximum(count, 1), np.nan)
    variance = np.where(np.isfinite(stack), (stack - mean) ** 2, 0.0).sum(axis=0) / np.maximum(count - 1, 1)
    error = np.where(count > 1, np.sqrt(variance / np.maximum(count, 1)), np.nan)
    median = np.full(count.shape, np.nan)
    median[count > 0] = np.nanmedian(stack[:, count > 0], axis=0)
    return xr.Dataset(
        {
            "mean": ("step", mean, _attrs(None, "Mean about the epochs")),
            "error": ("step", error, _attrs(None, "Standard error of the mean")),
            "median": ("step", median, _attrs(None, "Median about the epochs")),
            "count": ("step", count, _attrs("1", "Number of epochs with a value")),
        },
        coords={"step": ("step", np.arange(-before, after + 1), {"long_name": "Steps after the epoch"})},
    )


# ---- inside ----


def _attrs(unit: str | None, title: str) -> dict[str, str]:
    return {"long_name": title} if unit is None else {"units": unit, "long_name": title}


def _correlation(a: Floats, b: Floats) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 3:
        return float("nan")
    x, y = a[both] - a[both].mean(), b[both] - b[both].mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / scale if scale > 0 else float("nan")


def _centred_mean(values: Floats, width: int) -> Floats:
    """Running mean over an odd number of values, over what is there at the ends and in gaps."""
    there = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(there, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(there)])
    low = np.maximum(np.arange(values.size) - width // 2, 0)
    high = np.minimum(np.arange(values.size) + width // 2 + 1, values.size)
    number = counts[high] - counts[low]
    return np.where(number > 0, (sums[high] - sums[low]) / np.maximum(number, 1), np.nan)


def _years(moments: Times) -> Floats:
    # Nanoseconds would overflow on series of more than 292 years.
    fine = moments.astype("datetime64[us]")
    return (fine - fine[0]) / np.timedelta64(1, "D") / 365.25  # type: ignore[no-any-return]


def _series(place: str, time: Any, values: Any) -> tuple[Times, Floats]:
    """Times and values that are there, in order."""
    moments = np.atleast_1d(to_datetime64(time, f"{place}: time"))
    series = np.atleast_1d(np.asarray(values, dtype=float))
    if moments.shape != series.shape or series.ndim != 1:
        raise InputError(f"{place}: time {moments.shape} and values {series.shape} must be series of one length")
    order = np.argsort(moments, kind="stable")
    kept = order[np.isfinite(series[order]) & ~np.isnat(moments[order])]
    return moments[kept], series[kept]


def _months(place: str, time: Any, values: Any) -> tuple[Times, Floats]:
    """A series with a value for every month, NaN in months that are missing."""
    months = np.atleast_1d(to_datetime64(time, f"{place}: time")).astype("datetime64[M]")
    series = np.atleast_1d(np.asarray(values, dtype=float))
    if months.shape != series.shape or series.ndim != 1 or series.size == 0:
        raise InputError(f"{place}: time {months.shape} and values {series.shape} must be series of one length")
    steps = np.diff(months).astype(int)
    if np.any(steps < 1):
        raise InputError(f"{place}: months must be in order and once each")
    if np.all(steps == 1):
        return months, series
    whole = np.arange(months[0], months[-1] + 1)
    filled = np.full(whole.size, np.nan)
    filled[(months - months[0]).astype(int)] = series
    return whole, filled
