"""Where the aurora is: the edges of the oval by local time, from activity, from a storm's strength, from the wind."""

from __future__ import annotations

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.errors import UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import deg, dimensionless, h, mV_m, nT, utc


@model(
    cite="Sigernes et al. 2011, J. Space Weather Space Clim. 1, A03, doi:10.1051/swsc/2011003",
    valid={"kp": (0.25, 8.75)},
    monotonic={"kp": -1},
)
def starkov_1994_al(kp: dimensionless) -> nT:
    """Index of the westward electrojet that goes with a Kp value.

    Parameters
    ----------
    kp : float or array, 1
        Kp.

    Returns
    -------
    al : float or array, nT
        AL, negative; it levels off near -650 nT.

    Notes
    -----
    |AL| = 18 - 12.3 Kp + 27.2 Kp^2 - 2 Kp^3, after Starkov (1994). The cubic falls to 17 nT at Kp 0.2 before it rises.

    Examples
    --------
    >>> float(starkov_1994_al(5.0).round(1))
    -386.5
    """
    return -(18.0 - 12.3 * kp + 27.2 * kp**2 - 2.0 * kp**3)


# Colatitude of a boundary = A0 + sum of A_n cos[15 deg (n MLT + alpha_n)], n = 1 to 3. The rows hold A0, A1, A2, A3 in
# degrees and alpha1, alpha2, alpha3 in hours as cubic polynomials of log10 |AL|, constant term first.
_STARKOV = {
    "poleward": np.array(
        [
            [-0.07, 24.54, -12.53, 2.15],
            [-10.06, 19.83, -9.33, 1.24],
            [-4.44, 7.47, -3.01, 0.25],
            [-3.77, 7.90, -4.73, 0.91],
            [-6.61, 10.17, -5.80, 1.19],
            [6.37, -1.10, 0.34, -0.38],
            [-4.48, 10.16, -5.87, 0.98],
        ]
    ),
    "equatorward": np.array(
        [
            [1.61, 23.21, -10.97, 2.03],
            [-9.59, 17.78, -7.20, 0.96],
            [-12.07, 17.49, -7.96, 1.15],
            [-6.56, 11.44, -6.73, 1.31],
            [-2.22, 1.50, -0.58, 0.08],
            [-23.98, 42.79, -26.96, 5.56],
            [-20.07, 36.67, -24.20, 5.11],
        ]
    ),
    "diffuse": np.array(
        [
            [3.44, 29.77, -16.38, 3.35],
            [-2.41, 7.89, -4.32, 0.87],
            [-0.74, 3.94, -3.09, 0.72],
            [-2.12, 3.24, -1.67, 0.31],
            [-1.68, -2.48, 1.58, -0.28],
            [8.69, -20.73, 13.03, -2.14],
            [8.61, -5.34, -1.36, 0.76],
        ]
    ),
}
_STARKOV_QUIETEST, _STARKOV_STRONGEST = 10.0, 800.0  # nT; outside, the polynomials of the fit go astray


@model(cite="Starkov 1994, Geomagn. Aeron. 34, 331", valid={"mlt": (0.0, 24.0), "al": (-800.0, -10.0)})
def starkov_1994(mlt: h, al: nT, boundary: str = "poleward") -> deg:
    """Magnetic latitude of an edge of the auroral oval.

    Parameters
    ----------
    mlt : float or array, h
        Magnetic local time.
    al : float or array, nT
        Index of the westward electrojet AL; its sign does not matter.
    boundary : str, optional
        ``"poleward"`` or ``"equatorward"`` for the edges of the oval of discrete forms, ``"diffuse"`` for the
        equatorward edge of the diffuse aurora.

    Returns
    -------
    mlat : float or array, deg
        Corrected geomagnetic latitude of the boundary.

    Raises
    ------
    UnknownNameError
        If there is no such boundary.

    Notes
    -----
    Fourier series in local time whose coefficients are cubic in log10 |AL|, with the table as printed by Sigernes et
    al. (2011, doi:10.1051/swsc/2011003). Some codes carry 1.16 for the 1.61 that begins the equatorward edge, and stand
    0.45 degrees too far north. The ovals come from all-sky cameras up to |AL| of about 800 nT. Beyond, the cubics cross
    each other (the oval would shrink at 1000 nT and jump by 8 degrees from 1500 to 2000), so |AL| is held between 10
    and 800 nT: in storms the oval lies farther south than this says, see `storm_oval`. Against images of five storms
    the equatorward edge stands 3 to 6 degrees too far north, the diffuse one agrees within a degree on average.

    Examples
    --------
    >>> float(starkov_1994(0.0, -300.0, boundary="poleward").round(1))
    72.9
    >>> float(starkov_1994(0.0, -300.0, boundary="equatorward").round(1))
    62.3
    """
    if boundary not in _STARKOV:
        raise UnknownNameError("boundary", boundary, _STARKOV)
    xp = namespace(mlt, al)
    strength = xp.log10(xp.clip(xp.abs(al), _STARKOV_QUIETEST, _STARKOV_STRONGEST))
    table = _STARKOV[boundary]
    mean, *amplitudes = (a + strength * (b + strength * (c + strength * d)) for a, b, c, d in table.tolist())
    colatitude = mean
    for n in (1, 2, 3):
        colatitude = colatitude + amplitudes[n - 1] * xp.cos((np.pi / 12.0) * (n * mlt + amplitudes[n + 2]))
    return 90.0 - colatitude


