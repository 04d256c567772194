"""The plasma sheet: balance, what fills it, and its middle surface."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.magnetosphere import plasma_sheet


@given(st.floats(0.05, 3), st.floats(0.2, 20), st.floats(0.1, 5))
def test_balance_is_its_own_inverse(n, t_i, t_e):
    b_lobe = plasma_sheet.plasma_sheet_lobe_field(n, t_i, t_e)
    assert plasma_sheet.plasma_sheet_temperature(n, b_lobe) == pytest.approx(t_i + t_e, rel=1e-12)


def test_three_separate_fits_agree_with_each_other():
    """Density, temperature and pressure were fitted apart; wrong coefficients would break n k T = p."""
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-45, -12, 400), rng.uniform(-8, 8, 400)
    wind = (rng.uniform(3, 15, 400), rng.uniform(320, 600, 400), rng.uniform(-5, 5, 400), rng.uniform(-5, 5, 400))
    p_dyn = 1.67e-6 * 1.16 * wind[0] * wind[1] ** 2
    sheet = plasma_sheet.tsyganenko_mukai_2003(x, y, *wind, p_dyn)
    ratio = sheet.density * sheet.temperature * 0.160218 / sheet.pressure
    assert 0.8 < np.median(ratio) < 1.25
    assert np.quantile(ratio, 0.05) > 0.5
    assert np.quantile(ratio, 0.95) < 2.0


def test_plasma_sheet_follows_the_wind():
    base = {"x": -25.0, "y": 0.0, "n_p": 6.0, "speed": 420.0, "b_y": 0.0, "b_z": 0.0, "p_dyn": 2.0}
    quiet = plasma_sheet.tsyganenko_mukai_2003(**base)
    assert plasma_sheet.tsyganenko_mukai_2003(**(base | {"n_p": 20.0})).density > quiet.density
    assert plasma_sheet.tsyganenko_mukai_2003(**(base | {"speed": 650.0})).temperature > quiet.temperature
    assert plasma_sheet.tsyganenko_mukai_2003(**(base | {"p_dyn": 5.0})).pressure > quiet.pressure
    north = plasma_sheet.tsyganenko_mukai_2003(**(base | {"b_z": 8.0}))
    assert north.density > quiet.density  # the cold dense plasma sheet of long northward field
    assert north.temperature < quiet.temperature


def test_fairfield_is_flat_beyond_its_ellipse_and_odd_in_the_tilt():
    y = np.array([22.5, 30.0])
    np.testing.assert_allclose(plasma_sheet.fairfield_1980(y, 0.3), -14.0 * np.sin(0.3))
    np.testing.assert_allclose(plasma_sheet.fairfield_1980(y / 3, 0.3), -plasma_sheet.fairfield_1980(y / 3, -0.3))


def equation_3(x, y, tilt, p_dyn, b_y, b_z):
    """Height in solar magnetic coordinates with the rounded values of the paper's table."""
    p, bz = (p_dyn / 2) ** -0.29 - 1, b_z / 5
    r = np.hypot(x, y)
    c, s = x / r, y / r
    hinge = 11.02 + 6.05 * p + 0.84 * bz + (-2.28 - 0.25 * p - 0.96 * bz) * c
    a = 7.13 + 4.87 * c - 0.22 * p - 0.14 * bz
    lift = 2.91 - 0.16 * p + 0.56 * bz + (1.89 + 0.06 * p + 0.49 * bz) * c
    bent = 1 - (1 + (r / hinge) ** a) ** (1 / a)
    return hinge * np.tan(tilt) * bent * lift + (0.29 + 0.18 * p) * b_y / 5 * (r / 10) ** (2.18 + 0.40 * bz) * s


@pytest.mark.parametrize("tilt", [-0.6, -0.2, 0.0, 0.35, 0.6])
def test_sheet_obeys_its_equation_in_solar_magnetic_coordinates(tilt):
    x, y = np.meshgrid(np.linspace(-40, -5, 8), np.linspace(-12, 12, 7))
    for p_dyn, b_y, b_z in ((2.0, 0.0, 0.0), (1.0, 4.0, -3.0), (5.0, -6.0, 4.0)):
        z = plasma_sheet.tsyganenko_2015(x, y, tilt, p_dyn, b_y, b_z)
        x_sm, z_sm = x * np.cos(tilt) - z * np.sin(tilt), x * np.sin(tilt) + z * np.cos(tilt)
        np.testing.assert_allclose(z_sm, equation_3(x_sm, y, tilt, p_dyn, b_y, b_z), rtol=0.02, atol=0.1)


def test_sheet_lies_on_the_dipole_equator_near_the_earth_and_on_the_wind_far_out():
    tilt = 0.4
    near = plasma_sheet.tsyganenko_2015(-1.0, 0.0, tilt)
    assert near == pytest.approx(np.tan(tilt), rel=0.03)
    far = plasma_sheet.tsyganenko_2015(np.array([-30.0, -45.0]), 0.0, tilt)
    assert abs(np.diff(far)[0] / 15) < 0.05  # parallel to the wind
    fairfield = plasma_sheet.fairfield_1980(0.0, tilt)
    assert far[0] == pytest.approx(float(fairfield), abs=1.2)


@given(st.floats(-40, -6), st.floats(-14, 14), st.floats(-0.6, 0.6), st.floats(-8, 8), st.floats(-6, 6))
def test_sheet_symmetries(x, y, tilt, b_y, b_z):
    here = plasma_sheet.tsyganenko_2015(x, y, tilt, 2.0, b_y, b_z)
    mirrored = plasma_sheet.tsyganenko_2015(x, -y, tilt, 2.0, -b_y, b_z)
    overturned = plasma_sheet.tsyganenko_2015(x, y, -tilt, 2.0, -b_y, b_z)
    assert here == pytest.approx(mirrored, abs=1e-6)
    assert here == pytest.approx(-overturned, abs=1e-6)


def test_twist_grows_when_the_field_points_north():
    def twist(b_z):
        return plasma_sheet.tsyganenko_2015(-30.0, 12.0, 0.0, 2.0, 5.0, b_z)

    assert twist(5.0) > twist(0.0) > twist(-5.0) > 0.0


def test_populations_have_the_betas_that_are_published_beside_them():
    published = {"magnetosheath": 2.5, "tail lobe": 3e-3, "plasma sheet boundary layer": 0.1, "plasma sheet": 6.0}
    for region, beta in published.items():
        assert plasma_sheet.population(region).beta == pytest.approx(beta, rel=0.2)


def test_every_population_is_recognised_and_gaps_stay_empty():
    for region, typical in plasma_sheet.POPULATIONS.items():
        assert plasma_sheet.classify_population(typical.density, typical.t_i, typical.b) == region
    assert plasma_sheet.classify_population([np.nan, 0.3, -1.0], 4.0, 10.0).tolist() == ["", "plasma sheet", ""]
    with pytest.raises(LookupError, match="plasma sheet"):
        plasma_sheet.population("plasma shet")


def test_names_of_a_data_array_keep_its_dimensions():
    b = xr.DataArray([8.0, np.nan, 20.0], dims="time", coords={"time": [1, 2, 3]})
    named = plasma_sheet.classify_population([0.5, 0.5, 20.0], [3.0, 3.0, 0.1], b)
    assert named.values.tolist() == ["plasma sheet", "", "magnetosheath"]
    assert named.time.values.tolist() == [1, 2, 3]
