"""Times one peer on the work that ``benchmarks/geomagnetism.py`` hands over: ``python peers... PEER WORK.npz``.

Runs in the peer's own environment and prints one line of JSON a figure.
"""

import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")


def report(what, count, function, repeat=3):
    function()
    durations = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    print(json.dumps({"what": what, "rate": count / min(durations)}), flush=True)


def parameters(drivers):
    """Drivers of each model in the ten places that the Fortran programs take."""
    wind = [drivers["p_dyn"], drivers["dst"], drivers["b_y"], drivers["b_z"]]
    return {
        "t96": [*wind, *6 * [0.0]],
        "t01": [*wind, drivers["g1"], drivers["g2"], *4 * [0.0]],
        "ts04": [*wind, *(drivers[f"w{k}"] for k in range(1, 7))],
    }


def geopack(work, drivers):
    from geopack import geopack as g
    from geopack import t01, t04, t89, t96

    tilt = g.recalc(float(work["seconds"]))
    parmod = parameters(drivers)
    models = {"t96": t96.t96, "t01": t01.t01, "ts04": t04.t04}
    some = work["points"][:, :3000].T
    report("t89 points", len(some), lambda: [t89.t89(6, tilt, *p) for p in some], 1)
    for name, model in models.items():
        few = work["points"][:, :300].T
        report(f"{name} points", len(few), lambda m=model, n=name, few=few: [m(parmod[n], tilt, *p) for p in few], 1)
    for name, theirs, seeds in (("t96", "t96", 4), ("ts04", "t04", 2)):

        def both(p, name=name, theirs=theirs):
            for way in (-1, 1):
                g.trace(*p, dir=way, rlim=60, r0=1, parmod=parmod[name], exname=theirs, inname="igrf")

        report(f"{name} lines", seeds, lambda n=seeds, both=both: [both(p) for p in work["seeds"][:, :n].T], 1)


def geopack_vectorized(work, drivers):
    import geopack as g
    from geopack import geopack as scalar

    tilt = scalar.recalc(float(work["seconds"]))
    parmod = parameters(drivers)
    models = {"t96": g.t96_vectorized, "t01": g.t01_vectorized, "ts04": g.t04_vectorized}
    x, y, z = work["points"][:, :20000]
    report("t89 points", x.size, lambda: g.t89_vectorized(6, tilt, x, y, z))
    for name, model in models.items():
        report(f"{name} points", x.size, lambda m=model, n=name: m(parmod[n], tilt, x, y, z))
    report("igrf points, one epoch", x.size, lambda: g.igrf_gsm_vectorized(x, y, z))
    for name, theirs in (("t96", "t96"), ("ts04", "t04")):
        seeds = work["seeds"][:, :300]

        def both(name=name, theirs=theirs, seeds=seeds):
            for way in (-1, 1):
                g.trace_vectorized(*seeds, dir=way, rlim=60, r0=1, parmod=parmod[name], exname=theirs, inname="igrf")

        report(f"{name} lines", seeds.shape[1], both, 1)


def spacepy(work, drivers):
    import spacepy.coordinates as spc
    import spacepy.irbempy as irbem
    import spacepy.time as spt

    drivers = drivers | {"velo": 500.0, "dens": 10.0, "Pdyn": drivers["p_dyn"], "Dst": drivers["dst"], "Kp": 50.0}
    drivers |= {"ByIMF": drivers["b_y"], "BzIMF": drivers["b_z"], "G1": drivers["g1"], "G2": drivers["g2"], "G3": 0.0}
    drivers |= {f"W{k}": drivers[f"w{k}"] for k in range(1, 7)}
    names = {"t89": "T89", "t96": "T96", "ts04": "T05"}

    def at(points, kind="GSM", car="car"):
        ticks = spt.Ticktock([str(work["time"])[:19]] * len(points), "UTC")
        return ticks, spc.Coords(points, kind, car, use_irbem=False)

    n = 5000
    epochs = spt.Ticktock([t.item() for t in work["epochs"][:n].astype("datetime64[s]")], "UTC")

    def frames():
        place = spc.Coords(work["geo"][:, :n].T, "GEO", "car", ticks=epochs, use_irbem=True)
        place.convert("GSM", "car")

    report("frames, GEO to GSM, own epochs", n, frames, 1)
    for name, theirs in names.items():
        values = {key: [value] * 500 for key, value in drivers.items()}
        few = work["points"][:, :500].T
        report(
            f"{name} points", 500, lambda t=theirs, v=values, p=few: irbem.get_Bfield(*at(p), extMag=t, omnivals=v), 1
        )
    for name, count in (("t89", 12), ("t96", 4), ("ts04", 2)):
        shells = work["shells"][:, :count].T
        values = {key: [value] * count for key, value in drivers.items()}
        report(
            f"{name} L*",
            count,
            lambda t=names[name], v=values, p=shells: irbem.get_Lstar(*at(p), [90.0], extMag=t, omnivals=v),
            1,
        )


def ppigrf(work, drivers):
    import datetime

    import ppigrf as p

    x, y, z = work["geo"][:, :100_000]
    r = np.sqrt(x * x + y * y + z * z)
    colatitude, longitude = np.degrees(np.arccos(z / r)), np.degrees(np.arctan2(y, x))
    day = datetime.datetime(2015, 3, 17)
    report("igrf points, one epoch", r.size, lambda: p.igrf_gc(6371.2 * r, colatitude, longitude, day), 1)


if __name__ == "__main__":
    peer, path = sys.argv[1:]
    with np.load(path) as stored:
        held = dict(stored)
    globals()[peer](held, json.loads(str(held["drivers"])))
