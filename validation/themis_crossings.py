"""Print how models of magnetopause and bow shock compare with the crossings by THEMIS in March 2015.

python validation/themis_crossings.py [DATA_FOLDER] [--window MINUTES]

First the distance: modelled minus observed, along the ray from the Earth's centre to the spacecraft at the middle of
each listed interval, with several ways to treat wind and angle. Then the times: crossings that each model predicts
along the orbits, against those of the list, as hits, misses and false alarms within a window.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sunearth.geomagnetism.frames import dipole_tilt
from sunearth.heliosphere import wind
from sunearth.magnetosphere import bow_shock, crossings, magnetopause

CROSSINGS = "boundaries/mp_bs_crossings_nguyen2020_times.parquet"
POSITIONS = "boundaries/spacecraft_positions_gsm_2015-03-15_20_5min.parquet"
WIND = "solarwind/sw_2015-03-15_stpatrick.csv.gz"
SPACECRAFT = {"THA": "themisa", "THD": "themisd", "THE": "themise"}


def chapman_ferraro_flared(theta: Any, p_dyn: Any, b_z: Any) -> Any:
    """The nose of pressure balance with the flaring of Shue et al. 1998, since by itself it is a nose only."""
    shape = magnetopause.shue_1998(theta, p_dyn, b_z) / magnetopause.shue_1998(0.0, p_dyn, b_z)
    return magnetopause.chapman_ferraro(p_dyn) * shape


def pressure_balance() -> Any:
    """Return the self-consistent surface as a function of place and wind, between shapes for tilts 10 degrees apart."""
    from sunearth.magnetosphere.magnetopause_surface import PressureBalanceMagnetopause

    step, solver = np.deg2rad(10.0), PressureBalanceMagnetopause()
    shapes = [solver.shape(k * step) for k in range(4)]

    def pressure_balance_surface(theta: Any, phi: Any, p_dyn: Any, dipole_tilt: Any) -> Any:
        theta, phi, p_dyn, tilt = np.broadcast_arrays(theta, phi, p_dyn, dipole_tilt)
        # A tilt the other way mirrors north and south.
        place, mirrored = np.abs(tilt) / step, np.where(tilt < 0, -phi, phi)
        r = np.zeros(theta.shape)
        for k, shape in enumerate(shapes):
            weight = np.maximum(1 - np.abs(place - k), 0.0)
            some = weight > 0
            if some.any():
                r[some] += weight[some] * shape.radius(theta[some], mirrored[some], p_dyn[some])
        return np.where(np.isfinite(theta + p_dyn + tilt), r, np.nan)

    return pressure_balance_surface


MAGNETOPAUSES: dict[str, Any] = {
    "shue_1997": magnetopause.shue_1997,
    "shue_1998": magnetopause.shue_1998,
    "petrinec_russell_1996": magnetopause.petrinec_russell_1996,
    "lin_2010": magnetopause.lin_2010,
    "chapman_ferraro, flared": chapman_ferraro_flared,
}
BOW_SHOCKS: dict[str, Any] = {
    "farris_russell_1994": bow_shock.farris_russell_1994,
    "jelinek_2012": bow_shock.jelinek_2012,
    "chao_2002": bow_shock.chao_2002,
}


def nanoseconds(times: Any) -> np.ndarray:
    return times.to_numpy().astype("datetime64[ns]").astype(np.int64)


def read_wind(folder: Path) -> dict[str, np.ndarray]:
    """Read the wind by the minute, with all that boundaries need."""
    table = pd.read_csv(folder / WIND, parse_dates=["time_utc"])
    speed = np.sqrt(sum(table[f"V{axis}_kms"].to_numpy() ** 2 for axis in "xyz"))
    b = np.sqrt(sum(table[f"B{axis}_gsm_nT"].to_numpy() ** 2 for axis in "xyz"))
    columns = {"n_p": table["n_cm3"].to_numpy(), "speed": speed, "t_p": table["T_K"].to_numpy(), "b": b}
    columns["b_z"] = table["Bz_gsm_nT"].to_numpy()
    return {"time": nanoseconds(table["time_utc"]).astype("datetime64[ns]"), **columns}


def with_derived(state: dict[str, np.ndarray], alphas: float = wind.ALPHA_FRACTION) -> dict[str, np.ndarray]:
    """Add pressures, Mach number, beta, tilt and the magnetopause that a bow shock stands on."""
    p_dyn = wind.dynamic_pressure(state["n_p"], state["speed"], alphas)
    return state | {
        "p_dyn": p_dyn,
        "p_mag": wind.magnetic_pressure(state["b"]),
        "mach_ms": wind.mach_magnetosonic(state["speed"], state["b"], state["n_p"], state["t_p"]),
        "beta": wind.plasma_beta(state["b"], state["n_p"], state["t_p"]),
        "dipole_tilt": dipole_tilt(state["time"]),
        "magnetopause_standoff": magnetopause.shue_1998(0.0, p_dyn, state["b_z"]),
    }


def averaged(driver: dict[str, np.ndarray], when: np.ndarray, before: float, after: float) -> dict[str, np.ndarray]:
    """Mean wind from `before` to `after` minutes about each time."""
    minute = np.timedelta64(1, "m")
    first = np.searchsorted(driver["time"], when - before * minute)
    last = np.searchsorted(driver["time"], when + after * minute, side="right")
    means = {"time": when}
    for name, values in driver.items():
        if name != "time":
            good = np.isfinite(values)
            total, count = (np.append(0.0, np.cumsum(x)) for x in (np.where(good, values, 0.0), good))
            known = count[last] - count[first]
            means[name] = (total[last] - total[first]) / np.where(known > 0, known, np.nan)
    return means


def read_crossings(folder: Path, kind: str) -> dict[str, np.ndarray]:
    """Read the listed crossings that orbits and wind cover: spacecraft, begin, end, middle and place."""
    listed = pd.read_parquet(folder / CROSSINGS)
    track = pd.read_parquet(folder / POSITIONS)
    listed = listed[(listed["boundary"].astype(str) == kind) & listed["sc"].astype(str).isin(list(SPACECRAFT))]
    paths = {craft: track[track["sc"].astype(str) == name] for craft, name in SPACECRAFT.items()}
    first, last = nanoseconds(track["time_utc"]).min(), nanoseconds(track["time_utc"]).max()
    listed = listed[(nanoseconds(listed["end"]) >= first) & (nanoseconds(listed["begin"]) <= last)]
    rows = []
    for craft, begin, end in zip(
        listed["sc"].astype(str), nanoseconds(listed["begin"]), nanoseconds(listed["end"]), strict=True
    ):
        path = paths[craft]
        passed, middle = nanoseconds(path["time_utc"]), begin + (end - begin) // 2
        if passed[0] <= middle <= passed[-1]:
            rows.append((craft, begin, end, middle, *(np.interp(middle, passed, path[f"{a}_re"]) for a in "xyz")))
    craft, begin, end, middle, x, y, z = (np.array(column) for column in zip(*rows, strict=True))
    times = {"begin": begin, "end": end, "time": middle}
    return {"craft": craft, "x": x, "y": y, "z": z, **{k: v.astype("datetime64[ns]") for k, v in times.items()}}


WAYS: dict[str, dict[str, Any]] = {
    "wind of 15 min before and after": {"before": 15, "after": 15, "aberrated": False},
    "the same, aberrated": {"before": 15, "after": 15, "aberrated": True},
    "wind of 5 min before and after": {"before": 5, "after": 5, "aberrated": False},
    "wind of 15 min before": {"before": 15, "after": 0, "aberrated": False},
    "wind of 15 min before and after, without alphas": {"before": 15, "after": 15, "aberrated": False, "alphas": 0.0},
}


def score(folder: Path, kind: str, models: dict[str, Any], way: str) -> dict[str, crossings.BoundaryScore]:
    """Score the models in one of ``WAYS``."""
    seen = read_crossings(folder, kind)
    chosen = WAYS[way]
    means = averaged(read_wind(folder), seen["time"], chosen["before"], chosen["after"])
    state = with_derived(means, chosen.get("alphas", wind.ALPHA_FRACTION))
    return {
        name: crossings.score_boundary(seen["x"], seen["y"], seen["z"], state, model, chosen["aberrated"])
        for name, model in models.items()
    }


def match(folder: Path, kind: str, models: dict[str, Any], window: str) -> dict[str, np.ndarray]:
    """Hits, misses and false alarms of the crossings predicted along all orbits, and the lags of the hits in s."""
    seen = read_crossings(folder, kind)
    track = pd.read_parquet(folder / POSITIONS)
    driver = read_wind(folder)
    smooth = with_derived(averaged(driver, driver["time"], 15, 15))
    known = (seen["time"] >= driver["time"][0]) & (seen["time"] <= driver["time"][-1])
    counts = {}
    for name, model in models.items():
        total = np.zeros(3)
        lags = []
        for craft, orbit_name in SPACECRAFT.items():
            path = track[track["sc"].astype(str) == orbit_name]
            orbit = {"time": nanoseconds(path["time_utc"]).astype("datetime64[ns]")}
            orbit |= {axis: path[f"{axis}_re"].to_numpy() for axis in "xyz"}
            found = crossings.predict_crossings(orbit, smooth, model, aberrated=True)
            matched = crossings.match_crossings(found["time"], seen["time"][known & (seen["craft"] == craft)], window)
            total += matched[:3]
            lags.append(matched.hits * matched.rms_lag**2 if matched.hits else 0.0)
        counts[name] = np.append(total, np.sqrt(sum(lags) / max(total[0], 1)) / 60)
    return counts


def main(folder: Path, window: float) -> None:
    magnetopauses = MAGNETOPAUSES | {"pressure_balance": pressure_balance()}
    for kind, models in {"magnetopause": magnetopauses, "bowshock": BOW_SHOCKS}.items():
        seen = read_crossings(folder, kind)
        length = (seen["end"] - seen["begin"]) / np.timedelta64(1, "m")
        print(f"{kind}: {length.size} intervals along the orbits, {np.median(length):.0f} min long in the median")
        for way in WAYS:
            print(f"  {way}: modelled minus observed distance, R_E")
            for name, found in score(folder, kind, models, way).items():
                print(f"    {name:<24} n {found.n}  mean {found.mean:+.2f}  MAE {found.mae:.2f}  rms {found.rms:.2f}")
        print(f"  times, within {window:g} min, wind smoothed over half an hour, aberrated")
        for name, (hits, misses, false_alarms, lag) in match(folder, kind, models, f"{window}min").items():
            print(
                f"    {name:<24} hits {hits:.0f}  misses {misses:.0f}  false alarms {false_alarms:.0f}"
                f"  rms lag {lag:.0f} min"
            )
    last = pd.read_parquet(folder / CROSSINGS)["end"].max()
    print(f"the list ends on {last:%Y-%m-%d}: it has no crossing of May 2024")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("folder", nargs="?", type=Path, default=default, help="folder with the observed data")
    parser.add_argument("--window", type=float, default=30.0, help="minutes between a prediction and a hit")
    arguments = parser.parse_args()
    main(arguments.folder, arguments.window)
