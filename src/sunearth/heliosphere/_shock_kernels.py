"""Compiled roots of the shock equations: one upstream state in, one downstream state out.

Everything is in units of the upstream field, density and Alfven speed: the flow comes in along the normal with the
speed `mach`, the field has the parts cos(theta) along and sin(theta) across the normal. The unknowns are the
compression r and q = (jump of the tangential field) / (r - 1), which stays finite where the jump itself vanishes and
where the Alfven speed is passed, so that no limit needs a formula of its own.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

FAST, WEAK_INTERMEDIATE, STRONG_INTERMEDIATE, SLOW = 0, 1, 2, 3
FIELDS = 11


@njit(cache=True, nogil=True, error_model="numpy")
def _cubic(r, a, k, t, gamma):
    """Value of the shock cubic without its trivial root r = 1, divided by the sixth power of the Mach number."""
    bracket = gamma + r * ((2 - gamma) - (gamma + 1) * a + (gamma - 1) * a * r)
    return (1 - a * r) ** 2 * (k * r - (gamma + 1)) + t * r * bracket


@njit(cache=True, nogil=True, error_model="numpy")
def _bracketed(low, high, a, k, t, gamma, rising):
    """Root between two compressions: Newton steps that fall back on halving. The ends need not be of strict sign."""
    r = 0.5 * (low + high)
    for _ in range(200):
        value = _cubic(r, a, k, t, gamma)
        if (value > 0) == rising:
            high = r
        else:
            low = r
        d = 1 - a * r
        bracket = gamma + r * ((2 - gamma) - (gamma + 1) * a + (gamma - 1) * a * r)
        slope = (
            d * d * k
            - 2 * a * d * (k * r - (gamma + 1))
            + t * (bracket + r * ((2 - gamma) - (gamma + 1) * a + 2 * (gamma - 1) * a * r))
        )
        following = r - value / slope
        if not (low < following < high):
            following = 0.5 * (low + high)
        if abs(following - r) <= 4e-16 * r or high - low <= 4e-16 * r:
            return following
        r = following
    return r


@njit(cache=True, nogil=True, error_model="numpy")
def _slope_from_energy(r, s, a, k, mach2, gamma, reversed_field):
    """Solve the energy equation, quadratic in q, for q; NaN where the field behind is too small to come from it."""
    t = s * s / mach2
    w = -(k * r - (gamma + 1) + 2 * (gamma - 1) * t * r) * mach2 / (r * ((2 - gamma) + (gamma - 1) * a * r))
    inside = s * s + (r - 1) * w  # the square of the tangential field behind
    if not (r > 1 and inside > 0.01 * max(s * s, (r - 1) * abs(w))):
        return math.nan
    root = math.sqrt(inside)
    # The second form does not cancel for weak shocks.
    return (-root - s) / (r - 1) if reversed_field else w / (s + root)


@njit(cache=True, nogil=True, error_model="numpy")
def _polished(r, s, a, k, mach2, gamma, reversed_field):
    """Make (r, q) obey induction and energy to rounding, also where the cubic has nearly a double root."""
    t = s * s / mach2
    d = 1 - a * r
    q = s / d
    if s == 0 and abs(d) > 1e-7:
        q = 0.0
    elif abs(d) < 0.3:
        # Near the Alfven speed s / d loses its digits, and the energy equation has them.
        found = _slope_from_energy(r, s, a, k, mach2, gamma, reversed_field)
        q = found if math.isfinite(found) else q
    best = math.inf
    kept_r, kept_q = r, q
    for _ in range(12):
        factor = (2 - gamma) + (gamma - 1) * a * r
        w = (2 * s * q + (r - 1) * q * q) / mach2
        first = q * (1 - a * r) - s
        second = k * r - (gamma + 1) + 2 * (gamma - 1) * t * r + w * r * factor
        error = abs(first) / (s + abs(q) * 1e-3 + 1e-30) + abs(second)
        if not error < best:
            break
        best, kept_r, kept_q = error, r, q
        m11, m12 = -a * q, 1 - a * r
        m21 = k + 2 * (gamma - 1) * t + q * q / mach2 * r * factor + w * ((2 - gamma) + 2 * (gamma - 1) * a * r)
        m22 = (2 * s + 2 * (r - 1) * q) / mach2 * r * factor
        determinant = m11 * m22 - m12 * m21
        if determinant == 0 or not math.isfinite(determinant):
            break
        r, q = r - (first * m22 - second * m12) / determinant, q - (m11 * second - m21 * first) / determinant
    if abs(1 - a * kept_r) < 0.3 and kept_q != 0:
        found = _slope_from_energy(kept_r, s, a, k, mach2, gamma, reversed_field)
        kept_q = found if math.isfinite(found) else kept_q
    return kept_r, kept_q


@njit(cache=True, nogil=True, error_model="numpy")
def _speeds_squared(alfven2, normal2, sound2):
    """Squares of the fast and the slow speed along the normal; `normal2` is the Alfven speed's normal part."""
    total = alfven2 + sound2
    # The difference under the root without cancellation: (v_A^2 - c_s^2)^2 + 4 c_s^2 (v_A^2 - v_An^2).
    root = math.sqrt((alfven2 - sound2) ** 2 + 4 * sound2 * max(alfven2 - normal2, 0.0))
    fast = 0.5 * (total + root)
    slow = sound2 * normal2 / fast if fast > 0 else 0.0
    return fast, slow


