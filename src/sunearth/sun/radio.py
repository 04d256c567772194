"""The Sun at radio wavelengths: its disc, the slowly varying component, plasma emission and the drift of bursts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    ASTRONOMICAL_UNIT,
    BOLTZMANN,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SOLAR_GM,
    SOLAR_RADIUS,
    SPEED_OF_LIGHT,
    VACUUM_PERMITTIVITY,
)
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import K, MHz, MHz_s, R_sun, au, dimensionless, km, km_s, per_cm3, per_km, sfu

if TYPE_CHECKING:
    import xarray as xr

PLASMA_CONSTANT: Final = 1e-3 / (2 * math.pi) * ELEMENTARY_CHARGE / math.sqrt(VACUUM_PERMITTIVITY * ELECTRON_MASS)
"""MHz cm^(3/2): plasma frequency over the root of the electron density"""
F107_FREQUENCY: Final = 2800.0
"""MHz, at which the index F10.7 is measured"""

_DULK = "Dulk 1985, Annu. Rev. Astron. Astrophys. 23, 169, doi:10.1146/annurev.aa.23.090185.001125"
_TONKS = "Tonks and Langmuir 1929, Phys. Rev. 33, 195, doi:10.1103/PhysRev.33.195"
_WILD = "Wild et al. 1963, Annu. Rev. Astron. Astrophys. 1, 291"


# --- The whole disc ---------------------------------------------------------------------------------------------------


@model(
    cite="Rayleigh 1900, Philos. Mag. 49, 539",
    valid={"frequency": (10.0, 1e5), "temperature": (1e3, 1e10), "distance": (0.1, 10.0), "radius": (0.5, 5.0)},
    monotonic={"frequency": 1, "temperature": 1, "distance": -1, "radius": 1},
)
def disc_flux(frequency: MHz, temperature: K, distance: au = 1.0, radius: R_sun = 1.0) -> sfu:
    """Radio flux of a disc of uniform brightness temperature.

    Parameters
    ----------
    frequency : float or array, MHz
        Frequency.
    temperature : float or array, K
        Brightness temperature.
    distance : float or array, au
        Distance of the observer.
    radius : float or array, R_sun
        Radius of the disc.

    Returns
    -------
    flux : float or array, sfu
        pi (radius / distance)^2 times 2 k T f^2 / c^2: 2.087e-44 W m^-2 Hz^-1 for 1 Hz, 1 K, 1 R_sun and 1 au.

    Notes
    -----
    The limit of low frequency, h f much below k T, where exp(x) - 1 becomes x; at 2.8 GHz and 6000 K it errs by 1e-5.

    Examples
    --------
    >>> float(disc_flux(2800.0, 6000.0).round(2))
    9.82
    """
    dilution = math.pi * (SOLAR_RADIUS / ASTRONOMICAL_UNIT) ** 2 * (radius / distance) ** 2
    return 1e22 * dilution * 2 * BOLTZMANN * temperature * (1e6 * frequency / SPEED_OF_LIGHT) ** 2


@model(
    cite="Rayleigh 1900, Philos. Mag. 49, 539",
    valid={"flux": (1.0, 1e6), "frequency": (10.0, 1e5), "distance": (0.1, 10.0), "radius": (0.5, 5.0)},
    monotonic={"flux": 1, "frequency": -1, "distance": 1, "radius": -1},
)
def disc_temperature(flux: sfu, frequency: MHz = F107_FREQUENCY, distance: au = 1.0, radius: R_sun = 1.0) -> K:
    """Brightness temperature of the disc that gives a radio flux.

    Parameters
    ----------
    flux : float or array, sfu
        Flux, such as F10.7.
    frequency : float or array, MHz
        Frequency; that of F10.7 if not given.
    distance : float or array, au
        Distance of the observer: 1 for the adjusted index.
    radius : float or array, R_sun
        Radius of the disc. At 10.7 cm the Sun is a little larger than its optical disc.

    Returns
    -------
    temperature : float or array, K
        The inverse of :func:`disc_flux`: 611 K per sfu at 10.7 cm.

    Notes
    -----
    The quiet 67 sfu belong to 41 000 K, between chromosphere and corona: neither is that hot, the disc is a hot layer
    seen through which the cool one shines.

    Examples
    --------
    >>> float(disc_temperature(100.0).round(-2))
    61100.0
    """
    dilution = math.pi * (SOLAR_RADIUS / ASTRONOMICAL_UNIT) ** 2 * (radius / distance) ** 2
    return 1e-22 * flux / (dilution * 2 * BOLTZMANN) * (SPEED_OF_LIGHT / (1e6 * frequency)) ** 2


@model(
    cite="Tapping 2013, Space Weather 11, 394, doi:10.1002/swe.20064",
    valid={"flux": (50.0, 500.0), "distance": (0.98, 1.02)},
    monotonic={"flux": 1, "distance": 1},
)
def flux_at_one_au(flux: sfu, distance: au) -> sfu:
    """Solar radio flux adjusted to the mean distance of the Sun.

    Parameters
    ----------
    flux : float or array, sfu
        Flux as observed.
    distance : float or array, au
        Distance of the Sun at the time.

    Returns
    -------
    adjusted : float or array, sfu
        Flux times the square of the distance: the Sun's own activity, while the Earth feels the observed one.

    Notes
    -----
    The annual term is 3.4 % either way.

    Examples
    --------
    >>> float(flux_at_one_au(100.0, 0.9833).round(1))
    96.7
    """
    return flux * distance**2


# --- The slowly varying component -------------------------------------------------------------------------------------


@model(
    cite="ITU-R P.371-8 1999, Choice of indices for long-term ionospheric predictions",
    valid={"sunspot_number": (0.0, 250.0)},
    monotonic={"sunspot_number": 1},
)
def f107_of_sunspots(sunspot_number: dimensionless) -> sfu:
    """Monthly or smoothed F10.7 that goes with a sunspot number.

    Parameters
    ----------
    sunspot_number : float or array
        Smoothed sunspot number of version 1; take 0.7 times that of version 2, which is in use since July 2015.

    Returns
    -------
    f107 : float or array, sfu
        63.7 + 0.728 R + 8.9e-4 R^2.

    Notes
    -----
    For means over a month or longer; on single days the two differ by some 15 sfu.

    Examples
    --------
    >>> float(f107_of_sunspots(100.0).round(1))
    145.4
    """
    return 63.7 + 0.728 * sunspot_number + 8.9e-4 * sunspot_number**2


class Components(NamedTuple):
    """A daily series of radio flux divided by how fast it changes."""

    quiet: NDArray[np.float64]
    slow: NDArray[np.float64]


def slowly_varying_component(flux: ArrayLike, window: int = 81) -> Components:
    """Divide a daily radio flux into a background and the component that rotates with the active regions.

    Parameters
    ----------
    flux : array, sfu
        Daily values along the last axis; NaN where unknown.
    window : int, optional
        Days, odd and long enough to hold several rotations. The background is the lower envelope over it: the least
        flux in each window, averaged over a window.

    Returns
    -------
    Components
        ``quiet`` and ``slow``, which add up to the flux; NaN where the flux is.

    Raises
    ------
    InputError
        If the window is even or shorter than three days.

    Notes
    -----
    At centimetre and decimetre wavelengths the slow component comes from the dense, hot loops above spots and plages,
    and varies with the ultraviolet and X-rays.

    Examples
    --------
    >>> parts = slowly_varying_component([70.0, 71.0, 90.0, 71.0, 70.0], window=3)
    >>> float(parts.slow[2] > 15)
    1.0
    """
    if window < 3 or window % 2 == 0:
        raise InputError(f"the window must be odd and at least 3 days, not {window}")
    values = np.asarray(flux, dtype=np.float64)
    lowest = _sliding(np.where(np.isnan(values), np.inf, values), window, np.inf).min(axis=-1)
    known = np.isfinite(lowest)
    total = _sliding(np.where(known, lowest, 0.0), window, 0.0).sum(axis=-1)
    count = _sliding(known.astype(np.float64), window, 0.0).sum(axis=-1)
    with np.errstate(all="ignore"):
        quiet = np.where(np.isnan(values), np.nan, total / count)
    return Components(quiet, values - quiet)


def _sliding(values: NDArray[np.float64], window: int, edge: float) -> NDArray[np.float64]:
    """Windows around each value of the last axis, filled with `edge` beyond the ends."""
    widths = [(0, 0)] * (values.ndim - 1) + [(window // 2, window // 2)]
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, widths, constant_values=edge), window, axis=-1)


def autocorrelation(values: ArrayLike, longest: int = 60) -> NDArray[np.float64]:
    """Return the autocorrelation of a series with gaps.

    Parameters
    ----------
    values : array
        Evenly spaced; NaN where unknown.
    longest : int, optional
        Longest lag.

    Returns
    -------
    array
        Correlation of the pairs of known values at each lag from 0 to `longest`; NaN where fewer than three exist.

    Examples
    --------
    >>> autocorrelation([1.0, -1.0] * 10, 2).round(6).tolist()
    [1.0, -1.0, 1.0]
    """
    series = np.asarray(values, dtype=np.float64)
    result = np.full(longest + 1, np.nan)
    for lag in range(min(longest, series.size - 1) + 1):
        first, second = series[: series.size - lag], series[lag:]
        both = np.isfinite(first) & np.isfinite(second)
        if both.sum() >= 3:
            x, y = first[both] - first[both].mean(), second[both] - second[both].mean()
            spread = math.sqrt(float(x @ x) * float(y @ y))
            result[lag] = float(x @ y) / spread if spread > 0 else np.nan
    return result


class Regression(NamedTuple):
    """A straight line through two proxies of activity."""

    slope: float
    intercept: float
    correlation: float
    residual: float
    pairs: int


def proxy_regression(x: ArrayLike, y: ArrayLike) -> Regression:
    """Fit one proxy of solar activity by another.

    Parameters
    ----------
    x, y : array
        Two series of one length; pairs with a NaN do not count.

    Returns
    -------
    Regression
        ``y = intercept + slope x``, the correlation, the standard deviation of what remains, and the number of pairs.

    Raises
    ------
    InputError
        If the shapes differ or fewer than three pairs are known.

    Examples
    --------
    >>> fit = proxy_regression([70.0, 100.0, 150.0], [1.0, 1.6, 2.6])
    >>> round(fit.slope, 3), round(fit.correlation, 3)
    (0.02, 1.0)
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.shape != b.shape:
        raise InputError(f"the two series have the shapes {a.shape} and {b.shape}")
    both = np.isfinite(a) & np.isfinite(b)
    count = int(both.sum())
    if count < 3:
        raise InputError(f"a line needs three pairs of known values, not {count}")
    a, b = a[both], b[both]
    da, db = a - a.mean(), b - b.mean()
    slope = float(da @ db / (da @ da))
    intercept = float(b.mean() - slope * a.mean())
    remaining = db - slope * da
    correlation = float(da @ db / math.sqrt(float(da @ da) * float(db @ db)))
    return Regression(slope, intercept, correlation, math.sqrt(float(remaining @ remaining) / (count - 2)), count)


