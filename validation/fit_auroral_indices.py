"""Fit the Kp, AE and AL that follow from the solar wind, and score those of the package on years outside the fit.

    python validation/fit_auroral_indices.py DATA

DATA is a folder that holds ``solarwind`` and ``indices`` with the hourly files named below. Fitted: 2000 and 2001.
Scored: 2003 (rotated from GSE), 2014 to 2016, May 2024, and 2012 to 2018 without b_y against the indices of SuperMAG.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from sunearth.geomagnetism.frames import gse_to_gsm
from sunearth.ground import indices
from sunearth.magnetosphere.coupling import newell_2007
from sunearth.numerics.series import fading_memory, trailing_mean


def read(data: Path) -> dict[str, pd.DataFrame]:
    """Return hourly b_y, b_z (GSM), speed, n_p, kp, ae, al by period, whichever of the files are there."""
    measured = _table(data / "indices/omni_hourly_indices_2000_2020.parquet")
    periods = {}

    wind = _table(data / "solarwind/qindenton_hourly_1999-07_2001-10.csv.gz").loc["2000":]
    frame = pd.DataFrame({"b_y": wind.ByIMF, "b_z": wind.BzIMF, "speed": wind.velo, "n_p": wind.dens}, index=wind.index)
    # Quality 2 marks hours that were measured; the density's mark is stricter and filled values serve.
    periods["2000-2001"] = frame.where((wind.q_BzIMF == 2) & (wind.q_velo == 2), np.nan)

    wind = _table(data / "solarwind/omni_hourly_2003_gse.csv.gz")
    _, b_y, b_z = gse_to_gsm(
        wind.index.values, wind.Bx_gse_nT.to_numpy(), wind.By_gse_nT.to_numpy(), wind.Bz_gse_nT.to_numpy()
    )
    periods["2003"] = pd.DataFrame({"b_y": b_y, "b_z": b_z, "speed": wind.V_kms, "n_p": wind.n_cm3}, index=wind.index)

    wind = _table(data / "radbelt/geo_goes_electrons_hourly_2014_2020_with_drivers.parquet").loc["2014":"2016"]
    periods["2014-2016"] = pd.DataFrame(
        {"b_y": wind.By_gsm, "b_z": wind.Bz_gsm, "speed": wind.V_kms, "n_p": wind.n_cm3}, index=wind.index
    )

    for frame in periods.values():
        frame["kp"] = measured.Kp10.reindex(frame.index) / 10
        frame["ae"] = measured.AE_nT.reindex(frame.index)
        frame["al"] = measured.AL_nT.reindex(frame.index)

    wind = _table(data / "solarwind/omni_supermag_hourly_2012_2018_from_pypi_rcpann.parquet")
    periods["2012-2018, b_y = 0, SME and SML"] = pd.DataFrame(
        {
            "b_y": 0.0 * wind.Bz,
            "b_z": wind.Bz,
            "speed": -wind.Vx,
            "n_p": wind.Density,
            "kp": measured.Kp10.reindex(wind.index) / 10,
            "ae": wind.SME,
            "al": wind.SML,
        },
        index=wind.index,
    )

    wind = _table(data / "solarwind/omni_supermag_5min_storms_2012_2018_from_pypi_rcpann.csv.gz")
    periods["storms 2012-2018 at 5 minutes, b_y = 0, SME and SML"] = pd.DataFrame(
        {
            "b_y": 0.0 * wind.Bz,
            "b_z": wind.Bz,
            "speed": -wind.Vx,
            "n_p": wind.Density,
            "kp": measured.Kp10.reindex(wind.index.floor("3h")).to_numpy() / 10,
            "ae": wind.SME,
            "al": wind.SML,
        },
        index=wind.index,
    )

    wind = _table(data / "solarwind/sw_2024-05-09_midl.csv.gz")
    observed = _table(data / "solarwind/omni_hro2_1min_2024-05.csv.gz")
    speed = np.sqrt(wind.Vx_kms**2 + wind.Vy_kms**2 + wind.Vz_kms**2)
    minutes = pd.DataFrame(
        {"b_y": wind.By_gsm_nT, "b_z": wind.Bz_gsm_nT, "speed": speed, "n_p": wind.n_cm3, "ae": observed.AE_nT},
        index=wind.index,
    )
    periods["May 2024, minutes"] = minutes.assign(kp=np.nan, al=np.nan)
    return periods


def _table(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, parse_dates=["time_utc"])
    return frame.set_index("time_utc").sort_index()


def fit(frame: pd.DataFrame) -> None:
    """Print the least-squares coefficients of the two models, to compare with those in ``ground.indices``."""
    time = frame.index.values
    coupling = newell_2007(frame.speed.to_numpy(), frame.b_y.to_numpy(), frame.b_z.to_numpy())
    viscous = (frame.speed.to_numpy() / 400.0) ** 2
    density = np.sqrt(frame.n_p.to_numpy() / 5.0)

    def electrojet(p: np.ndarray) -> np.ndarray:
        drive = fading_memory(time, coupling, abs(p[2]))
        return p[0] * viscous + p[1] * 1e-3 * indices._saturating(drive, p[3] * 1e3)

    def kp(p: np.ndarray) -> np.ndarray:
        drive = fading_memory(time, coupling, abs(p[3]))
        hourly = p[0] + p[1] * np.log1p(drive / (1e3 * p[4])) + p[2] * (density * viscous) ** 0.25
        return trailing_mean(time, hourly, 3.0)

    whole = frame[["b_z", "speed", "n_p"]].notna().all(axis=1).rolling(3).sum().to_numpy() == 3
    third_hour = (frame.index.hour.to_numpy() % 3 == 2) & whole
    for name, model, guess, used in (
        ("ae: viscous nT, merging nT/1e3, memory h, knee 1e3", electrojet, [40.0, 80.0, 0.7, 6.0], slice(None)),
        ("al: viscous nT, merging nT/1e3, memory h, knee 1e3", electrojet, [-30.0, -50.0, 0.7, 6.0], slice(None)),
        ("kp: offset, merging, viscous, memory h, knee 1e3", kp, [-5.0, 3.0, 6.0, 1.2, 8.0], third_hour),
    ):
        target = frame[name[:2]].to_numpy()[used]

        def misfit(p: np.ndarray, model=model, target=target, used=used) -> np.ndarray:  # type: ignore[no-untyped-def]
            left = model(p)[used] - target
            return left[np.isfinite(left)]

        found = least_squares(misfit, guess, x_scale=np.abs(guess)).x
        print(f"  {name}: {', '.join(f'{value:.4g}' for value in found)}")


def score(frame: pd.DataFrame) -> None:
    """Print correlation, RMSE and bias of the package's models on one period."""
    time = frame.index.values
    wind = {name: frame[name].to_numpy(dtype=float) for name in ("speed", "b_y", "b_z")}
    n_p = frame.n_p.to_numpy(dtype=float)
    jets = indices.electrojets(time, **wind)
    moment = pd.Series(indices.newell_2008_kp(n_p, **wind), index=frame.index)
    computed = pd.DataFrame(
        {"ae": jets.ae, "al": jets.al, "kp_from_wind": indices.kp_from_wind(time, n_p, **wind)}, index=frame.index
    )
    step = frame.index[1] - frame.index[0]
    whole = round(pd.Timedelta("3h") / step)
    computed["newell_2008_kp"] = moment.rolling(pd.Timedelta("3h"), min_periods=whole).mean()
    computed["kp_from_wind"] = computed.kp_from_wind.where(computed.newell_2008_kp.notna())
    for name in ("ae", "al"):
        pair = pd.DataFrame({"model": computed[name], "observed": frame[name]}).resample("1h").mean()
        _report(name, pair)
    after = frame.index + step
    ends = (after.hour % 3 == 0) & (after.minute < max(step.total_seconds() / 60, 1)) & (step <= pd.Timedelta("1h"))
    for name in ("kp_from_wind", "newell_2008_kp"):
        _report(name, pd.DataFrame({"model": computed[name], "observed": frame.kp})[ends])


def _report(name: str, pair: pd.DataFrame) -> None:
    pair = pair.dropna()
    if pair.empty:
        return
    error = pair.model - pair.observed
    line = f"n {len(pair):6d}  CC {pair.model.corr(pair.observed):.3f}  RMSE {np.sqrt((error**2).mean()):7.2f}"
    line += f"  bias {error.mean():7.2f}"
    if "kp" in name:
        high = pair.observed >= 6.6
        line += f"  bias at Kp >= 7-: {error[high].mean():5.2f} ({high.sum()})"
    print(f"  {name:15s} {line}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the data")
    folder = parser.parse_args().data
    if not folder.is_dir():
        print(f"skipped: {folder} is not there")
        return
    periods = read(folder)
    print("fit on 2000-2001")
    fit(periods["2000-2001"])
    for name, frame in periods.items():
        print(name)
        score(frame)


if __name__ == "__main__":
    main()
