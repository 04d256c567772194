"""Hydromagnetic waves: how fast the fast, the Alfven and the slow wave go, where they carry energy, how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import PROTON_MASS
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import dimensionless, km_s, nPa, per_cm3, rad
from sunearth.heliosphere.shocks import wave_speeds

if TYPE_CHECKING:
    import xarray as xr

_PRIEST = "Priest 2014, Magnetohydrodynamics of the Sun, chapter 4"
_WALKER = "Walker 2005, Magnetohydrodynamic Waves in Geospace, chapter 5"
_RANGES = {"v_a": (1.0, 3000.0), "c_s": (1.0, 1000.0), "theta": (0.05, 1.5)}

WAVES = ("fast", "alfven", "slow")


@model(
    cite=_PRIEST,
    valid={"pressure": (1e-4, 10.0), "mass_density": (0.01, 1e4), "gamma": (1.0, 3.0)},
    monotonic={"pressure": 1, "mass_density": -1, "gamma": 1},
)
def gas_sound_speed(pressure: nPa, mass_density: per_cm3, gamma: dimensionless = 5 / 3) -> km_s:
    """Speed of sound of a plasma from its pressure and mass density.

    Parameters
    ----------
    pressure : float or array, nPa
        Thermal pressure of all species.
    mass_density : float or array, cm^-3
        In atomic masses (protons) per cubic centimetre.
    gamma : float or array, 1
        Adiabatic index.

    Returns
    -------
    c_s : float or array, km/s
        Speed of sound.

    Examples
    --------
    >>> float(gas_sound_speed(0.0138, 5.0).round(2))
    52.44
    """
    xp = namespace(pressure, mass_density, gamma)
    return xp.sqrt(gamma * pressure * 1e-9 / (mass_density * 1e6 * PROTON_MASS)) * 1e-3


class GroupVelocities(NamedTuple):
    """Where the three waves carry their energy."""

    fast_parallel: km_s
    fast_perpendicular: km_s
    alfven_parallel: km_s
    slow_parallel: km_s
    slow_perpendicular: km_s


@model(cite=_PRIEST, valid=_RANGES)
def group_velocities(v_a: km_s, c_s: km_s, theta: rad) -> GroupVelocities:
    """Group velocities of the fast, the Alfven and the slow wave.

    Parameters
    ----------
    v_a : float or array, km/s
        Alfven speed.
    c_s : float or array, km/s
        Sound speed.
    theta : float or array, rad
        Angle between the wave vector and the field.

    Returns
    -------
    fast_parallel : float or array, km/s
        Component along the field of the fast wave's group velocity.
    fast_perpendicular : float or array, km/s
        Its component across the field, in the plane of field and wave vector, positive along the wave vector.
    alfven_parallel : float or array, km/s
        Component along the field of the Alfven wave's: the Alfven speed whatever the angle, and none across.
    slow_parallel : float or array, km/s
        Component along the field of the slow wave's group velocity.
    slow_perpendicular : float or array, km/s
        Its component across the field, against the wave vector.

    Notes
    -----
    With v the phase speed, v k + v' theta in the directions of the wave vector and of growing angle, where
    v' = v_A^2 c_s^2 sin cos / [v (2 v^2 - v_A^2 - c_s^2)]. Across the field the slow wave has no phase speed, and its
    energy goes along the field at the cusp speed v_A c_s / (v_A^2 + c_s^2)^(1/2). At theta = 0 and equal speeds v' has
    no limit (a cone of directions) and is taken as 0.

    Examples
    --------
    >>> [round(float(w), 2) for w in group_velocities(48.77, 52.45, 1.5707963267948966)]
    [0.0, 71.62, 48.77, 35.72, 0.0]
    """
    xp = namespace(v_a, c_s, theta)
    cosine, sine = xp.cos(theta), xp.sin(theta)
    speeds = wave_speeds.spec.function(v_a, c_s, theta)
    root = xp.sqrt((v_a**2 - c_s**2) ** 2 + (2 * v_a * c_s * sine) ** 2)
    equal = root == 0
    share = xp.where(equal, 0.0 * root, sine / xp.where(equal, 1.0 + root, root))
    fast_turn = (v_a * c_s) ** 2 * cosine * share / speeds.fast
    # The slow phase speed is v_a c_s |cos| over the fast one: the cosine cancels, and only its sign is left.
    sign = xp.where(cosine < 0, -1.0 + 0.0 * cosine, 1.0 + 0.0 * cosine)
    slow_turn = -xp.abs(v_a * c_s) * sign * share * speeds.fast
    return GroupVelocities(
        speeds.fast * cosine - fast_turn * sine,
        speeds.fast * sine + fast_turn * cosine,
        xp.abs(v_a) * sign + 0.0 * speeds.fast,
        speeds.slow * cosine - slow_turn * sine,
        speeds.slow * sine + slow_turn * cosine,
    )


class Polarisation(NamedTuple):
    """How fast and slow wave differ in what a spacecraft sees."""

    fast_velocity_ratio: dimensionless
    slow_velocity_ratio: dimensionless
    fast_compression: dimensionless
    slow_compression: dimensionless


@model(cite=_WALKER, valid=_RANGES)
def polarisation(v_a: km_s, c_s: km_s, theta: rad) -> Polarisation:
    """Ratios of the perturbations in the fast and the slow wave.

    Parameters
    ----------
    v_a : float or array, km/s
        Alfven speed.
    c_s : float or array, km/s
        Sound speed.
    theta : float or array, rad
        Angle between the wave vector and the field.

    Returns
    -------
    fast_velocity_ratio : float or array, 1
        Velocity along the field over that across it, in the fast wave.
    slow_velocity_ratio : float or array, 1
        The same in the slow wave.
    fast_compression : float or array, 1
        Relative change of the field strength over that of the density in the fast wave: positive, they go together.
    slow_compression : float or array, 1
        The same in the slow wave: negative, they go against each other.

    Notes
    -----
    With v the phase speed, v_par / v_perp = c_s^2 sin cos / (v^2 - c_s^2 cos^2), and (dB / B) / (d rho / rho) =
    1 - (c_s cos / v)^2. The two velocities are at right angles: the product of the two ratios is -1. The Alfven wave
    moves the plasma across both field and wave vector, compresses nothing, and dV = -+ dB / (mu_0 rho)^(1/2) for a wave
    along or against the field.

    Examples
    --------
    >>> [round(float(q), 3) for q in polarisation(48.77, 52.45, 0.7853981633974483)]
    [0.457, -2.187, 0.686, -0.843]
    """
    xp = namespace(v_a, c_s, theta)
    cosine, sine = xp.cos(theta), xp.sin(theta)
    root = xp.sqrt((v_a**2 - c_s**2) ** 2 + (2 * v_a * c_s * sine) ** 2)
    fast2 = (v_a**2 + c_s**2 + root) / 2
    # v^2 - c_s^2 cos^2 of the fast wave, added up so that nothing cancels where the wave is nearly sound.
    excess = (v_a**2 - c_s**2 + root) / 2 + (c_s * sine) ** 2
    # Where the sound speed is the larger one the excess is (c_s sin)^2 times this, and a sine cancels.
    stretch = _excess_of_sound(xp, v_a, c_s, root)
    excess = xp.where(v_a >= c_s, excess, (c_s * sine) ** 2 * stretch)
    ratio = xp.where(v_a >= c_s, c_s**2 * sine * cosine / excess, cosine / (sine * stretch))
    # v^2 of the slow wave is v_a^2 c_s^2 cos^2 over that of the fast one, so that the cosine cancels.
    return Polarisation(ratio, -1.0 / ratio, excess / fast2, 1.0 - fast2 / v_a**2)


def _excess_of_sound(xp: Any, v_a: Any, c_s: Any, root: Any) -> Any:
    """Fast v^2 - c_s^2 cos^2 over (c_s sin)^2, where the sound speed is the larger one."""
    difference = c_s**2 - v_a**2 + root
    safe = xp.where(difference > 0, difference, 1.0 + 0.0 * difference)
    return 1 + 2 * v_a**2 / safe


def friedrichs_diagram(v_a: float, c_s: float, points: int = 361) -> xr.Dataset:
    """Return the polar diagrams of phase and group velocity.

    Parameters
    ----------
    v_a, c_s : float
        Alfven and sound speed, km/s.
    points : int, optional
        Number of directions of the wave vector, around the circle.

    Returns
    -------
    Dataset
        `phase_parallel`, `phase_perpendicular`, `group_parallel` and `group_perpendicular` (km/s) over ``wave`` (fast,
        alfven, slow) and ``theta`` (rad): the curves to draw, along and across the field.

    Raises
    ------
    InputError
        If a speed is not positive.

    Notes
    -----
    What an event at the origin sends out stands on the group curves after unit time: the fast wave all around, the
    Alfven wave as two points on the field line, the slow wave as two cusped triangles near it.

    Examples
    --------
    >>> diagram = friedrichs_diagram(100.0, 60.0)
    >>> float(diagram["group_parallel"].sel(wave="alfven").max())
    100.0
    >>> float(np.hypot(diagram["phase_parallel"], diagram["phase_perpendicular"]).max().round(1))
    116.6
    """
    import xarray as xr

    if not (v_a > 0 and c_s > 0 and points >= 3):
        raise InputError(f"friedrichs_diagram: needs positive speeds and 3 points, got {v_a}, {c_s}, {points}")
    theta = np.linspace(0.0, 2.0 * np.pi, points)
    phase = np.stack(np.broadcast_arrays(*wave_speeds(v_a, c_s, theta)))
    group = group_velocities(v_a, c_s, theta)
    nothing = np.zeros_like(theta)
    curves = {
        "phase_parallel": phase * np.cos(theta),
        "phase_perpendicular": phase * np.sin(theta),
        "group_parallel": np.stack([group.fast_parallel, group.alfven_parallel, group.slow_parallel]),
        "group_perpendicular": np.stack([group.fast_perpendicular, nothing, group.slow_perpendicular]),
    }
    return xr.Dataset(
        {
            name: (
                ("wave", "theta"),
                values,
                {"units": "km/s", "long_name": name.replace("_", " velocity ").capitalize(), "references": _PRIEST},
            )
            for name, values in curves.items()
        },
        coords={
            "wave": list(WAVES),
            "theta": ("theta", theta, {"units": "rad", "long_name": "Angle of the wave vector from the field"}),
        },
        attrs={"v_a": v_a, "c_s": c_s},
    )
