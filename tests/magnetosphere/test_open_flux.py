"""Open flux: the size of the polar cap and its budget, exact where it can be, beside what AMPERE and IMAGE saw."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sunearth.core.errors import InputError
from sunearth.magnetosphere import _kernels
from sunearth.magnetosphere.open_flux import (
    current_boundary_radius,
    expanding_contracting,
    loading_unloading,
    open_flux_of_radius,
    polar_cap_radius,
    replacement_time,
)

GWB = 3.6e-3


def hourly(n, minutes=60):
    return np.datetime64("2015-03-17", "ns") + np.arange(n) * np.timedelta64(minutes, "m")


@given(st.floats(0.0, 89.0))
def test_radius_and_flux_are_inverse(radius):
    assert polar_cap_radius(open_flux_of_radius(radius)) == pytest.approx(radius, abs=1e-6)


def test_more_flux_than_the_dipole_has_has_no_radius():
    assert np.isnan(polar_cap_radius(9.0))


def test_a_voltage_replaces_the_flux_in_its_time():
    assert replacement_time(0.5, 65.0) * 3600 * 65e3 == pytest.approx(0.5e9)


def test_the_currents_lie_outside_the_cap_by_what_was_measured():
    """3.3 degrees in the mean of ordinary times, when the cap has 12 to 15 degrees."""
    radius = np.array([12.0, 15.0])
    outside = current_boundary_radius(radius) - radius
    assert outside[0] < 3.3 < outside[1]


@pytest.mark.parametrize(("closure", "exponent"), [("linear", 1), ("quadratic", 2), ("cubic", 3)])
@pytest.mark.parametrize("response", [0.0, 0.5])
def test_open_flux_follows_its_equation(closure, exponent, response):
    rng = np.random.default_rng(2)
    drive = rng.uniform(0, 300, 24)
    cap = expanding_contracting(hourly(24), drive, 0.5, 40.0, 12.0, response, closure)

    def wanted(flux):
        return 40.0 * GWB * (flux / 0.5) ** exponent

    def rates(t, y):
        opened = (drive[min(int(t), 23)] + 12.0) * GWB
        closing = y[1] if response else wanted(y[0])
        return [opened - closing, (wanted(y[0]) - y[1]) / response if response else 0.0, y[0], closing]

    state, means, closed = [0.5, wanted(0.5)], [], []
    for k in range(24):
        solution = solve_ivp(rates, (k, k + 1 - 1e-12), [*state, 0.0, 0.0], rtol=1e-10, atol=1e-12)
        state = solution.y[:2, -1]
        means.append(solution.y[2, -1])
        closed.append(solution.y[3, -1] / GWB)
    np.testing.assert_allclose(cap.open_flux, means, rtol=4e-3)
    np.testing.assert_allclose(cap.nightside_potential, closed, rtol=2e-2)
    np.testing.assert_allclose(cap.dayside_potential, drive + 12.0, rtol=1e-12)
    np.testing.assert_allclose(open_flux_of_radius(cap.radius), cap.open_flux, rtol=1e-12)


@pytest.mark.parametrize("response", [0.0, 0.6])
def test_steps_converge_to_second_order(response):
    """Halving the step inside an hour of strong driving quarters the error."""
    hours = np.ones((1, 4))
    opening, closing, start = np.full((1, 4), 1.5), np.full((1, 4), 0.7), np.full((1, 4), 0.3)
    delay = np.full((1, 4), response)

    def run(n):
        return np.array(_kernels.power_budget(hours, opening, closing, start, 3.0, delay, 1 / n))

    exact = run(8192)
    errors = [np.abs(run(n) - exact).max() for n in (8, 16, 32, 64)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.8).all(), orders


@pytest.mark.parametrize("response", [0.0, 0.5])
def test_flux_is_conserved_to_round_off(response):
    """What is opened less what is closed is what there is at the end less what there was."""
    rng = np.random.default_rng(5)
    hours, opening = rng.uniform(0.1, 2.0, (3, 200)), rng.uniform(0, 1.5, (3, 200))
    closing, start = np.full((3, 200), 0.8), np.full((3, 200), 0.4)
    _, closed, ends = _kernels.power_budget(hours, opening, closing, start, 3.0, np.full((3, 200), response), 1 / 30)
    np.testing.assert_allclose(((opening - closed) * hours).sum(1), ends[:, -1] - 0.4, atol=1e-13)
    high = np.full((3, 200), 0.7)
    constants = (0.05 + 0 * high, high, 0.5 * high, 1.0 + 0 * high, start)
    _, closed, ends, _ = _kernels.load_and_unload(hours, opening, *constants)
    np.testing.assert_allclose(((opening - closed) * hours).sum(1), ends[:, -1] - 0.4, atol=1e-12)


def test_linear_closure_is_the_exponential():
    """Constant driving: F = F_e + (F_0 - F_e) exp(-t / tau), tau = 0.5 GWb / closing potential."""
    cap = expanding_contracting(hourly(200, 6), 80.0, 0.2, 60.0, 20.0, closure="linear")
    tau, level = 0.5 / (60 * GWB), 0.5 * 100 / 60
    edges = np.arange(201) * 0.1
    exact = level + (0.2 - level) * tau * (np.exp(-edges[:-1] / tau) - np.exp(-edges[1:] / tau)) / 0.1
    np.testing.assert_allclose(cap.open_flux, exact, rtol=1e-12)


def test_open_flux_settles_where_opening_and_closing_balance():
    cap = expanding_contracting(hourly(72), [[0.0] * 72, [206.0] * 72], 1.0)
    np.testing.assert_allclose(cap.open_flux[:, -1], [0.5 * (14 / 27.5) ** (1 / 3), 0.5 * 2.0], rtol=3e-3)
    np.testing.assert_allclose(cap.nightside_potential[:, -1], [14.0, 220.0], rtol=1e-2)


@pytest.mark.parametrize("model", [expanding_contracting, loading_unloading])
def test_open_flux_does_not_depend_on_how_time_is_cut(model):
    drive = [0.0, 200.0, 200.0, 50.0, 0.0, 0.0]
    coarse, fine = model(hourly(6), drive), model(hourly(72, 5), np.repeat(drive, 12))
    for field in ("open_flux", "nightside_potential"):
        parts = getattr(fine, field).reshape(6, 12).mean(axis=1)
        np.testing.assert_allclose(parts, getattr(coarse, field), rtol=2e-4)


@pytest.mark.parametrize("model", [expanding_contracting, loading_unloading])
def test_a_gap_closes_flux_and_driving_resumes(model):
    drive = np.array([200.0] * 6 + [np.nan] * 6 + [200.0] * 6)
    flux = model(hourly(18), drive).open_flux
    assert np.isnan(flux[6:12]).all()
    assert not np.isnan(flux[:6]).any()
    assert 0.2 < flux[12] < flux[5]
    assert flux[17] > flux[12]
    for field in model(hourly(18), drive):
        assert np.isnan(field[6:12]).all()


@pytest.mark.parametrize("model", [expanding_contracting, loading_unloading])
def test_whatever_drives_it_open_flux_stays_finite_and_positive(model):
    flux = model(hourly(40), np.tile([0.0, 1e7, -1e6, 30.0], 10)).open_flux
    assert np.isfinite(flux).all()
    assert (flux >= 0.0).all()


@pytest.mark.parametrize("model", [expanding_contracting, loading_unloading])
def test_members_are_independent_and_nothing_is_an_answer_too(model):
    drive = np.random.default_rng(3).uniform(0, 200, (3, 12))
    together = model(hourly(12), drive).open_flux
    for row in range(3):
        np.testing.assert_array_equal(together[row], model(hourly(12), drive[row]).open_flux)
    assert model(hourly(0), np.empty(0)).open_flux.shape == (0,)


def test_an_unknown_closure_is_refused():
    with pytest.raises(InputError, match="cubic"):
        expanding_contracting(hourly(3), 50.0, closure="quartic")


def test_substorms_come_with_the_period_of_the_sawtooth():
    """Loading at a constant rate, then an exponential fall towards what the dayside keeps up: both in closed form."""
    opening, quiet, high, low, decay = 40 * GWB, 10 * GWB, 0.6, 0.3, 1.0
    level = opening * decay
    period = (high - low) / (opening - quiet) + decay * np.log((high - level) / (low - level))
    hours = np.full((1, 4000), 0.05)
    arrays = (np.full(hours.shape, value) for value in (opening, quiet, high, low, decay, 0.3))
    means, _, ends, begun = _kernels.load_and_unload(hours, *arrays)
    onsets = np.flatnonzero(begun[0] > 0)
    assert np.diff(onsets).mean() * 0.05 == pytest.approx(period, rel=2e-3)
    assert begun.max() == 1.0
    assert low - 1e-12 <= ends.min()
    assert ends.max() <= high + 1e-12
    area = (high**2 - low**2) / 2 / (opening - quiet)
    fall = decay * np.log((high - level) / (low - level))
    area += level * fall + (high - low) * decay
    whole = slice(onsets[0], onsets[-1])
    assert means[0, whole].mean() == pytest.approx(area / period, rel=2e-3)


def test_driving_that_no_substorm_can_undo_is_steady_convection():
    cap = loading_unloading(hourly(48), 150.0)
    assert cap.open_flux[-1] == pytest.approx(160 * GWB * 1.0, rel=1e-6)
    assert cap.nightside_potential[-1] == pytest.approx(160.0, rel=1e-6)


def test_a_ring_current_lets_the_tail_hold_more():
    calm, storm = (loading_unloading(hourly(600, 5), 30.0, dst).open_flux for dst in (0.0, -200.0))
    assert calm.max() < 0.6 + 1e-9
    assert 0.6 < storm.max() < 0.6 * 1.6 + 1e-9


def test_compiled_and_plain_loops_agree():
    rng = np.random.default_rng(4)
    hours, drive = np.ones((2, 20)), rng.uniform(0, 2, (2, 20))
    drive[0, 5] = np.nan
    closing, start = np.full((2, 20), 0.7), np.full((2, 20), 0.4)
    for kernel, arguments in (
        (_kernels.power_budget, (hours, drive, closing, start, 3.0, 0.0 * hours, 0.1)),
        (_kernels.power_budget, (hours, drive, closing, start, 2.0, 0.4 * hours, 0.1)),
        (_kernels.load_and_unload, (hours, drive, 0.1 * closing, closing, 0.5 * closing, hours, start)),
        (_kernels.driven_decay, (hours, -drive, 5 + drive, 19.0, start)),
        (_kernels.follow_fast_in_slow_out, (hours, drive, 1.5, 72.0, start)),
        (_kernels.trailing_maximum, (np.cumsum(hours, axis=1), drive, 6.0, 0.0 * drive)),
    ):
        plain = getattr(kernel, "py_func", kernel)
        np.testing.assert_allclose(kernel(*arguments), plain(*arguments), rtol=1e-12)


@pytest.fixture(scope="module")
def scoring(shared_data):
    pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = Path(__file__).parents[2] / "validation" / "ampere_open_flux.py"
    spec = importlib.util.spec_from_file_location("ampere_open_flux", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, module.storms(shared_data)


@pytest.mark.slow
def test_open_flux_in_storms_that_no_constant_has_seen(scoring):
    """The circle between the currents seen by AMPERE, and the polar cap seen by IMAGE."""
    module, data = scoring
    ratio = float(current_boundary_radius(1.0))
    scores = {}
    for name in module.HELD_OUT:
        storm = data[name]
        scores[name] = module.score(storm, expanding_contracting(storm.time, storm.potential, 0.5).radius, ratio)
        s = scores[name]
        print(f"{name}: n {s.n}, CC {s.correlation:.2f}, RMSE {s.rmse:.2f}, bias {s.bias:+.2f} deg, lag {s.lag} min")
    for name, (rmse, correlation) in {
        "2015-03": (2.0, 0.87),
        "2015-06": (3.0, 0.77),
        "2017-09": (2.0, 0.75),
        "2000-08": (2.6, 0.65),
        "2001-08": (2.8, 0.5),
    }.items():
        assert scores[name].rmse < rmse, name
        assert scores[name].correlation > correlation, name
    assert all(abs(scores[name].lag) <= 20 for name in ("2015-03", "2015-06", "2017-09"))
