"""The space weather scales of NOAA: geomagnetic storms G, radiation storms S and radio blackouts R, from 0 to 5."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from sunearth.core.arrays import namespace
from sunearth.core.model import model
from sunearth.core.units import Array, W_m2, dimensionless, parse_unit

pfu = Annotated[Array, parse_unit("cm^-2 s^-1 sr^-1")]
"""Particle flux units, of protons above 10 MeV."""

_SCALES = "NOAA 2023, Space Weather Scales"
_G_THIRDS = (14, 17, 20, 23, 27)  # 5-, 6-, 7-, 8- and 9o, counted in thirds of Kp
_S_FLUXES = (1e1, 1e2, 1e3, 1e4, 1e5)  # pfu
_R_FLUXES = (1e-5, 5e-5, 1e-4, 1e-3, 2e-3)  # W/m^2: M1, M5, X1, X10, X20
_ROUNDING = 1.0 + 1e-6  # fluxes that were once stored in single precision still reach their own threshold


class StormLevel(NamedTuple):
    """A step of one of the scales."""

    level: int
    code: str
    name: str
    effects: str


@model(cite=_SCALES, valid={"kp": (0.0, 9.0)}, monotonic={"kp": 1})
def g_scale(kp: dimensionless) -> dimensionless:
    """Level of a geomagnetic storm on the scale of NOAA.

    Parameters
    ----------
    kp : float or array, 1
        Kp; what lies between its thirds is rounded to the nearest one.

    Returns
    -------
    level : float or array, 1
        0 (no storm) to 5 (extreme).

    Notes
    -----
    G1 begins at Kp 5- (4.67), G2 at 6-, G3 at 7-, G4 at 8-. A 9- still is G4: only 9o is G5.

    Examples
    --------
    >>> [float(g_scale(kp)) for kp in (4.33, 4.67, 8.67, 9.0)]
    [0.0, 1.0, 4.0, 5.0]
    """
    xp = namespace(kp)
    return _steps(xp, xp.round(3.0 * kp), _G_THIRDS)


@model(cite=_SCALES, valid={"flux": (0.0, 1e6)}, monotonic={"flux": 1})
def s_scale(flux: pfu) -> dimensionless:
    """Level of a solar radiation storm on the scale of NOAA.

    Parameters
    ----------
    flux : float or array, cm^-2 s^-1 sr^-1
        Flux of protons above 10 MeV at geosynchronous orbit, mean of five minutes.

    Returns
    -------
    level : float or array, 1
        0 (no storm) to 5 (extreme).

    Examples
    --------
    >>> [float(s_scale(flux)) for flux in (9.0, 10.0, 2.9e4)]
    [0.0, 1.0, 4.0]
    """
    return _steps(namespace(flux), flux * _ROUNDING, _S_FLUXES)


@model(cite=_SCALES, valid={"flux": (0.0, 1e-2)}, monotonic={"flux": 1})
def r_scale(flux: W_m2) -> dimensionless:
    """Level of a radio blackout on the scale of NOAA.

    Parameters
    ----------
    flux : float or array, W m^-2
        Solar X-rays between 0.1 and 0.8 nm at the Earth, mean of one minute.

    Returns
    -------
    level : float or array, 1
        0 (no blackout) to 5 (extreme).

    Examples
    --------
    >>> [float(r_scale(flux)) for flux in (9e-6, 1e-5, 9.3e-4)]
    [0.0, 1.0, 3.0]
    """
    return _steps(namespace(flux), flux * _ROUNDING, _R_FLUXES)


def _steps(xp: Any, value: Any, thresholds: tuple[float, ...]) -> Any:
    """Count the thresholds that a value reaches; NaN stays NaN."""
    level = 0.0 * value
    for threshold in thresholds:
        level = level + xp.where(value >= threshold, 1.0, 0.0)
    return level


_NAMES = ("none", "minor", "moderate", "strong", "severe", "extreme")

_G_EFFECTS = (
    "Nothing out of the ordinary.",
    "Weak fluctuations in power grids; aurora at high latitudes, such as northern Scandinavia and Alaska.",
    "Voltage alarms in high-latitude grids, long storms may harm transformers; more drag on low satellites; "
    "aurora near 55 degrees magnetic latitude.",
    "Voltages need correcting and protection may trip falsely; satellites charge and lose height; gaps in satellite "
    "navigation and short-wave radio; aurora near 50 degrees magnetic latitude.",
    "Widespread voltage control problems, parts of a grid may be switched off by mistake; satellites are hard to track "
    "and orient; navigation degraded for hours; aurora near 45 degrees magnetic latitude.",
    "Grids may collapse and transformers be damaged; satellites charge, tumble and are lost from tracking; short-wave "
    "radio out for a day or two, navigation degraded for days; aurora down to 40 degrees magnetic latitude.",
)
_S_EFFECTS = (
    "Nothing out of the ordinary.",
    "Slight losses on short-wave paths across the poles.",
    "Rare upsets in satellite electronics; polar short-wave paths and navigation a little worse.",
    "Crews in space should take shelter; satellite memory upsets and noisy imagers; polar short-wave radio degraded.",
    "Radiation hazard in space and a raised dose on polar flights; satellites lose orientation and solar-cell power; "
    "polar short-wave radio out for days.",
    "High radiation hazard in space and at polar flight levels; satellites may be lost; no short-wave radio over the "
    "poles.",
)
_R_EFFECTS = (
    "Nothing out of the ordinary.",
    "Short-wave radio weak for minutes on the sunlit side; low-frequency navigation off for short intervals.",
    "Short-wave radio lost for tens of minutes in part of the sunlit side.",
    "Short-wave radio lost over a wide area for about an hour; low-frequency navigation degraded as long.",
    "Short-wave radio out on most of the sunlit side for one to two hours; small disturbances of satellite navigation.",
    "Short-wave radio out on the whole sunlit side for hours, with no contact to ships and aircraft; satellite "
    "navigation off by more for hours.",
)


def geomagnetic_storm_scale(kp: float) -> StormLevel:
    """Return the step of the G scale that a Kp value reaches, with its name and what to expect.

    Parameters
    ----------
    kp : float
        Kp; what lies between its thirds is rounded to the nearest one. NaN counts as no storm.

    Returns
    -------
    StormLevel
        Level 0 to 5, code, name and effects.

    Examples
    --------
    >>> step = geomagnetic_storm_scale(7.67)
    >>> step.code, step.name
    ('G4', 'severe')
    """
    return _describe("G", g_scale, kp, _G_EFFECTS)


def radiation_storm_scale(flux: float) -> StormLevel:
    """Return the step of the S scale that a flux of protons above 10 MeV reaches.

    Parameters
    ----------
    flux : float
        Flux in cm^-2 s^-1 sr^-1. NaN counts as no storm.

    Returns
    -------
    StormLevel
        Level 0 to 5, code, name and effects.

    Examples
    --------
    >>> radiation_storm_scale(1.5e3).code
    'S3'
    """
    return _describe("S", s_scale, flux, _S_EFFECTS)


def radio_blackout_scale(flux: float) -> StormLevel:
    """Return the step of the R scale that a flux of solar X-rays (0.1 to 0.8 nm) reaches.

    Parameters
    ----------
    flux : float
        Flux in W m^-2. NaN counts as no blackout.

    Returns
    -------
    StormLevel
        Level 0 to 5, code, name and effects.

    Examples
    --------
    >>> radio_blackout_scale(9.33e-4).code
    'R3'
    """
    return _describe("R", r_scale, flux, _R_EFFECTS)


def _describe(letter: str, scale: Callable[..., Any], value: float, effects: tuple[str, ...]) -> StormLevel:
    reached = float(scale(float(value)))
    level = int(reached) if reached == reached else 0
    return StormLevel(level, f"{letter}{level}", _NAMES[level], effects[level])
