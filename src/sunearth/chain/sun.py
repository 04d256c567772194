"""The state of the Sun at a time: how it faces the Earth, how active it is, and where the wind at Earth comes from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sunearth.core.errors import DataError, InputError
from sunearth.core.time import to_datetime64


class Line(NamedTuple):
    """One statement: a number or text, and how to print it."""

    meaning: str
    value: Any
    text: str


def state_of_the_sun(time: Any = None, speed: float = 400.0) -> dict[str, Line]:
    """Say what the Sun is like at a time.

    Parameters
    ----------
    time : datetime64 or str, optional
        UTC; now by default.
    speed : float, optional
        Of the wind at Earth, for the connection along the spiral, km/s.

    Returns
    -------
    dict of str to Line
        Orientation and distance at any time; sunspot number, F10.7 and the phase of the cycle where the table of
        observed indices reaches.

    Raises
    ------
    InputError
        If the time or the speed cannot be.

    Examples
    --------
    >>> state = state_of_the_sun("2024-05-10T17:00")
    >>> state["carrington_rotation"].value, state["b_0"].text
    (2284, '-3.1 deg')
    """
    from sunearth.heliosphere.spiral import connection_longitude, spiral_angle, travel_time
    from sunearth.sun.rotation import carrington_rotation, solar_orientation, sun_distance

    moment = np.datetime64("now") if time is None else to_datetime64(time)
    if np.isnat(moment):
        raise InputError("sun: the date is not known")
    if not speed > 0:
        raise InputError(f"sun: the speed of the wind must be above zero, got {speed:g} km/s")
    orientation, distance = solar_orientation(moment), float(sun_distance(moment))
    rotation = float(carrington_rotation(moment))
    lag = float(connection_longitude(distance, speed))
    root = (float(orientation.l_0) + lag) % 360.0
    days = float(travel_time(distance, speed)) / 24.0
    state = {
        "time": Line("Time", str(moment)[:16] + "Z", str(moment)[:16].replace("T", " ") + " UTC"),
        "distance": Line("Distance of the Sun", distance, f"{distance:.4f} au"),
        "l_0": Line("Carrington longitude of the centre, L0", float(orientation.l_0), f"{orientation.l_0:.1f} deg"),
        "b_0": Line("Latitude of the centre, B0", float(orientation.b_0), f"{orientation.b_0:.1f} deg"),
        "p": Line("Position angle of the axis, P", float(orientation.p), f"{orientation.p:.1f} deg"),
        "carrington_rotation": Line("Carrington rotation", int(rotation), f"{int(rotation)}, {rotation % 1:.0%} of it"),
        "spiral_angle": Line(
            f"Spiral angle at Earth at {speed:g} km/s",
            float(np.degrees(spiral_angle(distance, speed))),
            f"{np.degrees(spiral_angle(distance, speed)):.0f} deg",
        ),
        "connection": Line(
            "Root of the field line through the Earth",
            root,
            f"{lag:.0f} deg west of the centre, Carrington {root:.0f} deg",
        ),
        "travel_time": Line("The wind now at Earth left", days, f"{days:.1f} days ago"),
    }
    return state | _activity(moment)


def _activity(moment: np.datetime64) -> dict[str, Line]:
    """Sunspots, radio flux and the phase of the cycle, as far as they are known."""
    from sunearth.data.indices import observed_indices

    day = moment.astype("datetime64[D]")
    try:
        today = observed_indices(day, day)
        table = observed_indices()
    except DataError:
        return {"activity": Line("Activity", None, "not known for this date: it lies outside the table of indices")}
    state = {}
    for name, meaning, unit in (("f107", "Radio flux F10.7", " sfu"), ("f107_81day", "its mean over 81 days", " sfu"),
                                ("sunspot_number", "Sunspot number", "")):  # fmt: skip
        values = today[name].values
        if values.size and np.isfinite(values[0]):
            state[name] = Line(meaning, float(values[0]), f"{values[0]:.0f}{unit}")
    phase = _cycle(table["time_daily"].values, table["sunspot_number"].values, day)
    return state | ({"cycle": phase} if phase else {})


def _cycle(days: np.ndarray, number: np.ndarray, day: np.datetime64) -> Line | None:
    """Which solar cycle it is, and how old."""
    from sunearth.sun.activity import find_cycles, monthly_means

    cycles = find_cycles(*monthly_means(days, number))
    begun = cycles["minimum"].values
    before = np.flatnonzero(begun <= day)
    if not before.size:
        return None
    k = int(before[-1])
    years = float((day - begun[k]) / np.timedelta64(1, "D")) / 365.25
    cycle = int(cycles["cycle"].values[k])
    return Line("Solar cycle", cycle, f"{cycle}, {years:.1f} years after its minimum")
