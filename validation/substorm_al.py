"""Fit and score the substorm model: AL and SML from the wind, and how often substorms come.

python validation/substorm_al.py [DATA_FOLDER] [--minutes CSV]

DATA_FOLDER holds ``solarwind``, ``indices`` and ``radbelt``. Without more, the scores are of seven intervals at 5
minutes, six of them storms (against SML of SuperMAG, b_y unknown and taken as zero), of November 2001 at 1 minute and
of 2003 hourly (against AL of Kyoto). CSV is ``geomag_2012_2018.csv`` of the package rcpann 0.0.7 (wind and SML at 5
minutes): with it the constants are fitted to 2014 to 2016, b_y taken from the hourly table of ``radbelt``, and scored
on 2017 and 2018.

SML is not AL: it is the lowest of more than a hundred stations instead of twelve, deeper by a fifth in the mean.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from sunearth.geomagnetism.frames import gse_to_gsm
from sunearth.ground.indices import electrojets
from sunearth.magnetosphere import substorms
from sunearth.magnetosphere.coupling import newell_2007, perreault_akasofu_1978
from sunearth.numerics.series import fading_memory


def table(path: Path) -> pd.DataFrame:
    """Read a table by time."""
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    name = "time_utc" if "time_utc" in frame else "Datetime"
    return frame.assign(time=pd.to_datetime(frame[name])).set_index("time").sort_index()


def read(folder: Path, minutes: Path | None) -> dict[str, tuple[str, pd.DataFrame]]:
    """Return by period the name of the index and b_y, b_z, speed and the index."""
    periods = {}
    if minutes is not None:
        wind = table(minutes).loc["2014":"2018"]
        hourly = table(folder / "radbelt/geo_goes_electrons_hourly_2014_2020_with_drivers.parquet")
        frame = pd.DataFrame({"b_y": hourly.By_gsm.reindex(wind.index.floor("h")).to_numpy()}, index=wind.index)
        frame = frame.fillna(0.0).assign(b_z=wind.Bz, speed=-wind.Vx).interpolate(limit=12).assign(al=wind.SML)
        periods["2014-2016 (fitted)"] = "sml", frame.loc[:"2016"]
        periods["2017-2018"] = "sml", frame.loc["2017":]
    wind = table(folder / "solarwind/omni_supermag_5min_storms_2012_2018_from_pypi_rcpann.csv.gz")
    frame = pd.DataFrame({"b_y": 0.0 * wind.Bz, "b_z": wind.Bz, "speed": -wind.Vx, "al": wind.SML}, index=wind.index)
    for _, storm in frame.groupby((frame.index.to_series().diff() > pd.Timedelta("1D")).cumsum()):
        periods[f"{storm.index[0]:%B %Y}"] = "sml", storm
    wind = table(folder / "solarwind/omni_1min_2001-11.csv.gz")
    speed = np.sqrt(wind.Vx_kms**2 + wind.Vy_kms**2 + wind.Vz_kms**2)
    periods["November 2001"] = (
        "al",
        pd.DataFrame({"b_y": wind.By_gsm_nT, "b_z": wind.Bz_gsm_nT, "speed": speed, "al": wind.AL_nT}),
    )
    wind = table(folder / "solarwind/omni_hourly_2003_gse.csv.gz")
    indices = table(folder / "indices/omni_hourly_indices_2000_2020.parquet")
    _, b_y, b_z = gse_to_gsm(wind.index.values, *(wind[f"B{c}_gse_nT"].to_numpy() for c in "xyz"))
    frame = pd.DataFrame({"b_y": b_y, "b_z": b_z, "speed": wind.V_kms}, index=wind.index)
    periods["2003"] = "al", frame.assign(al=indices.AL_nT.reindex(frame.index))
    return periods


def drivers(frame: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Times, speed, b_y and b_z as arrays."""
    return (frame.index.values.astype("datetime64[ns]"), *(frame[c].to_numpy(float) for c in ("speed", "b_y", "b_z")))


def score(modelled: np.ndarray, observed: np.ndarray) -> dict[str, float]:
    """Correlation, prediction efficiency, RMSE, and standard deviation and first percentile over the observed ones."""
    good = np.isfinite(modelled) & np.isfinite(observed)
    m, o = modelled[good], observed[good]
    return {
        "n": int(good.sum()),
        "r": float(np.corrcoef(m, o)[0, 1]),
        "pe": float(1.0 - np.mean((m - o) ** 2) / o.var()),
        "rmse": float(np.sqrt(np.mean((m - o) ** 2))),
        "spread": float(m.std() / o.std()),
        "deep": float(np.percentile(m, 1) / np.percentile(o, 1)),
    }


