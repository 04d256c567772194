"""Models on labelled arrays: units come from attributes, dimensions and coordinates are kept, Dask stays lazy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import xarray as xr

from . import quantities
from .errors import InputError
from .units import Unit


def evaluate(spec: Any, named: dict[str, Any]) -> Any:
    """Call a model on DataArrays (mixed with anything else) and return DataArrays with their attributes.

    Parameters
    ----------
    spec : Spec
        The model.
    named : dict
        Its inputs by name; at least one is a DataArray.

    Returns
    -------
    DataArray or NamedTuple of DataArray
        With ``units``, ``long_name`` and ``references``.
    """
    arrays: dict[str, Any] = {}
    options: dict[str, Any] = {}
    order: dict[Any, None] = {}
    for name, value in named.items():
        parameter = spec.parameters[name]
        place = f"{spec.name}: {name}"
        if parameter.is_option or value is None:
            options[name] = value
            continue
        if isinstance(value, xr.Dataset):
            raise InputError(f"{place}: got a Dataset; pass one of its variables, such as dataset[{name!r}]")
        if isinstance(value, xr.DataArray):
            arrays[name] = value if parameter.is_time else _in_unit(value, parameter.unit, place)
            order |= dict.fromkeys(value.dims)
        elif parameter.is_time:
            arrays[name] = np.asarray(value, "datetime64[ns]")
        elif quantities.has_unit(value):
            arrays[name] = quantities.to_plain(value, parameter.unit, place)
        else:
            arrays[name] = quantities.as_float(value, parameter.unit, place)
    core = [_core_dimensions(spec, name, value) for name, value in arrays.items()]
    single = len(spec.outputs) == 1 and spec.record is None
    results = _apply(spec, arrays, options, core)
    labelled = [
        _label(result, order, output, spec.cite)
        for result, output in zip((results,) if single else results, spec.outputs, strict=True)
    ]
    return labelled[0] if single else spec.record(*labelled)


def _in_unit(array: xr.DataArray, unit: Unit, place: str) -> xr.DataArray:
    if array.dtype.kind not in "fiu":
        raise InputError(f"{place}: expected real numbers in {unit.name}, got {array.dtype}")
    factor = quantities.labelled_factor(array, unit, place)
    if factor != 1.0:
        return array * factor
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _core_dimensions(spec: Any, name: str, value: Any) -> list[str]:
    """The dimension along which a model carries state, for the inputs that have it."""
    if spec.along is None or np.ndim(value) == 0:
        return []
    if isinstance(value, xr.DataArray):
        if spec.along in value.dims:
            return [spec.along]
        if spec.parameters[name].is_time:
            raise InputError(f"{spec.name}: {name} needs the dimension {spec.along!r}, it has {tuple(value.dims)}")
        return []
    raise InputError(f"{spec.name}: {name} must be a DataArray or a number where others are DataArrays")


def _apply(spec: Any, arrays: dict[str, Any], options: dict[str, Any], core: list[list[str]]) -> Any:
    outputs = len(spec.outputs)
    names = list(arrays)
    function = _ByPosition(spec.model, names, options)
    any_core = any(core)
    # A scalar beside time series joins them along the carried dimension inside the model, by broadcasting.
    try:
        return xr.apply_ufunc(
            function,
            *arrays.values(),
            input_core_dims=core,
            output_core_dims=[[spec.along] if any_core else []] * outputs,
            dask="parallelized",
            output_dtypes=[np.float64] * outputs,
            dask_gufunc_kwargs={"allow_rechunk": True} if any_core else None,
            join="exact",
            keep_attrs=False,
        )
    except (xr.AlignmentError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{spec.name}: the inputs do not fit together: {' '.join(str(error).split())[:200]}; "
            "align them first (xarray.align, interp)"
        ) from error


class _ByPosition:
    """A model as a function of arrays by position; a class so that Dask can send it to another process."""

    def __init__(self, model: Callable[..., Any], names: list[str], options: dict[str, Any]) -> None:
        self.model, self.names, self.options = model, names, options

    def __call__(self, *values: Any) -> Any:
        return self.model(**dict(zip(self.names, values, strict=True)), **self.options)


def _label(result: xr.DataArray, order: dict[Any, None], output: Any, cite: str) -> xr.DataArray:
    dims = [d for d in order if d in result.dims]
    result = result.transpose(*dims, ...)
    result.attrs = {"units": output.unit.name, "long_name": output.description, "references": cite}
    result.name = output.name
    return result


def evaluate_dask(spec: Any, named: dict[str, Any]) -> Any:
    """Call a model on bare Dask arrays and return bare Dask arrays, still lazy."""
    deepest = max(np.ndim(v) for n, v in named.items() if not spec.parameters[n].is_option and v is not None)
    dims = [f"dim_{i}" for i in range(deepest)]
    if spec.along:
        dims[-1] = spec.along
    wrapped = {
        name: xr.DataArray(value, dims=dims[deepest - np.ndim(value) :])
        if not spec.parameters[name].is_option and np.ndim(value)
        else value
        for name, value in named.items()
    }
    result = evaluate(spec, wrapped)
    if spec.record is None:
        return cast(xr.DataArray, result).data
    return spec.record(*(r.data for r in result))
