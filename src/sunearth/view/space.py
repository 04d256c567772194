"""The magnetosphere in space: shock, boundary and field lines as a scene that can be turned by hand in a browser."""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources
import io
import json
from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sunearth.chain.field_lines import field_of_run
from sunearth.core.errors import DataError, InputError
from sunearth.core.time import to_datetime64
from sunearth.geomagnetism.tracing import trace

from .canvas import expect_one_run, storm_peak
from .cuts import boundary_radius
from .page import moment, typeset
from .style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION, style

Floats = NDArray[np.float64]

BEHIND = -32.0
"""How far down the tail the scene reaches, R_E."""
ASIDE = 26.0
"""How far it reaches to dusk, dawn, north and south, R_E."""

_WIDTH = 1.2
_CLOSED, _NORTH, _SOUTH, _WIND = "closed field lines", "open, north", "open, south", "field of the solar wind"
_SHOCK, _PAUSE, _X_LINE = "bow shock", "magnetopause", "reconnection line"


class Surface(NamedTuple):
    """A surface as a net of points, its rows around the Sun-Earth line."""

    name: str
    points: Floats
    colour: str
    opacity: float


class Line(NamedTuple):
    """A line in space."""

    name: str
    points: Floats
    colour: str
    dash: str
    width: float


class Scene(NamedTuple):
    """What stands around the Earth at one time, in GSM, R_E."""

    time: np.datetime64
    surfaces: list[Surface]
    lines: list[Line]
    dipole_tilt: float
    text: str


_KINDS = {
    0: (_CLOSED, BLUE, "solid"),
    1: (_NORTH, VERMILLION, "long"),
    2: (_SOUTH, ORANGE, "short"),
    3: (_WIND, GREY, "dotted"),
}


def space_scene(result: xr.Dataset, when: Any = None, model: str = "t96") -> Scene:
    """Build the scene of a run at one time: both boundaries by its own models, and traced field lines.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`, a single run.
    when : time, optional
        UTC; the peak of the modelled storm by default.
    model : {"t89", "t96", "t01", "ts04"}, optional
        External field of the lines; the main field is IGRF.

    Returns
    -------
    Scene
        Surfaces, lines and what they show in words.

    Raises
    ------
    InputError
        If the run is an ensemble or empty.
    DataError
        If its magnetopause is not known at that time.
    """
    expect_one_run(result)
    if result.sizes["time"] == 0:
        raise InputError("space_scene: the run is empty")
    asked = storm_peak(result) if when is None else to_datetime64(when, "when")
    moment_of = result.sel(time=result["time"][0] if asked is None else asked, method="nearest")
    state = {
        str(name): float(value)
        for name, value in moment_of.data_vars.items()
        if value.ndim == 0 and value.dtype.kind == "f"
    }
    time = moment_of["time"].values
    if not np.isfinite(state.get("magnetopause_standoff", np.nan)):
        raise DataError(f"space_scene: the magnetopause is not known at {str(time)[:16]}; choose another time")
    surfaces = list(_boundaries(result, state))
    field = field_of_run(result, time, model)
    tilt = float(np.asarray(field.dipole_tilt))
    lines = [*_field_lines(field, tilt), *_sheath_lines(state), *_reconnection_line(state, tilt)]
    text = (
        f"The magnetosphere on {moment(str(time))}: bow shock {state.get('bow_shock_standoff', np.nan):.1f} and "
        f"magnetopause {state['magnetopause_standoff']:.1f} Earth radii towards the Sun, dipole tilted by "
        f"{np.degrees(tilt):.0f} degrees."
    )
    return Scene(time, surfaces, lines, tilt, text)


def _boundaries(result: xr.Dataset, state: dict[str, float]) -> Iterator[Surface]:
    """Nets of both boundaries, as far as the scene reaches."""
    azimuth = np.linspace(0.0, 2 * np.pi, 25)[:-1]
    for name, stage, colour, opacity in ((_SHOCK, "bow_shock", GREEN, 0.05), (_PAUSE, "magnetopause", SKY, 0.1)):
        if not np.isfinite(state.get(f"{stage}_standoff", np.nan)):
            continue
        theta = np.radians(np.linspace(0.0, 150.0, 301))
        columns = []
        for phi in azimuth:
            r = boundary_radius(result, stage, state, theta, float(phi))
            x, across = r * np.cos(theta), r * np.sin(theta)
            inside = np.isfinite(r) & (x >= BEHIND) & (across <= ASIDE)
            last = int(np.argmin(inside)) if not inside.all() else theta.size
            at = np.linspace(0.0, last - 1, 15)
            x, across = (np.interp(at, np.arange(last), values[:last]) for values in (x, across))
            columns.append(np.stack([x, across * np.cos(phi), across * np.sin(phi)], axis=-1))
        yield Surface(name, np.stack(columns, axis=1), colour, opacity)