# --- Waves in a plasma ------------------------------------------------------------------------------------------------


@model(cite=_TONKS, valid={"n_e": (1e-2, 1e13)}, monotonic={"n_e": 1})
def plasma_frequency(n_e: per_cm3) -> MHz:
    """Frequency below which radio waves cannot pass a plasma without a magnetic field.

    Parameters
    ----------
    n_e : float or array, cm^-3
        Electron density.

    Returns
    -------
    frequency : float or array, MHz
        8.97866e-3 times the root of the density.

    Notes
    -----
    2.8 GHz cannot leave a density of 9.73e10 cm^-3, 90 MHz one of 1.005e8 cm^-3.

    Examples
    --------
    >>> float(plasma_frequency(1e8).round(2))
    89.79
    """
    xp = namespace(n_e)
    return PLASMA_CONSTANT * xp.sqrt(n_e)


@model(cite=_TONKS, valid={"frequency": (1e-3, 1e5)}, monotonic={"frequency": 1})
def plasma_density(frequency: MHz) -> per_cm3:
    """Electron density whose plasma frequency is given.

    Parameters
    ----------
    frequency : float or array, MHz
        Plasma frequency.

    Returns
    -------
    n_e : float or array, cm^-3
        The inverse of :func:`plasma_frequency`.

    Notes
    -----
    Emission at twice the plasma frequency comes from a quarter of that density.

    Examples
    --------
    >>> f"{float(plasma_density(100.0)):.4g}"
    '1.24e+08'
    """
    return (frequency / PLASMA_CONSTANT) ** 2


