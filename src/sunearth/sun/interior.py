"""The body of the Sun: its bulk, the fusion that feeds it, and how pressure holds it up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    ASTRONOMICAL_UNIT,
    BOLTZMANN,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    GRAVITATION,
    PROTON_MASS,
    SOLAR_GM,
    SOLAR_RADIUS,
    SPEED_OF_LIGHT,
)
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import (
    K,
    MeV,
    Pa,
    W,
    au,
    deg,
    dimensionless,
    kg,
    kg_m3,
    kg_s,
    km_s,
    m,
    m_s2,
    per_cm2_s,
    per_s,
    s,
)

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

SOLAR_MASS = SOLAR_GM / GRAVITATION
"""kg"""
SOLAR_LUMINOSITY = 3.828e26
"""W (IAU 2015 nominal)"""

_TEXTBOOK = "Stix 2002, The Sun: An Introduction, Springer"
_CHANDRASEKHAR = "Chandrasekhar 1939, An Introduction to the Study of Stellar Structure, University of Chicago Press"
_MASSES = "Wang et al. 2021, Chin. Phys. C 45, 030003, doi:10.1088/1674-1137/abddaf"

# Masses of the neutral atoms in unified mass units (AME2020: Wang et al. 2021).
_ATOM = MappingProxyType(
    {
        "1H": 1.007825031898,
        "2H": 2.014101777844,
        "3He": 3.016029321967,
        "4He": 4.002603254130,
        "12C": 12.0,
        "13C": 13.003354835336,
        "13N": 13.005738609,
        "14N": 14.003074004251,
        "15N": 15.000108898266,
        "15O": 15.003065618,
    }
)
_MEV_PER_MASS_UNIT = 931.49410242
_ELECTRON_MEV = ELECTRON_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE * 1e-6


class Reaction(NamedTuple):
    """One step in the burning of hydrogen."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    positrons: int
    neutrino: float
    count: int

    @property
    def released(self) -> float:
        """Energy set free at once (MeV), with that of the neutrino but before the positron meets an electron."""
        return self.total - 2 * self.positrons * _ELECTRON_MEV

    @property
    def total(self) -> float:
        """Energy set free (MeV) with the annihilation of the positron."""
        return _MEV_PER_MASS_UNIT * (sum(_ATOM[x] for x in self.before) - sum(_ATOM[x] for x in self.after))


# The mean energies of the neutrinos (MeV) are those of Bahcall 1989, Neutrino Astrophysics, table 6.1 and 6.2.
CHAINS: Mapping[str, tuple[Reaction, ...]] = MappingProxyType(
    {
        "pp": (
            Reaction(("1H", "1H"), ("2H",), 1, 0.265, 2),
            Reaction(("2H", "1H"), ("3He",), 0, 0.0, 2),
            Reaction(("3He", "3He"), ("4He", "1H", "1H"), 0, 0.0, 1),
        ),
        "cno": (
            Reaction(("12C", "1H"), ("13N",), 0, 0.0, 1),
            Reaction(("13N",), ("13C",), 1, 0.707, 1),
            Reaction(("13C", "1H"), ("14N",), 0, 0.0, 1),
            Reaction(("14N", "1H"), ("15O",), 0, 0.0, 1),
            Reaction(("15O",), ("15N",), 1, 0.997, 1),
            Reaction(("15N", "1H"), ("12C", "4He"), 0, 0.0, 1),
        ),
    }
)
"""The steps that turn four protons into one helium: the first branch of the pp chain, and the main CNO cycle.

Each holds the nuclei before and after, the positrons and the mean energy (MeV) of the neutrino it sends out, and how
often it happens for one helium."""


class FusionEnergy(NamedTuple):
    """What becomes of the mass that four protons lose."""

    total: MeV
    before_annihilation: MeV
    neutrinos: MeV
    heat: MeV


@model(cite=_TEXTBOOK, monotonic={"mass": 1, "radius": -1}, valid={"mass": (1e20, 1e33), "radius": (1e5, 1e13)})
def mean_density(mass: kg = SOLAR_MASS, radius: m = SOLAR_RADIUS) -> kg_m3:
    """Mean density of a sphere.

    Parameters
    ----------
    mass : float or array, kg
        Mass; that of the Sun by default.
    radius : float or array, m
        Radius; that of the Sun by default.

    Returns
    -------
    rho : float or array, kg m^-3
        Mass over volume.

    Examples
    --------
    >>> print(f"{mean_density():.0f}")
    1410
    """
    return mass / (4 / 3 * np.pi * radius**3)


