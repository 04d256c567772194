"""Sunlight at the Earth: the total through the year and the cycle, and its spectrum from X-rays to the infrared."""

from __future__ import annotations

import functools
import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import ASTRONOMICAL_UNIT, SOLAR_RADIUS, SPEED_OF_LIGHT
from sunearth.core.errors import UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import (
    K,
    R_sun,
    W_m2,
    W_m2_nm,
    au,
    dimensionless,
    nm,
    per_cm2_s,
    sfu,
)

from .radiation import PLANCK, SOLAR_TEMPERATURE, STEFAN_BOLTZMANN, blackbody_irradiance

if TYPE_CHECKING:
    import xarray as xr

NOMINAL_IRRADIANCE: Final = 1361.0
"""W m^-2 at 1 au (IAU 2015 nominal)"""
QUIET_IRRADIANCE: Final = 1360.8
"""W m^-2 at 1 au, measured at the minimum of 2008"""
QUIET_F107: Final = 70.0
"""sfu, F10.7 of a usual minimum"""
ACTIVE_F107: Final = 200.0
"""sfu, 81-day mean of F10.7 at the maximum of a strong cycle"""

_KOPP = "Kopp and Lean 2011, Geophys. Res. Lett. 38, L01706, doi:10.1029/2010GL045777"
_EUVAC = "Richards et al. 1994, J. Geophys. Res. 99, 8981, doi:10.1029/94JA00518"
_SOLOMON = "Solomon and Qian 2005, J. Geophys. Res. 110, A10306, doi:10.1029/2005JA011160"
_SPAM = "Nikolaeva and Gordeev 2023, Atmosphere 14, 226, doi:10.3390/atmos14020226"


@model(
    cite="Kepler 1609, Astronomia Nova",
    valid={"eccentricity": (0.0, 0.9)},
    monotonic={"eccentricity": 1},
)
def annual_ratio(eccentricity: dimensionless = 0.016709) -> dimensionless:
    """Irradiance at perihelion over that at aphelion.

    Parameters
    ----------
    eccentricity : float or array
        Of the orbit.

    Returns
    -------
    ratio : float or array
        ((1 + e) / (1 - e))^2.

    Notes
    -----
    The inverse square of the two distances of Kepler's ellipse.

    Examples
    --------
    >>> float(annual_ratio(0.01671).round(3))
    1.069
    """
    return ((1 + eccentricity) / (1 - eccentricity)) ** 2


@model(
    cite="Kepler 1604, Ad Vitellionem Paralipomena",
    valid={"distance": (0.01, 100.0), "total": (1.0, 1e5)},
    monotonic={"distance": -1, "total": 1},
)
def irradiance_at_distance(distance: au, total: W_m2 = NOMINAL_IRRADIANCE) -> W_m2:
    """Total irradiance of the Sun at a distance from it.

    Parameters
    ----------
    distance : float or array, au
        Distance from the Sun.
    total : float or array, W m^-2
        Irradiance at 1 au.

    Returns
    -------
    irradiance : float or array, W m^-2
        By the inverse square.

    Notes
    -----
    Any irradiance at 1 au, spectral or total, reduces in this way.

    Examples
    --------
    >>> float(irradiance_at_distance(1.524).round(0))
    586.0
    """
    return total / distance**2


@model(
    cite="Stefan 1879, Sitzungsber. Akad. Wiss. Wien 79, 391",
    valid={"temperature": (1000.0, 1e5), "distance": (0.01, 100.0), "radius": (0.01, 100.0)},
    monotonic={"temperature": 1, "distance": -1, "radius": 1},
)
def photospheric_irradiance(temperature: K = SOLAR_TEMPERATURE, distance: au = 1.0, radius: R_sun = 1.0) -> W_m2:
    """Total irradiance at a distance from a black sphere.

    Parameters
    ----------
    temperature : float or array, K
        Of the sphere's surface.
    distance : float or array, au
        From its centre.
    radius : float or array, R_sun
        Of the sphere.

    Returns
    -------
    irradiance : float or array, W m^-2
        sigma T^4 (radius / distance)^2.

    Notes
    -----
    1361 W m^-2 belong to 5772 K; the 1380 of older books to 5780 K with rounded radius and distance.

    Examples
    --------
    >>> float(photospheric_irradiance(5772.0).round(0))
    1361.0
    """
    return STEFAN_BOLTZMANN * temperature**4 * (SOLAR_RADIUS / ASTRONOMICAL_UNIT * radius / distance) ** 2


