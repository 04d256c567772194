"""Growth of whistlers and ion cyclotron waves on trapped particles, the flux it allows, and the lifetimes it leaves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    DIPOLE_EQUATORIAL_FIELD,
    EARTH_RADIUS,
    ELEMENTARY_CHARGE,
    SPEED_OF_LIGHT,
    VACUUM_PERMEABILITY,
    VACUUM_PERMITTIVITY,
)
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import Hz, dimensionless, keV, km, nT, per_cm2_s, per_cm3, per_s, s
from sunearth.geomagnetism.dipole import flux_tube_volume
from sunearth.geomagnetism.trapped import dipole_integrals, loss_cone

from .cold_plasma import MASSES, MODES, _species, _tensor, _tensor_slopes, gyrofrequency

if TYPE_CHECKING:
    import xarray as xr

_KENNEL_PETSCHEK = "Kennel and Petschek 1966, J. Geophys. Res. 71, 1, doi:10.1029/JZ071i001p00001"
_SCHULZ = "Schulz 1974, Astrophys. Space Sci. 31, 37"
_LYONS = "Lyons et al. 1972, J. Geophys. Res. 77, 3455"

_EQUATORIAL_GAP: Final = math.radians(3.0)
_KEV: Final = 1e3 * ELEMENTARY_CHARGE
_REST: Final = {name: mass * SPEED_OF_LIGHT**2 / _KEV for name, mass in MASSES.items()}


def _mode_for(species: str) -> str:
    """The wave that a particle of a species drives as it turns the same way."""
    if species not in MASSES:
        raise UnknownNameError("species of cold plasma", str(species), MASSES)
    return MODES[0] if species == "electron" else MODES[1]


def _speed(xp: Any, energy: Any, species: str) -> Any:
    """Speed in m/s at a kinetic energy in keV."""
    _mode_for(species)
    rest = _REST[species]
    return SPEED_OF_LIGHT * xp.sqrt(energy * (energy + 2.0 * rest)) / (energy + rest)


def _log_gamma(xp: Any, x: Any) -> Any:
    """Logarithm of the gamma function for positive arguments: Stirling's series ten steps further up."""
    shift = 0.0
    for k in range(10):
        shift = shift + xp.log(x + k)
    y = x + 10.0
    series = 1.0 / (12.0 * y) - 1.0 / (360.0 * y**3) + 1.0 / (1260.0 * y**5) - 1.0 / (1680.0 * y**7)
    return (y - 0.5) * xp.log(y) - y + 0.5 * math.log(2.0 * math.pi) + series - shift


# Growth ---------------------------------------------------------------------------------------------------------------


@model(cite=_KENNEL_PETSCHEK, valid={"frequency": (200.0, 3000.0), "b": (150.0, 1000.0)}, monotonic={"b": -1})
def marginal_anisotropy(frequency: Hz, b: nT, species: str = "electron") -> dimensionless:
    """Anisotropy of temperature above which waves along the field grow.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave.
    b : float or array, nT
        Magnitude of the field.
    species : {"electron", "proton", "helium", "oxygen"}
        The particles: electrons for whistlers, ions for ion cyclotron waves.

    Returns
    -------
    anisotropy : float or array, 1
        T_perpendicular / T_parallel - 1 of the resonant particles; NaN from their gyrofrequency on.

    Notes
    -----
    1 / (f_c / f - 1), whatever their number and energy. Turned round, an anisotropy A makes the frequencies below
    f_c A / (A + 1) grow. Non-relativistic.

    Examples
    --------
    >>> float(marginal_anisotropy(0.25 * gyrofrequency(250.0), 250.0).round(4))
    0.3333
    """
    xp = namespace(frequency, b)
    _mode_for(species)
    ratio = frequency / gyrofrequency.spec.function(b, species)
    return xp.where(ratio < 1.0, ratio, math.nan + 0.0 * ratio) / (1.0 - ratio)


