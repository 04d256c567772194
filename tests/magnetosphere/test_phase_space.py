"""Phase space: round trips, conservation from shell to shell, sums over directions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants

from sunearth.core.errors import InputError
from sunearth.magnetosphere import phase_space


@given(st.floats(1e-2, 1e6), st.floats(0.0, 1e9), st.sampled_from(["electron", "proton", "alpha", "oxygen"]))
def test_flux_and_density_are_inverse(energy, flux, species):
    psd = phase_space.phase_space_density(flux, energy, species=species)
    assert float(phase_space.flux_of_density(psd, energy, species=species)) == pytest.approx(flux, rel=1e-12)
    p = phase_space.momentum(energy, species=species)
    assert float(phase_space.energy_of_momentum(p, species=species)) == pytest.approx(energy, rel=1e-12)


def test_density_in_si_is_flux_over_momentum_squared_in_si():
    """All in SI: flux per m^2 s sr J over the square of the momentum in kg m/s."""
    energy, flux = 500.0, 3e5
    joules = energy * 1e3 * constants.e
    rest = constants.m_e * constants.c**2
    p = np.sqrt(joules * (joules + 2 * rest)) / constants.c
    expected = flux * 1e4 / (1e6 * constants.e) / p**2
    psd = phase_space.phase_space_density(flux, energy)
    assert float(phase_space.density_in_momentum(psd)) == pytest.approx(expected, rel=1e-9)


@given(st.floats(10.0, 1e4), st.floats(0.1, 1.57), st.floats(1.5, 8.0))
def test_invariants_and_particle_are_inverse(energy, angle, l_star):
    there = phase_space.adiabatic_invariants(energy, angle, l_star)
    back = phase_space.particle_of_invariants(there.mu, there.k, l_star)
    assert float(back.energy) == pytest.approx(energy, rel=1e-8)
    # Near the equator K goes as the square of the distance from a right angle.
    assert float(back.pitch_angle) == pytest.approx(angle, abs=1e-7)


def test_carried_inward_particles_gain_and_turn_to_the_equator():
    start = phase_space.adiabatic_invariants(500.0, np.radians([20.0, 45.0, 80.0, 90.0]), 6.0)
    inside = phase_space.particle_of_invariants(start.mu, start.k, 4.0)
    assert (inside.energy > 500.0).all()
    assert (inside.pitch_angle[:3] > np.radians([20.0, 45.0, 80.0])).all()
    # On the equator p^2 goes as the field.
    p = phase_space.momentum([500.0, float(inside.energy[3])])
    assert (p[1] / p[0]) ** 2 == pytest.approx(1.5**3, rel=1e-12)


def test_isotropic_flux_is_the_same_everywhere_on_the_line():
    angle = np.linspace(0.0, np.pi / 2, 11)
    flux = phase_space.omnidirectional_flux(np.full((3, 11), 2.0), angle, [[1.0], [10.0]])
    np.testing.assert_allclose(flux, np.full((2, 3), 8 * np.pi), rtol=1e-12)


@pytest.mark.parametrize("n", [2, 4])
def test_powers_of_the_sine_fall_as_powers_of_the_field(n):
    angle = np.linspace(0.0, np.pi / 2, 4001)
    exact = 4 * np.pi * {2: 2 / 3, 4: 8 / 15}[n]
    found = phase_space.omnidirectional_flux(np.sin(angle) ** n, angle, np.array([1.0, 2.0, 9.0]))
    np.testing.assert_allclose(found, exact * np.array([1.0, 2.0, 9.0]) ** (-n / 2), rtol=2e-5)


def test_refuses_what_does_not_fit():
    with pytest.raises(InputError, match="pitch angles"):
        phase_space.omnidirectional_flux(np.ones(4), np.ones(4))
