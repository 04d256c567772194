"""Which cosmic rays reach a place: cutoff rigidities, the penumbra, and where the rays come from in the sky."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_MOMENT, EARTH_RADIUS, SPEED_OF_LIGHT, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import GV, R_E, A_m2, deg, dimensionless, rad

from .field import Field

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_STORMER = "Stormer 1955, The Polar Aurora, Clarendon"

FATES = ("allowed", "forbidden", "too_long", "unknown")

_KM = 1e3 / EARTH_RADIUS
_WGS84 = (6378.137, 6356.752314245)  # half-axes of the ellipsoid, km

# The strongest vertical cutoff on Earth is near 17.5 GV; a ray from the eastern horizon needs four times as much.
HIGHEST_VERTICAL = 20.0
HIGHEST_HORIZONTAL = 75.0

STRIDE = 0.03  # of the rigidity, between the rays of the coarse search
GUARD = 0.1  # of the rigidity: an interval all allowed or all forbidden that ends the search

_CUTOFFS = {
    "lower": "Lowest rigidity that arrives",
    "upper": "Rigidity above which all arrive",
    "effective": "Effective cutoff rigidity",
}


@model(cite=_STORMER, valid={"l_shell": (1.0, 20.0), "moment": (1e21, 3e23)}, monotonic={"l_shell": -1, "moment": 1})
def vertical_cutoff(l_shell: dimensionless, moment: A_m2 = DIPOLE_MOMENT) -> GV:
    """Rigidity below which no cosmic ray comes down vertically, in a dipole.

    Parameters
    ----------
    l_shell : float or array, 1
        Equatorial distance in Earth radii of the field line through the place.
    moment : float or array, A m^2
        Dipole moment of the Earth.

    Returns
    -------
    rigidity : float or array, GV
        14.3 GV / L^2 for the dipole of 2010.

    Notes
    -----
    mu_0 M c / (16 pi R_E^2 L^2). Fits to traced orbits in the real field have 15 to 16 GV in place of 14.3.

    Examples
    --------
    >>> float(vertical_cutoff(4.0).round(3))
    0.89
    """
    return VACUUM_PERMEABILITY * moment * SPEED_OF_LIGHT / (16 * math.pi * EARTH_RADIUS**2) * 1e-9 / l_shell**2


@model(
    cite=_STORMER,
    valid={
        "r": (1.0, 10.0),
        "mlat": (-89.0, 89.0),
        "zenith": (0.0, math.pi / 2),
        "azimuth": (0.0, 2 * math.pi),
        "moment": (1e21, 3e23),
    },
    even=("mlat",),
    monotonic={"r": -1, "moment": 1},
)
def stormer_cutoff(r: R_E, mlat: deg, zenith: rad = 0.0, azimuth: rad = 0.0, moment: A_m2 = DIPOLE_MOMENT) -> GV:
    """Rigidity below which no positive cosmic ray comes from a given direction, in a dipole.

    Parameters
    ----------
    r : float or array, R_E
        Distance from the dipole.
    mlat : float or array, deg
        Magnetic latitude.
    zenith : float or array, rad
        Angle from the vertical of the direction from which the particle comes.
    azimuth : float or array, rad
        Its direction over the ground, from magnetic north through east.
    moment : float or array, A m^2
        Dipole moment of the Earth.

    Returns
    -------
    rigidity : float or array, GV
        Stormer's cone; for negative particles east and west change places.

    Notes
    -----
    mu_0 M c cos^4 / (4 pi r^2 (1 + sqrt(1 - cos^3 cos e))^2), with the cosines of the latitude and e the angle between
    the direction of arrival and magnetic east. Neither the shadow of the solid Earth nor the penumbra is in it.

    Examples
    --------
    >>> east, west = stormer_cutoff(1.0, 0.0, np.pi / 2, np.array([np.pi / 2, 1.5 * np.pi]))
    >>> float(east.round(1)), float(west.round(2))
    (56.9, 9.77)
    """
    xp = namespace(r, mlat, zenith, azimuth, moment)
    cosine = xp.cos(mlat * (math.pi / 180))
    eastward = xp.sin(zenith) * xp.sin(azimuth)
    whole = VACUUM_PERMEABILITY * moment * SPEED_OF_LIGHT / (4 * math.pi * EARTH_RADIUS**2) * 1e-9
    # At the horizon on the equator rounding may push the root's argument below zero.
    bend = 1 + xp.sqrt(xp.maximum(1 - cosine**3 * eastward, 0 * cosine * eastward))
    return whole * (cosine**2 / (r * bend)) ** 2


def cutoff_rigidity(
    field: Field,
    latitude: Any,
    longitude: Any,
    altitude: Any = 20.0,
    zenith: Any = 0.0,
    azimuth: Any = 0.0,
    *,
    step: float = 0.01,
    highest: Any = None,
    ground: float = 20.0,
    escape: float = 25.0,
    longest: float = 200.0,
    tolerance: float = 1e-6,
    most_steps: int = 20_000,
) -> xr.Dataset:
    """Cutoff rigidities of positive cosmic rays at places and from directions.

    Parameters
    ----------
    field : Field
        The magnetic field; its states broadcast with the places.
    latitude, longitude : float or array, deg
        Geodetic coordinates; in a field without a time, magnetic latitude and longitude from noon on a sphere.
    altitude : float or array, km, optional
        Height where the rays are to arrive.
    zenith, azimuth : float or array, rad, optional
        Direction that they come from: angle from the vertical, and direction over the ground from north through east.
    step : float, optional
        Step in rigidity, GV.
    highest : float or array, optional
        Rigidity where the search starts, GV; by default 20 for the vertical and 75 for the horizon.
    ground : float, optional
        Height below which a ray has met the Earth, km.
    escape : float, optional
        Distance at which it comes from outside, R_E.
    longest : float, optional
        Length of path at which it is given up, R_E; it then counts as forbidden.
    tolerance : float, optional
        Error of a step, as a share of distance and as an angle.
    most_steps : int, optional
        Steps at which a ray is given up.

    Returns
    -------
    Dataset
        `lower`, `upper` and `effective` (GV), and `cut_short`, the number of rays that were given up. NaN where a place
        is, where the field is undefined on a ray, or where the highest rigidity does not arrive; 0 where all rays do.

    Raises
    ------
    InputError
        If shapes do not broadcast, or an option is out of range.

    Notes
    -----
    A negative particle of the same rigidity, thrown out in the direction that a ray comes from, goes the ray's way
    backward. Below the upper cutoff and above the lower one lies the penumbra, in which allowed and forbidden rays
    alternate; the effective cutoff is the upper one less the step times the number of allowed rays in between (Cooke et
    al. 1991, Nuovo Cimento C 14, 213). Rays are solved with Dormand and Prince's pair of orders 5 and 4, and are looked
    at between steps for meeting the ground. In the penumbra a ray may hang on for a long time and small errors decide:
    the lower cutoff there is good to a few tenths of a GV, the effective one to a few hundredths.

    The search comes down in strides of 3 % and tries every step from where it meets the first forbidden ray, outward to
    10 % of the rigidity without any change. Islands narrower than a stride, farther off than that, are missed.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> rome = cutoff_rigidity(magnetic_field("2000-01-01"), 41.86, 12.47)
    >>> print(f"{float(rome['effective']):.1f}")
    6.2
    """
    import xarray as xr

    from sunearth.numerics.threads import spread

    from ._particle_kernels import CUTOFF, search_cutoffs

    if not step > 0 or not tolerance > 0 or not longest > 0 or not escape > 1 or most_steps < 1:
        raise InputError("cutoff_rigidity: step, tolerance and longest must be above zero, escape above 1")
    dims, coords, places = _labels(field, latitude, longitude, altitude, zenith, azimuth)
    state, places, shape = field.rows(*places)
    rays, grounds = _rays(field, state, places, ground)
    if highest is None:
        tops = HIGHEST_VERTICAL + (HIGHEST_HORIZONTAL - HIGHEST_VERTICAL) * np.sin(np.abs(places[3]))
    else:
        tops = np.array(np.broadcast_to(np.asarray(highest, float), shape)).ravel()
    cutoffs = np.empty((state.size, CUTOFF))
    parts = (
        field.inner, field.inner_records, field.outer, field.outer_records, state, rays, grounds, tops,
        float(escape), float(longest), float(tolerance), float(step), int(most_steps), STRIDE, GUARD, cutoffs,
    )  # fmt: skip
    spread(lambda first, last: search_cutoffs(*parts, first, last), state.size, chunk=1)
    dims = dims if dims is not None else _dims("place", shape)
    result = xr.Dataset(coords=coords, attrs={"field": field.name})
    for k, (name, label) in enumerate(_CUTOFFS.items()):
        result[name] = (dims, cutoffs[:, k].reshape(shape), {"units": "GV", "long_name": label})
    result["cut_short"] = (dims, cutoffs[:, 3].reshape(shape), {"units": "1", "long_name": "Rays that were given up"})
    return result


def asymptotic_directions(
    field: Field,
    latitude: Any,
    longitude: Any,
    rigidity: Any,
    altitude: Any = 20.0,
    zenith: Any = 0.0,
    azimuth: Any = 0.0,
    *,
    ground: float = 20.0,
    escape: float = 25.0,
    longest: float = 200.0,
    tolerance: float = 1e-6,
    most_steps: int = 20_000,
) -> xr.Dataset:
    """Directions outside the magnetosphere from which cosmic rays come to a place.

    Parameters
    ----------
    field : Field
        The magnetic field; its states broadcast with the rays.
    latitude, longitude : float or array, deg
        Geodetic coordinates, as for `cutoff_rigidity`.
    rigidity : float or array, GV
        Rigidities of the rays; negative for negative particles.
    altitude : float or array, km, optional
        Height where they arrive.
    zenith, azimuth : float or array, rad, optional
        Direction that they come from, as seen there.
    ground, escape, longest, tolerance, most_steps : optional
        As for `cutoff_rigidity`.

    Returns
    -------
    Dataset
        `latitude` and `longitude` (deg, geographic, of the direction that a ray comes from; NaN unless allowed),
        `fate` (allowed, forbidden, too_long, unknown), and `path` (R_E). A row of rigidities is the transmission
        through the penumbra.

    Raises
    ------
    InputError
        If shapes do not broadcast.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> rays = asymptotic_directions(magnetic_field("2000-01-01"), 41.86, 12.47, [4.0, 10.0, 1000.0])
    >>> rays["fate"].values.tolist()
    [1, 0, 0]
    >>> rays["latitude"].values.round()[2]
    np.float64(42.0)
    """
    import xarray as xr

    from sunearth.numerics.threads import spread

    from ._particle_kernels import ALLOWED, BENDING, RAY, trace_rays

    dims, coords, given = _labels(field, latitude, longitude, altitude, zenith, azimuth, rigidity)
    state, rows, shape = field.rows(*given)
    rays, grounds = _rays(field, state, rows[:5], ground)
    ends = np.empty((state.size, RAY))
    with np.errstate(divide="ignore"):
        bending = -BENDING / rows[5]
    parts = (
        field.inner, field.inner_records, field.outer, field.outer_records, state, rays, grounds, bending,
        float(escape), float(longest), float(tolerance), int(most_steps), ends,
    )  # fmt: skip
    spread(lambda first, last: trace_rays(*parts, first, last), state.size, chunk=max(1, min(64, state.size // 8)))
    rotations = _rotations(field)[state]
    direction = np.einsum("kji,kj->ki", rotations, ends[:, 4:7])
    direction[ends[:, 0] != ALLOWED] = np.nan
    size = np.linalg.norm(direction, axis=1)
    values = {
        "latitude": (np.degrees(np.arcsin(direction[:, 2] / size)), "deg", "Latitude that a ray comes from"),
        "longitude": (np.degrees(np.arctan2(direction[:, 1], direction[:, 0])), "deg", "Longitude that it comes from"),
        "path": (ends[:, 7], "R_E", "Length of its path"),
    }
    dims = dims if dims is not None else _dims("ray", shape)
    result = xr.Dataset(coords=coords, attrs={"field": field.name})
    for name, (column, unit, label) in values.items():
        if name not in coords:
            result[name] = (dims, column.reshape(shape), {"units": unit, "long_name": label})
        else:
            result[f"asymptotic_{name}"] = (dims, column.reshape(shape), {"units": unit, "long_name": label})
    attrs = {"long_name": "What becomes of a ray", "flag_values": np.arange(len(FATES), dtype=np.int8)}
    result["fate"] = (dims, ends[:, 0].astype(np.int8).reshape(shape), attrs)
    result["fate"].attrs["flag_meanings"] = " ".join(FATES)
    return result


def cutoff_map(
    field: Field,
    spacing: tuple[float, float] = (5.0, 15.0),
    *,
    step: float = 0.05,
    tolerance: float = 1e-5,
    **options: Any,
) -> xr.Dataset:
    """Vertical cutoff rigidities over the whole globe.

    Parameters
    ----------
    field : Field
        The magnetic field, in one state.
    spacing : tuple of two floats, optional
        Spacing in latitude and in longitude, deg.
    step, tolerance : float, optional
        As for `cutoff_rigidity`; coarser here, which moves effective cutoffs by a few hundredths of a GV.
    **options
        Passed on to `cutoff_rigidity`: a direction, an altitude ...

    Returns
    -------
    Dataset
        `lower`, `upper`, `effective` and `cut_short` of latitude and longitude (0 to 360, both included).

    Raises
    ------
    InputError
        If the field has several states, or the spacing does not divide the globe.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> world = cutoff_map(magnetic_field(internal="dipole"), (30.0, 180.0), step=0.1)
    >>> world["effective"].sel(latitude=[0.0, 90.0], longitude=0.0).round().values.tolist()
    [14.0, 0.0]
    """
    import xarray as xr

    if field.shape:
        raise InputError(f"cutoff_map: one state of the field at a time, got {field.shape}")
    counts = [round(extent / space) if space > 0 else 0 for extent, space in zip((180.0, 360.0), spacing, strict=True)]
    if any(
        n < 1 or abs(n * space - extent) > 1e-9
        for n, space, extent in zip(counts, spacing, (180.0, 360.0), strict=True)
    ):
        raise InputError(f"cutoff_map: spacing must divide 180 and 360 degrees, got {spacing}")
    degrees = {"units": "deg"}
    options = {"step": step, "tolerance": tolerance, **options}
    latitude = xr.DataArray(np.linspace(-90.0, 90.0, counts[0] + 1), dims="latitude", attrs=degrees)
    longitude = xr.DataArray(np.linspace(0.0, 360.0, counts[1] + 1), dims="longitude", attrs=degrees)
    latitude, longitude = latitude.assign_coords(latitude=latitude), longitude.assign_coords(longitude=longitude)
    # one longitude stands for all at the poles, and 0 for 360
    inside = cutoff_rigidity(field, latitude[1:-1], longitude[:-1], **options)
    poles = cutoff_rigidity(field, latitude[[0, -1]], longitude[:1], **options)
    around = xr.concat([inside, inside.isel(longitude=[0]).assign_coords(longitude=[360.0])], "longitude")
    ends = poles.isel(longitude=0, drop=True).expand_dims(longitude=longitude.values).transpose("latitude", ...)
    world = xr.concat([ends.isel(latitude=[0]), around, ends.isel(latitude=[1])], "latitude", combine_attrs="override")
    world["latitude"].attrs.update(units="deg", long_name="Latitude")
    world["longitude"].attrs.update(units="deg", long_name="Longitude")
    return world


def _dims(name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    return (name,) if len(shape) == 1 else tuple(f"{name}_{k}" for k in range(len(shape)))


def _labels(field: Field, *given: Any) -> tuple[Any, Any, tuple[Any, ...]]:
    """Broadcast labelled inputs by name, and keep their dimensions and coordinates."""
    import xarray as xr

    if field.shape or not any(isinstance(value, xr.DataArray) for value in given):
        return None, {}, given
    joined = xr.broadcast(*(v if isinstance(v, xr.DataArray) else xr.DataArray(v) for v in given))
    return joined[0].dims, joined[0].coords, tuple(value.values for value in joined)


def _rotations(field: Field) -> Floats:
    """Matrix from geographic (without a time: magnetic) to GSM coordinates in each state."""
    if field.time is None:
        tilt = np.broadcast_to(np.asarray(field.dipole_tilt, float), field.shape).ravel()
        matrices = np.zeros((tilt.size, 3, 3))
        matrices[:, 0, 0] = matrices[:, 2, 2] = np.cos(tilt)
        matrices[:, 0, 2], matrices[:, 2, 0] = np.sin(tilt), -np.sin(tilt)
        matrices[:, 1, 1] = 1.0
        return matrices
    from .frames import rotation_matrix

    times = np.array(np.broadcast_to(field.time, field.shape)).ravel()
    unique, which = np.unique(times, return_inverse=True)
    return np.ascontiguousarray(rotation_matrix(unique, "GEO", "GSM"))[which]


def _rays(field: Field, state: NDArray[np.int64], places: tuple[Floats, ...], ground: float) -> tuple[Floats, Floats]:
    """Where rays arrive and the directions they come from, in GSM; and the ground, as the compiled loops want it.

    `places` are rows of latitude, longitude, altitude, zenith and azimuth.
    """
    latitude, longitude, altitude, zenith, azimuth = places
    major, minor = _WGS84 if field.time is not None else (1 / _KM, 1 / _KM)
    phi, lam = np.radians(latitude), np.radians(longitude)
    flattening = 1.0 - (minor / major) ** 2
    normal = major / np.sqrt(1.0 - flattening * np.sin(phi) ** 2)
    across, along = (normal + altitude) * np.cos(phi), (normal * (1.0 - flattening) + altitude) * np.sin(phi)
    place = np.stack([across * np.cos(lam), across * np.sin(lam), along], axis=1) * _KM
    up = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
    east = np.stack([-np.sin(lam), np.cos(lam), 0.0 * lam], axis=1)
    level = np.cos(azimuth)[:, None] * np.cross(up, east) + np.sin(azimuth)[:, None] * east
    direction = np.cos(zenith)[:, None] * up + np.sin(zenith)[:, None] * level
    rotations = _rotations(field)[state]
    rays = np.concatenate([np.einsum("kij,kj->ki", rotations, v) for v in (place, direction)], axis=1)
    grounds = np.empty((len(rays), 5))
    grounds[:, :3] = rotations[:, :, 2]
    grounds[:, 3:] = (major + ground) * _KM, (minor + ground) * _KM
    return np.ascontiguousarray(rays), grounds
