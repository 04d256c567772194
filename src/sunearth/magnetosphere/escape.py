"""The atmosphere's leak to space: what it takes to leave, how much leaves by which way, and what drives it."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from scipy import constants as _codata

from sunearth.core.arrays import namespace
from sunearth.core.constants import BOLTZMANN, EARTH_RADIUS, ELEMENTARY_CHARGE, VACUUM_PERMEABILITY
from sunearth.core.model import model
from sunearth.core.units import (
    R_E,
    K,
    Mg_day,
    V,
    V_m,
    dimensionless,
    eV,
    h,
    kg,
    kg_s,
    km,
    km_s,
    mV_m,
    mW_m2,
    nPa,
    nT,
    per_cm2_s,
    per_cm3,
    per_s,
    sfu,
    utc,
    yr,
)
from sunearth.numerics.series import as_rows, interval_hours

EARTH_GM: Final = 3.986004418e14
"""m^3 s^-2, with the atmosphere (IERS)"""
ATOMIC_MASS: Final = _codata.atomic_mass
"""kg"""
ATMOSPHERE_MASS: Final = 5.15e18
"""kg"""
PROTON, HELIUM, OXYGEN = 1.00728, 4.00205, 15.9944
"""Masses of the singly charged ions, u"""

_JEANS = "Jeans 1925, The Dynamical Theory of Gases, Cambridge"
_PANNEKOEK = "Pannekoek 1922, Bull. Astron. Inst. Neth. 1, 107"
_STRANGEWAY = "Strangeway et al. 2005, J. Geophys. Res. 110, A03221"
_YAU = "Yau et al. 1988, AGU Geophys. Monogr. 44, 211"
_ENGWALL = "Engwall et al. 2009, Nat. Geosci. 2, 24"
_BOROVSKY_DENTON = "Borovsky and Denton 2008, J. Geophys. Res. 113, doi:10.1029/2007JA012994"
_LEE = "Lee et al. 2016, J. Geophys. Res. 121, 492"


# What it takes to leave -----------------------------------------------------------------------------------------------


@model(
    cite=_JEANS,
    valid={"altitude": (0.0, 1e5), "mass": (1.0, 60.0)},
    monotonic={"altitude": -1, "mass": 1},
)
def escape_energy(altitude: km, mass: dimensionless = 1.0) -> eV:
    """Energy that takes a particle out of the Earth's gravity.

    Parameters
    ----------
    altitude : float or array, km
        Height above the mean radius of the Earth.
    mass : float or array, 1
        Mass of the particle, in atomic mass units.

    Returns
    -------
    energy : float or array, eV
        G M m / r.

    Examples
    --------
    >>> escape_energy(0.0, [1.0, 4.0, 16.0]).round(3).tolist()
    [0.648, 2.594, 10.375]
    """
    return EARTH_GM * ATOMIC_MASS * mass / ((EARTH_RADIUS + altitude * 1e3) * ELEMENTARY_CHARGE)


@model(cite=_JEANS, valid={"altitude": (0.0, 1e5)}, monotonic={"altitude": -1})
def escape_speed(altitude: km) -> km_s:
    """Speed that takes a body out of the Earth's gravity.

    Parameters
    ----------
    altitude : float or array, km
        Height above the mean radius of the Earth.

    Returns
    -------
    speed : float or array, km/s
        (2 G M / r)^(1/2), the same for all masses.

    Examples
    --------
    >>> float(escape_speed(500.0).round(3))
    10.771
    """
    return (2 * EARTH_GM / (EARTH_RADIUS + altitude * 1e3)) ** 0.5 * 1e-3


@model(
    cite=_JEANS,
    valid={"temperature": (200.0, 5e3), "altitude": (0.0, 5e3), "mass": (1.0, 60.0)},
    monotonic={"temperature": -1, "altitude": -1, "mass": 1},
)
def jeans_parameter(temperature: K, altitude: km = 500.0, mass: dimensionless = 1.0) -> dimensionless:
    """Escape energy over thermal energy.

    Parameters
    ----------
    temperature : float or array, K
        Temperature of the exobase.
    altitude : float or array, km
        Height of the exobase.
    mass : float or array, 1
        Mass of the atom, in atomic mass units.

    Returns
    -------
    parameter : float or array, 1
        G M m / (k T r).

    Examples
    --------
    >>> jeans_parameter(1000.0, 500.0, [1.0, 16.0]).round(3).tolist()
    [6.977, 111.633]
    """
    return EARTH_GM * ATOMIC_MASS * mass / ((EARTH_RADIUS + altitude * 1e3) * BOLTZMANN * temperature)


@model(
    cite=_JEANS,
    valid={"n": (1e2, 1e8), "temperature": (500.0, 2500.0), "altitude": (300.0, 800.0), "mass": (1.0, 4.0)},
    monotonic={"n": 1, "temperature": 1, "mass": -1},
)
def jeans_flux(n: per_cm3, temperature: K, altitude: km = 500.0, mass: dimensionless = 1.0) -> per_cm2_s:
    """Thermal escape of neutral atoms from the exobase.

    Parameters
    ----------
    n : float or array, cm^-3
        Density of the atoms at the exobase.
    temperature : float or array, K
        Their temperature.
    altitude : float or array, km
        Height of the exobase.
    mass : float or array, 1
        Mass of the atom, in atomic mass units.

    Returns
    -------
    flux : float or array, cm^-2 s^-1
        n v_0 (1 + L) exp(-L) / (2 pi^(1/2)), with v_0^2 = 2 k T / m and L of :func:`jeans_parameter`.

    Notes
    -----
    It takes the atoms as Maxwellian, whereas escape itself thins out the fast ones: 0 to 30 % too much for hydrogen.
    At 1000 K and 1e5 cm^-3 the whole exobase loses 5.1e26 atoms of hydrogen a second, 0.84 kg/s, at 1500 K nine times
    that; oxygen stays.

    Examples
    --------
    >>> print(f"{jeans_flux(1e5, 1000.0):.3g}")
    8.56e+07
    """
    xp = namespace(n, temperature, altitude, mass)
    r = EARTH_RADIUS + altitude * 1e3
    parameter = EARTH_GM * ATOMIC_MASS * mass / (r * BOLTZMANN * temperature)
    thermal = (2 * BOLTZMANN * temperature / (ATOMIC_MASS * mass)) ** 0.5
    return n * thermal * 1e2 * (1 + parameter) * xp.exp(-parameter) / (2 * math.pi**0.5)


@model(
    cite=_PANNEKOEK,
    valid={"altitude": (200.0, 5e3), "t_e": (500.0, 1e4), "t_i": (500.0, 1e4), "mass": (1.0, 32.0)},
    monotonic={"altitude": -1, "t_e": 1, "t_i": -1, "mass": 1},
)
def ambipolar_field(altitude: km, t_e: K, t_i: K, mass: dimensionless = 16.0) -> V_m:
    """Electric field that holds electrons and ions of the upper ionosphere together.

    Parameters
    ----------
    altitude : float or array, km
        Height.
    t_e, t_i : float or array, K
        Temperatures of electrons and ions.
    mass : float or array, 1
        Mass of the ions, in atomic mass units.

    Returns
    -------
    e : float or array, V/m
        m g t_e / (e (t_e + t_i)), upward: half the weight of the ions at one temperature.

    Notes
    -----
    In diffusive equilibrium of one kind of ion. With oxygen at one temperature it lifts a proton with eight times its
    weight. A rocket measured 1.09e-6 V/m, 0.55 +- 0.09 V between 250 and 768 km, over the sunlit polar cap (Collinson
    et al. 2024, Nature 632, 1021): three quarters of the weight of oxygen, electrons being the hotter.

    Examples
    --------
    >>> print(f"{ambipolar_field(0.0, 2000.0, 2000.0):.2e}")
    8.14e-07
    """
    gravity = EARTH_GM / (EARTH_RADIUS + altitude * 1e3) ** 2
    return ATOMIC_MASS * mass * gravity / ELEMENTARY_CHARGE * t_e / (t_e + t_i)


@model(
    cite=_PANNEKOEK,
    valid={"t_e": (300.0, 2e4), "density_ratio": (1.0, 1e6)},
    monotonic={"t_e": 1, "density_ratio": 1},
)
def ambipolar_potential(t_e: K, density_ratio: dimensionless) -> V:
    """Potential drop along which isothermal electrons thin out.

    Parameters
    ----------
    t_e : float or array, K
        Temperature of the electrons.
    density_ratio : float or array, 1
        Density below over density above.

    Returns
    -------
    potential : float or array, V
        (k t_e / e) ln(ratio).

    Examples
    --------
    >>> float(ambipolar_potential(3000.0, 1000.0).round(2))
    1.79
    """
    xp = namespace(t_e, density_ratio)
    return BOLTZMANN * t_e / ELEMENTARY_CHARGE * xp.log(density_ratio)


# The budget -----------------------------------------------------------------------------------------------------------


@model(cite=_ENGWALL, valid={"rate": (1e20, 1e29), "mass": (1.0, 60.0)}, monotonic={"rate": 1, "mass": 1})
def mass_rate(rate: per_s, mass: dimensionless = PROTON) -> kg_s:
    """Mass that a stream of ions takes away.

    Parameters
    ----------
    rate : float or array, s^-1
        Ions a second.
    mass : float or array, 1
        Mass of the ion, in atomic mass units.

    Returns
    -------
    mass_rate : float or array, kg/s
        1e26 protons a second are 0.167 kg/s, or 5280 t a year.

    Examples
    --------
    >>> float(mass_rate(1e26).round(3))
    0.167
    """
    return ATOMIC_MASS * rate * mass


@model(cite=_ENGWALL, valid={"mass_rate": (1e-3, 1e3)}, monotonic={"mass_rate": 1})
def tonnes_per_day(mass_rate: kg_s) -> Mg_day:
    """Loss of mass in tonnes a day.

    Parameters
    ----------
    mass_rate : float or array, kg/s
        Loss of mass.

    Returns
    -------
    loss : float or array, Mg/d
        86.4 for 1 kg/s.

    Examples
    --------
    >>> float(tonnes_per_day(1.0))
    86.4
    """
    return 86.4 * mass_rate


@model(
    cite=_ENGWALL,
    valid={"mass_rate": (1e-3, 1e3), "mass": (1e15, 1e20)},
    monotonic={"mass_rate": -1, "mass": 1},
)
def atmospheric_lifetime(mass_rate: kg_s, mass: kg = ATMOSPHERE_MASS) -> yr:
    """Time in which a steady loss would take the whole atmosphere.

    Parameters
    ----------
    mass_rate : float or array, kg/s
        Loss of mass.
    mass : float or array, kg
        Mass of the atmosphere.

    Returns
    -------
    lifetime : float or array, yr
        1.6e11 years at 1 kg/s: twelve times the age of the universe.

    Examples
    --------
    >>> print(f"{atmospheric_lifetime(1.0):.3g}")
    1.63e+11
    """
    return mass / (mass_rate * 365.25 * 86400.0)


@model(
    cite=_ENGWALL,
    valid={"n": (0.01, 2.0), "speed": (5.0, 60.0), "radius": (5.0, 40.0)},
    monotonic={"n": 1, "speed": 1, "radius": 1},
)
def lobe_outflow(n: per_cm3, speed: km_s, radius: R_E = 20.0) -> per_s:
    """Ions that leave a second through both lobes of the tail.

    Parameters
    ----------
    n : float or array, cm^-3
        Density of the cold ions.
    speed : float or array, km/s
        Their speed down the tail.
    radius : float or array, R_E
        Radius of the tail, which the lobes are taken to fill.

    Returns
    -------
    rate : float or array, s^-1
        Flux times the section of the tail.

    Notes
    -----
    Ions of a few eV do not reach a satellite charged to tens of volts; their wake behind it gives density and speed.
    So found, they make up most of what leaves, of the order of 1e26 s^-1, thousands of tonnes of hydrogen a year. They
    come over the pole: the slow drift out of the plasmasphere at low latitude is another way.

    Examples
    --------
    >>> print(f"{lobe_outflow(0.1, 25.0, 18.0):.2g}")
    1e+26
    """
    return n * 1e6 * speed * 1e3 * math.pi * (radius * EARTH_RADIUS) ** 2


# What drives it -------------------------------------------------------------------------------------------------------


@model(cite=_STRANGEWAY, valid={"poynting": (0.01, 100.0)}, monotonic={"poynting": 1})
def strangeway_2005(poynting: mW_m2) -> per_cm2_s:
    """Flux of outflowing ions above the dayside oval, from the electromagnetic energy that comes down.

    Parameters
    ----------
    poynting : float or array, mW/m^2
        Downward Poynting flux at 4000 km.

    Returns
    -------
    flux : float or array, cm^-2 s^-1
        Number flux of ions at 4000 km.

    Notes
    -----
    2.142e7 S^1.265, the factor known to 10^(+-0.242) and the exponent to 0.445, with a correlation of 0.72, from one
    storm of September 1998. Both fluxes grow as the field on the way down, so that with what is met at another height
    the factor goes with the power -0.265 of the ratio of the fields.

    Examples
    --------
    >>> print(f"{strangeway_2005(10.0):.3g}")
    3.94e+08
    """
    return 2.142e7 * poynting**1.265


@model(cite=_STRANGEWAY, valid={"n": (0.01, 10.0)}, monotonic={"n": 1})
def strangeway_2005_electrons(n: per_cm3) -> per_cm2_s:
    """Flux of outflowing ions above the dayside oval, from the density of precipitating electrons.

    Parameters
    ----------
    n : float or array, cm^-3
        Density of the precipitating electrons at 4000 km.

    Returns
    -------
    flux : float or array, cm^-2 s^-1
        Number flux of ions at 4000 km.

    Notes
    -----
    1.022e9 n^2.2, the factor known to 10^(+-0.341) and the exponent to 0.489, with a correlation of 0.86: soft
    electrons tell more than :func:`strangeway_2005`, but the two are not independent.

    Examples
    --------
    >>> print(f"{strangeway_2005_electrons(0.5):.3g}")
    2.22e+08
    """
    return 1.022e9 * n**2.2


class EnergeticOutflow(NamedTuple):
    """Ions of 10 eV to 17 keV that leave the high-latitude ionosphere."""

    oxygen: per_s
    hydrogen: per_s


# Twentyfold from Kp 0 to 6, fivefold from F10.7 = 70 to 230 (oxygen); half of it (hydrogen).
_OXYGEN_KP, _OXYGEN_F107 = math.log(20.0) / 6.0, math.log(5.0) / 160.0
_HYDROGEN_F107 = -math.log(2.0) / 160.0
# From 1.0e25 s^-1 at Kp about 1.5 to 3.0e25 s^-1 at about 6.5.
_HYDROGEN_KP = math.log(3.0) / 5.0


@model(
    cite=_YAU,
    valid={"kp": (0.0, 7.0), "f107": (70.0, 230.0)},
    monotonic={"kp": 1, "f107": 1},
)
def energetic_outflow(kp: dimensionless, f107: sfu) -> EnergeticOutflow:
    """Outflow of energised ions from both hemispheres.

    Parameters
    ----------
    kp : float or array, 1
        Index of geomagnetic activity.
    f107 : float or array, sfu
        Solar radio flux at 10.7 cm.

    Returns
    -------
    oxygen : float or array, s^-1
        Singly charged oxygen.
    hydrogen : float or array, s^-1
        Protons.

    Notes
    -----
    The slopes are those of Dynamics Explorer 1: oxygen grows twentyfold from Kp 0 to 6 and fivefold from solar minimum
    to maximum, while hydrogen halves. Oxygen is 1e25 s^-1 at Kp 3 and F10.7 = 100. The older survey of S3-3, of 0.5 to
    16 keV only (Collin et al. 1984, J. Geophys. Res. 89, 2185), has 2.6e24 of oxygen in quiet (Kp to 3) and 4.2e25 in
    storms (Dst below -80 nT), and 1.0e25 and 3.0e25 of hydrogen, which set the level and slope of hydrogen here. Single
    observations scatter by a factor of ten about such rates. In the largest storms oxygen seen by Cluster is a
    hundredfold that of quiet (Schillings et al. 2017, Ann. Geophys. 35, 1341), as here between Kp 0 and 9.

    Examples
    --------
    >>> rate = energetic_outflow(6.0, 150.0)
    >>> print(f"{rate.oxygen:.2g} {rate.hydrogen:.2g}")
    7.4e+25 2.2e+25
    """
    xp = namespace(kp, f107)
    oxygen = 1e25 * xp.exp(_OXYGEN_KP * (kp - 3.0) + _OXYGEN_F107 * (f107 - 100.0))
    hydrogen = 1e25 * xp.exp(_HYDROGEN_KP * (kp - 1.5) + _HYDROGEN_F107 * (f107 - 100.0))
    return EnergeticOutflow(oxygen, hydrogen)


# Cold ions that a plume carries off a second when young, and in the life of a storm.
_PLUME_RATE, _PLUME_TOTAL = 2e26, 2e31
_PLUME_HOURS = _PLUME_TOTAL / _PLUME_RATE / 3600.0


@model(cite=_BOROVSKY_DENTON, valid={"age": (0.0, 96.0)}, monotonic={"age": -1})
def borovsky_denton_2008(age: h) -> per_s:
    """Ions that a plume of the plasmasphere carries to the dayside magnetopause.

    Parameters
    ----------
    age : float or array, h
        Time since convection rose.

    Returns
    -------
    rate : float or array, s^-1
        Ions a second.

    Notes
    -----
    A young plume carries 2e26 s^-1, 1.2 t an hour, and all of a storm 2e31 ions, 34 t; the exponential with these two
    has 27.8 h, in which half of the plasma has left after 19 h. The survey found half of the outer plasmasphere gone
    in the first 20 h, and plumes that last for four days.

    Examples
    --------
    >>> print(f"{borovsky_denton_2008(24.0):.2g}")
    8.4e+25
    """
    xp = namespace(age)
    return _PLUME_RATE * xp.exp(-age / _PLUME_HOURS)


class ColdSource(NamedTuple):
    """Where cold plasma at the dayside magnetopause comes from."""

    plume: dimensionless
    outflow: dimensionless


@model(
    cite=_LEE,
    valid={"b_z": (-20.0, 20.0), "p_dyn": (0.5, 10.0), "width": (0.5, 10.0)},
    monotonic={"b_z": -1, "p_dyn": 1},
)
def dayside_cold_source(b_z: nT, p_dyn: nPa = 2.0, width: nT = 3.0) -> ColdSource:
    """Chance that a crossing of the dayside magnetopause meets cold plasma, by its origin.

    Parameters
    ----------
    b_z : float or array, nT
        Northward component of the interplanetary field, GSM.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    width : float or array, nT
        Change of b_z over which one origin gives way to the other.

    Returns
    -------
    plume : float or array, 1
        Chance of a plume of the plasmasphere.
    outflow : float or array, 1
        Chance of ions that come up along the field from the ionosphere.

    Notes
    -----
    The rule of Cluster: plumes with southward field, outflow with northward field, both oftener at higher pressure.
    Plumes were met at 43 and outflow at 32 of 442 crossings, which are the two chances here at b_z = 0 and 2 nPa. Each
    passes from twice that to none; how fast in b_z, and the square root in pressure, are taken for lack of numbers.

    Examples
    --------
    >>> south, north = dayside_cold_source(-5.0), dayside_cold_source(5.0)
    >>> bool(south.plume > south.outflow), bool(north.plume > north.outflow)
    (True, False)
    """
    south = _southward(b_z, width)
    pressure = (p_dyn / 2.0) ** 0.5
    return ColdSource(2 * 43 / 442 * south * pressure, 2 * 32 / 442 * (1 - south) * pressure)


def _southward(b_z: Any, width: Any) -> Any:
    """Step from 0 under northward to 1 under southward field."""
    return 0.5 * (1 - namespace(b_z, width).tanh(b_z / width))


# What oxygen does to the tail -----------------------------------------------------------------------------------------


class TailQuenching(NamedTuple):
    """Reconnection in the tail with oxygen in it."""

    e_field: mV_m
    v_a: km_s
    reduction: dimensionless


@model(
    cite="Shay and Swisdak 2004, Phys. Rev. Lett. 93, 175001",
    valid={"b": (5.0, 60.0), "n": (0.01, 2.0), "oxygen_share": (0.0, 1.0), "aspect": (0.05, 0.2)},
)
def oxygen_quenching(b: nT, n: per_cm3, oxygen_share: dimensionless, aspect: dimensionless = 0.1) -> TailQuenching:
    """Reconnection electric field of a tail that holds oxygen.

    Parameters
    ----------
    b : float or array, nT
        Field of the lobes.
    n : float or array, cm^-3
        Density of all ions that flow in.
    oxygen_share : float or array, 1
        Share of oxygen in that number.
    aspect : float or array, 1
        Inflow over outflow speed.

    Returns
    -------
    e_field : float or array, mV/m
        Electric field along the X-line.
    v_a : float or array, km/s
        Alfven speed of the outflow.
    reduction : float or array, 1
        Share of the field that the oxygen takes away.

    Notes
    -----
    Both go as mass density to the power -1/2: pure oxygen divides them by 4. In simulations an X-line that draws in
    oxygen slows, and another further Earthward, in hydrogen, outruns it, so that plasmoids go Earthward.

    Examples
    --------
    >>> result = oxygen_quenching(20.0, 0.1, [0.0, 0.3, 1.0])
    >>> result.e_field.round(2).tolist()
    [2.76, 1.18, 0.69]
    """
    mean = PROTON + (OXYGEN - PROTON) * oxygen_share
    v_a = b * 1e-9 / (VACUUM_PERMEABILITY * n * 1e6 * mean * ATOMIC_MASS) ** 0.5 * 1e-3
    return TailQuenching(aspect * v_a * b * 1e-3, v_a, 1 - (PROTON / mean) ** 0.5 + 0 * v_a + 0 * aspect)


# All ways together ----------------------------------------------------------------------------------------------------


class EscapeRate(NamedTuple):
    """Loss of the Earth's atmosphere as ions."""

    escape_rate: kg_s
    cold_outflow: kg_s
    plasmaspheric: kg_s
    energetic: kg_s
    lower: kg_s
    upper: kg_s


