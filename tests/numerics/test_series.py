"""Series along time: against slow plain twins, and against the exact response."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.numerics.series import as_rows, fading_memory, trailing_maximum, trailing_mean


def at(hours):
    return np.datetime64("2015-03-17", "ns") + (np.asarray(hours, float) * 3.6e12).astype("timedelta64[ns]")


irregular = st.lists(
    st.tuples(st.integers(1, 40), st.one_of(st.just(np.nan), st.integers(-50, 50).map(float))), min_size=1, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(irregular, st.integers(1, 20))
def test_windows_against_plain_twins(steps, window):
    hours = np.cumsum([s for s, _ in steps]) / 4
    values = np.array([v for _, v in steps])
    means, maxima = trailing_mean(at(hours), values, window), trailing_maximum(at(hours), values, window)
    for k in range(hours.size):
        if np.isnan(values[k]):
            assert np.isnan(means[k])
            assert np.isnan(maxima[k])
            continue
        age = hours[k] - hours
        assert means[k] == pytest.approx(np.nanmean(values[(age >= 0) & (age < window)]))
        assert maxima[k] == np.nanmax(values[(age >= 0) & (age <= window)])


def test_a_step_is_followed_exactly():
    hours = np.arange(48) / 6
    response = fading_memory(at(hours), np.where(hours < 2, 0.0, 1.0), 1.5)
    since = hours[hours >= 2] - 2
    step = 1 / 6
    exact = 1 - np.exp(-since / 1.5) * 1.5 / step * (1 - np.exp(-step / 1.5))
    np.testing.assert_allclose(response[hours >= 2], exact, rtol=1e-9)
    assert (response[hours < 2] == 0).all()


def test_the_memory_does_not_depend_on_the_cadence():
    drive = np.repeat([1.0, 5.0, 2.0, 7.0], 6)
    coarse = fading_memory(at(np.arange(24.0)), drive, 2.0)
    fine = fading_memory(at(np.arange(24 * 60) / 60), np.repeat(drive, 60), 2.0)
    np.testing.assert_allclose(fine.reshape(24, 60).mean(axis=1), coarse, rtol=1e-10)


def test_through_unknown_drive_the_response_fades():
    drive = np.full(10, 4.0)
    drive[4:7] = np.nan
    response = fading_memory(at(np.arange(10.0)), drive, 3.0)
    assert np.isnan(response[4:7]).all()
    at_return = 4 * np.exp(-3 / 3)  # the state when the drive comes back
    assert response[7] == pytest.approx(4 + (at_return - 4) * 3 * (1 - np.exp(-1 / 3)))


def test_rows_keep_the_shape_of_the_inputs():
    hours, a, b, restore = as_rows(at([0, 1, 2]), np.zeros((2, 1, 3)), 7.0)
    assert hours.shape == a.shape == b.shape == (2, 3)
    assert restore(a).shape == (2, 1, 3)


def slow_memory(hours, drive, memory):
    """The same response by tiny Euler steps; plain Python, regular times, no gaps."""
    step = hours[1] - hours[0]
    state, means = drive[0], []
    for value in drive:
        total = 0.0
        for _ in range(2000):
            state += (value - state) * step / 2000 / memory
            total += state
        means.append(total / 2000)
    return np.array(means)


def test_memory_against_a_slow_twin():
    hours, drive = np.arange(12) / 6, np.random.default_rng(5).uniform(0.0, 10.0, 12)
    np.testing.assert_allclose(fading_memory(at(hours), drive, 0.7), slow_memory(hours, drive, 0.7), rtol=2e-3)
