"""The magnetospheric field of Tsyganenko (1989), compiled, with the coefficients of the release T89c.

Lengths are in R_E (6371.2 km), fields in nT, the frame is GSM. `prepare_t89` makes the record of one state (tilt and
Kp) and `t89_field` evaluates the field of the currents outside the Earth at a point: the ring current and the tail
current, both spread about a warped and hinged sheet, the closure of the tail current over the magnetopause, and the
Chapman-Ferraro and Birkeland currents together as polynomials in y and z that decay tailward.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, njit, types

VECTOR = types.UniTuple(float64, 3)
FIELD_SIGNATURE = VECTOR(float64[::1], float64, float64, float64)

# Rows: Kp 0 0+, 1- 1 1+, ..., 5- 5 5+, 6- and more. Columns, numbered as in the paper:
# 0-1 tail current; 2-3 closure current, symmetric and antisymmetric; 4 ring current; 5-14 magnetopause and Birkeland
# currents; 15-16 growth of the tail current with the square of tilt; 17 scale of the magnetopause field along x;
# 18 radius of the ring current; 19 half thickness of the sheet; 20 thickening of the ring current sunward;
# 21 hinging distance; 22 warping; 23 radius of the tail current; 24 its width along y; 25 place of its inner edge.
COEFFICIENTS = np.array([
    [
        -116.53, -10719.0, 42.375, 59.753, -11363.0, 1.7844, 30.268, -0.035372, -0.066832,
        0.016456, -1.3024, 0.0016529, 0.0020293, 20.289, -0.025203, 224.91, -9234.8, 22.788,
        7.8813, 1.8362, -0.27228, 8.8184, 2.8714, 14.468, 32.177, 7.0459,
    ],
    [
        -55.553, -13198.0, 60.647, 61.072, -16064.0, 2.2534, 34.407, -0.038887, -0.094571,
        0.027154, -1.3901, 0.001346, 0.0013238, 23.005, -0.030565, 55.047, -3875.7, 20.178,
        7.9693, 1.4575, 0.89471, 9.4039, 3.5215, 14.474, 36.555, 7.0787,
    ],
    [
        -101.34, -13480.0, 111.35, 12.386, -24699.0, 2.6459, 38.948, -0.03408, -0.12404,
        0.029702, -1.4052, 0.0012103, 0.0016381, 24.49, -0.037705, -298.32, 4400.9, 18.692,
        7.9064, 1.3047, 2.4541, 9.7012, 7.1624, 14.288, 33.822, 6.7442,
    ],
    [
        -181.69, -12320.0, 173.79, -96.664, -39051.0, 3.2633, 44.968, -0.046377, -0.16686,
        0.048298, -1.5473, 0.0010277, 0.0031632, 27.341, -0.050655, -514.1, 12482.0, 16.257,
        8.5834, 1.0194, 3.6148, 8.6042, 5.5057, 13.778, 32.373, 7.3195,
    ],
    [
        -436.54, -9001.0, 323.66, -410.08, -50340.0, 3.9932, 58.524, -0.038519, -0.26822,
        0.074528, -1.4268, -0.0010985, 0.0096613, 27.557, -0.056522, -867.03, 20652.0, 14.101,
        8.3501, 0.72996, 3.8149, 9.2908, 6.4674, 13.729, 28.353, 7.4237,
    ],
    [
        -707.77, -4471.9, 432.81, -435.51, -60400.0, 4.6229, 68.178, -0.088245, -0.21002,
        0.11846, -2.6711, 0.0022305, 0.01091, 27.547, -0.05408, -424.23, 1100.2, 13.954,
        7.5337, 0.89714, 3.7813, 8.2945, 5.174, 14.213, 25.237, 7.0037,
    ],
    [
        -1190.4, 2749.9, 742.56, -1110.3, -77193.0, 7.6727, 102.05, -0.096015, -0.74507,
        0.11214, -1.3614, 0.0015157, 0.022283, 23.164, -0.074146, -2219.1, 48253.0, 12.714,
        7.6777, 0.57138, 2.9633, 9.3909, 9.7263, 11.123, 21.558, 4.4518,
    ],
])  # fmt: skip

FLANK_THICKENING = 0.01  # R_E^-1, of the tail sheet
SUNWARD_THICKENING = 4.0  # R_E, of the tail sheet
CLOSURE_WIDTH = 20.0
CLOSURE_HEIGHT = 30.0  # of the two planes that carry the closure current
RING_LENGTH2, TAIL_LENGTH2, SHEET_LENGTH2, CLOSURE_LENGTH2 = 25.0, 170.0, 40.0, 50.0  # R_E^2, of passages along x
CLOSURE_EDGE = 4.0
HINGE_WIDTH2, WARPING_SCALE = 16.0, 1e4

SINE, COSINE = 0, 1
FIRST = 2  # where the coefficients begin


@njit(float64[::1](float64, float64), cache=True, nogil=True, error_model="numpy")
def prepare_t89(tilt, kp):  # type: ignore[no-untyped-def]
    """Record of a state: dipole tilt (rad) and Kp (thirds as 0.33 and 0.67)."""
    record = np.empty(FIRST + COEFFICIENTS.shape[1])
    if not (kp > -0.5) or math.isnan(tilt):
        record[:] = math.nan
        return record
    record[SINE], record[COSINE] = np.sin(tilt), np.cos(tilt)
    level = int(min(math.floor(kp + 0.5), 6.0))
    for i in range(COEFFICIENTS.shape[1]):
        record[FIRST + i] = COEFFICIENTS[level, i]
    for i in range(2):
        record[FIRST + i] += COEFFICIENTS[level, 15 + i] * tilt * tilt
    return record


@njit(cache=True, nogil=True, error_model="numpy")
def sunward(x, length2):  # type: ignore[no-untyped-def]
    """Smooth step from 0 by night to 1 by day, and its slope."""
    root2 = 1.0 / (x * x + length2)
    root = math.sqrt(root2)
    return 0.5 * (1.0 + x * root), 0.5 * length2 * root2 * root


@njit(cache=True, nogil=True, error_model="numpy")
def ring_and_tail(sine, cosine, a, x, y, z):  # type: ignore[no-untyped-def]
    """Ring current and tail current (paper, equations 6 to 14)."""
    y2 = y * y
    x_sm, z_sm = x * cosine - z * sine, x * sine + z * cosine

    # the sheet: hinged along x, warped along y
    beyond = x_sm + a[21]
    root = math.sqrt(beyond * beyond + HINGE_WIDTH2)
    hinge = 0.5 * sine / cosine * (beyond - root)
    spread = y2 * y2 + WARPING_SCALE
    height = z_sm - hinge + a[22] * sine * y2 * y2 / spread
    slope_x = -hinge / root
    slope_y = -4.0 * WARPING_SCALE * a[22] * sine * y2 * y / (spread * spread)
    climb = x_sm * slope_x + y * slope_y
    rho2 = x_sm * x_sm + y2

    day, day_slope = sunward(x_sm, RING_LENGTH2)
    half = a[19] + a[20] * day
    smooth = math.sqrt(height * height + half * half)
    radius = a[18] + smooth
    inverse2 = 1.0 / (radius * radius + rho2)
    inverse5 = inverse2 * inverse2 * math.sqrt(inverse2)
    outward = 3.0 * radius * inverse5 / smooth
    ring_rho = a[4] * outward * height  # over rho
    ring_z = a[4] * (
        inverse5 * (2.0 * radius * radius - rho2) + outward * (height * climb - half * a[20] * day_slope * x_sm)
    )

    day, day_slope = sunward(x_sm, SHEET_LENGTH2)
    half = a[19] + FLANK_THICKENING * y2 + SUNWARD_THICKENING * day
    smooth = math.sqrt(height * height + half * half)
    tailless, edge_slope = sunward(x_sm - a[25], TAIL_LENGTH2)
    narrow = 1.0 / (1.0 + y2 / (a[24] * a[24]))
    weight = (1.0 - tailless) * narrow
    weight_climb = -x_sm * edge_slope * narrow - 2.0 * weight * (1.0 - narrow)
    radius = a[23] + smooth
    total = math.sqrt(radius * radius + rho2)
    # derivatives of ln(s + a + t) and of 1/s, the two terms of the current's profile
    near, far = 1.0 / (total * (total + radius)), 1.0 / total**3
    over = weight / smooth
    shape = over * (a[0] * near + a[1] * far)
    shift = height * climb - half * (2.0 * FLANK_THICKENING * y2 + SUNWARD_THICKENING * day_slope * x_sm)
    tail_rho = shape * height
    tail_z = (
        a[0] * (weight / total + weight_climb / (total + radius))
        + a[1] * (weight * radius * far + weight_climb * near)
        + shape * shift
    )
    b_rho, b_z = ring_rho + tail_rho, ring_z + tail_z
    return b_rho * x_sm * cosine + b_z * sine, b_rho * y, b_z * cosine - b_rho * x_sm * sine


@njit(cache=True, nogil=True, error_model="numpy")
def closure(sine, a, x, y, z):  # type: ignore[no-untyped-def]
    """Return currents of the tail on two planes north and south of it (paper, equations 16 to 18)."""
    y2 = y * y
    rho2 = x * x + y2
    day, edge_slope = sunward(x - CLOSURE_EDGE, CLOSURE_LENGTH2)
    narrow = 1.0 / (1.0 + y2 / (CLOSURE_WIDTH * CLOSURE_WIDTH))
    weight = (1.0 - day) * narrow
    climb = -x * edge_slope * narrow - 2.0 * weight * (1.0 - narrow)
    up, down = z + CLOSURE_HEIGHT, CLOSURE_HEIGHT - z
    above, below = math.sqrt(up * up + rho2), math.sqrt(down * down + rho2)
    inverse_above, inverse_below = 1.0 / (above + up), 1.0 / (below + down)
    rho_above, rho_below = weight / above * inverse_above, -weight / below * inverse_below
    z_above, z_below = weight / above + climb * inverse_above, weight / below + climb * inverse_below
    first, second = a[2] + a[3] * sine, a[2] - a[3] * sine
    b_rho = first * rho_above + second * rho_below
    return b_rho * x, b_rho * y, first * z_above + second * z_below


@njit(cache=True, nogil=True, error_model="numpy")
def magnetopause(sine, cosine, a, x, y, z):  # type: ignore[no-untyped-def]
    """Chapman-Ferraro and Birkeland currents (paper, equation 20); the last terms of B_z keep it free of sources."""
    size = np.exp(x / a[17])
    even, odd = size * cosine, size * sine
    y2, z2 = y * y, z * z
    inverse = 1.0 / a[17]
    return (
        a[5] * even * z + odd * (a[6] + a[7] * y2 + a[8] * z2),
        a[9] * even * y * z + odd * y * (a[10] + a[11] * y2 + a[12] * z2),
        even * (a[13] + a[14] * y2 - 0.5 * (a[5] * inverse + a[9]) * z2)
        - odd
        * z
        * (a[6] * inverse + a[10] + (a[7] * inverse + 3.0 * a[11]) * y2 + (a[8] * inverse + a[12]) / 3.0 * z2),
    )


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def t89_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the currents outside the Earth; the model knows no magnetopause."""
    sine, cosine = parameters[SINE], parameters[COSINE]
    a = parameters[FIRST:]
    t_x, t_y, t_z = ring_and_tail(sine, cosine, a, x, y, z)
    c_x, c_y, c_z = closure(sine, a, x, y, z)
    m_x, m_y, m_z = magnetopause(sine, cosine, a, x, y, z)
    return t_x + c_x + m_x, t_y + c_y + m_y, t_z + c_z + m_z


@njit(
    types.void(
        float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],
        types.int64, types.int64,
    ),
    cache=True,
    nogil=True,
    error_model="numpy",
)  # fmt: skip
def t89_points(x, y, z, tilt, kp, field_x, field_y, field_z, start, stop):  # type: ignore[no-untyped-def]
    """Field at points with a state each; a record serves as long as the state stays the same."""
    for i in range(start, stop):
        if not (i > start and tilt[i] == tilt[i - 1] and kp[i] == kp[i - 1]):
            record = prepare_t89(tilt[i], kp[i])
        field_x[i], field_y[i], field_z[i] = t89_field(record, x[i], y[i], z[i])