@model(
    cite=_KOPP,
    valid={"f107_81day": (60.0, 260.0), "distance": (0.9, 1.1), "swing": (0.0, 0.005)},
    monotonic={"f107_81day": 1, "distance": -1},
)
def total_irradiance(f107_81day: sfu, distance: au = 1.0, swing: dimensionless = 0.001) -> W_m2:
    """Total irradiance of the Sun through the cycle and the year.

    Parameters
    ----------
    f107_81day : float or array, sfu
        81-day mean of F10.7.
    distance : float or array, au
        Distance from the Sun, for the Earth that of :func:`sunearth.sun.rotation.sun_distance`.
    swing : float or array
        Relative rise from a quiet (70 sfu) to a strongly active Sun (200 sfu).

    Returns
    -------
    irradiance : float or array, W m^-2
        At that distance.

    Notes
    -----
    The level measured at the minimum of 2008, 1360.8 W m^-2, and a rise in proportion to the smoothed F10.7 that
    reaches the observed 0.1 % at a strong maximum. It follows cycles, not days: large sunspot groups darken the Sun by
    up to 0.3 % while they cross the disc. The year changes what arrives at the Earth 70 times as much as the cycle.

    Examples
    --------
    >>> total_irradiance([70.0, 200.0]).round(1).tolist()
    [1360.8, 1362.2]
    """
    rise = swing * (f107_81day - QUIET_F107) / (ACTIVE_F107 - QUIET_F107)
    return QUIET_IRRADIANCE * (1 + rise) / distance**2


class EuvBands(NamedTuple):
    """Bands of a spectral model in nm, the photon fluxes at its reference level in cm^-2 s^-1, and how they grow."""

    shortest: NDArray[np.float64]
    longest: NDArray[np.float64]
    reference: NDArray[np.float64]
    growth: NDArray[np.float64]
    cite: str

    @property
    def photon_energy(self) -> NDArray[np.float64]:
        """Energy of a photon in the middle of each band, in J."""
        middle: NDArray[np.float64] = 0.5e-9 * (self.shortest + self.longest)
        energy: NDArray[np.float64] = PLANCK * SPEED_OF_LIGHT / middle
        return energy


def _bands(rows: list[tuple[float, float, float, float]], cite: str) -> EuvBands:
    shortest, longest, reference, growth = np.array(rows).T
    return EuvBands(shortest, longest, reference, growth, cite)


