"""Ring current of the storm-time models: symmetric part, partial part and the currents that close it.

The axially symmetric parts are the fields of two spread circular loops in deformed dipole coordinates, from a vector
potential with one component; the rest of the partial ring current, which varies as the cosine of the local time, comes
from fits of its radial and colatitudinal components (Tsyganenko 2000, J. Geophys. Res. 105, 27739; Tsyganenko 2002,
J. Geophys. Res. 107, 1179). Everything is in coordinates aligned with the dipole and scaled by the size of the current.
Derivatives are those of the formulae, where other codes take differences with a step of 1e-4.
"""

from __future__ import annotations

import numpy as np
from numba import float64, int64, njit, types
from numpy import cos, exp, log, sin, sqrt

from sunearth.geomagnetism._storm_shielding import (
    PARTIAL_RING,
    SHIELDING_SIZE,
    SYMMETRIC_RING,
    prepare_shielding,
    shielding,
)

PAIR = types.UniTuple(float64, 2)
VECTOR = types.UniTuple(float64, 3)

# Sine and cosine of the colatitude nearest to the axis at which the potentials and the fits are evaluated.
NEAR_AXIS_SINE = 1e-2
NEAR_AXIS_COSINE = 0.99994999875

# Loops of the symmetric ring current (edition of 2001, that of 2006) and of the partial ring current. Columns:
# amplitude, radius and spread (R_E) of the first loop, the same of the second.
LOOPS = np.array(
    [
        [-563.3722359, 4.150588549, 2.266150226, 425.0891691, 3.334503403, 3.079071195],
        [-456.5289941, 4.27468495, 2.439528329, 375.9055332, 3.367557287, 3.146382545],
        [-80.11202281, 6.560486035, 1.930711037, 12.58246758, 3.827208119, 0.7789990504],
    ]
)
PARTIAL = 2

# Deformation of the symmetric ring current in its two editions: rows are three Gaussian terms, columns
# amplitude, radius of the centre and width (R_E), inverse width in the cosine of the colatitude.
SYMMETRIC_BUMPS = np.array(
    [
        [
            [0.02602428295, 8.937790598, 3.327934895, 1.0 / 0.4487061833],
            [0.09125832351, 6.243029867, 1.75014591, 1.0 / 0.4181957162],
            [0.06106691992, 2.079908581, 0.6828548533, 0.0],
        ],
        [
            [-0.2291904607, 3.74606474, 1.508802177, 1.0 / 0.5873525737],
            [0.1556236119, 4.993638842, 3.324180497, 1.0 / 0.4368407663],
            [0.1855957207, 2.969226745, 2.243367377, 0.0],
        ],
    ]
)

# Complete elliptic integrals, Abramowitz and Stegun (1964) 17.3.34 and 17.3.36: polynomials of m1 = 1 - k^2, the second
# of each to be multiplied by ln(1 / m1).
FIRST_KIND = np.array([1.38629436112, 0.09666344259, 0.03590092383, 0.03742563713, 0.01451196212])
FIRST_KIND_LOG = np.array([0.5, 0.12498593597, 0.06880248576, 0.03328355346, 0.00441787012])
SECOND_KIND = np.array([1.0, 0.44325141463, 0.0626060122, 0.04757383546, 0.01736506451])
SECOND_KIND_LOG = np.array([0.0, 0.2499836831, 0.09200180037, 0.04069697526, 0.00526449639])


def _loop_polynomial(first_kind: np.ndarray, second_kind: np.ndarray) -> np.ndarray:
    """Return coefficients of (1 - k^2/2) K - E, in which 1 - k^2/2 = (1 + m1) / 2."""
    return 0.5 * (np.append(first_kind, 0.0) + np.append(0.0, first_kind)) - np.append(second_kind, 0.0)


LOOP_POLYNOMIAL = _loop_polynomial(FIRST_KIND, SECOND_KIND)
LOOP_POLYNOMIAL_LOG = _loop_polynomial(FIRST_KIND_LOG, SECOND_KIND_LOG)