@model(cite=_TEXTBOOK, monotonic={"mass": 1, "radius": -1}, valid={"mass": (1e20, 1e33), "radius": (1e5, 1e13)})
def surface_gravity(mass: kg = SOLAR_MASS, radius: m = SOLAR_RADIUS) -> m_s2:
    """Acceleration of gravity on a sphere.

    Parameters
    ----------
    mass : float or array, kg
        Mass; that of the Sun by default.
    radius : float or array, m
        Radius; that of the Sun by default.

    Returns
    -------
    g : float or array, m/s^2
        The acceleration G M / R^2.

    Examples
    --------
    >>> print(f"{surface_gravity():.1f}")
    274.2
    """
    return GRAVITATION * mass / radius**2


@model(cite=_TEXTBOOK, monotonic={"mass": 1, "radius": -1}, valid={"mass": (1e20, 1e33), "radius": (1e5, 1e13)})
def escape_speed(mass: kg = SOLAR_MASS, radius: m = SOLAR_RADIUS) -> km_s:
    """Speed that leaves a sphere for good.

    Parameters
    ----------
    mass : float or array, kg
        Mass; that of the Sun by default.
    radius : float or array, m
        Distance from the centre; the Sun's radius by default.

    Returns
    -------
    speed : float or array, km/s
        The speed sqrt(2 G M / r).

    Examples
    --------
    >>> print(f"{escape_speed():.1f}")
    617.7
    """
    xp = namespace(mass, radius)
    return xp.sqrt(2 * GRAVITATION * mass / radius) * 1e-3


@model(cite=_TEXTBOOK, monotonic={"radius": 1, "distance": -1}, valid={"radius": (1e6, 1e9), "distance": (0.1, 50.0)})
def angular_diameter(radius: m = SOLAR_RADIUS, distance: au = 1.0) -> deg:
    """Apparent diameter of a sphere.

    Parameters
    ----------
    radius : float or array, m
        Radius; that of the Sun by default.
    distance : float or array, au
        Distance of its centre.

    Returns
    -------
    diameter : float or array, deg
        Angle between opposite limbs.

    Notes
    -----
    For the Sun at 1 au 1918.5 arcsec, which is also printed as 1920.

    Examples
    --------
    >>> print(f"{3600 * angular_diameter():.1f}")
    1918.5
    """
    xp = namespace(radius, distance)
    return 2 * xp.asin(radius / (distance * ASTRONOMICAL_UNIT)) * (180 / np.pi)


@model(cite=_TEXTBOOK, monotonic={"distance": 1}, valid={"distance": (0.0, 1000.0)})
def light_time(distance: au = 1.0) -> s:
    """Time that light travels.

    Parameters
    ----------
    distance : float or array, au
        Length of the way; that from the Sun to the Earth by default.

    Returns
    -------
    time : float or array, s
        Distance over the speed of light.

    Examples
    --------
    >>> print(f"{light_time():.1f}")
    499.0
    """
    return distance * ASTRONOMICAL_UNIT / SPEED_OF_LIGHT


def fusion_energy(chain: str = "pp") -> FusionEnergy:
    """Return the energy that one helium made from four protons sets free.

    Parameters
    ----------
    chain : str, optional
        ``"pp"`` for the first branch of the pp chain, ``"cno"`` for the main CNO cycle.

    Returns
    -------
    FusionEnergy
        All of it, what is there before the two positrons meet electrons, what leaves with the neutrinos, and what is
        left as heat (MeV).

    Raises
    ------
    InputError
        For another chain.

    Notes
    -----
    From the masses of the atoms, so that every chain gives the same total. Without the annihilation the pp chain gives
    24.69 MeV (printed as 24.64 in one account, with one positron to annihilate; there are two).

    Examples
    --------
    >>> energy = fusion_energy("pp")
    >>> round(energy.total, 3), round(energy.before_annihilation, 3), round(energy.heat, 2)
    (26.731, 24.687, 26.2)
    """
    if chain not in CHAINS:
        raise InputError(f"fusion_energy: chain must be one of {', '.join(CHAINS)}, got {chain!r}")
    steps = CHAINS[chain]
    total = sum(step.count * step.total for step in steps)
    neutrinos = sum(step.count * step.neutrino for step in steps)
    return FusionEnergy(total, sum(step.count * step.released for step in steps), neutrinos, total - neutrinos)


