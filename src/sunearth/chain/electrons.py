"""From measured solar wind to the electrons that charge satellites: a forecast for each day, and how it fared."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import sunearth
from sunearth.core.errors import DataError, InputError, UnitError
from sunearth.core.units import conversion_factor
from sunearth.data.opening import Content, one_line, open_content
from sunearth.data.tables import TIME_NAMES, parse_table, parse_times

from .prepare import REQUIRED, join_notes, to_gsm
from .run import DEFAULT_EVENT, Progress, cut, from_l1, input_hash, load

Floats = NDArray[np.float64]
FluxColumns = Mapping[str, str] | Iterable[str]
"""How a user maps the names in a file of fluxes: ``{"UT": "time", "E2": "flux[cm^-2 s^-1 sr^-1]"}``."""

FLUX_UNIT = "cm^-2 s^-1 sr^-1"
HIGHEST_FLUX = 1e7
"""cm^-2 s^-1 sr^-1, fifty times the highest hour of 2014-2020: above this it is a fill value."""
ALARM_AT = 0.3
"""Probability from which a day counts as an alarm: that at which alarms were scored."""

_HOUR = np.timedelta64(3_600_000_000_000, "ns")
_DAY = np.timedelta64(86_400_000_000_000, "ns")
_EPOCH = np.datetime64("1970-01-01", "ns")
_HALF_A_DAY = np.timedelta64(12 * 3_600_000_000_000, "ns")
_ENOUGH_OF_A_DAY = np.timedelta64(18 * 3_600_000_000_000, "ns")
_WIND_UNITS = {"speed": "km/s", "n_p": "cm^-3", "b_z": "nT"}
_REMEMBERED = 60
"""d before the wind from which measured fluxes still count"""
_NEVER = 60.0
"""d, the age that a forecast gives to a flux that was never known"""


# The forecast ---------------------------------------------------------------------------------------------------------


def forecast_from_source(
    source: Any = None,
    flux: Any = None,
    *,
    days: int = 3,
    start: Any = None,
    end: Any = None,
    columns: Mapping[str, str] | None = None,
    flux_columns: FluxColumns | None = None,
    frame: str | None = None,
    gap_limit: str = "30min",
    propagate: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Forecast electrons above 2 MeV at geosynchronous orbit for every day that a source of solar wind covers.

    Parameters
    ----------
    source : str, Path or Dataset, optional
        An embedded event, a file in any format that :func:`sunearth.read` takes, or a Dataset with ``time``, ``b_z``,
        ``speed`` and ``n_p``, and ``dst`` or ``sym_h`` if known. The storm of 17 March 2015 if left out.
    flux : str, Path, DataArray or Dataset, optional
        Measured flux above 2 MeV, as :func:`read_electron_flux` takes it.
    days : {1, 2, 3}, optional
        How many days ahead.
    start, end : time, optional
        Keep only this part of the wind, UTC.
    columns : dict, optional
        Other names and units in the file of the wind: ``{"Bz_gsm_nT": "b_z[nT]"}``.
    flux_columns : dict or sequence of str, optional
        Other names and units in the file of fluxes: ``{"E2": "flux[cm^-2 s^-1 sr^-1]"}``.
    frame : str, optional
        ``"GSM"`` or ``"GSE"``, where the source does not say.
    gap_limit : str, optional
        Gaps of the wind up to this length are bridged linearly; through longer ones the last value is held, and the
        band is wider.
    propagate : bool, optional
        Delay the wind from L1 to the bow-shock nose.
    progress : callable, optional
        Told how far it is.

    Returns
    -------
    Dataset
        What :func:`sunearth.magnetosphere.relativistic_electrons.forecast_electrons` returns for every lead up to
        `days`, along the ``time`` of issue; ``flux_measured`` along ``time_hour``, and ``flux_observed``, the daily
        mean of the day that was forecast, where there is a measured flux; ``title`` and ``notes`` among the attributes.

    Raises
    ------
    SunEarthError
        If a source cannot be read, lacks what the forecast needs, or holds no day.

    Notes
    -----
    A day counts as soon as 18 of its hours lie within the wind, or 12 within the wind and 18 within the measured flux:
    at 19 UT one has a forecast for tomorrow, with a band that knows of the missing hours. A forecast uses
    nothing from after its own issue; fluxes measured later only show how good it was.

    Examples
    --------
    >>> forecast = forecast_from_source("st-patrick-2015")
    >>> dict(forecast["flux"].sizes)
    {'lead_day': 3, 'quantile': 7, 'time': 4}
    >>> str(forecast["day"].values[0, -1])[:10], float(forecast["wind_missing"][-1])
    ('2015-03-21', 0.0)
    """
    if isinstance(days, bool) or days not in (1, 2, 3):
        raise InputError(f"electrons: days: a forecast reaches 1, 2 or 3 days ahead, not {days}")

    def tell(text: str, done: int) -> None:
        if progress:
            progress(text, done, 3)

    tell("Reading the wind", 0)
    wind = _wind(source, columns, frame, start, end, gap_limit, propagate)
    tell("Reading the flux", 1)
    measured = None if flux is None else read_electron_flux(flux, flux_columns)
    tell("How many electrons will there be?", 2)
    result = _forecast(wind, measured, days)
    tell("done", 3)
    name = str(source or DEFAULT_EVENT) if not isinstance(source, xr.Dataset) else "a Dataset in memory"
    event = str(wind.attrs.get("title", "")) or (Path(name).name if not isinstance(source, xr.Dataset) else name)
    result.attrs |= {
        "title": f"Electrons above 2 MeV at geosynchronous orbit: {event}",
        "input_hash": input_hash(wind),
        "scenario": json.dumps(
            {
                "source": name,
                "flux": str(flux) if isinstance(flux, (str, os.PathLike)) else None if flux is None else "in memory",
                "days": days,
                "start": str(start) if start is not None else None,
                "end": str(end) if end is not None else None,
                "gap_limit": gap_limit,
                "propagate": propagate,
            },
            sort_keys=True,
        ),
    }
    return result


