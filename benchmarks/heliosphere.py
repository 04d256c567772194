"""How fast the wind in time is, beside its peer: ``python benchmarks/heliosphere.py [huxt=PYTHON]``.

The peer is timed in the same run on the same work, with the Python of its own environment (PyPI huxt 5.0.3), and its
arrival times are set beside ours. Both are timed with hourly output (the peer's arrivals come from a run with
output at every step, since it labels a saved state with the time before it).
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

COLUMNS = (np.arange(128) + 0.5) * (360.0 / 128)
EARTH_LONGITUDE = 100.0  # deg, Carrington
RADIUS = 215.0  # R_sun, where arrivals are compared
PLACES = (0.0, 20.0, -30.0)  # deg west of the Earth
CMES = [
    {"launch": 0.0, "speed": 1200.0, "longitude": 0.0, "latitude": 0.0, "half_width": 40.0},
    {"launch": 12.0, "speed": 800.0, "longitude": 20.0, "latitude": 10.0, "half_width": 30.0},
    {"launch": 30.0, "speed": 300.0, "longitude": -30.0, "latitude": 0.0, "half_width": 25.0},
]
TARGETS = {"plane, 128 longitudes, 5 days": 0.05, "ensemble of 1000": 1.0}


def best(function, repeat=15):
    """Shortest of a few runs, in seconds."""
    function()
    durations = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    return min(durations)


def work():
    """A boundary with streams, mass ejections, and the members of an ensemble; the same for the peer."""
    rng = np.random.default_rng(1)
    boundary = 450.0 + 100.0 * np.sin(np.radians(2 * COLUMNS)) + 30.0 * np.cos(np.radians(5 * COLUMNS))
    members = {"speed": rng.normal(1000, 100, 1000), "longitude": rng.normal(0, 5, 1000)}
    members |= {"half_width": rng.normal(35, 3, 1000)}
    return {"boundary": boundary, "cmes": json.dumps(CMES), "places": PLACES} | members


def ours(given):
    """Seconds of every figure, and arrivals (h) at each place."""
    from sunearth.heliosphere.upwind import ConeCME, UpwindWind, arrivals

    start = "2024-05-08"
    line, plane = UpwindWind(longitudes=COLUMNS[:1]), UpwindWind(longitudes=COLUMNS)
    cmes = [ConeCME(**(cme | {"height": 30.0})) for cme in CMES]
    more = {"start": start, "earth_longitude": EARTH_LONGITUDE, "duration": 120.0}
    places = {f"{x:g}": (RADIUS, x) for x in PLACES}
    many = [ConeCME(0.0, given["speed"], given["longitude"], 0.0, given["half_width"], height=30.0)]
    at = {"there": (RADIUS, COLUMNS[0])}
    structured = given["boundary"]
    seconds = {
        "line, 5 days": best(lambda: line.solve(structured, **more, observers=at)),
        "line with a mass ejection": best(lambda: line.solve(structured, cmes[:1], **more, observers=at)),
        "plane, 128 longitudes, 5 days": best(lambda: plane.solve(structured, **more, observers=places)),
        "plane with three mass ejections": best(lambda: plane.solve(structured, cmes, **more, observers=places)),
        "ensemble of 1000": best(lambda: line.ensemble(400.0, many, **more, observers=at)),
        "ensemble of 1000 in structured wind": best(lambda: line.ensemble(structured, many, **more, observers=at)),
    }
    result = plane.solve(structured, cmes, **more, observers=places)
    begin = result["time"].values[0]
    found = {f"{a.cme} at {a.observer}": (a.time - begin) / np.timedelta64(1, "s") / 3600 for a in arrivals(result)}
    return seconds, found


def peers(given, environments):
    """Seconds and arrivals of each peer, by its name."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "work.npz"
        np.savez(path, **given)
        for name, python in environments.items():
            script = Path(__file__).with_name("peers_of_heliosphere.py")
            done = subprocess.run([python, script, name, path], capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{name}: {done.stderr.strip().splitlines()[-1]}")
            lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            found[name] = {line["what"]: line["value"] for line in lines}
    return found


def main():
    """Print every figure with its target and the ratio to each peer, then the arrival times side by side."""
    from sunearth.numerics.threads import thread_count

    environments = dict(argument.split("=", 1) for argument in sys.argv[1:])
    given = work()
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {thread_count()} threads\n")
    begin = time.perf_counter()
    seconds, found = ours(given)
    print(f"(all of ours with repeats and compilation: {time.perf_counter() - begin:.1f} s)")
    theirs = peers(given, environments)
    print(f"{'seconds':<40}{'sunearth':>10}{'target':>10}   peers (ratio)")
    for what, value in seconds.items():
        beside = [
            f"{name} {held[what]:.3g} ({held[what] / value:.3g}x)" for name, held in theirs.items() if what in held
        ]
        target = f"{TARGETS[what]:.3g}" if what in TARGETS else ""
        print(f"{what:<40}{value:>10.3g}{target:>10}   {', '.join(beside)}", flush=True)
    print(f"\n{'arrival, h after the start':<40}{'sunearth':>10}   peers")
    for what, value in found.items():
        beside = [f"{name} {held[what]:.2f}" for name, held in theirs.items() if what in held]
        print(f"{what:<40}{value:>10.2f}   {', '.join(beside)}")


if __name__ == "__main__":
    main()
