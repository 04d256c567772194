"""Joule heating: the local law, and the order of magnitude of a storm."""

import numpy as np
import pytest

from sunearth.core.constants import EARTH_RADIUS
from sunearth.ionosphere import currents


def test_heating_is_quadratic_in_the_field():
    q = currents.joule_heating(7.0, np.array([10.0, 20.0, 40.0]))
    np.testing.assert_allclose(q[1:] / q[:-1], 4.0)


def test_two_caps_under_a_storm_field():
    # 10 S and 30 mV/m over everything poleward of 60 degrees, both hemispheres
    area = 2 * 2 * np.pi * EARTH_RADIUS**2 * (1 - np.sin(np.radians(60.0)))
    assert area * currents.joule_heating(10.0, 30.0) == pytest.approx(6.2e11, rel=0.04)


def test_both_regressions_reach_storm_power():
    for model in (currents.ahn_1983_joule, currents.baumjohann_kamide_1984):
        assert 400.0 < 2 * model(1000.0) < 700.0
        assert model(0.0) == 0.0
