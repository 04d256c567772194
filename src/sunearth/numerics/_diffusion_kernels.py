"""Compiled steps of conservative diffusion along a line, for many rows at once.

Arrays are laid out as (cell, row), so that the recurrences along the line run over whole rows of numbers. The matrices
are M-matrices: their elimination adds and multiplies positive numbers only, and even the smallest densities keep their
digits.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def factor(volume, conductance, loss, step, inverse, ahead):  # type: ignore[no-untyped-def]
    """Eliminate the matrix of a backward Euler step, the same for all rows.

    `behind` is the share of a cell that does not come back from the cells before it: written so that nothing is ever
    subtracted, however well the line conducts.
    """
    behind = 1.0
    for i in range(volume.size):
        own = volume[i] * (1.0 + step * loss[i]) + step * conductance[i] * behind
        high = step * conductance[i + 1]
        inverse[i] = 1.0 / (own + high)
        ahead[i] = high * inverse[i]
        behind = own * inverse[i]


@njit(cache=True, nogil=True, error_model="numpy")
def factor_rows(volume, conductance, loss, step, inverse, ahead):  # type: ignore[no-untyped-def]
    """Eliminate the matrices of a backward Euler step, one for each row."""
    cells, rows = loss.shape
    behind = np.ones(rows)
    for i in range(cells):
        for r in range(rows):
            own = volume[i] * (1.0 + step * loss[i, r]) + step * conductance[i, r] * behind[r]
            high = step * conductance[i + 1, r]
            inverse[i, r] = 1.0 / (own + high)
            ahead[i, r] = high * inverse[i, r]
            behind[r] = own * inverse[i, r]


@njit(cache=True, nogil=True, error_model="numpy")
def euler(old, new, volume, conductance, loss, source, step, inverse, ahead, inner, outer, budget):  # type: ignore[no-untyped-def]
    """One backward Euler step; what comes in through both ends, is lost and is supplied is added to the budget.

    `old` and `new` must not be the same array: only then does the compiler take several rows at once.
    """
    cells, rows = old.shape
    given = 0.0
    for i in range(cells):
        before = new[i - 1] if i > 0 else inner
        here, then = new[i], old[i]
        up, share = step * conductance[i] * inverse[i], volume[i] * inverse[i]
        constant = step * volume[i] * source[i] * inverse[i]
        for r in range(rows):
            here[r] = share * then[r] + up * before[r] + constant
        given += step * volume[i] * source[i]
    last = cells - 1
    end, lost = new[last], budget[2]
    high = step * conductance[cells]
    leaving = step * volume[last] * loss[last]
    for r in range(rows):
        end[r] += high * inverse[last] * outer[r]
        lost[r] += leaving * end[r]
    for i in range(last - 1, -1, -1):
        here, beyond, down, leaving = new[i], new[i + 1], ahead[i], step * volume[i] * loss[i]
        if leaving == 0.0:
            for r in range(rows):
                here[r] += down * beyond[r]
        else:
            for r in range(rows):
                value = here[r] + down * beyond[r]
                here[r] = value
                lost[r] += leaving * value
    low, first = step * conductance[0], new[0]
    for r in range(rows):
        budget[0, r] += low * (inner[r] - first[r])
        budget[1, r] += high * (outer[r] - end[r])
        budget[3, r] += given


@njit(cache=True, nogil=True, error_model="numpy")
def euler_rows(old, new, volume, conductance, loss, source, step, inverse, ahead, inner, outer, budget):  # type: ignore[no-untyped-def]
    """The same step where every row has coefficients of its own."""
    cells, rows = old.shape
    for i in range(cells):
        before = new[i - 1] if i > 0 else inner
        here, then, scale, low, give = new[i], old[i], inverse[i], conductance[i], source[i]
        share, supplied = volume[i], budget[3]
        for r in range(rows):
            given = step * share * give[r]
            here[r] = (share * then[r] + given + step * low[r] * before[r]) * scale[r]
            supplied[r] += given
    last = cells - 1
    end, lost = new[last], budget[2]
    for r in range(rows):
        end[r] += step * conductance[cells, r] * inverse[last, r] * outer[r]
    for i in range(last, -1, -1):
        here, leave, share = new[i], loss[i], step * volume[i]
        if i < last:
            beyond, down = new[i + 1], ahead[i]
            for r in range(rows):
                here[r] += down[r] * beyond[r]
        for r in range(rows):
            lost[r] += share * leave[r] * here[r]
    for r in range(rows):
        budget[0, r] += step * conductance[0, r] * (inner[r] - new[0, r])
        budget[1, r] += step * conductance[cells, r] * (outer[r] - end[r])


@njit(cache=True, nogil=True, error_model="numpy")
def extrapolate(twice, once, share, budget_twice, budget_once, budget):  # type: ignore[no-untyped-def]
    """Combine two half steps and one whole step into second order, as far as no density turns negative.

    Each row takes one share of the correction for all its cells, so that what a row holds and what crossed its ends
    still agree. The result is left in `once`.
    """
    cells, rows = twice.shape
    short = 0
    for i in range(cells):
        fine, coarse = twice[i], once[i]
        for r in range(rows):
            short += 2.0 * fine[r] < coarse[r]
    for r in range(rows):
        share[r] = 1.0
    if short > 0:
        for i in range(cells):
            for r in range(rows):
                if 2.0 * twice[i, r] < once[i, r] and twice[i, r] >= 0.0:
                    share[r] = min(share[r], twice[i, r] / (once[i, r] - twice[i, r]))
    for i in range(cells):
        fine, coarse = twice[i], once[i]
        for r in range(rows):
            # Rounding may leave the limiting cell a hair below zero.
            combined = fine[r] + share[r] * (fine[r] - coarse[r])
            coarse[r] = 0.0 if combined < 0.0 <= fine[r] else combined
    for k in range(4):
        for r in range(rows):
            budget[k, r] += budget_twice[k, r] + share[r] * (budget_twice[k, r] - budget_once[k, r])


@njit(cache=True, nogil=True, error_model="numpy")
def march(
    density,
    volume,
    conductance,
    loss,
    source,
    regime,
    duration,
    steps,
    inner,
    outer,
    keep,
    states,
    budgets,
    start,
    stop,
):  # type: ignore[no-untyped-def]
    """Carry a slice of rows along all intervals; all rows share the coefficients of a regime."""
    cells, rows = volume.size, stop - start
    state, once = density[:, start:stop].copy(), np.empty((cells, rows))
    middle, twice = np.empty((cells, rows)), np.empty((cells, rows))
    inverse, ahead = np.empty((2, cells)), np.empty((2, cells))
    share = np.empty(rows)
    low, high = np.empty(rows), np.empty(rows)
    budget, budget_once, budget_twice = np.zeros((4, rows)), np.zeros((4, rows)), np.zeros((4, rows))
    known, known_step, place = -1, -1.0, 0
    for t in range(regime.size):
        g = regime[t]
        step = duration[t] / steps
        if g != known or step != known_step:
            factor(volume, conductance[g], loss[g], step, inverse[0], ahead[0])
            factor(volume, conductance[g], loss[g], 0.5 * step, inverse[1], ahead[1])
            known, known_step = g, step
        for n in range(steps):
            budget_once[:] = 0.0
            budget_twice[:] = 0.0
            for half in range(1, 3):
                there = (n + 0.5 * half) / steps
                for r in range(rows):
                    low[r] = inner[t, start + r] + there * (inner[t + 1, start + r] - inner[t, start + r])
                    high[r] = outer[t, start + r] + there * (outer[t + 1, start + r] - outer[t, start + r])
                old, new = (state, middle) if half == 1 else (middle, twice)
                euler(old, new, volume, conductance[g], loss[g], source[g],
                      0.5 * step, inverse[1], ahead[1], low, high, budget_twice)  # fmt: skip
            euler(state, once, volume, conductance[g], loss[g], source[g], step, inverse[0], ahead[0],
                  low, high, budget_once)  # fmt: skip
            extrapolate(twice, once, share, budget_twice, budget_once, budget)
            state, once = once, state
        if keep[t]:
            states[place, :, start:stop] = state
            budgets[place, :, start:stop] = budget
            place += 1
    density[:, start:stop] = state


@njit(cache=True, nogil=True, error_model="numpy")
def march_rows(
    density,
    volume,
    conductance,
    loss,
    source,
    regime,
    duration,
    steps,
    inner,
    outer,
    keep,
    states,
    budgets,
    start,
    stop,
):  # type: ignore[no-untyped-def]
    """Carry a slice of rows along all intervals; every row has coefficients of its own."""
    cells, rows = volume.size, stop - start
    state, once = density[:, start:stop].copy(), np.empty((cells, rows))
    middle, twice = np.empty((cells, rows)), np.empty((cells, rows))
    inverse, ahead = np.empty((2, cells, rows)), np.empty((2, cells, rows))
    share = np.empty(rows)
    low, high = np.empty(rows), np.empty(rows)
    budget, budget_once, budget_twice = np.zeros((4, rows)), np.zeros((4, rows)), np.zeros((4, rows))
    known, known_step, place = -1, -1.0, 0
    for t in range(regime.size):
        g = regime[t]
        step = duration[t] / steps
        conduct, leave, give = conductance[g, :, start:stop], loss[g, :, start:stop], source[g, :, start:stop]
        if g != known or step != known_step:
            factor_rows(volume, conduct, leave, step, inverse[0], ahead[0])
            factor_rows(volume, conduct, leave, 0.5 * step, inverse[1], ahead[1])
            known, known_step = g, step
        for n in range(steps):
            budget_once[:] = 0.0
            budget_twice[:] = 0.0
            for half in range(1, 3):
                there = (n + 0.5 * half) / steps
                for r in range(rows):
                    low[r] = inner[t, start + r] + there * (inner[t + 1, start + r] - inner[t, start + r])
                    high[r] = outer[t, start + r] + there * (outer[t + 1, start + r] - outer[t, start + r])
                old, new = (state, middle) if half == 1 else (middle, twice)
                euler_rows(old, new, volume, conduct, leave, give,
                           0.5 * step, inverse[1], ahead[1], low, high, budget_twice)  # fmt: skip
            euler_rows(state, once, volume, conduct, leave, give, step, inverse[0], ahead[0],
                       low, high, budget_once)  # fmt: skip
            extrapolate(twice, once, share, budget_twice, budget_once, budget)
            state, once = once, state
        if keep[t]:
            states[place, :, start:stop] = state
            budgets[place, :, start:stop] = budget
            place += 1
    density[:, start:stop] = state
