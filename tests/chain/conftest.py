"""Solar wind made by hand for the tests of the chain."""

import numpy as np
import pytest
import xarray as xr


def steady_wind(hours=48, minutes=10, b_z=-5.0, speed=450.0, n_p=6.0, **more):
    """Steady wind, GSM, every quantity constant unless an array is given."""
    n = int(hours * 60 / minutes)
    time = np.datetime64("2015-03-17", "ns") + np.arange(n) * np.timedelta64(minutes, "m")
    units = {"b_x": "nT", "b_y": "nT", "b_z": "nT", "b": "nT", "speed": "km/s", "n_p": "cm^-3", "t_p": "K"}
    values = {"b_z": b_z, "speed": speed, "n_p": n_p} | more
    return xr.Dataset(
        {k: ("time", np.broadcast_to(np.asarray(v, float), n).copy(), {"units": units[k]}) for k, v in values.items()},
        coords={"time": time},
        attrs={"frame": "GSM", "source": "made for a test"},
    )


@pytest.fixture
def make_wind():
    """The maker itself, for winds other than the usual one."""
    return steady_wind


@pytest.fixture
def wind():
    """Two days of moderate southward field."""
    return steady_wind()
