"""Convection: the electric field that the wind imposes, the voltage across the polar cap, and the drift it drives."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.model import model
from sunearth.core.units import R_E, MeV_G, S, deg, dimensionless, h, km, km_s, kV, mV_m, nPa, nT

from .coupling import kan_lee_1979, transverse

_MV_M = 1e-3
"""km/s times nT in mV/m"""


class ElectricField(NamedTuple):
    """An electric field in the axes of the velocity and field it comes from."""

    e_x: mV_m
    e_y: mV_m
    e_z: mV_m


class Drift(NamedTuple):
    """A drift velocity in the axes of the fields it comes from."""

    v_x: km_s
    v_y: km_s
    v_z: km_s


@model(cite="Dungey 1961, Phys. Rev. Lett. 6, 47, doi:10.1103/PhysRevLett.6.47")
def convection_field(v_x: km_s, v_y: km_s, v_z: km_s, b_x: nT, b_y: nT, b_z: nT) -> ElectricField:
    """Electric field of a plasma that carries a magnetic field along.

    Parameters
    ----------
    v_x, v_y, v_z : float or array, km/s
        Velocity of the plasma; the wind has a negative v_x.
    b_x, b_y, b_z : float or array, nT
        Magnetic field in the same axes.

    Returns
    -------
    e_x : float or array, mV/m
        Component towards the Sun.
    e_y : float or array, mV/m
        Component towards dusk, positive in the wind for a southward field.
    e_z : float or array, mV/m
        Component towards the north.

    Notes
    -----
    E = -v x B. Of the wind's own field a tenth to a fifth is found inside the magnetosphere.

    Examples
    --------
    >>> float(convection_field(-400.0, 0.0, 0.0, 0.0, 0.0, -5.0).e_y)
    2.0
    """
    from sunearth.heliosphere.parker_wind import frozen_in_field

    return ElectricField(*frozen_in_field.spec.function(v_x, v_y, v_z, b_x, b_y, b_z))


@model(cite="Alfven 1950, Cosmical Electrodynamics")
def e_cross_b_drift(e_x: mV_m, e_y: mV_m, e_z: mV_m, b_x: nT, b_y: nT, b_z: nT) -> Drift:
    """Velocity with which all particles drift in crossed electric and magnetic fields.

    Parameters
    ----------
    e_x, e_y, e_z : float or array, mV/m
        Electric field.
    b_x, b_y, b_z : float or array, nT
        Magnetic field in the same axes.

    Returns
    -------
    v_x : float or array, km/s
        First component; NaN where there is no magnetic field.
    v_y : float or array, km/s
        Second component.
    v_z : float or array, km/s
        Third component.

    Notes
    -----
    E x B / B^2, whatever the charge, the mass and the energy.

    Examples
    --------
    >>> float(e_cross_b_drift(0.0, 0.5, 0.0, 0.0, 0.0, 100.0).v_x)
    5.0
    """
    scale = 1.0 / _MV_M / (b_x * b_x + b_y * b_y + b_z * b_z)
    return Drift(
        (e_y * b_z - e_z * b_y) * scale,
        (e_z * b_x - e_x * b_z) * scale,
        (e_x * b_y - e_y * b_x) * scale,
    )


@model(
    cite="Boyle et al. 1997, J. Geophys. Res. 102, 111",
    valid={"speed": (250.0, 900.0), "b": (0.0, 20.0), "b_y": (-20.0, 20.0), "b_z": (-20.0, 20.0)},
    even=("b_y",),
    monotonic={"speed": 1, "b": 1},
)
def boyle_1997(speed: km_s, b: nT, b_y: nT, b_z: nT) -> kV:
    """Voltage across the polar cap for a steady wind of ordinary strength.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the solar wind.
    b : float or array, nT
        Magnitude of the interplanetary field.
    b_y, b_z : float or array, nT
        Its components, GSM; only their ratio, the clock angle, counts.

    Returns
    -------
    potential : float or array, kV
        Largest potential difference across the polar cap.

    Notes
    -----
    1e-4 v^2 + 11.7 B sin^3(theta / 2), from passes of DMSP while the wind had been steady for hours: a viscous part
    and merging. There is no saturation in it, so that it overshoots in great storms.

    Examples
    --------
    >>> float(boyle_1997(400.0, 5.0, 0.0, -5.0).round(1))
    74.5
    """
    _, sine = transverse(b_y, b_z)
    return 1e-4 * speed**2 + 11.7 * b * sine**3


@model(
    cite="Ridley 2005, Ann. Geophys. 23, 3533",
    valid={
        "speed": (250.0, 1200.0),
        "b": (0.0, 60.0),
        "mach_alfven": (1.0, 30.0),
        "magnetopause_standoff": (5.0, 13.0),
    },
    even=("b_y",),
    monotonic={"b": 1, "mach_alfven": 1, "magnetopause_standoff": 1},
)
def ridley_2005(
    speed: km_s, b: nT, b_y: nT, b_z: nT, mach_alfven: dimensionless, magnetopause_standoff: R_E = 9.0
) -> kV:
    """Voltage across the polar cap, saturating as the Alfven Mach number falls.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the solar wind.
    b : float or array, nT
        Magnitude of the interplanetary field.
    b_y, b_z : float or array, nT
        Its components, GSM; only their ratio counts.
    mach_alfven : float or array, 1
        Alfven Mach number of the solar wind.
    magnetopause_standoff : float or array, R_E
        Geocentric distance of the subsolar magnetopause.

    Returns
    -------
    potential : float or array, kV
        Largest potential difference across the polar cap.

    Notes
    -----
    [1e-4 v^2 + 11.7 B (1 - exp(-M_A / 3)) sin^3(theta / 2)] r_mp / 9: the relation of Boyle et al. (1997), with the
    field throttled when the wind is magnetically dominated, and scaled with the size of the obstacle.

    Examples
    --------
    >>> float(ridley_2005(400.0, 5.0, 0.0, -5.0, 8.0, 9.0).round(1))
    70.4
    """
    xp = namespace(speed, b, b_y, b_z, mach_alfven, magnetopause_standoff)
    _, sine = transverse(b_y, b_z)
    merging = 11.7 * b * (1.0 - xp.exp(-mach_alfven / 3.0)) * sine**3
    return (1e-4 * speed**2 + merging) * magnetopause_standoff / 9.0


@model(
    cite="Siscoe et al. 2002, J. Geophys. Res. 107, 1075",
    valid={
        "speed": (250.0, 1500.0),
        "b_y": (-60.0, 60.0),
        "b_z": (-60.0, 60.0),
        "p_dyn": (0.3, 100.0),
        "pedersen_conductance": (1.0, 30.0),
    },
    even=("b_y",),
    monotonic={"speed": 1, "b_z": -1, "pedersen_conductance": -1},
)
def hill_siscoe_2002(
    speed: km_s,
    b_y: nT,
    b_z: nT,
    p_dyn: nPa,
    pedersen_conductance: S = 10.0,
    viscous_potential: kV = 30.0,
) -> kV:
    """Voltage across the polar cap, limited by the currents it drives through the ionosphere.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the solar wind.
    b_y, b_z : float or array, nT
        Interplanetary field, GSM.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    pedersen_conductance : float or array, S
        Height-integrated Pedersen conductance of the polar ionosphere.
    viscous_potential : float or array, kV
        What remains when nothing merges; 0 gives the original formula, which has none.

    Returns
    -------
    potential : float or array, kV
        Largest potential difference across the polar cap.

    Notes
    -----
    Phi_m Phi_s / (Phi_m + Phi_s). The magnetosphere alone would see Phi_m = 57.6 E P^(-1/6), with the merging field
    E = v B_T sin^2(theta / 2); region 1 currents strong enough to cancel the dipole at the magnetopause cap it at
    Phi_s = 57.6 P^(1/3) / (0.0125 xi Sigma), xi = 4.45 - 1.08 log10 Sigma (Hill et al. 1976, with the constants of
    Siscoe et al. 2002 and a dipole of today's strength). The cap is often quoted as 1600 P^(1/3) / Sigma, which is
    xi = 2.9: at 10 S it stands 17 per cent above the form used here. The viscous potential is added to Phi_m, as
    tests against satellites do. Observations in the storms of 2003 level off at about 260 kV.

    Examples
    --------
    >>> float(hill_siscoe_2002(400.0, 0.0, -5.0, 1.5).round(1))
    73.2
    """
    xp = namespace(speed, b_y, b_z, p_dyn, pedersen_conductance, viscous_potential)
    field = kan_lee_1979.spec.function(speed, b_y, b_z)
    magnetospheric = viscous_potential + 57.6 * field * p_dyn ** (-1 / 6)
    geometry = 4.45 - 1.08 * xp.log(pedersen_conductance) / np.log(10.0)
    saturation = 57.6 * p_dyn ** (1 / 3) / (0.0125 * geometry * pedersen_conductance)
    return magnetospheric * saturation / (magnetospheric + saturation)


@model(
    cite="Kivelson and Ridley 2008, J. Geophys. Res. 113, A05214",
    valid={
        "speed": (250.0, 1500.0),
        "b_y": (-60.0, 60.0),
        "b_z": (-60.0, 60.0),
        "mach_alfven": (1.0, 30.0),
        "pedersen_conductance": (1.0, 30.0),
        "magnetopause_standoff": (5.0, 13.0),
    },
    even=("b_y",),
    monotonic={"b_z": -1, "mach_alfven": 1, "pedersen_conductance": -1},
)
def kivelson_ridley_2008(
    speed: km_s,
    b_y: nT,
    b_z: nT,
    mach_alfven: dimensionless,
    pedersen_conductance: S = 10.0,
    magnetopause_standoff: R_E = 10.0,
) -> kV:
    """Voltage across the polar cap, limited by the reflection of Alfven waves from the ionosphere.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the solar wind.
    b_y, b_z : float or array, nT
        Interplanetary field, GSM.
    mach_alfven : float or array, 1
        Alfven Mach number of the solar wind.
    pedersen_conductance : float or array, S
        Height-integrated Pedersen conductance of the polar ionosphere.
    magnetopause_standoff : float or array, R_E
        Geocentric distance of the subsolar magnetopause.

    Returns
    -------
    potential : float or array, kV
        Largest potential difference across the polar cap.

    Notes
    -----
    The wind's field reaches the ionosphere along Alfven wings of conductance Sigma_A = 1 / (mu_0 v_A), and the
    fraction 2 Sigma_A / (Sigma_P + Sigma_A) of it gets through: little when the wind's Alfven speed is high. It acts
    along 0.1 pi r_mp, and 1e-4 v^2 is added for the viscous interaction. The factor, this length and the viscous
    term are taken from later quotations of the paper, not from its own text; with them the voltage lies some 10 kV
    below that of Siscoe and Hill on average, as comparisons of the two have found.

    Examples
    --------
    >>> float(kivelson_ridley_2008(400.0, 0.0, -5.0, 8.0).round(1))
    65.2
    """
    alfven_speed = speed * 1e3 / mach_alfven
    alfven_conductance = 1.0 / (VACUUM_PERMEABILITY * alfven_speed)
    transmitted = 2.0 * alfven_conductance / (pedersen_conductance + alfven_conductance)
    length = 0.1 * np.pi * magnetopause_standoff * EARTH_RADIUS
    return 1e-4 * speed**2 + kan_lee_1979.spec.function(speed, b_y, b_z) * length * 1e-6 * transmitted


@model(
    cite="Dungey 1961, Phys. Rev. Lett. 6, 47, doi:10.1103/PhysRevLett.6.47",
    valid={"e_y": (-20.0, 30.0), "fraction": (0.05, 0.3)},
    monotonic={"e_y": 1},
)
def penetrating_field(e_y: mV_m, fraction: dimensionless = 0.15) -> mV_m:
    """Part of the wind's electric field that is found across the magnetosphere.

    Parameters
    ----------
    e_y : float or array, mV/m
        Dawn-dusk electric field of the wind, positive for southward field.
    fraction : float or array, 1
        Share that gets in: a tenth to a fifth.

    Returns
    -------
    e_y : float or array, mV/m
        Dawn-dusk field of the magnetosphere; zero for northward field.

    Examples
    --------
    >>> float(penetrating_field(2.0).round(2))
    0.3
    """
    xp = namespace(e_y, fraction)
    return fraction * xp.maximum(e_y, 0.0)


@model(
    cite="Volland 1973, J. Geophys. Res. 78, 171, doi:10.1029/JA078i001p00171",
    valid={"cpcp": (10.0, 300.0), "radius": (8.0, 30.0), "height": (80.0, 1000.0)},
    monotonic={"cpcp": 1, "radius": -1},
)
def polar_cap_field(cpcp: kV, radius: deg, height: km = 110.0) -> mV_m:
    """Mean dawn-dusk electric field across a circular polar cap.

    Parameters
    ----------
    cpcp : float or array, kV
        Voltage across the cap.
    radius : float or array, deg
        Angular radius of the cap.
    height : float or array, km
        Height of the ionosphere above the ground.

    Returns
    -------
    e_y : float or array, mV/m
        Voltage over the diameter 2 r sin(radius).

    Notes
    -----
    400 kV across a cap of 15 degrees are 121 mV/m on the ground's radius; the 8 mV/m in print elsewhere would take
    26 kV.

    Examples
    --------
    >>> float(polar_cap_field(60.0, 15.0).round(1))
    17.9
    """
    xp = namespace(cpcp, radius, height)
    across = 2.0 * (EARTH_RADIUS * 1e-3 + height) * xp.sin(radius * (np.pi / 180.0))
    return 1e3 * cpcp / across  # kV/km is 1000 mV/m


@model(
    cite="Volland 1973, J. Geophys. Res. 78, 171, doi:10.1029/JA078i001p00171",
    valid={"cpcp": (10.0, 300.0), "radius": (8.0, 30.0), "height": (80.0, 1000.0)},
    monotonic={"cpcp": 1, "radius": -1},
)
def polar_cap_drift(cpcp: kV, radius: deg, height: km = 110.0) -> km_s:
    """Antisunward drift over the middle of a circular polar cap.

    Parameters
    ----------
    cpcp : float or array, kV
        Voltage across the cap.
    radius : float or array, deg
        Angular radius of the cap.
    height : float or array, km
        Height of the ionosphere above the ground.

    Returns
    -------
    speed : float or array, km/s
        E / B with :func:`polar_cap_field` and the field of the dipole at its pole.

    Examples
    --------
    >>> float(polar_cap_drift(60.0, 15.0, 0.0).round(2))
    0.31
    """
    field = 2.0 * DIPOLE_EQUATORIAL_FIELD * (EARTH_RADIUS / (EARTH_RADIUS + 1e3 * height)) ** 3
    return polar_cap_field.spec.function(cpcp, radius, height) / field * 1e3


@model(
    cite="Maynard and Chen 1975, J. Geophys. Res. 80, 1009, doi:10.1029/JA080i007p01009",
    valid={"kp": (0.0, 8.5)},
    monotonic={"kp": 1},
)
def maynard_chen_1975(kp: dimensionless) -> kV:
    """Strength of shielded convection from the planetary index.

    Parameters
    ----------
    kp : float or array, 1
        Kp.

    Returns
    -------
    strength : float or array, kV
        A in the potential A (r / R_E)^2 sin(local time) of :func:`volland_stern`.

    Notes
    -----
    0.045 (1 - 0.159 Kp + 0.0093 Kp^2)^-3 kV, made so that the last closed equipotential meets the plasmapause of
    quiet and moderate times. It is largest at Kp 8.5.

    Examples
    --------
    >>> float(maynard_chen_1975(3.0).round(3))
    0.202
    """
    return 0.045 * (1.0 - 0.159 * kp + 0.0093 * kp**2) ** -3


_VOLLAND_STERN = "Stern 1975, J. Geophys. Res. 80, 595, doi:10.1029/JA080i004p00595"
_SHIELDED = {"r": (1.5, 10.0), "mlt": (0.0, 24.0), "strength": (0.04, 20.0), "shielding": (1.0, 3.0)}


class EquatorialField(NamedTuple):
    """An electric field in the equatorial plane."""

    e_r: mV_m
    e_phi: mV_m


def _local_angle(xp: Any, mlt: Any) -> tuple[Any, Any]:
    """Return sine and cosine of local time as an angle from midnight through dawn."""
    angle = mlt * (np.pi / 12.0)
    return xp.sin(angle), xp.cos(angle)


@model(cite=_VOLLAND_STERN, valid=_SHIELDED)
def volland_stern(r: R_E, mlt: h, strength: kV, shielding: dimensionless = 2.0) -> kV:
    """Potential of convection in the equatorial plane, shielded near the Earth.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    mlt : float or array, h
        Magnetic local time.
    strength : float or array, kV
        Potential at 1 R_E at dawn: of :func:`maynard_chen_1975`, or of :func:`uniform_strength` with shielding 1.
    shielding : float or array, 1
        Exponent: 1 for a uniform field, 2 for the field that fits the plasmapause.

    Returns
    -------
    potential : float or array, kV
        A (r / R_E)^gamma sin(local time), positive at dawn.

    Examples
    --------
    >>> float(volland_stern(6.0, 6.0, 0.2).round(1))
    7.2
    """
    xp = namespace(r, mlt, strength, shielding)
    sine, _ = _local_angle(xp, mlt)
    return strength * r**shielding * sine


@model(cite=_VOLLAND_STERN, valid=_SHIELDED)
def volland_stern_field(r: R_E, mlt: h, strength: kV, shielding: dimensionless = 2.0) -> EquatorialField:
    """Electric field of shielded convection in the equatorial plane.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    mlt : float or array, h
        Magnetic local time.
    strength : float or array, kV
        Potential at 1 R_E at dawn.
    shielding : float or array, 1
        Exponent of the potential.

    Returns
    -------
    e_r : float or array, mV/m
        Component away from the Earth.
    e_phi : float or array, mV/m
        Eastward component.

    Notes
    -----
    Minus the gradient of :func:`volland_stern`.

    Examples
    --------
    >>> field = volland_stern_field(6.0, 18.0, 0.2)
    >>> float(field.e_r.round(3)), abs(float(field.e_phi.round(3)))
    (0.377, 0.0)
    """
    xp = namespace(r, mlt, strength, shielding)
    sine, cosine = _local_angle(xp, mlt)
    scale = -strength * r ** (shielding - 1.0) * (1e6 / EARTH_RADIUS)  # kV/R_E in mV/m
    return EquatorialField(scale * shielding * sine, scale * cosine)


@model(cite=_VOLLAND_STERN, valid={"e_y": (0.01, 5.0)}, monotonic={"e_y": 1})
def uniform_strength(e_y: mV_m) -> kV:
    """Strength of convection with a uniform dawn-dusk field.

    Parameters
    ----------
    e_y : float or array, mV/m
        Field in the equatorial plane, from dawn to dusk.

    Returns
    -------
    strength : float or array, kV
        E R_E, for :func:`volland_stern` with shielding 1.

    Examples
    --------
    >>> float(uniform_strength(1.0).round(2))
    6.37
    """
    return e_y * EARTH_RADIUS * 1e-6


@model(
    cite=_VOLLAND_STERN,
    valid={"mlat": (45.0, 72.0), "mlt": (0.0, 24.0), "strength": (0.04, 20.0), "shielding": (1.0, 3.0)},
)
def mapped_volland_stern(mlat: deg, mlt: h, strength: kV, shielding: dimensionless = 2.0, height: km = 110.0) -> kV:
    """Potential of shielded convection in the ionosphere below it.

    Parameters
    ----------
    mlat : float or array, deg
        Magnetic latitude in the dipole, equatorward of the polar cap.
    mlt : float or array, h
        Magnetic local time.
    strength : float or array, kV
        Potential at 1 R_E at dawn.
    shielding : float or array, 1
        Exponent of the potential.
    height : float or array, km
        Height of the ionosphere above the ground.

    Returns
    -------
    potential : float or array, kV
        Of :func:`volland_stern` where the dipole's field line crosses the equator.

    Examples
    --------
    >>> float(mapped_volland_stern(65.9, 6.0, 0.2).round(1))
    7.4
    """
    xp = namespace(mlat, mlt, strength, shielding, height)
    top = (1.0 + 1e3 * height / EARTH_RADIUS) / xp.cos(mlat * (np.pi / 180.0)) ** 2
    return volland_stern.spec.function(top, mlt, strength, shielding)


@model(
    cite=_VOLLAND_STERN,
    valid={"potential": (-100.0, 100.0), "moment": (0.0, 1000.0), "r": (1.5, 10.0), "charge": (1.0, 2.0)},
)
def pseudo_potential(potential: kV, moment: MeV_G, r: R_E, charge: dimensionless = 1.0) -> kV:
    """Potential along whose contours a charged particle drifts in the equatorial plane of the dipole.

    Parameters
    ----------
    potential : float or array, kV
        Electric potential there, convection and corotation.
    moment : float or array, MeV/G
        Magnetic moment of a particle that mirrors at the equator.
    r : float or array, R_E
        Geocentric distance.
    charge : float or array, 1
        Charge in units of the proton's; -1 for electrons.

    Returns
    -------
    potential : float or array, kV
        Potential plus moment times field over charge: the total energy per charge, which a drift conserves.

    Notes
    -----
    For particles well below the speed of light. With no moment the contours are those of the cold plasma.

    Examples
    --------
    >>> float(pseudo_potential(0.0, 1.0, 6.6).round(2))
    1.04
    """
    field = DIPOLE_EQUATORIAL_FIELD * 1e-5 / r**3  # gauss
    return potential + 1e3 * moment * field / charge