def _wind(
    source: Any,
    columns: Mapping[str, str] | None,
    frame: str | None,
    start: Any,
    end: Any,
    gap_limit: str,
    propagate: bool,
) -> xr.Dataset:
    """The wind where it should be: in order, in GSM, short gaps bridged."""
    from sunearth.data.gaps import fill_gaps

    wind = load(source, columns=columns, frame=frame)
    for name in REQUIRED:
        if name not in wind and not (name == "b_z" and str(wind.attrs.get("frame")) == "GSE"):
            have = ", ".join(str(v) for v in wind.data_vars)
            raise DataError(
                f"the solar wind has no {name}; it has {have}. Map a column with --columns theirs={name}[unit]"
            )
    if "time" not in wind.indexes:
        raise DataError("the solar wind has no times; give a Dataset with a coordinate time")
    if wind["time"].size == 0 or wind["time"].dtype.kind != "M" or np.isnat(wind["time"].values).any():
        raise DataError("the solar wind: its times are no times in UTC; give datetime64")
    if not (np.diff(wind["time"].values) > np.timedelta64(0, "ns")).all():
        wind = wind.sortby("time").drop_duplicates("time", keep="last")
        wind.attrs["notes"] = join_notes(wind.attrs.get("notes", ""), "times were not in order: sorted")
    wind = to_gsm(cut(wind, start, end))
    if propagate:
        wind = from_l1(wind)
    wind = fill_gaps(wind, gap_limit)
    for name in REQUIRED:
        if wind[name].dims != ("time",):
            raise InputError(f"electrons: {name} has dimensions {wind[name].dims}; give one wind along time")
        if not bool(wind[name].notnull().any()):
            raise DataError(f"the solar wind's {name} holds no number at all: nothing can be computed from it")
    return wind


