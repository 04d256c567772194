"""Waves of a cold plasma, against the equations of motion they come from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import constants as C

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.magnetosphere.cold_plasma import (
    MASSES,
    characteristic_frequencies,
    electric_polarisation,
    group_velocity,
    gyrofrequency,
    refractive_index_squared,
    resonance_cone,
    stix_parameters,
    whistler_index_squared,
)


def dielectric(frequency, b, n_e, helium, oxygen):
    """The dielectric tensor from the motion of each species in an oscillating field."""
    omega, field = 2 * np.pi * frequency, b * 1e-9
    tensor = np.eye(3, dtype=complex)
    shares = {"electron": 1.0, "proton": 1 - helium - oxygen, "helium": helium, "oxygen": oxygen}
    for name, share in shares.items():
        q, m = (-C.e if name == "electron" else C.e), MASSES[name]
        motion = np.array([[-1j * omega * m, -q * field, 0], [q * field, -1j * omega * m, 0], [0, 0, -1j * omega * m]])
        current = q * q * n_e * share * 1e6 * np.linalg.inv(motion)
        tensor += 1j / (C.epsilon_0 * omega) * current
    return tensor


def wave_matrix(tensor, n2, theta):
    direction = np.array([np.sin(theta), 0, np.cos(theta)])
    return tensor + n2 * (np.outer(direction, direction) - np.eye(3))


def indices(frequency, theta, b, n_e, helium=0.0, oxygen=0.0):
    """Squared indices as the roots of the determinant, a parabola in them."""
    tensor = dielectric(frequency, b, n_e, helium, oxygen)
    scale = np.abs(tensor).max()
    at = [np.linalg.det(wave_matrix(tensor / scale, x, theta)).real for x in (-1.0, 0.0, 1.0)]
    return np.sort(np.roots([(at[0] + at[2]) / 2 - at[1], (at[2] - at[0]) / 2, at[1]]).real) * scale


@settings(max_examples=60, deadline=None)
@given(
    st.floats(1.0, 6000.0),
    st.floats(0.05, 1.5),
    st.floats(100.0, 1000.0),
    st.floats(1.0, 1000.0),
    st.floats(0.0, 0.4),
    st.floats(0.0, 0.4),
)
def test_indices_are_the_roots_of_the_wave_equation(frequency, theta, b, n_e, helium, oxygen):
    gyrations = np.array([float(gyrofrequency(b, name)) for name in MASSES])
    if np.min(np.abs(frequency / gyrations - 1)) < 1e-3:
        return
    found = np.sort([float(n2) for n2 in refractive_index_squared(frequency, theta, b, n_e, helium, oxygen)])
    tensor = dielectric(frequency, b, n_e, helium, oxygen)
    for n2 in found:
        matrix = wave_matrix(tensor, n2, theta)
        # The least singular value, as a share of what n^2 contributes, measures the error of n^2.
        least = np.linalg.svd(matrix, compute_uv=False)[-1]
        assert least < 1e-7 * (abs(n2) + np.linalg.norm(tensor, 2) * 1e-3)


def test_indices_against_a_second_evaluation():
    right, left = refractive_index_squared(2445.5, 0.5, 249.6, 10.0)
    np.testing.assert_allclose([left, right], indices(2445.5, 0.5, 249.6, 10.0), rtol=1e-9)


def test_limits_along_and_across_the_field():
    case = (300.0, 250.0, 100.0, 0.1, 0.05)
    r, l, s, _, p = stix_parameters(*case)  # noqa: E741
    along = refractive_index_squared(case[0], 0.0, *case[1:])
    np.testing.assert_allclose([along.right, along.left], [r, l], rtol=1e-12)
    across = refractive_index_squared(case[0], np.pi / 2, *case[1:])
    np.testing.assert_allclose([across.right, across.left], [r * l / s, p], rtol=1e-10)


def test_low_frequencies_are_alfven_waves():
    b, n_e, theta = 250.0, 200.0, 0.7
    density = n_e * 1e6 * (0.85 * MASSES["proton"] + 0.1 * MASSES["helium"] + 0.05 * MASSES["oxygen"])
    density += n_e * 1e6 * MASSES["electron"]
    expected = 1 + C.mu_0 * density * C.c**2 / (b * 1e-9) ** 2
    found = refractive_index_squared(1e-3, theta, b, n_e, 0.1, 0.05)
    np.testing.assert_allclose(found.right, expected, rtol=0.01)
    np.testing.assert_allclose(found.left * np.cos(theta) ** 2, expected, rtol=0.01)
    velocity = group_velocity(1e-3, theta, b, n_e, 0.1, 0.05, mode="left")
    assert abs(velocity.perpendicular) < 0.02 * velocity.parallel
    np.testing.assert_allclose(velocity.parallel, C.c * 1e-3 / np.sqrt(expected), rtol=0.01)


@pytest.mark.parametrize(
    ("frequency", "theta", "mode", "mixture"),
    [
        (2445.5, 0.5, "right", (0.0, 0.0)),
        (700.0, 1.2, "right", (0.1, 0.05)),
        (50.0, 1.5, "right", (0.1, 0.05)),
        (2.9, 0.3, "left", (0.1, 0.05)),
        (0.7, 0.6, "left", (0.1, 0.05)),
    ],
)
def test_group_velocity_is_the_slope_of_the_dispersion(frequency, theta, mode, mixture):
    b, n_e, step = 249.6, 50.0, 1e-4

    def k(f, angle):
        return 2 * np.pi * f / C.c * np.sqrt(getattr(refractive_index_squared(f, angle, b, n_e, *mixture), mode))

    by_frequency = (k(frequency * (1 + step), theta) - k(frequency * (1 - step), theta)) / (
        4 * np.pi * frequency * step
    )
    by_angle = (k(frequency, theta + step) - k(frequency, theta - step)) / (2 * step)
    along = 1 / by_frequency
    across = -by_angle / k(frequency, theta) * along
    expected = (along * np.cos(theta) - across * np.sin(theta), along * np.sin(theta) + across * np.cos(theta))
    found = group_velocity(frequency, theta, b, n_e, *mixture, mode=mode)
    np.testing.assert_allclose(found, np.array(expected) * 1e-3, rtol=1e-5, atol=1e-3)


def test_whistler_packets_stay_within_storeys_angle():
    f_ce = float(gyrofrequency(1000.0))
    theta = np.linspace(0.05, 1.25, 60)
    velocity = group_velocity(0.1 * f_ce, theta, 1000.0, 5000.0)
    assert np.degrees(np.arctan2(velocity.perpendicular, velocity.parallel)).max() < 20.5


def test_waves_that_cannot_travel_have_no_group_velocity():
    assert np.isnan(group_velocity(2445.5, 0.5, 249.6, 10.0, mode="left").parallel)


def test_polarisation_is_the_null_vector():
    for frequency, theta, mode in ((2445.5, 0.5, "right"), (2.9, 0.4, "left"), (30.0, 1.2, "right")):
        n2 = float(getattr(refractive_index_squared(frequency, theta, 249.6, 50.0, 0.1, 0.05), mode))
        field = np.linalg.svd(wave_matrix(dielectric(frequency, 249.6, 50.0, 0.1, 0.05), n2, theta))[2][-1].conj()
        found = electric_polarisation(frequency, theta, 249.6, 50.0, 0.1, 0.05, mode)
        np.testing.assert_allclose(1j * field[0] / field[1], found.circular, rtol=1e-6)
        np.testing.assert_allclose(field[2] / field[0], found.longitudinal, rtol=1e-5, atol=1e-9)


def test_circles_along_the_field():
    assert electric_polarisation(2445.5, 0.0, 249.6, 50.0).circular == pytest.approx(1.0)
    assert electric_polarisation(2.0, 0.0, 249.6, 50.0, mode="left").circular == pytest.approx(-1.0)


def test_characteristic_frequencies_are_zeros_and_poles():
    mixture = (249.6, 10.0, 0.1, 0.05)
    found = characteristic_frequencies(*mixture)
    for frequencies, name in (
        (found.right_cutoff, "r"),
        (found.left_cutoffs, "l"),
        (found.hybrids, "s"),
        (found.crossovers, "d"),
    ):
        for frequency in frequencies:
            near = [getattr(stix_parameters(frequency * (1 + h), *mixture), name) for h in (-1e-3, 0.0, 1e-3)]
            assert abs(near[1]) < 1e-6 * (abs(near[0]) + abs(near[2]))
    assert abs(stix_parameters(found.plasma, *mixture).p) < 1e-9
    assert [len(part) for part in (found.right_cutoff, found.left_cutoffs, found.hybrids, found.crossovers)] == [
        1, 3, 4, 2,
    ]  # fmt: skip
    # Each left cutoff lies between two ion gyrofrequencies, each crossover between cutoff and the gyrofrequency above.
    oxygen, helium, proton, electron = found.gyrofrequencies
    assert oxygen < found.left_cutoffs[0] < found.crossovers[0] < helium
    assert helium < found.left_cutoffs[1] < found.crossovers[1] < proton
    np.testing.assert_allclose(found.hybrids[-1], np.hypot(found.plasma, electron), rtol=1e-3)


def test_lower_hybrid_frequency_of_dense_plasma():
    f_ce, f_cp = float(gyrofrequency(300.0)), float(gyrofrequency(300.0, "proton"))
    lower = characteristic_frequencies(300.0, 1e4).hybrids[0]
    assert lower == pytest.approx(np.sqrt(f_ce * f_cp), rel=2e-3)
    assert len(characteristic_frequencies(300.0, 1e4).crossovers) == 0


def test_resonance_cone_is_where_the_index_grows():
    cone = resonance_cone(2445.5, 249.6, 10.0)
    assert refractive_index_squared(2445.5, cone - 1e-7, 249.6, 10.0).right > 1e6
    assert refractive_index_squared(2445.5, cone + 1e-7, 249.6, 10.0).right < 0


def test_quasi_longitudinal_whistler():
    f_ce = float(gyrofrequency(249.6))
    full = refractive_index_squared(0.35 * f_ce, np.radians(30), 249.6, 10.0).right
    assert whistler_index_squared(0.35 * f_ce, np.radians(30), 249.6, 10.0) == pytest.approx(float(full), rel=0.01)


def test_wrong_inputs_are_explained():
    with pytest.raises(UnknownNameError, match="sulphur"):
        gyrofrequency(100.0, "sulphur")
    with pytest.raises(UnknownNameError, match="up"):
        group_velocity(1000.0, 0.1, 250.0, 10.0, mode="up")
    with pytest.raises(InputError, match="shares"):
        characteristic_frequencies(250.0, 10.0, 0.8, 0.4)
