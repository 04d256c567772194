"""The simplest magnetospheres: a dipole before a plane, beside an image, and in a uniform field."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.model import model
from sunearth.core.units import R_E, GWb, deg, dimensionless, mA_m, nT, rad
from sunearth.geomagnetism.dipole import FieldVector

_CHAPMAN_FERRARO = "Chapman and Ferraro 1931, Terr. Magn. Atmos. Electr. 36, 77"
_HONES = "Hones 1963, J. Geophys. Res. 68, 1209"
_DUNGEY = "Dungey 1961, Phys. Rev. Lett. 6, 47, doi:10.1103/PhysRevLett.6.47"

_RADIAN: Final = math.pi / 180


class Position(NamedTuple):
    """A place in Cartesian coordinates."""

    x: R_E
    y: R_E
    z: R_E


class PlaneBoundary(NamedTuple):
    """What a plane magnetopause adds to the dipole behind it."""

    b_plane: nT
    b_ground: nT
    sheet_current: mA_m


class NullPair(NamedTuple):
    """Neutral points in the noon-midnight meridian, one on each side of the equator."""

    x: R_E
    z: R_E


class OpenDipole(NamedTuple):
    """Topology of a dipole in a southward field."""

    neutral_radius: R_E
    cap_colatitude: deg
    open_flux: GWb


def _dipole_of_tilt(xp: Any, x: Any, y: Any, z: Any, strength_x: Any, strength_z: Any) -> tuple[Any, Any, Any]:
    """Field in nT of a dipole in the x-z plane whose strength is given as its surface field in nT."""
    r_squared = x**2 + y**2 + z**2
    scale = 1 / (r_squared * xp.sqrt(r_squared))
    along = 3 * (strength_x * x + strength_z * z) / r_squared
    return scale * (along * x - strength_x), scale * along * y, scale * (along * z - strength_z)


@model(
    cite=_CHAPMAN_FERRARO,
    valid={"magnetopause_standoff": (2.0, 30.0), "b_0": (1e4, 6e4)},
    monotonic={"magnetopause_standoff": -1},
)
def plane_magnetopause(magnetopause_standoff: R_E, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> PlaneBoundary:
    """Field and current of a plane magnetopause before the dipole.

    Parameters
    ----------
    magnetopause_standoff : float or array, R_E
        Distance of the plane from the Earth's centre.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    b_plane : float or array, nT
        Field just inside the plane, on the Sun-Earth line: twice that of the dipole.
    b_ground : float or array, nT
        Rise of the northward field on the ground at noon on the equator.
    sheet_current : float or array, mA/m
        Eastward current in the plane there: b_plane / mu_0, as nothing is left outside.

    Notes
    -----
    The plane acts as a second dipole, parallel to the first, at twice the distance.

    Examples
    --------
    >>> [float(part.round(1)) for part in plane_magnetopause(8.0, 30000.0)]
    [117.2, 8.9, 93.3]
    """
    b_plane = 2 * b_0 / magnetopause_standoff**3
    return PlaneBoundary(b_plane, b_0 / (2 * magnetopause_standoff - 1) ** 3, b_plane * 1e-6 / VACUUM_PERMEABILITY)


@model(
    cite=_HONES,
    valid={"x": (-15.0, 10.0), "y": (-10.0, 10.0), "z": (-10.0, 10.0), "dipole_tilt": (-0.6, 0.6), "b_0": (1e4, 6e4)},
)
def image_dipole_field(
    x: R_E,
    y: R_E,
    z: R_E,
    distance: R_E = 40.0,
    ratio: dimensionless = 28.0,
    dipole_tilt: rad = 0.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> FieldVector:
    """Field of the Earth's dipole and of an image dipole on the Sun's side.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Place in GSM coordinates.
    distance : float or array, R_E
        Distance of the image from the Earth, towards the Sun.
    ratio : float or array, 1
        Moment of the image over that of the Earth.
    dipole_tilt : float or array, rad
        Tilt of the Earth's dipole, positive with the northern pole towards the Sun.
    b_0 : float or array, nT
        Field of the Earth's dipole on its equator.

    Returns
    -------
    b_x : float or array, nT
        x component of the field, GSM.
    b_y : float or array, nT
        y component of the field, GSM.
    b_z : float or array, nT
        z component of the field, GSM.

    Notes
    -----
    With `ratio` 1 the magnetopause is the plane x = `distance` / 2, which no line crosses at any tilt, since the image
    mirrors the moment. A moment of 28 at 40 R_E makes a blunter day side with its nose at 10.8 R_E and 2.4 times the
    dipole field there; the last closed line of noon leaves the ground at 81.6 degrees. The night side is no model of
    the tail.

    Examples
    --------
    >>> float(image_dipole_field(10.8, 0.0, 0.0, b_0=31000.0).b_z.round(1))
    59.5
    """
    xp = namespace(x, y, z, distance, ratio, dipole_tilt, b_0)
    m_x, m_z = -b_0 * xp.sin(dipole_tilt), -b_0 * xp.cos(dipole_tilt)
    own = _dipole_of_tilt(xp, x, y, z, m_x, m_z)
    image = _dipole_of_tilt(xp, x - distance, y, z, -ratio * m_x, ratio * m_z)
    return FieldVector(*(a + b for a, b in zip(own, image, strict=True)))


@model(cite=_HONES, valid={"distance": (5.0, 60.0), "ratio": (0.1, 100.0)}, monotonic={"distance": 1})
def image_dipole_neutral_points(distance: R_E = 40.0, ratio: dimensionless = 28.0) -> NullPair:
    """Neutral points of the Earth's dipole, untilted, and its image.

    Parameters
    ----------
    distance : float or array, R_E
        Distance of the image from the Earth, towards the Sun.
    ratio : float or array, 1
        Moment of the image over that of the Earth.

    Returns
    -------
    x : float or array, R_E
        Distance towards the Sun.
    z : float or array, R_E
        Distance from the equator, of the northern point; the southern one is its mirror image.

    Notes
    -----
    With t and t' the tangents of latitude at the two dipoles, opposite directions ask for t t' = 1/2, and equal
    magnitudes for t^3 ((4 t^2 + 1) / (t^2 + 1))^(5/2) = 2 ratio, which has one root. For a plane (ratio 1)
    z / x = 1 / sqrt(2).

    Examples
    --------
    >>> [float(part.round(3)) for part in image_dipole_neutral_points()]
    [7.275, 10.911]
    """
    xp = namespace(distance, ratio)
    log_t = xp.log(2 * ratio) / 3 - math.log(32) / 6
    for _ in range(8):
        square = xp.exp(2 * log_t)
        excess = 3 * log_t + 2.5 * xp.log((4 * square + 1) / (square + 1)) - xp.log(2 * ratio)
        log_t = log_t - excess / (3 + 15 * square / ((4 * square + 1) * (square + 1)))
    t = xp.exp(log_t)
    z = distance / (1 / t + 2 * t)
    return NullPair(z / t, z)


@model(
    cite=_DUNGEY,
    valid={
        "x": (-30.0, 30.0),
        "y": (-30.0, 30.0),
        "z": (-30.0, 30.0),
        "b_x": (-30.0, 30.0),
        "b_y": (-30.0, 30.0),
        "b_z": (-30.0, 30.0),
        "dipole_tilt": (-0.6, 0.6),
        "b_0": (1e4, 6e4),
    },
)
def dipole_in_uniform_field(
    x: R_E,
    y: R_E,
    z: R_E,
    b_x: nT,
    b_y: nT,
    b_z: nT,
    dipole_tilt: rad = 0.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> FieldVector:
    """Field of the Earth's dipole in a uniform interplanetary field.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Place in GSM coordinates.
    b_x, b_y, b_z : float or array, nT
        Interplanetary magnetic field, GSM.
    dipole_tilt : float or array, rad
        Tilt of the Earth's dipole, positive with the northern pole towards the Sun.
    b_0 : float or array, nT
        Field of the Earth's dipole on its equator.

    Returns
    -------
    b_x : float or array, nT
        x component of the total field, GSM.
    b_y : float or array, nT
        y component of the total field, GSM.
    b_z : float or array, nT
        z component of the total field, GSM.

    Examples
    --------
    >>> [abs(float(part.round(3))) for part in dipole_in_uniform_field(18.171, 0.0, 0.0, 0.0, 0.0, -5.0, 0.0, 3e4)]
    [0.0, 0.0, 0.0]
    """
    xp = namespace(x, y, z, b_x, b_y, b_z, dipole_tilt, b_0)
    own = _dipole_of_tilt(xp, x, y, z, -b_0 * xp.sin(dipole_tilt), -b_0 * xp.cos(dipole_tilt))
    return FieldVector(own[0] + b_x, own[1] + b_y, own[2] + b_z)


@model(
    cite=_DUNGEY,
    valid={
        "b_x": (-30.0, 30.0),
        "b_y": (-30.0, 30.0),
        "b_z": (-30.0, 30.0),
        "dipole_tilt": (-0.6, 0.6),
        "b_0": (1e4, 6e4),
    },
)
def uniform_field_neutral_point(
    b_x: nT, b_y: nT, b_z: nT, dipole_tilt: rad = 0.0, b_0: nT = DIPOLE_EQUATORIAL_FIELD
) -> Position:
    """Neutral point of the Earth's dipole in a uniform interplanetary field.

    Parameters
    ----------
    b_x, b_y, b_z : float or array, nT
        Interplanetary magnetic field, GSM.
    dipole_tilt : float or array, rad
        Tilt of the Earth's dipole, positive with the northern pole towards the Sun.
    b_0 : float or array, nT
        Field of the Earth's dipole on its equator.

    Returns
    -------
    x : float or array, R_E
        GSM coordinate of one of the two points; the other lies opposite, at -x, -y, -z.
    y : float or array, R_E
        GSM coordinate.
    z : float or array, R_E
        GSM coordinate.

    Notes
    -----
    With chi the angle of the field from the dipole's axis and k = cos(chi) + sqrt(8 + cos^2(chi)), the latitude of the
    point is half the angle of (1 - k cos(chi), k sin(chi)) and its distance (k b_0 / 2 B)^(1/3): two points over
    the poles for a northward field, and for a southward one a whole ring in the equator, of which one point is given.

    Examples
    --------
    >>> [float(part.round(2)) + 0.0 for part in uniform_field_neutral_point(0.0, 0.0, 5.0, 0.0, 30000.0)]
    [0.0, 0.0, 22.89]
    """
    xp = namespace(b_x, b_y, b_z, dipole_tilt, b_0)
    sine, cosine = xp.sin(dipole_tilt), xp.cos(dipole_tilt)
    along = b_x * sine + b_z * cosine
    ahead = b_x * cosine - b_z * sine
    across = xp.sqrt(ahead**2 + b_y**2)
    b = xp.sqrt(along**2 + across**2)
    cos_chi, sin_chi = along / b, across / b
    k = cos_chi + xp.sqrt(8 + cos_chi**2)
    latitude = 0.5 * xp.atan2(k * sin_chi, 1 - k * cos_chi)
    r = (k * b_0 / (2 * b)) ** (1 / 3)
    meridian = xp.atan2(b_y + 0 * ahead, ahead)
    ahead, z = r * xp.cos(latitude) * xp.cos(meridian), r * xp.sin(latitude)
    return Position(ahead * cosine + z * sine, r * xp.cos(latitude) * xp.sin(meridian), z * cosine - ahead * sine)


@model(cite=_DUNGEY, valid={"b_z": (-50.0, -0.1), "b_0": (1e4, 6e4)}, monotonic={"b_z": 1})
def southward_topology(b_z: nT, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> OpenDipole:
    """Neutral ring, polar caps and open flux of the Earth's dipole in a southward field.

    Parameters
    ----------
    b_z : float or array, nT
        Interplanetary field along the dipole's axis, negative.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    neutral_radius : float or array, R_E
        Radius of the ring of neutral points in the equatorial plane; NaN for northward fields.
    cap_colatitude : float or array, deg
        Magnetic colatitude on the ground at which open lines begin.
    open_flux : float or array, GWb
        Flux of each polar cap.

    Notes
    -----
    From the flux function (b_0 / r + |b_z| r^2 / 2) sin^2(colatitude). In a field that a magnetopause does not shield
    the caps are as large as seen in storms for a mere 5 nT.

    Examples
    --------
    >>> [float(part.round(2)) for part in southward_topology(-5.0, 30000.0)]
    [18.17, 16.7, 0.63]
    """
    xp = namespace(b_z, b_0)
    south = -b_z
    ring = (b_0 / south) ** (1 / 3)
    flux = 1.5 * b_0 / ring
    sine_squared = flux / (b_0 + 0.5 * south)
    return OpenDipole(ring, xp.asin(xp.sqrt(sine_squared)) / _RADIAN, 2 * math.pi * flux * 1e-18 * EARTH_RADIUS**2)


@model(cite=_DUNGEY, valid={"b_z": (0.1, 50.0), "b_0": (1e4, 6e4)}, monotonic={"b_z": -1})
def northward_cavity(b_z: nT, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> R_E:
    """Radius of the sphere that holds all dipole lines in a northward field.

    Parameters
    ----------
    b_z : float or array, nT
        Interplanetary field along the dipole's axis, positive.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    r : float or array, R_E
        The neutral points are where the axis leaves the sphere; NaN for southward fields.

    Examples
    --------
    >>> float(northward_cavity(5.0, 30000.0).round(1))
    22.9
    """
    return (2 * b_0 / b_z) ** (1 / 3)
