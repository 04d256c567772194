"""Compiled motion of charged particles in a static field: full orbits, guiding centres, and rays of cosmic rays.

Lengths are in R_E, magnetic fields in nT, times in s. Momenta are those of unit rest mass, u = p / mc. Electric fields
are divided by the speed of light and so are in nT too. A `body` holds the two numbers that a particle enters with: its
gyrofrequency at rest per nT (rad/s, negative for electrons) and the speed of light (R_E/s).

The `forces` record holds a uniform electric field (nT) and the angular velocity with which the plasma is carried round
(rad/s over the speed of light in R_E/s).
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64, njit, types

from ._field_kernels import FIELD
from ._tracing_kernels import DENSE, ERROR, STAGES, beyond_box

# How a particle is followed.
FULL_ORBIT, GUIDING_CENTRE = 0, 1
AUTOMATIC = 2

# How a particle ends.
TIME, SURFACE, BOX, UNDEFINED, INSIDE, STEPS = range(6)

# How the path of a cosmic ray, followed back from where it arrives, ends.
ALLOWED, FORBIDDEN, TOO_LONG, UNKNOWN = range(4)

RECORD = 7  # numbers of a sample: place, kinetic energy and magnetic moment per rest energy, pitch angle, method
ENDING = 4  # how it ended, when, how many steps, the share of the time as a full orbit

# A step of a full orbit is no longer than this share of the time to the Earth's centre, where the field is weak.
REACH = 0.02
# Spacing of the differences that give the gradients of the field, as a share of the distance (at least of one R_E).
SPACING = 1e-4

SHORTEST = 1e-9  # s, a step below which the field is no place to go on in

_FIELDS = (FIELD, float64[::1], FIELD, float64[::1])
_VECTOR = types.UniTuple(float64, 3)


@njit(_VECTOR(*_FIELDS, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def field_at(inner, inner_record, outer, outer_record, x, y, z):  # type: ignore[no-untyped-def]
    """Sum of the two fields."""
    a_x, a_y, a_z = inner(inner_record, x, y, z)
    c_x, c_y, c_z = outer(outer_record, x, y, z)
    return a_x + c_x, a_y + c_y, a_z + c_z


@njit(_VECTOR(*(float64,) * 6), cache=True, nogil=True, error_model="numpy")
def cross(a, b, c, x, y, z):  # type: ignore[no-untyped-def]
    """Vector product."""
    return b * z - c * y, c * x - a * z, a * y - b * x


@njit(
    _VECTOR(float64[::1], float64, float64, float64, float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def electric_field(forces, x, y, z, b_x, b_y, b_z):  # type: ignore[no-untyped-def]
    """Electric field: the uniform one, and that of plasma which turns with the Earth, -(omega x r) x B."""
    v_x, v_y, v_z = cross(forces[3], forces[4], forces[5], x, y, z)
    e_x, e_y, e_z = cross(v_x, v_y, v_z, b_x, b_y, b_z)
    return forces[0] - e_x, forces[1] - e_y, forces[2] - e_z


@njit(
    _VECTOR(float64, float64, float64, float64, float64, float64, float64, float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def turn(half_angle, e_x, e_y, e_z, b_x, b_y, b_z, u_x, u_y, u_z):  # type: ignore[no-untyped-def]
    """Change of momentum in a step, after Higuera and Cary (2017); `half_angle` is that of the turn per nT at rest.

    Without an electric field it is a rotation and keeps the energy to rounding; with one it keeps volumes in phase
    space and has the right drift at any speed.
    """
    kick_x, kick_y, kick_z = half_angle * e_x, half_angle * e_y, half_angle * e_z
    t_x, t_y, t_z = half_angle * b_x, half_angle * b_y, half_angle * b_z
    u_x, u_y, u_z = u_x + kick_x, u_y + kick_y, u_z + kick_z
    square = t_x * t_x + t_y * t_y + t_z * t_z
    along = u_x * t_x + u_y * t_y + u_z * t_z
    rest = 1.0 + u_x * u_x + u_y * u_y + u_z * u_z - square
    gamma = math.sqrt(0.5 * (rest + math.sqrt(rest * rest + 4.0 * (square + along * along))))
    t_x, t_y, t_z = t_x / gamma, t_y / gamma, t_z / gamma
    share = 1.0 / (1.0 + square / (gamma * gamma))
    along /= gamma
    p_x, p_y, p_z = cross(u_x, u_y, u_z, t_x, t_y, t_z)
    m_x = share * (u_x + along * t_x + p_x)
    m_y = share * (u_y + along * t_y + p_y)
    m_z = share * (u_z + along * t_z + p_z)
    p_x, p_y, p_z = cross(m_x, m_y, m_z, t_x, t_y, t_z)
    return m_x + kick_x + p_x, m_y + kick_y + p_y, m_z + kick_z + p_z


@njit(float64(float64[::1], float64), cache=True, nogil=True, error_model="numpy")
def speed(orbit, light):  # type: ignore[no-untyped-def]
    """Factor from momentum to velocity, R_E/s."""
    return light / math.sqrt(1.0 + orbit[3] * orbit[3] + orbit[4] * orbit[4] + orbit[5] * orbit[5])


@njit(float64(float64[::1], float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def pace(body, orbit, strength, r, per_gyration):  # type: ignore[no-untyped-def]
    """Steps a second that a full orbit needs where it is."""
    factor = speed(orbit, body[1])
    momentum = math.sqrt(orbit[3] * orbit[3] + orbit[4] * orbit[4] + orbit[5] * orbit[5])
    gyration = per_gyration * abs(body[0]) * strength * factor / (body[1] * 2.0 * math.pi)
    crossing = momentum * factor / (REACH * r)
    return math.sqrt(gyration * gyration + crossing * crossing)


@njit(
    float64(*_FIELDS, float64[::1], float64[::1], float64, float64, float64, float64[::1], float64[::1]),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def orbit_step(
    inner, inner_record, outer, outer_record, body, forces, before, sign, per_gyration, orbit, after,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """One step of a full orbit, from `orbit` (place and momentum) to `after`; returns the steps a second behind it.

    Half a drift, a turn in the field met there, half a drift. The two halves last 1/2 `before` and 1/2 of one over what
    is returned, of which the field met sets the mean: so a step taken backward undoes the one forward, which a step set
    by the place where it starts would not (Huang and Leimkuhler 1997). With a negative `per_gyration` the step is of
    fixed length.
    """
    factor = speed(orbit, body[1])
    half = 0.5 * sign / before
    x, y, z = (orbit[0] + half * factor * orbit[3], orbit[1] + half * factor * orbit[4],
               orbit[2] + half * factor * orbit[5])  # fmt: skip
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, x, y, z)
    behind = before
    if per_gyration > 0.0:
        strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
        wanted = pace(body, orbit, strength, math.sqrt(x * x + y * y + z * z), per_gyration)
        behind = 2.0 * wanted - before
        if not behind > 0.2 * wanted:
            behind = wanted
    other = 0.5 * sign / behind
    e_x, e_y, e_z = electric_field(forces, x, y, z, b_x, b_y, b_z)
    angle = 0.5 * body[0] * (half + other)
    after[3], after[4], after[5] = turn(angle, e_x, e_y, e_z, b_x, b_y, b_z, orbit[3], orbit[4], orbit[5])
    factor = speed(after, body[1])
    after[0] = x + other * factor * after[3]
    after[1] = y + other * factor * after[4]
    after[2] = z + other * factor * after[5]
    return behind


@njit(
    types.void(*_FIELDS, float64, float64, float64, float64[::1]), cache=True, nogil=True, error_model="numpy"
)  # fmt: skip
def surroundings(inner, inner_record, outer, outer_record, x, y, z, near):  # type: ignore[no-untyped-def]
    """Field and what it does nearby: `near` becomes unit vector, strength, its gradient, curl of the unit vector.

    By central differences of second order.
    """
    step = SPACING * max(math.sqrt(x * x + y * y + z * z), 1.0)
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, x, y, z)
    strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
    n_x, n_y, n_z = b_x / strength, b_y / strength, b_z / strength
    per = 0.5 / step
    h_x, h_y, h_z = field_at(inner, inner_record, outer, outer_record, x + step, y, z)
    l_x, l_y, l_z = field_at(inner, inner_record, outer, outer_record, x - step, y, z)
    xx, yx, zx = per * (h_x - l_x), per * (h_y - l_y), per * (h_z - l_z)  # d(b_x, b_y, b_z)/dx
    h_x, h_y, h_z = field_at(inner, inner_record, outer, outer_record, x, y + step, z)
    l_x, l_y, l_z = field_at(inner, inner_record, outer, outer_record, x, y - step, z)
    xy, yy, zy = per * (h_x - l_x), per * (h_y - l_y), per * (h_z - l_z)
    h_x, h_y, h_z = field_at(inner, inner_record, outer, outer_record, x, y, z + step)
    l_x, l_y, l_z = field_at(inner, inner_record, outer, outer_record, x, y, z - step)
    xz, yz, zz = per * (h_x - l_x), per * (h_y - l_y), per * (h_z - l_z)
    g_x = n_x * xx + n_y * yx + n_z * zx
    g_y = n_x * xy + n_y * yy + n_z * zy
    g_z = n_x * xz + n_y * yz + n_z * zz
    c_x, c_y, c_z = cross(n_x, n_y, n_z, g_x, g_y, g_z)
    near[0], near[1], near[2], near[3] = n_x, n_y, n_z, strength
    near[4], near[5], near[6] = g_x, g_y, g_z
    near[7], near[8], near[9] = (zy - yz + c_x) / strength, (xz - zx + c_y) / strength, (yx - xy + c_z) / strength


@njit(float64(float64[::1]), cache=True, nogil=True, error_model="numpy")
def curvature(near):  # type: ignore[no-untyped-def]
    """Curvature of the field line, 1/R_E: (b . grad) b = -b x curl b."""
    x, y, z = cross(near[0], near[1], near[2], near[7], near[8], near[9])
    return math.sqrt(x * x + y * y + z * z)


@njit(
    types.void(*_FIELDS, float64[::1], float64[::1], float64, float64[::1], float64[::1], float64[::1]),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def guide_rates(
    inner, inner_record, outer, outer_record, body, forces, moment, guide, near, rates
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Rates of a guiding centre: of its place and of its momentum along the field (Cary and Brizard 2009, section V).

    `moment` is u_perpendicular^2 / 2B. The effective fields are B* = B + u_parallel mc/q curl b and
    E* = E - mc^2/q moment/gamma grad B.
    """
    x, y, z, u = guide[0], guide[1], guide[2], guide[3]
    surroundings(inner, inner_record, outer, outer_record, x, y, z, near)
    strength = near[3]
    gamma = math.sqrt(1.0 + 2.0 * moment * strength + u * u)
    stiffness = body[1] / body[0]  # mc/q over one R_E, nT
    s_x = strength * near[0] + u * stiffness * near[7]
    s_y = strength * near[1] + u * stiffness * near[8]
    s_z = strength * near[2] + u * stiffness * near[9]
    along = near[0] * s_x + near[1] * s_y + near[2] * s_z
    e_x, e_y, e_z = electric_field(
        forces, x, y, z, strength * near[0], strength * near[1], strength * near[2]
    )  # fmt: skip
    push = stiffness * moment / gamma
    e_x, e_y, e_z = e_x - push * near[4], e_y - push * near[5], e_z - push * near[6]
    d_x, d_y, d_z = cross(e_x, e_y, e_z, near[0], near[1], near[2])
    scale = body[1] / along
    rates[0] = scale * (u / gamma * s_x + d_x)
    rates[1] = scale * (u / gamma * s_y + d_y)
    rates[2] = scale * (u / gamma * s_z + d_z)
    rates[3] = body[0] * (e_x * s_x + e_y * s_y + e_z * s_z) / along


