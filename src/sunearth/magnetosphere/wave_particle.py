"""Resonance of trapped particles with plasma waves: who resonates, and how fast pitch angle and energy spread."""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    DIPOLE_EQUATORIAL_FIELD,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    SPEED_OF_LIGHT,
    VACUUM_PERMEABILITY,
)
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import Hz, dimensionless, keV, nT, per_cm3, per_s, rad
from sunearth.geomagnetism.trapped import dipole_integrals, mirror_latitude

from .cold_plasma import MASSES, MODES, gyrofrequency, refractive_index_squared
from .plasmasphere import saturated_density, trough_density

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_KENNEL_PETSCHEK = "Kennel and Petschek 1966, J. Geophys. Res. 71, 1, doi:10.1029/JZ071i001p00001"
_SUMMERS_THORNE = "Summers and Thorne 2003, J. Geophys. Res. 108, 1143, doi:10.1029/2002JA009489"
_SUMMERS = "Summers 2005, J. Geophys. Res. 110, A08213, doi:10.1029/2005JA011159"
_GLAUERT_HORNE = "Glauert and Horne 2005, J. Geophys. Res. 110, A04206, doi:10.1029/2004JA010851"
_PAKHOTIN = "Pakhotin et al. 2014, J. Geophys. Res. Space Physics 119, 8073, doi:10.1002/2014JA020238"
_LYONS = "Lyons et al. 1972, J. Geophys. Res. 77, 3455"

_KEV: Final = 1e3 * ELEMENTARY_CHARGE
_REST: Final = {name: mass * SPEED_OF_LIGHT**2 / _KEV for name, mass in MASSES.items()}
_WHISTLER = {"frequency": (1000.0, 2000.0), "b": (150.0, 1000.0), "n_e": (1.0, 1e4)}
_TINY: Final = 1e-3
"""rad: nearer to the equator of pitch angles than this, coefficients are those at this distance"""


class Diffusion(NamedTuple):
    """Coefficients of diffusion in pitch angle and momentum."""

    d_aa: per_s
    d_ap: per_s
    d_pp: per_s


# Resonance ------------------------------------------------------------------------------------------------------------


@model(cite=_KENNEL_PETSCHEK, valid={"frequency": (200.0, 3000.0), "b": (150.0, 1000.0), "n_e": (1.0, 1e4)})
def kennel_petschek_1966(frequency: Hz, b: nT, n_e: per_cm3, species: str = "electron") -> keV:
    """Energy along the field of slow particles that resonate with a wave along the field in dense plasma.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave, below the particles' gyrofrequency.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    species : {"electron", "proton"}
        Electrons meet whistlers, protons meet ion cyclotron waves of a plasma of protons.

    Returns
    -------
    energy : float or array, keV
        m v_parallel^2 / 2 at resonance; NaN above the gyrofrequency.

    Notes
    -----
    B^2 / (2 mu_0 n) times (f_c / f) (1 - f / f_c)^3 for electrons, and (f_c / f)^2 (1 - f / f_c)^3 for protons. Without
    relativity, the displacement current or the ions in the whistler.

    Examples
    --------
    >>> float(kennel_petschek_1966(0.3 * gyrofrequency(248.0), 248.0, 16.0).round(1))
    10.9
    """
    xp = namespace(frequency, b, n_e)
    if species not in ("electron", "proton"):
        raise UnknownNameError("species of Kennel and Petschek", str(species), ("electron", "proton"))
    ratio = frequency / gyrofrequency.spec.function(b, species)
    ratio = xp.where(ratio < 1.0, ratio, math.nan + 0.0 * ratio)
    per_particle = (b * 1e-9) ** 2 / (2.0 * VACUUM_PERMEABILITY * n_e * 1e6) / _KEV
    return per_particle * (1.0 - ratio) ** 3 / (ratio if species == "electron" else ratio**2)


