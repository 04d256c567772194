"""The magnetosheath: shocked wind between bow shock and magnetopause, its flow, its heat and its draped field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import BOLTZMANN
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_E, K, dimensionless, km_s, nPa, nT, per_cm3
from sunearth.heliosphere import shocks, wind

from . import bow_shock, magnetopause
from ._event_series import in_unit
from ._magnetosheath_geometry import (
    STEP,
    Jump,
    Slice,
    Wind,
    cartesian,
    draped_between,
    frame_at,
    spherical,
    stream,
    with_slope,
)

if TYPE_CHECKING:
    import xarray as xr


class DrapedField(NamedTuple):
    """Field draped around the magnetopause."""

    b_x: nT
    b_y: nT
    b_z: nT


_ON_SURFACE = 1e-9  # relative depth to which a point on a boundary may lie on its wrong side by rounding


@model(
    cite="Kobel and Flueckiger 1994, J. Geophys. Res. 99, 23617",
    valid={
        "x": (0.0, 15.0),
        "y": (-15.0, 15.0),
        "z": (-15.0, 15.0),
        "magnetopause_standoff": (4.0, 12.0),
        "bow_shock_standoff": (12.5, 25.0),
    },
)
def kobel_flueckiger_1994(
    x: R_E,
    y: R_E,
    z: R_E,
    b_x: nT,
    b_y: nT,
    b_z: nT,
    magnetopause_standoff: R_E,
    bow_shock_standoff: R_E,
) -> DrapedField:
    """Interplanetary field draped around the magnetopause.

    Parameters
    ----------
    x, y, z : float or array, R_E
        Position; x points against the flow of the wind, which is the Sun-Earth line but for the aberration.
    b_x, b_y, b_z : float or array, nT
        Interplanetary field on the same axes.
    magnetopause_standoff : float or array, R_E
        Geocentric distance of the subsolar magnetopause.
    bow_shock_standoff : float or array, R_E
        Geocentric distance of the subsolar bow shock.

    Returns
    -------
    b_x : float or array, nT
        Component against the flow: draped in the sheath, as given before the shock, NaN inside the magnetopause.
    b_y : float or array, nT
        Component along y.
    b_z : float or array, nT
        Component along z.

    Notes
    -----
    A field without currents between two paraboloids with one focus, half way from the Earth's centre to the nose of the
    magnetopause. With R and S the two standoffs, d the distance from the focus, s the distance sunward of it and
    q = d + s, the magnetopause is q = R, the shock q = 2 S - R, and the field is the gradient of

        (2 S - R) / (2 (S - R)) * [B_x (x - (R / 2) ln q) + (B_y y + B_z z) (1 + R / q)].

    Its normal part vanishes on the magnetopause and is that of the interplanetary field on the shock, whatever the
    direction. The tangential part does not know the jump of a shock: at its nose the field across the flow is
    multiplied by S / (S - R), 4.4 for usual standoffs, and at the nose of the magnetopause by (2 S - R) / (S - R).
    NaN also where the shock does not stand before the magnetopause.

    Examples
    --------
    >>> nose = kobel_flueckiger_1994(10.0, 0.0, 0.0, 3.0, 0.0, -5.0, 10.0, 13.0)
    >>> round(float(nose.b_x), 6) + 0.0, round(float(nose.b_z), 2)
    (0.0, -26.67)
    """
    xp = namespace(x, y, z, b_x, b_y, b_z, magnetopause_standoff, bow_shock_standoff)
    inner, outer = magnetopause_standoff, 2 * bow_shock_standoff - magnetopause_standoff
    sunward = x - inner / 2
    distance = xp.sqrt(sunward**2 + y**2 + z**2)
    q = distance + sunward
    within = q < inner * (1 - _ON_SURFACE)
    missing = xp.where(within | ~(outer > inner), xp.nan, 0.0 * q)
    before = q > outer * (1 + _ON_SURFACE)
    # Inside the magnetopause the line q = 0 and the focus would divide by zero; nothing of it is shown.
    q, distance = xp.where(within, inner, q), xp.where(within, inner, distance)
    strength = outer / (outer - inner)
    across = strength * (1 + inner / q)
    # Gradient of ln q is (radial + sunward unit vector) / q; the radial one is taken from the focus.
    pull = -strength * (b_x / 2 + (b_y * y + b_z * z) / q) * inner / (q * distance)
    draped_x = strength * b_x + pull * q
    draped_y = across * b_y + pull * y
    draped_z = across * b_z + pull * z
    # 0 * x and the like keep a missing input from passing unseen before the shock.
    unseen = missing + 0.0 * (b_x + b_y + b_z)
    return DrapedField(
        xp.where(before, b_x, draped_x) + unseen,
        xp.where(before, b_y, draped_y) + unseen,
        xp.where(before, b_z, draped_z) + unseen,
    )


WIND, SHEATH, MAGNETOSPHERE, UNKNOWN = 0, 1, 2, -1
"""Regions that :meth:`Magnetosheath.state` tells apart; unknown without a shock or with inputs missing."""

_MAGNETOPAUSES = {
    "shue_1998": magnetopause.shue_1998,
    "shue_1997": magnetopause.shue_1997,
    "petrinec_russell_1996": magnetopause.petrinec_russell_1996,
}
_BOW_SHOCKS = ("farris_russell_1994", "chao_2002", "jelinek_2012")
_ENERGY_LIMIT = 0.5  # surfaces that leave so little room that the mass cannot pass without this much more energy
_SUNWARD = 1e-4  # rad: closer to the axis the ratio of two sines is taken from here


class SheathState(NamedTuple):
    """Plasma and field at points in and around the magnetosheath."""

    region: Any
    n_p: per_cm3
    v_x: km_s
    v_y: km_s
    v_z: km_s
    p: nPa
    t: K
    b_x: nT
    b_y: nT
    b_z: nT
    mach_alfven: dimensionless
    mach_sonic: dimensionless
    beta: dimensionless
    energy_error: dimensionless


_LONG_NAMES = {
    "region": ("Region: 0 wind, 1 magnetosheath, 2 magnetosphere, -1 not known", "1"),
    "n_p": ("Proton density", "cm^-3"),
    "v_x": ("Velocity against the direction of the wind", "km/s"),
    "v_y": ("Velocity along y", "km/s"),
    "v_z": ("Velocity along z", "km/s"),
    "p": ("Thermal pressure", "nPa"),
    "t": ("Mean temperature of all particles", "K"),
    "b_x": ("Magnetic field along x", "nT"),
    "b_y": ("Magnetic field along y", "nT"),
    "b_z": ("Magnetic field along z", "nT"),
    "mach_alfven": ("Alfven Mach number of the flow", "1"),
    "mach_sonic": ("Sonic Mach number of the flow", "1"),
    "beta": ("Ratio of thermal to magnetic pressure", "1"),
    "energy_error": ("Excess of the energy per mass over that behind the shock, over the latter", "1"),
}
_REFERENCES = (
    "Kobel and Flueckiger 1994, J. Geophys. Res. 99, 23617; Soucek and Escoubet 2012, Ann. Geophys. 30, 973, "
    "doi:10.5194/angeo-30-973-2012"
)


@dataclass(frozen=True)
class Magnetosheath:
    """Flow, heat and field of the wind between a bow shock and a magnetopause.

    Parameters
    ----------
    magnetopause : str or callable
        Name of a surface of :mod:`sunearth.magnetosphere.magnetopause` that takes pressure and northward field
        (``shue_1998``, ``shue_1997``, ``petrinec_russell_1996``), or a function of (theta, p_dyn, b_z) that gives R_E.
    bow_shock : str or callable
        ``farris_russell_1994``, ``chao_2002``, ``jelinek_2012``, or a function of (theta, magnetopause_standoff,
        p_dyn, b_z, mach_ms, beta) that gives R_E.
    gamma : float
        Adiabatic index.
    alpha_fraction : float
        Number of alpha particles per proton.

    Notes
    -----
    Both surfaces are of revolution about x, which points against the wind: turn positions and field into such axes
    first (the aberration by the Earth's motion is 4 degrees for common wind). Between them,

    - the shock jumps by the oblique Rankine-Hugoniot relations with the local normal, field and Mach number;
    - the mass flux has a stream function in every meridian plane, r_s^2 sin^2(theta) / 2 times a cubic in r^2 that
      runs from 0 on the magnetopause to 1 on the shock, with the slopes that the flow has there: behind the shock that
      of the jump, on the magnetopause that of the energy on the streamline from the nose. Hence mass is conserved
      exactly and nothing passes the magnetopause;
    - density, velocity and pressure right behind the shock are those of the jump, and far down the flanks, where the
      surface is too oblique for a shock, those of the wind;
    - the sum of thermal and transverse magnetic pressure is that of the jump on the shock and K rho v^2 cos^2 + p sin^2
      on the magnetopause (Newton's law, angle between normal and wind), where K comes from bringing the
      flow behind the nose of the shock to rest; between them it goes with the square of the same coordinate;
    - entropy and transverse field per mass stay what they are where the streamline enters, which gives the density.
      One step of Newton's method moves it towards the density that the conservation of energy asks for at this mass
      flux, and the velocity is mass flux over density. The energy is exact on both surfaces; its error
      between them is returned as `energy_error`: in common wind 1 % in the median, 3 % by day and 10 % far down
      the flanks at most;
    - the field is that of :func:`kobel_flueckiger_1994` carried over to the surfaces along the radii
      so that its flux stays, and a second part so that the flux through the shock is that of the wind: it has
      no divergence, does not cross the magnetopause, and is continuous along the normal of the shock. Its size is
      that of a vacuum field, and at high Mach numbers differs from that of a field frozen into the flow.

    The Alfvenic sideways kick of an oblique shock, some percent of the speed, is left out of the flow (not of
    :meth:`behind_shock`). Depletion on the last R_E before the magnetopause is in
    :mod:`sunearth.magnetosphere.depletion_layer`.

    Examples
    --------
    >>> sheath = Magnetosheath()
    >>> state = sheath.state([20.0, 12.0, 5.0], 0.0, 0.0, n_p=5.0, speed=400.0, b_z=-5.0)
    >>> state.region.tolist(), state.n_p.round(1).tolist()
    ([0, 1, 2], [5.0, 19.3, nan])
    """

    magnetopause: str | Callable[..., Any] = "shue_1998"
    bow_shock: str | Callable[..., Any] = "farris_russell_1994"
    gamma: float = 5 / 3
    alpha_fraction: float = wind.ALPHA_FRACTION

    def __post_init__(self) -> None:
        """Refuse names that mean no surface."""
        if not callable(self.magnetopause) and self.magnetopause not in _MAGNETOPAUSES:
            raise UnknownNameError("magnetopause", str(self.magnetopause), _MAGNETOPAUSES)
        if not callable(self.bow_shock) and self.bow_shock not in _BOW_SHOCKS:
            raise UnknownNameError("bow shock", str(self.bow_shock), _BOW_SHOCKS)
        if not self.gamma > 1:
            raise InputError(f"the adiabatic index must be above 1, got {self.gamma}")

    def boundaries(
        self,
        theta: Any,
        *,
        n_p: Any,
        speed: Any,
        b_x: Any = 0.0,
        b_y: Any = 0.0,
        b_z: Any = 0.0,
        t_p: Any = 1e5,
        t_e: Any = wind.ELECTRON_TEMPERATURE,
    ) -> tuple[Any, Any]:
        """Return the geocentric distances of magnetopause and bow shock.

        Parameters
        ----------
        theta : float or array, rad
            Angle from the direction against the wind.
        n_p, speed, b_x, b_y, b_z, t_p, t_e : float or array
            The wind, as for :meth:`state`.

        Returns
        -------
        tuple of arrays, R_E
            Magnetopause and bow shock; the latter NaN where the wind is not faster than the fast wave.

        Examples
        --------
        >>> [round(float(r), 2) for r in Magnetosheath().boundaries(0.0, n_p=5.0, speed=400.0, b_z=-5.0)]
        [10.19, 13.37]
        """
        theta = np.asarray(theta, dtype=float)
        with np.errstate(all="ignore"):
            flow = self._wind(n_p, speed, b_x, b_y, b_z, t_p, t_e)
            return self._inner(theta, flow), self._outer(theta, flow)

    def behind_shock(
        self,
        theta: Any,
        phi: Any,
        *,
        n_p: Any,
        speed: Any,
        b_x: Any = 0.0,
        b_y: Any = 0.0,
        b_z: Any = 0.0,
        t_p: Any = 1e5,
        t_e: Any = wind.ELECTRON_TEMPERATURE,
    ) -> xr.Dataset:
        """Return the state just behind the bow shock, with all that an oblique shock does.

        Parameters
        ----------
        theta, phi : float or array, rad
            Direction from the Earth: angle from the direction against the wind, and about it from y to z.
        n_p, speed, b_x, b_y, b_z, t_p, t_e : float or array
            The wind, as for :meth:`state`.

        Returns
        -------
        xarray.Dataset
            ``n_p``, ``v``, ``b``, ``p`` behind the shock, its ``normal`` and ``position`` (vectors along ``axis``), and
            the ``compression``; dimensions ``dim_0`` ... are those of the broadcast inputs. NaN where the wind does
            not hit the surface faster than the fast wave.

        Examples
        --------
        >>> nose = Magnetosheath().behind_shock(0.0, 0.0, n_p=5.0, speed=400.0, b_z=-5.0)
        >>> round(float(nose.compression), 2)
        3.59
        """
        import xarray as xr

        theta, phi = np.asarray(theta, dtype=float), np.asarray(phi, dtype=float)
        with np.errstate(all="ignore"):
            flow = self._wind(n_p, speed, b_x, b_y, b_z, t_p, t_e)
            radius, slope = with_slope(lambda angle: self._outer(angle, flow), theta)
            jump = self._jump(theta, phi, radius, slope, flow)
            frame = frame_at(theta, phi)
            normal = cartesian((jump.normal_r, jump.normal_theta, 0.0 * phi), frame)
            tangential = cartesian(jump.field_direction, frame)
            v_along = jump.v_n - jump.v_n_up
            v_across = jump.v_t - jump.v_t_up
            v = [v_along * n + v_across * t for n, t in zip(normal, tangential, strict=True)]
            v[0] = v[0] - flow.speed
            b = [jump.b_n * n + jump.b_t * t for n, t in zip(normal, tangential, strict=True)]
            position = [radius * component for component in frame[0]]
        whole = np.broadcast(jump.n_p, theta, phi)
        dims = [f"dim_{k}" for k in range(whole.ndim)]

        def scalar(values: Any, name: str, unit: str) -> Any:
            return xr.Variable(dims, np.broadcast_to(values, whole.shape), _attributes(name, unit))

        def vector(values: Any, name: str, unit: str) -> Any:
            stacked = np.stack([np.broadcast_to(c, whole.shape) for c in values], axis=-1)
            return xr.Variable([*dims, "axis"], stacked, _attributes(name, unit))

        return xr.Dataset(
            {
                "n_p": scalar(jump.n_p, "Proton density behind the shock", "cm^-3"),
                "v": vector(v, "Velocity behind the shock", "km/s"),
                "b": vector(b, "Magnetic field behind the shock", "nT"),
                "p": scalar(jump.p, "Thermal pressure behind the shock", "nPa"),
                "compression": scalar(jump.n_p / flow.n_p, "Density behind over before the shock", "1"),
                "normal": vector(normal, "Outward normal of the shock", "1"),
                "position": vector(position, "Place on the shock", "R_E"),
            },
            coords={"axis": ["x", "y", "z"]},
        )

    def state(
        self,
        x: Any,
        y: Any,
        z: Any,
        *,
        n_p: Any,
        speed: Any,
        b_x: Any = 0.0,
        b_y: Any = 0.0,
        b_z: Any = 0.0,
        t_p: Any = 1e5,
        t_e: Any = wind.ELECTRON_TEMPERATURE,
    ) -> SheathState:
        """Return plasma and field at points.

        Parameters
        ----------
        x, y, z : float or array, R_E
            Position; x points against the wind.
        n_p : float or array, cm^-3
            Proton density of the wind.
        speed : float or array, km/s
            Its speed.
        b_x, b_y, b_z : float or array, nT
            Interplanetary field on the axes of the position; b_z also moves the surfaces.
        t_p, t_e : float or array, K
            Temperatures of protons and electrons.

        Returns
        -------
        SheathState
            Arrays of the broadcast shape of all inputs: the wind itself before the shock, NaN inside the
            magnetopause, in wind too slow for a shock and where an input is missing; ``region`` tells which. The flow
            is NaN also where fitted surfaces, far outside their range, come so close that the mass would need
            half as much energy again to pass between them; ``energy_error`` shows that.

        Examples
        --------
        >>> state = Magnetosheath().state(0.0, 16.0, 0.0, n_p=5.0, speed=400.0, b_z=-5.0)
        >>> round(float(state.n_p), 1), round(float(-state.v_x))
        (10.1, 223)
        """
        x, y, z = (np.asarray(value, dtype=float) for value in (x, y, z))
        with np.errstate(all="ignore"):
            flow = self._wind(n_p, speed, b_x, b_y, b_z, t_p, t_e)
            return self._state(x, y, z, flow)

    def on_grid(self, x: Any, y: Any, z: Any, **flow: Any) -> xr.Dataset:
        """Return plasma and field on a grid, in one wind.

        Parameters
        ----------
        x, y, z : float or 1-D array, R_E
            Coordinates of the grid.
        **flow : float
            The wind, as for :meth:`state`.

        Returns
        -------
        xarray.Dataset
            The fields of :class:`SheathState` over ``x``, ``y`` and ``z``.

        Examples
        --------
        >>> grid = Magnetosheath().on_grid([0.0, 12.0], 0.0, [0.0, 15.0], n_p=5.0, speed=400.0, b_z=-5.0)
        >>> grid.region.squeeze("y").values.tolist()
        [[2, 2], [1, 0]]
        """
        import xarray as xr

        axes = [np.atleast_1d(np.asarray(a, dtype=float)) for a in (x, y, z)]
        state = self.state(*np.meshgrid(*axes, indexing="ij", sparse=True), **flow)
        coords = {
            name: (name, axis, {"units": "R_E", "long_name": f"Position along {name}"})
            for name, axis in zip("xyz", axes, strict=True)
        }
        return xr.Dataset(
            {name: (("x", "y", "z"), values, _described(name)) for name, values in state._asdict().items()},
            coords=coords,
        )

    def along(self, orbit: xr.Dataset, solar_wind: xr.Dataset) -> xr.Dataset:
        """Return plasma and field along an orbit.

        Parameters
        ----------
        orbit : xarray.Dataset
            ``x``, ``y``, ``z`` in R_E over ``time``.
        solar_wind : xarray.Dataset
            ``n_p``, ``speed``, ``b_x``, ``b_y``, ``b_z`` and if present ``t_p`` and ``t_e`` over ``time``, in the units
            and axes of :meth:`state` and already shifted to the magnetopause; interpolated to the times of the orbit.

        Returns
        -------
        xarray.Dataset
            The fields of :class:`SheathState` over ``time``.

        Raises
        ------
        InputError
            If a variable is missing.

        Examples
        --------
        >>> import xarray as xr
        >>> time = np.array(["2015-03-17T04:00", "2015-03-17T05:00"], "M8[ns]")
        >>> here = {name: ("time", values) for name, values in (("x", [12.0, 20.0]), ("y", [0, 0]), ("z", [0, 0]))}
        >>> values = (("n_p", 5.0), ("speed", 400.0), ("b_x", 0.0), ("b_y", 0.0), ("b_z", -5.0))
        >>> series = {name: ("time", [value, value]) for name, value in values}
        >>> found = Magnetosheath().along(xr.Dataset(here, {"time": time}), xr.Dataset(series, {"time": time}))
        >>> found.region.values.tolist()
        [1, 0]
        """
        import xarray as xr

        units = {"n_p": "cm^-3", "speed": "km/s", "b_x": "nT", "b_y": "nT", "b_z": "nT", "t_p": "K", "t_e": "K"}
        wanted = ["n_p", "speed", "b_x", "b_y", "b_z"]
        missing = [n for n in wanted if n not in solar_wind] + [n for n in ("x", "y", "z") if n not in orbit]
        if missing:
            raise InputError(f"{', '.join(missing)} missing: the orbit has x, y, z and the wind {', '.join(wanted)}")
        present = [name for name in units if name in solar_wind]
        at_orbit = xr.Dataset(
            {n: solar_wind[n].copy(data=in_unit(solar_wind[n], units[n], f"solar_wind: {n}")) for n in present}
        )
        if not at_orbit.indexes["time"].equals(orbit.indexes["time"]):
            at_orbit = at_orbit.interp(time=orbit["time"])
        place = (in_unit(orbit[name], "R_E", f"orbit: {name}") for name in "xyz")
        state = self.state(*place, **{name: at_orbit[name].values for name in present})
        return xr.Dataset(
            {name: ("time", values, _described(name)) for name, values in state._asdict().items()},
            coords={"time": orbit["time"]},
        )

    def _wind(self, n_p: Any, speed: Any, b_x: Any, b_y: Any, b_z: Any, t_p: Any, t_e: Any) -> Wind:
        n_p, speed, b_x, b_y, b_z, t_p, t_e = (
            np.asarray(value, dtype=float) for value in (n_p, speed, b_x, b_y, b_z, t_p, t_e)
        )
        f = self.alpha_fraction
        b = np.sqrt(b_x**2 + b_y**2 + b_z**2)
        p = wind.thermal_pressure.spec.function(n_p, t_p, t_e, f)
        rho = wind.mass_density.spec.function(n_p, f)
        p_dyn = wind.dynamic_pressure.spec.function(n_p, speed, f)
        p_mag = wind.magnetic_pressure.spec.function(b)
        mach_ms = np.sqrt(p_dyn / (self.gamma * p + 2 * p_mag))
        flow = Wind(n_p, speed, (b_x, b_y, b_z), p, rho, p_dyn, mach_ms, p / p_mag, np.nan, np.nan)
        flow = flow._replace(standoff=self._inner(np.zeros(()), flow))
        return flow._replace(shock_standoff=self._outer(np.zeros(()), flow))

    def _inner(self, theta: Any, flow: Wind) -> Any:
        if callable(self.magnetopause):
            return self.magnetopause(theta, flow.p_dyn, flow.field[2])
        return _MAGNETOPAUSES[self.magnetopause].spec.function(theta, flow.p_dyn, flow.field[2])

    def _outer(self, theta: Any, flow: Wind) -> Any:
        b_z = flow.field[2]
        if callable(self.bow_shock):
            radius = self.bow_shock(theta, flow.standoff, flow.p_dyn, b_z, flow.mach_ms, flow.beta)
        elif self.bow_shock == "farris_russell_1994":
            radius = bow_shock.farris_russell_1994.spec.function(theta, flow.standoff, flow.mach_ms, self.gamma)
        elif self.bow_shock == "chao_2002":
            radius = bow_shock.chao_2002.spec.function(theta, flow.p_dyn, b_z, flow.mach_ms, flow.beta)
        else:
            radius = bow_shock.jelinek_2012.spec.function(theta, flow.p_dyn)
        return np.where((flow.mach_ms > 1) & (radius > 0), radius, np.nan)

    def _jump(self, theta: Any, phi: Any, radius: Any, slope: Any, flow: Wind) -> Jump:
        """State behind the shock by its parts along the normal and along the tangential field."""
        steep = slope / radius
        length = np.sqrt(1 + steep**2)
        n_r, n_theta = 1 / length, -steep / length
        cosine, sine = np.cos(theta), np.sin(theta)
        b_r, b_theta, b_phi = spherical(flow.field, theta, phi)
        b_n = b_r * n_r + b_theta * n_theta
        tangent = (b_r - b_n * n_r, b_theta - b_n * n_theta, b_phi + 0.0 * b_n)
        b_t = np.sqrt(tangent[0] ** 2 + tangent[1] ** 2 + tangent[2] ** 2)
        # A field along the normal prefers no tangent, but a shock may switch one on: it is put into the meridian plane.
        meridian = (-n_theta, n_r, 0.0)
        direction = tuple(
            np.where(b_t > 0, part / np.where(b_t > 0, b_t, 1.0), along)
            for part, along in zip(tangent, meridian, strict=True)
        )
        v_n = -flow.speed * (cosine * n_r - sine * n_theta)
        v_t = -flow.speed * (cosine * direction[0] - sine * direction[1])
        together = np.broadcast_arrays(flow.n_p, v_n, v_t, b_n, b_t, flow.p, self.gamma)
        after = shocks.downstream_state.spec.function(*together, self.alpha_fraction)
        return Jump(n_r, n_theta, direction, v_n, v_t, b_t, *after)

    def _thermal(self, theta: Any, phi: Any, radius: Any, slope: Any, flow: Wind) -> tuple[Any, ...]:
        """Density, pressures (thermal, transverse magnetic), energy per mass and outward mass flux behind the shock.

        Where the surface is too oblique for a shock the wind goes on as it is.
        """
        jump = self._jump(theta, phi, radius, slope, flow)
        none = np.isnan(jump.n_p) & (flow.mach_ms > 1)
        n = np.where(none, flow.n_p, jump.n_p)
        p = np.where(none, flow.p, jump.p)
        p_b = wind.magnetic_pressure.spec.function(np.where(none, jump.b_t_up, jump.b_t))
        x = n / flow.n_p
        # The tangential velocity goes on, and the normal one falls: mass flux over that of the wind.
        flux = x * np.sin(theta) - (x - 1) * jump.v_n_up / flow.speed * jump.normal_theta
        speed2 = flow.speed**2 - jump.v_n_up**2 * (1 - 1 / x**2)
        ratio = self.gamma / (self.gamma - 1)
        enthalpy = speed2 * 5e5 + (ratio * p + 2 * p_b) * 1e-9 / (flow.rho * x)
        return n, p, p_b, enthalpy, flux

    def _nose(self, flow: Wind) -> tuple[Any, ...]:
        """Density, pressures and specific enthalpy of the streamline through the nose of the shock, and at rest."""
        zero = np.zeros(())
        radius, slope = with_slope(lambda angle: self._outer(angle, flow), zero)
        n, p, p_b, enthalpy, _ = self._thermal(zero, zero, radius, 0.0 * slope, flow)
        rho, ratio = flow.rho * n / flow.n_p, self.gamma / (self.gamma - 1)
        # At rest: ratio p y^(gamma - 1) + 2 p_b y = rho * enthalpy, for the density n y.
        total = rho * enthalpy * 1e9
        y = (total / (ratio * p + 2 * p_b)) ** (1 / (self.gamma - 1))
        for _ in range(8):
            power = y ** (self.gamma - 1)
            value = ratio * p * power + 2 * p_b * y - total
            y = y - value / (self.gamma * p * power / y + 2 * p_b)
        return n, p, p_b, enthalpy, p * y**self.gamma + p_b * y**2

    def _expanded(self, n: Any, p: Any, p_b: Any, total: Any) -> Any:
        """Density to which plasma of a given entropy and frozen field goes at a total pressure."""
        y = (total / (p + p_b)) ** (1 / self.gamma)
        for _ in range(4):
            value = p * y**self.gamma + p_b * y**2 - total
            y = y - value * y / (self.gamma * p * y**self.gamma + 2 * p_b * y**2)
        return n * y

    def _magnetopause_pressure(self, radius: Any, slope: Any, theta: Any, flow: Wind, rest: Any) -> Any:
        steep = slope / radius
        cosine2 = (np.cos(theta) + steep * np.sin(theta)) ** 2 / (1 + steep**2)
        p_b = wind.magnetic_pressure.spec.function(np.sqrt(sum(part**2 for part in flow.field)))
        return rest * cosine2 + (flow.p + p_b) * (1 - cosine2)

    def _slice(self, theta: Any, phi: Any, flow: Wind, nose: tuple[Any, ...]) -> Slice:
        """Boundaries in a direction, and the slopes with which the stream function leaves them."""
        inner, inner_slope = with_slope(lambda angle: self._inner(angle, flow), theta)
        outer, outer_slope = with_slope(lambda angle: self._outer(angle, flow), theta)
        safe = np.where(np.abs(theta) < _SUNWARD, _SUNWARD, theta)
        near, near_slope = with_slope(lambda angle: self._inner(angle, flow), safe)
        far, far_slope = with_slope(lambda angle: self._outer(angle, flow), safe)
        share = (far**2 - near**2) / (far**2 * np.sin(safe))
        _, p_out, p_b_out, _, flux = self._thermal(safe, phi, far, far_slope, flow)
        n, p, p_b, enthalpy, rest = nose
        pressure = self._magnetopause_pressure(near, near_slope, safe, flow, rest)
        n_slip = self._expanded(n, p, p_b, pressure)
        slip = np.sqrt(np.maximum(2 * (enthalpy - self._enthalpy(n_slip, n, p, p_b, flow)), 0.0)) * 1e-3
        slip = slip * np.sign(safe) * near / np.sqrt(near**2 + near_slope**2)
        flux_inner = n_slip * slip / (flow.n_p * flow.speed)
        return Slice(inner, outer, inner_slope, outer_slope, flux_inner * share, flux * share, p_out + p_b_out)

    def _enthalpy(self, n: Any, n_then: Any, p_then: Any, p_b_then: Any, flow: Wind) -> Any:
        """Enthalpy and transverse magnetic energy per mass, J/kg, of plasma that was in another state before."""
        y = n / n_then
        pressure = self.gamma / (self.gamma - 1) * p_then * y**self.gamma + 2 * p_b_then * y**2
        return pressure * 1e-9 / (flow.rho * n / flow.n_p)

    def _state(self, x: Any, y: Any, z: Any, flow: Wind) -> SheathState:
        shape = np.broadcast_shapes(
            *(np.shape(a) for a in (x, y, z, flow.n_p, flow.speed, flow.p, flow.mach_ms, *flow.field))
        )
        across = np.hypot(y, z)
        r = np.hypot(x, across)
        theta, phi = np.arctan2(across, x), np.arctan2(z, y)
        nose = self._nose(flow)
        here = self._slice(theta, phi, flow, nose)
        before = self._slice(theta - STEP, phi, flow, nose)
        after = self._slice(theta + STEP, phi, flow, nose)

        known = np.isfinite(here.inner * here.outer * nose[4]) & (here.inner < here.outer)
        region = np.where(r < here.inner, MAGNETOSPHERE, np.where(r > here.outer, WIND, SHEATH))
        beyond = np.isfinite(here.inner) & (flow.mach_ms > 1) & np.isfinite(r)  # a tail that outgrew the shock
        region = np.where(known | (region == MAGNETOSPHERE) | ((region == WIND) & beyond), region, UNKNOWN)
        inside = (region == SHEATH) & known
        tau, level, level_r = stream(r, here)
        level_theta = (stream(r, after)[1] - stream(r, before)[1]) / (2 * STEP)
        flux_r = -(level_theta * np.sin(theta) + 2 * level * np.cos(theta)) / r**2
        flux_theta = level_r * np.sin(theta) / r

        entry = self._entry(np.sqrt(np.maximum(2 * level, 0.0)) * np.sin(theta), theta, tau, flow)
        outer, outer_slope = with_slope(lambda angle: self._outer(angle, flow), entry)
        n_in, p_in, p_b_in, enthalpy_in, _ = self._thermal(entry, phi, outer, outer_slope, flow)
        p_inner = self._magnetopause_pressure(here.inner, here.inner_slope, theta, flow, nose[4])
        total = p_inner + (here.pressure_outer - p_inner) * tau**2
        n = self._expanded(n_in, p_in, p_b_in, total)
        # Mass flux and energy know the density better than a pressure between two surfaces does, but where the flow is
        # as fast as the wave the two densities that they allow fall together, and there the pressure rules.
        kinetic = (flow.n_p * flow.speed * 1e3 / n) ** 2 * (flux_r**2 + flux_theta**2)
        y = n / n_in
        wave = (self.gamma * p_in * y**self.gamma + 2 * p_b_in * y**2) * 1e-9 / (flow.rho * n / flow.n_p)
        excess = kinetic / 2 + self._enthalpy(n, n_in, p_in, p_b_in, flow) - enthalpy_in
        n = n * np.exp(excess * (kinetic - wave) / ((kinetic - wave) ** 2 + wave**2 / 4))
        p = p_in * (n / n_in) ** self.gamma
        per_flux = flow.n_p * flow.speed / n
        v = [per_flux * flux_r, per_flux * flux_theta]
        energy = (v[0] ** 2 + v[1] ** 2) * 5e5 + self._enthalpy(n, n_in, p_in, p_b_in, flow)
        error = energy / enthalpy_in - 1

        frame = frame_at(theta, phi)
        v_xyz = cartesian((v[0], v[1], 0.0 * n), frame)
        b_xyz = draped_between(r, theta, phi, here, before, after, flow, kobel_flueckiger_1994.spec.function)

        def chosen(sheath: Any, upstream: Any) -> Any:
            value = np.where(inside, sheath, np.where(region == WIND, upstream, np.nan))
            return np.broadcast_to(value, shape).copy()

        upstream_v = (-flow.speed, 0.0 * flow.speed, 0.0 * flow.speed)
        fits = np.abs(error) < _ENERGY_LIMIT
        v_xyz = [chosen(np.where(fits, a, np.nan), b) for a, b in zip(v_xyz, upstream_v, strict=True)]
        b_xyz = [chosen(a, b) for a, b in zip(b_xyz, flow.field, strict=True)]
        n, p = (chosen(np.where(fits, a, np.nan), b) for a, b in ((n, flow.n_p), (p, flow.p)))
        particles = (2 + 3 * self.alpha_fraction) * n * 1e6  # protons, alphas and the electrons of both
        speed = np.sqrt(sum(part**2 for part in v_xyz))
        b = np.sqrt(sum(part**2 for part in b_xyz))
        rho = wind.mass_density.spec.function(n, self.alpha_fraction)
        return SheathState(
            np.broadcast_to(region, shape).astype(np.int8),
            n,
            v_xyz[0],
            v_xyz[1],
            v_xyz[2],
            p,
            p * 1e-9 / (particles * BOLTZMANN),
            b_xyz[0],
            b_xyz[1],
            b_xyz[2],
            speed / wind.alfven_speed.spec.function(b, n, self.alpha_fraction),
            speed * 1e3 / np.sqrt(self.gamma * p * 1e-9 / rho),
            p / wind.magnetic_pressure.spec.function(b),
            chosen(error, 0.0 * flow.n_p),
        )

    def _entry(self, across: Any, theta: Any, tau: Any, flow: Wind) -> Any:
        """Angle at which the streamline with a given distance from the axis of the wind meets the shock."""
        angle = np.clip(np.sqrt(np.clip(tau, 0.0, 1.0)), 1e-3, 1.0) * theta
        for _ in range(8):
            radius, slope = with_slope(lambda at: self._outer(at, flow), angle)
            step = (radius * np.sin(angle) - across) / (slope * np.sin(angle) + radius * np.cos(angle))
            angle = np.clip(angle - step, 0.0, theta)
        return angle


def _attributes(name: str, unit: str) -> dict[str, str]:
    return {"long_name": name, "units": unit, "references": _REFERENCES}


def _described(variable: str) -> dict[str, str]:
    return _attributes(*_LONG_NAMES[variable])


class SubsolarSheath(NamedTuple):
    """The magnetosheath where it meets the nose of the magnetopause."""

    n_p: per_cm3
    t: K
    p: nPa
    b: nT


@model(
    cite=f"Spreiter et al. 1966, Planet. Space Sci. 14, 223; {_REFERENCES}",
    valid={
        "n_p": (0.1, 200.0), "speed": (200.0, 2500.0), "b_x": (-60.0, 60.0), "b_y": (-60.0, 60.0),
        "b_z": (-60.0, 60.0), "t_p": (1e3, 1e7),
    },
    compiled=True,
)  # fmt: skip
def subsolar_sheath(
    n_p: per_cm3, speed: km_s, b_x: nT = 0.0, b_y: nT = 0.0, b_z: nT = 0.0, t_p: K = 1e5,
    bow_shock: str = "farris_russell_1994",
) -> SubsolarSheath:  # fmt: skip
    """Plasma and field of the magnetosheath at the nose of the magnetopause.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density of the wind.
    speed : float or array, km/s
        Its speed.
    b_x, b_y, b_z : float or array, nT
        Interplanetary field.
    t_p : float or array, K
        Its proton temperature.
    bow_shock : {"farris_russell_1994", "chao_2002", "jelinek_2012"}, optional
        Shape of the shock; the magnetopause is that of Shue et al. 1998.

    Returns
    -------
    n_p : float or array, cm^-3
        Proton density; NaN, like the rest, where the wind is too slow for a shock.
    t : float or array, K
        Mean temperature of all particles.
    p : float or array, nPa
        Thermal pressure.
    b : float or array, nT
        Magnitude of the draped field.

    Notes
    -----
    From :class:`Magnetosheath`: the oblique shock at its nose, then the flow brought to rest. The depletion of the last
    R_E, by which the density falls and the field grows, is not in it; see
    :mod:`sunearth.magnetosphere.depletion_layer`.

    Examples
    --------
    >>> sheath = subsolar_sheath(5.0, 400.0, b_z=-5.0)
    >>> round(float(sheath.n_p), 1), round(float(sheath.b), 1)
    (20.0, 26.0)
    """
    from sunearth.numerics.threads import spread

    names = ("n_p", "speed", "b_x", "b_y", "b_z", "t_p")
    given = np.broadcast_arrays(n_p, speed, b_x, b_y, b_z, t_p)
    shape, rows = given[0].shape, [np.array(values, dtype=float).ravel() for values in given]
    sheath = Magnetosheath(bow_shock=bow_shock)
    found = np.full((4, rows[0].size), np.nan)

    def part(start: int, stop: int) -> None:
        flow = {name: row[start:stop] for name, row in zip(names, rows, strict=True)}
        pause, _ = sheath.boundaries(0.0, **flow)
        state = sheath.state(pause * (1 + 1e-9), 0.0, 0.0, **flow)
        there = state.region == SHEATH  # without a shock the wind itself would be told here
        strength = np.sqrt(state.b_x**2 + state.b_y**2 + state.b_z**2)
        for row, values in zip(found, (state.n_p, state.t, state.p, strength), strict=True):
            row[start:stop] = np.where(there, values, np.nan)

    spread(part, rows[0].size, chunk=16_384)  # pieces that stay in the cache
    return SubsolarSheath(*(row.reshape(shape)[()] for row in found))
