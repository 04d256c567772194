"""Variables of a dataset over x, y and z as arrays in SI, and results labelled again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError
from sunearth.core.units import conversion_factor

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

AXES: Final = ("x", "y", "z")


def cross(a: Any, b: Any) -> Any:
    """Cross product, components first."""
    return np.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def dot(a: Any, b: Any) -> Any:
    """Scalar product, components first."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


class GridFields:
    """Variables of a dataset over x, y, z as arrays in SI, their axes last, and results labelled again."""

    def __init__(self, plasma: xr.Dataset, place: str) -> None:
        if not hasattr(plasma, "data_vars"):
            raise InputError(f"{place}: give an xarray.Dataset over x, y or z, not {type(plasma).__name__}")
        self.plasma, self.place = plasma, place
        present = [axis for axis in AXES if axis in plasma.dims]
        if not present:
            raise InputError(f"{place}: the dataset has none of the dimensions x, y, z")
        for axis in present:
            if axis not in plasma.coords:
                raise InputError(f"{place}: the dimension {axis} has no coordinate; assign positions in R_E to it")
        self.missing = [axis for axis in AXES if axis not in plasma.dims]
        self.coordinates = tuple(
            self._scaled(plasma[axis], "R_E").values if axis in present else np.zeros(1) for axis in AXES
        )
        self.others = [str(name) for name in plasma.dims if name not in AXES]

    def _scaled(self, array: xr.DataArray, unit: str) -> xr.DataArray:
        return array.astype(float) * conversion_factor(array.attrs.get("units", unit), "m" if unit == "R_E" else unit)

    def has(self, names: Iterable[str]) -> bool:
        """Whether the dataset has all the variables."""
        return all(name in self.plasma for name in names)

    def scalar(self, name: str, unit: str, si: str) -> Floats:
        """A variable in SI; `unit` is what it is in where it does not say."""
        if name not in self.plasma:
            raise InputError(f"{self.place}: the dataset lacks {name} ({unit})")
        array = self.plasma[name]
        factor = conversion_factor(array.attrs.get("units", unit), si)
        # A variable that does not depend on a dimension of the dataset is uniform along it.
        sizes = {axis: self.plasma.sizes.get(axis, 1) for axis in (*self.others, *AXES)}
        whole = array.expand_dims({axis: size for axis, size in sizes.items() if axis not in array.dims})
        return np.asarray(whole.transpose(*sizes).values, dtype=float) * factor

    def positive(self, name: str, unit: str, si: str) -> Floats:
        """A variable in SI that one divides by: NaN where it is not positive."""
        values = self.scalar(name, unit, si)
        return np.where(values > 0, values, np.nan)

    def vector(self, name: str, unit: str, si: str) -> Floats:
        """Three variables in SI, components first."""
        return np.stack([self.scalar(f"{name}_{axis}", unit, si) for axis in AXES])

    def magnetic(self) -> Floats:
        """The magnetic field, T."""
        return self.vector("b", "nT", "T")

    def velocity(self) -> Floats:
        """The bulk velocity, m/s."""
        return self.vector("v", "km/s", "m/s")

    def electric(self, current: Floats, resistivity: float) -> Floats:
        """The electric field: what the dataset holds, else that of a resistive fluid."""
        if self.has(f"e_{axis}" for axis in AXES):
            return self.vector("e", "mV/m", "V/m")
        return resistivity * current - cross(self.velocity(), self.magnetic())

    def density(self) -> Floats:
        """Number density, m^-3; NaN where there is none."""
        return self.positive("n", "cm^-3", "m^-3")

    def label(self, values: Floats, unit: str, text: str, reference: str) -> tuple[Any, ...]:
        """A result over the dimensions of the dataset."""
        dims = [*self.others, *AXES]
        whole = np.asarray(values)
        for axis in range(3):
            if AXES[axis] in self.missing:
                whole = np.take(whole, 0, axis=axis - 3)
                dims.remove(AXES[axis])
        return dims, whole, {"units": unit, "long_name": text, "references": reference}

    def dataset(
        self, vectors: dict[str, tuple[Floats, str, str]], scalars: dict[str, tuple[Floats, str, str]], reference: str
    ) -> xr.Dataset:
        """Results as variables: each vector as three of them, named with _x, _y and _z."""
        import xarray as xr

        columns = {}
        for name, (values, unit, text) in vectors.items():
            for i, axis in enumerate(AXES):
                columns[f"{name}_{axis}"] = self.label(values[i], unit, f"{text}, {axis} component", reference)
        for name, (values, unit, text) in scalars.items():
            columns[name] = self.label(values, unit, text, reference)
        kept = {name: self.plasma.coords[name] for name in (*self.others, *AXES) if name in self.plasma.coords}
        return xr.Dataset(columns, coords=kept)

    def weights(self, order: int) -> tuple[Floats, ...]:
        """Quadrature weights along the three axes, m."""
        if self.missing:
            raise InputError(f"{self.place}: an integral needs a grid over x, y and z; {self.missing[0]} is missing")
        return tuple(quadrature(points, order) for points in self.coordinates)

    def integral(self, values: Floats, weights: Sequence[Floats]) -> Floats:
        """The integral over the box."""
        return np.einsum("...xyz,x,y,z->...", values, *weights, optimize=True)


def quadrature(points: Floats, order: int) -> Floats:
    """Weights of the trapezoidal rule, or of the integral of the cubic spline."""
    if order == 2 or len(points) < 4:
        steps = np.abs(np.diff(points))
        return 0.5 * (np.append(steps, 0.0) + np.append(0.0, steps))
    from scipy.interpolate import CubicSpline

    rising = points if points[-1] > points[0] else points[::-1]
    weights = CubicSpline(rising, np.eye(len(points))).integrate(rising[0], rising[-1])
    return weights if points[-1] > points[0] else weights[::-1]
