"""Ensembles over perturbed wind."""

import numpy as np
import pytest

from sunearth.chain.ensemble import CORRELATION_HOURS, perturb, quantiles, run_ensemble
from sunearth.chain.run import run_chain
from sunearth.core.errors import InputError


def test_member_0_is_the_wind_itself(wind):
    ensemble = run_ensemble(wind, 3)
    single = run_chain(wind)
    for name in ("dst", "cpcp", "kp_model", "plasmapause_l"):
        np.testing.assert_allclose(ensemble[name].isel(member=0), single[name], rtol=1e-10)


def test_the_noise_has_the_stated_size_and_memory(make_wind):
    wind = make_wind(hours=24 * 40, minutes=15)
    noise = perturb(wind, 30, seed=3)["b_z"].values[1:] - wind["b_z"].values
    assert noise.std() == pytest.approx(1.5, rel=0.05)
    lag = int(CORRELATION_HOURS * 4)
    correlation = np.mean(noise[:, :-lag] * noise[:, lag:]) / noise.var()
    assert correlation == pytest.approx(np.exp(-1), abs=0.05)


def test_density_stays_positive_and_unbiased(make_wind):
    density = perturb(make_wind(hours=24 * 40), 40, spread={"n_p": 0.5})["n_p"].values[1:]
    assert (density > 0).all()
    assert density.mean() == pytest.approx(6.0, rel=0.05)


def test_equal_seeds_give_equal_members(wind):
    a, b, c = perturb(wind, 4, seed=1), perturb(wind, 4, seed=1), perturb(wind, 4, seed=2)
    np.testing.assert_array_equal(a["b_z"], b["b_z"])
    assert not np.allclose(a["b_z"], c["b_z"])


def test_quantiles_are_ordered(wind):
    spread = quantiles(run_ensemble(wind, 20))["dst"]
    assert spread.dims == ("quantile", "time")
    assert (np.diff(spread.values, axis=0) >= 0).all()


def test_nonsense_is_refused(wind):
    with pytest.raises(InputError, match="at least 1"):
        perturb(wind, 0)
    with pytest.raises(InputError, match="cannot perturb b"):
        perturb(wind, 2, spread={"b": 1.0})
