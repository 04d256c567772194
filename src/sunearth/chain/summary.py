"""The numbers that a forecaster asks for first."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from .score import score_run


def summarise(result: xr.Dataset, event: str = "") -> dict[str, Any]:
    """Boil a run down to its extremes, its storm and its skill.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.
    event : str, optional
        Name of the event or file.

    Returns
    -------
    dict
        Plain numbers, texts and lists, ready for JSON; what is not known is None.
    """
    from sunearth.impacts.scales import geomagnetic_storm_scale
    from sunearth.magnetosphere.storms import find_storms, storm_class

    time = result["time"].values
    hours = _hours_per_sample(time)
    observed = _observed_dst(result)
    storm = min(find_storms(time, result["dst"].values, -30.0), key=lambda s: s.minimum, default=None)
    scale = geomagnetic_storm_scale(float(_largest(result["kp_model"])[0] or 0.0))
    lowest, lowest_time = _smallest(result["oval_equatorward_mlat"])
    kp, kp_time = _largest(result["kp_model"])
    dst, dst_time = _smallest(result["dst"])
    closest, closest_time = _smallest(result["magnetopause_standoff"])
    potential, potential_time = _largest(result["cpcp"])
    flux, flux_time = _largest(result["open_flux"])
    plasmapause, plasmapause_time = _smallest(result["plasmapause_l"])
    dst_observed, dst_observed_time = _smallest(observed) if observed is not None else (None, None)
    outside = result["geosynchronous_in_sheath"].values == 1.0
    return {
        "event": event or result.attrs.get("event", ""),
        "title": result.attrs.get("title", ""),
        "start": _text(time[0]),
        "end": _text(time[-1]),
        "samples": int(time.size),
        "version": result.attrs["version"],
        "input_hash": result.attrs["input_hash"],
        "models": json.loads(result.attrs["models"]),
        "storm": {
            "class": storm_class(dst) if dst is not None else None,
            "commencement": _text(storm.commencement) if storm else None,
            "onset": _text(storm.onset) if storm else None,
            "minimum_time": _text(storm.peak) if storm else None,
            "recovery_time_hours": _number(storm.recovery.hours) if storm else None,
        },
        "noaa_g": {"scale": scale.level, "name": scale.name, "kp": kp, "time": kp_time},
        "dst": {
            "minimum": dst,
            "time": dst_time,
            "observed_minimum": dst_observed,
            "observed_time": dst_observed_time,
            "unit": "nT",
        },
        "magnetopause": {
            "closest": closest,
            "time": closest_time,
            "hours_geosynchronous_outside": round(float(hours[outside].sum()), 2),
            "unit": "R_E",
        },
        "cpcp": {"maximum": potential, "time": potential_time, "unit": "kV"},
        "open_flux": {"maximum": flux, "time": flux_time, "unit": "GWb"},
        "oval": {"lowest_mlat": lowest, "time": lowest_time, **_oval_in_words(lowest, lowest_time)},
        "plasmapause": {"smallest_l": plasmapause, "time": plasmapause_time},
        "energy": {
            "epsilon_joule": _integral(result["epsilon"], hours, 3600.0),
            "hemispheric_joule": _integral(result["hemispheric_power"], hours, 3600e9),
            "joule_heating_joule": _integral(result["joule_power"], hours, 3600e9),
        },
        "skill": [_plain(score._asdict()) for score in score_run(result)],
        "notes": [note for note in str(result.attrs.get("notes", "")).split("; ") if note],
    }


def _observed_dst(result: xr.Dataset) -> xr.DataArray | None:
    for name in ("dst_observed", "sym_h_observed"):
        if name in result and bool(result[name].notnull().any()):
            return result[name]
    return None


def _smallest(series: xr.DataArray) -> tuple[float | None, str | None]:
    return _extreme(series, np.nanargmin)


def _largest(series: xr.DataArray) -> tuple[float | None, str | None]:
    return _extreme(series, np.nanargmax)


def _extreme(series: xr.DataArray, find: Any) -> tuple[float | None, str | None]:
    values = series.values
    if not np.isfinite(values).any():
        return None, None
    where = int(find(values))
    dimension = next(d for d in series.dims if str(d).startswith("time"))
    return _number(values[where]), _text(series[dimension].values[where])


def _hours_per_sample(time: np.ndarray) -> np.ndarray:
    """How long each sample stands for: until the next one, the last as long as the one before."""
    if time.size < 2:
        return np.zeros(time.size)
    steps = np.diff(time) / np.timedelta64(1, "s") / 3600
    # A gap is not the sample before it standing for days.
    hours: np.ndarray = np.minimum(np.append(steps, steps[-1]), 3 * np.median(steps))
    return hours


def _integral(power: xr.DataArray, hours: np.ndarray, scale: float) -> float | None:
    finite = np.isfinite(power.values)
    return _number((power.values * hours)[finite].sum() * scale) if finite.any() else None


def _oval_in_words(mlat: float | None, time: str | None) -> dict[str, Any]:
    if mlat is None or time is None:
        return {"places": [], "text": ""}
    from .places import oval_in_words, places_near

    return {"places": [p.name for p in places_near(mlat, time)], "text": oval_in_words(mlat, time)}


def _text(time: Any) -> str | None:
    return None if time is None or np.isnat(np.datetime64(time)) else f"{np.datetime64(time, 'm')!s}Z"


def _number(value: Any) -> float | None:
    return float(f"{float(value):.6g}") if value is not None and np.isfinite(value) else None


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {k: _number(v) if isinstance(v, float) else v for k, v in record.items()}
