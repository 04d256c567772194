"""From the launch of a coronal mass ejection to its effects on Earth, as far as they can be known before it arrives.

When it arrives is a distribution; what its field does is not known at all, so every class of flux rope is run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sunearth.core.errors import InputError
from sunearth.core.time import to_datetime64

from .run import Progress, run_chain

SPEED_QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Quantiles of the arrival that are run through the chain, each with every class of flux rope."""

EFFECTS = {
    "dst": ("minimum of Dst", "nT", "min"),
    "kp_model": ("maximum of Kp", "1", "max"),
    "magnetopause_standoff": ("closest magnetopause", "R_E", "min"),
    "cpcp": ("maximum of the polar cap potential", "kV", "max"),
    "oval_equatorward_mlat": ("lowest edge of the oval", "deg", "min"),
    "hemispheric_power": ("maximum of the auroral power", "GW", "max"),
}
"""What is asked of each member: the variable, its unit and which extreme."""

CONE_HEIGHT = 21.5
"""Distance at which launches are given, R_sun."""


class Launch(NamedTuple):
    """A coronal mass ejection as coronagraphs see it."""

    time: np.datetime64
    speed: float
    width: float
    latitude: float
    longitude: float
    height: float


class CMEForecast(NamedTuple):
    """What follows from a launch."""

    launch: Launch
    hits: bool
    arrival: xr.Dataset
    heliosphere: xr.Dataset
    wind: xr.Dataset
    effects: xr.Dataset


def forecast_cme(
    time: Any,
    speed: float,
    width: float = 60.0,
    *,
    latitude: float = 0.0,
    longitude: float = 0.0,
    height: float = CONE_HEIGHT,
    speed_error: float | None = None,
    wind_speed: float = 400.0,
    models: dict[str, str] | None = None,
    progress: Progress | None = None,
) -> CMEForecast:
    """Forecast arrival and effects of a coronal mass ejection.

    Parameters
    ----------
    time : datetime64 or str
        When its nose passes `height`, UTC.
    speed : float
        There, km/s.
    width : float, optional
        Full angle of its cone, deg, below 180.
    latitude, longitude : float, optional
        Direction of its axis, deg: north of the solar equator, west of the Earth.
    height : float, optional
        R_sun.
    speed_error : float, optional
        One standard deviation, km/s; 10 % if left out.
    wind_speed : float, optional
        Ambient wind, km/s.
    models : dict, optional
        The model of any stage of the chain.
    progress : callable, optional
        Told how far it is.

    Returns
    -------
    CMEForecast
        `arrival` (quantiles of arrival time and speed by drag), `heliosphere` (speed in the ecliptic by the upwind
        model, with the front), `wind` (the synthetic wind at Earth that the effects rest on: quantile, rope, time
        since the median shock), `effects` (quantile, rope): extremes of each run; `hits`: whether the cone holds the
        Earth.

    Raises
    ------
    InputError
        If the launch cannot be placed.

    Notes
    -----
    The drag model's distribution rests on ejections that did arrive. Where the cone passes the Earth by, there is no
    wind and there are no effects. The eight classes of flux rope count alike: which one comes is not known, and the
    spread of the effects is mostly theirs.

    Examples
    --------
    >>> found = forecast_cme("2015-03-15T04:00", 719.0, longitude=30.0, width=90.0)
    >>> found.hits, bool(found.effects["dst"].min() < -80.0)
    (True, True)
    """
    launch = _launch(time, speed, width, latitude, longitude, height)
    from sunearth.heliosphere.cme import ROPES, forecast, synthetic_wind, transit_members

    def tell(question: str, done: int, total: int) -> None:
        if progress:
            progress(question, done, total)

    tell("When will it arrive?", 0, 3)
    arrival = forecast(launch.time, launch.speed, speed_error=speed_error, start=height)
    tell("How does it cross the inner heliosphere?", 1, 3)
    heliosphere = _heliosphere(launch, float(wind_speed))
    hits = bool(_apart(launch) <= 0.5 * launch.width)
    if not hits:
        return CMEForecast(launch, False, arrival, heliosphere, xr.Dataset(), xr.Dataset())
    members = transit_members(launch.speed, speed_error, start=height)
    order = np.argsort(members.duration)
    ropes = list(ROPES)
    winds, rows = [], []
    for number, quantile in enumerate(SPEED_QUANTILES):
        tell("What will it do to the Earth?", number, len(SPEED_QUANTILES))
        # the members around a quantile of the duration tell the speed that goes with it
        near = order[slice(*(round((quantile + side) * order.size) for side in (-0.05, 0.05)))]
        front = launch.time + np.timedelta64(round(float(members.duration[near].mean()) * 3.6e12), "ns")
        wind = synthetic_wind(
            launch.time, launch.speed, rope=ropes, start=height, arrival=front,
            arrival_speed=float(members.speed[near].mean()), wind_speed=float(wind_speed),
        )  # fmt: skip
        winds.append(wind)
        rows.append([_extremes(run_chain(wind.sel(rope=name, drop=True), models=models)) for name in ropes])
    since = [w.assign_coords(time=w["time"] - np.datetime64(w.attrs["shock_time"], "ns")) for w in winds]
    effects = xr.Dataset(
        {
            name: (
                ("quantile", "rope"),
                [[row[name] for row in line] for line in rows],
                {"units": unit, "long_name": text},
            )
            for name, (text, unit, _) in EFFECTS.items()
        },
        coords={"quantile": list(SPEED_QUANTILES), "rope": ropes},
        attrs={"notes": winds[0].attrs["notes"]},
    )
    middle = SPEED_QUANTILES.index(0.5)
    return CMEForecast(launch, True, arrival, heliosphere, since[middle], effects)