@model(cite=_TONKS, valid={"frequency": (100.0, 1e5), "n_e": (1.0, 1e8)}, monotonic={"frequency": 1, "n_e": -1})
def refractive_index(frequency: MHz, n_e: per_cm3) -> dimensionless:
    """Refractive index of a plasma without a magnetic field.

    Parameters
    ----------
    frequency : float or array, MHz
        Frequency of the wave.
    n_e : float or array, cm^-3
        Electron density.

    Returns
    -------
    index : float or array
        sqrt(1 - f_p^2 / f^2); NaN where the wave cannot exist.

    Notes
    -----
    Below one: rays bend away from the Sun.

    Examples
    --------
    >>> float(refractive_index(100.0, 1e8).round(3))
    0.44
    """
    xp = namespace(frequency, n_e)
    return xp.sqrt(1 - PLASMA_CONSTANT**2 * n_e / frequency**2)


@model(
    cite=_DULK,
    valid={"frequency": (10.0, 1e5), "n_e": (1.0, 1e11), "temperature": (5e3, 1e8)},
    monotonic={"n_e": 1},
)
def free_free_absorption(frequency: MHz, n_e: per_cm3, temperature: K) -> per_km:
    """Absorption of radio waves by electrons that pass ions.

    Parameters
    ----------
    frequency : float or array, MHz
        Frequency, well above the plasma frequency.
    n_e : float or array, cm^-3
        Electron density.
    temperature : float or array, K
        Temperature of the electrons.

    Returns
    -------
    absorption : float or array, km^-1
        Per length of path; divide by the refractive index near the plasma frequency.

    Notes
    -----
    Equation 21 of the paper for a plasma of hydrogen with one helium nucleus in ten protons, whose ions count as 1.17
    electrons: 9.78e-3 n_e sum(Z^2 n_i) / (f^2 T^1.5) times 18.2 + ln T^1.5 - ln f below 2e5 K and 24.5 + ln T - ln f
    above (cgs). The two forms differ by 4 % where they meet.

    Examples
    --------
    >>> f"{float(free_free_absorption(100.0, 1e8, 1e6)):.3g}"
    '2.27e-05'
    """
    xp = namespace(frequency, n_e, temperature)
    log_t, log_f = xp.log(temperature), xp.log(1e6 * frequency)
    logarithm = xp.where(temperature < _COULOMB_BREAK, 18.2 + 1.5 * log_t, 24.5 + log_t) - log_f
    return 1e5 * _ABSORPTION * _CHARGE_FACTOR * n_e**2 / ((1e6 * frequency) ** 2 * temperature**1.5) * logarithm


