"""The solar dynamo: how rotation and turbulence regenerate the field, and the spots that it sends to the surface."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import SOLAR_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import (
    R_sun,
    T,
    T_m,
    V_m,
    deg,
    dimensionless,
    gauss,
    gauss_yr,
    kg_m3,
    m2_s,
    m_s,
    m_s2,
    per_m,
    per_s,
    rad,
    rad_s_R_sun,
    s,
    yr,
)
from sunearth.geomagnetism.dynamo import reversal_times

if TYPE_CHECKING:
    import xarray as xr

    from ._dynamo_system import System

Floats = NDArray[np.float64]
Profile = Callable[[Floats, Floats], Floats]
"""A quantity as a function of radius (R_sun) and colatitude (rad)."""

_KRAUSE = "Krause and Raedler 1980, Mean-Field Magnetohydrodynamics and Dynamo Theory, Pergamon Press"
_PARKER = "Parker 1955, Astrophys. J. 122, 293"
_YOSHIMURA = "Yoshimura 1975, Astrophys. J. 201, 740"
_JOUVE = "Jouve et al. 2008, Astron. Astrophys. 483, 949"
_HATHAWAY = "Hathaway 2011, Sol. Phys. 273, 221, doi:10.1007/s11207-011-9837-z"
_STENFLO = "Stenflo and Kosovichev 2012, Astrophys. J. 745, 129"
_HALE = "Hale et al. 1919, Astrophys. J. 49, 153, doi:10.1086/142452"

_SECONDS_PER_YEAR: Final = 365.25 * 86400.0
_BASE: Final = 0.7
"""R_sun, middle of the tachocline"""


class DynamoWave(NamedTuple):
    """Growth and oscillation of a plane dynamo wave."""

    growth_rate: per_s
    frequency: per_s
    dynamo_number: dimensionless


class Direction(NamedTuple):
    """A vector in the meridional plane, outward and southward."""

    radial: rad_s_R_sun
    southward: rad_s_R_sun


class Onset(NamedTuple):
    """Where a dynamo starts to work.

    The critical C_alpha, the angular frequency of the neutral mode per diffusion time, the full magnetic period in
    years, and the product of C_alpha and C_Omega.
    """

    c_alpha: float
    frequency: float
    period: float
    dynamo_number: float


class MagneticCycle(NamedTuple):
    """Full magnetic period, half of it (the cycle of activity), and when the field reversed."""

    period: float
    activity_period: float
    reversals: Floats


# Local relations ------------------------------------------------------------------------------------------------------


@model(cite=_KRAUSE, valid={"theta": (0.0, math.pi), "r": (0.5, 1.0)})
def omega_effect(
    b_r: gauss, b_theta: gauss, rotation_dr: rad_s_R_sun, rotation_dtheta: per_s, r: R_sun, theta: rad
) -> gauss_yr:
    """Rate at which differential rotation winds the poloidal field into toroidal field.

    Parameters
    ----------
    b_r : float or array, gauss
        Radial field.
    b_theta : float or array, gauss
        Southward field.
    rotation_dr : float or array, rad s^-1 R_sun^-1
        Radial derivative of the rate of rotation.
    rotation_dtheta : float or array, s^-1
        Derivative of the rate of rotation with respect to colatitude, rad/s per rad.
    r : float or array, R_sun
        Heliocentric distance.
    theta : float or array, rad
        Colatitude.

    Returns
    -------
    rate : float or array, gauss/yr
        Growth of the eastward (prograde) field.

    Notes
    -----
    r sin(theta) (B_p . grad) Omega. Texts often keep the radial term alone; in the bulk of the convection zone, where
    Omega hardly changes with radius, the latitudinal one is the larger.

    Examples
    --------
    Ten gauss across the tachocline at 45 degrees of latitude:

    >>> round(float(omega_effect(10.0, 0.0, -1e-6, 0.0, 0.7, 0.785398)), 1)
    -156.2
    """
    xp = namespace(b_r, b_theta, rotation_dr, rotation_dtheta, r, theta)
    rate = xp.sin(theta) * (r * b_r * rotation_dr + b_theta * rotation_dtheta)
    return _SECONDS_PER_YEAR * rate


@model(cite=_KRAUSE, monotonic={"kinetic_helicity": -1})
def alpha_effect(correlation_time: s, kinetic_helicity: m_s2) -> m_s:
    """Alpha effect of helical turbulence.

    Parameters
    ----------
    correlation_time : float or array, s
        Correlation time of the turbulence.
    kinetic_helicity : float or array, m s^-2
        Mean of velocity times vorticity.

    Returns
    -------
    alpha : float or array, m/s
        Mean electromotive force along the mean field, per unit of field.

    Notes
    -----
    -tau/3 <v . curl v>: first-order smoothing of isotropic turbulence at high conductivity. Rising, expanding flow
    turned by the Coriolis force has negative helicity in the north, so that alpha is positive there.

    Examples
    --------
    >>> float(alpha_effect(1e6, -6e-6))
    2.0
    """
    return -correlation_time / 3.0 * kinetic_helicity


@model(cite=_KRAUSE, even=("speed",))
def turbulent_diffusivity(correlation_time: s, speed: m_s) -> m2_s:
    """Magnetic diffusivity of turbulence.

    Parameters
    ----------
    correlation_time : float or array, s
        Correlation time of the turbulence.
    speed : float or array, m/s
        Root-mean-square speed of the turbulence.

    Returns
    -------
    diffusivity : float or array, m^2/s
        tau/3 <v^2>; 1e8 m^2/s is 1e12 cm^2/s.

    Examples
    --------
    >>> float(turbulent_diffusivity(3e5, 100.0))
    1000000000.0
    """
    return correlation_time / 3.0 * speed**2


@model(cite=_KRAUSE, even=("speed",))
def equipartition_field(density: kg_m3, speed: m_s) -> T:
    """Field whose energy density equals that of the turbulence.

    Parameters
    ----------
    density : float or array, kg m^-3
        Mass density.
    speed : float or array, m/s
        Root-mean-square speed of the turbulence.

    Returns
    -------
    b : float or array, T
        About 1 T at the base of the convection zone; the fields of 10 T inferred for the tubes that rise to make spots
        lie there too, while the umbra of a spot at the photosphere holds 0.2 to 0.4 T.

    Examples
    --------
    >>> round(float(equipartition_field(200.0, 50.0)), 2)
    0.79
    """
    xp = namespace(density, speed)
    return xp.sqrt(VACUUM_PERMEABILITY * density) * xp.abs(speed)


@model(cite=_KRAUSE, even=("b", "b_equipartition"))
def quenched_alpha(alpha: m_s, b: T, b_equipartition: T) -> m_s:
    """Alpha effect weakened by the field that it has made.

    Parameters
    ----------
    alpha : float or array, m/s
        Alpha effect of a weak field.
    b : float or array, T
        Mean field.
    b_equipartition : float or array, T
        Field at which the effect is halved.

    Returns
    -------
    alpha : float or array, m/s
        alpha / (1 + B^2 / B_eq^2).

    Examples
    --------
    >>> float(quenched_alpha(2.0, 1.0, 1.0))
    1.0
    """
    return alpha / (1.0 + (b / b_equipartition) ** 2)


@model(cite=_KRAUSE)
def mean_electromotive_force(alpha: m_s, diffusivity: m2_s, b: T, curl_b: T_m) -> V_m:
    """Mean electromotive force of turbulence, one component.

    Parameters
    ----------
    alpha : float or array, m/s
        Alpha effect.
    diffusivity : float or array, m^2/s
        Turbulent diffusivity.
    b : float or array, T
        Component of the mean field.
    curl_b : float or array, T/m
        The same component of its curl.

    Returns
    -------
    emf : float or array, V/m
        alpha B - beta curl B.

    Examples
    --------
    >>> float(mean_electromotive_force(2.0, 1e8, 0.1, 1e-9).round(9))
    0.1
    """
    return alpha * b - diffusivity * curl_b


def kinetic_helicity(velocity: ArrayLike, spacing: float = 1.0) -> float:
    """Measure the mean of velocity times vorticity of a flow in a periodic box.

    Parameters
    ----------
    velocity : array (3, nx, ny, nz)
        Components along the three axes, m/s.
    spacing : float
        Distance between points, m.

    Returns
    -------
    float
        m s^-2. The derivatives are spectral: exact for every wave that the grid holds.

    Examples
    --------
    A Beltrami flow, whose vorticity is parallel to its velocity:

    >>> z = np.arange(16) / 16 * 2 * np.pi + np.zeros((16, 16, 16))
    >>> round(kinetic_helicity([np.sin(z), np.cos(z), 0 * z], 2 * np.pi / 16), 6)
    1.0
    """
    v = np.asarray(velocity, float)
    if v.ndim != 4 or v.shape[0] != 3:
        raise InputError(f"kinetic_helicity: needs an array (3, nx, ny, nz), got the shape {v.shape}")
    transformed = np.fft.fftn(v, axes=(1, 2, 3))
    k = []
    for axis, n in enumerate(v.shape[1:]):
        wave = 2 * np.pi * np.fft.fftfreq(n, spacing)
        if n % 2 == 0:
            wave[n // 2] = 0.0  # the shortest wave of an even grid has no derivative on it
        k.append(wave.reshape([-1 if a == axis else 1 for a in range(3)]))
    x, y, z = transformed
    curl = 1j * np.array([k[1] * z - k[2] * y, k[2] * x - k[0] * z, k[0] * y - k[1] * x])
    vorticity = np.fft.ifftn(curl, axes=(1, 2, 3)).real
    return float((v * vorticity).sum(axis=0).mean())


@model(cite=_PARKER, valid={"diffusivity": (1.0, 1e10), "wavenumber": (1e-10, 1e-6)})
def parker_1955(alpha: m_s, shear: per_s, diffusivity: m2_s, wavenumber: per_m) -> DynamoWave:
    """Plane dynamo wave in uniform shear.

    Parameters
    ----------
    alpha : float or array, m/s
        Alpha effect.
    shear : float or array, s^-1
        Gradient of the flow.
    diffusivity : float or array, m^2/s
        Magnetic diffusivity.
    wavenumber : float or array, m^-1
        Wavenumber across the shear.

    Returns
    -------
    growth_rate : float or array, s^-1
        Of the growing wave: sqrt(|alpha S k| / 2) - eta k^2.
    frequency : float or array, s^-1
        Angular frequency: sqrt(|alpha S k| / 2).
    dynamo_number : float or array, dimensionless
        alpha S / (eta^2 k^3); the wave grows where its size exceeds 2.

    Notes
    -----
    From s^2 = i alpha S k with s the rate of growth plus eta k^2. Onset is at a dynamo number of 2 exactly, with the
    frequency eta k^2.

    Examples
    --------
    >>> wave = parker_1955(2.0, 1.0, 1.0, 1.0)
    >>> float(wave.growth_rate), float(wave.frequency), float(wave.dynamo_number)
    (0.0, 1.0, 2.0)
    """
    xp = namespace(alpha, shear, diffusivity, wavenumber)
    frequency = xp.sqrt(xp.abs(alpha * shear * wavenumber) / 2.0) + 0.0 * diffusivity
    number = alpha * shear / (diffusivity**2 * wavenumber**3)
    return DynamoWave(frequency - diffusivity * wavenumber**2, frequency, number)


@model(cite=_YOSHIMURA, valid={"r": (0.5, 1.0)})
def yoshimura_1975(alpha: dimensionless, rotation_dr: rad_s_R_sun, rotation_dtheta: per_s, r: R_sun) -> Direction:
    """Direction in which a dynamo wave travels.

    Parameters
    ----------
    alpha : float or array, dimensionless
        Alpha effect, in any unit.
    rotation_dr : float or array, rad s^-1 R_sun^-1
        Radial derivative of the rate of rotation.
    rotation_dtheta : float or array, s^-1
        Derivative with respect to colatitude, rad/s per rad.
    r : float or array, R_sun
        Heliocentric distance.

    Returns
    -------
    radial : float or array, rad s^-1 R_sun^-1
        Outward part of alpha grad(Omega) x e_phi; only sign and ratio matter.
    southward : float or array, rad s^-1 R_sun^-1
        Southward part: towards the equator in the north where alpha dOmega/dr is negative.

    Examples
    --------
    >>> float(yoshimura_1975(1.0, -1e-6, 0.0, 0.7).southward) > 0
    True
    """
    return Direction(alpha * rotation_dtheta / r, -alpha * rotation_dr + 0.0 * r)


# The mean-field dynamo ------------------------------------------------------------------------------------------------


def step_profile(r: ArrayLike, centre: float = _BASE, width: float = 0.02) -> Floats:
    """Return a smooth step in radius from 0 below `centre` to 1 above.

    Parameters
    ----------
    r : array
        Radius, R_sun.
    centre : float
        Where it is 1/2, R_sun.
    width : float
        Scale of the error function, R_sun.

    Returns
    -------
    array
        Of the shape of `r`.

    Examples
    --------
    >>> step_profile([0.6, 0.7, 0.8]).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    from scipy.special import erf

    return 0.5 * (1.0 + np.asarray(erf((np.asarray(r, float) - centre) / width)))