def _forecast(wind: xr.Dataset, measured: xr.DataArray | None, days: int) -> xr.Dataset:
    from sunearth.magnetosphere.relativistic_electrons import daily_inputs, forecast_electrons

    drivers = _drivers(wind)
    first, issue = _days_covered(wind, drivers, measured)
    begin = _midnight(wind["time"].values[0])
    notes = [str(wind.attrs.get("notes", ""))]
    if measured is not None:
        notes.append(str(measured.attrs.get("notes", "")))
        begin = min(begin, max(_midnight(measured["time"].values[0]), first - _REMEMBERED * _DAY))
    hours = np.arange(begin, issue, _HOUR)
    hourly = {name: _by_hour(wind["time"].values, values, hours) for name, values in drivers.items()}
    ring = _measured_dst(wind, hours)
    if ring is not None:
        hourly["dst"] = ring
    known = None
    if measured is not None:
        known = _by_hour(measured["time"].values, measured.values, hours)
        if np.isnan(known).all():
            notes.append("no flux was measured in the two months before the last issue: the forecast goes without")
            known = None
    leads = list(range(1, days + 1))
    result = forecast_electrons(hours, known, hourly, lead_days=leads)
    # days before the wind, of which only the flux is known, are history and get no forecast
    result = result.isel(time=np.flatnonzero(result["time"].values > first))
    if measured is not None:
        ends = issue + days * _DAY
        seen = np.arange(begin, min(ends, _midnight(measured["time"].values[-1]) + _DAY), _HOUR)
        if seen.size:
            flux = _by_hour(measured["time"].values, measured.values, seen)
            still = {"speed": 400.0, "n_p": 5.0, "b_z": 0.0, "dst": 0.0}
            table = daily_inputs(seen, flux, still)
            by_day = dict(zip(table.issue - _DAY, 10.0**table.log_flux, strict=True))
            observed = [[by_day.get(day, np.nan) for day in row] for row in result["day"].values]
            source = str(measured.attrs.get("source", ""))
            label = {"units": FLUX_UNIT, "references": source}
            result["flux_observed"] = (("lead_day", "time"), np.array(observed, float), label | {
                "long_name": "Measured daily mean flux of the day that was forecast"})  # fmt: skip
            result["flux_measured"] = (("time_hour",), flux, label | {
                "long_name": "Measured flux of electrons above 2 MeV, hourly means"})  # fmt: skip
            result = result.assign_coords(time_hour=("time_hour", seen, {"long_name": "Start of the hour, UTC"}))
        result.attrs["flux_source"] = str(measured.attrs.get("source", ""))
    if float(result["flux_age"][-1]) >= _NEVER:
        notes.append(
            "without any measured flux errors are about twice as large, and the 80 per cent band is too narrow: "
            "on 2018-2019 it held the day ahead on 50 per cent of the days with one day of wind, on 59 with four and "
            "on 67 with a fortnight or more"
        )
    last = _last(wind["time"].values, drivers)
    if last > issue + _HOUR:
        notes.append(f"wind after the last issue is not used: {(last - issue) / _HOUR:.0f} h of the day after it")
    elif last < issue - _HOUR:
        notes.append(f"the last issue comes {(issue - last) / _HOUR:.0f} h after the end of the wind")
    result.attrs |= {
        "Conventions": "CF-1.11",
        "references": result.attrs.pop("source", ""),
        "source": str(wind.attrs.get("source", "")),
        "version": sunearth.__version__,
        "notes": join_notes(*notes),
        "wind_begin": str(wind["time"].values[0])[:16] + "Z",
        "wind_end": str(last)[:16] + "Z",
    }
    return result


def _drivers(wind: xr.Dataset) -> dict[str, Floats]:
    """The wind that the forecast takes, in its units."""
    return {name: _in_unit(wind[name], unit) for name, unit in _WIND_UNITS.items()}


def _in_unit(variable: xr.DataArray, unit: str) -> Floats:
    return np.asarray(variable.values, float) * conversion_factor(str(variable.attrs.get("units", unit)), unit)


def _measured_dst(wind: xr.Dataset, hours: Any) -> Floats | None:
    """Dst of each hour as measured, under either of its names; where it is missing, SYM-H."""
    found = None
    for name in ("dst", "dst_observed", "sym_h", "sym_h_observed"):
        if name not in wind or wind[name].ndim != 1 or "assumes" in wind[name].attrs:
            continue
        time = wind[name][str(wind[name].dims[0])].values
        if time.dtype.kind != "M":
            continue
        here = _by_hour(time, _in_unit(wind[name], "nT"), hours)
        found = here if found is None else np.where(np.isnan(found), here, found)
    return found