def _field_lines(field: Any, tilt: float) -> Iterator[Line]:
    """Lines from both caps and ovals, at eight local times."""
    latitude, azimuth = (
        a.ravel()
        for a in np.meshgrid(np.radians([58.0, 64.0, 68.0, 72.0, 76.0, 81.0]), np.radians(np.arange(0, 360, 45.0)))
    )
    seeds = []
    for hemisphere in (1.0, -1.0):
        x, y, z = (
            1.0001 * np.cos(latitude) * np.cos(azimuth),
            1.0001 * np.cos(latitude) * np.sin(azimuth),
            hemisphere * 1.0001 * np.sin(latitude),
        )
        seeds.append((x * np.cos(tilt) + z * np.sin(tilt), y, z * np.cos(tilt) - x * np.sin(tilt)))
    box = (BEHIND, 20.0, -ASIDE, ASIDE, -ASIDE, ASIDE)
    for hemisphere, (x, y, z) in enumerate(seeds):
        traced = trace(field, x, y, z, points=161, tolerance=1e-4, box=box)
        for k in range(traced.sizes["line"]):
            kind = int(traced["topology"][k])
            if kind not in _KINDS or (hemisphere and kind == 0):  # closed lines stand already
                continue
            name, colour, dash = _KINDS[kind]
            points = np.stack([traced[axis][k].values for axis in "xyz"], axis=-1)
            yield Line(name, _thinned(points), colour, dash, _WIDTH)


