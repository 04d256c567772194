"""Compiled potential field between photosphere and source surface: exact from harmonics, fast from a grid, and traced.

Lengths are in solar radii, angles in radians, fields in the unit of the harmonics. Both fields have the form that
the tracer of :mod:`sunearth.geomagnetism` takes: a record of numbers and a Cartesian point.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64, njit, types

from sunearth.geomagnetism._field_kernels import FIELD, FIELD_SIGNATURE
from sunearth.geomagnetism._tracing_kernels import MAX_STEPS, PATH, STRENGTH, UNDEFINED, X, Y, Z, trace_leg

EXACT_HEADER = 3  # degree, source surface, lowest radius
EXACT_TERM = 5  # g and h over the norm of the degree, and three factors of the recurrence
GRID_HEADER = 9  # counts of r, theta, phi; first ln r and its step; steps of theta and phi; source surface; lowest r

_THREE = types.UniTuple(float64, 3)


@njit(
    _THREE(float64[::1], float64, float64, float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def shell_components(record, r, cosine, sine, cos_phi, sin_phi):  # type: ignore[no-untyped-def]
    """Radial, southward and eastward field at a point, from the harmonics (order by order, then degree by degree).

    The recurrence runs on the functions over the sine of the colatitude, so that nothing is singular at the poles.
    """
    degree = int(record[0])
    q = 1.0 / r
    s = r / record[1]
    s_square = s * s
    b_r, b_theta, b_phi = 0.0, 0.0, 0.0
    place = EXACT_HEADER

    # order 0: its southward part comes with the functions of order 1
    before, now = 0.0, 1.0
    fall, rise = q * q, s
    for n in range(1, degree + 1):
        before, now = now, record[place + 2] * cosine * now - record[place + 3] * before
        fall *= q
        rise *= s_square
        b_r += fall * (n + 1.0 + n * rise) * now * record[place]
        place += EXACT_TERM

    top = 1.0  # function of degree and order m over the sine
    cos_m, sin_m = 1.0, 0.0
    start_fall, start_rise = q * q, s
    for m in range(1, degree + 1):
        cos_m, sin_m = cos_m * cos_phi - sin_m * sin_phi, sin_m * cos_phi + cos_m * sin_phi
        start_fall *= q
        start_rise *= s_square
        if m > 1:
            top *= sine * math.sqrt((2.0 * m - 1.0) / (2.0 * m))
        before, now = 0.0, top
        fall, rise = start_fall, start_rise
        for n in range(m, degree + 1):
            if n > m:
                before, now = now, record[place + 2] * cosine * now - record[place + 3] * before
                fall *= q
                rise *= s_square
            g, h = record[place], record[place + 1]
            wave = g * cos_m + h * sin_m
            across = fall * (1.0 - rise)
            b_r += fall * (n + 1.0 + n * rise) * now * sine * wave
            b_theta -= across * (n * cosine * now - record[place + 4] * before) * wave
            b_phi += across * m * now * (g * sin_m - h * cos_m)
            if m == 1:
                zonal = record[EXACT_HEADER + EXACT_TERM * (n - 1)]
                b_theta += math.sqrt(0.5 * n * (n + 1.0)) * across * now * sine * zonal
            place += EXACT_TERM
    return b_r, b_theta, b_phi


@njit(
    _THREE(float64, float64, float64, float64, float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def to_cartesian(b_r, b_theta, b_phi, cosine, sine, cos_phi, sin_phi):  # type: ignore[no-untyped-def]
    """Turn spherical components into Cartesian ones."""
    flat = b_r * sine + b_theta * cosine
    return flat * cos_phi - b_phi * sin_phi, flat * sin_phi + b_phi * cos_phi, b_r * cosine - b_theta * sine


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def harmonic_field(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field at a point, exactly; radial and falling as 1/r^2 beyond the source surface."""
    flat = math.sqrt(x * x + y * y)
    r = math.sqrt(flat * flat + z * z)
    cosine, sine = z / r, flat / r
    cos_phi, sin_phi = (x / flat, y / flat) if flat > 0.0 else (1.0, 0.0)
    held = min(max(r, record[2]), record[1])
    b_r, b_theta, b_phi = shell_components(record, held, cosine, sine, cos_phi, sin_phi)
    if r >= record[1]:
        fall = (record[1] / r) ** 2
        b_r, b_theta, b_phi = b_r * fall, 0.0, 0.0
    return to_cartesian(b_r, b_theta, b_phi, cosine, sine, cos_phi, sin_phi)


