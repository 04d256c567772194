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
REACH = 0.01  # half the spacing of differences, as a share of the distance
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
def field_in_plane(table, first, spacing, x, z):  # type: ignore[no-untyped-def]
    """Field at a place in the plane, from a table that begins at the logarithm `first` of distance."""
    rows, columns = table.shape[0], table.shape[1]
    per_turn = columns - 3
    p = (0.5 * math.log(x * x + z * z) - first) / spacing
    angle = math.atan2(z, x)
    if angle < 0.0:
        angle += 2.0 * math.pi
    q = angle / (2.0 * math.pi) * per_turn
    if not (p > -1.0 and p < rows):
        return math.nan, math.nan
    i = min(max(math.floor(p), 1), rows - 3)
    j = min(math.floor(q), per_turn - 1)
    a = _weights(p - i)
    c = _weights(q - j)
    b_x, b_z = 0.0, 0.0
    for m in range(4):
        for n in range(4):
            w = a[m] * c[n]
            b_x += w * table[i - 1 + m, j + n, 0]
            b_z += w * table[i - 1 + m, j + n, 1]
    return b_x, b_z


@njit(cache=True, nogil=True, error_model="numpy")
def rates(table, first, spacing, forces, x, z, along, moment, charge):  # type: ignore[no-untyped-def]
    """Velocity of the guiding centre, acceleration along the field, and the speed of convection."""
    b_x, b_z = field_in_plane(table, first, spacing, x, z)
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
    step = REACH * r
    if moment > 0.0:
        a_x, a_z = field_in_plane(table, first, spacing, x + step * e_x, z + step * e_z)
        c_x, c_z = field_in_plane(table, first, spacing, x - step * e_x, z - step * e_z)
        growth = (math.sqrt(a_x * a_x + a_z * a_z) - math.sqrt(c_x * c_x + c_z * c_z)) / (2.0 * step)
        push -= 0.5 * moment * growth
    speed = math.sqrt(u_x * u_x + u_z * u_z)
    if drift > 0.0 and speed > 0.0:
        d_x, d_z = step * u_x / speed, step * u_z / speed
        a_x, a_z = field_in_plane(table, first, spacing, x + d_x, z + d_z)
        c_x, c_z = field_in_plane(table, first, spacing, x - d_x, z - d_z)
        a, c = math.sqrt(a_x * a_x + a_z * a_z), math.sqrt(c_x * c_x + c_z * c_z)
        turning = w_x * (a_x / a - c_x / c) + w_z * (a_z / a - c_z / c)
        push += turning * speed / (2.0 * step)
    return u_x, u_z, push, drift, b


@njit(cache=True, nogil=True, error_model="numpy")
def follow_ions(table, first, spacing, forces, ions, results, fates, start, stop):  # type: ignore[no-untyped-def]
    """Follow ions until something becomes of them; steps of Runge and Kutta, each a set share of the distance."""
    for ion in range(start, stop):
        x, z, along = ions[ion, X], ions[ion, Z], ions[ion, ALONG]
        moment, charge = ions[ion, MOMENT], ions[ion, CHARGE]
        time, fate = 0.0, INSIDE
        highest = math.sqrt(x * x + z * z)
        k1 = rates(table, first, spacing, forces, x, z, along, moment, charge)
        for _ in range(MAX_STEPS):
            r = math.sqrt(x * x + z * z)
            pace = math.sqrt(k1[0] * k1[0] + k1[1] * k1[1]) + math.sqrt(abs(k1[2]) * r * forces[PACE])
            dt = min(forces[PACE] * r / pace, forces[LONGEST] - time)
            if not dt > 0.0:
                fate = INSIDE if dt == 0.0 else UNKNOWN
                break
            h = 0.5 * dt
            k2 = rates(table, first, spacing, forces, x + h * k1[0], z + h * k1[1], along + h * k1[2], moment, charge)
            k3 = rates(table, first, spacing, forces, x + h * k2[0], z + h * k2[1], along + h * k2[2], moment, charge)
            k4 = rates(
                table, first, spacing, forces, x + dt * k3[0], z + dt * k3[1], along + dt * k3[2], moment, charge
            )
            x += dt / 6.0 * (k1[0] + 2.0 * (k2[0] + k3[0]) + k4[0])
            z += dt / 6.0 * (k1[1] + 2.0 * (k2[1] + k3[1]) + k4[1])
            along += dt / 6.0 * (k1[2] + 2.0 * (k2[2] + k3[2]) + k4[2])
            time += dt
            r = math.sqrt(x * x + z * z)
            highest = max(highest, r)
            k1 = rates(table, first, spacing, forces, x, z, along, moment, charge)
            if not k1[4] > 0.0:
                fate = UNKNOWN
                break
            if r < forces[FLOOR]:
                fate = RETURNED
            elif x < forces[TAIL_X]:
                fate = TAIL
            elif x < forces[SHEET_X] and abs(z) < forces[SHEET_EDGE]:
                fate = SHEET
            elif x > forces[NOSE] or abs(z) > forces[WALL]:
                fate = SHEATH
            if fate != INSIDE:
                break
        fates[ion] = fate
        results[ion, 0], results[ion, 1], results[ion, 2], results[ion, 3] = x, z, along, k1[3]
        results[ion, 4], results[ion, 5], results[ion, 6] = moment * k1[4], time, highest
