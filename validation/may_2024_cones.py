"""Replay of May 2024: when the cone ejections of 4 to 9 May reach the Earth, beside the observed shock.

    python validation/may_2024_cones.py [--wind FILE.csv]

The cones are those that a forecast centre ran on 9 May 2024 at 06 UT (facts; they come with the PyPI package huxt, of
the University of Reading). The ambient wind is one steady speed; where a series measured before the storm is given
(columns `time_utc` and `V_kms` or `Vx_kms`), its mean up to 10 May 16 UT, mapped back, is tried as well, and the
series itself mapped back with that mean before and after it.
"""

import argparse

import numpy as np
import xarray as xr

from sunearth.heliosphere.upwind import SCHEMES, ConeCME, UpwindWind, arrivals, back_map, riley_lionello_2011
from sunearth.sun.rotation import planet_position

OBSERVED = np.datetime64("2024-05-10T17:05", "ns")  # sudden commencement
STORM = np.datetime64("2024-05-10T16:00", "ns")  # measurements from here on are the ejections themselves

# Time at 21.5 R_sun (UTC), latitude, longitude west of the Earth, half-width (deg), speed (km/s).
CONES = (
    ("2024-05-04T03:29", 8.0, -24.0, 17.0, 500.0),
    ("2024-05-04T11:25", 30.0, -7.0, 20.0, 650.0),
    ("2024-05-05T07:15", 30.0, 0.0, 22.0, 601.0),
    ("2024-05-05T10:43", -18.0, 80.0, 17.0, 319.0),
    ("2024-05-06T10:56", 25.0, 6.0, 15.0, 811.0),
    ("2024-05-06T14:15", 55.0, 10.0, 25.0, 518.0),
    ("2024-05-06T02:51", -34.0, -30.0, 38.0, 323.0),
    ("2024-05-07T11:11", -31.0, -2.0, 17.0, 515.0),
    ("2024-05-07T21:13", 34.0, -90.0, 29.0, 280.0),
    ("2024-05-08T10:30", -10.0, 10.0, 45.0, 715.0),
    ("2024-05-08T17:02", -5.0, 6.0, 46.0, 792.0),
    ("2024-05-09T00:37", 5.0, -27.0, 37.0, 600.0),
    ("2024-05-09T00:35", -7.0, 3.0, 39.0, 902.0),
)


def ejections():
    """The cones, numbered as they were given."""
    return [
        ConeCME(launch, speed, longitude, latitude, half_width, label=str(number))
        for number, (launch, latitude, longitude, half_width, speed) in enumerate(CONES, 1)
    ]


def replay(boundary, scheme="upwind", duration=None):
    """Arrivals at the Earth after 8 May, and the speed there (km/s)."""
    start = np.datetime64("2024-05-07", "ns")
    latitude = float(planet_position("earth", start).latitude)
    wind = UpwindWind(inner=21.5, longitudes=[0.0], latitude=latitude, scheme=scheme)
    cones = [cme if duration else ConeCME(**(vars(cme) | {"duration": None})) for cme in ejections()]
    result = wind.solve(boundary, cones, start, duration=168.0, save_every=0.25)
    return arrivals(result), result["observer_speed"].sel(observer="earth")


def steepest(speed):
    """When the speed at the Earth rises most within an hour, and by how much (km/s)."""
    rise = speed.values[4:] - speed.values[:-4]
    k = int(np.argmax(rise))
    return speed["time"].values[k + 2], rise[k]


def show(title, found, speed):
    print(f"\n{title}")
    for arrival in found:
        late = (arrival.time - OBSERVED) / np.timedelta64(1, "h")
        at = arrival.time.astype("datetime64[m]")
        print(f"  cone {arrival.cme:>2}: {at}, {arrival.transit:.1f} h, {arrival.speed:.0f} km/s, {late:+.1f} h")
    when, rise = steepest(speed)
    late = (when - OBSERVED) / np.timedelta64(1, "h")
    print(
        f"  steepest rise {when.astype('datetime64[m]')} ({rise:.0f} km/s an hour), {late:+.1f} h; "
        f"peak {float(speed.max()):.0f} km/s"
    )
    return late


def measured(path):
    """Hourly means of the speed before the storm, and their times."""
    table = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
    moments = np.array([text.replace(" ", "T") for text in table["time_utc"]], "datetime64[ns]")
    names = table.dtype.names
    speed = table["V_kms"] if "V_kms" in names else np.abs(table["Vx_kms"])
    hour = ((moments - moments[0]) / np.timedelta64(1, "h")).astype(int)
    counted = np.isfinite(speed) & (moments < STORM)
    total = np.bincount(hour[counted], speed[counted]) / np.maximum(np.bincount(hour[counted]), 1)
    held = np.bincount(hour[counted]) > 0
    return (moments[0] + np.arange(total.size) * np.timedelta64(1, "h"))[held], total[held]


def main():
    """Print arrivals for steady winds, the three schemes, and the measured wind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wind", help="series measured near the Earth before the storm")
    chosen = parser.parse_args()
    for ambient in (350.0, 400.0, 450.0):
        show(
            f"steady {ambient:.0f} km/s at 30 R_sun, upwind", *replay(riley_lionello_2011(ambient, 21.5), duration=8.5)
        )
    for scheme in SCHEMES:
        show(f"steady 400 km/s, {scheme}", *replay(riley_lionello_2011(400.0, 21.5), scheme, 8.5))
    show("steady 400 km/s, upwind, cones that pass as spheres", *replay(riley_lionello_2011(400.0, 21.5)))
    if chosen.wind:
        moments, speed = measured(chosen.wind)
        mean = float(np.mean(speed))
        distance = float(planet_position("earth", OBSERVED).radius) * 215.03
        at_boundary = riley_lionello_2011(mean, 21.5, distance)
        print(f"\nmeasured mean {mean:.0f} km/s from {moments[0]} to {moments[-1]}: {at_boundary:.0f} at 21.5 R_sun")
        for scheme in SCHEMES:
            show(f"measured mean, {scheme}", *replay(at_boundary, scheme, 8.5))
        series = back_map(moments, speed, distance, 21.5)
        ends = xr.concat([series[:1] * 0 + at_boundary, series, series[-1:] * 0 + at_boundary], "time")
        ends["time"] = np.concatenate(
            [
                series["time"].values[:1] - np.timedelta64(1, "h"),
                series["time"].values,
                series["time"].values[-1:] + np.timedelta64(1, "h"),
            ]
        )
        for scheme in SCHEMES:
            show(f"measured series mapped back, {scheme}", *replay(ends, scheme, 8.5))


if __name__ == "__main__":
    main()