@njit(
    float64(
        *_FIELDS, float64[::1], float64[::1], float64, float64, float64[::1], float64[::1], float64[:, ::1],
        float64[::1], float64[::1],
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def guide_step(
    inner, inner_record, outer, outer_record, body, forces, moment, step, guide, near, slopes, trial, after
):  # type: ignore[no-untyped-def]  # fmt: skip
    """One step of a guiding centre by Dormand and Prince; returns the estimated error as a share of what it moves.

    `slopes[0]` holds the rates at `guide`; `slopes[6]` and `near` become those at `after`.
    """
    for stage in range(1, 7):
        for axis in range(4):
            value = guide[axis]
            for i in range(stage):
                value += step * STAGES[stage, i] * slopes[i, axis]
            trial[axis] = value
        if stage == 6:
            after[:] = trial
        guide_rates(inner, inner_record, outer, outer_record, body, forces, moment, trial, near, slopes[stage])
    worst = 0.0
    r = math.sqrt(guide[0] * guide[0] + guide[1] * guide[1] + guide[2] * guide[2])
    momentum = math.sqrt(2.0 * moment * near[3] + after[3] * after[3])
    for axis in range(4):
        off = 0.0
        for i in range(7):
            off += ERROR[i] * slopes[i, axis]
        off = abs(step * off) / (r if axis < 3 else momentum)
        if not off <= worst:
            worst = off
    return worst


@njit(
    float64(float64[::1], float64[::1], float64[:, ::1], float64, float64, int64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def guide_between(guide, after, slopes, step, fraction, axis):  # type: ignore[no-untyped-def]
    """One of the four numbers of a guiding centre inside the step that was just made."""
    rest = 1.0 - fraction
    rise = after[axis] - guide[axis]
    first = step * slopes[0, axis] - rise
    last = rise - step * slopes[6, axis] - first
    middle = 0.0
    for i in range(7):
        middle += DENSE[i] * slopes[i, axis]
    return guide[axis] + fraction * (rise + rest * (first + fraction * (last + rest * step * middle)))


@njit(
    types.void(float64, float64, float64, float64, float64, float64[::1]), cache=True, nogil=True, error_model="numpy"
)
def unit_across(n_x, n_y, n_z, cosine, sine, across):  # type: ignore[no-untyped-def]
    """Unit vector perpendicular to a field direction, at a gyrophase counted from z x b (magnetic east) about b."""
    a_x, a_y = -n_y, n_x
    size = math.sqrt(a_x * a_x + a_y * a_y)
    if size > 1e-8:
        a_x, a_y = a_x / size, a_y / size
    else:
        a_x, a_y = 0.0, 1.0
    o_x, o_y, o_z = cross(n_x, n_y, n_z, a_x, a_y, 0.0)
    across[0] = cosine * a_x + sine * o_x
    across[1] = cosine * a_y + sine * o_y
    across[2] = sine * o_z


@njit(
    types.void(
        *_FIELDS, float64[::1], float64[::1], float64, float64, float64, float64, float64[::1], float64[::1]
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def orbit_of_guide(
    inner, inner_record, outer, outer_record, body, place, momentum, parallel, gyrophase, shift, across, orbit
):  # type: ignore[no-untyped-def]  # fmt: skip
    """A full orbit round a guiding centre (or, where `shift` is 0, from a place), by momentum and its part along b."""
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, place[0], place[1], place[2])
    strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
    n_x, n_y, n_z = b_x / strength, b_y / strength, b_z / strength
    perpendicular = math.sqrt(max(momentum * momentum - parallel * parallel, 0.0))
    unit_across(n_x, n_y, n_z, math.cos(gyrophase), math.sin(gyrophase), across)
    u_x, u_y, u_z = perpendicular * across[0], perpendicular * across[1], perpendicular * across[2]
    # the centre lies at x + radius of gyration along u x b for a positive charge
    r_x, r_y, r_z = cross(u_x, u_y, u_z, n_x, n_y, n_z)
    radius = shift * body[1] / (body[0] * strength)
    orbit[0], orbit[1], orbit[2] = place[0] - radius * r_x, place[1] - radius * r_y, place[2] - radius * r_z
    # at the particle the field has turned a little: keep energy and parallel momentum there
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, orbit[0], orbit[1], orbit[2])
    strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
    n_x, n_y, n_z = b_x / strength, b_y / strength, b_z / strength
    along = u_x * n_x + u_y * n_y + u_z * n_z
    u_x, u_y, u_z = u_x - along * n_x, u_y - along * n_y, u_z - along * n_z
    size = math.sqrt(u_x * u_x + u_y * u_y + u_z * u_z)
    scale = perpendicular / size if size > 0.0 else 0.0
    orbit[3] = parallel * n_x + scale * u_x
    orbit[4] = parallel * n_y + scale * u_y
    orbit[5] = parallel * n_z + scale * u_z


@njit(float64(*_FIELDS, float64[::1], float64[::1], float64[::1]), cache=True, nogil=True, error_model="numpy")
def guide_of_orbit(inner, inner_record, outer, outer_record, body, orbit, guide):  # type: ignore[no-untyped-def]
    """Guiding centre of a full orbit, of the same energy; returns its magnetic moment."""
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, orbit[0], orbit[1], orbit[2])
    square = b_x * b_x + b_y * b_y + b_z * b_z
    r_x, r_y, r_z = cross(orbit[3], orbit[4], orbit[5], b_x, b_y, b_z)
    radius = body[1] / (body[0] * square)
    guide[0], guide[1], guide[2] = orbit[0] + radius * r_x, orbit[1] + radius * r_y, orbit[2] + radius * r_z
    guide[3] = (orbit[3] * b_x + orbit[4] * b_y + orbit[5] * b_z) / math.sqrt(square)
    momentum = orbit[3] * orbit[3] + orbit[4] * orbit[4] + orbit[5] * orbit[5]
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, guide[0], guide[1], guide[2])
    strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
    return max(momentum - guide[3] * guide[3], 0.0) / (2.0 * strength)


@njit(types.void(*_FIELDS, float64[::1], float64[::1]), cache=True, nogil=True, error_model="numpy")
def record_orbit(inner, inner_record, outer, outer_record, orbit, sample):  # type: ignore[no-untyped-def]
    """What is kept of a full orbit at a time."""
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, orbit[0], orbit[1], orbit[2])
    strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
    square = orbit[3] * orbit[3] + orbit[4] * orbit[4] + orbit[5] * orbit[5]
    p_x, p_y, p_z = cross(orbit[3], orbit[4], orbit[5], b_x / strength, b_y / strength, b_z / strength)
    across = math.sqrt(p_x * p_x + p_y * p_y + p_z * p_z)
    along = (orbit[3] * b_x + orbit[4] * b_y + orbit[5] * b_z) / strength
    sample[0], sample[1], sample[2] = orbit[0], orbit[1], orbit[2]
    sample[3] = square / (1.0 + math.sqrt(1.0 + square))
    sample[4] = across * across / (2.0 * strength)
    sample[5] = math.atan2(across, along)
    sample[6] = FULL_ORBIT


@njit(types.void(*_FIELDS, float64, float64[::1], float64[::1]), cache=True, nogil=True, error_model="numpy")
def record_guide(inner, inner_record, outer, outer_record, moment, guide, sample):  # type: ignore[no-untyped-def]
    """What is kept of a guiding centre at a time."""
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, guide[0], guide[1], guide[2])
    strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
    square = 2.0 * moment * strength + guide[3] * guide[3]
    sample[0], sample[1], sample[2] = guide[0], guide[1], guide[2]
    sample[3] = square / (1.0 + math.sqrt(1.0 + square))
    sample[4] = moment
    sample[5] = math.atan2(math.sqrt(2.0 * moment * strength), guide[3])
    sample[6] = GUIDING_CENTRE


