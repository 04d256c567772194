"""Where the Sun and the dipole point at a time, and the frames built on them: GSE, GSM, dipole latitude and local time.

Positions are for the mean equinox of date and good to about 0.01 degrees, which is finer than the centred dipole
itself deserves.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import IGRF14_DIPOLE, IGRF14_DIPOLE_EPOCHS
from sunearth.core.model import model
from sunearth.core.time import days_since_j2000, decimal_year
from sunearth.core.units import deg, dimensionless, h, rad, utc

_ALMANAC = "Hapgood 1992, Planet. Space Sci. 40, 711, doi:10.1016/0032-0633(92)90012-D"
_IGRF = "IAGA Division V 2024, IGRF-14, doi:10.5281/zenodo.14012302"


class SunPosition(NamedTuple):
    """Where the Sun stands on the sky."""

    longitude: rad
    obliquity: rad
    right_ascension: rad
    declination: rad


class DipoleAxis(NamedTuple):
    """Direction of the dipole's northern pole, fixed to the Earth."""

    x: dimensionless
    y: dimensionless
    z: dimensionless


class DipolePosition(NamedTuple):
    """A place in the frame of the centred dipole."""

    mlat: deg
    mlon: deg


class GeographicPosition(NamedTuple):
    """A place in geocentric geographic coordinates."""

    latitude: deg
    longitude: deg


@model(cite=_ALMANAC)
def sun_position(time: utc) -> SunPosition:
    """Apparent position of the Sun for the equinox of date.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.

    Returns
    -------
    longitude : float or array, rad
        Ecliptic longitude of the Sun, 0 to 2 pi.
    obliquity : float or array, rad
        Obliquity of the ecliptic.
    right_ascension : float or array, rad
        Right ascension of the Sun, 0 to 2 pi.
    declination : float or array, rad
        Declination of the Sun.

    Notes
    -----
    The low-precision series of the Astronomical Almanac, which Hapgood's equation 5 restates: within 0.01 degrees
    from 1950 to 2050, and it takes UTC for dynamical time (an error of 0.001 degrees).

    Examples
    --------
    >>> position = sun_position("2015-06-21T16:38")
    >>> float(np.degrees(position.declination).round(2))
    23.44
    """
    days = days_since_j2000(time)
    mean_longitude = np.radians(280.460 + 0.9856474 * days)
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = (mean_longitude + np.radians(1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))) % (2 * np.pi)
    obliquity = np.radians(23.439 - 4.0e-7 * days)
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude)) % (2 * np.pi)
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    return SunPosition(longitude, obliquity, right_ascension, declination)


@model(cite=_ALMANAC)
def greenwich_sidereal_time(time: utc) -> rad:
    """Mean sidereal time at Greenwich.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, taken for UT1 (they differ by less than 0.9 s, or 0.004 degrees).

    Returns
    -------
    theta : float or array, rad
        Angle from the mean equinox of date to the meridian of Greenwich, 0 to 2 pi.

    Examples
    --------
    >>> float(np.degrees(greenwich_sidereal_time("2000-01-01T12:00")).round(3))
    280.461
    """
    return np.radians((280.46061837 + 360.98564736629 * days_since_j2000(time)) % 360.0)


@model(cite=_IGRF)
def dipole_axis(time: utc) -> DipoleAxis:
    """Direction of the centred dipole's northern pole in geographic coordinates.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, from 1900 to 2030.

    Returns
    -------
    x : float or array, 1
        Component towards the equator at Greenwich.
    y : float or array, 1
        Component towards the equator at 90 degrees east.
    z : float or array, 1
        Component along the Earth's axis.

    Warns
    -----
    UserWarning
        If a time lies outside the model: the dipole of the nearest end is held.

    Notes
    -----
    First-degree coefficients of IGRF-14, linear in time between its epochs. The pole is the one in the north, opposite
    to the magnetic moment.

    Examples
    --------
    >>> axis = dipole_axis("2020-01-01")
    >>> print(f"{np.degrees(np.arcsin(axis.z)):.2f} N {np.degrees(np.arctan2(axis.y, axis.x)):.2f} E")
    80.59 N -72.68 E
    """
    year = decimal_year(time)
    if np.any((year < IGRF14_DIPOLE_EPOCHS[0]) | (year > IGRF14_DIPOLE_EPOCHS[-1])):
        warnings.warn("the dipole is known from 1900 to 2030; it is held outside", UserWarning, stacklevel=2)
    g10, g11, h11 = (np.interp(year, IGRF14_DIPOLE_EPOCHS, IGRF14_DIPOLE[:, column]) for column in range(3))
    strength = np.sqrt(g10**2 + g11**2 + h11**2)
    return DipoleAxis(-g11 / strength, -h11 / strength, -g10 / strength)