def _launch(time: Any, speed: float, width: float, latitude: float, longitude: float, height: float) -> Launch:
    numbers = np.array([speed, width, latitude, longitude, height], float)
    if not np.isfinite(numbers).all() or not speed > 0:
        raise InputError(f"cme: the speed must be above zero and all numbers known, got {speed:g} km/s")
    if not 0 < width < 180:
        raise InputError(f"cme: the width is the full angle of a cone, between 0 and 180 degrees, got {width:g}")
    if not 1 < height < 200:
        raise InputError(f"cme: the height must lie between the Sun and the Earth, 1 to 200 R_sun, got {height:g}")
    if not -90 <= latitude <= 90 or not -360 <= longitude <= 360:
        raise InputError(f"cme: no direction has latitude {latitude:g} and longitude {longitude:g}")
    moment = to_datetime64(time, "launch")
    if np.isnat(moment):
        raise InputError("cme: the launch needs a time")
    return Launch(moment, float(speed), float(width), float(latitude), float(longitude), float(height))


def _apart(launch: Launch) -> float:
    """Angle between the axis of the cone and the Earth, deg, the Earth taken to stand above the solar equator."""
    cosine = np.cos(np.radians(launch.latitude)) * np.cos(np.radians(launch.longitude))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _heliosphere(launch: Launch, wind_speed: float) -> xr.Dataset:
    from sunearth.heliosphere.upwind import REFERENCE, ConeCME, UpwindWind

    # slower launches take longer: until the front at launch speed, or wind speed, is well beyond the Earth
    hours = float(np.clip(1.35 * 1.5e8 / min(launch.speed, 1.3 * wind_speed) / 3600.0, 72.0, 168.0))
    hours = 6.0 * np.ceil(hours / 6.0)
    cone = ConeCME(
        launch.time, launch.speed, launch.longitude, launch.latitude, min(0.5 * launch.width, 89.0), launch.height
    )
    inner = max(REFERENCE, launch.height)
    return UpwindWind(inner=inner).solve(
        wind_speed, [cone], start=launch.time, duration=hours, save_every=2.0, observers=("earth", "venus", "mercury")
    )


def _extremes(result: xr.Dataset) -> dict[str, float]:
    found = {}
    for name, (_, _, extreme) in EFFECTS.items():
        values = result[name].values
        known = values[np.isfinite(values)]
        found[name] = float(getattr(known, extreme)()) if known.size else float("nan")
    return found
