"""The magnetic field around the Earth as one object: a main field plus an external one, at one or many times.

A :class:`Field` is what is traced, drifted in and drawn. Build one with :func:`magnetic_field`, from a function of your
own with :meth:`Field.from_function`, or from values on a grid with :meth:`Field.from_grid`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, IGRF14_DIPOLE, IGRF14_DIPOLE_EPOCHS
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.time import decimal_year, to_datetime64

from .igrf import CartesianField, GaussCoefficients, igrf14, packed

Floats = NDArray[np.float64]

# Harmonics that add less than this to the field at a distance are left out there, nT.
NEGLIGIBLE = 1e-4


class _External(NamedTuple):
    """An external model: where its compiled parts are, and the drivers it takes after the dipole tilt."""

    module: str
    prepare: str
    kernel: str
    drivers: tuple[str, ...]


_WIND = ("p_dyn", "dst", "b_y", "b_z")
EXTERNAL: Mapping[str, _External] = {
    "t89": _External("_t89", "prepare_t89", "t89_field", ("kp",)),
    "t96": _External("_t96", "prepare_t96", "t96_field", _WIND),
    "t01": _External("_t01", "prepare_t01", "t01_field", (*_WIND, "g1", "g2")),
    "t01_corrected": _External("_t01", "prepare_t01_corrected", "t01_field", (*_WIND, "g1", "g2")),
    "ts04": _External("_ts04", "prepare_ts04", "ts04_field", (*_WIND, "w1", "w2", "w3", "w4", "w5", "w6")),
}
INTERNAL = ("igrf", "dipole", "none")


@dataclass(frozen=True, eq=False)
class Field:
    """A magnetic field in GSM, in one or several states.

    Parameters
    ----------
    inner, outer : compiled functions
        Two fields whose sum this is; see `from_function`.
    inner_records, outer_records : array (state, number)
        Their parameters in each state.
    shape : tuple of int
        Shape that times and drivers broadcast to; a point broadcasts with it.
    name : str
        What it is, for labels.
    time : datetime64 or array, optional
        Time of each state, in UTC.
    dipole_tilt : float or array, rad
        Tilt of the dipole in each state: the equator that tracers look for is perpendicular to it.

    Examples
    --------
    >>> field = magnetic_field("2015-03-17T18:00", external="t89", kp=7.0)
    >>> b = field(-6.6, 0.0, 0.0)
    >>> b.b_z < 100.0
    np.True_
    """

    inner: Any
    inner_records: Floats
    outer: Any
    outer_records: Floats
    shape: tuple[int, ...]
    name: str
    time: Any
    dipole_tilt: Any

    def __call__(self, x: Any, y: Any, z: Any) -> CartesianField:
        """Field at points.

        Parameters
        ----------
        x, y, z : float or array, R_E
            GSM coordinates; they broadcast with the states of the field.

        Returns
        -------
        b_x, b_y, b_z : float or array, nT
            GSM components.
        """
        from sunearth.numerics.threads import spread

        from ._field_kernels import sum_fields

        state, points, shape = self.rows(x, y, z)
        result = np.empty((state.size, 3))
        parts = (self.inner, self.inner_records, self.outer, self.outer_records, state, *points, result)
        spread(lambda start, stop: sum_fields(*parts, start, stop), state.size, chunk=max(500, state.size // 16))
        return CartesianField(*(result[:, k].reshape(shape)[()] for k in range(3)))

    def rows(self, *coordinates: Any) -> tuple[NDArray[np.int64], tuple[Floats, ...], tuple[int, ...]]:
        """Bring coordinates to rows, and say which state each belongs to, as compiled loops want them.

        Parameters
        ----------
        *coordinates : float or array
            What broadcasts with the states.

        Returns
        -------
        state : int array (row,)
            State of each row.
        rows : tuple of array (row,)
            The coordinates.
        shape : tuple of int
            Shape that everything broadcast to.
        """
        plain = [np.asarray(c, float) for c in coordinates]
        try:
            shape = np.broadcast_shapes(self.shape, *(c.shape for c in plain))
        except ValueError as error:
            listed = ", ".join(str(c.shape) for c in plain)
            raise InputError(
                f"field of shape {self.shape}: points of shape {listed} do not broadcast with it"
            ) from error
        states = np.arange(len(self.inner_records)).reshape(self.shape)
        # copies: compiled loops take arrays that may be written to
        state = np.array(np.broadcast_to(states, shape)).ravel()
        return state, tuple(np.array(np.broadcast_to(c, shape)).ravel() for c in plain), shape

    def __add__(self, other: Field) -> Field:
        """Return the sum of two fields, where each has but one part."""
        if not isinstance(other, Field):
            return NotImplemented
        from ._field_kernels import no_field

        mine, theirs = ([k for k in ((f.inner, f.inner_records), (f.outer, f.outer_records)) if k[0] is not no_field]
                        for f in (self, other))  # fmt: skip
        if len(mine) + len(theirs) > 2:
            raise InputError("field: a sum has at most two parts; write the others as one compiled function")
        if {len(self.inner_records), len(other.inner_records)} - {1} and self.shape != other.shape:
            raise InputError(f"field: states of shape {self.shape} and {other.shape} do not fit together")
        larger = self if len(self.inner_records) >= len(other.inner_records) else other
        count = len(larger.inner_records)
        parts = [*mine, *theirs, (no_field, np.zeros((1, 1))), (no_field, np.zeros((1, 1)))][:2]
        (inner, first), (outer, second) = (
            (kernel, np.array(np.broadcast_to(record, (count, record.shape[1])))) for kernel, record in parts
        )
        name = f"{self.name} + {other.name}"
        return Field(inner, first, outer, second, larger.shape, name, larger.time, larger.dipole_tilt)

    @classmethod
    def from_function(
        cls, function: Callable[..., Any], parameters: Any = (0.0,), name: str = "", dipole_tilt: float = 0.0
    ) -> Field:
        """Make a field from a function of your own.

        Parameters
        ----------
        function : callable
            ``function(parameters, x, y, z)`` or ``function(x, y, z)`` for numbers, returning ``(b_x, b_y, b_z)``.
            It is compiled by Numba: plain arithmetic and `math` functions.
        parameters : sequence of float, optional
            Passed on as an array.
        name : str, optional
            For labels; the function's own name by default.
        dipole_tilt : float, optional
            Direction of the magnetic axis in the x-z plane, rad.

        Returns
        -------
        Field
            In one state, without a time.

        Raises
        ------
        InputError
            If Numba cannot compile the function; sample it on a grid instead (`from_grid`).

        Examples
        --------
        >>> line_current = Field.from_function(lambda x, y, z: (-y / (x * x + y * y), x / (x * x + y * y), 0.0))
        >>> print(line_current(2.0, 0.0, 0.0).b_y)
        0.5
        """
        import inspect

        from numba import njit

        from ._field_kernels import FIELD_SIGNATURE, no_field

        wanted = name or getattr(function, "__name__", "field")
        if hasattr(function, "py_func") and function.nopython_signatures == [FIELD_SIGNATURE]:
            compiled = function
        else:
            try:
                inner = function if hasattr(function, "py_func") else njit(function, error_model="numpy")
                if len(inspect.signature(getattr(function, "py_func", function)).parameters) == 3:

                    def compiled(parameters, x, y, z):  # type: ignore[no-untyped-def]
                        b_x, b_y, b_z = inner(x, y, z)
                        return b_x * 1.0, b_y * 1.0, b_z * 1.0
                else:

                    def compiled(parameters, x, y, z):  # type: ignore[no-untyped-def]
                        b_x, b_y, b_z = inner(parameters, x, y, z)
                        return b_x * 1.0, b_y * 1.0, b_z * 1.0

                compiled = njit(FIELD_SIGNATURE, nogil=True, error_model="numpy")(compiled)
            except Exception as error:  # Numba has many errors of its own
                reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
                raise InputError(
                    f"{wanted}: Numba cannot compile this field ({reason[:120]}); use plain arithmetic of numbers, "
                    "or sample it on a grid and use Field.from_grid"
                ) from error
        record = np.atleast_2d(np.asarray(parameters, float))
        return cls(compiled, record, no_field, np.zeros((1, 1)), (), wanted, None, dipole_tilt)

    @classmethod
    def from_grid(
        cls, x: Any, y: Any, z: Any, b_x: Any, b_y: Any, b_z: Any, name: str = "gridded", dipole_tilt: float = 0.0
    ) -> Field:
        """Make a field from values on a regular grid, such as the output of a simulation.

        Parameters
        ----------
        x, y, z : array (n,), R_E
            Equally spaced, ascending coordinates.
        b_x, b_y, b_z : array (x, y, z), nT
            Components at the points of the grid.
        name : str, optional
            For labels.
        dipole_tilt : float, optional
            Direction of the magnetic axis in the x-z plane, rad.

        Returns
        -------
        Field
            Linear between the points, NaN outside the grid.

        Raises
        ------
        InputError
            If the coordinates are not equally spaced, or the shapes do not fit.

        Examples
        --------
        >>> axis = np.linspace(-2.0, 2.0, 9)
        >>> x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
        >>> field = Field.from_grid(axis, axis, axis, 2.0 * x, -2.0 * y, 0.0 * z)
        >>> print(f"{field(0.3, 0.1, 0.0).b_x:.1f}")
        0.6
        """
        from ._field_kernels import gridded_field, no_field

        axes = [np.asarray(axis, float) for axis in (x, y, z)]
        for label, axis in zip("xyz", axes, strict=True):
            steps = np.diff(axis)
            if axis.ndim != 1 or axis.size < 2 or not np.allclose(steps, steps.mean(), rtol=1e-6) or steps[0] <= 0:
                raise InputError(f"{name}: {label} must be at least two equally spaced, ascending coordinates")
        shape = tuple(axis.size for axis in axes)
        values = [np.asarray(b, float) for b in (b_x, b_y, b_z)]
        if any(b.shape != shape for b in values):
            raise InputError(f"{name}: the field has shapes {[b.shape for b in values]}, the grid has {shape}")
        header = [axis[0] for axis in axes] + [(a[-1] - a[0]) / (a.size - 1) for a in axes] + list(shape)
        record = np.concatenate([header, np.stack(values, axis=-1).ravel()])[None, :]
        return cls(gridded_field, record, no_field, np.zeros((1, 1)), (), name, None, dipole_tilt)


def magnetic_field(
    time: Any = None,
    internal: str | GaussCoefficients = "igrf",
    external: str = "none",
    dipole_tilt: Any = None,
    **drivers: Any,
) -> Field:
    """Build the magnetic field of the Earth at a time.

    Parameters
    ----------
    time : datetime64, str or array, optional
        Time in UTC. Without it the internal field is a dipole with `dipole_tilt`.
    internal : {"igrf", "dipole", "none"} or GaussCoefficients, optional
        Main field.
    external : {"none", "t89", "t96", "t01", "t01_corrected", "ts04"}, optional
        Model of the currents around the Earth, by Tsyganenko and coauthors; "t01" has the coefficients of its first
        release, as other packages do, "t01_corrected" those of its author's correction of 2006.
    dipole_tilt : float or array, rad, optional
        Overrides the tilt that follows from the time, in a dipole and in the external field.
    **drivers : float or array
        What the external model is driven by: `kp` for T89; `p_dyn` (nPa), `dst`, `b_y`, `b_z` (nT) for T96; also `g1`,
        `g2` for both T01, or `w1` to `w6` for TS04. They broadcast with `time`.

    Returns
    -------
    Field
        To call with points, or to trace.

    Raises
    ------
    InputError
        If a driver is missing or unknown, or a time is needed.

    Notes
    -----
    A state with an unknown (NaN) driver gives NaN. `valid` of the models in :mod:`sunearth.geomagnetism.tsyganenko`
    says where the drivers are inside the data that the models rest on; outside they still answer.

    Examples
    --------
    >>> field = magnetic_field("2015-03-17T18:00", external="t96", p_dyn=5.0, dst=-150.0, b_y=2.0, b_z=-10.0)
    >>> b = field([-6.6, -10.0], 0.0, 0.0)
    >>> b.b_z.shape
    (2,)
    """
    from . import _field_kernels as kernels

    if external != "none" and external not in EXTERNAL:
        raise UnknownNameError("external field", external, ["none", *EXTERNAL])
    needed = () if external == "none" else EXTERNAL[external].drivers
    missing, unknown = [d for d in needed if d not in drivers], [d for d in drivers if d not in needed]
    if missing or unknown:
        fault = f"{external} needs {', '.join(missing)}" if missing else f"{external} takes no {', '.join(unknown)}"
        raise InputError(f"magnetic_field: {fault}; it is driven by {', '.join(needed) or 'nothing'}")
    if time is None and (internal == "igrf" or isinstance(internal, GaussCoefficients)):
        raise InputError("magnetic_field: the main field needs a time; give one, or internal='dipole'")
    when = None if time is None else to_datetime64(time)
    tilt = _tilt(when) if dipole_tilt is None else np.asarray(dipole_tilt, float)
    values = [np.asarray(drivers[name], float) for name in needed]
    try:
        shape = np.broadcast_shapes(np.shape(when) if when is not None else (), tilt.shape, *(v.shape for v in values))
    except ValueError as error:
        listed = ", ".join(f"{n} {v.shape}" for n, v in zip(needed, values, strict=True))
        raise InputError(f"magnetic_field: shapes do not broadcast: time {np.shape(when)}, {listed}") from error
    tilts = np.broadcast_to(tilt, shape).ravel()
    if internal == "none":
        inner, inner_records = kernels.no_field, np.zeros((tilts.size, 1))
    elif internal == "dipole":
        inner, inner_records = kernels.dipole_field, _dipole_records(when, tilts, shape)
    elif internal == "igrf" or isinstance(internal, GaussCoefficients):
        coefficients = internal if isinstance(internal, GaussCoefficients) else igrf14()
        inner, inner_records = kernels.main_field, _main_records(coefficients, when, shape)
    else:
        raise UnknownNameError("internal field", str(internal), INTERNAL)
    outer, outer_records = kernels.no_field, np.zeros((tilts.size, 1))
    if external != "none":
        outer, outer_records = _external_records(EXTERNAL[external], tilts, values, shape)
    name = f"{getattr(internal, 'name', internal)} + {external}" if external != "none" else str(internal)
    return Field(inner, inner_records, outer, outer_records, shape, name.upper(), when, tilts.reshape(shape)[()])


def _tilt(time: Any) -> Floats:
    if time is None:
        return np.zeros(())
    from .frames import dipole_tilt

    return np.asarray(dipole_tilt.spec.function(time))


def _dipole_records(time: Any, tilts: Floats, shape: tuple[int, ...]) -> Floats:
    strength = np.asarray(DIPOLE_EQUATORIAL_FIELD)
    if time is not None:
        strength = np.interp(decimal_year(time), IGRF14_DIPOLE_EPOCHS, np.linalg.norm(IGRF14_DIPOLE, axis=1))
    moment = np.broadcast_to(strength, shape).ravel()
    return np.stack([-moment * np.sin(tilts), 0.0 * tilts, -moment * np.cos(tilts)], axis=1)


def _main_records(coefficients: GaussCoefficients, time: Any, shape: tuple[int, ...]) -> Floats:
    """Records of the main field in GSM, one for each time (computed once where drivers alone change)."""
    from ._field_kernels import prepare_main_field
    from .frames import rotation_matrix

    times, which = np.unique(np.ravel(time), return_inverse=True)
    rotations = np.ascontiguousarray(rotation_matrix(times, "GSM", "GEO"))
    records = []
    for when, rotation in zip(times, rotations, strict=True):
        g, h = coefficients.at(when)
        records.append(prepare_main_field(packed(g, h), coefficients.degree, rotation, NEGLIGIBLE))
    index = np.broadcast_to(which.reshape(np.shape(time)), shape).ravel()
    return np.ascontiguousarray(np.array(records)[index])


def _external_records(
    model: _External, tilts: Floats, values: list[Floats], shape: tuple[int, ...]
) -> tuple[Any, Floats]:
    from importlib import import_module

    module = import_module(f".{model.module}", __package__)
    rows = [np.broadcast_to(value, shape).ravel() for value in values]
    prepare = getattr(module, model.prepare)
    records = [prepare(*state) for state in zip(tilts.tolist(), *(row.tolist() for row in rows), strict=True)]
    return getattr(module, model.kernel), np.ascontiguousarray(np.array(records))
