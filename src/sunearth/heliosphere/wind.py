"""The state of the solar wind at Earth: pressures, characteristic speeds, Mach numbers, angles and energy fluxes."""

from __future__ import annotations

from typing import Annotated

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    ALPHA_MASS,
    BOLTZMANN,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    VACUUM_PERMEABILITY,
)
from sunearth.core.model import model
from sunearth.core.units import Array, K, W_m2, dimensionless, km_s, mV_m, nPa, nT, parse_unit, per_cm3, rad

kg_m3 = Annotated[Array, parse_unit("kg m^-3")]
per_m2_s = Annotated[Array, parse_unit("m^-2 s^-1")]
eV = Annotated[Array, parse_unit("eV")]

ELECTRON_TEMPERATURE = 1.4e5
"""K, typical of the electrons of the solar wind, which vary far less than the protons."""
ALPHA_FRACTION = 0.04
"""Typical number of alpha particles per proton."""

_TEXTBOOK = "Kivelson and Russell 1995, Introduction to Space Physics"
_OMNI = "King and Papitashvili 2005, J. Geophys. Res. 110, A02104"
_CM3 = 1e-6  # m^3 in a cm^3


@model(cite=_TEXTBOOK, monotonic={"n_p": 1, "alpha_fraction": 1}, valid={"alpha_fraction": (0.0, 0.3)})
def mass_density(n_p: per_cm3, alpha_fraction: dimensionless = ALPHA_FRACTION) -> kg_m3:
    """Mass density of the solar wind.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    rho : float or array, kg m^-3
        Mass density of protons and alphas; the electrons weigh nothing.

    Examples
    --------
    >>> print(f"{mass_density(5.0, 0.0):.3e}")
    8.363e-21
    """
    return n_p / _CM3 * (PROTON_MASS + ALPHA_MASS * alpha_fraction)


@model(
    cite=_TEXTBOOK,
    valid={"n_p": (0.1, 200.0), "speed": (200.0, 2500.0), "alpha_fraction": (0.0, 0.3)},
    even=("speed",),
    monotonic={"n_p": 1, "speed": 1},
)
def dynamic_pressure(n_p: per_cm3, speed: km_s, alpha_fraction: dimensionless = ALPHA_FRACTION) -> nPa:
    """Dynamic pressure of the solar wind.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    speed : float or array, km/s
        Bulk speed.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    p_dyn : float or array, nPa
        Momentum flux, of the broadcast shape of the inputs.

    Notes
    -----
    The momentum flux rho v^2, without the factor one half of a stagnation pressure: models of the magnetopause and the
    bow shock all mean this. In field units 1.94e-6 n_p v^2 with 4 % alphas, 1.67e-6 n_p v^2 for protons alone.

    Examples
    --------
    >>> float(dynamic_pressure(5.0, 400.0).round(2))
    1.55
    """
    return mass_density.spec.function(n_p, alpha_fraction) * (speed * 1e3) ** 2 * 1e9


@model(cite=_TEXTBOOK, even=("b",))
def magnetic_pressure(b: nT) -> nPa:
    """Magnetic pressure of the solar wind.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the field.

    Returns
    -------
    p_mag : float or array, nPa
        The pressure B^2 / 2 mu_0.

    Examples
    --------
    >>> float(magnetic_pressure(5.0).round(5))
    0.00995
    """
    return (b * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY) * 1e9


