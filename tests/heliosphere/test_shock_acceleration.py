"""Diffusive acceleration: slopes, times, energies and the spectrum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.heliosphere import shock_acceleration

angle = st.floats(0.0, np.pi / 2)


@settings(deadline=None)
@given(st.floats(1.1, 4.0))
def test_slope_is_the_balance_of_gain_and_loss(s):
    """Each cycle gains 4/3 (u1 - u2) / v in momentum and loses 4 u2 / v of the particles (Bell 1978)."""
    gain, loss = 4 / 3 * (1 - 1 / s), 4 / s
    assert shock_acceleration.dsa_slope(s) == pytest.approx(3 + loss / gain, rel=1e-9)


def test_no_acceleration_without_compression():
    assert np.isnan(shock_acceleration.dsa_slope(0.9))
    assert np.isinf(shock_acceleration.dsa_slope(1.0))
    assert np.isnan(shock_acceleration.acceleration_timescale(1000.0, 1.0, 1e14, 1e14))
    assert np.isnan(shock_acceleration.bohm_maximum_energy(1e4, 0.01, 1000.0, 1.0, 5.0))


@settings(deadline=None)
@given(st.floats(0.1, 1e4), st.floats(10.0, 1e5), st.floats(0.2, 2.0))
def test_energy_and_time_invert_each_other(energy, timescale, exponent):
    time = shock_acceleration.acceleration_time(energy, 0.01, timescale, 1.0, exponent)
    assert shock_acceleration.maximum_energy(time, 0.01, timescale, 1.0, exponent) == pytest.approx(energy, rel=1e-8)


@pytest.mark.parametrize("energy", [0.1, 10.0, 1000.0, 1e4])
def test_bohm_time_is_the_integral_of_the_time_scale(energy):
    from scipy.integrate import quad

    speed, s, b, g, ratio = 800.0, 3.0, 8.0, 3.0, 2.5
    rest = 938.27208816

    def tau(log_p):
        e = np.hypot(np.exp(log_p), rest) - rest
        up, down = shock_acceleration.bohm_diffusion(e, b, g), shock_acceleration.bohm_diffusion(e, b * ratio, g)
        return float(shock_acceleration.acceleration_timescale(speed, s, up, down))

    log_p = [np.log(np.sqrt(e * (e + 2 * rest))) for e in (0.01, energy)]
    expected = quad(tau, *log_p, epsrel=1e-10)[0]
    time = shock_acceleration.bohm_acceleration_time(energy, 0.01, speed, s, b, g, ratio)
    assert time == pytest.approx(expected, rel=1e-7)
    assert shock_acceleration.bohm_maximum_energy(time, 0.01, speed, s, b, g, ratio) == pytest.approx(energy, rel=1e-10)


def test_bohm_diffusion_is_gyroradius_times_speed_over_three():
    from sunearth.core.constants import ELEMENTARY_CHARGE, PROTON_MASS

    v = np.sqrt(2 * 1e4 * ELEMENTARY_CHARGE / PROTON_MASS)  # 10 keV
    radius = PROTON_MASS * v / (ELEMENTARY_CHARGE * 5e-9)
    assert shock_acceleration.bohm_diffusion(0.01, 5.0) == pytest.approx(radius * v / 3, rel=2e-5)


@settings(deadline=None)
@given(st.floats(1e-3, 1.0), st.floats(200.0, 3000.0), st.floats(0.5, 100.0), st.floats(1.0, 50.0))
def test_protons_escape_where_the_diffusion_length_is_the_size(size, speed, b, g):
    energy = shock_acceleration.escape_energy(size, speed, b, g)
    length = shock_acceleration.bohm_diffusion(energy, b, g) / (speed * 1e3)
    assert length == pytest.approx(size * 1.495978707e11, rel=1e-9)


def test_the_spectrum_has_both_slopes_and_ends_at_the_cutoff():
    def local_index(energy):
        pair = shock_acceleration.ellison_ramaty_1985(np.array([energy, energy * 1.001]), 3.0, 1e30)
        return -np.log(pair[1] / pair[0]) / np.log(1.001)

    assert local_index(0.1) == pytest.approx(1.25, abs=2e-3)
    assert local_index(1e6) == pytest.approx(2.5, abs=5e-3)
    cut, free = (shock_acceleration.ellison_ramaty_1985(20.0, 3.0, e) for e in (10.0, 1e30))
    assert cut / free == pytest.approx(np.exp(-(20.0 - 0.01) / 10.0), rel=1e-9)
    assert shock_acceleration.ellison_ramaty_1985(0.001, 3.0, 10.0) == 0
    assert np.isnan(shock_acceleration.ellison_ramaty_1985(np.nan, 3.0, 10.0))
