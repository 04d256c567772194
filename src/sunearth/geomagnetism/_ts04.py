"""Tsyganenko and Sitnov model TS04 (TS05) of the storm-time magnetosphere: each current system has its own history.

The indices W1 to W6 remember how the wind drove, and the dissipation emptied, the two tail modes, the symmetric and the
partial ring current and the Birkeland currents of region 1 and 2.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, njit

from sunearth.geomagnetism._storm_assembly import assemble, storm_field
from sunearth.geomagnetism._storm_birkeland import prepare_birkeland
from sunearth.geomagnetism._storm_ring_current import prepare_ring_currents
from sunearth.geomagnetism._storm_tail import prepare_tail

# Tsyganenko and Sitnov 2005, J. Geophys. Res. 110, A03208.
# Tail modes: constant, with pressure and with W1 or W2, the index at which they saturate, the exponent of pressure
TAIL_STRENGTH = np.array([
    [5.44118, 0.891995, 9.09684, 0.696350, 0.755831],
    [-7.18972, 12.2700, -4.89408, 0.343280, 0.215662],
])  # fmt: skip
TAIL_SHIFT = np.array([[5.96235, -23.2036], [11.2994, -69.9596]])  # R_E, sunward of a mode, and with |Dst|^-0.37
SHIFT_EXPONENT = -0.37
THICKNESS = np.array(
    [1.84714, 1.76977, 0.619441]
)  # R_E at no W1 beyond the last, the W1 of its decay, R_E of the thinnest
FLANK, HINGE, WARP = 4.7, 7.5, 35.0
# Ring currents, symmetric and partial: constant, with W3 or W4 and the index at which they saturate, the scale at 20 nT
# and the exponent by which it shrinks as Dst grows
RING = np.array([
    [0.870536, 1.36081, 3.28846, 0.989596, -0.0132131],
    [0.688650, 0.602330, 111.293, 0.985681, 0.0344212],
])  # fmt: skip
PARTIAL_TURN = 1.37690  # rad
# Birkeland regions: constant, with W5 or W6 and the index at which they saturate, the scale at 20 nT and the exponent
# by which it grows with Dst
BIRKELAND = np.array([
    [0.316346, 1.22728, 5.82287, 1.02389, 0.207867],
    [-0.0363620, -0.405821, 4.39664, 1.51220, 0.0682715],
])  # fmt: skip
PENETRATION = 0.452536  # share of the interplanetary field that gets in
PRESSURE_EXPONENT = 0.152759  # of all lengths
LAYER = 0.005  # half-thickness of the magnetopause in the confocal coordinate
RING_EDITION = 1  # the symmetric ring current as corrected in 2006

PRESSURE_UNIT = 2.0  # nPa
DST_UNIT = 20.0  # nT, the corrected Dst below which the currents keep their size


@njit(float64(float64, float64), cache=True, nogil=True, error_model="numpy")
def saturating(w, limit):  # type: ignore[no-untyped-def]
    """Index that grows no further than its limit."""
    return w * limit / math.sqrt(w * w + limit * limit)


@njit(
    float64[::1](
        float64, float64, float64, float64, float64, float64, float64, float64, float64, float64, float64
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def prepare_ts04(tilt, p_dyn, dst, b_y, b_z, w_1, w_2, w_3, w_4, w_5, w_6):  # type: ignore[no-untyped-def]
    """Record of TS04: rad, nPa, nT, and the indices W1 to W6."""
    if not p_dyn > 0.0:
        p_dyn = math.nan
    pressure = p_dyn / PRESSURE_UNIT
    corrected = 0.8 * dst - 13.0 * math.sqrt(p_dyn)  # Dst without the currents of the magnetopause and of the ground
    size = -corrected if corrected < -DST_UNIT else DST_UNIT  # nT; a Dst of quiet or compression changes no size
    growth = size / DST_UNIT
    scale = pressure**PRESSURE_EXPONENT

    near = size**SHIFT_EXPONENT
    thickness = THICKNESS[0] * math.exp(-w_1 / THICKNESS[1]) + THICKNESS[2]
    strength, shift = np.empty(2), np.empty(2)
    for mode in range(2):
        w, fit = w_1 if mode == 0 else w_2, TAIL_STRENGTH[mode]
        strength[mode] = fit[0] + fit[1] * pressure ** fit[4] + fit[2] * saturating(w, fit[3])
        shift[mode] = TAIL_SHIFT[mode, 0] + TAIL_SHIFT[mode, 1] * near
    tail = prepare_tail(math.sin(tilt), HINGE, WARP, shift[0], shift[1], thickness, FLANK, strength[0], strength[1])

    sizes, ring_strength = np.empty(2), np.empty(2)
    for part in range(2):
        w, fit = w_3 if part == 0 else w_4, RING[part]
        sizes[part] = fit[3] * growth ** -fit[4] * scale
        ring_strength[part] = fit[0] + fit[1] * saturating(w, fit[2])
    ring = prepare_ring_currents(
        RING_EDITION, tilt, sizes[0], sizes[1], PARTIAL_TURN, ring_strength[0], ring_strength[1]
    )

    region_strength, region_scale = np.zeros(4), np.empty(2)  # the second mode of each region is not in this model
    for region in range(2):
        w, fit = w_5 if region == 0 else w_6, BIRKELAND[region]
        region_scale[region] = fit[3] * growth ** fit[4]
        region_strength[2 * region] = fit[0] + fit[1] * saturating(w, fit[2])
    regions = prepare_birkeland(tilt, region_scale[0], region_scale[1], region_strength)

    poison = 0.0 * (tilt + p_dyn + dst + b_y + b_z + w_1 + w_2 + w_3 + w_4 + w_5 + w_6)
    return assemble(tilt, scale, HINGE, LAYER, PENETRATION * b_y, PENETRATION * b_z, tail, regions, ring, poison)


ts04_field = storm_field  # of a record of this model; the models differ in their records alone
