"""Times in UTC and the day counts derived from them."""

import datetime

import numpy as np
import pytest

from sunearth.core.errors import InputError
from sunearth.core.time import day_of_year, days_since_j2000, decimal_year, hours_of_day, to_datetime64


def test_every_kind_of_time():
    expected = np.datetime64("2015-03-17T22:47", "ns")
    zone = datetime.timezone(datetime.timedelta(hours=2))
    for value in (
        "2015-03-17T22:47",
        "2015-03-17 22:47:00Z",
        expected,
        datetime.datetime(2015, 3, 17, 22, 47),
        datetime.datetime(2015, 3, 18, 0, 47, tzinfo=zone),
    ):
        assert to_datetime64(value) == expected
    assert to_datetime64(["2015-03-17T22:47"] * 2).shape == (2,)


@pytest.mark.parametrize("value", ["yesterday", 3.0, None, [1, 2], "", {}])
def test_what_is_no_time_is_refused(value):
    with pytest.raises(InputError, match="expected times in UTC"):
        to_datetime64(value)


def test_day_counts():
    assert days_since_j2000("2000-01-01T12:00") == 0.0
    assert days_since_j2000("2100-01-01T12:00") == 36525.0  # 2000 is a leap year, 2100 starts after 25 of them
    assert day_of_year("2016-12-31") == 366.0
    assert hours_of_day("2015-03-17T18:45") == 18.75
    assert decimal_year("2016-07-02") == pytest.approx(2016.5, abs=1e-12)  # the middle of a leap year


@pytest.mark.parametrize(
    "time", ["2900-06-01", "1500-01-01", np.datetime64("3000"), np.array(["2015", "9999"], "M8[Y]")]
)
def test_times_that_nanoseconds_cannot_hold_are_refused(time):
    with pytest.raises(InputError, match="between 1678 and 2261"):
        to_datetime64(time)