RICHARDS_1994: Final = _bands(
    [
        (5.0, 10.0, 1.200e9, 1.0017e-2),
        (10.0, 15.0, 0.450e9, 7.1250e-3),
        (15.0, 20.0, 4.800e9, 1.3375e-2),
        (20.0, 25.0, 3.100e9, 1.9450e-2),
        (25.632, 25.632, 0.460e9, 2.7750e-3),
        (28.415, 28.415, 0.210e9, 1.3768e-1),
        (25.0, 30.0, 1.679e9, 2.6467e-2),
        (30.331, 30.331, 0.800e9, 2.5000e-2),
        (30.378, 30.378, 6.900e9, 3.3333e-3),
        (30.0, 35.0, 0.965e9, 2.2450e-2),
        (36.807, 36.807, 0.650e9, 6.5917e-3),
        (35.0, 40.0, 0.314e9, 3.6542e-2),
        (40.0, 45.0, 0.383e9, 7.4083e-3),
        (46.522, 46.522, 0.290e9, 7.4917e-3),
        (45.0, 50.0, 0.285e9, 2.0225e-2),
        (50.0, 55.0, 0.452e9, 8.7583e-3),
        (55.437, 55.437, 0.720e9, 3.2667e-3),
        (58.433, 58.433, 1.270e9, 5.1583e-3),
        (55.0, 60.0, 0.357e9, 3.6583e-3),
        (60.976, 60.976, 0.530e9, 1.6175e-2),
        (62.973, 62.973, 1.590e9, 3.3250e-3),
        (60.0, 65.0, 0.342e9, 1.1800e-2),
        (65.0, 70.0, 0.230e9, 4.2667e-3),
        (70.336, 70.336, 0.360e9, 3.0417e-3),
        (70.0, 75.0, 0.141e9, 4.7500e-3),
        (76.515, 76.515, 0.170e9, 3.8500e-3),
        (77.041, 77.041, 0.260e9, 1.2808e-2),
        (78.936, 78.936, 0.702e9, 3.2750e-3),
        (75.0, 80.0, 0.758e9, 4.7667e-3),
        (80.0, 85.0, 1.625e9, 4.8167e-3),
        (85.0, 90.0, 3.537e9, 5.6750e-3),
        (90.0, 95.0, 3.000e9, 4.9833e-3),
        (97.702, 97.702, 4.400e9, 3.9417e-3),
        (95.0, 100.0, 1.475e9, 4.4167e-3),
        (102.572, 102.572, 3.500e9, 5.1833e-3),
        (103.191, 103.191, 2.100e9, 5.2833e-3),
        (100.0, 105.0, 2.467e9, 4.3750e-3),
    ],
    _EUVAC,
)
"""Twenty bands of 5 nm and seventeen lines (bands of no width) from 5 to 105 nm; the bands are without their lines"""

SOLOMON_QIAN_2005: Final = _bands(
    [
        (0.05, 0.4, 5.010e1, 6.240e-1),
        (0.4, 0.8, 1.000e4, 3.710e-1),
        (0.8, 1.8, 2.000e6, 2.000e-1),
        (1.8, 3.2, 2.850e7, 6.247e-2),
        (3.2, 7.0, 5.326e8, 1.343e-2),
        (7.0, 15.5, 1.270e9, 9.182e-3),
        (15.5, 22.4, 5.612e9, 1.433e-2),
        (22.4, 29.0, 4.342e9, 2.575e-2),
        (29.0, 32.0, 8.380e9, 7.059e-3),
        (32.0, 54.0, 2.861e9, 1.458e-2),
        (54.0, 65.0, 4.830e9, 5.857e-3),
        (65.0, 79.8, 1.459e9, 5.719e-3),
        (65.0, 79.8, 1.142e9, 3.680e-3),
        (79.8, 91.3, 2.364e9, 5.310e-3),
        (79.8, 91.3, 3.655e9, 5.261e-3),
        (79.8, 91.3, 8.448e8, 5.437e-3),
        (91.3, 97.5, 3.818e8, 4.915e-3),
        (91.3, 97.5, 1.028e9, 4.955e-3),
        (91.3, 97.5, 7.156e8, 4.422e-3),
        (97.5, 98.7, 4.482e9, 3.950e-3),
        (98.7, 102.7, 4.419e9, 5.021e-3),
        (102.7, 105.0, 4.235e9, 4.825e-3),
        (105.0, 110.0, 3.298e9, 3.007e-3),
        (110.0, 115.0, 3.200e9, 2.099e-3),
        (115.0, 120.0, 8.399e9, 2.541e-3),
        (121.567, 121.567, 3.940e11, 4.230e-3),
        (120.0, 125.0, 1.509e10, 3.739e-3),
        (125.0, 130.0, 7.790e9, 2.610e-3),
        (130.0, 135.0, 2.659e10, 2.877e-3),
        (135.0, 140.0, 1.387e10, 2.632e-3),
        (140.0, 145.0, 1.824e10, 1.873e-3),
        (145.0, 150.0, 2.802e10, 1.202e-3),
        (150.0, 155.0, 5.080e10, 1.531e-3),
        (155.0, 160.0, 7.260e10, 1.125e-3),
        (160.0, 165.0, 1.055e11, 1.043e-3),
        (165.0, 170.0, 1.998e11, 6.089e-4),
        (170.0, 175.0, 3.397e11, 5.937e-4),
    ],
    _SOLOMON,
)
"""Bands from 0.05 to 175 nm. Those that share their limits divide one range by how strongly nitrogen absorbs"""

