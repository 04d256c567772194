"""Print how G1 to G3 and W1 to W6 computed from hourly wind compare with the hourly files of Qin et al. (2007).

    python validation/tsyganenko_drivers.py [DATA_FOLDER]

Only hours with measured wind count. "Their scheme" draws a line through the hourly values, samples it and scales W; it
shows that formulas and coefficients are the same, to the digits of the files. A second table says what hourly averages
of the wind lose against averages of five minutes, in storms of 2012 to 2018.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sunearth.geomagnetism.tsyganenko_drivers import (
    PenetrationParameters,
    StormParameters,
    penetration_parameters,
    penetration_rates,
    storm_parameters,
    storm_sources,
)

HOURLY_SCALE = np.array([1.069748, 1.024995, 1.247411, 1.100432, 0.9768723, 1.134791])
RATES = np.array([0.39, 0.70, 0.031, 0.58, 1.15, 0.88])  # per hour, W1 to W6
MEASURED = 2  # quality flag
G, W = ("G1", "G2", "G3"), ("W1", "W2", "W3", "W4", "W5", "W6")
FACTORS = ("W1", "W2", "W3", "W4", "W5", "W6", "G2", "G3")


def read_hours(folder):
    """Return the hours of Qin et al., and where the wind of the hour, and of the hour before it, was measured."""
    hours = pd.read_csv(folder / "solarwind" / "qindenton_hourly_1999-07_2001-10.csv.gz", parse_dates=["time_utc"])
    measured = (hours[["q_velo", "q_dens", "q_BzIMF"]] == MEASURED).all(axis=1).to_numpy()
    return hours, measured, measured & np.roll(measured, 1)


def wind_of(hours):
    return [hours[name].to_numpy() for name in ("velo", "dens", "ByIMF", "BzIMF")]


def their_scheme(hours):
    """G1 to G3 and W1 to W6 in the way of the hourly files: from lines between one hourly value and the next."""
    now = np.array(wind_of(hours))
    before = np.concatenate([now[:, :1], now[:, :-1]], axis=1)
    twelve = (np.arange(12) + 1) / 12
    g = np.mean(penetration_rates(*(before[..., None] + (now - before)[..., None] * twelve)), axis=-1)
    age = np.arange(4) / 4
    speed, n_p, _, b_z = now[..., None] - (now - before)[..., None] * age
    sources = np.array(storm_sources(speed, n_p, b_z, coefficients="paper"))
    fed = 0.25 * RATES[:, None] * np.sum(sources * np.exp(-RATES[:, None, None] * age), axis=-1)
    w = np.empty_like(fed)
    w[:, 0] = hours.loc[0, list(W)].to_numpy(float) / HOURLY_SCALE
    for k in range(1, len(hours)):
        w[:, k] = fed[:, k] + w[:, k - 1] * np.exp(-RATES)
    return PenetrationParameters(*g), StormParameters(*(HOURLY_SCALE[:, None] * w))


def score(ours, theirs):
    difference = ours - theirs
    return {
        "hours": ours.size,
        "r": np.corrcoef(ours, theirs)[0, 1],
        "rms": np.sqrt(np.mean(difference**2)),
        "slope": ours @ theirs / (theirs @ theirs),
        "mean": ours.mean() / theirs.mean(),
        "largest": np.abs(difference).max(),
    }


def scores(folder):
    """Return {(method, parameter, hours): score} over measured hours, and over those with Dst below -50 nT."""
    hours, measured, both_measured = read_hours(folder)
    time, (speed, n_p, b_y, b_z) = hours["time_utc"].to_numpy("datetime64[ns]"), wind_of(hours)
    g_theirs, w_theirs = their_scheme(hours)
    methods = {
        "their scheme": (g_theirs, w_theirs),
        "hourly means": (
            penetration_parameters(time, speed, n_p, b_y, b_z),
            storm_parameters(time, speed, n_p, b_z),
        ),
        "with the paper's coefficients": ((), storm_parameters(time, speed, n_p, b_z, coefficients="paper")),
    }
    storm = (hours["Dst"] < -50).to_numpy()
    table = {}
    for method, (g, w) in methods.items():
        computed = {**dict(zip(G, g, strict=False)), **dict(zip(W, w, strict=True))}
        for name, ours in computed.items():
            known = both_measured if name in G else measured
            theirs = hours[name].to_numpy()
            for label, where in (("all", known), ("storms", known & storm)):
                table[method, name, label] = score(ours[where], theirs[where])
    return table


def hourly_losses(folder):
    """Return {parameter: (mean from averages of five minutes over that from hourly ones, their correlation)}."""
    name = "omni_supermag_5min_storms_2012_2018_from_pypi_rcpann.csv.gz"
    series = pd.read_csv(folder / "solarwind" / name, parse_dates=["time_utc"])
    series["time_utc"] -= pd.Timedelta(150, "s")  # the averages are labelled by their middle
    storm = (series["time_utc"].diff() > pd.Timedelta(5, "min")).cumsum()
    pairs = []
    for _, fine in series.groupby(storm):
        fine = fine.set_index("time_utc")[["Vx", "Density", "Bz"]].interpolate(limit=12)
        fine = fine[fine.index >= fine.index[0].ceil("h")]
        fine = fine.iloc[: len(fine) // 12 * 12]
        coarse = fine.groupby(np.arange(len(fine)) // 12).mean().set_index(fine.index[::12])
        pairs.append([_driven(fine).reshape(len(FACTORS), -1, 12).mean(axis=-1), _driven(coarse)])
    both = np.concatenate(pairs, axis=-1)
    fine, coarse = both[..., np.isfinite(both).all(axis=(0, 1))]
    return {
        name: (a.mean() / b.mean(), np.corrcoef(a, b)[0, 1]) for name, a, b in zip(FACTORS, fine, coarse, strict=True)
    }


def _driven(wind):
    time, speed = wind.index.to_numpy("datetime64[ns]"), -wind["Vx"].to_numpy()
    n_p, b_z = wind["Density"].to_numpy(), wind["Bz"].to_numpy()
    g = penetration_parameters(time, speed, n_p, 0.0, b_z)
    return np.array([*storm_parameters(time, speed, n_p, b_z), g.g2, g.g3])


def main(folder):
    header = f"{'':<32}{'hours':>6} {'r':>7} {'rms':>7} {'slope':>6} {'mean':>6}"
    method = None
    for (this, name, label), s in scores(folder).items():
        if this != method:
            method = this
            print(f"\n{method}, against the files\n{header}")
        numbers = f"{s['hours']:>6} {s['r']:>7.4f} {s['rms']:>7.3f} {s['slope']:>6.3f} {s['mean']:>6.3f}"
        print(f"  {name:<4}{label:<26}{numbers}")
    print("\nmean from averages of five minutes over that from hourly averages, and correlation of the two")
    for name, (ratio, r) in hourly_losses(folder).items():
        print(f"  {name:<4}{ratio:>6.3f} {r:>7.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
