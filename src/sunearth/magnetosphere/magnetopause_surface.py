"""The shape of the magnetopause from the balance of pressures between the wind and the field that it confines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from sunearth.geomagnetism.field import Field

Floats = NDArray[np.float64]

_MEAD_BEARD: Final = "Mead and Beard 1964, J. Geophys. Res. 69, 1169"
_POTENTIAL_ERROR: Final = 1e-11
_HISTORY: Final = 25  # steps that the acceleration remembers
_CHUNK: Final = 20_000  # directions evaluated at a time


class SurfaceVectors(NamedTuple):
    """Shape and field of a surface in given directions, GSM, in the units that the dynamic pressure sets."""

    r: Floats
    normal: Floats
    field: Floats
    incidence: Floats


@dataclass(frozen=True, eq=False)
class _Harmonics:
    """Values and slopes of harmonics that are even about the x-z plane, at some directions."""

    value: Floats
    slope_theta: Floats
    slope_azimuth: Floats
    degree: NDArray[np.int64]

    @classmethod
    def at(cls, degree: int, theta: Floats, azimuth: Floats) -> _Harmonics:
        """Evaluate them: cosines of multiples of `azimuth` times Legendre functions, of unit mean square."""
        from sunearth.sun.source_surface import legendre

        functions, slopes, over_sine = legendre(degree, theta)
        n, m = np.array([(n, m) for n in range(degree + 1) for m in range(n + 1)]).T
        angle = np.outer(m, azimuth)
        cosine, sine = np.cos(angle), -m[:, None] * np.sin(angle)
        norm = np.sqrt(2.0 * n + 1)[:, None]
        value, slope = functions[n, m] * cosine, slopes[n, m] * cosine
        return cls((norm * value).T.copy(), (norm * slope).T.copy(), (norm * over_sine[n, m] * sine).T.copy(), n)


def _axes(theta: Floats, azimuth: Floats) -> tuple[Floats, Floats, Floats]:
    """Unit vectors of growing r, theta and azimuth; theta is taken from x, the azimuth from z towards y."""
    ct, st, ca, sa = np.cos(theta), np.sin(theta), np.cos(azimuth), np.sin(azimuth)
    return (
        np.stack([ct, st * sa, st * ca], -1),
        np.stack([-st, ct * sa, ct * ca], -1),
        np.stack([0 * sa, ca, -sa], -1),
    )


class _Grid:
    """Directions of the half of the sphere with y > 0, and what harmonics are there."""

    def __init__(self, degree: int, potential_degree: int, rows: int) -> None:
        cosine, weight = np.polynomial.legendre.leggauss(rows)
        theta = np.arccos(cosine[::-1])
        azimuth = np.pi * (np.arange(rows) + 0.5) / rows
        grid = np.meshgrid(theta, azimuth, indexing="ij")
        self.theta, self.azimuth = grid[0].ravel(), grid[1].ravel()
        self.weight = np.repeat(weight[::-1], rows) * np.pi / rows
        self.shape = _Harmonics.at(degree, self.theta, self.azimuth)
        self.potential = _Harmonics.at(potential_degree, self.theta, self.azimuth)
        share = self.weight / (2 * np.pi)
        self.to_shape = (self.shape.value * share[:, None]).T
        self.to_potential = (self.potential.value * share[:, None]).T
        self.radial, self.polar, self.azimuthal = _axes(self.theta, self.azimuth)

    def surface(self, shape: Floats) -> tuple[Floats, Floats, Floats]:
        """Distance, and slopes of its logarithm, on the grid."""
        h = self.shape
        return np.exp(h.value @ shape), h.slope_theta @ shape, h.slope_azimuth @ shape

    def potential_on(self, shape: Floats, moment: Floats, guess: Floats | None = None) -> Floats:
        """Magnetic potential, at the points of the grid, on the inside of a surface that lets no field through.

        The total potential U = U_dipole + U_sheet obeys U / 2 + PV int U dG/dn = U_dipole on the surface: Green's third
        identity for the field of the sheet inside and for the dipole outside, added. With the solid angle taken out,
        int (U(y) - U(x)) dG/dn(y) dS = U_dipole(x). U is also the stream function of the sheet's current.
        """
        from scipy.sparse.linalg import gmres

        from sunearth.numerics.threads import spread

        from ._magnetopause_surface_kernels import influence

        r, slope_theta, slope_azimuth = self.surface(shape)
        points = r[:, None] * self.radial
        normal = self.radial - slope_theta[:, None] * self.polar - slope_azimuth[:, None] * self.azimuthal
        areas = (r**2 * self.weight)[:, None] * normal
        matrix = np.empty((r.size, r.size))
        spread(lambda start, stop: influence(points, areas, matrix, start, stop), r.size, chunk=max(64, r.size // 8))
        # A potential is free up to a constant; its mean over directions is set to zero.
        matrix += self.weight / (2 * np.pi)
        # An equation of the second kind: a few steps do, fewer still from the potential of a surface nearby.
        wanted = points @ moment / r**3
        potential, failure = gmres(matrix, wanted, guess, rtol=_POTENTIAL_ERROR, restart=60, maxiter=5)
        return np.asarray(np.linalg.solve(matrix, wanted) if failure else potential, float)


def _squared_field(r: Any, slopes: Sequence[Any], potential_slopes: Sequence[Any]) -> Any:
    """Square of the gradient of a potential along a surface, from slopes over directions."""
    (f, g), (u, v) = slopes, potential_slopes
    return ((1 + g**2) * u**2 - 2 * f * g * u * v + (1 + f**2) * v**2) / (r**2 * (1 + f**2 + g**2))


@dataclass(frozen=True)
class PressureBalanceMagnetopause:
    """The magnetopause on which the pressure of the wind equals that of the field it confines.

    The field inside is that of the Earth's dipole and of the current on the surface itself, which lets no field out;
    the pressure outside is kappa P cos^2 psi + P_static, psi being the angle between the wind and the normal, without
    the first term where the surface looks away from the wind.

    Parameters
    ----------
    degree : int
        Highest degree of the harmonics that make the shape.
    kappa : float
        Pressure on the nose over dynamic pressure: 0.88 for a gas, 1 for particles that stop, 2 for particles that
        are reflected; 0 leaves only the static pressure.
    static_ratio : float
        Thermal and magnetic pressure of the wind over its dynamic pressure; it closes the tail, and must be positive.
    smoothing : float
        Damping of the finest harmonics, which the kinks of the cusps would make ring; it vanishes as `degree` grows.
    b_0 : float, nT
        Field of the dipole on its equator.
    oversampling : float
        Rows of the grid over the number of degrees.
    tolerance : float
        Relative imbalance of pressures, in the harmonics kept, at which the iteration ends.
    iterations : int
        Most steps allowed.

    Notes
    -----
    The balance is imposed in its first harmonics (Galerkin), and found by fixed-point steps with Anderson's
    acceleration; the field of each trial surface is that of a solved boundary integral, not the first approximation of
    twice the tangential dipole field. All lengths go with (b_0^2 / p_dyn)^(1/6), so that there is one shape for each
    tilt. Two points remain where the field vanishes, at the cusps: with a static pressure the exact surface has a
    funnel there that no finite number of harmonics resolves.

    With no current in the tail the night side closes a few standoffs behind the Earth, as in the classic solutions with
    a static pressure; only the day side and the flanks are a model of the Earth's magnetopause.

    Examples
    --------
    >>> shape = PressureBalanceMagnetopause(degree=12).shape()
    >>> round(float(shape.standoff(2.0)), 1), round(shape.compression, 1)
    (10.3, 2.4)
    """

    degree: int = 20
    kappa: float = 0.88
    static_ratio: float = 0.02
    smoothing: float = 4.0
    b_0: float = DIPOLE_EQUATORIAL_FIELD
    oversampling: float = 1.5
    tolerance: float = 1e-8
    iterations: int = 200

    def __post_init__(self) -> None:
        if not 2 <= self.degree <= 60:
            raise InputError(f"PressureBalanceMagnetopause: degree must lie between 2 and 60, got {self.degree}")
        if not (self.kappa >= 0 and self.static_ratio > 0 and self.smoothing >= 0 and self.b_0 > 0):
            raise InputError(
                "PressureBalanceMagnetopause: kappa and smoothing must not be negative, static_ratio and b_0 must be "
                f"positive, got {self.kappa}, {self.smoothing}, {self.static_ratio} and {self.b_0}"
            )
        if not self.oversampling >= 1:
            raise InputError(f"PressureBalanceMagnetopause: oversampling must be at least 1, got {self.oversampling}")

    def shape(
        self,
        dipole_tilt: float = 0.0,
        aberration: float = 0.0,
        *,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> MagnetopauseShape:
        """Find the surface, for a dynamic pressure to be named later.

        Parameters
        ----------
        dipole_tilt : float, rad
            Tilt of the dipole, positive when its northern end leans to the Sun.
        aberration : float, rad
            Angle by which the wind comes from the dawn side of the Sun, about 0.07 for the Earth's own motion.
        progress : callable, optional
            Called as ``progress(text, done, total)``.

        Returns
        -------
        MagnetopauseShape
            The surface and its field.

        Raises
        ------
        InputError
            If an angle is not a number, or the iteration does not end.
        """
        if not (abs(dipole_tilt) < math.pi / 2 and abs(aberration) < math.pi / 2):
            raise InputError(f"dipole_tilt {dipole_tilt} and aberration {aberration} must lie within +-pi/2 rad")
        # In the frame of the wind (x against it, the dipole in the x-z plane) only one angle matters.
        moment = _to_wind(_rotation(dipole_tilt, aberration), np.array([-math.sin(dipole_tilt), 0.0, -math.cos(dipole_tilt)]))  # noqa: E501  # fmt: skip
        grid = _Grid(self.degree, self.degree + self.degree // 4, math.ceil(self.oversampling * (self.degree + 1)))
        fineness = grid.shape.degree / self.degree
        damping = self.smoothing * self.degree * fineness**4

        def imbalance(shape: Floats, guess: Floats | None) -> tuple[Floats, Floats, Floats]:
            values = grid.potential_on(shape, moment, guess)
            potential = grid.to_potential @ values
            r, *slopes = grid.surface(shape)
            h = grid.potential
            inside = _squared_field(r, slopes, (h.slope_theta @ potential, h.slope_azimuth @ potential))
            along = (np.cos(grid.theta) + slopes[0] * np.sin(grid.theta)) / np.sqrt(1 + slopes[0] ** 2 + slopes[1] ** 2)
            outside = self.kappa * np.maximum(along, 0.0) ** 2 + self.static_ratio
            return grid.to_shape @ ((inside - outside) / (inside + outside)) - damping * shape, potential, values

        shape = grid.to_shape @ np.log(self._first_guess(grid.theta))
        # A harmonic of degree n answers an imbalance with about 3 from the dipole and n / 2 from the curved field.
        answer = 1 / (3 + 0.5 * grid.shape.degree + damping)
        shapes: list[Floats] = []
        steps: list[Floats] = []
        error, values = math.inf, None
        for iteration in range(self.iterations):
            remainder, potential, values = imbalance(shape, values)
            error = float(np.linalg.norm(remainder))
            if progress is not None:
                progress(f"magnetopause, imbalance {error:.1e}", iteration, self.iterations)
            if error < self.tolerance:
                break
            shapes, steps = [*shapes, shape][-_HISTORY:], [*steps, answer * remainder][-_HISTORY:]
            shape = shape + steps[-1]
            if len(steps) > 1:
                differences = np.diff(steps, axis=0).T
                share = np.linalg.lstsq(differences, steps[-1], rcond=1e-10)[0]
                shape = shape - (np.diff(shapes, axis=0).T + differences) @ share
            if not np.all(np.abs(grid.shape.value @ shape) < 10):
                raise InputError("magnetopause: the iteration ran away; take a larger static_ratio or smoothing")
        else:
            raise InputError(
                f"magnetopause: pressures out of balance by {error:.1e} after {self.iterations} steps; allow more "
                "iterations, or take a larger static_ratio or smoothing"
            )
        return MagnetopauseShape(self, float(dipole_tilt), float(aberration), shape, potential, iteration, error)

    def _first_guess(self, theta: Floats) -> Floats:
        """A sphere for a wind at rest, else a blunt body that ends where the static pressure balances the dipole."""
        if self.kappa < self.static_ratio:
            return np.full_like(theta, (8.0 / self.static_ratio) ** (1 / 6))
        nose = (6.0 / (self.kappa + self.static_ratio)) ** (1 / 6)
        longest = 1.15 * (self.kappa / self.static_ratio) ** (1 / 6)
        guess: Floats = np.minimum(nose * (2 / (1 + np.cos(theta) + 1e-9)) ** 0.45, nose * max(longest, 1.3))
        return guess

    def solve(
        self,
        p_dyn: Any,
        dipole_tilt: Any = 0.0,
        *,
        aberration: float = 0.0,
        theta: Any = None,
        phi: Any = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> xr.Dataset:
        """Find the surface for one or many states of the wind.

        Parameters
        ----------
        p_dyn : float or array, nPa
            Dynamic pressure.
        dipole_tilt : float or array, rad
            Tilt of the dipole; broadcasts with the pressure. Each different tilt costs one solution.
        aberration : float, rad
            Angle by which the wind comes from the dawn side of the Sun.
        theta : array, rad, optional
            Angles from the Sun-Earth line; every 5 degrees by default.
        phi : array, rad, optional
            Azimuths about that line from dusk (+y) towards north (+z); every 10 degrees by default.
        progress : callable, optional
            Called as ``progress(text, done, total)``.

        Returns
        -------
        xarray.Dataset
            On (state,) theta, phi: `r`, `b` just inside, `pressure` outside, `imbalance`, and with `component` (GSM)
            `normal` and `current`; for each state `standoff`, `compression`, and by `hemisphere` `cusp_theta`,
            `cusp_r`, `cusp_b`. NaN where the pressure is NaN or not positive, or the tilt is NaN.

        Examples
        --------
        >>> surface = PressureBalanceMagnetopause(degree=10).solve([1.0, 64.0])
        >>> surface["standoff"].values.round(2).tolist()
        [11.53, 5.76]
        """
        import xarray as xr

        p_dyn, dipole_tilt = np.broadcast_arrays(np.asarray(p_dyn, float), np.asarray(dipole_tilt, float))
        if p_dyn.ndim > 1:
            raise InputError(f"magnetopause: pressure and tilt must be numbers or one list, got shape {p_dyn.shape}")
        theta = np.deg2rad(np.arange(0.0, 181.0, 5.0)) if theta is None else np.asarray(theta, float)
        phi = np.deg2rad(np.arange(0.0, 360.0, 10.0)) if phi is None else np.asarray(phi, float)
        pressures, tilts = np.atleast_1d(p_dyn), np.atleast_1d(dipole_tilt)
        different = np.unique(tilts[np.isfinite(tilts)])
        columns: dict[str, Floats] = {}
        extent = (pressures.size, theta.size, phi.size)
        for name, tail in (
            *((name, extent) for name in ("r", "b", "pressure", "imbalance")),
            *((name, (*extent, 3)) for name in ("normal", "current")),
            *((name, extent[:1]) for name in ("standoff", "compression")),
            *((name, (extent[0], 2)) for name in ("cusp_theta", "cusp_r", "cusp_b")),
        ):
            columns[name] = np.full(tail, np.nan)
        for done, tilt in enumerate(different):
            if progress is not None:
                progress("magnetopause", done, different.size)
            shape = self.shape(float(tilt), aberration)
            rows = np.flatnonzero((tilts == tilt) & (pressures > 0))
            length, field = shape.scales(pressures[rows])
            found = shape.at(theta[:, None], phi[None, :])
            strength = np.linalg.norm(found.field, axis=-1)
            outside = self.kappa * np.maximum(found.incidence, 0.0) ** 2 + self.static_ratio
            current = np.cross(found.field, found.normal)
            cusps = shape.cusps
            for row, scale, b in zip(rows, length, field, strict=True):
                columns["r"][row] = scale * found.r
                columns["b"][row] = b * strength
                columns["pressure"][row] = outside * pressures[row]
                columns["imbalance"][row] = strength**2 / outside - 1
                columns["normal"][row] = found.normal
                columns["current"][row] = current * (b * 1e-6 / VACUUM_PERMEABILITY)
                columns["standoff"][row] = scale * shape.nose
                columns["compression"][row] = shape.compression
                columns["cusp_theta"][row] = cusps[:, 0]
                columns["cusp_r"][row] = scale * cusps[:, 1]
                columns["cusp_b"][row] = b * cusps[:, 2]
        if progress is not None:
            progress("magnetopause", different.size, different.size)
        described = {
            "r": ("R_E", "Geocentric distance of the magnetopause"),
            "b": ("nT", "Magnetic field just inside the magnetopause"),
            "pressure": ("nPa", "Pressure of the wind on the magnetopause"),
            "imbalance": ("1", "Pressure of the field over that of the wind, less 1"),
            "normal": ("1", "Outward normal of the magnetopause"),
            "current": ("mA/m", "Current along the magnetopause"),
            "standoff": ("R_E", "Geocentric distance of the magnetopause against the wind"),
            "compression": ("1", "Field just inside the nose over that of the dipole on its equator"),
            "cusp_theta": ("rad", "Angle of the point without field from the axis of the wind"),
            "cusp_r": ("R_E", "Geocentric distance of the point without field"),
            "cusp_b": ("nT", "Magnetic field left at the point without field"),
        }
        state = ("state",) if p_dyn.ndim else ()
        variables = {}
        for name, (unit, text) in described.items():
            values = columns[name] if p_dyn.ndim else columns[name][0]
            own = (("theta", "phi", "component"), ("hemisphere",))[name.startswith("cusp")]
            dims = (*state, *own[: values.ndim - len(state)])
            variables[name] = (dims, values, {"units": unit, "long_name": text, "references": _MEAD_BEARD})
        coordinates = {
            "theta": ("theta", theta, {"units": "rad", "long_name": "Angle from the Sun-Earth line"}),
            "phi": ("phi", phi, {"units": "rad", "long_name": "Azimuth from dusk towards north"}),
            "component": ("component", ["x", "y", "z"]),
            "hemisphere": ("hemisphere", ["north", "south"]),
            "p_dyn": (state, p_dyn, {"units": "nPa", "long_name": "Dynamic pressure of the solar wind"}),
            "dipole_tilt": (state, dipole_tilt, {"units": "rad", "long_name": "Tilt of the dipole"}),
        }
        return xr.Dataset(variables, coords=coordinates, attrs={"frame": "GSM"})


def _rotation(dipole_tilt: float, aberration: float) -> tuple[float, float, float, float]:
    """Cosine and sine of the turns, about z and then about the wind, that bring the dipole into the x-z plane."""
    c_1, s_1 = math.cos(aberration), -math.sin(aberration)
    second = math.atan2(s_1 * math.sin(dipole_tilt), math.cos(dipole_tilt))
    return c_1, s_1, math.cos(second), math.sin(second)


def _to_wind(rotation: tuple[float, float, float, float], vector: Floats) -> Floats:
    """Turn a vector from GSM into the frame of the wind."""
    c_1, s_1, c_2, s_2 = rotation
    x, y, z = np.moveaxis(vector, -1, 0)
    u, v = c_1 * x + s_1 * y, c_1 * y - s_1 * x
    return np.stack([u, c_2 * v + s_2 * z, c_2 * z - s_2 * v], -1)


def _to_gsm(rotation: tuple[float, float, float, float], vector: Floats) -> Floats:
    """Turn a vector from the frame of the wind into GSM."""
    c_1, s_1, c_2, s_2 = rotation
    u, v, w = np.moveaxis(vector, -1, 0)
    v, z = c_2 * v - s_2 * w, c_2 * w + s_2 * v
    return np.stack([c_1 * u - s_1 * v, c_1 * v + s_1 * u, z], -1)


@dataclass(frozen=True, eq=False)
class MagnetopauseShape:
    """A magnetopause in balance: one shape, for all dynamic pressures.

    Parameters
    ----------
    solver : PressureBalanceMagnetopause
        What it was found with.
    dipole_tilt : float, rad
        Tilt of the dipole.
    aberration : float, rad
        Angle of the wind from the Sun-Earth line, towards dawn.
    shape : array
        Harmonics of the logarithm of the distance, over the scale of the pressure.
    potential : array
        Harmonics of the magnetic potential on the inside.
    iterations : int
        Steps that were taken.
    error : float
        Imbalance that was left in the harmonics kept.

    Examples
    --------
    >>> shape = PressureBalanceMagnetopause(degree=8).shape()
    >>> bool(shape.inside(9.0, 0.0, 0.0, 2.0)), bool(shape.inside(12.0, 0.0, 0.0, 2.0))
    (True, False)
    """

    solver: PressureBalanceMagnetopause
    dipole_tilt: float
    aberration: float
    shape: Floats
    potential: Floats
    iterations: int
    error: float

    @property
    def _turn(self) -> tuple[float, float, float, float]:
        return _rotation(self.dipole_tilt, self.aberration)

    def scales(self, p_dyn: Any) -> tuple[Any, Any]:
        """Units of length and of field that a dynamic pressure sets.

        Parameters
        ----------
        p_dyn : float or array, nPa
            Dynamic pressure.

        Returns
        -------
        length : float or array, R_E
            Where the dipole's own pressure equals it.
        field : float or array, nT
            The dipole's field there.
        """
        with np.errstate(all="ignore"):
            field = np.sqrt(2 * VACUUM_PERMEABILITY * np.asarray(p_dyn, float) * 1e-9) * 1e9
            return np.cbrt(self.solver.b_0 / field), field

    def at(self, theta: Any, phi: Any) -> SurfaceVectors:
        """Surface and field in given directions, in the units of `scales`.

        Parameters
        ----------
        theta : float or array, rad
            Angle from the Sun-Earth line.
        phi : float or array, rad
            Azimuth about that line from dusk (+y) towards north (+z).

        Returns
        -------
        r : array
            Geocentric distance.
        normal : array (..., component)
            Outward normal, GSM.
        field : array (..., component)
            Field just inside, GSM.
        incidence : array
            Cosine of the angle between the normal and the direction from which the wind comes.
        """
        theta, phi = np.broadcast_arrays(np.asarray(theta, float), np.asarray(phi, float))
        ct, st = np.cos(theta), np.sin(theta)
        direction = _to_wind(self._turn, np.stack([ct, st * np.cos(phi), st * np.sin(phi)], -1)).reshape(-1, 3)
        parts = [self._towards(direction[k : k + _CHUNK]) for k in range(0, len(direction), _CHUNK)]
        r, normal, field = (np.concatenate(column) for column in zip(*parts, strict=True))
        return SurfaceVectors(
            r.reshape(theta.shape),
            _to_gsm(self._turn, normal).reshape(*theta.shape, 3),
            _to_gsm(self._turn, field).reshape(*theta.shape, 3),
            normal[:, 0].reshape(theta.shape),
        )

    def _towards(self, direction: Floats) -> tuple[Floats, Floats, Floats]:
        """Distance, normal and field along unit vectors in the frame of the wind."""
        theta = np.arctan2(np.hypot(direction[:, 1], direction[:, 2]), direction[:, 0])
        azimuth = np.arctan2(direction[:, 1], direction[:, 2])
        radial, polar, azimuthal = _axes(theta, azimuth)
        r, f, g, u, v = self._slopes(theta, azimuth)
        stretch = 1 + f**2 + g**2
        normal = (radial - f[:, None] * polar - g[:, None] * azimuthal) / np.sqrt(stretch)[:, None]
        # minus the gradient, from the inverse of the metric of the surface
        first, second = -((1 + g**2) * u - f * g * v) / (r * stretch), -((1 + f**2) * v - f * g * u) / (r * stretch)
        field = first[:, None] * (f[:, None] * radial + polar) + second[:, None] * (g[:, None] * radial + azimuthal)
        return r, normal, field

    def _slopes(self, theta: Floats, azimuth: Floats) -> tuple[Floats, ...]:
        """Distance, slopes of its logarithm and slopes of the potential, in the frame of the wind."""
        surface = _Harmonics.at(self.solver.degree, theta, azimuth)
        potential = _Harmonics.at(self.solver.degree + self.solver.degree // 4, theta, azimuth)
        return (
            np.exp(surface.value @ self.shape),
            surface.slope_theta @ self.shape,
            surface.slope_azimuth @ self.shape,
            potential.slope_theta @ self.potential,
            potential.slope_azimuth @ self.potential,
        )

    def radius(self, theta: Any, phi: Any, p_dyn: Any) -> Any:
        """Geocentric distance of the magnetopause.

        Parameters
        ----------
        theta : float or array, rad
            Angle from the Sun-Earth line.
        phi : float or array, rad
            Azimuth about that line from dusk (+y) towards north (+z).
        p_dyn : float or array, nPa
            Dynamic pressure.

        Returns
        -------
        r : float or array, R_E
            Distance, of the broadcast shape of the inputs.
        """
        return (self.at(theta, phi).r * self.scales(p_dyn)[0])[()]

    def inside(self, x: Any, y: Any, z: Any, p_dyn: Any) -> Any:
        """Whether points lie inside the magnetopause.

        Parameters
        ----------
        x, y, z : float or array, R_E
            GSM coordinates.
        p_dyn : float or array, nPa
            Dynamic pressure.

        Returns
        -------
        inside : bool or array
            True inside.
        """
        x, y, z = (np.asarray(c, float) for c in (x, y, z))
        across = np.hypot(y, z)
        return np.hypot(x, across) < self.radius(np.arctan2(across, x), np.arctan2(z, y), p_dyn)

    @cached_property
    def nose(self) -> float:
        """Distance of the surface on the axis of the wind, in the unit of `scales`."""
        return float(self._towards(np.array([[1.0, 0.0, 0.0]]))[0][0])

    def standoff(self, p_dyn: Any) -> Any:
        """Geocentric distance of the magnetopause against the wind, in R_E, for a dynamic pressure in nPa."""
        return (self.nose * self.scales(p_dyn)[0])[()]

    @cached_property
    def compression(self) -> float:
        """Field just inside the nose over the dipole's own on its equator there: the factor f of pressure balance."""
        r, _, field = self._towards(np.array([[1.0, 0.0, 0.0]]))
        return float(np.linalg.norm(field[0]) * r[0] ** 3)

    @cached_property
    def cusps(self) -> Floats:
        """Points of the noon meridian where the field along the surface turns round, one row a hemisphere.

        Angle from the axis of the wind (rad), distance, and what is left of the field, in the units of `scales`; the
        northern one first.
        """
        from scipy.optimize import brentq

        theta = np.deg2rad(np.arange(2.0, 178.0))
        rows = []
        for azimuth in (0.0, math.pi):
            slope = self._slopes(theta, np.full_like(theta, azimuth))[3]
            change = np.flatnonzero(np.sign(slope[1:]) != np.sign(slope[:-1]))
            if not change.size:
                rows.append([math.nan] * 3)
                continue
            bracket = theta[change[0]], theta[change[0] + 1]
            place = brentq(lambda t, a=azimuth: float(self._slopes(np.array([t]), np.array([a]))[3][0]), *bracket)
            direction = np.array([[math.cos(place), 0.0, math.sin(place) * math.cos(azimuth)]])
            r, _, field = self._towards(direction)
            rows.append([place, float(r[0]), float(np.linalg.norm(field))])
        return np.array(rows)

    def field(self, p_dyn: float, elements: int = 64) -> Field:
        """Magnetic field of the dipole and of the current on the surface, for tracing.

        Parameters
        ----------
        p_dyn : float, nPa
            Dynamic pressure.
        elements : int, optional
            Rows of elements between the nose and the tail, and between north and south, in which the current is summed.

        Returns
        -------
        Field
            In GSM. Outside, the two parts cancel; within the spacing of elements of the surface it is not to be used.

        Examples
        --------
        >>> field = PressureBalanceMagnetopause(degree=8).shape().field(2.0)
        >>> bool(abs(field(16.0, 0.0, 5.0).b_z) < 0.1)
        True
        """
        from sunearth.geomagnetism.field import Field

        from ._magnetopause_surface_kernels import shielded_dipole

        cosine, weight = np.polynomial.legendre.leggauss(elements)
        grid = np.meshgrid(
            np.arccos(cosine), 2 * np.pi * (np.arange(2 * elements) + 0.5) / (2 * elements), indexing="ij"
        )
        theta, azimuth = grid[0].ravel(), grid[1].ravel()
        r, f, g, u, v = self._slopes(theta, azimuth)
        radial, polar, azimuthal = _axes(theta, azimuth)
        tangents = (f[:, None] * radial + polar, g[:, None] * radial + azimuthal)
        # current times area is the normal crossed with the gradient of the stream function
        flow = (r * np.repeat(weight, 2 * elements) * (np.pi / elements) / (4 * np.pi))[:, None] * (
            v[:, None] * tangents[0] - u[:, None] * tangents[1]
        )
        length, _ = (float(scale) for scale in self.scales(p_dyn))
        tilt = self.dipole_tilt
        moment = _to_wind(self._turn, np.array([-math.sin(tilt), 0.0, -math.cos(tilt)]) * self.solver.b_0)
        rows = np.concatenate([length * r[:, None] * radial, self.solver.b_0 / length * flow], axis=1)
        record = np.concatenate([moment, self._turn, [float(len(rows))], rows.ravel()])
        return Field.from_function(shielded_dipole, record, "dipole within its magnetopause", tilt)

    def total_current(self, p_dyn: Any) -> Any:
        """Current that circles each of the two points without field, in MA.

        Parameters
        ----------
        p_dyn : float or array, nPa
            Dynamic pressure.

        Returns
        -------
        current : float or array, MA
            Difference of the stream function between the two.
        """
        theta, azimuth = self.cusps[:, 0], np.array([0.0, math.pi])
        harmonics = _Harmonics.at(self.solver.degree + self.solver.degree // 4, theta, azimuth)
        length, field = self.scales(p_dyn)
        across = abs(float(np.diff(harmonics.value @ self.potential)[0]))
        return (across * field * 1e-9 * length * EARTH_RADIUS / VACUUM_PERMEABILITY * 1e-6)[()]
