"""Loops over the dayside magnetopause: what meets on its two sides, and the ridge along which it reconnects.

A place on the surface is given by (u, w): angles from the Sun-Earth line along and across the expected direction of the
X-line, so that theta = hypot(u, w). `surface_state` fills a row of what is found at such a place.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, PROTON_MASS, VACUUM_PERMEABILITY

ALFVEN = 1e-12 / math.sqrt(VACUUM_PERMEABILITY * PROTON_MASS * 1e6)  # km/s of 1 nT and 1 proton per cm^3
PRESSURE = 1e-9 / (2.0 * VACUUM_PERMEABILITY)  # nPa of 1 nT^2
EARTH = float(DIPOLE_EQUATORIAL_FIELD)
GAMMA = 5.0 / 3.0
DRAWN_TOGETHER = 2.44  # field along the boundary, by its currents, over that of the dipole
KV = 1e-6 * EARTH_RADIUS  # of 1 mV/m along 1 R_E
HALF_PI = 0.5 * math.pi
WIDEST = 1.3  # rad, how far across its expected direction the line is looked for
REACH = 3  # rows that neighbouring columns may differ by

# columns of a state
X, Y, Z, THETA, SHEAR, RATE, OUTFLOW, CURRENT, ENERGY, M_X, M_Y, M_Z, CLOSED = range(13)
STATE = 13
# columns of what is known of the wind and the surface
(
    STANDOFF, FLARING, COMPRESSION, DENSITY, PRESSURE_NOSE, PRESSURE_FLANK, SPEED, B_X, B_Y, B_Z, TILT, INSIDE_FIELD,
    INSIDE_DENSITY, EFFICIENCY, PRESSURE_WIDTH, AXIS,
) = range(16)  # fmt: skip
WIND = 16
SHEAR_RIDGE, RATE_RIDGE, OUTFLOW_RIDGE, CURRENT_RIDGE, ENERGY_RIDGE = range(5)


@njit(cache=True, nogil=True, error_model="numpy")
def prepare_wind(p_dyn, b_x, b_y, b_z, n, speed, mach, tilt, wind):  # type: ignore[no-untyped-def]
    """Fill a row of the wind; `n` is mass density in protons per cm^3. False where no shock stands or data lack."""
    wind[STANDOFF] = (10.22 + 1.29 * math.tanh(0.184 * (b_z + 8.14))) * p_dyn ** (-1.0 / 6.6)
    wind[FLARING] = (0.58 - 0.007 * b_z) * (1.0 + 0.024 * math.log(p_dyn))
    square = mach * mach
    thickness = 1.1 * ((GAMMA - 1.0) * square + 2.0) / ((GAMMA + 1.0) * (square - 1.0))
    wind[COMPRESSION] = (1.0 + 2.0 * thickness) / (2.0 * thickness)
    behind = ((GAMMA - 1.0) * square + 2.0) / (2.0 * GAMMA * square - (GAMMA - 1.0))
    stagnation = 1.0 + 0.5 * (GAMMA - 1.0) * behind
    jump = (GAMMA + 1.0) * square / ((GAMMA - 1.0) * square + 2.0)
    wind[DENSITY] = n * jump * stagnation ** (1.0 / (GAMMA - 1.0))
    coefficient = (2.0 * GAMMA * square - (GAMMA - 1.0)) / ((GAMMA + 1.0) * GAMMA * square)
    wind[PRESSURE_NOSE] = p_dyn * coefficient * stagnation ** (GAMMA / (GAMMA - 1.0))
    wind[PRESSURE_FLANK] = p_dyn / (GAMMA * square)
    wind[SPEED] = speed * math.sqrt(1.0 + 2.0 / ((GAMMA - 1.0) * square))
    wind[B_X], wind[B_Y], wind[B_Z], wind[TILT] = b_x, b_y, b_z, tilt
    across = math.hypot(b_y, b_z)
    wind[AXIS] = 0.0
    if across > 1e-9 * abs(b_x):
        clock = math.atan2(b_y, b_z)
        wind[AXIS] = math.copysign(0.5 * (math.pi - abs(clock)), clock)
    total = p_dyn + b_x + b_y + b_z + n + speed + mach + tilt
    return math.isfinite(total) and p_dyn > 0.0 and n > 0.0 and mach > 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def meet(
    field_x, field_y, field_z, inside_x, inside_y, inside_z, n_x, n_y, n_z, wind, flow_x, flow_y, flow_z, state
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Reconnection of two fields at a boundary of normal n; `field` is what draping alone gives outside."""
    normal = field_x * n_x + field_y * n_y + field_z * n_z
    field_x, field_y, field_z = field_x - normal * n_x, field_y - normal * n_y, field_z - normal * n_z
    normal = inside_x * n_x + inside_y * n_y + inside_z * n_z
    inside_x, inside_y, inside_z = inside_x - normal * n_x, inside_y - normal * n_y, inside_z - normal * n_z

    # total pressure outside; where draping asks for more field than it can hold, the plasma is squeezed out instead
    share = max(n_x, 0.0) ** 2
    ratio = (share * wind[PRESSURE_NOSE] + (1.0 - share) * wind[PRESSURE_FLANK]) / wind[PRESSURE_NOSE]
    limit = ratio * wind[PRESSURE_NOSE] / PRESSURE
    square = field_x * field_x + field_y * field_y + field_z * field_z
    excess = 1.0 + square / limit
    outside = math.sqrt(square / excess)
    density = wind[DENSITY] * (ratio / excess) ** (1.0 / GAMMA)
    speed = wind[SPEED] * math.sqrt(max(1.0 - ratio ** ((GAMMA - 1.0) / GAMMA), 0.0))

    inside = math.sqrt(inside_x * inside_x + inside_y * inside_y + inside_z * inside_z)
    length = math.sqrt(square)
    a_x, a_y, a_z = field_x / length, field_y / length, field_z / length
    c_x, c_y, c_z = inside_x / inside, inside_y / inside, inside_z / inside
    # the difference of unit vectors is accurate for fields that are nearly parallel, their cosine is not
    l_x, l_y, l_z = c_x - a_x, c_y - a_y, c_z - a_z
    half = min(0.5 * math.sqrt(l_x * l_x + l_y * l_y + l_z * l_z), 1.0)
    shear = 2.0 * math.asin(half)
    state[SHEAR] = shear
    state[RATE] = state[OUTFLOW] = state[CURRENT] = state[ENERGY] = 0.0
    state[M_X] = state[M_Y] = state[M_Z] = 0.0
    state[CLOSED] = 0.0
    if not (half > 0.0 and outside > 0.0 and inside > 0.0):
        if not (outside > 0.0 and inside > 0.0):
            state[SHEAR] = math.nan
        return
    l_x, l_y, l_z = l_x / (2.0 * half), l_y / (2.0 * half), l_z / (2.0 * half)
    state[M_X], state[M_Y], state[M_Z] = l_y * n_z - l_z * n_y, l_z * n_x - l_x * n_z, l_x * n_y - l_y * n_x
    first, second = outside * half, inside * half
    inner = wind[INSIDE_DENSITY]
    weight_first, weight_second = density * second, inner * first
    outflow = ALFVEN * math.sqrt(first * second * (first + second) / (weight_first + weight_second))
    rate = 2e-3 * wind[EFFICIENCY] * outflow * first * second / (first + second)
    flow = 0.5 * speed * (flow_x * l_x + flow_y * l_y + flow_z * l_z)
    brake = 4.0 * weight_first * weight_second / (weight_first + weight_second) ** 2 * (flow / outflow) ** 2
    rate *= max(1.0 - brake, 0.0)
    width = wind[PRESSURE_WIDTH]
    if width > 0.0 and half < 1.0:
        beta = limit / square
        if beta > 2.0 * width * half / math.sqrt(1.0 - half * half):
            rate = 0.0
    j_x, j_y, j_z = inside_x - a_x * outside, inside_y - a_y * outside, inside_z - a_z * outside
    state[RATE], state[OUTFLOW] = rate, outflow
    state[CURRENT] = math.sqrt(j_x * j_x + j_y * j_y + j_z * j_z)
    state[ENERGY] = PRESSURE * first * second