@model(
    cite=_SUMMERS_THORNE,
    valid={**_WHISTLER, "pitch_angle": (0.0, 1.4), "theta": (0.02, 0.9), "helium": (0.0, 0.4), "oxygen": (0.0, 0.4)},
)
def resonant_energy(
    frequency: Hz,
    b: nT,
    n_e: per_cm3,
    pitch_angle: rad = 0.0,
    theta: rad = 0.0,
    helium: dimensionless = 0.0,
    oxygen: dimensionless = 0.0,
    harmonic: int = 1,
    species: str = "electron",
    mode: str = "right",
) -> keV:
    """Kinetic energy at which particles resonate with a wave of a cold plasma.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    pitch_angle : float or array, rad
        Pitch angle there; at 0 the energy is the least that resonates.
    theta : float or array, rad
        Angle between wave vector and field.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the ions; the rest is H+.
    harmonic : int
        n in omega - k_par v_par = n |Omega| / gamma: 1 for electrons that meet a whistler, and protons an ion cyclotron
        wave, head on; -1 for electrons that overtake an ion cyclotron wave; 0 for Landau's resonance.
    species : {"electron", "proton", "helium", "oxygen"}
        The particle.
    mode : {"right", "left"}
        The wave: "right" for whistlers and fast waves, "left" for ion cyclotron waves.

    Returns
    -------
    energy : float or array, keV
        Fully relativistic; NaN where the wave cannot travel or no energy resonates.

    Notes
    -----
    With a = n cos(theta) |cos(alpha)| and h = harmonic times f_c / f, gamma - h = -+ a (gamma^2 - 1)^(1/2) has the root
    gamma = (a^2 + h^2) / [a (a^2 + h^2 - 1)^(1/2) + h]. Where a < 1 and the harmonic is positive there is a second,
    higher one, of particles that overtake the wave; it is left out.

    Examples
    --------
    >>> f_ce = gyrofrequency(249.6)
    >>> resonant_energy(0.35 * f_ce, 249.6, [10.0, 2.0]).round(2).tolist()
    [11.57, 48.81]
    >>> f_cp = gyrofrequency(249.6, "proton")
    >>> float(resonant_energy(0.6 * f_cp, 249.6, 100.0, harmonic=-1, mode="left").round(-1))
    1360.0
    """
    xp = namespace(frequency, b, n_e, pitch_angle, theta, helium, oxygen)
    if mode not in MODES:
        raise UnknownNameError("mode of cold plasma waves", str(mode), MODES)
    indices = refractive_index_squared.spec.function(frequency, theta, b, n_e, helium, oxygen)
    n2 = indices.right if mode == "right" else indices.left
    a2 = n2 * (xp.cos(theta) * xp.cos(pitch_angle)) ** 2
    h = harmonic * gyrofrequency.spec.function(b, species) / frequency
    possible = (a2 > 0.0) & (a2 + h**2 > 1.0)
    one = 1.0 + 0.0 * a2
    a2 = xp.where(possible, a2, one)
    root = xp.sqrt(a2) * xp.sqrt(xp.where(possible, a2 + h**2 - 1.0, one))
    # Of the two equal forms the one in which nothing cancels.
    rising = a2 > 1.0
    gamma = (a2 + h**2) / (root + h) if harmonic >= 0 else (root - h) / xp.where(rising, a2 - 1.0, one)
    real = possible & (gamma >= 1.0) & (rising if harmonic < 0 else possible)
    return xp.where(real, (gamma - 1.0) * _REST[species], math.nan + 0.0 * gamma)


def resonance_curve(
    frequency: float,
    b: float,
    n_e: float,
    pitch_angle: Any = None,
    **wave: Any,
) -> xr.Dataset:
    """Return the curve in momentum space on which particles resonate with one wave.

    Parameters
    ----------
    frequency, b, n_e : float
        Frequency of the wave (Hz), field (nT) and electron density (cm^-3).
    pitch_angle : array (pitch_angle,), optional
        Angles (rad) at which the curve is wanted, below pi/2.
    **wave
        `theta`, `helium`, `oxygen`, `harmonic`, `species`, `mode` as for :func:`resonant_energy`.

    Returns
    -------
    Dataset
        `energy` (keV), and `p_parallel` and `p_perpendicular` in units of m c, over ``pitch_angle``. Particles go
        against the wave (p_parallel < 0) where the harmonic of their gyrofrequency is above its frequency, else with
        it.

    Examples
    --------
    >>> curve = resonance_curve(2445.5, 249.6, 10.0)
    >>> float(curve["p_parallel"][0].round(3)), bool((curve["energy"].diff("pitch_angle") > 0).all())
    (-0.214, True)
    """
    import xarray as xr

    angle = np.linspace(0.0, 1.5, 76) if pitch_angle is None else np.asarray(pitch_angle, float)
    energy = np.asarray(resonant_energy(frequency, b, n_e, pitch_angle=angle, **wave))
    gamma = 1.0 + energy / _REST[wave.get("species", "electron")]
    momentum = np.sqrt(gamma**2 - 1.0)
    turn = wave.get("harmonic", 1) * gyrofrequency(b, wave.get("species", "electron"))
    # A wave above the harmonic is seen at it only by particles that run with the wave.
    sense = np.where(turn > frequency, -1.0, 1.0)
    parts = {
        "energy": (energy, "keV", "Kinetic energy at resonance"),
        "p_parallel": (sense * momentum * np.cos(angle), "1", "Momentum along the wave over m c"),
        "p_perpendicular": (momentum * np.sin(angle), "1", "Momentum across the field over m c"),
    }
    return xr.Dataset(
        {
            name: ("pitch_angle", values, {"units": unit, "long_name": text, "references": _SUMMERS_THORNE})
            for name, (values, unit, text) in parts.items()
        },
        coords={"pitch_angle": ("pitch_angle", angle, {"units": "rad", "long_name": "Pitch angle"})},
    )