@model(
    cite=_KENNEL_PETSCHEK,
    valid={
        "frequency": (1000.0, 2000.0),
        "b": (150.0, 400.0),
        "n_e": (2.0, 100.0),
        "hot_density": (0.01, 0.5),
        "t_parallel": (1.0, 30.0),
        "anisotropy": (0.1, 3.0),
        "helium": (0.0, 0.3),
        "oxygen": (0.0, 0.3),
        "kappa": (2.0, 20.0),
    },
)
def cyclotron_growth_rate(
    frequency: Hz,
    b: nT,
    n_e: per_cm3,
    hot_density: per_cm3,
    t_parallel: keV,
    anisotropy: dimensionless,
    helium: dimensionless = 0.0,
    oxygen: dimensionless = 0.0,
    kappa: dimensionless | None = None,
    species: str = "electron",
) -> per_s:
    """Linear growth rate of waves along the field on hot anisotropic particles.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Density of all electrons.
    hot_density : float or array, cm^-3
        Density of the hot particles, a small part of it.
    t_parallel : float or array, keV
        Their temperature along the field.
    anisotropy : float or array, 1
        T_perpendicular / T_parallel - 1.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the cold ions; the rest is H+.
    kappa : float or array, 1
        Index of a bi-kappa distribution, above 1.5; without, a bi-Maxwellian.
    species : {"electron", "proton", "helium", "oxygen"}
        The hot particles: electrons drive whistlers, ions ion cyclotron waves.

    Returns
    -------
    growth : float or array, s^-1
        Of the amplitude; negative where waves are damped, NaN where they cannot travel.

    Notes
    -----
    pi omega_hot^2 (|Omega| - omega) (A - A_c) F(V_R) / [k d(omega^2 n^2)/d omega], with the distribution F along the
    field at the resonant speed and the marginal anisotropy A_c; for dense electron plasma this is Kennel and Petschek's
    pi |Omega| (1 - x)^2 eta (A - A_c), x = omega / |Omega|. It holds while growth is slow beside the frequency. In a
    bi-kappa distribution, which goes as [1 + (v_par / w_par)^2 / kappa + (v_perp / w_perp)^2 / kappa]^-(kappa + 1), the
    anisotropy is the same at all speeds too, and only F differs.

    Examples
    --------
    >>> f_ce = gyrofrequency(250.0)
    >>> growth = cyclotron_growth_rate(f_ce * np.array([0.2, 0.3, 0.6]), 250.0, 10.0, 0.1, 10.0, 1.0)
    >>> growth.round(1).tolist()
    [14.2, 49.1, -21.1]
    """
    xp = namespace(frequency, b, n_e, hot_density, t_parallel, anisotropy, helium, oxygen, *_given(kappa))
    mode = _mode_for(species)
    parts = _species(frequency, b, n_e, helium, oxygen)
    tensor, slopes = _tensor(parts), _tensor_slopes(parts)
    place = MODES.index(mode)
    n2 = tensor[place]
    travels = n2 > 0
    n2 = xp.where(travels, n2, 1.0 + 0.0 * n2)
    omega = 2.0 * math.pi * frequency
    turn = 2.0 * math.pi * gyrofrequency.spec.function(b, species)
    k = omega * xp.sqrt(n2) / SPEED_OF_LIGHT
    energy_slope = omega * (2.0 * n2 + slopes[place])
    speed2 = ((turn - omega) / k) ** 2
    thermal2 = t_parallel * _KEV / MASSES[species]
    if kappa is None:
        along = xp.exp(-speed2 / (2.0 * thermal2)) / xp.sqrt(2.0 * math.pi * thermal2)
    else:
        width2 = (2.0 * kappa - 3.0) / kappa * thermal2
        norm = xp.exp(_log_gamma(xp, kappa) - _log_gamma(xp, kappa - 0.5)) / xp.sqrt(math.pi * kappa * width2)
        along = norm * (1.0 + speed2 / (kappa * width2)) ** -kappa
    hot2 = hot_density * 1e6 * ELEMENTARY_CHARGE**2 / (VACUUM_PERMITTIVITY * MASSES[species])
    growth = math.pi * hot2 * ((turn - omega) * anisotropy - omega) * along / (k * energy_slope)
    return xp.where(travels, growth, math.nan + 0.0 * growth)


