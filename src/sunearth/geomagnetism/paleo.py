"""The field of the past: poles and moments from rocks, and what another dipole did to aurora and cosmic rays.

Geographic latitudes are geocentric, longitudes east positive.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_MOMENT, EARTH_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import GV, A_m2, deg, dimensionless, nT

from .cutoff import stormer_cutoff

_BUTLER = "Butler 1992, Paleomagnetism: Magnetic Domains to Geologic Terranes, Blackwell"
_OVAL = "Siscoe and Chen 1975, J. Geophys. Res. 80, 4675"
_STORMER = "Stormer 1955, The Polar Aurora, Clarendon"

_RADIAN: Final = math.pi / 180


class Pole(NamedTuple):
    """A place on the sphere."""

    latitude: deg
    longitude: deg


class Direction(NamedTuple):
    """The direction of a magnetic field at a site."""

    declination: deg
    inclination: deg


def _travel(xp: Any, latitude: Any, longitude: Any, bearing: Any, distance: Any) -> tuple[Any, Any]:
    """Where a great circle leads that starts at a place with a bearing, all in degrees."""
    start, way, turn = latitude * _RADIAN, distance * _RADIAN, bearing * _RADIAN
    sine = xp.sin(start) * xp.cos(way) + xp.cos(start) * xp.sin(way) * xp.cos(turn)
    north = xp.cos(start) * xp.cos(way) - xp.sin(start) * xp.sin(way) * xp.cos(turn)
    east = xp.sin(way) * xp.sin(turn)
    end = xp.atan2(sine, xp.sqrt(north**2 + east**2)) / _RADIAN
    degrees = longitude + xp.atan2(east + 0 * north, north) / _RADIAN
    return end, (degrees + 180) % 360 - 180


def _sight(xp: Any, latitude: Any, longitude: Any, pole_latitude: Any, pole_longitude: Any) -> tuple[Any, Any, Any]:
    """Direction of a pole as seen from the Earth's centre, in the east, north and up of a site."""
    site, pole, apart = latitude * _RADIAN, pole_latitude * _RADIAN, (pole_longitude - longitude) * _RADIAN
    toward = xp.cos(pole) * xp.cos(apart)
    return (
        xp.cos(pole) * xp.sin(apart) + 0 * site,
        xp.cos(site) * xp.sin(pole) - xp.sin(site) * toward,
        xp.sin(site) * xp.sin(pole) + xp.cos(site) * toward,
    )


@model(
    cite=_BUTLER,
    valid={
        "latitude": (-89.0, 89.0),
        "longitude": (-180.0, 180.0),
        "declination": (-180.0, 180.0),
        "inclination": (-90.0, 90.0),
    },
)
def virtual_geomagnetic_pole(latitude: deg, longitude: deg, declination: deg, inclination: deg) -> Pole:
    """Pole of the dipole that makes the observed direction of the field.

    Parameters
    ----------
    latitude, longitude : float or array, deg
        The site.
    declination : float or array, deg
        Declination there, east positive.
    inclination : float or array, deg
        Dip there, positive downward.

    Returns
    -------
    latitude : float or array, deg
        Of the pole towards which a compass points; south of the equator when the field is reversed.
    longitude : float or array, deg
        Its longitude, -180 to 180.

    Notes
    -----
    The site stands at the magnetic latitude whose tangent is half that of the inclination, and the pole lies its
    complement away along the declination.

    Examples
    --------
    >>> [float(part.round(1)) for part in virtual_geomagnetic_pole(69.7, 18.9, 8.0, 78.1)]
    [86.1, 146.1]
    """
    xp = namespace(latitude, longitude, declination, inclination)
    colatitude = xp.atan2(2 * xp.cos(inclination * _RADIAN), xp.sin(inclination * _RADIAN)) / _RADIAN
    return Pole(*_travel(xp, latitude, longitude, declination, colatitude))


