"""Picture, page and files of a forecast of electrons."""

import json
import re

import numpy as np
import pytest
import xarray as xr
from matplotlib import dates

from sunearth.chain.electrons import forecast_from_source, latest_outlook, score_forecast
from sunearth.core.errors import OutputError
from sunearth.view.electron_report import (
    electron_html,
    electron_picture,
    electron_summary,
    outlook_lines,
    save_electrons,
)


def source(days=10, speed=450.0):
    hours = np.datetime64("2017-03-01", "ns") + np.arange(24 * days) * np.timedelta64(1, "h")
    wind = xr.Dataset(
        {
            "speed": ("time", np.full(hours.size, speed) + 20.0 * np.sin(np.arange(hours.size) / 30.0)),
            "n_p": ("time", np.full(hours.size, 4.0)),
            "b_z": ("time", np.full(hours.size, -1.0)),
        },
        {"time": hours},
        {"frame": "GSM", "source": "made for a test"},
    )
    flux = xr.DataArray(
        800.0 * 10.0 ** (0.4 * np.sin(2 * np.pi * np.arange(hours.size) / 24.0)),
        {"time": hours},
        ("time",),
        attrs={"units": "cm^-2 s^-1 sr^-1"},
    )
    return wind, flux


@pytest.fixture(scope="module")
def found():
    return forecast_from_source(*source())


@pytest.fixture(scope="module")
def bare():
    return forecast_from_source("st-patrick-2015", days=1)


def test_the_picture_ends_with_the_days_to_come(found):
    top, below = electron_picture(found).axes
    bars = below.patches
    assert len(bars) == found.sizes["time"] + 2
    days = [np.datetime64(dates.num2date(bar.get_x()).replace(tzinfo=None), "D") for bar in bars]
    assert days == list(np.arange(np.datetime64("2017-03-02"), np.datetime64("2017-03-14")))
    probability = found["alarm_probability"]
    expected = [*probability.sel(lead_day=1).values, *probability.isel(time=-1).sel(lead_day=[2, 3]).values]
    np.testing.assert_allclose([bar.get_height() for bar in bars], expected)
    measured = next(line for line in top.get_lines() if line.get_label() == "measured, hourly")
    assert np.isfinite(measured.get_ydata()).sum() == 24 * 9


def test_a_long_source_shows_its_end(found):
    long = forecast_from_source(*source(80))
    bars = electron_picture(long).axes[1].patches
    assert len(bars) == 45 + 2
    assert "The last 45 of 80 days are shown" in electron_html(long)
    assert "are shown" not in electron_html(found)


def test_the_threshold_is_always_in_sight(found, bare):
    for forecast in (found, bare):
        low, high = electron_picture(forecast, width=4.6).axes[0].get_ylim()
        assert low < 1000.0 < high <= 1e6


def test_the_summary_says_what_the_forecast_says(found):
    summary = electron_summary(found)
    assert summary["issued"] == "2017-03-11T00:00Z"
    for lead, row in enumerate(summary["days"], 1):
        here = found.isel(time=-1).sel(lead_day=lead)
        assert row["day"] == str(here["day"].values)[:10]
        assert row["median"] == pytest.approx(float(here["flux"].sel(quantile=0.5)), rel=0.05)
        assert row["low"] == pytest.approx(float(here["flux"].sel(quantile=0.1)), rel=0.05)
        assert row["fluence"] == pytest.approx(86400.0 * row["median"], rel=0.1)
    assert summary["scores"]["1"]["days"] == score_forecast(found)[1]["days"] == 9
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_the_lines_fit_a_terminal_and_hold_the_numbers(found, bare):
    for forecast, missing in ((found, "did without: measured Dst"), (bare, "did without: measured flux")):
        lines = outlook_lines(electron_summary(forecast))
        assert lines[-1] == missing
        assert all(len(line) <= 100 for line in lines)
        assert "\n".join(lines[1:]).isascii()
        for row in latest_outlook(forecast):
            assert any(line.startswith(str(row.day)[:10]) for line in lines)


def test_the_page_is_one_file_that_fetches_nothing(found, bare):
    for forecast in (found, bare):
        page = electron_html(forecast)
        assert "<script" not in page
        assert "script-src 'none'" in page
        assert not re.search(r'(?:src|href|srcset)="(?!data:)', page)
        assert "nan" not in re.sub(r"data:[^\"]*", "", page)
    assert "On 11 March 2017 a daily mean flux" in electron_html(found)
    assert "How these forecasts fared" in electron_html(found)
    assert "How these forecasts fared" not in electron_html(bare)
    assert "too narrow" in electron_html(bare)
    assert "larger than this band" in electron_html(bare)
    assert "larger than this band" not in electron_html(found)


def test_the_numbers_of_skill_are_those_of_the_model():
    from sunearth.magnetosphere.relativistic_electrons import forecast_electrons
    from sunearth.view.electron_report import _SKILL

    said = " ".join(forecast_electrons.__doc__.split())
    assert f"efficiency of {_SKILL[1][0]}, {_SKILL[2][0]} and {_SKILL[3][0]}" in said
    assert f"(persistence {_SKILL[1][1]}, {_SKILL[2][1]}, {_SKILL[3][1]})" in said
    assert f"RMSE {_SKILL[1][2]}, {_SKILL[2][2]} and {_SKILL[3][2]}" in said
    assert f"holds {_SKILL[1][3]}, {_SKILL[2][3]} and {_SKILL[3][3]} per cent" in said
    assert f"falls to {_SKILL[1][4]} a day ahead" in said
    assert f"band holds {_SKILL[1][5]} per cent" in said


def test_text_from_a_file_cannot_become_markup(found):
    evil = found.assign_attrs(title="<b>x</b>", source="<img src=x>", notes="a & b; <i>c</i>")
    page = electron_html(evil)
    assert "<b>x</b>" not in page
    assert "<img src=x>" not in page
    assert "<i>c</i>" not in page


def test_it_is_written_all_or_nothing(found, tmp_path):
    files, summary = save_electrons(found, tmp_path / "e")
    assert [path.name for path in files] == ["report.html", "summary.json", "result.nc"]
    assert json.loads((tmp_path / "e" / "summary.json").read_text()) == summary
    with xr.open_dataset(tmp_path / "e" / "result.nc", engine="h5netcdf") as kept:
        np.testing.assert_array_equal(kept["flux"].values, found["flux"].values)
        assert all({"long_name", "references"} <= set(kept[name].attrs) for name in kept.data_vars)
        assert all("units" in kept[name].attrs for name in kept.data_vars if kept[name].dtype.kind == "f")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="not a run"):
        save_electrons(found, tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["thesis.txt"]
