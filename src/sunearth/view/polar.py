"""The oval on the map, seen from above the pole with the Sun at the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon

from sunearth.chain.places import AURORA, PLACES, magnetic_latitudes
from sunearth.chain.stages import STAGES, bind
from sunearth.core.errors import SunEarthError
from sunearth.geomagnetism.apex import quasi_dipole, quasi_dipole_to_geodetic
from sunearth.geomagnetism.frames import greenwich_sidereal_time, magnetic_local_time, sun_position

from .canvas import NARROW, empty_figure, expect_one_run, in_words, model_of, storm_peak
from .style import (
    BLACK,
    GREEN,
    GREY,
    style,
)

if TYPE_CHECKING:
    pass


def polar_map(result: xr.Dataset, *, time: Any = None, width: float = 7.5) -> Figure:
    """Draw the auroral oval over the northern hemisphere, the Sun at the top.

    The map is in quasi-dipole latitude and magnetic local time; coastlines and places stand where the Earth's rotation
    had carried them.

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
    expect_one_run(result)
    names = ("oval_equatorward_mlat", "oval_poleward_mlat")
    with style():
        if any(name not in result for name in names):
            return empty_figure(width, "This run has no auroral oval to draw.")
        present = np.flatnonzero(np.isfinite(result[names[0]].values) & np.isfinite(result[names[1]].values))
        if present.size == 0:
            return empty_figure(width, "At no time of this run is the auroral oval known.")
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
            f"{in_words(moment)}; {middle}\nQuasi-dipole latitude and magnetic local time; the Sun is at the top.",
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
    for model in (model_of(result, "oval"), _default_oval()):
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
    mlt, colatitude = np.linspace(0.0, 24.0, 49), np.linspace(0.5, radius, 25)
    local_time, ring = np.meshgrid(mlt, colatitude)
    # Magnetic longitude of each local time: local time is linear in it.
    mlon = 15.0 * (local_time - float(magnetic_local_time(moment, 0.0)))
    place = quasi_dipole_to_geodetic(moment, 90.0 - ring, mlon, AURORA)
    altitude = np.degrees(np.arcsin(np.clip(_sine_of_sun(moment, place.latitude, place.longitude), -1.0, 1.0)))
    x, y = _project(90.0 - ring, local_time)
    outline = Circle((0, 0), radius, transform=axes.transData, facecolor="none", edgecolor="none")
    axes.add_patch(outline)
    shades = axes.contourf(x, y, altitude, levels=[-90, -12, -6, 0], colors=["#B4BAC6", "#CDD2DB", "#E6E9EE"], zorder=0)
    shades.set_clip_path(outline)
    axes.fill([], [], color="#B4BAC6", label="night (paler: twilight)")


def _sine_of_sun(moment: np.datetime64, latitude: Any, longitude: Any) -> Any:
    """Sine of the Sun's height above the horizon."""
    sun = sun_position(moment)
    hour_angle = float(greenwich_sidereal_time(moment)) + np.radians(longitude) - float(sun.right_ascension)
    declination, latitude = float(sun.declination), np.radians(latitude)
    return np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)


def _coast(axes: Axes, moment: np.datetime64, radius: float) -> None:
    try:
        from .coastline import coastline
    except ImportError:
        return
    longitude, latitude = coastline()
    place = quasi_dipole(moment, np.asarray(latitude, float), np.asarray(longitude, float), AURORA)
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
    local_time = np.asarray(magnetic_local_time(moment, quasi_dipole(moment, latitude, longitude, AURORA).mlon))
    mlat = magnetic_latitudes(moment)
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
