"""Waves in a cold magnetised plasma of electrons and several ions: how they refract, where they stop, where they go."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    ALPHA_MASS,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SPEED_OF_LIGHT,
    VACUUM_PERMITTIVITY,
)
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import Hz, dimensionless, km_s, nT, per_cm3, rad

Floats = NDArray[np.float64]

_STIX = "Stix 1992, Waves in Plasmas, American Institute of Physics"
_HELLIWELL = "Helliwell 1965, Whistlers and Related Ionospheric Phenomena, Stanford University Press"

# The singly charged oxygen ion: 15.9949 atomic mass units less an electron (AME2020).
MASSES: Final[dict[str, float]] = {
    "electron": ELECTRON_MASS,
    "proton": PROTON_MASS,
    "helium": ALPHA_MASS + ELECTRON_MASS,
    "oxygen": 15.99491462 * 1.66053906892e-27 - ELECTRON_MASS,
}
"""Masses (kg) of the electron and of the singly charged ions H+, He+ and O+."""

MODES: Final = ("right", "left")
"""The two waves of a cold plasma, by what they become along the field at the same frequency."""

_PER_NT: Final = 1e-9 * ELEMENTARY_CHARGE / (2 * math.pi)
_PER_ROOT_DENSITY: Final = 1e6 * ELEMENTARY_CHARGE**2 / (VACUUM_PERMITTIVITY * 4 * math.pi**2)
_VALID = {
    "frequency": (100.0, 3000.0),
    "b": (150.0, 5e4),
    "n_e": (1.0, 1e4),
    "helium": (0.0, 0.4),
    "oxygen": (0.0, 0.4),
}
_OBLIQUE = {**_VALID, "theta": (0.02, 1.3)}
# Where a whistler travels whatever the values of the others.
_WHISTLER = {**_VALID, "frequency": (1000.0, 2000.0), "b": (150.0, 1000.0)}
_OBLIQUE_WHISTLER = {**_WHISTLER, "theta": (0.02, 0.9)}


class StixParameters(NamedTuple):
    """The elements of the dielectric tensor of a cold plasma."""

    r: dimensionless
    l: dimensionless  # noqa: E741
    s: dimensionless
    d: dimensionless
    p: dimensionless


class IndexSquared(NamedTuple):
    """Squares of the refractive indices of both waves."""

    right: dimensionless
    left: dimensionless


class GroupVelocity(NamedTuple):
    """Where a wave packet goes."""

    parallel: km_s
    perpendicular: km_s


class ElectricPolarisation(NamedTuple):
    """Ratios of the components of the electric field of a wave."""

    circular: dimensionless
    longitudinal: dimensionless


class CharacteristicFrequencies(NamedTuple):
    """Frequencies at which refractive indices vanish, grow without limit or meet, each ascending."""

    right_cutoff: Floats
    left_cutoffs: Floats
    plasma: float
    hybrids: Floats
    crossovers: Floats
    gyrofrequencies: Floats


def _known(species: str) -> float:
    if species not in MASSES:
        raise UnknownNameError("species of cold plasma", str(species), MASSES)
    return MASSES[species]


def _sign_of(mode: str) -> float:
    if mode not in MODES:
        raise UnknownNameError("mode of cold plasma waves", str(mode), MODES)
    return 1.0 if mode == "right" else -1.0


@model(cite=_STIX, valid={"b": (0.1, 1e5)}, monotonic={"b": 1})
def gyrofrequency(b: nT, species: str = "electron") -> Hz:
    """Frequency at which a slow particle turns about the magnetic field.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the field.
    species : {"electron", "proton", "helium", "oxygen"}
        Electrons or singly charged ions.

    Returns
    -------
    f_c : float or array, Hz
        e B / (2 pi m).

    Examples
    --------
    >>> float(gyrofrequency(249.6).round(0))
    6987.0
    """
    return _PER_NT * b / _known(species)


# Dielectric tensor ----------------------------------------------------------------------------------------------------


def _species(frequency: Any, b: Any, n_e: Any, helium: Any, oxygen: Any) -> list[tuple[Any, Any]]:
    """(f_p / f)^2 and signed f_c / f of electrons, H+, He+ and O+."""
    shares = {"electron": 1.0, "proton": 1.0 - helium - oxygen, "helium": helium, "oxygen": oxygen}
    parts = []
    for name, share in shares.items():
        charge = -1.0 if name == "electron" else 1.0
        mass = MASSES[name]
        parts.append((_PER_ROOT_DENSITY / mass * n_e * share / frequency**2, charge * _PER_NT / mass * b / frequency))
    return parts


def _tensor(parts: list[tuple[Any, Any]]) -> tuple[Any, Any, Any]:
    right, left, plasma = 1.0, 1.0, 1.0
    for x, y in parts:
        right, left, plasma = right - x / (1.0 + y), left - x / (1.0 - y), plasma - x
    return right, left, plasma


def _tensor_slopes(parts: list[tuple[Any, Any]]) -> tuple[Any, Any, Any]:
    """Frequency times the derivatives of R, L and P by the frequency."""
    right, left, plasma = 0.0, 0.0, 0.0
    for x, y in parts:
        right = right + x * (2.0 + y) / (1.0 + y) ** 2
        left = left + x * (2.0 - y) / (1.0 - y) ** 2
        plasma = plasma + 2.0 * x
    return right, left, plasma


@model(cite=_STIX, valid=_VALID)
def stix_parameters(
    frequency: Hz, b: nT, n_e: per_cm3, helium: dimensionless = 0.0, oxygen: dimensionless = 0.0
) -> StixParameters:
    """Elements of the dielectric tensor of a cold plasma.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the ions; the rest is H+.

    Returns
    -------
    r : float or array, 1
        R, squared index of the right-handed wave along the field.
    l : float or array, 1
        L, squared index of the left-handed wave along the field.
    s : float or array, 1
        S = (R + L) / 2.
    d : float or array, 1
        D = (R - L) / 2.
    p : float or array, 1
        P, squared index of the wave with its electric field along the magnetic one.

    Notes
    -----
    R = 1 - sum of f_p^2 / [f (f + f_c)], L the same with f - f_c, P = 1 - sum of f_p^2 / f^2, f_c with the sign of the
    charge (Stix 1992, equations 1-20 to 1-22). Towards low frequency R and L both tend to 1 + c^2 / v_A^2.

    Examples
    --------
    >>> [float(part.round(3)) for part in stix_parameters(2445.5, 249.6, 10.0)]
    [73.514, -34.022, 19.746, 53.768, -133.873]
    """
    right, left, plasma = _tensor(_species(frequency, b, n_e, helium, oxygen))
    plasma = plasma + 0.0 * b
    return StixParameters(right, left, 0.5 * (right + left), 0.5 * (right - left), plasma)


# Refraction -----------------------------------------------------------------------------------------------------------


def _both_indices(xp: Any, tensor: tuple[Any, Any, Any], theta: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Squared indices of the right and the left wave, the coefficients A and B, and the signed root F."""
    right, left, plasma = tensor
    s, d = 0.5 * (right + left), 0.5 * (right - left)
    sine2, cosine2 = xp.sin(theta) ** 2, xp.cos(theta) ** 2
    a = s * sine2 + plasma * cosine2
    b = right * left * sine2 + plasma * s * (1.0 + cosine2)
    root = xp.sqrt((right * left - plasma * s) ** 2 * sine2**2 + 4.0 * plasma**2 * d**2 * cosine2)
    f = xp.where(plasma * d < 0, -root, root)
    # Of (b + f) / 2a and 2c / (b - f) take the one in which nothing cancels.
    same = b * f >= 0
    twice = 2.0 * plasma * right * left
    one = 1.0 + 0.0 * f
    plus = xp.where(same, (b + f) / xp.where(same, 2.0 * a, one), twice / xp.where(same, one, b - f))
    minus = xp.where(same, twice / xp.where(same, b + f, one), (b - f) / xp.where(same, one, 2.0 * a))
    return plus, minus, a, b, f


