"""Trapped particles in phase space: flux and phase-space density, energy and pitch angle and what is conserved.

The field is a dipole here, where L* is the equatorial distance; `geomagnetism.invariants` finds the coordinates in any
other field.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, ELEMENTARY_CHARGE, SPEED_OF_LIGHT
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import (
    MeV,
    MeV_G,
    R_E_sqrt_G,
    dimensionless,
    keV,
    nT,
    per_cm2_s_sr_MeV,
    per_cm3_MeV3,
    rad,
    s3_per_kg3_m6,
)
from sunearth.geomagnetism.trapped import (
    SPECIES,
    energy_of_magnetic_moment,
    magnetic_moment,
    pitch_angle_of_second_invariant,
    second_invariant,
)

_ROEDERER = "Roederer 1970, Dynamics of Geomagnetically Trapped Radiation, Springer"
_SCHULZ_LANZEROTTI = "Schulz and Lanzerotti 1974, Particle Diffusion in the Radiation Belts, Springer"

_KEV_PER_MEV: Final = 1e3
_CM_S: Final = 100.0 * SPEED_OF_LIGHT
_MEV_IN_JOULES: Final = 1e6 * ELEMENTARY_CHARGE


class Invariants(NamedTuple):
    """First and second adiabatic invariant of a particle."""

    mu: MeV_G
    k: R_E_sqrt_G


class Particle(NamedTuple):
    """Energy and equatorial pitch angle of a particle."""

    energy: keV
    pitch_angle: rad


def _rest_energy(species: str) -> float:
    try:
        return SPECIES[species].rest_energy
    except (KeyError, TypeError):
        raise UnknownNameError("species", str(species), SPECIES) from None


@model(cite=_ROEDERER, valid={"energy": (1e-3, 1e7)}, monotonic={"energy": 1})
def momentum(energy: keV, species: str = "electron") -> MeV:
    """Momentum of a particle times the speed of light.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    momentum : float or array, MeV
        The number is that of the momentum in MeV/c.

    Examples
    --------
    >>> float(momentum(1000.0).round(4))
    1.422
    """
    xp = namespace(energy)
    rest = _rest_energy(species)
    return xp.sqrt(energy * (energy + 2 * rest)) / _KEV_PER_MEV


@model(cite=_ROEDERER, valid={"momentum": (1e-3, 1e4)}, monotonic={"momentum": 1})
def energy_of_momentum(momentum: MeV, species: str = "electron") -> keV:
    """Kinetic energy of a particle of given momentum.

    Parameters
    ----------
    momentum : float or array, MeV
        Momentum times the speed of light.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    energy : float or array, keV
        The inverse of :func:`momentum`, without loss of digits for slow particles.

    Examples
    --------
    >>> float(energy_of_momentum(1.422).round())
    1000.0
    """
    xp = namespace(momentum)
    rest = _rest_energy(species)
    squared = (_KEV_PER_MEV * momentum) ** 2
    return squared / (rest + xp.sqrt(rest**2 + squared)) + 0 * xp.sqrt(momentum)


@model(
    cite=_SCHULZ_LANZEROTTI,
    valid={"flux": (0.0, 1e10), "energy": (1e-3, 1e7)},
    monotonic={"flux": 1, "energy": -1},
)
def phase_space_density(flux: per_cm2_s_sr_MeV, energy: keV, species: str = "electron") -> per_cm3_MeV3:
    """Phase-space density of particles of given flux.

    Parameters
    ----------
    flux : float or array, cm^-2 s^-1 sr^-1 MeV^-1
        Directional differential flux.
    energy : float or array, keV
        Kinetic energy.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    psd : float or array, cm^-3 MeV^-3
        Flux over the square of the momentum: particles in a volume and in a volume of momentum times the speed of
        light. The number is that in the unit (c/MeV/cm)^3 of the literature.

    Notes
    -----
    j / (p c)^2 / c, with c in cm/s: 3.3356e-11 j / (p c)^2, or 3.3356e-8 where the flux is per keV. The factor 3.325e-8
    that is often quoted is 0.3 % too low.

    Examples
    --------
    >>> print(f"{phase_space_density(1e6, 1000.0):.4e}")
    1.6497e-05
    """
    return flux / (momentum(energy, species=species) ** 2 * _CM_S)


@model(cite=_SCHULZ_LANZEROTTI, valid={"psd": (0.0, 1e6), "energy": (1e-3, 1e7)}, monotonic={"psd": 1, "energy": 1})
def flux_of_density(psd: per_cm3_MeV3, energy: keV, species: str = "electron") -> per_cm2_s_sr_MeV:
    """Directional differential flux of particles of given phase-space density.

    Parameters
    ----------
    psd : float or array, cm^-3 MeV^-3
        Phase-space density, per volume and volume of momentum times the speed of light: (c/MeV/cm)^3.
    energy : float or array, keV
        Kinetic energy.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    flux : float or array, cm^-2 s^-1 sr^-1 MeV^-1
        The inverse of :func:`phase_space_density`.

    Examples
    --------
    >>> print(f"{flux_of_density(1.6496e-05, 1000.0):.3e}")
    1.000e+06
    """
    return psd * momentum(energy, species=species) ** 2 * _CM_S


@model(cite=_SCHULZ_LANZEROTTI, valid={"psd": (0.0, 1e6)}, monotonic={"psd": 1})
def density_in_momentum(psd: per_cm3_MeV3) -> s3_per_kg3_m6:
    """Phase-space density per volume and volume of momentum.

    Parameters
    ----------
    psd : float or array, cm^-3 MeV^-3
        Phase-space density per volume and volume of momentum times the speed of light: (c/MeV/cm)^3.

    Returns
    -------
    density : float or array, s^3 kg^-3 m^-6
        The same density with momentum in kg m/s.

    Examples
    --------
    >>> print(f"{density_in_momentum(1.0):.4e}")
    6.5514e+69
    """
    return psd * 1e6 * (SPEED_OF_LIGHT / _MEV_IN_JOULES) ** 3


@model(
    cite=_ROEDERER,
    valid={"energy": (1.0, 1e5), "pitch_angle": (0.02, math.pi / 2), "l_star": (1.1, 10.0), "b_0": (2e4, 4e4)},
)
def adiabatic_invariants(
    energy: keV,
    pitch_angle: rad,
    l_star: dimensionless,
    species: str = "electron",
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> Invariants:
    """Adiabatic invariants of a particle in a dipole.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy.
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    l_star : float or array, 1
        L*, in a dipole the equatorial distance in Earth radii.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    mu : float or array, MeV/gauss
        First invariant.
    k : float or array, R_E gauss^(1/2)
        Second invariant; no energy enters.

    Examples
    --------
    >>> [float(value.round(3)) for value in adiabatic_invariants(1000.0, np.pi / 4, 5.0)]
    [414.883, 0.166]
    """
    mu = magnetic_moment(energy, b_0 / l_star**3, pitch_angle, species)
    k = second_invariant(l_star, pitch_angle, b_0)
    return Invariants(mu + 0 * k, k + 0 * mu)


@model(
    cite=_ROEDERER,
    valid={"mu": (1e-2, 1e5), "k": (0.0, 5.0), "l_star": (1.1, 10.0), "b_0": (2e4, 4e4)},
)
def particle_of_invariants(
    mu: MeV_G,
    k: R_E_sqrt_G,
    l_star: dimensionless,
    species: str = "electron",
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> Particle:
    """Energy and equatorial pitch angle of the particle with given invariants in a dipole.

    Parameters
    ----------
    mu : float or array, MeV/gauss
        First invariant.
    k : float or array, R_E gauss^(1/2)
        Second invariant.
    l_star : float or array, 1
        L*, in a dipole the equatorial distance in Earth radii.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    energy : float or array, keV
        Kinetic energy: it rises as the particle is carried inward.
    pitch_angle : float or array, rad
        Equatorial pitch angle: it comes closer to 90 degrees as the particle is carried inward.

    Examples
    --------
    >>> there = particle_of_invariants(414.883, 0.166, 4.0)
    >>> float(there.energy.round()), float(np.degrees(there.pitch_angle).round(1))
    (1485.0, 46.7)
    """
    pitch_angle = pitch_angle_of_second_invariant(l_star, k, b_0)
    energy = energy_of_magnetic_moment(mu, b_0 / l_star**3, pitch_angle, species)
    return Particle(energy, pitch_angle + 0 * energy)


def omnidirectional_flux(flux: Any, pitch_angle: Any, field_ratio: Any = 1.0) -> NDArray[np.float64]:
    """Integrate a flux over all directions, at the equator or elsewhere on the field line.

    Parameters
    ----------
    flux : array (..., pitch_angle)
        Directional flux of particles at the equator, the same both ways along the field.
    pitch_angle : array (pitch_angle,), rad
        Equatorial pitch angles, increasing, from 0 or more up to pi/2 or less; nothing comes at smaller ones, and at
        larger ones the last value holds.
    field_ratio : float or array (...), optional
        Field there over that at the equator, B / B_0 of the trapped-radiation models.

    Returns
    -------
    array (...)
        4 pi times the integral of the flux over the cosine of the local pitch angle from 0 to 1, in the unit of the
        flux times sr. Flux is constant along a particle's way (Liouville), and sin^2 grows with the field.

    Raises
    ------
    InputError
        If the shapes do not fit.

    Examples
    --------
    A flux that grows as the square of the sine falls as the reciprocal of the field off the equator:

    >>> angle = np.linspace(0.0, np.pi / 2, 2001)
    >>> (omnidirectional_flux(np.sin(angle) ** 2, angle, [1.0, 4.0]) / np.pi).round(3).tolist()
    [2.667, 0.667]
    """
    flux, angle = np.asarray(flux, float), np.asarray(pitch_angle, float)
    ratio = np.asarray(field_ratio, float)
    if angle.ndim != 1 or flux.shape[-1:] != angle.shape or not (np.diff(angle) > 0).all():
        raise InputError(
            f"omnidirectional_flux: flux {flux.shape} needs increasing pitch angles along its last axis, "
            f"got {angle.shape}"
        )
    # The equatorial sine that belongs to each node of a Gauss rule in the local cosine.
    nodes, weights = np.polynomial.legendre.leggauss(64)
    cosine = 0.5 * (nodes + 1.0)
    equatorial = np.arcsin(np.sqrt((1.0 - cosine**2) / ratio[..., None]))
    shape = np.broadcast_shapes(flux.shape[:-1], ratio.shape)
    flux = np.broadcast_to(flux, (*shape, angle.size)).reshape(-1, angle.size)
    equatorial = np.broadcast_to(equatorial, (*shape, cosine.size)).reshape(-1, cosine.size)
    values = [np.interp(x, angle, row, left=0.0) for x, row in zip(equatorial, flux, strict=True)]
    return 2.0 * math.pi * (np.reshape(values, (*shape, cosine.size)) @ weights)
