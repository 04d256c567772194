"""Pictures of the atmosphere's escape as ions: how much by which way in a storm, and what becomes of single ions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sunearth.core.errors import InputError
from sunearth.magnetosphere.outflow import FATES

from .canvas import NARROW, date_axis, date_number
from .style import BLACK, BLUE, GREEN, GREY, ORANGE, SKY, VERMILLION, YELLOW, named, style

_WAYS = (
    ("cold_outflow", "cold hydrogen of the polar caps", BLUE),
    ("plasmaspheric", "wind and plumes of the plasmasphere", GREEN),
    ("energetic", "energised oxygen and hydrogen", ORANGE),
)
_FATE_COLOURS = {
    "inside": "#FFFFFF",
    "returned": GREY,
    "plasma sheet": SKY,
    "tail": BLUE,
    "magnetosheath": VERMILLION,
    "unknown": YELLOW,
}
_FATE_WORDS = {
    "inside": "still on their way",
    "returned": "fall back",
    "plasma sheet": "to the plasma sheet",
    "tail": "down the tail",
    "magnetosheath": "to the magnetosheath",
    "unknown": "unknown",
}
_HATCH = "////"


def escape_in_time(
    time: Any, rate: Any, activity: Mapping[str, tuple[Any, Any]] | None = None, *, width: float = 9.5
) -> Figure:
    """Draw the mass that the Earth loses as ions, by the ways it takes, with the range of what is published.

    Parameters
    ----------
    time : datetime64 array (time,)
        Times, UTC.
    rate : EscapeRate
        From :func:`sunearth.magnetosphere.escape.escape_rate`, for one series.
    activity : dict of str to tuple of arrays, optional
        Times and values of what drives it, one panel each with the name as its label.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        The ways stand on each other; the line is their sum, dashed lines its lowest and highest published values.

    Examples
    --------
    >>> from sunearth.magnetosphere.escape import escape_rate
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(24) * np.timedelta64(1, "h")
    >>> rate = escape_rate(time, np.repeat([2.0, 7.7], 12), 115.0, np.repeat([2.0, -15.0], 12))
    >>> escape_in_time(time, rate).axes[0].get_ylabel()
    'loss (kg/s)'
    """
    when = date_number(np.asarray(time, "datetime64[ns]"))
    if any(np.shape(getattr(rate, name)) != when.shape for name, _, _ in _WAYS):
        raise InputError("escape_in_time: give the rates of one series, with a value for each time")
    activity = dict(activity or {})
    with style():
        wide = width > NARROW
        tall = (3.4 if wide else 3.9) + 1.1 * len(activity)
        figure = Figure(figsize=(width, tall), layout="constrained")
        heights = (2.6, *(1.0 for _ in activity))
        panels = figure.subplots(1 + len(activity), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
        top = panels[0]
        parts = [np.asarray(getattr(rate, name), float) for name, _, _ in _WAYS]
        top.stackplot(when, parts, labels=[label for _, label, _ in _WAYS], colors=[c for _, _, c in _WAYS], alpha=0.75,
                      linewidth=0)  # fmt: skip
        top.plot(when, rate.escape_rate, color=BLACK, linewidth=1.4, label="together")
        for k, values in enumerate((rate.lower, rate.upper)):
            top.plot(when, values, color=BLACK, linewidth=0.9, linestyle=(0, (5, 1.5)),
                     label="lowest and highest published" if k == 0 else None)  # fmt: skip
        top.set_ylim(0.0, 1.04 * float(np.nanmax(rate.upper)))
        top.set_ylabel("loss (kg/s)")
        tonnes = top.secondary_yaxis("right", functions=(lambda x: 86.4 * x, lambda x: x / 86.4))
        tonnes.set_ylabel("tonnes a day")
        for axes, (name, (along, values)) in zip(panels[1:], activity.items(), strict=True):
            axes.step(date_number(np.asarray(along)), values, where="post", color="#333333", linewidth=1.1)
            if np.nanmin(values) < 0:
                axes.axhline(0.0, color=GREY, linewidth=0.7)
            axes.set_ylabel(name)
        date_axis(panels[-1], np.asarray(time, "datetime64[ns]"), width)
        figure.legend(*top.get_legend_handles_labels(), loc="outside lower center", ncols=3 if wide else 1)
        figure.align_ylabels()
    return figure


def ion_fates(flights: Mapping[str, xr.Dataset], *, width: float = 9.5) -> Figure:
    """Draw what becomes of ions that rise from the polar cap, by where and with which energy they are launched.

    Parameters
    ----------
    flights : dict of str to Dataset
        From :meth:`sunearth.magnetosphere.outflow.IonFlights.solve` for a grid of all pairs of colatitudes and
        energies, by the title of the panel.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Colatitude to the right, the night on the left and the day on the right of the axis; energy of the launch
        upward. Hatched is what leaves for good.

    Raises
    ------
    InputError
        If the launches are no grid.

    Examples
    --------
    >>> from sunearth.magnetosphere.outflow import IonFlights
    >>> angle, energy = np.meshgrid([-5.0, 5.0], [1.0, 30.0])
    >>> flights = IonFlights().solve("O+", colatitude=angle.ravel(), energy=energy.ravel())
    >>> ion_fates({"oxygen": flights}).axes[0].get_ylabel()
    'energy upward (eV)'
    """
    flights = named(flights, "ion_fates")
    wide = width > NARROW
    columns = min(len(flights), 4 if wide else 2)
    rows = -(-len(flights) // columns)
    colours = ListedColormap([_FATE_COLOURS[name] for name in FATES])
    norm = BoundaryNorm(np.arange(len(FATES) + 1) - 0.5, len(FATES))
    with style():
        figure = Figure(figsize=(width, rows * (3.0 if wide else 2.5) + 0.6), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        met: set[int] = set()
        for axes, (title, found) in zip(grid.ravel(), flights.items(), strict=False):
            angle, across = np.unique(found["colatitude"].values, return_inverse=True)
            energy, up = np.unique(found["launch_energy"].values, return_inverse=True)
            if angle.size * energy.size != found.sizes["ion"]:
                raise InputError("ion_fates: launch ions at all pairs of colatitudes and energies")
            fate = np.full((energy.size, angle.size), len(FATES) - 1)
            fate[up, across] = found["fate"].values
            met |= set(np.unique(fate).tolist())
            axes.pcolormesh(angle, energy, fate, cmap=colours, norm=norm, shading="nearest", rasterized=True)
            lost = np.zeros(fate.shape)
            lost[up, across] = found["lost"].values
            if lost.any():
                axes.contourf(angle, energy, lost, levels=[0.5, 1.5], colors="none", hatches=[_HATCH])
            axes.axvline(0.0, color=BLACK, linewidth=0.6)
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter("{x:g}")
            axes.set_title(title, fontweight="normal")
            axes.grid(False)
        for axes in grid.ravel()[len(flights) :]:
            axes.set_visible(False)
        for axes in grid[-1]:
            axes.set_xlabel("night    colatitude (deg)    day")
        for axes in grid[:, 0]:
            axes.set_ylabel("energy upward (eV)")
        handles = [
            Patch(facecolor=_FATE_COLOURS[name], edgecolor="#444444", linewidth=0.5, label=_FATE_WORDS[name])
            for k, name in enumerate(FATES)
            if k in met
        ]  # fmt: skip
        handles.append(Patch(facecolor="none", edgecolor="#444444", linewidth=0.5, hatch=_HATCH, label="gone for good"))
        figure.legend(handles=handles, loc="outside lower center", ncols=6 if wide else 2)
    return figure
