"""The main field as a whole: its dipole and poles through time, its charts, spectrum and drift."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import EARTH_RADIUS, ELLIPSOID_EQUATOR, ELLIPSOID_POLE
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.time import decimal_year, to_datetime64
from sunearth.core.units import R_E, deg, deg_yr, dimensionless, km, nT, nT_yr, utc

from .dipole import (
    CentredDipole,
    EccentricDipole,
    GeomagneticPoles,
    dipole_from_gauss,
    fraser_smith_1987,
    geomagnetic_poles,
)
from .igrf import (
    GaussCoefficients,
    GaussSet,
    igrf14,
    magnetic_elements,
    synthesize,
    synthesize_gradient,
)

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_IGRF = "IAGA Division V 2024, IGRF-14, doi:10.5281/zenodo.14012302"
_CHAPMAN_BARTELS = "Chapman and Bartels 1940, Geomagnetism, Oxford University Press"
_LOWES = "Lowes 1974, Geophys. J. R. Astron. Soc. 36, 717"
_BULLARD = "Bullard et al. 1950, Philos. Trans. R. Soc. A 243, 67"

_R_E_KM: Final = EARTH_RADIUS / 1e3
_RADIAN: Final = math.pi / 180


class DipPoles(NamedTuple):
    """Where the field is vertical."""

    north_latitude: deg
    north_longitude: deg
    south_latitude: deg
    south_longitude: deg


class WeakestField(NamedTuple):
    """The place of the weakest field."""

    latitude: deg
    longitude: deg
    total: nT


class DipoleError(NamedTuple):
    """How far the centred dipole is from the whole main field on a sphere."""

    magnitude_rms: dimensionless
    magnitude_max: dimensionless
    vector_rms: dimensionless
    vector_max: dimensionless


class ElementsChange(NamedTuple):
    """Yearly change of the magnetic elements."""

    declination: deg_yr
    inclination: deg_yr
    horizontal: nT_yr
    total: nT_yr


class MomentTrend(NamedTuple):
    """A straight line through the dipole moment of a span of years."""

    moment: float
    rate: float
    percent_per_century: float
    zero_year: float


@model(cite=_CHAPMAN_BARTELS)
def change_of_elements(b_north: nT, b_east: nT, b_down: nT, north: nT_yr, east: nT_yr, down: nT_yr) -> ElementsChange:
    """Yearly change of declination, inclination, horizontal and total intensity.

    Parameters
    ----------
    b_north : float or array, nT
        Component to the north (X).
    b_east : float or array, nT
        Component to the east (Y).
    b_down : float or array, nT
        Downward component (Z).
    north : float or array, nT/yr
        Change of the component to the north.
    east : float or array, nT/yr
        Change of the component to the east.
    down : float or array, nT/yr
        Change of the downward component.

    Returns
    -------
    declination : float or array, deg/yr
        Change of the declination, positive eastward.
    inclination : float or array, deg/yr
        Change of the inclination, positive downward.
    horizontal : float or array, nT/yr
        Change of the horizontal intensity.
    total : float or array, nT/yr
        Change of the total intensity.

    Notes
    -----
    At a dip pole the horizontal field has no direction: the first three are NaN there.

    Examples
    --------
    >>> change = change_of_elements(29274.81, 659.80, -14316.72, -9.11, 15.41, 54.58)
    >>> print(f"{change.declination:.4f} {change.inclination:.4f} {change.horizontal:.2f} {change.total:.2f}")
    0.0305 0.0794 -8.76 -31.84
    """
    xp = namespace(b_north, b_east, b_down, north, east, down)
    horizontal = xp.sqrt(b_north**2 + b_east**2)
    total = xp.sqrt(horizontal**2 + b_down**2)
    along = (b_north * north + b_east * east) / horizontal
    return ElementsChange(
        (b_north * east - b_east * north) / horizontal**2 / _RADIAN,
        (horizontal * down - b_down * along) / total**2 / _RADIAN,
        along,
        (horizontal * along + b_down * down) / total,
    )


# The dipole through time


@model(cite=_IGRF)
def dipole_moment_history(time: utc, coefficients: GaussCoefficients | GaussSet | None = None) -> CentredDipole:
    """Strength, moment and tilt of the Earth's centred dipole at a time.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    b_0 : float or array, nT
        Field on the equator of the dipole, at the surface.
    moment : float or array, A m^2
        Magnitude of the dipole moment.
    m_x : float or array, A m^2
        Component of the moment towards the Greenwich meridian.
    m_y : float or array, A m^2
        Component towards 90 degrees east.
    m_z : float or array, A m^2
        Component towards the geographic north pole, negative in our time.
    tilt : float or array, deg
        Angle between the dipole axis and the axis of rotation.

    Examples
    --------
    >>> moments = dipole_moment_history(["1900-01-01", "2020-01-01"]).moment
    >>> (moments / 1e22).round(3).tolist()
    [8.321, 7.708]
    """
    g, h = _low_degrees(coefficients, time)
    return dipole_from_gauss.spec.function(g[..., 1, 0], g[..., 1, 1], h[..., 1, 1])  # type: ignore[no-any-return]


@model(cite=_IGRF)
def geomagnetic_pole_history(time: utc, coefficients: GaussCoefficients | GaussSet | None = None) -> GeomagneticPoles:
    """Positions of the geomagnetic poles, where the axis of the centred dipole cuts the Earth, at a time.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    north_latitude : float or array, deg
        Geocentric latitude of the pole towards which a compass points.
    north_longitude : float or array, deg
        Its longitude, east positive.
    south_latitude : float or array, deg
        Geocentric latitude of the opposite pole.
    south_longitude : float or array, deg
        Its longitude, east positive.

    Examples
    --------
    >>> poles = geomagnetic_pole_history("2025-01-01")
    >>> print(f"{poles.north_latitude:.2f} {poles.north_longitude:.2f}")
    80.79 -72.76
    """
    g, h = _low_degrees(coefficients, time)
    return geomagnetic_poles.spec.function(g[..., 1, 0], g[..., 1, 1], h[..., 1, 1])  # type: ignore[no-any-return]


@model(cite=_IGRF)
def eccentric_dipole_history(time: utc, coefficients: GaussCoefficients | GaussSet | None = None) -> EccentricDipole:
    """Centre of the Earth's eccentric dipole at a time.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    x : float or array, R_E
        Offset towards the Greenwich meridian.
    y : float or array, R_E
        Offset towards 90 degrees east.
    z : float or array, R_E
        Offset towards the geographic north pole.
    offset : float or array, km
        Distance from the Earth's centre.
    latitude : float or array, deg
        Geocentric latitude of its direction.
    longitude : float or array, deg
        Longitude of its direction, east positive.

    Notes
    -----
    The 400 km of textbooks held in the middle of the 20th century.

    Examples
    --------
    >>> eccentric_dipole_history(["1900-01-01", "1965-01-01", "2025-01-01"]).offset.round().tolist()
    [330.0, 452.0, 605.0]
    """
    g, h = _low_degrees(coefficients, time)
    low = (g[..., 1, 0], g[..., 1, 1], h[..., 1, 1], g[..., 2, 0], g[..., 2, 1], h[..., 2, 1], g[..., 2, 2])
    return fraser_smith_1987.spec.function(*low, h[..., 2, 2])  # type: ignore[no-any-return]


def moment_trend(start: float, end: float, coefficients: GaussCoefficients | GaussSet | None = None) -> MomentTrend:
    """Straight line through the dipole moment between two years, and the year at which it would reach zero.

    Parameters
    ----------
    start, end : float
        Decimal years; the moment is taken at every fifth of them, both ends included.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    moment : float, A m^2
        Moment at the end, from the line.
    rate : float, A m^2 per year
        Slope of the line by least squares.
    percent_per_century : float
        Slope in hundredths of the mean moment a century.
    zero_year : float
        Year at which the line reaches zero.

    Raises
    ------
    InputError
        If the years are not in order or not within the model.

    Notes
    -----
    A naive extrapolation: the moment has risen and fallen by a third over the last ten thousand years without
    reaching zero.

    Examples
    --------
    >>> trend = moment_trend(1965.0, 2010.0)
    >>> print(f"{trend.rate:.2e} {trend.zero_year:.0f}")
    -5.85e+19 3332
    """
    field = _main_field(coefficients)
    _check_span(field, start, end, "moment_trend")
    years = np.linspace(start, end, max(2, round((end - start) / 5.0) + 1))
    g, h = _interpolated(field, years)
    moment = dipole_from_gauss.spec.function(g[:, 1, 0], g[:, 1, 1], h[:, 1, 1]).moment
    rate, level = np.polyfit(years - end, moment, 1)
    zero = end - level / rate if rate else math.nan
    return MomentTrend(float(level), float(rate), float(1e4 * rate / np.mean(moment)), float(zero))


def _main_field(coefficients: GaussCoefficients | GaussSet | None) -> GaussCoefficients:
    """Return the main field that is meant: IGRF by default; coefficients of one time are held at all times."""
    if coefficients is None:
        return igrf14()
    if isinstance(coefficients, GaussSet):
        return GaussCoefficients("a main field", np.zeros(1), coefficients.g[None], coefficients.h[None])
    return coefficients


def _low_degrees(coefficients: GaussCoefficients | GaussSet | None, time: Any) -> GaussSet:
    field = _main_field(coefficients)
    if field.degree < 2:
        field = _truncated(field, 2)
    low = GaussCoefficients(field.name, field.epochs, field.g[:, :3, :3], field.h[:, :3, :3], field.order)
    return _interpolated(low, low.within(decimal_year(time)))


def _interpolated(field: GaussCoefficients, year: Any) -> GaussSet:
    """Coefficients at many decimal years: the axes of `year`, then degree and order."""
    year = np.asarray(year, float)
    values = np.stack([field.g, field.h], axis=1)
    if field.epochs.size == 1:
        mixed = values[0] + np.zeros((*year.shape, 1, 1, 1))
        mixed[np.isnan(year)] = math.nan
    elif field.order > 2:
        from scipy.interpolate import make_interp_spline

        mixed = make_interp_spline(field.epochs, values, k=field.order - 1)(year)
    else:
        k = np.clip(np.searchsorted(field.epochs, year, side="right") - 1, 0, field.epochs.size - 2)
        weight = (year - field.epochs[k]) / (field.epochs[k + 1] - field.epochs[k])
        mixed = values[k] + weight[..., None, None, None] * (values[k + 1] - values[k])
    return GaussSet(mixed[..., 0, :, :], mixed[..., 1, :, :])


def _truncated(field: GaussCoefficients, degree: int) -> GaussCoefficients:
    """Return the same field up to a degree, filled with zeros where it has fewer."""
    g, h = np.zeros((2, field.epochs.size, degree + 1, degree + 1))
    low = min(degree, field.degree) + 1
    g[:, :low, :low], h[:, :low, :low] = field.g[:, :low, :low], field.h[:, :low, :low]
    return GaussCoefficients(field.name, field.epochs, g, h, field.order)


@model(cite=_CHAPMAN_BARTELS, valid={"r": (1.0, 15.0)}, compiled=True)
def dipole_accuracy(time: utc, r: R_E = 1.0, coefficients: GaussCoefficients | GaussSet | None = None) -> DipoleError:
    """Error of the centred dipole against the whole main field, over a sphere.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    r : float or array, R_E
        Radius of the sphere.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    magnitude_rms : float or array, 1
        Root mean square over the sphere of the relative error of the field's magnitude.
    magnitude_max : float or array, 1
        Its largest magnitude.
    vector_rms : float or array, 1
        Root mean square of the length of the error vector over the field's magnitude.
    vector_max : float or array, 1
        Its largest value.

    Notes
    -----
    Errors are relative to the whole field, by Gaussian quadrature in latitude; the largest are those among nodes two
    degrees apart. The dipole is worst at the surface, where the field south of Africa is little more than half of
    it, and better with distance: texts that promise 10 per cent close to the Earth and 30 per cent at 4 R_E have the
    two the wrong way round, as far as the internal field goes.

    Examples
    --------
    >>> error = dipole_accuracy("2010-01-01", [1.0, 4.0])
    >>> error.magnitude_rms.round(3).tolist(), error.vector_rms.round(3).tolist()
    ([0.227, 0.043], [0.313, 0.056])
    """
    field = _main_field(coefficients)
    dipole = _truncated(field, 1)
    sine, weight = np.polynomial.legendre.leggauss(90)
    longitude = np.radians(np.arange(1.0, 360.0, 2.0))
    x, y, z = _sphere(sine[:, None], longitude)
    weight = weight[:, None] / (2.0 * longitude.size)
    time, r = np.broadcast_arrays(time, r)
    result = np.full((4, *time.shape), math.nan)
    for at in np.ndindex(time.shape):
        whole = np.stack(synthesize(field, time[at], r[at] * x, r[at] * y, r[at] * z))
        simple = np.stack(synthesize(dipole, time[at], r[at] * x, r[at] * y, r[at] * z))
        strength = np.linalg.norm(whole, axis=0)
        magnitude = np.abs(np.linalg.norm(simple, axis=0) / strength - 1.0)
        vector = np.linalg.norm(simple - whole, axis=0) / strength
        for row, error in zip((0, 2), (magnitude, vector), strict=True):
            result[(row, *at)] = np.sqrt(np.sum(weight * error**2))
            result[(row + 1, *at)] = np.max(error)
    return DipoleError(*(row[()] for row in result))


def _sphere(sine: Any, longitude: Any) -> tuple[Floats, Floats, Floats]:
    """Unit vectors of latitudes given by their sine and longitudes in radians, on a grid."""
    cosine = np.sqrt(1.0 - sine**2)
    x, y, z = np.broadcast_arrays(cosine * np.cos(longitude), cosine * np.sin(longitude), sine)
    return x, y, z


# Poles and extrema


@model(cite=_IGRF, compiled=True)
def magnetic_dip_poles(
    time: utc, altitude: km = 0.0, coefficients: GaussCoefficients | GaussSet | None = None
) -> DipPoles:
    """Positions of the magnetic dip poles, where the field is vertical.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    altitude : float or array, km
        Height above the ellipsoid.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    north_latitude : float or array, deg
        Geodetic latitude where the field points straight down: the pole that a compass points to.
    north_longitude : float or array, deg
        Its longitude, east positive.
    south_latitude : float or array, deg
        Geodetic latitude where the field points straight up.
    south_longitude : float or array, deg
        Its longitude, east positive.

    Notes
    -----
    Vertical means along the normal of the ellipsoid; where the field is along the radius of a sphere of 6371.2 km, the
    geocentric latitude is up to 0.4 degrees lower. The root of the horizontal field is found by Newton steps in the
    tangent plane, with the gradient of the field, from the weakest horizontal field of a coarse grid; longitudes take
    no part, so that the geographic pole is a place like any other. Where a field has several poles of a kind (in a
    reversal) one of them is returned; where none is found, NaN.

    Examples
    --------
    >>> poles = magnetic_dip_poles("2010-01-01")
    >>> print(f"{poles.north_latitude:.2f} {poles.north_longitude:.2f}")
    85.02 -132.84
    >>> print(f"{poles.south_latitude:.2f} {poles.south_longitude:.2f}")
    -64.43 137.32
    """
    field = _main_field(coefficients)
    time, altitude = np.broadcast_arrays(time, altitude)
    shape = time.shape
    time, altitude = time.ravel(), np.asarray(altitude, float).ravel()
    result = np.full((4, time.size), math.nan)
    grid = _coarse_grid(6.0)
    for start in range(0, time.size, 64):
        some = slice(start, start + 64)
        field_there = _field_along_normal(field, time[some, None], grid, altitude[some, None])
        down = -np.sum(field_there * grid, axis=-1)
        horizontal = np.linalg.norm(field_there + down[..., None] * grid, axis=-1)
        for row, sense in ((0, 1.0), (2, -1.0)):
            score = np.where(sense * down > 0, horizontal, np.inf)
            normal = grid[np.argmin(np.where(np.isnan(score), np.inf, score), axis=1)]
            normal = _vertical_field(field, time[some], normal, altitude[some])
            result[row, some], result[row + 1, some] = _angles(normal)
    return DipPoles(*(row.reshape(shape)[()] for row in result))


def _vertical_field(field: GaussCoefficients, time: Any, normal: Floats, altitude: Floats) -> Floats:
    """Newton steps of the ellipsoid's normal, one row a time, to where the field lies along it; NaN if it fails."""
    size = np.full(len(normal), np.inf)
    for _ in range(25):
        first, second = _tangents(normal)
        place = place_of(normal, altitude)
        b = np.stack(synthesize(field, time, *place.T), axis=-1)
        gradient = synthesize_gradient(field, time, *place.T)
        outward = np.sum(b * normal, axis=-1)
        moves = [_displacement(normal, tangent, altitude) for tangent in (first, second)]
        slope = [np.einsum("tij,tj->ti", gradient, move) for move in moves]
        j_11 = np.sum(first * slope[0], axis=-1) - outward
        j_12 = np.sum(first * slope[1], axis=-1)
        j_21 = np.sum(second * slope[0], axis=-1)
        j_22 = np.sum(second * slope[1], axis=-1) - outward
        h_1, h_2 = np.sum(b * first, axis=-1), np.sum(b * second, axis=-1)
        determinant = j_11 * j_22 - j_12 * j_21
        step_1, step_2 = (j_12 * h_2 - j_22 * h_1) / determinant, (j_21 * h_1 - j_11 * h_2) / determinant
        size = np.hypot(step_1, step_2)
        shorter = np.minimum(1.0, 0.2 / np.maximum(size, 1e-30))[:, None]
        normal = _unit(normal + shorter * (step_1[:, None] * first + step_2[:, None] * second))
        if not np.any(size > 1e-12):
            break
    return np.where(size[:, None] < 1e-9, normal, math.nan)


