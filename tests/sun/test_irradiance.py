"""Sunlight at the Earth: orbit, cycle and spectrum, and the spectrum against daily observations."""

import numpy as np
import pytest
import xarray as xr

from sunearth.core.errors import UnknownNameError
from sunearth.data.indices import observed_indices
from sunearth.sun import irradiance, rotation

H_C = 6.62607015e-34 * 299792458.0
# Columns of the daily files from 170-175 nm downwards; the twenty of 5 nm between 105 and 5 nm hold their lines.
FIVE_NM_COLUMNS = [15, 18, 20, 21, 22, 23, 27, 29, 30, 33, 36, 37, 39, 40, 42, 45, 48, 49, 50, 51]


def five_nm(year, folder):
    """Days and irradiance in twenty bands of 5 nm from 5 to 105 nm, W m^-2."""
    path = folder / "satellites" / f"fism_euv_daily_{year}.dat"
    if not path.exists():
        pytest.skip("the daily ultraviolet spectra are not on this machine")
    rows = np.array([[float(x) for x in line.split()] for line in path.read_text().splitlines() if line[:1] in " 12"])
    rows = rows[rows[:, 0] == year]
    months = (rows[:, 0] - 1970) * 12 + rows[:, 1] - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]") + (rows[:, 2] - 1).astype("timedelta64[D]")
    days, first = np.unique(days, return_index=True)
    return days, rows[first][:, 6:][:, FIVE_NM_COLUMNS][:, ::-1]


def modelled_five_nm(spectrum):
    """The modelled bands and lines added up in the same twenty bands."""
    edges = np.arange(5.0, 106.0, 5.0)
    middle = 0.5 * (spectrum.shortest + spectrum.longest).values
    place = np.digitize(middle, edges) - 1
    return np.stack([spectrum.irradiance.values[:, place == k].sum(axis=1) for k in range(20)], axis=1)


@pytest.mark.parametrize("year", [2003, 2015])
def test_richards_against_daily_observations(year, shared_data):
    days, observed = five_nm(year, shared_data)
    indices = observed_indices(days[0], days[-1])
    usual = indices.f107.values < 2.1 * indices.f107_81day.values  # no burst during the measurement
    indices, observed = indices.isel(time_daily=usual), observed[usual]
    spectrum = irradiance.euv_spectrum(indices.f107.values, indices.f107_81day.values)
    modelled = modelled_five_nm(spectrum)
    assert days.size >= 365
    correlation = [np.corrcoef(modelled[:, k], observed[:, k])[0, 1] for k in range(20)]
    ratio = modelled.sum(axis=1).mean() / observed.sum(axis=1).mean()
    print(f"{year}: modelled over observed {ratio:.2f}, correlation {min(correlation):.2f} to {max(correlation):.2f}")
    assert np.median(correlation) > 0.65
    assert ratio == pytest.approx(1.0, abs=0.1)
    per_band = modelled.mean(axis=0) / observed.mean(axis=0)
    assert per_band[:4].min() > 1.1, "the reference spectrum was raised below 25 nm"
    assert per_band[15:18].max() < 0.7, "and is too weak in the Lyman continuum"


@pytest.mark.parametrize("year", [2003, 2015])
def test_nikolaeva_gordeev_against_daily_observations(year, shared_data):
    days, observed = five_nm(year, shared_data)
    f107 = observed_indices(days[0], days[-1]).f107.values
    inside = (f107 > 65) & (f107 < 200)
    nanometre = np.arange(5.5, 105.0)
    spectrum = irradiance.nikolaeva_gordeev_2023(nanometre[None, :], f107[inside, None])
    modelled = spectrum.reshape(-1, 20, 5).sum(axis=2)
    total = modelled.sum(axis=1).mean() / observed[inside].sum(axis=1).mean()
    beyond = modelled[:, 11:].mean(axis=0) / observed[inside][:, 11:].mean(axis=0)
    print(f"{year}: modelled over observed {total:.2f}, beyond 60 nm {beyond.min():.2f} to {beyond.max():.2f}")
    assert total == pytest.approx(1.1, abs=0.1)
    assert np.ptp(beyond) < 0.1, "one factor, that of the calibration"


def test_perihelion_and_aphelion_of_the_year():
    hours = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[h]")
    distance = rotation.sun_distance(hours)
    assert abs(hours[np.argmin(distance)] - np.datetime64("2024-01-03T01")) < np.timedelta64(48, "h")
    assert abs(hours[np.argmax(distance)] - np.datetime64("2024-07-05T05")) < np.timedelta64(48, "h")
    ratio = (distance.max() / distance.min()) ** 2
    assert ratio == pytest.approx(float(irradiance.annual_ratio()), abs=2e-4)


def test_unknown_time_gives_no_distance():
    assert np.isnan(rotation.sun_distance(np.array(["2024-01-01", "NaT"], "datetime64[ns]"))[1])


