"""Maps of the equatorial plane around the Earth, such as plasmasphere and ring current, at hours or moving."""

from __future__ import annotations

import base64
from collections.abc import Iterator
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

from .canvas import in_words
from .page import moving_picture, svg_uri, typeset
from .style import BLACK, VERMILLION, style, with_unit


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
        mesh = None
        for k, axes in enumerate(grid.ravel()):
            if k >= count:
                axes.set_visible(False)
                continue
            here = series.sel(time=chosen[k], method="nearest")
            line = None if outline is None else outline.sel(time=chosen[k], method="nearest")
            mesh = _map(axes, here, radial, line, norm, colours, reach)
            axes.set_title(in_words(here["time"].values), fontweight="normal", fontsize=8.0)
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
    limits = look.pop("limits", None) or _scale(series, None, look.get("logarithmic", True))
    if isinstance(limits, Normalize):
        limits = (limits.vmin, limits.vmax)

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
    return times[np.unique(np.linspace(0, times.size - 1, min(6, times.size)).round().astype(int))]


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
