"""The electron diffusion region: scales, departures from ideal flow, agyrotropy, gradients from four spacecraft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SPEED_OF_LIGHT,
    VACUUM_PERMEABILITY,
)
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import eV, km, nT, per_cm3

from ._event_series import ascending_times, event_table, in_unit
from .reconnection import electron_inertial_length, ion_inertial_length

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

THRESHOLDS: Mapping[str, float] = {
    "agyrotropy": 0.1,
    "dissipation": 1.0,
    "departure": 1.0,
    "parallel_field": 0.5,
    "current_scale": 10.0,
}
"""Values from which on a criterion of :func:`identify_diffusion_region` is met: sqrt(Q), power in nW/m^3, fields in
mV/m; the last, the scale of the current in electron inertial lengths, is met below its value."""


class KineticScales(NamedTuple):
    """The lengths on which electrons and ions leave the field."""

    d_e: km
    d_i: km
    rho_e: km
    rho_i: km


@model(
    cite="Hesse and Cassak 2020, J. Geophys. Res. 125, e2018JA025935",
    valid={"n_e": (0.01, 100.0), "b": (1.0, 200.0), "t_e": (10.0, 2000.0), "t_i": (100.0, 2e4)},
    even=("b",),
)
def kinetic_scales(n_e: per_cm3, b: nT, t_e: eV, t_i: eV) -> KineticScales:
    """Inertial lengths and thermal gyroradii of electrons and protons.

    Parameters
    ----------
    n_e : float or array, cm^-3
        Density of the electrons, equal to that of the protons.
    b : float or array, nT
        Magnitude of the field.
    t_e : float or array, eV
        Temperature of the electrons across the field.
    t_i : float or array, eV
        Temperature of the protons across the field.

    Returns
    -------
    d_e : float or array, km
        Electron inertial length, 5.314 km over the root of the density in cm^-3.
    d_i : float or array, km
        Proton inertial length, 227.7 km over the root of the density.
    rho_e : float or array, km
        Gyroradius of an electron with the speed sqrt(2 T / m).
    rho_i : float or array, km
        The same of a proton.

    Notes
    -----
    At the magnetopause a density of 5 gives 102 km and 2.4 km, of 20 (the side of the sheath) 51 km and 1.2 km.

    Examples
    --------
    >>> [round(float(x), 3) for x in kinetic_scales(5.0, 20.0, 50.0, 500.0)]
    [2.377, 101.835, 1.192, 161.553]
    """
    xp = namespace(n_e, b, t_e, t_i)

    def gyroradius(mass: float, temperature: Any) -> Any:
        return xp.sqrt(2 * mass * temperature / ELEMENTARY_CHARGE) / (xp.abs(b) * 1e-9) * 1e-3

    return KineticScales(
        electron_inertial_length.spec.function(n_e),
        ion_inertial_length.spec.function(n_e),
        gyroradius(ELECTRON_MASS, t_e),
        gyroradius(PROTON_MASS, t_i),
    )


# Departures from ideal flow. Vectors have their three components in the last axis.


def frozen_in_departure(e: Any, v: Any, b: Any) -> Any:
    """Return the electric field in the frame of a flow, which vanishes where the field is frozen into it.

    Parameters
    ----------
    e : array (..., 3), mV/m
        Electric field.
    v : array (..., 3), km/s
        Velocity of the flow, or of one species.
    b : array (..., 3), nT
        Magnetic field.

    Returns
    -------
    array (..., 3), mV/m
        E + v x B. With the electrons' velocity it is what electron inertia, the electrons' pressure and collisions
        leave; with the ions' velocity it contains the Hall field as well.

    Examples
    --------
    >>> (frozen_in_departure([0.0, 2.0, 0.0], [-400.0, 0.0, 0.0], [0.0, 0.0, -5.0]) + 0.0).tolist()
    [0.0, 0.0, 0.0]
    """
    e, v, b = _vectors(e, v, b)
    return e + _cross(v, b) * 1e-3


def parallel_electric_field(e: Any, b: Any) -> Any:
    """Return the component of the electric field along the magnetic field.

    Parameters
    ----------
    e, b : array (..., 3)
        Electric field in mV/m and magnetic field in nT.

    Returns
    -------
    array (...), mV/m
        Positive along the magnetic field; NaN where there is none.

    Examples
    --------
    >>> float(parallel_electric_field([1.0, 2.0, 3.0], [0.0, 0.0, -4.0]))
    -3.0
    """
    e, b = _vectors(e, b)
    return _dot(e, _unit(b))[()]


def zenitani_2011(j: Any, e: Any, v_e: Any, b: Any, charge: Any = 0.0) -> Any:
    """Return the power that the fields give to the plasma in the frame of the electrons.

    Parameters
    ----------
    j : array (..., 3), nA/m^2
        Current density, from the curlometer or the moments of both species.
    e : array (..., 3), mV/m
        Electric field.
    v_e : array (..., 3), km/s
        Velocity of the electrons.
    b : array (..., 3), nT
        Magnetic field.
    charge : array (...), cm^-3
        Charge density as a number of elementary charges, n_i - n_e; it is hardly ever measured well enough.

    Returns
    -------
    array (...), nW/m^3
        gamma [j . (E + v_e x B) - charge (v_e . E)]; positive where the field loses energy.

    Notes
    -----
    Zenitani et al. 2011, Phys. Rev. Lett. 106, 195003, a Lorentz-invariant scalar: j . E in the rest frame of the
    electrons. Values of some nW/m^3 mark the diffusion regions seen at the magnetopause, some tenths those of the tail.

    Examples
    --------
    >>> round(float(zenitani_2011([0.0, 1000.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0])), 6)
    2.0
    """
    j, e, v_e, b = _vectors(j, e, v_e, b)
    xp = namespace(j, e, v_e, b)
    gamma = 1 / xp.sqrt(1 - _dot(v_e, v_e) * (1e3 / SPEED_OF_LIGHT) ** 2)
    carried = xp.asarray(charge) * (ELEMENTARY_CHARGE * 1e6) * _dot(v_e, e)  # C/m^3 km/s mV/m, which is W/m^3
    return (gamma * (_dot(j, frozen_in_departure(e, v_e, b)) * 1e-3 - carried * 1e9))[()]


# Agyrotropy: how far a pressure tensor is from symmetry about the field.


class AlignedPressure(NamedTuple):
    """A pressure tensor in the frame of the field."""

    parallel: Any
    perpendicular: Any
    nongyrotropic: Any


def align_pressure(pressure: Any, b: Any) -> AlignedPressure:
    """Split a pressure tensor into what is symmetric about the field and the rest.

    Parameters
    ----------
    pressure : array (..., 3, 3)
        Full tensor in any unit; its symmetric part is used.
    b : array (..., 3)
        Magnetic field in the same frame.

    Returns
    -------
    parallel, perpendicular : array (...)
        Pressures along and (as the mean of both directions) across the field.
    nongyrotropic : array (..., 3, 3)
        Tensor less parallel b b and perpendicular (1 - b b).

    Examples
    --------
    >>> split = align_pressure([[3.0, 0, 0], [0, 2.0, 0.5], [0, 0.5, 1.0]], [5.0, 0, 0])
    >>> float(split.parallel), float(split.perpendicular), split.nongyrotropic[1].tolist()
    (3.0, 1.5, [0.0, 0.5, 0.5])
    """
    pressure, direction = _tensor(pressure, b)
    xp = namespace(pressure, direction)
    dyad = direction[..., :, None] * direction[..., None, :]
    parallel = xp.sum(pressure * dyad, axis=(-2, -1))
    trace = pressure[..., 0, 0] + pressure[..., 1, 1] + pressure[..., 2, 2]
    perpendicular = (trace - parallel) / 2
    unit = xp.asarray([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    symmetric = parallel[..., None, None] * dyad + perpendicular[..., None, None] * (unit - dyad)
    return AlignedPressure(parallel, perpendicular, pressure - symmetric)


def swisdak_2016(pressure: Any, b: Any) -> Any:
    """Return the agyrotropy sqrt(Q) of a pressure tensor: 0 for symmetry about the field, 1 for none at all.

    Parameters
    ----------
    pressure : array (..., 3, 3)
        Full tensor in any unit.
    b : array (..., 3)
        Magnetic field in the same frame.

    Returns
    -------
    array (...)
        The root of Q = 1 - 4 I_2 / [(I_1 - P_par) (I_1 + 3 P_par)], with the invariants I_1 (trace) and I_2 (sum of the
        principal minors).

    Notes
    -----
    Swisdak 2016, Geophys. Res. Lett. 43, 43. Computed from the part of the tensor that is not symmetric about the
    field, Q = |N|^2 / 2 / (P_perp^2 + 2 P_perp P_par), which is the same and loses no digits where Q is small. Noise of
    counting alone makes some hundredths.

    Examples
    --------
    >>> float(swisdak_2016([[1.0, 0, 0], [0, 1.0, 0.2], [0, 0.2, 1.0]], [1.0, 0, 0]).round(4))
    0.1155
    """
    split = align_pressure(pressure, b)
    xp = namespace(split.parallel)
    square = xp.sum(split.nongyrotropic**2, axis=(-2, -1)) / 2
    with np.errstate(all="ignore"):
        return xp.sqrt(square / (split.perpendicular**2 + 2 * split.perpendicular * split.parallel))[()]


def scudder_daughton_2008(pressure: Any, b: Any) -> Any:
    """Return the agyrotropy of the pressure across the field: twice the difference of its two axes over their sum.

    Parameters
    ----------
    pressure, b
        As for :func:`swisdak_2016`.

    Returns
    -------
    array (...)
        Between 0 and 2.

    Notes
    -----
    Scudder and Daughton 2008, J. Geophys. Res. 113, A06222. It does not see what couples the directions along and
    across the field, so that it is 0 for some tensors far from symmetric about it; some codes leave out the factor 2.

    Examples
    --------
    >>> float(scudder_daughton_2008([[1.0, 0, 0], [0, 1.0, 0.2], [0, 0.2, 1.0]], [1.0, 0, 0]).round(4))
    0.4
    """
    split = align_pressure(pressure, b)
    _, direction = _tensor(pressure, b)
    xp = namespace(split.parallel)
    # Only the block across the field: with N_par,par = 0 that is N less the parts along b.
    along = xp.sum(split.nongyrotropic * direction[..., None, :], axis=-1)
    block = split.nongyrotropic - along[..., :, None] * direction[..., None, :]
    block = block - direction[..., :, None] * along[..., None, :]
    with np.errstate(all="ignore"):
        return (xp.sqrt(2 * xp.sum(block**2, axis=(-2, -1))) / split.perpendicular)[()]


def aunai_2013(pressure: Any, b: Any) -> Any:
    """Return the nongyrotropy of a pressure tensor: twice the norm of its asymmetric part over its trace.

    Parameters
    ----------
    pressure, b
        As for :func:`swisdak_2016`.

    Returns
    -------
    array (...)
        0 for symmetry about the field; not bounded by 1.

    Notes
    -----
    Aunai et al. 2013, Phys. Plasmas 20, 092903; some codes leave out the factor 2.

    Examples
    --------
    >>> float(aunai_2013([[1.0, 0, 0], [0, 1.0, 0.2], [0, 0.2, 1.0]], [1.0, 0, 0]).round(4))
    0.1886
    """
    split = align_pressure(pressure, b)
    xp = namespace(split.parallel)
    norm = xp.sqrt(xp.sum(split.nongyrotropic**2, axis=(-2, -1)))
    with np.errstate(all="ignore"):
        return (2 * norm / (split.parallel + 2 * split.perpendicular))[()]


class Moments(NamedTuple):
    """Density, mean velocity and pressure of a distribution."""

    density: Any
    velocity: Any
    pressure: Any


def velocity_moments(f: Any, v_x: Any, v_y: Any, v_z: Any, mass: float = ELECTRON_MASS) -> Moments:
    """Return the moments of a distribution given on a grid of velocities.

    Parameters
    ----------
    f : array (..., x, y, z), s^3/m^6
        Phase-space density.
    v_x, v_y, v_z : array, km/s
        Axes of the grid, evenly spaced.
    mass : float, kg
        Mass of a particle, the electron's by default.

    Returns
    -------
    density : array (...), cm^-3
        Number density.
    velocity : array (..., 3), km/s
        Mean velocity.
    pressure : array (..., 3, 3), nPa
        Pressure tensor in the frame of the mean velocity.

    Notes
    -----
    By the sum over the cells, which converges faster than any power for smooth distributions that vanish at the edge of
    the grid.

    Examples
    --------
    >>> v = np.linspace(-2e4, 2e4, 41)
    >>> square = v[:, None, None] ** 2 + v[:, None] ** 2 + v**2
    >>> f = 1e7 / (np.pi**1.5 * (4e6) ** 3) * np.exp(-square / 4e3**2)
    >>> found = velocity_moments(f, v, v, v)
    >>> round(float(found.density), 6), round(float(found.pressure[0, 0]), 6)
    (10.0, 0.072875)
    """
    f = np.asarray(f, np.float64)
    axes = [np.asarray(axis, np.float64) * 1e3 for axis in (v_x, v_y, v_z)]
    if f.shape[-3:] != tuple(axis.size for axis in axes):
        raise InputError(f"the distribution has the shape {f.shape}, its axes have {[axis.size for axis in axes]}")
    if min(axis.size for axis in axes) < 2:
        raise InputError("each axis of velocity needs two points at least")
    cell = float(np.prod([axis[1] - axis[0] for axis in axes]))
    density = f.sum(axis=(-3, -2, -1)) * cell
    names = "xyz"
    with np.errstate(all="ignore"):
        mean = [np.einsum(f"...xyz,{names[k]}->...", f, axes[k]) * cell / density for k in range(3)]
    second = np.empty((*density.shape, 3, 3))
    for i in range(3):
        for k in range(i, 3):
            if i == k:
                total = np.einsum(f"...xyz,{names[i]}->...", f, axes[i] ** 2)
            else:
                total = np.einsum(f"...xyz,{names[i]},{names[k]}->...", f, axes[i], axes[k])
            second[..., i, k] = second[..., k, i] = mass * (total * cell - density * mean[i] * mean[k])
    return Moments((density * 1e-6)[()], np.stack(mean, axis=-1) * 1e-3, second * 1e9)


# Gradients from four spacecraft.


class Tetrahedron(NamedTuple):
    """Reciprocal vectors of four places, and the shape of the tetrahedron."""

    reciprocal: Any
    size: Any
    elongation: Any
    planarity: Any


def reciprocal_vectors(positions: Any) -> Tetrahedron:
    """Return the vectors that turn differences between four spacecraft into gradients, and the shape they form.

    Parameters
    ----------
    positions : array (..., 4, 3), km
        Places of the spacecraft.

    Returns
    -------
    reciprocal : array (..., 4, 3), km^-1
        The gradient of the barycentric weight of each spacecraft; they sum to zero. NaN for four places in a plane.
    size, elongation, planarity : array (...)
        Twice the greatest root of the eigenvalues of the volumetric tensor in km, 1 less the middle root over the
        greatest, 1 less the least over the middle.

    Notes
    -----
    Chanteur 1998 and Robert et al. 1998, ISSI Sci. Rep. SR-001, chapters 14 and 13: from r_b - r_c and so on,
    k_a = (r_bc x r_bd) / [r_ba . (r_bc x r_bd)].

    Examples
    --------
    >>> corners = [[0.0, 0, 0], [10.0, 0, 0], [0, 10.0, 0], [0, 0, 10.0]]
    >>> reciprocal_vectors(corners).reciprocal[1].tolist()
    [0.1, 0.0, 0.0]
    """
    positions = np.asarray(positions, np.float64)
    if positions.shape[-2:] != (4, 3):
        raise InputError(f"four spacecraft have positions of the shape (..., 4, 3), got {positions.shape}")
    vectors = []
    with np.errstate(all="ignore"):
        for a in range(4):
            b, c, d = (k for k in range(4) if k != a)
            area = np.cross(positions[..., c, :] - positions[..., b, :], positions[..., d, :] - positions[..., b, :])
            to_a = positions[..., a, :] - positions[..., b, :]
            volume = _dot(to_a, area)[..., None]
            reach = np.linalg.norm(to_a, axis=-1)[..., None] * np.linalg.norm(area, axis=-1)[..., None]
            vectors.append(np.where(np.abs(volume) > 1e-12 * reach, area / volume, np.nan) + 0.0)
        away = positions - positions.mean(axis=-2, keepdims=True)
        finite = np.isfinite(away).all(axis=(-2, -1))[..., None, None]
        tensor = np.swapaxes(away, -1, -2) @ away / 4
        roots = np.sqrt(np.maximum(np.linalg.eigvalsh(np.where(finite, tensor, 0.0)), 0.0))
        roots = np.where(finite[..., 0], roots, np.nan)
        least, middle, greatest = roots[..., 0], roots[..., 1], roots[..., 2]
        return Tetrahedron(
            np.stack(vectors, axis=-2), (2 * greatest)[()], (1 - middle / greatest)[()], (1 - least / middle)[()]
        )


def four_point_gradient(positions: Any, values: Any) -> Any:
    """Return the gradient of what four spacecraft measure, exact for what varies linearly.

    Parameters
    ----------
    positions : array (..., 4, 3), km
        Places of the spacecraft.
    values : array (..., 4) or (..., 4, 3)
        A scalar, or a vector, at each.

    Returns
    -------
    array (..., 3) or (..., 3, 3)
        The gradient per km; for a vector the first of the two axes is that of the derivative.

    Examples
    --------
    >>> corners = [[0.0, 0, 0], [10.0, 0, 0], [0, 10.0, 0], [0, 0, 10.0]]
    >>> four_point_gradient(corners, [1.0, 2.0, 1.0, 1.0]).round(12).tolist()
    [0.1, 0.0, 0.0]
    """
    vectors = reciprocal_vectors(positions).reciprocal
    values = np.asarray(values, np.float64)
    if values.shape[-1] == 4 and values.ndim == vectors.ndim - 1:
        return np.einsum("...ai,...a->...i", vectors, values)
    if values.shape[-2:] != (4, 3):
        raise InputError(f"values at four spacecraft have the shape (..., 4) or (..., 4, 3), got {values.shape}")
    return np.einsum("...ai,...ak->...ik", vectors, values)


class Curlometer(NamedTuple):
    """The current through four spacecraft."""

    current: Any
    divergence: Any
    quality: Any


def curlometer(positions: Any, b: Any) -> Curlometer:
    """Return the mean current density through the tetrahedron of four spacecraft, and how far to trust it.

    Parameters
    ----------
    positions : array (..., 4, 3), km
        Places of the spacecraft.
    b : array (..., 4, 3), nT
        Magnetic field at each.

    Returns
    -------
    current : array (..., 3), nA/m^2
        Curl of the linear field through the four values, over mu_0.
    divergence : array (...), nT/km
        Its divergence, which vanishes for a field that does vary linearly.
    quality : array (...)
        Magnitude of the divergence over that of the curl; below a tenth or so the current can be trusted.

    Notes
    -----
    Dunlop et al. 1988, Adv. Space Res. 8, 273. Currents thinner than the tetrahedron are smeared.

    Examples
    --------
    >>> corners = np.array([[0.0, 0, 0], [10.0, 0, 0], [0, 10.0, 0], [0, 0, 10.0]])
    >>> field = np.stack([0 * corners[:, 0], 0 * corners[:, 0], 2.0 * corners[:, 0]], axis=-1)
    >>> (curlometer(corners, field).current + 0.0).round(2).tolist()
    [0.0, -1591.55, 0.0]
    """
    gradient = four_point_gradient(positions, b)
    if gradient.shape[-2:] != (3, 3):
        raise InputError("the curlometer needs three components of the field at each of four spacecraft")
    curl = np.stack([gradient[..., i, k] - gradient[..., k, i] for i, k in ((1, 2), (2, 0), (0, 1))], axis=-1)
    divergence = np.trace(gradient, axis1=-2, axis2=-1)
    with np.errstate(all="ignore"):
        quality = np.abs(divergence) / np.linalg.norm(curl, axis=-1)
    return Curlometer(curl * 1e-12 / VACUUM_PERMEABILITY * 1e9, divergence[()], quality[()])


# All together on a series.


def identify_diffusion_region(
    time: Any,
    e: Any,
    b: Any,
    v_e: Any,
    n_e: Any,
    pressure: Any,
    j: Any,
    needed: int = 4,
    thresholds: Mapping[str, float] | None = None,
) -> xr.Dataset:
    """Test each time of a series against five criteria for an electron diffusion region.

    Parameters
    ----------
    time : datetime64 array (time,)
        Ascending times.
    e, b, v_e : array (time, 3)
        Electric field in mV/m, magnetic field in nT, velocity of the electrons in km/s, in one frame.
    n_e : array (time,), cm^-3
        Density of the electrons.
    pressure : array (time, 3, 3), nPa
        Full pressure tensor of the electrons, in the same frame.
    j : array (time, 3), nA/m^2
        Current density, from :func:`curlometer` or the moments.
    needed : int
        Criteria, of five, that must be met for the flag.
    thresholds : mapping, optional
        Values to use in place of some of ``THRESHOLDS``.

    Returns
    -------
    xarray.Dataset
        Along ``time``: ``agyrotropy`` (sqrt Q), ``dissipation`` (nW/m^3), ``departure`` (magnitude of E + v_e x B in
        mV/m), ``parallel_field`` (mV/m), ``current_scale`` (B / (mu_0 j) in electron inertial lengths: the scale on
        which this current changes the field), ``score`` (share of the five criteria that are met; NaN where something
        is unknown) and ``flag``.

    Raises
    ------
    InputError
        If the times do not ascend or a shape does not fit.
    UnknownNameError
        If there is no threshold of that name.

    Notes
    -----
    The thresholds suit moments of 30 ms at the magnetopause, where quiet boundary layers have an agyrotropy of some
    hundredths and fields of some tenths of mV/m; in the tail the power is ten times less. None of the criteria is proof
    alone: agyrotropy also marks the separatrices, E + v_e x B the noise of the electric field. Seven and a half
    kilometres between spacecraft are 3 to 6 electron inertial lengths at densities of 5 to 20 cm^-3.

    Examples
    --------
    >>> time = np.datetime64("2015-10-16T13:07", "ns") + np.arange(2) * np.timedelta64(30, "ms")
    >>> zero, one = np.zeros((2, 3)), np.ones((2, 3))
    >>> quiet = identify_diffusion_region(time, zero, 20 * one, zero, 10.0, np.broadcast_to(np.eye(3), (2, 3, 3)), one)
    >>> quiet.score.values.tolist(), quiet.flag.values.tolist()
    ([0.0, 0.0], [False, False])
    """
    limits = dict(THRESHOLDS)
    for name, value in (thresholds or {}).items():
        if name not in limits:
            raise UnknownNameError("threshold", name, limits)
        limits[name] = float(value)
    count = ascending_times(time, "time").size
    e, b = in_unit(e, "mV/m", "e"), in_unit(b, "nT", "b")
    v_e, j = in_unit(v_e, "km/s", "v_e"), in_unit(j, "nA m^-2", "j")
    pressure = in_unit(pressure, "nPa", "pressure")
    n_e = np.broadcast_to(in_unit(n_e, "cm^-3", "n_e"), (count,))
    for name, values, shape in (
        *((name, values, (count, 3)) for name, values in (("e", e), ("b", b), ("v_e", v_e), ("j", j))),
        ("pressure", pressure, (count, 3, 3)),
    ):
        if values.shape != shape:
            raise InputError(f"{name} needs the shape {shape}, got {values.shape}")
    with np.errstate(all="ignore"):
        inertial = electron_inertial_length.spec.function(n_e) * 1e3
        scale = np.linalg.norm(b, axis=-1) / (VACUUM_PERMEABILITY * np.linalg.norm(j, axis=-1)) / inertial
        found = {
            "agyrotropy": swisdak_2016(pressure, b),
            "dissipation": zenitani_2011(j, e, v_e, b),
            "departure": np.linalg.norm(frozen_in_departure(e, v_e, b), axis=-1),
            "parallel_field": parallel_electric_field(e, b),
            "current_scale": scale,
        }
    unknown = np.zeros(count, bool)
    met = np.zeros(count)
    for name, values in found.items():
        unknown |= np.isnan(values)
        met += values <= limits[name] if name == "current_scale" else np.abs(values) >= limits[name]
        if name == "dissipation":  # only power from the field to the plasma counts
            met -= values <= -limits[name]
    score = np.where(unknown, np.nan, met / len(found))
    described = {
        "agyrotropy": ("1", "Agyrotropy of the electrons"),
        "dissipation": ("nW m^-3", "Power given to the plasma in the frame of the electrons"),
        "departure": ("mV/m", "Electric field in the frame of the electrons"),
        "parallel_field": ("mV/m", "Electric field along the magnetic field"),
        "current_scale": ("1", "Scale of the current in electron inertial lengths"),
    }
    columns: dict[str, Any] = {name: (values, *described[name]) for name, values in found.items()}
    columns["score"] = (score, "1", "Share of the criteria for a diffusion region that are met")
    columns["flag"] = (np.where(unknown, False, met >= needed), None, "Whether enough criteria are met")
    references = "Swisdak 2016, Geophys. Res. Lett. 43, 43; Zenitani et al. 2011, Phys. Rev. Lett. 106, 195003"
    table = event_table(columns, "time", references=references)
    return table.assign_coords(time=np.asarray(time, "datetime64[ns]"))


def _vectors(*arrays: Any) -> list[Any]:
    xp = namespace(*arrays)
    vectors = [xp.asarray(array) * 1.0 for array in arrays]
    for vector in vectors:
        if vector.shape[-1:] != (3,):
            raise InputError(f"a vector has three components in its last axis, got the shape {vector.shape}")
    return vectors


def _tensor(pressure: Any, b: Any) -> tuple[Any, Any]:
    """Return the symmetric part of a tensor and the unit vector of the field."""
    xp = namespace(pressure, b)
    pressure = xp.asarray(pressure) * 1.0
    if pressure.shape[-2:] != (3, 3):
        raise InputError(f"a pressure tensor has the shape (..., 3, 3), got {pressure.shape}")
    (field,) = _vectors(b)
    return (pressure + xp.swapaxes(pressure, -1, -2)) / 2, _unit(field)


def _dot(a: Any, b: Any) -> Any:
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def _cross(a: Any, b: Any) -> Any:
    return namespace(a, b).stack(
        [
            a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1],
            a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2],
            a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0],
        ],
        axis=-1,
    )


def _unit(vector: Any) -> Any:
    """Normalise; NaN where the vector is zero."""
    xp = namespace(vector)
    length = xp.sqrt(_dot(vector, vector))
    return vector / xp.where(length > 0, length, xp.nan)[..., None]
