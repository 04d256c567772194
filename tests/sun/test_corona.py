"""The solar atmosphere: tables met at their levels, hydrostatic balance, densities, energy, channels, diffusion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.interpolate import PchipInterpolator

from sunearth.core.constants import BOLTZMANN, PROTON_MASS, SOLAR_GM, SOLAR_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.sun import corona

RADII = np.geomspace(1.0, 215.0, 400)


# --- Density ----------------------------------------------------------------------------------------------------------


@given(st.floats(3e5, 1e7), st.floats(1.0, 200.0))
def test_the_hydrostatic_corona_falls_by_its_scale_height_at_the_surface(kelvin, r):
    height = corona.coronal_scale_height(kelvin) * 1e3 / SOLAR_RADIUS
    step = 1e-7
    slope = np.log(corona.hydrostatic_density(1 + step, kelvin) / corona.hydrostatic_density(1.0, kelvin)) / step
    assert slope == pytest.approx(-1 / height, rel=1e-6)
    assert corona.hydrostatic_density(r, kelvin) > corona.hydrostatic_density(np.inf, kelvin) > 0


def test_newkirk_is_hydrostatic_at_one_point_four_million_degrees():
    kelvin = SOLAR_GM * 0.6 * PROTON_MASS / (BOLTZMANN * SOLAR_RADIUS * 4.32 * np.log(10))
    assert kelvin == pytest.approx(1.4e6, rel=0.01)
    ratio = corona.newkirk_1961(RADII) / corona.newkirk_1961(1.0)
    np.testing.assert_allclose(ratio, corona.hydrostatic_density(RADII, kelvin, 1.0), rtol=1e-9)


def test_the_models_agree_within_a_factor_of_a_few_where_they_overlap():
    r = np.array([2.5, 3.0])
    models = [corona.allen_1947(r), corona.newkirk_1961(r), corona.saito_1970(r), corona.saito_1977(r)]
    assert (np.max(models, axis=0) / np.min(models, axis=0) < 4).all()
    assert corona.leblanc_1998(215.0) == pytest.approx(7.2, abs=0.1), "what it is scaled to at 1 au"
    assert corona.newkirk_1961(1.5, 4.0) == 4 * corona.newkirk_1961(1.5)


@given(st.floats(1.0, 10.0), st.floats(-1.57, 1.57))
def test_the_corona_at_minimum_is_densest_over_the_equator(r, latitude):
    assert corona.saito_1970(r, latitude) <= corona.saito_1970(r, 0.0)
    assert corona.saito_1970(r, latitude) > corona.saito_1970(r, np.pi / 2) * (1 - 1e-9) > 0


# --- Layers -----------------------------------------------------------------------------------------------------------


def test_the_layers_lie_on_a_monotone_cubic():
    table = corona._MODEL_C
    reference = PchipInterpolator(table[:, 0], np.log(table[:, 1:]))
    height = np.linspace(table[1, 0], table[-2, 0], 3000)  # the ends have slopes of their own
    layer = corona.vernazza_1981(height)
    for column, value in enumerate((layer.temperature, layer.n_h, layer.n_e, layer.density * 1e-3)):
        np.testing.assert_allclose(np.log(value), reference(height)[:, column], rtol=0, atol=1e-12)


def test_the_table_is_in_balance_with_itself():
    # Mass density from hydrogen with 10 % helium, and column mass from the pressure at the two ends.
    table = corona._MODEL_C
    np.testing.assert_allclose(table[:, 4], table[:, 2] * 1.4 * PROTON_MASS * 1e3, rtol=3e-3)
    column, _ = quad(lambda z: float(corona.vernazza_1981(z).density) * 1e3, 0.0, 2543.0, limit=400, epsrel=1e-6)
    assert column == pytest.approx((4.279 - 5.257e-6) * 10, rel=1e-2), "kg m^-2, the paper's own column"


def test_outside_the_table_there_is_nothing_and_nan_stays():
    layer = corona.vernazza_1981(np.array([-75.1, 2543.1, np.nan, 500.0]))
    for value in layer:
        assert np.isnan(value).tolist() == [True, True, True, False]


def test_the_whole_atmosphere_is_continuous_and_hydrostatic():
    at = corona.solar_atmosphere(np.array([2542.999, 2543.001]))
    for value in at:
        assert value[1] / value[0] == pytest.approx(1.0, rel=2e-3)
    height = np.array([2800.0, 5e3, 2e4, 2.9e4, 4e4, 2e5])
    step = 1e-3 * height

    def pressure(z):
        layer = corona.solar_atmosphere(z)
        return layer.n_h * 1e6 * 2.3 * BOLTZMANN * layer.temperature

    gradient = (pressure(height + step) - pressure(height - step)) / (2e3 * step)
    gravity = SOLAR_GM / (SOLAR_RADIUS + height * 1e3) ** 2
    np.testing.assert_allclose(gradient, -corona.solar_atmosphere(height).density * gravity, rtol=1e-4)


def test_the_transition_region_conducts_the_stated_flux():
    height = np.array([3000.0, 1e4, 2e4])
    step = 1.0
    above, below = (corona.solar_atmosphere(height + sign * step, flux=300.0).temperature for sign in (1, -1))
    kelvin = corona.solar_atmosphere(height, flux=300.0).temperature
    assert (kelvin < 1.2e6).all()
    # the flux is constant in the height of constant gravity; the sphere widens the rest of it
    widening = (1 + height * 1e3 / SOLAR_RADIUS) ** 2
    np.testing.assert_allclose(
        corona.conducted_flux(kelvin, (above - below) / (2e3 * step)) * widening, -300.0, rtol=1e-5
    )


# --- Energy -----------------------------------------------------------------------------------------------------------


def test_active_regions_lose_thirty_times_what_the_quiet_corona_does():
    losses = corona.ENERGY_LOSSES
    assert losses["active"].corona / losses["quiet"].corona > 30
    assert corona.heating_power(losses["quiet"].corona) / corona.SOLAR_LUMINOSITY == pytest.approx(4.77e-6, rel=2e-3)
    braiding = corona.braiding_flux(100.0, 25.0, 0.5)
    assert braiding == pytest.approx(losses["active"].corona, rel=0.02)
    assert corona.alfven_wave_flux(1e8, 30.0, 10.0) > losses["quiet"].corona


def test_the_pieces_of_the_radiative_loss_meet():
    for edge in (4.97, 5.67, 6.18, 6.55, 6.90, 7.63):
        below, above = corona.klimchuk_2008(10 ** (edge + np.array([-1e-9, 1e-9])))
        assert above / below == pytest.approx(1.0, abs=0.02)
    assert np.isnan(corona.klimchuk_2008(np.array([np.nan, 1e6]))).tolist() == [True, False]


def test_a_loop_of_the_scaling_law_balances_radiation_and_conduction_in_order_of_magnitude():
    pressure, half_length = 0.1, 5e4
    top = float(corona.rosner_1978(pressure, half_length))
    density = pressure / (2 * BOLTZMANN * top) * 1e-6
    radiated = corona.radiative_loss(density, top) * half_length * 1e3
    conducted = 2 / 7 * corona.SPITZER_CONDUCTIVITY * top**3.5 / (half_length * 1e3)
    assert 0.1 < radiated / conducted < 10


# --- Channels ---------------------------------------------------------------------------------------------------------


def test_channels_and_their_temperatures():
    for number, millions in ((94, 6.3), (171, 0.63), (193, 1.6), (211, 2.0), (304, 0.05), (335, 2.5)):
        assert corona.aia_channel(number).log_temperature[0] == pytest.approx(np.log10(millions * 1e6), abs=0.01)
    assert 10 ** corona.aia_channel(131).log_temperature[1] == pytest.approx(1e7)
    assert corona.channels_at(7e5)[0] == 171
    assert 193 in corona.channels_at(2e7)
    assert corona.channels_at(1e9) == ()
    for wrong in (195, "soft", None):
        with pytest.raises(InputError, match="171"):
            corona.aia_channel(wrong)


def test_the_intensity_of_one_temperature_is_the_response_there():
    kelvin = np.geomspace(1e5, 1e7, 2001)
    log_t = np.log10(kelvin)
    response = np.exp(-0.5 * ((log_t - 6.2) / 0.15) ** 2)
    sharp = np.exp(-0.5 * ((log_t - 6.2) / 0.01) ** 2) / (0.01 * np.sqrt(2 * np.pi) * kelvin * np.log(10))
    one, two = corona.synthetic_intensity(kelvin, np.stack([sharp, 2 * sharp]), response)
    assert one == pytest.approx(1.0, rel=5e-3)
    assert two == pytest.approx(2 * one)
    with pytest.raises(InputError, match="ascending"):
        corona.synthetic_intensity(kelvin[::-1], sharp, response)


# --- Diffusion --------------------------------------------------------------------------------------------------------


@given(st.floats(-3.0, 3.0), st.floats(0.5, 2.0))
def test_the_sheet_obeys_the_induction_equation(x, time):
    h, k, eta = 1e-3, 1e-4, 0.7
    field = lambda x, t: corona.diffusing_sheet(x, t, 10.0, eta)  # noqa: E731
    change = (field(x, time + k) - field(x, time - k)) / (2 * k)
    curvature = (field(x + h, time) - 2 * field(x, time) + field(x - h, time)) / h**2
    assert change == pytest.approx(eta * curvature, abs=2e-4)


def test_resistivity_is_that_of_the_formulary():
    # 1.03e-2 ln Lambda / T^(3/2) ohm cm across the field, T in eV, and 1.96 times less along it
    assert corona.spitzer_resistivity(11604.518, 1.0) * 1.96 == pytest.approx(1.03e-4, rel=5e-3)
    diffusivity = corona.magnetic_diffusivity(corona.spitzer_resistivity(1e6))
    assert corona.magnetic_reynolds_number(1.0, 1e7, diffusivity) > 1e9
    assert corona.magnetic_diffusivity(VACUUM_PERMEABILITY) == pytest.approx(1.0)
