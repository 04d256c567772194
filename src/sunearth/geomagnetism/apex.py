"""Coordinates that follow the lines of the main field: apex, quasi-dipole and AACGM, with their base vectors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import EARTH_RADIUS, ELLIPSOID_EQUATOR, ELLIPSOID_POLE
from sunearth.core.model import model
from sunearth.core.time import decimal_year, to_datetime64
from sunearth.core.units import deg, km, km_s, mV_m, utc

from .frames import cartesian_to_geodetic, geodetic_to_cartesian
from .igrf import igrf14, packed

Floats = NDArray[np.float64]

_APEX = "Richmond 1995, J. Geomagn. Geoelectr. 47, 191, doi:10.5636/jgg.47.191"
_AACGM = "Shepherd 2014, J. Geophys. Res. Space Phys. 119, 7501, doi:10.1002/2014JA020264"
_REVIEW = "Laundal and Richmond 2017, Space Sci. Rev. 206, 27, doi:10.1007/s11214-016-0275-y"

MEAN_RADIUS = (2.0 * ELLIPSOID_EQUATOR + ELLIPSOID_POLE) / 3.0  # km: the Earth of apex coordinates, 6371.0088
_UNIT = 1e-3 * EARTH_RADIUS  # km in 1 R_E
_DEEPEST = -2891.0  # km: the core begins there
_HIGHEST = 1e8  # R_E: an apex beyond is at infinity

# Error allowed in a step of a trace, R_E: 0.06 m for places, less for differences between neighbours.
_TOLERANCE = 1e-8
_FINE_TOLERANCE = 1e-10
_SPACING = 5.0  # km between a place and the neighbours from which base vectors are differenced
_NEGLIGIBLE = 1e-8  # of the dipole: harmonics that are weaker at a distance are left out there


class MagneticPosition(NamedTuple):
    """Magnetic latitude and longitude."""

    mlat: deg
    mlon: deg


class GeodeticPlace(NamedTuple):
    """Geodetic latitude and longitude."""

    latitude: deg
    longitude: deg


class ElectricField(NamedTuple):
    """An electric field in the local frame of a place."""

    e_east: mV_m
    e_north: mV_m
    e_up: mV_m


class Drift(NamedTuple):
    """A drift in the local frame of a place."""

    v_east: km_s
    v_north: km_s
    v_up: km_s


class BaseVectors(NamedTuple):
    """Base vectors of quasi-dipole (f, g) and modified apex coordinates (d, e), components east, north and up."""

    f1: Floats
    f2: Floats
    f3: Floats
    g1: Floats
    g2: Floats
    g3: Floats
    d1: Floats
    d2: Floats
    d3: Floats
    e1: Floats
    e2: Floats
    e3: Floats


@model(cite=_APEX, compiled=True)
def apex_height(time: utc, latitude: deg, longitude: deg, altitude: km) -> km:
    """Height of the highest point of the field line through a place.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.

    Returns
    -------
    float or array, km
        Height above the ellipsoid. Within 0.006 degrees of a pole of these coordinates it is that of a place where
        the trace is given up, 1e8 R_E away.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    The apex (VanZandt et al. 1972, J. Geophys. Res. 77, 2406) is where the field has no component along the normal of
    the ellipsoid. It is sought upward from the place, in IGRF-14 alone.

    Examples
    --------
    >>> float(apex_height("2010-01-01", 0.0, 0.0, 300.0).round(1))
    605.2
    """
    return _traced(time, latitude, longitude, altitude).height


@model(cite=_APEX, compiled=True)
def quasi_dipole(time: utc, latitude: deg, longitude: deg, altitude: km) -> MagneticPosition:
    """Quasi-dipole latitude and longitude of a place.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.

    Returns
    -------
    mlat : float or array, deg
        Quasi-dipole latitude, positive where the field points down.
    mlon : float or array, deg
        Longitude of the apex about the centred dipole, -180 to 180.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    With the apex at height h_A, the cosine of the latitude of a place at height h is sqrt((R + h) / (R + h_A)). Heights
    are above WGS84 and R is its mean radius, 6371.0088 km (Laundal and Richmond 2017); with 6371.2 km latitudes differ
    by less than 0.0005 degrees. Lines are traced. The codes in common use evaluate a fit in harmonics (Emmert et al.
    2010, J. Geophys. Res. 115, A08322, doi:10.1029/2010JA015326) to lines traced in coarse steps: at 110 km it strays
    from the traced lines by 0.07 degrees in the median and 0.4 at worst, near the equator of the Atlantic.
    Magnetic local time is :func:`sunearth.geomagnetism.frames.magnetic_local_time` of `mlon`.

    Examples
    --------
    >>> place = quasi_dipole("2010-01-01", 69.66, 18.94, 110.0)
    >>> print(f"{place.mlat:.2f} {place.mlon:.2f}")
    66.64 102.21
    """
    apex = _traced(time, latitude, longitude, altitude)
    rise = np.maximum(apex.height - apex.altitude, 0.0)
    return MagneticPosition(_latitude(apex, rise, apex.altitude), _dipole_longitude(apex))


@model(cite=_APEX, compiled=True)
def modified_apex(
    time: utc, latitude: deg, longitude: deg, altitude: km, reference_height: km = 110.0
) -> MagneticPosition:
    """Modified apex latitude and longitude of a place.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.
    reference_height : float or array, km
        Height at which this latitude is the quasi-dipole latitude; 0 gives that of VanZandt et al. (1972).

    Returns
    -------
    mlat : float or array, deg
        Modified apex latitude, the same all along a line; NaN where the apex is below the reference height.
    mlon : float or array, deg
        Longitude of the apex about the centred dipole, -180 to 180.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    With the apex at height h_A and the reference height h_R, its cosine is sqrt((R + h_R) / (R + h_A)).

    Examples
    --------
    >>> place = modified_apex("2010-01-01", 69.66, 18.94, 300.0)
    >>> print(f"{place.mlat:.2f} {place.mlon:.2f}")
    66.99 102.55
    """
    apex = _traced(time, latitude, longitude, altitude, reference_height)
    rise = apex.height - apex.extra
    rise = np.where(np.abs(rise) < 1e-9, 0.0, rise)[()]
    return MagneticPosition(_latitude(apex, rise, apex.extra), _dipole_longitude(apex))


@model(cite=_AACGM, compiled=True)
def aacgm(time: utc, latitude: deg, longitude: deg, altitude: km) -> MagneticPosition:
    """Altitude-adjusted corrected geomagnetic latitude and longitude of a place.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.

    Returns
    -------
    mlat : float or array, deg
        Latitude at which the dipole line that starts where the traced line meets the dipole's equator comes down to
        6371.2 km; the same all along a line. NaN where there is no such point above the place.
    mlon : float or array, deg
        Longitude of that point about the centred dipole, -180 to 180.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    The definition of Shepherd 2014 (AACGM-v2), traced. It leaves a belt about the magnetic equator without
    coordinates, where the published coefficients of AACGM-v2 interpolate; elsewhere they differ from traced lines by
    a few hundredths of a degree.

    Examples
    --------
    >>> place = aacgm("2010-01-01", 69.66, 18.94, 110.0)
    >>> print(f"{place.mlat:.2f} {place.mlon:.2f}")
    66.85 102.19
    """
    rows = _rows(time, latitude, longitude, altitude)
    pole, first, second = _dipole_frame(rows.year)
    x, y, z = _cartesian(rows.values)
    result = np.empty((rows.year.size, 4))
    _run("trace_to_equator", rows.year, pole, x, y, z, _TOLERANCE, result)
    distance = np.sqrt(np.sum(result[:, :3] ** 2, axis=1))
    mlat = result[:, 3] * np.degrees(np.arctan(np.sqrt(distance - 1.0)))
    mlon = np.degrees(np.arctan2(np.sum(result[:, :3] * second, axis=1), np.sum(result[:, :3] * first, axis=1)))
    return MagneticPosition(mlat.reshape(rows.shape)[()], (mlon + 0.0 * mlat).reshape(rows.shape)[()])


@model(cite=_APEX, compiled=True)
def quasi_dipole_to_geodetic(time: utc, mlat: deg, mlon: deg, altitude: km) -> GeodeticPlace:
    """Geodetic latitude and longitude of a place given in quasi-dipole coordinates.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    mlat : float or array, deg
        Quasi-dipole latitude.
    mlon : float or array, deg
        Quasi-dipole longitude.
    altitude : float or array, km
        Height of the place above the ellipsoid.

    Returns
    -------
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, -180 to 180.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    Nothing is iterated over lines: the coordinates say how high the apex is and on which meridian of the dipole; where
    the field is horizontal there is the apex, and from it one line is traced down.

    Examples
    --------
    >>> place = quasi_dipole_to_geodetic("2010-01-01", 66.6, 102.4, 110.0)
    >>> print(f"{place.latitude:.2f} {place.longitude:.2f}")
    69.63 19.21
    """
    return _from_magnetic(time, mlat, mlon, altitude, None)


@model(cite=_APEX, compiled=True)
def modified_apex_to_geodetic(
    time: utc, mlat: deg, mlon: deg, altitude: km, reference_height: km = 110.0
) -> GeodeticPlace:
    """Geodetic latitude and longitude of a place given in modified apex coordinates.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    mlat : float or array, deg
        Modified apex latitude.
    mlon : float or array, deg
        Apex longitude.
    altitude : float or array, km
        Height of the place above the ellipsoid.
    reference_height : float or array, km
        Reference height of the latitude.

    Returns
    -------
    latitude : float or array, deg
        Geodetic latitude (WGS84); NaN where the line does not reach the height.
    longitude : float or array, deg
        Longitude, -180 to 180.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Examples
    --------
    >>> place = modified_apex_to_geodetic("2010-01-01", 66.6, 102.4, 110.0)
    >>> print(f"{place.latitude:.2f} {place.longitude:.2f}")
    69.63 19.21
    """
    return _from_magnetic(time, mlat, mlon, altitude, reference_height)


@model(cite=_AACGM, compiled=True)
def aacgm_to_geodetic(time: utc, mlat: deg, mlon: deg, altitude: km) -> GeodeticPlace:
    """Geodetic latitude and longitude of a place given in corrected geomagnetic coordinates.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    mlat : float or array, deg
        AACGM latitude.
    mlon : float or array, deg
        AACGM longitude.
    altitude : float or array, km
        Height of the place above the ellipsoid.

    Returns
    -------
    latitude : float or array, deg
        Geodetic latitude (WGS84); NaN where the line does not reach the height.
    longitude : float or array, deg
        Longitude, -180 to 180.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Examples
    --------
    >>> place = aacgm_to_geodetic("2010-01-01", 66.85, 102.2, 110.0)
    >>> print(f"{place.latitude:.2f} {place.longitude:.2f}")
    69.66 18.95
    """
    rows = _rows(time, mlat, mlon, altitude)
    lat, lon, height = rows.values
    _, first, second = _dipole_frame(rows.year)
    distance = np.minimum(1.0 / np.cos(np.radians(lat)) ** 2, _HIGHEST)
    place = distance[:, None] * (np.cos(np.radians(lon))[:, None] * first + np.sin(np.radians(lon))[:, None] * second)
    return _come_down(rows, place, np.where(lat < 0.0, -1.0, 1.0) + 0.0 * lat, height)


@model(cite=_REVIEW, compiled=True)
def map_to_height(time: utc, latitude: deg, longitude: deg, altitude: km, target_altitude: km = 110.0) -> GeodeticPlace:
    """Place at another height on the same field line, in the same hemisphere.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.
    target_altitude : float or array, km
        Height of the place sought.

    Returns
    -------
    latitude : float or array, deg
        Geodetic latitude; NaN where the line does not reach the height.
    longitude : float or array, deg
        Longitude, -180 to 180.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    In IGRF-14 alone; in a field with external currents see :mod:`sunearth.geomagnetism.tracing`.

    Examples
    --------
    >>> foot = map_to_height("2010-01-01", 60.0, 20.0, 800.0, 110.0)
    >>> print(f"{foot.latitude:.2f} {foot.longitude:.2f}")
    61.74 20.27
    """
    apex = _traced(time, latitude, longitude, altitude, target_altitude)
    return _come_down(apex.rows, apex.place, apex.side, apex.rows.values[3])


@model(cite=_REVIEW, compiled=True)
def conjugate_point(
    time: utc, latitude: deg, longitude: deg, altitude: km, target_altitude: km | None = None
) -> GeodeticPlace:
    """Place in the other hemisphere on the same line of the main field.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.
    target_altitude : float or array, km, optional
        Height of the place sought; by default that of the place given.

    Returns
    -------
    latitude : float or array, deg
        Geodetic latitude; NaN where the line does not reach the height.
    longitude : float or array, deg
        Longitude, -180 to 180.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Examples
    --------
    >>> place = conjugate_point("2010-01-01", 69.66, 18.94, 110.0)
    >>> print(f"{place.latitude:.2f} {place.longitude:.2f}")
    -61.67 63.24
    """
    apex = _traced(time, latitude, longitude, altitude, altitude if target_altitude is None else target_altitude)
    return _come_down(apex.rows, apex.place, -apex.side, apex.rows.values[3])


def base_vectors(
    time: Any, latitude: Any, longitude: Any, altitude: Any, reference_height: float = 110.0
) -> BaseVectors:
    """Base vectors of quasi-dipole and modified apex coordinates at a place.

    Parameters
    ----------
    time : datetime64, str or array
        Time in UTC, 1900 to 2030.
    latitude, longitude : float or array, deg
        Geodetic place.
    altitude : float or array, km
        Height above the ellipsoid.
    reference_height : float, km
        Reference height of the modified apex coordinates.

    Returns
    -------
    BaseVectors
        `f1` to `f3`, `g1` to `g3`, `d1` to `d3` and `e1` to `e3`, each with a last axis (east, north, up). `d`, `e`,
        `g` and `f3` are NaN where the apex lies below the reference height.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    The definitions are those of Richmond 1995, doi:10.5636/jgg.47.191; g and f3 are his equations 6.3 to 6.8. The
    gradients of the quasi-dipole coordinates are central differences over 5 km each way of traced coordinates, good to
    about 1e-5. `d` and `e` are reciprocal: d_i . e_k is 1 where i = k, else 0; so are `f` and `g`. `g2` is taken from
    the gradient of latitude, so that it exists at the equator.

    Examples
    --------
    >>> vectors = base_vectors("2010-01-01", 69.66, 18.94, 300.0)
    >>> print(round(float(vectors.d1 @ vectors.e1), 6), round(float(vectors.d1 @ vectors.e2), 6))
    1.0 0.0
    """
    rows = _rows(time, latitude, longitude, altitude)
    lat, lon, height = rows.values
    vectors = _vectors(rows.year, lat, lon, height, float(reference_height))
    return BaseVectors(*(vector.reshape((*rows.shape, 3)) for vector in vectors))


@model(cite=_APEX, compiled=True)
def map_electric_field(
    time: utc,
    latitude: deg,
    longitude: deg,
    altitude: km,
    e_east: mV_m,
    e_north: mV_m,
    e_up: mV_m,
    target_altitude: km = 110.0,
) -> ElectricField:
    """Electric field at another height of the same field line, in the same hemisphere.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.
    e_east : float or array, mV/m
        Electric field to the east at the place.
    e_north : float or array, mV/m
        Electric field to the north.
    e_up : float or array, mV/m
        Electric field upward.
    target_altitude : float or array, km
        Height to which it is mapped.

    Returns
    -------
    e_east : float or array, mV/m
        Electric field to the east where the line passes the other height.
    e_north : float or array, mV/m
        Electric field to the north there.
    e_up : float or array, mV/m
        Electric field upward there.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    Where lines are equipotentials, E = E_1 d1 + E_2 d2 with E_1 and E_2 the same
    all along a line. What the field has along the magnetic field does not map and is dropped.

    Examples
    --------
    >>> mapped = map_electric_field("2010-01-01", 60.0, 20.0, 800.0, 10.0, 0.0, 0.0)
    >>> print(f"{mapped.e_east:.2f} {mapped.e_north:.2f} {mapped.e_up:.2f}")
    11.42 -0.09 0.30
    """
    rows = _rows(time, latitude, longitude, altitude, target_altitude, e_east, e_north, e_up)
    vector, shape = _mapped(rows, ("e1", "e2"), ("d1", "d2")), rows.shape
    return ElectricField(*(component.reshape(shape)[()] for component in vector.T))


@model(cite=_APEX, compiled=True)
def map_drift(
    time: utc,
    latitude: deg,
    longitude: deg,
    altitude: km,
    v_east: km_s,
    v_north: km_s,
    v_up: km_s,
    target_altitude: km = 110.0,
) -> Drift:
    """Electric drift at another height of the same field line, in the same hemisphere.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.
    v_east : float or array, km/s
        Drift to the east at the place.
    v_north : float or array, km/s
        Drift to the north.
    v_up : float or array, km/s
        Drift upward.
    target_altitude : float or array, km
        Height to which it is mapped.

    Returns
    -------
    v_east : float or array, km/s
        Drift to the east where the line passes the other height.
    v_north : float or array, km/s
        Drift to the north there.
    v_up : float or array, km/s
        Drift upward there.

    Warns
    -----
    UserWarning
        If a time lies outside the main field: its start is held, and its last change goes on for five years.

    Notes
    -----
    The drift E x B/B^2 is v_1 e1 + v_2 e2 with v_1 and v_2 the same all along a line. What
    the drift has along the magnetic field does not map and is dropped.

    Examples
    --------
    >>> mapped = map_drift("2010-01-01", 60.0, 20.0, 800.0, 0.0, 1.0, 0.0)
    >>> print(f"{mapped.v_north:.2f} {mapped.v_up:.2f}")
    0.78 0.22
    """
    rows = _rows(time, latitude, longitude, altitude, target_altitude, v_east, v_north, v_up)
    vector, shape = _mapped(rows, ("d1", "d2"), ("e1", "e2")), rows.shape
    return Drift(*(component.reshape(shape)[()] for component in vector.T))


class _Rows(NamedTuple):
    """Inputs brought to one shape and flattened."""

    year: Floats
    values: list[Floats]
    shape: tuple[int, ...]


class _Apexes(NamedTuple):
    """Apexes of lines: positions in R_E and hemispheres, flat like the inputs; the rest in the shape of the inputs."""

    rows: _Rows
    place: Floats
    side: Floats
    height: Any
    altitude: Any
    extra: Any


def _rows(time: Any, *values: Any) -> _Rows:
    year = decimal_year(to_datetime64(time))
    year = np.where(np.isnat(to_datetime64(time)), np.nan, igrf14().within(year))
    shape = np.broadcast_shapes(year.shape, *(np.shape(value) for value in values))
    flat = [np.array(np.broadcast_to(np.asarray(a, float), shape)).ravel() for a in (year, *values)]
    return _Rows(flat[0], flat[1:], shape)


def _traced(time: Any, latitude: Any, longitude: Any, altitude: Any, *extra: Any) -> _Apexes:
    """Trace lines to their apex; `extra` is one more input that broadcasts with the place."""
    rows = _rows(time, latitude, longitude, altitude, *extra)
    lat, lon, height_above = rows.values[:3]
    result = _apexes(rows.year, lat, lon, height_above, _TOLERANCE)
    for value in rows.values:
        result[np.isnan(value)] = np.nan
    height, given = result[:, 3].reshape(rows.shape)[()] * _UNIT, [v.reshape(rows.shape)[()] for v in rows.values]
    return _Apexes(rows, result[:, :3], result[:, 4], height, given[2], given[3] if extra else None)


def _apexes(year: Floats, latitude: Floats, longitude: Floats, altitude: Floats, tolerance: float) -> Floats:
    """Rows of position (R_E), height (R_E) and hemisphere of apexes."""
    result = np.empty((year.size, 5))
    _run("trace_to_apex", year, *_cartesian([latitude, longitude, altitude]), tolerance, result)
    return result


def _latitude(apex: _Apexes, rise: Any, height: Any) -> Any:
    """Latitude at a height below the apex from the tangent: exact at the equator."""
    side = apex.side.reshape(apex.rows.shape)[()]
    return side * np.degrees(np.arctan(np.sqrt(rise / (MEAN_RADIUS + height))))


def _dipole_longitude(apex: _Apexes) -> Any:
    _, first, second = _dipole_frame(apex.rows.year)
    along, across = np.sum(apex.place * first, axis=1), np.sum(apex.place * second, axis=1)
    return np.degrees(np.arctan2(across, along)).reshape(apex.rows.shape)[()]


def _from_magnetic(time: Any, mlat: Any, mlon: Any, altitude: Any, reference_height: Any) -> GeodeticPlace:
    rows = _rows(time, mlat, mlon, altitude, altitude if reference_height is None else reference_height)
    lat, lon, height, reference = rows.values
    pole, first, second = _dipole_frame(rows.year)
    turn = np.radians(lon)[:, None]
    above = np.minimum((MEAN_RADIUS + reference) * np.tan(np.radians(lat)) ** 2 + reference, _HIGHEST * _UNIT)
    # a line of latitude zero at the height itself: rounding must not put its apex below
    above = np.where(np.abs(above - height) < 1e-6, np.maximum(above, height), above)
    place = np.empty((lat.size, 3))
    equator = np.ascontiguousarray(np.cos(turn) * first + np.sin(turn) * second)
    _run("find_apex", rows.year, pole, equator, above / _UNIT, place)
    return _come_down(rows, place, np.where(lat < 0.0, -1.0, 1.0) + 0.0 * lat, height)


def _come_down(rows: _Rows, place: Floats, side: Floats, height: Floats) -> GeodeticPlace:
    """Follow lines down from a high place to a height in a hemisphere."""
    foot = np.empty((side.size, 3))
    x, y, z = np.ascontiguousarray(place.T)
    _run("trace_to_height", rows.year, x, y, z, np.ascontiguousarray(side), height / _UNIT, _TOLERANCE, foot)
    found = cartesian_to_geodetic.spec.function(*(_UNIT * foot.T))
    return GeodeticPlace(found.latitude.reshape(rows.shape)[()], found.longitude.reshape(rows.shape)[()])


def _vectors(year: Floats, lat: Floats, lon: Floats, height: Floats, reference: float) -> BaseVectors:
    """Base vectors at places: rows of (east, north, up)."""
    x, y, z = _cartesian([lat, lon, height])
    phi, normal = np.radians(lon), np.radians(lat)
    east = np.stack([-np.sin(phi), np.cos(phi), 0.0 * phi], axis=1)
    north = np.stack([-np.sin(normal) * np.cos(phi), -np.sin(normal) * np.sin(phi), np.cos(normal)], axis=1)
    up = np.cross(east, north)
    here = np.stack([x, y, z], axis=1)
    frame = _dipole_frame(year)
    _, latitude, longitude = _quasi_dipole_direction(year, here, frame)
    step = _SPACING / _UNIT
    slope = (
        np.stack(
            [
                _quasi_dipole_direction(year, here + step * way, frame)[0]
                - _quasi_dipole_direction(year, here - step * way, frame)[0]
                for way in (east, north, up)
            ],
            axis=2,
        )
        * ((MEAN_RADIUS + height) / (2.0 * _SPACING))[:, None, None]
    )
    # (R + h) times the gradients of latitude, and of longitude times the cosine of latitude
    sine, cosine = np.sin(latitude), np.cos(latitude)
    northward = np.stack([-sine * np.cos(longitude), -sine * np.sin(longitude), cosine], axis=1)
    eastward = np.stack([-np.sin(longitude), np.cos(longitude), 0.0 * sine], axis=1)
    of_latitude = np.einsum("ia,iac->ic", northward, slope)
    of_longitude = np.einsum("ia,iac->ic", eastward, slope)
    sine, cosine = sine[:, None], cosine[:, None]
    vertical = np.broadcast_to([0.0, 0.0, 1.0], of_latitude.shape)
    level = np.array([1.0, 1.0, 0.0])
    f1 = np.cross(of_latitude * level, vertical)
    f2 = np.cross(vertical, of_longitude * level)
    ratio = ((MEAN_RADIUS + reference) / (MEAN_RADIUS + height))[:, None]
    apex_cosine2 = ratio * cosine**2
    ratio = np.where(apex_cosine2 <= 1.0, ratio, np.nan)
    d1 = ratio**1.5 * of_longitude
    d2 = -(ratio**1.5) * (cosine * vertical + 2.0 * sine * of_latitude) / np.sqrt(4.0 - 3.0 * apex_cosine2)
    e3 = np.cross(d1, d2)
    d3 = e3 / np.sum(e3**2, axis=1, keepdims=True)
    e1, e2 = np.cross(d2, d3), np.cross(d3, d1)
    area = np.cross(f1, f2)[:, 2:]
    g1 = d1 / ratio**1.5 / area
    g2 = of_latitude / area
    g3 = area * vertical + 0.0 * ratio
    f3 = np.cross(g1, g2)
    return BaseVectors(f1, f2, f3, g1, g2 + 0.0 * ratio, g3, d1, d2, d3, e1, e2, e3)


def _quasi_dipole_direction(
    year: Floats, place: Floats, frame: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    """Unit vector with the quasi-dipole latitude and longitude of places, which is smooth everywhere; and these."""
    result = np.empty((year.size, 5))
    x, y, z = np.ascontiguousarray(place.T)
    _run("trace_to_apex", year, x, y, z, _FINE_TOLERANCE, result)
    _, first, second = frame
    height = cartesian_to_geodetic.spec.function(*(_UNIT * place.T)).altitude
    rise = np.maximum(result[:, 3] * _UNIT - height, 0.0)
    latitude = result[:, 4] * np.arctan(np.sqrt(rise / (MEAN_RADIUS + height)))
    longitude = np.arctan2(np.sum(result[:, :3] * second, axis=1), np.sum(result[:, :3] * first, axis=1))
    across = np.cos(latitude)
    unit = np.stack([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)], axis=1)
    return unit, latitude, longitude


def _mapped(rows: _Rows, reading: tuple[str, str], writing: tuple[str, str]) -> Floats:
    """Carry a vector square to the field along lines: two of its components are the same all along a line."""
    lat, lon, height, target, *vector = rows.values
    flat = _Rows(rows.year, [lat, lon, height], rows.year.shape)
    apex = _apexes(rows.year, lat, lon, height, _TOLERANCE)
    foot = _come_down(flat, apex[:, :3], apex[:, 4], target)
    # the reference height does not matter to what is mapped: take one that every apex lies above
    reference = -0.5 * MEAN_RADIUS
    here = _vectors(rows.year, lat, lon, height, reference)
    there = _vectors(rows.year, np.asarray(foot.latitude), np.asarray(foot.longitude), target, reference)
    given = np.stack(vector, axis=1)
    first, second = (np.sum(given * getattr(here, name), axis=1, keepdims=True) for name in reading)
    return np.asarray(first * getattr(there, writing[0]) + second * getattr(there, writing[1]))


def _cartesian(place: list[Floats]) -> tuple[Floats, Floats, Floats]:
    latitude, longitude, altitude = place
    altitude = np.where(altitude > _DEEPEST, altitude, np.nan)
    x, y, z = geodetic_to_cartesian.spec.function(latitude, longitude, altitude)
    return x / _UNIT, y / _UNIT, z / _UNIT


def _dipole_frame(year: Floats) -> tuple[Floats, Floats, Floats]:
    """Directions of the dipole's northern pole, and of longitudes 0 and 90 degrees on its equator."""
    field = igrf14()
    epoch = np.clip(np.searchsorted(field.epochs, year, side="right") - 1, 0, field.epochs.size - 2)
    weight = (year - field.epochs[epoch]) / (field.epochs[epoch + 1] - field.epochs[epoch])
    table = -np.stack([field.g[:, 1, 1], field.h[:, 1, 1], field.g[:, 1, 0]], axis=1)
    pole = table[epoch] + weight[:, None] * (table[epoch + 1] - table[epoch])
    pole /= np.sqrt(np.sum(pole**2, axis=1, keepdims=True))
    second = np.stack([-pole[:, 1], pole[:, 0], 0.0 * year], axis=1)
    second /= np.sqrt(np.sum(second**2, axis=1, keepdims=True))
    return pole, np.cross(second, pole), second


