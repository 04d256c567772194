"""Compiled local diffusion in momentum and pitch angle: one symmetric band matrix a shell, eliminated once a regime.

The unknowns of a shell are ordered with the pitch angle running fastest. A band matrix is kept by rows from the
diagonal to the right: `band[i, d]` couples unknown i with unknown i + d.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def assemble(volume, across, along, cross, low, rate, step, band):  # type: ignore[no-untyped-def]
    """Matrix of a backward Euler step.

    `across[j, k]` is the conductance between momenta j and j + 1, `along[j, k]` that between pitch angles k and k + 1,
    `low[k]` that of the lowest face in momentum. A mixed coefficient `cross[j, k]` at the corner of four cells is a
    conductance along one of its diagonals, taken half and half from the four edges around.
    """
    momenta, angles = volume.shape
    band[:] = 0.0
    for j in range(momenta):
        for k in range(angles):
            band[j * angles + k, 0] = volume[j, k] * (1.0 + step * rate[j, k])
    for k in range(angles):
        band[k, 0] += step * low[k]
    for j in range(momenta - 1):
        for k in range(angles):
            value = step * across[j, k]
            if k > 0:
                value -= 0.5 * step * abs(cross[j, k - 1])
            if k < angles - 1:
                value -= 0.5 * step * abs(cross[j, k])
            i = j * angles + k
            band[i, 0] += value
            band[i + angles, 0] += value
            band[i, angles] -= value
    for j in range(momenta):
        for k in range(angles - 1):
            value = step * along[j, k]
            if j > 0:
                value -= 0.5 * step * abs(cross[j - 1, k])
            if j < momenta - 1:
                value -= 0.5 * step * abs(cross[j, k])
            i = j * angles + k
            band[i, 0] += value
            band[i + 1, 0] += value
            band[i, 1] -= value
    for j in range(momenta - 1):
        for k in range(angles - 1):
            value = step * abs(cross[j, k])
            i = j * angles + k
            if cross[j, k] > 0.0:
                first, second = i, i + angles + 1
            else:
                first, second = i + 1, i + angles
            band[first, 0] += value
            band[second, 0] += value
            band[first, second - first] -= value


@njit(cache=True, nogil=True, error_model="numpy")
def eliminate(band):  # type: ignore[no-untyped-def]
    """Factor L D L^T of a symmetric positive definite band matrix, in place: D first, then the columns of L."""
    size, width = band.shape
    for i in range(size):
        pivot = band[i, 0]
        reach = min(width, size - i)
        for r in range(1, reach):
            value = band[i, r]
            if value != 0.0:
                factor = value / pivot
                row = band[i + r]
                for c in range(r, reach):
                    row[c - r] -= factor * band[i, c]
        for r in range(1, reach):
            band[i, r] /= pivot


@njit(cache=True, nogil=True, error_model="numpy")
def substitute(band, values):  # type: ignore[no-untyped-def]
    """Solve with the factored matrix, in place."""
    size, width = band.shape
    for i in range(size):
        value = values[i]
        row = band[i]
        for r in range(1, min(width, size - i)):
            values[i + r] -= row[r] * value
    for i in range(size - 1, -1, -1):
        row = band[i]
        reach = min(width, size - i)
        # Four partial sums: the processor need not wait for one addition to begin the next.
        a, b, c, d = values[i] / row[0], 0.0, 0.0, 0.0
        r = 1
        while r + 3 < reach:
            a -= row[r] * values[i + r]
            b -= row[r + 1] * values[i + r + 1]
            c -= row[r + 2] * values[i + r + 2]
            d -= row[r + 3] * values[i + r + 3]
            r += 4
        while r < reach:
            a -= row[r] * values[i + r]
            r += 1
        values[i] = (a + b) + (c + d)


@njit(cache=True, nogil=True, error_model="numpy")
def prepare(volume, across, along, cross, low, rate, step, whole, half, start, stop):  # type: ignore[no-untyped-def]
    """Factor the matrices of a whole and of half a step for a slice of shells."""
    for shell in range(start, stop):
        assemble(volume, across[shell], along[shell], cross[shell], low[shell], rate[shell], step, whole[shell])
        eliminate(whole[shell])
        assemble(volume, across[shell], along[shell], cross[shell], low[shell], rate[shell], 0.5 * step, half[shell])
        eliminate(half[shell])


@njit(cache=True, nogil=True, error_model="numpy")
def _euler(old, new, band, volume, low, edge, cone, rate, step, budget):  # type: ignore[no-untyped-def]
    """One backward Euler step; adds to what came in at low momentum, fell into the cone and was lost otherwise."""
    momenta, angles = volume.shape
    flat = new.reshape(momenta * angles)
    for j in range(momenta):
        for k in range(angles):
            new[j, k] = volume[j, k] * old[j, k]
    for k in range(angles):
        new[0, k] += step * low[k] * edge[k]
    substitute(band, flat)
    for k in range(angles):
        budget[0] += step * low[k] * (edge[k] - new[0, k])
    for j in range(momenta):
        for k in range(angles):
            amount = step * volume[j, k] * new[j, k]
            budget[1] += amount * cone[j, k]
            budget[2] += amount * (rate[j, k] - cone[j, k])


@njit(cache=True, nogil=True, error_model="numpy")
def step_shells(density, volume, low, edge, cone, rate, step, whole, half, budget, start, stop):  # type: ignore[no-untyped-def]
    """One step of a slice of shells: two half steps, corrected by a whole one as far as nothing turns negative.

    budget[shell] gathers what came in, was scattered into the loss cone, was lost otherwise, and what it took to raise
    densities from below zero.
    """
    momenta, angles = volume.shape
    middle, twice = np.empty((momenta, angles)), np.empty((momenta, angles))
    once = np.empty((momenta, angles))
    fine, coarse = np.empty(3), np.empty(3)
    for shell in range(start, stop):
        fine[:] = 0.0
        coarse[:] = 0.0
        args = (low[shell], edge[shell], cone[shell], rate[shell])
        _euler(density[shell], middle, half[shell], volume, *args, 0.5 * step, fine)
        _euler(middle, twice, half[shell], volume, *args, 0.5 * step, fine)
        _euler(density[shell], once, whole[shell], volume, *args, step, coarse)
        share = 1.0
        for j in range(momenta):
            for k in range(angles):
                if 2.0 * twice[j, k] < once[j, k] and twice[j, k] >= 0.0:
                    share = min(share, twice[j, k] / (once[j, k] - twice[j, k]))
        for n in range(3):
            budget[shell, n] += fine[n] + share * (fine[n] - coarse[n])
        for j in range(momenta):
            for k in range(angles):
                value = twice[j, k] + share * (twice[j, k] - once[j, k])
                if value < 0.0:
                    if twice[j, k] < 0.0:  # else it is the limiting cell, a rounding error below zero
                        budget[shell, 3] -= volume[j, k] * value
                    value = 0.0
                density[shell, j, k] = value
