"""Running the chain on measured solar wind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import sunearth
from sunearth.core.errors import DataError
from sunearth.core.time import to_datetime64

from .prepare import complete, join_notes, set_observations_aside, to_gsm
from .stages import STAGES, Run, choose

Progress = Callable[[str, int, int], None]
"""Called with the question of the stage at hand, its number and how many there are."""

DEFAULT_EVENT = "st-patrick-2015"


def run(
    source: Any = None,
    *,
    models: Mapping[str, str] | None = None,
    start: Any = None,
    end: Any = None,
    columns: Mapping[str, str] | None = None,
    frame: str | None = None,
    gap_limit: str = "30min",
    propagate: bool = False,
    indices: str | None = None,
    trace: Mapping[str, Any] | None = None,
    inner: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Turn measured solar wind into its effects on Earth.

    Parameters
    ----------
    source : str, Path or Dataset, optional
        An embedded event, a file in any format that :func:`sunearth.read` takes, or a Dataset with ``time`` and at
        least b_z, speed and n_p. The storm of 17 March 2015 if left out.
    models : dict, optional
        The model of any stage, such as ``{"dst": "burton_1975"}``.
    start, end : time, optional
        Keep only this part, UTC.
    columns : dict, optional
        Other names and units in a file: ``{"Bz_gsm_nT": "b_z[nT]"}``.
    frame : str, optional
        ``"GSM"`` or ``"GSE"``, where the source does not say.
    gap_limit : str, optional
        Gaps up to this length are bridged linearly and flagged; longer ones stay open.
    propagate : bool, optional
        Delay the wind from L1 to the bow-shock nose.
    indices : str, optional
        A file of observed indices newer than the table that the package holds.
    trace : dict, optional
        Also follow field lines: the arguments of :func:`sunearth.chain.field_lines.trace_field_lines`, such as
        ``{"model": "ts04", "stations": {"Tromso": (69.65, 18.96)}}``.
    inner : dict, optional
        Also follow plasmasphere or ring current in space: the arguments of
        :func:`sunearth.chain.inner_magnetosphere.follow_inner_magnetosphere`, such as ``{"plasmasphere": True}``.
    progress : callable, optional
        Told about each stage.

    Returns
    -------
    Dataset
        Inputs, every chain variable with units, meaning, source and validity flag, and observations where known.

    Raises
    ------
    SunEarthError
        If the source cannot be read or lacks what the chain needs.

    Examples
    --------
    >>> result = run("st-patrick-2015")
    >>> bool(result["dst"].min() < -150)
    True
    """
    wind = load(source, columns=columns, frame=frame)
    if "title" not in wind.attrs and isinstance(source, (str, Path)):
        wind = wind.assign_attrs(title=f"From the solar wind of {Path(source).name} to the Earth")
    wind = cut(wind, start, end)
    if propagate:
        wind = from_l1(wind)
    from sunearth.data.gaps import fill_gaps

    wind = fill_gaps(wind, gap_limit)
    result = with_observed_cap(with_observed_kp(run_chain(wind, models=models, progress=progress), indices))
    if trace is not None:
        from .field_lines import trace_field_lines

        result = trace_field_lines(result, **trace, progress=progress)
    if inner is not None:
        from .inner_magnetosphere import follow_inner_magnetosphere

        result = follow_inner_magnetosphere(result, **inner, progress=progress)
    result.attrs["scenario"] = json.dumps(
        {
            "source": str(source or DEFAULT_EVENT) if not isinstance(source, xr.Dataset) else "a Dataset in memory",
            "start": str(start) if start is not None else None,
            "end": str(end) if end is not None else None,
            "gap_limit": gap_limit,
            "propagate": propagate,
            "indices": indices,
            "models": dict(models or {}),
            "trace": dict(trace) if trace is not None else None,
            "inner": dict(inner) if inner is not None else None,
        },
        sort_keys=True,
        default=str,
    )
    return result


def load(source: Any, *, columns: Mapping[str, str] | None = None, frame: str | None = None) -> xr.Dataset:
    """Return the solar wind of an event, a file or a Dataset, its frame stated."""
    if source is None:
        source = DEFAULT_EVENT
    if isinstance(source, xr.Dataset):
        return source.assign_attrs(frame=frame) if frame else source
    from sunearth.data.readers import read

    return read(source, columns=columns, frame=frame)


