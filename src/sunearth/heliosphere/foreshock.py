"""The foreshock: where field lines touch the bow shock, and what comes back along them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from sunearth.core.arrays import namespace
from sunearth.core.constants import ELEMENTARY_CHARGE, PROTON_MASS
from sunearth.core.errors import UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_E, Array, dimensionless, km, km_s, nT, parse_unit, rad

from .shock_normals import theta_bn

if TYPE_CHECKING:
    pass

au = Annotated[Array, parse_unit("au")]
MeV = Annotated[Array, parse_unit("MeV")]
m2_s = Annotated[Array, parse_unit("m^2/s")]
kg_m2_s = Annotated[Array, parse_unit("kg m^-2 s^-1")]
mW_m2 = Annotated[Array, parse_unit("mW m^-2")]

_FORESHOCK = "Filbert and Kellogg 1979, J. Geophys. Res. 84, 1369"


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