# Local diffusion ------------------------------------------------------------------------------------------------------

_LOCAL = {
    "energy": (50.0, 3000.0),
    "pitch_angle": (0.2, 1.3),
    "b": (200.0, 400.0),
    "n_e": (2.0, 20.0),
    "amplitude": (0.001, 0.5),
    "peak": (1500.0, 2500.0),
    "width": (300.0, 1200.0),
    "low": (500.0, 1200.0),
    "high": (2800.0, 4500.0),
    "helium": (0.0, 0.3),
    "oxygen": (0.0, 0.3),
}


def _unit_nodes(count: int) -> tuple[Floats, Floats]:
    points, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (points + 1.0), 0.5 * weights


def _quadrature(frequencies: int, angles: int) -> tuple[Floats, ...]:
    nodes, weights = _unit_nodes(frequencies)
    # The sine's square draws the nodes to both ends, where the integrand over frequency may go as an inverse root.
    drawn = (np.sin(0.5 * math.pi * nodes) ** 2, 0.5 * math.pi * np.sin(math.pi * nodes) * weights)
    return (*drawn, *_unit_nodes(angles))


def _spectrum_factor(xp: Any, peak: Any, width: Any, low: Any, high: Any) -> Any:
    """One over the integral of a Gaussian exp(-((f - peak) / width)^2) between two cutoffs."""
    from scipy.special import erf

    return 2.0 / (math.sqrt(math.pi) * width * (erf((peak - low) / width) + erf((high - peak) / width)))


def _local(
    energy: Any, pitch_angle: Any, b: Any, n_e: Any, amplitude: Any, band: tuple[Any, ...], helium: Any, oxygen: Any,
    normal: Sequence[float], harmonics: tuple[int, int], species: str, mode: str, factor: float,
) -> Diffusion:  # fmt: skip
    from sunearth.numerics.threads import spread

    from . import _wave_particle_kernels as kernels

    if mode not in MODES:
        raise UnknownNameError("mode of cold plasma waves", str(mode), MODES)
    if species not in MASSES:
        raise UnknownNameError("species of cold plasma", str(species), MASSES)
    inputs = np.broadcast_arrays(energy, pitch_angle, b, n_e, amplitude, *band, helium, oxygen)
    shape = inputs[0].shape
    energy, pitch_angle, b, n_e, amplitude, peak, width, low, high, helium, oxygen = (
        np.ravel(each).astype(float) for each in inputs
    )
    f_ce = gyrofrequency.spec.function(b)
    plasma, y = _cold(n_e, f_ce, helium, oxygen)
    relative = [each / f_ce for each in (peak, width, low, high)]
    spectra = np.stack([*relative, _spectrum_factor(np, *relative)], axis=-1)
    charge = -1.0 if species == "electron" else 1.0
    rate = charge * ELECTRON_MASS / MASSES[species]
    gamma = 1.0 + energy / _REST[species]
    scale = factor * 0.5 * math.pi * 2.0 * math.pi * f_ce * rate**2 * (amplitude / b) ** 2 / gamma**2
    out = np.empty((energy.size, 3))
    knots, quadrature = 48, _quadrature(16, 32)
    limits, orders = np.asarray(normal, float), np.asarray(harmonics, np.int64)

    def rows(start: int, stop: int) -> None:
        kernels.local_rows(
            plasma, y, mode == "right", spectra, limits, orders, rate, gamma, pitch_angle, scale, knots, quadrature,
            start, stop, out,
        )  # fmt: skip

    spread(rows, energy.size)
    return Diffusion(*(out[:, k].reshape(shape)[()] for k in range(3)))


def _cold(n_e: Any, f_ce: Any, helium: Any, oxygen: Any) -> tuple[Floats, Floats]:
    """(f_p / f_ce)^2 of the species, last axis, and their signed gyrofrequencies over the electrons'."""
    from sunearth.core.constants import VACUUM_PERMITTIVITY

    electron = n_e * 1e6 * ELEMENTARY_CHARGE**2 / (VACUUM_PERMITTIVITY * ELECTRON_MASS) / (2.0 * math.pi * f_ce) ** 2
    shares = (1.0, 1.0 - helium - oxygen, helium, oxygen)
    ratios = [ELECTRON_MASS / mass for mass in MASSES.values()]
    plasma = np.stack([electron * share * ratio for share, ratio in zip(shares, ratios, strict=True)], axis=-1)
    return plasma, np.array([-ratios[0], *ratios[1:]])


