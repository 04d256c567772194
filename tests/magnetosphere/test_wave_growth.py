"""Growth of waves on hot particles, the flux it allows, lifetimes."""

import numpy as np
import pytest
from scipy import constants as C
from scipy.integrate import quad
from scipy.optimize import newton
from scipy.special import gammaln, wofz

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism.trapped import bounce_period, dipole_integrals, loss_cone, particle_speed
from sunearth.magnetosphere.cold_plasma import MASSES, group_velocity, gyrofrequency, stix_parameters
from sunearth.magnetosphere.wave_growth import (
    _log_gamma,
    cyclotron_growth_rate,
    kennel_petschek_flux,
    lifetimes,
    loss_cone_filling,
    marginal_anisotropy,
    pitch_angle_lifetime,
    strong_diffusion_lifetime,
)


def kinetic_growth(frequency, b, n_e, hot, t_parallel, anisotropy, species, helium=0.0):
    """Growth rate from the kinetic dispersion relation of a bi-Maxwellian, without expanding in it."""
    electron = species == "electron"
    name = "r" if electron else "l"
    k = 2 * np.pi * frequency / C.c * np.sqrt(getattr(stix_parameters(frequency, b, n_e, helium), name))
    mass = MASSES[species]
    turn = 2 * np.pi * float(gyrofrequency(b, species))
    w = np.sqrt(2 * t_parallel * 1e3 * C.e / mass)
    hot2 = hot * 1e6 * C.e**2 / (C.epsilon_0 * mass)

    def cold(omega):
        total = 1.0
        shares = {"electron": 1.0, "proton": 1.0 - helium, "helium": helium}
        for each, share in shares.items():
            # The hot particles replace as many cold ones.
            number = n_e * share - (hot if each == species else 0.0)
            charge = -1 if each == "electron" else 1
            gyration = charge * 2 * np.pi * float(gyrofrequency(b, each)) * (1 if electron else -1)
            plasma2 = number * 1e6 * C.e**2 / (C.epsilon_0 * MASSES[each])
            total = total - plasma2 / (omega * (omega + gyration))
        return total

    def relation(omega):
        zeta = (omega - turn) / (k * w)
        dispersion = 1j * np.sqrt(np.pi) * wofz(zeta)
        kinetic = anisotropy + (anisotropy * (omega - turn) + omega) / (k * w) * dispersion
        return (C.c * k / omega) ** 2 - cold(omega) - hot2 / omega**2 * kinetic

    start = 2 * np.pi * frequency
    return newton(relation, start * (1 + 1e-4j), x1=start * (1.0001 + 0j), tol=1e-9 * start, maxiter=100).imag


@pytest.mark.parametrize("ratio", [0.15, 0.25, 0.35, 0.45])
@pytest.mark.parametrize("anisotropy", [0.3, 1.0])
def test_growth_of_whistlers_from_the_kinetic_dispersion_relation(ratio, anisotropy):
    b, n_e, hot, t = 250.0, 10.0, 1e-3, 10.0
    frequency = ratio * float(gyrofrequency(b))
    expected = kinetic_growth(frequency, b, n_e, hot, t, anisotropy, "electron")
    found = cyclotron_growth_rate(frequency, b, n_e, hot, t, anisotropy)
    assert found == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("helium", [0.0, 0.1])
def test_growth_of_ion_cyclotron_waves_from_the_kinetic_dispersion_relation(helium):
    b, n_e = 250.0, 200.0
    frequency = 0.5 * float(gyrofrequency(b, "proton"))
    expected = kinetic_growth(frequency, b, n_e, 1e-3, 30.0, 1.5, "proton", helium)
    found = cyclotron_growth_rate(frequency, b, n_e, 1e-3, 30.0, 1.5, helium, species="proton")
    assert expected > 0
    assert found == pytest.approx(expected, rel=0.01)


def test_growth_changes_sign_at_the_marginal_anisotropy():
    frequency = 0.3 * float(gyrofrequency(250.0))
    critical = float(marginal_anisotropy(frequency, 250.0))
    assert critical == pytest.approx(3 / 7, rel=1e-12)
    below, above = cyclotron_growth_rate(frequency, 250.0, 10.0, 0.1, 10.0, critical * np.array([0.999, 1.001]))
    assert below < 0 < above
    assert np.isnan(marginal_anisotropy(8000.0, 250.0))


