"""The course of a run in time: the wind above, its effects below, what was observed beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from sunearth.core.constants import GEOSYNCHRONOUS_RADIUS
from sunearth.core.errors import InputError

from .canvas import NARROW, date_axis, date_number, expect_one_run, in_words, storm_peak
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
    SECOND,
    SKY,
    VERMILLION,
    style,
    with_unit,
)

if TYPE_CHECKING:
    pass


POINTS_PER_INCH = 200
"""Longer lines are reduced to the least and greatest value of each hundredth of an inch: no peak is lost."""

FEW = 250
"""An observed series of so many values is drawn as joined points."""


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
    expect_one_run(result)
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
                axes.axvline(date_number(peak), color=BLACK, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1.5)
        date_axis(stacked[-1], result["time"].values, width)
        remarks = []
        if peak is not None:
            what = "Dst" if "dst" in result and bool(result["dst"].notnull().any()) else "oval"
            remarks.append(f"Dotted line: lowest modelled {what}, {in_words(peak)}.")
        if outside:
            remarks.append("Pale dashes: bridged, outside the range a model was made for, or soon after a gap.")
        figure.text(
            0.08 / width, 0.1 / height, ("\n" if width < NARROW else "  ").join(remarks), fontsize=7.5, va="bottom"
        )
    return figure


def _field(axes: Axes, result: xr.Dataset) -> None:
    b_z = result["b_z"]
    if _measured(result, "b"):
        _line(axes, result, "b", color=GREY, linewidth=0.8, label="|B|")
    times, values = open_gaps(b_z["time"].values, b_z.values)
    times, values = decimate(date_number(times), values, _most(axes))
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
        times, values = decimate(date_number(times), values, _most(axes))
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


def _open_flux(axes: Axes, result: xr.Dataset) -> None:
    if "open_flux_observed" in result:
        few = result["open_flux_observed"].size <= FEW
        _line(
            axes, result, "open_flux_observed", **(OBSERVED_POINTS if few else OBSERVED), label="from observed currents"
        )
    if "open_flux" in result:
        _line(axes, result, "open_flux", **MODEL, label="modelled")
    axes.set_ylim(bottom=0.0)
    _finish(axes, "Open magnetic flux of a polar cap", "Open flux", "GWb", legend="open_flux_observed" in result)


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
            date_number(times[shown]),
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
        thinned = [decimate(date_number(times), values, _most(axes)) for times, values in edges]
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
    (_open_flux, ("open_flux", "open_flux_observed")),
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
        (opened, low), (_, high) = (open_gaps(times, edge) for edge in (bounds[0], bounds[-1]))
        band, low, high = envelope(opened, low, high, _most(axes))
        axes.fill_between(date_number(band), low, high, color=look["color"], alpha=0.2, linewidth=0)
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
        axes.plot(date_number(times[alone]), values[alone], ".", color=look["color"], markersize=3)
    axes.plot(*decimate(date_number(times), values, _most(axes)), **look)


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


def envelope(
    times: np.ndarray, low: np.ndarray, high: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Thin a long band to the lowest and highest edge of each stretch.

    Parameters
    ----------
    times, low, high : array
        A band.
    most : int
        Shorter bands come back unchanged.

    Returns
    -------
    times, low, high : array
        At most `most` points; a stretch without a number stays NaN.

    Examples
    --------
    >>> t, low, high = envelope(np.arange(100.0), -np.arange(100.0), np.arange(100.0), most=10)
    >>> t.size, float(low[-1]), float(high[-1])
    (10, -99.0, 99.0)
    """
    if times.size <= most:
        return times, low, high
    edges = np.linspace(0, times.size, most + 1).astype(int)[:-1]
    return times[edges], np.fmin.reduceat(low, edges), np.fmax.reduceat(high, edges)


def _most(axes: Axes) -> int:
    return int(POINTS_PER_INCH * axes.figure.get_figwidth())  # type: ignore[union-attr]


def _intervals(series: xr.DataArray, usual: np.timedelta64) -> tuple[np.ndarray, np.ndarray, np.timedelta64]:
    times = series[_time_dimension(series)].values
    step = np.median(np.diff(times)) if times.size > 1 else usual.astype("m8[ns]")
    return times, series.values.astype(float), step


def _time_dimension(series: xr.DataArray) -> str:
    return next(str(d) for d in series.dims if str(d).startswith("time"))


def _measured(result: xr.Dataset, name: str) -> bool:
    return name in result and not result[name].attrs.get("assumes")


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