@model(cite=_SUMMERS, valid=_LOCAL, compiled=True)
def summers_2005(
    energy: keV,
    pitch_angle: rad,
    b: nT,
    n_e: per_cm3,
    amplitude: nT,
    peak: Hz,
    width: Hz,
    low: Hz,
    high: Hz,
    helium: dimensionless = 0.0,
    oxygen: dimensionless = 0.0,
    species: str = "electron",
    mode: str = "right",
) -> Diffusion:
    """Local diffusion coefficients in waves along the field.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    pitch_angle : float or array, rad
        Its pitch angle there.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    amplitude : float or array, nT
        Root mean square of the magnetic field of the waves that travel in one direction; as many go the other way.
    peak, width : float or array, Hz
        Middle and e-folding half-width of the Gaussian spectrum of power.
    low, high : float or array, Hz
        Frequencies between which there are waves.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the ions; the rest is H+.
    species : {"electron", "proton", "helium", "oxygen"}
        The particle.
    mode : {"right", "left"}
        "right" for whistlers and fast waves, "left" for ion cyclotron waves.

    Returns
    -------
    d_aa : float or array, s^-1
        Diffusion of the pitch angle.
    d_ap : float or array, s^-1
        Mixed coefficient over the momentum.
    d_pp : float or array, s^-1
        Diffusion of the momentum over its square.

    Notes
    -----
    Equations 33 to 35 of Summers (2005), with the exact dispersion relation of any mixture of ions in place of that of
    protons and electrons. The power of `amplitude` counts for each of the two directions. Counted for both together, as
    :func:`glauert_horne_2005` does, the same field gives half of this.

    Examples
    --------
    >>> d = summers_2005(1000.0, 1.4, 341.0, 4.0, 0.1, 3341.0, 1432.0, 1193.0, 5489.0)
    >>> print(f"{d.d_aa:.2e} {d.d_ap:.2e} {d.d_pp:.2e}")
    8.26e-04 1.70e-04 3.52e-05
    """
    band = (peak, width, low, high)
    none = (0.0, 0.0, 0.0, 0.0)
    return _local(
        energy, pitch_angle, b, n_e, amplitude, band, helium, oxygen, none, (0, 0), species, mode, 2.0
    )  # fmt: skip


@model(cite=_GLAUERT_HORNE, valid=_LOCAL, compiled=True)
def glauert_horne_2005(
    energy: keV,
    pitch_angle: rad,
    b: nT,
    n_e: per_cm3,
    amplitude: nT,
    peak: Hz,
    width: Hz,
    low: Hz,
    high: Hz,
    helium: dimensionless = 0.0,
    oxygen: dimensionless = 0.0,
    normal: tuple[float, float, float, float] = (0.0, 0.577, 0.0, 1.0),
    harmonics: tuple[int, int] = (-5, 5),
    species: str = "electron",
    mode: str = "right",
) -> Diffusion:
    """Local diffusion coefficients in waves whose normals spread about the field.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    pitch_angle : float or array, rad
        Its pitch angle there.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    amplitude : float or array, nT
        Root mean square of the magnetic field of all waves.
    peak, width : float or array, Hz
        Middle and e-folding half-width of the Gaussian spectrum of power.
    low, high : float or array, Hz
        Frequencies between which there are waves.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the ions; the rest is H+.
    normal : tuple of 4 floats
        Tangents of the wave normal angle: middle and e-folding half-width of the Gaussian, lower and upper limit.
    harmonics : tuple of 2 ints
        First and last harmonic of the gyrofrequency.
    species : {"electron", "proton", "helium", "oxygen"}
        The particle.
    mode : {"right", "left"}
        "right" for whistlers and fast waves, "left" for ion cyclotron waves.

    Returns
    -------
    d_aa : float or array, s^-1
        Diffusion of the pitch angle.
    d_ap : float or array, s^-1
        Mixed coefficient over the momentum.
    d_pp : float or array, s^-1
        Diffusion of the momentum over its square.

    Notes
    -----
    Their equations 8 to 13 over the square of the momentum, with the full cold dispersion relation. The integral over
    the tangent of the wave normal angle is turned into one over frequency: at a frequency the resonance fixes the index
    along the field, and the index across it solves a quadratic, so that no root is searched for and no group velocity
    comes near a denominator. In thin plasma the resonance cone may cut into the spectrum of normals: there most of it
    lies next to the cone, where the index is large, and its end at 0.9999 of the cone matters, by a factor of
    some three against 0.99. Towards waves along the field the result becomes half of :func:`summers_2005`: the power
    of all waves is `amplitude` squared, whichever way along the field they go.

    Examples
    --------
    >>> d = glauert_horne_2005(1000.0, 0.7, 341.0, 4.0, 0.1, 3341.0, 1432.0, 1193.0, 5489.0)
    >>> print(f"{d.d_aa:.2e} {d.d_ap:.2e} {d.d_pp:.2e}")
    2.55e-05 2.15e-06 5.28e-07
    """
    if len(normal) != 4 or not (normal[1] > 0 and 0 <= normal[2] < normal[3]):
        raise InputError(f"glauert_horne_2005: normal must be (middle, width > 0, low >= 0, high > low), got {normal}")
    if len(harmonics) != 2 or harmonics[0] > harmonics[1]:
        raise InputError(f"glauert_horne_2005: harmonics must be (first, last), ascending, got {harmonics}")
    band = (peak, width, low, high)
    return _local(
        energy, pitch_angle, b, n_e, amplitude, band, helium, oxygen, normal, harmonics, species, mode, 1.0
    )  # fmt: skip


