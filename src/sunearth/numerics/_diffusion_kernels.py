"""Compiled steps of conservative diffusion along a line, for many rows at once.

Arrays are laid out as (cell, row), so that the recurrences along the line run over whole rows of numbers. The matrices
are M-matrices: their elimination adds and multiplies positive numbers only, and even the smallest densities keep their
digits.
"""

from __future__ import annotations

import numpy as np
from numba import njit

TILE = 64
"""Rows that are carried together: enough for the processor's vectors, few enough for its cache."""

# Places in a row of the working array, where the state comes first, and in the running row, where the middle does.
_MIDDLE, _FINE, _COARSE = TILE, 2 * TILE, 3 * TILE
_RUN_FINE, _RUN_COARSE, _LOST, _LOWEST = TILE, 2 * TILE, 3 * TILE, 4 * TILE


@njit(cache=True, nogil=True, error_model="numpy")
def factor(volume, conductance, loss, source, step, upward, found):  # type: ignore[no-untyped-def]
    """Eliminate the matrix of a backward Euler step, the same for all rows, from either end of the line.

    For each cell: the factors on its old density, on the cell before it in the elimination and on the cell after it
    when that is solved for, and what is supplied. `whole` is the share of a cell that does not come back from the cells
    before it: written so that nothing is ever subtracted, however well the line conducts.
    """
    cells = volume.size
    whole = 1.0
    for n in range(cells):
        i = n if upward else cells - 1 - n
        near, far = (i, i + 1) if upward else (i + 1, i)
        own = volume[i] * (1.0 + step * loss[i]) + step * conductance[near] * whole
        beyond = step * conductance[far]
        inverse = 1.0 / (own + beyond)
        found[i, 0] = volume[i] * inverse
        found[i, 1] = step * conductance[near] * inverse
        found[i, 2] = beyond * inverse
        found[i, 3] = step * volume[i] * source[i] * inverse
        whole = own * inverse


@njit(cache=True, nogil=True, error_model="numpy")
def step_tile(work, running, order, first, second, coarse, leave, ends, width, share):  # type: ignore[no-untyped-def]
    """Two half steps and a whole step in three passes along the line, and what they make together.

    The first half step is eliminated upward; while it is solved for on the way down, the second half step and the whole
    step are eliminated downward, and both are solved for on the way up. So memory is passed three times, not six.
    `running` carries the cell before; `order` counts down (with an index that the compiler knows to fall it does not
    take several rows at once). `ends` holds the densities beyond the lower and the upper end after half a step and
    after the whole; that of the last cell after half a step is added to it. What is lost is left in `running`. Each row
    takes one share of the correction for all its cells: one, or as much as leaves no density negative, so that what a
    row holds and what crossed its ends still agree.
    """
    cells = leave.size
    for r in range(width):
        running[r] = ends[0, r]
        running[_LOST + r] = 0.0
        running[_LOWEST + r] = 0.0
        share[r] = 1.0
    for i in range(cells):
        here = work[i]
        old, before, given = first[i, 0], first[i, 1], first[i, 3]
        for r in range(width):
            value = old * here[r] + before * running[r] + given
            running[r] = value
            here[_MIDDLE + r] = value
    for r in range(width):
        ends[4, r] = running[r] + first[cells - 1, 2] * ends[1, r]
        running[r] = ends[1, r]
        running[_RUN_FINE + r] = ends[3, r]
        running[_RUN_COARSE + r] = ends[3, r]
    for n in range(cells):
        i = order[n]
        here = work[i]
        after, leaving = first[i, 2], leave[i]
        old, before, given = second[i, 0], second[i, 1], second[i, 3]
        old_whole, before_whole, given_whole = coarse[i, 0], coarse[i, 1], coarse[i, 3]
        for r in range(width):
            middle = here[_MIDDLE + r] + after * running[r]
            fine = old * middle + before * running[_RUN_FINE + r] + given
            whole = old_whole * here[r] + before_whole * running[_RUN_COARSE + r] + given_whole
            running[r] = middle
            running[_RUN_FINE + r] = fine
            running[_RUN_COARSE + r] = whole
            running[_LOST + r] += leaving * middle
            here[_FINE + r] = fine
            here[_COARSE + r] = whole
    for r in range(width):
        running[_RUN_FINE + r] = ends[2, r]
        running[_RUN_COARSE + r] = ends[2, r]
    for i in range(cells):
        here = work[i]
        after, after_whole, leaving = second[i, 2], coarse[i, 2], leave[i]
        for r in range(width):
            fine = here[_FINE + r] + after * running[_RUN_FINE + r]
            whole = here[_COARSE + r] + after_whole * running[_RUN_COARSE + r]
            correction = fine - whole
            value = fine + correction
            running[_RUN_FINE + r] = fine
            running[_RUN_COARSE + r] = whole
            running[_LOST + r] += leaving * correction
            running[_LOWEST + r] = min(value, running[_LOWEST + r])
            here[_FINE + r] = fine
            here[_COARSE + r] = whole
            here[r] = value
    for r in range(width):
        if running[_LOWEST + r] < 0.0:
            _limit(work, running, leave, r, share)


