"""How strongly the solar wind drives the magnetosphere: coupling functions, from the rectified field to dayside rates.

All need the field in GSM and none depends on the sign of its duskward component.
"""

from __future__ import annotations

from typing import Annotated, Any

from sunearth.core.arrays import namespace
from sunearth.core.constants import EARTH_RADIUS, PROTON_MASS, VACUUM_PERMEABILITY
from sunearth.core.model import model
from sunearth.core.units import R_E, Array, W, dimensionless, km_s, kV, mV_m, nT, parse_unit, per_cm3

newell_rate = Annotated[Array, parse_unit("km^(4/3) s^(-4/3) nT^(2/3)")]
viscous_rate = Annotated[Array, parse_unit("cm^(-3/2) km^2 s^-2")]


def transverse(b_y: Any, b_z: Any) -> tuple[Any, Any]:
    """Return the field across the Sun-Earth line and the sine of half its clock angle, which is not negative.

    Examples
    --------
    >>> b_t, sine = transverse(3.0, -4.0)
    >>> float(b_t), round(float(sine**2), 6)
    (5.0, 0.9)
    """
    xp = namespace(b_y, b_z)
    return xp.sqrt(b_y**2 + b_z**2), xp.abs(xp.sin(0.5 * xp.atan2(b_y, b_z)))


@model(
    cite="Burton et al. 1975, J. Geophys. Res. 80, 4204, doi:10.1029/JA080i031p04204", monotonic={"speed": 1, "b_z": -1}
)
def rectified_field(speed: km_s, b_z: nT) -> mV_m:
    """Dawn-dusk electric field of the solar wind while its magnetic field points south, else zero.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    b_z : float or array, nT
        Northward component, GSM.

    Returns
    -------
    e : float or array, mV/m
        The half-wave rectified field, v B_s.

    Examples
    --------
    >>> float(rectified_field(400.0, -5.0))
    2.0
    """
    xp = namespace(speed, b_z)
    return speed * xp.maximum(-b_z, 0.0 * b_z) * 1e-3


@model(cite="Kan and Lee 1979, Geophys. Res. Lett. 6, 577", even=("b_y",), monotonic={"speed": 1})
def kan_lee_1979(speed: km_s, b_y: nT, b_z: nT) -> mV_m:
    """Electric field of reconnection at the dayside magnetopause.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    b_y : float or array, nT
        Duskward component, GSM.
    b_z : float or array, nT
        Northward component, GSM.

    Returns
    -------
    e : float or array, mV/m
        The merging field v B_T sin^2(theta/2).

    Examples
    --------
    >>> float(kan_lee_1979(400.0, 0.0, -5.0))
    2.0
    """
    b_t, sine = transverse(b_y, b_z)
    return speed * b_t * sine**2 * 1e-3


@model(cite="Wygant et al. 1983, J. Geophys. Res. 88, 5727", even=("b_y",), monotonic={"speed": 1})
def wygant_1983(speed: km_s, b_y: nT, b_z: nT) -> mV_m:
    """Electric field of reconnection at the dayside magnetopause, with a narrow range of clock angles.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    b_y : float or array, nT
        Duskward component, GSM.
    b_z : float or array, nT
        Northward component, GSM.

    Returns
    -------
    e : float or array, mV/m
        The field v B_T sin^4(theta/2).

    Examples
    --------
    >>> float(wygant_1983(400.0, 5.0, 0.0).round(3))
    0.5
    """
    b_t, sine = transverse(b_y, b_z)
    return speed * b_t * sine**4 * 1e-3


@model(
    cite="Perreault and Akasofu 1978, Geophys. J. R. Astron. Soc. 54, 547",
    even=("b", "b_y"),
    monotonic={"speed": 1, "l_0": 1},
)
def perreault_akasofu_1978(speed: km_s, b: nT, b_y: nT, b_z: nT, l_0: R_E = 7.0) -> W:
    """Power that the solar wind offers to the magnetosphere.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    b : float or array, nT
        Magnitude of the field, its sunward component included.
    b_y : float or array, nT
        Duskward component, GSM.
    b_z : float or array, nT
        Northward component, GSM.
    l_0 : float or array, R_E
        Length that scales the power to what is dissipated.

    Returns
    -------
    epsilon : float or array, W
        The parameter epsilon.

    Notes
    -----
    In SI (4 pi / mu_0) v B^2 sin^4(theta/2) l_0^2, where 4 pi / mu_0 is 10^7 to ten digits. About 10^11 W drives a
    substorm, 10^12 W a storm. Written with arctan(b_y / b_z) for the clock angle it fails for southward field.

    Examples
    --------
    >>> print(f"{perreault_akasofu_1978(400.0, 5.0, 0.0, -5.0):.2e}")
    1.99e+11
    """
    xp = namespace(speed, b, b_y, b_z, l_0)
    _, sine = transverse(b_y, b_z)
    flux = speed * 1e3 * (b * 1e-9) ** 2 / VACUUM_PERMEABILITY
    return 4 * xp.pi * flux * sine**4 * (l_0 * EARTH_RADIUS) ** 2