_COLD_RATE = 1e26  # s^-1 of protons over both caps
_LOST_NORTH, _LOST_SOUTH = 0.9, 0.4  # share that leaves for good
_TURN = 3.0  # nT, over which the field counts as turning, as in dayside_cold_source
_PLASMASPHERIC_WIND = 0.9  # kg/s
_LOST_ENERGETIC = 0.69
_PLUME_STARTS, _PLUME_FULL, _REFILLING = 3.0, 5.0, 72.0  # Kp, Kp, h
# By how much each way may be less and more, over a day or longer.
_BOUNDS = {"cold": (0.5, 2.0), "plasmaspheric": (0.2, 1.5), "energetic": (0.3, 3.0)}


@model(
    cite="Dandouras 2013, Ann. Geophys. 31, 1143",
    valid={"kp": (0.0, 9.0), "f107": (65.0, 250.0), "b_z": (-30.0, 30.0)},
    along="time",
)
def escape_rate(time: utc, kp: dimensionless, f107: sfu, b_z: nT) -> EscapeRate:
    """Loss of the atmosphere to space as ions.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending, at any cadence.
    kp : array (..., time), 1
        Index of geomagnetic activity.
    f107 : array (..., time), sfu
        Solar radio flux at 10.7 cm.
    b_z : array (..., time), nT
        Northward component of the interplanetary field, GSM.

    Returns
    -------
    escape_rate : array (..., time), kg/s
        Loss of mass by all ways, mean from each time to the next.
    cold_outflow : array (..., time), kg/s
        Cold hydrogen from the polar caps that leaves down the tail.
    plasmaspheric : array (..., time), kg/s
        Wind and plumes of the plasmasphere.
    energetic : array (..., time), kg/s
        Energised oxygen and hydrogen that do not come back.
    lower : array (..., time), kg/s
        Loss with each way at the low end of what is published.
    upper : array (..., time), kg/s
        Loss with each way at the high end.

    Notes
    -----
    Cold ions: 1e26 protons a second (Engwall et al. 2009), of which 90 % leave for good under northward and 40 % under
    southward field (most of them, and the smaller part: Haaland et al. 2012, J. Geophys. Res. 117, A07311). Wind of the
    plasmasphere: 1 kg/s in quiet and active times alike (Dandouras 2013), here 0.9. Plumes: a store of 2e31 ions, full
    at the first time, that empties with 27.8 h (:func:`borovsky_denton_2008`) while Kp is above 3 to 5 and the field is
    southward (:func:`dayside_cold_source`), and fills again with 72 h otherwise. Energetic ions:
    :func:`energetic_outflow`, of which 69 % leave (Krcelic et al. 2020, Ann. Geophys. 38, 491): more in quiet, 27 % at
    once in storms, but of what storms take to the plasma sheet most leaves in the end.

    So the sign of b_z decides between plume (southward) and cold outflow (northward). With hourly wind and indices the
    mean is 1.4 kg/s in 1998 to 2002 and 1.2 kg/s in 2012 to 2018 (120 and 100 t a day); against it, hours of Kp 7 to 8
    have 3.5 and 2.6 times as much, hours of Kp 8 to 9 six times (``validation/escape_rates.py``). `lower` and `upper`
    (means of 0.3 and 2.0 to 2.7 kg/s) take the cold ions by factors of 0.5 and 2 (their density and the share caught),
    the plasmasphere by 0.2 and 1.5 (one survey, and all that leaves the plasmasphere taken to leave the magnetosphere),
    and energetic ions by 0.3 and 3 (level of the surveys, share lost): judged from how far the published rates differ,
    not measured as a spread. Shares, thresholds and widths not credited above are chosen. Neutral hydrogen
    (:func:`jeans_flux`) is not counted.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(24) * np.timedelta64(1, "h")
    >>> rate = escape_rate(time, np.repeat([2.0, 7.7], 12), 115.0, np.repeat([2.0, -15.0], 12))
    >>> rate.escape_rate[[0, -1]].round(1).tolist()
    [1.2, 3.5]
    """
    from ._outflow_kernels import store_and_drain

    _, interval, activity, flux, north, restore = as_rows(time, interval_hours(time), kp, f107, b_z)
    south = _southward(north, _TURN)
    drive = np.clip((activity - _PLUME_STARTS) / (_PLUME_FULL - _PLUME_STARTS), 0.0, 1.0) * south
    plume = store_and_drain(interval, drive, _PLUME_HOURS, _REFILLING) * _PLUME_RATE * PROTON * ATOMIC_MASS
    known = 0.0 * activity + 0.0 * flux + 0.0 * north
    cold = _COLD_RATE * PROTON * ATOMIC_MASS * (_LOST_NORTH + (_LOST_SOUTH - _LOST_NORTH) * south) + known
    plasmaspheric = _PLASMASPHERIC_WIND + plume + known
    out = energetic_outflow.spec.function(activity, flux)
    energetic = (OXYGEN * out.oxygen + PROTON * out.hydrogen) * ATOMIC_MASS * _LOST_ENERGETIC + known
    parts = {"cold": cold, "plasmaspheric": plasmaspheric, "energetic": energetic}
    lower, upper = (sum(_BOUNDS[name][k] * part for name, part in parts.items()) for k in (0, 1))
    return EscapeRate(
        *(restore(part) for part in (cold + plasmaspheric + energetic, cold, plasmaspheric, energetic, lower, upper))
    )