@model(
    cite=_OMNI,
    valid={"t_p": (1e3, 2e6), "t_e": (0.0, 1e6), "alpha_fraction": (0.0, 0.3)},
    monotonic={"n_p": 1, "t_p": 1, "t_e": 1},
)
def thermal_pressure(
    n_p: per_cm3, t_p: K, t_e: K = ELECTRON_TEMPERATURE, alpha_fraction: dimensionless = ALPHA_FRACTION
) -> nPa:
    """Thermal pressure of the solar wind.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    t_p : float or array, K
        Proton temperature.
    t_e : float or array, K
        Electron temperature.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    p : float or array, nPa
        Pressure of protons, electrons and alphas.

    Notes
    -----
    Electrons balance the charge (1 + 2 f per proton), and alphas are four times as hot as protons, which is the
    convention of the OMNI data set.

    Examples
    --------
    >>> float(thermal_pressure(5.0, 1e5).round(4))
    0.0184
    """
    kelvin = t_p * (1 + 4 * alpha_fraction) + t_e * (1 + 2 * alpha_fraction)
    return n_p / _CM3 * BOLTZMANN * kelvin * 1e9


@model(
    cite=_TEXTBOOK,
    valid={"n_p": (0.1, 200.0), "alpha_fraction": (0.0, 0.3)},
    monotonic={"n_p": -1, "alpha_fraction": -1},
)
def alfven_speed(b: nT, n_p: per_cm3, alpha_fraction: dimensionless = ALPHA_FRACTION) -> km_s:
    """Alfven speed of the solar wind.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the field.
    n_p : float or array, cm^-3
        Proton density.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    v_a : float or array, km/s
        The speed B / sqrt(mu_0 rho).

    Examples
    --------
    >>> float(alfven_speed(5.0, 5.0, 0.0).round(2))
    48.77
    """
    xp = namespace(b, n_p, alpha_fraction)
    rho = mass_density.spec.function(n_p, alpha_fraction)
    return xp.abs(b) * 1e-12 / xp.sqrt(VACUUM_PERMEABILITY * rho)


@model(
    cite=_OMNI,
    valid={"t_p": (1e3, 2e6), "t_e": (0.0, 1e6), "alpha_fraction": (0.0, 0.3), "gamma": (1.0, 3.0)},
    monotonic={"t_p": 1, "t_e": 1, "gamma": 1},
)
def sound_speed(
    t_p: K,
    t_e: K = ELECTRON_TEMPERATURE,
    alpha_fraction: dimensionless = ALPHA_FRACTION,
    gamma: dimensionless = 5 / 3,
) -> km_s:
    """Sound speed of the solar wind.

    Parameters
    ----------
    t_p : float or array, K
        Proton temperature.
    t_e : float or array, K
        Electron temperature; 0 gives the protons' own.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.
    gamma : float or array, 1
        Adiabatic index.

    Returns
    -------
    c_s : float or array, km/s
        The speed sqrt(gamma p / rho) with the electrons and alphas of :func:`thermal_pressure`.

    Notes
    -----
    Without electrons the sonic Mach number of the wind comes out near 30, with them near 7: the pressure of the wind
    is mostly theirs.

    Examples
    --------
    >>> float(sound_speed(1e5, alpha_fraction=0.0).round(1))
    57.5
    """
    xp = namespace(t_p, t_e, alpha_fraction, gamma)
    pascal_per_proton = thermal_pressure.spec.function(_CM3, t_p, t_e, alpha_fraction) * 1e-9
    return xp.sqrt(gamma * pascal_per_proton / mass_density.spec.function(_CM3, alpha_fraction)) * 1e-3


@model(cite=_TEXTBOOK, monotonic={"n_p": -1, "t_p": 1})
def magnetosonic_speed(
    b: nT,
    n_p: per_cm3,
    t_p: K,
    t_e: K = ELECTRON_TEMPERATURE,
    alpha_fraction: dimensionless = ALPHA_FRACTION,
) -> km_s:
    """Fast magnetosonic speed of the solar wind across the field.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the field.
    n_p : float or array, cm^-3
        Proton density.
    t_p : float or array, K
        Proton temperature.
    t_e : float or array, K
        Electron temperature.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    v_ms : float or array, km/s
        The speed sqrt(v_A^2 + c_s^2), the largest that the fast wave has in any direction.

    Examples
    --------
    >>> float(magnetosonic_speed(5.0, 5.0, 1e5, alpha_fraction=0.0).round(1))
    75.4
    """
    xp = namespace(b, n_p, t_p, t_e, alpha_fraction)
    v_a = alfven_speed.spec.function(b, n_p, alpha_fraction)
    c_s = sound_speed.spec.function(t_p, t_e, alpha_fraction)
    return xp.sqrt(v_a**2 + c_s**2)