def run_chain(
    wind: xr.Dataset, *, models: Mapping[str, str] | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Run every stage on solar wind that is already where it should be.

    Parameters
    ----------
    wind : Dataset
        Dimension ``time`` and any others (an ensemble's ``member``).
    models : dict, optional
        The model of any stage.
    progress : callable, optional
        Told about each stage.

    Returns
    -------
    Dataset
        As :func:`run`.
    """
    chosen = choose(models or {})
    measured = complete(to_gsm(set_observations_aside(wind)))
    held: Run = {str(name): variable for name, variable in measured.data_vars.items()}
    held["time"] = measured["time"]
    for number, stage in enumerate(STAGES):
        if progress:
            progress(stage.question, number, len(STAGES))
        held |= stage.answer(stage.model(chosen[stage.name]), held)
    if progress:
        progress("done", len(STAGES), len(STAGES))
    result = xr.Dataset(
        {name: variable for name, variable in held.items() if name != "time"},
        coords=measured.coords,
        attrs=dict(measured.attrs),
    )
    result["time"].attrs = {"long_name": "Time, UTC"}
    assumed = dict.fromkeys(
        part for v in result.data_vars.values() for part in v.attrs.get("assumes", "").split("; ") if part
    )
    result.attrs |= {
        "Conventions": "CF-1.11",
        "title": wind.attrs.get("title", "From the solar wind to the Earth"),
        "models": json.dumps(chosen, sort_keys=True),
        "version": sunearth.__version__,
        "input_hash": input_hash(wind),
        "notes": join_notes(wind.attrs.get("notes", ""), *(f"assumed: {text}" for text in assumed)),
    }
    return result


def with_observed_kp(result: xr.Dataset, newer: str | None = None) -> xr.Dataset:
    """Add the Kp that was observed, where it is known and the source did not bring its own.

    Parameters
    ----------
    result : Dataset
        A run.
    newer : str, optional
        A file of indices newer than the table that the package holds.

    Returns
    -------
    Dataset
        With ``kp_observed`` along ``time_3h`` (the start of each interval), if any of it lies within the run.
    """
    from sunearth.data.indices import observed_indices

    if "kp_observed" in result:
        return result
    first, last = result["time"].values[[0, -1]]
    try:
        kp = observed_indices(first, last, newer)["kp"]
    except DataError:
        if newer is not None:
            raise
        return result  # later than the table: nothing is known
    inside = kp.sel(time=slice(first, last)).rename(time="time_3h")
    return result.assign(kp_observed=inside) if inside.size else result


def with_observed_cap(result: xr.Dataset) -> xr.Dataset:
    """Add the polar cap and the open flux that the observed circle of currents stands for.

    Parameters
    ----------
    result : Dataset
        A run, with ``current_boundary_observed`` if the currents were seen.

    Returns
    -------
    Dataset
        With ``polar_cap_radius_observed`` and ``open_flux_observed``, on the assumption that the circle between region
        1 and region 2 currents is larger than the cap by a fixed ratio.
    """
    if "current_boundary_observed" not in result:
        return result
    from sunearth.magnetosphere.open_flux import CURRENTS_OVER_CAP, open_flux_of_radius

    circle = result["current_boundary_observed"]
    radius = (circle / CURRENTS_OVER_CAP).assign_attrs(units="deg")
    flux = open_flux_of_radius(radius)
    assumed = f"currents lie at {CURRENTS_OVER_CAP:g} times the radius of the polar cap"
    source = circle.attrs.get("references", "")
    radius.attrs |= {"long_name": "Radius of the polar cap from observed currents", "references": source}
    flux.attrs |= {"long_name": "Open magnetic flux from observed currents", "references": source, "assumes": assumed}
    return result.assign(polar_cap_radius_observed=radius, open_flux_observed=flux)


def input_hash(wind: xr.Dataset) -> str:
    """Return a fingerprint of the solar wind given: equal inputs, equal fingerprint."""
    digest = hashlib.sha256()
    for name in sorted(str(n) for n in wind.variables):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(wind[name].values).tobytes())
    return digest.hexdigest()[:16]


def cut(wind: xr.Dataset, start: Any = None, end: Any = None) -> xr.Dataset:
    """Return the part of a series between two times, both included.

    Parameters
    ----------
    wind : Dataset
        Along ``time``.
    start, end : time, optional
        UTC; open where left out.

    Returns
    -------
    Dataset
        At least one sample.

    Raises
    ------
    DataError
        If nothing lies between them.
    """
    if start is None and end is None:
        return wind
    limits = [None if t is None else to_datetime64(t, "start or end") for t in (start, end)]
    inside = wind.sel(time=slice(*limits))
    if inside.sizes["time"] == 0:
        first, last = (str(wind["time"].values[k])[:16] for k in (0, -1))
        raise DataError(f"nothing between {start} and {end}: the data run from {first} to {last} UTC")
    return inside


def from_l1(wind: xr.Dataset) -> xr.Dataset:
    """Delay wind measured at L1 by its flight to the bow-shock nose; faster wind overtakes and replaces slower.

    Parameters
    ----------
    wind : Dataset
        Measured near L1.

    Returns
    -------
    Dataset
        On the same cadence, at the nose.

    Raises
    ------
    DataError
        If the wind says of itself that it has been carried downstream already.
    """
    location = str(wind.attrs.get("location", ""))
    if any(place in location for place in ("nose", "upstream")):
        raise DataError(f"the wind holds at the {location}, not at L1: it must not be delayed again")
    from sunearth.heliosphere.propagation import advect

    arrival, keep = advect(wind["time"].values, wind["speed"].values)
    arrived = wind.isel(time=keep).assign_coords(time=arrival[keep])
    cadence = np.median(np.diff(wind["time"].values))
    first, last = arrived["time"].values[[0, -1]]
    grid = np.arange(first.astype("datetime64[m]").astype("datetime64[ns]"), last, cadence)
    # The measurement that arrived last holds until the next one: a shock stays a step.
    moved = arrived.reindex(time=grid, method="ffill", tolerance=3 * cadence)
    moved.attrs["location"] = "bow shock nose"
    moved.attrs["notes"] = join_notes(wind.attrs.get("notes", ""), "delayed from L1 by advection")
    return moved
