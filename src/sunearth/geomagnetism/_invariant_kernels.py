"""Compiled bounces and drift shells: integrals between mirror points, and the shell that keeps them around the Earth.

A line is held as two legs that start from one point, along the field and against it. A leg has a row (see
`_tracing_kernels`) at each step, and for each step the polynomials of its dense output: position, and one over the
field strength, whose integral is the fourth component that the tracer carries. Distances along the line are counted
from the starting point, positive along the field. Lengths are in R_E and fields in nT.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64, njit, types

from ._field_kernels import FIELD
from ._tracing_kernels import (
    BOX,
    DENSE,
    DISTANCE,
    LENGTH,
    PATH,
    STEPS,
    STRENGTH,
    SURFACE,
    T_X,
    T_Y,
    T_Z,
    UNDEFINED,
    X,
    Y,
    Z,
    advance,
    beyond_box,
    heading,
)

# How a leg ends, besides the ways of `_tracing_kernels`: it is beyond the mirror point and on its way down.
MIRRORED = 10

MAX_ROWS = 1000
POLYNOMIAL = 16  # numbers of the dense output of a step: four for each of x, y, z and the integral of 1/B

# Nodes of the quadratures. Between mirror points distance is middle + half sin t, which turns the square root at both
# ends into a smooth periodic function of t: equidistant t are then as good as Gauss-Jacobi nodes.
BOUNCE_NODES = 16
CAP_NODES, CAP_WEIGHTS = np.polynomial.legendre.leggauss(12)

# What a line gives: the integrals I and S_b, mirror points, number of pockets, weakest field and its place, truncation.
INVARIANT, BOUNCE, MIRROR_SOUTH, MIRROR_NORTH, POCKETS, WEAKEST, WEAKEST_AT, TRUNCATED = range(8)
LINE = 8

# What became of a drift shell.
CLOSED, BIFURCATED, DRIFT_LOSS, BOUNCE_LOSS, SHELL_OPEN, LINE_OPEN, NO_SHELL = range(7)

_SOURCE = (FIELD, float64[::1], FIELD, float64[::1])
_LEGS = (float64[:, :, ::1], float64[:, :, ::1], int64[::1])


@njit(
    types.UniTuple(int64, 2)(
        *_SOURCE, float64, float64, float64, float64[::1], float64, float64, int64, float64[:, ::1], float64[:, ::1],
        float64[:, ::1],
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def follow(
    inner,
    inner_record,
    outer,
    outer_record,
    sign,
    enough,
    stop_radius,
    box,
    longest,
    tolerance,
    count,
    rows,
    dense,
    slopes,
):  # type: ignore[no-untyped-def]
    """Carry a leg of `count` rows on: to where the field exceeds `enough`, below a radius, or to where it is lost.

    A barrier between two pockets of the line is no end: the leg must also have come down from its start, or the field
    be well above `enough`.
    """
    here = rows[count - 1]
    r = math.sqrt(here[X] ** 2 + here[Y] ** 2 + here[Z] ** 2)
    first = math.sqrt(rows[0, X] ** 2 + rows[0, Y] ** 2 + rows[0, Z] ** 2)
    step = 0.1 * r if count == 1 else here[DISTANCE] - rows[count - 2, DISTANCE]
    for _ in range(10 * MAX_ROWS):
        start = rows[count - 1]
        if r < stop_radius:
            return count, SURFACE
        if count >= rows.shape[0]:
            return count, STEPS
        if start[DISTANCE] > longest:
            return count, LENGTH
        if beyond_box(box, start[X], start[Y], start[Z]) > 0.0:
            return count, BOX
        end = rows[count]
        error = advance(inner, inner_record, outer, outer_record, sign, step, start, slopes, end)
        reached = math.sqrt(end[X] ** 2 + end[Y] ** 2 + end[Z] ** 2)
        allowed = tolerance * max(1.0, min(reached, 10.0))
        # a step from above the sphere may not end far below it, where main fields are not meant to be summed
        if not (error <= allowed and reached > 0.9 * stop_radius):
            if step < 1e-6:
                return count, UNDEFINED
            shrink = 0.9 * (allowed / error) ** 0.2 if error > 0.0 and error < math.inf else 0.3
            step *= max(0.1, min(0.7, shrink))
            continue
        polynomials = dense[count - 1]
        for k in range(4):
            rise = end[k] - start[k] if k < 3 else 0.0
            middle = 0.0
            if k == 3:
                rise = end[PATH - 1] - start[PATH - 1]
            for i in range(7):
                middle += DENSE[i] * slopes[i, k]
            polynomials[4 * k] = rise
            polynomials[4 * k + 1] = step * slopes[0, k] - rise
            polynomials[4 * k + 2] = rise - step * slopes[6, k] - polynomials[4 * k + 1]
            polynomials[4 * k + 3] = step * middle
        count += 1
        r = reached
        beyond = end[STRENGTH] > enough and end[STRENGTH] > start[STRENGTH]
        if beyond and (r < 0.95 * first or end[STRENGTH] > 2.0 * enough):
            return count, MIRRORED
        grow = 0.9 * (allowed / error) ** 0.2 if error > 0.0 else 3.0
        step = min(step * max(0.3, min(3.0, grow)), 0.5 * r)
    return count, STEPS


@njit(
    types.void(*_SOURCE, float64, float64, float64, float64, float64[:, ::1]),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def begin(inner, inner_record, outer, outer_record, sign, x, y, z, rows):  # type: ignore[no-untyped-def]
    """Set the first row of a leg."""
    row = rows[0]
    row[X], row[Y], row[Z], row[DISTANCE], row[PATH - 1] = x, y, z, 0.0, 0.0
    row[T_X], row[T_Y], row[T_Z], row[STRENGTH] = heading(inner, inner_record, outer, outer_record, sign, x, y, z)


@njit(types.Tuple((int64, int64, float64))(*_LEGS, float64), cache=True, nogil=True, error_model="numpy")
def step_at(rows, dense, counts, distance):  # type: ignore[no-untyped-def]
    """Leg and step that hold a distance along the line, and the fraction of the step."""
    leg = 0 if distance >= 0.0 else 1
    if counts[leg] < 2:
        leg = 1 - leg
    wanted = abs(distance) if (leg == 0) == (distance >= 0.0) else 0.0
    low, high = 0, counts[leg] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if rows[leg, middle, DISTANCE] <= wanted:
            low = middle
        else:
            high = middle
    start, end = rows[leg, low, DISTANCE], rows[leg, low + 1, DISTANCE]
    return leg, low, (wanted - start) / (end - start)


@njit(types.UniTuple(float64, 3)(*_LEGS, float64), cache=True, nogil=True, error_model="numpy")
def position(rows, dense, counts, distance):  # type: ignore[no-untyped-def]
    """Position at a distance along a line."""
    leg, step, f = step_at(rows, dense, counts, distance)
    p, row = dense[leg, step], rows[leg, step]
    g = 1.0 - f
    return (
        row[X] + f * (p[0] + g * (p[1] + f * (p[2] + g * p[3]))),
        row[Y] + f * (p[4] + g * (p[5] + f * (p[6] + g * p[7]))),
        row[Z] + f * (p[8] + g * (p[9] + f * (p[10] + g * p[11]))),
    )


@njit(float64(*_LEGS, float64), cache=True, nogil=True, error_model="numpy")
def interpolated_strength(rows, dense, counts, distance):  # type: ignore[no-untyped-def]
    """Field strength at a distance along a line, from the dense output: no field is evaluated."""
    leg, step, f = step_at(rows, dense, counts, distance)
    p = dense[leg, step, 12:]
    length = rows[leg, step + 1, DISTANCE] - rows[leg, step, DISTANCE]
    slope = p[0] + p[1] * (1.0 - 2.0 * f) + f * (p[2] * (2.0 - 3.0 * f) + p[3] * (2.0 + f * (4.0 * f - 6.0)))
    return length / slope


@njit(float64(*_SOURCE, *_LEGS, float64), cache=True, nogil=True, error_model="numpy")
def exact_strength(inner, inner_record, outer, outer_record, rows, dense, counts, distance):  # type: ignore[no-untyped-def]
    """Field strength at a distance along a line."""
    x, y, z = position(rows, dense, counts, distance)
    return heading(inner, inner_record, outer, outer_record, 1.0, x, y, z)[3]


@njit(float64(*_LEGS, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def crossing(rows, dense, counts, inside, outside, b_mirror):  # type: ignore[no-untyped-def]
    """Distance between a point of weaker and one of stronger field where the field is that of the mirror point."""
    for _ in range(40):
        middle = 0.5 * (inside + outside)
        if interpolated_strength(rows, dense, counts, middle) < b_mirror:
            inside = middle
        else:
            outside = middle
    return 0.5 * (inside + outside)


@njit(
    types.UniTuple(float64, 3)(*_SOURCE, *_LEGS, float64, int64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def parabola(inner, inner_record, outer, outer_record, rows, dense, counts, place, exact):  # type: ignore[no-untyped-def]
    """Parabola B = least + a (s - place)^2 near the weakest field of a pocket: place, least and a."""
    x, y, z = position(rows, dense, counts, place)
    # short enough for the fourth power to be left out, long enough for the second to stand above rounding
    reach = (2e-3 if exact else 1e-2) * math.sqrt(x * x + y * y + z * z)
    if exact:
        low = exact_strength(inner, inner_record, outer, outer_record, rows, dense, counts, place - reach)
        here = exact_strength(inner, inner_record, outer, outer_record, rows, dense, counts, place)
        high = exact_strength(inner, inner_record, outer, outer_record, rows, dense, counts, place + reach)
    else:
        low = interpolated_strength(rows, dense, counts, place - reach)
        here = interpolated_strength(rows, dense, counts, place)
        high = interpolated_strength(rows, dense, counts, place + reach)
    a = 0.5 * (low + high - 2.0 * here) / (reach * reach)
    shift = -0.25 * (high - low) / (reach * a)
    if a > 0.0 and abs(shift) < 2.0 * reach:
        return place + shift, here - a * shift * shift, a
    return place, here, a


@njit(
    float64(*_SOURCE, *_LEGS, float64, float64, float64, float64), cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def polish(inner, inner_record, outer, outer_record, rows, dense, counts, distance, b_mirror, place, a):  # type: ignore[no-untyped-def]
    """Improve a mirror point that the dense output gave, by Newton's steps on the field itself.

    Near the weakest field at `place` the slope is that of the parabola, further out that of the dense output.
    """
    small = 1e-3
    for _ in range(4):
        slope = 2.0 * a * (distance - place)
        if abs(distance - place) > 0.3:
            slope = interpolated_strength(rows, dense, counts, distance + small)
            slope = (slope - interpolated_strength(rows, dense, counts, distance - small)) / (2.0 * small)
        b = exact_strength(inner, inner_record, outer, outer_record, rows, dense, counts, distance)
        change = (b_mirror - b) / slope
        if not abs(change) < max(0.02, 0.5 * abs(distance - place)):  # an extremum: nothing to gain
            return distance
        distance += change
        if abs(change) < 1e-10:
            break
    return distance


@njit(types.UniTuple(float64, 2)(*_LEGS, float64, float64), cache=True, nogil=True, error_model="numpy")
def weakest_between(rows, dense, counts, low, high):  # type: ignore[no-untyped-def]
    """Distance of the weakest field between two others, and the field there."""
    golden = 0.5 * (math.sqrt(5.0) - 1.0)
    a, b = high - golden * (high - low), low + golden * (high - low)
    at_a, at_b = interpolated_strength(rows, dense, counts, a), interpolated_strength(rows, dense, counts, b)
    for _ in range(36):
        if at_a < at_b:
            high, b, at_b = b, a, at_a
            a = high - golden * (high - low)
            at_a = interpolated_strength(rows, dense, counts, a)
        else:
            low, a, at_a = a, b, at_b
            b = low + golden * (high - low)
            at_b = interpolated_strength(rows, dense, counts, b)
    middle = 0.5 * (low + high)
    return middle, interpolated_strength(rows, dense, counts, middle)


@njit(
    types.UniTuple(float64, 2)(*_SOURCE, *_LEGS, float64, float64, float64, int64, int64, float64[:, ::1]),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def pocket_integrals(
    inner, inner_record, outer, outer_record, rows, dense, counts, left, right, b_mirror, exact, number, nodes
):  # type: ignore[no-untyped-def]
    """Integrals of sqrt(1 - B/B_m) and of its inverse between two distances.

    Where `nodes` has room, its rows become distance and weight in the second integral.
    """
    middle, half = 0.5 * (left + right), 0.5 * (right - left)
    width = math.pi / number
    invariant, bounce = 0.0, 0.0
    for k in range(number):
        t = (k + 0.5) * width - 0.5 * math.pi
        distance = middle + half * math.sin(t)
        if exact:
            b = exact_strength(inner, inner_record, outer, outer_record, rows, dense, counts, distance)
        else:
            b = interpolated_strength(rows, dense, counts, distance)
        root = math.sqrt(max(1.0 - b / b_mirror, 1e-30))
        weight = half * math.cos(t) * width
        invariant += weight * root
        # where rounding hides the difference of two fields, the pocket is a parabola: sin t is its coordinate
        inverse = weight / root if root > 1e-6 else 0.0
        bounce += inverse
        if k < nodes.shape[0]:
            nodes[k, 0], nodes[k, 1] = distance, inverse
    return invariant, bounce


@njit(
    types.void(*_SOURCE, *_LEGS, float64, int64, int64, float64[::1], float64[:, ::1]),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def integrate_line(inner, inner_record, outer, outer_record, rows, dense, counts, b_mirror, exact, number, line, nodes):  # type: ignore[no-untyped-def]
    """Integrals of a line between mirror points, summed over its pockets of field below that of the mirror points.

    Without a pocket the invariant goes on below zero, linear in the field that is lacking, as it is in a shallow
    pocket: a root search then passes through particles of 90 degrees smoothly.
    """
    line[:] = math.nan
    total = counts[0] + counts[1] - 1
    at, strength = np.empty(total), np.empty(total)
    for k in range(counts[1]):
        at[k], strength[k] = -rows[1, counts[1] - 1 - k, DISTANCE], rows[1, counts[1] - 1 - k, STRENGTH]
    for k in range(1, counts[0]):
        at[counts[1] - 1 + k], strength[counts[1] - 1 + k] = rows[0, k, DISTANCE], rows[0, k, STRENGTH]
    invariant, bounce, pockets, truncated = 0.0, 0.0, 0, 0
    last = -math.inf  # end of the pocket before
    line[WEAKEST] = math.inf
    for k in range(1, total - 1):
        if not (strength[k] <= strength[k - 1] and strength[k] < strength[k + 1]):
            continue
        place, least = weakest_between(rows, dense, counts, at[k - 1], at[k + 1])
        a = 0.0
        if exact:
            place, least, a = parabola(inner, inner_record, outer, outer_record, rows, dense, counts, place, 1)
        if least < line[WEAKEST]:
            line[WEAKEST], line[WEAKEST_AT] = least, place
        if least >= b_mirror or place <= last:
            continue
        i = k
        while i > 0 and (strength[i] < b_mirror or at[i] >= place):
            i -= 1
        left = at[0]
        if strength[i] >= b_mirror and at[i] < place:
            left = crossing(rows, dense, counts, min(at[i + 1], place), at[i], b_mirror)
            if exact:
                if b_mirror - least < 1e-3 * b_mirror and a > 0.0:
                    left = place - math.sqrt((b_mirror - least) / a)
                left = polish(inner, inner_record, outer, outer_record, rows, dense, counts, left, b_mirror, place, a)
        else:
            truncated = 1
        i = k
        while i < total - 1 and (strength[i] < b_mirror or at[i] <= place):
            i += 1
        right = at[total - 1]
        if strength[i] >= b_mirror and at[i] > place:
            right = crossing(rows, dense, counts, max(at[i - 1], place), at[i], b_mirror)
            if exact:
                if b_mirror - least < 1e-3 * b_mirror and a > 0.0:
                    right = place + math.sqrt((b_mirror - least) / a)
                right = polish(inner, inner_record, outer, outer_record, rows, dense, counts, right, b_mirror, place, a)
        else:
            truncated = 1
        part, inverse = pocket_integrals(
            inner, inner_record, outer, outer_record, rows, dense, counts, left, right, b_mirror, exact, number, nodes
        )
        invariant += part
        bounce += inverse
        if pockets == 0:
            line[MIRROR_SOUTH] = left
        line[MIRROR_NORTH] = right
        pockets += 1
        last = right
    line[POCKETS], line[TRUNCATED] = pockets, truncated
    place = line[WEAKEST_AT]
    shallow = pockets == 0 or (pockets == 1 and b_mirror - line[WEAKEST] < 1e-6 * b_mirror)
    if shallow and not math.isnan(place):
        _, _, a = parabola(inner, inner_record, outer, outer_record, rows, dense, counts, place, exact)
        if a > 0.0:
            invariant = 0.5 * math.pi * (b_mirror - line[WEAKEST]) / math.sqrt(a * b_mirror)
            bounce = math.pi * math.sqrt(b_mirror / a)
        else:
            invariant, bounce = math.nan, math.nan
        reach = math.sqrt(max(b_mirror - line[WEAKEST], 0.0) / a)
        line[MIRROR_SOUTH], line[MIRROR_NORTH] = place - reach, place + reach
    elif pockets == 0:
        invariant, bounce = math.nan, math.nan
    line[INVARIANT], line[BOUNCE] = invariant, bounce


@njit(
    types.UniTuple(int64, 2)(
        *_SOURCE, float64, float64, float64, float64, float64, float64[::1], float64, float64, *_LEGS, float64[:, ::1],
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def both_legs(
    inner,
    inner_record,
    outer,
    outer_record,
    x,
    y,
    z,
    enough,
    stop_radius,
    box,
    longest,
    tolerance,
    rows,
    dense,
    counts,
    slopes,
):  # type: ignore[no-untyped-def]
    """Follow a line both ways from a point; how each leg ends, that along the field first."""
    counts[0], counts[1] = 1, 1
    begin(inner, inner_record, outer, outer_record, 1.0, x, y, z, rows[0])
    if not rows[0, 0, STRENGTH] > 0.0:
        return UNDEFINED, UNDEFINED
    begin(inner, inner_record, outer, outer_record, -1.0, x, y, z, rows[1])
    counts[0], north = follow(
        inner, inner_record, outer, outer_record, 1.0, enough, stop_radius, box, longest, tolerance, 1, rows[0],
        dense[0], slopes,
    )  # fmt: skip
    if north != MIRRORED and north != SURFACE:
        return north, UNDEFINED
    counts[1], south = follow(
        inner, inner_record, outer, outer_record, -1.0, enough, stop_radius, box, longest, tolerance, 1, rows[1],
        dense[1], slopes,
    )  # fmt: skip
    return north, south


@njit(float64(*_LEGS, int64, float64), cache=True, nogil=True, error_model="numpy")
def foot_distance(rows, dense, counts, leg, radius):  # type: ignore[no-untyped-def]
    """Signed distance along a leg where it comes down through a sphere; NaN where it does not."""
    count = counts[leg]
    for k in range(count - 1, 0, -1):
        row, before = rows[leg, k], rows[leg, k - 1]
        above = before[X] ** 2 + before[Y] ** 2 + before[Z] ** 2 >= radius * radius
        if above and row[X] ** 2 + row[Y] ** 2 + row[Z] ** 2 < radius * radius:
            sign = 1.0 if leg == 0 else -1.0
            low, high = before[DISTANCE], row[DISTANCE]
            for _ in range(40):
                middle = 0.5 * (low + high)
                x, y, z = position(rows, dense, counts, sign * middle)
                if x * x + y * y + z * z < radius * radius:
                    high = middle
                else:
                    low = middle
            return sign * 0.5 * (low + high)
    return math.nan


# Row of a bounce: I, S_b, southern and northern mirror point, weakest point, its field, mirror field, length, state.
BOUNCE_ROW = 15


@njit(
    types.void(
        FIELD, float64[:, ::1], FIELD, float64[:, ::1], int64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1], int64, float64[::1], float64, float64[:, ::1], float64[:, :, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def bounces(
    inner, inner_records, outer, outer_records, state, x, y, z, ratio, equatorial, box, tolerance, result, averages,
    start, stop,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Bounces through points: `ratio` is the field of the mirror point over that here, or over the weakest on the line.

    `averages` (row, node, 4) takes places and weights of bounce averages, where it has room.
    """
    rows, dense = np.empty((2, MAX_ROWS, PATH)), np.empty((2, MAX_ROWS, POLYNOMIAL))
    counts, slopes, line = np.empty(2, np.int64), np.empty((7, 4)), np.empty(LINE)
    number = max(64, averages.shape[1])
    nodes = np.empty((averages.shape[1], 2))
    no_nodes = np.empty((0, 2))
    for i in range(start, stop):
        inner_record, outer_record = inner_records[state[i]], outer_records[state[i]]
        out = result[i]
        out[:] = math.nan
        out[14] = NO_SHELL
        if averages.shape[1] > 0:
            averages[i, :, :] = math.nan
        r = math.sqrt(x[i] ** 2 + y[i] ** 2 + z[i] ** 2)
        if not (r >= 1.0 and ratio[i] >= 1.0):
            continue
        b = heading(inner, inner_record, outer, outer_record, 1.0, x[i], y[i], z[i])[3]
        enough = math.inf if equatorial else b * ratio[i]
        north, south = both_legs(
            inner, inner_record, outer, outer_record, x[i], y[i], z[i], enough, 1.0, box, 200.0, tolerance, rows, dense,
            counts, slopes,
        )  # fmt: skip
        if north == UNDEFINED and counts[0] == 1:
            continue
        if north not in (MIRRORED, SURFACE) or south not in (MIRRORED, SURFACE):
            out[14] = LINE_OPEN
            continue
        b_mirror = b * ratio[i]
        if equatorial:
            integrate_line(inner, inner_record, outer, outer_record, rows, dense, counts, b, 1, 4, line, no_nodes)
            b_mirror = line[WEAKEST] * ratio[i]
        if nodes.shape[0] > 0:
            nodes[:, :] = 0.0
        integrate_line(inner, inner_record, outer, outer_record, rows, dense, counts, b_mirror, 1, number, line, nodes)
        out[0], out[1] = max(line[INVARIANT], 0.0), line[BOUNCE]
        out[2], out[3], out[4] = position(rows, dense, counts, line[MIRROR_SOUTH])
        out[5], out[6], out[7] = position(rows, dense, counts, line[MIRROR_NORTH])
        out[8], out[9], out[10] = position(rows, dense, counts, line[WEAKEST_AT])
        out[11], out[12] = min(line[WEAKEST], b_mirror), b_mirror
        out[13] = line[MIRROR_NORTH] - line[MIRROR_SOUTH]
        out[14] = BIFURCATED if line[POCKETS] > 1 else CLOSED
        lowest = min(out[2] ** 2 + out[3] ** 2 + out[4] ** 2, out[5] ** 2 + out[6] ** 2 + out[7] ** 2)
        if line[TRUNCATED] > 0 or lowest < 1.0:
            out[0], out[1], out[13], out[14] = math.nan, math.nan, math.nan, BOUNCE_LOSS
            for k in range(2, 8):
                out[k] = math.nan
            continue
        for k in range(nodes.shape[0]):
            averages[i, k, 0], averages[i, k, 1], averages[i, k, 2] = position(rows, dense, counts, nodes[k, 0])
            averages[i, k, 3] = nodes[k, 1]


