"""Energetic particles from the Sun: their spectra, their way through the wind, and what of them arrives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import ASTRONOMICAL_UNIT, ELEMENTARY_CHARGE, PROTON_MASS, SPEED_OF_LIGHT
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import MV, MeV, au, dimensionless, h, km_s, m2_s, per_cm2, per_cm2_s_sr_MeV, per_m3, rad

from .spiral import CARRINGTON_PERIOD

PROTON_REST_ENERGY = PROTON_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE * 1e-6
"""MeV"""
THRESHOLDS = (10.0, 30.0, 50.0, 60.0, 100.0)
"""MeV, of the integral proton channels of the GOES satellites."""

OUTER_BOUNDARIES = ("free", "closed")
GEOMETRIES = ("spiral", "radial", "uniform")

_AU_KM = ASTRONOMICAL_UNIT * 1e-3
_AU_CM = ASTRONOMICAL_UNIT * 1e2
_LIGHT_AU_H = SPEED_OF_LIGHT * 3600.0 / ASTRONOMICAL_UNIT
_M2_S = 3600.0 / ASTRONOMICAL_UNIT**2  # au^2/h in a m^2/s
_PARKER = "Parker 1965, Planet. Space Sci. 13, 9"
_FISK = "Fisk and Axford 1968, J. Geophys. Res. 73, 4396"
_ROELOF = "Roelof 1969, Lectures in High-Energy Astrophysics, NASA SP-199, 111"
_ENERGY = {"energy": (0.01, 1e5)}
_DIFFUSION = {"kappa": (1e16, 1e20)}

Floats = NDArray[np.float64]
Spectrum = Callable[[Any], Any]
"""Protons per MeV at a kinetic energy in MeV."""


@model(cite="Jackson 1999, Classical Electrodynamics", valid=_ENERGY, monotonic={"energy": 1})
def proton_rigidity(energy: MeV) -> MV:
    """Rigidity of a proton.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy.

    Returns
    -------
    rigidity : float or array, MV
        Momentum times the speed of light over charge; the same number as p c in MeV.

    Examples
    --------
    >>> float(proton_rigidity(10.0).round(2))
    137.35
    """
    xp = namespace(energy)
    return xp.sqrt(energy * (energy + 2 * PROTON_REST_ENERGY))


@model(cite="Jackson 1999, Classical Electrodynamics", valid={"rigidity": (1.0, 1e6)}, monotonic={"rigidity": 1})
def proton_energy_of_rigidity(rigidity: MV) -> MeV:
    """Kinetic energy of a proton of given rigidity.

    Parameters
    ----------
    rigidity : float or array, MV
        Momentum times the speed of light over charge.

    Returns
    -------
    energy : float or array, MeV
        The inverse of :func:`proton_rigidity`, without loss of digits where it is small.

    Examples
    --------
    >>> float(proton_energy_of_rigidity(444.58).round(2))
    100.0
    """
    xp = namespace(rigidity)
    return rigidity**2 / (xp.sqrt(rigidity**2 + PROTON_REST_ENERGY**2) + PROTON_REST_ENERGY)


@model(cite="Jackson 1999, Classical Electrodynamics", valid=_ENERGY, monotonic={"energy": 1})
def proton_speed(energy: MeV) -> km_s:
    """Speed of a proton.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy.

    Returns
    -------
    speed : float or array, km/s
        Relativistic.

    Examples
    --------
    >>> float(proton_speed(10.0).round(0))
    43423.0
    """
    return SPEED_OF_LIGHT * 1e-3 * _beta(energy)


def _beta(energy: Any) -> Any:
    xp = namespace(energy)
    return xp.sqrt(energy * (energy + 2 * PROTON_REST_ENERGY)) / (energy + PROTON_REST_ENERGY)


@model(
    cite="Palmer 1982, Rev. Geophys. 20, 335",
    valid={"r": (0.01, 100.0), "rigidity": (1.0, 1e6)},
    monotonic={"mean_free_path_0": 1},
)
def power_law_mean_free_path(
    r: au,
    rigidity: MV,
    mean_free_path_0: au = 0.1,
    radial_index: dimensionless = 0.0,
    rigidity_index: dimensionless = 1 / 3,
    rigidity_0: MV = 137.35,
) -> au:
    """Mean free path as a power law of distance and rigidity.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.
    rigidity : float or array, MV
        Rigidity of the particle.
    mean_free_path_0 : float or array, au
        At 1 au and `rigidity_0`; the consensus of measurements is 0.08 to 0.3 au, with 0.01 to 1 au in single events.
    radial_index : float or array, 1
        Power of the distance.
    rigidity_index : float or array, 1
        Power of the rigidity; 1/3 for turbulence with the spectrum of Kolmogorov.
    rigidity_0 : float or array, MV
        Where it is normalised: that of protons of 10 MeV by default.

    Returns
    -------
    mean_free_path : float or array, au
        Path between changes of direction.

    Examples
    --------
    >>> float(power_law_mean_free_path(1.0, 444.58).round(4))
    0.1479
    """
    return mean_free_path_0 * r**radial_index * (rigidity / rigidity_0) ** rigidity_index


@model(
    cite="Jokipii 1966, Astrophys. J. 146, 480",
    valid={**_ENERGY, "mean_free_path": (1e-4, 100.0)},
    monotonic={"mean_free_path": 1, "energy": 1},
)
def diffusion_coefficient(mean_free_path: au, energy: MeV) -> m2_s:
    """Diffusion coefficient of protons.

    Parameters
    ----------
    mean_free_path : float or array, au
        Along the direction of the coefficient.
    energy : float or array, MeV
        Kinetic energy.

    Returns
    -------
    kappa : float or array, m^2/s
        A third of speed times mean free path.

    Examples
    --------
    >>> f"{diffusion_coefficient(0.1, 10.0):.3e}"
    '2.165e+17'
    """
    return mean_free_path * ASTRONOMICAL_UNIT * SPEED_OF_LIGHT * _beta(energy) / 3


@model(cite="Jokipii and Parker 1970, Astrophys. J. 160, 735", monotonic={"kappa_parallel": 1})
def radial_diffusion(kappa_parallel: m2_s, angle: rad, kappa_perpendicular: m2_s = 0.0) -> m2_s:
    """Diffusion coefficient in the radial direction.

    Parameters
    ----------
    kappa_parallel : float or array, m^2/s
        Along the field.
    angle : float or array, rad
        Between the field and the radial direction (:func:`~sunearth.heliosphere.spiral.spiral_angle`).
    kappa_perpendicular : float or array, m^2/s
        Across the field.

    Returns
    -------
    kappa : float or array, m^2/s
        kappa_parallel cos^2 + kappa_perpendicular sin^2.

    Examples
    --------
    >>> float(radial_diffusion(2.0, 0.7854).round(3))
    1.0
    """
    xp = namespace(kappa_parallel, angle, kappa_perpendicular)
    return kappa_parallel * xp.cos(angle) ** 2 + kappa_perpendicular * xp.sin(angle) ** 2


@model(cite=_PARKER, valid={"r": (0.01, 100.0), "speed": (200.0, 2500.0)}, monotonic={"r": 1, "speed": -1})
def adiabatic_time(r: au, speed: km_s) -> h:
    """Time in which the expanding wind takes most of a particle's momentum.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.
    speed : float or array, km/s
        Speed of the wind, the same at all distances.

    Returns
    -------
    time : float or array, h
        For a loss by the factor e: three over the divergence of the wind, 3 r / (2 V).

    Examples
    --------
    >>> float(adiabatic_time(1.0, 400.0).round(1))
    155.8
    """
    return 1.5 * r * _AU_KM / speed / 3600


@model(
    cite="Parker 1963, Interplanetary Dynamical Processes",
    valid={**_DIFFUSION, "r": (0.01, 100.0), "time": (0.1, 1e4), "radial_index": (0.0, 1.8)},
)
def impulsive_diffusion(
    r: au, time: h, kappa: m2_s, radial_index: dimensionless = 0.0, particles: dimensionless = 1.0
) -> per_m3:
    """Density of particles that were released at one moment at the Sun and diffuse.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.
    time : float or array, h
        Since the release.
    kappa : float or array, m^2/s
        Diffusion coefficient at 1 au.
    radial_index : float or array, 1
        Power b of the distance with which it grows, below 2.
    particles : float or array, 1
        Number released, into all directions.

    Returns
    -------
    density : float or array, m^-3
        No wind, no losses.

    Notes
    -----
    N (2 - b) / (4 pi Gamma(3 / (2 - b))) [(2 - b)^2 kappa t]^(-3 / (2 - b)) exp(-r^(2 - b) / ((2 - b)^2 kappa t)) in
    units in which 1 au is 1. For b = 0 the peak passes at r^2 / (6 kappa).

    Examples
    --------
    >>> early, peak, late = (float(impulsive_diffusion(1.0, t, 2.165e17)) for t in (4.0, 4.79, 6.0))
    >>> early < peak > late
    True
    """
    xp = namespace(r, time, kappa, radial_index, particles)
    power = 2 - radial_index
    spread = power**2 * kappa * _M2_S * time
    scale = particles * power / (4 * math.pi * _gamma(xp, 3 / power)) / ASTRONOMICAL_UNIT**3
    return scale * spread ** (-3 / power) * xp.exp(-(r**power) / spread)


def _gamma(xp: Any, x: Any) -> Any:
    """Gamma function of a positive number by the series of Stirling, ten places up, for any kind of array."""
    y = x + 10
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5) - 1 / (1680 * y**7)
    product = 1.0
    for k in range(10):
        product = product * (x + k)
    return xp.exp((y - 0.5) * xp.log(y) - y + 0.5 * math.log(2 * math.pi) + series) / product


class ConvectedImpulse(NamedTuple):
    """Decay of an impulsive event in expanding wind."""

    intensity: dimensionless
    peak_time: h


@model(
    cite=_FISK,
    valid={**_DIFFUSION, "r": (0.05, 50.0), "time": (1.0, 1e4), "speed": (0.0, 2500.0), "slope": (3.0, 10.0)},
)
def fisk_axford_1968(r: au, time: h, kappa: m2_s, speed: km_s, slope: dimensionless = 5.0) -> ConvectedImpulse:
    """Intensity after an impulsive release, with convection and adiabatic loss.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.
    time : float or array, h
        Since the release.
    kappa : float or array, m^2/s
        Diffusion coefficient at 1 au; it grows in proportion to distance.
    speed : float or array, km/s
        Speed of the wind.
    slope : float or array, 1
        Power with which the distribution function falls with momentum: 2 more than twice the index of intensity in
        energy (non-relativistic).

    Returns
    -------
    intensity : float or array, 1
        At fixed momentum, over that at 1 au and 24 h.
    peak_time : float or array, h
        When it is highest at `r`.

    Notes
    -----
    With w = V / kappa_1 and kappa = kappa_1 r, f = r^m t^(-n) exp(-r / (kappa_1 t)) solves the equation of Parker for
    f ~ p^-s exactly, where m^2 + (2 - w) m - 2 s w / 3 = 0 with the positive root and n = 3 - w + 2 m; the late decay
    is the power -n of time. For s = 3 number is kept and m = w; the same m is the steady gradient of particles that
    come from outside.

    Examples
    --------
    >>> float(fisk_axford_1968(1.0, 24.0, 2e17, 400.0).peak_time.round(2))
    8.58
    """
    xp = namespace(r, time, kappa, speed, slope)
    kappa_1 = kappa * _M2_S
    wind = speed * 3600 / _AU_KM / kappa_1
    m, n = _similarity(xp, wind, slope)
    shape = r**m * (time / 24) ** (-n) * xp.exp(1 / (24 * kappa_1) - r / (kappa_1 * time))
    return ConvectedImpulse(shape, r / (kappa_1 * n) + 0 * shape)


def _similarity(xp: Any, wind: Any, slope: Any) -> tuple[Any, Any]:
    root = xp.sqrt((2 - wind) ** 2 + 8 * slope * wind / 3)
    return (root - 2 + wind) / 2, 1 + root


@model(
    cite=_FISK,
    valid={**_DIFFUSION, "r": (0.05, 100.0), "r_outer": (0.05, 200.0), "speed": (0.0, 2500.0), "slope": (3.0, 10.0)},
    monotonic={"r": 1},
)
def steady_modulation(r: au, r_outer: au, kappa: m2_s, speed: km_s, slope: dimensionless = 3.0) -> dimensionless:
    """Steady intensity of particles from outside the heliosphere over that at its edge.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.
    r_outer : float or array, au
        Distance of the edge.
    kappa : float or array, m^2/s
        Diffusion coefficient at 1 au; it grows in proportion to distance.
    speed : float or array, km/s
        Speed of the wind.
    slope : float or array, 1
        Power with which the distribution function falls with momentum.

    Returns
    -------
    ratio : float or array, 1
        At fixed momentum.

    Notes
    -----
    (r / R)^m with the m of :func:`fisk_axford_1968`. For slope 3 the balance of convection and diffusion,
    exp(-int V / kappa dr); for weak modulation the force field, exp(-int slope V / (3 kappa) dr).

    Examples
    --------
    >>> float(steady_modulation(1.0, 10.0, 1e18, 400.0).round(4))
    0.8713
    """
    xp = namespace(r, r_outer, kappa, speed, slope)
    m, _ = _similarity(xp, speed * 3600 / _AU_KM / (kappa * _M2_S), slope)
    return (r / r_outer) ** m


@model(
    cite="Gleeson and Axford 1968, Astrophys. J. 154, 1011",
    valid={**_ENERGY, "potential": (0.0, 3000.0)},
    monotonic={"energy": 1, "potential": -1},
)
def gleeson_axford_1968(energy: MeV, potential: MV) -> dimensionless:
    """Intensity of protons under solar modulation over interstellar intensity at the energy they had.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy at the observer.
    potential : float or array, MV
        Modulation potential; 300 to 1200 MV over a solar cycle.

    Returns
    -------
    ratio : float or array, 1
        To be multiplied by the interstellar intensity at `energy` + `potential`.

    Notes
    -----
    Intensity over squared momentum is the same on both sides: E (E + 2 m) / ((E + phi) (E + phi + 2 m)).

    Examples
    --------
    >>> float(gleeson_axford_1968(1000.0, 500.0).round(4))
    0.5679
    """
    return (
        energy
        * (energy + 2 * PROTON_REST_ENERGY)
        / ((energy + potential) * (energy + potential + 2 * PROTON_REST_ENERGY))
    )


@model(
    cite="Reid 1964, J. Geophys. Res. 69, 2659",
    valid={"time": (0.0, 1000.0), "rise": (0.01, 100.0), "decay": (0.01, 1000.0)},
)
def reid_1964(time: h, rise: h = 1.0, decay: h = 6.0) -> dimensionless:
    """Rate at which particles leave the corona, relative to its maximum.

    Parameters
    ----------
    time : float or array, h
        Since the acceleration.
    rise : float or array, h
        Time of diffusion through the corona to the root of the field line.
    decay : float or array, h
        Time of escape.

    Returns
    -------
    rate : float or array, 1
        exp(-rise / t - t / decay) / t over its maximum; 0 before.

    Examples
    --------
    >>> float(reid_1964(0.8730, 1.0, 6.0).round(4))
    1.0
    """
    xp = namespace(time, rise, decay)
    peak = decay / 2 * (xp.sqrt(1 + 4 * rise / decay) - 1)
    t = xp.maximum(time, 1e-12 * rise)
    return peak / t * xp.exp(rise * (1 / peak - 1 / t) + (peak - t) / decay)


@model(cite="Band et al. 1993, Astrophys. J. 413, 281", valid=_ENERGY, monotonic={"energy": -1, "fluence_30": 1})
def power_law_fluence(energy: MeV, fluence_30: per_cm2, index: dimensionless = 2.0) -> per_cm2:
    """Fluence of protons above an energy, for a power law in energy.

    Parameters
    ----------
    energy : float or array, MeV
        Threshold.
    fluence_30 : float or array, cm^-2
        Fluence above 30 MeV.
    index : float or array, 1
        Power with which it falls.

    Returns
    -------
    fluence : float or array, cm^-2
        Over all directions.

    Examples
    --------
    >>> float(power_law_fluence(60.0, 4e9))
    1000000000.0
    """
    return fluence_30 * (energy / 30) ** (-index)


@model(
    cite="Raukunen et al. 2018, J. Space Weather Space Clim. 8, A04, doi:10.1051/swsc/2017031",
    valid={
        "rigidity": (130.0, 1e4),
        "fluence_0": (1e4, 1e11),
        "gamma_1": (0.0, 3.0),
        "gamma_2": (3.5, 10.0),
        "rigidity_0": (10.0, 1e3),
    },
    monotonic={"rigidity": -1, "fluence_0": 1},
)
def band_fluence(
    rigidity: MV,
    fluence_0: per_cm2,
    gamma_1: dimensionless,
    gamma_2: dimensionless,
    rigidity_0: MV,
) -> per_cm2:
    """Fluence of protons above a rigidity, by a double power law with a smooth bend.

    Parameters
    ----------
    rigidity : float or array, MV
        Threshold.
    fluence_0 : float or array, cm^-2
        Factor J_0 of the fit, for rigidity in GV.
    gamma_1, gamma_2 : float or array, 1
        Powers at low and high rigidity; the second is the larger.
    rigidity_0 : float or array, MV
        Of the exponential bend.

    Returns
    -------
    fluence : float or array, cm^-2
        Over all directions, if `fluence_0` is.

    Notes
    -----
    The function of Band: J_0 R^-g1 exp(-R / R_0) up to R = (g2 - g1) R_0, and beyond it the power law of index g2 that
    has the same value and slope there. Fits of the 59 ground level enhancements take this form.

    Examples
    --------
    >>> float(band_fluence(1000.0, 1e7, 1.0, 6.0, 100.0).round(1))
    2105.6
    """
    xp = namespace(rigidity, fluence_0, gamma_1, gamma_2, rigidity_0)
    return fluence_0 * _band(xp, rigidity / 1000, gamma_1, gamma_2, rigidity_0 / 1000)


def _band(xp: Any, x: Any, low: Any, high: Any, scale: Any) -> Any:
    bend = (high - low) * scale
    below = xp.minimum(x, bend)
    above = xp.maximum(x, bend)
    return below ** (-low) * xp.exp(-below / scale) * (above / bend) ** (-high)


@model(
    cite="Band et al. 1993, Astrophys. J. 413, 281; Mewaldt et al. 2005, 29th Int. Cosmic Ray Conf. 1, 111",
    valid={
        **_ENERGY,
        "intensity_0": (1e-3, 1e8),
        "gamma_1": (0.0, 3.0),
        "gamma_2": (3.5, 10.0),
        "energy_0": (0.1, 1e4),
    },
    monotonic={"energy": -1, "intensity_0": 1},
)
def band_spectrum(
    energy: MeV,
    intensity_0: per_cm2_s_sr_MeV,
    gamma_1: dimensionless,
    gamma_2: dimensionless,
    energy_0: MeV,
) -> per_cm2_s_sr_MeV:
    """Differential intensity of protons, by a double power law with a smooth bend.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy.
    intensity_0 : float or array, cm^-2 s^-1 sr^-1 MeV^-1
        Factor, for energy in MeV.
    gamma_1, gamma_2 : float or array, 1
        Powers at low and high energy; the second is the larger.
    energy_0 : float or array, MeV
        Of the exponential bend, which is at (gamma_2 - gamma_1) times that.

    Returns
    -------
    intensity : float or array, cm^-2 s^-1 sr^-1 MeV^-1
        Value and slope are continuous at the bend.

    Examples
    --------
    >>> float(band_spectrum(10.0, 1e4, 1.0, 4.0, 20.0).round(2))
    606.53
    """
    xp = namespace(energy, intensity_0, gamma_1, gamma_2, energy_0)
    return intensity_0 * _band(xp, energy, gamma_1, gamma_2, energy_0)


def integral_flux(energy: Any, intensity: Any, threshold: Any = THRESHOLDS, beyond: str = "nothing") -> Floats:
    """Flux above thresholds from a differential spectrum, as the integral channels of GOES give it.

    Parameters
    ----------
    energy : array, MeV
        Increasing.
    intensity : array, cm^-2 s^-1 sr^-1 MeV^-1
        Spectra, energy on the last axis: fluxes or fluences.
    threshold : array, MeV, optional
        One or more.
    beyond : str, optional
        What lies above the highest energy: ``"nothing"``, or the ``"power law"`` of the last two points.

    Returns
    -------
    array, cm^-2 s^-1 sr^-1
        In pfu, with the thresholds on the last axis in place of energy. NaN for a threshold outside the energies.

    Notes
    -----
    Between two energies the spectrum is a power law, which is integrated exactly; a straight line where one is zero.

    Examples
    --------
    >>> energy = np.array([5.0, 20.0, 80.0, 500.0])
    >>> integral_flux(energy, 100 * energy**-2.0, [10.0, 100.0], "power law").round(6).tolist()
    [10.0, 1.0]
    """
    if beyond not in ("nothing", "power law"):
        raise UnknownNameError("continuation", beyond, ("nothing", "power law"))
    x = np.asarray(energy, dtype=float)
    y = np.asarray(intensity, dtype=float)
    if x.ndim != 1 or x.size < 2 or y.shape[-1:] != x.shape or not np.all(np.diff(x) > 0) or not x[0] > 0:
        raise InputError("integral_flux: energy must be positive and increase along the last axis of intensity")
    low = np.atleast_1d(np.asarray(threshold, dtype=float))
    result = np.full((*y.shape[:-1], low.size), np.nan)
    whole = _segment(x[:-1], x[1:], y[..., :-1], y[..., 1:])
    above = np.concatenate([np.cumsum(whole[..., ::-1], axis=-1)[..., ::-1], np.zeros((*y.shape[:-1], 1))], axis=-1)
    if beyond == "power law":
        with np.errstate(all="ignore"):
            index = np.log(y[..., -1] / y[..., -2]) / np.log(x[-1] / x[-2])
            tail = np.where(index < -1, -y[..., -1] * x[-1] / (index + 1), np.inf)
        above = above + np.where(y[..., -1] > 0, tail, 0.0)[..., None]
    for n, value in enumerate(low):
        if not x[0] <= value <= x[-1]:
            continue
        k = min(int(np.searchsorted(x, value, side="right")) - 1, x.size - 2)
        part = np.log(value / x[k]) / np.log(x[k + 1] / x[k])
        one, other = y[..., k], y[..., k + 1]
        positive = (one > 0) & (other > 0)
        with np.errstate(all="ignore"):
            at = np.where(positive, one ** (1 - part) * other**part, 0.0)
        straight = one + (other - one) * (value - x[k]) / (x[k + 1] - x[k])
        at = np.where(positive, at, straight)
        result[..., n] = above[..., k + 1] + _segment(value, x[k + 1], at, other)
    return result


def _segment(low: Any, high: Any, one: Any, other: Any) -> Any:
    """Integral of a power law between two points, of a straight line where it cannot be one."""
    width = np.log(high / low)
    with np.errstate(all="ignore"):
        # int = E_0 j_0 (exp(k w) - 1) / k with k = index + 1, w = ln(E_1 / E_0)
        rise = np.where((one > 0) & (other > 0), np.log(other / one) + width, np.nan)
        power = one * low * width * np.where(np.abs(rise) < 1e-9, 1 + rise / 2, np.expm1(rise) / rise)
    return np.where(np.isnan(rise), 0.5 * (one + other) * (high - low), power)


def onset_time(time: Any, flux: Any, threshold: float, consecutive: int = 3) -> Any:
    """When a flux rises above a threshold for good.

    Parameters
    ----------
    time : array
        Hours or datetime64, increasing.
    flux : array
        Of the same length; NaN counts as below.
    threshold : float
        For instance the mean of the background and three times its scatter.
    consecutive : int, optional
        How many values must lie above it.

    Returns
    -------
    float or datetime64
        Between the last value below and the first above, by a straight line; NaN (not a time) where it never does.

    Examples
    --------
    >>> float(onset_time([0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 4.0, 5.0], 1.0, consecutive=2))
    1.25
    """
    values = np.asarray(flux, dtype=float)
    moments = np.asarray(time)
    is_date = moments.dtype.kind != "f" and moments.dtype.kind not in "iu"
    hours = _hours(to_datetime64(time)) if is_date else moments.astype(float)
    origin = to_datetime64(time)[0] if is_date else None
    if values.shape != hours.shape or values.ndim != 1:
        raise InputError("onset_time: time and flux must be one-dimensional and of the same length")
    above = values > threshold
    found = math.nan
    for k in range(values.size - consecutive + 1):
        if above[k : k + consecutive].all():
            found = hours[k]
            if k > 0 and np.isfinite(values[k - 1]):
                found -= (values[k] - threshold) / (values[k] - values[k - 1]) * (hours[k] - hours[k - 1])
            break
    if not is_date:
        return np.float64(found)
    return np.datetime64("NaT", "ns") if math.isnan(found) else origin + np.timedelta64(round(found * 3.6e12), "ns")


def _hours(moments: Any) -> Floats:
    return np.asarray((moments - moments[0]) / np.timedelta64(1, "ns") / 3.6e12, dtype=float)


class VelocityDispersion(NamedTuple):
    """Release and path of the first particles of an event."""

    release: Any
    """When they left the Sun: h in the time of the onsets, or a time in UTC."""
    path: float
    """au, length of their way."""
    release_error: float
    """h, standard error."""
    path_error: float
    """au, standard error."""


def velocity_dispersion(energy: Any, onset: Any) -> VelocityDispersion:
    """Release time and path length of the first particles from onsets at several energies.

    Parameters
    ----------
    energy : array, MeV
        Kinetic energies of protons; two or more.
    onset : array
        Onsets in hours or datetime64; missing ones (NaN, not a time) are left out.

    Returns
    -------
    VelocityDispersion
        From the straight line of onset against 1 / speed. For comparison with light from the Sun add 8.3 min to the
        release.

    Notes
    -----
    First particles that have scattered, and a background that hides them, make the path too long and the release
    wrong by minutes (Laitinen et al. 2015, Astrophys. J. 806, 114).

    Examples
    --------
    >>> energy = np.array([10.0, 30.0, 100.0])
    >>> onset = 1.0 + 1.2 * 1.495978707e8 / proton_speed(energy) / 3600
    >>> round(velocity_dispersion(energy, onset).path, 6)
    1.2
    """
    moments = np.atleast_1d(np.asarray(onset))
    is_date = moments.dtype.kind not in "fiu"
    if is_date:
        dates = np.atleast_1d(to_datetime64(onset))
        known = ~np.isnat(dates)
        origin = dates[known][0] if known.any() else None
        hours = (
            np.asarray((dates[known] - origin) / np.timedelta64(1, "ns") / 3.6e12, dtype=float) if known.any() else []
        )
    else:
        known = np.isfinite(moments.astype(float))
        hours = moments.astype(float)[known]
    energies = np.atleast_1d(np.asarray(energy, dtype=float))
    if energies.shape != moments.shape:
        raise InputError("velocity_dispersion: energy and onset must have the same length")
    slowness = 1 / (_LIGHT_AU_H * _beta(energies[known]))
    count = slowness.size
    if count < 2 or np.ptp(slowness) == 0:
        raise InputError("velocity_dispersion: onsets at two different energies or more are needed")
    mean = slowness.mean()
    spread = np.sum((slowness - mean) ** 2)
    path = float(np.sum((slowness - mean) * hours) / spread)
    release = float(np.mean(hours) - path * mean)
    left = hours - release - path * slowness
    noise = math.sqrt(float(np.sum(left**2)) / (count - 2)) if count > 2 else math.nan
    return VelocityDispersion(
        origin + np.timedelta64(round(release * 3.6e12), "ns") if is_date else release,
        path,
        noise * math.sqrt(1 / count + mean**2 / spread),
        noise / math.sqrt(spread),
    )


@dataclass(frozen=True)
class Release:
    """Particles set free near the Sun, at one moment or over some time.

    Parameters
    ----------
    spectrum : callable
        Protons per MeV in all, at kinetic energies in MeV.
    time : float, datetime64 or str
        h after the start of the run, or UTC. A release at one moment is put on the nearest time step.
    radius : float
        au.
    rise, decay : float or None
        h, of the profile of :func:`reid_1964`; None for all at once.
    """

    spectrum: Spectrum
    time: Any = 0.0
    radius: float = 0.05
    rise: float | None = None
    decay: float = 6.0

    def deposits(self, edges: Floats, start: np.datetime64) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Place (au), fraction of all, and whether at once, for every step of a run."""
        begin = _after(start, self.time)
        steps = edges.size - 1
        place = np.full(steps, float(self.radius))
        share = np.zeros(steps)
        pulse = np.zeros(steps, bool)
        if self.rise is None:
            k = int(np.argmin(np.abs(edges[:-1] - begin)))
            if abs(edges[k] - begin) <= 0.5 * (edges[1] - edges[0]):
                share[k], pulse[k] = 1.0, True
        else:
            share = _escape(edges - begin, self.rise, self.decay)
        return place, share, pulse


