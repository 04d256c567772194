"""The X-line on the magnetopause: which fields meet there, where they reconnect, and the voltage along the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import ALPHA_MASS, EARTH_RADIUS, PROTON_MASS
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_E, dimensionless, km_s, kV, mV_m, nPa, nT, per_cm3, rad
from sunearth.heliosphere.wind import ALPHA_FRACTION

from .magnetosheath import DrapedField

if TYPE_CHECKING:
    import xarray as xr

_CASSAK_SHAY = "Cassak and Shay 2007, Phys. Plasmas 14, 102114, doi:10.1063/1.2795630"
_HELIUM = 1.0 + ALPHA_FRACTION * ALPHA_MASS / PROTON_MASS
"""Mass density of the wind in protons over its proton density"""
CRITERIA = ("shear", "rate", "outflow", "current", "energy")
"""What the X-line may be the ridge of"""


class XLine(NamedTuple):
    """The dayside X-line of one state of the wind."""

    potential: kV
    length: R_E
    tilt: rad
    rate: mV_m
    shear: rad
    z: R_E


@model(cite="Dungey 1961, Phys. Rev. Lett. 6, 47, doi:10.1103/PhysRevLett.6.47")
def reconnection_potential(e_r: mV_m, length: R_E) -> kV:
    """Voltage along an X-line on which the same electric field holds everywhere.

    Parameters
    ----------
    e_r : float or array, mV/m
        Reconnection electric field.
    length : float or array, R_E
        Length of the X-line.

    Returns
    -------
    potential : float or array, kV
        Rate at which flux is opened; 1 kV opens 1 kWb each second.

    Notes
    -----
    0.5 mV/m needs 9.4 R_E for 30 kV and 47 R_E for 150 kV: so strong a drive asks for a stronger field, not for a
    longer line.

    Examples
    --------
    >>> float(reconnection_potential(2.0, 5.0).round(1))
    63.7
    """
    return e_r * length * (EARTH_RADIUS * 1e-6)


@model(cite="Crooker 1979, J. Geophys. Res. 84, 951")
def shear_angle(b_x_1: nT, b_y_1: nT, b_z_1: nT, b_x_2: nT, b_y_2: nT, b_z_2: nT) -> rad:
    """Angle between the fields on the two sides of a boundary.

    Parameters
    ----------
    b_x_1, b_y_1, b_z_1 : float or array, nT
        Field on one side.
    b_x_2, b_y_2, b_z_2 : float or array, nT
        Field on the other side.

    Returns
    -------
    shear : float or array, rad
        From 0 for parallel to pi for antiparallel fields; NaN where one of them vanishes.

    Examples
    --------
    >>> float(shear_angle(0.0, 5.0, 0.0, 0.0, 0.0, 50.0).round(4))
    1.5708
    """
    xp = namespace(b_x_1, b_y_1, b_z_1, b_x_2, b_y_2, b_z_2)
    c_x, c_y, c_z = b_y_1 * b_z_2 - b_z_1 * b_y_2, b_z_1 * b_x_2 - b_x_1 * b_z_2, b_x_1 * b_y_2 - b_y_1 * b_x_2
    # exact at all angles, which the inverse cosine is not near 0 and pi
    cross = xp.sqrt(c_x**2 + c_y**2 + c_z**2)
    dot = b_x_1 * b_x_2 + b_y_1 * b_y_2 + b_z_1 * b_z_2
    both = (b_x_1**2 + b_y_1**2 + b_z_1**2) * (b_x_2**2 + b_y_2**2 + b_z_2**2)
    return xp.where(both > 0, xp.atan2(cross, dot), xp.nan)


@model(
    cite="Cooling et al. 2001, J. Geophys. Res. 106, 18763",
    valid={
        "y": (-15.0, 15.0),
        "z": (-15.0, 15.0),
        "magnetopause_standoff": (5.0, 13.0),
        "bow_shock_standoff": (13.5, 25.0),
    },
)
def cooling_2001(
    y: R_E, z: R_E, b_x: nT, b_y: nT, b_z: nT, magnetopause_standoff: R_E, bow_shock_standoff: R_E
) -> DrapedField:
    """Magnetosheath field draped over the outside of the magnetopause.

    Parameters
    ----------
    y, z : float or array, R_E
        Place on the magnetopause, GSM; x follows from the paraboloid.
    b_x, b_y, b_z : float or array, nT
        Interplanetary field, GSM.
    magnetopause_standoff : float or array, R_E
        Distance of the nose of the magnetopause.
    bow_shock_standoff : float or array, R_E
        Distance of the nose of the bow shock.

    Returns
    -------
    b_x : float or array, nT
        Component towards the Sun.
    b_y : float or array, nT
        Component towards dusk.
    b_z : float or array, nT
        Component towards the north.

    Notes
    -----
    With R the standoff, the paraboloid x = R - (y^2 + z^2) / (2 R), and l = 3 R / 2 - x:
    B_x = A [b_x (1 - R / 2l) - (y b_y + z b_z) / l] and B_y = A [2 b_y - y (b_x / 2l + (y b_y + z b_z) / (l R))],
    B_z alike. It is the potential field of Kobel and Flueckiger (1994) at the inner of its two paraboloids, and has
    no component across it. There A = (2 R_bs - R) / (2 (R_bs - R)), so that the nose has 2 A times the field of the
    wind, 5.3 with R_bs = 1.3 R; with A left as a free factor, 2 is in use. No currents flow in the sheath of this
    model: where its magnetic pressure comes out above that of the wind, it fails.

    Examples
    --------
    >>> [float(b.round(2)) for b in cooling_2001(0.0, 5.0, 0.0, 3.0, -4.0, 10.0, 13.0)]
    [8.53, 16.0, -17.07]
    """
    reach = 0.5 * (magnetopause_standoff + (y**2 + z**2) / magnetopause_standoff)
    amplify = (bow_shock_standoff - 0.5 * magnetopause_standoff) / (bow_shock_standoff - magnetopause_standoff)
    mixed = (b_y * y + b_z * z) / reach
    lean = 0.5 * b_x / reach + mixed / magnetopause_standoff
    return DrapedField(
        amplify * (b_x * (1 - 0.5 * magnetopause_standoff / reach) - mixed),
        amplify * (2 * b_y - y * lean),
        amplify * (2 * b_z - z * lean),
    )


def _criterion(name: str) -> int:
    if name not in CRITERIA:
        raise UnknownNameError("criterion", name, CRITERIA)
    return CRITERIA.index(name)


@model(
    cite=_CASSAK_SHAY,
    valid={
        "p_dyn": (0.5, 60.0),
        "b_x": (-30.0, 30.0),
        "b_y": (-30.0, 30.0),
        "b_z": (-30.0, 30.0),
        "n_p": (0.5, 100.0),
        "speed": (250.0, 1500.0),
        "mach_ms": (1.5, 20.0),
        "dipole_tilt": (-0.6, 0.6),
        "inside_density": (0.01, 10.0),
        "least_shear": (0.2, 1.5),
        "end_angle": (0.2, 1.57),
        "pressure_width": (0.0, 5.0),
        "efficiency": (0.05, 0.2),
    },
    compiled=True,
)
def potential_along_x_line(
    p_dyn: nPa,
    b_x: nT,
    b_y: nT,
    b_z: nT,
    n_p: per_cm3,
    speed: km_s,
    mach_ms: dimensionless = 8.0,
    dipole_tilt: rad = 0.0,
    inside_density: per_cm3 = 0.1,
    efficiency: dimensionless = 0.1,
    least_shear: rad = 0.5,
    end_angle: rad = np.pi / 2,
    pressure_width: dimensionless = 0.0,
    criterion: str = "rate",
    columns: int = 37,
    rows: int = 31,
) -> XLine:
    """Dayside X-line and the reconnection voltage along it.

    Parameters
    ----------
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_x, b_y, b_z : float or array, nT
        Interplanetary field, GSM.
    n_p : float or array, cm^-3
        Proton density of the solar wind.
    speed : float or array, km/s
        Its speed.
    mach_ms : float or array, 1
        Its fast magnetosonic Mach number.
    dipole_tilt : float or array, rad
        Tilt of the dipole, positive when its northern end leans to the Sun.
    inside_density : float or array, cm^-3
        Mass density of the magnetosphere at the boundary, in protons; plumes and oxygen raise it.
    efficiency : float or array, 1
        Aspect ratio of the diffusion region, the rate in units of the inflowing field times the outflow speed.
    least_shear : float or array, rad
        Shear below which the line ends.
    end_angle : float or array, rad
        Angle from the Sun-Earth line at which it ends at the latest: the terminator, and no more than that.
    pressure_width : float or array, 1
        Thickness of the layer in ion inertial lengths: where the jump of beta is above twice this times the tangent of
        half the shear, diamagnetic drift stops reconnection (Swisdak et al. 2010). 0 leaves it out.
    criterion : {"rate", "shear", "outflow", "current", "energy"}, optional
        What the line is the ridge of: reconnection electric field, shear angle (Trattner et al. 2007), outflow speed
        (Swisdak and Drake 2007), current in the boundary, or magnetic energy of the reconnecting components (Hesse et
        al. 2013).
    columns, rows : int, optional
        Points along and across the expected direction of the line among which it is looked for.

    Returns
    -------
    potential : float or array, kV
        Voltage along the line; 0 where nothing reconnects on closed field.
    length : float or array, R_E
        Length of the line.
    tilt : float or array, rad
        Rise of the line from dawn to dusk, in the plane across the Sun-Earth line, where it passes nearest the nose;
        NaN without a line.
    rate : float or array, mV/m
        Reconnection electric field there.
    shear : float or array, rad
        Shear angle there: small values flag that only the lobes reconnect; NaN where no field meets the nose.
    z : float or array, R_E
        Distance of that point above the equator of GSM.

    Notes
    -----
    The magnetopause is that of Shue et al. (1998). Outside is the field of `cooling_2001` with the shock of Farris and
    Russell (1994); gas of adiabatic index 5/3 expands along it from its stagnation point by Newton's pressure, and
    where the draped field asks for more pressure than there is, the gas is squeezed out of its way, so that the two
    always share the same total. Inside is the field of the dipole along the boundary times 2.44. The rate is that of
    Cassak and Shay (2007) with the components across the bisector of the two fields
    (:func:`sunearth.magnetosphere.reconnection.x_line_orientation` has others), and braked by the flow of the
    sheath after Doss et al. (2015, J. Geophys. Res. 120, 7748).

    The line is the connected one, from flank to flank, with the largest sum of the criterion; it ends at the
    terminator, where the shear is too small, or where the field inside no longer closes over the equator. Lobe
    reconnection poleward of the cusps opens no flux and is not part of it. Where the field points due south the shear
    is the same all along noon, and its ridge takes the strongest current. With a field along the Sun-Earth line it is
    looked for from dawn to dusk. Local rates do not know what the ionosphere allows: nothing saturates but by the
    fields themselves. Through the storms of 17 March 2013 and 2015 and 9 May 2024 the voltage follows that of Milan et
    al. (2012), minute by minute, with correlations of 0.94 to 0.97, but is 2.4 to 4.3 times as large: a line that
    reconnects everywhere at once from terminator to terminator, at a tenth of the inflow, is an upper bound. Ended 45
    degrees from the Sun-Earth line it is 1.2 to 2.0 times as large, with correlations of 0.95 to 0.97.

    Examples
    --------
    >>> line = potential_along_x_line(2.0, 0.0, 0.0, -5.0, 6.0, 430.0)
    >>> bool(line.length > 20.0), abs(round(float(line.z), 2)), round(float(line.shear), 3)
    (True, 0.0, 3.142)
    """
    from sunearth.numerics.threads import spread

    from . import _x_line_kernels as kernels

    if columns < 5 or rows < 5:
        raise InputError(f"potential_along_x_line: needs 5 columns and rows at least, got {columns} and {rows}")
    number = _criterion(criterion)
    of_wind = (p_dyn, b_x, b_y, b_z, n_p, speed, mach_ms, dipole_tilt)
    assumed = (inside_density, efficiency, pressure_width, least_shear, end_angle)
    parts = np.broadcast_arrays(*(np.asarray(part, float) for part in (*of_wind, *assumed)))
    shape = parts[0].shape
    rows_of = np.stack([part.ravel() for part in parts], axis=-1)
    winds, known, limits = kernels.pack(rows_of, _HELIUM)
    results = np.empty((rows_of.shape[0], 6))
    columns, rows = int(columns) | 1, int(rows) | 1  # odd, so that there is one through the nose
    spread(
        lambda start, stop: kernels.lines_of_wind(winds, known, number, columns, rows, limits, results, start, stop),
        rows_of.shape[0],
        chunk=64,
    )
    return XLine(*(results[:, k].reshape(shape)[()] for k in range(6)))


Triple = tuple[Any, Any, Any]
_MAPS = {
    "shear": ("SHEAR", "rad", "Shear angle across the magnetopause"),
    "rate": ("RATE", "mV/m", "Reconnection electric field"),
    "outflow": ("OUTFLOW", "km/s", "Speed of the reconnection outflow"),
    "current": ("CURRENT", "nT", "Jump of the field across the magnetopause"),
    "energy": ("ENERGY", "nPa", "Magnetic pressure of the reconnecting components, geometric mean of both sides"),
    "m_y": ("M_Y", "1", "Duskward component of the local direction of the X-line"),
    "m_z": ("M_Z", "1", "Northward component of the local direction of the X-line"),
    "closed": ("CLOSED", "1", "1 where the field inside closes over the equator, -1 on the lobes"),
}
_PLACES = {
    "x": ("X", "R_E", "GSM x of the magnetopause"),
    "y": ("Y", "R_E", "GSM y of the magnetopause"),
    "z": ("Z", "R_E", "GSM z of the magnetopause"),
}
_FOUND = {
    "potential": ("kV", "Reconnection voltage along the X-line"),
    "length": ("R_E", "Length of the X-line"),
    "tilt": ("rad", "Rise of the X-line from dawn to dusk where it passes nearest the nose"),
    "nose_rate": ("mV/m", "Reconnection electric field there"),
    "nose_shear": ("rad", "Shear angle there"),
    "nose_z": ("R_E", "GSM z of the X-line there"),
}


@dataclass(frozen=True)
class DaysideReconnection:
    """Maps of shear and reconnection rate over the dayside magnetopause and its X-line, for any surface and fields.

    Parameters
    ----------
    criterion : {"shear", "rate", "outflow", "current", "energy", "bisector"}, optional
        What the line is the ridge of (see `potential_along_x_line`). With "bisector" it starts at the nose and follows
        the local bisector of the two fields, as component reconnection does (Moore et al. 2002).
    columns, rows : int, optional
        Points of the maps along and across the expected direction of the line; made odd.
    inside_density : float, optional
        Mass density of the magnetosphere at the boundary, protons per cm^3.
    efficiency : float, optional
        Aspect ratio of the diffusion region.
    least_shear : float, optional
        Shear below which the line ends, rad.
    end_angle : float, optional
        Angle from the Sun-Earth line at which it ends at the latest, rad.
    pressure_width : float, optional
        Thickness of the layer in ion inertial lengths for the suppression by diamagnetic drift; 0 leaves it out.
    depth : float, optional
        Fraction of the distance to the boundary at which a field inside of your own is taken, just within it.

    Examples
    --------
    >>> found = DaysideReconnection("shear").solve(2.0, 0.0, 4.0, -4.0, 6.0, 430.0)
    >>> bool(found["tilt"] > 0.3), found["shear"].dims
    (True, ('along', 'across'))
    """

    criterion: str = "rate"
    columns: int = 73
    rows: int = 61
    inside_density: float = 0.1
    efficiency: float = 0.1
    least_shear: float = 0.5
    end_angle: float = np.pi / 2
    pressure_width: float = 0.0
    depth: float = 0.97

    def solve(
        self,
        p_dyn: float,
        b_x: float,
        b_y: float,
        b_z: float,
        n_p: float,
        speed: float,
        mach_ms: float = 8.0,
        dipole_tilt: float = 0.0,
        surface: Callable[[Any, Any], Any] | None = None,
        outside: Callable[[Any, Any, Any], Triple] | None = None,
        inside: Callable[[Any, Any, Any], Triple] | None = None,
    ) -> xr.Dataset:
        """Map the magnetopause in one state of the wind, and find the X-line.

        Parameters
        ----------
        p_dyn : float, nPa
            Dynamic pressure of the solar wind.
        b_x, b_y, b_z : float, nT
            Interplanetary field, GSM.
        n_p : float, cm^-3
            Proton density.
        speed : float, km/s
            Speed of the solar wind.
        mach_ms : float, optional
            Fast magnetosonic Mach number.
        dipole_tilt : float, rad, optional
            Tilt of the dipole.
        surface : callable, optional
            ``surface(theta, phi)``, the distance in R_E at angles from the Sun-Earth line and about it (from dusk
            towards north); Shue et al. (1998) by default.
        outside, inside : callable, optional
            ``(x, y, z) -> (b_x, b_y, b_z)`` in GSM, R_E and nT: the draped field of the sheath, and that of the
            magnetosphere, such as a :class:`sunearth.geomagnetism.field.Field`. By default `cooling_2001`, and the
            dipole along the boundary times 2.44. Components across the boundary are left out.

        Returns
        -------
        Dataset
            Maps along (`along`, `across`), the angles from the Sun-Earth line along and across the expected direction
            of the line: place (`x`, `y`, `z`), `shear`, `rate`, `outflow`, `current`, `energy`, the local direction of
            an X-line (`m_y`, `m_z`), and `closed`. The line itself along `point`: `x_line`, `y_line`, `z_line`,
            `rate_line`, `shear_line`, and `on_line`, which is True on the part that reconnects. Numbers: `potential`,
            `length`, `tilt`, `nose_rate`, `nose_shear`, `nose_z`.

        Raises
        ------
        InputError
            If an input is not one finite number, no bow shock stands, or the map has fewer than 5 columns or rows.
        UnknownNameError
            If there is no such criterion.
        """
        import xarray as xr

        from . import _x_line_kernels as kernels

        if self.criterion not in (*CRITERIA, "bisector"):
            raise UnknownNameError("criterion", self.criterion, (*CRITERIA, "bisector"))
        if self.columns < 5 or self.rows < 5:
            raise InputError(f"DaysideReconnection: needs 5 columns and rows at least, got {self.columns}, {self.rows}")
        state = (p_dyn, b_x, b_y, b_z, n_p, speed, mach_ms, dipole_tilt)
        if any(np.ndim(part) for part in state):
            raise InputError("DaysideReconnection: takes one state of the wind; for series use potential_along_x_line")
        number = -1 if self.criterion == "bisector" else _criterion(self.criterion)
        assumed = (self.inside_density, self.efficiency, self.pressure_width, self.least_shear, self.end_angle)
        row = np.array([[*state, *assumed]], float)
        winds, known, limits = kernels.pack(row, _HELIUM)
        if not known[0]:
            raise InputError("DaysideReconnection: needs finite inputs, pressure and density above 0, mach_ms above 1")
        place = _Place(kernels, winds[0], surface, outside, inside, self.depth)

        columns, rows = int(self.columns) | 1, int(self.rows) | 1
        u = np.linspace(-np.pi / 2, np.pi / 2, columns)
        w = np.linspace(-kernels.WIDEST, kernels.WIDEST, rows)
        grid = np.meshgrid(u, w, indexing="ij")
        states = place.states(*place.angles(grid[0].ravel(), grid[1].ravel()))
        if number >= 0:
            score, path, shift = np.empty((columns, rows)), np.empty(columns, np.int64), np.empty(columns)
            kernels.ridge_of_states(states, columns, rows, number, winds[0, kernels.AXIS], score, path, shift)
            line = place.states(*place.angles(u, w[path] + shift * (w[1] - w[0])))
        else:
            line = place.follow_bisector(columns)
        found = np.empty(8)
        kernels.integrate_line(line, limits[0, 0], limits[0, 1], found)

        maps = xr.Dataset(
            coords={
                "along": ("along", u, {"units": "rad", "long_name": "Angle from the Sun-Earth line along the X-line"}),
                "across": ("across", w, {"units": "rad", "long_name": "Angle from the Sun-Earth line across it"}),
            },
            attrs={"frame": "GSM", "criterion": self.criterion, "references": f"{_CASSAK_SHAY}; Cooling et al. 2001"},
        )
        for name, (column, unit, label) in (_PLACES | _MAPS).items():
            values = states[:, getattr(kernels, column)].reshape(columns, rows)
            maps[name] = (("along", "across"), values, _described(unit, label))
        for name, (column, unit, label) in (_PLACES | {k: _MAPS[k] for k in ("shear", "rate")}).items():
            values = line[:, getattr(kernels, column)]
            maps[f"{name}_line"] = ("point", values, _described(unit, f"{label}, on the X-line"))
        point = np.arange(len(line))
        on_line = (point >= found[6]) & (point <= found[7]) & (found[1] > 0)
        maps["on_line"] = ("point", on_line, {"long_name": "Whether the X-line reconnects at this point"})
        for (name, (unit, label)), value in zip(_FOUND.items(), found[:6], strict=True):
            maps[name] = ((), value, _described(unit, label))
        return maps


def _described(unit: str, label: str) -> dict[str, str]:
    return {"units": unit, "long_name": label, "references": _CASSAK_SHAY}


class _Place:
    """Places on a magnetopause, with the fields on its two sides."""

    def __init__(self, kernels: Any, wind: Any, surface: Any, outside: Any, inside: Any, depth: float) -> None:
        self.kernels, self.wind, self.surface, self.outside, self.inside = kernels, wind, surface, outside, inside
        self.depth = depth

    def angles(self, u: Any, w: Any) -> tuple[Any, Any]:
        """Turn angles along and across the expected line into those from the Sun-Earth line and about it."""
        axis = self.wind[self.kernels.AXIS]
        dusk, north = u * np.cos(axis) - w * np.sin(axis), u * np.sin(axis) + w * np.cos(axis)
        return np.hypot(dusk, north), np.arctan2(north, dusk)

    def distance(self, theta: Any, phi: Any) -> Any:
        """Distance of the surface at angles from the Sun-Earth line and about it."""
        if self.surface is not None:
            return np.asarray(self.surface(theta, phi), float) + 0.0 * theta
        nose, flaring = self.wind[self.kernels.STANDOFF], self.wind[self.kernels.FLARING]
        return nose * (2 / (1 + np.cos(theta))) ** flaring

    def position(self, theta: Any, phi: Any) -> Any:
        """Points of the surface, (point, 3)."""
        r = self.distance(theta, phi)
        return np.stack([r * np.cos(theta), r * np.sin(theta) * np.cos(phi), r * np.sin(theta) * np.sin(phi)], axis=-1)

    def states(self, theta: Any, phi: Any) -> Any:
        """Everything that is found at points of the surface."""
        theta, phi = np.atleast_1d(theta), np.atleast_1d(phi)
        places = self.position(theta, phi)
        # tangents by differences in Cartesian steps about each point, which have no pole at the nose
        small = 1e-4
        unit = places / np.linalg.norm(places, axis=-1, keepdims=True)
        first = np.stack([-np.sin(theta), np.cos(theta) * np.cos(phi), np.cos(theta) * np.sin(phi)], axis=-1)
        second = np.cross(unit, first)
        ends = [self.position(*_direction(unit + sign * small * way)) for way in (first, second) for sign in (1, -1)]
        normals = np.cross(ends[0] - ends[1], ends[2] - ends[3])
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        states = np.empty((len(places), self.kernels.STATE))
        inputs = np.concatenate([places, theta[:, None]], axis=-1)
        self.kernels.states_of_places(inputs, normals, self._outside(places), self._inside(places), self.wind, states)
        return states

    def _outside(self, places: Any) -> Any:
        x, y, z = places.T
        if self.outside is not None:
            return np.stack([np.asarray(b, float) + 0.0 * x for b in self.outside(x, y, z)], axis=-1)
        k, wind = self.kernels, self.wind
        nose = wind[k.STANDOFF]
        # the distance of the shock that gives this compression
        shock = nose * (wind[k.COMPRESSION] - 0.5) / (wind[k.COMPRESSION] - 1.0)
        return np.stack(cooling_2001.spec.function(y, z, wind[k.B_X], wind[k.B_Y], wind[k.B_Z], nose, shock), axis=-1)

    def _inside(self, places: Any) -> Any:
        if self.inside is not None:
            x, y, z = self.depth * places.T
            return np.stack([np.asarray(b, float) + 0.0 * x for b in self.inside(x, y, z)], axis=-1)
        k, wind = self.kernels, self.wind
        axis = np.array([np.sin(wind[k.TILT]), 0.0, np.cos(wind[k.TILT])])
        r = np.linalg.norm(places, axis=-1, keepdims=True)
        unit = places / r
        return wind[k.INSIDE_FIELD] * k.EARTH / r**3 * (axis - 3 * (unit @ axis)[:, None] * unit)

    def follow_bisector(self, points: int) -> Any:
        """Follow the local direction of the X-line from the nose to both flanks, by steps of the midpoint rule."""
        k = self.kernels
        step = 2.0 * self.wind[k.STANDOFF] / (points // 2) * 1.5
        nose = self.states(0.0, 0.0)[0]
        axis = self.wind[k.AXIS]
        sides = []
        for way in (-1.0, 1.0):
            here, side = nose, []
            heading = way * np.array([0.0, np.cos(axis), np.sin(axis)])
            for _ in range(points // 2):
                middle = self._ahead(here, heading, 0.5 * step)
                after = None if middle is None else self._ahead(here, heading, step, middle)
                if after is None:
                    break
                heading = _along(after, heading, k)
                here = after
                side.append(here)
                if here[k.THETA] > np.pi / 2:
                    break
            sides.append(side)
        return np.array([*sides[0][::-1], nose, *sides[1]])

    def _ahead(self, start: Any, heading: Any, step: float, slope: Any = None) -> Any:
        k = self.kernels
        direction = _along(start if slope is None else slope, heading, k)
        place = start[[k.X, k.Y, k.Z]] + step * direction
        state = self.states(*_direction(place))[0]
        return state if np.isfinite(state[k.SHEAR]) else None


def _along(state: Any, heading: Any, kernels: Any) -> Any:
    """Direction of the X-line at a state, the way that goes on; straight on where there is none."""
    direction = state[[kernels.M_X, kernels.M_Y, kernels.M_Z]]
    if not np.any(direction):
        return heading
    return direction if direction @ heading >= 0 else -direction


def _direction(place: Any) -> tuple[Any, Any]:
    """Angles from the Sun-Earth line and about it, of vectors (..., 3)."""
    across = np.hypot(place[..., 1], place[..., 2])
    return np.arctan2(across, place[..., 0]), np.arctan2(place[..., 2], place[..., 1])