def _last(time: Any, drivers: Mapping[str, Floats]) -> Any:
    """Until when there is wind."""
    known = np.any([np.isfinite(drivers[name]) for name in REQUIRED], axis=0)
    step = min(np.median(np.diff(time)), _HOUR) if time.size > 1 else _HOUR
    return time[known][-1] + step


def _days_covered(wind: xr.Dataset, drivers: Mapping[str, Floats], measured: xr.DataArray | None) -> tuple[Any, Any]:
    """The start of the first day, and the end of the last, of which 18 hours are covered."""
    time = wind["time"].values
    known = np.any([np.isfinite(drivers[name]) for name in REQUIRED], axis=0)
    begin, end = time[known][0], _last(time, drivers)
    first = _midnight(begin - (_DAY - _ENOUGH_OF_A_DAY) - np.timedelta64(1, "ns")) + _DAY
    reached = end
    if measured is not None:
        # flux that goes on may complete a day in which the wind ends, but not one that the wind has hardly begun
        until, midnight = measured["time"].values[-1] + _HOUR, _midnight(end - np.timedelta64(1, "ns")) + _DAY
        if midnight - end <= _HALF_A_DAY:
            reached = max(end, min(until, midnight))
    issue = _midnight(reached + (_DAY - _ENOUGH_OF_A_DAY))
    if issue <= first:
        raise DataError(
            f"the wind from {str(begin)[:16]} to {str(end)[:16]} UTC holds no day (00 to 24 UT) of which at least 18 "
            "hours are known; give a longer one"
        )
    return first, issue


def _midnight(time: Any) -> Any:
    return _EPOCH + (time - _EPOCH) // _DAY * _DAY


def _by_hour(time: Any, values: Floats, hours: Any) -> Floats:
    """Means of what is known in each hour, NaN where nothing is."""
    place = (time - hours[0]) // _HOUR
    used = (place >= 0) & (place < hours.size) & np.isfinite(values)
    total = np.bincount(place[used], values[used], hours.size)
    number = np.bincount(place[used], minlength=hours.size)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


class Outlook(NamedTuple):
    """What is expected of one day; fluxes are daily means in cm^-2 s^-1 sr^-1."""

    day: np.datetime64
    median: float
    low: float
    """which one day in ten stays below"""
    high: float
    """which one day in ten exceeds"""
    fluence: float
    """median, cm^-2 sr^-1 in the day"""
    alarm_probability: float
    outside: bool


def latest_outlook(forecast: xr.Dataset) -> list[Outlook]:
    """Return the newest forecast, day by day.

    Parameters
    ----------
    forecast : Dataset
        From :func:`forecast_from_source`.

    Returns
    -------
    list of Outlook
        One for each day ahead.

    Examples
    --------
    >>> rows = latest_outlook(forecast_from_source("st-patrick-2015"))
    >>> [str(row.day)[:10] for row in rows], all(row.low < row.median < row.high for row in rows)
    (['2015-03-21', '2015-03-22', '2015-03-23'], True)
    """
    newest = forecast.isel(time=-1)
    rows = []
    for lead in newest["lead_day"].values:
        here = newest.sel(lead_day=lead)
        day: Any = here["day"].values[()]
        low, median, high = (float(here["flux"].sel(quantile=level)) for level in (0.1, 0.5, 0.9))
        rows.append(
            Outlook(
                day,
                median,
                low,
                high,
                float(here["fluence"].sel(quantile=0.5)),
                float(here["alarm_probability"]),
                bool(here["outside"]),
            )
        )
    return rows


def what_was_missing(forecast: xr.Dataset, issue: int = -1) -> list[str]:
    """Say what a forecast had to do without.

    Parameters
    ----------
    forecast : Dataset
        From :func:`forecast_from_source`.
    issue : int, optional
        Which of the issues; the newest if left out.

    Returns
    -------
    list of str
        Empty if everything was known.

    Examples
    --------
    >>> what_was_missing(forecast_from_source("st-patrick-2015"))
    ['measured flux']
    """
    here = forecast.isel(time=issue)
    age, lost = float(here["flux_age"]), float(here["wind_missing"])
    found = []
    if age >= _NEVER:
        found.append("measured flux")
    elif age > 0:
        found.append(f"flux of the last {'day' if age == 1 else f'{age:.0f} days'}")
    if lost > 0:
        found.append(f"{'less than 1' if lost < 0.01 else f'{100 * lost:.0f}'} % of the wind of the last three days")
    begin = forecast.attrs.get("wind_begin", "")
    if begin and here["time"].values - np.datetime64(begin.rstrip("Z"), "ns") < 3 * _DAY:
        found.append(f"wind before {begin[:10]}")
    if bool(here["dst_modelled"]):
        found.append("measured Dst")
    return found


