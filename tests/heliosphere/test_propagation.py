"""Carrying the wind from L1 to Earth: delays, order of arrival, overtaking and gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.heliosphere.propagation import L1_DISTANCE, L1_TO_NOSE, advect, l1_delay, phase_front_delay

START = np.datetime64("2015-03-17T00:00", "ns")


def minutes_apart(n, step=1):
    return START + np.arange(n) * np.timedelta64(step, "m")


def test_a_front_across_the_line_has_the_flat_delay():
    assert phase_front_delay(1.5e6, 2e5, -1e5, -500.0, 20.0, 10.0, 1.0, 0.0, 0.0) == pytest.approx(l1_delay(500.0))


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(0.1, 5.0))
def test_the_delay_ignores_length_and_sign_of_the_normal(n_y, n_z, length):
    here = (1.4e6, 3e5, -2e5, -450.0, 30.0, 5.0)
    delay = phase_front_delay(*here, 1.0, n_y, n_z)
    assert phase_front_delay(*here, -length, -length * n_y, -length * n_z) == pytest.approx(delay, rel=1e-9)


@given(st.floats(-1.0, 1.0), st.floats(-300.0, 300.0))
def test_the_front_has_reached_the_target_after_the_delay(n_y, v_y):
    position, velocity, normal = np.array([1.5e6, 4e5, 0.0]), np.array([-420.0, v_y, 0.0]), np.array([1.0, n_y, 0.0])
    carried = position + velocity * 60.0 * phase_front_delay(*position, *velocity, *normal)
    assert carried @ normal == pytest.approx(0.0, abs=1e-3)


def test_a_front_off_the_line_arrives_when_its_plane_does():
    """A front at 45 degrees seen 60 R_E to the side: its plane is 60 R_E nearer or farther on the line."""
    aside = 60 * 6371.2
    late = phase_front_delay(1.5e6, aside, 0.0, -400.0, 0.0, 0.0, 1.0, 1.0, 0.0)
    assert late == pytest.approx((1.5e6 + aside) / 400.0 / 60.0)


def test_steady_wind_is_delayed_and_nothing_is_lost():
    time = minutes_apart(100)
    arrival, keep = advect(time, np.full(100, 400.0), L1_DISTANCE)
    assert keep.all()
    np.testing.assert_array_equal(arrival - time, np.timedelta64(3750, "s"))


def test_the_default_distance_ends_at_the_bow_shock():
    arrival, _ = advect([START], [400.0])
    assert (arrival[0] - START) / np.timedelta64(1, "s") == pytest.approx(L1_TO_NOSE / 400.0)
    assert 10 * 6371.2 < L1_DISTANCE - L1_TO_NOSE < 20 * 6371.2


def test_fast_wind_sweeps_away_the_slow_wind_before_it():
    """A jump from 400 to 800 km/s: the last half hour of slow wind arrives after the front and is gone."""
    speed = np.r_[np.full(60, 400.0), np.full(60, 800.0)]
    arrival, keep = advect(minutes_apart(120), speed, L1_DISTANCE)
    assert keep[60:].all()
    gap = 62.5 - 31.25
    np.testing.assert_array_equal(keep[:60], np.arange(60) < 60 - gap)
    assert np.all(np.diff(arrival[keep]) > np.timedelta64(0, "ns"))


def test_slowing_wind_leaves_a_gap_and_loses_nothing():
    arrival, keep = advect(minutes_apart(20), np.r_[np.full(10, 800.0), np.full(10, 400.0)], L1_DISTANCE)
    assert keep.all()
    assert np.diff(arrival).max() / np.timedelta64(1, "s") == pytest.approx(60 + 1875)


@given(st.lists(st.floats(200.0, 2500.0), min_size=1, max_size=40))
def test_what_is_kept_arrives_in_order_and_what_is_lost_was_overtaken(speeds):
    arrival, keep = advect(minutes_apart(len(speeds)), np.array(speeds))
    assert keep[-1], "nothing can overtake the last measurement"
    assert np.all(np.diff(arrival[keep]) > np.timedelta64(0, "ns"))
    for lost in np.flatnonzero(~keep):
        assert arrival[lost] >= arrival[lost + 1 :].min()
    for kept in np.flatnonzero(keep)[:-1]:
        assert arrival[kept] < arrival[kept + 1 :].min()


def test_missing_speeds_are_bridged():
    arrival, keep = advect(minutes_apart(4), [400.0, np.nan, 0.0, 400.0], L1_DISTANCE)
    assert keep.all()
    np.testing.assert_array_equal(np.diff(arrival), np.timedelta64(1, "m"))


def test_without_any_speed_nothing_arrives():
    arrival, keep = advect(minutes_apart(3), [np.nan] * 3)
    assert np.isnat(arrival).all()
    assert not keep.any()


def test_members_are_carried_independently():
    rng = np.random.default_rng(3)
    speed = rng.uniform(300.0, 900.0, (4, 50))
    arrival, keep = advect(minutes_apart(50), speed)
    for row in range(4):
        alone = advect(minutes_apart(50), speed[row])
        np.testing.assert_array_equal(arrival[row], alone.time)
        np.testing.assert_array_equal(keep[row], alone.keep)


def test_inputs_are_left_alone():
    speed = np.array([400.0, np.nan, -1.0])
    advect(minutes_apart(3), speed)
    np.testing.assert_array_equal(speed, [400.0, np.nan, -1.0])
