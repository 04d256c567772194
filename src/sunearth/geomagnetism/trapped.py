"""Charged particles in a dipole: how fast they gyrate, bounce and drift, and what they conserve.

Kinetic energies are those of the whole particle, pitch angles those at the magnetic equator unless the name says
otherwise, and everything is relativistic.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    ALPHA_MASS,
    DIPOLE_EQUATORIAL_FIELD,
    EARTH_RADIUS,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SPEED_OF_LIGHT,
)
from sunearth.core.errors import UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import (
    GV,
    GeV,
    GWb,
    MeV_G,
    R_E_sqrt_G,
    deg,
    dimensionless,
    keV,
    km,
    km_s,
    nT,
    nT_R_E,
    rad,
    s,
)

_NORTHROP = "Northrop 1963, The Adiabatic Motion of Charged Particles, Interscience"
_ROEDERER = "Roederer 1970, Dynamics of Geomagnetically Trapped Radiation, Springer"
_HAMLIN = "Hamlin et al. 1961, J. Geophys. Res. 66, 1"
_SCHULZ_LANZEROTTI = "Schulz and Lanzerotti 1974, Particle Diffusion in the Radiation Belts, Springer"
_SCHULZ = "Schulz 1991, Geomagnetism 4, 87"
_STORMER = "Stormer 1955, The Polar Aurora, Clarendon"

_EQUATORIAL: Final = math.pi / 2
_R_E_KM: Final = EARTH_RADIUS / 1e3
_EV_PER_KEV: Final = 1e3


class _Species(NamedTuple):
    rest_energy: float  # keV
    charge: int  # elementary charges
    nucleons: int


def _species(mass: float, charge: int, nucleons: int) -> _Species:
    return _Species(mass * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE / _EV_PER_KEV, charge, nucleons)


# The singly charged oxygen ion: 15.9949 atomic mass units less an electron (AME2020).
_OXYGEN_MASS: Final = 15.99491462 * 1.66053906892e-27 - ELECTRON_MASS
SPECIES: Final = {
    "electron": _species(ELECTRON_MASS, -1, 1),
    "proton": _species(PROTON_MASS, 1, 1),
    "alpha": _species(ALPHA_MASS, 2, 4),
    "oxygen": _species(_OXYGEN_MASS, 1, 16),
}
"""Rest energy (keV), charge (elementary charges) and number of nucleons of the particles known by name."""


class Drift(NamedTuple):
    """Velocity of a guiding centre."""

    v_x: km_s
    v_y: km_s
    v_z: km_s


class DipoleIntegrals(NamedTuple):
    """Integrals along a dipole line between mirror points, which set bounce, drift and second invariant."""

    bounce: dimensionless
    drift: dimensionless
    action: dimensionless


def _known(species: str) -> _Species:
    try:
        return SPECIES[species]
    except (KeyError, TypeError):
        raise UnknownNameError("species", str(species), SPECIES) from None


def _momentum_times_speed(energy: Any, particle: _Species) -> Any:
    """Momentum times speed in keV: twice the energy for slow particles, the energy for fast ones."""
    return energy * (energy + 2 * particle.rest_energy) / (energy + particle.rest_energy)


@model(cite=_NORTHROP, valid={"energy": (1e-3, 1e7)}, monotonic={"energy": 1})
def lorentz_factor(energy: keV, species: str = "electron") -> dimensionless:
    """Total energy of a particle over its rest energy.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    gamma : float or array, 1
        The Lorentz factor.

    Examples
    --------
    >>> float(lorentz_factor(1000.0).round(3))
    2.957
    """
    return 1 + energy / _known(species).rest_energy


@model(cite=_NORTHROP, valid={"energy": (1e-3, 1e7)}, monotonic={"energy": 1})
def particle_speed(energy: keV, species: str = "electron") -> km_s:
    """Speed of a particle.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    speed : float or array, km/s
        Below the speed of light, however large the energy.

    Examples
    --------
    >>> float(particle_speed(100.0, species="proton").round())
    4377.0
    """
    xp = namespace(energy)
    rest = _known(species).rest_energy
    return SPEED_OF_LIGHT / 1e3 * xp.sqrt(energy * (energy + 2 * rest)) / (energy + rest)


@model(cite=_STORMER, valid={"energy_per_nucleon": (1e-6, 1e4)}, monotonic={"energy_per_nucleon": 1})
def cosmic_ray_rigidity(energy_per_nucleon: GeV, species: str = "proton") -> GV:
    """Momentum per charge of a cosmic ray, which alone decides its path in a magnetic field.

    Parameters
    ----------
    energy_per_nucleon : float or array, GeV
        Kinetic energy per nucleon (of the whole particle, for an electron).
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    rigidity : float or array, GV
        Momentum times the speed of light over charge.

    Notes
    -----
    R = p c / (Z e). Printed as p c / Z it is an energy; a threshold of 14 GV is not one of 14 GeV but, for protons,
    of 13.1 GeV.

    Examples
    --------
    >>> float(cosmic_ray_rigidity(13.09).round(2))
    14.0
    """
    xp = namespace(energy_per_nucleon)
    particle = _known(species)
    energy, rest = energy_per_nucleon * particle.nucleons, particle.rest_energy / 1e6
    return xp.sqrt(energy * (energy + 2 * rest)) / abs(particle.charge)


@model(cite=_STORMER, valid={"rigidity": (1e-3, 1e4)}, monotonic={"rigidity": 1})
def energy_of_rigidity(rigidity: GV, species: str = "proton") -> GeV:
    """Kinetic energy per nucleon of a cosmic ray of given rigidity.

    Parameters
    ----------
    rigidity : float or array, GV
        Momentum times the speed of light over charge.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    energy_per_nucleon : float or array, GeV
        Kinetic energy over the number of nucleons.

    Notes
    -----
    The inverse of :func:`cosmic_ray_rigidity`, written so that no digits are lost at low rigidity.

    Examples
    --------
    >>> float(energy_of_rigidity(1.0).round(3))
    0.433
    """
    xp = namespace(rigidity)
    particle = _known(species)
    rest, momentum = particle.rest_energy / 1e6, abs(particle.charge) * rigidity
    return (
        momentum
        * rigidity
        / (rest + xp.hypot(momentum, rest + 0 * momentum))
        * (abs(particle.charge) / particle.nucleons)
    )


@model(cite=_NORTHROP, valid={"energy": (1e-3, 1e7), "b": (1e-3, 1e5)}, monotonic={"energy": 1, "b": -1})
def gyro_period(energy: keV, b: nT, species: str = "electron") -> s:
    """Time of one turn of a particle about the magnetic field.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    b : float or array, nT
        Magnitude of the field.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    period : float or array, s
        2 pi gamma m / (|q| B), whatever the pitch angle.

    Examples
    --------
    >>> float((gyro_period(1000.0, 137.0) * 1e3).round(2))
    0.77
    """
    particle = _known(species)
    total = (energy + particle.rest_energy) * _EV_PER_KEV
    return 2 * math.pi * total / (SPEED_OF_LIGHT**2 * abs(particle.charge) * b * 1e-9)


@model(cite=_NORTHROP, valid={"energy": (1e-3, 1e7), "b": (1e-3, 1e5), "pitch_angle": (0.0, math.pi)})
def gyro_radius(energy: keV, b: nT, pitch_angle: rad = _EQUATORIAL, species: str = "electron") -> km:
    """Radius of the circle of a particle about the magnetic field.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    b : float or array, nT
        Magnitude of the field.
    pitch_angle : float or array, rad
        Angle between velocity and field there.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    radius : float or array, km
        p_perpendicular / (|q| B).

    Examples
    --------
    >>> float(gyro_radius(100.0, 238.0, species="proton").round(1))
    192.0
    """
    xp = namespace(energy, b, pitch_angle)
    particle = _known(species)
    momentum = xp.sqrt(energy * (energy + 2 * particle.rest_energy)) * _EV_PER_KEV / SPEED_OF_LIGHT
    return momentum * xp.abs(xp.sin(pitch_angle)) / (abs(particle.charge) * b * 1e-9) / 1e3


@model(cite=_NORTHROP, valid={"energy": (1e-3, 1e6), "b": (1e-3, 1e5), "pitch_angle": (0.0, math.pi)})
def magnetic_moment(energy: keV, b: nT, pitch_angle: rad = _EQUATORIAL, species: str = "electron") -> MeV_G:
    """First adiabatic invariant of a particle.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    b : float or array, nT
        Magnitude of the field where the pitch angle is taken.
    pitch_angle : float or array, rad
        Angle between velocity and field there.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    mu : float or array, MeV/gauss
        p_perpendicular^2 / (2 m B) with the rest mass m.

    Notes
    -----
    The non-relativistic m v^2 / (2 B) is half of this already for electrons of 1 MeV.

    Examples
    --------
    >>> float(magnetic_moment(1000.0, 145.0).round())
    1364.0
    """
    xp = namespace(energy, b, pitch_angle)
    rest = _known(species).rest_energy
    keV_nT = energy * (energy + 2 * rest) * xp.sin(pitch_angle) ** 2 / (2 * rest * b)
    return keV_nT * (1e-3 / 1e-5)


@model(cite=_NORTHROP, valid={"mu": (1e-3, 1e5), "b": (1e-3, 1e5), "pitch_angle": (0.02, 3.12)})
def energy_of_magnetic_moment(mu: MeV_G, b: nT, pitch_angle: rad = _EQUATORIAL, species: str = "electron") -> keV:
    """Kinetic energy of a particle of given first invariant.

    Parameters
    ----------
    mu : float or array, MeV/gauss
        First adiabatic invariant.
    b : float or array, nT
        Magnitude of the field where the pitch angle is taken.
    pitch_angle : float or array, rad
        Angle between velocity and field there.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    energy : float or array, keV
        The inverse of :func:`magnetic_moment`: what a particle gains as it is carried into stronger field.

    Examples
    --------
    >>> float(energy_of_magnetic_moment(1364.0, 145.0).round(-1))
    1000.0
    """
    xp = namespace(mu, b, pitch_angle)
    rest = _known(species).rest_energy
    momentum_squared = 2 * rest * b * mu * (1e-5 / 1e-3) / xp.sin(pitch_angle) ** 2
    return momentum_squared / (rest + xp.sqrt(rest**2 + momentum_squared))


@model(
    cite=_NORTHROP,
    valid={
        "energy": (1e-3, 1e6),
        "pitch_angle": (0.0, math.pi),
        "b_x": (-1e3, 1e3),
        "b_y": (-1e3, 1e3),
        "b_z": (-1e3, 1e3),
    },
)
def gradient_curvature_drift(
    energy: keV,
    pitch_angle: rad,
    b_x: nT,
    b_y: nT,
    b_z: nT,
    gradient_x: nT_R_E,
    gradient_y: nT_R_E,
    gradient_z: nT_R_E,
    species: str = "proton",
) -> Drift:
    """Velocity with which an uneven field makes a guiding centre drift.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    pitch_angle : float or array, rad
        Angle between velocity and field there.
    b_x, b_y, b_z : float or array, nT
        The magnetic field, in any right-handed frame.
    gradient_x, gradient_y, gradient_z : float or array, nT/R_E
        Gradient of the field's magnitude in the same frame.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    v_x : float or array, km/s
        x component of the drift.
    v_y : float or array, km/s
        y component of the drift.
    v_z : float or array, km/s
        z component of the drift.

    Notes
    -----
    (gamma m / q B^3) (v_perpendicular^2 / 2 + v_parallel^2) B x grad B. The curvature term is written with the gradient
    of B, which holds where no current flows. Ions go westward about the Earth, electrons eastward.

    Examples
    --------
    >>> drift = gradient_curvature_drift(100.0, np.pi / 2, 0.0, 0.0, 238.4, -143.1, 0.0, 0.0)
    >>> [float(v.round(1)) for v in drift]
    [0.0, -39.5, 0.0]
    """
    xp = namespace(energy, pitch_angle, b_x, b_y, b_z, gradient_x, gradient_y, gradient_z)
    particle = _known(species)
    b_squared = b_x**2 + b_y**2 + b_z**2
    volts = _momentum_times_speed(energy, particle) * _EV_PER_KEV / particle.charge
    share = 0.5 * (1 + xp.cos(pitch_angle) ** 2)
    # B x grad B / B^3 is per R_E and per nT; a volt per metre and tesla is a metre per second.
    scale = volts * share / (EARTH_RADIUS * 1e-9) / 1e3 / (b_squared * xp.sqrt(b_squared))
    return Drift(
        scale * (b_y * gradient_z - b_z * gradient_y),
        scale * (b_z * gradient_x - b_x * gradient_z),
        scale * (b_x * gradient_y - b_y * gradient_x),
    )


@model(
    cite=_NORTHROP,
    valid={"energy": (1e-3, 1e6), "l_shell": (1.0, 12.0), "pitch_angle": (0.0, math.pi), "b_0": (1e4, 6e4)},
    monotonic={"energy": 1, "l_shell": 1},
)
def equatorial_drift_speed(
    energy: keV,
    l_shell: dimensionless,
    pitch_angle: rad = _EQUATORIAL,
    species: str = "proton",
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> km_s:
    """Speed with which a particle drifts round the Earth as it crosses the equator of a dipole.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    speed : float or array, km/s
        Westward for ions, eastward for electrons.

    Notes
    -----
    :func:`gradient_curvature_drift` with grad B = -3 B / r. Over the whole bounce the drift is slower off the equator:
    see :func:`drift_period`.

    Examples
    --------
    >>> float(equatorial_drift_speed(50.0, 4.0).round(1))
    12.6
    """
    xp = namespace(energy, l_shell, pitch_angle, b_0)
    particle = _known(species)
    volts = _momentum_times_speed(energy, particle) * _EV_PER_KEV / abs(particle.charge)
    share = 0.5 * (1 + xp.cos(pitch_angle) ** 2)
    return 3 * volts * share * l_shell**2 / (b_0 * 1e-9 * EARTH_RADIUS) / 1e3


@model(cite=_ROEDERER, valid={"mlat": (-89.0, 89.0)}, even=("mlat",))
def pitch_angle_of_mirror_latitude(mlat: deg) -> rad:
    """Equatorial pitch angle of particles that mirror at a given latitude of a dipole.

    Parameters
    ----------
    mlat : float or array, deg
        Magnetic latitude of the mirror point.

    Returns
    -------
    pitch_angle : float or array, rad
        Up to pi/2, whatever the energy, species and L.

    Notes
    -----
    sin^2 of the angle is cos^6 / sqrt(1 + 3 sin^2) of the latitude: the ratio of the fields.

    Examples
    --------
    >>> float(np.degrees(pitch_angle_of_mirror_latitude(30.0)).round(2))
    34.38
    """
    xp = namespace(mlat)
    latitude = mlat * (math.pi / 180)
    ratio = xp.cos(latitude) ** 6 / xp.sqrt(1 + 3 * xp.sin(latitude) ** 2)
    # asin(sqrt(ratio)) loses half the digits near the equator; the other leg of the triangle does not.
    return xp.atan2(xp.sqrt(ratio), xp.sqrt(xp.abs(_one_minus_field_ratio(xp, xp.sin(latitude) ** 2))))


def _one_minus_field_ratio(xp: Any, x_squared: Any) -> Any:
    """1 - cos^6 / sqrt(1 + 3 sin^2), without loss of digits near the equator."""
    root = xp.sqrt(1 + 3 * x_squared)
    cubic = x_squared * (3 - 3 * x_squared + x_squared**2)
    return (3 * x_squared / (1 + root) + cubic) / root


def _mirror_cosine_squared(xp: Any, pitch_angle: Any) -> Any:
    """cos^2 of the latitude where cos^6 / sqrt(1 + 3 sin^2) equals sin^2 of the pitch angle.

    With c for cos^2 and y for the sine, c^6 + 3 y^4 c = 4 y^4. In w = c / (4 y^4)^(1/6) this is w^6 + a w = 1 with
    a = 3/4 (4 y^4)^(1/6), smooth down to y = 0; Newton's steps from w = 1 fall monotonically onto the root.
    """
    scale = (4 * xp.sin(pitch_angle) ** 4) ** (1 / 6)
    slope = 0.75 * scale
    w = 1 + 0 * scale
    for _ in range(7):
        w = w - (w**6 + slope * w - 1) / (6 * w**5 + slope)
    return scale * w


@model(cite=_ROEDERER, valid={"pitch_angle": (0.0, math.pi)})
def mirror_latitude(pitch_angle: rad) -> deg:
    """Magnetic latitude at which a particle turns back in a dipole.

    Parameters
    ----------
    pitch_angle : float or array, rad
        Equatorial pitch angle.

    Returns
    -------
    mlat : float or array, deg
        Latitude of the northern mirror point, whatever the energy, species and L.

    Examples
    --------
    >>> float(mirror_latitude(np.radians(34.38278)).round(2))
    30.0
    """
    xp = namespace(pitch_angle)
    c = _mirror_cosine_squared(xp, pitch_angle)
    return xp.atan2(xp.sqrt(xp.maximum(1 - c, 0 * c)), xp.sqrt(c)) * (180 / math.pi)


@model(cite=_ROEDERER, valid={"pitch_angle": (0.0, math.pi), "l_shell": (1.0, 12.0)})
def mirror_height(pitch_angle: rad, l_shell: dimensionless) -> km:
    """Height above the ground at which a particle turns back in a dipole.

    Parameters
    ----------
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    l_shell : float or array, 1
        Equatorial distance in Earth radii.

    Returns
    -------
    height : float or array, km
        Negative for particles that would turn inside the Earth.

    Examples
    --------
    >>> float(mirror_height(np.radians(5.473), 4.0).round(-1))
    100.0
    """
    xp = namespace(pitch_angle, l_shell)
    return (l_shell * _mirror_cosine_squared(xp, pitch_angle) - 1) * _R_E_KM


@model(cite=_ROEDERER, valid={"pitch_angle": (0.0, math.pi), "mlat": (-40.0, 40.0)})
def local_pitch_angle(pitch_angle: rad, mlat: deg) -> rad:
    """Pitch angle of a trapped particle as it passes a given latitude of a dipole.

    Parameters
    ----------
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    mlat : float or array, deg
        Magnetic latitude.

    Returns
    -------
    alpha : float or array, rad
        On the same side of pi/2 as the equatorial one; NaN beyond the mirror point.

    Examples
    --------
    >>> float(np.degrees(local_pitch_angle(np.radians(30.0), 20.0)).round(2))
    40.51
    """
    xp = namespace(pitch_angle, mlat)
    latitude = mlat * (math.pi / 180)
    growth = xp.sqrt(1 + 3 * xp.sin(latitude) ** 2) / xp.cos(latitude) ** 6
    perpendicular = xp.sin(pitch_angle) ** 2 * growth
    alpha = xp.atan2(xp.sqrt(perpendicular), xp.sqrt(1 - perpendicular))
    return xp.where(xp.cos(pitch_angle) < 0, math.pi - alpha, alpha)


@model(
    cite=_ROEDERER,
    valid={"l_shell": (1.1, 12.0), "height": (0.0, 600.0)},
    monotonic={"l_shell": -1, "height": 1},
)
def loss_cone(l_shell: dimensionless, height: km = 100.0) -> rad:
    """Equatorial pitch angle below which particles are lost to the atmosphere, in a dipole.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    height : float or array, km
        Height at which a particle counts as lost.

    Returns
    -------
    pitch_angle : float or array, rad
        Half-width of the cone; NaN where the line does not reach that height.

    Notes
    -----
    sin^2 = (r/L)^3 / sqrt(4 - 3 r/L), at the surface (4 L^6 - 3 L^5)^(-1/2). With the cosine of the latitude for
    its sine, as sometimes printed, the cone of L = 6 comes out at 3.5 degrees instead of 2.85.

    Examples
    --------
    >>> float(np.degrees(loss_cone(6.6)).round(3))
    2.523
    """
    xp = namespace(l_shell, height)
    c = (1 + height / _R_E_KM) / l_shell
    return xp.asin(xp.sqrt(c**3 / xp.sqrt(4 - 3 * c)))


@functools.cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Squared sines and weights of Gauss-Legendre quadrature over a quarter turn."""
    points, weights = np.polynomial.legendre.leggauss(48)
    quarter = math.pi / 4
    return np.sin(quarter * (points + 1)) ** 2, quarter * weights


