"""Compiled loops for ions that leave: the store of the plasmasphere, and guiding centres along convecting lines.

Ions move in the noon-midnight plane. Lengths are in R_E, speeds in R_E/s, fields in nT. The field is a table over the
logarithm of distance and the angle from +x towards +z, (r, angle, 2), with its first and last column but two the same
as those a turn away, so that four neighbours are always there.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from sunearth.numerics._kernels import relax

# what becomes of an ion
INSIDE, RETURNED, SHEET, TAIL, SHEATH, UNKNOWN = range(6)

# columns of the forces
(
    SPEED, FOOT_FIELD, GRAVITY, POTENTIAL, SCALE, LAUNCH, FLOOR, SHEET_EDGE, SHEET_X, TAIL_X, NOSE, WALL, LONGEST, PACE,
) = range(14)  # fmt: skip
FORCES = 14
# columns of an ion: place, speed along the field, speed across it squared over the field, charge over mass
X, Z, ALONG, MOMENT, CHARGE = range(5)
RESULT = 7  # place, speed along the field, convection speed, speed across the field squared, time, largest distance
MAX_STEPS = 20_000


@njit(cache=True, nogil=True, error_model="numpy")
def store_and_drain(hours, drive, drained, filled):  # type: ignore[no-untyped-def]
    """Mean outflow over each interval of a store, full at first, in units of that of the full store wide open.

    It empties with one time constant as far as the drive (0 to 1) opens it and fills with the other as far as not.
    Where the drive is NaN the store keeps what it has.
    """
    rows, length = drive.shape
    rate = np.empty((rows, length))
    for row in range(rows):
        state = 1.0
        for k in range(length):
            opened, duration = drive[row, k], hours[row, k]
            rate[row, k] = math.nan
            if math.isnan(opened) or math.isnan(duration):
                continue
            filling = (1.0 - opened) / filled
            state, mean = relax(state, filling, filling + opened / drained, duration)
            rate[row, k] = opened * mean
    return rate


@njit(cache=True, nogil=True, error_model="numpy")
def _weights(s):  # type: ignore[no-untyped-def]
    """Cubic weights of four neighbours, the place lying `s` of the way between the middle two."""
    return (
        s * (-0.5 + s * (1.0 - 0.5 * s)),
        1.0 + s * s * (-2.5 + 1.5 * s),
        s * (0.5 + s * (2.0 - 1.5 * s)),
        s * s * (-0.5 + 0.5 * s),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _slopes(s):  # type: ignore[no-untyped-def]
    """Derivatives of these weights."""
    return (
        -0.5 + s * (2.0 - 1.5 * s),
        s * (-5.0 + 4.5 * s),
        0.5 + s * (4.0 - 4.5 * s),
        s * (-1.0 + 1.5 * s),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def field_and_gradient(table, first, spacing, x, z):  # type: ignore[no-untyped-def]
    """Field at a place in the plane and its derivatives: b_x, b_z, db_x/dx, db_x/dz, db_z/dx, db_z/dz.

    The table begins at the logarithm `first` of distance.
    """
    rows, columns = table.shape[0], table.shape[1]
    per_turn = columns - 3
    square = x * x + z * z
    p = (0.5 * math.log(square) - first) / spacing
    angle = math.atan2(z, x)
    if angle < 0.0:
        angle += 2.0 * math.pi
    q = angle / (2.0 * math.pi) * per_turn
    if not (p > -1.0 and p < rows):
        return math.nan, math.nan, math.nan, math.nan, math.nan, math.nan
    i = min(max(math.floor(p), 1), rows - 3)
    j = min(math.floor(q), per_turn - 1)
    a, a_slope = _weights(p - i), _slopes(p - i)
    c, c_slope = _weights(q - j), _slopes(q - j)
    b_x, b_z, x_out, z_out, x_round, z_round = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for m in range(4):
        row_x, row_z, turn_x, turn_z = 0.0, 0.0, 0.0, 0.0
        for n in range(4):
            at_x, at_z = table[i - 1 + m, j + n, 0], table[i - 1 + m, j + n, 1]
            row_x += c[n] * at_x
            row_z += c[n] * at_z
            turn_x += c_slope[n] * at_x
            turn_z += c_slope[n] * at_z
        b_x += a[m] * row_x
        b_z += a[m] * row_z
        x_out += a_slope[m] * row_x
        z_out += a_slope[m] * row_z
        x_round += a[m] * turn_x
        z_round += a[m] * turn_z
    # from the logarithm of distance and the angle to x and z
    out, turn = 1.0 / (spacing * square), per_turn / (2.0 * math.pi * square)
    return (
        b_x,
        b_z,
        x_out * out * x - x_round * turn * z,
        x_out * out * z + x_round * turn * x,
        z_out * out * x - z_round * turn * z,
        z_out * out * z + z_round * turn * x,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def fields_in_plane(table, first, spacing, places):  # type: ignore[no-untyped-def]
    """Field at places (place, 2) in the plane."""
    fields = np.empty((places.shape[0], 2))
    for k in range(places.shape[0]):
        b_x, b_z, _, _, _, _ = field_and_gradient(table, first, spacing, places[k, 0], places[k, 1])
        fields[k, 0], fields[k, 1] = b_x, b_z
    return fields


@njit(cache=True, nogil=True, error_model="numpy")
def rates(table, first, spacing, forces, x, z, along, moment, charge):  # type: ignore[no-untyped-def]
    """Velocity of the guiding centre, acceleration along the field, the speed of convection, and the field."""
    b_x, b_z, xx, xz, zx, zz = field_and_gradient(table, first, spacing, x, z)
    b = math.sqrt(b_x * b_x + b_z * b_z)
    e_x, e_z = b_x / b, b_z / b
    # Dawn-to-dusk electric field that goes with the root of the field: lines spread alike both ways.
    drift = forces[SPEED] * math.sqrt(forces[FOOT_FIELD] / b)
    w_x, w_z = drift * e_z, -drift * e_x
    u_x, u_z = along * e_x + w_x, along * e_z + w_z
    r = math.sqrt(x * x + z * z)
    upward = (x * e_x + z * e_z) / r
    push = -upward * forces[GRAVITY] / (r * r)
    push += upward * charge * forces[POTENTIAL] / forces[SCALE] * math.exp(-(r - forces[LAUNCH]) / forces[SCALE])
    push -= 0.5 * moment * (e_x * (xx * e_x + xz * e_z) + e_z * (zx * e_x + zz * e_z))
    # w . (u . grad) of the unit vector along B: w is normal to B, so that the change of its size drops out
    push += (w_x * (xx * u_x + xz * u_z) + w_z * (zx * u_x + zz * u_z)) / b
    return u_x, u_z, push, drift, b


@njit(cache=True, nogil=True, error_model="numpy")
def fate_at(forces, x, z, r):  # type: ignore[no-untyped-def]
    """What becomes of an ion at a place."""
    if r < forces[FLOOR]:
        return RETURNED
    if x < forces[TAIL_X]:
        return TAIL
    if x < forces[SHEET_X] and abs(z) < forces[SHEET_EDGE]:
        return SHEET
    if x > forces[NOSE] or abs(z) > forces[WALL]:
        return SHEATH
    return INSIDE


@njit(cache=True, nogil=True, error_model="numpy")
def between(s, start, end, start_change, end_change):  # type: ignore[no-untyped-def]
    """Value at the share `s` of a step by Hermite's cubic; the changes are what the slopes make in a whole step."""
    rise = end - start
    bend = 3.0 * rise - 2.0 * start_change - end_change
    twist = start_change + end_change - 2.0 * rise
    return start + s * (start_change + s * (bend + s * twist))