@model(cite=_STIX, valid=_OBLIQUE)
def refractive_index_squared(
    frequency: Hz,
    theta: rad,
    b: nT,
    n_e: per_cm3,
    helium: dimensionless = 0.0,
    oxygen: dimensionless = 0.0,
) -> IndexSquared:
    """Squared refractive indices of the two waves of a cold plasma.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the waves.
    theta : float or array, rad
        Angle between wave vector and field.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the ions; the rest is H+.

    Returns
    -------
    right : float or array, 1
        Of the wave that turns into the right-handed one (n^2 = R) as the angle goes to zero at this frequency: the
        whistler, and below the ion gyrofrequencies the fast wave.
    left : float or array, 1
        Of the other, which turns into the left-handed one (n^2 = L): the ion cyclotron wave. Negative where a wave
        cannot travel.

    Notes
    -----
    A n^4 - B n^2 + C = 0 with A = S sin^2 + P cos^2, B = R L sin^2 + P S (1 + cos^2), C = P R L (Stix 1992, equations
    1-29 to 1-35). Across the field the two are n^2 = R L / S and n^2 = P. Above the crossover frequencies of a plasma
    of several ions the names go by the sense along the field, not by continuity in frequency.

    Examples
    --------
    >>> [float(n2.round(2)) for n2 in refractive_index_squared(2445.5, [0.0, 0.5], 249.6, 10.0).right]
    [73.51, 90.74]
    """
    xp = namespace(frequency, theta, b, n_e, helium, oxygen)
    right, left, *_ = _both_indices(xp, _tensor(_species(frequency, b, n_e, helium, oxygen)), theta)
    return IndexSquared(right, left)


