"""Whistlers: least times, limits, and the way back from what is heard to line and density."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.magnetosphere import whistlers


@given(l_shell=st.floats(1.5, 5.0), density=st.floats(1.0, 5000.0), index=st.floats(0.0, 4.0))
def test_nose_is_the_least_time(l_shell, density, index):
    tip = whistlers.nose(l_shell, density, index)
    near = whistlers.travel_time(np.array(tip.frequency) * [0.97, 1.0, 1.03], l_shell, density, index)
    assert near[1] == pytest.approx(tip.time, rel=1e-12)
    assert near[0] > near[1] < near[2]


@given(
    l_shell=st.floats(1.5, 6.0),
    density=st.floats(1.0, 5000.0),
    index=st.floats(0.0, 4.0),
    height=st.floats(0.0, 1000.0),
)
def test_nose_and_path_are_inverse(l_shell, density, index, height):
    tip = whistlers.nose(l_shell, density, index, height)
    path = whistlers.path_of_nose(tip.frequency, tip.time, index, height)
    assert path.l_shell == pytest.approx(l_shell, rel=1e-7)
    assert path.density == pytest.approx(density, rel=1e-6)


def test_nose_frequency_is_blind_to_the_density():
    assert np.ptp(whistlers.nose(4.0, [1.0, 100.0, 5000.0]).frequency) == 0.0
    # and the time goes as its root
    times = whistlers.nose(4.0, [100.0, 400.0]).time
    assert times[1] / times[0] == pytest.approx(2.0, rel=1e-12)


def test_low_frequencies_follow_eckersley():
    top = float(whistlers.equatorial_gyrofrequency(4.0)) * 1e3
    share = np.array([1e-4, 1e-3, 1e-2])
    ratio = whistlers.travel_time(share * top / 1e3, 4.0, 443.0) * np.sqrt(share * top)
    excess = ratio / float(whistlers.dispersion(4.0, 443.0)) - 1.0
    # the next term of the expansion is linear in the frequency
    assert np.allclose(excess[1:] / excess[:-1], 10.0, rtol=0.02)
    assert 0 < excess[2] < 0.01


def test_nothing_passes_above_the_gyrofrequency():
    top = float(whistlers.equatorial_gyrofrequency(4.0))
    times = whistlers.travel_time(np.array([0.999, 1.0, 1.001, 5.0]) * top, 4.0, 443.0)
    assert np.isnan(times).tolist() == [False, True, True, True]


def _heard(l_shell, density, origin, noise, strangers, seed, points=60):
    rng = np.random.default_rng(seed)
    top = float(whistlers.equatorial_gyrofrequency(l_shell))
    frequency = np.linspace(0.1 * top, 0.6 * top, points)
    time = origin + whistlers.travel_time(frequency, l_shell, density) + rng.normal(0.0, noise, points)
    stray = rng.random(points) < strangers
    time[stray] = rng.uniform(time.min() - 1.0, time.max() + 2.0, stray.sum())
    return time, frequency, stray


@pytest.mark.parametrize(("l_shell", "density"), [(2.3, 1500.0), (3.0, 900.0), (4.0, 443.0), (5.0, 30.0)])
@pytest.mark.parametrize("known", [True, False])
def test_round_trip_through_noise_and_strangers(l_shell, density, known):
    misses = []
    for seed in range(6):
        time, frequency, stray = _heard(l_shell, density, 3.0, 0.004, 0.25, seed)
        found = whistlers.fit_whistler(time, frequency, origin=3.0 if known else None)
        misses.append(
            [(found.l_shell - l_shell) / found.l_shell_error, (found.density - density) / found.density_error]
        )
        assert found.l_shell == pytest.approx(l_shell, rel=0.02)
        assert found.density == pytest.approx(density, rel=0.3 if density < 100 else 0.15)
        assert (found.belongs & ~stray).sum() >= 0.95 * (~stray).sum()
        assert 0.002 < found.scatter < 0.008
    assert np.sqrt(np.mean(np.square(misses))) < 2.0  # the stated errors are the real ones


def test_exact_points_give_the_exact_line():
    time, frequency, _ = _heard(3.5, 600.0, 0.0, 0.0, 0.0, 0)
    found = whistlers.fit_whistler(time, frequency, origin=0.0)
    assert found.l_shell == pytest.approx(3.5, abs=1e-5)
    assert found.density == pytest.approx(600.0, rel=1e-4)
    tip = whistlers.nose(3.5, 600.0)
    assert found.nose_frequency == pytest.approx(float(tip.frequency), rel=1e-4)
    assert found.nose_time == pytest.approx(float(tip.time), rel=1e-4)


def test_missing_points_are_left_out():
    time, frequency, _ = _heard(3.5, 600.0, 1.0, 0.001, 0.0, 0)
    time[::7] = np.nan
    found = whistlers.fit_whistler(time, frequency)
    assert not found.belongs[::7].any()
    assert found.l_shell == pytest.approx(3.5, rel=0.01)


def test_too_little_is_refused():
    with pytest.raises(InputError, match="five points"):
        whistlers.fit_whistler([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(InputError, match="one of each"):
        whistlers.fit_whistler(np.ones(6), np.ones(5))
    with pytest.raises(InputError, match="gyrofrequency"):
        whistlers.fit_whistler(np.arange(6.0), np.full(6, 900.0))
    # a whistler that runs backward in time
    frequency = np.linspace(2.0, 8.0, 25)
    with pytest.raises(InputError, match="no whistler"):
        whistlers.fit_whistler(10.0 - whistlers.travel_time(frequency, 4.0, 443.0), frequency)