def _dipole_in_gse(time: Any) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the dipole's northern pole in GSE, turned from the Earth to the sky and into the plane of the ecliptic."""
    longitude, obliquity, _, _ = sun_position.spec.function(time)
    sidereal = greenwich_sidereal_time.spec.function(time)
    x, y, z = dipole_axis.spec.function(time)
    x_sky = x * np.cos(sidereal) - y * np.sin(sidereal)
    y_sky = x * np.sin(sidereal) + y * np.cos(sidereal)
    y_ecliptic = y_sky * np.cos(obliquity) + z * np.sin(obliquity)
    z_ecliptic = -y_sky * np.sin(obliquity) + z * np.cos(obliquity)
    x_gse = x_sky * np.cos(longitude) + y_ecliptic * np.sin(longitude)
    y_gse = -x_sky * np.sin(longitude) + y_ecliptic * np.cos(longitude)
    return x_gse, y_gse, z_ecliptic


@model(cite=_ALMANAC)
def dipole_tilt(time: utc) -> rad:
    """Tilt of the dipole towards the Sun.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.

    Returns
    -------
    tilt : float or array, rad
        Angle between the dipole and the GSM z axis, positive when the northern pole leans sunward.

    Notes
    -----
    Codes that hold other generations of the reference field differ by up to 1e-4 rad.

    Examples
    --------
    >>> float(np.degrees(dipole_tilt("2015-06-21T17:00")).round(1))
    33.1
    """
    return np.arcsin(_dipole_in_gse(time)[0])


@model(cite=_ALMANAC)
def gsm_rotation(time: utc) -> rad:
    """Angle about the Sun-Earth line from the GSE to the GSM z axis.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.

    Returns
    -------
    angle : float or array, rad
        Positive when the dipole leans towards dusk as seen in GSE.

    Examples
    --------
    >>> float(np.degrees(gsm_rotation("2015-03-17T06:00")).round(1))
    20.8
    """
    _, y, z = _dipole_in_gse(time)
    return np.arctan2(y, z)


