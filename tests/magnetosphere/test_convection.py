"""Convection: vectors, voltages across the polar cap, the shielded potential and the drift in it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.magnetosphere.convection import (
    boyle_1997,
    convection_field,
    e_cross_b_drift,
    hill_siscoe_2002,
    kivelson_ridley_2008,
    mapped_volland_stern,
    maynard_chen_1975,
    penetrating_field,
    polar_cap_drift,
    polar_cap_field,
    pseudo_potential,
    ridley_2005,
    uniform_strength,
    volland_stern,
    volland_stern_field,
)

component = st.floats(-1000, 1000, allow_nan=False)


@given(st.tuples(component, component, component), st.tuples(component, component, component))
def test_field_and_drift_undo_each_other(v, b):
    """E = -v x B is perpendicular to both, and E x B / B^2 gives back the part of v across B."""
    v, b = np.array(v), np.array(b)
    if np.linalg.norm(b) < 1e-3:
        return
    e = np.array(convection_field(*v, *b))
    np.testing.assert_allclose(e, -np.cross(v, b) * 1e-3, atol=1e-9)
    across = v - np.dot(v, b) / np.dot(b, b) * b
    np.testing.assert_allclose(e_cross_b_drift(*e, *b), across, atol=1e-8 * (1 + np.linalg.norm(v)))


def test_no_magnetic_field_no_drift():
    assert np.isnan(e_cross_b_drift(1.0, 0.0, 0.0, 0.0, 0.0, 0.0).v_x)


def test_without_transverse_field_only_the_viscous_part_stays():
    assert boyle_1997(400.0, 5.0, 0.0, 0.0) == pytest.approx(16.0)
    assert kivelson_ridley_2008(400.0, 0.0, 0.0, 8.0) == pytest.approx(16.0)
    assert ridley_2005(400.0, 5.0, 0.0, 5.0, 8.0, 9.0) == pytest.approx(16.0)


def test_hill_siscoe_is_the_rational_form_of_the_paper():
    """57.6 P^(1/3) E F / (P^(1/2) + 0.0125 xi Sigma E F), with the clock angle taken as an angle."""
    rng = np.random.default_rng(1)
    v, by, bz = rng.uniform(300, 1000, 100), rng.uniform(-20, 20, 100), rng.uniform(-40, 20, 100)
    p, sigma = rng.uniform(0.5, 40, 100), rng.uniform(2, 20, 100)
    merging = v * np.hypot(by, bz) * 1e-3 * np.sin(np.arctan2(np.abs(by), bz) / 2) ** 2
    xi = 4.45 - 1.08 * np.log10(sigma)
    paper = 57.6 * p ** (1 / 3) * merging / (np.sqrt(p) + 0.0125 * xi * sigma * merging)
    np.testing.assert_allclose(hill_siscoe_2002(v, by, bz, p, sigma, 0.0), paper, rtol=1e-9)


def test_hill_siscoe_saturates_and_higher_pressure_lifts_the_cap():
    cap = 57.6 / (0.0125 * (4.45 - 1.08) * 10.0)
    assert hill_siscoe_2002(500.0, 0.0, -1e7, 1.0) == pytest.approx(cap, rel=1e-3)
    assert hill_siscoe_2002(500.0, 0.0, -1e7, 8.0) == pytest.approx(2 * cap, rel=1e-3)


def test_low_conductance_lets_the_whole_field_through():
    """Alfven waves reflected by an insulating ionosphere double the field at its foot."""
    length = 0.1 * np.pi * 10.0 * 6371.2e3
    field = 400e3 * 5e-9
    assert kivelson_ridley_2008(400.0, 0.0, -5.0, 8.0, 1e-9) == pytest.approx(16.0 + 2e-3 * field * length, rel=1e-6)


def test_ridley_meets_boyle_at_high_mach_number():
    np.testing.assert_allclose(
        ridley_2005(450.0, 6.0, 3.0, -4.0, 1e3, 9.0), boyle_1997(450.0, 6.0, 3.0, -4.0), rtol=1e-9
    )


def test_the_two_saturating_models_differ_by_what_comparisons_found(shared_data):
    """Gao et al. 2013: similar limits, the wave model some 10 kV below the current model on average."""
    pd = pytest.importorskip("pandas")
    wind = pd.read_csv(shared_data / "solarwind" / "omni_hourly_1998_2002_filled.csv.gz").dropna()
    p = 1.6726e-6 * wind.n_cm3 * wind.V_kms**2
    mach = wind.V_kms / (21.8 * wind.B_nT / np.sqrt(wind.n_cm3))
    southward = ((wind.Bz_nT < 0) & (wind.n_cm3 > 0)).to_numpy()
    arrays = [a.to_numpy()[southward] for a in (wind.V_kms, wind.Bz_nT, p, mach)]
    v, bz, p, mach = arrays
    currents = hill_siscoe_2002(v, 0.0, bz, p)
    waves = kivelson_ridley_2008(v, 0.0, bz, mach)
    difference = currents - waves
    print(f"Siscoe-Hill minus Kivelson-Ridley: {difference.mean():.1f} kV on average")
    assert 0.0 < difference.mean() < 15.0


def test_a_fifth_at_most_gets_in_and_nothing_from_the_north():
    assert penetrating_field(5.0, 0.2) == pytest.approx(1.0)
    assert penetrating_field(-5.0) == 0.0
    assert np.isnan(penetrating_field(np.nan))


@given(st.floats(1.0, 300.0), st.floats(5.0, 40.0))
def test_the_field_across_the_cap_adds_up_to_its_voltage(cpcp, radius):
    width = 2 * 6481.2 * np.sin(np.radians(radius))
    assert polar_cap_field(cpcp, radius) * width == pytest.approx(1e3 * cpcp)
    assert polar_cap_drift(cpcp, radius) > 0


def test_the_drift_over_the_cap_is_field_over_field():
    """60 kV across 15 degrees drive about 300 m/s (18 mV/m in 60 microtesla)."""
    assert polar_cap_drift(60.0, 15.0, 0.0) == pytest.approx(18.2e-3 / 59.6e-6 * 1e-3, rel=2e-3)


@given(st.floats(2.0, 9.0), st.floats(0.0, 24.0), st.floats(0.05, 2.0), st.floats(1.0, 3.0))
def test_the_convection_field_is_minus_the_gradient(r, mlt, strength, shielding):
    step = 1e-5
    by_r = (volland_stern(r + step, mlt, strength, shielding) - volland_stern(r - step, mlt, strength, shielding)) / 2
    around = 12 / np.pi * step
    by_phi = volland_stern(r, mlt + around, strength, shielding) - volland_stern(r, mlt - around, strength, shielding)
    expected = -np.array([by_r, by_phi / (2 * r)]) / step * 1e6 / 6371.2e3
    scale = strength * r ** (shielding - 1)
    np.testing.assert_allclose(volland_stern_field(r, mlt, strength, shielding), expected, atol=1e-6 * scale)


def test_unshielded_convection_is_one_field_from_dawn_to_dusk():
    """Shielding 1 gives the same vector everywhere: towards dusk, which is e_r at dusk and -e_r at dawn."""
    strength = uniform_strength(0.5)
    mlt = np.linspace(0, 24, 13)
    e_r, e_phi = volland_stern_field(np.linspace(2, 9, 13), mlt, strength, 1.0)
    angle = np.pi * mlt / 12  # from midnight (-x) through dawn (-y)
    x = -np.cos(angle) * e_r + np.sin(angle) * e_phi
    y = -np.sin(angle) * e_r - np.cos(angle) * e_phi
    np.testing.assert_allclose(x, 0.0, atol=1e-12)
    np.testing.assert_allclose(y, 0.5, rtol=1e-12)


def test_convection_grows_with_kp_until_its_pole():
    assert (np.diff(maynard_chen_1975(np.linspace(0, 8.5, 50))) > 0).all()
    assert maynard_chen_1975(9.0) < maynard_chen_1975(8.55)


@given(st.floats(45.0, 70.0), st.floats(0.0, 24.0))
def test_a_field_line_is_an_equipotential(mlat, mlt):
    """The potential at the foot, on the ground or at 110 km, is that at the top of the line."""
    shell = 1 / np.cos(np.radians(mlat)) ** 2
    assert mapped_volland_stern(mlat, mlt, 0.2, 2.0, 0.0) == pytest.approx(volland_stern(shell, mlt, 0.2), abs=1e-12)


def test_a_hot_proton_drifts_west_and_an_electron_east():
    """Without convection the contours are circles; the slope of the pseudo-potential gives the sense of drift."""
    r = np.array([5.0, 6.0])
    proton, electron = (np.diff(pseudo_potential(0.0, 10.0, r, charge))[0] for charge in (1.0, -1.0))
    assert proton < 0 < electron
    assert proton == -electron
    # gradient drift: v = W / (q B) 3 / r, with W = mu B, equals (d U / d r) / B
    slope = (pseudo_potential(0.0, 10.0, 6.0001) - pseudo_potential(0.0, 10.0, 5.9999)) / 0.0002
    energy = pseudo_potential(0.0, 10.0, 6.0)
    assert slope == pytest.approx(-3 * energy / 6.0, rel=1e-6)