@njit(cache=True, nogil=True, error_model="numpy")
def surface_state(u, w, wind, state):  # type: ignore[no-untyped-def]
    """Fill a row for a place on the magnetopause of Shue 1998 with draped field outside and dipole inside."""
    cosine_axis, sine_axis = math.cos(wind[AXIS]), math.sin(wind[AXIS])
    dusk, north = u * cosine_axis - w * sine_axis, u * sine_axis + w * cosine_axis
    theta = math.hypot(u, w)
    to_dusk, to_north = (dusk / theta, north / theta) if theta > 0.0 else (1.0, 0.0)
    cosine, sine = math.cos(theta), math.sin(theta)
    nose, flaring = wind[STANDOFF], wind[FLARING]
    r = nose * (2.0 / (1.0 + cosine)) ** flaring
    e_x, e_y, e_z = cosine, sine * to_dusk, sine * to_north
    slope = flaring * math.tan(0.5 * theta)
    scale = 1.0 / math.sqrt(1.0 + slope * slope)
    n_x = (e_x + slope * sine) * scale
    n_y = (e_y - slope * cosine * to_dusk) * scale
    n_z = (e_z - slope * cosine * to_north) * scale
    x, y, z = r * e_x, r * e_y, r * e_z

    b_x, b_y, b_z = wind[B_X], wind[B_Y], wind[B_Z]
    reach = 0.5 * (nose + (y * y + z * z) / nose)
    mixed = (b_y * y + b_z * z) / reach
    amplify = wind[COMPRESSION]
    field_x = amplify * (b_x * (1.0 - 0.5 * nose / reach) - mixed)
    field_y = amplify * (2.0 * b_y - y * (0.5 * b_x / reach + mixed / nose))
    field_z = amplify * (2.0 * b_z - z * (0.5 * b_x / reach + mixed / nose))

    s, c = math.sin(wind[TILT]), math.cos(wind[TILT])
    strength = wind[INSIDE_FIELD] * EARTH / r**3
    along = -3.0 * (s * e_x + c * e_z)
    inside_x, inside_y, inside_z = strength * (along * e_x + s), strength * along * e_y, strength * (along * e_z + c)

    state[X], state[Y], state[Z], state[THETA] = x, y, z, theta
    tangent = math.sqrt(max(1.0 - n_x * n_x, 0.0))
    if tangent > 0.0:
        flow_x, flow_y, flow_z = (n_x * n_x - 1.0) / tangent, n_x * n_y / tangent, n_x * n_z / tangent
    else:
        flow_x, flow_y, flow_z = 0.0, 0.0, 0.0
    meet(field_x, field_y, field_z, inside_x, inside_y, inside_z, n_x, n_y, n_z, wind, flow_x, flow_y, flow_z, state)
    normal = inside_x * n_x + inside_y * n_y + inside_z * n_z
    # northward along the boundary: the line still closes over the equator, else it already belongs to a lobe
    state[CLOSED] = 1.0 if s * (inside_x - normal * n_x) + c * (inside_z - normal * n_z) > 0.0 else -1.0