@model(cite="Newell et al. 2007, J. Geophys. Res. 112, A01206", even=("b_y",), monotonic={"speed": 1})
def newell_2007(speed: km_s, b_y: nT, b_z: nT) -> newell_rate:
    """Rate at which the solar wind opens magnetic flux, in the units of its inputs.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed.
    b_y : float or array, nT
        Duskward component, GSM.
    b_z : float or array, nT
        Northward component, GSM.

    Returns
    -------
    rate : float or array, km^(4/3) s^(-4/3) nT^(2/3)
        The rate v^(4/3) B_T^(2/3) sin^(8/3)(theta/2), without the constant that would make it a voltage.

    Notes
    -----
    Of twenty functions the paper compares, it follows nine of ten measures of activity best. A common wind gives
    about 4000.

    Examples
    --------
    >>> float(newell_2007(400.0, 0.0, -5.0).round(1))
    8617.7
    """
    b_t, sine = transverse(b_y, b_z)
    return speed ** (4 / 3) * b_t ** (2 / 3) * sine ** (8 / 3)


@model(cite="Newell et al. 2008, J. Geophys. Res. 113, A04218", monotonic={"n_p": 1, "speed": 1})
def viscous_drive(n_p: per_cm3, speed: km_s) -> viscous_rate:
    """Strength of viscous driving by the solar wind, in the units of its inputs.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    speed : float or array, km/s
        Bulk speed.

    Returns
    -------
    rate : float or array, cm^(-3/2) km^2 s^-2
        The rate n_p^(1/2) v^2.

    Notes
    -----
    Added to :func:`newell_2007` with a weight fitted to the index at hand, it explains most of what merging leaves;
    under northward field it may be the main driver.

    Examples
    --------
    >>> float(viscous_drive(4.0, 400.0))
    320000.0
    """
    xp = namespace(n_p, speed)
    return xp.sqrt(n_p) * speed**2


@model(cite="Milan et al. 2012, J. Geophys. Res. 117, A03226", even=("b_y",), monotonic={"speed": 1})
def milan_2012(speed: km_s, b_y: nT, b_z: nT) -> kV:
    """Voltage of reconnection at the dayside magnetopause.

    Parameters
    ----------
    speed : float or array, km/s
        Bulk speed, for which the paper takes its component along the Sun-Earth line.
    b_y : float or array, nT
        Duskward component, GSM.
    b_z : float or array, nT
        Northward component, GSM.

    Returns
    -------
    potential : float or array, kV
        Rate at which flux is opened; 1 kV opens 1 kWb each second.

    Notes
    -----
    The field v B_T sin^(9/2)(theta/2) acts along a length of 3.8 R_E (v / 400 km/s)^(1/3), fitted to the growth of the
    polar cap seen from space. The same in one constant is 3.3e5 m^(2/3) s^(1/3) v^(4/3) B_T sin^(9/2)(theta/2).

    Examples
    --------
    >>> float(milan_2012(400.0, 0.0, -5.0).round(1))
    48.4
    """
    b_t, sine = transverse(b_y, b_z)
    length = 3.8 * EARTH_RADIUS * (speed / 400.0) ** (1 / 3)
    return length * speed * 1e3 * b_t * 1e-9 * sine ** (9 / 2) * 1e-3


@model(
    cite="Borovsky and Birn 2014, J. Geophys. Res. Space Phys. 119, 751, doi:10.1002/2013JA019193",
    valid={"mach_alfven": (1.5, 60.0)},
    even=("b_y",),
    monotonic={"speed": 1, "n_p": 1},
)
def borovsky_birn_2014(n_p: per_cm3, speed: km_s, mach_alfven: dimensionless, b_y: nT, b_z: nT) -> mV_m:
    """Electric field of reconnection at the dayside magnetopause, from the plasma on both sides of it.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    speed : float or array, km/s
        Bulk speed.
    mach_alfven : float or array, 1
        Alfven Mach number.
    b_y : float or array, nT
        Duskward component, GSM; with b_z it gives the clock angle alone.
    b_z : float or array, nT
        Northward component, GSM.

    Returns
    -------
    e : float or array, mV/m
        The rate R_quick at the nose.

    Notes
    -----
    The Cassak-Shay rate with the sheath's field and density put in terms of the wind: compression at the bow shock
    C^-6 = 4^-6 + (1 + 1.38 ln M_A)^-6 and plasma beta behind it (M_A / 6)^1.92. The field of the wind enters only
    through the Mach number and the clock angle; mass loading by the magnetosphere is left out.

    Examples
    --------
    >>> float(borovsky_birn_2014(5.0, 400.0, 8.2, 0.0, -5.0).round(2))
    1.61
    """
    xp = namespace(n_p, speed, mach_alfven, b_y, b_z)
    _, sine = transverse(b_y, b_z)
    compression = (4.0**-6 + (1 + 1.38 * xp.log(mach_alfven)) ** -6.0) ** (-1 / 6)
    beta = (mach_alfven / 6) ** 1.92
    rho = PROTON_MASS * n_p * 1e6
    scale = xp.sqrt(VACUUM_PERMEABILITY * rho / compression) * (speed * 1e3) ** 2 * 1e3
    return 0.4 * sine**2 * scale * (1 + beta) ** (-3 / 4)
