"""The world's coastline at 1:110 million, from Natural Earth (naturalearthdata.com, public domain)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).parent / "coastline.npz"


class Coastline(NamedTuple):
    """Lines on the Earth, NaN between one and the next."""

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]


@functools.cache
def coastline() -> Coastline:
    """Return the coastline as longitudes and latitudes that can be drawn in one call.

    Returns
    -------
    Coastline
        Degrees east, -180 to 180, and degrees north, rounded to a hundredth; 134 lines, separated by NaN. The arrays
        are shared and read-only.

    Examples
    --------
    >>> longitude, latitude = coastline()
    >>> bool(np.nanmax(latitude) < 84)
    True
    """
    with np.load(TABLE, allow_pickle=False) as stored:
        points, starts = stored["centidegrees"], stored["starts"]
    gaps = np.insert(points / 100.0, starts[1:-1], np.nan, axis=0)
    longitude, latitude = np.ascontiguousarray(gaps.T)
    longitude.flags.writeable = latitude.flags.writeable = False
    return Coastline(longitude, latitude)
