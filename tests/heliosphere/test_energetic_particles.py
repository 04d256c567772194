"""Energetic particles: exact solutions with their orders, closed accounts, spectra, onsets, bad input."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gamma, k0

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.heliosphere import energetic_particles as particles
from sunearth.heliosphere.energetic_particles import (
    FocusedTransport,
    MovingShock,
    ParkerTransport,
    Release,
    band_fluence,
    band_spectrum,
    fisk_axford_1968,
    impulsive_diffusion,
    integral_flux,
    onset_time,
    power_law_mean_free_path,
    proton_energy_of_rigidity,
    proton_rigidity,
    proton_speed,
    reid_1964,
    steady_modulation,
    velocity_dispersion,
)
from sunearth.heliosphere.spiral import spiral_length

AU = 1.495978707e11
AU_KM = AU * 1e-3


def hours(result):
    return ((result["time"] - result["time"][0]) / np.timedelta64(1, "ns")).values / 3.6e12


def order(errors, factor=2.0):
    return math.log(errors[0] / errors[-1], factor) / (len(errors) - 1)


@pytest.mark.parametrize("b", [0.0, 1.0, 1.5])
def test_impulsive_diffusion_keeps_number_and_obeys_its_equation(b):
    density = lambda r, t: float(impulsive_diffusion(r, t, 3e17, b, 7.0))  # noqa: E731
    shell = lambda y: 5 * y**4 * 4 * math.pi * y**10 * density(y**5, 20.0) * AU**3  # noqa: E731
    inside = quad(shell, 0, 10, limit=400)[0]
    assert inside == pytest.approx(7.0, rel=1e-7)
    kappa = 3e17 * 3600 / AU**2
    e = 1e-3
    flux = lambda r: r ** (2 + b) * kappa * (density(r + e, 20.0) - density(r - e, 20.0)) / (2 * e)  # noqa: E731
    change = (density(1.0, 20.01) - density(1.0, 19.99)) / 0.02
    assert change == pytest.approx((flux(1 + e) - flux(1 - e)) / (2 * e), rel=2e-5)


def test_point_source_passes_earth_at_the_known_time():
    t = np.linspace(3.0, 7.0, 4001)
    peak = t[np.argmax(impulsive_diffusion(1.0, t, 2.165e17))]
    assert peak == pytest.approx(AU**2 / (6 * 2.165e17) / 3600, abs=2e-3)
    assert peak == pytest.approx(4.8, abs=0.02)


def test_gamma_function():
    x = np.array([0.5, 1.0, 1.5, 3.0, 6.0, 60.0])
    np.testing.assert_allclose(particles._gamma(np, x), gamma(x), rtol=1e-12)


@pytest.mark.parametrize(("kappa", "speed", "slope"), [(2e17, 400.0, 5.0), (5e16, 700.0, 3.0), (1e18, 300.0, 7.0)])
def test_convected_impulse_obeys_the_equation_of_parker(kappa, speed, slope):
    f = lambda r, t: float(fisk_axford_1968(r, t, kappa, speed, slope).intensity)  # noqa: E731
    k1, v = kappa * 3600 / AU**2, speed * 3600 / AU_KM
    r, t, e = 1.3, 30.0, 1e-3
    left = (f(r, t + e) - f(r, t - e)) / (2 * e) + v * (f(r + e, t) - f(r - e, t)) / (2 * e)
    flux = lambda x: x**3 * k1 * (f(x + e, t) - f(x - e, t)) / (2 * e)  # noqa: E731
    right = (flux(r + e) - flux(r - e)) / (2 * e) / r**2 - slope * 2 * v / (3 * r) * f(r, t)
    assert left == pytest.approx(right, rel=1e-4)
    times = np.linspace(0.5, 300, 120001)
    peak = times[np.argmax(fisk_axford_1968(r, times, kappa, speed, slope).intensity)]
    assert fisk_axford_1968(r, 1.0, kappa, speed, slope).peak_time == pytest.approx(peak, abs=0.01)


def test_convected_impulse_keeps_number_where_losses_do_not_change_it():
    number = [
        quad(lambda r, t=t: r**2 * float(fisk_axford_1968(r, t, 2e17, 400.0, 3.0).intensity), 0, 80, limit=300)[0]
        for t in (10.0, 40.0)
    ]
    assert number[0] == pytest.approx(number[1], rel=1e-6)


def test_steady_modulation_limits():
    w = 400.0 * 3600 / AU_KM / (2e18 * 3600 / AU**2)
    assert steady_modulation(1.0, 10.0, 2e18, 400.0, 3.0) == pytest.approx(0.1**w, rel=1e-12)
    weak = -math.log(steady_modulation(1.0, 10.0, 2e20, 400.0, 5.0)) / math.log(10.0)
    assert weak == pytest.approx(5.0 / 3.0 * w / 100, rel=1e-3)


def diffusion_error(cells, dt):
    line = ParkerTransport(
        inner=0.005, outer=8.0, cells=cells, momenta=1, energy=(9.9, 10.1), speed=1e-9, kappa=2.165e17, even=False
    )
    source = Release(lambda energy: 1e30 + 0 * energy, radius=float(line.radius[0]))
    result = line.solve([source], duration=24.0, dt=dt, observers={"earth": 1.0, "mars": 1.524})
    number = float(result["injected"][-1])
    density = result["intensity"][..., 0].values / particles._intensity_factor(line.rigidity) * line._width
    t = hours(result)[2:, None]  # before, diffusion is ahead of what the grid resolves
    exact = impulsive_diffusion(np.array([1.0, 1.524]), t, 2.165e17, 0.0, number) * AU**3
    return np.max(np.abs(density[2:] - exact)) / np.max(exact)


def test_impulse_in_diffusion_is_of_second_order():
    errors = [diffusion_error(cells, dt) for cells, dt in ((60, 0.2), (120, 0.1), (240, 0.05))]
    assert errors[-1] < 2e-3
    assert order(errors) > 1.7


def convected(cells, momenta, dt, slope=5.0):
    """Continue the exact solution from 12 h to 36 h and compare."""
    kappa, speed = 3e17, 500.0
    line = ParkerTransport(
        inner=0.002, outer=12.0, cells=cells, momenta=momenta, energy=(5.0, 80.0), speed=speed, top=slope,
        kappa=lambda r, p: kappa * r + 0 * p,
    )  # fmt: skip
    return line, kappa, speed, slope, dt


def convected_error(cells, momenta, dt):
    from sunearth.heliosphere._transport_kernels import march

    line, kappa, speed, slope, _ = convected(cells, momenta, dt)
    radius, rigidity = line.radius, line.rigidity
    shape = rigidity[:, None] ** (3 - slope) * 1e10
    exact = lambda t: shape * fisk_axford_1968(radius, t, kappa, speed, slope).intensity  # noqa: E731
    system = line._system()
    volume = system["volume"]
    state = exact(12.0) * volume
    steps = round(24.0 / dt)
    march(
        state, dt, 0, steps, steps, system["lower"], system["diagonal"], system["upper"], system["leave"],
        np.zeros(momenta), system["cool"], system["c0"], system["c1"], system["top"], np.zeros((0, steps)),
        np.zeros((0, steps, momenta)), np.zeros((0, steps), bool), np.zeros(5), np.zeros((2, momenta, cells)),
        np.zeros((2, 6)),
    )  # fmt: skip
    inside = (radius > 0.3) & (radius < 3.0)
    want = exact(36.0)
    return np.max(np.abs(state / volume - want)[:, inside] / want[:, inside].max(axis=1)[:, None])


def test_convection_diffusion_and_cooling_are_of_second_order():
    errors = [convected_error(n, m, dt) for n, m, dt in ((60, 12, 0.8), (120, 24, 0.4), (240, 48, 0.2))]
    assert errors[-1] < 3e-3
    assert order(errors) > 1.7


def steady_error(cells, slope, momenta=24):
    kappa, speed = 4e17, 400.0
    line = ParkerTransport(
        inner=0.001, outer=10.0, cells=cells, momenta=momenta, energy=(5.0, 80.0), speed=speed, top=slope,
        kappa=lambda r, p: kappa * r + 0 * p,
    )  # fmt: skip
    outside = lambda energy: proton_rigidity(energy) ** (2 - slope)  # noqa: E731
    result = line.steady(outside)
    ratio = (result["intensity"] / outside(result["energy"].values)).transpose("energy", "radius").values
    want = steady_modulation(line.radius, line.outer, kappa, speed, slope)
    return np.max(np.abs(ratio - want)[:, line.radius > 0.1])


@pytest.mark.parametrize("slope", [3.0, 5.0])
def test_steady_modulation_is_of_second_order(slope):
    errors = [steady_error(n, slope, n // 4) for n in (50, 100, 200)]
    assert errors[-1] < 2e-3
    assert order(errors) > 1.7


def test_a_march_ends_in_the_steady_state():
    line = ParkerTransport(inner=0.1, outer=2.0, cells=30, momenta=10, energy=(10.0, 100.0), kappa=1e18, top=4.0)
    outside = lambda energy: 1 / energy  # noqa: E731
    after = line.solve(duration=400.0, dt=1.0, save_every=50.0, outside=outside)["density"].values
    np.testing.assert_allclose(after, line.steady(outside)["intensity"].values, rtol=1e-9)


def event():
    return [
        Release(lambda e: 1e33 * e**-3.0, time=2.0),
        Release(lambda e: 1e33 * e**-2.0 * np.exp(-e / 30), time="2000-01-01T03:00", rise=1.0),
        MovingShock(lambda e, r: 1e34 * e**-2.5 * np.exp(-e * r / 30), speed=1200.0, time=1.0),
    ]


SPEEDS = {
    "steady": 400.0,
    "accelerating": lambda r: 400.0 * (1 - 0.5 * np.exp(-r)),
    "compressed": lambda r: 600.0 - 300.0 * (1 + np.tanh((r - 1.5) / 0.1)) / 2,
}


@pytest.mark.parametrize("speed", SPEEDS.values(), ids=SPEEDS)
@pytest.mark.parametrize("boundary", ["free", "closed"])
def test_account_of_particles_closes_to_rounding(speed, boundary):
    line = ParkerTransport(cells=50, momenta=20, speed=speed, boundary=boundary, outer=3.0)
    result = line.solve(event(), duration=72.0, dt=0.5)
    left = result.injected + result.entered - result.inside - result.escaped - result.cooled - result.heated
    assert float(np.abs(left).max() / result.injected.max()) < 1e-12
    assert float(result.cooled[-1]) > 0
    assert (float(result.escaped[-1]) > 0) == (boundary == "free")
    assert (float(np.abs(result.heated[-1])) > 0) == (speed is SPEEDS["compressed"])


def test_compressed_wind_gives_energy():
    calm = ParkerTransport(cells=60, momenta=30, speed=lambda r: 400.0 / r**2, kappa=1e17)
    squeezed = ParkerTransport(cells=60, momenta=30, speed=lambda r: 400.0 / r**3, kappa=1e17)
    source = [Release(lambda e: np.where(e < 5, 1e33, 0.0), radius=1.0)]
    bins = [line.solve(source, duration=24.0)["density"] for line in (calm, squeezed)]
    high = [float(density.sel(energy=slice(8, None)).max() / density.max()) for density in bins]
    assert high[0] < 1e-12  # the divergence is none: nothing changes its energy
    assert high[1] > 1e-4


def test_momentum_falls_at_the_adiabatic_rate():
    # No diffusion to speak of, wind whose divergence is the same everywhere: p falls as exp(-t div V / 3).
    speed = lambda r: 1000.0 * r  # noqa: E731
    line = ParkerTransport(inner=0.01, outer=1.0, cells=10, momenta=400, energy=(1.0, 100.0), speed=speed,
                           kappa=1e10, boundary="closed")  # fmt: skip
    bump = lambda e: np.exp(-(np.log(proton_rigidity(e) / 200.0) ** 2) / 0.02)  # noqa: E731
    result = line.solve(
        [Release(lambda e: 1e30 * bump(e), radius=0.3)], duration=20.0, dt=0.05, observers={"here": 0.5}
    )
    # number per logarithm of momentum from intensity: g = 4 pi p j
    g = result["density"].values * line.rigidity
    mean = np.sum(g.sum(axis=0) * np.log(line.rigidity)) / g.sum()
    rate = 3 * 1000.0 * 3600 / AU_KM / 3
    start = (
        bump(np.asarray(proton_energy_of_rigidity(line.rigidity)))
        * line.rigidity**2
        / (np.asarray(proton_energy_of_rigidity(line.rigidity)) + particles.PROTON_REST_ENERGY)
    )
    begin = np.sum(start * np.log(line.rigidity)) / start.sum()
    assert begin - mean == pytest.approx(rate * 20.0, rel=0.01)


def test_compiled_march_is_the_same_as_a_plain_matrix():
    line = ParkerTransport(
        cells=6, momenta=4, outer=2.0, inner=0.2, speed=lambda r: 400.0 + 300 * np.sin(9 * r), top=4.0
    )
    system = line._system()
    n, m = 6, 4
    matrix = np.zeros((n * m, n * m))
    at = lambda j, i: j * n + i  # noqa: E731
    for j in range(m):
        for i in range(n):
            matrix[at(j, i), at(j, i)] += system["diagonal"][j, i]
            if i > 0:
                matrix[at(j, i), at(j, i - 1)] += system["lower"][j, i]
            if i < n - 1:
                matrix[at(j, i), at(j, i + 1)] += system["upper"][j, i]
            e = system["cool"][i]
            flow = {}
            if e > 0:
                flow = {j: system["c0"][j]} | ({j + 1: system["c1"][j]} if j < m - 1 else {})
                to = j - 1
                if j == m - 1:
                    matrix[at(j, i), at(j, i)] += e * system["top"]
            else:
                flow = {j: 1.5, j - 1: -0.5} if j > 0 else {j: 1.0}
                to = j + 1
            for q, c in flow.items():
                matrix[at(j, i), at(q, i)] -= abs(e) * c
                if 0 <= to < m:
                    matrix[at(to, i), at(q, i)] += abs(e) * c
    assert (system["cool"] < 0).any()
    assert (system["cool"] > 0).any()
    from sunearth.heliosphere._transport_kernels import GAMMA, march, steady

    rng = np.random.default_rng(1)
    begin = rng.random((m, n))
    state = begin.copy()
    dt = 0.7
    march(
        state, dt, 1, 3, 1, system["lower"], system["diagonal"], system["upper"], system["leave"], np.zeros(m),
        system["cool"], system["c0"], system["c1"], system["top"], np.zeros((0, 3)), np.zeros((0, 3, m)),
        np.zeros((0, 3), bool), np.zeros(5), np.zeros((4, m, n)), np.zeros((4, 6)),
    )  # fmt: skip
    u = begin.ravel()
    solve = np.eye(n * m) - GAMMA * dt * matrix
    for _ in range(2):
        first = np.linalg.solve(solve, u)
        u = np.linalg.solve(solve, u + (1 - GAMMA) * dt * matrix @ first)
    np.testing.assert_allclose(state.ravel(), u, rtol=1e-11)
    rhs, answer = rng.random((m, n)), np.zeros((m, n))
    steady(
        rhs, system["lower"], system["diagonal"], system["upper"], system["cool"], system["c0"], system["c1"],
        system["top"], answer,
    )  # fmt: skip
    np.testing.assert_allclose(answer.ravel(), np.linalg.solve(-matrix, rhs.ravel()), rtol=1e-9)


def test_an_event_at_earth():
    line = ParkerTransport(cells=100, momenta=40, mean_free_path=lambda r, p: power_law_mean_free_path(r, p))
    result = line.solve(event(), duration=120.0)
    flux = result["integral_flux"].sel(observer="earth")
    assert (flux.diff("threshold") <= 0).all()
    assert flux.attrs["units"] == "cm^-2 s^-1 sr^-1"
    seen = result["intensity"].sel(observer="earth")
    fast, slow = (int(np.argmax(seen.sel(energy=e, method="nearest").values)) for e in (100, 3))
    assert fast < slow
    spectrum = result["fluence"].sel(observer="earth")
    np.testing.assert_allclose(
        result["integral_fluence"].sel(observer="earth"),
        integral_flux(spectrum["energy"], spectrum, result["threshold"]),
        rtol=2e-3,
    )
    early = result["anisotropy"].sel(observer="earth").sel(energy=10, method="nearest")[6]
    assert 0.1 < float(early) < 3.0


def test_shock_stays_on_its_track():
    shock = MovingShock(lambda e: e, speed=1000.0, decline=0.0, outer=1.0)
    edges = np.arange(0.0, 60.0, 0.5)
    place, share, pulse = shock.deposits(edges, np.datetime64("2000-01-01", "ns"))
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert not pulse.any()
    assert np.sum(place * share) == pytest.approx(0.5 * (0.05 + 1.0), rel=1e-3)
    track = MovingShock(lambda e: e, track=([0.0, 10.0, 40.0], [0.05, 0.5, 1.5]), outer=1.0)
    place, share, _ = track.deposits(edges, np.datetime64("2000-01-01", "ns"))
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert place[share > 0].max() <= 1.0


def test_escape_profile_holds_all_particles():
    assert particles._escape(np.linspace(0, 300, 3001), 1.0, 6.0).sum() == pytest.approx(1.0, rel=1e-9)
    whole = quad(lambda t: float(reid_1964(t, 1.0, 6.0)), 0, 300, limit=200)[0]
    peak = 3 * (math.sqrt(1 + 4 / 6) - 1)
    assert whole == pytest.approx(2 * k0(2 * math.sqrt(1 / 6)) * peak * math.exp(1 / peak + peak / 6), rel=1e-8)


# The line of the field


def test_account_along_the_line_closes():
    for mirror in (True, False):
        result = FocusedTransport(ds=0.03, cosines=16, mirror=mirror).solve(20.0, rise=0.3, duration=12.0)
        left = result.injected - result.inside - result.escaped
        assert float(np.abs(left).max()) < 1e-12
        assert float(result["density"].min()) >= 0.0


def test_length_of_the_line():
    line = FocusedTransport(inner=0.02)
    assert line.path(1.0) == pytest.approx(float(spiral_length(1.0, 400.0, r_0=0.02 * AU / 6.957e8)), rel=1e-9)
    s, r = line.edges
    np.testing.assert_allclose(line.path(r), s, atol=1e-12)
    area, focusing = line._tube(np.array([0.3, 1.0, 1.7]))
    assert area[1] == pytest.approx(1.0, rel=1e-12)
    e = 1e-5
    around = [line._tube(np.array([x]))[0][0] for x in (1 - e, 1 + e)]
    per_s = math.log(around[1] / around[0]) / (2 * e) / math.sqrt(1 + line._winding**2)
    assert focusing[1] == pytest.approx(0.5 * per_s, rel=1e-8)


def test_scatter_free_arrival_is_path_over_speed():
    line = FocusedTransport(mean_free_path=1e6, ds=0.005)
    result = line.solve(30.0, beam=True, duration=1.5, save_every=0.004)
    flux = result["intensity"][:, 0].values
    centre = np.sum(hours(result) * flux) / flux.sum()
    want = float(line.path(result["observer_radius"].values[0])) * AU_KM / float(proton_speed(30.0)) / 3600
    assert centre == pytest.approx(want / result["cosine"].values[-1], rel=0.005)
    first = onset_time(hours(result), flux, 0.02 * flux.max())
    assert 0.93 * want < first <= 1.005 * want
    assert float(result["anisotropy"][np.argmax(flux), 0]) > 2.9


def test_focusing_keeps_the_magnetic_moment():
    # Released into a radial field evenly over the outward half, all are within asin(r_0 / r) of the field far out.
    line = FocusedTransport(inner=0.2, outer=1.2, geometry="radial", mean_free_path=1e6, ds=0.005, cosines=160)
    result = line.solve(10.0, duration=1.5, save_every=0.01, observers={"half": 0.4})
    total = result["distribution"][:, 0].sum("time").values
    lowest = math.sqrt(1 - (0.2 / 0.4) ** 2)
    mu = result["cosine"].values
    assert total[mu < lowest - 0.05].sum() < 0.02 * total.sum()
    assert total[(mu > lowest) & (mu < lowest + 0.06)].sum() > 0.0


def moments(energy, path, duration, ds):
    """Mean square place in a uniform field of particles that start evenly over all directions."""
    line = FocusedTransport(inner=-3.0, outer=3.0, geometry="uniform", mean_free_path=path, ds=ds, cosines=20)
    from sunearth.heliosphere._transport_kernels import march_focused

    s, _ = line.edges
    edge = np.linspace(-1, 1, 21)
    mu = 0.5 * (edge[1:] + edge[:-1])
    cells = s.size - 1
    state = np.zeros((20, cells))
    state[:, cells // 2 - 1 : cells // 2 + 1] = 1 / 40
    velocity = float(proton_speed(energy)) * 3600 / AU_KM
    steps = math.ceil(duration * velocity / (0.95 * (s[1] - s[0])))
    full = np.empty_like(state)
    march_focused(
        state, velocity, duration / steps, steps, steps, s[1] - s[0], mu, edge, np.zeros(cells),
        np.full(cells, 1 / path), line._scattering(edge), np.zeros(steps), True, np.zeros(20), True,
        np.array([0]), np.zeros((2, 1, 20)), full, np.zeros((2, 3)),
    )  # fmt: skip
    mid = 0.5 * (s[1:] + s[:-1]) - 3.0
    assert full.sum() == pytest.approx(1.0, rel=1e-10)
    tau = path / velocity
    exact = 2 / 3 * velocity**2 * tau * (duration - tau * (1 - math.exp(-duration / tau)))
    return np.sum(full.sum(axis=0) * mid**2), exact, 2 * velocity * path / 3 * duration


def test_spread_along_a_uniform_field_is_exact_and_ends_in_diffusion():
    got, exact, diffusive = moments(10.0, 0.05, 6.0, 0.01)
    assert got == pytest.approx(exact, rel=0.002)
    assert exact == pytest.approx(diffusive, rel=0.1)
    got, exact, _ = moments(10.0, 1.0, 1.0, 0.01)
    assert got == pytest.approx(exact, rel=0.002)


def test_mean_free_path_holds_for_any_law_of_scattering():
    for index, floor in ((1.0, 0.0), (5 / 3, 0.05), (1.5, 0.2)):
        line = FocusedTransport(index=index, floor=floor, cosines=2000)
        edge = np.linspace(-1, 1, 2001)
        shape = line._scattering(edge) * (edge[1] - edge[0]) ** 2
        inner = slice(1, -1)
        path = 3 / 8 * np.sum((1 - edge[inner] ** 2) ** 2 / shape[inner]) * (edge[1] - edge[0])
        assert path == pytest.approx(1.0, rel=2e-3)


def test_both_solvers_agree_where_scattering_is_strong():
    # A radial field with a short mean free path: focused transport ends in spherical diffusion.
    path, energy = 0.02, 50.0
    line = FocusedTransport(inner=0.1, outer=2.0, geometry="radial", mean_free_path=path, ds=0.01, cosines=16)
    one = line.solve(energy, duration=20.0, save_every=0.5)
    kappa = path * AU * float(proton_speed(energy)) * 1e3 / 3
    late = hours(one) > 4
    want = ParkerTransport(inner=0.1, outer=2.0, cells=200, momenta=1, energy=(49.5, 50.5), speed=1e-9, kappa=kappa)
    two = want.solve([Release(lambda e: 1.0 + 0 * e, radius=0.105)], duration=20.0, dt=0.05, save_every=0.5)
    a, b = one["intensity"][:, 0].values, two["intensity"][:, 0, 0].values
    # particles per cm^2 at 1 au and MeV against particles per MeV in all
    scale = 1 / (4 * math.pi * (AU * 100) ** 2)
    np.testing.assert_allclose(a[late] * scale, b[late], rtol=0.05)


# Spectra, channels, onsets


@given(st.floats(0.5, 4.0), st.floats(1.0, 90.0))
@settings(max_examples=50, deadline=None)
def test_integral_of_a_power_law(index, threshold):
    energy = np.geomspace(1.0, 100.0, 7)
    want = quad(lambda e: e**-index, threshold, 100.0)[0]
    assert integral_flux(energy, energy**-index, threshold)[0] == pytest.approx(want, rel=1e-8)


def test_integral_channels_at_their_edges():
    energy = np.array([1.0, 10.0, 100.0])
    got = integral_flux(energy, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]), [0.5, 1.0, 100.0])
    assert np.isnan(got[:, 0]).all()
    np.testing.assert_allclose(got[:, 1], [4.5, 4.5 + 90.0])
    np.testing.assert_allclose(got[:, 2], 0.0)
    assert integral_flux(energy, 1 / energy, 10.0, "power law")[0] == np.inf
    with pytest.raises(InputError):
        integral_flux(energy[::-1], energy, 10.0)
    with pytest.raises(UnknownNameError):
        integral_flux(energy, energy, 10.0, "magic")


@pytest.mark.parametrize("x", [0.3, 0.4999, 0.5, 0.5001, 2.0])
def test_band_is_smooth_and_takes_its_two_forms(x):
    j0, low, high, r0 = 1e8, 1.0, 6.0, 0.1
    bend = (high - low) * r0
    want = (
        j0 * x**-low * math.exp(-x / r0) if x <= bend else j0 * x**-high * bend ** (high - low) * math.exp(low - high)
    )
    assert band_fluence(1000 * x, j0, low, high, 100.0) == pytest.approx(want, rel=1e-12)
    assert band_spectrum(x, j0, low, high, 0.1) == pytest.approx(want, rel=1e-12)


@given(st.floats(0.01, 1e5))
@settings(max_examples=50, deadline=None)
def test_rigidity_and_back(energy):
    assert proton_energy_of_rigidity(proton_rigidity(energy)) == pytest.approx(energy, rel=1e-12)


def test_velocity_dispersion_of_simulated_onsets():
    energies = np.array([20.0, 50.0, 150.0])
    line = FocusedTransport(mean_free_path=1.0, ds=0.02, cosines=20)
    onsets = []
    for energy in energies:
        result = line.solve(energy, duration=3.0, save_every=0.02)
        flux = result["intensity"][:, 0].values
        onsets.append(onset_time(result["time"].values, flux, 0.01 * flux.max()))
    found = velocity_dispersion(energies, np.array(onsets))
    assert found.path == pytest.approx(float(line.path(1.0)), rel=0.1)
    assert abs((found.release - np.datetime64("2000-01-01")) / np.timedelta64(1, "m")) < 5


def test_velocity_dispersion_errors_and_gaps():
    energies = np.array([10.0, 20.0, 40.0, 80.0])
    onset = 0.5 + 1.3 * AU_KM / proton_speed(energies) / 3600
    onset[2] = np.nan
    found = velocity_dispersion(energies, onset)
    assert found.path == pytest.approx(1.3, rel=1e-10)
    assert found.release == pytest.approx(0.5, abs=1e-10)
    assert found.path_error < 1e-8
    with pytest.raises(InputError):
        velocity_dispersion([10.0, 20.0], [1.0, np.nan])


def test_onset_needs_several_values_above():
    assert onset_time([0.0, 1, 2, 3, 4, 5], [0, 9, 0, 2, 3, 4.0], 1.0) == 2.5
    assert np.isnan(onset_time([0.0, 1, 2, 3], [0, 9, 0, 2.0], 1.0))
    assert np.isnat(onset_time(np.array(["2000-01-01", "2000-01-02"], "M8[s]"), [0, 0.0], 1.0))


@pytest.mark.parametrize(
    "call",
    [
        lambda: ParkerTransport(inner=2.0, outer=1.0),
        lambda: ParkerTransport(energy=(10.0, 1.0)),
        lambda: ParkerTransport(kappa=-1.0).solve(),
        lambda: ParkerTransport(speed=np.nan).solve(),
        lambda: ParkerTransport().solve(observers={"voyager": 120.0}),
        lambda: ParkerTransport().solve([Release(lambda e: e, radius=9.0)]),
        lambda: ParkerTransport().solve([Release(lambda e: e * np.nan)]),
        lambda: ParkerTransport().solve(duration=-1.0),
        lambda: ParkerTransport(boundary="closed").steady(lambda e: e),
        lambda: FocusedTransport(cosines=7),
        lambda: FocusedTransport(mean_free_path=0.0).solve(10.0),
        lambda: FocusedTransport().solve(10.0, observers={"jupiter": 5.2}),
        lambda: MovingShock(lambda e: e, track=([0, 1], [1, 0.5])).deposits(np.arange(3.0), np.datetime64("2000")),
    ],
)
def test_bad_input_is_named(call):
    with pytest.raises(InputError):
        call()


def test_unknown_names():
    with pytest.raises(UnknownNameError):
        ParkerTransport(boundary="fre")
    with pytest.raises(UnknownNameError):
        FocusedTransport(geometry="dipole")


def test_import_does_not_compile():
    code = "import sys, sunearth.heliosphere.energetic_particles; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_progress_and_a_run_in_pieces_are_the_same():
    line = ParkerTransport(cells=20, momenta=6)
    seen = []
    one = line.solve(event(), duration=24.0)
    two = line.solve(event(), duration=24.0, progress=lambda text, done, total: seen.append((done, total)))
    np.testing.assert_array_equal(one["intensity"], two["intensity"])
    assert seen[-1][0] == seen[-1][1]


def test_scattering_is_a_matrix_that_keeps_number_and_lets_streaming_decay():
    from scipy.linalg import expm

    from sunearth.heliosphere._transport_kernels import scatter

    count = 12
    edge = np.linspace(-1, 1, count + 1)
    mu = 0.5 * (edge[1:] + edge[:-1])
    shape = FocusedTransport(index=1.5, floor=0.1)._scattering(edge)
    matrix = np.diag(-shape[:-1] - shape[1:]) + np.diag(shape[1:-1], 1) + np.diag(shape[1:-1], -1)
    begin = 1.0 + mu + 0.3 * mu**3
    errors = []
    for steps in (8, 16, 32):
        column = begin.copy()
        for _ in range(steps):
            scatter(column, 0.7, 0.5 / steps, shape, np.empty((3, count)))
        errors.append(np.max(np.abs(column - expm(0.35 * matrix) @ begin)))
        assert column.sum() == pytest.approx(begin.sum(), rel=1e-13)
    assert order(errors) > 1.8
    isotropic = FocusedTransport()._scattering(edge)
    assert (
        mu @ (np.diag(-isotropic[:-1] - isotropic[1:]) + np.diag(isotropic[1:-1], 1) + np.diag(isotropic[1:-1], -1))
    )[1:-1] == pytest.approx(-mu[1:-1], rel=1e-10)  # d mu / dt = -v mu / lambda


def test_streaming_is_of_second_order_and_positive():
    from sunearth.heliosphere._transport_kernels import stream

    errors = []
    for cells in (100, 200, 400):
        x = (np.arange(cells) + 0.5) / cells
        line = np.exp(-(((x - 0.3) / 0.08) ** 2))
        for _ in range(round(0.4 * cells / 0.5)):
            stream(line, 0.5, np.empty(cells))
        assert line.min() >= 0.0
        errors.append(np.mean(np.abs(line - np.exp(-(((x - 0.7) / 0.08) ** 2)))))
    assert order(errors) > 1.7


def test_without_compiler():
    code = """
import numpy as np
from sunearth.heliosphere.energetic_particles import FocusedTransport, ParkerTransport, Release
a = ParkerTransport(cells=15, momenta=5).solve([Release(lambda e: 1e33 / e**2, rise=1.0)], duration=6.0, dt=0.5)
b = FocusedTransport(ds=0.1, cosines=8).solve(50.0, duration=1.0)
print(float(a.intensity.sum()).hex(), float(b.intensity.sum()).hex())
"""
    ways = [{**os.environ, "NUMBA_DISABLE_JIT": off} for off in ("0", "1")]
    runs = [subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True) for env in ways]
    compiled, plain = ([float.fromhex(word) for word in run.stdout.decode().split()] for run in runs)
    assert compiled == pytest.approx(plain, rel=1e-12)
    assert all(value > 0 for value in plain)