def score_forecast(forecast: xr.Dataset) -> dict[int, dict[str, float | int]]:
    """Compare the forecasts with the flux that was measured on the days they were made for.

    Parameters
    ----------
    forecast : Dataset
        From :func:`forecast_from_source`.

    Returns
    -------
    dict
        By days ahead: ``days`` compared, ``rmse`` and ``bias`` of the median in log10 (positive where it was too high),
        ``within_80`` (share of the days inside the 80 per cent band), and of the days of 1000 cm^-2 s^-1 sr^-1 and
        more how many were ``caught`` and ``missed`` by alarms at a probability of 0.3, and how many alarms were
        ``false``. Empty where no flux was measured on any of the days.

    Examples
    --------
    >>> score_forecast(forecast_from_source("st-patrick-2015"))
    {}
    """
    if "flux_observed" not in forecast:
        return {}
    scores: dict[int, dict[str, float | int]] = {}
    threshold = float(forecast.attrs["threshold"])
    for lead in forecast["lead_day"].values.tolist():
        here = forecast.sel(lead_day=lead)
        here = here.isel(time=np.flatnonzero(np.isfinite(here["flux_observed"].values)))
        if here.sizes["time"] == 0:
            continue
        seen = here["flux_observed"].values
        low, median, high = (here["flux"].sel(quantile=level).values for level in (0.1, 0.5, 0.9))
        error = np.log10(median) - np.log10(seen)
        alarm, exceeded = here["alarm_probability"].values >= ALARM_AT, seen >= threshold
        scores[lead] = {
            "days": int(seen.size),
            "rmse": float(np.sqrt(np.mean(error**2))),
            "bias": float(error.mean()),
            "within_80": float(np.mean((seen >= low) & (seen <= high))),
            "caught": int((alarm & exceeded).sum()),
            "missed": int((~alarm & exceeded).sum()),
            "false": int((alarm & ~exceeded).sum()),
        }
    return scores


# Measured flux --------------------------------------------------------------------------------------------------------


def read_electron_flux(source: Any, columns: FluxColumns | None = None) -> xr.DataArray:
    """Read a measured flux of electrons above 2 MeV.

    Parameters
    ----------
    source : str, Path, DataArray or Dataset
        CSV with a header, plain or gzip: a column of times (ISO 8601, UTC) and one of an integral flux that states its
        unit, ``flux [cm^-2 s^-1 sr^-1]``; JSON of the Space Weather Prediction Center (``integral-electrons``); NetCDF,
        a Dataset or a DataArray along ``time`` with ``units``. Hourly or denser.
    columns : dict or sequence of str, optional
        Other names and units: ``{"UT": "time", "E2": "flux[cm^-2 s^-1 sr^-1]"}``.

    Returns
    -------
    DataArray
        cm^-2 s^-1 sr^-1 along ``time``, sorted and unique; what is zero, negative or a fill value is left out, and
        ``attrs["notes"]`` says how much that was.

    Raises
    ------
    DataError
        In one line: what cannot be used, and the remedy.
    UnitError
        If the flux states no unit, or one of something else.

    Examples
    --------
    >>> time = np.datetime64("2017-03-01", "ns") + np.arange(4) * np.timedelta64(1, "h")
    >>> made = xr.DataArray([2e6, -99999.0, 3e6, 0.0], {"time": time}, attrs={"units": "m^-2 s^-1 sr^-1"})
    >>> flux = read_electron_flux(made)
    >>> flux.values.tolist(), flux.attrs["notes"]
    ([200.0, 300.0], 'flux: 2 values masked (zero, negative or fill)')
    """
    mapped = _flux_mapping(columns)
    if isinstance(source, (xr.DataArray, xr.Dataset)):
        dataset = source.to_dataset(name=source.name or "flux") if isinstance(source, xr.DataArray) else source
        return _measured(*_from_dataset(dataset, mapped, "flux"), place="flux")
    if not isinstance(source, (str, os.PathLike)):
        raise InputError(f"flux: give a file, a DataArray or a Dataset, not {type(source).__name__}")
    content = open_content(source)
    if content.kind == "cdf":
        raise DataError(f"{content.name}: is CDF; save the flux as CSV or NetCDF")
    if content.kind != "text":
        return _measured(*_from_dataset(_open_netcdf(content), mapped, content.name), place=content.name)
    text = content.text()
    read = _from_json if text.lstrip()[:1] in ("[", "{") else _from_csv
    return _measured(*read(text, mapped, content.name), place=content.name)


