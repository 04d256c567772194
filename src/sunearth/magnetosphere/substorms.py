"""Substorms: when the tail unloads, the phases and bays that follow, onsets in the indices, and the current wedge."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import MA, PJ, W, deg, dimensionless, h, km_s, nT, utc
from sunearth.numerics.series import as_rows, fading_memory, interval_hours

from .coupling import newell_2007

_FREEMAN_MORLEY = "Freeman and Morley 2004, Geophys. Res. Lett. 31, L12807, doi:10.1029/2004GL019989"
_RECURRENCE = 2.69
"""h between onsets under steady driving"""
_PJ_PER_W_H = 3600.0 * 1e-15
_HOUR = np.timedelta64(3_600_000_000_000, "ns")

# --- loading and unloading ---------------------------------------------------------------------------------------

PHASES = ("quiet", "growth", "expansion", "recovery")
"""Names of the values of `SubstormCycle.phase`"""
_EXPANSION, _RECOVERY, _GROWTH = 0.5, 1.0, 1.0
"""h of each phase; growth is the last hour before the onset that the power of the moment would bring"""


class SubstormCycle(NamedTuple):
    """Energy of the tail below the threshold of onset, what onsets release, and the phase."""

    deficit: PJ
    released: PJ
    onset: dimensionless
    since_onset: h
    phase: dimensionless


@model(
    cite=_FREEMAN_MORLEY,
    valid={"power": (0.0, 2e13), "recurrence": (1.0, 6.0), "start": (0.01, 5.0)},
    along="time",
    compiled=True,
)
def freeman_morley_2004(time: utc, power: W, recurrence: h = _RECURRENCE, start: PJ | None = None) -> SubstormCycle:
    """Energy that the tail lacks until the next substorm, and the substorms themselves.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending; the power holds from each to the next.
    power : array (..., time), W
        Power that loads the tail, such as epsilon; negative values count as none. Its scale does not change the times
        of onset, so that any coupling function serves for those.
    recurrence : float or array (..., time), h
        Time between substorms under steady power.
    start : float or array (..., time), PJ
        Energy lacking at the first time (only its first value counts); by default the mean power of the series times
        `recurrence`. Members with different starts show how far the timing can be known.

    Returns
    -------
    deficit : array (..., time), PJ
        Energy lacking until the next onset, at the end of each interval.
    released : array (..., time), PJ
        Energy that onsets release in each interval.
    onset : array (..., time), 1
        Number of onsets in each interval.
    since_onset : array (..., time), h
        Time from the last onset to the end of each interval; NaN before the first.
    phase : array (..., time), 1
        At the end of each interval: 0 quiet, 1 growth, 2 expansion, 3 recovery, as in `PHASES`.

    Notes
    -----
    The minimal substorm model: the tail gains energy at the rate of `power`; when it reaches a fixed threshold it drops
    by `recurrence` times the power of that moment. 2.69 h reproduces the distribution of the times between observed
    substorms, as anything from 2.6 to 2.9 h does. The equation is solved exactly for power that is constant between
    samples, so that the answer does not depend on how finely the same power is sampled, and energy in is energy
    released plus energy kept, to round-off. Where the power is NaN the results are NaN and the tail waits.

    The model has no phases of its own. Here expansion is the half hour after onset, recovery the hour after that, and
    growth the last hour before the onset that the power of the moment would bring.

    Loaded by epsilon at 5 minutes it gives 1240 substorms a year in 2014 to 2016 and 1100 in 2017 and 2018, with a
    median wait of 4 h. Those are statistics: single onsets are not where they are observed (see
    :func:`substorm_electrojet`).

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(12) * np.timedelta64(1, "h")
    >>> cycle = freeman_morley_2004(time, np.full(12, 1e11))
    >>> cycle.onset.tolist(), float(cycle.released.sum().round(3))
    ([0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0], 3.874)
    """
    hours, step, rate, wait, lacking, released, delay, restore = _cycle(time, power, recurrence, start)
    each = wait * np.maximum(rate, 0.0)
    onset = np.where(np.isnan(delay), 0.0, np.where(each > 0.0, np.round(released / each), 1.0)) + 0.0 * rate
    since, phase = _since_and_phase(hours, step, rate, wait, lacking, delay, onset)
    return SubstormCycle(
        restore(lacking * _PJ_PER_W_H), restore(released * _PJ_PER_W_H), restore(onset), restore(since), restore(phase)
    )


def _since_and_phase(
    hours: Any, step: Any, rate: Any, wait: Any, lacking: Any, delay: Any, onset: Any
) -> tuple[Any, Any]:
    """Hours since the last onset and the phase, at the end of each interval."""
    # Onsets of one interval follow each other by the recurrence.
    last = hours + delay + wait * (onset - 1.0)
    since = hours + step - np.fmax.accumulate(last, axis=-1) + 0.0 * rate
    to_come = lacking / np.maximum(rate, 0.0)
    phase = np.where(to_come <= _GROWTH, 1.0, 0.0)
    phase = np.where(since < _EXPANSION + _RECOVERY, 3.0, phase)
    return since, np.where(since < _EXPANSION, 2.0, phase) + 0.0 * rate


def _cycle(time: Any, power: Any, recurrence: Any, start: Any) -> tuple[Any, ...]:
    """Rows of hours, steps, power, recurrence, deficit, energy released (W h) and delay of the first onset."""
    from ._substorm_kernels import load_and_unload

    begin = np.nan if start is None else start
    hours, step, rate, wait, first, restore = as_rows(time, interval_hours(time), power, recurrence, begin)
    if start is None:
        known = np.isfinite(rate)
        mean = np.where(known, np.maximum(rate, 0.0), 0.0).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1)
        lacking = mean * (np.nanmax(wait, axis=-1, initial=0.0) if wait.size else 0.0)
    else:
        lacking = first[:, 0] / _PJ_PER_W_H if first.size else first.reshape(-1)
    deficit, released, delay = load_and_unload(step, rate, wait, np.ascontiguousarray(lacking))
    if start is not None:
        deficit = deficit + 0.0 * first
    return hours, step, rate, wait, deficit, released, delay, restore


def predicted_onsets(
    time: Any, power: Any, recurrence: float = _RECURRENCE, start: float | None = None
) -> NDArray[np.datetime64]:
    """Return the exact times of the onsets of :func:`freeman_morley_2004`.

    Parameters
    ----------
    time : datetime64 array (time,)
        Times in UTC, ascending.
    power : array (time,)
        Power that loads the tail, in any unit unless `start` is given (then W).
    recurrence : float, h
        Time between substorms under steady power.
    start : float, PJ, optional
        Energy lacking at the first time.

    Returns
    -------
    datetime64 array
        Times of onset.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(12) * np.timedelta64(1, "h")
    >>> predicted_onsets(time, np.ones(12)).astype("datetime64[s]").tolist()[0].isoformat()
    '2015-03-17T02:41:24'
    """
    time = np.atleast_1d(to_datetime64(time, "predicted_onsets: time"))
    if time.ndim != 1:
        raise InputError(f"predicted_onsets: give one series, not times of shape {time.shape}")
    if time.size == 0:
        return np.empty(0, "datetime64[ns]")
    hours, _, rate, wait, _, released, delay, _ = _cycle(time, power, recurrence, start)
    found = []
    for k in np.flatnonzero(~np.isnan(delay[0])):
        count = max(1, round(float(released[0, k] / (wait[0, k] * rate[0, k]))))
        found += [hours[0, k] + delay[0, k] + n * wait[0, k] for n in range(count)]
    onsets: NDArray[np.datetime64] = time[0] + np.round(np.asarray(found, float) * 3.6e12).astype("timedelta64[ns]")
    return onsets


class Bays(NamedTuple):
    """The westward electrojet with its bays, and its mean response."""

    al: nT
    al_mean: nT
    al_unloading: nT
    onset: dimensionless
    phase: dimensionless


# substorm_electrojet: fitted on 2014-2016, see validation/substorm_al.py
_VISCOUS, _MERGING, _KNEE, _MEMORY = -36.9, -65.4e-3, 10.3e3, 1.07  # nT, nT per unit of X, unit of X, h
_SATURATION = 0.8
_RISE = 0.25  # h
_KYOTO = 0.83
"""AL of the twelve stations over SML of SuperMAG, means of 2012 to 2017"""


@model(
    cite="sunearth developers 2026, sunearth, fitted to SML of 2014-2016, after Morley et al. 2007 (Ann. Geophys. 25)",
    valid={"speed": (250.0, 1100.0), "b_y": (-40.0, 40.0), "b_z": (-50.0, 40.0), "share": (0.0, 1.0)},
    even=("b_y",),
    along="time",
    compiled=True,
)
def substorm_electrojet(
    time: utc, speed: km_s, b_y: nT, b_z: nT, share: dimensionless = 0.5, index: str = "al"
) -> Bays:
    """Index of the westward electrojet with the bays of substorms.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending.
    speed : array (..., time), km/s
        Speed of the solar wind.
    b_y, b_z : array (..., time), nT
        Interplanetary field, GSM.
    share : float or array (..., time), 1
        Part of the merging response that comes as bays instead of at once.
    index : str
        ``"al"`` for the twelve stations of AL, ``"sml"`` for the many of SuperMAG.

    Returns
    -------
    al : array (..., time), nT
        A realisation with bays, negative.
    al_mean : array (..., time), nT
        Mean response to the same wind: the best guess of the index at a given time.
    al_unloading : array (..., time), nT
        The bays alone.
    onset : array (..., time), 1
        Number of onsets in each interval.
    phase : array (..., time), 1
        At the end of each interval: 0 quiet, 1 growth, 2 expansion, 3 recovery, as in `PHASES`.

    Notes
    -----
    The mean response of SML is -36.9 (v / 400)^2 + M with M = -0.0654 X (X / 10300) / [1 + (X / 10300)^2]^0.8 nT, where
    X is the coupling function of Newell et al. (2007) after a memory of 64 minutes. Of the merging part M, 1 - `share`
    comes at once, the directly driven part; the rest is stored, released by the rule of :func:`freeman_morley_2004`
    with M as power, and spent as pulses t exp(-t / 15 min), so that the integral over time is the same. AL is 0.83 of
    SML, the ratio of their means in 2012 to 2017.

    Which of the two to use: against SML of 2017 and 2018 at 5 minutes, outside the fit, the mean has correlation 0.78,
    prediction efficiency 0.61 and RMSE 97 nT, as good as a linear filter of three hours (0.78, 0.60, 98 nT), and the
    bays 0.65, 0.33 and 127 nT: the model knows how often substorms come and how large they are, not when. In turn the
    mean has 74 % of the observed standard deviation and 20 onsets a year by the rule of :func:`find_onsets`, the bays
    95 % and 1180, where 1630 are observed. `share` was set by the standard deviation. Hourly AL of 2003: the mean 0.78,
    0.61 and 120 nT.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(96) * np.timedelta64(5, "m")
    >>> bays = substorm_electrojet(time, 450.0, 0.0, np.full(96, -4.0))
    >>> float(bays.onset.sum()), float(bays.al.min().round(-1)), float(bays.al_mean[-1].round(-1))
    (2.0, -680.0, -300.0)
    """
    from ._substorm_kernels import dissipate

    if index not in ("al", "sml"):
        raise InputError(f"substorm_electrojet: the index {index!r} is not known; give 'al' or 'sml'")
    scale = _KYOTO if index == "al" else 1.0
    coupling = newell_2007(speed, b_y, b_z)
    relative = fading_memory(time, coupling, _MEMORY) / _KNEE
    merging = _MERGING * _KNEE * relative**2 / (1.0 + relative**2) ** _SATURATION
    viscous = _VISCOUS * (speed / 400.0) ** 2
    hours, step, rate, wait, lacking, released, delay, restore = _cycle(time, -merging, _RECURRENCE, None)
    spent = restore(dissipate(step, rate, released, delay, wait, np.full(1, _RISE)[0]))
    count = np.where(np.isnan(delay), 0.0, np.round(released / (wait * np.maximum(rate, 1e-30)))) + 0.0 * rate
    _, phase = _since_and_phase(hours, step, rate, wait, lacking, delay, count)
    onset, phase = restore(count), restore(phase)
    unloading = -scale * share * spent
    mean = scale * (viscous + merging) + 0.0 * share
    return Bays(
        mean - scale * share * merging + unloading,
        mean + 0.0 * unloading,
        unloading,
        onset + 0.0 * unloading,
        phase + 0.0 * unloading,
    )


# --- onsets and phases in observed indices -----------------------------------------------------------------------

_APART = 20.0
"""min between onsets"""


def find_onsets(time: Any, al: Any) -> NDArray[np.datetime64]:
    """Return the onsets of substorms in AL, SML or the like.

    Parameters
    ----------
    time : datetime64 array (time,)
        Evenly spaced times, 1 to 6 minutes apart.
    al : array (time,), nT
        Index of the westward electrojet, negative; NaN where unknown.

    Returns
    -------
    datetime64 array
        Times of onset, at least 20 minutes apart.

    Raises
    ------
    InputError
        If the series is not one of even steps of up to 6 minutes.

    Notes
    -----
    The rule of Newell and Gjerloev (2011, J. Geophys. Res. 116, A12211, doi:10.1029/2011JA016936) for 1-minute values:
    the index falls by more than 15, 30 and 45 nT within one, two and three minutes, and its mean over the minutes 4 to
    30 lies more than 100 nT below. (The sum over these 27 minutes is printed with a divisor of 26.) For steps of more
    than 1.5 minutes, where the three minutes cannot be resolved, the first conditions become a fall of more than 45 nT
    from one value to the next. An onset needs half of the following values to be known.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(60) * np.timedelta64(1, "m")
    >>> al = np.where(np.arange(60) < 10, -50.0, -50.0 - 20.0 * np.minimum(np.arange(60) - 10, 12.0))
    >>> find_onsets(time, al).astype("datetime64[m]").tolist()[0].isoformat()
    '2015-03-17T00:10:00'
    """
    time, al, minutes = _even(time, al, "find_onsets")
    if minutes > 6.0:
        raise InputError(f"find_onsets: steps of {minutes:g} min are too coarse for onsets; give 1 to 6 minutes")
    lags = (1, 2, 3) if minutes <= 1.5 else (1,)
    falls = (15.0, 30.0, 45.0) if minutes <= 1.5 else (45.0,)
    first, last = (4, 30) if minutes <= 1.5 else (int(np.ceil(4.0 / minutes)), int(30.0 // minutes))
    size = al.size - last
    if size <= 0:
        return np.empty(0, "datetime64[ns]")
    with np.errstate(invalid="ignore"):
        candidate = np.ones(size, bool)
        for lag, fall in zip(lags, falls, strict=True):
            candidate &= al[lag : lag + size] - al[:size] < -fall
        after = np.lib.stride_tricks.sliding_window_view(al, last - first + 1)[first : first + size]
        known = np.isfinite(after)
        mean = np.where(known, after, 0.0).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1)
        candidate &= (mean - al[:size] < -100.0) & (known.mean(axis=-1) >= 0.5)
    found: list[int] = []
    apart = _APART / minutes
    for k in np.flatnonzero(candidate):
        if not found or k - found[-1] >= apart:
            found.append(int(k))
    onsets: NDArray[np.datetime64] = time[found]
    return onsets


_SMOOTHING = 30.0
"""min"""


def observed_phases(time: Any, al: Any, percentile: float = 75.0) -> NDArray[np.str_]:
    """Return the phase of the substorm cycle at each time, from the slope of an index.

    Parameters
    ----------
    time : datetime64 array (time,)
        Evenly spaced times, up to 15 minutes apart.
    al : array (time,), nT
        AL, SML or the like; NaN where unknown.
    percentile : float
        Slopes steeper than this percentile of all falling (rising) slopes of the series are expansion (recovery).

    Returns
    -------
    array of str
        A name in `PHASES`, empty where the index is unknown.

    Notes
    -----
    After the idea of Forsyth et al. (2015, J. Geophys. Res. 120, 10592, doi:10.1002/2015JA021343) that thresholds be
    percentiles of the rate of change, in a simpler form: means over 30 minutes, one percentile for both signs, and
    growth is whatever comes within an hour before an expansion and is neither of the two. The whole series sets the
    thresholds: give a year rather than a day.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(72) * np.timedelta64(5, "m")
    >>> minute = 5.0 * np.arange(72)
    >>> al = -50.0 - 400.0 * np.exp(-(((minute - 180.0) / 30.0) ** 2))
    >>> phases = observed_phases(time, al, 50.0)
    >>> [str(phases[k]) for k in (2, 30, 42, 70)]
    ['quiet', 'expansion', 'recovery', 'quiet']
    """
    time, al, minutes = _even(time, al, "observed_phases")
    if minutes > 15.0:
        raise InputError(f"observed_phases: steps of {minutes:g} min are too coarse; give up to 15 minutes")
    if al.size < 3:
        return np.where(np.isnan(al), "", "quiet")
    known = np.isfinite(al)
    width = max(1, round(_SMOOTHING / minutes)) | 1
    kernel = np.ones(min(width, al.size))
    weight = np.convolve(known, kernel, "same")
    smooth = np.convolve(np.where(known, al, 0.0), kernel, "same") / np.maximum(weight, 1.0)
    slope = np.gradient(smooth, minutes)
    falling, rising = -slope[known & (slope < 0.0)], slope[known & (slope > 0.0)]
    steep_down = np.percentile(falling, percentile) if falling.size else np.inf
    steep_up = np.percentile(rising, percentile) if rising.size else np.inf
    expansion, recovery = slope < -steep_down, slope > steep_up
    ahead = max(1, round(60.0 / minutes))
    coming = np.convolve(expansion, np.ones(ahead), "full")[ahead - 1 :][: al.size] > 0.0
    named = np.where(expansion, "expansion", np.where(recovery, "recovery", np.where(coming, "growth", "quiet")))
    return np.where(known, named, "")


def waiting_times(onsets: Any, longest: float = np.inf) -> NDArray[np.float64]:
    """Return the hours from each onset to the next.

    Parameters
    ----------
    onsets : datetime64 array
        Times of onset, ascending.
    longest : float, h
        Longer waits are left out: across gaps in the data they mean nothing.

    Returns
    -------
    array, h
        One fewer than there are onsets, or less.

    Examples
    --------
    >>> waiting_times(np.array(["2015-03-17T00", "2015-03-17T03", "2015-03-18T03"], "datetime64[ns]"), 12.0).tolist()
    [3.0]
    """
    waits = np.diff(np.asarray(onsets, "datetime64[ns]")) / _HOUR
    return waits[waits <= longest]


def _even(time: Any, al: Any, place: str) -> tuple[NDArray[np.datetime64], NDArray[np.float64], float]:
    time = np.atleast_1d(to_datetime64(time, f"{place}: time"))
    al = np.atleast_1d(np.asarray(al, float))
    if time.ndim != 1 or time.shape != al.shape:
        raise InputError(f"{place}: {time.shape} times and {al.shape} values; give one series of each, equally long")
    if time.size < 2:
        return time, al, 1.0
    steps = np.diff(time) / _HOUR * 60.0
    if steps.min() <= 0.0 or steps.max() - steps.min() > 0.1:
        raise InputError(f"{place}: the times are not evenly spaced; put the series on even steps, NaN where unknown")
    return time, al, float(steps[0])


# --- the current wedge -------------------------------------------------------------------------------------------

_ELECTROJET_HEIGHT = 110e3
"""m"""
_PER_MA = 1e-7 * 1e6 / EARTH_RADIUS * 1e9
"""nT of mu_0 I / (4 pi) for 1 MA at 1 R_E"""


def line_current_field(points: Any, corners: Any, current: float = 1.0) -> NDArray[np.float64]:
    """Return the magnetic field of a current along straight pieces.

    Parameters
    ----------
    points : array (..., 3), R_E
        Where the field is wanted.
    corners : array (corner, 3), R_E
        Ends of the pieces, in the direction of the current; the last equals the first if the circuit is closed.
    current : float, MA
        The current.

    Returns
    -------
    field : array (..., 3), nT
        In the frame of the positions; infinite or NaN on the current itself.

    Raises
    ------
    InputError
        If positions or corners do not have three components.

    Examples
    --------
    >>> wire = [[0.0, 0.0, -1e4], [0.0, 0.0, 1e4]]
    >>> line_current_field([1.0, 0.0, 0.0], wire, 1.0).round(2).tolist()
    [0.0, 31.39, 0.0]
    """
    from sunearth.numerics.threads import spread

    from ._substorm_kernels import polygon_field

    points, corners = np.asarray(points, float), np.ascontiguousarray(corners, float)
    if points.shape[-1:] != (3,) or corners.ndim != 2 or corners.shape[1] != 3:
        raise InputError("line_current_field: points and corners need three components on their last axis")
    rows = np.ascontiguousarray(points.reshape(-1, 3))
    field = np.zeros_like(rows)
    spread(lambda start, stop: polygon_field(rows[start:stop], corners, field[start:stop]), len(rows), 4096)
    return field.reshape(points.shape) * (_PER_MA * current)


def wedge_path(
    onset_mlt: float = 23.0, width: float = 4.0, latitude: float = 67.0, south: bool = False, pieces: int = 60
) -> NDArray[np.float64]:
    """Return the circuit of the substorm current wedge as corners of straight pieces.

    Parameters
    ----------
    onset_mlt : float, h
        Magnetic local time of its middle.
    width : float, h
        Local time from one field-aligned current to the other.
    latitude : float, deg
        Magnetic latitude of the electrojet, 110 km above the ground.
    south : bool
        Whether to close through the southern ionosphere instead of the northern.
    pieces : int
        Number of straight pieces on each of the four sides.

    Returns
    -------
    corners : array (4 pieces + 1, 3), R_E
        Solar magnetic coordinates, closed, in the direction of the current: down a dipole field line on the dawn side,
        westward through the ionosphere, up on the dusk side, and eastward across the equatorial plane, where it cancels
        the current of the tail.

    Examples
    --------
    >>> path = wedge_path()
    >>> path.shape, bool((path[0] == path[-1]).all()), float(np.linalg.norm(path, axis=1).max().round(2))
    ((241, 3), True, 6.66)
    """
    foot = 1.0 + _ELECTROJET_HEIGHT / EARTH_RADIUS
    latitude = np.deg2rad(abs(latitude))
    shell = foot / np.cos(latitude) ** 2
    dusk, dawn = (np.deg2rad(15.0 * (onset_mlt + side * 0.5 * width - 12.0)) for side in (-1.0, 1.0))
    along = np.linspace(0.0, 1.0, pieces + 1)
    # Latitudes crowd near the ionosphere, where the line bends and the field is wanted.
    down = latitude * (1.0 - (1.0 - along) ** 2)
    sides = (
        (down, np.full_like(along, dawn), shell * np.cos(down) ** 2),
        (np.full_like(along, latitude), dawn + (dusk - dawn) * along, np.full_like(along, foot)),
        (down[::-1], np.full_like(along, dusk), shell * np.cos(down[::-1]) ** 2),
        (np.zeros_like(along), dusk + (dawn - dusk) * along, np.full_like(along, shell)),
    )
    lat, lon, r = (np.concatenate([side[k][:-1] for side in sides]) for k in range(3))
    sign = -1.0 if south else 1.0
    path = np.stack([r * np.cos(lat) * np.cos(lon), r * np.cos(lat) * np.sin(lon), sign * r * np.sin(lat)], axis=-1)
    return np.concatenate([path, path[:1]])


def wedge_field(
    points: Any, current: float, onset_mlt: float = 23.0, width: float = 4.0, latitude: float = 67.0
) -> NDArray[np.float64]:
    """Return the field of the current wedge anywhere, both hemispheres together.

    Parameters
    ----------
    points : array (..., 3), R_E
        Positions in solar magnetic coordinates.
    current : float, MA
        Current through each ionosphere.
    onset_mlt, width : float, h
        Middle and width of the wedge in magnetic local time.
    latitude : float, deg
        Magnetic latitude of the electrojets.

    Returns
    -------
    field : array (..., 3), nT
        Solar magnetic components.

    Examples
    --------
    >>> inside = wedge_field([-5.0, 1.3, 0.0], 0.5)
    >>> bool(inside[2] > 0)
    True
    """
    north = line_current_field(points, wedge_path(onset_mlt, width, latitude), current)
    return north + line_current_field(points, wedge_path(onset_mlt, width, latitude, south=True), current)


class Disturbance(NamedTuple):
    """Magnetic disturbance on the ground."""

    north: nT
    east: nT
    down: nT


@model(
    cite="McPherron et al. 1973, J. Geophys. Res. 78, 3131, doi:10.1029/JA078i016p03131",
    valid={
        "mlat": (-60.0, 60.0),
        "mlt": (0.0, 24.0),
        "current": (-5.0, 5.0),
        "onset_mlt": (20.0, 26.0),
        "width": (1.0, 10.0),
        "latitude": (62.0, 75.0),
    },
    compiled=True,
)
def wedge_disturbance(
    mlat: deg, mlt: h, current: MA, onset_mlt: h = 23.0, width: h = 4.0, latitude: deg = 67.0
) -> Disturbance:
    """Magnetic disturbance on the ground under the substorm current wedge.

    Parameters
    ----------
    mlat : float or array, deg
        Magnetic latitude of the station.
    mlt : float or array, h
        Its magnetic local time.
    current : float or array, MA
        Current through each ionosphere.
    onset_mlt : float or array, h
        Magnetic local time of the middle of the wedge.
    width : float or array, h
        Its width in magnetic local time.
    latitude : float or array, deg
        Magnetic latitude of the electrojets.

    Returns
    -------
    north : float or array, nT
        Northward disturbance: a positive bay at middle latitudes within the wedge, a negative one under the electrojet.
    east : float or array, nT
        Eastward disturbance: in the north positive on the dusk side of the middle, negative on the dawn side.
    down : float or array, nT
        Downward disturbance.

    Notes
    -----
    Biot-Savart over the circuits of :func:`wedge_path` in both hemispheres, with lines of the dipole: real ones are
    stretched before onset and the currents are sheets, so that currents inferred from middle latitudes are good to a
    factor of two. Currents induced in the ground are left out; they add 20 to 40 % to the horizontal disturbance.

    Examples
    --------
    >>> bay = wedge_disturbance(40.0, [21.0, 23.0, 25.0], 1.0)
    >>> bay.north.round(1).tolist(), bay.east.round(1).tolist()
    ([18.5, 33.7, 18.5], [26.0, 0.0, -26.0])
    """
    shape = np.broadcast_shapes(*map(np.shape, (mlat, mlt, current, onset_mlt, width, latitude)))
    lat, lt, amount, middle, wide, jet = (
        np.broadcast_to(np.asarray(v, float), shape).ravel() for v in (mlat, mlt, current, onset_mlt, width, latitude)
    )
    # Seen from the middle of the wedge all circuits of one width and latitude are the same.
    lon, lat = np.deg2rad(15.0 * (lt - middle)), np.deg2rad(lat)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], axis=-1)
    field = np.full(up.shape, np.nan)
    good = np.isfinite(wide) & np.isfinite(jet)
    for one_width, one_latitude in np.unique(np.stack([wide[good], jet[good]], axis=-1), axis=0):
        chosen = (wide == one_width) & (jet == one_latitude)
        field[chosen] = wedge_field(up[chosen], 1.0, 12.0, one_width, one_latitude)
    field = field * amount[:, None]
    return Disturbance(*((field * axis).sum(-1).reshape(shape)[()] for axis in (north, east, -up)))


class Wedge(NamedTuple):
    """A current wedge inferred from stations on the ground."""

    current: float
    """MA in each hemisphere"""
    onset_mlt: float
    """h, of its middle"""
    width: float
    """h"""
    rms: float
    """nT left unexplained in the mean of both components"""


def fit_wedge(mlat: Any, mlt: Any, north: Any, east: Any, latitude: float = 67.0) -> Wedge:
    """Infer current, middle and width of the wedge from mid-latitude bays.

    Parameters
    ----------
    mlat : array (station,), deg
        Magnetic latitudes, best between 20 and 50 degrees.
    mlt : array (station,), h
        Magnetic local times.
    north, east : array (station,), nT
        Disturbance since just before onset; stations with NaN are left out.
    latitude : float, deg
        Magnetic latitude of the electrojets, which middle latitudes hardly tell.

    Returns
    -------
    Wedge
        The least-squares solution; onset_mlt within 12 and 36 h so that midnight is 24.

    Raises
    ------
    InputError
        If fewer than two stations have both components.

    Examples
    --------
    >>> mlt = np.array([19.0, 21.0, 23.0, 25.0, 27.0])
    >>> bay = wedge_disturbance(40.0, mlt, 0.8, 23.5, 5.0)
    >>> wedge = fit_wedge(np.full(5, 40.0), mlt, bay.north, bay.east)
    >>> round(wedge.current, 3), round(wedge.onset_mlt, 2), round(wedge.width, 2)
    (0.8, 23.5, 5.0)
    """
    from scipy.optimize import least_squares

    mlat, mlt, north, east = (np.asarray(v, float).ravel() for v in np.broadcast_arrays(mlat, mlt, north, east))
    good = np.isfinite(mlat + mlt + north + east)
    if good.sum() < 2:
        raise InputError("fit_wedge: three unknowns need at least two stations with both components")
    mlat, mlt = mlat[good], mlt[good]
    measured = np.concatenate([north[good], east[good]])

    def shape(middle: float, width: float) -> NDArray[np.float64]:
        bay = wedge_disturbance(mlat, mlt, 1.0, middle, width, latitude)
        pattern: NDArray[np.float64] = np.concatenate([bay.north, bay.east])
        return pattern

    def current(pattern: NDArray[np.float64]) -> float:
        # The best current for a given place and width follows at once, since the field is linear in it.
        return float(pattern @ measured / (pattern @ pattern))

    def misfit(place: NDArray[np.float64]) -> NDArray[np.float64]:
        pattern = shape(float(place[0]), float(place[1]))
        left: NDArray[np.float64] = current(pattern) * pattern - measured
        return left

    starts = [(middle, width) for middle in np.arange(18.5, 30.0, 1.5) for width in (3.0, 6.0)]
    costs = [np.sum(misfit(np.array(s)) ** 2) if current(shape(*s)) > 0 else np.inf for s in starts]
    begin = np.array(starts[int(np.argmin(costs))])
    best = least_squares(misfit, begin, bounds=([12.0, 0.5], [36.0, 12.0]), x_scale=[1.0, 2.0], diff_step=1e-4)
    return Wedge(
        current(shape(*best.x)), float(best.x[0]), float(best.x[1]), float(np.sqrt(2.0 * best.cost / measured.size))
    )


def bay_power(north: Any, east: Any, axis: int = 0) -> Any:
    """Return the mean square of the mid-latitude disturbance, the core of the positive-bay index.

    Parameters
    ----------
    north, east : array, nT
        Disturbances of stations at 20 to 50 degrees around midnight, quiet level removed.
    axis : int
        Axis of the stations.

    Returns
    -------
    power : array, nT^2
        Mean of north^2 + east^2 over the stations that report; NaN where none does.

    Notes
    -----
    McPherron and Chu (2017, Space Sci. Rev. 206, 91) build their index from the same
    power after filters that take away the ring current and the quiet day; both are left to the caller.

    Examples
    --------
    >>> bay_power([[3.0, 0.0], [3.0, np.nan]], [[4.0, 1.0], [4.0, np.nan]]).tolist()
    [25.0, 1.0]
    """
    square = np.asarray(north, float) ** 2 + np.asarray(east, float) ** 2
    known = np.isfinite(square)
    count = known.sum(axis=axis)
    return np.where(count > 0, np.where(known, square, 0.0).sum(axis=axis) / np.maximum(count, 1), np.nan)[()]
