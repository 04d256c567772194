"""Loops along time for convection, plasmasphere and ring current: what a state keeps and what a window remembers.

Rows are independent members. `hours` is how long each sample stands for, and the inputs are constant meanwhile, so that
every step is exact or nearly so at any cadence. States begin at the first value of `start`. What comes back is the mean
over each interval, so that it does not depend on how finely they are cut. Where an interval or an input is NaN, so is
the result.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from sunearth.numerics._kernels import relax

_ROUNDING = 1e-7  # h, forgives the rounding of times at the edges of a window


@njit(cache=True, nogil=True)
def driven_decay(hours, drive, decay, idle, start):  # type: ignore[no-untyped-def]
    """Mean over each interval of the solution of x' = drive - x / decay.

    `drive` is per hour and `decay` in hours; where either is NaN the state decays with the time constant `idle`.
    """
    rows, length = drive.shape
    means = np.empty((rows, length))
    for row in range(rows):
        state = start[row, 0] if length > 0 else math.nan
        for k in range(length):
            means[row, k] = math.nan
            duration = hours[row, k]
            if math.isnan(duration):
                continue
            known = not (math.isnan(drive[row, k]) or math.isnan(decay[row, k]))
            source, constant = (drive[row, k], decay[row, k]) if known else (0.0, idle)
            state, mean = relax(state, source, 1.0 / constant, duration)
            if known:
                means[row, k] = mean
    return means


@njit(cache=True, nogil=True)
def follow_fast_in_slow_out(hours, target, inward, outward, start):  # type: ignore[no-untyped-def]
    """Mean over each interval of a state that nears its target with one time constant inward and another outward.

    The constants are in hours. Where the target is NaN the state keeps its place.
    """
    rows, length = target.shape
    means = np.empty((rows, length))
    for row in range(rows):
        state = start[row, 0] if length > 0 else math.nan
        for k in range(length):
            means[row, k] = math.nan
            goal, duration = target[row, k], hours[row, k]
            if math.isnan(duration) or math.isnan(goal):
                continue
            if math.isnan(state):
                state = goal
            constant = inward if goal < state else outward
            state, means[row, k] = relax(state, goal / constant, 1.0 / constant, duration)
    return means


@njit(cache=True, nogil=True)
def power_budget(hours, opening, closing, start, exponent, response, longest):  # type: ignore[no-untyped-def]
    """Flux that is opened at a given rate and closed as a power of itself, per hour, for x not below 0.

    x' = opening - c, where c nears closing x^exponent with the time constant `response` (h); it equals it where
    `response` is 0. Returns the means of x and of c over each interval, and x at its end. Each interval is cut into
    steps of at most `longest` hours. Without a delay a step solves the equation linearised where it begins exactly (the
    exponential Rosenbrock-Euler scheme); with one, half a relaxation of c, a step of x and another half. Both are
    second order, and what is closed is what was opened less what stays. Where an input is NaN nothing is opened, and
    closing goes on at its last known strength.
    """
    rows, length = opening.shape
    means, closed, ends = np.empty((rows, length)), np.empty((rows, length)), np.empty((rows, length))
    for row in range(rows):
        state, strength = start[row, 0] if length > 0 else math.nan, 0.0
        rate = math.nan
        for k in range(length):
            means[row, k] = closed[row, k] = math.nan
            duration, delay = hours[row, k], response[row, k]
            ends[row, k] = state
            if math.isnan(duration):
                continue
            known = not (math.isnan(opening[row, k]) or math.isnan(closing[row, k]) or math.isnan(delay))
            if known:
                strength = closing[row, k]
            source = opening[row, k] if known else 0.0
            delayed = known and delay > SHORTEST_DELAY
            steps = max(1, math.ceil(duration / (min(longest, 0.25 * delay) if delayed else longest)))
            step = duration / steps
            keep = math.exp(-0.5 * step / delay) if delayed else 0.0
            area, begun = 0.0, state
            for _ in range(steps):
                wanted = strength * state**exponent
                lift = 0.5
                if delayed:
                    if math.isnan(rate):
                        rate = wanted
                    rate = wanted + (rate - wanted) * keep
                    change = step * (source - rate)
                    after = max(state + change, 0.0)
                    wanted = strength * after**exponent
                    rate = wanted + (rate - wanted) * keep
                else:
                    reach = exponent * strength * (state ** (exponent - 1.0) if state > 0.0 else 0.0) * step
                    # (1 - exp(-reach)) / reach, by its series where that would cancel
                    weight = -math.expm1(-reach) / reach if reach > 1e-8 else 1.0 - 0.5 * reach
                    # where the mean lies between the first and the last value, in units of the first slope
                    lift = (1.0 - weight) / reach if reach > 1e-4 else 0.5 - reach / 6.0
                    change = step * (source - wanted)
                    after = max(state + weight * change, 0.0)
                    rate = strength * after**exponent
                area += state + lift * change if after > 0.0 else 0.5 * state
                state = after
            ends[row, k] = state
            if known:
                means[row, k] = area / steps
                closed[row, k] = source - (state - begun) / duration
    return means, closed, ends


SHORTEST_DELAY = 1.0 / 60.0  # h; what answers faster answers at once


@njit(cache=True, nogil=True)
def load_and_unload(hours, opening, quiet, onset, end, decay, start):  # type: ignore[no-untyped-def]
    """Flux that piles up until it passes `onset`, then is closed as x / decay until it has fallen to `end`.

    While it loads, x' = opening - quiet; all rates are per hour. The solution between two switches is exact, and so is
    the time at which each comes. Returns the means of x and of its closing over each interval, x at its end, and how
    many unloadings began. Where an input is NaN nothing is opened; thresholds keep their last known values.
    """
    rows, length = opening.shape
    means, closed = np.empty((rows, length)), np.empty((rows, length))
    ends, begun = np.empty((rows, length)), np.empty((rows, length))
    for row in range(rows):
        state, unloading = start[row, 0] if length > 0 else math.nan, False
        if state < 0.0:
            state = 0.0
        high = low = fall = math.inf
        for k in range(length):
            means[row, k] = closed[row, k] = begun[row, k] = math.nan
            ends[row, k] = state
            left = hours[row, k]
            if math.isnan(left):
                continue
            known = not math.isnan(opening[row, k] + quiet[row, k] + onset[row, k] + end[row, k] + decay[row, k])
            known = known and onset[row, k] > 0.0 and decay[row, k] > 0.0
            if known:
                high, fall = onset[row, k], decay[row, k]
                low = min(end[row, k], (1.0 - LEAST_DROP) * high)
            source = opening[row, k] if known else 0.0
            loading = source - quiet[row, k] if known else 0.0
            level = source * fall
            whole, first, area, count = left, state, 0.0, 0.0
            while left > 0.0:
                if unloading and state <= low:
                    unloading = False
                elif not unloading and state >= high:
                    unloading = True
                    count += 1.0
                if unloading:
                    # nears `level`, and passes `low` only if that lies below it
                    until = fall * math.log((state - level) / (low - level)) if level < low else math.inf
                    step = min(left, until)
                    after = level + (state - level) * math.exp(-step / fall)
                    area += level * step + (state - level) * -fall * math.expm1(-step / fall)
                    after = low if until <= left else after
                else:
                    until = (high - state) / loading if loading > 0.0 else math.inf
                    step = min(left, until)
                    after = high if until <= left else state + loading * step
                    if after < 0.0:  # nothing is left to close
                        step_down = -state / loading
                        area += 0.5 * state * step_down
                        after = 0.0
                    else:
                        area += 0.5 * (state + after) * step
                state = after
                left -= step
            ends[row, k] = state
            if known:
                means[row, k] = area / whole if whole > 0.0 else state
                closed[row, k] = source - (state - first) / whole if whole > 0.0 else math.nan
                begun[row, k] = count
    return means, closed, ends, begun


LEAST_DROP = 1e-3  # of the flux at onset: an unloading closes at least that, so that switches do not pile up


@njit(cache=True, nogil=True)
def trailing_maximum(time, values, window, lag):  # type: ignore[no-untyped-def]
    """Largest value from `window` hours ago (that instant excluded) to `lag` hours ago (included).

    NaN where the present value is NaN, or where the window holds no value.
    """
    rows, length = values.shape
    largest = np.empty((rows, length))
    for row in range(rows):
        first = 0
        for k in range(length):
            now = time[row, k]
            largest[row, k] = math.nan
            if math.isnan(now) or math.isnan(values[row, k]) or math.isnan(lag[row, k]):
                continue
            while not time[row, first] > now - window + _ROUNDING:
                first += 1
            best = math.nan
            for j in range(first, k + 1):
                if time[row, j] > now - lag[row, k] + _ROUNDING:
                    break
                if not values[row, j] <= best and not math.isnan(values[row, j]):
                    best = values[row, j]
            largest[row, k] = best
    return largest


# The three currents of a storm (storm_currents.three_currents): the reference wind and the ceiling.
PROTON_PRESSURE = 1.67262192e-6  # nPa per cm^-3 (km/s)^2
REFERENCE_SPEED = 450.0  # km/s
REFERENCE_PRESSURE = 2.5  # nPa
REFERENCE_DENSITY = REFERENCE_PRESSURE / (PROTON_PRESSURE * REFERENCE_SPEED**2)  # cm^-3
LARGEST_DEPRESSION = 2500.0  # nT


@njit(cache=True, nogil=True)
def feed(state, others, source, rate, hours):  # type: ignore[no-untyped-def]
    """One store fed by source (1 - (state + others) / LARGEST_DEPRESSION); the others as at the interval's start."""
    room = max(1.0 - others / LARGEST_DEPRESSION, 0.0)
    return relax(state, source * room, rate + source / LARGEST_DEPRESSION, hours)


