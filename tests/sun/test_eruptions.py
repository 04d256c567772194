"""Eruptions: energy release, potential fields and the torus instability."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.sun.eruptions import (
    aschwanden_2017,
    bipole_decay_index,
    critical_height,
    decay_index,
    flare_temperature,
    inversion_line,
    isobe_2002,
    kliem_torok_2006,
    magnetic_energy,
    potential_field,
    reconnection_field,
    reconnection_power,
    release_time,
    ribbon_flux,
)


def charges(size, half_distance=16.0, depth=16.0, height=0.0):
    """Field of two charges of opposite sign below the photosphere: b_x, b_y, b_z over a square of pixels of 1 Mm."""
    x = np.arange(size) - 0.5 * (size - 1)
    parts = np.zeros((3, size, size))
    for sign in (1, -1):
        d_x, d_y, d_z = x[None, :] - sign * half_distance, x[:, None], depth + height
        r3 = (d_x**2 + d_y**2 + d_z**2) ** 1.5
        for k, d in enumerate((d_x, d_y, d_z)):
            parts[k] += sign * 1e6 * d / r3
    return parts


# ---- energy ----


@given(st.floats(1, 1000), st.floats(1e8, 1e11), st.floats(1, 100), st.floats(0.001, 0.2))
def test_power_times_time_is_the_energy(b, n, size, rate):
    total = reconnection_power(b, n, size, rate) * release_time(b, n, size, rate)
    assert np.isclose(total, magnetic_energy(b, size))


def test_the_form_in_print_gives_a_quarter():
    # 2.74e27 and 2.74e28 erg/s were computed independently from B^2 / (2 mu_0) v L^2.
    for rate, printed in ((0.01, 2.74e27), (0.1, 2.74e28)):
        assert reconnection_power(100.0, 1e9, 10.0, rate) * 1e7 == pytest.approx(4 * printed, rel=2e-3)


def test_ribbons_and_inflow_tell_the_same_power():
    # With v_in = M_A v_A and flux conserved, the power from the ribbons is that from the inflow.
    b, b_ribbon, size, rate = 50.0, 500.0, 30.0, 0.05
    v_in = rate * b * 1e-4 / np.sqrt(4e-7 * np.pi * 1e15 * 1.67262192e-27) * 1e-3
    ribbon_speed = v_in * b / b_ribbon
    assert isobe_2002(b, b_ribbon, ribbon_speed, size**2) == pytest.approx(
        float(reconnection_power(b, 1e9, size, rate)), rel=1e-8
    )


def test_partition_closes_within_its_error():
    parts = aschwanden_2017(1e25)
    assert abs(sum(float(part) for part in parts) / 1e25 - 0.87) < 0.18


def test_temperature_scales_as_the_paper_says():
    base = flare_temperature(50.0, 1e9, 10.0)
    assert flare_temperature(100.0, 1e9, 10.0) / base == pytest.approx(2 ** (6 / 7))
    assert flare_temperature(50.0, 2e9, 10.0) / base == pytest.approx(2 ** (-1 / 7))
    assert flare_temperature(50.0, 1e9, 20.0) / base == pytest.approx(2 ** (2 / 7))


def test_flux_of_ribbons_that_sweep_apart_is_the_electric_field():
    size, pixel, speed = 60, 0.5, 25.0  # Mm, km/s
    step = pixel * 1e3 / speed  # s for a pixel
    field = np.where(np.arange(size) < size // 2, 300.0, -300.0) * np.ones((8, 1))
    count = 25
    time = np.datetime64("2017-09-06T12:00", "ms") + (1e3 * step * np.arange(count)).astype(int)
    masks = np.zeros((count, 8, size), bool)
    for k in range(count):
        masks[k, :, size // 2 - k : size // 2 - max(k - 3, 0)] = True
        masks[k, :, size // 2 + max(k - 3, 0) : size // 2 + k] = True
    result = ribbon_flux(time, masks, field, pixel)
    # Electric field times the length of the ribbon, 8 pixels.
    expected = reconnection_field(speed, 300.0) * 8 * pixel * 1e6
    np.testing.assert_allclose(result["rate"].values[1:-1], expected, rtol=1e-9)
    np.testing.assert_allclose(result["positive"], result["negative"])
    assert np.all(np.diff(result["flux"].values) >= 0)
    assert result["imbalance"].values[-1] == 0


def test_pixels_count_once_and_noise_not_at_all():
    masks = np.ones((3, 2, 2), bool)
    field = np.array([[100.0, np.nan], [-10.0, -200.0]])
    result = ribbon_flux(np.datetime64("2017-09-06", "m") + np.arange(3), masks, field, 1.0)
    np.testing.assert_allclose(result["positive"], 1e18)
    np.testing.assert_allclose(result["negative"], 2e18)
    with pytest.raises(InputError, match="ribbons"):
        ribbon_flux(np.datetime64("2017-09-06", "m") + np.arange(2), masks, field, 1.0)


# ---- potential field ----


def test_waves_decay_exactly():
    x, y = np.arange(48) * 2.0, np.arange(32) * 2.0
    k_x, k_y = 2 * np.pi * 3 / 96, 2 * np.pi * 2 / 64
    k = np.hypot(k_x, k_y)
    wave = 80 * np.sin(k_x * x[None, :] + k_y * y[:, None] + 0.3)
    field = potential_field(wave, 2.0, [0.0, 5.0, 20.0])
    phase = k_x * x[None, :] + k_y * y[:, None] + 0.3
    for height in (0.0, 5.0, 20.0):
        at = field.sel(height=height)
        decay = 80 * np.exp(-k * height)
        np.testing.assert_allclose(at["b_z"], decay * np.sin(phase), atol=1e-10)
        # B = -grad of Phi = (80 / k) sin(phase) exp(-k z).
        np.testing.assert_allclose(at["b_x"], -decay * k_x / k * np.cos(phase), atol=1e-10)
        np.testing.assert_allclose(at["b_y"], -decay * k_y / k * np.cos(phase), atol=1e-10)


def test_field_of_charges_is_found_and_better_on_a_larger_patch():
    errors = []
    for size in (64, 128, 256):
        field = potential_field(charges(size)[2], 1.0, [8.0], padding=1.0)
        middle = slice(size // 2 - 16, size // 2 + 16)
        exact = charges(size, height=8.0)[:, middle, middle]
        got = np.stack([field[name].values[0, middle, middle] for name in ("b_x", "b_y", "b_z")])
        errors.append(np.abs(got - exact).max() / np.abs(exact).max())
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.005


def test_the_field_has_neither_sources_nor_currents():
    rng = np.random.default_rng(0)
    rough = rng.standard_normal((40, 50))
    smooth = np.fft.ifft2(
        np.fft.fft2(rough) * np.exp(-20 * np.hypot(*np.meshgrid(np.fft.fftfreq(50), np.fft.fftfreq(40))))
    ).real
    h = 0.05
    field = potential_field(smooth, 1.0, [1.0 - h, 1.0, 1.0 + h])
    k_x, k_y = 2j * np.pi * np.fft.fftfreq(50)[None, :], 2j * np.pi * np.fft.fftfreq(40)[:, None]

    def slope(values, k):
        return np.fft.ifft2(np.fft.fft2(values) * k).real

    b_x, b_y, b_z = (field[name].values for name in ("b_x", "b_y", "b_z"))
    scale = np.abs(b_z[1]).max()
    divergence = slope(b_x[1], k_x) + slope(b_y[1], k_y) + (b_z[2] - b_z[0]) / (2 * h)
    current = slope(b_y[1], k_x) - slope(b_x[1], k_y)
    assert np.abs(divergence).max() < 1e-3 * scale
    assert np.abs(current).max() < 1e-10 * scale
    np.testing.assert_allclose(slope(b_z[1], k_x), (b_x[2] - b_x[0]) / (2 * h), atol=1e-3 * scale)


def test_flux_that_does_not_return_stays_or_is_taken_out():
    plane = np.full((8, 8), 3.0)
    assert np.allclose(potential_field(plane, 1.0, [0.0, 50.0])["b_z"], 0.0)
    assert np.allclose(potential_field(plane, 1.0, [0.0, 50.0], balance=False)["b_z"], 3.0)


def test_missing_pixels_and_wrong_input():
    field = charges(32)[2]
    field[3, 4] = np.nan
    assert np.isfinite(potential_field(field, 1.0, [1.0])["b_x"]).all()
    with pytest.raises(InputError, match="plane"):
        potential_field(np.zeros(5), 1.0, [1.0])
    with pytest.raises(InputError, match="positive"):
        potential_field(field, 0.0, [1.0])
    with pytest.raises(InputError, match="positive"):
        potential_field(field, 1.0, [-1.0])


# ---- decay index ----


@given(st.floats(0.3, 4.0))
def test_power_laws_have_their_power(power):
    h = np.geomspace(1.0, 50.0, 20)
    np.testing.assert_allclose(decay_index(h, 7.0 * h**-power), power, atol=1e-9)


def test_index_of_the_bipole_converges_with_second_order():
    errors = []
    for count in (50, 100, 200):
        h = np.geomspace(1.0, 200.0, count)
        index = decay_index(h, (h**2 + 30.0**2) ** -1.5)
        errors.append(np.abs(index - bipole_decay_index(h, 30.0))[2:-2].max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 1.8)


def test_index_leaves_out_the_ground_and_zero_fields():
    h = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    index = decay_index(h, np.array([5.0, 1.0, 0.5, 0.25, 0.125]))
    assert np.isnan(index[0])
    np.testing.assert_allclose(index[1:], 1.0)
    assert np.isnan(decay_index(h, np.zeros(5))).all()
    with pytest.raises(InputError, match="grow"):
        decay_index(h[::-1], h)
    with pytest.raises(InputError, match="heights"):
        decay_index(h, np.ones(4))


def test_height_of_instability_above_charges():
    # Charges at a depth c and a half distance d: n = 3 h (h + c) / ((h + c)^2 + d^2) is 1.5 at u = h + c with
    # u^2 - 2 c u - d^2 = 0.
    depth = half = 16.0
    exact = depth + np.sqrt(depth**2 + half**2) - depth
    heights = np.arange(1.0, 45.0)
    found = []
    for size in (128, 256):
        field = potential_field(charges(size, half, depth)[2], 1.0, heights, padding=1.0)
        middle = size // 2
        found.append(float(critical_height(field).values[middle, middle]))
    print(f"critical height {found[1]:.2f} Mm, exact {exact:.2f} Mm")
    assert abs(found[1] - exact) < abs(found[0] - exact) < 0.05 * exact
    assert abs(found[1] - exact) < 0.02 * exact
    line = inversion_line(charges(256, half, depth)[2], weakest=100.0, reach=3)
    assert line[128, 126:130].all()
    assert not line[:, :100].any()


def test_a_field_that_falls_slowly_holds_everything_down():
    heights = np.arange(1.0, 10.0)
    plane = np.ones((heights.size, 3, 3)) * (heights**-0.5)[:, None, None]
    axes = ("height", "y", "x")
    field = xr.Dataset(
        {"b_x": (axes, plane), "b_y": (axes, 0 * plane)}, coords={"height": heights, "y": range(3), "x": range(3)}
    )
    assert np.isnan(critical_height(field)).all()
    assert np.isfinite(critical_height(field, critical=0.2)).sum() == 0, (
        "it must pass the threshold, not start above it"
    )
    with pytest.raises(InputError, match="b_y"):
        critical_height(field[["b_x"]])


def test_ring_is_unstable_where_its_equation_of_motion_says_so():
    # Force on a ring with conserved flux, perturbed about equilibrium: sign of dF/dR at indices about the critical one.
    aspect, inner = 20.0, 0.5
    c0 = np.log(8 * aspect) - 2 + inner / 2  # L / (mu_0 R)

    def force(radius, n):
        """Net force over the current at a radius, in units in which the ring is in equilibrium at 1."""
        outside = (c0 + 0.5) * radius**-n  # 4 pi R B / (mu_0 I) at 1
        # Flux: c0 I R - (outside field integrated) is constant, with the field r^-n inside, n < 2.
        flux = c0 - (c0 + 0.5) / (2 * (2 - n))
        current = (flux + (c0 + 0.5) / (2 * (2 - n)) * radius ** (2 - n)) / (c0 * radius)
        return (c0 + 0.5) * current / radius - outside

    critical = float(kliem_torok_2006(aspect, inner))
    for n, sign in ((critical - 0.02, -1), (critical + 0.02, 1)):
        assert force(1.0, n) == pytest.approx(0.0, abs=1e-12)
        assert np.sign(force(1.001, n)) == sign
