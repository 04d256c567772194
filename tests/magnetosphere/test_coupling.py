"""Coupling functions: clock angles, powers of the inputs, and how they relate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.magnetosphere import coupling

speeds = st.floats(250.0, 1500.0)
components = st.floats(-40.0, 40.0)
fields = {
    "kan_lee_1979": coupling.kan_lee_1979,
    "wygant_1983": coupling.wygant_1983,
    "newell_2007": coupling.newell_2007,
    "milan_2012": coupling.milan_2012,
}
POWERS = {
    "kan_lee_1979": (1.0, 1.0, 2.0),
    "wygant_1983": (1.0, 1.0, 4.0),
    "newell_2007": (4 / 3, 2 / 3, 8 / 3),
    "milan_2012": (4 / 3, 1.0, 9 / 2),
}
each = pytest.mark.parametrize("name", list(fields))


@each
def test_powers_of_speed_field_and_clock_angle(name):
    function, (of_speed, of_field, of_angle) = fields[name], POWERS[name]
    base = function(400.0, 0.0, -5.0)
    assert function(800.0, 0.0, -5.0) / base == pytest.approx(2**of_speed)
    assert function(400.0, 0.0, -10.0) / base == pytest.approx(2**of_field)
    assert function(400.0, 5.0, 0.0) / base == pytest.approx(np.sqrt(0.5) ** of_angle)


@each
def test_nothing_couples_under_northward_field(name):
    assert fields[name](500.0, 0.0, 10.0) == 0.0
    assert fields[name](500.0, 0.0, 0.0) == 0.0


@each
@given(speeds, components, components)
def test_coupling_is_never_negative_and_southward_couples_best(name, v, b_y, b_z):
    b_t = np.hypot(b_y, b_z)
    value = fields[name](v, b_y, b_z)
    assert 0.0 <= value <= fields[name](v, 0.0, -b_t) * (1 + 1e-9)
    assert fields[name](v, -b_y, b_z) == pytest.approx(value, rel=1e-12)


@given(speeds, components, components)
def test_merging_field_lies_between_the_rectified_and_the_whole_one(v, b_y, b_z):
    merging = coupling.kan_lee_1979(v, b_y, b_z)
    assert merging >= coupling.rectified_field(v, b_z) - 1e-9
    assert merging <= v * np.hypot(b_y, b_z) * 1e-3 + 1e-9


@given(speeds, components, components, st.floats(0.0, 30.0))
def test_epsilon_is_the_square_of_the_merging_field_per_speed(v, b_y, b_z, b_x):
    """(v B_T sin^2)^2 / v is v B_T^2 sin^4: epsilon differs by the constant and the sunward field alone."""
    b_t = np.hypot(b_y, b_z)
    b = np.hypot(b_t, b_x)
    merging = coupling.kan_lee_1979(v, b_y, b_z) * 1e-3
    transverse = 1e7 * merging**2 / (v * 1e3) * (7 * 6.3712e6) ** 2
    epsilon = coupling.perreault_akasofu_1978(v, b, b_y, b_z)
    assert epsilon * b_t**2 == pytest.approx(transverse * b**2, rel=1e-6, abs=1e-3)


def test_the_quadrant_of_the_clock_angle_matters_81_times():
    south = coupling.perreault_akasofu_1978(400.0, 5.0, 3.0, -4.0)
    north = coupling.perreault_akasofu_1978(400.0, 5.0, 3.0, 4.0)
    assert south / north == pytest.approx(81.0)


def test_rectified_field_vanishes_for_northward_and_keeps_nan():
    np.testing.assert_array_equal(coupling.rectified_field(400.0, np.array([5.0, 0.0, np.nan])), [0.0, 0.0, np.nan])


def test_milan_in_one_constant():
    """The paper's length in SI: 3.3e5 m^(2/3) s^(1/3), to its two digits."""
    constant = coupling.milan_2012(1e-3, 0.0, -1.0) * 1e3 / 1e-9
    assert constant == pytest.approx(3.3e5, rel=0.01)


@given(st.floats(1.0, 50.0), speeds, st.floats(2.0, 40.0))
def test_borovsky_rate_falls_with_the_mach_number_once_the_shock_is_strong(n_p, v, mach):
    low = coupling.borovsky_birn_2014(n_p, v, mach, 0.0, -5.0)
    high = coupling.borovsky_birn_2014(n_p, v, mach * 1.1, 0.0, -5.0)
    assert high < low


def test_borovsky_rate_knows_the_field_by_its_direction_alone():
    weak = coupling.borovsky_birn_2014(5.0, 400.0, 8.0, 1.0, -1.0)
    assert coupling.borovsky_birn_2014(5.0, 400.0, 8.0, 9.0, -9.0) == pytest.approx(weak)


def test_borovsky_rate_falls_like_the_sheath_beta_at_high_mach_number():
    """The rate goes as beta^(-3/4) and beta as M_A^1.92, once the compression has reached 4."""
    a, b = (coupling.borovsky_birn_2014(5.0, 400.0, m, 0.0, -5.0) for m in (1e4, 1e5))
    assert np.log10(a / b) == pytest.approx(0.75 * 1.92, abs=0.01)


def test_viscous_drive_takes_any_density():
    np.testing.assert_array_equal(coupling.viscous_drive(np.array([0.0, 4.0, -1.0]), 100.0), [0.0, 2e4, np.nan])