@njit(cache=True, nogil=True, error_model="numpy")
def score_of(state, criterion, scale, axis):  # type: ignore[no-untyped-def]
    """Return what a ridge climbs: 0 beyond the terminator, on lobe field, and where there is nothing to reconnect.

    Where the shear is the same everywhere (a field due south) its ridge takes the strongest current. The other
    criteria count as far as a line across the reconnecting components points along the axis of the search.
    """
    if state[THETA] > HALF_PI or state[CLOSED] < 0.0 or math.isnan(state[SHEAR]):
        return 0.0
    if criterion == SHEAR_RIDGE:
        return state[SHEAR] / math.pi + 0.02 * state[CURRENT] / scale
    along = max(state[M_Y] * math.cos(axis) + state[M_Z] * math.sin(axis), 0.0)
    if criterion == RATE_RIDGE:
        return along * state[RATE]
    if criterion == OUTFLOW_RIDGE:
        return along * state[OUTFLOW]
    if criterion == CURRENT_RIDGE:
        return along * state[CURRENT]
    return along * state[ENERGY]


@njit(cache=True, nogil=True, error_model="numpy")
def ridge(score, reach, best, step, path):  # type: ignore[no-untyped-def]
    """Row of each column on the connected line with the largest sum of `score` (column, row).

    Neighbours differ by `reach` rows at most; of equal lines the straighter one wins. `best` and `step` are room to
    work in, of the shape of `score`.
    """
    columns, rows = score.shape
    top = 0.0
    for i in range(columns):
        for k in range(rows):
            top = max(top, score[i, k])
    bend = 1e-4 * top
    middle = rows // 2
    for k in range(rows):
        best[0, k] = score[0, k] - 1e-3 * bend * abs(k - middle)
    for i in range(1, columns):
        for k in range(rows):
            found, source = -math.inf, k
            for d in range(-reach, reach + 1):
                j = k + d
                if 0 <= j < rows:
                    value = best[i - 1, j] - bend * d * d
                    if value > found or (value == found and abs(j - k) < abs(source - k)):
                        found, source = value, j
            best[i, k] = found + score[i, k] - 1e-3 * bend * abs(k - middle)
            step[i, k] = source
    k = 0
    for j in range(rows):
        if best[columns - 1, j] > best[columns - 1, k]:
            k = j
    for i in range(columns - 1, -1, -1):
        path[i] = k
        k = step[i, k] if i > 0 else k


