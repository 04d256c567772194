"""Print how much of the atmosphere leaves in the mean and in storms.

python validation/escape_rates.py [DATA_FOLDER]

DATA_FOLDER holds ``solarwind``, with the hourly wind of 1998 to 2002 and of 2012 to 2018; Kp and F10.7 are the indices
that ship with the package. Without the folder b_z is taken as zero, for 1996 to 2019. Nothing is fitted here: the rates
are published ones, and the table shows what they add up to.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from sunearth.data.indices import observed_indices
from sunearth.magnetosphere.escape import escape_rate, tonnes_per_day

WINDS = {
    "1998-2002": ("solarwind/omni_hourly_1998_2002_filled.csv.gz", "Bz_nT"),
    "2012-2018": ("solarwind/omni_supermag_hourly_2012_2018_from_pypi_rcpann.parquet", "Bz"),
}
RANGES = ((0.0, 2.0), (2.0, 4.0), (4.0, 6.0), (6.0, 7.0), (7.0, 8.0), (8.0, 9.1))


def periods(folder: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return times and b_z by period."""
    found = {}
    for name, (path, column) in WINDS.items():
        file = folder / path
        if file.exists():
            wind = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file)
            found[name] = pd.to_datetime(wind.time_utc).to_numpy("datetime64[ns]"), wind[column].to_numpy(float)
    if not found:
        time = np.arange("1996-01-01T00", "2020-01-01T00", 3, "datetime64[h]").astype("datetime64[ns]")
        found["1996-2019"] = time, np.zeros(time.size)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/data"))
    indices = observed_indices()
    for name, (time, b_z) in periods(parser.parse_args().folder).items():
        kp = indices.kp.values[np.searchsorted(indices.time.values, time, side="right") - 1]
        f107 = indices.f107.values[np.searchsorted(indices.time_daily.values, time, side="right") - 1]
        rate = escape_rate(time, kp, f107, b_z)
        known = np.isfinite(rate.escape_rate)
        mean = rate.escape_rate[known].mean()
        parts = ", ".join(
            f"{part.replace('_', ' ')} {getattr(rate, part)[known].mean():.2f}"
            for part in ("cold_outflow", "plasmaspheric", "energetic")
        )
        print(f"{name}: mean {mean:.2f} kg/s ({tonnes_per_day(mean):.0f} t a day), median", end=" ")
        print(f"{np.median(rate.escape_rate[known]):.2f}, from {rate.lower[known].mean():.2f}", end=" ")
        print(f"to {rate.upper[known].mean():.2f}; {parts}")
        for low, high in RANGES:
            inside = known & (kp >= low) & (kp < high)
            share = rate.escape_rate[inside].mean() / mean
            print(f"  Kp {low:.0f} to {min(high, 9.0):.0f}: {share:.1f} times the mean, {inside.sum()} values")


if __name__ == "__main__":
    main()
