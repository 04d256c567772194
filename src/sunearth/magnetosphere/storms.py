"""Magnetic storms: how strong they are called, where their phases begin and end, and the greatest on record."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.time import to_datetime64

STORM_CLASSES = {
    "gonzalez_1994": ((-30.0, "weak"), (-50.0, "moderate"), (-100.0, "intense"), (-250.0, "super")),
    "loewe_prolss_1997": (
        (-30.0, "weak"),
        (-50.0, "moderate"),
        (-100.0, "strong"),
        (-200.0, "severe"),
        (-350.0, "great"),
    ),
}
"""Names of storms by the Dst, in nT, that their minimum reaches or passes.

The first three limits and names of ``gonzalez_1994`` are those of Gonzalez et al. 1994 (J. Geophys. Res. 99, 5771);
the fourth is common usage. ``loewe_prolss_1997`` is Loewe and Prolss 1997 (J. Geophys. Res. 102, 14209).
"""


def storm_class(minimum: Any, scheme: str = "gonzalez_1994") -> Any:
    """Return what a storm of a certain minimum is called.

    Parameters
    ----------
    minimum : float or array, nT
        Smallest Dst of the storm.
    scheme : {"gonzalez_1994", "loewe_prolss_1997"}, optional
        Whose names to use.

    Returns
    -------
    str or array of str
        A name of :data:`STORM_CLASSES`; "quiet" above -30 nT, "" for NaN.

    Raises
    ------
    UnknownNameError
        If there is no such scheme.

    Examples
    --------
    >>> storm_class(-234.0), storm_class(-234.0, "loewe_prolss_1997")
    ('intense', 'severe')
    """
    if scheme not in STORM_CLASSES:
        raise UnknownNameError("scheme", scheme, STORM_CLASSES, f"Schemes: {', '.join(STORM_CLASSES)}.")
    limits, names = zip(*STORM_CLASSES[scheme], strict=True)
    values = np.asarray(minimum, dtype=float)
    reached = np.sum(values[..., None] <= np.asarray(limits), axis=-1)
    named = np.where(np.isnan(values), "", np.asarray(("quiet", *names))[reached])
    return str(named) if named.ndim == 0 else named


class Recovery(NamedTuple):
    """How fast a storm recovers: time constant of an exponential and its standard error."""

    hours: float
    error: float


class Storm(NamedTuple):
    """A magnetic storm in an index such as Dst or SYM-H."""

    commencement: np.datetime64
    """Start of the sudden rise that heralds it; NaT for a gradual commencement."""
    onset: np.datetime64
    """Start of the main phase."""
    peak: np.datetime64
    """Time of the minimum."""
    end: np.datetime64
    """Back above a tenth of the minimum, or the onset of the next storm."""
    minimum: float
    """nT"""
    recovery: Recovery

    @property
    def intensity(self) -> str:
        """Name of its class after Gonzalez et al. (1994)."""
        return str(storm_class(self.minimum))

    @property
    def main_phase_hours(self) -> float:
        """Length of the main phase."""
        return _hours(self.peak - self.onset)


_LOOK_BACK = 36.0
"""h before the minimum within which the main phase begins"""
_HERALD = 12.0
"""h before the main phase within which a sudden commencement belongs to the storm"""
_LONGEST_RECOVERY = 240.0
"""h"""
_RECOVERED = 0.1
"""of the minimum, where the storm ends"""
_FITTED = np.exp(-1.0)
"""of the minimum, where the fit of the recovery ends: what follows is slower"""
_SEPARATE = 0.5
"""of the smaller minimum: two dips are two storms if the index recovers by this fraction between them"""
_LONGEST_BRIDGE = 6.0
"""h of missing values that are bridged linearly; longer gaps count as quiet"""


def find_storms(time: Any, dst: Any, threshold: float = -50.0) -> list[Storm]:
    """Find the storms of a series and their phases.

    Parameters
    ----------
    time : datetime64 (time)
        Times in UTC, ascending.
    dst : array (time), nT
        Dst, SYM-H or a model of them; NaN where missing.
    threshold : float, optional
        Only dips that reach this value, in nT, are storms.

    Returns
    -------
    list of Storm
        In the order of time.

    Raises
    ------
    InputError
        If the two series differ in length, the times do not ascend or the threshold is not negative.

    Notes
    -----
    A dip is a storm of its own if the index recovers from it by half its depth before it dips deeper. The main phase
    begins where the index last leaves zero before the minimum, or its highest level of the 36 hours before if that is
    below zero. The recovery is fitted by exp(-t / tau) to the hours from the minimum to 1/e of it or to the next storm;
    in 25 years of Dst tau is 10 to 50 h, 23 h in the median of storms below -100 nT. A sudden commencement is looked
    for in the 12 hours before the main phase, see :func:`sudden_commencements`.

    Examples
    --------
    >>> time = np.datetime64("2015-03-16", "ns") + np.arange(120) * np.timedelta64(1, "h")
    >>> hours = np.arange(120.0)
    >>> dst = np.where(hours < 30, 5.0, np.where(hours < 40, 5 - 20.5 * (hours - 30), -200 * np.exp((40 - hours) / 15)))
    >>> (storm,) = find_storms(time, dst)
    >>> storm.minimum, storm.intensity, round(storm.recovery.hours, 2), str(storm.onset)[:13]
    (-200.0, 'intense', 15.0, '2015-03-17T06')
    """
    if not threshold < 0.0:
        raise InputError(f"find_storms: threshold: a storm is a depression, got {threshold} nT; give a negative value")
    time, dst = _series(time, dst, "find_storms")
    if time.size == 0 or not np.nanmin(dst, initial=0.0) <= threshold:
        return []
    filled = _bridged(time, dst)
    peaks = _separate_dips(filled, threshold)
    heralds = sudden_commencements(time, dst)
    storms: list[Storm] = []
    hours = _hours(time - time[0])
    onsets = [_onset(filled, hours, peak, peaks[i - 1] if i else -1) for i, peak in enumerate(peaks)]
    for i, (peak, onset) in enumerate(zip(peaks, onsets, strict=True)):
        limit = onsets[i + 1] if i + 1 < len(onsets) else time.size - 1
        end = _back(filled, hours, peak, limit, _RECOVERED)
        fitted = slice(peak, _back(filled, hours, peak, limit, _FITTED) + 1)
        before = heralds[(heralds <= time[onset]) & (_hours(time[onset] - heralds) <= _HERALD)]
        storms.append(
            Storm(
                commencement=before[-1] if before.size else np.datetime64("NaT", "ns"),
                onset=time[onset],
                peak=time[peak],
                end=time[end],
                minimum=float(dst[peak]),
                recovery=fit_recovery(time[fitted], dst[fitted]),
            )
        )
    return storms


def storm_phases(time: Any, dst: Any, threshold: float = -50.0) -> NDArray[np.str_]:
    """Name the phase of a storm that each time belongs to.

    Parameters
    ----------
    time : datetime64 (time)
        Times in UTC, ascending.
    dst : array (time), nT
        Dst, SYM-H or a model of them.
    threshold : float, optional
        As for :func:`find_storms`.

    Returns
    -------
    array of str (time)
        "initial" from a sudden commencement to the onset, "main", "recovery" from the minimum on, or "quiet".

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(7) * np.timedelta64(6, "h")
    >>> storm_phases(time, [0.0, 0.0, -80.0, -160.0, -90.0, -40.0, -10.0]).tolist()
    ['quiet', 'main', 'main', 'recovery', 'recovery', 'recovery', 'recovery']
    """
    time, dst = _series(time, dst, "storm_phases")
    phases = np.full(time.shape, "quiet", dtype="<U8")
    for storm in find_storms(time, dst, threshold):
        if not np.isnat(storm.commencement):
            phases[(time >= storm.commencement) & (time < storm.onset)] = "initial"
        phases[(time >= storm.onset) & (time < storm.peak)] = "main"
        phases[(time >= storm.peak) & (time <= storm.end)] = "recovery"
    return phases


def sudden_commencements(time: Any, index: Any, jump: float = 15.0, within: float = 6.0) -> NDArray[np.datetime64]:
    """Find the sudden rises of an index that shocks of the solar wind cause.

    Parameters
    ----------
    time : datetime64 (time)
        Times in UTC, ascending; best at one minute.
    index : array (time), nT
        SYM-H, Dst or the horizontal field of one station at low latitude.
    jump : float, optional
        Smallest rise, in nT.
    within : float, optional
        Minutes that the rise may take; at coarser cadence it is the rise from one sample to the next.

    Returns
    -------
    array of datetime64
        Start of each rise.

    Notes
    -----
    A shock lifts the index within minutes and keeps it up, while in a storm it also rises by fluctuating: at least half
    of the rise must stay for a quarter of an hour, and it must be four times the scatter of the hour before. In SYM-H
    of 2000 to 2019 this finds 83 per cent of the events of 15 nT and more that observatories report, within 6 min, and
    43 per cent of what it finds they do not report. In hourly values there is no such test, and small rises are lost.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T04:00", "ns") + np.arange(90) * np.timedelta64(1, "m")
    >>> str(sudden_commencements(time, np.where(np.arange(90) < 45, 10.0, 60.0))[0])[:16]
    '2015-03-17T04:44'
    """
    time, index = _series(time, index, "sudden_commencements")
    if time.size < 2:
        return time[:0]
    cadence = float(np.median(np.diff(time) / np.timedelta64(1, "s"))) / 60.0
    steps = max(1, int(within / cadence + 0.5)) if cadence > 0.0 else 1
    if time.size <= steps:
        return time[:0]
    lowest = np.full(index.shape, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(index, steps + 1)
    lowest[steps:] = np.fmin.reduce(windows, axis=-1)
    for k in range(1, min(steps, index.size)):
        lowest[k] = np.fmin.reduce(index[: k + 1])
    candidates = np.flatnonzero(index - lowest >= jump)
    settled, found, last = max(1, int(15.0 / cadence)), [], -1
    for k in candidates:
        if k <= last:
            continue
        window = index[max(0, k - steps) : k + 1]
        begin = k - int(np.nanargmin(window[::-1]))
        rise = np.nanmax(index[begin : begin + steps + 1]) - index[begin]
        if cadence <= 5.0:
            after = index[k : k + settled + 1]
            before = index[max(0, begin - int(60.0 / cadence)) : begin + 1]
            known = np.count_nonzero(~np.isnan(before)) > 2
            if np.nanmin(after) - index[begin] < 0.5 * rise or (known and rise < 4.0 * np.nanstd(before)):
                continue
        found.append(begin)
        last = k + settled if cadence <= 5.0 else k + 1
    return time[found]


def fit_recovery(time: Any, dst: Any) -> Recovery:
    """Fit an exponential return to zero.

    Parameters
    ----------
    time : datetime64 (time)
        Times in UTC from the minimum on.
    dst : array (time), nT
        Index in the recovery phase; values above -1 nT and NaN are left out.

    Returns
    -------
    Recovery
        Time constant and its standard error in hours; NaN with fewer than four values or where there is no recovery.

    Notes
    -----
    A straight line through log |Dst| with weights Dst^2, which is least squares in Dst itself to first order.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T23", "ns") + np.arange(30) * np.timedelta64(1, "h")
    >>> round(fit_recovery(time, -200 * np.exp(-np.arange(30) / 12)).hours, 6)
    12.0
    """
    time, dst = _series(time, dst, "fit_recovery")
    used = dst < -1.0
    if np.count_nonzero(used) < 4:
        return Recovery(np.nan, np.nan)
    hours, values = _hours(time[used] - time[used][0]), dst[used]
    weights = values**2
    logarithm = np.log(-values)
    middle = np.average(hours, weights=weights)
    spread = np.sum(weights * (hours - middle) ** 2)
    slope = np.sum(weights * (hours - middle) * logarithm) / spread
    if not slope < 0.0:
        return Recovery(np.nan, np.nan)
    level = np.average(logarithm, weights=weights) - slope * middle
    scatter = np.sum(weights * (logarithm - level - slope * hours) ** 2) / (values.size - 2)
    return Recovery(float(-1.0 / slope), float(np.sqrt(scatter / spread) / slope**2))


def _series(time: Any, values: Any, place: str) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    time = np.atleast_1d(to_datetime64(time, f"{place}: time"))
    values = np.atleast_1d(np.asarray(values, dtype=float))
    if time.shape != values.shape or time.ndim != 1:
        raise InputError(
            f"{place}: {time.shape} times and {values.shape} values; give one series of each, equally long"
        )
    if time.size > 1 and not (np.diff(time) > np.timedelta64(0, "ns")).all():
        raise InputError(f"{place}: the times do not ascend; sort them and drop duplicates first")
    return time, values


def _hours(span: Any) -> Any:
    return span / np.timedelta64(3_600_000_000_000, "ns")


def _bridged(time: NDArray[np.datetime64], dst: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill short gaps linearly and long ones with zero."""
    known = ~np.isnan(dst)
    hours = _hours(time - time[0])
    filled = np.interp(hours, hours[known], dst[known])
    previous = np.maximum.accumulate(np.where(known, hours, -np.inf))
    following = np.minimum.accumulate(np.where(known, hours, np.inf)[::-1])[::-1]
    return np.where(known | (following - previous <= _LONGEST_BRIDGE), filled, 0.0)


