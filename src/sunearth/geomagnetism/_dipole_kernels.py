"""Dipole fields point by point, for whatever is traced or pushed through them.

Each field takes a record of numbers made once per state by its `prepare_` function, and a place in GSM coordinates in
Earth radii; it gives nT.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, njit, types

_VECTOR = types.UniTuple(float64, 3)  # type: ignore[no-untyped-call]
_FIELD = _VECTOR(float64[::1], float64, float64, float64)


@njit(_VECTOR(float64, float64, float64, float64, float64), cache=True, nogil=True)
def _dipole(m_x, m_z, x, y, z):  # type: ignore[no-untyped-def]
    """Field of a dipole in the x-z plane at the origin, its strength given as a surface field."""
    r_squared = x * x + y * y + z * z
    scale = 1.0 / (r_squared * math.sqrt(r_squared))
    along = 3.0 * (m_x * x + m_z * z) / r_squared
    return scale * (along * x - m_x), scale * along * y, scale * (along * z - m_z)


@njit(float64[::1](float64, float64), cache=True, nogil=True)
def prepare_dipole(tilt, b_0):  # type: ignore[no-untyped-def]
    """Record of the Earth's dipole: its strength along x and z for a tilt in rad and a surface field in nT."""
    return np.array([-b_0 * math.sin(tilt), -b_0 * math.cos(tilt)])


@njit(_FIELD, cache=True, nogil=True)
def dipole_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the Earth's dipole."""
    return _dipole(parameters[0], parameters[1], x, y, z)


@njit(float64[::1](float64, float64, float64, float64), cache=True, nogil=True)
def prepare_image_dipole(tilt, b_0, distance, ratio):  # type: ignore[no-untyped-def]
    """Record of the image: the mirrored moment, `ratio` times the Earth's, and its distance towards the Sun."""
    return np.array([ratio * b_0 * math.sin(tilt), -ratio * b_0 * math.cos(tilt), distance])


@njit(_FIELD, cache=True, nogil=True)
def image_dipole_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Field of the image alone, to be added to the Earth's own."""
    return _dipole(parameters[0], parameters[1], x - parameters[2], y, z)


@njit(float64[::1](float64, float64, float64), cache=True, nogil=True)
def prepare_uniform(b_x, b_y, b_z):  # type: ignore[no-untyped-def]
    """Record of a uniform field."""
    return np.array([b_x, b_y, b_z])


@njit(_FIELD, cache=True, nogil=True)
def uniform_field(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """A field that is everywhere the same; NaN where the place is."""
    nothing = 0.0 * (x + y + z)
    return parameters[0] + nothing, parameters[1] + nothing, parameters[2] + nothing
