"""The inner heliosphere seen from above: the wind, a coronal mass ejection in it, and who is in its way."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sunearth.core.constants import ASTRONOMICAL_UNIT, SOLAR_RADIUS
from sunearth.core.errors import InputError

from .canvas import date_axis, date_number, in_words
from .page import moving_picture
from .style import BLACK, BLUE, GREY, VERMILLION, style

_AU = ASTRONOMICAL_UNIT / SOLAR_RADIUS  # R_sun


def ecliptic(heliosphere: xr.Dataset, time: Any = None, *, width: float = 6.0) -> Figure:
    """Draw the speed of the wind in the plane of the ecliptic at one time.

    Parameters
    ----------
    heliosphere : Dataset
        From :meth:`sunearth.heliosphere.upwind.UpwindWind.solve`.
    time : datetime64 or str, optional
        When; the nearest saved time is drawn, by default the middle of the run.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Seen from the north, the Sun in the middle and the Earth on the right; distances in au. The front of each mass
        ejection is outlined.
    """
    if "speed" not in heliosphere or heliosphere["speed"].ndim != 3:
        raise InputError("ecliptic: needs the speed on time, radius and longitude, as UpwindWind.solve gives it")
    times = heliosphere["time"].values
    index = times.size // 2 if time is None else int(np.argmin(np.abs(times - np.datetime64(time, "ns"))))
    with style():
        figure = Figure(figsize=(width, 0.92 * width))
        axes = figure.add_axes((0.12, 0.09, 0.7, 0.84))
        shading = _map(axes, heliosphere, index)
        bar = figure.colorbar(shading, cax=figure.add_axes((0.85, 0.2, 0.025, 0.6)), extend="max")
        bar.set_label("speed of the wind (km/s)")
        axes.set_title(in_words(times[index]), fontweight="normal", fontsize=9.0)
    return figure


def _map(axes: Axes, heliosphere: xr.Dataset, index: int) -> Any:
    frame = heliosphere.isel(time=index)
    longitude = np.radians(frame["longitude"].values)
    radius = frame["radius"].values / _AU
    speed = frame["speed"].transpose("radius", "longitude").values
    step = 2 * np.pi / longitude.size
    edges = np.append(longitude - 0.5 * step, longitude[0] + 2 * np.pi - 0.5 * step)
    half = 0.5 * np.diff(radius).mean()
    r, angle = np.meshgrid(np.append(radius - half, radius[-1] + half), edges, indexing="ij")
    top = max(800.0, float(np.ceil(np.nanquantile(heliosphere["speed"].values, 0.999) / 100.0)) * 100.0)
    shading = axes.pcolormesh(
        r * np.cos(angle), r * np.sin(angle), speed, cmap="cividis", vmin=250.0, vmax=min(top, 2000.0), rasterized=True
    )
    around = np.append(np.arange(longitude.size), 0)
    for name in np.atleast_1d(frame["cme"].values) if "cme" in frame.dims else ():
        for edge, dash in (("leading_edge", "-"), ("trailing_edge", (0, (3, 1.5)))):
            reach = frame[edge].sel(cme=name).values[around] / _AU
            axes.plot(
                reach * np.cos(longitude[around]), reach * np.sin(longitude[around]), color="white", linewidth=1.3,
                linestyle=dash,
            )  # fmt: skip
    axes.plot(0, 0, marker="o", markersize=7, color="#F0E442", markeredgecolor=BLACK, zorder=4)
    for number, name in enumerate(np.atleast_1d(frame["observer"].values)):
        place = frame.isel(observer=number)
        at, turn = float(place["observer_radius"]) / _AU, np.radians(float(place["observer_longitude"]))
        x, y = at * np.cos(turn), at * np.sin(turn)
        axes.plot(x, y, marker="o", markersize=6, color=BLUE, markeredgecolor="white", zorder=5)
        axes.annotate(
            str(name).capitalize(), (x, y), (-14, 9) if x > 0.9 else (6, 6), textcoords="offset points", fontsize=8.0,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}, zorder=6,
        )  # fmt: skip
    limit = 1.02 * radius[-1]
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    axes.set(xlabel="au from the Sun, towards the Earth", ylabel="au")
    axes.grid(False)
    return shading


def ecliptic_animation(heliosphere: xr.Dataset, *, width: float = 5.6, frames: int = 40, dpi: float = 80.0) -> bytes:
    """Draw the whole run as an animated picture that browsers show without a script.

    Parameters
    ----------
    heliosphere : Dataset
        As for :func:`ecliptic`.
    width : float, optional
        Width in inches.
    frames : int, optional
        At most so many.
    dpi : float, optional
        Points to the inch.

    Returns
    -------
    bytes
        An animated WebP picture.
    """
    times = heliosphere["time"].values
    chosen = np.unique(np.linspace(0, times.size - 1, min(frames, times.size)).round().astype(int))
    return moving_picture((ecliptic(heliosphere, times[index], width=width) for index in chosen), dpi=dpi)


def speed_at_earth(heliosphere: xr.Dataset, *, width: float = 9.5) -> Figure:
    """Draw the speed of the wind that observers see in a run of the inner heliosphere.

    Parameters
    ----------
    heliosphere : Dataset
        As for :func:`ecliptic`.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        One line an observer; arrivals of fronts are marked.
    """
    looks = ((BLUE, "-"), (VERMILLION, (0, (5, 1.5))), (BLACK, (0, (2, 1.2))), (GREY, "-"))
    with style():
        figure = Figure(figsize=(width, 2.5))
        axes = figure.add_axes((0.75 / width, 0.2, 1 - 0.95 / width, 0.74))
        for number, name in enumerate(np.atleast_1d(heliosphere["observer"].values)):
            colour, dash = looks[number % len(looks)]
            axes.plot(
                date_number(heliosphere["time"].values), heliosphere["observer_speed"].isel(observer=number),
                color=colour, linestyle=dash, linewidth=1.4, label=str(name).capitalize(),
            )  # fmt: skip
        for moment in np.ravel(heliosphere["arrival_time"].isel(observer=0).values):
            if not np.isnat(moment):
                axes.axvline(date_number(moment), color=GREY, linestyle=":", linewidth=1.0)
        axes.set_ylabel("Speed (km/s)")
        if heliosphere.sizes["observer"] > 1:
            axes.legend(loc="upper left")
        date_axis(axes, heliosphere["time"].values, width)
    return figure


def effects_of_ropes(effects: xr.Dataset, *, width: float = 9.5) -> Figure:
    """Draw what each class of flux rope would do: the range of the deepest Dst over the times it may arrive.

    Parameters
    ----------
    effects : Dataset (quantile, rope)
        From :func:`sunearth.chain.launch.forecast_cme`.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        A bar for each class from the weakest to the strongest of its members, with a mark at the median arrival.
    """
    ropes = effects["rope"].values
    low, high = effects["dst"].min("quantile").values, effects["dst"].max("quantile").values
    middle = effects["dst"].sel(quantile=0.5).values
    order = np.argsort(middle)
    with style():
        figure = Figure(figsize=(width, 2.7))
        axes = figure.add_axes((1.0 / width, 0.2, 1 - 1.2 / width, 0.76))
        place = np.arange(ropes.size)
        axes.hlines(place, low[order], high[order], color=BLUE, linewidth=5.0, alpha=0.45)
        axes.plot(middle[order], place, linestyle="", marker="D", color=BLUE, markersize=5)
        axes.set_yticks(place, [str(name) for name in ropes[order]])
        axes.set_ylabel("Class of flux rope")
        axes.set_xlabel("Deepest Dst (nT)")
        for level, name in ((-50.0, "moderate"), (-100.0, "intense"), (-250.0, "super")):
            if axes.get_xlim()[0] < level:
                axes.axvline(level, color=GREY, linestyle=":", linewidth=1.0)
                axes.text(level, ropes.size - 0.45, name, fontsize=7.0, color="#444444", ha="center")
        axes.set_ylim(-0.6, ropes.size - 0.1)
    return figure
