"""The magnetopause: where it stands and how it flares, from pressure balance to fits of thousands of crossings."""

from __future__ import annotations

from sunearth.core.arrays import namespace
from sunearth.core.constants import BOLTZMANN, DIPOLE_EQUATORIAL_FIELD, GEOSYNCHRONOUS_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.model import model
from sunearth.core.units import R_E, K, dimensionless, h, nPa, nT, per_cm3, rad

_PRESSURE_BALANCE = "Kivelson and Russell 1995, Introduction to Space Physics"


@model(
    cite=_PRESSURE_BALANCE,
    valid={"p_dyn": (0.1, 200.0), "b_0": (1e4, 6e4)},
    monotonic={"p_dyn": -1, "f": 1, "k": -1, "b_0": 1},
)
def chapman_ferraro(
    p_dyn: nPa, f: dimensionless = 2.44, k: dimensionless = 0.88, b_0: nT = DIPOLE_EQUATORIAL_FIELD
) -> R_E:
    """Geocentric distance of the subsolar magnetopause where pressures balance.

    Parameters
    ----------
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind, rho v^2.
    f : float or array, 1
        Field just inside the boundary over the dipole field there: 2 for a plane boundary, 2.44 for its real shape.
    k : float or array, 1
        Pressure on the nose over dynamic pressure: 0.88 for a gas of adiabatic index 5/3 at high Mach number, 1
        for particles that stop, 2 for particles that are reflected.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator; the IGRF of 2020 by default.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre, of the broadcast shape of the inputs.

    Notes
    -----
    From k rho v^2 = (f b_0)^2 / (2 mu_0 r^6) with r in R_E. Other forms in print have other factors: f = 2 and k = 2
    for specular reflection off a plane; with f = 1 the boundary comes out at 7 to 8 R_E, since the field of its own
    current is forgotten; k = 1/2, which balances half of rho v^2, puts it 10 % too far out.

    Examples
    --------
    >>> float(chapman_ferraro(2.0).round(2))
    10.3
    """
    return ((f * b_0 * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY * k * p_dyn * 1e-9)) ** (1 / 6)


