"""Fit the transit of coronal mass ejections, and score it against simpler forecasts on events left out.

    python validation/fit_cme_transit.py DATA [--csv calibration.csv] [--figure calibration.png]

DATA is a folder that holds ``cme`` with a list of ejections seen by LASCO and met at L1 (Napoletano et al. 2022) and
the list of ejecta near the Earth of Richardson and Cane. A forecast of an event uses what is known at its launch only:
speeds from the coronagraph, and how long ago the last ejecta reached the Earth. Transit and speed of the other events
are what it learns from. Scores are those of the event left out (each in turn), with 95 % intervals from resampling
events. In all, 22 quantities were compared with the residuals of a straight line before the disturbance by earlier
ejecta was chosen as the only input besides speed, with all events at hand; the permutation test and the version with
the disturbance fixed at its values in the literature show what that choice is worth. Which of six versions is best is
chosen anew inside every fold of the nested score. The spread has its third form: without the scatter of transit the
middle 80 % held 65 %, fitted by CRPS 74 %.
"""

from __future__ import annotations

import argparse
import warnings
from dataclasses import astuple, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import least_squares, minimize

from sunearth.heliosphere import cme

LIST_ENDS = pd.Timestamp("2015-12-20")
MEMBERS = 512
# Scales of the misfit: hours of transit, and the logarithm of arrival speed, which counts half.
HOURS, LOG_SPEED, SPEED_WEIGHT = 16.0, 0.2, 0.5
# Name, centre and width of the priors; the two of the disturbance are those of Kajdic et al. (2025).
PRIORS = {
    "log_drag": (np.log(0.3e-7), 1.0),
    "drag_speed": (0.0, 0.5),
    "drag_disturbed": (-0.53, 0.5),
    "wind": (430.0, 50.0),
    "wind_disturbed": (60.0, 40.0),
}
SCATTER_PRIORS = {"log_drag_scatter": (0.6, 0.5), "wind_scatter": (80.0, 0.5), "transit_scatter": (0.12, 0.5)}
VERSIONS = {
    "drag, wind": {"free": ("log_drag", "wind"), "off": True},
    "and power of speed": {"free": ("log_drag", "drag_speed", "wind"), "off": True},
    "and disturbance of the literature": {"free": ("log_drag", "drag_speed", "wind"), "off": False},
    "and disturbance of drag": {"free": ("log_drag", "drag_speed", "drag_disturbed", "wind"), "off": False},
    "and disturbance of wind": {"free": ("log_drag", "drag_speed", "wind", "wind_disturbed"), "off": False},
    "all": {"free": tuple(PRIORS), "off": False},
}


def events(data: Path) -> pd.DataFrame:
    frame = pd.read_csv(data / "cme/icme_drag_dataset_half_a.csv", skiprows=[1], parse_dates=["Start_Date"])
    known = pd.read_csv(data / "cme/richardson_cane_icme_1996_2015.csv", parse_dates=["icme_start"])
    arrivals = np.sort(known.icme_start.to_numpy())
    launches = frame.Start_Date.to_numpy()
    before = np.searchsorted(arrivals, launches) - 1
    age = (launches - arrivals[np.maximum(before, 0)]) / np.timedelta64(1, "h")
    age = np.where((before >= 0) & (frame.Start_Date < LIST_ENDS), age, np.nan)
    return pd.DataFrame(
        {
            "launch": frame.Start_Date,
            "speed": frame.LASCO_v.astype(float),
            "deprojected": frame.v_r.astype(float),
            "age": age,
            "transit": frame.Transit_time.astype(float),
            "arrival_speed": frame.Arrival_v.astype(float),
        }
    )


def ages(frame: pd.DataFrame) -> np.ndarray:
    """Age at which the disturbance is as usual, where none is known."""
    usual = -cme.FITTED.disturbed_time * np.log(cme.FITTED.usual_disturbance)
    return frame.age.fillna(usual).to_numpy()


def soft(x: np.ndarray) -> np.ndarray:
    """Residual whose square grows only linearly far out."""
    return np.sign(x) * np.sqrt(2.0 * (np.sqrt(1.0 + x**2) - 1.0))