def gse_to_gsm(time: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    """Turn the components of a vector from GSE to GSM.

    Parameters
    ----------
    time : datetime64, str or array
        Time in UTC, of a shape that broadcasts with the components.
    x, y, z : float, array, DataArray or Quantity
        Components in GSE, of any unit.

    Returns
    -------
    x, y, z : the kind that came in
        Components in GSM, in the same unit.

    Examples
    --------
    >>> x, y, z = gse_to_gsm("2015-03-17T06:00", 0.0, 0.0, -10.0)
    >>> print(f"{y:.2f} {z:.2f}")
    3.55 -9.35
    """
    return _turn_about_x(gsm_rotation(time), x, y, z)


def gsm_to_gse(time: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    """Turn the components of a vector from GSM to GSE.

    Parameters
    ----------
    time : datetime64, str or array
        Time in UTC, of a shape that broadcasts with the components.
    x, y, z : float, array, DataArray or Quantity
        Components in GSM, of any unit.

    Returns
    -------
    x, y, z : the kind that came in
        Components in GSE, in the same unit.

    Examples
    --------
    >>> x, y, z = gsm_to_gse("2015-03-17T06:00", *gse_to_gsm("2015-03-17T06:00", 1.0, 2.0, 3.0))
    >>> print(f"{x:.1f} {y:.1f} {z:.1f}")
    1.0 2.0 3.0
    """
    return _turn_about_x(-gsm_rotation(time), x, y, z)


def _turn_about_x(angle: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    cosine, sine = np.cos(angle), np.sin(angle)
    turned_y, turned_z = cosine * y - sine * z, sine * y + cosine * z
    # Labelled components keep what they said of themselves; the attributes of the angle do not belong to them.
    for result, source in ((turned_y, y), (turned_z, z)):
        if hasattr(result, "attrs"):
            result.attrs = dict(getattr(source, "attrs", {}))
            result.name = getattr(source, "name", None)
    return x, turned_y, turned_z


@model(cite=_IGRF)
def geographic_to_dipole(time: utc, latitude: deg, longitude: deg) -> DipolePosition:
    """Dipole latitude and longitude of a geographic place.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    latitude : float or array, deg
        Geocentric latitude.
    longitude : float or array, deg
        Geographic longitude, positive eastward.

    Returns
    -------
    mlat : float or array, deg
        Latitude from the equator of the centred dipole.
    mlon : float or array, deg
        Longitude about the dipole, 0 on the meridian that holds the geographic south pole, -180 to 180.

    Examples
    --------
    >>> place = geographic_to_dipole("2015-03-17", 69.66, 18.94)
    >>> print(f"{place.mlat:.1f} {place.mlon:.1f}")
    67.3 115.7
    """
    xp = namespace(latitude, longitude)
    tilt, meridian = _pole(time)
    phi, lat = longitude * (np.pi / 180) - meridian, latitude * (np.pi / 180)
    x, y, z = xp.cos(lat) * xp.cos(phi), xp.cos(lat) * xp.sin(phi), xp.sin(lat)
    x, z = x * np.cos(tilt) - z * np.sin(tilt), x * np.sin(tilt) + z * np.cos(tilt)
    return DipolePosition(xp.atan2(z, xp.sqrt(x * x + y * y)) * (180 / np.pi), xp.atan2(y, x) * (180 / np.pi))


@model(cite=_IGRF)
def dipole_to_geographic(time: utc, mlat: deg, mlon: deg) -> GeographicPosition:
    """Geographic latitude and longitude of a place in the frame of the dipole.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    mlat : float or array, deg
        Dipole latitude.
    mlon : float or array, deg
        Dipole longitude.

    Returns
    -------
    latitude : float or array, deg
        Geocentric latitude.
    longitude : float or array, deg
        Geographic longitude, -180 to 180.

    Examples
    --------
    >>> place = dipole_to_geographic("2020-01-01", 90.0, 0.0)
    >>> print(f"{place.latitude:.2f} {place.longitude:.2f}")
    80.59 -72.68
    """
    xp = namespace(mlat, mlon)
    tilt, meridian = _pole(time)
    phi, lat = mlon * (np.pi / 180), mlat * (np.pi / 180)
    x, y, z = xp.cos(lat) * xp.cos(phi), xp.cos(lat) * xp.sin(phi), xp.sin(lat)
    x, z = x * np.cos(tilt) + z * np.sin(tilt), -x * np.sin(tilt) + z * np.cos(tilt)
    longitude = (xp.atan2(y, x) + meridian) * (180 / np.pi)
    return GeographicPosition(xp.atan2(z, xp.sqrt(x * x + y * y)) * (180 / np.pi), (longitude + 180.0) % 360.0 - 180.0)


@model(cite="Laundal and Richmond 2017, Space Sci. Rev. 206, 27, doi:10.1007/s11214-016-0275-y")
def magnetic_local_time(time: utc, mlon: deg) -> h:
    """Magnetic local time of a dipole longitude.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    mlon : float or array, deg
        Dipole longitude.

    Returns
    -------
    mlt : float or array, h
        Hours of dipole longitude from the meridian opposite to the Sun, 0 to 24; the Sun stands at 12.

    Examples
    --------
    >>> float(magnetic_local_time("2015-03-17T21:30", 115.7).round(1))
    0.2
    """
    return ((mlon - _longitude_of_the_sun(time)) / 15.0 + 12.0) % 24.0


@model(cite="Laundal and Richmond 2017, Space Sci. Rev. 206, 27, doi:10.1007/s11214-016-0275-y")
def local_time_to_geographic(time: utc, mlat: deg, mlt: h) -> GeographicPosition:
    """Geographic latitude and longitude of a place given by dipole latitude and magnetic local time.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    mlat : float or array, deg
        Dipole latitude.
    mlt : float or array, h
        Magnetic local time.

    Returns
    -------
    latitude : float or array, deg
        Geocentric latitude.
    longitude : float or array, deg
        Geographic longitude, -180 to 180.

    Notes
    -----
    This is what a map of the oval needs. Boundaries given in corrected geomagnetic coordinates land within a few
    degrees of where a full field model would put them.

    Examples
    --------
    >>> place = local_time_to_geographic("2024-05-11T02:00", 50.0, 0.0)
    >>> print(f"{place.latitude:.1f} {place.longitude:.1f}")
    42.6 -38.4
    """
    mlon = (mlt - 12.0) * 15.0 + _longitude_of_the_sun(time)
    return dipole_to_geographic.spec.function(time, mlat, mlon)  # type: ignore[no-any-return]


def _pole(time: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return colatitude and geographic longitude of the dipole's northern pole, in radians."""
    x, y, z = dipole_axis.spec.function(time)
    return np.arctan2(np.hypot(x, y), z), np.arctan2(y, x)


def _longitude_of_the_sun(time: Any) -> NDArray[np.float64]:
    """Return the dipole longitude of the subsolar point in degrees."""
    _, _, right_ascension, declination = sun_position.spec.function(time)
    longitude = right_ascension - greenwich_sidereal_time.spec.function(time)
    position = geographic_to_dipole.spec.function(time, np.degrees(declination), np.degrees(longitude))
    return position.mlon  # type: ignore[no-any-return]
