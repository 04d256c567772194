"""Where the Sun and the dipole point at a time, and the frames built on them: vectors and places turned between them.

Good to about an arcsecond for times in UTC: see :func:`transform` for what each frame is and how well it is known.
"""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core import quantities
from sunearth.core.arrays import is_foreign, namespace
from sunearth.core.constants import ELLIPSOID_EQUATOR, ELLIPSOID_POLE, IGRF14_DIPOLE, IGRF14_DIPOLE_EPOCHS
from sunearth.core.errors import InputError, UnitError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.time import decimal_year, to_datetime64
from sunearth.core.units import conversion_factor, deg, dimensionless, h, km, parse_unit, rad, utc

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

FRAMES = ("GEI", "GEO", "MAG", "GSE", "GSM", "SM", "GSW", "MOD", "J2000", "GSE2000")
"""The frames of reference that vectors can be turned between."""

_OTHER_NAMES = {
    "TOD": "GEI",
    "GEI_TOD": "GEI",
    "ECITOD": "GEI",
    "ECIMOD": "MOD",
    "GEI_MOD": "MOD",
    "GEI2000": "J2000",
    "ECI2000": "J2000",
    "EME2000": "J2000",
    "CDMAG": "MAG",
    "WGS84": "GEO",
    "ECEF": "GEO",
}
_SUNWARD = frozenset({"GSE", "GSM", "GSE2000"})
"""Frames that share the x axis."""
_WITH_DIPOLE = frozenset({"MAG", "GSM", "SM", "GSW"})

_ALMANAC = "Meeus 1998, Astronomical Algorithms, Willmann-Bell, ISBN 0-943396-61-1"
_SIDEREAL = "Capitaine et al. 2003, Astron. Astrophys. 412, 567, doi:10.1051/0004-6361:20031539"
_FRAMES = "Hapgood 1992, Planet. Space Sci. 40, 711, doi:10.1016/0032-0633(92)90012-D"
_IGRF = "IAGA Division V 2024, IGRF-14, doi:10.5281/zenodo.14012302"
_ELLIPSOID = "NGA 2014, World Geodetic System 1984, NGA.STND.0036_1.0.0"

_FLATTENING = 1.0 - ELLIPSOID_POLE / ELLIPSOID_EQUATOR
_ECCENTRICITY2 = _FLATTENING * (2.0 - _FLATTENING)

# Seconds of atomic time ahead of UTC from the start of each of these days on (IERS Bulletin C).
_LEAP_DAYS = np.array(
    [
        *("1972-01-01", "1972-07-01", "1973-01-01", "1974-01-01", "1975-01-01", "1976-01-01", "1977-01-01"),
        *("1978-01-01", "1979-01-01", "1980-01-01", "1981-07-01", "1982-07-01", "1983-07-01", "1985-07-01"),
        *("1988-01-01", "1990-01-01", "1991-01-01", "1992-07-01", "1993-07-01", "1994-07-01", "1996-01-01"),
        *("1997-07-01", "1999-01-01", "2006-01-01", "2009-01-01", "2012-07-01", "2015-07-01", "2017-01-01"),
    ],
    "datetime64[D]",
)
_LEAP_SECONDS = np.arange(10.0, 10.0 + _LEAP_DAYS.size)
# Terrestrial minus universal time in seconds before there were leap seconds (The Astronomical Almanac, section K).
_EARLY_YEARS = np.array(
    ["1900", "1910", "1920", "1930", "1940", "1950", "1960", "1965", "1970", "1972"], "datetime64[D]"
)
_EARLY_SECONDS = np.array([-2.72, 10.46, 21.16, 24.02, 24.33, 29.15, 33.15, 35.73, 40.18, 42.18])


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


class GeodeticPosition(NamedTuple):
    """A place above the ellipsoid of the Earth."""

    latitude: deg
    longitude: deg
    altitude: km


class GeocentricPosition(NamedTuple):
    """A geodetic place seen from the centre of the Earth."""

    radius: km
    latitude: deg
    vertical: deg


class GeodeticHeight(NamedTuple):
    """Where a place of a meridian lies above the ellipsoid of the Earth."""

    latitude: deg
    altitude: km


class CartesianPosition(NamedTuple):
    """A place in axes fixed to the Earth."""

    x: km
    y: km
    z: km


@model(cite=_ALMANAC)
def sun_position(time: utc, equinox: str = "mean") -> SunPosition:
    """Apparent position of the Sun for the equinox of date.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    equinox : str, optional
        ``"mean"`` leaves nutation out, as the ecliptic frames of space physics do; ``"true"`` has it. Go with the same
        choice in :func:`greenwich_sidereal_time`.

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
    The shortened VSOP87 series of Meeus' chapter 25 with aberration; the Sun's latitude, at most 1.2 arcsec, is left
    out, so that it lies in the ecliptic as the frames suppose. Within 2 arcsec of the JPL ephemerides from 1900 to
    2050.

    Examples
    --------
    >>> position = sun_position("2015-06-21T16:38")
    >>> float(np.degrees(position.declination).round(4))
    23.4373
    """
    frame = _equinox_frame(equinox)
    x, y, z = _turn(time, (1.0, 0.0, 0.0), "GSE", frame)
    _, pole_y, pole_z = _turn(time, (0.0, 0.0, 1.0), "GSE", frame)
    obliquity = np.arctan2(-pole_y, pole_z)
    longitude = np.arctan2(y * np.cos(obliquity) + z * np.sin(obliquity), x) % (2 * np.pi)
    return SunPosition(longitude, obliquity, np.arctan2(y, x) % (2 * np.pi), np.arctan2(z, np.hypot(x, y)))


