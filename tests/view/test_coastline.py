"""The coastline against places that are known to lie on it."""

import numpy as np
import pytest

from sunearth.view.coastline import TABLE, coastline


def test_lines_are_separated_and_on_the_globe():
    longitude, latitude = coastline()
    assert longitude.shape == latitude.shape
    gap = np.isnan(longitude)
    assert np.array_equal(gap, np.isnan(latitude))
    assert gap.sum() == 133
    assert np.nanmax(np.abs(longitude)) <= 180.0
    assert np.nanmin(latitude) >= -90.0
    # No line jumps across the map: neighbours within one line stay close at this scale, but for the Antarctic seam.
    step = np.hypot(np.diff(longitude) * np.cos(np.radians(latitude[1:])), np.diff(latitude))
    assert np.nanmax(step) < 20.0


@pytest.mark.parametrize(
    ("place", "longitude", "latitude"),
    [
        ("North Cape", 25.8, 71.2),
        ("Cape of Good Hope", 18.5, -34.4),
        ("Land's End", -5.7, 50.1),
        ("Cape Horn", -67.3, -55.9),
        ("Cape York", 142.5, -10.7),
        ("Point Barrow", -156.5, 71.4),
    ],
)
def test_known_capes_lie_on_it(place, longitude, latitude):
    lon, lat = coastline()
    distance = np.hypot((lon - longitude) * np.cos(np.radians(latitude)), lat - latitude)
    assert np.nanmin(distance) < 1.5, place


def test_file_is_small():
    assert TABLE.stat().st_size < 40_000


def test_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        coastline().longitude[0] = 0.0
