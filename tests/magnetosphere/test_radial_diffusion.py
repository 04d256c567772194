"""Radial diffusion: coefficients, lifetimes, exact solutions, budgets, gaps, extremes."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import jv, yv

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism.trapped import drift_period, energy_of_magnetic_moment
from sunearth.magnetosphere import radial_diffusion as rd
from sunearth.magnetosphere.plasmasphere import electron_density
from sunearth.magnetosphere.radiation_belts import RadiationBelts


def _times(hours, step=1.0):
    return np.datetime64("2013-03-16", "ns") + (np.arange(0, hours + 1e-9, step) * 3.6e12).astype("timedelta64[ns]")


def test_drift_in_the_electrostatic_rate_is_that_of_a_dipole():
    """Slow diffusion of fast drifters: D goes as the inverse square of the drift frequency."""
    mu, l_star = np.array([2e3, 4e3]), 5.0
    period = drift_period(energy_of_magnetic_moment(mu, 31100.0 / l_star**3), l_star, b_0=31100.0)
    rate = rd.brautigam_albert_2000_electrostatic(l_star, 4.0, mu)
    x = (np.pi * 2700.0 / period) ** 2
    assert rate[1] / rate[0] == pytest.approx((1 + x[0]) / (1 + x[1]), rel=1e-3)


def test_waves_of_random_phase_spread_particles_at_the_rate_of_fei():
    """Electric drift in waves A cos(phi - w t + phase), w spread about the drift frequency: mean square change of L."""
    rng = np.random.default_rng(5)
    b_0, l_star, power, time, modes = 3e-5, 6.0, 1.0, 6e4, 400
    drift = 2 * np.pi / 600.0
    apart = 0.3 * drift * (2 * (np.arange(modes) + 0.5) / modes - 1)
    amplitude = np.sqrt(2 * power * 1e-6 * (apart[1] - apart[0]) / (2 * np.pi))
    phase = rng.uniform(0, 2 * np.pi, (4000, modes))
    field_time = (amplitude * (np.sin(phase + apart * time) - np.sin(phase)) / apart).sum(axis=1)
    moved = field_time * l_star**3 / (b_0 * 6.3712e6)
    rate = np.mean(moved**2) / (2 * time)
    # A standing A cos(phi) cos(w t) is two waves of half the amplitude, one of which travels with the drift.
    expected = 4 * rd.fei_2006(l_star, power, 0.0, 1.0, b_0=b_0 * 1e9).electric / 86400
    assert rate == pytest.approx(float(expected), rel=0.06)


def test_orlova_means():
    mlt = np.linspace(0, 24, 2401)
    rate = 1 / rd.orlova_2016(4.0, 1000.0, 3.0, mlt)
    mean = np.trapezoid(rate, mlt) / 24
    assert mean == pytest.approx(1 / float(rd.orlova_2016(4.0, 1000.0, 3.0)), rel=2e-3)
    assert np.isnan(rd.orlova_2016(3.0, 10.0, 2.0))


def test_lifetime_at_quiet_is_infinite():
    assert np.isinf(rd.shprits_2005(5.0, 0.0, 4.0))
    assert rd.shprits_2005(3.0, 0.0, 4.0) == 10.0


@pytest.mark.parametrize("power", [6.0, 10.0])
def test_steady_state_is_exact(power):
    belt = rd.RadialDiffusion(2.0, 7.0, 25, diffusion=lambda l_star, kp: 1e-6 * l_star**power + 0 * kp, lifetime=None)
    result = belt.solve(_times(2e6, 1e5), 3.0, start=0.3, outer=2.0, inner=1.0, steps=3)
    exact = 1 + (2.0 ** (3 - power) - belt.l_star ** (3 - power)) / (2.0 ** (3 - power) - 7.0 ** (3 - power))
    np.testing.assert_allclose(result.psd[-1, 0], exact, rtol=1e-9)


def _mode(power=10.0, low=3.0, high=6.5):
    """Slowest decaying mode of df/dt = L^2 d/dL (L^(n-2) df/dL) between empty ends, in Bessel functions.

    With f = L^((3-n)/2) Z(z), z = 2 k L^((2-n)/2) / (n-2), Z of order (n-3)/(n-2).
    """
    order, scale = (power - 3) / (power - 2), 2 / (power - 2)

    def radial(k, radius):
        z, z_low = scale * k * radius ** ((2 - power) / 2), scale * k * low ** ((2 - power) / 2)
        return radius ** ((3 - power) / 2) * (jv(order, z) * yv(order, z_low) - yv(order, z) * jv(order, z_low))

    trial = np.linspace(1e2, 3e5, 3000)
    values = radial(trial, high)
    first = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))[0]
    k = brentq(lambda x: radial(x, high), trial[first], trial[first + 1], xtol=1e-9)
    return k, lambda radius: radial(k, radius)


def test_bessel_mode_solves_the_equation():
    """The exact solution of the next test, by finite differences of its own."""
    k, radial = _mode()
    x, step = 5.0, 1e-4
    flux = [(y**8) * (radial(y + step) - radial(y - step)) / (2 * step) for y in (x - step, x + step)]
    assert x**2 * (flux[1] - flux[0]) / (2 * step) == pytest.approx(-(k**2) * radial(x), rel=1e-5)


def test_decay_of_a_bessel_mode_at_second_order():
    k, radial = _mode()
    rate = 1 / k**2
    errors = []
    for cells in (40, 80, 160):
        belt = rd.RadialDiffusion(
            3.0, 6.5, cells, diffusion=lambda l_star, kp: rate * l_star**10 + 0 * kp, lifetime=None
        )
        shape = radial(belt.l_star)
        result = belt.solve(_times(24, 24), 3.0, start=shape, outer=0.0, inner=0.0, steps=cells // 2)
        errors.append(np.abs(result.psd[-1, 0] - np.exp(-1.0) * shape).max() / np.abs(shape).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.8).all(), (errors, orders)
    assert errors[-1] < 2e-4


def test_losses_and_sources_balance():
    belt = rd.RadialDiffusion(
        cells=20, diffusion=lambda l_star, kp: 0 * l_star + 0 * kp, lifetime=lambda l_star: 4.0 + 0 * l_star
    )
    result = belt.solve(_times(24 * 200, 24), 2.0, source=0.5, outer=None, inner=None, steps=4)
    np.testing.assert_allclose(result.psd[-1], 2.0, rtol=1e-6)
    at_day = result.sel(time=np.datetime64("2013-03-20"))
    np.testing.assert_allclose(at_day.psd, 2 * (1 - np.exp(-1.0)), rtol=1e-3)


def test_budget_closes_with_everything_on():
    time = _times(240)
    rng = np.random.default_rng(2)
    kp = np.clip(3 + 3 * np.sin(np.arange(241) / 30) + rng.normal(0, 1, 241), 0, 9)
    for diffusion in ("ozeke_2014", "brautigam_albert_2000_total", "liu_2016"):
        belt = rd.RadialDiffusion(cells=60, diffusion=diffusion)
        result = belt.solve(
            time, kp, mu=[300.0, 3000.0], start=1.0, outer=1 + rng.random((2, 241)), last_closed_l=7.5 - kp / 4,
            source=0.01, store=7,
        )  # fmt: skip
        change = result.content - result.content[0]
        crossed = result.in_inner + result.in_outer - result.lost + result.supplied
        assert float(abs(change - crossed).max() / result.lost.max()) < 1e-12
        assert float(result.psd.min()) >= 0
        assert result.psd.shape == (1 + 35, 2, 60)


def test_content_is_the_integral():
    belt = rd.RadialDiffusion(2.0, 7.0, 400)
    result = belt.solve(_times(2), 1.0, start=np.exp(-((belt.l_star - 5) ** 2)), outer=0.0)
    exact = quad(lambda x: np.exp(-((x - 5) ** 2)) / x**2, 2, 7)[0]
    assert float(result.content[0, 0]) == pytest.approx(exact, rel=1e-4)


def test_batch_is_many_single_runs():
    belt = rd.RadialDiffusion(cells=30, diffusion="liu_2016", lifetime=lambda energy, kp: energy / 300 + 0 * kp)
    options = {"outer": 1.0, "start": 0.1}
    whole = belt.solve(_times(48), 4.0, mu=[500.0, 1000.0, 4000.0], **options)
    for n, mu in enumerate((500.0, 1000.0, 4000.0)):
        np.testing.assert_allclose(belt.solve(_times(48), 4.0, mu=mu, **options).psd[:, 0], whole.psd[:, n], rtol=1e-12)
    assert not np.allclose(whole.psd[-1, 0], whole.psd[-1, 2])


def test_going_on_from_a_state_is_going_on():
    belt, time = rd.RadialDiffusion(cells=40), _times(48)
    kp = np.linspace(1, 6, 49)
    options = {"outer": 1.0, "plasmapause_l": 4.0}
    whole = belt.solve(time, kp, start=0.2, **options)
    first = belt.solve(time[:25], kp[:25], start=0.2, **options)
    second = belt.solve(time[24:], kp[24:], start=first.psd[-1].values, **options)
    np.testing.assert_array_equal(second.psd[-1], whole.psd[-1])


def test_gaps_are_held_and_flagged():
    kp = np.full(49, 5.0)
    kp[10:20] = np.nan
    belt = rd.RadialDiffusion(cells=30)
    full, gappy = (belt.solve(_times(48), value, start=0.1, outer=1.0) for value in (5.0, kp))
    np.testing.assert_array_equal(full.psd, gappy.psd)
    assert gappy.driver_held.values.sum() == 10
    assert not full.driver_held.any()
    with pytest.raises(InputError, match="not a single value"):
        belt.solve(_times(48), np.nan, outer=1.0)


def test_extremes():
    belt = rd.RadialDiffusion(cells=50)
    worst = belt.solve(_times(48, 3), 9.0, start=1.0, outer=1e6, last_closed_l=3.5)
    assert np.isfinite(worst.psd).all()
    assert float(worst.psd.min()) >= 0
    beyond = worst.psd.sel(l_star=slice(3.8, 6.0))[-1]
    assert float(beyond.max()) < 1e6
    empty = belt.solve(_times(48, 3), 9.0, start=0.0, outer=0.0)
    assert (empty.psd == 0).all()
    assert (empty.lost == 0).all()


def test_shadow_takes_particles_out():
    belt = rd.RadialDiffusion(cells=50)
    time = _times(24)
    lit, dark = (belt.solve(time, 4.0, start=1.0, outer=1.0, last_closed_l=value) for value in (None, 5.0))
    assert float(dark.psd[-1, 0].sel(l_star=5.5, method="nearest")) < 0.2 * float(
        lit.psd[-1, 0].sel(l_star=5.5, method="nearest")
    )


def test_progress_and_refusals():
    seen = []
    rd.RadialDiffusion(cells=10).solve(_times(5), 2.0, outer=1.0, progress=lambda *a: seen.append(a))
    assert seen[-1] == ("radial diffusion", 5, 5)
    with pytest.raises(UnknownNameError, match="ozeke_2014"):
        rd.RadialDiffusion(diffusion="ozeke_2015")
    with pytest.raises(InputError, match="inner < outer"):
        rd.RadialDiffusion(inner=7.0, outer=2.0)
    with pytest.raises(InputError, match="ascending"):
        rd.RadialDiffusion().solve(_times(5)[::-1], 2.0)
    with pytest.raises(InputError, match="kp has shape"):
        rd.RadialDiffusion().solve(_times(5), np.ones(4))
    for wrong in ("store", "steps"):
        with pytest.raises(InputError, match="1 or more"):
            rd.RadialDiffusion().solve(_times(5), 2.0, **{wrong: 0})
    with pytest.raises(InputError, match="diffusion asks for 'l'; it can have l_star, kp, mu"):
        rd.RadialDiffusion(diffusion=lambda l, kp: l + kp)  # noqa: E741
    with pytest.raises(InputError, match="lifetime must be a function"):
        rd.RadialDiffusion(lifetime=10.0)


def test_a_year_of_kp_nine_with_gaps_of_one_row_does_not_spoil_others():
    belt = rd.RadialDiffusion(cells=20)
    start = np.ones((2, 20))
    start[1, 5] = np.nan
    result = belt.solve(_times(24), 3.0, mu=[1.0, 2.0], start=start, outer=1.0)
    assert np.isfinite(result.psd[:, 0]).all()
    assert np.isnan(result.psd[-1, 1]).all()


def test_collisions_with_cold_electrons_take_the_energy_as_bethe_has_it():
    """4 pi r_e^2 m c^3 n ln(Lambda) / beta for an electron much faster than the plasma."""
    energy = np.array([30.0, 300.0, 3000.0])
    density = float(electron_density(3.0, 0.0, 4.5))
    beta = np.sqrt(energy * (energy + 2 * 510.99895)) / (energy + 510.99895)
    rate = 4 * np.pi * 2.8179403e-13**2 * 510.99895 * 2.99792458e10 * density * 21.5 / beta  # keV/s
    assert rd.coulomb_lifetime(3.0, energy, 4.5) == pytest.approx(energy / rate / 86400.0, rel=0.01)
    assert (rd.coulomb_lifetime(5.5, energy, 4.0) > 20 * rd.coulomb_lifetime(3.0, energy, 4.0)).all()


def test_a_lifetime_means_the_same_in_one_and_three_dimensions():
    """Energies are keV in both: MeV electrons are not taken for eV ones."""
    asked = []

    def lifetime(energy):
        asked.append(np.asarray(energy))
        return 10.0 + 0.0 * energy

    belts = RadiationBelts(
        shells=4, momenta=5, pitch_angles=6, lowest_energy=0.1, highest_energy=5.0, lifetime=lifetime
    )
    time = np.datetime64("2013-03-17", "ns") + np.arange(2) * np.timedelta64(1, "h")
    belts.solve(time, 3.0, start=1.0, outer=1.0)
    assert 10.0 < np.min(asked[-1]) < 500.0
    assert 1e3 < np.max(asked[-1]) < 5e4
