"""The spiral of the interplanetary field: its angle and strength, its length, and where on the Sun it is rooted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import ASTRONOMICAL_UNIT, SOLAR_RADIUS
from sunearth.core.model import model
from sunearth.core.units import GWb, R_sun, au, day, deg, h, km_s, nT, rad

CARRINGTON_PERIOD = 25.38
"""d, sidereal rotation period of the Sun at the latitudes of sunspots."""
SOURCE_RADIUS = 2.5
"""R_sun, usual height of the surface from which the wind carries the field away."""

_AU_KM = ASTRONOMICAL_UNIT * 1e-3
_SOLAR_RADII = SOLAR_RADIUS / ASTRONOMICAL_UNIT  # au in a solar radius
_RADIAN = np.pi / 180
_PARKER = "Parker 1958, Astrophys. J. 128, 664, doi:10.1086/146579"
_MAPPING = "Nolte and Roelof 1973, Sol. Phys. 33, 241"
_RANGES = {
    "r": (0.01, 100.0),
    "speed": (200.0, 2500.0),
    "latitude": (-89.0, 89.0),
    "period": (20.0, 40.0),
    "r_0": (1.0, 2.15),
    "radial_at": (0.0, 2.15),
}


def _ranges(*names: str) -> dict[str, tuple[float, float]]:
    return {name: _RANGES[name] for name in names}


class SpiralField(NamedTuple):
    """The interplanetary field in the directions of radius, latitude circle and its size."""

    b_r: nT
    b_phi: nT
    b: nT


def _winding(r: au, speed: km_s, period: day) -> float:
    """Way that the Sun turns on a circle of radius r while the wind goes that far, over that way."""
    return 2 * np.pi / (period * 86_400.0) * r * _AU_KM / speed


@model(
    cite=_PARKER,
    valid=_ranges("r", "speed", "latitude", "period", "radial_at"),
    monotonic={"r": 1, "speed": -1, "period": -1},
)
def spiral_angle(
    r: au, speed: km_s, latitude: deg = 0.0, period: day = CARRINGTON_PERIOD, radial_at: R_sun = 0.0
) -> rad:
    """Angle between the interplanetary field and the radial direction.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.
    speed : float or array, km/s
        Speed of the wind, radial and constant.
    latitude : float or array, deg
        Heliographic latitude.
    period : float or array, d
        Sidereal rotation period of the Sun.
    radial_at : float or array, R_sun
        Distance at which the field is radial; the difference is 0.1 degrees or less at 1 au.

    Returns
    -------
    angle : float or array, rad
        The field lags behind the rotation by this angle from 0 (radial) to pi/2 (along the circle of latitude).

    Notes
    -----
    tan(angle) = Omega (r - r_0) cos(latitude) / speed. The popular 45 degrees at the Earth needs 429 km/s; 400 km/s
    make 47 degrees, and periods between 24.47 and 25.38 days, all in use, differ by a degree. Texts that mix r and
    r - r_0 between the angle and the components contradict themselves slightly.

    Examples
    --------
    >>> import numpy as np
    >>> float(np.degrees(spiral_angle(1.0, 400.0)).round(2))
    46.98
    """
    xp = namespace(r, speed, latitude, period, radial_at)
    return xp.atan(_winding(r - radial_at * _SOLAR_RADII, speed, period) * xp.cos(latitude * _RADIAN))


@model(cite=_PARKER, valid=_ranges("r", "speed", "latitude", "period", "radial_at"))
def spiral_field(
    r: au,
    speed: km_s,
    b_0: nT,
    r_0: au = 1.0,
    latitude: deg = 0.0,
    period: day = CARRINGTON_PERIOD,
    radial_at: R_sun = 0.0,
) -> SpiralField:
    """Interplanetary field of the spiral from its radial part at one distance.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.
    speed : float or array, km/s
        Speed of the wind.
    b_0 : float or array, nT
        Radial field at `r_0`, positive away from the Sun.
    r_0 : float or array, au
        Distance where it is known.
    latitude : float or array, deg
        Heliographic latitude.
    period : float or array, d
        Sidereal rotation period of the Sun.
    radial_at : float or array, R_sun
        Distance at which the field is radial.

    Returns
    -------
    b_r : float or array, nT
        Radial component, which falls as the square of the distance.
    b_phi : float or array, nT
        Component in the sense of the rotation, which falls as the distance far out.
    b : float or array, nT
        Magnitude.

    Examples
    --------
    >>> field = spiral_field(1.0, 400.0, 3.41)
    >>> [round(float(part), 2) for part in field]
    [3.41, -3.65, 5.0]
    """
    xp = namespace(r, speed, b_0, r_0, latitude, period, radial_at)
    b_r = b_0 * (r_0 / r) ** 2
    tangent = _winding(r - radial_at * _SOLAR_RADII, speed, period) * xp.cos(latitude * _RADIAN)
    return SpiralField(b_r + 0 * tangent, -b_r * tangent, xp.abs(b_r) * xp.sqrt(1 + tangent**2))


@model(cite=_PARKER, valid=_ranges("r", "speed", "latitude", "period"), monotonic={"b": 1})
def radial_part(b: nT, r: au, speed: km_s, latitude: deg = 0.0, period: day = CARRINGTON_PERIOD) -> nT:
    """Radial component of an interplanetary field of given magnitude that follows the spiral.

    Parameters
    ----------
    b : float or array, nT
        Magnitude.
    r : float or array, au
        Distance from the Sun.
    speed : float or array, km/s
        Speed of the wind.
    latitude : float or array, deg
        Heliographic latitude.
    period : float or array, d
        Sidereal rotation period of the Sun.

    Returns
    -------
    b_r : float or array, nT
        The magnitude times the cosine of the spiral angle.

    Examples
    --------
    >>> float(radial_part(5.0, 1.0, 400.0).round(2))
    3.41
    """
    xp = namespace(b, r, speed, latitude, period)
    return b / xp.sqrt(1 + (_winding(r, speed, period) * xp.cos(latitude * _RADIAN)) ** 2)


@model(cite="Owens and Forsyth 2013, Living Rev. Sol. Phys. 10, 5, doi:10.12942/lrsp-2013-5", monotonic={"r": 1})
def open_flux(b_r: nT, r: au = 1.0) -> GWb:
    """Magnetic flux of one polarity that leaves the Sun for good.

    Parameters
    ----------
    b_r : float or array, nT
        Radial field, of which the mean size over longitude is asked for.
    r : float or array, au
        Distance where it was measured.

    Returns
    -------
    flux : float or array, GWb
        Flux 2 pi r^2 |b_r| through half a sphere, on which the radial field depends on neither latitude nor longitude.

    Examples
    --------
    >>> print(f"{open_flux(3.41) * 1e9:.2e} Wb")
    4.79e+14 Wb
    """
    xp = namespace(b_r, r)
    return 2 * np.pi * (r * ASTRONOMICAL_UNIT) ** 2 * xp.abs(b_r) * 1e-9 * 1e-9


@model(cite=_MAPPING, valid=_ranges("r", "speed", "r_0"), monotonic={"r": 1, "speed": -1})
def travel_time(r: au, speed: km_s, r_0: R_sun = SOURCE_RADIUS) -> h:
    """Time that the wind needs from its source surface.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.
    speed : float or array, km/s
        Speed of the wind, constant on its way.
    r_0 : float or array, R_sun
        Where it starts.

    Returns
    -------
    time : float or array, h
        Distance over speed.

    Examples
    --------
    >>> float(travel_time(1.0, 400.0).round(1))
    102.7
    """
    return (r - r_0 * _SOLAR_RADII) * _AU_KM / speed / 3600.0


@model(
    cite=_MAPPING,
    valid=_ranges("r", "speed", "r_0", "period"),
    monotonic={"r": 1, "speed": -1, "period": -1, "r_0": -1},
)
def connection_longitude(r: au, speed: km_s, r_0: R_sun = SOURCE_RADIUS, period: day = CARRINGTON_PERIOD) -> deg:
    """Longitude by which the root of a field line lies west of an observer.

    Parameters
    ----------
    r : float or array, au
        Distance of the observer from the Sun.
    speed : float or array, km/s
        Speed of the wind there.
    r_0 : float or array, R_sun
        Surface on which the root is asked for.
    period : float or array, d
        Sidereal rotation period of the Sun.

    Returns
    -------
    lag : float or array, deg
        Angle that the Sun turned while the wind came: add it to the observer's Carrington longitude for the longitude
        of the source, or count it westward from the central meridian. The latitude stays.

    Notes
    -----
    The wind is taken to have had its speed all the way. It was slower near the Sun, but also corotated there, and the
    two errors nearly cancel: within 10 degrees, by tests on stream structure and flare sites.

    Examples
    --------
    >>> float(connection_longitude(1.0, 400.0).round(1))
    60.7
    """
    return _winding(r - r_0 * _SOLAR_RADII, speed, period) / _RADIAN


@model(cite=_PARKER, valid={"speed": (200.0, 2500.0), "lag": (0.0, 3600.0)}, monotonic={"lag": 1, "speed": 1})
def spiral_radius(lag: deg, speed: km_s, r_0: R_sun = SOURCE_RADIUS, period: day = CARRINGTON_PERIOD) -> au:
    """Distance at which a field line is reached at an angle east of its root.

    Parameters
    ----------
    lag : float or array, deg
        Longitude of the root less that of the place, the inverse of :func:`connection_longitude`.
    speed : float or array, km/s
        Speed of the wind.
    r_0 : float or array, R_sun
        Distance of the root.
    period : float or array, d
        Sidereal rotation period of the Sun.

    Returns
    -------
    r : float or array, au
        The Archimedean spiral r_0 + lag speed / Omega, the shape of field lines and of streams alike.

    Examples
    --------
    >>> float(spiral_radius(60.68, 400.0).round(3))
    1.0
    """
    return r_0 * _SOLAR_RADII + lag / 360.0 * (period * 86_400.0) * speed / _AU_KM


@model(
    cite=_PARKER,
    valid=_ranges("r", "speed", "latitude", "r_0", "period"),
    monotonic={"r": 1, "speed": -1, "r_0": -1},
    even=("latitude",),
)
def spiral_length(
    r: au, speed: km_s, latitude: deg = 0.0, r_0: R_sun = SOURCE_RADIUS, period: day = CARRINGTON_PERIOD
) -> au:
    """Length of a field line between the Sun and an observer.

    Parameters
    ----------
    r : float or array, au
        Distance of the observer from the Sun.
    speed : float or array, km/s
        Speed of the wind.
    latitude : float or array, deg
        Heliographic latitude of the line, which lies on a cone.
    r_0 : float or array, R_sun
        Where the length begins.
    period : float or array, d
        Sidereal rotation period of the Sun.

    Returns
    -------
    length : float or array, au
        The way of a particle without gyration; a particle of pitch angle a goes 1 / cos(a) as far.

    Notes
    -----
    The integral of sqrt(1 + (Omega r cos(latitude) / speed)^2) over r, in closed form.

    Examples
    --------
    >>> float(spiral_length(1.0, 400.0).round(3))
    1.156
    """
    xp = namespace(r, speed, latitude, r_0, period)
    winding = _winding(1.0, speed, period) * xp.abs(xp.cos(latitude * _RADIAN))
    inner = r_0 * _SOLAR_RADII
    return _arc(xp, r, winding) - _arc(xp, inner, winding)


def _arc(xp, r, winding):  # type: ignore[no-untyped-def]
    """Arc length from the centre; the logarithm is spread over r so that a straight line has its own length."""
    x = winding * r
    small = xp.abs(x) < 1e-4
    safe = xp.where(small, xp.ones_like(x), x)
    ratio = xp.where(small, 1 - x**2 / 6, xp.asinh(safe) / safe)
    return r / 2 * (xp.sqrt(1 + x**2) + ratio)