SPECTRA: Final = {"richards_1994": RICHARDS_1994, "solomon_qian_2005": SOLOMON_QIAN_2005}

_LEAST_GROWTH = 0.8  # neither model lets a flux fall below this part of its reference
_PIVOT = 80.0  # sfu, where both take their reference fluxes


@model(
    cite=_EUVAC,
    valid={"band": (1.0, 37.0), "f107": (65.0, 300.0), "f107_81day": (65.0, 260.0)},
    monotonic={"f107": 1, "f107_81day": 1},
)
def richards_1994(band: dimensionless, f107: sfu, f107_81day: sfu) -> per_cm2_s:
    """Photon flux of the extreme ultraviolet Sun in one of 37 bands and lines.

    Parameters
    ----------
    band : float or array
        Number of the band, 1 to 37, in the order of `RICHARDS_1994`.
    f107 : float or array, sfu
        F10.7 of the day.
    f107_81day : float or array, sfu
        Its centred 81-day mean.

    Returns
    -------
    photon_flux : float or array, cm^-2 s^-1
        At 1 au; NaN for bands that do not exist.

    Notes
    -----
    EUVAC: F74113 (1 + A (P - 80)) with P the mean of the two indices, in which the reference spectrum of 23 April 1974
    is doubled from 15 to 25 nm and tripled below 15 nm, as photoelectrons demand. Near the minimum some factors would
    fall far, that of Fe XV below zero: as in the authors' program none falls below 0.8. Against daily spectra of 2003
    and 2015 the sum from 5 to 105 nm is right within 5 %, with too much below 25 nm (by 1.2 to 2.8) and too little from
    65 to 95 nm (by 0.4 to 0.6).

    Examples
    --------
    >>> f"{float(richards_1994(9.0, 150.0, 150.0)):.4g}"
    '8.51e+09'
    """
    return _scaled_bands(RICHARDS_1994, band, f107, f107_81day)


@model(
    cite=_SOLOMON,
    valid={"band": (1.0, 37.0), "f107": (65.0, 300.0), "f107_81day": (65.0, 260.0)},
    monotonic={"f107": 1, "f107_81day": 1},
)
def solomon_qian_2005(band: dimensionless, f107: sfu, f107_81day: sfu) -> per_cm2_s:
    """Photon flux of the ultraviolet Sun in one of the bands used by circulation models.

    Parameters
    ----------
    band : float or array
        Number of the band, 1 to 37, in the order of `SOLOMON_QIAN_2005`.
    f107 : float or array, sfu
        F10.7 of the day.
    f107_81day : float or array, sfu
        Its centred 81-day mean.

    Returns
    -------
    photon_flux : float or array, cm^-2 s^-1
        At 1 au; NaN for bands that do not exist.

    Notes
    -----
    The 22 bands of the paper's table A1 with the fluxes and factors of EUVAC, extended below 5 nm, and fifteen bands
    from 105 to 175 nm that general circulation models add after Woods and Rottman (2002). No factor falls below 0.8.

    Examples
    --------
    >>> f"{float(solomon_qian_2005(26.0, 150.0, 150.0)):.4g}"
    '5.107e+11'
    """
    return _scaled_bands(SOLOMON_QIAN_2005, band, f107, f107_81day)


def _scaled_bands(bands: EuvBands, band: Any, f107: Any, f107_81day: Any) -> Any:
    xp = namespace(band, f107, f107_81day)
    count = bands.reference.size
    exists = (band >= 1) & (band < count + 1)
    place = xp.astype(xp.where(exists, band - 1, 0.0 * xp.ones_like(band)), xp.int64)
    reference = xp.take(xp.asarray(bands.reference), place)
    growth = xp.take(xp.asarray(bands.growth), place)
    factor = 1 + growth * (0.5 * (f107 + f107_81day) - _PIVOT)
    return xp.where(exists, reference, np.nan) * xp.maximum(factor, _LEAST_GROWTH + 0.0 * factor)


