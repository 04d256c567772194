"""Where satellites and stations are connected to while a storm deforms the field, and the L* of geosynchronous orbit.

This is the slow part of the chain, so it is done on request and at a cadence of its own (`time_field`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from sunearth.core.constants import EARTH_RADIUS, GEOSYNCHRONOUS_RADIUS
from sunearth.core.errors import DataError, InputError, UnknownNameError
from sunearth.core.registry import resolve
from sunearth.core.time import hours_of_day, to_datetime64
from sunearth.core.units import conversion_factor

from .run import Progress

if TYPE_CHECKING:
    from sunearth.geomagnetism.field import Field

MODELS: Mapping[str, str] = {
    "t89": "tsyganenko_1989",
    "t96": "tsyganenko_1996",
    "t01": "tsyganenko_2002",
    "ts04": "tsyganenko_sitnov_2005",
}
"""The external fields to choose from, and the model that says where each holds."""

GEOSYNCHRONOUS: Mapping[str, float] = {"GOES-East": -75.2, "GOES-West": -137.2}
"""Longitudes of the satellites that are followed where none are given, deg east."""

LOCAL_TIMES = (0.0, 6.0, 12.0, 18.0)
"""Local times at which the L* of geosynchronous orbit is found, h."""

IONOSPHERE = 110.0
"""Height at which footpoints are found, km."""

Orbit = float | str | Path | xr.Dataset
"""A geosynchronous longitude, a file of positions, or a Dataset of them."""


def trace_field_lines(
    result: xr.Dataset,
    *,
    model: str = "ts04",
    cadence: str = "1h",
    satellites: Mapping[str, Orbit] | None = None,
    stations: Mapping[str, tuple[float, float]] | None = None,
    l_star: bool = True,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Follow the field lines of satellites and stations through a run.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`, a single run along time.
    model : {"t89", "t96", "t01", "ts04"}, optional
        External field; the main field is IGRF.
    cadence : str, optional
        How often, such as "1h" or "15min".
    satellites : dict, optional
        By name, the longitude (deg east) of a geosynchronous satellite; or a Dataset with time, x, y, z (R_E or km, by
        their units) and ``attrs["frame"]``; or a CSV file with the columns time, x_gsm, y_gsm, z_gsm in R_E (any frame
        may stand in the place of gsm, and [km] after a name). Two GOES positions by default.
    stations : dict of str to (latitude, longitude), optional
        Geodetic places on the ground, deg.
    l_star : bool, optional
        Whether to find the L* of equatorially mirroring particles, for each satellite and at geosynchronous orbit.
    progress : callable, optional
        Told how far it is.

    Returns
    -------
    Dataset
        The run with these added along ``time_field``: `satellite_mlat` and `satellite_mlt` (quasi-dipole, of the
        northern footpoint at 110 km), `satellite_foot_latitude`, `satellite_foot_longitude`, `satellite_topology`,
        `satellite_l_star` and `satellite_drift_shell` (what becomes of the shell); `station_mlat`, `station_mlt`,
        `station_topology`, `station_equator` (distance of the weakest field on its line); `geosynchronous_l_star` and
        `geosynchronous_drift_shell` by local time; and `field_valid`, whether the model's drivers are inside its range
        and rest on measured wind.

    Raises
    ------
    UnknownNameError
        If there is no such model.
    InputError, DataError
        If a satellite or station cannot be placed, or the run lacks a driver.

    Notes
    -----
    Where a driver is unknown everything is NaN. An L* is NaN where no closed drift shell exists: the particle is lost
    to the magnetopause.

    Examples
    --------
    >>> from sunearth.chain.run import run
    >>> storm = run("st-patrick-2015", start="2015-03-17T12:00", end="2015-03-17T18:00")
    >>> traced = trace_field_lines(storm, model="t89", cadence="3h", stations={"Tromso": (69.65, 18.96)}, l_star=False)
    >>> traced["station_mlat"].round(1).values.tolist()
    [[66.7]]
    """
    if "member" in result.dims:
        raise InputError("field lines are traced in a single run: result.isel(member=0)")
    times = _times(result, cadence)
    field, given = _field(result, times[:, None], model)
    published = _published(model)
    steps = iter(range(1, 6))

    def tell(question: str) -> None:
        if progress:
            progress(question, next(steps), 5)

    added: dict[str, Any] = {"time_field": ("time_field", times, {"long_name": "Time of the traced field, UTC"})}
    added["field_valid"] = ("time_field", _valid(result, published, given, times), _FLAG)
    tell("Where do the satellites' field lines come down?")
    orbits = {name: _positions(name, orbit, times) for name, orbit in (satellites or GEOSYNCHRONOUS).items()}
    if orbits:
        places = np.stack(list(orbits.values()), axis=-1)
        added |= _satellites(field, times, list(orbits), places)
    tell("Where do the stations' field lines go?")
    if stations:
        added |= _stations(field, times, stations)
    if l_star:
        tell("Which drift shells do particles at the satellites follow?")
        if orbits:
            added |= _drift_shells("satellite", field, ("time_field", "satellite"), *places)
        tell("Which drift shells cross geosynchronous orbit?")
        added["local_time"] = ("local_time", np.array(LOCAL_TIMES), {"units": "h", "long_name": "Local time"})
        ring = np.stack([_geosynchronous((hour - hours_of_day(times)) * 15.0, times) for hour in LOCAL_TIMES], axis=-1)
        added |= _drift_shells("geosynchronous", field, ("time_field", "local_time"), *ring)
    main_field: Any = resolve("sunearth.geomagnetism.igrf.igrf")
    references = f"{published.spec.cite}; {main_field.spec.cite}"
    for name, (dims, values, attrs) in added.items():
        if dims != name:
            attrs = attrs | {"references": references}
        added[name] = (dims, values, attrs)
    kept = result.drop_vars([name for name in added if name in result.variables])
    coordinates = [name for name in ("time_field", "satellite", "station", "local_time") if name in added]
    return kept.assign(added).set_coords(coordinates).assign_attrs(field_model=model)


