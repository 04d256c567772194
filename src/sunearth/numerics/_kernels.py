"""Compiled loops along time. Rows are independent; hours ascend within a row."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# A tenth of a second, in hours, forgives the rounding of times at the edge of a window.
EDGE = 0.1 / 3600.0


@njit(cache=True, nogil=True)
def relax(state, source, rate, hours):  # type: ignore[no-untyped-def]
    """End value and mean over an interval of y' = source - rate y, exactly, for a rate above zero."""
    level = source / rate
    decay = math.exp(-rate * hours)
    mean = (1.0 - decay) / (rate * hours) if rate * hours > 1e-6 else 1.0 - 0.5 * rate * hours
    return level + (state - level) * decay, level + (state - level) * mean


@njit(cache=True, nogil=True)
def fade(hours, drive, memory):  # type: ignore[no-untyped-def]
    """Interval means of y' = (drive - y) / memory; what came before the first sample is taken to be like it."""
    rows, length = drive.shape
    response = np.empty((rows, length))
    for row in range(rows):
        state, started, step = 0.0, False, 0.0
        for k in range(length):
            if k + 1 < length:
                step = hours[row, k + 1] - hours[row, k]
            value = drive[row, k]
            if math.isnan(value):
                response[row, k] = math.nan
                state *= math.exp(-step / memory)
                continue
            if not started:
                state, started = value, True
            state, response[row, k] = relax(state, value / memory, 1.0 / memory, step)
    return response


@njit(cache=True, nogil=True)
def mean_of_window(hours, values, window):  # type: ignore[no-untyped-def]
    """Mean over (now - window, now]."""
    rows, length = values.shape
    means = np.empty((rows, length))
    for row in range(rows):
        first = 0
        for k in range(length):
            if math.isnan(values[row, k]):
                means[row, k] = math.nan
                continue
            while hours[row, first] <= hours[row, k] - window + EDGE:
                first += 1
            # Summed afresh for each sample: a running sum would let rounding errors of a year pile up.
            total, count = 0.0, 0
            for j in range(first, k + 1):
                if not math.isnan(values[row, j]):
                    total += values[row, j]
                    count += 1
            means[row, k] = total / count
    return means


@njit(cache=True, nogil=True)
def maximum_of_window(hours, values, window):  # type: ignore[no-untyped-def]
    """Maximum over [now - window, now], with a queue of the samples that can still become the largest."""
    rows, length = values.shape
    largest = np.empty((rows, length))
    queue = np.empty(length, np.int64)
    for row in range(rows):
        head = tail = 0
        for k in range(length):
            value = values[row, k]
            if math.isnan(value):
                largest[row, k] = math.nan
                continue
            while tail > head and values[row, queue[tail - 1]] <= value:
                tail -= 1
            queue[tail] = k
            tail += 1
            while hours[row, queue[head]] < hours[row, k] - window - EDGE:
                head += 1
            largest[row, k] = values[row, queue[head]]
    return largest
