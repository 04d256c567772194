"""Compiled march of the solar wind outwards, one column of radii at one longitude at a time.

The wind is carried as its source-equivalent speed w = v / f(r) on the stretched radius s with ds = dr / f, where f is
the steady acceleration: there the wind obeys the plain equation of Burgers, and steady wind is kept to the last digit.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

UPWIND, CONSERVATIVE, TVD = range(3)


@njit(cache=True, nogil=True, error_model="numpy")
def upwind_step(old, new, ratio):  # type: ignore[no-untyped-def]
    """One step of the advective form, first order: w_i loses w_i (w_i - w_{i-1}) dt / ds_i."""
    for i in range(1, old.size):
        new[i] = old[i] - ratio[i] * old[i] * (old[i] - old[i - 1])


@njit(cache=True, nogil=True, error_model="numpy")
def conservative_step(old, new, ratio, first_edge):  # type: ignore[no-untyped-def]
    """One step of the conservative form, first order; `first_edge` is the speed that enters the first cell."""
    new[1] = old[1] - 0.5 * ratio[1] * (old[1] * old[1] - first_edge * first_edge)
    for i in range(2, old.size):
        new[i] = old[i] - 0.5 * ratio[i] * (old[i] * old[i] - old[i - 1] * old[i - 1])


@njit(cache=True, nogil=True, error_model="numpy")
def tvd_step(old, new, ratio, first_edge, edge):  # type: ignore[no-untyped-def]
    """One step of second order: limited slopes (van Leer) and half a step ahead in time (Hancock)."""
    last = old.size - 1
    edge[0] = first_edge
    for i in range(1, last):
        behind = old[i] - old[i - 1]
        ahead = old[i + 1] - old[i]
        product = behind * ahead
        slope = 2.0 * product / (behind + ahead) if product > 0.0 else 0.0
        edge[i] = old[i] + 0.5 * slope * (1.0 - ratio[i] * old[i])
    edge[last] = old[last]
    for i in range(1, last + 1):
        new[i] = old[i] - 0.5 * ratio[i] * (edge[i] * edge[i] - edge[i - 1] * edge[i - 1])


@njit(cache=True, nogil=True, error_model="numpy")
def past_inflow(history, k, lag):  # type: ignore[no-untyped-def]
    """The speed at the inner boundary `lag` steps before step k."""
    place = k - lag
    if place <= 0.0:
        return history[0]
    j = int(place)
    if j >= k:
        return history[k]
    part = place - j
    return (1.0 - part) * history[j] + part * history[j + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def speed_at(w, gain, place):  # type: ignore[no-untyped-def]
    """Speed of the wind at a place counted in cells from the inner boundary."""
    if place <= 0.0:
        return w[0] * gain[0]
    j = int(place)
    if j >= w.size - 1:
        return w[w.size - 1] * gain[w.size - 1]
    part = place - j
    return (1.0 - part) * w[j] * gain[j] + part * w[j + 1] * gain[j + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def columns(  # type: ignore[no-untyped-def]
    start, stop, scheme, ratio, gain, half_cell, dt, steps_before, stride, inflow, row, enter, leave, cme_speed, body,
    watch, early, frames, fronts, series, arrival, arrival_speed,
):  # fmt: skip
    """March the columns from `start` to `stop`.

    Lengths are in cells from the inner boundary, times in steps from the first, speeds in km/s; `dt` is the step in
    time over the width of a cell (s/km), `ratio` the same on the stretched radius. `inflow` (rows, steps) is the
    ambient wind at the boundary (w) and `row` says which of its rows a column has; `enter`, `leave` and `cme_speed`
    (columns, cmes; w) say when each CME crosses the boundary, after the first step, and how fast. `body` (bodies,
    steps) are the places of observers, `watch` (bodies, columns) the columns they need. Results: `frames` (columns,
    saved, radii) km/s, `fronts` (columns, cmes, 2, saved), `series` (columns, bodies, saved), `arrival` and
    `arrival_speed` (columns, cmes, bodies). `early`: stop as soon as every CME has passed the observers.
    """
    cells = ratio.size
    steps = inflow.shape[1]
    cmes = enter.shape[1]
    bodies = body.shape[0]
    saved = frames.shape[1]
    old, new, edge = np.empty(cells), np.empty(cells), np.empty(cells)
    history = np.empty(steps)
    place = np.empty((cmes, 2))
    for c in range(start, stop):
        source = inflow[row[c]]
        place[:] = math.nan
        pending = 0
        for n in range(cmes):
            for b in range(bodies):
                if watch[b, c] and enter[c, n] < steps:
                    pending += 1
        for k in range(steps):
            speed = source[k]
            inside = False
            for n in range(cmes):
                if enter[c, n] <= k <= leave[c, n]:
                    speed = max(speed, cme_speed[c, n]) if inside else cme_speed[c, n]
                    inside = True
            history[k] = speed
            if k == 0:
                old[:] = speed
            else:
                if scheme == UPWIND:
                    upwind_step(old, new, ratio)
                else:
                    # What passes the edge of the first cell half a step from now left the boundary this long ago.
                    lag = max(half_cell / old[0] - 0.5, 0.0)
                    first_edge = past_inflow(history, k - 1, lag) if scheme == TVD else old[0]
                    if scheme == TVD:
                        tvd_step(old, new, ratio, first_edge, edge)
                    else:
                        conservative_step(old, new, ratio, first_edge)
                new[0] = speed
                old, new = new, old
                for n in range(cmes):
                    if enter[c, n] > k:
                        continue
                    for side in range(2):
                        released = enter[c, n] if side == 0 else leave[c, n]
                        before = place[n, side]
                        gone = 0.0
                        if released >= k:
                            place[n, side] = 0.0  # the rear stays at the boundary until the CME has passed it
                        elif released > k - 1:
                            place[n, side] = cme_speed[c, n] * gain[0] * dt * (k - released)
                        elif before == before:  # not a number once it has left the model
                            # The wind half a cell behind moves it, so that a front stays ahead of its own smearing.
                            gone = speed_at(old, gain, before - 0.5) * dt
                            place[n, side] = before + gone
                        if side == 0 and gone > 0.0:
                            for b in range(bodies):
                                if watch[b, c] and arrival[c, n, b] != arrival[c, n, b]:
                                    behind = body[b, k - 1] - before
                                    gained = gone - (body[b, k] - body[b, k - 1])
                                    if behind >= 0.0 and place[n, 0] >= body[b, k] and gained > 0.0:
                                        arrival[c, n, b] = k - 1 + behind / gained
                                        arrival_speed[c, n, b] = speed_at(old, gain, body[b, k] - 0.5)
                                        pending -= 1
                        if place[n, side] > cells - 1:
                            place[n, side] = math.nan  # it has left the model
            if early and pending == 0:
                break
            since = k - steps_before
            if since >= 0 and since % stride == 0 and since // stride < saved:
                t = since // stride
                for i in range(cells):
                    frames[c, t, i] = old[i] * gain[i]
                for n in range(cmes):
                    fronts[c, n, 0, t] = place[n, 0]
                    fronts[c, n, 1, t] = place[n, 1]
                for b in range(bodies):
                    if watch[b, c] and 0.0 <= body[b, k] <= cells - 1:
                        series[c, b, t] = speed_at(old, gain, body[b, k])


@njit(cache=True, nogil=True, error_model="numpy")
def turning_inflow(longitude, speed, first, turn, out):  # type: ignore[no-untyped-def]
    """Speed on each column and step of a map that turns: its longitude there is first[column] - turn * step (deg).

    `longitude` increases within a full circle; the map is linear between its nodes and around the circle.
    """
    nodes = longitude.size
    for c in range(out.shape[0]):
        at = (first[c] - longitude[0]) % 360.0
        j = nodes - 1
        while j > 0 and longitude[j] - longitude[0] > at:
            j -= 1
        for k in range(out.shape[1]):
            low = longitude[j] - longitude[0]
            while at < low:
                j -= 1
                low = longitude[j] - longitude[0]
            high = longitude[j + 1] - longitude[0] if j < nodes - 1 else 360.0
            after = speed[j + 1] if j < nodes - 1 else speed[0]
            part = (at - low) / (high - low)
            out[c, k] = (1.0 - part) * speed[j] + part * after
            at -= turn
            if at < 0.0:
                at += 360.0
                j = nodes - 1


@njit(cache=True, nogil=True, error_model="numpy")
def march_inwards(speed, step, count, out):  # type: ignore[no-untyped-def]
    """Trace a series of source-equivalent speeds back towards the Sun by upwind differences in time.

    `step` is the stretched radius of one step over the step in time; `count` steps are made.
    """
    w = speed.copy()
    for _ in range(count):
        for j in range(w.size - 1):
            out[j] = w[j] + step / w[j] * (w[j + 1] - w[j])
        out[w.size - 1] = w[w.size - 1]
        w[:] = out
    out[:] = w
