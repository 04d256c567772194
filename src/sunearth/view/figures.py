"""The pictures of a run: its course in time, the boundaries in space, the oval on the map, and a model's curve.

Every function returns a matplotlib Figure that belongs to no window and to no pyplot state. `width` is in inches and
the letters keep their size, so a narrow figure is one for a narrow screen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.dates as mdates
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon, Wedge
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from sunearth.chain.places import PLACES, dipole_latitudes
from sunearth.chain.stages import STAGES, bind
from sunearth.core.constants import GEOSYNCHRONOUS_RADIUS
from sunearth.core.errors import InputError, SunEarthError
from sunearth.geomagnetism.frames import dipole_tilt, geographic_to_dipole, magnetic_local_time

from .style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    INPUT,
    MODEL,
    OBSERVED,
    OBSERVED_FINE,
    OBSERVED_POINTS,
    ORANGE,
    PURPLE,
    SECOND,
    SKY,
    VERMILLION,
    style,
    unit_label,
    with_unit,
)

if TYPE_CHECKING:
    from sunearth.core.model import Spec

POINTS_PER_INCH = 200
"""Longer lines are reduced to the least and greatest value of each hundredth of an inch: no peak is lost."""

FEW = 250
"""An observed series of so many values is drawn as joined points."""

NARROW = 6.0
"""Figures narrower than this, in inches, are laid out for a telephone."""


# --- the course of a run in time --------------------------------------------------------------------------------------


def time_plot(result: xr.Dataset, *, width: float = 9.5) -> Figure:
    """Draw the inputs of a run and its responses, one panel each above a common axis of time.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`. Panels whose variables it lacks are left out; gaps stay open.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Dashed and pale where a model is used outside the range it was made for, or where a gap was bridged; a dotted
        line at the storm's peak.

    Raises
    ------
    InputError
        If the run still has a dimension other than time, or none of the variables that the panels show.
    """
    _expect_one_run(result)
    panels = [(draw, names) for draw, names in _PANELS if any(name in result for name in names)]
    if not panels:
        raise InputError("the run holds nothing that a time plot shows")
    with style():
        foot = 0.98 if width < NARROW else 0.75
        figure = Figure(figsize=(width, 0.26 + foot + 1.34 * len(panels)))
        height = figure.get_figheight()
        figure.subplots_adjust(
            left=0.72 / width,
            right=1 - (0.66 / width),
            bottom=foot / height,
            top=1 - 0.26 / height,
            hspace=0.36,
        )
        stacked = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        peak = storm_peak(result)
        outside = False
        for axes, (draw, _) in zip(stacked, panels, strict=True):
            draw(axes, result)
            axes.yaxis.set_label_coords(-0.5 / (width - 1.38), 0.5)
            outside |= any(line.get_gid() == "outside" for line in axes.get_lines())
            if peak is not None:
                axes.axvline(_number(peak), color=BLACK, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1.5)
        _date_axis(stacked[-1], result["time"].values, width)
        remarks = []
        if peak is not None:
            what = "Dst" if "dst" in result and bool(result["dst"].notnull().any()) else "oval"
            remarks.append(f"Dotted line: lowest modelled {what}, {_when(peak)}.")
        if outside:
            remarks.append("Pale dashes: bridged, outside the range a model was made for, or soon after a gap.")
        figure.text(
            0.08 / width, 0.1 / height, ("\n" if width < NARROW else "  ").join(remarks), fontsize=7.5, va="bottom"
        )
    return figure


def storm_peak(result: xr.Dataset) -> np.datetime64 | None:
    """Return when the modelled Dst is lowest, or where there is none, when the oval reaches lowest."""
    for name in ("dst", "oval_equatorward_mlat"):
        if name in result and bool(result[name].notnull().any()):
            return result["time"].values[int(np.nanargmin(result[name].values))]  # type: ignore[no-any-return]
    return None


def _field(axes: Axes, result: xr.Dataset) -> None:
    b_z = result["b_z"]
    if _measured(result, "b"):
        _line(axes, result, "b", color=GREY, linewidth=0.8, label="|B|")
    times, values = open_gaps(b_z["time"].values, b_z.values)
    times, values = decimate(_number(times), values, _most(axes))
    axes.fill_between(times, np.minimum(values, 0.0), 0.0, color=VERMILLION, alpha=0.35, linewidth=0, label="southward")
    _line(axes, result, "b_z", **INPUT, label="$B_z$")
    axes.axhline(0.0, color=INPUT["color"], linewidth=0.6)
    _finish(axes, "Interplanetary magnetic field", "$B_z$ GSM", "nT")


def _speed_and_density(axes: Axes, result: xr.Dataset) -> None:
    if "speed" in result:
        _line(axes, result, "speed", **INPUT, label="speed")
        _finish(axes, "Solar wind", "Speed", "km/s", legend=False)
    if "n_p" in result:
        right = axes.twinx()
        right.grid(visible=False)
        right.spines["right"].set_visible(True)
        right.spines["right"].set_color(BLUE)
        right.tick_params(axis="y", colors=BLUE, labelcolor=BLUE)
        _line(right, result, "n_p", color=BLUE, linewidth=0.9, linestyle=(0, (4, 1)), label="density")
        right.set_ylabel(with_unit("Density", "cm^-3"), color=BLUE)
        right.set_ylim(bottom=0.0)
        right.yaxis.set_major_locator(MaxNLocator(4))
        _legend(axes, right)


def _pressure(axes: Axes, result: xr.Dataset) -> None:
    _line(axes, result, "p_dyn", **INPUT, label="dynamic pressure")
    _log(axes)
    _finish(axes, "Dynamic pressure of the solar wind", "Pressure", "nPa", legend=False)


def _standoff(axes: Axes, result: xr.Dataset) -> None:
    if "bow_shock_standoff" in result:
        _line(axes, result, "bow_shock_standoff", **SECOND, label="bow shock")
    if "magnetopause_standoff" in result:
        standoff = result["magnetopause_standoff"]
        times, values = open_gaps(standoff["time"].values, standoff.values)
        times, values = decimate(_number(times), values, _most(axes))
        exposed = values < GEOSYNCHRONOUS_RADIUS
        if exposed.any():
            look = {"color": ORANGE, "alpha": 0.7, "linewidth": 0, "label": "orbit exposed"}
            axes.fill_between(times, values, GEOSYNCHRONOUS_RADIUS, where=exposed, interpolate=True, **look)
        _line(axes, result, "magnetopause_standoff", **MODEL, label="magnetopause")
    axes.axhline(GEOSYNCHRONOUS_RADIUS, color=BLACK, linewidth=0.9, linestyle=(0, (6, 2, 1, 2)), label="geosynchronous")
    _finish(axes, "Boundaries towards the Sun", "Distance", "R_E")


def _potential(axes: Axes, result: xr.Dataset) -> None:
    if "reconnection_potential" in result:
        _line(
            axes,
            result,
            "reconnection_potential",
            color=SKY,
            linewidth=0.9,
            linestyle=(0, (4, 1)),
            label="dayside rate",
        )
    if "cpcp" in result:
        _line(axes, result, "cpcp", **MODEL, label="cross-polar-cap")
    axes.set_ylim(bottom=0.0)
    _finish(axes, "Electric potential over the poles", "Potential", "kV")


def _dst(axes: Axes, result: xr.Dataset) -> None:
    if "sym_h_observed" in result:
        _line(axes, result, "sym_h_observed", **OBSERVED_FINE, label="SYM-H observed")
    if "dst_observed" in result:
        few = result["dst_observed"].size <= FEW
        _line(axes, result, "dst_observed", **(OBSERVED_POINTS if few else OBSERVED), label="Dst observed")
    if "dst" in result:
        _line(axes, result, "dst", **MODEL, label="Dst modelled")
    axes.axhline(0.0, color=INPUT["color"], linewidth=0.6)
    _finish(axes, "Storm index Dst", "Dst", "nT")


def _kp(axes: Axes, result: xr.Dataset) -> None:
    if "kp_observed" in result:
        times, values, width = _intervals(result["kp_observed"], np.timedelta64(3, "h"))
        shown = np.isfinite(values)
        axes.bar(
            _number(times[shown]),
            values[shown],
            width=width / np.timedelta64(1, "D"),
            align="edge",
            color="#D0D0D0",
            edgecolor=GREY,
            linewidth=0.5,
            label="observed, 3 h",
        )
    if "kp_model" in result:
        _line(axes, result, "kp_model", **MODEL, label="modelled")
    axes.set_ylim(0.0, 9.3)
    axes.yaxis.set_major_locator(FixedLocator([0, 3, 5, 7, 9]))
    scale = axes.secondary_yaxis("right")
    scale.yaxis.set_major_locator(FixedLocator([5, 6, 7, 8, 9]))
    scale.yaxis.set_major_formatter(FuncFormatter(lambda kp, _: f"G{kp - 4:.0f}"))
    scale.tick_params(labelsize=7)
    _finish(axes, "Planetary index Kp, NOAA storm scale on the right", "Kp", "1", locate=False)


def _ae(axes: Axes, result: xr.Dataset) -> None:
    if "ae_observed" in result:
        _line(axes, result, "ae_observed", **OBSERVED_FINE | {"color": BLACK}, label="observed")
    if "ae_model" in result:
        _line(axes, result, "ae_model", **MODEL, label="modelled")
    axes.set_ylim(bottom=0.0)
    _finish(axes, "Auroral electrojets", "AE", "nT", legend="ae_observed" in result)


def _oval(axes: Axes, result: xr.Dataset) -> None:
    both = ("oval_poleward_mlat", "oval_equatorward_mlat")
    if all(name in result for name in both):
        edges = [open_gaps(result["time"].values, result[name].values) for name in both]
        thinned = [decimate(_number(times), values, _most(axes)) for times, values in edges]
        axes.fill_between(
            thinned[0][0],
            thinned[0][1],
            np.interp(thinned[0][0], *thinned[1]) + 0.0 * thinned[0][1],
            color=GREEN,
            alpha=0.25,
            linewidth=0,
            label="oval",
        )
    if both[1] in result:
        _line(axes, result, both[1], **MODEL, label="equatorward edge")
    _finish(axes, "Auroral oval at midnight", "Magnetic lat.", "deg")


def _plasmapause(axes: Axes, result: xr.Dataset) -> None:
    _line(axes, result, "plasmapause_l", **MODEL, label="plasmapause")
    _finish(axes, "Inner edge of the plasmapause", "Plasmapause $L$", "1", legend=False)


def _powers(axes: Axes, result: xr.Dataset) -> None:
    if "joule_power" in result:
        _line(axes, result, "joule_power", **SECOND, label="Joule heating")
    if "hemispheric_power" in result:
        _line(axes, result, "hemispheric_power", **MODEL, label="auroral electrons")
    _log(axes, least=1.0)
    _finish(axes, "Power into one hemisphere", "Power", "GW")


_PANELS: tuple[tuple[Callable[[Axes, xr.Dataset], None], tuple[str, ...]], ...] = (
    (_field, ("b_z",)),
    (_speed_and_density, ("speed", "n_p")),
    (_pressure, ("p_dyn",)),
    (_standoff, ("magnetopause_standoff", "bow_shock_standoff")),
    (_potential, ("cpcp", "reconnection_potential")),
    (_dst, ("dst", "dst_observed", "sym_h_observed")),
    (_kp, ("kp_model", "kp_observed")),
    (_ae, ("ae_model", "ae_observed")),
    (_oval, ("oval_equatorward_mlat",)),
    (_plasmapause, ("plasmapause_l",)),
    (_powers, ("hemispheric_power", "joule_power")),
)


def _line(axes: Axes, result: xr.Dataset, name: str, **look: Any) -> None:
    """Draw a series: gaps open, pale and dashed outside its model's range, the ensemble's spread behind it."""
    series = result[name]
    dimension = _time_dimension(series)
    times, values = series[dimension].values, series.values.astype(float)
    if dimension != "time":
        # A mean over an interval belongs to its middle; the run's own times may mark the start of theirs as well.
        times, _, step = _intervals(series, np.timedelta64(1, "h"))
        own = result["time"].values
        marks_start = result.attrs.get("time_label") == "start" and own.size > 1
        times = times + (step - (np.median(np.diff(own)) if marks_start else np.timedelta64(0, "ns"))) / 2
    flag = result.get(f"{name}_valid")
    inside = flag.values.astype(bool) if flag is not None and flag.dims == series.dims else np.ones(values.size, bool)
    spread = result.get(f"{name}_spread")
    if spread is not None and "quantile" in spread.dims and spread.sizes["quantile"] > 1:
        bounds = spread.transpose("quantile", ...).values
        opened = [open_gaps(times, edge) for edge in (bounds[0], bounds[-1])]
        axes.fill_between(
            _number(opened[0][0]), opened[0][1], opened[1][1], color=look["color"], alpha=0.2, linewidth=0
        )
    bridged = result.get(f"{name}_interpolated")
    if bridged is not None and bridged.dims == series.dims:
        inside = inside & ~bridged.values.astype(bool)
    inside = inside | ~np.isfinite(values)
    if inside.all():
        _curve(axes, times, values, **look)
        return
    _curve(axes, times, np.where(inside, values, np.nan), **look)
    # One sample more at either end joins the pale part to the full one.
    outside = ~inside
    outside[1:] |= ~inside[:-1]
    outside[:-1] |= ~inside[1:]
    pale = look | {"alpha": 0.55, "linestyle": (0, (2, 1.2)), "linewidth": 0.8 * look["linewidth"], "label": None}
    _curve(axes, times, np.where(outside, values, np.nan), gid="outside", **pale)


def _curve(axes: Axes, times: np.ndarray, values: np.ndarray, **look: Any) -> None:
    times, values = open_gaps(times, values)
    alone = _alone(values)
    if alone.any():
        axes.plot(_number(times[alone]), values[alone], ".", color=look["color"], markersize=3)
    axes.plot(*decimate(_number(times), values, _most(axes)), **look)


def _alone(values: np.ndarray) -> np.ndarray:
    """Whether a value has no neighbour to draw a line to."""
    finite = np.isfinite(values)
    before, after = np.append(False, finite[:-1]), np.append(finite[1:], False)
    return finite & ~before & ~after


def open_gaps(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put a NaN into every jump of time, so that no line is drawn across what was not measured.

    Parameters
    ----------
    times : array of datetime64
        Increasing.
    values : array
        Of the same length.

    Returns
    -------
    times, values : array
        Longer by one sample for each step above one and a half of the usual.

    Examples
    --------
    >>> hours = np.array(["2015-03-17T00", "2015-03-17T01", "2015-03-17T02", "2015-03-17T05"], "M8[ns]")
    >>> open_gaps(hours, np.arange(4.0))[1]
    array([ 0.,  1.,  2., nan,  3.])
    """
    values = np.asarray(values, float)
    if times.size < 3:
        return times, values
    steps = np.diff(times)
    usual = np.median(steps)
    jumps = np.flatnonzero(steps > 1.5 * usual)
    return np.insert(times, jumps + 1, times[jumps] + usual / 2), np.insert(values, jumps + 1, np.nan)


def decimate(times: np.ndarray, values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Thin a long line to the least and greatest value of each stretch; stretches without a number stay NaN.

    Parameters
    ----------
    times, values : array
        A line.
    most : int
        Shorter lines come back unchanged.

    Returns
    -------
    times, values : array
        At most `most` points, in order of time.

    Examples
    --------
    >>> t, v = decimate(np.arange(100.0), np.sin(np.arange(100.0)), most=20)
    >>> t.size, bool(v.max() == np.sin(np.arange(100.0)).max())
    (20, True)
    """
    if values.size <= most:
        return times, values
    edges = np.linspace(0, values.size, most // 2 + 1).astype(int)[:-1]
    lengths = np.diff(np.append(edges, values.size))
    finite = np.isfinite(values)
    stretch = np.repeat(np.arange(edges.size), lengths)
    picked = []
    for order in (np.where(finite, values, np.inf), np.where(finite, -values, np.inf)):
        extreme = np.minimum.reduceat(order, edges)
        hits = np.flatnonzero(order == extreme[stretch])
        _, first = np.unique(stretch[hits], return_index=True)
        picked.append(hits[first])
    chosen = np.sort(np.column_stack(picked), axis=1).ravel()
    return times[chosen], values[chosen]


def _most(axes: Axes) -> int:
    return int(POINTS_PER_INCH * axes.figure.get_figwidth())  # type: ignore[union-attr]


def _intervals(series: xr.DataArray, usual: np.timedelta64) -> tuple[np.ndarray, np.ndarray, np.timedelta64]:
    times = series[_time_dimension(series)].values
    step = np.median(np.diff(times)) if times.size > 1 else usual.astype("m8[ns]")
    return times, series.values.astype(float), step


def _time_dimension(series: xr.DataArray) -> str:
    return next(str(d) for d in series.dims if str(d).startswith("time"))


def _number(times: Any) -> Any:
    return mdates.date2num(times)


def _measured(result: xr.Dataset, name: str) -> bool:
    return name in result and not result[name].attrs.get("assumes")


def _expect_one_run(result: xr.Dataset) -> None:
    if "time" not in result.dims:
        raise InputError("a run to draw needs the dimension time")
    if "member" in result.dims:
        raise InputError("draw one member of an ensemble: result.isel(member=0)")


def _when(time: np.datetime64) -> str:
    """Write a time as people say it: 17 March 2015, 22:35 UTC."""
    moment = np.datetime64(time, "s").astype(object)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


# English whatever the locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _log(axes: Axes, least: float = 0.0) -> None:
    """Set a logarithmic axis with plain numbers, if there is anything positive to show."""
    lines = [line.get_ydata() for line in axes.get_lines()]
    values = np.concatenate([np.asarray(v, float) for v in lines]) if lines else np.empty(0)
    positive = values[np.isfinite(values) & (values > 0)]
    if positive.size == 0:
        return
    low, high = max(float(positive.min()), least), float(positive.max())
    axes.set_yscale("log", nonpositive="mask")
    axes.set_ylim(low / 1.25, max(high, low) * 1.25)
    decades = np.log10(max(high, low) / low)
    axes.yaxis.set_major_locator(LogLocator(10, (1.0, 2.0, 5.0) if decades < 2 else (1.0,), numticks=8))
    axes.yaxis.set_minor_locator(NullLocator() if decades < 2 else LogLocator(10, "auto", numticks=20))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _finish(axes: Axes, title: str, quantity: str, unit: str, *, legend: bool = True, locate: bool = True) -> None:
    """Name the panel above and the axis beside it; the legend stands above the panel, never on the data."""
    axes.set_ylabel(with_unit(quantity, unit))
    if axes.get_yscale() == "linear" and locate:
        axes.yaxis.set_major_locator(MaxNLocator(4))
    lines = [np.asarray(line.get_ydata(), float) for line in axes.get_lines() if line.get_gid() != "reference"]
    if not any(values.size > 2 and np.isfinite(values).any() for values in lines) and not axes.patches:
        axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", va="center", color=GREY)
    if axes.figure.get_figwidth() >= NARROW:
        axes.set_title(title)
    if legend:
        _legend(axes)


def _legend(*several: Axes) -> None:
    found: dict[str, Any] = {}
    for axes in several:
        handles, labels = axes.get_legend_handles_labels()
        found |= {label: handle for handle, label in zip(handles, labels, strict=True) if label not in found}
    if len(found) > 1:
        narrow = several[0].figure.get_figwidth() < NARROW
        tight = {"handlelength": 1.6, "columnspacing": 0.8, "handletextpad": 0.4, "fontsize": 7.0} if narrow else {}
        place = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.015), "ncols": len(found)}
        several[0].legend(found.values(), found.keys(), **place, **tight)


def _date_axis(axes: Axes, times: np.ndarray, width: float) -> None:
    """Set days as ticks for a storm, something coarser or finer for anything else; the year stands in the label."""
    first, last = times[0], times[-1]
    if first == last:
        first, last = first - np.timedelta64(1, "h"), last + np.timedelta64(1, "h")
    axes.set_xlim(_number(first), _number(last))
    days = (last - first) / np.timedelta64(1, "D")
    per_tick = days / max(2.0, (width - 1.4) / 0.75)
    locator: Any
    if days > 45:
        locator = mdates.AutoDateLocator(minticks=3, maxticks=max(4, int(width)))
        axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    else:
        hours = next((h for h in (1, 3, 6, 12) if h / 24 >= per_tick), None)
        if hours is not None and days <= 3:
            locator = mdates.HourLocator(byhour=range(0, 24, hours))
        else:
            interval = next((n for n in (1, 2, 5, 10) if n >= per_tick), 15)
            locator = mdates.DayLocator(interval=interval)
            axes.xaxis.set_minor_locator(mdates.HourLocator(byhour=(6, 12, 18)) if interval == 1 else NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(_day_or_hour))
    axes.xaxis.set_major_locator(locator)
    years = sorted({str(np.datetime64(t, "Y")) for t in (first, last)})
    axes.set_xlabel(f"Universal time, {'-'.join(years)}")


def _day_or_hour(number: float, _: Any) -> str:
    moment = mdates.num2date(number)
    day = f"{moment.day} {_MONTHS[moment.month - 1][:3]}"
    return day if moment.hour == 0 else f"{moment:%H:%M}"


# --- the boundaries in space ------------------------------------------------------------------------------------------

BOW_SHOCK_ECCENTRICITY = 0.81
"""Of the conic that Farris and Russell (1994) put about the Earth; drawn where the model gives no shape of its own."""
USUAL_FLARING = 0.58
"""Of Shue et al. (1998) for weak field and 1 nPa; drawn where the model gives no shape."""


def boundary_cuts(result: xr.Dataset, *, width: float = 9.5) -> Figure:
    """Draw bow shock and magnetopause in the quietest and in the most compressed hour of a run.

    Above the cut through noon and midnight (GSM x and z), below the equatorial cut (GSM x and y) seen from the north;
    the Sun is on the left, so x grows leftward and, in the equatorial cut, dusk is at the bottom.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Distances in Earth radii. The magnetopause of the quiet hour is repeated, dotted, beside the compressed one.
    """
    _expect_one_run(result)
    hours = extreme_hours(result)
    with style():
        if not hours:
            return _empty(width, "No hour of this run has a magnetopause to draw.")
        shapes = [_boundaries(result, hour) for hour in hours]
        nose = max(shape["nose"] for shape in shapes)
        # About what the bow shock spans above the Earth, and a little more than it reaches sunward.
        half, sunward, tailward = float(np.clip(1.75 * nose, 15.0, 24.0)), 1.15 * nose + 1.0, -22.0
        narrow = width < NARROW
        each = (width - (0.75 if narrow else 1.1)) / 2
        tall = each * 2 * half / (sunward - tailward)
        head, foot, between = (0.95, 1.05, 0.3) if narrow else (0.5, 0.8, 0.3)
        figure = Figure(figsize=(width, 2 * tall + head + foot + between))
        height = figure.get_figheight()
        grid = figure.subplots(2, 2, sharex=True, sharey="row")
        figure.subplots_adjust(
            left=0.55 / width,
            right=1 - 0.1 / width,
            bottom=foot / height,
            top=1 - head / height,
            wspace=(0.1 if narrow else 0.45) / each,
            hspace=between / tall,
        )
        for column, (hour, shape, name) in enumerate(zip(hours, shapes, ("Quietest", "Most compressed"), strict=True)):
            for row, axis in enumerate("zy"):
                axes = grid[row, column]
                _cut(axes, shape, axis, shapes[0] if column else None, narrow)
                axes.set_aspect("equal")
                axes.set_xlim(sunward, tailward)
                axes.set_ylim((-half, half) if axis == "z" else (half, -half))
                axes.label_outer(remove_inner_ticks=False)
            grid[0, column].set_title(_hour_in_words(hour, name, narrow), fontweight="normal", fontsize=8.0)
        handles, labels = grid[0, 1].get_legend_handles_labels()
        figure.legend(
            handles,
            labels,
            loc="lower left",
            ncols=2 if narrow else 3 if width < 8.4 else len(labels),
            bbox_to_anchor=(0.4 / width, 0.02 / height),
        )
    return figure


def extreme_hours(result: xr.Dataset) -> list[dict[str, Any]]:
    """Return the hourly means at the farthest and at the nearest magnetopause of a run.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.

    Returns
    -------
    list of dict
        The quietest and the most compressed hour, each with its ``start`` and the means of every variable along time;
        empty if no hour is half covered.
    """
    if "magnetopause_standoff" not in result or result.sizes["time"] == 0:
        return []
    start = result["time"].values.astype("datetime64[h]")
    hours, index = np.unique(start, return_inverse=True)
    samples = np.bincount(index)
    names = [
        str(name)
        for name, v in result.data_vars.items()
        if v.dims == ("time",) and v.dtype.kind == "f" and not str(name).endswith("_observed")
    ]
    means = {}
    for name in names:
        values = result[name].values
        finite = np.isfinite(values)
        count = np.bincount(index[finite], minlength=hours.size)
        total = np.bincount(index[finite], values[finite], minlength=hours.size)
        enough = (count > 0) & (2 * count >= samples)
        means[name] = np.where(enough, total / np.maximum(count, 1), np.nan)
    standoff = means.get("magnetopause_standoff", np.empty(0))
    if not np.isfinite(standoff).any():
        return []
    chosen = (int(np.nanargmax(standoff)), int(np.nanargmin(standoff)))
    return [{"start": hours[k]} | {name: float(values[k]) for name, values in means.items()} for k in chosen]


def _boundaries(result: xr.Dataset, hour: dict[str, Any]) -> dict[str, Any]:
    """Points of both boundaries in the two planes, of the run's own models scaled to the run's own standoff."""
    theta = np.radians(np.concatenate([np.linspace(0.0, 100.0, 101), np.linspace(101.0, 170.0, 140)]))
    shape: dict[str, Any] = {"hour": hour, "tilt": hour.get("dipole_tilt", np.nan)}
    flaring = hour.get("magnetopause_flaring", np.nan)
    flaring = flaring if np.isfinite(flaring) else USUAL_FLARING
    plain = {
        "magnetopause": (2.0 / (1.0 + np.cos(theta))) ** flaring,
        "bow_shock": _conic(theta),
    }
    nose = [hour.get(f"{name}_standoff", np.nan) for name in plain]
    for name, fallback in plain.items():
        standoff = hour.get(f"{name}_standoff", np.nan)
        for axis, azimuths in (("z", (np.pi / 2, -np.pi / 2)), ("y", (0.0, np.pi))):
            halves = []
            for side, phi in enumerate(azimuths):
                ratio = _model_shape(result, name, hour, theta, phi)
                r = standoff * (fallback if ratio is None else ratio)
                x, across = r * np.cos(theta), r * np.sin(theta) * (1.0 if side == 0 else -1.0)
                halves.append((x[::-1], across[::-1]) if side == 0 else (x, across))
            shape[f"{name}_{axis}"] = tuple(np.concatenate([a, b]) for a, b in zip(*halves, strict=True))
    finite = [value for value in nose if np.isfinite(value)]
    shape["nose"] = max(finite) if finite else 12.0
    return shape


def _conic(theta: np.ndarray) -> np.ndarray:
    reach = 1.0 + BOW_SHOCK_ECCENTRICITY * np.cos(theta)
    return (1.0 + BOW_SHOCK_ECCENTRICITY) / reach


def _model_shape(
    result: xr.Dataset, stage_name: str, hour: Mapping[str, Any], theta: np.ndarray, phi: float
) -> np.ndarray | None:
    """Distance over standoff along a half-plane, from the run's model; None where it gives no shape."""
    model = _model_of(result, stage_name)
    if model is None or "theta" not in model.spec.parameters:
        return None
    given = {"phi": phi} if "phi" in model.spec.parameters else {}
    held = {name: np.float64(value) for name, value in hour.items() if name != "start" and np.isfinite(value)}
    if "dipole_tilt" in held:
        held["dipole_tilt"] = np.radians(held["dipole_tilt"])
    try:
        inputs = bind(model, held, theta=theta, **given)
        r = np.asarray(model(**inputs), float)
        nose = float(np.asarray(model(**inputs | {"theta": 0.0})))
    except (SunEarthError, TypeError):
        return None
    ratio = np.where((r > 0) & (r < 1e3), r, np.nan) / nose
    return ratio if np.isfinite(ratio).sum() > theta.size // 4 else None


def _model_of(result: xr.Dataset, stage_name: str) -> Any:
    """Return the model that answered a stage of this run, or None if it is not known here."""
    try:
        chosen = json.loads(result.attrs.get("models", "{}")).get(stage_name)
        return next(stage for stage in STAGES if stage.name == stage_name).model(chosen)
    except (SunEarthError, StopIteration, ValueError, AttributeError, ImportError):
        return None


def _cut(axes: Axes, shape: Mapping[str, Any], axis: str, quiet: Mapping[str, Any] | None, narrow: bool) -> None:
    """Draw one plane: boundaries, orbit, plasmapause, Earth and what lies where."""
    shock, pause = shape[f"bow_shock_{axis}"], shape[f"magnetopause_{axis}"]
    inside = np.isfinite(pause[0])
    axes.fill(pause[0][inside], pause[1][inside], color=SKY, alpha=0.16, linewidth=0)
    axes.plot(*shock, color=VERMILLION, linewidth=1.5, linestyle=(0, (5, 1.5)), label="bow shock")
    axes.plot(*pause, color=BLUE, linewidth=1.9, label="magnetopause")
    if quiet is not None:
        axes.plot(
            *quiet[f"magnetopause_{axis}"],
            color=GREY,
            linewidth=1.0,
            linestyle=(0, (1, 1.6)),
            label="magnetopause of the quietest hour",
        )
    _plasmasphere(axes, shape, axis)
    orbit = {"color": BLACK, "linewidth": 0.9, "linestyle": (0, (6, 2, 1, 2))}
    if axis == "y":
        angle = np.linspace(0.0, 2.0 * np.pi, 181)
        axes.plot(
            GEOSYNCHRONOUS_RADIUS * np.cos(angle),
            GEOSYNCHRONOUS_RADIUS * np.sin(angle),
            **orbit,
            label="geosynchronous orbit",
        )
    else:
        axes.plot([-GEOSYNCHRONOUS_RADIUS, GEOSYNCHRONOUS_RADIUS], [0.0, 0.0], **orbit, label="geosynchronous orbit")
    axes.add_patch(Wedge((0, 0), 1.0, -90, 90, facecolor="white", edgecolor=BLACK, linewidth=0.7, zorder=4))
    axes.add_patch(Wedge((0, 0), 1.0, 90, 270, facecolor=BLACK, edgecolor=BLACK, linewidth=0.7, zorder=4))
    small = {"fontsize": 7.0, "color": "#444444"}
    axes.text(0.02, 0.97, "\N{LEFTWARDS ARROW} Sun", transform=axes.transAxes, va="top", **small)
    plane = "Noon-midnight\nplane" if axis == "z" else "Equatorial plane,\nfrom the north"
    if not narrow:
        axes.text(0.02, 0.03, plane, transform=axes.transAxes, va="bottom", **small)
    axes.set_xlabel(with_unit("x GSM", "R_E"))
    ends = ("south", "north") if axis == "z" else ("dusk", "dawn")
    axes.set_ylabel(
        f"\N{LEFTWARDS ARROW} {ends[0]}   {with_unit(f'{axis} GSM', 'R_E')}   {ends[1]} \N{RIGHTWARDS ARROW}"
    )
    for direction in (axes.xaxis, axes.yaxis):
        direction.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))


def _plasmasphere(axes: Axes, shape: Mapping[str, Any], axis: str) -> None:
    plasmapause = shape["hour"].get("plasmapause_l", np.nan)
    if not np.isfinite(plasmapause):
        return
    look = {"facecolor": PURPLE, "alpha": 0.45, "edgecolor": "#7A3E62", "linewidth": 0.8}
    if axis == "y":
        axes.add_patch(Circle((0, 0), plasmapause, label="plasmasphere", zorder=3, **look))
        return
    # Dipole lines r = L cos^2(latitude), leaning with the dipole: sunward (positive x) at the top for positive tilt.
    latitude = np.linspace(-np.pi / 2, np.pi / 2, 91)
    r = plasmapause * np.cos(latitude) ** 2
    tilt = np.radians(shape["tilt"]) if np.isfinite(shape["tilt"]) else 0.0
    for side, label in ((1.0, "plasmasphere"), (-1.0, None)):
        x, z = side * r * np.cos(latitude), r * np.sin(latitude)
        turned = np.column_stack([x * np.cos(tilt) + z * np.sin(tilt), -x * np.sin(tilt) + z * np.cos(tilt)])
        axes.add_patch(Polygon(turned, label=label, zorder=3, **look))


def _hour_in_words(hour: Mapping[str, Any], name: str, narrow: bool) -> str:
    start = np.datetime64(hour["start"], "s").astype(object)
    stated = [
        f"{symbol} {hour[key]:.{digits}f} {unit}"
        for key, symbol, unit, digits in (("p_dyn", "pressure", "nPa", 1), ("b_z", "$B_z$", "nT", 1))
        if np.isfinite(hour.get(key, np.nan))
    ]
    nose = f"nose at {hour['magnetopause_standoff']:.1f} $R_E$"
    day = f"{start.day} {_MONTHS[start.month - 1][:3]} {start.year}, {start:%H}-{(start.hour + 1) % 24:02d} UTC"
    lines = [f"{name} hour", day, *stated, nose] if narrow else [f"{name} hour: {day}", ", ".join([*stated, nose])]
    return "\n".join(lines).replace("-", "\N{EN DASH}", 1).replace(" -", " \N{MINUS SIGN}")


def _empty(width: float, text: str) -> Figure:
    figure = Figure(figsize=(width, 1.2))
    figure.text(0.5, 0.5, text, ha="center", va="center", color="#444444")
    return figure


# --- the oval on the map ----------------------------------------------------------------------------------------------


def polar_map(result: xr.Dataset, *, time: Any = None, width: float = 7.5) -> Figure:
    """Draw the auroral oval over the northern hemisphere, the Sun at the top.

    The map is in dipole latitude and magnetic local time; coastlines and places stand where the Earth's rotation had
    carried them.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.
    time : datetime64 or str, optional
        When; the storm's peak if left out. The nearest time with an oval is drawn.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        A square map with its caption of numbers above and its legend below.
    """
    _expect_one_run(result)
    names = ("oval_equatorward_mlat", "oval_poleward_mlat")
    with style():
        if any(name not in result for name in names):
            return _empty(width, "This run has no auroral oval to draw.")
        present = np.flatnonzero(np.isfinite(result[names[0]].values) & np.isfinite(result[names[1]].values))
        if present.size == 0:
            return _empty(width, "At no time of this run is the auroral oval known.")
        wanted = np.datetime64(str(time).rstrip("Z"), "ns") if time is not None else storm_peak(result)
        times = result["time"].values
        at = int(present[np.argmin(np.abs(times[present] - wanted))])
        moment = times[at]
        mlt = np.linspace(0.0, 24.0, 193)
        equatorward, poleward = (_oval_edge(result, at, name, mlt) for name in names)
        lowest = float(np.nanmin(equatorward))
        edge = 50.0 if lowest >= 56.0 else 40.0 if lowest >= 46.0 else 30.0
        narrow = width < NARROW
        head, foot = 0.72, 0.62 if narrow else 0.42
        figure = Figure(figsize=(width, width + head + foot - 0.1))
        height = figure.get_figheight()
        axes = figure.add_axes((0.0, foot / height, 1.0, (width - 0.1) / height))
        radius = 90.0 - edge
        axes.set_xlim(-1.13 * radius, 1.13 * radius)
        axes.set_ylim(-1.13 * radius, 1.13 * radius)
        axes.set_aspect("equal")
        axes.set_axis_off()
        _night(axes, moment, radius)
        _coast(axes, moment, radius)
        _oval_band(axes, mlt, equatorward, poleward, radius)
        boxes = _graticule(axes, edge, narrow)
        _place_names(axes, moment, mlt, equatorward, poleward, radius, boxes, narrow)
        middle = f"equatorward edge at midnight {result[names[0]].values[at]:.1f}°"
        figure.text(0.14 / width, 1 - 0.12 / height, "Auroral oval, northern hemisphere", va="top", fontweight="bold")
        figure.text(
            0.14 / width,
            1 - 0.31 / height,
            f"{_when(moment)}; {middle}\nDipole latitude and magnetic local time; the Sun is at the top.",
            va="top",
            fontsize=8.0,
        )
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower left", ncols=2 if narrow else 4, bbox_to_anchor=(0.1 / width, 0.0))
    return figure


def _project(mlat: Any, mlt: Any) -> tuple[Any, Any]:
    """Place a point on the map: noon up, dawn to the right, the distance from the pole its colatitude."""
    angle = np.asarray(mlt) * (np.pi / 12)
    r = 90.0 - np.asarray(mlat)
    return r * np.sin(angle), -r * np.cos(angle)


def _oval_edge(result: xr.Dataset, at: int, name: str, mlt: np.ndarray) -> np.ndarray:
    """A boundary around the Earth: the shape of the run's oval model moved to the run's own midnight value."""
    midnight = float(result[name].values[at])
    boundary = name.split("_")[1]
    now = {str(n): np.float64(v.values[at]) for n, v in result.data_vars.items() if v.dims == ("time",) and v.size}
    now |= {new: now[old] for new, old in (("al", "al_model"), ("ae", "ae_model"), ("kp", "kp_model")) if old in now}
    for model in (_model_of(result, "oval"), _default_oval()):
        if model is None or not {"mlt", "boundary"} <= model.spec.parameters.keys():
            continue
        try:
            around = np.asarray(model(**bind(model, now, mlt=mlt, boundary=boundary)), float)
        except (SunEarthError, TypeError):
            continue
        shifted = around - around[0] + midnight
        if np.isfinite(shifted).all() and (shifted < 90.0).all():
            return shifted
    return np.full(mlt.shape, midnight)


def _default_oval() -> Any:
    try:
        return next(stage for stage in STAGES if stage.name == "oval").model()
    except (SunEarthError, ImportError):
        return None


def _night(axes: Axes, moment: np.datetime64, radius: float) -> None:
    """Shade the night in steps of twilight, deepest where the Sun is 12 degrees or more below the horizon."""
    x = np.linspace(-radius, radius, 181)
    x, y = np.meshgrid(x, x)
    colatitude = np.radians(np.hypot(x, y))
    # The subsolar point has the dipole latitude of the tilt and stands at magnetic noon.
    tilt = float(dipole_tilt(moment))
    sunward = np.cos(np.arctan2(x, y))
    height = np.sin(tilt) * np.cos(colatitude) + np.cos(tilt) * np.sin(colatitude) * sunward
    altitude = np.degrees(np.arcsin(np.clip(height, -1.0, 1.0)))
    outline = Circle((0, 0), radius, transform=axes.transData, facecolor="none", edgecolor="none")
    axes.add_patch(outline)
    shades = axes.contourf(x, y, altitude, levels=[-90, -12, -6, 0], colors=["#B4BAC6", "#CDD2DB", "#E6E9EE"], zorder=0)
    shades.set_clip_path(outline)
    axes.fill([], [], color="#B4BAC6", label="night (paler: twilight)")


def _coast(axes: Axes, moment: np.datetime64, radius: float) -> None:
    try:
        from .coastline import coastline
    except ImportError:
        return
    longitude, latitude = coastline()
    place = geographic_to_dipole(moment, np.asarray(latitude, float), np.asarray(longitude, float))
    x, y = _project(place.mlat, magnetic_local_time(moment, place.mlon))
    beyond = np.hypot(x, y) > radius
    axes.plot(np.where(beyond, np.nan, x), np.where(beyond, np.nan, y), color="#5B5B5B", linewidth=0.6, zorder=1)


def _oval_band(axes: Axes, mlt: np.ndarray, equatorward: np.ndarray, poleward: np.ndarray, radius: float) -> None:
    outer, inner = _project(equatorward, mlt), _project(np.maximum(poleward, equatorward), mlt)
    ring = np.column_stack([np.concatenate([outer[k], inner[k][::-1]]) for k in (0, 1)])
    axes.add_patch(Polygon(ring, closed=True, facecolor=GREEN, alpha=0.45, linewidth=0, zorder=2, label="auroral oval"))
    axes.plot(*outer, color="#00553E", linewidth=1.8, zorder=3, label="equatorward edge")
    axes.plot(*inner, color="#00553E", linewidth=0.9, linestyle=(0, (4, 1.5)), zorder=3, label="poleward edge")


def _graticule(axes: Axes, edge: float, narrow: bool) -> list[tuple[float, float, float, float]]:
    """Circles of latitude and hours of local time; returns the boxes that their labels fill."""
    radius = 90.0 - edge
    angle = np.linspace(0.0, 2.0 * np.pi, 181)
    boxes = []
    pane = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8}
    for latitude in np.arange(edge, 90.0, 10.0):
        r = 90.0 - latitude
        outermost = latitude == edge
        axes.plot(
            r * np.cos(angle),
            r * np.sin(angle),
            color="#444444" if outermost else GREY,
            linewidth=0.9 if outermost else 0.5,
            zorder=2.5,
        )
        x, y = _project(latitude, 10.5)
        axes.text(
            x, y, f"{latitude:.0f}°", ha="center", va="center", fontsize=7.0, color="#444444", bbox=pane, zorder=5
        )
        boxes.append(_box(axes, float(x), float(y), f"{latitude:.0f}°", 7.0, "center"))
    for hour in range(0, 24, 3):
        (x, x_far), (y, y_far) = _project(np.array([80.0, edge]), hour)
        axes.plot([x, x_far], [y, y_far], color=GREY, linewidth=0.4, zorder=2.5)
        named = {0: "00 midnight", 6: "06 dawn", 12: "12 noon, to the Sun", 18: "18 dusk"}.get(hour, f"{hour:02d}")
        x, y = _project(edge - 0.045 * radius, hour)
        rotation = {6: -90.0, 18: 90.0}.get(hour, 0.0)
        words = named if hour % 6 == 0 else f"{hour:02d}"
        label = f"{words} MLT (h)" if hour == 0 else words
        axes.text(x, y, label, ha="center", va="center", fontsize=7.5, rotation=rotation, zorder=5)
    return boxes


def _place_names(
    axes: Axes,
    moment: np.datetime64,
    mlt: np.ndarray,
    equatorward: np.ndarray,
    poleward: np.ndarray,
    radius: float,
    boxes: list[tuple[float, float, float, float]],
    narrow: bool,
) -> None:
    """Name a few places under the oval or within sight of it, most of them in the night, none over another."""
    latitude = np.array([place.latitude for place in PLACES])
    longitude = np.array([place.longitude for place in PLACES])
    local_time = np.asarray(magnetic_local_time(moment, geographic_to_dipole(moment, latitude, longitude).mlon))
    mlat = dipole_latitudes(moment)
    x, y = _project(mlat, local_time)
    from_midnight = np.minimum(local_time, 24.0 - local_time)
    above = mlat - np.interp(local_time, mlt, equatorward)
    under = (above >= -0.5) & (mlat <= np.interp(local_time, mlt, poleward) + 0.5)
    near = (mlat > 0) & (np.hypot(x, y) < 0.97 * radius) & (above > -9.0) & (from_midnight < 9.0)
    rank = from_midnight + np.where(under, 0.0, 3.0 + 0.3 * np.abs(above))
    taken = list(boxes)
    shown: list[int] = []
    size = 7.0
    for k in np.argsort(rank, kind="stable"):
        if not near[k] or len(shown) >= (9 if narrow else 14):
            continue
        gap = 0.014 * radius
        if any(np.hypot(x[k] - x[other], y[k] - y[other]) < 0.075 * radius for other in shown):
            continue
        for anchor, dx, dy in (
            ("left", gap, 0.0),
            ("right", -gap, 0.0),
            ("center", 0.0, 2 * gap),
            ("center", 0.0, -2 * gap),
        ):
            box = _box(axes, float(x[k] + dx), float(y[k] + dy), PLACES[k].name, size, anchor)
            corners = np.hypot(np.array(box)[[0, 0, 2, 2]], np.array(box)[[1, 3, 1, 3]])
            if corners.max() < radius and not any(_overlap(box, other) for other in taken):
                break
        else:
            continue
        taken += [box, _dot(float(x[k]), float(y[k]), gap)]
        shown.append(int(k))
        axes.plot(x[k], y[k], "o", color=BLACK if under[k] else "#555555", markersize=2.6, zorder=6)
        axes.text(
            x[k] + dx,
            y[k] + dy,
            PLACES[k].name,
            ha=anchor,
            va="center",
            fontsize=size,
            zorder=6,
            color=BLACK if under[k] else "#444444",
            fontstyle="normal" if under[k] else "italic",
            path_effects=_halo(),
        )


def _halo() -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=1.6, foreground="white")]


def _box(axes: Axes, x: float, y: float, text: str, size: float, anchor: str) -> tuple[float, float, float, float]:
    """The rectangle in data units that a text will fill: an estimate, so that drawing twice gives the same picture."""
    figure = axes.figure
    width_inches = figure.get_figwidth() * axes.get_position().width  # type: ignore[union-attr]
    per_point = (axes.get_xlim()[1] - axes.get_xlim()[0]) / (72.0 * width_inches)
    wide, high = (0.66 * size * len(text) + 2.0) * per_point, 1.25 * size * per_point
    left = {"left": x, "right": x - wide, "center": x - wide / 2}[anchor]
    return left, y - high / 2, left + wide, y + high / 2


def _dot(x: float, y: float, gap: float) -> tuple[float, float, float, float]:
    return x - gap / 2, y - gap / 2, x + gap / 2, y + gap / 2


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# --- one model --------------------------------------------------------------------------------------------------------


def model_curve(
    spec: Spec, parameter: str, values: Any, others: Mapping[str, Any] | None = None, *, width: float = 6.5
) -> Figure:
    """Draw what a model answers as one of its inputs varies.

    Parameters
    ----------
    spec : Spec
        The model, as :func:`sunearth.find_model` returns it.
    parameter : str
        The input that varies.
    values : array
        Its values, in the unit of the model's signature.
    others : dict, optional
        The other inputs.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        One panel for each output, with units; dashed where an input leaves the model's range.

    Raises
    ------
    InputError
        If the model has no such input.

    Examples
    --------
    >>> from sunearth.core.registry import find_model
    >>> figure = model_curve(find_model("shue_1998"), "b_z", np.linspace(-20, 20, 41), {"theta": 0.0, "p_dyn": 2.0})
    >>> print(figure.axes[0].get_ylabel())
    Geocentric distance of the
    magnetopause ($R_E$)
    """
    if parameter not in spec.parameters:
        raise InputError(f"{spec.name} has no input {parameter!r}; it takes {', '.join(spec.parameters)}")
    values = np.asarray(values)
    inputs = {**(others or {}), parameter: values}
    answers = spec.model(**inputs)
    answers = [answers] if spec.record is None else list(answers)
    ranged = {name: value for name, value in inputs.items() if name in spec.ranges}
    inside = np.broadcast_to(np.asarray(spec.model.valid(**ranged)), values.shape)
    is_time = spec.parameters[parameter].is_time
    with style():
        figure = Figure(figsize=(width, 0.95 + 2.6 * len(answers)))
        height = figure.get_figheight()
        figure.subplots_adjust(
            left=0.85 / width, right=1 - 0.15 / width, bottom=0.85 / height, top=1 - 0.32 / height, hspace=0.15
        )
        panels = figure.subplots(len(answers), 1, sharex=True, squeeze=False)[:, 0]
        along = _number(values.astype("datetime64[ns]")) if is_time else values
        for axes, output, answer in zip(panels, spec.outputs, answers, strict=True):
            y = np.broadcast_to(np.asarray(answer, float), values.shape)
            axes.plot(along, np.where(inside, y, np.nan), **MODEL)
            if not inside.all():
                pale = ~inside
                pale[1:] |= ~inside[:-1]
                pale[:-1] |= ~inside[1:]
                axes.plot(along, np.where(pale, y, np.nan), **MODEL | {"linestyle": (0, (3, 1.5)), "alpha": 0.6})
            axes.set_ylabel(_quantity_above_unit(output.description or output.name, output.unit.name))
        rows = max(axes.get_ylabel().count("\n") for axes in panels) + 1
        figure.subplots_adjust(left=(0.62 + 0.16 * rows) / width)
        if is_time:
            _date_axis(panels[-1], values.astype("datetime64[ns]"), width)
        else:
            described = spec.parameters[parameter].description or parameter
            unit = spec.parameters[parameter].unit
            panels[-1].set_xlabel(_wrap(with_unit(described, unit.name if unit else "1"), int(11 * width)))
        fixed = ", ".join(_fixed(spec, name, value) for name, value in (others or {}).items())
        panels[0].set_title(spec.name + (f", {fixed}" if fixed else ""), fontsize=8.0)
        remark = "" if inside.all() else "  Dashed: outside the model's range."
        figure.text(0.1 / width, 0.08 / height, _wrap(f"{spec.cite}.{remark}", int(15 * width)), fontsize=7.0)
    return figure


def _fixed(spec: Spec, name: str, value: Any) -> str:
    unit = spec.parameters[name].unit if name in spec.parameters else None
    number = np.asarray(value)
    if number.dtype.kind == "f" and number.ndim == 0:
        return f"{name} = {number:g}{' ' + unit.name if unit and unit.name != '1' else ''}"
    return f"{name} = {value}" if number.ndim == 0 else name


def _quantity_above_unit(quantity: str, unit: str) -> str:
    """Break a long label into lines, the unit kept whole."""
    lines = _wrap(quantity, 32).split("\n")
    label = unit_label(unit)
    if not label:
        return "\n".join(lines)
    if len(lines[-1]) + len(unit) < 32:
        return "\n".join([*lines[:-1], f"{lines[-1]} ({label})"])
    return "\n".join([*lines, f"({label})"])


def _wrap(text: str, most: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, most, break_long_words=False, break_on_hyphens=False))
