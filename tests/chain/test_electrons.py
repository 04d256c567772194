"""The forecast of electrons from a source: which days it covers, what it may know, and fluxes as files hold them."""

import gzip
import json

import numpy as np
import pytest
import xarray as xr

from sunearth.chain.electrons import forecast_from_source, read_electron_flux, score_forecast, what_was_missing
from sunearth.core.errors import DataError, InputError, SunEarthError, UnitError
from sunearth.magnetosphere.relativistic_electrons import forecast_electrons

HOUR = np.timedelta64(1, "h")
UNIT = "cm^-2 s^-1 sr^-1"


def made_wind(start="2017-03-01", hours=240, step="1h", **more):
    """Wind that goes through a fast stream, and Dst."""
    step = np.timedelta64(int(step[:-1]), step[-1])
    time = np.arange(
        np.datetime64(start, "ns"), np.datetime64(start, "ns") + hours * HOUR, step.astype("timedelta64[ns]")
    )
    age = (time - time[0]) / HOUR
    values = {
        "speed": 400.0 + 200.0 * np.exp(-(((age - 120.0) / 40.0) ** 2)),
        "n_p": 5.0 + 0.01 * age,
        "b_z": -2.0 + np.sin(age / 5.0),
        "dst": -15.0 + 0.0 * age,
    } | more
    units = {"speed": "km/s", "n_p": "cm^-3", "b_z": "nT", "dst": "nT"}
    data = {k: ("time", np.broadcast_to(np.asarray(v, float), time.shape).copy(), {"units": units[k]})
            for k, v in values.items()}  # fmt: skip
    return xr.Dataset(data, {"time": time}, {"frame": "GSM", "source": "made for a test"})