@model(cite=_IGRF, compiled=True)
def south_atlantic_anomaly(
    time: utc, altitude: km = 0.0, coefficients: GaussCoefficients | GaussSet | None = None
) -> WeakestField:
    """Centre of the South Atlantic Anomaly: the place of the weakest field.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC.
    altitude : float or array, km
        Height above the ellipsoid.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    latitude : float or array, deg
        Geodetic latitude.
    longitude : float or array, deg
        Longitude, east positive.
    total : float or array, nT
        Total intensity there, the least of all at that height.

    Examples
    --------
    >>> centre = south_atlantic_anomaly("2025-01-01")
    >>> print(f"{centre.latitude:.1f} {centre.longitude:.1f} {centre.total:.0f}")
    -26.2 -60.0 22071
    """
    field = _main_field(coefficients)
    time, altitude = np.broadcast_arrays(time, altitude)
    shape = time.shape
    time, altitude = time.ravel(), np.asarray(altitude, float).ravel()
    result = np.full((3, time.size), math.nan)
    grid = _coarse_grid(5.0)
    for start in range(0, time.size, 64):
        some = slice(start, start + 64)
        coarse = _intensity(field, time[some, None], grid, altitude[some, None], "total")
        normal = grid[np.argmin(np.where(np.isnan(coarse), np.inf, coarse), axis=1)]
        normal, least = _climb(
            lambda places, some=some: _intensity(field, time[some], places, altitude[some], "total"), normal, 0.08, -1.0
        )
        result[0, some], result[1, some] = _angles(np.where(np.isnan(least)[:, None], math.nan, normal))
        result[2, some] = least
    return WeakestField(*(row.reshape(shape)[()] for row in result))


