"""How fast the foundation is: prints a table; ``python benchmarks/foundation.py``.

Where PlasmaPy is installed (``pip install plasmapy``) its unit-checked call is timed beside ours in the same process.
Compile time is reported apart: the first call of a compiled kernel on a machine, before it is cached.
"""

import resource
import subprocess
import sys
import time
import timeit

import numpy as np


def best(function, repeat=3):
    """Shortest of a few runs, in seconds."""
    durations = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    return min(durations)


def row(what, figure, unit, target=""):
    print(f"{what:<66}{figure:>10.3g} {unit:<8}{target}", flush=True)


def process_seconds(*arguments):
    return best(lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True), 5)


def wind_year():
    """One year of 1-min wind: the statistics of real wind, no gaps."""
    import xarray as xr

    rng = np.random.default_rng(0)
    n = 525_600
    time_axis = np.datetime64("2015-01-01", "ns") + np.arange(n) * np.timedelta64(60, "s")

    def wander(scale):
        steps = rng.standard_normal(n // 60 + 2)
        return scale * np.interp(np.arange(n) / 60, np.arange(steps.size), steps)

    columns = {
        "b_x": (wander(3.0), "nT"),
        "b_y": (wander(4.0), "nT"),
        "b_z": (wander(4.0), "nT"),
        "speed": (430 + wander(60.0), "km/s"),
        "n_p": (6 * np.exp(wander(0.5)), "cm^-3"),
        "t_p": (1e5 * np.exp(wander(0.5)), "K"),
    }
    return xr.Dataset(
        {name: ("time", values, {"units": unit}) for name, (values, unit) in columns.items()},
        coords={"time": time_axis},
        attrs={"frame": "GSM", "source": "synthetic"},
    )


def storm_at_one_minute():
    import sunearth

    event = sunearth.load_event("st-patrick-2015")
    grid = np.arange(event["time"].values[0], event["time"].values[-1], np.timedelta64(60, "s"))
    drivers = event[["b_z", "speed", "n_p"]].interp(time=grid)
    for name in drivers.data_vars:
        drivers[name].attrs = event[name].attrs
    return drivers.assign_attrs(event.attrs)


def main():
    """Print every figure with its target."""
    import sunearth
    from sunearth.chain.ensemble import run_ensemble
    from sunearth.chain.run import run_chain
    from sunearth.magnetosphere.magnetopause import shue_1998

    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}\n")
    blank = process_seconds("-c", "pass")
    row(
        "python -c 'import sunearth' less the bare interpreter",
        process_seconds("-c", "import sunearth") - blank,
        "s",
        "< 0.3",
    )
    row("sunearth --help", process_seconds("-m", "sunearth.cli", "--help"), "s", "< 0.5")

    n = 50_000
    body = shue_1998.spec.function
    floats = [np.float64(x) for x in (0.3, 2.0, -5.0)]
    whole = min(timeit.repeat(lambda: shue_1998(0.3, 2.0, -5.0), number=n, repeat=5)) / n
    bare = min(timeit.repeat(lambda: body(*floats), number=n, repeat=5)) / n
    row("@model call on floats, whole", whole * 1e6, "us")
    row("@model overhead over the bare formula", (whole - bare) * 1e6, "us", "< 5")
    try:
        import astropy.units as u
        from plasmapy.formulary import Alfven_speed
    except ImportError:
        print("PlasmaPy is not installed: its call is not timed")
    else:
        from sunearth.heliosphere.wind import alfven_speed

        theirs = best(lambda: [Alfven_speed(5 * u.nT, 5 * u.cm**-3, ion="p+") for _ in range(100)]) / 100
        ours = min(timeit.repeat(lambda: alfven_speed(5.0, 5.0), number=n, repeat=5)) / n
        row("Alfven speed, one call: PlasmaPy", theirs * 1e6, "us")
        row("Alfven speed, one call: sunearth", ours * 1e6, "us", f"{theirs / ours:.0f} times faster")

    storm = storm_at_one_minute()
    start = time.perf_counter()
    run_chain(storm)
    row("first run in this process (imports and cached kernels)", time.perf_counter() - start, "s")
    row(f"st-patrick-2015 at 1 min, {storm.sizes['time']} rows, all stages", best(lambda: run_chain(storm)), "s", "< 2")
    row("the same, ensemble of 100 members", best(lambda: run_ensemble(storm, 100), 1), "s", "< 60")

    year = "import sys; sys.path.insert(0, sys.argv[1]); import foundation as f; f.one_year()"
    subprocess.run([sys.executable, "-c", year, __file__.rsplit("/", 1)[0]], check=True)
    print(f"\nsunearth {sunearth.__version__}")


def one_year():
    """Time and memory of a year at 1 min, in a process of its own."""
    from sunearth.chain.run import run_chain

    wind = wind_year()
    run_chain(wind.isel(time=slice(0, 100)))
    row("one year at 1 min (525 600 rows), all stages", best(lambda: run_chain(wind), 1), "s", "< 15")
    row("peak memory of that process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, "GiB", "< 2")


if __name__ == "__main__":
    main()