_PP_TOTAL = 26.73
_PP_HEAT = 26.2  # MeV for one helium by the first branch of the pp chain, after the neutrinos


@model(cite=_MASSES, monotonic={"luminosity": 1, "energy": -1}, valid={"luminosity": (1e20, 1e35), "energy": (20, 30)})
def helium_rate(luminosity: W = SOLAR_LUMINOSITY, energy: MeV = _PP_TOTAL) -> per_s:
    """Number of helium nuclei that a star makes each second.

    Parameters
    ----------
    luminosity : float or array, W
        Radiated power; that of the Sun by default.
    energy : float or array, MeV
        Energy for each helium: 26.73 in all, 26.20 without the neutrinos of the pp chain, which do not shine.

    Returns
    -------
    rate : float or array, s^-1
        Luminosity over energy.

    Examples
    --------
    >>> print(f"{helium_rate():.2e}")
    8.94e+37
    """
    return luminosity / (energy * 1e6 * ELEMENTARY_CHARGE)


@model(cite=_MASSES, monotonic={"luminosity": 1, "energy": -1}, valid={"luminosity": (1e20, 1e35), "energy": (20, 30)})
def hydrogen_consumption(luminosity: W = SOLAR_LUMINOSITY, energy: MeV = _PP_TOTAL) -> kg_s:
    """Mass of hydrogen that a star burns each second.

    Parameters
    ----------
    luminosity : float or array, W
        Radiated power; that of the Sun by default.
    energy : float or array, MeV
        Energy for each helium.

    Returns
    -------
    rate : float or array, kg/s
        Four atoms for each helium.

    Examples
    --------
    >>> print(f"{hydrogen_consumption():.2e}")
    5.98e+11
    """
    atom = _ATOM["1H"] * _MEV_PER_MASS_UNIT * 1e6 * ELEMENTARY_CHARGE / SPEED_OF_LIGHT**2
    return 4 * atom * helium_rate.spec.function(luminosity, energy)


@model(cite=_TEXTBOOK, monotonic={"luminosity": 1}, valid={"luminosity": (1e20, 1e35)})
def radiated_mass(luminosity: W = SOLAR_LUMINOSITY) -> kg_s:
    """Mass that a star loses with its light.

    Parameters
    ----------
    luminosity : float or array, W
        Radiated power; that of the Sun by default.

    Returns
    -------
    rate : float or array, kg/s
        Luminosity over the speed of light squared; the Sun's wind takes another 1e9 kg/s or so.

    Examples
    --------
    >>> print(f"{radiated_mass():.2e}")
    4.26e+09
    """
    return luminosity / SPEED_OF_LIGHT**2


@model(
    cite="Bahcall 1989, Neutrino Astrophysics, Cambridge University Press",
    monotonic={"luminosity": 1, "energy": -1, "distance": -1},
    valid={"luminosity": (1e20, 1e35), "energy": (20.0, 30.0), "distance": (0.1, 50.0)},
)
def neutrino_flux(luminosity: W = SOLAR_LUMINOSITY, energy: MeV = _PP_HEAT, distance: au = 1.0) -> per_cm2_s:
    """Flux of the neutrinos that the burning of hydrogen sends out.

    Parameters
    ----------
    luminosity : float or array, W
        Radiated power; that of the Sun by default.
    energy : float or array, MeV
        Heat for each helium.
    distance : float or array, au
        Distance from the star.

    Returns
    -------
    flux : float or array, cm^-2 s^-1
        Two neutrinos for each helium, of whatever flavour they arrive in.

    Examples
    --------
    >>> print(f"{neutrino_flux():.1e}")
    6.5e+10
    """
    sphere = 4 * np.pi * (distance * ASTRONOMICAL_UNIT * 1e2) ** 2
    return 2 * helium_rate.spec.function(luminosity, energy) / sphere


