"""Pictures of the outer magnetosphere: sheath, magnetopause, X-lines, cusp and polar cap, and waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Polygon, Wedge
from matplotlib.patheffects import Normal, withStroke
from matplotlib.ticker import NullLocator

from sunearth.core.constants import EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.magnetosphere.magnetosheath import MAGNETOSPHERE, Magnetosheath
from sunearth.magnetosphere.pulsations import BANDS
from sunearth.magnetosphere.substorms import PHASES

from .canvas import NARROW, date_axis, date_number, expect_one_run
from .style import (
    BLACK,
    GREY,
    LINES,
    MODEL,
    ORANGE,
    PURPLE,
    SECOND,
    SKY,
    VERMILLION,
    named,
    style,
    with_unit,
)

if TYPE_CHECKING:
    import xarray as xr

    from sunearth.magnetosphere.magnetopause_surface import MagnetopauseShape

_KM_PER_R_E = 1e-3 * EARTH_RADIUS


def _earth(axes: Axes) -> None:
    axes.add_patch(Circle((0, 0), 1.0, facecolor="white", edgecolor=BLACK, linewidth=0.7, zorder=6))
    axes.add_patch(Wedge((0, 0), 1.0, 90, 270, facecolor=BLACK, edgecolor=BLACK, linewidth=0.7, zorder=7))


# The shocked wind -----------------------------------------------------------------------------------------------------

_PLANES = {"equatorial": ("y", "dusk"), "noon-midnight": ("z", "north")}
_TRACE_STEP = 0.15  # R_E
_TRACE_STEPS = 500


def sheath_map(
    sheath: Magnetosheath,
    *,
    plane: str = "equatorial",
    limits: tuple[float, float, float] = (20.0, -11.0, 21.0),
    field_lines: int = 15,
    width: float = 6.5,
    **flow: float,
) -> Figure:
    """Draw density, flow and draped field of the magnetosheath in one plane.

    Parameters
    ----------
    sheath : Magnetosheath
        The model.
    plane : {"equatorial", "noon-midnight"}, optional
        The plane through the Sun-Earth line; field along its normal is not drawn.
    limits : tuple, optional
        How far the map reaches sunward, tailward (negative) and to each side, R_E.
    field_lines : int, optional
        Number of field lines, evenly spaced in the wind over the diagonal of the map; some may miss it.
    width : float, optional
        Width of the figure in inches.
    **flow : float
        The wind, as for :meth:`sunearth.magnetosphere.magnetosheath.Magnetosheath.state`.

    Returns
    -------
    Figure
        x grows leftward, where the wind comes from. Arrows are velocities, the longest that of the wind.

    Examples
    --------
    >>> figure = sheath_map(Magnetosheath(), field_lines=3, n_p=5.0, speed=400.0, b_x=-3.5, b_y=3.5)
    >>> figure.axes[0].get_xlabel()
    'x ($R_E$), the wind comes from the left'
    """
    if plane not in _PLANES:
        raise InputError(f"sheath_map: the plane {plane!r} is not known; give one of {', '.join(_PLANES)}")
    across, name = _PLANES[plane]
    sunward, tailward, side = limits
    grid = np.arange(tailward, sunward + 0.1, 0.2), np.arange(-side, side + 0.1, 0.2)
    x, y = np.meshgrid(*grid, indexing="ij")
    state = _in_plane(sheath, x, y, across, flow)
    density = np.where(state.region == MAGNETOSPHERE, np.nan, state.n_p)
    with style():
        tall = (width - 1.6) * 2 * side / (sunward - tailward)
        figure = Figure(figsize=(width, tall + 0.9), layout="constrained")
        axes = figure.subplots()
        shading = axes.pcolormesh(*grid, density.T, cmap="viridis", shading="gouraud", vmin=0.0, rasterized=True)
        bar = figure.colorbar(shading, ax=axes, aspect=35, pad=0.02)
        bar.set_label("proton density (cm$^{-3}$)")
        for line in _draped(sheath, limits, field_lines, across, flow):
            axes.plot(*line, color="white", linewidth=0.9)
        _arrows(axes, sheath, limits, across, flow)
        theta = np.linspace(-2.6, 2.6, 521)
        inner, outer = sheath.boundaries(np.abs(theta), **flow)
        for radius, look in ((inner, {"linewidth": 2.0}), (outer, {"linewidth": 1.6, "linestyle": (0, (5, 1.5))})):
            axes.plot(radius * np.cos(theta), radius * np.sin(theta), color=BLACK, **look)
        axes.plot([], [], color=BLACK, linewidth=2.0, label="magnetopause")
        axes.plot([], [], color=BLACK, linewidth=1.6, linestyle=(0, (5, 1.5)), label="bow shock")
        axes.plot([], [], color=GREY, linewidth=0.9, label="field line (white)")
        axes.plot([], [], color=BLACK, marker=r"$\rightarrow$", markersize=11, linestyle="", label="velocity")
        _earth(axes)
        axes.set(xlim=(sunward, tailward), ylim=(-side, side), aspect="equal")
        if across == "y":  # seen from the north with the Sun on the left, dusk is below
            axes.invert_yaxis()
        axes.grid(False)
        axes.set(xlabel="x ($R_E$), the wind comes from the left", ylabel=f"{across} ($R_E$), towards {name}")
        figure.legend(loc="outside lower center", ncols=2 if width < NARROW else 4)
    return figure


def _in_plane(sheath: Magnetosheath, x: Any, side: Any, across: str, flow: Mapping[str, float]) -> Any:
    return sheath.state(*((x, side, 0.0) if across == "y" else (x, 0.0, side)), **flow)


def _draped(
    sheath: Magnetosheath, limits: tuple[float, float, float], count: int, across: str, flow: Mapping[str, float]
) -> list[Any]:
    """Field lines through evenly spaced points of the undisturbed wind, followed all at once."""
    along = np.array([flow.get("b_x", 0.0), flow.get(f"b_{across}", 0.0)])
    if not along.any() or count < 1:
        return []
    # Lines are followed from their sunward end, which is in the wind: against `sense` times the field.
    sense = -1.0 if along[0] < 0 else 1.0
    along = sense * along / np.linalg.norm(along)
    sunward, tailward, side = limits
    reach = np.hypot(sunward - tailward, 2 * side)
    offsets = reach * ((np.arange(count) + 0.5) / count - 0.5)
    seeds = np.array([0.5 * (sunward + tailward), 0.0]) + offsets[:, None] * np.array([-along[1], along[0]])
    with np.errstate(divide="ignore", invalid="ignore"):
        to_edges = [(np.array(corner) - seeds) / along for corner in ((sunward, side), (tailward, -side))]
    last, first = np.fmax(*to_edges).min(axis=1), np.fmin(*to_edges).max(axis=1)
    crossing = last > first  # the others pass the map by
    points = seeds[crossing] + last[crossing, None] * along
    path = [points]

    def direction(place: Any) -> Any:
        state = _in_plane(sheath, place[:, 0], place[:, 1], across, flow)
        vector = np.stack([state.b_x, getattr(state, f"b_{across}")], axis=-1)
        return -sense * vector / np.linalg.norm(vector, axis=-1, keepdims=True)

    for _ in range(_TRACE_STEPS):
        half = points + 0.5 * _TRACE_STEP * direction(points)
        points = points + _TRACE_STEP * direction(half)
        path.append(points)
        within = (points <= (sunward, side)) & (points >= (tailward, -side))
        if not within.all(axis=1).any():
            break
    return [line.T for line in np.stack(path, axis=1)]


def _arrows(
    axes: Axes, sheath: Magnetosheath, limits: tuple[float, float, float], across: str, flow: Mapping[str, float]
) -> None:
    sunward, tailward, side = limits
    step = 3.0
    x, s = np.meshgrid(np.arange(tailward + 1.0, sunward, step), np.arange(-side + 0.5 * step, side, step))
    state = _in_plane(sheath, x, s, across, flow)
    moving = state.region != MAGNETOSPHERE
    u, v = state.v_x, getattr(state, f"v_{across}")
    arrows = axes.quiver(
        x[moving], s[moving], u[moving], v[moving], angles="xy", scale_units="xy", scale=flow["speed"] / (0.85 * step),
        width=0.0032, color=BLACK, pivot="middle", zorder=4,
    )  # fmt: skip
    arrows.set_path_effects([withStroke(linewidth=1.6, foreground="white"), Normal()])


def stagnation_lines(layers: Mapping[str, xr.Dataset], *, width: float = 8.0) -> Figure:
    """Draw how plasma thins and field piles up on the way from the shock to the magnetopause.

    Parameters
    ----------
    layers : dict of str to Dataset
        Single solutions of :meth:`sunearth.magnetosphere.depletion_layer.DepletionLayer.solve`, by the title of their
        panel.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Above, density and field over their values behind the shock; below, the pressures. The magnetopause is on the
        right.

    Examples
    --------
    >>> from sunearth.magnetosphere.depletion_layer import DepletionLayer
    >>> layer = DepletionLayer().solve(n_p=5.0, speed=400.0, b_t=5.0)
    >>> [axes.get_ylabel() for axes in stagnation_lines({"usual wind": layer}).axes]
    ['over the value behind the shock', 'pressure (nPa)']
    """
    layers = named(layers, "stagnation_lines")
    if any("point" not in layer.dims or layer["n_p"].ndim != 1 for layer in layers.values()):
        raise InputError("stagnation_lines: give solutions for a single wind each, as DepletionLayer.solve makes them")
    with style():
        columns = len(layers)
        figure = Figure(figsize=(width, 5.2), layout="constrained")
        grid = figure.subplots(2, columns, sharex="col", sharey="row", squeeze=False)
        for (above, below), (title, layer) in zip(grid.T, layers.items(), strict=True):
            layer = layer.transpose("point")
            distance = layer["distance"].values
            shown = distance > 1e-3
            x = distance[shown]
            for k, (name, label) in enumerate((("n_p", "density"), ("b", "field"))):
                values = layer[name].values[shown]
                above.plot(x, values / values[0], label=label, linewidth=1.5, **LINES[k])
            magnetic = (layer["total_pressure"] - layer["p"]).values[shown]
            for k, (values, label) in enumerate(((layer["p"].values[shown], "thermal"), (magnetic, "magnetic"))):
                below.plot(x, values, label=label, linewidth=1.5, **LINES[k])
            below.plot(x, layer["total_pressure"].values[shown], label="together", linewidth=1.2, **LINES[2])
            depleted = float(layer["depletion_thickness"])
            if np.isfinite(depleted):
                for axes in (above, below):
                    axes.axvspan(0.0, depleted, color=GREY, alpha=0.25, linewidth=0)
            above.set_title(title, fontweight="normal")
            above.set_yscale("log")
            below.set_xlim(float(np.nanmax(x)), 0.0)
            below.set_xlabel("from the magnetopause ($R_E$)")
        grid[0, 0].set_yticks([0.1, 0.2, 0.5, 1, 2, 5, 10])
        grid[0, 0].yaxis.set_major_formatter("{x:g}")
        grid[0, 0].yaxis.set_minor_locator(NullLocator())
        parts = [line.get_ydata() for axes in grid[0] for line in axes.get_lines()]
        grid[0, 0].set_ylim(0.9 * min(np.nanmin(part) for part in parts), 1.1 * max(np.nanmax(part) for part in parts))
        grid[1, 0].set_ylim(0.0, None)
        grid[0, 0].set_ylabel("over the value behind the shock")
        grid[1, 0].set_ylabel("pressure (nPa)")
        grid[0, -1].legend(loc="best", borderaxespad=0.7)
        grid[1, 0].legend(loc="best", borderaxespad=0.7)
    return figure


# The boundary ---------------------------------------------------------------------------------------------------------


def magnetopause_cuts(
    shapes: Mapping[str, MagnetopauseShape],
    p_dyn: float,
    *,
    models: Mapping[str, Mapping[str, Any]] | None = None,
    reach: float = 14.0,
    width: float = 8.6,
) -> Figure:
    """Draw magnetopauses in balance in the noon-midnight plane, beside fitted ones, and the field along them.

    Parameters
    ----------
    shapes : dict of str to MagnetopauseShape
        By the title of their panel, from
        :meth:`sunearth.magnetosphere.magnetopause_surface.PressureBalanceMagnetopause.shape`.
    p_dyn : float, nPa
        Dynamic pressure.
    models : dict of str to dict of str to callable, optional
        For each panel, functions of (theta, phi) in rad that give the distance in R_E, by their name.
    reach : float, optional
        How far the panels reach sunward and to north and south, R_E.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Above, the cuts with the Sun on the left, and crosses where the field along the surface vanishes; below, the
        strength of the field just inside on the noon meridian.

    Examples
    --------
    >>> from sunearth.magnetosphere.magnetopause_surface import PressureBalanceMagnetopause
    >>> figure = magnetopause_cuts({"no tilt": PressureBalanceMagnetopause(degree=8).shape()}, 2.0)
    >>> figure.axes[1].get_ylabel()
    'field just inside (nT)'
    """
    shapes, models = named(shapes, "magnetopause_cuts"), dict(models or {})
    with style():
        columns = len(shapes)
        figure = Figure(figsize=(width, 0.78 * (width - 0.5) / columns * 1.18 + 2.9), layout="constrained")
        grid = figure.subplots(2, columns, squeeze=False, sharey="row", height_ratios=(2.4, 1.0))
        for (cut, along), (title, shape) in zip(grid.T, shapes.items(), strict=True):
            signed = np.radians(np.linspace(-179.0, 179.0, 717))
            phi = np.where(signed < 0, -np.pi / 2, np.pi / 2)
            radius = shape.radius(np.abs(signed), phi, p_dyn)
            cut.plot(
                radius * np.cos(signed),
                radius * np.sin(signed),
                linewidth=2.0,
                label="in pressure balance",
                **LINES[0],
            )
            for k, (name, surface) in enumerate(models.get(title, {}).items()):
                day = np.abs(signed) < 2.4
                r = np.asarray(surface(np.abs(signed), phi), float)
                line = {"linewidth": 1.3, "label": name} | dict(LINES[k + 1])
                cut.plot(np.where(day, r * np.cos(signed), np.nan), r * np.sin(signed), **line)
            _cusps(cut, shape, p_dyn)
            _earth(cut)
            tilt = shape.dipole_tilt
            cut.plot([-2 * np.sin(tilt), 2 * np.sin(tilt)], [-2 * np.cos(tilt), 2 * np.cos(tilt)], color=BLACK, lw=0.9)
            cut.set(xlim=(reach, -0.7 * reach), ylim=(-1.15 * reach, 1.15 * reach), aspect="equal")
            cut.set_title(title, fontweight="normal")
            cut.set_xlabel("GSM x ($R_E$)" if width < NARROW else "GSM x ($R_E$), the Sun on the left")
            noon = np.abs(signed) < np.radians(120.0)
            field = np.linalg.norm(shape.at(np.abs(signed[noon]), phi[noon]).field, axis=-1) * shape.scales(p_dyn)[1]
            along.plot(np.degrees(signed[noon]), field, linewidth=1.6, **LINES[0])
            along.set(xlim=(-120, 120), xticks=np.arange(-120, 121, 60), ylim=(0, None))
            along.set_xlabel("angle (deg)" if width < NARROW else "from the Sun-Earth line, north positive (deg)")
        grid[0, 0].set_ylabel("GSM z ($R_E$)")
        grid[1, 0].set_ylabel("field just inside (nT)")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        handles.append(Line2D([], [], color=BLACK, marker="x", linestyle=""))
        figure.legend(
            handles, [*labels, "no field: the cusps"], loc="outside lower center", ncols=2 if width < 7 else 4
        )
    return figure


def _cusps(axes: Axes, shape: MagnetopauseShape, p_dyn: float) -> None:
    length = shape.scales(p_dyn)[0]
    for (theta, radius, _), sign in zip(shape.cusps, (1.0, -1.0), strict=True):
        x, z = length * radius * np.cos(theta), sign * length * radius * np.sin(theta)
        axes.plot(x, z, color=BLACK, marker="x", markersize=7, markeredgewidth=1.5, linestyle="", zorder=5)


_X_LINES: Sequence[dict[str, Any]] = (
    {"color": "#FFFFFF", "linestyle": "-"},
    {"color": SKY, "linestyle": (0, (5, 1.5))},
    {"color": ORANGE, "linestyle": (0, (2, 1.2))},
    {"color": "#7FE0B8", "linestyle": (0, (6, 2, 1, 2))},
    {"color": PURPLE, "linestyle": (0, (9, 2))},
    {"color": "#F0E442", "linestyle": (0, (1, 1.2))},
)


def x_line_maps(maps: Mapping[str, Mapping[str, xr.Dataset]], *, width: float = 9.5) -> Figure:
    """Draw the shear angle on the magnetopause seen from the Sun, and where the X-line runs by several criteria.

    Parameters
    ----------
    maps : dict of str to dict of str to Dataset
        For each panel the solutions of :meth:`sunearth.magnetosphere.x_line.DaysideReconnection.solve` in one wind, by
        the name of the criterion.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Dusk on the right. Maps and lines are drawn to 74 degrees from the Sun-Earth line; the voltage below a panel is
        that along the whole line.

    Examples
    --------
    >>> from sunearth.magnetosphere.x_line import DaysideReconnection
    >>> found = DaysideReconnection("shear", columns=21, rows=21).solve(2.0, 0.0, 4.0, -4.0, 6.0, 430.0)
    >>> x_line_maps({"135 deg": {"shear": found}}).axes[0].get_title(loc="left")
    '135 deg'
    """
    maps = {title: named(group, "x_line_maps") for title, group in named(maps, "x_line_maps").items()}
    names = list(dict.fromkeys(name for group in maps.values() for name in group))
    looks = dict(zip(names, _X_LINES, strict=False))
    outline = [withStroke(linewidth=3.0, foreground=BLACK), Normal()]
    with style():
        columns = 1 if width < NARROW else len(maps)
        rows = -(-len(maps) // columns)
        each = (width - 1.1) / columns
        figure = Figure(figsize=(width, rows * (each + 0.55 + 0.15 * len(names)) + 0.5), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        shading: Any = None
        for axes, (title, group) in zip(grid.ravel(), maps.items(), strict=True):
            first = next(iter(group.values()))
            shading = axes.contourf(
                first["y"].values, first["z"].values, np.degrees(first["shear"].values), np.arange(0.0, 181.0, 7.5),
                cmap="magma",
            )  # fmt: skip
            rim = _rim(first)
            axes.add_patch(rim)
            shading.set_clip_path(rim)
            for name, found in group.items():
                place = [found[f"{axis}_line"].values for axis in "xyz"]
                theta = np.arctan2(np.hypot(*place[1:]), place[0])
                shown = found["on_line"].values & (theta <= first["across"].values[-1])
                y, z = (np.where(shown, part, np.nan) for part in place[1:])
                axes.plot(y, z, linewidth=1.6, path_effects=outline, **looks[name])
            text = "\n".join(f"{name}: {float(found['potential']):.0f} kV" for name, found in group.items())
            axes.set_title(title, fontweight="normal")
            axes.set_xlabel(f"GSM y ($R_E$), towards dusk\n{text}")
            reach = float(np.abs(rim.get_xy()).max())
            axes.set(xlim=(-1.04 * reach, 1.04 * reach), ylim=(-1.04 * reach, 1.04 * reach), aspect="equal")
            axes.grid(False)
        for axes in grid[:, 0]:
            axes.set_ylabel("GSM z ($R_E$), north")
        bar = figure.colorbar(shading, ax=grid, aspect=28, shrink=0.85, pad=0.015)
        bar.set_label("shear angle (deg)")
        bar.set_ticks([0, 45, 90, 135, 180])
        handles = [Line2D([], [], linewidth=1.6, path_effects=outline, label=n, **look) for n, look in looks.items()]
        figure.legend(
            handles=handles, loc="outside lower center", ncols=len(names), title="X-line by", handlelength=3.2
        )
    return figure


def _rim(found: xr.Dataset) -> Polygon:
    """Outline of the map at one angle from the Sun-Earth line, the largest that it has on all sides."""
    from scipy.interpolate import RegularGridInterpolator

    axes = found["along"].values, found["across"].values
    angle = np.linspace(0.0, 2.0 * np.pi, 181)
    last = min(axis[-1] for axis in axes)
    places = np.column_stack([last * np.cos(angle), last * np.sin(angle)]).clip(-last, last)
    outline = [RegularGridInterpolator(axes, found[name].values)(places) for name in "yz"]
    return Polygon(np.column_stack(outline), facecolor="none", edgecolor="#444444", linewidth=0.7)


# The open field -------------------------------------------------------------------------------------------------------

_SHADES = {"quiet": "#FFFFFF", "growth": "#D9D9D9", "expansion": "#3A3A3A", "recovery": "#9A9A9A"}


def polar_cap_in_time(result: xr.Dataset, *, width: float = 9.5) -> Figure:
    """Draw how the polar cap grows and shrinks in a run, the voltages that do it, and the substorms.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`, with ``polar_cap_radius``, ``reconnection_potential``, ``nightside_potential``,
        ``al_substorm``, ``al_model`` and ``substorm_phase``.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Phases of the modelled substorm as a strip of greys above AL: the darkest is the expansion. Pale grey is where
        gaps of the wind were bridged.

    Examples
    --------
    >>> import sunearth
    >>> figure = polar_cap_in_time(sunearth.run("st-patrick-2015"))
    >>> [axes.get_ylabel().split()[0] for axes in figure.axes]
    ['$B_z$', 'Voltage', 'Radius', 'Phase', 'AL']
    """
    expect_one_run(result)
    needed = (
        "polar_cap_radius", "reconnection_potential", "nightside_potential", "al_substorm", "al_model",
        "substorm_phase", "b_z",
    )  # fmt: skip
    missing = [name for name in needed if name not in result]
    if missing:
        raise InputError(f"polar_cap_in_time: the run has no {', '.join(missing)}")
    when = date_number(result["time"].values)
    with style():
        figure = Figure(figsize=(width, 6.6), layout="constrained")
        panels = figure.subplots(5, 1, sharex=True, height_ratios=(1.0, 1.4, 1.1, 0.22, 1.2))
        field, voltage, cap, strip, index = panels
        field.plot(when, result["b_z"], color="#333333", linewidth=0.9)
        field.axhline(0.0, color=GREY, linewidth=0.7)
        field.set_ylabel("$B_z$ (nT)")
        voltage.plot(when, result["reconnection_potential"], label="opened by day", **MODEL)
        voltage.plot(when, result["nightside_potential"], label="closed by night", **SECOND)
        voltage.set_ylabel("Voltage (kV)")
        cap.plot(when, result["polar_cap_radius"], **MODEL)
        cap.set_ylabel("Radius of the\n" + with_unit("polar cap", "deg"))
        phases = _phase_strip(strip, result)
        index.plot(when, result["al_substorm"], color=GREY, linewidth=0.9, label="with bays")
        index.plot(when, result["al_model"], label="without bays", **SECOND)
        index.set_ylabel("AL (nT)")
        if width < NARROW:
            lines = [*voltage.get_lines(), *index.get_lines()]
            figure.legend(handles=[*lines, *phases], loc="outside lower center", ncols=2)
        else:
            voltage.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
            index.legend(handles=[*index.get_lines(), *phases], loc="upper left", bbox_to_anchor=(1.01, 1.0))
        if "interpolated" in result:
            for axes in panels[[0, 1, 2, 4]]:
                low, high = axes.get_ylim()
                bridged = result["interpolated"].values > 0
                axes.fill_between(when, low, high, where=bridged, step="post", color="#E4E4E4", linewidth=0, zorder=0)
                axes.set_ylim(low, high)
        date_axis(index, result["time"].values, width)
    return figure


def _phase_strip(axes: Axes, result: xr.Dataset) -> list[Patch]:
    when = date_number(result["time"].values)
    edges = np.append(when, 2 * when[-1] - when[-2]) if when.size > 1 else np.array([when[0], when[0] + 1.0])
    colours = ListedColormap([_SHADES[name] for name in PHASES])
    phase = result["substorm_phase"].values[None]
    axes.pcolormesh(edges, [0.0, 1.0], phase, cmap=colours, vmin=-0.5, vmax=len(PHASES) - 0.5, rasterized=True)
    axes.set_yticks([])
    axes.set_ylabel("Phase", rotation=0, ha="right", va="center")
    axes.grid(False)
    return [Patch(facecolor=_SHADES[name], edgecolor=GREY, linewidth=0.5, label=name) for name in PHASES[1:]]


_FEW = 60  # samples that are drawn one by one


def cusp_spectrogram(
    seen: xr.Dataset,
    imposed: tuple[Any, Any] | None = None,
    recovered: tuple[Any, Any] | None = None,
    *,
    width: float = 8.6,
) -> Figure:
    """Draw the ions that a satellite meets in the cusp, and the reconnection rate that they tell of.

    Parameters
    ----------
    seen : Dataset
        From :meth:`sunearth.magnetosphere.cusp.CuspDispersion.solve`.
    imposed : tuple of two arrays, optional
        Times (s) and the rate (mV/m) that was put in.
    recovered : tuple of two arrays, optional
        Times (s) and the rate (mV/m), from :func:`sunearth.magnetosphere.cusp.reconnection_history`.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Above, flux by time and energy with the cutoff; below, if rates are given, the rate by the time at which lines
        were opened. Both on one axis of time.

    Examples
    --------
    >>> from sunearth.magnetosphere.cusp import CuspDispersion
    >>> time = np.arange(0.0, 120.0, 1.0)
    >>> seen = CuspDispersion().solve(time, 7.0 * time, np.geomspace(0.05, 10.0, 40), [-2000.0, 200.0], [45.0, 45.0])
    >>> cusp_spectrogram(seen).axes[0].get_ylabel()
    'energy (keV)'
    """
    rates = imposed is not None or recovered is not None
    with style():
        figure = Figure(figsize=(width, 4.9 if rates else 3.1), layout="constrained")
        panels = figure.subplots(2 if rates else 1, 1, squeeze=False, height_ratios=(1.5, 1.0) if rates else None)[:, 0]
        top = panels[0]
        flux = np.where(seen["flux"].values > 0, seen["flux"].values, np.nan)
        most = float(np.nanmax(flux)) if np.isfinite(flux).any() else 1.0
        shading = top.pcolormesh(
            seen["time"].values, seen["energy"].values, flux.T, cmap="viridis", norm=LogNorm(1e-3 * most, most),
            shading="nearest", rasterized=True,
        )  # fmt: skip
        bar = figure.colorbar(shading, ax=top, pad=0.01)
        bar.set_label("energy flux\n(keV cm$^{-2}$ s$^{-1}$ sr$^{-1}$ keV$^{-1}$)")
        top.plot(seen["time"], seen["cutoff"], color=VERMILLION, linewidth=1.3, label="cutoff")
        top.set_yscale("log")
        top.yaxis.set_major_formatter("{x:g}")
        energy = seen["energy"].values
        time = seen["time"].values
        top.set(ylim=(energy.min(), energy.max()), xlim=(time[0], time[-1]), ylabel="energy (keV)")
        top.set_xlabel("time of the satellite (s)")
        top.legend(loc="upper right", framealpha=0.9, frameon=True, borderaxespad=0.6, borderpad=0.4)
        if rates:
            low = panels[1]
            for k, (pair, label) in enumerate(((imposed, "put in"), (recovered, "from the cutoff"))):
                if pair is None:
                    continue
                look = {"linewidth": 2.8, "color": "#A8A8A8"} if k == 0 else {"linewidth": 1.3} | dict(LINES[1])
                if k == 1 and np.size(pair[0]) < _FEW:
                    look |= {"marker": "o", "markersize": 3.5}
                low.plot(*pair, label=label, **look)
            low.set_xlabel("time at which the lines were opened (s)")
            low.set_ylabel("reconnection rate\nat the satellite (mV/m)")
            low.legend(loc="upper left", ncols=2, borderaxespad=0.5)
            given: Any = recovered if recovered is not None else imposed
            when, rate = (np.asarray(part, float) for part in given)
            known = when[np.isfinite(rate)]
            low.set_xlim(float(known.min()), float(known.max()))
            low.set_ylim(0.0, 1.3 * low.dataLim.ymax)
    return figure


# Waves ----------------------------------------------------------------------------------------------------------------

_PULSATIONS = ("Pc3", "Pc4", "Pc5")


def continuum(found: xr.Dataset, *, mode: str = "toroidal", width: float = 6.5) -> Figure:
    """Draw at which frequencies the shells of the magnetosphere ring, with the classes of pulsations.

    Parameters
    ----------
    found : Dataset
        From :func:`sunearth.magnetosphere.field_line_resonance.resonance_continuum`.
    mode : {"toroidal", "poloidal"}, optional
        Which way the lines swing.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Frequency by L, one line a harmonic; grey where the fundamental rises outward, across the plasmapause.

    Examples
    --------
    >>> from sunearth.magnetosphere.field_line_resonance import resonance_continuum
    >>> continuum(resonance_continuum(np.linspace(2.0, 6.0, 21), 100.0)).axes[0].get_xlabel()
    'L'
    """
    curves = found["frequency"].sel(mode=mode)
    shells = found["l_shell"].values
    with style():
        figure = Figure(figsize=(width, 0.62 * width), layout="constrained")
        axes = figure.subplots()
        low, high = float(curves.min()), float(curves.max())
        for k, name in enumerate(_PULSATIONS):
            longest = 1e3 / BANDS[name][1], 1e3 / BANDS[name][0]  # mHz
            axes.axhspan(*longest, color=SKY, alpha=(0.30, 0.16, 0.06)[k], linewidth=0)
            middle = np.sqrt(max(longest[0], 0.8 * low) * min(longest[1], 1.25 * high))
            if 0.8 * low < middle < 1.25 * high:
                axes.text(1.01, middle, name, transform=axes.get_yaxis_transform(), va="center", color="#444444")
        if np.isfinite(found["l_minimum"]):
            axes.axvspan(float(found["l_minimum"]), float(found["l_maximum"]), color=GREY, alpha=0.3, linewidth=0)
        for k, harmonic in enumerate(found["harmonic"].values[: len(LINES)]):
            axes.plot(shells, curves.sel(harmonic=harmonic), label=f"harmonic {harmonic}", linewidth=1.5, **LINES[k])
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set(xlim=(shells[0], shells[-1]), ylim=(0.8 * low, 1.25 * high), xlabel="L", ylabel="frequency (mHz)")
        axes.legend(loc="upper right", borderaxespad=0.7)
    return figure


def standing_waves(found: xr.Dataset, *, mode: str = "toroidal", width: float = 7.6) -> Figure:
    """Draw the harmonics of a field line along it.

    Parameters
    ----------
    found : Dataset
        From :meth:`sunearth.magnetosphere.field_line_resonance.StandingWaves.solve`.
    mode : {"toroidal", "poloidal"}, optional
        Which way the line swings.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Electric and magnetic field of the wave from the southern to the northern end, each over its greatest value.

    Examples
    --------
    >>> from sunearth.magnetosphere.field_line_resonance import StandingWaves, dipole_line
    >>> figure = standing_waves(StandingWaves(harmonics=2).solve(dipole_line(6.6), 5.0))
    >>> figure.axes[0].get_legend().get_texts()[0].get_text()
    '1: 125 s'
    """
    waves = found.sel(mode=mode)
    with style():
        narrow = width < NARROW
        figure = Figure(figsize=(width, 4.6 if narrow else 2.7), layout="constrained")
        grid = figure.subplots(*((2, 1) if narrow else (1, 2)), sharey=True, sharex=True)
        for axes, (name, label) in zip(
            grid, (("e_perturbation", "electric field"), ("b_perturbation", "magnetic field")), strict=True
        ):
            axes.axhline(0.0, color=GREY, linewidth=0.7)
            for k, harmonic in enumerate(waves["harmonic"].values[: len(LINES)]):
                period = float(waves["period"].sel(harmonic=harmonic))
                axes.plot(
                    waves["s"], waves[name].sel(harmonic=harmonic), label=f"{harmonic}: {period:.0f} s", linewidth=1.5,
                    **LINES[k],
                )  # fmt: skip
            axes.set_title(label, fontweight="normal")
            axes.set_xlabel("along the line, from south to north ($R_E$)")
        grid[0].set_ylabel("over its greatest value")
        grid[0].legend(loc="lower left", title="harmonic", borderaxespad=0.7)
    return figure


_WAVES = {"fast": LINES[0], "alfven": LINES[1], "slow": LINES[2]}


def friedrichs(diagrams: Mapping[str, xr.Dataset], *, width: float = 7.6) -> Figure:
    """Draw phase and group velocities of the three hydromagnetic waves by direction.

    Parameters
    ----------
    diagrams : dict of str to Dataset
        From :func:`sunearth.magnetosphere.mhd_waves.friedrichs_diagram`, by the title of their row.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Phase velocities on the left, group velocities on the right; the field points to the right. On the right the
        Alfven wave is two points.

    Examples
    --------
    >>> from sunearth.magnetosphere.mhd_waves import friedrichs_diagram
    >>> len(friedrichs({"low beta": friedrichs_diagram(100.0, 50.0)}).axes)
    2
    """
    diagrams = named(diagrams, "friedrichs")
    with style():
        figure = Figure(figsize=(width, len(diagrams) * (0.5 * (width - 0.9) + 0.45) + 0.4), layout="constrained")
        grid = figure.subplots(len(diagrams), 2, squeeze=False, sharex="row", sharey="row")
        for row, (title, diagram) in zip(grid, diagrams.items(), strict=True):
            for axes, kind in zip(row, ("phase", "group"), strict=True):
                for wave, look in _WAVES.items():
                    along, across = (
                        diagram[f"{kind}_{part}"].sel(wave=wave).values for part in ("parallel", "perpendicular")
                    )
                    if kind == "group" and wave == "alfven":
                        ends = {"marker": "D", "linestyle": "", "markersize": 6, "color": look["color"]}
                        axes.plot(np.array([along.min(), along.max()]), [0.0, 0.0], **ends)
                    else:
                        # Where the wave vector turns across the field, the slow wave's energy leaps to the other side.
                        leaps = np.append(np.hypot(np.diff(along), np.diff(across)) > 0.2 * np.ptp(along), False)
                        axes.plot(np.where(leaps, np.nan, along), across, linewidth=1.5, **look)
                axes.axhline(0.0, color=GREY, linewidth=0.6)
                axes.axvline(0.0, color=GREY, linewidth=0.6)
                axes.set(aspect="equal", xlabel="along the field (km/s)")
                axes.set_title(f"{title}: {kind} velocity", fontweight="normal")
            row[0].set_ylabel("across the field (km/s)")
        handles = [Line2D([], [], linewidth=1.5, label=_WAVE_NAMES[wave], **look) for wave, look in _WAVES.items()]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


_WAVE_NAMES = {"fast": "fast", "alfven": "Alfvén", "slow": "slow"}


def boundary_waves(layers: Mapping[str, xr.Dataset], sheet: float | None = None, *, width: float = 6.5) -> Figure:
    """Draw how fast waves grow on boundary layers between two flows, by their length.

    Parameters
    ----------
    layers : dict of str to Dataset
        From :meth:`sunearth.magnetosphere.kelvin_helmholtz.ShearLayer.solve`, by name.
    sheet : float, optional
        Growth rate over wavenumber (km/s) of a boundary without thickness, such as ``growth_speed`` of
        :func:`sunearth.magnetosphere.kelvin_helmholtz.pu_kivelson_1983`.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Growth rate by wavelength, with a dot on the fastest wave.

    Examples
    --------
    >>> from sunearth.magnetosphere.kelvin_helmholtz import ShearLayer
    >>> layer = ShearLayer(2000.0, 10.0, 1.0, (280.0, 0.0), (0.0, 0.0), (0.0, 15.0), (0.0, 40.0))
    >>> boundary_waves({"2000 km": layer.solve()}).axes[0].get_ylabel()
    'growth rate (min$^{-1}$)'
    """
    layers = named(layers, "boundary_waves")
    with style():
        figure = Figure(figsize=(width, 0.58 * width), layout="constrained")
        axes = figure.subplots()
        most, nearest, farthest = 0.0, np.inf, 0.0
        for k, (name, layer) in enumerate(layers.items()):
            length = 2 * np.pi / layer["wavenumber"].values / _KM_PER_R_E
            rate = 60.0 * layer["growth_rate"].values
            axes.plot(length, rate, label=name, linewidth=1.5, **LINES[k])
            fastest = float(layer["fastest_wavelength"]) / _KM_PER_R_E
            if np.isfinite(fastest):
                top = 60.0 / float(layer["fastest_growth_time"])
                axes.plot(fastest, top, marker="o", markersize=5, color=LINES[k]["color"])
            most = max(most, float(rate.max()))
            nearest, farthest = min(nearest, float(length.min())), max(farthest, float(length.max()))
        if sheet is not None:
            length = np.geomspace(nearest, farthest, 200)
            rate = 60.0 * sheet * 2 * np.pi / (length * _KM_PER_R_E)
            axes.plot(length, rate, color=GREY, linewidth=1.2, linestyle=":", label="without thickness")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set(
            xlim=(nearest, farthest),
            ylim=(0.0, 1.15 * most),
            xlabel="wavelength ($R_E$)",
            ylabel="growth rate (min$^{-1}$)",
        )
        axes.legend(loc="upper right", title="half thickness")
    return figure


def tearing_rates(lundquist: Sequence[float] = (1e4, 1e6, 1e8), *, points: int = 25, width: float = 7.2) -> Figure:
    """Draw how fast waves of different length tear a current sheet.

    Parameters
    ----------
    lundquist : sequence of float, optional
        Lundquist numbers on the half thickness of the sheet, one colour each.
    points : int, optional
        Number of wave numbers at which the eigenvalue problem is solved.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Dots are eigenvalues of a resistive Harris sheet, lines the theory of the thin layer, and the two pairs of thin
        lines its limits; diamonds mark the fastest wave.

    Examples
    --------
    >>> tearing_rates([1e4], points=5).axes[0].get_xlabel()
    'wave number times half thickness'
    """
    from sunearth.magnetosphere.tearing import (
        coppi_1976,
        coppi_limit,
        fastest_growing_mode,
        fkr_1963,
        tearing_growth_rate,
    )

    numbers = named({f"S = {value:.0e}": float(value) for value in lundquist}, "tearing_rates")
    with style():
        figure = Figure(figsize=(width, 0.66 * width), layout="constrained")
        axes = figure.subplots()
        smooth = np.geomspace(2e-3, 0.99, 300)
        waves = np.geomspace(2.5e-3, 0.97, points)
        lowest, highest = np.inf, 0.0
        for k, (label, number) in enumerate(numbers.items()):
            colour = LINES[k]["color"]
            solved = tearing_growth_rate(waves, number)
            power = round(np.log10(number))
            name = f"S = $10^{{{power}}}$" if np.isclose(number, 10.0**power) else label
            axes.plot(smooth, coppi_1976(smooth, number), color=colour, linewidth=1.5, linestyle="-", label=name)
            axes.plot(waves, solved, color=colour, marker="os^Dv*"[k], markersize=4, linestyle="")
            axes.plot(smooth, fkr_1963(smooth, number), color=colour, linewidth=0.9, linestyle=(0, (5, 2)))
            axes.plot(smooth, coppi_limit(smooth, number), color=colour, linewidth=0.9, linestyle=(0, (1, 1.6)))
            mode = fastest_growing_mode(number)
            axes.plot(mode.wave_number, mode.growth_rate, color=BLACK, marker="D", markersize=7, fillstyle="none")
            lowest, highest = min(lowest, float(np.nanmin(solved))), max(highest, float(np.nanmax(solved)))
        for look, label in (
            ({"linestyle": (0, (5, 2)), "color": BLACK, "linewidth": 0.9}, "limit of short waves"),
            ({"linestyle": (0, (1, 1.6)), "color": BLACK, "linewidth": 0.9}, "limit of long waves"),
            ({"linestyle": "", "color": BLACK, "marker": "D", "fillstyle": "none"}, "fastest wave"),
        ):
            axes.plot([], [], label=label, **look)
        axes.set(xscale="log", yscale="log", xlim=(2e-3, 1.0), ylim=(0.4 * lowest, 3.0 * highest))
        axes.set(xlabel="wave number times half thickness", ylabel="growth rate times half thickness over $v_A$")
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return figure
