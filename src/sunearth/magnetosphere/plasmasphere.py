"""The plasmasphere: where it ends, how dense it is inside and outside, and how storms wear it off."""

from __future__ import annotations

from typing import Any

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, EARTH_ROTATION
from sunearth.core.model import model
from sunearth.core.units import R_E, day, dimensionless, h, mV_m, nT, per_cm3, utc
from sunearth.numerics.series import as_rows, interval_hours

_CARPENTER_ANDERSON = "Carpenter and Anderson 1992, J. Geophys. Res. 97, 1097, doi:10.1029/91JA01548"
_OBRIEN_MOLDWIN = "O'Brien and Moldwin 2003, Geophys. Res. Lett. 30, 1152, doi:10.1029/2002GL016007"
_GOLDSTEIN = "Goldstein et al. 2005, J. Geophys. Res. 110, A09222, doi:10.1029/2005JA011135"


@model(cite=_CARPENTER_ANDERSON, valid={"kp": (0.0, 9.0), "mlt": (0.0, 24.0)}, along="time")
def maximum_kp(time: utc, kp: dimensionless, mlt: h = 0.0, hours: float = 24.0) -> dimensionless:
    """Largest Kp of the hours before.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending, at any cadence.
    kp : array (..., time), 1
        Kp at these times.
    mlt : float or array (..., time), h
        Magnetic local time at which the plasmapause is wanted: before noon it has not yet met the convection of the
        last hours.
    hours : float
        Length of the window that ends now.

    Returns
    -------
    kp_max : array (..., time), 1
        Largest value among the last `hours`, the present one included; what is missing counts as nothing, but a
        present NaN stays NaN.

    Notes
    -----
    For 06-09, 09-12 and 12-15 MLT the last one, two and three three-hour values are left out, which is taken as 3, 6
    and 9 hours at any cadence.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(12) * np.timedelta64(3, "h")
    >>> maximum_kp(time, [1, 5, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]).tolist()
    [1.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 2.0, 2.0, 2.0]
    """
    from ._kernels import trailing_maximum

    local = mlt - 24.0 * np.floor(mlt / 24.0)
    left_out = np.where((local >= 6.0) & (local < 15.0), 3.0 * np.floor(local / 3.0 - 1.0), 0.0 * local)
    elapsed, values, lag, restore = as_rows(time, kp, left_out)
    return restore(trailing_maximum(elapsed, values, hours, lag))


@model(cite=_CARPENTER_ANDERSON, valid={"kp_max": (0.0, 7.3)}, monotonic={"kp_max": -1})
def carpenter_anderson_1992(kp_max: dimensionless) -> dimensionless:
    """Inner edge of the plasmapause, as L.

    Parameters
    ----------
    kp_max : float or array, 1
        Largest Kp of the preceding 24 hours, see :func:`maximum_kp`.

    Returns
    -------
    plasmapause_l : float or array, 1
        L at which the density begins to fall steeply.

    Notes
    -----
    5.6 - 0.46 Kp_max, from ISEE and whistlers. L of 2.25 is the innermost of the data (Kp_max 7.3); further in the
    line is an extrapolation.

    Examples
    --------
    >>> float(carpenter_anderson_1992(4.0).round(2))
    3.76
    """
    return 5.6 - 0.46 * kp_max


@model(
    cite="Moldwin et al. 2002, J. Geophys. Res. 107, 1339, doi:10.1029/2001JA009211",
    valid={"kp_max": (0.0, 7.0)},
    monotonic={"kp_max": -1},
)
def moldwin_2002(kp_max: dimensionless) -> dimensionless:
    """Plasmapause of all local times together, as L.

    Parameters
    ----------
    kp_max : float or array, 1
        Largest Kp of the preceding 12 hours in the original; with that of 24 hours the plasmapause lies further in.

    Returns
    -------
    plasmapause_l : float or array, 1
        L of the plasmapause.

    Notes
    -----
    5.39 - 0.382 Kp_max, from CRRES.

    Examples
    --------
    >>> float(moldwin_2002(7.0).round(2))
    2.72
    """
    return 5.39 - 0.382 * kp_max


@model(cite=_OBRIEN_MOLDWIN, valid={"kp_max": (0.0, 9.0)}, monotonic={"kp_max": -1})
def obrien_moldwin_2003(kp_max: dimensionless) -> dimensionless:
    """Plasmapause of all local times together from more than 900 crossings, as L.

    Parameters
    ----------
    kp_max : float or array, 1
        Largest Kp between 36 and 2 hours before; that of the last 24 hours differs little.

    Returns
    -------
    plasmapause_l : float or array, 1
        L of the plasmapause, with an RMS error of 0.7 to 0.9.

    Notes
    -----
    5.9 - 0.43 Kp_max, from CRRES.

    Examples
    --------
    >>> float(obrien_moldwin_2003(4.0).round(2))
    4.18
    """
    return 5.9 - 0.43 * kp_max


