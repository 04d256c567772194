"""The magnetopause: where it stands and how it flares, from pressure balance to fits of thousands of crossings."""

from __future__ import annotations

from sunearth.core.arrays import namespace
from sunearth.core.model import model
from sunearth.core.units import R_E, nPa, nT, rad


@model(
    cite="Shue et al. 1998, J. Geophys. Res. 103, 17691, doi:10.1029/98JA01103",
    valid={"p_dyn": (0.5, 60.0), "b_z": (-20.0, 20.0)},
    monotonic={"p_dyn": -1},
)
def shue_1998(theta: rad, p_dyn: nPa, b_z: nT) -> R_E:
    """Geocentric distance of the magnetopause.

    A shape r = r0 [2 / (1 + cos theta)]^alpha whose standoff and flaring follow the wind; the effect of southward
    field saturates, which the fit of 1997 lacks.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_z : float or array, nT
        North-south component of the interplanetary field, GSM.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre, of the broadcast shape of the inputs.

    Notes
    -----
    Equations 10 and 11 of the paper, from crossings with 0.5 < p_dyn < 8.5 nPa and -18 < b_z < 15 nT and tested by
    its authors on the January 1997 event up to 60 nPa. At geosynchronous orbit under strong driving it stands too
    far out by 1 to 2 R_E.

    Examples
    --------
    >>> float(shue_1998(0.0, 2.0, 0.0).round(2))
    10.25
    """
    xp = namespace(theta, p_dyn, b_z)
    standoff = (10.22 + 1.29 * xp.tanh(0.184 * (b_z + 8.14))) * p_dyn ** (-1 / 6.6)
    flaring = (0.58 - 0.007 * b_z) * (1 + 0.024 * xp.log(p_dyn))
    return standoff * (2 / (1 + xp.cos(theta))) ** flaring