@njit(
    types.void(
        FIELD, float64[:, ::1], FIELD, float64[:, ::1], int64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1], float64[::1], float64, float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def mirror_fields(
    inner, inner_records, outer, outer_records, state, x, y, z, k_wanted, box, tolerance, result, start, stop
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Field of the mirror points of the particle with a given K (R_E nT^1/2) on each line, local and weakest field."""
    rows, dense = np.empty((2, MAX_ROWS, PATH)), np.empty((2, MAX_ROWS, POLYNOMIAL))
    counts, slopes, line = np.empty(2, np.int64), np.empty((7, 4)), np.empty(LINE)
    nodes = np.empty((0, 2))
    for i in range(start, stop):
        inner_record, outer_record = inner_records[state[i]], outer_records[state[i]]
        out = result[i]
        out[:] = math.nan
        r = math.sqrt(x[i] ** 2 + y[i] ** 2 + z[i] ** 2)
        if not (r >= 1.0 and k_wanted[i] >= 0.0):
            continue
        north, south = both_legs(
            inner, inner_record, outer, outer_record, x[i], y[i], z[i], math.inf, 1.0, box, 200.0, tolerance, rows,
            dense, counts, slopes,
        )  # fmt: skip
        if north != SURFACE or south != SURFACE:
            continue
        b = rows[0, 0, STRENGTH]
        integrate_line(inner, inner_record, outer, outer_record, rows, dense, counts, b, 1, 4, line, nodes)
        out[1], out[2] = b, line[WEAKEST]
        low = line[WEAKEST]
        high = math.inf  # field at the lower of the two ends of the line
        for leg in range(2):
            end = foot_distance(rows, dense, counts, leg, 1.0)
            high = min(high, exact_strength(inner, inner_record, outer, outer_record, rows, dense, counts, end))
        integrate_line(inner, inner_record, outer, outer_record, rows, dense, counts, high, 1, 64, line, nodes)
        if line[INVARIANT] * math.sqrt(high) < k_wanted[i]:
            continue  # it would mirror inside the Earth
        # K is nearly linear in B_m where the pocket is shallow: bracketed steps of the secant
        f_low, f_high = -k_wanted[i], line[INVARIANT] * math.sqrt(high) - k_wanted[i]
        for _ in range(60):
            middle = low - f_low * (high - low) / (f_high - f_low)
            integrate_line(inner, inner_record, outer, outer_record, rows, dense, counts, middle, 1, 64, line, nodes)
            f = max(line[INVARIANT], 0.0) * math.sqrt(middle) - k_wanted[i]
            if f < 0.0:
                low, f_low = middle, f
                f_high *= 0.5
            else:
                high, f_high = middle, f
                f_low *= 0.5
            if abs(f) < 1e-10 * (k_wanted[i] + 1e-6) or high - low < 1e-13 * high:
                break
        out[0] = middle


# Columns of the result of a drift shell.
SHELL = 16
(
    FLUX, I_SHELL, S_SHELL, B_MIRROR, B_MINIMUM, RADIUS, AZIMUTH, LOWEST, STATE, LINES, EVALUATIONS, B_LOSS, R_LEAST,
    R_MOST, BIFURCATIONS, MERIDIANS,
) = range(SHELL)  # fmt: skip


@njit(
    float64(*_SOURCE, float64[:, ::1], int64, float64, float64, int64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def cap_flux(inner, inner_record, outer, outer_record, feet, number, cosine, sine, of_dipole):  # type: ignore[no-untyped-def]
    """Flux through the polar cap inside the feet of a drift shell (colatitude and longitude about the magnetic axis).

    The feet are periodic in the azimuth of the shell, in equal steps of it: their longitude is differentiated as a
    Fourier series. In nT R_E^2, counted positive downwards. `of_dipole` leaves the integral of sin(2 theta) to the
    dipole of unit strength.
    """
    flux = 0.0
    for j in range(number):
        rate = 1.0  # of longitude with azimuth
        for k in range(number):
            if k != j:
                turn = math.pi * (j - k) / number
                weight = 0.5 / math.tan(turn) if number % 2 == 0 else 0.5 / math.sin(turn)
                offset = feet[k, 1] - 2.0 * math.pi * k / number - feet[0, 1]
                offset -= 2.0 * math.pi * math.floor(offset / (2.0 * math.pi) + 0.5)
                rate += (weight if (j - k) % 2 == 0 else -weight) * offset
        theta, phi = feet[j, 0], feet[j, 1]
        if of_dipole:
            strip = math.sin(theta) ** 2
        else:
            strip, edge = 0.0, math.cos(theta)
            for i in range(CAP_NODES.size):
                up = 0.5 * (1.0 + edge) + 0.5 * (1.0 - edge) * CAP_NODES[i]
                out = math.sqrt(1.0 - up * up)
                x, y = out * math.cos(phi), out * math.sin(phi)
                u, w = x * cosine + up * sine, up * cosine - x * sine
                a_x, a_y, a_z = inner(inner_record, u, y, w)
                c_x, c_y, c_z = outer(outer_record, u, y, w)
                strip -= CAP_WEIGHTS[i] * ((a_x + c_x) * u + (a_y + c_y) * y + (a_z + c_z) * w)
            strip *= 0.5 * (1.0 - edge)
        flux += strip * rate
    return flux * 2.0 * math.pi / number


@njit(
    float64(*_LEGS, float64, float64), cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def equator_distance(rows, dense, counts, cosine, sine):  # type: ignore[no-untyped-def]
    """Distance along a line where it passes the plane perpendicular to the magnetic axis; NaN where it does not."""
    best = math.nan
    for leg in range(2):
        sign = 1.0 if leg == 0 else -1.0
        for k in range(counts[leg] - 1):
            first, second = rows[leg, k], rows[leg, k + 1]
            low_height = first[X] * sine + first[Z] * cosine
            high_height = second[X] * sine + second[Z] * cosine
            if low_height * high_height > 0.0 or low_height == high_height:
                continue
            low, high = first[DISTANCE], second[DISTANCE]
            for _ in range(40):
                middle = 0.5 * (low + high)
                x, _, z = position(rows, dense, counts, sign * middle)
                if (x * sine + z * cosine) * low_height > 0.0:
                    low = middle
                else:
                    high = middle
            found = sign * 0.5 * (low + high)
            if not abs(found) >= abs(best):
                best = found
    return best


@njit(
    types.void(
        FIELD, float64[:, ::1], FIELD, float64[:, ::1], int64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1], float64[::1], int64, int64, int64, float64, float64[::1], float64,
        float64[:, ::1], float64[:, :, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def drift_shells(
    inner, inner_records, outer, outer_records, state, x, y, z, ratio, tilt, azimuths, of_dipole, both_feet,
    loss_radius, box, tolerance, result, shells, start, stop,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Drift shells through points: at each azimuth the line whose particle of the same B_m has the same I.

    The unknown of each meridian is the radius in the plane perpendicular to the magnetic axis. A line that is scaled
    as in a dipole changes its I at constant B_m by (1.5 S_b - 0.5 I) / r: with that slope, corrected by the secant, and
    the meridians before as the first guess, one or two lines each will do; what error is left is carried to the foot
    as in a dipole.
    """
    rows, dense = np.empty((2, MAX_ROWS, PATH)), np.empty((2, MAX_ROWS, POLYNOMIAL))
    counts, slopes, line = np.empty(2, np.int64), np.empty((7, 4)), np.empty(LINE)
    nodes, feet, radii = np.empty((0, 2)), np.empty((azimuths, 2)), np.empty(azimuths)
    fine = 0.01 * tolerance  # of a step of the tracer, R_E
    for i in range(start, stop):
        inner_record, outer_record = inner_records[state[i]], outer_records[state[i]]
        out = result[i]
        out[:] = math.nan
        out[STATE], out[LINES], out[EVALUATIONS], out[BIFURCATIONS] = NO_SHELL, 0, 0, 0
        if shells.shape[1] > 0:
            shells[i, :, :] = math.nan
        r = math.sqrt(x[i] ** 2 + y[i] ** 2 + z[i] ** 2)
        if not (r >= 1.0 and ratio[i] >= 1.0 and tilt[i] == tilt[i]):
            continue
        cosine, sine = math.cos(tilt[i]), math.sin(tilt[i])
        b = heading(inner, inner_record, outer, outer_record, 1.0, x[i], y[i], z[i])[3]
        if not b > 0.0:
            continue
        b_mirror = b * ratio[i]
        out[B_MIRROR] = b_mirror
        north, south = both_legs(
            inner, inner_record, outer, outer_record, x[i], y[i], z[i], b_mirror, 1.0, box, 100.0, fine, rows, dense,
            counts, slopes,
        )  # fmt: skip
        evaluations = 6 * (counts[0] + counts[1] - 2)
        if north not in (MIRRORED, SURFACE) or south not in (MIRRORED, SURFACE):
            out[STATE] = NO_SHELL if north == UNDEFINED and counts[0] == 1 else LINE_OPEN
            continue
        integrate_line(
            inner, inner_record, outer, outer_record, rows, dense, counts, b_mirror, 1, BOUNCE_NODES, line, nodes
        )
        evaluations += BOUNCE_NODES + 7
        wanted = line[INVARIANT]
        out[I_SHELL], out[S_SHELL], out[B_MINIMUM] = max(wanted, 0.0), line[BOUNCE], line[WEAKEST]
        if line[TRUNCATED] > 0 or wanted != wanted:
            out[STATE] = BOUNCE_LOSS if line[TRUNCATED] > 0 else NO_SHELL
            out[I_SHELL], out[S_SHELL] = math.nan, math.nan
            continue
        crosses = equator_distance(rows, dense, counts, cosine, sine)
        if math.isnan(crosses):  # the line mirrors before it gets there
            for leg in range(2):
                if counts[leg] > 0:
                    before = counts[leg]
                    counts[leg], _ = follow(
                        inner, inner_record, outer, outer_record, 1.0 - 2.0 * leg, math.inf, 1.0, box, 100.0, fine,
                        before, rows[leg], dense[leg], slopes,
                    )  # fmt: skip
                    evaluations += 6 * (counts[leg] - before)
            crosses = equator_distance(rows, dense, counts, cosine, sine)
        if math.isnan(crosses):
            out[STATE] = LINE_OPEN
            continue
        u, v, w = position(rows, dense, counts, crosses)
        radius, azimuth = math.sqrt(u * u + v * v + w * w), math.atan2(v, u * cosine - w * sine)
        out[RADIUS], out[AZIMUTH] = radius, azimuth
        lowest, b_loss, bifurcated, failed, lines = math.inf, math.inf, 0, 0, 0
        own_lowest = math.inf
        for j in range(azimuths):
            angle = azimuth + 2.0 * math.pi * j / azimuths
            along, across = math.cos(angle), math.sin(angle)
            if j == 1:
                radius = radii[0]
            elif j == 2:
                radius = 2.0 * radii[1] - radii[0]
            elif j > 2:
                radius = 3.0 * (radii[j - 1] - radii[j - 2]) + radii[j - 3]
            if j > 0:
                radius = min(max(radius, 0.7 * radii[j - 1]), 1.4 * radii[j - 1])
            low, high, found, sunk = 0.0, math.inf, False, False
            before, f_before = math.nan, math.nan
            change = 0.0
            for _ in range(14):
                lines += 1
                north, south = both_legs(
                    inner, inner_record, outer, outer_record, radius * along * cosine, radius * across,
                    -radius * along * sine, b_mirror, 1.0, box, 100.0, fine, rows, dense, counts, slopes,
                )  # fmt: skip
                evaluations += 6 * (counts[0] + counts[1] - 2)
                grounded = north in (MIRRORED, SURFACE) and south in (MIRRORED, SURFACE)
                if grounded:
                    integrate_line(
                        inner, inner_record, outer, outer_record, rows, dense, counts, b_mirror, 0, BOUNCE_NODES, line,
                        nodes,
                    )  # fmt: skip
                if grounded and math.isnan(line[INVARIANT]) and radius < 1.5:
                    sunk = True
                    break
                if not grounded or math.isnan(line[INVARIANT]):
                    # open, or undefined: only lines further in can be it
                    high = min(high, radius)
                    radius = 0.5 * (low + high) if low > 0.0 else 0.93 * radius
                    if radius < 1.0 or (low > 0.0 and high - low < tolerance * high):
                        break
                    continue
                if j == 0:
                    # the particle's own line: what the dense output says of it is what the others are compared with
                    wanted = line[INVARIANT]
                    found = True
                    break
                f = line[INVARIANT] - wanted
                slope = (1.5 * line[BOUNCE] - 0.5 * line[INVARIANT]) / radius
                if not math.isnan(before):
                    secant = (f - f_before) / (radius - before)
                    if secant > 0.2 * slope and secant < 5.0 * slope:
                        slope = secant
                change = -f / slope
                if abs(change) < tolerance * radius:
                    found = True
                    break
                before, f_before = radius, f
                if f < 0.0:
                    low = max(low, radius)
                else:
                    high = min(high, radius)
                radius += min(max(change, -0.3 * radius), 0.3 * radius)
                if not (low < radius < high):
                    radius = 0.5 * (low + high) if high < math.inf else 1.1 * low
                if radius < 1.0:
                    sunk = True
                    break
            # a jump leads to another shell of the same I: this one does not go around the Earth
            if not found or (j > 0 and abs(radius + change - radii[j - 1]) > 6.0 / azimuths * radii[j - 1]):
                # lines that meet the ground before the mirror field cannot gather the particle's I
                failed = 2 if sunk or line[TRUNCATED] > 0.0 or lowest < loss_radius else 1
                break
            radii[j] = radius + change
            for side in range(2):
                place = line[MIRROR_NORTH] if side == 0 else line[MIRROR_SOUTH]
                u, v, w = position(rows, dense, counts, place)
                lowest = min(lowest, math.sqrt(u * u + v * v + w * w) if line[TRUNCATED] == 0 else 0.0)
            if j == 0:
                own_lowest = lowest
            if line[POCKETS] > 1:
                bifurcated += 1
            for leg in range(2 if both_feet else 1):
                before_leg = counts[leg]
                counts[leg], _ = follow(
                    inner, inner_record, outer, outer_record, 1.0 - 2.0 * leg, math.inf, 1.0, box, 100.0, fine,
                    before_leg, rows[leg], dense[leg], slopes,
                )  # fmt: skip
                evaluations += 6 * (counts[leg] - before_leg)
                if both_feet:
                    end = foot_distance(rows, dense, counts, leg, loss_radius)
                    if not math.isnan(end):
                        b_loss = min(
                            b_loss,
                            exact_strength(inner, inner_record, outer, outer_record, rows, dense, counts, end),
                        )
            end = foot_distance(rows, dense, counts, 0, 1.0)
            if math.isnan(end):
                failed = 1
                break
            u, v, w = position(rows, dense, counts, end)
            axial = math.sqrt(u * u + v * v + w * w)
            height = (u * sine + w * cosine) / axial
            feet[j, 0] = math.asin(min(1.0, math.sqrt((1.0 - height * height) * radius / radii[j])))
            if height < 0.0:
                feet[j, 0] = math.pi - feet[j, 0]
            feet[j, 1] = math.atan2(v, u * cosine - w * sine)
            if shells.shape[1] > 0:
                shells[i, j, 0], shells[i, j, 1] = radii[j], angle
                shells[i, j, 2], shells[i, j, 3] = feet[j, 0], feet[j, 1]
        out[LINES], out[EVALUATIONS], out[BIFURCATIONS] = lines, evaluations, bifurcated
        if failed == 2:  # it dips into the Earth
            out[STATE] = DRIFT_LOSS
            continue
        if failed or abs(radii[azimuths - 1] - radii[0]) > 6.0 / azimuths * radii[0]:
            out[STATE] = SHELL_OPEN
            continue
        out[LOWEST], out[B_LOSS] = lowest if lowest >= 1.0 else math.nan, b_loss
        out[R_LEAST], out[R_MOST] = radii.min(), radii.max()
        if lowest < 1.0:
            out[STATE] = BOUNCE_LOSS if own_lowest < 1.0 else DRIFT_LOSS
            continue
        out[STATE] = CLOSED
        if bifurcated > 0:
            out[STATE] = BIFURCATED
        if lowest < loss_radius:
            out[STATE] = BOUNCE_LOSS if own_lowest < loss_radius else DRIFT_LOSS
        out[FLUX] = cap_flux(inner, inner_record, outer, outer_record, feet, azimuths, cosine, sine, of_dipole)