def test_the_year_matters_more_than_the_cycle():
    cycle = irradiance.total_irradiance(200.0) / irradiance.total_irradiance(70.0) - 1
    year = irradiance.annual_ratio() - 1
    assert cycle == pytest.approx(0.001, rel=1e-9)
    assert year / cycle == pytest.approx(69, abs=1)


def test_both_laws_of_distance_agree():
    near, far = irradiance.photospheric_irradiance(distance=0.5), irradiance.photospheric_irradiance(distance=1.0)
    assert irradiance.irradiance_at_distance(0.5, far) == pytest.approx(float(near), rel=1e-14)


@pytest.mark.parametrize("name", list(irradiance.SPECTRA))
def test_fluxes_are_the_reference_at_eighty(name):
    spectrum = irradiance.euv_spectrum(80.0, spectrum=name)
    np.testing.assert_allclose(spectrum.photon_flux, irradiance.SPECTRA[name].reference, rtol=1e-12)


def test_the_two_band_models_share_their_energy():
    first, second = (irradiance.euv_spectrum([70.0, 130.0, 200.0], spectrum=name) for name in irradiance.SPECTRA)
    a = first.irradiance.sum("band")
    b = second.irradiance.where((second.longest < 105.1) & (second.shortest > 4.0)).sum("band")
    np.testing.assert_allclose(a, b, rtol=0.1)


def test_the_sum_of_the_spectrum_is_the_energy_flux():
    spectrum = irradiance.euv_spectrum([70.0, 150.0], [80.0, 140.0])
    expected = irradiance.euv_energy_flux(np.array([70.0, 150.0]), np.array([80.0, 140.0]))
    np.testing.assert_allclose(spectrum.irradiance.sum("band"), expected, rtol=1e-12)


def test_photons_of_the_helium_line():
    spectrum = irradiance.euv_spectrum(80.0).isel(band=8)
    assert float(spectrum.irradiance) == pytest.approx(6.9e13 * H_C / 30.378e-9, rel=1e-12)


def test_spectrum_keeps_the_dims_and_reduces_to_the_distance():
    time = np.arange("2024-05-01", "2024-05-04", dtype="datetime64[D]").astype("datetime64[ns]")
    f107 = xr.DataArray([150.0, np.nan, 200.0], dims="time", coords={"time": time}, attrs={"units": "sfu"})
    spectrum = irradiance.euv_spectrum(f107, distance=rotation.sun_distance(time))
    assert spectrum.photon_flux.dims == ("time", "band")
    assert np.isnan(spectrum.photon_flux.values[1]).all()
    assert np.isfinite(spectrum.photon_flux.values[[0, 2]]).all()
    at_one = irradiance.euv_spectrum(f107)
    ratio = (spectrum.irradiance / at_one.irradiance).values[0]
    np.testing.assert_allclose(ratio, float(rotation.sun_distance(time[0])) ** -2, rtol=1e-12)
    for variable in spectrum.variables.values():
        assert variable.attrs.get("long_name") or variable.dims == ("time",)


def test_unknown_spectrum_is_refused():
    with pytest.raises(UnknownNameError, match="euvac"):
        irradiance.euv_spectrum(100.0, spectrum="euvac")


@pytest.mark.parametrize("model", [irradiance.richards_1994, irradiance.solomon_qian_2005])
def test_bands_that_do_not_exist_have_no_flux(model):
    assert np.isnan(model(np.array([0.0, -3.0, 38.0, np.nan]), 100.0, 100.0)).all()


def test_wavelengths_without_a_band_have_no_irradiance():
    assert np.isnan(irradiance.nikolaeva_gordeev_2023(np.array([-1.0, 190.0, np.nan]), 100.0)).all()


def test_the_whole_spectrum_adds_up_to_the_total():
    wavelength = np.geomspace(0.5, 1e5, 100001)
    quiet = np.trapezoid(irradiance.spectral_irradiance(wavelength, 70.0), wavelength)
    active = np.trapezoid(irradiance.spectral_irradiance(wavelength, 200.0), wavelength)
    assert quiet == pytest.approx(1360.8, rel=1e-3)
    assert active - quiet == pytest.approx(0.001 * 1360.8, rel=0.5)


def test_bands_of_the_standard_extraterrestrial_spectrum():
    """Means of ASTM G173-03 over 500-550, 800-900 and 1600-1800 nm, W m^-2 nm^-1."""
    for low, high, expected in ((500, 550, 1.8714), (800, 900, 1.0131), (1600, 1800, 0.2064)):
        mean = irradiance.spectral_irradiance(np.linspace(low, high, 101), 70.0).mean()
        assert mean == pytest.approx(expected, rel=0.03)


def test_the_swing_is_large_in_the_far_ultraviolet_and_negligible_beyond():
    assert irradiance.cycle_swing(np.array([5.5, 17.5])).min() > 1
    assert 0.3 < irradiance.cycle_swing(121.5) < 1
    assert irradiance.cycle_swing(np.array([400.0, 550.0, 2000.0])).max() < 0.0011