@model(cite=_SIDEREAL)
def greenwich_sidereal_time(time: utc, equinox: str = "mean") -> rad:
    """Sidereal time at Greenwich.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, taken for UT1 (they differ by less than 0.9 s, or 0.004 degrees).
    equinox : str, optional
        ``"mean"`` counts from the mean equinox of date, ``"true"`` from the true one.

    Returns
    -------
    theta : float or array, rad
        Angle from the equinox of date to the meridian of Greenwich, 0 to 2 pi.

    Examples
    --------
    >>> float(np.degrees(greenwich_sidereal_time("2000-01-01T12:00")).round(3))
    280.461
    """
    from ._frame_kernels import sidereal_angles

    apparent = _equinox_frame(equinox) == "GEI"
    nanoseconds, shape = _nanoseconds(time)
    angles = np.empty(nanoseconds.size)
    sidereal_angles(*_almanac(nanoseconds), nanoseconds, apparent, angles)
    return angles.reshape(shape)[()]


def _equinox_frame(equinox: str) -> str:
    """Return the equatorial frame that an equinox belongs to."""
    if equinox not in ("mean", "true"):
        raise UnknownNameError("equinox", str(equinox), ("mean", "true"))
    return "GEI" if equinox == "true" else "MOD"


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
    _warn_outside(year)
    x, y, z = (-np.interp(year, IGRF14_DIPOLE_EPOCHS, IGRF14_DIPOLE[:, column]) for column in (1, 2, 0))
    strength = np.sqrt(x**2 + y**2 + z**2)
    return DipoleAxis(x / strength, y / strength, z / strength)


def _warn_outside(years: Any) -> None:
    """Say that the dipole is held beyond the years of its model."""
    if np.any((years < IGRF14_DIPOLE_EPOCHS[0]) | (years > IGRF14_DIPOLE_EPOCHS[-1])):
        warnings.warn("the dipole is known from 1900 to 2030; it is held outside", UserWarning, stacklevel=4)


def _dipole_in_gse(time: Any) -> tuple[Any, Any, Any]:
    """Return the dipole's northern pole in GSE."""
    return _turn(time, (0.0, 0.0, 1.0), "MAG", "GSE")


@model(cite=_FRAMES)
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


@model(cite=_FRAMES)
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


def transform(
    time: Any,
    x: Any,
    y: Any,
    z: Any,
    source: str = "GSE",
    target: str = "GSM",
    velocity: tuple[Any, Any, Any] | None = None,
    *,
    ut1_utc: Any = 0.0,
) -> tuple[Any, Any, Any]:
    """Turn the components of a vector or a place from one geocentric frame to another.

    Parameters
    ----------
    time : datetime64, str or array
        Time in UTC, of a shape that broadcasts with the components: one time for many points, many times for one
        point, or a time for each.
    x, y, z : float, array, DataArray or Quantity
        Components in the source frame, of any unit.
    source, target : str
        Names of frames, one of ``FRAMES``; the usual other names (TOD, GEI2000, ECI2000, CDMAG ...) are understood.
    velocity : tuple of three, optional
        Velocity of the solar wind as seen from the Earth, in GSE and in km/s; GSW needs it. Only its direction counts.
    ut1_utc : float or array, optional
        UT1 minus UTC in seconds, as the IERS publishes it.

    Returns
    -------
    x, y, z : the kind that came in
        Components in the target frame, in the unit of `x`.

    Raises
    ------
    UnknownNameError
        If there is no such frame.
    InputError
        If GSW is asked for without a velocity, or shapes do not fit.

    Warns
    -----
    UserWarning
        If a frame needs the dipole outside 1900 to 2030: that of the nearest end is held.

    Notes
    -----
    All frames are right-handed, share the centre of the Earth, and are turned, not moved: the components of a velocity
    are turned as they are, without the rotation of the frame itself.

    - GEI: x to the true equinox of date, z along the axis of rotation. MOD: the same for the mean equator and equinox
      of date. J2000: for those of J2000 (the frame bias of 0.02 arcsec to the ICRS is left out).
    - GEO: x to the meridian of Greenwich, z along the axis of rotation (polar motion, below 0.6 arcsec, is left out).
    - MAG: z along the centred dipole to the north; the x-z plane holds the axis of rotation, x southward of it.
    - GSE: x to the apparent Sun, z to the pole of the ecliptic of date. GSE2000: z to that of J2000.
    - GSM: x to the Sun, the x-z plane holds the dipole. SM: z along the dipole, the x-z plane holds the Sun.
    - GSW: as GSM, with x against the solar wind. Archives such as OMNI have taken the motion of the Earth out of the
      velocity: add 29.8 km/s to its y component for the wind as it is met.

    How well they are known, by comparison with the routines of the IAU from 1900 to 2030: J2000, MOD and GEI to 0.05
    arcsec of one another; GEO in GEI to 0.05 arcsec and polar motion where `ut1_utc` is given, else to 13 arcsec, as
    UTC is taken for UT1; the Sun, and with it GSE, to 1.5 arcsec; MAG as well as the reference field is, and GSM and SM
    by both.

    Other codes have other conventions. geopack leaves nutation out (up to 17 arcsec in GEI), has a two-term Sun (up to
    36 arcsec), calls its GSW by the name of GSM in older versions, and builds SM on the same x axis. LANLGeoMag points
    x at the true place of the Sun, 20.5 arcsec ahead of the apparent one that geopack and Hapgood use, as is done here.
    Another generation of the reference field can move the dipole by 150 arcsec in the years that it had to predict.

    Examples
    --------
    >>> x, y, z = transform("2015-03-17T06:00", 0.0, 0.0, -10.0, "GSE", "GSM")
    >>> print(f"{y:.2f} {z:.2f}")
    3.55 -9.35
    >>> hours = np.datetime64("2015-03-17") + np.arange(3) * np.timedelta64(8, "h")
    >>> transform(hours, 6.6, 0.0, 0.0, "GEO", "GSM")[0].round(2)
    array([-6.59,  3.09,  3.51])
    """
    source, target = known_frame(source), known_frame(target)
    components, wind = (x, y, z), _wind(velocity, source, target)
    if any(quantities.is_dask(value) or _is_labelled(value) for value in (time, *components, *wind)):
        return _turn_labelled(time, components, source, target, wind, ut1_utc)
    if any(quantities.has_unit(value) for value in components):
        return _turn_quantities(time, components, source, target, wind, ut1_utc)
    if any(is_foreign(value) for value in components):
        matrix = rotation_matrix(time, source, target, wind or None, ut1_utc=ut1_utc)
        turned = (sum(matrix[..., i, j] * components[j] for j in range(3)) for i in range(3))
        return tuple(turned)
    return _turn(time, components, source, target, wind, ut1_utc)