@model(cite=_STIX, valid=_WHISTLER)
def resonance_cone(frequency: Hz, b: nT, n_e: per_cm3, helium: dimensionless = 0.0, oxygen: dimensionless = 0.0) -> rad:
    """Angle from the field at which the refractive index grows without limit.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the ions; the rest is H+.

    Returns
    -------
    theta : float or array, rad
        Half-angle of the cone of wave vectors; NaN at frequencies that have none.

    Notes
    -----
    tan^2 = -P / S. In dense plasma a whistler's is near cos = f / f_ce, well above the lower hybrid frequency.

    Examples
    --------
    >>> float(np.degrees(resonance_cone(2445.5, 249.6, 10.0)).round(2))
    68.99
    """
    xp = namespace(frequency, b, n_e, helium, oxygen)
    right, left, plasma = _tensor(_species(frequency, b, n_e, helium, oxygen))
    return xp.atan(xp.sqrt(-2.0 * plasma / (right + left)))


@model(cite=_STIX, valid=_OBLIQUE_WHISTLER)
def group_velocity(
    frequency: Hz,
    theta: rad,
    b: nT,
    n_e: per_cm3,
    helium: dimensionless = 0.0,
    oxygen: dimensionless = 0.0,
    mode: str = "right",
) -> GroupVelocity:
    """Group velocity of a wave of a cold plasma.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave.
    theta : float or array, rad
        Angle between wave vector and field.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the ions; the rest is H+.
    mode : {"right", "left"}
        Which of the two waves, as in :func:`refractive_index_squared`.

    Returns
    -------
    parallel : float or array, km/s
        Component along the field; NaN where the wave cannot travel.
    perpendicular : float or array, km/s
        Component across it, in the plane of field and wave vector, positive towards the wave vector.

    Notes
    -----
    c / (n + f dn/df) along the wave vector and -(1/n) dn/dtheta times that across it, with the derivatives of the
    dispersion relation in closed form. Far below the gyrofrequency of the electrons, and far above those of the ions,
    the packet of a whistler stays within 19.5 degrees of the field (Storey 1953).

    Examples
    --------
    >>> [float(v.round(0)) for v in group_velocity(698.7, 0.5, 249.6, 1000.0)]
    [3728.0, 761.0]
    """
    xp = namespace(frequency, theta, b, n_e, helium, oxygen)
    sign = _sign_of(mode)
    parts = _species(frequency, b, n_e, helium, oxygen)
    tensor = _tensor(parts)
    right, left, plasma = tensor
    plus, minus, _, _, f = _both_indices(xp, tensor, theta)
    n2 = plus if mode == "right" else minus
    f = sign * f  # 2 A n^2 - B
    sine, cosine = xp.sin(theta), xp.cos(theta)
    s, product = 0.5 * (right + left), right * left
    right_slope, left_slope, plasma_slope = _tensor_slopes(parts)
    s_slope = 0.5 * (right_slope + left_slope)
    product_slope = right_slope * left + right * left_slope
    a_slope = s_slope * sine**2 + plasma_slope * cosine**2
    b_slope = product_slope * sine**2 + (plasma_slope * s + plasma * s_slope) * (1.0 + cosine**2)
    c_slope = plasma_slope * product + plasma * product_slope
    by_frequency = -(a_slope * n2**2 - b_slope * n2 + c_slope) / f
    by_angle = -2.0 * sine * cosine * ((s - plasma) * n2**2 - (product - plasma * s) * n2) / f
    evanescent = n2 <= 0
    along = 2.0 * xp.sqrt(xp.where(evanescent, 1.0 + 0.0 * n2, n2)) / (2.0 * n2 + by_frequency) * SPEED_OF_LIGHT * 1e-3
    along = xp.where(evanescent, math.nan + 0.0 * along, along)
    across = -by_angle / (2.0 * n2) * along
    return GroupVelocity(along * cosine - across * sine, along * sine + across * cosine)


