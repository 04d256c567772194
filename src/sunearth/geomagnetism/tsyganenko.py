"""The magnetic field of the currents in the magnetosphere, by the models of Tsyganenko from 1989 to 2005.

Every function gives the field in GSM of the currents outside the Earth; the field of the Earth itself is to be added.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.model import model
from sunearth.core.units import R_E, dimensionless, nPa, nT, rad
from sunearth.numerics.threads import spread

_T96_AXIS, _T96_CENTRE, _T96_SIGMA = 70.0, 5.48, 1.08  # boundary of the 1996 model at 2 nPa: lengths in R_E
_CHUNK = 512  # points that one thread takes at a time


class ExternalField(NamedTuple):
    """Field of the currents outside the Earth, GSM."""

    b_x: nT
    b_y: nT
    b_z: nT


def _evaluate(points: Any, *inputs: Any) -> ExternalField:
    """Run a compiled loop over points, each with its own state, on all processors."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in inputs))
    columns = [np.array(np.broadcast_to(value, shape), dtype=float, order="C").reshape(-1) for value in inputs]
    count = columns[0].size
    field = [np.empty(count) for _ in range(3)]
    spread(lambda start, stop: points(*columns, *field, start, stop), count, chunk=_CHUNK)
    return ExternalField(*(component.reshape(shape)[()] for component in field))


@model(
    cite="Tsyganenko 1989, Planet. Space Sci. 37, 5",
    compiled=True,
    valid={"x": (-70.0, 15.0), "kp": (0.0, 9.0), "dipole_tilt": (-0.62, 0.62)},
)
def tsyganenko_1989(x: R_E, y: R_E, z: R_E, dipole_tilt: rad, kp: dimensionless) -> ExternalField:
    """Magnetic field of the currents outside the Earth by level of Kp.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Place, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole to the z axis, positive in northern summer.
    kp : float or array, 1
        Planetary index, 0 to 9, thirds as 0.33 and 0.67.

    Returns
    -------
    b_x : float or array, nT
        Magnetic field of external currents, sunward component (GSM).
    b_y : float or array, nT
        Magnetic field of external currents, duskward component (GSM).
    b_z : float or array, nT
        Magnetic field of external currents, northward component (GSM).

    Notes
    -----
    The release T89c, with the coefficients that include ISEE data and a tail current that grows with the square of
    the tilt. It has seven states: Kp 0 and 0+, 1-, 1 and 1+, and so on; from 6- upward all is one. It knows no
    magnetopause: inside and beyond 70 R_E, or in the solar wind, it is extrapolation.

    Examples
    --------
    >>> [round(float(b), 1) for b in tsyganenko_1989(-8.0, 0.0, 0.0, 0.0, 1.0)]
    [0.0, 0.0, -24.4]
    """
    from ._t89 import t89_points

    return _evaluate(t89_points, x, y, z, dipole_tilt, kp)


@model(
    cite="Tsyganenko 1996, ESA SP-389, 181",
    compiled=True,
    valid={
        "x": (-70.0, 15.0),
        "dipole_tilt": (-0.62, 0.62),
        "p_dyn": (0.5, 10.0),
        "dst": (-100.0, 20.0),
        "b_y": (-10.0, 10.0),
        "b_z": (-10.0, 10.0),
    },
)
def tsyganenko_1996(x: R_E, y: R_E, z: R_E, dipole_tilt: rad, p_dyn: nPa, dst: nT, b_y: nT, b_z: nT) -> ExternalField:
    """Magnetic field of the currents outside the Earth, with a magnetopause and Birkeland currents.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Place, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole to the z axis, positive in northern summer.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    dst : float or array, nT
        Disturbance index.
    b_y, b_z : float or array, nT
        Components of the interplanetary field, GSM.

    Returns
    -------
    b_x : float or array, nT
        Magnetic field of external currents, sunward component (GSM).
    b_y : float or array, nT
        Magnetic field of external currents, duskward component (GSM).
    b_z : float or array, nT
        Magnetic field of external currents, northward component (GSM).

    Notes
    -----
    The release of 22 June 1996. Outside its own magnetopause (:func:`inside_magnetopause_t96`) the field is what
    penetrates of the interplanetary one less the Earth's dipole, so that with a dipole added nothing of the Earth is
    left there. Ranges are those of the data that it was fitted to; beyond them the tail can grow without bound.

    A Python version in wide use (geopack 1.0.10) departs from the model in four places: the ring current is bent across
    the tail, which the model forbids; in the middle of the region 2 current sheet and in the southern boundary layer
    of region 1 the field of a wrong side or place is taken; in the plane y = 0 the region 1 oval is that of noon.

    Examples
    --------
    >>> [round(float(b), 2) for b in tsyganenko_1996(-5.1, 0.3, 2.8, -0.533585131, 2.0, -87.0, 2.0, -5.0)]
    [61.18, -1.46, -40.45]
    """
    from ._t96 import t96_points

    return _evaluate(t96_points, x, y, z, dipole_tilt, p_dyn, dst, b_y, b_z)


