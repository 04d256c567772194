"""The plasmasphere in motion: cold plasma that convection strips off, corotation keeps and the ionosphere refills."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import astuple, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import R_E, deg, dimensionless, kV, mV_m, per_cm3
from sunearth.geomagnetism.dipole import flux_tube_area_ratio
from sunearth.numerics.advection import advect

from .convection import maynard_chen_1975, volland_stern
from .magnetopause import shue_1998
from .plasmasphere import COROTATION_POTENTIAL, saturated_density
from .refilling import LIMITING_FLUX, NIGHT_LOSS_TIME, tube_content

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_DENTON = "Denton et al. 2002, Geophys. Res. Lett. 29, 2205"
_GOLDSTEIN = "Goldstein et al. 2005, J. Geophys. Res. 110, A09222, doi:10.1029/2005JA011135"
_OBER = "Ober et al. 1997, J. Geophys. Res. 102, 14595"
_MOLDWIN = "Moldwin et al. 2002, J. Geophys. Res. 107, 1339, doi:10.1029/2001JA009211"

_RADIAN = np.pi / 180.0
_EQUATORIAL_FLUX = DIPOLE_EQUATORIAL_FIELD * 1e-9 * EARTH_RADIUS**2
"""Wb/rad: the dipole's flux beyond 1 R_E in the equatorial plane"""
_GEOSYNCHRONOUS: Final = 6.6
_DENSE: Final = 10.0
"""cm^-3 at L = 6.6: tubes of at least that content are plasmasphere, wherever they have drifted"""
_KNEE_FACTOR, _KNEE_WIDTH = 5.0, 0.5
"""A plasmapause is a fall of the density by this factor within this much L (Moldwin et al. 2002)"""


# ------------------------------------------------------------------------------------------------ along a field line


@model(
    cite=_DENTON,
    valid={"density": (2.0, 1500.0), "l_shell": (2.5, 8.5)},
    monotonic={"density": -1, "l_shell": -1},
)
def denton_2002(density: per_cm3, l_shell: dimensionless) -> dimensionless:
    """Power with which the electron density falls with distance along a field line.

    Parameters
    ----------
    density : float or array, cm^-3
        Electrons at the equator.
    l_shell : float or array, 1
        Largest geocentric distance of the line in Earth radii.

    Returns
    -------
    density_index : float or array, 1
        alpha in n = n_eq (L / r)^alpha.

    Notes
    -----
    8.0 - 3.0 log10 n + 0.28 (log10 n)^2 - 0.43 L, from the upper hybrid line seen by Polar between 2 R_E and the
    equator, with an error of 0.65. 0 to 1 in the plasmasphere, 2 to 4 outside; it does not hold below 2 R_E.

    Examples
    --------
    >>> denton_2002([443.0, 5.0], [4.0, 6.0]).round(2).tolist()
    [0.3, 3.46]
    """
    xp = namespace(density, l_shell)
    decades = xp.log(density) / np.log(10.0)
    return 8.0 - 3.0 * decades + 0.28 * decades**2 - 0.43 * l_shell


@model(
    cite=_DENTON,
    valid={"density": (0.1, 5000.0), "mlat": (-60.0, 60.0), "density_index": (0.0, 4.0)},
    even=("mlat",),
    monotonic={"density": 1, "density_index": 1},
)
def field_line_density(density: per_cm3, mlat: deg, density_index: dimensionless = 1.0) -> per_cm3:
    """Electron density along a dipole field line from that at its equator.

    Parameters
    ----------
    density : float or array, cm^-3
        Electrons at the equator.
    mlat : float or array, deg
        Magnetic latitude of the place on the line.
    density_index : float or array, 1
        Power of L / r: 1 for the plasmasphere, or of :func:`denton_2002`.

    Returns
    -------
    density : float or array, cm^-3
        n_eq (L / r)^m = n_eq cos^(-2 m) of the latitude.

    Examples
    --------
    >>> float(field_line_density(100.0, 45.0).round(1))
    200.0
    """
    xp = namespace(density, mlat, density_index)
    return density * xp.cos(mlat * _RADIAN) ** (-2.0 * density_index)


@model(cite=_GOLDSTEIN, valid={"e_y": (0.1, 30.0), "shielding": (1.0, 3.0)}, monotonic={"e_y": 1})
def wind_strength(e_y: mV_m, shielding: dimensionless = 2.0) -> kV:
    """Strength of shielded convection from the electric field of the wind.

    Parameters
    ----------
    e_y : float or array, mV/m
        Dawn-dusk electric field of the wind, positive for southward field; below 0.1 mV/m it counts as 0.1.
    shielding : float or array, 1
        Exponent of the potential.

    Returns
    -------
    strength : float or array, kV
        A in the potential A r^gamma sin(local time): a mean field of 0.12 E within 6.6 R_E.

    Examples
    --------
    >>> float(wind_strength(2.0).round(3))
    0.232
    """
    xp = namespace(e_y, shielding)
    return 0.12 * xp.maximum(e_y, 0.1) * (1e-6 * EARTH_RADIUS) * _GEOSYNCHRONOUS ** (1.0 - shielding)


