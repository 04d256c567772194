"""Escape of the atmosphere: limits, the store of the plasmasphere, published rates, and their drive."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.constants import EARTH_RADIUS
from sunearth.magnetosphere import escape

HOUR = np.timedelta64(1, "h")


def times(count, step=HOUR):
    return np.datetime64("2015-03-17T00", "ns") + np.arange(count) * step


def test_energy_is_that_of_the_speed():
    for altitude in (0.0, 500.0, 5000.0):
        speed = escape.escape_speed(altitude) * 1e3
        joule = escape.escape_energy(altitude, 16.0) * 1.602176634e-19
        assert joule == pytest.approx(0.5 * 16 * 1.66053907e-27 * speed**2, rel=1e-8)


def test_jeans_escape_of_the_whole_exobase():
    sphere = 4 * np.pi * (EARTH_RADIUS + 5e5) ** 2 * 1e4
    atoms = escape.jeans_flux(1e5, 1000.0) * sphere
    assert atoms == pytest.approx(5.08e26, rel=2e-3)
    assert escape.mass_rate(atoms, 1.0) == pytest.approx(0.84, abs=0.005)
    assert escape.jeans_flux(1e5, 1000.0, 500.0, 16.0) < 1e-30


def test_jeans_flux_is_the_integral_over_the_escaping_half_of_a_maxwellian():
    temperature, r = 1200.0, EARTH_RADIUS + 5e5
    spread = np.sqrt(1.380649e-23 * temperature / 1.66053907e-27)
    v = np.linspace(np.sqrt(2 * escape.EARTH_GM / r), 40 * spread, 200_001)
    integrand = np.pi * v**3 * np.exp(-(v**2) / (2 * spread**2)) / (2 * np.pi * spread**2) ** 1.5
    assert escape.jeans_flux(1.0, temperature) == pytest.approx(100 * np.trapezoid(integrand, v), rel=1e-6)


def test_rocket_measured_between_half_and_the_whole_weight_of_oxygen():
    weight = escape.ambipolar_field(500.0, 1e9, 1.0)
    assert 0.5 * weight < 1.09e-6 < 1.1 * weight
    # the drop of 0.55 V between 250 and 768 km is that field over the distance
    assert pytest.approx(0.55, abs=0.09) == 1.09e-6 * 518e3


def test_one_kilogram_a_second():
    assert escape.mass_rate(1e26) * 365.25 * 86400 / 1e3 == pytest.approx(5279, abs=2)
    assert escape.tonnes_per_day(1.0) * 365.25 == pytest.approx(31_560, rel=1e-4)
    assert 0.8 < escape.mass_rate(5e26) < 1.0


def test_lobes_carry_the_published_cold_outflow():
    assert 5e25 < escape.lobe_outflow(0.1, 25.0, 18.0) < 2e26


def test_dynamics_explorer_factors():
    rate = escape.energetic_outflow(np.array([0.0, 6.0]), 100.0)
    assert rate.oxygen[1] / rate.oxygen[0] == pytest.approx(20.0)
    rate = escape.energetic_outflow(2.0, np.array([70.0, 230.0]))
    assert rate.oxygen[1] / rate.oxygen[0] == pytest.approx(5.0)
    assert rate.hydrogen[1] / rate.hydrogen[0] == pytest.approx(0.5)


def test_independent_survey_in_quiet_and_storm():
    # S3-3: 1.3e25 with O+/H+ = 0.25, and 7.2e25 with 1.4
    quiet, storm = escape.energetic_outflow(1.5, 85.0), escape.energetic_outflow(6.5, 85.0)
    assert sum(quiet) == pytest.approx(1.3e25, rel=0.3)
    assert sum(storm) == pytest.approx(7.2e25, rel=0.3)
    assert quiet.oxygen < quiet.hydrogen
    assert storm.oxygen > storm.hydrogen


def test_disturbed_times_at_solar_maximum_give_ten_to_the_26():
    assert 5e25 < sum(escape.energetic_outflow(5.0, 200.0)) < 2e26


def test_plume_carries_its_total():
    age = np.linspace(0.0, 600.0, 60_001)
    total = np.trapezoid(escape.borovsky_denton_2008(age), age) * 3600
    assert total == pytest.approx(2e31, rel=1e-3)
    # half of the outer plasmasphere leaves in some 20 hours
    first = age <= 20.0
    share = np.trapezoid(escape.borovsky_denton_2008(age[first]), age[first]) * 3600 / 2e31
    assert share == pytest.approx(0.5, abs=0.03)


def test_rule_of_the_field():
    south, none, north = (escape.dayside_cold_source(b_z) for b_z in (-10.0, 0.0, 10.0))
    assert south.plume > 10 * south.outflow
    assert north.outflow > 10 * north.plume
    assert none.plume == pytest.approx(43 / 442)
    assert none.outflow == pytest.approx(32 / 442)
    assert escape.dayside_cold_source(-3.0, 4.0).plume > escape.dayside_cold_source(-3.0, 2.0).plume


@given(share=st.floats(0.0, 1.0), b=st.floats(1.0, 60.0), n=st.floats(0.01, 5.0))
def test_oxygen_only_slows(share, b, n):
    loaded, free = escape.oxygen_quenching(b, n, share), escape.oxygen_quenching(b, n, 0.0)
    assert 0.0 <= loaded.reduction < 0.76
    assert loaded.e_field == pytest.approx(free.e_field * (1 - loaded.reduction))
    assert loaded.e_field == pytest.approx(0.1 * loaded.v_a * b * 1e-3)


def test_pure_hydrogen_alfven_speed():
    # 21.8 km/s for 1 nT and 1 cm^-3
    assert escape.oxygen_quenching(1.0, 1.0, 0.0).v_a == pytest.approx(21.8, abs=0.05)


# The sum ----------------------------------------------------------------------------------------------------------


def test_mean_is_about_a_kilogram_and_storms_have_three_times_that():
    quiet = escape.escape_rate(times(48), 2.0, 110.0, 1.0).escape_rate
    storm = escape.escape_rate(times(12), 8.0, 140.0, -15.0).escape_rate
    assert 0.8 < quiet.mean() < 1.5
    assert storm.mean() > 3 * quiet.mean()


def test_parts_make_the_sum_and_bounds_hold_it():
    kp = np.random.default_rng(1).uniform(0, 9, 200)
    rate = escape.escape_rate(times(200), kp, 120.0, np.linspace(-20, 10, 200))
    np.testing.assert_allclose(rate.escape_rate, rate.cold_outflow + rate.plasmaspheric + rate.energetic)
    assert np.all(rate.lower < rate.escape_rate)
    assert np.all(rate.upper > rate.escape_rate)


def test_cold_ions_are_lost_under_northward_field():
    south, north = (escape.escape_rate(times(2), 2.0, 110.0, b_z).cold_outflow[0] for b_z in (-15.0, 15.0))
    assert north == pytest.approx(0.9 * escape.mass_rate(1e26), rel=1e-3)
    assert south == pytest.approx(0.4 * escape.mass_rate(1e26), rel=1e-3)


def test_sign_of_the_field_decides_between_plume_and_outflow():
    south, north = (escape.escape_rate(times(2), 6.0, 110.0, b_z) for b_z in (-30.0, 30.0))
    wind = escape.escape_rate(times(2), 1.0, 110.0, 0.0).plasmaspheric[0]
    assert north.plasmaspheric[0] == pytest.approx(wind, rel=1e-6)
    # the first hour of a young plume
    assert south.plasmaspheric[0] - wind == pytest.approx(escape.mass_rate(2e26), rel=0.02)
    assert north.cold_outflow[0] > 2 * south.cold_outflow[0]
    assert north.energetic[0] == south.energetic[0]


def test_store_empties_in_a_long_storm_and_fills_again():
    quiet = escape.escape_rate(times(2), 2.0, 110.0, -60.0).plasmaspheric[0]
    long = escape.escape_rate(times(1000), 7.0, 110.0, -60.0).plasmaspheric - quiet
    tonnes = escape.mass_rate(2e31)
    assert long.sum() * 3600 == pytest.approx(tonnes, rel=1e-6)
    assert np.all(np.diff(long[:300]) < 0)
    kp = np.concatenate([np.full(100, 7.0), np.full(72, 1.0), [7.0]])
    again = escape.escape_rate(times(kp.size), kp, 110.0, -60.0).plasmaspheric - quiet
    left = np.exp(-100 / (2e31 / 2e26 / 3600))
    refilled = 1 - (1 - left) * np.exp(-1)
    assert again[-1] / again[0] == pytest.approx(refilled, rel=1e-3)


def test_cadence_does_not_matter():
    kp = np.repeat([1.0, 6.0, 4.0, 8.0, 2.0], 24)
    coarse = escape.escape_rate(times(kp.size), kp, 120.0, -3.0).plasmaspheric
    fine = escape.escape_rate(times(4 * kp.size, np.timedelta64(15, "m")), np.repeat(kp, 4), 120.0, -3.0).plasmaspheric
    np.testing.assert_allclose(fine.reshape(-1, 4).mean(axis=1), coarse, rtol=1e-10)


def test_gap_leaves_the_store_as_it_was():
    kp = np.full(60, 6.0)
    kp[20:30] = np.nan
    rate = escape.escape_rate(times(60), kp, 120.0, -3.0)
    assert np.all(np.isnan(rate.escape_rate[20:30]))
    whole = escape.escape_rate(times(50), 6.0, 120.0, -3.0)
    np.testing.assert_allclose(rate.plasmaspheric[30:], whole.plasmaspheric[20:], rtol=1e-12)


def test_extremes_stay_finite():
    rate = escape.escape_rate(times(4), 9.0, 250.0, -60.0)
    assert np.all(np.isfinite(rate.upper))
    assert rate.escape_rate[0] < 60.0
