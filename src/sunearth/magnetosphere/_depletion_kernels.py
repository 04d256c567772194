"""Compiled integration of the shocked wind along the line from the nose of the shock to the magnetopause.

Everything is in units of the wind's density, its speed and the standoff of the magnetopause. The independent variable
is s, the logarithm of the flow speed behind the shock over the flow speed; the columns of a state are the logarithms of
density and field over those behind the shock, the two rates of stretching and the depth below the shock.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def _rates(s, y, compression, pressure, magnetic, gamma, inner, widening, depth, out):
    u = math.exp(-s) / compression
    rho = compression * math.exp(y[0])
    p = pressure * math.exp(gamma * y[0])
    m = magnetic * math.exp(2 * y[1])
    radius = inner + widening * max(depth - y[4], 0.0)
    elastic = gamma * p + 2 * m
    push = 2 * (p + m) / (radius * radius * rho)
    slowing = (elastic * y[2] + gamma * p * y[3] + 2 * m * u * (1 - u) / radius) / (elastic - rho * u * u)
    out[0] = 1 - (y[2] + y[3]) / slowing
    out[1] = 1 - y[2] / slowing
    out[2] = (push - y[2] * y[2]) / slowing
    out[3] = (push * gamma * p / elastic - y[3] * y[3]) / slowing
    out[4] = u / slowing


@njit(cache=True, nogil=True, error_model="numpy")
def _line(compression, pressure, magnetic, gamma, inner, widening, depth, last, steps, states):
    """Fill the states of one line; give the depth at which the flow would stop."""
    h = last / steps
    k = np.empty((4, 5))
    y, trial = np.empty(5), np.empty(5)
    y[0], y[1], y[4] = 0.0, 0.0, 0.0
    y[2] = 1 / (inner + widening * depth)
    y[3] = y[2]
    for j in range(5):
        states[0, j] = y[j]
    for i in range(steps):
        s = i * h
        _rates(s, y, compression, pressure, magnetic, gamma, inner, widening, depth, k[0])
        for stage in range(1, 4):
            part = h if stage == 3 else 0.5 * h
            for j in range(5):
                trial[j] = y[j] + part * k[stage - 1, j]
            _rates(s + part, trial, compression, pressure, magnetic, gamma, inner, widening, depth, k[stage])
        for j in range(5):
            y[j] += h / 6 * (k[0, j] + 2 * k[1, j] + 2 * k[2, j] + k[3, j])
            states[i + 1, j] = y[j]
    _rates(last, y, compression, pressure, magnetic, gamma, inner, widening, depth, k[0])
    return y[4] + k[0, 4]


@njit(cache=True, nogil=True, error_model="numpy")
def lines(compression, pressure, magnetic, gamma, inner, widening, last, steps, start, stop, depths, states):
    """Integrate lines from start to stop, each with the depth of the sheath that it gives itself."""
    for i in range(start, stop):
        x, p, m = compression[i], pressure[i], magnetic[i]
        depths[i] = math.nan
        states[i] = math.nan
        if not (x > 1 and math.isfinite(x + p + m)):
            continue
        depth, before, miss_before = 1.1 / x, 0.0, 0.0
        for turn in range(40):
            found = _line(x, p, m, gamma, inner, widening, depth, last, steps, states[i])
            miss = found - depth
            if not math.isfinite(miss):
                break
            if abs(miss) < 1e-11 * depth:
                depths[i] = found
                break
            following = found
            if turn > 0 and miss != miss_before:
                following = depth - miss * (depth - before) / (miss - miss_before)
            before, miss_before = depth, miss
            depth = min(max(following, 0.5 * depth), 2 * depth)
        if not math.isfinite(depths[i]):
            states[i] = math.nan
