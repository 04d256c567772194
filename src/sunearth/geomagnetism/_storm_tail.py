"""Currents of the magnetopause and of the tail in the storm-time models: shielding of the dipole, bent and warped tail.

Lengths are already multiplied by the pressure scale of the model. Every shielding field is a sum of box harmonics,
products of an exponential along x with sines and cosines of y and z, whose amplitudes fold in all that does not depend
on the point.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, njit, types
from numpy import cos, exp, sin, sqrt

from sunearth.geomagnetism._box_functions import exponentials, sines_and_cosines

VECTOR = types.UniTuple(float64, 3)


def _decay(y_lengths: np.ndarray, z_lengths: np.ndarray) -> np.ndarray:
    """Inverse length along x that makes the product with those along y and z harmonic, flat, z fastest."""
    return np.sqrt(1.0 / y_lengths[:, None] ** 2 + 1.0 / z_lengths[None, :] ** 2).ravel()


# Shielding of the dipole: Tsyganenko 2002, J. Geophys. Res. 107, 1179. A row is a harmonic: its
# amplitude without and with the cosine of the tilt (twice the cosine for the parallel ones).
PERPENDICULAR_AMPLITUDES = np.array([
    [-901.2327248, 895.8011176], [817.6208321, -845.5880889], [-83.73539535, 86.58542841],
    [336.8781402, -329.3619944], [-311.2947120, 308.6011161], [31.94469304, -31.30824526],
    [125.8739681, -372.3384278], [-235.4720434, 286.7594095], [21.86305585, -27.42344605],
])  # fmt: skip
PARALLEL_AMPLITUDES = np.array([
    [-150.4874688, 2.669338538], [1.395023949, -0.5540427503], [-56.85224007, 3.681827033],
    [-43.48705106, 5.103131905], [1.073551279, -0.6673083508], [12.21404266, 4.177465543],
    [5.799964188, -0.3977802319], [-1.044652977, 0.5703560010], [3.536082962, -3.222069852],
])  # fmt: skip
PERPENDICULAR_Y = np.array([9.620648151, 6.082014949, 27.75216226])  # R_E
PERPENDICULAR_Z = np.array([12.44199571, 5.122226936, 6.982039615])
PARALLEL_Y = np.array([20.12149582, 6.150973118, 4.663639687])
PARALLEL_Z = np.array([15.73319647, 2.303504968, 5.840511214])
PERPENDICULAR_TILT, PARALLEL_TILT = 0.08385953499, 0.3477844929  # how far the harmonics follow the tilt of the dipole
DIPOLE_DECAYS = np.concatenate([_decay(PERPENDICULAR_Y, PERPENDICULAR_Z), _decay(PARALLEL_Y, PARALLEL_Z)])
DIPOLE_Y_WAVES = 1.0 / np.concatenate([PERPENDICULAR_Y, PARALLEL_Y])
DIPOLE_Z_WAVES = 1.0 / np.concatenate([PERPENDICULAR_Z, PARALLEL_Z])

# Shielding of the two tail modes: same paper. A row is a harmonic: its amplitude, and what it gains with each
# R_E by which the mode is shifted sunward.
TAIL_AMPLITUDES = np.array([
    [
        [-25.45869857, 57.35899080], [317.5501869, -2.626756717], [-93.38053698, -199.6467926],
        [-858.8129729, 34.09192395], [845.4214929, -29.07463068], [47.10678547, -128.9797943],
        [-781.7512093, 6.165038619], [167.8905046, 492.0680410], [1654.724031, -46.77337920],
        [-1635.922669, 40.86186772], [-.1349775602, -.9661991179e-01], [-.1662302354, .002810467517],
        [.2487355077, .1025565237], [-14.41750229, -.8185333989], [11.07693629, .7569503173],
        [-9.655264745, 112.2446542], [777.5948964, -5.745008536], [-83.03921993, -490.2278695],
        [-1155.004209, 39.08023320], [1172.780574, -39.44349797], [-14.07211198, -40.41201127],
        [-313.2277343, 2.203920979], [8.232835341, 197.7065115], [391.2733948, -18.57424451],
        [-437.2779053, 23.04976898],
    ],
    [
        [-287187.1962, 4970.499233], [410490.1952, -1347.839052], [-386370.3240, 3317.983750],
        [-143462.3895, 5706.513767], [171176.2904, 250.8882750], [-506570.8891, 5733.592632],
        [397975.5842, 9771.762168], [-941834.2436, 7990.975260], [54313.10318, 447.5388060],
        [528046.3449, 12751.04453], [-21920.98301, -21.05075617], [31971.07875, 3012.641612],
        [-301822.9103, -3601.107387], [1797.577552, -6.315855803], [142578.8406, 13161.93640],
        [804184.8410, -14168.99698], [-851926.6360, -1890.885671], [972475.6869, -8571.862853],
        [26432.49197, -2554.752298], [-482308.3431, -4391.473324], [105155.9160, -1134.622050],
        [-74353.53091, -5382.670711], [695055.0788, -916.3365144], [-12111.06667, 67.20923358],
        [-367200.9285, -21414.14421],
    ],
])  # fmt: skip
TAIL_Y = np.array([
    [11.75673963, 13.60497313, 4.691927060, 18.20923547, 27.59044809],
    [14.75567902, 20.75638190, 59.78601609, 16.86431444, 32.58482365],
])  # fmt: skip
TAIL_Z = np.array([
    [6.677425469, 1.398283308, 2.839005878, 31.24817706, 24.53577264],
    [23.69472951, 17.24977936, 13.64902647, 68.40989058, 11.67828167],
])  # fmt: skip
TAIL_DECAYS = np.concatenate([_decay(TAIL_Y[0], TAIL_Z[0]), _decay(TAIL_Y[1], TAIL_Z[1])])
TAIL_Y_WAVES, TAIL_Z_WAVES = 1.0 / TAIL_Y.ravel(), 1.0 / TAIL_Z.ravel()

# Disk of current of a tail mode: same paper. A row is a term: strength, radius, offset in thickness.
DISK = np.array([
    [-71.09346626, 10.90101242, 0.7954069972],
    [-1014.308601, 12.68393898, 0.6716601849],
    [-1272.939359, 13.51791954, 1.174866319],
    [-3224.935936, 14.86775017, 2.565249920],
    [-44546.86232, 15.12306404, 10.01986790],
])  # fmt: skip
DISK_STRENGTH, DISK_RADIUS, DISK_OFFSET = np.vstack([DISK, DISK]).T.copy()  # the terms of both modes
STRETCH = np.array([1.1, 0.25])  # the disk of a mode is that of the table, compressed this much
INNER_EDGE = np.array([6.0, 4.0])  # R_E, distance by which the disk of the table is moved sunward
STRETCH_CENTRE = -12.0  # R_E, the place that the compression leaves where it is
SUNWARD_THICKENING = 1.0  # R_E, of the disk of the first mode, spares the subsolar region a thin sheet
THICKENING_LENGTH = 7.0  # R_E
FLANK_LENGTH = 20.0  # R_E, distance in y at which the sheet is thicker by its flank thickening

HINGE_FLATTENING = -5.2  # R_E, change of the hinging distance from the equator to the pole
WARP_LENGTH = 20.0  # R_E, radius in y and z where the sheet stops to warp further

# Places in the record of a tail
SIN_TILT, HINGE, WARP, SHIFT_1, SHIFT_2, THICKNESS, FLANK, STRENGTH_1, STRENGTH_2 = 0, 1, 2, 3, 4, 5, 6, 7, 8
SHIELD_1, SHIELD_2, TAIL_SIZE = 9, 34, 59

# Places in the record of the dipole's shielding
PERPENDICULAR, PARALLEL, SHIELDING_SIZE = 4, 13, 22


@njit(float64[::1](float64, float64), cache=True, nogil=True, error_model="numpy")
def prepare_dipole_shielding(tilt, scale):  # type: ignore[no-untyped-def]
    """Record of the field that confines the dipole to the magnetopause, for a tilt and a pressure scale."""
    record = np.empty(SHIELDING_SIZE)
    record[0], record[1] = math.sin(PERPENDICULAR_TILT * tilt), math.cos(PERPENDICULAR_TILT * tilt)
    record[2], record[3] = math.sin(PARALLEL_TILT * tilt), math.cos(PARALLEL_TILT * tilt)
    sin_tilt, cos_tilt, strength = math.sin(tilt), math.cos(tilt), scale**3
    for i in range(9):
        record[PERPENDICULAR + i] = strength * (
            PERPENDICULAR_AMPLITUDES[i, 0] + PERPENDICULAR_AMPLITUDES[i, 1] * cos_tilt
        )
        record[PARALLEL + i] = (
            strength * sin_tilt * (PARALLEL_AMPLITUDES[i, 0] + 2.0 * PARALLEL_AMPLITUDES[i, 1] * cos_tilt)
        )
    return record


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def dipole_shielding(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the magnetopause currents that confine the dipole.

    The 3 x 3 harmonics for a dipole across the flow (odd in z) and those for one along it (even) are each turned by a
    part of the tilt. The last of the odd ones along z are derivatives of a harmonic with respect to its length.
    """
    odd_sine, odd_cosine, even_sine, even_cosine = record[0], record[1], record[2], record[3]
    odd_x, odd_z = x * odd_cosine - z * odd_sine, x * odd_sine + z * odd_cosine
    even_x, even_z = x * even_cosine - z * even_sine, x * even_sine + z * even_cosine
    work = np.empty(42)
    decays, sines, cosines = work[:18], work[18:30], work[30:]
    for k in range(9):
        decays[k], decays[9 + k] = DIPOLE_DECAYS[k] * odd_x, DIPOLE_DECAYS[9 + k] * even_x
    for k in range(3):
        sines[k], sines[3 + k] = DIPOLE_Y_WAVES[k] * y, DIPOLE_Y_WAVES[3 + k] * y
        sines[6 + k], sines[9 + k] = DIPOLE_Z_WAVES[k] * odd_z, DIPOLE_Z_WAVES[3 + k] * even_z
    exponentials(decays)
    sines_and_cosines(sines, cosines)

    odd_b_x, even_b_x, b_y, odd_b_z, even_b_z = 0.0, 0.0, 0.0, 0.0, 0.0
    for row in range(3):
        along_x, along_y, along_z = 0.0, 0.0, 0.0
        for i in range(2):
            strength = record[PERPENDICULAR + 3 * row + i] * decays[3 * row + i]
            along_x += DIPOLE_DECAYS[3 * row + i] * strength * sines[6 + i]
            along_y += strength * sines[6 + i]
            along_z += DIPOLE_Z_WAVES[i] * strength * cosines[6 + i]
        strength, decay = record[PERPENDICULAR + 3 * row + 2] * decays[3 * row + 2], DIPOLE_DECAYS[3 * row + 2]
        sine, cosine, wave = sines[8], cosines[8], DIPOLE_Z_WAVES[2]
        along_x += strength * (decay * odd_z * cosine + wave * sine * (odd_x + 1.0 / decay))
        along_y += strength * (odd_z * cosine + wave * sine * odd_x / decay)
        along_z += strength * (cosine * (1.0 + odd_x * wave * wave / decay) - odd_z * wave * sine)
        odd_b_x -= cosines[row] * along_x
        b_y += DIPOLE_Y_WAVES[row] * sines[row] * along_y
        odd_b_z -= cosines[row] * along_z

        along_x, along_y, along_z = 0.0, 0.0, 0.0
        for i in range(3):
            strength = record[PARALLEL + 3 * row + i] * decays[9 + 3 * row + i]
            along_x += DIPOLE_DECAYS[9 + 3 * row + i] * strength * cosines[9 + i]
            along_y += strength * cosines[9 + i]
            along_z += DIPOLE_Z_WAVES[3 + i] * strength * sines[9 + i]
        even_b_x -= cosines[3 + row] * along_x
        b_y += DIPOLE_Y_WAVES[3 + row] * sines[3 + row] * along_y
        even_b_z += cosines[3 + row] * along_z
    return (
        odd_b_x * odd_cosine + odd_b_z * odd_sine + even_b_x * even_cosine + even_b_z * even_sine,
        b_y,
        odd_b_z * odd_cosine - odd_b_x * odd_sine + even_b_z * even_cosine - even_b_x * even_sine,
    )


