"""A main field fitted to measurements by least squares, of its components or of its intensity alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.core.time import decimal_year

from .igrf import (
    GaussCoefficients,
    GaussSet,
    packed,
)
from .main_field import local_axes, place_of

Floats = NDArray[np.float64]

_R_E_KM: Final = EARTH_RADIUS / 1e3
_CORE_RADIUS: Final = 3480.0
"""km, of the liquid core"""


class FieldResiduals(NamedTuple):
    """Data minus the field that was fitted to them; NaN where there were no data."""

    b_north: Floats
    b_east: Floats
    b_down: Floats
    total: Floats


@dataclass(frozen=True, eq=False)
class FieldFit:
    """A main field fitted to data.

    Parameters
    ----------
    coefficients : GaussCoefficients
        The internal field: of one epoch, or of two that a straight line joins where its change was fitted too.
    external : GaussSet or None
        Coefficients q (as `g`) and s (as `h`) of the sources outside, in nT, if asked for.
    names : tuple of str
        What was fitted: ``g_1_0``, ``g_1_1``, ``h_1_1`` ..., then ``g_1_0_change`` ..., then ``q_1_0`` ...
    values : array
        Their values, in the same order, in nT and nT/yr.
    covariance : array
        Their covariance, if the stated errors of the data are right.
    chi_square : float
        Weighted mean square of the residuals, for each datum that is left when the coefficients are paid for: 1 if
        the stated errors are right.
    residuals : FieldResiduals
        Data minus field.
    iterations : int
        Steps that were taken.
    """

    coefficients: GaussCoefficients
    external: GaussSet | None
    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    chi_square: float
    residuals: FieldResiduals
    iterations: int

    @property
    def standard_errors(self) -> Floats:
        """Standard error of each value."""
        return np.sqrt(np.diag(self.covariance))


def gauss_coefficient_fit(
    latitude: Any,
    longitude: Any,
    altitude: Any = 0.0,
    b_north: Any = math.nan,
    b_east: Any = math.nan,
    b_down: Any = math.nan,
    total: Any = math.nan,
    *,
    degree: int = 13,
    external_degree: int = 0,
    time: Any = None,
    epoch: float = 2000.0,
    change: bool = False,
    vector_error: Any = 1.0,
    total_error: Any = 1.0,
    damping: float = 0.0,
    huber: float | None = None,
    start: GaussSet | None = None,
    geocentric: bool = False,
    most_iterations: int = 50,
) -> FieldFit:
    """Fit Gauss coefficients to measured fields at scattered places by least squares.

    Parameters
    ----------
    latitude, longitude : float or array, deg
        Geodetic latitude and longitude of the data.
    altitude : float or array, km
        Height above the ellipsoid.
    b_north, b_east, b_down : float or array, nT
        Components of the field; NaN where not measured.
    total : float or array, nT
        Total intensity where only that was measured; NaN elsewhere.
    degree : int, optional
        Highest degree of the internal field.
    external_degree : int, optional
        Highest degree of a field of sources outside; 0 for none.
    time : array, optional
        Times of the data in UTC, or decimal years; only the change needs them.
    epoch : float, optional
        Decimal year that the coefficients are for.
    change : bool, optional
        Whether to fit a steady change of the internal coefficients along with them.
    vector_error, total_error : float or array, nT
        Standard errors of the components and of the total intensities.
    damping : float, optional
        Weight, in nT^-2, of the mean square radial field at the surface of the core, which damping keeps small.
    huber : float, optional
        Residuals beyond this many standard errors count by their size instead of their square; 1.5 is usual. Without
        it all count by their square.
    start : GaussSet, optional
        First guess. Only total intensities need one: by default the dipole of the vectors, or else an axial one.
    geocentric : bool, optional
        Whether `latitude` is geocentric, the components along the sphere, and `altitude` the distance from a sphere of
        6371.2 km.
    most_iterations : int, optional
        Number of steps after which to give up.

    Returns
    -------
    FieldFit
        Coefficients, covariance and residuals.

    Raises
    ------
    InputError
        If the data do not determine the coefficients, or the steps do not come to rest.

    Notes
    -----
    Total intensities enter by their derivative along the field (Gauss-Newton). Total intensities alone leave a class of
    fields undetermined, strongest in sequences about the dip equator (the effect of Backus 1970): give some vectors.
    The normal equations are summed over blocks of data, so that memory does not grow with their number.

    Examples
    --------
    >>> latitude, longitude = np.meshgrid(np.arange(-80.0, 81.0, 20.0), np.arange(0.0, 360.0, 20.0))
    >>> from sunearth.geomagnetism.igrf import igrf
    >>> fit = gauss_coefficient_fit(latitude, longitude, 0.0, *igrf("2020-01-01", latitude, longitude), epoch=2020.0)
    >>> print(f"{fit.coefficients.at(2020.0).g[1, 0]:.2f}")
    -29403.41
    """
    given = (latitude, longitude, altitude, b_north, b_east, b_down, total, vector_error, total_error)
    arrays = np.broadcast_arrays(*(np.asarray(a, float) for a in given))
    shape = arrays[0].shape
    lat, lon, height, north, east, down, strength, sigma_vector, sigma_total = (a.ravel() for a in arrays)
    if change and time is None:
        raise InputError("gauss_coefficient_fit: to fit the change, give the time of each datum")
    years = np.zeros(lat.size) if time is None else np.broadcast_to(_years(time) - epoch, shape).ravel()
    basis = _FieldBasis(degree, external_degree, change)
    data = _FittedData(
        local_axes(lat, lon),
        _geocentric_place(lat, lon, height) if geocentric else place_of(-local_axes(lat, lon)[2], height),
        years,
        np.stack([north, east, down, strength], axis=1),
        np.stack([sigma_vector, sigma_vector, sigma_vector, sigma_total], axis=1),
    )
    known = np.isfinite(data.measured) & np.isfinite(data.place[:, :1]) & np.isfinite(years[:, None])
    if known.sum() < len(basis.names) and not damping:
        raise InputError(
            f"gauss_coefficient_fit: {known.sum()} data do not determine {len(basis.names)} coefficients; "
            "lower the degree or set damping"
        )
    linear = not known[:, 3].any() and huber is None
    if start is None and known[:, 3].any():  # total intensities need a direction to begin with
        try:
            vectors = (latitude, longitude, altitude, b_north, b_east, b_down)
            start = gauss_coefficient_fit(*vectors, degree=1, geocentric=geocentric).coefficients.at(epoch)
        except InputError:
            start = GaussSet(np.array([[0.0, 0.0], [-30000.0, 0.0]]), np.zeros((2, 2)))
    values = basis.first_guess(start)
    penalty = damping * basis.core_power()
    iterations, settled = 0, False
    while not settled and iterations < most_iterations:
        robust = None if iterations == 0 else huber  # what is far off cannot be told yet
        normal, gain, _, _ = _normal_equations(basis, data, known, values, robust)
        normal[np.diag_indices_from(normal)] += penalty
        step, covariance = _solved(normal, gain - penalty * values)
        values = values + step
        iterations += 1
        at_rest = bool(np.max(np.abs(step)) <= 1e-9 * np.max(np.abs(values)))
        settled = linear or (iterations > 1 and at_rest)
    if not settled:
        raise InputError(
            f"gauss_coefficient_fit: no rest after {iterations} steps; total intensities alone may not determine the "
            "field: give vectors, damping or a start"
        )
    _, _, weighted, residuals = _normal_equations(basis, data, known, values, huber, sums=False)
    free = max(int(known.sum()) - len(basis.names), 1)
    span = (epoch, epoch)
    if change:
        span = (math.floor(epoch + np.nanmin(years)), math.ceil(epoch + np.nanmax(years)))
    return FieldFit(
        basis.internal(values, epoch, span),
        basis.external(values),
        basis.names,
        values,
        covariance,
        float(weighted / free),
        FieldResiduals(*(residuals[:, k].reshape(shape) for k in range(4))),
        iterations,
    )


def _years(time: Any) -> Floats:
    array = np.asarray(time)
    return np.asarray(array, float) if array.dtype.kind in "fiu" else np.asarray(decimal_year(time))


def _geocentric_place(latitude: Floats, longitude: Floats, height: Floats) -> Floats:
    return -local_axes(latitude, longitude)[2] * (1.0 + height / _R_E_KM)[:, None]  # type: ignore[no-any-return]


class _FittedData(NamedTuple):
    axes: Floats
    place: Floats
    years: Floats
    measured: Floats
    error: Floats


class _FieldBasis:
    """The field of every coefficient by itself, at any place."""

    def __init__(self, degree: int, external_degree: int, change: bool) -> None:
        from ._field_kernels import MAX_DEGREE

        top = max(degree, external_degree)
        if degree < 1 or external_degree < 0 or top > MAX_DEGREE:
            raise InputError(f"gauss_coefficient_fit: degrees from 1 to {MAX_DEGREE}")
        self.degree, self.external_degree, self.change, self.top = degree, external_degree, change, top
        self.internal_terms = _terms(degree)
        self.external_terms = _terms(external_degree)
        names = [f"{'gh'[k]}_{n}_{m}" for n, m, k in self.internal_terms]
        rates = [f"{name}_change" for name in names] if change else []
        outside = [f"{'qs'[k]}_{n}_{m}" for n, m, k in self.external_terms]
        self.names = (*names, *rates, *outside)
        self.derivatives = _derivative_matrix(top)

    def fields(self, place: Floats, years: Floats) -> Floats:
        """Cartesian field of a unit of each coefficient: (component, coefficient, place)."""
        harmonics = _solid_harmonics(place, self.top + 1)
        every = (self.derivatives @ harmonics).reshape(3, -1, len(place))
        inner = every[:, : len(self.internal_terms)]
        parts = [inner, inner * years] if self.change else [inner]
        if self.external_terms:
            # a harmonic r^n Y of sources outside is r^(2n+1) times that of sources inside: the product rule
            n = np.array([term[0] for term in self.external_terms], float)[:, None]
            rows = [_row(a, m, self.top + 1) * 2 + k for a, m, k in self.external_terms]
            r = np.linalg.norm(place, axis=1)
            along = (2 * n + 1) * r ** (2 * n - 1) * harmonics[rows]
            parts.append(r ** (2 * n + 1) * every[:, : n.size] - place.T[:, None, :] * along)
        return np.concatenate(parts, axis=1) if len(parts) > 1 else inner

    def first_guess(self, start: GaussSet | None) -> Floats:
        values = np.zeros(len(self.names))
        if start is not None:
            top = start.g.shape[0] - 1
            for row, (n, m, k) in enumerate(self.internal_terms):
                values[row] = start[k][n, m] if n <= top else 0.0
        return values

    def core_power(self) -> Floats:
        """Mean square radial field at the core of a unit of each coefficient; of its change too, but not outside."""
        n = np.array([term[0] for term in self.internal_terms], float)
        power = (n + 1) ** 2 / (2 * n + 1) * (_R_E_KM / _CORE_RADIUS) ** (2 * n + 4)
        return np.concatenate([power, power if self.change else [], np.zeros(len(self.external_terms))])

    def internal(self, values: Floats, epoch: float, span: tuple[float, float]) -> GaussCoefficients:
        count = len(self.internal_terms)
        level = _tabulated(values[:count], self.internal_terms, self.degree)
        if not self.change:
            return GaussCoefficients("a fitted main field", np.array([epoch]), level.g[None], level.h[None])
        rate = _tabulated(values[count : 2 * count], self.internal_terms, self.degree)
        g, h = (
            np.stack([value + (end - epoch) * slope for end in span]) for value, slope in zip(level, rate, strict=True)
        )
        return GaussCoefficients("a fitted main field", np.array(span), g, h)

    def external(self, values: Floats) -> GaussSet | None:
        if not self.external_terms:
            return None
        return _tabulated(values[-len(self.external_terms) :], self.external_terms, self.external_degree)


def _terms(degree: int) -> list[tuple[int, int, int]]:
    """Degree, order and kind (0 cosine, 1 sine) of each coefficient, in the order of the tables."""
    return [(n, m, k) for n in range(1, degree + 1) for m in range(n + 1) for k in (0, 1) if (m, k) != (0, 1)]


def _tabulated(values: Floats, terms: list[tuple[int, int, int]], degree: int) -> GaussSet:
    table = GaussSet(np.zeros((degree + 1, degree + 1)), np.zeros((degree + 1, degree + 1)))
    for value, (n, m, k) in zip(values, terms, strict=True):
        table[k][n, m] = value
    return table


def _row(n: int, m: int, degree: int) -> int:
    return m * (degree + 1) - m * (m - 1) // 2 + n - m


def _derivative_matrix(degree: int) -> Any:
    """Sparse matrix from solid harmonics to the field of each coefficient: rows (component, coefficient)."""
    from scipy.sparse import csr_array

    from ._field_kernels import differentiate

    rows = []
    for n, m, k in _terms(degree):
        alone = np.zeros((2, degree + 1, degree + 1))
        alone[k, n, m] = 1.0
        # columns of `differentiate` are (component, cosine or sine); rows are the harmonics
        rows.append(differentiate(packed(alone[0], alone[1]), degree).reshape(-1, 3, 2).transpose(1, 0, 2))
    return csr_array(np.array(rows).transpose(1, 0, 2, 3).reshape(3 * len(rows), -1))


def _solid_harmonics(place: Floats, degree: int) -> Floats:
    """Decaying solid harmonics, a row each, cosine and sine in turn, in the order of the compiled sums."""
    from ._field_kernels import RECURSION_FIRST, RECURSION_SECOND, RECURSION_START

    x, y, z = place.T
    inverse_square = 1.0 / (x * x + y * y + z * z)
    slope = z * inverse_square
    result = np.empty((_row(degree, degree, degree) + 1, 2, len(place)))
    real, imaginary, power = np.ones(len(place)), np.zeros(len(place)), np.sqrt(inverse_square)
    row = 0
    for m in range(degree + 1):
        before, harmonic = np.zeros(len(place)), RECURSION_START[m] * power
        for n in range(m, degree + 1):
            if n > m:
                after = RECURSION_FIRST[m, n] * slope * harmonic - RECURSION_SECOND[m, n] * inverse_square * before
                before, harmonic = harmonic, after
            result[row, 0], result[row, 1] = harmonic * real, harmonic * imaginary
            row += 1
        real, imaginary = real * x - imaginary * y, real * y + imaginary * x
        power = power * inverse_square
    return result.reshape(-1, len(place))


def _blocks(basis: _FieldBasis, count: int) -> Iterator[slice]:
    size = max(16, int(4e6 / (3 * len(basis.names))))
    for start in range(0, count, size):
        yield slice(start, start + size)


def _normal_equations(
    basis: _FieldBasis,
    data: _FittedData,
    known: NDArray[np.bool_],
    values: Floats,
    huber: float | None,
    sums: bool = True,
) -> tuple[Floats, Floats, float, Floats]:
    """Normal matrix and its right side (if wanted), the weighted sum of squares and the residuals at trial values."""
    count = len(basis.names)
    normal, gain, weighted = np.zeros((count, count)), np.zeros(count), 0.0
    residuals = np.full(data.measured.shape, math.nan)
    for some in _blocks(basis, len(data.place)):
        design = basis.fields(data.place[some], data.years[some])
        b = np.einsum("icp,c->pi", design, values)
        strength = np.linalg.norm(b, axis=1)
        direction = b / np.where(strength > 0, strength, 1.0)[:, None]
        for column in range(4):
            axis = direction if column == 3 else data.axes[column][some]
            seen = known[some, column]
            residual = data.measured[some, column] - np.sum(axis * b, axis=1)
            error = data.error[some, column]
            weight = 1.0 / error**2
            if huber is not None:
                weight = weight * np.minimum(1.0, huber / np.maximum(np.abs(residual) / error, 1e-300))
            residuals[some, column] = np.where(seen, residual, math.nan)
            residual, weight = np.where(seen, residual, 0.0), np.where(seen, weight, 0.0)
            weighted += float(weight @ residual**2)
            if sums and seen.any():
                rows = axis[:, 0] * design[0] + axis[:, 1] * design[1] + axis[:, 2] * design[2]
                rows = rows[:, seen]
                normal += (rows * weight[seen]) @ rows.T
                gain += rows @ (weight[seen] * residual[seen])
    return normal, gain, weighted, residuals


def _solved(normal: Floats, gain: Floats) -> tuple[Floats, Floats]:
    """Solution and inverse of the normal equations, scaled to a unit diagonal."""
    scale = np.sqrt(np.diag(normal))
    if np.all(scale > 0):
        eigenvalues, vectors = np.linalg.eigh(normal / np.outer(scale, scale))
        if eigenvalues[0] > 1e-14 * eigenvalues[-1]:
            inverse = (vectors / eigenvalues) @ vectors.T / np.outer(scale, scale)
            return vectors @ (vectors.T @ (gain / scale) / eigenvalues) / scale, inverse
    raise InputError(
        "gauss_coefficient_fit: the data do not determine the coefficients; cover more of the globe, lower the degree "
        "or set damping"
    )
