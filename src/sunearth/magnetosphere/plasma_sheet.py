"""The plasma sheet of the tail: its balance with the lobes, what fills it, and where its neutral sheet lies."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import ELEMENTARY_CHARGE, VACUUM_PERMEABILITY
from sunearth.core.errors import UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_E, keV, km_s, nPa, nT, per_cm3, rad
from sunearth.heliosphere.wind import magnetic_pressure

# --- the plasma sheet --------------------------------------------------------------------------------------------

_NPA_PER_KEV_CM3 = 1e9 * ELEMENTARY_CHARGE * 1e3 * 1e6
"""nPa in 1 keV cm^-3"""


@model(
    cite="Hughes 1995, in Kivelson and Russell, Introduction to Space Physics, 227",
    valid={"n": (0.01, 10.0), "b_lobe": (1.0, 100.0)},
    monotonic={"n": -1, "b_lobe": 1},
)
def plasma_sheet_temperature(n: per_cm3, b_lobe: nT) -> keV:
    """Temperature of the plasma sheet, ions and electrons together, that balances the lobes.

    Parameters
    ----------
    n : float or array, cm^-3
        Density of the plasma sheet.
    b_lobe : float or array, nT
        Field of the lobes.

    Returns
    -------
    temperature : float or array, keV
        T_i + T_e from n k (T_i + T_e) = B_L^2 / (2 mu_0).

    Examples
    --------
    >>> float(plasma_sheet_temperature(0.5, 20.0).round(2))
    1.99
    """
    return magnetic_pressure.spec.function(b_lobe) / (n * _NPA_PER_KEV_CM3)


@model(
    cite="Hughes 1995, in Kivelson and Russell, Introduction to Space Physics, 227",
    valid={"n": (0.01, 10.0), "t_i": (0.05, 50.0), "t_e": (0.01, 20.0)},
    monotonic={"n": 1, "t_i": 1, "t_e": 1},
)
def plasma_sheet_lobe_field(n: per_cm3, t_i: keV, t_e: keV) -> nT:
    """Field of the lobes that holds a plasma sheet in balance.

    Parameters
    ----------
    n : float or array, cm^-3
        Density of the plasma sheet.
    t_i : float or array, keV
        Temperature of the ions.
    t_e : float or array, keV
        Temperature of the electrons.

    Returns
    -------
    b_lobe : float or array, nT
        From B_L^2 / (2 mu_0) = n k (T_i + T_e).

    Notes
    -----
    Mean energies are three halves of the temperatures: 0.5 cm^-3 with protons of 5 keV and electrons of 0.6 keV in the
    mean exert 0.30 nPa, not with their energy density of 0.45 nPa, and hold 27 nT.

    Examples
    --------
    >>> float(plasma_sheet_lobe_field(0.5, 5.0 / 1.5, 0.6 / 1.5).round(1))
    27.4
    """
    xp = namespace(n, t_i, t_e)
    return xp.sqrt(2.0 * VACUUM_PERMEABILITY * 1e-9 * n * (t_i + t_e) * _NPA_PER_KEV_CM3) * 1e9


class PlasmaSheet(NamedTuple):
    """Ions of the central plasma sheet."""

    density: per_cm3
    temperature: keV
    pressure: nPa


_TSYGANENKO_MUKAI = "Tsyganenko and Mukai 2003, J. Geophys. Res. 108, 1136, doi:10.1029/2002JA009707"


@model(
    cite=_TSYGANENKO_MUKAI,
    valid={
        "x": (-50.0, -10.0),
        "y": (-15.0, 15.0),
        "n_p": (1.0, 40.0),
        "speed": (280.0, 800.0),
        "b_y": (-12.0, 12.0),
        "b_z": (-12.0, 12.0),
        "p_dyn": (0.5, 10.0),
    },
    even=("y", "b_y"),
)
def tsyganenko_mukai_2003(x: R_E, y: R_E, n_p: per_cm3, speed: km_s, b_y: nT, b_z: nT, p_dyn: nPa) -> PlasmaSheet:
    """Density, temperature and pressure of the ions in the central plasma sheet.

    Parameters
    ----------
    x, y : float or array, R_E
        Position in the tail, GSM turned by the aberration of the wind (about 4 degrees), 10 to 50 R_E from the Earth.
    n_p : float or array, cm^-3
        Density of the solar wind.
    speed : float or array, km/s
        Its speed.
    b_y, b_z : float or array, nT
        Interplanetary field, GSM.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.

    Returns
    -------
    density : float or array, cm^-3
        Density of the ions.
    temperature : float or array, keV
        Temperature of the ions.
    pressure : float or array, nPa
        Pressure of the ions.

    Notes
    -----
    Three separate fits to one set of Geotail data: at midnight under southward field density times temperature gives
    the pressure to 20 %, at the flanks under northward field it is a third too large. With r the distance in 10 R_E, v
    the speed in 500 km/s, N and S the northward and southward field in 5 nT, n the density in 10 cm^-3, p the pressure
    in 3 nPa and F the field across the Sun-Earth line in 5 nT times sin^(1/2)(clock angle / 2). The wind is to be
    averaged over the hours before.

    Examples
    --------
    >>> sheet = tsyganenko_mukai_2003(-20.0, 0.0, 5.0, 400.0, 0.0, -2.0, 1.5)
    >>> float(sheet.density.round(2)), float(sheet.temperature.round(2)), float(sheet.pressure.round(3))
    (0.18, 4.81, 0.125)
    """
    xp = namespace(x, y, n_p, speed, b_y, b_z, p_dyn)
    r = xp.sqrt(x**2 + y**2) / 10.0
    sine_2 = y**2 / (x**2 + y**2)
    v, n, p = speed / 500.0, n_p / 10.0, p_dyn / 3.0
    north, south = xp.maximum(b_z, 0.0 * b_z) / 5.0, xp.maximum(-b_z, 0.0 * b_z) / 5.0
    b_t_2 = b_y**2 + b_z**2
    # Roots have no slope at zero: where the field or its angle vanishes they are taken of next to nothing instead.
    b_t = xp.sqrt(xp.where(b_t_2 > 0.0, b_t_2, 1e-12)) + 0.0 * b_t_2
    half_sine_2 = 0.5 * (1.0 - b_z / b_t)
    f = b_t / 5.0 * xp.where(half_sine_2 > 0.0, half_sine_2, 1e-12) ** 0.25 + 0.0 * half_sine_2

    temperature = (
        1.678 * v
        - 0.1606 * north
        + 1.669 * south
        + 4.820 * xp.exp(-(0.2568 * v**-2.689 + 0.2249 * north + 0.1887 * south) * (r - 1.0))
        + (
            2.855 * v
            - 0.602 * north
            - 0.836 * south
            - 2.491 * xp.exp(-(-0.4458 * v**1.222 - 0.0331 * north - 0.0241 * south) * (r - 1.0))
        )
        * sine_2
    )
    density = (-0.159 + 0.608 * n**0.4756 + 0.5055 * north + 0.0796 * v * south) * r**-0.7935 + (
        0.2746 * n**0.7117 + 0.0361 * north - 0.0342 * v * south
    ) * r**1.162 * sine_2
    pressure = (
        0.057 * r**-4.422
        + 0.524 * p**0.754 * r**-1.533
        + 0.0908 * f**1.048 * r**-1.217
        + (0.527 * p**-0.074 * xp.exp(-2.54 * r) + 0.078 * f**1.015 * xp.exp(-0.32 * r)) * sine_2
    )
    return PlasmaSheet(density, temperature, pressure)


# --- the neutral sheet -------------------------------------------------------------------------------------------


def _displaced_ellipse(y: Any, dipole_tilt: Any, hinge: float, depth: float, half_width: float) -> Any:
    xp = namespace(y, dipole_tilt)
    inside = 1.0 - (y / half_width) ** 2
    arch = xp.where(inside > 0.0, xp.sqrt(xp.where(inside > 0.0, inside, 1.0)), 0.0) + 0.0 * inside
    return ((hinge + depth) * arch - depth) * xp.sin(dipole_tilt)


@model(
    cite="Fairfield 1980, J. Geophys. Res. 85, 775",
    valid={"y": (-22.0, 22.0), "dipole_tilt": (-0.62, 0.62)},
    even=("y",),
)
def fairfield_1980(y: R_E, dipole_tilt: rad) -> R_E:
    """Height of the neutral sheet above the solar magnetospheric equator, as a displaced half ellipse.

    Parameters
    ----------
    y : float or array, R_E
        Duskward position, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole, positive when the north pole leans to the Sun.

    Returns
    -------
    z : float or array, R_E
        Height in GSM, for positions more than about 10 R_E down the tail; flat beyond the ends of the ellipse.

    Notes
    -----
    [(H + D) (1 - y^2 / Y^2)^(1/2) - D] sin(tilt) with H = 10.5, D = 14 and Y = 22.5 R_E.

    Examples
    --------
    >>> import numpy as np
    >>> fairfield_1980(np.array([0.0, 15.0]), np.deg2rad(20.0)).round(2).tolist()
    [3.59, 1.46]
    """
    return _displaced_ellipse(y, dipole_tilt, 10.5, 14.0, 22.5)


@model(
    cite="Hammond et al. 1994, J. Geophys. Res. 99, 6079",
    valid={"y": (-20.0, 20.0), "dipole_tilt": (-0.62, 0.62)},
    even=("y",),
)
def hammond_1994(y: R_E, dipole_tilt: rad) -> R_E:
    """Height of the neutral sheet above the solar magnetospheric equator, as a narrower displaced half ellipse.

    Parameters
    ----------
    y : float or array, R_E
        Duskward position, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole, positive when the north pole leans to the Sun.

    Returns
    -------
    z : float or array, R_E
        Height in GSM, for positions more than about 10 R_E down the tail.

    Notes
    -----
    The form of :func:`fairfield_1980` with H = 8.6, D = 12.2 and Y = 20.2 R_E.

    Examples
    --------
    >>> import numpy as np
    >>> float(hammond_1994(0.0, np.deg2rad(20.0)).round(2))
    2.94
    """
    return _displaced_ellipse(y, dipole_tilt, 8.6, 12.2, 20.2)


_EQUATOR_STEPS = 40


@model(
    cite="Tsyganenko et al. 2015, Ann. Geophys. 33, 1, doi:10.5194/angeo-33-1-2015",
    valid={
        "x": (-50.0, -4.0),
        "y": (-18.0, 18.0),
        "dipole_tilt": (-0.62, 0.62),
        "p_dyn": (0.5, 10.0),
        "b_y": (-12.0, 12.0),
        "b_z": (-10.0, 10.0),
    },
)
def tsyganenko_2015(x: R_E, y: R_E, dipole_tilt: rad, p_dyn: nPa = 2.0, b_y: nT = 0.0, b_z: nT = 0.0) -> R_E:
    """Height of the equatorial current sheet above the solar magnetospheric equator at all local times.

    Parameters
    ----------
    x, y : float or array, R_E
        Sunward and duskward position, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole, positive when the north pole leans to the Sun.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_y, b_z : float or array, nT
        Interplanetary field, GSM, averaged over the last half hour.

    Returns
    -------
    z : float or array, R_E
        Height of the sheet in GSM at that x and y.

    Notes
    -----
    In solar magnetic coordinates, with r the distance from the dipole axis and f the longitude from noon,
    Z = R_H tan(tilt) {1 - [1 + (r / R_H)^a]^(1/a)} (a_0 + a_1 cos f) + T (b_y / 5) (r / 10)^b sin f: hinging, warping
    and a bowl, and the twist of the tail by the interplanetary field, which grows when that points north. The five
    shape parameters depend on the pressure, by (p_dyn / 2)^(-0.287) - 1, and on b_z. It succeeds the model of
    Tsyganenko and Fairfield (2004), which has the night side only. Coefficients as in the authors' program. Where GSM
    x and y are given the height follows by iteration, which converges for all tilts of the dipole.

    Examples
    --------
    >>> import numpy as np
    >>> tilt = np.deg2rad(20.0)
    >>> tsyganenko_2015(-20.0, np.array([-10.0, 0.0, 10.0]), tilt, b_y=5.0).round(2).tolist()
    [1.54, 3.39, 2.93]
    """
    xp = namespace(x, y, dipole_tilt, p_dyn, b_y, b_z)
    by, bz = b_y / 5.0, b_z / 5.0
    p = (p_dyn / 2.0) ** -0.2868279445 - 1.0
    sine, cosine, tangent = xp.sin(dipole_tilt), xp.cos(dipole_tilt), xp.tan(dipole_tilt)
    twist = (0.2865647076 + 0.1847283161 * p) * by
    beta = 2.179888855 + 0.4035940369 * bz
    a_0 = 2.909423481 - 0.1585372900 * p + 0.5648121327 * bz
    a_1 = 1.889466989 + 0.06086006001 * p + 0.4853873874 * bz

    z = 0.0 * (x + y + tangent + p + by + bz)
    for _ in range(_EQUATOR_STEPS):
        x_sm = x * cosine - z * sine
        square = x_sm**2 + y**2
        # On the dipole axis the longitude is arbitrary; the sheet passes through the Earth's centre.
        r = xp.sqrt(xp.where(square > 1e-12, square, 1e-12)) + 0.0 * square
        cos_f, sin_f = x_sm / r, y / r
        hinge = (
            11.01595255
            + 6.054799445 * p
            + 0.8376136340 * bz
            + (-2.283371357 - 0.2505011095 * p - 0.9648465280 * bz) * cos_f
        )
        alpha = 7.128509839 + 4.867577218 * cos_f - 0.2248219212 * p - 0.1441988549 * bz
        bend = 1.0 - (1.0 + (r / hinge) ** alpha) ** (1.0 / alpha)
        height = hinge * tangent * bend * (a_0 + a_1 * cos_f) + twist * (r / 10.0) ** beta * sin_f
        z = (height - x * sine) / cosine
    return z


# --- what fills it -----------------------------------------------------------------------------------------------


class Population(NamedTuple):
    """A plasma of near-Earth space: typical values, from which single measurements differ by factors."""

    density: float
    """cm^-3"""
    t_i: float
    """keV"""
    t_e: float
    """keV"""
    b: float
    """nT"""
    origin: str

    @property
    def beta(self) -> float:
        """Plasma pressure over magnetic pressure."""
        return float(self.density * (self.t_i + self.t_e) * _NPA_PER_KEV_CM3 / magnetic_pressure(self.b))


# The tail and the sheath after Hughes (1995), whose table gives beta = 2.5, 3e-3, 0.1 and 6 beside these values.
POPULATIONS: dict[str, Population] = {
    "solar wind": Population(5.0, 0.0086, 0.0121, 5.0, "corona"),
    "magnetosheath": Population(8.0, 0.15, 0.025, 15.0, "solar wind"),
    "tail lobe": Population(0.01, 0.3, 0.05, 20.0, "solar wind and polar wind"),
    "plasma sheet boundary layer": Population(0.1, 1.0, 0.15, 20.0, "solar wind and ionosphere"),
    "plasma sheet": Population(0.3, 4.2, 0.6, 10.0, "solar wind; ionosphere in storms"),
    "ring current": Population(2.0, 30.0, 3.0, 480.0, "plasma sheet; ionosphere in storms"),
    "plasmasphere": Population(900.0, 0.0005, 0.0005, 1100.0, "ionosphere"),
    "topside ionosphere": Population(1e4, 0.00026, 0.00026, 2e4, "atmosphere"),
}


def population(region: str) -> Population:
    """Return the typical plasma of a region.

    Parameters
    ----------
    region : str
        A name in `POPULATIONS`.

    Returns
    -------
    Population
        Density, temperatures, field, origin and beta.

    Raises
    ------
    UnknownNameError
        If there is no such region.

    Examples
    --------
    >>> population("plasma sheet").density, round(population("plasma sheet").beta, 1)
    (0.3, 5.8)
    """
    if region not in POPULATIONS:
        raise UnknownNameError("region", region, POPULATIONS)
    return POPULATIONS[region]


def classify_population(density: Any, temperature: Any, b: Any) -> Any:
    """Name the region whose typical plasma is nearest to a measured one.

    Parameters
    ----------
    density : float or array, cm^-3
        Density.
    temperature : float or array, keV
        Temperature of the ions.
    b : float or array, nT
        Magnitude of the magnetic field.

    Returns
    -------
    str, array of str or DataArray
        A name in `POPULATIONS`, by the distance in the logarithms of the three; empty where one is unknown.

    Notes
    -----
    A first guess: boundary layers take values between those of their neighbours. Position tells the plasma sheet from a
    hot ring current better than this does.

    Examples
    --------
    >>> classify_population([0.5, 0.02, 20.0], [3.0, 0.2, 0.1], [8.0, 25.0, 20.0]).tolist()
    ['plasma sheet', 'tail lobe', 'magnetosheath']
    """
    if any(hasattr(value, "dims") for value in (density, temperature, b)):
        import xarray as xr

        return xr.apply_ufunc(
            classify_population, density, temperature, b, dask="parallelized", output_dtypes=[np.dtype("U32")]
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        measured = np.stack(
            np.broadcast_arrays(*(np.log10(np.asarray(v, float)) for v in (density, temperature, b))), axis=-1
        )
    typical = np.log10([[p.density, p.t_i, p.b] for p in POPULATIONS.values()])
    known = np.isfinite(measured).all(axis=-1)
    apart = ((np.where(known[..., None], measured, 0.0)[..., None, :] - typical) ** 2).sum(axis=-1)
    named = np.where(known, np.asarray(tuple(POPULATIONS))[apart.argmin(axis=-1)], "")
    return str(named) if named.ndim == 0 else named
