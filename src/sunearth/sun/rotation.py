"""How the Sun turns, which side of it faces the Earth, and where the planets stand around it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import ASTRONOMICAL_UNIT, SOLAR_RADIUS, SPEED_OF_LIGHT
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.time import days_since_j2000, to_datetime64
from sunearth.core.units import au, day, deg, deg_day, dimensionless, s, utc

Floats = NDArray[np.float64]

CARRINGTON_RATE = 14.1844
"""deg/d, sidereal, of the meridian that Carrington longitudes count from; a turn takes 25.380 days."""
CARRINGTON_PERIOD = 25.38
"""d, sidereal rotation period that Carrington longitudes rest on."""
SIDEREAL_YEAR = 365.256363
"""d, time in which the Earth goes round the Sun against the stars."""
TROPICAL_YEAR = 365.2422
"""d, time from one spring to the next."""
POLE = (286.13, 63.87)
"""deg, right ascension and declination (ICRF) of the Sun's north pole."""

# Longitude of the prime meridian from the node of the Sun's equator on that of the ICRF, at J2000 (deg).
_MERIDIAN = 84.176
# Obliquity of the ecliptic of J2000 (arcsec), IAU 2006.
_OBLIQUITY = 84381.406
_ARCSEC = np.pi / 648_000
# Aberration of sunlight at 1 au (arcsec).
_ABERRATION = 20.4898
# Mean start of rotation 0 (JD - 2451545) and mean synodic length of a rotation (d): Meeus 1998, chapter 29.
_FIRST_ROTATION, _MEAN_ROTATION = 2_398_140.2270 - 2_451_545.0, 27.2752316

# Sun-Earth distance: VSOP87D (Bretagnon and Francou 1988, Astron. Astrophys. 202, 309) as shortened by Meeus (1998,
# Astronomical Algorithms, appendix III): power of time, 1e-8 au, phase in rad, rad per thousand Julian years.
_DISTANCE = np.array(
    [
        [0, 100013989.0, 0.0, 0.0],
        [0, 1670700.0, 3.0984635, 6283.07585],
        [0, 13956.0, 3.05525, 12566.1517],
        [0, 3084.0, 5.1985, 77713.7715],
        [0, 1628.0, 1.1739, 5753.3849],
        [0, 1576.0, 2.8469, 7860.4194],
        [0, 925.0, 5.453, 11506.77],
        [0, 542.0, 4.564, 3930.21],
        [0, 472.0, 3.661, 5884.927],
        [0, 346.0, 0.964, 5507.553],
        [0, 329.0, 5.9, 5223.694],
        [0, 307.0, 0.299, 5573.143],
        [0, 243.0, 4.273, 11790.629],
        [0, 212.0, 5.847, 1577.344],
        [0, 186.0, 5.022, 10977.079],
        [0, 175.0, 3.012, 18849.228],
        [0, 110.0, 5.055, 5486.778],
        [0, 98.0, 0.89, 6069.78],
        [0, 86.0, 5.69, 15720.84],
        [0, 86.0, 1.27, 161000.69],
        [1, 103019.0, 1.10749, 6283.07585],
        [1, 1721.0, 1.0644, 12566.1517],
        [1, 702.0, 3.142, 0.0],
        [2, 4359.0, 5.7846, 6283.0758],
        [2, 124.0, 5.579, 12566.152],
    ]
)