def test_kappa_becomes_maxwellian_and_keeps_its_temperature():
    frequency = 0.3 * float(gyrofrequency(250.0))
    maxwell = cyclotron_growth_rate(frequency, 250.0, 10.0, 0.1, 10.0, 1.0)
    far = cyclotron_growth_rate(frequency, 250.0, 10.0, 0.1, 10.0, 1.0, kappa=1e5)
    assert far == pytest.approx(float(maxwell), rel=1e-3)
    # The distribution along the field by integrating the bi-kappa function over the speeds across it.
    kappa, t = 3.0, 10.0
    width2 = (2 * kappa - 3) / kappa * t * 1e3 * C.e / C.m_e
    across2 = 2.0 * width2
    whole = np.exp(gammaln(kappa + 1) - gammaln(kappa - 0.5)) / ((np.pi * kappa) ** 1.5 * np.sqrt(width2) * across2)
    r = float(stix_parameters(frequency, 250.0, 10.0).r)
    speed2 = ((2 * np.pi * (float(gyrofrequency(250.0)) - frequency)) / (2 * np.pi * frequency / C.c * np.sqrt(r))) ** 2
    unit = np.sqrt(across2)
    reduced = quad(
        lambda v: 2 * np.pi * v * unit**2 * whole * (1 + speed2 / (kappa * width2) + v**2 / kappa) ** (-kappa - 1),
        0, np.inf,
    )[0]  # fmt: skip
    gaussian = np.exp(-speed2 * C.m_e / (2 * t * 1e3 * C.e)) / np.sqrt(2 * np.pi * t * 1e3 * C.e / C.m_e)
    found = cyclotron_growth_rate(frequency, 250.0, 10.0, 0.1, 10.0, 1.0, kappa=kappa)
    assert found / maxwell == pytest.approx(reduced / gaussian, rel=1e-6)