# Wave models ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waves:
    """A population of waves on drift shells of a dipole.

    Attributes
    ----------
    name : str
        What they are.
    amplitude : float
        Root mean square of their magnetic field on the equator, both directions together, pT.
    peak, width, low, high : float
        Middle, e-folding half-width and cutoffs of the Gaussian spectrum, in `unit`.
    unit : {"electron", "proton", "Hz"}
        Frequencies over the equatorial gyrofrequency of electrons or protons, or in Hz.
    latitude : float
        Magnetic latitude up to which they are found, degrees.
    growth : float
        Decades of amplitude per degree of latitude.
    normal : tuple of 4 floats or None
        Tangents of the wave normal angle (middle, e-folding half-width, lower, upper limit); None for waves along the
        field.
    harmonics : tuple of 2 ints
        First and last harmonic that is counted of oblique waves.
    coverage : float
        Share of the drift orbit (of all local times, and of the time) with these waves.
    mode : {"right", "left"}
        Whistlers and fast waves, or ion cyclotron waves.
    helium, oxygen : float
        Shares of He+ and O+ among the ions.
    density : {"plasmasphere", "trough"}
        Cold plasma that belongs to them, where none is given.
    mlt : float
        Local time of that plasma, h.
    density_index : float
        Density along the line as (1/r) to this power.
    references : str
        Where the numbers come from.
    """

    name: str
    amplitude: float
    peak: float
    width: float
    low: float
    high: float
    unit: str = "electron"
    latitude: float = 90.0
    growth: float = 0.0
    normal: tuple[float, float, float, float] | None = None
    harmonics: tuple[int, int] = (-5, 5)
    coverage: float = 1.0
    mode: str = "right"
    helium: float = 0.0
    oxygen: float = 0.0
    density: str = "trough"
    mlt: float = 0.0
    density_index: float = 0.0
    references: str = ""

    def __post_init__(self) -> None:
        if self.unit not in ("electron", "proton", "Hz"):
            raise UnknownNameError("unit of frequency", str(self.unit), ("electron", "proton", "Hz"))
        if self.mode not in MODES:
            raise UnknownNameError("mode of cold plasma waves", str(self.mode), MODES)
        if self.density not in ("plasmasphere", "trough"):
            raise UnknownNameError("cold plasma", str(self.density), ("plasmasphere", "trough"))
        if not (0 < self.low < self.high and self.width > 0 and self.amplitude >= 0 and 0 < self.latitude <= 90):
            raise InputError(f"Waves: {self.name}: needs 0 < low < high, width > 0, amplitude >= 0, 0 < latitude <= 90")
        normal = self.normal
        if normal is not None and not (len(normal) == 4 and normal[1] > 0 and 0 <= normal[2] < normal[3]):
            raise InputError(f"Waves: {self.name}: normal must be (middle, width > 0, low >= 0, high > low)")
        if len(self.harmonics) != 2 or self.harmonics[0] > self.harmonics[1]:
            raise InputError(f"Waves: {self.name}: harmonics must be (first, last), ascending")
        if min(self.helium, self.oxygen, 1.0 - self.helium - self.oxygen) < 0:
            raise InputError(f"Waves: {self.name}: shares of ions must be positive and add up to at most 1")


_NORMAL: Final = (0.0, math.tan(math.radians(30.0)), 0.0, 1.0)
"""Normals about the field: e-folding at 30 degrees, none beyond 45"""