# storm_oval: mean, cosine and sine part, each a constant, a slope with Kp and one with Dst below zero, fitted to images
# of IMAGE FUV in five storm periods (validation/fit_auroral_oval.py).
_STORM_OVAL = {
    "equatorward": ((69.30, -1.186, 0.0124), (-3.26, 0.136, 0.0067), (-1.42, 0.037, 0.0003)),
    "poleward": ((76.55, -0.474, 0.0110), (-3.23, 0.145, -0.0021), (0.14, -0.216, -0.0050)),
}


@model(
    cite="sunearth developers 2026, sunearth, fitted to auroral boundaries of Chisham 2017 (doi 10.1002/2016JA023235)",
    valid={"mlt": (0.0, 24.0), "kp": (0.0, 9.0), "dst": (-300.0, 50.0)},
)
def storm_oval(mlt: h, kp: dimensionless, dst: nT, boundary: str = "equatorward") -> deg:
    """Magnetic latitude of an edge of the auroral oval, storms included.

    Parameters
    ----------
    mlt : float or array, h
        Magnetic local time.
    kp : float or array, 1
        Kp.
    dst : float or array, nT
        Dst; above zero it counts as zero.
    boundary : str, optional
        ``"equatorward"`` or ``"poleward"`` (the boundary of open field lines).

    Returns
    -------
    mlat : float or array, deg
        Magnetic (AACGM) latitude of the boundary.

    Raises
    ------
    UnknownNameError
        If there is no such boundary.

    Notes
    -----
    A circle about a shifted centre, in first harmonics of local time, whose parts are linear in Kp and in the depth of
    Dst: at midnight the equatorward edge is 66.04 - 1.05 Kp + 0.019 Dst. Fitted by least squares to 209 hours of images
    (IMAGE FUV) of five storm periods of 2000 to 2002 with Kp up to 9 and Dst down to -300 nT, where the edge at
    midnight reached 51.3 degrees. Predicting each period from the other four, the equatorward edge errs by 2.1 degrees
    at midnight (correlation 0.84), 2.5 at dawn, 2.7 at dusk and 3.1 at noon (0.69); the poleward edge by 2.3 to 3.1
    degrees (0.4 to 0.6). `starkov_1994` errs there by 4.5 to 6.7 degrees in the equatorward edge. The interface between
    the region 1 and region 2 currents in storms of 2010 to 2017 lies inside this oval at midnight in 90 % of the hours.
    On a very quiet day it places the equatorward edge 2 degrees too far north.

    Examples
    --------
    >>> float(storm_oval(0.0, 9.0, -400.0).round(1))
    48.9
    """
    if boundary not in _STORM_OVAL:
        raise UnknownNameError("boundary", boundary, _STORM_OVAL)
    xp = namespace(mlt, kp, dst)
    depth = xp.minimum(dst, 0.0)
    mean, cosine, sine = (a + b * kp + c * depth for a, b, c in _STORM_OVAL[boundary])
    angle = (np.pi / 12.0) * mlt
    return mean + cosine * xp.cos(angle) + sine * xp.sin(angle)


@model(cite="Kamide 1988, Electrodynamic Processes in the Earth's Ionosphere and Magnetosphere", along="time")
def strongest_driving(time: utc, e_y: mV_m) -> mV_m:
    """Strongest half-hour of southward driving in the last six hours.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending.
    e_y : array (..., time), mV/m
        Dawn-dusk electric field of the wind, positive for southward field.

    Returns
    -------
    e_max : array (..., time), mV/m
        Maximum over the last six hours of the running 30-minute mean of the field, negative values counting as zero.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17T00", "ns") + np.arange(10) * np.timedelta64(1, "h")
    >>> e_max = strongest_driving(time, np.array([0, 0, 4, -3, 1, 1, 1, 1, 1, 1.0]))
    >>> [float(e) for e in e_max]
    [0.0, 0.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 1.0]
    """
    from sunearth.numerics.series import trailing_maximum, trailing_mean

    return trailing_maximum(time, trailing_mean(time, np.maximum(e_y, 0.0), window=0.5), window=6.0)


@model(
    cite="sunearth developers 2026, sunearth, fitted to auroral boundaries of Chisham 2017, after Kamide 1988",
    valid={"e_max": (0.0, 47.0)},
    monotonic={"e_max": -1},
)
def expansion_by_field(e_max: mV_m) -> deg:
    """Magnetic latitude of the oval's equatorward edge at midnight under a given driving.

    Parameters
    ----------
    e_max : float or array, mV/m
        Strongest half-hour mean of the southward driving in the last six hours, as from `strongest_driving`.

    Returns
    -------
    mlat : float or array, deg
        Magnetic latitude at midnight.

    Notes
    -----
    The feature is the one that Kamide plots against the equatorward border; the relation 65.24 - 2.43 E^(1/2) is a
    least-squares fit to 209 hours of images (IMAGE FUV) of five storm periods of 2000 to 2002 with hourly wind, E up to
    47 mV/m. Predicting each period from the other four it errs by 2.5 degrees (correlation 0.78).

    Examples
    --------
    >>> float(expansion_by_field(4.0).round(1))
    60.4
    """
    xp = namespace(e_max)
    return 65.24 - 2.43 * xp.sqrt(e_max)