@njit(cache=True, nogil=True, error_model="numpy")
def between_rows(score, i, k):  # type: ignore[no-untyped-def]
    """Where between rows the top of the ridge lies, as a fraction of a row."""
    if k <= 0 or k >= score.shape[1] - 1:
        return 0.0
    low, here, high = score[i, k - 1], score[i, k], score[i, k + 1]
    if low <= 0.0 or high <= 0.0:
        return 0.0
    bow = low - 2.0 * here + high
    if not bow < -1e-12 * here:
        return 0.0
    return min(max(0.5 * (low - high) / bow, -0.5), 0.5)


@njit(cache=True, nogil=True, error_model="numpy")
def reaches(state, least_shear, end_angle):  # type: ignore[no-untyped-def]
    """How far inside its limits a place on the line is: positive where it reconnects."""
    if math.isnan(state[SHEAR]) or state[CLOSED] < 0.0:
        return -1.0
    return min(end_angle - state[THETA] + 1e-9, state[SHEAR] - least_shear)


@njit(cache=True, nogil=True, error_model="numpy")
def integrate_line(line, least_shear, end_angle, found):  # type: ignore[no-untyped-def]
    """Potential, length, tilt, rate, shear, and z where a line of states passes nearest the nose; first and last point.

    The line runs from that point both ways until the shear is too small, the field inside no longer closes over the
    equator, or the terminator is met.
    """
    count = line.shape[0]
    centre = 0
    for i in range(count):
        if line[i, THETA] < line[centre, THETA]:
            centre = i
    here = line[centre]
    found[0], found[1], found[2] = 0.0, 0.0, math.nan
    found[3], found[4], found[5] = here[RATE], here[SHEAR], here[Z]
    found[6], found[7] = centre, centre
    if not reaches(here, least_shear, end_angle) > 0.0:
        found[3], found[5] = 0.0, math.nan
        return
    before, after = max(centre - 1, 0), min(centre + 1, count - 1)
    found[2] = math.atan2(line[after, Z] - line[before, Z], line[after, Y] - line[before, Y])
    for way in (-1, 1):
        i = centre
        while 0 <= i + way < count:
            a, b = line[i], line[i + way]
            here_reach, next_reach = reaches(a, least_shear, end_angle), reaches(b, least_shear, end_angle)
            fraction = 1.0 if next_reach > 0.0 else here_reach / (here_reach - next_reach)
            d_x, d_y, d_z = b[X] - a[X], b[Y] - a[Y], b[Z] - a[Z]
            if way < 0:
                d_x, d_y, d_z = -d_x, -d_y, -d_z
            # along the segment E changes linearly, up to where it ends
            first = a[RATE] * (a[M_X] * d_x + a[M_Y] * d_y + a[M_Z] * d_z)
            second = b[RATE] * (b[M_X] * d_x + b[M_Y] * d_y + b[M_Z] * d_z)
            found[0] += KV * fraction * (first + 0.5 * fraction * (second - first))
            found[1] += fraction * math.sqrt(d_x * d_x + d_y * d_y + d_z * d_z)
            if next_reach <= 0.0:
                break
            i += way
        if way < 0:
            found[6] = i
        else:
            found[7] = i