def _separate_dips(dst: NDArray[np.float64], threshold: float) -> list[int]:
    """Indices of the minima from which the index recovers by half before it dips deeper, on either side."""
    from scipy.signal import find_peaks

    padded = np.concatenate(([0.0], -dst, [0.0]))  # a series may begin or end in a storm
    peaks, found = find_peaks(padded, height=-threshold, prominence=0.0)
    deep = found["prominences"] >= _SEPARATE * found["peak_heights"]
    return [int(k) for k in peaks[deep] - 1]


def _onset(dst: NDArray[np.float64], hours: NDArray[np.float64], peak: int, previous: int) -> int:
    """Where the index last leaves zero before the minimum, or the highest level of the hours before."""
    first = max(int(np.searchsorted(hours, hours[peak] - _LOOK_BACK)), previous + 1)
    window = dst[first : peak + 1]
    level = min(0.0, float(window.max()))
    return first + int(np.flatnonzero(window >= level)[-1])


def _back(dst: NDArray[np.float64], hours: NDArray[np.float64], peak: int, limit: int, fraction: float) -> int:
    """Where the index is back above a fraction of its minimum, or the last index that can belong to the storm."""
    last = min(limit, int(np.searchsorted(hours, hours[peak] + _LONGEST_RECOVERY, side="right")) - 1)
    back = np.flatnonzero(dst[peak : last + 1] > fraction * dst[peak])
    return peak + int(back[0]) if back.size else max(last, peak)