@njit(cache=True, nogil=True, error_model="numpy")
def _regime(speed2, alfven2, normal2, sound2, leeway):
    """1 faster than the fast speed, 2 than the Alfven speed, 3 than the slow speed, 4 slower than all."""
    fast, slow = _speeds_squared(alfven2, normal2, sound2)
    if speed2 > fast * (1 + abs(leeway)):
        return 1.0
    if speed2 >= normal2 * (1 - leeway):
        return 2.0
    if speed2 >= slow * (1 - leeway):
        return 3.0
    return 4.0


@njit(cache=True, nogil=True, error_model="numpy")
def solve_jump(mach, theta, beta, gamma, branch):
    """Compression r and field slope q of one kind of shock; NaN where there is none."""
    nothing = (math.nan, math.nan)
    mach2 = mach * mach
    if not (mach2 > 0 and beta >= 0 and gamma >= 1 and math.isfinite(mach2 + theta + beta + gamma)):
        return nothing
    c2, s = math.cos(theta) ** 2, abs(math.sin(theta))
    if s < 1e-15:
        s = 0.0  # sin(pi) is not zero in floating point
    if c2 < 1e-30:
        c2 = 0.0
    a, t = c2 / mach2, s * s / mach2
    k = (gamma - 1) + gamma * beta / mach2
    fast, slow = _speeds_squared(1.0, c2, 0.5 * gamma * beta)
    alfven = 1 / a if a > 0 else math.inf  # the compression that brings the flow to its Alfven speed
    # Nothing is compressed more than this; a hair beyond, so that a root lies inside also without pressure.
    most = (gamma + 1) / k * (1 + 1e-12)
    if t > 0:
        most = (gamma + 1) / (gamma - 1) * (1 + 1e-12) if gamma > 1 else math.inf
        if not math.isfinite(most):
            most = 4 * (mach2 + 1)
    if branch == FAST:
        if mach2 <= fast:
            return nothing
        r = _bracketed(1.0, min(alfven, most), a, k, t, gamma, True)
        return _polished(r, s, a, k, mach2, gamma, False)
    if branch == SLOW:
        if not (slow < mach2 < c2):
            return nothing
        r = _bracketed(1.0, most, a, k, t, gamma, True)
        return _polished(r, s, a, k, mach2, gamma, False)
    if mach2 <= c2 or not alfven < most:
        return nothing
    c3 = a * a * k + (gamma - 1) * a * t
    c2_ = -2 * a * k - a * a * (gamma + 1) + t * ((2 - gamma) - (gamma + 1) * a)
    c1 = k + 2 * a * (gamma + 1) + gamma * t
    discriminant = c2_ * c2_ - 3 * c3 * c1
    if not discriminant >= 0:
        return nothing
    lowest = (-c2_ + math.sqrt(discriminant)) / (3 * c3)
    if not alfven < lowest < most or _cubic(lowest, a, k, t, gamma) > 0:
        return nothing
    if branch == WEAK_INTERMEDIATE:
        r = _bracketed(alfven, lowest, a, k, t, gamma, False)
    else:
        r = _bracketed(lowest, most, a, k, t, gamma, True)
    return _polished(r, s, a, k, mach2, gamma, True)