def known_frame(name: str) -> str:
    """Return the name that a frame has here.

    Parameters
    ----------
    name : str
        Any usual name of a frame, in capitals or not.

    Returns
    -------
    str
        One of ``FRAMES``.

    Raises
    ------
    UnknownNameError
        If there is no such frame.

    Examples
    --------
    >>> known_frame("gei2000")
    'J2000'
    """
    capitals = str(name).strip().upper()
    capitals = _OTHER_NAMES.get(capitals, capitals)
    if capitals not in FRAMES:
        raise UnknownNameError("frame", str(name), (*FRAMES, *_OTHER_NAMES), f"Frames are {', '.join(FRAMES)}.")
    return capitals


def rotation_matrix(
    time: Any, source: str, target: str, velocity: tuple[Any, Any, Any] | None = None, *, ut1_utc: Any = 0.0
) -> Floats:
    """Return the matrix that turns components from one geocentric frame to another.

    Parameters
    ----------
    time : datetime64, str or array
        Time in UTC, of any shape.
    source, target : str
        Names of frames, as for :func:`transform`.
    velocity : tuple of three, optional
        Velocity of the solar wind in GSE, for GSW; broadcasts with the time.
    ut1_utc : float or array, optional
        UT1 minus UTC in seconds.

    Returns
    -------
    array of shape (..., 3, 3)
        Rows are the axes of the target in the source frame; NaN where there is no time.

    Examples
    --------
    >>> matrix = rotation_matrix("2015-03-17T06:00", "GSE", "GSM")
    >>> print((matrix @ [0.0, 0.0, -10.0])[1:].round(2))
    [ 3.55 -9.35]
    """
    from sunearth.numerics.threads import spread

    from ._frame_kernels import rotations

    source, target = known_frame(source), known_frame(target)
    wind = [np.asarray(v) for v in _wind(velocity, source, target)]
    moments = np.asarray(to_datetime64(time))
    shape = _common_shape(moments, *wind, np.asarray(ut1_utc))
    nanoseconds, _ = _nanoseconds(np.broadcast_to(moments, shape))
    shifts, winds = _per_epoch(shape, ut1_utc, wind)
    matrices = np.empty((nanoseconds.size, 3, 3))
    almanac, codes = _almanac(nanoseconds, source, target), (FRAMES.index(source), FRAMES.index(target))
    spread(lambda a, b: rotations(*almanac, nanoseconds, shifts, winds, *codes, matrices, a, b), len(matrices), _CHUNK)
    return matrices.reshape(*shape, 3, 3)


_CHUNK = 16_384
"""Points in a chunk: a few tenths of a millisecond, well above what it costs to hand one to a thread."""


