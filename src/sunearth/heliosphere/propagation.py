"""When the wind measured at a monitor upstream arrives at Earth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sunearth.core.constants import EARTH_RADIUS
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import dimensionless, km, km_s, minutes

L1_DISTANCE = 1.5e6
"""km, from the Earth to the first Lagrange point of the Sun and the Earth."""
L1_TO_NOSE = L1_DISTANCE - 15 * EARTH_RADIUS * 1e-3
"""km, from there to the nose of the bow shock at its usual 15 R_E."""


class Arrivals(NamedTuple):
    """When measurements arrive, and which of them are still there to arrive."""

    time: NDArray[np.datetime64]
    keep: NDArray[np.bool_]


@model(
    cite="Mailyan et al. 2008, Ann. Geophys. 26, 2383",
    valid={"speed": (200.0, 2500.0), "distance": (0.0, 2e6)},
    monotonic={"speed": -1, "distance": 1},
)
def l1_delay(speed: km_s, distance: km = L1_DISTANCE) -> minutes:
    """Time that the solar wind needs from a monitor to the Earth.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    distance : float or array, km
        Along the Sun-Earth line; from L1 by default.

    Returns
    -------
    delay : float or array, min
        Flat delay: fronts are taken to stand across the Sun-Earth line and to keep their speed.

    Notes
    -----
    Tilted fronts make it wrong by ten minutes or more (the paper's comparison of methods); see
    :func:`phase_front_delay`.

    Examples
    --------
    >>> float(l1_delay(400.0))
    62.5
    """
    return distance / speed / 60.0


@model(cite="Weimer and King 2008, J. Geophys. Res. 113, A01105")
def phase_front_delay(
    x: km,
    y: km,
    z: km,
    v_x: km_s,
    v_y: km_s,
    v_z: km_s,
    n_x: dimensionless,
    n_y: dimensionless,
    n_z: dimensionless,
) -> minutes:
    """Time that a tilted front in the solar wind needs from a monitor to a target.

    Parameters
    ----------
    x, y, z : float or array, km
        Position of the monitor from the target.
    v_x, v_y, v_z : float or array, km/s
        Velocity of the wind.
    n_x, n_y, n_z : float or array, 1
        Normal of the front, of any length and sign.

    Returns
    -------
    delay : float or array, min
        Negative where the front has already passed the target; infinite for a front that the wind slides along.

    Notes
    -----
    A plane front carried by the wind covers the distance along its normal at the wind's speed along its normal. Any
    method may supply the normal: minimum variance of the field, the cross product of mean fields on both sides, or
    the sunward direction, for which this is the flat delay.

    Examples
    --------
    >>> float(phase_front_delay(1.5e6, 0.0, 0.0, -400.0, 0.0, 0.0, 1.0, 0.0, 0.0))
    62.5
    """
    distance = x * n_x + y * n_y + z * n_z
    return -distance / (v_x * n_x + v_y * n_y + v_z * n_z) / 60.0


def advect(time: Any, speed: ArrayLike, distance: float | ArrayLike = L1_TO_NOSE) -> Arrivals:
    """Carry a series of measurements downstream, each at its own speed.

    Fast wind that catches up with slower wind measured before it sweeps that away: of two measurements that change
    places, the later one wins, so that what arrives is in order and a shock stays a step.

    Parameters
    ----------
    time : array of datetime64 or str
        When the wind was measured, increasing along the last axis, UTC.
    speed : array, km/s
        Bulk speed, time on the last axis. Where it is missing (NaN, or not positive) the delay is interpolated between
        the measured speeds around, since the field may have been measured.
    distance : float or array, km, optional
        Along the Sun-Earth line; from L1 to the nose of the bow shock by default.

    Returns
    -------
    time : array of datetime64
        When each measurement arrives (not a time where no speed at all is known).
    keep : array of bool
        False for measurements that were overtaken; the others arrive in order.

    Examples
    --------
    >>> arrival, keep = advect(["2015-03-17T04:00", "2015-03-17T04:10"], [400.0, 500.0], 1.5e6)
    >>> print(arrival.astype("datetime64[m]")[keep])
    ['2015-03-17T05:00']
    """
    measured = np.atleast_1d(to_datetime64(time))
    given = np.asarray(speed, dtype=float)
    shape = np.broadcast_shapes(measured.shape, given.shape, np.shape(distance))
    measured, given = np.broadcast_to(measured, shape), np.broadcast_to(given, shape)
    seconds = np.broadcast_to(np.asarray(distance, dtype=float), shape) / _bridge(measured, given)
    delay = np.where(np.isfinite(seconds), np.rint(seconds * 1e9), np.iinfo(np.int64).min)  # the last of which is NaT
    arrival = measured + delay.astype(np.int64).astype("timedelta64[ns]")
    # Overtaken is whoever arrives no earlier than the earliest of all that were measured later.
    clock = np.where(np.isnat(arrival), np.inf, arrival.astype(np.int64).astype(float))
    earliest = np.minimum.accumulate(clock[..., ::-1], axis=-1)[..., ::-1]
    later = np.concatenate([earliest[..., 1:], np.full((*shape[:-1], 1), np.inf)], axis=-1)
    return Arrivals(arrival, clock < later)


def _bridge(time: NDArray[np.datetime64], speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill missing speeds linearly in time, the ends held."""
    bridged = np.where(speed > 0, speed, np.nan)
    rows, hours = bridged.reshape(-1, bridged.shape[-1]), time.astype(np.int64).reshape(-1, bridged.shape[-1])
    for row, hour in zip(rows, hours, strict=True):
        known = np.isfinite(row)
        if known.any() and not known.all():
            row[~known] = np.interp(hour[~known], hour[known], row[known])
    return rows.reshape(bridged.shape)