@model(
    cite=_CHANDRASEKHAR,
    monotonic={"mass": 1, "radius": -1},
    valid={"mass": (1e20, 1e33), "radius": (1e5, 1e13)},
)
def uniform_central_pressure(mass: kg = SOLAR_MASS, radius: m = SOLAR_RADIUS) -> Pa:
    """Pressure at the centre of a star of uniform density.

    Parameters
    ----------
    mass : float or array, kg
        Mass; that of the Sun by default.
    radius : float or array, m
        Radius; that of the Sun by default.

    Returns
    -------
    pressure : float or array, Pa
        The pressure 3 G M^2 / (8 pi R^4).

    Notes
    -----
    The least that any star can have whose density falls outward; the Sun, 100 times denser at its centre than in the
    mean, has 2.3e16 Pa.

    Examples
    --------
    >>> print(f"{uniform_central_pressure():.3e}")
    1.345e+14
    """
    return 3 * GRAVITATION * mass**2 / (8 * np.pi * radius**4)


@model(
    cite=_TEXTBOOK,
    monotonic={"pressure": 1, "rho": -1, "mu": 1},
    valid={"pressure": (1.0, 1e18), "rho": (1e-6, 1e6), "mu": (0.5, 2.5)},
)
def gas_temperature(pressure: Pa, rho: kg_m3, mu: dimensionless = 0.6) -> K:
    """Temperature of an ideal gas of a pressure and density.

    Parameters
    ----------
    pressure : float or array, Pa
        Pressure of the gas.
    rho : float or array, kg m^-3
        Mass density.
    mu : float or array, 1
        Mean mass of a particle over that of a proton: 0.5 for ionised hydrogen, 0.6 with the Sun's helium.

    Returns
    -------
    t : float or array, K
        The temperature mu m_p P / (k rho).

    Examples
    --------
    >>> print(f"{gas_temperature(2.3e16, 1.5e5, 0.85):.2e}")
    1.58e+07
    """
    return mu * PROTON_MASS * pressure / (BOLTZMANN * rho)


def enclosed_mass(r: Any, rho: Any) -> Floats:
    """Return the mass inside each radius of a star of known density.

    Parameters
    ----------
    r : array, m
        Radii, increasing along the last axis; inside the first one the density is taken as constant.
    rho : array, kg m^-3
        Density there.

    Returns
    -------
    array, kg
        The mass, exact for a density that is linear in radius between the points and so of second order.

    Examples
    --------
    >>> r = np.linspace(0.0, SOLAR_RADIUS, 50)
    >>> float((enclosed_mass(r, np.full(50, 1410.0))[-1] / 1e30).round(3))
    1.989
    """
    r, rho = _profile("enclosed_mass", r, rho)
    inner, outer = r[..., :-1], r[..., 1:]
    slope = (rho[..., 1:] - rho[..., :-1]) / (outer - inner)
    level = rho[..., :-1] - slope * inner
    shells = 4 * np.pi * (level * (outer**3 - inner**3) / 3 + slope * (outer**4 - inner**4) / 4)
    core = 4 / 3 * np.pi * r[..., :1] ** 3 * rho[..., :1]
    return np.concatenate([core, core + np.cumsum(shells, axis=-1)], axis=-1)


def hydrostatic_pressure(r: Any, rho: Any, outside: float = 0.0) -> Floats:
    """Return the pressure that holds up a star of known density.

    Parameters
    ----------
    r : array, m
        Radii, increasing along the last axis.
    rho : array, kg m^-3
        Density there.
    outside : float, optional
        Pressure at the last radius, Pa.

    Returns
    -------
    array, Pa
        The pressure that balances the weight of what lies above, of second order in the spacing.

    Examples
    --------
    >>> r = np.linspace(0.0, SOLAR_RADIUS, 200)
    >>> print(f"{hydrostatic_pressure(r, np.full(200, mean_density()))[0]:.3e}")
    1.345e+14
    """
    r, rho = _profile("hydrostatic_pressure", r, rho)
    mass = enclosed_mass(r, rho)
    with np.errstate(all="ignore"):
        weight = np.where(r > 0, GRAVITATION * mass * rho / r**2, 0.0 * rho)
    steps = 0.5 * (weight[..., 1:] + weight[..., :-1]) * np.diff(r, axis=-1)
    above = np.cumsum(steps[..., ::-1], axis=-1)[..., ::-1]
    return outside + np.concatenate([above, np.zeros_like(above[..., :1])], axis=-1)


