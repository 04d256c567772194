"""Compiled losses of the ring current: decay of cells, and drag that moves particles to lower energies."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def decay_layers(content, keep, lost, start, stop):  # type: ignore[no-untyped-def]
    """Keep a share of every cell of the layers of a slice; `lost` takes the sum over local time of what goes."""
    _, rows, columns = content.shape
    for layer in range(start, stop):
        for i in range(rows):
            share = keep[layer, i]
            gone = 0.0
            for j in range(columns):
                left = content[layer, i, j] * share
                gone += content[layer, i, j] - left
                content[layer, i, j] = left
            lost[layer, i] = gone


@njit(cache=True, nogil=True, error_model="numpy")
def drag_rows(content, rate, plasma, duration, moved, start, stop):  # type: ignore[no-untyped-def]
    """Move particles from each energy to the next lower one, in the rows of a slice.

    Implicit in time from the top energy down, so that any duration is stable and all contents stay positive. content
    (energies, pitch angles, rows, columns); rate (energies, pitch angles, rows) is the share that moves in unit time
    per unit of density of the plasma (rows, columns); `moved` takes the sum over local time of what left each energy.
    """
    energies, angles, _, columns = content.shape
    for i in range(start, stop):
        for a in range(angles):
            for k in range(energies):
                moved[k, a, i] = 0.0
            for j in range(columns):
                arriving = 0.0
                for k in range(energies - 1, -1, -1):
                    weight = rate[k, a, i] * plasma[i, j] * duration
                    now = (content[k, a, i, j] + arriving) / (1.0 + weight)
                    content[k, a, i, j] = now
                    arriving = weight * now
                    moved[k, a, i] += arriving
