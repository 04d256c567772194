"""Collisionless shocks: which exist, and what they do to plasma and field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import VACUUM_PERMEABILITY
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import Array, dimensionless, km_s, nPa, nT, parse_unit, per_cm3, rad

from . import wind

if TYPE_CHECKING:
    import xarray as xr

au = Annotated[Array, parse_unit("au")]
MeV = Annotated[Array, parse_unit("MeV")]
m2_s = Annotated[Array, parse_unit("m^2/s")]
kg_m2_s = Annotated[Array, parse_unit("kg m^-2 s^-1")]
mW_m2 = Annotated[Array, parse_unit("mW m^-2")]

BRANCHES = ("fast", "weak_intermediate", "strong_intermediate", "slow")
"""The four kinds of compressive shock: 1-2; 1-3 or 2-3; 1-4 or 2-4; 3-4 (see :func:`rankine_hugoniot`)."""

_GAS = "Landau and Lifshitz 1987, Fluid Mechanics, section 89"
_MHD = "Priest 2014, Magnetohydrodynamics of the Sun, chapter 5"


class WaveSpeeds(NamedTuple):
    """The three speeds of small waves."""

    fast: km_s
    alfven: km_s
    slow: km_s


@model(
    cite=_MHD,
    valid={"v_a": (1.0, 1000.0), "c_s": (1.0, 1000.0), "theta": (0.0, 3.14159)},
    even=("theta",),
    monotonic={"v_a": 1, "c_s": 1},
)
def wave_speeds(v_a: km_s, c_s: km_s, theta: rad) -> WaveSpeeds:
    """Speeds of the fast, the Alfven and the slow wave in a direction.

    Parameters
    ----------
    v_a : float or array, km/s
        Alfven speed.
    c_s : float or array, km/s
        Sound speed.
    theta : float or array, rad
        Angle between the direction and the field.

    Returns
    -------
    fast : float or array, km/s
        Fast magnetosonic speed.
    alfven : float or array, km/s
        Speed of the shear Alfven wave, also called intermediate.
    slow : float or array, km/s
        Slow magnetosonic speed.

    Notes
    -----
    The roots of w^4 - (v_A^2 + c_s^2) w^2 + v_A^2 c_s^2 cos^2 theta = 0. Along the field the fast speed is the larger
    of the two, across it the root of the sum of their squares, and the slow speed is zero there.

    Examples
    --------
    >>> [round(float(w), 2) for w in wave_speeds(50.0, 60.0, 0.7853981633974483)]
    [72.4, 35.36, 29.3]
    """
    xp = namespace(v_a, c_s, theta)
    cosine2 = xp.cos(theta) ** 2
    total = v_a**2 + c_s**2
    # The form of total^2 - 4 v_a^2 c_s^2 cos^2 that does not cancel where the two speeds are equal.
    root = xp.sqrt((v_a**2 - c_s**2) ** 2 + (2 * v_a * c_s * xp.sin(theta)) ** 2)
    fast2 = (total + root) / 2
    return WaveSpeeds(
        xp.sqrt(fast2), xp.abs(v_a) * xp.sqrt(cosine2), xp.abs(v_a * c_s) * xp.sqrt(cosine2) / xp.sqrt(fast2)
    )


class ShockMachNumbers(NamedTuple):
    """The numbers that decide about a shock."""

    alfven: dimensionless
    sonic: dimensionless
    fast: dimensionless
    beta: dimensionless


@model(
    cite=_MHD,
    valid={"v_n": (50.0, 2000.0), "p": (1e-3, 0.1), "alpha_fraction": (0.0, 0.3), "gamma": (1.0, 2.0)},
    even=("v_n", "b"),
    monotonic={"n_p": 1},
)
def shock_mach_numbers(
    v_n: km_s,
    b: nT,
    theta_bn: rad,
    n_p: per_cm3,
    p: nPa,
    gamma: dimensionless = 5 / 3,
    alpha_fraction: dimensionless = wind.ALPHA_FRACTION,
) -> ShockMachNumbers:
    """Mach numbers of the flow into a shock, along its normal.

    Parameters
    ----------
    v_n : float or array, km/s
        Speed of the upstream plasma along the normal, seen from the shock.
    b : float or array, nT
        Magnitude of the upstream field.
    theta_bn : float or array, rad
        Angle between field and normal.
    n_p : float or array, cm^-3
        Upstream proton density.
    p : float or array, nPa
        Upstream thermal pressure of all species.
    gamma : float or array, 1
        Adiabatic index.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    alfven : float or array, 1
        Alfven Mach number, with the whole field (not its normal part).
    sonic : float or array, 1
        Sonic Mach number.
    fast : float or array, 1
        Fast magnetosonic Mach number, with the fast speed along the normal.
    beta : float or array, 1
        Ratio of thermal to magnetic pressure.

    Examples
    --------
    >>> [round(float(m), 2) for m in shock_mach_numbers(400.0, 5.0, 1.5707963267948966, 5.0, 0.016568, 5 / 3, 0.0)]
    [8.2, 6.96, 5.31, 1.67]
    """
    xp = namespace(v_n, b, theta_bn, n_p, p, gamma, alpha_fraction)
    v_a = wind.alfven_speed.spec.function(b, n_p, alpha_fraction)
    rho = wind.mass_density.spec.function(n_p, alpha_fraction)
    c_s = xp.sqrt(gamma * p * 1e-9 / rho) * 1e-3
    speed = xp.abs(v_n)
    fast = wave_speeds.spec.function(v_a, c_s, theta_bn).fast
    beta = p / wind.magnetic_pressure.spec.function(b)
    return ShockMachNumbers(speed / v_a, speed / c_s, speed / fast, beta)


class GasDynamicJump(NamedTuple):
    """The state behind a shock without field."""

    compression: dimensionless
    temperature_ratio: dimensionless
    pressure_ratio: dimensionless
    mach: dimensionless


@model(
    cite=_GAS,
    valid={"mach_sonic": (1.0, 30.0), "gamma": (1.05, 2.0)},
    monotonic={"mach_sonic": 1, "gamma": -1},
)
def gas_dynamic_jump(mach_sonic: dimensionless, gamma: dimensionless = 5 / 3) -> GasDynamicJump:
    """Jump of a gas through a shock without magnetic field.

    Parameters
    ----------
    mach_sonic : float or array, 1
        Sonic Mach number of the flow along the normal.
    gamma : float or array, 1
        Adiabatic index.

    Returns
    -------
    compression : float or array, 1
        Downstream over upstream density, which is upstream over downstream speed; NaN below Mach 1.
    temperature_ratio : float or array, 1
        Downstream over upstream temperature.
    pressure_ratio : float or array, 1
        Downstream over upstream pressure.
    mach : float or array, 1
        Mach number of the downstream flow.

    Notes
    -----
    Often used for the bow shock with the magnetosonic in place of the sonic Mach number, which overestimates the
    compression by some percent: that is exact only across the field and for gamma = 2
    (:func:`perpendicular_compression`). A temperature "5-10 times" that of the wind, as some texts have it, belongs
    to Mach numbers of 4-5; for 8 it is 21.

    Examples
    --------
    >>> round(float(gas_dynamic_jump(8.0).compression), 4)
    3.8209
    """
    xp = namespace(mach_sonic, gamma)
    square = mach_sonic**2
    upstream = (gamma - 1) * square + 2
    downstream = 2 * gamma * square - (gamma - 1)
    compression = (gamma + 1) * square / upstream
    temperature = downstream * upstream / ((gamma + 1) ** 2 * square)
    pressure = downstream / (gamma + 1)
    mach = xp.sqrt(upstream / xp.abs(downstream))
    return GasDynamicJump(*(xp.where(mach_sonic >= 1, x, xp.nan) for x in (compression, temperature, pressure, mach)))


@model(
    cite=_MHD,
    valid={"mach_alfven": (4.0, 30.0), "beta": (0.0, 5.0), "gamma": (1.05, 2.0)},
    monotonic={"mach_alfven": 1, "beta": -1, "gamma": -1},
)
def perpendicular_compression(
    mach_alfven: dimensionless, beta: dimensionless, gamma: dimensionless = 5 / 3
) -> dimensionless:
    """Compression by a shock whose normal is at right angles to the field.

    Parameters
    ----------
    mach_alfven : float or array, 1
        Alfven Mach number of the flow along the normal.
    beta : float or array, 1
        Upstream ratio of thermal to magnetic pressure.
    gamma : float or array, 1
        Adiabatic index.

    Returns
    -------
    compression : float or array, 1
        Ratio of the densities and of the fields; NaN where the flow is slower than the fast wave.

    Notes
    -----
    The positive root of (2 - gamma) X^2 + [gamma (1 + beta) + (gamma - 1) M_A^2] X - (gamma + 1) M_A^2 = 0. The formula
    (gamma + 1) M^2 / ((gamma - 1) M^2 + 2) with the fast Mach number, found in some texts as the perpendicular MHD
    shock, is that of a gas: 3.615 in place of 3.554 in the usual wind.

    Examples
    --------
    >>> round(float(perpendicular_compression(8.0, 1.0)), 4)
    3.6154
    """
    xp = namespace(mach_alfven, beta, gamma)
    square = mach_alfven**2
    half = gamma * (1 + beta) + (gamma - 1) * square
    product = (gamma + 1) * square
    compression = 2 * product / (half + xp.sqrt(half**2 + 4 * (2 - gamma) * product))
    return xp.where(square >= 1 + gamma * beta / 2, compression, xp.nan)


class ShockJump(NamedTuple):
    """The state behind a shock, relative to the state before it."""

    compression: dimensionless
    b_ratio: dimensionless
    b_t: dimensionless
    v_t: dimensionless
    pressure_ratio: dimensionless
    temperature_ratio: dimensionless
    theta_bn: rad
    beta: dimensionless
    upstream_regime: dimensionless
    downstream_regime: dimensionless
    entropy_jump: dimensionless


@model(
    cite=_MHD,
    valid={"mach_alfven": (3.5, 30.0), "theta_bn": (0.0, 1.5707), "beta": (0.0, 5.0), "gamma": (1.05, 2.0)},
    monotonic={"mach_alfven": 1, "beta": -1},
    compiled=True,
)
def rankine_hugoniot(
    mach_alfven: dimensionless,
    theta_bn: rad,
    beta: dimensionless,
    gamma: dimensionless = 5 / 3,
    branch: str = "fast",
) -> ShockJump:
    """Jump of plasma and field through an oblique magnetohydrodynamic shock.

    Parameters
    ----------
    mach_alfven : float or array, 1
        Speed of the upstream flow along the normal over the Alfven speed of the whole field.
    theta_bn : float or array, rad
        Angle between the upstream field and the normal; its sign is that of the tangential field.
    beta : float or array, 1
        Upstream ratio of thermal to magnetic pressure.
    gamma : float or array, 1
        Adiabatic index.
    branch : {"fast", "weak_intermediate", "strong_intermediate", "slow"}
        Which of the shocks that conserve mass, momentum, energy and flux: 1-2, 1-3 or 2-3, 1-4 or 2-4, or 3-4.

    Returns
    -------
    compression : float or array, 1
        Downstream over upstream density; NaN, like all the rest, where the state has no such shock.
    b_ratio : float or array, 1
        Downstream over upstream magnitude of the field.
    b_t : float or array, 1
        Downstream tangential field over the magnitude of the upstream field; reversed by intermediate shocks.
    v_t : float or array, 1
        Downstream tangential speed over upstream normal speed, in the frame in which the upstream flow is normal.
    pressure_ratio : float or array, 1
        Downstream over upstream thermal pressure; infinite for a cold upstream.
    temperature_ratio : float or array, 1
        Downstream over upstream temperature.
    theta_bn : float or array, rad
        Angle between the downstream field and the normal, 0 to pi/2.
    beta : float or array, 1
        Downstream ratio of thermal to magnetic pressure.
    upstream_regime : float or array, 1
        1 for a flow faster than the fast wave along the normal, 2 than the Alfven wave, 3 than the slow wave, 4 below.
    downstream_regime : float or array, 1
        The same of the downstream flow.
    entropy_jump : float or array, 1
        Growth of ln(p / rho^gamma), never negative.

    Notes
    -----
    The conservation laws leave a cubic for the compression r beside the trivial r = 1. With A = M_A^2, c and s the
    cosine and sine of theta_Bn,

        (A - r c^2)^2 {[(gamma - 1) A + gamma beta] r - (gamma + 1) A}
        + A s^2 r {gamma A + r [(2 - gamma) A - (gamma + 1) c^2] + (gamma - 1) c^2 r^2} = 0.

    Its sign at r = 1, at the Alfven compression A / c^2 and at the limit (gamma + 1) / (gamma - 1) brackets every root
    (the intermediate pair with the minimum between), so that none is missed; each is then polished together with the
    slope of the tangential field until all five fluxes balance to rounding. Parallel, perpendicular, switch-on and
    switch-off shocks and vanishing pressure are contained. At theta_Bn = 0 and a Mach number below the switch-on
    limit the fast shock is the switch-on shock, and the shock of a gas is the strong intermediate one.

    Every root with r > 1 raises the entropy. Intermediate shocks conserve all but are not evolutionary in ideal
    theory; they are given, flagged by their regimes, for what one does with that.

    Examples
    --------
    >>> jump = rankine_hugoniot(8.0, 0.7853981633974483, 1.0)
    >>> round(float(jump.compression), 3), round(float(jump.b_ratio), 3)
    (3.72, 2.78)
    """
    from ._shock_kernels import FIELDS, flattened, jumps

    (mach, theta, plasma_beta, index), shape = flattened(mach_alfven, theta_bn, beta, gamma)
    out = np.empty((FIELDS, mach.size))
    number = _branch(branch)
    _spread(lambda start, stop: jumps(mach, theta, plasma_beta, index, number, start, stop, out), mach.size)
    return ShockJump(*(row.reshape(shape)[()] for row in out))


def _branch(name: str) -> int:
    if name not in BRANCHES:
        raise UnknownNameError("branch of shocks", name, BRANCHES)
    return BRANCHES.index(name)


def _spread(kernel: Any, count: int) -> None:
    """Run a kernel over rows; few rows are not worth a thread."""
    if count <= 4096:
        kernel(0, count)
        return
    from sunearth.numerics.threads import spread

    spread(kernel, count, 4096)


def shock_solutions(mach_alfven: Any, theta_bn: Any, beta: Any, gamma: Any = 5 / 3) -> xr.Dataset:
    """Return every shock that an upstream state can have, side by side.

    Parameters
    ----------
    mach_alfven, theta_bn, beta, gamma : float, array or DataArray
        As for :func:`rankine_hugoniot`.

    Returns
    -------
    xarray.Dataset
        The fields of :class:`ShockJump` over ``branch`` (the four kinds; NaN where a kind does not exist) and the
        dimensions of the inputs, ``dim_0`` ... for plain arrays; ``upstream_regime`` stands in every branch.

    Examples
    --------
    >>> found = shock_solutions(1.1, 0.2, 0.1)
    >>> found.compression.round(3).values.tolist()
    [1.156, 1.359, 3.238, nan]
    """
    import xarray as xr

    inputs = [mach_alfven, theta_bn, beta, gamma]
    if any(isinstance(x, xr.DataArray) for x in inputs):
        inputs = [x if isinstance(x, xr.DataArray) else xr.DataArray(np.asarray(x, dtype=float)) for x in inputs]
        if any(x.ndim and name.startswith("dim_") for x in inputs for name in map(str, x.dims)):
            raise InputError("give labelled dimensions to every array, or to none")
    else:
        inputs = [
            xr.DataArray(x, dims=[f"dim_{k}" for k in range(np.ndim(x))])
            for x in np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in inputs))
        ]
    kinds = [xr.Dataset(rankine_hugoniot(*inputs, branch=name)._asdict()) for name in BRANCHES]
    return xr.concat(kinds, xr.DataArray(list(BRANCHES), dims="branch", name="branch"))


class PlaneState(NamedTuple):
    """Plasma and field on one side of a shock, in the plane of normal and field."""

    n_p: per_cm3
    v_n: km_s
    v_t: km_s
    b_n: nT
    b_t: nT
    p: nPa


_PLANE_VALID = {
    "n_p": (1.0, 30.0),
    "v_n": (300.0, 1500.0),
    "v_t": (-300.0, 300.0),
    "b_n": (-6.0, 6.0),
    "b_t": (-6.0, 6.0),
    "p": (1e-3, 0.03),
    "gamma": (1.05, 2.0),
    "alpha_fraction": (0.0, 0.3),
}


@model(cite=_MHD, valid=_PLANE_VALID, compiled=True)
def downstream_state(
    n_p: per_cm3,
    v_n: km_s,
    v_t: km_s,
    b_n: nT,
    b_t: nT,
    p: nPa,
    gamma: dimensionless = 5 / 3,
    alpha_fraction: dimensionless = wind.ALPHA_FRACTION,
    branch: str = "fast",
) -> PlaneState:
    """Plasma and field behind a shock, from those before it.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Upstream proton density.
    v_n : float or array, km/s
        Upstream velocity along the normal, seen from the shock; either sign.
    v_t : float or array, km/s
        Upstream velocity along the tangential field.
    b_n : float or array, nT
        Field along the normal.
    b_t : float or array, nT
        Upstream tangential field.
    p : float or array, nPa
        Upstream thermal pressure of all species.
    gamma : float or array, 1
        Adiabatic index.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.
    branch : {"fast", "weak_intermediate", "strong_intermediate", "slow"}
        Kind of shock, as for :func:`rankine_hugoniot`.

    Returns
    -------
    n_p : float or array, cm^-3
        Downstream proton density; NaN, like all the rest, where the state has no such shock.
    v_n : float or array, km/s
        Downstream normal velocity.
    v_t : float or array, km/s
        Downstream tangential velocity.
    b_n : float or array, nT
        Normal field, the same on both sides.
    b_t : float or array, nT
        Downstream tangential field.
    p : float or array, nPa
        Downstream thermal pressure.

    Notes
    -----
    Without field the jump is that of a gas.

    Examples
    --------
    >>> behind = downstream_state(5.0, -400.0, 0.0, 3.0, 4.0, 0.02)
    >>> round(float(behind.n_p), 2), round(float(behind.p), 3)
    (18.16, 1.064)
    """
    b = np.hypot(b_n, b_t)
    rho = wind.mass_density.spec.function(n_p, alpha_fraction)
    ram = rho * (v_n * 1e3) ** 2 * 1e9
    floor = np.sqrt(2e-7 * VACUUM_PERMEABILITY * ram * 1e-9) * 1e9
    # A field that carries 1e-7 of the ram pressure changes nothing; without any the Mach number would be infinite.
    bare = b < floor * 1e-4
    b_solved = np.where(bare, floor * 1e-4, b)
    mach = wind.mach_alfven.spec.function(np.abs(v_n), b_solved, n_p, alpha_fraction)
    beta = p / wind.magnetic_pressure.spec.function(b_solved)
    theta = np.where(bare, 0.0, np.arctan2(np.abs(b_t), np.abs(b_n)))
    jump = rankine_hugoniot.spec.function(mach, theta, beta, gamma, branch)
    side = np.where(b_t < 0, -1.0, 1.0)
    b_t_down = np.where(bare, b_t * jump.compression, side * jump.b_t * b)
    pressure = (b_t**2 - b_t_down**2) * 1e-9 / (2 * VACUUM_PERMEABILITY)
    p_down = p + ram * (1 - 1 / jump.compression) + pressure
    push = b_n * (b_t_down - b_t) * 1e-18 / VACUUM_PERMEABILITY / (rho * v_n * 1e3) * 1e-3
    exists = 0 * jump.compression
    return PlaneState(
        n_p * jump.compression, v_n / jump.compression, v_t + push, b_n + exists, b_t_down + exists, p_down
    )


class ShockFluxes(NamedTuple):
    """What a shock conserves."""

    mass: kg_m2_s
    normal_momentum: nPa
    tangential_momentum: nPa
    energy: mW_m2
    electric_field: Annotated[Array, parse_unit("mV/m")]


@model(cite=_MHD, valid=_PLANE_VALID)
def shock_fluxes(
    n_p: per_cm3,
    v_n: km_s,
    v_t: km_s,
    b_n: nT,
    b_t: nT,
    p: nPa,
    gamma: dimensionless = 5 / 3,
    alpha_fraction: dimensionless = wind.ALPHA_FRACTION,
) -> ShockFluxes:
    """Fluxes through a shock, equal on its two sides.

    Parameters
    ----------
    n_p : float or array, cm^-3
        Proton density.
    v_n : float or array, km/s
        Velocity along the normal, seen from the shock.
    v_t : float or array, km/s
        Velocity along the tangential field.
    b_n : float or array, nT
        Field along the normal.
    b_t : float or array, nT
        Tangential field.
    p : float or array, nPa
        Thermal pressure of all species.
    gamma : float or array, 1
        Adiabatic index.
    alpha_fraction : float or array, 1
        Number of alpha particles per proton.

    Returns
    -------
    mass : float or array, kg m^-2 s^-1
        Flux of mass.
    normal_momentum : float or array, nPa
        Flux of normal momentum, with thermal and magnetic pressure.
    tangential_momentum : float or array, nPa
        Flux of tangential momentum, with the magnetic stress.
    energy : float or array, mW m^-2
        Flux of bulk, thermal and electromagnetic energy.
    electric_field : float or array, mV/m
        Tangential electric field, v_n b_t - v_t b_n.

    Examples
    --------
    >>> before = shock_fluxes(5.0, -400.0, 0.0, 3.0, 4.0, 0.02)
    >>> after = shock_fluxes(*downstream_state(5.0, -400.0, 0.0, 3.0, 4.0, 0.02))
    >>> bool(abs(after.energy / before.energy - 1) < 1e-10)
    True
    """
    rho = wind.mass_density.spec.function(n_p, alpha_fraction)
    u, v, normal, tangential, pascal = v_n * 1e3, v_t * 1e3, b_n * 1e-9, b_t * 1e-9, p * 1e-9
    electric = u * tangential - v * normal
    enthalpy = gamma / (gamma - 1) * pascal
    return ShockFluxes(
        rho * u,
        (rho * u**2 + pascal + tangential**2 / (2 * VACUUM_PERMEABILITY)) * 1e9,
        (rho * u * v - normal * tangential / VACUUM_PERMEABILITY) * 1e9,
        (u * (rho * (u**2 + v**2) / 2 + enthalpy) + electric * tangential / VACUUM_PERMEABILITY) * 1e3,
        electric * 1e3,
    )


@model(
    cite="Edmiston and Kennel 1984, J. Plasma Phys. 32, 429",
    valid={"theta_bn": (0.0, 1.5707), "beta": (0.0, 5.0), "gamma": (1.1, 2.0)},
    even=("theta_bn",),
    monotonic={"beta": -1},
    compiled=True,
)
def edmiston_kennel_1984(theta_bn: rad, beta: dimensionless, gamma: dimensionless = 5 / 3) -> dimensionless:
    """First critical fast Mach number of a shock.

    Parameters
    ----------
    theta_bn : float or array, rad
        Angle between the upstream field and the normal.
    beta : float or array, 1
        Upstream ratio of thermal to magnetic pressure.
    gamma : float or array, 1
        Adiabatic index.

    Returns
    -------
    mach : float or array, 1
        Fast Mach number above which the flow behind the shock is slower than its sound, so that resistivity alone
        cannot heat enough and ions must be reflected.

    Notes
    -----
    2.76 for a perpendicular shock in a cold plasma, between 1 and 2 for most shocks of the solar wind; 1 where the
    flow behind even the weakest shock is slower than its sound (along the field for beta above 2 / gamma).

    Examples
    --------
    >>> round(float(edmiston_kennel_1984(1.5707963267948966, 0.0)), 2)
    2.76
    """
    from ._shock_kernels import first_critical, flattened

    (theta, plasma_beta, index), shape = flattened(theta_bn, beta, gamma)
    out = np.empty(theta.size)
    _spread(lambda start, stop: first_critical(theta, plasma_beta, index, start, stop, out), theta.size)
    return out.reshape(shape)[()]
