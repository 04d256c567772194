"""Compare the Tsyganenko fields with the PyPI package geopack on random points, and time both.

    python validation/tsyganenko_peers.py --geopack-python /path/to/python [--points 10000] [--seed 1]

geopack runs in an interpreter of its own (release 1.0.10 works without a network). Its T96 departs from the published
model in four places, so that it is compared twice, as it is and with the four repaired:

- the ring current is bent at the flanks as the tail is, though its derivatives are not: currents without end;
- in the middle of the region 2 current sheet it takes the field of the outside for that of the sheet;
- in the southern boundary layer of region 1 it takes the field of the poleward side at the equatorward side's place;
- in the plane y = 0 it takes the region 1 oval to be where it is at noon, also by night.

and its T01 in one: for b_y <= 0 the clock angle is set to 360 degrees instead of being raised by it, so that the effect
of the interplanetary field is that of a northward one.

The original codes have none of these, nor (of T96) has geopack-vectorized 1.1.4. They make
the field jump, give it sources, or part dawn from dusk.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sunearth.geomagnetism import tsyganenko

MODELS = ("t89", "t96", "t96_repaired", "t01", "t01_repaired", "t04")
REPAIRS_T96 = (
    (
        "elif (xks < delarg-delarg1):\n        bxsm,by,bzsm = np.dot(r2outer(",
        "elif (xks < delarg-delarg1):\n        bxsm,by,bzsm = np.dot(r2sheet(",
    ),
    (
        "xi = [x1,y1,z1,ps]\n        d1 = diploop1(xi)\n        # bx2,by2,bz2",
        "xi = [x2,y2,z2,ps]\n        d1 = diploop1(xi)\n        # bx2,by2,bz2",
    ),
    ("if (xas != 0) & (y != 0):", "if (xas != 0) | (y != 0):"),
    ("dzsywarped,dzsz,other,zs\n    d0", "dzsywarped,dzsz,other,zsww\n    d0"),
    ("    dzsy=xs*y*dpsrr\n    xxd", "    zs=zsww\n    dzsy=xs*y*dpsrr\n    xxd"),
)
REPAIRS_T01 = (("if theta <= 0: theta = 2*np.pi", "if theta <= 0: theta += 2*np.pi"),)

PEER = """
import sys, time, warnings
from pathlib import Path
import numpy as np
warnings.simplefilter("ignore")
from geopack import t89, t96, t01, t04
inputs = dict(np.load(sys.argv[1]))
functions = {"t89": t89.t89, "t96": t96.t96, "t01": t01.t01, "t04": t04.t04}
for module, repairs in zip((t96, t01), %r):
    name = module.__name__.split(".")[-1]
    source = Path(module.__file__).read_text()
    for wrong, right in repairs:
        assert source.count(wrong) == 1, wrong
        source = source.replace(wrong, right)
    repaired = {}
    exec(compile(source, name + "_repaired", "exec"), repaired)
    functions[name + "_repaired"] = repaired[name]
results = {}
for name in sys.argv[3:]:
    function = functions[name]
    columns = [inputs[k] for k in ("p_dyn", "dst", "b_y", "b_z")]
    columns += {"t01": [inputs["g1"], inputs["g2"]], "t04": [inputs[f"w{i}"] for i in range(1, 7)]}.get(name[:3], [])
    columns += [np.zeros(len(columns[0]))] * (10 - len(columns))
    drivers = np.stack(columns, 1)
    field = np.full((len(drivers), 3), np.nan)
    started = time.perf_counter()
    for i, row in enumerate(drivers):
        first = min(int(np.floor(inputs["kp"][i] + 0.5)) + 1, 7) if name == "t89" else row
        try:
            field[i] = function(first, inputs["dipole_tilt"][i], inputs["x"][i], inputs["y"][i], inputs["z"][i])
        except ValueError:
            pass
    results[name] = field
    results[name + "_seconds"] = time.perf_counter() - started