@model(
    cite="Tsyganenko 2002, J. Geophys. Res. 107, 1176, doi:10.1029/2001JA000220",
    compiled=True,
    valid={
        "x": (-15.0, 15.0),
        "dipole_tilt": (-0.62, 0.62),
        "p_dyn": (0.5, 5.0),
        "dst": (-50.0, 20.0),
        "b_y": (-5.0, 5.0),
        "b_z": (-5.0, 5.0),
        "g1": (0.0, 10.0),
        "g2": (0.0, 10.0),
    },
)
def tsyganenko_2002(
    x: R_E,
    y: R_E,
    z: R_E,
    dipole_tilt: rad,
    p_dyn: nPa,
    dst: nT,
    b_y: nT,
    b_z: nT,
    g1: dimensionless,
    g2: dimensionless,
) -> ExternalField:
    """Magnetic field of the currents outside the Earth within 15 Earth radii, by the wind of the hour before.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Place, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole to the z axis, positive in northern summer.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    dst : float or array, nT
        Disturbance index.
    b_y, b_z : float or array, nT
        Components of the interplanetary field, GSM.
    g1, g2 : float or array, 1
        Mean effect of the preceding hour of wind on the tail: with clock angle, and with southward field.

    Returns
    -------
    b_x : float or array, nT
        Magnetic field of external currents, sunward component (GSM).
    b_y : float or array, nT
        Magnetic field of external currents, duskward component (GSM).
    b_z : float or array, nT
        Magnetic field of external currents, northward component (GSM).

    Notes
    -----
    Known in the field as T01 or T02. The model was fitted to data sunward of x = -15 R_E alone and says nothing of the
    tail beyond; the ranges are those that its users keep to (IRBEM's), of quiet to moderate conditions.

    Examples
    --------
    >>> field = tsyganenko_2002(-6.6, 0.0, 0.0, 0.140805, 5.0, -150.0, 2.0, -10.0, 6.0, 10.0)
    >>> round(float(field.b_z), 1)
    -84.8
    """
    from ._t01_points import t01_points

    return _evaluate(t01_points, x, y, z, dipole_tilt, p_dyn, dst, b_y, b_z, g1, g2)


@model(
    cite="Tsyganenko and Sitnov 2005, J. Geophys. Res. 110, A03208, doi:10.1029/2004JA010798",
    compiled=True,
    valid={"x": (-15.0, 15.0), "dipole_tilt": (-0.62, 0.62)},
)
def tsyganenko_sitnov_2005(
    x: R_E,
    y: R_E,
    z: R_E,
    dipole_tilt: rad,
    p_dyn: nPa,
    dst: nT,
    b_y: nT,
    b_z: nT,
    w1: dimensionless,
    w2: dimensionless,
    w3: dimensionless,
    w4: dimensionless,
    w5: dimensionless,
    w6: dimensionless,
) -> ExternalField:
    """Magnetic field of the currents outside the Earth within 15 Earth radii, in storms.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Place, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole to the z axis, positive in northern summer.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    dst : float or array, nT
        Disturbance index.
    b_y, b_z : float or array, nT
        Components of the interplanetary field, GSM.
    w1, w2, w3, w4, w5, w6 : float or array, 1
        What the storm so far has put into the near and the far tail, the symmetric and the partial ring current, and
        region 1 and region 2 Birkeland currents.

    Returns
    -------
    b_x : float or array, nT
        Magnetic field of external currents, sunward component (GSM).
    b_y : float or array, nT
        Magnetic field of external currents, duskward component (GSM).
    b_z : float or array, nT
        Magnetic field of external currents, northward component (GSM).

    Notes
    -----
    Known in the field as TS04, TS05 or T04s. It was fitted to 37 storms of 1996 to 2000, sunward of x = -15 R_E; no
    limits of its drivers are stated, since storms are what it is for.

    Examples
    --------
    >>> storm = {f"w{i}": 1.0 for i in range(1, 7)}
    >>> field = tsyganenko_sitnov_2005(-6.6, 0.0, 0.0, 0.140805, 5.0, -150.0, 2.0, -10.0, **storm)
    >>> round(float(field.b_z), 1)
    -43.5
    """
    from ._ts04_points import ts04_points

    return _evaluate(ts04_points, x, y, z, dipole_tilt, p_dyn, dst, b_y, b_z, w1, w2, w3, w4, w5, w6)


@model(
    cite="Tsyganenko 1996, ESA SP-389, 181",
    valid={"p_dyn": (0.5, 10.0)},
    even=("y", "z"),
)
def inside_magnetopause_t96(x: R_E, y: R_E, z: R_E, p_dyn: nPa) -> dimensionless:
    """Whether a place lies inside the magnetopause of the Tsyganenko field of 1996.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Place, GSM.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.

    Returns
    -------
    inside : float or array, 1
        1 inside, 0 outside, NaN where an input is NaN.

    Notes
    -----
    Half an ellipsoid that goes over into a cylinder 64.5 R_E down the tail; its nose is at 10.9 R_E for 2 nPa and all
    of it scales with p_dyn^-0.14. The models of 2002 and 2005 use a boundary that also moves with tilt.

    Examples
    --------
    >>> inside_magnetopause_t96([10.0, 12.0], 0.0, 0.0, 2.0).tolist()
    [1.0, 0.0]
    """
    xp = namespace(x, y, z, p_dyn)
    scale = (p_dyn / 2.0) ** 0.14
    square = (_T96_AXIS / scale) ** 2
    # a cylinder tailward of the ellipsoid's middle; 0 x keeps a NaN
    ahead = xp.maximum((_T96_AXIS - _T96_CENTRE) / scale + x, 0.0 * x) ** 2
    outward = square + y**2 + z**2
    total = outward + ahead
    sigma = xp.sqrt((total + xp.sqrt(total**2 - 4 * square * ahead)) / (2 * square))
    return xp.where(sigma < _T96_SIGMA, 1.0, 0.0) + 0.0 * sigma