def _integrals(xp: Any, pitch_angle: Any) -> tuple[Any, Any]:
    """Bounce integral T and action integral Y by quadrature.

    With x the sine of the latitude, x_m that of the mirror point and x = x_m sin u, the factor 1 - B/B_m equals
    x_m^2 cos^2(u) q with a smooth q that is written without differences of near equals. The root of T's integrand
    cancels against dx, and the rule converges to rounding.
    """
    c_m = _mirror_cosine_squared(xp, pitch_angle)
    x_m = 1 - c_m
    bounce, action = 0 * c_m, 0 * c_m
    for sine, weight in zip(*_nodes(), strict=True):
        x = x_m * float(sine)
        cosine = x_m * float(1 - sine)
        a = cosine / (1 - x)
        b = 3 * cosine / (1 + 3 * x_m)
        q = (3 - 3 * a + a**2) / (1 - x) + (1 - a) ** 3 * 3 / ((1 + 3 * x_m) * (1 + xp.sqrt(1 - b)))
        line = xp.sqrt(1 + 3 * x) * float(weight)
        bounce = bounce + line / xp.sqrt(q)
        action = action + line * cosine * xp.sqrt(q)
    return bounce, 2 * action


@model(cite=_ROEDERER, valid={"pitch_angle": (1e-4, math.pi / 2)}, monotonic={"pitch_angle": -1})
def dipole_integrals(pitch_angle: rad) -> DipoleIntegrals:
    """Integrals along a dipole line on which bounce, drift and second invariant depend.

    Parameters
    ----------
    pitch_angle : float or array, rad
        Equatorial pitch angle.

    Returns
    -------
    bounce : float or array, 1
        T: a quarter of the bounce path over the equatorial distance, in units of the particle's speed; 1.3802 along
        the line to 0.7405 on the equator.
    drift : float or array, 1
        D: the bounce-averaged drift, 0.4601 to 0.3702.
    action : float or array, 1
        Y: the second invariant over twice the momentum and the equatorial distance, 2.7603 to 0.

    Notes
    -----
    By quadrature to 12 digits. The three are tied: y dY/dy = Y - 2 T with y the sine of the pitch angle, and
    12 D = 6 T - Y, which follows from conserving the first two invariants as L changes.

    Examples
    --------
    >>> [float(part.round(5)) for part in dipole_integrals(np.radians(30.0))]
    [0.99973, 0.4252, 0.89597]
    """
    xp = namespace(pitch_angle)
    bounce, action = _integrals(xp, pitch_angle)
    return DipoleIntegrals(bounce, (6 * bounce - action) / 12, action)