# Elements of the orbits at J2000 and their change a Julian century (second row), for 1800 to 2050, in the mean ecliptic
# and equinox of J2000: semi-major axis (au), eccentricity, inclination, mean longitude, longitude of perihelion and
# longitude of the ascending node (deg). Standish and Williams, Keplerian elements for approximate positions of the
# major planets (Jet Propulsion Laboratory), table 1.
_ORBITS = {
    "mercury": (
        (0.38709927, 0.20563593, 7.00497902, 252.25032350, 77.45779628, 48.33076593),
        (0.00000037, 0.00001906, -0.00594749, 149472.67411175, 0.16047689, -0.12534081),
    ),
    "venus": (
        (0.72333566, 0.00677672, 3.39467605, 181.97909950, 131.60246718, 76.67984255),
        (0.00000390, -0.00004107, -0.00078890, 58517.81538729, 0.00268329, -0.27769418),
    ),
    "mars": (
        (1.52371034, 0.09339410, 1.84969142, -4.55343205, -23.94362959, 49.55953891),
        (0.00001847, 0.00007882, -0.00813131, 19140.30268499, 0.44441088, -0.29257343),
    ),
    "jupiter": (
        (5.20288700, 0.04838624, 1.30439695, 34.39644051, 14.72847983, 100.47390909),
        (-0.00011607, -0.00013253, -0.00183714, 3034.74612775, 0.21252668, 0.20469106),
    ),
    "saturn": (
        (9.53667594, 0.05386179, 2.48599187, 49.95424423, 92.59887831, 113.66242448),
        (-0.00125060, -0.00050991, 0.00193609, 1222.49362201, -0.41897216, -0.28867794),
    ),
    "uranus": (
        (19.18916464, 0.04725744, 0.77263783, 313.23810451, 170.95427630, 74.01692503),
        (-0.00196176, -0.00004397, -0.00242939, 428.48202785, 0.40805281, 0.04240589),
    ),
    "neptune": (
        (30.06992276, 0.00859048, 1.77004347, -55.12002969, 44.96476227, 131.78422574),
        (0.00026291, 0.00005105, 0.00035372, 218.45945325, -0.32241464, -0.00508664),
    ),
}
PLANETS = ("mercury", "venus", "earth", "mars", "jupiter", "saturn", "uranus", "neptune")
"""Names that :func:`planet_position` knows."""
FRAMES = ("HEEQ", "HCI", "Carrington")
"""What heliographic longitudes count from: the Earth, the node of the Sun's equator on the ecliptic, the Sun itself."""

_SUNSPOTS = "Brekke 2013, Physics of the Upper Polar Atmosphere, Springer, section 1.1"
_IAU = "Archinal et al. 2018, Celest. Mech. Dyn. Astron. 130, 22, doi:10.1007/s10569-017-9805-5"
_ALMANAC = "Meeus 1998, Astronomical Algorithms, Willmann-Bell, ISBN 0-943396-61-1"
_TEXTBOOK = "Stix 2002, The Sun: An Introduction, Springer"


class SolarOrientation(NamedTuple):
    """How the disk of the Sun is turned as seen from the Earth."""

    l_0: deg
    b_0: deg
    p: deg


class HeliographicPosition(NamedTuple):
    """A place around the Sun, measured from its equator."""

    radius: au
    longitude: deg
    latitude: deg


@model(cite=_TEXTBOOK, valid={"sidereal": (1.0, 100.0), "orbital": (110.0, 60000.0)}, monotonic={"sidereal": 1})
def synodic_period(sidereal: day, orbital: day = SIDEREAL_YEAR) -> day:
    """Rotation period of the Sun as seen from a planet that goes round it.

    Parameters
    ----------
    sidereal : float or array, d
        Rotation period against the stars.
    orbital : float or array, d
        Time that the planet needs for its orbit; the Earth's by default.

    Returns
    -------
    period : float or array, d
        The synodic period, longer since the planet moves along with the rotation.

    Examples
    --------
    >>> float(synodic_period(25.38).round(3))
    27.275
    """
    return 1 / (1 / sidereal - 1 / orbital)


@model(cite=_TEXTBOOK, valid={"synodic": (1.0, 100.0), "orbital": (50.0, 60000.0)}, monotonic={"synodic": 1})
def sidereal_period(synodic: day, orbital: day = SIDEREAL_YEAR) -> day:
    """Rotation period of the Sun against the stars from that seen from a planet.

    Parameters
    ----------
    synodic : float or array, d
        Rotation period as seen from the planet.
    orbital : float or array, d
        Time that the planet needs for its orbit; the Earth's by default.

    Returns
    -------
    period : float or array, d
        The sidereal period.

    Examples
    --------
    >>> float(sidereal_period(26.9).round(2))
    25.05
    """
    return 1 / (1 / synodic + 1 / orbital)


@model(cite=_TEXTBOOK, valid={"year": (100.0, 1000.0)}, monotonic={"year": -1})
def sidereal_day_deficit(year: day = TROPICAL_YEAR) -> s:
    """Time by which a day against the stars is shorter than a day against the Sun.

    Parameters
    ----------
    year : float or array, d
        Solar days from one spring to the next.

    Returns
    -------
    deficit : float or array, s
        Solar day of 86400 s less the sidereal day.

    Notes
    -----
    A year holds one sidereal day more than solar days. The shorthand 86400 / 365.25 gives 236.6 s, and a year of 360
    days the printed 240 s.

    Examples
    --------
    >>> print(f"{sidereal_day_deficit():.2f}")
    235.91
    """
    return 86_400.0 / (1.0 + year)