def lower_band_chorus(kp: float, sector: str = "night") -> Waves:
    """Return chorus below half the gyrofrequency by Kp.

    Parameters
    ----------
    kp : float
        Planetary index; above 6 the amplitude is that of 6.
    sector : {"night", "day"}
        A quarter of the local times either way.

    Returns
    -------
    Waves
        At night within 15 degrees of the equator, by day growing with latitude up to 35.

    Notes
    -----
    Table 1 of Pakhotin et al. (2014): B_w in pT is 50 at night and 10^(0.75 + 0.04 latitude) by day, times
    (2 10^(0.73 + 0.91 Kp))^(1/2) / 57.6 up to Kp 2+ and (2 10^(2.5 + 0.18 Kp))^(1/2) / 57.6 above.

    Examples
    --------
    >>> round(lower_band_chorus(3.0).amplitude, 1), round(lower_band_chorus(3.0, "day").amplitude, 2)
    (40.7, 4.57)
    """
    if sector not in ("night", "day"):
        raise UnknownNameError("sector of chorus", str(sector), ("night", "day"))
    power = 0.73 + 0.91 * kp if kp <= 7.0 / 3.0 else 2.5 + 0.18 * min(kp, 6.0)
    activity = math.sqrt(2.0 * 10.0**power) / 57.6
    if sector == "night":
        return Waves(
            "lower-band chorus, night", 50.0 * activity, 0.35, 0.15, 0.05, 0.65, latitude=15.0, normal=_NORMAL,
            coverage=0.25, mlt=3.0, references=_PAKHOTIN,
        )  # fmt: skip
    return Waves(
        "lower-band chorus, day", 10.0**0.75 * activity, 0.2, 0.1, 0.1, 0.3, latitude=35.0, growth=0.04, normal=_NORMAL,
        coverage=0.25, mlt=9.0, references=_PAKHOTIN,
    )  # fmt: skip


def upper_band_chorus(amplitude: float = 10.0, coverage: float = 0.5) -> Waves:
    """Return chorus above half the gyrofrequency.

    Parameters
    ----------
    amplitude : float, optional
        Root mean square of the field, pT; 10 to 20 in active times.
    coverage : float, optional
        Share of the drift orbit.

    Returns
    -------
    Waves
        Between 0.5 and 0.7 of the gyrofrequency, within 10 degrees of the equator.

    Notes
    -----
    A representative band. Meredith et al. (2012, doi:10.1029/2012JA017978) see a few hundred pT^2 near the equator from
    23 to 11 local time and L of 3 to 7 when active.

    Examples
    --------
    >>> upper_band_chorus().peak
    0.6
    """
    return Waves(
        "upper-band chorus", amplitude, 0.6, 0.1, 0.5, 0.7, latitude=10.0, normal=_NORMAL, coverage=coverage, mlt=3.0,
        references="Meredith et al. 2012, J. Geophys. Res. 117, A10225, doi:10.1029/2012JA017978",
    )  # fmt: skip


def plasmaspheric_hiss(amplitude: float = 30.0, coverage: float = 0.625) -> Waves:
    """Return the hiss of the plasmasphere.

    Parameters
    ----------
    amplitude : float, optional
        Root mean square of the field, pT: some 10 in quiet times, up to 100 in storms.
    coverage : float, optional
        Share of the drift orbit.

    Returns
    -------
    Waves
        100 to 2000 Hz about 550 Hz, within 45 degrees of the equator.

    Notes
    -----
    Spectrum, latitudes and coverage of table 1 of Pakhotin et al. (2014), whose amplitudes depend on Kp, L, local time
    and latitude; here it is the caller's. Normals about the field at all latitudes.

    Examples
    --------
    >>> plasmaspheric_hiss(20.0).unit
    'Hz'
    """
    return Waves(
        "plasmaspheric hiss", amplitude, 550.0, 300.0, 100.0, 2000.0, unit="Hz", latitude=45.0, normal=_NORMAL,
        coverage=coverage, density="plasmasphere", mlt=12.0, references=_PAKHOTIN,
    )  # fmt: skip


def ion_cyclotron_waves(
    amplitude: float = 100.0, coverage: float = 0.04, normal: tuple[float, float, float, float] | None = None
) -> Waves:
    """Return electromagnetic ion cyclotron waves in the hydrogen band.

    Parameters
    ----------
    amplitude : float, optional
        Root mean square of the field, pT.
    coverage : float, optional
        Share of the drift orbit; an hour of local time is 0.04.
    normal : tuple of 4 floats, optional
        Tangents of the wave normal angle (middle, width, lower and upper limit); along the field without.

    Returns
    -------
    Waves
        0.5 to 0.7 of the proton gyrofrequency, in 85 % H+, 10 % He+, 5 % O+.

    Notes
    -----
    Spectrum and composition of Glauert and Horne (2005, section 5.2), who take f_p^2 = 1000 f_ce^2 at L = 4, dense
    plasma as of a plume. Within 15 degrees of the equator: from 17 degrees on the lower end of the band, and from 24
    all of it, is below the cutoff and cannot travel.

    Examples
    --------
    >>> ion_cyclotron_waves().mode
    'left'
    """
    return Waves(
        "ion cyclotron waves", amplitude, 0.6, 0.1, 0.5, 0.7, unit="proton", latitude=15.0, normal=normal,
        coverage=coverage, mode="left", helium=0.10, oxygen=0.05, density="plasmasphere", mlt=18.0,
        references=_GLAUERT_HORNE,
    )  # fmt: skip


