"""What convection does to the plasmasphere and to the ring current through a run: models that follow them in space.

They take seconds to minutes, so they are run on request and keep their states at a cadence of their own (`time_inner`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from sunearth.core.errors import InputError

from .run import Progress

PLASMASPHERE_HISTORY = 24.0
"""Hours before a run for which its first Kp is taken to have held: convection has no memory of more."""


def follow_inner_magnetosphere(
    result: xr.Dataset,
    *,
    plasmasphere: bool = True,
    cadence: str = "1h",
    progress: Progress | None = None,
) -> xr.Dataset:
    """Follow the inner magnetosphere through a run.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`, a single run along time.
    plasmasphere : bool, optional
        Whether to follow the plasmasphere.
    cadence : str, optional
        How often its state is kept, such as "1h".
    progress : callable, optional
        Told how far it is.

    Returns
    -------
    Dataset
        The run with these added along ``time_inner``: `plasmasphere_density` by ``plasmasphere_mlt`` and
        ``plasmasphere_l``, `plasmapause_shape` by local time, `plume_mlt` and `plume_width`, and `plasmasphere_valid`:
        whether Kp was modelled on measured wind.

    Raises
    ------
    InputError
        If the run is an ensemble or empty.

    Notes
    -----
    The plasmasphere is driven by the modelled Kp and cut by the modelled magnetopause. It starts saturated, a day
    before the run in convection like that of the first hour.

    Examples
    --------
    >>> from sunearth.chain.run import run
    >>> storm = run("st-patrick-2015", start="2015-03-17T06:00", end="2015-03-17T18:00")
    >>> followed = follow_inner_magnetosphere(storm, cadence="6h")
    >>> followed["plasmasphere_density"].dims
    ('time_inner', 'plasmasphere_mlt', 'plasmasphere_l')
    """
    if "member" in result.dims:
        raise InputError("the inner magnetosphere is followed in a single run: result.isel(member=0)")
    if result.sizes.get("time", 0) < 2:
        raise InputError("follow_inner_magnetosphere: the run needs at least two times")
    added = _plasmasphere(result, cadence, progress) if plasmasphere else {}
    return result.assign(added)


def _plasmasphere(result: xr.Dataset, cadence: str, progress: Progress | None) -> dict[str, Any]:
    import pandas as pd

    from sunearth.magnetosphere.plasmasphere_dynamics import Plasmasphere

    hours = pd.Timedelta(cadence) / pd.Timedelta("1h")
    if not hours > 0:
        raise InputError(f"cadence: must be above zero, got {cadence!r}")
    time = result["time"].values
    earlier = time[:1] - np.timedelta64(int(PLASMASPHERE_HISTORY), "h")
    drivers = {"kp": "kp_model", "p_dyn": "p_dyn", "b_z": "b_z"}
    before: dict[str, Any] = {name: result[held].values for name, held in drivers.items()}
    first = {name: values[np.isfinite(values)][:1] for name, values in before.items()}
    if not all(values.size for values in first.values()):
        raise InputError("follow_inner_magnetosphere: the run holds no Kp, pressure or field at all")
    extended: dict[str, Any] = {name: np.concatenate([first[name], values]) for name, values in before.items()}
    solved = Plasmasphere().solve(
        np.concatenate([earlier, time]),
        cadence=hours,
        **extended,
        progress=progress,
    )
    solved = solved.sel(time=slice(time[0], None))
    kept = solved["time"].values
    valid = result["kp_model_valid"].sel(time=kept, method="nearest").values & ~solved["driver_held"].values
    axes = {"time": "time_inner", "mlt": "plasmasphere_mlt", "l": "plasmasphere_l"}
    names = {
        "density": "plasmasphere_density",
        "plasmapause_l": "plasmapause_shape",
        "plume_mlt": "plume_mlt",
        "plume_width": "plume_width",
    }
    renamed = solved[list(names)].rename({**axes, **names})
    added: dict[str, Any] = {str(name): variable for name, variable in renamed.variables.items()}
    added["time_inner"].attrs["long_name"] = "Time of the state of the inner magnetosphere, UTC"
    flag = {"long_name": "Whether the plasmasphere rests on measured wind", "units": "1"}
    added["plasmasphere_valid"] = ("time_inner", valid, flag)
    return added
