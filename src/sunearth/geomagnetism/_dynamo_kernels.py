"""Fourth-order Runge-Kutta steps for dynamos made of discs; rows are independent members."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, inline="always")
def _disc(constants, current, rate):  # type: ignore[no-untyped-def]
    inductance, resistance, mutual, inertia, torque, flux = constants
    return (
        ((mutual * rate - resistance) * current + flux * rate) / inductance,
        (torque - (mutual * current + flux) * current) / inertia,
    )


@njit(cache=True, nogil=True)
def turn_disc(constants, start, step, samples, every):  # type: ignore[no-untyped-def]
    """Current and rate of rotation of one disc: (2, member, sample), `every` steps apart."""
    members = start.shape[1]
    result = np.empty((2, members, samples))
    for member in range(members):
        i, w = start[0, member], start[1, member]
        for k in range(samples):
            result[0, member, k], result[1, member, k] = i, w
            for _ in range(every):
                a, b = _disc(constants, i, w)
                c, d = _disc(constants, i + 0.5 * step * a, w + 0.5 * step * b)
                e, f = _disc(constants, i + 0.5 * step * c, w + 0.5 * step * d)
                g, h = _disc(constants, i + step * e, w + step * f)
                i += step * (a + 2.0 * c + 2.0 * e + g) / 6.0
                w += step * (b + 2.0 * d + 2.0 * f + h) / 6.0
    return result


@njit(cache=True, nogil=True, inline="always")
def _two_discs(mu, a, x, y, z):  # type: ignore[no-untyped-def]
    return z * y - mu * x, (z - a) * x - mu * y, 1.0 - x * y


@njit(cache=True, nogil=True)
def turn_two_discs(mu, a, start, step, samples, every):  # type: ignore[no-untyped-def]
    """Currents and rate of rotation of two coupled discs: (3, member, sample), `every` steps apart."""
    members = start.shape[1]
    result = np.empty((3, members, samples))
    for member in range(members):
        x, y, z = start[0, member], start[1, member], start[2, member]
        for k in range(samples):
            result[0, member, k], result[1, member, k], result[2, member, k] = x, y, z
            for _ in range(every):
                x1, y1, z1 = _two_discs(mu, a, x, y, z)
                x2, y2, z2 = _two_discs(mu, a, x + 0.5 * step * x1, y + 0.5 * step * y1, z + 0.5 * step * z1)
                x3, y3, z3 = _two_discs(mu, a, x + 0.5 * step * x2, y + 0.5 * step * y2, z + 0.5 * step * z2)
                x4, y4, z4 = _two_discs(mu, a, x + step * x3, y + step * y3, z + step * z3)
                x += step * (x1 + 2.0 * x2 + 2.0 * x3 + x4) / 6.0
                y += step * (y1 + 2.0 * y2 + 2.0 * y3 + y4) / 6.0
                z += step * (z1 + 2.0 * z2 + 2.0 * z3 + z4) / 6.0
    return result