def test_gamma_function():
    x = np.array([0.3, 1.0, 2.5, 7.0, 40.0])
    np.testing.assert_allclose(_log_gamma(np, x), gammaln(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("density", [2.0, 50.0])
def test_limiting_flux_balances_growth_and_reflection(density):
    """Numbers of resonant particles and flux by quadrature, growth and group velocity of the cold plasma."""
    l_shell, ratio, power, index = 5.0, 0.15, 0.6, 2.3
    limit = float(kennel_petschek_flux(l_shell, ratio, power, index)) * 1e4
    b = DIPOLE_EQUATORIAL_FIELD / l_shell**3
    f_ce = float(gyrofrequency(b))
    frequency, turn = ratio * f_ce, 2 * np.pi * f_ce
    # Electrons alone carry the wave well enough here; the balance itself does not depend on the dispersion.
    r = float(stix_parameters(frequency, b, density).r)
    k = 2 * np.pi * frequency / C.c * np.sqrt(r)
    resonant = (turn - 2 * np.pi * frequency) / k
    steep = 2 * index + 2
    flux = 2 * np.pi * quad(lambda a: np.sin(a) ** (2 * power + 1), 0, np.pi)[0]
    flux *= resonant ** (4 - steep) / (steep - 4)
    # v_perp dv_perp = v dv at a fixed speed along the field.
    number = 2 * np.pi * quad(lambda x: x ** (1 - steep) * (1 - x**-2) ** power, 1, np.inf)[0] * resonant ** (2 - steep)
    amount = limit / flux
    v_g = float(group_velocity(frequency, 0.0, b, density).parallel) * 1e3
    h = 1e-5
    both = [
        (2 * np.pi * f) ** 2 * float(stix_parameters(f, b, density).r)
        for f in (frequency * (1 - h), frequency * (1 + h))
    ]
    energy_slope = (both[1] - both[0]) / (4 * np.pi * frequency * h)
    excess = (turn - 2 * np.pi * frequency) * power - 2 * np.pi * frequency
    growth = np.pi * C.e**2 / (C.epsilon_0 * C.m_e) * excess * number * amount / (k * energy_slope)
    assert 2 * growth / v_g * l_shell * EARTH_RADIUS == pytest.approx(3.0, rel=1e-4)


def test_limiting_flux_falls_as_the_fourth_power_and_is_some_1e8():
    assert kennel_petschek_flux(8.0, 0.1) == pytest.approx(float(kennel_petschek_flux(4.0, 0.1)) / 16, rel=1e-12)
    assert 1e8 < kennel_petschek_flux(4.0, 0.05, 0.2) < 1e9
    assert np.isnan(kennel_petschek_flux(4.0, 0.4, 0.5))


def test_strong_diffusion_empties_a_tube_of_isotropic_particles():
    """Content of the tube over the flux through its ends, both by quadrature."""
    l_shell, energy = 4.5, 1000.0
    cone = float(loss_cone(l_shell))
    end = np.arccos(np.sqrt((1 + 100 / 6371.2) / l_shell))

    def line(x):
        root = np.sqrt(1 + 3 * np.sin(x) ** 2)
        return np.cos(x) * root * np.cos(x) ** 6 / root

    volume = 2 * l_shell * EARTH_RADIUS * quad(line, 0, end)[0]
    # A directional flux j = n v / (4 pi) gives pi j on an end, whose area goes as sin^2 of the cone.
    speed = float(particle_speed(energy)) * 1e3
    expected = volume / (2 * speed / 4 * np.sin(cone) ** 2)
    assert strong_diffusion_lifetime(energy, l_shell) == pytest.approx(expected, rel=1e-9)
    assert strong_diffusion_lifetime(energy, l_shell, 0.5) == pytest.approx(2 * expected, rel=1e-9)
    # Two squared cones a bounce, by the mean bounce integral of isotropic particles over that in the cone.
    usual = 2 * cone**2 / float(bounce_period(energy, l_shell, cone))
    mean = quad(lambda a: np.sin(2 * a) * float(dipole_integrals(a).bounce), 0, np.pi / 2)[0]
    assert usual * expected == pytest.approx(mean / float(dipole_integrals(cone).bounce), rel=0.01)
    assert usual * expected == pytest.approx(0.7, abs=0.03)


def test_lifetime_with_an_exact_solution():
    """With D = k / (T sin 2 alpha)^2 the modes are sines of the integral of T sin 2 alpha."""
    cone, rate = 0.1, 1e-6
    angle = np.linspace(cone, np.pi / 2 - 1e-3, 4000)
    weight = np.sin(2 * angle) * dipole_integrals(angle).bounce
    fine = np.linspace(cone, np.pi / 2, 20001)
    whole = np.trapezoid(np.sin(2 * fine) * dipole_integrals(fine).bounce, fine)
    expected = 4 * whole**2 / (np.pi**2 * rate)
    errors = [
        abs(pitch_angle_lifetime(angle, rate / weight**2, cone, points) / expected - 1) for points in (50, 100, 200)
    ]
    assert errors[-1] < 2e-3
    assert errors[0] > errors[1] > errors[2]


def test_lifetimes_scale_and_know_their_limits():
    angle = np.radians(np.linspace(3, 90, 40))
    table = 1e-6 * (1 + np.sin(angle))
    one = pitch_angle_lifetime(angle, table, 0.08)
    np.testing.assert_allclose(pitch_angle_lifetime(angle, np.stack([table, 10 * table]), 0.08), [one, one / 10])
    assert pitch_angle_lifetime(angle, 0 * table, 0.08) == np.inf
    assert np.isnan(pitch_angle_lifetime(angle, np.where(angle > 1, np.nan, table), 0.08))
    # Nothing resonates exactly at 90 degrees: a zero there is no gap.
    assert pitch_angle_lifetime(angle, np.where(angle > 1.57, 0.0, table), 0.08) == pytest.approx(one, rel=0.01)
    # A gap elsewhere is one.
    assert pitch_angle_lifetime(angle, np.where(abs(angle - 1) < 0.2, 0.0, table), 0.08) > 1e3 * one
    with pytest.raises(InputError, match="ascending"):
        pitch_angle_lifetime(angle[::-1], table, 0.08)


def test_lifetimes_of_a_table():
    import xarray as xr

    angle = np.radians(np.linspace(2, 90, 45))
    values = np.array([1e-6, 1e3])[None, :, None] * np.ones((2, 1, 45))
    table = xr.Dataset(
        {"d_aa": (("l_shell", "energy", "pitch_angle"), values)},
        {"l_shell": [4.0, 6.0], "energy": [0.1, 1.0], "pitch_angle": angle},
    )
    found = lifetimes(table)
    np.testing.assert_allclose(found["estimate"][:, 0], 1e6)
    # Scattering faster than any bounce cannot beat strong diffusion.
    np.testing.assert_array_equal(found["lifetime"][:, 1], found["strong"][:, 1])
    assert (found["lifetime"][:, 0] < found["estimate"][:, 0]).all()
    assert all(part.attrs["units"] == "s" for part in found.data_vars.values())


def test_loss_cone_fills_with_diffusion():
    filling = loss_cone_filling([1e-12, 1e-3, 1e9], 30.0, 6.0)
    assert filling[0] < 1e-3
    assert filling[2] == pytest.approx(1.0)
    with pytest.raises(UnknownNameError):
        loss_cone_filling(1e-3, 30.0, 6.0, species="muon")


def test_wrong_species_are_named():
    with pytest.raises(UnknownNameError, match="muon"):
        cyclotron_growth_rate(1000.0, 250.0, 10.0, 0.1, 10.0, 1.0, species="muon")