@model(cite=_HAMLIN, valid={"pitch_angle": (0.02, math.pi / 2)}, monotonic={"pitch_angle": -1})
def hamlin_1961(pitch_angle: rad) -> dimensionless:
    """Bounce integral of a dipole, as a straight line in the sine of the pitch angle.

    Parameters
    ----------
    pitch_angle : float or array, rad
        Equatorial pitch angle.

    Returns
    -------
    bounce : float or array, 1
        T, within 4 % of :func:`dipole_integrals` (worst for small pitch angles).

    Notes
    -----
    1.30 - 0.56 sin(pitch angle). The same paper's 0.35 + 0.15 sin for the ratio D / T of the drift is good to 1 % above
    5 degrees.

    Examples
    --------
    >>> float(hamlin_1961(np.pi / 6).round(2))
    1.02
    """
    xp = namespace(pitch_angle)
    return 1.30 - 0.56 * xp.sin(pitch_angle)


# Ends of the bounce integral T: along the line, 1 + ln(2 + sqrt(3)) / (2 sqrt(3)), and on the equator, pi sqrt(2) / 6.
_T_0: Final = 1 + math.log(2 + math.sqrt(3)) / (2 * math.sqrt(3))
_T_1: Final = math.pi * math.sqrt(2) / 6


@model(cite=_SCHULZ_LANZEROTTI, valid={"pitch_angle": (0.01, math.pi / 2)}, monotonic={"pitch_angle": -1})
def schulz_lanzerotti_1974(pitch_angle: rad) -> DipoleIntegrals:
    """Closed approximations of the dipole integrals, with T a blend of the sine and its root.

    Parameters
    ----------
    pitch_angle : float or array, rad
        Equatorial pitch angle.

    Returns
    -------
    bounce : float or array, 1
        T = T0 - (T0 - T1) (y + sqrt(y)) / 2, that is 1.3802 - 0.3198 (y + sqrt(y)).
    drift : float or array, 1
        D, from 12 D = 6 T - Y.
    action : float or array, 1
        Y = 2 (1 - y) T0 + (T0 - T1) (y ln y + 2 y - 2 sqrt(y)).

    Notes
    -----
    Y is what y dY/dy = Y - 2 T asks for, so that the three belong together. The form of D with y^(3/4) that is often
    quoted beside this T belongs to :func:`schulz_1991`.

    Examples
    --------
    >>> [float(part.round(3)) for part in schulz_lanzerotti_1974(np.radians(30.0))]
    [0.994, 0.423, 0.894]
    """
    xp = namespace(pitch_angle)
    y = xp.sin(pitch_angle)
    span, root = _T_0 - _T_1, xp.sqrt(y)
    bounce = _T_0 - 0.5 * span * (y + root)
    action = 2 * (1 - y) * _T_0 + span * (y * xp.log(y) + 2 * y - 2 * root)
    return DipoleIntegrals(bounce, (6 * bounce - action) / 12, action)