def _thinned(points: Floats, tolerance: float = 0.04) -> Floats:
    """A line with fewer points, none of those left out farther from it than the tolerance (Douglas and Peucker)."""
    points = points[np.isfinite(points).all(axis=-1)]
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    stretches = [(0, len(points) - 1)]
    while stretches:
        first, last = stretches.pop()
        if last - first < 2:
            continue
        chord, between = points[last] - points[first], points[first + 1 : last] - points[first]
        along = np.clip(between @ chord / max(float(chord @ chord), 1e-12), 0.0, 1.0)
        away = np.linalg.norm(between - along[:, None] * chord, axis=-1)
        farthest = int(np.argmax(away))
        if away[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            stretches += [(first, middle), (middle, last)]
    return points[keep]


def _sheath_lines(state: dict[str, float]) -> Iterator[Line]:
    """Lines of the interplanetary field as they drape around the boundary (Kobel and Flueckiger 1994)."""
    from sunearth.magnetosphere.magnetosheath import kobel_flueckiger_1994

    wind = [state.get(name, np.nan) for name in ("b_x", "b_y", "b_z")]
    nose, shock = state["magnetopause_standoff"], state.get("bow_shock_standoff", np.nan)
    strength = float(np.hypot(wind[1], wind[2]))
    if not np.isfinite([*wind, shock]).all() or strength == 0.0:
        return
    # Seeds on a row across the field, before the shock and in the sheath.
    across = np.array([-wind[2], wind[1]]) / strength
    row = np.array([-8.0, 0.0, 8.0])[:, None] * across
    depths = (shock + 3.0, nose + 0.6 * (shock - nose), nose + 0.15 * (shock - nose))
    seeds = [(depth, y, z) for depth in depths for y, z in row]
    place = np.array(seeds).T

    def direction(at: Floats) -> Floats:
        b = np.stack(kobel_flueckiger_1994(*at, *wind, nose, shock))
        return b / np.linalg.norm(b, axis=0)

    step = 0.35
    halves = []
    for sign in (-1.0, 1.0):
        at, path = place.copy(), [place.copy()]
        for _ in range(110):
            half = at + 0.5 * sign * step * direction(at)
            at = at + sign * step * direction(half)
            path.append(at.copy())
        halves.append(np.array(path))
    for k in range(place.shape[1]):
        line = np.concatenate([halves[0][:0:-1, :, k], halves[1][:, :, k]])
        inside = np.isfinite(line).all(axis=-1) & (np.abs(line[:, 1:]) <= ASIDE).all(axis=-1) & (line[:, 0] >= BEHIND)
        middle = len(halves[0]) - 1
        gaps = np.flatnonzero(~inside)
        first = gaps[gaps < middle].max(initial=-1) + 1
        last = gaps[gaps > middle].min(initial=len(line))
        if last - first > 2 and inside[middle]:
            yield Line(_WIND, _thinned(line[first:last]), GREY, "dotted", _WIDTH)


def _reconnection_line(state: dict[str, float], tilt: float) -> Iterator[Line]:
    """The X-line on the boundary, as far as 45 degrees from the Sun-Earth line."""
    from sunearth.magnetosphere.x_line import DaysideReconnection

    needed = ("p_dyn", "b_x", "b_y", "b_z", "n_p", "speed", "mach_ms")
    wind = {name: state.get(name, np.nan) for name in needed}
    if not np.isfinite(list(wind.values())).all() or not wind["mach_ms"] > 1.0:
        return
    found = DaysideReconnection(end_angle=np.pi / 4).solve(**wind, dipole_tilt=tilt)
    points = np.stack([found[f"{axis}_line"].values for axis in "xyz"], axis=-1)[found["on_line"].values]
    if len(points) > 1:
        yield Line(_X_LINE, _thinned(1.01 * points), PURPLE, "solid", 3.5)


@functools.cache
def _script() -> str:
    return importlib.resources.files("sunearth.view").joinpath("space.js").read_text(encoding="utf-8")


def script_hash() -> str:
    """Return what a page must say in its security policy so that the script of the scene may run, and no other."""
    digest = base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()
    return f"'sha256-{digest}'"


STYLE = """
.space { position: relative; }
.space canvas { display: block; width: 100%; height: min(34rem, 90vw); border: 1px solid var(--line);
  border-radius: 6px; touch-action: pan-y; cursor: grab; }
.space canvas:active { cursor: grabbing; }
.space canvas:focus-visible { outline: 3px solid var(--accent); }
.space .controls { display: flex; flex-wrap: wrap; gap: .35rem .9rem; margin: .5rem 0 0; font-size: .9rem; }
.space button { font: inherit; color: inherit; background: var(--band); border: 1px solid var(--line);
  border-radius: 4px; padding: .15rem .6rem; cursor: pointer; }
.space label { white-space: nowrap; }
.space svg { vertical-align: middle; }
@media print { .space .controls { display: none; } }
"""
"""What a page that holds a scene adds to its style."""


def space_figure(scene: Scene, *, width: float = 7.5) -> Figure:
    """Draw the scene from a fixed place, for print and for pages without a script.

    Parameters
    ----------
    scene : Scene
        From :func:`space_scene`.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Seen from the afternoon side and a little from the north.
    """
    with style():
        figure = Figure(figsize=(width, 0.72 * width))
        axes = figure.add_axes((-0.02, 0.02, 1.0, 1.0), projection="3d", computed_zorder=False)
        for surface in scene.surfaces:
            closed = np.concatenate([surface.points, surface.points[:, :1]], axis=1)
            axes.plot_surface(*np.moveaxis(closed, -1, 0), color=surface.colour, alpha=0.12, linewidth=0, shade=False)
        named = set()
        dashes = {"solid": "-", "long": (0, (5, 1.5)), "short": (0, (2, 1.2)), "dotted": (0, (1, 1.6))}
        for line in scene.lines:
            label = None if line.name in named else line.name
            named.add(line.name)
            axes.plot(*line.points.T, color=line.colour, linestyle=dashes[line.dash], linewidth=0.9, label=label)
        u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 37), np.linspace(0, np.pi, 19))
        ball = np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v)
        shade = np.where((ball[0] > 0)[..., None], 0.95, 0.15) * np.ones(3)
        axes.plot_surface(*ball, facecolors=shade, rstride=1, cstride=1, linewidth=0, shade=False, zorder=5)
        axes.set(xlabel="GSM x (R$_E$)", ylabel="GSM y (R$_E$)", zlabel="GSM z (R$_E$)")
        axes.set(xlim=(BEHIND, 18), ylim=(-ASIDE, ASIDE), zlim=(-ASIDE, ASIDE))
        axes.set_box_aspect((18 - BEHIND, 2 * ASIDE, 2 * ASIDE), zoom=0.98)
        axes.view_init(elev=22, azim=52)
        figure.legend(loc="upper left", bbox_to_anchor=(0.02, 0.98))
    return figure