def made_flux(start="2017-03-01", hours=240, minutes=60, level=300.0):
    """A flux that swings with local time and rises slowly."""
    time = np.datetime64(start, "ns") + np.arange(hours * 60 // minutes) * np.timedelta64(minutes, "m")
    age = (time - time[0]) / HOUR
    values = level * 10.0 ** (0.5 * np.sin(2.0 * np.pi * age / 24.0) + np.minimum(age, 240.0) / 480.0)
    return xr.DataArray(values, {"time": time}, ("time",), "flux", {"units": UNIT, "source": "made for a test"})


def test_it_is_the_forecast_of_the_model_itself():
    wind, flux = made_wind(), made_flux()
    direct = forecast_electrons(flux["time"].values, flux.values, wind, lead_days=[1, 2, 3])
    ours = forecast_from_source(wind, flux)
    assert np.array_equal(ours["time"].values, direct["time"].values)
    for name in ("flux", "fluence", "alarm_probability", "spread", "flux_age", "wind_missing", "outside"):
        np.testing.assert_allclose(ours[name].values, direct[name].values, rtol=1e-12, err_msg=name)


def test_five_minute_means_say_what_their_hours_say():
    fine = made_wind(step="5m")
    coarse = fine.isel(time=slice(0, 12 * 240)).coarsen(time=12).mean()
    coarse = coarse.assign_coords(time=fine["time"].values[::12]).assign_attrs(fine.attrs)
    flux = made_flux(minutes=5)
    hourly = xr.DataArray(
        flux.values.reshape(-1, 12).mean(1), {"time": flux["time"].values[::12]}, ("time",), attrs=flux.attrs
    )
    one, other = forecast_from_source(fine, flux), forecast_from_source(coarse, hourly)
    np.testing.assert_allclose(one["flux"], other["flux"], rtol=1e-10)


def test_no_forecast_knows_what_came_after_it():
    wind, flux = made_wind(), made_flux()
    whole = forecast_from_source(wind, flux)
    until = np.datetime64("2017-03-07", "ns")
    known = forecast_from_source(wind.sel(time=wind["time"] < until), flux.sel(time=flux["time"] < until))
    same = whole.sel(time=known["time"])
    np.testing.assert_array_equal(same["flux"].values, known["flux"].values)
    # flux measured later shows how good it was, and changes no forecast
    later = forecast_from_source(wind.sel(time=wind["time"] < until), flux)
    np.testing.assert_array_equal(later["flux"].values, known["flux"].values)
    assert np.isfinite(later["flux_observed"].values[:, -1]).all()
    assert np.isnan(known["flux_observed"].values[:, -1]).all()


def test_what_was_observed_is_the_mean_of_the_day_forecast():
    wind, flux = made_wind(), made_flux()
    result = forecast_from_source(wind, flux)
    for lead in (1, 3):
        here = result.sel(lead_day=lead)
        day = here["day"].values[2]
        inside = (flux["time"].values >= day) & (flux["time"].values < day + 24 * HOUR)
        assert float(here["flux_observed"][2]) == pytest.approx(flux.values[inside].mean(), rel=1e-12)
    scores = score_forecast(result)
    assert [scores[lead]["days"] for lead in (1, 2, 3)] == [9, 8, 7]
    error = np.log10(result["flux"].sel(quantile=0.5, lead_day=1).values / result["flux_observed"].sel(lead_day=1))
    assert scores[1]["rmse"] == pytest.approx(float(np.sqrt(np.nanmean(error**2))))
    assert scores[1]["caught"] + scores[1]["missed"] == int((result["flux_observed"].sel(lead_day=1) >= 1000.0).sum())


@pytest.mark.parametrize(
    ("start", "hours", "first", "last"),
    [
        ("2017-03-01T00:00", 24, "2017-03-02", "2017-03-02"),
        ("2017-03-01T06:00", 18, "2017-03-02", "2017-03-02"),
        ("2017-03-01T07:00", 41, "2017-03-03", "2017-03-03"),
        ("2017-03-01T00:00", 48 + 17, "2017-03-02", "2017-03-03"),
        ("2017-03-01T00:00", 48 + 18, "2017-03-02", "2017-03-04"),
    ],
)
def test_a_day_counts_from_18_hours_on(start, hours, first, last):
    result = forecast_from_source(made_wind(start, hours))
    assert str(result["time"].values[0])[:10] == first
    assert str(result["time"].values[-1])[:10] == last


def test_flux_completes_a_day_but_does_not_replace_the_wind():
    short = made_wind(hours=72 + 14)
    assert str(forecast_from_source(short)["time"].values[-1])[:10] == "2017-03-04"
    result = forecast_from_source(short, made_flux(hours=240))
    assert str(result["time"].values[-1])[:10] == "2017-03-05"
    assert float(result["wind_missing"][-1]) == pytest.approx(10 / 72)
    hardly = forecast_from_source(made_wind(hours=72 + 5), made_flux(hours=240))
    assert str(hardly["time"].values[-1])[:10] == "2017-03-04"


def test_flux_before_the_wind_is_history_and_gets_no_forecast():
    result = forecast_from_source(made_wind("2017-03-01", 72), made_flux("2016-11-01", 24 * 130))
    assert str(result["time"].values[0])[:10] == "2017-03-02"
    assert result.sizes["time"] == 3
    assert float(result["flux_age"][0]) == 0.0
    alone = forecast_from_source(made_wind("2017-03-01", 72), made_flux("2017-03-01", 72))
    assert not np.allclose(result["flux"].values[..., 0], alone["flux"].values[..., 0])


@pytest.mark.parametrize(
    ("flux", "age", "words"),
    [
        (None, 60.0, "measured flux"),
        (made_flux(hours=96), 6.0, "flux of the last 6 days"),
        (made_flux("2016-10-01", 96), 60.0, "measured flux"),
        (made_flux("2017-04-01", 96), 60.0, "measured flux"),
        (made_flux("2017-03-09", 200), 0.0, None),
    ],
)
def test_a_flux_that_does_not_match_the_wind_is_answered(flux, age, words):
    result = forecast_from_source(made_wind(), flux)
    assert float(result["flux_age"][-1]) == age
    assert np.isfinite(result["flux"].values).all()
    assert what_was_missing(result) == ([words] if words else [])
    assert ("too narrow" in result.attrs["notes"]) == (age == 60.0)


def test_gaps_widen_the_band_and_are_named():
    wind = made_wind(dst=np.nan)
    lost = wind.where((wind["time"] < wind["time"][200]) | (wind["time"] >= wind["time"][236]))
    whole, holed = (forecast_from_source(w.assign_attrs(wind.attrs), made_flux()) for w in (wind, lost))
    assert what_was_missing(holed) == ["50 % of the wind of the last three days", "measured Dst"]
    assert (holed["spread"].values[:, -1] > whole["spread"].values[:, -1]).all()


def test_a_short_history_is_named():
    wind = made_wind(hours=96)
    assert what_was_missing(forecast_from_source(wind, made_flux()), 1) == ["wind before 2017-03-01"]
    assert what_was_missing(forecast_from_source(wind, made_flux()), 2) == []


def test_dst_is_taken_under_any_of_its_names():
    wind = made_wind(dst=-60.0)
    expected = forecast_from_source(wind)["flux"].values
    for other in (wind.rename(dst="sym_h"), wind.rename(dst="dst_observed")):
        np.testing.assert_array_equal(forecast_from_source(other)["flux"].values, expected)
    both = wind.assign(sym_h=wind["dst"] - 100.0)
    np.testing.assert_array_equal(forecast_from_source(both)["flux"].values, expected)
    assert not np.allclose(forecast_from_source(wind.drop_vars("dst"))["flux"].values, expected)


def test_frame_order_and_period_are_minded():
    wind = made_wind()
    expected = forecast_from_source(wind)["flux"].values
    mixed = wind.isel(time=np.random.default_rng(1).permutation(wind.sizes["time"]))
    np.testing.assert_array_equal(forecast_from_source(mixed)["flux"].values, expected)
    gse = wind.assign(b_y=wind["b_z"] * 0.0 + 4.0).assign_attrs(frame="GSE")
    assert not np.allclose(forecast_from_source(gse)["flux"].values, expected)
    part = forecast_from_source(wind, start="2017-03-03", end="2017-03-06T23:00")
    assert [str(day)[:10] for day in part["time"].values[[0, -1]]] == ["2017-03-04", "2017-03-07"]
    later = forecast_from_source(wind, propagate=True)
    assert not np.allclose(later["flux"].values[..., -1], expected[..., -1])


@pytest.mark.parametrize("name", ["bastille-2000", "march-2001", "halloween-2003", "st-patrick-2015", "gannon-2024"])
def test_every_embedded_event_has_a_forecast(name):
    result = forecast_from_source(name, days=1)
    assert result.sizes["time"] >= 1
    assert np.isfinite(result["flux"].values).all()
    assert not bool(result["dst_modelled"][-1])


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"source": made_wind(hours=17)}, "holds no day"),
        ({"source": made_wind("2017-03-01T12:00", 24)}, "holds no day"),
        ({"source": made_wind().drop_vars("n_p")}, "no n_p"),
        ({"source": made_wind(speed=np.nan)}, "no number at all"),
        ({"source": made_wind().expand_dims(member=2)}, "dimensions"),
        ({"source": made_wind().isel(time=slice(0))}, "no times in UTC"),
        ({"source": made_wind().assign_attrs(frame="RTN")}, "frame"),
        ({"source": made_wind(), "days": 4}, "1, 2 or 3"),
        ({"source": made_wind(), "days": True}, "1, 2 or 3"),
        ({"source": made_wind(), "start": "2019-01-01"}, "nothing between"),
        ({"source": made_wind(), "gap_limit": "long"}, "length of time"),
        ({"source": made_wind(), "flux": 5.0}, "give a file"),
        ({"source": "st-patrick-2042"}, "unknown event"),
    ],
)
def test_what_cannot_be_is_one_line(arguments, word):
    with pytest.raises(SunEarthError, match=word) as raised:
        forecast_from_source(**arguments)
    assert "\n" not in str(raised.value)


