"""Corotation: the electric field of the rotating dipole, and where convection takes over from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, EARTH_ROTATION
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import R_E, deg, dimensionless, h, km, km_s, kV, mV_m, nT, nT_s, rad_s, rad_s_R_E

from .convection import maynard_chen_1975, volland_stern, volland_stern_field
from .plasmasphere import COROTATION_POTENTIAL

_FERRARO = "Ferraro 1937, Mon. Not. R. Astron. Soc. 97, 458"
_NISHIDA = "Nishida 1966, J. Geophys. Res. 71, 5669"
_STERN = "Stern 1975, J. Geophys. Res. 80, 595, doi:10.1029/JA080i004p00595"
_DEGREE = np.pi / 180.0

COROTATION_FIELD = EARTH_ROTATION * DIPOLE_EQUATORIAL_FIELD * 1e-9 * EARTH_RADIUS * 1e3
"""mV/m, at the surface on the equator of the dipole"""


@model(
    cite=_FERRARO,
    valid={
        "rho": (0.5, 10.0),
        "b_rho": (-1000.0, 1000.0),
        "b_z": (-1000.0, 1000.0),
        "d_omega_d_rho": (-1e-5, 1e-5),
        "d_omega_d_z": (-1e-5, 1e-5),
    },
)
def winding_rate(rho: R_E, b_rho: nT, b_z: nT, d_omega_d_rho: rad_s_R_E, d_omega_d_z: rad_s_R_E) -> nT_s:
    """Rate at which uneven rotation winds a magnetic field up.

    Parameters
    ----------
    rho : float or array, R_E
        Distance from the axis.
    b_rho, b_z : float or array, nT
        Magnetic field away from the axis and along it.
    d_omega_d_rho, d_omega_d_z : float or array, rad s^-1 R_E^-1
        Gradient of the angular speed.

    Returns
    -------
    rate : float or array, nT/s
        Growth of the azimuthal field.

    Notes
    -----
    rho B . grad Omega, the azimuthal part of curl (v x B) in a frozen field. It vanishes only if the angular speed is
    the same all along each field line (Ferraro's law of isorotation), as with Omega a function of L in the dipole.
    The curl is sometimes printed with 1 / rho too many, which leaves the law as it is.

    Examples
    --------
    >>> float(winding_rate(2.0, 100.0, 0.0, 1e-5, 0.0).round(4))
    0.002
    """
    return rho * (b_rho * d_omega_d_rho + b_z * d_omega_d_z)


_PLACE = {"r": (1.0, 8.0), "mlat": (-85.0, 85.0)}


@model(cite=_FERRARO, valid=_PLACE, even=("mlat",), monotonic={"r": 1})
def corotation_speed(r: R_E, mlat: deg = 0.0, angular_speed: rad_s = EARTH_ROTATION) -> km_s:
    """Speed of plasma that turns with the Earth.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    mlat : float or array, deg
        Magnetic latitude, the axis being that of the dipole.
    angular_speed : float or array, rad/s
        Of the Earth, or of plasma that lags behind.

    Returns
    -------
    speed : float or array, km/s
        Eastward.

    Notes
    -----
    Omega r cos(latitude). A drift E / B falling as r^-2, in print elsewhere, results from keeping the magnetic field
    constant.

    Examples
    --------
    >>> float(corotation_speed(4.0).round(2))
    1.86
    """
    xp = namespace(r, mlat, angular_speed)
    return angular_speed * r * xp.cos(mlat * _DEGREE) * EARTH_RADIUS * 1e-3


@model(cite=_FERRARO, valid=_PLACE, even=("mlat",))
def corotation_potential(
    r: R_E, mlat: deg = 0.0, angular_speed: rad_s = EARTH_ROTATION, equatorial_field: nT = DIPOLE_EQUATORIAL_FIELD
) -> kV:
    """Electric potential of the rotating dipole.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    mlat : float or array, deg
        Magnetic latitude.
    angular_speed : float or array, rad/s
        Of the Earth.
    equatorial_field : float or array, nT
        Surface field of the dipole at its equator.

    Returns
    -------
    potential : float or array, kV
        Zero at infinity and at the poles, negative in between, the same along each field line.

    Notes
    -----
    -Omega B_0 R_E^2 cos^2(latitude) R_E / r, that is -88 kV / L; with B_0 = 31200 nT, the field of an older epoch,
    it is the 92.4 kV often quoted.

    Examples
    --------
    >>> float(corotation_potential(4.0).round(1))
    -22.1
    """
    xp = namespace(r, mlat, angular_speed, equatorial_field)
    surface = angular_speed * equatorial_field * 1e-9 * EARTH_RADIUS**2 * 1e-3
    return -surface * xp.cos(mlat * _DEGREE) ** 2 / r


class MeridionalField(NamedTuple):
    """An electric field in the plane of a meridian."""

    e_r: mV_m
    e_mlat: mV_m


@model(cite=_FERRARO, valid=_PLACE)
def corotation_field(
    r: R_E, mlat: deg = 0.0, angular_speed: rad_s = EARTH_ROTATION, equatorial_field: nT = DIPOLE_EQUATORIAL_FIELD
) -> MeridionalField:
    """Electric field of the rotating dipole.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    mlat : float or array, deg
        Magnetic latitude.
    angular_speed : float or array, rad/s
        Of the Earth.
    equatorial_field : float or array, nT
        Surface field of the dipole at its equator.

    Returns
    -------
    e_r : float or array, mV/m
        Component away from the Earth.
    e_mlat : float or array, mV/m
        Northward component.

    Notes
    -----
    -(Omega x r) x B, equatorward and towards the Earth. On the surface its size is
    Omega R_E B_0 cos(latitude) (1 + 3 sin^2(latitude))^(1/2), largest at 35.3 degrees.

    Examples
    --------
    >>> [float(e.round(2)) for e in corotation_field(1.0, 45.0)]
    [-6.92, -13.85]
    """
    xp = namespace(r, mlat, angular_speed, equatorial_field)
    sine, cosine = xp.sin(mlat * _DEGREE), xp.cos(mlat * _DEGREE)
    scale = angular_speed * equatorial_field * 1e-9 * EARTH_RADIUS * 1e3 / r**2
    return MeridionalField(-scale * cosine**2, -2.0 * scale * sine * cosine)


@model(
    cite="Alfven 1950, Cosmical Electrodynamics",
    valid={
        "mlat": (-90.0, 90.0),
        "angular_speed": (1e-7, 2e-4),
        "equatorial_field": (1.0, 5e5),
        "radius": (1000.0, 1e5),
    },
    even=("mlat",),
    monotonic={"angular_speed": 1},
)
def unipolar_inductor_voltage(
    mlat: deg,
    angular_speed: rad_s = EARTH_ROTATION,
    equatorial_field: nT = DIPOLE_EQUATORIAL_FIELD,
    radius: km = EARTH_RADIUS * 1e-3,
) -> kV:
    """Voltage between the equator of a rotating magnetised sphere and a higher latitude.

    Parameters
    ----------
    mlat : float or array, deg
        Magnetic latitude.
    angular_speed : float or array, rad/s
        Of the sphere.
    equatorial_field : float or array, nT
        Its surface field at the equator of a dipole along the axis.
    radius : float or array, km
        Its radius.

    Returns
    -------
    voltage : float or array, kV
        B_0 Omega R^2 sin^2(latitude): the pole of the Earth is 88 kV above its equator.

    Examples
    --------
    >>> float(unipolar_inductor_voltage(90.0).round(1))
    88.2
    """
    xp = namespace(mlat, angular_speed, equatorial_field, radius)
    return equatorial_field * 1e-9 * angular_speed * radius**2 * 1e3 * xp.sin(mlat * _DEGREE) ** 2


_SHIELDED = {"r": (1.5, 10.0), "mlt": (0.0, 24.0), "strength": (0.04, 20.0), "shielding": (1.0, 3.0)}


@model(cite=_NISHIDA, valid=_SHIELDED)
def convection_plus_corotation(r: R_E, mlt: h, strength: kV, shielding: dimensionless = 2.0) -> kV:
    """Potential of convection and corotation together in the equatorial plane.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    mlt : float or array, h
        Magnetic local time.
    strength : float or array, kV
        Potential of convection at 1 R_E at dawn.
    shielding : float or array, 1
        Exponent of convection: 1 for a uniform field, 2 for a shielded one.

    Returns
    -------
    potential : float or array, kV
        Cold plasma drifts along its contours.

    Examples
    --------
    >>> float(convection_plus_corotation(6.0, 18.0, 0.2).round(1))
    -21.9
    """
    return volland_stern.spec.function(r, mlt, strength, shielding) - COROTATION_POTENTIAL / r


class EquatorialDrift(NamedTuple):
    """A drift in the equatorial plane."""

    v_r: km_s
    v_phi: km_s


@model(cite=_NISHIDA, valid=_SHIELDED)
def equatorial_drift(r: R_E, mlt: h, strength: kV, shielding: dimensionless = 2.0) -> EquatorialDrift:
    """Drift of cold plasma in the equatorial plane of the dipole.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    mlt : float or array, h
        Magnetic local time.
    strength : float or array, kV
        Potential of convection at 1 R_E at dawn.
    shielding : float or array, 1
        Exponent of convection.

    Returns
    -------
    v_r : float or array, km/s
        Away from the Earth.
    v_phi : float or array, km/s
        Eastward.

    Notes
    -----
    E x B / B^2 in a field that falls as r^-3, so that corotation is rigid.

    Examples
    --------
    >>> [abs(float(v.round(2))) for v in equatorial_drift(4.0, 0.0, 0.2)]
    [0.27, 1.86]
    """
    field = DIPOLE_EQUATORIAL_FIELD / r**3
    e_r, e_phi = volland_stern_field.spec.function(r, mlt, strength, shielding)
    e_r = e_r - COROTATION_FIELD / r**2
    # B points north, which is -theta: E x B has e_phi B along r and -e_r B along phi
    return EquatorialDrift(1e3 * e_phi / field, -1e3 * e_r / field)


@model(cite=_NISHIDA, valid={"e_y": (0.05, 5.0)}, monotonic={"e_y": -1})
def corotation_convection_boundary(e_y: mV_m) -> R_E:
    """Distance at which a uniform field of convection is as strong as corotation.

    Parameters
    ----------
    e_y : float or array, mV/m
        Dawn-dusk field in the equatorial plane.

    Returns
    -------
    distance : float or array, R_E
        Of the point at dusk where plasma stagnates.

    Notes
    -----
    (Omega B_0 R_E / E)^(1/2): 3.72 R_E for 1 mV/m. Texts that let the two potentials be equal there, or that find 3 R_E
    for 1 mV/m, are off; 6 to 7 R_E belong to 0.3 to 0.4 mV/m.

    Examples
    --------
    >>> float(corotation_convection_boundary(1.0).round(2))
    3.72
    """
    return (COROTATION_FIELD / e_y) ** 0.5


@model(
    cite=_STERN,
    valid={"strength": (0.04, 20.0), "shielding": (1.0, 4.0)},
    monotonic={"strength": -1},
)
def stagnation_distance(strength: kV, shielding: dimensionless = 2.0) -> R_E:
    """Distance at dusk at which cold plasma stands still.

    Parameters
    ----------
    strength : float or array, kV
        Potential of convection at 1 R_E at dawn.
    shielding : float or array, 1
        Exponent of convection.

    Returns
    -------
    distance : float or array, R_E
        (C / gamma A)^(1 / (gamma + 1)), where the two fields cancel.

    Examples
    --------
    >>> float(stagnation_distance(0.2).round(2))
    6.04
    """
    return (COROTATION_POTENTIAL / (shielding * strength)) ** (1.0 / (shielding + 1.0))


@model(cite=_NISHIDA, valid={"mlt": (0.0, 24.0), "e_y": (0.05, 5.0)}, monotonic={"e_y": -1})
def uniform_teardrop(mlt: h, e_y: mV_m) -> R_E:
    """Last closed equipotential of corotation and a uniform field of convection.

    Parameters
    ----------
    mlt : float or array, h
        Magnetic local time.
    e_y : float or array, mV/m
        Dawn-dusk field in the equatorial plane.

    Returns
    -------
    distance : float or array, R_E
        Of the separatrix through the stagnation point at dusk.

    Notes
    -----
    L_s / (1 + (1 + sin(local time))^(1/2)): L_s at dusk, half of it at midnight and noon, 0.414 of it at dawn.

    Examples
    --------
    >>> [float(r) for r in uniform_teardrop(np.array([0.0, 6.0, 12.0, 18.0]), 0.5).round(2)]
    [2.63, 2.18, 2.63, 5.26]
    """
    xp = namespace(mlt, e_y)
    # rounding must not make the root of a number below zero at dusk
    height = xp.maximum(1.0 + xp.sin(mlt * (np.pi / 12.0)), 0.0)
    return corotation_convection_boundary.spec.function(e_y) / (1.0 + xp.sqrt(height))


@model(cite=_STERN, valid={"mlt": (0.0, 24.0), "strength": (0.04, 3.0)}, monotonic={"strength": -1})
def shielded_teardrop(mlt: h, strength: kV) -> R_E:
    """Last closed equipotential of corotation and convection shielded with the exponent two.

    Parameters
    ----------
    mlt : float or array, h
        Magnetic local time.
    strength : float or array, kV
        Potential of convection at 1 R_E at dawn, see :func:`~.convection.maynard_chen_1975`.

    Returns
    -------
    distance : float or array, R_E
        Of the separatrix through the stagnation point at dusk.

    Notes
    -----
    With x in units of the stagnation distance and s = sin(local time) the separatrix is s x^3 + 3 x = 2. Its root is
    2 sin(asin(q) / 3) / q with q = (-s)^(1/2) in the evening half and 2 sinh(asinh(q) / 3) / q with q = s^(1/2) in the
    other: 1 at dusk, 2/3 at midnight and noon, 0.596 at dawn. At midnight
    :func:`~.plasmasphere.last_closed_equipotential` is the same with a strength from the wind.

    Examples
    --------
    >>> [float(r) for r in shielded_teardrop(np.array([0.0, 6.0, 12.0, 18.0]), 0.2).round(2)]
    [4.03, 3.6, 4.03, 6.04]
    """
    xp = namespace(mlt, strength)
    sine = xp.sin(mlt * (np.pi / 12.0))
    # where q is small both branches are 2/3 (1 - 4 s / 27), which also keeps their derivatives finite there
    small = xp.abs(sine) < 1e-5
    size = xp.sqrt(xp.where(small, 1.0, xp.abs(sine)))
    below_one = xp.where(size < 1.0, size, 1.0)
    evening = 2.0 * xp.sin(xp.asin(below_one) / 3.0) / below_one
    morning = 2.0 * xp.sinh(xp.asinh(size) / 3.0) / size
    shape = xp.where(sine < 0.0, evening, morning)
    shape = xp.where(small, (2.0 / 3.0) * (1.0 - 4.0 * sine / 27.0), shape)
    return stagnation_distance.spec.function(strength, 2.0) * shape


@model(cite=_STERN, valid={"mlt": (0.0, 24.0), "kp": (0.0, 8.5)}, monotonic={"kp": -1})
def teardrop_of_kp(mlt: h, kp: dimensionless) -> R_E:
    """Last closed equipotential of steady convection from the planetary index.

    Parameters
    ----------
    mlt : float or array, h
        Magnetic local time.
    kp : float or array, 1
        Kp.

    Returns
    -------
    distance : float or array, R_E
        :func:`shielded_teardrop` with the strength of Maynard and Chen (1975).

    Notes
    -----
    The plasmapause of :func:`~.plasmasphere.carpenter_anderson_1992` follows the largest Kp of a day; this is where
    it would stand had Kp lasted for days.

    Examples
    --------
    >>> float(teardrop_of_kp(18.0, 3.0).round(2))
    6.03
    """
    return shielded_teardrop.spec.function(mlt, maynard_chen_1975.spec.function(kp))


@model(
    cite="Kivelson and Russell 1995, Introduction to Space Physics",
    valid={"stagnation": (2.0, 8.0), "width": (10.0, 60.0)},
    monotonic={"stagnation": -1, "width": 1},
)
def crosstail_potential(stagnation: R_E, width: R_E = 50.0) -> kV:
    """Voltage across the tail if the field that stops corotation filled it.

    Parameters
    ----------
    stagnation : float or array, R_E
        Distance at dusk at which plasma stands still.
    width : float or array, R_E
        Width of the tail.

    Returns
    -------
    voltage : float or array, kV
        E_R L_T / L_s^2.

    Notes
    -----
    4 R_E and 50 R_E give 276 kV, not the 47 kV in print elsewhere; the ratio to the 83 kV printed for 3 R_E is right.
    Measured voltages are 40 to 150 kV: the field near the Earth is shielded and is not that of the tail.

    Examples
    --------
    >>> float(crosstail_potential(4.0).round(0))
    276.0
    """
    return COROTATION_FIELD / stagnation**2 * width * EARTH_RADIUS * 1e-6


class MappedField(NamedTuple):
    """An electric field of the equatorial plane mapped along the dipole to the Earth's surface."""

    azimuthal: mV_m
    meridional: mV_m


@model(cite="Mozer 1970, Planet. Space Sci. 18, 259", valid={"e_y": (0.0, 5.0), "l_shell": (1.5, 10.0)})
def mapped_field(e_y: mV_m, l_shell: dimensionless) -> MappedField:
    """Electric field of the equatorial plane mapped to the foot of the dipole's field line.

    Parameters
    ----------
    e_y : float or array, mV/m
        Field in the equatorial plane.
    l_shell : float or array, 1
        McIlwain's L.

    Returns
    -------
    azimuthal : float or array, mV/m
        If the field points east or west: it grows by L^(3/2).
    meridional : float or array, mV/m
        If it points to or from the Earth: it grows by 2 L (L - 3/4)^(1/2).

    Examples
    --------
    >>> [float(e.round(2)) for e in mapped_field(1.0, 4.0)]
    [8.0, 14.42]
    """
    return MappedField(e_y * l_shell**1.5, e_y * 2.0 * l_shell * (l_shell - 0.75) ** 0.5)


@model(cite=_FERRARO, valid={"l_shell": (1.0, 10.0)})
def corotation_at_foot(l_shell: dimensionless) -> mV_m:
    """Corotation field on the Earth's surface at the foot of a dipole line.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L.

    Returns
    -------
    field : float or array, mV/m
        Omega B_0 R_E 2 (L - 3/4)^(1/2) / L, the size of :func:`corotation_field` at cos^2(latitude) = 1 / L.

    Examples
    --------
    >>> float(corotation_at_foot(4.0).round(2))
    12.48
    """
    return COROTATION_FIELD * 2.0 * (l_shell - 0.75) ** 0.5 / l_shell


_TURNS = 60
"""Steps of the fixed point, each of which leaves less than a third of the error"""


@model(cite="Mozer 1970, Planet. Space Sci. 18, 259", valid={"e_y": (0.1, 2.0)}, monotonic={"e_y": -1})
def equal_at_foot(e_y: mV_m, component: str = "meridional") -> dimensionless:
    """Shell on which a mapped field of convection is as strong as corotation on the ground.

    Parameters
    ----------
    e_y : float or array, mV/m
        Field in the equatorial plane, the same at all distances.
    component : str
        ``"meridional"``: it points to or from the Earth; ``"azimuthal"``: east or west.

    Returns
    -------
    l_shell : float or array, 1
        L; corotation is the stronger inside.

    Raises
    ------
    InputError
        If the component has another name.

    Notes
    -----
    The meridional fields are equal where they are in space. The azimuthal one is mapped less: the outer root of
    L^5 = 4 (E_R / E)^2 (L - 3/4). 1 mV/m gives 3.7 and 5.1, where 3 is in print.

    Examples
    --------
    >>> float(equal_at_foot(1.0).round(2)), float(equal_at_foot(1.0, "azimuthal").round(2))
    (3.72, 5.06)
    """
    ratio = COROTATION_FIELD / e_y
    if component == "meridional":
        return ratio**0.5
    if component != "azimuthal":
        raise InputError(f"equal_at_foot: component must be meridional or azimuthal, got {component!r}")
    shell = (4.0 * ratio**2) ** 0.25
    for _ in range(_TURNS):
        shell = (4.0 * ratio**2 * (shell - 0.75)) ** 0.2
    return shell


class CylinderFlow(NamedTuple):
    """Flow round a cylinder, in units of its radius and of the speed of the stream."""

    stream_function: dimensionless
    v_r: dimensionless
    v_phi: dimensionless


@model(
    cite="Lamb 1932, Hydrodynamics",
    valid={"r": (1.0, 10.0), "mlt": (0.0, 24.0), "circulation": (-40.0, 40.0)},
)
def rotating_cylinder_flow(r: dimensionless, mlt: h, circulation: dimensionless = 4.0 * np.pi) -> CylinderFlow:
    """Ideal flow past a rotating cylinder, an analogue of the plasmasphere.

    Parameters
    ----------
    r : float or array, 1
        Distance from the axis in radii of the cylinder.
    mlt : float or array, h
        Angle from the side that the stream comes from, as local time from midnight: the stream runs to noon.
    circulation : float or array, 1
        Circulation over radius and speed of the stream, positive from midnight to dawn; 4 pi lets the two stagnation
        points meet on the cylinder at dusk.

    Returns
    -------
    stream_function : float or array, 1
        Over radius times speed; the flow follows its contours.
    v_r : float or array, 1
        Away from the axis, over the speed of the stream.
    v_phi : float or array, 1
        From midnight to dawn, over the speed of the stream.

    Notes
    -----
    With the angle phi from midnight through dawn, v_r = -(1 - 1 / r^2) cos phi and
    v_phi = (1 + 1 / r^2) sin phi + K / 2 pi r. Corotation falls off differently, with a potential of 1 / r where the
    vortex has a logarithm: the flows agree in kind only, closed lines inside and a stagnation point at dusk.

    Examples
    --------
    >>> [round(abs(float(v)), 6) for v in rotating_cylinder_flow(1.0, 18.0)[1:]]
    [0.0, 0.0]
    """
    xp = namespace(r, mlt, circulation)
    angle = mlt * (np.pi / 12.0)
    turning = circulation / (2.0 * np.pi)
    return CylinderFlow(
        -(r - 1.0 / r) * xp.sin(angle) - turning * xp.log(r),
        -(1.0 - r**-2.0) * xp.cos(angle),
        (1.0 + r**-2.0) * xp.sin(angle) + turning / r,
    )
