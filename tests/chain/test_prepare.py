"""What is done to the wind before the stages see it."""

import numpy as np
import pytest
import xarray as xr

from sunearth.chain.prepare import complete, set_observations_aside, to_gsm
from sunearth.core.errors import DataError, UnknownNameError


def test_missing_components_are_assumed_and_say_so(wind):
    full = complete(wind)
    assert (full["b_y"] == 0).all()
    assert full["b_y"].attrs["assumes"] == "b_y = 0 (not measured)"
    assert "in-ecliptic field of 5 nT" in full["b"].attrs["assumes"]
    assert "expected from speed" in full["t_p"].attrs["assumes"]
    np.testing.assert_allclose(full["b"], np.hypot(5.0, 5.0))


def test_measured_components_are_kept(make_wind):
    full = complete(make_wind(b_x=3.0, b_y=4.0, b_z=0.0, t_p=1e5))
    np.testing.assert_allclose(full["b"], 5.0)
    assert "assumes" not in full["b"].attrs
    assert "assumes" not in full["t_p"].attrs


@pytest.mark.parametrize("name", ["b_z", "speed", "n_p"])
def test_what_cannot_be_done_without(wind, name):
    with pytest.raises(DataError, match=f"no {name}.*--columns"):
        complete(wind.drop_vars(name))
    with pytest.raises(DataError, match=f"{name} holds no number"):
        complete(wind.assign({name: wind[name] * np.nan}))


def test_gse_is_turned_to_gsm_and_keeps_its_length(make_wind):
    wind = make_wind(b_x=1.0, b_y=-7.0, b_z=3.0).assign_attrs(frame="GSE")
    turned = to_gsm(wind)
    assert turned.attrs["frame"] == "GSM"
    np.testing.assert_allclose(turned["b_y"] ** 2 + turned["b_z"] ** 2, 49.0 + 9.0)
    np.testing.assert_allclose(turned["b_x"], 1.0)
    assert not np.allclose(turned["b_z"], 3.0)


def test_frames_are_not_guessed(wind, make_wind):
    with pytest.raises(UnknownNameError, match="frame"):
        to_gsm(wind.assign_attrs(frame="RTN"))
    del wind.attrs["frame"]
    with pytest.raises(UnknownNameError, match="GSM or GSE"):
        to_gsm(wind)
    with pytest.raises(DataError, match="without b_y and b_z"):
        to_gsm(make_wind(b_x=1.0).assign_attrs(frame="GSE"))


def test_measured_indices_do_not_collide_with_modelled_ones(wind):
    wind["dst"] = xr.zeros_like(wind["b_z"])
    assert "dst" not in set_observations_aside(wind)
    assert "dst_observed" in set_observations_aside(wind)
