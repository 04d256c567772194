"""Compiled tracing of the main field to the apex of a line, to a height, and to the equator of the dipole.

Positions are geographic and Cartesian in R_E. The field is a record of `prepare_main_field` in geographic axes, mixed
from those of two epochs for each point whose year differs from that of the point before.
"""

from __future__ import annotations

import math

import numpy as np
from numba import boolean, float64, int64, njit, types

from sunearth.core.constants import EARTH_RADIUS, ELLIPSOID_EQUATOR, ELLIPSOID_POLE

from ._field_kernels import FIELD, HEADER, VECTOR
from ._tracing_kernels import (
    DISTANCE,
    PATH,
    STRENGTH,
    T_X,
    T_Y,
    T_Z,
    VOLUME,
    X,
    Y,
    Z,
    advance,
    between,
    heading,
)

# Semi-axes of the ellipsoid in R_E, and what Bowring's formula needs of them.
MAJOR = ELLIPSOID_EQUATOR / (1e-3 * EARTH_RADIUS)
MINOR = ELLIPSOID_POLE / (1e-3 * EARTH_RADIUS)
FIRST_ECCENTRICITY2 = 1.0 - (MINOR / MAJOR) ** 2
SECOND_ECCENTRICITY2 = (MAJOR / MINOR) ** 2 - 1.0

# What a line is followed to.
APEX, HEIGHT, EQUATOR = range(3)

CORE = 0.6  # R_E: no line is followed below
FAR = 1e8  # R_E: a line that is still rising there has its apex at infinity, within 0.006 degrees of latitude
MOST_STEPS = 2000
STEEPEST = 1.3  # rad: the dip equator is sought up to this latitude of the dipole

_PARTS = (FIELD, float64[::1], FIELD, float64[::1])


