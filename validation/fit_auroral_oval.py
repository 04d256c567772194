"""Fit the auroral oval of great storms to images from space, and score the package's ovals on them.

    python validation/fit_auroral_oval.py DATA

DATA is a folder that holds ``aurora``, ``indices`` and ``solarwind``. The images are those of IMAGE FUV in five storm
periods of 2000 to 2002, as circles through the two edges of the oval; hours with five or more of them are used. A score
"by storm" is that of a fit to the other four. Independent checks: the interface of the region 1 and 2 currents (AMPERE,
2010 to 2017), which lies inside the oval, and crossings of the oval by DMSP on a very quiet day.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from sunearth.aurora import oval

HOURS = np.arange(0.0, 24.0, 3.0)


def table(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, parse_dates=["time_utc"])
    return frame.set_index("time_utc").sort_index()


def edge(radius: pd.Series, offset: pd.Series, toward: pd.Series, mlt: float) -> pd.Series:
    """Latitude at which a circle about a shifted centre meets a meridian; `toward` in degrees from midnight."""
    angle = np.radians(15.0 * mlt - toward)
    return 90.0 - (offset * np.cos(angle) + np.sqrt(radius**2 - (offset * np.sin(angle)) ** 2))


def images(data: Path) -> pd.DataFrame:
    """Return hourly latitudes of both edges at every third hour of local time, with the indices and the driving."""
    circles = table(data / "aurora/image_fuv_auroral_boundary_circles_storms_2000_2002.parquet")
    circles = circles[(circles.nb >= 8) & (circles.r_err <= 3.0) & (circles.r_cent <= 8.0)]
    columns = {}
    for name, kind in (("equatorward", "EAB"), ("poleward", "OCB")):
        chosen = circles[circles.boundary == kind]
        enough = chosen.r.resample("1h").count() >= 5
        for mlt in HOURS:
            hourly = edge(chosen.r, chosen.r_cent, chosen.phi_cent, mlt).resample("1h").median()
            columns[name, mlt] = hourly.where(enough)
    frame = pd.DataFrame(columns).dropna()
    measured = table(data / "indices/omni_hourly_indices_2000_2020.parquet")
    frame["kp", ""] = measured.Kp10.reindex(frame.index) / 10
    frame["dst", ""] = measured.Dst_nT.reindex(frame.index)
    frame["al", ""] = measured.AL_nT.reindex(frame.index)
    wind = table(data / "solarwind/omni_hourly_1998_2002_filled.csv.gz")
    field = -wind.Bz_nT.interpolate() * wind.V_kms.interpolate() * 1e-3
    strongest = oval.strongest_driving(wind.index.values, field.to_numpy())
    frame["strongest", ""] = pd.Series(strongest, index=wind.index).reindex(frame.index)
    frame["storm", ""] = frame.index.strftime("%Y-%m")
    return frame


def harmonics(kp: np.ndarray, dst: np.ndarray, mlt: float) -> np.ndarray:
    """Columns of the linear fit: a circle's first harmonic in local time, each part linear in Kp and in Dst below 0."""
    state = np.column_stack([np.ones_like(kp), kp, np.minimum(dst, 0.0)])
    angle = np.pi * mlt / 12.0
    return np.hstack([state, state * np.cos(angle), state * np.sin(angle)])


def solve(frame: pd.DataFrame, name: str) -> np.ndarray:
    kp, dst = frame.kp.to_numpy(), frame.dst.to_numpy()
    left = np.vstack([harmonics(kp, dst, mlt) for mlt in HOURS])
    return np.linalg.lstsq(left, np.concatenate([frame[name, mlt] for mlt in HOURS]), rcond=None)[0]


def report(name: str, computed: np.ndarray, observed: np.ndarray) -> None:
    good = np.isfinite(computed) & np.isfinite(observed)
    error = (computed - observed)[good]
    correlation = np.corrcoef(computed[good], observed[good])[0, 1]
    print(f"  {name:44s} n {good.sum():5d}  CC {correlation:5.2f}  RMSE {np.sqrt(np.mean(error**2)):5.2f} deg", end="")
    print(f"  bias {error.mean():5.2f} deg")


