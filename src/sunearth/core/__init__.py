"""What every region stands on: units, the declaration of models, constants, errors, time."""

from __future__ import annotations

from .arrays import namespace
from .errors import DataError, InputError, OutputError, SunEarthError, UnitError, UnknownNameError
from .model import model
from .registry import all_models, cite, find_model

__all__ = [
    "DataError",
    "InputError",
    "OutputError",
    "SunEarthError",
    "UnitError",
    "UnknownNameError",
    "all_models",
    "cite",
    "find_model",
    "model",
    "namespace",
]