_FLAG = {"long_name": "Whether the field model is inside its range, on measured wind", "units": "1"}


def field_of_run(result: xr.Dataset, time: Any, model: str = "ts04") -> Field:
    """Build the magnetic field at times of a run, driven by what the run holds.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.
    time : datetime64, str or array
        Times in UTC, of any shape; the drivers are those of the nearest sample.
    model : {"t89", "t96", "t01", "ts04"}, optional
        External field; the main field is IGRF.

    Returns
    -------
    Field
        To call with points, or to trace.

    Raises
    ------
    UnknownNameError
        If there is no such model.
    DataError
        If the run lacks a driver.

    Examples
    --------
    >>> from sunearth.chain.run import run
    >>> field = field_of_run(run("st-patrick-2015"), "2015-03-17T23:00", "t89")
    >>> bool(field(-6.6, 0.0, 0.0).b_z < 100.0)
    True
    """
    return _field(result, to_datetime64(time), model)[0]


def _published(model: str) -> Any:
    if model not in MODELS:
        raise UnknownNameError("field model", model, MODELS)
    return resolve(f"sunearth.geomagnetism.tsyganenko.{MODELS[model]}")


def _field(result: xr.Dataset, times: Any, model: str) -> tuple[Field, dict[str, np.ndarray]]:
    """Field at times of any shape, and the drivers that it was given."""
    from sunearth.geomagnetism.field import magnetic_field
    from sunearth.geomagnetism.tsyganenko_drivers import drivers

    quantities = _published(model).spec.quantities
    names = [p.name for p in quantities if p.name not in ("x", "y", "z", "dipole_tilt")]
    wind = result.drop_dims([d for d in result.dims if d not in ("time", "time_hourly", "time_3h")])
    known = drivers(wind)
    missing = [name for name in names if name not in known]
    if missing:
        raise DataError(f"{model} needs {', '.join(missing)}, which this run does not have; t89 needs only Kp")
    flat = known[names].sel(time=np.ravel(times), method="nearest")
    given = {name: flat[name].values for name in names}
    return magnetic_field(times, external=model, **{n: v.reshape(np.shape(times)) for n, v in given.items()}), given


def _times(result: xr.Dataset, cadence: str) -> np.ndarray:
    """Times of a regular cadence within a run."""
    import pandas as pd

    if "time" not in result.dims or result.sizes["time"] == 0:
        raise InputError("a run to trace needs the dimension time")
    try:
        step = pd.Timedelta(cadence)
    except ValueError as error:
        raise InputError(f"cadence: expected a duration such as 1h or 15min, got {cadence!r}") from error
    if not step > pd.Timedelta(0):
        raise InputError(f"cadence: must be above zero, got {cadence!r}")
    first, last = result["time"].values[[0, -1]]
    return np.asarray(pd.date_range(pd.Timestamp(first).ceil(step), last, freq=step), "datetime64[ns]")


