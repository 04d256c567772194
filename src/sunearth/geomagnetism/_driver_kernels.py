"""Loops along time for the drivers of the empirical field: memories of the wind and means over its last hour.

Rows are independent members. `hours` is how long each sample stands for, and the wind is constant meanwhile, so that
every step is exact at any cadence. Where an interval or an input is NaN, so is the result.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def fading_responses(hours, sources, rates, start, at_end):  # type: ignore[no-untyped-def]
    """Solve x' = rate (source - x) for each source: the state at the end of each interval, or its mean over it.

    `sources` is (response, row, time). Where a source is NaN the result is NaN and the state fades unfed.
    """
    count, rows, length = sources.shape
    responses = np.empty((count, rows, length))
    for i in range(count):
        rate = rates[i]
        for row in range(rows):
            state = start[i]
            duration, kept, mean = math.nan, math.nan, math.nan
            for k in range(length):
                responses[i, row, k] = math.nan
                if math.isnan(hours[row, k]):
                    continue
                if hours[row, k] != duration:
                    duration = hours[row, k]
                    reach = rate * duration
                    kept = math.exp(-reach)
                    mean = -math.expm1(-reach) / reach if reach > 0.0 else 1.0
                source = sources[i, row, k]
                if math.isnan(source):
                    state *= kept
                    continue
                before = state
                state = source + (before - source) * kept
                responses[i, row, k] = state if at_end else source + (before - source) * mean
    return responses


@njit(cache=True, nogil=True)
def _within(elapsed, window):  # type: ignore[no-untyped-def]
    """Double integral over `elapsed` of 1 inside (0, window) and 0 outside."""
    if elapsed <= 0.0:
        return 0.0
    return 0.5 * elapsed * elapsed if elapsed < window else window * (elapsed - 0.5 * window)


@njit(cache=True, nogil=True)
def _share(first, last, begin, end, window, at_end):  # type: ignore[no-untyped-def]
    """Weight of a sample that stands for (first, last) in the trailing mean at `end`, or in its mean since `begin`."""
    if at_end:
        return max(min(last, end) - max(first, end - window), 0.0)
    # Not below zero: the four terms are near each other at the far edge of the window.
    return max(
        _within(end - first, window)
        - _within(end - last, window)
        - _within(begin - first, window)
        + _within(begin - last, window),
        0.0,
    )


@njit(cache=True, nogil=True)
def trailing_means(start, hours, values, window, at_end):  # type: ignore[no-untyped-def]
    """Mean of three quantities over the last `window` hours, at the end of each interval or averaged over it.

    `values` is (3, row, time). Unknown samples are left out of the means of the others. Sums are made afresh for every
    sample: a running sum would let the rounding errors of a storm linger in the quiet days after it.
    """
    count, rows, length = values.shape
    means = np.full((count, rows, length), math.nan)
    # Columns 0 to 2: value times duration; columns 3 to 5: duration; both 0 where unknown.
    amounts = np.empty((length, 6))
    # The same summed over eight samples, the last of which has the index: an hour of minutes is soon added up.
    eights = np.empty((length, 6))
    whole = np.empty(6)
    total = np.empty(6)
    for row in range(rows):
        for k in range(length):
            for i in range(3):
                known = not (math.isnan(values[i, row, k]) or math.isnan(hours[row, k]))
                amounts[k, i] = hours[row, k] * values[i, row, k] if known else 0.0
                amounts[k, i + 3] = hours[row, k] if known else 0.0
            if k >= 7:
                for i in range(6):
                    eights[k, i] = amounts[k, i]
                for j in range(k - 7, k):
                    for i in range(6):
                        eights[k, i] += amounts[j, i]
        for k in range(length):
            begin, duration = start[row, k], hours[row, k]
            if math.isnan(duration) or math.isnan(begin):
                continue
            end = begin + duration
            # Samples that lie in the window throughout the interval count fully.
            whole[:] = 0.0
            j = k - 1
            while j >= 7 and start[row, j - 7] >= end - window:
                for i in range(6):
                    whole[i] += eights[j, i]
                j -= 8
            while j >= 0 and start[row, j] >= end - window:
                for i in range(6):
                    whole[i] += amounts[j, i]
                j -= 1
            weight = 1.0 if at_end else duration
            own = _share(begin, end, begin, end, window, at_end) / duration if duration > 0.0 else 1.0
            for i in range(6):
                total[i] = weight * whole[i] + own * amounts[k, i]
            # Those that the far edge of the window passes over count in part.
            edge = end - window if at_end else begin - window
            while j >= 0 and not start[row, j] + hours[row, j] <= edge:
                if hours[row, j] > 0.0:
                    last = start[row, j] + hours[row, j]
                    part = _share(start[row, j], last, begin, end, window, at_end) / hours[row, j]
                    for i in range(6):
                        total[i] += part * amounts[j, i]
                j -= 1
            for i in range(3):
                if amounts[k, i + 3] > 0.0:
                    means[i, row, k] = total[i] / total[i + 3]
    return means
