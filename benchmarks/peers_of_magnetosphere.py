"""Times one peer on the work that ``benchmarks/magnetosphere.py`` hands over: ``python peers... PEER WORK.npz``.

Runs in the peer's own environment and prints one line of JSON a figure: seconds, and the median of what it computed.
"""

import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")


def report(what, function):
    """Shortest of three runs, and the median of the result."""
    durations, value = [], None
    for _ in range(3):
        start = time.perf_counter()
        value = function()
        durations.append(time.perf_counter() - start)
    print(json.dumps({"what": what, "seconds": min(durations), "value": float(np.median(value))}), flush=True)


def spacepy(work):
    from spacepy.empiricals import ShueMP

    report("standoff of the magnetopause, 1e6", lambda: ShueMP({"P": work["p_dyn"], "Bz": work["b_z"]}))


def rbamlib(work):
    from rbamlib.models import dll

    def value(found):
        return np.asarray(found[0] if isinstance(found, tuple) else found)

    report("rate of radial diffusion, 1e6", lambda: value(dll.BA2000(work["l_star"], work["kp"], "M")))


if __name__ == "__main__":
    {"spacepy": spacepy, "rbamlib": rbamlib}[sys.argv[1]](dict(np.load(sys.argv[2])))