@model(
    cite=_BUTLER,
    valid={
        "latitude": (-89.0, 89.0),
        "longitude": (-180.0, 180.0),
        "pole_latitude": (-89.0, 89.0),
        "pole_longitude": (-180.0, 180.0),
    },
)
def direction_of_pole(latitude: deg, longitude: deg, pole_latitude: deg, pole_longitude: deg) -> Direction:
    """Direction of the field at a site that a dipole of given pole makes.

    Parameters
    ----------
    latitude, longitude : float or array, deg
        The site.
    pole_latitude, pole_longitude : float or array, deg
        Pole towards which a compass points.

    Returns
    -------
    declination : float or array, deg
        East positive, -180 to 180.
    inclination : float or array, deg
        Positive downward.

    Notes
    -----
    The inverse of :func:`virtual_geomagnetic_pole`.

    Examples
    --------
    >>> [float(part.round(1)) for part in direction_of_pole(69.7, 18.9, 86.1, 146.1)]
    [8.0, 78.1]
    """
    xp = namespace(latitude, longitude, pole_latitude, pole_longitude)
    east, north, up = _sight(xp, latitude, longitude, pole_latitude, pole_longitude)
    return Direction(xp.atan2(east, north) / _RADIAN, xp.atan2(2 * up, xp.sqrt(east**2 + north**2)) / _RADIAN)


@model(cite=_BUTLER, valid={"b": (1e3, 1.5e5), "inclination": (-90.0, 90.0)}, even=("inclination",), monotonic={"b": 1})
def virtual_dipole_moment(b: nT, inclination: deg) -> A_m2:
    """Moment of the dipole that makes the observed strength and dip of the field.

    Parameters
    ----------
    b : float or array, nT
        Strength of the field, as magnetised rocks kept it.
    inclination : float or array, deg
        Dip of the field.

    Returns
    -------
    moment : float or array, A m^2
        4 pi R_E^3 B / (mu_0 sqrt(1 + 3 sin^2)) at the magnetic latitude that goes with the dip.

    Examples
    --------
    >>> f"{float(virtual_dipole_moment(56535.0, 78.158)):.3e}"
    '7.759e+22'
    """
    xp = namespace(b, inclination)
    # sqrt(1 + 3 sin^2(latitude)) is 2 / sqrt(1 + 3 cos^2(inclination)).
    strength = 0.5 * b * xp.sqrt(1 + 3 * xp.cos(inclination * _RADIAN) ** 2)
    return strength * 1e-9 * 4 * math.pi * EARTH_RADIUS**3 / VACUUM_PERMEABILITY


@model(cite=_BUTLER, valid={"pole_latitude": (-90.0, 90.0)}, monotonic={"pole_latitude": 1})
def polarity(pole_latitude: deg, transition: deg = 45.0) -> dimensionless:
    """Polarity of the field, from the latitude of its virtual pole.

    Parameters
    ----------
    pole_latitude : float or array, deg
        Latitude of the virtual geomagnetic pole.
    transition : float or array, deg
        Latitude below which the pole belongs to a reversal or an excursion.

    Returns
    -------
    polarity : float or array, 1
        1 as today, -1 reversed, 0 between.

    Examples
    --------
    >>> polarity([80.0, 20.0, -75.0]).tolist()
    [1.0, 0.0, -1.0]
    """
    xp = namespace(pole_latitude, transition)
    settled = xp.where(xp.abs(pole_latitude) >= transition, xp.sign(pole_latitude), 0 * pole_latitude)
    return settled + 0 * transition


