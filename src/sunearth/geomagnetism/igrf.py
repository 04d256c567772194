"""The main field of the Earth from its Gauss coefficients: IGRF-14, and any other model in a .shc file."""

from __future__ import annotations

import functools
import itertools
import math
import warnings
from dataclasses import dataclass
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import EARTH_RADIUS
from sunearth.core.errors import DataError, InputError
from sunearth.core.model import model
from sunearth.core.time import decimal_year
from sunearth.core.units import R_E, deg, km, nT, nT_yr, utc

from .frames import geodetic_to_geocentric

Floats = NDArray[np.float64]

_IGRF = "IAGA Division V 2024, IGRF-14, doi:10.5281/zenodo.14012302"

BEYOND = 5.0  # years for which the last secular variation is drawn on past the end of a model, as in IAGA's own code


class LocalField(NamedTuple):
    """A field in the local frame of a place: north, east and down, known to observatories as X, Y and Z."""

    b_north: nT
    b_east: nT
    b_down: nT


class LocalChange(NamedTuple):
    """Yearly change of a field in the local frame of a place."""

    north: nT_yr
    east: nT_yr
    down: nT_yr


class CartesianField(NamedTuple):
    """A field in Cartesian components."""

    b_x: nT
    b_y: nT
    b_z: nT


class MagneticElements(NamedTuple):
    """A field as compass, dip needle and magnetometer see it."""

    declination: deg
    inclination: deg
    horizontal: nT
    total: nT