@model(cite=_TEXTBOOK, monotonic={"speed": 1, "n_p": 1})
def mach_alfven(speed: km_s, b: nT, n_p: per_cm3, alpha_fraction: dimensionless = ALPHA_FRACTION) -> dimensionless:
    """Alfven Mach number of the solar wind.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    b : float or array, nT
        Magnitude of the field.
    n_p : float or array, cm^-3
        Proton density.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    mach : float or array, 1
        Speed over Alfven speed; infinite without field.

    Notes
    -----
    Its square is the ratio of kinetic to magnetic energy density, 67 in the usual wind: some texts give the Mach
    number itself, 8, as that ratio.

    Examples
    --------
    >>> float(mach_alfven(400.0, 5.0, 5.0, 0.0).round(2))
    8.2
    """
    return speed / alfven_speed.spec.function(b, n_p, alpha_fraction)


@model(cite=_TEXTBOOK, monotonic={"speed": 1, "t_p": -1})
def mach_sonic(
    speed: km_s, t_p: K, t_e: K = ELECTRON_TEMPERATURE, alpha_fraction: dimensionless = ALPHA_FRACTION
) -> dimensionless:
    """Sonic Mach number of the solar wind.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    t_p : float or array, K
        Proton temperature.
    t_e : float or array, K
        Electron temperature.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    mach : float or array, 1
        Speed over sound speed.

    Examples
    --------
    >>> float(mach_sonic(400.0, 1e5, alpha_fraction=0.0).round(2))
    6.96
    """
    return speed / sound_speed.spec.function(t_p, t_e, alpha_fraction)


@model(cite=_TEXTBOOK, monotonic={"speed": 1, "n_p": 1, "t_p": -1})
def mach_magnetosonic(
    speed: km_s,
    b: nT,
    n_p: per_cm3,
    t_p: K,
    t_e: K = ELECTRON_TEMPERATURE,
    alpha_fraction: dimensionless = ALPHA_FRACTION,
) -> dimensionless:
    """Fast magnetosonic Mach number of the solar wind.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    b : float or array, nT
        Magnitude of the field.
    n_p : float or array, cm^-3
        Proton density.
    t_p : float or array, K
        Proton temperature.
    t_e : float or array, K
        Electron temperature.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    mach : float or array, 1
        Speed over fast magnetosonic speed.

    Examples
    --------
    >>> float(mach_magnetosonic(400.0, 5.0, 5.0, 1e5, alpha_fraction=0.0).round(2))
    5.31
    """
    return speed / magnetosonic_speed.spec.function(b, n_p, t_p, t_e, alpha_fraction)


@model(cite=_OMNI, even=("b",), monotonic={"n_p": 1, "t_p": 1})
def plasma_beta(
    b: nT,
    n_p: per_cm3,
    t_p: K,
    t_e: K = ELECTRON_TEMPERATURE,
    alpha_fraction: dimensionless = ALPHA_FRACTION,
) -> dimensionless:
    """Ratio of thermal to magnetic pressure.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the field.
    n_p : float or array, cm^-3
        Proton density.
    t_p : float or array, K
        Proton temperature.
    t_e : float or array, K
        Electron temperature.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    beta : float or array, 1
        The ratio; infinite without field.

    Notes
    -----
    With 5 % alphas this is the beta of the OMNI data set, (4.16e-5 t_p + 5.34) n_p / b^2. With `t_e`
    and `alpha_fraction` zero it is the beta of the protons alone, in the magnetosheath or elsewhere.

    Examples
    --------
    >>> float(plasma_beta(5.0, 5.0, 1e5, alpha_fraction=0.0).round(2))
    1.67
    """
    return thermal_pressure.spec.function(n_p, t_p, t_e, alpha_fraction) / magnetic_pressure.spec.function(b)


