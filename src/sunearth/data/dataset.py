"""The one Dataset that every reader returns: known names and units, sorted, the impossible masked and counted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from sunearth.core.errors import DataError, UnitError, UnknownNameError
from sunearth.core.units import conversion_factor, parse_unit

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]


class Variable(NamedTuple):
    """A variable of the Dataset: its unit, its name in words, and between what its values can lie.

    Values below `lowest` or above `highest` are impossible; where `above` is set, so is `lowest` itself.
    """

    unit: str
    long_name: str
    lowest: float = -math.inf
    highest: float = math.inf
    above: bool = False


# The bounds are far outside anything measured near the Earth, and below the fill values of the usual archives, so that
# a fill that slipped through a conversion is caught as well.
VARIABLES: dict[str, Variable] = {
    "b": Variable("nT", "Magnitude of the interplanetary magnetic field", 0.0, 999.0),
    "b_x": Variable("nT", "Interplanetary magnetic field towards the Sun", -999.0, 999.0),
    "b_y": Variable("nT", "Interplanetary magnetic field towards dusk", -999.0, 999.0),
    "b_z": Variable("nT", "Interplanetary magnetic field towards north", -999.0, 999.0),
    "v_x": Variable("km/s", "Solar wind velocity towards the Sun", -5000.0, 5000.0),
    "v_y": Variable("km/s", "Solar wind velocity towards dusk", -5000.0, 5000.0),
    "v_z": Variable("km/s", "Solar wind velocity towards north", -5000.0, 5000.0),
    "speed": Variable("km/s", "Solar wind speed", 0.0, 5000.0, above=True),
    "n_p": Variable("cm^-3", "Proton density of the solar wind", 0.0, 999.0, above=True),
    "t_p": Variable("K", "Proton temperature of the solar wind", 0.0, 9.0e7, above=True),
    "alpha_fraction": Variable("1", "Number of alpha particles per proton", 0.0, 1.0),
    "p_dyn_observed": Variable("nPa", "Dynamic pressure of the solar wind as published", 0.0, 500.0),
    "dst": Variable("nT", "Observed Dst index", -3000.0, 1000.0),
    "sym_h": Variable("nT", "Observed SYM-H index", -3000.0, 1000.0),
    "current_boundary": Variable(
        "deg", "Observed radius of the circle between region 1 and region 2 currents", 0.0, 60.0
    ),
    "sym_d": Variable("nT", "Observed SYM-D index", -3000.0, 3000.0),
    "asy_h": Variable("nT", "Observed ASY-H index", -100.0, 5000.0),
    "asy_d": Variable("nT", "Observed ASY-D index", -100.0, 5000.0),
    "ae": Variable("nT", "Observed AE index", 0.0, 9000.0),
    "al": Variable("nT", "Observed AL index", -9000.0, 1000.0),
    "au": Variable("nT", "Observed AU index", -1000.0, 9000.0),
    "kp": Variable("1", "Observed Kp index", 0.0, 9.0),
    "ap": Variable("nT", "Observed ap index", 0.0, 400.0),
    "pc_n": Variable("mV/m", "Observed northern polar-cap index", -90.0, 90.0),
    "f107": Variable("sfu", "Solar radio flux at 10.7 cm as observed", 30.0, 990.0),
    "f107_adjusted": Variable("sfu", "Solar radio flux at 10.7 cm adjusted to 1 au", 30.0, 990.0),
    "sunspot_number": Variable("1", "International sunspot number", 0.0, 990.0),
}
"""Everything a reader may return, in this order."""

DRIVERS = ("b", "b_x", "b_y", "b_z", "v_x", "v_y", "v_z", "speed", "n_p", "t_p", "alpha_fraction")
"""The solar wind itself; the rest are indices and published derivations."""

ESSENTIAL = ("b_z", "speed", "n_p")
"""What a table made by a user must not hold without a single value."""

FRAMES = ("GSM", "GSE")
"""Frames that are understood. Their x axes are one and the same."""

# Units as archives spell them.
_SPELLINGS = {
    "n/cc": "cm^-3",
    "#/cc": "cm^-3",
    "#/cm^3": "cm^-3",
    "#n/cc": "cm^-3",
    "n/cm^3": "cm^-3",
    "n/cm3": "cm^-3",
    "per cc": "cm^-3",
    "1/cc": "cm^-3",
    "amu/cc": "cm^-3",
    "amu/cm^3": "cm^-3",
    "deg k": "K",
    "degk": "K",
    "degrees k": "K",
    "degrees, k": "K",
    "degrees kelvin": "K",
    "kelvin": "K",
    "km/sec": "km/s",
    "kilometers/second": "km/s",
    "nanotesla": "nT",
    "gammas": "nT",
    "10*kp": "0.1",
    "kp*10": "0.1",
    "10**(-22) joules/second/square-meter/hertz": "sfu",
    "10**(-22)watts/meter sq/hertz": "sfu",
}


def known_frame(frame: str) -> str:
    """Return a frame's name as it is used here.

    Raises
    ------
    UnknownNameError
        If the frame is not one that can be placed.
    """
    upper = str(frame).strip().upper()
    if upper not in FRAMES:
        raise UnknownNameError("frame", str(frame), FRAMES, f"Vectors are taken in {' or '.join(FRAMES)}.")
    return upper


def unit_factor(name: str, unit: str, place: str) -> float:
    """Return the number that turns a column's values into the unit of the variable `name`.

    Parameters
    ----------
    name : str
        A variable of :data:`VARIABLES`.
    unit : str
        The unit as a file or a user writes it.
    place : str
        What to call the column in an error.

    Returns
    -------
    float
        ``ours = factor * theirs``; a temperature may be given as an energy (eV).

    Raises
    ------
    UnitError
        If the unit is unknown or measures something else.

    Examples
    --------
    >>> unit_factor("speed", "m/s", "V")
    0.001
    >>> round(unit_factor("t_p", "eV", "T"))
    11605
    """
    target = VARIABLES[name].unit
    spelled = _SPELLINGS.get(" ".join(unit.split()).lower(), unit)
    if spelled == "0.1":
        return 0.1
    try:
        if name == "t_p" and parse_unit(spelled).dimension == parse_unit("eV").dimension:
            return conversion_factor(spelled, "eV") * ELEMENTARY_CHARGE / BOLTZMANN
        return conversion_factor(spelled, target)
    except UnitError as error:
        raise UnitError(f"{place}: {error}; {name} is taken in {target}") from None


def build_dataset(
    time: NDArray[np.datetime64],
    columns: Mapping[str, Floats],
    *,
    place: str,
    frame: str = "GSM",
    velocity_frame: str | None = None,
    source: str = "",
    location: str = "",
    references: str | Mapping[str, str] = "",
    time_label: str = "",
    notes: Sequence[str] = (),
    required: Sequence[str] = (),
) -> xr.Dataset:
    """Put measured columns together as the Dataset that every reader returns.

    Parameters
    ----------
    time : datetime64 array, shape (n,)
        UTC, in any order.
    columns : dict of array, each shape (n,)
        By names of :data:`VARIABLES` and in their units, NaN where missing.
    place : str
        The file or event, for errors.
    frame, velocity_frame : str
        Of the field and of the velocity (the field's if not given).
    source, location : str
        Where the data come from, and where in space they hold.
    references : str or dict
        What to cite, for all or by variable.
    time_label : str
        What the times stand for: ``start``, ``centre`` or empty where it is not known.
    notes : sequence of str
        What was done so far.
    required : sequence of str
        Variables that, where present, must hold at least one value.

    Returns
    -------
    Dataset
        Sorted and unique in time, impossible values masked, speed and magnitude completed from the components, and
        ``attrs["notes"]`` saying so.

    Raises
    ------
    DataError
        If fewer than two times remain, or nothing was measured.
    """
    import xarray as xr

    remarks = list(notes)
    times = np.asarray(time, "datetime64[ns]")
    values = {name: np.array(columns[name], np.float64) for name in VARIABLES if name in columns}
    if not values:
        raise DataError(f"{place}: none of its columns is known; known are time and {', '.join(VARIABLES)}")
    bad_times = np.isnat(times)
    if bad_times.any():
        raise DataError(f"{place}: {int(bad_times.sum())} of {times.size} times cannot be read")
    times, values = _in_order(times, values, remarks)
    if times.size < 2:
        raise DataError(f"{place}: holds {_count(times.size, 'time')}; a series needs at least two")
    for name, array in values.items():
        _mask_impossible(name, array, remarks)
    _refuse_or_drop_empty(values, place, required, remarks)
    _complete(values, remarks)

    frame = known_frame(frame)
    velocity_frame = known_frame(velocity_frame or frame)
    by_name = references if isinstance(references, Mapping) else dict.fromkeys(values, references)
    data = {}
    for name in VARIABLES:
        if name not in values:
            continue
        attrs = {
            "units": VARIABLES[name].unit,
            "long_name": VARIABLES[name].long_name,
            "references": by_name.get(name, "") or source,
        }
        if name in ("b_x", "b_y", "b_z"):
            attrs["frame"] = frame
        elif name in ("v_x", "v_y", "v_z"):
            attrs["frame"] = velocity_frame
        data[name] = ("time", values[name], attrs)
    if velocity_frame != frame and ("v_y" in values or "v_z" in values):
        remarks.append(f"velocity components are in {velocity_frame}, the field in {frame}")
    stands_for = {"start": ", start of the interval", "centre": ", centre of the interval"}.get(time_label, "")
    return xr.Dataset(
        data,
        coords={"time": ("time", times, {"long_name": f"Time, UTC{stands_for}", "standard_name": "time"})},
        attrs={
            "frame": frame,
            "source": source or place,
            "location": location,
            "time_label": time_label,
            "notes": "; ".join(dict.fromkeys(remark for remark in remarks if remark)),
        },
    )


def _in_order(
    times: NDArray[np.datetime64], values: dict[str, Floats], remarks: list[str]
) -> tuple[NDArray[np.datetime64], dict[str, Floats]]:
    """Sort by time and keep the last row of those that share one."""
    steps = np.diff(times)
    if np.all(steps > np.timedelta64(0, "ns")):
        return times, values
    if np.any(steps < np.timedelta64(0, "ns")):
        remarks.append("times were not in order: sorted")
    order = np.argsort(times, kind="stable")
    times = times[order]
    last = np.append(times[1:] != times[:-1], True)
    dropped = int((~last).sum())
    if dropped:
        remarks.append(f"{_count(dropped, 'duplicate time')} dropped, the last row of each kept")
    keep = order[last]
    return times[last], {name: array[keep] for name, array in values.items()}


def _mask_impossible(name: str, array: Floats, remarks: list[str]) -> None:
    """Set what cannot be to NaN, in place, and say how much of it there was."""
    variable = VARIABLES[name]
    with np.errstate(invalid="ignore"):
        below = array <= variable.lowest if variable.above else array < variable.lowest
        impossible = below | (array > variable.highest) | np.isinf(array)
    found = int(impossible.sum())
    if not found:
        return
    worst = array[impossible][0]
    array[impossible] = np.nan
    unit = "" if variable.unit == "1" else f" {variable.unit}"
    limits = f"{'<=' if variable.above else '<'} {variable.lowest:g} or > {variable.highest:g}{unit}"
    remarks.append(f"{name}: {_count(found, 'impossible value')} masked ({limits}, such as {worst:g})")


def _refuse_or_drop_empty(values: dict[str, Floats], place: str, required: Sequence[str], remarks: list[str]) -> None:
    empty = [name for name, array in values.items() if not np.isfinite(array).any()]
    if len(empty) == len(values):
        raise DataError(
            f"{place}: {', '.join(empty)} hold no valid value at all: every row is missing, fill or impossible"
        )
    refused = [name for name in empty if name in required]
    if refused:
        masked = next((remark for remark in remarks if remark.startswith(f"{refused[0]}: ")), "")
        why = f" ({masked.partition(': ')[2]})" if masked else ""
        raise DataError(f"{place}: {', '.join(refused)} holds no valid value{why}; mend the column or leave it out")
    for name in empty:
        del values[name]
    if empty:
        remarks.append(f"without any value and left out: {', '.join(empty)}")


def _complete(values: dict[str, Floats], remarks: list[str]) -> None:
    """Add the speed and the magnitude where only components are given."""
    velocity = [values[name] for name in ("v_x", "v_y", "v_z") if name in values]
    if "speed" not in values and "v_x" in values:
        values["speed"] = np.sqrt(sum(component**2 for component in velocity))
        zero = values["speed"] <= 0.0
        values["speed"][zero] = np.nan
        remarks.append(
            "speed from the velocity components" if len(velocity) == 3 else "speed taken as that of v_x alone"
        )
    if "b" not in values and all(name in values for name in ("b_x", "b_y", "b_z")):
        values["b"] = np.sqrt(values["b_x"] ** 2 + values["b_y"] ** 2 + values["b_z"] ** 2)
    if "v_x" in values and np.nanmedian(values["v_x"]) > 0.0:
        remarks.append("v_x is positive, towards the Sun: check its sign")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def calendar_time(
    year: Any,
    *,
    month: Any = None,
    day: Any = None,
    day_of_year: Any = None,
    hour: Any = 0.0,
    minute: Any = 0.0,
    second: Any = 0.0,
    millisecond: Any = 0.0,
) -> NDArray[np.datetime64]:
    """Return times from columns of numbers; NaT where they are no date between 1900 and 2200.

    Parameters
    ----------
    year, month, day, day_of_year, hour, minute, second, millisecond : array
        Either month and day, or the day of the year (1 January is 1).

    Returns
    -------
    datetime64[ns] array
        UTC.

    Examples
    --------
    >>> str(calendar_time([2015], day_of_year=[76], hour=[4], minute=[45])[0])[:16]
    '2015-03-17T04:45'
    """
    year, hour, minute, second, millisecond = (
        np.asarray(part, np.float64) for part in (year, hour, minute, second, millisecond)
    )
    with np.errstate(invalid="ignore"):
        whole_year = np.floor(year)
        good = (year >= 1900) & (year <= 2200) & (whole_year == year)
        first = np.where(good, whole_year - 1970, 0).astype(np.int64).astype("datetime64[Y]")
        if day_of_year is not None:
            of_year = np.asarray(day_of_year, np.float64)
            length = ((first + np.timedelta64(1, "Y")).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(
                np.int64
            )
            good &= (of_year >= 1) & (of_year <= length) & (np.floor(of_year) == of_year)
            date = first.astype("datetime64[D]") + np.where(good, of_year - 1, 0).astype(np.int64).astype(
                "timedelta64[D]"
            )
        else:
            of_month, in_month = np.asarray(month, np.float64), np.asarray(day, np.float64)
            good &= (of_month >= 1) & (of_month <= 12) & (np.floor(of_month) == of_month)
            start = first.astype("datetime64[M]") + np.where(good, of_month - 1, 0).astype(np.int64).astype(
                "timedelta64[M]"
            )
            length = ((start + np.timedelta64(1, "M")).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(
                np.int64
            )
            good &= (in_month >= 1) & (in_month <= length) & (np.floor(in_month) == in_month)
            date = start.astype("datetime64[D]") + np.where(good, in_month - 1, 0).astype(np.int64).astype(
                "timedelta64[D]"
            )
        good &= (hour >= 0) & (hour < 24) & (minute >= 0) & (minute < 60) & (second >= 0) & (second < 61)
        good &= (millisecond >= 0) & (millisecond < 1000)
        seconds = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
        offset = np.where(good, np.round(seconds), 0).astype(np.int64).astype("timedelta64[ms]")
    return np.where(good, date.astype("datetime64[ms]") + offset, np.datetime64("NaT", "ms")).astype("datetime64[ns]")
