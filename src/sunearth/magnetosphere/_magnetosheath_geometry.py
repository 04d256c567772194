"""Geometry of the magnetosheath between two surfaces of revolution: slopes, stream function and carried-over field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

STEP = 1e-4  # rad, of the differences that give slopes of the surfaces


class Wind(NamedTuple):
    """The wind before the shock in the units of the field, its mass density `rho` in kg m^-3."""

    n_p: Any
    speed: Any
    field: tuple[Any, Any, Any]
    p: Any
    rho: Any
    p_dyn: Any
    mach_ms: Any
    beta: Any
    standoff: Any
    shock_standoff: Any


class Slice(NamedTuple):
    """What is needed of a direction from the Earth: the two boundaries and the flux between them."""

    inner: Any
    outer: Any
    inner_slope: Any
    outer_slope: Any
    flux_inner: Any
    flux_outer: Any
    pressure_outer: Any


class Jump(NamedTuple):
    """A shock's normal and tangential directions in spherical components, and what it does along them."""

    normal_r: Any
    normal_theta: Any
    field_direction: tuple[Any, ...]
    v_n_up: Any
    v_t_up: Any
    b_t_up: Any
    n_p: Any
    v_n: Any
    v_t: Any
    b_n: Any
    b_t: Any
    p: Any


def with_slope(surface: Callable[[Any], Any], theta: Any) -> tuple[Any, Any]:
    """Radius of a surface and its derivative with the angle."""
    return surface(theta), (surface(theta + STEP) - surface(theta - STEP)) / (2 * STEP)


def frame_at(theta: Any, phi: Any) -> tuple[tuple[Any, ...], ...]:
    """Unit vectors of r, theta and phi on x, y, z; the polar axis is x and phi runs from y to z."""
    cosine, sine = np.cos(theta), np.sin(theta)
    to_y, to_z = np.cos(phi), np.sin(phi)
    return (
        (cosine, sine * to_y, sine * to_z),
        (-sine, cosine * to_y, cosine * to_z),
        (0.0 * cosine, -to_z, to_y),
    )


def spherical(vector: tuple[Any, ...], theta: Any, phi: Any) -> tuple[Any, ...]:
    return tuple(sum(a * b for a, b in zip(vector, unit, strict=True)) for unit in frame_at(theta, phi))


def cartesian(parts: tuple[Any, ...], frame: tuple[tuple[Any, ...], ...]) -> list[Any]:
    return [sum(part * unit[k] for part, unit in zip(parts, frame, strict=True)) for k in range(3)]


def stream(r: Any, at: Slice) -> tuple[Any, Any, Any]:
    """Place between the boundaries, stream function over sin^2(theta), and its derivative with r."""
    width = at.outer**2 - at.inner**2
    tau = (r**2 - at.inner**2) / width
    cubic = tau * (1 - tau) * (at.flux_inner * (1 - tau) - at.flux_outer * tau) + tau**2 * (3 - 2 * tau)
    slope = at.flux_inner * (1 - tau) * (1 - 3 * tau) + at.flux_outer * tau * (3 * tau - 2) + 6 * tau * (1 - tau)
    half = at.outer**2 / 2
    return tau, half * cubic, half * slope * 2 * r / width


def paraboloid(theta: Any, level: Any, standoff: Any) -> Any:
    """Geocentric radius of a paraboloid q = level about the focus at half the standoff."""
    return (level + standoff) / (np.cos(theta) + np.sqrt(1 + np.sin(theta) ** 2 * standoff / level))


def draped_between(
    r: Any,
    theta: Any,
    phi: Any,
    here: Slice,
    before: Slice,
    after: Slice,
    flow: Wind,
    potential_field: Callable[..., Any],
) -> list[Any]:
    """Draped field between any two surfaces of revolution, as parts along x, y, z."""
    near, far = flow.standoff, flow.shock_standoff
    inner, inner_slope = with_slope(lambda angle: paraboloid(angle, near, near), theta)
    outer, outer_slope = with_slope(lambda angle: paraboloid(angle, 2 * far - near, near), theta)
    depth, thickness = here.outer - here.inner, outer - inner
    share = (r - here.inner) / depth
    stretched = inner + np.clip(share, 0.0, 1.0) * thickness
    frame = frame_at(theta, phi)
    draped = potential_field(*(stretched * component for component in frame[0]), *flow.field, near, far)
    b_r, b_theta, b_phi = (sum(a * b for a, b in zip(draped, unit, strict=True)) for unit in frame)
    # The flux through every patch of a sphere goes with the patch as the radii are stretched.
    widening = depth / thickness
    slant = here.inner_slope + share * (here.outer_slope - here.inner_slope)
    slant = slant - widening * (inner_slope + share * (outer_slope - inner_slope))
    across = stretched / (r * widening)
    parts = [(stretched / r) ** 2 * b_r + slant / r * across * b_theta, across * b_theta, across * b_phi]
    # The second part is the curl of (w / r) B x (unit radius); w = r^2 / 2 would give the uniform field B.
    surplus = (here.outer**2 - outer**2) / 2
    w = stream(r, here)[0] * surplus
    w_r = surplus * 2 * r / (here.outer**2 - here.inner**2)
    w_at = [
        stream(r, at)[0] * (at.outer**2 - paraboloid(theta + turn, 2 * far - near, near) ** 2) / 2
        for at, turn in ((before, -STEP), (after, STEP))
    ]
    w_theta = (w_at[1] - w_at[0]) / (2 * STEP)
    free = spherical(flow.field, theta, phi)
    parts[0] = parts[0] + (2 * w * free[0] - w_theta * free[1]) / r**2
    parts[1] = parts[1] + w_r / r * free[1]
    parts[2] = parts[2] + w_r / r * free[2]
    return cartesian(tuple(parts), frame)