@njit(types.UniTuple(float64, 4)(float64), cache=True, nogil=True, error_model="numpy")
def cubic_weights(t):  # type: ignore[no-untyped-def]
    """Weights of the four points around a place, for the cubic through them."""
    low, high, far = t + 1.0, t - 1.0, t - 2.0
    return -t * high * far / 6.0, 0.5 * low * high * far, -0.5 * low * t * far, low * t * high / 6.0


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def gridded_shell(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field at a point, cubic between the points of a grid in ln r, colatitude and longitude.

    The grid has spare rows on every side: the pole is crossed onto the opposite meridian.
    """
    n_r, n_theta, n_phi = int(record[0]), int(record[1]), int(record[2])
    flat = math.sqrt(x * x + y * y)
    r = math.sqrt(flat * flat + z * z)
    cosine, sine = z / r, flat / r
    cos_phi, sin_phi = (x / flat, y / flat) if flat > 0.0 else (1.0, 0.0)
    u = (math.log(min(max(r, record[8]), record[7])) - record[3]) / record[4]
    v = math.atan2(flat, z) / record[5] + 2.0
    phi = math.atan2(y, x)
    w = (phi if phi >= 0.0 else phi + 2.0 * math.pi) / record[6] + 1.0
    if not (u == u and v == v and w == w):
        return math.nan, math.nan, math.nan
    i = min(max(int(u), 1), n_r - 3)
    j = min(max(int(v), 1), n_theta - 3)
    k = min(max(int(w), 1), n_phi - 3)
    by_r, by_theta, by_phi = cubic_weights(u - i), cubic_weights(v - j), cubic_weights(w - k)
    b_r, b_theta, b_phi = 0.0, 0.0, 0.0
    for a in range(4):
        for b in range(4):
            weight = by_r[a] * by_theta[b]
            place = GRID_HEADER + 3 * (((i - 1 + a) * n_theta + j - 1 + b) * n_phi + k - 1)
            p, q, s = by_phi[0] * weight, by_phi[1] * weight, by_phi[2] * weight
            t = by_phi[3] * weight
            b_r += p * record[place] + q * record[place + 3] + s * record[place + 6] + t * record[place + 9]
            b_theta += p * record[place + 1] + q * record[place + 4] + s * record[place + 7] + t * record[place + 10]
            b_phi += p * record[place + 2] + q * record[place + 5] + s * record[place + 8] + t * record[place + 11]
    if r >= record[7]:
        fall = (record[7] / r) ** 2
        b_r, b_theta, b_phi = b_r * fall, 0.0, 0.0
    return to_cartesian(b_r, b_theta, b_phi, cosine, sine, cos_phi, sin_phi)


@njit(
    types.void(
        float64[::1], float64[::1], float64[::1], float64[::1], float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def components_at(record, r, theta, phi, out, start, stop):  # type: ignore[no-untyped-def]
    """Exact components at points; NaN outside the shell, with a hair's breadth of tolerance."""
    for i in range(start, stop):
        if not (r[i] >= 1.0 - 1e-9 and r[i] <= record[1] * (1.0 + 1e-9)):
            out[i, 0], out[i, 1], out[i, 2] = math.nan, math.nan, math.nan
            continue
        b_r, b_theta, b_phi = shell_components(
            record, r[i], math.cos(theta[i]), math.sin(theta[i]), math.cos(phi[i]), math.sin(phi[i])
        )
        out[i, 0], out[i, 1], out[i, 2] = b_r, b_theta, b_phi


@njit(
    types.void(
        FIELD, float64[::1], FIELD, float64[::1], float64[:, ::1], float64[::1], float64[::1], float64, float64,
        float64[:, ::1], int64[::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def follow(inner, inner_record, outer, outer_record, points, sign, box, longest, tolerance, ends, how, start, stop):  # type: ignore[no-untyped-def]
    """Follow the lines through points one way; where they end (x, y, z, field strength), and how."""
    path = np.empty((MAX_STEPS, PATH))
    for i in range(start, stop):
        if not abs(sign[i]) > 0.0:
            ends[i, :] = math.nan
            how[i] = UNDEFINED
            continue
        count, ending = trace_leg(
            inner, inner_record, outer, outer_record, points[i, 0], points[i, 1], points[i, 2], sign[i], 1.0, box,
            longest, tolerance, path,
        )  # fmt: skip
        last = path[count - 1]
        ends[i, 0], ends[i, 1], ends[i, 2], ends[i, 3] = last[X], last[Y], last[Z], last[STRENGTH]
        how[i] = ending