@model(
    cite="Volland 1973, J. Geophys. Res. 78, 171, doi:10.1029/JA078i001p00171",
    valid={"cpcp": (5.0, 300.0), "radius": (6.0, 15.0), "shielding": (1.0, 3.0)},
    monotonic={"cpcp": 1, "radius": -1},
)
def cap_strength(cpcp: kV, radius: R_E = 10.0, shielding: dimensionless = 2.0) -> kV:
    """Strength of shielded convection from the voltage across the polar cap.

    Parameters
    ----------
    cpcp : float or array, kV
        Voltage across the cap.
    radius : float or array, R_E
        Distance in the equatorial plane to which the rim of the cap maps.
    shielding : float or array, 1
        Exponent of the potential.

    Returns
    -------
    strength : float or array, kV
        A in the potential A r^gamma sin(local time), which at dawn and dusk of the rim is half the voltage.

    Examples
    --------
    >>> float(cap_strength(40.0).round(3))
    0.2
    """
    return 0.5 * cpcp / radius**shielding


# ------------------------------------------------------------------------------------------------ from density maps


def plasmapause(density: Any, l_shell: Any) -> Floats:
    """Find the plasmapause in equatorial profiles of density.

    Parameters
    ----------
    density : array (..., l), cm^-3
        Electron density along the last axis.
    l_shell : array (l,), 1
        Ascending L of the points.

    Returns
    -------
    array (...)
        L of the steepest fall of log n within the innermost stretch of 0.5 in which the density falls by a factor of
        five or more; NaN where there is none.

    Notes
    -----
    The criterion of Moldwin et al. (2002). The saturated plasmasphere falls by 1.4 within such a stretch and the trough
    by 2 at L = 3, so that neither is mistaken for it.

    Examples
    --------
    >>> l_shell = np.linspace(2.0, 7.0, 51)
    >>> n = 10.0 ** (3.9 - 0.3145 * l_shell) * np.where(l_shell < 4.0, 1.0, 0.05)
    >>> float(plasmapause(n, l_shell).round(2))
    3.95
    """
    l_shell = np.asarray(l_shell, float)
    with np.errstate(all="ignore"):
        decades = np.log10(np.maximum(np.asarray(density, float), 1e-6))
    ahead = np.minimum(l_shell + _KNEE_WIDTH, l_shell[-1])
    upper = np.clip(np.searchsorted(l_shell, ahead), 1, l_shell.size - 1)
    share = (ahead - l_shell[upper - 1]) / (l_shell[upper] - l_shell[upper - 1])
    beyond = decades[..., upper - 1] * (1.0 - share) + decades[..., upper] * share
    falls = decades - beyond >= np.log10(_KNEE_FACTOR)
    first = np.argmax(falls, axis=-1)[..., None]
    slope = np.diff(decades, axis=-1) / np.diff(l_shell)
    face = 0.5 * (l_shell[1:] + l_shell[:-1])
    inside = (face >= l_shell[first]) & (face <= l_shell[first] + _KNEE_WIDTH)
    steepest = np.argmin(np.where(inside, slope, np.inf), axis=-1)
    # the summit of the parabola through the steepest slope and its two neighbours
    middle = np.clip(steepest, 1, slope.shape[-1] - 2)
    before, here, after = (np.take_along_axis(slope, (middle + k)[..., None], -1)[..., 0] for k in (-1, 0, 1))
    bend = before - 2.0 * here + after
    shift = np.clip(np.where(bend > 0, 0.5 * (before - after) / np.where(bend > 0, bend, 1.0), 0.0), -0.5, 0.5)
    place = np.interp(steepest + np.where(middle == steepest, shift, 0.0), np.arange(face.size), face)
    found = np.any(falls, axis=-1) & np.isfinite(decades).all(axis=-1)
    return np.where(found, place, np.nan)[()]


