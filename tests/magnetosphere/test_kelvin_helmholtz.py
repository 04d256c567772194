"""The Kelvin-Helmholtz instability against exact solutions and published growth rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.magnetosphere.kelvin_helmholtz import (
    ShearLayer,
    layer_wave,
    pu_kivelson_1983,
    threshold_shear,
    unstable_directions,
    vortex_sheet,
)

densities = st.floats(0.1, 50.0)
fields = st.floats(-40.0, 40.0)
ALFVEN = 21.812  # km/s for 1 nT and 1 proton per cubic centimetre


def gas_layer(mach: float = 0.0, **changes) -> ShearLayer:
    """Flows of +-1 km/s in a layer of half thickness 1 km."""
    sound = 1.0 / mach if mach else np.inf
    plain = {"n_1": 1.0, "n_2": 1.0, "v_1": (1.0, 0.0), "v_2": (-1.0, 0.0), "b_1": (0.0, 0.0), "b_2": (0.0, 0.0)}
    return ShearLayer(1.0, **(plain | changes), c_1=sound, c_2=sound)


@given(densities, densities, fields, fields)
def test_growth_begins_at_the_threshold(n_1, n_2, b_1, b_2):
    threshold = float(threshold_shear(n_1, n_2, b_1, b_2))
    assert vortex_sheet(n_1, n_2, 0.999 * threshold, 0.0, b_1, b_2).growth_speed == 0.0
    if threshold > 1.0:
        assert vortex_sheet(n_1, n_2, 1.001 * threshold, 0.0, b_1, b_2).growth_speed > 0.0


@given(densities, densities, st.floats(10.0, 600.0), st.floats(-300.0, 300.0), fields, fields, fields, fields)
def test_unstable_directions_are_those_of_the_sheet(n_1, n_2, v_l, v_m, b_1l, b_1m, b_2l, b_2m):
    found = unstable_directions(n_1, n_2, v_l, v_m, b_1l, b_1m, b_2l, b_2m)
    angle = np.linspace(-np.pi / 2, np.pi / 2, 1441)
    c, s = np.cos(angle), np.sin(angle)
    sheet = vortex_sheet(n_1, n_2, v_l * c + v_m * s, 0.0, b_1l * c + b_1m * s, b_2l * c + b_2m * s)
    assert sheet.growth_speed.max() <= float(found.growth_speed) * (1 + 1e-9) + 1e-9
    np.testing.assert_allclose(sheet.growth_speed.max(), found.growth_speed, rtol=1e-3, atol=0.05 * np.hypot(v_l, v_m))
    share = np.mean(sheet.growth_speed[:-1] > 0)
    assert share * np.pi / 2 == pytest.approx(float(found.half_width), abs=0.006)


def test_magnetic_shear_stabilises():
    along_one_line = unstable_directions(10.0, 1.0, 200.0, 0.0, 0.0, 20.0, 0.0, 40.0)
    crossed = unstable_directions(10.0, 1.0, 200.0, 0.0, 20.0, 0.0, 0.0, 40.0)
    assert along_one_line.growth_speed > 50.0
    assert crossed.growth_speed < along_one_line.growth_speed


@given(st.floats(5.0, 141.0))
def test_compressible_sheet_of_gas(flow):
    """Landau 1944, in closed form for equal media."""
    sound = 100.0
    exact = np.sqrt(sound * np.sqrt(4 * flow**2 + sound**2) - flow**2 - sound**2)
    found = pu_kivelson_1983(3.0, 3.0, flow, -flow, 0.0, 0.0, 0.0, 0.0, sound, sound)
    assert found.growth_speed == pytest.approx(exact, rel=1e-4, abs=0.05)


@pytest.mark.parametrize("factor", [2.0, 10.0, 100.0])
def test_compressible_sheet_comes_to_the_incompressible_one(factor):
    state = (10.0, 1.0, 300.0, 0.0)
    stiff = pu_kivelson_1983(*state, 3.0, 8.0, 20.0, 40.0, 300.0 * factor, 800.0 * factor)
    plain = vortex_sheet(*state, 3.0, 8.0)
    # compressibility enters with the square of the Mach number
    assert stiff.growth_speed == pytest.approx(float(plain.growth_speed), rel=2.0 / factor**2)


def test_galilean_invariance():
    rest = pu_kivelson_1983(10.0, 1.0, 300.0, 0.0, 3.0, 5.0, 20.0, 40.0, 150.0, 400.0)
    moved = pu_kivelson_1983(10.0, 1.0, 380.0, 80.0, 3.0, 5.0, 20.0, 40.0, 150.0, 400.0)
    assert moved.growth_speed == pytest.approx(float(rest.growth_speed), rel=1e-6)
    assert moved.phase_speed == pytest.approx(float(rest.phase_speed) + 80.0, rel=1e-6)


def test_tanh_layer_of_michalke():
    found = gas_layer().solve([0.2, 0.4446, 0.8])
    # Michalke 1964, table 1 (there for the velocity from 0 to 1, so that rates are half of these)
    np.testing.assert_allclose(found["growth_rate"][1], 2 * 0.09485, rtol=2e-4)
    np.testing.assert_allclose(found["phase_speed"], 0.0, atol=1e-9)


def test_tanh_layer_is_neutral_at_one():
    growth = gas_layer().solve([0.98, 0.999, 1.001, 1.1])["growth_rate"]
    assert (growth[:2] > 0).all()
    assert (growth[2:] == 0).all()
    # near the neutral wave the rate is 2 (1 - k) / pi (Drazin and Reid 1981, section 23)
    np.testing.assert_allclose(growth[1], 2 * 0.001 / np.pi, rtol=0.01)


def test_layer_converges_with_the_fourth_order():
    rates = [float(gas_layer(0.4).solve([0.4], steps=n)["growth_rate"][0]) for n in (100, 200, 400, 1600)]
    errors = np.abs(np.array(rates[:-1]) - rates[-1])
    orders = np.log2(errors[:-1] / errors[1:])
    print(f"orders {orders.round(2)}")
    assert orders[-1] == pytest.approx(4.0, abs=0.3)


@pytest.mark.parametrize("mach", [0.3, 0.6, 0.9])
def test_neutral_wave_of_a_compressible_layer(mach):
    """Blumen 1970: k^2 = 1 - M^2, M the half shear over the sound speed."""
    neutral = np.sqrt(1.0 - mach**2)
    growth = gas_layer(mach).solve(np.array([0.5, 0.98, 1.02]) * neutral)["growth_rate"].values
    assert growth[0] > growth[1] > 0.0
    assert growth[2] == 0.0


def test_fast_speed_plays_the_part_of_sound_across_the_field():
    """A field across the wave only makes the medium stiffer (Miura and Pritchett 1982)."""
    b = 1.0 / ALFVEN  # v_A = 1
    with_field = gas_layer(b_1=(0.0, b), b_2=(0.0, b), mach=1.0).solve([0.3])["growth_rate"]
    gas = gas_layer(mach=1.0 / np.sqrt(2.0)).solve([0.3])["growth_rate"]
    np.testing.assert_allclose(with_field, gas, rtol=1e-4)


def test_field_along_the_flow_holds_the_layer():
    """No profile is unstable where the shear is below twice the Alfven speed along the wave."""
    waves = [0.05, 0.2, 0.4, 0.6]
    rates = []
    for strength in (0.0, 0.5, 0.9, 1.01):
        b = strength / ALFVEN
        rates.append(gas_layer(b_1=(b, 0.0), b_2=(b, 0.0)).solve(waves)["growth_rate"].max())
    assert rates[0] > rates[1] > rates[2] > 0.0
    assert rates[3] == 0.0


def test_thin_layer_is_a_sheet():
    layer = ShearLayer(1.0, 10.0, 1.0, (300.0, 0.0), (0.0, 0.0), (0.0, 20.0), (5.0, 40.0), 150.0, 400.0)
    found = layer.solve([0.001, 0.002])
    sheet = pu_kivelson_1983(10.0, 1.0, 300.0, 0.0, 0.0, 5.0, 20.0, np.hypot(5.0, 40.0), 150.0, 400.0)
    np.testing.assert_allclose(found["growth_rate"] / found["wavenumber"], sheet.growth_speed, rtol=1e-2)
    np.testing.assert_allclose(found["phase_speed"], sheet.phase_speed, rtol=1e-2)


def test_layer_in_units_and_frames():
    slow = ShearLayer(1000.0, 2.0, 2.0, (150.0, 0.0), (-50.0, 0.0), (0.0, 20.0), (0.0, 20.0)).solve([0.4e-3])
    plain = gas_layer().solve([0.4])
    assert slow["growth_rate"].item() == pytest.approx(plain["growth_rate"].item() * 100.0 / 1000.0, rel=1e-8)
    assert slow["phase_speed"].item() == pytest.approx(50.0, rel=1e-8)
    reversed_ = ShearLayer(1000.0, 2.0, 2.0, (-150.0, 0.0), (50.0, 0.0), (0.0, 20.0), (0.0, 20.0)).solve([0.4e-3])
    assert reversed_["growth_rate"].item() == pytest.approx(slow["growth_rate"].item(), rel=1e-8)


def test_fastest_wave_and_its_estimate():
    found = ShearLayer(2000.0, 1.0, 1.0, (300.0, 0.0), (0.0, 0.0), (0.0, 20.0), (0.0, 20.0)).solve()
    estimate = layer_wave(2000.0, 300.0)
    assert found["fastest_wavelength"].item() == pytest.approx(float(estimate.wavelength), rel=0.01)
    assert found["fastest_period"].item() == pytest.approx(float(estimate.period), rel=0.01)
    assert found["fastest_growth_time"].item() == pytest.approx(float(estimate.growth_time), rel=0.01)
    # a boundary layer of half an Earth radius at the flank makes waves in the Pc4 and Pc5 range
    assert 45.0 < estimate.period < 600.0


def test_no_shear_no_wave():
    still = ShearLayer(1.0, 1.0, 2.0, (5.0, 0.0), (5.0, 0.0), (0.0, 1.0), (0.0, 1.0)).solve([0.3])
    assert still["growth_rate"].item() == 0.0
    assert np.isnan(still["fastest_wavelength"])


def test_refusals():
    with pytest.raises(InputError, match="positive"):
        gas_layer(n_1=-1.0)
    with pytest.raises(InputError, match="both sound speeds"):
        ShearLayer(1.0, 1.0, 1.0, (1.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), c_1=3.0)
    with pytest.raises(InputError, match="wavenumbers"):
        gas_layer().solve([-1.0])


def test_without_shear_or_field_no_direction_is_unstable():
    found = unstable_directions(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert (found.growth_speed, found.half_width) == (0.0, 0.0)


def test_layers_refuse_no_wavenumbers_and_vectors_of_three_components():
    with pytest.raises(InputError, match="one or more positive wavenumbers"):
        gas_layer().solve([])
    with pytest.raises(InputError, match="v_1 must have two components"):
        gas_layer(v_1=(1.0, 0.0, 0.0))