@functools.cache
def _records() -> tuple[Floats, Floats]:
    """Epochs of the main field and its record at each."""
    from ._field_kernels import HEADER, prepare_main_field

    field = igrf14()
    pairs = zip(field.g, field.h, strict=True)
    records = np.array([prepare_main_field(packed(g, h), field.degree, np.eye(3), 1.0) for g, h in pairs])
    degree = np.arange(field.degree + 1)
    strength = np.sqrt((degree + 1) * np.sum(field.g**2 + field.h**2, axis=2))
    weak = 2.0 * strength[:, 2:] / (_NEGLIGIBLE * strength[:, 1:2])
    reach = weak ** (1.0 / (degree[2:] - 1))
    # no degree goes before the ones above it
    records[:, HEADER + 2 : HEADER + field.degree + 1] = np.maximum.accumulate(reach[:, ::-1], axis=1)[:, ::-1]
    return field.epochs, records


def _run(name: str, year: Floats, *rest: Any) -> None:
    """Run one of the compiled traces on all processors."""
    from sunearth.numerics.threads import spread

    from . import _apex_kernels
    from ._field_kernels import main_field, no_field

    epochs, records = _records()
    kernel: Callable[..., None] = getattr(_apex_kernels, name)
    parts = (main_field, records[0], no_field, np.zeros(1), epochs, records, year, *rest)
    spread(lambda start, stop: kernel(*parts, start, stop), year.size, chunk=max(50, -(-year.size // 32)))