class GreatStorm(NamedTuple):
    """A day among the most disturbed on record."""

    date: np.datetime64
    ap: float
    """Daily index Ap."""
    dst: float
    """Smallest Dst of the storm, nT; NaN where it is not listed here."""
    cycle: int
    """Number of the solar cycle."""


def _great(date: str, ap: float, cycle: int, dst: float = np.nan) -> GreatStorm:
    return GreatStorm(np.datetime64(date), ap, dst, cycle)


GREAT_STORMS = (
    _great("1960-11-13", 280.0, 19, -301.0),
    _great("2024-05-11", 271.0, 25, -406.0),
    _great("1989-03-13", 246.0, 22, -589.0),
    _great("1960-04-01", 241.0, 19, -327.0),
    _great("1959-07-15", 236.0, 19, -429.0),
    _great("1941-09-18", 230.0, 17),
    _great("1941-07-05", 220.0, 17),
    _great("1946-03-28", 213.0, 18),
    _great("1941-03-01", 207.0, 17),
    _great("2003-10-29", 204.0, 23, -383.0),
    _great("1960-10-06", 203.0, 19, -287.0),
    _great("1986-02-08", 202.0, 21, -307.0),
    _great("1958-07-08", 200.0, 19),
    _great("1958-02-11", 199.0, 19),
    _great("1982-09-06", 199.0, 21),
    _great("1946-09-22", 198.0, 18),
    _great("1991-06-05", 196.0, 22),
    _great("1946-03-25", 195.0, 18),
    _great("2001-03-31", 192.0, 23, -387.0),
    _great("2003-10-30", 191.0, 23, -383.0),
    _great("1940-03-30", 190.0, 17),
)
"""The most disturbed days since 1932 by the daily Ap (GFZ Potsdam, as listed by R. Thompson, Bureau of Meteorology).

Dst is that of WDC Kyoto for the storm the day belongs to. For November 1960 the printed -301 nT is provisional, later
lists have it deeper; -599 nT for March 1989, also in print, is not the final value. Before 1957 there is no Dst.
"""


