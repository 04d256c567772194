"""Loops of standing Alfven waves: y'' + omega^2 w y = 0 along a field line, and its eigenvalues by shooting.

The coordinate is tau with d tau = ds / (h^2 B), in which the equation of Singer et al. (1981) has no first derivative.
`w` holds the weight at `2 n + 1` equidistant points, so that each of the n steps knows its middle; the steps are those
of Runge and Kutta, fourth order. A boundary is "fixed" (y = 0, a perfect conductor) or "free" (y' = 0, an insulator).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_LARGEST = 1e200


@njit(cache=True, nogil=True, error_model="numpy")
def shoot(w, step, squared, y, p):  # type: ignore[no-untyped-def]
    """Carry (y, y') over all steps; return both, and how often y changed its sign."""
    zeros = 0
    for k in range((w.size - 1) // 2):
        first, middle, last = -squared * w[2 * k], -squared * w[2 * k + 1], -squared * w[2 * k + 2]
        y1, p1 = p, first * y
        y2, p2 = p + 0.5 * step * p1, middle * (y + 0.5 * step * y1)
        y3, p3 = p + 0.5 * step * p2, middle * (y + 0.5 * step * y2)
        y4, p4 = p + step * p3, last * (y + step * y3)
        before = y
        y += step / 6.0 * (y1 + 2.0 * y2 + 2.0 * y3 + y4)
        p += step / 6.0 * (p1 + 2.0 * p2 + 2.0 * p3 + p4)
        # a start on zero is no change of sign; landing on zero exactly counts when it is left
        if before * y < 0.0 or (before == 0.0 and k > 0):
            zeros += 1
    return y, p, zeros


@njit(cache=True, nogil=True, error_model="numpy")
def _mismatch(w, step, squared, south_free, north_free):  # type: ignore[no-untyped-def]
    """What must vanish at the far end, and how many eigenvalues lie below `squared`."""
    y, p, zeros = shoot(w, step, squared, 1.0 if south_free else 0.0, 0.0 if south_free else 1.0)
    if not north_free:
        return y, zeros
    return p, zeros + (1 if p * y < 0.0 else 0)


@njit(cache=True, nogil=True, error_model="numpy")
def eigenvalue(w, step, south_free, north_free, number):  # type: ignore[no-untyped-def]
    """Squared frequency of the standing wave with a number (from 1; a constant between free ends is not counted)."""
    needed = number + 1 if south_free and north_free else number
    phase = 0.0
    for k in range(w.size - 1):
        phase += 0.25 * step * (math.sqrt(w[k]) + math.sqrt(w[k + 1]))
    if not phase > 0.0 or not phase < _LARGEST:
        return math.nan
    low, high = 0.0, (math.pi * number / phase) ** 2
    at_low, below_low = _mismatch(w, step, low, south_free, north_free)
    at_high, below_high = _mismatch(w, step, high, south_free, north_free)
    while below_high < needed:
        low, at_low, below_low = high, at_high, below_high
        high *= 2.0
        if not high < _LARGEST:
            return math.nan
        at_high, below_high = _mismatch(w, step, high, south_free, north_free)
    for _ in range(200):
        if below_low == needed - 1 and below_high == needed and low > 0.0:
            break
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        at, below = _mismatch(w, step, middle, south_free, north_free)
        if below < needed:
            low, at_low, below_low = middle, at, below
        else:
            high, at_high, below_high = middle, at, below
    # False position in the manner of Illinois: the end that stays has its value halved.
    side = 0
    for _ in range(100):
        if high - low <= 4e-15 * high:
            break
        trial = (low * at_high - high * at_low) / (at_high - at_low)
        if not (low < trial < high):
            trial = 0.5 * (low + high)
        at, below = _mismatch(w, step, trial, south_free, north_free)
        if at == 0.0:
            return trial
        previous = high - low
        if below < needed:
            low, at_low = trial, at
            if side == -1:
                at_high *= 0.5
            side = -1
        else:
            high, at_high = trial, at
            if side == 1:
                at_low *= 0.5
            side = 1
        if abs(high - low) < 1e-14 * high or previous == high - low:
            break
        if min(trial - low, high - trial) == 0.0 and abs(at) < 1e-13 * (abs(at_low) + abs(at_high)):
            break
    return low if abs(at_low) < abs(at_high) else high


@njit(cache=True, nogil=True, error_model="numpy")
def dipole_eigenvalues(l_shell, index, base, number, poloidal, steps, start, stop, out):  # type: ignore[no-untyped-def]
    """Eigenvalues of a dipole's lines, in units of (B_0 / L^4 R_E)^2 / (mu_0 rho), from the equator to one end."""
    w = np.empty(2 * steps + 1)
    for row in range(start, stop):
        out[row] = math.nan
        end2 = 1.0 - base[row] / l_shell[row]
        if not (0.0 < end2 < 1.0) or math.isnan(index[row]):
            continue
        end = math.sqrt(end2)
        length = end + end**3 if poloidal else end
        x = 0.0
        for k in range(2 * steps + 1):
            t = length * k / (2 * steps)
            if poloidal:
                for _ in range(4):
                    x -= (x + x**3 - t) / (1.0 + 3.0 * x * x)
            else:
                x = t
            w[k] = (1.0 - x * x) ** (6.0 - index[row])
            if poloidal:
                w[k] /= (1.0 + 3.0 * x * x) ** 2
        # Odd harmonics are even about the equator: free there.
        out[row] = eigenvalue(w, length / steps, number % 2 == 1, False, (number + 1) // 2)


@njit(cache=True, nogil=True, error_model="numpy")
def wave(w, step, squared, y, p, values, slopes):  # type: ignore[no-untyped-def]
    """Fill y and y' at the `n + 1` ends of the steps."""
    values[0], slopes[0] = y, p
    for k in range((w.size - 1) // 2):
        y, p, _ = shoot(w[2 * k : 2 * k + 3], step, squared, y, p)
        values[k + 1], slopes[k + 1] = y, p


@njit(cache=True, nogil=True, error_model="numpy")
def shoot_damped(w, step, omega, south, north, values, slopes):  # type: ignore[no-untyped-def]
    """Carry a complex wave from a resistive end to the other; return by how much it fails the condition there.

    `south` and `north` are mu_0 Sigma_P h^2 B: y' = -i omega south y, and y' = i omega north y.
    """
    scale = 1.0 + abs(omega) * south
    y, p = (1.0 + 0.0j) / scale, -1j * omega * south / scale
    values[0], slopes[0] = y, p
    squared = omega * omega
    for k in range((w.size - 1) // 2):
        first, middle, last = -squared * w[2 * k], -squared * w[2 * k + 1], -squared * w[2 * k + 2]
        y1, p1 = p, first * y
        y2, p2 = p + 0.5 * step * p1, middle * (y + 0.5 * step * y1)
        y3, p3 = p + 0.5 * step * p2, middle * (y + 0.5 * step * y2)
        y4, p4 = p + step * p3, last * (y + step * y3)
        y += step / 6.0 * (y1 + 2.0 * y2 + 2.0 * y3 + y4)
        p += step / 6.0 * (p1 + 2.0 * p2 + 2.0 * p3 + p4)
        values[k + 1], slopes[k + 1] = y, p
    return (p - 1j * omega * north * y) / (1.0 + abs(omega) * north)


@njit(cache=True, nogil=True, error_model="numpy")
def damped_frequency(w, step, guess, south, north, values, slopes):  # type: ignore[no-untyped-def]
    """Complex frequency near a guess, by secants; NaN where they do not settle."""
    before = guess * (1.0 + 1e-4 + 1e-4j)
    at_before = shoot_damped(w, step, before, south, north, values, slopes)
    now = guess
    for _ in range(60):
        at = shoot_damped(w, step, now, south, north, values, slopes)
        if at == 0.0:
            return now
        change = at * (now - before) / (at - at_before)
        if abs(change) > 0.3 * abs(now):
            change *= 0.3 * abs(now) / abs(change)
        before, at_before = now, at
        now = now - change
        if abs(change) <= 1e-12 * abs(now):
            shoot_damped(w, step, now, south, north, values, slopes)
            return now
        if not abs(now) < _LARGEST:
            break
    return complex(math.nan, math.nan)