_ABSORPTION = 9.78e-3  # cgs, of Dulk's equation 21
_COULOMB_BREAK = 2e5  # K, above which the Coulomb logarithm is cut off by the electron's wavelength
_HELIUM = 0.1  # nuclei of helium for each proton
_CHARGE_FACTOR = (1 + 4 * _HELIUM) / (1 + 2 * _HELIUM)  # sum of Z^2 n_i over n_e


# --- The quiet disc ---------------------------------------------------------------------------------------------------


class Atmosphere(NamedTuple):
    """A spherical atmosphere along radius."""

    radius: NDArray[np.float64]
    density: NDArray[np.float64]
    temperature: NDArray[np.float64]


def quiet_atmosphere(
    coronal_temperature: float = 1.2e6,
    pressure: float = 0.007,
    heat_flux: float = 100.0,
    height: float = 2200.0,
    outer: float = 5.0,
    points: int = 1200,
) -> Atmosphere:
    """Return a hydrostatic atmosphere from the chromosphere through the transition region to the corona.

    Parameters
    ----------
    coronal_temperature : float, optional
        K, which the corona reaches and keeps.
    pressure : float, optional
        Pa, at the foot of the transition region. The default gives the 67 sfu of the quiet Sun at 10.7 cm; what
        ultraviolet lines ask for is two to three times as much, an old disagreement that loops and network explain.
    heat_flux : float, optional
        W m^-2 that electrons conduct down through the transition region.
    height : float, optional
        km, of its foot above the photosphere, where the temperature is 10 000 K.
    outer : float, optional
        R_sun, where the atmosphere ends.
    points : int, optional
        Number of radii.

    Returns
    -------
    Atmosphere
        ``radius`` (R_sun), electron ``density`` (cm^-3) and ``temperature`` (K).

    Notes
    -----
    Spitzer's conduction with a constant flux, T^(7/2) growing in proportion to height, joined to an isothermal corona
    and to 1000 km of chromosphere at 7000 to 10 000 K, fully ionised; one helium nucleus in ten protons. A mean
    atmosphere: the real one is made of network and loops.

    Examples
    --------
    >>> quiet = quiet_atmosphere()
    >>> f"{quiet.density[-1]:.0e}", bool((np.diff(quiet.temperature) >= 0).all())
    ('1e+04', True)
    """
    foot, conductivity = 1e4, 1e-11
    base = 1 + height * 1e3 / SOLAR_RADIUS
    third = points // 3
    chromosphere = np.linspace(base - 1e6 / SOLAR_RADIUS, base, third, endpoint=False)
    temperatures = np.geomspace(foot, coronal_temperature, third, endpoint=False)
    climb = 2 * conductivity / (7 * heat_flux) * (temperatures**3.5 - foot**3.5) / SOLAR_RADIUS
    top = base + 2 * conductivity / (7 * heat_flux) * (coronal_temperature**3.5 - foot**3.5) / SOLAR_RADIUS
    corona = 1 + np.geomspace(top - 1, outer - 1, points - 2 * third)
    radius = np.concatenate([chromosphere, base + climb, corona])
    cool = 7000 + 3000 * (chromosphere - chromosphere[0]) / (base - chromosphere[0])
    temperature = np.concatenate([cool, temperatures, np.full(corona.size, coronal_temperature)])
    # dp/dr = -g rho; one proton brings 1.4 proton masses and 2.3 particles with it
    weight = (1 + 4 * _HELIUM) / (2 + 3 * _HELIUM) * PROTON_MASS / BOLTZMANN * SOLAR_GM / SOLAR_RADIUS
    slope = -weight / temperature
    steps = 0.5 * (slope[1:] + slope[:-1]) * -np.diff(1 / radius)
    log_p = np.concatenate([[0.0], np.cumsum(steps)])
    p = pressure * np.exp(log_p - np.interp(base, radius, log_p))
    electrons = (1 + 2 * _HELIUM) / (2 + 3 * _HELIUM) * p / (BOLTZMANN * temperature)
    return Atmosphere(radius, 1e-6 * electrons, temperature)


