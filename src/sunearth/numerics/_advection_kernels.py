"""Compiled steps of conservative advection on a ring of cells, periodic in the second coordinate.

A stream function on the corners of the cells makes the volume that crosses each face the difference of two corner
values, so that what enters a cell leaves it, whatever the grid: a constant density stays constant to round-off.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def limited_slope(behind, here, ahead, width_behind, width, width_ahead):  # type: ignore[no-untyped-def]
    """Difference across a cell, limited so that no new extremum appears (monotonised central, van Leer 1977)."""
    if (here - behind) * (ahead - here) <= 0.0:
        return 0.0
    central = 2.0 * (ahead - behind) / (width_behind + 2.0 * width + width_ahead)
    # The face values must stay between their neighbours: half a width times the slope stays below either gap.
    size = min(abs(central), 2.0 * abs(here - behind) / width, 2.0 * abs(ahead - here) / width)
    return width * size if ahead > here else -width * size


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
def tendency(density, stream, radial, angular, inner, outer, change, through):  # type: ignore[no-untyped-def]
    """Rate of change of the density by what crosses the faces; `through` collects what crosses the two edges.

    through[0] is what leaves through the inner edge in unit time, through[1] through the outer one, through[2] and
    through[3] what enters there.
    """
    rows, columns = density.shape
    for i in range(rows):
        for j in range(columns):
            change[i, j] = 0.0
    for i in range(rows + 1):
        for j in range(columns):
            volume = stream[i, (j + 1) % columns] - stream[i, j]  # outward through the lower face of row i
            if volume > 0.0:
                if i == 0:
                    amount = volume * inner[j]
                    through[2] += amount
                else:
                    value = density[i - 1, j]
                    if 1 < i < rows:
                        value += 0.5 * limited_slope(
                            density[i - 2, j], value, density[i, j], radial[i - 2], radial[i - 1], radial[i]
                        )
                    amount = volume * value
                    if i == rows:
                        through[1] += amount
            else:
                if i == rows:
                    amount = volume * outer[j]
                    through[3] -= amount
                else:
                    value = density[i, j]
                    if 0 < i < rows - 1:
                        value -= 0.5 * limited_slope(
                            density[i - 1, j], value, density[i + 1, j], radial[i - 1], radial[i], radial[i + 1]
                        )
                    amount = volume * value
                    if i == 0:
                        through[0] -= amount
            if i > 0:
                change[i - 1, j] -= amount
            if i < rows:
                change[i, j] += amount
    for i in range(rows):
        for j in range(columns):
            behind = (j - 1) % columns  # the face between column `behind` and column j
            volume = -(stream[i + 1, j] - stream[i, j])
            if volume > 0.0:
                before = (j - 2) % columns
                value = density[i, behind] + 0.5 * limited_slope(
                    density[i, before], density[i, behind], density[i, j],
                    angular[before], angular[behind], angular[j],
                )  # fmt: skip
            else:
                after = (j + 1) % columns
                value = density[i, j] - 0.5 * limited_slope(
                    density[i, behind], density[i, j], density[i, after],
                    angular[behind], angular[j], angular[after],
                )  # fmt: skip
            amount = volume * value
            change[i, behind] -= amount
            change[i, j] += amount
    for i in range(rows):
        for j in range(columns):
            change[i, j] /= radial[i] * angular[j]


@njit(cache=True, nogil=True, error_model="numpy")
def advect_layer(density, stream, radial, angular, inner, outer, duration, courant, through):  # type: ignore[no-untyped-def]
    """Carry one layer along for a duration, in as many steps of two stages as stability needs (Shu and Osher 1988)."""
    rows, columns = density.shape
    rate = outflow_rate(stream, radial, angular)
    if not np.isfinite(np.sum(stream)):
        density[:] = np.nan
        through[:] = np.nan
        return 0
    if rate == 0.0:
        return 0
    steps = int(np.ceil(duration * rate / courant))
    step = duration / steps
    change = np.empty((rows, columns))
    first = np.empty((rows, columns))
    edges = np.zeros(4)
    for _ in range(steps):
        edges[:] = 0.0
        tendency(density, stream, radial, angular, inner, outer, change, edges)
        for i in range(rows):
            for j in range(columns):
                first[i, j] = density[i, j] + step * change[i, j]
        tendency(first, stream, radial, angular, inner, outer, change, edges)
        for i in range(rows):
            for j in range(columns):
                density[i, j] = 0.5 * (density[i, j] + first[i, j] + step * change[i, j])
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
