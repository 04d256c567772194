"""Hydromagnetic waves: speeds, directions and shapes against the linear equations themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.heliosphere.shocks import wave_speeds
from sunearth.magnetosphere.mhd_waves import friedrichs_diagram, gas_sound_speed, group_velocities, polarisation

speeds = st.floats(10.0, 1000.0)
angles = st.floats(0.05, 1.5)


def dispersion(v_a, c_s, k_parallel, k_perpendicular):
    """Frequencies (slow, Alfven, fast) of the seven linear equations' 3 x 3 momentum matrix."""
    k = np.array([k_perpendicular, 0.0, k_parallel])
    b = np.array([0.0, 0.0, 1.0])
    # omega^2 v = (c^2 + a^2) k (k.v) + a^2 (k.b) [(k.b) v - (v.b) k - (k.v) b]
    along = k @ b
    matrix = (c_s**2 + v_a**2) * np.outer(k, k)
    matrix += v_a**2 * along * (along * np.eye(3) - np.outer(k, b) - np.outer(b, k))
    squares, vectors = np.linalg.eigh(matrix)
    return np.sqrt(np.maximum(squares, 0.0)), vectors


@given(speeds, speeds, angles)
def test_phase_speeds_are_eigenvalues_of_the_linear_equations(v_a, c_s, theta):
    frequencies, _ = dispersion(v_a, c_s, np.cos(theta), np.sin(theta))
    fast, alfven, slow = wave_speeds(v_a, c_s, theta)
    np.testing.assert_allclose(frequencies, sorted([slow, alfven, fast]), rtol=1e-6)


@given(speeds, speeds, angles)
def test_group_velocity_is_the_gradient_of_the_frequency(v_a, c_s, theta):
    if abs(v_a - c_s) < 0.01 * v_a:
        return
    h = 1e-4
    k_par, k_perp = np.cos(theta), np.sin(theta)

    def frequency(i, a, b):
        return np.hypot(a, b) * wave_speeds(v_a, c_s, np.arctan2(b, a))[i]

    found = group_velocities(v_a, c_s, theta)
    for i, expected in ((0, found[0:2]), (1, (found[2], 0.0)), (2, found[3:5])):
        parallel = (frequency(i, k_par + h, k_perp) - frequency(i, k_par - h, k_perp)) / (2 * h)
        across = (frequency(i, k_par, k_perp + h) - frequency(i, k_par, k_perp - h)) / (2 * h)
        np.testing.assert_allclose([parallel, across], expected, atol=2e-4 * (v_a + c_s))


@given(speeds, speeds, angles)
def test_energy_outruns_no_crest(v_a, c_s, theta):
    """The component of the group velocity along the wave vector is the phase speed."""
    found = group_velocities(v_a, c_s, theta)
    phase = wave_speeds(v_a, c_s, theta)
    along = np.array(
        [
            found.fast_parallel * np.cos(theta) + found.fast_perpendicular * np.sin(theta),
            found.alfven_parallel * np.cos(theta),
            found.slow_parallel * np.cos(theta) + found.slow_perpendicular * np.sin(theta),
        ]
    )
    np.testing.assert_allclose(along, phase, rtol=1e-9)


@given(speeds, speeds, angles)
def test_polarisation_is_that_of_the_eigenvectors(v_a, c_s, theta):
    if abs(v_a - c_s) < 0.01 * v_a:
        return
    _, vectors = dispersion(v_a, c_s, np.cos(theta), np.sin(theta))
    found = polarisation(v_a, c_s, theta)
    compressive = [i for i in range(3) if abs(vectors[1, i]) < 0.5]
    for i, ratio, compression in zip(
        compressive,
        (found.slow_velocity_ratio, found.fast_velocity_ratio),
        (found.slow_compression, found.fast_compression),
        strict=True,
    ):
        across, along = vectors[0, i], vectors[2, i]
        np.testing.assert_allclose(along, ratio * across, atol=1e-6)
        density = np.sin(theta) * across + np.cos(theta) * along
        np.testing.assert_allclose(np.sin(theta) * across, compression * density, atol=1e-6)


def test_nearly_equal_speeds_lose_no_digits():
    """For beta far from one the compressive ratios are tiny differences of squares."""
    found = polarisation(1.0, 1e4, 0.3)
    # sound along its wave vector: v_par / v_perp = cot theta
    assert found.fast_velocity_ratio == pytest.approx(1 / np.tan(0.3), rel=1e-6)
    assert polarisation(1e4, 1.0, 0.3).fast_velocity_ratio == pytest.approx(1e-8 * np.sin(0.3) * np.cos(0.3), rel=1e-6)


def test_diagram_closes_and_has_the_limits():
    diagram = friedrichs_diagram(80.0, 50.0, points=721)
    for name in ("phase_parallel", "phase_perpendicular", "group_parallel", "group_perpendicular"):
        np.testing.assert_allclose(diagram[name][:, 0], diagram[name][:, -1], atol=1e-9)
    fast = diagram.sel(wave="fast")
    assert float(fast["phase_parallel"].max()) == pytest.approx(80.0)
    assert float(fast["phase_perpendicular"].max()) == pytest.approx(np.hypot(80.0, 50.0))
    slow = diagram.sel(wave="slow")
    # the cusps: at theta = 90 deg the slow wave goes along the field
    quarter = slow.isel(theta=180)
    assert abs(float(quarter["group_parallel"])) == pytest.approx(80.0 * 50.0 / np.hypot(80.0, 50.0))
    assert float(quarter["group_perpendicular"]) == pytest.approx(0.0, abs=1e-9)
    assert diagram["group_parallel"].attrs["units"] == "km/s"


def test_diagram_refuses_no_speed():
    with pytest.raises(InputError, match="positive"):
        friedrichs_diagram(0.0, 50.0)


def test_sound_speed_of_wind():
    # 10^5 K of protons and electrons: gamma 2 k T / m_p
    pressure = 2 * 5e6 * 1.380649e-23 * 1e5 * 1e9
    assert gas_sound_speed(pressure, 5.0) == pytest.approx(52.45, abs=0.01)


def test_along_the_field_the_faster_of_the_two_speeds_belongs_to_the_fast_wave():
    sound = polarisation(60.0, 100.0, 0.0)
    assert (sound.fast_velocity_ratio, sound.slow_velocity_ratio) == (np.inf, 0.0)
    field = polarisation(100.0, 60.0, 0.0)
    assert (field.fast_velocity_ratio, field.slow_velocity_ratio) == (0.0, -np.inf)
