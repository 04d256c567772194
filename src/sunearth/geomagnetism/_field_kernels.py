"""Compiled magnetic fields: every field is one function of a record of numbers and a point.

A field takes `(parameters, x, y, z)` and returns `(b_x, b_y, b_z)`; tracers and particle pushers receive it as a
pointer, so that they are compiled once for all fields. Lengths are in R_E and fields in nT; the frame is GSM unless
said.

The main field is summed in Cartesian components from solid harmonics

    A_n^m(r) (x + i y)^m = r^-(n+1) P_n^m(cos theta) exp(i m phi)    (Schmidt semi-normalised P)

whose derivatives are again solid harmonics, one degree higher. The three components of a field of degree N are
therefore three sums of degree N + 1 with coefficients that depend on the Gauss coefficients alone (`differentiate`).
There is no angle in it, hence no trouble at the poles.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64, njit, types

VECTOR = types.UniTuple(float64, 3)
FIELD_SIGNATURE = VECTOR(float64[::1], float64, float64, float64)
FIELD = types.FunctionType(FIELD_SIGNATURE)

MAX_DEGREE = 60  # of a main field


def _recursion() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return factors of the recursion of A_n^m, (n, m) packed by m and then n, and of its start at n = m."""
    top = MAX_DEGREE + 2
    first, second = np.zeros((top + 1, top + 1)), np.zeros((top + 1, top + 1))
    start = np.ones(top + 1)
    for m in range(top + 1):
        if m > 1:
            start[m] = start[m - 1] * math.sqrt((2 * m - 1) / (2 * m))
        for n in range(m + 1, top + 1):
            first[m, n] = (2 * n - 1) / math.sqrt(n * n - m * m)
            second[m, n] = math.sqrt(((n - 1) ** 2 - m * m) / (n * n - m * m))
    return first, second, start


RECURSION_FIRST, RECURSION_SECOND, RECURSION_START = _recursion()


@njit(int64(int64, int64, int64), cache=True, nogil=True, error_model="numpy")
def place(n, m, degree):  # type: ignore[no-untyped-def]
    """Row of harmonic (n, m) in a table that runs over n inside m, up to a degree."""
    return m * (degree + 1) - m * (m - 1) // 2 + n - m


@njit(float64[:, ::1](float64[:, ::1], int64), cache=True, nogil=True, error_model="numpy")
def differentiate(potential, degree):  # type: ignore[no-untyped-def]
    """Coefficients of minus the gradient of a sum of solid harmonics.

    `potential` has a row (cosine, sine) for each harmonic up to `degree`; the result has a row
    (x cosine, x sine, y cosine, y sine, z cosine, z sine) for each one up to the next degree.
    """
    result = np.zeros((place(degree + 1, degree + 1, degree + 1) + 1, 6))
    for m in range(degree + 1):
        for n in range(m, degree + 1):
            g, h = potential[place(n, m, degree)]
            vertical = math.sqrt((n + m + 1.0) * (n - m + 1.0))
            row = result[place(n + 1, m, degree + 1)]
            row[4] += vertical * g
            row[5] += vertical * h
            if m == 0:
                outer = math.sqrt(0.5 * (n + 1.0) * (n + 2.0))
                row = result[place(n + 1, 1, degree + 1)]
                row[0] += outer * g
                row[3] += outer * g
                continue
            outer = 0.5 * math.sqrt((n + m + 1.0) * (n + m + 2.0))
            row = result[place(n + 1, m + 1, degree + 1)]
            row[0] += outer * g
            row[1] += outer * h
            row[2] -= outer * h
            row[3] += outer * g
            inner = 0.5 * math.sqrt((n - m + 1.0) * (n - m + 2.0) * (2.0 if m == 1 else 1.0))
            row = result[place(n + 1, m - 1, degree + 1)]
            row[0] -= inner * g
            row[2] -= inner * h
            if m > 1:
                row[1] -= inner * h
                row[3] += inner * g
    return result