def extrema(
    time: Any, element: str = "total", altitude: float = 0.0, coefficients: GaussCoefficients | GaussSet | None = None
) -> xr.Dataset:
    """Find all highest and lowest places of an element of the field over the Earth.

    Parameters
    ----------
    time : datetime64 or str
        One time in UTC.
    element : str, optional
        ``"total"``, ``"horizontal"`` or ``"b_down"``: those that are smooth over the whole globe. Of the horizontal
        intensity only the maxima are given: its minima are the dip poles.
    altitude : float, optional
        Height above the ellipsoid in km.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    Dataset
        Along `extremum`, from the highest value to the lowest: `kind` (maximum or minimum), `latitude`, `longitude`
        and the element.

    Raises
    ------
    UnknownNameError
        If there is no such element.

    Notes
    -----
    Between 2005 and 2010 the weak field of the South Atlantic got a second minimum, off South Africa.

    Examples
    --------
    >>> found = extrema("2010-01-01")
    >>> for k in range(found.sizes["extremum"]):
    ...     print(found.kind.values[k], *(round(float(found[name][k])) for name in ("latitude", "longitude", "total")))
    maximum -61 137 66987
    maximum 62 104 61685
    maximum 61 -101 59492
    minimum -41 -1 24658
    minimum -26 -57 22566
    """
    import xarray as xr

    known = ("total", "horizontal", "b_down")
    if element not in known:
        raise UnknownNameError("element with extrema", element, known)
    field = _main_field(coefficients)
    time = to_datetime64(time)
    spacing = 4.0
    sine = np.sin(np.radians(np.arange(-90.0 + spacing / 2, 90.0, spacing)))
    longitude = np.radians(np.arange(0.0, 360.0, spacing))
    grid = np.stack(_sphere(sine[:, None], longitude), axis=-1)

    def value(places: Floats) -> Floats:
        return _intensity(field, time, places, np.float64(altitude), element)

    coarse = value(grid)
    half = longitude.size // 2
    wrapped = np.vstack([np.roll(coarse[0], half), coarse, np.roll(coarse[-1], half)])  # rows across the poles
    wrapped = np.hstack([wrapped[:, -1:], wrapped, wrapped[:, :1]])
    rows: list[tuple[float, str, float, float]] = []
    for kind, sign in (("maximum", 1.0), ("minimum", -1.0)):
        if (element, kind) == ("horizontal", "minimum"):
            continue
        around = [
            wrapped[1 + i : wrapped.shape[0] - 1 + i, 1 + j : wrapped.shape[1] - 1 + j]
            for i, j in itertools.product((-1, 0, 1), repeat=2)
            if (i, j) != (0, 0)
        ]
        peaks = grid[np.all([sign * coarse > sign * neighbour for neighbour in around], axis=0)]
        refined, values = _climb(value, peaks, 0.06, sign)
        kept: list[Floats] = []
        for place, height in zip(refined, values, strict=True):
            if all(place @ other < math.cos(_RADIAN) for other in kept):  # not one of those found already
                kept.append(place)
                latitude, east = _angles(place)
                rows.append((float(height), kind, float(latitude), float(east)))
    rows.sort(reverse=True)
    heights, kinds, latitudes, longitudes = zip(*rows, strict=True) if rows else ((), (), (), ())
    long_name, unit = _CHARTED[element]
    return xr.Dataset(
        {
            "kind": ("extremum", np.array(kinds, dtype="U7"), {"long_name": "maximum or minimum"}),
            "latitude": ("extremum", np.array(latitudes), {"units": "deg", "long_name": "geodetic latitude"}),
            "longitude": ("extremum", np.array(longitudes), {"units": "deg", "long_name": "longitude, east positive"}),
            element: ("extremum", np.array(heights), {"units": unit, "long_name": long_name}),
        },
        attrs={"references": _IGRF if coefficients is None else field.name, "time": str(time), "altitude_km": altitude},
    )


