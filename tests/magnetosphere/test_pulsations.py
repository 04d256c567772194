"""Pulsations: known waves put into series must come out again, and noise must not."""

import gzip

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.magnetosphere.pulsations import (
    BANDS,
    band_power,
    cross_phase,
    field_polarisation,
    oscillator_phase,
    pi2_onsets,
    pulsation_band,
    ulf_power_index,
)

START = np.datetime64("2016-01-20", "ns")


def times(count, cadence):
    return START + (np.arange(count) * round(cadence * 1e9)).astype("timedelta64[ns]")


@given(st.floats(0.01, 2000.0))
def test_bands_cover_their_periods_once(period):
    name = pulsation_band(period)
    inside = [n for n in ("Pc1", "Pc2", "Pc3", "Pc4", "Pc5") if BANDS[n][0] <= period < BANDS[n][1]]
    assert [name] == inside or (not inside and name in ("", "Pc5"))


def test_bands_of_arrays_and_edges():
    found = pulsation_band([0.1, 0.2, 5.0, 10.0, 45.0, 150.0, 600.0, 601.0, np.nan])
    assert found.tolist() == ["", "Pc1", "Pc2", "Pc3", "Pc4", "Pc5", "Pc5", "", ""]
    assert pulsation_band([0.5, 1.0, 40.0, 150.0, 200.0], "irregular").tolist() == ["", "Pi1", "Pi2", "Pi2", ""]
    with pytest.raises(UnknownNameError, match="continuous"):
        pulsation_band(10.0, "continous")


@pytest.mark.parametrize("period", [180.0, 250.0, 420.0])
def test_power_of_a_wave_on_red_noise(period):
    rng = np.random.default_rng(3)
    count = 20000
    wave = 2.0 * np.sin(2 * np.pi * np.arange(count) * 10.0 / period)
    found = band_power(times(count, 10.0), wave + 0.05 * np.cumsum(rng.normal(size=count)))
    assert found["amplitude"].median() == pytest.approx(2.0, rel=0.01)
    assert found["peak_period"].median() == pytest.approx(period, rel=0.005)
    assert found["prominence"].min() > 50.0


def test_power_of_white_noise_is_its_density():
    rng = np.random.default_rng(4)
    found = band_power(times(200000, 10.0), rng.normal(size=200000))
    # one-sided density 2 sigma^2 dt over the band
    assert found["power"].mean() == pytest.approx(2 * 10.0 * (1 / 150 - 1 / 600), rel=0.03)
    assert found["prominence"].quantile(0.99) < 6.0


def test_gaps_are_bridged_or_left():
    wave = np.sin(2 * np.pi * np.arange(6000) * 10.0 / 300.0)
    short, long = wave.copy(), wave.copy()
    short[2000:2003] = np.nan
    long[2000:2100] = np.nan
    whole = band_power(times(6000, 10.0), wave)
    bridged = band_power(times(6000, 10.0), short)
    broken = band_power(times(6000, 10.0), long)
    np.testing.assert_allclose(bridged["power"], whole["power"], rtol=0.01)
    lost = np.isnan(broken["power"])
    assert 0 < lost.sum() < lost.size / 2
    np.testing.assert_array_equal(broken["power"].values[~lost], whole["power"].values[~lost])


def test_ends_that_are_unknown_stay_so():
    wave = np.sin(np.arange(3000) / 5.0)
    wave[:100] = np.nan
    found = band_power(times(3000, 10.0), wave)
    assert np.isnan(found["power"][0])
    assert np.isfinite(found["power"][-1])


def test_refusals():
    series = np.zeros(100)
    with pytest.raises(InputError, match="cannot show"):
        band_power(times(100, 60.0), series, "Pc4")
    with pytest.raises(UnknownNameError, match="Pc5"):
        band_power(times(100, 60.0), series, "Pc6")
    with pytest.raises(InputError, match="evenly"):
        band_power(START + np.cumsum(np.arange(1, 101)) * np.timedelta64(1, "s"), series)
    with pytest.raises(InputError, match="samples at"):
        band_power(times(100, 60.0), np.zeros(99))
    with pytest.raises(InputError, match="window"):
        band_power(times(20, 60.0), np.zeros(20))
    with pytest.raises(InputError, match="too far apart"):
        pi2_onsets(times(100, 19.0), series)


