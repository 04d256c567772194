"""Exponentials, sines and cosines of many arguments at a time, for sums of box harmonics.

Loops over an array of arguments without branches, which the compiler turns into vector instructions: two to five times
as fast as one call of the mathematical library after the other. Errors are below 3e-16, relative for the exponential
and absolute for sine and cosine, for exponents within 700 and angles within 1e5.
"""

from __future__ import annotations

import math

import numpy as np
from numba import config, float64, njit, types
from numpy import floor

PAIR = types.UniTuple(float64, 2)

# ln 2 and pi / 2 in parts, the first of which has few enough digits for its product with a small integer to be exact
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
QUARTER_HIGH, QUARTER_MIDDLE, QUARTER_LOW = 1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21
# Coefficients of exp(r) = 1 + r + r^2 (E_2 + E_3 r ...), |r| < ln 2 / 2: Taylor's
E_2, E_3, E_4, E_5, E_6, E_7, E_8, E_9, E_10, E_11, E_12, E_13 = (1.0 / math.factorial(k) for k in range(2, 14))
# Coefficients of sin(r) = r + r^3 (S_1 + S_2 r^2 ...) and cos(r) = 1 - r^2 / 2 + r^4 (C_1 + C_2 r^2 ...), |r| < pi / 4:
# the minimax polynomials of the freely distributable mathematical library of Sun Microsystems, 1993
S_1, S_2, S_3 = -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04
S_4, S_5, S_6 = 2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10
C_1, C_2, C_3 = 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05
C_4, C_5, C_6 = -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11


@njit(float64(float64), cache=True, nogil=True, error_model="numpy")
def exponential(x):  # type: ignore[no-untyped-def]
    """exp(x) without a branch."""
    x = min(max(x, -700.0), 700.0)
    k = floor(x * (1.0 / math.log(2.0)) + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    tail = E_6 + r * (E_7 + r * (E_8 + r * (E_9 + r * (E_10 + r * (E_11 + r * (E_12 + r * E_13))))))
    power = np.int64((np.int64(k) + 1023) << 52).view(np.float64)  # 2^k, by its exponent bits
    return (1.0 + r * (1.0 + r * (E_2 + r * (E_3 + r * (E_4 + r * (E_5 + r * tail)))))) * power


@njit(PAIR(float64), cache=True, nogil=True, error_model="numpy")
def sine_and_cosine(angle):  # type: ignore[no-untyped-def]
    """Sine and cosine without a branch."""
    k = floor(angle * (2.0 / math.pi) + 0.5)
    r = ((angle - k * QUARTER_HIGH) - k * QUARTER_MIDDLE) - k * QUARTER_LOW
    q = r * r
    sine = r + r * q * (S_1 + q * (S_2 + q * (S_3 + q * (S_4 + q * (S_5 + q * S_6)))))
    cosine = 1.0 - 0.5 * q + q * q * (C_1 + q * (C_2 + q * (C_3 + q * (C_4 + q * (C_5 + q * C_6)))))
    half = floor(0.5 * k)
    odd = k - 2.0 * half  # 1 in the second and fourth quarter, where the two swap
    sign = 1.0 - 2.0 * (half - 2.0 * floor(0.5 * half))  # -1 in the third and fourth
    return (
        sign * ((1.0 - odd) * sine + odd * cosine),
        sign * (1.0 - 2.0 * odd) * ((1.0 - odd) * cosine + odd * sine),
    )


@njit(types.void(float64[::1]), cache=True, nogil=True, error_model="numpy")
def exponentials(values):  # type: ignore[no-untyped-def]
    """Replace all values by their exponentials."""
    for k in range(values.size):
        values[k] = exponential(values[k])


@njit(types.void(float64[::1], float64[::1]), cache=True, nogil=True, error_model="numpy")
def sines_and_cosines(angles, cosines):  # type: ignore[no-untyped-def]
    """Replace all angles by their sines and fill in their cosines."""
    for k in range(angles.size):
        angles[k], cosines[k] = sine_and_cosine(angles[k])


if config.DISABLE_JIT:  # then the library of NumPy is the faster and knows no bits to be shifted

    def exponentials(values: np.ndarray) -> None:
        """Replace all values by their exponentials."""
        np.exp(values, out=values)

    def sines_and_cosines(angles: np.ndarray, cosines: np.ndarray) -> None:
        """Replace all angles by their sines and fill in their cosines."""
        np.cos(angles, out=cosines)
        np.sin(angles, out=angles)