@njit(types.UniTuple(float64, 4)(float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def vertical(x, y, z):  # type: ignore[no-untyped-def]
    """Upward normal of the ellipsoid that passes through a point, and height above the ellipsoid (Bowring 1976)."""
    across = math.sqrt(x * x + y * y)
    cosine, sine = MINOR * across, MAJOR * z  # of the reduced latitude
    north, out = 0.0, 0.0
    for _ in range(3):
        size = math.sqrt(cosine * cosine + sine * sine)
        cosine, sine = cosine / size, sine / size
        north = z + SECOND_ECCENTRICITY2 * MINOR * sine * sine * sine
        out = across - FIRST_ECCENTRICITY2 * MAJOR * cosine * cosine * cosine
        cosine, sine = MAJOR * out, MINOR * north
    size = math.sqrt(north * north + out * out)
    sine, cosine = north / size, out / size
    height = across * cosine + z * sine - MAJOR * math.sqrt(1.0 - FIRST_ECCENTRICITY2 * sine * sine)
    if across > 0.0:
        return cosine * x / across, cosine * y / across, sine, height
    return 0.0, 0.0, sine, height


@njit(
    types.void(float64[::1], float64[:, ::1], float64, float64[::1]), cache=True, nogil=True, error_model="numpy"
)  # fmt: skip
def mix_records(epochs, records, year, record):  # type: ignore[no-untyped-def]
    """Record of a year from those at the epochs, on straight lines between them and beyond the last."""
    k = min(max(np.searchsorted(epochs, year, side="right") - 1, 0), epochs.size - 2)
    weight = (year - epochs[k]) / (epochs[k + 1] - epochs[k])
    low, high = records[k], records[k + 1]
    tables = HEADER + int(low[0]) + 2
    for i in range(tables):  # where a degree may be left out: the farther of the two
        record[i] = max(low[i], high[i])
    for i in range(tables, record.size):
        record[i] = low[i] + weight * (high[i] - low[i])


@njit(
    float64(*_PARTS, float64, int64, float64, float64[::1], float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def ahead(inner, record, outer, nothing, sign, goal, target, axis, x, y, z):  # type: ignore[no-untyped-def]
    """Positive before the goal of a trace and negative behind: rate of climb, height to go, distance from a plane."""
    if goal == HEIGHT:
        return vertical(x, y, z)[3] - target
    if goal == EQUATOR:
        return -sign * (axis[0] * x + axis[1] * y + axis[2] * z)
    up_x, up_y, up_z, _ = vertical(x, y, z)
    t_x, t_y, t_z, _ = heading(inner, record, outer, nothing, sign, x, y, z)
    return t_x * up_x + t_y * up_y + t_z * up_z


@njit(
    boolean(
        *_PARTS, float64, int64, float64, float64[::1], float64, float64, float64, float64, float64[:, ::1],
        float64[:, ::1], float64[::1],
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def follow(inner, record, outer, nothing, sign, goal, target, axis, tolerance, x, y, z, rows, slopes, found):  # type: ignore[no-untyped-def]
    """Follow the field (against it for a negative sign) from a point to a goal; tell whether it was reached.

    `rows` (2, PATH) and `slopes` (7, 4) are room to work in.
    """
    found[0], found[1], found[2] = x, y, z
    start, end = rows[0], rows[1]
    start[X], start[Y], start[Z], start[DISTANCE], start[VOLUME] = x, y, z, 0.0, 0.0
    start[T_X], start[T_Y], start[T_Z], start[STRENGTH] = heading(inner, record, outer, nothing, sign, x, y, z)
    r = math.sqrt(x * x + y * y + z * z)
    if not start[STRENGTH] > 0.0 or not r >= CORE:
        return False
    value = ahead(inner, record, outer, nothing, sign, goal, target, axis, x, y, z)
    if not value > 0.0:
        return value <= 0.0
    floor = r * (1.0 - 1e-9)
    step = 0.03 * r
    for _ in range(MOST_STEPS):
        error = advance(inner, record, outer, nothing, sign, step, start, slopes, end)
        r = math.sqrt(end[X] ** 2 + end[Y] ** 2 + end[Z] ** 2)
        allowed = tolerance * max(1.0, min(r, 10.0))
        if not error <= allowed or not r >= CORE:
            if step < 1e-9:
                return False
            shrink = 0.9 * (allowed / error) ** 0.2 if 0.0 < error < math.inf else 0.1
            step *= max(0.1, min(0.7, shrink))
            continue
        if goal == APEX:
            up_x, up_y, up_z, _ = vertical(end[X], end[Y], end[Z])
            after = end[T_X] * up_x + end[T_Y] * up_y + end[T_Z] * up_z
        else:
            after = ahead(inner, record, outer, nothing, sign, goal, target, axis, end[X], end[Y], end[Z])
        if after <= 0.0:
            break
        if r > FAR:
            found[0], found[1], found[2] = end[X], end[Y], end[Z]
            return goal != HEIGHT
        if goal == EQUATOR and r < floor:  # the line sinks before it has met the plane
            return False
        value = after
        start[:] = end
        grow = 0.9 * (allowed / error) ** 0.2 if error > 0.0 else 5.0
        step = min(step * max(0.3, min(4.0, grow)), 0.5 * r)
    else:
        return False
    # the place inside the step, on its dense output, by the rule of false position as Illinois does it
    low, high, last = 0.0, 1.0, 0
    fraction, after_high, value_low = 1.0, after, value
    for _ in range(60):
        fraction = (low * after_high - high * value_low) / (after_high - value_low)
        x, y, z = between(start, end, slopes, step, fraction)
        middle = ahead(inner, record, outer, nothing, sign, goal, target, axis, x, y, z)
        if middle > 0.0:
            if last == 1:
                after_high *= 0.5
            low, value_low, last = fraction, middle, 1
        else:
            if last == -1:
                value_low *= 0.5
            high, after_high, last = fraction, middle, -1
        if abs(middle) < 1e-13 or high - low < 1e-13:
            break
    # one exact step to there; for a surface also along the tangent onto it
    advance(inner, record, outer, nothing, sign, fraction * step, start, slopes, end)
    x, y, z = end[X], end[Y], end[Z]
    if goal != APEX:
        off = ahead(inner, record, outer, nothing, sign, goal, target, axis, x, y, z)
        if goal == HEIGHT:
            u, v, w, _ = vertical(x, y, z)
        else:
            u, v, w = -sign * axis[0], -sign * axis[1], -sign * axis[2]
        rate = end[T_X] * u + end[T_Y] * v + end[T_Z] * w
        if abs(rate) > 1e-3:
            x, y, z = x - end[T_X] * off / rate, y - end[T_Y] * off / rate, z - end[T_Z] * off / rate
    found[0], found[1], found[2] = x, y, z
    if goal == EQUATOR:
        return math.sqrt(x * x + y * y + z * z) >= floor
    return True


@njit(
    types.void(
        *_PARTS, float64[::1], float64[:, ::1], float64[::1], float64[::1], float64[::1], float64[::1], float64,
        float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def trace_to_apex(
    inner, record, outer, nothing, epochs, records, year, x, y, z, tolerance, result, start, stop
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Apex of the lines through points: its position and height, and the hemisphere (1 north, -1 south).

    The record given holds the shape only; a copy of it is filled for each year.
    """
    record = record.copy()
    rows, slopes, found, axis = np.empty((2, PATH)), np.empty((7, 4)), np.empty(3), np.zeros(3)
    known = math.nan
    for i in range(start, stop):
        result[i, :] = math.nan
        if math.isnan(year[i]):
            continue
        if year[i] != known:
            known = year[i]
            mix_records(epochs, records, known, record)
        up_x, up_y, up_z, height = vertical(x[i], y[i], z[i])
        b_x, b_y, b_z = inner(record, x[i], y[i], z[i])
        upward = b_x * up_x + b_y * up_y + b_z * up_z
        sign = 1.0 if upward >= 0.0 else -1.0
        if not follow(
            inner, record, outer, nothing, sign, APEX, 0.0, axis, tolerance, x[i], y[i], z[i], rows, slopes, found
        ):
            continue
        result[i, 0], result[i, 1], result[i, 2] = found[0], found[1], found[2]
        result[i, 3] = max(height, vertical(found[0], found[1], found[2])[3])
        result[i, 4] = -sign


@njit(
    types.void(
        *_PARTS, float64[::1], float64[:, ::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1], float64, float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def trace_to_height(
    inner, record, outer, nothing, epochs, records, year, x, y, z, sign, height, tolerance, result, start, stop
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Where lines come down to a height from their apex, along the field or against it; NaN if it lies below."""
    record = record.copy()
    rows, slopes, found, axis = np.empty((2, PATH)), np.empty((7, 4)), np.empty(3), np.zeros(3)
    known = math.nan
    for i in range(start, stop):
        result[i, :] = math.nan
        if math.isnan(year[i]) or not abs(sign[i]) > 0.0:
            continue
        if year[i] != known:
            known = year[i]
            mix_records(epochs, records, known, record)
        if vertical(x[i], y[i], z[i])[3] < height[i] - 1e-9:
            continue
        if follow(
            inner, record, outer, nothing, sign[i], HEIGHT, height[i], axis, tolerance, x[i], y[i], z[i],
            rows, slopes, found,
        ):  # fmt: skip
            result[i, 0], result[i, 1], result[i, 2] = found[0], found[1], found[2]


@njit(
    types.void(
        *_PARTS, float64[::1], float64[:, ::1], float64[::1], float64[:, ::1], float64[::1], float64[::1],
        float64[::1], float64, float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def trace_to_equator(
    inner, record, outer, nothing, epochs, records, year, axes, x, y, z, tolerance, result, start, stop
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Where lines meet the equator of the dipole, and from which hemisphere; NaN if they sink below their start."""
    record = record.copy()
    rows, slopes, found = np.empty((2, PATH)), np.empty((7, 4)), np.empty(3)
    known = math.nan
    for i in range(start, stop):
        result[i, :] = math.nan
        if math.isnan(year[i]):
            continue
        if year[i] != known:
            known = year[i]
            mix_records(epochs, records, known, record)
        axis = axes[i]
        side = axis[0] * x[i] + axis[1] * y[i] + axis[2] * z[i]
        sign = -1.0 if side > 0.0 else 1.0
        if follow(
            inner, record, outer, nothing, sign, EQUATOR, 0.0, axis, tolerance, x[i], y[i], z[i], rows, slopes, found
        ):
            result[i, 0], result[i, 1], result[i, 2], result[i, 3] = found[0], found[1], found[2], -sign


@njit(VECTOR(float64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def at_height(u, v, w, height):  # type: ignore[no-untyped-def]
    """Place of a height above the ellipsoid in a geocentric direction."""
    r = 1.0 + height
    for _ in range(6):
        r += height - vertical(r * u, r * v, r * w)[3]
    return r * u, r * v, r * w


@njit(
    types.void(
        *_PARTS, float64[::1], float64[:, ::1], float64[::1], float64[:, ::1], float64[:, ::1], float64[::1],
        float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def find_apex(
    inner, record, outer, nothing, epochs, records, year, axes, equator, height, result, start, stop
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Where the field is horizontal at a height, on a meridian of the dipole.

    `axes` are the directions of the dipole's northern pole, `equator` those in which the meridians meet its equator.
    """
    record = record.copy()
    known = math.nan
    for i in range(start, stop):
        result[i, :] = math.nan
        if not height[i] > CORE - 1.0 or math.isnan(year[i]) or math.isnan(equator[i, 0]):
            continue
        if year[i] != known:
            known = year[i]
            mix_records(epochs, records, known, record)
        low, high, value_low, value_high, last = -STEEPEST, STEEPEST, math.nan, math.nan, 0
        x, y, z = math.nan, math.nan, math.nan
        for k in range(64):
            if k == 0:
                latitude = low
            elif k == 1:
                latitude = high
            else:
                latitude = (low * value_high - high * value_low) / (value_high - value_low)
            cosine, sine = math.cos(latitude), math.sin(latitude)
            x, y, z = at_height(
                cosine * equator[i, 0] + sine * axes[i, 0],
                cosine * equator[i, 1] + sine * axes[i, 1],
                cosine * equator[i, 2] + sine * axes[i, 2],
                height[i],
            )
            up_x, up_y, up_z, _ = vertical(x, y, z)
            t_x, t_y, t_z, _ = heading(inner, record, outer, nothing, 1.0, x, y, z)
            value = t_x * up_x + t_y * up_y + t_z * up_z
            if k == 0:
                value_low = value
            elif k == 1:
                value_high = value
                if not (value_low > 0.0 and value_high < 0.0):  # the field points out in the south, in in the north
                    break
            elif value > 0.0:
                if last == 1:
                    value_high *= 0.5
                low, value_low, last = latitude, value, 1
            else:
                if last == -1:
                    value_low *= 0.5
                high, value_high, last = latitude, value, -1
            if k > 1 and (abs(value) < 1e-14 or high - low < 1e-14):
                break
        if k > 1:
            result[i, 0], result[i, 1], result[i, 2] = x, y, z