@dataclass(frozen=True, eq=False)
class RadioDisc:
    """The radio Sun of a spherical atmosphere: rays that refraction bends and free electrons absorb.

    Parameters
    ----------
    atmosphere : Atmosphere, optional
        Radii (R_sun, rising), electron density (cm^-3) and temperature (K); :func:`quiet_atmosphere` if not given. The
        lowest radius is taken to be opaque.
    refraction : bool, optional
        Whether rays bend.
    background : float, optional
        Brightness temperature of the sky, K.

    Examples
    --------
    >>> disc = RadioDisc().solve([60.0, 2800.0])
    >>> disc.sizes["frequency"]
    2
    """

    atmosphere: Atmosphere = field(default_factory=quiet_atmosphere)
    refraction: bool = True
    background: float = 2.7

    def __post_init__(self) -> None:
        """Refuse profiles that are no atmosphere."""
        shapes = {np.shape(part) for part in self.atmosphere}
        radius = np.asarray(self.atmosphere.radius, dtype=np.float64)
        if len(shapes) != 1 or radius.ndim != 1 or radius.size < 2:
            raise InputError("radius, density and temperature must be three arrays of one length, at least two")
        if not (np.all(np.diff(radius) > 0) and radius[0] > 0):
            raise InputError("the radii of the atmosphere must be positive and rise")
        if not (
            np.all(np.asarray(self.atmosphere.density) >= 0) and np.all(np.asarray(self.atmosphere.temperature) > 0)
        ):
            raise InputError("density must not be negative, and temperature must be positive")

    def solve(self, frequency: ArrayLike, impact: ArrayLike | None = None) -> xr.Dataset:
        """Return the brightness across the disc.

        Parameters
        ----------
        frequency : array, MHz
            Frequencies.
        impact : array, R_sun, optional
            Distances from the centre of the disc; 0 to the edge of the atmosphere, dense about the limb, if not given.

        Returns
        -------
        Dataset
            ``brightness_temperature`` (K), ``optical_depth`` along the whole ray (infinite where it reaches the bottom)
            and ``turning_radius`` (R_sun, NaN where the ray does not turn) along ``frequency`` and ``impact``;
            ``flux`` (sfu at 1 au, the sky subtracted) and ``disc_temperature`` (K, of the disc of 1 R_sun with that
            flux) along ``frequency``.

        Notes
        -----
        In a sphere mu r sin(angle) stays what it was outside. The equation of transfer is solved shell by shell on the
        way in and out, with absorption and mu^2 r^2 linear in r^2 across each shell: of second order in its thickness
        (3/2 where refraction varies strongly at the turning point), without a singularity where the ray turns.
        """
        import xarray as xr

        from sunearth.numerics.threads import spread

        from ._radio_kernels import trace_rays

        frequencies = np.atleast_1d(np.asarray(frequency, dtype=np.float64))
        radius, density, temperature = (np.ascontiguousarray(part, dtype=np.float64) for part in self.atmosphere)
        if impact is None:
            edge = radius[-1]
            limb = 1 + np.concatenate([-np.geomspace(0.2, 1e-4, 60), np.geomspace(1e-4, 0.2, 120)])
            impacts = np.unique(
                np.concatenate([np.linspace(0, 0.8, 41), limb[limb < edge], np.linspace(min(1.2, edge), edge, 120)])
            )
        else:
            impacts = np.atleast_1d(np.asarray(impact, dtype=np.float64))
        plasma_squared = PLASMA_CONSTANT**2 * density
        log_t = np.log(temperature)
        logarithm = np.where(temperature < _COULOMB_BREAK, 18.2 + 1.5 * log_t, 24.5 + log_t)
        strength = 1e-12 * 1e2 * SOLAR_RADIUS * _ABSORPTION * _CHARGE_FACTOR * density**2 / temperature**1.5
        shape = (frequencies.size, impacts.size)
        brightness, depth, turning = np.empty(shape), np.empty(shape), np.empty(shape)
        profile = (radius, plasma_squared, strength, logarithm, temperature)

        def rays(start: int, stop: int) -> None:
            results = brightness, depth, turning
            trace_rays(start, stop, frequencies, impacts, *profile, self.refraction, self.background, *results)

        spread(rays, brightness.size)
        above = (brightness - self.background) * impacts
        solid_angle = 2 * math.pi * (SOLAR_RADIUS / ASTRONOMICAL_UNIT) ** 2
        flux = 1e22 * 2 * BOLTZMANN * (1e6 * frequencies / SPEED_OF_LIGHT) ** 2 * solid_angle
        flux = flux * np.trapezoid(above, impacts, axis=-1)
        both = ("frequency", "impact")
        names = {
            "brightness_temperature": (both, brightness, "K", "Brightness temperature of the radio Sun"),
            "optical_depth": (both, depth, "1", "Optical depth along the whole ray"),
            "turning_radius": (both, turning, "R_sun", "Least distance of the ray from the Sun's centre"),
            "flux": (("frequency",), flux, "sfu", "Radio flux of the quiet Sun at 1 au"),
            "disc_temperature": (
                ("frequency",),
                disc_temperature.spec.function(flux, frequencies),
                "K",
                "Brightness temperature of the disc of one solar radius with the same flux",
            ),
        }
        return xr.Dataset(
            {
                name: (dims, values, {"units": unit, "long_name": long_name, "references": _DULK})
                for name, (dims, values, unit, long_name) in names.items()
            },
            coords={
                "frequency": ("frequency", frequencies, {"units": "MHz", "long_name": "Frequency"}),
                "impact": ("impact", impacts, {"units": "R_sun", "long_name": "Distance from the centre of the disc"}),
            },
            attrs={"title": "Brightness across the radio disc of the quiet Sun", "references": _DULK},
        )


