"""The current sheet of the magnetopause made by particles reflected in it, from estimates to a solution."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SPEED_OF_LIGHT,
    VACUUM_PERMEABILITY,
)
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import V, km, km_s, mA_m, mV_m, nT, per_cm3, uA_m2

if TYPE_CHECKING:
    import xarray as xr

_FERRARO: Final = "Ferraro 1952, J. Geophys. Res. 57, 15"
_MASSES: Final = {"proton": PROTON_MASS, "electron": ELECTRON_MASS}

# q - 2 tanh q where a particle turns, sech q = 1 / sqrt 2
_TURNING: Final = -math.asinh(1.0)
_TURNING_PHASE: Final = _TURNING + math.sqrt(2.0)


class SheathProfile(NamedTuple):
    """What is found along the normal of a sheath."""

    b: nT
    density: per_cm3
    current_density: uA_m2
    potential: V
    e_x: mV_m
    normal_speed: km_s


@model(cite=_FERRARO, valid={"b_mean": (1.0, 1e4)}, monotonic={"b_mean": 1})
def sheet_current(b_mean: nT) -> mA_m:
    """Current in the magnetopause that keeps all field on its inner side.

    Parameters
    ----------
    b_mean : float or array, nT
        Mean field in the sheet: half of the field just inside, for a plane sheet the field of the Earth alone.

    Returns
    -------
    current : float or array, mA/m
        Current per length along the sheet, 2 b_mean / mu_0.

    Examples
    --------
    >>> float(sheet_current(58.6).round(1))
    93.3
    """
    return 2 * b_mean * 1e-6 / VACUUM_PERMEABILITY


@model(
    cite=_FERRARO,
    valid={"n_p": (0.01, 200.0), "speed": (100.0, 3000.0), "b_mean": (1.0, 1e4)},
    monotonic={"n_p": 1, "speed": 1, "b_mean": -1},
)
def reflection_current(n_p: per_cm3, speed: km_s, b_mean: nT) -> mA_m:
    """Current of the particles that turn round in the magnetopause.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Density of the wind.
    speed : float or array, km/s
        Speed of the wind, along the normal.
    b_mean : float or array, nT
        Mean field in the sheet, half of the field just inside.

    Returns
    -------
    current : float or array, mA/m
        Current per length along the sheet, 2 n m v^2 / b_mean.

    Notes
    -----
    2 n e v times the gyroradius in the mean field. It equals :func:`sheet_current` where b_mean^2 / mu_0 = n m v^2,
    the balance of pressures with reflected particles and a plane sheet: for 5 protons a cm^3 at 400 km/s not at
    8 R_E, where the two differ by a factor of 2, but at 9.0 R_E.

    Examples
    --------
    >>> float(reflection_current(5.0, 400.0, 58.6).round(1))
    45.7
    """
    return 2 * n_p * PROTON_MASS * speed**2 / b_mean * 1e6 * 1e6 * 1e9 * 1e3


@model(
    cite=_FERRARO,
    valid={"speed": (10.0, 3000.0), "b_mean": (1.0, 1e4)},
    monotonic={"speed": 1, "b_mean": -1},
)
def reflection_depth(speed: km_s, b_mean: nT, particle: str = "proton") -> km:
    """Depth to which a particle goes into the field before it turns round.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the particle, along the normal.
    b_mean : float or array, nT
        Mean field on its way, half of the field just inside.
    particle : {"proton", "electron"}, optional
        What turns round.

    Returns
    -------
    depth : float or array, km
        Gyroradius m v / (e b_mean), the first estimate of how thick the sheet is.

    Raises
    ------
    InputError
        If `particle` is another word.

    Notes
    -----
    At 8 R_E the field of the Earth is 58.6 nT and that inside the sheet 117 nT. The depth is 71 km; the 35 km in
    circulation came from the field inside where the mean is meant. Real sheets are some ten times thicker.

    Examples
    --------
    >>> float(reflection_depth(400.0, 58.6).round(1))
    71.3
    """
    if particle not in _MASSES:
        raise InputError(f"reflection_depth: particle must be 'proton' or 'electron', got {particle!r}")
    return _MASSES[particle] / ELEMENTARY_CHARGE * speed * 1e3 / (b_mean * 1e-9) * 1e-3


@model(cite=_FERRARO, valid={"speed": (10.0, 3000.0)}, monotonic={"speed": 1})
def stopping_potential(speed: km_s) -> V:
    """Potential by which electrons, that turn first, hold back the protons that come with them.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of both, along the normal.

    Returns
    -------
    potential : float or array, V
        (m_p - m_e) v^2 / (2 e): nearly the whole energy of a proton, which the electron gets.

    Examples
    --------
    >>> float(stopping_potential(400.0).round())
    835.0
    """
    return (PROTON_MASS - ELECTRON_MASS) / (2 * ELEMENTARY_CHARGE) * (speed * 1e3) ** 2


@model(cite=_FERRARO, valid={"n_p": (0.01, 200.0), "speed": (10.0, 3000.0)}, monotonic={"n_p": 1, "speed": 1})
def sheath_field(n_p: per_cm3, speed: km_s) -> nT:
    """Magnetic field that reflects a cold wind of protons and electrons.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Density of the wind.
    speed : float or array, km/s
        Speed of the wind, along the normal.

    Returns
    -------
    b : float or array, nT
        Field just inside, from B^2 / (2 mu_0) = 2 n (m_p + m_e) v^2.

    Examples
    --------
    >>> float(sheath_field(5.0, 400.0).round(1))
    82.0
    """
    xp = namespace(n_p, speed)
    mass = PROTON_MASS + ELECTRON_MASS
    return 2 * speed * xp.sqrt(VACUUM_PERMEABILITY * mass * n_p) * 1e15


@model(cite=_FERRARO, valid={"n_p": (0.01, 200.0)}, monotonic={"n_p": -1})
def sheath_thickness(n_p: per_cm3, sheath: str = "separated") -> km:
    """Distance in which the field of the magnetopause falls off in front of it.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Density of the wind.
    sheath : {"separated", "neutralised"}, optional
        Whether the electric field of the charges is there, or is shorted out by plasma along the field.

    Returns
    -------
    thickness : float or array, km
        Length of the exponential decay of the field, c / (sqrt 2 omega_p): omega_p^2 of both particles where charges
        are separated (about that of the electrons), that of the protons where they are not.

    Raises
    ------
    InputError
        If `sheath` is another word.

    Notes
    -----
    sqrt 2 since those that come and those that go back make twice the density of the wind. The length of the
    neutralised sheath is the gyroradius of a proton in the field just inside times sqrt 2.

    Examples
    --------
    >>> float(sheath_thickness(5.0).round(2)), float(sheath_thickness(5.0, "neutralised").round(1))
    (1.68, 72.0)
    """
    xp = namespace(n_p)
    inverse_mass = _inverse_mass(sheath)
    return 1e-6 / xp.sqrt(2 * VACUUM_PERMEABILITY * ELEMENTARY_CHARGE**2 * inverse_mass * n_p)


def _inverse_mass(sheath: str) -> float:
    """Sum over the carriers of the current of 1 / mass, in 1/kg."""
    if sheath == "separated":
        return float(1 / PROTON_MASS + 1 / ELECTRON_MASS)
    if sheath == "neutralised":
        return float(1 / PROTON_MASS)
    raise InputError(f"a sheath is 'separated' or 'neutralised', got {sheath!r}")


@model(cite=_FERRARO, valid={"x": (-5.0, -0.05), "n_p": (1.0, 100.0), "speed": (100.0, 1500.0)})
def ferraro_sheath(x: km, n_p: per_cm3, speed: km_s, sheath: str = "separated") -> SheathProfile:
    """Profile of a sheath in which a magnetic field reflects a cold wind that comes along the normal.

    Parameters
    ----------
    x : float or array, km
        Distance along the normal from where the particles turn, negative on the side of the wind.
    n_p : float or array, cm^-3
        Density of the wind that arrives; those that go back double it.
    speed : float or array, km/s
        Speed with which it arrives.
    sheath : {"separated", "neutralised"}, optional
        With the electric field that keeps protons and electrons together, or with that field shorted out by plasma
        along the field, so that the protons turn by themselves and the electrons carry nothing.

    Returns
    -------
    b : float or array, nT
        Magnetic field, along the sheet.
    density : float or array, cm^-3
        Density of protons, coming and going; it has no bound where they turn.
    current_density : float or array, uA m^-2
        Density of the current along the sheet.
    potential : float or array, V
        Electric potential against the wind, which is also that behind the sheet; 0 where it is shorted out.
    e_x : float or array, mV/m
        Electric field along the normal.
    normal_speed : float or array, km/s
        Speed along the normal, of those that come and of those that go; 0 behind the sheet.

    Raises
    ------
    InputError
        If `sheath` is another word.

    Notes
    -----
    The limit of :class:`ChapmanFerraroSheath` for a speed far below that of light, in closed form. With the vector
    potential A both particles go as slowly as u^2 = v^2 - e^2 A^2 / (m_p m_e), and Ampere's law
    A'' = 2 mu_0 n e^2 (1 / m_p + 1 / m_e) (v / u) A has the solution

        B / B_0 = sqrt 2 sech q,  u / v = 1 - 2 sech^2 q,  k x = q - 2 tanh q - const,

    with 1 / k from :func:`sheath_thickness` and B_0 from :func:`sheath_field`: half of the solitary wave of a cold
    plasma. Momentum flux, 2 n (m_p + m_e) v u + B^2 / (2 mu_0), is the same everywhere. The sheath without electric
    field has the same profile with m_p in place of (m_p m_e)^(1/2), 43 times wider. Behind the sheet there is the
    uniform field B_0 and nothing else; the electric field ends there on charges that a real sheet shares out among
    trapped particles.

    Examples
    --------
    >>> at = ferraro_sheath(-1.68, 5.0, 400.0)
    >>> float(at.b.round(1)), float(at.potential.round()), float(at.normal_speed.round())
    (20.1, 98.0, 376.0)
    """
    xp = namespace(x, n_p, speed)
    inverse_mass = _inverse_mass(sheath)
    separated = sheath == "separated"
    mass = PROTON_MASS + ELECTRON_MASS if separated else PROTON_MASS
    slowness = math.sqrt(PROTON_MASS * ELECTRON_MASS) if separated else PROTON_MASS
    k = xp.sqrt(2 * VACUUM_PERMEABILITY * ELEMENTARY_CHARGE**2 * inverse_mass * n_p * 1e6) * 1e3  # per km
    depth = -k * x
    outside = depth > 0
    q = _sheath_phase(xp, xp.where(outside, depth, 0.0 * depth + 1.0))
    sech_squared = 1 / xp.cosh(q) ** 2
    u = 1 - 2 * sech_squared  # over v
    a = 2 * xp.sqrt(sech_squared * (1 - sech_squared))  # vector potential over its value where particles turn
    b_0 = 2 * speed * xp.sqrt(VACUUM_PERMEABILITY * mass * n_p) * 1e15
    unmoved = 0.0 * depth + 0.0 * speed
    b = b_0 * xp.where(outside, xp.sqrt(2 * sech_squared), unmoved + 1)
    density = xp.where(outside, 2 * n_p / u, unmoved)
    # J = 2 n e^2 A (sum of 1 / m) v / u with e A = (m_p m_e)^(1/2) v a
    per_density = 2 * ELEMENTARY_CHARGE * slowness * inverse_mass * 1e6 * 1e3 * 1e6
    current = xp.where(outside, per_density * n_p * speed * a / u, unmoved)
    top = (PROTON_MASS - ELECTRON_MASS) / (2 * ELEMENTARY_CHARGE) * (speed * 1e3) ** 2 if separated else unmoved
    potential = top * xp.where(outside, a**2, unmoved + 1)
    # a' = sqrt 2 k B / B_0
    e_x = -top * xp.where(outside, 4 * a * k * xp.sqrt(sech_squared), unmoved)
    return SheathProfile(b, density, current, potential + unmoved, e_x + unmoved, speed * xp.where(outside, u, unmoved))


def _sheath_phase(xp: Any, depth: Any) -> Any:
    """Solve q - 2 tanh q = constant - depth for the branch below the turning point, where sech q = 1 / sqrt 2."""
    q = _TURNING - xp.where(depth < 1.0, xp.sqrt(math.sqrt(2.0) * depth), depth + 0.2)
    # The square root of what is left to the turning point is nearly linear in q, so that few steps do.
    for _ in range(7):
        gap = _TURNING_PHASE - (q - 2 * xp.tanh(q))
        slope = 1 - 2 / xp.cosh(q) ** 2
        q = q - 2 * (xp.sqrt(depth * gap) - gap) / slope
    return q


@dataclass(frozen=True)
class ChapmanFerraroSheath:
    """The sheath with the full equation of the electric field, at any ratio of masses.

    Cold protons and electrons of equal density and speed come along the normal and are reflected. Each keeps its
    energy and its momentum along the sheet, p_y + q A = 0; Ampere's law and Poisson's equation hold for A and for the
    potential.

    Parameters
    ----------
    mass_ratio : float
        Mass of a proton over that of an electron.
    accuracy : float
        Relative error allowed in a step.

    Notes
    -----
    In units of the turning point the equations are a'' = a (M / u_e + 1 / u_i) / (1 + M) and
    d phi'' = 1 / u_e - 1 / u_i with u_e^2 = 1 + M (phi - a^2), u_i^2 = 1 - phi - a^2 / M, M the ratio of masses and
    d = (1 + M) v^2 / (2 c^2). A cold wind can carry electric oscillations of any amplitude; the solution here is the
    one that has none far away. Both particles then turn in the same plane, A and the potential being what makes both
    speeds vanish, and the field behind is B_0 (1 + 2 d)^(1/2) to first order in d: it also balances the electric
    field, which :func:`ferraro_sheath` leaves out.

    Examples
    --------
    >>> sheath = ChapmanFerraroSheath().solve(5.0, 400.0)
    >>> round(float(sheath["potential"][-1])), round(float(sheath["b"][-1]), 1)
    (835, 82.2)
    """

    mass_ratio: float = PROTON_MASS / ELECTRON_MASS
    accuracy: float = 1e-11

    def __post_init__(self) -> None:
        if not self.mass_ratio > 1:
            raise InputError(f"ChapmanFerraroSheath: mass_ratio must exceed 1, got {self.mass_ratio}")
        if not 1e-13 <= self.accuracy <= 1e-3:
            raise InputError(f"ChapmanFerraroSheath: accuracy must lie between 1e-13 and 1e-3, got {self.accuracy}")

    def solve(
        self,
        n_p: float,
        speed: float,
        samples: int = 400,
        *,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> xr.Dataset:
        """Follow the fields from the wind to where the particles turn.

        Parameters
        ----------
        n_p : float
            Density of the wind, cm^-3.
        speed : float
            Its speed, km/s.
        samples : int, optional
            Length of the result.
        progress : callable, optional
            Called as ``progress(text, done, total)``.

        Returns
        -------
        xarray.Dataset
            Along `x` (km, 0 where the particles turn): `b`, `density_p`, `density_e`, `potential`, `e_x`, `speed_p`,
            `speed_e` along the normal, `momentum` (flux over that of the wind, coming and going).
        """
        import xarray as xr
        from scipy.integrate import solve_ivp

        if not (n_p > 0 and 0 < speed * 1e3 < SPEED_OF_LIGHT and samples > 1):
            raise InputError(f"ChapmanFerraroSheath: n_p {n_p}, speed {speed} and samples {samples} must be positive")
        ratio = float(self.mass_ratio)
        mass_e = PROTON_MASS / ratio
        stiffness = (1 + ratio) / 2 * (speed * 1e3 / SPEED_OF_LIGHT) ** 2

        def slopes(_: float, state: Any) -> list[float]:
            # per step of dx / (u_e u_i), in which the turning points are regular
            _, a, b, _, e, u_e, u_i = state
            both = u_e * u_i
            return [
                both,
                b * both,
                a * (ratio * u_i + u_e) / (1 + ratio),
                e * both,
                (u_i - u_e) / stiffness,
                ratio * (0.5 * e - a * b) * u_i,
                -(0.5 * e + a * b / ratio) * u_e,
            ]

        def turned(_: float, state: Any) -> float:
            return float(min(state[5], state[6]))

        turned.terminal = True  # type: ignore[attr-defined]
        # Far away the potential follows a^2; what is left out of that, of order a^4, starts an oscillation of 1e-8.
        a = 0.01
        phi = a * a * (ratio - 1 / ratio) / (1 + ratio + 8 * stiffness)
        start = [0.0, a, a, phi, 2 * phi, math.sqrt(1 + ratio * (phi - a * a)), math.sqrt(1 - phi - a * a / ratio)]
        if progress is not None:
            progress("Chapman-Ferraro sheath", 0, 1)
        solution = solve_ivp(
            slopes, (0.0, 1e4), start, "DOP853", rtol=self.accuracy, atol=1e-14, events=turned, dense_output=True
        )
        if not (solution.success and solution.t_events[0].size):
            raise InputError(f"ChapmanFerraroSheath: no turning point found ({solution.message})")
        if progress is not None:
            progress("Chapman-Ferraro sheath", 1, 1)
        x, a, b, phi, e, u_e, u_i = solution.sol(np.linspace(0.0, solution.t_events[0][0], samples))

        k = math.sqrt(2 * VACUUM_PERMEABILITY * n_p * 1e6 * (1 / PROTON_MASS + 1 / mass_e)) * ELEMENTARY_CHARGE
        b_0 = 2 * speed * 1e3 * math.sqrt(VACUUM_PERMEABILITY * n_p * 1e6 * (PROTON_MASS + mass_e))
        volts = 0.5 * PROTON_MASS * (speed * 1e3) ** 2 / ELEMENTARY_CHARGE
        momentum = (ratio * u_i + u_e) / (1 + ratio) + 0.5 * b**2 - ratio * stiffness * e**2 / (4 * (1 + ratio))
        names = {
            "b": (b / math.sqrt(2) * b_0 * 1e9, "nT", "Magnetic field along the sheet"),
            "density_p": (2 * n_p / u_i, "cm^-3", "Density of protons, coming and going"),
            "density_e": (2 * n_p / u_e, "cm^-3", "Density of electrons, coming and going"),
            "potential": (phi * volts, "V", "Electric potential against the wind"),
            "e_x": (-e * volts * k * 1e3, "mV/m", "Electric field along the normal"),
            "speed_p": (u_i * speed, "km/s", "Speed of protons along the normal"),
            "speed_e": (u_e * speed, "km/s", "Speed of electrons along the normal"),
            "momentum": (momentum, "1", "Flux of momentum over that of the wind coming and going"),
        }
        with np.errstate(all="ignore"):
            variables = {
                name: ("x", values, {"units": unit, "long_name": text, "references": _FERRARO})
                for name, (values, unit, text) in names.items()
            }
        where = {"units": "km", "long_name": "Distance along the normal from where particles turn"}
        return xr.Dataset(variables, coords={"x": ("x", (x - x[-1]) / k * 1e-3, where)})
