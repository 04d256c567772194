"""Gaps: which are bridged, how, and that long ones cost nothing."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.data.gaps import MAX_GRID, fill_gaps, regular_grid


def series(values, step_minutes=5, name="b_z"):
    time = np.datetime64("2015-03-17T00:00", "ns") + np.arange(len(values)) * np.timedelta64(step_minutes, "m")
    return xr.Dataset(
        {name: ("time", np.asarray(values, float), {"units": "nT"})}, {"time": time}, {"notes": "as read"}
    )


def test_short_gaps_are_straight_lines_and_flagged():
    nan = np.nan
    wind = series([0, nan, nan, 3, nan, nan, nan, nan, 8, nan])
    filled = fill_gaps(wind, "15min")
    np.testing.assert_allclose(filled["b_z"], [0, 1, 2, 3, nan, nan, nan, nan, 8, nan])
    flags = [False, True, True] + [False] * 7
    assert filled["b_z_interpolated"].values.tolist() == flags
    assert filled["interpolated"].values.tolist() == flags
    assert "interpolated: b_z 2" in filled.attrs["notes"]
    assert "left missing: b_z 5" in filled.attrs["notes"]
    assert np.isnan(wind["b_z"].values).sum() == 7, "the input is left as it was"
    np.testing.assert_allclose(fill_gaps(wind, "25min")["b_z"], [0, 1, 2, 3, 4, 5, 6, 7, 8, nan])


def test_missing_rows_count_as_part_of_a_gap():
    wind = series([0, np.nan, 6.0]).assign_coords(
        time=np.array(["2015-01-01T00:00", "2015-01-01T00:05", "2015-01-01T00:30"], "datetime64[ns]")
    )
    assert np.isnan(fill_gaps(wind, "29min")["b_z"].values[1])
    assert float(fill_gaps(wind, "30min")["b_z"][1]) == pytest.approx(1.0)  # in time, not by index


def test_observed_indices_are_never_interpolated():
    wind = series([0, np.nan, 2.0]).assign(dst=("time", [1.0, np.nan, 3.0]))
    filled = fill_gaps(wind, "1h")
    assert np.isnan(filled["dst"].values[1])
    assert "dst_interpolated" not in filled
    assert float(fill_gaps(wind, "1h", names=["dst"])["dst"][1]) == 2.0


def test_without_gaps_nothing_changes(storm):
    filled = fill_gaps(storm)
    assert not filled["interpolated"].any()
    xr.testing.assert_identical(filled[list(storm.data_vars)].assign_attrs(storm.attrs), storm)


@pytest.mark.parametrize("limit", ["soon", "-5min", "0min", "", "15 parsec"])
def test_a_limit_that_is_no_length_of_time(limit):
    with pytest.raises(InputError, match="not a length of time"):
        fill_gaps(series([1, 2]), limit)


def test_a_name_that_is_not_there():
    with pytest.raises(InputError, match="no v_x"):
        fill_gaps(series([1, 2]), names=["v_x"])


@given(
    st.lists(st.one_of(st.just(np.nan), st.floats(-100, 100)), min_size=2, max_size=40),
    st.integers(1, 60),
)
def test_filled_lies_between_its_neighbours_and_known_values_stay(values, limit):
    wind = series(values)
    filled = fill_gaps(wind, f"{limit}min")
    before, after = wind["b_z"].values, filled["b_z"].values
    known = np.isfinite(before)
    np.testing.assert_array_equal(after[known], before[known])
    new = np.isfinite(after) & ~known
    where = np.flatnonzero(known)
    for i in np.flatnonzero(new):
        left, right = where[where < i][-1], where[where > i][0]
        assert (right - left) * 5 <= limit
        low, high = sorted((before[left], before[right]))
        assert low - 1e-9 <= after[i] <= high + 1e-9
    # What stayed open inside lies in a gap that is too long.
    for i in np.flatnonzero(~np.isfinite(after)):
        if where.size and where[0] < i < where[-1]:
            assert (where[where > i][0] - where[where < i][-1]) * 5 > limit
    assert np.array_equal(filled["interpolated"].values, new)


def test_a_gap_of_thirty_days_stays_open_and_the_grid_is_even():
    time = np.array(["2015-01-01T00:00", "2015-01-01T00:01", "2015-01-31T00:01", "2015-01-31T00:02"], "datetime64[ns]")
    wind = xr.Dataset({"b_z": ("time", [1.0, 2.0, 3.0, 4.0], {"units": "nT"})}, {"time": time})
    grid = regular_grid(wind)
    assert grid.sizes["time"] == 30 * 1440 + 3
    assert np.all(np.diff(grid["time"].values) == np.timedelta64(1, "m"))
    assert int(np.isfinite(grid["b_z"]).sum()) == 4
    filled = fill_gaps(grid, "15min")
    assert int(np.isfinite(filled["b_z"]).sum()) == 4
    assert grid["b_z"].attrs["units"] == "nT"


def test_grid_keeps_other_dimensions_and_flags():
    wind = series([1, 2, 3]).assign(
        flag=("time", [True, False, True]),
        dst_observed=("time_hourly", [1.0]),
        field=(("member", "time"), np.ones((2, 3))),
    )
    grid = regular_grid(wind.isel(time=[0, 2]), "5min")
    assert grid["flag"].values.tolist() == [True, False, True]
    assert grid["dst_observed"].values.tolist() == [1.0]
    assert np.isnan(grid["field"].values).tolist() == [[False, True, False]] * 2


def test_a_grid_that_would_not_fit_is_refused():
    time = np.array(["1900-01-01T00:00:00", "1900-01-01T00:00:01", "2015-01-31"], "datetime64[ns]")
    wind = xr.Dataset({"b_z": ("time", [1.0, 2.0, 3.0])}, {"time": time})
    with pytest.raises(InputError, match="too many"):
        regular_grid(wind)
    assert regular_grid(wind, "1d").sizes["time"] < MAX_GRID
    with pytest.raises(InputError, match="fewer than two"):
        regular_grid(wind.isel(time=[0]))


def test_lines_that_the_source_drew_are_found_and_flagged():
    """OMNI lost the wind from about 14:55 to 17:30 UT on 17 March 2015; the embedded series goes straight there."""
    import sunearth

    event = sunearth.load_event("st-patrick-2015")
    inside = event["b_z_interpolated"].sel(time=slice("2015-03-17T15:10", "2015-03-17T17:20"))
    assert inside.all()
    measured = event["b_z_interpolated"].sel(time=slice("2015-03-17T12:00", "2015-03-17T14:40"))
    assert not measured.any()
    assert fill_gaps(event)["interpolated"].sel(time="2015-03-17T16:02:30")
