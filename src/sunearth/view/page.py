"""What the pages of the package share: their look, pictures in two widths, tables, and text as print would set it."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .canvas import MONTHS
from .style import style

NARROW_SCREEN = 640
"""Below this many CSS pixels the narrow pictures are shown."""


NOTHING = "not known"


def picture(alt: str, caption: str, draw: Any, widths: tuple[float, float]) -> str:
    """A picture in two layouts, one for a wide and one for a narrow screen, as SVG inside the document."""
    wide, narrow = (svg_uri(draw(width)) for width in widths)
    return (
        f'<figure><picture><source media="screen and (max-width: {NARROW_SCREEN}px)" srcset="{narrow}">'
        f'<img src="{wide}" alt="{escape(alt)}"></picture>'
        f"<figcaption>{typeset(caption)}</figcaption></figure>"
    )


def moving_picture(figures: Iterable[Figure], *, dpi: float = 80.0, milliseconds: int = 140) -> bytes:
    """Return figures of one size as an animated WebP picture, which browsers show without a script."""
    from PIL import Image

    pictures = []
    for figure in figures:
        buffer = io.BytesIO()
        with style():
            figure.savefig(buffer, format="png", dpi=dpi)
        buffer.seek(0)
        pictures.append(Image.open(buffer).convert("RGB"))
    buffer = io.BytesIO()
    first, *others = pictures
    first.save(
        buffer, format="WEBP", save_all=True, append_images=others, duration=milliseconds, loop=0, quality=80, method=4
    )
    return buffer.getvalue()


_DECIMALS = re.compile(r"(\.\d\d)\d+")


def svg_uri(figure: Figure) -> str:
    """Return a figure as an address that holds it."""
    buffer = io.StringIO()
    with style():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    # Paths to a hundredth of a point: half the size, and no eye sees the rest.
    svg = re.sub(r'(?<= d=")[^"]*', lambda path: _DECIMALS.sub(r"\1", path[0]).replace("\n", ""), svg)
    svg = re.sub(r">\s+<", "><", svg)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str, *, numeric_from: int | None = None) -> str:
    """A table; on a telephone it scrolls sideways inside its own box."""

    def cells(values: Sequence[str], tag: str) -> str:
        made = []
        for column, value in enumerate(values):
            kind = ' class="n"' if numeric_from is not None and column >= numeric_from else ""
            first = ' scope="row"' if column == 0 and tag == "td" else ' scope="col"' if tag == "th" else ""
            name = "th" if column == 0 else tag
            made.append(f"<{name}{first}{kind}>{typeset(value)}</{name}>")
        return "<tr>" + "".join(made) + "</tr>"

    body = "\n".join(cells(row, "td") for row in rows)
    return (
        f'<div class="table"><table><caption>{typeset(caption)}</caption><thead>{cells(head, "th")}</thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def section(title: str, body: str) -> str:
    """A heading and what stands under it."""
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def moment(time: Any, *, year: bool = True) -> str:
    """Write a time as people say it."""
    if not time:
        return NOTHING
    try:
        moment = np.datetime64(str(time).rstrip("Z"), "s").astype(object)
    except ValueError:
        return str(time)
    return f"{moment.day} {MONTHS[moment.month - 1]}{f' {moment.year}' if year else ''}, {moment:%H:%M} UTC"


def minus(text: str) -> str:
    """Set a minus sign where a hyphen stands before a number."""
    return re.sub(r"(?<![\w.-])-(?=\d)", "\N{MINUS SIGN}", text)


def typeset(text: Any) -> str:
    """Escape a text for HTML and set its units as print would."""
    escaped = escape(minus(str(text)))
    escaped = re.sub(r"(?<=\d) R_E\b", "\N{NO-BREAK SPACE}R<sub>E</sub>", escaped)
    escaped = re.sub(r"\bBz\b", "B<sub>z</sub>", escaped)
    escaped = re.sub(r"\b10\^(\d+)", r"10<sup>\1</sup>", escaped)
    # A line may break inside an identifier only after its slashes.
    escaped = re.sub(r"doi:\S+", lambda doi: doi[0].replace("/", "/<wbr>"), escaped)
    return re.sub(r"(?<=\d) (nT|kV|PJ|nPa|h|%)(?!\w)", "\N{NO-BREAK SPACE}\\1", escaped)


STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --line: #d0d7de; --band: #f4f6f8;
  --accent: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #a3acb6; --paper: #14181d; --line: #39414a;
  --band: #1d2329; --accent: #6cb8e6; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
.period { color: var(--soft); margin: 0 0 1rem; }
.headline { font-size: 1.1rem; border-left: 4px solid var(--accent); padding: .1rem 0 .1rem 1rem; margin: 1rem 0 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { caption-side: bottom; text-align: left; color: var(--soft); font-size: .85rem; padding: .5rem 0 0;
  max-width: calc(100vw - 1.5rem); }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line);
  font-weight: normal; overflow-wrap: break-word; }
thead th { font-weight: 600; border-bottom-width: 2px; }
tbody th { color: var(--soft); min-width: 9rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 0; }
img { display: block; width: 100%; height: auto; background: #ffffff; border-radius: 6px; padding: 2px; }
figcaption { color: var(--soft); font-size: .9rem; margin-top: .5rem; }
sub, sup { font-size: .75em; line-height: 0; }
ul { padding-left: 1.2rem; margin: 0 0 1rem; }
@media (max-width: 640px) { body { padding: 1rem .75rem 2rem; } h1 { font-size: 1.4rem; } .headline { font-size: 1rem; }
  tbody th { min-width: 7rem; } }
@media print { :root { color-scheme: light; --ink: #000000; --soft: #333333; --paper: #ffffff; --line: #999999;
  --band: #ffffff; } body { max-width: none; padding: 0; font-size: 10pt; } h2 { break-after: avoid; }
  tr, .headline { break-inside: avoid; } .table { overflow: visible; }
  img { max-height: 24cm; width: auto; max-width: 100%; margin: 0 auto; } }
"""


PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="period">{period}</p>
<p class="headline">{headline}</p>
</header>
<main>
{body}
</main>
</body>
</html>
"""