def density_at(density: xr.DataArray, x: Any, y: Any, z: Any = 0.0, density_index: Any = 1.0) -> Any:
    """Electron density anywhere from its map in the equatorial plane.

    Parameters
    ----------
    density : DataArray (..., mlt, l), cm^-3
        Equatorial density, as :meth:`Plasmasphere.solve` gives it.
    x, y, z : float or array, R_E
        Solar magnetic coordinates: x to the Sun's side, z along the dipole. With z = 0 the result is a map of the
        equatorial plane.
    density_index : float or array, 1
        Power of L / r along the line.

    Returns
    -------
    DataArray
        cm^-3, with the dimensions of the map other than mlt and l before those of the place (``place_0`` ...); linear
        in the logarithm between the points of the map, NaN inside and outside of it.

    Raises
    ------
    InputError
        If the map lacks a dimension.

    Examples
    --------
    >>> cold = Plasmasphere(rows=40, columns=24)
    >>> run = cold.solve(np.array(["2015-03-16T00", "2015-03-16T03"], "datetime64[ns]"), kp=2.0)
    >>> float(density_at(run.density[0], -3.0, 0.0).round(-1))
    1080.0
    """
    import xarray as xr

    if not {"mlt", "l"} <= set(density.dims):
        raise InputError(f"density_at: the map needs the dimensions mlt and l, it has {tuple(density.dims)}")
    x, y, z, index = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (x, y, z, density_index)))
    across = x**2 + y**2
    with np.errstate(all="ignore"):
        distance = np.sqrt(across + z**2)
        shell = distance**3 / across
        local = np.mod(12.0 + np.arctan2(y, x) * (12.0 / np.pi), 24.0)
        factor = (shell / distance) ** index
    whole = density.transpose(..., "mlt", "l")
    mlt, l_shell = whole["mlt"].values, whole["l"].values
    with np.errstate(all="ignore"):
        values = np.log(np.maximum(whole.values, 1e-30))
    step = 24.0 / mlt.size
    turn = (local - mlt[0]) / step
    j = np.floor(turn)
    across_share = turn - j
    j0, j1 = np.mod(j, mlt.size).astype(int), np.mod(j + 1, mlt.size).astype(int)
    known = np.where(np.isfinite(shell), shell, -1.0)
    i = np.clip(np.searchsorted(l_shell, known) - 1, 0, l_shell.size - 2)
    share = (known - l_shell[i]) / (l_shell[i + 1] - l_shell[i])
    logarithm = (1.0 - across_share) * ((1.0 - share) * values[..., j0, i] + share * values[..., j0, i + 1]) + (
        across_share * ((1.0 - share) * values[..., j1, i] + share * values[..., j1, i + 1])
    )
    inside = (known >= l_shell[0]) & (known <= l_shell[-1])
    result = np.where(inside, np.exp(logarithm) * factor, np.nan)
    dims = (*whole.dims[:-2], *(f"place_{k}" for k in range(shell.ndim)))
    coords = {name: whole.coords[name] for name in whole.dims[:-2] if name in whole.coords}
    about = {"units": "cm^-3", "long_name": "Electron density", "references": _DENTON}
    return xr.DataArray(result, coords, dims, attrs=about)


def electron_content(
    density: xr.DataArray,
    mlat: Any,
    density_index: float = 1.0,
    base: float = 1000.0,
    top: float = 20200.0,
) -> xr.DataArray:
    """Vertical electron content of the plasmasphere above the ionosphere.

    Parameters
    ----------
    density : DataArray (..., l), cm^-3
        Equatorial density, as :meth:`Plasmasphere.solve` gives it.
    mlat : float or array, deg
        Magnetic latitude of the column.
    density_index : float, optional
        Power of L / r along the lines.
    base, top : float, km, optional
        Heights between which electrons are counted; the default is from the top of the ionosphere to the orbit of
        positioning satellites.

    Returns
    -------
    DataArray
        TECU, over the dimensions of the map other than l, and ``mlat``.

    Notes
    -----
    Along a radius at latitude lambda L is r / cos^2, so that the content is R_E cos^(2 - 2 m) times the integral of
    n_eq over L, taken exactly for a density that is exponential between the points of the map. Inside the map the
    saturated plasmasphere is continued inward with its own slope of -0.3145 decades in L; outside it there is nothing.

    Examples
    --------
    >>> cold = Plasmasphere(rows=40, columns=24)
    >>> run = cold.solve(np.array(["2015-03-16T00", "2015-03-16T03"], "datetime64[ns]"), kp=2.0)
    >>> tec = electron_content(run.density[0], [0.0, 40.0])
    >>> tec.sel(mlt=0.5).round(1).values.tolist()
    [3.7, 2.0]
    """
    import xarray as xr

    if "l" not in density.dims:
        raise InputError(f"electron_content: the map needs the dimension l, it has {tuple(density.dims)}")
    whole = density.transpose(..., "l")
    latitude = np.atleast_1d(np.asarray(mlat, dtype=float))
    cosine = np.cos(latitude * _RADIAN)
    radius = EARTH_RADIUS * 1e-3
    shells = whole["l"].values
    with np.errstate(all="ignore"):
        decades = np.log(np.maximum(whole.values, 1e-30))
    inner = decades[..., :1] + _SATURATED_SLOPE * (shells[0] - 1.0)
    shells, decades = np.append(1.0, shells), np.concatenate([inner, decades], axis=-1)
    lowest, highest = ((1.0 + height / radius) / cosine**2 for height in (base, top))
    tec = np.empty((*whole.shape[:-1], latitude.size))
    for k in range(latitude.size):
        a = np.clip(shells[:-1], lowest[k], highest[k])
        b = np.clip(shells[1:], lowest[k], highest[k])
        width = np.diff(shells)
        slope = np.diff(decades, axis=-1) / width
        at_a = decades[..., :-1] + slope * (a - shells[:-1])
        rise = slope * (b - a)
        small = np.abs(rise) < 1e-6
        mean = np.where(small, 1.0 + 0.5 * rise, np.expm1(rise) / np.where(small, 1.0, rise))
        inside = (np.exp(at_a) * mean * (b - a)).sum(axis=-1)
        tec[..., k] = cosine[k] ** (2.0 - 2.0 * density_index) * inside * 1e6 * EARTH_RADIUS * 1e-16
    coords = {name: whole.coords[name] for name in whole.dims[:-1] if name in whole.coords}
    about = {"units": "TECU", "long_name": "Vertical electron content of the plasmasphere", "references": _DENTON}
    return xr.DataArray(tec, {**coords, "mlat": latitude}, (*whole.dims[:-1], "mlat"), attrs=about)