# --- Bursts -----------------------------------------------------------------------------------------------------------

DENSITIES: Final = ("newkirk_1961", "allen_1947", "saito_1970", "saito_1977", "leblanc_1998")
"""Density models of :mod:`sunearth.sun.corona` that turn a frequency into a height"""

_FARTHEST = math.log(300.0)  # of the distances at which a frequency is looked for, R_sun


def _density_model(density: str) -> Callable[[Any], Any]:
    from . import corona

    if density not in DENSITIES:
        raise UnknownNameError("density model", density, DENSITIES)
    function: Callable[[Any], Any] = getattr(corona, density).spec.function
    return function


@model(
    cite=_WILD,
    valid={"frequency": (12.0, 250.0), "harmonic": (1.0, 2.0), "fold": (1.0, 10.0)},
    monotonic={"frequency": -1, "fold": 1},
)
def burst_radius(
    frequency: MHz, harmonic: dimensionless = 1.0, fold: dimensionless = 1.0, density: str = "newkirk_1961"
) -> R_sun:
    """Heliocentric distance at which a burst of plasma emission arises.

    Parameters
    ----------
    frequency : float or array, MHz
        Frequency of the burst.
    harmonic : float or array
        1 for emission at the plasma frequency, 2 at its double.
    fold : float or array
        Factor on the density: 2 to 4 in streamers and above active regions.
    density : str
        One of `DENSITIES`.

    Returns
    -------
    radius : float or array, R_sun
        From the Sun's centre; NaN where the model has no such density between 1 and 300 R_sun.

    Notes
    -----
    Newkirk's model ends at 1.8 MHz; use Leblanc's for interplanetary bursts, which in turn lacks the low corona (it
    reaches 82 MHz at the surface). 100 to 300 MHz belong to 1 to 1.3 R_sun, not to the 50 to 100 R_sun that are
    sometimes printed: there the plasma frequency is 50 to 100 kHz.

    Examples
    --------
    >>> float(burst_radius(100.0).round(3))
    1.245
    """
    xp = namespace(frequency, harmonic, fold)
    profile = _density_model(density)
    wanted = xp.log((frequency / (harmonic * PLASMA_CONSTANT)) ** 2 / fold)
    low, high = 0.0 * wanted, 0.0 * wanted + _FARTHEST
    exists = (wanted <= xp.log(profile(xp.exp(low)))) & (wanted >= xp.log(profile(xp.exp(high))))
    for _ in range(26):
        middle = 0.5 * (low + high)
        denser = xp.log(profile(xp.exp(middle))) > wanted
        low, high = xp.where(denser, middle, low), xp.where(denser, high, middle)
    x = 0.5 * (low + high)
    for _ in range(2):
        x = x - (xp.log(profile(xp.exp(x))) - wanted) / _log_slope(xp, profile, x)
    return xp.where(exists, xp.exp(x), np.nan)


def _log_slope(xp: Any, profile: Callable[[Any], Any], x: Any, step: float = 1e-4) -> Any:
    """Derivative of the logarithm of density by that of distance, x being the latter logarithm."""
    ahead, behind = xp.log(profile(xp.exp(x + step))), xp.log(profile(xp.exp(x - step)))
    return (ahead - behind) / (2 * step)


