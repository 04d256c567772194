"""The Earth as a dipole: its moment, poles and centre, its field and lines, and what maps along them.

Latitudes are magnetic, counted from the plane across the moment; distances count from the dipole in Earth radii.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    DIPOLE_EQUATORIAL_FIELD,
    DIPOLE_MOMENT,
    EARTH_RADIUS,
    VACUUM_PERMEABILITY,
)
from sunearth.core.model import model
from sunearth.core.units import R_E, A_m2, deg, dimensionless, km, m3_Wb, nT, rad

_CHAPMAN_BARTELS = "Chapman and Bartels 1940, Geomagnetism, Clarendon"
_FRASER_SMITH = "Fraser-Smith 1987, Rev. Geophys. 25, 1, doi:10.1029/RG025i001p00001"
_MOZER = "Mozer 1970, Planet. Space Sci. 18, 259"

_RADIAN: Final = math.pi / 180
_R_E_KM: Final = EARTH_RADIUS / 1e3
# Field on the equator (nT, at 1 R_E) of a unit moment.
_FIELD_OF_MOMENT: Final = VACUUM_PERMEABILITY / (4 * math.pi * EARTH_RADIUS**3) * 1e9
_SOUTHWARD_POLE: Final = -DIPOLE_MOMENT


class CentredDipole(NamedTuple):
    """The dipole part of a main field, in geographic axes."""

    b_0: nT
    moment: A_m2
    m_x: A_m2
    m_y: A_m2
    m_z: A_m2
    tilt: deg


class GeomagneticPoles(NamedTuple):
    """Where the axis of the centred dipole cuts the sphere."""

    north_latitude: deg
    north_longitude: deg
    south_latitude: deg
    south_longitude: deg


class EccentricDipole(NamedTuple):
    """Centre of the dipole that, moved off the Earth's centre, takes the most of the quadrupole with it."""

    x: R_E
    y: R_E
    z: R_E
    offset: km
    latitude: deg
    longitude: deg


class DipoleField(NamedTuple):
    """Field of a dipole in spherical components."""

    b_r: nT
    b_theta: nT
    b: nT


class FieldVector(NamedTuple):
    """A magnetic field in Cartesian components."""

    b_x: nT
    b_y: nT
    b_z: nT


@model(
    cite=_CHAPMAN_BARTELS,
    valid={"g_10": (-40000.0, -20000.0), "g_11": (-4000.0, 4000.0), "h_11": (-8000.0, 8000.0)},
)
def dipole_from_gauss(g_10: nT, g_11: nT, h_11: nT) -> CentredDipole:
    """Strength, moment and tilt of the centred dipole.

    Parameters
    ----------
    g_10, g_11, h_11 : float or array, nT
        Gauss coefficients of degree 1, Schmidt normalised, for the reference sphere of 6371.2 km.

    Returns
    -------
    b_0 : float or array, nT
        Field on the equator of the dipole, at the surface.
    moment : float or array, A m^2
        Magnitude of the dipole moment.
    m_x : float or array, A m^2
        Component of the moment towards the Greenwich meridian.
    m_y : float or array, A m^2
        Component towards 90 degrees east.
    m_z : float or array, A m^2
        Component towards the geographic north pole, negative in our time.
    tilt : float or array, deg
        Angle between the dipole axis and the axis of rotation, below 90 degrees.

    Notes
    -----
    The moment is 4 pi R_E^3 / mu_0 times (g_11, h_11, g_10).

    Examples
    --------
    >>> dipole = dipole_from_gauss(-29496.57, -1586.42, 4944.26)
    >>> float(dipole.b_0.round(1)), float((dipole.moment / 1e22).round(3)), float(dipole.tilt.round(2))
    (29950.1, 7.746, 9.98)
    """
    xp = namespace(g_10, g_11, h_11)
    across = xp.sqrt(g_11**2 + h_11**2)
    b_0 = xp.sqrt(g_10**2 + across**2)
    return CentredDipole(
        b_0,
        b_0 / _FIELD_OF_MOMENT,
        g_11 / _FIELD_OF_MOMENT + 0 * b_0,
        h_11 / _FIELD_OF_MOMENT + 0 * b_0,
        g_10 / _FIELD_OF_MOMENT + 0 * b_0,
        xp.atan2(across, xp.abs(g_10)) / _RADIAN,
    )


