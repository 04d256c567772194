"""Magnetic reconnection: how fast fields of two plasmas merge, along which line, and what becomes of their energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    EARTH_RADIUS,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SPEED_OF_LIGHT,
    VACUUM_PERMEABILITY,
    VACUUM_PERMITTIVITY,
)
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import R_E, W, dimensionless, eV, km, km_s, m, m2_s, mV_m, nT, per_cm3, rad, s

if TYPE_CHECKING:
    import xarray as xr

CRITICAL_LUNDQUIST: Final = 1e4
"""Lundquist number, on the half length of the sheet, beyond which a Sweet-Parker sheet breaks into plasmoids"""
CRITICAL_SIZE: Final = 50.0
"""Length of a collisionless sheet, in ion inertial lengths, beyond which it breaks into plasmoids"""
FAST_RATE: Final = 0.1
"""Collisionless reconnection rate: aspect ratio of the diffusion region, inflow over outflow speed"""

_TEXTBOOK = "Kivelson and Russell 1995, Introduction to Space Physics"
_PARKER = "Parker 1957, J. Geophys. Res. 62, 509"
_PETSCHEK = "Petschek 1964, NASA Spec. Publ. 50, 425"
_CASSAK_SHAY = "Cassak and Shay 2007, Phys. Plasmas 14, 102114, doi:10.1063/1.2795630"
_CASSAK_LIU = "Cassak et al. 2017, J. Plasma Phys. 83, 715830501"
_SWISDAK = "Swisdak et al. 2003, J. Geophys. Res. 108, 1218; Swisdak et al. 2010, Astrophys. J. 710, 1769"
_ORIENTATION = "Swisdak and Drake 2007, Geophys. Res. Lett. 34, L11106, doi:10.1029/2007GL029815"
_SHAY = "Shay et al. 2014, Phys. Plasmas 21, 122902"
_PLASMOIDS = "Huang and Bhattacharjee 2010, Phys. Plasmas 17, 062104"
_JI_DAUGHTON = "Ji and Daughton 2011, Phys. Plasmas 18, 111207"


class SweetParker(NamedTuple):
    """Steady reconnection of a long resistive sheet."""

    rate: dimensionless
    v_in: km_s
    v_out: km_s
    thickness: m
    lundquist: dimensionless


class MergingFlow(NamedTuple):
    """Flows and field of symmetric reconnection at a given rate."""

    v_out: km_s
    v_in: km_s
    e_field: mV_m
    merging_time: s


class AsymmetricReconnection(NamedTuple):
    """Reconnection between two different plasmas."""

    v_out: km_s
    e_field: mV_m
    n_out: per_cm3
    x_line: dimensionless
    stagnation: dimensionless


class MassLoading(NamedTuple):
    """Reconnection field with and without a cold plasma, and the share that is lost."""

    e_field: mV_m
    e_field_unloaded: mV_m
    reduction: dimensionless


class Orientation(NamedTuple):
    """An X-line between two fields, and the components that reconnect."""

    angle: rad
    b_1: nT
    b_2: nT
    guide_1: nT
    guide_2: nT
    v_out: km_s
    e_field: mV_m


# Scales ---------------------------------------------------------------------------------------------------------------


@model(
    cite=_TEXTBOOK,
    valid={"n": (1e-3, 1e15), "ion_mass": (1.0, 32.0)},
    monotonic={"n": -1, "ion_mass": 1},
)
def ion_inertial_length(n: per_cm3, ion_mass: dimensionless = 1.0) -> km:
    """Ion inertial length, below which the ions leave the field.

    Parameters
    ----------
    n : float or array, cm^-3
        Density of singly charged ions.
    ion_mass : float or array, 1
        Their mass in proton masses.

    Returns
    -------
    d_i : float or array, km
        Speed of light over the ions' plasma frequency, 228 km over the square root of the proton density.

    Notes
    -----
    The 100 km often quoted for the magnetopause belong to 5 cm^-3; at the 20 cm^-3 of its sheath side it is 51 km.

    Examples
    --------
    >>> float(ion_inertial_length(5.0).round(1))
    101.8
    """
    return _inertial_length(n, ion_mass * PROTON_MASS)


@model(cite=_TEXTBOOK, valid={"n": (1e-3, 1e15)}, monotonic={"n": -1})
def electron_inertial_length(n: per_cm3) -> km:
    """Electron inertial length, below which the electrons leave the field too.

    Parameters
    ----------
    n : float or array, cm^-3
        Electron density.

    Returns
    -------
    d_e : float or array, km
        Speed of light over the plasma frequency, 5.3 km over the square root of the density.

    Examples
    --------
    >>> float(electron_inertial_length(5.0).round(2))
    2.38
    """
    return _inertial_length(n, ELECTRON_MASS)


def _inertial_length(n: Any, mass: Any) -> Any:
    return SPEED_OF_LIGHT * (VACUUM_PERMITTIVITY * mass / (n * 1e6)) ** 0.5 / ELEMENTARY_CHARGE * 1e-3


@model(
    cite="Lundquist 1952, Ark. Fys. 5, 297",
    valid={"length": (1e-2, 1e10), "v_a": (1.0, 1e5), "diffusivity": (1e-6, 1e4)},
    monotonic={"length": 1, "v_a": 1, "diffusivity": -1},
)
def lundquist_number(length: m, v_a: km_s, diffusivity: m2_s = 1.0) -> dimensionless:
    """Lundquist number, the time to diffuse over the time of an Alfven wave.

    Parameters
    ----------
    length : float or array, m
        Length of the sheet.
    v_a : float or array, km/s
        Alfven speed beside it.
    diffusivity : float or array, m^2/s
        Magnetic diffusivity, resistivity over mu_0 (not the resistivity itself).

    Returns
    -------
    lundquist : float or array, 1
        Length times speed over diffusivity.

    Examples
    --------
    >>> print(f"{lundquist_number(6.3712e7, 200.0):.3e}")
    1.274e+13
    """
    return length * v_a * 1e3 / diffusivity


# Rates ----------------------------------------------------------------------------------------------------------------


@model(
    cite=_PARKER,
    valid={"length": (1e-2, 1e10), "v_a": (1.0, 1e5), "diffusivity": (1e-6, 1e4)},
    monotonic={"length": -1, "v_a": -1, "diffusivity": 1},
)
def sweet_parker(length: m, v_a: km_s, diffusivity: m2_s = 1.0) -> SweetParker:
    """Reconnection rate of a long resistive sheet.

    Parameters
    ----------
    length : float or array, m
        Length of the sheet.
    v_a : float or array, km/s
        Alfven speed of the inflowing plasma.
    diffusivity : float or array, m^2/s
        Magnetic diffusivity, resistivity over mu_0.

    Returns
    -------
    rate : float or array, 1
        Inflow speed over Alfven speed, the inverse root of the Lundquist number.
    v_in : float or array, km/s
        Inflow speed.
    v_out : float or array, km/s
        Outflow speed, that of Alfven.
    thickness : float or array, m
        Thickness of the sheet, length times rate.
    lundquist : float or array, 1
        Lundquist number of the sheet.

    Notes
    -----
    With the half length of the sheet the thickness is its half thickness, and the Lundquist number is the one whose
    critical value is about 1e4: beyond it the sheet is unstable, see :func:`plasmoid_rate`. For 10 R_E and 200 km/s
    with 1 m^2/s the rate of 2.8e-7 is 1e5 times too small for the magnetosphere.

    Examples
    --------
    >>> result = sweet_parker(6.3712e7, 200.0)
    >>> print(f"{result.rate:.3e} {result.thickness:.2f}")
    2.801e-07 17.85
    """
    lundquist = lundquist_number.spec.function(length, v_a, diffusivity)
    rate = lundquist**-0.5
    return SweetParker(rate, rate * v_a, v_a + 0 * rate, length * rate, lundquist)


@model(cite=_PETSCHEK, valid={"lundquist": (10.0, 1e18)}, monotonic={"lundquist": -1})
def petschek(lundquist: dimensionless) -> dimensionless:
    """Largest reconnection rate of a small diffusion region between standing slow shocks.

    Parameters
    ----------
    lundquist : float or array, 1
        Lundquist number of the whole system.

    Returns
    -------
    rate : float or array, 1
        Inflow speed over Alfven speed far upstream.

    Notes
    -----
    Pi / (8 ln S) is an upper limit. It needs a resistivity that is raised in the diffusion region: with a uniform one
    the solution falls back to that of Sweet and Parker.

    Examples
    --------
    >>> float(petschek(1e13).round(6))
    0.013119
    """
    xp = namespace(lundquist)
    return xp.pi / (8 * xp.log(lundquist))


@model(cite=_PLASMOIDS, valid={"lundquist": (10.0, 1e18)}, monotonic={"lundquist": -1})
def plasmoid_rate(lundquist: dimensionless, critical: dimensionless = CRITICAL_LUNDQUIST) -> dimensionless:
    """Reconnection rate of a resistive sheet that may break into plasmoids.

    Parameters
    ----------
    lundquist : float or array, 1
        Lundquist number.
    critical : float or array, 1
        Lundquist number beyond which the sheet breaks.

    Returns
    -------
    rate : float or array, 1
        Inflow speed over Alfven speed: that of Sweet and Parker up to the critical number, from there on 0.01.

    Notes
    -----
    A broken sheet consists of shorter ones that are each just stable, so that the rate stays at the inverse root of
    the critical number, whatever the Lundquist number of the whole.

    Examples
    --------
    >>> [round(float(plasmoid_rate(number)), 4) for number in (1e2, 1e4, 1e12)]
    [0.1, 0.01, 0.01]
    """
    xp = namespace(lundquist, critical)
    return xp.minimum(lundquist, critical + 0 * lundquist) ** -0.5


@model(
    cite=_CASSAK_LIU,
    valid={
        "b": (0.1, 1e8),
        "n": (1e-3, 1e15),
        "ion_mass": (1.0, 32.0),
        "rate": (1e-4, 0.5),
        "length": (1e-3, 1e3),
    },
    monotonic={"b": 1, "n": -1, "ion_mass": -1},
    even=("b",),
)
def hall_reconnection(
    b: nT, n: per_cm3, ion_mass: dimensionless = 1.0, rate: dimensionless = FAST_RATE, length: R_E = 1.0
) -> MergingFlow:
    """Flows and electric field of fast reconnection between equal plasmas.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the reconnecting field.
    n : float or array, cm^-3
        Ion density upstream.
    ion_mass : float or array, 1
        Mean mass of the ions in proton masses.
    rate : float or array, 1
        Reconnection rate, inflow over Alfven speed: 0.1 wherever ions leave the field before electrons do.
    length : float or array, R_E
        Depth of the layer whose field is to be merged.

    Returns
    -------
    v_out : float or array, km/s
        Outflow speed, that of Alfven.
    v_in : float or array, km/s
        Inflow speed.
    e_field : float or array, mV/m
        Reconnection electric field along the X-line.
    merging_time : float or array, s
        Time to bring in the field of the layer, depth over inflow speed.

    Notes
    -----
    With 0.1 and 50 nT, 5 cm^-3 the field is 2.4 mV/m, with 20 cm^-3 1.2 mV/m: what is seen at the magnetopause. An
    outflow of 100 km/s with an inflow of 10 km/s has the rate 0.1, but the Alfven speed of the lobes is far higher, 600
    to 2000 km/s.

    Examples
    --------
    >>> result = hall_reconnection(50.0, 5.0)
    >>> print(f"{result.v_out:.1f} {result.e_field:.2f}")
    487.7 2.44
    """
    xp = namespace(b, n, ion_mass, rate, length)
    field = xp.abs(b)
    v_a = _alfven(field, n * ion_mass)
    v_in = rate * v_a
    return MergingFlow(v_a + 0 * v_in, v_in, v_in * field * 1e-3, length * EARTH_RADIUS * 1e-3 / v_in)


def _alfven(b: Any, mass_density: Any) -> Any:
    """Alfven speed in km/s from a field in nT and a mass density in proton masses per cm^3."""
    return b * 1e-9 / (VACUUM_PERMEABILITY * mass_density * 1e6 * PROTON_MASS) ** 0.5 * 1e-3


# Different plasmas on the two sides -----------------------------------------------------------------------------------

_SIDES = {"b_1": (0.1, 1e3), "b_2": (0.1, 1e3), "n_1": (1e-3, 1e3), "n_2": (1e-3, 1e3)}


@model(cite=_CASSAK_SHAY, valid=_SIDES | {"aspect": (1e-3, 0.3)}, monotonic={"n_1": -1, "n_2": -1})
def cassak_shay_2007(
    b_1: nT, b_2: nT, n_1: per_cm3, n_2: per_cm3, aspect: dimensionless = FAST_RATE
) -> AsymmetricReconnection:
    """Outflow, electric field and geometry of reconnection between different plasmas.

    Parameters
    ----------
    b_1, b_2 : float or array, nT
        Magnitudes of the antiparallel field components on the two sides.
    n_1, n_2 : float or array, cm^-3
        Mass densities of the two sides in protons per volume: an oxygen ion counts as 16.
    aspect : float or array, 1
        Width over length of the diffusion region.

    Returns
    -------
    v_out : float or array, km/s
        Outflow speed, one for both ends and both sides.
    e_field : float or array, mV/m
        Reconnection electric field.
    n_out : float or array, cm^-3
        Mass density of the outflow, in protons per volume.
    x_line : float or array, 1
        Distance of the X-line from the edge of side 1, over the thickness of the layer.
    stagnation : float or array, 1
        Distance of the stagnation point of the flow from the edge of side 1, over the thickness of the layer.

    Notes
    -----
    From the balance of mass and energy over the diffusion region. The energy that enters from each side puts the
    X-line nearer to the weaker field, the mass puts the stagnation point nearer to the side with the smaller density
    over field, so that plasma crosses the X-line. Between equal plasmas the field is the aspect
    ratio times v_A B. In the collisionless limit the aspect ratio is about 0.1.

    Examples
    --------
    >>> result = cassak_shay_2007(20.0, 60.0, 20.0, 0.1)
    >>> print(f"{result.v_out:.2f} {result.e_field:.4f} {result.n_out:.3f} {result.x_line:.2f}")
    194.93 0.5848 15.025 0.25
    """
    mass = n_1 * b_2 + n_2 * b_1
    both = b_1 + b_2
    v_out = _alfven((b_1 * b_2) ** 0.5, mass / both)
    e_field = 2 * aspect * v_out * b_1 * b_2 / both * 1e-3
    return AsymmetricReconnection(v_out, e_field, mass / both, b_1 / both + 0 * mass, n_1 * b_2 / mass)


@model(
    cite=_CASSAK_SHAY,
    valid=_SIDES | {"n_cold": (0.0, 1e3), "cold_mass": (1.0, 32.0)},
)
def cold_plasma_loading(
    b_1: nT, b_2: nT, n_1: per_cm3, n_2: per_cm3, n_cold: per_cm3, cold_mass: dimensionless = 1.0
) -> MassLoading:
    """Reconnection electric field where cold plasma has come to one side.

    Parameters
    ----------
    b_1, b_2 : float or array, nT
        Magnitudes of the antiparallel field components: magnetosheath, magnetosphere.
    n_1, n_2 : float or array, cm^-3
        Mass densities of the two sides without the cold plasma, in protons per volume.
    n_cold : float or array, cm^-3
        Density of the cold ions on side 2: a plasmaspheric plume, or outflow of the ionosphere.
    cold_mass : float or array, 1
        Their mean mass in proton masses: 16 for oxygen.

    Returns
    -------
    e_field : float or array, mV/m
        Field with the cold plasma.
    e_field_unloaded : float or array, mV/m
        Field without it.
    reduction : float or array, 1
        Share of the field that the cold plasma takes away.

    Notes
    -----
    :func:`cassak_shay_2007` with aspect ratio 0.1. The cold plasma matters once its mass density times the sheath's
    field comes up to the sheath's mass density times the field of the magnetosphere: 10 protons per cm^3 slow
    reconnection by 7 %, 100 by 39 %. Oxygen everywhere divides the field by 4.

    Examples
    --------
    >>> result = cold_plasma_loading(20.0, 60.0, 20.0, 0.1, [0.9, 9.9, 49.9, 99.9])
    >>> (100 * result.reduction).round(1).tolist()
    [0.7, 7.3, 26.1, 38.7]
    """
    free = cassak_shay_2007.spec.function(b_1, b_2, n_1, n_2).e_field
    loaded = cassak_shay_2007.spec.function(b_1, b_2, n_1, n_2 + n_cold * cold_mass).e_field
    return MassLoading(loaded, free + 0 * loaded, 1 - loaded / free)


# Guide field ----------------------------------------------------------------------------------------------------------


@model(
    cite=_SWISDAK,
    valid={"delta_beta": (-20.0, 20.0), "thickness": (0.1, 20.0)},
    even=("delta_beta",),
    monotonic={"thickness": -1},
)
def swisdak_2010(delta_beta: dimensionless, thickness: dimensionless = 1.0) -> rad:
    """Least magnetic shear at which the diamagnetic drift lets reconnection proceed.

    Parameters
    ----------
    delta_beta : float or array, 1
        Difference of plasma beta between the two sides.
    thickness : float or array, 1
        Scale of the pressure gradient across the sheet, in ion inertial lengths.

    Returns
    -------
    shear : float or array, rad
        Angle between the fields, pi where they are antiparallel, below which reconnection is suppressed.

    Notes
    -----
    The pressure gradient makes the X-line drift along the outflow where there is a guide field; once it drifts at the
    Alfven speed of the reconnecting component no outflow can form. Suppressed is delta_beta > 2 L/d_i tan(shear / 2).

    Examples
    --------
    >>> import math
    >>> [round(math.degrees(float(swisdak_2010(delta)))) for delta in (0.1, 1.0, 5.0)]
    [6, 53, 136]
    """
    xp = namespace(delta_beta, thickness)
    return 2 * xp.atan(xp.abs(delta_beta) / (2 * thickness))


def is_suppressed(shear: Any, delta_beta: Any, thickness: Any = 1.0) -> Any:
    """Whether the diamagnetic drift suppresses reconnection.

    Parameters
    ----------
    shear : float or array, rad
        Angle between the fields of the two sides.
    delta_beta : float or array
        Difference of plasma beta between the two sides.
    thickness : float or array
        Scale of the pressure gradient across the sheet, in ion inertial lengths.

    Returns
    -------
    bool array or DataArray
        True where the shear is below that of :func:`swisdak_2010`; False also where an input is NaN.

    Examples
    --------
    >>> is_suppressed(1.0, np.array([0.1, 3.0])).tolist()
    [False, True]
    """
    suppressed = shear < swisdak_2010(delta_beta, thickness)
    if hasattr(suppressed, "dims"):
        suppressed.attrs = {"long_name": "Whether reconnection is suppressed", "references": _SWISDAK}
    return suppressed


@model(cite=_ORIENTATION, valid=_SIDES | {"shear": (0.2, 3.14)})
def x_line_orientation(
    b_1: nT, b_2: nT, n_1: per_cm3, n_2: per_cm3, shear: rad, criterion: str = "outflow"
) -> Orientation:
    """Orientation of an X-line between two sheared fields, and the reconnection of their components.

    Parameters
    ----------
    b_1, b_2 : float or array, nT
        Magnitudes of the fields of the two sides.
    n_1, n_2 : float or array, cm^-3
        Mass densities of the two sides in protons per volume.
    shear : float or array, rad
        Angle between the fields, 0 to pi.
    criterion : {"outflow", "rate", "bisector"}
        What the line maximises: the outflow speed (Swisdak and Drake 2007), the reconnection electric field, or the
        product of the magnetic energies of the reconnecting components, whose line bisects the shear (Hesse et al.
        2013, Phys. Plasmas 20, 061210).

    Returns
    -------
    angle : float or array, rad
        Angle from the field of side 1 to the X-line, towards the field of side 2.
    b_1 : float or array, nT
        Reconnecting component of side 1.
    b_2 : float or array, nT
        Reconnecting component of side 2.
    guide_1 : float or array, nT
        Component of side 1 along the X-line.
    guide_2 : float or array, nT
        Component of side 2 along the X-line.
    v_out : float or array, km/s
        Outflow speed of the reconnecting components.
    e_field : float or array, mV/m
        Reconnection electric field of the reconnecting components.

    Raises
    ------
    InputError
        For an unknown criterion.

    Notes
    -----
    Speed and field are those of :func:`cassak_shay_2007` for the components across the line, with aspect ratio 0.1.
    A guide field up to the strength of the reconnecting one hardly changes the rate (Swisdak et al. 2005, J. Geophys.
    Res. 110, A05210). NaN outside 0 < shear <= pi.

    Examples
    --------
    >>> import math
    >>> line = x_line_orientation(20.0, 60.0, 20.0, 0.1, math.radians(120.0))
    >>> print(f"{math.degrees(line.angle):.1f} {line.e_field:.3f}")
    66.9 0.453
    """
    xp = namespace(b_1, b_2, n_1, n_2, shear)
    if criterion not in ("outflow", "rate", "bisector"):
        raise InputError(f"x_line_orientation: criterion {criterion!r} must be 'outflow', 'rate' or 'bisector'")
    # Square roots of negative numbers make NaN of what is no shear angle.
    shear = shear + 0 * xp.sqrt(shear) + 0 * xp.sqrt(xp.pi + 1e-9 - shear)
    angle = 0.5 * shear + 0 * (b_1 + b_2 + n_1 + n_2)
    if criterion != "bisector":
        low, high = 0 * angle, shear + 0 * angle
        for _ in range(40):
            slope, _ = _slope_of_merging(xp, angle, b_1, b_2, n_1, n_2, shear, criterion)
            low = xp.where(slope > 0, angle, low)
            high = xp.where(slope > 0, high, angle)
            angle = 0.5 * (low + high)
        # One step of Newton ends the bisection; it also gives derivatives of the angle, which the bisection has not.
        slope, bend = _slope_of_merging(xp, angle, b_1, b_2, n_1, n_2, shear, criterion)
        angle = angle - slope / bend
    across_1, across_2 = b_1 * xp.sin(angle), b_2 * xp.sin(shear - angle)
    merged = cassak_shay_2007.spec.function(across_1, across_2, n_1, n_2)
    guide_1, guide_2 = b_1 * xp.cos(angle), b_2 * xp.cos(shear - angle)
    return Orientation(angle, across_1, across_2, guide_1, guide_2, merged.v_out, merged.e_field)


def _slope_of_merging(
    xp: Any, angle: Any, b_1: Any, b_2: Any, n_1: Any, n_2: Any, shear: Any, criterion: str
) -> tuple[Any, Any]:
    """First and second derivative by angle of the logarithm of the outflow speed or of the reconnection field."""
    p, p_1 = b_1 * xp.sin(angle), b_1 * xp.cos(angle)
    q, q_1 = b_2 * xp.sin(shear - angle), -b_2 * xp.cos(shear - angle)

    def logarithmic(value: Any, first: Any, second: Any) -> tuple[Any, Any]:
        return first / value, second / value - (first / value) ** 2

    parts = (
        logarithmic(p, p_1, -p),
        logarithmic(q, q_1, -q),
        logarithmic(p + q, p_1 + q_1, -p - q),
        logarithmic(n_1 * q + n_2 * p, n_1 * q_1 + n_2 * p_1, -n_1 * q - n_2 * p),
    )
    # Powers of p, q, p + q and n_1 q + n_2 p in the outflow speed, and in the field with its factor p q / (p + q).
    powers = (0.5, 0.5, 0.5, -0.5) if criterion == "outflow" else (1.5, 1.5, -0.5, -0.5)
    return (
        sum(power * first for power, (first, _) in zip(powers, parts, strict=True)),
        sum(power * second for power, (_, second) in zip(powers, parts, strict=True)),
    )


# Energy ---------------------------------------------------------------------------------------------------------------


@model(
    cite=_CASSAK_LIU,
    valid={
        "b": (0.1, 1e8),
        "v_a": (1.0, 1e5),
        "length": (0.0, 300.0),
        "width": (0.0, 300.0),
        "rate": (1e-8, 0.5),
        "sides": (1.0, 2.0),
    },
    even=("b",),
    monotonic={"v_a": 1, "length": 1, "width": 1, "rate": 1},
)
def conversion_power(
    b: nT, v_a: km_s, length: R_E, width: R_E, rate: dimensionless = FAST_RATE, sides: dimensionless = 1.0
) -> W:
    """Power that reconnection takes from the magnetic field.

    Parameters
    ----------
    b : float or array, nT
        Reconnecting field.
    v_a : float or array, km/s
        Alfven speed of the inflow.
    length : float or array, R_E
        Extent of the layer along the outflow.
    width : float or array, R_E
        Extent along the X-line.
    rate : float or array, 1
        Reconnection rate, inflow over Alfven speed.
    sides : float or array, 1
        1 for what comes in from one side, 2 for both.

    Returns
    -------
    power : float or array, W
        Poynting flux rate v_A B^2 / mu_0 times the area of the layer.

    Notes
    -----
    How the power divides is another matter. Half of it goes to flow and half to heat in an incompressible sheet of
    Sweet and Parker; in collisionless exhausts most leaves as enthalpy, of ions more than of electrons. Fixed shares
    (50 % flow, 25 % ions, 15 % electrons, 10 % energetic particles) have no physical basis.

    Examples
    --------
    >>> print(f"{conversion_power(50.0, 200.0, 10.0, 10.0):.3e}")
    1.615e+11
    """
    flux = rate * v_a * 1e3 * (b * 1e-9) ** 2 / VACUUM_PERMEABILITY
    return sides * flux * length * width * EARTH_RADIUS**2


@model(
    cite="Phan et al. 2013, Geophys. Res. Lett. 40, 4475, doi:10.1002/grl.50917",
    valid={"v_a": (1.0, 1e4), "fraction": (0.0, 1.0), "ion_mass": (1.0, 32.0)},
    even=("v_a",),
    monotonic={"fraction": 1, "ion_mass": 1},
)
def bulk_heating(v_a: km_s, fraction: dimensionless, ion_mass: dimensionless = 1.0) -> eV:
    """Rise of temperature of a species in a reconnection exhaust, as a fraction of the energy that flows in.

    Parameters
    ----------
    v_a : float or array, km/s
        Alfven speed of the inflowing reconnecting field; the outflow speed of :func:`cassak_shay_2007` where the
        sides differ.
    fraction : float or array, 1
        Share of m_i v_A^2, the magnetic energy that comes in per pair of particles.
    ion_mass : float or array, 1
        Mean mass of the ions in proton masses.

    Returns
    -------
    heating : float or array, eV
        Rise of the temperature.

    Notes
    -----
    Magnetopause crossings are commonly summarised by a fraction near 0.017 for electrons and near 0.13 for ions
    (Phan et al. 2013; 2014, Geophys. Res. Lett. 41, 7002); simulations of symmetric reconnection give electrons 0.033
    (:func:`shay_2014`).

    Examples
    --------
    >>> [round(float(bulk_heating(400.0, fraction))) for fraction in (0.017, 0.13)]
    [28, 217]
    """
    return fraction * ion_mass * PROTON_MASS * (v_a * 1e3) ** 2 / ELEMENTARY_CHARGE


@model(cite=_SHAY, valid={"v_a": (1.0, 1e4)}, even=("v_a",))
def shay_2014(v_a: km_s) -> eV:
    """Rise of the electron temperature in a reconnection exhaust, from simulations.

    Parameters
    ----------
    v_a : float or array, km/s
        Alfven speed of the reconnecting component in the inflow.

    Returns
    -------
    heating : float or array, eV
        The rise, 0.033 of m_i v_A^2.

    Notes
    -----
    Particle simulations of symmetric reconnection: hardly any dependence on the temperatures, beta or the mass ratio;
    a guide field as strong as the reconnecting field leaves the total but makes it parallel to the field.

    Examples
    --------
    >>> round(float(shay_2014(400.0)), 1)
    55.1
    """
    return bulk_heating.spec.function(v_a, 0.033)


# Regimes --------------------------------------------------------------------------------------------------------------

REGIMES: Final = (
    "single collisional",
    "plasmoids collisional",
    "plasmoids to kinetic scale",
    "plasmoids collisionless",
    "single collisionless",
)
"""Regimes of reconnection, as :func:`reconnection_regime` names them"""


def reconnection_regime(lundquist: Any, size: Any) -> Any:
    """Regime of reconnection in the map of Lundquist number and size.

    Parameters
    ----------
    lundquist : float or array
        Lundquist number on half the length of the sheet.
    size : float or array
        Length of the sheet in ion inertial lengths; in ion sound gyroradii where the guide field is strong.

    Returns
    -------
    str array or DataArray
        One of `REGIMES`; empty where an input is NaN or not positive.

    Notes
    -----
    Ji and Daughton 2011. A sheet of Sweet and Parker is as thin as the ion scale at S = (size / 2)^2: above, it is
    collisionless, with plasmoids where size > 50. Below, it is collisional, with plasmoids where S > 1e4; the sheets
    between these are thinner than the whole sheet and reach the ion scale at S = 100 size / 2, above which the
    cascade of plasmoids ends in collisionless sheets. The lines meet at size = 200, S = 1e4. The boundaries are upper
    bounds on S: a sheet that was once collisionless stays so.

    Examples
    --------
    >>> reconnection_regime([1e3, 1e6, 1e13, 1e14], [1e3, 1e6, 1e8, 1e3]).tolist()
    ['single collisional', 'plasmoids collisional', 'plasmoids to kinetic scale', 'plasmoids collisionless']
    """
    if hasattr(lundquist, "dims") or hasattr(size, "dims"):
        import xarray as xr

        return xr.apply_ufunc(
            reconnection_regime, lundquist, size, dask="parallelized", output_dtypes=[np.dtype("U32")]
        )
    number, extent = np.broadcast_arrays(np.asarray(lundquist, float), np.asarray(size, float))
    with np.errstate(invalid="ignore"):
        known = (number > 0) & (extent > 0)
        kinetic = number >= extent**2 / 4
        cascade = number >= np.sqrt(CRITICAL_LUNDQUIST) * extent / 2
        broken = number >= CRITICAL_LUNDQUIST
        large = extent >= CRITICAL_SIZE
    regime = np.select(
        [~known, kinetic & large, kinetic, cascade & broken, broken],
        ["", REGIMES[3], REGIMES[4], REGIMES[2], REGIMES[1]],
        REGIMES[0],
    )
    return regime[()] if regime.ndim == 0 else regime


class _Environment(NamedTuple):
    """A place where fields reconnect: representative values, and the ranges of S and of the rate that are quoted."""

    name: str
    length: float  # m
    b: float  # nT
    n: float  # cm^-3
    temperature: float  # K
    logarithm: float
    lundquist: tuple[float, float]
    rate: tuple[float, float]


# Length, field and the quoted ranges as reviews of the subject give them; density and temperature are typical of each.
_ENVIRONMENTS: Final = (
    _Environment("solar flare", 1e7, 1e7, 1e9, 2e6, 20.0, (1e12, 1e14), (0.001, 0.1)),
    _Environment("magnetopause", 1e7, 50.0, 10.0, 1e6, 25.0, (1e12, 1e13), (0.01, 0.1)),
    _Environment("magnetotail", 1e8, 20.0, 0.1, 1e7, 30.0, (1e13, 1e14), (0.01, 0.2)),
    _Environment("MRX", 0.3, 5e7, 5e13, 1e5, 10.0, (1e2, 1e3), (0.1, 0.3)),
)


def reconnection_environments(diffusivity: float = 1.0) -> xr.Dataset:
    """Table of places where fields reconnect, with their scales and regimes.

    Parameters
    ----------
    diffusivity : float
        Magnetic diffusivity for `lundquist`, m^2/s.

    Returns
    -------
    xarray.Dataset
        Along `environment`: representative length, field, density and temperature; Alfven speed, inertial length,
        size, Lundquist numbers with the given and with Spitzer's diffusivity, the rates of Sweet and Parker and of
        Petschek, the electric field at rate 0.1, the regime; and, along `bound`, the quoted ranges.

    Notes
    -----
    With 1 m^2/s, which is Spitzer's value for the corona, the numbers agree with the quoted ranges except for the
    laboratory (Magnetic Reconnection Experiment, Princeton), whose plasma is cool: there Spitzer's value belongs. In
    space collisions are too rare for a resistivity to mean much, which is what the regime says.

    Examples
    --------
    >>> table = reconnection_environments()
    >>> print(f"{float(table.lundquist.sel(environment='magnetopause')):.1e}")
    3.4e+12
    >>> str(table.regime.sel(environment="magnetotail").values)
    'plasmoids collisionless'
    """
    import xarray as xr

    from sunearth.sun.corona import magnetic_diffusivity, spitzer_resistivity

    if not diffusivity > 0:
        raise InputError(f"reconnection_environments: diffusivity {diffusivity} must be positive")
    rows = _ENVIRONMENTS
    length, b, n, temperature, logarithm = (
        np.array([getattr(row, name) for row in rows]) for name in ("length", "b", "n", "temperature", "logarithm")
    )
    flow = hall_reconnection(b, n)
    d_i = ion_inertial_length(n)
    size = length / (d_i * 1e3)
    lundquist = lundquist_number(length, flow.v_out, diffusivity)
    spitzer = lundquist_number(length, flow.v_out, magnetic_diffusivity(spitzer_resistivity(temperature, logarithm)))
    along = ("environment",)
    columns = {
        "length": (along, length, "m", "Length of the sheet"),
        "b": (along, b, "nT", "Reconnecting field"),
        "n": (along, n, "cm^-3", "Density"),
        "temperature": (along, temperature, "K", "Electron temperature"),
        "v_a": (along, flow.v_out, "km/s", "Alfven speed"),
        "d_i": (along, d_i, "km", "Ion inertial length"),
        "size": (along, size, "1", "Length of the sheet in ion inertial lengths"),
        "lundquist": (along, lundquist, "1", "Lundquist number with the given diffusivity"),
        "lundquist_spitzer": (along, spitzer, "1", "Lundquist number with Spitzer's diffusivity"),
        "lundquist_quoted": ((*along, "bound"), np.array([row.lundquist for row in rows]), "1", "Quoted range of S"),
        "rate_quoted": ((*along, "bound"), np.array([row.rate for row in rows]), "1", "Quoted range of the rate"),
        "rate_sweet_parker": (along, lundquist**-0.5, "1", "Rate of Sweet and Parker"),
        "rate_petschek": (along, petschek(lundquist), "1", "Largest rate of Petschek"),
        "e_field": (along, flow.e_field, "mV/m", "Reconnection electric field at rate 0.1"),
        "regime": (along, reconnection_regime(spitzer / 2, size), "1", "Regime, with Spitzer's diffusivity"),
    }
    table = xr.Dataset(
        {
            name: (dims, values, {"units": unit, "long_name": text, "references": _JI_DAUGHTON})
            for name, (dims, values, unit, text) in columns.items()
        },
        coords={"environment": [row.name for row in rows], "bound": ["low", "high"]},
    )
    table.attrs["diffusivity"] = diffusivity
    return table