# Bounce-averaged diffusion --------------------------------------------------------------------------------------------

_TABLE_VERSION: Final = 2
_LONG_NAMES: Final = {
    "d_aa": "Bounce-averaged diffusion of the equatorial pitch angle",
    "d_ap": "Bounce-averaged mixed diffusion over momentum",
    "d_pp": "Bounce-averaged diffusion of momentum over its square",
}


def diffusion_coefficients(
    l_shell: Any,
    energy: Any,
    pitch_angle: Any,
    waves: Waves | Sequence[Waves],
    density: Any = None,
    species: str = "electron",
    latitudes: int | None = None,
    b_0: float = DIPOLE_EQUATORIAL_FIELD,
    cache: str | Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> xr.Dataset:
    """Compute quasi-linear diffusion coefficients, averaged over bounce and drift in a dipole.

    Parameters
    ----------
    l_shell : array (l_shell,)
        L of the shells.
    energy : array (energy,)
        Kinetic energies, MeV.
    pitch_angle : array (pitch_angle,)
        Equatorial pitch angles, rad, above 0 and up to pi/2.
    waves : Waves or sequence of Waves
        What scatters; contributions add.
    density : float, array (l_shell,) or callable, optional
        Equatorial electron density, cm^-3, or a function of L; else that of each population of waves: a filled
        plasmasphere or a trough (Carpenter and Anderson 1992).
    species : {"electron", "proton", "helium", "oxygen"}, optional
        The particle.
    latitudes : int, optional
        Points of the quadrature between equator and mirror point; 24 for oblique whistlers, else 160, as few latitudes
        resonate with narrow spectra.
    b_0 : float, optional
        Field of the dipole on the Earth's equator, nT.
    cache : path, optional
        Folder where results are kept and looked for, by all that they depend on.
    progress : callable, optional
        Called with a text, shells done and their number.

    Returns
    -------
    Dataset
        `d_aa`, `d_ap` (over p) and `d_pp` (over p^2), all s^-1, over ``l_shell``, ``energy`` (MeV) and ``pitch_angle``
        (rad).

    Raises
    ------
    InputError
        If a shell, an energy, an angle or a density is out of range.

    Notes
    -----
    Local coefficients as :func:`glauert_horne_2005`, or for waves along the field half of :func:`summers_2005`, then
    averaged as by Lyons et al. (1972): D_aa with (d alpha_eq / d alpha)^2, D_ap with its first power. The time of a
    bounce is exact, not 1.30 - 0.56 sin. Between the ends of the resonance the quadrature over frequency has ten nodes;
    tables are good to some per cent, least where waves end sharply in frequency or latitude. At 90
    degrees only waves at the particle's own gyrofrequency resonate, and coefficients are mostly zero.
    Everything goes as `amplitude` squared times `coverage`, so that one table serves all activity.

    Examples
    --------
    >>> waves = Waves("chorus", 100.0, 0.35, 0.15, 0.125, 0.575, latitude=15.0)
    >>> table = diffusion_coefficients([4.5], [0.3, 1.0], np.radians([30.0, 70.0]), waves, density=4.0)
    >>> table["d_aa"].dims
    ('l_shell', 'energy', 'pitch_angle')
    >>> bool((table["d_aa"] * table["d_pp"] >= 0.999999 * table["d_ap"] ** 2).all())
    True
    """
    import xarray as xr

    shells, energies, angles = (np.atleast_1d(np.asarray(each, float)) for each in (l_shell, energy, pitch_angle))
    if max(each.ndim for each in (shells, energies, angles)) > 1:
        raise InputError("diffusion_coefficients: l_shell, energy and pitch_angle must be one-dimensional")
    if not (np.all(shells > 1) and np.all(energies > 0) and np.all((angles > 0) & (angles <= 0.5 * math.pi + 1e-9))):
        raise InputError("diffusion_coefficients: needs L > 1, energies > 0 and pitch angles between 0 and pi/2")
    if species not in MASSES:
        raise UnknownNameError("species of cold plasma", str(species), MASSES)
    each_waves = [waves] if isinstance(waves, Waves) else list(waves)
    if not all(isinstance(each, Waves) for each in each_waves):
        raise InputError(
            "diffusion_coefficients: waves must be Waves, such as lower_band_chorus(3.0), or a list of them"
        )
    total = np.zeros((3, shells.size, energies.size, angles.size))
    for population in each_waves:
        n_e = np.broadcast_to(_equatorial_density(population, density, shells), shells.shape).astype(float)
        if not np.all(n_e > 0):
            raise InputError(f"diffusion_coefficients: {population.name}: the density must be positive and known")
        fine = population.normal is None or population.mode == "left"
        points = (160 if fine else 24) if latitudes is None else latitudes
        settings = [shells, energies, angles, n_e, points, b_0]
        total += _stored(population, settings, species, cache, progress)
    text = "; ".join(dict.fromkeys([_GLAUERT_HORNE, _LYONS, *(w.references for w in each_waves if w.references)]))
    return xr.Dataset(
        {
            name: (
                ("l_shell", "energy", "pitch_angle"),
                values,
                {"units": "s^-1", "long_name": _LONG_NAMES[name], "references": text},
            )
            for name, values in zip(_LONG_NAMES, total, strict=True)
        },
        coords={
            "l_shell": ("l_shell", shells, {"units": "1", "long_name": "L"}),
            "energy": ("energy", energies, {"units": "MeV", "long_name": "Kinetic energy"}),
            "pitch_angle": ("pitch_angle", angles, {"units": "rad", "long_name": "Equatorial pitch angle"}),
        },
        attrs={"species": species, "waves": ", ".join(w.name for w in each_waves)},
    )


def _equatorial_density(population: Waves, density: Any, shells: Floats) -> Any:
    if callable(density):
        return np.asarray(density(shells), float)
    if density is not None:
        return np.asarray(density, float)
    if population.density == "plasmasphere":
        return saturated_density(shells, 1.0, 90.0)
    return trough_density(shells, population.mlt)


def _stored(population: Waves, settings: list[Any], species: str, cache: Any, progress: Any) -> Floats:
    """Look a table up in the folder of the user, or compute it and leave it there."""
    if cache is None:
        return _table(population, settings, species, progress)
    key = hashlib.sha256(repr((_TABLE_VERSION, asdict(population), species)).encode())
    for part in settings:
        key.update(np.ascontiguousarray(part, float).tobytes())
        key.update(str(np.shape(part)).encode())
    path = Path(cache) / f"diffusion_{key.hexdigest()[:24]}.npy"
    if path.exists():
        kept: Floats = np.load(path)
        return kept
    found = _table(population, settings, species, progress)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(suffix=".npy", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        np.save(file, found)
    os.replace(temporary, path)
    return found


def _table(population: Waves, settings: list[Any], species: str, progress: Any) -> Floats:
    from sunearth.numerics.threads import spread, thread_count

    from . import _wave_particle_kernels as kernels

    shells, energies, angles, n_e, latitudes, b_0 = settings
    alpha = np.minimum(angles, 0.5 * math.pi - _TINY)
    mirror = np.radians(mirror_latitude(alpha))
    bounce = dipole_integrals(alpha).bounce
    b = b_0 / shells**3
    f_ce = gyrofrequency.spec.function(b)
    plasma, y = _cold(n_e, f_ce, population.helium, population.oxygen)
    unit = {"electron": np.ones_like(f_ce), "proton": np.full_like(f_ce, y[1]), "Hz": 1.0 / f_ce}[population.unit]
    relative = [part * unit for part in (population.peak, population.width, population.low, population.high)]
    spectra = np.stack([*relative, _spectrum_factor(np, *relative)], axis=-1)
    rate = (-1.0 if species == "electron" else 1.0) * ELECTRON_MASS / MASSES[species]
    gamma = 1.0 + energies * 1e3 / _REST[species]
    scale = 0.5 * math.pi * 2.0 * math.pi * f_ce * (population.amplitude * 1e-3 / b) ** 2 * population.coverage
    normal = np.zeros(4) if population.normal is None else np.asarray(population.normal, float)
    harmonics = np.asarray(population.harmonics, np.int64)
    slope = population.growth * math.log(10.0) * 180.0 / math.pi
    along = _unit_nodes(latitudes)
    quadrature = _quadrature(10, 20)
    result = np.empty((shells.size, angles.size, energies.size, 3))
    chunk = max(1, math.ceil(angles.size / (8 * thread_count())))
    for shell in range(shells.size):
        one = slice(shell, shell + 1)
        out = result[shell]

        def rows(start: int, stop: int, one: slice = one, out: Floats = out) -> None:
            kernels.bounce_rows(
                alpha, mirror, bounce, plasma[one], float(population.density_index), y, population.mode == "right",
                spectra[one], normal, harmonics, rate, rate**2, gamma, scale[one], slope,
                math.radians(population.latitude), 32, quadrature, *along, start, stop, out,
            )  # fmt: skip

        spread(rows, angles.size, chunk)
        if progress is not None:
            progress(population.name, shell + 1, shells.size)
    return np.ascontiguousarray(np.moveaxis(result, (3, 0, 2, 1), (0, 1, 2, 3)))
