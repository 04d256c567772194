"""How flux tubes fill from the ionosphere after a storm: volumes, contents, fluxes by day and by night, and times."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import day, dimensionless, h, km, m, nT, per_cm2_s, per_cm3, per_Wb, utc
from sunearth.geomagnetism.dipole import flux_tube_area_ratio, flux_tube_volume
from sunearth.numerics.series import as_rows

_RASMUSSEN = "Rasmussen et al. 1993, Planet. Space Sci. 41, 35"
_OBER = "Ober et al. 1997, J. Geophys. Res. 102, 14595"
_PARK = "Park 1970, J. Geophys. Res. 75, 4249"

LIMITING_FLUX: Final = 2e8
"""cm^-2 s^-1, of ions out of each sunlit ionosphere into an empty flux tube (Ober et al. 1997)"""
NIGHT_LOSS_TIME: Final = 10.0
"""d, in which a tube with both feet in the dark drains to 1/e (Ober et al. 1997)"""

_SHELLS = {"l_shell": (1.5, 10.0)}
_ALONG = {"density_index": (0.0, 4.0), "height": (0.0, 1000.0), "b_0": (2.9e4, 3.2e4)}
# 16 abscissae and weights of Gauss and Legendre: 1e-7 at all indices up to 4 and L up to 10.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PER_CM3 = 1e6


@model(
    cite="Chapman and Bartels 1940, Geomagnetism",
    valid={"height": (0.0, 60000.0)},
    monotonic={"height": 1},
)
def equatorial_shell(height: km) -> dimensionless:
    """Shell whose dipole line crosses the equator at a height above the ground.

    Parameters
    ----------
    height : float or array, km
        Height above the ground, in the plane of the magnetic equator.

    Returns
    -------
    l_shell : float or array, 1
        1 + height / R_E.

    Notes
    -----
    The mean extent of the plasmasphere is often given as 20,000 km. As a height that is L = 4.14, where it does end on
    ordinary days; as a distance from the centre it would be 3.14, which takes a storm.

    Examples
    --------
    >>> float(equatorial_shell(20000.0).round(2))
    4.14
    """
    return 1.0 + height * 1e3 / EARTH_RADIUS


@model(cite=_PARK, valid={**_SHELLS, "height": (0.0, 1000.0)}, monotonic={"l_shell": 1})
def volume_per_foot_area(l_shell: dimensionless, height: km = 0.0) -> m:
    """Volume of a dipole flux tube above a unit of area of one of its feet.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L.
    height : float or array, km
        Height of the feet above the ground.

    Returns
    -------
    volume : float or array, m
        The integral of B_foot / B along the line from foot to foot, in m^3 per m^2.

    Notes
    -----
    2 L^4 R_E (4 - 3/L)^(1/2) (s - s^3 + 3 s^5 / 5 - s^7 / 7) with s^2 = 1 - 1/L for feet on the ground. It is the
    volume of a unit of flux times the field at the foot, so that the strength of the dipole drops out.

    Examples
    --------
    >>> f"{float(volume_per_foot_area(4.0)):.3e}"
    '2.685e+09'
    """
    per_flux = flux_tube_volume.spec.function(l_shell, height, DIPOLE_EQUATORIAL_FIELD)
    foot = flux_tube_area_ratio.spec.function(l_shell, height) * DIPOLE_EQUATORIAL_FIELD * 1e-9 / l_shell**3
    return per_flux * foot


def _weighted_volume(l_shell: Any, density_index: Any, height: Any, b_0: Any) -> Any:
    """Integral of (L / r)^index ds / B over the line, m^3/Wb."""
    xp = namespace(l_shell, density_index, height, b_0)
    end = xp.sqrt(1.0 - (1.0 + height * 1e3 / EARTH_RADIUS) / l_shell)
    integral = 0.0
    for node, weight in zip(_NODES.tolist(), _WEIGHTS.tolist(), strict=True):
        x = 0.5 * end * (1.0 + node)
        integral = integral + 0.5 * weight * (1.0 - x * x) ** (3.0 - density_index)
    return 2.0 * EARTH_RADIUS * l_shell**4 / (b_0 * 1e-9) * end * integral


@model(
    cite=_PARK,
    valid={"density": (0.1, 5000.0), **_SHELLS, **_ALONG},
    monotonic={"density": 1, "l_shell": 1, "density_index": 1, "height": -1},
)
def tube_content(
    density: per_cm3,
    l_shell: dimensionless,
    density_index: dimensionless = 0.0,
    height: km = 0.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> per_Wb:
    """Electrons in a dipole flux tube that holds a unit of magnetic flux.

    Parameters
    ----------
    density : float or array, cm^-3
        Electrons at the equator.
    l_shell : float or array, 1
        McIlwain's L.
    density_index : float or array, 1
        The density goes along the line as r to minus this power; 0 is constant.
    height : float or array, km
        Height above the ground at which the tube ends.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    content : float or array, Wb^-1
        Both halves. It stays what it is while the tube drifts, wherever it goes.

    Examples
    --------
    >>> f"{float(tube_content(443.0, 4.0)):.2e}"
    '2.21e+22'
    """
    return density * _PER_CM3 * _weighted_volume(l_shell, density_index, height, b_0)


@model(
    cite=_PARK,
    valid={"content": (1e19, 1e23), **_SHELLS, **_ALONG},
    monotonic={"content": 1, "l_shell": -1},
)
def density_of_content(
    content: per_Wb,
    l_shell: dimensionless,
    density_index: dimensionless = 0.0,
    height: km = 0.0,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> per_cm3:
    """Equatorial electron density of a flux tube of known content.

    Parameters
    ----------
    content : float or array, Wb^-1
        Electrons per unit of magnetic flux, see :func:`tube_content`.
    l_shell : float or array, 1
        McIlwain's L.
    density_index : float or array, 1
        The density goes along the line as r to minus this power; 0 is constant.
    height : float or array, km
        Height above the ground at which the tube ends.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    density : float or array, cm^-3
        Electrons at the equator.

    Examples
    --------
    A tube that drifts from L = 6 to L = 4 is squeezed:

    >>> float(density_of_content(tube_content(10.0, 6.0), 4.0).round(1))
    50.7
    """
    return content / _PER_CM3 / _weighted_volume(l_shell, density_index, height, b_0)


@model(
    cite=_OBER,
    valid={"density": (0.0, 1000.0), "saturation_density": (1.0, 3000.0), "flux": (1e7, 1e9)},
    monotonic={"density": -1, "saturation_density": 1},
)
def filling_flux(density: per_cm3, saturation_density: per_cm3, flux: per_cm2_s = LIMITING_FLUX) -> per_cm2_s:
    """Upward flux of ions out of a sunlit ionosphere into a flux tube.

    Parameters
    ----------
    density : float or array, cm^-3
        Electrons at the equator of the tube.
    saturation_density : float or array, cm^-3
        What they are in a full tube, see :func:`~.plasmasphere.saturated_density`.
    flux : float or array, cm^-2 s^-1
        Into an empty tube: the most that charge exchange of O+ with hydrogen and diffusion supply.

    Returns
    -------
    upward : float or array, cm^-2 s^-1
        At one foot; negative out of a tube that holds more than it can keep.

    Examples
    --------
    >>> f"{float(filling_flux(100.0, 400.0)):.1e}"
    '1.5e+08'
    """
    return flux * (1.0 - density / saturation_density)


@model(
    cite=_OBER,
    valid={"density": (0.1, 3000.0), **_SHELLS, "loss_time": (1.0, 100.0), "height": (0.0, 1000.0)},
    monotonic={"density": 1, "l_shell": 1, "loss_time": -1},
)
def night_return_flux(
    density: per_cm3, l_shell: dimensionless, loss_time: day = NIGHT_LOSS_TIME, height: km = 0.0
) -> per_cm2_s:
    """Downward flux of plasma that keeps the ionosphere up at night.

    Parameters
    ----------
    density : float or array, cm^-3
        Electrons at the equator of the flux tube, taken as constant along it.
    l_shell : float or array, 1
        McIlwain's L.
    loss_time : float or array, d
        In which a tube with both feet in the dark drains to 1/e.
    height : float or array, km
        Height of the feet above the ground.

    Returns
    -------
    downward : float or array, cm^-2 s^-1
        At each of two dark feet.

    Examples
    --------
    >>> f"{float(night_return_flux(443.0, 4.0)):.1e}"
    '6.9e+07'
    """
    column = density * 1e2 * volume_per_foot_area.spec.function(l_shell, height)
    return column / (2.0 * 86400.0 * loss_time)


@model(
    cite=_RASMUSSEN,
    valid={
        **_SHELLS,
        "saturation_density": (1.0, 3000.0),
        "flux": (1e7, 1e9),
        "feet": (0.5, 2.0),
        "height": (0.0, 1000.0),
    },
    monotonic={"l_shell": 1, "saturation_density": 1, "flux": -1, "feet": -1},
)
def refilling_time(
    l_shell: dimensionless,
    saturation_density: per_cm3,
    flux: per_cm2_s = LIMITING_FLUX,
    feet: dimensionless = 2.0,
    height: km = 0.0,
) -> day:
    """Time constant with which an empty flux tube fills from the ionosphere.

    Parameters
    ----------
    l_shell : float or array, 1
        McIlwain's L.
    saturation_density : float or array, cm^-3
        Electrons at the equator of the full tube, constant along it.
    flux : float or array, cm^-2 s^-1
        Into an empty tube at each sunlit foot.
    feet : float or array, 1
        How many feet supply it: 2 in sunlight, 1 as a mean over day and night at equinox.
    height : float or array, km
        Height of the feet above the ground.

    Returns
    -------
    time : float or array, d
        Content of the full tube over the flux from its feet; after it the tube is 63 per cent full.

    Notes
    -----
    With the saturated density 10^(3.9043 - 0.3145 L) of Carpenter and Anderson (1992) it is 0.79, 2.15, 3.44, 4.17 and
    4.25 days at L = 2 to 6: the volume grows as L^4 and the density falls almost as fast. Nights double it. Storms come
    more often, so that the outer tubes are never full.

    Examples
    --------
    >>> refilling_time([3.0, 4.0, 6.0], [913.7, 442.9, 104.1]).round(1).tolist()
    [2.2, 3.4, 4.3]
    """
    column = saturation_density * 1e2 * volume_per_foot_area.spec.function(l_shell, height)
    return column / (feet * flux * 86400.0)


@model(
    cite=_OBER,
    valid={
        **_SHELLS,
        "saturation_density": (1.0, 3000.0),
        "start_density": (0.0, 1000.0),
        "mlt": (0.0, 24.0),
        "flux": (1e7, 1e9),
        "loss_time": (1.0, 100.0),
        "height": (0.0, 1000.0),
    },
    along="time",
)
def corotating_density(
    time: utc,
    l_shell: dimensionless,
    saturation_density: per_cm3,
    start_density: per_cm3 = 0.0,
    mlt: h = 6.0,
    flux: per_cm2_s = LIMITING_FLUX,
    loss_time: day = NIGHT_LOSS_TIME,
    height: km = 0.0,
) -> per_cm3:
    """Equatorial density of a flux tube that turns with the Earth, filled by day and drained by night.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending, at any cadence.
    l_shell : float or array (..., time), 1
        McIlwain's L.
    saturation_density : float or array (..., time), cm^-3
        Electrons at the equator of the full tube, constant along it.
    start_density : float or array (..., time), cm^-3
        Electrons at the first time (only its first value counts).
    mlt : float or array (..., time), h
        Magnetic local time of the tube at the first time (only its first value counts).
    flux : float or array (..., time), cm^-2 s^-1
        Into an empty tube at each sunlit foot.
    loss_time : float or array (..., time), d
        In which a tube with both feet in the dark drains to 1/e.
    height : float or array (..., time), km
        Height of the feet above the ground.

    Returns
    -------
    density : array (..., time), cm^-3
        At each time, exact at any cadence. Inputs hold from their time to the next; NaN where an input is missing, and
        the density then stays until the next time as it was.

    Notes
    -----
    Day is 06 to 18 MLT at both feet, as at equinox. Filled by day and drained by night a tube at L = 4 levels off at
    about three quarters of the saturated density, and swings by a few per cent within a day.

    Examples
    --------
    >>> time = np.datetime64("2015-03-20T06", "ns") + np.arange(0, 241, 24) * np.timedelta64(1, "h")
    >>> corotating_density(time, 4.0, 443.0)[[1, 2, 5, 10]].round(0).tolist()
    [57.0, 104.0, 200.0, 276.0]
    """
    from ._plasmasphere_kernels import turn_with_the_earth

    # hours of filling and draining; a tube with one density along it empties with the same time at any L
    filling = 24.0 * refilling_time.spec.function(l_shell, saturation_density, flux, 2.0, height)
    hours, local, start, full, fill, lose, restore = as_rows(
        time, mlt, start_density, saturation_density, filling, 24.0 * np.asarray(loss_time)
    )
    known = 0.0 * (local + start + full + fill + lose)
    return restore(turn_with_the_earth(hours, local, start, full, fill, lose) + known)


class Regime(NamedTuple):
    """A range of heights above middle latitudes and what rules the plasma there."""

    name: str
    bottom: float
    """km"""
    top: float
    """km"""
    ions: str
    controlled_by: str


def plasma_regimes(transition_height: float = 1000.0, plasmapause_l: float = 4.5) -> tuple[Regime, ...]:
    """List what controls the ions from the lower ionosphere to the outer magnetosphere.

    Parameters
    ----------
    transition_height : float, km, optional
        Where H+ takes over from O+: 500 km on quiet nights at solar minimum to a few 1000 km by day at maximum.
    plasmapause_l : float, optional
        L of the plasmapause.

    Returns
    -------
    tuple of Regime
        From the bottom up; each begins where the one before it ends.

    Raises
    ------
    InputError
        If the transition lies below 500 km or above the plasmapause.

    Notes
    -----
    Sunlight below 200 nm makes the ions. H+ comes of O+ + H <-> H+ + O, which runs both ways with the same ease: by day
    the O+ of the F region supplies the plasmasphere, by night its H+ comes back as O+.

    Examples
    --------
    >>> [f"{regime.name}: {regime.ions}" for regime in plasma_regimes()][-2:]
    ['plasmasphere: H+, some He+', 'trough: H+']
    """
    top = (plasmapause_l - 1.0) * EARTH_RADIUS * 1e-3
    if not 500.0 <= transition_height < top:
        raise InputError(
            f"plasma_regimes: the transition must lie between 500 km and the plasmapause at {top:.0f} km, got "
            f"{transition_height}"
        )
    return (
        Regime("D and E region", 60.0, 150.0, "NO+, O2+", "photochemistry and collisions with the neutral gas"),
        Regime("lower F region", 150.0, 250.0, "O+, NO+", "production by sunlight and loss through molecules"),
        Regime("upper F region", 250.0, 500.0, "O+", "diffusion along the field, winds and electric fields"),
        Regime("topside", 500.0, transition_height, "O+, H+, He+", "diffusive balance and charge exchange"),
        Regime(
            "plasmasphere", transition_height, top, "H+, some He+", "storage on closed lines that turn with the Earth"
        ),
        Regime("trough", top, float("inf"), "H+", "convection, which carries it off before it fills"),
    )


def regime_at(height: float, transition_height: float = 1000.0, plasmapause_l: float = 4.5) -> Regime:
    """Find what controls the ions at a height.

    Parameters
    ----------
    height : float, km
        Height above the ground in the plane of the magnetic equator.
    transition_height, plasmapause_l : float, optional
        As for :func:`plasma_regimes`.

    Returns
    -------
    Regime
        The one whose bottom lies at or below the height.

    Raises
    ------
    InputError
        If the height lies below the ionosphere.

    Examples
    --------
    >>> regime_at(300.0).ions, regime_at(20000.0).name
    ('O+', 'plasmasphere')
    """
    for regime in plasma_regimes(transition_height, plasmapause_l):
        if regime.bottom <= height < regime.top:
            return regime
    raise InputError(f"regime_at: the ionosphere begins at 60 km, got {height}")