_SATURATED_SLOPE = 0.3145 * np.log(10.0)
"""Fall of the logarithm of the saturated density with L (Carpenter and Anderson 1992)"""


# ------------------------------------------------------------------------------------------------ the moving model

_DRIVERS = ("kp", "e_y", "cpcp", "strength", "potential")
_BUDGET = (
    "supplied_by_day",
    "returned_by_night",
    "lost_outer",
    "lost_inner",
    "lost_magnetopause",
    "entered_outer",
    "entered_inner",
)
_VARIABLES = {
    "density": (("time", "mlt", "l"), "cm^-3", "Equatorial electron density"),
    "content": (("time", "mlt", "l"), "Wb^-1", "Electrons in a flux tube of unit flux"),
    "plasmapause_l": (("time", "mlt"), "1", "L of the steepest fall of the density"),
    "dense_l": (("time", "mlt"), "1", "L out to which dense plasma reaches without a gap"),
    "plume": (("time", "mlt"), "1", "Whether dense plasma stands at geosynchronous distance, not so before dawn"),
    "plume_width": (("time",), "h", "Extent in local time of the plume at geosynchronous distance"),
    "plume_mlt": (("time",), "h", "Local time of the middle of the plume at geosynchronous distance"),
    "total_content": (("time",), "1", "Electrons in the plasmasphere"),
    "supplied_by_day": (("time",), "1", "Electrons supplied through sunlit feet since the start"),
    "returned_by_night": (("time",), "1", "Electrons returned through dark feet since the start"),
    "lost_outer": (("time",), "1", "Electrons that left through the outer edge since the start"),
    "lost_inner": (("time",), "1", "Electrons that left through the inner edge since the start"),
    "lost_magnetopause": (("time",), "1", "Electrons on tubes that met the magnetopause since the start"),
    "entered_outer": (("time",), "1", "Electrons that entered through the outer edge since the start"),
    "entered_inner": (("time",), "1", "Electrons that entered through the inner edge since the start"),
    "strength": (("time",), "kV", "Strength of convection from each time on"),
    "driver_held": (("time",), "1", "Whether the driver was missing and its last value held"),
}


