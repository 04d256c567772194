"""Charge exchange: how the hydrogen of the geocorona turns the ions of the ring current into neutral atoms.

A fast ion takes an electron from a slow hydrogen atom and leaves as an energetic neutral atom. This drains the ring
current through the recovery of a storm and makes it visible from afar.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import ELECTRON_MASS, ELEMENTARY_CHARGE, SPEED_OF_LIGHT
from sunearth.core.errors import UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_E, cm2, dimensionless, h, keV, per_cm3, rad
from sunearth.geomagnetism.trapped import SPECIES

_RAIRDEN = "Rairden et al. 1986, J. Geophys. Res. 91, 13613"
_LINDSAY_STEBBINGS = "Lindsay and Stebbings 2005, J. Geophys. Res. 110, A12213"
_FOK = "Fok et al. 1993, J. Geophys. Res. 98, 19381"
_EQUATORIAL: Final = math.pi / 2

_HELIUM_MASS: Final = 4.002603254 * 1.66053906892e-27 - ELECTRON_MASS  # AME2020, one electron away
REST_ENERGY: Final = {
    "proton": SPECIES["proton"].rest_energy,
    "helium": _HELIUM_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE * 1e-3,
    "oxygen": SPECIES["oxygen"].rest_energy,
    "electron": SPECIES["electron"].rest_energy,
}
"""keV, of H+, He+, O+ and electrons: all singly charged"""

_EXOBASE = 1.08
"""R_E, the lower end of the geocorona's profile"""


@model(cite=_RAIRDEN, valid={"r": (1.09, 12.0)}, monotonic={"r": -1})
def rairden_1986(r: R_E) -> per_cm3:
    """Density of atomic hydrogen in the geocorona.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.

    Returns
    -------
    density : float or array, cm^-3
        The same in all directions: 44 000 at the exobase at 1.08 R_E, held below it.

    Notes
    -----
    Chamberlain's exosphere as fitted to what Dynamics Explorer 1 saw in Lyman alpha, here in the closed form
    exp(10.692 - 4.4431 ln(r / 1.08)^0.715831) that ring current codes use for it. The real geocorona is denser at
    night, and changes with season and solar activity by some tens of per cent, and more beyond 8 R_E.

    Examples
    --------
    >>> rairden_1986(np.array([2.0, 3.0, 5.0])).round(0).tolist()
    [1901.0, 483.0, 106.0]
    """
    xp = namespace(r)
    # at the exobase itself the power has no slope
    height = xp.log(r / _EXOBASE)
    above = height > 1e-6
    return xp.exp(10.692 - 4.4431 * xp.where(above, xp.where(above, height, 1.0) ** 0.715831, 0.0 * height))


@model(cite=_LINDSAY_STEBBINGS, valid={"energy": (0.005, 250.0)}, monotonic={"energy": -1})
def lindsay_stebbings_2005(energy: keV) -> cm2:
    """Cross section for charge exchange of protons with atomic hydrogen.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the proton.

    Returns
    -------
    cross_section : float or array, cm^2
        For capture of one electron.

    Notes
    -----
    (4.15 - 0.531 ln E)^2 (1 - exp(-67.3 / E))^4.5 in 1e-16 cm^2, good to about 10 %.

    Examples
    --------
    >>> print(f"{lindsay_stebbings_2005(10.0):.2e}")
    8.52e-16
    """
    xp = namespace(energy)
    return (4.15 - 0.531 * xp.log(energy)) ** 2 * (1.0 - xp.exp(-67.3 / energy)) ** 4.5 * 1e-16


# Powers of log10(E / keV) in log10(cross section / m^2).
_CROSS_SECTION: Final = {
    "proton": (-18.767, -0.11017, -3.8173e-2, -0.1232, -5.0488e-2),
    "helium": (-20.789, 0.92316, -0.68017, 0.66153, -0.20998),
    "oxygen": (-18.987, -0.10613, -5.4841e-3, -1.6262e-2, -7.0554e-3),
}


@model(cite=_FOK, valid={"energy": (0.1, 500.0)})
def charge_exchange_cross_section(energy: keV, species: str = "proton") -> cm2:
    """Cross section for charge exchange of the ions of the ring current with atomic hydrogen.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the ion; taken as 0.01 keV below that.
    species : {"proton", "helium", "oxygen"}
        H+, He+ or O+.

    Returns
    -------
    cross_section : float or array, cm^2
        For capture of one electron.

    Raises
    ------
    UnknownNameError
        If there is no such ion.

    Notes
    -----
    Fourth-order polynomials in the logarithm of the energy through the recommended measurements of Barnett (1990) and
    Phaneuf et al. (1987), as ring current models use them. For protons :func:`lindsay_stebbings_2005`, of later
    measurements, is 0.87 to 1.5 times as large from 0.1 to 200 keV, most so around 30 keV.

    Examples
    --------
    >>> [f"{charge_exchange_cross_section(50.0, species=name):.1e}" for name in ("proton", "helium", "oxygen")]
    ['8.1e-17', '2.0e-16', '4.8e-16']
    """
    if species not in _CROSS_SECTION:
        raise UnknownNameError("ion", str(species), _CROSS_SECTION)
    xp = namespace(energy)
    x = xp.log10(xp.maximum(energy, 0.01))
    a0, a1, a2, a3, a4 = _CROSS_SECTION[species]
    return 1e4 * 10.0 ** (a0 + x * (a1 + x * (a2 + x * (a3 + x * a4))))