def _profile(name: str, r: Any, rho: Any) -> tuple[Floats, Floats]:
    r, rho = np.broadcast_arrays(np.asarray(r, dtype=float), np.asarray(rho, dtype=float))
    if r.ndim == 0 or r.shape[-1] < 2:
        raise InputError(f"{name}: give at least two radii along the last axis")
    if not np.all(np.diff(r, axis=-1) > 0) or np.any(r < 0):
        raise InputError(f"{name}: r must be positive and increase along the last axis")
    return r, rho


class LaneEmden(NamedTuple):
    """A solution of the Lane-Emden equation."""

    xi: Floats
    theta: Floats
    mass: Floats
    surface: float


def lane_emden(index: float, step: float = 0.005, xi_max: float = 100.0) -> LaneEmden:
    """Return the shape of a polytropic star, by integrating the Lane-Emden equation from its centre.

    Parameters
    ----------
    index : float
        Polytropic index n of pressure ~ density^(1 + 1/n), from 0 (uniform) on; from 5 on the star has no surface.
    step : float, optional
        Step in asinh(xi): that of xi near the centre, a fraction of xi far out.
    xi_max : float, optional
        Where to stop if there is no surface before.

    Returns
    -------
    LaneEmden
        Distance xi, theta, the mass function -xi^2 dtheta/dxi (all from the centre to the surface or `xi_max`), and the
        xi of the surface (infinite if there is none before `xi_max`).

    Raises
    ------
    InputError
        For a negative index, or a step that is not positive.

    Notes
    -----
    Chandrasekhar 1939, chapter IV, as the pair dtheta/dxi = -m/xi^2, dm/dxi = xi^2 theta^n. The power series up to
    xi = 0.1, then Runge-Kutta of fourth order, whose last step runs in theta and so ends on the surface itself: with
    the usual step the surface is right to 1e-8 or better. For an index between 0 and 1 theta^n has no derivative at the
    surface, and the order falls.

    Examples
    --------
    >>> round(lane_emden(1.5).surface, 5), round(lane_emden(3.0).surface, 5)
    (3.65375, 6.89685)
    """
    if not (math.isfinite(index) and index >= 0):
        raise InputError(f"lane_emden: index must be 0 or more, got {index}")
    if not (step > 0 and xi_max > 0):
        raise InputError("lane_emden: step and xi_max must be positive")
    n = float(index)

    def outward(xi: float, theta: float, mass: float) -> tuple[float, float, float]:
        stretch = math.sqrt(1.0 + xi * xi)
        return stretch, -mass / xi**2 * stretch, xi**2 * max(theta, 0.0) ** n * stretch

    def held(xi: float, theta: float) -> float:
        return xi**4 * max(theta, 0.0) ** (n + 1) / (n + 1)

    def downward(xi: float, theta: float, energy: float) -> tuple[float, float, float]:
        # In place of m the sum of m^2 / 2 and what theta^n will still take from it, which is smooth at the surface.
        inward = -(xi**2) / math.sqrt(2 * (energy - held(xi, theta)))
        return inward, 1.0, 4 * held(xi, theta) / xi * inward

    # Near the centre, where m / xi^2 would spoil the order of the steps, the power series is closer than rounding.
    start = max(step, math.asinh(_SERIES_REACH))
    inner = np.sinh(np.linspace(0.0, start, round(start / step) + 1))
    rows = [_about_the_centre(n, float(each)) for each in inner]
    xi, theta, mass = rows[-1]
    surface = math.inf
    while xi < xi_max:
        following = _runge_kutta(outward, (xi, theta, mass), step)
        if following[1] <= 0.0:
            surface, _, energy = _runge_kutta(downward, (xi, theta, mass**2 / 2 + held(xi, theta)), -theta)
            mass = math.sqrt(2 * energy)
            rows.append((surface, 0.0, mass))
            break
        xi, theta, mass = following
        rows.append(following)
    columns = np.array(rows).T
    return LaneEmden(columns[0], columns[1], columns[2], surface)


_SERIES_REACH = 0.1


