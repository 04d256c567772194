"""Compiled loops of substorms: loading and unloading along time, and the field of currents along polygons."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def load_and_unload(hours, power, recurrence, start):  # type: ignore[no-untyped-def]
    """Integrate-and-fire per row: deficit at the end, energy released and hours to the first onset of each interval.

    An onset comes when the deficit is used up, at a time found exactly, and sets it to `recurrence` times the power of
    that moment. Through unknown power the deficit is held.
    """
    rows, length = power.shape
    deficit = np.empty((rows, length))
    released = np.zeros((rows, length))
    delay = np.full((rows, length), math.nan)
    for row in range(rows):
        lacking = start[row]
        for k in range(length):
            rate, left = power[row, k], hours[row, k]
            if math.isnan(rate) or math.isnan(recurrence[row, k]):
                deficit[row, k] = released[row, k] = math.nan
                continue
            gone = 0.0
            # A zero deficit with no power must not fire for ever.
            while rate > 0.0 and rate * left >= lacking:
                wait = lacking / rate
                left -= wait
                gone += wait
                if math.isnan(delay[row, k]):
                    delay[row, k] = gone
                lacking = recurrence[row, k] * rate
                released[row, k] += lacking
                if recurrence[row, k] <= 0.0:
                    break
            lacking -= max(rate, 0.0) * left
            deficit[row, k] = lacking
    return deficit, released, delay


@njit(cache=True, nogil=True, error_model="numpy")
def dissipate(hours, power, released, delay, recurrence, rise):  # type: ignore[no-untyped-def]
    """Interval means of the rate at which released energy is spent, each pulse t exp(-t / rise) / rise^2."""
    rows, length = released.shape
    spent = np.empty((rows, length))
    for row in range(rows):
        first, second = 0.0, 0.0
        for k in range(length):
            step = hours[row, k]
            if math.isnan(released[row, k]):
                first, second, _ = relax_twice(first, second, step, rise)
                spent[row, k] = math.nan
                continue
            left, total = step, 0.0
            if not math.isnan(delay[row, k]):
                each = recurrence[row, k] * power[row, k]
                wait, count = delay[row, k], round(released[row, k] / each) if each > 0.0 else 0
                for _ in range(count):
                    first, second, part = relax_twice(first, second, min(wait, left), rise)
                    total += part
                    left -= min(wait, left)
                    first += each / rise
                    wait = recurrence[row, k]
            first, second, part = relax_twice(first, second, left, rise)
            total += part
            spent[row, k] = total / step if step > 0.0 else second
    return spent


@njit(cache=True, nogil=True, error_model="numpy")
def relax_twice(first, second, hours, rise):  # type: ignore[no-untyped-def]
    """Exact step of first' = -first / rise, second' = (first - second) / rise, and the integral of the second."""
    decay = math.exp(-hours / rise)
    first_end = first * decay
    second_end = (second + first * hours / rise) * decay
    return first_end, second_end, rise * (first - first_end) - rise * (second_end - second)


@njit(cache=True, nogil=True, error_model="numpy")
def polygon_field(points, corners, field):  # type: ignore[no-untyped-def]
    """Add to rows of `field` that of unit current along straight pieces, in units of mu_0 I / (4 pi length)."""
    for i in range(points.shape[0]):
        bx = by = bz = 0.0
        for j in range(corners.shape[0] - 1):
            ax, ay, az = (points[i, 0] - corners[j, 0], points[i, 1] - corners[j, 1], points[i, 2] - corners[j, 2])
            cx, cy, cz = (
                points[i, 0] - corners[j + 1, 0],
                points[i, 1] - corners[j + 1, 1],
                points[i, 2] - corners[j + 1, 2],
            )
            a = math.sqrt(ax * ax + ay * ay + az * az)
            c = math.sqrt(cx * cx + cy * cy + cz * cz)
            # One piece gives (a + c) / (a c (a c + a . c)) times a x c. Beside a long piece a c + a . c cancels, and
            # |a x c|^2 / (a c - a . c) is the same without loss.
            product, inner = a * c, ax * cx + ay * cy + az * cz
            ux, uy, uz = ay * cz - az * cy, az * cx - ax * cz, ax * cy - ay * cx
            if inner < 0.0:
                whole = (ux * ux + uy * uy + uz * uz) / (product - inner)
            else:
                whole = product + inner
            weight = (a + c) / (product * whole)
            bx += weight * ux
            by += weight * uy
            bz += weight * uz
        field[i, 0] += bx
        field[i, 1] += by
        field[i, 2] += bz