_MAPPED = re.compile(r"^\s*(?P<name>flux|time)\s*(?:\[(?P<unit>[^\[\]]*)\])?\s*$")
_STATED = re.compile(r"^(?P<name>.*?)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>.*)\))?\s*$", re.DOTALL)
_ENERGY = re.compile(r"(?P<number>\d+(?:\.\d+)?)[\s_]*(?P<unit>[kM]eV)", re.IGNORECASE)
# As archives write it: a quotient whose denominator is a product, with or without the thing that is counted.
_QUOTIENT = re.compile(
    r"(?:1|#|e|electrons?|particles?|counts?|number)?\s*/\s*\(?\s*(?P<length>cm|m)\s*(?:\^|\*\*)?2"
    r"[\s\-*·./]+(?:(?:s|sec)[\s\-*·./]+(?:sr|ster)|(?:sr|ster)[\s\-*·./]+(?:s|sec))\s*\)?"
)


def _flux_mapping(columns: FluxColumns | None) -> dict[str, tuple[str, str | None]]:
    """Their names to ours, and the unit if it was said."""
    if columns is None:
        return {}
    if isinstance(columns, Mapping):
        pairs = [(str(theirs), str(ours)) for theirs, ours in columns.items()]
    else:
        texts = [columns] if isinstance(columns, str) else columns
        pairs = [(theirs, ours) for theirs, _, ours in (str(text).rpartition("=") for text in texts)]
    mapped = {}
    for theirs, ours in pairs:
        match = _MAPPED.match(ours)
        if match is None or not theirs.strip():
            raise DataError(
                f"flux columns: {theirs}={ours} is not THEIRS=flux[unit] or THEIRS=time, such as E2=flux[{FLUX_UNIT}]"
            )
        mapped[theirs.strip()] = (match["name"], match["unit"])
    return mapped


def _flux_factor(unit: str) -> float | None:
    """By which number a flux in this unit is turned into cm^-2 s^-1 sr^-1; None if it is another quantity."""
    text = " ".join(unit.split())
    if text.lower() == "pfu":
        return 1.0
    match = _QUOTIENT.fullmatch(text.lower())
    if match:
        return 1.0 if match["length"] == "cm" else 1e-4
    if "sr" not in text.lower():  # a steradian has no dimension: without it the flux is one over all directions
        return None
    try:
        return conversion_factor(text, FLUX_UNIT)
    except UnitError:
        return None


