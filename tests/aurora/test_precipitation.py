"""Hemispheric power: published numbers, growth with activity, and a year of satellite passes."""

import numpy as np
import pandas as pd
import pytest

from sunearth.aurora import precipitation


def test_pieces_of_zhang_paxton_meet():
    below, above = precipitation.zhang_paxton_2008_power([5.0 - 1e-9, 5.0 + 1e-9])
    assert below == pytest.approx(above, abs=0.02)


def test_power_grows_with_activity():
    ae, kp = np.linspace(0.0, 1200.0, 25), np.linspace(0.0, 9.0, 25)
    for powers in (
        precipitation.poes_power(ae),
        precipitation.ahn_1983_precipitation(ae),
        precipitation.zhang_paxton_2008_power(kp),
        precipitation.poes_median_power(np.linspace(0.0, 6.0, 25)),
    ):
        assert (np.diff(powers) > 0).all()


def test_two_estimates_from_ae_agree_within_a_third():
    assert precipitation.poes_power(600.0) == pytest.approx(precipitation.ahn_1983_precipitation(600.0), rel=0.45)


def test_medians_are_met_and_held():
    np.testing.assert_allclose(precipitation.poes_median_power(np.arange(9.0)), precipitation.POES_MEDIANS)
    assert precipitation.poes_median_power(9.0) == precipitation.POES_MEDIANS[-1]


@pytest.fixture
def passes(shared_data):
    frame = pd.read_parquet(shared_data / "aurora/noaa_poes_hemispheric_power_2010.parquet").set_index("time_utc")
    measured = pd.read_parquet(shared_data / "indices/omni_hourly_indices_2000_2020.parquet").set_index("time_utc")
    hour = frame.index.floor("h")
    return frame.assign(
        kp=measured.Kp10.reindex(hour).to_numpy() / 10, ae=measured.AE_nT.reindex(hour).to_numpy(dtype=float)
    )


def test_medians_of_the_passes(passes):
    medians = passes.groupby(passes.kp.round()).power_GW.median()
    np.testing.assert_allclose(medians, precipitation.POES_MEDIANS, atol=0.06)


def test_power_from_ae_over_a_year(passes):
    blocks = passes.resample("3h").agg({"power_GW": "median", "ae": "mean", "kp": "first"}).dropna()
    from_ae = precipitation.poes_power(blocks.ae.to_numpy())
    from_kp = precipitation.zhang_paxton_2008_power(blocks.kp.to_numpy())
    assert np.corrcoef(from_ae, blocks.power_GW)[0, 1] > 0.90
    rmse = np.sqrt(np.mean((from_ae - blocks.power_GW) ** 2))
    assert rmse < 5.0
    assert np.sqrt(np.mean((from_kp - blocks.power_GW) ** 2)) > 1.5 * rmse
