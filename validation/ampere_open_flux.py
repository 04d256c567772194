"""Score the budget of open flux on the currents seen by AMPERE and on the polar cap seen by IMAGE.

    python validation/ampere_open_flux.py [DATA]

DATA is the folder that holds ``aurora``, ``indices`` and ``solarwind``. AMPERE gives the circle between the region 1
and region 2 currents (ten-minute medians, where the currents are stronger than 0.15), IMAGE the open-closed boundary
itself (hourly medians of five or more circles). The dayside is `milan_2012`; three of the AMPERE storms have no B_y in
the wind at hand, which then counts as zero. The first six hours of each storm, in which the start is forgotten, are
not scored.

Constants are fitted to the storms of 2010 to 2013, of July 2000 and of November 2001; the other five are held out.
What is minimised is the mean over storms of the squared error of the radius, with one number more for AMPERE: how
much larger than the cap its circle is (or by how many degrees).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from sunearth.magnetosphere.coupling import milan_2012
from sunearth.magnetosphere.open_flux import (
    current_boundary_radius,
    expanding_contracting,
    loading_unloading,
    open_flux_of_radius,
    polar_cap_radius,
)

AMPERE = {
    "2010-04": ("sw_2010-04_omni.csv.gz", "2010-04-03", "2010-04-08"),
    "2012-03": ("omni_supermag_5min_storms_2012_2018_from_pypi_rcpann.csv.gz", "2012-03-06", "2012-03-11"),
    "2013-03": ("sw_2013-03-17_wind.csv.gz", "2013-03-15", "2013-03-20"),
    "2015-03": ("sw_2015-03-15_stpatrick.csv.gz", "2015-03-16", "2015-03-20"),
    "2015-06": ("omni_supermag_5min_storms_2012_2018_from_pypi_rcpann.csv.gz", "2015-06-20", "2015-06-26"),
    "2017-09": ("omni_supermag_5min_storms_2012_2018_from_pypi_rcpann.csv.gz", "2017-09-05", "2017-09-10"),
}
IMAGE = {
    "2000-07": ("qindenton_hourly_1999-07_2001-10.csv.gz", "2000-07-12", "2000-07-16"),
    "2000-08": ("qindenton_hourly_1999-07_2001-10.csv.gz", "2000-08-09", "2000-08-12"),
    "2001-08": ("qindenton_hourly_1999-07_2001-10.csv.gz", "2001-08-15", "2001-08-17"),
    "2001-11": ("omni_1min_2001-11.csv.gz", "2001-11-05", "2001-11-07"),
}
FITTED = ("2010-04", "2012-03", "2013-03", "2000-07", "2001-11")
HELD_OUT = ("2015-03", "2015-06", "2017-09", "2000-08", "2001-08")
SPIN_UP = 36
"""Ten-minute steps at the beginning of a storm that are not scored"""


class Storm(NamedTuple):
    """Ten-minute drivers of a storm and the radius seen, NaN where there is none."""

    time: np.ndarray
    potential: np.ndarray
    southward: np.ndarray
    sym_h: np.ndarray
    radius: np.ndarray
    currents: bool


def wind(folder: Path, name: str, first: str, last: str) -> pd.DataFrame:
    """Read speed and field of any of the files, at its own cadence."""
    table = pd.read_csv(folder / "solarwind" / name, parse_dates=["time_utc"])
    table = table.drop_duplicates("time_utc").set_index("time_utc")[first:last]
    if "velo" in table:
        columns = (table.velo, table.ByIMF, table.BzIMF)
    elif "By_gsm_nT" in table:
        columns = (-table.Vx_kms, table.By_gsm_nT, table.Bz_gsm_nT)
    else:
        columns = (-table.Vx, 0.0 * table.Bz, table.Bz)
    return pd.DataFrame(dict(zip(("speed", "b_y", "b_z"), columns, strict=True)), dtype=float)


def storms(folder: Path) -> dict[str, Storm]:
    """Read all storms."""
    circles = pd.read_parquet(folder / "aurora/ampere_north_R1R2_boundary_radius_storms.parquet")
    circles = circles[(circles.j_mag > 0.15) & (circles.radius_colat_deg > 0)]
    currents = circles.set_index(pd.to_datetime(circles.time_utc)).radius_colat_deg.resample("10min").median()
    images = pd.read_parquet(folder / "aurora/image_fuv_auroral_boundary_circles_storms_2000_2002.parquet")
    images = images[(images.boundary == "OCB") & (images.nb >= 8) & (images.r_err <= 3.0) & (images.r_cent <= 8.0)]
    hourly = images.set_index(pd.to_datetime(images.time_utc)).r.resample("1h")
    caps = hourly.median().where(hourly.count() >= 5)
    file = folder / "indices/symh_1min_from_2000-01-01T0000_to_2019-12-31T2359_int16.parquet"
    index = pd.read_parquet(file).SYMH.astype(float)
    index.index = pd.Timestamp("2000-01-01") + pd.to_timedelta(np.arange(len(index)), unit="min")
    read = {}
    for name, choice in (AMPERE | IMAGE).items():
        measured = wind(folder, *choice)
        drive = pd.DataFrame(
            {
                "potential": milan_2012(*(measured[key].to_numpy() for key in ("speed", "b_y", "b_z"))),
                "southward": 1e-3 * measured.speed * np.maximum(-measured.b_z, 0.0),
            },
            measured.index,
        )
        cadence = "1h" if choice[0].startswith("qin") else "10min"
        drive = drive.resample(cadence).mean().interpolate(limit=12 if cadence == "10min" else 6)
        drive = drive.reindex(pd.date_range(drive.index[0], drive.index[-1], freq="10min")).ffill(limit=5)
        if name in AMPERE:
            seen = currents.reindex(drive.index).to_numpy()
        else:  # one value an hour, at its middle
            half_past = drive.index.minute == 30
            seen = np.where(half_past, caps.reindex(drive.index.floor("h")).to_numpy(), np.nan)
        sym_h = index.resample("10min").mean().reindex(drive.index).ffill().to_numpy()
        columns = (drive.potential.to_numpy(), drive.southward.to_numpy(), sym_h, seen)
        read[name] = Storm(drive.index.to_numpy(), *columns, name in AMPERE)
    return read


Model = Callable[[Storm, np.ndarray], np.ndarray]
"""Radius of the polar cap from a storm and constants"""


def budget(closure: str, *, delayed: bool = False, saturating: bool = False) -> Model:
    def cap(storm: Storm, x: np.ndarray) -> np.ndarray:
        potential = storm.potential / (1.0 + storm.potential / max(x[2], 50.0)) if saturating else storm.potential
        response = abs(x[2]) if delayed else 0.0
        return expanding_contracting(storm.time, potential, 0.5, x[1], x[0], response, closure).radius

    return cap


def substorms(storm: Storm, x: np.ndarray, expansion: float | None = None) -> np.ndarray:
    remaining = min(max(x[1], 0.1), 0.95)
    constants = (max(x[0], 0.1), remaining, max(x[2], 0.05), 10.0, 10.0, x[3] if expansion is None else expansion)
    return loading_unloading(storm.time, storm.potential, storm.sym_h, 0.5, *constants).radius


def steady_substorms(storm: Storm, x: np.ndarray) -> np.ndarray:
    return substorms(storm, x, 0.0)


CANDIDATES: dict[str, tuple[Model, list[float]]] = {
    "linear": (budget("linear"), [30.0, 50.0]),
    "quadratic": (budget("quadratic"), [15.0, 30.0]),
    "cubic": (budget("cubic"), [10.0, 25.0]),
    "cubic, delayed": (budget("cubic", delayed=True), [10.0, 25.0, 0.5]),
    "cubic, dayside saturates": (budget("cubic", saturating=True), [10.0, 25.0, 700.0]),
    "quadratic, dayside saturates": (budget("quadratic", saturating=True), [15.0, 30.0, 500.0]),
    "substorms": (steady_substorms, [0.6, 0.5, 1.5]),
    "substorms, ring current": (substorms, [0.6, 0.5, 1.5, 0.3]),
}


def southward_memory(storm: Storm, hours: float) -> np.ndarray:
    """Southward electric field with a memory of so many hours."""
    keep = np.exp(-1.0 / (6.0 * hours))
    memory, state = np.empty(len(storm.southward)), 0.0
    for k, drive in enumerate(np.nan_to_num(storm.southward)):
        state = keep * state + (1.0 - keep) * drive
        memory[k] = state
    return memory


class Score(NamedTuple):
    """How well a series of radii meets what was seen."""

    n: int
    correlation: float
    rmse: float
    bias: float
    flux_rmse: float
    flux_bias: float
    lag: int


def score(storm: Storm, modelled: np.ndarray, ratio: float, offset: float = 0.0) -> Score:
    """Compare the radius seen with `ratio` times the modelled cap plus `offset`, and the fluxes these stand for."""
    ratio, offset = (ratio, offset) if storm.currents else (1.0, 0.0)
    radius = ratio * modelled + offset
    good = np.isfinite(storm.radius) & np.isfinite(radius) & np.isfinite(storm.potential)
    good[:SPIN_UP] = False
    error = (radius - storm.radius)[good]
    seen_flux = open_flux_of_radius((storm.radius[good] - offset) / ratio)
    flux_error = open_flux_of_radius(modelled[good]) - seen_flux
    varies = np.std(radius[good]) > 0
    correlation = np.corrcoef(radius[good], storm.radius[good])[0, 1] if varies else np.nan
    lags = []
    for lag in range(-12, 13):
        moved = np.roll(radius, lag)
        both = good & np.isfinite(moved)
        both[: SPIN_UP + 12] = both[len(both) - 12 :] = False
        lags.append(np.corrcoef(moved[both], storm.radius[both])[0, 1] if varies else np.nan)
    lag = 10 * (int(np.nanargmax(lags)) - 12) if varies else 0
    rms = [float(np.sqrt(np.mean(e**2))) for e in (error, flux_error)]
    return Score(int(good.sum()), correlation, rms[0], error.mean(), rms[1], flux_error.mean(), lag)


def misfit(data: dict[str, Storm], model: Model, x: np.ndarray, by_degrees: bool) -> float:
    total = 0.0
    for name in FITTED:
        storm = data[name]
        last = (1.0, x[-1]) if by_degrees else (x[-1], 0.0)
        modelled = model(storm, x[:-1])
        if not np.isfinite(modelled[SPIN_UP:]).any():
            return 1e3
        total += score(storm, modelled, *last).rmse ** 2 / len(FITTED)
    return total + 1e3 * max(0.0, -float(min(x)))


def show(title: str, scores: dict[str, Score]) -> None:
    print(title)
    for name, s in scores.items():
        print(
            f"  {name}  n {s.n:4d}  radius: CC {s.correlation:5.2f}  RMSE {s.rmse:5.2f}  bias {s.bias:+5.2f} deg"
            f"   flux: RMSE {s.flux_rmse:5.3f}  bias {s.flux_bias:+6.3f} GWb   best lag {s.lag:+4d} min"
        )
    groups = {"AMPERE": [s for n, s in scores.items() if n in AMPERE], "all": list(scores.values())}
    for group, members in groups.items():
        rmse = np.sqrt(np.mean([s.rmse**2 for s in members]))
        flux = np.sqrt(np.mean([s.flux_rmse**2 for s in members]))
        correlation = np.mean([s.correlation for s in members])
        print(f"  {group}: CC {correlation:.3f}  RMSE {rmse:.3f} deg, {flux:.3f} GWb")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=Path(__file__).parents[2] / "shared" / "data")
    folder = parser.parse_args().data
    if not folder.is_dir():
        print(f"skipped: {folder} is not there")
        return
    data = storms(folder)

    def evaluate(names: tuple[str, ...], model: Model, x: np.ndarray, ratio: float, offset: float) -> dict[str, Score]:
        return {name: score(data[name], model(data[name], x), ratio, offset) for name in names}

    default = budget("cubic")
    for title, constants, ratio, offset in (
        ("10 and 25 kV, currents 3.3 degrees outside the cap", (10.0, 25.0), 1.0, 3.3),
        ("10 and 25 kV, currents by current_boundary_radius", (10.0, 25.0), float(current_boundary_radius(1.0)), 0.0),
        ("the defaults, 14 and 27.5 kV", (14.0, 27.5), float(current_boundary_radius(1.0)), 0.0),
    ):
        for part, names in (("storms of the fit", FITTED), ("held out", HELD_OUT)):
            show(f"{title}; {part}", evaluate(names, default, np.array(constants), ratio, offset))

    print("fitted to the storms of the fit; what follows is held out")
    for by_degrees, last in ((False, 1.23), (True, 4.0)):
        for name, (model, guess) in CANDIDATES.items():
            found = minimize(
                lambda x, model=model, by_degrees=by_degrees: misfit(data, model, x, by_degrees),
                np.array([*guess, last]),
                method="Nelder-Mead",
                options={"maxiter": 250, "xatol": 1e-3, "fatol": 1e-5},
            ).x
            relation = (1.0, found[-1]) if by_degrees else (found[-1], 0.0)
            where = "degrees" if by_degrees else "ratio"
            show(
                f"{name}: {found[:-1].round(3)}, {where} {found[-1]:.2f}",
                evaluate(HELD_OUT, model, found[:-1], *relation),
            )

    print("without a budget, fitted to the same storms of AMPERE")
    currents = [data[name] for name in FITTED if data[name].currents]
    seen = np.concatenate([storm.radius[SPIN_UP:] for storm in currents])
    mean = float(np.nanmean(seen))
    held_out = [name for name in HELD_OUT if name in AMPERE]
    show(f"constant {mean:.1f} degrees", {n: score(data[n], np.full(len(data[n].time), mean), 1.0) for n in held_out})
    fits = {}
    for hours in (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0):
        memory = np.concatenate([southward_memory(storm, hours)[SPIN_UP:] for storm in currents])
        good = np.isfinite(memory) & np.isfinite(seen)
        for power in (0.5, 1.0):
            left = np.column_stack([np.ones(good.sum()), memory[good] ** power])
            line, residual, *_ = np.linalg.lstsq(left, seen[good], rcond=None)
            fits[hours, power] = (float(residual[0]), line)
    hours, power = min(fits, key=lambda key: fits[key][0])
    line = fits[hours, power][1]
    regressed = {
        n: score(data[n], line[0] + line[1] * southward_memory(data[n], hours) ** power, 1.0) for n in held_out
    }
    show(f"{line[0]:.1f} + {line[1]:.2f} (southward field remembered for {hours} h)^{power}", regressed)
    for steps in (6, 18):
        kept = {n: score(data[n], pd.Series(data[n].radius).shift(steps).to_numpy(), 1.0) for n in held_out}
        show(f"persistence over {steps // 6} h, which knows the radius", kept)
    print(f"a cap of 0.5 GWb has a radius of {float(polar_cap_radius(0.5)):.2f} degrees")


if __name__ == "__main__":
    main()
