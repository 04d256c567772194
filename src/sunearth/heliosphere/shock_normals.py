"""The normal of a shock, its speed and its frames, from what a spacecraft measures on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import Array, dimensionless, km_s, nT, parse_unit, per_cm3, rad

if TYPE_CHECKING:
    pass

au = Annotated[Array, parse_unit("au")]
MeV = Annotated[Array, parse_unit("MeV")]
m2_s = Annotated[Array, parse_unit("m^2/s")]
kg_m2_s = Annotated[Array, parse_unit("kg m^-2 s^-1")]
mW_m2 = Annotated[Array, parse_unit("mW m^-2")]

_METHODS = "Schwartz 1998, ISSI Sci. Rep. SR-001, 249"


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