def _about_the_centre(n: float, xi: float) -> tuple[float, float, float]:
    """The first terms of the power series of theta and of the mass function."""
    a, b, c = n / 120, n * (8 * n - 5) / 15120, n * (122 * n * n - 183 * n + 70) / 3265920
    theta = 1 + xi**2 * (-1 / 6 + xi**2 * (a + xi**2 * (-b + xi**2 * c)))
    return xi, theta, xi**3 * (1 / 3 + xi**2 * (-4 * a + xi**2 * (6 * b - xi**2 * 8 * c)))


def _runge_kutta(slope: Any, state: tuple[float, ...], h: float) -> tuple[float, float, float]:
    a = slope(*state)
    b = slope(*(y + 0.5 * h * k for y, k in zip(state, a, strict=True)))
    c = slope(*(y + 0.5 * h * k for y, k in zip(state, b, strict=True)))
    d = slope(*(y + h * k for y, k in zip(state, c, strict=True)))
    x, y, z = (u + h * (p + 2 * q + 2 * r + t) / 6 for u, p, q, r, t in zip(state, a, b, c, d, strict=True))
    return x, y, z


@dataclass(frozen=True)
class Polytrope:
    """A star in hydrostatic balance whose pressure goes as a power of its density.

    Parameters
    ----------
    index : float
        Polytropic index, from 0 to below 5; 3 stands for a star in radiative balance such as the Sun, 1.5 for one in
        convection.
    mass : float
        Mass, kg.
    radius : float
        Radius, m.
    mu : float
        Mean mass of a particle over that of a proton.

    Notes
    -----
    With an index of 3 the Sun comes out with 1.2e16 Pa and 1.2e7 K at its centre, where models with the physics of
    opacity and burning have 2.3e16 Pa and 1.55e7 K.

    Examples
    --------
    >>> sun = Polytrope(index=3.0).solve()
    >>> print(f"{float(sun.pressure[0]):.2e} Pa, {float(sun.temperature[0]):.2e} K")
    1.24e+16 Pa, 1.18e+07 K
    """

    index: float = 3.0
    mass: float = SOLAR_MASS
    radius: float = SOLAR_RADIUS
    mu: float = 0.6

    def __post_init__(self) -> None:
        if not 0.0 <= self.index < 5.0:
            raise InputError(f"Polytrope: index must be from 0 to below 5 for a star with a surface, got {self.index}")
        if not (self.mass > 0 and self.radius > 0 and self.mu > 0):
            raise InputError("Polytrope: mass, radius and mu must be positive")

    def solve(self, step: float = 0.005) -> xr.Dataset:
        """Return density, pressure, temperature and enclosed mass from the centre to the surface.

        Parameters
        ----------
        step : float, optional
            Step of :func:`lane_emden`.

        Returns
        -------
        xarray.Dataset
            ``rho``, ``pressure``, ``temperature``, ``mass`` and ``gravity`` along ``r`` (m).
        """
        import xarray as xr

        shape = lane_emden(self.index, step, xi_max=1e6)
        scale = self.radius / shape.surface
        r = shape.xi * scale
        central = self.mass / (4 * np.pi * scale**3 * shape.mass[-1])
        rho = central * shape.theta**self.index
        pressure = 4 * np.pi * GRAVITATION * (central * scale) ** 2 / (self.index + 1) * shape.theta ** (self.index + 1)
        mass = self.mass * shape.mass / shape.mass[-1]
        gravity = np.zeros_like(r)
        gravity[1:] = GRAVITATION * mass[1:] / r[1:] ** 2
        # P / rho is linear in theta, also on the surface where both are zero.
        temperature = (
            self.mu * PROTON_MASS / BOLTZMANN * 4 * np.pi * GRAVITATION * central * scale**2 / (self.index + 1)
        ) * shape.theta
        variables = {
            "rho": (rho, "kg m^-3", "Mass density"),
            "pressure": (pressure, "Pa", "Pressure"),
            "temperature": (temperature, "K", "Temperature of an ideal gas"),
            "mass": (mass, "kg", "Mass inside"),
            "gravity": (gravity, "m/s^2", "Acceleration of gravity"),
        }
        return xr.Dataset(
            {
                name: ("r", values, {"units": units, "long_name": long_name, "references": _CHANDRASEKHAR})
                for name, (values, units, long_name) in variables.items()
            },
            coords={"r": ("r", r, {"units": "m", "long_name": "Distance from the centre"})},
            attrs={"title": f"Polytrope of index {self.index:g}", "references": _CHANDRASEKHAR},
        )
