"""Simple flows about an obstacle: cylinder and sphere in an incompressible fluid, and shocked gas brought to rest."""

from __future__ import annotations

from typing import NamedTuple

from sunearth.core.arrays import namespace
from sunearth.core.constants import BOLTZMANN, PROTON_MASS
from sunearth.core.model import model
from sunearth.core.units import R_E, K, dimensionless, km_s, rad


class PlanarFlow(NamedTuple):
    """Flow around an obstacle in polar coordinates."""

    v_r: km_s
    v_theta: km_s


_OBSTACLE = {"r": (10.0, 40.0), "theta": (0.0, 3.14159), "speed": (200.0, 1000.0), "radius": (5.0, 10.0)}


@model(cite="Lamb 1932, Hydrodynamics, section 68", valid=_OBSTACLE)
def cylinder_flow(r: R_E, theta: rad, speed: km_s, radius: R_E) -> PlanarFlow:
    """Potential flow of an incompressible fluid across a cylinder.

    Parameters
    ----------
    r : float or array, R_E
        Distance from the axis of the cylinder.
    theta : float or array, rad
        Angle from the direction against the wind.
    speed : float or array, km/s
        Speed far away.
    radius : float or array, R_E
        Radius of the cylinder.

    Returns
    -------
    v_r : float or array, km/s
        Outward velocity; NaN, like the other, inside the cylinder.
    v_theta : float or array, km/s
        Velocity away from the direction against the wind.

    Notes
    -----
    The speed on the surface is 2 U sin(theta). The relation U (1 - a^2 / r^2), printed in places as that of the flank
    of the magnetosphere, is the speed towards the nose of a cylinder, zero at the nose: on the flank the
    flow is not slow at all.

    Examples
    --------
    >>> flow = cylinder_flow(10.0, 1.5707963267948966, 400.0, 10.0)
    >>> round(float(flow.v_theta), 6)
    800.0
    """
    xp = namespace(r, theta, speed, radius)
    ratio = xp.where(r < radius, xp.nan, radius / r) ** 2
    return PlanarFlow(-speed * (1 - ratio) * xp.cos(theta), speed * (1 + ratio) * xp.sin(theta))


@model(cite="Lamb 1932, Hydrodynamics, section 96", valid=_OBSTACLE)
def sphere_flow(r: R_E, theta: rad, speed: km_s, radius: R_E) -> PlanarFlow:
    """Potential flow of an incompressible fluid around a sphere.

    Parameters
    ----------
    r : float or array, R_E
        Distance from the centre of the sphere.
    theta : float or array, rad
        Angle from the direction against the wind.
    speed : float or array, km/s
        Speed far away.
    radius : float or array, R_E
        Radius of the sphere.

    Returns
    -------
    v_r : float or array, km/s
        Outward velocity; NaN, like the other, inside the sphere.
    v_theta : float or array, km/s
        Velocity away from the direction against the wind.

    Notes
    -----
    The speed on the surface is 1.5 U sin(theta), and on the line to the nose it falls as 1 - a^3 / r^3.

    Examples
    --------
    >>> round(float(-sphere_flow(12.9, 0.0, 1.0, 10.0).v_r), 3)
    0.534
    """
    xp = namespace(r, theta, speed, radius)
    ratio = xp.where(r < radius, xp.nan, radius / r) ** 3
    return PlanarFlow(-speed * (1 - ratio) * xp.cos(theta), speed * (1 + ratio / 2) * xp.sin(theta))


@model(cite="Landau and Lifshitz 1987, Fluid Mechanics, section 89", valid={"speed": (200.0, 2500.0)}, even=("speed",))
def strong_shock_temperature(speed: km_s) -> K:
    """Temperature of protons behind a strong shock that leaves all the heat to them.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the wind along the normal of the shock.

    Returns
    -------
    t : float or array, K
        Proton temperature, 3 m v^2 / (16 k).

    Notes
    -----
    For adiabatic index 5/3. Shared with electrons it is half of that for each. At 400 km/s this is 3.6 million K where
    ions of some 2 million K are common: part of the energy stays in the flow.

    Examples
    --------
    >>> print(f"{strong_shock_temperature(400.0):.3g}")
    3.63e+06
    """
    return 3 / 16 * PROTON_MASS * (speed * 1e3) ** 2 / BOLTZMANN


@model(
    cite="Spreiter et al. 1966, Planet. Space Sci. 14, 223",
    valid={"mach_sonic": (1.0, 50.0), "gamma": (1.05, 2.5)},
    monotonic={"mach_sonic": -1},
)
def stagnation_coefficient(mach_sonic: dimensionless, gamma: dimensionless = 5 / 3) -> dimensionless:
    """Pressure where the shocked wind comes to rest over the dynamic pressure of the wind.

    Parameters
    ----------
    mach_sonic : float or array, 1
        Sonic Mach number of the wind.
    gamma : float or array, 1
        Adiabatic index.

    Returns
    -------
    k : float or array, 1
        Thermal pressure at the nose of the magnetopause over rho v^2; NaN below Mach 1.

    Notes
    -----
    A normal shock and then an adiabatic stop: 0.881 for the index 5/3 and 0.844 for 2 at high Mach numbers.

    Examples
    --------
    >>> round(float(stagnation_coefficient(1e3)), 3), round(float(stagnation_coefficient(1e3, 2.0)), 3)
    (0.881, 0.844)
    """
    xp = namespace(mach_sonic, gamma)
    square = xp.where(mach_sonic >= 1, mach_sonic, xp.nan) ** 2
    behind = 2 * gamma * square - (gamma - 1)
    stop = ((gamma + 1) ** 2 * square / (2 * behind)) ** (gamma / (gamma - 1))
    return behind / (gamma + 1) * stop / (gamma * square)