@njit(VECTOR(float64[:, ::1], int64, int64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def sum_harmonics(coefficients, degree, used, x, y, z):  # type: ignore[no-untyped-def]
    """Sum three series of solid harmonics that share their table up to `degree`, taking those up to `used`."""
    inverse_square = 1.0 / (x * x + y * y + z * z)
    inverse = math.sqrt(inverse_square)
    slope = z * inverse_square
    total_x, total_y, total_z = 0.0, 0.0, 0.0
    real, imaginary, power = 1.0, 0.0, inverse
    row = 0
    for m in range(used + 1):
        before, harmonic = 0.0, RECURSION_START[m] * power
        x_cos, x_sin, y_cos, y_sin, z_cos, z_sin = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for n in range(m, used + 1):
            if n > m:
                after = RECURSION_FIRST[m, n] * slope * harmonic - RECURSION_SECOND[m, n] * inverse_square * before
                before, harmonic = harmonic, after
            x_cos += coefficients[row, 0] * harmonic
            x_sin += coefficients[row, 1] * harmonic
            y_cos += coefficients[row, 2] * harmonic
            y_sin += coefficients[row, 3] * harmonic
            z_cos += coefficients[row, 4] * harmonic
            z_sin += coefficients[row, 5] * harmonic
            row += 1
        row += degree - used
        total_x += x_cos * real + x_sin * imaginary
        total_y += y_cos * real + y_sin * imaginary
        total_z += z_cos * real + z_sin * imaginary
        real, imaginary = real * x - imaginary * y, real * y + imaginary * x
        power *= inverse_square
    return total_x, total_y, total_z


@njit(cache=True, nogil=True, error_model="numpy")
def main_field_points(epochs, tables, degree, year, x, y, z, b_x, b_y, b_z, start, stop):  # type: ignore[no-untyped-def]
    """Three sums up to `degree` at points with an epoch each, linear in time between two epochs and beyond."""
    mixed = np.empty_like(tables[0])
    row, rows = mixed.reshape(-1), tables.reshape((tables.shape[0], -1))  # one row an epoch, to be mixed in one loop
    known = math.nan
    for i in range(start, stop):
        if year[i] != known and not math.isnan(year[i]):
            known = year[i]
            if epochs.size == 1:
                row[:] = rows[0]
            else:
                k = min(max(np.searchsorted(epochs, known, side="right") - 1, 0), epochs.size - 2)
                weight = (known - epochs[k]) / (epochs[k + 1] - epochs[k])
                low, high = rows[k], rows[k + 1]
                for j in range(row.size):
                    row[j] = low[j] + weight * (high[j] - low[j])
        if math.isnan(year[i]):
            b_x[i], b_y[i], b_z[i] = math.nan, math.nan, math.nan
        else:
            b_x[i], b_y[i], b_z[i] = sum_harmonics(mixed, degree, degree, x[i], y[i], z[i])


HEADER = 11  # numbers of a main-field record before its tables: degree, 9 of the rotation, length of the table


@njit(float64[::1](float64[:, ::1], int64, float64[:, ::1], float64), cache=True, nogil=True, error_model="numpy")
def prepare_main_field(potential, degree, rotation, negligible):  # type: ignore[no-untyped-def]
    """Record of a main field in a frame that `rotation` takes to the frame of its coefficients.

    At a distance where the harmonics of a degree and all above it come to less than `negligible` (nT, root mean
    square over the sphere) they are left out there.
    """
    table = differentiate(potential, degree)
    record = np.empty(HEADER + degree + 2 + table.size)
    record[0] = degree
    for i in range(3):
        for j in range(3):
            record[1 + 3 * i + j] = rotation[i, j]
    record[10] = table.shape[0]
    for n in range(degree + 2):
        record[HEADER + n] = math.inf
    for n in range(2, degree + 1):
        # radius beyond which degree n is negligible; the sum over all higher degrees is of the same order
        power = 0.0
        for m in range(n + 1):
            g, h = potential[place(n, m, degree)]
            power += (n + 1) * (g * g + h * h)
        record[HEADER + n] = (max(2.0 * math.sqrt(power), 1e-300) / negligible) ** (1.0 / (n + 2))
    for n in range(degree - 1, 1, -1):  # never drop a degree before the ones above it
        record[HEADER + n] = max(record[HEADER + n], record[HEADER + n + 1])
    record[HEADER + degree + 2 :] = table.ravel()
    return record


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def main_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Main field of a record of `prepare_main_field`."""
    degree = int(parameters[0])
    r = math.sqrt(x * x + y * y + z * z)
    used = degree
    while used > 1 and r > parameters[HEADER + used]:
        used -= 1
    turn = parameters[1:10]
    table = parameters[HEADER + degree + 2 :].reshape((int(parameters[10]), 6))
    u = turn[0] * x + turn[1] * y + turn[2] * z
    v = turn[3] * x + turn[4] * y + turn[5] * z
    w = turn[6] * x + turn[7] * y + turn[8] * z
    b_u, b_v, b_w = sum_harmonics(table, degree + 1, used + 1, u, v, w)
    return (
        turn[0] * b_u + turn[3] * b_v + turn[6] * b_w,
        turn[1] * b_u + turn[4] * b_v + turn[7] * b_w,
        turn[2] * b_u + turn[5] * b_v + turn[8] * b_w,
    )


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def dipole_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Dipole at the centre; the record holds its moment as a vector, in nT R_E^3 (pointing south for the Earth)."""
    m_x, m_y, m_z = parameters[0], parameters[1], parameters[2]
    square = x * x + y * y + z * z
    inverse = 1.0 / (square * square * math.sqrt(square))
    along = 3.0 * (m_x * x + m_y * y + m_z * z)
    return (
        (along * x - m_x * square) * inverse,
        (along * y - m_y * square) * inverse,
        (along * z - m_z * square) * inverse,
    )


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def no_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Nothing: the place of a field that is not there."""
    return 0.0, 0.0, 0.0


GRID_HEADER = 9  # origin, spacing and number of points of each axis


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def gridded_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Field on a regular grid, linear between its points, NaN outside.

    The record holds the first point, the spacing and the number of points of each axis, then the field, the three
    components of a point together and x running slowest.
    """
    u = (x - parameters[0]) / parameters[3]
    v = (y - parameters[1]) / parameters[4]
    w = (z - parameters[2]) / parameters[5]
    n_x, n_y, n_z = int(parameters[6]), int(parameters[7]), int(parameters[8])
    if not (0.0 <= u <= n_x - 1 and 0.0 <= v <= n_y - 1 and 0.0 <= w <= n_z - 1):
        return math.nan, math.nan, math.nan
    i, j, k = min(int(u), n_x - 2), min(int(v), n_y - 2), min(int(w), n_z - 2)
    u -= i
    v -= j
    w -= k
    b_x, b_y, b_z = 0.0, 0.0, 0.0
    for corner in range(8):
        a, b, c = corner >> 2, corner >> 1 & 1, corner & 1
        weight = (u if a else 1.0 - u) * (v if b else 1.0 - v) * (w if c else 1.0 - w)
        at = GRID_HEADER + 3 * (((i + a) * n_y + j + b) * n_z + k + c)
        b_x += weight * parameters[at]
        b_y += weight * parameters[at + 1]
        b_z += weight * parameters[at + 2]
    return b_x, b_y, b_z


@njit(
    types.void(
        FIELD, float64[:, ::1], FIELD, float64[:, ::1], int64[::1], float64[::1], float64[::1], float64[::1],
        float64[:, ::1], int64, int64,
    ),
    cache=True,
    nogil=True,
    error_model="numpy",
)  # fmt: skip
def sum_fields(inner, inner_records, outer, outer_records, state, x, y, z, result, start, stop):  # type: ignore[no-untyped-def]
    """Sum of two fields at points, each in the state that it belongs to."""
    for i in range(start, stop):
        a_x, a_y, a_z = inner(inner_records[state[i]], x[i], y[i], z[i])
        c_x, c_y, c_z = outer(outer_records[state[i]], x[i], y[i], z[i])
        result[i, 0], result[i, 1], result[i, 2] = a_x + c_x, a_y + c_y, a_z + c_z
