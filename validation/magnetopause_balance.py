"""Print how the magnetopause in balance converges, and how it compares with published solutions and with a fit.

python validation/magnetopause_balance.py [--degrees 8 12 16 20 24]
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np

from sunearth.geomagnetism.tracing import trace
from sunearth.magnetosphere.magnetopause import shue_1998
from sunearth.magnetosphere.magnetopause_surface import MagnetopauseShape, PressureBalanceMagnetopause


def imbalance(shape: MagnetopauseShape) -> float:
    """Root mean square, by day and 20 degrees away from the cusps, of the pressure inside over that outside, less 1."""
    theta, phi = np.linspace(0.0, np.pi / 2, 91)[:, None], np.linspace(0.0, 2 * np.pi, 73)[None, :-1]
    at = shape.at(theta, phi)
    outside = shape.solver.kappa * np.maximum(at.incidence, 0.0) ** 2 + shape.solver.static_ratio
    away = np.ones(at.r.shape, bool)
    for sign, cusp in zip((1, -1), shape.cusps[:, 0], strict=True):
        towards = np.cos(theta) * np.cos(cusp) + sign * np.sin(theta) * np.sin(phi) * np.sin(cusp)
        away &= towards < math.cos(math.radians(20.0))
    return math.sqrt(np.average(((at.field**2).sum(-1) / outside - 1) ** 2, weights=np.sin(theta) * away))


def last_line_of_day(shape: MagnetopauseShape) -> float:
    """Latitude at noon of the last line, without tilt, whose apex is on the day side, deg."""
    latitude = np.deg2rad(np.arange(75.0, 88.0, 0.25))
    lines = trace(shape.field(2.0), 1.01 * np.cos(latitude), 0.0, 1.01 * np.sin(latitude))
    return float(np.rad2deg(latitude[(lines["x_apex"] > 0).values].max()))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--degrees", type=int, nargs="+", default=[8, 12, 16, 20, 24, 28])
    degrees = parser.parse_args().degrees

    print("degree  steps  seconds  standoff  f     flank/nose  cusp   dent/nose  imbalance by day")
    PressureBalanceMagnetopause(degree=4).shape()  # compiles
    for degree in degrees:
        start = time.perf_counter()
        shape = PressureBalanceMagnetopause(degree=degree).shape()
        passed = time.perf_counter() - start
        flank = shape.at(np.pi / 2, 0.0).r / shape.nose
        cusp, dent = math.degrees(shape.cusps[0, 0]), shape.cusps[0, 1] / shape.nose
        print(
            f"{degree:6d} {shape.iterations:6d} {passed:8.2f} {float(shape.standoff(2.0)):9.3f}"
            f" {shape.compression:6.3f} {flank:10.4f} {cusp:7.1f} {dent:9.3f} {imbalance(shape):14.4f}"
        )
    print("(standoff in R_E for 2 nPa; f by Mead and Beard 2.44; neutral point of Midgley at 74.9 degrees)\n")

    print("static ratio      f   tail/nose  total current (2 nPa, MA)")
    for ratio in (0.005, 0.01, 0.02, 0.05, 0.2, 1.0):
        shape = PressureBalanceMagnetopause(static_ratio=ratio).shape()
        tail = float(shape.at(np.pi, 0.0).r) / shape.nose
        print(f"{ratio:12.3f} {shape.compression:6.3f} {tail:11.2f} {float(shape.total_current(2.0)):10.2f}")
    cavity = PressureBalanceMagnetopause(kappa=0.0, static_ratio=1.0).shape()
    print(f"     at rest {cavity.compression:6.3f}   (Midgley 1963: {0.82615**3 * math.sqrt(8 * math.pi):.3f})\n")

    print("tilt   standoff      f   cusps north, south (deg from the wind)")
    for tilt in (0.0, 10.0, 20.0, 30.0):
        shape = PressureBalanceMagnetopause().shape(math.radians(tilt))
        north, south = np.rad2deg(shape.cusps[:, 0])
        print(f"{tilt:4.0f} {float(shape.standoff(2.0)):10.2f} {shape.compression:6.3f} {north:8.1f} {south:6.1f}")

    shape = PressureBalanceMagnetopause().shape()
    print(f"\nlast line of the day side leaves the ground at {last_line_of_day(shape):.2f} degrees")
    print("\nangle   in balance   Shue 1998 (2 nPa, no field), equator, R_E")
    for angle in (0, 30, 60, 90, 110):
        theta = math.radians(angle)
        print(f"{angle:5d} {float(shape.radius(theta, 0.0, 2.0)):12.2f} {float(shue_1998(theta, 2.0, 0.0)):10.2f}")


if __name__ == "__main__":
    main()