@njit(cache=True, nogil=True, error_model="numpy")
def crest(start, end, start_change, end_change):  # type: ignore[no-untyped-def]
    """Largest value within a step at whose start it rises and at whose end it falls."""
    rise = end - start
    bend = 3.0 * rise - 2.0 * start_change - end_change
    twist = start_change + end_change - 2.0 * rise
    s = start_change / (math.sqrt(bend * bend - 3.0 * twist * start_change) - bend)
    return between(s, start, end, start_change, end_change)


@njit(cache=True, nogil=True, error_model="numpy")
def follow_ions(table, first, spacing, forces, ions, results, fates, start, stop):  # type: ignore[no-untyped-def]
    """Follow ions until something becomes of them, and find where in the last step that was.

    Steps of Runge and Kutta, each a set share of the distance, and shorter towards the plasma sheet.
    """
    for ion in range(start, stop):
        x, z, along = ions[ion, X], ions[ion, Z], ions[ion, ALONG]
        moment, charge = ions[ion, MOMENT], ions[ion, CHARGE]
        time, fate = 0.0, UNKNOWN
        r = math.sqrt(x * x + z * z)
        highest = r
        k1 = rates(table, first, spacing, forces, x, z, along, moment, charge)
        for _ in range(MAX_STEPS):
            pace = math.sqrt(k1[0] * k1[0] + k1[1] * k1[1]) + math.sqrt(abs(k1[2]) * r * forces[PACE])
            dt = min(forces[PACE] * r / pace, forces[LONGEST] - time)
            if x < forces[SHEET_X]:
                room = max(0.5 * (abs(z) - forces[SHEET_EDGE]), 0.25 * forces[SHEET_EDGE], 0.01 * r)
                if abs(k1[1]) * dt > room:
                    dt = room / abs(k1[1])
            if not dt > 0.0:
                fate = INSIDE if dt <= 0.0 else UNKNOWN
                break
            h = 0.5 * dt
            k2 = rates(table, first, spacing, forces, x + h * k1[0], z + h * k1[1], along + h * k1[2], moment, charge)
            k3 = rates(table, first, spacing, forces, x + h * k2[0], z + h * k2[1], along + h * k2[2], moment, charge)
            k4 = rates(
                table, first, spacing, forces, x + dt * k3[0], z + dt * k3[1], along + dt * k3[2], moment, charge
            )
            x_1 = x + dt / 6.0 * (k1[0] + 2.0 * (k2[0] + k3[0]) + k4[0])
            z_1 = z + dt / 6.0 * (k1[1] + 2.0 * (k2[1] + k3[1]) + k4[1])
            along_1 = along + dt / 6.0 * (k1[2] + 2.0 * (k2[2] + k3[2]) + k4[2])
            r_1 = math.sqrt(x_1 * x_1 + z_1 * z_1)
            k_1 = rates(table, first, spacing, forces, x_1, z_1, along_1, moment, charge)
            if not k_1[4] > 0.0:
                break
            climb, climb_1 = dt * (x * k1[0] + z * k1[1]) / r, dt * (x_1 * k_1[0] + z_1 * k_1[1]) / r_1
            if climb > 0.0 and climb_1 < 0.0:
                highest = max(highest, crest(r, r_1, climb, climb_1))
            fate = fate_at(forces, x_1, z_1, r_1)
            if fate != INSIDE:
                low, high = 0.0, 1.0
                while high - low > 1e-9:
                    s = 0.5 * (low + high)
                    x_s = between(s, x, x_1, dt * k1[0], dt * k_1[0])
                    z_s = between(s, z, z_1, dt * k1[1], dt * k_1[1])
                    at_s = fate_at(forces, x_s, z_s, math.sqrt(x_s * x_s + z_s * z_s))
                    if at_s == INSIDE:
                        low = s
                    else:
                        high, fate = s, at_s
                x_1 = between(high, x, x_1, dt * k1[0], dt * k_1[0])
                z_1 = between(high, z, z_1, dt * k1[1], dt * k_1[1])
                along_1 = between(high, along, along_1, dt * k1[2], dt * k_1[2])
                r_1 = math.sqrt(x_1 * x_1 + z_1 * z_1)
                k_1 = rates(table, first, spacing, forces, x_1, z_1, along_1, moment, charge)
                dt *= high
            x, z, along, r, k1 = x_1, z_1, along_1, r_1, k_1
            time += dt
            highest = max(highest, r)
            if fate != INSIDE:
                break
            fate = UNKNOWN
        fates[ion] = fate
        results[ion, 0], results[ion, 1], results[ion, 2], results[ion, 3] = x, z, along, k1[3]
        results[ion, 4], results[ion, 5], results[ion, 6] = moment * k1[4], time, highest
