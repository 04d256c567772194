"""How fast field, frames, tracing and invariants are, beside their peers: ``python benchmarks/geomagnetism.py``.

Peers are timed in the same run on the same work, each with the Python of its own environment, since three of them
share one import name::

    python benchmarks/geomagnetism.py geopack=PYTHON geopack_vectorized=PYTHON spacepy=PYTHON ppigrf=PYTHON

where the environments hold geopack 1.0.10, geopack-vectorized, SpacePy (IRBEM) and ppigrf. A peer that is not given is
left out. Compile time is reported apart: in a fresh cache, and from the cache in a new process.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

TIME = np.datetime64("2015-03-17T18:00", "ns")
WIND = {"p_dyn": 5.0, "dst": -100.0, "b_y": 2.0, "b_z": -8.0}
G = {"g1": 6.0, "g2": 10.0}
W = {f"w{k}": value for k, value in enumerate((2.0, 2.0, 2.0, 4.0, 3.0, 5.0), 1)}
DRIVERS = {"t89": {"kp": 5.0}, "t96": WIND, "t01": WIND | G, "ts04": WIND | W}
TARGETS = {
    "t96 points": 6e5,
    "ts04 points": 3e5,
    "igrf points, own epochs": 3e6,
    "frames, GEO to GSM, own epochs": 1e7,
    "t96 lines": 2000,
    "ts04 lines": 1000,
    "t96 L*": 50,
    "ts04 L*": 20,
}


def best(function, repeat=3):
    """Shortest of a few runs, in seconds."""
    function()
    durations = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    return min(durations)


def work():
    """Points inside the magnetopause, seeds of lines, and places with epochs of their own; the same for every peer."""
    rng = np.random.default_rng(0)

    def ball(count, low, high):
        direction = rng.standard_normal((3, count))
        return direction / np.linalg.norm(direction, axis=0) * rng.uniform(low, high, count)

    longitude = rng.uniform(0, 2 * np.pi, 2000)
    shells = rng.uniform(3.5, 6.5, 2000) * np.array([np.cos(longitude), np.sin(longitude), 0.0 * longitude])
    return {
        "points": ball(300_000, 1.5, 8.0),
        "seeds": rng.uniform(3.0, 9.0, 2000) * np.array([np.cos(longitude), np.sin(longitude), 0.02 * longitude]),
        "shells": shells,
        "geo": ball(1_000_000, 1.0, 7.0),
        "epochs": np.datetime64("2000-01-01", "ns") + rng.integers(0, 20 * 365 * 86400, 1_000_000).astype("m8[s]"),
        "time": TIME,
        "seconds": TIME.astype("datetime64[s]").astype(np.int64),
    }


def ours(given):
    """Rate of every figure, per second."""
    from sunearth.geomagnetism import igrf, invariants
    from sunearth.geomagnetism.field import magnetic_field
    from sunearth.geomagnetism.frames import transform
    from sunearth.geomagnetism.tracing import trace

    rates = {}

    def rate(what, count, function):
        rates[what] = count / best(function)

    fields = {name: magnetic_field(TIME, external=name, **drivers) for name, drivers in DRIVERS.items()}
    for name, drivers in DRIVERS.items():
        bare = magnetic_field(TIME, internal="none", external=name, **drivers)
        rate(f"{name} points", given["points"].shape[1], lambda field=bare: field(*given["points"]))
    geo, epochs = given["geo"], given["epochs"]
    rate("igrf points, one epoch", geo.shape[1], lambda: igrf.igrf_cartesian(TIME, *geo))
    rate("igrf points, own epochs", geo.shape[1], lambda: igrf.igrf_cartesian(epochs, *geo))
    rate("frames, GEO to GSM, own epochs", geo.shape[1], lambda: transform(epochs, *geo, "GEO", "GSM"))
    for name, field in fields.items():
        rate(f"{name} lines", given["seeds"].shape[1], lambda field=field: trace(field, *given["seeds"]))
    for name, count in (("t89", 400), ("t96", 200), ("ts04", 100)):
        shells = given["shells"][:, :count]
        rate(f"{name} L*", count, lambda field=fields[name], s=shells: invariants.l_star(field, *s))
    return rates


def compile_seconds():
    """Seconds from a new process to the first field line of TS04, with an empty cache and with a full one."""
    code = (
        "import numpy as np; from sunearth.geomagnetism.field import magnetic_field;"
        "from sunearth.geomagnetism.tracing import trace;"
        f"trace(magnetic_field('2015-03-17', external='ts04', **{DRIVERS['ts04']}), -5.0, 0.0, 0.0)"
    )
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"NUMBA_CACHE_DIR": cache}
        durations = []
        for _ in range(2):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=environment)
            durations.append(time.perf_counter() - start)
    return durations


def peers(given, environments):
    """Rates of each peer, by its name."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "work.npz"
        np.savez(path, drivers=json.dumps(WIND | G | W | {"kp": 5.0}), **given)
        for name, python in environments.items():
            script = Path(__file__).with_name("peers_of_geomagnetism.py")
            done = subprocess.run([python, script, name, path], capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{name}: {done.stderr.strip().splitlines()[-1]}")
            lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            found[name] = {line["what"]: line["rate"] for line in lines}
    return found


def main():
    """Print every figure with its target and the ratio to each peer."""
    from sunearth.numerics.threads import thread_count

    environments = dict(argument.split("=", 1) for argument in sys.argv[1:])
    given = work()
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {thread_count()} threads\n")
    rates = ours(given)
    theirs = peers(given, environments)
    print(f"{'per second':<34}{'sunearth':>10}{'target':>10}   peers (ratio)")
    for what, rate in rates.items():
        beside = [
            f"{name} {found[what]:.3g} ({rate / found[what]:.3g}x)" for name, found in theirs.items() if what in found
        ]
        target = f"{TARGETS[what]:.3g}" if what in TARGETS else ""
        print(f"{what:<34}{rate:>10.3g}{target:>10}   {', '.join(beside)}", flush=True)
    cold, warm = compile_seconds()
    print(f"\nfirst line of TS04 in a new process: {cold:.1f} s compiled afresh, {warm:.1f} s from the cache")


if __name__ == "__main__":
    main()
