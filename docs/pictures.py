"""Draws the chain: ``python docs/pictures.py FOLDER`` writes both pictures as SVG files.

Lines and letters take the colour of the text around them (``currentColor``), areas a colour that reads on white and on
black.
"""

import functools
import html
import re
import sys
from pathlib import Path

import numpy as np
import xarray as xr

from sunearth.chain.prepare import complete
from sunearth.chain.stages import STAGES
from sunearth.chain.variables import VARIABLES
from sunearth.magnetosphere.magnetopause import shue_1998

AMBER, BLUE, SKY, GREEN, RED, PURPLE = "#e69f00", "#2f86c6", "#56b4e9", "#159a74", "#d9622b", "#bd6f9b"
FONT = "font-family='inherit' text-anchor='middle'"


def chain_picture():
    """Return the chain in its place: from the Sun through the wind and the magnetosphere to the ground."""
    width, height, scale = 1000, 470, 12.0
    earth = np.array([575.0, 225.0])

    def place(x, z):
        """Sunward to the left, north up, in Earth radii."""
        return earth[0] - scale * x, earth[1] - scale * z

    def outer(theta):
        """The bow shock of the picture: 1.3 times as far out at the nose, opening more at the flanks."""
        return 1.3 * shue_1998(theta, 3.0, -3.0) * (1 + 0.13 * np.sin(theta) ** 2)

    magnetopause = _surface(lambda theta: shue_1998(theta, 3.0, -3.0), 2.62)
    bow_shock = _surface(outer, 2.5)
    nose, shock = float(shue_1998(0.0, 3.0, -3.0)), float(outer(0.0))
    parts = [
        "<defs><clipPath id='frame'><rect width='1000' height='395'/></clipPath>"
        f"<radialGradient id='sun'><stop offset='0.6' stop-color='{AMBER}'/>"
        f"<stop offset='1' stop-color='{AMBER}' stop-opacity='0'/></radialGradient></defs>",
        "<g clip-path='url(#frame)'>",
        "<circle cx='-95' cy='225' r='205' fill='url(#sun)'/>",
    ]
    # The wind, thin before the shock.
    for k, y in enumerate((57, 113, 169, 281, 337, 375)):
        end = 384 + 0.0018 * (y - 225) ** 2
        parts.append(
            f"<path d='M{132 + 14 * (k % 2)} {y} H{end:.0f}' stroke='{AMBER}' stroke-width='2' stroke-dasharray='16 7' "
            "fill='none'/>"
            f"<path d='M{end:.0f} {y - 5} l11 5 l-11 5z' fill='{AMBER}'/>"
        )
    sheath = _path(bow_shock, place)
    inside = _path(magnetopause, place)
    parts.append(f"<path d='{sheath}' fill='{AMBER}' fill-opacity='0.13' stroke='{AMBER}' stroke-width='2.5'/>")
    parts.append(f"<path d='{inside}' fill='{SKY}' fill-opacity='0.20' stroke='{BLUE}' stroke-width='2.5'/>")
    # Field lines: closed dipole lines near the Earth, open ones over the polar caps, the sheet of the tail between.
    for shell in (3.5, 5.5, 7.5):
        parts.append(_line(_dipole_line(shell, 1.0), place))
        parts.append(_line(_dipole_line(shell, -1.0, stretch=0.16 * (shell - 2.5)), place))
    for sign in (1, -1):
        for lift in (5.5, 8.5):
            x = np.linspace(0.2, -37, 60)
            z = sign * (1.2 + lift * (1 - np.exp(x / 3.0)) - 0.012 * lift * np.maximum(0, -x - 4))
            parts.append(_line((x, z), place))
    x0, y0 = place(-14, 0.55)
    parts.append(
        f"<rect x='{x0:.0f}' y='{y0:.0f}' width='300' height='13' rx='6' fill='{PURPLE}' fill-opacity='0.35'/>"
    )
    # Ring current, plasmasphere, Earth, aurora.
    for side in (1, -1):
        cx, cy = place(4.6 * side, 0)
        parts.append(f"<ellipse cx='{cx:.0f}' cy='{cy:.0f}' rx='15' ry='11' fill='{RED}' fill-opacity='0.75'/>")
        px, py = place(2.15 * side, 0)
        parts.append(f"<ellipse cx='{px:.0f}' cy='{py:.0f}' rx='15' ry='17' fill='{BLUE}' fill-opacity='0.45'/>")
    cx, cy = place(0, 0)
    parts.append(f"<circle cx='{cx:.0f}' cy='{cy:.0f}' r='14' fill='#6c7f92'/>")
    parts.append(f"<path d='M{cx:.0f} {cy - 14:.0f} a14 14 0 0 0 0 28z' fill='#a9c3da'/>")
    parts += [
        f"<path d='M{cx - 8:.0f} {cy - sign * 15:.0f} q8 {-6 * sign} 16 0' stroke='{GREEN}' stroke-width='4.5' "
        "fill='none' stroke-linecap='round'/>"
        for sign in (1, -1)
    ]
    parts.append("</g>")
    # The monitor: to scale, L1 would stand 235 Earth radii out.
    parts.append(f"<rect x='222' y='218' width='14' height='14' transform='rotate(45 229 225)' fill='{AMBER}'/>")
    labels = (
        (1, 257, 225, None),
        (2, *place(shock, 0), (-34, -24)),
        (3, *place(0.985 * nose, -2.0), (-50, 62)),
        (4, *place(0.97 * nose, 2.6), (16, -62)),
        (5, *place(-5, 7.6), (12, -22)),
        (6, *place(4.6, 0), (-14, 46)),
        (7, *place(-2.2, 0.6), (28, 78)),
        (8, *place(-0.5, 1.35), (30, -58)),
        (9, *place(-0.4, -1.3), (2, 62)),
        (10, *place(-24, 0), (0, 36)),
    )
    for number, x, y, shift in labels:
        dx, dy = shift or (0, 0)
        if shift:
            parts.append(f"<path d='M{x + dx:.0f} {y + dy:.0f} L{x:.0f} {y:.0f}' stroke='currentColor' fill='none'/>")
        parts.append(_badge(number, x + dx, y + dy))
    names = {
        1: "Solar wind, at L1",
        2: "Bow shock",
        3: "Magnetopause",
        4: "Dayside reconnection",
        5: "Open field, polar cap",
        6: "Ring current",
        7: "Plasmasphere",
        8: "Aurora",
        9: "Ionosphere and ground",
        10: "Tail",
    }
    for k, (number, name) in enumerate(names.items()):
        x, y = 22 + 200 * (k % 5), 420 + 32 * (k // 5)
        parts.append(_badge(number, x, y))
        parts.append(f"<text x='{x + 17}' y='{y + 5}' font-size='13.5' fill='currentColor'>{name}</text>")
    parts.append(f"<text x='52' y='231' font-size='19' {FONT} fill='#3a2a00'>Sun</text>")
    parts.append(f"<text x='265' y='24' font-size='13' {FONT} fill='currentColor'>not to scale</text>")
    return _svg(
        parts, width, height, "The chain from the Sun through the solar wind and the magnetosphere to the ground"
    )


def flow_picture():
    """Return which stage of the chain reads what from which, as the default models declare it."""
    reads, layers = _reads(), {}
    for stage in STAGES:
        layers[stage.name] = 1 + max((layers[source] for source in reads[stage.name]), default=-1)
    columns = [[name for name in layers if layers[name] == depth] for depth in range(max(layers.values()) + 1)]
    box, gap_x, gap_y = (168, 40), 72, 16
    rows = max(len(column) for column in columns)
    height = rows * (box[1] + gap_y) + gap_y
    width = len(columns) * (box[0] + gap_x) - gap_x + 4
    spot = {}
    for depth, column in enumerate(columns):
        top = (height - len(column) * (box[1] + gap_y) + gap_y) / 2
        for k, name in enumerate(column):
            spot[name] = (2 + depth * (box[0] + gap_x), top + k * (box[1] + gap_y))
    parts = []
    for name, sources in reads.items():
        for source in sources:
            x1, y1 = spot[source][0] + box[0], spot[source][1] + box[1] / 2
            x2, y2 = spot[name][0], spot[name][1] + box[1] / 2
            bend = max(30, 0.5 * (x2 - x1))
            # What skips a column passes faintly behind the boxes.
            faint = 0.25 if layers[name] - layers[source] > 1 else 0.55
            parts.append(
                f"<path d='M{x1:.0f} {y1:.0f} C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}' "
                f"stroke='{BLUE}' stroke-opacity='{faint}' stroke-width='1.6' fill='none'/>"
            )
    shades = (AMBER, BLUE, GREEN, PURPLE, RED)
    for name, (x, y) in spot.items():
        shade = shades[layers[name] % len(shades)]
        parts.append(
            f"<rect x='{x}' y='{y:.0f}' width='{box[0]}' height='{box[1]}' rx='6' class='stage-box' stroke='{shade}' "
            "stroke-width='1.8'/>"
        )
        parts.append(
            f"<text x='{x + box[0] / 2}' y='{y + 25:.0f}' font-size='15' {FONT} fill='currentColor'>"
            f"{name.replace('_', ' ')}</text>"
        )
    return _svg(parts, width, height, "Which stage of the chain reads from which")


@functools.cache
def variables_of_stages():
    """Return the variables that each stage adds to a run, found by running the stages on six hours of calm wind."""
    time = np.datetime64("2015-03-17", "ns") + np.arange(7) * np.timedelta64(1, "h")
    values = {"b_x": -2.0, "b_y": 3.0, "b_z": -4.0, "speed": 420.0, "n_p": 5.0, "t_p": 1e5}
    wind = xr.Dataset(
        {n: ("time", np.full(time.size, v), {"units": VARIABLES[n].unit}) for n, v in values.items()},
        coords={"time": time},
        attrs={"frame": "GSM"},
    )
    whole = complete(wind)
    held = {str(name): variable for name, variable in whole.data_vars.items()} | {"time": whole["time"]}
    added = {}
    for stage in STAGES:
        fresh = stage.answer(stage.model(), held)
        added[stage.name] = tuple(name for name in fresh if not name.endswith("_valid"))
        held |= fresh
    return added


def _reads():
    """Stage -> the stages whose results its default model takes, by the names of its parameters."""
    maker = {name: stage for stage, names in variables_of_stages().items() for name in names}
    alias = {"al": "al_model", "ae": "ae_model", "kp": "kp_model", "kp_max": "kp_model"}
    reads = {}
    for stage in STAGES:
        names = (alias.get(name, name) for name in stage.model().spec.parameters)
        sources = dict.fromkeys(maker[name] for name in names if name in maker)
        sources.pop(stage.name, None)
        # What a stage takes from the measured wind alone still enters by the first stage.
        reads[stage.name] = list(sources) or ([STAGES[0].name] if stage is not STAGES[0] else [])
    return reads


def html_unit(text):
    """Return a unit with its powers raised, for Markdown.

    >>> html_unit("cm^-3")
    'cm<sup>−3</sup>'
    """
    raised = re.sub(r"\^\(?([-+]?\d+(?:/\d+)?)\)?", lambda m: f"<sup>{m.group(1).replace('-', '−')}</sup>", text)
    return re.sub(r"\bR_(\w+)", r"R<sub>\1</sub>", raised)


def _surface(radius, last):
    theta = np.linspace(-last, last, 161)
    r = np.asarray(radius(np.abs(theta)))
    return r * np.cos(theta), r * np.sin(theta)


def _dipole_line(shell, side, stretch=0.0):
    """A dipole field line; night-side lines are drawn out towards the tail."""
    angle = np.linspace(-1, 1, 81) * np.arccos(np.sqrt(1.15 / shell))
    x = shell * np.cos(angle) ** 3
    return side * x * (1 + stretch * np.cos(angle) ** 4), shell * np.cos(angle) ** 2 * np.sin(angle)


def _path(points, place):
    x, y = place(*points)
    return "M" + " L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def _line(points, place):
    return (
        f"<path d='{_path(points, place)}' stroke='currentColor' stroke-opacity='0.45' stroke-width='1' fill='none'/>"
    )


def _badge(number, x, y):
    return (
        f"<circle cx='{x:.0f}' cy='{y:.0f}' r='11.5' fill='#24476b' stroke='#ffffff' stroke-width='1'/>"
        f"<text x='{x:.0f}' y='{y + 4.6:.0f}' font-size='13' font-weight='600' {FONT} fill='#ffffff'>{number}</text>"
    )


def _svg(parts, width, height, title):
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.0f} {height:.0f}' role='img' "
        f"aria-label='{html.escape(title, quote=True)}'>{''.join(parts)}</svg>"
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chain.svg").write_text(chain_picture(), encoding="utf-8")
    (folder / "flow.svg").write_text(flow_picture(), encoding="utf-8")
