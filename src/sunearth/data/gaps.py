"""Gaps: short ones are bridged and flagged, long ones stay open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError

from .dataset import DRIVERS, Floats

if TYPE_CHECKING:
    import xarray as xr

MAX_GRID = 20_000_000
"""Times; more than 38 years at 1 min."""

_UNITS = {"s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9}
_DURATION = re.compile(r"(?P<number>\d{0,9}(?:\.\d{1,9})?)\s*(?P<unit>s|min|h|d)", re.IGNORECASE | re.ASCII)


def fill_gaps(dataset: xr.Dataset, limit: str = "15min", names: Sequence[str] | None = None) -> xr.Dataset:
    """Bridge gaps by straight lines in time up to a stated length, and flag what was bridged.

    Parameters
    ----------
    dataset : Dataset
        Along ``time``.
    limit : str
        The longest gap that is bridged, as ``15min``, ``2h``, ``1d``: from the last value before it to the first
        after it, so that one missing value in 5-min data is a gap of 10 min.
    names : sequence of str, optional
        Variables; by default the solar wind, never the observed indices.

    Returns
    -------
    Dataset
        A copy; for each variable in which something was bridged ``<name>_interpolated`` (bool), and ``interpolated``
        where any was. Values before the first and after the last stay missing.

    Raises
    ------
    InputError
        If the limit is no length of time, or a name is not in the Dataset.

    Examples
    --------
    >>> import xarray as xr
    >>> time = np.datetime64("2015-03-17T00:00", "ns") + np.arange(3) * np.timedelta64(5, "m")
    >>> wind = xr.Dataset({"b_z": ("time", [1.0, np.nan, 3.0])}, {"time": time})
    >>> fill_gaps(wind, "10min")["b_z"].values
    array([1., 2., 3.])
    """
    longest = _duration(limit, "limit")
    chosen = [name for name in DRIVERS if name in dataset] if names is None else list(names)
    for name in chosen:
        if name not in dataset:
            raise InputError(f"fill_gaps: the data set has no {name}")
    times = dataset["time"].values.astype("datetime64[ns]").astype(np.int64)
    filled = dataset.copy()
    bridged_any = np.zeros(times.size, bool)
    remarks = []
    for name in chosen:
        variable = dataset[name]
        if variable.dims != ("time",) or variable.dtype.kind != "f":
            continue
        values, bridged = _bridge(times, variable.values, longest)
        if bridged.any():
            remarks.append(f"{name} {int(bridged.sum())}")
        if f"{name}_interpolated" in dataset:  # bridged already, before it came here
            bridged = bridged | dataset[f"{name}_interpolated"].values.astype(bool)
        if not bridged.any():
            continue
        filled[name] = variable.copy(data=values)
        filled[f"{name}_interpolated"] = (
            "time",
            bridged,
            {"units": "1", "long_name": f"Whether {name} was interpolated across a gap"},
        )
        bridged_any |= bridged
    filled["interpolated"] = (
        "time",
        bridged_any,
        {"units": "1", "long_name": "Whether any solar-wind input was interpolated across a gap"},
    )
    notes = [str(dataset.attrs.get("notes", ""))]
    if remarks:
        notes.append(f"gaps up to {limit} interpolated: {', '.join(remarks)}")
    open_ends = [name for name in chosen if name in filled and bool(filled[name].isnull().any())]
    if open_ends:
        notes.append("left missing: " + ", ".join(f"{name} {int(filled[name].isnull().sum())}" for name in open_ends))
    filled.attrs["notes"] = "; ".join(note for note in notes if note)
    return filled


def _bridge(times: NDArray[np.int64], values: Floats, longest: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Linear interpolation where the neighbours that hold a value are at most `longest` nanoseconds apart."""
    held = np.isfinite(values)
    where = np.flatnonzero(held)
    bridged = np.zeros(values.size, bool)
    if where.size < 2 or held.all():
        return values, bridged
    gaps = np.flatnonzero(~held)
    after = np.searchsorted(where, gaps)
    inside = (after > 0) & (after < where.size)
    gaps, after = gaps[inside], after[inside]
    left, right = where[after - 1], where[after]
    short = times[right] - times[left] <= longest
    gaps, left, right = gaps[short], left[short], right[short]
    share = (times[gaps] - times[left]) / (times[right] - times[left])
    result = values.copy()
    result[gaps] = values[left] + share * (values[right] - values[left])
    bridged[gaps] = True
    return result, bridged


