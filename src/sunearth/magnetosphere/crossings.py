"""Crossings of magnetopause and bow shock: predicted along an orbit, found in a series, and taken apart."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import BOLTZMANN, ELEMENTARY_CHARGE, PROTON_MASS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import km, km_s, mA_m, nA_m2, nT, s
from sunearth.heliosphere.shock_normals import DeHoffmannTeller, de_hoffmann_teller, minimum_variance

from ._event_series import (
    Boundary,
    Floats,
    ascending_times,
    boundary_function,
    boundary_name,
    boundary_unit,
    changes_of_side,
    driver_rows,
    event_table,
    in_unit,
    interpolated,
    nanoseconds,
    plain_times,
)

if TYPE_CHECKING:
    import xarray as xr

EARTH_ORBITAL_SPEED = 29.78
"""km/s, with which the Earth moves across the flow of the wind."""
REGIONS = ("unknown", "wind", "sheath", "magnetosphere")
"""What the numbers of :func:`classify_regions` mean."""


@model(cite="Sonnerup and Cahill 1967, J. Geophys. Res. 72, 171", valid={"duration": (0.1, 1e4), "v_n": (0.1, 500.0)})
def layer_thickness(duration: s, v_n: km_s) -> km:
    """Thickness of a layer that passes a spacecraft.

    Parameters
    ----------
    duration : float or array, s
        How long the layer takes to pass.
    v_n : float or array, km/s
        Its speed along its normal, seen from the spacecraft; the sign does not matter.

    Returns
    -------
    thickness : float or array, km
        Speed times duration.

    Notes
    -----
    The speed is the normal component of the de Hoffmann-Teller velocity (:func:`walen_test`) or comes from the timing
    of several spacecraft. Magnetopauses are some hundred to about a thousand kilometres thick, several gyroradii of a
    sheath ion; a thickness of one kilometre, given in some texts, is not observed.

    Examples
    --------
    >>> float(layer_thickness(20.0, -40.0))
    800.0
    """
    return duration * abs(v_n)


@model(cite="Sonnerup and Cahill 1967, J. Geophys. Res. 72, 171", valid={"thickness": (1.0, 1e4)}, even=("jump",))
def layer_current_density(jump: nT, thickness: km) -> nA_m2:
    """Mean current density of a layer across which the tangential field changes.

    Parameters
    ----------
    jump : float or array, nT
        Magnitude of the change of the tangential field, as a vector, from one side to the other.
    thickness : float or array, km
        Thickness of the layer.

    Returns
    -------
    current : float or array, nA/m^2
        Change of the field over mu_0 times the thickness, never negative.

    Examples
    --------
    >>> float(layer_current_density(60.0, 800.0).round(1))
    59.7
    """
    return abs(jump) * 1e-9 / (VACUUM_PERMEABILITY * thickness * 1e3) * 1e9


@model(cite="Sonnerup and Cahill 1967, J. Geophys. Res. 72, 171", even=("jump",))
def layer_sheet_current(jump: nT) -> mA_m:
    """Current of a layer per metre of its width.

    Parameters
    ----------
    jump : float or array, nT
        Magnitude of the change of the tangential field across it.

    Returns
    -------
    current : float or array, mA/m
        Change of the field over mu_0, never negative.

    Examples
    --------
    >>> float(layer_sheet_current(60.0).round(1))
    47.7
    """
    return abs(jump) * 1e-9 / VACUUM_PERMEABILITY * 1e3


# The place relative to a model boundary, and the crossings that an orbit should make.


def boundary_depth(
    x: Any,
    y: Any,
    z: Any,
    drivers: Mapping[str, Any],
    boundary: Boundary = "magnetosphere.magnetopause.shue_1998",
    aberrated: bool = False,
) -> Any:
    """Return how far inside a model boundary a place lies, along the ray from the Earth's centre.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Place, GSM.
    drivers : mapping or Dataset
        The inputs that the boundary needs besides theta and phi, by name (``p_dyn``, ``b_z``, ``mach_ms`` ...), of
        shapes that broadcast with the place.
    boundary : str or callable
        A model of the package by name, or a function whose arguments are among theta (angle from the Sun-Earth line,
        rad), phi (azimuth about it from +y to +z, rad) and the drivers, which returns the distance in R_E.
    aberrated : bool
        Measure the angles from the direction that a radial wind of ``drivers["speed"]`` comes from in the Earth's
        frame, which moves across it with 29.78 km/s: turned about the z axis, by 4 degrees for 425 km/s.

    Returns
    -------
    float or array
        Distance of the boundary on the ray minus distance of the place, R_E: positive inside.

    Raises
    ------
    InputError
        If the boundary needs an input that is not given, or has no shape.

    Examples
    --------
    >>> float(boundary_depth(9.0, 0.0, 0.0, {"p_dyn": 2.0, "b_z": 0.0}).round(2))
    1.25
    """
    x, y, z = (in_unit(value, "R_E", name) for name, value in (("x", x), ("y", y), ("z", z)))
    if aberrated:
        if "speed" not in drivers:
            raise InputError("the aberration of the wind needs its speed: give drivers['speed'] in km/s")
        angle = np.arctan(EARTH_ORBITAL_SPEED / in_unit(drivers["speed"], "km/s", "drivers: speed"))
        x, y = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    distance = np.sqrt(x**2 + y**2 + z**2)
    shape, names = boundary_function(boundary)
    geometry = {"theta": np.arctan2(np.hypot(y, z), x), "phi": np.arctan2(z, y)}
    inputs = {}
    for name, required in names.items():
        if name in geometry:
            inputs[name] = geometry[name]
        elif name in drivers:
            inputs[name] = in_unit(drivers[name], boundary_unit(boundary, name), f"drivers: {name}")
        elif required:
            raise InputError(f"{boundary_name(boundary)} needs {name}, which is not among the drivers")
    with np.errstate(all="ignore"):
        return (np.asarray(shape(**inputs)) - distance)[()]


def inside(
    x: Any,
    y: Any,
    z: Any,
    drivers: Mapping[str, Any],
    boundary: Boundary = "magnetosphere.magnetopause.shue_1998",
    aberrated: bool = False,
) -> Any:
    """Return whether a place lies inside a model boundary.

    Parameters
    ----------
    x, y, z, drivers, boundary, aberrated
        As for :func:`boundary_depth`.

    Returns
    -------
    bool or array of bool
        False also where it is unknown.

    Examples
    --------
    >>> inside([9.0, 12.0, float("nan")], 0.0, 0.0, {"p_dyn": 2.0, "b_z": 0.0}).tolist()
    [True, False, False]
    """
    return boundary_depth(x, y, z, drivers, boundary, aberrated) > 0


def predict_crossings(
    orbit: Mapping[str, Any],
    drivers: Mapping[str, Any],
    boundary: Boundary = "magnetosphere.magnetopause.shue_1998",
    aberrated: bool = False,
    cadence: Any = None,
    longest_gap: Any = "30min",
) -> xr.Dataset:
    """Predict when and where an orbit crosses a model boundary that moves with the wind.

    Parameters
    ----------
    orbit : mapping or Dataset
        ``time`` and, along it, ``x``, ``y`` and ``z`` (R_E, GSM).
    drivers : mapping or Dataset
        Its own ``time`` and, along it, the inputs of the boundary; single numbers stay constant.
    boundary : str or callable
        As for :func:`boundary_depth`.
    aberrated : bool
        As for :func:`boundary_depth`.
    cadence : timedelta64 or str, optional
        Look at least this often, such as ``"1min"``; by default at every time of orbit and drivers.
    longest_gap : timedelta64 or str
        Interpolate over unknown orbit or drivers up to this long. What happens in longer gaps is not known, and
        a change of side from one end to the other is not reported.

    Returns
    -------
    xarray.Dataset
        Along ``crossing``: ``time``, ``sense`` ("in" where the spacecraft gets inside, else "out"), ``x``, ``y``,
        ``z``, ``distance`` and ``theta``, in the order of time.

    Raises
    ------
    InputError
        If times do not ascend, something is missing, or orbit and drivers do not overlap.

    Notes
    -----
    The orbit is interpolated by a cubic spline and the drivers linearly; the side is looked at from time to time and
    each change of it is narrowed down by bisection to a millisecond. An orbit that touches the boundary without
    passing it does not cross. A spacecraft seldom sees one crossing where one is predicted: the boundary rocks to and
    fro faster than it follows the wind that is known.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(13) * np.timedelta64(5, "m")
    >>> orbit = {"time": time, "x": np.linspace(9.0, 12.0, 13), "y": np.zeros(13), "z": np.zeros(13)}
    >>> found = predict_crossings(orbit, {"time": time, "p_dyn": np.full(13, 2.0), "b_z": 0.0})
    >>> str(found.time.values[0])[:16], str(found.sense.values[0]), round(float(found.x[0]), 2)
    ('2015-03-17T00:25', 'out', 10.25)
    """
    gap = nanoseconds(longest_gap, "longest_gap")
    when, place = driver_rows(orbit, dict.fromkeys("xyz", "R_E"), "orbit")
    names = [name for name in boundary_function(boundary)[1] if name not in ("theta", "phi") and name in drivers]
    if aberrated and "speed" in drivers and "speed" not in names:
        names.append("speed")
    units = {name: "km/s" if name == "speed" else boundary_unit(boundary, name) for name in names}
    driven, wind = driver_rows(drivers, units, "drivers")
    begin, end = max(when[0], driven[0]), min(when[-1], driven[-1])
    if begin > end:
        raise InputError("orbit and drivers do not overlap in time")
    looked = [when, driven]
    if cadence is not None:
        looked.append(np.append(np.arange(begin, end, max(nanoseconds(cadence, "cadence"), 1)), end))
    times = np.unique(np.concatenate(looked))
    times = times[(times >= begin) & (times <= end)]

    def depth(at: NDArray[np.int64]) -> Floats:
        x, y, z = (interpolated(at, when, row, gap, smooth=True) for row in place)
        state = {name: interpolated(at, driven, row, gap) for name, row in zip(names, wind, strict=True)}
        return np.asarray(boundary_depth(x, y, z, state, boundary, aberrated))

    before, after, inward = changes_of_side(times, depth(times), gap)
    for _ in range(64):
        middle = before + (after - before) // 2
        if not before.size or np.max(after - before) <= 1_000_000:
            break
        known = depth(middle)
        passed = np.where(inward, known > 0, known < 0)
        before, after = np.where(passed, before, middle), np.where(passed, middle, after)
    middle = before + (after - before) // 2
    x, y, z = (interpolated(middle, when, row, gap, smooth=True) for row in place)
    columns = {
        "time": (middle.astype("datetime64[ns]"), None, "Time of the crossing"),
        "sense": (np.where(inward, "in", "out"), None, "Whether the spacecraft gets inside or outside"),
        "x": (x, "R_E", "Sunward position, GSM"),
        "y": (y, "R_E", "Duskward position, GSM"),
        "z": (z, "R_E", "Northward position, GSM"),
        "distance": (np.sqrt(x**2 + y**2 + z**2), "R_E", "Geocentric distance"),
        "theta": (np.arctan2(np.hypot(y, z), x), "rad", "Angle from the Sun-Earth line"),
    }
    return event_table(columns, boundary=boundary_name(boundary))


class BoundaryScore(NamedTuple):
    """How far a model boundary lies from observed crossings, R_E; a positive mean says that it lies too close."""

    n: int
    mean: float
    mae: float
    rms: float


def score_boundary(
    x: Any,
    y: Any,
    z: Any,
    drivers: Mapping[str, Any],
    boundary: Boundary = "magnetosphere.magnetopause.shue_1998",
    aberrated: bool = False,
) -> BoundaryScore:
    """Return how far observed crossings lie from a model boundary, along the rays from the Earth's centre.

    Parameters
    ----------
    x, y, z : array, R_E
        Places of observed crossings, GSM.
    drivers : mapping or Dataset
        State of the wind at each.
    boundary, aberrated
        As for :func:`boundary_depth`.

    Returns
    -------
    n : int
        Crossings that could be compared.
    mean, mae, rms : float
        Mean, mean magnitude and root mean square of modelled minus observed distance at the same angles, R_E; NaN
        where nothing could be compared.

    Examples
    --------
    >>> score = score_boundary([10.0, 11.0], 0.0, 0.0, {}, lambda theta: 10.4 + 0.0 * theta)
    >>> score.n, round(score.mean, 3), round(score.mae, 3)
    (2, -0.1, 0.5)
    """
    error = np.ravel(boundary_depth(x, y, z, drivers, boundary, aberrated))
    error = error[np.isfinite(error)]
    if error.size == 0:
        return BoundaryScore(0, np.nan, np.nan, np.nan)
    return BoundaryScore(
        error.size, float(error.mean()), float(np.abs(error).mean()), float(np.sqrt((error**2).mean()))
    )


class CrossingMatch(NamedTuple):
    """How predicted crossings agree with observed ones."""

    hits: int
    misses: int
    false_alarms: int
    probability_of_detection: float
    false_alarm_ratio: float
    mean_lag: float
    rms_lag: float


def match_crossings(predicted: Any, observed: Any, window: Any = "30min") -> CrossingMatch:
    """Pair predicted with observed crossings, each at most once, as many as lie within a window of each other.

    Parameters
    ----------
    predicted, observed : datetime64 array
        Times of the crossings, in any order.
    window : timedelta64 or str
        The largest difference that counts as a hit.

    Returns
    -------
    hits, misses, false_alarms : int
        Pairs, observed crossings without partner, predicted ones without partner.
    probability_of_detection, false_alarm_ratio : float
        Hits over observed, false alarms over predicted; NaN where there are none.
    mean_lag, rms_lag : float
        Of predicted minus observed time of the hits, s.

    Notes
    -----
    Going through both lists in the order of time and pairing the earliest that fit gives the most pairs that there
    can be, though not always the nearest.

    Examples
    --------
    >>> match_crossings(["2015-03-17T10:00", "2015-03-17T20:00"], ["2015-03-17T10:10"]).hits
    1
    """
    half = nanoseconds(window, "window")
    first, second = (
        np.sort(np.atleast_1d(plain_times(t, name))) for t, name in ((predicted, "predicted"), (observed, "observed"))
    )
    lags, i, j = [], 0, 0
    while i < first.size and j < second.size:
        lag = int(first[i] - second[j])
        if abs(lag) <= half:
            lags.append(lag * 1e-9)
            i, j = i + 1, j + 1
        elif lag < 0:
            i += 1
        else:
            j += 1
    hits = len(lags)
    away = np.array(lags)
    return CrossingMatch(
        hits,
        second.size - hits,
        first.size - hits,
        hits / second.size if second.size else np.nan,
        1 - hits / first.size if first.size else np.nan,
        float(away.mean()) if hits else np.nan,
        float(np.sqrt((away**2).mean())) if hits else np.nan,
    )


# Crossings found in what a spacecraft measures.


def classify_regions(
    b: Any,
    n_p: Any,
    v: Any,
    t_p: Any,
    supersonic: float = 4.0,
    entropy: float = 500.0,
    low_beta: float = 0.02,
) -> NDArray[np.int64]:
    """Tell solar wind, magnetosheath and magnetosphere from field and ions alone.

    Parameters
    ----------
    b : array (..., 3), nT
        Field.
    n_p : array, cm^-3
        Density of the ions.
    v : array (..., 3), km/s
        Velocity.
    t_p : array, K
        Temperature of the ions.
    supersonic : float
        Speed over the sound speed of the ions from which on it is wind.
    entropy : float, eV cm^2
        T / n^(2/3) of slower plasma from which on it belongs to the magnetosphere.
    low_beta : float
        Pressure of the ions over that of the field below which slower plasma belongs to the magnetosphere as well:
        the cold plasma of plasmasphere and lobes.

    Returns
    -------
    array of int
        Indices into ``REGIONS``: 0 unknown (something is not finite), 1 wind, 2 sheath, 3 magnetosphere.

    Notes
    -----
    Wind has Mach numbers near 10, the sheath below 3 even on its flanks. The sheath has some 20 to 200 eV cm^2, plasma
    that came from the sheet several thousand; boundary layers lie between, and the threshold decides about them. The
    values are choices of this package, made where the distributions are empty; instruments that see the cold wind
    too hot need a lower Mach number.

    Examples
    --------
    >>> b, v = [[5.0, 0, 0], [20.0, 0, 0], [60.0, 0, 0]], [[-400.0, 0, 0], [-120.0, 0, 0], [10.0, 0, 0]]
    >>> classify_regions(b, [5.0, 20.0, 0.5], v, [1e5, 2e6, 4e7]).tolist()
    [1, 2, 3]
    """
    b, v = in_unit(b, "nT", "b"), in_unit(v, "km/s", "v")
    n_p, t_p = in_unit(n_p, "cm^-3", "n_p"), in_unit(t_p, "K", "t_p")
    if b.shape[-1:] != (3,) or v.shape[-1:] != (3,):
        raise InputError(f"field and velocity have three components in their last axis, got {b.shape} and {v.shape}")
    with np.errstate(all="ignore"):
        mach = np.sqrt((v**2).sum(axis=-1)) * 1e3 / np.sqrt(5 * BOLTZMANN * t_p / (3 * PROTON_MASS))
        specific = BOLTZMANN * t_p / ELEMENTARY_CHARGE / n_p ** (2 / 3)
        beta = n_p * 1e6 * BOLTZMANN * t_p * 2 * VACUUM_PERMEABILITY / ((b**2).sum(axis=-1) * 1e-18)
        known = np.isfinite(mach + specific) & (n_p > 0) & (t_p > 0) & np.isfinite(b).all(axis=-1)
    slow = np.where((specific >= entropy) | (beta < low_beta), 3, 2)
    return np.where(known, np.where(mach >= supersonic, 1, slow), 0)


def detect_crossings(
    time: Any,
    b: Any,
    n_p: Any,
    v: Any,
    t_p: Any,
    persistence: Any = "60s",
    longest_gap: Any = "10min",
    **thresholds: float,
) -> xr.Dataset:
    """Find the crossings of magnetopause and bow shock in a series, with their jumps.

    Parameters
    ----------
    time : datetime64 array (time,)
        Ascending times.
    b, n_p, v, t_p
        As for :func:`classify_regions`, along time.
    persistence : timedelta64 or str
        A stay in a region counts if it lasts at least this long; what is shorter belongs to the layer between.
    longest_gap : timedelta64 or str
        A change of region that is spread over more than this is not reported as a crossing.
    **thresholds
        Of :func:`classify_regions`.

    Returns
    -------
    xarray.Dataset
        Along ``crossing``: ``time`` (the middle of the layer), ``begin`` and ``end`` of the layer (the last time in
        the one region and the first in the other), ``kind`` ("magnetopause", "bow_shock", or "both" where the sheath
        between was not resolved), ``sense`` ("in" towards the Earth, else "out"), the ratios ``b_ratio``, ``n_ratio``
        and ``t_ratio`` of the side nearer the Earth over the other, ``rotation`` of the field in rad, and ``clear``:
        whether field strength changes by a fifth, density by a half, or the field turns by 45 degrees or more.

    Raises
    ------
    InputError
        If the times do not ascend or the shapes do not agree.

    Notes
    -----
    The sides are averaged over one `persistence` next to the layer.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(200) * np.timedelta64(3, "s")
    >>> sheath = np.arange(200) < 100
    >>> b = np.where(sheath[:, None], [0.0, 0.0, -20.0], [0.0, 0.0, 60.0])
    >>> v = np.where(sheath[:, None], [-100.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    >>> found = detect_crossings(time, b, np.where(sheath, 20.0, 0.5), v, np.where(sheath, 2e6, 4e7))
    >>> found.kind.values.tolist(), found.sense.values.tolist(), float(found.b_ratio[0])
    (['magnetopause'], ['in'], 3.0)
    """
    when = ascending_times(time, "time")
    b, v = in_unit(b, "nT", "b"), in_unit(v, "km/s", "v")
    n_p, t_p = (
        np.broadcast_to(in_unit(value, unit, name), when.shape)
        for name, value, unit in (("n_p", n_p, "cm^-3"), ("t_p", t_p, "K"))
    )
    if b.shape != (when.size, 3) or v.shape != (when.size, 3):
        raise InputError(f"field and velocity need the shape ({when.size}, 3), got {b.shape} and {v.shape}")
    least, gap = nanoseconds(persistence, "persistence"), nanoseconds(longest_gap, "longest_gap")
    stays = _stays(when, classify_regions(b, n_p, v, t_p, **thresholds), least, gap)
    rows = []
    for left, right in itertools.pairwise(stays):
        (before, _, last), (after, first, _) = left, right
        if before == after or when[first] - when[last] > gap:
            continue
        sides = [
            np.flatnonzero((when >= max(when[left[1]], when[last] - least)) & (when <= when[last])),
            np.flatnonzero((when >= when[first]) & (when <= min(when[right[2]], when[first] + least))),
        ]
        inward = after > before
        outer, inner = sides if inward else sides[::-1]
        rows.append((when[last], when[first], before + after, inward, *_jumps(b, n_p, t_p, outer, inner)))
    kinds = {3: "bow_shock", 5: "magnetopause", 4: "both"}  # by the sum of the two regions
    begin, end = (np.array([row[k] for row in rows], np.int64) for k in (0, 1))
    b_ratio, n_ratio, t_ratio, rotation = (np.array([row[k] for row in rows], np.float64) for k in (4, 5, 6, 7))
    clear = np.abs(np.log(b_ratio)) >= np.log(1.2)
    clear |= (np.abs(np.log(n_ratio)) >= np.log(1.5)) | (rotation >= np.pi / 4)
    columns = {
        "time": ((begin + (end - begin) // 2).astype("datetime64[ns]"), None, "Middle of the layer"),
        "begin": (begin.astype("datetime64[ns]"), None, "Last time in the region before"),
        "end": (end.astype("datetime64[ns]"), None, "First time in the region after"),
        "kind": (np.array([kinds[row[2]] for row in rows], np.str_), None, "Which boundary"),
        "sense": (np.array(["in" if row[3] else "out" for row in rows], np.str_), None, "Towards the Earth or away"),
        "b_ratio": (b_ratio, "1", "Field strength inside over outside"),
        "n_ratio": (n_ratio, "1", "Density inside over outside"),
        "t_ratio": (t_ratio, "1", "Temperature inside over outside"),
        "rotation": (rotation, "rad", "Angle between the mean fields on the two sides"),
        "clear": (clear, None, "Whether strength, density or direction of the field changes clearly"),
    }
    return event_table(columns)


# One crossing taken apart.


class BoundaryNormal(NamedTuple):
    """The axes of a layer by minimum variance, and how well they are known."""

    normal: Any
    frame: Any
    eigenvalues: Any
    ratio: Any
    error: Any
    normal_field: Any
    normal_field_error: Any


def boundary_normal(b: Any, outward: Any = (1.0, 0.0, 0.0), tangential: bool = False) -> BoundaryNormal:
    """Return the normal of a layer from the field measured through it, with its statistical error.

    Parameters
    ----------
    b : array (..., time, 3), nT
        Field through the layer; samples with NaN are left out.
    outward : array (..., 3)
        Any vector that points to the side that the normal shall point to, such as the position.
    tangential : bool
        Look for the direction of least variance among those along which the mean field vanishes, as it must at a
        tangential discontinuity.

    Returns
    -------
    normal : array (..., 3)
        Unit normal.
    frame : array (..., 3, 3)
        Rows L, M and N: N the normal, L along the greatest variance with L_z not negative (then with L_x, L_y),
        M = N x L, so that L, M, N are right-handed; ``b @ frame.T`` gives the components.
    eigenvalues : array (..., 3)
        Variances along L, M and N. With `tangential` that along N is not an eigenvalue but the variance that is left.
    ratio : array (...)
        Variance along M over that along N. Below about 4 the normal means little.
    error : array (..., 2)
        Standard angle in rad by which the normal may be turned towards L and towards M.
    normal_field, normal_field_error : array (...)
        Mean field along the normal and its standard error, nT.

    Notes
    -----
    The errors are those of Khrabrov and Sonnerup 1998, J. Geophys. Res. 103, 6641, for noise that is independent from
    sample to sample: with M samples the axes i and j are turned into each other by
    sqrt[l_n / (M - 1) * (l_i + l_j - l_n) / (l_i - l_j)^2]. Waves are not such noise, and real errors are larger. Those
    of the constrained normal are left out (NaN), except that its mean field is zero by construction.

    Examples
    --------
    >>> t = np.linspace(0.0, 2.5, 60)
    >>> found = boundary_normal(np.stack([3 + 0 * t, 30 * np.sin(t), 40 * np.cos(t)], axis=-1))
    >>> (found.normal + 0.0).round(6).tolist(), round(float(found.normal_field), 6)
    ([1.0, 0.0, 0.0], 3.0)
    """
    b = np.asarray(b, np.float64)
    outward = np.asarray(outward, np.float64)
    found = minimum_variance(b)
    count = np.isfinite(b).all(axis=-1).sum(axis=-1)
    axes, eigenvalues = found.axes[..., ::-1, :], found.eigenvalues[..., ::-1]
    mean = np.where(np.isfinite(b).all(axis=-1, keepdims=True), b, 0.0).sum(axis=-2) / np.maximum(count, 1)[..., None]
    if tangential:
        axes, eigenvalues = _constrained(axes, eigenvalues, mean)
    normal = axes[..., 2, :]
    normal = normal * np.where((normal * outward).sum(axis=-1, keepdims=True) < 0, -1.0, 1.0)
    greatest = axes[..., 0, :]
    # The sign of the component that comes first among those that are not almost zero.
    leading = np.where(np.abs(greatest[..., 2]) > 1e-9, greatest[..., 2], greatest[..., 0])
    leading = np.where(np.abs(leading) > 1e-9, leading, greatest[..., 1])
    greatest = greatest * np.where(leading < 0, -1.0, 1.0)[..., None]
    frame = np.stack([greatest, np.cross(normal, greatest), normal], axis=-2)
    with np.errstate(all="ignore"):
        high, low = eigenvalues[..., :2], eigenvalues[..., 2:]
        left = low / np.maximum(count - 1, 1)[..., None]
        # The normal itself is one of each pair, so that l_i + l_j - l_n is the other's variance.
        error = np.sqrt(left * high) / (high - low)
        along = (mean[..., None, :] * frame).sum(axis=-1)
        field_error = np.sqrt(left[..., 0] + ((error * along[..., :2]) ** 2).sum(axis=-1))
        ratio = eigenvalues[..., 1] / eigenvalues[..., 2]
    if tangential:
        error, field_error = np.full_like(error, np.nan), 0.0 * field_error
    normal_field = np.where(count >= 3, (mean * normal).sum(axis=-1), np.nan)
    return BoundaryNormal(normal, frame, eigenvalues, ratio[()], error, normal_field[()], field_error[()])


class WalenTest(NamedTuple):
    """How well the flow through a layer follows the Alfven velocity."""

    slope: Any
    correlation: Any
    intercept: Any
    quality: Any
    frame: DeHoffmannTeller


def alfven_velocity(b: Any, n_p: Any, anisotropy: Any = 0.0, ion_mass: float = 1.0) -> Any:
    """Return the Alfven velocity as a vector along the field.

    Parameters
    ----------
    b : array (..., 3), nT
        Field.
    n_p : array (...), cm^-3
        Density of the ions.
    anisotropy : array (...)
        mu_0 (p_parallel - p_perpendicular) / B^2; 1 is the firehose limit.
    ion_mass : float
        Mean mass of an ion in proton masses.

    Returns
    -------
    array (..., 3)
        B sqrt[(1 - anisotropy) / (mu_0 rho)], km/s; NaN beyond the firehose limit.

    Examples
    --------
    >>> alfven_velocity([0.0, 0.0, 50.0], 10.0).round(1).tolist()
    [0.0, 0.0, 344.9]
    """
    b, n_p, anisotropy = (np.asarray(value, np.float64) for value in (b, n_p, anisotropy))
    with np.errstate(all="ignore"):
        factor = np.sqrt((1 - anisotropy) / (VACUUM_PERMEABILITY * n_p * 1e6 * ion_mass * PROTON_MASS))
    return b * (1e-12 * factor[..., None])


def walen_test(v: Any, b: Any, n_p: Any, anisotropy: Any = 0.0, ion_mass: float = 1.0) -> WalenTest:
    """Test whether a layer is a rotational discontinuity.

    Parameters
    ----------
    v, b : array (..., time, 3), km/s and nT
        Velocity and field through the layer; samples with NaN are left out.
    n_p : array (..., time), cm^-3
        Density of the ions.
    anisotropy : array (..., time)
        mu_0 (p_parallel - p_perpendicular) / B^2.
    ion_mass : float
        Mean mass of an ion in proton masses.

    Returns
    -------
    slope : array (...)
        Of the flow in the de Hoffmann-Teller frame against the Alfven velocity, all components together: 1 where
        the plasma flows along the field through the layer, -1 where it flows against it, 0 at a tangential
        discontinuity.
    correlation : array (...)
        Of the same.
    intercept : array (...)
        Of the regression line, km/s.
    quality : array (...)
        From the jumps alone: 1 - |dV -+ dV_A| / (|dV| + |dV_A|) with the sign of the better of the two senses, between
        the means of the first and the last tenth of the series.
    frame : DeHoffmannTeller
        The frame, its velocity and how well it holds.

    Raises
    ------
    InputError
        If shapes do not agree.

    Notes
    -----
    On the dayside, with the normal pointing outward and plasma entering, a positive slope belongs to a normal field
    that points inward, as north of the X-line. The slope and its thresholds: Paschmann and Sonnerup 2008, ISSI Sci.
    Rep. SR-008, 65; the quality: Sonnerup et al. 2018, J. Geophys. Res. 123. Slopes of observed layers fall short of 1,
    the more so the more unseen heavy ions there are.

    Examples
    --------
    >>> t = np.linspace(0.0, 2.5, 60)
    >>> b = np.stack([3 + 0 * t, 30 * np.sin(t), 40 * np.cos(t)], axis=-1)
    >>> v = np.array([-20.0, 100.0, 30.0]) - alfven_velocity(b, np.full(60, 10.0))
    >>> found = walen_test(v, b, 10.0)
    >>> round(float(found.slope), 6), (found.frame.velocity + 0.0).round(3).tolist()
    (-1.0, [-20.0, 100.0, 30.0])
    """
    v, b = np.broadcast_arrays(np.asarray(v, np.float64), np.asarray(b, np.float64))
    if v.shape[-1:] != (3,) or v.ndim < 2:
        raise InputError(f"velocity and field need the shape (..., time, 3), got {v.shape}")
    for name, values in (("n_p", n_p), ("anisotropy", anisotropy)):
        if np.shape(values) and np.shape(values)[-1] not in (1, v.shape[-2]):
            raise InputError(f"{name} needs the shape (..., {v.shape[-2]}), got {np.shape(values)}")
    alfven = alfven_velocity(b, np.broadcast_to(np.asarray(n_p, np.float64), b.shape[:-1]), anisotropy, ion_mass)
    good = (np.isfinite(v) & np.isfinite(alfven)).all(axis=-1)
    v, b, alfven = (np.where(good[..., None], vector, np.nan) for vector in (v, b, alfven))
    frame = de_hoffmann_teller(v, b)
    flow = v - frame.velocity[..., None, :]
    weight = np.broadcast_to(good[..., None], v.shape)
    total = np.maximum(weight.sum(axis=(-2, -1)), 1)

    def mean(values: Any) -> Any:
        return np.where(weight, values, 0.0).sum(axis=(-2, -1)) / total

    with np.errstate(all="ignore"):
        m_flow, m_alfven = mean(flow), mean(alfven)
        d_flow, d_alfven = flow - m_flow[..., None, None], alfven - m_alfven[..., None, None]
        covariance, spread = mean(d_flow * d_alfven), mean(d_alfven**2)
        slope = covariance / spread
        correlation = covariance / np.sqrt(spread * mean(d_flow**2))
    return WalenTest(
        slope[()], correlation[()], (m_flow - slope * m_alfven)[()], _jump_quality(v, alfven, good)[()], frame
    )


# Steps of the functions above.


def _stays(when: Any, region: Any, least: int, gap: int) -> list[tuple[int, int, int]]:
    """Return the stays in known regions that last: region, first and last index; gaps within a stay are bridged."""
    known = np.flatnonzero(region > 0)
    runs: list[tuple[int, int, int]] = []
    for k in known:
        if runs and runs[-1][0] == region[k] and when[k] - when[runs[-1][2]] <= gap:
            runs[-1] = (runs[-1][0], runs[-1][1], int(k))
        else:
            runs.append((int(region[k]), int(k), int(k)))
    lasting = [run for run in runs if when[run[2]] - when[run[1]] >= least]
    merged: list[tuple[int, int, int]] = []
    for run in lasting:
        if merged and merged[-1][0] == run[0] and when[run[1]] - when[merged[-1][2]] <= gap:
            merged[-1] = (run[0], merged[-1][1], run[2])
        else:
            merged.append(run)
    return merged


def _jumps(b: Floats, n_p: Floats, t_p: Floats, outer: Any, inner: Any) -> tuple[float, float, float, float]:
    """Ratios of the means inside over outside, and the angle between the mean fields; unknown samples left out."""

    def mean(values: Floats, side: Any) -> Any:
        part = values[side]
        good = np.isfinite(part)
        return np.where(good, part, 0.0).sum(axis=0) / np.maximum(good.sum(axis=0), 1)

    strength = np.sqrt((b**2).sum(axis=-1))
    first, second = mean(b, outer), mean(b, inner)
    rotation = np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)
    with np.errstate(all="ignore"):
        ratios = [mean(values, inner) / mean(values, outer) for values in (strength, n_p, t_p)]
    return (*map(float, ratios), float(rotation))  # type: ignore[return-value]


def _constrained(axes: Any, eigenvalues: Any, mean: Any) -> tuple[Any, Any]:
    """Axes of greatest and least variance at right angles to the mean field; its direction takes the middle place."""
    variance = np.swapaxes(axes, -1, -2) @ (eigenvalues[..., None] * axes)
    length = np.linalg.norm(mean, axis=-1)[..., None, None]
    with np.errstate(all="ignore"):
        along = mean[..., None, :] / length
    projector = np.eye(3) - np.swapaxes(along, -1, -2) * along
    bad = ~np.isfinite(projector).all(axis=(-2, -1))
    projector = np.where(bad[..., None, None], np.eye(3), projector)
    projected = projector @ np.where(bad[..., None, None], 0.0, variance) @ projector
    # The mean field's own direction is lifted above all variances, so that the first of the rest is the normal.
    lift = 10 * np.trace(projected, axis1=-2, axis2=-1)[..., None, None] + 1.0
    _, columns = np.linalg.eigh(projected + lift * (np.eye(3) - projector))
    normal, other = columns[..., :, 0], columns[..., :, 1]
    # L and M in the plane of the layer, by their variance.
    plane = np.stack([other, np.cross(normal, other)], axis=-2)
    inner = plane @ np.where(bad[..., None, None], 0.0, variance) @ np.swapaxes(plane, -1, -2)
    spread, turn = np.linalg.eigh(inner)
    tangents = np.swapaxes(turn, -1, -2)[..., ::-1, :] @ plane
    left = (normal[..., None, :] @ np.where(bad[..., None, None], 0.0, variance) @ normal[..., :, None])[..., 0]
    result = np.concatenate([tangents, normal[..., None, :]], axis=-2)
    values = np.concatenate([spread[..., ::-1], np.maximum(left, 0.0)], axis=-1)
    return np.where(bad[..., None, None], np.nan, result), np.where(bad[..., None], np.nan, values)


def _jump_quality(v: Any, alfven: Any, good: Any) -> Any:
    """Compare the change of the velocity with that of the Alfven velocity, between the two ends of a series."""
    order = np.cumsum(good, axis=-1)
    count = order[..., -1:]
    end = np.maximum(count // 10, 1)
    first, last = good & (order <= end), good & (order > count - end)

    def change(series: Any) -> Any:
        held = np.where(good[..., None], series, 0.0)
        means = [
            (held * side[..., None]).sum(axis=-2) / np.maximum(side.sum(axis=-1), 1)[..., None]
            for side in (first, last)
        ]
        return means[1] - means[0]

    d_v, d_a = change(v), change(alfven)
    with np.errstate(all="ignore"):
        total = np.linalg.norm(d_v, axis=-1) + np.linalg.norm(d_a, axis=-1)
        parallel = 1 - np.linalg.norm(d_v - d_a, axis=-1) / total
        opposite = 1 - np.linalg.norm(d_v + d_a, axis=-1) / total
    return np.where(parallel >= opposite, parallel, -opposite)
