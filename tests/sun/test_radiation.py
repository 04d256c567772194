"""Thermal radiation: integrals, inverses and limits of Planck's law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import lambertw

from sunearth.core.errors import InputError
from sunearth.sun import radiation

temperature = st.floats(500.0, 5e4)


def test_radiance_integrates_to_the_law_of_stefan_and_boltzmann():
    wavelength = np.geomspace(20.0, 1e7, 20001)
    radiance = radiation.radiance_per_wavelength(wavelength, 5772.0)
    total = np.pi * np.trapezoid(radiance * wavelength, np.log(wavelength))
    assert total == pytest.approx(radiation.blackbody_flux(5772.0), rel=1e-6)


@given(st.floats(100.0, 1e6), temperature)
def test_radiance_per_wavelength_and_per_frequency_hold_the_same_energy(wavelength, kelvin):
    frequency = 299792458.0 / (wavelength * 1e-9) * 1e-6
    per_hertz = float(radiation.radiance_per_frequency(frequency, kelvin))
    per_nm = per_hertz * 299792458.0 / (wavelength * 1e-9) ** 2 * 1e-9
    assert per_nm == pytest.approx(float(radiation.radiance_per_wavelength(wavelength, kelvin)), rel=1e-9)


@given(st.floats(200.0, 1e6), temperature)
def test_brightness_temperature_inverts_the_radiance(wavelength, kelvin):
    radiance = radiation.radiance_per_wavelength(wavelength, kelvin)
    assert radiation.temperature_of_radiance_per_wavelength(radiance, wavelength) == pytest.approx(kelvin, rel=1e-9)


@given(st.floats(1.0, 1e8), temperature)
def test_brightness_temperature_inverts_the_radiance_per_frequency(frequency, kelvin):
    radiance = radiation.radiance_per_frequency(frequency, kelvin)
    assert radiation.temperature_of_radiance_per_frequency(radiance, frequency) == pytest.approx(kelvin, rel=1e-9)


def test_low_frequencies_follow_rayleigh_and_jeans_to_half_the_photon_energy():
    h, k = 6.62607015e-34, 1.380649e-23
    excess = radiation.rayleigh_jeans(2800.0, 6000.0) / radiation.radiance_per_frequency(2800.0, 6000.0) - 1
    assert excess == pytest.approx(h * 2.8e9 / (2 * k * 6000.0), rel=1e-3)
    assert excess == pytest.approx(1.1e-5, rel=0.02)


def test_roots_of_wien_by_lamberts_function():
    assert float(np.real(5 + lambertw(-5 * np.exp(-5)))) == pytest.approx(radiation.WIEN_WAVELENGTH_ROOT, rel=1e-14)
    assert float(np.real(3 + lambertw(-3 * np.exp(-3)))) == pytest.approx(radiation.WIEN_FREQUENCY_ROOT, rel=1e-14)


@given(temperature)
def test_radiance_peaks_where_wien_says(kelvin):
    peak = float(radiation.wien_wavelength(kelvin))
    around = radiation.radiance_per_wavelength(peak * np.array([0.999, 1.0, 1.001]), kelvin)
    assert around[1] > around[0]
    assert around[1] > around[2]


@pytest.mark.parametrize("x", [0.05, 0.7, 1.99, 2.0, 2.01, 6.0, 30.0])
def test_share_of_photons_by_quadrature(x):
    kelvin = 5772.0
    wavelength = radiation.SECOND_RADIATION / (x * kelvin)
    integral, _ = quad(lambda t: t**3 * np.exp(-t) / -np.expm1(-t), x, 200.0, epsrel=1e-12, epsabs=0)
    expected = 15 / np.pi**4 * integral
    assert radiation.band_fraction(0.0, wavelength, kelvin) == pytest.approx(expected, rel=1e-11)


@given(st.floats(100.0, 1e4), st.floats(100.0, 1e4), st.floats(100.0, 1e4), temperature)
def test_neighbouring_bands_add_up(a, b, c, kelvin):
    a, b, c = sorted((a, b, c))
    parts = radiation.band_fraction(a, b, kelvin) + radiation.band_fraction(b, c, kelvin)
    assert parts == pytest.approx(float(radiation.band_fraction(a, c, kelvin)), abs=1e-14)


def test_all_wavelengths_hold_everything():
    assert radiation.band_fraction(0.0, np.inf, 5772.0) == 1.0


@given(st.floats(1e-9, 1 - 1e-9), temperature)
def test_wavelength_of_a_share_inverts_the_share(share, kelvin):
    wavelength = radiation.wavelength_of_fraction(share, kelvin)
    assert radiation.band_fraction(0.0, wavelength, kelvin) == pytest.approx(share, rel=1e-10)


def test_no_wavelength_holds_more_than_everything():
    assert np.isnan(radiation.wavelength_of_fraction([-0.1, 0.0, 1.0, 1.1, np.nan], 5772.0)).all()


def test_the_sun_lives_ten_thousand_million_years_by_fusion_alone():
    assert radiation.radiative_lifetime(efficiency=0.007 * 0.1) == pytest.approx(1e10, rel=0.05)


def test_bands_follow_one_another_and_hold_their_lines():
    for band, following in zip(radiation.BANDS[:-1], radiation.BANDS[1:], strict=True):
        assert band.longest == following.shortest
    assert [radiation.band_name(x) for x in (1.0, 58.4, 102.5, 150.0, 500.0)] == [
        "X-ray",
        "EUV",
        "EUV",
        "FUV",
        "visible",
    ]
    assert [line.name for line in radiation.lines_between(121.0, 122.0)] == ["Lyman alpha"]
    wavelengths = [line.wavelength for line in radiation.LINES]
    assert wavelengths == sorted(wavelengths)


@pytest.mark.parametrize("wavelength", [0.0, -1.0, 1e20, float("nan")])
def test_wavelengths_outside_all_bands_are_refused(wavelength):
    with pytest.raises(InputError, match="no band"):
        radiation.band_name(wavelength)
