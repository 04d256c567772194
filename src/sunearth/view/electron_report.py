"""The report of a forecast of relativistic electrons: what is expected, how sure that is, and how it fared so far."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from sunearth.chain.electrons import ALARM_AT, latest_outlook, score_forecast, what_was_missing

from .canvas import MONTHS
from .output import replaced_folder
from .page import PAGE, STYLE, moment, picture, section, table, typeset
from .trapped_particles import electron_outlook

_UNIT = "cm⁻² s⁻¹ sr⁻¹"
_SHOWN = 45
"""Days before the newest forecast that the picture shows."""

_HIGHEST_SHOWN = 1e6

# Days ahead: efficiency, that of persistence, RMSE in log10, share inside the 80 per cent band, and without any flux
# efficiency and share inside the band; validation/fit_electron_forecast.py --test on 2018-2019.
_SKILL = {
    1: (0.88, 0.77, 0.36, 81, 0.57, 68),
    2: (0.72, 0.47, 0.55, 82, 0.52, 72),
    3: (0.57, 0.21, 0.69, 83, 0.44, 82),
}
# Probability said, and for one, two and three days ahead the days on which it was and the share on which 1000 was
# reached; the same test.
_RELIABILITY = (
    ("0 to 20 %", (513, 4), (492, 8), (460, 11)),
    ("20 to 40 %", (35, 40), (74, 38), (125, 32)),
    ("40 to 60 %", (34, 74), (46, 61), (49, 61)),
    ("60 to 80 %", (30, 90), (39, 82), (37, 81)),
    ("80 to 100 %", (117, 98), (78, 96), (58, 93)),
)


def electron_summary(forecast: xr.Dataset) -> dict[str, Any]:
    """Boil a forecast of electrons down to plain numbers, ready for JSON.

    Parameters
    ----------
    forecast : Dataset
        From :func:`sunearth.chain.electrons.forecast_from_source`.

    Returns
    -------
    dict
        When it was issued, what is expected of each day, what it had to do without, and how earlier forecasts fared.

    Examples
    --------
    >>> from sunearth.chain.electrons import forecast_from_source
    >>> found = electron_summary(forecast_from_source("st-patrick-2015"))
    >>> found["issued"], found["missing"], found["days"][0]["day"]
    ('2015-03-21T00:00Z', ['measured flux'], '2015-03-21')
    """
    newest = forecast.isel(time=-1)
    days = []
    for lead, row in zip(newest["lead_day"].values.tolist(), latest_outlook(forecast), strict=True):
        quantiles = newest["flux"].sel(lead_day=lead)
        days.append(
            {
                "day": str(row.day)[:10],
                "days_ahead": lead,
                "median": _digits(row.median),
                "low": _digits(row.low),
                "high": _digits(row.high),
                "quantiles": {
                    f"{q:g}": _digits(float(quantiles.sel(quantile=q))) for q in quantiles["quantile"].values
                },
                "fluence": _digits(row.fluence),
                "alarm_probability": round(row.alarm_probability, 3),
                "beyond_the_fit": row.outside,
            }
        )
    scores = score_forecast(forecast)
    return {
        "title": str(forecast.attrs.get("title", "")),
        "issued": str(forecast["time"].values[-1])[:16] + "Z",
        "first_issue": str(forecast["time"].values[0])[:16] + "Z",
        "issues": int(forecast.sizes["time"]),
        "unit": "cm^-2 s^-1 sr^-1",
        "fluence_unit": "cm^-2 sr^-1",
        "threshold": float(forecast.attrs["threshold"]),
        "days": days,
        "missing": what_was_missing(forecast),
        "scores": {str(lead): {key: round(value, 3) for key, value in row.items()} for lead, row in scores.items()},
        "notes": [note for note in str(forecast.attrs.get("notes", "")).split("; ") if note],
        "source": str(forecast.attrs.get("source", "")),
        "flux_source": str(forecast.attrs.get("flux_source", "")) or None,
        "references": str(forecast.attrs.get("references", "")),
        "version": str(forecast.attrs.get("version", "")),
    }


def outlook_lines(summary: dict[str, Any]) -> list[str]:
    """Return the newest forecast as lines of a terminal.

    Parameters
    ----------
    summary : dict
        From :func:`electron_summary`.

    Returns
    -------
    list of str
        A title, a row for each day, and what was missing.

    Examples
    --------
    >>> from sunearth.chain.electrons import forecast_from_source
    >>> lines = outlook_lines(electron_summary(forecast_from_source("st-patrick-2015")))
    >>> lines[-1]
    'did without: measured flux'
    """
    lines = [
        summary["title"],
        f"issued {moment(summary['issued'])}; daily mean flux in {summary['unit']}",
        "",
        f"{'day':<14}{'median':>9}{'80 % band':>20}{'>= ' + format(summary['threshold'], 'g'):>11}",
    ]
    for row in summary["days"]:
        band = f"{_grouped(row['low'], ' ')} to {_grouped(row['high'], ' ')}"
        beyond = "   drivers beyond what it was fitted to" if row["beyond_the_fit"] else ""
        chance = _percent(row["alarm_probability"])
        lines.append(f"{row['day']:<14}{_grouped(row['median'], ' '):>9}{band:>20}{chance:>11}{beyond}")
    return [*lines, "", "did without: " + (", ".join(summary["missing"]) or "nothing")]


def electron_html(forecast: xr.Dataset) -> str:
    """Write the report of a forecast of electrons.

    Parameters
    ----------
    forecast : Dataset
        From :func:`sunearth.chain.electrons.forecast_from_source`.

    Returns
    -------
    str
        One HTML document: pictures and style inside; no script, nothing fetched.
    """
    found = electron_summary(forecast)
    first = found["days"][0]
    chance = _percent(first["alarm_probability"])
    headline = (
        f"On {_day(first['day'])} a daily mean flux of {_grouped(first['median'])} {_UNIT} is expected, with 80 % "
        f"probability between {_grouped(first['low'])} and {_grouped(first['high'])}. The chance that it reaches "
        f"{_grouped(found['threshold'])}, at which satellites may charge inside, is {chance}."
    )
    if found["missing"][:1] == ["measured flux"]:
        headline += " No measured flux was known: the true uncertainty is larger than this band."
    missing = ", ".join(found["missing"])
    rows = [
        (
            _day(row["day"]).rsplit(" ", 1)[0],
            _grouped(row["median"]),
            f"{_grouped(row['low'])}\N{EN DASH}{_grouped(row['high'])}",
            _percent(row["alarm_probability"]),
            _power(row["fluence"]),
        )
        for row in found["days"]
    ]
    beyond = [_day(row["day"]) for row in found["days"] if row["beyond_the_fit"]]
    caption = (
        f"Daily mean flux of electrons above 2 MeV at geosynchronous orbit in {_UNIT}, the chance that it reaches "
        f"{_grouped(found['threshold'])}, and the median fluence of the day in cm⁻² sr⁻¹. "
        f"The forecast did without: {missing or 'nothing'}. "
        + (f"For {', '.join(beyond)} the wind or the flux lay beyond what it was fitted to. " if beyond else "")
        + "It holds for a satellite near 135° west; at other longitudes the mean differs."
    )
    head = ("Day", "Median", "80 % band", f"≥ {_grouped(found['threshold'])}", "Fluence")
    parts = [
        section("The days to come", table(head, rows, caption, numeric_from=1)),
        section("Day by day", _pictured(forecast)),
    ]
    if found["scores"]:
        parts.append(section("How these forecasts fared", _fared(found)))
    leads = [row["days_ahead"] for row in found["days"]]
    parts.append(section("How good it is", _skill(leads)))
    parts.append(section("What its probabilities are worth", _reliability(leads)))
    parts.append(section("What it rests on", _sources(found)))
    return PAGE.format(
        title=escape(found["title"]),
        period=typeset(
            f"Issued {moment(found['issued'])}; forecasts of {found['issues']} "
            f"{'day' if found['issues'] == 1 else 'days'} since {moment(found['first_issue'])}"
        ),
        headline=typeset(headline),
        style=STYLE,
        scripts="'none'",
        body="\n".join(parts),
    )


def electron_picture(forecast: xr.Dataset, *, width: float = 9.5) -> Figure:
    """Draw the forecasts of the day ahead and those of the days to come, with the measured flux where it is known.

    Parameters
    ----------
    forecast : Dataset
        From :func:`sunearth.chain.electrons.forecast_from_source`.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        The 45 days before the newest forecast at most.

    Examples
    --------
    >>> from sunearth.chain.electrons import forecast_from_source
    >>> figure = electron_picture(forecast_from_source("st-patrick-2015"))
    >>> len(figure.axes[1].patches)
    6
    """
    recent = forecast.isel(time=slice(-_SHOWN, None))
    wanted = ["flux", "day", "alarm_probability"]
    ahead = [recent[wanted].sel(lead_day=1, drop=True)]
    ahead += [recent[wanted].isel(time=[-1]).sel(lead_day=k, drop=True) for k in recent["lead_day"].values[1:]]
    # along the day that is forecast; a time of issue may then stand there more than once
    drawn = xr.concat(ahead, "time", coords="minimal", compat="override")
    measured = {}
    if "flux_measured" in forecast:
        first, last = drawn["day"].values[[0, -1]]
        inside = forecast["flux_measured"].sel(time_hour=slice(first, last + np.timedelta64(23, "h")))
        if bool(inside.notnull().any()):
            half_hour = np.timedelta64(30, "m")
            measured["measured, hourly"] = (inside["time_hour"].values + half_hour, inside.values)
    threshold = float(forecast.attrs["threshold"])
    figure = electron_outlook(drawn, measured, threshold=threshold, width=width)
    # The threshold is always in sight; a band beyond anything that was ever measured leaves the picture.
    band = drawn["flux"].sel(quantile=[0.1, 0.9]).values
    seen = [threshold, *np.maximum(band, 1.0).ravel(), *(np.nanmin(v) for _, v in measured.values())]
    tallest = [threshold, *band.ravel(), *(np.nanmax(v) for _, v in measured.values())]
    figure.axes[0].set_ylim(max(0.5 * min(seen), 0.05), min(2.0 * max(tallest), _HIGHEST_SHOWN))
    return figure


def _pictured(forecast: xr.Dataset) -> str:
    seen = "flux_measured" in forecast
    text = (
        "Blue lines are the medians of the forecasts made a day ahead, and at the end "
        f"{'that' if forecast.sizes['lead_day'] == 1 else 'those'} of the newest issue; the band holds 80 % of the "
        "probability. "
        + ("Black is the measured flux, which swings with local time around the mean of the day. " if seen else "")
        + "The dotted line is the threshold; below, the chance that the mean of the day reaches it."
    )
    if forecast.sizes["time"] > _SHOWN:
        text += f" The last {_SHOWN} of {forecast.sizes['time']} days are shown; result.nc holds all."
    return picture(
        "Forecast and measured flux of electrons above 2 MeV by day, and the chance of an alarm.",
        text,
        lambda width: electron_picture(forecast, width=width),
        (9.5, 4.6),
    )


def _fared(found: dict[str, Any]) -> str:
    rows = [
        (
            _ahead(int(lead)),
            str(row["days"]),
            f"{row['rmse']:.2f}",
            f"{round(row['bias'], 2) + 0.0:+.2f}",
            f"{100 * row['within_80']:.0f} %",
            f"{row['caught']} of {row['caught'] + row['missed']}",
            str(row["false"]),
        )
        for lead, row in found["scores"].items()
    ]
    caption = (
        "The medians against the daily means that were measured: error and bias in decades (log₁₀), share of days "
        f"inside the 80 % band, days of {_grouped(found['threshold'])} and more that an alarm at a probability of "
        f"{100 * ALARM_AT:.0f} % caught, and false alarms. A few days say little, and days of 2014-2017, to which the "
        "forecast was fitted, are no test."
    )
    return table(("Ahead", "Days", "RMSE", "Bias", "In band", "Caught", "False"), rows, caption, numeric_from=1)


def _skill(leads: list[int]) -> str:
    rows = [
        (
            _ahead(lead),
            f"{_SKILL[lead][0]:.2f}",
            f"{_SKILL[lead][1]:.2f}",
            f"{_SKILL[lead][2]:.2f}",
            f"{_SKILL[lead][3]} %",
            f"{_SKILL[lead][4]:.2f}",
            f"{_SKILL[lead][5]} %",
        )
        for lead in leads
    ]
    caption = (
        "On 2018-2019, of which nothing was used in the fit to 2014-2017: efficiency of the median (1 is perfect, 0 no "
        "better than the mean of those years), that of persistence, error in decades, and share of days inside the "
        "80 % band; on the right with no flux ever measured but years of wind. A day ahead an alarm at 30 % catches "
        "86 % of the days of 1000 and more, and 11 % of the alarms are false."
    )
    head = ("Ahead", "Efficiency", "Persistence", "RMSE", "In band", "No flux: efficiency", "In band")
    return table(head, rows, caption, numeric_from=1)


def _reliability(leads: list[int]) -> str:
    reliable = [(text, *(f"{parts[k - 1][1]} %" for k in leads)) for text, *parts in _RELIABILITY]
    note = (
        "How often 1000 was reached when the probability lay between these limits, on the same days: the forecast is "
        "too cautious between 40 and 80 %, of which there are only about 30 to 50 days a row."
    )
    head = ("Probability said", *(_ahead(lead) for lead in leads))
    return table(head, reliable, note, numeric_from=1)


def _sources(found: dict[str, Any]) -> str:
    lines = [f"Solar wind: {found['source'] or 'as given'}"]
    lines.append(f"Measured flux: {found['flux_source']}" if found["flux_source"] else "Measured flux: none given")
    lines += [note[:1].upper() + note[1:] for note in found["notes"]]
    lines.append(f"Forecast: {found['references']}; version {found['version']}")
    return "<ul>" + "".join(f"<li>{typeset(line)}</li>" for line in lines) + "</ul>"


def save_electrons(forecast: xr.Dataset, folder: str | Path) -> tuple[list[Path], dict[str, Any]]:
    """Write report, summary and data of a forecast of electrons into a folder, all or nothing.

    Parameters
    ----------
    forecast : Dataset
        From :func:`sunearth.chain.electrons.forecast_from_source`.
    folder : path
        Made if it does not exist; what an earlier run left there is replaced.

    Returns
    -------
    list of Path, dict
        The files, and the summary.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else.
    """
    from sunearth.data.writing import write_netcdf, write_text

    folder = Path(folder)
    found = electron_summary(forecast)
    with replaced_folder(folder) as fresh:
        write_text(fresh / "report.html", electron_html(forecast))
        write_text(fresh / "summary.json", json.dumps(found, indent=2, allow_nan=False) + "\n")
        write_netcdf(forecast, fresh / "result.nc")
    return [folder / name for name in ("report.html", "summary.json", "result.nc")], found


def _digits(value: float) -> float:
    """Two digits: the band leaves no room for more."""
    return float(f"{value:.2g}")


def _grouped(value: float, space: str = "\N{NARROW NO-BREAK SPACE}") -> str:
    return f"{value:,.0f}".replace(",", space) if value >= 10 else f"{value:g}"


def _power(value: float) -> str:
    exponent = int(np.floor(np.log10(value)))
    raised = str(exponent).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    return f"{value / 10.0**exponent:.1f} × 10{raised}"


def _percent(share: float) -> str:
    return "under 1 %" if share < 0.01 else "over 99 %" if share > 0.99 else f"{100 * share:.0f} %"


def _ahead(lead: int) -> str:
    return "1 day" if lead == 1 else f"{lead} days"


def _day(day: str) -> str:
    year, month, number = day.split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"