# Fluxes as files hold them --------------------------------------------------------------------------------------------


def table(path, header="time,flux [cm^-2 s^-1 sr^-1]", values=(100.0, 200.0, 300.0), hours=None):
    hours = range(len(values)) if hours is None else hours
    rows = [f"{np.datetime64('2017-03-01T00:00') + hour * HOUR}Z,{v}" for hour, v in zip(hours, values, strict=True)]
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("time,flux [cm^-2 s^-1 sr^-1]", 1.0),
        ("TIME_TAG,e_gt2MeV (1/(cm^2 s sr))", 1.0),
        ("Timestamp,E>2.0 MeV [particles/cm^2-s-sr]", 1.0),
        ("time,electrons >2000 keV [pfu]", 1.0),
        ("time,flux [electrons/(cm2 sr s)]", 1.0),
        ("time,flux [m^-2 s^-1 sr^-1]", 1e-4),
        ("time,flux [#/(m^2 s sr)]", 1e-4),
    ],
)
def test_units_and_names_are_read_as_people_write_them(tmp_path, header, factor):
    flux = read_electron_flux(table(tmp_path / "f.csv", header))
    np.testing.assert_allclose(flux.values, np.array([100.0, 200.0, 300.0]) * factor)
    assert flux.attrs["units"] == UNIT


