"""The solar atmosphere from the photosphere to the outer corona: layers, density, heating, and how it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    BOLTZMANN,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SOLAR_GM,
    SOLAR_RADIUS,
    VACUUM_PERMEABILITY,
    VACUUM_PERMITTIVITY,
)
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import (
    Array,
    K,
    Pa,
    R_sun,
    W,
    W_m2,
    dimensionless,
    kg_m3,
    km,
    km_s,
    m,
    m2_s,
    parse_unit,
    per_cm3,
    rad,
    s,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

gauss = Annotated[Array, parse_unit("gauss")]
ohm_m = Annotated[Array, parse_unit("ohm m")]
W_m3 = Annotated[Array, parse_unit("W m^-3")]
W_times_m3 = Annotated[Array, parse_unit("W m^3")]
K_m = Annotated[Array, parse_unit("K/m")]

HELIUM = 0.1
"""Helium nuclei per hydrogen nucleus of the solar atmosphere."""
MEAN_MASS_IONISED = (1 + 4 * HELIUM) / (2 + 3 * HELIUM)
"""Mean mass of the particles where all is ionised, in proton masses."""
MEAN_MASS = 0.6
"""Mean mass of the particles of the corona, with 10 % helium, in proton masses."""
SPITZER_CONDUCTIVITY = 1e-11
"""W m^-1 K^(-7/2), thermal conductivity of the corona along the field over T^(5/2)."""
SOLAR_LUMINOSITY = 3.828e26
"""W (IAU 2015 nominal)"""

_GRAVITY = SOLAR_GM / SOLAR_RADIUS**2
_CM3 = 1e-6  # m^3 in a cm^3
_ERG_CM3 = 1e-13  # W m^3 in an erg cm^3 s^-1
_ASCHWANDEN = "Aschwanden 2005, Physics of the Solar Corona"
_PRIEST = "Priest 2014, Magnetohydrodynamics of the Sun"
_WITHBROE_NOYES = "Withbroe and Noyes 1977, Annu. Rev. Astron. Astrophys. 15, 363"
_VAL = "Vernazza, Avrett and Loeser 1981, Astrophys. J. Suppl. 45, 635"
_FORMULARY = "Huba 2013, NRL Plasma Formulary"

# --- The hydrostatic corona -------------------------------------------------------------------------------------------


@model(
    cite=_ASCHWANDEN,
    valid={"temperature": (3e5, 1e7), "mean_mass": (0.5, 1.3)},
    monotonic={"temperature": 1, "mean_mass": -1},
)
def coronal_scale_height(temperature: K, mean_mass: dimensionless = MEAN_MASS) -> km:
    """Scale height of the solar corona.

    Parameters
    ----------
    temperature : float or array, K
        Temperature of all particles.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses: 0.6 with 10 % helium, 0.5 for protons and electrons.

    Returns
    -------
    height : float or array, km
        Height k T / (mean_mass m_p g) over which the density falls by e at the solar surface.

    Notes
    -----
    50.2 Mm for each million degrees at a mean mass of 0.6. The 100 Mm that one course states for 1.5 MK take 2 MK.

    Examples
    --------
    >>> float((coronal_scale_height(1.5e6) / 1e3).round(2))
    75.26
    """
    return BOLTZMANN * temperature / (mean_mass * PROTON_MASS * _GRAVITY) * 1e-3


@model(
    cite=_ASCHWANDEN,
    valid={"r": (1.0, 215.0), "temperature": (3e5, 1e7), "n_0": (1e6, 1e11), "mean_mass": (0.5, 1.3)},
    monotonic={"r": -1, "n_0": 1},
)
def hydrostatic_density(r: R_sun, temperature: K, n_0: per_cm3 = 1e8, mean_mass: dimensionless = MEAN_MASS) -> per_cm3:
    """Electron density of an isothermal corona at rest.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance; infinity is allowed.
    temperature : float or array, K
        Temperature of all particles.
    n_0 : float or array, cm^-3
        Electron density at 1 R_sun.
    mean_mass : float or array, 1
        Mean mass of the particles in proton masses.

    Returns
    -------
    n_e : float or array, cm^-3
        The density n_0 exp[-(R_sun / H) (1 - R_sun / r)].

    Notes
    -----
    It does not vanish at infinity, which was Parker's argument for a wind.

    Examples
    --------
    >>> float(hydrostatic_density(2.0, 1.5e6, 1.0).round(6))
    0.009833
    """
    xp = namespace(r, temperature, n_0, mean_mass)
    height = coronal_scale_height.spec.function(temperature, mean_mass) * 1e3
    return n_0 * xp.exp(-(SOLAR_RADIUS / height) * (1 - 1 / r))


# --- Observed electron density ----------------------------------------------------------------------------------------


@model(
    cite="Allen 1947, Mon. Not. R. Astron. Soc. 107, 426",
    valid={"r": (1.0, 3.0)},
    monotonic={"r": -1},
)
def allen_1947(r: R_sun) -> per_cm3:
    """Electron density of the corona seen at eclipses, after Baumbach.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.

    Returns
    -------
    n_e : float or array, cm^-3
        The density 1e8 (2.99 r^-16 + 1.55 r^-6 + 0.036 r^-1.5).

    Examples
    --------
    >>> print(f"{allen_1947(1.0):.3e}")
    4.576e+08
    """
    return 1e8 * (2.99 * r**-16 + 1.55 * r**-6 + 0.036 * r**-1.5)


@model(
    cite="Newkirk 1961, Astrophys. J. 133, 983, doi:10.1086/147104",
    valid={"r": (1.0, 3.0), "fold": (1.0, 4.0)},
    monotonic={"r": -1, "fold": 1},
)
def newkirk_1961(r: R_sun, fold: dimensionless = 1.0) -> per_cm3:
    """Electron density of the corona over quiet and active regions.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    fold : float or array, 1
        Multiple of the quiet corona: 1 at quiet, 2 in streamers, 4 over active regions.

    Returns
    -------
    n_e : float or array, cm^-3
        The density 4.2e4 times 10^(4.32 / r).

    Notes
    -----
    That of hydrostatic balance at 1.4 MK; far out it tends to 4.2e4 and must not be used.

    Examples
    --------
    >>> print(f"{newkirk_1961(1.0):.2e}")
    8.78e+08
    """
    return fold * 4.2e4 * 10.0 ** (4.32 / r)


@model(
    cite="Saito 1970, Ann. Tokyo Astron. Obs. 12, 53",
    valid={"r": (1.05, 10.0), "latitude": (-1.5707, 1.5707)},
    even=("latitude",),
    monotonic={"r": -1},
)
def saito_1970(r: R_sun, latitude: rad = 0.0) -> per_cm3:
    """Electron density of the corona at solar minimum, by latitude.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.
    latitude : float or array, rad
        Heliographic latitude.

    Returns
    -------
    n_e : float or array, cm^-3
        Density, over the poles a third of that over the equator at the surface and a twentieth at 2 R_sun.

    Examples
    --------
    >>> print(f"{saito_1970(2.0):.2e}, {saito_1970(2.0, 1.5708):.2e}")
    2.92e+06, 1.26e+05
    """
    xp = namespace(r, latitude)
    sine = xp.abs(xp.sin(latitude))
    return (
        3.09e8 * r**-16 * (1 - 0.5 * sine) + 1.58e8 * r**-6 * (1 - 0.95 * sine) + 2.51e6 * r**-2.5 * (1 - xp.sqrt(sine))
    )


@model(
    cite="Saito, Poland and Munro 1977, Solar Phys. 55, 121, doi:10.1007/BF00150879",
    valid={"r": (2.5, 5.5)},
    monotonic={"r": -1},
)
def saito_1977(r: R_sun) -> per_cm3:
    """Electron density of the background corona above the equator, from the coronagraph on Skylab.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.

    Returns
    -------
    n_e : float or array, cm^-3
        The density 1.36e6 r^-2.14 + 1.68e8 r^-6.13.

    Examples
    --------
    >>> print(f"{saito_1977(3.0):.2e}")
    3.29e+05
    """
    return 1.36e6 * r**-2.14 + 1.68e8 * r**-6.13


@model(
    cite="Leblanc, Dulk and Bougeret 1998, Solar Phys. 183, 165, doi:10.1023/A:1005049730506",
    valid={"r": (1.2, 215.0)},
    monotonic={"r": -1},
)
def leblanc_1998(r: R_sun) -> per_cm3:
    """Electron density from the corona to the Earth, from the drift of type III radio bursts.

    Parameters
    ----------
    r : float or array, R_sun
        Heliocentric distance.

    Returns
    -------
    n_e : float or array, cm^-3
        The density 3.3e5 r^-2 + 4.1e6 r^-4 + 8.0e7 r^-6, which is 7.2 at 1 au.

    Notes
    -----
    The drift of the bursts gives the shape; the level is scaled to what is measured at 1 au, and another value there
    scales the whole.

    Examples
    --------
    >>> float(leblanc_1998(215.0).round(2))
    7.14
    """
    return 3.3e5 * r**-2 + 4.1e6 * r**-4 + 8.0e7 * r**-6


# --- Layers -----------------------------------------------------------------------------------------------------------

# Table 12 of Vernazza, Avrett and Loeser (1981), their average quiet Sun (model C), from below: height above the level
# of optical depth 1 at 500 nm (km), temperature (K), hydrogen density (cm^-3), electron density (cm^-3), mass density
# (g cm^-3).
_MODEL_C = np.array(
    [
        [-75.0, 8320.0, 1.365e17, 1.204e15, 3.192e-07],
        [-50.0, 7610.0, 1.317e17, 4.645e14, 3.080e-07],
        [-25.0, 6910.0, 1.261e17, 1.547e14, 2.949e-07],
        [0.0, 6420.0, 1.166e17, 6.433e13, 2.727e-07],
        [50.0, 5840.0, 9.203e16, 2.122e13, 2.152e-07],
        [100.0, 5455.0, 6.866e16, 1.066e13, 1.606e-07],
        [150.0, 5180.0, 4.917e16, 6.476e12, 1.150e-07],
        [250.0, 4780.0, 2.315e16, 2.674e12, 5.413e-08],
        [350.0, 4465.0, 9.979e15, 1.110e12, 2.334e-08],
        [450.0, 4220.0, 3.989e15, 4.516e11, 9.327e-09],
        [515.0, 4170.0, 2.096e15, 2.495e11, 4.902e-09],
        [555.0, 4230.0, 1.382e15, 1.733e11, 3.232e-09],
        [605.0, 4420.0, 8.119e14, 1.112e11, 1.899e-09],
        [655.0, 4730.0, 4.794e14, 8.085e10, 1.121e-09],
        [705.0, 5030.0, 2.935e14, 7.664e10, 6.864e-10],
        [755.0, 5280.0, 1.864e14, 8.838e10, 4.358e-10],
        [855.0, 5650.0, 8.135e13, 1.064e11, 1.902e-10],
        [905.0, 5755.0, 5.546e13, 1.049e11, 1.297e-10],
        [980.0, 5925.0, 3.147e13, 1.041e11, 7.359e-11],
        [1065.0, 6040.0, 1.711e13, 9.349e10, 4.000e-11],
        [1180.0, 6150.0, 7.865e12, 8.108e10, 1.839e-11],
        [1280.0, 6220.0, 4.200e12, 7.486e10, 9.822e-12],
        [1380.0, 6280.0, 2.273e12, 7.600e10, 5.315e-12],
        [1515.0, 6370.0, 1.048e12, 6.456e10, 2.450e-12],
        [1605.0, 6440.0, 6.386e11, 6.005e10, 1.493e-12],
        [1785.0, 6630.0, 2.601e11, 4.771e10, 6.082e-13],
        [1925.0, 6940.0, 1.380e11, 4.028e10, 3.227e-13],
        [1990.0, 7160.0, 1.033e11, 3.858e10, 2.417e-13],
        [2016.0, 7360.0, 9.075e10, 3.811e10, 2.122e-13],
        [2050.0, 7660.0, 7.705e10, 3.792e10, 1.802e-13],
        [2070.0, 7940.0, 6.960e10, 3.783e10, 1.628e-13],
        [2080.0, 8180.0, 6.541e10, 3.780e10, 1.530e-13],
        [2090.0, 8440.0, 6.127e10, 3.799e10, 1.433e-13],
        [2104.0, 9500.0, 5.239e10, 3.705e10, 1.225e-13],
        [2107.0, 10700.0, 4.673e10, 3.535e10, 1.093e-13],
        [2109.0, 12300.0, 4.092e10, 3.306e10, 9.569e-14],
        [2113.0, 18500.0, 2.732e10, 2.620e10, 6.390e-14],
        [2115.0, 21000.0, 2.403e10, 2.402e10, 5.619e-14],
        [2120.0, 22500.0, 2.231e10, 2.276e10, 5.216e-14],
        [2129.0, 23000.0, 2.163e10, 2.219e10, 5.058e-14],
        [2160.0, 23500.0, 2.051e10, 2.120e10, 4.795e-14],
        [2200.0, 24000.0, 1.932e10, 2.009e10, 4.517e-14],
        [2230.0, 24200.0, 1.862e10, 1.943e10, 4.355e-14],
        [2255.0, 24500.0, 1.797e10, 1.881e10, 4.203e-14],
        [2263.0, 25500.0, 1.718e10, 1.812e10, 4.017e-14],
        [2267.0, 28000.0, 1.567e10, 1.677e10, 3.665e-14],
        [2271.0, 32000.0, 1.378e10, 1.498e10, 3.222e-14],
        [2274.0, 37000.0, 1.201e10, 1.318e10, 2.808e-14],
        [2280.0, 50000.0, 9.038e9, 9.993e9, 2.113e-14],
        [2290.0, 89100.0, 5.041e9, 5.961e9, 1.179e-14],
        [2298.0, 141000.0, 3.205e9, 3.839e9, 7.494e-15],
        [2543.0, 447000.0, 1.005e9, 1.205e9, 2.349e-15],
    ]
)
_TOP_PRESSURE = 1.440e-1 * 0.9896 * 0.1  # Pa, of the gas at 2543 km


def _monotone_slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the slopes of a monotone cubic through points (Fritsch and Butland's mean of the neighbours)."""
    h = np.diff(x)
    secant = np.diff(y, axis=0) / h[:, None]
    left, right = secant[:-1], secant[1:]
    near, far = h[1:, None] + 2 * h[:-1, None], 2 * h[1:, None] + h[:-1, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (near + far) / (far / left + near / right)
    inner = np.where(left * right > 0, mean, 0.0)
    return np.concatenate([secant[:1], inner, secant[-1:]])


_LOG_C = np.log(_MODEL_C[:, 1:])
_LOG_C_SLOPES = _monotone_slopes(_MODEL_C[:, 0], _LOG_C)


class AtmosphericLayer(NamedTuple):
    """State of the solar atmosphere at a height."""

    temperature: K
    density: kg_m3
    n_e: per_cm3
    n_h: per_cm3


@model(cite=_VAL, valid={"height": (-75.0, 2543.0)})
def vernazza_1981(height: km) -> AtmosphericLayer:
    """Photosphere, chromosphere and lowest transition region of the quiet Sun.

    Parameters
    ----------
    height : float or array, km
        Height above the level of optical depth 1 at 500 nm.

    Returns
    -------
    temperature : float or array, K
        Temperature of the gas.
    density : float or array, kg m^-3
        Mass density.
    n_e : float or array, cm^-3
        Electron density.
    n_h : float or array, cm^-3
        Density of hydrogen, neutral and ionised.

    Notes
    -----
    Model C of the paper: the tabulated levels with monotone cubics between the logarithms; NaN outside -75 to 2543 km.
    The temperature falls to 4170 K at 515 km, stays between 6000 and 7000 K in the chromosphere and leaps by a factor
    of 50 in the last 450 km.

    Examples
    --------
    >>> float(vernazza_1981(515.0).temperature.round(0))
    4170.0
    """
    xp = namespace(height)
    levels = _MODEL_C[:, 0]
    inside = (height >= levels[0]) & (height <= levels[-1])
    safe = xp.where(inside, height, 0.0 * xp.where(inside, height, 0.0))
    index = xp.clip(xp.searchsorted(xp.asarray(levels), safe, side="right") - 1, 0, len(levels) - 2)
    x, y, slopes = xp.asarray(levels), xp.asarray(_LOG_C), xp.asarray(_LOG_C_SLOPES)
    h = x[index + 1] - x[index]
    u = (safe - x[index]) / h
    outside = xp.where(inside, 0.0, xp.nan)

    def value(column: int) -> Any:
        a, b = y[index, column], y[index + 1, column]
        p, q = slopes[index, column] * h, slopes[index + 1, column] * h
        cubic = a + u * (p + u * (3 * (b - a) - 2 * p - q + u * (p + q - 2 * (b - a))))
        return xp.exp(cubic) + outside

    return AtmosphericLayer(value(0), value(3) * 1e3, value(2), value(1))


@model(
    cite=_VAL + "; " + _PRIEST,
    valid={"height": (-75.0, 5e5), "temperature": (6e5, 3e6), "flux": (50.0, 2000.0)},
)
def solar_atmosphere(height: km, temperature: K = 1.2e6, flux: W_m2 = 200.0) -> AtmosphericLayer:
    """Quiet solar atmosphere from the photosphere to the corona.

    Parameters
    ----------
    height : float or array, km
        Height above the level of optical depth 1 at 500 nm.
    temperature : float or array, K
        Temperature at which the corona becomes isothermal.
    flux : float or array, W m^-2
        Heat that is conducted down through the transition region.

    Returns
    -------
    temperature : float or array, K
        Temperature of the gas.
    density : float or array, kg m^-3
        Mass density.
    n_e : float or array, cm^-3
        Electron density.
    n_h : float or array, cm^-3
        Density of hydrogen.

    Notes
    -----
    Below 2543 km :func:`vernazza_1981`. Above, T^(7/2) grows in proportion to the height as a constant conducted flux
    wants it, up to the coronal temperature, and the gas is in hydrostatic balance, fully ionised with one helium to ten
    hydrogen nuclei, its pressure that of the model's top. With the default 200 W m^-2 (quiet Sun, Withbroe and Noyes
    1977) the corona of 1.2 MK begins at 30 Mm with 2.5e8 electrons in a cubic centimetre. The Sun's is no such layer:
    spicules reach through it, and the conducting part is thinner where the flux is larger.

    Examples
    --------
    >>> layer = solar_atmosphere([0.0, 2000.0, 3000.0, 50000.0])
    >>> layer.temperature.round(-1).tolist()
    [6420.0, 7230.0, 504890.0, 1200000.0]
    """
    xp = namespace(height, temperature, flux)
    top_height, top_temperature = _MODEL_C[-1, 0], _MODEL_C[-1, 1]
    low = vernazza_1981.spec.function(xp.minimum(height, 0 * height + top_height))
    # Height in the units in which gravity is that of the surface.
    depth = height * 1e3
    base = top_height * 1e3
    lifted = depth / (1 + depth / SOLAR_RADIUS) - base / (1 + base / SOLAR_RADIUS)
    lifted = xp.maximum(lifted, 0 * lifted)
    rate = 3.5 * flux / SPITZER_CONDUCTIVITY
    start = top_temperature**3.5
    ceiling = xp.maximum(temperature, 0 * temperature + top_temperature) ** 3.5
    power = xp.minimum(start + rate * lifted, ceiling)
    kelvin = power ** (2 / 7)
    reach = (ceiling - start) / rate
    weight = MEAN_MASS_IONISED * PROTON_MASS * _GRAVITY / BOLTZMANN
    exponent = 1.4 / rate * (power ** (5 / 7) - start ** (5 / 7)) + xp.maximum(lifted - reach, 0 * lifted) / kelvin
    pressure = _TOP_PRESSURE * xp.exp(-weight * exponent)
    hydrogen = pressure / (BOLTZMANN * kelvin) / (2 + 3 * HELIUM) * _CM3
    above = height > top_height
    missing = 0 * (height + temperature + flux)
    return AtmosphericLayer(
        xp.where(above, kelvin, low.temperature) + missing,
        xp.where(above, hydrogen / _CM3 * PROTON_MASS * (1 + 4 * HELIUM), low.density) + missing,
        xp.where(above, hydrogen * (1 + 2 * HELIUM), low.n_e) + missing,
        xp.where(above, hydrogen, low.n_h) + missing,
    )


# --- What heats it ----------------------------------------------------------------------------------------------------


class EnergyLoss(NamedTuple):
    """Energy that a region of the Sun loses, which its heating must supply, in W m^-2."""

    corona: float
    chromosphere: float


ENERGY_LOSSES: Final = {
    "quiet": EnergyLoss(3e2, 4e3),
    "coronal hole": EnergyLoss(8e2, 4e3),
    "active": EnergyLoss(1e4, 2e4),
}
"""W m^-2 by region, from Withbroe and Noyes (1977): conduction, radiation and wind together. The 300 W m^-2 that one
course gives for active regions are those of the quiet Sun."""


@model(cite=_WITHBROE_NOYES, monotonic={"flux": 1})
def heating_power(flux: W_m2) -> W:
    """Power that heats a corona all around the Sun.

    Parameters
    ----------
    flux : float or array, W m^-2
        Energy flux through the solar surface.

    Returns
    -------
    power : float or array, W
        The flux times the surface: with 300 W m^-2 some 5e-6 of the luminosity.

    Examples
    --------
    >>> print(f"{heating_power(300.0):.3e}")
    1.825e+21
    """
    xp = namespace(flux)
    return 4 * xp.pi * SOLAR_RADIUS**2 * flux


@model(
    cite=_PRIEST,
    valid={"n_e": (1e7, 1e12), "delta_v": (0.1, 200.0), "b": (0.1, 3000.0)},
    monotonic={"n_e": 1, "delta_v": 1, "b": 1},
    even=("delta_v",),
)
def alfven_wave_flux(n_e: per_cm3, delta_v: km_s, b: gauss) -> W_m2:
    """Energy flux of Alfven waves along the field.

    Parameters
    ----------
    n_e : float or array, cm^-3
        Electron density of fully ionised gas with 10 % helium.
    delta_v : float or array, km/s
        Root mean square speed of the waves' motion, over both directions across the field.
    b : float or array, gauss
        Field strength.

    Returns
    -------
    flux : float or array, W m^-2
        The flux rho <dv^2> v_A, kinetic and magnetic energy together.

    Notes
    -----
    30 km/s at 1e8 cm^-3 and 10 G carry about 350 W m^-2: enough for the quiet Sun, if they are dissipated.

    Examples
    --------
    >>> float(alfven_wave_flux(1e8, 30.0, 10.0).round(0))
    355.0
    """
    xp = namespace(n_e, delta_v, b)
    rho = n_e / _CM3 * PROTON_MASS * (1 + 4 * HELIUM) / (1 + 2 * HELIUM)
    return rho * (delta_v * 1e3) ** 2 * xp.abs(b) * 1e-4 / xp.sqrt(VACUUM_PERMEABILITY * rho)


@model(cite="Parker 1983, Astrophys. J. 264, 642")
def braiding_flux(b_z: gauss, b_across: gauss, speed: km_s) -> W_m2:
    """Energy flux into the corona from the slow shuffling of the feet of its field.

    Parameters
    ----------
    b_z : float or array, gauss
        Vertical field.
    b_across : float or array, gauss
        Horizontal field, from the braiding.
    speed : float or array, km/s
        Speed at which the feet move against that field.

    Returns
    -------
    flux : float or array, W m^-2
        The Poynting flux B_z B_across v / mu_0.

    Notes
    -----
    1e4 W m^-2 with 100 G, 25 G and 0.5 km/s: field lines 14 degrees off the vertical feed an active region.

    Examples
    --------
    >>> float(braiding_flux(100.0, 25.0, 0.5).round(0))
    9947.0
    """
    return b_z * b_across * 1e-8 * speed * 1e3 / VACUUM_PERMEABILITY


# Radiative loss of an optically thin plasma, chi T^alpha in erg cm^3/s between the stated powers of ten of T.
_LOSS_EDGES = np.array([4.97, 5.67, 6.18, 6.55, 6.90, 7.63])
_LOSS_CHI = np.log(np.array([1.09e-31, 8.87e-17, 1.90e-22, 3.53e-13, 3.46e-25, 5.49e-16, 1.96e-27]) * _ERG_CM3)
_LOSS_ALPHA = np.array([2.0, -1.0, 0.0, -1.5, 1 / 3, -1.0, 0.5])


@model(
    cite="Klimchuk, Patsourakos and Cargill 2008, Astrophys. J. 682, 1351, doi:10.1086/589426",
    valid={"temperature": (1e4, 1e8)},
)
def klimchuk_2008(temperature: K) -> W_times_m3:
    """Radiative loss function of coronal plasma.

    Parameters
    ----------
    temperature : float or array, K
        Electron temperature.

    Returns
    -------
    loss : float or array, W m^3
        Power per volume over the square of the electron density.

    Notes
    -----
    Seven powers of the temperature, joined at the nearest hundredth of its logarithm, so that they meet within 1 %.

    Examples
    --------
    >>> print(f"{klimchuk_2008(1e6):.2e}")
    1.90e-35
    """
    xp = namespace(temperature)
    log_t = xp.log(temperature)
    piece = xp.searchsorted(xp.asarray(_LOSS_EDGES * np.log(10)), log_t)
    piece = xp.clip(piece, 0, 6)
    return xp.exp(xp.asarray(_LOSS_CHI)[piece] + xp.asarray(_LOSS_ALPHA)[piece] * log_t) + 0 * temperature


@model(
    cite="Klimchuk, Patsourakos and Cargill 2008, Astrophys. J. 682, 1351, doi:10.1086/589426",
    valid={"n_e": (1e7, 1e12), "temperature": (1e4, 1e8)},
    monotonic={"n_e": 1},
)
def radiative_loss(n_e: per_cm3, temperature: K) -> W_m3:
    """Power that coronal plasma radiates.

    Parameters
    ----------
    n_e : float or array, cm^-3
        Electron density.
    temperature : float or array, K
        Electron temperature.

    Returns
    -------
    power : float or array, W m^-3
        Density squared times :func:`klimchuk_2008`.

    Examples
    --------
    >>> print(f"{radiative_loss(1e9, 1e6):.1e}")
    1.9e-05
    """
    return (n_e / _CM3) ** 2 * klimchuk_2008.spec.function(temperature)


@model(cite="Spitzer 1962, Physics of Fully Ionized Gases", valid={"temperature": (1e4, 1e8)})
def conducted_flux(temperature: K, gradient: K_m) -> W_m2:
    """Heat flux that electrons conduct along the field.

    Parameters
    ----------
    temperature : float or array, K
        Electron temperature.
    gradient : float or array, K/m
        Its gradient along the field.

    Returns
    -------
    flux : float or array, W m^-2
        Up the axis along which the gradient is taken; against the gradient.

    Examples
    --------
    >>> float(conducted_flux(1e6, 0.02).round(6))
    -200.0
    """
    return -SPITZER_CONDUCTIVITY * temperature**2.5 * gradient


@model(
    cite="Rosner, Tucker and Vaiana 1978, Astrophys. J. 220, 643, doi:10.1086/155949",
    valid={"pressure": (1e-3, 10.0), "half_length": (1e3, 1e6)},
    monotonic={"pressure": 1, "half_length": 1},
)
def rosner_1978(pressure: Pa, half_length: km) -> K:
    """Highest temperature of a coronal loop in equilibrium.

    Parameters
    ----------
    pressure : float or array, Pa
        Gas pressure in the loop.
    half_length : float or array, km
        Length from the foot to the top.

    Returns
    -------
    temperature : float or array, K
        The temperature 1400 (p L)^(1/3) of the top, with p in dyn/cm^2 and L in cm.

    Notes
    -----
    A static loop, heated evenly, shorter than its scale height.

    Examples
    --------
    >>> print(f"{rosner_1978(0.1, 5e4):.2e}")
    2.39e+06
    """
    xp = namespace(pressure, half_length)
    return 1.4e3 * xp.exp(xp.log(pressure * 10 * half_length * 1e5) / 3)


# --- How it is seen ---------------------------------------------------------------------------------------------------


class Channel(NamedTuple):
    """A channel of the Atmospheric Imaging Assembly: wavelength (angstrom), ions, log10 of their temperatures (K)."""

    wavelength: int
    ions: tuple[str, ...]
    log_temperature: tuple[float, ...]
    region: str


AIA_CHANNELS: Final = {
    channel.wavelength: channel
    for channel in (
        Channel(94, ("Fe XVIII",), (6.8,), "flaring corona"),
        Channel(131, ("Fe VIII", "Fe XXI"), (5.6, 7.0), "transition region, flaring corona"),
        Channel(171, ("Fe IX",), (5.8,), "quiet corona, upper transition region"),
        Channel(193, ("Fe XII", "Fe XXIV"), (6.2, 7.3), "corona and hot flare plasma"),
        Channel(211, ("Fe XIV",), (6.3,), "active-region corona"),
        Channel(304, ("He II",), (4.7,), "chromosphere, transition region"),
        Channel(335, ("Fe XVI",), (6.4,), "active-region corona"),
        Channel(1600, ("C IV", "continuum"), (5.0,), "transition region, upper photosphere"),
        Channel(1700, ("continuum",), (3.7,), "temperature minimum, photosphere"),
        Channel(4500, ("continuum",), (3.7,), "photosphere"),
    )
}
"""Channels by wavelength in angstrom, from Lemen et al. (2012), Solar Physics 275, 17, table 1."""


def aia_channel(wavelength: float) -> Channel:
    """Return what a channel of the Atmospheric Imaging Assembly sees.

    Parameters
    ----------
    wavelength : float
        Nominal wavelength in angstrom.

    Returns
    -------
    Channel
        Its ions, the logarithm of the temperatures at which they shine, and where that is.

    Raises
    ------
    InputError
        If there is no such channel.

    Examples
    --------
    >>> aia_channel(131).ions
    ('Fe VIII', 'Fe XXI')
    """
    try:
        return AIA_CHANNELS[int(wavelength)]
    except (KeyError, ValueError, TypeError):
        known = ", ".join(str(number) for number in AIA_CHANNELS)
        raise InputError(f"aia_channel: no channel {wavelength!r}; there are {known}") from None


def channels_at(temperature: float, width: float = 0.2) -> tuple[int, ...]:
    """Return the channels of the Atmospheric Imaging Assembly that see plasma of a given temperature.

    Parameters
    ----------
    temperature : float
        Temperature in K.
    width : float
        How far off in log10 a line's own temperature may be.

    Returns
    -------
    tuple of int
        Wavelengths in angstrom, the nearest in temperature first.

    Examples
    --------
    >>> channels_at(1e7)
    (131, 94)
    """
    log_t = np.log10(temperature)
    offsets = {
        number: min(abs(line - log_t) for line in channel.log_temperature) for number, channel in AIA_CHANNELS.items()
    }
    return tuple(sorted((n for n, off in offsets.items() if off <= width + 1e-9), key=lambda n: offsets[n]))


def synthetic_intensity(temperature: ArrayLike, emission_measure: ArrayLike, response: ArrayLike) -> Any:
    """Return the intensity that a channel sees of plasma of many temperatures.

    Parameters
    ----------
    temperature : array (n,)
        Temperatures in K, ascending.
    emission_measure : array (..., n)
        Differential emission measure n_e^2 dz / dT, per K.
    response : array (..., n)
        Response of the channel per emission measure at each temperature: an instrument's table.

    Returns
    -------
    array (...)
        The integral over temperature, in the units of response times emission measure.

    Raises
    ------
    InputError
        If the temperatures do not ascend.

    Notes
    -----
    Trapezoids in the logarithm of the temperature, over which responses are smooth.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.geomspace(1e5, 1e7, 201)
    >>> float(synthetic_intensity(t, 1 / t, np.ones(201)).round(3))  # ln 100
    4.605
    """
    kelvin = np.asarray(temperature, float)
    if kelvin.ndim != 1 or kelvin.size < 2 or not (np.diff(kelvin) > 0).all() or kelvin[0] <= 0:
        raise InputError("synthetic_intensity: temperature must be a list of ascending temperatures above 0 K")
    return np.trapezoid(np.asarray(emission_measure) * np.asarray(response) * kelvin, np.log(kelvin), axis=-1)


# --- Field and plasma -------------------------------------------------------------------------------------------------


@model(
    cite=_FORMULARY,
    valid={"temperature": (1e4, 1e8), "logarithm": (5.0, 35.0)},
    monotonic={"temperature": -1, "logarithm": 1},
)
def spitzer_resistivity(temperature: K, logarithm: dimensionless = 20.0) -> ohm_m:
    """Electrical resistivity of a hydrogen plasma along its field.

    Parameters
    ----------
    temperature : float or array, K
        Electron temperature.
    logarithm : float or array, 1
        Coulomb logarithm: 10 in the chromosphere, 20 in the corona, 25 in the wind.

    Returns
    -------
    resistivity : float or array, ohm m
        The resistivity m_e / (1.96 n e^2 tau), in which the density cancels; across the field it is twice that.

    Examples
    --------
    >>> print(f"{spitzer_resistivity(1e5, 25.0):.2e}")
    5.20e-05
    """
    charges = ELEMENTARY_CHARGE / (4 * np.pi * VACUUM_PERMITTIVITY)
    across = 4 / 3 * (2 * np.pi * ELECTRON_MASS) ** 0.5 * charges**2 * logarithm / (BOLTZMANN * temperature) ** 1.5
    return across / 1.96


@model(cite=_PRIEST, valid={"resistivity": (1e-8, 1e-2)}, monotonic={"resistivity": 1})
def magnetic_diffusivity(resistivity: ohm_m) -> m2_s:
    """Diffusivity of the magnetic field in a resistive plasma.

    Parameters
    ----------
    resistivity : float or array, ohm m
        Electrical resistivity.

    Returns
    -------
    diffusivity : float or array, m^2/s
        Resistivity over mu_0.

    Examples
    --------
    >>> float(magnetic_diffusivity(spitzer_resistivity(1e5, 25.0)).round(1))
    41.4
    """
    return resistivity / VACUUM_PERMEABILITY


@model(
    cite=_PRIEST,
    valid={"speed": (1e-4, 1e4), "length": (1e3, 1e12), "diffusivity": (1e-2, 1e10)},
    monotonic={"speed": 1, "length": 1, "diffusivity": -1},
)
def magnetic_reynolds_number(speed: km_s, length: m, diffusivity: m2_s = 1.0) -> dimensionless:
    """Ratio of the carrying of a magnetic field by a flow to its diffusion.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the flow.
    length : float or array, m
        Length over which it changes.
    diffusivity : float or array, m^2/s
        Magnetic diffusivity.

    Returns
    -------
    number : float or array, 1
        The ratio v L / eta: far above 1 the field is frozen into the plasma.

    Examples
    --------
    >>> print(f"{magnetic_reynolds_number(0.1, 2e8):.0e}")
    2e+10
    """
    return speed * 1e3 * length / diffusivity


@model(
    cite=_PRIEST,
    valid={"length": (1e3, 1e12), "diffusivity": (1e-2, 1e10)},
    monotonic={"length": 1, "diffusivity": -1},
)
def diffusion_time(length: m, diffusivity: m2_s = 1.0) -> s:
    """Time in which a magnetic field decays in a layer.

    Parameters
    ----------
    length : float or array, m
        Thickness of the layer.
    diffusivity : float or array, m^2/s
        Magnetic diffusivity.

    Returns
    -------
    time : float or array, s
        The time L^2 / (pi^2 eta) of the slowest mode; also that of the dipole of a sphere of radius L in a vacuum.

    Notes
    -----
    For the convection zone, 0.3 R_sun thick, 1.4e8 years with eta = 1 m^2/s, and 14 years with the turbulent
    1e7 m^2/s.

    Examples
    --------
    >>> print(f"{diffusion_time(0.3 * 6.957e8) / 3.15576e7:.2e}")
    1.40e+08
    """
    xp = namespace(length, diffusivity)
    return length**2 / (xp.pi**2 * diffusivity)


@model(
    cite="Moffatt 1978, Magnetic Field Generation in Electrically Conducting Fluids",
    valid={"radius": (1e5, 1e10), "diffusivity": (1e-2, 1e10)},
    monotonic={"radius": 1, "diffusivity": -1},
)
def toroidal_decay_time(radius: m, diffusivity: m2_s = 1.0) -> s:
    """Time in which the slowest toroidal field of a conducting sphere in a vacuum decays.

    Parameters
    ----------
    radius : float or array, m
        Radius of the sphere.
    diffusivity : float or array, m^2/s
        Magnetic diffusivity.

    Returns
    -------
    time : float or array, s
        The time R^2 / (x^2 eta) with x = 4.4934, the first zero of the spherical Bessel function of degree 1: half of
        that of the dipole, :func:`diffusion_time`.

    Examples
    --------
    >>> print(f"{toroidal_decay_time(6.957e8) / diffusion_time(6.957e8):.4f}")
    0.4888
    """
    first_zero = 4.493409457909064
    return radius**2 / (first_zero**2 * diffusivity)


@model(
    cite=_PRIEST,
    valid={"x": (-1e6, 1e6), "time": (1.0, 1e8), "b_0": (1.0, 1000.0), "diffusivity": (1e-1, 1e4)},
    monotonic={"x": 1},
    compiled=True,
)
def diffusing_sheet(x: m, time: s, b_0: gauss = 1.0, diffusivity: m2_s = 1.0) -> gauss:
    """Magnetic field of a current sheet that spreads by resistance.

    Parameters
    ----------
    x : float or array, m
        Distance from the middle of the sheet.
    time : float or array, s
        Time since it was infinitely thin.
    b_0 : float or array, gauss
        Field far away, of opposite sign on the two sides.
    diffusivity : float or array, m^2/s
        Magnetic diffusivity.

    Returns
    -------
    b : float or array, gauss
        The field b_0 erf(x / (4 eta t)^(1/2)), an exact solution of the induction equation at rest.

    Examples
    --------
    >>> float(diffusing_sheet(2.0, 1.0).round(4))
    0.8427
    """
    from scipy.special import erf

    return b_0 * erf(x / np.sqrt(4 * diffusivity * time))