class SolarCycle(NamedTuple):
    """Months of the extremes of a solar cycle in the 13-month mean of the sunspot number."""

    minimum: np.datetime64
    """Where it begins."""
    maximum: np.datetime64


def _cycle(minimum: str, maximum: str) -> SolarCycle:
    return SolarCycle(np.datetime64(minimum), np.datetime64(maximum))


SOLAR_CYCLES = {
    17: _cycle("1933-09", "1937-04"),
    18: _cycle("1944-02", "1947-05"),
    19: _cycle("1954-04", "1958-03"),
    20: _cycle("1964-10", "1968-11"),
    21: _cycle("1976-03", "1979-12"),
    22: _cycle("1986-09", "1989-11"),
    23: _cycle("1996-08", "2001-11"),
    24: _cycle("2008-12", "2014-04"),
    25: _cycle("2019-12", "2024-10"),
}
"""The solar cycles since Ap began, by number (SILSO, version 2)."""


def rank_storms(by: str = "ap") -> list[GreatStorm]:
    """Return the great storm days in order of one of their indices, the greatest first.

    Parameters
    ----------
    by : {"ap", "dst"}, optional
        Index to go by; storms without it are left out.

    Returns
    -------
    list of GreatStorm
        The days of :data:`GREAT_STORMS`.

    Raises
    ------
    UnknownNameError
        If there is no such index.

    Examples
    --------
    >>> [str(storm.date) for storm in rank_storms("dst")[:3]]
    ['1989-03-13', '1959-07-15', '2024-05-11']
    """
    order = {"ap": lambda storm: -storm.ap, "dst": lambda storm: storm.dst}
    if by not in order:
        raise UnknownNameError("index", by, order, "Rank by ap or dst.")
    return sorted((s for s in GREAT_STORMS if not np.isnan(getattr(s, by))), key=order[by])


