"""Electrons above 2 MeV at geosynchronous orbit."""

import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.heliosphere.wind import dynamic_pressure
from sunearth.magnetosphere import relativistic_electrons as electrons
from sunearth.magnetosphere.magnetopause import shue_1998

START = np.datetime64("2017-03-01", "ns")
WIND = electrons.WIND_DRIVEN


def hours(count, minutes=60):
    return START + np.arange(count) * np.timedelta64(minutes, "m")


def quiet(days, **changes):
    count = 24 * days
    wind = {"speed": np.full(count, 400.0), "n_p": np.full(count, 5.0), "b_z": np.zeros(count), "dst": np.zeros(count)}
    return hours(count), wind | changes


def varied(days, seed=3):
    rng = np.random.default_rng(seed)
    slow = np.repeat(rng.uniform(320.0, 700.0, days), 24)
    count = 24 * days
    return (
        hours(count),
        {"speed": slow, "n_p": rng.uniform(1.0, 12.0, count), "b_z": rng.normal(0.0, 4.0, count)},
        10 ** np.repeat(rng.uniform(1.0, 4.0, days), 24),
    )


# The model driven by the wind


def by_small_steps(speed, n_p, b_z, start, parts=400):
    """The equations as they stand, by Euler's method on fine steps within each hour."""
    state, seed, memory, means = math.log10(start), None, 0.0, []
    for v, n, south in zip(speed, n_p, b_z, strict=True):
        field = max(0.0, -1e-3 * v * south)
        goal = (
            WIND.quiet_level
            + WIND.speed_effect * math.log10(v / 400.0)
            + WIND.field_effect * math.sqrt(field)
            + WIND.density_effect * math.log10(n / 5.0)
        )
        nose = float(shue_1998(0.0, float(dynamic_pressure(n, v)), float(south)))
        loss = WIND.loss_rate * max(0.0, WIND.loss_standoff - nose)
        seed = goal if seed is None else seed
        total = 0.0
        for _ in range(parts):
            step = 1.0 / parts
            seed += (goal - seed) / WIND.seed_time * step
            memory += (field - memory) / WIND.storm_time * step
            target = min(seed, WIND.highest)
            state += ((target - state) / (WIND.rise_time if target > state else WIND.decay_time) - loss) * step
            state = max(state, math.log10(electrons.FLOOR))
            total += state - WIND.storm_effect * memory
        means.append(max(total / parts, math.log10(electrons.FLOOR)))
    return np.array(means)


def test_wind_driven_flux_solves_its_equations():
    time, wind, _ = varied(8)
    expected = by_small_steps(wind["speed"], wind["n_p"], wind["b_z"], 300.0)
    found = np.log10(electrons.electron_flux_2mev(time, **wind, start=300.0))
    np.testing.assert_allclose(found, expected, atol=0.06)
    assert expected.max() - expected.min() > 1.0


def test_wind_driven_flux_hardly_depends_on_cadence():
    time, wind, _ = varied(6)
    coarse = np.log10(electrons.electron_flux_2mev(time, **wind))
    fine = np.log10(
        electrons.electron_flux_2mev(hours(time.size * 12, 5), **{name: np.repeat(v, 12) for name, v in wind.items()})
    )
    np.testing.assert_allclose(fine.reshape(-1, 12).mean(-1), coarse, atol=0.06)


def test_flux_nears_what_a_steady_wind_sustains():
    time = hours(24 * 400)
    sustained = WIND.quiet_level + WIND.speed_effect * math.log10(500.0 / 400.0)
    for start in (1.0, 1e4):
        flux = electrons.electron_flux_2mev(time, 500.0, 5.0, 0.0, start)
        assert np.log10(flux[-1]) == pytest.approx(sustained, abs=0.01)