@model(
    cite=_CHAPMAN_BARTELS,
    valid={"g_10": (-40000.0, -20000.0), "g_11": (-4000.0, 4000.0), "h_11": (-8000.0, 8000.0)},
)
def geomagnetic_poles(g_10: nT, g_11: nT, h_11: nT) -> GeomagneticPoles:
    """Positions where the axis of the centred dipole cuts the Earth.

    Parameters
    ----------
    g_10, g_11, h_11 : float or array, nT
        Gauss coefficients of degree 1.

    Returns
    -------
    north_latitude : float or array, deg
        Geocentric latitude of the pole towards which a compass points.
    north_longitude : float or array, deg
        Its longitude, east positive.
    south_latitude : float or array, deg
        Geocentric latitude of the opposite pole.
    south_longitude : float or array, deg
        Its longitude, east positive.

    Notes
    -----
    The two are exactly opposite: the southern pole lies near 108 degrees east, not at the 70 degrees east sometimes
    printed beside 70 degrees west for the northern one.

    Examples
    --------
    >>> [float(part.round(2)) for part in geomagnetic_poles(-29496.57, -1586.42, 4944.26)]
    [80.02, -72.21, -80.02, 107.79]
    """
    xp = namespace(g_10, g_11, h_11)
    latitude = xp.atan2(-g_10, xp.sqrt(g_11**2 + h_11**2)) / _RADIAN
    longitude = xp.atan2(-h_11, -g_11) / _RADIAN + 0 * latitude
    opposite = xp.atan2(h_11, g_11) / _RADIAN + 0 * latitude
    return GeomagneticPoles(latitude, longitude, -latitude, opposite)


@model(
    cite=_FRASER_SMITH,
    valid={
        "g_10": (-40000.0, -20000.0),
        "g_11": (-4000.0, 4000.0),
        "h_11": (-8000.0, 8000.0),
        "g_20": (-5000.0, 5000.0),
        "g_21": (-5000.0, 5000.0),
        "h_21": (-5000.0, 5000.0),
        "g_22": (-5000.0, 5000.0),
        "h_22": (-5000.0, 5000.0),
    },
)
def fraser_smith_1987(
    g_10: nT, g_11: nT, h_11: nT, g_20: nT, g_21: nT, h_21: nT, g_22: nT, h_22: nT
) -> EccentricDipole:
    """Centre of the eccentric dipole.

    Parameters
    ----------
    g_10, g_11, h_11 : float or array, nT
        Gauss coefficients of degree 1.
    g_20, g_21, h_21, g_22, h_22 : float or array, nT
        Gauss coefficients of degree 2.

    Returns
    -------
    x : float or array, R_E
        Offset towards the Greenwich meridian.
    y : float or array, R_E
        Offset towards 90 degrees east.
    z : float or array, R_E
        Offset towards the geographic north pole.
    offset : float or array, km
        Distance from the Earth's centre.
    latitude : float or array, deg
        Geocentric latitude of its direction.
    longitude : float or array, deg
        Longitude of its direction, east positive.

    Notes
    -----
    The moment is that of the centred dipole; the centre is where the remaining terms of degree 2 are least (A. Schmidt
    1934). It lay 400 km off in the middle of the 20th century, the figure of textbooks, and 600 km off in 2025.

    Examples
    --------
    >>> centre = fraser_smith_1987(-29496.57, -1586.42, 4944.26, -2396.06, 3026.34, -2708.54, 1668.17, -575.73)
    >>> [float(part.round(1)) for part in centre[3:]]
    [563.3, 22.5, 140.2]
    """
    xp = namespace(g_10, g_11, h_11, g_20, g_21, h_21, g_22, h_22)
    root3 = math.sqrt(3)
    b_squared = g_10**2 + g_11**2 + h_11**2
    l_0 = 2 * g_10 * g_20 + root3 * (g_11 * g_21 + h_11 * h_21)
    l_1 = -g_11 * g_20 + root3 * (g_10 * g_21 + g_11 * g_22 + h_11 * h_22)
    l_2 = -h_11 * g_20 + root3 * (g_10 * h_21 - h_11 * g_22 + g_11 * h_22)
    e = (l_0 * g_10 + l_1 * g_11 + l_2 * h_11) / (4 * b_squared)
    x = (l_1 - g_11 * e) / (3 * b_squared)
    y = (l_2 - h_11 * e) / (3 * b_squared)
    z = (l_0 - g_10 * e) / (3 * b_squared)
    across = xp.sqrt(x**2 + y**2)
    return EccentricDipole(
        x,
        y,
        z,
        xp.sqrt(across**2 + z**2) * _R_E_KM,
        xp.atan2(z, across) / _RADIAN,
        xp.atan2(y, x) / _RADIAN,
    )


