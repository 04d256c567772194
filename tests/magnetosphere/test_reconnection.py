"""Rates, scales, orientation and regimes of reconnection."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.magnetosphere import reconnection

field = st.floats(1.0, 200.0)
density = st.floats(0.01, 100.0)
shear = st.floats(0.3, math.pi)


def test_oxygen_everywhere_divides_the_field_by_four():
    protons = reconnection.hall_reconnection(20.0, 0.1)
    oxygen = reconnection.hall_reconnection(20.0, 0.1, 16.0)
    assert oxygen.e_field == pytest.approx(protons.e_field / 4)
    loaded = reconnection.cold_plasma_loading(20.0, 20.0, 16.0, 0.0, 1.0, 16.0)
    assert loaded.e_field == pytest.approx(reconnection.cassak_shay_2007(20.0, 20.0, 16.0, 16.0).e_field)


def test_time_to_merge_is_depth_over_inflow():
    # 10 km/s at a rate of 0.1 is an outflow of 100 km/s: 5.2 nT at 1.3 cm^-3; 1 R_E takes 637 s.
    flow = reconnection.hall_reconnection(5.2285, 1.3)
    assert flow.v_in == pytest.approx(10.0, rel=1e-3)
    assert flow.merging_time == pytest.approx(637.1, rel=1e-3)


def test_plasmoids_set_a_floor():
    number = np.geomspace(1e2, 1e14, 61)
    rate = reconnection.plasmoid_rate(number)
    stable = number <= 1e4
    np.testing.assert_allclose(rate[stable], reconnection.sweet_parker(number[stable], 1e-3).rate)
    np.testing.assert_allclose(rate[~stable], 0.01)
    assert np.all(reconnection.petschek(number[~stable]) > rate[~stable])


@given(field, density)
def test_equal_sides_reduce_to_one_plasma(b, n):
    asymmetric = reconnection.cassak_shay_2007(b, b, n, n)
    symmetric = reconnection.hall_reconnection(b, n)
    assert asymmetric.e_field == pytest.approx(symmetric.e_field)
    assert asymmetric.v_out == pytest.approx(symmetric.v_out)
    assert asymmetric.x_line == pytest.approx(0.5)
    assert asymmetric.stagnation == pytest.approx(0.5)


@given(field, field, density, density)
def test_swapping_the_sides_changes_nothing_but_the_side(b_1, b_2, n_1, n_2):
    one = reconnection.cassak_shay_2007(b_1, b_2, n_1, n_2)
    two = reconnection.cassak_shay_2007(b_2, b_1, n_2, n_1)
    assert one.e_field == pytest.approx(two.e_field)
    assert one.x_line == pytest.approx(1 - two.x_line)
    assert one.stagnation == pytest.approx(1 - two.stagnation, abs=1e-12)


@given(field, field, density, density)
def test_mass_and_energy_are_conserved(b_1, b_2, n_1, n_2):
    flow = reconnection.cassak_shay_2007(b_1, b_2, n_1, n_2, 0.1)
    # Inflow speeds follow from the field, E / B, in km/s for mV/m and nT.
    in_1, in_2 = 1e3 * flow.e_field / b_1, 1e3 * flow.e_field / b_2
    thickness = 2 * 0.1
    assert n_1 * in_1 + n_2 * in_2 == pytest.approx(flow.n_out * flow.v_out * thickness, rel=1e-9)
    magnetic = (b_1**2 * in_1 + b_2**2 * in_2) * 1e-18 / (4e-7 * math.pi)
    kinetic = 0.5 * flow.n_out * 1e6 * 1.67262192e-27 * flow.v_out**3 * 1e6 * thickness
    assert magnetic == pytest.approx(2 * kinetic, rel=1e-6)
    # What enters from side 1 leaves on its side of the stagnation point.
    assert n_1 * in_1 == pytest.approx(flow.n_out * flow.v_out * thickness * flow.stagnation, rel=1e-9)


def test_at_the_magnetopause_the_plasma_crosses_the_x_line():
    flow = reconnection.cassak_shay_2007(20.0, 60.0, 20.0, 0.1)
    assert flow.x_line < 0.5  # nearer to the weak field of the sheath
    assert flow.stagnation > 0.99  # nearer to the thin plasma of the magnetosphere


def test_drift_suppresses_small_shear_and_large_difference_of_beta():
    assert not reconnection.is_suppressed(math.pi * 0.999, 5.0)
    assert reconnection.is_suppressed(math.radians(50.0), 1.0)
    assert not reconnection.is_suppressed(math.radians(56.0), 1.0)
    # The condition itself, beta > 2 L tan(shear / 2).
    angle = np.linspace(0.05, 3.1, 50)
    for beta, scale in ((0.2, 1.0), (2.0, 0.5), (-3.0, 2.0)):
        expected = abs(beta) > 2 * scale * np.tan(angle / 2)
        np.testing.assert_array_equal(reconnection.is_suppressed(angle, beta, scale), expected)
    assert not reconnection.is_suppressed(np.nan, 1.0)


@pytest.mark.parametrize("criterion", ["outflow", "rate"])
@given(b_1=field, b_2=field, n_1=density, n_2=density, angle=shear)
def test_no_other_line_does_better(criterion, b_1, b_2, n_1, n_2, angle):
    line = reconnection.x_line_orientation(b_1, b_2, n_1, n_2, angle, criterion)
    others = np.linspace(0, angle, 402)[1:-1]
    merged = reconnection.cassak_shay_2007(b_1 * np.sin(others), b_2 * np.sin(angle - others), n_1, n_2)
    if criterion == "outflow":
        assert line.v_out >= merged.v_out.max() * (1 - 1e-9)
    else:
        assert line.e_field >= merged.e_field.max() * (1 - 1e-9)


def test_bisector_and_symmetry():
    line = reconnection.x_line_orientation(20.0, 60.0, 20.0, 0.1, 2.0, "bisector")
    assert line.angle == 1.0
    for criterion in ("outflow", "rate"):
        same = reconnection.x_line_orientation(30.0, 30.0, 5.0, 5.0, 2.0, criterion)
        assert same.angle == pytest.approx(1.0, abs=1e-9)
        assert same.guide_1 == pytest.approx(30.0 * math.cos(1.0))
        assert same.b_1**2 + same.guide_1**2 == pytest.approx(900.0)
        opposed = reconnection.x_line_orientation(20.0, 60.0, 20.0, 0.1, math.pi, criterion)
        assert opposed.angle == pytest.approx(math.pi / 2, abs=1e-7)
        assert opposed.e_field == pytest.approx(0.5848, rel=1e-4)
    assert math.isnan(reconnection.x_line_orientation(20.0, 60.0, 20.0, 0.1, -0.5).angle)
    with pytest.raises(InputError, match="criterion"):
        reconnection.x_line_orientation(20.0, 60.0, 20.0, 0.1, 2.0, "shear")


def test_power_is_field_times_current():
    # E times the current of a field reversal, 2 B / mu_0 a metre, over the area: both sides together.
    flow = reconnection.hall_reconnection(50.0, 5.0)
    power = reconnection.conversion_power(50.0, flow.v_out, 10.0, 10.0, sides=2.0)
    area = (10 * 6.3712e6) ** 2
    assert power == pytest.approx(flow.e_field * 1e-3 * 2 * 50e-9 / (4e-7 * math.pi) * area, rel=1e-6)


def test_heating_of_a_proton_at_full_speed():
    # 104.397 eV is m_p (100 km/s)^2.
    assert reconnection.bulk_heating(100.0, 1.0) == pytest.approx(104.397, rel=1e-5)
    assert reconnection.shay_2014(100.0) == pytest.approx(0.033 * 104.397, rel=1e-5)


def test_regimes_meet_where_they_should():
    regime = reconnection.reconnection_regime
    # The three lines meet at size 200 and S = 1e4.
    around = {str(regime(1e4 * a, 200.0 * b)) for a in (0.98, 1.02) for b in (0.995, 1.005)}
    assert {"single collisional", "plasmoids collisionless"} <= around
    assert str(regime(9e3, 1e3)) == "single collisional"
    assert str(regime(2e4, 1e3)) == "plasmoids collisional"
    assert str(regime(6e4, 1e3)) == "plasmoids to kinetic scale"
    assert str(regime(3e5, 1e3)) == "plasmoids collisionless"
    assert str(regime(1e3, 40.0)) == "single collisionless"
    assert regime(np.array([np.nan, -1.0]), 10.0).tolist() == ["", ""]
    labelled = regime(xr.DataArray([1e3, 1e8], dims="case"), 1e2)
    assert labelled.dims == ("case",)
    assert labelled.values.tolist() == ["single collisional", "plasmoids collisionless"]


def test_environments_agree_with_what_is_quoted():
    table = reconnection.reconnection_environments()
    space = table.sel(environment=["solar flare", "magnetopause", "magnetotail"])
    np.testing.assert_allclose(space.lundquist, [6.9e13, 3.4e12, 1.4e14], rtol=0.02)
    low, high = table.lundquist_quoted.sel(bound="low"), table.lundquist_quoted.sel(bound="high")
    assert bool(((space.lundquist > 0.5 * low) & (space.lundquist < 2 * high)).all())
    laboratory = table.sel(environment="MRX")
    assert 1e2 < float(laboratory.lundquist_spitzer) < 5e3
    assert set(table.regime.values) <= set(reconnection.REGIMES)
    assert all({"units", "long_name", "references"} <= set(table[name].attrs) for name in table)
    with pytest.raises(InputError, match="diffusivity"):
        reconnection.reconnection_environments(0.0)


def test_suppression_of_a_data_array_carries_no_unit():
    shear = xr.DataArray([0.1, math.nan, 3.0], dims="t", attrs={"units": "rad"})
    suppressed = reconnection.is_suppressed(shear, 1.0)
    assert suppressed.values.tolist() == [True, False, False]
    assert "units" not in suppressed.attrs