@model(
    cite=_WILD,
    valid={"frequency": (12.0, 250.0), "drift": (-100.0, -1e-3), "harmonic": (1.0, 2.0), "fold": (1.0, 10.0)},
    monotonic={"drift": -1},
)
def burst_speed(
    frequency: MHz,
    drift: MHz_s,
    harmonic: dimensionless = 1.0,
    fold: dimensionless = 1.0,
    density: str = "newkirk_1961",
) -> km_s:
    """Speed of the source of a burst from the drift of its frequency.

    Parameters
    ----------
    frequency : float or array, MHz
        Frequency.
    drift : float or array, MHz/s
        Its rate of change, negative for sources that move outwards.
    harmonic : float or array
        1 for emission at the plasma frequency, 2 at its double.
    fold : float or array
        Factor on the density.
    density : str
        One of `DENSITIES`.

    Returns
    -------
    speed : float or array, km/s
        Radial, positive outwards.

    Notes
    -----
    v = 2 (df/dt) / f / (d ln n / dr). The time that light gains on the source is neglected: at a third of the speed of
    light a beam towards the observer appears that much faster.

    Examples
    --------
    >>> float(burst_speed(80.0, -0.2).round(-1))
    610.0
    """
    xp = namespace(frequency, drift, harmonic, fold)
    radius = burst_radius.spec.function(frequency, harmonic, fold, density)
    slope = _log_slope(xp, _density_model(density), xp.log(radius))
    return 2e-3 * SOLAR_RADIUS * drift / frequency * radius / slope


@model(
    cite=_WILD,
    valid={"frequency": (12.0, 250.0), "speed": (100.0, 2e5), "harmonic": (1.0, 2.0), "fold": (1.0, 10.0)},
    monotonic={"speed": -1},
)
def burst_drift(
    frequency: MHz,
    speed: km_s,
    harmonic: dimensionless = 1.0,
    fold: dimensionless = 1.0,
    density: str = "newkirk_1961",
) -> MHz_s:
    """Drift of the frequency of a burst whose source moves outwards.

    Parameters
    ----------
    frequency : float or array, MHz
        Frequency.
    speed : float or array, km/s
        Radial speed of the source.
    harmonic : float or array
        1 for emission at the plasma frequency, 2 at its double.
    fold : float or array
        Factor on the density.
    density : str
        One of `DENSITIES`.

    Returns
    -------
    drift : float or array, MHz/s
        Negative for sources that move outwards.

    Notes
    -----
    The inverse of :func:`burst_speed`.

    Examples
    --------
    >>> float(burst_drift(80.0, 1000.0).round(3))
    -0.329
    """
    xp = namespace(frequency, speed, harmonic, fold)
    radius = burst_radius.spec.function(frequency, harmonic, fold, density)
    slope = _log_slope(xp, _density_model(density), xp.log(radius))
    return speed * frequency * slope / (2e-3 * SOLAR_RADIUS * radius)


class PowerLawBurst(NamedTuple):
    """Where a burst arises and how fast its source moves."""

    radius: R_sun
    speed: km_s


@model(
    cite=_WILD,
    valid={"frequency": (1.0, 500.0), "drift": (-100.0, -1e-3), "n_sun": (1e8, 1e11), "exponent": (2.0, 16.0)},
)
def burst_in_power_law(
    frequency: MHz, drift: MHz_s, n_sun: per_cm3 = 1e10, exponent: dimensionless = 7.0
) -> PowerLawBurst:
    """Distance and speed of a burst's source in a corona whose density falls as a power of distance.

    Parameters
    ----------
    frequency : float or array, MHz
        Frequency, at the plasma frequency.
    drift : float or array, MHz/s
        Its rate of change, negative for sources that move outwards.
    n_sun : float or array, cm^-3
        Density at 1 R_sun.
    exponent : float or array
        The power with which density falls.

    Returns
    -------
    radius : float or array, R_sun
        Heliocentric distance of the source of a burst
    speed : float or array, km/s
        Radial speed of the source of a burst

    Notes
    -----
    r = (n_sun / n)^(1 / exponent) and v = -2 r / (exponent f) df/dt. A textbook corona falls from 1e10 at 1 R_sun to
    1e3 cm^-3 at 10 R_sun, the power 7; its own text elsewhere has 1e9 and 1e4, the power 5.

    Examples
    --------
    >>> source = burst_in_power_law(90.0, -8.0)
    >>> float(source.radius.round(3)), float(source.speed.round(-2))
    (1.929, 34100.0)
    """
    radius = (n_sun * (PLASMA_CONSTANT / frequency) ** 2) ** (1 / exponent)
    return PowerLawBurst(radius, -2e-3 * SOLAR_RADIUS * radius / exponent * drift / frequency)


