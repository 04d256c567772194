"""Shooting across a shear layer: does a wave that fades on one side fade on the other?

`layer` holds density, flow along the wave, squares of the Alfven speeds along the wave and whole, square of the sound
speed and the derivative of the path, at `2 n + 1` points of a path through the complex plane that passes the places
where the wave rests in the flow, or goes along with Alfven waves, at a distance.
"""

from __future__ import annotations

import cmath
import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def _slopes(omega, k, amount, layer, j):  # type: ignore[no-untyped-def]
    """Coefficients of displacement and stress at one point, the latter and the squeeze without the path."""
    doppler2 = (omega - k * layer[1, j]) ** 2
    tension = layer[0, j] * (doppler2 - k * k * layer[2, j])
    squeeze = 1.0 + 0.0j
    if amount > 0.0:
        below = doppler2 * (layer[4, j] + layer[3, j]) - k * k * layer[2, j] * layer[4, j]
        squeeze -= amount * doppler2 * doppler2 / (k * k * below)
    return tension, squeeze


@njit(cache=True, nogil=True, error_model="numpy")
def mismatch(omega, k, amount, layer, step):  # type: ignore[no-untyped-def]
    """What must vanish, and the same relative to its parts."""
    tension, squeeze = _slopes(omega, k, amount, layer, 0)
    displacement, stress = 1.0 + 0.0j, tension * k / cmath.sqrt(squeeze)
    stretch, pull = layer[5, 0] * squeeze / tension, layer[5, 0] * tension * k * k
    for j in range(0, layer.shape[1] - 2, 2):
        tension, squeeze = _slopes(omega, k, amount, layer, j + 1)
        stretch_mid, pull_mid = layer[5, j + 1] * squeeze / tension, layer[5, j + 1] * tension * k * k
        tension, squeeze = _slopes(omega, k, amount, layer, j + 2)
        stretch_end, pull_end = layer[5, j + 2] * squeeze / tension, layer[5, j + 2] * tension * k * k
        y1, p1 = stretch * stress, pull * displacement
        y2, p2 = stretch_mid * (stress + 0.5 * step * p1), pull_mid * (displacement + 0.5 * step * y1)
        y3, p3 = stretch_mid * (stress + 0.5 * step * p2), pull_mid * (displacement + 0.5 * step * y2)
        y4, p4 = stretch_end * (stress + step * p3), pull_end * (displacement + step * y3)
        displacement += step / 6.0 * (y1 + 2.0 * y2 + 2.0 * y3 + y4)
        stress += step / 6.0 * (p1 + 2.0 * p2 + 2.0 * p3 + p4)
        stretch, pull = stretch_end, pull_end
    fading = tension * k / cmath.sqrt(squeeze) * displacement
    total = stress + fading
    # What a uniform medium would grow to: keeps the number of order one, and the secant's function analytic.
    return total * math.exp(-k * step * (layer.shape[1] - 1) / 2), abs(total) / (abs(stress) + abs(fading))


@njit(cache=True, nogil=True, error_model="numpy")
def refine(guess, k, amount, layer, step):  # type: ignore[no-untyped-def]
    """Frequency near a guess by the secant method; NaN where it does not settle."""
    before, now = guess * (1.0 + 1e-4), guess
    at_before, _ = mismatch(before, k, amount, layer, step)
    for _ in range(40):
        at, _ = mismatch(now, k, amount, layer, step)
        if at == at_before:
            break
        change = at * (now - before) / (at - at_before)
        limit = 0.2 * abs(now)
        if abs(change) > limit:
            change *= limit / abs(change)
        before, at_before = now, at
        now = now - change
        if not abs(now) < 1e6:
            return complex(np.nan, np.nan)
        if abs(change) <= 1e-12 * abs(now):
            _, relative = mismatch(now, k, amount, layer, step)
            if relative < 1e-6:
                return now
            break
    return complex(np.nan, np.nan)


@njit(cache=True, nogil=True, error_model="numpy")
def follow(omega, waves, amount, layers, step, threshold):  # type: ignore[no-untyped-def]
    """Carry every growing wave to the wavenumbers beside it, up and down; the fastest of what is found stays."""
    count = waves.size
    for direction in (1, -1):
        for m in range(count):
            k = m if direction > 0 else count - 1 - m
            here, last = k, k - direction
            if last < 0 or last >= count or not omega[last].imag > threshold * waves[last]:
                continue
            guess = omega[last]
            beyond = last - direction
            if 0 <= beyond < count and omega[beyond].imag > threshold * waves[beyond]:
                slope = (omega[last] - omega[beyond]) / (waves[last] - waves[beyond])
                guess += slope * (waves[here] - waves[last])
            else:
                guess *= waves[here] / waves[last]
            found = refine(guess, waves[here], amount, layers, step)
            if found.imag > threshold * waves[here] and not omega[here].imag >= found.imag:
                omega[here] = found