@njit(cache=True, nogil=True)
def drive(b_z, speed, n_p, sin_tilt, coefficients):  # type: ignore[no-untyped-def]
    """Injection (mV/m), dawn-dusk field beyond the threshold (mV/m), lifetime factor and root of pressure."""
    threshold, width, saturation, saturation_density, injection_pressure, injection_tilt = coefficients[:6]
    storm_time_speed = coefficients[10]
    beyond = -1e-3 * speed * b_z - threshold
    field = 0.5 * (beyond + math.sqrt(beyond * beyond + width * width))
    density = max(n_p, 0.1) / REFERENCE_DENSITY
    pressure = max(PROTON_PRESSURE * n_p * speed * speed, 0.05) / REFERENCE_PRESSURE
    injected = field / (1.0 + saturation * field * density**-saturation_density)
    injected *= pressure**injection_pressure * (1.0 - injection_tilt * sin_tilt * sin_tilt)
    lifetime = (min(max(speed, 200.0), 1000.0) / REFERENCE_SPEED) ** storm_time_speed
    return injected, field, lifetime, math.sqrt(pressure * REFERENCE_PRESSURE)


@njit(cache=True, nogil=True)
def store_currents(b_z, speed, n_p, sin_tilt, hours, coefficients):  # type: ignore[no-untyped-def]
    """Mean contributions (member, current, time) of tail, storm, slow and magnetopause current to Dst, in nT."""
    members, length = b_z.shape
    parts = np.empty((members, 4, length))
    tail_gain, tail_time, storm_gain, storm_time = coefficients[6:10]
    outflow, outflow_half, slow_gain, slow_time, station_tilt, magnetopause = coefficients[11:17]
    for m in range(members):
        tail, storm, slow, started = 0.0, 0.0, 0.0, False
        for k in range(length):
            step = hours[m, k]
            if math.isnan(b_z[m, k] + speed[m, k] + n_p[m, k] + sin_tilt[m, k]):
                parts[m, :, k] = math.nan  # unknown wind: nothing is fed, the currents decay
                if not math.isnan(step):
                    tail *= math.exp(-step / tail_time)
                    storm *= math.exp(-step / storm_time)
                    slow *= math.exp(-step / slow_time)
                continue
            injected, field, lifetime, root_pressure = drive(
                b_z[m, k], speed[m, k], n_p[m, k], sin_tilt[m, k], coefficients
            )
            if not started:  # what came before is unknown: the currents that quiet wind of this speed would hold
                quiet, quiet_field, _, _ = drive(0.0, speed[m, k], n_p[m, k], 0.0, coefficients)
                loss = 1.0 / (storm_time * lifetime) + outflow * quiet_field / (1.0 + quiet_field / outflow_half)
                tail, storm, slow = (
                    tail_gain * quiet * tail_time,
                    storm_gain * quiet / loss,
                    slow_gain * quiet * slow_time,
                )
                started = True
            loss = 1.0 / (storm_time * lifetime) + outflow * field / (1.0 + field / outflow_half)
            total = tail + storm + slow
            tail, tail_mean = feed(tail, total - tail, tail_gain * injected, 1.0 / tail_time, step)
            storm, storm_mean = feed(storm, total - storm, storm_gain * injected, loss, step)
            slow, slow_mean = feed(slow, total - slow, slow_gain * injected, 1.0 / slow_time, step)
            seen = -(1.0 + station_tilt * sin_tilt[m, k])
            parts[m, 0, k] = seen * tail_mean
            parts[m, 1, k] = seen * storm_mean
            parts[m, 2, k] = seen * slow_mean
            parts[m, 3, k] = magnetopause * root_pressure
    return parts
