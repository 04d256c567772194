"""The body of the Sun: exact polytropes, order of the integration, and the books of energy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from sunearth.core.errors import InputError
from sunearth.sun import interior

# First zeros of the Lane-Emden function and central over mean density: Chandrasekhar 1939, table 4.
SURFACES = {1.0: (3.14159, 3.28987), 1.5: (3.65375, 5.99071), 2.0: (4.35287, 11.40254),
            2.5: (5.35528, 23.40646), 3.0: (6.89685, 54.1825), 3.5: (9.53581, 152.884), 4.0: (14.97155, 622.408),
            4.5: (31.83646, 6189.47)}  # fmt: skip


@pytest.mark.parametrize(
    ("index", "exact"),
    [
        (0, lambda xi: 1 - xi**2 / 6),
        (1, lambda xi: np.sinc(xi / np.pi)),
        (5, lambda xi: 1 / np.sqrt(1 + xi**2 / 3)),
    ],
)
def test_closed_solutions(index, exact):
    shape = interior.lane_emden(index, xi_max=20.0)
    np.testing.assert_allclose(shape.theta, exact(shape.xi), atol=2e-9)


def test_surfaces_of_the_closed_solutions():
    assert interior.lane_emden(0).surface == pytest.approx(math.sqrt(6), abs=1e-9)
    assert interior.lane_emden(1).surface == pytest.approx(math.pi, abs=1e-9)
    assert interior.lane_emden(5, xi_max=50.0).surface == math.inf


@pytest.mark.parametrize("index", SURFACES)
def test_surfaces_in_print(index):
    shape = interior.lane_emden(index)
    surface, contrast = SURFACES[index]
    assert shape.surface == pytest.approx(
        surface, abs=6e-6 if index != 0.5 else 2e-4
    )  # printed with four decimals only
    assert shape.surface**3 / (3 * shape.mass[-1]) == pytest.approx(contrast, rel=1e-4)


@pytest.mark.parametrize("index", [0.5, 2.2, 3.25])
def test_any_index_against_an_adaptive_integration(index):
    def slope(xi, y):
        return [y[1], -(np.maximum(y[0], 0.0) ** index) - 2 * y[1] / xi]

    def surface(xi, y):
        return y[0]

    surface.terminal = True
    start = 1e-3
    twin = integrate.solve_ivp(
        slope, (start, 50.0), [1 - start**2 / 6, -start / 3], "DOP853", rtol=1e-12, atol=1e-14, events=surface
    )
    shape = interior.lane_emden(index)
    assert shape.surface == pytest.approx(twin.t[-1], rel=1e-7)
    assert shape.mass[-1] == pytest.approx(-(twin.t[-1] ** 2) * twin.y[1, -1], rel=2e-6)


@pytest.mark.parametrize("index", [0.0, 1.0, 3.0])
def test_fourth_order(index):
    exact = {0.0: math.sqrt(6), 1.0: math.pi, 3.0: 6.89684861937696}[index]
    errors = [abs(interior.lane_emden(index, h).surface - exact) for h in (0.02, 0.01, 0.005)]
    assert np.all(np.log2(np.array(errors[:-1]) / errors[1:]) > 3.6)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.0, 4.5))
def test_hydrostatic_balance_of_any_polytrope(index):
    star = interior.Polytrope(index=index).solve(step=0.01)
    r, pressure = star.r.values, star.pressure.values
    fall = -np.diff(pressure)
    weight = (star.rho * star.gravity).values
    held = 0.5 * (weight[1:] + weight[:-1]) * np.diff(r)
    # In the last interval the density of an index near 0 drops to nothing.
    assert np.sum(np.abs(fall - held)[:-1]) < 1e-3 * pressure[0]
    assert star.mass.values[-1] == pytest.approx(interior.SOLAR_MASS)
    assert r[-1] == pytest.approx(interior.SOLAR_RADIUS)
    assert np.all(np.diff(star.temperature) < 0)


def test_uniform_star_is_the_polytrope_of_index_0():
    star = interior.Polytrope(index=0.0).solve()
    assert float(star.pressure[0]) == pytest.approx(1.345e14, rel=1e-3)
    assert float(star.pressure[0]) == pytest.approx(interior.uniform_central_pressure(), rel=1e-8)
    assert star.rho.values[:-1] == pytest.approx(interior.mean_density())


def test_the_sun_as_a_polytrope_of_index_3():
    star = interior.Polytrope(index=3.0).solve()
    assert float(star.rho[0]) == pytest.approx(54.1825 * 1409.8, rel=1e-3)
    # 11.05 G M^2 / R^4, Chandrasekhar 1939.
    scale = 6.6743e-11 * 1.98841e30**2 / 6.957e8**4
    assert float(star.pressure[0]) == pytest.approx(11.05 * scale, rel=1e-3)
    assert star.pressure.attrs["units"] == "Pa"


def test_enclosed_mass_and_pressure_of_a_polytrope():
    star = interior.Polytrope(index=1.0).solve(step=0.002)
    r, rho = star.r.values, star.rho.values
    np.testing.assert_allclose(interior.enclosed_mass(r, rho)[1:], star.mass.values[1:], rtol=2e-5)
    np.testing.assert_allclose(
        interior.hydrostatic_pressure(r, rho), star.pressure.values, atol=2e-5 * float(star.pressure[0])
    )


def test_second_order_of_the_profiles():
    def miss(count):
        r = np.linspace(0.0, 1e9, count)
        rho = 1e3 * np.cos(r / 1e9 * np.pi / 2)
        a = np.pi / 2e9
        exact = 4e3 * np.pi * ((1e9**2 / a - 2 / a**3) * np.sin(1e9 * a) + 2e9 / a**2 * np.cos(1e9 * a))
        return abs(interior.enclosed_mass(r, rho)[-1] / exact - 1)

    assert miss(50) / miss(99) == pytest.approx(4.0, rel=0.1)


def test_every_chain_frees_the_same_energy():
    pp, cno = interior.fusion_energy("pp"), interior.fusion_energy("cno")
    assert pp.total == pytest.approx(cno.total, abs=1e-9)
    assert pp.total == pytest.approx(26.731, abs=1e-3)
    assert pp.before_annihilation == pytest.approx(24.687, abs=1e-3)
    assert pp.total - pp.before_annihilation == pytest.approx(2.044, abs=1e-3)
    assert cno.neutrinos > pp.neutrinos


def test_steps_of_the_pp_chain():
    assert [step.released for step in interior.CHAINS["pp"]] == pytest.approx([0.420, 5.493, 12.860], abs=1e-3)
    for chain in interior.CHAINS.values():
        for step in chain:
            before = sum(int("".join(c for c in x if c.isdigit())) for x in step.before)
            after = sum(int("".join(c for c in x if c.isdigit())) for x in step.after)
            assert before == after, "nucleons are kept"


def test_mass_lost_is_the_defect_of_the_hydrogen_burnt():
    share = interior.radiated_mass() / interior.hydrogen_consumption()
    assert share == pytest.approx(0.00712, abs=1e-5)


def test_neutrinos_at_the_earth():
    # Bahcall 1989: 6.5e10 cm^-2 s^-1 by the luminosity constraint.
    assert interior.neutrino_flux() == pytest.approx(6.5e10, rel=0.01)


def test_bad_input():
    with pytest.raises(InputError, match="index"):
        interior.lane_emden(-1.0)
    with pytest.raises(InputError, match="index"):
        interior.Polytrope(index=5.0)
    with pytest.raises(InputError, match="increase"):
        interior.enclosed_mass([1.0, 1.0], [1.0, 1.0])
    with pytest.raises(InputError, match="two"):
        interior.enclosed_mass([1.0], [1.0])
    with pytest.raises(InputError, match="pp, cno"):
        interior.fusion_energy("triple alpha")
