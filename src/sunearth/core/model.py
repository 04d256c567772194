"""The declaration of a model, and the registry of all that have been declared.

A model is a function of arrays whose signature states the units. :func:`model` keeps it exactly that, and lets it
take floats, lists, NumPy arrays, xarray DataArrays (Dask-backed ones stay lazy), anything that knows its unit
(astropy, pint) and JAX arrays alike. On plain floats and arrays it costs about a microsecond or two.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, ParamSpec, Protocol, TypeVar, cast, get_type_hints

import numpy as np

from . import quantities
from .arrays import is_foreign
from .docstrings import Docstring, parse_docstring
from .errors import InputError
from .time import to_datetime64
from .units import Unit, conversion_factor, is_time, unit_of

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

_ABSENT: Any = inspect.Parameter.empty


class Parameter(NamedTuple):
    """One argument of a model: a quantity with a unit, a time, or an option."""

    name: str
    unit: Unit | None
    is_time: bool
    default: Any
    description: str

    @property
    def is_option(self) -> bool:
        """Whether the argument is a choice rather than a quantity."""
        return self.unit is None and not self.is_time

    @property
    def is_required(self) -> bool:
        """Whether the argument has no default."""
        return self.default is _ABSENT


class Output(NamedTuple):
    """One result of a model."""

    name: str
    unit: Unit
    description: str


@dataclass(frozen=True)
class Spec:
    """What is known about a model: all that the reference, the command line and the law tests read."""

    name: str
    path: str
    summary: str
    parameters: Mapping[str, Parameter]
    outputs: tuple[Output, ...]
    cite: str
    ranges: Mapping[str, tuple[float, float]]
    along: str | None
    even: tuple[str, ...]
    monotonic: Mapping[str, int]
    compiled: bool
    docstring: Docstring
    function: Callable[..., Any]
    model: Callable[..., Any]
    record: type | None

    @property
    def region(self) -> str:
        """First part of the path: the region of the chain the model belongs to."""
        return self.path.split(".")[0]

    @property
    def quantities(self) -> tuple[Parameter, ...]:
        """The parameters that carry a unit."""
        return tuple(p for p in self.parameters.values() if p.unit is not None)


class Model(Protocol, Generic[P, R_co]):
    """A declared model: call it, ask where it is valid, or read its `spec`."""

    spec: Spec
    __name__: str

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Evaluate the model."""

    def valid(self, **inputs: Any) -> Any:
        """Return True where every named input lies inside the model's range."""


_registry: dict[str, Spec] = {}


def registered() -> Mapping[str, Spec]:
    """Return every model declared so far, by path (``magnetosphere.magnetopause.shue_1998``)."""
    return types.MappingProxyType(_registry)


def model(
    *,
    cite: str,
    valid: Mapping[str, tuple[float, float]] | None = None,
    along: str | None = None,
    even: tuple[str, ...] = (),
    monotonic: Mapping[str, int] | None = None,
    compiled: bool = False,
) -> Callable[[Callable[P, R]], Model[P, R]]:
    """Declare a function as a model.

    Parameters
    ----------
    cite : str
        The source: ``"Authors year, Journal volume, page"``, optionally ``", doi:..."``.
    valid : dict of (low, high), optional
        Range of each input inside which the source holds, in the units of the signature.
    along : str, optional
        Name of a dimension that the model carries state along (``"time"``): always the last axis of its arrays.
    even : tuple of str, optional
        Inputs whose sign does not matter; the law tests check it.
    monotonic : dict of {1, -1}, optional
        Inputs with which the (first) result grows (1) or falls (-1) inside the valid ranges; checked likewise.
    compiled : bool, optional
        Whether a compiled loop does the work: arrays of other libraries are then brought to NumPy, and cannot be
        differentiated through.

    Returns
    -------
    callable
        The same function, which now takes every supported kind of array and carries `spec` and `valid`.

    Examples
    --------
    >>> from sunearth.magnetosphere.magnetopause import shue_1998
    >>> round(float(shue_1998(0.0, 2.0, -5.0)), 2)
    9.81
    """

    def declare(function: Callable[P, R]) -> Model[P, R]:
        names = tuple(inspect.signature(function).parameters)
        known = frozenset(names)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if all(type(value) is float for value in (*args, *kwargs.values())):
                with np.errstate(all="ignore"):
                    return function(*map(np.float64, args), **{k: np.float64(v) for k, v in kwargs.items()})  # type: ignore[arg-type]
            named = dict(zip(names, args, strict=False))
            if len(args) > len(names) or not named.keys().isdisjoint(kwargs) or not kwargs.keys() <= known:
                return function(*args, **kwargs)  # raises the TypeError that Python words best
            return _evaluate(spec, named | kwargs)

        declared = cast(Model[P, R], call)
        spec = _specify(function, declared, cite, valid or {}, along, even, monotonic or {}, compiled)
        declared.spec = spec
        call.valid = functools.partial(_valid, spec)  # type: ignore[attr-defined]
        call.__doc__ = function.__doc__
        _registry[spec.path] = spec
        return declared

    return declare