def _intensity(field: GaussCoefficients, time: Any, normal: Floats, altitude: Any, element: str) -> Floats:
    b = _field_along_normal(field, time, normal, altitude)
    if element == "total":
        return np.linalg.norm(b, axis=-1)  # type: ignore[no-any-return]
    down = -np.sum(b * normal, axis=-1)
    return down if element == "b_down" else np.linalg.norm(b + down[..., None] * normal, axis=-1)  # type: ignore[no-any-return]


def _climb(value: Callable[[Floats], Floats], normal: Floats, spacing: float, sign: float) -> tuple[Floats, Floats]:
    """Move places (one a row) to the nearest extremum: the peak of a paraboloid through nine places, ever closer."""
    offsets = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=2)))
    u, v = offsets.T
    fit = np.linalg.pinv(np.stack([np.ones(9), u, v, 0.5 * u**2, u * v, 0.5 * v**2], axis=1))
    for _ in range(16):
        first, second = _tangents(normal)
        places = _unit(normal + spacing * (u[:, None, None] * first + v[:, None, None] * second))
        heights = sign * value(places).reshape(9, -1)
        # added in one order whatever the number of places: the peak is found from small differences
        _, b_u, b_v, a_uu, a_uv, a_vv = sum(fit[:, k, None] * heights[k] for k in range(9))
        determinant = a_uu * a_vv - a_uv**2
        peaked = (determinant > 0) & (a_uu < 0)
        determinant = np.where(peaked, determinant, 1.0)
        steep = np.maximum(np.hypot(b_u, b_v), 1e-30)
        move_u = np.where(peaked, (a_uv * b_v - a_vv * b_u) / determinant, b_u / steep)
        move_v = np.where(peaked, (a_uv * b_u - a_uu * b_v) / determinant, b_v / steep)
        far = np.maximum(np.hypot(move_u, move_v), 1.0)
        move = spacing * ((move_u / far)[:, None] * first + (move_v / far)[:, None] * second)
        normal = _unit(normal + move)
        spacing = max(0.6 * spacing, 2e-4)
    return normal, value(normal)