def ion_speed(energy: Any, species: str) -> Any:
    """Return the speed of H+, He+, O+ or electrons.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy.
    species : {"proton", "helium", "oxygen", "electron"}
        Which.

    Returns
    -------
    float or array, km/s
        The speed, below that of light.

    Raises
    ------
    UnknownNameError
        If there is no such particle.

    Examples
    --------
    >>> round(float(ion_speed(10.0, "oxygen")))
    347
    """
    if species not in REST_ENERGY:
        raise UnknownNameError("particle", str(species), REST_ENERGY)
    xp = namespace(energy)
    rest = REST_ENERGY[species]
    return SPEED_OF_LIGHT * 1e-3 * xp.sqrt(energy * (energy + 2.0 * rest)) / (energy + rest)


_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_QUARTER = math.pi / 4.0


@model(cite=_FOK, valid={"l_shell": (1.5, 10.0), "pitch_angle": (0.15, 1.56)}, monotonic={"pitch_angle": -1})
def bounce_averaged_hydrogen(l_shell: dimensionless, pitch_angle: rad = _EQUATORIAL) -> per_cm3:
    """Density of atomic hydrogen that a bouncing particle meets on average.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    pitch_angle : float or array, rad
        Equatorial pitch angle, up to a quarter turn.

    Returns
    -------
    density : float or array, cm^-3
        :func:`rairden_1986` averaged over the time along a bounce in the dipole: particles that mirror low go through
        denser gas.

    Examples
    --------
    >>> bounce_averaged_hydrogen(4.0, np.radians(np.array([90.0, 45.0, 20.0]))).round(0).tolist()
    [201.0, 261.0, 547.0]
    """
    xp = namespace(l_shell, pitch_angle)
    # On the equator the path has no length: the average there is the limit of short paths.
    sine = xp.sin(xp.minimum(pitch_angle, _EQUATORIAL - 1e-3))
    x_m = _mirror_sine(xp, sine)
    total = time = 0.0 * (l_shell + sine)
    for point, weight in zip(_POINTS.tolist(), _WEIGHTS.tolist(), strict=True):
        u = _QUARTER * (point + 1.0)
        x = x_m * math.sin(u)
        cos_2 = 1.0 - x**2
        slow = 1.0 - sine**2 * xp.sqrt(1.0 + 3.0 * x**2) / cos_2**3
        passed = weight * xp.sqrt(1.0 + 3.0 * x**2) * x_m * math.cos(u) / xp.sqrt(slow)
        total = total + passed * rairden_1986.spec.function(l_shell * cos_2)
        time = time + passed
    return total / time


def _mirror_sine(xp: Any, sine: Any) -> Any:
    """Sine of the mirror latitude, from sin^2(pitch angle) (1 + 3 x^2)^(1/2) = (1 - x^2)^3, by Newton's steps."""
    target = 2.0 * xp.log(sine)
    # ln of the right over the root, as a function of cos^2: growing and nearly straight in its logarithm
    log_c = target / 3.0 + 0.0 * sine
    for _ in range(12):
        c = xp.exp(log_c)
        line = 4.0 - 3.0 * c
        value = 3.0 * log_c - 0.5 * xp.log(line) - target
        log_c = log_c - value / (3.0 + 1.5 * c / line)
    return xp.sqrt(1.0 - xp.exp(log_c))


@model(
    cite=_FOK,
    valid={"energy": (0.1, 500.0), "l_shell": (1.5, 10.0), "pitch_angle": (0.15, 1.56)},
    monotonic={"l_shell": 1, "pitch_angle": 1},
)
def charge_exchange_lifetime(
    energy: keV, l_shell: dimensionless, pitch_angle: rad = _EQUATORIAL, species: str = "proton"
) -> h:
    """Time in which charge exchange drains trapped ions.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the ion.
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    species : {"proton", "helium", "oxygen"}
        H+, He+ or O+.

    Returns
    -------
    lifetime : float or array, h
        1 / (density times :func:`exchange_rate`), the density averaged over a bounce.

    Notes
    -----
    Protons live long above 100 keV, oxygen below 10 keV: a storm recovers fast, then slowly.

    Examples
    --------
    >>> [float(charge_exchange_lifetime(50.0, 4.0, species=name).round(1)) for name in ("proton", "oxygen")]
    [40.4, 37.3]
    """
    density = bounce_averaged_hydrogen.spec.function(l_shell, pitch_angle)
    return 1.0 / (3600.0 * density * exchange_rate(energy, species))


def exchange_rate(energy: Any, species: str) -> Any:
    """Return the rate of charge exchange of an ion in a gas of one hydrogen atom in a cubic centimetre.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the ion.
    species : {"proton", "helium", "oxygen"}
        H+ (with the cross section of Lindsay and Stebbings), He+ or O+ (with that of Fok et al.).

    Returns
    -------
    float or array, cm^3 s^-1
        Cross section times speed.

    Examples
    --------
    >>> print(f"{exchange_rate(10.0, 'proton'):.2e}")
    1.18e-07
    """
    if species == "proton":
        cross_section = lindsay_stebbings_2005.spec.function(energy)
    else:
        cross_section = charge_exchange_cross_section.spec.function(energy, species)
    return cross_section * ion_speed(energy, species) * 1e5
