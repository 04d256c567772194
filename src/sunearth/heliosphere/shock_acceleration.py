"""Particles that a shock accelerates by diffusion: how fast, how far, and with what spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from sunearth.core.arrays import namespace
from sunearth.core.constants import ELEMENTARY_CHARGE, PROTON_MASS, SPEED_OF_LIGHT
from sunearth.core.errors import UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import Array, dimensionless, km_s, nT, parse_unit, s

if TYPE_CHECKING:
    pass

au = Annotated[Array, parse_unit("au")]
MeV = Annotated[Array, parse_unit("MeV")]
m2_s = Annotated[Array, parse_unit("m^2/s")]
kg_m2_s = Annotated[Array, parse_unit("kg m^-2 s^-1")]
mW_m2 = Annotated[Array, parse_unit("mW m^-2")]

_DSA = "Drury 1983, Rep. Prog. Phys. 46, 973"
_PROTON_REST_ENERGY = PROTON_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE * 1e-6  # MeV


@model(cite=_DSA, valid={"compression": (1.2, 4.0)}, monotonic={"compression": -1})
def dsa_slope(compression: dimensionless) -> dimensionless:
    """Slope of the momentum distribution of particles accelerated by a shock.

    Parameters
    ----------
    compression : float or array, 1
        Upstream over downstream speed of the scattering centres.

    Returns
    -------
    slope : float or array, 1
        The sigma of f ~ p^-sigma; infinite without compression, NaN for an expansion.

    Notes
    -----
    sigma = 3 s / (s - 1), whatever the diffusion.

    Examples
    --------
    >>> float(dsa_slope(4.0))
    4.0
    """
    xp = namespace(compression)
    return xp.where(compression >= 1, 3 * compression / xp.abs(compression - 1), xp.nan)


@model(cite=_DSA, valid={"compression": (1.2, 4.0)}, monotonic={"compression": -1})
def dsa_energy_index(compression: dimensionless, limit: str = "nonrelativistic") -> dimensionless:
    """Spectral index of the intensity of particles accelerated by a shock.

    Parameters
    ----------
    compression : float or array, 1
        Upstream over downstream speed of the scattering centres.
    limit : {"nonrelativistic", "relativistic"}
        Whether the energy is far below or far above the rest energy.

    Returns
    -------
    index : float or array, 1
        The g of dJ/dE ~ E^-g.

    Notes
    -----
    The intensity is p^2 f: (s + 2) / (2 (s - 1)) below the rest energy and (s + 2) / (s - 1) above. The E^-1 that is
    sometimes given for a strong shock without saying where holds below 1 GeV per nucleon only; above it is E^-2.

    Examples
    --------
    >>> float(dsa_energy_index(4.0)), float(dsa_energy_index(4.0, "relativistic"))
    (1.0, 2.0)
    """
    powers = {"nonrelativistic": 0.5, "relativistic": 1.0}
    if limit not in powers:
        raise UnknownNameError("limit", limit, powers)
    return (dsa_slope.spec.function(compression) - 2) * powers[limit]


@model(
    cite=_DSA,
    valid={
        "speed_up": (100.0, 3000.0),
        "compression": (1.2, 4.0),
        "kappa_up": (1e12, 1e17),
        "kappa_down": (1e12, 1e17),
    },
    monotonic={"speed_up": -1, "kappa_up": 1, "kappa_down": 1},
)
def acceleration_timescale(speed_up: km_s, compression: dimensionless, kappa_up: m2_s, kappa_down: m2_s) -> s:
    """Time in which a shock multiplies the momentum of a particle by e.

    Parameters
    ----------
    speed_up : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    compression : float or array, 1
        Upstream over downstream speed.
    kappa_up : float or array, m^2/s
        Upstream diffusion coefficient along the normal.
    kappa_down : float or array, m^2/s
        Downstream diffusion coefficient along the normal.

    Returns
    -------
    tau : float or array, s
        Time p / (dp/dt); NaN without compression.

    Notes
    -----
    3 / (u_1 - u_2) (kappa_1 / u_1 + kappa_2 / u_2).

    Examples
    --------
    >>> round(float(acceleration_timescale(1000.0, 4.0, 1e14, 1e14)) / 3600, 3)
    0.556
    """
    xp = namespace(speed_up, compression, kappa_up, kappa_down)
    u = speed_up * 1e3
    tau = 3 * (kappa_up + compression * kappa_down) / (u**2 * (1 - 1 / compression))
    return xp.where(compression > 1, tau, xp.nan)


def _momentum(energy: Any) -> Any:
    """Momentum times the speed of light of a proton, MeV."""
    return namespace(energy).sqrt(energy * (energy + 2 * _PROTON_REST_ENERGY))


_ENERGY_VALID = {"energy": (0.1, 1000.0), "energy_injection": (0.001, 0.1)}


@model(
    cite=_DSA,
    valid={**_ENERGY_VALID, "timescale": (1.0, 1e6), "reference_energy": (0.1, 100.0), "exponent": (0.2, 2.0)},
    monotonic={"energy": 1, "energy_injection": -1, "timescale": 1},
)
def acceleration_time(
    energy: MeV,
    energy_injection: MeV,
    timescale: s,
    reference_energy: MeV = 1.0,
    exponent: dimensionless = 1.0,
) -> s:
    """Time in which a shock brings a proton to an energy.

    Parameters
    ----------
    energy : float or array, MeV
        Final kinetic energy.
    energy_injection : float or array, MeV
        Kinetic energy at the start.
    timescale : float or array, s
        Time for one e-folding of momentum at the reference energy, :func:`acceleration_timescale`.
    reference_energy : float or array, MeV
        Kinetic energy that the time scale is for.
    exponent : float or array, 1
        Power of momentum that the diffusion coefficient goes with, above 0.

    Returns
    -------
    time : float or array, s
        The integral of the time scale over ln p; negative where the final energy is the lower one.

    Notes
    -----
    Non-relativistic Bohm diffusion has the exponent 2; scattering by Kolmogorov turbulence 4/3 below the rest energy.

    Examples
    --------
    >>> round(float(acceleration_time(10.0, 0.01, 2000.0)) / 3600, 2)
    1.71
    """
    p, start, reference = _momentum(energy), _momentum(energy_injection), _momentum(reference_energy)
    return timescale / exponent * ((p / reference) ** exponent - (start / reference) ** exponent)


@model(
    cite=_DSA,
    valid={
        "age": (1.0, 1e6),
        "energy_injection": (0.001, 0.1),
        "timescale": (1.0, 1e6),
        "reference_energy": (0.1, 100.0),
        "exponent": (0.2, 2.0),
    },
    monotonic={"age": 1, "energy_injection": 1, "timescale": -1},
)
def maximum_energy(
    age: s,
    energy_injection: MeV,
    timescale: s,
    reference_energy: MeV = 1.0,
    exponent: dimensionless = 1.0,
) -> MeV:
    """Kinetic energy to which a shock brings protons in a given time.

    Parameters
    ----------
    age : float or array, s
        Time that the shock has had.
    energy_injection : float or array, MeV
        Kinetic energy at the start.
    timescale : float or array, s
        Time for one e-folding of momentum at the reference energy.
    reference_energy : float or array, MeV
        Kinetic energy that the time scale is for.
    exponent : float or array, 1
        Power of momentum that the diffusion coefficient goes with, above 0.

    Returns
    -------
    energy : float or array, MeV
        Kinetic energy, without losses or escape.

    Notes
    -----
    The inverse of :func:`acceleration_time`.

    Examples
    --------
    >>> round(float(maximum_energy(6142.0, 0.01, 2000.0)), 1)
    10.0
    """
    xp = namespace(age, energy_injection, timescale, reference_energy, exponent)
    start, reference = _momentum(energy_injection), _momentum(reference_energy)
    pc = reference * ((start / reference) ** exponent + exponent * age / timescale) ** (1 / exponent)
    return pc**2 / (xp.sqrt(pc**2 + _PROTON_REST_ENERGY**2) + _PROTON_REST_ENERGY)


@model(
    cite=_DSA,
    valid={"energy": (0.01, 1000.0), "b": (0.5, 100.0), "gyrofactor": (1.0, 100.0)},
    even=("b",),
    monotonic={"energy": 1, "b": -1, "gyrofactor": 1},
)
def bohm_diffusion(energy: MeV, b: nT, gyrofactor: dimensionless = 1.0) -> m2_s:
    """Diffusion coefficient of protons scattered once in some gyroradii.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy.
    b : float or array, nT
        Magnitude of the field.
    gyrofactor : float or array, 1
        Mean free path over gyroradius; 1 is the Bohm limit.

    Returns
    -------
    kappa : float or array, m^2/s
        Diffusion coefficient.

    Notes
    -----
    kappa = gyrofactor p v / (3 e B), relativistic.

    Examples
    --------
    >>> print(f"{bohm_diffusion(1.0, 5.0):.3e}")
    1.333e+14
    """
    xp = namespace(energy, b, gyrofactor)
    total = energy + _PROTON_REST_ENERGY
    volts = energy * (energy + 2 * _PROTON_REST_ENERGY) / total * 1e6
    return gyrofactor * volts / (3 * xp.abs(b) * 1e-9)


@model(
    cite=_DSA,
    valid={**_ENERGY_VALID, "speed_up": (100.0, 3000.0), "compression": (1.2, 4.0), "b": (0.5, 100.0)},
    even=("b",),
    monotonic={"energy": 1, "energy_injection": -1, "speed_up": -1, "b": -1, "gyrofactor": 1},
)
def bohm_acceleration_time(
    energy: MeV,
    energy_injection: MeV,
    speed_up: km_s,
    compression: dimensionless,
    b: nT,
    gyrofactor: dimensionless = 1.0,
    b_ratio: dimensionless = 1.0,
) -> s:
    """Time in which a shock with Bohm diffusion brings a proton to an energy.

    Parameters
    ----------
    energy : float or array, MeV
        Final kinetic energy.
    energy_injection : float or array, MeV
        Kinetic energy at the start.
    speed_up : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    compression : float or array, 1
        Upstream over downstream speed.
    b : float or array, nT
        Magnitude of the upstream field.
    gyrofactor : float or array, 1
        Mean free path over gyroradius on both sides.
    b_ratio : float or array, 1
        Downstream over upstream magnitude of the field.

    Returns
    -------
    time : float or array, s
        Time between the two energies; NaN without compression.

    Notes
    -----
    As the diffusion coefficient is p v / (3 e B) and v dp is the gain of kinetic energy, the time is proportional to
    that gain at any energy: g (E - E_0) (1 + s B_1 / B_2) s / (e B_1 u_1^2 (s - 1)).

    Examples
    --------
    >>> round(float(bohm_acceleration_time(10.0, 0.01, 1000.0, 4.0, 5.0)) / 3600, 2)
    3.7
    """
    xp = namespace(energy, energy_injection, speed_up, compression, b, gyrofactor, b_ratio)
    rate = _bohm_rate(xp, speed_up, compression, b, gyrofactor, b_ratio)
    return (energy - energy_injection) / rate


def _bohm_rate(xp: Any, speed_up: Any, compression: Any, b: Any, gyrofactor: Any, b_ratio: Any) -> Any:
    """Gain of kinetic energy in MeV/s: constant in time under Bohm diffusion."""
    field = xp.abs(b) * 1e-9 / (gyrofactor * (1 + compression / b_ratio))
    return xp.where(compression > 1, field * (speed_up * 1e3) ** 2 * (1 - 1 / compression) * 1e-6, xp.nan)


@model(
    cite=_DSA,
    valid={"energy_injection": (0.001, 0.1), "speed_up": (100.0, 3000.0), "compression": (1.2, 4.0), "b": (0.5, 100.0)},
    even=("b",),
    monotonic={"age": 1, "energy_injection": 1, "speed_up": 1, "b": 1, "gyrofactor": -1},
)
def bohm_maximum_energy(
    age: s,
    energy_injection: MeV,
    speed_up: km_s,
    compression: dimensionless,
    b: nT,
    gyrofactor: dimensionless = 1.0,
    b_ratio: dimensionless = 1.0,
) -> MeV:
    """Kinetic energy to which a shock with Bohm diffusion brings protons in a given time.

    Parameters
    ----------
    age : float or array, s
        Time that the shock has had.
    energy_injection : float or array, MeV
        Kinetic energy at the start.
    speed_up : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    compression : float or array, 1
        Upstream over downstream speed.
    b : float or array, nT
        Magnitude of the upstream field.
    gyrofactor : float or array, 1
        Mean free path over gyroradius on both sides.
    b_ratio : float or array, 1
        Downstream over upstream magnitude of the field.

    Returns
    -------
    energy : float or array, MeV
        Kinetic energy, without losses or escape; NaN without compression.

    Notes
    -----
    The inverse of :func:`bohm_acceleration_time`. With equal fields on both sides the gain is fastest for a compression
    of 1 + sqrt(2), not for the strongest shock, behind which particles stay longest.

    Examples
    --------
    >>> round(float(bohm_maximum_energy(86400.0, 0.01, 1000.0, 4.0, 5.0)), 1)
    64.8
    """
    xp = namespace(age, energy_injection, speed_up, compression, b, gyrofactor, b_ratio)
    return energy_injection + age * _bohm_rate(xp, speed_up, compression, b, gyrofactor, b_ratio)


@model(
    cite=_DSA,
    valid={"size": (1e-4, 1.0), "speed_up": (100.0, 3000.0), "b": (0.5, 100.0)},
    even=("b",),
    monotonic={"size": 1, "speed_up": 1, "b": 1, "gyrofactor": -1},
)
def escape_energy(size: au, speed_up: km_s, b: nT, gyrofactor: dimensionless = 1.0) -> MeV:
    """Kinetic energy at which protons diffuse away from a shock of finite size.

    Parameters
    ----------
    size : float or array, au
        Distance from the shock at which particles are lost.
    speed_up : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    b : float or array, nT
        Magnitude of the upstream field.
    gyrofactor : float or array, 1
        Mean free path over gyroradius.

    Returns
    -------
    energy : float or array, MeV
        Kinetic energy where the diffusion length kappa / u equals the size.

    Notes
    -----
    With p v = 3 e B u L / g the relativistic energy solves a quadratic equation. Where this is lower than
    :func:`bohm_maximum_energy`, escape ends the spectrum.

    Examples
    --------
    >>> round(float(escape_energy(0.01, 1000.0, 5.0)), 1)
    11.3
    """
    xp = namespace(size, speed_up, b, gyrofactor)
    metres = parse_unit("au").scale * size
    pv = 3 * xp.abs(b) * 1e-9 * xp.abs(speed_up) * 1e3 * metres / gyrofactor * 1e-6
    rest = _PROTON_REST_ENERGY
    return pv / 2 + pv**2 / (2 * (xp.sqrt(pv**2 + 4 * rest**2) + 2 * rest))


@model(
    cite="Ellison and Ramaty 1985, Astrophys. J. 298, 400",
    valid={**_ENERGY_VALID, "compression": (1.2, 4.0), "energy_cutoff": (1.0, 1000.0)},
    monotonic={"energy": -1, "energy_cutoff": 1},
)
def ellison_ramaty_1985(
    energy: MeV, compression: dimensionless, energy_cutoff: MeV, energy_injection: MeV = 0.01
) -> dimensionless:
    """Steady intensity of protons at a shock, relative to that at injection.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy.
    compression : float or array, 1
        Upstream over downstream speed.
    energy_cutoff : float or array, MeV
        Energy of the exponential cut-off, set by :func:`bohm_maximum_energy` or :func:`escape_energy`.
    energy_injection : float or array, MeV
        Kinetic energy at which particles enter.

    Returns
    -------
    intensity : float or array, 1
        Intensity over that at injection; 0 below it.

    Notes
    -----
    p^2 f with f ~ p^-sigma of :func:`dsa_slope`, times exp[-(E - E_0) / E_c]; a power law in momentum, so that it bends
    by itself at the rest energy.

    Examples
    --------
    >>> round(float(ellison_ramaty_1985(1.0, 4.0, 10.0)), 5)
    0.00905
    """
    xp = namespace(energy, compression, energy_cutoff, energy_injection)
    ratio = _momentum(energy) / _momentum(energy_injection)
    slope = dsa_slope.spec.function(compression)
    intensity = ratio ** (2 - slope) * xp.exp(-(energy - energy_injection) / energy_cutoff)
    return xp.where(energy < energy_injection, 0 * intensity, intensity)
