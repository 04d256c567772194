"""Radial diffusion of trapped particles: how fast it is, how long particles live, and what becomes of a belt.

Fluctuations as slow as the drift around the Earth break the third invariant alone: at constant first and second
invariant the phase-space density diffuses in L*.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, ELECTRON_MASS, SPEED_OF_LIGHT
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import MeV_G, day, dimensionless, h, keV, mV2_m2_Hz, nT, nT2_Hz, per_day
from sunearth.geomagnetism.trapped import energy_of_magnetic_moment
from sunearth.numerics.diffusion import diffuse, face_conductances
from sunearth.numerics.series import held

from .plasmasphere import carpenter_anderson_1992, electron_density, maximum_kp
from .ring_current_kinetics import coulomb_drag

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_BRAUTIGAM_ALBERT = "Brautigam and Albert 2000, J. Geophys. Res. 105, 291, doi:10.1029/1999JA900344"

_SECONDS_PER_DAY: Final = 86400.0
_REST_ENERGY_MEV: Final = ELECTRON_MASS * SPEED_OF_LIGHT**2 / 1.602176634e-13
_VOLTS_PER_MEV_G: Final = 1e6 / 1e-4
"""Energy in eV per tesla, that is mu / e in V/T, of 1 MeV/gauss."""


class DiffusionRate(NamedTuple):
    """Radial diffusion by magnetic and by electric fluctuations."""

    magnetic: per_day
    electric: per_day


@model(
    cite=_BRAUTIGAM_ALBERT,
    valid={"l_star": (3.0, 6.6), "kp": (1.0, 6.0)},
    monotonic={"l_star": 1, "kp": 1},
)
def brautigam_albert_2000(l_star: dimensionless, kp: dimensionless) -> per_day:
    """Radial diffusion by magnetic fluctuations.

    Parameters
    ----------
    l_star : float or array, 1
        L*.
    kp : float or array, 1
        Kp.

    Returns
    -------
    rate : float or array, 1/d
        Half the mean square displacement in L* in a day, of particles that mirror at the equator.

    Notes
    -----
    Eq. 6: 10^(0.506 Kp - 9.325) L^10. That power belongs to impulses of a field compressed by the wind; it is often
    used alone, since it exceeds the electrostatic part for electrons of 1 MeV beyond L = 4 or so.

    Examples
    --------
    >>> float(brautigam_albert_2000(6.0, 3.0).round(3))
    0.943
    """
    return 10.0 ** (0.506 * kp - 9.325) * l_star**10


@model(
    cite=_BRAUTIGAM_ALBERT,
    valid={"l_star": (3.0, 6.6), "kp": (1.0, 6.0), "mu": (1.0, 1e4), "b_0": (2e4, 4e4)},
    monotonic={"kp": 1, "mu": -1},
)
def brautigam_albert_2000_electrostatic(
    l_star: dimensionless, kp: dimensionless, mu: MeV_G, b_0: nT = 31100.0
) -> per_day:
    """Radial diffusion of electrons by fluctuations of an electrostatic field.

    Parameters
    ----------
    l_star : float or array, 1
        L*.
    kp : float or array, 1
        Kp.
    mu : float or array, MeV/gauss
        First invariant.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator; 0.311 gauss in the source.

    Returns
    -------
    rate : float or array, 1/d
        Half the mean square displacement in L* in a day, of electrons that mirror at the equator.

    Notes
    -----
    Eq. 4 and 5: (E_rms / B_0)^2 T / (4 (1 + (omega_d T / 2)^2)) L^6 over R_E^2, with E_rms = 0.26 (Kp - 1) + 0.1 mV/m,
    fields that decay in T = 2700 s, and the drift frequency omega_d = 3 mu / (gamma e L^2 R_E^2) of electrons on the
    equator. E_rms passes through zero at Kp = 0.6, below the range of the fit.

    Examples
    --------
    >>> float(brautigam_albert_2000_electrostatic(6.0, 3.0, 1000.0).round(3))
    0.228
    """
    xp = namespace(l_star, kp, mu, b_0)
    decay = 2700.0
    field = (0.26 * (kp - 1) + 0.1) * 1e-3
    gamma = xp.sqrt(1 + 2 * mu * b_0 * 1e-5 / (l_star**3 * _REST_ENERGY_MEV))
    drift = 3 * mu * _VOLTS_PER_MEV_G / (gamma * l_star**2 * EARTH_RADIUS**2)
    per_second = (field / (b_0 * 1e-9 * EARTH_RADIUS)) ** 2 * decay / (4 * (1 + (drift * decay / 2) ** 2)) * l_star**6
    return per_second * _SECONDS_PER_DAY


@model(
    cite="Fei et al. 2006, J. Geophys. Res. 111, A12209, doi:10.1029/2005JA011211",
    valid={
        "l_star": (2.0, 8.0),
        "power_electric": (0.0, 1e4),
        "power_magnetic": (0.0, 1e6),
        "mu": (1.0, 1e4),
        "mode": (1.0, 5.0),
        "b_0": (2e4, 4e4),
    },
    monotonic={"power_electric": 1, "power_magnetic": 1},
)
def fei_2006(
    l_star: dimensionless,
    power_electric: mV2_m2_Hz,
    power_magnetic: nT2_Hz,
    mu: MeV_G,
    mode: dimensionless = 1.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> DiffusionRate:
    """Radial diffusion of electrons by waves of given power at a multiple of the drift frequency.

    Parameters
    ----------
    l_star : float or array, 1
        L*.
    power_electric : float or array, mV^2 m^-2 Hz^-1
        One-sided power spectral density of E_m(t) in an azimuthal electric field E_m(t) cos(m phi), at `mode` times
        the drift frequency (see `geomagnetism.trapped.drift_period`). A wave that travels with the drift and has this
        power in a fixed place is four times as effective.
    power_magnetic : float or array, nT^2 Hz^-1
        The same of the compressional magnetic field.
    mu : float or array, MeV/gauss
        First invariant.
    mode : float or array, 1
        Azimuthal wave number; rates of several modes add up.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    magnetic : float or array, 1/d
        Part of the gradient drift in the fluctuating magnetic field: (mu m / (q gamma B_0 R_E^2))^2 L^4 P_B / 8.
    electric : float or array, 1/d
        Part of the electric drift: L^6 P_E / (8 B_0^2 R_E^2).

    Notes
    -----
    In a dipole, on the equator, with the two fields uncorrelated. They are not where the electric field is induced by
    the magnetic one: the sum then differs from the rate of Falthammar by up to a factor of two.

    Examples
    --------
    >>> rate = fei_2006(6.0, 1.0, 100.0, 1000.0)
    >>> print(f"{rate.magnetic:.4f} {rate.electric:.4f}")
    0.0149 0.0140
    """
    xp = namespace(l_star, power_electric, power_magnetic, mu, mode, b_0)
    gamma = xp.sqrt(1 + 2 * mu * b_0 * 1e-5 / (l_star**3 * _REST_ENERGY_MEV))
    field = b_0 * 1e-9
    electric = l_star**6 * power_electric * 1e-6 / (8 * field**2 * EARTH_RADIUS**2)
    drift = mu * _VOLTS_PER_MEV_G * mode / (gamma * field * EARTH_RADIUS**2)
    magnetic = drift**2 * l_star**4 * power_magnetic * 1e-18 / 8
    return DiffusionRate((magnetic + 0 * electric) * _SECONDS_PER_DAY, (electric + 0 * magnetic) * _SECONDS_PER_DAY)


@model(
    cite="Ozeke et al. 2014, J. Geophys. Res. Space Physics 119, 1587, doi:10.1002/2013JA019204",
    valid={"l_star": (2.5, 7.0), "kp": (0.0, 6.0)},
    monotonic={"l_star": 1, "kp": 1},
)
def ozeke_2014(l_star: dimensionless, kp: dimensionless) -> DiffusionRate:
    """Radial diffusion by the waves seen on the ground and in space.

    Parameters
    ----------
    l_star : float or array, 1
        L*.
    kp : float or array, 1
        Kp.

    Returns
    -------
    magnetic : float or array, 1/d
        6.62e-13 L^8 10^(-0.0327 L^2 + 0.625 L - 0.0108 Kp^2 + 0.499 Kp).
    electric : float or array, 1/d
        2.16e-8 L^6 10^(0.217 L + 0.461 Kp); by far the larger part.

    Notes
    -----
    Eq. 20 and 23; whatever the energy.

    Examples
    --------
    >>> [float(part.round(4)) for part in ozeke_2014(6.0, 3.0)]
    [0.0104, 0.4879]
    """
    magnetic = 6.62e-13 * l_star**8 * 10.0 ** (-0.0327 * l_star**2 + 0.625 * l_star - 0.0108 * kp**2 + 0.499 * kp)
    return DiffusionRate(magnetic, 2.16e-8 * l_star**6 * 10.0 ** (0.217 * l_star + 0.461 * kp))


@model(
    cite="Ali et al. 2016, J. Geophys. Res. Space Physics 121, 9586, doi:10.1002/2016JA023002",
    valid={"l_star": (3.0, 5.5), "kp": (0.0, 5.0)},
    monotonic={"l_star": 1, "kp": 1},
)
def ali_2016(l_star: dimensionless, kp: dimensionless) -> DiffusionRate:
    """Radial diffusion by the waves that the Van Allen Probes met.

    Parameters
    ----------
    l_star : float or array, 1
        L*.
    kp : float or array, 1
        Kp.

    Returns
    -------
    magnetic : float or array, 1/d
        exp(-16.253 + 0.224 Kp L + L).
    electric : float or array, 1/d
        exp(-16.951 + 0.181 Kp L + 1.982 L).

    Notes
    -----
    Eq. 14 and 15; about ten times slower than :func:`ozeke_2014`.

    Examples
    --------
    >>> print(*(f"{part:.2e}" for part in ali_2016(5.0, 3.0)))
    3.73e-04 1.32e-02
    """
    xp = namespace(l_star, kp)
    magnetic = xp.exp(-16.253 + 0.224 * kp * l_star + l_star)
    return DiffusionRate(magnetic, xp.exp(-16.951 + 0.181 * kp * l_star + 1.982 * l_star))


@model(
    cite="Liu et al. 2016, Geophys. Res. Lett. 43, 1023, doi:10.1002/2015GL067398",
    valid={"l_star": (3.0, 7.0), "kp": (0.0, 5.0), "mu": (400.0, 8000.0)},
    monotonic={"l_star": 1, "kp": 1, "mu": -1},
)
def liu_2016(l_star: dimensionless, kp: dimensionless, mu: MeV_G) -> per_day:
    """Radial diffusion by the electric fields that THEMIS met.

    Parameters
    ----------
    l_star : float or array, 1
        L*.
    kp : float or array, 1
        Kp.
    mu : float or array, MeV/gauss
        First invariant.

    Returns
    -------
    rate : float or array, 1/d
        1.115e-6 10^(0.281 Kp) L^8.184 mu^-0.608.

    Notes
    -----
    The electric part; it depends on the energy through the drift frequency at which the power is taken.

    Examples
    --------
    >>> float(liu_2016(5.0, 3.0, 1000.0).round(4))
    0.0612
    """
    return 1.115e-6 * 10.0 ** (0.281 * kp) * l_star**8.184 * mu**-0.608


@model(
    cite="Shprits et al. 2005, Ann. Geophys. 23, 1467, doi:10.5194/angeo-23-1467-2005",
    valid={"l_star": (2.0, 7.0), "kp": (1.0 / 3.0, 9.0), "plasmapause_l": (2.0, 6.0), "inside": (1.0, 30.0)},
)
def shprits_2005(l_star: dimensionless, kp: dimensionless, plasmapause_l: dimensionless, inside: day = 10.0) -> day:
    """Lifetime of relativistic electrons in and beyond the plasmasphere.

    Parameters
    ----------
    l_star : float or array, 1
        L*.
    kp : float or array, 1
        Kp.
    plasmapause_l : float or array, 1
        Where the plasmasphere ends.
    inside : float or array, d
        Lifetime in the plasmasphere.

    Returns
    -------
    lifetime : float or array, d
        3 / Kp beyond the plasmapause, the lifetime of the plasmasphere inside; infinite at Kp = 0.

    Notes
    -----
    For electrons near 1 MeV, tuned so that radial diffusion alone gives the belt that CRRES saw.

    Examples
    --------
    >>> shprits_2005([3.0, 5.0], 6.0, 4.0).tolist()
    [10.0, 0.5]
    """
    xp = namespace(l_star, kp, plasmapause_l, inside)
    there = 0 * (l_star + kp + plasmapause_l + inside)
    return xp.where(l_star > plasmapause_l, 3 / kp, inside) + there


@model(
    cite="Trubnikov 1965, Rev. Plasma Phys. 1, 105; Carpenter and Anderson 1992, J. Geophys. Res. 97, 1097",
    valid={"l_star": (2.25, 8.0), "energy": (10.0, 1e4), "plasmapause_l": (2.25, 7.0)},
    monotonic={"energy": 1},
    compiled=True,
)
def coulomb_lifetime(l_star: dimensionless, energy: keV, plasmapause_l: dimensionless) -> day:
    """Time in which Coulomb collisions with the cold plasma take the energy of an electron.

    Parameters
    ----------
    l_star : float or array, 1
        L*.
    energy : float or array, keV
        Kinetic energy of the electron.
    plasmapause_l : float or array, 1
        Where the plasmasphere ends.

    Returns
    -------
    lifetime : float or array, d
        Energy over the rate at which it is lost.

    Notes
    -----
    The drag of :func:`~.ring_current_kinetics.coulomb_drag` in the equatorial density of Carpenter and Anderson (1992)
    at midnight. Years for relativistic electrons: it matters for tens of keV deep in the plasmasphere, and for MeV
    electrons only where nothing else acts.

    Examples
    --------
    >>> [float(f"{days:.2g}") for days in coulomb_lifetime(3.0, [30.0, 1000.0], 4.5)]
    [330.0, 31000.0]
    """
    density = electron_density.spec.function(l_star, 0.0 * l_star, plasmapause_l)
    return 1.0 / (_SECONDS_PER_DAY * coulomb_drag.spec.function(energy, density, "electron"))


# Exponents of L and of the logarithm of the energy (MeV) of each term of Orlova et al. 2016, and its coefficient.
_ORLOVA = (
    (0, 0, 77.323), (1, 0, -92.641), (0, 1, -55.754), (2, 0, 44.497), (1, 1, 48.981),
    (0, 2, 8.9067), (3, 0, -10.704), (2, 1, -15.711), (1, 2, -3.3326), (0, 3, 1.5189),
    (4, 0, 1.294), (3, 1, 2.2546), (2, 2, 0.31889), (1, 3, -0.85916), (0, 4, -0.22182),
    (1, 4, 0.034318), (2, 3, 0.097248), (4, 1, -0.12192), (5, 0, -0.062765), (0, 5, 0.0063218),
)  # fmt: skip


@model(
    cite="Orlova et al. 2016, J. Geophys. Res. Space Physics 121, 1308, doi:10.1002/2015JA021878",
    valid={"l_star": (3.0, 5.5), "energy": (100.0, 5000.0), "kp": (0.0, 5.0), "mlt": (0.0, 24.0)},
)
def orlova_2016(l_star: dimensionless, energy: keV, kp: dimensionless, mlt: h | None = None) -> day:
    """Lifetime of electrons against scattering by plasmaspheric hiss.

    Parameters
    ----------
    l_star : float or array, 1
        L of the electrons, 1.5 to 5.5.
    energy : float or array, keV
        Kinetic energy, 1 keV to 10 MeV.
    kp : float or array, 1
        Kp.
    mlt : float or array, h, optional
        Local time of the waves; the mean over all local times if not given.

    Returns
    -------
    lifetime : float or array, d
        NaN below the energy that hiss scatters into the loss cone, log10 E = 0.1328 L^2 - 2.1463 L + 3.7857 in MeV.

    Notes
    -----
    A polynomial in L and the logarithm of the energy, divided by 10^(-0.01414 Kp^2 + 0.2321 Kp + 2.598) / 1315 and, for
    one local time, by 10^(-0.007338 MLT^2 + 0.1773 MLT + 2.08) / 782.3, which is one in the mean. Waves are weaker than
    in the mean at low Kp: the lifetime at Kp = 0 is 3.3 times that of the polynomial.

    Examples
    --------
    >>> float(orlova_2016(4.0, 1000.0, 3.0).round(1))
    4.0
    """
    xp = namespace(l_star, energy, kp, mlt)
    log_energy = xp.log(energy * 1e-3) / math.log(10.0)
    exponent = sum(a * l_star**m * log_energy**n for m, n, a in _ORLOVA)
    power = -0.01414 * kp**2 + 0.2321 * kp + 2.598 - math.log10(1315.0)
    if mlt is not None:
        power = power - 0.007338 * mlt**2 + 0.1773 * mlt + 2.080 - math.log10(782.3)
    scattered = log_energy >= 0.1328 * l_star**2 - 2.1463 * l_star + 3.7857
    return xp.where(scattered, 10.0 ** (exponent - power), math.nan + 0 * power)


def _sum(rate: Any) -> Any:
    return rate[0] + rate[1] if isinstance(rate, tuple) else rate


DIFFUSION: Final[dict[str, Callable[..., Any]]] = {
    "brautigam_albert_2000": lambda l_star, kp: brautigam_albert_2000(l_star, kp),
    "brautigam_albert_2000_total": lambda l_star, kp, mu: (
        brautigam_albert_2000(l_star, kp) + brautigam_albert_2000_electrostatic(l_star, kp, mu)
    ),
    "ozeke_2014": lambda l_star, kp: _sum(ozeke_2014(l_star, kp)),
    "ali_2016": lambda l_star, kp: _sum(ali_2016(l_star, kp)),
    "liu_2016": lambda l_star, kp, mu: liu_2016(l_star, kp, mu),
}
"""Rates of radial diffusion by name, both parts together where the source gives two."""


_OF_DIFFUSION: Final = ("l_star", "kp", "mu")
_OF_LIFETIME: Final = ("l_star", "kp", "plasmapause_l", "mu", "energy")


@dataclass(frozen=True)
class RadialDiffusion:
    """Phase-space density on L* in time, at constant first and second invariant.

    Parameters
    ----------
    inner, outer : float
        Ends of the model in L*.
    cells : int
        Number of cells between them.
    diffusion : str or callable
        Rate of diffusion per day: a name of `DIFFUSION`, or a function of any of `l_star`, `kp`, `mu` (MeV/gauss).
    lifetime : callable or None
        Lifetime in days: a function of any of `l_star`, `kp`, `plasmapause_l`, `mu` (MeV/gauss), `energy` (keV, of a
        particle on the equator); None for no loss. Not-a-number counts as no loss.
    shadow_time : float
        Lifetime beyond the last closed drift shell, days.
    b_0 : float
        nT, field of the dipole on the Earth's equator, for energies.

    Notes
    -----
    df/dt = L^2 d/dL (D / L^2 df/dL) - f / lifetime + source (Schulz and Lanzerotti 1974). The density f over L^-2 dL is
    a number of particles, and the finite volumes keep it: what the content changes by is what crossed the two ends,
    was lost and was supplied. The steady state in a D that is a power of L is exact on any grid; second order in L and
    in time (see `numerics.diffusion.diffuse`), and never negative. Coefficients hold from one time to the next,
    the density at the outer end goes straight between them.

    Examples
    --------
    >>> belt = RadialDiffusion(inner=2.0, outer=7.0, cells=50, lifetime=None)
    >>> time = np.datetime64("2013-03-01", "ns") + np.arange(0, 9000, 24) * np.timedelta64(1, "h")
    >>> result = belt.solve(time, 6.0, start=0.0, outer=1.0, inner=0.0)
    >>> exact = (2.0**-7 - result.l_star**-7.0) / (2.0**-7 - 7.0**-7)
    >>> bool(abs(result.psd[-1, 0] - exact).max() < 1e-3)
    True
    """

    inner: float = 2.0
    outer: float = 7.0
    cells: int = 200
    diffusion: str | Callable[..., Any] = "brautigam_albert_2000"
    lifetime: Callable[..., Any] | None = shprits_2005
    shadow_time: float = 0.02
    b_0: float = DIPOLE_EQUATORIAL_FIELD

    def __post_init__(self) -> None:
        if not (1 <= self.inner < self.outer and self.cells >= 3 and self.shadow_time > 0):
            raise InputError(
                f"RadialDiffusion: needs 1 <= inner < outer, 3 cells and a positive shadow_time, got {self.inner}, "
                f"{self.outer}, {self.cells} and {self.shadow_time}"
            )
        if isinstance(self.diffusion, str) and self.diffusion not in DIFFUSION:
            raise UnknownNameError("rate of radial diffusion", self.diffusion, DIFFUSION)
        if not isinstance(self.diffusion, str):
            _can_be_called(self.diffusion, _OF_DIFFUSION, "RadialDiffusion: diffusion")
        if self.lifetime is not None:
            # What has a default, as the lifetime in the plasmasphere of shprits_2005, need not be given.
            _can_be_called(self.lifetime, _OF_LIFETIME, "RadialDiffusion: lifetime")

    @property
    def edges(self) -> Floats:
        """L* of the faces of the cells."""
        return np.linspace(self.inner, self.outer, self.cells + 1)

    @property
    def l_star(self) -> Floats:
        """L* of the centres of the cells."""
        edges = self.edges
        return 0.5 * (edges[1:] + edges[:-1])

    @property
    def volume(self) -> Floats:
        """Integral of L^-2 dL over each cell."""
        edges = self.edges
        return 1.0 / edges[:-1] - 1.0 / edges[1:]

    def conductance(self, kp: Any, mu: Any = None) -> Floats:
        """Conductance of the faces per day: (kp, cells + 1), or (kp, cells + 1, mu) where the rate depends on mu."""
        function = DIFFUSION[self.diffusion] if isinstance(self.diffusion, str) else self.diffusion
        edges, centres = self.edges, self.l_star
        kp, mu = np.atleast_1d(np.asarray(kp, float)), np.atleast_1d(np.asarray(0.0 if mu is None else mu, float))
        asked = _asked(function, _OF_DIFFUSION)
        parts = []
        for places in (edges, centres):
            given = {"l_star": places, "kp": kp[:, None], "mu": mu[:, None, None]}
            rate = np.asarray(_sum(function(**{name: given[name] for name in asked})), float)
            rate = np.broadcast_to(rate, np.broadcast_shapes(rate.shape, (kp.size, places.size)))
            parts.append(rate / places**2)
        found = face_conductances(edges, centres, *parts)
        return np.ascontiguousarray(np.moveaxis(found, 0, -1)) if found.ndim == 3 else found

    def loss(self, kp: Any, plasmapause_l: Any, mu: Any) -> Floats:
        """Rate of loss per day: (kp, cells), or (kp, cells, mu) where the lifetime depends on mu or energy."""
        kp, plasmapause_l = np.asarray(kp, float), np.asarray(plasmapause_l, float)
        if self.lifetime is None:
            return np.zeros((kp.size, self.cells))
        asked = _asked(self.lifetime, _OF_LIFETIME)
        centres, mu = self.l_star, np.atleast_1d(np.asarray(mu, float))
        given = {"l_star": centres, "kp": kp[:, None], "plasmapause_l": plasmapause_l[:, None]}
        if {"mu", "energy"} & set(asked):
            given = {name: values[..., None] for name, values in given.items()}
            energy = energy_of_magnetic_moment(mu, self.b_0 / centres[:, None] ** 3)
            given |= {"mu": mu, "energy": energy}
            shape: tuple[int, ...] = (kp.size, self.cells, mu.size)
        else:
            shape = (kp.size, self.cells)
        with np.errstate(all="ignore"):
            rate = 1.0 / np.asarray(self.lifetime(**{name: given[name] for name in asked}), float)
        return np.broadcast_to(np.nan_to_num(rate, nan=0.0, posinf=0.0), shape).copy()

    def solve(
        self,
        time: Any,
        kp: Any,
        *,
        mu: Any = 1000.0,
        start: Any = 0.0,
        outer: Any = None,
        inner: Any = 0.0,
        plasmapause_l: Any = None,
        last_closed_l: Any = None,
        source: Any = 0.0,
        store: int = 1,
        steps: int = 1,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> xr.Dataset:
        """Carry the density from the first time to the last.

        Parameters
        ----------
        time : datetime64 array (time,)
            Ascending times at which the drivers are known; each holds until the next.
        kp : float or array (time,)
            Kp. What is missing is held and flagged, as in all drivers.
        mu : float or array (mu,), optional
            First invariant of each row of the batch, MeV/gauss.
        start : float or array that broadcasts to (mu, cells), optional
            Density at the first time, in whatever unit.
        outer, inner : float or array that broadcasts to (mu, time) or None, optional
            Density at the two ends; None closes the end.
        plasmapause_l : float or array (time,), optional
            Where the plasmasphere ends; by default from the largest Kp of 24 hours (Carpenter and Anderson 1992).
        last_closed_l : float or array (time,), optional
            Last closed drift shell: beyond it particles meet the magnetopause and are lost in `shadow_time`.
        source : float or array that broadcasts to (mu, cells), optional
            Density supplied in a day.
        store : int, optional
            Keep the state after every so many times.
        steps : int, optional
            Steps from one time to the next.
        progress : callable, optional
            Called as ``progress(text, done, total)``.

        Returns
        -------
        xarray.Dataset
            `psd` (time, mu, l_star) in the unit of `start`; what happened since the first time, in that unit times
            L^-2 dL, (time, mu): `content`, `in_outer`, `in_inner`, `lost`, `supplied`; the drivers used
            `kp`, `plasmapause_l` and the flag `driver_held`.

        Raises
        ------
        InputError
            If times do not ascend, shapes do not fit, store or steps is below 1, or a driver is not known at all.
        """
        import xarray as xr

        time = np.atleast_1d(to_datetime64(time, "RadialDiffusion: time"))
        if time.ndim != 1 or time.size < 2 or not (np.diff(time) > np.timedelta64(0)).all():
            raise InputError("RadialDiffusion: time must be at least two ascending times")
        if store < 1 or steps < 1:
            raise InputError(f"RadialDiffusion: store and steps must be 1 or more, got {store} and {steps}")
        mu = np.atleast_1d(np.asarray(mu, float))
        count, rows = time.size, mu.size
        kp, gap = held(_series(kp, (count,), "kp"), "RadialDiffusion: kp")
        if plasmapause_l is None:
            plasmapause_l = carpenter_anderson_1992(maximum_kp(time, kp))
        plasmapause_l, more = held(_series(plasmapause_l, (count,), "plasmapause_l"), "RadialDiffusion: plasmapause_l")
        gap = gap | more
        open_from = np.full(count, self.cells)
        if last_closed_l is not None:
            last, more = held(_series(last_closed_l, (count,), "last_closed_l"), "RadialDiffusion: last_closed_l")
            gap, open_from = gap | more, np.searchsorted(self.l_star, last)
        ends = []
        for name, value in (("inner", inner), ("outer", outer)):
            if value is not None:
                shape = (rows, count) if np.ndim(value) == 2 else (1, count)
                value, more = held(_series(value, shape, name), f"RadialDiffusion: {name}")
                gap, value = gap | more.any(axis=0), value.T
            ends.append(value)
        density = np.ascontiguousarray(_series(start, (rows, self.cells), "start").T)
        supply = np.asarray(source, float)
        if supply.ndim == 2:
            supply = _series(supply, (rows, self.cells), "source").T[None]
        days = np.diff(time) / np.timedelta64(86_400_000_000_000, "ns")
        keep = np.zeros(count - 1, bool)
        keep[store - 1 :: store] = True
        keep[-1] = True
        states = np.empty((1 + int(keep.sum()), self.cells, rows))
        budget = np.zeros((4, 1 + int(keep.sum()), rows))
        states[0] = density
        place, so_far = 1, np.zeros((4, rows))
        for begin, end in self._blocks(count - 1, rows):
            drivers = np.stack([kp[begin:end], plasmapause_l[begin:end], open_from[begin:end]], axis=1)
            sets, regime = np.unique(drivers, axis=0, return_inverse=True)
            conductance = self.conductance(sets[:, 0], mu)
            loss = self.loss(sets[:, 0], sets[:, 1], mu)
            shadow = (np.arange(self.cells) >= sets[:, 2:]) / self.shadow_time
            loss = loss + (shadow if loss.ndim == 2 else shadow[..., None])
            done = diffuse(
                density, self.volume, conductance, days[begin:end], regime=regime.ravel(), loss=loss, source=supply,
                inner=None if ends[0] is None else ends[0][begin : end + 1],
                outer=None if ends[1] is None else ends[1][begin : end + 1],
                steps=steps, keep=np.append(keep[begin : end - 1], True),
            )  # fmt: skip
            found = int(keep[begin:end].sum())
            states[place : place + found] = done.states[:found]
            budget[:, place : place + found] = so_far[:, None] + np.stack(done[1:])[:, :found]
            so_far = so_far + np.stack(done[1:])[:, -1]
            place += found
            if progress is not None:
                progress("radial diffusion", end, count - 1)
        chosen = np.append(True, keep)
        result = xr.Dataset(
            coords={
                "time": ("time", time[chosen]),
                "mu": ("mu", mu, {"units": "MeV gauss^-1", "long_name": "First adiabatic invariant"}),
                "l_star": ("l_star", self.l_star, {"units": "1", "long_name": "Roederer's L*"}),
            },
            attrs={"title": "Radial diffusion of trapped particles", "inner": self.inner, "outer": self.outer},
        )
        cite = "Schulz and Lanzerotti 1974, Particle Diffusion in the Radiation Belts, Springer"
        columns: dict[str, tuple[tuple[str, ...], Any, str]] = {
            "psd": (("time", "mu", "l_star"), states.swapaxes(1, 2), "Phase-space density, in the unit of the start")
        }
        columns["content"] = (("time", "mu"), self.volume @ states, "Density integrated over L^-2 dL")
        names = ("in_inner", "in_outer", "lost", "supplied")
        labels = ("Come in through the inner end", "Come in through the outer end", "Lost", "Supplied")
        for name, values, label in zip(names, budget, labels, strict=True):
            columns[name] = (("time", "mu"), values, f"{label} since the first time, over L^-2 dL")
        columns["kp"] = (("time",), kp[chosen], "Kp")
        columns["plasmapause_l"] = (("time",), plasmapause_l[chosen], "L of the plasmapause")
        for name, (dims, values, label) in columns.items():
            result[name] = (dims, values, {"units": "1", "long_name": label, "references": cite})
        # A kept state rests on all the drivers since the one before it.
        since = np.add.reduceat(gap.astype(int), np.flatnonzero(chosen)) > 0
        flag = {"units": "1", "long_name": "Whether a driver was missing since this time and held", "references": cite}
        result["driver_held"] = ("time", since, flag)
        return result

    def _blocks(self, intervals: int, rows: int) -> list[tuple[int, int]]:
        """Stretches of time whose tables of coefficients stay small even if every row has its own."""
        function = DIFFUSION[self.diffusion] if isinstance(self.diffusion, str) else self.diffusion
        own = "mu" in _asked(function, ("mu",))
        if self.lifetime is not None:
            own = own or bool(_asked(self.lifetime, ("mu", "energy")))
        length = max(8, int(6.4e7 / (24 * self.cells * rows))) if own else 2000
        return [(k, min(k + length, intervals)) for k in range(0, intervals, length)]


def _asked(function: Callable[..., Any], known: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the known names that a function takes."""
    return tuple(name for name in known if name in inspect.signature(function).parameters)


def _can_be_called(function: Any, known: tuple[str, ...], name: str) -> None:
    """Refuse a function that needs more than what it can be given."""
    if not callable(function):
        raise InputError(f"{name} must be a function of any of {', '.join(known)}, got {function!r}")
    for parameter in inspect.signature(function).parameters.values():
        needed = parameter.default is parameter.empty and parameter.kind not in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        )
        if needed and parameter.name not in known:
            raise InputError(f"{name} asks for {parameter.name!r}; it can have {', '.join(known)}")


def _series(values: Any, shape: tuple[int, ...], name: str) -> Floats:
    """Broadcast a driver, or say what is wrong with its shape."""
    try:
        return np.array(np.broadcast_to(np.asarray(values, float), shape))
    except ValueError:
        raise InputError(f"RadialDiffusion: {name} has shape {np.shape(values)}, which does not fit {shape}") from None