def straight_stretches(values: Floats, at_least: int = 6, rounding: float = 0.02) -> NDArray[np.bool_]:
    """Return where a series runs along a straight line for too long to have been measured: bridged by its source.

    Parameters
    ----------
    values : array (time)
        Evenly spaced values.
    at_least : int
        So many values in a row on one line count as bridged.
    rounding : float
        How far second differences stray from zero when a line is written with two decimals.

    Returns
    -------
    bool array (time)
        True between the measured ends of each line.

    Examples
    --------
    >>> straight_stretches(np.array([3.0, 1.0, 2.0, 3.0, 4.0, 5.0, 9.0]), at_least=3).astype(int)
    array([0, 0, 1, 1, 1, 0, 0])
    """
    inner = np.abs(np.diff(values, 2)) <= rounding
    straight = np.concatenate([[False], inner, [False]])[: values.size]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], straight, [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first < at_least:
            straight[first:last] = False
    return straight


def regular_grid(dataset: xr.Dataset, cadence: str | None = None) -> xr.Dataset:
    """Put a series on evenly spaced times, NaN where it has none.

    Parameters
    ----------
    dataset : Dataset
        Along ``time``.
    cadence : str, optional
        Spacing, as ``1min``; by default the most frequent one of the data.

    Returns
    -------
    Dataset
        From the first time to the last. Values at times that are not on the grid go to the nearest one of it, at most
        half a spacing away; nothing is interpolated.

    Raises
    ------
    InputError
        If the cadence is no length of time, or the grid would hold more than :data:`MAX_GRID` times.
    """
    import xarray as xr

    times = dataset["time"].values.astype("datetime64[ns]").astype(np.int64)
    if times.size < 2:
        raise InputError("regular_grid: the series holds fewer than two times")
    if cadence is None:
        steps, counts = np.unique(np.diff(times), return_counts=True)
        step = int(steps[np.argmax(counts)])
    else:
        step = _duration(cadence, "cadence")
    length = int(times[-1] - times[0]) // step + 1
    if length > MAX_GRID:
        raise InputError(
            f"regular_grid: {length} times of {step / 1e9:g} s from {dataset['time'].values[0]} to "
            f"{dataset['time'].values[-1]} are too many; choose a longer cadence or a shorter period"
        )
    index = np.minimum((times - times[0] + step // 2) // step, length - 1)
    last = np.append(index[1:] != index[:-1], True)
    grid = (times[0] + step * np.arange(length, dtype=np.int64)).astype("datetime64[ns]")
    regular: dict[str, Any] = {}
    for name, variable in dataset.data_vars.items():
        if "time" not in variable.dims:
            regular[str(name)] = variable
            continue
        axis = variable.dims.index("time")
        moved = np.moveaxis(variable.values, axis, 0)
        empty: Any = False if moved.dtype.kind == "b" else np.nan
        dtype = moved.dtype if moved.dtype.kind in "bf" else np.float64
        spread = np.full((length, *moved.shape[1:]), empty, dtype)
        spread[index[last]] = moved[last]
        regular[str(name)] = (variable.dims, np.moveaxis(spread, 0, axis), variable.attrs)
    coords = {n: c for n, c in dataset.coords.items() if "time" not in c.dims}
    return xr.Dataset(regular, {**coords, "time": ("time", grid, dataset["time"].attrs)}, dict(dataset.attrs))


def _duration(text: str, place: str) -> int:
    """A length of time in nanoseconds."""
    match = _DURATION.fullmatch(str(text).strip())
    value = round(float(match["number"] or 1) * _UNITS[match["unit"].lower()]) if match else 0
    if not 0 < value < 2**62:
        raise InputError(f"{place}: {text!r} is not a length of time such as '15min', '2h' or '1d'")
    return value
