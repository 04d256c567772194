"""Pictures of plasmasphere and ring current: maps of the equatorial plane, at hours or moving, and courses in time."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Wedge

from sunearth.core.constants import GEOSYNCHRONOUS_RADIUS
from sunearth.core.errors import InputError
from sunearth.core.time import to_datetime64

from .canvas import NARROW, date_axis, date_number, in_words
from .page import moving_picture, svg_uri, typeset
from .style import BLACK, GREY, LINES, VERMILLION, named, style, with_unit


def equatorial_maps(
    series: xr.DataArray,
    times: Any = None,
    *,
    outline: xr.DataArray | None = None,
    limits: tuple[float, float] | None = None,
    logarithmic: bool = True,
    reach: float = 8.0,
    colours: str = "viridis",
    width: float = 9.5,
) -> Figure:
    """Draw a quantity of the equatorial plane at some times, seen from the north with the Sun on the left.

    Parameters
    ----------
    series : DataArray (time, mlt, l) or (time, mlt, r)
        The quantity by magnetic local time, h, and distance, R_E, with `units` and `long_name`.
    times : sequence of time, optional
        Hours to draw, one panel each, UTC; six spread over the series by default.
    outline : DataArray (time, mlt), optional
        Distance of a line to draw on top, such as the plasmapause, R_E.
    limits : tuple of float, optional
        Lowest and highest value of the colour scale; what lies between the 2nd and the 99.8th percentile by default.
    logarithmic : bool, optional
        Whether the colour scale is; values of zero and below are then left white.
    reach : float, optional
        Distance to which the maps go, R_E.
    colours : str, optional
        A matplotlib colour map.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        One panel a time on one colour scale; the dashed circle is geosynchronous orbit.

    Raises
    ------
    InputError
        If the series has other dimensions, or no value to draw.
    """
    radial = _radial(series)
    chosen = _spread(series["time"].values) if times is None else to_datetime64(np.atleast_1d(times))
    norm = _scale(series, limits, logarithmic)
    count = len(chosen)
    columns = min(count, 1 if width < 5.5 and count < 3 else 2 if width < 7.5 else 3)
    rows = -(-count // columns)
    bar = 0.9
    each = (width - bar - 0.55) / columns
    with style():
        height = rows * (each + 0.3) + 0.55
        figure = Figure(figsize=(width, height))
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        figure.subplots_adjust(
            left=0.55 / width, right=1 - bar / width, bottom=0.5 / height, top=1 - 0.25 / height,
            wspace=0.08, hspace=0.3 / each,
        )  # fmt: skip
        mesh: Any = None
        for k, axes in enumerate(grid.ravel()):
            if k >= count:
                axes.set_visible(False)
                continue
            here = series.sel(time=chosen[k], method="nearest")
            line = None if outline is None else outline.sel(time=chosen[k], method="nearest")
            mesh = _map(axes, here, radial, line, norm, colours, reach)
            title = in_words(here["time"].values.astype("datetime64[s]").item())
            # a small panel has no room for the year
            title = title if each > 2.2 else re.sub(r" \d{4},", ",", title)
            axes.set_title(title, fontweight="normal", fontsize=8.0)
            axes.label_outer()
        for axes in grid[-1]:
            axes.set_xlabel(f"\N{LEFTWARDS ARROW} Sun   {with_unit('x', 'R_E')}")
        for axes in grid[:, 0]:
            axes.set_ylabel(f"\N{LEFTWARDS ARROW} dusk   {with_unit('y', 'R_E')}   dawn \N{RIGHTWARDS ARROW}")
        scale = figure.colorbar(
            mesh, cax=figure.add_axes((1 - (bar - 0.12) / width, 0.5 / height, 0.13 / width, 1 - 0.75 / height))
        )
        scale.set_label(with_unit(series.attrs.get("long_name", str(series.name)), series.attrs.get("units", "1")))
    return figure


def equatorial_animation(series: xr.DataArray, *, frames: int = 48, width: float = 5.0, **look: Any) -> bytes:
    """Draw a quantity of the equatorial plane through time, as an animated picture that browsers show without a script.

    Parameters
    ----------
    series : DataArray
        As for :func:`equatorial_maps`.
    frames : int, optional
        At most so many.
    width : float, optional
        Width in inches.
    **look
        As for :func:`equatorial_maps`.

    Returns
    -------
    bytes
        An animated WebP picture.
    """
    times = series["time"].values
    chosen = times[np.unique(np.linspace(0, times.size - 1, min(frames, times.size)).round().astype(int))]
    norm = _scale(series, look.pop("limits", None), look.get("logarithmic", True))
    limits = (float(norm.vmin or 0.0), float(norm.vmax or 0.0))

    def drawn() -> Iterator[Figure]:
        for time in chosen:
            yield equatorial_maps(series, [time], width=width, limits=limits, **look)

    return moving_picture(drawn())


def moving_map(series: xr.DataArray, caption: str, *, frames: int = 24, **look: Any) -> str:
    """Write a moving map as a piece of HTML, with a still picture where motion is not wanted.

    Parameters
    ----------
    series : DataArray
        As for :func:`equatorial_maps`.
    caption : str
        What to see.
    frames : int, optional
        At most so many in the moving picture.
    **look
        As for :func:`equatorial_maps`.

    Returns
    -------
    str
        A figure, its pictures inside.
    """
    still = svg_uri(equatorial_maps(series, width=9.5, **look))
    moving = "data:image/webp;base64," + base64.b64encode(equatorial_animation(series, frames=frames, **look)).decode()
    alt = f"{series.attrs.get('long_name', series.name)} in the equatorial plane, hour by hour."
    return (
        f'<figure><picture><source media="(prefers-reduced-motion: reduce), print" srcset="{still}">'
        f'<img src="{moving}" alt="{escape(alt)}" style="max-width: 30rem"></picture>'
        f"<figcaption>{typeset(caption)}</figcaption></figure>"
    )


def _radial(series: xr.DataArray) -> str:
    radial = [str(d) for d in series.dims if d not in ("time", "mlt")]
    if set(series.dims) != {"time", "mlt", *radial} or len(radial) != 1:
        raise InputError(f"a map needs the dimensions time, mlt and a distance, not {', '.join(map(str, series.dims))}")
    return radial[0]


def _spread(times: np.ndarray) -> np.ndarray:
    chosen: np.ndarray = times[np.unique(np.linspace(0, times.size - 1, min(6, times.size)).round().astype(int))]
    return chosen


def _scale(series: xr.DataArray, limits: tuple[float, float] | None, logarithmic: bool) -> Normalize:
    values = series.values[np.isfinite(series.values)]
    if logarithmic:
        values = values[values > 0]
    if values.size == 0:
        raise InputError("a map needs at least one value above zero" if logarithmic else "a map needs a value")
    low, high = np.percentile(values, (2.0, 99.8)) if limits is None else limits
    if not high > low:
        high = low + max(abs(low), 1.0)
    return LogNorm(low, high) if logarithmic else Normalize(low, high)


def _map(
    axes: Axes, here: xr.DataArray, radial: str, line: xr.DataArray | None, norm: Normalize, colours: str, reach: float
) -> Any:
    """Draw one time: the cells, a line on them, the Earth and geosynchronous orbit."""
    r, mlt = here[radial].values, here["mlt"].values
    middle = 0.5 * (r[1:] + r[:-1])
    edges = np.concatenate([[2 * r[0] - middle[0]], middle, [2 * r[-1] - middle[-1]]])
    angle = np.radians(15.0 * (np.arange(mlt.size + 1) * (24.0 / mlt.size) + mlt[0] - 12.0 / mlt.size))
    # midnight points away from the Sun, dawn to -y
    x, y = -edges * np.cos(angle[:, None]), -edges * np.sin(angle[:, None])
    values = np.ma.masked_invalid(here.transpose("mlt", radial).values)
    if isinstance(norm, LogNorm):
        values = np.ma.masked_less_equal(values, 0.0)
    mesh = axes.pcolormesh(x, y, values, norm=norm, cmap=colours, rasterized=True)
    if line is not None:
        turn = np.radians(15.0 * np.append(line["mlt"].values, line["mlt"].values[0] + 24.0))
        distance = np.append(line.values, line.values[0])
        axes.plot(-distance * np.cos(turn), -distance * np.sin(turn), color="white", linewidth=2.2)
        axes.plot(-distance * np.cos(turn), -distance * np.sin(turn), color=VERMILLION, linewidth=1.1)
    ring = np.linspace(0.0, 2 * np.pi, 181)
    for colour, thick in (("white", 1.6), (BLACK, 0.8)):
        axes.plot(
            GEOSYNCHRONOUS_RADIUS * np.cos(ring), GEOSYNCHRONOUS_RADIUS * np.sin(ring), color=colour, linewidth=thick,
            linestyle=(0, (4, 2)),
        )  # fmt: skip
    axes.add_patch(Wedge((0, 0), 1.0, -90, 90, facecolor="white", edgecolor=BLACK, linewidth=0.7, zorder=4))
    axes.add_patch(Wedge((0, 0), 1.0, 90, 270, facecolor=BLACK, edgecolor=BLACK, linewidth=0.7, zorder=4))
    axes.set_aspect("equal")
    axes.grid(visible=False)
    axes.set_xlim(reach, -reach)
    axes.set_ylim(reach, -reach)
    return mesh


# In time and frequency -----------------------------------------------------------------------------------------------


_SECTORS = {"midnight": 0.0, "dawn": 6.0, "noon": 12.0, "dusk": 18.0}
_SECTOR_WIDTH = 3.0  # h either way
_FLOWS = {
    "from the sunlit ionosphere": ("supplied_by_day",),
    "to the dark ionosphere": ("returned_by_night",),
    "in through the edges": ("entered_outer", "entered_inner"),
    "out through the edges": ("lost_outer", "lost_inner", "lost_magnetopause"),
}


def plasmasphere_in_time(
    run: xr.Dataset, relations: Mapping[str, xr.DataArray] | None = None, *, width: float = 9.5
) -> Figure:
    """Draw how a plasmasphere shrinks and fills: plasmapause by local time, content, and what came and went.

    Parameters
    ----------
    run : Dataset
        From :meth:`sunearth.magnetosphere.plasmasphere_dynamics.Plasmasphere.solve`.
    relations : dict of str to DataArray (time), optional
        Plasmapauses of other models, L, by name.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Above, the median L of the plasmapause in four sectors of six hours; in the middle, all electrons; below, where
        they came from and went to since the first time. Through the edges pass the tubes of the trough as well.

    Examples
    --------
    >>> from sunearth.magnetosphere.plasmasphere_dynamics import Plasmasphere
    >>> time = np.datetime64("2015-03-16", "ns") + np.arange(0, 25, 3) * np.timedelta64(1, "h")
    >>> run = Plasmasphere(rows=30, columns=24).solve(time, kp=5.0)
    >>> [axes.get_ylabel().split()[0] for axes in plasmasphere_in_time(run).axes]
    ['plasmapause', 'electrons', 'gained']
    """
    when = date_number(run["time"].values)
    with style():
        figure = Figure(figsize=(width, 6.4 if width > NARROW else 8.2), layout="constrained")
        top, middle, below = figure.subplots(3, 1, sharex=True, height_ratios=(1.5, 0.8, 1.1))
        for k, (name, centre) in enumerate(_SECTORS.items()):
            away = np.abs((run["mlt"].values - centre + 12.0) % 24.0 - 12.0)
            sector = run["plasmapause_l"].isel(mlt=np.flatnonzero(away < _SECTOR_WIDTH))
            top.plot(when, sector.median("mlt"), label=name, linewidth=1.5, **LINES[k])
        for k, (name, line) in enumerate((relations or {}).items()):
            look: dict[str, Any] = {"color": GREY, "linewidth": 1.1 + 0.5 * k, "linestyle": ("-", ":")[k % 2]}
            top.plot(date_number(line["time"].values), line, label=name, drawstyle="steps-post", **look)
        top.set_ylabel("plasmapause (L)")
        middle.plot(when, 1e-31 * run["total_content"], color=BLACK, linewidth=1.5)
        middle.set_ylim(0.0, None)
        middle.set_ylabel("electrons (10$^{31}$)")
        for k, (name, parts) in enumerate(_FLOWS.items()):
            total = sum((run[part] for part in parts), xr.zeros_like(run["total_content"]))
            below.plot(when, 1e-31 * (total - total[0]), label=name, linewidth=1.5, **LINES[k])
        below.set_ylim(0.0, None)
        below.set_ylabel("gained and lost\n(10$^{31}$ electrons)")
        if width > NARROW:
            for axes in (top, below):
                axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
        else:
            top.legend(loc="lower left", bbox_to_anchor=(0.0, 1.02), ncols=3)
            below.legend(loc="lower left", bbox_to_anchor=(0.0, 1.02), ncols=1)
        date_axis(below, run["time"].values, width)
        figure.align_ylabels()
    return figure


def whistlers(
    lines: Mapping[str, tuple[float, float]],
    heard: tuple[Any, Any] | None = None,
    fitted: Any = None,
    *,
    width: float = 9.5,
) -> Figure:
    """Draw whistlers of several field lines as a receiver hears them, and one that was fitted to points.

    Parameters
    ----------
    lines : dict of str to tuple of float
        L and equatorial electron density (cm^-3) of each line, by name.
    heard : tuple of arrays, optional
        Times (s) and frequencies (kHz) of points of a spectrogram.
    fitted : FittedWhistler, optional
        What :func:`sunearth.magnetosphere.whistlers.fit_whistler` made of them.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Travel times, with a dot at each nose; beside them, if there are any, the points and the fit.

    Examples
    --------
    >>> whistlers({"L = 4": (4.0, 443.0)}).axes[0].get_xlabel()
    'after the lightning (s)'
    """
    from sunearth.magnetosphere.whistlers import equatorial_gyrofrequency, nose, travel_time

    lines = named(lines, "whistlers")
    count = 1 if heard is None else 2
    wide = width > NARROW
    with style():
        figure = Figure(figsize=(width, 4.2 if wide or count == 1 else 7.2), layout="constrained")
        panels = figure.subplots(1, count, squeeze=False) if wide else figure.subplots(count, 1, squeeze=False)
        left = panels.ravel()[0]
        longest = 0.0
        for k, (name, (shell, density)) in enumerate(lines.items()):
            tip = nose(shell, density)
            top = float(equatorial_gyrofrequency(shell))
            frequency = np.geomspace(0.08 * float(tip.frequency), 0.93 * top, 300)
            left.plot(travel_time(frequency, shell, density), frequency, label=name, linewidth=1.6, **LINES[k])
            left.plot(tip.time, tip.frequency, marker="o", markersize=5, color=LINES[k]["color"])
            longest = max(longest, 2.4 * float(tip.time))
        left.set(xlim=(0.0, longest), yscale="log", xlabel="after the lightning (s)", ylabel="frequency (kHz)")
        left.yaxis.set_major_formatter("{x:g}")
        left.legend(loc="lower left", bbox_to_anchor=(0.0, 1.02), ncols=4 if wide else 3)
        if heard is not None:
            right = panels.ravel()[1]
            time, frequency = (np.asarray(part, float) for part in heard)
            belongs = np.ones(time.size, bool) if fitted is None else fitted.belongs
            right.plot(time[~belongs], frequency[~belongs], linestyle="", marker="x", markersize=4, color=GREY,
                       label="left out")  # fmt: skip
            right.plot(time[belongs], frequency[belongs], linestyle="", marker="o", markersize=3.5, color=BLACK,
                       fillstyle="none", label="heard")  # fmt: skip
            if fitted is not None:
                fine = np.linspace(frequency.min(), frequency.max(), 300)
                path = fitted.origin + travel_time(fine, fitted.l_shell, fitted.density)
                right.plot(path, fine, color=VERMILLION, linewidth=1.6, label="fit")
                right.plot(fitted.origin + fitted.nose_time, fitted.nose_frequency, marker="o", markersize=5,
                           color=VERMILLION)  # fmt: skip
                right.axvline(fitted.origin, color=VERMILLION, linewidth=1.0, linestyle=(0, (1, 1.4)))
                right.annotate(
                    "lightning,\nas fitted", (fitted.origin, 0.5 * (frequency.min() + frequency.max())),
                    xytext=(5, 0), textcoords="offset points", color=VERMILLION, fontsize=7.5, va="center",
                )  # fmt: skip
            right.set(xlabel="on the receiver's clock (s)", ylabel="frequency (kHz)")
            right.legend(loc="lower left", bbox_to_anchor=(0.0, 1.02), ncols=3)
    return figure


def depressions(
    modelled: Mapping[str, xr.DataArray], observed: Mapping[str, xr.DataArray] | None = None, *, width: float = 9.5
) -> Figure:
    """Draw what ring currents take from the field on the ground, modelled and observed.

    Parameters
    ----------
    modelled : dict of str to DataArray (time)
        Dst by model, nT.
    observed : dict of str to DataArray (one dimension of time), optional
        Observed indices, nT.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        The observed indices in black and grey.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(3) * np.timedelta64(1, "h")
    >>> dst = xr.DataArray([0.0, -50.0, -100.0], {"time": time}, "time")
    >>> depressions({"a model": dst}).axes[0].get_ylabel()
    'Dst (nT)'
    """
    modelled = named(modelled, "depressions")
    with style():
        figure = Figure(figsize=(width, 3.5 if width > NARROW else 4.2), layout="constrained")
        axes = figure.subplots()
        for k, (name, series) in enumerate((observed or {}).items()):
            look: dict[str, Any] = {"color": (BLACK, GREY)[k % 2], "linewidth": (1.4, 0.9)[k % 2]}
            along = series[str(series.dims[0])].values
            axes.plot(date_number(along), series, label=name, **look)
        for (name, series), look in zip(modelled.items(), (LINES[0], LINES[1], *LINES[3:]), strict=False):
            axes.plot(date_number(series["time"].values), series, label=name, linewidth=1.6, **look)
        axes.axhline(0.0, color=GREY, linewidth=0.6)
        axes.set_ylabel("Dst (nT)")
        first = next(iter(modelled.values()))
        date_axis(axes, first["time"].values, width)
        figure.legend(loc="outside lower center", ncols=4 if width > NARROW else 2)
    return figure