np.savez(sys.argv[2], **results)
"""


def peer_fields(python, inputs, models=MODELS):
    """Return the fields of geopack, and the seconds it took, for a dict of arrays of inputs."""
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder) / "given.npz", Path(folder) / "taken.npz"
        np.savez(given, **inputs)
        subprocess.run([python, "-c", PEER % ((REPAIRS_T96, REPAIRS_T01),), given, taken, *models], check=True)
        return dict(np.load(taken))


def random_inputs(count, seed, nearest=1.0):
    """Draw points inside the magnetopause, and drivers over all of the models' range."""
    rng = np.random.default_rng(seed)
    inputs = {
        "dipole_tilt": np.radians(rng.uniform(-35, 35, count)),
        "kp": rng.integers(0, 28, count) / 3,
        "p_dyn": np.exp(rng.uniform(np.log(0.5), np.log(10.0), count)),
        "dst": rng.uniform(-100, 20, count),
        "b_y": rng.uniform(-10, 10, count),
        "b_z": rng.uniform(-10, 10, count),
        "g1": rng.uniform(0, 20, count),
        "g2": rng.uniform(0, 20, count),
        **{f"w{i}": rng.uniform(0, 5, count) for i in range(1, 7)},
    }
    place = np.empty((count, 3))
    todo = np.arange(count)
    while todo.size:
        # every distance alike, so that the near field is tried as much as the tail
        r = np.exp(rng.uniform(np.log(nearest), np.log(20.0), todo.size))
        direction = rng.normal(size=(todo.size, 3))
        place[todo] = r[:, None] * direction / np.linalg.norm(direction, axis=1)[:, None]
        tail = rng.random(todo.size) < 0.1  # and some far down the tail
        place[todo[tail]] = np.stack([rng.uniform(-14.9, 0, tail.sum()), *rng.uniform(-15, 15, (2, tail.sum()))], 1)
        inside = tsyganenko.inside_magnetopause_t96(*place[todo].T, inputs["p_dyn"][todo]) > 0
        todo = todo[~inside | (np.linalg.norm(place[todo], axis=1) < nearest) | (place[todo, 0] < -19.9)]
    return inputs | {"x": place[:, 0], "y": place[:, 1], "z": place[:, 2]}


CALLS = {
    "t89": (tsyganenko.tsyganenko_1989, ("kp",)),
    "t96": (tsyganenko.tsyganenko_1996, ("p_dyn", "dst", "b_y", "b_z")),
    "t96_repaired": (tsyganenko.tsyganenko_1996, ("p_dyn", "dst", "b_y", "b_z")),
    "t01": (tsyganenko.tsyganenko_2002, ("p_dyn", "dst", "b_y", "b_z", "g1", "g2")),
    "t01_repaired": (tsyganenko.tsyganenko_2002, ("p_dyn", "dst", "b_y", "b_z", "g1", "g2")),
    "t04": (
        tsyganenko.tsyganenko_sitnov_2005,
        ("p_dyn", "dst", "b_y", "b_z", *(f"w{i}" for i in range(1, 7))),
    ),
}


def our_fields(inputs, name, rows=slice(None)):
    """Return our field and the seconds it took, compilation apart."""
    function, drivers = CALLS[name]
    arguments = {k: inputs[k][rows] for k in ("x", "y", "z", "dipole_tilt", *drivers)}
    function(**{k: v[:1] for k, v in arguments.items()})
    started = time.perf_counter()
    field = np.stack(function(**arguments), -1)
    return field, time.perf_counter() - started


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--geopack-python", default=sys.executable, help="interpreter that has geopack 1.0.10")
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    options = parser.parse_args(argv)
    inputs = random_inputs(options.points, options.seed)
    theirs = peer_fields(options.geopack_python, inputs, options.models)
    print(f"{options.points} points inside the magnetopause, every point with drivers of its own; |dB| / |B|")
    print(f"{'model':14}{'median':>10}{'99 %':>10}{'99.9 %':>10}{'max':>10}{'> 1e-6':>8}{'geopack/s':>11}", end="")
    print(f"{'ours/s':>10}{'one state':>11}")
    for name in options.models:
        field, seconds = our_fields(inputs, name)
        fixed = inputs | {k: np.full(options.points, v[0]) for k, v in inputs.items() if k not in "xyz"}
        _, fixed_seconds = our_fields(fixed, name)
        miss = np.linalg.norm(field - theirs[name], axis=1) / np.linalg.norm(theirs[name], axis=1)
        known = np.isfinite(theirs[name][:, 0])
        miss = miss[known]
        percentiles = "".join(f"{np.percentile(miss, p):10.1e}" for p in (50, 99, 99.9, 100))
        print(
            f"{name:14}{percentiles}{np.sum(~(miss < 1e-6)):8d}{options.points / theirs[name + '_seconds']:11.3g}"
            f"{options.points / seconds:10.3g}{options.points / fixed_seconds:11.3g}"
        )


if __name__ == "__main__":
    main()