def _turn(
    time: Any,
    components: tuple[Any, Any, Any],
    source: str,
    target: str,
    wind: tuple[Any, ...] = (),
    ut1_utc: Any = 0.0,
) -> tuple[Any, Any, Any]:
    """Turn plain numbers."""
    from sunearth.numerics.threads import spread

    from ._frame_kernels import rotate

    moments = np.asarray(to_datetime64(time))
    vector = [_plain(value, name) for value, name in zip(components, "xyz", strict=True)]
    velocity = [np.asarray(v) for v in wind]
    shape = _common_shape(moments, *vector, *velocity, np.asarray(ut1_utc))
    # One epoch for all is not repeated: its rotation is computed once.
    nanoseconds, _ = _nanoseconds(moments if moments.size == 1 else np.broadcast_to(moments, shape))
    shifts, winds = _per_epoch(shape, ut1_utc, velocity)
    vectors = np.empty((3, *shape))
    for k in range(3):
        vectors[k] = vector[k]
    shared = source in _SUNWARD and target in _SUNWARD
    if shared:
        # The axis that both have: its component is passed on, and is not needed for the two others.
        vectors[0] = 0.0
    vectors = vectors.reshape(3, -1)
    rotated = np.empty_like(vectors)
    almanac, codes = _almanac(nanoseconds, source, target), (FRAMES.index(source), FRAMES.index(target))
    spread(
        lambda start, stop: rotate(*almanac, nanoseconds, shifts, winds, *codes, vectors, rotated, start, stop),
        vectors.shape[1],
        _CHUNK,
    )
    rotated = rotated.reshape(3, *shape)
    if shared:
        rotated[0] = np.where(np.isnat(moments), np.nan, vector[0])
    return rotated[0][()], rotated[1][()], rotated[2][()]


def _plain(value: Any, name: str) -> Any:
    return quantities.as_float(value, parse_unit("1"), f"transform: {name}")


def _common_shape(*arrays: Any) -> tuple[int, ...]:
    shapes = [np.shape(array) for array in arrays]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = ", ".join(map(str, shapes))
        raise InputError(
            f"transform: time, components and velocity do not broadcast: {listed}; give one shape or scalars"
        ) from None


def _per_epoch(shape: tuple[int, ...], ut1_utc: Any, wind: list[Any]) -> tuple[Floats, Floats]:
    """Return UT1 minus UTC and the velocity along flat arrays; of length one where they are the same for all."""
    shifts = np.asarray(ut1_utc, float)
    shifts = shifts.reshape(1) if shifts.size == 1 else np.broadcast_to(shifts, shape).ravel()
    if not wind:
        return shifts, np.zeros((3, 1))
    if all(v.size == 1 for v in wind):
        return shifts, np.array([v.reshape(1) for v in wind], float)
    return shifts, np.array([np.broadcast_to(v, shape).ravel() for v in wind], float)


def _wind(velocity: tuple[Any, Any, Any] | None, source: str, target: str) -> tuple[Any, ...]:
    """Return the components of the velocity where they matter, as plain or labelled numbers."""
    if "GSW" not in (source, target):
        return ()
    if velocity is None:
        raise InputError("GSW needs the velocity of the solar wind: velocity=(v_x, v_y, v_z) in GSE, in km/s")
    unit = parse_unit("km/s")
    return tuple(
        quantities.to_plain(v, unit, "transform: velocity")
        if quantities.has_unit(v)
        else v
        if _is_labelled(v)
        else quantities.as_float(v, unit, "transform: velocity")
        for v in velocity
    )


def _is_labelled(value: Any) -> bool:
    return hasattr(value, "dims") and hasattr(value, "attrs")


def _turn_quantities(
    time: Any, components: tuple[Any, ...], source: str, target: str, wind: tuple[Any, ...], ut1_utc: Any
) -> tuple[Any, Any, Any]:
    """Turn astropy's or pint's quantities, all brought to the unit of the first."""
    first = next(value for value in components if quantities.has_unit(value))
    pint = not hasattr(first, "to_value")
    unit = first.units if pint else first.unit
    plain = []
    for value, name in zip(components, "xyz", strict=True):
        if not quantities.has_unit(value):
            raise InputError(f"transform: {name} has no unit, the other components are in {unit}")
        try:
            plain.append(value.to(unit).magnitude if pint else value.to_value(unit))
        except Exception as error:  # each library has its own class for a failed conversion
            raise UnitError(f"transform: {name} cannot be brought to {unit}") from error
    turned = _turn(time, (plain[0], plain[1], plain[2]), source, target, wind, ut1_utc)
    return tuple(type(first)(value, unit) for value in turned)


def _turn_labelled(
    time: Any, components: tuple[Any, ...], source: str, target: str, wind: tuple[Any, ...], ut1_utc: Any
) -> tuple[Any, Any, Any]:
    """Turn DataArrays, lazily where they are, each keeping what it said of itself."""
    import xarray as xr

    given = (time, *components, *wind, ut1_utc)
    bare = not any(_is_labelled(value) for value in given)
    if bare:  # Dask arrays without labels
        deepest = max(np.ndim(value) for value in given)
        names = [f"dim_{i}" for i in range(deepest)]
        given = tuple(xr.DataArray(v, dims=names[deepest - np.ndim(v) :]) if np.ndim(v) else v for v in given)
    units: list[str | None] = [value.attrs.get("units") if _is_labelled(value) else None for value in given[1:4]]
    first = next((unit for unit in units if unit is not None), None)
    converted = [
        value * conversion_factor(unit, first) if unit and first and unit != first else value
        for value, unit in zip(given[1:4], units, strict=True)
    ]
    moments = given[0] if _is_labelled(given[0]) else np.asarray(to_datetime64(given[0]))
    try:
        turned = xr.apply_ufunc(
            functools.partial(_turn_by_position, source, target),
            moments,
            *converted,
            *given[4:],
            output_core_dims=[[], [], []],
            dask="parallelized",
            output_dtypes=[np.float64] * 3,
            join="exact",
            keep_attrs=False,
        )
    except (xr.AlignmentError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"transform: the inputs do not fit together: {' '.join(str(error).split())[:200]}") from error
    if bare:
        return tuple(value.data for value in turned)
    for result, value in zip(turned, given[1:4], strict=True):
        result.attrs = dict(getattr(value, "attrs", {}))
        if first is not None:
            result.attrs["units"] = first
        result.name = getattr(value, "name", None)
    return turned  # type: ignore[no-any-return]


