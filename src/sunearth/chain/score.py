"""How good the models are: scores against what was observed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sunearth.core.errors import DataError

from .run import run_chain
from .stages import STAGES


class Score(NamedTuple):
    """One model against one observed series."""

    event: str
    quantity: str
    model: str
    n: int
    rmse: float
    rmse_storm: float
    correlation: float
    prediction_efficiency: float
    bias: float
    minimum_model: float
    minimum_observed: float
    minimum_lag_hours: float


STORM = -100.0
"""nT: where less than this was observed, an error counts as one in a storm."""


def score_series(
    modelled: xr.DataArray,
    observed: xr.DataArray,
    *,
    event: str = "",
    quantity: str = "",
    model: str = "",
    trailing: bool = False,
) -> Score:
    """Compare a modelled with an observed series.

    Parameters
    ----------
    modelled : DataArray
        Along ``time``.
    observed : DataArray
        Along ``time`` or a coarser time of its own; the model is then averaged over each observed interval.
    event, quantity, model : str, optional
        What to call them.
    trailing : bool, optional
        The model is itself a mean over the interval that ends with each sample, as Kp from the wind is: its last
        sample within each observed interval is taken instead of the average.

    Returns
    -------
    Score
        Root-mean-square error (over all, and where less than -100 was observed), linear correlation, prediction
        efficiency (1 - mse / variance), bias (model minus observed), both minima and how much later the modelled one
        comes; NaN where fewer than three pairs exist.
    """
    model_values, times = _on_observed_times(modelled, observed, trailing)
    observed_values = observed.values.astype(float)
    both = np.isfinite(model_values) & np.isfinite(observed_values)
    m, o, t = model_values[both], observed_values[both], times[both]
    if m.size < 3:
        return Score(event, quantity, model, int(m.size), *[np.nan] * 8)
    error = m - o
    variance = np.var(o)
    flat = variance == 0 or np.var(m) == 0
    return Score(
        event=event,
        quantity=quantity,
        model=model,
        n=int(m.size),
        rmse=float(np.sqrt(np.mean(error**2))),
        rmse_storm=float(np.sqrt(np.mean(error[o < STORM] ** 2))) if (o < STORM).any() else np.nan,
        correlation=np.nan if flat else float(np.corrcoef(m, o)[0, 1]),
        prediction_efficiency=np.nan if flat else float(1 - np.mean(error**2) / variance),
        bias=float(error.mean()),
        minimum_model=float(m.min()),
        minimum_observed=float(o.min()),
        minimum_lag_hours=float((t[m.argmin()] - t[o.argmin()]) / np.timedelta64(1, "m") / 60),
    )


def _on_observed_times(modelled: xr.DataArray, observed: xr.DataArray, trailing: bool) -> tuple[np.ndarray, np.ndarray]:
    """The model over the interval that each observed value stands for (labelled by its start)."""
    dimension = next(d for d in observed.dims if str(d).startswith("time"))
    times = observed[dimension].values
    source = modelled["time"].values
    if times.size == source.size and (times == source).all():
        return modelled.values.astype(float), times
    width = np.median(np.diff(times)) if times.size > 1 else np.timedelta64(1, "h")
    first = np.searchsorted(source, times)
    last = np.searchsorted(source, times + width)
    if trailing:
        complete = (last > first) & (times + width <= source[-1] + np.median(np.diff(source)))
        return np.where(complete, modelled.values[last - 1], np.nan), times
    finite = np.isfinite(modelled.values)
    summed = np.concatenate([[0.0], np.cumsum(np.where(finite, modelled.values, 0.0))])
    counted = np.concatenate([[0], np.cumsum(finite)])
    n = counted[last] - counted[first]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, (summed[last] - summed[first]) / n, np.nan), times


PAIRS = {
    "dst": ("dst_observed", "sym_h_observed"),
    "kp_model": ("kp_observed",),
    "ae_model": ("ae_observed",),
    "open_flux": ("open_flux_observed",),
}
"""Modelled variable -> what it is compared with, in order of preference."""


def score_run(result: xr.Dataset, event: str = "") -> list[Score]:
    """Score every modelled index of a run against the observations it carries.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.
    event : str, optional
        Name to report.

    Returns
    -------
    list of Score
        One for each pair of model and observation.
    """
    import json

    chosen = json.loads(result.attrs.get("models", "{}"))
    stage_of = {"dst": "dst", "kp_model": "kp", "ae_model": "electrojets", "open_flux": "open_flux"}
    scores = []
    for modelled, candidates in PAIRS.items():
        for observed in candidates:
            if observed in result and bool(result[observed].notnull().any()):
                model = chosen.get(stage_of[modelled], modelled)
                scores.append(
                    score_series(
                        result[modelled],
                        result[observed],
                        event=event,
                        quantity=observed.removesuffix("_observed"),
                        model=model,
                        trailing=modelled == "kp_model",
                    )
                )
    return scores


def score_dst_models(winds: Mapping[str, xr.Dataset], models: Iterable[str] | None = None) -> list[Score]:
    """Run every Dst model over every wind that carries an observed Dst (or SYM-H) and score it.

    Parameters
    ----------
    winds : dict of str to Dataset
        By name.
    models : list of str, optional
        Which models; all of the stage by default.

    Returns
    -------
    list of Score
        Model by model within each wind.

    Raises
    ------
    DataError
        If a wind carries no observed index.
    """
    stage = next(s for s in STAGES if s.name == "dst")
    names = tuple(models or stage.model_names)
    scores = []
    for event, wind in winds.items():
        run: Any = None
        for name in names:
            if run is None:
                run = run_chain(wind, models={"dst": name})
                result = run
            else:
                held = {str(k): v for k, v in run.data_vars.items()} | {"time": run["time"]}
                result = run.assign(stage.answer(stage.model(name), held))
            observed = next((o for o in PAIRS["dst"] if o in result), None)
            if observed is None:
                raise DataError(f"{event}: no observed dst or sym_h to score against")
            quantity = observed.removesuffix("_observed")
            scores.append(score_series(result["dst"], result[observed], event=event, quantity=quantity, model=name))
    return scores