@model(cite=_SUNSPOTS, valid={"latitude": (-35.0, 35.0)}, even=("latitude",))
def sunspot_period(latitude: deg) -> day:
    """Rotation period of sunspots as seen from the Earth.

    Parameters
    ----------
    latitude : float or array, deg
        Heliographic latitude.

    Returns
    -------
    period : float or array, d
        The synodic period.

    Notes
    -----
    From sunspots, which stay within 35 degrees of the equator: what it says of the poles is an extrapolation. On the
    equator it makes 25.05 days against the stars, where the same book elsewhere counts 24.7.

    Examples
    --------
    >>> float(sunspot_period(45.0).round(2))
    29.6
    """
    xp = namespace(latitude)
    return 26.9 + 5.4 * xp.sin(latitude * (np.pi / 180)) ** 2


def _rate(latitude: Any, a: float, b: float, c: float) -> Any:
    """Return a + b sin^2 + c sin^4 of a latitude in degrees."""
    square = namespace(latitude).sin(latitude * (np.pi / 180)) ** 2
    return a + square * (b + c * square)


_URAD_S = np.degrees(1e-6) * 86_400.0  # deg/d in a microradian a second


@model(cite="Snodgrass and Ulrich 1990, Astrophys. J. 351, 309", valid={"latitude": (-75.0, 75.0)}, even=("latitude",))
def snodgrass_ulrich_1990(latitude: deg) -> deg_day:
    """Sidereal rotation rate of the photosphere from the drift of its Doppler pattern.

    Parameters
    ----------
    latitude : float or array, deg
        Heliographic latitude.

    Returns
    -------
    rate : float or array, deg/d
        The sidereal rate.

    Notes
    -----
    Supergranules, whose pattern turns some per cent faster than the spots and the gas.

    Examples
    --------
    >>> float(snodgrass_ulrich_1990(0.0).round(3))
    14.713
    """
    return _rate(latitude, 14.713, -2.396, -1.787)


@model(cite="Snodgrass 1983, Astrophys. J. 270, 288", valid={"latitude": (-75.0, 75.0)}, even=("latitude",))
def snodgrass_1983(latitude: deg) -> deg_day:
    """Sidereal rotation rate of small magnetic features of the photosphere.

    Parameters
    ----------
    latitude : float or array, deg
        Heliographic latitude.

    Returns
    -------
    rate : float or array, deg/d
        The sidereal rate.

    Examples
    --------
    >>> float(snodgrass_1983(30.0).round(3))
    13.542
    """
    return _rate(latitude, 2.851 * _URAD_S, -0.343 * _URAD_S, -0.474 * _URAD_S)


@model(
    cite="Howard et al. 1990, Sol. Phys. 130, 295",
    valid={"latitude": (-60.0, 60.0)},
    even=("latitude",),
)
def howard_1990(latitude: deg) -> deg_day:
    """Sidereal rotation rate of the photospheric field from correlated magnetograms.

    Parameters
    ----------
    latitude : float or array, deg
        Heliographic latitude.

    Returns
    -------
    rate : float or array, deg/d
        The sidereal rate.

    Examples
    --------
    >>> float(howard_1990(0.0).round(3))
    14.326
    """
    return _rate(latitude, 2.894 * _URAD_S, -0.428 * _URAD_S, -0.370 * _URAD_S)


@model(cite=_ALMANAC)
def sun_distance(time: utc) -> au:
    """Distance of the Earth from the Sun.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.

    Returns
    -------
    distance : float or array, au
        From centre to centre.

    Notes
    -----
    Within 2e-6 au (300 km) of full planetary theory from 1900 to 2100.

    Examples
    --------
    >>> float(sun_distance("2024-01-03T00:39").round(5))
    0.98331
    """
    return _distance(_days(time))


