"""The array namespace of a computation: NumPy, or whatever library the inputs come from."""

from __future__ import annotations

from typing import Any

import numpy as np


def namespace(*arrays: Any) -> Any:
    """Return the array-API namespace of the inputs, so that one formula serves NumPy, JAX and CuPy.

    Parameters
    ----------
    *arrays : float or array
        The inputs of a formula.

    Returns
    -------
    module
        `numpy` for floats and NumPy arrays, else the library of the first array that brings its own.

    Examples
    --------
    >>> namespace(1.0, np.zeros(3)).__name__
    'numpy'
    """
    for array in arrays:
        if is_foreign(array):
            return array.__array_namespace__()
    return np


def is_foreign(array: Any) -> bool:
    """Whether an array belongs to a library other than NumPy that follows the array API."""
    return hasattr(array, "__array_namespace__") and not isinstance(array, (np.ndarray, np.generic))