def benchmark_rotation(r: Floats, theta: Floats) -> Floats:
    """Return the rate of rotation of the benchmarks, over that of the equator.

    Parameters
    ----------
    r : array
        Radius, R_sun.
    theta : array
        Colatitude, rad.

    Returns
    -------
    array
        Uniform (0.92) below a tachocline, 1 - 0.2 cos^2(theta) above.

    Examples
    --------
    >>> float(benchmark_rotation(1.0, np.pi / 2).round(6)), float(benchmark_rotation(0.6, 0.0).round(6))
    (1.0, 0.92)
    """
    core, polar = 0.92, 0.2
    return core + step_profile(r) * (1.0 - core - polar * np.cos(theta) ** 2)


def benchmark_alpha(r: Floats, theta: Floats) -> Floats:
    """Return the alpha effect of the benchmarks, of order 1: the whole convection zone, odd about the equator.

    Parameters
    ----------
    r : array
        Radius, R_sun.
    theta : array
        Colatitude, rad.

    Returns
    -------
    array
        3 sqrt(3)/4 sin^2(theta) cos(theta) times twice the step at the tachocline.

    Examples
    --------
    >>> float(benchmark_alpha(1.0, np.arccos(1 / np.sqrt(3))).round(6))
    1.0
    """
    return 1.5 * math.sqrt(3.0) * np.sin(theta) ** 2 * np.cos(theta) * step_profile(r)


