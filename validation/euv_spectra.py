"""Print how far the ultraviolet spectra computed from F10.7 are from daily spectra of 2003 to 2024, band by band.

python validation/euv_spectra.py [DATA_FOLDER] [YEAR ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sunearth.data.indices import observed_indices
from sunearth.sun.irradiance import euv_spectrum, nikolaeva_gordeev_2023

Values = NDArray[np.float64]

BURST = 2.1  # times the 81-day mean, which the great groups of October 2003 just reached without a burst

# Limits in nm of the columns that are whole bands, in the order of the files; the other columns are single lines, which
# the bands around them hold too.
COLUMNS = {
    **dict(zip(range(10), [(170.0 - 5 * k, 175.0 - 5 * k) for k in range(10)], strict=True)),
    10: (120.0, 125.0),
    12: (115.0, 120.0),
    13: (110.0, 115.0),
    14: (105.0, 110.0),
}
FIVE_NM = [15, 18, 20, 21, 22, 23, 27, 29, 30, 33, 36, 37, 39, 40, 42, 45, 48, 49, 50, 51]
COLUMNS |= {column: (100.0 - 5 * k, 105.0 - 5 * k) for k, column in enumerate(FIVE_NM)}


def observed(path: Path, year: int) -> tuple[NDArray[np.datetime64], Values]:
    """Days of a year and the irradiance of every column, W m^-2."""
    lines = path.read_text(encoding="ascii").splitlines()
    rows = np.array([[float(cell) for cell in line.split()] for line in lines if line[:1] != "#" and line.strip()])
    rows = rows[rows[:, 0] == year]
    days = np.array([f"{int(y):04d}-{int(m):02d}-{int(d):02d}" for y, m, d in rows[:, :3]], "datetime64[D]")
    days, first = np.unique(days, return_index=True)
    return days, rows[first, 6:]


def in_band(name: str, f107: Values, f107_81day: Values, low: float, high: float) -> Values | None:
    """Modelled irradiance of one band, lines included; None where the model does not reach."""
    if name == "nikolaeva_gordeev_2023":
        nanometres = np.arange(low, high) + 0.5
        return np.asarray(nikolaeva_gordeev_2023(nanometres[None, :], f107[:, None])).sum(axis=1)
    spectrum = euv_spectrum(f107, f107_81day, spectrum=name)
    within = ((spectrum.shortest >= low) & (spectrum.longest <= high)).values
    covered = any(
        a == low and b == high for a, b in zip(spectrum.shortest.values, spectrum.longest.values, strict=True)
    )
    return np.asarray(spectrum.irradiance.values[:, within].sum(axis=1)) if covered else None


def score(model: Values, truth: Values) -> str:
    """Modelled over observed mean, correlation of the days, and rms error over the mean."""
    known = np.isfinite(model) & np.isfinite(truth)
    model, truth = model[known], truth[known]
    rms = np.sqrt(np.mean((model - truth) ** 2)) / truth.mean()
    return f"{model.mean() / truth.mean():6.2f} {np.corrcoef(model, truth)[0, 1]:6.2f} {rms:6.2f}"


def main(folder: Path, years: list[int]) -> None:
    models = ("richards_1994", "solomon_qian_2005", "nikolaeva_gordeev_2023")
    for year in years:
        path = folder / "satellites" / f"fism_euv_daily_{year}.dat"
        if not path.exists():
            print(f"{path}: not there")
            continue
        days, values = observed(path, year)
        indices = observed_indices(days[0], days[-1])
        f107, f107_81day = indices.f107.values, indices.f107_81day.values
        # a burst during the measurement says nothing about the ultraviolet of the day
        f107 = np.where(f107 > BURST * f107_81day, np.nan, f107)
        print(f"\n{year}, {days.size} days, F10.7 {np.nanmin(f107):.0f} to {np.nanmax(f107):.0f} sfu")
        print(f"{'nm':>9} {'W m^-2':>9}" + "".join(f"{name:>26}" for name in models))
        print(f"{'':>19}" + f"{'ratio      r    rms':>26}" * len(models))
        for column, (low, high) in sorted(COLUMNS.items(), key=lambda item: item[1]):
            cells = []
            for name in models:
                modelled = in_band(name, f107, f107_81day, low, high)
                cells.append(" " * 26 if modelled is None else f"{score(modelled, values[:, column]):>26}")
            print(f"{low:4.0f}-{high:<4.0f} {values[:, column].mean():9.2e}" + "".join(cells))
        total = values[:, FIVE_NM].sum(axis=1)
        cells = []
        for name in models:
            if name == "nikolaeva_gordeev_2023":
                modelled = np.asarray(nikolaeva_gordeev_2023(np.arange(5.5, 105.0)[None, :], f107[:, None])).sum(axis=1)
            else:
                spectrum = euv_spectrum(f107, f107_81day, spectrum=name)
                within = ((spectrum.shortest > 4.0) & (spectrum.longest < 105.1)).values
                modelled = spectrum.irradiance.values[:, within].sum(axis=1)
            cells.append(f"{score(modelled, total):>26}")
        print(f"{'5-105':>9} {total.mean():9.2e}" + "".join(cells))


if __name__ == "__main__":
    here = Path(__file__).parents[2] / "shared" / "data"
    named = [argument for argument in sys.argv[1:] if not argument.isdigit()]
    wanted = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    main(Path(named[0]) if named else here, wanted or [2003, 2015, 2017, 2024])
