"""Collisionless shocks: their jumps, their normals and frames, the foreshock, and the particles they accelerate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import ELEMENTARY_CHARGE, PROTON_MASS, SPEED_OF_LIGHT, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_E, Array, dimensionless, km, km_s, nPa, nT, parse_unit, per_cm3, rad, s

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
_METHODS = "Schwartz 1998, ISSI Sci. Rep. SR-001, 249"
_DSA = "Drury 1983, Rep. Prog. Phys. 46, 973"
_FORESHOCK = "Filbert and Kellogg 1979, J. Geophys. Res. 84, 1369"
_PROTON_REST_ENERGY = PROTON_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE * 1e-6  # MeV


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


@model(cite=_METHODS)
def theta_bn(b_x: nT, b_y: nT, b_z: nT, n_x: dimensionless, n_y: dimensionless, n_z: dimensionless) -> rad:
    """Angle between the magnetic field and a shock normal.

    Parameters
    ----------
    b_x : float or array, nT
        First component of the upstream field.
    b_y : float or array, nT
        Second component of the upstream field.
    b_z : float or array, nT
        Third component of the upstream field.
    n_x : float or array, 1
        First component of the normal, of any length and either sense.
    n_y : float or array, 1
        Second component of the normal.
    n_z : float or array, 1
        Third component of the normal.

    Returns
    -------
    theta : float or array, rad
        Acute angle, 0 to pi/2: quasi-parallel below pi/4, quasi-perpendicular above.

    Notes
    -----
    From both the cross and the scalar product, so that small angles keep their digits.

    Examples
    --------
    >>> import math
    >>> round(math.degrees(theta_bn(1.0, 1.0, 0.0, 1.0, 0.0, 0.0)), 6)
    45.0
    """
    xp = namespace(b_x, b_y, b_z, n_x, n_y, n_z)
    across = xp.sqrt((b_y * n_z - b_z * n_y) ** 2 + (b_z * n_x - b_x * n_z) ** 2 + (b_x * n_y - b_y * n_x) ** 2)
    return xp.atan2(across, xp.abs(b_x * n_x + b_y * n_y + b_z * n_z))


@model(
    cite=_METHODS,
    valid={"n_up": (1.0, 10.0), "n_down": (12.0, 40.0), "v_n_up": (-800.0, 800.0), "v_n_down": (-800.0, 800.0)},
    monotonic={"v_n_down": 1, "v_n_up": -1},
)
def shock_speed(n_up: per_cm3, n_down: per_cm3, v_n_up: km_s, v_n_down: km_s) -> km_s:
    """Speed of a shock along its normal from the conservation of mass.

    Parameters
    ----------
    n_up : float or array, cm^-3
        Upstream density.
    n_down : float or array, cm^-3
        Downstream density.
    v_n_up : float or array, km/s
        Upstream velocity along the normal, seen from the spacecraft.
    v_n_down : float or array, km/s
        Downstream velocity along the normal.

    Returns
    -------
    speed : float or array, km/s
        Speed of the shock in the frame of the velocities, positive along the normal.

    Examples
    --------
    >>> float(shock_speed(5.0, 15.0, 400.0, 500.0))
    550.0
    """
    return (n_down * v_n_down - n_up * v_n_up) / (n_down - n_up)


def _vectors(*arrays: Any) -> list[Any]:
    """Give arrays whose last axis holds three components, as floating point."""
    out = []
    for array in arrays:
        if not hasattr(array, "__array_namespace__"):
            array = np.asarray(array, dtype=float)
        if array.ndim < 1 or array.shape[-1] != 3:
            raise InputError(f"a vector needs three components on its last axis, got the shape {array.shape}")
        out.append(array)
    return out


def _cross(a: Any, b: Any) -> Any:
    xp = namespace(a, b)
    (x, y, z), (u, v, w) = (a[..., 0], a[..., 1], a[..., 2]), (b[..., 0], b[..., 1], b[..., 2])
    return xp.stack((y * w - z * v, z * u - x * w, x * v - y * u), axis=-1)


def _dot(a: Any, b: Any) -> Any:
    return namespace(a, b).sum(a * b, axis=-1, keepdims=True)


def _unit(vector: Any, towards: Any) -> Any:
    """Normalise, in the sense that has a positive component along `towards`."""
    xp = namespace(vector)
    length = xp.sqrt(_dot(vector, vector))
    sign = xp.where(_dot(vector, towards) < 0, -1.0, 1.0)
    return vector * (sign / xp.where(length > 0, length, xp.nan)) + 0.0  # no -0


def coplanarity_normal(b_up: Any, b_down: Any) -> Any:
    """Return the shock normal from the fields on the two sides, which lie in one plane with it.

    Parameters
    ----------
    b_up, b_down : array (..., 3)
        Field before and behind the shock, in one unit and frame.

    Returns
    -------
    array (..., 3)
        Unit normal with positive first component; NaN where the fields are parallel, as for parallel and
        perpendicular shocks.

    Notes
    -----
    Along (B_d x B_u) x (B_d - B_u), Colburn and Sonett 1966, Space Sci. Rev. 5, 439.

    Examples
    --------
    >>> coplanarity_normal([3.0, 4.0, 0.0], [3.0, 10.0, 0.0]).tolist()
    [1.0, 0.0, 0.0]
    """
    b_up, b_down = _vectors(b_up, b_down)
    xp = namespace(b_up, b_down)
    return _unit(_cross(_cross(b_down, b_up), b_down - b_up), xp.asarray([1.0, 0.0, 0.0]))


def velocity_normal(v_up: Any, v_down: Any) -> Any:
    """Return the shock normal from the velocities on the two sides.

    Parameters
    ----------
    v_up, v_down : array (..., 3)
        Velocity before and behind the shock.

    Returns
    -------
    array (..., 3)
        Unit normal pointing upstream, along the change of velocity.

    Notes
    -----
    Good at high Mach numbers and for nearly perpendicular or parallel shocks, where the tangential stress is small
    (Abraham-Shrauner 1972, J. Geophys. Res. 77, 736).

    Examples
    --------
    >>> velocity_normal([-400.0, 0.0, 0.0], [-100.0, 0.0, 0.0]).tolist()
    [1.0, 0.0, 0.0]
    """
    v_up, v_down = _vectors(v_up, v_down)
    return _unit(v_down - v_up, v_down - v_up)


def mixed_normal(b_up: Any, b_down: Any, v_up: Any, v_down: Any, field: str = "jump") -> Any:
    """Return the shock normal from fields and velocities together.

    Parameters
    ----------
    b_up, b_down : array (..., 3)
        Field before and behind the shock.
    v_up, v_down : array (..., 3)
        Velocity before and behind the shock.
    field : {"jump", "up", "down"}
        Which field spans the plane with the change of velocity: the change of the field, or either side's.

    Returns
    -------
    array (..., 3)
        Unit normal pointing upstream.

    Notes
    -----
    Along (B x dV) x dB with B the chosen field (Abraham-Shrauner and Yun 1976, J. Geophys. Res. 81, 2097). The three
    agree for an ideal shock, and their spread tells how ideal an observed one is.

    Examples
    --------
    >>> n = mixed_normal([3.0, 4.0, 0.0], [3.0, 10.0, 0.0], [-400.0, 0.0, 0.0], [-100.0, 20.0, 0.0])
    >>> n.tolist()
    [1.0, 0.0, 0.0]
    """
    b_up, b_down, v_up, v_down = _vectors(b_up, b_down, v_up, v_down)
    chosen = {"jump": b_down - b_up, "up": b_up, "down": b_down}
    if field not in chosen:
        raise UnknownNameError("field", field, chosen)
    step = v_down - v_up
    return _unit(_cross(_cross(chosen[field], step), b_down - b_up), step)


class MinimumVariance(NamedTuple):
    """Principal axes of a field series."""

    normal: Any
    eigenvalues: Any
    axes: Any
    normal_field: Any


def minimum_variance(b: Any) -> MinimumVariance:
    """Return the direction in which a series of the field varies least.

    Parameters
    ----------
    b : array (..., time, 3)
        Field through the boundary; samples with NaN are left out.

    Returns
    -------
    normal : array (..., 3)
        Unit vector of least variance, with positive first component.
    eigenvalues : array (..., 3)
        Variances along the axes, from the least to the greatest. A normal needs the second well above the first.
    axes : array (..., 3, 3)
        The unit vectors, one a row, in the order of the eigenvalues.
    normal_field : array (...)
        Mean field along the normal.

    Notes
    -----
    Sonnerup and Cahill 1967, J. Geophys. Res. 72, 171. At a shock the field also stays in its plane, so that the two
    smallest variances are alike and the method fails: it is meant for rotational and tangential discontinuities and
    for shocks with waves; compare with the coplanarity normals. Fewer than three samples give NaN.

    Examples
    --------
    >>> t = np.linspace(0.0, 3.0, 50)
    >>> found = minimum_variance(np.stack([0 * t + 2.0, 5 * np.cos(t), 5 * np.sin(t)], axis=-1))
    >>> abs(found.normal).round(6).tolist(), float(found.normal_field)
    ([1.0, 0.0, 0.0], 2.0)
    """
    (series,) = _vectors(np.asarray(b, dtype=float))
    if series.ndim < 2:
        raise InputError(f"a series of vectors has the shape (..., time, 3), got {series.shape}")
    good = np.isfinite(series).all(axis=-1, keepdims=True)
    count = good.sum(axis=-2)
    held = np.where(good, series, 0.0)
    mean = held.sum(axis=-2) / np.maximum(count, 1)
    deviation = np.where(good, series - mean[..., None, :], 0.0)
    variance = deviation.swapaxes(-1, -2) @ deviation / np.maximum(count, 1)[..., None]
    eigenvalues, columns = np.linalg.eigh(variance)
    axes = columns.swapaxes(-1, -2)
    normal = axes[..., 0, :]
    normal = normal * np.where(normal[..., :1] < 0, -1.0, 1.0)
    bad = count < 3
    return MinimumVariance(
        np.where(bad, np.nan, normal),
        np.where(bad, np.nan, np.maximum(eigenvalues, 0.0)),
        np.where(bad[..., None], np.nan, axes),
        np.where(bad[..., 0], np.nan, (mean * normal).sum(axis=-1))[()],
    )


def shock_frame_velocity(v: Any, b: Any, normal: Any, shock_speed: Any = 0.0) -> Any:
    """Return the velocity of the de Hoffmann-Teller frame of a shock, in which the flow is along the field.

    Parameters
    ----------
    v, b : array (..., 3)
        Velocity and field on one side (either), in the frame of the observer.
    normal : array (..., 3)
        Unit normal.
    shock_speed : float or array, km/s
        Speed of the shock along the normal in the frame of the observer.

    Returns
    -------
    array (..., 3)
        Velocity of the frame, in the unit of `v`; NaN where the field has no normal part.

    Notes
    -----
    n x (u x B) / (B.n) on top of the motion of the shock, u the flow seen from it (de Hoffmann and Teller 1950, Phys.
    Rev. 80, 692). It exceeds the speed of light for theta_Bn close to 90 degrees: then there is no such frame.

    Examples
    --------
    >>> shock_frame_velocity([-400.0, 0.0, 0.0], [3.0, 3.0, 0.0], [1.0, 0.0, 0.0]).tolist()
    [0.0, 400.0, 0.0]
    """
    v, b, normal = _vectors(v, b, normal)
    xp = namespace(v, b, normal)
    moving = xp.asarray(shock_speed)[..., None] * normal
    flow = v - moving
    b_n = _dot(b, normal)
    return moving + flow - b * (_dot(flow, normal) / xp.where(b_n != 0, b_n, xp.nan))


class DeHoffmannTeller(NamedTuple):
    """The frame in which a series of plasma flows along its field, and how well it does."""

    velocity: Any
    correlation: Any
    slope: Any
    residual: Any


def de_hoffmann_teller(v: Any, b: Any) -> DeHoffmannTeller:
    """Return the frame in which the electric field of a series vanishes best.

    Parameters
    ----------
    v, b : array (..., time, 3)
        Velocity in km/s and field in nT; samples with NaN in either are left out.

    Returns
    -------
    velocity : array (..., 3)
        Velocity of the frame, km/s.
    correlation : array (...)
        Correlation of the components of -v x B and -V_HT x B.
    slope : array (...)
        Slope of their regression; 1 for a good frame.
    residual : array (...)
        Mean square electric field left in the frame over that of the data; 0 for a perfect one.

    Notes
    -----
    The minimum of the mean square of (v - V) x B: with K = B^2 (1 - b b), V solves <K> V = <K v> (Khrabrov and Sonnerup
    1998, ISSI Sci. Rep. SR-001, 221). Fields all in one direction leave V free along it, and give NaN.

    Examples
    --------
    >>> t = np.linspace(0.0, 2.0, 40)
    >>> b = np.stack([2 + 0 * t, 5 * np.cos(t), 5 * np.sin(t)], axis=-1)
    >>> de_hoffmann_teller(np.array([-300.0, 40.0, 10.0]) + 8 * b, b).velocity.round(6).tolist()
    [-300.0, 40.0, 10.0]
    """
    v, b = np.broadcast_arrays(*_vectors(np.asarray(v, dtype=float), np.asarray(b, dtype=float)))
    if v.ndim < 2:
        raise InputError(f"a series of vectors has the shape (..., time, 3), got {v.shape}")
    good = (np.isfinite(v) & np.isfinite(b)).all(axis=-1, keepdims=True)
    v, b = np.where(good, v, 0.0), np.where(good, b, 0.0)
    square = (b * b).sum(axis=-1)[..., None, None]
    tensor = square * np.eye(3) - b[..., :, None] * b[..., None, :]
    matrix = tensor.sum(axis=-3)
    right = (tensor @ v[..., None]).sum(axis=-3)
    scale = np.trace(matrix, axis1=-2, axis2=-1)[..., None, None]
    solvable = np.linalg.cond(np.where(scale > 0, matrix / np.where(scale > 0, scale, 1.0), np.eye(3))) < 1e12
    solvable &= scale[..., 0, 0] > 0
    solved = np.linalg.solve(np.where(solvable[..., None, None], matrix, np.eye(3)), right)[..., 0]
    frame = np.where(solvable[..., None], solved, np.nan)
    measured, modelled = _cross(b, v), _cross(b, np.broadcast_to(frame[..., None, :], v.shape))
    weight = np.broadcast_to(good, v.shape).astype(float)
    total = np.maximum(weight.sum(axis=(-2, -1)), 1.0)

    def mean(x: Any) -> Any:
        return (weight * x).sum(axis=(-2, -1)) / total

    m1, m2 = mean(measured)[..., None, None], mean(modelled)[..., None, None]
    covariance = mean((measured - m1) * (modelled - m2))
    spread, fit = mean((measured - m1) ** 2), mean((modelled - m2) ** 2)
    with np.errstate(all="ignore"):
        return DeHoffmannTeller(
            frame,
            (covariance / np.sqrt(spread * fit))[()],
            (covariance / fit)[()],
            (mean((measured - modelled) ** 2) / mean(measured**2))[()],
        )


class ShockPoint(NamedTuple):
    """A point of a model shock and the normal there."""

    x: R_E
    y: R_E
    z: R_E
    n_x: dimensionless
    n_y: dimensionless
    n_z: dimensionless


def _curvature(standoff: Any, eccentricity: Any, curvature_radius: Any) -> Any:
    """Radius of curvature at the nose; by default that of the conic with the Earth in its focus."""
    return standoff * (1 + eccentricity) if curvature_radius is None else curvature_radius


_CONIC_VALID = {"standoff": (11.0, 18.0), "eccentricity": (0.6, 1.0), "curvature_radius": (20.0, 32.0)}


@model(
    cite="Farris et al. 1991, Geophys. Res. Lett. 18, 1821",
    valid={"theta": (0.0, 2.0), "phi": (-3.14159, 3.14159), **_CONIC_VALID},
    monotonic={"theta": -1},
)
def conic_shock(
    theta: rad,
    phi: rad,
    standoff: R_E,
    eccentricity: dimensionless = 0.81,
    curvature_radius: R_E | None = None,
) -> ShockPoint:
    """Position of a point of a conic shock, and the normal there.

    Parameters
    ----------
    theta : float or array, rad
        Angle at the Earth between the point and the axis, which points against the flow.
    phi : float or array, rad
        Angle about the axis, from y towards z.
    standoff : float or array, R_E
        Distance of the nose from the Earth.
    eccentricity : float or array, 1
        Below 1 an ellipsoid, 1 a paraboloid, above 1 a hyperboloid.
    curvature_radius : float or array, R_E, optional
        Radius of curvature at the nose; without it the Earth is in the focus.

    Returns
    -------
    x : float or array, R_E
        Position against the flow; NaN where the ray misses the shock.
    y : float or array, R_E
        Position across.
    z : float or array, R_E
        Position across.
    n_x : float or array, 1
        Outward normal against the flow.
    n_y : float or array, 1
        Outward normal across.
    n_z : float or array, 1
        Outward normal across.

    Notes
    -----
    With d = standoff - x the surface is y^2 + z^2 = 2 R d - (1 - e^2) d^2. The axis is the aberrated one: turn vectors
    by the aberration first. The defaults are the mean bow shock of :func:`~sunearth.magnetosphere.bow_shock`'s conic;
    the paraboloid of Jelinek et al. 2012 has e = 1 and R = 2 standoff / 1.17^2.

    Examples
    --------
    >>> point = conic_shock(1.5707963267948966, 0.0, 14.0)
    >>> round(float(point.y), 2), round(float(point.n_x), 3)
    (25.34, 0.629)
    """
    xp = namespace(theta, phi, standoff, eccentricity, curvature_radius)
    radius = _curvature(standoff, eccentricity, curvature_radius)
    k = 1 - eccentricity**2
    cosine, sine = xp.cos(theta), xp.sin(theta)
    square = sine**2 + k * cosine**2
    half = cosine * (radius - k * standoff)
    constant = standoff * (2 * radius - k * standoff)
    r = constant / (half + xp.sqrt(half**2 + square * constant))
    x, across = r * cosine, r * sine
    y, z = across * xp.cos(phi), across * xp.sin(phi)
    n_x = radius - k * (standoff - x)
    length = xp.sqrt(n_x**2 + y**2 + z**2)
    return ShockPoint(x, y, z, n_x / length, y / length, z / length)


@model(cite=_FORESHOCK, valid={"theta": (0.0, 2.0), "phi": (-3.14159, 3.14159), **_CONIC_VALID})
def theta_bn_map(
    theta: rad,
    phi: rad,
    b_x: nT,
    b_y: nT,
    b_z: nT,
    standoff: R_E,
    eccentricity: dimensionless = 0.81,
    curvature_radius: R_E | None = None,
) -> rad:
    """Angle between the upstream field and the normal over a conic shock.

    Parameters
    ----------
    theta : float or array, rad
        Angle at the Earth between the point and the axis.
    phi : float or array, rad
        Angle about the axis, from y towards z.
    b_x : float or array, nT
        Upstream field against the flow.
    b_y : float or array, nT
        Upstream field across.
    b_z : float or array, nT
        Upstream field across.
    standoff : float or array, R_E
        Distance of the nose from the Earth.
    eccentricity : float or array, 1
        Eccentricity of the conic.
    curvature_radius : float or array, R_E, optional
        Radius of curvature at the nose; without it the Earth is in the focus.

    Returns
    -------
    angle : float or array, rad
        Acute angle, 0 to pi/2; quasi-parallel below pi/4.

    Examples
    --------
    >>> import math
    >>> round(math.degrees(theta_bn_map(0.0, 0.0, 3.0, -3.0, 0.0, 14.0)), 6)
    45.0
    """
    point = conic_shock.spec.function(theta, phi, standoff, eccentricity, curvature_radius)
    return theta_bn.spec.function(b_x, b_y, b_z, point.n_x, point.n_y, point.n_z)


class Foreshock(NamedTuple):
    """Where a point stands relative to the field lines that touch the shock."""

    depth: R_E
    distance: R_E
    x_tangent: R_E
    y_tangent: R_E
    z_tangent: R_E
    distance_to_shock: R_E
    theta_bn: rad


@model(
    cite=_FORESHOCK,
    valid={"x": (-10.0, 8.0), "y": (26.0, 40.0), "z": (-5.0, 5.0), "b_y": (2.0, 15.0), **_CONIC_VALID},
    monotonic={"x": -1},
)
def foreshock(
    x: R_E,
    y: R_E,
    z: R_E,
    b_x: nT,
    b_y: nT,
    b_z: nT,
    standoff: R_E,
    eccentricity: dimensionless = 0.81,
    curvature_radius: R_E | None = None,
) -> Foreshock:
    """Depth of a point in the foreshock of a conic shock, and its connection to the shock.

    Parameters
    ----------
    x : float or array, R_E
        Position against the flow.
    y : float or array, R_E
        Position across.
    z : float or array, R_E
        Position across.
    b_x : float or array, nT
        Field against the flow; the field is taken as uniform.
    b_y : float or array, nT
        Field across.
    b_z : float or array, nT
        Field across.
    standoff : float or array, R_E
        Distance of the nose from the Earth.
    eccentricity : float or array, 1
        Eccentricity of the conic.
    curvature_radius : float or array, R_E, optional
        Radius of curvature at the nose; without it the Earth is in the focus.

    Returns
    -------
    depth : float or array, R_E
        Distance along the flow from the line that touches the shock to the point: positive in the foreshock. NaN for
        a field along the flow.
    distance : float or array, R_E
        Distance along that line from the point of tangency.
    x_tangent : float or array, R_E
        Point of tangency, against the flow.
    y_tangent : float or array, R_E
        Point of tangency, across.
    z_tangent : float or array, R_E
        Point of tangency, across.
    distance_to_shock : float or array, R_E
        Distance along the field line through the point to the shock, positive along the field; NaN where the line
        misses the shock or the point is behind it.
    theta_bn : float or array, rad
        Angle between field and normal where the line meets the shock.

    Notes
    -----
    The line through the point is moved along the flow until its two meeting points with the conic fall together,
    which is a quadratic equation; of its roots the sunward one counts. Electrons fill the foreshock from the tangent
    line on, ions further down by :func:`boundary_depth`.

    Examples
    --------
    >>> state = foreshock(14.0, -10.0, 0.0, 3.0, -3.0, 0.0, 14.0)
    >>> round(float(state.depth), 2), round(float(state.distance), 2)
    (21.74, 45.05)
    """
    xp = namespace(x, y, z, b_x, b_y, b_z, standoff, eccentricity, curvature_radius)
    radius = _curvature(standoff, eccentricity, curvature_radius)
    k = 1 - eccentricity**2
    b = xp.sqrt(b_x**2 + b_y**2 + b_z**2)
    along, u_y, u_z = b_x / b, b_y / b, b_z / b
    across2 = u_y**2 + u_z**2
    turn = y * u_y + z * u_z
    rho2 = y**2 + z**2
    a = across2 + k * along**2
    # Points of the line at the distance l, moved so that it starts d behind the nose, meet the shock where
    # a l^2 + 2 h l + c = 0; the line touches where h^2 = a c, which is quadratic in d.
    linear = radius * across2 - k * along * turn
    constant = (turn + radius * along) ** 2 - a * rho2
    d_touching = -constant / (linear + xp.sqrt(linear**2 + k * across2 * constant))
    d_touching = xp.where(across2 > 0, d_touching, xp.nan)
    l_touching = -(turn + radius * along - k * along * d_touching) / a
    d_point = standoff - x
    h = turn + radius * along - k * along * d_point
    c = rho2 - 2 * radius * d_point + k * d_point**2
    discriminant = h**2 - a * c
    meets = (discriminant >= 0) & (c >= 0)
    root = xp.sqrt(xp.where(meets, discriminant, 1.0))
    denominator = h + xp.where(h < 0, -root, root)
    to_shock = xp.where(meets, -c / denominator, xp.nan)
    x_shock, y_shock, z_shock = x + to_shock * along, y + to_shock * u_y, z + to_shock * u_z
    # A hyperboloid has a second sheet before the nose, which is no shock.
    to_shock = xp.where(x_shock <= standoff, to_shock, xp.nan)
    n_x = radius - k * (standoff - x_shock)
    angle = theta_bn.spec.function(along, u_y, u_z, n_x, y_shock, z_shock)
    return Foreshock(
        d_point - d_touching,
        xp.abs(l_touching),
        standoff - d_touching + l_touching * along,
        y + l_touching * u_y,
        z + l_touching * u_z,
        to_shock,
        angle + 0 * to_shock,
    )


@model(
    cite=_FORESHOCK,
    valid={"distance": (0.0, 100.0), "v_parallel": (500.0, 3e4)},
    monotonic={"distance": 1, "v_parallel": -1, "speed": 1},
)
def boundary_depth(distance: R_E, v_parallel: km_s, speed: km_s) -> R_E:
    """Depth of the boundary that particles from the tangent point draw in the foreshock.

    Parameters
    ----------
    distance : float or array, R_E
        Distance along the tangent line from the point of tangency.
    v_parallel : float or array, km/s
        Speed of the particles along the field, away from the shock, in the frame of the plasma.
    speed : float or array, km/s
        Speed of the solar wind.

    Returns
    -------
    depth : float or array, R_E
        Distance along the flow from the tangent line; NaN for particles that do not leave the shock.

    Notes
    -----
    While a particle goes v_parallel t along the field, the plasma with its field goes speed t along the flow: depth =
    distance * speed / v_parallel. A speed along the field seen from the shock is smaller than v_parallel by speed times
    the cosine of the angle between the field, in the sense of the particles, and the direction against the flow.
    Electrons of 1e4 km/s and more stay near the tangent line; ions of twice the speed of the wind
    (:func:`schwartz_1983`) draw a boundary far behind it.

    Examples
    --------
    >>> float(boundary_depth(10.0, 1000.0, 400.0))
    4.0
    """
    xp = namespace(distance, v_parallel, speed)
    return xp.where(v_parallel > 0, distance * speed / v_parallel, xp.nan)


class ReflectedIons(NamedTuple):
    """Ions that a shock has turned back."""

    v_parallel: km_s
    v_gyration: km_s
    v_normal: km_s
    energy_ratio: dimensionless


@model(
    cite="Schwartz et al. 1983, J. Geophys. Res. 88, 2039",
    valid={"theta_bn": (0.0, 1.4), "theta_vn": (0.0, 1.2)},
    even=("speed", "theta_bn", "theta_vn"),
    monotonic={"speed": 1},
)
def schwartz_1983(speed: km_s, theta_bn: rad, theta_vn: rad = 0.0, reflection: str = "specular") -> ReflectedIons:
    """Velocities of ions reflected by a shock.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the upstream flow, seen from the shock.
    theta_bn : float or array, rad
        Angle between field and normal.
    theta_vn : float or array, rad
        Angle between flow and normal.
    reflection : {"specular", "adiabatic"}
        Whether the normal velocity is turned round, as by an electric potential, or the velocity along the field in
        the de Hoffmann-Teller frame, as by a magnetic mirror.

    Returns
    -------
    v_parallel : float or array, km/s
        Speed of the guiding centres along the field, away from the shock, in the frame of the plasma.
    v_gyration : float or array, km/s
        Speed of gyration.
    v_normal : float or array, km/s
        Speed of the guiding centres along the outward normal, seen from the shock: negative where the flow carries
        them back.
    energy_ratio : float or array, 1
        Energy in the frame of the plasma over the bulk energy of the flow, (speed seen from the shock)^2.

    Notes
    -----
    With u the normal part of the flow, specular reflection gives 2 u along the normal in the frame of the plasma: 2 u
    cos(theta_Bn) along the field and 2 u sin(theta_Bn) of gyration; the guiding centres escape for theta_Bn below 45
    degrees, and all ions without meeting the shock again below 39.9 degrees. Adiabatic reflection gives
    2 u / cos(theta_Bn) along the field, ever faster towards 90 degrees.

    Examples
    --------
    >>> ions = schwartz_1983(400.0, 0.5235987755982988)
    >>> round(float(ions.v_parallel), 1), round(float(ions.v_gyration), 1), round(float(ions.v_normal), 1)
    (692.8, 400.0, 200.0)
    """
    xp = namespace(speed, theta_bn, theta_vn)
    incoming = xp.abs(speed * xp.cos(theta_vn))
    cosine, sine = xp.abs(xp.cos(theta_bn)), xp.abs(xp.sin(theta_bn))
    if reflection == "specular":
        parallel, gyration = 2 * incoming * cosine, 2 * incoming * sine
        normal = incoming * (2 * cosine**2 - 1)
    elif reflection == "adiabatic":
        parallel, gyration, normal = 2 * incoming / cosine, 0 * incoming * cosine, incoming + 0 * cosine
    else:
        raise UnknownNameError("reflection", reflection, ("specular", "adiabatic"))
    return ReflectedIons(parallel, gyration, normal, (parallel**2 + gyration**2) / speed**2)


@model(
    cite="Gosling and Thomsen 1985, J. Geophys. Res. 90, 9893",
    valid={"theta_bn": (0.0, 1.5707)},
    even=("theta_bn",),
)
def reflected_ion_height(gyrophase: rad, theta_bn: rad) -> dimensionless:
    """Height of a specularly reflected ion before the shock, in upstream convected gyroradii.

    Parameters
    ----------
    gyrophase : float or array, rad
        Time since the reflection times the angular gyrofrequency.
    theta_bn : float or array, rad
        Angle between field and normal.

    Returns
    -------
    height : float or array, 1
        Distance from the shock over normal flow speed / gyrofrequency; negative once the ion would have passed it.

    Notes
    -----
    (2 cos^2 - 1) phase + 2 sin^2 sin(phase): the drift of the guiding centre and the gyration, for a thin shock in
    a uniform upstream field.

    Examples
    --------
    >>> import math
    >>> round(float(reflected_ion_height(math.pi / 3, math.pi / 2)), 3)
    0.685
    """
    xp = namespace(gyrophase, theta_bn)
    return xp.cos(2 * theta_bn) * gyrophase + 2 * xp.sin(theta_bn) ** 2 * xp.sin(gyrophase)


@model(
    cite="Gosling and Thomsen 1985, J. Geophys. Res. 90, 9893",
    valid={"v_n": (100.0, 1500.0), "b": (1.0, 20.0), "theta_bn": (0.79, 1.57)},
    even=("v_n", "b"),
    monotonic={"v_n": 1, "b": -1, "theta_bn": -1},
)
def gosling_thomsen_1985(v_n: km_s, b: nT, theta_bn: rad) -> km:
    """Thickness of the foot that reflected ions make before a quasi-perpendicular shock.

    Parameters
    ----------
    v_n : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    b : float or array, nT
        Magnitude of the upstream field.
    theta_bn : float or array, rad
        Angle between field and normal.

    Returns
    -------
    thickness : float or array, km
        Greatest distance that a specularly reflected proton reaches; NaN below 30 degrees, where it never turns.

    Notes
    -----
    The greatest height of :func:`reflected_ion_height`, at the phase arccos[(1 - 2 cos^2) / (2 sin^2)]: 0.68 upstream
    convected gyroradii for a perpendicular shock.

    Examples
    --------
    >>> round(float(gosling_thomsen_1985(400.0, 5.0, 1.5707963267948966)), 0)
    572.0
    """
    xp = namespace(v_n, b, theta_bn)
    turn = xp.acos((1 - 2 * xp.cos(theta_bn) ** 2) / (2 * xp.sin(theta_bn) ** 2))
    gyrofrequency = ELEMENTARY_CHARGE * xp.abs(b) * 1e-9 / PROTON_MASS
    return reflected_ion_height.spec.function(turn, theta_bn) * xp.abs(v_n) / gyrofrequency


@model(cite=_DSA, valid={"compression": (1.2, 4.0)}, monotonic={"compression": -1})
def dsa_slope(compression: dimensionless) -> dimensionless:
    """Slope of the momentum distribution of particles accelerated by a shock.

    Parameters
    ----------
    compression : float or array, 1
        Upstream over downstream speed of the scattering centres.

    Returns
    -------
    slope : float or array, 1
        The sigma of f ~ p^-sigma; infinite without compression, NaN for an expansion.

    Notes
    -----
    sigma = 3 s / (s - 1), whatever the diffusion.

    Examples
    --------
    >>> float(dsa_slope(4.0))
    4.0
    """
    xp = namespace(compression)
    return xp.where(compression >= 1, 3 * compression / xp.abs(compression - 1), xp.nan)


@model(cite=_DSA, valid={"compression": (1.2, 4.0)}, monotonic={"compression": -1})
def dsa_energy_index(compression: dimensionless, limit: str = "nonrelativistic") -> dimensionless:
    """Spectral index of the intensity of particles accelerated by a shock.

    Parameters
    ----------
    compression : float or array, 1
        Upstream over downstream speed of the scattering centres.
    limit : {"nonrelativistic", "relativistic"}
        Whether the energy is far below or far above the rest energy.

    Returns
    -------
    index : float or array, 1
        The g of dJ/dE ~ E^-g.

    Notes
    -----
    The intensity is p^2 f: (s + 2) / (2 (s - 1)) below the rest energy and (s + 2) / (s - 1) above. The E^-1 that is
    sometimes given for a strong shock without saying where holds below 1 GeV per nucleon only; above it is E^-2.

    Examples
    --------
    >>> float(dsa_energy_index(4.0)), float(dsa_energy_index(4.0, "relativistic"))
    (1.0, 2.0)
    """
    powers = {"nonrelativistic": 0.5, "relativistic": 1.0}
    if limit not in powers:
        raise UnknownNameError("limit", limit, powers)
    return (dsa_slope.spec.function(compression) - 2) * powers[limit]


@model(
    cite=_DSA,
    valid={
        "speed_up": (100.0, 3000.0),
        "compression": (1.2, 4.0),
        "kappa_up": (1e12, 1e17),
        "kappa_down": (1e12, 1e17),
    },
    monotonic={"speed_up": -1, "kappa_up": 1, "kappa_down": 1},
)
def acceleration_timescale(speed_up: km_s, compression: dimensionless, kappa_up: m2_s, kappa_down: m2_s) -> s:
    """Time in which a shock multiplies the momentum of a particle by e.

    Parameters
    ----------
    speed_up : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    compression : float or array, 1
        Upstream over downstream speed.
    kappa_up : float or array, m^2/s
        Upstream diffusion coefficient along the normal.
    kappa_down : float or array, m^2/s
        Downstream diffusion coefficient along the normal.

    Returns
    -------
    tau : float or array, s
        Time p / (dp/dt); NaN without compression.

    Notes
    -----
    3 / (u_1 - u_2) (kappa_1 / u_1 + kappa_2 / u_2).

    Examples
    --------
    >>> round(float(acceleration_timescale(1000.0, 4.0, 1e14, 1e14)) / 3600, 3)
    0.556
    """
    xp = namespace(speed_up, compression, kappa_up, kappa_down)
    u = speed_up * 1e3
    tau = 3 * (kappa_up + compression * kappa_down) / (u**2 * (1 - 1 / compression))
    return xp.where(compression > 1, tau, xp.nan)


def _momentum(energy: Any) -> Any:
    """Momentum times the speed of light of a proton, MeV."""
    return namespace(energy).sqrt(energy * (energy + 2 * _PROTON_REST_ENERGY))


_ENERGY_VALID = {"energy": (0.1, 1000.0), "energy_injection": (0.001, 0.1)}


@model(
    cite=_DSA,
    valid={**_ENERGY_VALID, "timescale": (1.0, 1e6), "reference_energy": (0.1, 100.0), "exponent": (0.2, 2.0)},
    monotonic={"energy": 1, "energy_injection": -1, "timescale": 1},
)
def acceleration_time(
    energy: MeV,
    energy_injection: MeV,
    timescale: s,
    reference_energy: MeV = 1.0,
    exponent: dimensionless = 1.0,
) -> s:
    """Time in which a shock brings a proton to an energy.

    Parameters
    ----------
    energy : float or array, MeV
        Final kinetic energy.
    energy_injection : float or array, MeV
        Kinetic energy at the start.
    timescale : float or array, s
        Time for one e-folding of momentum at the reference energy, :func:`acceleration_timescale`.
    reference_energy : float or array, MeV
        Kinetic energy that the time scale is for.
    exponent : float or array, 1
        Power of momentum that the diffusion coefficient goes with, above 0.

    Returns
    -------
    time : float or array, s
        The integral of the time scale over ln p; negative where the final energy is the lower one.

    Notes
    -----
    Non-relativistic Bohm diffusion has the exponent 2; scattering by Kolmogorov turbulence 4/3 below the rest energy.

    Examples
    --------
    >>> round(float(acceleration_time(10.0, 0.01, 2000.0)) / 3600, 2)
    1.71
    """
    p, start, reference = _momentum(energy), _momentum(energy_injection), _momentum(reference_energy)
    return timescale / exponent * ((p / reference) ** exponent - (start / reference) ** exponent)


@model(
    cite=_DSA,
    valid={
        "age": (1.0, 1e6),
        "energy_injection": (0.001, 0.1),
        "timescale": (1.0, 1e6),
        "reference_energy": (0.1, 100.0),
        "exponent": (0.2, 2.0),
    },
    monotonic={"age": 1, "energy_injection": 1, "timescale": -1},
)
def maximum_energy(
    age: s,
    energy_injection: MeV,
    timescale: s,
    reference_energy: MeV = 1.0,
    exponent: dimensionless = 1.0,
) -> MeV:
    """Kinetic energy to which a shock brings protons in a given time.

    Parameters
    ----------
    age : float or array, s
        Time that the shock has had.
    energy_injection : float or array, MeV
        Kinetic energy at the start.
    timescale : float or array, s
        Time for one e-folding of momentum at the reference energy.
    reference_energy : float or array, MeV
        Kinetic energy that the time scale is for.
    exponent : float or array, 1
        Power of momentum that the diffusion coefficient goes with, above 0.

    Returns
    -------
    energy : float or array, MeV
        Kinetic energy, without losses or escape.

    Notes
    -----
    The inverse of :func:`acceleration_time`.

    Examples
    --------
    >>> round(float(maximum_energy(6142.0, 0.01, 2000.0)), 1)
    10.0
    """
    xp = namespace(age, energy_injection, timescale, reference_energy, exponent)
    start, reference = _momentum(energy_injection), _momentum(reference_energy)
    pc = reference * ((start / reference) ** exponent + exponent * age / timescale) ** (1 / exponent)
    return pc**2 / (xp.sqrt(pc**2 + _PROTON_REST_ENERGY**2) + _PROTON_REST_ENERGY)


@model(
    cite=_DSA,
    valid={"energy": (0.01, 1000.0), "b": (0.5, 100.0), "gyrofactor": (1.0, 100.0)},
    even=("b",),
    monotonic={"energy": 1, "b": -1, "gyrofactor": 1},
)
def bohm_diffusion(energy: MeV, b: nT, gyrofactor: dimensionless = 1.0) -> m2_s:
    """Diffusion coefficient of protons scattered once in some gyroradii.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy.
    b : float or array, nT
        Magnitude of the field.
    gyrofactor : float or array, 1
        Mean free path over gyroradius; 1 is the Bohm limit.

    Returns
    -------
    kappa : float or array, m^2/s
        Diffusion coefficient.

    Notes
    -----
    kappa = gyrofactor p v / (3 e B), relativistic.

    Examples
    --------
    >>> print(f"{bohm_diffusion(1.0, 5.0):.3e}")
    1.333e+14
    """
    xp = namespace(energy, b, gyrofactor)
    total = energy + _PROTON_REST_ENERGY
    volts = energy * (energy + 2 * _PROTON_REST_ENERGY) / total * 1e6
    return gyrofactor * volts / (3 * xp.abs(b) * 1e-9)


@model(
    cite=_DSA,
    valid={**_ENERGY_VALID, "speed_up": (100.0, 3000.0), "compression": (1.2, 4.0), "b": (0.5, 100.0)},
    even=("b",),
    monotonic={"energy": 1, "energy_injection": -1, "speed_up": -1, "b": -1, "gyrofactor": 1},
)
def bohm_acceleration_time(
    energy: MeV,
    energy_injection: MeV,
    speed_up: km_s,
    compression: dimensionless,
    b: nT,
    gyrofactor: dimensionless = 1.0,
    b_ratio: dimensionless = 1.0,
) -> s:
    """Time in which a shock with Bohm diffusion brings a proton to an energy.

    Parameters
    ----------
    energy : float or array, MeV
        Final kinetic energy.
    energy_injection : float or array, MeV
        Kinetic energy at the start.
    speed_up : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    compression : float or array, 1
        Upstream over downstream speed.
    b : float or array, nT
        Magnitude of the upstream field.
    gyrofactor : float or array, 1
        Mean free path over gyroradius on both sides.
    b_ratio : float or array, 1
        Downstream over upstream magnitude of the field.

    Returns
    -------
    time : float or array, s
        Time between the two energies; NaN without compression.

    Notes
    -----
    As the diffusion coefficient is p v / (3 e B) and v dp is the gain of kinetic energy, the time is proportional to
    that gain at any energy: g (E - E_0) (1 + s B_1 / B_2) s / (e B_1 u_1^2 (s - 1)).

    Examples
    --------
    >>> round(float(bohm_acceleration_time(10.0, 0.01, 1000.0, 4.0, 5.0)) / 3600, 2)
    3.7
    """
    xp = namespace(energy, energy_injection, speed_up, compression, b, gyrofactor, b_ratio)
    rate = _bohm_rate(xp, speed_up, compression, b, gyrofactor, b_ratio)
    return (energy - energy_injection) / rate


def _bohm_rate(xp: Any, speed_up: Any, compression: Any, b: Any, gyrofactor: Any, b_ratio: Any) -> Any:
    """Gain of kinetic energy in MeV/s: constant in time under Bohm diffusion."""
    field = xp.abs(b) * 1e-9 / (gyrofactor * (1 + compression / b_ratio))
    return xp.where(compression > 1, field * (speed_up * 1e3) ** 2 * (1 - 1 / compression) * 1e-6, xp.nan)


@model(
    cite=_DSA,
    valid={"energy_injection": (0.001, 0.1), "speed_up": (100.0, 3000.0), "compression": (1.2, 4.0), "b": (0.5, 100.0)},
    even=("b",),
    monotonic={"age": 1, "energy_injection": 1, "speed_up": 1, "b": 1, "gyrofactor": -1},
)
def bohm_maximum_energy(
    age: s,
    energy_injection: MeV,
    speed_up: km_s,
    compression: dimensionless,
    b: nT,
    gyrofactor: dimensionless = 1.0,
    b_ratio: dimensionless = 1.0,
) -> MeV:
    """Kinetic energy to which a shock with Bohm diffusion brings protons in a given time.

    Parameters
    ----------
    age : float or array, s
        Time that the shock has had.
    energy_injection : float or array, MeV
        Kinetic energy at the start.
    speed_up : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    compression : float or array, 1
        Upstream over downstream speed.
    b : float or array, nT
        Magnitude of the upstream field.
    gyrofactor : float or array, 1
        Mean free path over gyroradius on both sides.
    b_ratio : float or array, 1
        Downstream over upstream magnitude of the field.

    Returns
    -------
    energy : float or array, MeV
        Kinetic energy, without losses or escape; NaN without compression.

    Notes
    -----
    The inverse of :func:`bohm_acceleration_time`. With equal fields on both sides the gain is fastest for a compression
    of 1 + sqrt(2), not for the strongest shock, behind which particles stay longest.

    Examples
    --------
    >>> round(float(bohm_maximum_energy(86400.0, 0.01, 1000.0, 4.0, 5.0)), 1)
    64.8
    """
    xp = namespace(age, energy_injection, speed_up, compression, b, gyrofactor, b_ratio)
    return energy_injection + age * _bohm_rate(xp, speed_up, compression, b, gyrofactor, b_ratio)


@model(
    cite=_DSA,
    valid={"size": (1e-4, 1.0), "speed_up": (100.0, 3000.0), "b": (0.5, 100.0)},
    even=("b",),
    monotonic={"size": 1, "speed_up": 1, "b": 1, "gyrofactor": -1},
)
def escape_energy(size: au, speed_up: km_s, b: nT, gyrofactor: dimensionless = 1.0) -> MeV:
    """Kinetic energy at which protons diffuse away from a shock of finite size.

    Parameters
    ----------
    size : float or array, au
        Distance from the shock at which particles are lost.
    speed_up : float or array, km/s
        Speed of the upstream flow along the normal, seen from the shock.
    b : float or array, nT
        Magnitude of the upstream field.
    gyrofactor : float or array, 1
        Mean free path over gyroradius.

    Returns
    -------
    energy : float or array, MeV
        Kinetic energy where the diffusion length kappa / u equals the size.

    Notes
    -----
    With p v = 3 e B u L / g the relativistic energy solves a quadratic equation. Where this is lower than
    :func:`bohm_maximum_energy`, escape ends the spectrum.

    Examples
    --------
    >>> round(float(escape_energy(0.01, 1000.0, 5.0)), 1)
    11.3
    """
    xp = namespace(size, speed_up, b, gyrofactor)
    metres = parse_unit("au").scale * size
    pv = 3 * xp.abs(b) * 1e-9 * xp.abs(speed_up) * 1e3 * metres / gyrofactor * 1e-6
    rest = _PROTON_REST_ENERGY
    return pv / 2 + pv**2 / (2 * (xp.sqrt(pv**2 + 4 * rest**2) + 2 * rest))


@model(
    cite="Ellison and Ramaty 1985, Astrophys. J. 298, 400",
    valid={**_ENERGY_VALID, "compression": (1.2, 4.0), "energy_cutoff": (1.0, 1000.0)},
    monotonic={"energy": -1, "energy_cutoff": 1},
)
def ellison_ramaty_1985(
    energy: MeV, compression: dimensionless, energy_cutoff: MeV, energy_injection: MeV = 0.01
) -> dimensionless:
    """Steady intensity of protons at a shock, relative to that at injection.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy.
    compression : float or array, 1
        Upstream over downstream speed.
    energy_cutoff : float or array, MeV
        Energy of the exponential cut-off, set by :func:`bohm_maximum_energy` or :func:`escape_energy`.
    energy_injection : float or array, MeV
        Kinetic energy at which particles enter.

    Returns
    -------
    intensity : float or array, 1
        Intensity over that at injection; 0 below it.

    Notes
    -----
    p^2 f with f ~ p^-sigma of :func:`dsa_slope`, times exp[-(E - E_0) / E_c]; a power law in momentum, so that it bends
    by itself at the rest energy.

    Examples
    --------
    >>> round(float(ellison_ramaty_1985(1.0, 4.0, 10.0)), 5)
    0.00905
    """
    xp = namespace(energy, compression, energy_cutoff, energy_injection)
    ratio = _momentum(energy) / _momentum(energy_injection)
    slope = dsa_slope.spec.function(compression)
    intensity = ratio ** (2 - slope) * xp.exp(-(energy - energy_injection) / energy_cutoff)
    return xp.where(energy < energy_injection, 0 * intensity, intensity)
