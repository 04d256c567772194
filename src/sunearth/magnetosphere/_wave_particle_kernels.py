"""Loops of resonant scattering: where waves of a cold plasma meet particles, and how fast they spread them.

Frequencies are in units of the local electron gyrofrequency, speeds in units of light. `x` holds (f_p / f_ce)^2 and `y`
the signed gyrofrequencies of the species of the cold plasma. A wave spectrum is a Gaussian in frequency between cutoffs
and a Gaussian in the tangent of the wave normal angle between limits, along and against the field alike; the harmonic n
counts as in omega - k_par v_par = n Omega / gamma with the sign of the charge in Omega.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# Share of the tangent of the resonance cone up to which waves are counted: the index of cold waves has no bound at it.
_CONE = 0.9999


@njit(cache=True, nogil=True, error_model="numpy")
def tensor(w, x, y):  # type: ignore[no-untyped-def]
    """R, L, P and the frequency times their derivatives."""
    r, l, p = 1.0, 1.0, 1.0  # noqa: E741
    dr, dl, dp = 0.0, 0.0, 0.0
    for k in range(x.size):
        xs, ys = x[k] / (w * w), y[k] / w
        a, b = 1.0 / (1.0 + ys), 1.0 / (1.0 - ys)
        r -= xs * a
        l -= xs * b  # noqa: E741
        p -= xs
        dr += xs * (2.0 + ys) * a * a
        dl += xs * (2.0 - ys) * b * b
        dp += 2.0 * xs
    return r, l, p, dr, dl, dp


@njit(cache=True, nogil=True, error_model="numpy")
def index2(r, l, p, u, right):  # type: ignore[no-untyped-def]  # noqa: E741
    """Squared index at a squared tangent `u` of the wave normal angle."""
    s, d = 0.5 * (r + l), 0.5 * (r - l)
    a = s * u + p
    b = r * l * u + p * s * (2.0 + u)
    f = math.sqrt((r * l - p * s) ** 2 * u * u + 4.0 * p * p * d * d * (1.0 + u))
    if p * d < 0.0:
        f = -f
    if not right:
        f = -f
    if b * f >= 0.0:
        return (b + f) / (2.0 * a)
    return 2.0 * p * r * l * (1.0 + u) / (b - f)


@njit(cache=True, nogil=True, error_model="numpy")
def slopes(r, l, p, dr, dl, dp, u, n2):  # type: ignore[no-untyped-def]  # noqa: E741
    """Derivatives of the squared index: by u, and by frequency times frequency."""
    s, ds = 0.5 * (r + l), 0.5 * (dr + dl)
    product, dproduct = r * l, dr * l + r * dl
    by_index = 2.0 * (s * u + p) * n2 - (product * u + p * s * (2.0 + u))
    by_u = s * n2 * n2 - (product + p * s) * n2 + p * product
    by_w = (ds * u + dp) * n2 * n2 - (dproduct * u + (dp * s + p * ds) * (2.0 + u)) * n2
    by_w += (dp * product + p * dproduct) * (1.0 + u)
    return -by_u / by_index, -by_w / by_index


@njit(cache=True, nogil=True, error_model="numpy")
def bessel(z, m, out):  # type: ignore[no-untyped-def]
    """J_0 to J_m of z >= 0, by recurrence downwards."""
    if z < 1e-6:
        out[0] = 1.0
        term = 1.0
        for k in range(1, m + 1):
            term *= 0.5 * z / k
            out[k] = term
        return
    if not z < 500.0:
        # Far out, Hankel's leading term: these orders are small beside the argument.
        for k in range(m + 1):
            out[k] = math.sqrt(2.0 / (math.pi * z)) * math.cos(z - (2 * k + 1) * 0.25 * math.pi) if z < 1e9 else 0.0
        return
    start = 2 * ((max(m, int(z)) + 10 + int(4.0 * math.sqrt(z))) // 2)
    above, here, total, inverse = 0.0, 1e-250, 0.0, 2.0 / z
    for k in range(start, 0, -1):
        below = k * inverse * here - above
        above, here = here, below
        if k - 1 <= m:
            out[k - 1] = here
        if k - 1 > 0 and (k - 1) % 2 == 0:
            total += 2.0 * here
        if abs(here) > 1e200:
            here *= 1e-200
            above *= 1e-200
            total *= 1e-200
            for i in range(k - 1, m + 1):
                out[i] *= 1e-200
    total += here
    for k in range(m + 1):
        out[k] /= total


@njit(cache=True, nogil=True, error_model="numpy")
def phi2(r, l, p, u, n2, n, z, cotangent, work):  # type: ignore[no-untyped-def]  # noqa: E741
    """|Phi_n|^2 of Lyons (1974), equation A13 of Glauert and Horne (2005); z and cotangent of the particle."""
    bessel(abs(z), abs(n) + 1, work)

    def of(order):  # type: ignore[no-untyped-def]
        value = work[abs(order)]
        # J of odd order changes sign with its argument and with its order.
        if abs(order) % 2 == 1 and (order < 0) != (z < 0.0):
            return -value
        return value

    s = 0.5 * (r + l)
    sine2, cosine2 = u / (1.0 + u), 1.0 / (1.0 + u)
    mix = ((n2 - l) * of(n + 1) + (n2 - r) * of(n - 1)) / (n2 - s)
    push = mix * (n2 * sine2 - p) / (2.0 * n2) + cotangent * math.sqrt(sine2 * cosine2) * of(n)
    size = (0.5 * (r - l) / (n2 - s) * (p - n2 * sine2) / n2) ** 2 + p * p * cosine2 / (n2 * n2)
    return push * push / size


@njit(cache=True, nogil=True, error_model="numpy")
def _largest_u(r, l, p, u_max):  # type: ignore[no-untyped-def]  # noqa: E741
    cone = -2.0 * p / (r + l)
    if cone > 0.0:
        return min(u_max, _CONE * _CONE * cone)
    return u_max


@njit(cache=True, nogil=True, error_model="numpy")
def _norm(w, x, y, right, normal, nodes, weights):  # type: ignore[no-untyped-def]
    """Integral over wave normals that a spectrum in their tangent is divided by at one frequency."""
    r, l, p, dr, dl, dp = tensor(w, x, y)  # noqa: E741
    low, high = normal[2], math.sqrt(_largest_u(r, l, p, normal[3] * normal[3]))
    cone = math.sqrt(max(-2.0 * p / (r + l), 0.0))
    # Towards the cone the index grows without limit: even steps in the logarithm of the distance from it.
    graded = 0.0 < cone < 1e3 * high and low < high
    reach = math.log((cone - high) / (cone - low)) if graded else 0.0
    norm = 0.0
    for k in range(nodes.size):
        if graded:
            gap = (cone - low) * math.exp(reach * nodes[k])
            t, dt = cone - gap, -reach * gap * weights[k]
        else:
            t, dt = low + (high - low) * nodes[k], (high - low) * weights[k]
        u = t * t
        n2 = index2(r, l, p, u, right)
        if n2 > 0.0:
            _, by_w = slopes(r, l, p, dr, dl, dp, u, n2)
            n = math.sqrt(n2)
            # n^2 d(w n)/dw
            spread = n2 * (n + 0.5 * by_w / n)
            g = math.exp(-(((t - normal[0]) / normal[1]) ** 2))
            norm += dt * g * abs(spread) * t / (1.0 + u) ** 1.5
    return norm * w * w


@njit(cache=True, nogil=True, error_model="numpy")
def tables(w, x, y, right, normal, nodes, weights, out):  # type: ignore[no-untyped-def]
    """Fill squared N_par at the least and the widest angle, log of the norm of the spectrum, and R, L, P, by frequency.

    The norm is kept times the clearance from the resonance cone. `normal` holds peak and width, lower and upper end of
    the tangent of the wave normal angle.
    """
    for i in range(w.size):
        r, l, p, _, _, _ = tensor(w[i], x, y)  # noqa: E741
        out[i, 3], out[i, 4], out[i, 5] = r, l, p
        low2, high2 = normal[2] * normal[2], _largest_u(r, l, p, normal[3] * normal[3])
        out[i, 0] = index2(r, l, p, low2, right) / (1.0 + low2)
        if normal[1] == 0.0:
            continue
        out[i, 1] = index2(r, l, p, high2, right) / (1.0 + high2)
        norm = _norm(w[i], x, y, right, normal, nodes, weights) * _clearance(r, l, p, math.sqrt(high2))
        out[i, 2] = math.log(norm) if norm > 0.0 else -math.inf


@njit(cache=True, nogil=True, error_model="numpy")
def _clearance(r, l, p, high):  # type: ignore[no-untyped-def]  # noqa: E741
    """What turns the norm of a spectrum that ends near the resonance cone into a smooth function of frequency."""
    cone = -2.0 * p / (r + l)
    return (1.0 - high / math.sqrt(cone)) ** 1.5 if cone > high * high else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def _discriminant(r, l, p, m2):  # type: ignore[no-untyped-def]  # noqa: E741
    """Of the quadratic for the squared index across the field, given that along it."""
    s = 0.5 * (r + l)
    b = (s + p) * (s - m2) - 0.25 * (r - l) ** 2
    return b * b - 4.0 * s * p * (r - m2) * (l - m2)


@njit(cache=True, nogil=True, error_model="numpy")
def _test(kind, w, x, y, right, normal, pull, speed):  # type: ignore[no-untyped-def]
    """What changes sign at the ends of an interval of resonant frequencies."""
    r, l, p, _, _, _ = tensor(w, x, y)  # noqa: E741
    m2 = ((w - pull) / (w * speed)) ** 2
    if kind == 0:
        u = normal[2] * normal[2]
        return m2 - index2(r, l, p, u, right) / (1.0 + u)
    if kind == 1:
        u = _largest_u(r, l, p, normal[3] * normal[3])
        return m2 - index2(r, l, p, u, right) / (1.0 + u)
    return _discriminant(r, l, p, m2)


@njit(cache=True, nogil=True, error_model="numpy")
def _root(kind, low, high, x, y, right, normal, pull, speed):  # type: ignore[no-untyped-def]
    """A change of sign between two frequencies, by false position with halving (Illinois)."""
    a, b = low, high
    at_a = _test(kind, a, x, y, right, normal, pull, speed)
    at_b = _test(kind, b, x, y, right, normal, pull, speed)
    side = 0
    for _ in range(60):
        c = (a * at_b - b * at_a) / (at_b - at_a)
        if not (min(a, b) < c < max(a, b)):
            c = 0.5 * (a + b)
        at_c = _test(kind, c, x, y, right, normal, pull, speed)
        if at_c == 0.0 or abs(b - a) < 1e-13 * c:
            return c
        if (at_c < 0.0) == (at_a < 0.0):
            if abs(c - a) < 1e-13 * c:
                return c
            a, at_a = c, at_c
            if side == -1:
                at_b *= 0.5
            side = -1
        else:
            if abs(c - b) < 1e-13 * c:
                return c
            b, at_b = c, at_c
            if side == 1:
                at_a *= 0.5
            side = 1
    return 0.5 * (a + b)


@njit(cache=True, nogil=True, error_model="numpy")
def _pole(low, high, x, y, right):  # type: ignore[no-untyped-def]
    """A gyrofrequency between two frequencies, where the index along the field is infinite; NaN without."""
    for k in range(y.size):
        turn = -y[k] if right else y[k]
        if low < turn < high and x[k] > 0.0:
            return turn
    return math.nan


@njit(cache=True, nogil=True, error_model="numpy")
def _roots(kind, low, high, pole, x, y, right, normal, pull, speed, ends, count):  # type: ignore[no-untyped-def]
    """Put changes of sign on either side of a pole into `ends`, and return how many there are now."""
    for side in range(2):
        a, b = (low, pole * (1.0 - 1e-9)) if side == 0 else (pole * (1.0 + 1e-9), high)
        if not a < b or count > ends.size - 2:
            continue
        at_a = _test(kind, a, x, y, right, normal, pull, speed)
        at_b = _test(kind, b, x, y, right, normal, pull, speed)
        if at_a * at_b < 0.0:
            ends[count] = _root(kind, a, b, x, y, right, normal, pull, speed)
            count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _along_field(w, table, x, y, right, spectrum, pull, beta, sine, cosine, total):  # type: ignore[no-untyped-def]
    """Add what waves along the field do: every resonant frequency by itself (Summers 2005, with half the power)."""
    none, found = np.zeros(4), np.empty(4)
    speed = beta * cosine
    for i in range(w.size - 1):
        before = ((w[i] - pull) / (w[i] * speed)) ** 2 - table[i, 0]
        after = ((w[i + 1] - pull) / (w[i + 1] * speed)) ** 2 - table[i + 1, 0]
        pole = _pole(w[i], w[i + 1], x, y, right)
        count = 0
        if math.isfinite(pole):
            count = _roots(0, w[i], w[i + 1], pole, x, y, right, none, pull, speed, found, 0)
        elif before * after <= 0.0 and before != 0.0:
            found[0] = _root(0, w[i], w[i + 1], x, y, right, none, pull, speed)
            count = 1
        for j in range(count):
            _at_one_frequency(found[j], x, y, right, spectrum, pull, beta, speed, sine, cosine, total)


@njit(cache=True, nogil=True, error_model="numpy")
def _at_one_frequency(f, x, y, right, spectrum, pull, beta, speed, sine, cosine, total):  # type: ignore[no-untyped-def]
    """Add what waves along the field of one resonant frequency do."""
    r, l, _, dr, dl, _ = tensor(f, x, y)  # noqa: E741
    n2, by_w = (r, dr) if right else (l, dl)
    n = math.sqrt(n2)
    sense = 1.0 if f > pull else -1.0
    lag = abs(1.0 - sense * speed * (n + 0.5 * by_w / n))
    power = math.exp(-(((f - spectrum[0]) / spectrum[1]) ** 2)) * spectrum[4]
    core = 0.5 * power / (beta * beta * n2 * lag)
    turn = (pull / f - sine * sine) / cosine
    total[0] += core * turn * turn
    total[1] += core * turn * sine
    total[2] += core * sine * sine


@njit(cache=True, nogil=True, error_model="numpy")
def _oblique(  # type: ignore[no-untyped-def]
    w, table, x, y, right, spectrum, normal, n, turn_rate, gamma, beta, sine, cosine, quadrature, ends, work, total
):
    """Add what one harmonic of a spectrum of oblique waves does, by quadrature over the resonant frequencies."""
    nodes, weights, normal_nodes, normal_weights = quadrature[0], quadrature[1], quadrature[2], quadrature[3]
    speed = beta * cosine
    pull = n * turn_rate / gamma
    count = 0
    ends[count] = w[0]
    count += 1
    before = np.zeros(3)
    reached = False
    for i in range(w.size):
        r, l, p = table[i, 3], table[i, 4], table[i, 5]  # noqa: E741
        m2 = ((w[i] - pull) / (w[i] * speed)) ** 2
        now0, now1, now2 = m2 - table[i, 0], m2 - table[i, 1], _discriminant(r, l, p, m2)
        reached = reached or now0 * now1 <= 0.0 or (now0 < 0.0 and now1 < 0.0 and now2 >= 0.0)
        pole = _pole(w[i - 1], w[i], x, y, right) if i > 0 else math.nan
        if math.isfinite(pole):
            for kind in range(3):
                count = _roots(kind, w[i - 1], w[i], pole, x, y, right, normal, pull, speed, ends, count)
        elif i > 0:
            if before[0] * now0 < 0.0 and count < ends.size - 2:
                ends[count] = _root(0, w[i - 1], w[i], x, y, right, normal, pull, speed)
                count += 1
            if before[1] * now1 < 0.0 and count < ends.size - 2:
                ends[count] = _root(1, w[i - 1], w[i], x, y, right, normal, pull, speed)
                count += 1
            if before[2] * now2 < 0.0 and count < ends.size - 2:
                ends[count] = _root(2, w[i - 1], w[i], x, y, right, normal, pull, speed)
                count += 1
        before[0], before[1], before[2] = now0, now1, now2
    if count == 1 and not reached:
        return
    ends[count] = w[-1]
    count += 1
    ends[:count].sort()
    log_step = math.log(w[1] / w[0])
    cotangent = cosine / sine
    # Argument of the Bessel functions over the index across the field and the frequency: p_perp / (m Omega).
    swing = gamma * beta * sine / turn_rate
    for interval in range(count - 1):
        low, width = ends[interval], ends[interval + 1] - ends[interval]
        if not width > 1e-14 * low:
            continue
        for k in range(nodes.size):
            f, share = low + width * nodes[k], width * weights[k]
            r, l, p, dr, dl, dp = tensor(f, x, y)  # noqa: E741
            m2 = ((f - pull) / (f * speed)) ** 2
            s = 0.5 * (r + l)
            b = (s + p) * (s - m2) - 0.25 * (r - l) ** 2
            c = p * (r - m2) * (l - m2)
            inside = b * b - 4.0 * s * c
            if inside < 0.0:
                continue
            q = 0.5 * (b + math.copysign(math.sqrt(inside), b))
            low2, high2 = normal[2] * normal[2], _largest_u(r, l, p, normal[3] * normal[3])
            for candidate in range(2):
                across2 = q / s if candidate == 0 else c / q
                u = across2 / m2
                if not (low2 <= u <= high2):
                    continue
                n2 = across2 + m2
                if abs(index2(r, l, p, u, right) - n2) > 1e-6 * n2:
                    continue
                by_u, by_w = slopes(r, l, p, dr, dl, dp, u, n2)
                along = math.sqrt(m2)
                turning = abs(by_u / (1.0 + u) - n2 / (1.0 + u) ** 2) / (2.0 * along)
                carried = abs(along + 0.5 * by_w / ((1.0 + u) * along))
                t = math.sqrt(u)
                place = min(max(math.log(f / w[0]) / log_step, 0.0), w.size - 1.000001)
                i = int(place)
                if table[i, 2] > -math.inf and table[i + 1, 2] > -math.inf:
                    norm = math.exp(table[i, 2] + (place - i) * (table[i + 1, 2] - table[i, 2]))
                    norm /= _clearance(r, l, p, math.sqrt(high2))
                else:
                    # Next to frequencies at which no wave travels nothing can be interpolated.
                    norm = _norm(f, x, y, right, normal, normal_nodes, normal_weights)
                g = math.exp(-(((t - normal[0]) / normal[1]) ** 2)) / norm
                power = math.exp(-(((f - spectrum[0]) / spectrum[1]) ** 2)) * spectrum[4]
                z = f * math.sqrt(across2) * swing
                # A wave against the field is one along it with the angle beyond a right one.
                sense = 1.0 if f > pull else -1.0
                strength = phi2(r, l, p, u, n2, n, z, sense * cotangent, work)
                core = power * f * g * strength * carried / (2.0 * (1.0 + u) * beta * beta * speed * turning) * share
                turn = (pull / f - sine * sine) / cosine
                total[0] += core * turn * turn
                total[1] += core * turn * sine
                total[2] += core * sine * sine


@njit(cache=True, nogil=True, error_model="numpy")
def local(  # type: ignore[no-untyped-def]
    w, table, x, y, right, spectrum, normal, first, last, turn_rate, gamma, beta, alpha, quadrature, ends, work, total
):
    """Local coefficients over (pi/2) (Omega^2 / Omega_e gamma^2) (B_w / B)^2, of all harmonics, added to `total`."""
    sine, cosine = math.sin(alpha), math.cos(alpha)
    if normal[1] == 0.0:
        # Only one harmonic sees a circle: -1 for right-handed waves and 1 for left-handed ones.
        pull = (-turn_rate if right else turn_rate) / gamma
        _along_field(w, table, x, y, right, spectrum, pull, beta, sine, cosine, total)
        return
    for n in range(first, last + 1):
        _oblique(
            w, table, x, y, right, spectrum, normal, n, turn_rate, gamma, beta, sine, cosine, quadrature, ends, work,
            total,
        )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def local_rows(  # type: ignore[no-untyped-def]
    plasma, y, right, spectra, normal, harmonics, turn_rate, gamma, alpha, scale, knots, quadrature, start, stop, out
):
    """Local coefficients of rows of (plasma, spectrum, particle)."""
    normal_nodes, normal_weights = quadrature[2], quadrature[3]
    w, table = np.empty(knots), np.empty((knots, 6))
    ends, work, total = np.empty(40), np.empty(max(abs(harmonics[0]), abs(harmonics[1])) + 2), np.empty(3)
    for row in range(start, stop):
        total[:] = 0.0
        spectrum = spectra[row]
        a = alpha[row]
        known = math.isfinite(scale[row] + a + gamma[row] + spectrum.sum() + plasma[row].sum())
        if not (known and 0.0 < spectrum[2] < spectrum[3] and gamma[row] > 1.0 and plasma[row, 0] > 0.0):
            out[row] = math.nan
            continue
        step = math.log(spectrum[3] / spectrum[2]) / (knots - 1)
        for i in range(knots):
            w[i] = spectrum[2] * math.exp(i * step)
        tables(w, plasma[row], y, right, normal, normal_nodes, normal_weights, table)
        beta = math.sqrt(gamma[row] ** 2 - 1.0) / gamma[row]
        southward = a > 0.5 * math.pi
        if southward:
            a = math.pi - a
        a = min(max(a, 1e-4), 0.5 * math.pi - 1e-4)
        local(w, table, plasma[row], y, right, spectrum, normal, harmonics[0], harmonics[1], turn_rate, gamma[row],
              beta, a, quadrature, ends, work, total)  # fmt: skip
        for k in range(3):
            out[row, k] = scale[row] * total[k]
        if southward:
            out[row, 1] = -out[row, 1]


@njit(cache=True, nogil=True, error_model="numpy")
def bounce_rows(  # type: ignore[no-untyped-def]
    alpha, mirror, bounce, plasma, density_index, y, right, spectra, normal, harmonics, turn_rate, rest, gammas, scale,
    slope, furthest, knots, quadrature, bounce_nodes, bounce_weights, start, stop, out,
):  # fmt: skip
    """Bounce-averaged coefficients of rows (shell, pitch angle), for all energies.

    `plasma` (f_p / f_ce)^2 and `spectra` are those on the equator of each shell, frequencies over the equatorial
    gyrofrequency; `scale` is (pi/2) Omega_e (B_w / B)^2 there, `rest` the particle's gyrofrequency over the electron's,
    squared; `slope` the growth of log B_w with latitude, `furthest` the latitude where the waves end.
    """
    normal_nodes, normal_weights = quadrature[2], quadrature[3]
    w, table, x = np.empty(knots), np.empty((knots, 6)), np.empty(plasma.shape[1])
    ends, work, total = np.empty(40), np.empty(max(abs(harmonics[0]), abs(harmonics[1])) + 2), np.empty(3)
    spectrum = np.empty(5)
    angles = alpha.size
    for row in range(start, stop):
        shell, angle = row // angles, row % angles
        out[row] = 0.0
        sine0 = math.sin(alpha[angle])
        cosine0 = math.cos(alpha[angle])
        end = min(mirror[angle], furthest)
        # Latitudes as the sine of an angle, so that 1 / cos(pitch angle) at the mirror point does no harm.
        last = math.asin(min(end / mirror[angle], 1.0))
        for j in range(bounce_nodes.size):
            t = last * bounce_nodes[j]
            latitude = mirror[angle] * math.sin(t)
            step = mirror[angle] * math.cos(t) * last * bounce_weights[j]
            cos_lat = math.cos(latitude)
            root = math.sqrt(1.0 + 3.0 * math.sin(latitude) ** 2)
            ratio = root / cos_lat**6
            sine = sine0 * math.sqrt(ratio)
            if sine >= 1.0:
                continue
            a = math.asin(sine)
            cosine = math.cos(a)
            for k in range(x.size):
                x[k] = plasma[shell, k] / (ratio * ratio) * cos_lat ** (-2.0 * density_index)
            for k in range(4):
                spectrum[k] = spectra[shell, k] / ratio
            spectrum[4] = spectra[shell, 4] * ratio
            if not spectrum[2] > 0.0:
                continue
            grow = math.log(spectrum[3] / spectrum[2]) / (knots - 1)
            for i in range(knots):
                w[i] = spectrum[2] * math.exp(i * grow)
            tables(w, x, y, right, normal, normal_nodes, normal_weights, table)
            # Omega_e grows and (B_w / B)^2 falls with the field.
            here = scale[shell] * rest / ratio * math.exp(2.0 * slope * latitude) * step / bounce[angle]
            along = cos_lat * root / cosine
            angle_change = cosine / cosine0 * cos_lat**3 / math.sqrt(root)
            for e in range(gammas.size):
                total[:] = 0.0
                gamma = gammas[e]
                beta = math.sqrt(gamma * gamma - 1.0) / gamma
                local(w, table, x, y, right, spectrum, normal, harmonics[0], harmonics[1], turn_rate, gamma, beta, a,
                      quadrature, ends, work, total)  # fmt: skip
                factor = here * along / (gamma * gamma)
                out[row, e, 0] += factor * angle_change * angle_change * total[0]
                out[row, e, 1] += factor * angle_change * total[1]
                out[row, e, 2] += factor * total[2]
