"""From the launch of a mass ejection to its effects."""

import numpy as np
import pytest

from sunearth.chain.launch import EFFECTS, SPEED_QUANTILES, forecast_cme
from sunearth.core.errors import InputError


@pytest.fixture(scope="module")
def found():
    return forecast_cme("2024-05-08T22:36", 1200.0, 70.0, longitude=15.0, latitude=-10.0)


def test_arrivals_are_ordered_and_the_shock_comes_first(found):
    assert found.hits
    arrival = found.arrival
    assert (np.diff(arrival["arrival_time"].values) > np.timedelta64(0)).all()
    assert (arrival["shock_time"] < arrival["arrival_time"]).all()
    hours = (arrival["shock_time"].sel(quantile=0.5).values - found.launch.time) / np.timedelta64(1, "h")
    assert 30 < hours < 80


def test_effects_follow_the_field_of_the_rope(found):
    dst = found.effects["dst"].sel(quantile=0.5)
    assert found.effects["dst"].shape == (len(SPEED_QUANTILES), 8)
    assert set(found.effects.data_vars) == set(EFFECTS)
    # All northward ropes do least, all southward ones most.
    assert dst.sel(rope=["WNE", "ENW"]).min() > dst.drop_sel(rope=["WNE", "ENW"]).max()
    assert dst.sel(rope=["WSE", "ESW"]).max() < dst.drop_sel(rope=["WSE", "ESW"]).min()
    assert found.effects["kp_model"].max() <= 9.0


def test_a_faster_launch_comes_sooner_and_does_more(found):
    fast = forecast_cme("2024-05-08T22:36", 2000.0, 70.0, longitude=15.0, latitude=-10.0)
    assert (fast.arrival["transit"] < found.arrival["transit"]).all()
    assert fast.effects["dst"].min() < found.effects["dst"].min()


def test_the_front_in_the_wind_agrees_with_drag_within_its_spread(found):
    front = found.heliosphere["arrival_time"].sel(observer="earth").values[0]
    low, high = found.arrival["shock_time"].sel(quantile=[0.05, 0.95]).values
    assert low < front < high


def test_a_cone_that_passes_the_earth_by_has_no_effects():
    gone = forecast_cme("2024-05-08T22:36", 1200.0, 60.0, longitude=100.0)
    assert not gone.hits
    assert not gone.effects.data_vars
    assert np.isnat(gone.heliosphere["arrival_time"].sel(observer="earth").values).all()


def test_ejections_slower_than_the_wind_are_carried_along():
    slow = forecast_cme("2024-05-08T22:36", 200.0, 60.0)
    assert float(slow.arrival["arrival_speed"].sel(quantile=0.5)) > 250.0
    assert np.isfinite(slow.effects["dst"]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"speed": -1.0}, "above zero"),
        ({"speed": np.nan}, "above zero"),
        ({"width": 200.0}, "between 0 and 180"),
        ({"height": 0.5}, "between the Sun and the Earth"),
        ({"latitude": 100.0}, "no direction"),
        ({"time": "soon"}, "expected times"),
        ({"time": "NaT"}, "needs a time"),
    ],
)
def test_launches_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        forecast_cme(**({"time": "2024-05-08T22:36", "speed": 1000.0} | arguments))