@njit(cache=True, nogil=True, error_model="numpy")
def pack(rows, helium):  # type: ignore[no-untyped-def]
    """Rows of the wind from rows of p_dyn, b_x, b_y, b_z, n_p, speed, mach, tilt, and what is assumed of the rest."""
    count = rows.shape[0]
    winds, known, limits = np.empty((count, WIND)), np.empty(count, np.bool_), np.empty((count, 2))
    for n in range(count):
        row, wind = rows[n], winds[n]
        usable = prepare_wind(row[0], row[1], row[2], row[3], helium * row[4], row[5], row[6], row[7], wind)
        wind[INSIDE_FIELD], wind[INSIDE_DENSITY] = DRAWN_TOGETHER, row[8]
        wind[EFFICIENCY], wind[PRESSURE_WIDTH] = row[9], row[10]
        limits[n, 0], limits[n, 1] = row[11], min(row[12], HALF_PI)
        known[n] = usable and math.isfinite(row[8:13].sum()) and row[8] > 0.0
    return winds, known, limits


@njit(cache=True, nogil=True, error_model="numpy")
def lines_of_wind(winds, known, criterion, columns, rows, limits, results, start, stop):  # type: ignore[no-untyped-def]
    """Find the ridge for each row of the wind, and integrate along it; `results` (row, 6)."""
    score, best = np.empty((columns, rows)), np.empty((columns, rows))
    step, path = np.empty((columns, rows), np.int64), np.empty(columns, np.int64)
    line, state, found = np.empty((columns, STATE)), np.empty(STATE), np.empty(8)
    d_w = 2.0 * WIDEST / (rows - 1)
    for n in range(start, stop):
        if not known[n]:
            results[n, :] = math.nan
            continue
        wind = winds[n]
        # a little beyond where the line ends at the latest, so that its end lies between two columns
        span = min(HALF_PI, 1.2 * limits[n, 1])
        d_u = 2.0 * span / (columns - 1)
        surface_state(0.0, 0.0, wind, state)
        scale = max(state[CURRENT], 1e-12)
        for i in range(columns):
            for k in range(rows):
                surface_state(-span + i * d_u, -WIDEST + k * d_w, wind, state)
                score[i, k] = score_of(state, criterion, scale, wind[AXIS])
        ridge(score, REACH, best, step, path)
        for i in range(columns):
            w = -WIDEST + (path[i] + between_rows(score, i, path[i])) * d_w
            surface_state(-span + i * d_u, w, wind, line[i])
        integrate_line(line, limits[n, 0], limits[n, 1], found)
        results[n, :] = found[:6]


@njit(cache=True, nogil=True, error_model="numpy")
def states_of_places(places, normals, outside, inside, wind, states):  # type: ignore[no-untyped-def]
    """Fill the rows of places on any surface from the fields on its two sides; `places` are x, y, z and theta."""
    s, c = math.sin(wind[TILT]), math.cos(wind[TILT])
    for i in range(places.shape[0]):
        state = states[i]
        n_x, n_y, n_z = normals[i, 0], normals[i, 1], normals[i, 2]
        tangent = math.sqrt(max(1.0 - n_x * n_x, 0.0))
        flow_x, flow_y, flow_z = 0.0, 0.0, 0.0
        if tangent > 0.0:
            flow_x, flow_y, flow_z = (n_x * n_x - 1.0) / tangent, n_x * n_y / tangent, n_x * n_z / tangent
        state[X], state[Y], state[Z], state[THETA] = places[i, 0], places[i, 1], places[i, 2], places[i, 3]
        i_x, i_y, i_z = inside[i, 0], inside[i, 1], inside[i, 2]
        meet(
            outside[i, 0], outside[i, 1], outside[i, 2], i_x, i_y, i_z, n_x, n_y, n_z, wind, flow_x, flow_y, flow_z,
            state,
        )  # fmt: skip
        normal = i_x * n_x + i_y * n_y + i_z * n_z
        state[CLOSED] = 1.0 if s * (i_x - normal * n_x) + c * (i_z - normal * n_z) > 0.0 else -1.0


@njit(cache=True, nogil=True, error_model="numpy")
def ridge_of_states(states, columns, rows, criterion, axis, score, path, shift):  # type: ignore[no-untyped-def]
    """Find the ridge on a map of states, rows of columns one after the other."""
    scale = max(states[(columns // 2) * rows + rows // 2, CURRENT], 1e-12)
    for i in range(columns):
        for k in range(rows):
            score[i, k] = score_of(states[i * rows + k], criterion, scale, axis)
    ridge(score, REACH, np.empty((columns, rows)), np.empty((columns, rows), np.int64), path)
    for i in range(columns):
        shift[i] = between_rows(score, i, path[i])