@model(cite=_STIX, valid=_OBLIQUE_WHISTLER)
def electric_polarisation(
    frequency: Hz,
    theta: rad,
    b: nT,
    n_e: per_cm3,
    helium: dimensionless = 0.0,
    oxygen: dimensionless = 0.0,
    mode: str = "right",
) -> ElectricPolarisation:
    """Polarisation of the electric field of a wave of a cold plasma.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave.
    theta : float or array, rad
        Angle between wave vector and field.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.
    helium, oxygen : float or array, 1
        Shares of He+ and O+ among the ions; the rest is H+.
    mode : {"right", "left"}
        Which of the two waves, as in :func:`refractive_index_squared`.

    Returns
    -------
    circular : float or array, 1
        i E_x / E_y, x across the field in the plane of the wave vector: 1 for a right-handed circle about the field, as
        electrons turn, -1 for a left-handed one, 0 and infinity for straight lines.
    longitudinal : float or array, 1
        E_z / E_x, the field along the magnetic field over that across it.

    Notes
    -----
    i E_x / E_y = (n^2 - S) / D (Stix 1992, equation 1-42) and E_z / E_x = n^2 sin cos / (n^2 sin^2 - P).

    Examples
    --------
    >>> [float(q.round(4)) for q in electric_polarisation(2445.5, 0.5, 249.6, 10.0)]
    [1.3204, 0.2467]
    """
    xp = namespace(frequency, theta, b, n_e, helium, oxygen)
    _sign_of(mode)
    tensor = _tensor(_species(frequency, b, n_e, helium, oxygen))
    right, left, plasma = tensor
    plus, minus, *_ = _both_indices(xp, tensor, theta)
    n2 = plus if mode == "right" else minus
    sine, cosine = xp.sin(theta), xp.cos(theta)
    circular = (n2 - 0.5 * (right + left)) / (0.5 * (right - left))
    return ElectricPolarisation(circular, n2 * sine * cosine / (n2 * sine**2 - plasma))


@model(cite=_HELLIWELL, valid={name: _OBLIQUE_WHISTLER[name] for name in ("frequency", "theta", "b", "n_e")})
def whistler_index_squared(frequency: Hz, theta: rad, b: nT, n_e: per_cm3) -> dimensionless:
    """Squared refractive index of a whistler that travels nearly along the field.

    Parameters
    ----------
    frequency : float or array, Hz
        Frequency of the wave.
    theta : float or array, rad
        Angle between wave vector and field.
    b : float or array, nT
        Magnitude of the field.
    n_e : float or array, cm^-3
        Electron density.

    Returns
    -------
    n2 : float or array, 1
        1 + f_p^2 / [f (f_c cos - f)], of the electrons alone.

    Notes
    -----
    The quasi-longitudinal form, good for dense plasma (f_p well above f_c) and far above the lower hybrid frequency:
    within 1 % of :func:`refractive_index_squared` at f_p = 4 f_c, 0.35 f_c and 30 degrees.

    Examples
    --------
    >>> float(whistler_index_squared(2445.5, 0.5, 249.6, 10.0).round(2))
    90.43
    """
    xp = namespace(frequency, theta, b, n_e)
    plasma2 = _PER_ROOT_DENSITY / ELECTRON_MASS * n_e
    return 1.0 + plasma2 / (frequency * (_PER_NT / ELECTRON_MASS * b * xp.cos(theta) - frequency))