@model(cite=_OBRIEN_MOLDWIN, valid={"dst_min": (-500.0, -1.0)}, monotonic={"dst_min": 1})
def obrien_moldwin_2003_dst(dst_min: nT) -> dimensionless:
    """Plasmapause from the deepest Dst of the day before, as L.

    Parameters
    ----------
    dst_min : float or array, nT
        Smallest Dst of the preceding 24 hours.

    Returns
    -------
    plasmapause_l : float or array, 1
        L of the plasmapause, with an RMS error of 0.7 to 0.9.

    Notes
    -----
    6.3 - 1.57 log10 |Dst_min|, from CRRES. Above -1 nT, where the logarithm has no meaning for it, it is held at 6.3.

    Examples
    --------
    >>> float(obrien_moldwin_2003_dst(-100.0).round(2))
    3.16
    """
    xp = namespace(dst_min)
    return 6.3 - 1.57 * xp.log(xp.maximum(-dst_min, 1.0)) / np.log(10.0)


@model(
    cite=_CARPENTER_ANDERSON,
    valid={"l_shell": (2.25, 7.0), "day_of_year": (1.0, 366.0), "sunspot_number": (0.0, 200.0)},
    monotonic={"l_shell": -1, "sunspot_number": 1},
)
def saturated_density(l_shell: dimensionless, day_of_year: day, sunspot_number: dimensionless) -> per_cm3:
    """Equatorial electron density of a plasmasphere that has had time to fill.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L.
    day_of_year : float or array, d
        Day of the year, 1 on 1 January.
    sunspot_number : float or array, 1
        13-month mean of the sunspot number.

    Returns
    -------
    density : float or array, cm^-3
        Electrons at the magnetic equator.

    Notes
    -----
    log10 n = -0.3145 L + 3.9043 + {0.15 [cos(2 pi (d + 9) / 365) - 0.5 cos(4 pi (d + 9) / 365)] + 0.00127 R - 0.0635}
    exp[-(L - 2) / 1.5]. The exponential multiplies the seasonal terms too, which some codes leave out of it. The same
    for all local times.

    Examples
    --------
    >>> float(saturated_density(3.0, 0.0, 90.0).round(0))
    1062.0
    """
    xp = namespace(l_shell, day_of_year, sunspot_number)
    season = 2.0 * np.pi * (day_of_year + 9.0) / 365.0
    annual = 0.15 * (xp.cos(season) - 0.5 * xp.cos(2.0 * season))
    variation = annual + 0.00127 * sunspot_number - 0.0635
    return 10.0 ** (-0.3145 * l_shell + 3.9043 + variation * xp.exp(-(l_shell - 2.0) / 1.5))


def _by_local_time(night: Any, day_value: Any, mlt: Any) -> Any:
    """Return a quantity that is `day_value` up to 15 MLT, stays so until 19 and is as at midnight from 20 on.

    `night` and `day_value` are functions of MLT. The paper covers 00 to 15 MLT and proposes this for the rest.
    """
    xp = namespace(mlt)
    local = mlt - 24.0 * xp.floor(mlt / 24.0)
    morning = xp.where(local < 6.0, night(local), day_value(local))
    share = xp.clip(20.0 - local, 0.0, 1.0)
    evening = share * day_value(15.0) + (1.0 - share) * night(0.0)
    return xp.where(local > 15.0, evening, morning)


@model(
    cite=_CARPENTER_ANDERSON,
    valid={"l_shell": (2.25, 8.0), "mlt": (0.0, 24.0)},
    monotonic={"l_shell": -1},
)
def trough_density(l_shell: dimensionless, mlt: h) -> per_cm3:
    """Equatorial electron density outside the plasmasphere.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L.
    mlt : float or array, h
        Magnetic local time.

    Returns
    -------
    density : float or array, cm^-3
        Electrons at the magnetic equator, one to two days after the trough was emptied at most.

    Notes
    -----
    (5800 + 300 t) L^-4.5 + 1 - exp[-(L - 2) / 10] for t = 0 to 6 MLT, and -800 + 1400 t in place of the bracket from
    6 to 15, as plasma refills on the sunlit side. From 15 to 19 MLT the value of 15 is held, and it falls to that of
    midnight between 19 and 20.

    Examples
    --------
    >>> float(trough_density(5.0, 12.0).round(1))
    11.7
    """
    xp = namespace(l_shell, mlt)
    scale = _by_local_time(lambda t: 5800.0 + 300.0 * t, lambda t: -800.0 + 1400.0 * t, mlt)
    return scale * l_shell**-4.5 + 1.0 - xp.exp(-(l_shell - 2.0) / 10.0)


