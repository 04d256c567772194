"""Print how radial diffusion and the belts in three dimensions replay 16-20 March 2013 as Van Allen Probe A saw it.

python validation/van_allen_march_2013.py [DATA_FOLDER] [--cache FOLDER]

What is compared is the rise: the median count rate of a channel near an L* on 18 and 19 March over that before the
storm (16 March 00 to 17 March 06 UT). Absolute rates of the channels above 800 keV are some 25 times too high, and the
start of the models divides them by that. The density at L* 5.5 is that of the probe, by six hours; everything inside is
computed: radial diffusion by Kp, and in three dimensions also scattering by plasmaspheric hiss and chorus with
statistical amplitudes by Kp. Nothing is fitted.
"""

from __future__ import annotations

import argparse
import time as clock
from pathlib import Path

import numpy as np
import pandas as pd

from sunearth.data.indices import observed_indices
from sunearth.geomagnetism.trapped import magnetic_moment
from sunearth.heliosphere.wind import dynamic_pressure
from sunearth.magnetosphere import wave_particle
from sunearth.magnetosphere.magnetopause import shue_1998
from sunearth.magnetosphere.phase_space import flux_of_density, particle_of_invariants, phase_space_density
from sunearth.magnetosphere.radial_diffusion import RadialDiffusion
from sunearth.magnetosphere.radiation_belts import RadiationBelts, Scattering, inside_plasmasphere, outside_plasmasphere

PROBE, WIND = "radbelt/rbspa_mageis_countrate_2013-03-16_20.parquet", "solarwind/sw_2013-03-17_wind.csv.gz"
ENERGY = np.array([37.0, 57, 80, 111, 185, 221, 846, 1253, 1535, 1942])  # keV
WIDTH = np.array([8.0, 11, 13, 18, 22, 22, 554, 245, 283, 512])  # keV
FACTOR = np.array([3.6, 3.1, 2.7, 2.4, 1.8, 1.6, 13.2, 12.5, 10.2, 7.2]) * 1e-3  # cm^2 sr
TOO_HIGH = np.where(ENERGY > 800, 25.0, 1.0)
SHELLS, OUTER, INNER = np.array([3.5, 4.0, 4.5, 5.0]), 5.5, 2.5
SHOWN = (3, 6, 9)  # 111, 846 and 1942 keV
START, BEFORE, END = np.datetime64("2013-03-16"), np.datetime64("2013-03-17T06"), np.datetime64("2013-03-20")