def _turn_by_position(source: str, target: str, time: Any, x: Any, y: Any, z: Any, *rest: Any) -> Any:
    return _turn(time, (x, y, z), source, target, rest[:-1], rest[-1])


def _nanoseconds(time: Any) -> tuple[NDArray[np.int64], tuple[int, ...]]:
    """Return times as a flat array of nanoseconds since 1970, and their shape."""
    moments = np.asarray(to_datetime64(time))
    return np.ascontiguousarray(moments).reshape(-1).view(np.int64), moments.shape


def _almanac(nanoseconds: NDArray[np.int64], *frames: str) -> tuple[Floats, int]:
    """Return the almanac of the days from the first to the last time, and the day of its first row."""
    from ._frame_kernels import BLOCK, DAY, NOT_A_TIME

    first = last = 0
    if nanoseconds.size:
        first, last = int(nanoseconds.min()), int(nanoseconds.max())
        if first == NOT_A_TIME and last != NOT_A_TIME:
            first = int(nanoseconds[nanoseconds != NOT_A_TIME].min())
        if last == NOT_A_TIME:
            first = last = 0
    if not _WITH_DIPOLE.isdisjoint(frames):
        _warn_outside(decimal_year(np.array([first, last], "datetime64[ns]")))
    first_block, last_block = first // (DAY * BLOCK), last // (DAY * BLOCK)
    return _blocks(first_block, last_block), first_block * BLOCK


@functools.lru_cache(maxsize=8)
def _blocks(first: int, last: int) -> Floats:
    """Return consecutive blocks of the almanac, one below the other."""
    table = np.concatenate([_block(number) for number in range(first, last + 1)])
    table.flags.writeable = False
    return table


@functools.lru_cache(maxsize=128)
def _block(number: int) -> Floats:
    """Return the almanac of one block of days with a midnight before and two after it."""
    from ._frame_kernels import BLOCK, COLUMNS, DIPOLE, J2000_DAY, ROWS, fill_almanac

    days = np.arange(ROWS) + (number * BLOCK - 1)
    table = np.empty((ROWS, COLUMNS))
    fill_almanac(days - (J2000_DAY + 0.5) + _terrestrial_less_universal(days) / 86400.0, table)
    dates = days.astype("datetime64[D]")
    years = dates.astype("datetime64[Y]")
    start, end = years.astype("datetime64[D]"), (years + 1).astype("datetime64[D]")
    year = years.astype(int) + 1970 + (dates - start) / (end - start)
    for k, column in enumerate((1, 2, 0)):
        table[:, DIPOLE + k] = -np.interp(year, IGRF14_DIPOLE_EPOCHS, IGRF14_DIPOLE[:, column])
    return table


def _terrestrial_less_universal(days: NDArray[np.int64]) -> Floats:
    """Return terrestrial time minus UTC in seconds, at midnights counted from 1970; held beyond the tables."""
    leaps = np.searchsorted(_LEAP_DAYS.astype(np.int64), days, side="right")
    early = np.interp(days, _EARLY_YEARS.astype(np.int64), _EARLY_SECONDS)
    ahead: Floats = np.where(leaps > 0, 32.184 + _LEAP_SECONDS[np.maximum(leaps, 1) - 1], early)
    return ahead


