"""What convection does to the plasmasphere and to the ring current through a run: models that follow them in space.

They take seconds to minutes, so they are run on request and keep their states at a cadence of their own (`time_inner`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from sunearth.core.errors import InputError

from .run import Progress

HISTORY = 24.0
"""Hours before a run for which its first drivers are taken to have held: convection has no memory of more."""

RING_CURRENT = {"rows": 30, "columns": 36, "energies": 12, "pitch_angles": 6}
"""Cells of the ring current of a run: its Dst is within 4 % of that of twice as fine cells."""


def follow_inner_magnetosphere(
    result: xr.Dataset,
    *,
    plasmasphere: bool = True,
    ring_current: bool = False,
    cadence: str = "1h",
    progress: Progress | None = None,
) -> xr.Dataset:
    """Follow the inner magnetosphere through a run.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`, a single run along time.
    plasmasphere : bool, optional
        Whether to follow the plasmasphere, which takes seconds.
    ring_current : bool, optional
        Whether to follow the ring current, which takes about ten seconds for each day.
    cadence : str, optional
        How often states are kept, such as "1h".
    progress : callable, optional
        Told how far it is.

    Returns
    -------
    Dataset
        The run with these added along ``time_inner``. Of the plasmasphere `plasmasphere_density` by
        ``plasmasphere_mlt`` and ``plasmasphere_l``, `plasmapause_shape` by local time, `plume_mlt` and `plume_width`,
        and `plasmasphere_valid`. Of the ring current `ring_current_pressure` by ``ring_current_mlt`` and
        ``ring_current_r``, `ring_current_dst` (by its energy, with the magnetopause) and `ring_current_oxygen`, and
        `ring_current_valid`. The flags say whether the drivers were known.

    Raises
    ------
    InputError
        If the run is an ensemble or too short, or the cadence is no duration.

    Notes
    -----
    Both are driven by the modelled Kp and cut by the modelled magnetopause. The plasmasphere starts saturated and the
    ring current empty, a day before the run in convection like that of its first hour. The ring current falls short of
    the storm index by a third to a half (see :class:`~sunearth.magnetosphere.ring_current_kinetics.RingCurrent`): it is
    for maps, the stage `dst` is for Dst.

    Examples
    --------
    >>> from sunearth.chain.run import run
    >>> storm = run("st-patrick-2015", start="2015-03-17T06:00", end="2015-03-17T18:00")
    >>> followed = follow_inner_magnetosphere(storm, cadence="6h")
    >>> followed["plasmasphere_density"].dims
    ('time_inner', 'plasmasphere_mlt', 'plasmasphere_l')
    """
    import pandas as pd

    if "member" in result.dims:
        raise InputError("the inner magnetosphere is followed in a single run: result.isel(member=0)")
    if result.sizes.get("time", 0) < 2:
        raise InputError("follow_inner_magnetosphere: the run needs at least two times")
    try:
        hours = float(pd.Timedelta(cadence) / pd.Timedelta("1h"))
    except ValueError as error:
        raise InputError(f"cadence: expected a duration such as 1h or 15min, got {cadence!r}") from error
    if not hours > 0:
        raise InputError(f"cadence: must be above zero, got {cadence!r}")
    kept = np.asarray(pd.date_range(result["time"].values[0], result["time"].values[-1], freq=pd.Timedelta(cadence)))
    added: dict[str, Any] = {}
    if plasmasphere:
        added |= _plasmasphere(result, kept, hours, progress)
    if ring_current:
        added |= _ring_current(result, kept, hours, progress)
    if added:
        described = {"long_name": "Time of the state of the inner magnetosphere, UTC"}
        added["time_inner"] = ("time_inner", kept, described)
    return result.assign(added)


def _drivers(result: xr.Dataset, names: dict[str, str]) -> dict[str, Any]:
    """Drivers by the name of the argument; each must be known once at least."""
    given: dict[str, Any] = {name: result[held].values for name, held in names.items()}
    missing = [names[name] for name, values in given.items() if not np.isfinite(values).any()]
    if missing:
        raise InputError(f"follow_inner_magnetosphere: the run never knows {', '.join(missing)}")
    return given


def _named(solved: xr.Dataset, kept: np.ndarray, names: dict[str, str], axes: dict[str, str]) -> dict[str, Any]:
    """Variables of a solution at the times that are kept, under the names of the run."""
    at_kept = solved[list(names)].sel(time=kept, method="nearest").drop_vars("time")
    renamed = at_kept.rename({"time": "time_inner", **axes, **names})
    return {str(name): variable for name, variable in renamed.variables.items()}


def _flag(result: xr.Dataset, kept: np.ndarray, what: str) -> tuple[str, np.ndarray, dict[str, str]]:
    valid = result["kp_model_valid"].sel(time=kept, method="nearest").values
    return "time_inner", valid, {"long_name": f"Whether the {what} rests on measured wind", "units": "1"}


def _plasmasphere(result: xr.Dataset, kept: np.ndarray, hours: float, progress: Progress | None) -> dict[str, Any]:
    from sunearth.magnetosphere.plasmasphere_dynamics import Plasmasphere

    time = result["time"].values
    given = _drivers(result, {"kp": "kp_model", "p_dyn": "p_dyn", "b_z": "b_z"})
    earlier = time[:1] - np.timedelta64(round(3600e3 * hours * np.ceil(HISTORY / hours)), "ms")
    extended: dict[str, Any] = {
        name: np.concatenate([values[np.isfinite(values)][:1], values]) for name, values in given.items()
    }
    solved = Plasmasphere().solve(np.concatenate([earlier, time]), cadence=hours, progress=progress, **extended)
    names = {
        "density": "plasmasphere_density",
        "plasmapause_l": "plasmapause_shape",
        "plume_mlt": "plume_mlt",
        "plume_width": "plume_width",
    }
    added = _named(solved, kept, names, {"mlt": "plasmasphere_mlt", "l": "plasmasphere_l"})
    return added | {"plasmasphere_valid": _flag(result, kept, "plasmasphere")}


def _ring_current(result: xr.Dataset, kept: np.ndarray, hours: float, progress: Progress | None) -> dict[str, Any]:
    from sunearth.magnetosphere.ring_current import pressure_corrected_dst
    from sunearth.magnetosphere.ring_current_kinetics import RingCurrent

    names = {"kp": "kp_model", **{name: name for name in ("n_p", "speed", "b_y", "b_z", "p_dyn", "f107")}}
    ring = RingCurrent(**RING_CURRENT)  # type: ignore[arg-type]
    solved = ring.solve(
        result["time"].values, **_drivers(result, names), spin_up=HISTORY, store=hours, progress=progress
    )
    pressure = solved["pressure_perp"].sum("species").transpose("time", "mlt", "r")
    pressure.attrs = solved["pressure_perp"].attrs
    p_dyn = result["p_dyn"].sel(time=solved["time"], method="nearest").values
    # what the magnetopause adds to the depression by the ring
    above = -np.asarray(pressure_corrected_dst(0.0, p_dyn))
    dst = (solved["dst_star"] + above).assign_attrs(
        solved["dst_star"].attrs, long_name="Dst by the energy of the kinetic ring current"
    )
    energy = solved["content_energy"]
    oxygen = (energy.sel(species="oxygen") / energy.sum("species")).drop_vars("species")
    oxygen.attrs = {"units": "1", "long_name": "Share of oxygen in the energy of the ring current"}
    collected = xr.Dataset({"pressure": pressure, "dst": dst, "oxygen": oxygen})
    wanted = {"pressure": "ring_current_pressure", "dst": "ring_current_dst", "oxygen": "ring_current_oxygen"}
    added = _named(collected, kept, wanted, {"mlt": "ring_current_mlt", "r": "ring_current_r"})
    return added | {"ring_current_valid": _flag(result, kept, "ring current")}
