"""Fit the coefficients of the three-current Dst model, and say how good it is.

    python validation/fit_dst.py DATA

DATA is a table of hourly wind and Dst of 1998-2002 with the columns time_utc, Bz_nT (GSM), V_kms, n_cm3 and Dst_nT.
Only the hours before 2001 are fitted; the structure was chosen by leaving out one of these three years at a time; 2001
and 2002 are scored at the end. Gaps of the wind are bridged linearly. Runs in about half a minute.
"""

import sys
from dataclasses import asdict, fields

import numpy as np
from scipy.optimize import least_squares

from sunearth.data.readers import read
from sunearth.magnetosphere.ring_current import burton_1975, obrien_mcpherron_2000
from sunearth.magnetosphere.storm_currents import Coefficients, contributions

COLUMNS = {"time_utc": "time", "Bz_nT": "b_z[nT]", "V_kms": "speed[km/s]", "n_cm3": "n_p[cm^-3]", "Dst_nT": "dst[nT]"}
# Physically possible ranges; outflow_half is held, see its docstring.
BOUNDS = {
    "threshold": (-1.0, 3.0),
    "threshold_width": (0.05, 4.0),
    "saturation": (0.0, 0.3),
    "saturation_density": (-0.5, 1.5),
    "injection_pressure": (-0.5, 1.0),
    "injection_tilt": (-2.0, 4.0),
    "tail_gain": (0.0, 20.0),
    "tail_time": (0.3, 10.0),
    "storm_gain": (0.0, 30.0),
    "storm_time": (4.0, 60.0),
    "storm_time_speed": (-1.0, 3.0),
    "outflow": (0.0, 1.0),
    "slow_gain": (0.0, 10.0),
    "slow_time": (40.0, 250.0),
    "station_tilt": (-0.6, 0.6),
    "magnetopause": (2.0, 25.0),
    "offset": (-40.0, 40.0),
}
# A first guess of the right order, far from any optimum, from which all random starts depart.
GUESS = {
    "threshold": 0.5,
    "threshold_width": 0.5,
    "saturation": 0.03,
    "saturation_density": 0.3,
    "injection_pressure": 0.2,
    "injection_tilt": 0.5,
    "tail_gain": 3.0,
    "tail_time": 4.0,
    "storm_gain": 6.0,
    "storm_time": 20.0,
    "storm_time_speed": 0.5,
    "outflow": 0.1,
    "slow_gain": 0.3,
    "slow_time": 120.0,
    "station_tilt": 0.0,
    "magnetopause": 10.0,
    "offset": 10.0,
}
STORM_SCALE = 50.0  # nT: an hour at -50 nT weighs twice as much as a quiet one
STARTS = 5


class Hours:
    """Hourly wind and Dst."""

    def __init__(self, wind):
        self.time = wind["time"].values
        self.wind = [_bridged(wind[name].values) for name in ("b_z", "speed", "n_p")]
        self.dst = wind["dst"].values
        self.year = self.time.astype("datetime64[Y]").astype(int) + 1970
        # Hours whose wind, and that of the day before, was measured.
        missing = wind[["b_z", "speed", "n_p"]].to_array().isnull().any("variable").values.astype(int)
        self.measured = np.convolve(missing, np.ones(25, int))[: missing.size] == 0

    def dst_of(self, coefficients):
        return contributions(self.time, *self.wind, coefficients).dst


def _bridged(values):
    """The series with its gaps bridged linearly."""
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(values.size), known, values[known])