def _coarse_grid(spacing: float) -> Floats:
    """Unit vectors about `spacing` degrees apart over the whole sphere, one a row."""
    rows = []
    for latitude in np.arange(-90.0 + spacing / 2, 90.0, spacing):
        count = max(3, math.ceil(360.0 * math.cos(math.radians(latitude)) / spacing))
        longitude = np.arange(count) * (2.0 * math.pi / count)
        rows.append(np.stack(_sphere(np.full(count, math.sin(math.radians(latitude))), longitude), axis=-1))
    return np.concatenate(rows)


def _field_along_normal(field: GaussCoefficients, time: Any, normal: Floats, altitude: Any) -> Floats:
    """Cartesian field where the ellipsoid has a normal, at an altitude above it."""
    place = place_of(normal, altitude)
    return np.stack(synthesize(field, time, place[..., 0], place[..., 1], place[..., 2]), axis=-1)


def place_of(normal: Floats, altitude: Any) -> Floats:
    """Cartesian place in R_E at an altitude (km) over the point of the ellipsoid with a normal."""
    n_x, n_y, n_z = normal[..., 0], normal[..., 1], normal[..., 2]
    across = _across(n_z)
    ratio = (ELLIPSOID_POLE / ELLIPSOID_EQUATOR) ** 2
    wide, high = across + altitude, across * ratio + altitude
    return np.stack([wide * n_x, wide * n_y, high * n_z], axis=-1) / _R_E_KM


def _across(n_z: Any) -> Any:
    """Radius of curvature of the ellipsoid across the meridian in km."""
    return ELLIPSOID_EQUATOR**2 / np.sqrt(ELLIPSOID_EQUATOR**2 * (1.0 - n_z**2) + ELLIPSOID_POLE**2 * n_z**2)


def _displacement(normal: Floats, tangent: Floats, altitude: Floats) -> Floats:
    """How far `_place` moves, in R_E, when the normal turns along a tangent, a unit for a radian."""
    n_z = normal[..., 2]
    across = _across(n_z)
    ratio = (ELLIPSOID_POLE / ELLIPSOID_EQUATOR) ** 2
    change = across**3 * (1.0 - ratio) * n_z * tangent[..., 2] / ELLIPSOID_EQUATOR**2
    scale = np.stack([across + altitude, across + altitude, across * ratio + altitude], axis=-1)
    weight = np.array([1.0, 1.0, ratio])
    return (scale * tangent + weight * normal * change[..., None]) / _R_E_KM  # type: ignore[no-any-return]