@njit(cache=True, nogil=True, error_model="numpy")
def _limit(work, running, leave, r, share):  # type: ignore[no-untyped-def]
    """Let one row take only as much of the correction as keeps it positive."""
    cells = leave.size
    lost_fine = lost_whole = 0.0
    for i in range(cells):
        fine, whole = work[i, _FINE + r], work[i, _COARSE + r]
        if 2.0 * fine < whole and fine >= 0.0:
            share[r] = min(share[r], fine / (whole - fine))
        lost_fine += leave[i] * fine
        lost_whole += leave[i] * whole
    for i in range(cells):
        fine = work[i, _FINE + r]
        value = fine + share[r] * (fine - work[i, _COARSE + r])
        # Rounding may leave the limiting cell a hair below zero.
        work[i, r] = 0.0 if value < 0.0 <= fine else value
    lost_twice = running[_LOST + r] + lost_whole  # that of both half steps, were they whole
    running[_LOST + r] = 0.5 * (1.0 + share[r]) * lost_twice - share[r] * lost_whole


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
def euler_rows(old, new, volume, conductance, loss, source, step, inverse, ahead, inner, outer, budget):  # type: ignore[no-untyped-def]
    """One backward Euler step where every row has coefficients of its own.

    What comes in through both ends, is lost and is supplied is added to the budget. `old` and `new` must not be the
    same array: only then does the compiler take several rows at once.
    """
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
def march(  # type: ignore[no-untyped-def]
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
):
    """Carry a slice of at most `TILE` rows along all intervals; all rows share the coefficients of a regime."""
    cells, width = volume.size, stop - start
    last = cells - 1
    work, running = np.zeros((cells, 4 * TILE)), np.zeros(5 * TILE)
    order = np.arange(last, -1, -1)
    work[:, :width] = density[:, start:stop]
    first, second, coarse = np.empty((cells, 4)), np.empty((cells, 4)), np.empty((cells, 4))
    leave, share = np.empty(cells), np.ones(TILE)
    ends, budget = np.empty((5, width)), np.zeros((4, width))
    given, low, high = 0.0, 0.0, 0.0
    known, known_step, place = -1, -1.0, 0
    for t in range(regime.size):
        g = regime[t]
        step = duration[t] / steps
        if g != known or step != known_step:
            factor(volume, conductance[g], loss[g], source[g], 0.5 * step, True, first)
            factor(volume, conductance[g], loss[g], source[g], 0.5 * step, False, second)
            factor(volume, conductance[g], loss[g], source[g], step, False, coarse)
            given = 0.0
            for i in range(cells):
                leave[i] = step * volume[i] * loss[g, i]
                given += step * volume[i] * source[g, i]
            low, high = step * conductance[g, 0], step * conductance[g, cells]
            known, known_step = g, step
        for n in range(steps):
            for r in range(width):
                for half in range(2):
                    there = (n + 0.5 * (half + 1)) / steps
                    ends[2 * half, r] = inner[t, start + r] + there * (inner[t + 1, start + r] - inner[t, start + r])
                    ends[2 * half + 1, r] = outer[t, start + r] + there * (
                        outer[t + 1, start + r] - outer[t, start + r]
                    )
            step_tile(work, running, order, first, second, coarse, leave, ends, width, share)
            for r in range(width):
                fine = 0.5 * ((ends[0, r] - running[r]) + (ends[2, r] - work[0, _FINE + r]))
                whole = ends[2, r] - work[0, _COARSE + r]
                budget[0, r] += low * (fine + share[r] * (fine - whole))
                fine = 0.5 * ((ends[1, r] - ends[4, r]) + (ends[3, r] - running[_RUN_FINE + r]))
                whole = ends[3, r] - running[_RUN_COARSE + r]
                budget[1, r] += high * (fine + share[r] * (fine - whole))
                budget[2, r] += running[_LOST + r]
                budget[3, r] += given
        if keep[t]:
            states[place, :, start:stop] = work[:, :width]
            budgets[place, :, start:stop] = budget
            place += 1
    density[:, start:stop] = work[:, :width]


@njit(cache=True, nogil=True, error_model="numpy")
def march_rows(  # type: ignore[no-untyped-def]
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
):
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
