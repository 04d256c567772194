"""The solar wind in time, from the Sun to the planets, by the equation of Burgers with residual acceleration.

From the steady wind and its way back to the Sun to the full model with coronal mass ejections and ensembles of it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import ASTRONOMICAL_UNIT, SOLAR_RADIUS
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import R_sun, h, km_s

REFERENCE = 30.0
"""R_sun, the distance at which the source speed of the wind is counted."""
ACCELERATION = 0.15
"""The wind gains at most this fraction of its source speed beyond the reference distance (Riley and Lionello 2011)."""
ACCELERATION_SCALE = 50.0
"""R_sun, the distance over which it does (Riley and Lionello 2011)."""
SYNODIC_PERIOD = 27.2753
"""days, rotation of the Sun as seen from the Earth."""
CONE_HEIGHT = 21.5
"""R_sun, the height at which cone files of ENLIL give the time of a coronal mass ejection."""
EARTH_DISTANCE = ASTRONOMICAL_UNIT / SOLAR_RADIUS
"""R_sun, mean distance of the Earth."""

SCHEMES = ("upwind", "conservative", "tvd")
BACK_MAPPINGS = ("upwind", "ballistic")

_KM = SOLAR_RADIUS * 1e-3
_DAY = 86400.0
_CITE = "Owens et al. 2020, Sol. Phys. 295, 43, doi:10.1007/s11207-020-01605-3"
_RILEY = "Riley and Lionello 2011, Sol. Phys. 270, 575"
_SPIN_UP = 1.25  # of the time that the slowest wind takes to cross, for the schemes smear what was there before
_LONGEST_SPIN_UP = 60.0  # days


def _gain(radius: Any, xp: Any = np) -> Any:
    """Speed of steady wind at a radius over its speed at the reference distance."""
    return 1.0 + ACCELERATION * (1.0 - xp.exp(-(radius - REFERENCE) / ACCELERATION_SCALE))


def _stretched(radius: Any, xp: Any = np) -> Any:
    """Integral of dr over the gain, from the reference distance (R_sun): time of travel times source speed."""
    total = 1.0 + ACCELERATION
    beyond = (radius - REFERENCE) / ACCELERATION_SCALE
    return (ACCELERATION_SCALE / total) * (beyond + xp.log(total - ACCELERATION * xp.exp(-beyond)))


@model(
    cite=_RILEY,
    valid={"speed": (200.0, 3000.0), "radius": (5.0, 3000.0), "source": (5.0, 3000.0)},
    monotonic={"speed": 1, "radius": 1, "source": -1},
)
def riley_lionello_2011(speed: km_s, radius: R_sun, source: R_sun = REFERENCE) -> km_s:
    """Speed of steady solar wind at another distance, by its residual acceleration.

    Parameters
    ----------
    speed : float or array, km/s
        Speed at `source`.
    radius : float or array, R_sun
        Distance from the centre of the Sun at which the speed is asked for; it may lie inside `source`.
    source : float or array, R_sun
        Distance at which `speed` was measured.

    Returns
    -------
    v : float or array, km/s
        Speed at `radius`.

    Notes
    -----
    v = v_30 (1 + 0.15 (1 - exp(-(r - 30 R_sun) / 50 R_sun))), the acceleration that brings kinematic mapping in line
    with magnetohydrodynamic models; stream interactions are left out. The same in both directions.

    Examples
    --------
    >>> float(riley_lionello_2011(400.0, 215.0).round(1))
    458.5
    """
    xp = namespace(speed, radius, source)
    return speed * _gain(radius, xp) / _gain(source, xp)


@model(
    cite=_RILEY,
    valid={"speed": (200.0, 3000.0), "radius": (5.0, 3000.0), "source": (5.0, 3000.0)},
    monotonic={"radius": 1},
)
def transit_time(speed: km_s, radius: R_sun, source: R_sun = REFERENCE) -> h:
    """Time that steady solar wind needs from one distance to another.

    Parameters
    ----------
    speed : float or array, km/s
        Speed at `source`.
    radius : float or array, R_sun
        Distance of arrival; inside `source` the time is negative.
    source : float or array, R_sun
        Distance of departure.

    Returns
    -------
    delay : float or array, h
        Integral of dr / v with the residual acceleration of :func:`riley_lionello_2011`.

    Notes
    -----
    In closed form: with x = (r - 30) / 50 it is 50 R_sun (x + ln(1.15 - 0.15 exp(-x))) / (1.15 v_30) between the two
    distances. A wind of 400 km/s would need 89.4 h without acceleration.

    Examples
    --------
    >>> float(transit_time(400.0, 215.0).round(2))
    80.59
    """
    xp = namespace(speed, radius, source)
    path = _stretched(radius, xp) - _stretched(source, xp)
    return path * _gain(source, xp) * _KM / 3600.0 / (speed + 0.0 * path)


def back_map(
    time: Any, speed: Any, radius: float = EARTH_DISTANCE, inner: float = REFERENCE, method: str = "upwind"
) -> xr.DataArray:
    """Trace a measured series of the wind's speed back to the inner boundary of the model.

    Parameters
    ----------
    time : array of datetime64 or str
        When the wind was measured, increasing, UTC.
    speed : array, km/s
        Its speed, of the same length; gaps (NaN) are refused.
    radius : float, optional
        Where it was measured, R_sun.
    inner : float, optional
        Where the series is asked for, R_sun.
    method : str, optional
        ``"upwind"``: the model's own equation marched inwards, which merges what came from one place.
        ``"ballistic"``: every parcel by itself with its steady acceleration, averaged where several left together and
        linear where none did; it ignores that streams push each other, but does not smear them.

    Returns
    -------
    DataArray
        Speed at the inner boundary on a regular series of departure times, to be used as a boundary of
        :class:`UpwindWind`.

    Raises
    ------
    InputError
        If a speed is missing or not positive, the times do not increase, or the method is unknown.

    Notes
    -----
    The inverse of Riley and Issan 2021 (doi:10.3389/fphy.2021.679497). Neither way undoes a shock: what merged there
    is lost.

    Examples
    --------
    >>> import numpy as np
    >>> hours = np.datetime64("2015-03-17T00", "ns") + np.arange(72) * np.timedelta64(1, "h")
    >>> boundary = back_map(hours, np.full(72, 458.5), radius=215.0)
    >>> float(boundary[0].round(1))
    400.0
    """
    if method not in BACK_MAPPINGS:
        raise UnknownNameError("back-mapping", method, BACK_MAPPINGS)
    if not 0.0 < inner < radius:
        raise InputError(f"back_map: inner ({inner}) must lie between the Sun and radius ({radius}), in R_sun")
    moments = np.atleast_1d(to_datetime64(time))
    values = np.asarray(speed, dtype=float)
    if values.shape != moments.shape or values.ndim != 1 or values.size < 2:
        raise InputError("back_map: time and speed must be one-dimensional, of the same length, two or more")
    _refuse_speeds("back_map: speed", values, moments)
    seconds = (moments - moments[0]) / np.timedelta64(1, "s")
    if not np.all(np.diff(seconds) > 0.0):
        raise InputError("back_map: the times must increase; sort them and drop repeated ones")
    cadence = float(np.median(np.diff(seconds)))
    source = values / float(_gain(radius))
    path = float(_stretched(radius) - _stretched(inner)) * _KM
    if method == "ballistic":
        departure = seconds - path / source
        first, last = float(departure.min()), float(departure.max())
        regular = np.arange(first, last + 0.5 * cadence, cadence)
        slot = np.rint((departure - first) / cadence).astype(int)
        count = np.bincount(slot, minlength=regular.size)
        total = np.bincount(slot, source, minlength=regular.size)
        held = count > 0
        at_source = np.interp(regular, np.arange(count.size)[held] * cadence + first, total[held] / count[held])
    else:
        from ._upwind_kernels import march_inwards

        arrival = np.arange(0.0, seconds[-1] + 0.5 * cadence, cadence)
        series = np.interp(arrival, seconds, source)
        before = math.ceil(path / series[0] / cadence) + 1  # room for what left before the first measurement was made
        marched = np.concatenate([np.full(before, series[0]), series])
        count = math.ceil(path / (0.9 * cadence * series.min()))  # within the limit of Courant for the slowest wind
        at_source = np.empty_like(marched)
        march_inwards(marched, path / count / cadence, count, at_source)
        regular = np.arange(-before, series.size) * cadence
        left = (regular >= -path / series[0] - cadence) & (regular <= arrival[-1] - path / series[-1])
        regular, at_source = regular[left], at_source[left]
    at = moments[0] + np.rint(regular * 1e9).astype(np.int64).astype("timedelta64[ns]")
    return xr.DataArray(
        at_source * float(_gain(inner)),
        dims="time",
        coords={"time": at},
        name="speed",
        attrs={
            "units": "km/s",
            "long_name": f"Speed of the solar wind at {inner:g} R_sun, mapped back from {radius:g} R_sun",
            "references": f"{_RILEY}; Riley and Issan 2021, Front. Phys. 9, 679497, doi:10.3389/fphy.2021.679497",
            "method": method,
        },
    )


@dataclass(frozen=True)
class ConeCME:
    """A coronal mass ejection as a cone that passes the inner boundary at one speed.

    Every field but the label may be an array with an entry for each member of an ensemble.

    Parameters
    ----------
    launch : datetime64, str or float
        When its nose is at `height`: a time in UTC, or hours after the start of the run.
    speed : float
        km/s, from there to the inner boundary.
    longitude : float
        deg west of the Earth's meridian (Stonyhurst, HEEQ) of its axis.
    latitude : float
        deg north of the solar equator of its axis.
    half_width : float
        deg, half of the full angle of the cone; below 90.
    height : float
        R_sun; 21.5 in the cone files of ENLIL. The nose is carried to the inner boundary at `speed`.
    thickness : float
        R_sun that are put between the front and the rear half of the sphere.
    duration : float or None
        h that the nose's direction spends inside the cone while it passes the boundary; None lets the sphere pass at
        `speed`.
    label : str
        A name for tables and figures.
    """

    launch: Any
    speed: Any
    longitude: Any = 0.0
    latitude: Any = 0.0
    half_width: Any = 15.0
    height: Any = CONE_HEIGHT
    thickness: Any = 0.0
    duration: Any = 8.5
    label: str = ""


class Observer(NamedTuple):
    """Where an observer is: distance (R_sun) and longitude west of the Earth (deg), each a number or a series."""

    radius: Any
    longitude: Any
    time: Any = None
    """Times (UTC) of the series; not needed for an observer at rest."""


class Arrival(NamedTuple):
    """The front of one coronal mass ejection at one observer."""

    cme: str
    observer: str
    time: np.datetime64
    transit: float
    """h since the launch."""
    speed: float
    """km/s, of the wind in the front."""


@dataclass(frozen=True)
class UpwindWind:
    """Solar wind in time on radius, or on radius and longitude in the plane of the ecliptic.

    Parameters
    ----------
    inner, outer : float
        Boundaries of the model, R_sun.
    dr : float
        Width of a cell, R_sun.
    longitudes : int or array
        Number of columns around the Sun, the first on the Earth's meridian; or their longitudes west of the Earth
        (deg), increasing: one value makes the model one-dimensional.
    latitude : float
        deg, heliographic latitude of the plane, for the cut through the cones of mass ejections.
    v_max : float
        km/s; the time step is `dr` over it, or less where the boundary or a mass ejection is faster.
    scheme : str
        ``"upwind"``: first-order upwind differences of the advective form, as published. ``"conservative"``: first
        order in conservation form. ``"tvd"``: second order in conservation form with limited slopes.
    period : float
        days, synodic rotation of the inner boundary.

    Notes
    -----
    The wind keeps to v' + v dv/dr = a with the residual acceleration a of :func:`riley_lionello_2011`: pressure,
    gravity, field and flow in longitude are left out (Owens et al. 2020; Barnard and Owens 2022,
    doi:10.3389/fphy.2022.1005621). The source-equivalent speed v / f(r) on a radius stretched by the acceleration f
    obeys the plain equation of Burgers, which is what is solved: steady wind has no error at all, where the published
    scheme loses a little of the acceleration on its grid.

    The advective form does not keep momentum: its shocks run slower than the mean of the speeds on both sides at which
    those of the conservative forms run, the more so the stronger they are: a mass ejection of 1200 km/s in wind of
    400 km/s arrives 50 h after its launch instead of 41.5 h. They also depend on the step in time: with the `v_max` of
    2000 km/s that the paper prints instead of the 3000 km/s of its authors' present code that arrival is 1.3 h later.
    The skill published for the model belongs to the advective form.

    Longitudes do not see each other. Time is UTC, longitude turns with the Earth (HEEQ), so that the Earth stays at 0.

    Examples
    --------
    >>> wind = UpwindWind(longitudes=[0.0])
    >>> cme = ConeCME("2024-05-08T22:36", speed=1200.0, half_width=40.0)
    >>> result = wind.solve(400.0, [cme], start="2024-05-08", duration=120.0)
    >>> arrivals(result)[0].time.astype("datetime64[D]")
    np.datetime64('2024-05-11')
    """

    inner: float = REFERENCE
    outer: float = 240.0
    dr: float = 1.5
    longitudes: Any = 128
    latitude: float = 0.0
    v_max: float = 3000.0
    scheme: str = "upwind"
    period: float = SYNODIC_PERIOD

    def __post_init__(self) -> None:
        if self.scheme not in SCHEMES:
            raise UnknownNameError("scheme", self.scheme, SCHEMES)
        if not 1.0 < self.inner < self.outer:
            raise InputError(f"UpwindWind: inner ({self.inner}) must lie between 1 R_sun and outer ({self.outer})")
        if not 0.0 < self.dr <= (self.outer - self.inner) / 3:
            raise InputError(f"UpwindWind: dr ({self.dr}) must be positive and leave three cells or more")
        if not self.v_max > 0.0 or not self.period > 0.0:
            raise InputError("UpwindWind: v_max and period must be positive")
        columns = self.columns
        if not columns.size or not np.all(np.isfinite(columns)) or np.any(np.diff(columns) <= 0.0):
            raise InputError("UpwindWind: longitudes must be a positive number of columns or increasing degrees")
        if columns[-1] - columns[0] >= 360.0:
            raise InputError("UpwindWind: longitudes must stay within one circle")
        if _gain(self.inner) <= 0.0:
            raise InputError(f"UpwindWind: no wind yet at inner = {self.inner} R_sun")

    @property
    def radius(self) -> NDArray[np.float64]:
        """Radii of the cells, R_sun."""
        count = round((self.outer - self.inner) / self.dr) + 1
        return self.inner + self.dr * np.arange(count, dtype=np.float64)

    @property
    def columns(self) -> NDArray[np.float64]:
        """Longitudes of the columns, deg west of the Earth."""
        if np.ndim(self.longitudes) == 0:
            count = int(self.longitudes)
            return np.arange(count, dtype=np.float64) * (360.0 / max(count, 1))
        return np.asarray(self.longitudes, dtype=float)

    def solve(
        self,
        boundary: Any,
        cmes: Sequence[ConeCME] = (),
        start: Any = "2000-01-01",
        duration: float = 120.0,
        save_every: float = 1.0,
        observers: Any = ("earth",),
        earth_longitude: float | None = None,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> xr.Dataset:
        """March the wind from the inner boundary outwards.

        Parameters
        ----------
        boundary : float, array or DataArray, km/s
            Speed at the inner boundary: one number; an array of speeds at equally spaced Carrington longitudes
            (centres of cells from 0 to 360 deg); or a DataArray over ``longitude`` (Carrington, deg), ``time`` (at the
            Earth's meridian; other longitudes see it earlier or later by the rotation) or both.
        cmes : sequence of ConeCME, optional
            Any number; where several pass the boundary together the fastest is seen.
        start : datetime64 or str, optional
            UTC.
        duration : float, optional
            h. What was there at `start` is built up by a run before it.
        save_every : float, optional
            h between the times in the result; the time step is made to fit it.
        observers : sequence of str, or mapping of name to Observer, optional
            Planets by name, or anything by position (an :class:`Observer`, or a function of time that returns radius
            and longitude). A name given alone stands for a planet.
        earth_longitude : float, optional
            Carrington longitude of the Earth at `start`, deg: which part of a map faces the Earth; the true one by
            default.
        progress : callable, optional
            Called with a text, the columns done and all of them.

        Returns
        -------
        Dataset
            ``speed`` (time, radius, longitude); ``leading_edge`` and ``trailing_edge`` (cme, time, longitude), NaN
            before launch and beyond the outer boundary; ``observer_speed``, ``observer_radius`` and
            ``observer_longitude`` (observer, time); ``arrival_time`` and ``arrival_speed`` (cme, observer), not a
            time where a front misses or does not arrive within the run.

        Raises
        ------
        InputError
            If a speed of the boundary is missing or not positive (it names where), or a mass ejection cannot be
            placed.
        """
        run = _Run(self, _one_moment(start), duration, save_every, list(cmes), 1)
        return run.field(_Boundary(boundary, earth_longitude, self.period, run.start), _observers(observers), progress)

    def ensemble(
        self,
        boundary: Any,
        cmes: Sequence[ConeCME],
        start: Any = "2000-01-01",
        duration: float = 120.0,
        observers: Any = ("earth",),
        earth_longitude: float | None = None,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> xr.Dataset:
        """Arrivals in many runs at once that differ in boundary and mass ejections.

        Parameters
        ----------
        boundary : float, array or DataArray, km/s
            As for :meth:`solve`; a DataArray with the dimension ``member`` gives every member its own.
        cmes : sequence of ConeCME
            Fields that are arrays have an entry for each member.
        start, duration, observers, earth_longitude, progress
            As for :meth:`solve`.

        Returns
        -------
        Dataset
            ``arrival_time`` and ``arrival_speed`` (member, cme, observer).

        Notes
        -----
        Each member is marched along the meridian of each observer, where it is in the middle of the run; members run
        on all processors. `longitudes` is not used.
        """
        run = _Run(self, _one_moment(start), duration, 1.0, list(cmes), _members(boundary, cmes))
        source = _Boundary(boundary, earth_longitude, self.period, run.start)
        return run.ensemble(source, _observers(observers), progress)


def arrivals(result: xr.Dataset) -> list[Arrival]:
    """Return the fronts that arrived in a run, by observer and time.

    Parameters
    ----------
    result : Dataset
        From :meth:`UpwindWind.solve`.

    Returns
    -------
    list of Arrival
        Fronts that miss an observer are left out.
    """
    table = []
    for cme in result["cme"].values:
        for observer in result["observer"].values:
            one = result.sel(cme=cme, observer=observer)
            moment: Any = one["arrival_time"].values[()]
            if not np.isnat(moment):
                transit = (moment - one["launch_time"].values) / np.timedelta64(1, "h")
                table.append(Arrival(str(cme), str(observer), moment, float(transit), float(one["arrival_speed"])))
    return sorted(table, key=lambda arrival: (arrival.observer, arrival.time))


_SAME_MERIDIAN = 5.0
"""deg from a single column within which an observer counts as on it."""


def _one_moment(start: Any) -> np.datetime64:
    moment = to_datetime64(start, "start")
    if np.ndim(moment) or np.isnat(moment):
        raise InputError("start: expected one time in UTC such as '2024-05-08T00:00'")
    return np.datetime64(moment, "ns")


def _refuse_speeds(place: str, values: NDArray[np.float64], where: NDArray[Any], remedy: str = "") -> None:
    """Raise an error that names the first speed which is missing or not positive."""
    bad = np.argwhere(~(np.isfinite(values) & (values > 0.0)))
    if bad.size:
        first = tuple(bad[0])
        at = where[first[-1]] if where.dtype.kind == "M" else f"longitude {where[first[-1]]:g} deg"
        if where.dtype.kind == "M":
            at = str(np.datetime64(at, "m"))
        raise InputError(
            f"{place} is {values[first]:g} km/s at {at} ({len(bad)} such in all); "
            + (remedy or "fill the gaps first (xarray: interpolate_na) or cut them off")
        )


def _on_meridians(longitude: NDArray[np.float64], columns: NDArray[np.float64]) -> tuple[Any, Any, Any, Any]:
    """Columns on both sides of longitudes, the weight of the second, and whether there are any."""
    if columns.size == 1:
        apart = np.abs((longitude - columns[0] + 180.0) % 360.0 - 180.0)
        none = np.zeros(longitude.shape, int)
        return none, none, np.zeros(longitude.shape), apart <= _SAME_MERIDIAN
    nodes = columns - columns[0]
    at = (longitude - columns[0]) % 360.0
    at = np.where(360.0 - at < 1e-9, 0.0, at)
    low = np.searchsorted(nodes, at, side="right") - 1
    last = low == columns.size - 1
    closing = 360.0 - nodes[-1]
    width = np.where(last, closing, np.diff(nodes, append=360.0)[low])
    weight = (at - nodes[low]) / width
    closed = closing <= 1.5 * np.diff(nodes).max()
    return low, np.where(last, 0, low + 1), weight, np.isfinite(at) & (closed | ~last | (weight == 0.0))


def _between(values: Any, low: Any, high: Any, weight: Any) -> Any:
    """Values on columns (the first axis) at a place between two of them."""
    if weight <= 0.0:
        return values[low]
    return (1.0 - weight) * values[low] + weight * values[high]


def _observers(observers: Any) -> dict[str, Callable[[NDArray[np.datetime64]], tuple[Any, Any]]]:
    """Functions of time that return radius (R_sun) and longitude (deg) of each observer."""
    given = dict.fromkeys(observers) if not isinstance(observers, Mapping) else dict(observers)
    if isinstance(observers, str):
        given = {observers: None}
    return {str(name): _place_of(str(name), place) for name, place in given.items()}


def _place_of(name: str, place: Any) -> Callable[[NDArray[np.datetime64]], tuple[Any, Any]]:
    if callable(place):
        return place  # type: ignore[no-any-return]
    if place is None or isinstance(place, str):
        return lambda moments: _planet(place or name, moments)
    given = Observer(*place)
    radius, longitude = np.asarray(given.radius, float), np.asarray(given.longitude, float)
    if given.time is None:
        if radius.ndim or longitude.ndim:
            raise InputError(
                f"observer {name!r}: a series of positions needs its times, Observer(radius, longitude, time)"
            )
        return lambda moments: (np.full(moments.shape, radius), np.full(moments.shape, longitude))
    known = to_datetime64(given.time, f"observer {name!r}: time").astype(np.int64).astype(float)
    turned = np.unwrap(longitude, period=360.0)

    def along(moments: NDArray[np.datetime64]) -> tuple[Any, Any]:
        at = moments.astype("datetime64[ns]").astype(np.int64).astype(float)
        return np.interp(at, known, radius, np.nan, np.nan), np.interp(at, known, turned, np.nan, np.nan)

    return along


class _Boundary:
    """Speed at the inner boundary as a function of time, longitude and member."""

    def __init__(self, boundary: Any, earth_longitude: float | None, period: float, start: np.datetime64) -> None:
        self.given_longitude, self.start, self.period = earth_longitude, start, period * _DAY
        self.longitude: NDArray[np.float64] | None = None
        self.seconds: NDArray[np.float64] | None = None
        if isinstance(boundary, xr.DataArray):
            self._from_labels(boundary, start)
        else:
            values = np.asarray(boundary, dtype=float)
            if values.ndim > 1:
                raise InputError("boundary: an array of more than one dimension must be a DataArray that names them")
            if values.ndim:
                centres = (np.arange(values.size, dtype=np.float64) + 0.5) * (360.0 / max(values.size, 1))
                _refuse_speeds("boundary", values, centres)
                self.longitude = centres
            self.values = values[None]
            if values.ndim == 0 and not (np.isfinite(values) and values > 0.0):
                raise InputError(f"boundary: a speed must be positive, got {values} km/s")
        if not self.values.size:
            raise InputError("boundary: empty")

    def _from_labels(self, array: xr.DataArray, start: np.datetime64) -> None:
        from sunearth.core.units import conversion_factor

        unknown = set(array.dims) - {"member", "time", "longitude"}
        if unknown:
            raise InputError(
                f"boundary: unknown dimension {sorted(map(str, unknown))[0]!r}; use time, longitude, member"
            )
        array = array * conversion_factor(str(array.attrs.get("units", "km/s")), "km/s")
        if "member" not in array.dims:
            array = array.expand_dims("member")
        array = array.transpose("member", ..., "longitude", missing_dims="ignore")
        for dim in ("time", "longitude"):
            if dim in array.dims and dim not in array.coords:
                raise InputError(f"boundary: the dimension {dim!r} needs its coordinate")
        if "longitude" in array.dims:
            array = array.assign_coords(longitude=array["longitude"] % 360.0).sortby("longitude")
            self.longitude = array["longitude"].values.astype(float)
            if np.any(np.diff(self.longitude) <= 0.0):
                raise InputError("boundary: a longitude is given twice (0 and 360 deg are the same)")
        if "time" in array.dims:
            moments = to_datetime64(array["time"].values, "boundary: time")
            self.seconds = (moments - start) / np.timedelta64(1, "s")
            if np.any(np.diff(self.seconds) <= 0.0):
                raise InputError("boundary: its times must increase")
        self.values = array.values.astype(float)
        if self.longitude is not None:
            _refuse_speeds("boundary", self.values, self.longitude)
        elif self.seconds is not None:
            _refuse_speeds("boundary", self.values, moments)
        else:
            members = np.arange(self.values.size, dtype=float)
            if not np.all(self.values > 0.0):
                raise InputError(
                    f"boundary: the speed of member {members[~(self.values > 0.0)][0]:.0f} is not positive"
                )

    @property
    def earth_longitude(self) -> float:
        """Carrington longitude of the Earth at the start, deg."""
        if self.given_longitude is not None:
            return float(self.given_longitude)
        from sunearth.sun.rotation import solar_orientation

        return float(solar_orientation(self.start).l_0)

    @property
    def is_steady(self) -> bool:
        """Whether nothing changes at the boundary, so that the wind is known everywhere from the start."""
        return self.longitude is None and self.seconds is None

    def rows(self, columns: Any, member: Any, seconds: NDArray[np.float64]) -> tuple[Any, Any]:
        """Speeds (rows, steps) and the row of each column."""
        own = self.values.shape[0] > 1
        of_member = member if own else np.zeros_like(member)
        if self.is_steady:
            rows = np.repeat(self.values[:, None], seconds.size, axis=1)
            return rows, of_member.astype(np.int64)
        pairs = np.stack([of_member.astype(float), columns], axis=1)
        unique, row = np.unique(pairs, axis=0, return_inverse=True)
        rows = np.empty((len(unique), seconds.size))
        turn = 360.0 / self.period
        for first in np.unique(unique[:, 0]):
            chosen = np.flatnonzero(unique[:, 0] == first)
            rows[chosen] = self._of_member(self.values[int(first)], unique[chosen, 1], seconds, turn)
        return rows, row.reshape(-1).astype(np.int64)

    def _of_member(self, values: Any, columns: Any, seconds: Any, turn: float) -> Any:
        if self.longitude is None:
            west = (columns + 180.0) % 360.0 - 180.0
            return self._recurrent(seconds - west[:, None] / turn, values)
        facing = self.earth_longitude + columns - turn * seconds[0]
        if self.seconds is None:
            from ._upwind_kernels import turning_inflow

            out = np.empty((columns.size, seconds.size))
            step = float(seconds[1] - seconds[0])
            turning_inflow(self.longitude, np.ascontiguousarray(values), facing, turn * step, out)
            return out
        at = (self.earth_longitude + columns[:, None] - turn * seconds) % 360.0
        closed = np.concatenate([self.longitude, [self.longitude[0] + 360.0]])
        place = np.where(at < closed[0], at + 360.0, at)
        low = np.clip(np.searchsorted(closed, place, side="right") - 1, 0, self.longitude.size - 1)
        part = (place - closed[low]) / (closed[low + 1] - closed[low])
        high = (low + 1) % self.longitude.size
        when = np.interp(seconds, self.seconds, np.arange(self.seconds.size))
        early = np.minimum(when.astype(int), self.seconds.size - 1)
        late = np.minimum(early + 1, self.seconds.size - 1)
        ahead = when - early
        before = (1.0 - part) * values[early, low] + part * values[early, high]
        after = (1.0 - part) * values[late, low] + part * values[late, high]
        return (1.0 - ahead) * before + ahead * after

    def _recurrent(self, seconds: Any, values: Any) -> Any:
        """A series that recurs with the rotation outside its ends where it can, and else holds them."""
        first, last = self.seconds[0], self.seconds[-1]  # type: ignore[index]
        late = seconds - self.period * np.ceil((seconds - last) / self.period)
        early = seconds + self.period * np.ceil((first - seconds) / self.period)
        at = np.where((seconds > last) & (late >= first), late, seconds)
        at = np.where((seconds < first) & (early <= last), early, at)
        return np.interp(at, self.seconds, values)  # type: ignore[arg-type]


_FIELDS = ("speed", "longitude", "latitude", "half_width", "height", "thickness", "duration")


def _members(boundary: Any, cmes: Sequence[ConeCME]) -> int:
    """Number of members that an ensemble has."""
    sizes = {np.size(getattr(cme, field)) for cme in cmes for field in ("launch", *_FIELDS)}
    if isinstance(boundary, xr.DataArray) and "member" in boundary.dims:
        sizes.add(boundary.sizes["member"])
    sizes -= {1}
    if len(sizes) > 1 or 0 in sizes:
        raise InputError(f"ensemble: the inputs have different numbers of members: {sorted(sizes)}")
    return sizes.pop() if sizes else 1


class _Cones:
    """The mass ejections of a run, one row a mass ejection and one column a member."""

    def __init__(self, cmes: Sequence[ConeCME], start: np.datetime64, members: int, wind: UpwindWind) -> None:
        self.wind = wind
        self.labels = _labels(cmes)
        self.launch = np.empty((len(cmes), members))
        self.fields = {name: np.empty((len(cmes), members)) for name in _FIELDS}
        for n, cme in enumerate(cmes):
            try:
                self.launch[n] = _seconds_after(start, cme.launch)
                for name in _FIELDS:
                    value = getattr(cme, name)
                    self.fields[name][n] = math.nan if value is None else value
            except (TypeError, ValueError) as error:
                if isinstance(error, InputError):
                    raise
                raise InputError(f"mass ejection {self.labels[n]!r}: {error}") from error
            self._check(n, cme)

    def _check(self, n: int, cme: ConeCME) -> None:
        wind = self.wind
        field = {name: values[n] for name, values in self.fields.items()}
        far = f"must lie between 1 R_sun and the outer boundary at {wind.outer:g}"
        rules = {
            "launch": (np.isfinite(self.launch[n]), "must be a time"),
            "speed": ((field["speed"] > 0.0) & np.isfinite(field["speed"]), "must be positive"),
            "longitude": (np.isfinite(field["longitude"]), "must be a number"),
            "latitude": (np.abs(field["latitude"]) <= 90.0, "must lie within 90 deg"),
            "half_width": ((field["half_width"] > 0.0) & (field["half_width"] < 90.0), "must lie between 0 and 90 deg"),
            "height": ((field["height"] >= 1.0) & (field["height"] < wind.outer), far),
            "thickness": ((field["thickness"] >= 0.0) & np.isfinite(field["thickness"]), "must not be negative"),
            "duration": (np.full(1, cme.duration is None) | (field["duration"] > 0.0), "must be positive, or None"),
        }
        for name, (good, rule) in rules.items():
            if not np.all(good):
                raise InputError(f"mass ejection {self.labels[n]!r}: its {name} {rule}")

    def crossings(self, columns: Any, member: Any) -> tuple[Any, Any, Any]:
        """When each mass ejection enters and leaves each column's inner boundary (s), and its speed (km/s).

        The sphere that the cone holds at the boundary is cut by the boundary in a growing and shrinking circle: a
        direction at the angle a from the axis is inside while the height of the nose above the boundary lies within
        R + thickness / 2 -+ (thickness / 2 + sqrt(R^2 - (r tan a)^2)).
        """
        fields = {name: values[:, member].T for name, values in self.fields.items()}
        inner = self.wind.inner
        plane, axis = np.radians(self.wind.latitude), np.radians(fields["latitude"])
        apart = np.radians(columns[:, None] - fields["longitude"])
        # The half chord keeps its digits for small angles, where the cosine does not.
        chord = np.sin((plane - axis) / 2) ** 2 + np.cos(plane) * np.cos(axis) * np.sin(apart / 2) ** 2
        angle = 2.0 * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
        half_width = np.radians(fields["half_width"])
        sphere = inner * np.tan(half_width)
        inside = angle <= half_width
        half = np.sqrt(np.maximum(sphere**2 - (inner * np.tan(np.where(inside, angle, 0.0))) ** 2, 0.0))
        length = 2.0 * sphere + fields["thickness"]
        passing = np.where(np.isnan(fields["duration"]), length * _KM / fields["speed"], fields["duration"] * 3600.0)
        nose = self.launch[:, member].T + (inner - fields["height"]) * _KM / fields["speed"]
        enter = nose + passing * (sphere - half) / length
        leave = nose + passing * (sphere + fields["thickness"] + half) / length
        missed = np.where(inside, 0.0, np.inf)
        return enter + missed, leave + missed, np.ascontiguousarray(fields["speed"])


def _labels(cmes: Sequence[ConeCME]) -> list[str]:
    """A name of its own for each mass ejection."""
    labels: list[str] = []
    for n, cme in enumerate(cmes, 1):
        if not isinstance(cme, ConeCME):
            raise InputError(f"cmes: expected ConeCME, got {type(cme).__name__}")
        name = cme.label or str(n)
        labels.append(name if name not in labels else f"{name} ({n})")
    return labels


def _seconds_after(start: np.datetime64, launch: Any) -> Any:
    values = np.asarray(launch)
    if values.dtype.kind in "fiu":
        return values * 3600.0
    seconds = (to_datetime64(launch, "launch") - start) / np.timedelta64(1, "s")
    return np.where(np.isnat(to_datetime64(launch, "launch")), np.nan, seconds)


class _Run:
    """One call of the model: its steps, its inputs on them, and the labels of its results."""

    def __init__(
        self, wind: UpwindWind, start: np.datetime64, duration: float, save_every: float, cmes: Any, members: int
    ) -> None:
        if not (duration > 0.0 and save_every > 0.0):
            raise InputError("duration and save_every must be positive, in hours")
        self.wind, self.start, self.members = wind, start, members
        self.cones = _Cones(cmes, start, members, wind)
        radius = wind.radius
        self.gain = _gain(radius)
        if wind.scheme == "upwind":
            width = np.diff(_stretched(radius), prepend=0.0)
            width[0] = width[1]
        else:
            width = _stretched(radius + 0.5 * wind.dr) - _stretched(radius - 0.5 * wind.dr)
        self.width = width * _KM
        self.half_cell = float(_stretched(wind.inner + 0.5 * wind.dr) - _stretched(wind.inner)) * _KM
        self.save_seconds, self.saved = save_every * 3600.0, math.ceil(duration / save_every - 1e-9) + 1

    def prepare(self, boundary: _Boundary, columns: Any, member: Any) -> None:
        """Choose the step in time and the time before the start, and put the inputs on the steps."""
        wind = self.wind
        enter, leave, speed = self.cones.crossings(columns, member)
        fastest = max(float(boundary.values.max()), float(speed.max(initial=0.0))) / self.gain[0]
        limit = min(wind.dr * _KM / wind.v_max, self.width.min() / fastest)
        self.stride = math.ceil(self.save_seconds / limit * (1.0 - 1e-12))
        self.dt = self.save_seconds / self.stride
        spin_up = 0.0
        if not boundary.is_steady:
            path = float(_stretched(wind.outer) - _stretched(wind.inner)) * _KM
            spin_up = _SPIN_UP * path * self.gain[0] / float(boundary.values.min())
        earliest = float(enter.min(initial=np.inf))
        if earliest < -_LONGEST_SPIN_UP * _DAY:
            worst = self.cones.labels[int(np.argmin(np.min(enter, axis=0)))]
            raise InputError(
                f"mass ejection {worst!r} passes the inner boundary {-earliest / _DAY:.0f} days before the start; "
                "leave it out or start earlier"
            )
        self.before = math.ceil(max(spin_up, -earliest) / self.dt) + 1
        self.steps = self.before + (self.saved - 1) * self.stride + 1
        self.seconds = (np.arange(self.steps) - self.before) * self.dt
        self.enter, self.leave = enter / self.dt + self.before, leave / self.dt + self.before
        self.cme_speed = speed / self.gain[0]
        rows, self.row = boundary.rows(columns, member, self.seconds)
        self.rows = rows / self.gain[0]

    def at(self, seconds: NDArray[np.float64]) -> NDArray[np.datetime64]:
        """Times in UTC; not a time where there is none."""
        held = np.isfinite(seconds)
        nanoseconds = np.where(held, np.rint(np.where(held, seconds, 0.0) * 1e9), 0.0).astype(np.int64)
        return np.where(held, self.start + nanoseconds.astype("timedelta64[ns]"), np.datetime64("NaT", "ns"))

    def positions(self, observers: Any) -> tuple[Any, Any]:
        """Radius (R_sun) and longitude (deg) of each observer on every step."""
        known = np.arange(math.floor(self.seconds[0] / 3600.0), math.ceil(self.seconds[-1] / 3600.0) + 1) * 3600.0
        radius, longitude = np.full((2, len(observers), self.steps), np.nan)
        for b, place in enumerate(observers.values()):
            far, west = (np.broadcast_to(np.asarray(part, float), known.shape) for part in place(self.at(known)))
            held = np.isfinite(far) & np.isfinite(west)  # the track of a spacecraft may be shorter than the run
            if held.any():
                turned = np.unwrap(west[held], period=360.0)
                radius[b] = np.interp(self.seconds, known[held], far[held], np.nan, np.nan)
                longitude[b] = np.interp(self.seconds, known[held], turned, np.nan, np.nan)
        return radius, longitude

    def march(self, radius: Any, watch: Any, early: bool, progress: Any) -> tuple[Any, ...]:
        """Run every column; returns frames, fronts, series, arrivals (in steps) and the speeds there."""
        from sunearth.numerics.threads import spread

        from . import _upwind_kernels as kernels

        count, cmes = self.enter.shape
        saved = 0 if early else self.saved
        frames = np.empty((count, saved, self.width.size))
        fronts = np.empty((count, cmes, 2, saved))
        series = np.full((count, radius.shape[0], saved), np.nan)
        arrival, arrival_speed = np.full((2, count, cmes, radius.shape[0]), np.nan)
        body = (radius - self.wind.inner) / self.wind.dr
        ratio, half_cell = self.dt / self.width, self.half_cell / self.dt
        scheme = SCHEMES.index(self.wind.scheme)
        done, lock = [0], threading.Lock()

        def some(begin: int, end: int) -> None:
            kernels.columns(
                begin, end, scheme, ratio, self.gain, half_cell, self.dt / (self.wind.dr * _KM), self.before,
                self.stride, self.rows, self.row, self.enter, self.leave, self.cme_speed, body, watch, early, frames,
                fronts, series, arrival, arrival_speed,
            )  # fmt: skip
            if progress is not None:
                with lock:
                    done[0] += end - begin
                    progress("solar wind", done[0], count)

        spread(some, count)
        return frames, fronts, series, arrival, arrival_speed

    def field(self, boundary: _Boundary, observers: Any, progress: Any) -> xr.Dataset:
        """The wind everywhere at the saved times, the fronts in it and what observers see."""
        columns = self.wind.columns
        if boundary.values.shape[0] > 1:
            raise InputError("boundary: several members; use UpwindWind.ensemble")
        self.prepare(boundary, columns, np.zeros(columns.size, int))
        radius, longitude = self.positions(observers)
        low, high, weight, held = _on_meridians(longitude, columns)
        watch = np.zeros((len(observers), columns.size), bool)
        for b in range(len(observers)):
            watch[b, low[b][held[b]]] = True
            watch[b, high[b][held[b] & (weight[b] > 0.0)]] = True
        frames, fronts, series, arrival, speed = self.march(radius, watch, False, progress)
        saved = self.before + np.arange(self.saved) * self.stride
        seen = np.full((len(observers), self.saved), np.nan)
        for b in range(len(observers)):
            one, other, part = (given[b, saved] for given in (low, high, weight))
            steps = np.arange(self.saved)
            near, far = series[one, b, steps], series[other, b, steps]
            seen[b] = np.where(held[b, saved], np.where(part > 0.0, (1.0 - part) * near + part * far, near), np.nan)
        when, fast = np.full((2, len(self.cones.labels), len(observers)), np.nan)
        for n in range(when.shape[0]):
            for b in range(when.shape[1]):
                when[n, b], fast[n, b] = self._meeting(
                    arrival[:, n, b], speed[:, n, b], low[b], high[b], weight[b], held[b]
                )
        edges = (fronts * self.wind.dr + self.wind.inner).transpose(1, 2, 3, 0)
        variables = {
            "speed": (("time", "radius", "longitude"), frames.transpose(1, 2, 0), "km/s", "Speed of the solar wind"),
            "leading_edge": (
                ("cme", "time", "longitude"), edges[:, 0], "R_sun", "Distance of the front of a mass ejection",
            ),
            "trailing_edge": (
                ("cme", "time", "longitude"), edges[:, 1], "R_sun", "Distance of the rear of a mass ejection",
            ),
            "observer_speed": (("observer", "time"), seen, "km/s", "Speed of the solar wind at an observer"),
            "observer_radius": (("observer", "time"), radius[:, saved], "R_sun", "Distance of an observer"),
            "observer_longitude": (
                ("observer", "time"), longitude[:, saved], "deg", "Longitude of an observer west of the Earth",
            ),
            "arrival_speed": (("cme", "observer"), fast, "km/s", "Speed of the wind in an arriving front"),
        }  # fmt: skip
        result = xr.Dataset(
            {name: (dims, data, self._attrs(unit, title)) for name, (dims, data, unit, title) in variables.items()},
            coords={
                "time": self.at(self.seconds[saved]),
                "radius": ("radius", self.wind.radius, {"units": "R_sun", "long_name": "Distance from the Sun"}),
                "longitude": (
                    "longitude", columns, {"units": "deg", "long_name": "Longitude west of the Earth (HEEQ)"},
                ),
                "cme": self.cones.labels,
                "observer": list(observers),
            },
            attrs=self._about(),
        )  # fmt: skip
        result["arrival_time"] = (("cme", "observer"), self.at(self._seconds(when)), self._named("Arrival of a front"))
        result["launch_time"] = ("cme", self.at(self.cones.launch[:, 0]), self._named("Launch of a mass ejection"))
        return result

    def ensemble(self, boundary: _Boundary, observers: Any, progress: Any) -> xr.Dataset:
        """Arrivals of every mass ejection of every member at every observer."""
        count = len(observers)
        columns = np.zeros(self.members * count)
        member = np.repeat(np.arange(self.members), count)
        middle = self.at(np.array([0.5, 0.5]) * (self.saved - 1) * self.save_seconds)
        meridians = np.array([float(np.asarray(place(middle)[1], float).flat[0]) for place in observers.values()])
        columns = np.tile(meridians, self.members)
        self.prepare(boundary, columns, member)
        radius, _ = self.positions(observers)
        watch = np.tile(np.eye(count, dtype=bool), (1, self.members))
        *_, arrival, speed = self.march(radius, watch, True, progress)
        own = np.arange(count)
        shape = (self.members, count, len(self.cones.labels), count)
        when = arrival.reshape(shape)[:, own, :, own].transpose(1, 2, 0)
        fast = speed.reshape(shape)[:, own, :, own].transpose(1, 2, 0)
        dims = ("member", "cme", "observer")
        return xr.Dataset(
            {
                "arrival_time": (dims, self.at(self._seconds(when)), self._named("Arrival of a front")),
                "arrival_speed": (dims, fast, self._attrs("km/s", "Speed of the wind in an arriving front")),
                "launch_time": (
                    ("cme", "member"), self.at(self.cones.launch), self._named("Launch of a mass ejection"),
                ),
            },
            coords={"cme": self.cones.labels, "observer": list(observers)},
            attrs=self._about(),
        )  # fmt: skip

    def _meeting(self, when: Any, speed: Any, low: Any, high: Any, weight: Any, held: Any) -> tuple[float, float]:
        """Step at which a front meets an observer who moves between columns, and its speed there."""
        if np.all(np.isnan(when)):
            return math.nan, math.nan
        # The crossing times of the observer's distance are known on the columns; find the one at its longitude then.
        step = float(np.nanmin(when))
        for _ in range(10):
            k = min(max(round(step), 0), self.steps - 1)
            if not held[k]:
                return math.nan, math.nan
            before, step = step, float(_between(when, low[k], high[k], weight[k]))
            if math.isnan(step):
                return math.nan, math.nan
            if abs(step - before) < 1e-6:
                break
        return step, float(_between(speed, low[k], high[k], weight[k]))

    def _seconds(self, step: Any) -> Any:
        return (step - self.before) * self.dt

    def _named(self, title: str) -> dict[str, str]:
        return {"long_name": title, "references": _CITE}

    def _attrs(self, unit: str, title: str) -> dict[str, str]:
        return {"units": unit, **self._named(title)}

    def _about(self) -> dict[str, Any]:
        return {"frame": "HEEQ", "scheme": self.wind.scheme, "time_step": f"{self.dt:.1f} s", "references": _CITE}


def _planet(name: str, moments: NDArray[np.datetime64]) -> tuple[Any, Any]:
    """Distance (R_sun) and longitude west of the Earth (deg) of a planet."""
    from sunearth.sun.rotation import planet_position

    position = planet_position(name, moments)
    return position.radius * EARTH_DISTANCE, position.longitude