def to_frame(dataset: xr.Dataset, target: str, velocity: tuple[Any, Any, Any] | None = None) -> xr.Dataset:
    """Return a Dataset with its vectors in the asked frame.

    Parameters
    ----------
    dataset : Dataset
        With ``attrs["frame"]``, a coordinate or variable ``time``, and vectors as variables ``x y z`` or with names
        that end in ``_x _y _z`` (``b_x``, ``v_x`` ...).
    target : str
        Name of a frame, as for :func:`transform`.
    velocity : tuple of three, optional
        Velocity of the solar wind in GSE, for GSW; by default the Dataset's own ``v_x v_y v_z``.

    Returns
    -------
    Dataset
        Vectors turned, ``attrs["frame"]`` the target; all else untouched.

    Raises
    ------
    InputError
        If the frame, the time, a component of a vector or the velocity is missing.
    UnknownNameError
        If there is no such frame.

    Notes
    -----
    Between frames that share the x axis (GSE, GSM, GSE2000) only the two other components are needed.

    Examples
    --------
    >>> import xarray as xr
    >>> time = np.array(["2015-03-17T06:00"], "datetime64[ns]")
    >>> wind = xr.Dataset({"b_y": ("time", [0.0]), "b_z": ("time", [-10.0])}, {"time": time}, {"frame": "GSE"})
    >>> turned = to_frame(wind, "GSM")
    >>> turned.attrs["frame"], float(turned["b_z"][0].round(2))
    ('GSM', -9.35)
    """
    target = known_frame(target)
    stated = dataset.attrs.get("frame")
    if not stated:
        raise InputError('the Dataset does not say its frame; set dataset.attrs["frame"], such as "GSE"')
    source = known_frame(str(stated))
    if source == target:
        return dataset.assign_attrs(frame=target)
    if "time" not in dataset.variables:
        raise InputError('the Dataset has no "time": frames cannot be turned without it')
    if velocity is None and "GSW" in (source, target):
        velocity = _own_velocity(dataset, source)
    turned = dataset.copy()
    shared = source in _SUNWARD and target in _SUNWARD
    for names in _vectors(dataset):
        missing = [name for name in names if name not in dataset.variables]
        if shared and missing in ([names[1], names[2]], [names[0]], []):
            if len(missing) == 2:
                continue
        elif missing:
            have = ", ".join(name for name in names if name not in missing)
            raise InputError(
                f"the Dataset has {have} but no {', '.join(missing)}: {source} cannot be turned to {target}"
            )
        for name in names:
            if name in dataset.dims:
                raise InputError(f"{name} is a dimension of the Dataset: a grid along it cannot be turned to {target}")
        x, y, z = (dataset[name] if name in dataset.variables else 0.0 for name in names)
        results = transform(dataset["time"], x, y, z, source, target, velocity)
        for name, result in zip(names, results, strict=True):
            if name in dataset.variables:
                before = dataset[name]
                values = result.transpose(*before.dims, ...)
                values.attrs = dict(before.attrs) | ({"frame": target} if "frame" in before.attrs else {})
                turned[name] = values
    return turned.assign_attrs(frame=target)


def _vectors(dataset: xr.Dataset) -> list[tuple[str, str, str]]:
    """Return the names of the components of every vector that a Dataset holds, whole or in part."""
    found: dict[str, None] = {}
    for name in map(str, dataset.variables):
        if name in ("x", "y", "z"):
            found[""] = None
        elif name.endswith(("_x", "_y", "_z")):
            found[name[:-1]] = None
    return [(f"{prefix}x", f"{prefix}y", f"{prefix}z") for prefix in found]


def _own_velocity(dataset: xr.Dataset, source: str) -> tuple[Any, Any, Any]:
    """Return the velocity of a Dataset in GSE."""
    names = ("v_x", "v_y", "v_z")
    missing = [name for name in names if name not in dataset.variables]
    if missing:
        raise InputError(f"GSW needs the velocity of the solar wind; the Dataset has no {', '.join(missing)}")
    if source == "GSW":
        raise InputError("give the velocity of the solar wind in GSE to turn a Dataset from GSW")
    v_x, v_y, v_z = (dataset[name] for name in names)
    return transform(dataset["time"], v_x, v_y, v_z, source, "GSE")


def to_vdh(
    time: Any, x: Any, y: Any, z: Any, b_x: Any, b_y: Any, b_z: Any, source: str = "GSM"
) -> tuple[Any, Any, Any]:
    """Components of a vector along the local vertical, the dipole's east and the dipole axis.

    Parameters
    ----------
    time : datetime64, str or array
        Time in UTC.
    x, y, z : float or array
        Where the vector is, of any unit.
    b_x, b_y, b_z : float or array
        The vector.
    source : str, optional
        Frame of place and vector.

    Returns
    -------
    v, d, h : float or array
        V points outward, square to the dipole axis and in the dipole meridian of the place; D points east; H points
        along the dipole axis to the north. NaN on the axis itself, where there is no east.

    Notes
    -----
    V, D and H in this order are right-handed. V is the radial direction at the dipole equator only.

    Examples
    --------
    >>> v, d, h = to_vdh("2015-03-17T06:00", 6.6, 0.0, 0.0, 0.0, 0.0, 100.0, source="SM")
    >>> print(f"{h:.1f}")
    100.0
    """
    cosine, sine = _dipole_meridian(time, x, y, z, source)
    b_x, b_y, h = transform(time, b_x, b_y, b_z, source, "MAG")
    return cosine * b_x + sine * b_y, cosine * b_y - sine * b_x, h


def from_vdh(time: Any, x: Any, y: Any, z: Any, v: Any, d: Any, h: Any, target: str = "GSM") -> tuple[Any, Any, Any]:
    """Components in a geocentric frame of a vector given along the local vertical, the dipole's east and its axis.

    Parameters
    ----------
    time : datetime64, str or array
        Time in UTC.
    x, y, z : float or array
        Where the vector is, in the target frame and of any unit.
    v, d, h : float or array
        The vector, as :func:`to_vdh` gives it.
    target : str, optional
        Frame of the place and of the result.

    Returns
    -------
    b_x, b_y, b_z : float or array
        The vector in the target frame.

    Examples
    --------
    >>> b_x, b_y, b_z = from_vdh("2015-03-17T06:00", 0.0, 6.6, 0.0, 5.0, 0.0, 100.0, target="SM")
    >>> print(f"{b_x:.1f} {b_y:.1f} {b_z:.1f}")
    0.0 5.0 100.0
    """
    cosine, sine = _dipole_meridian(time, x, y, z, target)
    return transform(time, cosine * v - sine * d, sine * v + cosine * d, h, "MAG", target)


