"""Pictures of the geomagnetic field: its lines by day and night, in space, and what the surface sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge

from sunearth.chain.field_lines import field_of_run
from sunearth.core.errors import InputError
from sunearth.geomagnetism.field import Field
from sunearth.geomagnetism.tracing import trace

from .canvas import NARROW, date_axis, date_number, in_words
from .coastline import coastline
from .style import BLACK, BLUE, GREY, ORANGE, VERMILLION, style

if TYPE_CHECKING:
    import xarray as xr

# Closed lines, lines open to the north or the south, and lines of the solar wind: colour, dash and name.
_KINDS = {
    0: (BLUE, "-", "closed, both ends on the Earth"),
    1: (VERMILLION, (0, (5, 1.5)), "open, northern end on the Earth"),
    2: (ORANGE, (0, (2, 1.2)), "open, southern end on the Earth"),
    3: (GREY, (0, (1, 1.6)), "not connected to the Earth"),
}


def noon_midnight(
    fields: Mapping[str, Field],
    *,
    latitudes: Any = None,
    limits: tuple[float, float, float] = (12.0, -30.0, 14.0),
    width: float = 9.5,
) -> Figure:
    """Draw the field lines of the noon-midnight meridian, one panel a field: a quiet hour beside a storm.

    Parameters
    ----------
    fields : dict of str to Field
        Fields in a single state, by the title of their panel.
    latitudes : array, deg, optional
        Magnetic latitudes of the lines at the Earth; every 2 degrees from 60 by default.
    limits : tuple, optional
        How far the panels reach sunward, tailward (negative) and up, R_E.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        GSM x grows leftward, where the Sun is. Lines that leave the plane are drawn as its projection.
    """
    fields = dict(fields)
    if not fields or any(len(field.inner_records) != 1 for field in fields.values()):
        raise InputError("noon_midnight: give one or more fields, each at a single time")
    degrees = np.arange(60.0, 90.0, 2.0) if latitudes is None else np.asarray(latitudes, float)
    sunward, tailward, up = limits
    narrow = width < NARROW
    columns = 1 if narrow else min(len(fields), 2)
    rows = -(-len(fields) // columns)
    each = (width - 0.7 - 0.25 * (columns - 1)) / columns
    tall = each * 2 * up / (sunward - tailward)
    with style():
        figure = Figure(figsize=(width, rows * (tall + 0.35) + 0.85))
        height = figure.get_figheight()
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        figure.subplots_adjust(
            left=0.55 / width, right=1 - 0.1 / width, bottom=0.68 / height, top=1 - 0.3 / height,
            wspace=0.25 / each, hspace=0.35 / tall,
        )  # fmt: skip
        for axes in grid.ravel()[len(fields) :]:
            axes.set_visible(False)
        for axes, (title, field) in zip(grid.ravel(), fields.items(), strict=False):
            _meridian(axes, field, degrees)
            axes.set_title(title, fontweight="normal", fontsize=8.5)
            axes.set_aspect("equal")
            axes.set_xlim(sunward, tailward)
            axes.set_ylim(-up, up)
            axes.label_outer()
        for axes in grid[-1]:
            axes.set_xlabel("GSM x (R$_E$), the Sun on the left")
        for axes in grid[:, 0]:
            axes.set_ylabel("GSM z (R$_E$)")
        handles = [
            axes.plot([], [], color=c, linestyle=d, linewidth=1.1, label=label)[0] for c, d, label in _KINDS.values()
        ]
        figure.legend(handles=handles, loc="lower left", ncols=2 if width < 8 else 4, bbox_to_anchor=(0.4 / width, 0.0))
    return figure


def _meridian(axes: Axes, field: Field, degrees: np.ndarray) -> None:
    tilt = float(np.asarray(field.dipole_tilt))
    angles = np.radians(np.concatenate([degrees, 180.0 - degrees, -degrees, degrees - 180.0]))
    # from the plane of the dipole to GSM: the axis leans sunward by the tilt
    x = 1.0001 * (np.cos(angles) * np.cos(tilt) + np.sin(angles) * np.sin(tilt))
    z = 1.0001 * (np.sin(angles) * np.cos(tilt) - np.cos(angles) * np.sin(tilt))
    lines = trace(field, x, 0.0, z, points=240, tolerance=1e-5)
    far = np.linspace(-60.0, -8.0, 4)
    seeds = np.meshgrid(far, (-12.0, 12.0))
    beyond = trace(field, seeds[0].ravel(), 0.0, seeds[1].ravel(), points=240, tolerance=1e-5)
    for traced in (beyond, lines):
        for k in range(traced.sizes["line"]):
            kind = int(traced["topology"][k])
            if kind in _KINDS:
                colour, dash, _ = _KINDS[kind]
                axes.plot(traced["x"][k], traced["z"][k], color=colour, linestyle=dash, linewidth=0.9)
    _earth(axes)
    axes.plot(
        *(1.9 * np.array([[-np.sin(tilt), np.sin(tilt)], [-np.cos(tilt), np.cos(tilt)]])), color=BLACK, linewidth=0.8
    )


def _earth(axes: Axes) -> None:
    axes.add_patch(Circle((0, 0), 1.0, facecolor="white", edgecolor=BLACK, linewidth=0.7, zorder=4))
    axes.add_patch(Wedge((0, 0), 1.0, 90, 270, facecolor=BLACK, edgecolor=BLACK, linewidth=0.7, zorder=5))


def lines_in_space(field: Field, *, l_shells: Any = (3.0, 5.0, 7.0, 9.0), width: float = 6.5) -> Figure:
    """Draw field lines around the Earth in three dimensions.

    Parameters
    ----------
    field : Field
        In a single state.
    l_shells : sequence of float, optional
        Dipole shells whose footpoints are traced, at twelve local times each.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Seen from above the afternoon sector; GSM, distances in R_E. Closed lines are coloured by the strength of their
        weakest field.
    """
    if len(field.inner_records) != 1:
        raise InputError("lines_in_space: give a field at a single time")
    tilt = float(np.asarray(field.dipole_tilt))
    local_time = np.radians(np.arange(0.0, 360.0, 30.0))
    latitude = np.arccos(np.sqrt(1.0 / np.asarray(l_shells, float)))
    latitude, local_time = (a.ravel() for a in np.meshgrid(latitude, local_time))
    x, y, z = (
        1.0001 * np.cos(latitude) * np.cos(local_time),
        1.0001 * np.cos(latitude) * np.sin(local_time),
        1.0001 * np.sin(latitude),
    )
    x, z = x * np.cos(tilt) + z * np.sin(tilt), -x * np.sin(tilt) + z * np.cos(tilt)
    lines = trace(field, x, y, z, points=160, tolerance=1e-5)
    reach = np.array([[-16.0, 11.0], [-10.0, 10.0], [-8.0, 8.0]])
    points = np.stack([lines[axis].values for axis in "xyz"])
    inside = ((points >= reach[:, :1, None]) & (points <= reach[:, 1:, None])).all(axis=0)
    points = np.where(inside, points, np.nan)
    with style():
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import LogNorm

        figure = Figure(figsize=(width, 0.7 * width))
        axes = figure.add_axes((0.0, 0.0, 0.86, 1.0), projection="3d", computed_zorder=False)
        closed = lines["topology"].values == 0
        weakest = lines["b_minimum"].values[closed]
        colours = ScalarMappable(
            LogNorm(*(np.nanmin(weakest), np.nanmax(weakest)) if weakest.size else (1, 2)), "viridis"
        )
        for k in range(closed.size):
            look = (
                {"color": colours.to_rgba(float(lines["b_minimum"][k]))}
                if closed[k]
                else {"color": VERMILLION, "ls": "--"}
            )
            axes.plot(*points[:, k], linewidth=1.0, **look)
        u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 49), np.linspace(0, np.pi, 25))
        ball = np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v)
        shade = np.where((ball[0] > 0)[..., None], 0.95, 0.15) * np.ones(3)
        axes.plot_surface(*ball, facecolors=shade, rstride=1, cstride=1, linewidth=0, shade=False, zorder=1)
        axes.set(xlim=reach[0], ylim=reach[1], zlim=reach[2])
        axes.set_box_aspect(np.diff(reach)[:, 0], zoom=0.98)
        axes.set(xlabel="GSM x (R$_E$), sunward", ylabel="GSM y (R$_E$), duskward", zlabel="GSM z (R$_E$)")
        axes.xaxis.labelpad = axes.yaxis.labelpad = 10
        axes.view_init(elev=20, azim=62)
        bar = figure.colorbar(colours, cax=figure.add_axes((0.87, 0.22, 0.018, 0.56)))
        bar.set_label("weakest field on a closed line (nT)")
        if not closed.all():
            axes.plot([], [], [], color=VERMILLION, linestyle="--", label="open line")
            figure.legend(loc="upper left", bbox_to_anchor=(0.02, 0.97))
    return figure


_CHARTS = {
    "declination": ("declination (deg)", "east", np.arange(-180, 181, 10)),
    "inclination": ("inclination (deg)", "down", np.arange(-90, 91, 10)),
    "total": ("total intensity (nT)", "", np.arange(20000, 70001, 2500)),
    "horizontal": ("horizontal intensity (nT)", "", np.arange(0, 45001, 2500)),
}


def field_chart(
    chart: xr.DataArray, *, marks: Mapping[str, tuple[float, float]] | None = None, width: float = 9.5
) -> Figure:
    """Draw a chart of the surface field over the coastlines: isogonic, isoclinic or isodynamic lines.

    Parameters
    ----------
    chart : DataArray (latitude, longitude)
        One element, with `units` and `long_name`.
    marks : dict of str to (latitude, longitude), deg, optional
        Points to mark and name, such as poles.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Equirectangular map; every line is labelled.
    """
    values = chart.transpose("latitude", "longitude")
    values = values.assign_coords(longitude=(values["longitude"] + 180.0) % 360.0 - 180.0).sortby("longitude")
    values = values.isel(longitude=np.unique(values["longitude"].values, return_index=True)[1])
    longitude, latitude = values["longitude"].values, values["latitude"].values
    if float(longitude[0]) > -180.0:  # close the map at its eastern and western edges
        edges = values.isel(longitude=[-1, 0])
        west, east = (
            edges.isel(longitude=[k]).assign_coords(longitude=[at + turn])
            for k, at, turn in ((0, longitude[-1], -360.0), (1, longitude[0], 360.0))
        )
        import xarray as xr

        values = xr.concat([west, values, east], "longitude").assign_attrs(chart.attrs).rename(chart.name)
        longitude = values["longitude"].values
    signed = float(values.min()) < 0 < float(values.max())
    with style():
        figure = Figure(figsize=(width, 0.56 * width))
        axes = figure.add_subplot()
        figure.subplots_adjust(left=0.55 / width, right=1 - 0.1 / width, bottom=0.16, top=0.93)
        low, high = float(values.min()), float(values.max())
        if signed:
            high = max(-low, high)
            low = -high
        shading = axes.pcolormesh(
            longitude, latitude, values.values, shading="nearest", vmin=low, vmax=high,
            cmap="PuOr_r" if signed else "cividis", alpha=0.9 if not signed else 0.8, rasterized=True,
        )  # fmt: skip
        levels = _levels(str(values.name), low, high)
        smooth = values.values
        if values.name == "declination":  # no lines along the jump from -180 to 180 degrees
            smooth = np.ma.masked_where(np.abs(smooth) > 150.0, smooth)
        lines = axes.contour(longitude, latitude, smooth, levels=levels, colors="black", linewidths=0.6)
        axes.clabel(lines, fontsize=6.0, fmt="%g")
        axes.plot(*coastline(), color="white" if not signed else "#333333", linewidth=0.7)
        for name, (lat, lon) in (marks or {}).items():
            east = (lon + 180.0) % 360.0 - 180.0
            axes.plot(east, lat, marker="o", markersize=4.5, color=VERMILLION, markeredgecolor="white")
            axes.annotate(
                name, (east, lat), (5, 5), textcoords="offset points", fontsize=7.0,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.0},
            )  # fmt: skip
        axes.set(xlim=(-180, 180), ylim=(-90, 90), xlabel="Longitude (deg)", ylabel="Latitude (deg)", aspect="equal")
        axes.set_xticks(np.arange(-180, 181, 60))
        axes.set_yticks(np.arange(-90, 91, 30))
        bar = figure.colorbar(shading, ax=axes, shrink=0.8, pad=0.015)
        bar.set_label(f"{values.attrs.get('long_name', values.name)} ({values.attrs.get('units', '1')})")
    return figure


def _levels(name: str, low: float, high: float) -> np.ndarray:
    if name in _CHARTS:
        levels = _CHARTS[name][2]
        return levels[(levels >= low) & (levels <= high)]  # type: ignore[no-any-return]
    from matplotlib.ticker import MaxNLocator

    return np.asarray(MaxNLocator(14).tick_values(low, high))


def connections(result: xr.Dataset, *, width: float = 9.5) -> Figure:
    """Draw where the traced satellites and stations of a run are connected to, against time.

    Parameters
    ----------
    result : Dataset
        A run with field lines, from :func:`sunearth.chain.field_lines.trace_field_lines`.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        As many panels as were traced: latitude of the satellites' footpoints, distance to which the stations' lines
        reach, and L* at geosynchronous orbit. Times at which the field model is outside its range are shaded.
    """
    panels = [
        (name, label)
        for name, label in (
            ("satellite_mlat", "Footpoint latitude (deg)"),
            ("station_equator", "Line of the station\nreaches (R$_E$)"),
            ("geosynchronous_l_star", "L* at geosynchronous\norbit"),
        )
        if name in result
    ]
    if not panels:
        raise InputError("connections: the run has no traced field lines; run with trace={...} or --trace MODEL")
    times = result["time_field"].values
    with style():
        height = 0.75 + 1.45 * len(panels)
        figure = Figure(figsize=(width, height))
        rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False).ravel()
        margin = 0.75 if width < NARROW else 1.35
        figure.subplots_adjust(
            left=0.75 / width, right=1 - margin / width, bottom=0.5 / height, top=1 - 0.12 / height, hspace=0.12
        )
        for axes, (name, label) in zip(rows, panels, strict=True):
            values = result[name]
            other = next(str(dim) for dim in values.dims if dim != "time_field")
            for k, (member, look) in enumerate(zip(values[other].values, _LOOKS, strict=False)):
                line = values.isel({other: k}).values
                text = f"{member:02.0f} LT" if other == "local_time" else str(member)
                axes.plot(date_number(times), line, label=text, markersize=2.6, linewidth=1.1, **look)
            if name == "station_equator":
                axes.set_yscale("log")
                axes.yaxis.set_major_formatter("{x:g}")
                axes.yaxis.set_minor_formatter("")
            _shade(axes, result)
            axes.set_ylabel(label)
            axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
        date_axis(rows[-1], times, width)
    return figure


_LOOKS = (
    {"color": BLUE, "marker": "o"},
    {"color": VERMILLION, "marker": "s", "linestyle": (0, (5, 1.5))},
    {"color": BLACK, "marker": "^", "linestyle": (0, (2, 1.2))},
    {"color": ORANGE, "marker": "D", "linestyle": (0, (6, 2, 1, 2))},
    {"color": GREY, "marker": "v"},
    {"color": BLUE, "marker": "x", "linestyle": ":"},
)


def _shade(axes: Axes, result: xr.Dataset) -> None:
    """Shade where the drivers of the field model are outside its range or were not measured."""
    times = date_number(result["time_field"].values)
    outside = ~result["field_valid"].values.astype(bool)
    low, high = axes.get_ylim()
    axes.fill_between(times, low, high, where=outside, step="mid", color="#BBBBBB", alpha=0.35, linewidth=0)
    axes.set_ylim(low, high)


def quiet_and_storm(result: xr.Dataset, *, width: float = 9.5) -> Figure:
    """Draw the noon-midnight field of a run in its quietest hour beside its most disturbed one.

    Parameters
    ----------
    result : Dataset
        A run with field lines.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        As :func:`noon_midnight`; quiet is where the modelled Dst is highest outside any compression, storm where it is
        lowest, of the times that were traced with known drivers.
    """
    moments = quiet_and_storm_times(result)
    if not moments:
        raise InputError("quiet_and_storm: no time of this run has a field")
    model = str(result.attrs.get("field_model", "ts04"))
    titles = ("Quiet", "Storm")
    fields = {
        f"{title}: {in_words(time)}": field_of_run(result, time, model)
        for title, time in zip(titles, moments, strict=True)
    }
    return noon_midnight(fields, width=width)


def quiet_and_storm_times(result: xr.Dataset) -> tuple[np.datetime64, ...]:
    """Return when, of the traced times of a run, the ring current is weakest and when it is strongest."""
    times = result["time_field"].values
    at_times = result["dst_star" if "dst_star" in result else "dst"].sel(time=times, method="nearest").values
    pressure = result["p_dyn"].sel(time=times, method="nearest").values
    known = np.isfinite(at_times + pressure)
    if not known.any():
        return ()
    quiet = np.where(known, at_times - 5.0 * pressure, -np.inf)
    return times[int(np.argmax(quiet))], times[int(np.argmin(np.where(known, at_times, np.inf)))]
