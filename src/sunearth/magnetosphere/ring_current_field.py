"""The magnetic field of the ring current: of a wire, of a part of a ring with its closure, and of a plasma's pressure.

Currents are positive westward, the sense in which the ring current flows, and fields are in solar magnetic
coordinates, x towards noon, y towards dusk and z along the dipole axis to the north.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import MA, R_E, dimensionless, nT

Floats = NDArray[np.float64]

_AKASOFU_CHAPMAN = "Akasofu and Chapman 1961, J. Geophys. Res. 66, 1321"
_JACKSON = "Jackson 1975, Classical Electrodynamics, second edition, Wiley"
_SCALE: Final = VACUUM_PERMEABILITY * 1e6 / EARTH_RADIUS * 1e9
"""nT: mu_0 times 1 MA over 1 R_E"""


@model(
    cite=_AKASOFU_CHAPMAN,
    valid={"current": (-50.0, 50.0), "radius": (2.0, 10.0), "induction_factor": (1.0, 1.5)},
)
def ring_depression(current: MA, radius: R_E, induction_factor: dimensionless = 1.5) -> nT:
    """Field of a ring current at the centre of the Earth, with the currents that it induces there.

    Parameters
    ----------
    current : float or array, MA
        Westward current.
    radius : float or array, R_E
        Radius of the ring.
    induction_factor : float or array, 1
        1.5 for an Earth that keeps all changes of field out, about 1.3 as observed, 1 for the ring alone.

    Returns
    -------
    depression : float or array, nT
        Northward field, negative: -1.5 mu_0 I / (2 r), or -0.9425 times the current in A over the radius in km.

    Examples
    --------
    >>> float(ring_depression(3.38, 5.0).round(1))
    -100.0
    """
    return -induction_factor * _SCALE * current / (2.0 * radius)


@model(
    cite=_AKASOFU_CHAPMAN,
    valid={"depression": (-1000.0, 50.0), "radius": (2.0, 10.0), "induction_factor": (1.0, 1.5)},
    monotonic={"depression": -1},
)
def ring_current_of_depression(depression: nT, radius: R_E, induction_factor: dimensionless = 1.5) -> MA:
    """Westward current of a ring that makes a given depression at the centre of the Earth.

    Parameters
    ----------
    depression : float or array, nT
        Northward field, negative in a storm.
    radius : float or array, R_E
        Radius of the ring.
    induction_factor : float or array, 1
        As in :func:`ring_depression`, whose inverse this is.

    Returns
    -------
    current : float or array, MA
        Westward.

    Examples
    --------
    >>> [float(i) for i in ring_current_of_depression(-100.0, np.array([4.0, 5.0, 6.0])).round(2)]
    [2.7, 3.38, 4.06]
    """
    return -depression * 2.0 * radius / (induction_factor * _SCALE)


class LoopField(NamedTuple):
    """Field of a circular current."""

    b_rho: nT
    b_z: nT


def _elliptic(xp: Any, m: Any) -> tuple[Any, Any]:
    """Complete elliptic integrals K and E of the parameter m, by arithmetic-geometric means."""
    a, b = 1.0 + 0.0 * m, xp.sqrt(1.0 - m)
    total, power = 0.5 * m, 0.5
    for _ in range(6):
        c = 0.5 * (a - b)
        a, b = 0.5 * (a + b), xp.sqrt(a * b)
        power *= 2.0
        total = total + power * c**2
    k = math.pi / (2.0 * a)
    return k, k * (1.0 - total)


@model(
    cite=_JACKSON,
    valid={"current": (-50.0, 50.0), "radius": (2.0, 10.0), "rho": (0.05, 1.5), "z": (-1.5, 1.5)},
)
def ring_current_loop(current: MA, radius: R_E, rho: R_E = 0.0, z: R_E = 0.0) -> LoopField:
    """Magnetic field of a circular current anywhere.

    Parameters
    ----------
    current : float or array, MA
        Westward current.
    radius : float or array, R_E
        Radius of the ring, which lies in the equatorial plane about the axis.
    rho : float or array, R_E
        Distance from the axis.
    z : float or array, R_E
        Height above the plane.

    Returns
    -------
    b_rho : float or array, nT
        Component away from the axis.
    b_z : float or array, nT
        Northward component, negative inside the ring.

    Notes
    -----
    Exact, by complete elliptic integrals; infinite on the ring itself. At the Earth's equator the depression by a ring
    at 4 R_E is 1.050 times that at the centre. Induced currents are not in it. A widely copied form of the simple
    estimate reads I r where I / r is meant.

    Examples
    --------
    >>> centre, ground = ring_current_loop(1.0, 4.0), ring_current_loop(1.0, 4.0, 1.0)
    >>> float(centre.b_z.round(2)), float((ground.b_z / centre.b_z).round(3))
    (-24.65, 1.05)
    """
    xp = namespace(current, radius, rho, z)
    outer = (radius + rho) ** 2 + z**2
    inner = (radius - rho) ** 2 + z**2
    m = 4.0 * radius * rho / outer
    k, e = _elliptic(xp, m)
    scale = -_SCALE * current / (2.0 * math.pi * xp.sqrt(outer))
    b_z = scale * (k + e * (radius**2 - rho**2 - z**2) / inner)
    # towards the axis the bracket vanishes as rho squared; there the field lies along the axis
    off = xp.abs(rho) > 1e-9
    safe = xp.where(off, rho, 1.0)
    b_rho = xp.where(off, scale * z / safe * (e * (radius**2 + rho**2 + z**2) / inner - k), 0.0 * (scale * z))
    return LoopField(b_rho, b_z)


class Field(NamedTuple):
    """A magnetic field in solar magnetic coordinates."""

    b_x: Any
    b_y: Any
    b_z: Any


def wire_field(path: Any, current: Any, x: Any, y: Any, z: Any) -> Field:
    """Return the magnetic field of a current along straight pieces of wire.

    Parameters
    ----------
    path : array (points, 3), R_E
        Corners of the wire, along which the current flows. A wire that does not close leaves out the displacement
        current between its ends.
    current : float or array (points - 1,), MA
        Current in each piece.
    x, y, z : float or array, R_E
        Where the field is wanted.

    Returns
    -------
    Field
        b_x, b_y and b_z in nT in the shape of the positions: the law of Biot and Savart, exact for each piece.

    Raises
    ------
    InputError
        If the path is no list of points.

    Examples
    --------
    A square of 2 R_E, counted westward:

    >>> square = [[1, 1, 0], [1, -1, 0], [-1, -1, 0], [-1, 1, 0], [1, 1, 0]]
    >>> round(float(wire_field(square, 1.0, 0.0, 0.0, 0.0).b_z), 2)
    -88.79
    """
    corners = np.asarray(path, float)
    if corners.ndim != 2 or corners.shape[1] != 3 or len(corners) < 2:
        raise InputError(f"wire_field: the path needs the shape (points, 3), not {corners.shape}")
    place = np.stack(np.broadcast_arrays(*(np.asarray(v, float) for v in (x, y, z))), axis=-1)[..., None, :]
    amps = np.broadcast_to(np.asarray(current, float), (len(corners) - 1,))
    to_start, to_end = corners[:-1] - place, corners[1:] - place
    start, end = np.linalg.norm(to_start, axis=-1), np.linalg.norm(to_end, axis=-1)
    turned = np.cross(to_start, to_end)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = (start + end) / (start * end * (start * end + (to_start * to_end).sum(-1)))
    total = (amps * size)[..., None] * turned
    b = _SCALE / (4.0 * math.pi) * total.sum(axis=-2)
    return Field(b[..., 0], b[..., 1], b[..., 2])


def partial_ring_path(
    radius: float, mlt_start: float, mlt_end: float, footpoint: float = 1.02, pieces: int = 60
) -> Floats:
    """Return the path of a partial ring current that closes through the ionosphere.

    Parameters
    ----------
    radius : float, R_E
        Equatorial distance of the arc.
    mlt_start, mlt_end : float, h
        Local times at which the arc begins and ends. The current flows westward, from the end to the start.
    footpoint : float, R_E
        Geocentric distance of the ionosphere.
    pieces : int
        Number of straight pieces of the arc, of the arc in the ionosphere and of each field line.

    Returns
    -------
    array (points, 3), R_E
        A closed loop: westward along the arc, down the dipole line at the western end, eastward through the northern
        ionosphere and up at the eastern end.

    Raises
    ------
    InputError
        If the arc lies below the ionosphere.

    Examples
    --------
    >>> path = partial_ring_path(4.0, 15.0, 24.0)
    >>> bool(np.allclose(path[0], path[-1])), [abs(float(v)) for v in path[0].round(2)]
    (True, [4.0, 0.0, 0.0])
    """
    if not 0.0 < footpoint <= radius:
        raise InputError(f"partial_ring_path: the footpoint {footpoint} R_E must lie between 0 and the radius {radius}")
    span = (mlt_end - mlt_start) % 24.0
    span = 24.0 if span == 0.0 and mlt_end != mlt_start else span
    west = (mlt_start - 12.0) * (math.pi / 12.0)
    east = west + span * (math.pi / 12.0)
    foot = math.acos(math.sqrt(footpoint / radius))
    turn, lift = np.linspace(0.0, 1.0, pieces + 1), np.linspace(0.0, foot, pieces + 1)
    longitude = np.concatenate(
        [east + (west - east) * turn, np.full(pieces, west), west + (east - west) * turn[1:], np.full(pieces, east)]
    )
    latitude = np.concatenate([np.zeros(pieces + 1), lift[1:], np.full(pieces, foot), lift[-2::-1]])
    r = radius * np.cos(latitude) ** 2
    # noon is x and dusk is y: longitude from noon through dusk
    return np.stack(
        [
            r * np.cos(latitude) * np.cos(longitude),
            r * np.cos(latitude) * np.sin(longitude),
            r * np.sin(latitude),
        ],
        axis=-1,
    )


def partial_ring_current(
    current: float, radius: float, mlt_start: float, mlt_end: float, x: Any, y: Any, z: Any, **options: Any
) -> Field:
    """Return the magnetic field of a partial ring current closed along dipole lines through both ionospheres.

    Parameters
    ----------
    current : float, MA
        Westward current in the arc; half of it closes through each hemisphere.
    radius : float, R_E
        Equatorial distance of the arc.
    mlt_start, mlt_end : float, h
        Local times at which the arc begins and ends, such as 15 and 24.
    x, y, z : float or array, R_E
        Where the field is wanted, solar magnetic.
    **options
        `footpoint` and `pieces` of :func:`partial_ring_path`.

    Returns
    -------
    Field
        b_x, b_y and b_z, nT.

    Notes
    -----
    Current flows down into the ionosphere at the western end and up at the eastern one, as region 2 does: down at dusk
    and up at midnight for an arc between. On the ground the depression is deepest under the middle of the arc, and on
    the far side the field is raised. At the centre of the Earth it makes no northward field at all: currents along
    dipole lines never do, and the arc in the ionosphere makes up for the one in the equator. A whole ring has nothing
    to close: that is :func:`ring_current_loop`.

    Examples
    --------
    >>> at_dusk = partial_ring_current(1.0, 4.0, 15.0, 24.0, 0.0, 1.0, 0.0)
    >>> at_dawn = partial_ring_current(1.0, 4.0, 15.0, 24.0, 0.0, -1.0, 0.0)
    >>> bool(at_dusk.b_z < at_dawn.b_z)
    True
    """
    north = partial_ring_path(radius, mlt_start, mlt_end, **options)
    south = north * np.array([1.0, 1.0, -1.0])
    parts = [wire_field(path, 0.5 * current, x, y, z) for path in (north, south)]
    return Field(*(parts[0][axis] + parts[1][axis] for axis in range(3)))


class Disturbance(NamedTuple):
    """Symmetric and asymmetric parts of the disturbance at low latitude."""

    sym: Any
    asy: Any
    deepest_mlt: Any


def symmetric_asymmetric(mlt: Any, b_h: Any) -> Disturbance:
    """Return the mean and the range of the northward disturbance around the Earth.

    Parameters
    ----------
    mlt : array (..., stations), h
        Local times of the stations.
    b_h : array (..., stations), nT
        Northward disturbance at each, at low latitude; NaN for a station that is missing.

    Returns
    -------
    Disturbance
        `sym`, the mean of the stations (as SYM-H), `asy`, the range of what is left (as ASY-H), both in nT, and the
        local time of the deepest depression by the first harmonic, in h.

    Examples
    --------
    >>> parts = symmetric_asymmetric([0.0, 6.0, 12.0, 18.0], [-100.0, -60.0, -80.0, -120.0])
    >>> float(parts.sym), float(parts.asy), round(float(parts.deepest_mlt), 1)
    (-90.0, 60.0, 19.2)
    """
    mlt, b_h = np.broadcast_arrays(np.asarray(mlt, float), np.asarray(b_h, float))
    known = np.isfinite(b_h)
    count = known.sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        sym = np.where(known, b_h, 0.0).sum(-1) / count
        rest = np.where(known, b_h - sym[..., None], 0.0)
        high = np.where(known, rest, -np.inf).max(-1)
        low = np.where(known, rest, np.inf).min(-1)
        asy = np.where(count > 0, high - low, np.nan)
        wave = (rest * np.exp(1j * mlt * (np.pi / 12.0))).sum(-1)
    return Disturbance(sym, asy, np.where(count > 0, np.angle(-wave) * (12.0 / np.pi) % 24.0, np.nan))


# --- the current of a plasma ------------------------------------------------------------------------------------


_LATITUDES: Final = 48
_TOP: Final = math.pi / 2 - 0.05


def pressure_current(l_shell: Any, p_perp: Any, p_par: Any, mlat: Any, b_0: float = DIPOLE_EQUATORIAL_FIELD) -> Floats:
    """Return the azimuthal current that the pressure of an axisymmetric plasma drives in the dipole.

    Parameters
    ----------
    l_shell : array (shells,)
        Equatorial distances in Earth radii, ascending.
    p_perp, p_par : array (..., shells), nPa
        Equatorial pressures across and along the field.
    mlat : array (latitudes,), rad
        Magnetic latitudes.
    b_0 : float, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    array (..., shells, latitudes), nA m^-2
        Westward current density.

    Raises
    ------
    InputError
        If the shells do not ascend.

    Notes
    -----
    B x [grad p_perp + (p_par - p_perp) grad B / B] / B^2 (Parker 1957): magnetisation and drifts together. Off the
    equator the plasma is what pitch angles as sin^n make of it, n = 2 (p_perp / p_par - 1): both pressures fall as
    B^(-n/2), whatever the sign of n.

    Examples
    --------
    >>> shells = np.linspace(3.0, 7.0, 41)
    >>> pressure = 20.0 * np.exp(-(((shells - 4.5) / 0.6) ** 2))
    >>> current = pressure_current(shells, pressure, pressure, [0.0])[:, 0]
    >>> bool(current[30] > 0 > current[5])
    True
    """
    shells = np.asarray(l_shell, float)
    if shells.ndim != 1 or shells.size < 2 or not (np.diff(shells) > 0.0).all():
        raise InputError(f"pressure_current: needs two shells or more, ascending, got {shells.tolist()}")
    latitude = np.asarray(mlat, float)
    across, along = np.broadcast_arrays(np.asarray(p_perp, float), np.asarray(p_par, float))
    with np.errstate(invalid="ignore", divide="ignore"):
        anisotropy = np.where(along > 0.0, across / np.where(along > 0.0, along, 1.0) - 1.0, 0.0)
    sine, cosine = np.sin(latitude), np.cos(latitude)
    root = np.sqrt(1.0 + 3.0 * sine**2)
    stronger = root / cosine**6  # field over equatorial field of the line
    falling = stronger ** -anisotropy[..., None]
    there = across[..., None] * falling
    # slope across shells at constant latitude, and that along latitude at constant shell
    by_shell = np.gradient(there, shells, axis=-2)
    log_slope = 3.0 * sine / root**2 * cosine + 6.0 * sine / cosine
    by_latitude = -anisotropy[..., None] * log_slope * there
    r = shells[:, None] * cosine**2
    g_r = by_shell / cosine**2
    g_lat = by_shell * 2.0 * sine / cosine**3 + by_latitude / r
    difference = (along - across)[..., None] * falling
    g_r = g_r + difference * (-3.0 / r)
    g_lat = g_lat + difference * 3.0 * sine * cosine / root**2 / r
    b_r, b_lat = -2.0 * sine / root, cosine / root
    field = b_0 * root / r**3
    eastward = (b_lat * g_r - b_r * g_lat) / field
    return np.asarray(-eastward / EARTH_RADIUS * 1e9)


def pressure_field(
    l_shell: Any, p_perp: Any, p_par: Any, rho: float = 0.0, b_0: float = DIPOLE_EQUATORIAL_FIELD
) -> Floats:
    """Return the northward field that the current of an axisymmetric plasma makes in the equatorial plane.

    Parameters
    ----------
    l_shell : array (shells,)
        Equatorial distances in Earth radii, ascending; outside them there is no current.
    p_perp, p_par : array (..., shells), nPa
        Equatorial pressures across and along the field.
    rho : float, R_E
        Distance from the axis of the place: 0 for the centre of the Earth, 1 for the equator.
    b_0 : float, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    array (...), nT
        Negative for a ring current, without induced currents.

    Notes
    -----
    :func:`pressure_current` by the law of Biot and Savart, ring by ring. At the centre it is the relation of Dessler,
    Parker and Sckopke, to the order of the grid, if the pressure vanishes at both ends. Where it does not, the plasma
    goes on outside: the relation, which counts energy, then puts a westward current on the cut edge, and finds more.

    Examples
    --------
    >>> shells = np.linspace(2.0, 8.0, 121)
    >>> pressure = 20.0 * np.exp(-(((shells - 4.5) / 0.6) ** 2))
    >>> round(float(pressure_field(shells, pressure, pressure)), 1)
    -25.1
    """
    nodes, _ = _latitude_nodes()
    current = pressure_current(l_shell, p_perp, p_par, nodes, b_0)
    weights = _ring_weights(np.asarray(l_shell, float), rho)
    return np.asarray((current * weights).sum(axis=(-2, -1)))


def _latitude_nodes() -> tuple[Floats, Floats]:
    points, weights = np.polynomial.legendre.leggauss(_LATITUDES)
    half = 0.5 * _TOP
    return half * (points + 1.0), half * weights


def _ring_weights(shells: Floats, rho: float) -> Floats:
    """Northward field, nT, at a distance from the axis of 1 nA m^-2 westward at each node of shell and latitude."""
    nodes, weights = _latitude_nodes()
    cosine = np.cos(nodes)
    r = shells[:, None] * cosine**2
    width = np.gradient(shells)
    width[0] *= 0.5
    width[-1] *= 0.5
    # dr = cos^2 dL along a parallel; both hemispheres
    area = 2.0 * r * cosine**2 * width[:, None] * weights
    mega_amps = area * EARTH_RADIUS**2 * 1e-9 * 1e-6
    unit = ring_current_loop.spec.function(1.0, r * cosine, np.full_like(r, rho), r * np.sin(nodes)).b_z
    # what lies below the surface of the Earth carries no current of the plasma
    return np.where(r > 1.0, unit * mega_amps, 0.0)