def _given(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


# The flux that growth allows ------------------------------------------------------------------------------------------


@model(
    cite=_KENNEL_PETSCHEK,
    valid={
        "l_shell": (2.0, 10.0),
        "frequency_ratio": (0.01, 0.1),
        "anisotropy": (0.15, 2.0),
        "spectral_index": (1.2, 6.0),
        "gain": (0.1, 20.0),
        "b_0": (2.9e4, 3.2e4),
    },
    monotonic={"l_shell": -1, "gain": 1},
)
def kennel_petschek_flux(
    l_shell: dimensionless,
    frequency_ratio: dimensionless,
    anisotropy: dimensionless = 0.5,
    spectral_index: dimensionless = 2.0,
    gain: dimensionless = 3.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
    species: str = "electron",
) -> per_cm2_s:
    """Flux of trapped particles that cannot be surpassed for long, since waves would grow on it and scatter it.

    Parameters
    ----------
    l_shell : float or array, 1
        L, in a dipole.
    frequency_ratio : float or array, 1
        Frequency of the wave over the gyrofrequency; it decides for which energy the limit holds.
    anisotropy : float or array, 1
        Power s of sin^2 of the pitch angle in the distribution, which is also its anisotropy at the resonant speed.
    spectral_index : float or array, 1
        p of a differential flux that goes as energy to -p, above 1.
    gain : float or array, 1
        Growth of the power of a wave over a path of L Earth radii that makes up for the reflection of the rest: the
        logarithm of the inverse of the share that is reflected, 3 for 5 %.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.
    species : {"electron", "proton", "helium", "oxygen"}
        Electrons with whistlers, ions with ion cyclotron waves.

    Returns
    -------
    flux : float or array, cm^-2 s^-1
        Omnidirectional, of all above the resonant energy; infinite at and NaN below the marginal anisotropy.

    Notes
    -----
    The growth of power per length is pi mu_0 q^2 / m (V_R / k) (A - A_c) G, whatever the dispersion, with G the number
    of resonant particles per volume and speed along the field. With G for f = C v^-(2p + 2) sin^2s the density of the
    cold plasma drops out and J* = gain m (|Omega| - omega) c / [pi mu_0 q^2 L R_E (A - A_c)] with
    c = Gamma(p + s + 1) pi^(1/2) / [(p - 1) Gamma(p) Gamma(s + 3/2)], which is 2 p / (p - 1) for s = 0. It falls as
    L^-4. Density and frequency set the energy: :func:`~sunearth.magnetosphere.wave_particle.resonant_energy`.
    Non-relativistic: for resonant energies up to some 200 keV.

    Examples
    --------
    >>> print(f"{kennel_petschek_flux(4.0, 0.1):.2e}")
    1.18e+08
    """
    xp = namespace(l_shell, frequency_ratio, anisotropy, spectral_index, gain, b_0)
    _mode_for(species)
    mass = MASSES[species]
    turn = 2.0 * math.pi * gyrofrequency.spec.function(b_0 / l_shell**3, species)
    p, power = spectral_index, anisotropy
    logarithm = _log_gamma(xp, p + power + 1.0) - _log_gamma(xp, p) - _log_gamma(xp, power + 1.5)
    shape = math.sqrt(math.pi) * xp.exp(logarithm) / (p - 1.0)
    excess = anisotropy - frequency_ratio / (1.0 - frequency_ratio)
    inertia = mass / (math.pi * VACUUM_PERMEABILITY * ELEMENTARY_CHARGE**2)
    flux = 1e-4 * gain * inertia * turn * (1.0 - frequency_ratio) * shape / (l_shell * EARTH_RADIUS * excess)
    return xp.where(excess < 0, math.nan + 0.0 * flux, flux)


@model(
    cite=_KENNEL_PETSCHEK,
    valid={"d_aa": (1e-6, 1e-1), "energy": (1.0, 1e4), "l_shell": (2.0, 10.0), "height": (50.0, 500.0)},
    monotonic={"d_aa": 1},
    compiled=True,
)
def loss_cone_filling(
    d_aa: per_s, energy: keV, l_shell: dimensionless, height: km = 100.0, species: str = "electron"
) -> dimensionless:
    """Mean flux in the loss cone over that at its edge.

    Parameters
    ----------
    d_aa : float or array, s^-1
        Bounce-averaged diffusion of the equatorial pitch angle at the edge of the cone.
    energy : float or array, keV
        Kinetic energy.
    l_shell : float or array, 1
        L.
    height : float or array, km
        Height at which particles are lost.
    species : {"electron", "proton", "helium", "oxygen"}
        The particle.

    Returns
    -------
    filling : float or array, 1
        0 for weak diffusion, 1 for strong diffusion.

    Notes
    -----
    2 I_1(z) / [z I_0(z)] with modified Bessel functions and z = cone / (D_aa tau)^(1/2), tau a quarter of the bounce
    period: the steady state of diffusion into a cone out of which particles are lost in that time.

    Examples
    --------
    >>> loss_cone_filling([1e-5, 1e-3, 1e-1], 30.0, 6.0).round(2).tolist()
    [0.09, 0.65, 0.99]
    """
    from scipy.special import i0e, i1e

    cone = loss_cone.spec.function(l_shell, height)
    quarter = l_shell * EARTH_RADIUS * dipole_integrals.spec.function(cone).bounce / _speed(np, energy, species)
    z = cone / np.sqrt(d_aa * quarter)
    return 2.0 * i1e(z) / (z * i0e(z))


# Lifetimes ------------------------------------------------------------------------------------------------------------


@model(
    cite=_SCHULZ,
    valid={"energy": (1.0, 1e4), "l_shell": (1.5, 10.0), "backscatter": (0.0, 0.8), "height": (50.0, 500.0)},
    monotonic={"energy": -1, "l_shell": 1, "backscatter": 1},
)
def strong_diffusion_lifetime(
    energy: keV,
    l_shell: dimensionless,
    backscatter: dimensionless = 0.0,
    height: km = 100.0,
    species: str = "electron",
) -> s:
    """Shortest lifetime that scattering can give trapped particles, when it keeps the loss cone full.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy.
    l_shell : float or array, 1
        L.
    backscatter : float or array, 1
        Share of those that reach the atmosphere which come back.
    height : float or array, km
        Height at which they are lost.
    species : {"electron", "proton", "helium", "oxygen"}
        The particle.

    Returns
    -------
    lifetime : float or array, s
        Content of the tube over what falls out of its two ends.

    Notes
    -----
    2 V B_h / [v (1 - backscatter)] with the volume V of the tube of unit flux and the field B_h at its ends: nothing
    that waves do makes losses faster. The rate of two squared loss cones a bounce, in wide use as the strong diffusion
    limit, is 0.7 of this one, as it takes the bounce of particles in the cone for that of all.

    Examples
    --------
    >>> float(strong_diffusion_lifetime(1000.0, 4.5).round(1))
    29.4
    """
    xp = namespace(energy, l_shell, backscatter, height)
    volume = flux_tube_volume.spec.function(l_shell, height)
    cone = loss_cone.spec.function(l_shell, height)
    foot = DIPOLE_EQUATORIAL_FIELD * 1e-9 / l_shell**3 / xp.sin(cone) ** 2
    return 2.0 * volume * foot / (_speed(xp, energy, species) * (1.0 - backscatter))


def pitch_angle_lifetime(pitch_angle: Any, d_aa: Any, cone: Any, points: int = 400) -> Any:
    """Lifetime of particles that diffuse in pitch angle into the loss cone.

    Parameters
    ----------
    pitch_angle : array (pitch_angle,)
        Ascending equatorial pitch angles, rad.
    d_aa : array (..., pitch_angle)
        Bounce-averaged diffusion coefficient, s^-1.
    cone : float or array (...)
        Loss cone, rad.
    points : int, optional
        Cells between loss cone and equator.

    Returns
    -------
    array (...)
        Time in which the slowest mode falls to 1/e, s; infinite where nothing diffuses, NaN where a coefficient is.

    Notes
    -----
    The least eigenvalue of (T sin 2 alpha)^-1 d/d alpha (T sin 2 alpha D_aa d/d alpha), with no particles at the edge
    of the cone and no flux at 90 degrees, on finite volumes; T is the bounce integral of a dipole. Between the angles
    given D_aa goes exponentially, beyond them it stays. Within 3 degrees of 90, where nothing resonates with waves that
    are not across the field, zeros are taken for the last value before them; a gap elsewhere holds particles for good.

    Examples
    --------
    >>> angle = np.linspace(0.05, np.pi / 2, 60)
    >>> float((pitch_angle_lifetime(angle, np.full(60, 1e-5), 0.06) / 86400).round(2))
    1.08
    """
    from scipy.linalg import eigh_tridiagonal

    angle, coefficient = np.asarray(pitch_angle, float), np.asarray(d_aa, float)
    if angle.ndim != 1 or coefficient.shape[-1:] != angle.shape or not np.all(np.diff(angle) > 0):
        raise InputError("pitch_angle_lifetime: d_aa must be over ascending pitch angles on its last axis")
    edges_of = np.broadcast_to(np.asarray(cone, float), coefficient.shape[:-1])
    lifetime = np.empty(coefficient.shape[:-1])
    for place in np.ndindex(lifetime.shape):
        row, edge = coefficient[place], edges_of[place]
        if not np.isfinite(row).all() or not np.isfinite(edge):
            lifetime[place] = np.nan
            continue
        if not row.max() > 0:
            lifetime[place] = np.inf
            continue
        faces = np.linspace(edge, 0.5 * math.pi, points + 1)
        centres = 0.5 * (faces[1:] + faces[:-1])
        width = faces[1] - faces[0]
        known = (row > 0) | (angle < 0.5 * math.pi - _EQUATORIAL_GAP)
        logarithm = np.log(np.maximum(row[known], 1e-12 * row.max()))
        spread_at = np.exp(np.interp(faces, angle[known], logarithm))
        weight_at = np.sin(2.0 * faces) * dipole_integrals(np.clip(faces, 1e-4, 0.5 * math.pi)).bounce
        weight = np.sin(2.0 * centres) * dipole_integrals(centres).bounce
        passing = weight_at * spread_at / width**2
        passing[0] *= 2.0  # half a cell from the edge, where nothing is left
        passing[-1] = 0.0
        diagonal = (passing[:-1] + passing[1:]) / weight
        beside = -passing[1:-1] / np.sqrt(weight[:-1] * weight[1:])
        rate = eigh_tridiagonal(diagonal, beside, select="i", select_range=(0, 0), eigvals_only=True)[0]
        lifetime[place] = 1.0 / rate if rate > 0 else np.inf
    return lifetime[()]


def lifetimes(coefficients: xr.Dataset, height: float = 100.0) -> xr.Dataset:
    """Lifetimes of trapped particles from a table of diffusion coefficients.

    Parameters
    ----------
    coefficients : Dataset
        As from :func:`~sunearth.magnetosphere.wave_particle.diffusion_coefficients`.
    height : float, optional
        Height (km) at which particles are lost.

    Returns
    -------
    Dataset
        Over ``l_shell`` and ``energy``, s: `lifetime` of the slowest mode of pitch angle diffusion, not below the limit
        of `strong`, strong diffusion, and `estimate`, 1 / D_aa at the edge of the loss cone.

    Notes
    -----
    The estimate is good where D_aa is least at the loss cone; where D_aa has a gap below 90 degrees the gap decides,
    and the lifetime is longer.

    Examples
    --------
    >>> from sunearth.magnetosphere.wave_particle import diffusion_coefficients, plasmaspheric_hiss
    >>> table = diffusion_coefficients(
    ...     [4.0], [0.5], np.radians([5.0, 20.0, 40.0, 60.0, 75.0, 85.0]), plasmaspheric_hiss(30.0), density=400.0
    ... )
    >>> lifetimes(table)["lifetime"].attrs["units"]
    's'
    """
    import xarray as xr

    shells, energies = coefficients["l_shell"].values, coefficients["energy"].values
    angles, d_aa = coefficients["pitch_angle"].values, coefficients["d_aa"].transpose(..., "pitch_angle").values
    cone = loss_cone(shells, height)
    times = pitch_angle_lifetime(angles, d_aa, np.broadcast_to(cone[:, None], d_aa.shape[:-1]))
    species = coefficients.attrs.get("species", "electron")
    strong = strong_diffusion_lifetime(energies * 1e3, shells[:, None], 0.0, height, species=species)
    estimate = np.array([[np.interp(edge, angles, row) for row in rows] for edge, rows in zip(cone, d_aa, strict=True)])
    with np.errstate(divide="ignore"):
        parts = {
            "lifetime": (np.maximum(times, strong), "Lifetime against pitch angle diffusion", _LYONS),
            "estimate": (1.0 / estimate, "Inverse of the diffusion coefficient at the loss cone", _LYONS),
            "strong": (np.asarray(strong), "Lifetime in strong diffusion", _SCHULZ),
        }
    return xr.Dataset(
        {
            name: (("l_shell", "energy"), values, {"units": "s", "long_name": text, "references": source})
            for name, (values, text, source) in parts.items()
        },
        coords={"l_shell": coefficients["l_shell"], "energy": coefficients["energy"]},
    )
