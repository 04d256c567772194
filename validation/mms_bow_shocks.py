"""Print how well the shock equations give the jumps through 91 bow shocks that MMS crossed in 2016-2018.

python validation/mms_bow_shocks.py [DATA_FOLDER]

The Mach number, the angle and the upstream beta of each crossing go in; compression, field, tangential flow and
pressure behind the shock come out and are compared with what was measured there. The plasma instrument of MMS is made
for the hot plasma of the sheath: in the cold wind it counts too few particles and gives too high a temperature. The
upstream density is therefore the one that conserves mass, and the upstream beta that of the OMNI data set; the scores
with the instrument's own beta are printed beside.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from sunearth.heliosphere import shock_normals, shocks, wind

FILE = "boundaries/mms_bow_shocks_2016_2018_upstream_downstream.csv"


def crossings(folder: Path) -> dict[str, np.ndarray]:
    """Read the crossings: vectors (event, 3), scalars (event,)."""
    with (folder / FILE).open(newline="") as file:
        rows = list(csv.DictReader(file))

    def column(name: str) -> np.ndarray:
        return np.array([float(row[name]) for row in rows])

    def vector(pattern: str) -> np.ndarray:
        return np.stack([column(pattern.format(axis)) for axis in "xyz"], axis=-1)

    normal = vector("nvec.{}")
    return {
        "normal": normal / np.linalg.norm(normal, axis=-1, keepdims=True),
        "b_up": vector("B{}1_avg"),
        "b_down": vector("B{}2_avg"),
        "v_up": vector("Ui{}1_avg"),
        "v_down": vector("Ui{}2_avg"),
        "n_up": column("Ne1_avg"),
        "n_down": column("Ne2_avg"),
        "p_down": column("Pi2_avg") + column("Pe2_avg"),
        "theta": np.deg2rad(column("theta_bn_avg")),
        "speed": column("Vs_n_scf_avg"),
        "beta_mms": column("Beta_i_avg") + column("Beta_e_avg"),
        "beta_omni": column("Beta_omni_avg"),
    }


def score(predicted: np.ndarray, observed: np.ndarray) -> dict[str, float]:
    """Medians, median and spread of observed over predicted, and correlation."""
    good = np.isfinite(predicted) & np.isfinite(observed)
    ratio = observed[good] / predicted[good]
    low, high = np.percentile(ratio, [25, 75])
    return {
        "n": int(good.sum()),
        "predicted": float(np.median(predicted[good])),
        "observed": float(np.median(observed[good])),
        "ratio": float(np.median(ratio)),
        "ratio_q25": float(low),
        "ratio_q75": float(high),
        "scatter": float(np.std(np.log(ratio))),
        "correlation": float(np.corrcoef(predicted[good], observed[good])[0, 1]),
    }


def score_jumps(folder: Path, beta: str = "omni") -> dict[str, dict[str, float]]:
    """Score the jumps that the equations predict, with the upstream beta of ``omni`` or ``mms``."""
    data = crossings(folder)
    along = (data["normal"] * data["v_up"]).sum(-1) - data["speed"]
    behind = (data["normal"] * data["v_down"]).sum(-1) - data["speed"]
    compression = along / behind
    n_up = data["n_down"] / compression
    field_up, field_down = (np.linalg.norm(data[name], axis=-1) for name in ("b_up", "b_down"))
    # The density is of electrons: with the alphas there are 1.08 a proton, which weigh 1.16 proton masses.
    protons = n_up / (1 + 2 * wind.ALPHA_FRACTION)
    mach = wind.mach_alfven(np.abs(along), field_up, protons)
    jump = shocks.rankine_hugoniot(mach, data["theta"], data[f"beta_{beta}"])
    pressure_up = wind.magnetic_pressure(field_up) * data[f"beta_{beta}"]
    return {
        "compression": score(jump.compression, compression),
        "field": score(jump.b_ratio, field_down / field_up),
        "counted density": score(jump.compression, data["n_down"] / data["n_up"]),
        "pressure, nPa": score(jump.pressure_ratio * pressure_up, data["p_down"]),
    }


def score_normals(folder: Path) -> dict[str, dict[str, float]]:
    """Angle in degrees between each method's normal and the published one, from mean states alone."""
    data = crossings(folder)
    fields, flows = (data["b_up"], data["b_down"]), (data["v_up"], data["v_down"])
    methods = {
        "coplanarity": shock_normals.coplanarity_normal(*fields),
        "velocity": shock_normals.velocity_normal(*flows),
        "mixed, jump": shock_normals.mixed_normal(*fields, *flows),
        "mixed, upstream": shock_normals.mixed_normal(*fields, *flows, field="up"),
        "mixed, downstream": shock_normals.mixed_normal(*fields, *flows, field="down"),
    }
    angles = {
        name: np.rad2deg(np.arccos(np.clip(np.abs((normal * data["normal"]).sum(-1)), 0, 1)))
        for name, normal in methods.items()
    }
    return {
        name: dict(zip(("median", "q90"), np.percentile(a, [50, 90]).tolist(), strict=True))
        for name, a in angles.items()
    }


def main(folder: Path) -> None:
    for beta in ("omni", "mms"):
        print(f"jumps with the upstream beta of {beta}")
        for name, found in score_jumps(folder, beta).items():
            print(
                f"  {name:<18} n {found['n']}"
                f"  median predicted {found['predicted']:.2f} observed {found['observed']:.2f}"
                f"  observed/predicted {found['ratio']:.2f} ({found['ratio_q25']:.2f}-{found['ratio_q75']:.2f})"
                f"  scatter {found['scatter']:.2f}  correlation {found['correlation']:.2f}"
            )
    print("normals, angle to the published ones, deg")
    for name, found in score_normals(folder).items():
        print(f"  {name:<18} median {found['median']:.2f}  90 % below {found['q90']:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
