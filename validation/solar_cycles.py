"""Split the observed sunspot numbers into cycles, and score the forecast of each cycle that has been left out.

    python validation/solar_cycles.py

Uses the package's own table of indices since 1957. Each cycle is forecast from its first months by what all other
cycles lead one to expect; the smoothed number of the rest of the cycle is the truth. Scores are beside those of the
mean cycle, which knows nothing but the month of the minimum. The shape's scatter and memory were measured on the same
cycles, so that the coverage of the bands is not quite independent of them. Runs in about ten seconds.
"""

import numpy as np

from sunearth.core.time import decimal_year
from sunearth.data.indices import observed_indices
from sunearth.sun.activity import (
    find_cycles,
    fit_cycle,
    forecast_cycle,
    hathaway_1994,
    known_cycles,
    lagged_correlation,
    monthly_means,
    recurrence,
    smoothed_13_months,
    spectral_lines,
)

AGES = (12, 24, 36, 48, 60)  # months after the minimum
QUANTILES = (0.1, 0.5, 0.9)


def leave_one_out(months, number, cycles, ages=AGES):
    """Score the forecasts of complete cycles: cycle, age, mean error, that of the mean cycle, coverage, maximum."""
    known, smooth = known_cycles(), smoothed_13_months(number)
    rows = []
    for cycle in cycles["cycle"].values:
        one = cycles.sel(cycle=cycle)
        opened = one["minimum"].values.astype("datetime64[M]")
        closed = one["end"].values.astype("datetime64[M]")
        if np.isnat(closed):
            continue
        others = known.sel(cycle=[n for n in known["cycle"].values if n != cycle])
        for age in ages:
            past = months < opened + age
            rest = (months >= opened + age) & (months < closed) & np.isfinite(smooth)
            forecast = forecast_cycle(
                months[past], number[past], closed, start=opened, cycles=others, quantiles=QUANTILES
            )
            truth = smooth[rest]
            low, middle, high = (forecast["number"].values[k, : truth.size] for k in range(3))
            amplitude = float(np.exp(np.log(others["maximum_value"].values).mean()))
            years = decimal_year(months[rest]) - float(decimal_year(opened)) + 4 / 12
            mean_cycle = np.asarray(hathaway_1994(years, strength(amplitude)))
            rows.append(
                (
                    int(cycle),
                    age,
                    np.abs(middle - truth).mean(),
                    np.abs(mean_cycle - truth).mean(),
                    np.mean((truth >= low) & (truth <= high)),
                    float(forecast["amplitude"].values[1]) - float(one["maximum_value"]),
                )
            )
    return np.array(rows)


def strength(amplitude):
    """Strength of the cycle with a given maximum."""
    from sunearth.sun.activity import hathaway_1994_crest

    grid = np.geomspace(1e-4, 2e-2, 4000)
    return grid[np.argmin(np.abs(hathaway_1994_crest(grid).amplitude - amplitude))]


def main():
    """Print all scores."""
    indices = observed_indices()
    months, number = monthly_means(indices["time_daily"].values, indices["sunspot_number"].values)
    cycles = find_cycles(months, number)
    print("Cycles of the smoothed sunspot number")
    for n, one in cycles.groupby("cycle"):
        print(
            f"  {n}: minimum {str(one['minimum'].values[0])[:7]} {one['minimum_value'].item():6.1f}   maximum "
            f"{str(one['maximum'].values[0])[:7]} {one['maximum_value'].item():6.1f}   rise {one['rise'].item():.1f} yr"
        )
    print("Fits of Hathaway's shape to monthly numbers")
    for n in cycles["cycle"].values:
        one = cycles.sel(cycle=n)
        closed = one["end"].values if not np.isnat(one["end"].values) else months[-1] + 1
        inside = (months >= one["minimum"].values.astype("datetime64[M]")) & (months < closed.astype("datetime64[M]"))
        fit = fit_cycle(months[inside], number[inside])
        print(
            f"  {n}: a = {fit.a:.5f}, maximum {fit.amplitude:.0f} +- {fit.amplitude_error:.0f} in {fit.maximum:.1f} +- "
            f"{fit.maximum_error:.1f}"
        )
    print("Forecasts of cycles left out: age in months, mean error, of the mean cycle, 80 % coverage, bias of maximum")
    rows = leave_one_out(months, number, cycles)
    for age in AGES:
        at = rows[rows[:, 1] == age]
        print(
            f"  {age:3d}: {at[:, 2].mean():5.1f} {at[:, 3].mean():5.1f}   {at[:, 4].mean():4.2f}   "
            f"{at[:, 5].mean():+6.1f}   (mean abs. error of the maximum {np.abs(at[:, 5]).mean():.1f})"
        )
    running = forecast_cycle(months, number, "2031-12", quantiles=QUANTILES)
    for k, level in enumerate(QUANTILES):
        yearly = [f"{running['number'].values[k, m]:.0f}" for m in range(5, running.sizes["time"], 12)]
        print(f"  running cycle, quantile {level}: {' '.join(yearly)}")
    print("Lines of the monthly numbers (yr):", spectral_lines(months, number)["period"].values.round(1))
    flux = indices["f107_adjusted"].values
    print("Recurrence of F10.7:", recurrence(flux), "of Ap:", recurrence(daily(indices)))
    _, monthly_flux = monthly_means(indices["time_daily"].values, flux)
    _, monthly_ap = monthly_means(indices["time_daily"].values, daily(indices))
    for name, other in (("F10.7", monthly_flux), ("Ap", monthly_ap)):
        together = lagged_correlation(number, other, np.arange(-48, 49, 3))
        best = together.isel(lag=int(np.argmax(together["correlation"].values)))
        zero = together.sel(lag=0)
        print(
            f"{name} with the sunspot number: r = {zero['correlation'].item():.2f} ({zero['low'].item():.2f} to "
            f"{zero['high'].item():.2f}, {zero['effective_size'].item():.0f} independent months); best "
            f"{best['correlation'].item():.2f} at a lag of {int(best['lag'])} months"
        )


def daily(indices):
    """Daily mean of ap."""
    return indices["ap"].values.reshape(-1, 8).mean(axis=1)


if __name__ == "__main__":
    main()