def _dipole_meridian(time: Any, x: Any, y: Any, z: Any, frame: str) -> tuple[Any, Any]:
    """Return cosine and sine of the dipole longitude of a place."""
    x, y, _ = transform(time, x, y, z, frame, "MAG")
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.hypot(x, y)
        return x / distance, y / distance


def to_spherical(x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    """Distance, colatitude and longitude of a place.

    Parameters
    ----------
    x, y, z : float or array
        Place, of any unit.

    Returns
    -------
    r : float or array
        Distance from the centre, in the unit of the place.
    theta : float or array
        Angle from the z axis in radians, 0 to pi.
    phi : float or array
        Angle about the z axis from the x axis in radians, -pi to pi.

    Examples
    --------
    >>> r, theta, phi = to_spherical(0.0, 3.0, 4.0)
    >>> print(f"{r:.1f} {theta:.4f} {phi:.4f}")
    5.0 0.6435 1.5708
    """
    xp = namespace(x, y, z)
    across = xp.hypot(x, y)
    return xp.hypot(across, z), xp.atan2(across, z), xp.atan2(y, x)


def from_spherical(r: Any, theta: Any, phi: Any) -> tuple[Any, Any, Any]:
    """Cartesian coordinates of a place given by distance, colatitude and longitude.

    Parameters
    ----------
    r : float or array
        Distance from the centre, of any unit.
    theta, phi : float or array
        Colatitude and longitude in radians.

    Returns
    -------
    x, y, z : float or array
        Place, in the unit of `r`.

    Examples
    --------
    >>> x, y, z = from_spherical(5.0, np.pi / 2, np.pi)
    >>> print(f"{x:.1f} {abs(y):.1f} {abs(z):.1f}")
    -5.0 0.0 0.0
    """
    xp = namespace(r, theta, phi)
    across = r * xp.sin(theta)
    return across * xp.cos(phi), across * xp.sin(phi), r * xp.cos(theta)


def to_spherical_components(theta: Any, phi: Any, b_x: Any, b_y: Any, b_z: Any) -> tuple[Any, Any, Any]:
    """Components of a vector outward, southward and eastward at a place.

    Parameters
    ----------
    theta, phi : float or array
        Colatitude and longitude of the place in radians.
    b_x, b_y, b_z : float or array
        The vector, of any unit.

    Returns
    -------
    b_r, b_theta, b_phi : float or array
        The vector along the directions of growing distance, colatitude and longitude.

    Examples
    --------
    >>> b_r, b_theta, b_phi = to_spherical_components(np.pi / 2, 0.0, 1.0, 2.0, 3.0)
    >>> print(f"{b_r:.1f} {b_theta:.1f} {b_phi:.1f}")
    1.0 -3.0 2.0
    """
    xp = namespace(theta, phi, b_x, b_y, b_z)
    across = b_x * xp.cos(phi) + b_y * xp.sin(phi)
    b_phi = b_y * xp.cos(phi) - b_x * xp.sin(phi)
    return across * xp.sin(theta) + b_z * xp.cos(theta), across * xp.cos(theta) - b_z * xp.sin(theta), b_phi


def from_spherical_components(theta: Any, phi: Any, b_r: Any, b_theta: Any, b_phi: Any) -> tuple[Any, Any, Any]:
    """Cartesian components of a vector given outward, southward and eastward at a place.

    Parameters
    ----------
    theta, phi : float or array
        Colatitude and longitude of the place in radians.
    b_r, b_theta, b_phi : float or array
        The vector, of any unit.

    Returns
    -------
    b_x, b_y, b_z : float or array
        The vector along the Cartesian axes.

    Examples
    --------
    >>> b_x, b_y, b_z = from_spherical_components(np.pi / 2, 0.0, 1.0, -3.0, 2.0)
    >>> print(f"{b_x:.1f} {b_y:.1f} {b_z:.1f}")
    1.0 2.0 3.0
    """
    xp = namespace(theta, phi, b_r, b_theta, b_phi)
    across = b_r * xp.sin(theta) + b_theta * xp.cos(theta)
    b_z = b_r * xp.cos(theta) - b_theta * xp.sin(theta)
    return across * xp.cos(phi) - b_phi * xp.sin(phi), across * xp.sin(phi) + b_phi * xp.cos(phi), b_z


@model(cite=_ELLIPSOID)
def geodetic_to_cartesian(latitude: deg, longitude: deg, altitude: km = 0.0) -> CartesianPosition:
    """Cartesian coordinates of a geodetic place.

    Parameters
    ----------
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.

    Returns
    -------
    x : float or array, km
        Towards the equator at Greenwich.
    y : float or array, km
        Towards the equator at 90 degrees east.
    z : float or array, km
        Along the Earth's axis.

    Examples
    --------
    >>> place = geodetic_to_cartesian(45.0, 90.0, 0.0)
    >>> print(f"{place.y:.3f} {place.z:.3f}")
    4517.591 4487.348
    """
    xp = namespace(latitude, longitude, altitude)
    lat, lon = latitude * (np.pi / 180), longitude * (np.pi / 180)
    sine, cosine = xp.sin(lat), xp.cos(lat)
    normal = ELLIPSOID_EQUATOR / xp.sqrt(1.0 - _ECCENTRICITY2 * sine**2)
    across = (normal + altitude) * cosine
    along = (normal * (1.0 - _ECCENTRICITY2) + altitude) * sine
    return CartesianPosition(across * xp.cos(lon), across * xp.sin(lon), along + 0.0 * lon)


@model(cite=_ELLIPSOID)
def geodetic_to_geocentric(latitude: deg, altitude: km = 0.0) -> GeocentricPosition:
    """Geocentric radius and latitude of a geodetic place.

    Parameters
    ----------
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    altitude : float or array, km
        Height above the ellipsoid.

    Returns
    -------
    radius : float or array, km
        Distance from the centre of the Earth.
    latitude : float or array, deg
        Geocentric latitude.
    vertical : float or array, deg
        Geodetic minus geocentric latitude: the angle between the vertical and the direction to the centre.

    Examples
    --------
    >>> place = geodetic_to_geocentric(45.0)
    >>> print(f"{place.radius:.3f} {place.latitude:.4f}")
    6367.490 44.8076
    """
    xp = namespace(latitude, altitude)
    lat = latitude * (np.pi / 180.0)
    sine, cosine = xp.sin(lat), xp.cos(lat)
    normal = ELLIPSOID_EQUATOR**2 / xp.sqrt((ELLIPSOID_EQUATOR * cosine) ** 2 + (ELLIPSOID_POLE * sine) ** 2)
    across = (normal + altitude) * cosine
    along = (normal * (ELLIPSOID_POLE / ELLIPSOID_EQUATOR) ** 2 + altitude) * sine
    geocentric = xp.atan2(along, across) * (180.0 / np.pi)
    return GeocentricPosition(xp.sqrt(across**2 + along**2), geocentric, latitude - geocentric)


@model(cite="Bowring 1976, Surv. Rev. 23, 323, doi:10.1179/sre.1976.23.181.323")
def cartesian_to_geodetic(x: km, y: km, z: km) -> GeodeticPosition:
    """Geodetic latitude, longitude and altitude of a place.

    Parameters
    ----------
    x, y, z : float or array, km
        Place in axes fixed to the Earth (GEO).

    Returns
    -------
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, -180 to 180.
    altitude : float or array, km
        Height above the ellipsoid.

    Notes
    -----
    Bowring's formula, repeated four times: exact to rounding from 1000 km beside the centre of the Earth to any
    distance.

    Examples
    --------
    >>> place = cartesian_to_geodetic(0.0, 4517.590879, 4487.348409)
    >>> print(f"{place.latitude:.6f} {place.longitude:.1f} {abs(place.altitude):.3f}")
    45.000000 90.0 0.000
    """
    xp = namespace(x, y, z)
    latitude, altitude = _above_the_ellipsoid(xp, xp.hypot(x, y), z)
    return GeodeticPosition(latitude, xp.atan2(y, x) * (180 / np.pi), altitude)


@model(cite="Bowring 1976, Surv. Rev. 23, 323, doi:10.1179/sre.1976.23.181.323")
def geocentric_to_geodetic(radius: km, latitude: deg) -> GeodeticHeight:
    """Geodetic latitude and altitude of a geocentric place.

    Parameters
    ----------
    radius : float or array, km
        Distance from the centre of the Earth.
    latitude : float or array, deg
        Geocentric latitude.

    Returns
    -------
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    altitude : float or array, km
        Height above the ellipsoid.

    Examples
    --------
    >>> place = geocentric_to_geodetic(6367.4895, 44.80758)
    >>> print(f"{place.latitude:.3f} {abs(place.altitude):.2f}")
    45.000 0.00
    """
    xp = namespace(radius, latitude)
    lat = latitude * (np.pi / 180)
    return GeodeticHeight(*_above_the_ellipsoid(xp, radius * xp.cos(lat), radius * xp.sin(lat)))


def _above_the_ellipsoid(xp: Any, across: Any, along: Any) -> tuple[Any, Any]:
    """Return geodetic latitude in degrees and height of a point of the meridian plane."""
    reduced = xp.atan2(ELLIPSOID_EQUATOR * along, ELLIPSOID_POLE * across)
    for _ in range(4):
        latitude = xp.atan2(
            along + _ECCENTRICITY2 / (1.0 - _ECCENTRICITY2) * ELLIPSOID_POLE * xp.sin(reduced) ** 3,
            across - _ECCENTRICITY2 * ELLIPSOID_EQUATOR * xp.cos(reduced) ** 3,
        )
        reduced = xp.atan2((1.0 - _FLATTENING) * xp.sin(latitude), xp.cos(latitude))
    sine = xp.sin(latitude)
    height = across * xp.cos(latitude) + along * sine - ELLIPSOID_EQUATOR * xp.sqrt(1.0 - _ECCENTRICITY2 * sine**2)
    return latitude * (180 / np.pi), height


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
    x, y, _ = _turn(time, (1.0, 0.0, 0.0), "GSE", "MAG")
    return np.degrees(np.arctan2(y, x))  # type: ignore[no-any-return]
