"""The scales of NOAA: their thresholds, and the words that go with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.impacts import scales


@pytest.mark.parametrize(
    ("kp", "level"),
    [
        ("4+", 0),
        ("5-", 1),
        ("5o", 1),
        ("5+", 1),
        ("6-", 2),
        ("7-", 3),
        ("7+", 3),
        ("8-", 4),
        ("8+", 4),
        ("9-", 4),
        ("9o", 5),
    ],
)
def test_thresholds_of_kp_in_thirds(kp, level):
    value = int(kp[0]) + {"-": -1, "o": 0, "+": 1}[kp[1]] / 3
    for written in (value, round(value, 2), round(value, 1)):
        assert scales.g_scale(written) == level


@given(st.floats(0.0, 9.0))
def test_every_level_has_words(kp):
    step = scales.geomagnetic_storm_scale(kp)
    assert step.code == f"G{step.level}"
    assert step.level == scales.g_scale(kp)
    assert step.effects.endswith(".")


def test_single_precision_fluxes_reach_their_threshold():
    flux = np.array([1e-5, 5e-5, 1e-4, 1e-3, 2e-3], dtype=np.float32)
    np.testing.assert_array_equal(scales.r_scale(flux), [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(scales.s_scale(np.float32(10.0) ** np.arange(6)), [0, 1, 2, 3, 4, 5])


def test_unknown_is_no_storm_in_words_but_not_in_numbers():
    assert np.isnan(scales.g_scale(np.nan))
    for describe in (scales.geomagnetic_storm_scale, scales.radiation_storm_scale, scales.radio_blackout_scale):
        assert describe(float("nan")).level == 0


def test_names_grow():
    names = [scales.radiation_storm_scale(10.0**power).name for power in range(6)]
    assert names == ["none", "minor", "moderate", "strong", "severe", "extreme"]
