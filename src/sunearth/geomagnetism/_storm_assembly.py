"""Field of the storm-time models: what their current systems add up to inside a magnetopause and beyond it.

A model is a record of numbers made for one state of the solar wind, the tilt and the storm; the field at a point is one
function of the record. Amplitudes, sizes and the fit to the drivers belong to the model that makes the record.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, njit, types
from numpy import sqrt

from sunearth.geomagnetism._storm_birkeland import BIRKELAND_SIZE, birkeland
from sunearth.geomagnetism._storm_ring_current import RING_CURRENTS_SIZE, ring_currents
from sunearth.geomagnetism._storm_tail import (
    HINGE_FLATTENING,
    SHIELDING_SIZE,
    TAIL_SIZE,
    dipole_shielding,
    prepare_dipole_shielding,
    tail_field,
)

VECTOR = types.UniTuple(float64, 3)

DIPOLE = 30115.0  # nT, of the dipole that the shielding confines

# Magnetopause of Shue et al. 1998 for 2 nPa as a confocal paraboloid: R_E, and the value of its coordinate
CONFOCAL_LENGTH, CONFOCAL_VALUE, CONFOCAL_CENTRE = 34.586, 1.1960, 3.4397
CERTAINLY_INSIDE = 9.0  # R_E at 2 nPa; the coordinate is below 1.17 at this radius in all directions
SEARCHES = 100  # for the place of a point in the untilted tail; a few are enough wherever data are

# Places in the record of a model; the records of its current systems follow the first eight numbers
SIN_TILT, COS_TILT, SCALE, HINGE, LAYER, INSIDE_B_Y, INSIDE_B_Z = 0, 1, 2, 3, 4, 5, 6
SHIELDING = 7
TAIL = SHIELDING + SHIELDING_SIZE
BIRKELAND = TAIL + TAIL_SIZE
RING_CURRENTS = BIRKELAND + BIRKELAND_SIZE
SIZE = RING_CURRENTS + RING_CURRENTS_SIZE


@njit(
    float64[::1](
        float64, float64, float64, float64, float64, float64, float64[::1], float64[::1], float64[::1], float64
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def assemble(tilt, scale, hinge, layer, inside_b_y, inside_b_z, tail, regions, ring, poison):  # type: ignore[no-untyped-def]
    """Record of a model from the records of its tail, Birkeland currents and ring current.

    `scale` multiplies all lengths, `hinge` is the hinging distance, `layer` the half-thickness of the magnetopause in
    the confocal coordinate and `inside_b_y`, `inside_b_z` the interplanetary field that gets in. `poison` is 0, or NaN
    where a driver is not known.
    """
    record = np.empty(SIZE)
    record[SIN_TILT], record[COS_TILT] = math.sin(tilt), math.cos(tilt)
    record[SCALE], record[HINGE], record[LAYER] = scale, hinge, layer
    record[INSIDE_B_Y], record[INSIDE_B_Z] = inside_b_y, inside_b_z
    record[SHIELDING:TAIL] = prepare_dipole_shielding(tilt, scale)
    record[TAIL:BIRKELAND] = tail
    record[BIRKELAND:RING_CURRENTS] = regions
    record[RING_CURRENTS:SIZE] = ring
    if math.isnan(poison):
        record[:] = math.nan
    return record


@njit(float64(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def confocal_coordinate(record, x, y, z):  # type: ignore[no-untyped-def]
    """Coordinate that has the same value all over the magnetopause, which follows the tilt as the tail does."""
    scale, sin_tilt = record[SCALE], record[SIN_TILT]
    r = sqrt(x * x + y * y + z * z)
    u, w = x, z
    for _ in range(SEARCHES):
        slant = w / r
        ratio = r / (record[HINGE] + HINGE_FLATTENING * slant * slant)
        s = sin_tilt / np.cbrt(1.0 + ratio**3)
        c = sqrt(1.0 - s * s)
        u_before, w_before = u, w
        u, w = x * c - z * s, x * s + z * c
        if not abs(u - u_before) + abs(w - w_before) > 1e-6:
            break
    length = CONFOCAL_LENGTH / scale
    along = length + u - CONFOCAL_CENTRE / scale
    if along < 0.0:  # a cylinder from there tailward
        along = 0.0
    square, along_square = length * length, along * along
    total = square + y * y + w * w + along_square
    return sqrt((total + sqrt(total * total - 4.0 * square * along_square)) / (2.0 * square))


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def inner_field(record, x, y, z):  # type: ignore[no-untyped-def]
    """Sum of the current systems inside the magnetopause and of the interplanetary field that gets in."""
    scale = record[SCALE]
    x, y, z = x * scale, y * scale, z * scale
    d_x, d_y, d_z = dipole_shielding(record[SHIELDING:TAIL], x, y, z)
    t_x, t_y, t_z = tail_field(record[TAIL:BIRKELAND], x, y, z)
    f_x, f_y, f_z = birkeland(record[BIRKELAND:RING_CURRENTS], x, y, z)
    r_x, r_y, r_z = ring_currents(record[RING_CURRENTS:SIZE], x, y, z)
    return (
        d_x + t_x + f_x + r_x,
        d_y + t_y + f_y + r_y + record[INSIDE_B_Y],
        d_z + t_z + f_z + r_z + record[INSIDE_B_Z],
    )


@njit(VECTOR(float64, float64, float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def confined_dipole(sin_tilt, cos_tilt, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the dipole that the magnetopause confines."""
    square = x * x + y * y + z * z
    strength = DIPOLE / (square * square * sqrt(square))
    along = 3.0 * (z * cos_tilt + x * sin_tilt)
    return (
        strength * (square * sin_tilt - along * x),
        -strength * along * y,
        strength * (square * cos_tilt - along * z),
    )


@njit(VECTOR(float64[::1], float64, float64, float64), cache=True, nogil=True, error_model="numpy")
def storm_field(record, x, y, z):  # type: ignore[no-untyped-def]
    """External field of a storm-time model in GSM: the model inside, the interplanetary field less the dipole outside.

    In a thin layer about the magnetopause the field passes linearly from the one to the other.
    """
    outside = 0.0
    if not (x * x + y * y + z * z) * record[SCALE] ** 2 < CERTAINLY_INSIDE**2:
        beyond = (confocal_coordinate(record, x, y, z) - CONFOCAL_VALUE) / record[LAYER]
        outside = 0.5 * (1.0 + min(max(beyond, -1.0), 1.0)) + 0.0 * beyond
    if outside == 0.0:
        return inner_field(record, x, y, z)
    q_x, q_y, q_z = confined_dipole(record[SIN_TILT], record[COS_TILT], x, y, z)
    b_x, b_y, b_z = -outside * q_x, outside * (record[INSIDE_B_Y] - q_y), outside * (record[INSIDE_B_Z] - q_z)
    if outside < 1.0:
        inside = 1.0 - outside
        u, v, w = inner_field(record, x, y, z)
        b_x, b_y, b_z = b_x + inside * u, b_y + inside * v, b_z + inside * w
    return b_x, b_y, b_z