@njit(
    types.void(
        *_FIELDS, float64[::1], float64[::1], float64[::1], float64[::1], float64, float64[::1], float64, float64,
        int64, float64, int64, float64[:, ::1], float64[::1],
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def follow(
    inner, inner_record, outer, outer_record, launch, body, forces, times,
    stop_radius, box, tolerance, per_gyration, method, adiabaticity, most, samples, ending,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Follow one particle through given times.

    `launch` holds place, momentum, pitch angle, gyrophase, and whether the place is that of the guiding centre (1) or
    of the particle (0). Times may run backward. With the automatic method it is a guiding centre where the radius of
    gyration is below half of `adiabaticity` times the radius of curvature, and a full orbit where it is above.
    """
    samples[:, :] = math.nan
    orbit, next_orbit, aside, across = np.empty(6), np.empty(6), np.empty(6), np.empty(3)
    guide, next_guide, trial, near = np.empty(4), np.empty(4), np.empty(4), np.empty(10)
    slopes = np.empty((7, 4))
    count = times.size
    sign = 1.0 if times[count - 1] >= times[0] else -1.0
    t = times[0]
    ending[0], ending[1], ending[2], ending[3] = UNDEFINED, t, 0.0, 0.0
    in_orbit = 0.0

    momentum, gyrophase = launch[3], launch[5]
    place = launch[:3]
    surroundings(inner, inner_record, outer, outer_record, place[0], place[1], place[2], near)
    r = math.sqrt(place[0] * place[0] + place[1] * place[1] + place[2] * place[2])
    if not near[3] > 0.0 or not momentum > 0.0 or not near[3] < math.inf:
        return
    if r < stop_radius * (1.0 - 1e-9):
        ending[0] = INSIDE
        return
    if beyond_box(box, place[0], place[1], place[2]) > 0.0:
        ending[0] = BOX
        return
    parallel = momentum * math.cos(launch[4])
    orbit_of_guide(
        inner, inner_record, outer, outer_record, body, place, momentum, parallel, gyrophase, launch[6], across, orbit
    )  # fmt: skip
    if launch[6] > 0.0:
        guide[0], guide[1], guide[2], guide[3] = place[0], place[1], place[2], parallel
        moment = 0.5 * (momentum * math.sin(launch[4])) ** 2 / near[3]
    else:
        moment = guide_of_orbit(inner, inner_record, outer, outer_record, body, orbit, guide)
    mode = method
    if method == AUTOMATIC:
        ratio = momentum * body[1] / (abs(body[0]) * near[3]) * curvature(near)
        mode = GUIDING_CENTRE if ratio < adiabaticity else FULL_ORBIT
    fresh = True
    step, rate, since = 0.0, 0.0, 0
    if mode == FULL_ORBIT:
        record_orbit(inner, inner_record, outer, outer_record, orbit, samples[0])
    else:
        record_guide(inner, inner_record, outer, outer_record, moment, guide, samples[0])
    k = 1
    for taken in range(most):
        if k >= count:
            ending[0], ending[1], ending[2] = TIME, t, taken
            break
        if mode == GUIDING_CENTRE:
            if fresh:
                guide_rates(inner, inner_record, outer, outer_record, body, forces, moment, guide, near, slopes[0])
                r = math.sqrt(guide[0] * guide[0] + guide[1] * guide[1] + guide[2] * guide[2])
                gamma = math.sqrt(1.0 + 2.0 * moment * near[3] + guide[3] * guide[3])
                step = sign * 0.01 * r * gamma / (body[1] * math.sqrt(gamma * gamma - 1.0))
                fresh = False
            error = guide_step(
                inner, inner_record, outer, outer_record, body, forces, moment, step, guide, near, slopes, trial,
                next_guide,
            )  # fmt: skip
            if not error <= tolerance:
                shrink = 0.9 * (tolerance / error) ** 0.2 if error < math.inf else 0.1
                step *= max(0.1, min(0.8, shrink))
                if abs(step) < SHORTEST:
                    ending[0], ending[1], ending[2] = UNDEFINED, t, taken
                    break
                continue
            r = math.sqrt(next_guide[0] ** 2 + next_guide[1] ** 2 + next_guide[2] ** 2)
            fraction, how = 1.0, -1
            if r < stop_radius or beyond_box(box, next_guide[0], next_guide[1], next_guide[2]) > 0.0:
                how = SURFACE if r < stop_radius else BOX
                low, high = 0.0, 1.0
                for _ in range(50):
                    middle = 0.5 * (low + high)
                    for axis in range(3):
                        trial[axis] = guide_between(guide, next_guide, slopes, step, middle, axis)
                    r = math.sqrt(trial[0] ** 2 + trial[1] ** 2 + trial[2] ** 2)
                    if r < stop_radius or beyond_box(box, trial[0], trial[1], trial[2]) > 0.0:
                        high = middle
                    else:
                        low = middle
                fraction = low
            end_time = t + fraction * step
            while k < count and sign * (end_time - times[k]) >= 0.0:
                part = (times[k] - t) / step
                for axis in range(4):
                    trial[axis] = guide_between(guide, next_guide, slopes, step, part, axis)
                record_guide(inner, inner_record, outer, outer_record, moment, trial, samples[k])
                k += 1
            t = end_time
            if how >= 0:
                ending[0], ending[1], ending[2] = how, t, taken + 1
                break
            guide[:] = next_guide
            slopes[0, :] = slopes[6]
            grow = 0.9 * (tolerance / error) ** 0.2 if error > 0.0 else 4.0
            step *= max(0.5, min(4.0, grow))
            if method == AUTOMATIC:
                momentum = math.sqrt(2.0 * moment * near[3] + guide[3] * guide[3])
                if momentum * body[1] / (abs(body[0]) * near[3]) * curvature(near) > adiabaticity:
                    orbit_of_guide(
                        inner, inner_record, outer, outer_record, body, guide[:3], momentum, guide[3], gyrophase, 1.0,
                        across, orbit,
                    )  # fmt: skip
                    mode, fresh = FULL_ORBIT, True
        else:
            if fresh:
                b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, orbit[0], orbit[1], orbit[2])
                r = math.sqrt(orbit[0] * orbit[0] + orbit[1] * orbit[1] + orbit[2] * orbit[2])
                rate = pace(body, orbit, math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z), r, per_gyration)
                fresh, since = False, 0
            behind = orbit_step(
                inner, inner_record, outer, outer_record, body, forces, rate, sign, per_gyration, orbit, next_orbit
            )
            r = math.sqrt(next_orbit[0] ** 2 + next_orbit[1] ** 2 + next_orbit[2] ** 2)
            if not r < math.inf:
                ending[0], ending[1], ending[2] = UNDEFINED, t, taken
                break
            lasting = 0.5 * sign * (1.0 / rate + 1.0 / behind)
            end_time = t + lasting
            how = -1
            if r < stop_radius:
                how = SURFACE
            elif beyond_box(box, next_orbit[0], next_orbit[1], next_orbit[2]) > 0.0:
                how = BOX
            while k < count and sign * (end_time - times[k]) >= 0.0:
                if how >= 0 and sign * (end_time - times[k]) < 0.5 * abs(lasting):
                    break
                part = times[k] - t
                if part == 0.0:
                    aside[:] = orbit
                else:
                    orbit_step(
                        inner, inner_record, outer, outer_record, body, forces, 1.0 / abs(part), sign, -1.0, orbit,
                        aside,
                    )  # fmt: skip
                record_orbit(inner, inner_record, outer, outer_record, aside, samples[k])
                k += 1
            t = end_time
            in_orbit += abs(lasting)
            if how >= 0:
                ending[0], ending[1], ending[2] = how, t, taken + 1
                break
            orbit[:] = next_orbit
            rate = behind
            since += 1
            if method == AUTOMATIC and since >= per_gyration:
                since = 0
                surroundings(inner, inner_record, outer, outer_record, orbit[0], orbit[1], orbit[2], near)
                momentum = math.sqrt(orbit[3] * orbit[3] + orbit[4] * orbit[4] + orbit[5] * orbit[5])
                if momentum * body[1] / (abs(body[0]) * near[3]) * curvature(near) < 0.5 * adiabaticity:
                    moment = guide_of_orbit(inner, inner_record, outer, outer_record, body, orbit, guide)
                    mode, fresh = GUIDING_CENTRE, True
    else:
        ending[0], ending[1], ending[2] = STEPS, t, most
    if t != times[0]:
        ending[3] = in_orbit / abs(t - times[0])


@njit(
    types.void(
        FIELD, float64[:, ::1], FIELD, float64[:, ::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1],
        float64[::1], float64, float64[::1], float64, float64, int64, float64, int64, float64[:, :, ::1],
        float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def follow_particles(
    inner, inner_records, outer, outer_records, state, launches, bodies, forces, times,
    stop_radius, box, tolerance, per_gyration, method, adiabaticity, most, samples, endings, start, stop,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Follow particles, each in the state of the field that it belongs to."""
    for i in range(start, stop):
        follow(
            inner, inner_records[state[i]], outer, outer_records[state[i]], launches[i], bodies[i], forces[i], times,
            stop_radius, box, tolerance, per_gyration, method, adiabaticity, most, samples[i], endings[i],
        )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Cosmic rays

# Turning per R_E and nT of a charge of 1 GV: the speed of light times R_E, in GV per nT R_E.
BENDING = 299_792_458.0 * 6.3712e6 * 1e-18

RAY = 8  # numbers of a ray's end: how, place, direction, length of the path


@njit(float64(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def ground_radius(ground, x, y, z):  # type: ignore[no-untyped-def]
    """Distance from the centre of the ellipsoid under a point; `ground` holds its axis and its two half-axes."""
    square = x * x + y * y + z * z
    up = ground[0] * x + ground[1] * y + ground[2] * z
    sine = up * up / square
    return ground[3] * ground[4] / math.sqrt(ground[4] ** 2 * (1.0 - sine) + ground[3] ** 2 * sine)


@njit(float64(float64, float64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def lowest_between(step, low, fall, high, rise):  # type: ignore[no-untyped-def]
    """Least value inside a step of the cubic with these values and slopes at its ends, which falls and then rises."""
    a = 3.0 * (fall + rise) * step - 6.0 * (high - low)
    b = 6.0 * (high - low) - 2.0 * (2.0 * fall + rise) * step
    c = fall * step
    root = math.sqrt(max(b * b - 4.0 * a * c, 0.0))
    # the root of the slope a t^2 + b t + c with a rising slope, in the form that does not cancel
    t = -2.0 * c / (b + root) if b + root != 0.0 else 0.5
    t = min(max(t, 0.0), 1.0)
    return low + t * (c + t * (0.5 * b + t * a / 3.0))


@njit(
    int64(
        *_FIELDS, float64, float64[::1], float64[::1], float64, float64, float64, int64, float64[:, ::1], float64[::1]
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def trace_ray(
    inner, inner_record, outer, outer_record, bending, ray, ground, escape, longest, tolerance, most, slopes, end
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Follow a ray from a place and in a direction (`ray`) until it escapes, meets the ground or grows too long.

    `bending` is the turn per R_E and nT: negative for a positive particle followed back. `slopes` (7, 6) is room.
    """
    w = ray.copy()
    n = np.empty(6)
    k = slopes
    b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, w[0], w[1], w[2])
    strength = math.sqrt(b_x * b_x + b_y * b_y + b_z * b_z)
    end[0] = UNKNOWN
    for i in range(1, RAY):
        end[i] = math.nan
    if not abs(bending * strength * (w[3] + w[4] + w[5])) < math.inf:
        return UNKNOWN
    k[0, 0], k[0, 1], k[0, 2] = w[3], w[4], w[5]
    p_x, p_y, p_z = cross(w[3], w[4], w[5], b_x, b_y, b_z)
    k[0, 3], k[0, 4], k[0, 5] = bending * p_x, bending * p_y, bending * p_z
    r = math.sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2])
    slope = (w[0] * w[3] + w[1] * w[4] + w[2] * w[5]) / r
    length = 0.0
    step = min(0.1 * r, 0.3 / (abs(bending) * strength + 1e-30))
    fate = TOO_LONG
    for _ in range(most):
        for stage in range(1, 7):
            for axis in range(6):
                value = 0.0
                for i in range(stage):
                    value += STAGES[stage, i] * k[i, axis]
                n[axis] = w[axis] + step * value
            b_x, b_y, b_z = field_at(inner, inner_record, outer, outer_record, n[0], n[1], n[2])
            k[stage, 0], k[stage, 1], k[stage, 2] = n[3], n[4], n[5]
            p_x, p_y, p_z = cross(n[3], n[4], n[5], b_x, b_y, b_z)
            k[stage, 3], k[stage, 4], k[stage, 5] = bending * p_x, bending * p_y, bending * p_z
        error = 0.0
        for axis in range(6):
            off = 0.0
            for i in range(7):
                off += ERROR[i] * k[i, axis]
            error += off * off * (1.0 if axis > 2 else 1.0 / (r * r))
        error = step * math.sqrt(error)
        if not error <= tolerance:
            shrink = 0.9 * (tolerance / error) ** 0.2 if error < math.inf else 0.1
            step *= max(0.1, min(0.8, shrink))
            if step < 1e-9:
                fate = UNKNOWN
                break
            continue
        length += step
        r_after = math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
        slope_after = (n[0] * n[3] + n[1] * n[4] + n[2] * n[5]) / r_after
        lowest = min(r, r_after)
        if lowest < ground[3] + step:
            if slope < 0.0 < slope_after:
                lowest = lowest_between(step, r, slope, r_after, slope_after)
            else:
                lowest = r_after
            if lowest < ground[3] and lowest < ground_radius(ground, n[0], n[1], n[2]) * (1.0 - 1e-9):
                fate = FORBIDDEN
        # a direction stays a direction: take the error of its length out
        size = math.sqrt(n[3] * n[3] + n[4] * n[4] + n[5] * n[5])
        for axis in range(3):
            w[axis] = n[axis]
            w[3 + axis] = n[3 + axis] / size
            k[0, axis] = w[3 + axis]
            k[0, 3 + axis] = k[6, 3 + axis] / size
        r, slope = r_after, slope_after
        if fate == FORBIDDEN:
            break
        if r > escape:
            fate = ALLOWED
            break
        if length > longest:
            break
        grow = 0.9 * (tolerance / error) ** 0.2 if error > 0.0 else 4.0
        step = min(step * max(0.3, min(4.0, grow)), 0.5 * r)
    end[0] = fate
    for axis in range(6):
        end[1 + axis] = w[axis]
    end[7] = length
    return fate


@njit(
    types.void(
        FIELD, float64[:, ::1], FIELD, float64[:, ::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[::1],
        float64, float64, float64, int64, float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def trace_rays(
    inner, inner_records, outer, outer_records, state, rays, grounds, bending,
    escape, longest, tolerance, most, ends, start, stop,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Follow rays, each with a bending of its own."""
    slopes = np.empty((7, 6))
    for i in range(start, stop):
        trace_ray(
            inner, inner_records[state[i]], outer, outer_records[state[i]], bending[i], rays[i], grounds[i],
            escape, longest, tolerance, most, slopes, ends[i],
        )  # fmt: skip


CUTOFF = 4  # numbers of a cutoff: lower, upper, effective, how many rays were cut short


@njit(
    types.void(
        FIELD, float64[:, ::1], FIELD, float64[:, ::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[::1],
        float64, float64, float64, float64, int64, float64, float64, float64[:, ::1], int64, int64,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def search_cutoffs(
    inner, inner_records, outer, outer_records, state, rays, grounds, highest,
    escape, longest, tolerance, step, most, stride, guard, cutoffs, start, stop,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Cutoff rigidities of places and directions, to a `step` in rigidity.

    Rigidities are whole multiples of the step. Strides of a share `stride` of the rigidity come down from the highest
    to half of the first one that is forbidden. Between the first forbidden and the last allowed of them every multiple
    is tried, and on upward and downward until none is forbidden, or all are, over a share `guard` of the rigidity.
    """
    slopes, end = np.empty((7, 6)), np.empty(RAY)
    for i in range(start, stop):
        inner_record, outer_record = inner_records[state[i]], outer_records[state[i]]
        top = max(math.ceil(highest[i] / step), 2) if highest[i] < math.inf else 2
        fates = np.full(top + 1, -1, np.int64)
        first, island, k = 0, top, top
        while k >= 1 and 2 * k >= first:
            fates[k] = trace_ray(
                inner, inner_record, outer, outer_record, -BENDING / (k * step), rays[i], grounds[i],
                escape, longest, tolerance, most, slopes, end,
            )  # fmt: skip
            if fates[k] != ALLOWED and first == 0:
                first, island = k, k
            if fates[k] == ALLOWED:
                island = k
            if fates[k] == UNKNOWN:
                break
            k -= max(1, int(stride * k))
        if first == 0:
            cutoffs[i, :] = 0.0
            continue
        if first == top or fates[k] == UNKNOWN:
            cutoffs[i, :] = math.nan
            continue
        upper, k = first, first + 1
        while k <= top and k - upper <= max(guard * upper, 10.0):
            if fates[k] < 0:
                fates[k] = trace_ray(
                    inner, inner_record, outer, outer_record, -BENDING / (k * step), rays[i], grounds[i],
                    escape, longest, tolerance, most, slopes, end,
                )  # fmt: skip
            if fates[k] != ALLOWED:
                upper = k
            k += 1
        lower = first + 1
        while fates[lower] != ALLOWED:
            lower += 1
        k = first - 1
        while k >= 1 and (k >= island or lower - k <= max(guard * lower, 10.0)):
            if fates[k] < 0:
                fates[k] = trace_ray(
                    inner, inner_record, outer, outer_record, -BENDING / (k * step), rays[i], grounds[i],
                    escape, longest, tolerance, most, slopes, end,
                )  # fmt: skip
            if fates[k] == ALLOWED:
                lower = k
            k -= 1
        between, cut, unknown = 0, 0, 0
        for j in range(1, top + 1):
            if fates[j] == ALLOWED and lower <= j <= upper:
                between += 1
            cut += fates[j] == TOO_LONG
            unknown += fates[j] == UNKNOWN
        if unknown > 0:
            cutoffs[i, :] = math.nan
            continue
        # where even the lowest rigidity comes in there is no lower cutoff
        cutoffs[i, 0] = lower * step if lower > 1 else 0.0
        cutoffs[i, 1] = (upper + 1) * step
        cutoffs[i, 2] = (upper + 1 - between) * step
        cutoffs[i, 3] = cut