@model(cite=_TEXTBOOK, valid={"distance": (0.01, 100.0)}, monotonic={"distance": -1})
def angular_radius(distance: au = 1.0) -> deg:
    """Apparent radius of the disk of the Sun.

    Parameters
    ----------
    distance : float or array, au
        From the centre of the Sun.

    Returns
    -------
    radius : float or array, deg
        Angle between the centre of the disk and its limb.

    Examples
    --------
    >>> print(f"{3600 * angular_radius(1.0):.1f}")
    959.2
    """
    xp = namespace(distance)
    return xp.asin(SOLAR_RADIUS / (ASTRONOMICAL_UNIT * distance)) * (180 / np.pi)


@model(cite=_IAU)
def solar_orientation(time: utc) -> SolarOrientation:
    """Orientation of the disk of the Sun as seen from the Earth.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.

    Returns
    -------
    l_0 : float or array, deg
        Carrington longitude of the centre of the disk, 0 to 360.
    b_0 : float or array, deg
        Heliographic latitude of the centre of the disk, which is that of the Earth.
    p : float or array, deg
        Angle of the Sun's north pole from celestial north, positive eastward.

    Notes
    -----
    Elements of rotation of the IAU, with the time that light takes from the nearest point of the Sun. The printed
    Astronomical Almanac also takes off the aberration, 0.006 degrees of l_0, which moves the whole disk and no feature
    on it. Within 0.001 degrees of the full computation from 1976 to 2024; older formulae with an inclination of 7.25
    degrees and a node of 73.67 degrees in 1850 agree to 0.01 degrees.

    Examples
    --------
    >>> orientation = solar_orientation("1992-10-13")
    >>> float(orientation.l_0.round(1)), float(orientation.b_0.round(2)), float(orientation.p.round(2))
    (238.6, 5.99, 26.27)
    """
    days = _days(time)
    distance = _distance(days)
    earth = _earth_direction(time, distance)
    from sunearth.geomagnetism.frames import transform

    sun_x, sun_y, sun_z = transform(time, 1.0, 0.0, 0.0, "GSE", "GEI")
    pole_x, pole_y, pole_z = transform(time, *_to_equator(*_POLE_ECLIPTIC), "J2000", "GEI")
    # East on the sky is across celestial north and the line of sight; the common length does not matter.
    east = sun_x * pole_y - sun_y * pole_x
    north = pole_z - sun_z * (sun_x * pole_x + sun_y * pole_y + sun_z * pole_z)
    return SolarOrientation(
        _carrington_longitude(days, distance, earth),
        np.degrees(np.arcsin(_dot(earth, _POLE_ECLIPTIC))),
        np.degrees(np.arctan2(east, north)),
    )


@model(cite=_ALMANAC)
def carrington_rotation(time: utc) -> dimensionless:
    """Carrington rotation number with its elapsed fraction.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.

    Returns
    -------
    number : float or array, 1
        Rotations since 9 November 1853; the fraction is the part of 360 degrees that the central meridian has run
        through.

    Notes
    -----
    A rotation begins when the meridian of longitude 0 faces the Earth; longitudes then fall from 360 degrees.

    Examples
    --------
    >>> float(carrington_rotation("2015-03-17T22:47").round(3))
    2161.634
    """
    days = _days(time)
    return _rotation_number(time, days)


def carrington_rotation_start(number: Any) -> NDArray[np.datetime64]:
    """Return the time at which a Carrington rotation reaches a number.

    Parameters
    ----------
    number : float or array
        Rotation number; a fraction asks for a later moment of the same rotation.

    Returns
    -------
    datetime64[ns] array
        Time in UTC, to some seconds.

    Examples
    --------
    >>> str(carrington_rotation_start(1699).astype("datetime64[h]"))
    '1980-08-29T05'
    """
    number = np.asarray(number, dtype=float)
    if not np.all(np.isfinite(number)):
        raise InputError("carrington_rotation_start: number must be finite")
    days = _FIRST_ROTATION + _MEAN_ROTATION * number
    epoch = np.datetime64("2000-01-01T12:00:00", "ns")
    for _ in range(6):  # the error shrinks some thirtyfold a round, by the ellipse of the Earth's orbit
        time = epoch + np.round(days * 86_400e9).astype("timedelta64[ns]")
        days = days + _MEAN_ROTATION * (number - np.asarray(carrington_rotation(time)))
    return epoch + np.round(days * 86_400e9).astype("timedelta64[ns]")