@njit(
    float64[::1](
        float64, float64, float64, float64, float64, float64, float64, float64, float64
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def prepare_tail(sin_tilt, hinge, warp, shift_1, shift_2, thickness, flank, strength_1, strength_2):  # type: ignore[no-untyped-def]
    """Record of the tail: hinging distance, warping, sunward shifts, thickness and strengths of its two modes."""
    record = np.empty(TAIL_SIZE)
    record[SIN_TILT], record[HINGE], record[WARP] = sin_tilt, hinge, warp
    record[SHIFT_1], record[SHIFT_2], record[THICKNESS], record[FLANK] = shift_1, shift_2, thickness, flank
    record[STRENGTH_1], record[STRENGTH_2] = strength_1, strength_2
    for i in range(25):
        record[SHIELD_1 + i] = strength_1 * (TAIL_AMPLITUDES[0, i, 0] + TAIL_AMPLITUDES[0, i, 1] * shift_1)
        record[SHIELD_2 + i] = strength_2 * (TAIL_AMPLITUDES[1, i, 0] + TAIL_AMPLITUDES[1, i, 1] * shift_2)
    return record


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def tail_shielding(amplitudes, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the 5 x 5 box harmonics, odd in z, of both tail modes, whose amplitudes follow one another."""
    work = np.empty(90)
    decays, sines, cosines = work[:50], work[50:70], work[70:]
    for k in range(50):
        decays[k] = TAIL_DECAYS[k] * x
    for k in range(10):
        sines[k] = TAIL_Y_WAVES[k] * y
        sines[10 + k] = TAIL_Z_WAVES[k] * z
    exponentials(decays)
    sines_and_cosines(sines, cosines)
    b_x, b_y, b_z = 0.0, 0.0, 0.0
    for row in range(10):  # a length along y of a mode
        along_x, along_y, along_z = 0.0, 0.0, 0.0
        first = 5 * (row // 5)
        for i in range(5):
            k, column = 5 * row + i, first + i
            strength = amplitudes[k] * decays[k]
            odd = strength * sines[10 + column]
            along_x += TAIL_DECAYS[k] * odd
            along_y += odd
            along_z += TAIL_Z_WAVES[column] * strength * cosines[10 + column]
        b_x -= cosines[row] * along_x
        b_y += TAIL_Y_WAVES[row] * sines[row] * along_y
        b_z -= cosines[row] * along_z
    return b_x, b_y, b_z


@njit(
    types.void(float64, float64, float64, float64, float64[::1]), cache=True, nogil=True, error_model="numpy"
)  # fmt: skip
def disk_terms(rho_1, zeta_1, rho_2, zeta_2, terms):  # type: ignore[no-untyped-def]
    """Fill in the five terms of the vector potential over rho of both disks and their slopes in rho and in zeta.

    In an array, one quantity after the other, so that the compiler computes several terms at a time.
    """
    for i in range(10):
        rho, zeta = (rho_1, zeta_1) if i < 5 else (rho_2, zeta_2)
        radius, height = DISK_RADIUS[i], zeta + DISK_OFFSET[i]
        far, near = rho + radius, rho - radius
        s_1 = sqrt(far * far + height * height)
        s_2 = sqrt(near * near + height * height)
        product, s = s_1 * s_2, s_1 + s_2
        root = sqrt(s * s - 4.0 * radius * radius)
        all_inverse = 1.0 / (product * s * root)  # one division serves all that follow
        inverse, inverse_root = all_inverse * root, all_inverse * product * s
        inverse_s, inverse_1, inverse_2 = inverse * product, inverse * s_2 * s, inverse * s_1 * s
        potential = root * inverse * inverse_s
        over = potential * inverse_s
        # Derivatives of the potential with respect to s_1 and s_2, each over its own s
        slope_1 = inverse * inverse_1 * (inverse_root - over * s_2 * (s_2 * s_2 + s_1 * (3.0 * s_1 + 4.0 * s_2)))
        slope_2 = inverse * inverse_2 * (inverse_root - over * s_1 * (s_1 * s_1 + s_2 * (3.0 * s_2 + 4.0 * s_1)))
        strength = DISK_STRENGTH[i]
        terms[i] = strength * potential
        terms[10 + i] = strength * (slope_1 * far + slope_2 * near)
        terms[20 + i] = strength * (slope_1 + slope_2) * height


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def tail_disks(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the disks of current of the two modes, which thicken at the flanks and, in the first mode, sunward."""
    work = np.empty(38)
    places, terms = work[:8], work[8:]
    for mode in range(2):
        stretch = STRETCH[mode]
        u = (x - INNER_EDGE[mode] - record[SHIFT_1 + mode]) * stretch - STRETCH_CENTRE * (stretch - 1.0)
        v, w = y * stretch, z * stretch
        swell = SUNWARD_THICKENING * exp(u / THICKENING_LENGTH) if mode == 0 else 0.0
        spread = record[FLANK] * (v / FLANK_LENGTH) ** 2
        half = record[THICKNESS] * stretch + spread + swell
        zeta = sqrt(w * w + half * half)
        # rho, zeta, and how zeta grows with z and with the distance from the axis, the latter times rho
        places[4 * mode], places[4 * mode + 1] = sqrt(u * u + v * v), zeta
        places[4 * mode + 2] = w / zeta
        places[4 * mode + 3] = (u * swell / THICKENING_LENGTH + 2.0 * spread) * half / zeta
    disk_terms(places[0], places[1], places[4], places[5], terms)

    b_x, b_y, b_z = 0.0, 0.0, 0.0
    for mode in range(2):
        potential, by_rho, by_zeta = 0.0, 0.0, 0.0
        for i in range(5 * mode, 5 * mode + 5):
            potential += terms[i]
            by_rho += terms[10 + i]
            by_zeta += terms[20 + i]
        stretch, strength = STRETCH[mode], record[STRENGTH_1 + mode]
        u = (x - INNER_EDGE[mode] - record[SHIFT_1 + mode]) * stretch - STRETCH_CENTRE * (stretch - 1.0)
        by_z = strength * by_zeta * places[4 * mode + 2]
        b_x -= u * by_z
        b_y -= y * stretch * by_z
        b_z += strength * (2.0 * potential + by_rho * places[4 * mode] + by_zeta * places[4 * mode + 3])
    return b_x, b_y, b_z


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def flat_tail(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the two tail modes and of their shielding, of a sheet in the plane z = 0."""
    d_x, d_y, d_z = tail_disks(record, x, y, z)
    s_x, s_y, s_z = tail_shielding(record[SHIELD_1:TAIL_SIZE], x, y, z)
    return d_x + s_x, d_y + s_y, d_z + s_z


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def warped_tail(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of a tail whose sheet curves in the y-z plane, as it does under a tilted dipole.

    Points turn about the x axis by an angle that depends on their radius and their dawn-dusk position.
    """
    square = y * y + z * z
    rho = sqrt(square)
    c, s = (y / rho, z / rho) if rho != 0.0 else (1.0, 0.0)
    fall = rho / (square * square + WARP_LENGTH**4)
    turn = record[WARP] * record[SIN_TILT] * fall
    angle = turn * square * c
    by_phi = 1.0 - turn * square * s
    by_rho = turn * fall * (3.0 * WARP_LENGTH**4 - square * square) * c
    c_angle, s_angle = cos(angle), sin(angle)
    c_new, s_new = c * c_angle - s * s_angle, s * c_angle + c * s_angle
    b_x, b_y, b_z = flat_tail(record, x, rho * c_new, rho * s_new)
    b_rho = b_y * c_new + b_z * s_new
    b_phi = b_z * c_new - b_y * s_new - rho * b_rho * by_rho
    b_rho *= by_phi
    return b_x * by_phi, b_rho * c - b_phi * s, b_rho * s + b_phi * c


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def tail_field(record, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the tail, hinged to the tilted dipole near the Earth and along the flow far from it."""
    r = sqrt(x * x + y * y + z * z)
    if r < 1e-9:  # the centre itself, where directions have no meaning
        r = 1e-9
    sin_tilt = record[SIN_TILT]
    slant = z / r
    hinge = record[HINGE] + HINGE_FLATTENING * slant * slant
    ratio = r / hinge
    follow = 1.0 / np.cbrt(1.0 + ratio**3)  # how much of the tilt the sheet keeps there
    by_ratio = -ratio * ratio * (follow * follow) * (follow * follow)
    hinge_by_z = 2.0 * HINGE_FLATTENING * slant / r
    by_r = (by_ratio + by_ratio * ratio * slant * hinge_by_z) / hinge
    s = sin_tilt * follow
    c = sqrt(1.0 - s * s)
    u, w = x * c - z * s, x * s + z * c
    steep = sin_tilt / c
    psi_x = steep * by_r / r * x
    psi_y = steep * by_r / r * y
    psi_z = steep * by_r / r * z - steep * by_ratio * ratio / hinge * hinge_by_z
    u_x, u_y, u_z = c - w * psi_x, -w * psi_y, -s - w * psi_z
    w_x, w_y, w_z = s + u * psi_x, u * psi_y, c + u * psi_z
    b_u, b_v, b_w = warped_tail(record, u, y, w)
    return (
        b_u * w_z - b_w * u_z + b_v * (u_z * w_y - u_y * w_z),
        b_v * (u_x * w_z - u_z * w_x),
        b_w * u_x - b_u * w_x + b_v * (w_x * u_y - u_x * w_y),
    )
