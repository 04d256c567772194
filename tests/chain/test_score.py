"""Scores: against values worked out by hand."""

import numpy as np
import pytest
import xarray as xr

from sunearth.chain.score import score_series


def series(values, minutes=60, dim="time"):
    time = np.datetime64("2015-03-17", "ns") + np.arange(len(values)) * np.timedelta64(minutes, "m")
    return xr.DataArray(np.asarray(values, float), dims=dim, coords={dim: time})


def test_by_hand():
    s = score_series(series([0, -10, -50, -20]), series([0, -20, -40, -20]))
    assert s.n == 4
    assert s.rmse == pytest.approx(np.sqrt((100 + 100) / 4))
    assert s.bias == 0.0
    assert s.prediction_efficiency == pytest.approx(1 - 50 / 200)  # the variance of 0, -20, -40, -20 is 200
    assert s.minimum_model == -50
    assert s.minimum_lag_hours == 0


def test_a_finer_model_is_averaged_over_each_observed_hour():
    fine = series(np.r_[np.full(12, -10.0), np.linspace(-20, -30, 12), np.full(12, -5.0)], minutes=5)
    s = score_series(fine, series([-10.0, -25.0, -5.0], dim="time_hourly"))
    assert s.rmse == pytest.approx(0.0, abs=1e-12)
    assert s.correlation == pytest.approx(1.0)


def test_missing_pairs_are_left_out():
    s = score_series(series([np.nan, 1, 2, 3]), series([5, 1, 2, np.nan]))
    assert s.n == 2
    assert np.isnan(s.rmse)


def test_a_late_minimum_is_positive():
    s = score_series(series([0, 0, 0, -9, 0]), series([0, -9, 0, 0, 0]))
    assert s.minimum_lag_hours == 2.0


def test_a_trailing_mean_is_taken_where_the_interval_ends():
    hourly = np.arange(6.0)
    trailing = np.array([0.0, 0.5, 1.0, 2.0, 3.0, 4.0])  # means of the last three hours
    observed = series([hourly[:3].mean(), hourly[3:].mean()], minutes=180, dim="time_3h")
    pair = score_series(series(trailing), observed, trailing=True)
    assert pair.n == 2
    longer = score_series(
        series(np.r_[trailing, 5.0, 6.0, 7.0]), series([1.0, 4.0, 7.0], minutes=180, dim="time_3h"), trailing=True
    )
    assert longer.rmse == pytest.approx(0.0, abs=1e-12)