@model(cite=_SCHULZ, valid={"pitch_angle": (0.01, math.pi / 2)}, monotonic={"pitch_angle": -1})
def schulz_1991(pitch_angle: rad) -> DipoleIntegrals:
    """Closed approximations of the dipole integrals, with T in the power three quarters of the sine.

    Parameters
    ----------
    pitch_angle : float or array, rad
        Equatorial pitch angle.

    Returns
    -------
    bounce : float or array, 1
        T = T0 - (T0 - T1) y^(3/4), that is 1.380173 - 0.639693 y^(3/4).
    drift : float or array, 1
        D = (5.520692 - 2.357194 y + 1.279385 y^(3/4)) / 12.
    action : float or array, 1
        Y = 2.760346 + 2.357194 y - 5.117540 y^(3/4).

    Notes
    -----
    The coefficients of D and Y follow from T through y dY/dy = Y - 2 T, Y = 0 on the equator and 12 D = 6 T - Y.

    Examples
    --------
    >>> [float(part.round(3)) for part in schulz_1991(np.radians(30.0))]
    [1.0, 0.425, 0.896]
    """
    xp = namespace(pitch_angle)
    y = xp.sin(pitch_angle)
    span, power = _T_0 - _T_1, y**0.75
    bounce = _T_0 - span * power
    action = 2 * _T_0 + (8 * span - 2 * _T_0) * y - 8 * span * power
    return DipoleIntegrals(bounce, (6 * bounce - action) / 12, action)