@model(cite=_IAU)
def earth_position(time: utc, frame: str = "Carrington") -> HeliographicPosition:
    """Position of the Earth in heliographic coordinates.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    frame : str, optional
        What longitudes count from: ``"Carrington"`` the Sun's own meridian, ``"HCI"`` the node of its equator on the
        ecliptic of J2000, ``"HEEQ"`` the Earth (and is 0).

    Returns
    -------
    radius : float or array, au
        Distance from the Sun.
    longitude : float or array, deg
        Heliographic longitude, 0 to 360 (-180 to 180 for ``"HEEQ"``).
    latitude : float or array, deg
        Heliographic latitude.

    Notes
    -----
    Within 0.002 degrees and 2e-6 au from 1900 to 2050.

    Examples
    --------
    >>> float(earth_position("2015-03-17T22:47").latitude.round(2))
    -7.12
    """
    return planet_position("earth", time, frame)


def planet_position(name: str, time: Any, frame: str = "HEEQ") -> HeliographicPosition:
    """Return the position of a planet in heliographic coordinates.

    Parameters
    ----------
    name : str
        ``"mercury"`` to ``"neptune"``, in any case.
    time : datetime64, str or array of them
        Time in UTC.
    frame : str, optional
        What longitudes count from: ``"HEEQ"`` the meridian that faces the Earth, ``"HCI"`` the ascending node of the
        Sun's equator on the ecliptic of J2000, ``"Carrington"`` the Sun's own meridian as seen from the Earth.

    Returns
    -------
    HeliographicPosition
        Radius (au), longitude (deg, -180 to 180 for ``"HEEQ"``, else 0 to 360) and latitude (deg).

    Raises
    ------
    UnknownNameError
        For a planet or frame that is not known.

    Notes
    -----
    Where the planet is at that time, not where it is seen. Keplerian elements with linear change (Standish and
    Williams), for 1800 to 2050: Mercury and Venus within an arcminute, Mars, Uranus and Neptune within 2, Jupiter
    and Saturn within 12. The Earth comes from a series, see :func:`earth_position`.

    Examples
    --------
    >>> position = planet_position("Mars", "2020-10-13T23:20")
    >>> float(position.radius.round(2)), bool(abs(position.longitude) < 1.0)
    (1.42, True)
    """
    key = str(name).strip().lower()
    if key not in PLANETS:
        raise UnknownNameError("planet", str(name), PLANETS)
    known = {each.lower(): each for each in FRAMES}
    if str(frame).lower() not in known:
        raise UnknownNameError("frame", str(frame), FRAMES)
    frame = known[str(frame).lower()]
    days = _days(time)
    distance = _distance(days)
    earth = _earth_direction(time, distance)
    if key == "earth":
        radius, place = distance, earth
    else:
        x, y, z = _kepler(days / 36_525.0, *np.array(_ORBITS[key]))
        radius = np.sqrt(x * x + y * y + z * z)
        place = (x / radius, y / radius, z / radius)
    latitude = np.degrees(np.arcsin(_dot(place, _POLE_ECLIPTIC)))
    longitude = _inertial_longitude(place)
    if frame == "HEEQ":
        longitude = (longitude - _inertial_longitude(earth) + 180.0) % 360.0 - 180.0
    elif frame == "Carrington":
        longitude = longitude - _inertial_longitude(earth) + _carrington_longitude(days, distance, earth)
    return HeliographicPosition(radius, longitude % 360.0 if frame != "HEEQ" else longitude, latitude)


def _days(time: Any) -> Any:
    """Return days of terrestrial time since J2000."""
    from sunearth.geomagnetism.frames import _terrestrial_less_universal

    moments = np.asarray(to_datetime64(time))
    ahead = _terrestrial_less_universal(moments.astype("datetime64[D]").astype(np.int64))
    return days_since_j2000(moments) + ahead / 86_400.0


def _distance(days: Any) -> Any:
    """Sun-Earth distance, au."""
    tau = np.asarray(days) / 365_250.0
    total = np.zeros_like(tau)
    for power, amplitude, phase, rate in _DISTANCE:
        total = total + tau**power * amplitude * np.cos(phase + rate * tau)
    return (total * 1e-8)[()]


