"""Convection: vectors, voltages across the polar cap, and the budget of open flux."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sunearth.magnetosphere import _kernels
from sunearth.magnetosphere.convection import (
    boyle_1997,
    convection_field,
    e_cross_b_drift,
    expanding_contracting,
    hill_siscoe_2002,
    kivelson_ridley_2008,
    open_flux_of_radius,
    polar_cap_radius,
    ridley_2005,
)
from sunearth.magnetosphere.coupling import milan_2012

component = st.floats(-1000, 1000, allow_nan=False)


def hourly(n, minutes=60):
    return np.datetime64("2015-03-17", "ns") + np.arange(n) * np.timedelta64(minutes, "m")


@given(st.tuples(component, component, component), st.tuples(component, component, component))
def test_field_and_drift_undo_each_other(v, b):
    """E = -v x B is perpendicular to both, and E x B / B^2 gives back the part of v across B."""
    v, b = np.array(v), np.array(b)
    if np.linalg.norm(b) < 1e-3:
        return
    e = np.array(convection_field(*v, *b))
    np.testing.assert_allclose(e, -np.cross(v, b) * 1e-3, atol=1e-9)
    across = v - np.dot(v, b) / np.dot(b, b) * b
    np.testing.assert_allclose(e_cross_b_drift(*e, *b), across, atol=1e-8 * (1 + np.linalg.norm(v)))


def test_no_magnetic_field_no_drift():
    assert np.isnan(e_cross_b_drift(1.0, 0.0, 0.0, 0.0, 0.0, 0.0).v_x)


def test_without_transverse_field_only_the_viscous_part_stays():
    assert boyle_1997(400.0, 5.0, 0.0, 0.0) == pytest.approx(16.0)
    assert kivelson_ridley_2008(400.0, 0.0, 0.0, 8.0) == pytest.approx(16.0)
    assert ridley_2005(400.0, 5.0, 0.0, 5.0, 8.0, 9.0) == pytest.approx(16.0)


def test_hill_siscoe_is_the_rational_form_of_the_paper():
    """57.6 P^(1/3) E F / (P^(1/2) + 0.0125 xi Sigma E F), with the clock angle taken as an angle."""
    rng = np.random.default_rng(1)
    v, by, bz = rng.uniform(300, 1000, 100), rng.uniform(-20, 20, 100), rng.uniform(-40, 20, 100)
    p, sigma = rng.uniform(0.5, 40, 100), rng.uniform(2, 20, 100)
    merging = v * np.hypot(by, bz) * 1e-3 * np.sin(np.arctan2(np.abs(by), bz) / 2) ** 2
    xi = 4.45 - 1.08 * np.log10(sigma)
    paper = 57.6 * p ** (1 / 3) * merging / (np.sqrt(p) + 0.0125 * xi * sigma * merging)
    np.testing.assert_allclose(hill_siscoe_2002(v, by, bz, p, sigma, 0.0), paper, rtol=1e-9)


def test_hill_siscoe_saturates_and_higher_pressure_lifts_the_cap():
    cap = 57.6 / (0.0125 * (4.45 - 1.08) * 10.0)
    assert hill_siscoe_2002(500.0, 0.0, -1e7, 1.0) == pytest.approx(cap, rel=1e-3)
    assert hill_siscoe_2002(500.0, 0.0, -1e7, 8.0) == pytest.approx(2 * cap, rel=1e-3)


def test_low_conductance_lets_the_whole_field_through():
    """Alfven waves reflected by an insulating ionosphere double the field at its foot."""
    length = 0.1 * np.pi * 10.0 * 6371.2e3
    field = 400e3 * 5e-9
    assert kivelson_ridley_2008(400.0, 0.0, -5.0, 8.0, 1e-9) == pytest.approx(16.0 + 2e-3 * field * length, rel=1e-6)


def test_ridley_meets_boyle_at_high_mach_number():
    np.testing.assert_allclose(
        ridley_2005(450.0, 6.0, 3.0, -4.0, 1e3, 9.0), boyle_1997(450.0, 6.0, 3.0, -4.0), rtol=1e-9
    )


def test_the_two_saturating_models_differ_by_what_comparisons_found(shared_data):
    """Gao et al. 2013: similar limits, the wave model some 10 kV below the current model on average."""
    pd = pytest.importorskip("pandas")
    wind = pd.read_csv(shared_data / "solarwind" / "omni_hourly_1998_2002_filled.csv.gz").dropna()
    p = 1.6726e-6 * wind.n_cm3 * wind.V_kms**2
    mach = wind.V_kms / (21.8 * wind.B_nT / np.sqrt(wind.n_cm3))
    southward = ((wind.Bz_nT < 0) & (wind.n_cm3 > 0)).to_numpy()
    arrays = [a.to_numpy()[southward] for a in (wind.V_kms, wind.Bz_nT, p, mach)]
    v, bz, p, mach = arrays
    currents = hill_siscoe_2002(v, 0.0, bz, p)
    waves = kivelson_ridley_2008(v, 0.0, bz, mach)
    difference = currents - waves
    print(f"Siscoe-Hill minus Kivelson-Ridley: {difference.mean():.1f} kV on average")
    assert 0.0 < difference.mean() < 15.0


@given(st.floats(0.0, 89.0))
def test_radius_and_flux_are_inverse(radius):
    assert polar_cap_radius(open_flux_of_radius(radius)) == pytest.approx(radius, abs=1e-6)


def test_more_flux_than_the_dipole_has_has_no_radius():
    assert np.isnan(polar_cap_radius(9.0))


def test_open_flux_follows_its_equation():
    rng = np.random.default_rng(2)
    drive = rng.uniform(0, 300, 24)
    flux = expanding_contracting(hourly(24), drive, 0.5)

    def rates(t, y):
        opened = (drive[min(int(t), 23)] + 10.0) * 3.6e-3
        return [opened - 25.0 * 3.6e-3 * (y[0] / 0.5) ** 3, y[0]]

    state, means = [0.5, 0.0], []
    for k in range(24):
        solution = solve_ivp(rates, (k, k + 1 - 1e-12), [state[0], 0.0], rtol=1e-10, atol=1e-12)
        means.append(solution.y[1, -1])
        state = solution.y[:, -1]
    np.testing.assert_allclose(flux, means, atol=1e-3)


def test_steps_converge_to_second_order():
    """Halving the step inside an hour of strong driving quarters the error."""
    hours = np.ones((1, 4))
    opening, closing, start = np.full((1, 4), 1.5), np.full((1, 4), 0.7), np.full((1, 4), 0.3)
    exact = _kernels.cubic_budget(hours, opening, closing, start, 1 / 4096)
    errors = [np.abs(_kernels.cubic_budget(hours, opening, closing, start, 1 / n) - exact).max() for n in (8, 16, 32)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.8).all(), orders


def test_open_flux_settles_where_opening_and_closing_balance():
    flux = expanding_contracting(hourly(72), [[0.0] * 72, [190.0] * 72], 1.0)
    np.testing.assert_allclose(flux[:, -1], [0.5 * 0.4 ** (1 / 3), 0.5 * 2.0 * 1.0], rtol=3e-3)


def test_open_flux_does_not_depend_on_how_time_is_cut():
    coarse = expanding_contracting(hourly(6), [0.0, 200.0, 200.0, 50.0, 0.0, 0.0], 0.4)
    fine = expanding_contracting(hourly(72, 5), np.repeat([0.0, 200.0, 200.0, 50.0, 0.0, 0.0], 12), 0.4)
    np.testing.assert_allclose(fine.reshape(6, 12).mean(axis=1), coarse, rtol=1e-4)


def test_a_gap_closes_flux_and_driving_resumes():
    drive = np.array([200.0] * 6 + [np.nan] * 6 + [200.0] * 6)
    flux = expanding_contracting(hourly(18), drive, 0.4)
    assert np.isnan(flux[6:12]).all()
    assert not np.isnan(flux[:6]).any()
    assert 0.3 < flux[12] < flux[5]
    assert flux[17] > flux[12]


def test_whatever_drives_it_open_flux_stays_finite_and_positive():
    flux = expanding_contracting(hourly(40), np.tile([0.0, 1e7, -1e6, 30.0], 10), 0.4)
    assert np.isfinite(flux).all()
    assert (flux >= 0.0).all()


def test_members_are_independent_and_nothing_is_an_answer_too():
    drive = np.random.default_rng(3).uniform(0, 200, (3, 12))
    together = expanding_contracting(hourly(12), drive)
    for row in range(3):
        np.testing.assert_array_equal(together[row], expanding_contracting(hourly(12), drive[row]))
    assert expanding_contracting(hourly(0), np.empty(0)).shape == (0,)


def test_compiled_and_plain_loops_agree():
    rng = np.random.default_rng(4)
    hours, drive = np.ones((2, 20)), rng.uniform(0, 2, (2, 20))
    drive[0, 5] = np.nan
    closing, start = np.full((2, 20), 0.7), np.full((2, 20), 0.4)
    for kernel, arguments in (
        (_kernels.cubic_budget, (hours, drive, closing, start, 0.1)),
        (_kernels.driven_decay, (hours, -drive, 5 + drive, 19.0, start)),
        (_kernels.follow_fast_in_slow_out, (hours, drive, 1.5, 72.0, start)),
        (_kernels.trailing_maximum, (np.cumsum(hours, axis=1), drive, 6.0, 0.0 * drive)),
    ):
        plain = getattr(kernel, "py_func", kernel)
        np.testing.assert_allclose(kernel(*arguments), plain(*arguments), rtol=1e-12)


AMPERE_DRIVERS = {
    "2010-04": "sw_2010-04_omni.csv.gz",
    "2013-03": "sw_2013-03-17_wind.csv.gz",
    "2015-03": "sw_2015-03-15_stpatrick.csv.gz",
}


@pytest.mark.slow
@pytest.mark.parametrize("storm", AMPERE_DRIVERS)
def test_open_flux_against_the_currents_seen_by_ampere(shared_data, storm):
    """Region 1 and 2 currents, less the 3.3 degrees by which they lie outside the open-closed boundary."""
    pd = pytest.importorskip("pandas")
    ampere = pd.read_parquet(shared_data / "aurora" / "ampere_north_R1R2_boundary_radius_storms.parquet")
    ampere = ampere[(ampere.j_mag > 0.15) & (ampere.radius_colat_deg > 0)].copy()
    ampere.index = pd.to_datetime(ampere.time_utc)
    seen = pd.Series(open_flux_of_radius(ampere.radius_colat_deg.to_numpy() - 3.3), ampere.index)
    wind = pd.read_csv(shared_data / "solarwind" / AMPERE_DRIVERS[storm], parse_dates=["time_utc"]).drop_duplicates(
        "time_utc"
    )
    potential = milan_2012(-wind.Vx_kms.to_numpy(), wind.By_gsm_nT.to_numpy(), wind.Bz_gsm_nT.to_numpy())
    driver = pd.Series(potential, wind.time_utc).resample("10min").mean().interpolate(limit=12)
    flux = pd.Series(expanding_contracting(driver.index.to_numpy(), driver.to_numpy(), 0.5), driver.index)
    both = pd.concat([flux, seen.resample("10min").median()], axis=1, join="inner").dropna().to_numpy()[36:]
    error = both[:, 0] - both[:, 1]
    correlation = np.corrcoef(both.T)[0, 1]
    rmse = np.sqrt(np.mean(error**2))
    print(f"{storm}: {len(both)} ten-minute means, RMSE {rmse:.2f} GWb, correlation {correlation:.2f}")
    assert rmse < 0.2
    assert correlation > 0.7
