"""The three-current Dst model: its equations, its limits, and how well it does against Kyoto Dst."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from sunearth.geomagnetism.frames import dipole_tilt
from sunearth.magnetosphere.storm_currents import Coefficients, contributions, three_currents
from sunearth.numerics.series import interval_hours


def hourly(n, start="2015-03-17", minutes=60):
    return np.datetime64(start, "ns") + np.arange(n) * np.timedelta64(minutes, "m")


def by_quadrature(time, b_z, speed, n_p):
    """The equations of the docstring, solved by a general integrator; returns T, R, S at the end of the last hour."""
    c = Coefficients()
    hours = (time - time[0]) / np.timedelta64(1, "h")

    def wind_at(t):
        k = min(int(np.searchsorted(hours, t, side="right")) - 1, hours.size - 1)
        return b_z[k], speed[k], n_p[k], np.sin(dipole_tilt(time[k]))

    def rates(t, stores, wind=None):
        bz, v, n, sin_tilt = wind or wind_at(t)
        p = 1.67262192e-6 * n * v**2 / 2.5
        relative_density = n / (2.5 / (1.67262192e-6 * 450.0**2))
        y = -1e-3 * v * bz - c.threshold
        e = (y + np.hypot(y, c.threshold_width)) / 2
        f = e / (1 + c.saturation * e * relative_density**-c.saturation_density)
        f *= p**c.injection_pressure * (1 - c.injection_tilt * sin_tilt**2) * (1 - sum(stores) / 2500)
        life = c.storm_time * (np.clip(v, 200, 1000) / 450) ** c.storm_time_speed
        tail, storm, slow = stores
        return [
            c.tail_gain * f - tail / c.tail_time,
            c.storm_gain * f - storm * (1 / life + c.outflow * e / (1 + e / c.outflow_half)),
            c.slow_gain * f - slow / c.slow_time,
        ]

    quiet = solve_ivp(
        lambda t, y: rates(t, y, (0.0, speed[0], n_p[0], 0.0)), (0, 5000), [0, 0, 0], method="LSODA", rtol=1e-8
    ).y[:, -1]
    stores, means = quiet, []
    for k in range(time.size):
        wind = wind_at(hours[k])
        solved = solve_ivp(
            lambda t, y, wind=wind: rates(t, y, wind), (0, 1), stores, rtol=1e-9, atol=1e-9, dense_output=True
        )
        means.append(solved.sol(np.linspace(0, 1, 201)).mean(axis=1))
        stores = solved.y[:, -1]
    return np.array(means)


def test_the_exponential_steps_solve_the_equations():
    rng = np.random.default_rng(0)
    n = 30
    time, b_z, speed, n_p = hourly(n), rng.uniform(-25, 8, n), rng.uniform(350, 750, n), rng.uniform(3, 25, n)
    parts = contributions(time, b_z, speed, n_p)
    seen = -(1 + Coefficients().station_tilt * np.sin(dipole_tilt(time=time)))
    tail, storm, slow = by_quadrature(time, b_z, speed, n_p).T
    # The shared ceiling is frozen over a step, and the start counts no ceiling: a percent of the depression at most.
    np.testing.assert_allclose(parts.tail, seen * tail, rtol=0.02, atol=0.5)
    np.testing.assert_allclose(parts.storm, seen * storm, rtol=0.02, atol=0.5)
    np.testing.assert_allclose(parts.slow, seen * slow, rtol=0.02, atol=0.5)


def test_the_parts_add_up():
    parts = contributions(hourly(20), -12.0, 600.0, np.linspace(3, 30, 20))
    total = parts.tail + parts.storm + parts.slow + parts.magnetopause + Coefficients().offset
    np.testing.assert_allclose(parts.dst, total)


def test_cadence_does_not_matter_for_wind_that_is_steady_within_the_hour():
    b_z = np.repeat([2.0, -20.0, -8.0, 3.0], 12)
    coarse = three_currents(hourly(48), b_z, 500.0, 8.0)
    fine = three_currents(hourly(48 * 60, minutes=1), np.repeat(b_z, 60), 500.0, 8.0)
    np.testing.assert_allclose(fine.reshape(48, 60).mean(axis=1), coarse, atol=2.5)


def test_a_gap_is_open_and_the_currents_decay_unfed():
    n = 60
    b_z = np.where(np.arange(n) < 24, -15.0, 2.0)
    known = three_currents(hourly(n), b_z, 500.0, 6.0)
    holed = b_z.copy()
    holed[30:36] = np.nan
    dst = three_currents(hourly(n), holed, 500.0, 6.0)
    assert np.isnan(dst[30:36]).all()
    np.testing.assert_array_equal(dst[:30], known[:30])
    np.testing.assert_allclose(dst[36:], known[36:], atol=12)
    assert abs(dst[-1] - known[-1]) < abs(dst[36] - known[36]) + 1e-9


def test_pressure_raises_dst_at_once():
    n_p = np.where(np.arange(10) < 5, 5.0, 40.0)
    dst = three_currents(hourly(10), 5.0, 450.0, n_p)
    p1, p2 = 1.67262192e-6 * np.array([5.0, 40.0]) * 450.0**2
    assert dst[5] - dst[4] == pytest.approx(14.32 * (np.sqrt(p2) - np.sqrt(p1)), abs=4)


def test_southward_field_lowers_and_more_lowers_more():
    deepest = [three_currents(hourly(24), -b, 600.0, 8.0).min() for b in (0, 5, 10, 20, 40, 60)]
    assert (np.diff(deepest) < 0).all()


@pytest.mark.parametrize(("n_p", "low", "high"), [(5.0, -900, -400), (30.0, -1500, -700), (60.0, -1800, -800)])
def test_a_carrington_class_driver_stays_within_what_is_thought_possible(n_p, low, high):
    b_z = np.where((np.arange(24) >= 6) & (np.arange(24) < 9), -60.0, 0.0)
    assert low < three_currents(hourly(24), b_z, 2000.0, n_p).min() < high


def test_nothing_exceeds_the_largest_depression():
    dst = three_currents(hourly(2000), -200.0, 2500.0, 100.0)
    assert dst.min() > -2500 * (1 + abs(Coefficients().station_tilt))


def test_members_are_independent():
    b_z = np.random.default_rng(2).uniform(-20, 5, (3, 40))
    together = three_currents(hourly(40), b_z, 500.0, 6.0)
    for member in range(3):
        np.testing.assert_array_equal(together[member], three_currents(hourly(40), b_z[member], 500.0, 6.0))


def test_other_coefficients_can_be_given():
    still = replace(Coefficients(), tail_gain=0.0, storm_gain=0.0, slow_gain=0.0)
    dst = three_currents(hourly(10), -30.0, 600.0, 8.0, coefficients=still)
    assert (dst > 0).all(), "without currents only the magnetopause is left"


def test_interval_of_a_single_sample_is_an_hour():
    assert interval_hours(hourly(1)).tolist() == [1.0]


def test_skill_on_2001_and_2002(shared_data):
    """Hours that no coefficient was fitted to; gaps bridged linearly, as in the published comparison."""
    pd = pytest.importorskip("pandas")
    table = pd.read_csv(shared_data / "solarwind/omni_hourly_1998_2002_filled.csv.gz", parse_dates=["time_utc"])
    wind = table[["Bz_nT", "V_kms", "n_cm3"]].interpolate().bfill()
    dst = three_currents(table["time_utc"].to_numpy(), *(wind[c].to_numpy() for c in wind))
    chosen = (table["time_utc"].dt.year > 2000).to_numpy()
    modelled, observed = dst[chosen], table["Dst_nT"].to_numpy(float)[chosen]
    error = modelled - observed
    storm = observed < -100
    print(f"2001-2002: RMSE {np.sqrt(np.mean(error**2)):.2f}, r {np.corrcoef(modelled, observed)[0, 1]:.3f}, ", end="")
    print(f"below -100 nT {np.sqrt(np.mean(error[storm] ** 2)):.1f}")
    assert np.sqrt(np.mean(error**2)) < 12.0
    assert np.corrcoef(modelled, observed)[0, 1] > 0.92
    assert np.sqrt(np.mean(error[storm] ** 2)) < 33.0