@dataclass(frozen=True)
class Plasmasphere:
    """Content of the flux tubes of a dipole that convect, turn with the Earth, fill by day and drain by night.

    Parameters
    ----------
    inner, outer : float
        L of the edges.
    rows, columns : int
        Cells in L and in local time. The edges of the cells stand in one ratio to each other, so that the resolution
        is finest where the plasmapause is in storms.
    shielding : float
        Exponent of the potential of convection; 1 is a uniform field.
    flux : float, cm^-2 s^-1
        Of ions out of a sunlit ionosphere into an empty tube.
    loss_time : float, d
        In which a tube with both feet in the dark drains to 1/e.
    boundary_density : float, cm^-3
        Equatorial density at the outer edge of tubes that come in from the tail. 0.3 becomes 5 at L = 5, the trough
        at midnight of Carpenter and Anderson (1992).
    density_index : float
        Power of L / r with which the density goes along the lines.
    tilt : float, deg
        Tilt of the dipole to the Sun, which makes days of the two feet unlike.
    sunspot_number : float
        13-month mean, for the saturated density.
    height : float, km
        Of the feet above the ground.
    step : float, h
        Longest stretch after which filling and drift alternate.

    Notes
    -----
    In the coordinates flux s = -B_0 R_E^2 / L and local time phi (from midnight to dawn) ds dphi is the magnetic flux
    through a patch of the equatorial plane, and the content N of a unit of flux moves as

        dN/dt + ds/dt dN/ds + dphi/dt dN/dphi = sum over the feet of F (1 - N / N_sat) / B_foot by day, -N / 2 tau by
        night.

    With v = E x B / B^2 and B to the north, what crosses an arc outward in unit time is the integral of E_phi r dphi,
    the fall of the potential V along it, and what crosses a radial line eastward is the rise of V outward: -V is the
    stream function, a volt being a weber a second. Its values on the corners of the cells make the motion free of
    divergence to round-off (:func:`~sunearth.numerics.advection.advect`), so that a constant N stays constant and
    nothing is lost unseen. Filling and draining are linear in N and taken exactly, in half steps before and after each
    step of drift. All budgets close to round-off.

    The physics is that of the Dynamic Global Core Plasma Model (Ober et al. 1997; rates of Rasmussen et al. 1993).
    Contents level off at 70 to 85 per cent of saturation, where a day's supply makes up for a night's loss. There are
    no subauroral drifts, no shielding delay and no interchange in it.

    Examples
    --------
    Three days of calm and a day of strong convection:

    >>> time = np.datetime64("2015-03-14T00", "ns") + np.arange(0, 99, 3) * np.timedelta64(1, "h")
    >>> kp = np.where(np.arange(33) < 24, 1.0, 6.0)
    >>> run = Plasmasphere(rows=60, columns=48).solve(time, kp=kp, cadence=3.0)
    >>> run.plasmapause_l.sel(mlt=3.25).isel(time=[24, 32]).round(1).values.tolist()
    [5.2, 2.4]
    """

    inner: float = 1.5
    outer: float = 10.0
    rows: int = 85
    columns: int = 72
    shielding: float = 2.0
    flux: float = LIMITING_FLUX
    loss_time: float = NIGHT_LOSS_TIME
    boundary_density: float = 0.3
    density_index: float = 0.0
    tilt: float = 0.0
    sunspot_number: float = 90.0
    height: float = 0.0
    step: float = 0.25

    def __post_init__(self) -> None:
        """Refuse parameters that mean nothing."""
        if not 1.0 + self.height * 1e3 / EARTH_RADIUS < self.inner < self.outer:
            raise InputError(f"Plasmasphere: needs the feet below inner < outer, got {self.inner} and {self.outer}")
        if self.rows < 8 or self.columns < 8:
            raise InputError(f"Plasmasphere: needs at least 8 rows and columns, got {self.rows} and {self.columns}")
        if not (self.flux >= 0 and self.loss_time > 0 and self.boundary_density >= 0 and self.step > 0):
            raise InputError(
                "Plasmasphere: flux and boundary_density must not be negative, loss_time and step positive"
            )

    @property
    def l_edges(self) -> Floats:
        """L of the edges of the rows."""
        return np.geomspace(self.inner, self.outer, self.rows + 1)

    @property
    def l_shell(self) -> Floats:
        """L of the middle of each row, where half of its flux lies inside."""
        edges = self.l_edges
        return 2.0 / (1.0 / edges[1:] + 1.0 / edges[:-1])

    @property
    def mlt(self) -> Floats:
        """Local time of the middle of each column, h."""
        return np.asarray((np.arange(self.columns) + 0.5) * (24.0 / self.columns), dtype=np.float64)

    def saturation(self, day_of_year: float = 1.0) -> Floats:
        """Content of full tubes, by row, Wb^-1."""
        full = saturated_density(self.l_shell, day_of_year, self.sunspot_number)
        return np.asarray(tube_content(full, self.l_shell, self.density_index, self.height))

    def potential(self, strength: float) -> Floats:
        """Potential of convection on the corners of the cells (row edge, start of column), kV."""
        start = np.arange(self.columns) * (24.0 / self.columns)
        return np.asarray(volland_stern(self.l_edges[:, None], start[None, :], strength, self.shielding))

    def solve(
        self,
        time: Any,
        *,
        kp: Any = None,
        e_y: Any = None,
        cpcp: Any = None,
        strength: Any = None,
        potential: Any = None,
        p_dyn: Any = None,
        b_z: Any = None,
        start: Any = "saturated",
        cadence: float = 1.0,
        progress: Callable[[str, int, int], object] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_every: int = 100,
    ) -> xr.Dataset:
        """Follow the plasmasphere through time.

        Parameters
        ----------
        time : datetime64 array (time,)
            Ascending; each driver value holds from its time to the next, and the run ends at the last.
        kp : float or array (time,), 1, optional
            Kp: convection of Volland and Stern with the strength of Maynard and Chen (1975), for shielding 2.
        e_y : float or array (time,), mV/m, optional
            Electric field of the wind, see :func:`wind_strength`.
        cpcp : float or array (time,), kV, optional
            Voltage across the polar cap, which is taken to stand across the outer edge.
        strength : float or array (time,), kV, optional
            Strength of convection itself.
        potential : array (time, row edge, column), kV, optional
            Any potential of convection on the corners, see :meth:`potential`.
        p_dyn, b_z : float or array (time,), nPa and nT, optional
            Of the wind: tubes outside of the magnetopause of Shue et al. (1998) are opened and lost.
        start : {"saturated", "empty"}, Dataset or array (mlt, l), optional
            Content at the first time: full, none, the last of an earlier run on the same grid, or Wb^-1.
        cadence : float, h, optional
            Between the states that are kept; what is left at the end over a whole number of them is not run.
        progress : callable, optional
            Called with a text, the hours done and all of them.
        checkpoint : path, optional
            File that keeps the state of a run that is cut short; the same call again goes on from there, to the same
            bits. It is removed when the run is complete.
        checkpoint_every : int, optional
            States kept between two writings of it.

        Returns
        -------
        xarray.Dataset
            ``density``, ``content`` (time, mlt, l); ``plasmapause_l``, ``dense_l``, ``plume`` (time, mlt); along time
            ``plume_width``, ``plume_mlt``, ``total_content``, the budget since the start (``supplied_by_day`` +
            ``entered_...`` - ``returned_by_night`` - ``lost_...`` is the change of ``total_content``), ``strength``
            and ``driver_held``. A missing driver is held at its last value and flagged.

        Raises
        ------
        InputError
            If there is not exactly one driver of convection, it does not fit the shielding, a driver is missing
            throughout, times do not ascend, or the checkpoint belongs to another run.

        Examples
        --------
        >>> time = np.array(["2015-03-17T00", "2015-03-17T12"], "datetime64[ns]")
        >>> run = Plasmasphere(rows=40, columns=24).solve(time, cpcp=100.0, cadence=12.0)
        >>> bool(run.lost_outer[-1] > run.supplied_by_day[-1])
        True
        """
        given = dict(zip(_DRIVERS, (kp, e_y, cpcp, strength, potential), strict=True))
        run = _Run(self, time, given, p_dyn, b_z, start, cadence)
        path = None if checkpoint is None else Path(checkpoint)
        if path is not None and path.exists():
            run.read(path)
        saved = run.state()
        try:
            while run.done < run.kept.size:
                run.advance()
                saved = run.state()
                if progress is not None:
                    progress("plasmasphere", round(float(run.kept[run.done - 1])), round(float(run.kept[-1])))
                if path is not None and run.done % checkpoint_every == 0:
                    _write(path, saved)
        except BaseException:
            if path is not None:
                _write(path, saved)
            raise
        if path is not None:
            path.unlink(missing_ok=True)
        return run.dataset()


