"""How well the models place the magnetopause and the bow shock where spacecraft crossed them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sunearth.core.errors import DataError
from sunearth.core.registry import resolve

from .stages import STAGES

CROSSINGS = "boundaries/mp_bs_crossings_nguyen2020_times.parquet"
POSITIONS = "boundaries/spacecraft_positions_gsm_2015-03-15_20_5min.parquet"
WIND = "solarwind/sw_2015-03-15_stpatrick.csv.gz"

SPACECRAFT = {"THA": "themisa", "THD": "themisd", "THE": "themise"}
"""How the two lists call the same spacecraft."""
AVERAGED = np.timedelta64(15, "m")
"""The wind is averaged over this long before and after a crossing, whose timing is not known better."""

Score = dict[str, float]


def score_magnetopause(data_folder: str | Path) -> dict[str, Score]:
    """Score every magnetopause model against crossings by THEMIS during the storm of March 2015.

    Parameters
    ----------
    data_folder : path
        Folder with the crossings (Nguyen 2020), the spacecraft positions and the solar wind of 16-20 March 2015.

    Returns
    -------
    dict of str to dict
        For each model that has a shape: number of crossings `n`, and `mean`, `mae` and `rms` of modelled minus observed
        distance along the ray to the spacecraft, in R_E.

    Raises
    ------
    DataError
        If a file is missing or cannot be read.

    Notes
    -----
    The angle is taken from the Sun-Earth line: the few degrees by which the wind comes in askew are left out. The
    intervals of the list are up to an hour long and the middle stands for the crossing, which alone makes an error of
    some tenths of R_E.
    """
    return _score("magnetopause", read_crossings(data_folder, "magnetopause"))


def score_bow_shock(data_folder: str | Path) -> dict[str, Score]:
    """Score every bow shock model against crossings by THEMIS during the storm of March 2015.

    Parameters
    ----------
    data_folder : path
        As for :func:`score_magnetopause`.

    Returns
    -------
    dict of str to dict
        As for :func:`score_magnetopause`; models that need a magnetopause stand on that of Shue et al. 1998.

    Raises
    ------
    DataError
        If a file is missing or cannot be read.
    """
    return _score("bow_shock", read_crossings(data_folder, "bowshock"))


def read_crossings(data_folder: str | Path, boundary: str) -> xr.Dataset:
    """Read where THEMIS crossed a boundary in March 2015 and what the wind was then.

    Parameters
    ----------
    data_folder : path
        As for :func:`score_magnetopause`.
    boundary : str
        ``"magnetopause"`` or ``"bowshock"``.

    Returns
    -------
    Dataset
        Along ``crossing``: spacecraft and time; distance, theta and phi of the spacecraft; the mean wind around that
        time and the inputs that boundary models need.

    Raises
    ------
    DataError
        If a file is missing or cannot be read.
    """
    listed, track, wind = _read(Path(data_folder))
    listed = listed[(listed["boundary"].astype(str) == boundary) & listed["sc"].astype(str).isin(list(SPACECRAFT))]
    minute, half = _nanoseconds(wind["time_utc"]), int(AVERAGED / np.timedelta64(1, "ns"))
    middle = _middle(listed)
    during = (middle >= minute[0] - half) & (middle <= minute[-1] + half)
    listed, middle = listed[during], middle[during]
    rows = []
    for when, craft in zip(middle, listed["sc"].astype(str), strict=True):
        near = wind[np.abs(minute - when) <= half]
        path = track[track["sc"].astype(str) == SPACECRAFT[craft]]
        passed = _nanoseconds(path["time_utc"])
        if near.empty or not passed[0] <= when <= passed[-1]:
            continue
        place = [float(np.interp(when, passed, path[axis])) for axis in ("x_re", "y_re", "z_re")]
        rows.append((craft, np.datetime64(int(when), "ns"), *place, *_mean_wind(near)))
    if not rows:
        raise DataError(f"{data_folder}: no {boundary} crossing falls within the wind and the spacecraft positions")
    craft, when, x, y, z, *means = (np.array(column) for column in zip(*rows, strict=True))
    distance = np.sqrt(x**2 + y**2 + z**2)
    columns = {
        "spacecraft": craft,
        "time": when,
        "distance": distance,
        "theta": np.arccos(x / distance),
        "phi": np.arctan2(z, y),
        **dict(zip(("n_p", "speed", "t_p", "b", "b_y", "b_z"), means, strict=True)),
    }
    return _derived(xr.Dataset({name: ("crossing", values) for name, values in columns.items()}))


def _read(folder: Path) -> tuple[Any, Any, Any]:
    """Read the three tables, or say which is missing or what would be needed to read it."""
    for name in (CROSSINGS, POSITIONS, WIND):
        if not (folder / name).is_file():
            raise DataError(f"{folder / name}: no such file; give the folder that holds the observed crossings")
    try:
        import pandas as pd

        return (
            pd.read_parquet(folder / CROSSINGS),
            pd.read_parquet(folder / POSITIONS),
            pd.read_csv(folder / WIND, parse_dates=["time_utc"]),
        )
    except ImportError as error:
        raise DataError(f"{folder}: reading Parquet files needs pyarrow: python -m pip install pyarrow") from error
    except (ValueError, OSError) as error:
        raise DataError(f"{folder}: cannot read the observed crossings: {error}") from error


def _middle(intervals: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    begin = _nanoseconds(intervals["begin"])
    half: np.ndarray[Any, np.dtype[np.int64]] = (_nanoseconds(intervals["end"]) - begin) // 2
    return begin + half


def _nanoseconds(times: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    return times.to_numpy().astype("datetime64[ns]").astype(np.int64)  # type: ignore[no-any-return]


def _mean_wind(near: Any) -> tuple[float, ...]:
    """Average what the models need, magnitudes before averaging."""
    speed = np.sqrt(near["Vx_kms"] ** 2 + near["Vy_kms"] ** 2 + near["Vz_kms"] ** 2)
    field = np.sqrt(near["Bx_gsm_nT"] ** 2 + near["By_gsm_nT"] ** 2 + near["Bz_gsm_nT"] ** 2)
    series = (near["n_cm3"], speed, near["T_K"], field, near["By_gsm_nT"], near["Bz_gsm_nT"])
    return tuple(float(values.mean()) for values in series)


def _derived(wind: xr.Dataset) -> xr.Dataset:
    """Add the derived inputs of boundary models."""
    from sunearth.geomagnetism.frames import dipole_tilt
    from sunearth.heliosphere import wind as state
    from sunearth.magnetosphere.magnetopause import shue_1998

    n_p, speed, t_p, b = wind["n_p"], wind["speed"], wind["t_p"], wind["b"]
    p_dyn = state.dynamic_pressure(n_p, speed)
    return wind.assign(
        dipole_tilt=dipole_tilt(wind["time"]),
        p_dyn=p_dyn,
        p_mag=state.magnetic_pressure(b),
        mach_alfven=state.mach_alfven(speed, b, n_p),
        mach_ms=state.mach_magnetosonic(speed, b, n_p, t_p),
        beta=state.plasma_beta(b, n_p, t_p),
        magnetopause_standoff=shue_1998(0.0, p_dyn, wind["b_z"]),
    )


def _score(stage_name: str, crossings: xr.Dataset) -> dict[str, Score]:
    stage = next(stage for stage in STAGES if stage.name == stage_name)
    scores = {}
    for path in stage.choices:
        model: Any = resolve(path)
        names = model.spec.parameters
        if "theta" not in names:
            continue
        modelled = model(**{name: crossings[name] for name in names if name in crossings})
        error = (modelled - crossings["distance"]).values
        error = error[np.isfinite(error)]
        scores[model.spec.name] = {
            "n": int(error.size),
            "mean": float(error.mean()),
            "mae": float(np.abs(error).mean()),
            "rms": float(np.sqrt((error**2).mean())),
        }
    return scores