def fit(hours, chosen, guess):
    """Least squares over the chosen hours; returns coefficients, their standard errors and the cost."""
    names = list(BOUNDS)
    low, high = np.array(list(BOUNDS.values())).T
    weight = np.sqrt(1 + np.maximum(-hours.dst[chosen], 0) / STORM_SCALE)
    weight /= weight.mean()

    def residual(x):
        return (hours.dst_of(Coefficients(**dict(zip(names, x, strict=True))))[chosen] - hours.dst[chosen]) * weight

    x0 = np.clip([guess[name] for name in names], low + 1e-3 * (high - low), high - 1e-3 * (high - low))
    scale = np.maximum(np.abs(list(GUESS.values())), 0.1)
    found = least_squares(residual, x0, bounds=(low, high), x_scale=scale, diff_step=1e-4, max_nfev=120)
    return dict(zip(names, found.x.tolist(), strict=True)), _errors(found), found.cost


def _errors(found, block=240):
    """Standard errors that allow for residuals correlated over ten days (sandwich estimate)."""
    inverse = np.linalg.pinv(found.jac.T @ found.jac)
    pushes = np.array([found.jac[i : i + block].T @ found.fun[i : i + block] for i in range(0, found.fun.size, block)])
    return np.sqrt(np.diag(inverse @ (pushes.T @ pushes) @ inverse))


def rounded(coefficients):
    return {name: float(f"{value:.4g}") for name, value in coefficients.items()}


def report(label, modelled, observed):
    storm = observed < -100
    error = modelled - observed

    def rms(values):
        return np.sqrt(np.mean(values**2)) if values.size else np.nan

    print(
        f"  {label:<46} RMSE {rms(error):6.2f}  correlation {np.corrcoef(modelled, observed)[0, 1]:.3f}  bias "
        f"{error.mean():+5.1f}   below -100 nT: RMSE {rms(error[storm]):5.1f}, bias {error[storm].mean():+5.1f}, "
        f"{storm.sum()} h",
        flush=True,
    )


def main(path):
    """Fit, cross-validate, test."""
    wind = read(path, columns=COLUMNS)
    every = Hours(wind)
    train = Hours(wind.sel(time=slice(None, "2000-12-31T23:59")))
    everything = np.ones(train.dst.size, bool)

    random = np.random.default_rng(1)
    best = None
    for start in range(STARTS):
        guess = {k: v * np.exp(random.normal(0, 0.4 * (start > 0))) for k, v in GUESS.items()}
        found = fit(train, everything, guess)
        print(f"start {start}: cost {found[2]:.1f}", flush=True)
        best = found if best is None or found[2] < best[2] else best
    coefficients = rounded(best[0])
    print("\ncoefficient, its standard error, and what the package holds")
    held = asdict(Coefficients())
    for (name, value), error in zip(coefficients.items(), best[1], strict=True):
        print(f"  {name:<20}{value:>10.4g} +- {error:<8.2g}{held[name]:>10.4g}")
    assert set(coefficients) <= {field.name for field in fields(Coefficients)}

    print("\ncross-validation: fitted to two of 1998-2000, scored on the third")
    held_out = np.empty(train.dst.size)
    for year in (1998, 1999, 2000):
        others, _, _ = fit(train, train.year != year, GUESS)
        this = train.year == year
        held_out[this] = train.dst_of(Coefficients(**others))[this]
        report(f"held out {year}", held_out[this], train.dst[this])
    report("all held out", held_out, train.dst)

    b_z, speed, n_p = every.wind
    e_y, p_dyn = -1e-3 * speed * b_z, 1.94e-6 * n_p * speed**2
    runs = {
        "three currents": every.dst_of(Coefficients(**coefficients)),
        "Burton 1975": burton_1975(time=every.time, e_y=e_y, p_dyn=p_dyn),
        "O'Brien and McPherron 2000": obrien_mcpherron_2000(time=every.time, e_y=e_y, p_dyn=p_dyn),
    }
    for title, chosen in {
        "1998-2000 (fitted)": every.year < 2001,
        "2001-2002 (test)": every.year > 2000,
        "2001-2002, wind of the last day measured": (every.year > 2000) & every.measured,
    }.items():
        print(f"\n{title}")
        for name, modelled in runs.items():
            report(name, modelled[chosen], every.dst[chosen])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