def probe(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, L* and rates (sample, channel)."""
    table = pd.read_parquet(folder / PROBE)
    rates = table[[f"cps_{energy:.0f}keV" for energy in ENERGY]].to_numpy(float)
    return table["time_utc"].to_numpy(), table["Lstar"].to_numpy(float), rates


def median(where: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Median rate of each channel; not-a-number where there is nothing."""
    return np.nanmedian(rates[where], axis=0) if where.any() else np.full(ENERGY.size, np.nan)


def observed_rises(folder: Path) -> dict[str, np.ndarray]:
    """Rises (shell, channel) on 18 and 19 March."""
    times, shells, rates = probe(folder)
    found = {}
    for day in ("2013-03-18", "2013-03-19"):
        first = np.datetime64(day)
        on = (times >= first) & (times < first + np.timedelta64(1, "D"))
        found[day] = np.stack(
            [median(on & (abs(shells - x) < 0.05), rates) / median((times < BEFORE) & (abs(shells - x) < 0.05), rates)
             for x in SHELLS]
        )  # fmt: skip
    return found


class Measured:
    """Logarithm of the flux near the equator by energy and L* before the storm, and by energy and time at L* 5.5."""

    def __init__(self, folder: Path) -> None:
        times, shells, rates = probe(folder)
        flux = rates / (FACTOR * WIDTH * 1e-3 * TOO_HIGH)
        self.shells = np.arange(2.6, 5.61, 0.1)
        before = [median((times < BEFORE) & (abs(shells - x) < 0.06), flux) for x in self.shells]
        self.before = np.log(np.maximum(before, 1e-3))
        self.hours = START + np.arange(3, 100, 6) * np.timedelta64(1, "h")
        near = [
            median((abs(shells - OUTER) < 0.1) & (abs(times - t) < np.timedelta64(3, "h")), flux) for t in self.hours
        ]
        near = pd.DataFrame(np.log(np.maximum(near, 1e-3))).interpolate(limit_direction="both").to_numpy()
        self.outer = near

    def log_flux(self, energy: np.ndarray, l_star: np.ndarray) -> np.ndarray:
        """Before the storm, at energies in keV; beyond the channels the slope goes on."""
        column = np.clip((l_star - self.shells[0]) / 0.1, 0, self.shells.size - 1)
        low = np.minimum(column.astype(int), self.shells.size - 2)
        part = (column - low)[..., None]
        rows = (1 - part) * self.before[low] + part * self.before[low + 1]
        return _along(energy, rows)

    def log_outer(self, energy: np.ndarray, time: np.datetime64) -> np.ndarray:
        """At L* 5.5 at a time."""
        hours = (self.hours - START) / np.timedelta64(1, "h")
        now = (time - START) / np.timedelta64(1, "h")
        row = np.array([np.interp(now, hours, self.outer[:, n]) for n in range(ENERGY.size)])
        return _along(energy, np.broadcast_to(row, (*np.shape(energy), ENERGY.size)))


def _along(energy: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Straight in the logarithm of the energy between channels, exponential in the energy beyond the last."""
    place = np.interp(np.log(energy), np.log(ENERGY), np.arange(ENERGY.size))
    low = np.minimum(place.astype(int), ENERGY.size - 2)
    part = place - low
    take = lambda n: np.take_along_axis(rows, n[..., None], axis=-1)[..., 0]  # noqa: E731
    inside = (1 - part) * take(low) + part * take(low + 1)
    slope = (rows[..., -1] - rows[..., 6]) / (ENERGY[-1] - ENERGY[6])
    return inside + np.minimum(slope, -1e-3) * np.maximum(energy - ENERGY[-1], 0.0)


def drivers(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hours, Kp and the standoff of the magnetopause as an upper bound of the last closed shell."""
    hours = np.arange(START, END + np.timedelta64(1, "h"), np.timedelta64(1, "h")).astype("datetime64[ns]")
    indices = observed_indices("2013-03-15", "2013-03-20")
    kp = indices["kp"].sel(time=hours, method="ffill").to_numpy()
    wind = pd.read_csv(folder / WIND, parse_dates=["time_utc"]).set_index("time_utc").resample("1h").mean()
    wind = wind.reindex(pd.DatetimeIndex(hours)).interpolate(limit_direction="both")
    speed = np.sqrt((wind[["Vx_kms", "Vy_kms", "Vz_kms"]] ** 2).sum(axis=1)).to_numpy()
    p_dyn = dynamic_pressure(wind["n_cm3"].to_numpy(), speed)
    return hours, kp, shue_1998(0.0, p_dyn, wind["Bz_gsm_nT"].to_numpy())


def rises_1d(
    measured: Measured, hours: np.ndarray, kp: np.ndarray, last: np.ndarray, **options
) -> dict[str, np.ndarray]:
    """Rises by radial diffusion alone, of particles on the equator."""
    belt = RadialDiffusion(INNER, OUTER, 120, **options)
    mu = np.geomspace(2.0, 6000.0, 60)
    energy = particle_of_invariants(mu[:, None], 0.0, belt.l_star).energy
    start = phase_space_density(np.exp(measured.log_flux(energy, np.broadcast_to(belt.l_star, energy.shape))), energy)
    edge = particle_of_invariants(mu, 0.0, OUTER).energy
    outer = np.stack([phase_space_density(np.exp(measured.log_outer(edge, t)), edge) for t in hours], axis=1)
    result = belt.solve(hours, kp, mu=mu, start=start, outer=outer, inner=None, last_closed_l=last, steps=4)
    flux = np.full((hours.size, SHELLS.size, ENERGY.size), np.nan)
    for n, shell in enumerate(SHELLS):
        wanted = np.log(magnetic_moment(ENERGY, belt.b_0 / shell**3))
        with np.errstate(divide="ignore"):
            psd = np.log(result["psd"].interp(l_star=shell).to_numpy())
        for t in range(hours.size):
            flux[t, n] = flux_of_density(np.exp(np.interp(wanted, np.log(mu), psd[t])), ENERGY)
    return _rises(hours, flux)


def rises_3d(measured: Measured, hours, kp, last, cache: Path | None, mixed: str = "full", acceleration: bool = True):
    """Rises with hiss and chorus as well, of particles at 80 degrees."""
    belts = RadiationBelts(
        INNER, OUTER, 29, 45, 45, reference=4.5, lowest_energy=0.035, highest_energy=8.0, mixed=mixed
    )
    axes = np.linspace(2.5, 5.5, 7), np.geomspace(0.01, 12.0, 24), np.radians(np.linspace(2.0, 89.5, 30))
    full = {sector: wave_particle.lower_band_chorus(6.0, sector) for sector in ("night", "day")}
    tables = {
        name: wave_particle.diffusion_coefficients(*axes, waves, cache=cache)
        for name, waves in (("chorus", list(full.values())), ("hiss", wave_particle.plasmaspheric_hiss(40.0)))
    }
    if not acceleration:
        tables["chorus"] = tables["chorus"].assign(d_ap=0 * tables["chorus"].d_ap, d_pp=0 * tables["chorus"].d_pp)

    def chorus(l_star, kp, plasmapause_l):
        share = (wave_particle.lower_band_chorus(float(kp)).amplitude / full["night"].amplitude) ** 2
        return share * outside_plasmasphere(l_star, plasmapause_l)

    def hiss(l_star, kp, plasmapause_l):
        # Amplitude from 15 pT in quiet times to 40 at Kp 5 and above.
        return (0.375 + 0.625 * min(kp, 5.0) / 5.0) ** 2 * inside_plasmasphere(l_star, plasmapause_l)

    waves = {"chorus": Scattering(tables["chorus"], chorus), "hiss": Scattering(tables["hiss"], hiss)}
    grid = belts.coordinates()
    energy, angle = 1e3 * grid.energy.to_numpy(), grid.pitch_angle.to_numpy()[:, None, :]
    shells = np.broadcast_to(grid.l_star.to_numpy()[:, None, None], energy.shape)
    start = phase_space_density(np.exp(measured.log_flux(energy, shells)) * np.sin(angle), energy)
    found = particle_of_invariants(grid.mu.to_numpy()[-1], grid.k.to_numpy(), OUTER)
    outer = np.stack(
        [phase_space_density(np.exp(measured.log_outer(found.energy, t)) * np.sin(found.pitch_angle), found.energy)
         for t in hours]
    )  # fmt: skip
    begin = clock.perf_counter()
    result = belts.solve(hours, kp, start=start, outer=outer, inner=None, waves=waves, last_closed_l=last, steps=4)
    seconds = clock.perf_counter() - begin
    flux = belts.flux(result, ENERGY * 1e-3, np.radians(80.0)).interp(l_star=SHELLS)[..., 0]
    raised = float(result.raised[-1].sum() / result.content[0])
    return _rises(hours, flux.to_numpy()), seconds, raised


def _rises(hours: np.ndarray, flux: np.ndarray) -> dict[str, np.ndarray]:
    """Medians of each day over those before the storm."""
    before = np.median(flux[hours < BEFORE], axis=0)
    found = {}
    for day in ("2013-03-18", "2013-03-19"):
        first = np.datetime64(day)
        on = (hours >= first) & (hours < first + np.timedelta64(1, "D"))
        found[day] = np.median(flux[on], axis=0) / before
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--cache", type=Path, default=None, help="folder that keeps the diffusion coefficients")
    given = parser.parse_args()
    seen, measured = observed_rises(given.folder), Measured(given.folder)
    hours, kp, last = drivers(given.folder)
    models = {
        "1-D, Brautigam and Albert 2000": rises_1d(measured, hours, kp, last),
        "1-D, Ozeke et al. 2014": rises_1d(measured, hours, kp, last, diffusion="ozeke_2014"),
    }
    for name, acceleration in (("3-D, no acceleration by waves", False), ("3-D, hiss and chorus", True)):
        models[name], seconds, raised = rises_3d(measured, hours, kp, last, given.cache, acceleration=acceleration)
        print(f"{name}: {seconds:.1f} s, share of the content added against negative densities {raised:.1e}")
    print(f"largest Kp {np.max(kp):.1f}, smallest standoff {np.min(last):.1f} R_E")
    for day in seen:
        print(f"\nrise on {day} at L*" + "".join(f"{x:>9.1f}" for x in SHELLS) + "   rms of log10")
        for channel in SHOWN:
            print(f"{ENERGY[channel]:.0f} keV")
            line = "".join(f"{value:9.3g}" for value in seen[day][:, channel])
            print(f"  {'observed':<32}{line}")
            for name, found in models.items():
                error = np.log10(found[day][:, channel] / seen[day][:, channel])
                line = "".join(f"{value:9.3g}" for value in found[day][:, channel])
                print(f"  {name:<32}{line}   {np.sqrt(np.nanmean(error**2)):.2f}")


if __name__ == "__main__":
    main()