def _tangents(normal: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors across each normal and across each other."""
    axis = np.where((np.abs(normal[..., 2]) < 0.7)[..., None], np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0]))
    first = _unit(np.cross(axis, normal))
    return first, np.cross(normal, first)


def _unit(vector: Floats) -> Floats:
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)  # type: ignore[no-any-return]


def _angles(normal: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude of a normal in degrees."""
    latitude = np.degrees(np.arctan2(normal[..., 2], np.hypot(normal[..., 0], normal[..., 1])))
    return latitude, np.degrees(np.arctan2(normal[..., 1], normal[..., 0]))


# Charts

_CHARTED: Final = {
    "declination": ("declination, positive eastward", "deg"),
    "inclination": ("inclination, positive downward", "deg"),
    "horizontal": ("horizontal intensity", "nT"),
    "total": ("total intensity", "nT"),
    "b_north": ("northward field", "nT"),
    "b_east": ("eastward field", "nT"),
    "b_down": ("downward field", "nT"),
}


def chart(
    time: Any,
    elements: str | Sequence[str] | None = None,
    spacing: float = 2.0,
    altitude: float = 0.0,
    change: bool = False,
    coefficients: GaussCoefficients | GaussSet | None = None,
) -> xr.Dataset:
    """Chart the elements of the main field over the whole Earth.

    Parameters
    ----------
    time : datetime64, str or 1-D array of them
        Time in UTC; an array gives a chart each, along `time`.
    elements : str or list of str, optional
        Which of ``declination inclination horizontal total b_north b_east b_down``; all by default.
    spacing : float, optional
        Distance of the points in latitude and longitude, in degrees; it must divide 180.
    altitude : float, optional
        Height above the ellipsoid in km.
    change : bool, optional
        Whether to chart the yearly change of each element too, as ``declination_change`` and so on.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    Dataset
        One variable an element over `latitude` (geodetic, -90 to 90) and `longitude` (-180 to 180, both ends), with
        units and names as attributes.

    Raises
    ------
    UnknownNameError
        If there is no such element.
    InputError
        If the spacing does not divide 180 degrees.

    Notes
    -----
    Lines of equal declination (isogonic), inclination (isoclinic) and intensity (isodynamic) are the contours of these
    variables. At the geographic poles every meridian has its own north, and its own declination. The change is the
    slope of the model in time, over half a year to each side.

    Examples
    --------
    >>> charts = chart("2010-01-01", ["declination", "total"], spacing=10.0)
    >>> dict(charts.sizes), charts.declination.attrs["units"]
    ({'latitude': 19, 'longitude': 37}, 'deg')
    >>> print(f"{float(charts.total.min()):.0f} {float(charts.total.max()):.0f}")
    22753 66953
    """
    import xarray as xr

    names = list(_CHARTED) if elements is None else [elements] if isinstance(elements, str) else list(elements)
    for name in names:
        if name not in _CHARTED:
            raise UnknownNameError("element", name, _CHARTED)
    rows = 180.0 / spacing if spacing > 0 else math.nan
    if not math.isclose(rows, np.round(rows), rel_tol=1e-9):
        raise InputError(f"chart: the spacing {spacing:g} does not divide 180 degrees; take 1, 2, 2.5 or 5")
    field = _main_field(coefficients)
    time = np.asarray(to_datetime64(time))
    if time.ndim > 1:
        raise InputError("chart: give one time or a list of times")
    latitude = np.linspace(-90.0, 90.0, round(rows) + 1)
    longitude = np.linspace(-180.0, 180.0, 2 * round(rows) + 1)
    b = _local_field(field, time[..., None, None], latitude[:, None], longitude, altitude)
    values = _all_elements(b)
    dims = (*(["time"] if time.ndim else []), "latitude", "longitude")
    variables = {name: (dims, values[name], _described(name)) for name in names}
    if change:
        changes = _all_changes(field, time[..., None, None], latitude[:, None], longitude, altitude, b)
        for name in names:
            long_name, unit = _CHARTED[name]
            attributes = {"units": f"{unit}/yr", "long_name": f"yearly change of the {long_name.split(',')[0]}"}
            variables[f"{name}_change"] = (dims, changes[name], attributes)
    coordinates: dict[str, Any] = {
        "latitude": ("latitude", latitude, {"units": "degrees_north", "long_name": "geodetic latitude"}),
        "longitude": ("longitude", longitude, {"units": "degrees_east", "long_name": "longitude"}),
        "time": (dims[:-2], time, {"long_name": "time, UTC"}),
    }
    references = _IGRF if coefficients is None else field.name
    return xr.Dataset(variables, coordinates, {"references": references, "altitude_km": altitude})


def _described(name: str) -> dict[str, str]:
    long_name, unit = _CHARTED[name]
    return {"units": unit, "long_name": long_name}


def _all_elements(b: Floats) -> dict[str, Floats]:
    with np.errstate(invalid="ignore"):
        found = magnetic_elements.spec.function(*b)
    return {**found._asdict(), "b_north": b[0], "b_east": b[1], "b_down": b[2]}


def _all_changes(
    field: GaussCoefficients, time: Any, latitude: Any, longitude: Any, altitude: Any, b: Floats
) -> dict[str, Floats]:
    half_year = np.timedelta64(15_778_800, "s").astype("timedelta64[ns]")
    low, high = field.epochs[0], field.epochs[-1]
    before, after = time - half_year, time + half_year
    years = decimal_year(time)
    # at the ends of the model the slope of the side that it covers
    before = np.where((years - 0.5 < low) & (years >= low), time, before)
    after = np.where((years + 0.5 > high) & (years <= high), time, after)
    span = (after - before) / np.timedelta64(31_557_600_000_000_000, "ns")
    rate = _local_field(field, after, latitude, longitude, altitude)
    rate = (rate - _local_field(field, before, latitude, longitude, altitude)) / span
    with np.errstate(invalid="ignore", divide="ignore"):
        changes = change_of_elements.spec.function(*b, *rate)
    return {**changes._asdict(), "b_north": rate[0], "b_east": rate[1], "b_down": rate[2]}


def _local_field(field: GaussCoefficients, time: Any, latitude: Any, longitude: Any, altitude: Any) -> Floats:
    """North, east and down components at geodetic places, first axis first."""
    axes = local_axes(latitude, longitude)
    place = place_of(-axes[2], altitude)
    b = np.stack(synthesize(field, time, place[..., 0], place[..., 1], place[..., 2]), axis=-1)
    return np.stack([np.sum(axis * b, axis=-1) for axis in axes])


def local_axes(latitude: Any, longitude: Any) -> Floats:
    """Unit vectors to the north, to the east and down, in geographic Cartesian components along the last axis."""
    lat, lon = np.broadcast_arrays(np.radians(latitude), np.radians(longitude))
    sine, cosine, zero = np.sin(lat), np.cos(lat), np.zeros(lat.shape)
    north = np.stack([-sine * np.cos(lon), -sine * np.sin(lon), cosine], axis=-1)
    east = np.stack([-np.sin(lon), np.cos(lon), zero], axis=-1)
    down = np.stack([-cosine * np.cos(lon), -cosine * np.sin(lon), -sine], axis=-1)
    return np.stack([north, east, down])


# Spectrum


def lowes_mauersberger_spectrum(
    time: Any, r: float = 1.0, coefficients: GaussCoefficients | GaussSet | None = None
) -> xr.Dataset:
    """Power of the main field by degree, over a sphere.

    Parameters
    ----------
    time : datetime64 or str
        One time in UTC.
    r : float, optional
        Radius of the sphere in R_E; the core has 0.546.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    Dataset
        Along `degree`: `power`, the mean square field of each degree (nT^2); `change_power`, that of its yearly change
        (nT^2/yr^2); `timescale`, the root of their ratio (yr); and `length`, the circumference over the degree (km).

    Notes
    -----
    (n + 1) r^-(2 n + 4) times the sum of the squared coefficients of degree n; the degrees add up to the mean square
    field. From degree 13 or so on the field of the crust hides that of the core, and models of the core end there.

    Examples
    --------
    >>> spectrum = lowes_mauersberger_spectrum("2010-01-01")
    >>> [f"{float(spectrum.power.sel(degree=n)):.3g}" for n in (1, 2, 3, 13)]
    ['1.79e+09', '7.61e+07', '3.8e+07', '148']
    """
    import xarray as xr

    field = _main_field(coefficients)
    year = field.within(np.asarray(decimal_year(time)))
    if year.ndim:
        raise InputError("lowes_mauersberger_spectrum: one time at a time")
    g, h = _interpolated(field, year)
    low = max(float(year) - 0.5, min(field.epochs[0], float(year)))
    high = low + 1.0
    (g_low, h_low), (g_high, h_high) = _interpolated(field, low), _interpolated(field, high)
    n = np.arange(1, field.degree + 1)
    scale = (n + 1) * float(r) ** -(2.0 * n + 4.0)
    power = scale * np.sum(g**2 + h**2, axis=-1)[1:]
    change = scale * np.sum((g_high - g_low) ** 2 + (h_high - h_low) ** 2, axis=-1)[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        timescale = np.sqrt(power / change)
    return xr.Dataset(
        {
            "power": ("degree", power, {"units": "nT^2", "long_name": "mean square field"}),
            "change_power": ("degree", change, {"units": "nT^2/yr^2", "long_name": "mean square yearly change"}),
            "timescale": ("degree", timescale, {"units": "yr", "long_name": "time in which a degree renews itself"}),
            "length": ("degree", 2 * math.pi * _R_E_KM * r / n, {"units": "km", "long_name": "length scale"}),
        },
        {"degree": ("degree", n, {"long_name": "degree of the harmonics"})},
        {"references": _LOWES, "r": float(r)},
    )


def source_depth(spectrum: xr.Dataset, degrees: tuple[int, int] = (2, 13)) -> float:
    """Radius at which the power of the main field is the same at all degrees: that of its sources.

    Parameters
    ----------
    spectrum : Dataset
        From :func:`lowes_mauersberger_spectrum`, at any radius.
    degrees : (int, int), optional
        First and last degree taken; the dipole is no part of the trend.

    Returns
    -------
    float
        Radius in R_E; times 6371.2 in km.

    Raises
    ------
    InputError
        If fewer than two degrees are left.

    Notes
    -----
    From the slope of a straight line through the logarithm of the power against degree.

    Examples
    --------
    >>> round(source_depth(lowes_mauersberger_spectrum("2010-01-01")) * 6371.2)
    3391
    """
    chosen = spectrum.power.sel(degree=slice(*degrees))
    chosen = chosen[chosen.values > 0]
    if chosen.size < 2:
        raise InputError(f"source_depth: fewer than two degrees with power between {degrees[0]} and {degrees[1]}")
    slope = np.polyfit(chosen.degree.values, np.log10(chosen.values), 1)[0]
    return float(spectrum.attrs["r"] * 10.0 ** (slope / 2.0))


# Drift


def harmonic_drift(start: float, end: float, coefficients: GaussCoefficients | GaussSet | None = None) -> xr.Dataset:
    """Westward drift of each harmonic of the main field between two years.

    Parameters
    ----------
    start, end : float
        Decimal years.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    Dataset
        Over `degree` and `order` (from 1): `drift`, positive westward (deg/yr), and `power`, the mean square field of
        the harmonic at the surface, in the mean (nT^2).

    Raises
    ------
    InputError
        If the years are not in order or not within the model.

    Notes
    -----
    Slope by least squares of the longitude of the crest, atan2(h, g) / m, taken each year. Harmonics grow and fade
    rather than drift bodily, so that single ones may go east.

    Examples
    --------
    >>> drift = harmonic_drift(1900.0, 2000.0).drift
    >>> [round(float(drift.sel(degree=n, order=m)), 2) for n, m in ((1, 1), (2, 1), (2, 2))]
    [0.03, 0.2, 0.32]
    """
    import xarray as xr

    field = _main_field(coefficients)
    _check_span(field, start, end, "harmonic_drift")
    years = np.linspace(start, end, max(3, math.ceil(end - start) + 1))
    g, h = _interpolated(field, years)
    orders = np.arange(1, field.degree + 1)
    phase = np.unwrap(np.arctan2(h, g)[:, 1:, 1:], axis=0)
    centred = years - years.mean()
    slope = np.einsum("t,tnm->nm", centred, phase) / np.sum(centred**2)
    power = (orders[:, None] + 1) * np.mean(g**2 + h**2, axis=0)[1:, 1:]
    drift = np.where(power > 0, -np.degrees(slope) / orders, math.nan)
    dims = ("degree", "order")
    return xr.Dataset(
        {
            "drift": (dims, drift, {"units": "deg/yr", "long_name": "westward drift"}),
            "power": (dims, np.where(power > 0, power, math.nan), {"units": "nT^2", "long_name": "mean square field"}),
        },
        {"degree": orders, "order": orders},
        {"references": _BULLARD, "start": start, "end": end},
    )


def westward_drift(
    start: float,
    end: float,
    latitude: Any = None,
    element: str = "b_down",
    dipole: bool = False,
    largest: float = 60.0,
    coefficients: GaussCoefficients | GaussSet | None = None,
) -> xr.Dataset:
    """Westward drift of the pattern of the main field along circles of latitude, between two years.

    Parameters
    ----------
    start, end : float
        Decimal years.
    latitude : float or 1-D array, optional
        Geocentric latitudes in degrees; every ten degrees from 80 south to 80 north by default.
    element : str, optional
        ``b_down``, ``b_north``, ``b_east``, ``horizontal``, ``total``, ``declination`` or ``inclination``.
    dipole : bool, optional
        Whether to keep the dipole in the pattern; without it, the elements are those of the rest of the field.
    largest : float, optional
        Largest shift in degrees that is looked for.
    coefficients : GaussCoefficients or GaussSet, optional
        Another main field than IGRF-14; a set is held at all times.

    Returns
    -------
    Dataset
        Along `latitude`: `drift`, positive westward (deg/yr), and `correlation` of the two patterns at that shift.

    Raises
    ------
    InputError
        If the years are not in order or not within the model.

    Notes
    -----
    The shift of highest correlation between the patterns around the circle, less their means, found as the maximum of
    their Fourier sum. A low correlation says that the pattern changed its shape more than its place.

    Examples
    --------
    >>> found = westward_drift(1900.0, 2000.0, [0.0, 40.0])
    >>> found.drift.values.round(2).tolist()
    [0.22, 0.09]
    """
    import xarray as xr

    if element not in _CHARTED:
        raise UnknownNameError("element", element, _CHARTED)
    field = _main_field(coefficients)
    _check_span(field, start, end, "westward_drift")
    if not dipole:
        g, h = field.g.copy(), field.h.copy()
        g[:, 1], h[:, 1] = 0.0, 0.0
        field = GaussCoefficients(field.name, field.epochs, g, h, field.order)
    latitude = np.atleast_1d(np.arange(-80.0, 81.0, 10.0) if latitude is None else np.asarray(latitude, float))
    longitude = np.arange(0.0, 360.0, 1.0)
    patterns = []
    axes = local_axes(latitude[:, None], longitude)
    for year in (start, end):
        still = _main_field(_interpolated(field, year))
        b = np.stack(synthesize(still, np.datetime64("2000-01-01", "ns"), *np.moveaxis(-axes[2], -1, 0)), axis=-1)
        values = _all_elements(np.stack([np.sum(axis * b, axis=-1) for axis in axes]))[element]
        if element == "declination":
            values = np.degrees(np.unwrap(np.radians(values), axis=-1))
        patterns.append(np.fft.rfft(values - values.mean(axis=-1, keepdims=True), axis=-1))
    before, after = patterns
    order = np.arange(before.shape[-1])
    product = before * after.conj()
    norm = np.sqrt(np.sum(np.abs(before) ** 2, axis=-1) * np.sum(np.abs(after) ** 2, axis=-1))
    shift = np.arange(-largest, largest + 0.25, 0.5)
    correlation = (product @ np.exp(1j * np.outer(order, np.radians(shift)))).real
    best = np.radians(shift[np.argmax(correlation, axis=-1)])
    for _ in range(6):  # Newton steps to the top of the Fourier sum
        turned = product * np.exp(1j * order * best[:, None])
        slope, curvature = -np.sum(order * turned.imag, axis=-1), -np.sum(order**2 * turned.real, axis=-1)
        best = best + np.where(curvature < 0, np.clip(-slope / np.minimum(curvature, -1e-300), -0.01, 0.01), 0.0)
    height = np.sum((product * np.exp(1j * order * best[:, None])).real, axis=-1)
    with np.errstate(invalid="ignore"):
        correlation = height / norm
    drift = np.where(norm > 0, np.degrees(best) / (end - start), math.nan)
    return xr.Dataset(
        {
            "drift": ("latitude", drift, {"units": "deg/yr", "long_name": "westward drift"}),
            "correlation": ("latitude", correlation, {"units": "1", "long_name": "correlation of the two patterns"}),
        },
        {"latitude": ("latitude", latitude, {"units": "degrees_north", "long_name": "geocentric latitude"})},
        {"references": _BULLARD, "start": start, "end": end, "element": element},
    )


def _check_span(field: GaussCoefficients, start: float, end: float, place: str) -> None:
    """Refuse years in the wrong order, or outside a model."""
    low, high = field.epochs[0], field.epochs[-1]
    if not low <= start < end <= high:
        raise InputError(
            f"{place}: the years {start:g} to {end:g} must follow each other within those of {field.name}, "
            f"{low:g} to {high:g}"
        )
