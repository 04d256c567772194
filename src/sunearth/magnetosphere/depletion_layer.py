"""The plasma depletion layer: how field piles up and plasma is squeezed out before the magnetopause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sunearth.core.constants import BOLTZMANN, EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.heliosphere import shocks, wind

if TYPE_CHECKING:
    import xarray as xr

_REFERENCES = "Zwan and Wolf 1976, J. Geophys. Res. 81, 1636"
_VARIABLES = {
    "distance": ("Distance from the magnetopause along the stagnation line", "R_E"),
    "n_p": ("Proton density", "cm^-3"),
    "speed": ("Speed towards the magnetopause", "km/s"),
    "b": ("Field across the stagnation line", "nT"),
    "p": ("Thermal pressure", "nPa"),
    "t": ("Mean temperature of all particles", "K"),
    "total_pressure": ("Sum of thermal and magnetic pressure", "nPa"),
    "beta": ("Ratio of thermal to magnetic pressure", "1"),
    "stretching_along": ("Rate at which the flow along the field grows with distance", "s^-1"),
    "stretching_across": ("Rate at which the flow across field and stagnation line grows with distance", "s^-1"),
    "thickness": ("Distance from the magnetopause to the shock", "R_E"),
    "depletion_thickness": ("Distance from the magnetopause at which the density is half its maximum", "R_E"),
    "barrier_thickness": ("Distance from the magnetopause at which magnetic and thermal pressure are equal", "R_E"),
    "n_magnetopause": ("Proton density where plasma enters the magnetopause", "cm^-3"),
    "b_magnetopause": ("Field where plasma enters the magnetopause", "nT"),
}


@dataclass(frozen=True)
class DepletionLayer:
    """Flow along the stagnation line from the nose of the shock to the magnetopause, with its field.

    Parameters
    ----------
    gamma : float
        Adiabatic index.
    alpha_fraction : float
        Number of alpha particles per proton.
    curvature : float
        Radius of curvature of the magnetopause at its nose over its standoff; 1.41 is that of the shape of Shue et al.
        with the flaring 0.58.
    widening : float
        Growth of the radius of curvature per distance from the magnetopause; 2 for confocal paraboloids.
    steps : int
        Steps of the Runge-Kutta integration of fourth order.

    Notes
    -----
    Close to the line the flow is -u(x) along it, a y across and c z along the field. Mass, field and momentum then are
    ordinary equations for u, rho, B, a and c along the line, with d/dt = -u d/dx:

        d ln rho / dt = u' - a - c,      d ln B / dt = u' - a,      p ~ rho^gamma,
        (gamma p + B^2/mu0 - rho u^2) u' = (gamma p + B^2/mu0) a + gamma p c + u (1 - u / v) B^2 / (mu0 R),
        da/dt = 2 P / (rho R^2) - a^2,   dc/dt = gamma p / (gamma p + B^2/mu0) 2 P / (rho R^2) - c^2.

    P is the total pressure, which falls to the sides as on a surface of curvature radius R under Newton's law, and the
    last term of the third equation is the tension of field lines: behind the shock the jump bends them to (1 - u / v)
    of its curvature, v being the speed of the wind, and on the magnetopause they lie along it. Along the field the
    magnetic pressure does not push, so that plasma is pushed only by the share of the pressure gradient that the gas
    takes when density and field keep their ratio along a field line, which it does in a flow that grows with z. The
    field therefore piles up where the flow stops, the thermal pressure gives way, and plasma leaves along the field:
    rho / B falls at the rate c.

    The integration starts behind the Rankine-Hugoniot jump with a = c = (speed of the wind) / R and ends where the
    flow stops; the thickness of the sheath comes out, and without field is that of gas dynamics within some
    per cent. Steady ideal flow without reconnection has no plasma on the magnetopause itself; with the share
    `inflow` of the local Alfven speed let in, the profile is cut off there.

    At high Mach numbers the layer in which magnetic pressure rules is some 4 standoffs / M_A^2 thick. For M_A = 9 the
    density is halved 800 km from the magnetopause. The tension raises the total pressure at the nose, from 0.89 of the
    dynamic pressure without field to 0.99 at M_A = 9, 1.13 at 4.4 and 1.41 at 2.2. Below M_A of about 7 this is more
    than the momentum flux of the wind with its field, by 9 % at 4.4 and 26 % at 2.2: there the tension is overstated,
    and profiles are qualitative. The layer is strongest in wind of low Mach
    number, and for northward field, which does not reconnect: for southward field take an `inflow` of about 0.1.

    Examples
    --------
    >>> layer = DepletionLayer().solve(n_p=5.0, speed=400.0, b_t=5.0, magnetopause_standoff=10.0)
    >>> round(float(layer.depletion_thickness) * 6371.2, -2)
    800.0
    """

    gamma: float = 5 / 3
    alpha_fraction: float = wind.ALPHA_FRACTION
    curvature: float = 1.41
    widening: float = 2.0
    steps: int = 240

    def __post_init__(self) -> None:
        """Refuse parameters that mean nothing."""
        if not (self.gamma > 1 and self.curvature > 0 and self.widening >= 0 and self.steps >= 8):
            raise InputError("DepletionLayer needs gamma > 1, curvature > 0, widening >= 0 and at least 8 steps")

    def solve(
        self,
        *,
        n_p: Any,
        speed: Any,
        b_t: Any,
        b_x: Any = 0.0,
        t_p: Any = 1e5,
        t_e: Any = wind.ELECTRON_TEMPERATURE,
        magnetopause_standoff: Any = 10.0,
        inflow: Any = 0.0,
    ) -> xr.Dataset:
        """Return the profiles from the shock to the magnetopause.

        Parameters
        ----------
        n_p : float or array, cm^-3
            Proton density of the wind.
        speed : float or array, km/s
            Its speed.
        b_t : float or array, nT
            Magnitude of the interplanetary field across the line.
        b_x : float or array, nT
            Field along the line; it counts for the jump of the shock alone.
        t_p, t_e : float or array, K
            Temperatures of protons and electrons.
        magnetopause_standoff : float or array, R_E
            Geocentric distance of the nose.
        inflow : float or array, 1
            Speed into the magnetopause over the local Alfven speed: 0 for a closed one, about 0.1 with reconnection.

        Returns
        -------
        xarray.Dataset
            Profiles along the dimension ``point``, which runs from the shock to the magnetopause, NaN beyond it; and
            single numbers: thicknesses are NaN where the density is never halved or the magnetic pressure never the
            lesser, and without inflow the density on the magnetopause is 0. Other dimensions ``dim_0`` ... are those
            of the broadcast inputs. NaN where there is no shock or an input is missing.

        Examples
        --------
        >>> open_one = DepletionLayer().solve(n_p=5.0, speed=400.0, b_t=5.0, inflow=0.1)
        >>> round(float(open_one.n_magnetopause / open_one.n_p.max()), 2)
        0.86
        """
        import xarray as xr

        from sunearth.numerics.threads import spread

        from ._depletion_kernels import lines

        inputs = np.broadcast_arrays(
            *(np.asarray(a, dtype=float) for a in (n_p, speed, b_t, b_x, t_p, t_e, magnetopause_standoff, inflow))
        )
        shape = inputs[0].shape
        n_p, speed, b_t, b_x, t_p, t_e, standoff, inflow = (np.array(a).ravel() for a in inputs)
        with np.errstate(all="ignore"):
            b_t = np.abs(b_t)
            p = wind.thermal_pressure.spec.function(n_p, t_p, t_e, self.alpha_fraction)
            p_dyn = wind.dynamic_pressure.spec.function(n_p, speed, self.alpha_fraction)
            jump = shocks.downstream_state.spec.function(
                n_p, -speed, 0.0 * speed, b_x, b_t, p, np.full(n_p.shape, self.gamma), self.alpha_fraction
            )
            compression = jump.n_p / n_p
            pressure = jump.p / p_dyn
            magnetic = wind.magnetic_pressure.spec.function(jump.b_t) / p_dyn
        depths, states = np.empty(n_p.size), np.empty((n_p.size, self.steps + 1, 5))
        spread(
            lambda start, stop: lines(
                compression,
                pressure,
                magnetic,
                self.gamma,
                self.curvature,
                self.widening,
                _LAST,
                self.steps,
                start,
                stop,
                depths,
                states,
            ),
            n_p.size,
            16,
        )
        with np.errstate(all="ignore"):
            found = self._profiles(states, depths, jump, speed, standoff, inflow)
        dims = tuple(f"dim_{k}" for k in range(len(shape)))
        variables = {}
        for name, values in found.items():
            own = (*dims, "point") if values.ndim == 2 else dims
            long_name, unit = _VARIABLES[name]
            attributes = {"long_name": long_name, "units": unit, "references": _REFERENCES}
            variables[name] = (own, values.reshape(shape + values.shape[1:]), attributes)
        return xr.Dataset(variables)

    def _profiles(self, states: Any, depths: Any, jump: Any, speed: Any, standoff: Any, inflow: Any) -> dict[str, Any]:
        """Turn the states of the lines into the units of the field, cut off where plasma enters the magnetopause."""

        def column(values: Any) -> Any:
            return np.asarray(values)[:, None]

        slowed = np.exp(-np.linspace(0.0, _LAST, self.steps + 1))
        distance = (column(depths) - states[..., 4]) * column(standoff)
        n = column(jump.n_p) * np.exp(states[..., 0])
        b = column(jump.b_t) * np.exp(states[..., 1])
        p = column(jump.p) * np.exp(self.gamma * states[..., 0])
        u = column(-jump.v_n) * slowed
        per_second = column(speed / (standoff * EARTH_RADIUS * 1e-3))
        p_b = wind.magnetic_pressure.spec.function(b)
        # Where the inflow is the given share of the Alfven speed lies the magnetopause.
        entering = np.log(u) - np.log(column(inflow) * wind.alfven_speed.spec.function(b, n, self.alpha_fraction))
        crosses = (entering[:, 0] > 0) & (entering[:, -1] <= 0)
        # Hardly any field lets plasma in only closer than the last point; too much inflow leaves no sheath.
        missing = np.where((inflow > 0) & ~(entering[:, 0] > 0), np.nan, 0.0 * depths + 0.0 * inflow)
        edge, n_edge, b_edge = (
            np.where(crosses, _crossing(values, entering, distance), last) + missing
            for values, last in ((distance, 0.0), (n, np.where(inflow > 0, n[:, -1], 0.0)), (b, b[:, -1]))
        )
        gone = np.where(distance >= column(edge), 0.0, np.nan)
        most = np.nanmax(np.where(np.isnan(n), -np.inf, n), axis=1)
        particles = (2 + 3 * self.alpha_fraction) * n * 1e6
        profiles = {
            "distance": distance - column(edge),
            "n_p": n,
            "speed": u,
            "b": b,
            "p": p,
            "t": p * 1e-9 / (particles * BOLTZMANN),
            "total_pressure": p + p_b,
            "beta": p / p_b,
            "stretching_along": states[..., 3] * per_second,
            "stretching_across": states[..., 2] * per_second,
        }
        return {name: values + gone for name, values in profiles.items()} | {
            "thickness": depths * standoff - edge,
            "depletion_thickness": _crossing(distance, np.log(n / column(most / 2)) + gone, distance) - edge,
            "barrier_thickness": _crossing(distance, np.log(p / p_b) + gone, distance) - edge,
            "n_magnetopause": n_edge,
            "b_magnetopause": b_edge,
        }


_LAST = 12.0
"""Where the integration ends: the flow is slower than behind the shock by this power of e."""


def _crossing(values: Any, height: Any, distance: Any) -> Any:
    """Value where the height falls through zero for the last time towards the magnetopause; NaN where it does not."""
    falls = (height[:, :-1] > 0) & (height[:, 1:] <= 0)
    last = falls.shape[1] - 1 - np.argmax(falls[:, ::-1], axis=1)
    rows = np.arange(len(height))
    low, high = height[rows, last], height[rows, last + 1]
    # Both grow as powers of the distance.
    share = low / (low - high)
    a, b = values[rows, last], values[rows, last + 1]
    return np.where(falls.any(axis=1), a * (b / a) ** share, np.nan)
