"""Times: everything is UTC in ``datetime64``; the day counts that formulas need are derived from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError

_J2000 = np.datetime64("2000-01-01T12:00:00", "ns")


def to_datetime64(value: Any, place: str = "time") -> Any:
    """Return times as ``datetime64[ns]`` in UTC.

    Parameters
    ----------
    value : datetime64, datetime, str or array of them
        Times; text in ISO 8601 (a trailing ``Z`` is accepted), aware datetimes are brought to UTC.
    place : str, optional
        What to call the input in an error.

    Returns
    -------
    datetime64[ns] array
        The same shape as `value`.

    Raises
    ------
    InputError
        If something in it is not a time.

    Examples
    --------
    >>> str(to_datetime64("2015-03-17T22:47Z"))
    '2015-03-17T22:47:00.000000000'
    """
    if isinstance(value, np.ndarray) and value.dtype.kind == "M":
        return _in_nanoseconds(value, place)
    try:
        array = np.asarray(value)
        if array.dtype.kind == "M":
            converted = _in_nanoseconds(array, place)
        elif array.dtype.kind in "UO" and array.size:
            converted = np.array([_one_time(item) for item in array.ravel()], "datetime64[ns]").reshape(array.shape)
        else:
            raise ValueError("not a time")
    except InputError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{place}: expected times in UTC such as '2015-03-17T22:47', got {value!r:.80}") from error
    return converted[()]


def _in_nanoseconds(times: Any, place: str) -> Any:
    """Bring times to nanoseconds, which count from 1678 to 2261; NumPy itself would wrap others around in silence."""
    if times.dtype != "datetime64[ns]":
        years = times.astype("datetime64[Y]")
        known = years[~np.isnat(years)].astype(np.int64) + 1970
        outside = known[(known < 1678) | (known > 2261)]
        if outside.size:
            raise InputError(f"{place}: times must lie between 1678 and 2261, got one in {outside[0]}")
    return times.astype("datetime64[ns]")


def _one_time(item: Any) -> np.datetime64:
    if item is None or item == "":
        raise ValueError("no time")
    if isinstance(item, str):
        text = item.strip()
        return np.datetime64(_in_nanoseconds(np.array(np.datetime64(text.removesuffix("Z"))), "time"), "ns")
    offset = item.utcoffset() if hasattr(item, "utcoffset") else None
    if offset is not None:
        item = (item - offset).replace(tzinfo=None)
    return np.datetime64(item, "ns")


def days_since_j2000(time: Any) -> NDArray[np.float64]:
    """Return days since 2000-01-01 12:00 UTC.

    Examples
    --------
    >>> float(days_since_j2000("2000-01-02T00:00"))
    0.5
    """
    return (to_datetime64(time) - _J2000) / np.timedelta64(1, "ns") / 86_400e9  # type: ignore[no-any-return]


def hours_of_day(time: Any) -> NDArray[np.float64]:
    """Return universal time in hours, 0 to 24.

    Examples
    --------
    >>> float(hours_of_day("2015-03-17T06:30"))
    6.5
    """
    time = to_datetime64(time)
    return (time - time.astype("datetime64[D]")) / np.timedelta64(3_600_000_000_000, "ns")  # type: ignore[no-any-return]


def day_of_year(time: Any) -> NDArray[np.float64]:
    """Return the day of the year with its fraction, 1.0 at the start of 1 January.

    Examples
    --------
    >>> float(day_of_year("2015-02-01T12:00"))
    32.5
    """
    time = to_datetime64(time)
    return 1.0 + (time - time.astype("datetime64[Y]")) / np.timedelta64(86_400_000_000_000, "ns")  # type: ignore[no-any-return]


def decimal_year(time: Any) -> NDArray[np.float64]:
    """Return the year with its fraction, each year divided by its own length.

    Examples
    --------
    >>> float(decimal_year("2001-01-01"))
    2001.0
    """
    time = to_datetime64(time)
    year = time.astype("datetime64[Y]")
    start = year.astype("datetime64[ns]")
    length = (year + np.timedelta64(1, "Y")).astype("datetime64[ns]") - start
    return year.astype(np.int64) + 1970 + (time - start) / length  # type: ignore[no-any-return]