@dataclass(frozen=True, eq=False)
class GaussCoefficients:
    """Gauss coefficients of a main field at a series of epochs.

    Parameters
    ----------
    name : str
        What the model is called.
    epochs : array (epoch,)
        Decimal years, ascending.
    g, h : array (epoch, degree + 1, degree + 1)
        Coefficients by degree n and order m in nT, Schmidt semi-normalised.
    order : int, optional
        Order of the spline in time that joins the epochs: 2 for straight lines, as in IGRF.

    Examples
    --------
    >>> float(igrf14().at("2020-01-01").g[1, 0])
    -29403.41
    """

    name: str
    epochs: Floats
    g: Floats
    h: Floats
    order: int = 2

    @property
    def degree(self) -> int:
        """Highest degree of the expansion."""
        return int(self.g.shape[-1]) - 1

    @classmethod
    def from_shc(cls, path: str | PathLike[str]) -> GaussCoefficients:
        """Read a file in the .shc format, in which IGRF, CHAOS, CALS10k, gufm and others are published.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        GaussCoefficients
            What it holds.

        Raises
        ------
        DataError
            If the file is not of that format; the line is named.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path}: cannot read the coefficients: {error}") from error
        return _read_shc(text, str(path))

    def at(self, time: Any) -> GaussSet:
        """Coefficients at one time.

        Parameters
        ----------
        time : datetime64, str or float
            One time in UTC, or a decimal year.

        Returns
        -------
        GaussSet
            `g` and `h` of shape (degree + 1, degree + 1), in nT.

        Warns
        -----
        UserWarning
            If the time lies outside the epochs: the first is held, the last change goes on for five years.
        """
        year = _years(time)
        if year.ndim:
            raise InputError("Gauss coefficients: one time at a time; ask the field for many")
        year = self.within(year)
        return GaussSet(self._between(self.g, year), self._between(self.h, year))

    def within(self, year: Floats) -> Floats:
        """Bring decimal years to where the model may be asked, with a warning if any lies outside its epochs."""
        low, high = self.epochs[0], self.epochs[-1]
        if self.epochs.size > 1 and np.any((year < low) | (year > high)):
            warnings.warn(
                f"{self.name} is known from {low:g} to {high:g}: held before, drawn on for {BEYOND:g} years after",
                UserWarning,
                stacklevel=4,
            )
        return np.clip(year, low, high + BEYOND)

    def _between(self, values: Floats, year: Any) -> Floats:
        if self.epochs.size == 1:
            return values[0]
        if self.order <= 2:
            k = int(np.clip(np.searchsorted(self.epochs, year, side="right") - 1, 0, self.epochs.size - 2))
            weight = (year - self.epochs[k]) / (self.epochs[k + 1] - self.epochs[k])
            return values[k] + weight * (values[k + 1] - values[k])  # type: ignore[no-any-return]
        from scipy.interpolate import make_interp_spline

        return make_interp_spline(self.epochs, values, k=self.order - 1)(year)  # type: ignore[no-any-return]

    @functools.cached_property
    def tables(self) -> tuple[Floats, Floats]:
        """Epochs, and at each what the compiled sums need: minus the gradient of the potential."""
        from ._field_kernels import differentiate

        epochs = self.epochs
        if self.order > 2:  # fine enough for straight lines between the knots of a spline
            epochs = np.unique(np.concatenate([np.linspace(a, b, 17) for a, b in itertools.pairwise(epochs)]))
        sets = [(self._between(self.g, year), self._between(self.h, year)) for year in epochs]
        return epochs, np.array([differentiate(packed(g, h), self.degree) for g, h in sets])


class GaussSet(NamedTuple):
    """Gauss coefficients by degree and order."""

    g: Floats
    h: Floats


def packed(g: Floats, h: Floats) -> Floats:
    """Return coefficients (n, m) as rows (cosine, sine) that run over n inside m, as the compiled sums take them."""
    order, degree = np.triu_indices(g.shape[0])
    return np.ascontiguousarray(np.stack([g[degree, order], h[degree, order]], axis=1))


def _read_shc(text: str, place: str) -> GaussCoefficients:
    from ._field_kernels import MAX_DEGREE

    comments = [line.lstrip("# ").split(":")[0] for line in text.splitlines() if line.startswith("#")]
    lines = [(k, line) for k, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if len(lines) < 3:
        raise DataError(f"{place}, line {len(text.splitlines())}: ends before the first Gauss coefficient (.shc)")
    number = lines[0][0]
    try:
        first, degree, count, order = (int(word) for word in lines[0][1].split()[:4])
        if degree > MAX_DEGREE:
            raise ValueError(f"degree {degree} is above the highest supported, {MAX_DEGREE}; truncate the file")
        number = lines[1][0]
        epochs = np.array(lines[1][1].split(), float)
        if first < 1 or epochs.size != count or np.any(np.diff(epochs) <= 0):
            raise ValueError(f"the header announces {count} ascending epochs from degree {first}, found {epochs.size}")
        g, h = np.zeros((2, epochs.size, degree + 1, degree + 1))
        for number, line in lines[2:]:  # noqa: B007 (the error names it)
            words = line.split()
            n, m = int(words[0]), int(words[1])
            if not (abs(m) <= n <= degree) or len(words) != 2 + count:
                raise ValueError(f"expected degree, order and {count} values up to degree {degree}")
            (g if m >= 0 else h)[:, n, abs(m)] = [float(word) for word in words[2:]]
    except (ValueError, IndexError) as error:
        raise DataError(f"{place}, line {number}: not a line of Gauss coefficients (.shc): {error}") from error
    return GaussCoefficients(comments[0] if comments else Path(place).stem, epochs, g, h, order)


@functools.cache
def igrf14() -> GaussCoefficients:
    """Coefficients of the International Geomagnetic Reference Field, 14th generation, 1900 to 2030.

    Returns
    -------
    GaussCoefficients
        Degree 13 (10 before 2000, the rest being zero), an epoch every five years; 2030 follows from the predicted
        secular variation.

    Examples
    --------
    >>> igrf14().degree, igrf14().epochs[[0, -1]].tolist()
    (13, [1900.0, 2030.0])
    """
    text = (resources.files(__package__) / "igrf14.shc").read_text(encoding="utf-8")
    return GaussCoefficients("IGRF-14", *_fields(_read_shc(text, "igrf14.shc")))


def _fields(read: GaussCoefficients) -> tuple[Floats, Floats, Floats, int]:
    return read.epochs, read.g, read.h, read.order


def synthesize(coefficients: GaussCoefficients, time: Any, x: Any, y: Any, z: Any) -> CartesianField:
    """Field of any set of Gauss coefficients, in geographic Cartesian components.

    Parameters
    ----------
    coefficients : GaussCoefficients
        The model.
    time : datetime64, str, float or array
        Time in UTC, or decimal years, broadcasting with the point.
    x, y, z : float or array, R_E
        Geographic Cartesian coordinates.

    Returns
    -------
    b_x, b_y, b_z : float or array, nT
        Components in the same frame.

    Warns
    -----
    UserWarning
        If a time lies outside the model: its start is held, and its last change goes on for five years.

    Notes
    -----
    Not meant inside the core of the Earth, where the sum is no field.

    Examples
    --------
    >>> b = synthesize(igrf14(), "2020-01-01", 0.0, 0.0, 1.0)
    >>> round(float(b.b_z))
    -56387
    """
    components = _sum(coefficients, *coefficients.tables, coefficients.degree + 1, time, x, y, z)
    return CartesianField(*components)


def synthesize_potential(coefficients: GaussCoefficients, time: Any, x: Any, y: Any, z: Any) -> Any:
    """Scalar potential of any set of Gauss coefficients.

    Parameters
    ----------
    coefficients : GaussCoefficients
        The model.
    time : datetime64, str, float or array
        Time in UTC, or decimal years, broadcasting with the point.
    x, y, z : float or array, R_E
        Geographic Cartesian coordinates.

    Returns
    -------
    float or array, nT R_E
        Potential V, the field being minus its gradient.

    Examples
    --------
    >>> round(float(synthesize_potential(igrf14(), "2020-01-01", 0.0, 0.0, 1.0)))
    -29697
    """
    rows = [np.pad(packed(g, h), ((0, 0), (0, 4))) for g, h in zip(coefficients.g, coefficients.h, strict=True)]
    return _sum(coefficients, coefficients.epochs, np.array(rows), coefficients.degree, time, x, y, z)[0]


def synthesize_gradient(coefficients: GaussCoefficients, time: Any, x: Any, y: Any, z: Any) -> Floats:
    """Gradient tensor of the field of any set of Gauss coefficients.

    Parameters
    ----------
    coefficients : GaussCoefficients
        The model.
    time : datetime64, str, float or array
        Time in UTC, or decimal years, broadcasting with the point.
    x, y, z : float or array, R_E
        Geographic Cartesian coordinates.

    Returns
    -------
    array (..., 3, 3), nT/R_E
        Element (i, j) is the change of component i along axis j; symmetric and without trace.

    Examples
    --------
    >>> tensor = synthesize_gradient(igrf14(), "2020-01-01", 0.0, 0.0, 1.0)
    >>> bool(abs(np.trace(tensor)) < 1e-6)
    True
    """
    from ._field_kernels import differentiate

    epochs, tables = coefficients.tables
    rows = []
    for i in range(3):
        pairs = np.ascontiguousarray(tables[:, :, 2 * i : 2 * i + 2])
        curved = -np.array([differentiate(pair, coefficients.degree + 1) for pair in pairs])
        rows.append(np.stack(_sum(coefficients, epochs, curved, coefficients.degree + 2, time, x, y, z), axis=-1))
    return np.stack(rows, axis=-2)


def _years(time: Any) -> Floats:
    """Return decimal years, given as such (as models of the past are) or as times."""
    numbers = np.asarray(time)
    return numbers.astype(float) if numbers.dtype.kind in "fi" else decimal_year(time)


def _sum(
    coefficients: GaussCoefficients, epochs: Floats, tables: Floats, degree: int, time: Any, x: Any, y: Any, z: Any
) -> tuple[Any, Any, Any]:
    """Sum three series of harmonics of one set of coefficients at points with an epoch each."""
    from sunearth.numerics.threads import spread

    from ._field_kernels import main_field_points

    year = coefficients.within(_years(time))
    shape = np.broadcast_shapes(np.shape(year), np.shape(x), np.shape(y), np.shape(z))
    rows = [np.array(np.broadcast_to(np.asarray(a, float), shape)).ravel() for a in (year, x, y, z)]
    result = np.empty((3, rows[0].size))
    spread(
        lambda start, stop: main_field_points(epochs, tables, degree, *rows, *result, start, stop),
        rows[0].size,
        chunk=max(2000, rows[0].size // 16),
    )
    first, second, third = (component.reshape(shape)[()] for component in result)
    return first, second, third


@model(cite=_IGRF, compiled=True)
def igrf_cartesian(time: utc, x: R_E, y: R_E, z: R_E) -> CartesianField:
    """Main field of the Earth in geographic Cartesian components.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    x : float or array, R_E
        Towards the equator at Greenwich.
    y : float or array, R_E
        Towards the equator at 90 degrees east.
    z : float or array, R_E
        Along the axis of rotation.

    Returns
    -------
    b_x : float or array, nT
        Field towards the equator at Greenwich.
    b_y : float or array, nT
        Field towards the equator at 90 degrees east.
    b_z : float or array, nT
        Field along the axis of rotation.

    Warns
    -----
    UserWarning
        If a time lies outside the model: its start is held, and its last change goes on for five years.

    Notes
    -----
    IGRF-14, linear between epochs in decimal years of their own length. Codes with another convention for the decimal
    year differ by up to one day of secular variation, 0.3 nT.

    Examples
    --------
    >>> b = igrf_cartesian("2020-01-01", 1.0, 0.0, 0.0)
    >>> print(f"{b.b_x:.0f} {b.b_y:.0f} {b.b_z:.0f}")
    16099 -2250 27637
    """
    return synthesize(igrf14(), time, x, y, z)


@model(cite=_IGRF, compiled=True)
def igrf(time: utc, latitude: deg, longitude: deg, altitude: km = 0.0) -> LocalField:
    """Main field of the Earth at a geodetic place.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84), as maps and GNSS give it.
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.

    Returns
    -------
    b_north : float or array, nT
        Component to geographic north.
    b_east : float or array, nT
        Component to the east.
    b_down : float or array, nT
        Component down along the normal of the ellipsoid.

    Warns
    -----
    UserWarning
        If a time lies outside the model: its start is held, and its last change goes on for five years.

    Notes
    -----
    IGRF-14, linear between epochs. At a pole, north is the direction of the meridian of `longitude`.

    Examples
    --------
    >>> b = igrf("2010-01-01", 69.66, 18.94, 0.1)
    >>> print(f"{b.b_north:.0f} {b.b_east:.0f} {b.b_down:.0f}")
    10853 1324 52075
    """
    return _local(igrf14(), time, latitude, longitude, altitude)


@model(cite=_IGRF, compiled=True)
def secular_variation(time: utc, latitude: deg, longitude: deg, altitude: km = 0.0) -> LocalChange:
    """Yearly change of the main field at a geodetic place.

    Parameters
    ----------
    time : datetime64 or array
        Time in UTC, 1900 to 2030.
    latitude : float or array, deg
        Geodetic latitude (WGS84).
    longitude : float or array, deg
        Longitude, positive eastward.
    altitude : float or array, km
        Height above the ellipsoid.

    Returns
    -------
    north : float or array, nT/yr
        Change of the component to the north.
    east : float or array, nT/yr
        Change of the component to the east.
    down : float or array, nT/yr
        Change of the downward component.

    Notes
    -----
    The slope of IGRF-14 between its epochs, hence a step function of time; that after 2025 is a prediction.

    Examples
    --------
    >>> change = secular_variation("2026-01-01", 52.0, 13.0)
    >>> print(f"{change.north:.0f} {change.east:.0f} {change.down:.0f}")
    -0 45 49
    """
    return LocalChange(*_local(_rate_of_change(), time, latitude, longitude, altitude))


@functools.cache
def _rate_of_change() -> GaussCoefficients:
    """Slopes of IGRF between its epochs, as a model that steps at each."""
    field = igrf14()
    step = np.diff(field.epochs)[:, None, None]
    g, h = np.diff(field.g, axis=0) / step, np.diff(field.h, axis=0) / step
    edges = np.stack([field.epochs[:-1], np.nextafter(field.epochs[1:], 0.0)], axis=1).ravel()
    edges[-1] = field.epochs[-1]
    return GaussCoefficients("the change of IGRF-14", edges, np.repeat(g, 2, axis=0), np.repeat(h, 2, axis=0))


def _local(coefficients: GaussCoefficients, time: Any, latitude: Any, longitude: Any, altitude: Any) -> LocalField:
    """Field in the local frame of the ellipsoid."""
    radius, geocentric, _ = geodetic_to_geocentric.spec.function(latitude, altitude)
    lat, lon, normal = np.radians(geocentric), np.radians(longitude), np.radians(latitude)
    radius = radius / (1e-3 * EARTH_RADIUS)
    cosine = np.cos(lat)
    b = synthesize(
        coefficients, time, radius * cosine * np.cos(lon), radius * cosine * np.sin(lon), radius * np.sin(lat)
    )
    outward = b.b_x * np.cos(lon) + b.b_y * np.sin(lon)
    return LocalField(
        -np.sin(normal) * outward + np.cos(normal) * b.b_z,
        -np.sin(lon) * b.b_x + np.cos(lon) * b.b_y,
        -np.cos(normal) * outward - np.sin(normal) * b.b_z,
    )


@model(cite="Chapman and Bartels 1940, Geomagnetism, Oxford University Press")
def magnetic_elements(b_north: nT, b_east: nT, b_down: nT) -> MagneticElements:
    """Declination, inclination, horizontal and total intensity of a field.

    Parameters
    ----------
    b_north : float or array, nT
        Component to the north (X).
    b_east : float or array, nT
        Component to the east (Y).
    b_down : float or array, nT
        Downward component (Z).

    Returns
    -------
    declination : float or array, deg
        Angle of the horizontal field from north, positive eastward, -180 to 180.
    inclination : float or array, deg
        Angle of the field below the horizon.
    horizontal : float or array, nT
        Horizontal intensity.
    total : float or array, nT
        Total intensity.

    Notes
    -----
    Many texts give the declination as arctan(Y/X), which is wrong by 180 degrees where X < 0, near the dip poles.

    Examples
    --------
    >>> elements = magnetic_elements(10853.3, 1323.6, 52075.0)
    >>> print(f"{elements.declination:.3f} {elements.inclination:.3f} {elements.total:.1f}")
    6.953 78.142 53210.4
    """
    xp = namespace(b_north, b_east, b_down)
    horizontal = xp.sqrt(b_north**2 + b_east**2)
    return MagneticElements(
        xp.atan2(b_east, b_north) * (180.0 / math.pi),
        xp.atan2(b_down, horizontal) * (180.0 / math.pi),
        horizontal,
        xp.sqrt(horizontal**2 + b_down**2),
    )


@model(cite="Chapman and Bartels 1940, Geomagnetism, Oxford University Press")
def field_from_elements(declination: deg, inclination: deg, total: nT) -> LocalField:
    """Northward, eastward and downward field from declination, inclination and intensity.

    Parameters
    ----------
    declination : float or array, deg
        Angle of the horizontal field from north, positive eastward.
    inclination : float or array, deg
        Angle of the field below the horizon.
    total : float or array, nT
        Total intensity.

    Returns
    -------
    b_north : float or array, nT
        Component to the north.
    b_east : float or array, nT
        Component to the east.
    b_down : float or array, nT
        Downward component.

    Examples
    --------
    >>> b = field_from_elements(6.953, 78.142, 53210.4)
    >>> print(f"{b.b_north:.0f} {b.b_east:.0f} {b.b_down:.0f}")
    10854 1324 52075
    """
    xp = namespace(declination, inclination, total)
    d, i = declination * (math.pi / 180.0), inclination * (math.pi / 180.0)
    horizontal = total * xp.cos(i)
    return LocalField(horizontal * xp.cos(d), horizontal * xp.sin(d), total * xp.sin(i))
