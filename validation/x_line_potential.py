"""Print how the voltage along the modelled X-line compares with fitted voltages through storms of the observed wind.

python validation/x_line_potential.py [DATA_FOLDER]

The X-line is found minute by minute. What it gives is compared with the dayside rate of Milan et al. (2012), whose
length was fitted to the growth of the polar cap, and with the polar cap voltages of Boyle et al. (1997) and of Siscoe
et al. (2002), which hold a viscous part as well.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from sunearth.geomagnetism.frames import dipole_tilt
from sunearth.heliosphere import wind
from sunearth.magnetosphere import convection, coupling, x_line

STORMS = {
    "17 March 2015": "sw_2015-03-15_stpatrick.csv.gz",
    "9 May 2024": "sw_2024-05-10_wind_propagated.csv.gz",
    "17 March 2013": "sw_2013-03-17_wind.csv.gz",
}


def read(path: Path) -> dict[str, np.ndarray]:
    """Read the wind along time: field in GSM, speed, density, Mach number, dynamic pressure and dipole tilt."""
    table = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf8")
    b = np.array([table[f"B{axis}_gsm_nT"] for axis in "xyz"], float)
    speed = np.sqrt(sum(np.asarray(table[f"V{axis}_kms"], float) ** 2 for axis in "xyz"))
    density, temperature = np.asarray(table["n_cm3"], float), np.asarray(table["T_K"], float)
    when = np.array([text.removesuffix("Z") for text in table["time_utc"]], "datetime64[ns]")
    return {
        "p_dyn": wind.dynamic_pressure(density, speed),
        "b_x": b[0],
        "b_y": b[1],
        "b_z": b[2],
        "n_p": density,
        "speed": speed,
        "mach_ms": wind.mach_magnetosonic(speed, np.linalg.norm(b, axis=0), density, temperature),
        "dipole_tilt": dipole_tilt(when),
    }


def score(found: np.ndarray, fitted: np.ndarray) -> dict[str, float]:
    """Correlation, and ratio of means."""
    good = np.isfinite(found) & np.isfinite(fitted)
    return {
        "n": int(good.sum()),
        "correlation": float(np.corrcoef(found[good], fitted[good])[0, 1]),
        "ratio": float(found[good].mean() / fitted[good].mean()),
    }


def compare(path: Path, **options: object) -> dict[str, dict[str, float]]:
    """Score the voltage along the X-line against three fitted ones; `options` are passed on."""
    drivers = read(path)
    began = time.perf_counter()
    found = x_line.potential_along_x_line(**drivers, **options).potential
    spent = 1e3 * (time.perf_counter() - began) / found.size
    speed, b_y, b_z = (drivers[name] for name in ("speed", "b_y", "b_z"))
    b = np.sqrt(drivers["b_x"] ** 2 + b_y**2 + b_z**2)
    others = {
        "Milan 2012": coupling.milan_2012(speed, b_y, b_z),
        "Boyle 1997": convection.boyle_1997(speed, b, b_y, b_z),
        "Siscoe 2002": convection.hill_siscoe_2002(speed, b_y, b_z, drivers["p_dyn"]),
    }
    scores = {name: score(found, other) for name, other in others.items()}
    scores["largest, kV"] = {"x-line": float(np.nanmax(found))} | {k: float(np.nanmax(v)) for k, v in others.items()}
    scores["time, ms a line"] = {"": spent}
    return scores


def main(folder: Path) -> None:
    """Print the table."""
    x_line.potential_along_x_line(2.0, 0.0, 0.0, -5.0, 6.0, 430.0)  # compiles
    for storm, file in STORMS.items():
        path = folder / "solarwind" / file
        if not path.exists():
            print(f"{storm}: {file} is not there")
            continue
        for options in ({}, {"criterion": "shear"}, {"pressure_width": 1.0}, {"end_angle": np.pi / 4}):
            told = ", ".join(f"{k} {v if isinstance(v, str) else round(v, 2)}" for k, v in options.items())
            print(f"{storm}, {told or 'as it stands'}")
            for name, values in compare(path, **options).items():
                print(f"  {name:<16}" + "  ".join(f"{k} {v:.3g}" for k, v in values.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    main(parser.parse_args().folder)
