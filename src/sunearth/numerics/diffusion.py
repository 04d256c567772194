"""Conservative diffusion along a line, implicit in time, for many independent rows.

What leaves a cell enters its neighbour or crosses an end, and a density that is nowhere negative never becomes so,
however long the step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError

from .threads import spread

Floats = NDArray[np.float64]


class Diffused(NamedTuple):
    """States after the intervals that were kept, and what had crossed the ends, was lost and was supplied by then."""

    states: Floats
    in_inner: Floats
    in_outer: Floats
    lost: Floats
    supplied: Floats


def resistance(places: Any, conductivity: Any) -> Floats:
    """Integrate the reciprocal of a conductivity between neighbouring places, along which it follows a power law.

    Parameters
    ----------
    places : array (place,)
        Positive, increasing.
    conductivity : array (..., place)
        Conductivity there; where it vanishes at one of two places the resistance between them is infinite.

    Returns
    -------
    array (..., place - 1)
        Resistance between each place and the next: exact for power laws, second order for any other smooth course.

    Examples
    --------
    >>> places = np.array([1.0, 2.0, 4.0])
    >>> resistance(places, places**2).tolist()
    [0.5, 0.25]
    """
    places, conductivity = np.asarray(places, float), np.asarray(conductivity, float)
    with np.errstate(all="ignore"):
        span = np.log(places[1:] / places[:-1])
        # Integral of x^(-m) dx = x_0^(1 - m) (e^(s) - 1) / (1 - m), with s = (1 - m) log(x_1 / x_0).
        rise = span + np.log(conductivity[..., :-1] / conductivity[..., 1:])
        mean = np.where(np.abs(rise) < 1e-8, 1.0 + 0.5 * rise, np.expm1(rise) / rise)
        result = places[:-1] / conductivity[..., :-1] * span * mean
    zero = (conductivity[..., :-1] <= 0) | (conductivity[..., 1:] <= 0)
    return np.where(zero, np.inf, result)


def face_conductances(edges: Any, centres: Any, at_edges: Any, at_centres: Any) -> Floats:
    """Conductance of each face of a row of cells: flux through it over the difference across it.

    Parameters
    ----------
    edges : array (cells + 1,)
        Faces, positive, increasing.
    centres : array (cells,)
        Where the densities of the cells are taken.
    at_edges, at_centres : array (..., cells + 1), (..., cells)
        Conductivity at the faces and at the centres.

    Returns
    -------
    array (..., cells + 1)
        Between neighbouring centres, and at the two ends between the edge and the centre next to it.

    Examples
    --------
    A density that changes as the integral of the reciprocal conductivity carries the same flux everywhere:

    >>> edges = np.linspace(3.0, 6.0, 4)
    >>> centres = 0.5 * (edges[1:] + edges[:-1])
    >>> conductance = face_conductances(edges, centres, edges**8, centres**8)
    >>> flux = conductance[1:-1] * np.diff(-(centres**-7.0) / 7.0)
    >>> bool(np.allclose(flux, 1.0, rtol=1e-12))
    True
    """
    edges, centres = np.asarray(edges, float), np.asarray(centres, float)
    places = np.empty(edges.size + centres.size)
    places[::2], places[1::2] = edges, centres
    shape = np.broadcast_shapes(np.shape(at_edges)[:-1], np.shape(at_centres)[:-1])
    values = np.empty((*shape, places.size))
    values[..., ::2], values[..., 1::2] = at_edges, at_centres
    parts = resistance(places, values)
    whole = np.concatenate([parts[..., :1], parts[..., 1:-1:2] + parts[..., 2:-1:2], parts[..., -1:]], axis=-1)
    return 1.0 / whole


def diffuse(
    density: Floats,
    volume: Any,
    conductance: Any,
    duration: Any,
    *,
    regime: Any = None,
    loss: Any = 0.0,
    source: Any = 0.0,
    inner: Any = None,
    outer: Any = None,
    steps: int = 1,
    keep: Any = None,
    chunk: int | None = None,
) -> Diffused:
    """Let densities diffuse along a line for a series of intervals, in place.

    Parameters
    ----------
    density : array of shape (cells, rows)
        Density of each cell, contiguous, float64; overwritten. Rows do not see each other.
    volume : array of shape (cells,)
        What a density of one holds in each cell.
    conductance : array of shape (cells + 1,), (regimes, cells + 1) or (regimes, cells + 1, rows)
        Flux through each face over the difference across it (see :func:`face_conductances`), for each regime.
    duration : float or array (intervals,)
        Length of the intervals.
    regime : int array (intervals,), optional
        Which set of coefficients holds in each interval; the first by default. Sets that stay the same from one
        interval to the next are eliminated once.
    loss : float or array of shape (cells,), (regimes, cells) or (regimes, cells, rows), optional
        Rate of loss.
    source : float or array of shape (cells,), (regimes, cells) or (regimes, cells, rows), optional
        Rate at which density is supplied.
    inner, outer : float or array that broadcasts to (intervals + 1, rows), optional
        Density at the two ends, at the beginning of each interval and at the end of the last, straight between; None
        closes the end.
    steps : int, optional
        Steps in an interval.
    keep : bool array (intervals,), optional
        After which intervals to keep the state; the last by default.
    chunk : int, optional
        Rows that one call of the compiled loop carries, 64 at most.

    Returns
    -------
    Diffused
        States (kept, cells, rows), and (kept, rows) in units of density times volume what has come in through the two
        ends, was lost and was supplied since the beginning: the content changes by exactly that.

    Raises
    ------
    InputError
        If the shapes do not fit.

    Notes
    -----
    Two backward Euler steps of half the length, corrected by their difference from one of the whole length: second
    order, and any stiff part dies out. Where the correction would make a density negative, that row takes only as much
    of it as keeps it positive; what it takes is the same for all its cells, so that nothing is made or lost.

    Examples
    --------
    >>> density = np.zeros((50, 1))
    >>> end = diffuse(density, np.full(50, 0.02), [100.0, *[50.0] * 49, 100.0], 10.0, inner=1.0, outer=3.0, steps=20)
    >>> density[[0, 24, 49], 0].round(2).tolist()
    [1.02, 1.98, 2.98]
    >>> float((end.in_inner + end.in_outer)[-1, 0].round(3))
    2.0
    """
    from ._diffusion_kernels import TILE, march, march_rows

    if density.ndim != 2 or not density.flags.c_contiguous or density.dtype != np.float64:
        raise InputError("diffuse: density must be a contiguous float64 array of cells and rows")
    cells, rows = density.shape
    volume = np.array(volume, dtype=float)
    duration = np.atleast_1d(np.array(duration, dtype=float))
    intervals = duration.size
    regime = np.zeros(intervals, np.int64) if regime is None else np.array(regime, dtype=np.int64)
    kept = np.zeros(intervals, bool) if keep is None else np.array(keep, dtype=bool)
    if keep is None and intervals:
        kept[-1] = True
    tables = [_table(conductance, cells + 1), _table(loss, cells), _table(source, cells)]
    regimes = max(table.shape[0] for table in tables)
    own = any(table.ndim == 3 for table in tables)
    try:
        if volume.shape != (cells,) or regime.shape != (intervals,) or kept.shape != (intervals,) or steps < 1:
            raise ValueError
        for k, size in enumerate((cells + 1, cells, cells)):
            table = tables[k][..., None] if own and tables[k].ndim == 2 else tables[k]
            tables[k] = np.array(np.broadcast_to(table, (regimes, size, rows)[: table.ndim]), order="C")
        ends = [
            np.broadcast_to(np.asarray(0.0 if v is None else v, float), (intervals + 1, rows)) for v in (inner, outer)
        ]
        if intervals and not (regime.min() >= 0 and regime.max() < regimes):
            raise ValueError
    except ValueError:
        raise InputError(
            f"diffuse: density {density.shape} and {intervals} intervals do not fit volume {volume.shape}, conductance "
            f"{np.shape(conductance)}, loss {np.shape(loss)}, source {np.shape(source)}, ends {np.shape(inner)} and "
            f"{np.shape(outer)}, regimes {regime.shape}, steps {steps}"
        ) from None
    for end, place in ((inner, 0), (outer, -1)):
        if end is None:
            tables[0][:, place] = 0.0
    ends = [np.ascontiguousarray(end) for end in ends]
    states, budgets = np.empty((int(kept.sum()), cells, rows)), np.empty((int(kept.sum()), 4, rows))
    kernel: Any = march_rows if own else march
    given = (density, volume, *tables, regime, duration, int(steps), *ends, kept, states, budgets)
    spread(lambda start, stop: kernel(*given, start, stop), rows, min(chunk or _chunk(rows), TILE))
    return Diffused(states, *np.moveaxis(budgets, 1, 0))


def _table(values: Any, size: int) -> Floats:
    """Bring coefficients to a leading axis of regimes; a row of its own only where the caller has one."""
    table: Floats = np.array(values, dtype=float)
    if table.ndim == 0:
        return np.full((1, size), float(table))
    return table[None] if table.ndim == 1 else table


def _chunk(rows: int) -> int:
    """Rows that keep all threads busy."""
    from .threads import thread_count

    return max(1, -(-rows // thread_count()))
