"""The state of the Sun at a time."""

import numpy as np
import pytest

from sunearth.chain.sun import state_of_the_sun
from sunearth.core.errors import InputError


def test_may_2024():
    state = state_of_the_sun("2024-05-10T17:00")
    assert state["carrington_rotation"].value == 2284
    assert state["b_0"].value == pytest.approx(-3.1, abs=0.1)  # the Astronomical Almanac
    assert state["distance"].value == pytest.approx(1.0099, abs=1e-4)
    assert state["f107"].value == pytest.approx(223.0, abs=1.0)  # Penticton
    assert state["cycle"].value == 25
    assert "4.4 years" in state["cycle"].text


def test_the_root_lies_farther_west_in_slow_wind():
    fast, slow = (state_of_the_sun("2024-05-10", speed) for speed in (700.0, 350.0))
    lag = [(s["connection"].value - s["l_0"].value) % 360.0 for s in (fast, slow)]
    assert lag[1] == pytest.approx(2.0 * lag[0], rel=1e-6)
    assert slow["travel_time"].value == pytest.approx(2.0 * fast["travel_time"].value)


def test_years_without_a_table_and_times_without_a_date():
    assert "not known" in state_of_the_sun("1850-01-01")["activity"].text
    assert state_of_the_sun()["time"].value.startswith(str(np.datetime64("now", "Y")))
    with pytest.raises(InputError, match="above zero"):
        state_of_the_sun("2024-05-10", 0.0)
    with pytest.raises(InputError, match="not known"):
        state_of_the_sun("NaT")