@model(
    cite=_WILD,
    valid={"frequency": (1.0, 1000.0), "drift": (-1e3, -1e-3), "scale_height": (1e3, 1e6)},
    monotonic={"drift": -1, "frequency": -1, "scale_height": 1},
)
def burst_speed_exponential(frequency: MHz, drift: MHz_s, scale_height: km) -> km_s:
    """Speed of a burst's source in a corona whose density falls exponentially with height.

    Parameters
    ----------
    frequency : float or array, MHz
        Frequency.
    drift : float or array, MHz/s
        Its rate of change, negative for sources that move outwards.
    scale_height : float or array, km
        Height over which the density falls by the factor e.

    Returns
    -------
    speed : float or array, km/s
        -2 H (df/dt) / f, at any harmonic.

    Notes
    -----
    At 1.5e6 K the scale height near the Sun is 75 000 km.

    Examples
    --------
    >>> float(burst_speed_exponential(100.0, -0.5, 1e5).round(1))
    1000.0
    """
    return -2 * scale_height * drift / frequency


class BurstClass(NamedTuple):
    """A class of metre-wave bursts: what it looks like and what makes it. Speeds in km/s, durations in s."""

    name: str
    appearance: str
    shortest: float
    longest: float
    slowest: float
    fastest: float
    source: str


_C = SPEED_OF_LIGHT * 1e-3
BURST_CLASSES: Final = (
    BurstClass(
        "I",
        "narrow-band spikes of about 0.5 s in storms that last hours to days, near large spot groups",
        0.1,
        5.0,
        0.0,
        0.0,
        "electrons trapped above an active region, at the plasma frequency",
    ),
    BurstClass(
        "II",
        "slow drift from 75 to 100 MHz downwards, often with harmonic, 5 to 10 min long, some 5 min after type III",
        180.0,
        1800.0,
        200.0,
        4000.0,
        "a shock driven by an eruption, 500 to 1500 km/s as a rule; plasma emission at f_p and 2 f_p",
    ),
    BurstClass(
        "III",
        "fast drift over the whole band within seconds, in groups during the first minutes of a flare",
        1.0,
        60.0,
        0.05 * _C,
        0.9 * _C,
        "electron beams of 0.1 to 0.6 (0.9) c on open field; plasma emission at f_p and 2 f_p",
    ),
    BurstClass(
        "IV",
        "broad continuum without drift, or moving, for 10 min to hours after large flares",
        600.0,
        86400.0,
        0.0,
        0.0,
        "relativistic electrons trapped in loops and clouds; gyrosynchrotron and plasma emission",
    ),
    BurstClass(
        "V",
        "diffuse continuum below 100 MHz for 1 to 3 min that follows type III",
        30.0,
        240.0,
        0.0,
        0.0,
        "slow electrons of the same beams; plasma emission at 2 f_p",
    ),
)
"""Types I to V of metre-wave bursts. The emission is that of the plasma, not synchrotron, save in part in type IV"""

_STATIONARY = 20.0  # km/s, slower sources are taken to stand still
_BROAD = 0.3  # of the frequency: continua are broader, storm spikes and lanes narrower


def burst_class(
    frequency: float,
    drift: float,
    duration: float,
    relative_bandwidth: float,
    after_type_iii: bool = False,
    density: str = "newkirk_1961",
) -> str:
    """Return the class of a metre-wave burst by simple rules.

    Parameters
    ----------
    frequency : float
        MHz, its highest or mean frequency.
    drift : float
        MHz/s, 0 where it does not drift.
    duration : float
        s.
    relative_bandwidth : float
        Instantaneous bandwidth over frequency.
    after_type_iii : bool, optional
        Whether a type III burst came just before.
    density : str, optional
        One of `DENSITIES`, for the speed behind the drift.

    Returns
    -------
    str
        ``"I"`` to ``"V"``, or ``"unclassified"``.

    Notes
    -----
    The speed of the source decides between II and III, the bandwidth and duration among those that stand still.

    Examples
    --------
    >>> burst_class(80.0, -0.2, 400.0, 0.2), burst_class(80.0, -20.0, 5.0, 0.2)
    ('II', 'III')
    """
    speed = abs(float(burst_speed(frequency, drift, density=density))) if drift else 0.0
    by_name = {kind.name: kind for kind in BURST_CLASSES}
    if math.isnan(speed):
        return "unclassified"
    if speed > _STATIONARY:
        for name in ("III", "II"):
            kind = by_name[name]
            if kind.slowest <= speed <= kind.fastest and duration <= kind.longest:
                return name
        return "unclassified"
    if relative_bandwidth < _BROAD:
        return "I" if duration <= by_name["I"].longest else "unclassified"
    if after_type_iii and by_name["V"].shortest <= duration <= by_name["V"].longest:
        return "V"
    return "IV" if duration >= by_name["IV"].shortest else "unclassified"