def _valid(result: xr.Dataset, model: Any, given: Mapping[str, np.ndarray], times: np.ndarray) -> np.ndarray:
    inside = np.asarray(model.valid(**given)) & np.all([np.isfinite(v) for v in given.values()], axis=0)
    for name in ("p_dyn_valid", "kp_model_valid" if "kp" in given else "dst_valid"):
        if name in result:
            inside &= result[name].sel(time=times, method="nearest").values
    return np.asarray(inside)


def _positions(name: str, orbit: Orbit, times: np.ndarray) -> np.ndarray:
    """GSM position (3, time) of a satellite, R_E; NaN outside its data."""
    from sunearth.geomagnetism.frames import transform

    if isinstance(orbit, (int, float, np.floating)):
        if not -360.0 <= float(orbit) <= 360.0:
            raise InputError(f"satellite {name}: longitude {orbit} is not between -360 and 360 degrees")
        return _geosynchronous(np.full(times.shape, float(orbit)), times)
    if isinstance(orbit, (str, Path)):
        orbit = read_positions(orbit)
    frame = str(orbit.attrs.get("frame", ""))
    lacking = [axis for axis in ("time", "x", "y", "z") if axis not in orbit.variables]
    if lacking or not frame:
        raise DataError(f"satellite {name}: no {lacking[0] if lacking else 'frame'}; give time, x, y, z and a frame")
    own = orbit["time"].values.astype("datetime64[ns]")
    own, first = np.unique(own, return_index=True)
    if own.size < 2:
        raise DataError(f"satellite {name}: one position is no orbit; give at least two times")
    columns = []
    for component in ("x", "y", "z"):
        factor = conversion_factor(orbit[component].attrs.get("units", "R_E"), "R_E")
        values = np.asarray(orbit[component].values, float)[first] * factor
        columns.append(_along_orbit(times, own, values))
    x, y, z = columns
    return np.stack(transform(times, x, y, z, frame, "GSM"))


