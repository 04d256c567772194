"""The edge of a model: numbers with units become plain arrays, and plain results get their unit back.

Quantities of astropy and pint are recognised by what they can do, so that neither package is ever imported here.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np

from .errors import InputError, UnitError
from .units import Unit, conversion_factor, parse_unit

# Symbols that other unit libraries name otherwise, and those they lack (or define by another Earth), with their size.
_FOREIGN_NAMES = {"h": "hour", "d": "day", "yr": "year"}
_DEFINED = {
    "R_E": (6371.2, "km"),
    "R_sun": (6.957e5, "km"),
    "gauss": (1e-4, "T"),
    "sfu": (1e-22, "W s / m**2"),
    "TECU": (1e16, "m**-2"),
    "Mx": (1e-8, "Wb"),
    "%": (0.01, ""),
}


def has_unit(value: Any) -> bool:
    """Whether a value carries a unit object, as astropy's and pint's quantities do."""
    return _is_astropy(value) or _is_pint(value)


def is_dask(value: Any) -> bool:
    """Whether a value is a bare Dask array."""
    return type(value).__module__.startswith("dask.array")


def _is_astropy(value: Any) -> bool:
    return hasattr(value, "to_value") and hasattr(value, "unit")


def _is_pint(value: Any) -> bool:
    return hasattr(value, "magnitude") and hasattr(value, "to") and hasattr(value, "units")


def to_plain(value: Any, unit: Unit, place: str) -> Any:
    """Convert a quantity to a plain array in `unit`.

    Raises
    ------
    UnitError
        If the quantity measures something else.
    """
    try:
        if _is_astropy(value):
            return as_float(value.to_value(foreign_unit(unit, value)), unit, place)
        return as_float(value.to(foreign_unit(unit, value)).magnitude, unit, place)
    except (InputError, UnitError):
        raise
    except Exception as error:  # each library has its own class for a failed conversion
        given = getattr(value, "unit", getattr(value, "units", "?"))
        raise UnitError(f"{place}: cannot convert {str(given)!r} to {unit.name!r}") from error


def attach(result: Any, unit: Unit, like: Any) -> Any:
    """Return a plain result as the kind of quantity that `like` is."""
    if _is_astropy(like):
        # The class of astropy itself: a subclass such as Longitude would restrict the result.
        return sys.modules["astropy.units"].Quantity(result, foreign_unit(unit, like))
    return type(like)(result, foreign_unit(unit, like))


def foreign_unit(unit: Unit, like: Any) -> Any:
    """Rebuild one of our units from its symbols in the unit library that `like` belongs to."""
    symbol_unit = _astropy_symbol if _is_astropy(like) else functools.partial(_pint_symbol, like._REGISTRY)
    total = symbol_unit("")
    for symbol, power in unit.factors:
        exponent = int(power) if power.denominator == 1 else float(power)
        total = total * symbol_unit(symbol) ** exponent
    return total


@functools.cache
def _astropy_symbol(symbol: str) -> Any:
    units = sys.modules["astropy.units"]
    if symbol in _DEFINED:
        size, name = _DEFINED[symbol]
        return units.def_unit(symbol, size * units.Unit(name))
    return units.Unit(_FOREIGN_NAMES.get(symbol, symbol))


def _pint_symbol(registry: Any, symbol: str) -> Any:
    if symbol in _DEFINED:
        size, base = _DEFINED[symbol]
        name = "sunearth_" + ("percent" if symbol == "%" else symbol)
        if name not in registry:
            registry.define(f"{name} = {size!r} * {base or 'dimensionless'} = {symbol}")
        return registry.Unit(name)
    return registry.Unit(_FOREIGN_NAMES.get(symbol, symbol))


def as_float(value: Any, unit: Unit, place: str) -> Any:
    """Turn plain numbers of any kind into a floating-point array; refuse what is not a real number.

    Raises
    ------
    InputError
        For text, complex numbers, booleans, dates and objects.
    """
    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(float), np.nan)
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InputError(f"{place}: cannot read it as numbers in {unit.name}: {error}") from error
    kind = array.dtype.kind
    if kind == "f":
        floating = array if array.dtype.itemsize > 2 else array.astype(np.float64)
    elif kind in "iu":
        floating = array.astype(np.float64)
    else:
        described = {
            "c": "complex numbers",
            "b": "booleans",
            "M": "dates",
            "m": "time spans",
            "U": "text",
            "S": "text",
        }
        got = described.get(kind, f"{type(value).__name__} objects")
        raise InputError(f"{place}: expected real numbers in {unit.name}, got {got}")
    return floating[()] if floating.ndim == 0 else floating


def foreign_float(value: Any, unit: Unit, place: str) -> Any:
    """Return an array of another library as floating point, unchanged where it already is."""
    xp = value.__array_namespace__()
    if xp.isdtype(value.dtype, "real floating"):
        return value
    if xp.isdtype(value.dtype, "integral"):
        return xp.astype(value, xp.asarray(1.0).dtype)
    raise InputError(f"{place}: expected real numbers in {unit.name}, got {value.dtype}")


def labelled_factor(array: Any, unit: Unit, place: str) -> float:
    """Return the factor that brings a DataArray from its ``attrs["units"]`` to `unit` (1 where it states none)."""
    stated = array.attrs.get("units")
    if stated is None:
        return 1.0
    try:
        return conversion_factor(parse_unit(stated), unit)
    except UnitError as error:
        raise UnitError(f"{place}: {error}") from None
