"""Times one peer on the work that ``benchmarks/heliosphere.py`` hands over: ``python peers... PEER WORK.npz``.

Runs in the peer's own environment and prints one line of JSON a figure.
"""

import contextlib
import io
import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")


def report(what, value):
    print(json.dumps({"what": what, "value": float(value)}), flush=True)


def best(function, repeat):
    function()
    durations = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    return min(durations)


def huxt(work):
    import astropy.units as u
    from huxt import huxt as h

    boundary, cmes = work["boundary"], json.loads(str(work["cmes"]))

    def run(speeds, ejections, line, steps=10):
        more = {"lon_out": 0.0 * u.deg} if line else {}
        with contextlib.redirect_stdout(io.StringIO()):
            model = h.HUXt(
                v_boundary=speeds * u.km / u.s,
                cr_num=2284,
                cr_lon_init=100.0 * u.deg,
                simtime=5 * u.day,
                dt_scale=steps,
                **more,
            )
            model.solve(
                [
                    h.ConeCME(
                        t_launch=cme["launch"] * u.hour,
                        longitude=cme["longitude"] * u.deg,
                        latitude=cme["latitude"] * u.deg,
                        v=cme["speed"] * u.km / u.s,
                        width=2 * cme["half_width"] * u.deg,
                    )
                    for cme in ejections
                ]
            )
        return model

    report("line, 5 days", best(lambda: run(boundary, [], True), 5))
    report("line with a mass ejection", best(lambda: run(boundary, cmes[:1], True), 5))
    report("plane, 128 longitudes, 5 days", best(lambda: run(boundary, [], False), 2))
    report("plane with three mass ejections", best(lambda: run(boundary, cmes, False), 1))
    some = [
        {"launch": 0.0, "latitude": 0.0, "speed": v, "longitude": x, "half_width": w}
        for v, x, w in zip(work["speed"][:50], work["longitude"][:50], work["half_width"][:50], strict=True)
    ]
    start = time.perf_counter()
    for cme in some:
        run(boundary, [cme], True)
    report("ensemble of 1000 in structured wind", (time.perf_counter() - start) * 1000 / len(some))
    flat = np.full(128, 400.0)
    start = time.perf_counter()
    for cme in some:
        run(flat, [cme], True)
    report("ensemble of 1000", (time.perf_counter() - start) * 1000 / len(some))
    model = run(boundary, cmes, False, 1)
    count = len(model.time_out)
    for place in work["places"]:
        for number, cme in enumerate(model.cmes, 1):
            arrival = cme.compute_arrival_at_location(np.full(count, place) * u.deg, np.full(count, 215.0) * u.solRad)
            if arrival["hit"]:
                report(f"{number} at {place:g}", (arrival["t_arrive"] - model.time_init).to_value(u.hour))


if __name__ == "__main__":
    peer, path = sys.argv[1:]
    with np.load(path) as stored:
        held = dict(stored)
    globals()[peer](held)