def _along_orbit(times: np.ndarray, own: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Coordinate between known positions, by a cubic spline where there are enough; NaN beyond them."""
    from scipy.interpolate import make_interp_spline

    seconds = np.timedelta64(1, "s")
    known = np.isfinite(values)
    if known.sum() < 2:
        return np.full(times.shape, np.nan)
    at, axis = (times - own[0]) / seconds, (own[known] - own[0]) / seconds
    spline = make_interp_spline(axis, values[known], k=min(3, int(known.sum()) - 1))
    return np.where((at >= axis[0]) & (at <= axis[-1]), spline(at), np.nan)


def _geosynchronous(longitude: np.ndarray, times: np.ndarray) -> np.ndarray:
    from sunearth.geomagnetism.frames import transform

    angle = np.radians(longitude)
    x, y = GEOSYNCHRONOUS_RADIUS * np.cos(angle), GEOSYNCHRONOUS_RADIUS * np.sin(angle)
    return np.stack(transform(times, x, y, 0.0 * x, "GEO", "GSM"))


def read_positions(path: str | Path) -> xr.Dataset:
    """Read the positions of a satellite from a CSV file.

    Parameters
    ----------
    path : path
        With a header such as ``time,x_gsm,y_gsm,z_gsm`` or ``time,x_geo[km],y_geo[km],z_geo[km]``.

    Returns
    -------
    Dataset
        x, y, z along time, with units and the frame.

    Raises
    ------
    DataError
        If the file cannot be read so; the line is named.
    """
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.reader(stream) if row and not row[0].startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot read the positions: {error}") from error
    header = [word.strip() for word in rows[0]] if rows else []
    columns, frames, units = {}, set(), {}
    for k, word in enumerate(header):
        bare, _, unit = word.partition("[")
        axis, _, frame = bare.strip().partition("_")
        if axis in ("x", "y", "z") and frame:
            columns[axis], units[axis] = k, unit.rstrip("]") or "R_E"
            frames.add(frame.upper())
        elif axis == "time":
            columns["time"] = k
    if len(columns) != 4 or len(frames) != 1:
        raise DataError(
            f"{path}: expected the columns time, x_gsm, y_gsm, z_gsm, found {', '.join(header) or 'nothing'}"
        )
    try:
        times = to_datetime64([row[columns["time"]] for row in rows[1:]], "time")
        values = {axis: np.array([float(row[columns[axis]]) for row in rows[1:]]) for axis in ("x", "y", "z")}
    except (ValueError, IndexError) as error:
        raise DataError(f"{path}: a row is not a time and three numbers: {error}") from error
    data = {axis: ("time", column, {"units": units[axis]}) for axis, column in values.items()}
    return xr.Dataset(data, coords={"time": times}, attrs={"frame": frames.pop()})


def _satellites(field: Field, times: np.ndarray, names: list[str], places: np.ndarray) -> dict[str, Any]:
    from sunearth.geomagnetism.apex import quasi_dipole
    from sunearth.geomagnetism.frames import cartesian_to_geodetic, magnetic_local_time, transform
    from sunearth.geomagnetism.tracing import trace

    lines = trace(field, *places, altitude=IONOSPHERE)
    landed = lines["end_north"].values == 0
    x, y, z = (np.where(landed, lines[f"{axis}_north"].values, np.nan) for axis in "xyz")
    x, y, z = transform(times[:, None], x, y, z, "GSM", "GEO")
    radius = 1e-3 * EARTH_RADIUS
    foot = cartesian_to_geodetic(radius * x, radius * y, radius * z)
    magnetic = quasi_dipole(times[:, None], foot.latitude, foot.longitude, foot.altitude)
    dims = ("time_field", "satellite")
    mlt = magnetic_local_time(times[:, None], magnetic.mlon)
    return {
        "satellite": ("satellite", np.array(names), {"long_name": "Satellite"}),
        "satellite_mlat": (dims, magnetic.mlat, _attrs("deg", "Quasi-dipole latitude of the northern footpoint")),
        "satellite_mlt": (dims, mlt, _attrs("h", "Magnetic local time of the northern footpoint")),
        "satellite_foot_latitude": (dims, foot.latitude, _attrs("deg", "Geodetic latitude of the northern footpoint")),
        "satellite_foot_longitude": (dims, foot.longitude, _attrs("deg", "Longitude of the northern footpoint")),
        "satellite_topology": (dims, lines["topology"].values, lines["topology"].attrs),
    }


def _stations(field: Field, times: np.ndarray, stations: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    from sunearth.geomagnetism.apex import quasi_dipole
    from sunearth.geomagnetism.frames import geodetic_to_cartesian, magnetic_local_time, transform
    from sunearth.geomagnetism.tracing import trace

    try:
        latitude, longitude = np.array([[float(a) for a in place] for place in stations.values()]).T
    except (TypeError, ValueError) as error:
        raise InputError(
            "stations: give the latitude and longitude of each, such as {'Tromso': (69.65, 18.96)}"
        ) from error
    when = times[:, None]
    # A little above the height at which lines end, which is measured from a sphere
    x, y, z = (1e3 / EARTH_RADIUS * c for c in geodetic_to_cartesian(latitude, longitude, IONOSPHERE + 30.0))
    x, y, z = transform(when, x, y, z, "GEO", "GSM")
    lines = trace(field, x, y, z, altitude=IONOSPHERE - 30.0)
    magnetic = quasi_dipole(when, latitude, longitude, IONOSPHERE)
    distance = np.sqrt(sum(lines[f"{axis}_weakest"].values ** 2 for axis in "xyz"))
    distance = np.where(lines["topology"].values == 0, distance, np.nan)
    dims = ("time_field", "station")
    mlt = magnetic_local_time(when, magnetic.mlon)
    return {
        "station": ("station", np.array(list(stations)), {"long_name": "Station"}),
        "station_mlat": (dims, magnetic.mlat, _attrs("deg", "Quasi-dipole latitude of the station")),
        "station_mlt": (dims, mlt, _attrs("h", "Magnetic local time of the station")),
        "station_topology": (dims, lines["topology"].values, lines["topology"].attrs),
        "station_equator": (
            dims,
            distance,
            _attrs("R_E", "Distance of the weakest field on the station's closed line"),
        ),
    }


def _drift_shells(
    name: str, field: Field, dims: tuple[str, str], x: np.ndarray, y: np.ndarray, z: np.ndarray
) -> dict[str, Any]:
    from sunearth.geomagnetism.invariants import l_star

    found = l_star(field, x, y, z)
    label = "L* of particles that mirror at the satellite"
    if name == "geosynchronous":
        label = "L* of particles that mirror at geosynchronous orbit"
    return {
        f"{name}_l_star": (dims, found["l_star"].values, _attrs("1", label)),
        f"{name}_drift_shell": (dims, found["flag"].values, dict(found["flag"].attrs)),
    }


def _attrs(unit: str, label: str) -> dict[str, Any]:
    return {"units": unit, "long_name": label}