def test_index_counts_both_components_and_separates_the_wave():
    rng = np.random.default_rng(5)
    count = 4320
    noise = np.cumsum(rng.normal(size=count)) * 0.1
    wave = 3.0 * np.sin(2 * np.pi * np.arange(count) * 20.0 / 250.0)
    quiet = ulf_power_index(times(count, 20.0), noise, noise[::-1])
    loud = ulf_power_index(times(count, 20.0), noise + wave, noise[::-1])
    # variance of the wave over the width of the band, 5 mHz
    assert loud["signal"].median() == pytest.approx(np.log10(4.5 / 0.005), abs=0.1)
    assert loud["noise"].median() == pytest.approx(float(quiet["total"].median()), abs=0.4)
    double = ulf_power_index(times(count, 20.0), 10 * noise, 10 * noise[::-1])
    np.testing.assert_allclose(double["total"], quiet["total"] + 2.0, rtol=1e-9)


@pytest.mark.parametrize(("azimuth", "ellipticity"), [(0.0, 0.5), (0.7, -0.3), (-1.2, 0.0), (1.4, 0.9)])
def test_polarisation_of_a_turning_field(azimuth, ellipticity):
    phase = 2 * np.pi * np.arange(4000) * 10.0 / 300.0
    major, minor = np.cos(phase), ellipticity * np.sin(phase)
    north = major * np.cos(azimuth) - minor * np.sin(azimuth)
    east = major * np.sin(azimuth) + minor * np.cos(azimuth)
    found = field_polarisation(times(4000, 10.0), 3 * north, 3 * east)
    assert found["ellipticity"].mean() == pytest.approx(ellipticity, abs=0.01)
    assert found["azimuth"].mean() == pytest.approx(azimuth, abs=0.02)
    assert (found["degree"] > 0.99).all()
    rng = np.random.default_rng(6)
    assert field_polarisation(times(40000, 10.0), *rng.normal(size=(2, 40000)))["degree"].mean() < 0.4


def driven(drive, resonance, frequency, width=0.006):
    """A causal oscillator's answer."""
    answer = 1.0 / (resonance**2 - frequency**2 + 1j * width * frequency)
    return np.fft.irfft(np.fft.rfft(drive) * answer, drive.size), answer


@pytest.mark.parametrize(("poleward", "equatorward"), [(0.018, 0.022), (0.010, 0.012), (0.030, 0.036)])
def test_cross_phase_finds_the_line_between(poleward, equatorward):
    rng = np.random.default_rng(1)
    count = 20000
    drive = rng.normal(size=count)
    frequency = np.fft.rfftfreq(count, 2.0)
    first, answer_1 = driven(drive, poleward, frequency)
    second, answer_2 = driven(drive, equatorward, frequency)
    scale = 1e-2 * first.std()
    found = cross_phase(
        times(count, 2.0), first + scale * rng.normal(size=count), second + scale * rng.normal(size=count)
    )
    exact = np.angle(answer_2 / answer_1)
    on_grid = np.interp(found["frequency"], 1e3 * frequency, exact)
    coherent = found["coherence"] > 0.8
    np.testing.assert_allclose(found["phase"].values[coherent], on_grid[coherent], atol=0.12)
    assert found["resonance_frequency"].item() == pytest.approx(1e3 * frequency[exact.argmax()], rel=0.03)
    assert found["resonance_phase"] > 0.3
    # amplitudes cross where both are equally far from resonance
    equal = 1e3 * np.sqrt((poleward**2 + equatorward**2) / 2)
    assert found["amplitude_crossing"].item() == pytest.approx(equal, rel=0.04)
    across_the_plasmapause = cross_phase(times(count, 2.0), second, first)
    assert across_the_plasmapause["resonance_phase"] < -0.3


def test_cross_phase_of_strangers_and_of_twins_finds_nothing():
    rng = np.random.default_rng(2)
    one, other = rng.normal(size=(2, 40000))
    assert np.isnan(cross_phase(times(40000, 2.0), one, other)["resonance_frequency"])
    assert np.isnan(cross_phase(times(40000, 2.0), one, one)["resonance_frequency"])
    unknown = np.full(40000, np.nan)
    with pytest.raises(InputError, match="in common"):
        cross_phase(times(40000, 2.0), one, unknown)