@model(
    cite=_CHAPMAN_BARTELS,
    valid={"r": (1.0, 10.0), "mlat": (-90.0, 90.0), "b_0": (1e3, 1e5)},
)
def dipole_field(r: R_E, mlat: deg, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> DipoleField:
    """Field of the Earth's dipole.

    Parameters
    ----------
    r : float or array, R_E
        Distance from the dipole.
    mlat : float or array, deg
        Magnetic latitude.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    b_r : float or array, nT
        Component away from the dipole, downward in the north.
    b_theta : float or array, nT
        Component towards magnetic south, negative everywhere.
    b : float or array, nT
        Magnitude.

    Notes
    -----
    From the potential -mu_0 M sin(mlat) / (4 pi r^2); with 2 pi in place of 4 pi, a misprint in circulation, the field
    would be twice as strong.

    Examples
    --------
    >>> [float(part.round()) for part in dipole_field(1.0, 67.25, 30000.0)]
    [-55332.0, -11601.0, 56535.0]
    """
    xp = namespace(r, mlat, b_0)
    strength = b_0 / r**3
    sine, cosine = xp.sin(mlat * _RADIAN), xp.cos(mlat * _RADIAN)
    return DipoleField(-2 * strength * sine, -strength * cosine, strength * xp.sqrt(1 + 3 * sine**2))


@model(cite=_CHAPMAN_BARTELS)
def dipole_field_vector(
    x: R_E,
    y: R_E,
    z: R_E,
    m_x: A_m2 = 0.0,
    m_y: A_m2 = 0.0,
    m_z: A_m2 = _SOUTHWARD_POLE,
    centre_x: R_E = 0.0,
    centre_y: R_E = 0.0,
    centre_z: R_E = 0.0,
) -> FieldVector:
    """Field of a dipole of any moment at any place.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Where the field is asked for, in any Cartesian frame.
    m_x, m_y, m_z : float or array, A m^2
        Dipole moment in that frame; that of the Earth in 2020, along -z, by default.
    centre_x, centre_y, centre_z : float or array, R_E
        Place of the dipole, the origin by default.

    Returns
    -------
    b_x : float or array, nT
        x component of the field.
    b_y : float or array, nT
        y component of the field.
    b_z : float or array, nT
        z component of the field.

    Notes
    -----
    mu_0 / (4 pi) (3 (M.r) r / r^5 - M / r^3).

    Examples
    --------
    >>> [float(part.round(1)) for part in dipole_field_vector(6.6, 0.0, 0.0)]
    [0.0, 0.0, 103.7]
    """
    xp = namespace(x, y, z, m_x, m_y, m_z, centre_x, centre_y, centre_z)
    x, y, z = x - centre_x, y - centre_y, z - centre_z
    r_squared = x**2 + y**2 + z**2
    scale = _FIELD_OF_MOMENT / (r_squared * xp.sqrt(r_squared))
    along = 3 * (m_x * x + m_y * y + m_z * z) / r_squared
    return FieldVector(scale * (along * x - m_x), scale * (along * y - m_y), scale * (along * z - m_z))


@model(cite=_CHAPMAN_BARTELS, valid={"mlat": (-90.0, 90.0)}, monotonic={"mlat": 1})
def dipole_inclination(mlat: deg) -> deg:
    """Dip of the dipole's field below the horizontal.

    Parameters
    ----------
    mlat : float or array, deg
        Magnetic latitude.

    Returns
    -------
    inclination : float or array, deg
        Positive where the field points down, in the north.

    Examples
    --------
    >>> float(dipole_inclination(67.25).round(2))
    78.16
    """
    xp = namespace(mlat)
    return xp.atan2(2 * xp.sin(mlat * _RADIAN), xp.cos(mlat * _RADIAN)) / _RADIAN


@model(cite=_CHAPMAN_BARTELS, valid={"inclination": (-90.0, 90.0)}, monotonic={"inclination": 1})
def latitude_of_inclination(inclination: deg) -> deg:
    """Magnetic latitude where the dipole's field has a given dip.

    Parameters
    ----------
    inclination : float or array, deg
        Dip below the horizontal.

    Returns
    -------
    mlat : float or array, deg
        The inverse of :func:`dipole_inclination`; for rocks, the latitude at which they were magnetised.

    Examples
    --------
    >>> float(latitude_of_inclination(63.435).round(2))
    45.0
    """
    xp = namespace(inclination)
    return xp.atan2(xp.sin(inclination * _RADIAN), 2 * xp.cos(inclination * _RADIAN)) / _RADIAN


@model(cite=_CHAPMAN_BARTELS, valid={"r": (1.0, 15.0), "mlat": (-85.0, 85.0)}, even=("mlat",), monotonic={"r": 1})
def l_shell(r: R_E, mlat: deg) -> dimensionless:
    """Equatorial distance of the dipole line through a place.

    Parameters
    ----------
    r : float or array, R_E
        Distance from the dipole.
    mlat : float or array, deg
        Magnetic latitude.

    Returns
    -------
    l_shell : float or array, 1
        In Earth radii: r / cos^2.

    Examples
    --------
    >>> float(l_shell(1.0, 67.25).round(4))
    6.6869
    """
    xp = namespace(r, mlat)
    return r / xp.cos(mlat * _RADIAN) ** 2


@model(
    cite=_CHAPMAN_BARTELS,
    valid={"l_shell": (1.0, 15.0), "mlat": (-85.0, 85.0)},
    even=("mlat",),
    monotonic={"l_shell": 1},
)
def field_line_radius(l_shell: dimensionless, mlat: deg) -> R_E:
    """Distance of a dipole line from the Earth's centre.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    mlat : float or array, deg
        Magnetic latitude.

    Returns
    -------
    r : float or array, R_E
        L cos^2.

    Examples
    --------
    >>> float(field_line_radius(4.0, 60.0).round(6))
    1.0
    """
    xp = namespace(l_shell, mlat)
    return l_shell * xp.cos(mlat * _RADIAN) ** 2


@model(
    cite=_CHAPMAN_BARTELS,
    valid={"l_shell": (1.1, 15.0), "height": (0.0, 600.0)},
    monotonic={"l_shell": 1, "height": -1},
)
def footpoint_latitude(l_shell: dimensionless, height: km = 0.0) -> deg:
    """Magnetic latitude where a dipole line reaches a height; at the ground, the invariant latitude.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    height : float or array, km
        Height above the ground.

    Returns
    -------
    mlat : float or array, deg
        Of the northern foot; NaN where the line stays below.

    Examples
    --------
    >>> float(footpoint_latitude(6.6).round(2)), float(footpoint_latitude(6.6, 110.0).round(2))
    (67.09, 66.88)
    """
    xp = namespace(l_shell, height)
    c = (1 + height / _R_E_KM) / l_shell
    return xp.atan2(xp.sqrt(1 - c), xp.sqrt(c)) / _RADIAN


@model(cite=_CHAPMAN_BARTELS, valid={"l_shell": (1.0, 15.0), "mlat": (-85.0, 85.0)}, monotonic={"mlat": 1})
def arc_length(l_shell: dimensionless, mlat: deg) -> R_E:
    """Length of a dipole line from the equator to a latitude.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    mlat : float or array, deg
        Magnetic latitude at which the stretch ends.

    Returns
    -------
    length : float or array, R_E
        Positive to the north, negative to the south.

    Notes
    -----
    L / 2 (x sqrt(1 + 3 x^2) + asinh(sqrt(3) x) / sqrt(3)) with x the sine of the latitude.

    Examples
    --------
    >>> float(2 * arc_length(4.0, 60.0).round(4))
    9.0042
    """
    xp = namespace(l_shell, mlat)
    x = xp.sin(mlat * _RADIAN)
    return 0.5 * l_shell * (x * xp.sqrt(1 + 3 * x**2) + xp.asinh(math.sqrt(3) * x) / math.sqrt(3))


@model(
    cite=_CHAPMAN_BARTELS,
    valid={"l_shell": (1.2, 15.0), "height": (0.0, 600.0)},
    monotonic={"l_shell": 1, "height": -1},
)
def field_line_length(l_shell: dimensionless, height: km = 0.0) -> R_E:
    """Length of a dipole line from one foot to the other.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    height : float or array, km
        Height of the feet above the ground.

    Returns
    -------
    length : float or array, R_E
        Both halves; NaN where the line stays below the height.

    Examples
    --------
    >>> float(field_line_length(2.0).round(4))
    3.4274
    """
    xp = namespace(l_shell, height)
    x = xp.sqrt(1 - (1 + height / _R_E_KM) / l_shell)
    return l_shell * (x * xp.sqrt(1 + 3 * x**2) + xp.asinh(math.sqrt(3) * x) / math.sqrt(3))


@model(
    cite=_CHAPMAN_BARTELS,
    valid={"l_shell": (1.2, 15.0), "height": (0.0, 600.0), "b_0": (1e4, 6e4)},
    monotonic={"l_shell": 1, "height": -1, "b_0": -1},
)
def flux_tube_volume(l_shell: dimensionless, height: km = 0.0, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> m3_Wb:
    """Volume of a tube of dipole lines that holds a unit of magnetic flux.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    height : float or array, km
        Height above the ground at which the tube ends.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    volume : float or array, m^3/Wb
        Both halves, between the feet; NaN where the line stays below the height.

    Notes
    -----
    The integral of ds / B: 2 R_E L^4 / b_0 (x - x^3 + 3 x^5 / 5 - x^7 / 7) with x the sine of the latitude of the foot.
    Whole lines would give 32/35 in place of the bracket and its 2, and a growth with exactly L^4.

    Examples
    --------
    >>> f"{float(flux_tube_volume(4.0, b_0=31000.0)):.3e}"
    '4.805e+13'
    """
    xp = namespace(l_shell, height, b_0)
    x_squared = 1 - (1 + height / _R_E_KM) / l_shell
    polynomial = 1 - x_squared + 0.6 * x_squared**2 - x_squared**3 / 7
    return 2 * EARTH_RADIUS * l_shell**4 / (b_0 * 1e-9) * xp.sqrt(x_squared) * polynomial


@model(
    cite=_CHAPMAN_BARTELS,
    valid={"l_shell": (1.2, 15.0), "height": (0.0, 600.0)},
    monotonic={"l_shell": 1, "height": -1},
)
def flux_tube_area_ratio(l_shell: dimensionless, height: km = 0.0) -> dimensionless:
    """Cross-section of a tube of dipole lines at the equator over that at its foot.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    height : float or array, km
        Height of the foot above the ground.

    Returns
    -------
    ratio : float or array, 1
        Also the ratio of the field at the foot to that at the equator.

    Examples
    --------
    >>> float(flux_tube_area_ratio(4.0).round(1))
    115.4
    """
    xp = namespace(l_shell, height)
    c = (1 + height / _R_E_KM) / l_shell
    return xp.sqrt(4 - 3 * c) / c**3


@model(
    cite=_MOZER,
    valid={"l_shell": (1.2, 15.0), "height": (0.0, 600.0)},
    monotonic={"l_shell": 1, "height": -1},
)
def azimuthal_field_mapping(l_shell: dimensionless, height: km = 0.0) -> dimensionless:
    """East-west electric field in the ionosphere over that in the equatorial plane.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    height : float or array, km
        Height of the ionosphere above the ground.

    Returns
    -------
    ratio : float or array, 1
        (L / r)^(3/2): the distances along the circles of latitude shrink by as much.

    Notes
    -----
    For dipole lines without potential differences along them.

    Examples
    --------
    >>> float(azimuthal_field_mapping(6.6869).round(2))
    17.29
    """
    return (l_shell / (1 + height / _R_E_KM)) ** 1.5


@model(
    cite=_MOZER,
    valid={"l_shell": (1.2, 15.0), "height": (0.0, 600.0)},
    monotonic={"l_shell": 1, "height": -1},
)
def meridional_field_mapping(l_shell: dimensionless, height: km = 0.0) -> dimensionless:
    """North-south electric field in the ionosphere over the radial one in the equatorial plane.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    height : float or array, km
        Height of the ionosphere above the ground.

    Returns
    -------
    ratio : float or array, 1
        2 (L / r) sqrt(L / r - 3/4); a field outward at the equator is poleward at the feet.

    Notes
    -----
    The same as 1 / (cos^2(mlat) cos(I)). The field is the one across the magnetic field, in the meridian. Where the
    factor 2 is missing in print the ratio comes out half as large.

    Examples
    --------
    >>> float(meridional_field_mapping(6.6869).round(2))
    32.59
    """
    xp = namespace(l_shell, height)
    ratio = l_shell / (1 + height / _R_E_KM)
    return 2 * ratio * xp.sqrt(ratio - 0.75)


@model(
    cite=_MOZER,
    valid={"l_shell": (1.2, 15.0), "direction": (-math.pi, math.pi), "height": (0.0, 600.0)},
)
def field_direction_mapping(direction: rad, l_shell: dimensionless, height: km = 0.0) -> rad:
    """Direction in the ionosphere of an electric field given in the equatorial plane.

    Parameters
    ----------
    direction : float or array, rad
        Angle of the equatorial field from the outward radial one, positive towards the east.
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    height : float or array, km
        Height of the ionosphere above the ground.

    Returns
    -------
    azimuth : float or array, rad
        Angle from poleward, positive towards the east, between -pi and pi.

    Notes
    -----
    The tangent shrinks by sqrt(L / (4 L - 3)), towards one half far out: fields turn towards the meridian.

    Examples
    --------
    >>> float(field_direction_mapping(math.radians(45.0), 6.6869).round(4))
    0.4879
    """
    xp = namespace(direction, l_shell, height)
    ratio = l_shell / (1 + height / _R_E_KM)
    shrink = xp.sqrt(ratio / (4 * ratio - 3))
    return xp.atan2(xp.sin(direction) * shrink, xp.cos(direction) + 0 * shrink)
