"""The bow shock: how far it stands before the magnetopause, and surfaces fitted to its crossings."""

from __future__ import annotations

from sunearth.core.arrays import namespace
from sunearth.core.model import model
from sunearth.core.units import R_E, dimensionless, nPa, nT, rad


@model(
    cite="Spreiter et al. 1966, Planet. Space Sci. 14, 223",
    valid={"mach_ms": (2.0, 30.0), "gamma": (1.0, 2.0)},
    monotonic={"mach_ms": -1, "gamma": 1},
)
def spreiter_1966(mach_ms: dimensionless, gamma: dimensionless = 5 / 3) -> dimensionless:
    """Thickness of the subsolar magnetosheath in units of the magnetopause standoff.

    Parameters
    ----------
    mach_ms : float or array, 1
        Mach number of the wind; sonic in the paper's gas dynamics, magnetosonic in use.
    gamma : float or array, 1
        Adiabatic index.

    Returns
    -------
    ratio : float or array, 1
        Thickness over standoff; NaN where there is no shock (Mach number not above 1).

    Notes
    -----
    The thickness is 1.1 times the ratio of densities across the shock. It stays finite as the Mach number falls to
    1, where a shock must recede: :func:`farris_russell_1994` corrects that. Often that later form is printed with
    this reference.

    Examples
    --------
    >>> float(spreiter_1966(8.0).round(4))
    0.2879
    """
    xp = namespace(mach_ms, gamma)
    ratio = 1.1 * ((gamma - 1) * mach_ms**2 + 2) / ((gamma + 1) * mach_ms**2)
    return xp.where(mach_ms > 1, ratio, xp.nan)


@model(
    cite="Farris and Russell 1994, J. Geophys. Res. 99, 17681",
    valid={"mach_ms": (1.2, 30.0), "gamma": (1.0, 2.0)},
    even=("theta",),
    monotonic={"magnetopause_standoff": 1, "mach_ms": -1},
)
def farris_russell_1994(
    theta: rad, magnetopause_standoff: R_E, mach_ms: dimensionless, gamma: dimensionless = 5 / 3
) -> R_E:
    """Geocentric distance of the bow shock.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line.
    magnetopause_standoff : float or array, R_E
        Geocentric distance of the subsolar magnetopause.
    mach_ms : float or array, 1
        Fast magnetosonic Mach number of the wind.
    gamma : float or array, 1
        Adiabatic index.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre; NaN where there is no shock (Mach number not above 1).

    Notes
    -----
    At the nose the sheath is 1.1 ((gamma - 1) M^2 + 2) / ((gamma + 1) (M^2 - 1)) of the magnetopause standoff thick,
    which differs from :func:`spreiter_1966` by M^2 - 1 in place of M^2 and recedes as M falls to 1. The surface is the
    conic of Farris, Petrinec and Russell (1991, Geophys. Res. Lett. 18, 1821) with the Earth in its focus and
    eccentricity 0.81; an ellipse, it closes far down the tail, where it means nothing.

    Examples
    --------
    >>> float(farris_russell_1994(0.0, 10.0, 8.0).round(2))
    12.92
    """
    xp = namespace(theta, magnetopause_standoff, mach_ms, gamma)
    thickness = 1.1 * ((gamma - 1) * mach_ms**2 + 2) / ((gamma + 1) * (mach_ms**2 - 1))
    eccentricity = 0.81
    r = magnetopause_standoff * (1 + thickness) * (1 + eccentricity) / (1 + eccentricity * xp.cos(theta))
    return xp.where(mach_ms > 1, r, xp.nan)


@model(
    cite="Jelinek et al. 2012, J. Geophys. Res. 117, A05208, doi:10.1029/2011JA017252",
    valid={"p_dyn": (0.5, 10.0)},
    even=("theta",),
    monotonic={"p_dyn": -1},
)
def jelinek_2012(theta: rad, p_dyn: nPa) -> R_E:
    """Geocentric distance of the bow shock, from dynamic pressure alone.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre; infinite straight down the tail.

    Notes
    -----
    A paraboloid y^2 + z^2 = 4 R (R - x) / 1.17^2 with the nose at R = 15.02 p_dyn^(-1/6.55), fitted to THEMIS
    crossings. Without the Mach number it holds for common wind, which is what the declared range means.

    Examples
    --------
    >>> float(jelinek_2012(0.0, 2.0).round(2))
    13.51
    """
    xp = namespace(theta, p_dyn)
    nose, flaring = 15.02 * p_dyn ** (-1 / 6.55), 1.17
    cosine, sine = xp.cos(theta), xp.sin(theta)
    return 2 * nose / (cosine + xp.sqrt(cosine**2 + (flaring * sine) ** 2))


@model(
    cite="Chao et al. 2002, COSPAR Colloq. Ser. 12, 127",
    valid={"p_dyn": (0.5, 10.0), "b_z": (-15.0, 15.0), "mach_ms": (2.0, 20.0), "beta": (0.0, 15.0)},
    even=("theta",),
    monotonic={"mach_ms": -1},
)
def chao_2002(theta: rad, p_dyn: nPa, b_z: nT, mach_ms: dimensionless, beta: dimensionless) -> R_E:
    """Geocentric distance of the bow shock, from pressure, field, Mach number and beta.

    Parameters
    ----------
    theta : float or array, rad
        Angle from the Sun-Earth line.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_z : float or array, nT
        Northward component of the interplanetary field, GSM.
    mach_ms : float or array, 1
        Fast magnetosonic Mach number of the wind.
    beta : float or array, 1
        Ratio of thermal to magnetic pressure in the wind.

    Returns
    -------
    r : float or array, R_E
        Distance from the Earth's centre; NaN beyond the asymptote of the flank, 166 degrees from the Sun, and where
        there is no shock.

    Notes
    -----
    The shape r_0 [(1 + e) / (1 + e cos theta)]^alpha with e = 1.029 and fourteen fitted coefficients. Its angle is
    meant from the direction of the flow (aberrated). The declared ranges are this package's choice: common wind.

    Examples
    --------
    >>> float(chao_2002(0.0, 2.0, 0.0, 6.0, 1.5).round(2))
    13.81
    """
    xp = namespace(theta, p_dyn, b_z, mach_ms, beta)
    north, south = xp.maximum(b_z, 0.0 * b_z), xp.minimum(b_z, 0.0 * b_z)
    compression = ((1.3007 - 1) * mach_ms**2 + 2) / ((1.3007 + 1) * mach_ms**2)
    nose = (
        11.1266
        * (1 + 0.0010 * north - 0.0005 * south)
        * (1 - 0.0049 * beta)
        * (1 + 2.5966 * compression)
        * p_dyn ** (-1 / 6.047)
    )
    flaring = (
        0.8182
        * (1 + 0.0231 * north - 0.0170 * south)
        * (1 - 0.0122 * p_dyn)
        * (1 - 0.0328 * xp.log(1 + beta))
        * (1 - 0.002 * mach_ms)
    )
    eccentricity = 1.029
    r = nose * ((1 + eccentricity) / (1 + eccentricity * xp.cos(theta))) ** flaring
    return xp.where(mach_ms > 1, r, xp.nan)