def storms_by_month(dates: Any) -> NDArray[np.int64]:
    """Count storms by calendar month.

    Parameters
    ----------
    dates : array of datetime64 or str
        One for each storm.

    Returns
    -------
    array of int (12)
        From January to December. Equinoxes stand out: the spiral field then has its largest southward part in the
        frame of the dipole.

    Examples
    --------
    >>> storms_by_month([storm.date for storm in GREAT_STORMS]).tolist()
    [0, 2, 6, 1, 1, 1, 3, 0, 3, 3, 1, 0]
    """
    days = np.atleast_1d(to_datetime64(dates, "storms_by_month: dates")).astype("datetime64[M]")
    return np.bincount(days.astype(np.int64) % 12, minlength=12)


def years_from_maximum(dates: Any) -> NDArray[np.float64]:
    """Return how long after the maximum of their solar cycle storms came.

    Parameters
    ----------
    dates : array of datetime64 or str
        One for each storm.

    Returns
    -------
    array of float
        Years from the maximum of the cycle in :data:`SOLAR_CYCLES`, positive in the declining phase; NaN before 1933.

    Examples
    --------
    >>> years_from_maximum(["1989-03-13", "1960-11-13"]).round(1).tolist()
    [-0.6, 2.7]
    """
    days = np.atleast_1d(to_datetime64(dates, "years_from_maximum: dates"))
    begins, maxima = (np.array(column).astype("datetime64[ns]") for column in zip(*SOLAR_CYCLES.values(), strict=True))
    cycle = np.searchsorted(begins, days, side="right") - 1
    years = _hours(days - maxima[cycle]) / (24.0 * 365.25)
    return np.where(cycle >= 0, years, np.nan)
