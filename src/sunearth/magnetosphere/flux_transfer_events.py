"""Flux transfer events: what they carry, how they are found in a series, and the flux rope that fits one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import MWb, km, kV, minutes, nT

from ._event_series import ascending_times, event_table, in_unit, nanoseconds

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

BESSEL_ZERO = 2.404825557695773
"""First zero of the Bessel function J0, at which a flux rope ends."""
BESSEL_ONE_THERE = 0.5191474972894669
"""J1 at that place."""

_ROPE = "Lundquist 1950, Ark. Fys. 2, 361"
_FTE = "Russell and Elphic 1978, Space Sci. Rev. 22, 681"


@model(cite=_FTE, valid={"flux": (0.1, 500.0), "interval": (0.5, 60.0)}, monotonic={"flux": 1, "interval": -1})
def equivalent_potential(flux: MWb, interval: minutes) -> kV:
    """Mean reconnection potential that events of a given flux amount to.

    Parameters
    ----------
    flux : float or array, MWb
        Magnetic flux opened by one event.
    interval : float or array, min
        Mean time from one to the next.

    Returns
    -------
    potential : float or array, kV
        Flux over time.

    Notes
    -----
    Early estimates were 1 to 10 MWb an event, which is 2 to 21 kV for one event in 8 minutes; several spacecraft at
    once, and signatures in the ionosphere, give up to 100 MWb.

    Examples
    --------
    >>> float(equivalent_potential(10.0, 8.0).round(1))
    20.8
    """
    return flux * 1e3 / (interval * 60)


class RopeFlux(NamedTuple):
    """What a flux rope carries."""

    axial: MWb
    azimuthal: MWb


@model(cite=_ROPE, valid={"b_core": (1.0, 200.0), "radius": (100.0, 2e4)}, monotonic={"b_core": 1, "radius": 1})
def rope_flux(b_core: nT, radius: km, length: km = 6371.2) -> RopeFlux:
    """Magnetic flux of a flux rope without Lorentz force.

    Parameters
    ----------
    b_core : float or array, nT
        Field on the axis.
    radius : float or array, km
        Radius, where the axial field vanishes.
    length : float or array, km
        Length of the rope, for the flux about the axis; one Earth radius by default.

    Returns
    -------
    axial : float or array, MWb
        Flux along the axis, 2 pi J1(2.4048) / 2.4048 = 1.356 times b_core radius^2.
    azimuthal : float or array, MWb
        Flux about the axis, b_core radius length / 2.4048. The flux that reconnection opened is of this kind: its
        length is that of the X-line.

    Notes
    -----
    The field is that of :func:`sunearth.heliosphere.cme.lundquist`.

    Examples
    --------
    >>> [round(float(x), 3) for x in rope_flux(40.0, 3000.0)]
    [0.488, 0.318]
    """
    per_area = 2 * np.pi * BESSEL_ONE_THERE / BESSEL_ZERO
    weber = 1e-9 * 1e6 * 1e-6  # nT km^2 in MWb
    return RopeFlux(
        per_area * b_core * radius**2 * weber + 0.0 * length, b_core * radius * length / BESSEL_ZERO * weber
    )


def detect_flux_transfer_events(
    time: Any,
    b: Any,
    normal: Any = None,
    least_swing: float = 8.0,
    noise_factor: float = 4.0,
    core_factor: float = 1.05,
    shortest: Any = "5s",
    longest: Any = "3min",
    background: Any = "10min",
) -> xr.Dataset:
    """Find flux transfer events: a swing of the normal field from one sign to the other about a change of strength.

    Parameters
    ----------
    time : datetime64 array (time,)
        Ascending times.
    b : array (time, 3), nT
        Field. Without `normal` its components are L, M and N of the magnetopause.
    normal : array (3,), optional
        Outward normal of the magnetopause in the frame of the field, from a model or from
        :func:`~sunearth.magnetosphere.crossings.boundary_normal`.
    least_swing : float, nT
        Smallest difference between the two extremes of the normal field.
    noise_factor : float
        Each of the two must also stand off from the median around by this many standard deviations of the normal
        field (from the median of absolute deviations, so that the events themselves do not count).
    core_factor : float
        Greatest field strength between the extremes over the median around from which on the kind is "rope"; below
        its inverse, by the least strength, the kind is "crater"; between the two there is no event.
    shortest, longest : timedelta64 or str
        Limits to the time from one extreme to the other.
    background : timedelta64 or str
        Full width of the surroundings that medians are taken over.

    Returns
    -------
    xarray.Dataset
        Along ``event``: ``time`` (where the normal field passes its median), ``begin`` and ``end`` (the extremes),
        ``duration`` in s, ``swing`` in nT, ``polarity`` (1 if outward comes first, the usual sense for events that
        move northward in the northern hemisphere; -1 otherwise), ``strength`` (extreme of the field strength over
        the median) and ``kind``.

    Raises
    ------
    InputError
        If the times do not ascend, shapes do not agree, or the limits make no sense.

    Notes
    -----
    Pairs of neighbouring extremes are taken from the largest swing down, and those that overlap a larger one are left
    out, as are those of which one extreme is less than a quarter of the swing. Samples with NaN are passed over, but no
    event may hold a gap longer than a third of its duration.

    Examples
    --------
    >>> seconds = np.arange(600.0)
    >>> time = np.datetime64("2007-06-01", "ns") + (seconds * 1e9).astype("timedelta64[ns]")
    >>> pulse = np.exp(-(((seconds - 300) / 20) ** 2))
    >>> b = np.stack([20 + 15 * pulse, 0 * seconds, -(seconds - 300) * pulse], axis=-1)
    >>> found = detect_flux_transfer_events(time, b)
    >>> str(found.time.values[0])[11:19], found.polarity.values.tolist(), found.kind.values.tolist()
    ('00:05:00', [1], ['rope'])
    """
    when = ascending_times(time, "time")
    b = in_unit(b, "nT", "b")
    if b.shape != (when.size, 3):
        raise InputError(f"the field needs the shape ({when.size}, 3), got {b.shape}")
    low, high = nanoseconds(shortest, "shortest"), nanoseconds(longest, "longest")
    width = nanoseconds(background, "background")
    if not 0 < low < high < width:
        raise InputError("shortest, longest and background must be positive and ascend")
    good = np.isfinite(b).all(axis=-1)
    when, b = when[good], b[good]
    if normal is None:
        b_n = b[:, 2]
    else:
        axis = np.asarray(normal, np.float64)
        if axis.shape != (3,) or not np.linalg.norm(axis) > 0:
            raise InputError(f"the normal must be one vector of three components, not all zero, got {normal!r}")
        b_n = b @ (axis / np.linalg.norm(axis))
    strength = np.sqrt((b**2).sum(axis=-1))
    candidates = _swings(when, b_n, low, high)
    events: list[tuple[Any, ...]] = []
    taken: list[tuple[int, int]] = []
    for _, first, last in sorted(candidates, reverse=True):
        if any(first <= high_end and last >= low_end for low_end, high_end in taken):
            continue
        around = slice(*np.searchsorted(when, [when[first] - width // 2, when[last] + width // 2 + 1]))
        level = np.median(b_n[around])
        spread = 1.4826 * np.median(np.abs(b_n[around] - level))
        swing = b_n[first] - b_n[last]
        one, other = b_n[first] - level, b_n[last] - level
        # Both lobes must stand out: an excursion to one side is no event.
        if abs(swing) < least_swing or one * other >= 0:
            continue
        if min(abs(one), abs(other)) < max(0.25 * abs(swing), noise_factor * spread):
            continue
        if np.max(np.diff(when[first : last + 1])) > (when[last] - when[first]) // 3:
            continue
        median = np.median(strength[around])
        peak, dip = strength[first : last + 1].max() / median, strength[first : last + 1].min() / median
        if peak >= core_factor:
            kind, ratio = "rope", peak
        elif dip <= 1 / core_factor:
            kind, ratio = "crater", dip
        else:
            continue
        relative = b_n[first : last + 1] - level
        k = first + int(np.flatnonzero(relative[1:] * relative[:-1] <= 0)[0])
        share = (level - b_n[k]) / (b_n[k + 1] - b_n[k]) if b_n[k + 1] != b_n[k] else 0.0
        crossed = when[k] + int(share * (when[k + 1] - when[k]))
        events.append((first, last, crossed, swing, ratio, kind))
        # Its lobes reach on to where the normal field is back at its median; no other event begins on them.
        back = np.flatnonzero((b_n[:first] - level) * one <= 0)
        on = np.flatnonzero((b_n[last + 1 :] - level) * other <= 0)
        taken.append((int(back[-1]) + 1 if back.size else 0, last + int(on[0]) if on.size else b_n.size - 1))
    events.sort()

    def column(k: int, kind: Any) -> Any:
        return np.array([event[k] for event in events], kind)

    begin, end = when[column(0, np.int64)], when[column(1, np.int64)]
    swing = column(3, np.float64)
    columns = {
        "time": (column(2, np.int64).astype("datetime64[ns]"), None, "Reversal of the normal field"),
        "begin": (begin.astype("datetime64[ns]"), None, "First extreme of the normal field"),
        "end": (end.astype("datetime64[ns]"), None, "Second extreme of the normal field"),
        "duration": ((end - begin) * 1e-9, "s", "Time between the extremes"),
        "swing": (np.abs(swing), "nT", "Difference between the extremes"),
        "polarity": (np.sign(swing).astype(np.int64), "1", "Sign of the first extreme"),
        "strength": (column(4, np.float64), "1", "Extreme of the field strength over the surroundings"),
        "kind": (column(5, np.str_), None, "Whether the field strength peaks or dips"),
    }
    return event_table(columns, "event", references=_FTE)


def event_rate(time: Any, events: Any) -> tuple[float, float]:
    """Return how many events there are in an hour, and the mean time between them.

    Parameters
    ----------
    time : datetime64 array
        Times of the series that was searched.
    events : Dataset or datetime64 array
        What was found in it, or the times.

    Returns
    -------
    rate : float
        Events per hour of the series.
    interval : float
        Mean time from one event to the next in minutes; NaN for fewer than two.

    Examples
    --------
    >>> time = np.array(["2007-06-01T00:00", "2007-06-01T02:00"], "datetime64[ns]")
    >>> event_rate(time, np.array(["2007-06-01T00:30", "2007-06-01T00:38"], "datetime64[ns]"))
    (1.0, 8.0)
    """
    when = ascending_times(time, "time")
    found = np.asarray(events["time"] if hasattr(events, "data_vars") else events, "datetime64[ns]").astype(np.int64)
    found = np.sort(found)
    hours = (when[-1] - when[0]) / 3600e9
    interval = float(np.diff(found).mean() / 60e9) if found.size > 1 else np.nan
    return (float(found.size / hours) if hours > 0 else np.nan), interval


class RopeFit(NamedTuple):
    """The flux rope that fits a series best."""

    axis: Floats
    b_core: float
    radius: float
    impact: float
    handedness: int
    closest: float
    flux: float
    residual: float
    error: dict[str, float]


def fit_flux_rope(seconds: Any, b: Any, velocity: Any, edges: bool = False, handedness: int | None = None) -> RopeFit:
    """Fit the flux rope of Lundquist to the field that a spacecraft measured through it.

    Parameters
    ----------
    seconds : array (time,), s
        Times, from any origin.
    b : array (time, 3), nT
        Field from one end of the rope to the other; samples with NaN are left out.
    velocity : array (3,), km/s
        Velocity of the rope as seen by the spacecraft, such as that of the de Hoffmann-Teller frame.
    edges : bool
        Take the ends of the series for the edges of the rope, so that only its axis and the impact parameter are
        free. By default the radius and the time of closest approach are fitted as well.
    handedness : {1, -1}, optional
        Prescribe it; by default both are tried.

    Returns
    -------
    axis : array (3,)
        Unit vector along the core field.
    b_core : float
        Field on the axis, nT.
    radius : float
        Radius, km.
    impact : float
        Least distance of the spacecraft from the axis over the radius, positive on the side of axis x path, with the
        path in the direction in which the spacecraft passes through the rope.
    handedness : int
        1 or -1.
    closest : float
        Time of closest approach, s.
    flux : float
        Axial flux, MWb.
    residual : float
        Root mean square of what is left over that of the field.
    error : dict
        Standard errors of ``b_core``, ``radius``, ``impact`` and the angle ``axis`` (rad) by the curvature of the sum
        of squares, for noise that is independent from sample to sample.

    Raises
    ------
    InputError
        If there are fewer than eight samples, shapes do not agree, or velocity or field are zero or not known.

    Notes
    -----
    Burlaga 1988, J. Geophys. Res. 93, 7217, and Lepping et al. 1990, J. Geophys. Res. 95, 11957, for magnetic clouds.
    The core field enters linearly and is eliminated; the rest is fitted by least squares from eight starting axes (the
    axes of variance and those between), on either side and for either handedness. The axis of a rope that is only
    grazed is poorly known, and one that nearly coincides with the path is not found.

    Examples
    --------
    >>> seconds = np.linspace(-60.0, 60.0, 61)
    >>> made = rope_along_path(seconds, [0.0, 1.0, 0.0], 50.0, 8000.0, 0.3, 1, [100.0, 0.0, 0.0])
    >>> fit = fit_flux_rope(seconds, made, [100.0, 0.0, 0.0])
    >>> round(fit.b_core, 3), round(fit.radius, 1), round(fit.impact, 3), fit.handedness
    (50.0, 8000.0, 0.3, 1)
    """
    from scipy.optimize import least_squares

    seconds, b, velocity = (
        in_unit(seconds, "s", "seconds"),
        in_unit(b, "nT", "b"),
        in_unit(velocity, "km/s", "velocity"),
    )
    if seconds.ndim != 1 or b.shape != (seconds.size, 3):
        raise InputError(f"the field needs the shape (time, 3), got {b.shape} for times of the shape {seconds.shape}")
    good = np.isfinite(b).all(axis=-1) & np.isfinite(seconds)
    seconds, b = seconds[good], b[good]
    speed = float(np.linalg.norm(velocity))
    if seconds.size < 8:
        raise InputError(f"a flux rope needs at least 8 samples, got {seconds.size}")
    if not speed > 0:
        raise InputError("the velocity of the rope must be known and not zero")
    if not b.any():
        raise InputError("the field is zero throughout: there is no rope to fit")
    half, middle = (seconds[-1] - seconds[0]) / 2, (seconds[-1] + seconds[0]) / 2
    scale = float(np.sqrt((b**2).mean()))

    def geometry(parameters: Floats, frame: Floats) -> tuple[Floats, float, float, float]:
        axis = frame @ _direction(parameters[0], parameters[1])
        impact = 0.999 * np.tanh(parameters[2])
        across = float(np.linalg.norm(np.cross(velocity, axis)))
        chord = max(across * half / np.sqrt(1 - impact**2), 1e-6 * speed * half)
        radius = chord if edges else chord * np.exp(parameters[3])
        return axis, impact, radius, middle if edges else middle + parameters[4] * half

    def residuals(parameters: Floats, frame: Floats, sense: int) -> Floats:
        axis, impact, radius, closest = geometry(parameters, frame)
        shape = rope_along_path(seconds - closest, axis, 1.0, radius, impact, sense, velocity, beyond=True)
        core = (shape * b).sum() / max((shape**2).sum(), 1e-12)
        left: Floats = ((core * shape - b) / scale).ravel()
        return left

    senses = (1, -1) if handedness is None else (int(np.sign(handedness)),)
    count, chosen = (3 if edges else 5), (np.eye(3), 1)
    best: Any = None
    for frame in _starting_frames(b):
        for sense in senses:
            for start in (-0.3, 0.3):
                first = np.array([0.0, 0.0, start, 0.0, 0.0])[:count]
                found = least_squares(residuals, first, args=(frame, sense), method="lm", max_nfev=400)
                if best is None or found.cost < best.cost * (1 - 1e-9):
                    best, chosen = found, (frame, sense)
    frame, sense = chosen

    def rope(parameters: Floats) -> tuple[Floats, float, float, float, float]:
        """Axis, core field, radius, impact parameter and time; the axis points along the core field."""
        axis, impact, radius, closest = geometry(parameters, frame)
        shape = rope_along_path(seconds - closest, axis, 1.0, radius, impact, sense, velocity, beyond=True)
        core = float((shape * b).sum() / (shape**2).sum())
        # The side is told by axis x path and turns with the axis.
        return (-axis, -core, radius, -impact, closest) if core < 0 else (axis, core, radius, impact, closest)

    axis, core, radius, impact, closest = rope(best.x)
    shape = rope_along_path(seconds - closest, axis, 1.0, radius, impact, sense, velocity, beyond=True)
    left = float(np.sqrt(2 * best.cost / b.size))
    return RopeFit(
        axis,
        core,
        float(radius),
        float(impact),
        sense,
        float(closest),
        float(rope_flux(core, radius).axial),
        left,
        _fit_errors(best, rope, b.size, scale / float(np.linalg.norm(shape))),
    )


def rope_along_path(
    seconds: Any,
    axis: Any,
    b_core: float,
    radius: float,
    impact: float,
    handedness: int,
    velocity: Any,
    beyond: bool = False,
) -> Floats:
    """Return the field that a spacecraft meets while a flux rope passes over it.

    Parameters
    ----------
    seconds : array (time,), s
        Times from the closest approach.
    axis : array (3,)
        Direction of the core field.
    b_core, radius, impact, handedness
        As :func:`fit_flux_rope` gives them, in nT and km.
    velocity : array (3,), km/s
        Velocity of the rope.
    beyond : bool
        Carry the field of the rope on outside its edge, instead of NaN there.

    Returns
    -------
    array (time, 3)
        Field, nT.

    Examples
    --------
    >>> rope_along_path([-30.0, 0.0, 30.0], [0, 1, 0], 50.0, 8000.0, 0.0, 1, [100.0, 0, 0]).round(1)[:, 1:].tolist()
    [[40.3, -20.3], [50.0, 0.0], [40.3, 20.3]]
    """
    from scipy import special

    seconds, velocity = np.asarray(seconds, np.float64), np.asarray(velocity, np.float64)
    axis = np.asarray(axis, np.float64)
    axis = axis / np.linalg.norm(axis)
    across = -(velocity - (velocity @ axis) * axis)
    drift = float(np.linalg.norm(across))
    along_path = across / drift if drift > 0 else np.full(3, np.nan)
    side = np.cross(axis, along_path)
    u, w = drift * seconds, impact * radius
    distance = np.sqrt(u**2 + w**2)
    # Beyond the edge the argument stops near the minimum of J0, so that a fit does not meet the next oscillation.
    argument = np.minimum(BESSEL_ZERO * distance / radius, 4.0)
    axial, azimuthal = special.j0(argument), special.j1(argument)
    # The azimuthal unit vector is axis x (u along_path + w side) / distance = (u side - w along_path) / distance.
    turn = np.where(distance > 0, azimuthal / np.where(distance > 0, distance, 1.0), 0.0)
    field = axial[:, None] * axis + handedness * turn[:, None] * (u[:, None] * side - w * along_path)
    if not beyond:
        field = np.where((distance <= radius * (1 + 1e-12))[:, None], field, np.nan)
    met: Floats = b_core * field + 0.0
    return met


def _swings(when: Any, b_n: Floats, low: int, high: int) -> list[tuple[float, int, int]]:
    """Return pairs of a maximum and a minimum that lie between `low` and `high` apart, the extremes of what is between.

    For each sample that is extreme among its neighbours the opposite extreme within reach on the right is the partner.
    """
    if b_n.size < 5:
        return []
    rising = np.sign(np.diff(b_n))
    # Plateaus count with the slope before them.
    for k in range(1, rising.size):
        if rising[k] == 0:
            rising[k] = rising[k - 1]
    turning = np.flatnonzero(rising[1:] * rising[:-1] < 0) + 1
    pairs = []
    for first in map(int, turning):
        upper = b_n[first] > b_n[first - 1] or b_n[first] > b_n[min(first + 1, b_n.size - 1)]
        stop = int(np.searchsorted(when, when[first] + high, side="right"))
        start = int(np.searchsorted(when, when[first] + low))
        if stop <= start:
            continue
        reach = b_n[first:stop]
        last = first + int(reach.argmin() if upper else reach.argmax())
        if last < start:
            continue
        between = b_n[first : last + 1]
        if b_n[first] == (between.max() if upper else between.min()):
            pairs.append((float(abs(b_n[first] - b_n[last])), first, last))
    return pairs


def _direction(a: float, c: float) -> Floats:
    """Return the unit vector turned from the third axis by the rotation vector (a, c, 0)."""
    angle = np.hypot(a, c)
    factor = np.sinc(angle / np.pi)
    return np.array([c * factor, -a * factor, np.cos(angle)])


def _starting_frames(b: Floats) -> list[Floats]:
    """Return frames (columns) whose third axis is a guess of the axis of the rope."""
    _, axes = np.linalg.eigh(np.cov(b.T))
    guesses = [axes[:, 1], axes[:, 0], axes[:, 2], b.mean(axis=0)]
    guesses += [axes[:, 1] + axes[:, 0], axes[:, 1] - axes[:, 0], axes[:, 1] + axes[:, 2], axes[:, 1] - axes[:, 2]]
    frames = []
    for guess in guesses:
        length = np.linalg.norm(guess)
        if length > 0:
            third = guess / length
            other = np.cross(third, np.eye(3)[np.argmin(np.abs(third))])
            other = other / np.linalg.norm(other)
            frames.append(np.stack([other, np.cross(third, other), third], axis=-1))
    return frames


def _fit_errors(found: Any, rope: Any, samples: int, linear: float) -> dict[str, float]:
    """Propagate the curvature of the sum of squares into the errors of what is reported.

    The core field has an error also where all else is known: `linear` times that of a residual.
    """
    variance = 2 * found.cost / max(samples - found.x.size - 1, 1)
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * variance
    step = 1e-5
    gradients: list[Any] = []
    for k in range(found.x.size):
        ahead, behind = found.x.copy(), found.x.copy()
        ahead[k], behind[k] = ahead[k] + step, behind[k] - step
        gradients.append([(one - other) / (2 * step) for one, other in zip(rope(ahead), rope(behind), strict=True)])

    def spread(place: int) -> float:
        gradient = np.array([np.atleast_1d(row[place]) for row in gradients])
        return float(np.sqrt(np.trace(gradient.T @ covariance @ gradient)))

    core = float(np.hypot(spread(1), linear * np.sqrt(variance)))
    return {"b_core": core, "radius": spread(2), "impact": spread(3), "axis": spread(0)}