@model(cite=_TEXTBOOK)
def clock_angle(b_y: nT, b_z: nT) -> rad:
    """Clock angle of the interplanetary field.

    Parameters
    ----------
    b_y : float or array, nT
        Duskward component, GSM.
    b_z : float or array, nT
        Northward component, GSM.

    Returns
    -------
    angle : float or array, rad
        Angle from north towards dusk in the plane across the Sun-Earth line, above -pi and up to pi.

    Notes
    -----
    Often printed as arctan(b_y / b_z), which loses the quadrant: a field of (3, -4) nT would point north, and the
    power that epsilon gives would be 81 times too small.

    Examples
    --------
    >>> import numpy as np
    >>> float(np.degrees(clock_angle(3.0, -4.0)).round(2))
    143.13
    """
    xp = namespace(b_y, b_z)
    return xp.atan2(b_y + 0.0, b_z)  # adding zero removes the sign of -0.0, so that due south is always +pi


@model(cite=_TEXTBOOK, even=("b_y", "b_z"))
def cone_angle(b_x: nT, b_y: nT, b_z: nT) -> rad:
    """Angle of the interplanetary field from the Sun-Earth line.

    Parameters
    ----------
    b_x : float or array, nT
        Sunward component.
    b_y : float or array, nT
        Duskward component.
    b_z : float or array, nT
        Northward component.

    Returns
    -------
    angle : float or array, rad
        From 0 for a sunward to pi for an antisunward field.

    Examples
    --------
    >>> import numpy as np
    >>> float(np.degrees(cone_angle(-3.0, 3.0, 0.0)).round(1))
    135.0
    """
    xp = namespace(b_x, b_y, b_z)
    return xp.atan2(xp.sqrt(b_y**2 + b_z**2), b_x)


@model(cite=_TEXTBOOK, monotonic={"b_z": -1})
def motional_field(speed: km_s, b_z: nT) -> mV_m:
    """Dawn-dusk electric field of the solar wind.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed, positive.
    b_z : float or array, nT
        North-south component of the field, GSM.

    Returns
    -------
    e_y : float or array, mV/m
        From dawn to dusk, positive for southward field.

    Notes
    -----
    The y component of -v x B for a wind that blows straight away from the Sun.

    Examples
    --------
    >>> float(motional_field(400.0, -5.0))
    2.0
    """
    return -speed * b_z * 1e-3


@model(cite=_TEXTBOOK, monotonic={"n_p": 1, "speed": 1})
def number_flux(n_p: per_cm3, speed: km_s) -> per_m2_s:
    """Flux of protons that the solar wind carries.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    speed : float or array, km/s
        Bulk speed.

    Returns
    -------
    flux : float or array, m^-2 s^-1
        Protons through a square metre across the flow each second.

    Examples
    --------
    >>> print(f"{number_flux(5.0, 400.0):.1e}")
    2.0e+12
    """
    return n_p / _CM3 * speed * 1e3


@model(cite=_TEXTBOOK, monotonic={"n_p": 1, "speed": 1})
def kinetic_energy_flux(n_p: per_cm3, speed: km_s, alpha_fraction: dimensionless = ALPHA_FRACTION) -> W_m2:
    """Flux of kinetic energy that the solar wind carries.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    speed : float or array, km/s
        Bulk speed.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    flux : float or array, W m^-2
        The flux rho v^3 / 2.

    Examples
    --------
    >>> print(f"{kinetic_energy_flux(5.0, 400.0, 0.0):.2e}")
    2.68e-04
    """
    return 0.5 * mass_density.spec.function(n_p, alpha_fraction) * (speed * 1e3) ** 3


