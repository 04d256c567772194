"""Compiled loops of particle transport: radius and momentum implicitly, arc length and pitch angle by splitting."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

GAMMA = 1.0 - math.sqrt(0.5)
"""Of the implicit scheme of second order with two stages that damps stiff modes and has one matrix for both."""
_SWEEPS = 400
_CONVERGED = 1e-15
_SOFT_STARTS = 4  # small steps of first order after an impulse, so that it leaves no ripples


@njit(cache=True, nogil=True, error_model="numpy")
def factor(mass, step, lower, diagonal, upper, cool, c0, top):  # type: ignore[no-untyped-def]
    """Factors of mass - step * operator: one tridiagonal matrix in radius for every momentum.

    Where the wind expands (cool > 0) cell j passes c0[j] N[j] + c1[j] N[j + 1] on to the cell below, and the highest
    gains top * N; where it is compressed, cell j passes (3 N[j] - N[j - 1]) / 2 on to the cell above. Returned are the
    inverse pivots and what one cell takes over from the cell before (on the way out) and after (on the way back).
    """
    rows, cells = diagonal.shape
    factors = np.zeros((3, rows, cells))
    for j in range(rows):
        for i in range(cells):
            own = diagonal[j, i]
            if cool[i] > 0.0:
                own += cool[i] * ((top if j == rows - 1 else 0.0) - c0[j])
            else:
                own += cool[i] * (1.5 if j > 0 else 1.0)
            value = mass - step * own
            if i > 0:
                value -= step * lower[j, i] * factors[2, j, i - 1]
            factors[0, j, i] = 1.0 / value
            factors[1, j, i] = step * lower[j, i] / value
            factors[2, j, i] = step * upper[j, i] / value
    return factors


@njit(cache=True, nogil=True, error_model="numpy")
def coupling(new, j, cool, c0, c1, gain):  # type: ignore[no-untyped-def]
    """What the cells of one momentum gain from the neighbouring momenta and lose on their account."""
    rows, cells = new.shape
    for i in range(cells):
        gain[i] = 0.0
    if j < rows - 1:
        near = c0[j + 1] - c1[j]
        far = c1[j + 1] if j < rows - 2 else 0.0
        above = min(j + 2, rows - 1)
        for i in range(cells):
            gain[i] += max(cool[i], 0.0) * (near * new[j + 1, i] + far * new[above, i])
    if j > 0:
        near = 2.0 if j > 1 else 1.5
        far = -0.5 if j > 1 else 0.0
        below = max(j - 2, 0)
        for i in range(cells):
            gain[i] += max(-cool[i], 0.0) * (near * new[j - 1, i] + far * new[below, i])


@njit(cache=True, nogil=True, error_model="numpy")
def invert(rhs, new, step, factors, cool, c0, c1, compressed, row):  # type: ignore[no-untyped-def]
    """Solve (mass - step * operator) new = rhs from the highest momentum down; to and fro where wind is compressed."""
    rows, cells = rhs.shape
    pivot, out, back = factors[0], factors[1], factors[2]
    for sweep in range(_SWEEPS if compressed else 1):
        change = 0.0
        size = 0.0
        for place in range(rows):
            j = rows - 1 - place if sweep % 2 == 0 else place
            coupling(new, j, cool, c0, c1, row)
            for i in range(cells):
                row[i] = (rhs[j, i] + step * row[i]) * pivot[j, i]
            last = 0.0
            for i in range(cells):
                last = row[i] + out[j, i] * last
                row[i] = last
            last = 0.0
            for i in range(cells - 1, -1, -1):
                last = row[i] + back[j, i] * last
                row[i] = last
            if compressed:
                for i in range(cells):
                    change = max(change, abs(row[i] - new[j, i]))
                    size = max(size, abs(row[i]))
            for i in range(cells):
                new[j, i] = row[i]
        if compressed and change <= _CONVERGED * size:
            break


@njit(cache=True, nogil=True, error_model="numpy")
def losses(state, leave, cool, c0, c1, top, total):  # type: ignore[no-untyped-def]
    """Rates at which particles leave outwards, fall below the lowest, rise above the highest, come in at the top."""
    rows, cells = state.shape
    total[:] = 0.0
    for j in range(rows):
        total[0] += leave[j] * state[j, cells - 1]
    for i in range(cells):
        if cool[i] > 0.0:
            total[1] += cool[i] * (c0[0] * state[0, i] + (c1[0] * state[1, i] if rows > 1 else 0.0))
            total[3] += cool[i] * top * state[rows - 1, i]
        elif rows > 1:
            total[2] -= cool[i] * (1.5 * state[rows - 1, i] - 0.5 * state[rows - 2, i])
        else:
            total[2] -= cool[i] * state[0, i]


@njit(cache=True, nogil=True, error_model="numpy")
def march(state, step, start, stop, stride, lower, diagonal, upper, leave, enter, cool, c0, c1, top, place, amount,
          pulse, budget, frames, accounts):  # type: ignore[no-untyped-def]  # fmt: skip
    """March particle numbers from step `start` to `stop`; save every `stride` steps into frames and accounts.

    Sources put amount[source, k, j] particles at place[source, k] (in cells) during step k, or all at its beginning
    where pulse[source, k]. `budget` counts what left, cooled away, was heated away and came in.
    """
    rows, cells = state.shape
    compressed = False
    for i in range(cells):
        if cool[i] < 0.0:
            compressed = True
    soft = step / _SOFT_STARTS
    factors = factor(1.0, GAMMA * step, lower, diagonal, upper, cool, c0, top)
    soft_factors = factor(1.0, soft, lower, diagonal, upper, cool, c0, top)
    first, rhs, given, row, total = state.copy(), state.copy(), np.zeros((rows, cells)), np.empty(cells), np.empty(4)
    inflow = 0.0
    for j in range(rows):
        inflow += enter[j]
    for k in range(start, stop):
        given[:] = 0.0
        pulsed = k == 0
        for j in range(rows):
            given[j, cells - 1] = enter[j]
        for n in range(place.shape[0]):
            low = min(max(int(place[n, k]), 0), cells - 1)
            high = min(low + 1, cells - 1)
            part = min(max(place[n, k] - low, 0.0), 1.0)
            for j in range(rows):
                if amount[n, k, j] == 0.0:
                    continue
                if pulse[n, k]:
                    pulsed = True
                    state[j, low] += (1.0 - part) * amount[n, k, j]
                    state[j, high] += part * amount[n, k, j]
                else:
                    given[j, low] += (1.0 - part) * amount[n, k, j] / step
                    given[j, high] += part * amount[n, k, j] / step
                budget[4] += amount[n, k, j]
        if pulsed:
            for _ in range(_SOFT_STARTS):
                for j in range(rows):
                    for i in range(cells):
                        rhs[j, i] = state[j, i] + soft * given[j, i]
                invert(rhs, state, soft, soft_factors, cool, c0, c1, compressed, row)
                losses(state, leave, cool, c0, c1, top, total)
                budget[:4] += soft * total
        else:
            for j in range(rows):
                for i in range(cells):
                    rhs[j, i] = state[j, i] + GAMMA * step * given[j, i]
            invert(rhs, first, GAMMA * step, factors, cool, c0, c1, compressed, row)
            losses(first, leave, cool, c0, c1, top, total)
            budget[:4] += (1.0 - GAMMA) * step * total
            share = (1.0 - GAMMA) / GAMMA
            for j in range(rows):
                for i in range(cells):
                    rhs[j, i] = state[j, i] + share * (first[j, i] - state[j, i]) + GAMMA * step * given[j, i]
            invert(rhs, state, GAMMA * step, factors, cool, c0, c1, compressed, row)
            losses(state, leave, cool, c0, c1, top, total)
            budget[:4] += GAMMA * step * total
        budget[3] += inflow * step
        if (k + 1) % stride == 0:
            saved = (k + 1) // stride
            frames[saved] = state
            accounts[saved, :5] = budget
            accounts[saved, 5] = state.sum()


@njit(cache=True, nogil=True, error_model="numpy")
def steady(rhs, lower, diagonal, upper, cool, c0, c1, top, state):  # type: ignore[no-untyped-def]
    """Solve operator state = -rhs."""
    cells = rhs.shape[1]
    row = np.empty(cells)
    factors = factor(0.0, 1.0, lower, diagonal, upper, cool, c0, top)
    compressed = False
    for i in range(cells):
        if cool[i] < 0.0:
            compressed = True
    invert(rhs, state, 1.0, factors, cool, c0, c1, compressed, row)


@njit(cache=True, nogil=True, error_model="numpy")
def limited(behind, ahead):  # type: ignore[no-untyped-def]
    """Slope between two differences: harmonic mean (van Leer), none at an extremum."""
    product = behind * ahead
    return 2.0 * product / (behind + ahead) if product > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def stream(line, courant, work):  # type: ignore[no-untyped-def]
    """Carry a row along the field by a number of cells (0 < courant <= 1); return what left at its end."""
    cells = line.size
    for i in range(cells):
        behind = line[i] - line[i - 1] if i > 0 else 0.0
        ahead = line[i + 1] - line[i] if i < cells - 1 else 0.0
        work[i] = courant * (line[i] + 0.5 * (1.0 - courant) * limited(behind, ahead))
    for i in range(cells - 1, 0, -1):
        line[i] += work[i - 1] - work[i]
    line[0] -= work[0]
    return work[cells - 1]


@njit(cache=True, nogil=True, error_model="numpy")
def focus(column, rate, step, edge, width, work):  # type: ignore[no-untyped-def]
    """Turn pitch angles along the field: d mu / dt = rate (1 - mu^2), in as many explicit steps as it needs."""
    count = column.size
    if rate == 0.0:
        return
    turns = max(1, math.ceil(abs(rate) * step / width))
    part = step / turns / width
    work[count] = 0.0
    for _ in range(turns):
        work[0] = 0.0
        for m in range(1, count):
            courant = rate * (1.0 - edge[m] * edge[m]) * part
            give = m - 1 if courant > 0.0 else m
            behind = column[give] - column[give - 1] if give > 0 else 0.0
            ahead = column[give + 1] - column[give] if give < count - 1 else 0.0
            slope = limited(behind, ahead)
            sign = 1.0 if courant > 0.0 else -1.0
            work[m] = courant * (column[give] + 0.5 * (sign - courant) * slope)
        for m in range(count):
            column[m] += work[m] - work[m + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def scatter(column, rate, step, shape, work):  # type: ignore[no-untyped-def]
    """Diffuse pitch angles by one implicit step of second order; shape[m] is D / width^2 at edge m for unit rate."""
    count = column.size
    h = GAMMA * step * rate
    pivot, ratio, first = work[0], work[1], work[2]
    for m in range(count):
        value = 1.0 + h * (shape[m] + shape[m + 1])
        if m > 0:
            value += h * shape[m] * ratio[m - 1]
        pivot[m] = 1.0 / value
        ratio[m] = -h * shape[m + 1] / value
    _tridiagonal(column, first, h, shape, pivot, ratio)
    share = (1.0 - GAMMA) / GAMMA
    for m in range(count):
        column[m] += share * (first[m] - column[m])
    _tridiagonal(column, column, h, shape, pivot, ratio)


@njit(cache=True, nogil=True, error_model="numpy")
def _tridiagonal(rhs, new, h, shape, pivot, ratio):  # type: ignore[no-untyped-def]
    last = 0.0
    for m in range(rhs.size):
        last = (rhs[m] + h * shape[m] * last) * pivot[m]
        new[m] = last
    for m in range(rhs.size - 2, -1, -1):
        new[m] -= ratio[m] * new[m + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def march_focused(state, speed, step, stop, stride, ds, mu, edge, focusing, scattering, shape, amount, pulse, birth,
                  mirror, cell, frames, full, accounts):  # type: ignore[no-untyped-def]  # fmt: skip
    """March particles of one speed on cells along the field (rows: pitch-angle cosine), by Strang splitting.

    `focusing` is 1 / (2 L) and `scattering` 1 / mean free path in every cell; amount[k] enters the first cell with the
    distribution `birth` over the cosine. Frames keep the rows of the cells in `cell`.
    """
    rows, cells = state.shape
    width = edge[1] - edge[0]
    line, flux, turn, column = np.empty(cells), np.empty(cells), np.empty(rows + 1), np.empty(rows)
    work = np.empty((3, rows))
    escaped, given = 0.0, 0.0
    for k in range(stop):
        share = 1.0 if pulse else 0.5
        for m in range(rows):
            state[m, 0] += share * amount[k] * birth[m]
        given += share * amount[k]
        for half in range(2):
            for i in range(cells):
                for m in range(rows):
                    column[m] = state[m, i]
                if half == 0:
                    scatter(column, speed * scattering[i], 0.5 * step, shape, work)
                    focus(column, speed * focusing[i], 0.5 * step, edge, width, turn)
                else:
                    focus(column, speed * focusing[i], 0.5 * step, edge, width, turn)
                    scatter(column, speed * scattering[i], 0.5 * step, shape, work)
                for m in range(rows):
                    state[m, i] = column[m]
            if half == 0:
                for m in range(rows // 2):
                    # the row of the opposite cosine, run from the far end; what reaches the Sun comes back or is lost
                    other = rows - 1 - m
                    courant = mu[other] * speed * step / ds
                    for i in range(cells):
                        line[i] = state[m, cells - 1 - i]
                    back = stream(line, courant, flux)
                    for i in range(cells):
                        state[m, cells - 1 - i] = line[i]
                    for i in range(cells):
                        line[i] = state[other, i]
                    escaped += stream(line, courant, flux)
                    for i in range(cells):
                        state[other, i] = line[i]
                    if mirror:
                        state[other, 0] += back
                    else:
                        escaped += back
        if not pulse:
            for m in range(rows):
                state[m, 0] += 0.5 * amount[k] * birth[m]
            given += 0.5 * amount[k]
        if (k + 1) % stride == 0:
            saved = (k + 1) // stride
            for c in range(cell.size):
                for m in range(rows):
                    frames[saved, c, m] = state[m, cell[c]]
            accounts[saved, 0], accounts[saved, 1], accounts[saved, 2] = given, escaped, state.sum()
    full[:] = state
