"""The magnetotail: balance, conservation, limits and order of convergence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sunearth.core.constants import EARTH_RADIUS, ELEMENTARY_CHARGE, VACUUM_PERMEABILITY
from sunearth.magnetosphere import magnetopause, tail


@given(st.floats(-50, 50), st.floats(1, 60), st.floats(0.05, 8), st.floats(0, 1))
def test_harris_sheet_is_in_balance(z, b_lobe, thickness, p_lobe):
    sheet = tail.harris_sheet(z, b_lobe, thickness, p_lobe)
    total = sheet.pressure + (sheet.b_x * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY) * 1e9
    expected = p_lobe + (b_lobe * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY) * 1e9
    assert total == pytest.approx(expected, rel=1e-12)


def test_harris_current_adds_up_to_the_sheet_current_and_is_the_curl():
    z = np.linspace(-12, 12, 4801)
    sheet = tail.harris_sheet(z, 20.0, 0.7)
    total = np.trapezoid(sheet.j_y, z) * EARTH_RADIUS * 1e-9 * 1e3
    assert total == pytest.approx(float(tail.sheet_current(20.0)), rel=1e-9)
    curl = np.gradient(sheet.b_x, z, edge_order=2) * 1e-9 / (VACUUM_PERMEABILITY * EARTH_RADIUS) * 1e9
    np.testing.assert_allclose(curl[1:-1], sheet.j_y[1:-1], atol=1e-4 * sheet.j_y.max())


def test_drift_of_the_carriers_makes_the_current():
    b_lobe, thickness, temperature = 20.0, 0.5, 4.8
    sheet = tail.harris_sheet(0.0, b_lobe, thickness)
    density = sheet.pressure * 1e-9 / (temperature * 1e3 * ELEMENTARY_CHARGE)
    carried = density * ELEMENTARY_CHARGE * tail.harris_drift(b_lobe, thickness, temperature) * 1e3
    assert carried == pytest.approx(float(sheet.j_y) * 1e-9, rel=1e-12)


def test_lobe_field_limits():
    # Nothing but a field outside: the same field inside. Nothing but ram pressure at right angles: kappa of it.
    assert tail.lobe_field(7.0, 0.0, 1e5) == pytest.approx(7.0)
    ram = tail.lobe_field(0.0, 0.0, 1e5, 1e5, 2.0, np.pi / 2, 1.0)
    assert (ram * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY) == pytest.approx(2e-9, rel=1e-12)


@given(st.floats(0.1, 1.5), st.floats(2, 60))
def test_flux_and_radius_are_inverse(flux, b_lobe):
    assert tail.lobe_flux(b_lobe, tail.radius_of_flux(flux, b_lobe)) == pytest.approx(flux, rel=1e-12)


def test_cap_and_lobe_carry_the_same_flux():
    radius = tail.radius_of_cap(15.0, 6.0)
    cap = 6e-5 * np.pi * (EARTH_RADIUS * np.sin(np.deg2rad(15.0))) ** 2 * 1e-9
    assert tail.lobe_flux(6.0, radius) == pytest.approx(cap, rel=1e-12)
    assert cap == pytest.approx(0.512, abs=1e-3)


@given(st.floats(0.1, 10), st.floats(5, 40), st.floats(1, 100))
def test_energy_and_field_are_inverse(energy, radius, length):
    b_lobe = tail.lobe_field_of_energy(energy, radius, length)
    assert tail.lobe_energy(b_lobe, radius, length) == pytest.approx(energy, rel=1e-12)


@pytest.mark.parametrize("b_z", [-4.0, 0.0, 6.0])
def test_cut_across_meets_the_same_surface_as_rays(b_z):
    theta = np.deg2rad([95.0, 120.0, 140.0, 150.0])
    r = magnetopause.petrinec_russell_1996(theta, 3.0, b_z)
    shape = tail.petrinec_russell_1996_tail(r * np.cos(theta), 3.0, b_z)
    np.testing.assert_allclose(shape.radius, r * np.sin(theta), rtol=1e-9)


def test_flaring_angle_is_the_slope_of_the_radius():
    x = np.linspace(-50, 0, 5001)
    shape = tail.petrinec_russell_1996_tail(x, 2.0, -2.0)
    np.testing.assert_allclose(-np.gradient(shape.radius, x)[1:-1], np.tan(shape.flare[1:-1]), rtol=1e-4)


FLUX, P_DYN, P_STATIC, KAPPA = 0.5, 2.0, 0.015, 0.88


def reach(radius, start=15.0):
    """Distance at which the tail has a radius, by quadrature of dx = cot(a) dR."""
    field = 2 * FLUX * 1e9 / (np.pi * EARTH_RADIUS**2)

    def cotangent(r):
        sine_2 = ((field / r**2) ** 2 / (2 * VACUUM_PERMEABILITY) * 1e9 - P_STATIC) / (KAPPA * P_DYN)
        return np.sqrt(max(1 / sine_2 - 1, 0.0))

    return quad(cotangent, start, radius, epsabs=1e-10, limit=400)[0]


def test_flaring_tail_against_quadrature():
    for radius in (16.0, 20.0, 28.0, 34.0, 35.5):
        found = tail.coroniti_kennel_1972(reach(radius), FLUX, P_DYN, P_STATIC).radius
        assert found == pytest.approx(radius, abs=1e-5)


def test_flaring_tail_keeps_flux_and_balance_everywhere():
    shape = tail.coroniti_kennel_1972(np.linspace(0, 400, 81), FLUX, P_DYN, P_STATIC)
    np.testing.assert_allclose(tail.lobe_flux(shape.b_lobe, shape.radius), FLUX, rtol=1e-12)
    inside = (shape.b_lobe * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY) * 1e9
    np.testing.assert_allclose(inside, KAPPA * P_DYN * np.sin(shape.flare) ** 2 + P_STATIC, rtol=1e-9)


def test_flaring_tail_ends_as_a_cylinder_of_static_balance():
    far = tail.coroniti_kennel_1972([1000.0, 3000.0], FLUX, P_DYN, P_STATIC)
    assert (far.b_lobe[0] * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY) * 1e9 == pytest.approx(P_STATIC, rel=1e-9)
    assert far.flare.tolist() == [0.0, 0.0]
    assert far.radius[0] == far.radius[1]


def test_flaring_tail_order_of_convergence(monkeypatch):
    x = reach(30.0)
    errors = []
    for steps in (16, 32, 64):
        monkeypatch.setattr(tail, "_FLARING_STEPS", steps)
        errors.append(abs(float(tail.coroniti_kennel_1972(x, FLUX, P_DYN, P_STATIC).radius) - 30.0))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 3.8).all()


def test_flaring_tail_says_no_where_there_is_none():
    assert np.isnan(tail.coroniti_kennel_1972(10.0, 3.0, 1.0, 0.01).radius)  # more than the wind can hold
    assert np.isnan(tail.coroniti_kennel_1972(10.0, 0.01, 1.0, 0.05).radius)  # would have to narrow


@pytest.mark.parametrize(("b_n", "b_t", "power"), [(0.5, 6.0, 9.1e10), (0.1, 20.0, 6.1e10), (1.0, 20.0, 6.1e11)])
def test_power_through_a_flat_surface(b_n, b_t, power):
    area = 9.56e16 / EARTH_RADIUS**2
    found = tail.surface_power([-b_t, 0.0, b_n], [-400.0, 0.0, 0.0], [0.0, 0.0, 1.0], area)
    assert found.power == pytest.approx(power, rel=0.01)
    assert found.stress_power == pytest.approx(found.power, rel=1e-12)
    assert -found.drag[0] * 400e3 == pytest.approx(found.power, rel=1e-12)


def test_uniform_field_in_uniform_flow_brings_nothing_in():
    """The Poynting vector is then uniform, and as much leaves a closed surface as enters it."""
    n = 60
    mu, phi = np.meshgrid((np.arange(n) + 0.5) / n * 2 - 1, (np.arange(2 * n) + 0.5) / n * np.pi, indexing="ij")
    s = np.sqrt(1 - mu**2)
    normal = np.stack([s * np.cos(phi), s * np.sin(phi), mu], axis=-1)
    area = np.full(mu.shape, 4 * np.pi / mu.size)
    found = tail.surface_power(np.array([3.0, -4.0, 5.0]) + 0 * normal, np.array([-400.0, 30.0, 10.0]), normal, area)
    assert abs(found.power) < 1e-3 * np.abs(found.patches).sum()
    with_gap = found.patches.copy()
    with_gap[0, 0] = np.nan
    assert np.isfinite(np.nansum(with_gap))


def test_vectors_are_asked_for():
    with pytest.raises(ValueError, match="three components"):
        tail.surface_power([1.0, 2.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 1.0)


def test_the_default_section_lies_inside_the_range():
    assert bool(
        tail.coroniti_kennel_1972.valid(distance=20.0, open_flux=0.5, p_dyn=2.0, p_static=0.015, start_radius=15.0)
    )
