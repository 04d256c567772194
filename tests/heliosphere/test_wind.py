"""The state of the solar wind: relations between its quantities, limits, and what its definitions promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.heliosphere import wind

field = st.floats(-60.0, 60.0)
density = st.floats(0.1, 200.0)
speed = st.floats(200.0, 2500.0)
temperature = st.floats(1e3, 2e6)
fraction = st.floats(0.0, 0.3)


def test_common_shorthand_of_the_dynamic_pressure():
    assert wind.dynamic_pressure(1.0, 1.0, 0.0) == pytest.approx(1.6726e-6, rel=1e-4)
    assert wind.dynamic_pressure(1.0, 1.0) == pytest.approx(1.94e-6, rel=2e-3)


@given(density, speed, st.floats(0.5, 60.0), fraction)
def test_ratio_of_kinetic_to_magnetic_energy_is_the_mach_number_squared(n_p, v, b, alphas):
    mach = wind.mach_alfven(v, b, n_p, alphas)
    ratio = wind.kinetic_energy_flux(n_p, v, alphas) / wind.magnetic_energy_flux(b, v)
    assert ratio == pytest.approx(mach**2, rel=1e-9)


def test_the_ratio_in_the_usual_wind_is_67_not_8():
    ratio = wind.kinetic_energy_flux(5.0, 400.0, 0.0) / wind.magnetic_energy_flux(5.0, 400.0)
    assert ratio == pytest.approx(67.3, abs=0.1)


@given(density, st.floats(0.5, 60.0), temperature, temperature, fraction)
def test_beta_is_the_ratio_of_the_characteristic_speeds(n_p, b, t_p, t_e, alphas):
    c_s, v_a = wind.sound_speed(t_p, t_e, alphas), wind.alfven_speed(b, n_p, alphas)
    assert wind.plasma_beta(b, n_p, t_p, t_e, alphas) == pytest.approx(2 / (5 / 3) * (c_s / v_a) ** 2, rel=1e-9)


@given(speed, st.floats(0.5, 60.0), density, temperature)
def test_mach_numbers_add_like_inverse_squares(v, b, n_p, t_p):
    parts = wind.mach_alfven(v, b, n_p) ** -2 + wind.mach_sonic(v, t_p) ** -2
    assert wind.mach_magnetosonic(v, b, n_p, t_p) ** -2 == pytest.approx(parts, rel=1e-9)


@given(density, temperature, fraction)
def test_pressure_is_density_times_temperature_of_each_species(n_p, t_p, alphas):
    k, t_e = 1.380649e-23, 1.4e5
    species = [(1.0, t_p), (alphas, 4 * t_p), (1 + 2 * alphas, t_e)]
    expected = sum(n_p * 1e6 * share * k * kelvin for share, kelvin in species) * 1e9
    assert wind.thermal_pressure(n_p, t_p, t_e, alphas) == pytest.approx(expected, rel=1e-9)


@given(density, temperature, speed)
def test_thermal_energy_is_three_halves_of_the_pressure(n_p, t_p, v):
    expected = 1.5 * wind.thermal_pressure(n_p, t_p) * 1e-9 * v * 1e3
    assert wind.thermal_energy_flux(n_p, t_p, v) == pytest.approx(expected, rel=1e-12)


@given(field, field)
def test_clock_angle_turns_back_into_the_field(b_y, b_z):
    angle = wind.clock_angle(b_y, b_z)
    assert -np.pi <= angle <= np.pi  # an angle just above -pi may round to it
    b_t = np.hypot(b_y, b_z)
    assert b_t * np.sin(angle) == pytest.approx(b_y, abs=1e-9)
    assert b_t * np.cos(angle) == pytest.approx(b_z, abs=1e-9)


def test_due_south_is_plus_pi_whatever_the_sign_of_zero():
    assert wind.clock_angle(-0.0, -5.0) == np.pi
    assert wind.clock_angle(0.0, -5.0) == np.pi
    assert wind.clock_angle(0.0, 0.0) == 0.0


@given(field, field, field)
def test_cone_angle_gives_the_sunward_component(b_x, b_y, b_z):
    magnitude = np.sqrt(b_x**2 + b_y**2 + b_z**2)
    assert magnitude * np.cos(wind.cone_angle(b_x, b_y, b_z)) == pytest.approx(b_x, abs=1e-9)


def test_field_turns_dawn_dusk_when_it_points_south():
    assert wind.motional_field(400.0, -5.0) == pytest.approx(2.0)
    assert wind.motional_field(400.0, 5.0) == pytest.approx(-2.0)


def test_without_field_the_mach_number_is_infinite():
    assert np.isinf(wind.mach_alfven(400.0, 0.0, 5.0))
    assert wind.mach_magnetosonic(400.0, 0.0, 5.0, 1e5) == pytest.approx(wind.mach_sonic(400.0, 1e5))


def test_negative_density_gives_nan_and_no_warning():
    assert np.isnan(wind.alfven_speed(5.0, -1.0))


def test_expected_temperatures_agree_and_the_two_halves_meet():
    v = np.linspace(300.0, 700.0, 41)
    ratio = wind.expected_temperature(v) / wind.lopez_1987(v)
    assert np.all((ratio > 0.6) & (ratio < 1.3))
    below, above = wind.lopez_1987(np.array([500.0 - 1e-9, 500.0]))
    assert above / below == pytest.approx(1.0, abs=0.025)


def test_nan_stays_in_its_place_through_the_branches():
    result = wind.lopez_1987(np.array([400.0, np.nan, 600.0]))
    assert np.isnan(result).tolist() == [False, True, False]
