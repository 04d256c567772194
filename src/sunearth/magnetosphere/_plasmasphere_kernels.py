"""Compiled filling and draining of a flux tube that turns with the Earth."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_DAWN, _DUSK, _DAY = 6.0, 18.0, 24.0


@njit(cache=True, nogil=True, error_model="numpy")
def relax(density, target, hours, time_constant):  # type: ignore[no-untyped-def]
    """Approach a target with one time constant, exactly."""
    return target + (density - target) * math.exp(-hours / time_constant)


@njit(cache=True, nogil=True, error_model="numpy")
def turn_with_the_earth(hours, mlt, start, saturation, filling, loss):  # type: ignore[no-untyped-def]
    """Density along time of tubes that fill by day and drain by night, exact from one terminator to the next.

    Rows are independent; `filling` and `loss` are time constants in hours. Where an input of an interval is missing
    the density stays as it was.
    """
    rows, times = hours.shape
    result = np.empty((rows, times))
    for row in range(rows):
        density = start[row, 0]
        result[row, 0] = density
        for k in range(1, times):
            full, fill, lose = saturation[row, k - 1], filling[row, k - 1], loss[row, k - 1]
            at = (mlt[row, 0] + hours[row, k - 1] - hours[row, 0]) % _DAY
            left = hours[row, k] - hours[row, k - 1]
            if math.isfinite(full + fill + lose + at):
                while left > 0.0:
                    day = _DAWN <= at < _DUSK
                    until = _DUSK - at if day else (_DAWN - at if at < _DAWN else _DAY + _DAWN - at)
                    stretch = min(left, until)
                    if day:
                        density = relax(density, full, stretch, fill)
                    else:
                        density = relax(density, 0.0, stretch, lose)
                    left -= stretch
                    if stretch == until:
                        at = _DUSK if day else _DAWN
                    else:
                        at += stretch
            result[row, k] = density
    return result