@model(cite=_TEXTBOOK, even=("b",))
def magnetic_energy_flux(b: nT, speed: km_s) -> W_m2:
    """Flux of magnetic energy that the solar wind carries along.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the field.
    speed : float or array, km/s
        Bulk speed.

    Returns
    -------
    flux : float or array, W m^-2
        Magnetic energy density times speed; the Poynting flux of a field across the flow is twice that.

    Examples
    --------
    >>> print(f"{magnetic_energy_flux(5.0, 400.0):.2e}")
    3.98e-06
    """
    return magnetic_pressure.spec.function(b) * 1e-9 * speed * 1e3


@model(cite=_TEXTBOOK, monotonic={"n_p": 1, "t_p": 1, "speed": 1})
def thermal_energy_flux(
    n_p: per_cm3,
    t_p: K,
    speed: km_s,
    t_e: K = ELECTRON_TEMPERATURE,
    alpha_fraction: dimensionless = ALPHA_FRACTION,
) -> W_m2:
    """Flux of thermal energy that the solar wind carries along.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    t_p : float or array, K
        Proton temperature.
    speed : float or array, km/s
        Bulk speed.
    t_e : float or array, K
        Electron temperature.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    flux : float or array, W m^-2
        Thermal energy density (3/2 of the pressure) times speed; the enthalpy flux is 5/3 of that.

    Examples
    --------
    >>> print(f"{thermal_energy_flux(5.0, 1e5, 400.0, alpha_fraction=0.0):.2e}")
    9.94e-06
    """
    return 1.5e-9 * thermal_pressure.spec.function(n_p, t_p, t_e, alpha_fraction) * speed * 1e3


@model(cite=_TEXTBOOK, even=("speed",), monotonic={"speed": 1})
def proton_energy(speed: km_s) -> eV:
    """Kinetic energy of a proton that moves with the solar wind.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.

    Returns
    -------
    energy : float or array, eV
        The energy m_p v^2 / 2.

    Examples
    --------
    >>> float(proton_energy(400.0).round(0))
    835.0
    """
    return 0.5 * PROTON_MASS * (speed * 1e3) ** 2 / ELEMENTARY_CHARGE


@model(
    cite="Xu and Borovsky 2015, J. Geophys. Res. Space Phys. 120, 70",
    valid={"speed": (250.0, 800.0)},
    monotonic={"speed": 1},
)
def expected_temperature(speed: km_s) -> K:
    """Proton temperature that solar wind of a given speed usually has.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.

    Returns
    -------
    t_p : float or array, K
        Temperature of ordinary wind; ejecta are often less than half as hot.

    Notes
    -----
    The power law (speed / 258 km/s)^3.113 in eV by which that paper tells the types of solar wind apart. It stands
    where the temperature was not measured, and its ratio to the measured one marks ejecta.

    Examples
    --------
    >>> float((expected_temperature(400.0) / 1e3).round(1))
    45.4
    """
    return (speed / 258.0) ** 3.113 * (ELEMENTARY_CHARGE / BOLTZMANN)


@model(cite="Lopez 1987, J. Geophys. Res. 92, 11189", valid={"speed": (250.0, 800.0)}, monotonic={"speed": 1})
def lopez_1987(speed: km_s) -> K:
    """Proton temperature that solar wind of a given speed usually has, by a fit in two halves.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.

    Returns
    -------
    t_p : float or array, K
        Temperature of ordinary wind.

    Notes
    -----
    Squares of straight lines on either side of 500 km/s, from the paper's tables: the two halves meet within 2 %.
    Lists of ejecta often use another second half, 1000 (0.51 speed - 142).

    Examples
    --------
    >>> float(lopez_1987(400.0).round(0))
    53290.0
    """
    xp = namespace(speed)
    root = xp.where(speed < 500.0, 0.031 * speed - 5.1, 0.02 * speed + 0.5)
    return 1e3 * root**2