@pytest.mark.parametrize(
    ("header", "error", "word"),
    [
        ("time,flux", UnitError, "states no unit"),
        ("time,e_gt2MeV", UnitError, "states no unit"),
        ("time,flux [nT]", DataError, "no flux above 2 MeV"),
        ("time,flux [cm^-2 s^-1]", DataError, "no flux above 2 MeV"),
        ("time,flux [cm^-2 s^-1 sr^-1 MeV^-1]", DataError, "no flux above 2 MeV"),
        ("time,gt0.8MeV [cm^-2 s^-1 sr^-1]", DataError, "other energies"),
        ("when,flux [cm^-2 s^-1 sr^-1]", DataError, "names no column time"),
        ("flux [pfu],flux [pfu]", DataError, "twice"),
    ],
)
def test_units_are_never_guessed(tmp_path, header, error, word):
    with pytest.raises(error, match=word) as raised:
        read_electron_flux(table(tmp_path / "f.csv", header))
    assert "\n" not in str(raised.value)


def test_the_channel_above_2_mev_is_found_among_others(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(
        "# GOES\ntime;e_gt0.8MeV [pfu];e_gt2MeV [pfu];remark\n2017-03-01T00:00;9000;90;a\n2017-03-01T01:00;8000;80;b\n"
    )
    assert read_electron_flux(path).values.tolist() == [90.0, 80.0]
    path.write_text("time,west [pfu],east [pfu]\n2017-03-01T00:00,9000,90\n2017-03-01T01:00,8000,80\n")
    with pytest.raises(DataError, match="say which"):
        read_electron_flux(path)
    assert read_electron_flux(path, {"east [pfu]": "flux"}).values[0] == 90.0


def test_columns_may_be_mapped(tmp_path):
    path = table(tmp_path / "f.csv", "UT,E2")
    flux = read_electron_flux(path, ["UT=time", "E2=flux[m^-2 s^-1 sr^-1]"])
    np.testing.assert_allclose(flux.values, [0.01, 0.02, 0.03])
    for columns, word in (
        ({"E3": "flux[pfu]", "UT": "time"}, "no column 'E3'"),
        ({"E2": "flux", "UT": "time"}, "states no unit"),
        ({"E2": "flux[nT]", "UT": "time"}, "is in 'nT'"),
        ({"E2": "b_z[nT]"}, "THEIRS=flux"),
        ({"E2": "flux[pfu]", "UT": "time", "E1": "flux[pfu]"}, "both mapped"),
    ):
        with pytest.raises((DataError, UnitError), match=word):
            read_electron_flux(path, columns)


def test_fill_values_are_left_out_and_order_is_restored(tmp_path):
    values = (100.0, -99999.0, 0.0, -3.0, 1e31, 99999.0, 99999.9, 999999.0, "", "nan", 1.0e5, 300.0)
    flux = read_electron_flux(table(tmp_path / "f.csv", values=values))
    assert flux.values.tolist() == [100.0, 1.0e5, 300.0]
    assert flux.attrs["notes"] == "flux: 7 values masked (zero, negative or fill)"
    mixed = read_electron_flux(table(tmp_path / "g.csv", values=(3.0, 1.0, 2.0, 20.0), hours=(2, 0, 1, 1)))
    assert mixed.values.tolist() == [1.0, 20.0, 3.0]
    assert "sorted" in mixed.attrs["notes"]
    assert "1 duplicate" in mixed.attrs["notes"]


@pytest.mark.parametrize(
    ("values", "hours", "word"),
    [
        ((-99999.0, 0.0), None, "no valid flux"),
        ((1.0, 2.0, 3.0), (0, 24, 48), "24 h apart"),
        ((1.0, "high", 3.0), None, "not a number"),
    ],
)
def test_values_that_cannot_be_used_are_one_line(tmp_path, values, hours, word):
    with pytest.raises(DataError, match=word) as raised:
        read_electron_flux(table(tmp_path / "f.csv", values=values, hours=hours))
    assert "\n" not in str(raised.value)


def test_other_formats_hold_the_same(tmp_path):
    text = table(tmp_path / "f.csv").read_text()
    (tmp_path / "f.csv.gz").write_bytes(gzip.compress(text.encode()))
    made = made_flux(hours=3)
    made.to_netcdf(tmp_path / "f.nc", engine="h5netcdf")
    records = [
        {"time_tag": f"2017-03-01T0{hour}:00:00Z", "satellite": 18, "flux": flux, "energy": energy}
        for hour in range(3)
        for energy, flux in ((">=0.8 MeV", 9e9), (">=2 MeV", [100.0, None, 300.0][hour]))
    ]
    (tmp_path / "f.json").write_text(json.dumps(records))
    assert read_electron_flux(tmp_path / "f.csv.gz").values.tolist() == [100.0, 200.0, 300.0]
    np.testing.assert_allclose(read_electron_flux(tmp_path / "f.nc").values, made.values)
    assert read_electron_flux(tmp_path / "f.json").values.tolist() == [100.0, 300.0]
    assert read_electron_flux(made.to_dataset()).values.tolist() == made.values.tolist()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("f.csv", "", "is empty"),
        ("f.csv", "# only words\n", "comments only"),
        ("f.csv", "time,flux [pfu]\n", "no rows"),
        ("f.csv", "time,flux [pfu]\nyesterday,5\n", "not a time"),
        ("f.json", "[{", "cannot be read as JSON"),
        ("f.json", '{"a": 1}', "no list of records"),
        ("f.json", '[{"time_tag": "2017-03-01", "flux": 5, "energy": ">=10 MeV"}]', "not electrons"),
        ("f.nc", b"\x89HDF\r\n\x1a\n broken", "cannot be read as NetCDF"),
        ("f.cdf", b"\xcd\xf3\x00\x01 rest", "is CDF"),
    ],
)
def test_broken_files_are_one_line(tmp_path, name, content, word):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=word) as raised:
        read_electron_flux(path)
    assert "\n" not in str(raised.value)