def fit_centre(frame: pd.DataFrame, version: str) -> cme.Coefficients:
    free, off = VERSIONS[version]["free"], VERSIONS[version]["off"]
    base = cme.Coefficients(**{name: float(centre) for name, (centre, _) in PRIORS.items()})
    if off:
        base = replace(base, drag_disturbed=0.0, wind_disturbed=0.0)
    speed, age = frame.speed.to_numpy(), ages(frame)

    def full(x: np.ndarray) -> cme.Coefficients:
        return replace(base, **{n: float(PRIORS[n][0] + PRIORS[n][1] * v) for n, v in zip(free, x, strict=True)})

    def residuals(x: np.ndarray) -> np.ndarray:
        transit = cme.expected_transit(speed, age, coefficients=full(x))
        late = (transit.duration - frame.transit.to_numpy()) / HOURS
        fast = np.log(transit.speed / frame.arrival_speed.to_numpy()) / LOG_SPEED
        return np.concatenate([soft(late), SPEED_WEIGHT * soft(fast), x])

    return full(least_squares(residuals, np.zeros(len(free)), max_nfev=80).x)


def crps(members: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of ensembles along the last axis."""
    ordered = np.sort(members, axis=-1)
    count = ordered.shape[-1]
    weight = (2.0 * np.arange(1, count + 1) - count - 1.0) / count**2
    return np.abs(ordered - observed[..., None]).mean(-1) - (ordered * weight).sum(-1)


def fit_scatter(frame: pd.DataFrame, centre: cme.Coefficients, members: int = 128) -> cme.Coefficients:
    speed, age = frame.speed.to_numpy(), ages(frame)

    def full(x: np.ndarray) -> cme.Coefficients:
        values = {n: float(c * np.exp(w * v)) for (n, (c, w)), v in zip(SCATTER_PRIORS.items(), x, strict=True)}
        return replace(centre, **values)

    def surprise(drawn: np.ndarray, observed: np.ndarray) -> float:
        """Negative log-likelihood of normal distributions of the mean and spread of the members."""
        spread = drawn.std(-1)
        return float((0.5 * ((observed - drawn.mean(-1)) / spread) ** 2 + np.log(spread)).sum())

    def misfit(x: np.ndarray) -> float:
        drawn = cme.transit_members(speed, None, age, members=members, coefficients=full(x))
        late = surprise(drawn.duration, frame.transit.to_numpy())
        fast = surprise(np.log(drawn.speed), np.log(frame.arrival_speed.to_numpy()))
        return late + SPEED_WEIGHT * fast + 0.5 * float((x**2).sum())

    corners = np.vstack([np.zeros(3), 0.5 * np.eye(3)])
    found = minimize(
        misfit, corners[0], method="Nelder-Mead", options={"initial_simplex": corners, "xatol": 0.02, "fatol": 0.01}
    )
    return full(found.x)


def fit(frame: pd.DataFrame, version: str = "all") -> cme.Coefficients:
    return fit_scatter(frame, fit_centre(frame, version))


def own(version: str):
    def train(frame: pd.DataFrame):
        coefficients = fit(frame, version)

        def predict(new: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
            drawn = cme.transit_members(
                new.speed.to_numpy(), None, ages(new), members=MEMBERS, coefficients=coefficients
            )
            return np.median(drawn.duration, axis=-1), drawn.duration

        return predict

    return train


def dressed(point):
    """Give a forecast without spread the residuals of its own training events."""

    def train(frame: pd.DataFrame):
        predict = point(frame)
        error = frame.transit.to_numpy() - predict(frame)

        def with_spread(new: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
            centre = predict(new)
            return centre, centre[:, None] + error

        return with_spread

    return train


def climatology(frame: pd.DataFrame):
    middle = float(frame.transit.mean())
    return lambda new: np.full(len(new), middle)


def ballistic(frame: pd.DataFrame):
    return lambda new: cme.drag_based_transit(new.speed.to_numpy(), 400.0, 0.0).duration


def fixed(drag: float, wind: float, column: str = "speed"):
    return lambda frame: lambda new: cme.drag_based_transit(new[column].to_numpy(), wind, drag).duration


def refitted(column: str):
    def train(frame: pd.DataFrame):
        def residuals(x: np.ndarray) -> np.ndarray:
            found = cme.drag_based_transit(frame[column].to_numpy(), x[1] * 100.0, np.exp(x[0])).duration
            return (found - frame.transit.to_numpy()) / HOURS

        x = least_squares(residuals, [np.log(0.5e-7), 4.3], loss="soft_l1", max_nfev=200).x
        return lambda new: cme.drag_based_transit(new[column].to_numpy(), x[1] * 100.0, np.exp(x[0])).duration

    return train


def linear(column: str):
    def train(frame: pd.DataFrame):
        slope, level = np.polyfit(frame[column], frame.transit, 1)
        return lambda new: level + slope * new[column].to_numpy()

    return train


BASELINES = {
    "climatology": dressed(climatology),
    "ballistic": dressed(ballistic),
    "fixed drag 0.2e-7, 400 km/s": dressed(fixed(0.2e-7, 400.0)),
    "fixed drag 0.5e-7, 400 km/s": dressed(fixed(0.5e-7, 400.0)),
    "fixed drag 1e-7, 450 km/s": dressed(fixed(1e-7, 450.0)),
    "the same, deprojected speed": dressed(fixed(1e-7, 450.0, "deprojected")),
    "refitted drag": dressed(refitted("speed")),
    "refitted drag, deprojected speed": dressed(refitted("deprojected")),
    "linear in speed": dressed(linear("speed")),
    "linear in deprojected speed": dressed(linear("deprojected")),
}


def left_out(train, frame: pd.DataFrame, folds: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Point forecast, CRPS and place within the ensemble of every event, by models that have not seen it."""
    point, score, place = (np.full(len(frame), np.nan) for _ in range(3))
    for out in folds:
        predict = train(frame.drop(index=frame.index[out]))
        new = frame.iloc[out]
        observed = new.transit.to_numpy()
        point[out], members = predict(new)
        score[out] = crps(members, observed)
        place[out] = (members < observed[:, None]).mean(-1)
    return point, score, place


def random_folds(count: int, parts: int, rng: np.random.Generator) -> list[np.ndarray]:
    return np.array_split(rng.permutation(count), parts)


def nested(frame: pd.DataFrame, rng: np.random.Generator):
    """The version is chosen by the inner folds of every training set."""

    def train(training: pd.DataFrame):
        inner = random_folds(len(training), 5, rng)
        found = {}
        for version in VERSIONS:
            total = 0.0
            for out in inner:
                kept = fit_centre(training.drop(index=training.index[out]), version)
                new = training.iloc[out]
                expected = cme.expected_transit(new.speed.to_numpy(), ages(new), coefficients=kept).duration
                total += np.abs(expected - new.transit.to_numpy()).sum()
            found[version] = total
        best = min(found, key=found.get)
        chosen.append(best)
        return own(best)(training)

    chosen: list[str] = []
    return train, chosen


def interval(values: np.ndarray, statistic, rng: np.random.Generator, draws: int = 2000) -> tuple[float, float]:
    drawn = [statistic(values[rng.integers(0, len(values), len(values))]) for _ in range(draws)]
    return tuple(np.quantile(drawn, [0.025, 0.975]))


def report(name: str, frame: pd.DataFrame, point: np.ndarray, score: np.ndarray, place: np.ndarray) -> dict[str, float]:
    rng = np.random.default_rng(1)
    error = point - frame.transit.to_numpy()
    inside = ((place >= 0.1) & (place <= 0.9)).astype(float)
    low, high = interval(np.abs(error), np.mean, rng)
    root = np.sqrt(np.mean(error**2))
    root_low, root_high = np.sqrt(interval(error**2, np.mean, rng))
    mean_low, mean_high = interval(error, np.mean, rng)
    in_low, in_high = interval(inside, np.mean, rng)
    score_low, score_high = interval(score, np.mean, rng)
    print(
        f"{name:36s} MAE {np.abs(error).mean():5.2f} [{low:5.2f},{high:5.2f}]  "
        f"RMSE {root:5.2f} [{root_low:5.2f},{root_high:5.2f}]  "
        f"ME {error.mean():6.2f} [{mean_low:6.2f},{mean_high:6.2f}]  "
        f"in 80 % {100 * inside.mean():3.0f} % [{100 * in_low:3.0f},{100 * in_high:3.0f}]  "
        f"CRPS {score.mean():5.2f} [{score_low:5.2f},{score_high:5.2f}]"
    )
    return {"mae": np.abs(error).mean(), "rmse": root, "me": error.mean(), "in_80": inside.mean(), "crps": score.mean()}


def calibration(place: np.ndarray) -> pd.DataFrame:
    """How often the observed transit lay below each forecast quantile, with the 90 % range of a perfect forecast."""
    from scipy.stats import binom

    level = np.arange(0.05, 0.96, 0.05)
    observed = [(place <= q).mean() for q in level]
    low, high = binom.ppf(0.05, len(place), level) / len(place), binom.ppf(0.95, len(place), level) / len(place)
    return pd.DataFrame({"forecast": level.round(2), "observed": observed, "low": low, "high": high})


def sheaths_and_clouds(data: Path) -> None:
    known = pd.read_csv(
        data / "cme/richardson_cane_icme_1996_2015.csv",
        parse_dates=["disturbance_utc", "icme_start", "icme_end"],
        dtype={"MC": str},
    )
    hours = (known.icme_start - known.disturbance_utc) / pd.Timedelta(hours=1)
    driven = known[(known.shock == "S") & (hours > 0.5)]
    clouds = known[known.MC.isin(["2", "2H"]) & (known.B_nT > 0)]
    for name, x, y in (
        ("sheath, h", driven.V_icme_kms, hours[driven.index]),
        ("field of clouds, nT", clouds.V_icme_kms, clouds.B_nT),
    ):
        power, level = np.polyfit(np.log(x / 500.0), np.log(y), 1)
        spread = np.std(np.log(y) - level - power * np.log(x / 500.0))
        correlation = np.corrcoef(np.log(x), np.log(y))[0, 1]
        print(f"{name}: {np.exp(level):.2f} (speed/500)^{power:.3f}, CC {correlation:.2f}", end="")
        print(f", scatter of log {spread:.3f}, n {len(x)}")
    passage = (clouds.icme_end - clouds.icme_start) / pd.Timedelta(hours=1)
    print("passage of clouds, quartiles, h:", passage.quantile([0.25, 0.5, 0.75]).tolist())


def replays(data: Path, frame: pd.DataFrame) -> None:
    launch = pd.Timestamp("2015-03-15")
    others = frame[frame.launch.dt.normalize() != launch]
    (event,) = frame[frame.launch.dt.normalize() == launch].itertuples()
    print(f"\nReplay: {event.launch:%d %b %Y %H:%M} at 20 solar radii, {event.speed:g} km/s in LASCO,", end=" ")
    print("coefficients fitted without it\n  observed: shock 17 March 04:45, ejecta 13:00 with 560 km/s")
    show(cme.forecast(event.launch.to_datetime64(), event.speed, icme_age=event.age, coefficients=fit(others)))
    path = data / "cme/enlil_cones_gannon_run_2024-05-09T06.csv"
    cones = pd.read_csv(path, parse_dates=["ldates"]).sort_values("ldates")
    print("\nReplay: May 2024, cones at 21.5 solar radii that hold the Earth (observed shock 10 May 17:05)")
    for cone in cones.itertuples():
        away = np.degrees(np.arccos(np.cos(np.radians(cone.lat)) * np.cos(np.radians(cone.lon))))
        if away < cone.rmajor:
            print(f"cone {cone.cme}: {cone.ldates:%d %b %H:%M}, {cone.vcld:g} km/s, {away:.0f} deg off")
            show(cme.forecast(cone.ldates.to_datetime64(), cone.vcld, start=21.5))


def show(result) -> None:
    for name in ("shock_time", "arrival_time", "arrival_speed"):
        values = result[name].sel(quantile=[0.1, 0.5, 0.9]).values
        text = [str(v)[:16] if values.dtype.kind == "M" else f"{v:.0f}" for v in values]
        print(f"  {name:14s} 10 % {text[0]:18s} 50 % {text[1]:18s} 90 % {text[2]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--csv", type=Path, help="write the calibration curve here")
    parser.add_argument("--figure", type=Path, help="draw the calibration curve here")
    chosen = parser.parse_args()
    warnings.filterwarnings("ignore", category=RuntimeWarning)

    frame = events(chosen.data)
    each = [np.array([i]) for i in range(len(frame))]
    print(f"{len(frame)} events, disturbance known for {frame.age.notna().sum()}")
    disturbance = np.exp(-frame.age / cme.FITTED.disturbed_time)
    print(f"mean disturbance {disturbance.mean():.2f}\n\nLeft out one by one")
    kept = {}
    for name, train in BASELINES.items():
        kept[name] = left_out(train, frame, each)
        report(name, frame, *kept[name])
    for version in VERSIONS:
        kept[version] = left_out(own(version), frame, each)
        report(f"own: {version}", frame, *kept[version])
    observed = frame.transit.to_numpy()
    rng = np.random.default_rng(2)
    for rival in ("climatology", "refitted drag", "linear in speed", "and power of speed"):
        gain = np.abs(kept[rival][0] - observed) - np.abs(kept["all"][0] - observed)
        low, high = interval(gain, np.mean, rng)
        print(f"own (all) over {rival}: {gain.mean():.2f} h [{low:.2f}, {high:.2f}]")

    print("\nRepeated 10-fold, version chosen inside (nested), and all")
    scores, choices = [], []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        folds = random_folds(len(frame), 10, rng)
        train, picked = nested(frame, rng)
        scores.append(report(f"nested, repeat {seed}", frame, *left_out(train, frame, folds)))
        scores.append(report(f"all, repeat {seed}", frame, *left_out(own("all"), frame, folds)))
        choices += picked
    for name, part in (("nested", scores[::2]), ("all", scores[1::2])):
        mae, inside, score = (np.mean([one[key] for one in part]) for key in ("mae", "in_80", "crps"))
        print(f"  {name}: mean MAE {mae:.2f} h, in 80 % {100 * inside:.0f} %, CRPS {score:.2f} h")
    print("  chosen:", pd.Series(choices).value_counts().to_dict())

    shuffled = []
    for _ in range(100):
        folds = random_folds(len(frame), 10, rng)
        mixed = frame.assign(age=rng.permutation(frame.age.to_numpy()))
        error = 0.0
        for out in folds:
            coefficients = fit_centre(mixed.drop(index=mixed.index[out]), "all")
            new = mixed.iloc[out]
            expected = cme.expected_transit(new.speed.to_numpy(), ages(new), coefficients=coefficients).duration
            error += np.abs(expected - new.transit.to_numpy()).sum()
        shuffled.append(error / len(frame))
    real = np.mean([one["mae"] for one in scores[1::2]])
    print(f"\nShuffled disturbance: MAE {np.mean(shuffled):.2f} h; as good as the real one in ", end="")
    print(f"{np.mean(np.array(shuffled) <= real) * 100:.0f} % of 100 shuffles")

    final = fit(frame)
    print("\nFitted to all events:")
    for field, value in zip(fields(final), astuple(final), strict=True):
        print(f"  {field.name} = {value:.4g}")
    sheaths_and_clouds(chosen.data)

    curve = calibration(kept["all"][2])
    print("\nCalibration (left out one by one)\n", curve.round(2).to_string(index=False))
    if chosen.csv:
        curve.round(4).to_csv(chosen.csv, index=False)
    if chosen.figure:
        draw(curve, kept["all"][2], chosen.figure)
    replays(chosen.data, frame)


def draw(curve: pd.DataFrame, place: np.ndarray, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 4.2), layout="constrained")
    left.fill_between(curve.forecast, curve.low, curve.high, color="0.88", label="perfect forecast, 90 %")
    left.plot([0, 1], [0, 1], color="0.5", linewidth=0.8)
    left.plot(curve.forecast, curve.observed, "o-", color="C0", markersize=4, label="107 events, each left out")
    left.set(xlabel="Forecast quantile of the transit time", ylabel="Events that arrived by then", aspect="equal")
    left.legend(loc="upper left", frameon=False)
    right.hist(place, np.linspace(0, 1, 11), color="C0", edgecolor="white")
    right.axhline(len(place) / 10, color="0.5", linewidth=0.8)
    right.set(xlabel="Place of the observed transit in the forecast", ylabel="Events")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
