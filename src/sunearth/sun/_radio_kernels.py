"""Rays through a spherical corona: where they turn, what they absorb and how bright they arrive."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def cell_depth(width, near, far, near_weight, far_weight):  # type: ignore[no-untyped-def]
    """Integral of g / sqrt(w) over a cell in which g and w are linear; `near` and `far` are the roots of w."""
    total = near + far
    share = (far + 2.0 * near) / (3.0 * total)
    return 2.0 * width / total * (near_weight + (far_weight - near_weight) * share)


@njit(cache=True, nogil=True, error_model="numpy")
def trace_rays(  # type: ignore[no-untyped-def]
    start, stop, frequency, impact, radius, plasma_squared, strength, logarithm, temperature, bends, background,
    brightness, depth, turning,
):  # fmt: skip
    """Fill brightness temperature, optical depth and turning radius for the pairs start to stop of (frequency, impact).

    Frequencies are in MHz, lengths in solar radii. `strength` times the logarithm less ln f over f squared is the
    absorption per solar radius without the refractive index, which cancels against the path: with the invariant
    mu r sin(angle) = a, absorption times path is strength r dr / sqrt(mu^2 r^2 - a^2). The variable is r^2, in which
    the root's argument is exactly linear for rays that do not bend.
    """
    last = radius.size - 1
    for pair in range(start, stop):
        f, a = frequency[pair // impact.size], impact[pair % impact.size]
        row, column = pair // impact.size, pair % impact.size
        brightness[row, column] = math.nan
        depth[row, column] = math.nan
        turning[row, column] = math.nan
        if math.isnan(f) or math.isnan(a) or f <= 0.0:
            continue
        scale, log_f = 1.0 / (f * f), math.log(1e6 * f)
        bend = scale if bends else 0.0
        square = a * a
        outer = (1.0 - bend * plasma_squared[last]) * radius[last] ** 2 - square
        if outer <= 0.0:  # the ray misses the sphere or is turned back at its edge
            brightness[row, column] = background
            depth[row, column] = 0.0
            continue
        # the outermost cell in which the ray turns; -1 where it reaches the bottom
        lowest = -1
        for i in range(last - 1, -1, -1):
            if (1.0 - bend * plasma_squared[i]) * radius[i] ** 2 - square <= 0.0:
                lowest = i
                break
        light = background
        total = 0.0
        first = max(lowest, 0)
        for leg in range(2):
            if leg == 0 and lowest < 0:
                light = temperature[0]  # the bottom is opaque
                continue
            for step in range(last - first):
                i = last - 1 - step if leg == 0 else first + step
                w1 = (1.0 - bend * plasma_squared[i + 1]) * radius[i + 1] ** 2 - square
                w0 = (1.0 - bend * plasma_squared[i]) * radius[i] ** 2 - square
                g1 = strength[i + 1] * scale * max(logarithm[i + 1] - log_f, 0.0)
                g0 = strength[i] * scale * max(logarithm[i] - log_f, 0.0)
                t0, width = temperature[i], radius[i + 1] ** 2 - radius[i] ** 2
                if w0 < 0.0:
                    part = w1 / (w1 - w0)
                    g0, t0 = g1 + (g0 - g1) * part, temperature[i + 1] + (t0 - temperature[i + 1]) * part
                    turning[row, column] = math.sqrt(radius[i + 1] ** 2 - width * part)
                    width, w0 = width * part, 0.0
                elif i == lowest:
                    turning[row, column] = radius[i]
                depth_here = cell_depth(0.5 * width, math.sqrt(w0), math.sqrt(w1), g0, g1)
                if leg == 1:
                    total += depth_here
                light += (0.5 * (t0 + temperature[i + 1]) - light) * -np.expm1(-depth_here)
        brightness[row, column] = light
        depth[row, column] = 2.0 * total if lowest >= 0 else math.inf