@model(
    cite=_OVAL,
    valid={"moment": (2e22, 2e23), "mlat": (55.0, 80.0), "reference_moment": (6e22, 1e23)},
    monotonic={"moment": 1},
)
def paleo_oval_latitude(
    moment: A_m2, mlat: deg = 67.0, reference_moment: A_m2 = DIPOLE_MOMENT, closure: str = "pressure"
) -> deg:
    """Magnetic latitude of the auroral oval for a dipole of another strength.

    Parameters
    ----------
    moment : float or array, A m^2
        Dipole moment of the time asked for.
    mlat : float or array, deg
        Latitude of the oval at the reference moment.
    reference_moment : float or array, A m^2
        Moment to which `mlat` belongs; that of 2020 by default.
    closure : str
        What stays the same: "pressure" at the magnetopause, so that the L of the oval goes with the cube root of the
        moment, or "open_flux" of the polar cap.

    Returns
    -------
    mlat : float or array, deg
        NaN where the moment is too weak to close the cap.

    Notes
    -----
    With half the moment an oval at 67 degrees moves to 64.0 or to 56.5 degrees. A boundary fixed in Earth radii
    would leave it where it is.

    Examples
    --------
    >>> half = DIPOLE_MOMENT / 2
    >>> float(paleo_oval_latitude(half).round(1)), float(paleo_oval_latitude(half, closure="open_flux").round(1))
    (64.0, 56.5)
    """
    xp = namespace(moment, mlat, reference_moment)
    ratio = moment / reference_moment
    if closure == "pressure":
        growth = ratio ** (-1 / 3)
    elif closure == "open_flux":
        growth = 1 / ratio
    else:
        raise InputError(f"paleo_oval_latitude: closure must be 'pressure' or 'open_flux', got {closure!r}")
    c = xp.cos(mlat * _RADIAN) ** 2 * growth
    return xp.atan2(xp.sqrt(1 - c), xp.sqrt(c)) / _RADIAN


@model(
    cite=_OVAL,
    valid={
        "pole_latitude": (-89.0, 89.0),
        "pole_longitude": (-180.0, 180.0),
        "mlat": (50.0, 85.0),
        "bearing": (-180.0, 180.0),
    },
)
def circle_about_pole(pole_latitude: deg, pole_longitude: deg, mlat: deg, bearing: deg) -> Pole:
    """Geographic position of a point on a circle of magnetic latitude, such as the auroral oval.

    Parameters
    ----------
    pole_latitude, pole_longitude : float or array, deg
        The geomagnetic pole at the centre.
    mlat : float or array, deg
        Magnetic latitude of the circle.
    bearing : float or array, deg
        Direction from the pole to the point, from geographic north through east.

    Returns
    -------
    latitude : float or array, deg
        Geographic latitude of the point.
    longitude : float or array, deg
        Geographic longitude of the point, -180 to 180.

    Notes
    -----
    The oval is taken as a circle about the pole; seen from space it is shifted by 3 to 4 degrees towards midnight.

    Examples
    --------
    >>> [float(part.round(1)) for part in circle_about_pole(80.6, -73.2, 67.0, 180.0)]
    [57.6, -73.2]
    """
    xp = namespace(pole_latitude, pole_longitude, mlat, bearing)
    return Pole(*_travel(xp, pole_latitude, pole_longitude, bearing, 90 - mlat))


@model(
    cite=_STORMER,
    valid={
        "latitude": (-89.0, 89.0),
        "longitude": (-180.0, 180.0),
        "pole_latitude": (-90.0, 90.0),
        "pole_longitude": (-180.0, 180.0),
        "moment": (1e21, 3e23),
    },
    monotonic={"moment": 1},
)
def paleo_cutoff(
    latitude: deg, longitude: deg, pole_latitude: deg, pole_longitude: deg, moment: A_m2 = DIPOLE_MOMENT
) -> GV:
    """Rigidity below which no cosmic ray came down vertically on a site, for a dipole of the past.

    Parameters
    ----------
    latitude, longitude : float or array, deg
        The site.
    pole_latitude, pole_longitude : float or array, deg
        Geomagnetic pole of the time, of either polarity.
    moment : float or array, A m^2
        Dipole moment of the time.

    Returns
    -------
    rigidity : float or array, GV
        Proportional to the moment, and to the fourth power of the cosine of magnetic latitude.

    Examples
    --------
    >>> float(paleo_cutoff(40.0, 116.0, 80.6, -73.2).round(1))
    7.8
    """
    xp = namespace(latitude, longitude, pole_latitude, pole_longitude, moment)
    east, north, up = _sight(xp, latitude, longitude, pole_latitude, pole_longitude)
    mlat = xp.atan2(up, xp.sqrt(east**2 + north**2)) / _RADIAN
    return stormer_cutoff(1.0, mlat, 0.0 * mlat, 0.0 * mlat, moment)
