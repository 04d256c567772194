"""Compiled sums over the elements of a closed current sheet: how elements see each other, and the field they make.

Lengths are in any one unit; an element is a point of the sheet and its outward vector of area. The sheet is its own
mirror image in y, so that only the half with y > 0 is stored.
"""

from __future__ import annotations

import math

from numba import njit

from sunearth.geomagnetism._field_kernels import FIELD_SIGNATURE

_QUARTER = 0.25 / math.pi
_HEADER = 8  # numbers before the elements in the record of `shielded_dipole`


@njit(cache=True, nogil=True, error_model="numpy")
def influence(points, areas, matrix, start, stop):  # type: ignore[no-untyped-def]
    """Rows of the operator that turns a double layer into the potential it jumps about.

    Row i, applied to U, is the integral of (U(y) - U(x_i)) dG/dn(y) with G = 1 / (4 pi |x - y|). The element itself is
    left out: what is bounded in the integrand there is odd, and cancels.
    """
    count = points.shape[0]
    for i in range(start, stop):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        total = 0.0
        for j in range(count):
            dx, dz = points[j, 0] - x, points[j, 2] - z
            in_plane = dx * areas[j, 0] + dz * areas[j, 2]
            square = dx * dx + dz * dz
            dy = -points[j, 1] - y
            d = square + dy * dy
            value = -(in_plane - dy * areas[j, 1]) / (d * math.sqrt(d))
            if j != i:
                dy = points[j, 1] - y
                d = square + dy * dy
                value -= (in_plane + dy * areas[j, 1]) / (d * math.sqrt(d))
            value *= _QUARTER
            matrix[i, j] = value
            total += value
        matrix[i, i] -= total


@njit(FIELD_SIGNATURE, cache=True, nogil=True, error_model="numpy")
def shielded_dipole(parameters, x, y, z):  # type: ignore[no-untyped-def]
    """Field of a dipole and of a current sheet in the frame of the wind, turned into the frame asked for.

    `parameters` holds the moment in the frame of the wind (3, as surface field), the rotation about z and then about x
    that leads there (4: cosines and sines), the number of elements, and for each its place (3) and the cross product
    of current and area over 4 pi (3).
    """
    c1, s1, c2, s2 = parameters[3], parameters[4], parameters[5], parameters[6]
    u, v = c1 * x + s1 * y, -s1 * x + c1 * y
    v, w = c2 * v + s2 * z, -s2 * v + c2 * z
    m_x, m_y, m_z = parameters[0], parameters[1], parameters[2]
    square = u * u + v * v + w * w
    scale = 1.0 / (square * math.sqrt(square))
    along = 3.0 * (m_x * u + m_y * v + m_z * w) / square
    b_x, b_y, b_z = scale * (along * u - m_x), scale * (along * v - m_y), scale * (along * w - m_z)
    for k in range(int(parameters[7])):
        row = _HEADER + 6 * k
        dx, dy, dz = u - parameters[row], v - parameters[row + 1], w - parameters[row + 2]
        square = dx * dx + dy * dy + dz * dz
        scale = 1.0 / (square * math.sqrt(square))
        k_x, k_y, k_z = parameters[row + 3] * scale, parameters[row + 4] * scale, parameters[row + 5] * scale
        b_x += k_y * dz - k_z * dy
        b_y += k_z * dx - k_x * dz
        b_z += k_x * dy - k_y * dx
    v, w = c2 * b_y - s2 * b_z, s2 * b_y + c2 * b_z
    return c1 * b_x - s1 * v, s1 * b_x + c1 * v, w
