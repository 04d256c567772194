"""Print where the moving plasmasphere has the plasmapause in the storm of March 2015, beside three empirical relations.

python validation/plasmapause_storm.py [--columns 72] [--rows 85] [--hours 6]

The moving model runs twice: by measured Kp from 12 March on, to start the storm from what the days before left, and by
the electric field of the wind from 16 March 12 UT on. The relations are those of Carpenter and Anderson (1992)
and of O'Brien and Moldwin (2003), from the largest Kp of 24 h, and the plasmapause worn off by the wind's field. All
columns are L. The night side is the median over 00 to 06 MLT, all of it the median over all local times.
"""

from __future__ import annotations

import argparse
import time as clock

import numpy as np

from sunearth.data import load_event, observed_indices
from sunearth.magnetosphere import plasmasphere
from sunearth.magnetosphere.plasmasphere_dynamics import Plasmasphere

NAMES = ("Kp night", "Kp all", "wind night", "wind all", "CA 1992", "OM 2003", "eroded")


def plasmapauses(rows: int, columns: int, hours: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, float]]:
    """Return times, Kp, a table (time, model) of L and the seconds of the two runs."""
    indices = observed_indices("2015-03-12", "2015-03-21")
    event = load_event("st-patrick-2015")
    e_y = -event.speed.values * event.b_z.values * 1e-3
    model = Plasmasphere(rows=rows, columns=columns)
    seconds = {}
    begin = clock.perf_counter()
    by_kp = model.solve(indices.time.values, kp=indices.kp.values)
    seconds["Kp"] = clock.perf_counter() - begin
    begin = clock.perf_counter()
    at_start = by_kp.sel(time=event.time.values[0], method="nearest")
    by_wind = model.solve(event.time.values, e_y=e_y, start=at_start, cadence=0.25)
    seconds["wind"] = clock.perf_counter() - begin
    wanted = np.arange(
        np.datetime64("2015-03-16T18", "ns"), np.datetime64("2015-03-20T21", "ns"), np.timedelta64(hours, "h")
    )
    at = np.searchsorted(indices.time.values, wanted, side="right") - 1
    worst = plasmasphere.maximum_kp(indices.time.values, indices.kp.values)[at]
    eroded = plasmasphere.eroded_plasmapause(event.time.values, e_y, 4.0)
    columns_of = []
    for run in (by_kp, by_wind):
        found = run.plasmapause_l.sel(time=wanted, method="nearest")
        columns_of += [found.where(found.mlt < 6.0).median("mlt").values, found.median("mlt").values]
    nearest = np.abs(event.time.values[:, None] - wanted[None, :]).argmin(axis=0)
    relations = [plasmasphere.carpenter_anderson_1992(worst), plasmasphere.obrien_moldwin_2003(worst), eroded[nearest]]
    return wanted, indices.kp.values[at], np.stack([*columns_of, *relations], axis=1), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=85)
    parser.add_argument("--columns", type=int, default=72)
    parser.add_argument("--hours", type=int, default=6, help="between the rows of the table")
    arguments = parser.parse_args()
    times, kp, table, seconds = plasmapauses(arguments.rows, arguments.columns, arguments.hours)
    print(f"{'UT':<17}{'Kp':>5}" + "".join(f"{name:>12}" for name in NAMES))
    for t, k, row in zip(times, kp, table, strict=True):
        print(f"{str(t)[:16]:<17}{k:5.1f}" + "".join(f"{value:12.2f}" for value in row))
    print("difference from Carpenter and Anderson (1992): mean, RMS")
    for name, column in zip(NAMES, table.T, strict=True):
        miss = column - table[:, 4]
        print(f"  {name:<12}{np.nanmean(miss):6.2f}{np.sqrt(np.nanmean(miss**2)):6.2f}")
    print("seconds: " + ", ".join(f"{name} {value:.1f}" for name, value in seconds.items()))


if __name__ == "__main__":
    main()
