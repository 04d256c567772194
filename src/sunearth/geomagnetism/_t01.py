"""Tsyganenko model T01 of the inner and near magnetosphere: what the wind, Dst, G1 and G2 make of its current systems.

There are two editions. The coefficients of the paper were fitted with a fault in the field of the symmetric ring
current; in 2006 their author corrected it and fitted them again. Widely used ports still carry the first edition, and
the two differ by a few per cent in the inner magnetosphere.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64, njit

from sunearth.geomagnetism._storm_assembly import assemble, storm_field
from sunearth.geomagnetism._storm_birkeland import prepare_birkeland
from sunearth.geomagnetism._storm_ring_current import prepare_ring_currents
from sunearth.geomagnetism._storm_tail import prepare_tail

# Tsyganenko 2002, J. Geophys. Res. 107, 1176; first index: edition of 2001, of 2006.
# Tail modes: constant, with pressure, G1 and corrected Dst, and the exponent of pressure
TAIL_STRENGTH = np.array([
    [[2.48341, 0.58315, 0.31917, -0.08796, 1.24364], [-1.17266, 3.57478, -0.06143, -0.01113, 0.38013]],
    [[2.47341, 0.40791, 0.30429, -0.10637, 1.35285], [-0.89108, 3.29350, -0.05413, -0.00696, 0.42279]],
])  # fmt: skip
# Tail: sunward shift of the first mode, the same with G2, half-thickness, flank thickening (R_E), hinging distance
# (R_E) and warping
TAIL_SHAPE = np.array([
    [0.68918, -0.04604, 2.33521, 3.90147, 8.94335, 28.31280],
    [0.65256, -0.03230, 2.24733, 4.10546, 9.00519, 28.17582],
])  # fmt: skip
# Ring currents, symmetric and partial: constant, with corrected Dst and the square root of pressure, then the scale at
# 20 nT and the exponent by which it shrinks as Dst grows
RING = np.array([
    [[0.70924, -0.01675, -0.46056, 1.28978, 0.03139], [-0.87754, -0.03025, 0.18933, 0.98751, 0.21824]],
    [[1.07869, -0.02314, -0.66173, 1.13665, 0.05506], [-0.68018, -0.03246, 0.02681, 0.97669, 0.21164]],
])  # fmt: skip
PARTIAL_TURN_DST = np.array([41.60182, 0.64594])  # nT, of Dst that turns the partial ring current towards dusk
# Birkeland currents: both modes of region 1, then of region 2, constant and with G2
BIRKELAND = np.array([
    [[0.28089, 0.16636], [-0.02932, 0.02592], [-0.23537, -0.07659], [0.09117, -0.02492]],
    [[0.28062, 0.16535], [-0.02939, 0.02639], [-0.24891, -0.08063], [0.08900, -0.02475]],
])  # fmt: skip
BIRKELAND_SCALE = np.array([  # of region 1, then of region 2, constant and with G2
    [[1.12761, 0.01376], [1.02751, 0.02969]],
    [[1.12556, 0.01389], [1.02978, 0.02968]],
])  # fmt: skip
# Interplanetary field that gets in: share at all clock angles, and with the square of the sine of half of it
PENETRATION = np.array([[0.06816, 0.55417], [0.05887, 0.57691]])
PRESSURE_EXPONENT = np.array([0.15790, 0.15821])  # of all lengths
LAYER = 0.003  # half-thickness of the magnetopause in the confocal coordinate

PRESSURE_UNIT = 2.0  # nPa
DST_UNIT = 20.0  # nT, the corrected Dst below which the currents keep their size


@njit(
    float64[::1](int64, float64, float64, float64, float64, float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def prepare_edition(edition, tilt, p_dyn, dst, b_y, b_z, g_1, g_2):  # type: ignore[no-untyped-def]
    """Record of T01 in its edition of 2001 (0) or of 2006 (1)."""
    if not p_dyn > 0.0:
        p_dyn = math.nan
    pressure = p_dyn / PRESSURE_UNIT
    corrected = 0.8 * dst - 13.0 * math.sqrt(p_dyn)  # Dst without the currents of the magnetopause and of the ground
    size = abs(corrected)
    shrink = DST_UNIT / size if size > DST_UNIT else 1.0
    scale = pressure ** PRESSURE_EXPONENT[edition]

    strength = np.empty(2)
    for mode in range(2):
        fit = TAIL_STRENGTH[edition, mode]
        strength[mode] = fit[0] + fit[1] * pressure ** fit[4] + fit[2] * g_1 + fit[3] * corrected
    shape = TAIL_SHAPE[edition]
    tail = prepare_tail(
        math.sin(tilt), shape[4], shape[5], shape[0] + shape[1] * g_2, 0.0, shape[2], shape[3], strength[0], strength[1]
    )

    sizes, ring_strength = np.empty(2), np.empty(2)
    for part in range(2):
        fit = RING[edition, part]
        sizes[part] = fit[3] * shrink ** fit[4] * scale
        ring_strength[part] = fit[0] + fit[1] * corrected + fit[2] * math.sqrt(p_dyn)
    turn = 0.5 * math.pi * math.tanh(size / PARTIAL_TURN_DST[edition])
    ring = prepare_ring_currents(edition, tilt, sizes[0], sizes[1], turn, ring_strength[0], ring_strength[1])

    region_strength = BIRKELAND[edition, :, 0] + BIRKELAND[edition, :, 1] * g_2
    region_scale = BIRKELAND_SCALE[edition, :, 0] + BIRKELAND_SCALE[edition, :, 1] * g_2
    regions = prepare_birkeland(tilt, region_scale[0], region_scale[1], region_strength)

    # sin^2(clock angle / 2), the same for both signs of b_y
    transverse = math.sqrt(b_y * b_y + b_z * b_z)
    opening = 0.5 * (1.0 - b_z / transverse) if transverse > 0.0 else 0.0
    share = PENETRATION[edition, 0] + PENETRATION[edition, 1] * opening

    poison = 0.0 * (tilt + p_dyn + dst + b_y + b_z + g_1 + g_2)
    return assemble(tilt, scale, shape[4], LAYER, share * b_y, share * b_z, tail, regions, ring, poison)


@njit(
    float64[::1](float64, float64, float64, float64, float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def prepare_t01(tilt, p_dyn, dst, b_y, b_z, g_1, g_2):  # type: ignore[no-untyped-def]
    """Record of T01 with the coefficients of the paper: rad, nPa, nT, and the indices G1 and G2."""
    return prepare_edition(0, tilt, p_dyn, dst, b_y, b_z, g_1, g_2)


@njit(
    float64[::1](float64, float64, float64, float64, float64, float64, float64),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def prepare_t01_corrected(tilt, p_dyn, dst, b_y, b_z, g_1, g_2):  # type: ignore[no-untyped-def]
    """Record of T01 as its author corrected it in 2006: rad, nPa, nT, and the indices G1 and G2."""
    return prepare_edition(1, tilt, p_dyn, dst, b_y, b_z, g_1, g_2)


t01_field = storm_field  # of a record of this model; the models differ in their records alone