def _earth_direction(time: Any, distance: Any) -> tuple[Any, Any, Any]:
    """Direction from the Sun to the Earth at an instant, in the ecliptic and equinox of J2000."""
    from sunearth.geomagnetism.frames import transform

    x, y, z = _to_ecliptic(*transform(time, 1.0, 0.0, 0.0, "GSE", "J2000"))
    # The frames follow the Sun as it is seen, behind by the aberration of its light.
    turn = _ABERRATION * _ARCSEC / distance
    return -(x * np.cos(turn) - y * np.sin(turn)), -(y * np.cos(turn) + x * np.sin(turn)), -z


def _to_ecliptic(x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    """From the equator of J2000 to its ecliptic."""
    cosine, sine = np.cos(_OBLIQUITY * _ARCSEC), np.sin(_OBLIQUITY * _ARCSEC)
    return x, cosine * y + sine * z, cosine * z - sine * y


def _to_equator(x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    """From the ecliptic of J2000 to its equator."""
    cosine, sine = np.cos(_OBLIQUITY * _ARCSEC), np.sin(_OBLIQUITY * _ARCSEC)
    return x, cosine * y - sine * z, cosine * z + sine * y


def _dot(a: Any, b: Any) -> Any:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Any, b: Any) -> Any:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


_ALPHA, _DELTA = np.radians(POLE)
_POLE_ECLIPTIC = _to_ecliptic(np.cos(_DELTA) * np.cos(_ALPHA), np.cos(_DELTA) * np.sin(_ALPHA), np.sin(_DELTA))
# Nodes of the Sun's equator: ascending on the ecliptic (where HCI begins) and on the equator of the ICRF.
_NODE = np.array([-_POLE_ECLIPTIC[1], _POLE_ECLIPTIC[0], 0.0]) / np.hypot(_POLE_ECLIPTIC[0], _POLE_ECLIPTIC[1])
_QUARTER = _cross(_POLE_ECLIPTIC, _NODE)


def _inertial_longitude(place: Any) -> Any:
    """Longitude along the Sun's equator from its node on the ecliptic, deg."""
    return np.degrees(np.arctan2(_dot(place, _QUARTER), _dot(place, _NODE)))


_NODE_OF_MERIDIAN = _inertial_longitude(_to_ecliptic(-np.sin(_ALPHA), np.cos(_ALPHA), 0.0))


def _carrington_longitude(days: Any, distance: Any, earth: Any) -> Any:
    """Carrington longitude of the centre of the disk, deg."""
    delay = (distance * ASTRONOMICAL_UNIT - SOLAR_RADIUS) / SPEED_OF_LIGHT / 86_400.0
    meridian = _NODE_OF_MERIDIAN + _MERIDIAN + CARRINGTON_RATE * (days - delay)
    return (_inertial_longitude(earth) - meridian) % 360.0


def _rotation_number(time: Any, days: Any) -> Any:
    distance = _distance(days)
    fraction = 1.0 - _carrington_longitude(days, distance, _earth_direction(time, distance)) / 360.0
    return np.round((days - _FIRST_ROTATION) / _MEAN_ROTATION - fraction) + fraction


def _kepler(centuries: Any, elements: Floats, rates: Floats) -> tuple[Any, Any, Any]:
    """Heliocentric position in the ecliptic of J2000, au, from elements that change linearly."""
    a, e, inclination, longitude, perihelion, node = (
        element + rate * centuries for element, rate in zip(elements, rates, strict=True)
    )
    inclination, node = np.radians(inclination), np.radians(node)
    argument = np.radians(perihelion) - node
    mean = np.radians((longitude - perihelion + 180.0) % 360.0 - 180.0)
    anomaly = mean + e * np.sin(mean)
    for _ in range(6):  # Newton's method; the eccentricity of Mercury needs four rounds
        anomaly = anomaly - (anomaly - e * np.sin(anomaly) - mean) / (1.0 - e * np.cos(anomaly))
    x, y = a * (np.cos(anomaly) - e), a * np.sqrt(1.0 - e * e) * np.sin(anomaly)
    u = np.cos(argument) * x - np.sin(argument) * y
    v = np.sin(argument) * x + np.cos(argument) * y
    return (
        np.cos(node) * u - np.sin(node) * np.cos(inclination) * v,
        np.sin(node) * u + np.cos(node) * np.cos(inclination) * v,
        np.sin(inclination) * v,
    )