def surface_source(r: Floats, theta: Floats) -> Floats:
    """Return the source of poloidal field by tilted spots of the flux-transport benchmark: a layer at the surface.

    Parameters
    ----------
    r : array
        Radius, R_sun.
    theta : array
        Colatitude, rad.

    Returns
    -------
    array
        Twice the product of the steps up at 0.95 and down at 1 (width 0.01), times sin(theta) cos(theta).

    Examples
    --------
    >>> float(surface_source(0.98, np.pi / 4).round(3))
    0.998
    """
    layer = step_profile(r, 0.95, 0.01) * (1.0 - step_profile(r, 1.0, 0.01))
    return 2.0 * layer * np.cos(theta) * np.sin(theta)


def benchmark_flow(r: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Return the meridional circulation of the flux-transport benchmark: one cell a hemisphere, poleward on top.

    Parameters
    ----------
    r : array
        Radius, R_sun.
    theta : array
        Colatitude, rad.

    Returns
    -------
    radial, southward : array
        The curl of a stream function -2/pi (r - r_b)^2 / (1 - r_b) sin(pi (r - r_b) / (1 - r_b)) cos sin(theta) with
        the bottom r_b = 0.65: free of divergence.

    Examples
    --------
    >>> bool(benchmark_flow(1.0, np.pi / 4)[1] < 0)
    True
    """
    bottom = 0.65
    depth, height = 1.0 - bottom, np.asarray(r, float) - bottom
    angle = math.pi * height / depth
    stream = -2.0 / math.pi * height**2 / depth * np.sin(angle)
    slope = -2.0 / math.pi * (2.0 * height / depth * np.sin(angle) + math.pi * height**2 / depth**2 * np.cos(angle))
    cosine, sine = np.cos(theta), np.sin(theta)
    return stream / r * (3.0 * cosine**2 - 1.0), -(stream / r + slope) * cosine * sine


def uniform_diffusivity(r: Floats) -> Floats:
    """Return a diffusivity of 1 everywhere.

    Parameters
    ----------
    r : array
        Radius, R_sun.

    Returns
    -------
    array
        Of the shape of `r`.

    Examples
    --------
    >>> uniform_diffusivity(np.array([0.7, 0.9])).tolist()
    [1.0, 1.0]
    """
    return np.ones_like(np.asarray(r, float))


def stepped_diffusivity(r: Floats) -> Floats:
    """Return a diffusivity that falls from 1 to 0.01 across the tachocline.

    Parameters
    ----------
    r : array
        Radius, R_sun.

    Returns
    -------
    array
        Of the shape of `r`.

    Examples
    --------
    >>> stepped_diffusivity(np.array([0.65, 0.9])).round(3).tolist()
    [0.01, 1.0]
    """
    core = 0.01
    return core + (1.0 - core) * step_profile(r)


@dataclass(frozen=True)
class MeanFieldDynamo:
    """An axisymmetric mean-field dynamo in a spherical shell.

    The poloidal field curl(A e_phi) is made by an alpha effect (or by spots), the toroidal field B by differential
    rotation; both diffuse and are carried by a meridional flow. Lengths are in solar radii, times in diffusion times
    R_sun^2 / eta_t, fields in units of the quenching field. Below is a perfect conductor, outside a potential field.

    dA/dt = eta (nabla^2 - 1/s^2) A - Re/s u.grad(s A) + C_alpha alpha B / (1 + B^2)
    dB/dt = eta (nabla^2 - 1/s^2) B + eta'/r d(r B)/dr - Re s u.grad(B/s) + C_Omega s curl(A e_phi).grad Omega

    Parameters
    ----------
    c_alpha : float
        Strength of the alpha effect, alpha_0 R / eta_t.
    c_omega : float
        Strength of rotation, Omega_0 R^2 / eta_t.
    reynolds : float
        Strength of the meridional flow, u_0 R / eta_t.
    rotation, alpha : callable
        Profiles of (radius, colatitude), of order 1.
    diffusivity : callable
        Profile of the radius, over eta_t.
    flow : callable
        Of (radius, colatitude): outward and southward velocity, free of divergence, none through the boundaries.
    source_radius : float or None
        The alpha effect is fed by the toroidal field at this radius instead of its own (Babcock and Leighton).
    quenched : bool
        Whether alpha falls as 1 / (1 + B^2); without it the field grows without bound.
    inner_radius : float
        Bottom of the shell, R_sun.
    degree : int
        Highest degree of the Legendre functions.
    nodes : int
        Number of Chebyshev intervals in radius.
    parity : {"dipole", "quadrupole", "both"}
        Symmetry about the equator: B odd, even or free.
    eta_t : float
        Diffusivity of the convection zone, cm^2/s: it sets the length of the year and nothing else.

    Notes
    -----
    Associated Legendre functions of order 1 in latitude, in which the potential field outside is exact
    (dA_l/dr = -(l + 1) A_l), and Chebyshev collocation in radius: errors fall exponentially once the tachocline is
    resolved. The defaults give critical number and frequency to 1e-4. Profiles are differentiated on the same
    grid.

    Examples
    --------
    >>> onset = jouve_2008("A", degree=16, nodes=32).critical()
    >>> round(onset.c_alpha, 3), round(onset.frequency, 1)
    (0.386, 159.3)
    """

    c_alpha: float = 0.4
    c_omega: float = 1.4e5
    reynolds: float = 0.0
    rotation: Profile = benchmark_rotation
    alpha: Profile = benchmark_alpha
    diffusivity: Callable[[Floats], Floats] = uniform_diffusivity
    flow: Callable[[Floats, Floats], tuple[Floats, Floats]] = benchmark_flow
    source_radius: float | None = None
    quenched: bool = True
    inner_radius: float = 0.65
    degree: int = 24
    nodes: int = 48
    parity: str = "dipole"
    eta_t: float = 1e11

    def __post_init__(self) -> None:
        if self.parity not in ("dipole", "quadrupole", "both"):
            raise InputError(f"MeanFieldDynamo: parity {self.parity!r} must be 'dipole', 'quadrupole' or 'both'")
        if not 0 < self.inner_radius < 1:
            raise InputError(f"MeanFieldDynamo: inner_radius {self.inner_radius} must lie between 0 and 1")
        if self.source_radius is not None and not self.inner_radius < self.source_radius < 1:
            raise InputError(f"MeanFieldDynamo: source_radius {self.source_radius} must lie inside the shell")
        if self.degree < 4 or self.nodes < 8:
            raise InputError(f"MeanFieldDynamo: degree {self.degree} and nodes {self.nodes} must be 4 and 8 at least")
        if not (self.eta_t > 0 and math.isfinite(self.c_alpha * self.c_omega * self.reynolds)):
            raise InputError("MeanFieldDynamo: eta_t must be positive and the dimensionless numbers finite")

    @property
    def diffusion_time(self) -> float:
        """The unit of time R_sun^2 / eta_t, yr."""
        return (100.0 * SOLAR_RADIUS) ** 2 / self.eta_t / _SECONDS_PER_YEAR

    def modes(self, count: int = 6) -> xr.Dataset:
        """Find the modes that grow fastest while the field is weak.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        xarray.Dataset
            Along `mode`, the fastest first: `growth` and `frequency` per diffusion time, and the `period` in years
            (infinite for a mode that does not oscillate). Of a pair that differs by the sign of its frequency one is
            given.
        """
        import xarray as xr

        from ._dynamo_system import System

        values = _fastest(_coarser(self), self.c_alpha, 2 * count)
        system = System(self)
        found: list[complex] = []
        for guess in values:
            for value in system.nearest(self.c_alpha, guess, 4):
                value = complex(value.real, abs(value.imag))
                if all(abs(value - other) > 1e-6 * (1 + abs(other)) for other in found):
                    found.append(value)
        best = np.array(sorted(found, key=lambda v: -v.real)[:count])
        frequency = np.where(best.imag > 1e-6 * np.abs(best), best.imag, 0.0)
        with np.errstate(divide="ignore"):
            period = 2 * np.pi / frequency * self.diffusion_time
        return xr.Dataset(
            {
                "growth": ("mode", best.real, _attributes("1", "Rate of growth per diffusion time")),
                "frequency": ("mode", frequency, _attributes("1", "Angular frequency per diffusion time")),
                "period": ("mode", period, _attributes("yr", "Magnetic period")),
            }
        )

    def critical(self) -> Onset:
        """Find the strength of the alpha effect at which the dynamo starts.

        Returns
        -------
        Onset
            The smallest C_alpha, with the sign of that of the dynamo, at which a mode neither grows nor decays; its
            frequency per diffusion time, its period in years and the dynamo number.

        Raises
        ------
        InputError
            If nothing grows up to a dynamo number of 1e8.

        Notes
        -----
        The whole spectrum on a coarse grid brackets the onset; on the full grid a secant follows the leading eigenvalue
        by shifted inverse iteration with a sparse factorisation.
        """
        from scipy.optimize import brentq

        from ._dynamo_system import System

        sign = math.copysign(1.0, self.c_alpha)
        coarse = _coarser(self)

        def growth(c: float) -> float:
            return _fastest(coarse, sign * c, 1)[0].real

        low = high = 1e4 / max(abs(self.c_omega), 1.0)
        while growth(low) > 0:
            low, high = low / 3.0, low
            if low * abs(self.c_omega) < 1e-3:
                raise InputError("MeanFieldDynamo.critical: the field grows without an alpha effect on this grid")
        while growth(high) < 0:
            low, high = high, 1.5 * high
            if high * abs(self.c_omega) > 1e8:
                raise InputError("MeanFieldDynamo.critical: nothing grows up to a dynamo number of 1e8")
        guess = brentq(growth, low, high, rtol=1e-2)
        leading = _fastest(coarse, sign * guess, 1)[0]
        system = System(self)

        def fine(c: float) -> complex:
            nonlocal leading
            leading = max(system.nearest(sign * c, complex(0.0, leading.imag), 6), key=lambda v: v.real)
            return leading

        before, now = guess, 1.01 * guess
        rate_before, rate = fine(before).real, fine(now).real
        for _ in range(20):
            before, now, rate_before = now, now - rate * (now - before) / (rate - rate_before), rate
            rate = fine(now).real
            if abs(now - before) < 1e-9 * abs(now):
                break
        else:
            raise InputError("MeanFieldDynamo.critical: the onset was not found; raise degree and nodes")
        frequency = abs(leading.imag)
        period = 2 * math.pi / frequency * self.diffusion_time if frequency > 0 else math.inf
        return Onset(sign * now, frequency, period, sign * now * self.c_omega)

    def solve(
        self,
        duration: float,
        start: xr.Dataset | None = None,
        *,
        step: float = 1e-4,
        every: int = 10,
        amplitude: float = 1e-2,
        seed: int = 0,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> xr.Dataset:
        """Follow the field in time.

        Parameters
        ----------
        duration : float
            Time to follow, diffusion times.
        start : xarray.Dataset, optional
            A result of the same dynamo, from whose end to go on: exactly as one longer run would have. By default a
            weak random field of the largest scales.
        step : float
            Time step, diffusion times; about a four-hundredth of a cycle.
        every : int
            Steps from one sample of the result to the next.
        amplitude : float
            Toroidal field at the start, over the quenching field.
        seed : int
            Of the random field at the start.
        progress : callable, optional
            Called now and then as ``progress(text, steps_done, steps)``.

        Returns
        -------
        xarray.Dataset
            Along `time` (diffusion times; `year` beside it) and `latitude` (deg): the `toroidal` field at the base of
            the convection zone and the `radial` field at the surface, the butterfly diagram; `toroidal_energy` and
            `poloidal_energy` of the shell; at the end also `vector_potential` and `toroidal_section` over `radius` and
            `latitude`, and the coefficients to go on from. An interrupt ends the run with what it has.

        Raises
        ------
        InputError
            For a start on another grid, or when the step is too long for the run to stay finite.

        Notes
        -----
        An implicit-explicit Runge-Kutta method of second order (Ascher et al. 1997, Appl. Numer. Math. 25, 151: two
        stages, stiffly accurate): diffusion is implicit, induction explicit.
        """
        from ._dynamo_system import System

        if not (duration >= 0 and step > 0 and every >= 1 and math.isfinite(duration)):
            raise InputError(f"duration {duration}, step {step} and every {every} must be finite and positive")
        samples = math.floor(duration / (step * every) * (1 + 1e-12)) + 1
        system = System(self)
        begin = 0.0
        if start is None:
            state = system.random_state(amplitude, seed)
        else:
            begin, state = float(start["time"].values[-1]), system.state_of(start)
        advance = system.stepper(self.c_alpha, step, self.quenched)
        base, surface = np.empty((samples, system.points)), np.empty((samples, system.points))
        energy = np.empty((samples, 2))
        base[0], surface[0], energy[0] = system.observe(state)
        done = 1
        try:
            for k in range(1, samples):
                following = state
                for _ in range(every):
                    following = advance(following)
                if not math.isfinite(float(following @ following)):
                    raise InputError(
                        f"MeanFieldDynamo.solve: the field ran away near time {begin + k * every * step:.4g}; "
                        "take a shorter step" + ("" if self.quenched else ", or quenched=True")
                    )
                base[k], surface[k], energy[k] = system.observe(following)
                state, done = following, k + 1
                if progress is not None and k % 20 == 0:
                    progress("dynamo", k * every, (samples - 1) * every)
        except KeyboardInterrupt:
            pass
        time = begin + np.arange(done, dtype=np.float64) * (step * every)
        return _labelled_run(self, system, time, base[:done], surface[:done], energy[:done], state)


def jouve_2008(case: str = "A", **changes: Any) -> MeanFieldDynamo:
    """Return one of the three dynamos on which eight codes were compared.

    Parameters
    ----------
    case : {"A", "B", "C"}
        Alpha-Omega dynamo with uniform diffusivity; with diffusivity that falls a hundredfold below the tachocline;
        flux transport with a circulation and a source at the surface fed by the field at 0.7 R_sun.
    **changes
        Parameters of `MeanFieldDynamo` to set otherwise.

    Returns
    -------
    MeanFieldDynamo
        Close to its onset.

    Notes
    -----
    Jouve et al. 2008, Astron. Astrophys. 483, 949: the codes agreed to less than 1 % in A and B and to a few per cent
    in C. Critical strength and frequency here, converged: A 0.3861 and 159.33, B 0.4087 and 172.81, C 2.54 and 535.1;
    the default grid of C gives 2.55.

    Examples
    --------
    >>> jouve_2008("B").c_alpha
    0.408
    """
    cases: dict[str, dict[str, Any]] = {
        "A": {"c_alpha": 0.387},
        "B": {"c_alpha": 0.408, "diffusivity": stepped_diffusivity},
        "C": {
            "c_alpha": 2.489,
            "reynolds": 700.0,
            "diffusivity": stepped_diffusivity,
            "alpha": surface_source,
            "source_radius": _BASE,
            "degree": 40,
            "nodes": 56,
        },
    }
    if case not in cases:
        raise InputError(f"jouve_2008: case {case!r} must be 'A', 'B' or 'C'")
    return MeanFieldDynamo(**(cases[case] | changes))


def _coarser(dynamo: MeanFieldDynamo) -> System:
    """The same dynamo on a grid whose whole spectrum is cheap, for first guesses."""
    from ._dynamo_system import System

    # Flow and sources at the surface need more than a tachocline does.
    degree, nodes = (12, 24) if dynamo.reynolds == 0 else (20, 32)
    return System(replace(dynamo, degree=min(degree, dynamo.degree), nodes=min(nodes, dynamo.nodes)))


def _fastest(system: System, c_alpha: float, count: int) -> list[complex]:
    values = np.linalg.eigvals((system.fixed + c_alpha * system.source).toarray())
    values = values[values.imag >= 0]
    return [complex(v) for v in values[np.argsort(-values.real)][:count]]


def _labelled_run(
    dynamo: MeanFieldDynamo,
    system: System,
    time: Floats,
    base: Floats,
    surface: Floats,
    energy: Floats,
    state: Floats,
) -> xr.Dataset:
    import xarray as xr

    field = "field over that which halves alpha"
    diagram, section = ("time", "latitude"), ("latitude", "radius")
    potential, toroidal = system.section(state)
    poloidal_state, toroidal_state = system.split(state)
    return xr.Dataset(
        {
            "toroidal": (diagram, base, _attributes("1", f"Eastward {field}, at the base of the convection zone")),
            "radial": (diagram, surface, _attributes("1", f"Radial {field}, at the surface")),
            "toroidal_energy": ("time", energy[:, 1], _attributes("1", "Energy of the toroidal field")),
            "poloidal_energy": ("time", energy[:, 0], _attributes("1", "Energy of the poloidal field")),
            "toroidal_section": (section, toroidal, _attributes("1", f"Eastward {field}, at the end")),
            "vector_potential": (section, potential, _attributes("1", "Vector potential, at the end")),
            "poloidal_state": (
                ("poloidal_degree", "node"),
                poloidal_state,
                _attributes("1", "Coefficients of the vector potential at the end"),
            ),
            "toroidal_state": (
                ("toroidal_degree", "node"),
                toroidal_state,
                _attributes("1", "Coefficients of the toroidal field at the end"),
            ),
        },
        coords={
            "time": ("time", time, {"units": "1", "long_name": "Time in diffusion times"}),
            "year": ("time", time * dynamo.diffusion_time, {"units": "yr", "long_name": "Time"}),
            "latitude": ("latitude", system.latitude, {"units": "deg", "long_name": "Heliographic latitude"}),
            "radius": ("radius", system.r, {"units": "R_sun", "long_name": "Heliocentric distance"}),
            "poloidal_degree": ("poloidal_degree", system.degrees[0], {"units": "1", "long_name": "Degree of A"}),
            "toroidal_degree": ("toroidal_degree", system.degrees[1], {"units": "1", "long_name": "Degree of B"}),
        },
    )


def _attributes(units: str, long_name: str, references: str = _JOUVE) -> dict[str, str]:
    return {"units": units, "long_name": long_name, "references": references}


# Butterfly diagrams ---------------------------------------------------------------------------------------------------


def magnetic_cycle(time: ArrayLike, field: ArrayLike) -> MagneticCycle:
    """Find the period of an oscillating field.

    Parameters
    ----------
    time : array (time,)
        Ascending, in any unit.
    field : array (time,) or (time, latitude)
        A butterfly diagram is judged where its field is strongest.

    Returns
    -------
    MagneticCycle
        The full period, twice the mean time between reversals (NaN with fewer than two), the cycle of activity, half
        as long, and the times of the reversals.

    Examples
    --------
    >>> years = np.linspace(0.0, 100.0, 1001)
    >>> round(magnetic_cycle(years, np.sin(2 * np.pi * years / 22.0)).activity_period, 6)
    11.0
    """
    values = np.asarray(field, float)
    if values.ndim == 2:
        values = values[:, int(np.argmax(np.nan_to_num(values**2).sum(axis=0)))]
    reversals = reversal_times(time, values)
    half = float(np.diff(reversals).mean()) if reversals.size > 1 else math.nan
    return MagneticCycle(2.0 * half, half, reversals)


def drift_speed(time: ArrayLike, latitude: ArrayLike, field: ArrayLike) -> float:
    """Measure how fast the wings of a butterfly diagram move along the meridian.

    Parameters
    ----------
    time : array (time,)
        Ascending and even.
    latitude : array (latitude,)
        Ascending, deg, of one hemisphere or of a band of it.
    field : array (time, latitude)
        Oscillating field over whole cycles or many of them.

    Returns
    -------
    float
        Degrees per unit of time, positive northward: the phase speed at the strongest frequency, weighted by the
        power at each latitude.

    Examples
    --------
    >>> years, degrees = np.arange(0.0, 220.0, 0.5), np.linspace(5.0, 35.0, 31)
    >>> wave = np.cos(2 * np.pi * (years[:, None] / 22.0 + degrees / 60.0))
    >>> round(drift_speed(years, degrees, wave), 2)
    -2.73
    """
    times, degrees, values = (np.asarray(v, float) for v in (time, latitude, field))
    if values.shape != (times.size, degrees.size) or times.size < 4 or degrees.size < 3:
        raise InputError(f"drift_speed: needs a field (time, latitude), got {values.shape}, {times.size} times")
    spectrum = np.fft.rfft((values - values.mean(axis=0)) * np.hanning(times.size)[:, None], axis=0)
    strongest = 1 + int(np.argmax((np.abs(spectrum[1:]) ** 2).sum(axis=1)))
    frequency = 2 * np.pi * np.fft.rfftfreq(times.size, times[1] - times[0])[strongest]
    amplitude = spectrum[strongest]
    slope = np.gradient(amplitude, degrees)
    phase_slope = float((amplitude.conj() * slope).imag.sum() / (np.abs(amplitude) ** 2).sum())
    return float(-frequency / phase_slope)


@model(cite=_HATHAWAY, valid={"age": (0.0, 11.0)}, monotonic={"age": -1})
def hathaway_2011(age: yr) -> deg:
    """Mean latitude of the sunspot zones.

    Parameters
    ----------
    age : float or array, yr
        Time since the start of the cycle.

    Returns
    -------
    latitude : float or array, deg
        Distance from the equator in either hemisphere: 28 deg exp(-age / 90 months).

    Notes
    -----
    Sporer's law, from 12 cycles of centroids of spot areas: the same for strong and weak cycles when time is counted
    from the start of the cycle. Textbooks let the zones start near 30 and end near 8 degrees.

    Examples
    --------
    >>> hathaway_2011([0.0, 5.5, 11.0]).round(1).tolist()
    [28.0, 13.4, 6.5]
    """
    xp = namespace(age)
    return 28.0 * xp.exp(-12.0 * age / 90.0)


@model(cite=_STENFLO, valid={"latitude": (-40.0, 40.0)}, monotonic={"latitude": 1})
def stenflo_2012(latitude: deg) -> deg:
    """Mean tilt of bipolar regions.

    Parameters
    ----------
    latitude : float or array, deg
        Heliographic latitude, north positive.

    Returns
    -------
    tilt : float or array, deg
        Angle of the axis with the parallel, with the sign of the latitude: positive where the axis is turned clockwise
        from west, so that the leading part lies nearer the equator in both hemispheres.

    Notes
    -----
    Joy's law, 32.1 deg sin(latitude), from 160 000 regions in magnetograms of 15 years. White-light spots give tilts
    about a third smaller.

    Examples
    --------
    >>> stenflo_2012([-15.0, 0.0, 30.0]).round(2).tolist()
    [-8.31, 0.0, 16.05]
    """
    xp = namespace(latitude)
    return 32.1 * xp.sin(latitude * (math.pi / 180.0))


@model(cite=_HALE, valid={"cycle": (1.0, 30.0), "latitude": (-40.0, 40.0)})
def hale_polarity(cycle: dimensionless, latitude: deg) -> dimensionless:
    """Polarity of leading sunspots.

    Parameters
    ----------
    cycle : float or array, dimensionless
        Number of the cycle of activity.
    latitude : float or array, deg
        Heliographic latitude.

    Returns
    -------
    polarity : float or array, dimensionless
        1 where the leading spot points outwards: in the north in odd cycles, in the south in even ones; -1 otherwise
        and 0 at the equator.

    Notes
    -----
    A loop that rises from an eastward (prograde) field has its outward foot behind: the toroidal field has the opposite
    sign of this.

    Examples
    --------
    >>> hale_polarity([24.0, 25.0], [10.0, 10.0]).tolist()
    [-1.0, 1.0]
    """
    xp = namespace(cycle, latitude)
    odd = cycle - 2.0 * xp.floor(cycle / 2.0)
    return xp.sign(latitude) * (2.0 * odd - 1.0)


def sporer_butterfly(
    cycles: int = 2,
    first: int = 24,
    *,
    length: float = 11.0,
    overlap: float = 2.0,
    width: float = 5.0,
    samples: int = 12,
) -> xr.Dataset:
    """Make a butterfly diagram from the laws of Sporer and Hale.

    Parameters
    ----------
    cycles : int
        How many cycles of activity follow each other.
    first : int
        Number of the first: even cycles have eastward toroidal field in the north.
    length : float
        Years from the start of one cycle to that of the next.
    overlap : float
        Years by which a cycle outlives the start of the next.
    width : float
        Standard deviation of each zone in latitude, deg.
    samples : int
        Times a year.

    Returns
    -------
    xarray.Dataset
        `toroidal` (time, latitude), of order 1, with `year`, as `MeanFieldDynamo.solve` gives it: to draw spots from.

    Examples
    --------
    >>> diagram = sporer_butterfly(1, first=24)
    >>> bool(diagram["toroidal"].sel(latitude=20.0).mean() > 0)
    True
    """
    import xarray as xr

    if cycles < 1 or samples < 1 or not (length > 0 and width > 0 and overlap >= 0):
        raise InputError("sporer_butterfly: cycles, samples, length and width must be positive, overlap not negative")
    time = np.arange(round((cycles * length + overlap) * samples) + 1) / samples
    latitude = np.arange(-60.0, 60.5, 1.0)
    field = np.zeros((time.size, latitude.size))
    for k in range(cycles):
        age = time - k * length
        active = (age > 0) & (age < length + overlap)
        # Activity rises faster than it decays: (age/length)^1.5 exp(-...) peaks at about four years of eleven.
        share = np.clip(age / (0.36 * length), 0.0, None)
        strength = np.where(active, (share * np.exp(1.0 - share)) ** 1.5, 0.0)
        centre = np.asarray(hathaway_2011(np.clip(age, 0.0, None)))
        for side in (-1.0, 1.0):
            sign = -float(hale_polarity(float(first + k), side))
            bell = np.exp(-0.5 * ((latitude - side * centre[:, None]) / width) ** 2)
            field += sign * strength[:, None] * bell
    return xr.Dataset(
        {"toroidal": (("time", "latitude"), field, _attributes("1", "Eastward field, of order 1", _HATHAWAY))},
        coords={
            "time": ("time", time, {"units": "yr", "long_name": "Time"}),
            "year": ("time", time, {"units": "yr", "long_name": "Time"}),
            "latitude": ("latitude", latitude, {"units": "deg", "long_name": "Heliographic latitude"}),
        },
    )


def emerge_bipoles(
    butterfly: xr.Dataset,
    count: int = 2000,
    *,
    threshold: float = 0.1,
    highest: float = 45.0,
    tilt_scatter: float = 15.0,
    anti_hale: float = 0.03,
    flux: float = 3e21,
    flux_scatter: float = 1.0,
    seed: int = 0,
) -> xr.Dataset:
    """Let bipolar sunspot regions emerge from a toroidal field.

    Parameters
    ----------
    butterfly : xarray.Dataset
        With `toroidal` (time, latitude) and `year`, from `MeanFieldDynamo.solve` or `sporer_butterfly`.
    count : int
        Number of regions.
    threshold : float
        Share of the strongest field below which none rises: flux tubes must be strong to be buoyant.
    highest : float
        Latitude beyond which none appears, deg.
    tilt_scatter : float
        Standard deviation of single tilts about Joy's law, deg.
    anti_hale : float
        Share of regions with reversed polarity: 3 % of 8606 regions in Zhukova et al. 2020, Sol. Phys.,
        doi:10.1007/s11207-020-01734-9.
    flux : float
        Median magnetic flux of one polarity, Mx.
    flux_scatter : float
        Standard deviation of the logarithm of flux: a log-normal law.
    seed : int
        The same seed gives the same regions.

    Returns
    -------
    xarray.Dataset
        Along `bipole`, in order of time: `year`, `latitude`, `longitude`, `tilt` (positive where the leading part is
        nearer the equator), `flux`, `separation`, `leading_polarity`, and the latitudes and longitudes of both parts
        (longitude grows in the direction of rotation).

    Raises
    ------
    InputError
        If no field is above the threshold.

    Notes
    -----
    Regions appear where and when the field is above the threshold, in proportion to the excess and to the area of the
    belt. A loop that rises from eastward field leads with inward polarity (Hale), tilted by Joy's law of
    `stenflo_2012` with a normal scatter; the parts are as far from each other as a square root of flux, 6 degrees at
    1e22 Mx.

    Examples
    --------
    >>> regions = emerge_bipoles(sporer_butterfly(1, first=24), 500, seed=1)
    >>> north = regions["latitude"] > 0
    >>> bool(regions["leading_polarity"].where(north).mean() < -0.8), bool(regions["tilt"].mean() > 3.0)
    (True, True)
    """
    import xarray as xr

    field = np.asarray(butterfly["toroidal"].transpose("time", "latitude").values, float)
    years, degrees = np.asarray(butterfly["year"].values, float), np.asarray(butterfly["latitude"].values, float)
    if count < 0 or not 0 <= anti_hale <= 1 or flux <= 0:
        raise InputError("emerge_bipoles: count and flux must be positive, anti_hale a share between 0 and 1")
    in_belt = np.abs(degrees) <= highest
    size = np.where(in_belt, np.nan_to_num(np.abs(field)), 0.0)
    excess = np.clip(size - threshold * size.max(initial=0.0), 0.0, None)
    weight = excess * np.cos(np.radians(degrees)) * np.gradient(degrees) * np.gradient(years)[:, None]
    if not weight.sum() > 0:
        raise InputError(f"emerge_bipoles: there is no field within {highest} deg of the equator to rise")
    rng = np.random.default_rng(seed)
    total = np.cumsum(weight.reshape(-1))
    cells = np.searchsorted(total, rng.random(count) * total[-1], side="right")
    rows, columns = np.unravel_index(np.minimum(cells, total.size - 1), weight.shape)
    # Anywhere in the cell, not on the points of the grid.
    when = years[rows] + (rng.random(count) - 0.5) * np.gradient(years)[rows]
    where = degrees[columns] + (rng.random(count) - 0.5) * np.gradient(degrees)[columns]
    order = np.argsort(when, kind="stable")
    when, where, rows, columns = when[order], where[order], rows[order], columns[order]

    regular = np.where(rng.random(count) < anti_hale, -1.0, 1.0)
    polarity = -np.sign(field[rows, columns]) * regular
    tilt = np.abs(stenflo_2012(where)) + tilt_scatter * rng.standard_normal(count)
    fluxes = flux * np.exp(flux_scatter * rng.standard_normal(count))
    separation = 6.0 * np.sqrt(fluxes / 1e22)
    longitude = 360.0 * rng.random(count)
    half_north = 0.5 * separation * np.sin(np.radians(tilt)) * np.where(where >= 0, -1.0, 1.0)
    half_west = 0.5 * separation * np.cos(np.radians(tilt)) / np.cos(np.radians(where))

    def labelled(values: Floats, units: str, long_name: str, references: str = _HALE) -> Any:
        return "bipole", values, _attributes(units, long_name, references)

    return xr.Dataset(
        {
            "year": labelled(when, "yr", "Time of emergence"),
            "latitude": labelled(where, "deg", "Heliographic latitude", _HATHAWAY),
            "longitude": labelled(longitude, "deg", "Longitude, growing in the direction of rotation"),
            "tilt": labelled(tilt, "deg", "Tilt, positive with the leading part nearer the equator", _STENFLO),
            "flux": labelled(fluxes, "Mx", "Magnetic flux of one polarity"),
            "separation": labelled(separation, "deg", "Distance between the two parts"),
            "leading_polarity": labelled(polarity, "1", "Polarity of the leading part"),
            "leading_latitude": labelled(where + half_north, "deg", "Latitude of the leading part", _STENFLO),
            "following_latitude": labelled(where - half_north, "deg", "Latitude of the following part", _STENFLO),
            "leading_longitude": labelled((longitude + half_west) % 360.0, "deg", "Longitude of the leading part"),
            "following_longitude": labelled((longitude - half_west) % 360.0, "deg", "Longitude of the following part"),
        }
    )


def emergence_rate(bipoles: xr.Dataset, edges: ArrayLike) -> Floats:
    """Count how many regions emerge a year.

    Parameters
    ----------
    bipoles : xarray.Dataset
        With `year`, from `emerge_bipoles`.
    edges : array
        Limits of the intervals of time, yr, ascending.

    Returns
    -------
    array
        Regions a year in each interval: it goes as the sunspot number.

    Examples
    --------
    >>> regions = emerge_bipoles(sporer_butterfly(1), 500)
    >>> bool(emergence_rate(regions, [0.0, 2.0, 5.0, 11.0]).argmax() == 1)
    True
    """
    limits = np.asarray(edges, float)
    counts, _ = np.histogram(bipoles["year"].values, limits)
    return np.asarray(counts / np.diff(limits))
