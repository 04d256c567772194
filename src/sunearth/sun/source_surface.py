"""The potential field of the corona out to the source surface, and the wind that it gives.

From the fall of one harmonic to maps of open field, the neutral line and the speed of the wind from a magnetogram.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import SOLAR_RADIUS
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_sun, conversion_factor, deg, dimensionless, gauss, km_s

Floats = NDArray[np.float64]

SOURCE_SURFACE = 2.5
"""R_sun, the height at which the wind is taken to draw all field lines out (Hoeksema 1984)."""
DEGREE = 30
"""Degree at which the harmonics of a map end, where its grid allows for it."""

_RADIAN = math.pi / 180
_CITE = "Altschuler and Newkirk 1969, Sol. Phys. 9, 131"
_WSA = "Arge et al. 2004, J. Atmos. Sol.-Terr. Phys. 66, 1295"
_RILEY = "Riley et al. 2001, J. Geophys. Res. 106, 15889"
_WORST_CONDITION = 1e3  # of a fit; beyond it the poles of an equal-area grid do not hold the harmonics asked for


class Falloff(NamedTuple):
    """How one harmonic falls with height."""

    radial: dimensionless
    horizontal: dimensionless


@model(
    cite=_CITE,
    valid={"r": (1.0, 10.0), "degree": (1.0, 200.0), "source_surface": (1.1, 10.0)},
)
def shell_falloff(r: R_sun, degree: dimensionless, source_surface: R_sun = SOURCE_SURFACE) -> Falloff:
    """Fall of a harmonic of the coronal field between the photosphere and the source surface.

    Parameters
    ----------
    r : float or array, R_sun
        Distance from the Sun's centre, 1 to `source_surface`.
    degree : float or array, 1
        Degree of the harmonic: 1 for a dipole.
    source_surface : float or array, R_sun
        Where the field is radial.

    Returns
    -------
    radial : float or array, 1
        Radial field over the radial field of the photosphere.
    horizontal : float or array, 1
        Factor of the horizontal field: minus the gradient of the harmonic on the unit sphere times this.

    Notes
    -----
    With s = r / R_s the radial part is r^-(l+2) (l + 1 + l s^(2l+1)) / (l + 1 + l R_s^-(2l+1)) and the horizontal one
    r^-(l+2) (1 - s^(2l+1)) over the same norm; it vanishes on the source surface. A dipole reaches 2.5 R_sun with 0.093
    of its radial field; without the source surface it would be 0.064.

    Examples
    --------
    >>> round(float(shell_falloff(2.5, 1.0).radial), 4)
    0.093
    """
    xp = namespace(r, degree, source_surface)
    rise = (r / source_surface) ** (2 * degree + 1)
    norm = degree + 1 + degree * source_surface ** (-2 * degree - 1)
    fall = xp.exp(-(degree + 2) * xp.log(r)) / norm
    return Falloff(fall * (degree + 1 + degree * rise), fall * (1 - rise))


@model(
    cite="Wang and Sheeley 1990, Astrophys. J. 355, 726",
    valid={"source_surface": (1.1, 10.0)},
    even=("b_photosphere", "b_source"),
)
def expansion_factor(b_photosphere: gauss, b_source: gauss, source_surface: R_sun = SOURCE_SURFACE) -> dimensionless:
    """Areal expansion of a flux tube over that of a radial one.

    Parameters
    ----------
    b_photosphere : float or array, gauss
        Field at the foot of the tube.
    b_source : float or array, gauss
        Field on the source surface.
    source_surface : float or array, R_sun
        Its radius.

    Returns
    -------
    expansion : float or array, 1
        1 for a radial tube, below about 4 in the middle of large coronal holes, above 20 at their rims.

    Notes
    -----
    |B_photosphere| / (R_s^2 |B_source|), from the conservation of flux.

    Examples
    --------
    >>> float(expansion_factor(10.0, 0.2))
    8.0
    """
    xp = namespace(b_photosphere, b_source, source_surface)
    return xp.abs(b_photosphere / b_source) / source_surface**2


@model(
    cite=_WSA,
    valid={"expansion": (0.5, 1000.0), "boundary_distance": (0.0, 90.0), "depth": (0.0, 1.0)},
    monotonic={"expansion": -1, "boundary_distance": 1, "slow": 1},
)
def wang_sheeley_arge(
    expansion: dimensionless,
    boundary_distance: deg,
    slow: km_s = 285.0,
    gain: km_s = 625.0,
    exponent: dimensionless = 2 / 9,
    depth: dimensionless = 0.8,
    scale: deg = 2.0,
    steepness: dimensionless = 2.0,
    power: dimensionless = 3.0,
) -> km_s:
    """Speed of the wind from the expansion of its flux tube and the distance to the rim of its coronal hole.

    Parameters
    ----------
    expansion : float or array, 1
        Expansion factor of the flux tube.
    boundary_distance : float or array, deg
        Angle on the photosphere from the foot of the line to the nearest rim of open field.
    slow, gain : float or array, km/s
        Slowest speed, and what a tube far inside a hole would add if it did not expand at all.
    exponent : float or array, 1
        Of one over (1 + expansion).
    depth : float or array, 1
        How much of the gain the rim takes away.
    scale : float or array, deg
        Distance over which it does.
    steepness, power : float or array, 1
        Exponents of the distance and of the whole reduction.

    Returns
    -------
    v : float or array, km/s
        Speed at the inner boundary of a heliospheric model (21.5 R_sun).

    Notes
    -----
    v = slow + gain (1 + f)^-exponent (1 - depth exp(-(d / scale)^steepness))^power. The defaults are those in use with
    the ENLIL model at the American forecast centre. Every chain of map, resolution and model has been given numbers of
    its own, such as slow 250, gain 750, exponent 0.222, scale 1.6 deg (0.028 rad), steepness 1.25, power 3. The speed
    of a set is counted where the set was fitted (some at 1 au): the formula alone makes no forecast.

    Examples
    --------
    >>> float(wang_sheeley_arge(4.0, 5.0).round())
    720.0
    """
    xp = namespace(expansion, boundary_distance, slow, gain, exponent, depth, scale, steepness, power)
    rim = 1 - depth * xp.exp(-((boundary_distance / scale) ** steepness))
    return slow + gain * (1 + expansion) ** (-exponent) * rim**power


@model(
    cite=_RILEY,
    valid={
        "boundary_distance": (0.0, 90.0),
        "slow": (200.0, 400.0),
        "fast": (500.0, 1000.0),
        "offset": (0.1, 10.0),
        "width": (0.1, 10.0),
    },
    monotonic={"boundary_distance": 1, "slow": 1, "fast": 1},
)
def hole_distance_speed(
    boundary_distance: deg,
    slow: km_s = 250.0,
    fast: km_s = 650.0,
    offset: deg = 0.05 / _RADIAN,
    width: deg = 0.025 / _RADIAN,
) -> km_s:
    """Speed of the wind from the distance to the rim of its coronal hole alone.

    Parameters
    ----------
    boundary_distance : float or array, deg
        Angle on the photosphere from the foot of the line to the nearest rim of open field.
    slow, fast : float or array, km/s
        Speeds at the rim and deep inside a hole.
    offset, width : float or array, deg
        Distance at which the speed is half way, and thickness of the transition.

    Returns
    -------
    v : float or array, km/s
        Speed at the inner boundary of a heliospheric model (30 R_sun).

    Notes
    -----
    v = slow + (fast - slow) (1 + tanh((d - offset) / width)) / 2, with 0.05 and 0.025 rad by default. It has no
    expansion factor, which gives fast wind over pseudostreamers where slow wind is seen.

    Examples
    --------
    >>> float(hole_distance_speed(0.05 * 180 / 3.141592653589793).round(1))
    450.0
    """
    xp = namespace(boundary_distance, slow, fast, offset, width)
    return slow + 0.5 * (fast - slow) * (1 + xp.tanh((boundary_distance - offset) / width))


SPEEDS: dict[str, Callable[[Any, Any], Any]] = {
    "wang_sheeley_arge": wang_sheeley_arge,
    "hole_distance": lambda expansion, distance: hole_distance_speed(distance),
}
"""Relations for the speed map by name: functions of expansion factor and distance (deg)."""


class Harmonics(NamedTuple):
    """Radial field of the photosphere as a sum of harmonics, with what was removed from the map."""

    g: Floats
    """Cosine coefficients (degree, order), gauss, Schmidt semi-normalised."""
    h: Floats
    """Sine coefficients."""
    monopole: float
    """Mean of the map, gauss, which no magnetic field has: left out of `g`."""
    filled: float
    """Fraction of the sphere that was missing in the map and was filled."""
    residual: float
    """Root mean square of what the harmonics do not show, gauss."""


def legendre(degree: int, theta: Any) -> tuple[Floats, Floats, Floats]:
    """Return the Schmidt semi-normalised Legendre functions.

    Parameters
    ----------
    degree : int
        Highest degree.
    theta : array, rad
        Colatitude.

    Returns
    -------
    functions, slopes, over_sine : array (degree, order, theta)
        P, its derivative with respect to theta, and P / sin(theta) (for order 1 and above).

    Examples
    --------
    >>> p, slope, _ = legendre(2, np.array([0.5]))
    >>> float((p[1, 1, 0] - np.sin(0.5)).round(12)), float((slope[1, 0, 0] + np.sin(0.5)).round(12))
    (0.0, 0.0)
    """
    theta = np.atleast_1d(np.asarray(theta, float))
    cosine, sine = np.cos(theta), np.sin(theta)
    p = np.zeros((degree + 1, degree + 1, theta.size))
    slope, over = np.zeros_like(p), np.zeros_like(p)
    p[0, 0] = 1.0
    for n in range(1, degree + 1):
        older = p[n - 2, 0] if n > 1 else 0.0
        p[n, 0] = ((2 * n - 1) * cosine * p[n - 1, 0] - (n - 1) * older) / n
    top = np.ones_like(theta)
    for m in range(1, degree + 1):
        if m > 1:
            top = top * sine * math.sqrt((2 * m - 1) / (2 * m))
        over[m, m] = top
        for n in range(m + 1, degree + 1):
            older = over[n - 2, m] if n > m + 1 else 0.0
            factor = math.sqrt(n * n - m * m)
            over[n, m] = ((2 * n - 1) * cosine * over[n - 1, m] - math.sqrt((n - 1) ** 2 - m * m) * older) / factor
        for n in range(m, degree + 1):
            lower = over[n - 1, m] if n > m else 0.0
            p[n, m] = sine * over[n, m]
            slope[n, m] = n * cosine * over[n, m] - math.sqrt(n * n - m * m) * lower
    for n in range(1, degree + 1):
        slope[n, 0] = -math.sqrt(0.5 * n * (n + 1)) * p[n, 1]
    return p, slope, over


def analyse_map(
    b_r: Any,
    latitude: Any = None,
    longitude: Any = None,
    degree: int | None = None,
    missing: str = "refuse",
    method: str = "fit",
) -> Harmonics:
    """Turn a synoptic map of the radial field into harmonics.

    Parameters
    ----------
    b_r : array or DataArray (latitude, longitude), gauss
        Radial field of the photosphere at the centres of cells. A DataArray brings its coordinates (in degrees, or as
        ``sin_latitude``) and its unit.
    latitude : array, deg
        Latitudes of the rows, in either order, equally spaced in the sine or not.
    longitude : array, deg
        Carrington longitudes of the columns, equally spaced around the whole circle.
    degree : int, optional
        Where the sum ends: 30 by default, less on coarse grids.
    missing : {"refuse", "zero", "smooth"}, optional
        What to do about NaN: refuse the map; take zero; or fill from the smooth field (up to degree 9) that fits the
        rest of the map, found by iteration.
    method : {"fit", "projection"}, optional
        Least squares in latitude, exact for a map that has no finer structure whatever its grid; or integrals with the
        area of each cell, exact in the limit of a fine grid but never in trouble.

    Returns
    -------
    Harmonics
        Coefficients, and what was taken out or put in.

    Raises
    ------
    InputError
        If the grid is no full map, values are missing (with "refuse"), or the grid is too coarse for the degree.

    Notes
    -----
    A line-of-sight map must have been divided by the cosine of the angle to the radius before. Equal steps in the sine
    of latitude leave the poles with few rows: fits beyond about twice the root of the number of rows are refused.

    Examples
    --------
    >>> latitude, longitude = np.arange(-87.0, 90.0, 6.0), np.arange(3.0, 360.0, 6.0)
    >>> b_r = 1.0 + 5.0 * np.sin(np.radians(latitude))[:, None] + 0.0 * longitude
    >>> found = analyse_map(b_r, latitude, longitude)
    >>> round(found.monopole, 6), round(float(found.g[1, 0]), 6)
    (1.0, 5.0)
    """
    values, latitude, longitude = _plain_map(b_r, latitude, longitude)
    if method not in ("fit", "projection"):
        raise UnknownNameError("method", method, ("fit", "projection"))
    if missing not in ("refuse", "zero", "smooth"):
        raise UnknownNameError("missing", missing, ("refuse", "zero", "smooth"))
    rows, columns = values.shape
    theta = (90.0 - latitude) * _RADIAN
    sines = np.sin(latitude * _RADIAN)
    middle = np.sin(0.5 * (latitude[1:] + latitude[:-1]) * _RADIAN)
    if np.ptp(np.diff(sines)) < 1e-3 / rows:  # cells of equal area: their edges are midway in the sine
        middle = 0.5 * (sines[1:] + sines[:-1])
    weight = -np.diff(np.concatenate([[1.0], middle, [-1.0]]))
    most = min(rows - 1, (columns - 1) // 2)
    given = degree is not None
    degree = min(DEGREE, most) if degree is None else int(degree)
    if not 1 <= degree <= most:
        raise InputError(f"map of {rows} x {columns} values: its harmonics may end at degree 1 to {most}, not {degree}")

    gaps = ~np.isfinite(values)
    filled = float((gaps.sum(axis=1) / columns) @ weight / 2)
    if filled == 1.0 or (gaps.any() and missing == "refuse"):
        rows_hit = latitude[gaps.any(axis=1)]
        raise InputError(
            f"map: {gaps.sum()} of {gaps.size} values are missing, between latitudes {rows_hit.min():g} "
            f"and {rows_hit.max():g} deg; fill them, or say missing='smooth' or 'zero'"
        )
    if method == "fit":
        while not given and degree > 1 and _condition(degree, theta, weight) > _WORST_CONDITION:
            degree -= 1
        condition = _condition(degree, theta, weight)
        if condition > _WORST_CONDITION:
            raise InputError(
                f"map: its rows do not hold harmonics of degree {degree} (condition {condition:.0f}); take a lower "
                "degree, or method='projection'"
            )
    p = legendre(degree, theta)[0]
    values = np.where(gaps, 0.0, values)
    if gaps.any() and missing == "smooth":
        coarse = min(9, degree)
        for _ in range(100):
            g, h = _analyse(values, p[: coarse + 1, : coarse + 1], longitude, weight, method)
            values = np.where(gaps, _synthesise(g, h, p, longitude), values)
    g, h = _analyse(values, p, longitude, weight, method)
    misfit = np.where(gaps, 0.0, values - _synthesise(g, h, p, longitude))
    monopole, residual = float(g[0, 0]), math.sqrt(float(np.mean(misfit**2, axis=1) @ weight / 2))
    g[0, 0] = 0.0
    return Harmonics(g, h, monopole, filled, residual)


def _plain_map(b_r: Any, latitude: Any, longitude: Any) -> tuple[Floats, Floats, Floats]:
    """Bring a map to rows from north to south, and check that it is one."""
    if hasattr(b_r, "dims"):
        name = next((n for n in ("latitude", "sin_latitude") if n in b_r.dims), None)
        if name is None or "longitude" not in b_r.dims or len(b_r.dims) != 2:
            raise InputError(f"map: needs the dimensions latitude (or sin_latitude) and longitude, has {b_r.dims}")
        b_r = b_r.transpose(name, "longitude")
        latitude, longitude = b_r[name].values, b_r["longitude"].values
        if name == "sin_latitude":
            latitude = np.degrees(np.arcsin(np.asarray(latitude, float)))
        values = np.asarray(b_r.values, float) * conversion_factor(str(b_r.attrs.get("units", "gauss")), "gauss")
    else:
        values = np.asarray(b_r, float)
    if latitude is None or longitude is None:
        raise InputError("map: give the latitudes and longitudes of its cells, or a DataArray that has them")
    latitude, longitude = np.asarray(latitude, float), np.asarray(longitude, float)
    if values.shape != (latitude.size, longitude.size) or latitude.ndim != 1 or longitude.ndim != 1:
        raise InputError(f"map of shape {values.shape}: {latitude.size} latitudes and {longitude.size} longitudes")
    order = np.argsort(-latitude)
    latitude, values = latitude[order], values[order]
    if latitude.size < 2 or np.any(np.diff(latitude) >= 0) or not np.all(np.abs(latitude) <= 90.0):
        raise InputError("map: the latitudes must be different and within -90 to 90 deg")
    order = np.argsort(longitude % 360.0)
    longitude, values = (longitude % 360.0)[order], values[:, order]
    steps = np.diff(np.append(longitude, longitude[0] + 360.0))
    if longitude.size < 3 or not np.allclose(steps, 360.0 / longitude.size, rtol=0, atol=1e-3):
        raise InputError("map: the longitudes must go around the circle once, in equal steps, 0 or 360 deg but once")
    return values, latitude, longitude


def _condition(degree: int, theta: Floats, weight: Floats) -> float:
    """How much a fit in latitude may amplify errors: the condition of its zonal part, which is the worst."""
    basis = legendre(degree, theta)[0][:, 0].T * np.sqrt(2 * np.arange(degree + 1) + 1.0)
    return float(np.linalg.cond(basis * np.sqrt(weight)[:, None]))


def _analyse(values: Floats, p: Floats, longitude: Floats, weight: Floats, method: str) -> tuple[Floats, Floats]:
    """Harmonics of a full map."""
    degree = len(p) - 1
    orders = np.arange(degree + 1)
    waves = np.fft.rfft(values, axis=1)[:, : degree + 1] * np.exp(-1j * orders * longitude[0] * _RADIAN)
    waves *= np.where(orders == 0, 1.0, 2.0) / longitude.size
    g, h = np.zeros((degree + 1, degree + 1)), np.zeros((degree + 1, degree + 1))
    root = np.sqrt(weight)[:, None]
    for m in orders:
        sides = np.stack([waves[:, m].real, -waves[:, m].imag], axis=1)
        basis = p[m:, m].T
        if method == "fit":
            solved = np.linalg.lstsq(basis * root, sides * root, rcond=None)[0]
        else:
            norm = 2.0 * (2.0 - (m == 0)) / (2 * np.arange(m, degree + 1) + 1.0)
            solved = (basis * weight[:, None]).T @ sides / norm[:, None]
        g[m:, m], h[m:, m] = solved[:, 0], solved[:, 1]
    h[:, 0] = 0.0
    return g, h


def _synthesise(g: Floats, h: Floats, p: Floats, longitude: Floats) -> Floats:
    """Map from harmonics, of the latitudes for which `p` was made."""
    count = len(g)
    angle = np.outer(np.arange(count), longitude * _RADIAN)
    part = p[:count, :count]
    cosine = np.einsum("nmt,nm->tm", part, g) @ np.cos(angle)
    return np.asarray(cosine + np.einsum("nmt,nm->tm", part, h) @ np.sin(angle))


class CoronalField(NamedTuple):
    """Field in the corona, in spherical components."""

    b_r: gauss
    b_theta: gauss
    b_phi: gauss


@dataclass(frozen=True, eq=False)
class PotentialCorona:
    """The current-free field between the photosphere and a surface on which it is radial.

    Parameters
    ----------
    g, h : array (degree, order), gauss
        Harmonics of the radial field of the photosphere, Schmidt semi-normalised; entry (0, 0) must be zero.
    source_surface : float, optional
        Its radius, R_sun.
    monopole : float, optional
        What was taken out of the map, gauss; for the record.
    filled : float, optional
        Fraction of the map that was filled; for the record.

    Examples
    --------
    A dipole: 0.093 of its radial field is left at 2.5 solar radii, and the neutral line is the equator.

    >>> corona = PotentialCorona([[0.0, 0.0], [5.0, 0.0]], np.zeros((2, 2)))
    >>> round(float(corona(2.5, 90.0, 0.0).b_r / 5.0), 3)
    0.093
    """

    g: Any
    h: Any
    source_surface: float = SOURCE_SURFACE
    monopole: float = 0.0
    filled: float = 0.0

    def __post_init__(self) -> None:
        g, h = np.array(self.g, float), np.array(self.h, float)
        if g.ndim != 2 or g.shape[0] != g.shape[1] or g.shape != h.shape or len(g) < 2:
            raise InputError(f"PotentialCorona: g and h must be square tables, got shapes {g.shape} and {h.shape}")
        if not (np.all(np.isfinite(np.tril(g))) and np.all(np.isfinite(np.tril(h)))):
            raise InputError("PotentialCorona: g and h must not have NaN")
        if g[0, 0] != 0.0:
            raise InputError(f"PotentialCorona: a magnetic field has no monopole, but g[0, 0] is {g[0, 0]:g}")
        if not self.source_surface > 1.0:
            raise InputError(f"PotentialCorona: the source surface must lie above 1 R_sun, got {self.source_surface}")
        object.__setattr__(self, "g", np.tril(g))
        object.__setattr__(self, "h", np.tril(h))

    @classmethod
    def from_map(
        cls,
        b_r: Any,
        latitude: Any = None,
        longitude: Any = None,
        *,
        source_surface: float = SOURCE_SURFACE,
        degree: int | None = None,
        missing: str = "refuse",
        method: str = "fit",
    ) -> PotentialCorona:
        """Make it from a synoptic map of the radial field; arguments as for :func:`analyse_map`.

        Examples
        --------
        >>> PotentialCorona.from_map(synthetic_magnetogram(seed=2)).degree
        30
        """
        found = analyse_map(b_r, latitude, longitude, degree, missing, method)
        return cls(found.g, found.h, source_surface, found.monopole, found.filled)

    @classmethod
    def from_potential(cls, g: Any, h: Any, source_surface: float = SOURCE_SURFACE) -> PotentialCorona:
        """Make it from coefficients of the potential, as the Wilcox Solar Observatory gives them.

        Parameters
        ----------
        g, h : array (degree, order), gauss
            The radial field of the photosphere is their sum with weights l + 1 + l R_s^-(2l+1).
        source_surface : float, optional
            The radius for which they were made, R_sun.

        Examples
        --------
        >>> corona = PotentialCorona.from_potential([[0, 0], [1.0, 0]], [[0, 0], [0, 0]])
        >>> round(float(corona.g[1, 0]), 3)
        2.064
        """
        g, h = np.array(g, float), np.array(h, float)
        n = np.arange(len(g))
        norm = (n + 1 + n * source_surface ** (-2.0 * n - 1))[:, None]
        return cls(g * norm, h * norm, source_surface)

    @property
    def degree(self) -> int:
        """Degree at which the harmonics end."""
        return len(self.g) - 1

    def __call__(self, r: Any, latitude: Any, longitude: Any) -> CoronalField:
        """Field at points, exactly.

        Parameters
        ----------
        r : float or array, R_sun
            Distance from the centre of the Sun; outside the shell the field is NaN.
        latitude, longitude : float or array, deg
            Heliographic latitude and Carrington longitude.

        Returns
        -------
        b_r, b_theta, b_phi : float or array, gauss
            Outward, southward and eastward (towards larger longitude) components.
        """
        from sunearth.numerics.threads import spread

        from . import _source_surface_kernels as kernels

        r, latitude, longitude = np.broadcast_arrays(*(np.asarray(a, float) for a in (r, latitude, longitude)))
        rows = [np.array(a).ravel() for a in (r, (90.0 - latitude) * _RADIAN, longitude * _RADIAN)]
        out = np.empty((r.size, 3))
        parts: Any = (self._exact_record, *rows, out)
        components_at: Any = kernels.components_at
        spread(lambda start, stop: components_at(*parts, start, stop), r.size, chunk=max(200, r.size // 16))
        return CoronalField(*(out[:, k].reshape(r.shape)[()] for k in range(3)))

    def on_sphere(self, r: float, latitude: Any, longitude: Any) -> CoronalField:
        """Field on a grid of a sphere, exactly; much faster than point by point.

        Parameters
        ----------
        r : float, R_sun
            Radius.
        latitude, longitude : array, deg
            Rows and columns of the grid.

        Returns
        -------
        b_r, b_theta, b_phi : array (latitude, longitude), gauss
            Outward, southward and eastward components.
        """
        theta = (90.0 - np.atleast_1d(np.asarray(latitude, float))) * _RADIAN
        phi = np.atleast_1d(np.asarray(longitude, float)) * _RADIAN
        return CoronalField(*self._shells(np.atleast_1d(float(r)), theta, phi)[0])

    def _shells(self, r: Any, theta: Any, phi: Any) -> Floats:
        """Field on a grid (r, component, theta, phi)."""
        n = np.arange(self.degree + 1.0)
        angle = np.outer(n, phi)
        cosine, sine = np.cos(angle), np.sin(angle)
        fall = shell_falloff.spec.function(r[:, None], n, self.source_surface)
        out = np.empty((r.size, 3, theta.size, phi.size))
        functions = legendre(self.degree, theta)
        # radial, southward and eastward: function, fall, and what goes with cosine and with sine
        parts = (
            (functions[0], fall.radial, self.g, self.h),
            (functions[1], fall.horizontal, -self.g, -self.h),
            (functions[2] * n[:, None], fall.horizontal, -self.h, self.g),
        )
        waves = np.empty((2, r.size, theta.size, self.degree + 1))
        for k, (function, factor, even, odd) in enumerate(parts):
            for m in range(self.degree + 1):
                for wave, coefficients in zip(waves, (even, odd), strict=True):
                    wave[..., m] = np.einsum("rn,nt->rt", factor[:, m:] * coefficients[m:, m], function[m:, m])
            flat = waves.reshape(2, -1, self.degree + 1)
            out[:, k] = (flat[0] @ cosine + flat[1] @ sine).reshape(r.size, theta.size, phi.size)
        return out

    @property
    def _exact_record(self) -> Floats:
        """Parameters of the compiled exact field: each harmonic with its factors of the recurrence."""
        numbers = [float(self.degree), float(self.source_surface), 0.9]
        for m in range(self.degree + 1):
            for n in range(max(m, 1), self.degree + 1):
                norm = n + 1 + n * self.source_surface ** (-2.0 * n - 1)
                root = math.sqrt(n * n - m * m) if n > m else 1.0
                ahead, behind = (2 * n - 1) / root, math.sqrt(max((n - 1) ** 2 - m * m, 0)) / root
                numbers += [self.g[n, m] / norm, self.h[n, m] / norm, ahead, behind, root if n > m else 0.0]
        return np.array(numbers)

    def _grid_record(self) -> Floats:
        """Parameters of the compiled gridded field: fine enough for the cubic to carry the highest degree."""
        step = min(3.0, max(0.9, 30.0 / self.degree)) * _RADIAN
        n_theta = math.ceil(math.pi / step)
        n_phi = 2 * n_theta
        outer = math.log(self.source_surface)
        n_r = math.ceil(outer / step)
        d_theta, d_phi, d_u = math.pi / n_theta, 2 * math.pi / n_phi, outer / n_r
        theta, phi = np.arange(n_theta + 1) * d_theta, np.arange(n_phi) * d_phi
        u = (np.arange(n_r + 5) - 2) * d_u
        inside = self._shells(np.exp(u), theta, phi)
        # beyond a pole the opposite meridian goes on, with south and east reversed
        turn = np.array([1.0, -1.0, -1.0])[:, None, None]
        opposite = np.roll(inside, n_phi // 2, axis=3) * turn
        values = np.concatenate([opposite[:, :, 2:0:-1], inside, opposite[:, :, -2:-4:-1]], axis=2)
        values = np.concatenate([values[..., -1:], values, values[..., :2]], axis=3)
        header = [values.shape[0], values.shape[2], values.shape[3], u[0], d_u, d_theta, d_phi, self.source_surface]
        return np.concatenate([header, [math.exp(u[1])], np.moveaxis(values, 1, 3).ravel()])

    def footpoints(
        self,
        r: Any,
        latitude: Any,
        longitude: Any,
        *,
        outward: bool = False,
        method: str = "exact",
        tolerance: float = 1e-6,
    ) -> FieldLineEnds:
        """Follow field lines from points to the photosphere, or to the source surface.

        Parameters
        ----------
        r : float or array, R_sun
            Distance from the centre of the Sun.
        latitude, longitude : float or array, deg
            Heliographic latitude and Carrington longitude.
        outward : bool, optional
            Which way to go: against the height at the start (down), or along it. A closed line comes back down.
        method : {"exact", "grid"}, optional
            The sum of harmonics at every step, or a cubic on a fine grid of them: 10 to 100 times faster for many
            lines, with errors of some thousandths of the smallest structure.
        tolerance : float, optional
            Error allowed in each step, R_sun.

        Returns
        -------
        FieldLineEnds
            Where the lines end, of the broadcast shape of the inputs.
        """
        r, latitude, longitude = np.broadcast_arrays(*(np.asarray(a, float) for a in (r, latitude, longitude)))
        ends, how = self._follow(r.ravel(), latitude.ravel(), longitude.ravel(), outward, method, tolerance)
        return _ends(ends, how, self.source_surface, r.shape)

    def _follow(
        self, r: Any, latitude: Any, longitude: Any, outward: bool, method: str, tolerance: float, record: Any = None
    ) -> tuple[Floats, NDArray[np.int64]]:
        from sunearth.geomagnetism._field_kernels import no_field
        from sunearth.numerics.threads import spread

        from . import _source_surface_kernels as kernels

        if method not in ("exact", "grid"):
            raise UnknownNameError("method", method, ("exact", "grid"))
        if not tolerance > 0:
            raise InputError("footpoints: the tolerance must be above zero")
        field = kernels.harmonic_field if method == "exact" else kernels.gridded_shell
        if record is None:
            record = self._exact_record if method == "exact" else self._grid_record()
        points = np.ascontiguousarray(np.stack(_cartesian(r, latitude, longitude), axis=1))
        inside = (r >= 1.0 - 1e-9) & (r <= self.source_surface * (1 + 1e-9))
        sign = np.where(inside, np.sign(self(np.clip(r, 1.0, self.source_surface), latitude, longitude).b_r), 0.0)
        sign = np.ascontiguousarray(sign if outward else -sign)
        # beyond the source surface lines are radial: the box need only hold it
        edge = 1.02 * self.source_surface
        box = np.array([-edge, edge, -edge, edge, -edge, edge])
        ends, how = np.empty((r.size, 4)), np.empty(r.size, np.int64)
        parts = (
            field,
            record,
            no_field,
            np.zeros(1),
            points,
            sign,
            box,
            100.0 * self.source_surface,
            float(tolerance),
            ends,
            how,
        )
        spread(lambda start, stop: kernels.follow(*parts, start, stop), r.size, chunk=max(1, min(2000, r.size // 8)))
        return ends, how

    def trace(self, r: Any, latitude: Any, longitude: Any, *, points: int = 100, tolerance: float = 1e-6) -> Any:
        """Trace whole field lines through points, for pictures.

        Parameters
        ----------
        r : float or array, R_sun
            Distance from the centre of the Sun.
        latitude, longitude : float or array, deg
            Heliographic latitude and Carrington longitude.
        points : int, optional
            Equidistant points on each line.
        tolerance : float, optional
            Error allowed in each step, R_sun.

        Returns
        -------
        Dataset
            ``x``, ``y``, ``z`` (line, point) in R_sun, with x towards Carrington longitude 0, and ``b``; ``open``
            (line): 1 where the line points out of the source surface, -1 where it points in, 0 where it is closed. An
            open line stays on the source surface at the place where it leaves.

        Examples
        --------
        >>> corona = PotentialCorona([[0.0, 0.0], [5.0, 0.0]], np.zeros((2, 2)))
        >>> corona.trace(1.0, [80.0, 20.0], 0.0)["open"].values.tolist()
        [1, 0]
        """
        import xarray as xr

        from sunearth.geomagnetism._field_kernels import no_field
        from sunearth.geomagnetism._tracing_kernels import SUMMARY, SURFACE, trace_lines
        from sunearth.numerics.threads import spread

        from . import _source_surface_kernels as kernels

        if points < 2:
            raise InputError(f"trace: needs at least 2 points, got {points}")
        r, latitude, longitude = (
            np.array(a).ravel() for a in np.broadcast_arrays(*(np.asarray(a, float) for a in (r, latitude, longitude)))
        )
        x, y, z = _cartesian(r, latitude, longitude)
        outside = (r < 1.0 - 1e-9) | (r > self.source_surface * (1 + 1e-9))
        x[outside] = np.nan
        edge = 1.02 * self.source_surface
        box = np.array([-edge, edge, -edge, edge, -edge, edge])
        summary, curves = np.empty((r.size, SUMMARY)), np.empty((r.size, points, 4))
        parts = (kernels.harmonic_field, self._exact_record[None], no_field, np.zeros((1, 1)),
                 np.zeros(r.size, np.int64), x, y, z, 1.0, box, 100.0 * self.source_surface, float(tolerance),
                 summary, curves)  # fmt: skip
        spread(lambda start, stop: trace_lines(*parts, start, stop), r.size, chunk=max(1, min(64, r.size // 8)))
        distance = np.sqrt((curves[..., :3] ** 2).sum(axis=-1))
        beyond = np.maximum(distance / self.source_surface, 1.0)
        low, high = summary[:, 6] != SURFACE, summary[:, 7] != SURFACE
        state = np.where(outside, 0, high.astype(int) - low.astype(int)).astype(np.int8)
        result = xr.Dataset(attrs={"field": "Potential field source surface", "source_surface": self.source_surface})
        for k, name in enumerate("xyz"):
            attrs = {"units": "R_sun", "long_name": f"Carrington {name} along the line", "references": _CITE}
            result[name] = (("line", "point"), curves[..., k] / beyond, attrs)
        attrs = {"units": "gauss", "long_name": "Field strength along the line", "references": _CITE}
        result["b"] = (("line", "point"), curves[..., 3] * beyond**2, attrs)
        attrs = {"units": "1", "long_name": "Polarity of open field, 0 where closed", "references": _CITE}
        result["open"] = ("line", state, attrs)
        return result

    def neutral_line(self, spacing: float = 0.5) -> list[Floats]:
        """Return the neutral line of the source surface, where the heliospheric current sheet starts.

        Parameters
        ----------
        spacing : float, optional
            Of the grid on which it is followed, deg.

        Returns
        -------
        list of array (point, 2)
            Longitude and latitude (deg) of each piece; pieces are cut at longitude 0.

        Examples
        --------
        >>> corona = PotentialCorona([[0.0, 0.0], [5.0, 0.0]], np.zeros((2, 2)))
        >>> float(np.abs(corona.neutral_line()[0][:, 1]).max().round(9))
        0.0
        """
        from contourpy import contour_generator

        latitude = np.linspace(-90.0, 90.0, round(180.0 / spacing) + 1)
        longitude = np.linspace(0.0, 360.0, round(360.0 / spacing) + 1)
        field = self.on_sphere(self.source_surface, latitude, longitude).b_r
        return [np.asarray(line) for line in contour_generator(longitude, latitude, field).lines(0.0)]

    def sheet_latitude(self, longitude: Any) -> Floats:
        """Return the latitude of the neutral line at given longitudes.

        Parameters
        ----------
        longitude : array, deg
            Carrington longitudes on the source surface.

        Returns
        -------
        array, deg
            Where the line is crossed three times or more (it folds, or there are islands) the middle crossing; NaN
            where both poles have the same polarity, for then no line goes around the Sun.

        Examples
        --------
        >>> tilted = PotentialCorona([[0.0, 0.0], [1.0, 1.0]], np.zeros((2, 2)))
        >>> tilted.sheet_latitude([180.0]).round(6).tolist()
        [45.0]
        """
        wanted = np.atleast_1d(np.asarray(longitude, float))
        latitude = np.linspace(-90.0, 90.0, 721)
        field = self.on_sphere(self.source_surface, latitude, wanted).b_r
        crossing = np.signbit(field[1:]) != np.signbit(field[:-1])
        count = crossing.sum(axis=0)
        found = np.full(wanted.size, np.nan)
        for k in np.flatnonzero(count % 2 == 1):
            row = np.flatnonzero(crossing[:, k])[count[k] // 2]
            low, high = latitude[row], latitude[row + 1]
            b_low, b_high = field[row, k], field[row + 1, k]
            for _ in range(4):
                found[k] = low - b_low * (high - low) / (b_high - b_low)
                b = float(self(self.source_surface, found[k], wanted[k]).b_r)
                if (b > 0) == (b_low > 0):
                    low, b_low = found[k], b
                else:
                    high, b_high = found[k], b
                if b == 0.0 or low == high:
                    break
        return found

    def solve(
        self,
        spacing: float = 2.0,
        *,
        speed: str | Callable[[Any, Any], Any] = "wang_sheeley_arge",
        method: str = "grid",
        tolerance: float = 1e-5,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> Any:
        """Map the open field, the current sheet and the speed of the wind.

        Parameters
        ----------
        spacing : float, optional
            Of the maps, deg: a divisor of 180.
        speed : {"wang_sheeley_arge", "hole_distance"} or callable, optional
            Relation for the speed (km/s): a function of expansion factor and distance to the rim (deg).
        method : {"grid", "exact"}, optional
            How the field is evaluated along lines, as for `footpoints`.
        tolerance : float, optional
            Error allowed in each step, R_sun.
        progress : callable, optional
            Called with a text, the steps done and all of them.

        Returns
        -------
        Dataset
            On (latitude, longitude), the centres of cells. Of the source surface: ``b_source``, ``polarity``,
            ``foot_latitude``, ``foot_longitude``, ``expansion``, ``boundary_distance``, ``speed``. Of the photosphere:
            ``b_photosphere`` and ``open_field`` (1 open and outward, -1 open and inward, 0 closed). On longitude:
            ``sheet_latitude``. Numbers: ``open_flux`` (GWb, unsigned, through the source surface) and
            ``open_flux_photosphere`` (the same summed over the open cells of the photosphere: how well the map resolves
            the holes), ``unsigned_flux`` of the photosphere.

        Raises
        ------
        InputError
            If the spacing does not divide the sphere.

        Examples
        --------
        >>> corona = PotentialCorona([[0.0, 0.0], [5.0, 0.0]], np.zeros((2, 2)))
        >>> maps = corona.solve(10.0)
        >>> float(maps["expansion"].sel(latitude=85.0, longitude=5.0).round(2))
        1.72
        """
        import xarray as xr

        rows = round(180.0 / spacing)
        if not spacing > 0 or abs(rows * spacing - 180.0) > 1e-9 or rows < 4:
            raise InputError(f"solve: the spacing must divide 180 deg into at least 4 rows, got {spacing}")
        relation = SPEEDS.get(speed) if isinstance(speed, str) else speed
        if relation is None:
            raise UnknownNameError("speed relation", str(speed), SPEEDS)
        tell = progress or (lambda text, done, total: None)
        latitude = -90.0 + spacing * (np.arange(rows) + 0.5)
        longitude = spacing * (np.arange(2 * rows) + 0.5)
        shape = (rows, 2 * rows)
        at_lat, at_lon = (np.array(a).ravel() for a in np.meshgrid(latitude, longitude, indexing="ij"))
        tell("Field on a grid", 0, 4)
        record = self._grid_record() if method == "grid" else None
        b_source = self.on_sphere(self.source_surface, latitude, longitude).b_r
        b_photosphere = self.on_sphere(1.0, latitude, longitude).b_r
        tell("Lines down from the source surface", 1, 4)
        top = np.full(at_lat.size, float(self.source_surface))
        down = _ends(*self._follow(top, at_lat, at_lon, False, method, tolerance, record), self.source_surface, shape)
        tell("Lines up from the photosphere", 2, 4)
        up = _ends(
            *self._follow(np.ones(at_lat.size), at_lat, at_lon, True, method, tolerance, record),
            self.source_surface,
            shape,
        )
        tell("Rims of the holes", 3, 4)
        open_field = np.where(up.connected == 1, np.sign(b_photosphere), 0.0)
        foot = np.where(down.connected == 0, 1.0, np.nan)
        foot_latitude, foot_longitude = down.latitude * foot, down.longitude * foot
        expansion = expansion_factor.spec.function(
            np.abs(self(1.0, foot_latitude, foot_longitude).b_r), b_source, self.source_surface
        )

        def state(lat: Any, lon: Any) -> Floats:
            traced = self._follow(np.ones(lat.size), lat, lon, True, method, tolerance, record)
            upper = _ends(*traced, self.source_surface, lat.shape).connected
            return np.where(upper == 1, np.sign(self(1.0, lat, lon).b_r), 0.0)

        distance = _rim_distance(open_field, latitude, longitude, foot_latitude, foot_longitude, state)
        wind = np.asarray(relation(expansion, distance), float)

        area = (
            spacing
            * _RADIAN
            * (np.sin((latitude + spacing / 2) * _RADIAN) - np.sin((latitude - spacing / 2) * _RADIAN))
        )
        to_flux = 1e-4 * SOLAR_RADIUS**2 * 1e-9  # gauss R_sun^2 to GWb
        flux = to_flux * self.source_surface**2 * float((np.abs(b_source) * area[:, None]).sum())
        flux_below = to_flux * float((np.abs(b_photosphere * open_field) * area[:, None]).sum())
        unsigned = to_flux * float((np.abs(b_photosphere) * area[:, None]).sum())
        tell("Done", 4, 4)

        maps = {
            "b_source": (b_source, "gauss", "Radial field on the source surface", _CITE),
            "polarity": (np.sign(b_source), "1", "Polarity of the source surface, 1 outward", _CITE),
            "foot_latitude": (foot_latitude, "deg", "Latitude of the foot of the line", _CITE),
            "foot_longitude": (foot_longitude, "deg", "Carrington longitude of the foot of the line", _CITE),
            "expansion": (expansion, "1", "Expansion factor", "Wang and Sheeley 1990, Astrophys. J. 355, 726"),
            "boundary_distance": (distance, "deg", "Distance of the foot from the rim of its hole", _RILEY),
            "speed": (wind, "km/s", "Speed of the wind", _RILEY if speed == "hole_distance" else _WSA),
            "b_photosphere": (b_photosphere, "gauss", "Radial field of the photosphere", _CITE),
            "open_field": (open_field, "1", "Polarity of open field, 0 where closed", _CITE),
        }
        attrs = {
            "title": "Corona and wind from a potential field",
            "source_surface": float(self.source_surface),
            "degree": self.degree,
            "monopole_removed": float(self.monopole),
            "fraction_filled": float(self.filled),
            "speed_relation": speed if isinstance(speed, str) else getattr(speed, "__name__", "custom"),
            "lines_lost": int(np.isnan(foot).sum()),
        }
        result = xr.Dataset(
            coords={
                "latitude": ("latitude", latitude, {"units": "deg", "long_name": "Heliographic latitude"}),
                "longitude": ("longitude", longitude, {"units": "deg", "long_name": "Carrington longitude"}),
            },
            attrs=attrs,
        )
        for name, (values, unit, label, source) in maps.items():
            about = {"units": unit, "long_name": label, "references": source}
            result[name] = (("latitude", "longitude"), values, about)
        about = {"units": "deg", "long_name": "Latitude of the current sheet", "references": _CITE}
        result["sheet_latitude"] = ("longitude", self.sheet_latitude(longitude), about)
        for name, value, label in (
            ("open_flux", flux, "Unsigned flux through the source surface"),
            ("open_flux_photosphere", flux_below, "Unsigned flux of the open cells of the photosphere"),
            ("unsigned_flux", unsigned, "Unsigned flux of the photosphere"),
        ):
            result[name] = ((), value, {"units": "GWb", "long_name": label, "references": _CITE})
        return result


class FieldLineEnds(NamedTuple):
    """Where field lines end."""

    latitude: deg
    """Heliographic latitude of the end."""
    longitude: deg
    """Carrington longitude of the end, 0 to 360."""
    connected: dimensionless
    """0 where it lies on the photosphere, 1 on the source surface, NaN where the line was lost."""


def _ends(ends: Floats, how: NDArray[np.int64], source_surface: float, shape: tuple[int, ...]) -> FieldLineEnds:
    from sunearth.geomagnetism._tracing_kernels import BOX, SURFACE

    r = np.sqrt((ends[:, :3] ** 2).sum(axis=1))
    connected = np.where(how == SURFACE, 0.0, np.where(how == BOX, 1.0, np.nan))
    with np.errstate(invalid="ignore"):
        latitude = np.degrees(np.arcsin(np.clip(ends[:, 2] / r, -1.0, 1.0))) + 0.0 * connected
        longitude = np.degrees(np.arctan2(ends[:, 1], ends[:, 0])) % 360.0 + 0.0 * connected
    return FieldLineEnds(*(a.reshape(shape)[()] for a in (latitude, longitude, connected)))


def _cartesian(r: Any, latitude: Any, longitude: Any) -> tuple[Floats, Floats, Floats]:
    flat = r * np.cos(latitude * _RADIAN)
    return flat * np.cos(longitude * _RADIAN), flat * np.sin(longitude * _RADIAN), r * np.sin(latitude * _RADIAN)


def _rim_distance(
    open_field: Floats,
    latitude: Any,
    longitude: Any,
    foot_latitude: Floats,
    foot_longitude: Floats,
    state: Callable[[Any, Any], Floats],
) -> Floats:
    """Angle (deg) from each foot to the nearest rim, where open field borders on closed field or on its opposite.

    Between each two cells that differ the rim is found by halving: `state` says what a point of the photosphere is.
    """
    from scipy.spatial import cKDTree

    lat, lon = np.meshgrid(latitude, longitude, indexing="ij")
    cells = np.stack(_cartesian(1.0, lat, lon), axis=-1)
    beside = open_field != np.roll(open_field, -1, axis=1)
    above = open_field[1:] != open_field[:-1]
    here = np.concatenate([cells[beside], cells[:-1][above]])
    there = np.concatenate([np.roll(cells, -1, axis=1)[beside], cells[1:][above]])
    kind = np.concatenate([open_field[beside], open_field[:-1][above]])
    result = np.full(foot_latitude.shape, np.nan)
    known = np.isfinite(foot_latitude)
    if not len(here) or not known.any():
        return result
    for _ in range(6):
        middle = here + there
        middle /= np.linalg.norm(middle, axis=1)[:, None]
        at = np.degrees(np.arcsin(np.clip(middle[:, 2], -1.0, 1.0))), np.degrees(np.arctan2(middle[:, 1], middle[:, 0]))
        same = (state(*at) == kind)[:, None]
        here, there = np.where(same, middle, here), np.where(same, there, middle)
    feet = np.stack(_cartesian(1.0, foot_latitude[known], foot_longitude[known]), axis=1)
    chord = cKDTree(0.5 * (here + there)).query(feet)[0]
    result[known] = np.degrees(2 * np.arcsin(np.minimum(0.5 * chord, 1.0)))
    return result


def inner_boundary(
    maps: Any, latitude: Any = 0.0, radius: float = 21.5, transit_speed: float = 300.0, period: float = 25.38
) -> Any:
    """Take the row of speeds from a speed map that a model of the heliosphere starts from.

    Parameters
    ----------
    maps : Dataset
        Result of :meth:`PotentialCorona.solve`.
    latitude : float or array, deg
        Heliographic latitude of the row (that of the Earth is the angle B0), or one for each longitude of the map.
    radius : float, optional
        Inner boundary of that model, R_sun.
    transit_speed : float, optional
        Mean speed from the source surface to there, km/s: the Sun turns on meanwhile, and the row is shifted to smaller
        longitude. The speed map itself is counted at the boundary; on the way the wind is slower. Infinity: no shift.
    period : float, optional
        Sidereal rotation period, d.

    Returns
    -------
    DataArray
        ``speed`` over Carrington ``longitude``, without gaps: fit to be the boundary of an upwind model.

    Raises
    ------
    InputError
        If a whole row is missing, or the boundary lies below the source surface.

    Examples
    --------
    >>> corona = PotentialCorona([[0.0, 0.0], [5.0, 0.0]], np.zeros((2, 2)))
    >>> row = inner_boundary(corona.solve(10.0), 7.0)
    >>> row.sizes["longitude"], bool((row < 600.0).all())
    (36, True)
    """
    import xarray as xr

    source_surface = float(maps.attrs["source_surface"])
    if radius < source_surface:
        raise InputError(f"inner_boundary: {radius} R_sun lies below the source surface at {source_surface}")
    rows, longitude = maps["latitude"].values, maps["longitude"].values
    field = maps["speed"].transpose("latitude", "longitude").values
    wanted = np.broadcast_to(np.asarray(latitude, float), longitude.shape)
    if not np.all(np.abs(wanted) <= 90.0):
        raise InputError("inner_boundary: latitudes must lie within -90 to 90 deg")
    place = np.interp(wanted, rows, np.arange(rows.size))
    low = np.minimum(place.astype(int), rows.size - 2)
    part, column = place - low, np.arange(longitude.size)
    below, above = field[low, column], field[low + 1, column]
    below, above = np.where(np.isnan(below), above, below), np.where(np.isnan(above), below, above)
    values = (1 - part) * below + part * above
    known = np.isfinite(values)
    if not known.any():
        raise InputError("inner_boundary: no speed is known in this row")
    days = (radius - source_surface) * SOLAR_RADIUS * 1e-3 / transit_speed / 86400.0
    lag = 360.0 * days / period
    values = np.interp(longitude + lag, longitude[known], values[known], period=360.0)
    attrs = {
        "units": "km/s",
        "long_name": "Speed of the wind at the inner boundary",
        "references": maps["speed"].attrs.get("references", _WSA),
        "radius": float(radius),
        "shift": float(lag),
    }
    about = {"units": "deg", "long_name": "Carrington longitude"}
    return xr.DataArray(values, {"longitude": ("longitude", longitude, about)}, ("longitude",), "speed", attrs)


def synthetic_magnetogram(
    seed: int = 0,
    rows: int = 90,
    dipole: float = 5.0,
    tilt: float = 15.0,
    quadrupole: float = 1.0,
    regions: int = 10,
    strength: float = 60.0,
) -> Any:
    """Make a map of the photosphere to try things on: a tilted dipole, a quadrupole and bipolar active regions.

    Parameters
    ----------
    seed : int, optional
        Of the places of the active regions.
    rows : int, optional
        Latitudes of the map; it has twice as many longitudes.
    dipole, quadrupole : float, optional
        Radial field at the pole of each, gauss.
    tilt : float, optional
        Of the dipole's axis, deg, towards longitude 0.
    regions : int, optional
        Number of active regions, at 10 to 30 deg of either latitude.
    strength : float, optional
        Peak of their field, gauss, before it is smoothed to their width of 6 deg.

    Returns
    -------
    DataArray (latitude, longitude), gauss
        The leading pole of a region is the one at larger longitude; it has the sign of the dipole in its hemisphere,
        and lies nearer to the equator (Joy).

    Examples
    --------
    >>> synthetic_magnetogram(seed=1).shape
    (90, 180)
    """
    import xarray as xr

    rng = np.random.default_rng(seed)
    step = 180.0 / rows
    latitude = -90.0 + step * (np.arange(rows) + 0.5)
    longitude = step * (np.arange(2 * rows) + 0.5)
    points = np.stack(_cartesian(1.0, *np.meshgrid(latitude, longitude, indexing="ij")), axis=-1)
    axis = np.array([math.sin(tilt * _RADIAN), 0.0, math.cos(tilt * _RADIAN)])
    values = dipole * points @ axis + quadrupole * (1.5 * points[..., 2] ** 2 - 0.5)
    width = 6.0 * _RADIAN
    for k in range(regions):
        north = 1.0 if k % 2 == 0 else -1.0
        place, along = rng.uniform(10.0, 30.0), rng.uniform(0.0, 360.0)
        lean = 0.5 * place * _RADIAN
        for sign, ahead in ((1.0, 5.0), (-1.0, -5.0)):
            centre = np.array(_cartesian(1.0, north * (place - ahead * math.sin(lean)), along + ahead * math.cos(lean)))
            values = values + north * sign * strength * np.exp((points @ centre - 1.0) / width**2)
    attrs = {"units": "gauss", "long_name": "Radial field of the photosphere", "references": "Synthetic"}
    return xr.DataArray(values, {"latitude": latitude, "longitude": longitude}, ("latitude", "longitude"), "b_r", attrs)
