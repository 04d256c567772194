"""Loops along time for the magnetosphere."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from sunearth.numerics._kernels import relax

# three_currents -------------------------------------------------------------------------------------------------

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