def _chosen_flux(units: Mapping[str, str | None], mapped: Mapping[str, Any], place: str) -> tuple[str, float]:
    """Which of the columns is the flux above 2 MeV, and the factor to its unit."""
    wanted = [theirs for theirs, (ours, _) in mapped.items() if ours == "flux"]
    if len(wanted) > 1:
        raise DataError(f"{place}: {wanted[0]!r} and {wanted[1]!r} are both mapped to flux; keep one")
    if wanted:
        if wanted[0] not in units:
            raise DataError(f"{place}: has no column {wanted[0]!r}; it has {_listed(units)}")
        unit = mapped[wanted[0]][1] if mapped[wanted[0]][1] is not None else units[wanted[0]]
        if unit is None:
            raise UnitError(f"{place}: {wanted[0]!r} states no unit; say {wanted[0]}=flux[{FLUX_UNIT}]")
        factor = _flux_factor(unit)
        if factor is None:
            raise UnitError(f"{place}: {wanted[0]!r} is in {unit!r}; an integral flux is taken in {FLUX_UNIT}")
        return wanted[0], factor
    fluxes = {name: f for name, unit in units.items() if unit is not None and (f := _flux_factor(unit)) is not None}
    above = {name: f for name, f in fluxes.items() if _energy(name) == 2.0}
    unknown = {name: f for name, f in fluxes.items() if _energy(name) is None}
    found = above or unknown
    if len(found) == 1:
        return next(iter(found.items()))
    if found:
        raise DataError(
            f"{place}: {_listed(found)} are all fluxes; say which is above 2 MeV: --flux-columns NAME=flux[unit]"
        )
    if fluxes:
        raise DataError(f"{place}: {_listed(fluxes)} are of other energies; the forecast takes electrons above 2 MeV")
    likely = [name for name in units if units[name] is None and ("flux" in name.lower() or _energy(name) == 2.0)]
    if likely:
        raise UnitError(
            f"{place}: {likely[0]!r} states no unit; name it '{likely[0]} [{FLUX_UNIT}]' or say "
            f"--flux-columns '{likely[0]}=flux[{FLUX_UNIT}]'"
        )
    raise DataError(
        f"{place}: has no flux above 2 MeV in {FLUX_UNIT}; it has {_listed(units)}. "
        f"Map a column with --flux-columns 'theirs=flux[{FLUX_UNIT}]'"
    )


def _energy(name: str) -> float | None:
    """MeV, if a name says one."""
    match = _ENERGY.search(name)
    if match is None:
        return None
    return float(match["number"]) * (1e-3 if match["unit"].lower() == "kev" else 1.0)


def _listed(names: Iterable[Any], limit: int = 8) -> str:
    listed = [repr(str(name)[:40]) for name in names]
    return ", ".join(listed[:limit]) + (" ..." if len(listed) > limit else "")


def _from_csv(text: str, mapped: Mapping[str, Any], place: str) -> tuple[Any, Floats, float]:
    lines = text.splitlines()
    start = 0
    while start < len(lines) and (not lines[start].strip() or lines[start].lstrip().startswith("#")):
        start += 1
    if start == len(lines):
        raise DataError(f"{place}: holds comments only, no header and no rows")
    delimiter = max(",;\t", key=lines[start].count)
    try:
        header = [cell.strip() for cell in next(csv.reader([lines[start]], delimiter=delimiter))]
    except (csv.Error, StopIteration) as error:
        raise DataError(f"{place}: line {start + 1} is not a header: {one_line(error)}") from None
    if len(set(header)) < len(header):
        raise DataError(f"{place}: line {start + 1} names a column twice; keep one")
    units = {}
    for cell in header:
        match = _STATED.match(cell)
        units[cell] = None if match is None else match["square"] if match["square"] is not None else match["round"]
    time = next((theirs for theirs, (ours, _) in mapped.items() if ours == "time"), None)
    if time is None:
        time = next((cell for cell in header if cell.lower() in TIME_NAMES), None)
    if time not in header:
        raise DataError(
            f"{place}: line {start + 1} names no column {time or 'time'}; it has {_listed(header)}; "
            "map it with --flux-columns THEIRS=time"
        )
    chosen, factor = _chosen_flux({cell: unit for cell, unit in units.items() if cell != time}, mapped, place)
    body = "\n".join("" if line.startswith("#") else line for line in lines[start + 1 :])
    others = [cell for cell in header if cell != chosen]
    table, numbers = parse_table(
        body, header, place=place, delimiter=delimiter, first_line=start + 2, text_columns=others
    )
    return parse_times(table[time], numbers, place, time), table[chosen], factor


def _from_json(text: str, mapped: Mapping[str, Any], place: str) -> tuple[Any, Floats, float]:
    """Records as the Space Weather Prediction Center writes them, which are in cm^-2 s^-1 sr^-1."""
    try:
        records = json.loads(text)
    except ValueError as error:
        raise DataError(f"{place}: cannot be read as JSON ({one_line(error)}); fetch it again") from None
    fields = ("time_tag", "flux", "energy")
    usable = isinstance(records, list) and all(isinstance(r, dict) and all(f in r for f in fields) for r in records)
    if not usable or not records:
        raise DataError(f"{place}: is no list of records with {', '.join(fields)}; give integral-electrons or a CSV")
    chosen = [r for r in records if _energy(str(r["energy"])) == 2.0]
    if not chosen:
        raise DataError(f"{place}: holds {_listed(dict.fromkeys(r['energy'] for r in records))}, not electrons >=2 MeV")
    time = parse_times([str(r["time_tag"]) for r in chosen], np.arange(1, len(chosen) + 1), place, "time_tag")
    try:
        values = np.array([np.nan if r["flux"] is None else float(r["flux"]) for r in chosen])
    except (TypeError, ValueError) as error:
        raise DataError(f"{place}: a flux is no number: {one_line(error)}") from None
    return time, values, 1.0