class _Run:
    """One run: its drivers on its grid, its state, and what has been kept of it."""

    def __init__(
        self, model: Plasmasphere, time: Any, given: dict[str, Any], p_dyn: Any, b_z: Any, start: Any, cadence: float
    ) -> None:
        self.model = model
        self.time = np.asarray(time, "datetime64[ns]")
        if self.time.ndim != 1 or self.time.size < 2 or not (np.diff(self.time) > np.timedelta64(0)).all():
            raise InputError("Plasmasphere: time must be an ascending series of two times or more")
        if not cadence > 0:
            raise InputError(f"Plasmasphere: cadence must be positive, got {cadence}")
        self.hours = (self.time - self.time[0]) / np.timedelta64(3_600_000_000_000, "ns")
        self.kept = np.arange(int(self.hours[-1] / cadence + 1e-9) + 1) * cadence
        self._drive(given)
        self._grid()
        self._boundary(p_dyn, b_z)
        self.content = self._start(start)
        self.budget = np.zeros(len(_BUDGET))
        shape = (self.kept.size, model.columns, model.rows)
        self.contents = np.full(shape, np.nan)
        self.budgets = np.full((self.kept.size, len(_BUDGET)), np.nan)
        self.done = 0
        parts = [
            np.asarray(part).tobytes()
            for part in (self.time, self.streams, self.held, self.kept, self.limit, self.saturation, self.content)
        ]
        self.fingerprint = hashlib.sha256(b"".join([repr(astuple(model)).encode(), *parts])).hexdigest()

    def _drive(self, given: dict[str, Any]) -> None:
        """Strength or potential of convection from whichever driver there is."""
        model, names = self.model, [name for name, value in given.items() if value is not None]
        if len(names) != 1:
            raise InputError(f"Plasmasphere: give exactly one of {', '.join(_DRIVERS)}, got {names or 'none'}")
        if names[0] == "potential":
            shape = (self.time.size, model.rows + 1, model.columns)
            field, self.held = self._hold(given["potential"], "potential", shape)
            self.strength = np.full(self.time.size, np.nan)
            convection = field
        else:
            if names[0] == "kp" and model.shielding != 2.0:
                raise InputError(
                    f"Plasmasphere: kp is for shielding 2, not {model.shielding}; give e_y, cpcp or strength"
                )
            values, self.held = self._hold(given[names[0]], names[0], (self.time.size,))
            relations: dict[str, Callable[[Any], Any]] = {
                "kp": maynard_chen_1975,
                "e_y": lambda e: wind_strength(e, model.shielding),
                "cpcp": lambda v: cap_strength(v, model.outer, model.shielding),
                "strength": lambda a: a,
            }
            self.strength = np.asarray(relations[names[0]](values), float)
            convection = model.potential(1.0)[None] * self.strength[:, None, None]
        # -V in volts is the stream function in Wb/s
        self.streams = -1e3 * (convection - COROTATION_POTENTIAL / model.l_edges[None, :, None])

    def _hold(self, values: Any, name: str, shape: tuple[int, ...]) -> tuple[Floats, NDArray[np.bool_]]:
        """A driver along time, with gaps filled by the value before them (the first known one at the start)."""
        try:
            series = np.array(np.broadcast_to(np.asarray(values, float), shape))
        except ValueError:
            raise InputError(f"Plasmasphere: {name} has shape {np.shape(values)}, it needs {shape}") from None
        missing = ~np.isfinite(series.reshape(shape[0], -1)).all(axis=1)
        if missing.all():
            raise InputError(f"Plasmasphere: {name} is missing throughout")
        latest = np.maximum.accumulate(np.where(missing, -1, np.arange(shape[0])))
        return series[np.where(latest < 0, np.argmin(missing), latest)], missing

    def _grid(self) -> None:
        """Widths, saturation and the rates of filling and draining."""
        model = self.model
        edges, shell = model.l_edges, model.l_shell
        self.radial = _EQUATORIAL_FLUX * -np.diff(1.0 / edges)
        self.angular = np.full(model.columns, 2 * np.pi / model.columns)
        self.patch = self.radial[:, None] * self.angular[None, :]
        year = self.time[0].astype("datetime64[Y]")
        day = float((self.time[0] - year) / np.timedelta64(86_400_000_000_000, "ns")) + 1.0
        self.saturation = model.saturation(day)[:, None]
        b_foot = np.asarray(flux_tube_area_ratio(shell, model.height)) * DIPOLE_EQUATORIAL_FIELD * 1e-9 / shell**3
        foot = np.arccos(np.sqrt((1.0 + model.height * 1e3 / EARTH_RADIUS) / shell))
        sunlit = _sunlit(foot, model.tilt * _RADIAN, model.columns) + _sunlit(
            -foot, model.tilt * _RADIAN, model.columns
        )
        # per second: a supply of electrons per weber, what saturation takes off it, and the drain of dark feet
        self.supply = sunlit * (model.flux * 1e4 / b_foot)[:, None]
        self.relief = self.supply / self.saturation
        self.drain = (2.0 - sunlit) / (2.0 * 86400.0 * model.loss_time)

    def _boundary(self, p_dyn: Any, b_z: Any) -> None:
        """Content of what enters, and the magnetopause over each interval."""
        model = self.model
        self.tail = float(tube_content(model.boundary_density, model.outer, model.density_index, model.height))
        self.limit = np.full((self.time.size, model.columns), np.inf)
        if (p_dyn is None) != (b_z is None):
            raise InputError("Plasmasphere: the magnetopause needs both p_dyn and b_z")
        if p_dyn is not None:
            pressure, gone = self._hold(p_dyn, "p_dyn", (self.time.size,))
            north, lost = self._hold(b_z, "b_z", (self.time.size,))
            self.held = self.held | gone | lost
            theta = np.abs(model.mlt - 12.0) * (np.pi / 12.0)
            self.limit = np.asarray(shue_1998(theta[None, :], pressure[:, None], north[:, None]))

    def _start(self, start: Any) -> Floats:
        """Content at the first time, (row, column)."""
        model = self.model
        shape = (model.rows, model.columns)
        if isinstance(start, str):
            if start not in ("saturated", "empty"):
                raise InputError(
                    f"Plasmasphere: start must be saturated or empty, a Dataset or an array, got {start!r}"
                )
            return np.array(np.broadcast_to(self.saturation if start == "saturated" else 0.0, shape))
        if hasattr(start, "data_vars"):
            array = start["content"]
            array = array.isel(time=-1) if "time" in array.dims else array
            same = array.sizes["l"] == model.rows and array.sizes["mlt"] == model.columns
            if not (same and np.allclose(array["l"], model.l_shell) and np.allclose(array["mlt"], model.mlt)):
                raise InputError("Plasmasphere: the start has another grid than the model")
            start = array.transpose("mlt", "l").values
        values = np.asarray(start, float)
        if values.shape != shape[::-1] or not (np.isfinite(values) & (values >= 0)).all():
            raise InputError(f"Plasmasphere: the start needs contents of shape {shape[::-1]}, none missing or negative")
        return np.ascontiguousarray(values.T)

    def advance(self) -> None:
        """Go on to the next state that is kept, and keep it."""
        if self.done:
            now, then = self.kept[self.done - 1], self.kept[self.done]
            inside = self.hours[(self.hours > now) & (self.hours < then)]
            stops = np.concatenate([[now], inside, [then]])
            for begin, end in pairwise(stops.tolist()):
                interval = min(int(np.searchsorted(self.hours, begin, side="right")) - 1, self.time.size - 2)
                pieces = max(1, int(np.ceil((end - begin) / self.model.step - 1e-9)))
                for _ in range(pieces):
                    self._step(interval, 3600.0 * (end - begin) / pieces)
        self.contents[self.done] = self.content.T
        self.budgets[self.done] = self.budget
        self.done += 1

    def _step(self, interval: int, seconds: float) -> None:
        """Half a step of filling, one of drift, half a step of filling."""
        outside = self.model.l_shell[:, None] > self.limit[interval][None, :]
        self._exchange(0.5 * seconds, outside)
        drifting = self.content[None]
        crossed = advect(
            drifting,
            self.streams[interval : interval + 1],
            self.radial,
            self.angular,
            seconds,
            inner=self.saturation[0, 0],
            outer=np.where(self.limit[interval] < self.model.outer, 0.0, self.tail),
        )
        # rounding may leave a cell below zero by a part in 1e16 of its neighbours
        self.content = np.maximum(drifting[0], 0.0)
        passed = (crossed.out_outer, crossed.out_inner, 0.0, crossed.in_outer, crossed.in_inner)
        self.budget[2:] += [float(np.sum(value)) for value in passed]
        self._exchange(0.5 * seconds, outside)

    def _exchange(self, seconds: float, outside: Any) -> None:
        """Open what lies outside of the magnetopause; fill and drain the rest exactly."""
        if outside.any():
            self.budget[4] += float((self.content * self.patch)[outside].sum())
            self.content = np.where(outside, 0.0, self.content)
        rate = self.relief + self.drain
        x = rate * seconds
        first = np.where(x < 1e-8, 1.0 - 0.5 * x, -np.expm1(-x) / np.where(x > 0, x, 1.0))
        second = np.where(x < 1e-4, 0.5 - x / 6.0, (1.0 - first) / np.where(x > 0, x, 1.0))
        # mean content over the stretch, and the content at its end
        mean = self.content * first + self.supply * seconds * second
        after = self.content * np.exp(-x) + self.supply * seconds * first
        inside = ~outside
        self.budget[0] += float((((self.supply - self.relief * mean) * self.patch)[inside]).sum()) * seconds
        self.budget[1] += float(((self.drain * mean * self.patch)[inside]).sum()) * seconds
        self.content = np.where(outside, self.content, after)

    def state(self) -> dict[str, Any]:
        """All that a run needs to go on; the arrays of what is kept are shared, not copied."""
        return {
            "fingerprint": self.fingerprint,
            "done": self.done,
            "content": self.content.copy(),
            "budget": self.budget.copy(),
            "contents": self.contents[: self.done],
            "budgets": self.budgets[: self.done],
        }

    def read(self, path: Path) -> None:
        """Take up the state of a run that was cut short."""
        try:
            with np.load(path) as file:
                state = {name: file[name] for name in file.files}
            mine = str(state["fingerprint"]) == self.fingerprint
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise InputError(f"Plasmasphere: {path} is no checkpoint; remove it to start anew") from error
        if not mine:
            raise InputError(f"Plasmasphere: {path} is of another run; remove it to start anew")
        self.done = int(state["done"])
        self.content, self.budget = state["content"], state["budget"]
        self.contents[: self.done], self.budgets[: self.done] = state["contents"], state["budgets"]

    def dataset(self) -> xr.Dataset:
        """The results with their names and units."""
        import xarray as xr

        model = self.model
        shell, mlt = model.l_shell, model.mlt
        per_density = np.asarray(tube_content(1.0, shell, model.density_index, model.height))
        density = self.contents / per_density
        interval = np.clip(np.searchsorted(self.hours, self.kept + 1e-9, side="right") - 1, 0, self.time.size - 1)
        dense = self.contents >= float(tube_content(_DENSE, _GEOSYNCHRONOUS, model.density_index, model.height))
        count = np.where(dense.all(axis=-1), model.rows, np.argmin(dense, axis=-1))
        at_orbit = dense[..., np.argmin(np.abs(shell - _GEOSYNCHRONOUS))]
        night = at_orbit[:, mlt < 6.0].any(axis=1, keepdims=True)
        plume = at_orbit & ~night
        turn = np.exp(1j * mlt * (np.pi / 12.0))
        middle = np.mod(np.angle((plume * turn).sum(axis=1)) * (12.0 / np.pi), 24.0)
        values: dict[str, Any] = {
            "density": density,
            "content": self.contents,
            "plasmapause_l": plasmapause(density, shell),
            "dense_l": model.l_edges[count],
            "plume": plume,
            "plume_width": plume.sum(axis=1) * (24.0 / model.columns),
            "plume_mlt": np.where(plume.any(axis=1), middle, np.nan),
            "total_content": np.einsum("tji,ij->t", self.contents, self.patch),
            "strength": self.strength[interval],
            "driver_held": self.held[interval],
        } | dict(zip(_BUDGET, self.budgets.T, strict=True))
        result = xr.Dataset(
            coords={
                "time": self.time[0] + np.rint(self.kept * 3.6e12).astype("timedelta64[ns]"),
                "mlt": ("mlt", mlt, {"units": "h", "long_name": "Magnetic local time"}),
                "l": ("l", shell, {"units": "1", "long_name": "L of the middle of the flux of each row"}),
            },
            attrs={"title": "Plasmasphere that convects, turns, fills and drains", "references": _OBER},
        )
        for name, (dims, unit, text) in _VARIABLES.items():
            source = _MOLDWIN if name == "plasmapause_l" else _OBER
            result[name] = (dims, values[name], {"units": unit, "long_name": text, "references": source})
        return result


def _sunlit(foot: Any, tilt: float, columns: int) -> Floats:
    """Share of each column whose foot at a latitude (rad, of the rows) is in sunlight."""
    half = np.arccos(np.clip(-np.tan(foot) * np.tan(tilt), -1.0, 1.0))[:, None]
    edges = np.arange(columns + 1) * (2.0 * np.pi / columns)
    low, high = np.maximum(edges[:-1], np.pi - half), np.minimum(edges[1:], np.pi + half)
    return np.asarray(np.maximum(high - low, 0.0) * (columns / (2.0 * np.pi)), dtype=np.float64)


def _write(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint under a temporary name and move it into place."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        np.savez(file, **state)
    temporary.replace(path)
