"""The expansion of the corona: why it cannot stay, the flows that its equations allow, what the wind takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    ASTRONOMICAL_UNIT,
    BOLTZMANN,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SOLAR_GM,
    SOLAR_RADIUS,
    VACUUM_PERMEABILITY,
    VACUUM_PERMITTIVITY,
)
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import (
    Array,
    J,
    K,
    R_sun,
    W,
    au,
    dimensionless,
    kg_s,
    km,
    km_s,
    mV_m,
    nPa,
    nT,
    parse_unit,
    per_cm3,
    rad_s,
    s,
)

from .wind import mass_density

if TYPE_CHECKING:
    import xarray as xr

per_s = Annotated[Array, parse_unit("s^-1")]

MEAN_MASS = 0.5
"""Mean mass of the particles of a proton-electron gas, in proton masses."""
SOLAR_ROTATION = 2.865e-6
"""rad/s, sidereal, of the Carrington period of 25.38 days."""

_PARKER = "Parker 1958, Astrophys. J. 128, 664, doi:10.1086/146579"
_POLYTROPE = "Parker 1963, Interplanetary Dynamical Processes"
_LAMERS = "Lamers and Cassinelli 1999, Introduction to Stellar Winds"
_TEXTBOOK = "Kivelson and Russell 1995, Introduction to Space Physics"
_NOZZLE = "Landau and Lifshitz 1987, Fluid Mechanics, section 97"
_WEBER_DAVIS = "Weber and Davis 1967, Astrophys. J. 148, 217, doi:10.1086/149138"
_FORMULARY = "Huba 2013, NRL Plasma Formulary"
_CM3 = 1e-6  # m^3 in a cm^3
_AU_IN_RADII = ASTRONOMICAL_UNIT / SOLAR_RADIUS

# --- A gas that leaves through a throat -------------------------------------------------------------------------------


@model(cite=_NOZZLE, valid={"mach": (0.05, 20.0), "gamma": (1.05, 2.0)})
def nozzle_area(mach: dimensionless, gamma: dimensionless = 5 / 3) -> dimensionless:
    """Cross section of a nozzle, over that of its throat, where the flow has a given Mach number.

    Parameters
    ----------
    mach : float or array, 1
        Speed over sound speed.
    gamma : float or array, 1
        Adiabatic index, above 1.

    Returns
    -------
    area : float or array, 1
        At least 1, which it is at the throat, where the flow is sonic.

    Notes
    -----
    Mass and energy conserved along a tube: dA / A = (M^2 - 1) dv / v, so that a subsonic flow speeds up where the tube
    narrows and a supersonic one where it widens. The gas is compressible: in an incompressible one nothing happens at
    the throat, though some texts open the derivation with that word.

    Examples
    --------
    >>> float(nozzle_area(3.0).round(3))
    3.0
    """
    xp = namespace(mach, gamma)
    return xp.exp(_log_area(xp, xp.log(mach), gamma - 1))


@model(cite=_NOZZLE, valid={"area": (1.05, 50.0), "gamma": (1.05, 2.0)})
def nozzle_mach(area: dimensionless, gamma: dimensionless = 5 / 3, branch: str = "supersonic") -> dimensionless:
    """Mach number of the flow where a nozzle has a given cross section.

    Parameters
    ----------
    area : float or array, 1
        Cross section over that of the throat.
    gamma : float or array, 1
        Adiabatic index, above 1.
    branch : {"supersonic", "subsonic"}
        Which of the two flows that pass the throat at the speed of sound.

    Returns
    -------
    mach : float or array, 1
        Speed over sound speed; NaN for less than the throat's cross section.

    Raises
    ------
    InputError
        For another branch.

    Notes
    -----
    The logarithm of the area is a convex function of the logarithm of the Mach number. Newton's steps start from a
    bound beyond the root and come down to it without ever crossing it.

    Examples
    --------
    >>> float(nozzle_mach(3.0).round(6)), float(nozzle_mach(2.888, branch="subsonic").round(3))
    (3.0, 0.2)
    """
    xp = namespace(area, gamma)
    e = gamma - 1
    k = (2 + e) / (2 * e)
    log_area = xp.log(area)
    if branch == "subsonic":
        log_mach = k * xp.log(2 / (2 + e)) - log_area
    elif branch == "supersonic":
        log_mach = 0.5 * e * (log_area - k * xp.log(e / (2 + e)))
    else:
        raise InputError(f"nozzle_mach: branch {branch!r} is not 'supersonic' or 'subsonic'")
    for _ in range(40):
        slope = xp.expm1(2 * log_mach) / (1 + 0.5 * e * xp.exp(2 * log_mach))
        log_mach = log_mach - (_log_area(xp, log_mach, e) - log_area) / xp.where(slope == 0, 1.0, slope)
    return xp.where(area < 1, xp.nan, xp.exp(log_mach))


def _log_area(xp: Any, log_mach: Any, e: Any) -> Any:
    return (2 + e) / (2 * e) * xp.log1p(e / (2 + e) * xp.expm1(2 * log_mach)) - log_mach


@model(cite=_NOZZLE)
def nozzle_acceleration(mach: dimensionless) -> dimensionless:
    """Relative change of the speed of a flow for a relative change of the cross section of its tube.

    Parameters
    ----------
    mach : float or array, 1
        Speed over sound speed.

    Returns
    -------
    ratio : float or array, 1
        The derivative of ln v by ln A: negative below the speed of sound, positive above, infinite at it.

    Notes
    -----
    One account of the derivation prints -v dv/dr where -v dv is meant.

    Examples
    --------
    >>> float(nozzle_acceleration(2.0).round(4))
    0.3333
    """
    return 1 / (mach**2 - 1)


# --- The corona at rest -----------------------------------------------------------------------------------------------


@model(cite=_PARKER, monotonic={"temperature": 1, "mean_mass": -1}, valid={"mean_mass": (0.5, 1.3)})
def isothermal_sound_speed(temperature: K, mean_mass: dimensionless = MEAN_MASS) -> km_s:
    """Sound speed of a gas that keeps its temperature.

    Parameters
    ----------
    temperature : float or array, K
        Temperature of all particles.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses: 0.5 for protons and electrons, 0.6 with 10 % helium.

    Returns
    -------
    speed : float or array, km/s
        The speed sqrt(k T / mean_mass m_p).

    Examples
    --------
    >>> float(isothermal_sound_speed(1e6).round(1))
    128.5
    """
    xp = namespace(temperature, mean_mass)
    return xp.sqrt(BOLTZMANN * temperature / (mean_mass * PROTON_MASS)) * 1e-3


@model(
    cite=_PARKER,
    valid={"temperature": (3e5, 5e6), "mean_mass": (0.5, 1.3)},
    monotonic={"temperature": -1, "mean_mass": 1},
)
def critical_radius(temperature: K, mean_mass: dimensionless = MEAN_MASS) -> R_sun:
    """Heliocentric distance where an isothermal wind becomes supersonic.

    Parameters
    ----------
    temperature : float or array, K
        Temperature of the corona.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    r : float or array, R_sun
        The distance G M / 2 c^2; a wind that leaves the Sun slowly needs it above 1.

    Notes
    -----
    5.8 to 1.9 R_sun for 1 to 3 MK; a range of 5 to 10 R_sun, which some texts give for these temperatures, belongs to
    0.6 to 1.2 MK.

    Examples
    --------
    >>> float(critical_radius(1.5e6).round(3))
    3.852
    """
    return SOLAR_GM * mean_mass * PROTON_MASS / (2 * BOLTZMANN * temperature) / SOLAR_RADIUS


@model(
    cite=_PARKER,
    valid={"r": (1.0, 2150.0), "temperature": (3e5, 5e6), "n_0": (1e6, 1e10), "mean_mass": (0.5, 1.3)},
    monotonic={"r": -1, "n_0": 1},
)
def static_pressure(r: R_sun, temperature: K, n_0: per_cm3 = 1e8, mean_mass: dimensionless = MEAN_MASS) -> nPa:
    """Pressure of an isothermal corona that stays at rest.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance; infinity is allowed.
    temperature : float or array, K
        Temperature of the corona.
    n_0 : float or array, cm^-3
        Electron density at 1 R_sun.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    p : float or array, nPa
        Pressure of ions and electrons, 2 n k T at the base.

    Notes
    -----
    It does not fall to zero at infinity but to exp(-2 r_c / R_sun) of the pressure at the base: for a million degrees
    five orders of magnitude above that of the interstellar gas. Nothing could hold such a corona back, so it blows.

    Examples
    --------
    >>> print(f"{static_pressure(float('inf'), 1e6):.1e}")
    2.6e+01
    """
    return 2 * n_0 / _CM3 * BOLTZMANN * temperature * 1e9 * _static_ratio(r, temperature, mean_mass)


def _static_ratio(r: Any, temperature: Any, mean_mass: Any) -> Any:
    xp = namespace(r, temperature, mean_mass)
    return xp.exp(-2 * critical_radius.spec.function(temperature, mean_mass) * (1 - 1 / r))


@model(
    cite="Chapman 1957, Smithsonian Contrib. Astrophys. 2, 1",
    valid={"r": (1.0, 2150.0), "temperature": (3e5, 5e6), "r_0": (1.0, 3.0)},
    monotonic={"r": -1, "temperature": 1, "r_0": 1},
)
def conductive_temperature(r: R_sun, temperature: K, r_0: R_sun = 1.0) -> K:
    """Temperature of a corona that only conducts heat outwards.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    temperature : float or array, K
        Temperature at `r_0`.
    r_0 : float or array, R_sun
        Distance of the base.

    Returns
    -------
    temperature : float or array, K
        The temperature T_0 (r_0 / r)^(2/7).

    Notes
    -----
    4 pi r^2 kappa_0 T^(5/2) dT/dr is constant, with zero temperature at infinity; kappa_0 is a conductivity, which one
    text writes with the letter of Boltzmann's constant. It falls so slowly that 1 MK at the Sun leaves 2e5 K at Earth.

    Examples
    --------
    >>> float(conductive_temperature(215.03, 1e6).round(-3))
    216000.0
    """
    return temperature * (r_0 / r) ** (2 / 7)


@model(
    cite="Chapman 1957, Smithsonian Contrib. Astrophys. 2, 1",
    valid={"r": (1.0, 2150.0), "temperature": (3e5, 5e6), "n_0": (1e6, 1e10), "mean_mass": (0.5, 1.3)},
    monotonic={"n_0": 1},
)
def chapman_1957(r: R_sun, temperature: K, n_0: per_cm3 = 1e8, mean_mass: dimensionless = MEAN_MASS) -> per_cm3:
    """Electron density of a static corona that conducts heat outwards.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    temperature : float or array, K
        Temperature at 1 R_sun; it falls as in :func:`conductive_temperature`.
    n_0 : float or array, cm^-3
        Electron density at 1 R_sun.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    n_e : float or array, cm^-3
        Density in hydrostatic balance. Far out the pressure is constant and the density grows again, which no
        atmosphere at rest could keep.

    Notes
    -----
    p = p_0 exp{-(14/5) (r_c / R_sun) [1 - (R_sun / r)^(5/7)]} with r_c the critical radius of the temperature at the
    base, and n = p / 2 k T.

    Examples
    --------
    >>> float(chapman_1957(215.03, 1e6, 2e8).round(0))
    124.0
    """
    xp = namespace(r, temperature, n_0, mean_mass)
    r_c = critical_radius.spec.function(temperature, mean_mass)
    return n_0 * r ** (2 / 7) * xp.exp(-2.8 * r_c * (1 - r ** (-5 / 7)))


# --- Isothermal flow --------------------------------------------------------------------------------------------------
#
# With e = gamma - 1, t = ln(r / r_c) and d = ln(v / v_s), where v_s is the speed that would be sonic at that distance,
# the energy equation of every steady flow, isothermal (e = 0) or polytropic, reads
#
#     expm1(2 d) / 2 + expm1(-e d) / e = [depth(t) + offset] exp(b t),      b = 4 e / (2 + e),
#     depth(t) = 2 [expm1(-t) - expm1(-b t) / b],
#
# where the offset is the flow's energy above that of the flow through the critical point, in units of the square of
# the sound speed there. The left side is convex with its minimum 0 at d = 0, so there are two roots, a subsonic
# (d < 0) and a supersonic one (d > 0), wherever the right side is not negative. For e = 0 they are the two branches of
# Lambert's W; worked in logarithms nothing overflows, and written with expm1 nothing cancels near the critical point.


def _gain(xp: Any, x: Any, e: Any) -> Any:
    """Return expm1(-e x) / e, which is -x where e is 0."""
    return xp.where(e == 0, -x, xp.expm1(-e * x) / xp.where(e == 0, 1.0, e))


def _depth(xp: Any, t: Any, e: Any) -> Any:
    b = 4 * e / (2 + e)
    near = xp.abs(t) < 0.25
    small = xp.where(near, t, 0.0 * t)
    power, factor, series = 0.5 * small * small, b, 0.0 * small
    for k in range(2, 15):  # the rest is below 1e-16 of the sum for |t| < 1/4
        series = series + 2 * power * (1 - factor)
        power, factor = -power * small / (k + 1), factor * b
    large = xp.where(near, 1.0, t)
    return xp.where(near, series, 2 * (xp.expm1(-large) - _gain(xp, large, b)))


def _root(xp: Any, u: Any, e: Any, supersonic: Any) -> Any:
    """Solve expm1(2 d) / 2 + expm1(-e d) / e = u for d, above or below 0.

    The supersonic start is an upper bound (Chatzigeorgiou's for Lambert's W); the subsonic one is the larger of a lower
    bound and the first two terms of the series about the critical point.
    """
    u = xp.where(u < 0, xp.nan, u)
    q = xp.sqrt(u / (1 + 0.5 * e))
    above = 0.5 * xp.log1p(2 * xp.sqrt(u) + 2 * u)
    bound = xp.where(e == 0, -(u + 0.5), -xp.log1p(e * (u + 0.5)) / xp.where(e == 0, 1.0, e))
    below = xp.maximum(bound, -q - (2 - e) / 6 * q * q)
    d = xp.where(supersonic, above, below)
    for _ in range(9):
        residual = 0.5 * xp.expm1(2 * d) + _gain(xp, d, e) - u
        slope = xp.expm1(2 * d) - xp.expm1(-e * d)
        d = d - residual / xp.where(slope == 0, 1.0, slope)
    return d


@model(
    cite=_PARKER,
    valid={"r": (1.0, 2150.0), "temperature": (3e5, 5e6), "mean_mass": (0.5, 1.3)},
    monotonic={"r": 1, "temperature": 1, "mean_mass": -1},
)
def parker_1958(r: R_sun, temperature: K, mean_mass: dimensionless = MEAN_MASS) -> km_s:
    """Speed of an isothermal solar wind.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    temperature : float or array, K
        Temperature of the corona and of the wind.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses: 0.5 for protons and electrons, 0.6 with 10 % helium.

    Returns
    -------
    speed : float or array, km/s
        Speed of the one flow that starts slowly and ends without pressure: subsonic inside the critical radius and
        supersonic outside.

    Notes
    -----
    M^2 - ln M^2 = 4 ln(r / r_c) + 4 r_c / r - 3, solved to round-off at any distance and temperature. The sound speed
    is the isothermal one; texts that define it adiabatically and then hold it constant place the critical point wrongly
    (6.9 instead of 5.8 R_sun for 1 MK), and the gas is compressible, whatever they say.

    Examples
    --------
    >>> float(parker_1958(215.03, 1e6).round(1)), float(parker_1958(1.0, 1e6).round(4))
    (484.7, 0.1843)
    """
    xp = namespace(r, temperature, mean_mass)
    t = xp.log(r / critical_radius.spec.function(temperature, mean_mass))
    d = _root(xp, _depth(xp, t, 0.0 * t), 0.0 * t, t > 0)
    return isothermal_sound_speed.spec.function(temperature, mean_mass) * xp.exp(d)


@model(
    cite=_PARKER,
    valid={"r": (1.0, 2150.0), "temperature": (3e5, 5e6), "mean_mass": (0.5, 1.3)},
)
def isothermal_accretion(r: R_sun, temperature: K, mean_mass: dimensionless = MEAN_MASS) -> km_s:
    """Velocity of an isothermal gas that falls to the Sun from rest at infinity.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    temperature : float or array, K
        Temperature of the gas.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    speed : float or array, km/s
        Negative: inwards, subsonic outside the critical radius and supersonic inside.

    Notes
    -----
    The other flow through the critical point. With the sign turned round it is an outflow that starts supersonic and
    ends subsonic, one of the six classes of solutions.

    Examples
    --------
    >>> float(isothermal_accretion(1.0, 1e6).round(1))
    -511.7
    """
    xp = namespace(r, temperature, mean_mass)
    t = xp.log(r / critical_radius.spec.function(temperature, mean_mass))
    d = _root(xp, _depth(xp, t, 0.0 * t), 0.0 * t, t < 0)
    return -isothermal_sound_speed.spec.function(temperature, mean_mass) * xp.exp(d)


@model(
    cite=_PARKER,
    valid={"r": (1.0, 2150.0), "temperature": (3e5, 5e6), "offset": (0.01, 3.0), "mean_mass": (0.5, 1.3)},
)
def isothermal_flow(
    r: R_sun,
    temperature: K,
    offset: dimensionless = 0.5,
    mean_mass: dimensionless = MEAN_MASS,
    branch: str = "subsonic",
) -> km_s:
    """Speed of any steady isothermal flow from or to the Sun that misses the critical point.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    temperature : float or array, K
        Temperature of the gas.
    offset : float or array, 1
        Energy of the flow above that of the wind of the same mass flux, in units of the squared sound speed.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.
    branch : {"subsonic", "supersonic"}
        Which of the two speeds.

    Returns
    -------
    speed : float or array, km/s
        Speed, of either direction; NaN where no such flow reaches.

    Raises
    ------
    InputError
        For another branch.

    Notes
    -----
    A positive offset gives the breezes (subsonic) and the flows that are supersonic everywhere; a negative one the
    double-valued curves, which turn back at the two :func:`turning_radii` and leave a gap between them. In the constant
    C = M^2 - ln M^2 - 4 ln(r / r_c) - 4 r_c / r of textbooks the offset is (C + 3) / 2.

    Examples
    --------
    >>> float(isothermal_flow(215.03, 1e6, 0.5).round(3))
    0.239
    """
    if branch not in ("subsonic", "supersonic"):
        raise InputError(f"isothermal_flow: branch {branch!r} is not 'subsonic' or 'supersonic'")
    xp = namespace(r, temperature, offset, mean_mass)
    t = xp.log(r / critical_radius.spec.function(temperature, mean_mass))
    d = _root(xp, _depth(xp, t, 0.0 * t) + offset, 0.0 * t, branch == "supersonic")
    return isothermal_sound_speed.spec.function(temperature, mean_mass) * xp.exp(d)


class TurningRadii(NamedTuple):
    """Where the double-valued flows turn back."""

    inner: dimensionless
    outer: dimensionless


@model(cite=_PARKER, valid={"offset": (-3.0, -0.001)}, monotonic={"offset": 1})
def turning_radii(offset: dimensionless) -> TurningRadii:
    """Distances at which an isothermal flow of too little energy turns back.

    Parameters
    ----------
    offset : float or array, 1
        Energy above that of the wind of the same mass flux, in units of the squared sound speed: negative.

    Returns
    -------
    inner : float or array, 1
        Largest distance of the inner curve, over the critical radius.
    outer : float or array, 1
        Smallest distance of the outer curve, over the critical radius.

    Notes
    -----
    Between the two there is no flow. Both curves are sonic where they turn.

    Examples
    --------
    >>> inner, outer = turning_radii(-0.5)
    >>> float(inner.round(3)), float(outer.round(3))
    (0.531, 2.228)
    """
    xp = namespace(offset)
    u = -0.25 * offset  # depth = 2 (e^-t - 1 + t) = 4 u with t = -2 d
    e = 0.0 * offset
    return TurningRadii(xp.exp(-2 * _root(xp, u, e, True)), xp.exp(-2 * _root(xp, u, e, False)))


@model(
    cite=_PARKER,
    valid={"r": (1.0, 2150.0), "speed": (0.01, 1500.0), "temperature": (3e5, 5e6), "mean_mass": (0.5, 1.3)},
    even=("speed",),
)
def flow_offset(r: R_sun, speed: km_s, temperature: K, mean_mass: dimensionless = MEAN_MASS) -> dimensionless:
    """Energy of an isothermal flow above that of the wind of the same mass flux, over the squared sound speed.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    speed : float or array, km/s
        Speed there, in either direction.
    temperature : float or array, K
        Temperature of the gas.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    offset : float or array, 1
        Constant along a flow: zero for the wind and for accretion. The residual of the energy equation.

    Examples
    --------
    >>> round(float(flow_offset(20.0, parker_1958(20.0, 1e6), 1e6)), 12)
    0.0
    """
    xp = namespace(r, speed, temperature, mean_mass)
    t = xp.log(r / critical_radius.spec.function(temperature, mean_mass))
    d = xp.log(xp.abs(speed) / isothermal_sound_speed.spec.function(temperature, mean_mass))
    return 0.5 * xp.expm1(2 * d) - d - _depth(xp, t, 0.0 * t)


@model(
    cite=_PARKER,
    valid={"r": (1.0, 2150.0), "speed": (0.01, 1500.0), "temperature": (3e5, 5e6), "mean_mass": (0.5, 1.3)},
    even=("speed",),
)
def flow_class(
    r: R_sun,
    speed: km_s,
    temperature: K,
    mean_mass: dimensionless = MEAN_MASS,
    tolerance: dimensionless = 1e-6,
) -> dimensionless:
    """Class of the isothermal flow that has a given speed at a given distance.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    speed : float or array, km/s
        Speed there, in either direction.
    temperature : float or array, K
        Temperature of the gas.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.
    tolerance : float or array, 1
        Offset in energy up to which a flow counts as passing the critical point.

    Returns
    -------
    number : float or array, 1
        1 the wind, 2 a breeze, 3 double-valued inside the critical radius, 4 supersonic everywhere, 5 supersonic inside
        and subsonic outside (accretion with its sign turned round), 6 double-valued outside.

    Examples
    --------
    >>> flow_class([1.0, 10.0, 2.0], [0.1843, 50.0, 128.0], 1e6, tolerance=1e-3).tolist()
    [1.0, 2.0, 3.0]
    """
    xp = namespace(r, speed, temperature, mean_mass)
    offset = flow_offset.spec.function(r, speed, temperature, mean_mass)
    outside = r > critical_radius.spec.function(temperature, mean_mass)
    fast = xp.abs(speed) > isothermal_sound_speed.spec.function(temperature, mean_mass)
    transonic = xp.where(outside == fast, 1.0, 5.0)
    hidden = xp.where(outside, 6.0, 3.0)
    number = xp.where(xp.abs(offset) <= tolerance, transonic, xp.where(offset > 0, xp.where(fast, 4.0, 2.0), hidden))
    return number + 0 * offset + 0 * tolerance


@model(
    cite=_PARKER,
    valid={
        "r": (1.0, 2150.0),
        "temperature": (5e5, 5e6),
        "n_0": (1.0, 1e10),
        "r_0": (1.0, 215.0),
        "mean_mass": (0.5, 0.7),
    },
    monotonic={"r": -1, "n_0": 1},
)
def isothermal_wind_density(
    r: R_sun,
    temperature: K,
    n_0: per_cm3 = 5.0,
    r_0: R_sun = _AU_IN_RADII,
    mean_mass: dimensionless = MEAN_MASS,
) -> per_cm3:
    """Density of an isothermal solar wind.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    temperature : float or array, K
        Temperature of the corona and of the wind.
    n_0 : float or array, cm^-3
        Density at `r_0`.
    r_0 : float or array, R_sun
        Where the density is known: the orbit of the Earth by default.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    n : float or array, cm^-3
        Density with the same flux of particles through every sphere.

    Notes
    -----
    With 1e8 cm^-3 at a base of 1 MK only 0.8 cm^-3 reach the Earth: the real base is denser or hotter.

    Examples
    --------
    >>> print(f"{isothermal_wind_density(1.0, 1e6):.2e}")
    6.08e+08
    """
    speed = parker_1958.spec.function
    return n_0 * (r_0 / r) ** 2 * (speed(r_0, temperature, mean_mass) / speed(r, temperature, mean_mass))


@model(
    cite=_PARKER,
    valid={"temperature": (5e5, 5e6), "offset": (0.01, 3.0), "n_0": (1e6, 1e10), "mean_mass": (0.5, 0.6)},
    monotonic={"n_0": 1},
)
def breeze_pressure(
    temperature: K, offset: dimensionless = 0.5, n_0: per_cm3 = 1e8, mean_mass: dimensionless = MEAN_MASS
) -> nPa:
    """Pressure at infinity that an isothermal breeze needs to be held back.

    Parameters
    ----------
    temperature : float or array, K
        Temperature of the corona.
    offset : float or array, 1
        Energy of the breeze above that of the wind of the same mass flux, in units of the squared sound speed: above 0.
    n_0 : float or array, cm^-3
        Electron density at 1 R_sun.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    p : float or array, nPa
        At least that of the corona at rest, to which it falls as the breeze dies away.

    Notes
    -----
    A breeze comes to rest far out, so that its density there is exp(M^2 / 2) times that of the static corona, with M
    the Mach number at the base.

    Examples
    --------
    >>> print(f"{breeze_pressure(1e6):.2e}")
    2.65e+01
    """
    xp = namespace(temperature, offset, n_0, mean_mass)
    t = -xp.log(critical_radius.spec.function(temperature, mean_mass))
    d = _root(xp, _depth(xp, t, 0.0 * t) + offset, 0.0 * t, False)
    rest = static_pressure.spec.function(xp.inf, temperature, n_0, mean_mass)
    return rest * xp.exp(0.5 * xp.exp(2 * d))


def solution_classes(
    temperature: float, radius: Any = None, offset: float = 0.4, mean_mass: float = MEAN_MASS
) -> xr.Dataset:
    """Return one flow of every class that the isothermal equations allow, for a picture of them all.

    Parameters
    ----------
    temperature : float
        Temperature of the corona in K.
    radius : array, optional
        Heliocentric distances in R_sun; by default from a tenth to ten times the critical radius.
    offset : float
        How far in energy the flows that miss the critical point pass it by, in units of the squared sound speed.
    mean_mass : float
        Mean mass of the particles in proton masses.

    Returns
    -------
    xarray.Dataset
        `speed` (km/s) by `flow` and `radius`, NaN where a flow does not reach, and `number`, the class of
        :func:`flow_class`. The double-valued ones have two flows each.

    Examples
    --------
    >>> solution_classes(1e6).sizes["flow"]
    8
    """
    import numpy as np
    import xarray as xr

    r_c = float(critical_radius(temperature, mean_mass))
    radius = r_c * np.geomspace(0.1, 10.0, 401) if radius is None else np.asarray(radius, float)
    inside = np.where(radius < r_c, 1.0, np.nan)
    outside = np.where(radius > r_c, 1.0, np.nan)

    def flow(energy: float, branch: str) -> Any:
        return isothermal_flow(radius, temperature, energy, mean_mass, branch=branch)

    flows = {
        "wind": (1, parker_1958(radius, temperature, mean_mass)),
        "breeze": (2, flow(offset, "subsonic")),
        "inner, subsonic": (3, flow(-offset, "subsonic") * inside),
        "inner, supersonic": (3, flow(-offset, "supersonic") * inside),
        "supersonic": (4, flow(offset, "supersonic")),
        "accretion": (5, -isothermal_accretion(radius, temperature, mean_mass)),
        "outer, subsonic": (6, flow(-offset, "subsonic") * outside),
        "outer, supersonic": (6, flow(-offset, "supersonic") * outside),
    }
    return xr.Dataset(
        {
            "speed": (
                ("flow", "radius"),
                np.stack([speed for _, speed in flows.values()]),
                {"units": "km/s", "long_name": "Speed of an isothermal flow", "references": _PARKER},
            ),
            "number": (
                "flow",
                [float(number) for number, _ in flows.values()],
                {"units": "1", "long_name": "Class of the flow", "references": _PARKER},
            ),
        },
        coords={
            "flow": list(flows),
            "radius": ("radius", radius, {"units": "R_sun", "long_name": "Heliocentric distance"}),
        },
        attrs={"temperature": temperature, "critical_radius": r_c, "offset": offset},
    )


# --- Wind with a law of its own for the temperature -------------------------------------------------------------------


@model(cite=_POLYTROPE, valid={"alpha": (0.0, 10.0)}, monotonic={"alpha": -1})
def effective_polytropic_index(alpha: dimensionless) -> dimensionless:
    """Polytropic index of a wind that carries heat in proportion to its thermal energy.

    Parameters
    ----------
    alpha : float or array, 1
        Heat flux over n k T v.

    Returns
    -------
    gamma : float or array, 1
        The index (alpha + 5) / (alpha + 3): 5/3 without heat, towards 1 with much.

    Notes
    -----
    From the energy equation with enthalpy 5/2 p, p = 2 n k T and the heat flux alpha n k T v.

    Examples
    --------
    >>> float(effective_polytropic_index(2.0))
    1.4
    """
    return (alpha + 5) / (alpha + 3)


@model(cite=_POLYTROPE, valid={"n": (1.0, 1e9), "n_0": (1.0, 1e9), "alpha": (0.0, 10.0)}, monotonic={"n": 1, "n_0": -1})
def heated_temperature(n: per_cm3, temperature: K, n_0: per_cm3, alpha: dimensionless) -> K:
    """Temperature of a wind that carries heat in proportion to its thermal energy.

    Parameters
    ----------
    n : float or array, cm^-3
        Density.
    temperature : float or array, K
        Temperature where the density is `n_0`.
    n_0 : float or array, cm^-3
        Density at the reference.
    alpha : float or array, 1
        Heat flux over n k T v.

    Returns
    -------
    temperature : float or array, K
        The temperature T_0 (n / n_0)^(2 / (alpha + 3)).

    Examples
    --------
    >>> float(heated_temperature(1e4, 1e6, 1e8, 5.0).round(0))
    100000.0
    """
    return temperature * (n / n_0) ** (2 / (alpha + 3))


class PolytropicWind(NamedTuple):
    """State of a polytropic wind."""

    speed: km_s
    n: per_cm3
    temperature: K
    mach: dimensionless


@model(
    cite=_POLYTROPE,
    valid={
        "r": (1.0, 2150.0),
        "temperature": (1.2e6, 4e6),
        "gamma": (1.0, 1.1),
        "n_0": (1e6, 1e10),
        "mean_mass": (0.5, 0.6),
    },
    monotonic={"r": 1},
)
def polytropic_wind(
    r: R_sun,
    temperature: K,
    gamma: dimensionless = 1.1,
    n_0: per_cm3 = 1e8,
    mean_mass: dimensionless = MEAN_MASS,
) -> PolytropicWind:
    """Solar wind whose pressure follows a power of its density.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    temperature : float or array, K
        Temperature at 1 R_sun.
    gamma : float or array, 1
        Polytropic index: 1 is isothermal.
    n_0 : float or array, cm^-3
        Density at 1 R_sun.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    speed : float or array, km/s
        Speed of the wind that passes the critical point; NaN where there is none.
    n : float or array, cm^-3
        Density of the wind.
    temperature : float or array, K
        Temperature of the wind.
    mach : float or array, 1
        Speed over the polytropic sound speed at the same place.

    Notes
    -----
    A wind that leaves 1 R_sun below the speed of sound exists only for gamma < 3/2 and a base whose squared sound speed
    gamma k T / m lies between gamma - 1 and 1/2 of G M / R_sun: colder, the gas is bound; hotter, it starts beyond its
    critical point. Elsewhere the result is NaN. The base condition and the speed are roots of convex functions, found
    from bounds beyond them by Newton's steps that cannot cross them.

    Examples
    --------
    >>> wind = polytropic_wind(215.03, 1.5e6, 1.05)
    >>> float(wind.speed.round(1)), float(wind.temperature.round(-3))
    (443.7, 668000.0)
    """
    xp = namespace(r, temperature, gamma, n_0, mean_mass)
    base = _polytropic_base(xp, temperature, gamma, mean_mass)
    e = gamma - 1
    t = xp.log(r * base.xi)
    b = 4 * e / (2 + e)
    d = _root(xp, _depth(xp, t, e) * xp.exp(b * t), e, t > 0)
    dilution = 4 * t / (2 + e) + d  # ln of the density at the critical point over that here
    critical_speed = xp.sqrt(0.5 * SOLAR_GM / SOLAR_RADIUS * base.xi) * 1e-3
    expansion = dilution - base.dilution
    missing = 0 * n_0 * base.xi
    return PolytropicWind(
        critical_speed * xp.exp(dilution - 2 * t) + missing,
        n_0 * xp.exp(-expansion),
        temperature * xp.exp(-e * expansion) + missing,
        xp.exp((1 + 0.5 * e) * d) + missing,
    )


@model(
    cite=_POLYTROPE,
    valid={"temperature": (1.2e6, 4e6), "gamma": (1.0, 1.1), "mean_mass": (0.5, 0.6)},
)
def polytropic_critical_radius(
    temperature: K, gamma: dimensionless = 1.1, mean_mass: dimensionless = MEAN_MASS
) -> R_sun:
    """Heliocentric distance where a polytropic wind becomes supersonic.

    Parameters
    ----------
    temperature : float or array, K
        Temperature at 1 R_sun.
    gamma : float or array, 1
        Polytropic index: 1 is isothermal.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    r : float or array, R_sun
        The distance G M / 2 v_c^2; NaN where no wind leaves 1 R_sun below the speed of sound.

    Examples
    --------
    >>> float(polytropic_critical_radius(1.5e6, 1.05).round(3))
    5.359
    """
    xp = namespace(temperature, gamma, mean_mass)
    return 1 / _polytropic_base(xp, temperature, gamma, mean_mass).xi


class _Base(NamedTuple):
    xi: Any
    dilution: Any


def _polytropic_base(xp: Any, temperature: Any, gamma: Any, mean_mass: Any) -> _Base:
    """Find the base of a polytropic wind: R_sun over the critical radius, and ln of the critical over the base density.

    With A = 2 R_sun c_0^2 / G M and L that logarithm, the base lies at xi = A exp(e L) of the critical radius, so that
    the energy equation there is
        exp[2 (1 - 2 e) L] / 2 A^4 + expm1(-e L) / e - (2 / A) exp(-e L) + 3/2 = 0,
    a sum of exponentials, convex for e < 1/2 and A > 2 e; its smaller root is the flow that starts subsonic.
    """
    e = gamma - 1
    a = 2 * SOLAR_RADIUS * gamma * BOLTZMANN * temperature / (mean_mass * PROTON_MASS * SOLAR_GM)
    # A base that is just at the critical point stays in, though a few rounding errors may put it beyond.
    exists = (a > 2 * e) & (a < 1 + 1e-12) & (e < 0.5) & (e >= 0)
    a = xp.where(exists, a, xp.nan)
    rest = (2 / a - 1.5) / (1 - 2 * e / a)
    dilution = xp.where(e == 0, -rest, -xp.log1p(e * rest) / xp.where(e == 0, 1.0, e))
    for _ in range(40):
        kinetic = 0.5 / a**4 * xp.exp(2 * (1 - 2 * e) * dilution)
        heat = xp.exp(-e * dilution)
        residual = kinetic + _gain(xp, dilution, e) - 2 / a * heat + 1.5
        slope = 2 * (1 - 2 * e) * kinetic - heat + 2 * e / a * heat
        dilution = dilution - residual / xp.where(slope < 0, slope, -1.0)
    return _Base(a * xp.exp(e * dilution), dilution)


# --- What the wind takes away -----------------------------------------------------------------------------------------


@model(cite=_TEXTBOOK, monotonic={"n_p": 1, "speed": 1, "r": 1}, valid={"r": (0.05, 10.0)})
def particle_loss(n_p: per_cm3, speed: km_s, r: au = 1.0) -> per_s:
    """Protons that the Sun loses to the wind each second.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density of the wind.
    speed : float or array, km/s
        Speed of the wind.
    r : float or array, au
        Heliocentric distance where both were measured.

    Returns
    -------
    rate : float or array, s^-1
        Flux times the sphere of radius `r`, as if the wind were the same all around.

    Notes
    -----
    The sphere is the one on which the flux was measured. One text multiplies the flux at 1 au by the surface of the Sun
    and finds 1.2e31, too little by the square of 215.

    Examples
    --------
    >>> print(f"{particle_loss(5.0, 400.0):.3e}")
    5.625e+35
    """
    xp = namespace(n_p, speed, r)
    return 4 * xp.pi * (r * ASTRONOMICAL_UNIT) ** 2 * n_p / _CM3 * speed * 1e3


@model(
    cite=_TEXTBOOK,
    monotonic={"n_p": 1, "speed": 1, "r": 1, "alpha_fraction": 1},
    valid={"r": (0.05, 10.0), "alpha_fraction": (0.0, 0.3)},
)
def mass_loss(n_p: per_cm3, speed: km_s, r: au = 1.0, alpha_fraction: dimensionless = 0.0) -> kg_s:
    """Mass that the Sun loses to the wind each second.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density of the wind.
    speed : float or array, km/s
        Speed of the wind.
    r : float or array, au
        Heliocentric distance where both were measured.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    rate : float or array, kg/s
        Mass flux times the sphere of radius `r`.

    Notes
    -----
    Some 1.5e-14 solar masses a year, a fifth of what the Sun loses as light.

    Examples
    --------
    >>> print(f"{mass_loss(5.0, 400.0):.2e}")
    9.41e+08
    """
    xp = namespace(n_p, speed, r, alpha_fraction)
    sphere = 4 * xp.pi * (r * ASTRONOMICAL_UNIT) ** 2
    return sphere * mass_density.spec.function(n_p, alpha_fraction) * speed * 1e3


@model(cite=_LAMERS, monotonic={"rate": 1, "speed": 1}, valid={"rate": (1e8, 1e10)})
def wind_power(rate: kg_s, speed: km_s) -> W:
    """Power that it takes to lift the solar wind out of the Sun's gravity and to set it in motion.

    Parameters
    ----------
    rate : float or array, kg/s
        Mass loss.
    speed : float or array, km/s
        Final speed.

    Returns
    -------
    power : float or array, W
        The rate times (v^2 / 2 + G M / R_sun): the lifting takes more than the motion below 618 km/s.

    Examples
    --------
    >>> print(f"{wind_power(9.41e8, 400.0):.2e}")
    2.55e+20
    """
    return rate * (0.5 * (speed * 1e3) ** 2 + SOLAR_GM / SOLAR_RADIUS)


@model(
    cite=_WEBER_DAVIS,
    valid={"temperature": (8e5, 4e6), "n_p": (1.0, 30.0), "b_r": (0.5, 10.0), "mean_mass": (0.5, 0.6)},
    even=("b_r",),
    monotonic={"n_p": -1, "b_r": 1},
)
def alfven_radius(temperature: K, n_p: per_cm3 = 5.0, b_r: nT = 3.0, mean_mass: dimensionless = MEAN_MASS) -> R_sun:
    """Heliocentric distance where the solar wind outruns the Alfven waves of its radial field.

    Parameters
    ----------
    temperature : float or array, K
        Temperature of the corona, which drives an isothermal wind.
    n_p : float or array, cm^-3
        Proton density at 1 au.
    b_r : float or array, nT
        Radial field at 1 au.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    r : float or array, R_sun
        Distance at which v r^2 equals the square of B_r r^2 over mu_0 times the mass flux: up to there the field can
        hold the wind to the Sun's rotation.

    Notes
    -----
    v r^2 grows steadily outwards, so there is one such distance, found by Newton's steps on its logarithm.

    Examples
    --------
    >>> float(alfven_radius(1e6).round(2))
    17.61
    """
    xp = namespace(temperature, n_p, b_r, mean_mass)
    r_c = critical_radius.spec.function(temperature, mean_mass)
    speed = parker_1958.spec.function(_AU_IN_RADII, temperature, mean_mass)
    log_flow = _log_magnetic_flow(xp, n_p, b_r, speed) - xp.log(
        isothermal_sound_speed.spec.function(temperature, mean_mass) * r_c**2
    )
    return r_c * xp.exp(_log_distance(xp, log_flow))


def _log_magnetic_flow(xp: Any, n_p: Any, b_r: Any, speed: Any) -> Any:
    """Return ln of v r^2 at the Alfven radius, in km/s times R_sun^2."""
    mach_squared = VACUUM_PERMEABILITY * PROTON_MASS * n_p / _CM3 * (speed * 1e3) ** 2 / (b_r * 1e-9) ** 2
    return xp.log(speed * _AU_IN_RADII**2) - xp.log(mach_squared)


def _log_distance(xp: Any, log_flow: Any) -> Any:
    """Solve ln M + 2 t = log_flow for t = ln(r / r_c); the left side is concave and rises at least as 2 t."""
    t = 0.125 + 0.0 * log_flow  # near the critical point, yet not at it, where the root of the depth has no derivative
    for _ in range(20):
        d = _root(xp, _depth(xp, t, 0.0 * t), 0.0 * t, t > 0)
        t = t - (d + 2 * t - log_flow) / (2 + _isothermal_slope(xp, t, d))
    return t


def _isothermal_slope(xp: Any, t: Any, d: Any) -> Any:
    """Return d ln v / d ln r of the isothermal wind: 1 at the critical point."""
    near = xp.abs(t) < 1e-7
    return xp.where(near, 1.0, -2 * xp.expm1(-t) / xp.where(near, 1.0, xp.expm1(2 * d)))


class RotatingWind(NamedTuple):
    """State of the wind of a rotating Sun in its equatorial plane."""

    speed: km_s
    v_phi: km_s
    b_r: nT
    b_phi: nT
    mach_alfven: dimensionless


@model(
    cite=_WEBER_DAVIS,
    valid={
        "r": (1.0, 2150.0),
        "temperature": (8e5, 4e6),
        "n_p": (1.0, 30.0),
        "b_r": (0.5, 10.0),
        "rotation": (2e-6, 3e-6),
        "mean_mass": (0.5, 0.6),
    },
    monotonic={"r": 1},
)
def weber_davis_1967(
    r: R_sun,
    temperature: K,
    n_p: per_cm3 = 5.0,
    b_r: nT = 3.0,
    rotation: rad_s = SOLAR_ROTATION,
    mean_mass: dimensionless = MEAN_MASS,
) -> RotatingWind:
    """Solar wind that a rotating magnetic field drags along.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance in the equatorial plane.
    temperature : float or array, K
        Temperature of the corona, which drives an isothermal wind.
    n_p : float or array, cm^-3
        Proton density at 1 au.
    b_r : float or array, nT
        Radial field at 1 au, positive away from the Sun.
    rotation : float or array, rad/s
        Angular velocity of the Sun.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    speed : float or array, km/s
        Radial speed.
    v_phi : float or array, km/s
        Speed in the sense of the Sun's rotation.
    b_r : float or array, nT
        Radial field.
    b_phi : float or array, nT
        Field in the sense of the Sun's rotation.
    mach_alfven : float or array, 1
        Radial speed over the Alfven speed of the radial field.

    Notes
    -----
    Field and flow are parallel in the frame that rotates with the Sun, and the angular momentum per mass, that of the
    gas and that in the stress of the field, is Omega r_A^2 with the Alfven radius r_A:
    v_phi = Omega r (1 - U) / (1 - x^2 U), x = r / r_A, U = v / v_A. The gas turns with the Sun close to it and moves at
    about 1 km/s at the Earth. The radial flow is taken as Parker's: for the Sun the magnetic and centrifugal forces
    change it by the order of (Omega r_A / v_A)^2, one per cent.

    Examples
    --------
    >>> wind = weber_davis_1967(215.03, 1e6)
    >>> [round(float(x), 2) for x in wind]
    [484.69, 1.32, 3.0, -2.64, 16.56]
    """
    xp = namespace(r, temperature, n_p, b_r, rotation, mean_mass)
    r_c = critical_radius.spec.function(temperature, mean_mass)
    c = isothermal_sound_speed.spec.function(temperature, mean_mass)
    log_flow = _log_magnetic_flow(xp, n_p, b_r, parker_1958.spec.function(_AU_IN_RADII, temperature, mean_mass))
    log_flow = log_flow - xp.log(c * r_c**2)
    t_alfven = _log_distance(xp, log_flow)
    t = xp.log(r / r_c)
    d = _root(xp, _depth(xp, t, 0.0 * t), 0.0 * t, t > 0)
    log_x, log_u = t - t_alfven, d - (log_flow - 2 * t_alfven)
    near = xp.abs(log_x) < 1e-7
    slope = _isothermal_slope(xp, t, d)
    lag = xp.where(near, slope / (2 + slope), xp.expm1(log_u) / xp.where(near, 1.0, xp.expm1(2 * log_x + log_u)))
    speed = c * xp.exp(d)
    corotation = rotation * r * SOLAR_RADIUS * 1e-3
    b_radial = b_r * (_AU_IN_RADII / r) ** 2
    missing = 0 * n_p * b_r * rotation
    return RotatingWind(
        speed + missing,
        corotation * lag,
        b_radial + 0 * temperature * mean_mass + missing,
        b_radial * corotation * (lag - 1) / speed,
        xp.exp(log_x + 0.5 * log_u) + missing,
    )


@model(cite=_WEBER_DAVIS, monotonic={"rate": 1, "r": 1, "rotation": 1}, valid={"rate": (1e8, 1e10), "r": (2.0, 60.0)})
def angular_momentum_loss(rate: kg_s, r: R_sun, rotation: rad_s = SOLAR_ROTATION) -> J:
    """Torque by which the solar wind slows the Sun's rotation.

    Parameters
    ----------
    rate : float or array, kg/s
        Mass loss.
    r : float or array, R_sun
        Alfven radius in the equatorial plane.
    rotation : float or array, rad/s
        Angular velocity of the Sun.

    Returns
    -------
    torque : float or array, J
        The torque 2/3 Omega r_A^2 dM/dt in newton metres: as if the corona turned rigidly out to the Alfven radius,
        over the whole sphere.

    Examples
    --------
    >>> print(f"{angular_momentum_loss(9.41e8, 24.3):.2e}")
    5.14e+23
    """
    return 2 / 3 * rotation * (r * SOLAR_RADIUS) ** 2 * rate


# --- Where the wind ends ----------------------------------------------------------------------------------------------


@model(
    cite=_TEXTBOOK,
    valid={"n_p": (1.0, 20.0), "speed": (250.0, 900.0), "pressure": (5e-5, 5e-4), "k": (0.5, 1.0)},
    monotonic={"n_p": 1, "speed": 1, "pressure": -1, "k": 1},
)
def termination_shock(n_p: per_cm3, speed: km_s, pressure: nPa = 1.3e-4, k: dimensionless = 1.0) -> au:
    """Heliocentric distance where the ram pressure of the solar wind has fallen to that of the interstellar gas.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density of the wind at 1 au.
    speed : float or array, km/s
        Speed of the wind.
    pressure : float or array, nPa
        Pressure of the interstellar gas and field.
    k : float or array, 1
        Pressure behind the shock over the ram pressure before it: 1 for the plain balance, 0.88 where the gas of index
        5/3 comes to rest.

    Returns
    -------
    r : float or array, au
        Distance of the termination shock.

    Notes
    -----
    The Voyagers met the shock at 94 and 84 au and the heliopause at 122 and 119 au; older texts do not keep the two
    apart.

    Examples
    --------
    >>> float(termination_shock(5.0, 400.0).round(1))
    101.5
    """
    xp = namespace(n_p, speed, pressure, k)
    return xp.sqrt(k * PROTON_MASS * n_p / _CM3 * (speed * 1e3) ** 2 / (pressure * 1e-9))


# --- What the wind is made of, and how field and flow go together -----------------------------------------------------


@model(cite=_FORMULARY, valid={"n_e": (0.1, 1e10), "t_e": (1.2e5, 1e8)}, monotonic={"n_e": -1, "t_e": 1})
def coulomb_logarithm(n_e: per_cm3, t_e: K) -> dimensionless:
    """Coulomb logarithm of electrons with protons.

    Parameters
    ----------
    n_e : float or array, cm^-3
        Electron density.
    t_e : float or array, K
        Electron temperature.

    Returns
    -------
    logarithm : float or array, 1
        24 - ln(n^(1/2) / T) above 10 eV and 23 - ln(n^(1/2) / T^(3/2)) below, with T in eV.

    Examples
    --------
    >>> float(coulomb_logarithm(5.0, 2e5).round(1))
    26.0
    """
    xp = namespace(n_e, t_e)
    kelvin_per_ev = ELEMENTARY_CHARGE / BOLTZMANN
    log_t = xp.log(t_e / kelvin_per_ev)
    return xp.where(t_e > 10 * kelvin_per_ev, 24 + log_t, 23 + 1.5 * log_t) - 0.5 * xp.log(n_e)


@model(
    cite=_FORMULARY,
    valid={"n_e": (0.1, 1e10), "t_e": (1e4, 1e8), "logarithm": (5.0, 35.0)},
    monotonic={"n_e": -1, "t_e": 1, "logarithm": -1},
)
def electron_collision_time(n_e: per_cm3, t_e: K, logarithm: dimensionless = 25.0) -> s:
    """Time in which Coulomb collisions turn the electrons of a plasma aside.

    Parameters
    ----------
    n_e : float or array, cm^-3
        Electron density.
    t_e : float or array, K
        Electron temperature.
    logarithm : float or array, 1
        Coulomb logarithm.

    Returns
    -------
    time : float or array, s
        The basic collision time 3.44e5 T^(3/2) / (n ln Lambda) with T in eV, here with the constants in full.

    Examples
    --------
    >>> print(f"{electron_collision_time(5.0, 1e5):.2e}")
    6.96e+04
    """
    xp = namespace(n_e, t_e, logarithm)
    thermal = (BOLTZMANN * t_e) ** 1.5
    strength = (ELEMENTARY_CHARGE**2 / (4 * xp.pi * VACUUM_PERMITTIVITY)) ** 2
    return 0.75 * (ELECTRON_MASS / (2 * xp.pi)) ** 0.5 * thermal / (n_e / _CM3 * logarithm * strength)


@model(
    cite=_FORMULARY,
    valid={"n_e": (0.1, 1e10), "t_e": (1e4, 1e8), "logarithm": (5.0, 35.0)},
    monotonic={"n_e": -1, "t_e": 1, "logarithm": -1},
)
def coulomb_mean_free_path(n_e: per_cm3, t_e: K, logarithm: dimensionless = 25.0) -> km:
    """Way of an electron between Coulomb collisions.

    Parameters
    ----------
    n_e : float or array, cm^-3
        Electron density.
    t_e : float or array, K
        Electron temperature.
    logarithm : float or array, 1
        Coulomb logarithm.

    Returns
    -------
    length : float or array, km
        Thermal speed (k T / m_e)^(1/2) times the collision time.

    Notes
    -----
    At the Earth it is half the way to the Sun: the wind is nearly free of collisions, and yet no less a fluid for its
    magnetic field. One text has ten times that.

    Examples
    --------
    >>> print(f"{coulomb_mean_free_path(5.0, 1e5):.2e}")
    8.57e+07
    """
    xp = namespace(n_e, t_e, logarithm)
    return xp.sqrt(BOLTZMANN * t_e / ELECTRON_MASS) * electron_collision_time.spec.function(n_e, t_e, logarithm) * 1e-3


class ElectricField(NamedTuple):
    """An electric field by its components."""

    e_x: mV_m
    e_y: mV_m
    e_z: mV_m


@model(cite="Alfven 1942, Nature 150, 405")
def frozen_in_field(v_x: km_s, v_y: km_s, v_z: km_s, b_x: nT, b_y: nT, b_z: nT) -> ElectricField:
    """Electric field that an observer at rest sees in a plasma of no resistance.

    Parameters
    ----------
    v_x : float or array, km/s
        Velocity of the plasma along x.
    v_y : float or array, km/s
        Velocity along y.
    v_z : float or array, km/s
        Velocity along z.
    b_x : float or array, nT
        Field along x.
    b_y : float or array, nT
        Field along y.
    b_z : float or array, nT
        Field along z.

    Returns
    -------
    e_x : float or array, mV/m
        Electric field along x.
    e_y : float or array, mV/m
        Electric field along y.
    e_z : float or array, mV/m
        Electric field along z.

    Notes
    -----
    E = -v x B: the field in the plasma's own frame is nothing. That does not make the current nothing, as some texts
    have it: the current is what the curl of B says. Slow against light.

    Examples
    --------
    >>> float(frozen_in_field(-400.0, 0.0, 0.0, 0.0, 0.0, -5.0).e_y)
    2.0
    """
    scale = 1e-3  # km/s nT are microvolts a metre
    missing = 0 * (v_x + v_y + v_z + b_x + b_y + b_z)
    return ElectricField(
        (v_z * b_y - v_y * b_z) * scale + missing,
        (v_x * b_z - v_z * b_x) * scale + missing,
        (v_y * b_x - v_x * b_y) * scale + missing,
    )


@model(cite="Alfven 1942, Nature 150, 405")
def plasma_frame_field(
    e_x: mV_m, e_y: mV_m, e_z: mV_m, v_x: km_s, v_y: km_s, v_z: km_s, b_x: nT, b_y: nT, b_z: nT
) -> ElectricField:
    """Electric field that an observer who moves along sees.

    Parameters
    ----------
    e_x : float or array, mV/m
        Electric field along x at rest.
    e_y : float or array, mV/m
        Electric field along y at rest.
    e_z : float or array, mV/m
        Electric field along z at rest.
    v_x : float or array, km/s
        Velocity of the observer along x.
    v_y : float or array, km/s
        Velocity along y.
    v_z : float or array, km/s
        Velocity along z.
    b_x : float or array, nT
        Magnetic field along x.
    b_y : float or array, nT
        Magnetic field along y.
    b_z : float or array, nT
        Magnetic field along z.

    Returns
    -------
    e_x : float or array, mV/m
        Electric field along x.
    e_y : float or array, mV/m
        Electric field along y.
    e_z : float or array, mV/m
        Electric field along z.

    Notes
    -----
    E + v x B, for speeds far below that of light; times the conductivity it is the current density.

    Examples
    --------
    >>> float(plasma_frame_field(0.0, 2.0, 0.0, -400.0, 0.0, 0.0, 0.0, 0.0, -5.0).e_y)
    0.0
    """
    carried = frozen_in_field.spec.function(v_x, v_y, v_z, b_x, b_y, b_z)
    return ElectricField(*(e - own + 0 * (e_x + e_y + e_z) for e, own in zip((e_x, e_y, e_z), carried, strict=True)))
