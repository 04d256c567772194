"""Disc dynamos: energy, fixed points, order of convergence, reversals; spectra of series that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.geomagnetism import dynamo
from sunearth.geomagnetism.dynamo import DiscDynamo, RikitakeDynamo


def test_one_disc_keeps_its_sign_and_its_energy_budget():
    disc = DiscDynamo(inductance=2.0, resistance=0.5, mutual=0.7, inertia=1.5, torque=0.9)
    result = disc.solve(200.0, current=[0.01, -0.3], rotation_rate=[0.0, 2.0], step=0.005, every=20)
    current, rate = result["current"].values, result["rotation_rate"].values
    assert (current[0] > 0).all()
    assert (current[1] < 0).all()
    # Without friction w = M Omega - R and x = ln |I| move in a potential.
    w, x = 0.7 * rate - 0.5, np.log(np.abs(current))
    whole = w**2 / (2 * 2.0) - (0.7 / 1.5) * (0.9 * x - 0.7 * np.exp(2 * x) / 2)
    np.testing.assert_allclose(whole, whole[:, :1] + 0 * whole, rtol=1e-6)


def test_small_swings_of_a_disc_have_their_frequency():
    disc = DiscDynamo(inductance=2.0, mutual=0.7, inertia=1.5, torque=0.9)
    current, rate = disc.equilibrium
    rest = disc.solve(50.0, current, rate)
    np.testing.assert_allclose(rest["current"], current, rtol=1e-12)
    swing = disc.solve(200.0, 1.001 * current, rate)
    times = dynamo.reversal_times(swing["time"], swing["current"] - current)
    expected = np.sqrt(2 * 0.7 * 0.9 / (2.0 * 1.5))
    assert np.pi / np.diff(times).mean() == pytest.approx(expected, rel=1e-3)


def test_work_of_the_axle_heats_or_is_stored_with_an_external_field():
    disc = DiscDynamo(flux=0.2)
    result = disc.solve(20.0, 0.0, 0.0, step=0.001, every=1)
    current, rate, time = result["current"].values, result["rotation_rate"].values, result["time"].values
    stored = 0.5 * (current[-1] ** 2 + rate[-1] ** 2)
    power = disc.torque * rate - disc.resistance * current**2
    assert np.trapezoid(power, time) == pytest.approx(stored, rel=1e-5)
    assert stored > 0


@pytest.mark.parametrize(("mu", "k"), [(1.0, 2.0), (0.5, 1.3), (2.0, 3.0)])
def test_fixed_points_of_two_discs(mu, k):
    discs = RikitakeDynamo(mu, k)
    for point in discs.fixed_points:
        result = discs.solve(1.0, *point)
        for name, value in zip("xyz", point, strict=True):
            np.testing.assert_allclose(result[name], value, rtol=1e-9)
    assert RikitakeDynamo(1.0, 2.0).a == 3.75


def test_fourth_order():
    """Against a run with far smaller steps, halving the step cuts the error by sixteen."""
    ends = {
        step: RikitakeDynamo().solve(4.0, step=step, every=round(4.0 / step))["x"].values[-1]
        for step in (0.04, 0.02, 0.01, 0.001)
    }
    errors = [abs(ends[step] - ends[0.001]) for step in (0.04, 0.02, 0.01)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4.0, abs=0.4)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(4.0, abs=0.4)


def test_volume_of_states_shrinks_and_difference_of_discs_holds():
    """The divergence of the flow is -2 mu: a small tetrahedron of states loses volume at that rate."""
    base = np.array([1.0, 0.5, 2.0])
    corners = base + np.vstack([np.zeros(3), 1e-5 * np.eye(3)])
    result = RikitakeDynamo(mu=0.8).solve(1.0, *corners.T, step=0.001, every=1000)
    end = np.array([result[name].values[:, -1] for name in "xyz"])
    volume = np.linalg.det(end[:, 1:] - end[:, :1]) / 1e-15
    assert volume == pytest.approx(np.exp(-2 * 0.8), rel=1e-3)


def test_two_discs_reverse_irregularly_and_symmetrically():
    result = RikitakeDynamo().solve(300.0)
    times = dynamo.reversal_times(result["time"], result["x"])
    assert len(times) > 10
    intervals = dynamo.polarity_intervals(times)
    assert intervals.variation > 0.2, "irregular"
    mirrored = RikitakeDynamo().solve(300.0, -1.0, -0.5, 2.0)
    np.testing.assert_array_equal(mirrored["x"], -result["x"])
    np.testing.assert_array_equal(mirrored["z"], result["z"])


def test_a_run_goes_on_as_if_it_had_never_stopped():
    whole = RikitakeDynamo().solve(40.0)
    first = RikitakeDynamo().solve(15.0)
    rest = RikitakeDynamo().solve(25.0, *(first[name].values[-1] for name in "xyz"))
    np.testing.assert_array_equal(np.concatenate([first["x"], rest["x"][1:]]), whole["x"])


def test_compiled_steps_match_plain_ones():
    from sunearth.geomagnetism import _dynamo_kernels as kernels

    start = np.array([[1.0], [0.5], [2.0]])
    fast = kernels.turn_two_discs(1.0, 3.75, start, 0.01, 20, 5)

    def push(q):
        x, y, z = q
        return np.array([z * y - x, (z - 3.75) * x - y, 1 - x * y])

    state, slow = start[:, 0], []
    for _ in range(20):
        slow.append(state)
        for _ in range(5):
            a = push(state)
            b = push(state + 0.005 * a)
            c = push(state + 0.005 * b)
            d = push(state + 0.01 * c)
            state = state + 0.01 * (a + 2 * b + 2 * c + d) / 6
    np.testing.assert_allclose(fast[:, 0], np.array(slow).T, rtol=1e-12)


def test_bad_requests_are_refused():
    for duration, step in ((-1.0, 0.01), (np.inf, 0.01), (1.0, 0.0)):
        with pytest.raises(InputError, match="duration"):
            RikitakeDynamo().solve(duration, step=step)
    with pytest.raises(InputError, match="members"):
        RikitakeDynamo().solve(1.0, np.ones((2, 2)))


def test_reversals_pass_over_gaps():
    times = dynamo.reversal_times([0, 1, 2, 3, 4], [1.0, np.nan, -1.0, 0.0, -1.0])
    np.testing.assert_allclose(times, [1.0])
    assert dynamo.reversal_times([0, 1], [1.0, 2.0]).size == 0


def test_excursions_are_left_out():
    intervals = dynamo.polarity_intervals([0.0, 5.0, 5.1, 10.0], shortest=0.5)
    assert intervals.number == 1
    assert intervals.mean == 10.0
    assert dynamo.polarity_intervals([3.0]).number == 0


@given(exponent=st.floats(-3, 3), intercept=st.floats(-5, 5))
def test_power_laws_are_found(exponent, intercept):
    x = np.array([1.0, 3.0, 20.0, 500.0])
    fit = dynamo.fit_power_law(x, 10**intercept * x**exponent)
    assert fit.exponent == pytest.approx(exponent, abs=1e-9)
    assert fit.intercept == pytest.approx(intercept, abs=1e-9)


def test_magnetic_bode_law_is_the_fit_of_the_planets():
    planets = dynamo.PLANETS.values()
    fit = dynamo.fit_power_law([p.angular_momentum for p in planets], [p.moment for p in planets])
    assert fit.exponent == pytest.approx(0.82, abs=0.02)
    momenta = np.array([1e30, 1e34, 1e38])
    np.testing.assert_allclose(dynamo.magnetic_bode_law(momenta), 10**fit.intercept * momenta**fit.exponent, rtol=2e-3)
    for planet in planets:
        assert 0.3 < planet.moment / dynamo.magnetic_bode_law(planet.angular_momentum) < 3.5
    mars = 0.3644 * 6.417e23 * 3.3895e6**2 * 2 * np.pi / 88642.7
    assert dynamo.magnetic_bode_law(mars) > 1e20, "Mars has less than 1e19 A m^2 and breaks the law"


def test_spectra_find_common_lines_and_their_lag():
    rng = np.random.default_rng(5)
    years = np.arange(600)
    common = np.sin(2 * np.pi * years / 20)
    later = np.sin(2 * np.pi * (years - 3) / 20)
    noise = rng.standard_normal((2, years.size))
    spectra = dynamo.rotation_moment_spectra(common + 0.05 * noise[0], later + 0.05 * noise[1], segment=100)
    line = spectra.sel(frequency=0.05, method="nearest")
    assert line["coherence"] > 0.99
    assert line["phase"] == pytest.approx(2 * np.pi * 3 / 20, abs=0.02)
    other = spectra.sel(frequency=slice(0.2, 0.5))
    assert other["coherence"].mean() < 0.3
    # Parseval: the density adds up to the variance of the rate of change.
    total = spectra["length_of_day_psd"].sum() * float(spectra["frequency"][0])
    assert total == pytest.approx(np.var(np.diff(common + 0.05 * noise[0])), rel=0.1)


def test_spectra_refuse_what_would_mislead():
    series = np.arange(50.0)
    with pytest.raises(InputError, match="coherence is 1"):
        dynamo.rotation_moment_spectra(series, series, segment=49)
    with pytest.raises(InputError, match="gaps"):
        dynamo.rotation_moment_spectra(np.where(series == 3, np.nan, series), series)
    with pytest.raises(InputError, match="one length"):
        dynamo.rotation_moment_spectra(series, series[1:])