def linear_filter(frame: pd.DataFrame, fitted: pd.DataFrame, taps: int = 36) -> np.ndarray:
    """Least-squares filter of three hours of the coupling function at 5 minutes, with a term for the speed."""

    def columns(part: pd.DataFrame) -> np.ndarray:
        _, speed, b_y, b_z = drivers(part)
        coupling = pd.Series(newell_2007(speed, b_y, b_z))
        lagged = [coupling.shift(lag).to_numpy() for lag in range(taps)]
        return np.stack([np.ones(len(part)), (speed / 400.0) ** 2, *lagged], axis=-1)

    known, target = columns(fitted), fitted.al.to_numpy(float)
    good = np.isfinite(known).all(axis=1) & np.isfinite(target)
    weights = np.linalg.lstsq(known[good], target[good], rcond=None)[0]
    return columns(frame) @ weights


def fit(frame: pd.DataFrame) -> dict[str, float]:
    """Least-squares constants of the mean response."""
    time, speed, b_y, b_z = drivers(frame)
    coupling, viscous, observed = newell_2007(speed, b_y, b_z), (speed / 400.0) ** 2, frame.al.to_numpy(float)
    used = np.flatnonzero(np.isfinite(coupling) & np.isfinite(observed))[::3]

    def merging(p: np.ndarray) -> np.ndarray:
        relative = fading_memory(time, coupling, abs(p[2])) / (1e3 * p[3])
        return p[1] * p[3] * relative**2 / (1.0 + relative**2) ** 0.8

    best = least_squares(lambda p: (p[0] * viscous + merging(p) - observed)[used], [-30.0, -60.0, 1.0, 9.0]).x
    return dict(zip(("viscous", "merging_1e3", "memory", "knee_1e-3"), best.tolist(), strict=True))


def waits(onsets: np.ndarray) -> dict[str, float]:
    """Count, and median, mean and most frequent of the waits shorter than a day."""
    found = substorms.waiting_times(onsets, 24.0)
    counts, edges = np.histogram(found, np.arange(0.0, 12.25, 0.5))
    return {
        "count": len(onsets),
        "median": float(np.median(found)) if found.size else np.nan,
        "mean": float(found.mean()) if found.size else np.nan,
        "mode": float(edges[counts.argmax()] + 0.25),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--minutes", type=Path, help="geomag_2012_2018.csv of the package rcpann")
    arguments = parser.parse_args()
    periods = read(arguments.folder, arguments.minutes)
    fitted = periods.get("2014-2016 (fitted)", (None, None))[1]
    if fitted is not None:
        print("fitted:", ", ".join(f"{name} {value:.2f}" for name, value in fit(fitted).items()))

    print(f"{'period':<24}{'model':<24}{'n':>8}{'r':>7}{'PE':>7}{'RMSE':>7}{'std':>6}{'1 %':>6}  (over observed)")
    for name, (index, frame) in periods.items():
        time, *wind = drivers(frame)
        bays = substorms.substorm_electrojet(time, *wind, index=index)
        models = {
            "mean response": bays.al_mean,
            "with bays": bays.al,
            "electrojets (AL 2000-01)": electrojets(time, *wind).al,
        }
        if fitted is not None and index == "sml" and name[0].isdigit():
            models["linear filter, 3 h"] = linear_filter(frame, fitted)
        for which, modelled in models.items():
            s = score(np.asarray(modelled), frame.al.to_numpy(float))
            print(
                f"{name:<24}{which:<24}{s['n']:>8}{s['r']:>7.3f}{s['pe']:>7.3f}{s['rmse']:>7.1f}"
                f"{s['spread']:>6.2f}{s['deep']:>6.2f}"
            )

    print("\nonsets: per year, and hours to the next")
    for name, (index, frame) in periods.items():
        if name == "2003":
            continue
        time, speed, b_y, b_z = drivers(frame)
        bays = substorms.substorm_electrojet(time, speed, b_y, b_z, index=index)
        epsilon = perreault_akasofu_1978(speed, np.hypot(b_y, b_z), b_y, b_z)
        years = (time[-1] - time[0]) / np.timedelta64(1, "D") / 365.25
        for which, onsets in (
            ("in the observed index", substorms.find_onsets(time, frame.al.to_numpy(float))),
            ("in the model's bays", substorms.find_onsets(time, bays.al)),
            ("in its mean response", substorms.find_onsets(time, bays.al_mean)),
            ("model, loaded by X", substorms.predicted_onsets(time, newell_2007(speed, b_y, b_z))),
            ("model, by epsilon", substorms.predicted_onsets(time, epsilon)),
        ):
            s = waits(onsets)
            print(
                f"{name:<24}{which:<24}{s['count'] / years:>8.0f} a year, median {s['median']:.2f}"
                f" mean {s['mean']:.2f} most often {s['mode']:.2f}"
            )


if __name__ == "__main__":
    main()
