"""How fast the magnetosphere is: ``python benchmarks/magnetosphere.py [DATA_FOLDER] [spacepy=PYTHON] [rbamlib=...]``.

DATA_FOLDER holds ``radbelt/geo_goes_electrons_hourly_2014_2020_with_drivers.parquet``; with it the electron forecast of
six years is timed too. A peer is timed in the same run on the same work, with the Python of its own environment (PyPI
spacepy and rbamlib): both offer closed forms only. For the solvers we know of no package that installs and does the
same work. The first call, which compiles what no cache holds, is told apart.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import xarray as xr

STEPS = 8640  # six days at one minute
POINTS = 1_000_000


def timed(function, repeat):
    """Shortest of a few runs, the first, and the last result."""
    durations, result = [], None
    for _ in range(repeat + 1):
        start = time.perf_counter()
        result = function()
        durations.append(time.perf_counter() - start)
    return min(durations[1:]), durations[0], result


def wind(steps=STEPS, minutes=1):
    """A made-up wind with a storm in it."""
    rng = np.random.default_rng(1)
    day = np.arange(steps) * minutes / 1440.0
    storm = np.exp(-(((day - 2.5) / 0.5) ** 2))
    shared = {
        "b_x": 3.0 * np.cos(3.0 * day), "b_y": 4.0 * np.sin(5.0 * day) + rng.normal(0.0, 0.5, steps),
        "b_z": 3.0 * np.sin(9.0 * day) - 15.0 * storm + rng.normal(0.0, 0.5, steps),
        "speed": 400.0 + 250.0 * storm + 20.0 * np.sin(2.0 * day), "n_p": 5.0 + 10.0 * storm + np.cos(7.0 * day),
    }  # fmt: skip
    units = {"b_x": "nT", "b_y": "nT", "b_z": "nT", "speed": "km/s", "n_p": "cm^-3", "t_p": "K"}
    shared["t_p"] = 1e5 * (shared["speed"] / 400.0) ** 2
    times = np.datetime64("2015-03-15", "ns") + np.arange(steps) * np.timedelta64(minutes, "m")
    found = xr.Dataset({n: ("time", v, {"units": units[n]}) for n, v in shared.items()}, {"time": times})
    return found.assign_attrs(frame="GSM")


def hourly(days):
    """Hours, and Kp of a storm on the third day."""
    time = np.datetime64("2015-03-15", "ns") + np.arange(24 * days + 1) * np.timedelta64(1, "h")
    three = np.arange(24 * days + 1) // 3
    return time, np.rint(3.0 * (2.0 + 5.0 * np.exp(-(((three - 20) / 4.0) ** 2)))) / 3.0


def work(folder):
    """What is timed: its name, a function, and how often."""
    import sunearth
    from sunearth.magnetosphere import wave_particle
    from sunearth.magnetosphere.field_line_resonance import resonance_period
    from sunearth.magnetosphere.magnetopause_surface import PressureBalanceMagnetopause
    from sunearth.magnetosphere.magnetosheath import Magnetosheath, subsolar_sheath
    from sunearth.magnetosphere.plasmasphere_dynamics import Plasmasphere
    from sunearth.magnetosphere.radiation_belts import RadiationBelts, Scattering, outside_plasmasphere
    from sunearth.magnetosphere.ring_current_kinetics import RingCurrent
    from sunearth.magnetosphere.x_line import potential_along_x_line

    given = wind()
    flow = {name: given[name].values for name in given.data_vars}
    field = [flow[name] for name in ("b_x", "b_y", "b_z")]
    p_dyn = 1.67e-6 * flow["n_p"] * flow["speed"] ** 2
    rng = np.random.default_rng(2)
    place = rng.uniform(-15.0, 15.0, (3, 100_000))
    shells, densities = rng.uniform(3.0, 8.0, STEPS), 10 ** rng.uniform(0.0, 3.0, STEPS)
    five, five_kp = hourly(5)
    axes = np.linspace(3.0, 6.0, 7), np.geomspace(0.05, 5.0, 20), np.radians(np.linspace(3.0, 87.0, 29))
    chorus = wave_particle.lower_band_chorus(4.0)
    week, week_kp = hourly(7)
    few = wave_particle.diffusion_coefficients([3.0, 6.0], [0.05, 5.0], np.radians([10.0, 80.0]), chorus)
    waves = {"chorus": Scattering(few, outside_plasmasphere)}

    def spectrum(energy, pitch_angle, l_star):
        return np.exp(-energy / 0.3) * np.sin(pitch_angle) + 0 * l_star

    yield "chain, six days at one minute", lambda: sunearth.run(given), 2
    yield (
        "X-lines, 8640",
        lambda: potential_along_x_line(p_dyn, *field, flow["n_p"], flow["speed"]),
        1,
    )
    yield "subsolar sheaths, 8640", lambda: subsolar_sheath(flow["n_p"], flow["speed"], *field, flow["t_p"]), 3
    yield "magnetopause in pressure balance, degree 20", lambda: PressureBalanceMagnetopause(degree=20).shape(), 2
    yield (
        "state of the magnetosheath, 1e5 points",
        lambda: Magnetosheath().state(*place, n_p=5.0, speed=400.0, b_y=3.0, b_z=-5.0),
        3,
    )
    yield "resonance periods, 8640", lambda: resonance_period(shells, densities), 3
    yield "plasmasphere, 5 days", lambda: Plasmasphere().solve(five, kp=five_kp), 2
    yield (
        "ring current, a day, default grid",
        lambda: RingCurrent().solve(five[48:73], kp=five_kp[48:73], density=1.0, temperature=6.0),
        1,
    )
    yield (
        "diffusion coefficients, 7 x 20 x 29, one wave",
        lambda: wave_particle.diffusion_coefficients(*axes, chorus),
        1,
    )
    yield (
        "radiation belts, a week, 29 x 45 x 45",
        lambda: RadiationBelts().solve(week, week_kp, start=spectrum, waves=waves, store=6),
        1,
    )
    if folder is not None:
        import pandas

        from sunearth.magnetosphere.relativistic_electrons import forecast_electrons

        table = pandas.read_parquet(folder / "radbelt/geo_goes_electrons_hourly_2014_2020_with_drivers.parquet")
        table = table.set_index("time_utc").asfreq("h")
        drivers = {"speed": table.V_kms.to_numpy(), "n_p": table.n_cm3.to_numpy(), "b_z": table.Bz_gsm.to_numpy()}
        hours, flux = table.index.to_numpy(), table.e_gt2MeV.to_numpy()
        years = (hours[-1] - hours[0]) / np.timedelta64(1, "D") / 365.25
        yield f"electron forecast, {years:.1f} years", lambda: forecast_electrons(hours, flux, drivers), 2


def closed_forms(given):
    """The work that peers do too: seconds, and the median of the result."""
    from sunearth.magnetosphere.magnetopause import shue_1997, shue_1998
    from sunearth.magnetosphere.radial_diffusion import brautigam_albert_2000

    p_dyn, b_z = given["p_dyn"], given["b_z"]
    for what, function in (
        ("standoff of the magnetopause, 1e6", lambda: shue_1997(0.0, p_dyn, b_z)),
        ("the same after Shue et al. 1998", lambda: shue_1998(0.0, p_dyn, b_z)),
        ("rate of radial diffusion, 1e6", lambda: brautigam_albert_2000(given["l_star"], given["kp"])),
    ):
        seconds, _, result = timed(function, 5)
        yield what, seconds, float(np.median(result))


def peers(given, environments):
    """Seconds and median of each peer by what it computed."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "work.npz"
        np.savez(path, **given)
        for name, python in environments.items():
            script = Path(__file__).with_name("peers_of_magnetosphere.py")
            done = subprocess.run([python, script, name, path], capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{name}: {done.stderr.strip().splitlines()[-1]}")
            for line in done.stdout.splitlines():
                if line.startswith("{"):
                    value = json.loads(line)
                    found.setdefault(value["what"], []).append((name, value["seconds"], value["value"]))
    return found


def main():
    from sunearth.numerics.threads import thread_count

    environments = dict(argument.split("=", 1) for argument in sys.argv[1:] if "=" in argument)
    folders = [Path(argument) for argument in sys.argv[1:] if "=" not in argument]
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {thread_count()} threads\n")
    print(f"{'':<48}{'seconds':>10}{'first':>10}")
    for what, function, repeat in work(folders[0] if folders else None):
        seconds, first, _ = timed(function, repeat)
        print(f"{what:<48}{seconds:>10.3g}{first:>10.3g}", flush=True)
    rng = np.random.default_rng(3)
    given = {
        "p_dyn": rng.uniform(0.5, 10.0, POINTS), "b_z": rng.uniform(-15.0, 15.0, POINTS),
        "l_star": rng.uniform(3.0, 6.6, POINTS), "kp": rng.uniform(1.0, 6.0, POINTS),
    }  # fmt: skip
    theirs = peers(given, environments)
    print(f"\n{'':<48}{'seconds':>10}{'median':>10}   peers: seconds (ratio), median")
    for what, seconds, value in closed_forms(given):
        beside = [f"{name} {s:.3g} ({s / seconds:.3g}x), {v:.4g}" for name, s, v in theirs.get(what, [])]
        print(f"{what:<48}{seconds:>10.3g}{value:>10.4g}   {', '.join(beside)}", flush=True)


if __name__ == "__main__":
    main()