@model(
    cite=_PRESSURE_BALANCE,
    valid={"magnetopause_standoff": (3.0, 20.0), "b_0": (1e4, 6e4)},
    monotonic={"magnetopause_standoff": -1, "f": 1, "k": -1, "b_0": 1},
)
def chapman_ferraro_pressure(
    magnetopause_standoff: R_E,
    f: dimensionless = 2.44,
    k: dimensionless = 0.88,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> nPa:
    """Dynamic pressure of the solar wind that holds the magnetopause at a given distance.

    Parameters
    ----------
    magnetopause_standoff : float or array, R_E
        Geocentric distance of the subsolar magnetopause.
    f : float or array, 1
        Field just inside the boundary over the dipole field there.
    k : float or array, 1
        Pressure on the nose over dynamic pressure.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    p_dyn : float or array, nPa
        The pressure, which grows with the sixth power of the compression.

    Notes
    -----
    The inverse of :func:`chapman_ferraro`. On 13 March 1989 the noon magnetopause was seen at 4.7 R_E: against 10 R_E
    that takes 93 times the pressure (60 in one account of the storm).

    Examples
    --------
    >>> float((chapman_ferraro_pressure(4.7) / chapman_ferraro_pressure(10.0)).round(1))
    92.8
    """
    return (f * b_0 * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY * k * magnetopause_standoff**6) * 1e9


@model(
    cite="Midgley 1963, dissertation, California Institute of Technology, doi:10.7907/F6XJ-4H41",
    valid={"n_p": (0.1, 100.0), "t_p": (1e3, 1e7), "t_e": (1e3, 1e7), "f": (1.0, 3.0), "b_0": (1e4, 6e4)},
    monotonic={"n_p": -1, "t_p": -1, "t_e": -1, "f": 1, "b_0": 1},
)
def static_cavity(n_p: per_cm3, t_p: K, t_e: K, f: dimensionless = 2.82, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> R_E:
    """Radius, on the equator, of the cavity that a dipole holds open in a plasma at rest.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Density of protons, and of electrons.
    t_p : float or array, K
        Temperature of protons.
    t_e : float or array, K
        Temperature of electrons.
    f : float or array, 1
        Field just inside the boundary over the dipole field there: 2.82 for the shape in balance, 3 for a sphere, 2
        for a plane, 1 without the field of the boundary's own current.
    b_0 : float or array, nT
        Field of the dipole on its equator.

    Returns
    -------
    r : float or array, R_E
        Distance from the centre, of the broadcast shape of the inputs.

    Notes
    -----
    From n k (t_p + t_e) = (f b_0)^2 / (2 mu_0 r^6). The surface in balance is r = 0.82615 M^(1/3) p^(-1/6) on the
    equator in Gaussian units, which is f = 0.82615^3 (8 pi)^(1/2) = 2.827. A textbook without the boundary's current
    has 53 R_E for 5 particles of each kind a cm^3 at 4e4 and 1e5 K; its own numbers give 18.3.

    Examples
    --------
    >>> float(static_cavity(5.0, 4e4, 1e5, f=1.0, b_0=3e4).round(1))
    18.3
    """
    pressure = n_p * 1e6 * BOLTZMANN * (t_p + t_e)
    return ((f * b_0 * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY * pressure)) ** (1 / 6)


@model(
    cite="Ferraro 1952, J. Geophys. Res. 57, 15",
    valid={"theta": (-1.2, 1.2), "magnetopause_standoff": (3.0, 20.0), "deflection": (-0.2, 0.2)},
    monotonic={"magnetopause_standoff": 1},
)
def first_order_flank(theta: rad, magnetopause_standoff: R_E, deflection: rad = 0.0) -> R_E:
    """Geocentric distance of the magnetopause by day, to first order in its slope.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line, in the plane of the wind.
    magnetopause_standoff : float or array, R_E
        Distance where the wind strikes along the radius.
    deflection : float or array, rad
        Angle of the wind from the Sun-Earth line, counted like `theta`.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre; NaN where the wind does not reach.

    Notes
    -----
    The normal is taken along the radius, so that the pressure falls as cos^2 and the distance grows as cos^(-1/3).
    Against the equator of the surface in balance it stands too far out by 2 % at 30 degrees, 5 % at 45, 11 % at 60, and
    has no end at 90, where that surface stands at 1.35 times the standoff.

    Examples
    --------
    >>> float(first_order_flank(1.0471976, 10.0).round(2))
    12.6
    """
    xp = namespace(theta, magnetopause_standoff, deflection)
    return magnetopause_standoff * xp.cos(theta - deflection) ** (-1 / 3)


@model(
    cite="Petrinec and Russell 1996, J. Geophys. Res. 101, 137",
    valid={"p_dyn": (1.5, 8.0), "b_z": (-10.0, 10.0)},
    even=("theta",),
)
def petrinec_russell_1996(theta: rad, p_dyn: nPa, b_z: nT) -> R_E:
    """Geocentric distance of the magnetopause, from separate fits by day and by night.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_z : float or array, nT
        North-south component of the interplanetary field, GSM.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre; NaN where the tail's flaring has no solution (low pressure with strong
        southward field).

    Notes
    -----
    By day an ellipse with nose at 10.3 + 0.16 b_z (10.3 for northward field) and flank at 14.63 R_E for 2.1 nPa, both
    scaled by (p_dyn / 2.1)^(-1/6). By night a tail that goes on from there: its flaring angle a at the distance x
    obeys sin^2 a = 2.98 p_dyn^(-0.524) (0.152 - m b_z) exp(0.085 x) with m = 0.00137 for northward and 0.00644 for
    southward field, and its radius is the integral of tan a.

    Examples
    --------
    >>> float(petrinec_russell_1996(0.0, 2.1, -5.0))
    9.5
    """
    xp = namespace(theta, p_dyn, b_z)
    north, south = xp.maximum(b_z, 0.0 * b_z), xp.minimum(b_z, 0.0 * b_z)
    scale = (p_dyn / 2.1) ** (-1 / 6)
    flank = 14.63
    angle = xp.abs(theta)

    day = xp.minimum(angle, 0.0 * angle + xp.pi / 2)
    r_day = flank * scale / (1 + (flank / (10.3 + 0.16 * south) - 1) * xp.cos(day))

    # By night a ray at this angle meets the tail at x = -u, where u = c R(u) with c the cotangent from the tail axis.
    # R is concave, so that Newton's steps from beyond the root come down to it without ever crossing it.
    rate = 0.085
    night = xp.maximum(angle, 0.0 * angle + xp.pi / 2)
    cotangent = -xp.cos(night) / xp.sin(night)
    opening = xp.sqrt(2.98 * p_dyn**-0.524 * (0.152 - 0.00137 * north - 0.00644 * south))
    u = cotangent * (flank * scale + 2 / rate * xp.asin(opening))
    for _ in range(12):
        sine = opening * xp.exp(-0.5 * rate * u)
        radius = flank * scale + 2 / rate * (xp.asin(opening) - xp.asin(sine))
        slope = sine / xp.sqrt(1 - sine**2)
        u = u - (u - cotangent * radius) / (1 - cotangent * slope)
    radius = flank * scale + 2 / rate * (xp.asin(opening) - xp.asin(opening * xp.exp(-0.5 * rate * u)))
    r_night = xp.sqrt(u**2 + radius**2)
    return xp.where(angle <= xp.pi / 2, r_day, r_night)


@model(
    cite="Shue et al. 1997, J. Geophys. Res. 102, 9497, doi:10.1029/97JA00196",
    valid={"p_dyn": (0.5, 8.5), "b_z": (-18.0, 15.0)},
    even=("theta",),
)
def shue_1997(theta: rad, p_dyn: nPa, b_z: nT) -> R_E:
    """Geocentric distance of the magnetopause, without saturation under southward field.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_z : float or array, nT
        North-south component of the interplanetary field, GSM.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre; infinite straight down the tail.

    Notes
    -----
    The shape r = r0 [2 / (1 + cos theta)]^alpha that :func:`shue_1998` keeps, with a nose that moves in by 0.14 R_E
    per nT of southward field without end: for b_z below -18 nT it stands much too close.

    Examples
    --------
    >>> float(shue_1997(0.0, 1.0, -10.0))
    10.0
    """
    xp = namespace(theta, p_dyn, b_z)
    north, south = xp.maximum(b_z, 0.0 * b_z), xp.minimum(b_z, 0.0 * b_z)
    standoff = (11.4 + 0.013 * north + 0.14 * south) * p_dyn ** (-1 / 6.6)
    flaring = (0.58 - 0.010 * b_z) * (1 + 0.010 * p_dyn)
    return standoff * (2 / (1 + xp.cos(theta))) ** flaring


@model(
    cite="Shue et al. 1998, J. Geophys. Res. 103, 17691, doi:10.1029/98JA01103",
    valid={"p_dyn": (0.5, 60.0), "b_z": (-20.0, 20.0)},
    monotonic={"p_dyn": -1},
)
def shue_1998(theta: rad, p_dyn: nPa, b_z: nT) -> R_E:
    """Geocentric distance of the magnetopause.

    A shape r = r0 [2 / (1 + cos theta)]^alpha whose standoff and flaring follow the wind; the effect of southward
    field saturates, which the fit of 1997 lacks.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_z : float or array, nT
        North-south component of the interplanetary field, GSM.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre, of the broadcast shape of the inputs.

    Notes
    -----
    Equations 10 and 11 of the paper, from crossings with 0.5 < p_dyn < 8.5 nPa and -18 < b_z < 15 nT; the form was
    chosen so that it may be carried beyond, which the stated range allows. Where geosynchronous satellites did meet
    the magnetopause, the model stands about 2 R_E too far out on average; but crossings that it predicts and that do
    not happen are as frequent as those it misses (see :func:`geosynchronous_exposure`).

    Examples
    --------
    >>> float(shue_1998(0.0, 2.0, 0.0).round(2))
    10.25
    """
    xp = namespace(theta, p_dyn, b_z)
    standoff = (10.22 + 1.29 * xp.tanh(0.184 * (b_z + 8.14))) * p_dyn ** (-1 / 6.6)
    flaring = (0.58 - 0.007 * b_z) * (1 + 0.024 * xp.log(p_dyn))
    return standoff * (2 / (1 + xp.cos(theta))) ** flaring


@model(
    cite="Lin et al. 2010, J. Geophys. Res. 115, A04207, doi:10.1029/2009JA014235",
)
def lin_2010(theta: rad, p_dyn: nPa, b_z: nT, p_mag: nPa = 0.0, phi: rad = 0.0, dipole_tilt: rad = 0.0) -> R_E:
    """Geocentric distance of the magnetopause, with its asymmetries and the dents of the cusps.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line, 0 to pi.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_z : float or array, nT
        North-south component of the interplanetary field, GSM.
    p_mag : float or array, nPa
        Magnetic pressure of the solar wind, which the fit adds to the dynamic pressure; it matters in magnetic clouds.
    phi : float or array, rad
        Azimuth about the Sun-Earth line from dusk (+y) towards north (+z), GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole, positive when its northern end leans to the Sun.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre.

    Notes
    -----
    Equations 19 to 21 and the coefficients a_0 to a_21 of the paper's table 9. The nose saturates under southward
    field; the nose itself feels a little of both cusps. The tail is open, and theta = pi lies at infinity.

    Examples
    --------
    >>> float(lin_2010(0.0, 2.0, -5.0).round(2))
    9.85
    """
    xp = namespace(theta, p_dyn, b_z, p_mag, phi, dipole_tilt)
    pressure = p_dyn + p_mag
    nose = 12.544 * pressure**-0.194 * (1 + 0.305 * (xp.exp(0.0573 * b_z) - 1) / (xp.exp(2.178 * b_z) + 1))
    exponent = (
        -0.999
        + 16.473 * (xp.exp(0.00152 * b_z) - 1) / (xp.exp(0.382 * b_z) + 1)
        + 0.0431 * xp.cos(phi)
        + (-0.00763 - 0.210 * dipole_tilt) * xp.sin(phi)
        + 0.0405 * xp.sin(phi) ** 2
    )
    shape = (xp.cos(theta / 2) + 0.0571 * xp.sin(2 * theta) * (1 - xp.exp(-theta))) ** exponent
    depth = -4.430 * pressure**-0.636
    cusps = 0.0
    for hemisphere in (1, -1):
        steepness = -2.600 + hemisphere * 0.832 * dipole_tilt - 5.328 * dipole_tilt**2
        place = 1.103 - hemisphere * 0.907 * dipole_tilt
        cosine = xp.cos(theta) * xp.cos(place) + hemisphere * xp.sin(theta) * xp.sin(place) * xp.sin(phi)
        from_cusp = xp.acos(xp.clip(cosine, -1.0, 1.0))
        cusps = cusps + depth * xp.exp(steepness * from_cusp**1.450)
    return nose * shape + cusps


@model(
    cite="Shue et al. 1998, J. Geophys. Res. 103, 17691, doi:10.1029/98JA01103",
    valid={"magnetopause_standoff": (3.0, 20.0), "b_z": (-20.0, 20.0)},
    monotonic={"magnetopause_standoff": -1, "b_z": 1},
)
def shue_1998_pressure(magnetopause_standoff: R_E, b_z: nT) -> nPa:
    """Dynamic pressure of the solar wind that brings the fitted magnetopause to a given distance.

    Parameters
    ----------
    magnetopause_standoff : float or array, R_E
        Geocentric distance of the subsolar magnetopause.
    b_z : float or array, nT
        North-south component of the interplanetary field, GSM.

    Returns
    -------
    p_dyn : float or array, nPa
        The pressure, which grows with the power 6.6 of the compression.

    Notes
    -----
    The inverse of :func:`shue_1998` at the nose: from 10 to 4.7 R_E it takes 146 times the pressure.

    Examples
    --------
    >>> float(shue_1998_pressure(6.6178, 0.0).round(1))
    35.9
    """
    xp = namespace(magnetopause_standoff, b_z)
    return ((10.22 + 1.29 * xp.tanh(0.184 * (b_z + 8.14))) / magnetopause_standoff) ** 6.6


@model(
    cite="Shue et al. 1998, J. Geophys. Res. 103, 17691, doi:10.1029/98JA01103",
    valid={"p_dyn": (0.5, 60.0), "b_z": (-20.0, 20.0)},
    monotonic={"p_dyn": 1},
)
def geosynchronous_exposure(p_dyn: nPa, b_z: nT) -> h:
    """Half-width in local time of the part of geosynchronous orbit that lies outside the magnetopause.

    Parameters
    ----------
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_z : float or array, nT
        North-south component of the interplanetary field, GSM.

    Returns
    -------
    half_width : float or array, h
        Hours on either side of noon in which a satellite there is in the magnetosheath; 0 where there are none.

    Notes
    -----
    Where the surface of :func:`shue_1998` crosses 6.62 R_E, the orbit taken to lie in the plane of the Sun-Earth
    line. Of the time that geosynchronous satellites spent in the magnetosheath the model predicts 74 %, with 27 % of
    false alarms (Yang et al. 2002, J. Geophys. Res. 107, 1008).

    Examples
    --------
    >>> float(geosynchronous_exposure(21.4, -20.0).round(1))
    3.4
    """
    xp = namespace(p_dyn, b_z)
    nose = shue_1998.spec.function(0.0, p_dyn, b_z)
    flaring = (0.58 - 0.007 * b_z) * (1 + 0.024 * xp.log(p_dyn))
    q = (nose / GEOSYNCHRONOUS_RADIUS) ** (1 / flaring)
    outside = q < 1
    theta = xp.acos(2 * xp.where(outside, q, 0.0 * q + 0.5) - 1)
    return xp.where(outside, theta * (12 / xp.pi), 0.0 * q)