def score_images(frame: pd.DataFrame) -> None:
    kp, dst, al = (frame[name].to_numpy(dtype=float) for name in ("kp", "dst", "al"))
    for boundary in ("equatorward", "poleward"):
        print(f"{boundary} edge in the images, hours: {len(frame)}")
        parts = solve(frame, boundary).reshape(3, 3)
        for part, values in zip(("mean", "cos", "sin"), parts, strict=True):
            print(f"  fit, {part}: {values[0]:.2f} {values[1]:+.3f} Kp {values[2]:+.4f} Dst")
        for mlt in (0.0, 6.0, 12.0, 18.0):
            observed = frame[boundary, mlt].to_numpy()
            by_storm = np.full(len(frame), np.nan)
            for storm in frame.storm.unique():
                left_out = (frame.storm == storm).to_numpy()
                by_storm[left_out] = harmonics(kp, dst, mlt)[left_out] @ solve(frame[~left_out], boundary)
            report(f"{mlt:02.0f} MLT storm_oval", oval.storm_oval(mlt, kp, dst, boundary=boundary), observed)
            report(f"{mlt:02.0f} MLT the same fit, by storm", by_storm, observed)
            report(f"{mlt:02.0f} MLT starkov_1994", oval.starkov_1994(mlt, al, boundary=boundary), observed)
            if boundary == "equatorward":
                report(
                    f"{mlt:02.0f} MLT starkov_1994, diffuse", oval.starkov_1994(mlt, al, boundary="diffuse"), observed
                )
    observed = frame["equatorward", 0.0].to_numpy()
    root = np.sqrt(frame.strongest.to_numpy())
    left = np.column_stack([np.ones_like(root), root])
    print(f"midnight edge = a + b sqrt(strongest driving): {np.linalg.lstsq(left, observed, rcond=None)[0].round(2)}")
    by_storm = np.full(len(frame), np.nan)
    for storm in frame.storm.unique():
        out = (frame.storm == storm).to_numpy()
        by_storm[out] = left[out] @ np.linalg.lstsq(left[~out], observed[~out], rcond=None)[0]
    report("00 MLT expansion_by_field", oval.expansion_by_field(frame.strongest.to_numpy()), observed)
    report("00 MLT the same fit, by storm", by_storm, observed)


def score_currents(data: Path) -> None:
    circles = table(data / "aurora/ampere_north_R1R2_boundary_radius_storms.parquet")
    circles = circles[circles.j_mag >= 0.15]
    measured = table(data / "indices/omni_hourly_indices_2000_2020.parquet")
    hourly = circles.resample("1h").mean().dropna()
    # x towards dusk or dawn, y towards midnight: at midnight the circle reaches its radius less the shift
    observed = 90.0 - (hourly.radius_colat_deg - hourly.y_cent_deg).to_numpy()
    kp = measured.Kp10.reindex(hourly.index).to_numpy() / 10
    dst = measured.Dst_nT.reindex(hourly.index).to_numpy()
    low = oval.storm_oval(0.0, kp, dst, boundary="equatorward")
    high = oval.storm_oval(0.0, kp, dst, boundary="poleward")
    inside = np.mean((observed > low) & (observed < high))
    print(f"interface of the currents at midnight, {inside:.2f} of the hours inside the oval")
    report("middle of storm_oval against the interface", (low + high) / 2, observed)


def score_crossings(data: Path) -> None:
    passes = pd.read_csv(data / "aurora/dmsp_f16_ssj_2010-12-31_boundaries.csv", comment="#")
    passes = passes[passes.FOM >= 1.8]
    start = pd.Timestamp("2010-12-31")
    measured = table(data / "indices/omni_hourly_indices_2000_2020.parquet")
    for boundary, mark in (("equatorward", "EQ"), ("poleward", "PO")):
        observed, mlt, kp, dst = [], [], [], []
        for number in (1, 2):
            hour = (start + pd.to_timedelta(passes[f"UTSec {mark}{number}"], unit="s")).dt.floor("h")
            observed.append(passes[f"mlat {mark}{number}"].abs())
            mlt.append(passes[f"mlt {mark}{number}"])
            kp.append(measured.Kp10.reindex(hour) / 10)
            dst.append(measured.Dst_nT.reindex(hour))
        observed, mlt, kp, dst = (np.concatenate(values) for values in (observed, mlt, kp, dst))
        report(f"{boundary}, DMSP on 2010-12-31", oval.storm_oval(mlt, kp, dst, boundary=boundary), observed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the data")
    folder = parser.parse_args().data
    if not folder.is_dir():
        print(f"skipped: {folder} is not there")
        return
    score_images(images(folder))
    score_currents(folder)
    score_crossings(folder)


if __name__ == "__main__":
    main()
