"""Region 1 and region 2 Birkeland currents of the storm-time models: two deformed cones of radial current.

The current flows along the surface of a cone about the dipole axis, as cos or sin of the local time or of twice the
local time, and closes in the other hemisphere. The cone is first bent in radius and colatitude until its field is that
of field-aligned currents, then shifted to the night side and hinged by the dipole tilt. Each deformation carries the
field with it, hence the field stays free of divergence (Tsyganenko 2002, J. Geophys. Res. 107, 1179).
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64, njit, types
from numpy import arctan2, cos, sin, sqrt, tan

from sunearth.geomagnetism._storm_shielding import SHIELDING_SIZE, prepare_shielding, shielding

PAIR = types.UniTuple(float64, 2)
VECTOR = types.UniTuple(float64, 3)

# Rows: region 1, modes 1 and 2; region 2, modes 1 and 2.
AMPLITUDE = np.array([0.161806835, 0.705802694, 0.1278764024, 0.4036015198])
# Colatitude of the middle of the current layer, rad; its half-thickness depends on the region alone.
CONE = np.array([0.7113544659, 0.5567714182, 0.886788002, 0.724799743])
HALF_THICKNESS = np.array([0.06, 0.09])
# Radial stretching: columns are coefficients of
#   1/r, r/sqrt(r^2 + h1^2), r/(r^2 + h2^2)
#   then, times cos(colatitude), 1, 1/r, r/sqrt(r^2 + h3^2), r/(r^2 + h4^2)
#   then, times cos(2 colatitude), r/sqrt(r^2 + h5^2), r/(r^2 + h6^2)^2
STRETCHING = np.array(
    [
        [
            *(-0.1797957553, 2.999642482, -0.9322708978),
            *(-0.681105976, 0.2099057262, -8.358815746, -14.8603355),
            *(0.3838362986, -16.30945494),
        ],
        [
            *(-0.2845938535, 5.715471266, -2.47282088),
            *(-0.7738802408, 0.347829393, -11.37653694, -38.64768867),
            *(0.6932927651, -212.4017288),
        ],
        [
            *(-0.2320034273, 1.805623266, -32.3724144),
            *(-0.9931490648, 0.317508563, -2.492465814, -16.21600096),
            *(0.2695393416, -6.752691265),
        ],
        [
            *(-0.3302974212, 2.82773093, -45.4440583),
            *(-1.611103927, 0.4927112073, -0.003258457559, -49.59014949),
            *(0.3796217108, -233.7884098),
        ],
    ]
)
STRETCHING_LENGTHS = np.array(  # h1 to h6
    [
        [4.537022847, 2.685836007, 27.97833029, 6.330871059, 1.876532361, 18.95619213],
        [4.944204937, 3.071270411, 33.05882281, 7.387533799, 2.366769108, 79.22572682],
        [3.971794901, 14.54477563, 41.10158386, 7.91288973, 1.258297372, 9.583547721],
        [4.31266698, 18.05051709, 28.95320323, 11.09948019, 0.7471649558, 67.10246193],
    ]
)
# Shift of the colatitude: columns are coefficients of
#   sin(colatitude) times 1, 1/r, 1/r^2, r/sqrt(r^2 + h1^2)
#   then sin(2 colatitude) times 1, r/sqrt(r^2 + h2^2), r/(r^2 + h3^2)
#   then sin(3 colatitude) times 1, 1/r, r/(r^2 + h4^2)
SHIFT = np.array(
    [
        [
            *(0.96515281, 0.4217195118, -0.0895777002, -1.823555887),
            *(0.7457045438, -0.5785916524, -1.010200918),
            *(0.01112389357, 0.09572927448, -0.3599292276),
        ],
        [
            *(0.6154290178, 0.5592050551, -0.1796585105, -1.65493221),
            *(0.7309108776, -0.4926292779, -1.130266095),
            *(-0.009613974555, 0.1484586169, -0.2215347198),
        ],
        [
            *(1.014141963, 0.5104134759, -0.1790430468, -1.756358428),
            *(0.7561986717, -0.6775248254, -0.0401401642),
            *(0.01446794851, 0.1200521731, -0.2203584559),
        ],
        [
            *(0.5667096597, 0.6468519751, -0.1560665317, -1.460805289),
            *(0.7719653528, -0.6658988668, 2.515179349e-06),
            *(0.02426021891, 0.1195003324, -0.2625739255),
        ],
    ]
)
SHIFT_LENGTHS = np.array(  # h1 to h4
    [
        [8.713700514, 0.9763932955, 3.834602998, 2.492118385],
        [7.883592948, 0.02768251655, 2.950280953, 1.212634762],
        [4.50896385, 0.8221623576, 1.77993373, 1.102649543],
        [4.377172556, 0.2421190547, 2.503482679, 1.071587299],
    ]
)

FIELD_SCALE = 800.0  # nT: makes the amplitudes of the cones of order one

# Asymmetry between day and night: half the difference of the latitudes of the ovals (rad) of the two regions, and the
# size and the radius (R_E) of what the shift adds far out.
OVAL_SHIFT = np.array([0.055, 0.030])
FAR_SHIFT = 0.5
FAR_SHIFT_RADIUS = 7.0
# Hinging by the tilt: how much of the tilt is taken back far out, and at which distance (R_E).
HINGE_SHARE = 0.9
HINGE_DISTANCE = 10.0


def _layers() -> np.ndarray:
    """Return inner and outer colatitude of each layer, tangents of their halves and their odd powers, and factors."""
    rows = []
    for row in range(4):
        mode = row % 2 + 1
        inner, outer = CONE[row] - HALF_THICKNESS[row // 2], CONE[row] + HALF_THICKNESS[row // 2]
        tan_inner, tan_outer = math.tan(0.5 * inner), math.tan(0.5 * outer)
        odd = 2 * mode + 1
        rows.append([inner, outer, tan_outer, tan_inner**odd, tan_outer**odd, 1.0 / (tan_outer - tan_inner)])
    return np.array(rows)


LAYERS = _layers()


@njit(PAIR(int64, float64), cache=True, nogil=True, error_model="numpy")
def conical_sheet(row, colatitude):  # type: ignore[no-untyped-def]
    """Profile in colatitude of the field of a conical sheet of radial current, and its derivative.

    The profile is the tangent of half the colatitude, to the power of the mode, inside the cone and its inverse
    outside; within the layer each part of the uniform current adds one or the other.
    """
    inner, outer, tan_outer, power_inner, power_outer, sharpness = LAYERS[row]
    mode = row % 2 + 1
    tangent = tan(0.5 * colatitude)
    rising = tangent if mode == 1 else tangent * tangent
    if colatitude < inner:
        profile = rising
        slope = profile * (tangent + 1.0 / tangent)
    elif colatitude < outer:
        of_outer_part = rising * (tan_outer - tangent)
        of_inner_part = (rising * tangent - power_inner / rising) / (2 * mode + 1)
        profile = sharpness * (of_outer_part + of_inner_part)
        slope = sharpness * (of_outer_part - of_inner_part) * (tangent + 1.0 / tangent)
    else:
        profile = sharpness * (power_outer - power_inner) / ((2 * mode + 1) * rising)
        slope = -profile * (tangent + 1.0 / tangent)
    return profile, 0.5 * mode * slope


@njit(PAIR(float64, float64), cache=True, nogil=True, error_model="numpy")
def saturating(r, length):  # type: ignore[no-untyped-def]
    """Ratio of r to sqrt(r^2 + length^2), and its derivative."""
    inverse = 1.0 / (r * r + length * length)
    root = sqrt(inverse)
    return r * root, length * length * inverse * root


@njit(PAIR(float64, float64), cache=True, nogil=True, error_model="numpy")
def fading(r, length):  # type: ignore[no-untyped-def]
    """Ratio of r to r^2 + length^2, and its derivative."""
    inverse = 1.0 / (r * r + length * length)
    return r * inverse, (length * length - r * r) * inverse * inverse


@njit(types.UniTuple(float64, 5)(int64, float64), cache=True, nogil=True, error_model="numpy")
def stretching(row, r):  # type: ignore[no-untyped-def]
    """Radius of the undeformed cone as a series in cos(k colatitude), in terms of its coefficients.

    Returned are the derivatives in r of those of k = 0, 1, 2 and then the coefficients themselves of k = 1 and 2: the
    field of a conical current does not depend on the radius itself.
    """
    a, h = STRETCHING[row], STRETCHING_LENGTHS[row]
    inverse = 1.0 / r
    inverse_square = inverse * inverse
    _, slope_1 = saturating(r, h[0])
    _, slope_2 = fading(r, h[1])
    rise_3, slope_3 = saturating(r, h[2])
    rise_4, slope_4 = fading(r, h[3])
    rise_5, slope_5 = saturating(r, h[4])
    last = 1.0 / (r * r + h[5] * h[5])
    last_square = last * last
    radial_0 = 1.0 - a[0] * inverse_square + a[1] * slope_1 + a[2] * slope_2
    radial_1 = -a[4] * inverse_square + a[5] * slope_3 + a[6] * slope_4
    radial_2 = a[7] * slope_5 + a[8] * (h[5] * h[5] - 3.0 * r * r) * last * last_square
    first = a[3] + a[4] * inverse + a[5] * rise_3 + a[6] * rise_4
    second = a[7] * rise_5 + a[8] * r * last_square
    return radial_0, radial_1, radial_2, first, second


@njit(types.UniTuple(float64, 6)(int64, float64), cache=True, nogil=True, error_model="numpy")
def colatitude_shift(row, r):  # type: ignore[no-untyped-def]
    """Shift of the colatitude: coefficients of sin(k colatitude), k = 1, 2, 3, and their derivatives in r."""
    a, h = SHIFT[row], SHIFT_LENGTHS[row]
    inverse = 1.0 / r
    rise_1, slope_1 = saturating(r, h[0])
    rise_2, slope_2 = saturating(r, h[1])
    rise_3, slope_3 = fading(r, h[2])
    rise_4, slope_4 = fading(r, h[3])
    first = a[0] + (a[1] + a[2] * inverse) * inverse + a[3] * rise_1
    second = a[4] + a[5] * rise_2 + a[6] * rise_3
    third = a[7] + a[8] * inverse + a[9] * rise_4
    slope_first = -(a[1] + 2.0 * a[2] * inverse) * inverse * inverse + a[3] * slope_1
    slope_second = a[5] * slope_2 + a[6] * slope_3
    slope_third = -a[8] * inverse * inverse + a[9] * slope_4
    return first, second, third, slope_first, slope_second, slope_third


@njit(
    VECTOR(int64, float64, float64, float64, float64, float64, float64, float64),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def two_cones(row, r, rho, colatitude, sine, cosine, x_over_rho, y_over_rho):  # type: ignore[no-untyped-def]
    """Field of one mode of one region, of both hemispheres, before the shift to the night side and the hinging.

    The cones have the z axis; the southern one is the northern one turned about the x axis, with its current reversed.
    """
    radial_0, radial_1, radial_2, stretch_1, stretch_2 = stretching(row, r)
    shift_1, shift_2, shift_3, slope_1, slope_2, slope_3 = colatitude_shift(row, r)
    cosine_2, sine_2 = cosine * cosine - sine * sine, 2.0 * sine * cosine
    sine_3, cosine_3 = sine * (3.0 - 4.0 * sine * sine), cosine * (1.0 - 4.0 * sine * sine)
    if row % 2 == 0:
        along, across = x_over_rho, y_over_rho
    else:
        along = x_over_rho * x_over_rho - y_over_rho * y_over_rho
        across = 2.0 * x_over_rho * y_over_rho
    scale = FIELD_SCALE * AMPLITUDE[row]
    mode = row % 2 + 1

    total_x, total_y, total_z = 0.0, 0.0, 0.0
    for south in range(2):
        # The second pass works in the frame of the southern cone, in which y, z and hence cos and sin 2 change sign.
        sign = 1.0 if south == 0 else -1.0
        own = colatitude if south == 0 else math.pi - colatitude
        radial_r = radial_0 + sign * radial_1 * cosine + radial_2 * cosine_2
        radial_t = -stretch_1 * sine - 2.0 * sign * stretch_2 * sine_2
        angle = own + shift_1 * sine + sign * shift_2 * sine_2 + shift_3 * sine_3
        angle_r = slope_1 * sine + sign * slope_2 * sine_2 + slope_3 * sine_3
        angle_t = 1.0 + sign * shift_1 * cosine + 2.0 * shift_2 * cosine_2 + 3.0 * sign * shift_3 * cosine_3
        profile, slope = conical_sheet(row, angle)
        meridional = scale * mode * profile * along / rho
        b_r = -meridional * radial_t / r
        b_theta = meridional * radial_r
        b_phi = -sign * scale * slope * across / r * (radial_r * angle_t - radial_t * angle_r)
        b_rho = b_r * sine + sign * b_theta * cosine
        total_x += sign * (b_rho * x_over_rho - sign * b_phi * y_over_rho)
        total_y += sign * b_rho * y_over_rho + b_phi * x_over_rho
        total_z += sign * b_r * cosine - b_theta * sine
    return total_x, total_y, total_z


@njit(
    VECTOR(int64, float64, float64, float64, float64, float64, float64, float64),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def birkeland_region(region, tilt, scale, first, second, x, y, z):  # type: ignore[no-untyped-def]
    """Field of region 1 (`region` = 0) or 2 (`region` = 1) without its shielding, in nT.

    `first` and `second` are the strengths of the modes; a larger `scale` makes the currents smaller.
    """
    x, y, z = x * scale, y * scale, z * scale
    rho_square = x * x + z * z
    rho = sqrt(rho_square)
    r = sqrt(rho_square + y * y)
    sin_azimuth, cos_azimuth = 0.0, 1.0  # about the y axis, from +x to -z
    if rho > 0.0:
        sin_azimuth, cos_azimuth = -z / rho, x / rho

    square = FAR_SHIFT_RADIUS * FAR_SHIFT_RADIUS
    far = 1.0 / (square + rho_square)
    nightward = OVAL_SHIFT[region] + FAR_SHIFT * square / (square + 1.0) * (rho_square - 1.0) * far
    beyond = (r - 1.0) / HINGE_DISTANCE
    growth = 1.0 + beyond * beyond * beyond
    hinge = HINGE_SHARE * tilt / growth ** (1.0 / 3.0)

    # A turn about the y axis by an angle that depends on azimuth, rho and y; derivatives of the azimuth turned.
    turn = nightward * sin_azimuth + hinge
    unhinging = hinge * beyond * beyond / (growth * HINGE_DISTANCE * r)
    in_azimuth = 1.0 - nightward * cos_azimuth
    in_rho = unhinging * rho - 2.0 * FAR_SHIFT * square * rho * far * far * sin_azimuth
    in_y = unhinging * y
    sin_turn, cos_turn = sin(turn), cos(turn)
    turned_sin = sin_azimuth * cos_turn - cos_azimuth * sin_turn
    turned_cos = cos_azimuth * cos_turn + sin_azimuth * sin_turn
    turned_x, turned_z = rho * turned_cos, -rho * turned_sin

    axial = sqrt(turned_x * turned_x + y * y)
    colatitude = arctan2(axial, turned_z)
    sine, cosine, x_over, y_over = axial / r, turned_z / r, turned_x / axial, y / axial
    b_x, b_y, b_z = 0.0, 0.0, 0.0
    if first != 0.0:
        u, v, w = two_cones(2 * region, r, axial, colatitude, sine, cosine, x_over, y_over)
        b_x, b_y, b_z = first * u, first * v, first * w
    if second != 0.0:
        u, v, w = two_cones(2 * region + 1, r, axial, colatitude, sine, cosine, x_over, y_over)
        b_x, b_y, b_z = b_x + second * u, b_y + second * v, b_z + second * w

    # The field is carried along by the turn.
    b_rho = b_x * turned_cos - b_z * turned_sin
    b_phi = -b_x * turned_sin - b_z * turned_cos
    new_rho = scale * b_rho * in_azimuth
    new_phi = scale * (b_phi - rho * (b_y * in_y + b_rho * in_rho))
    return (
        new_rho * cos_azimuth - new_phi * sin_azimuth,
        scale * b_y * in_azimuth,
        -new_rho * sin_azimuth - new_phi * cos_azimuth,
    )


# Places in the record of the Birkeland currents; the records of the shielding of the four modes follow.
TILT, SCALES, STRENGTHS, SHIELDING = 0, 1, 3, 7
BIRKELAND_SIZE = SHIELDING + 4 * SHIELDING_SIZE
SCALE_OF_FIT = np.array([1.1, 1.0])  # of the region for which the shielding was fitted


@njit(float64[::1](float64, float64, float64, float64[::1]), cache=True, nogil=True, error_model="numpy")
def prepare_birkeland(tilt, scale_1, scale_2, strengths):  # type: ignore[no-untyped-def]
    """Record of the Birkeland currents.

    `strengths` are those of region 1, modes 1 and 2, and of region 2, modes 1 and 2; one of no strength costs
    nothing. A larger scale makes the currents of its region smaller.
    """
    record = np.empty(BIRKELAND_SIZE)
    record[TILT] = tilt
    record[SCALES], record[SCALES + 1] = scale_1, scale_2
    for row in range(4):
        record[STRENGTHS + row] = strengths[row]
        start = SHIELDING + SHIELDING_SIZE * row
        excess = record[SCALES + row // 2] - SCALE_OF_FIT[row // 2]
        record[start : start + SHIELDING_SIZE] = prepare_shielding(row, tilt, excess, strengths[row])
    return record


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def birkeland(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the shielded Birkeland currents of both regions, in nT, at a point in pressure-scaled R_E (GSM)."""
    total = 0.0 * (x + y + z)  # NaN where the point is not known, also if no current flows
    b_x, b_y, b_z = total, total, total
    for region in range(2):
        first, second = record[STRENGTHS + 2 * region], record[STRENGTHS + 2 * region + 1]
        if first == 0.0 and second == 0.0:
            continue
        u, v, w = birkeland_region(region, record[TILT], record[SCALES + region], first, second, x, y, z)
        b_x, b_y, b_z = b_x + u, b_y + v, b_z + w
        for row in range(2 * region, 2 * region + 2):
            if record[STRENGTHS + row] != 0.0:
                start = SHIELDING + SHIELDING_SIZE * row
                u, v, w = shielding(record[start : start + SHIELDING_SIZE], row, x, y, z)
                b_x, b_y, b_z = b_x + u, b_y + v, b_z + w
    return b_x, b_y, b_z
