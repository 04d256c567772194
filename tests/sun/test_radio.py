"""The radio Sun: plasma, rays against exact paths, the disc, the slow component and bursts."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.data.indices import observed_indices
from sunearth.sun import radio, rotation

needs_corona = pytest.mark.skipif(importlib.util.find_spec("sunearth.sun.corona") is None, reason="no density models")


# --- Closed forms -----------------------------------------------------------------------------------------------------


@given(st.floats(10.0, 1e5), st.floats(1e3, 1e8), st.floats(0.2, 5.0), st.floats(0.9, 2.0))
def test_temperature_inverts_the_flux(frequency, kelvin, distance, radius):
    flux = radio.disc_flux(frequency, kelvin, distance, radius)
    assert radio.disc_temperature(flux, frequency, distance, radius) == pytest.approx(kelvin, rel=1e-12)


@given(st.floats(1e-2, 1e12))
def test_density_inverts_the_plasma_frequency(n_e):
    assert radio.plasma_density(radio.plasma_frequency(n_e)) == pytest.approx(n_e, rel=1e-12)


def test_no_wave_below_the_plasma_frequency():
    index = radio.refractive_index(np.array([50.0, 89.7, 89.9, 1e6]), 1e8)
    assert np.isnan(index[:2]).all()
    assert 0 < index[2] < 0.1
    assert index[3] == pytest.approx(1.0, abs=1e-8)


def test_the_two_forms_of_the_coulomb_logarithm_nearly_meet():
    below, above = radio.free_free_absorption(1000.0, 1e9, np.array([2e5 * (1 - 1e-9), 2e5]))
    assert below / above == pytest.approx(1.0, abs=0.05)


def test_adjusted_flux_is_the_published_one():
    indices = observed_indices("2023-01-01", "2023-12-31")
    noon = indices.time_daily.values + np.timedelta64(20, "h")
    adjusted = radio.flux_at_one_au(indices.f107.values, rotation.sun_distance(noon))
    np.testing.assert_allclose(adjusted, indices.f107_adjusted.values, atol=0.2, rtol=2e-3)


# --- Rays through known media -----------------------------------------------------------------------------------------


def inverse_square(points, outer=400.0, temperature=1e6):
    """Density 1e8 / r^2: with f_p^2 falling as r^-2, mu^2 r^2 = r^2 - X is exactly that of a straight ray."""
    radius = np.geomspace(1.0, outer, points)
    return radio.Atmosphere(radius, 1e8 / radius**2, np.full(points, temperature))


def exact_depth(frequency, impact, outer=400.0, temperature=1e6):
    bend = radio.PLASMA_CONSTANT**2 * 1e8 / frequency**2
    nearest = np.sqrt(impact**2 + bend)
    per_radius = float(radio.free_free_absorption(frequency, 1e8, temperature)) * 695700.0
    angle = np.arccos(nearest / outer)  # of r^-3 / sqrt(r^2 - nearest^2), with r = nearest / cos(angle)
    return nearest, 2 * per_radius / nearest**3 * (angle / 2 + np.sin(2 * angle) / 4)


@pytest.mark.parametrize(("frequency", "impact"), [(60.0, 0.5), (100.0, 1.5), (300.0, 1.2), (1000.0, 3.0)])
def test_bent_rays_turn_and_absorb_as_they_must(frequency, impact):
    disc = radio.RadioDisc(inverse_square(4001), background=0.0).solve(frequency, impact)
    nearest, depth = exact_depth(frequency, impact)
    assert disc.turning_radius.item() == pytest.approx(nearest, rel=1e-5)
    assert disc.optical_depth.item() == pytest.approx(depth, rel=1e-4)
    assert disc.brightness_temperature.item() == pytest.approx(1e6 * -np.expm1(-depth), rel=1e-4)


def test_error_falls_with_the_square_of_the_shell():
    _, depth = exact_depth(100.0, 1.5)
    errors = []
    for points in (501, 1001, 2001, 4001):
        # several rays: where within its shell a ray turns differs from grid to grid
        impacts = np.linspace(1.4, 1.6, 41)
        found = radio.RadioDisc(inverse_square(points)).solve(100.0, impacts).optical_depth.values[0]
        exact = np.array([exact_depth(100.0, a)[1] for a in impacts])
        errors.append(np.sqrt(np.mean((found / exact - 1) ** 2)))
    orders = -np.diff(np.log2(errors))
    assert orders.mean() == pytest.approx(2.0, abs=0.35)
    assert depth > 0


def test_straight_rays_by_quadrature():
    atmosphere = inverse_square(4001)
    disc = radio.RadioDisc(atmosphere, refraction=False, background=0.0).solve(200.0, 1.3)
    per_radius = float(radio.free_free_absorption(200.0, 1e8, 1e6)) * 695700.0
    far = np.sqrt(400.0**2 - 1.3**2)
    depth, _ = quad(lambda s: 2 * per_radius * (s * s + 1.3**2) ** -2, 0.0, far, limit=500)
    assert disc.optical_depth.item() == pytest.approx(depth, rel=1e-4)
    assert disc.turning_radius.item() == pytest.approx(1.3, rel=1e-6)


def test_a_thick_isothermal_corona_has_its_own_temperature():
    disc = radio.RadioDisc(inverse_square(2001)).solve(30.0, [0.0, 0.5, 1.0])
    np.testing.assert_allclose(disc.brightness_temperature, 1e6, rtol=2e-4)
    assert float(disc.optical_depth.min()) > 9


def test_a_thin_corona_is_as_bright_as_it_is_thick():
    disc = radio.RadioDisc(inverse_square(2001), background=0.0).solve(2e4, [1.5, 2.0, 5.0])
    np.testing.assert_allclose(disc.brightness_temperature, 1e6 * disc.optical_depth, rtol=1e-3)


def test_the_sky_shines_through_where_there_is_nothing():
    disc = radio.RadioDisc(background=2.7).solve(100.0, [4.999, 6.0])
    assert float(disc.brightness_temperature[0, 1]) == 2.7
    assert float(disc.optical_depth[0, 1]) == 0.0


def test_unknown_frequency_gives_an_unknown_row():
    disc = radio.RadioDisc().solve([100.0, np.nan, -3.0], [0.0, 1.0])
    assert np.isfinite(disc.brightness_temperature[0]).all()
    assert np.isnan(disc.brightness_temperature[1:]).all()


@pytest.mark.parametrize(
    "parts",
    [
        ([1.0, 2.0], [1e8], [1e6, 1e6]),
        ([2.0, 1.0], [1e8, 1e7], [1e6, 1e6]),
        ([1.0, 2.0], [-1e8, 1e7], [1e6, 1e6]),
        ([1.0, 2.0], [1e8, 1e7], [1e6, np.nan]),
    ],
)
def test_profiles_that_are_no_atmosphere_are_refused(parts):
    with pytest.raises(InputError):
        radio.RadioDisc(radio.Atmosphere(*(np.array(part) for part in parts)))


def plain_ray(frequency, impact, atmosphere):
    """Brightness of a bent ray by small steps of the angle-free path, without the tricks of the kernel."""
    radius, density, temperature = atmosphere
    index_squared = 1 - radio.PLASMA_CONSTANT**2 * density / frequency**2

    def room(r):
        return np.interp(r, radius, index_squared) * r**2 - impact**2

    bottom = bool((room(radius) > 0).all())
    last = 0 if bottom else np.flatnonzero(room(radius) <= 0)[-1]
    start = radius[0] if bottom else brentq(room, radius[last], radius[last + 1], xtol=1e-15)
    # quadratic steps from where the ray turns, logarithmic where it does not
    x = np.linspace(0.0, 1.0, 40001)
    fine = start + (radius[-1] - start) * (np.expm1(12 * x) / np.expm1(12) if bottom else x**4)
    mid = 0.5 * (fine[1:] + fine[:-1])
    strength = radio.free_free_absorption(
        frequency, np.interp(mid, radius, density), np.interp(mid, radius, temperature)
    )
    steps = strength * 695700.0 * mid / np.sqrt(np.maximum(room(mid), 1e-14)) * np.diff(fine)
    kelvin = np.interp(mid, radius, temperature)
    light = temperature[0] if bottom else 0.0
    legs = [range(steps.size)] if bottom else [range(steps.size - 1, -1, -1), range(steps.size)]
    for leg in legs:
        for k in leg:
            light += (kelvin[k] - light) * -np.expm1(-steps[k])
    return light


@pytest.mark.parametrize(
    ("frequency", "impact"), [(1200.0, 0.5), (2800.0, 0.9), (300.0, 0.2), (150.0, 1.1), (60.0, 0.8)]
)
def test_kernel_against_a_plain_twin(frequency, impact):
    atmosphere = radio.quiet_atmosphere(points=6000)
    found = radio.RadioDisc(atmosphere, background=0.0).solve(frequency, impact).brightness_temperature.item()
    assert found == pytest.approx(plain_ray(frequency, impact, atmosphere), rel=0.02)


def test_kernel_without_compilation():
    code = (
        "from sunearth.sun.radio import RadioDisc, quiet_atmosphere\n"
        "d = RadioDisc(quiet_atmosphere(points=120)).solve([100.0, 2800.0], [0.3, 1.05])\n"
        "print(*d.brightness_temperature.values.ravel())\n"
    )
    environment = {"NUMBA_DISABLE_JIT": "1", "PATH": ""}
    plain = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment, timeout=120
    )
    compiled = radio.RadioDisc(radio.quiet_atmosphere(points=120)).solve([100.0, 2800.0], [0.3, 1.05])
    np.testing.assert_allclose(
        [float(x) for x in plain.stdout.split()], compiled.brightness_temperature.values.ravel(), rtol=1e-12
    )


# --- The quiet Sun ----------------------------------------------------------------------------------------------------


def test_quiet_atmosphere_is_hydrostatic_and_conducts_its_heat():
    radius, density, temperature = radio.quiet_atmosphere(points=6000)
    mid, pressure = 0.5 * (radius[1:] + radius[:-1]), density * temperature
    scale = np.diff(np.log(pressure)) / np.diff(radius)
    kelvin = 0.5 * (temperature[1:] + temperature[:-1])
    weight = 1.4 / 2.3 * 1.67262e-27 / 1.380649e-23 * 1.3271244e20 / 6.957e8
    np.testing.assert_allclose(scale, -weight / (kelvin * mid**2), rtol=1e-2)
    region = (temperature > 2e4) & (temperature < 1.1e6)
    flux = 2 / 7 * 1e-11 * np.diff(temperature[region] ** 3.5) / (np.diff(radius[region]) * 6.957e8)
    np.testing.assert_allclose(flux, 100.0, rtol=1e-6)


def test_quiet_sun_at_the_frequency_of_the_index():
    disc = radio.RadioDisc().solve(2800.0)
    assert float(disc.flux[0]) == pytest.approx(67.0, abs=5.0)


def test_a_ring_at_the_limb_at_25_cm_and_a_bright_centre_at_5_m():
    decimetre, metre = (radio.RadioDisc().solve(f).isel(frequency=0) for f in (1200.0, 60.0))
    ring = float(decimetre.impact[np.argmax(decimetre.brightness_temperature.values)])
    assert ring == pytest.approx(1.0, abs=0.03)
    at_centre = float(decimetre.brightness_temperature[0])
    assert float(decimetre.brightness_temperature.max()) > 2 * at_centre
    values = metre.brightness_temperature
    assert (np.diff(values) <= 1e-6).all(), "metre waves only fade outwards"
    assert float(values.interp(impact=1.5)) > 0.01 * float(values[0])
    assert float(decimetre.brightness_temperature.interp(impact=1.5)) < 1e-2 * at_centre


def test_millimetre_waves_see_the_chromosphere_and_metre_waves_the_corona():
    disc = radio.RadioDisc().solve([1e5, 100.0], [0.0])
    cool, hot = disc.brightness_temperature.values[:, 0]
    assert 5e3 < cool < 1.1e4
    assert 0.8e6 < hot < 1.2e6


def test_the_quiet_spectrum_falls_by_decades_from_a_centimetre_to_ten_metres():
    flux = radio.RadioDisc().solve([30000.0, 30.0]).flux.values
    assert flux[0] / flux[1] > 100


# --- The slowly varying component -------------------------------------------------------------------------------------


def test_components_add_up_and_keep_gaps():
    rng = np.random.default_rng(3)
    flux = 70 + 20 * rng.random(300)
    flux[40:45] = np.nan
    quiet, slow = radio.slowly_varying_component(flux)
    np.testing.assert_allclose((quiet + slow)[~np.isnan(flux)], flux[~np.isnan(flux)])
    assert np.isnan(quiet[40:45]).all()
    assert np.isfinite(quiet[45])


def test_a_constant_sun_has_no_slow_component():
    assert np.abs(radio.slowly_varying_component(np.full(200, 68.0)).slow).max() < 1e-12


@pytest.mark.parametrize("window", [2, 1, 80, -5])
def test_windows_must_be_odd(window):
    with pytest.raises(InputError, match="odd"):
        radio.slowly_varying_component(np.ones(100), window)


def test_the_sun_returns_after_27_days():
    f107 = observed_indices("2002-06-01", "2005-12-31").f107.values
    slow = radio.slowly_varying_component(f107).slow
    correlation = radio.autocorrelation(slow, 40)
    peak = 20 + int(np.argmax(correlation[20:36]))
    assert peak == pytest.approx(27, abs=1)
    assert correlation[peak] > correlation[14] + 0.2


def test_autocorrelation_knows_a_period_through_gaps():
    wave = np.sin(2 * np.pi * np.arange(400) / 27)
    wave[::7] = np.nan
    correlation = radio.autocorrelation(wave)
    assert correlation[0] == pytest.approx(1.0)
    assert correlation[27] == pytest.approx(1.0, abs=1e-6)
    assert np.isnan(radio.autocorrelation([1.0, 2.0], 5)).all()


def test_flux_follows_the_sunspots():
    indices = observed_indices("1960-01-01", "2020-12-31")
    months = indices.f107_adjusted.resample(time_daily="MS").mean()
    spots = 0.7 * indices.sunspot_number.resample(time_daily="MS").mean()
    fit = radio.proxy_regression(spots.values, months.values)
    assert fit.correlation > 0.97
    expected = radio.f107_of_sunspots(spots.values)
    assert np.nanmean(months.values - expected) == pytest.approx(0.0, abs=8.0)


def test_a_line_needs_three_pairs():
    with pytest.raises(InputError, match="three"):
        radio.proxy_regression([1.0, 2.0, np.nan], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="shapes"):
        radio.proxy_regression([1.0, 2.0], [1.0, 2.0, 3.0])


# --- Bursts -----------------------------------------------------------------------------------------------------------


@needs_corona
@given(st.floats(8.0, 80.0), st.floats(50.0, 2e5), st.sampled_from([1.0, 2.0]), st.sampled_from(radio.DENSITIES))
def test_speed_inverts_the_drift(frequency, speed, harmonic, density):
    drift = radio.burst_drift(frequency, speed, harmonic, density=density)
    assert drift < 0
    assert radio.burst_speed(frequency, drift, harmonic, density=density) == pytest.approx(speed, rel=1e-9)


@needs_corona
@given(st.floats(8.0, 80.0), st.floats(1.0, 4.0), st.sampled_from(radio.DENSITIES))
def test_the_plasma_frequency_at_the_source_is_that_of_the_burst(frequency, fold, density):
    from sunearth.sun import corona

    radius = radio.burst_radius(frequency, 1.0, fold, density)
    n_e = fold * getattr(corona, density)(radius)
    assert radio.plasma_frequency(n_e) == pytest.approx(frequency, rel=1e-8)


@needs_corona
def test_a_source_followed_in_time_drifts_as_computed():
    start, step = float(radio.burst_radius(40.0, density="saito_1977")), 0.01
    ahead = start + np.array([-step, step])
    from sunearth.sun import corona

    frequency = radio.plasma_frequency(corona.saito_1977(ahead))
    seconds = 2 * step * 695700.0 / 1000.0
    drift = (frequency[1] - frequency[0]) / seconds
    assert radio.burst_drift(40.0, 1000.0, density="saito_1977") == pytest.approx(drift, rel=1e-3)


@needs_corona
def test_metre_waves_come_from_the_low_corona():
    radius = radio.burst_radius([100.0, 250.0])
    assert ((radius > 1.0) & (radius < 1.3)).all()
    far = radio.burst_radius([0.052, 0.103], density="leblanc_1998")
    np.testing.assert_allclose(far, [100.0, 50.0], rtol=0.05)


@needs_corona
def test_frequencies_that_a_model_lacks_have_no_height():
    assert np.isnan(radio.burst_radius([1.0, 400.0, np.nan])).all()
    assert np.isnan(radio.burst_radius(100.0, density="leblanc_1998"))


@needs_corona
def test_unknown_density_is_refused():
    with pytest.raises(UnknownNameError, match="density model"):
        radio.burst_radius(100.0, density="guess")


def test_power_law_agrees_with_the_exponential_of_its_local_scale_height():
    source = radio.burst_in_power_law(90.0, -8.0)
    scale_height = source.radius * 695700.0 / 7.0
    assert radio.burst_speed_exponential(90.0, -8.0, scale_height) == pytest.approx(float(source.speed), rel=1e-12)


@needs_corona
@pytest.mark.parametrize(
    ("burst", "expected"),
    [
        ((150.0, 0.0, 0.5, 0.02), "I"),
        ((80.0, -0.2, 400.0, 0.1), "II"),
        ((80.0, -20.0, 5.0, 0.2), "III"),
        ((200.0, 0.0, 7200.0, 1.0), "IV"),
        ((50.0, 0.0, 100.0, 1.0, True), "V"),
        ((50.0, 0.0, 100.0, 1.0, False), "unclassified"),
        ((80.0, -500.0, 1.0, 0.2), "unclassified"),
        ((5000.0, -1.0, 10.0, 0.2), "unclassified"),
        ((80.0, -20.0, 4000.0, 0.2), "unclassified"),
    ],
)
def test_classes_of_bursts(burst, expected):
    assert radio.burst_class(*burst) == expected


def test_type_two_is_a_shock():
    """175 km/s is the speed of sound of an electron-proton gas of 1.11e6 K."""
    kind = {kind.name: kind for kind in radio.BURST_CLASSES}["II"]
    assert kind.slowest > np.sqrt(2 * 5 / 3 * 1.380649e-23 * 1.11e6 / 1.67262e-27) * 1e-3