def _escape(edges: Floats, rise: float, decay: float) -> Floats:
    """Fraction of the particles that leaves the corona between times (h), by Gauss-Legendre quadrature."""
    from scipy.special import k0

    nodes, weights = np.polynomial.legendre.leggauss(12)
    low, high = np.maximum(edges[:-1], 0.0), np.maximum(edges[1:], 0.0)
    t = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * nodes
    t = np.maximum(t, 1e-9 * rise)
    rate = np.exp(-rise / t - t / decay) / t
    return np.asarray(0.5 * (high - low) * (rate @ weights) / (2 * k0(2 * math.sqrt(rise / decay))))


@dataclass(frozen=True)
class MovingShock:
    """Particles set free by a shock on its way outwards.

    Parameters
    ----------
    spectrum : callable
        Protons per MeV in all, at kinetic energies in MeV; with a second argument, the distance of the shock in au, it
        may change on the way.
    speed : float
        km/s. Ignored where `track` is given.
    time : float, datetime64 or str
        h after the start of the run, or UTC, when it is at `inner`.
    inner, outer : float
        au, between which it accelerates.
    decline : float
        Power with which the rate per unit of time falls with distance.
    track : tuple of arrays, optional
        Times (h after the start of the run) and distances (au) of the shock, both increasing.
    """

    spectrum: Callable[..., Any]
    speed: float = 1000.0
    time: Any = 0.0
    inner: float = 0.05
    outer: float = 1.5
    decline: float = 2.0
    track: Any = None

    def deposits(self, edges: Floats, start: np.datetime64) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Place (au), fraction of all, and whether at once, for every step of a run."""
        if self.track is None:
            begin = _after(start, self.time)
            pace = self.speed * 3600 / _AU_KM
            moments = begin + np.linspace(0.0, (self.outer - self.inner) / pace, 2001)
            radii = np.linspace(self.inner, self.outer, 2001)
        else:
            given, where = (np.asarray(x, dtype=float) for x in self.track)
            if given.ndim != 1 or given.shape != where.shape or given.size < 2:
                raise InputError("MovingShock: track must be two arrays of the same length, times and distances")
            if np.any(np.diff(given) <= 0) or np.any(np.diff(where) <= 0) or where[0] <= 0:
                raise InputError("MovingShock: the times and distances of track must be positive and increase")
            moments = np.linspace(given[0], given[-1], 4001)
            radii = np.interp(moments, given, where)
            active = (radii >= self.inner) & (radii <= self.outer)
            if not active.any():
                raise InputError(f"MovingShock: track has no point between {self.inner} and {self.outer} au")
            moments, radii = moments[active], radii[active]
        rate = radii ** (-self.decline)
        total = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(moments))])
        share = np.diff(np.interp(edges, moments, total / total[-1]))
        place = np.interp(0.5 * (edges[1:] + edges[:-1]), moments, radii)
        return place, share, np.zeros(share.size, bool)


def _after(start: np.datetime64, time: Any) -> float:
    if isinstance(time, int | float | np.floating | np.integer):
        return float(time)
    return float((np.datetime64(to_datetime64(time)) - start) / np.timedelta64(1, "ns") / 3.6e12)


def _start(start: Any) -> np.datetime64:
    moment = to_datetime64(start)
    if np.ndim(moment) != 0 or np.isnat(moment):
        raise InputError("start must be one time")
    return np.datetime64(moment, "ns")


def _steps(duration: float, dt: float, save_every: float) -> tuple[int, int, float]:
    """Number of steps, steps between saved times, and length of a step (h) that fits `save_every`."""
    if not (duration > 0 and dt > 0 and save_every > 0):
        raise InputError("duration, dt and save_every must be positive, in hours")
    saved = max(1, math.ceil(duration / save_every - 1e-9))
    stride = max(1, math.ceil(save_every / dt - 1e-9))
    return saved * stride, stride, save_every / stride


def _time(start: np.datetime64, hours: Floats) -> Any:
    return start + np.rint(hours * 3.6e12).astype("int64").astype("timedelta64[ns]")


def _attrs(units: str, long_name: str, references: str) -> dict[str, str]:
    return {"units": units, "long_name": long_name, "references": references}


@dataclass(frozen=True)
class ParkerTransport:
    """Protons in the expanding wind by the equation of Parker, in distance and momentum, the same in all directions.

    Parameters
    ----------
    inner, outer : float
        Boundaries, au. Nothing passes the inner one; sources stand inside.
    cells : int
        In distance, each wider than the last by the same factor (`even` makes them equal).
    energy : tuple of float
        MeV, lowest and highest kinetic energy.
    momenta : int
        Cells between them, even in the logarithm of momentum.
    speed : float or callable
        km/s of the wind, or a function of distance (au); where it is compressed particles gain energy.
    mean_free_path : float or callable
        au in the radial direction, or a function of distance (au) and rigidity (MV), such as
        :func:`power_law_mean_free_path`.
    kappa : float, callable or None
        m^2/s, radial diffusion coefficient, or a function of distance (au) and rigidity (MV); in place of
        `mean_free_path`.
    boundary : str
        ``"free"``: particles that reach the outer boundary are gone. ``"closed"``: nothing passes it.
    top : float or None
        Power with which the distribution function falls with momentum above the highest; None for nothing there.
    even : bool
        Cells of equal width.

    Notes
    -----
    d f / dt + V df/dr = (1 / r^2) d/dr (r^2 kappa df/dr) + (1/3) div V df / d ln p + Q, in conservation form for the
    number 4 pi p^3 f of particles in volume and logarithm of momentum. Fluxes in distance are exponentially fitted
    (second order, positive, upwind where the wind wins); the loss of momentum takes values extrapolated linearly from
    where particles come from (second order; a spectrum of one energy leaves small ripples); time goes by an implicit
    step of second order in two stages, and by four small ones of first order after an impulse. The number of
    particles is kept to rounding.

    It holds where scattering has made particles nearly isotropic. The onset, within a few mean free paths over speed,
    is the business of :class:`FocusedTransport`: diffusion has no largest speed. Drifts are left out.

    Examples
    --------
    >>> flare = Release(lambda energy: 1e33 * energy**-3.0)
    >>> result = ParkerTransport(cells=60, momenta=24).solve([flare], duration=48.0, dt=0.5)
    >>> float(result.intensity.sel(observer="earth").sel(energy=10.0, method="nearest").idxmax("time").dt.hour)
    4.0
    """

    inner: float = 0.02
    outer: float = 5.0
    cells: int = 200
    energy: tuple[float, float] = (1.0, 1000.0)
    momenta: int = 60
    speed: Any = 400.0
    mean_free_path: Any = 0.1
    kappa: Any = None
    boundary: str = "free"
    top: float | None = None
    even: bool = False

    def __post_init__(self) -> None:
        if self.boundary not in OUTER_BOUNDARIES:
            raise UnknownNameError("boundary", self.boundary, OUTER_BOUNDARIES)
        if not 0 < self.inner < self.outer:
            raise InputError(f"ParkerTransport: inner ({self.inner}) must lie between the Sun and outer ({self.outer})")
        if not (len(self.energy) == 2 and 0 < self.energy[0] < self.energy[1]):
            raise InputError("ParkerTransport: energy must be the lowest and the highest, positive, in MeV")
        if self.cells < 3 or self.momenta < 1:
            raise InputError("ParkerTransport: three cells in distance and one in momentum are the least")

    @property
    def radius_edges(self) -> Floats:
        """Boundaries of the cells, au."""
        if self.even:
            return np.linspace(self.inner, self.outer, self.cells + 1)
        return np.geomspace(self.inner, self.outer, self.cells + 1)

    @property
    def radius(self) -> Floats:
        """Middles of the cells, au."""
        edges = self.radius_edges
        return 0.5 * (edges[1:] + edges[:-1])

    @property
    def rigidity(self) -> Floats:
        """Middles of the cells in momentum (in the logarithm), MV."""
        low, high = (float(proton_rigidity(float(e))) for e in self.energy)
        edges = np.linspace(math.log(low), math.log(high), self.momenta + 1)
        return np.exp(0.5 * (edges[1:] + edges[:-1]))

    @property
    def _width(self) -> float:
        low, high = (float(proton_rigidity(float(e))) for e in self.energy)
        return math.log(high / low) / self.momenta

    def _diffusion(self, radius: Floats, rigidity: Floats) -> Floats:
        """au^2/h, momentum first."""
        r, p = radius[None, :], rigidity[:, None]
        shape = (rigidity.size, radius.size)
        if self.kappa is not None:
            value = self.kappa(r, p) if callable(self.kappa) else self.kappa
            return np.broadcast_to(np.asarray(value, dtype=float), shape) * _M2_S
        path = self.mean_free_path(r, p) if callable(self.mean_free_path) else self.mean_free_path
        velocity = _LIGHT_AU_H * p / np.hypot(p, PROTON_REST_ENERGY)
        return np.broadcast_to(np.asarray(path, dtype=float), shape) * velocity / 3

    def _system(self) -> dict[str, Any]:
        edges, middle, rigidity = self.radius_edges, self.radius, self.rigidity
        area = 4 * math.pi * edges**2
        volume = 4 * math.pi / 3 * np.diff(edges**3)
        wind = self.speed(edges) if callable(self.speed) else self.speed
        wind = np.broadcast_to(np.asarray(wind, dtype=float), edges.shape) * 3600 / _AU_KM
        kappa = self._diffusion(edges, rigidity)
        if not np.all(np.isfinite(wind)) or not np.all(np.isfinite(kappa)) or np.any(kappa < 0):
            raise InputError("ParkerTransport: wind and diffusion must be finite, diffusion not negative, everywhere")
        gap = np.concatenate([[np.nan], np.diff(middle), [edges[-1] - middle[-1]]])
        with np.errstate(all="ignore"):
            peclet = wind * gap / kappa
            big = np.abs(peclet) > 500
            near = np.abs(peclet) < 1e-8
            fitted = np.where(near, 1 - peclet / 2, peclet / np.expm1(np.where(big, 1.0, peclet)))
            back = np.where(big | (kappa == 0), np.maximum(-wind, 0.0), kappa / gap * fitted)
        give = area * (back + wind)  # what crosses an edge outwards per density inside, and inwards per density outside
        take = area * back
        give[:, 0] = take[:, 0] = 0.0
        if self.boundary == "closed":
            give[:, -1] = take[:, -1] = 0.0
        lower = np.zeros((rigidity.size, middle.size))
        upper = np.zeros_like(lower)
        lower[:, 1:] = give[:, 1:-1] / volume[:-1]
        upper[:, :-1] = take[:, 1:-1] / volume[1:]
        diagonal = -(give[:, 1:] + take[:, :-1]) / volume
        width = self._width
        c0, c1 = np.full(self.momenta, 1.5), np.full(self.momenta, -0.5)
        c0[-1], c1[-1], top = 1.0, 0.0, 0.0
        if self.top is not None:
            ratio = math.exp((3 - self.top) * width)
            c0[-1], top = 1.5 - 0.5 * ratio, (1.5 - 0.5 * ratio) * ratio
        cool = np.diff(area * wind) / volume / (3 * width)
        return {
            "lower": lower, "diagonal": diagonal, "upper": upper, "leave": give[:, -1] / volume[-1],
            "take": take[:, -1], "cool": cool, "c0": c0, "c1": c1, "top": top, "volume": volume,
        }  # fmt: skip

    def _outside(self, spectrum: Any) -> Floats:
        """Density (au^-3, per logarithm of momentum) outside, from an intensity (cm^-2 s^-1 sr^-1 MeV^-1)."""
        rigidity = self.rigidity
        energy = np.asarray(proton_energy_of_rigidity(rigidity))
        return np.asarray(spectrum(energy), dtype=float) / _intensity_factor(rigidity)

    def solve(
        self,
        sources: Sequence[Release | MovingShock] = (),
        start: Any = "2000-01-01",
        duration: float = 120.0,
        dt: float = 0.1,
        save_every: float = 1.0,
        observers: Mapping[str, float] | None = None,
        thresholds: Sequence[float] = THRESHOLDS,
        outside: Spectrum | None = None,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> xr.Dataset:
        """March particles from the sources outwards.

        Parameters
        ----------
        sources : sequence of Release and MovingShock
            Any number.
        start : datetime64 or str, optional
            UTC.
        duration, dt, save_every : float, optional
            h: length of the run, step (made to fit), time between saved results.
        observers : mapping of name to float, optional
            Distances (au); the Earth at 1 au by default.
        thresholds : sequence of float, optional
            MeV, of the integral channels.
        outside : callable, optional
            Intensity (cm^-2 s^-1 sr^-1 MeV^-1) beyond a free outer boundary at kinetic energies in MeV.
        progress : callable, optional
            Called with a text, the steps done and all of them.

        Returns
        -------
        Dataset
            ``intensity`` and ``anisotropy`` (time, observer, energy), ``integral_flux`` (time, observer, threshold) in
            pfu, ``fluence`` and ``integral_fluence`` over all directions, ``density`` (radius, energy) at the end, and
            the account of particles over time: ``injected``, ``entered``, ``inside``, ``escaped``, ``cooled`` (below
            the lowest energy) and ``heated`` (above the highest).

        Raises
        ------
        InputError
            If an observer or a source stands outside the grid, or a spectrum is not finite.
        """
        from ._transport_kernels import march

        begin = _start(start)
        steps, stride, step = _steps(duration, dt, save_every)
        edges = np.arange(steps + 1) * step
        places = dict(observers) if observers is not None else {"earth": 1.0}
        radius = self.radius
        for name, distance in places.items():
            if not radius[0] <= distance <= radius[-1]:
                raise InputError(f"observer {name!r} at {distance} au lies outside {radius[0]:g} to {radius[-1]:g} au")
        system = self._system()
        place, amount, pulse = self._deposits(sources, edges, begin)
        enter = system.pop("take") * (self._outside(outside) * self._width if outside is not None else 0.0)
        volume = system.pop("volume")
        state = np.zeros((self.momenta, self.cells))
        saved = steps // stride + 1
        frames = np.zeros((saved, *state.shape))
        accounts = np.zeros((saved, 6))
        budget = np.zeros(5)
        chunk = steps if progress is None else max(stride, steps // 20)
        for first in range(0, steps, chunk):
            last = min(first + chunk, steps)
            march(
                state, step, first, last, stride, system["lower"], system["diagonal"], system["upper"],
                system["leave"], enter, system["cool"], system["c0"], system["c1"], system["top"], place, amount,
                pulse, budget, frames, accounts,
            )  # fmt: skip
            if progress is not None:
                progress("energetic particles", last, steps)
        density = frames / volume / self._width
        return self._dataset(_time(begin, edges[::stride]), density, accounts, places, thresholds)

    def steady(self, outside: Spectrum, observers: Mapping[str, float] | None = None) -> xr.Dataset:
        """Steady state of particles that come from outside.

        Parameters
        ----------
        outside : callable
            Intensity (cm^-2 s^-1 sr^-1 MeV^-1) beyond the outer boundary at kinetic energies in MeV.
        observers : mapping of name to float, optional
            Distances (au); the Earth at 1 au by default.

        Returns
        -------
        Dataset
            ``intensity`` (radius, energy) and ``observed`` (observer, energy).
        """
        from ._transport_kernels import steady

        if self.boundary != "free":
            raise InputError("ParkerTransport.steady: the outer boundary must be free, so that particles enter")
        system = self._system()
        rhs = np.zeros((self.momenta, self.cells))
        rhs[:, -1] = system["take"] * self._outside(outside) * self._width
        state = np.zeros_like(rhs)
        steady(
            rhs, system["lower"], system["diagonal"], system["upper"], system["cool"], system["c0"], system["c1"],
            system["top"], state,
        )  # fmt: skip
        rigidity, radius = self.rigidity, self.radius
        intensity = (state / system["volume"] / self._width * _intensity_factor(rigidity)[:, None]).T
        places = dict(observers) if observers is not None else {"earth": 1.0}
        seen = np.stack([_between(radius, intensity.T, float(d)) for d in places.values()])
        units = "cm^-2 s^-1 sr^-1 MeV^-1"
        return xr.Dataset(
            {
                "intensity": (("radius", "energy"), intensity, _attrs(units, "Intensity of protons", _PARKER)),
                "observed": (("observer", "energy"), seen, _attrs(units, "Intensity of protons", _PARKER)),
            },
            coords=self._coords(places),
        )

    def _deposits(self, sources: Any, edges: Floats, begin: np.datetime64) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        radius, rigidity = self.radius, self.rigidity
        steps = edges.size - 1
        place = np.zeros((len(sources), steps))
        amount = np.zeros((len(sources), steps, rigidity.size))
        pulse = np.zeros((len(sources), steps), bool)
        energy = np.asarray(proton_energy_of_rigidity(rigidity))
        per_cell = rigidity**2 / (energy + PROTON_REST_ENERGY) * self._width  # MeV in a cell
        for n, source in enumerate(sources):
            where, share, pulse[n] = source.deposits(edges, begin)
            used = share > 0
            if used.any() and not self.inner <= where[used].min() <= where[used].max() <= self.outer:
                raise InputError(
                    f"source {n + 1} lies outside the grid from {self.inner} to {self.outer} au; move it or the grid"
                )
            place[n] = np.interp(where, radius, np.arange(radius.size))
            if _takes_radius(source.spectrum):
                spectrum = np.asarray(source.spectrum(energy[None, :], where[:, None]), dtype=float)
            else:
                spectrum = np.asarray(source.spectrum(energy), dtype=float)[None, :]
            if not np.all(np.isfinite(spectrum)):
                raise InputError(f"the spectrum of source {n + 1} is not finite at all energies of the grid")
            amount[n] = share[:, None] * spectrum * per_cell
        return place, amount, pulse

    def _coords(self, places: Mapping[str, float]) -> dict[str, Any]:
        energy = np.asarray(proton_energy_of_rigidity(self.rigidity))
        return {
            "radius": ("radius", self.radius, {"units": "au", "long_name": "Distance from the Sun"}),
            "energy": ("energy", energy, {"units": "MeV", "long_name": "Kinetic energy"}),
            "observer": list(places),
            "observer_radius": ("observer", [float(d) for d in places.values()], {"units": "au"}),
        }

    def _dataset(self, time: Any, density: Any, accounts: Any, places: Any, thresholds: Any) -> xr.Dataset:
        radius, rigidity = self.radius, self.rigidity
        energy = np.asarray(proton_energy_of_rigidity(rigidity))
        factor = _intensity_factor(rigidity)
        distances = [float(d) for d in places.values()]
        seen = np.stack([_between(radius, density, d) for d in distances], axis=1) * factor
        current = np.stack([_between(radius, self._current(density), d) for d in distances], axis=1)
        here = np.stack([_between(radius, density, d) for d in distances], axis=1)
        velocity = _LIGHT_AU_H * rigidity / np.hypot(rigidity, PROTON_REST_ENERGY)
        with np.errstate(all="ignore"):
            anisotropy = np.where(here > 0, 3 * current / (velocity * here), np.nan)
        channels = integral_flux(energy, np.maximum(seen, 0.0), thresholds) if energy.size > 1 else None
        seconds = (time - time[0]) / np.timedelta64(1, "s")
        dims = ("time", "observer", "energy")
        units = "cm^-2 s^-1 sr^-1 MeV^-1"
        result = xr.Dataset(
            {
                "intensity": (dims, seen, _attrs(units, "Intensity of protons", _PARKER)),
                "anisotropy": (dims, anisotropy, _attrs("1", "Anisotropy of protons away from the Sun", _PARKER)),
                "fluence": (
                    ("observer", "energy"),
                    4 * math.pi * np.trapezoid(seen, seconds, axis=0),
                    _attrs("cm^-2 MeV^-1", "Fluence of protons over all directions", _PARKER),
                ),
                "density": (
                    ("radius", "energy"),
                    (density[-1] * factor[:, None]).T,
                    _attrs(units, "Intensity of protons at the end of the run", _PARKER),
                ),
            },
            coords={"time": time, **self._coords(places)},
        )
        if channels is not None:
            result["threshold"] = ("threshold", np.asarray(thresholds, float), {"units": "MeV"})
            result["integral_flux"] = (
                ("time", "observer", "threshold"),
                channels,
                _attrs("cm^-2 s^-1 sr^-1", "Flux of protons above an energy", _PARKER),
            )
            result["integral_fluence"] = (
                ("observer", "threshold"),
                4 * math.pi * np.trapezoid(channels, seconds, axis=0),
                _attrs("cm^-2", "Fluence of protons above an energy over all directions", _PARKER),
            )
        titles = {
            "escaped": "Particles that passed the outer boundary",
            "cooled": "Particles that fell below the lowest energy",
            "heated": "Particles that rose above the highest energy",
            "entered": "Particles that came in at the boundaries",
            "injected": "Particles from the sources",
            "inside": "Particles in the grid",
        }
        for column, (name, title) in enumerate(titles.items()):
            result[name] = ("time", accounts[:, column], _attrs("1", title, _PARKER))
        return result

    def _current(self, density: Floats) -> Floats:
        """Streaming in the frame of the Sun, C V n - kappa dn/dr with the factor C of Compton and Getting."""
        radius, rigidity = self.radius, self.rigidity
        wind = self.speed(radius) if callable(self.speed) else self.speed
        wind = np.broadcast_to(np.asarray(wind, dtype=float), radius.shape) * 3600 / _AU_KM
        slope = np.gradient(density, radius, axis=-1)
        getting = density.copy()  # -(1/3) df/d ln p in place of f; g = p^3 f
        if rigidity.size > 1:
            getting = density - np.gradient(density, self._width, axis=-2) / 3
        return np.asarray(wind * getting - self._diffusion(radius, rigidity) * slope)


def _intensity_factor(rigidity: Floats) -> Floats:
    """Intensity (cm^-2 s^-1 sr^-1 MeV^-1) of one particle in 1 au^3 and unit logarithm of momentum."""
    total = np.hypot(rigidity, PROTON_REST_ENERGY)
    # j = v n / (4 pi) with n per MeV: d ln p / dE = (total energy) / (p c)^2
    return np.asarray(SPEED_OF_LIGHT * 1e2 * rigidity / total / (4 * math.pi) * total / rigidity**2 / _AU_CM**3)


def _between(radius: Floats, values: Floats, distance: float) -> Floats:
    """Values at a distance (last axis), on a parabola through three cells."""
    k = min(max(int(np.searchsorted(radius, distance)), 1), radius.size - 2)
    a, b, c = radius[k - 1 : k + 2]
    return np.asarray(
        values[..., k - 1] * (distance - b) * (distance - c) / ((a - b) * (a - c))
        + values[..., k] * (distance - a) * (distance - c) / ((b - a) * (b - c))
        + values[..., k + 1] * (distance - a) * (distance - b) / ((c - a) * (c - b))
    )


def _takes_radius(spectrum: Any) -> bool:
    import inspect

    try:
        parameters = inspect.signature(spectrum).parameters.values()
    except (TypeError, ValueError):
        return False
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
    return len(plain) == 2


@dataclass(frozen=True)
class FocusedTransport:
    """Protons of one energy along a field line, by streaming, focusing and pitch-angle scattering.

    Parameters
    ----------
    inner, outer : float
        au from the Sun, ends of the line; in the geometry ``"uniform"`` places on the line.
    ds : float
        au, width of a cell along the line.
    cosines : int
        Cells of pitch-angle cosine from -1 to 1, an even number.
    speed : float
        km/s of the wind, which winds the spiral.
    mean_free_path : float or callable
        au along the field, or a function of distance (au).
    index, floor : float
        Of the scattering D ~ (1 - mu^2) (abs(mu)^(index - 1) + floor); 1 and 0 for isotropic scattering.
    geometry : str
        ``"spiral"``, ``"radial"`` or ``"uniform"`` field.
    mirror : bool
        Whether particles that come back to the inner end are thrown out again; else they are lost.
    period : float
        d, sidereal rotation of the Sun.

    Notes
    -----
    dF/dt + d(mu v F)/ds + d((1 - mu^2) v F / (2 L))/d mu = d(D dF/d mu)/d mu for the number F of particles on a length
    of the flux tube, with the focusing length L = -B / (dB/ds) (Roelof 1969). Convection and loss of energy in the
    wind are left out: this is for the first hours of an event. Streaming and focusing are explicit and limited
    (second order where smooth), scattering implicit, split symmetrically; the number of particles is kept to rounding.
    The mean free path is (3 v / 8) int (1 - mu^2)^2 / D d mu.

    Examples
    --------
    >>> line = FocusedTransport(ds=0.02, cosines=20, mean_free_path=0.3)
    >>> result = line.solve(30.0, duration=6.0)
    >>> bool(result.anisotropy.sel(observer="earth").max() > 1.5)
    True
    """

    inner: float = 0.05
    outer: float = 2.0
    ds: float = 0.01
    cosines: int = 40
    speed: float = 400.0
    mean_free_path: Any = 0.3
    index: float = 1.0
    floor: float = 0.0
    geometry: str = "spiral"
    mirror: bool = True
    period: float = CARRINGTON_PERIOD

    def __post_init__(self) -> None:
        if self.geometry not in GEOMETRIES:
            raise UnknownNameError("geometry", self.geometry, GEOMETRIES)
        if self.cosines < 4 or self.cosines % 2:
            raise InputError("FocusedTransport: cosines must be an even number, four or more")
        if not self.inner < self.outer or (self.geometry != "uniform" and self.inner <= 0):
            raise InputError("FocusedTransport: inner must be positive and below outer")
        if not 0 < self.ds <= (self.outer - self.inner) / 3:
            raise InputError("FocusedTransport: ds must be positive and leave three cells or more")
        if self.geometry == "spiral" and not (self.speed > 0 and self.period > 0):
            raise InputError("FocusedTransport: speed and period must be positive")

    @property
    def _winding(self) -> float:
        if self.geometry != "spiral":
            return 0.0
        return 2 * math.pi / (self.period * 86_400) * _AU_KM / self.speed

    def path(self, radius: Any) -> Any:
        """Length of the line (au) from the inner end to a distance (au)."""
        x = self._winding * np.asarray(radius, dtype=float)
        x_0 = self._winding * self.inner
        if self._winding == 0.0:
            return np.asarray(radius, dtype=float) - self.inner
        arc = lambda y: 0.5 * (y * np.sqrt(1 + y**2) + np.arcsinh(y))  # noqa: E731
        return (arc(x) - arc(x_0)) / self._winding

    @property
    def edges(self) -> tuple[Floats, Floats]:
        """Boundaries of the cells: along the line from the inner end, and distance from the Sun, au."""
        whole = float(self.path(self.outer))
        count = max(3, round(whole / self.ds))
        s = np.linspace(0.0, whole, count + 1)
        r = self.inner + s / math.sqrt(1 + (self._winding * self.inner) ** 2)
        for _ in range(50):  # Newton; the arc is convex, so that it cannot fail
            change = (self.path(r) - s) / np.sqrt(1 + (self._winding * r) ** 2)
            r = r - change
            if np.max(np.abs(change)) < 1e-13:
                break
        return s, r

    def _tube(self, r: Floats) -> tuple[Floats, Floats]:
        """Cross-section of the flux tube over that at 1 au, and 1 / (2 L) in 1/au."""
        if self.geometry == "uniform":
            return np.ones_like(r), np.zeros_like(r)
        x2 = (self._winding * r) ** 2
        area = r**2 * math.sqrt(1 + self._winding**2) / np.sqrt(1 + x2)
        return area, (2 + x2) / (2 * r * (1 + x2) ** 1.5)

    def solve(
        self,
        energy: float,
        rise: float | None = None,
        decay: float = 1.0,
        particles: float = 1.0,
        beam: bool = False,
        start: Any = "2000-01-01",
        duration: float = 24.0,
        save_every: float = 0.1,
        observers: Mapping[str, float] | None = None,
    ) -> xr.Dataset:
        """March particles from the inner end outwards.

        Parameters
        ----------
        energy : float
            MeV, kinetic.
        rise, decay : float, optional
            h, of the profile of :func:`reid_1964` with which they enter the first cell; all at once where `rise` is
            None.
        particles : float, optional
            Protons per MeV and cm^2 of the flux tube's cross-section at 1 au.
        beam : bool, optional
            Whether they enter along the field; else evenly over the outward half.
        start : datetime64 or str, optional
            UTC of the release.
        duration, save_every : float, optional
            h.
        observers : mapping of name to float, optional
            Distances (au); the Earth at 1 au by default.

        Returns
        -------
        Dataset
            ``intensity`` (time, observer) averaged over directions, ``anisotropy`` (three times the mean cosine),
            ``distribution`` (time, observer, cosine), and the account ``injected``, ``inside``, ``escaped`` (time) in
            protons per MeV and cm^2.
        """
        from ._transport_kernels import march_focused

        begin = _start(start)
        if not energy > 0:
            raise InputError("FocusedTransport: energy must be positive")
        s, r = self.edges
        ds = s[1] - s[0]
        mid = 0.5 * (r[1:] + r[:-1])
        edge = np.linspace(-1.0, 1.0, self.cosines + 1)
        mu = 0.5 * (edge[1:] + edge[:-1])
        velocity = _LIGHT_AU_H * float(_beta(np.float64(energy)))
        steps, stride, step = _steps(duration, 0.95 * ds / velocity / mu[-1], save_every)
        path = self.mean_free_path(mid) if callable(self.mean_free_path) else self.mean_free_path
        path = np.broadcast_to(np.asarray(path, dtype=float), mid.shape)
        if not np.all(path > 0):
            raise InputError("FocusedTransport: the mean free path must be positive everywhere")
        area, focusing = self._tube(mid)
        places = dict(observers) if observers is not None else {"earth": 1.0}
        for name, distance in places.items():
            if not mid[0] <= distance <= mid[-1]:
                raise InputError(f"observer {name!r} at {distance} au lies outside {mid[0]:g} to {mid[-1]:g} au")
        cell = np.array([int(np.argmin(np.abs(mid - d))) for d in places.values()])
        times = np.arange(steps + 1) * step
        amount = np.zeros(steps)
        if rise is None:
            amount[0] = particles
        else:
            amount[:] = particles * _escape(times, rise, decay)
        birth = np.zeros(self.cosines)
        if beam:
            birth[-1] = 1.0
        else:
            birth[self.cosines // 2 :] = 2.0 / self.cosines
        saved = steps // stride + 1
        frames = np.zeros((saved, cell.size, self.cosines))
        accounts = np.zeros((saved, 3))
        state = np.zeros((self.cosines, mid.size))
        full = np.empty_like(state)
        if rise is None:
            frames[0, cell == 0] = particles * birth
            accounts[0] = particles, 0.0, particles
        march_focused(
            state, velocity, step, steps, stride, ds, mu, edge, focusing, 1 / path, self._scattering(edge), amount,
            rise is None, birth, self.mirror, cell, frames, full, accounts,
        )  # fmt: skip
        return self._dataset(begin, times[::stride], frames, full, accounts, area, cell, ds, mu, mid, energy, places)

    def _scattering(self, edge: Floats) -> Floats:
        """D / width^2 at the edges of the cells for unit speed over mean free path."""
        nodes, weights = np.polynomial.legendre.leggauss(200)
        half = 0.5 * (nodes + 1)
        law = lambda mu: np.abs(mu) ** (self.index - 1) + self.floor if self.index != 1 else 1 + 0 * mu  # noqa: E731
        scale = 3 / 8 * 2 * np.sum(0.5 * weights * (1 - half**2) / law(half))
        with np.errstate(divide="ignore"):
            shape = scale * (1 - edge**2) * law(edge) / (edge[1] - edge[0]) ** 2
        shape[0] = shape[-1] = 0.0
        return np.asarray(shape)

    def _dataset(self, begin, hours, frames, full, accounts, area, cell, ds, mu, mid, energy, places):  # type: ignore[no-untyped-def]
        tube = ds * _AU_CM * area
        speed = SPEED_OF_LIGHT * 1e2 * float(_beta(np.float64(energy)))
        number = frames.sum(axis=-1)
        width = mu[1] - mu[0]
        units = "cm^-2 s^-1 sr^-1 MeV^-1"
        with np.errstate(all="ignore"):
            anisotropy = np.where(number > 0, 3 * (frames @ mu) / number, np.nan)
        result = xr.Dataset(
            {
                "intensity": (
                    ("time", "observer"),
                    speed * number / tube[cell] / (4 * math.pi),
                    _attrs(units, "Intensity of protons averaged over directions", _ROELOF),
                ),
                "anisotropy": (("time", "observer"), anisotropy, _attrs("1", "Anisotropy away from the Sun", _ROELOF)),
                "distribution": (
                    ("time", "observer", "cosine"),
                    speed * frames / tube[cell][:, None] / (2 * math.pi * width),
                    _attrs(units, "Intensity of protons by direction", _ROELOF),
                ),
                "density": (
                    ("radius", "cosine"),
                    (speed * full / tube / (2 * math.pi * width)).T,
                    _attrs(units, "Intensity of protons by direction at the end of the run", _ROELOF),
                ),
            },
            coords={
                "time": _time(begin, hours),
                "observer": list(places),
                "observer_radius": ("observer", mid[cell], {"units": "au"}),
                "cosine": ("cosine", mu, {"units": "1", "long_name": "Pitch-angle cosine"}),
                "radius": ("radius", mid, {"units": "au", "long_name": "Distance from the Sun"}),
            },
            attrs={"energy": f"{energy:g} MeV", "references": _ROELOF},
        )
        for column, (name, title) in enumerate(
            {
                "injected": "Particles released",
                "escaped": "Particles that left the line",
                "inside": "Particles on it",
            }.items()
        ):
            result[name] = ("time", accounts[:, column], _attrs("cm^-2 MeV^-1", title, _ROELOF))
        return result