@njit(cache=True, nogil=True, error_model="numpy")
def jumps(mach, theta, beta, gamma, branch, start, stop, out):
    """Fill rows of `out` with the downstream states of the upstream states from start to stop."""
    for i in range(start, stop):
        for j in range(FIELDS):
            out[j, i] = math.nan
        m, th, b1, g = mach[i], theta[i], beta[i], gamma[i]
        if not math.isfinite(m + th + b1 + g) or m <= 0 or b1 < 0:
            continue
        c, s = math.cos(th), math.sin(th)
        mach2 = m * m
        out[8, i] = _regime(mach2, 1.0, c * c, 0.5 * g * b1, 0.0)
        r, q = solve_jump(m, th, b1, g, branch)
        if not r > 1:
            continue
        sine = abs(s) if abs(s) >= 1e-15 else 0.0
        b = sine + (r - 1) * q
        w = 2 * sine * q + (r - 1) * q * q  # (b^2 - sin^2 theta) / (r - 1)
        p1 = 0.5 * b1
        p2 = p1 + (r - 1) * (mach2 / r - 0.5 * w)
        field2 = c * c + b * b
        sound2 = g * p2 / r
        side = -1.0 if s < 0 else 1.0
        out[0, i] = r
        out[1, i] = math.sqrt(field2)
        out[2, i] = side * b
        out[3, i] = side * c * (r - 1) * q / mach2
        out[4, i] = p2 / p1
        out[5, i] = p2 / p1 / r
        out[6, i] = math.atan2(abs(b), abs(c))
        out[7, i] = 2 * p2 / field2
        # Where a flow leaves at a wave speed itself, rounding would decide: the kind of the shock does.
        leeway = 1e-8 if branch in (FAST, WEAK_INTERMEDIATE) else -1e-8
        regime = _regime(mach2 / (r * r), field2 / r, c * c / r, sound2, leeway)
        out[9, i] = max(regime, 3.0) if branch != FAST else regime
        out[10, i] = math.log(p2 / p1) - g * math.log(r)


@njit(cache=True, nogil=True, error_model="numpy")
def first_critical(theta, beta, gamma, start, stop, out):
    """Fast Mach number at which the flow behind the fast shock is as fast as its sound."""
    for i in range(start, stop):
        th, b1, g = theta[i], beta[i], gamma[i]
        out[i] = math.nan
        if not math.isfinite(th + b1 + g) or b1 < 0:
            continue
        fast, _ = _speeds_squared(1.0, math.cos(th) ** 2, 0.5 * g * b1)
        low, high = 1.0, 64.0
        for _ in range(64):
            middle = 0.5 * (low + high)
            mach = middle * math.sqrt(fast)
            r, q = solve_jump(mach, th, b1, g, FAST)
            sine = abs(math.sin(th))
            if not r > 1:
                low = middle  # too weak to tell from no shock
                continue
            p2 = 0.5 * b1 + (r - 1) * (mach * mach / r - 0.5 * (2 * sine * q + (r - 1) * q * q))
            if mach * mach / r > g * p2:
                low = middle
            else:
                high = middle
        out[i] = 0.5 * (low + high)


def flattened(*arrays):
    """Broadcast to one shape, and give contiguous rows of double precision with that shape."""
    together = np.broadcast_arrays(*arrays)
    shape = together[0].shape
    return [np.array(x, dtype=float).ravel() for x in together], shape
