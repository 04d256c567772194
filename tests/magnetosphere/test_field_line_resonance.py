"""Standing waves against exact solutions, published periods and an independent integration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from sunearth.core.constants import EARTH_RADIUS, PROTON_MASS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.magnetosphere.field_line_resonance import (
    MODES,
    StandingWaves,
    density_of_period,
    dipole_line,
    reflected_field,
    resonance_continuum,
    resonance_period,
    traced_line,
    travel_time_period,
)

# Cummings et al. 1969: Hz at L = 6.6 for one proton per cubic centimetre, density indices 0 to 5, harmonics 1 to 4.
CUMMINGS = {
    "toroidal": [
        [0.019, 0.019, 0.018, 0.018, 0.017, 0.016],
        [0.051, 0.048, 0.045, 0.042, 0.039, 0.035],
        [0.082, 0.077, 0.072, 0.066, 0.060, 0.054],
        [0.113, 0.106, 0.099, 0.091, 0.082, 0.072],
    ],
    "poloidal": [
        [0.014, 0.014, 0.013, 0.013, 0.012, 0.012],
        [0.050, 0.047, 0.045, 0.042, 0.038, 0.035],
        [0.082, 0.077, 0.072, 0.066, 0.060, 0.053],
        [0.113, 0.106, 0.099, 0.091, 0.082, 0.072],
    ],
}


@pytest.mark.parametrize("mode", MODES)
def test_periods_of_cummings(mode):
    index = np.arange(6.0)
    for harmonic, published in enumerate(CUMMINGS[mode], start=1):
        frequency = 1.0 / resonance_period(6.6, 1.0, index, harmonic, mode, 0.0, 31200.0)
        # printed to three decimals
        np.testing.assert_allclose(frequency, published, atol=0.0005, rtol=0.003)


@given(st.floats(1.5, 15.0), st.floats(0.1, 1e4), st.integers(1, 6))
def test_steep_density_makes_the_string_uniform(l_shell, density, harmonic):
    """With the density as r^-6 the toroidal equation is that of a uniform string: harmonics of the travel time."""
    period = resonance_period(l_shell, density, 6.0, harmonic)
    assert period * harmonic == pytest.approx(float(travel_time_period(l_shell, density, 6.0)), rel=2e-6)


def test_high_harmonics_come_to_the_travel_time():
    orders = [1, 2, 4, 8, 16]
    for mode in MODES:
        ratio = [
            float(n * resonance_period(5.0, 10.0, 2.0, n, mode) / travel_time_period(5.0, 10.0, 2.0)) for n in orders
        ]
        assert np.all(np.diff(np.abs(np.array(ratio) - 1.0)) < 0)
        assert ratio[-1] == pytest.approx(1.0, abs=0.02)


def slow_twin(l_shell, density, index, harmonic, mode, b_0=29800.0, height=110.0):
    """The equation of Singer et al. in latitude, by an adaptive method of order 8."""
    b_surface, edge = b_0 * 1e-9, np.arccos(np.sqrt((1 + height * 1e3 / EARTH_RADIUS) / l_shell))
    size = l_shell * EARTH_RADIUS
    b_top = b_surface / l_shell**3
    mass = VACUUM_PERMEABILITY * density * 1e6 * PROTON_MASS

    def end(omega):
        def slopes(latitude, state):
            c = np.cos(latitude)
            stretch = np.sqrt(4 - 3 * c * c)
            b, ds = stretch / c**6, c * stretch  # over those at the top
            h = c**3 if mode == "toroidal" else c**3 / stretch
            squared = (omega * size / b_top) ** 2 * mass
            return [state[1] / (h * h * b) * ds, -squared * c ** (-2 * index) * h * h / b * state[0] * ds]

        start = [1.0, 0.0] if harmonic % 2 else [0.0, 1.0]
        return solve_ivp(slopes, (0.0, edge), start, method="DOP853", rtol=1e-11, atol=1e-13).y[0, -1]

    unit = b_top / np.sqrt(mass) / size
    grid = np.arange(0.2, 40.0, 0.25) * unit
    values = np.array([end(w) for w in grid])
    k = np.flatnonzero(values[:-1] * values[1:] < 0)[(harmonic + 1) // 2 - 1]
    return 2 * np.pi / brentq(end, grid[k], grid[k + 1], xtol=1e-12 * unit)


@pytest.mark.parametrize(
    ("index", "harmonic", "mode"), [(1.0, 1, "toroidal"), (2.5, 2, "poloidal"), (4.0, 3, "poloidal")]
)
def test_kernel_against_a_slow_twin(index, harmonic, mode):
    found = resonance_period(5.0, 20.0, index, harmonic, mode, 110.0, 29800.0)
    assert found == pytest.approx(slow_twin(5.0, 20.0, index, harmonic, mode), rel=1e-5)


@given(st.floats(1.5, 12.0), st.floats(1.0, 5000.0), st.floats(0.0, 6.0), st.sampled_from(MODES), st.integers(1, 4))
def test_density_is_the_inverse(l_shell, density, index, mode, harmonic):
    period = resonance_period(l_shell, density, index, harmonic, mode)
    assert density_of_period(l_shell, period, index, harmonic, mode) == pytest.approx(density, rel=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_line_solver_agrees_and_converges(mode):
    exact = [resonance_period(6.6, 5.0, 1.0, n, mode, b_0=30000.0) for n in (1, 2)]
    line = dipole_line(6.6, b_0=30000.0)
    found = StandingWaves(harmonics=2).solve(line, 5.0).sel(mode=mode)["period"]
    np.testing.assert_allclose(found, exact, rtol=5e-6)
    periods = [
        StandingWaves(harmonics=2, steps=n).solve(line, 5.0).sel(mode=mode)["period"].values
        for n in (50, 100, 200, 1600)
    ]
    errors = np.abs(np.array(periods[:-1]) - periods[-1])
    orders = np.log2(errors[:-1] / errors[1:])
    print(f"{mode}: orders {orders.round(2).tolist()}")
    assert np.all(orders[-1] > 3.7)


def test_traced_dipole_is_the_dipole():
    from sunearth.geomagnetism.field import magnetic_field

    line = traced_line(magnetic_field(internal="dipole"), 5.0, 0.0, 0.0)
    found = StandingWaves(harmonics=3).solve(line, 10.0, density_index=2.0)
    exact = [[resonance_period(5.0, 10.0, 2.0, n, mode) for n in (1, 2, 3)] for mode in MODES]
    # the dipole of the field is that of another day than the constant of the package
    np.testing.assert_allclose(found["period"], exact, rtol=2e-4)


def test_stretched_line_rings_slower_and_splits_the_modes():
    from sunearth.geomagnetism.field import magnetic_field

    field = magnetic_field("2015-03-17T12:00", external="t96", p_dyn=3.0, dst=-30.0, b_y=0.0, b_z=-3.0)
    waves = StandingWaves(harmonics=1)
    noon = waves.solve(traced_line(field, 6.6, 0.0, 0.0), 5.0)
    midnight = waves.solve(traced_line(field, -6.6, 0.0, 0.0), 5.0)
    split = [(w["period"].sel(mode="poloidal") / w["period"].sel(mode="toroidal")).item() for w in (noon, midnight)]
    assert split[1] > split[0] > 1.2
    assert midnight["travel_time"] > 0


def test_open_line_is_refused():
    from sunearth.geomagnetism.field import magnetic_field

    field = magnetic_field("2015-03-17T12:00", external="t96", p_dyn=3.0, dst=-30.0, b_y=0.0, b_z=-3.0)
    with pytest.raises(InputError, match="not closed"):
        traced_line(field, 0.0, 0.0, 4.0)


def uniform_line(length=10.0, b=100.0, points=201):
    """A straight uniform field, as a line."""
    line = dipole_line(4.0, points=points)
    for name, value in (
        ("s", np.linspace(0.0, length, points)),
        ("r", 5.0),
        ("b", b),
        ("h_toroidal", 1.0),
        ("h_poloidal", 1.0),
    ):
        line[name] = ("point", np.broadcast_to(value, points).copy())
    return line


@pytest.mark.parametrize(("south", "north"), [(5.0, 5.0), (0.02, 0.02), (5.0, 0.01), (1.0, 20.0)])
def test_uniform_string_with_resistive_ends(south, north):
    """exp(2 i omega T) R_south R_north = 1 with the reflection of the electric field at either end."""
    line = uniform_line()
    waves = StandingWaves(harmonics=3, pedersen_south=south, pedersen_north=north).solve(line, 10.0)
    v_a = 100e-9 / np.sqrt(VACUUM_PERMEABILITY * 10e6 * PROTON_MASS) * 1e-3
    transit = 10.0 * EARTH_RADIUS / (v_a * 1e3)
    product = complex(reflected_field(south, v_a) * reflected_field(north, v_a))
    exact = (2 * np.pi * np.arange(0, 5) - np.angle(product) + 1j * np.log(abs(product))) / (2 * transit)
    exact = exact[exact.real > 1e-9][:3]
    found = 2e-3 * np.pi * waves["frequency"].values - 1j * waves["damping_rate"].values
    np.testing.assert_allclose(found, np.broadcast_to(exact, (2, 3)), rtol=1e-6)
    np.testing.assert_allclose(waves["quality_factor"][0], exact.real / (-2 * exact.imag), rtol=1e-6)


def test_perfect_conductors_lose_nothing():
    line = dipole_line(6.6)
    ideal = StandingWaves(harmonics=3).solve(line, 5.0)
    assert (ideal["damping_rate"] == 0).all()
    assert np.isinf(ideal["quality_factor"]).all()
    good = StandingWaves(harmonics=3, pedersen_south=1e4, pedersen_north=1e4).solve(line, 5.0)
    np.testing.assert_allclose(good["period"], ideal["period"], rtol=1e-6)
    # while little is lost, the loss goes as the inverse of the conductance
    rates = [
        StandingWaves(harmonics=1, pedersen_south=p, pedersen_north=p).solve(line, 5.0)["damping_rate"].values[0, 0]
        for p in (20.0, 40.0)
    ]
    assert rates[0] / rates[1] == pytest.approx(2.0, rel=0.01)


def test_day_and_night_ends_make_a_quarter_wave():
    line = dipole_line(6.6)
    half = StandingWaves(harmonics=1).solve(line, 5.0)["period"].sel(mode="toroidal")
    quarter = StandingWaves(harmonics=1, pedersen_south=10.0, pedersen_north=0.02).solve(line, 5.0)
    assert 1.3 < (quarter["period"].sel(mode="toroidal") / half).item() < 2.0


def test_shapes_of_the_waves():
    waves = StandingWaves(harmonics=4).solve(dipole_line(6.6), 5.0)
    middle = waves.sizes["point"] // 2
    for mode in MODES:
        for n in range(1, 5):
            move = waves["displacement"].sel(mode=mode, harmonic=n).values
            field = waves["b_perturbation"].sel(mode=mode, harmonic=n).values
            assert np.abs(move).max() == pytest.approx(1.0)
            # held at the ends; n - 1 nodes between; field and displacement of opposite parity
            assert np.abs(move[[0, -1]]).max() < 1e-4
            inside = move[2:-2]
            assert np.sum(inside[:-1] * inside[1:] < 0) == n - 1
            assert (abs(move[middle]) < 1e-4) == (n % 2 == 0)
            assert (abs(field[middle]) < 1e-4) == (n % 2 == 1)


def test_density_may_be_a_function_or_values():
    line = dipole_line(5.0)
    one = StandingWaves(harmonics=1).solve(line, 10.0, density_index=3.0)["period"]
    two = StandingWaves(harmonics=1).solve(line, lambda r: 10.0 * (5.0 / r) ** 3)["period"]
    three = StandingWaves(harmonics=1).solve(line, 10.0 * (5.0 / line["r"]) ** 3)["period"]
    np.testing.assert_allclose(one, two, rtol=1e-12)
    np.testing.assert_allclose(one, three, rtol=1e-12)


def test_plasmapause_turns_the_continuum_back():
    from sunearth.magnetosphere.plasmasphere import electron_density

    l_shell = np.linspace(2.5, 7.0, 181)
    found = resonance_continuum(l_shell, electron_density(l_shell, 0.0, 4.5), harmonics=2)
    assert found["l_minimum"] == pytest.approx(4.5, abs=0.03)
    assert 4.55 < found["l_maximum"] < 4.9
    fundamental = found["frequency"].sel(mode="toroidal", harmonic=1)
    # one frequency, three shells
    target = 0.5 * float(
        fundamental.sel(l_shell=4.5, method="nearest") + fundamental.sel(l_shell=float(found["l_maximum"]))
    )
    assert np.sum(np.diff(np.sign(fundamental.values - target)) != 0) == 3
    smooth = resonance_continuum(l_shell, 1000.0 * (2.5 / l_shell) ** 4)
    assert np.isnan(smooth["l_minimum"])
    assert not smooth["reversed"].any()


def test_outside_of_its_range():
    assert np.isnan(resonance_period(1.0, 100.0))
    assert np.isnan(resonance_period(4.0, -1.0))
    assert np.isnan(resonance_period(np.nan, 100.0))
    with pytest.raises(InputError, match="whole number"):
        resonance_period(4.0, 100.0, harmonic=0)
    with pytest.raises(UnknownNameError, match="toroidal"):
        resonance_period(4.0, 100.0, mode="toroid")
    with pytest.raises(InputError, match="positive"):
        StandingWaves().solve(dipole_line(4.0), -1.0)
    with pytest.raises(InputError, match="does not rise"):
        dipole_line(1.0)
    with pytest.raises(InputError, match="negative"):
        StandingWaves(pedersen_north=-1.0)


def test_a_year_of_hours_is_quick():
    """Not timed, but of a size that a loop in Python would not do."""
    l_shell = np.random.default_rng(1).uniform(2.0, 8.0, 8640)
    period = resonance_period(l_shell, 10.0)
    assert np.all(np.isfinite(period))
    order = np.argsort(l_shell)
    assert np.all(np.diff(period[order]) > 0)


@pytest.mark.parametrize("l_shell", [[4.0], [5.0, 4.0, 3.0], 4.0])
def test_a_continuum_needs_ascending_shells(l_shell):
    with pytest.raises(InputError, match="ascending"):
        resonance_continuum(l_shell, 100.0 + 0.0 * np.asarray(l_shell))


def test_lines_without_their_variables_and_half_harmonics_are_refused():
    with pytest.raises(InputError, match="the line lacks h_poloidal"):
        StandingWaves().solve(dipole_line(4.0).drop_vars("h_poloidal"), 100.0)
    with pytest.raises(InputError, match="whole numbers"):
        StandingWaves(harmonics=1.5)
