"""Dst as the sum of the currents of a storm: tail, storm-time ring current, slow ring current and magnetopause.

Burton's equation with one store overshoots great storms; with the decay of O'Brien and McPherron it undershoots them.
Three stores that share one saturating injection but empty at their own rates are right at both ends.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

import numpy as np

from sunearth.core.model import model
from sunearth.core.units import km_s, nT, per_cm3, utc
from sunearth.numerics.series import as_rows, interval_hours

_SOURCE = "sunearth developers 2026, sunearth, fitted to OMNI wind and Kyoto Dst of 1998-2000"


@dataclass(frozen=True)
class Coefficients:
    """The coefficients of :func:`three_currents`, fitted to the hours of 1998 to 2000.

    Currents are counted as the depression that they make at the equator, in nT. The reference wind has 450 km/s and
    2.5 nPa. ``validation/fit_dst.py`` fits them anew.
    """

    threshold: float = 0.9813
    """mV/m: dawn-dusk field at which injection sets in."""
    threshold_width: float = 0.9866
    """mV/m: rounding of the threshold, from merging within the hour and under a duskward field."""
    saturation: float = 0.03107
    """m/mV: inverse of the field at which half of the injection is lost to saturation, in the reference wind."""
    saturation_density: float = 0.326
    """Power of density with which the saturation field grows."""
    injection_pressure: float = 0.2266
    """Power of dynamic pressure with which injection grows: a denser wind feeds a denser plasma sheet."""
    injection_tilt: float = 0.7874
    """Loss of injection with the squared sine of the dipole tilt: the equinoctial effect."""
    tail_gain: float = 3.091
    """nT/h per mV/m: growth of the tail and partial ring current."""
    tail_time: float = 3.833
    """h: its lifetime."""
    storm_gain: float = 6.457
    """nT/h per mV/m: growth of the storm-time ring current."""
    storm_time: float = 27.68
    """h: its lifetime without convection, by charge exchange, in the reference wind."""
    storm_time_speed: float = 1.082
    """Power of the wind's speed with which that lifetime grows, between 200 and 1000 km/s."""
    outflow: float = 0.08791
    """1/h per mV/m: loss of the storm-time ring current through the dayside magnetopause while convection lasts."""
    outflow_half: float = 5.0
    """mV/m: field at which that loss has reached half of its limit; held near the 4.69 of O'Brien and McPherron."""
    slow_gain: float = 0.2499
    """nT/h per mV/m: growth of the slow, inner, symmetric ring current."""
    slow_time: float = 167.1
    """h: its lifetime."""
    station_tilt: float = -0.1247
    """Change of the measured depression with the sine of the tilt: the stations of Dst are not on the equator."""
    magnetopause: float = 14.32
    """nT per root nPa: field of the magnetopause current."""
    offset: float = 14.08
    """nT: what Dst would be without any current."""


class Currents(NamedTuple):
    """What each current system adds to Dst."""

    dst: nT
    tail: nT
    storm: nT
    slow: nT
    magnetopause: nT


@model(
    cite=_SOURCE,
    valid={"b_z": (-60.0, 60.0), "speed": (230.0, 1250.0), "n_p": (0.1, 100.0)},
    along="time",
)
def three_currents(time: utc, b_z: nT, speed: km_s, n_p: per_cm3, coefficients: Coefficients | None = None) -> nT:
    """Dst index from the solar wind, as the sum of three decaying currents and the magnetopause.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending, each the start of the interval that its wind stands for. Any cadence.
    b_z : array (..., time), nT
        Northward component of the interplanetary field, GSM.
    speed : array (..., time), km/s
        Speed of the solar wind.
    n_p : array (..., time), cm^-3
        Density of the solar wind.
    coefficients : Coefficients, optional
        Other than the fitted ones.

    Returns
    -------
    dst : array (..., time), nT
        Mean Dst over each interval; NaN where the wind is. After a gap it resumes from currents that decayed unfed.

    Notes
    -----
    With E the dawn-dusk field beyond a rounded threshold, P the dynamic pressure and psi the dipole tilt,

    | F = E / (1 + saturation E n^-a) P^b (1 - injection_tilt sin^2 psi) (1 - (T + R + S) / 2500)
    | dT/dt = tail_gain F - T / tail_time
    | dR/dt = storm_gain F - R [1 / storm_time(v) + outflow E / (1 + E / outflow_half)]
    | dS/dt = slow_gain F - S / slow_time
    | Dst = magnetopause P^(1/2) + offset - (1 + station_tilt sin psi) (T + R + S)

    each integrated exactly over an interval of constant wind. The threshold is that of Burton et al. (1975), the loss
    that follows convection that of O'Brien and McPherron (2000), several stores with their own decay and the tilt
    terms have their model in Temerin and Li (2002), saturation that weakens with density in Lopez et al. (2004), and
    2500 nT is the largest depression that the magnetosphere can hold (Love 2021 after Vasyliunas 2011).

    Fitted to 1998-2000 alone; ``validation/fit_dst.py`` repeats the fit and prints its scores, ``sunearth score``
    those of the embedded storms. It undershoots minima in 1-min SYM-H (its target was hourly Dst), recovers too
    slowly in wind that stays very fast, deepens too early where a main phase begins in dense wind and goes on in thin
    wind (17 March 2015), and is 20 nT too shallow on average in the storms of 2001-2002.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(24) * np.timedelta64(1, "h")
    >>> dst = three_currents(time, np.where(np.arange(24) < 6, 2.0, -15.0), 550.0, 10.0)
    >>> bool(dst[5] > 0), bool(dst[-1] < -120)
    (True, True)
    """
    return contributions(time, b_z, speed, n_p, coefficients).dst


def contributions(time: Any, b_z: Any, speed: Any, n_p: Any, coefficients: Coefficients | None = None) -> Currents:
    """Return Dst together with what each current adds to it.

    Parameters
    ----------
    time, b_z, speed, n_p, coefficients
        Plain arrays, as for :func:`three_currents`.

    Returns
    -------
    Currents
        Dst, and the contributions of the tail, the storm-time and slow ring current and the magnetopause, nT. They
        and the offset add up to Dst.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(3) * np.timedelta64(1, "h")
    >>> parts = contributions(time, -10.0, 500.0, 5.0)
    >>> bool(parts.tail[2] < parts.tail[0] < 0 < parts.magnetopause[0])
    True
    """
    from sunearth.geomagnetism.frames import dipole_tilt

    from ._kernels import store_currents

    fitted = coefficients or Coefficients()
    time = np.atleast_1d(np.asarray(time, "datetime64[ns]"))
    sin_tilt = np.sin(dipole_tilt(time=time))
    _, north, wind, density, tilted, hours, restore = as_rows(time, b_z, speed, n_p, sin_tilt, interval_hours(time))
    parts = store_currents(north, wind, density, tilted, hours, astuple(fitted))
    tail, storm, slow, magnetopause = (restore(np.ascontiguousarray(parts[:, current])) for current in range(4))
    return Currents(tail + storm + slow + magnetopause + fitted.offset, tail, storm, slow, magnetopause)
