"""Print how well the speed of the solar wind is forecast by what was there one rotation of the Sun before.

python validation/recurrence_forecast.py [DATA_FOLDER]

Weights are learnt in one half of each data set and scored in the other, and the other way round.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sunearth.heliosphere.streams import PURE_RECURRENCE, RecurrenceWeights, fit_recurrence, recurrence_forecast

LEADS = (24.0, 48.0, 96.0, 168.0, 336.0)


def load(folder: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Hourly speed of the two long series, on an unbroken hourly grid."""
    old = pd.read_csv(folder / "omni_hourly_1998_2002_filled.csv.gz", parse_dates=["time_utc"])
    new = pd.read_parquet(folder / "omni_supermag_hourly_2012_2018_from_pypi_rcpann.parquet")
    both = {}
    for name, times, values in (
        ("1998-2002", old["time_utc"], old["V_kms"]),
        ("2012-2018", pd.to_datetime(new["time_utc"]), new["Vx"].abs()),
    ):
        hourly = pd.Series(values.to_numpy(), index=times).asfreq("h")
        both[name] = hourly.index.to_numpy(), hourly.to_numpy()
    return both


def score(time: np.ndarray, speed: np.ndarray) -> list[dict[str, float]]:
    """Root mean square error and correlation of each forecast, for each lead, over halves that were not fitted."""
    half = time.size // 2
    halves = (slice(0, half), slice(half, time.size))
    rows = []
    for lead in LEADS:
        parts: dict[str, list[np.ndarray]] = {"truth": [], "mean": [], "persistence": [], "recurrence": [], "both": []}
        for learn, test in (halves, halves[::-1]):
            weights = fit_recurrence(time[learn], speed[learn], lead)
            t, v = time[test], speed[test]
            parts["truth"].append(v)
            parts["mean"].append(np.full(v.size, weights.mean))
            parts["persistence"].append(recurrence_forecast(t, v, lead, RecurrenceWeights(0.0, 1.0, 0.0, np.nan)))
            parts["recurrence"].append(recurrence_forecast(t, v, lead, PURE_RECURRENCE))
            parts["both"].append(recurrence_forecast(t, v, lead, weights))
        series = {name: np.concatenate(each) for name, each in parts.items()}
        known = np.all([np.isfinite(each) for each in series.values()], axis=0)
        row = {"lead": lead, "n": float(known.sum())}
        for name in ("mean", "persistence", "recurrence", "both"):
            error = series[name][known] - series["truth"][known]
            row[f"rmse_{name}"] = float(np.sqrt(np.mean(error**2)))
            row[f"r_{name}"] = float(np.corrcoef(series[name][known], series["truth"][known])[0, 1])
        rows.append(row)
    return rows


def main(folder: Path) -> None:
    for name, (time, speed) in load(folder / "solarwind").items():
        print(f"Speed of the solar wind {name}, km/s: rms error (correlation), out of sample")
        print("  lead h       n   mean    persistence     recurrence           both   skill against the mean")
        for row in score(time, speed):
            skill = 1 - (row["rmse_both"] / row["rmse_mean"]) ** 2
            cells = "".join(
                f"  {row[f'rmse_{k}']:6.1f} ({row[f'r_{k}']:5.2f})" for k in ("persistence", "recurrence", "both")
            )
            print(f"  {row['lead']:6.0f} {row['n']:7.0f} {row['rmse_mean']:6.1f}{cells}   {skill:5.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
