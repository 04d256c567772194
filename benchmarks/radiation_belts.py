"""How fast diffusion of the radiation belts is, beside SciPy: ``python benchmarks/radiation_belts.py``.

The peer of the kernel is `scipy.linalg.solve_banded` on the same matrices, once a step and a row (coefficients that
differ from row to row) and once a step for all rows together; ours takes three such solutions a step, which make it
second order. Compilation is told apart.
"""

import sys
import time

import numpy as np
from scipy.linalg import solve_banded

CELLS, STEPS, ROWS = 200, 2000, 100
TARGETS = {"a year of 1-D at 1 h, 100 mu, 200 cells": 0.3, "a storm week of 3-D, 29 x 45 x 45": 120.0}


def best(function, repeat=3):
    """Shortest of a few runs, and the first, in seconds."""
    durations = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    return min(durations[1:]), durations[0]


def kernel_work():
    """The line, its conductances and losses at one Kp."""
    from sunearth.magnetosphere.radial_diffusion import RadialDiffusion

    belt = RadialDiffusion(2.0, 7.0, CELLS)
    return belt.volume, belt.conductance(4.0)[0], 1 / 24, np.full(CELLS, 0.1)


def kernel_ours(steps):
    from sunearth.numerics.diffusion import diffuse

    volume, conductance, step, loss = kernel_work()
    density = np.ones((CELLS, ROWS))
    diffuse(density, volume, conductance, step * steps, loss=loss, inner=0.0, outer=1.0, steps=steps)
    return density


def kernel_scipy(steps, together):
    """Backward Euler by banded elimination."""
    volume, conductance, step, loss = kernel_work()
    band = np.zeros((3, CELLS))
    band[0, 1:] = -step * conductance[1:-1]
    band[2, :-1] = -step * conductance[1:-1]
    band[1] = volume * (1 + step * loss) + step * (conductance[1:] + conductance[:-1])
    density = np.ones((CELLS, ROWS))
    for _ in range(steps):
        right = volume[:, None] * density
        right[-1] += step * conductance[-1]
        if together:
            density = solve_banded((1, 1), band, right, check_finite=False)
        else:
            for r in range(ROWS):
                density[:, r] = solve_banded((1, 1), band, right[:, r], check_finite=False)
    return density


def year():
    """A year of made-up Kp, hour by hour, kept once a day."""
    from sunearth.magnetosphere.radial_diffusion import RadialDiffusion

    rng = np.random.default_rng(1)
    time = np.datetime64("2015-01-01", "ns") + np.arange(8761) * np.timedelta64(1, "h")
    three = np.clip(2.5 + np.cumsum(rng.normal(0, 0.5, 2921)) % 4 - 2 + rng.normal(0, 0.7, 2921), 0, 9)
    kp = np.repeat(np.rint(3 * three) / 3, 3)[:8761]
    belt = RadialDiffusion(2.0, 7.0, CELLS)
    return lambda: belt.solve(time, kp, mu=np.geomspace(30, 3000, ROWS), start=0.1, outer=1.0, store=24)


def week():
    """A storm week on the default grid with hiss and chorus, a step every 15 minutes."""
    from sunearth.magnetosphere.radiation_belts import (
        RadiationBelts,
        Scattering,
        inside_plasmasphere,
        outside_plasmasphere,
    )

    time = np.datetime64("2013-03-15", "ns") + np.arange(169) * np.timedelta64(1, "h")
    kp = np.repeat(np.rint(3 * (2 + 4.5 * np.exp(-(((np.arange(57) - 18) / 6) ** 2)))) / 3, 3)[:169]

    def chorus(l_star, energy, pitch_angle):
        d = 2e-5 / (1 + energy) * np.sin(pitch_angle) + 1e-7 + 0 * l_star
        return d, 0.15 * d * np.sin(2 * pitch_angle), 0.1 * d

    def hiss(l_star, energy, pitch_angle):
        return 3e-6 / energy + 0 * pitch_angle * l_star, 0 * energy * pitch_angle * l_star, 0 * energy * pitch_angle

    def spectrum(energy, pitch_angle, l_star):
        return np.exp(-energy / 0.3) * np.sin(pitch_angle) * np.exp(-((l_star - 5.0) ** 2))

    waves = {
        "chorus": Scattering(chorus, lambda l_star, kp, plasmapause_l: 10 ** (0.3 * (kp - 4))
                             * outside_plasmasphere(l_star, plasmapause_l)),
        "hiss": Scattering(hiss, inside_plasmasphere),
    }  # fmt: skip
    belts = RadiationBelts()
    return lambda: belts.solve(time, kp, start=spectrum, waves=waves, store=6)


def main():
    from sunearth.numerics.threads import thread_count

    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {thread_count()} threads\n")
    ours, first = best(lambda: kernel_ours(STEPS))
    rows, _ = best(lambda: kernel_scipy(20, False), 1)
    together, _ = best(lambda: kernel_scipy(200, True), 1)
    rows, together = rows * STEPS / 20, together * STEPS / 200
    print(f"{CELLS} cells, {STEPS} steps, {ROWS} rows (compilation and loading {first - ours:.1f} s)")
    print(f"  sunearth, second order (3 solutions a step)   {ours:8.3f} s   a solution {ours / STEPS / 3 * 1e6:.1f} us")
    for name, value in (("row by row", rows), ("all rows together", together)):
        share = value / ours
        print(
            f"  scipy solve_banded, {name:<18} (1 a step)  {value:8.3f} s   {share:.1f} x, a solution {3 * share:.1f} x"
        )
    for what, work in (
        ("a year of 1-D at 1 h, 100 mu, 200 cells", year()),
        ("a storm week of 3-D, 29 x 45 x 45", week()),
    ):
        seconds, first = best(work, 3 if "1-D" in what else 1)
        print(f"{what:<44}{seconds:8.3f} s   target {TARGETS[what]:g} s   (first call {first:.1f} s)")


if __name__ == "__main__":
    main()
