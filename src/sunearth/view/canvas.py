"""What the figures share: the layout for narrow screens, dates on axes, the moment of a storm, the models of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import matplotlib.dates as mdates
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from sunearth.chain.stages import STAGES
from sunearth.core.errors import InputError, SunEarthError

if TYPE_CHECKING:
    pass


NARROW = 6.0
"""Figures narrower than this, in inches, are laid out for a telephone."""


# English whatever the locale.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def storm_peak(result: xr.Dataset) -> np.datetime64 | None:
    """Return when the modelled Dst is lowest, or where there is none, when the oval reaches lowest."""
    for name in ("dst", "oval_equatorward_mlat"):
        if name in result and bool(result[name].notnull().any()):
            return result["time"].values[int(np.nanargmin(result[name].values))]  # type: ignore[no-any-return]
    return None


def date_number(times: Any) -> Any:
    """Return times as matplotlib counts them."""
    return mdates.date2num(times)


def expect_one_run(result: xr.Dataset) -> None:
    """Refuse what is not a single run along time."""
    if "time" not in result.dims:
        raise InputError("a run to draw needs the dimension time")
    if "member" in result.dims:
        raise InputError("draw one member of an ensemble: result.isel(member=0)")


def in_words(time: np.datetime64) -> str:
    """Write a time as people say it: 17 March 2015, 22:35 UTC."""
    moment = np.datetime64(time, "s").astype(object)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


def date_axis(axes: Axes, times: np.ndarray, width: float) -> None:
    """Set days as ticks for a storm, something coarser or finer for anything else; the year stands in the label."""
    first, last = times[0], times[-1]
    if first == last:
        first, last = first - np.timedelta64(1, "h"), last + np.timedelta64(1, "h")
    axes.set_xlim(date_number(first), date_number(last))
    days = (last - first) / np.timedelta64(1, "D")
    per_tick = days / max(2.0, (width - 1.4) / 0.75)
    locator: Any
    if days > 45:
        locator = mdates.AutoDateLocator(minticks=3, maxticks=max(4, int(width)))
        axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    else:
        hours = next((h for h in (1, 3, 6, 12) if h / 24 >= per_tick), None)
        if hours is not None and days <= 3:
            locator = mdates.HourLocator(byhour=range(0, 24, hours))
        else:
            interval = next((n for n in (1, 2, 5, 10) if n >= per_tick), 15)
            locator = mdates.DayLocator(interval=interval)
            axes.xaxis.set_minor_locator(mdates.HourLocator(byhour=(6, 12, 18)) if interval == 1 else NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(_day_or_hour))
    axes.xaxis.set_major_locator(locator)
    years = sorted({str(np.datetime64(t, "Y")) for t in (first, last)})
    axes.set_xlabel(f"Universal time, {'-'.join(years)}")


def _day_or_hour(number: float, _: Any) -> str:
    moment = mdates.num2date(number)
    day = f"{moment.day} {MONTHS[moment.month - 1][:3]}"
    return day if moment.hour == 0 else f"{moment:%H:%M}"


def model_of(result: xr.Dataset, stage_name: str) -> Any:
    """Return the model that answered a stage of this run, or None if it is not known here."""
    try:
        chosen = json.loads(result.attrs.get("models", "{}")).get(stage_name)
        return next(stage for stage in STAGES if stage.name == stage_name).model(chosen)
    except (SunEarthError, StopIteration, ValueError, AttributeError, ImportError):
        return None


def empty_figure(width: float, text: str) -> Figure:
    """Return a figure that only says why there is nothing to see."""
    figure = Figure(figsize=(width, 1.2))
    figure.text(0.5, 0.5, text, ha="center", va="center", color="#444444")
    return figure