def _specify(
    function: Callable[..., Any],
    declared: Any,
    cite: str,
    ranges: Mapping[str, tuple[float, float]],
    along: str | None,
    even: tuple[str, ...],
    monotonic: Mapping[str, int],
    compiled: bool,
) -> Spec:
    """Read a model's signature and docstring into its specification; refuse a declaration that is not complete."""
    path = f"{function.__module__}.{function.__name__}".removeprefix("sunearth.")
    hints = get_type_hints(function, include_extras=True)
    docstring = parse_docstring(function.__doc__ or "")
    parameters = {}
    for name, parameter in inspect.signature(function).parameters.items():
        hint = hints.get(name)
        described = docstring.parameters.get(name, "")
        parameters[name] = Parameter(name, unit_of(hint), is_time(hint), parameter.default, described)
    unknown = {*ranges, *even, *monotonic} - parameters.keys()
    if unknown:
        raise InputError(f"{path}: {', '.join(sorted(unknown))} declared but not in the signature")
    returned = hints.get("return")
    record = returned if isinstance(returned, type) and issubclass(returned, tuple) else None
    if record is not None:
        fields = get_type_hints(record, include_extras=True)
        described_by = docstring.returns
        outputs = tuple(
            Output(field, _stated_unit(path, field, hint), described_by.get(field, field.replace("_", " ")))
            for field, hint in fields.items()
        )
    else:
        outputs = (Output(function.__name__, _stated_unit(path, "result", returned), docstring.summary.rstrip(".")),)
    return Spec(
        name=function.__name__,
        path=path,
        summary=docstring.summary,
        parameters=types.MappingProxyType(parameters),
        outputs=outputs,
        cite=cite,
        ranges=types.MappingProxyType(dict(ranges)),
        along=along,
        even=even,
        monotonic=types.MappingProxyType(dict(monotonic)),
        compiled=compiled,
        docstring=docstring,
        function=function,
        model=declared,
        record=record,
    )


def _stated_unit(path: str, name: str, hint: Any) -> Unit:
    unit = unit_of(hint)
    if unit is None:
        raise InputError(f"{path}: {name} needs a unit in its annotation, such as '-> nT'")
    return unit


def _evaluate(spec: Spec, named: dict[str, Any]) -> Any:
    """Call a model on whatever mixture of arrays the caller brought, and give back the same kind."""
    xarray = sys.modules.get("xarray")
    if xarray is not None and any(isinstance(value, xarray.DataArray) for value in named.values()):
        from . import labelled

        return labelled.evaluate(spec, named)
    if any(quantities.is_dask(value) for value in named.values()):
        from . import labelled

        return labelled.evaluate_dask(spec, named)
    prepared, like = {}, None
    for name, value in named.items():
        parameter = spec.parameters[name]
        if parameter.is_option or (value is None and parameter.default is None):
            prepared[name] = value
        elif parameter.is_time:
            prepared[name] = to_datetime64(value, f"{spec.name}: {name}")
        else:
            prepared[name] = _plain(spec, parameter, value)
            if like is None and quantities.has_unit(value):
                like = value
    result = _compute(spec, prepared)
    if like is None:
        return result
    if spec.record is None:
        return quantities.attach(result, spec.outputs[0].unit, like)
    return spec.record(
        *(quantities.attach(r, output.unit, like) for r, output in zip(result, spec.outputs, strict=True))
    )


def _plain(spec: Spec, parameter: Parameter, value: Any) -> Any:
    """Turn one input into a plain floating-point array in the unit of the signature."""
    unit = cast(Unit, parameter.unit)
    place = f"{spec.name}: {parameter.name}"
    if type(value) is np.ndarray and value.dtype.kind == "f" and value.dtype.itemsize > 2:
        return value
    if quantities.has_unit(value):
        return quantities.to_plain(value, unit, place)
    if is_foreign(value) and not spec.compiled:
        return quantities.foreign_float(value, unit, place)
    return quantities.as_float(value, unit, place)


def _compute(spec: Spec, prepared: dict[str, Any]) -> Any:
    """Run the formula; explain shapes that do not fit together."""
    try:
        with np.errstate(all="ignore"):
            return spec.function(**prepared)
    except ValueError as error:
        shapes = {n: np.shape(v) for n, v in prepared.items() if not spec.parameters[n].is_option and v is not None}
        try:
            np.broadcast_shapes(*shapes.values())
        except ValueError:
            listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise InputError(
                f"{spec.name}: the shapes do not broadcast: {listed}; give arrays of one shape or scalars"
            ) from error
        raise


def _valid(spec: Spec, **inputs: Any) -> Any:
    """Return True where every input lies inside the range that the source of the model covers.

    Parameters
    ----------
    **inputs : array
        The model's inputs by name, as for a call; those without a stated range are ignored.

    Returns
    -------
    bool array or DataArray
        False also where an input is NaN.
    """
    unknown = inputs.keys() - spec.parameters.keys()
    if unknown:
        raise InputError(f"{spec.name} has no parameter {sorted(unknown)[0]!r}; it takes {', '.join(spec.parameters)}")
    inside: Any = np.True_
    for name, (low, high) in spec.ranges.items():
        if inputs.get(name) is None:
            continue
        value, unit = inputs[name], cast(Unit, spec.parameters[name].unit)
        if hasattr(value, "attrs") and hasattr(value, "dims"):
            value = value * conversion_factor(value.attrs.get("units", unit), unit)
        else:
            value = _plain(spec, spec.parameters[name], value)
        inside = inside & (value >= low) & (value <= high)
    return inside