@njit(PAIR(float64), cache=True, nogil=True, error_model="numpy")
def loop_integral(complement):  # type: ignore[no-untyped-def]
    """(1 - k^2/2) K(k) - E(k) of complement = 1 - k^2, and its derivative."""
    value, slope, value_log, slope_log = 0.0, 0.0, 0.0, 0.0
    for k in range(5, -1, -1):
        slope = slope * complement + value
        value = value * complement + LOOP_POLYNOMIAL[k]
        slope_log = slope_log * complement + value_log
        value_log = value_log * complement + LOOP_POLYNOMIAL_LOG[k]
    logarithm = -log(complement)
    return value + logarithm * value_log, slope + logarithm * slope_log - value_log / complement


@njit(VECTOR(float64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def spread_loop(radius, spread, rho, z):  # type: ignore[no-untyped-def]
    """Azimuthal vector potential of a spread circular loop and its derivatives in rho and z."""
    reach = radius + rho
    inverse = 1.0 / (reach * reach + z * z + spread * spread)
    modulus = 4.0 * radius * inverse  # k^2 / rho
    integral, slope = loop_integral(1.0 - modulus * rho)
    weight = 1.0 / (rho * sqrt(modulus))
    potential = integral * weight
    in_rho = -slope * weight * modulus * (1.0 - 2.0 * rho * reach * inverse)
    in_z = slope * weight * modulus * 2.0 * rho * z * inverse
    return potential, in_rho + potential * (reach * inverse - 1.0 / rho), in_z + potential * z * inverse


@njit(VECTOR(int64, float64, float64), cache=True, nogil=True, error_model="numpy")
def loops_in_dipole_coordinates(row, alpha, gamma):  # type: ignore[no-untyped-def]
    """Vector potential of two loops and its derivatives in the dipole coordinates of the point.

    alpha = sin^2(colatitude) / r is constant along a dipole line and gamma = cos(colatitude) / r^2 along its normals.
    """
    # Inversion by the resolvent cubic of a quartic, its real root written without a difference of near equals.
    gamma_square = gamma * gamma
    half = 0.5 * alpha * alpha
    gamma_third = 4.0 * gamma_square ** (1.0 / 3.0)
    q = (sqrt(64.0 / 27.0 * gamma_square + half * half) + half) ** (1.0 / 3.0)
    p = gamma_third / (3.0 * q)
    c = 2.0 * half / (q * q + q * p + p * p)
    g = sqrt(c * c + gamma_third)
    r = 4.0 / ((sqrt(2.0 * g - c) + sqrt(c)) * (g + c))
    cosine = gamma * r * r
    sine = sqrt(alpha * r)

    a_1, radius_1, spread_1, a_2, radius_2, spread_2 = LOOPS[row]
    first, first_rho, first_z = spread_loop(radius_1, spread_1, r * sine, r * cosine)
    second, second_rho, second_z = spread_loop(radius_2, spread_2, r * sine, r * cosine)
    in_rho, in_z = a_1 * first_rho + a_2 * second_rho, a_1 * first_z + a_2 * second_z

    stretch = r * r / (sine * sine + 4.0 * cosine * cosine)
    in_alpha = stretch * (in_rho * (2.0 * cosine * cosine / sine - sine) - 3.0 * in_z * cosine)
    in_gamma = stretch * r * (in_z * (sine * sine - 2.0 * cosine * cosine) - 3.0 * in_rho * sine * cosine)
    return a_1 * first + a_2 * second, in_alpha, in_gamma


@njit(VECTOR(int64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def symmetric_potential(edition, r, sine, cosine):  # type: ignore[no-untyped-def]
    """Vector potential of the symmetric ring current and its derivatives in r and colatitude."""
    alpha, gamma = sine * sine / r, cosine / (r * r)
    bulge, bulge_r, bulge_t = 1.0, 0.0, 0.0
    for k in range(3):
        amplitude, centre, width, steepness = SYMMETRIC_BUMPS[edition, k]
        away = (r - centre) / width
        up = cosine * steepness
        term = amplitude * exp(-away * away - up * up)
        bulge += term
        bulge_r -= 2.0 * term * away / width
        bulge_t += 2.0 * term * up * steepness * sine
    potential, in_alpha, in_gamma = loops_in_dipole_coordinates(edition, alpha * bulge, gamma)
    in_r = in_alpha * (alpha * bulge_r - alpha * bulge / r) - 2.0 * in_gamma * gamma / r
    in_t = in_alpha * (alpha * bulge_t + 2.0 * sine * cosine / r * bulge) - in_gamma * sine / (r * r)
    return potential, in_r, in_t


@njit(PAIR(float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def resonance(value, centre, width):  # type: ignore[no-untyped-def]
    """1 + ((value - centre) / width)^2 and the derivative of its logarithm."""
    away = (value - centre) / width
    denominator = 1.0 + away * away
    return denominator, 2.0 * away / (width * denominator)


@njit(VECTOR(float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def partial_potential(r, sine, cosine):  # type: ignore[no-untyped-def]
    """Vector potential of the symmetric part of the partial ring current, its derivatives in r and colatitude."""
    alpha, gamma = sine * sine / r, cosine / (r * r)

    # Deformation of alpha: one Gaussian ridge in gamma and two algebraic ones.
    across, across_slope = resonance(alpha, 0.1817139853, 0.1257532909)
    up = gamma / 0.04742939676
    ridge_1 = 0.3058309043 * exp(-up * up) * across**-3.422509402
    ridge_1_alpha = -3.422509402 * ridge_1 * across_slope
    ridge_1_gamma = -2.0 * ridge_1 * up / 0.04742939676

    across, across_slope = resonance(alpha, -0.02845643596, 0.2188114228)
    upward, upward_slope = resonance(gamma, 0.0, 0.00813272793)
    height = -4.800458958 * across**-2.545944574 * upward**-0.35868244
    ridge_2 = height * (alpha + 0.02845643596)
    ridge_2_alpha = height - 2.545944574 * ridge_2 * across_slope
    ridge_2_gamma = -0.35868244 * ridge_2 * upward_slope

    across, across_slope = resonance(alpha, -0.00764731187, 0.1046487459)
    upward, upward_slope = resonance(gamma, 0.0, 0.01172314188)
    away = alpha + 0.00764731187
    height = 103.1601001 * away * across**-2.958863546 * upward**-0.4382872938
    ridge_3 = height * away
    ridge_3_alpha = 2.0 * height - 2.958863546 * ridge_3 * across_slope
    ridge_3_gamma = -0.4382872938 * ridge_3 * upward_slope

    bulge = 1.0 + ridge_1 + ridge_2 + ridge_3
    new_alpha_alpha = bulge + alpha * (ridge_1_alpha + ridge_2_alpha + ridge_3_alpha)
    new_alpha_gamma = alpha * (ridge_1_gamma + ridge_2_gamma + ridge_3_gamma)

    # Deformation of gamma, by two such ridges.
    away, up = (alpha - 0.2647095287) / 0.07091230197, gamma / 0.01512963586
    height = 14.51339943 * exp(-away * away - up * up)
    ridge_1 = height * (alpha - 0.2647095287)
    ridge_1_alpha = height - 2.0 * ridge_1 * away / 0.07091230197
    ridge_1_gamma = -2.0 * ridge_1 * up / 0.01512963586

    across, across_slope = resonance(alpha, 0.1677400816, 0.04433648846)
    upward, upward_slope = resonance(gamma, 0.0, 0.05553741389)
    height = 6.861329631 * across**-0.7665599464 * upward**-0.7277854652
    ridge_2 = height * (alpha - 0.1677400816)
    ridge_2_alpha = height - 0.7665599464 * ridge_2 * across_slope
    ridge_2_gamma = -0.7277854652 * ridge_2 * upward_slope

    lift = 1.0 + 0.0113490815 + ridge_1 + ridge_2
    new_gamma_alpha = gamma * (ridge_1_alpha + ridge_2_alpha)
    new_gamma_gamma = lift + gamma * (ridge_1_gamma + ridge_2_gamma)

    potential, in_new_alpha, in_new_gamma = loops_in_dipole_coordinates(PARTIAL, alpha * bulge, gamma * lift)
    in_alpha = in_new_alpha * new_alpha_alpha + in_new_gamma * new_gamma_alpha
    in_gamma = in_new_alpha * new_alpha_gamma + in_new_gamma * new_gamma_gamma
    in_r = -(in_alpha * alpha + 2.0 * in_gamma * gamma) / r
    in_t = (2.0 * in_alpha * cosine - in_gamma / r) * sine / r
    return potential, in_r, in_t


@njit(VECTOR(int64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def axial_field(kind, x, y, z):  # type: ignore[no-untyped-def]
    """Field of an axially symmetric ring current: `kind` is an edition of the symmetric one, or PARTIAL.

    Nearer to the axis than the sine 0.01 the potential is taken as proportional to the sine.
    """
    rho_square = x * x + y * y
    r_square = rho_square + z * z
    r = sqrt(r_square)
    sine, cosine = sqrt(rho_square) / r, z / r
    on_axis = sine < NEAR_AXIS_SINE
    s, c = (NEAR_AXIS_SINE, NEAR_AXIS_COSINE) if on_axis else (sine, cosine)
    potential, in_r, in_t = partial_potential(r, s, c) if kind == PARTIAL else symmetric_potential(kind, r, s, c)
    if on_axis:
        # The slope in r is that of the potential at the sine 0.01, not of its ratio to the sine: so was it in the
        # program with which the models were fitted. Both are small there.
        slope = potential + r * in_r
        potential /= NEAR_AXIS_SINE
        transverse = z * (2.0 * potential - slope) / (r * r_square)
        axial = (2.0 * potential * cosine * cosine + slope * sine * sine) / r
    else:
        b_r = (in_t + potential * cosine / sine) / r
        b_theta = -(potential / r + in_r)
        transverse = (b_r + b_theta * cosine / sine) / r
        axial = b_r * cosine - b_theta * sine
    return transverse * x, transverse * y, axial


@njit(types.UniTuple(float64, 5)(float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def smooth_step(value, centre, width):  # type: ignore[no-untyped-def]
    """Odd step of a variable from -1 to 1 around -centre and +centre, in two forms, with their slopes.

    Returned are the step, its ratio to the variable with the logarithmic slope of that, and the slope of the step (a
    bell) with its own logarithmic slope.
    """
    above, below = value + centre, value - centre
    long, short = sqrt(above * above + width * width), sqrt(below * below + width * width)
    total, product = long + short, long * short
    ratio = 2.0 / total
    step = ratio * value
    growth = (above / long + below / short) / total
    bell = 0.5 * total / product * (1.0 - step * step)
    shrink = above / (long * long) + below / (short * short)
    bell_slope = growth - shrink - 2.0 * step * bell / (1.0 - step * step)
    return step, ratio, -growth, bell, bell_slope


@njit(PAIR(float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def cut_off(r, distance, exponent):  # type: ignore[no-untyped-def]
    """1 / (1 + (r / distance)^exponent) and the derivative of its logarithm."""
    power = (r / distance) ** exponent
    value = 1.0 / (1.0 + power)
    return value, -exponent * power * value / r


@njit(PAIR(float64, float64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def inverse_powers(variable, a_1, a_2, a_3, a_4):  # type: ignore[no-untyped-def]
    """a_1 / v + a_2 / v^2 + a_3 / v^3 + a_4 / v^4 and its derivative in ln v."""
    u = 1.0 / variable
    value = u * (a_1 + u * (a_2 + u * (a_3 + u * a_4)))
    slope = -u * (a_1 + u * (2.0 * a_2 + u * (3.0 * a_3 + u * 4.0 * a_4)))
    return value, slope


@njit(PAIR(float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def quadrupole_radial(r, sine, cosine):  # type: ignore[no-untyped-def]
    """Radial component of the quadrupolar part of the partial ring current and its derivative in r."""
    alpha, gamma, up = sine * sine / r, cosine / (r * r), cosine * cosine
    alpha_r, gamma_r = -alpha / r, -2.0 * gamma / r

    step, _, _, bell, _ = smooth_step(alpha, 0.1417519429, 0.006388013110)
    far, far_slope = cut_off(r, 5.303934488, 4.213397467)
    term = (-21.2666329 + 32.24527521 * up) * step**2.318824273 * far
    value, slope = term, term * (2.318824273 * bell / step * alpha_r + far_slope)

    _, _, _, bell, bell_slope = smooth_step(alpha, 0.1401142771, 0.02306094179)
    far, far_slope = cut_off(r, 3.462235072, 2.568743010)
    term = (-6.062894078 + 7.515660734 * up) * bell**0.7955534018 * far
    value, slope = value + term, slope + term * (0.7955534018 * bell_slope * alpha_r + far_slope)

    _, _, _, bell, bell_slope = smooth_step(alpha, 0.1485233485, 0.02319676273)
    far, far_slope = cut_off(r, 7.830223587, 8.492933868)
    term = (233.7341288 - 227.1195714 * up) * alpha**3.477425908 * bell**1.922155110 * far
    value += term
    slope += term * ((3.477425908 / alpha + 1.922155110 * bell_slope) * alpha_r + far_slope)

    across, across_slope = resonance(alpha, 0.1295221828, 0.01753008801)
    upward, upward_slope = resonance(gamma, 0.0, 0.01125504083)
    term, in_log = inverse_powers(across, 8.483233889, 16.80642754, -24.63534184, 9.067120578)
    value += term / upward
    slope += (in_log * across_slope * alpha_r - term * upward_slope * gamma_r) / upward

    across, across_slope = resonance(alpha, 0.1811846095, 0.04841237481)
    upward, upward_slope = resonance(gamma, 0.0, 0.01981805097)
    term, in_log = inverse_powers(across, -1.052686913, -12.08384538, 18.61969572, -12.71686069)
    value += term / upward
    slope += (in_log * across_slope * alpha_r - term * upward_slope * gamma_r) / upward

    cube = r * r * r
    fourth = cube * r
    near = 1.0 / (fourth + 6.557801891**4)
    middle = 1.0 / (fourth + 6.348576071**4)
    distant = 1.0 / (fourth + 5.744436687**4)
    term_1, term_2, term_3 = 47017.35679 * near, -50646.71204 * up * middle, 7746.058231 * up * up * distant
    value += term_1 + term_2 + term_3
    slope -= 4.0 * cube * (term_1 * near + term_2 * middle + term_3 * distant)

    _, _, _, bell, bell_slope = smooth_step(alpha, 0.2265212965, 0.1301957209)
    inward, inward_slope = resonance(r, 1.2, 0.5654023158)
    term = 1.531069371 * bell / inward
    value, slope = value + term, slope + term * (bell_slope * alpha_r - inward_slope)

    return sine * cosine * value, sine * cosine * slope


@njit(PAIR(float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def quadrupole_colatitudinal(r, sine, cosine):  # type: ignore[no-untyped-def]
    """Colatitudinal component of the quadrupolar part of the partial ring current, its derivative in colatitude."""
    alpha, gamma, up = sine * sine / r, cosine / (r * r), cosine * cosine
    alpha_t, gamma_t, up_t = 2.0 * sine * cosine / r, -sine / (r * r), -2.0 * sine * cosine

    step, _, _, bell, _ = smooth_step(alpha, 0.2071721360, 0.05030555417)
    far, _ = cut_off(r, 7.471332374, 3.180533613)
    term = step**1.243288286 * far
    amplitude = 12.74640393 - 7.516393516 * up
    value = term * amplitude
    slope = term * (amplitude * 1.243288286 * bell / step * alpha_t - 7.516393516 * up_t)

    _, ratio, ratio_slope, _, _ = smooth_step(alpha, 0.1568504222, 0.02092910682)
    term = ratio**1.376743507 * r**-1.985148197
    amplitude = -5.476233865 + 3.212704645 * up
    value += term * amplitude
    slope += term * (amplitude * 1.376743507 * ratio_slope * alpha_t + 3.212704645 * up_t)

    _, _, _, bell, bell_slope = smooth_step(alpha, 0.1701395257, 0.1019870070)
    far, _ = cut_off(r, 6.293740981, 5.671824276)
    term = bell**0.3157139940 * alpha**1.056309517 * far
    amplitude = -59.10926169 + 46.62198189 * up
    value += term * amplitude
    slope += term * (amplitude * (0.3157139940 * bell_slope + 1.056309517 / alpha) * alpha_t + 46.62198189 * up_t)

    across, across_slope = resonance(alpha, 0.1280772299, 0.02189060799)
    upward, upward_slope = resonance(gamma, 0.0, 0.01040696080)
    term, in_log = inverse_powers(across, -0.01644280062, 0.1234229112, -0.08579198697, 0.01321366966)
    bell = 1.0 / (0.01040696080 * upward * sqrt(upward))
    value += term * bell
    slope += bell * (in_log * across_slope * alpha_t - 1.5 * term * upward_slope * gamma_t)

    across, across_slope = resonance(alpha, 0.1648265607, 0.04701592613)
    upward, upward_slope = resonance(gamma, 0.0, 0.01526400086)
    term, in_log = inverse_powers(across, 0.8970494003, 9.136186247, -38.19301215, 21.73775846)
    value += term / upward
    slope += (in_log * across_slope * alpha_t - term * upward_slope * gamma_t) / upward

    fourth = r * r * r * r
    near = -410.0783424 / (fourth + 12.88384229**2)
    middle = -69.90832690 / (fourth + 3.361775101**2)
    distant = -848.8543440 / (fourth + 23.44173897**2)
    value += near + (middle + distant * up) * up
    slope += (middle + 2.0 * distant * up) * up_t
    return value, slope


@njit(VECTOR(float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def quadrupole_field(x, y, z):  # type: ignore[no-untyped-def]
    """Field of the part of the partial ring current that varies as the cosine of the longitude from its middle.

    Nearer to the axis than the sine 0.01 the field is carried on from there. The radial part of the transverse field is
    then not multiplied by the sine, as in the program with which the models were fitted: a step of one or two per cent.
    """
    rho_square = x * x + y * y
    r = sqrt(rho_square + z * z)
    rho = sqrt(rho_square)
    sine, cosine = rho / r, z / r
    if sine > NEAR_AXIS_SINE:
        b_r, slope_r = quadrupole_radial(r, sine, cosine)
        b_theta, slope_theta = quadrupole_colatitudinal(r, sine, cosine)
        twist = b_r + r * slope_r + slope_theta
        cos_phi, sin_phi = x / rho, y / rho
        b_x = sine * (b_r + twist * sin_phi * sin_phi) + cosine * b_theta
        b_y = -sine * sin_phi * cos_phi * twist
        b_z = (b_r * cosine - b_theta * sine) * cos_phi
    else:
        s, c = NEAR_AXIS_SINE, -NEAR_AXIS_COSINE if z < 0.0 else NEAR_AXIS_COSINE
        b_r, slope_r = quadrupole_radial(r, s, c)
        b_theta, slope_theta = quadrupole_colatitudinal(r, s, c)
        twist = r * slope_r + slope_theta
        scale = 1.0 / (r * s * r * s)
        b_x = (b_r * (x * x + 2.0 * y * y) + twist * y * y) * scale + b_theta * cosine
        b_y = -(b_r + twist) * x * y * scale
        b_z = (b_r * cosine / s - b_theta) * x / r
    return b_x, b_y, b_z


# Places in the record of the ring current; the records of the two shieldings follow.
EDITION, SIN_TILT, COS_TILT, SIZES, SIN_ROTATION, COS_ROTATION, STRENGTHS, SHIELDING = 0, 1, 2, 3, 5, 6, 7, 9
RING_CURRENTS_SIZE = SHIELDING + 2 * SHIELDING_SIZE


@njit(
    float64[::1](int64, float64, float64, float64, float64, float64, float64),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def prepare_ring_currents(edition, tilt, size_symmetric, size_partial, rotation, symmetric, partial):  # type: ignore[no-untyped-def]
    """Record of the ring current.

    `edition` is 0 for the symmetric part as published in 2001 and 1 as corrected by its author in 2006 (that of TS04);
    the partial part is the same in both. The sizes are relative to those of the fit, the partial ring current is turned
    from midnight to dusk by `rotation`, and the last two are the strengths.
    """
    record = np.empty(RING_CURRENTS_SIZE)
    record[EDITION], record[SIN_TILT], record[COS_TILT] = edition, sin(tilt), cos(tilt)
    record[SIZES], record[SIZES + 1] = size_symmetric, size_partial
    record[SIN_ROTATION], record[COS_ROTATION] = sin(rotation), cos(rotation)
    record[STRENGTHS], record[STRENGTHS + 1] = symmetric, partial
    middle = SHIELDING + SHIELDING_SIZE
    # The amplitudes of the shielding grow as the magnetic moment, that is as the cube of the size.
    record[SHIELDING:middle] = prepare_shielding(
        SYMMETRIC_RING + edition, tilt, size_symmetric - 1.0, symmetric * size_symmetric**3
    )
    record[middle:] = prepare_shielding(PARTIAL_RING, tilt, size_partial - 1.0, partial * size_partial**3)
    return record


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def ring_currents(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the shielded ring current, symmetric and partial, in nT, at a point in pressure-scaled R_E (GSM)."""
    sin_tilt, cos_tilt = record[SIN_TILT], record[COS_TILT]
    sin_turn, cos_turn = record[SIN_ROTATION], record[COS_ROTATION]
    symmetric, partial = record[STRENGTHS], record[STRENGTHS + 1]
    edition = int(record[EDITION])
    sunward, northward = x * cos_tilt - z * sin_tilt, z * cos_tilt + x * sin_tilt

    size = record[SIZES]
    u, v, w = axial_field(edition, sunward / size, y / size, northward / size)
    b_x, b_y, b_z = symmetric * u, symmetric * v, symmetric * w

    size = record[SIZES + 1]
    from_axis, across, up = sunward / size, y / size, northward / size
    u, v, w = axial_field(PARTIAL, from_axis, across, up)
    b_x, b_y, b_z = b_x + partial * u, b_y + partial * v, b_z + partial * w
    u, v, w = quadrupole_field(from_axis * cos_turn - across * sin_turn, from_axis * sin_turn + across * cos_turn, up)
    b_x += partial * (u * cos_turn + v * sin_turn)
    b_y += partial * (v * cos_turn - u * sin_turn)
    b_z += partial * w

    middle = SHIELDING + SHIELDING_SIZE
    s_x, s_y, s_z = shielding(record[SHIELDING:middle], SYMMETRIC_RING + edition, x, y, z)
    p_x, p_y, p_z = shielding(record[middle:], PARTIAL_RING, x, y, z)
    return (
        b_x * cos_tilt + b_z * sin_tilt + s_x + p_x,
        b_y + s_y + p_y,
        b_z * cos_tilt - b_x * sin_tilt + s_z + p_z,
    )