def space_section(scene: Scene) -> str:
    """Write the scene as a piece of HTML: a canvas, its controls, its script, and a picture where scripts do not run.

    Parameters
    ----------
    scene : Scene
        From :func:`space_scene`.

    Returns
    -------
    str
        To be put into a page that has :data:`STYLE` and allows :func:`script_hash`.
    """
    names = [surface.name for surface in scene.surfaces] + list(dict.fromkeys(line.name for line in scene.lines))
    looks = {surface.name: (surface.colour, "") for surface in scene.surfaces}
    patterns = {"solid": "", "long": "6 2", "short": "3 2", "dotted": "1 2"}
    looks |= {line.name: (line.colour, patterns[line.dash]) for line in scene.lines}
    boxes = "".join(
        f'<label><input type="checkbox" checked value="{escape(name)}"> {_swatch(*looks[name])} {escape(name)}</label>'
        for name in names
    )
    buttons = "".join(
        f'<button type="button">{view}</button>' for view in ("aslant", "from dusk", "from the Sun", "from above")
    )
    data = json.dumps(_plain(scene), separators=(",", ":")).replace("<", "\\u003c")
    caption = (
        f"{scene.text} Drag to turn it, use two fingers or Ctrl and the wheel to come closer; the arrow keys, + and - "
        "do the same, 0 goes back. Closed field lines hold the trapped particles; along open ones the wind reaches the "
        "polar caps."
    )
    picture = io.BytesIO()
    space_figure(scene).savefig(picture, format="png", dpi=80, metadata={"Software": None})
    still = f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
    return (
        f'<figure class="space"><canvas tabindex="0" role="img" aria-label="{escape(scene.text)}"></canvas>'
        f'<div class="controls">{buttons}</div><div class="controls">{boxes}</div>'
        f'<noscript><img src="{still}" alt="{escape(scene.text)}"></noscript>'
        f'<script type="application/json">{data}</script>'
        f"<figcaption>{typeset(caption)}</figcaption></figure>\n<script>{_script()}</script>"
    )


def _swatch(colour: str, dashes: str) -> str:
    return (
        f'<svg width="24" height="8" aria-hidden="true"><line x1="1" y1="4" x2="23" y2="4" stroke="{colour}" '
        f'stroke-width="3" stroke-dasharray="{dashes}"/></svg>'
    )


def _plain(scene: Scene) -> dict[str, Any]:
    """The scene as the script reads it; a hundredth of an Earth radius is finer than a pixel."""
    surfaces: list[dict[str, Any]] = [
        {
            "name": surface.name,
            "colour": surface.colour,
            "opacity": surface.opacity,
            "edge": 0.35,
            "points": surface.points.round(2).tolist(),
        }
        for surface in scene.surfaces
    ]
    surfaces.append(_earth())
    lines = [
        {
            "name": line.name,
            "colour": line.colour,
            "dash": line.dash,
            "width": line.width,
            "points": line.points.round(2).tolist(),
        }
        for line in scene.lines
    ]
    pole = np.array([np.sin(scene.dipole_tilt), 0.0, np.cos(scene.dipole_tilt)])
    axis = [
        [(-2.2 * pole).round(2).tolist(), (-1.0 * pole).round(2).tolist()],
        [pole.round(2).tolist(), (2.2 * pole).round(2).tolist()],
    ]
    lines += [{"name": "dipole axis", "colour": "ink", "dash": "solid", "width": 1.2, "points": half} for half in axis]
    return {"text": scene.text, "reach": 24.0, "middle": [-6.0, 0.0, 0.0], "surfaces": surfaces, "lines": lines}


def _earth() -> dict[str, Any]:
    """The globe, its day side white: rings about the Sun-Earth line, so that the terminator is sharp."""
    theta, phi = np.linspace(0.0, np.pi, 13), np.linspace(0.0, 2 * np.pi, 25)[:-1]
    ring, around = np.meshgrid(theta, phi, indexing="ij")
    points = np.stack([np.cos(ring), np.sin(ring) * np.cos(around), np.sin(ring) * np.sin(around)], axis=-1)
    day = np.repeat((theta[:-1] < 0.5 * np.pi - 1e-9)[:, None], phi.size, axis=1)
    return {
        "name": "Earth", "colour": "#1c2733", "opacity": 1, "edge": 1,
        "points": points.round(3).tolist(), "day": day.astype(int).tolist(),
    }  # fmt: skip