# Characteristic frequencies -------------------------------------------------------------------------------------------


# Neutral plasma has one root at zero frequency, which rounding may lift; all others lie above the O+ gyrofrequency.
_SMALLEST: Final = 1e-3


def _positive_roots(coefficients: Any) -> Floats:
    roots = np.roots(coefficients)
    real = roots[np.abs(roots.imag) <= 1e-7 * np.abs(roots)].real
    return np.sort(real[real > _SMALLEST])


def characteristic_frequencies(
    b: float, n_e: float, helium: float = 0.0, oxygen: float = 0.0
) -> CharacteristicFrequencies:
    """Return the cutoffs, resonances and crossovers of a cold plasma.

    Parameters
    ----------
    b : float
        Magnitude of the field, nT.
    n_e : float
        Electron density, cm^-3.
    helium, oxygen : float, optional
        Shares of He+ and O+ among the ions; the rest is H+.

    Returns
    -------
    CharacteristicFrequencies
        In Hz: `right_cutoff` (R = 0), `left_cutoffs` (L = 0: between ion gyrofrequencies, and above all), `plasma`
        (P = 0), `hybrids` (S = 0: between the ions, lower, upper), `crossovers` (D = 0, where the two waves along the
        field exchange names) and `gyrofrequencies` of the ions present and the electrons.

    Raises
    ------
    InputError
        If field or density is not positive, or the shares are not.

    Notes
    -----
    Roots of polynomials in frequency over the proton gyrofrequency. Ion cyclotron waves travel in the bands from each
    left cutoff to the next gyrofrequency above it, and below the lowest gyrofrequency.

    Examples
    --------
    >>> found = characteristic_frequencies(249.6, 10.0, helium=0.1, oxygen=0.05)
    >>> found.left_cutoffs.round(3).tolist()
    [0.36, 1.3, 25122.286]
    >>> found.gyrofrequencies.round(3).tolist()
    [0.24, 0.958, 3.805, 6986.925]
    """
    shares = {"electron": 1.0, "proton": 1.0 - helium - oxygen, "helium": helium, "oxygen": oxygen}
    if not (b > 0 and n_e > 0 and min(shares.values()) >= 0):
        raise InputError(
            f"characteristic_frequencies: needs a positive field and density and shares of ions that add up to at most "
            f"1, got {b}, {n_e}, {helium}, {oxygen}"
        )
    unit = _PER_NT / PROTON_MASS * b
    turn = {name: (-1 if name == "electron" else 1) * PROTON_MASS / MASSES[name] for name, q in shares.items() if q > 0}
    squared = {name: _PER_ROOT_DENSITY / MASSES[name] * n_e * shares[name] / unit**2 for name in turn}
    line = np.polynomial.polynomial.Polynomial
    w = line([0.0, 1.0])

    def cleared(sense: float) -> Any:
        """R or L times the frequency and all its denominators."""
        whole = w
        for gyration in turn.values():
            whole = whole * (w + sense * gyration)
        for name in turn:
            others = line([squared[name]])
            for other, gyration in turn.items():
                if other != name:
                    others = others * (w + sense * gyration)
            whole = whole - others
        return whole

    right, left = cleared(1.0), cleared(-1.0)
    right_only, left_only = line([1.0]), line([1.0])
    for gyration in turn.values():
        right_only, left_only = right_only * (w + gyration), left_only * (w - gyration)
    total, difference = right * left_only + left * right_only, right * left_only - left * right_only

    def of(polynomial: Any) -> Floats:
        found: Floats = unit * _positive_roots(np.trim_zeros(polynomial.coef[::-1], "f"))
        return found

    return CharacteristicFrequencies(
        of(right),
        of(left),
        unit * math.sqrt(sum(squared.values())),
        of(total),
        of(difference),
        np.sort(unit * np.abs(list(turn.values()))),
    )
