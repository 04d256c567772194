"""How every picture of the package looks: one palette, one set of sizes, nothing changed outside."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import matplotlib

from sunearth.core.errors import InputError

# The palette of Okabe and Ito (2008), told apart with any kind of colour vision.
BLACK: Final = "#000000"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
YELLOW: Final = "#F0E442"
BLUE: Final = "#0072B2"
VERMILLION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#8C8C8C"
FAINT: Final = "#DDDDDD"

INPUT: Final = {"color": "#333333", "linewidth": 0.9}
"""Lines of what was measured in the wind."""
MODEL: Final = {"color": BLUE, "linewidth": 1.5}
"""Lines of the main modelled quantity of a panel."""
SECOND: Final = {"color": VERMILLION, "linewidth": 1.1, "linestyle": (0, (5, 1.5))}
"""Lines of a second modelled quantity: told from the first by dashes where there is no colour."""
OBSERVED: Final = {"color": BLACK, "linewidth": 1.1, "linestyle": "-"}
"""Lines of what was observed on Earth."""
OBSERVED_POINTS: Final = {"color": BLACK, "linewidth": 0.8, "marker": "o", "markersize": 2.4}
"""The same where there are few enough to be seen one by one: told from a model where there is no colour."""
OBSERVED_FINE: Final = {"color": GREY, "linewidth": 0.7, "linestyle": "-"}
"""Lines of an observation at finer cadence, drawn behind."""

LINES: Final[Sequence[dict[str, Any]]] = (
    {"color": BLUE, "linestyle": "-"},
    {"color": VERMILLION, "linestyle": (0, (5, 1.5))},
    {"color": BLACK, "linestyle": (0, (2, 1.2))},
    {"color": GREEN, "linestyle": (0, (6, 2, 1, 2))},
    {"color": ORANGE, "linestyle": (0, (1, 1.4))},
    {"color": PURPLE, "linestyle": (0, (9, 2))},
)
"""Lines of one panel, in order: told apart by dashes where there is no colour."""

HOUSE: Final = {
    "axes.edgecolor": "#444444",
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlepad": 4.0,
    "figure.dpi": 100.0,
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "legend.columnspacing": 1.4,
    "legend.borderaxespad": 0.0,
    "legend.borderpad": 0.1,
    "lines.solid_capstyle": "round",
    "mathtext.default": "regular",
    "savefig.dpi": 150.0,
    # Letters become shapes: a report looks the same whatever fonts its reader has.
    "svg.fonttype": "path",
    # Equal figures give equal files.
    "svg.hashsalt": "sunearth",
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.labelcolor": "#222222",
    "ytick.labelcolor": "#222222",
}


@contextlib.contextmanager
def style() -> Iterator[None]:
    """Draw in the house style, whatever the user's own settings; they are back unchanged afterwards.

    Examples
    --------
    >>> with style():
    ...     print(matplotlib.rcParams["svg.hashsalt"])
    sunearth
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(HOUSE)
        yield


_POWER = re.compile(r"\^\(?([-+]?\d+(?:/\d+)?)\)?")


def unit_label(unit: str) -> str:
    """Return a unit as a figure writes it, empty for a pure number.

    Examples
    --------
    >>> print(unit_label("cm^-3"), unit_label("R_E"), repr(unit_label("1")))
    cm$^{-3}$ $R_E$ ''
    """
    if unit in ("", "1"):
        return ""
    words = ["°" if word == "deg" else word for word in unit.split()]
    text = _POWER.sub(r"$^{\1}$", " ".join(words)).replace("R_E", "$R_E$").replace("R_sun", r"$R_\odot$")
    return text.replace("%", r"\%") if "$" in text else text


def with_unit(text: str, unit: str) -> str:
    """Return an axis label: the quantity and, unless it is a pure number, its unit in parentheses.

    Examples
    --------
    >>> with_unit("Speed", "km/s")
    'Speed (km/s)'
    """
    label = unit_label(unit)
    return f"{text} ({label})" if label else text


def named(group: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return what is to be drawn by name, refusing nothing at all and more than the palette can tell apart.

    Parameters
    ----------
    group : mapping
        What to draw, by name.
    place : str
        Who asks, for the error.

    Returns
    -------
    dict
        The same.

    Raises
    ------
    InputError
        If there is nothing or too much.

    Examples
    --------
    >>> list(named({"a": 1.0}, "here"))
    ['a']
    """
    group = dict(group)
    if not 0 < len(group) <= len(LINES):
        raise InputError(f"{place}: give one to {len(LINES)} entries, got {len(group)}")
    return group