def test_dropout_comes_at_once_and_rise_a_day_later():
    time = hours(24 * 6)
    n_p = np.where(np.arange(time.size) // 24 == 2, 40.0, 4.0)
    calm = electrons.electron_flux_2mev(time, 450.0, 4.0, 0.0, 1000.0)
    pressed = electrons.electron_flux_2mev(time, 450.0, n_p, 0.0, 1000.0)
    assert pressed[24 * 3 - 1] < 0.3 * calm[24 * 3 - 1]
    speed = np.where(np.arange(time.size) >= 24, 650.0, 400.0)
    faster = electrons.electron_flux_2mev(time, speed, 3.0, 0.0, 100.0)
    assert faster[24 * 4] > 5.0 * faster[24]
    assert np.argmax(np.diff(np.log10(faster))) > 24 + 2


@settings(max_examples=25, deadline=None)
@given(
    speed=st.floats(300.0, 780.0),
    more=st.floats(5.0, 100.0),
    n_p=st.floats(1.0, 8.0),
    start=st.floats(1.0, 1e4),
)
def test_more_speed_gives_more_flux_two_days_later(speed, more, n_p, start):
    time = hours(72)
    slow = electrons.electron_flux_2mev(time, speed, n_p, 1.0, start)[-1]
    fast = electrons.electron_flux_2mev(time, speed + more, n_p, 1.0, start)[-1]
    # A dense fast wind also moves the magnetopause inward.
    nose = float(shue_1998(0.0, float(dynamic_pressure(n_p, speed + more)), 1.0))
    assert fast >= slow * (1 - 1e-9) or nose < WIND.loss_standoff


def test_gap_leaves_the_flux_where_it_was():
    time, wind, _ = varied(6)
    speed = wind["speed"].copy()
    speed[48:72] = np.nan
    flux = electrons.electron_flux_2mev(time, speed, wind["n_p"], wind["b_z"])
    assert np.isnan(flux[48:72]).all()
    assert np.isfinite(flux[72:]).all()
    assert np.isfinite(flux[:48]).all()
    before = electrons.electron_flux_2mev(time, **wind)[:48]
    np.testing.assert_array_equal(flux[:48], before)


@pytest.mark.parametrize(("speed", "n_p", "b_z"), [(2200.0, 30.0, -60.0), (2200.0, 1.0, 0.0), (250.0, 0.1, 20.0)])
def test_extremes_stay_between_floor_and_ceiling(speed, n_p, b_z):
    flux = electrons.electron_flux_2mev(hours(240), speed, n_p, b_z, 0.0)
    assert (flux >= electrons.FLOOR * (1 - 1e-9)).all()
    assert (flux <= 10**WIND.highest * (1 + 1e-9)).all()


# The forecast


def test_quantiles_are_ordered_and_agree_with_the_alarm():
    time, wind, flux = varied(40)
    levels = np.linspace(0.02, 0.98, 49)
    found = electrons.forecast_electrons(time, flux, wind, lead_days=[1, 2, 3], quantiles=levels)
    assert found.flux.dims == ("lead_day", "quantile", "time")
    assert (found.flux.diff("quantile") > 0.0).all()
    np.testing.assert_allclose(found.fluence, 86400.0 * found.flux, rtol=1e-12)
    below = (found.flux < electrons.ALERT_FLUX).sum("quantile").values
    chance = found.alarm_probability.values
    assert ((chance >= 0.0) & (chance <= 1.0)).all()
    inside = (below > 0) & (below < 49)
    assert inside.sum() > 20
    np.testing.assert_allclose(1.0 - chance[inside], 0.02 * below[inside] + 0.01, atol=0.0101)
    width = np.log10(found.flux.sel(quantile=0.9) / found.flux.sel(quantile=0.1)).mean("time").values
    assert width[0] < width[1] < width[2]


def test_every_variable_is_labelled():
    time, wind, flux = varied(4)
    found = electrons.forecast_electrons(time, flux, wind)
    for name, variable in found.data_vars.items():
        assert variable.attrs["long_name"], name
        assert variable.attrs["references"], name
        assert "units" in variable.attrs or name == "day"
    assert found.sizes == {"time": 4, "quantile": 7}
    np.testing.assert_array_equal(found.day, found.time)
    later = electrons.forecast_electrons(time, flux, wind, lead_days=2)
    np.testing.assert_array_equal(later.day - later.time, np.full(4, np.timedelta64(1, "D")))


def test_a_forecast_knows_nothing_of_what_comes_after_it():
    time, wind, flux = varied(30)
    whole = electrons.forecast_electrons(time, flux, wind, lead_days=[1, 3])
    part = electrons.forecast_electrons(time[:480], flux[:480], {k: v[:480] for k, v in wind.items()}, lead_days=[1, 3])
    xr.testing.assert_allclose(whole.isel(time=slice(0, 20)), part)


@pytest.mark.parametrize("seed", [0, 1])
def test_what_comes_after_the_issue_changes_nothing_even_with_gaps(seed):
    rng = np.random.default_rng(seed)
    time, wind, flux = varied(45, seed)
    wind["dst"] = rng.normal(-20.0, 30.0, time.size)
    flux = flux if seed == 0 else np.full(time.size, np.nan)
    for values in (*wind.values(), flux):
        for begin in rng.integers(0, time.size, 5):
            values[begin : begin + rng.integers(1, 120)] = np.nan
    whole = electrons.forecast_electrons(time, flux, wind, lead_days=[1, 2, 3])
    for day in (9, 22, 37):
        later = np.arange(time.size) >= 24 * day
        changed = {name: np.where(later, 1.5 * values[::-1] + 30.0, values) for name, values in wind.items()}
        other = electrons.forecast_electrons(time, np.where(later, 1e5, flux), changed, lead_days=[1, 2, 3])
        for name in whole.data_vars:
            np.testing.assert_array_equal(
                other[name].isel(time=slice(0, day)), whole[name].isel(time=slice(0, day)), err_msg=name
            )


def test_negative_flux_counts_as_missing():
    time, wind, flux = varied(8)
    lost = np.arange(time.size) >= 24 * 5
    expected = electrons.forecast_electrons(time, np.where(lost, np.nan, flux), wind)
    xr.testing.assert_identical(electrons.forecast_electrons(time, np.where(lost, -99999.0, flux), wind), expected)


def test_fast_wind_raises_and_pressure_lowers_the_forecast():
    time, wind = quiet(12)
    flux = np.full(time.size, 300.0)
    median = {}
    for name, speed, n_p in (("calm", 400.0, 5.0), ("fast", 620.0, 3.0), ("pressed", 400.0, 30.0)):
        last = np.arange(time.size) >= 24 * 10
        changed = wind | {"speed": np.where(last, speed, 400.0), "n_p": np.where(last, n_p, 5.0)}
        found = electrons.forecast_electrons(time, flux, changed, lead_days=[1, 2, 3])
        median[name] = found.flux.sel(quantile=0.5).isel(time=-1).values
    assert (median["fast"] > 1.5 * median["calm"]).all()
    assert median["pressed"][0] < 0.9 * median["calm"][0]


def test_more_flux_today_means_more_tomorrow():
    time, wind = quiet(12)
    found = [
        electrons.forecast_electrons(time, np.full(time.size, level), wind).log_flux.values[-1]
        for level in (10.0, 100.0, 1000.0, 1e4)
    ]
    assert (np.diff(found) > 0.5).all()


def test_any_cadence_and_units_give_the_same_forecast():
    time, wind, flux = varied(8)
    expected = electrons.forecast_electrons(time, flux, wind)
    dense = hours(time.size * 4, 15)
    finer = electrons.forecast_electrons(dense, np.repeat(flux, 4), {k: np.repeat(v, 4) for k, v in wind.items()})
    xr.testing.assert_allclose(finer, expected)
    units = {"speed": ("m/s", 1e3), "n_p": ("m^-3", 1e6), "b_z": ("T", 1e-9)}
    labelled = xr.Dataset(
        {name: ("time", wind[name] * factor, {"units": unit}) for name, (unit, factor) in units.items()}, {"time": time}
    )
    xr.testing.assert_allclose(electrons.forecast_electrons(time, flux, labelled), expected)


def test_missing_flux_is_carried_by_the_forecast_with_a_wider_band():
    time, wind = quiet(30)
    flux = np.full(time.size, 3000.0)
    known = electrons.forecast_electrons(time, flux, wind)
    flux[24 * 25 :] = np.nan
    lost = electrons.forecast_electrons(time, flux, wind)
    np.testing.assert_array_equal(lost.flux_age[24:], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert np.isfinite(lost.flux).all()
    width = np.log10(lost.flux.sel(quantile=0.9) / lost.flux.sel(quantile=0.1))
    assert (width.diff("time").values[24:] > 0.0).all()
    # What is carried is the forecast of the day, not the last value held.
    assert lost.flux.sel(quantile=0.5).values[-1] < lost.flux.sel(quantile=0.5).values[24]
    np.testing.assert_array_equal(lost.flux[:, :25], known.flux[:, :25])


def test_without_any_flux_the_wind_decides():
    time, wind = quiet(40)
    slow = electrons.forecast_electrons(time, None, wind)
    fast = electrons.forecast_electrons(time, None, wind | {"speed": np.full(time.size, 600.0)})
    assert np.isfinite(slow.flux).all()
    assert (fast.log_flux - slow.log_flux).values[-1] > 1.0


def test_missing_wind_is_held_and_stated():
    time, wind, flux = varied(20)
    complete = electrons.forecast_electrons(time, flux, wind)
    broken = {name: values.copy() for name, values in wind.items()}
    for values in broken.values():
        values[-24:] = np.nan
    found = electrons.forecast_electrons(time, flux, broken)
    assert found.wind_missing.values[-1] == pytest.approx(1.0 / 3.0)
    assert np.isfinite(found.flux).all()
    assert (found.wind_missing.values[:-1] == 0.0).all()
    np.testing.assert_array_equal(found.flux[:, :-1], complete.flux[:, :-1])
    nothing = {name: np.full(time.size, np.nan) for name in wind}
    blind = electrons.forecast_electrons(time, flux, nothing)
    assert (blind.wind_missing.values[3:] == 1.0).all()
    assert np.isfinite(blind.flux).all()
    assert (blind.spread.values[3:] > electrons.forecast_electrons(time, flux, quiet(20)[1]).spread.values[3:]).all()


def test_dst_is_modelled_where_it_is_not_given():
    time, wind, flux = varied(10)
    assert electrons.forecast_electrons(time, flux, wind).dst_modelled.all()
    assert not electrons.forecast_electrons(time, flux, wind | {"dst": np.full(time.size, -30.0)}).dst_modelled.any()


@pytest.mark.parametrize("flux", [0.0, 1e7])
@pytest.mark.parametrize(("speed", "b_z", "dst"), [(2200.0, -60.0, -500.0), (240.0, 30.0, 80.0)])
def test_extremes_are_bounded_and_flagged(flux, speed, b_z, dst):
    time, wind = quiet(6)
    wind = {name: np.full(time.size, value) for name, value in (("speed", speed), ("b_z", b_z), ("dst", dst))} | {
        "n_p": np.full(time.size, 40.0)
    }
    found = electrons.forecast_electrons(time, np.full(time.size, flux), wind, lead_days=[1, 2, 3])
    assert found.outside.all()
    assert np.isfinite(found.flux).all()
    assert (found.log_flux.values > -2.0).all()
    assert (found.log_flux.values < 5.5).all()


def test_what_cannot_be_forecast_is_refused():
    time, wind, flux = varied(3)
    for changes, word in (
        ({"lead_days": 5}, "lead_days"),
        ({"lead_days": []}, "lead_days"),
        ({"lead_days": "1"}, "lead_days"),
        ({"lead_days": 1.5}, "lead_days"),
        ({"quantiles": [0.0, 0.5]}, "quantiles"),
        ({"flux": flux[:-1]}, "flux"),
        ({"wind": {"speed": 400.0}}, "n_p"),
        ({"time": time[::-1]}, "time"),
    ):
        given_ = {"time": time, "flux": flux, "wind": wind} | changes
        with pytest.raises(InputError, match=word):
            electrons.forecast_electrons(given_.pop("time"), given_.pop("flux"), given_.pop("wind"), **given_)
    with pytest.raises(InputError, match="whole day"):
        electrons.forecast_electrons(time[:10], flux[:10], {name: values[:10] for name, values in wind.items()})


def test_coefficients_belong_to_the_features():
    known = electrons.fitted_coefficients()
    assert tuple(known["base"]) == electrons.BASE
    assert tuple(map(tuple, known["products"])) == electrons.PRODUCTS
    for part in known["leads"].values():
        assert len(part["weights"]) == len(electrons.BASE) + len(electrons.PRODUCTS)
        assert (np.diff(part["quantiles"]) > 0.0).all()
        for name in ("by_flux_age", "by_wind_missing"):
            assert part["widening"][name][0] == 1.0
            assert (np.diff(part["widening"][name]) >= 0.0).all()


def test_a_measured_flux_leads_the_wind_driven_one():
    time, wind = quiet(4)
    measured = np.full(time.size, np.nan)
    measured[47] = 5000.0
    drivers = (wind["speed"], wind["n_p"], wind["b_z"])
    free = electrons.wind_driven_flux(time, *drivers, 10.0, WIND)
    led = electrons.wind_driven_flux(time, *drivers, 10.0, WIND, measured)
    np.testing.assert_array_equal(led[:48], free[:48])
    assert led[48] == pytest.approx(5000.0, rel=0.02)
    assert led[-1] < led[48]


def test_the_result_can_be_written(tmp_path):
    time, wind, flux = varied(3)
    found = electrons.forecast_electrons(time, flux, wind, lead_days=[1, 2])
    found.to_netcdf(tmp_path / "forecast.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "forecast.nc", engine="h5netcdf") as again:
        np.testing.assert_array_equal(again.flux, found.flux)
        np.testing.assert_array_equal(again.day, found.day)


# The years that nothing was fitted to


@pytest.fixture(scope="module")
def measured(shared_data):
    pytest.importorskip("pyarrow")
    place = shared_data / "radbelt/geo_goes_electrons_hourly_2014_2020_with_drivers.parquet"
    if not place.exists():
        pytest.skip("the fluxes of GOES are not among the shared observations")
    table = pd.read_parquet(place).set_index("time_utc").asfreq("h")["2017-10":"2019"]
    dst = pd.read_parquet(shared_data / "indices/dst_hourly_1998_2022.parquet").set_index("time_utc").Dst_nT
    names = {"speed": "V_kms", "n_p": "n_cm3", "b_z": "Bz_gsm"}
    wind = {name: table[column].to_numpy(float) for name, column in names.items()}
    wind["dst"] = dst.reindex(table.index).to_numpy(float)
    return table.index.to_numpy(), table.e_gt2MeV.to_numpy(float), wind


def observed_on(found, days):
    position = np.searchsorted(days.issue, found.day.values + np.timedelta64(1, "D"))
    observed = np.append(days.log_flux, np.full(8, np.nan))[position]
    return np.where(found.day.values >= np.datetime64("2018-01-01"), observed, np.nan)


def efficiency(observed, predicted):
    used = np.isfinite(observed)
    return 1.0 - np.mean((predicted - observed)[used] ** 2) / np.var(observed[used])


@pytest.mark.parametrize(("lead", "least", "over_persistence"), [(1, 0.87, 0.10), (2, 0.70, 0.22), (3, 0.55, 0.33)])
def test_forecast_beats_persistence_on_years_it_has_not_seen(measured, lead, least, over_persistence):
    time, flux, wind = measured
    days = electrons.daily_inputs(time, flux, wind)
    found = electrons.forecast_electrons(time, flux, wind, lead_days=lead)
    observed = observed_on(found, days)
    assert np.isfinite(observed).sum() > 700
    held = pd.Series(days.log_flux).ffill().to_numpy()
    score = efficiency(observed, np.log10(found.flux.sel(quantile=0.5).values))
    assert score > least
    assert score - efficiency(observed, held) > over_persistence


@pytest.mark.parametrize("lead", [1, 2, 3])
def test_bands_hold_what_they_say(measured, lead):
    time, flux, wind = measured
    found = electrons.forecast_electrons(time, flux, wind, lead_days=lead)
    observed = observed_on(found, electrons.daily_inputs(time, flux, wind))
    used = np.isfinite(observed)
    curve = np.log10(found.flux)
    for low, high, tolerance in ((0.25, 0.75, 0.09), (0.1, 0.9, 0.05), (0.05, 0.95, 0.03)):
        inside = (observed >= curve.sel(quantile=low).values) & (observed <= curve.sel(quantile=high).values)
        assert inside[used].mean() == pytest.approx(high - low, abs=tolerance)


def test_alarms_are_worth_more_than_persistence(measured):
    time, flux, wind = measured
    days = electrons.daily_inputs(time, flux, wind)
    found = electrons.forecast_electrons(time, flux, wind)
    observed = observed_on(found, days)
    used = np.isfinite(observed)
    event, chance = observed[used] >= 3.0, found.alarm_probability.values[used]
    brier = np.mean((chance - event) ** 2)
    assert brier < 0.35 * np.mean((event.mean() - event) ** 2)
    today = pd.Series(days.log_flux).ffill().to_numpy()[used] >= 3.0
    assert np.mean((chance >= 0.5) != event) < 0.9 * np.mean(today != event)


def test_the_wind_alone_knows_more_than_half(measured):
    time, flux, wind = measured
    days = electrons.daily_inputs(time, flux, wind)
    drivers = (values.ravel() for values in (days.speed, days.n_p, days.b_z))
    modelled = np.log10(electrons.electron_flux_2mev(time, *drivers)).reshape(-1, 24).mean(-1)
    later = np.isfinite(days.log_flux) & (days.issue > np.datetime64("2018-01-01"))
    assert efficiency(days.log_flux[later], modelled[later]) > 0.57


def test_what_is_hardly_known_goes_towards_the_record_and_no_further():
    """The wind of a great storm alone, without flux: a wide band about common values, never a billion electrons."""
    time = np.datetime64("2015-03-17", "ns") + np.arange(48) * np.timedelta64(1, "h")
    wind = {"time": time, "speed": np.full(48, 900.0), "n_p": np.full(48, 40.0), "b_z": np.full(48, -25.0)}
    found = electrons.forecast_electrons(time, None, wind, lead_days=[1, 2, 3])
    assert (found["spread"] <= electrons.WIDEST).all()
    assert (found["flux"] <= electrons.CEILING).all()
    assert (np.abs(found["log_flux"] - 2.7) < 2.0).all()
    assert (found["flux"].diff("quantile") >= 0.0).all()