@model(
    cite=_HAMLIN,
    valid={"energy": (1e-3, 1e6), "l_shell": (1.0, 12.0), "pitch_angle": (1e-4, math.pi / 2)},
    monotonic={"energy": -1, "l_shell": 1, "pitch_angle": -1},
)
def bounce_period(energy: keV, l_shell: dimensionless, pitch_angle: rad = _EQUATORIAL, species: str = "electron") -> s:
    """Time that a particle takes from mirror point to mirror point and back, in a dipole.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).

    Returns
    -------
    period : float or array, s
        4 L R_E T / v with the exact T of :func:`dipole_integrals`.

    Examples
    --------
    >>> float(bounce_period(1000.0, 6.0, np.radians(30.0)).round(4))
    0.5418
    """
    xp = namespace(energy, l_shell, pitch_angle)
    bounce, _ = _integrals(xp, pitch_angle)
    return 4 * l_shell * _R_E_KM * bounce / particle_speed(energy, species=species)


@model(
    cite=_HAMLIN,
    valid={"energy": (1e-3, 1e6), "l_shell": (1.0, 12.0), "pitch_angle": (1e-4, math.pi / 2), "b_0": (1e4, 6e4)},
    monotonic={"energy": -1, "l_shell": -1, "pitch_angle": -1, "b_0": 1},
)
def drift_period(
    energy: keV,
    l_shell: dimensionless,
    pitch_angle: rad = _EQUATORIAL,
    species: str = "electron",
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> s:
    """Time that a trapped particle takes once round the Earth, in a dipole.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    period : float or array, s
        Eastward for electrons, westward for ions.

    Notes
    -----
    2 pi |q| B_0 R_E^2 T / (3 L gamma m v^2 D), exact in T and D, without corotation or convection. For slow particles
    this is near pi |q| B_0 R_E^2 / (3 L W (0.35 + 0.15 sin)) with W their energy; the factor 2 pi is missing
    in some texts.

    Examples
    --------
    >>> float(drift_period(1000.0, 6.0).round())
    631.0
    """
    xp = namespace(energy, l_shell, pitch_angle, b_0)
    particle = _known(species)
    bounce, action = _integrals(xp, pitch_angle)
    volts = _momentum_times_speed(energy, particle) * _EV_PER_KEV / abs(particle.charge)
    equatorial = 4 * math.pi * b_0 * 1e-9 * EARTH_RADIUS**2 / (3 * l_shell * volts)
    return equatorial * 6 * bounce / (6 * bounce - action)


@model(
    cite=_HAMLIN,
    valid={
        "energy": (1e-3, 1e6),
        "l_shell": (1.2, 12.0),
        "pitch_angle": (1e-4, math.pi / 2),
        "height": (0.0, 600.0),
        "b_0": (1e4, 6e4),
    },
    monotonic={"energy": 1},
)
def footprint_speed(
    energy: keV,
    l_shell: dimensionless,
    pitch_angle: rad = _EQUATORIAL,
    height: km = 100.0,
    species: str = "electron",
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> km_s:
    """Speed along its circle of latitude of the foot of a drifting particle's field line.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy of the particle.
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    height : float or array, km
        Height of the foot.
    species : str
        "electron", "proton", "alpha" (He2+) or "oxygen" (O+).
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    speed : float or array, km/s
        Eastward for electrons, westward for ions.

    Examples
    --------
    >>> float(footprint_speed(100.0, 6.6).round(2))
    3.81
    """
    xp = namespace(energy, l_shell, pitch_angle, height, b_0)
    r = 1 + height / _R_E_KM
    circle = 2 * math.pi * _R_E_KM * r * xp.sqrt(r / l_shell)
    return circle / drift_period(energy, l_shell, pitch_angle, species=species, b_0=b_0)


@model(
    cite=_ROEDERER,
    valid={"l_shell": (1.0, 12.0), "pitch_angle": (1e-3, math.pi / 2), "b_0": (1e4, 6e4)},
    monotonic={"l_shell": -1, "pitch_angle": -1, "b_0": 1},
)
def second_invariant(l_shell: dimensionless, pitch_angle: rad, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> R_E_sqrt_G:
    """Second adiabatic invariant K of a particle in a dipole.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    pitch_angle : float or array, rad
        Equatorial pitch angle.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    k : float or array, R_E gauss^(1/2)
        Integral of sqrt(B_mirror - B) along the line between the mirror points; no energy enters.

    Examples
    --------
    >>> float(second_invariant(6.0, np.radians(30.0)).round(3))
    0.399
    """
    xp = namespace(l_shell, pitch_angle, b_0)
    _, action = _integrals(xp, pitch_angle)
    return action * xp.sqrt(b_0 * 1e-5 / l_shell) / xp.abs(xp.sin(pitch_angle))


@model(
    cite=_ROEDERER,
    valid={"l_shell": (1.0, 12.0), "k": (0.0, 10.0), "b_0": (1e4, 6e4)},
    monotonic={"l_shell": -1, "k": -1, "b_0": 1},
)
def pitch_angle_of_second_invariant(l_shell: dimensionless, k: R_E_sqrt_G, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> rad:
    """Equatorial pitch angle of a particle of given second invariant in a dipole.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    k : float or array, R_E gauss^(1/2)
        Second adiabatic invariant.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    pitch_angle : float or array, rad
        Up to pi/2, which belongs to K = 0; NaN for negative K.

    Notes
    -----
    The inverse of :func:`second_invariant`. As a function of 1 / sin the ratio Y / sin has the slope 2 T, which varies
    by less than a factor of two, so that a few of Newton's steps give all digits.

    Examples
    --------
    >>> float(np.degrees(pitch_angle_of_second_invariant(6.0, 0.3994)).round(1))
    30.0
    """
    xp = namespace(l_shell, k, b_0)
    target = k / xp.sqrt(b_0 * 1e-5 / l_shell)
    inverse = 1 + target / (2 * _T_1)
    for _ in range(6):
        bounce, action = _integrals(xp, xp.asin(1 / inverse))
        inverse = xp.maximum(inverse - (action * inverse - target) / (2 * bounce), 1 + 0 * inverse)
    return xp.asin(1 / inverse) + 0 * xp.sqrt(target)


@model(cite=_ROEDERER, valid={"l_shell": (1.0, 12.0), "b_0": (1e4, 6e4)}, monotonic={"l_shell": -1, "b_0": 1})
def third_invariant(l_shell: dimensionless, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> GWb:
    """Third adiabatic invariant: the magnetic flux of a dipole outside a drift shell.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    flux : float or array, GWb
        Magnitude of 2 pi B_0 R_E^2 / L. The flux is through the cap bounded by the shell's feet, or, with the other
        sign, through the equatorial plane beyond it; through a closed surface it would be zero.

    Examples
    --------
    >>> float(third_invariant(6.0).round(3))
    1.267
    """
    return 2 * math.pi * b_0 * 1e-18 * EARTH_RADIUS**2 / l_shell


@model(cite=_ROEDERER, valid={"flux": (0.5, 8.0), "b_0": (1e4, 6e4)}, monotonic={"flux": -1, "b_0": 1})
def l_star_of_flux(flux: GWb, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> dimensionless:
    """Roederer's L star: the equatorial distance of the dipole shell that holds the same flux.

    Parameters
    ----------
    flux : float or array, GWb
        Third adiabatic invariant in any field, as a magnitude.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    l_star : float or array, 1
        2 pi B_0 R_E^2 / flux.

    Examples
    --------
    >>> float(l_star_of_flux(1.267).round(2))
    6.0
    """
    return 2 * math.pi * b_0 * 1e-18 * EARTH_RADIUS**2 / flux
