"""The boundaries in space: bow shock and magnetopause in the quietest and the most compressed hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon, Wedge
from matplotlib.ticker import MaxNLocator

from sunearth.chain.stages import bind
from sunearth.core.constants import GEOSYNCHRONOUS_RADIUS
from sunearth.core.errors import SunEarthError

from .canvas import MONTHS, NARROW, empty_figure, expect_one_run, model_of
from .style import (
    BLACK,
    BLUE,
    GREY,
    PURPLE,
    SKY,
    VERMILLION,
    style,
    with_unit,
)

if TYPE_CHECKING:
    pass


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
    expect_one_run(result)
    hours = extreme_hours(result)
    with style():
        if not hours:
            return empty_figure(width, "No hour of this run has a magnetopause to draw.")
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
    names = ("magnetopause", "bow_shock")
    nose = [hour.get(f"{name}_standoff", np.nan) for name in names]
    for name in names:
        for axis, azimuths in (("z", (np.pi / 2, -np.pi / 2)), ("y", (0.0, np.pi))):
            halves = []
            for side, phi in enumerate(azimuths):
                r = boundary_radius(result, name, hour, theta, phi)
                x, across = r * np.cos(theta), r * np.sin(theta) * (1.0 if side == 0 else -1.0)
                halves.append((x[::-1], across[::-1]) if side == 0 else (x, across))
            shape[f"{name}_{axis}"] = tuple(np.concatenate([a, b]) for a, b in zip(*halves, strict=True))
    finite = [value for value in nose if np.isfinite(value)]
    shape["nose"] = max(finite) if finite else 12.0
    return shape


def boundary_radius(
    result: xr.Dataset, name: str, state: Mapping[str, Any], theta: np.ndarray, phi: float = 0.0
) -> np.ndarray:
    """Return the distance of a boundary along a half-plane, from the run's own model and standoff.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.
    name : {"magnetopause", "bow_shock"}
        Which boundary.
    state : dict
        Values of the run's variables at one time, or their means over an hour.
    theta : array, rad
        Angles from the Sun-Earth line.
    phi : float, rad, optional
        Azimuth of the half-plane about that line, from dusk through north.

    Returns
    -------
    array, R_E
        NaN where the boundary is open; the shape of Shue et al. (1998) or of a conic where the model has none.
    """
    ratio = _model_shape(result, name, state, theta, phi)
    if ratio is None:
        flaring = state.get("magnetopause_flaring", np.nan)
        flaring = flaring if np.isfinite(flaring) else USUAL_FLARING
        ratio = _conic(theta) if name == "bow_shock" else (2.0 / (1.0 + np.cos(theta))) ** flaring
    return np.asarray(state.get(f"{name}_standoff", np.nan) * ratio)


def _conic(theta: np.ndarray) -> np.ndarray:
    reach = 1.0 + BOW_SHOCK_ECCENTRICITY * np.cos(theta)
    return (1.0 + BOW_SHOCK_ECCENTRICITY) / reach


def _model_shape(
    result: xr.Dataset, stage_name: str, hour: Mapping[str, Any], theta: np.ndarray, phi: float
) -> np.ndarray | None:
    """Distance over standoff along a half-plane, from the run's model; None where it gives no shape."""
    model = model_of(result, stage_name)
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
    day = f"{start.day} {MONTHS[start.month - 1][:3]} {start.year}, {start:%H}-{(start.hour + 1) % 24:02d} UTC"
    lines = [f"{name} hour", day, *stated, nose] if narrow else [f"{name} hour: {day}", ", ".join([*stated, nose])]
    return "\n".join(lines).replace("-", "\N{EN DASH}", 1).replace(" -", " \N{MINUS SIGN}")