@model(
    cite=_EUVAC,
    valid={"f107": (65.0, 300.0), "f107_81day": (65.0, 260.0)},
    monotonic={"f107": 1, "f107_81day": 1},
)
def euv_energy_flux(f107: sfu, f107_81day: sfu) -> W_m2:
    """Energy flux of the extreme ultraviolet Sun between 5 and 105 nm.

    Parameters
    ----------
    f107 : float or array, sfu
        F10.7 of the day.
    f107_81day : float or array, sfu
        Its centred 81-day mean.

    Returns
    -------
    energy_flux : float or array, W m^-2
        At 1 au.

    Notes
    -----
    The sum of :func:`richards_1994` over its bands and lines, photons taken at the middle of each band.

    Examples
    --------
    >>> float((1e3 * euv_energy_flux(70.0, 70.0)).round(2)), float((1e3 * euv_energy_flux(200.0, 200.0)).round(2))
    (2.47, 6.43)
    """
    xp = namespace(f107, f107_81day)
    above = 0.5 * (f107 + f107_81day) - _PIVOT
    energy = RICHARDS_1994.reference * RICHARDS_1994.photon_energy * 1e4
    total = 0.0 * above
    for power, growth in zip(energy.tolist(), RICHARDS_1994.growth.tolist(), strict=True):
        factor = 1 + growth * above
        total = total + power * xp.maximum(factor, _LEAST_GROWTH + 0.0 * factor)
    return total


@functools.cache
def _nikolaeva_gordeev_table() -> NDArray[np.float64]:
    """Shortest and longest wavelength, the three coefficients, correlation and rms error of each band of 1 nm."""
    path = Path(__file__).with_name("nikolaeva_gordeev_2023.csv")
    table: NDArray[np.float64] = np.loadtxt(path, delimiter=",", skiprows=4)
    return table


@model(
    cite=_SPAM,
    valid={"wavelength": (0.0, 189.999), "f107": (65.0, 200.0)},
    monotonic={},
)
def nikolaeva_gordeev_2023(wavelength: nm, f107: sfu) -> W_m2_nm:
    """Spectral irradiance of the Sun from X-rays to the far ultraviolet.

    Parameters
    ----------
    wavelength : float or array, nm
        0 to 190; the spectrum is constant within each nanometre.
    f107 : float or array, sfu
        F10.7 of the day.

    Returns
    -------
    irradiance : float or array, W m^-2 nm^-1
        At 1 au; NaN beyond the wavelengths of the model.

    Notes
    -----
    Solar-SPAM: for each nanometre a parabola in F10.7, fitted to daily means of TIMED/SEE from 2002 to 2016 with
    65 < F10.7 < 200 sfu. Many of the parabolas turn over soon beyond 200 sfu. From 60 to 105 nm it is a steady 1.25
    times as bright as daily spectra of 2003 and 2015 that rest on an older calibration of the same instrument.

    Examples
    --------
    >>> float((1e3 * nikolaeva_gordeev_2023(121.567, 150.0)).round(2))
    8.8
    """
    xp = namespace(wavelength, f107)
    table = _nikolaeva_gordeev_table()
    exists = (wavelength >= 0) & (wavelength < len(table))
    place = xp.astype(xp.where(exists, wavelength, 0.0 * xp.ones_like(wavelength)), xp.int64)
    a, b, c = (xp.take(xp.asarray(table[:, column]), place) for column in (2, 3, 4))
    return xp.where(exists, a, np.nan) + b * f107 + c * f107**2


