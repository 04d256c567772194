"""Print how well the kinetic ring current gives the depression of two storms, beside three models of Dst alone.

python validation/ring_current_dst.py [DATA_FOLDER]

The storms are those of 17 March 2015, which comes with the package, and of 17 March 2013, from DATA_FOLDER
(solarwind/sw_2013-03-17_wind.csv.gz and indices/omni_hourly_indices_2000_2020.parquet). Nothing in the kinetic model
was fitted to either, nor to any Dst. Its depression, by energy and by current, is compared hour by hour with Dst freed
from the magnetopause's part after O'Brien and McPherron; the other models' Dst is freed in the same way. Kp is the
observed one, so that the kinetic model knows of the storm what the others have to take from the wind. The field of the
tail, a quarter of Dst or more, is not in it. The last table gives it the mean ratio of the two in each storm: a test of
the shape alone. Runs in some minutes.
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np

from sunearth.data.events import load_event
from sunearth.data.indices import observed_indices
from sunearth.data.readers import read
from sunearth.heliosphere.wind import dynamic_pressure
from sunearth.magnetosphere.ring_current import burton_1975, obrien_mcpherron_2000, pressure_corrected_dst
from sunearth.magnetosphere.ring_current_kinetics import RingCurrent
from sunearth.magnetosphere.storm_currents import three_currents

HOUR = np.timedelta64(3600, "s")
COLUMNS = {"time_utc": "time", "Bz_gsm_nT": "b_z[nT]", "Vx_kms": "v_x[km/s]", "n_cm3": "n_p[cm^-3]"}


def embedded() -> dict[str, np.ndarray]:
    """Hourly wind and Dst of March 2015."""
    event = load_event("st-patrick-2015")
    series = {name: event[name].values for name in ("b_z", "speed", "n_p")}
    # Kyoto's Dst covers 42 hours; the mean of SYM-H stands for it through the whole storm
    return hourly(event["time"].values, series | {"observed": event["sym_h"].values})


def stored(folder: Path) -> dict[str, np.ndarray]:
    """Hourly wind and Dst of March 2013."""
    wind = read(folder / "solarwind/sw_2013-03-17_wind.csv.gz", columns=COLUMNS)
    wind = wind.sel(time=slice("2013-03-16T12", "2013-03-19T23:59"))
    series = {"b_z": wind["b_z"].values, "speed": np.abs(wind["v_x"].values), "n_p": wind["n_p"].values}
    data = hourly(wind["time"].values, series)
    import pandas

    table = pandas.read_parquet(folder / "indices/omni_hourly_indices_2000_2020.parquet")
    known = table["time_utc"].to_numpy().astype("datetime64[ns]")
    data["observed"] = table["Dst_nT"].to_numpy(float)[np.searchsorted(known, data["time"])]
    return data


def hourly(time: np.ndarray, series: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Means of full hours, labelled by their start."""
    hours = time.astype("datetime64[h]")
    labels = np.unique(hours)
    means = {
        name: np.array([np.nanmean(values[hours == label]) for label in labels]) for name, values in series.items()
    }
    return means | {"time": labels.astype("datetime64[ns]")}


def compare(name: str, data: dict[str, np.ndarray], ring: RingCurrent) -> None:
    """Run all models through a storm and print their scores."""
    time, b_z, speed, n_p = data["time"], data["b_z"], data["speed"], data["n_p"]
    indices = observed_indices(time[0] - 24 * HOUR, time[-1] + 24 * HOUR)
    kp = indices["kp"].values[np.searchsorted(indices["time"].values, time, side="right") - 1]
    days = indices["time_daily"].values.astype("datetime64[D]")
    f107 = indices["f107"].values[np.searchsorted(days, time.astype("datetime64[D]"))]

    begun = clock.perf_counter()
    state = ring.solve(
        np.append(time, time[-1] + HOUR),
        np.append(kp, kp[-1]),
        **{k: np.append(v, v[-1]) for k, v in {"b_z": b_z, "speed": speed, "n_p": n_p, "f107": f107}.items()},
        spin_up=12.0,
    )  # fmt: skip
    took = clock.perf_counter() - begun

    p_dyn = dynamic_pressure(n_p, speed)
    e_y = -1e-3 * speed * b_z
    observed = pressure_corrected_dst(data["observed"], p_dyn)
    start = data["observed"][0]

    def middle(variable: str) -> np.ndarray:
        """Mean of the states at the ends of each hour."""
        values = state[variable].values
        return 0.5 * (values[1:] + values[:-1])

    models = {
        "kinetic, by energy": middle("dst_star"),
        "kinetic, by current": middle("dst_star_current"),
        "three currents": pressure_corrected_dst(three_currents(time, b_z, speed, n_p), p_dyn),
        "O'Brien and McPherron 2000": pressure_corrected_dst(obrien_mcpherron_2000(time, e_y, p_dyn, start), p_dyn),
        "Burton 1975": pressure_corrected_dst(burton_1975(time, e_y, p_dyn, start), p_dyn),
    }
    print(f"\n{name}: {time.size} hours, observed minimum {observed.min():.0f} nT; kinetic run {took:.0f} s")
    budget = state["budget_energy"].isel(time=-1).sum("species")
    print(
        "  energy, 1e15 J: "
        + ", ".join(f"{p} {float(budget.sel(process=p)) / 1e15:+.1f}" for p in budget.process.values)
    )
    print(f"  O+ share of the energy at the minimum: {float(share(state)):.2f}")
    for label, modelled in models.items():
        report(label, modelled, observed)
    print("  scaled by the ratio of the means")
    for label in ("kinetic, by energy", "kinetic, by current"):
        ratio = observed.mean() / models[label].mean()
        report(f"{label} x {ratio:.2f}", models[label] * ratio, observed)


def share(state) -> float:
    """O+ in the energy when that is largest."""
    energy = state["content_energy"]
    at = int(energy.sum("species").values.argmax())
    return energy.isel(time=at).sel(species="oxygen") / energy.isel(time=at).sum()


def report(label: str, modelled: np.ndarray, observed: np.ndarray) -> None:
    """Print a line of scores."""
    good = np.isfinite(modelled) & np.isfinite(observed)
    error = (modelled - observed)[good]
    print(
        f"  {label:<34} RMSE {np.sqrt(np.mean(error**2)):5.1f}  correlation "
        f"{np.corrcoef(modelled[good], observed[good])[0, 1]:.3f}  bias {error.mean():+6.1f}  "
        f"minimum {modelled.min():6.0f} nT",
        flush=True,
    )


def main(folder: Path) -> None:
    """Both storms at the default resolution."""
    ring = RingCurrent()
    compare("17 March 2015", embedded(), ring)
    if (folder / "solarwind").is_dir():
        compare("17 March 2013", stored(folder), ring)
    else:
        print(f"\nno observations at {folder}: the storm of 2013 is left out")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]) if len(sys.argv) == 2 else Path(__file__).parents[2] / "shared" / "data")