@model(
    cite=_CARPENTER_ANDERSON,
    valid={
        "l_shell": (2.25, 8.0),
        "mlt": (0.0, 24.0),
        "plasmapause_l": (2.25, 7.0),
        "day_of_year": (1.0, 366.0),
        "sunspot_number": (0.0, 200.0),
    },
)
def electron_density(
    l_shell: dimensionless,
    mlt: h,
    plasmapause_l: dimensionless,
    day_of_year: day = 1.0,
    sunspot_number: dimensionless = 90.0,
) -> per_cm3:
    """Equatorial electron density across plasmasphere, plasmapause and trough.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L.
    mlt : float or array, h
        Magnetic local time.
    plasmapause_l : float or array, 1
        L of the inner edge of the plasmapause, from any of the models of it.
    day_of_year : float or array, d
        Day of the year, 1 on 1 January.
    sunspot_number : float or array, 1
        13-month mean of the sunspot number.

    Returns
    -------
    density : float or array, cm^-3
        Electrons at the magnetic equator.

    Notes
    -----
    Inside the plasmapause :func:`saturated_density`. From there the density falls by a decade over 0.1 L at night, and
    over 0.1 + 0.011 (t - 6) from 06 to 15 MLT, until it meets :func:`trough_density`. Some codes have 0.01 for 0.011.

    Examples
    --------
    >>> electron_density([3.0, 4.1, 6.0], 0.0, 4.0).round(1).tolist()
    [1062.9, 47.9, 2.2]
    """
    xp = namespace(l_shell, mlt, plasmapause_l, day_of_year, sunspot_number)
    edge = xp.minimum(l_shell, plasmapause_l)
    width = _by_local_time(lambda t: 0.1 + 0.0 * t, lambda t: 0.1 + 0.011 * (t - 6.0), mlt)
    falling = saturated_density.spec.function(edge, day_of_year, sunspot_number) * 10.0 ** ((edge - l_shell) / width)
    trough = trough_density.spec.function(l_shell, mlt)
    return xp.where(l_shell <= plasmapause_l, falling, xp.maximum(falling, trough))


COROTATION_POTENTIAL = EARTH_ROTATION * DIPOLE_EQUATORIAL_FIELD * 1e-9 * EARTH_RADIUS**2 * 1e-3
"""kV, between the Earth's surface and infinity in the equatorial plane of the dipole"""


@model(
    cite=_GOLDSTEIN,
    valid={"e_y": (0.0, 30.0)},
    monotonic={"e_y": -1},
)
def last_closed_equipotential(e_y: mV_m) -> R_E:
    """Distance at midnight within which cold plasma circles the Earth in steady convection.

    Parameters
    ----------
    e_y : float or array, mV/m
        Dawn-dusk electric field of the wind, positive for southward field; below 0.1 mV/m it counts as 0.1.

    Returns
    -------
    distance : float or array, R_E
        Of the last closed equipotential from the Earth's centre, in the equatorial plane at midnight.

    Notes
    -----
    Convection is the shielded potential A r^2 sin(local time) of Volland and Stern, with A = 0.12 E / 6.6 R_E. Together
    with corotation it stagnates at dusk where the two fields, not the potentials, cancel: L_s = (Phi_c / 2 A)^(1/3).
    The equipotential through that point passes midnight and noon at 2/3 L_s and dawn at 0.596 L_s.

    Examples
    --------
    >>> float(last_closed_equipotential(2.0).round(2))
    3.84
    """
    xp = namespace(e_y)
    # mV/m times R_E in kV, at 6.6 R_E
    convection = 0.12 * xp.maximum(e_y, 0.1) * 1e-6 * EARTH_RADIUS / 6.6
    return (2.0 / 3.0) * (COROTATION_POTENTIAL / (2.0 * convection)) ** (1 / 3)


_EROSION, _REFILLING = 1.5, 72.0
"""h"""
_FULL_PLASMASPHERE = 5.2
"""L, where the plasmapause stands after days of calm"""


@model(cite=_GOLDSTEIN, valid={"e_y": (-20.0, 30.0)}, along="time")
def eroded_plasmapause(time: utc, e_y: mV_m, start: dimensionless = 4.5) -> dimensionless:
    """Plasmapause at midnight, worn off by convection in hours and rebuilt in days, as L.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending, at any cadence.
    e_y : array (..., time), mV/m
        Dawn-dusk electric field of the wind, positive for southward field.
    start : float or array (..., time), 1
        L of the plasmapause at the first time (only its first value counts).

    Returns
    -------
    plasmapause_l : array (..., time), 1
        Mean over the interval from each time to the next; NaN where the driver is, and left where it was.

    Notes
    -----
    The plasmapause nears :func:`last_closed_equipotential`, or L = 5.2 where that lies further out, within 1.5 h
    inward and within 72 h outward. It needs nothing but the wind. The three numbers make it agree best with
    `carpenter_anderson_1992` driven by measured Kp over July 1999 to October 2001: RMS difference 0.41, correlation
    0.81, mean 0.1; the published strength of convection needed no change. That is half the error with which any of
    these models meets single crossings, but no independent test against them.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(24) * np.timedelta64(1, "h")
    >>> float(eroded_plasmapause(time, np.repeat([0.0, 8.0], 12))[-1].round(2))
    2.42
    """
    from ._kernels import follow_fast_in_slow_out

    target = np.minimum(last_closed_equipotential.spec.function(e_y), _FULL_PLASMASPHERE)
    _, interval, goal, first, restore = as_rows(time, interval_hours(time), target, start)
    return restore(follow_fast_in_slow_out(interval, goal, _EROSION, _REFILLING, first) + 0.0 * first)