# Brightness temperature of the quiet Sun by wavelength (nm, K): band means of the measured reference spectrum of
# Colina et al. 1996 (Astron. J. 112, 307) below 280 nm and of ASTM G173-03 (extraterrestrial) from there on.
_BRIGHTNESS: Final = (
    (195.0, 4768.0),
    (205.0, 4852.0),
    (215.0, 5124.0),
    (225.0, 5106.0),
    (235.0, 4961.0),
    (245.0, 4903.0),
    (255.0, 4940.0),
    (265.0, 5260.0),
    (275.0, 5154.0),
    (285.0, 5243.0),
    (295.0, 5531.0),
    (305.0, 5487.0),
    (315.0, 5551.0),
    (330.0, 5642.0),
    (350.0, 5578.0),
    (370.0, 5603.0),
    (390.0, 5492.0),
    (410.0, 5844.0),
    (435.0, 5803.0),
    (475.0, 5905.0),
    (525.0, 5837.0),
    (575.0, 5857.0),
    (625.0, 5835.0),
    (675.0, 5799.0),
    (750.0, 5773.0),
    (850.0, 5748.0),
    (950.0, 5791.0),
    (1100.0, 5855.0),
    (1300.0, 6045.0),
    (1500.0, 6264.0),
    (1700.0, 6388.0),
    (1900.0, 6282.0),
    (2250.0, 6209.0),
    (2750.0, 5871.0),
    (3500.0, 5864.0),
)
_LEVEL: Final = 0.9917  # brings the integral of the two older spectra to the total measured since
# Rise of the irradiance over a strong cycle (nm, natural logarithm of the part), beyond the reach of the far
# ultraviolet model: it falls from some 6 % at 190 nm to the 0.1 % of the total in the visible.
_RISE: Final = tuple((x, math.log(part)) for x, part in ((190.0, 0.06), (240.0, 0.03), (300.0, 0.006), (400.0, 0.001)))


@model(
    cite="ASTM G173-03 2003, Standard Tables for Reference Solar Spectral Irradiances",
    valid={"wavelength": (0.5, 1e5), "f107": (65.0, 200.0)},
)
def spectral_irradiance(wavelength: nm, f107: sfu = QUIET_F107) -> W_m2_nm:
    """Spectral irradiance of the Sun from X-rays to the infrared.

    Parameters
    ----------
    wavelength : float or array, nm
        Wavelength.
    f107 : float or array, sfu
        F10.7; of the day below 190 nm, best its 81-day mean above.

    Returns
    -------
    irradiance : float or array, W m^-2 nm^-1
        At 1 au, without the lines that are narrower than some 10 nm above 190 nm.

    Notes
    -----
    Below 190 nm :func:`nikolaeva_gordeev_2023`. Above, a black body whose temperature follows the brightness
    temperature of measured reference spectra in bands, from 4770 K at 195 nm to 6390 K at 1.7 um, where the Sun is most
    transparent; beyond 3.5 um it is kept, which is a little too bright at 10 um. The whole is scaled by 0.992, so that
    it adds up to the quiet total of 1360.8 W m^-2. Means over 50 nm and more are good to some 3 % in the visible.
    The rise with the cycle there is a smooth curve from 6 % at 190 to 0.1 % above 400 nm: an order of magnitude, since
    measurements of it disagree among themselves.

    Examples
    --------
    >>> float(spectral_irradiance(500.0).round(2))
    1.92
    """
    xp = namespace(wavelength, f107)
    temperature = _interpolated(xp, wavelength, _BRIGHTNESS)
    rise = xp.exp(_interpolated(xp, wavelength, _RISE)) * (f107 - QUIET_F107) / (ACTIVE_F107 - QUIET_F107)
    continuum = blackbody_irradiance.spec.function(wavelength, temperature) * _LEVEL * (1 + rise)
    short = wavelength < 190
    ultraviolet = nikolaeva_gordeev_2023.spec.function(xp.where(short, wavelength, 0.0 * wavelength), f107)
    return xp.where(short, ultraviolet, continuum)


def _interpolated(xp: Any, x: Any, nodes: tuple[tuple[float, float], ...]) -> Any:
    """Piecewise linear through nodes, constant outside."""
    value = 0.0 * x + nodes[0][1]
    for (left, low), (right, high) in itertools.pairwise(nodes):
        value = value + (high - low) * xp.clip((x - left) / (right - left), 0.0, 1.0)
    return value


