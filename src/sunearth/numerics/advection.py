"""Conservative advection on a ring around the Earth, along a stream function.

In the equatorial plane drifts are Hamiltonian: in magnetic flux and local time the energy of a particle is a stream
function, so that neither volume nor number is made or lost.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError

from .threads import spread

Floats = NDArray[np.float64]

COURANT = 0.45
"""Share of its volume that a cell may give away in a step: below one half densities stay positive."""


class Crossed(NamedTuple):
    """What crossed the edges of the ring, summed along them, in units of density times volume."""

    out_inner: Floats
    out_outer: Floats
    in_inner: Floats
    in_outer: Floats


def advect(
    density: Floats,
    stream: Floats,
    radial: Any,
    angular: Any,
    duration: float,
    *,
    inner: Any = 0.0,
    outer: Any = 0.0,
    courant: float = COURANT,
) -> Crossed:
    """Carry densities along a stream function for some time, in place.

    Parameters
    ----------
    density : array of shape (layers, rows, columns)
        Mean density of each cell, contiguous, float64; overwritten. Columns close on themselves.
    stream : array of shape (layers, rows + 1, columns)
        Stream function at the corners: `stream[:, i, j]` at the inner edge of row i and the start of column j. What
        crosses outward through an inner edge in unit time is the stream at its end minus the stream at its start.
    radial : array of shape (rows,)
        Width of the rows in the first coordinate, positive.
    angular : array of shape (columns,)
        Width of the columns, positive.
    duration : float
        How long, in the unit of time of the stream.
    inner, outer : array that broadcasts to (layers, columns), optional
        Density of what enters through the two edges.
    courant : float, optional
        Largest share of its content that a cell gives away in a step.

    Returns
    -------
    Crossed
        For each layer, what left and entered through the edges: the content changes by exactly that.

    Raises
    ------
    InputError
        If the shapes do not fit, or the duration is negative or unknown.

    Notes
    -----
    Finite volumes with slopes limited by the monotonised central difference (van Leer 1977, J. Comput. Phys. 23, 276)
    and two stages in time (Shu and Osher 1988, J. Comput. Phys. 77, 439): second order where the density is smooth,
    no new extrema along either direction, positive at the default `courant`. Densities below 1e-280 become zero.

    Examples
    --------
    A constant density stays what it is in any stream:

    >>> rng = np.random.default_rng(1)
    >>> density = np.ones((1, 5, 8))
    >>> stream = rng.normal(size=(1, 6, 8))
    >>> _ = advect(density, stream, np.ones(5), np.ones(8), 3.0, inner=1.0, outer=1.0)
    >>> bool(np.allclose(density, 1.0, rtol=1e-12))
    True
    """
    from ._advection_kernels import advect_layers

    radial, angular = (np.array(widths, dtype=float) for widths in (radial, angular))
    if density.ndim != 3 or not density.flags.c_contiguous or density.dtype != np.float64:
        raise InputError("advect: density must be a contiguous float64 array of layers, rows and columns")
    layers, rows, columns = density.shape
    if stream.shape != (layers, rows + 1, columns) or radial.shape != (rows,) or angular.shape != (columns,):
        raise InputError(
            f"advect: density {density.shape} needs a stream of shape {(layers, rows + 1, columns)} and widths of "
            f"shapes {(rows,)} and {(columns,)}, not {stream.shape}, {radial.shape} and {angular.shape}"
        )
    if not 0 <= duration < np.inf:
        raise InputError(f"advect: the duration must be zero or more, got {duration}")
    inner, outer = (np.array(np.broadcast_to(np.asarray(value, float), (layers, columns))) for value in (inner, outer))
    stream = np.ascontiguousarray(stream, dtype=float)
    through = np.zeros((layers, 4))

    def part(start: int, stop: int) -> None:
        advect_layers(density, stream, radial, angular, inner, outer, duration, courant, through, start, stop)

    spread(part, layers)
    return Crossed(*through.T)