def test_density_from_two_stations():
    """From the records of two stations to the mass density of the plasmasphere between them."""
    from sunearth.magnetosphere.field_line_resonance import density_of_period, resonance_period

    rng = np.random.default_rng(7)
    count = 40000
    drive, frequency = rng.normal(size=count), np.fft.rfftfreq(count, 1.0)
    resonances = [1.0 / float(resonance_period(l_shell, 2000.0)) for l_shell in (2.55, 2.45)]
    records = [driven(drive, f, frequency, 0.01)[0] for f in resonances]
    found = cross_phase(times(count, 1.0), *records, band=(10.0, 100.0))
    density = density_of_period(2.5, 1e3 / float(found["resonance_frequency"]))
    assert density == pytest.approx(2000.0, rel=0.1)


def test_phase_of_an_oscillator():
    # cot(phase) of the answer near resonance, to first order in the width
    width, resonance = 1e-4, 0.02
    detuning = np.array([-3.0, -1.0, 0.0, 2.0])
    f = resonance + detuning * width / 2
    exact = np.angle(1.0 / (resonance**2 - f**2 + 1j * width * f)) + np.pi / 2
    np.testing.assert_allclose(oscillator_phase(detuning), exact, atol=0.01)


def bursts(count, onsets, seed=8):
    rng = np.random.default_rng(seed)
    series = 0.01 * np.cumsum(rng.normal(size=count))
    for onset, period, amplitude in onsets:
        after = np.arange(count) - onset
        series += np.where(after > 0, amplitude * np.exp(-after / 300.0) * np.sin(2 * np.pi * after / period), 0.0)
    return series


def test_onsets_of_bursts():
    known = [(3000, 60.0, 2.0), (8000, 80.0, 1.0), (15000, 110.0, 3.0)]
    found = pi2_onsets(times(21600, 1.0), bursts(21600, known))
    seconds = (found["time"].values - START) / np.timedelta64(1, "s")
    assert seconds.size == 3
    np.testing.assert_allclose(seconds, [k[0] for k in known], atol=60.0)
    np.testing.assert_allclose(found["period"], [k[1] for k in known], rtol=0.04)
    assert (np.diff(found["amplitude"]) * [-1, 1] > 0).all()
    assert (found["duration"] > 120.0).all()


def test_noise_has_no_onsets():
    found = pi2_onsets(times(86400, 1.0), bursts(86400, []))
    assert found.sizes["onset"] == 0
    assert np.isnan(pi2_onsets(times(3600, 1.0), np.full(3600, np.nan))["amplitude"]).size == 0


def test_onset_beside_a_gap_is_kept():
    series = bursts(14400, [(9000, 80.0, 2.0)])
    series[3000:3600] = np.nan
    found = pi2_onsets(times(14400, 1.0), series)
    seconds = (found["time"].values - START) / np.timedelta64(1, "s")
    np.testing.assert_allclose(seconds, [9000], atol=60.0)


def test_storm_stands_out_at_boulder(shared_data):
    """January 2016 opened with a storm (Dst -110 nT at 00 UT); its Pc5 power is the month's largest."""
    path = shared_data / "ground" / "BOU_variometer_1min_2016-01.csv.gz"
    if not path.exists():
        pytest.skip("the record of Boulder is not on this machine")
    with gzip.open(path, "rt") as file:
        table = np.genfromtxt(file, delimiter=",", skip_header=1, dtype=None, encoding="utf8")
    time = np.array([row[0].replace(" ", "T") for row in table], "datetime64[ns]")
    north, east = (np.array([row[k] for row in table], float) for k in (1, 2))
    index = ulf_power_index(time, north, east)
    power = band_power(time, north, "Pc5", window=3600.0, every=3600.0)
    assert power.sizes["time"] == index.sizes["time"] == 693
    storm = index["total"].values[:6].mean()
    typical = float(index["total"].median())
    usual = float(power["amplitude"].median())
    print(f"Boulder, 2-7 mHz: storm {storm:.2f}, median {typical:.2f}; Pc5 amplitude {usual:.2f} nT")
    assert storm > typical + 0.7
    # the usual amplitude of Pc5 at mid-latitude is some tenths of a nanotesla
    assert 0.05 < power["amplitude"].median() < 2.0


def test_classes_of_a_data_array_keep_its_dimensions():
    named = pulsation_band(xr.DataArray([70.0, np.nan], dims="event"), "irregular")
    assert (named.dims, named.values.tolist()) == (("event",), ["Pi2", ""])