def _open_netcdf(content: Content) -> xr.Dataset:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            engine: Any = "h5netcdf" if content.kind == "hdf5" else "scipy"
            with xr.open_dataset(io.BytesIO(content.data), engine=engine) as opened:
                return opened.load()
    except Exception as error:  # the backends raise whatever a broken file makes them run into
        raise DataError(f"{content.name}: cannot be read as NetCDF ({one_line(error)}); fetch it again") from None


def _from_dataset(dataset: xr.Dataset, mapped: Mapping[str, Any], place: str) -> tuple[Any, Floats, float]:
    if "input_hash" in dataset.attrs:
        raise DataError(f"{place}: is the result of a run, whose fluxes are modelled; give measured ones")
    name = next((theirs for theirs, (ours, _) in mapped.items() if ours == "time"), "time")
    if name not in dataset.variables or dataset[name].ndim != 1 or dataset[name].dtype.kind != "M":
        raise DataError(f"{place}: has no one-dimensional time; it has {_listed(dataset.variables)}")
    units = {
        str(key): None if variable.attrs.get("units") is None else str(variable.attrs["units"])
        for key, variable in dataset.data_vars.items()
        if variable.dims == dataset[name].dims and variable.dtype.kind in "fiu"
    }
    chosen, factor = _chosen_flux(units, mapped, place)
    return dataset[name].values.astype("datetime64[ns]"), dataset[chosen].values.astype(float), factor


def _measured(time: Any, values: Any, factor: float, *, place: str) -> xr.DataArray:
    """Only what was measured, in order."""
    raw = np.asarray(values, float)
    if np.isnat(time).any():
        raise DataError(f"{place}: {int(np.isnat(time).sum())} of {time.size} times cannot be read")
    flux = raw * factor
    with np.errstate(invalid="ignore"):
        # nines alone, from 99999 on, mark what is missing in many archives
        power = 10.0 ** np.ceil(np.log10(np.maximum(raw, 1.0)))
        nines = (raw >= 99999.0) & (raw < power) & (power - raw < 1.001e-5 * power)
        wrong = ~np.isnan(flux) & ((flux <= 0.0) | (flux > HIGHEST_FLUX) | nines)
    notes = []
    if wrong.any():
        count = int(wrong.sum())
        notes.append(f"flux: {count} value{'s' * (count > 1)} masked (zero, negative or fill)")
    if np.any(np.diff(time) < np.timedelta64(0, "ns")):
        notes.append("flux: times were not in order: sorted")
    good = ~np.isnan(flux) & ~wrong
    if not good.any():
        raise DataError(f"{place}: holds no valid flux: every value is missing, zero, negative or fill; leave it out")
    order = np.argsort(time, kind="stable")
    ordered, valid = time[order], good[order]
    last = np.append(ordered[1:] != ordered[:-1], True)
    if not last.all():
        notes.append(f"flux: {int((~last).sum())} duplicate times dropped, the last row of each kept")
    distinct = ordered[last]
    if distinct.size > 1 and np.median(np.diff(distinct)) > 1.01 * _HOUR:
        step = np.median(np.diff(distinct)) / _HOUR
        raise DataError(f"{place}: its values are {step:.3g} h apart; daily means need hourly values or denser")
    keep = last & valid
    if not keep.any():
        raise DataError(f"{place}: holds no valid flux: every value is missing, zero, negative or fill; leave it out")
    return xr.DataArray(
        flux[order][keep],
        {"time": ordered[keep]},
        ("time",),
        "flux",
        {
            "units": FLUX_UNIT,
            "long_name": "Measured flux of electrons above 2 MeV",
            "source": Path(place).name,
            "notes": "; ".join(notes),
        },
    )