def test_a_modelled_flux_is_refused_as_measured(tmp_path):
    forecast_from_source(made_wind(), made_flux()).to_netcdf(tmp_path / "result.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="modelled"):
        read_electron_flux(tmp_path / "result.nc")
    with pytest.raises(InputError, match="give a file"):
        read_electron_flux([1.0, 2.0])
    with pytest.raises(DataError, match="no such file"):
        read_electron_flux(tmp_path / "nothing.csv")


def test_two_years_left_out_of_the_fit(shared_data):
    """Through the door of files the forecast is as good as its documentation says."""
    import pandas as pd

    found = pd.read_parquet(shared_data / "radbelt/geo_goes_electrons_hourly_2014_2020_with_drivers.parquet")
    found = found.set_index("time_utc").loc["2017-11-01":"2019-12-31"]
    time = found.index.to_numpy().astype("datetime64[ns]")
    names = {"speed": ("V_kms", "km/s"), "n_p": ("n_cm3", "cm^-3"), "b_z": ("Bz_gsm", "nT")}
    wind = xr.Dataset(
        {k: ("time", found[c].to_numpy(float), {"units": u}) for k, (c, u) in names.items()},
        {"time": time},
        {"frame": "GSM"},
    )
    flux = xr.DataArray(found.e_gt2MeV.to_numpy(float), {"time": time}, ("time",), attrs={"units": UNIT})
    result = forecast_from_source(wind, flux)
    scores = score_forecast(result.sel(time=result["time"] >= np.datetime64("2018-01-01")))
    print(scores)
    for lead, rmse, inside in ((1, 0.36, 0.81), (2, 0.55, 0.82), (3, 0.69, 0.83)):
        assert scores[lead]["rmse"] == pytest.approx(rmse, abs=0.02)
        assert scores[lead]["within_80"] == pytest.approx(inside, abs=0.02)


def test_progress_is_told():
    told = []
    forecast_from_source(made_wind(), progress=lambda *step: told.append(step))
    assert [step[1] for step in told] == [0, 1, 2, 3]
    assert all(step[2] == 3 for step in told)
