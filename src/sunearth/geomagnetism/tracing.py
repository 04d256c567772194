"""Field lines: where they go, how long they are, what they connect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import EARTH_RADIUS
from sunearth.core.errors import InputError

from .field import Field

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

# A line is followed inside this box: low and high of x, y, z in GSM, R_E. Models are fitted to data inside it.
BOX = (-70.0, 20.0, -40.0, 40.0, -40.0, 40.0)

ENDS = ("surface", "box", "length", "undefined", "inside", "steps")
TOPOLOGIES = ("closed", "open_north", "open_south", "solar_wind", "undefined")

_OUTPUTS = {
    "x_south": ("R_E", "GSM x of the southern end"),
    "y_south": ("R_E", "GSM y of the southern end"),
    "z_south": ("R_E", "GSM z of the southern end"),
    "x_north": ("R_E", "GSM x of the northern end"),
    "y_north": ("R_E", "GSM y of the northern end"),
    "z_north": ("R_E", "GSM z of the northern end"),
    "length": ("R_E", "Length of the field line"),
    "flux_tube_volume": ("R_E/nT", "Volume of the flux tube per unit magnetic flux"),
    "x_weakest": ("R_E", "GSM x where the field is weakest"),
    "y_weakest": ("R_E", "GSM y where the field is weakest"),
    "z_weakest": ("R_E", "GSM z where the field is weakest"),
    "b_minimum": ("nT", "Weakest field on the line"),
    "x_apex": ("R_E", "GSM x of the farthest point"),
    "y_apex": ("R_E", "GSM y of the farthest point"),
    "z_apex": ("R_E", "GSM z of the farthest point"),
}
_COLUMNS = (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16)


def trace(
    field: Field,
    x: Any,
    y: Any,
    z: Any,
    *,
    altitude: float = 0.0,
    box: tuple[float, float, float, float, float, float] = BOX,
    longest: float = 400.0,
    tolerance: float = 1e-6,
    points: int = 0,
) -> xr.Dataset:
    """Trace the field lines through points, both ways, thousands in a call.

    Parameters
    ----------
    field : Field
        The field; its states broadcast with the points.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates of points on the lines.
    altitude : float, optional
        Height above the sphere of 6371.2 km where a line ends, km. Points below it are not traced.
    box : tuple of six floats, optional
        Low and high x, low and high y, low and high z beyond which a line counts as lost, R_E.
    longest : float, optional
        Length at which a line is given up, each way, R_E.
    tolerance : float, optional
        Error allowed in each step, R_E.
    points : int, optional
        Also return the lines themselves, as so many equidistant points (at least 2).

    Returns
    -------
    Dataset
        One value a line: the ends `x_north` ..., how they end (`end_north`, `end_south`: on the surface, at the box,
        too long, undefined field, inside the Earth, too many steps), `topology` (closed, open_north, open_south,
        solar_wind, undefined), `length`, `flux_tube_volume`, the point of weakest field and the strength there
        (`b_minimum`), and the point farthest out (`x_apex` ...). With `points`: `x`, `y`, `z` and `b` (line, point).

    Raises
    ------
    InputError
        If shapes do not broadcast, or an option is out of range.

    Notes
    -----
    "North" is the end towards which the field points. The step is that of Dormand and Prince (1980), orders 5 and 4,
    and ends are found on its dense output. Seeds that are NaN or lie inside the Earth give NaN and say so in
    `end_north`; a line that never returns ends at the box or at `longest`, so that no call hangs.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> lines = trace(magnetic_field(internal="dipole"), [4.0, 6.6], 0.0, 0.0)
    >>> np.degrees(np.arcsin(lines["z_north"])).round(2).values.tolist()
    [60.0, 67.09]
    """
    if points == 1 or points < 0:
        raise InputError(f"trace: points must be 0 or at least 2, got {points}")
    if not tolerance > 0 or not longest > 0:
        raise InputError("trace: tolerance and longest must be above zero")
    import xarray as xr

    from sunearth.numerics.threads import spread

    from ._tracing_kernels import SUMMARY, trace_lines

    dims, coords, (x, y, z) = _labels(field, x, y, z)
    state, (x, y, z), shape = field.rows(x, y, z)
    summary, curves = np.empty((state.size, SUMMARY)), np.empty((state.size, points, 4))
    limits = (1.0 + altitude / (1e-3 * EARTH_RADIUS), np.asarray(box, float), float(longest), float(tolerance))
    parts = (
        field.inner,
        field.inner_records,
        field.outer,
        field.outer_records,
        state,
        x,
        y,
        z,
        *limits,
        summary,
        curves,
    )
    spread(lambda start, stop: trace_lines(*parts, start, stop), state.size, chunk=max(1, min(64, state.size // 8)))
    if dims is None:
        dims = ("line",) if len(shape) == 1 else tuple(f"line_{k}" for k in range(len(shape)))
    lines = xr.Dataset(coords=coords, attrs={"field": field.name, "frame": "GSM"})
    for (name, (unit, label)), column in zip(_OUTPUTS.items(), _COLUMNS, strict=True):
        lines[name] = (dims, summary[:, column].reshape(shape), {"units": unit, "long_name": label})
    for name, column, label in (("end_south", 6, "southern"), ("end_north", 7, "northern")):
        lines[name] = (dims, summary[:, column].astype(np.int8).reshape(shape), _flag(f"How the {label} end is", ENDS))
    lines["topology"] = (dims, _topology(summary).reshape(shape), _flag("What the field line connects", TOPOLOGIES))
    if points:
        for k, name in enumerate(("x", "y", "z", "b")):
            attrs = {"units": "nT" if name == "b" else "R_E", "long_name": f"GSM {name} along the line"}
            if name == "b":
                attrs["long_name"] = "Field strength along the line"
            lines[name] = ((*dims, "point"), curves[:, :, k].reshape((*shape, points)), attrs)
    return lines


def _labels(field: Field, *coordinates: Any) -> tuple[Any, Any, tuple[Any, ...]]:
    """Take dimensions and coordinates from labelled points, where they have any."""
    labelled = [c for c in coordinates if hasattr(c, "dims") and hasattr(c, "coords")]
    if not labelled:
        return None, {}, coordinates
    import xarray as xr

    joined = xr.broadcast(*labelled)
    if field.shape and field.shape != joined[0].shape:
        return None, {}, tuple(np.asarray(c) for c in coordinates)
    given = dict(zip((id(c) for c in labelled), joined, strict=True))
    plain = tuple(given[id(c)].values if id(c) in given else c for c in coordinates)
    return joined[0].dims, joined[0].coords, plain


def _flag(label: str, meanings: tuple[str, ...]) -> dict[str, Any]:
    values = np.arange(len(meanings), dtype=np.int8)
    return {"long_name": label, "flag_values": values, "flag_meanings": " ".join(meanings)}


def _topology(summary: Floats) -> NDArray[np.int8]:
    """Classify lines by which of their ends is on the Earth."""
    from ._tracing_kernels import INSIDE, STEPS, SURFACE, UNDEFINED

    south, north = summary[:, 6], summary[:, 7]
    kinds = np.full(len(summary), 3, np.int8)
    kinds[(south == SURFACE) & (north == SURFACE)] = 0
    kinds[(south != SURFACE) & (north == SURFACE)] = 1
    kinds[(south == SURFACE) & (north != SURFACE)] = 2
    unknown = [UNDEFINED, INSIDE, STEPS]
    kinds[np.isin(south, unknown) | np.isin(north, unknown)] = 4
    return kinds


def footpoint(
    field: Field, x: Any, y: Any, z: Any, hemisphere: str = "north", altitude: float = 110.0, **options: Any
) -> tuple[Any, Any, Any]:
    """Trace to where a field line meets the ionosphere.

    Parameters
    ----------
    field : Field
        The field.
    x, y, z : float or array, R_E
        GSM coordinates.
    hemisphere : {"north", "south"}, optional
        Which end.
    altitude : float, optional
        Height of the ionosphere, km.
    **options
        Passed on to `trace`.

    Returns
    -------
    x, y, z : float or array, R_E
        GSM coordinates of the footpoint; NaN where the line does not come down in that hemisphere.

    Raises
    ------
    InputError
        If the hemisphere is neither.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> foot = footpoint(magnetic_field(internal="dipole"), -6.6, 0.0, 0.0)
    >>> print(f"{np.degrees(np.arctan2(foot[2], -foot[0])):.1f}")
    66.9
    """
    if hemisphere not in ("north", "south"):
        raise InputError(f"footpoint: hemisphere is 'north' or 'south', got {hemisphere!r}")
    lines = trace(field, np.asarray(x, float), np.asarray(y, float), np.asarray(z, float), altitude=altitude, **options)
    grounded = lines[f"end_{hemisphere}"] == 0
    found = (lines[f"{axis}_{hemisphere}"].where(grounded).values[()] for axis in "xyz")
    first, second, third = found
    return first, second, third


def conjugate_point(
    field: Field, x: Any, y: Any, z: Any, altitude: float = 110.0, **options: Any
) -> tuple[Any, Any, Any]:
    """Follow the field line from a place to the same height in the other hemisphere.

    Parameters
    ----------
    field : Field
        The field.
    x, y, z : float or array, R_E
        GSM coordinates of places in the ionosphere.
    altitude : float, optional
        Height of the other end, km; the places are at or above it.
    **options
        Passed on to `trace`.

    Returns
    -------
    x, y, z : float or array, R_E
        GSM coordinates of the conjugate point; NaN on open lines, and for places below `altitude`.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> x, y, z = conjugate_point(magnetic_field(internal="dipole"), 0.5, 0.0, 0.9)
    >>> print(f"{x:.3f} {z:.3f}")
    0.491 -0.891
    """
    start = [np.asarray(a, float) for a in (x, y, z)]
    lines = trace(field, *start, altitude=altitude, **options)
    distance = {
        side: sum((lines[f"{axis}_{side}"] - value) ** 2 for axis, value in zip("xyz", start, strict=True))
        for side in ("north", "south")
    }
    closed = lines["topology"] == 0
    other = distance["south"] > distance["north"]
    found = ((lines[f"{axis}_south"].where(other, lines[f"{axis}_north"])).where(closed).values[()] for axis in "xyz")
    first, second, third = found
    return first, second, third
