"""Series along time, whatever their cadence: memories that fade, trailing means and maxima, gaps held.

Every function takes arrays whose last axis is time, leading axes being members, and treats NaN as unknown: unknown in
gives unknown out at that time, and nothing beyond what the window or the memory had to know. Only :func:`held` fills.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError

Floats = NDArray[np.float64]


def as_rows(time: Any, *series: Any) -> tuple[Any, ...]:
    """Bring times and series to rows of one shape, as compiled loops want them.

    Parameters
    ----------
    time : datetime64 array (..., time)
        Times.
    *series : array (..., time)
        Whatever broadcasts with them.

    Returns
    -------
    hours : array (row, time)
        Hours since the first time.
    *rows : array (row, time)
        Each series.
    restore : callable
        Gives a result of that shape the shape that the inputs broadcast to.

    Examples
    --------
    >>> time = np.array(["2015-03-17T00", "2015-03-17T06"], "datetime64[ns]")
    >>> hours, row, restore = as_rows(time, 5.0)
    >>> hours.tolist(), row.tolist(), restore(row).shape
    ([[0.0, 6.0]], [[5.0, 5.0]], (2,))
    """
    time = np.asarray(time, "datetime64[ns]")
    shape = np.broadcast_shapes(time.shape, *(np.shape(values) for values in series))
    hours = (time - time.ravel()[:1]) / np.timedelta64(3_600_000_000_000, "ns") if time.size else time.astype(float)
    length = shape[-1] if shape else 1

    def row(values: Any) -> Floats:
        whole = np.broadcast_to(np.asarray(values, np.float64), shape)
        return np.ascontiguousarray(whole).reshape(-1 if whole.size else 0, length)

    restore: Callable[[Floats], Any] = lambda result: result.reshape(shape)[()]  # noqa: E731
    return row(hours.reshape(time.shape)), *map(row, series), restore


def interval_hours(time: Any) -> Floats:
    """Return how many hours each sample stands for: until the next one, the last as long as the one before it.

    Parameters
    ----------
    time : datetime64 array (..., time)
        Ascending times.

    Returns
    -------
    hours : array (..., time), h
        A single sample stands for one hour.

    Examples
    --------
    >>> interval_hours(np.array(["2015-03-17T00", "2015-03-17T01", "2015-03-17T03"], "datetime64[ns]"))
    array([1., 2., 2.])
    """
    time = np.atleast_1d(np.asarray(time, "datetime64[ns]"))
    steps = np.diff(time, axis=-1) / np.timedelta64(3_600_000_000_000, "ns")
    if steps.shape[-1] == 0:
        return np.ones(time.shape)
    return np.concatenate([steps, steps[..., -1:]], axis=-1)


def fading_memory(time: Any, drive: Any, memory: float) -> Any:
    """Return the response that follows its drive with one time constant, as its mean over each sample's interval.

    Parameters
    ----------
    time : datetime64 array (..., time)
        Ascending times, each the start of an interval over which the drive is constant.
    drive : array (..., time)
        What is followed.
    memory : float, h
        Time constant of y' = (drive - y) / memory.

    Returns
    -------
    array (..., time)
        Exact means, so that the answer does not depend on the cadence. Through unknown drive the response fades.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(4) * np.timedelta64(1, "h")
    >>> fading_memory(time, np.array([0.0, 1.0, 1.0, 1.0]), 1.0).round(2)
    array([0.  , 0.37, 0.77, 0.91])
    """
    from ._kernels import fade

    hours, drive, restore = as_rows(time, drive)
    return restore(fade(hours, drive, memory))


def trailing_mean(time: Any, values: Any, window: float) -> Any:
    """Return the mean of the samples of the last `window` hours, the present one included.

    Parameters
    ----------
    time : datetime64 array (..., time)
        Ascending times.
    values : array (..., time)
        Anything; unknown samples are left out of the means of the others.
    window : float, h
        A sample exactly one window old is no longer in it.

    Returns
    -------
    array (..., time)
        The means.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(4) * np.timedelta64(1, "h")
    >>> trailing_mean(time, np.array([1.0, 2.0, 3.0, 4.0]), 2.0)
    array([1. , 1.5, 2.5, 3.5])
    """
    from ._kernels import mean_of_window

    hours, values, restore = as_rows(time, values)
    return restore(mean_of_window(hours, values, window))


def trailing_maximum(time: Any, values: Any, window: float) -> Any:
    """Return the largest sample of the last `window` hours, the present one and one exactly a window old included.

    Parameters
    ----------
    time : datetime64 array (..., time)
        Ascending times.
    values : array (..., time)
        Anything; unknown samples are left out of the maxima of the others.
    window : float, h
        Length of the window.

    Returns
    -------
    array (..., time)
        The maxima.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(4) * np.timedelta64(1, "h")
    >>> trailing_maximum(time, np.array([5.0, 2.0, 3.0, 1.0]), 2.0)
    array([5., 5., 5., 3.])
    """
    from ._kernels import maximum_of_window

    hours, values, restore = as_rows(time, values)
    return restore(maximum_of_window(hours, values, window))


def held(values: Any, place: str) -> tuple[Floats, NDArray[np.bool_]]:
    """Carry the last known value along the last axis over what is missing, and say where.

    Parameters
    ----------
    values : array (..., time)
        A series; before its first known value that value is taken.
    place : str
        What to call it in an error.

    Returns
    -------
    values : array (..., time)
        Without gaps.
    missing : bool array (..., time)
        Where it was carried.

    Raises
    ------
    InputError
        If nothing is known at all.

    Examples
    --------
    >>> held([np.nan, 2.0, np.nan, 3.0], "kp")[0].tolist()
    [2.0, 2.0, 2.0, 3.0]
    """
    values = np.asarray(values, float)
    missing = ~np.isfinite(values)
    if missing.all(axis=-1).any():
        raise InputError(f"{place}: not a single value is known; give at least one")
    index = np.where(missing, 0, np.arange(values.shape[-1]))
    index = np.maximum.accumulate(index, axis=-1)
    first = np.argmax(~missing, axis=-1)[..., None]
    return np.take_along_axis(values, np.maximum(index, first), axis=-1), missing