@model(cite=_SPAM, valid={"wavelength": (0.5, 1e5)})
def cycle_swing(wavelength: nm) -> dimensionless:
    """Relative rise of the spectral irradiance from a quiet Sun to a strong maximum.

    Parameters
    ----------
    wavelength : float or array, nm
        Wavelength.

    Returns
    -------
    swing : float or array
        Irradiance at 200 over that at 70 sfu, less one.

    Notes
    -----
    Of :func:`spectral_irradiance`: factors in X-rays, one half in Lyman alpha, some percent in the far ultraviolet and
    a thousandth in the visible, as Lean (1991) drew it.

    Examples
    --------
    >>> cycle_swing([0.5, 121.5, 170.5, 550.0]).round(3).tolist()
    [17.913, 0.498, 0.056, 0.001]
    """
    spectrum = spectral_irradiance.spec.function
    return (
        spectrum(wavelength, ACTIVE_F107 + 0.0 * wavelength) / spectrum(wavelength, QUIET_F107 + 0.0 * wavelength) - 1
    )


def euv_spectrum(f107: Any, f107_81day: Any = None, spectrum: str = "richards_1994", distance: Any = 1.0) -> xr.Dataset:
    """Return the ultraviolet spectrum in all bands of a model.

    Parameters
    ----------
    f107 : float, array or DataArray, sfu
        F10.7 of the day; unnamed axes are called ``time``.
    f107_81day : float, array or DataArray, optional
        Its centred 81-day mean; `f107` if not given.
    spectrum : str, optional
        ``"richards_1994"`` (5 to 105 nm) or ``"solomon_qian_2005"`` (0.05 to 175 nm).
    distance : float, array or DataArray, optional
        Distance from the Sun in au.

    Returns
    -------
    Dataset
        ``photon_flux`` (cm^-2 s^-1) and ``irradiance`` (W m^-2) along the dims of the input and ``band``, with the
        limits ``shortest`` and ``longest`` (nm) of each band as coordinates.

    Raises
    ------
    UnknownNameError
        If there is no such spectrum.

    Examples
    --------
    >>> quiet = euv_spectrum(70.0)
    >>> quiet.sizes["band"], round(1e3 * float(quiet.irradiance.sum()), 2)
    (37, 2.47)
    """
    import xarray as xr

    if spectrum not in SPECTRA:
        raise UnknownNameError("spectrum", spectrum, SPECTRA)
    bands = SPECTRA[spectrum]
    flux = _labelled(xr, f107)
    mean = flux if f107_81day is None else _labelled(xr, f107_81day)
    number = xr.DataArray(
        np.arange(1.0, bands.reference.size + 1),
        dims="band",
        attrs={"units": "1", "long_name": f"Number of the band in {spectrum}"},
    )
    declared = richards_1994 if spectrum == "richards_1994" else solomon_qian_2005
    photons = declared(number, flux, mean) / _labelled(xr, distance) ** 2
    photons = photons.transpose(..., "band")
    irradiance = photons * xr.DataArray(1e4 * bands.photon_energy, dims="band")
    attrs = {"references": bands.cite}
    return xr.Dataset(
        {
            "photon_flux": photons.assign_attrs(
                units="cm^-2 s^-1", long_name="Photon flux of the ultraviolet Sun", **attrs
            ),
            "irradiance": irradiance.assign_attrs(
                units="W m^-2", long_name="Irradiance of the ultraviolet Sun", **attrs
            ),
        },
        coords={
            "band": number.astype(np.int64),
            "shortest": ("band", bands.shortest, {"units": "nm", "long_name": "Shortest wavelength of the band"}),
            "longest": ("band", bands.longest, {"units": "nm", "long_name": "Longest wavelength of the band"}),
        },
        attrs={"title": f"Solar ultraviolet spectrum by {spectrum}", "references": bands.cite},
    )


def _labelled(xr: Any, value: Any) -> Any:
    if isinstance(value, xr.DataArray):
        return value
    array = np.asarray(value, dtype=np.float64)
    names = ("time",) if array.ndim == 1 else tuple(f"axis_{k}" for k in range(array.ndim))
    return xr.DataArray(array, dims=names)
