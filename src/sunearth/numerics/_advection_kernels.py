"""Compiled steps of conservative advection on a ring of cells, periodic in the second coordinate.

A stream function on the corners of the cells makes the volume that crosses each face the difference of two corner
values, so that what enters a cell leaves it, whatever the grid: a constant density stays constant to round-off.
"""

from __future__ import annotations

import numpy as np
from numba import njit

TINY = 1e-280
"""Densities below it are set to zero: the processor computes with denormal numbers (below 2e-308) many times slower."""


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def limited_half(behind, here, ahead, share):  # type: ignore[no-untyped-def]
    """Half the difference across a cell, limited so that no new extremum appears (monotonised central, van Leer 1977).

    share is the width of the cell over twice the distance of the centres of its neighbours.
    """
    fall, rise = here - behind, ahead - here
    if (fall <= 0.0 or rise <= 0.0) and (fall >= 0.0 or rise >= 0.0):
        return 0.0
    # The face values must stay between their neighbours: half the difference stays below either gap.
    size = min(share * abs(fall + rise), min(abs(fall), abs(rise)))
    return size if rise > 0.0 else -size


@njit(cache=True, nogil=True, error_model="numpy")
def outflow_rate(stream, radial, angular):  # type: ignore[no-untyped-def]
    """Largest share of its volume that a cell gives away in unit time."""
    rows, columns = radial.size, angular.size
    largest = 0.0
    for i in range(rows):
        for j in range(columns):
            k = (j + 1) % columns
            out = (
                max(0.0, -(stream[i, k] - stream[i, j]))
                + max(0.0, stream[i + 1, k] - stream[i + 1, j])
                + max(0.0, stream[i + 1, j] - stream[i, j])
                + max(0.0, -(stream[i + 1, k] - stream[i, k]))
            )
            largest = max(largest, out / (radial[i] * angular[j]))
    return largest


@njit(cache=True, nogil=True, error_model="numpy")
def face_volumes(stream):  # type: ignore[no-untyped-def]
    """Volume that crosses each face in unit time: outward (rows + 1, columns), and into each column (rows, columns)."""
    edges, columns = stream.shape
    outward, around = np.empty((edges, columns)), np.empty((edges - 1, columns))
    for i in range(edges):
        for j in range(columns):
            outward[i, j] = stream[i, (j + 1) % columns] - stream[i, j]
    for i in range(edges - 1):
        for j in range(columns):
            around[i, j] = -(stream[i + 1, j] - stream[i, j])
    return outward, around


@njit(cache=True, nogil=True, error_model="numpy")
def width_shares(widths, periodic):  # type: ignore[no-untyped-def]
    """Width of each cell over twice the distance of the centres of its neighbours; 0 at the ends of what is open."""
    count = widths.size
    shares = np.zeros(count)
    for i in range(count):
        if periodic or 0 < i < count - 1:
            shares[i] = widths[i] / (widths[i - 1] + 2.0 * widths[i] + widths[(i + 1) % count])
    return shares


@njit(cache=True, nogil=True, error_model="numpy")
def tendency(density, outward, around, radial_share, angular_share, per_volume, inner, outer, change, through):  # type: ignore[no-untyped-def]
    """Rate of change of the density by what crosses the faces; `through` collects what crosses the two edges.

    through[0] is what leaves through the inner edge in unit time, through[1] through the outer one, through[2] and
    through[3] what enters there.
    """
    rows, columns = density.shape
    # around the ring: the face between column `behind` and column j
    for i in range(rows):
        for j in range(columns):
            change[i, j] = 0.0
        for j in range(columns):
            behind = j - 1 if j > 0 else columns - 1
            volume = around[i, j]
            if volume > 0.0:
                before = behind - 1 if behind > 0 else columns - 1
                value = density[i, behind] + limited_half(
                    density[i, before], density[i, behind], density[i, j], angular_share[behind]
                )
            else:
                after = j + 1 if j < columns - 1 else 0
                value = density[i, j] - limited_half(
                    density[i, behind], density[i, j], density[i, after], angular_share[j]
                )
            amount = volume * value
            change[i, behind] -= amount
            change[i, j] += amount
    # outward, between the rows
    for i in range(1, rows):
        for j in range(columns):
            volume = outward[i, j]
            if volume > 0.0:
                value = density[i - 1, j]
                if i > 1:
                    value += limited_half(density[i - 2, j], value, density[i, j], radial_share[i - 1])
            else:
                value = density[i, j]
                if i < rows - 1:
                    value -= limited_half(density[i - 1, j], value, density[i + 1, j], radial_share[i])
            amount = volume * value
            change[i - 1, j] -= amount
            change[i, j] += amount
    # through the two edges
    for j in range(columns):
        volume = outward[0, j]
        if volume > 0.0:
            change[0, j] += volume * inner[j]
            through[2] += volume * inner[j]
        else:
            change[0, j] += volume * density[0, j]
            through[0] -= volume * density[0, j]
        volume = outward[rows, j]
        if volume > 0.0:
            change[rows - 1, j] -= volume * density[rows - 1, j]
            through[1] += volume * density[rows - 1, j]
        else:
            change[rows - 1, j] -= volume * outer[j]
            through[3] -= volume * outer[j]
    for i in range(rows):
        for j in range(columns):
            change[i, j] *= per_volume[i, j]


@njit(cache=True, nogil=True, error_model="numpy")
def advect_layer(density, stream, radial, angular, inner, outer, duration, courant, through):  # type: ignore[no-untyped-def]
    """Carry one layer along for a duration, in as many steps of two stages as stability needs (Shu and Osher 1988)."""
    rows, columns = density.shape
    rate = outflow_rate(stream, radial, angular)
    if not np.isfinite(np.sum(stream)):
        density[:] = np.nan
        through[:] = np.nan
        return 0
    if rate == 0.0 or duration == 0.0:
        return 0
    steps = int(np.ceil(duration * rate / courant))
    step = duration / steps
    outward, around = face_volumes(stream)
    radial_share, angular_share = width_shares(radial, False), width_shares(angular, True)
    per_volume = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            per_volume[i, j] = 1.0 / (radial[i] * angular[j])
    change = np.empty((rows, columns))
    first = np.empty((rows, columns))
    edges = np.zeros(4)
    for _ in range(steps):
        edges[:] = 0.0
        tendency(
            density, outward, around, radial_share, angular_share, per_volume, inner, outer, change, edges
        )  # fmt: skip
        for i in range(rows):
            for j in range(columns):
                first[i, j] = density[i, j] + step * change[i, j]
        tendency(
            first, outward, around, radial_share, angular_share, per_volume, inner, outer, change, edges
        )  # fmt: skip
        for i in range(rows):
            for j in range(columns):
                value = 0.5 * (density[i, j] + first[i, j] + step * change[i, j])
                density[i, j] = 0.0 if abs(value) < TINY else value
        for edge in range(4):
            through[edge] += 0.5 * step * edges[edge]
    return steps


@njit(cache=True, nogil=True, error_model="numpy")
def advect_layers(density, stream, radial, angular, inner, outer, duration, courant, through, start, stop):  # type: ignore[no-untyped-def]
    """Carry the layers of a slice along, each in its own stream."""
    for layer in range(start, stop):
        advect_layer(
            density[layer], stream[layer], radial, angular, inner[layer], outer[layer], duration, courant,
            through[layer],
        )  # fmt: skip
