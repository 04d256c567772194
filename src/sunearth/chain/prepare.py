"""From what was measured to what the stages need: one frame, one place, gaps bridged or left open, nothing invented.

What is not measured and cannot be done without is assumed, and the assumption is written on every variable it touches.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sunearth.core.errors import DataError, UnknownNameError

from .variables import VARIABLES, describe

REQUIRED = ("b_z", "speed", "n_p")
"""Without these there is no chain."""

FRAMES = ("GSM", "GSE")

USUAL_IN_ECLIPTIC_FIELD = 5.0
"""nT: the median in the hours of 1998-2002. Without it a wind of which only b_z is known would have no field at all
whenever b_z passes through zero, and Mach numbers and beta without bound."""


def to_gsm(wind: xr.Dataset) -> xr.Dataset:
    """Return the wind with its field (and velocity) in GSM.

    Parameters
    ----------
    wind : Dataset
        With ``attrs["frame"]`` ``"GSM"`` or ``"GSE"``.

    Returns
    -------
    Dataset
        In GSM.

    Raises
    ------
    UnknownNameError
        If the frame is another one or not stated.
    DataError
        If a component needed for the rotation is missing.
    """
    frame = str(wind.attrs.get("frame", ""))
    if frame == "GSM":
        return wind
    if frame != "GSE":
        raise UnknownNameError("frame", frame, FRAMES, "State frame = GSM or GSE.")
    from sunearth.geomagnetism.frames import gse_to_gsm

    rotated = wind.copy()
    for vector in ("b", "v"):
        names = [f"{vector}_{axis}" for axis in "xyz"]
        present = [name in wind for name in names]
        if not any(present) or (vector == "v" and not all(present)):
            continue
        if not present[1] or not present[2]:
            raise DataError("field in GSE without b_y and b_z cannot be turned to GSM; give both, or b_z in GSM")
        x = wind[names[0]].values if present[0] else np.zeros(wind.sizes["time"])
        turned = gse_to_gsm(wind["time"].values, x, wind[names[1]].values, wind[names[2]].values)
        for name, values in zip(names, turned, strict=True):
            if name in wind:
                rotated[name] = wind[name].copy(data=values).assign_attrs(frame="GSM")
    rotated.attrs["frame"] = "GSM"
    rotated.attrs["notes"] = join_notes(wind.attrs.get("notes", ""), "field turned from GSE to GSM")
    return rotated


def complete(wind: xr.Dataset) -> xr.Dataset:
    """Add what the stages need and the wind lacks, saying on each variable what was assumed.

    Parameters
    ----------
    wind : Dataset
        In GSM.

    Returns
    -------
    Dataset
        With b, b_x, b_y, b_z, speed, n_p, t_p and dipole_tilt.

    Raises
    ------
    DataError
        If b_z, speed or n_p is missing, or holds no number at all.
    """
    for name in REQUIRED:
        if name not in wind:
            have = ", ".join(str(v) for v in wind.data_vars)
            raise DataError(
                f"the solar wind has no {name}; it has {have}. Map a column with --columns theirs={name}[unit]"
            )
        if not bool(wind[name].notnull().any()):
            raise DataError(f"the solar wind's {name} holds no number at all: nothing can be computed from it")
    from sunearth.geomagnetism.frames import dipole_tilt
    from sunearth.heliosphere.wind import expected_temperature

    source = str(wind.attrs.get("source", ""))
    full = wind.copy()
    for name in ("b_x", "b_y"):
        if name not in wind:
            full[name] = describe(name, xr.zeros_like(wind["b_z"]), source, f"{name} = 0 (not measured)")
    if "b" not in wind:
        full["b"] = _magnitude(full, source)
    if "t_p" not in wind:
        model = expected_temperature
        full["t_p"] = describe("t_p", model(wind["speed"]), model.spec.cite, "t_p expected from speed (not measured)")
    if "f107" not in wind:
        full["f107"] = _solar_flux(wind["time"])
    full["dipole_tilt"] = describe("dipole_tilt", dipole_tilt(time=wind["time"]), dipole_tilt.spec.cite)
    for name in set(VARIABLES) & set(full.data_vars):
        full[name].attrs.setdefault("long_name", VARIABLES[str(name)].long_name)
        full[name].attrs.setdefault("references", source)
    return full


USUAL_SOLAR_FLUX = 120.0
"""F10.7 where no table knows it, sfu: the mean of six solar cycles."""


def _solar_flux(time: xr.DataArray) -> xr.DataArray:
    """F10.7 of the days of a run from the table that the package holds, between days linearly."""
    from sunearth.data.indices import observed_indices

    day = np.timedelta64(1, "D")
    try:
        first, last = time.values[[0, -1]]
        daily = observed_indices(first - day, last + day)["f107"].dropna("time_daily")
        # a day's flux is measured at 20 UT
        measured = daily["time_daily"].values + np.timedelta64(20, "h")
        values = np.interp(
            time.values.astype("M8[ns]").astype(float), measured.astype("M8[ns]").astype(float), daily.values
        )
        references, assumes = daily.attrs.get("references", ""), ""
    except (DataError, ValueError, IndexError):
        values = np.full(time.size, USUAL_SOLAR_FLUX)
        references, assumes = "", f"F10.7 = {USUAL_SOLAR_FLUX:g} sfu (not known)"
    flux = xr.DataArray(values, {"time": time}, ("time",), attrs={"units": "sfu"})
    return describe("f107", flux, references, assumes)


def _magnitude(wind: xr.Dataset, source: str) -> xr.DataArray:
    """The magnitude of the field: from its components, or with the usual in-ecliptic field where they are missing."""
    if "assumes" in wind["b_x"].attrs or "assumes" in wind["b_y"].attrs:
        squared = wind["b_z"] ** 2 + np.maximum(wind["b_x"] ** 2 + wind["b_y"] ** 2, USUAL_IN_ECLIPTIC_FIELD**2)
        assumes = f"b from b_z and an in-ecliptic field of {USUAL_IN_ECLIPTIC_FIELD:g} nT (not measured)"
    else:
        squared, assumes = wind["b_x"] ** 2 + wind["b_y"] ** 2 + wind["b_z"] ** 2, ""
    magnitude: xr.DataArray = squared**0.5
    magnitude.attrs["units"] = "nT"
    return describe("b", magnitude, source, assumes)


def join_notes(*notes: str) -> str:
    """Join the remarks that travel with a data set."""
    return "; ".join(note for note in notes if note)


OBSERVED = {name: f"{name}_observed" for name in ("dst", "sym_h", "kp", "ae", "current_boundary")}
"""Indices that come with the wind are observations: their names must not collide with the modelled ones."""


def set_observations_aside(wind: xr.Dataset) -> xr.Dataset:
    """Rename the measured indices among the inputs so that the modelled ones can stand beside them."""
    return wind.rename({theirs: ours for theirs, ours in OBSERVED.items() if theirs in wind})
