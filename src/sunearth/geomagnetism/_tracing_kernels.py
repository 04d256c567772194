"""Compiled tracing of field lines: the pair of Dormand and Prince of orders 5 and 4 with its dense output.

A path is an array with a row for each step: position, unit vector along the field, distance along the line, field
strength, and the volume of the flux tube so far per unit flux (R_E/nT). Lengths are in R_E.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64, njit, types

from ._field_kernels import FIELD

PATH = 9  # columns of a path
X, Y, Z, T_X, T_Y, T_Z, DISTANCE, STRENGTH, VOLUME = range(PATH)

# How a leg ends.
SURFACE, BOX, LENGTH, UNDEFINED, INSIDE, STEPS = range(6)

MAX_STEPS = 3000

STAGES = np.zeros((7, 7))
STAGES[1, :1] = [1 / 5]
STAGES[2, :2] = [3 / 40, 9 / 40]
STAGES[3, :3] = [44 / 45, -56 / 15, 32 / 9]
STAGES[4, :4] = [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729]
STAGES[5, :5] = [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656]
STAGES[6, :6] = [35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]
ERROR = STAGES[6] - np.array([5179 / 57600, 0.0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40])
# Dense output of fourth order (Hairer, Norsett and Wanner 1993, section II.6).
DENSE = np.array(
    [
        -12715105075 / 11282082432, 0.0, 87487479700 / 32700410799, -10690763975 / 1880347072,
        701980252875 / 199316789632, -1453857185 / 822651844, 69997945 / 29380423,
    ]
)  # fmt: skip


_LEG = types.UniTuple(int64, 2)(
    FIELD, float64[::1], FIELD, float64[::1], float64, float64, float64, float64, float64, float64[::1],
    float64, float64, float64[:, ::1],
)  # fmt: skip


@njit(
    types.UniTuple(float64, 4)(FIELD, float64[::1], FIELD, float64[::1], float64, float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def heading(inner, inner_record, outer, outer_record, sign, x, y, z):  # type: ignore[no-untyped-def]
    """Unit vector along the field (against it for a negative sign), and the field strength."""
    a_x, a_y, a_z = inner(inner_record, x, y, z)
    c_x, c_y, c_z = outer(outer_record, x, y, z)
    b_x, b_y, b_z = a_x + c_x, a_y + c_y, a_z + c_z
    strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
    scale = sign / strength
    return b_x * scale, b_y * scale, b_z * scale, strength


@njit(
    float64(FIELD, float64[::1], FIELD, float64[::1], float64, float64, float64[::1], float64[:, ::1], float64[::1]),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def advance(inner, inner_record, outer, outer_record, sign, step, start, slopes, end):  # type: ignore[no-untyped-def]
    """One step of Dormand and Prince from a row of a path to the next; returns the estimated error.

    `slopes` (7, 4) holds the stages: unit vector and 1/B. The first is taken from the row that starts the step.
    """
    x, y, z = start[X], start[Y], start[Z]
    k = slopes
    k[0, 0], k[0, 1], k[0, 2], k[0, 3] = start[T_X], start[T_Y], start[T_Z], 1.0 / start[STRENGTH]
    for stage in range(1, 7):
        u, v, w = x, y, z
        for i in range(stage):
            weight = step * STAGES[stage, i]
            u += weight * k[i, 0]
            v += weight * k[i, 1]
            w += weight * k[i, 2]
        t_x, t_y, t_z, strength = heading(inner, inner_record, outer, outer_record, sign, u, v, w)
        k[stage, 0], k[stage, 1], k[stage, 2], k[stage, 3] = t_x, t_y, t_z, 1.0 / strength
    volume, e_x, e_y, e_z = 0.0, 0.0, 0.0, 0.0
    for i in range(7):
        volume += STAGES[6, i] * k[i, 3]
        e_x += ERROR[i] * k[i, 0]
        e_y += ERROR[i] * k[i, 1]
        e_z += ERROR[i] * k[i, 2]
    end[X], end[Y], end[Z] = u, v, w
    end[T_X], end[T_Y], end[T_Z] = t_x, t_y, t_z
    end[DISTANCE] = start[DISTANCE] + step
    end[STRENGTH] = strength
    end[VOLUME] = start[VOLUME] + step * volume
    return step * math.sqrt(e_x * e_x + e_y * e_y + e_z * e_z)


@njit(
    types.UniTuple(float64, 3)(float64[::1], float64[::1], float64[:, ::1], float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def between(start, end, slopes, step, fraction):  # type: ignore[no-untyped-def]
    """Position inside a step that was just made."""
    rest = 1.0 - fraction
    place = np.empty(3)
    for axis in range(3):
        rise = end[axis] - start[axis]
        first = step * slopes[0, axis] - rise
        last = rise - step * slopes[6, axis] - first
        middle = 0.0
        for i in range(7):
            middle += DENSE[i] * slopes[i, axis]
        place[axis] = start[axis] + fraction * (rise + rest * (first + fraction * (last + rest * step * middle)))
    return place[0], place[1], place[2]


@njit(float64(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def beyond_box(box, x, y, z):  # type: ignore[no-untyped-def]
    """How far outside a box (low and high of x, y, z) a point is; negative inside."""
    return max(max(box[0] - x, x - box[1]), max(max(box[2] - y, y - box[3]), max(box[4] - z, z - box[5])))


@njit(
    types.void(
        FIELD, float64[::1], FIELD, float64[::1], float64, float64, float64, float64[::1], float64[:, ::1],
        float64[::1],
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def finish(inner, inner_record, outer, outer_record, sign, fraction, step, start, slopes, end):  # type: ignore[no-untyped-def]
    """Cut the step that was just made short at a fraction of it."""
    volume = end[VOLUME]
    u, v, w = between(start, end, slopes, step, fraction)
    end[X], end[Y], end[Z] = u, v, w
    end[T_X], end[T_Y], end[T_Z], end[STRENGTH] = heading(inner, inner_record, outer, outer_record, sign, u, v, w)
    end[DISTANCE] = start[DISTANCE] + fraction * step
    # volume of the part by the dense output of the fourth component
    rise = volume - start[VOLUME]
    first = step * slopes[0, 3] - rise
    last = rise - step * slopes[6, 3] - first
    middle = 0.0
    for i in range(7):
        middle += DENSE[i] * slopes[i, 3]
    rest = 1.0 - fraction
    end[VOLUME] = start[VOLUME] + fraction * (rise + rest * (first + fraction * (last + rest * step * middle)))


@njit(_LEG, cache=True, nogil=True, error_model="numpy")
def trace_leg(inner, inner_record, outer, outer_record, x, y, z, sign, stop_radius, box, longest, tolerance, path):  # type: ignore[no-untyped-def]
    """Follow the field one way from a point until it meets the sphere, leaves the box, or grows too long.

    Returns how many rows of `path` were filled, and how the leg ends. The last row lies on the sphere or the box.
    """
    r = math.sqrt(x * x + y * y + z * z)
    row = path[0]
    row[X], row[Y], row[Z], row[DISTANCE], row[VOLUME] = x, y, z, 0.0, 0.0
    row[T_X], row[T_Y], row[T_Z], row[STRENGTH] = heading(inner, inner_record, outer, outer_record, sign, x, y, z)
    if not row[STRENGTH] > 0.0 or not r > 0.0:
        return 1, UNDEFINED
    if r < stop_radius * (1.0 - 1e-7):
        return 1, INSIDE
    if beyond_box(box, x, y, z) > 0.0:
        return 1, BOX
    grounded = r <= stop_radius * (1.0 + 1e-7)
    if grounded and x * row[T_X] + y * row[T_Y] + z * row[T_Z] <= 0.0:
        return 1, SURFACE
    slopes = np.empty((7, 4))
    step = 0.05 * r
    count = 1
    for _ in range(20 * MAX_STEPS):
        if count >= path.shape[0]:
            return count, STEPS
        start, end = path[count - 1], path[count]
        step = min(step, longest - start[DISTANCE])
        error = advance(inner, inner_record, outer, outer_record, sign, step, start, slopes, end)
        r = math.sqrt(end[X] ** 2 + end[Y] ** 2 + end[Z] ** 2)
        allowed = tolerance * max(1.0, min(r, 10.0))
        if not error <= allowed:
            if step < 1e-7:
                return count, UNDEFINED
            shrink = 0.9 * (allowed / error) ** 0.2 if error > 0.0 and error < math.inf else 0.1
            step *= max(0.1, min(0.7, shrink))
            continue
        if r < stop_radius:
            low = 0.0
            if count == 1 and grounded:  # the whole arc may lie inside the first step: look for its top
                for k in range(1, 33):
                    u, v, w = between(start, end, slopes, step, k / 33.0)
                    if u * u + v * v + w * w > stop_radius * stop_radius:
                        low = k / 33.0
                        break
                if low == 0.0:
                    return 1, SURFACE
            high = 1.0
            for _bisection in range(50):
                middle = 0.5 * (low + high)
                u, v, w = between(start, end, slopes, step, middle)
                if u * u + v * v + w * w < stop_radius * stop_radius:
                    high = middle
                else:
                    low = middle
            finish(inner, inner_record, outer, outer_record, sign, high, step, start, slopes, end)
            return count + 1, SURFACE
        if beyond_box(box, end[X], end[Y], end[Z]) > 0.0:
            low, high = 0.0, 1.0
            for _bisection in range(50):
                middle = 0.5 * (low + high)
                u, v, w = between(start, end, slopes, step, middle)
                if beyond_box(box, u, v, w) > 0.0:
                    high = middle
                else:
                    low = middle
            finish(inner, inner_record, outer, outer_record, sign, high, step, start, slopes, end)
            return count + 1, BOX
        count += 1
        if end[DISTANCE] >= longest * (1.0 - 1e-12):
            return count, LENGTH
        grow = 0.9 * (allowed / error) ** 0.2 if error > 0.0 else 5.0
        # no step longer than the distance to the Earth allows for: a line must not slip through it
        step = min(step * max(0.3, min(4.0, grow)), max(0.5 * r, 0.05))
    return count, STEPS


@njit(
    types.UniTuple(int64, 3)(
        FIELD, float64[::1], FIELD, float64[::1], float64, float64, float64, float64, float64[::1], float64, float64,
        float64[:, ::1], float64[:, ::1],
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def trace_line(inner, inner_record, outer, outer_record, x, y, z, stop_radius, box, longest, tolerance, leg, line):  # type: ignore[no-untyped-def]
    """A whole line through a point, from its southern to its northern end (against and along the field).

    Fills rows of `line`, with distance and volume from the southern end and unit vectors along the field; returns
    how many, and how the southern and the northern leg end. `leg` is room to work in.
    """
    count, south = trace_leg(
        inner, inner_record, outer, outer_record, x, y, z, -1.0, stop_radius, box, longest, tolerance, leg
    )
    total = leg[count - 1, DISTANCE]
    volume = leg[count - 1, VOLUME]
    for i in range(count):
        source = leg[count - 1 - i]
        line[i, :] = source
        line[i, T_X], line[i, T_Y], line[i, T_Z] = -source[T_X], -source[T_Y], -source[T_Z]
        line[i, DISTANCE] = total - source[DISTANCE]
        line[i, VOLUME] = volume - source[VOLUME]
    more, north = trace_leg(
        inner, inner_record, outer, outer_record, x, y, z, 1.0, stop_radius, box, longest, tolerance, leg
    )
    for i in range(1, more):
        line[count - 1 + i, :] = leg[i]
        line[count - 1 + i, DISTANCE] += total
        line[count - 1 + i, VOLUME] += volume
    return count + more - 1, south, north


@njit(types.void(float64[::1], float64[::1], float64, float64[::1]), cache=True, nogil=True, error_model="numpy")
def on_curve(first, second, distance, place):  # type: ignore[no-untyped-def]
    """Position at a distance along a line between two rows of its path, on the cubic that fits both rows."""
    step = second[DISTANCE] - first[DISTANCE]
    t = (distance - first[DISTANCE]) / step
    s = 1.0 - t
    for axis in range(3):
        place[axis] = (
            s * s * (1.0 + 2.0 * t) * first[axis]
            + t * t * (1.0 + 2.0 * s) * second[axis]
            + s * t * step * (s * first[T_X + axis] - t * second[T_X + axis])
        )


@njit(
    float64(FIELD, float64[::1], FIELD, float64[::1], float64[:, ::1], int64, float64, float64[::1]),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def strength_on_curve(inner, inner_record, outer, outer_record, line, row, distance, place):  # type: ignore[no-untyped-def]
    """Field strength at a distance along a line, near a row of its path."""
    first = row - 1 if distance < line[row, DISTANCE] else row
    on_curve(line[first], line[first + 1], distance, place)
    return heading(inner, inner_record, outer, outer_record, 1.0, place[0], place[1], place[2])[3]


@njit(
    types.void(FIELD, float64[::1], FIELD, float64[::1], float64[:, ::1], int64, float64[::1]),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def weakest_point(inner, inner_record, outer, outer_record, line, count, found):  # type: ignore[no-untyped-def]
    """Where the field along a line is weakest; `found` becomes a row of a path."""
    best = 0
    for i in range(1, count):
        if line[i, STRENGTH] < line[best, STRENGTH]:
            best = i
    found[:] = line[best]
    if best == 0 or best == count - 1:
        return
    # golden section on the curve through the neighbouring rows, then one exact step from the nearest row
    golden = 0.5 * (math.sqrt(5.0) - 1.0)
    low, high = line[best - 1, DISTANCE], line[best + 1, DISTANCE]
    place = np.empty(3)
    at = np.array([high - golden * (high - low), low + golden * (high - low)])
    value = np.empty(2)
    for i in range(2):
        value[i] = strength_on_curve(inner, inner_record, outer, outer_record, line, best, at[i], place)
    for _ in range(16):
        if value[0] < value[1]:
            high, at[1], value[1] = at[1], at[0], value[0]
            at[0] = high - golden * (high - low)
            value[0] = strength_on_curve(inner, inner_record, outer, outer_record, line, best, at[0], place)
        else:
            low, at[0], value[0] = at[0], at[1], value[1]
            at[1] = low + golden * (high - low)
            value[1] = strength_on_curve(inner, inner_record, outer, outer_record, line, best, at[1], place)
    step = 0.5 * (low + high) - line[best, DISTANCE]
    slopes = np.empty((7, 4))
    if abs(step) > 1e-12:
        advance(inner, inner_record, outer, outer_record, 1.0, step, line[best], slopes, found)


SUMMARY = 18  # southern end, northern end, how they end, length, volume, weakest point and field, farthest point, rows


@njit(types.void(float64[:, ::1], int64, float64[::1]), cache=True, nogil=True, error_model="numpy")
def farthest(line, count, place):  # type: ignore[no-untyped-def]
    """Point of a line that is farthest from the centre."""
    best, distance = 0, 0.0
    for i in range(count):
        r = line[i, X] ** 2 + line[i, Y] ** 2 + line[i, Z] ** 2
        if r > distance:
            best, distance = i, r
    place[0], place[1], place[2] = line[best, X], line[best, Y], line[best, Z]
    # the distance is stationary where the field has no radial part: bisect on the curve to the neighbour beyond it
    radial = place[0] * line[best, T_X] + place[1] * line[best, T_Y] + place[2] * line[best, T_Z]
    other = best + 1 if radial > 0.0 else best - 1
    if other < 0 or other >= count or radial == 0.0:
        return
    first, second = line[min(best, other)], line[max(best, other)]
    low, high = first[DISTANCE], second[DISTANCE]
    ahead = np.empty(3)
    small = 1e-4 * (high - low)
    for _ in range(40):
        middle = 0.5 * (low + high)
        on_curve(first, second, middle, place)
        on_curve(first, second, middle + small, ahead)
        if ahead[0] ** 2 + ahead[1] ** 2 + ahead[2] ** 2 > place[0] ** 2 + place[1] ** 2 + place[2] ** 2:
            low = middle
        else:
            high = middle


@njit(
    types.void(
        FIELD, float64[:, ::1], FIELD, float64[:, ::1], int64[::1], float64[::1], float64[::1], float64[::1],
        float64, float64[::1], float64, float64, float64[:, ::1], float64[:, :, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def trace_lines(
    inner, inner_records, outer, outer_records, state, x, y, z,
    stop_radius, box, longest, tolerance, summary, curves, start, stop,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Trace the lines through points; where `curves` (line, point, 4) has room, also equidistant points and field."""
    leg, line = np.empty((MAX_STEPS, PATH)), np.empty((2 * MAX_STEPS, PATH))
    found, place = np.empty(PATH), np.empty(3)
    points = curves.shape[1]
    for i in range(start, stop):
        inner_record, outer_record = inner_records[state[i]], outer_records[state[i]]
        count, south, north = trace_line(
            inner, inner_record, outer, outer_record, x[i], y[i], z[i], stop_radius, box, longest, tolerance, leg, line
        )
        out = summary[i]
        out[:] = math.nan
        out[6], out[7], out[17] = south, north, count
        if points > 0:
            curves[i, :, :] = math.nan
        if (south == UNDEFINED and north == UNDEFINED and count == 1) or south == INSIDE:
            continue
        last = line[count - 1]
        for axis in range(3):
            out[axis], out[3 + axis] = line[0, axis], last[axis]
        out[8], out[9] = last[DISTANCE], last[VOLUME]
        weakest_point(inner, inner_record, outer, outer_record, line, count, found)
        out[10], out[11], out[12], out[13] = found[X], found[Y], found[Z], found[STRENGTH]
        farthest(line, count, place)
        out[14], out[15], out[16] = place[0], place[1], place[2]
        row = 0
        for k in range(points):
            distance = last[DISTANCE] * k / (points - 1)
            while row < count - 2 and line[row + 1, DISTANCE] < distance:
                row += 1
            if count == 1:
                place[0], place[1], place[2] = line[0, X], line[0, Y], line[0, Z]
            else:
                on_curve(line[row], line[row + 1], distance, place)
            for axis in range(3):
                curves[i, k, axis] = place[axis]
            curves[i, k, 3] = heading(inner, inner_record, outer, outer_record, 1.0, place[0], place[1], place[2])[3]
