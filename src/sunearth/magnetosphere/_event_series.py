"""Series of orbit, wind and events as the detectors of boundaries want them: checked times, bridged gaps, tables."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core import quantities
from sunearth.core.errors import InputError
from sunearth.core.time import to_datetime64
from sunearth.core.units import Unit, parse_unit

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Boundary = str | Callable[..., Any]


def in_unit(value: Any, unit: Unit | str | None, place: str) -> Any:
    """Return plain floats in a unit: labelled arrays and quantities are converted, bare numbers taken as they are."""
    if unit is None:
        return np.asarray(value, np.float64)
    unit = parse_unit(unit) if isinstance(unit, str) else unit
    if quantities.has_unit(value):
        return np.asarray(quantities.to_plain(value, unit, place), np.float64)
    factor = quantities.labelled_factor(value, unit, place) if hasattr(value, "attrs") else 1.0
    return factor * np.asarray(value, np.float64)


def boundary_name(boundary: Boundary) -> str:
    """Return what to call a boundary in a message or table."""
    return boundary if isinstance(boundary, str) else getattr(boundary, "__name__", type(boundary).__name__)


def boundary_function(boundary: Boundary) -> tuple[Callable[..., Any], dict[str, bool]]:
    """Return a boundary as a function, and which of its arguments it needs."""
    if isinstance(boundary, str):
        from sunearth.core.registry import find_model

        boundary = find_model(boundary).model
    spec = getattr(boundary, "spec", None)
    if spec is not None:
        names = {name: parameter.is_required for name, parameter in spec.parameters.items() if parameter.unit}
    else:
        names = {
            name: parameter.default is inspect.Parameter.empty
            for name, parameter in inspect.signature(boundary).parameters.items()
            if parameter.kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        }
    if "theta" not in names:
        raise InputError(f"{boundary_name(boundary)} gives no shape: it has no argument theta")
    return boundary, names


def boundary_unit(boundary: Boundary, name: str) -> Unit | None:
    """Return the unit that a boundary takes an input in, as far as it says."""
    spec = getattr(boundary_function(boundary)[0], "spec", None)
    return spec.parameters[name].unit if spec is not None and name in spec.parameters else None


def nanoseconds(span: Any, place: str) -> int:
    """Read a length of time such as ``"30min"`` as whole nanoseconds."""
    if isinstance(span, str):
        units = {"ms": 1e6, "s": 1e9, "min": 60e9, "m": 60e9, "h": 3600e9, "d": 86400e9}
        number = span.rstrip("abcdefghijklmnopqrstuvwxyz ")
        try:
            return round(float(number) * units[span[len(number) :].strip()])
        except (KeyError, ValueError):
            raise InputError(f"{place}: cannot read {span!r}; write it like '30s', '10min' or '2h'") from None
    try:
        return int(np.timedelta64(span) / np.timedelta64(1, "ns"))
    except (TypeError, ValueError) as error:
        raise InputError(f"{place}: expected a timedelta64 or text like '10min', got {span!r}") from error


def plain_times(time: Any, place: str) -> NDArray[np.int64]:
    """Return times as whole nanoseconds since 1970."""
    if np.size(time) == 0:
        return np.empty(0, np.int64)
    stamps = np.asarray(to_datetime64(getattr(time, "values", time), place))
    if np.isnat(stamps).any():
        raise InputError(f"{place}: there are times that are not known (NaT); leave them out")
    return stamps.astype("datetime64[ns]").astype(np.int64)


def ascending_times(time: Any, place: str) -> NDArray[np.int64]:
    """Return one row of times as whole nanoseconds; refuse those that do not ascend."""
    when = np.atleast_1d(plain_times(time, place))
    if when.ndim != 1 or when.size == 0:
        raise InputError(f"{place}: expected one row of times, got the shape {when.shape}")
    wrong = np.flatnonzero(np.diff(when) <= 0)
    if wrong.size:
        at = when[wrong[0] + 1]
        fault = "occurs twice" if at == when[wrong[0]] else "comes after a later one"
        raise InputError(
            f"{place}: times must ascend, but {at.astype('datetime64[ns]')} {fault}; sort them and drop duplicates"
        )
    return when


def driver_rows(
    table: Mapping[str, Any], names: Mapping[str, Unit | str | None], place: str
) -> tuple[NDArray[np.int64], list[Floats]]:
    """Take the times and some rows, each in its unit, out of a mapping or Dataset."""
    for name in ("time", *names):
        if name not in table:
            raise InputError(f"{place}: {name} is missing")
    when = ascending_times(table["time"], f"{place}: time")
    rows = []
    for name, unit in names.items():
        row = in_unit(table[name], unit, f"{place}: {name}")
        if row.ndim and row.shape != when.shape:
            raise InputError(f"{place}: {name} has the shape {row.shape}, the times have {when.shape}")
        rows.append(np.broadcast_to(row, when.shape))
    return when, rows


def interpolated(at: Any, when: Any, values: Floats, gap: int, smooth: bool = False) -> Floats:
    """Interpolate a row to other times; NaN beyond its ends and inside gaps that are too long."""
    known = np.isfinite(values)
    when, values = when[known], values[known]
    if when.size == 0:
        return np.full(np.shape(at), np.nan)
    origin = when[0]
    stamps, wanted = (when - origin) * 1e-9, (at - origin) * 1e-9
    if smooth and when.size >= 4:
        from scipy.interpolate import CubicSpline

        result = CubicSpline(stamps, values)(wanted)
    else:
        result = np.interp(wanted, stamps, values)
    upper = np.clip(np.searchsorted(when, at), 0, when.size - 1)
    lower = np.where(when[upper] == at, upper, np.maximum(upper - 1, 0))
    outside = (at < when[0]) | (at > when[-1]) | (when[upper] - when[lower] > gap)
    return np.where(outside, np.nan, result)


def changes_of_side(times: NDArray[np.int64], depth: Floats, gap: int) -> tuple[Any, Any, Any]:
    """Return the times before and after each change of side, and whether it leads inward; touching is no change."""
    decided = np.flatnonzero(np.isfinite(depth) & (depth != 0))
    side = depth[decided] > 0
    change = np.flatnonzero(side[1:] != side[:-1])
    before, after = times[decided[change]], times[decided[change + 1]]
    short = after - before <= gap
    return before[short], after[short], side[change + 1][short]


def event_table(columns: dict[str, Any], dim: str = "crossing", **attrs: str) -> xr.Dataset:
    """Put columns (values, unit, long name) into a Dataset along one dimension."""
    import xarray as xr

    table = xr.Dataset(attrs=attrs)
    for name, (values, unit, long_name) in columns.items():
        described = {"long_name": long_name} | ({"units": unit} if unit else {})
        table[name] = xr.Variable(dim, values, described)
    return table
