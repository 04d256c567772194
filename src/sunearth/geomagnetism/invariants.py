"""Adiabatic invariants of trapped particles in any magnetic field: bounces, loss cones, McIlwain's L, Roederer's L*.

What depends on the energy of a particle (magnetic moment, bounce period) is kept apart from what does not: the mirror
field, the second invariant and the drift shell follow from the place and the pitch angle alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    DIPOLE_EQUATORIAL_FIELD,
    EARTH_RADIUS,
    IGRF14_DIPOLE,
    IGRF14_DIPOLE_EPOCHS,
)
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.time import decimal_year
from sunearth.core.units import R_E, dimensionless, nT

from .field import Field
from .tracing import BOX, _flag, _labels, trace
from .trapped import magnetic_moment, particle_speed

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float, float, float]

MCILWAIN_B_0: Final = 31165.3
"""Dipole field on the equator (nT) to which McIlwain's L is referred by convention, whatever the epoch."""

FLAGS = ("closed", "bifurcated", "drift_loss", "bounce_loss", "open_shell", "open_line", "undefined")
"""What becomes of a particle, in the order of the values of `flag`."""

_GAUSS_PER_NT: Final = 1e-5
_EQUATORIAL: Final = 0.5 * math.pi
_GWB_PER_NT_R_E2: Final = 1e-18 * EARTH_RADIUS**2


@model(
    cite="Hilton 1971, J. Geophys. Res. 76, 6952",
    valid={"invariant": (0.0, 100.0), "b_mirror": (1.0, 6e4), "b_0": (2e4, 4e4)},
    monotonic={"invariant": 1},
)
def hilton_1971(invariant: R_E, b_mirror: nT, b_0: nT = DIPOLE_EQUATORIAL_FIELD) -> dimensionless:
    """McIlwain's L of a trapped particle.

    Parameters
    ----------
    invariant : float or array, R_E
        Integral of sqrt(1 - B / B_mirror) along the line between the mirror points, McIlwain's I.
    b_mirror : float or array, nT
        Field at the mirror points.
    b_0 : float or array, nT
        Field of the reference dipole on the Earth's equator: that of the epoch, or `MCILWAIN_B_0`.

    Returns
    -------
    l_mcilwain : float or array, 1
        Equatorial distance of the dipole line on which a particle of the same mirror field has the same I.

    Notes
    -----
    L^3 B_m / M = 1 + 1.35047 X^(1/3) + 0.465376 X^(2/3) + 0.0475455 X with X = I^3 B_m / M: within 2e-4 of a dipole.
    The reference moment is a convention: programs disagree by 1.5 % in L between the moment of 2020 and McIlwain's.

    Examples
    --------
    >>> float(hilton_1971(10.933854, 628.079558, 29966.867395).round(5))
    7.96804
    """
    xp = namespace(invariant, b_mirror, b_0)
    root = invariant * (b_mirror / b_0) ** (1 / 3)
    polynomial = 1 + root * (1.35047 + root * (0.465376 + root * 0.0475455))
    return (polynomial * b_0 / b_mirror) ** (1 / 3) + 0 * xp.sqrt(invariant)


def bounce(
    field: Field,
    x: Any,
    y: Any,
    z: Any,
    pitch_angle: Any = _EQUATORIAL,
    *,
    at: str = "point",
    box: Box = BOX,
    tolerance: float = 1e-8,
) -> xr.Dataset:
    """Find the bounce of particles along their field lines: mirror points, integrals, second invariant.

    Parameters
    ----------
    field : Field
        The field; its states broadcast with the points.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates of the particles.
    pitch_angle : float, array or DataArray, rad, optional
        Pitch angle there; it broadcasts with the points.
    at : {"point", "equator"}, optional
        Whether the pitch angle is that at the point, or where the field is weakest on the line through it.
    box : tuple of six floats, optional
        Low and high x, y and z beyond which a line counts as lost, R_E.
    tolerance : float, optional
        Error allowed in each step along the line, R_E.

    Returns
    -------
    Dataset
        `invariant` (I, R_E), `k` (R_E gauss^(1/2)), `b_mirror`, `b_minimum` (nT), `bounce_path` (integral of
        1 / sqrt(1 - B / B_mirror) between the mirror points: half the bounce period times the speed, R_E),
        `length` (of the line between mirror points, R_E), the mirror points `x_south` ... `z_north`, the point of
        weakest field `x_weakest` ..., and `flag`: closed, bifurcated, bounce_loss, open_line or undefined.

    Raises
    ------
    InputError
        If an option is unknown or shapes do not fit.

    Notes
    -----
    Integrals run over distance = middle + half sin t, with equidistant t: the square root at the mirror points is exact
    that way, also for pitch angles near 90 degrees. On a bifurcated line the field has two pockets below the mirror
    field (as on the dayside near the magnetopause): the integrals are the sums over both. NaN where the mirror point
    lies inside the Earth, and for lines that do not come down on both sides.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> found = bounce(magnetic_field(internal="dipole"), -6.0, 0.0, 0.0, np.pi / 6)
    >>> print(f"{float(found.k):.4f} {float(np.degrees(np.arctan2(found.z_north, -found.x_north))):.2f}")
    0.3994 33.15
    """
    import xarray as xr

    dims, coords, out, shape, _ = _bounces(field, x, y, z, pitch_angle, at, box, tolerance, 0, "bounce")
    columns = {
        "invariant": (out[:, 0], "R_E", "Integral of sqrt(1 - B / B_mirror) between the mirror points"),
        "k": (out[:, 0] * np.sqrt(out[:, 12] * _GAUSS_PER_NT), "R_E gauss^(1/2)", "Second adiabatic invariant K"),
        "b_mirror": (out[:, 12], "nT", "Field at the mirror points"),
        "b_minimum": (out[:, 11], "nT", "Weakest field on the line"),
        "bounce_path": (out[:, 1], "R_E", "Speed times half the bounce period"),
        "length": (out[:, 13], "R_E", "Length of the line between the mirror points"),
    }
    for k, axis in enumerate("xyz"):
        columns[f"{axis}_south"] = (out[:, 2 + k], "R_E", f"GSM {axis} of the southern mirror point")
        columns[f"{axis}_north"] = (out[:, 5 + k], "R_E", f"GSM {axis} of the northern mirror point")
        columns[f"{axis}_weakest"] = (out[:, 8 + k], "R_E", f"GSM {axis} where the field is weakest")
    found = xr.Dataset(coords=coords, attrs={"field": field.name, "frame": "GSM"})
    for name, (values, unit, label) in columns.items():
        found[name] = (dims, values.reshape(shape), {"units": unit, "long_name": label})
    found["flag"] = (dims, out[:, 14].astype(np.int8).reshape(shape), _flag("What becomes of the particle", FLAGS))
    return found


def second_invariant(field: Field, x: Any, y: Any, z: Any, pitch_angle: Any = _EQUATORIAL, **options: Any) -> Any:
    """Second adiabatic invariant K of particles.

    Parameters
    ----------
    field : Field
        The field.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates.
    pitch_angle : float, array or DataArray, rad, optional
        Pitch angle.
    **options
        Passed on to `bounce`.

    Returns
    -------
    DataArray
        K in R_E gauss^(1/2).

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> print(f"{float(second_invariant(magnetic_field(internal='dipole'), -6.0, 0.0, 0.0, np.pi / 6)):.4f}")
    0.3994
    """
    return bounce(field, x, y, z, pitch_angle, **options)["k"]


def bounce_period(
    field: Field,
    x: Any,
    y: Any,
    z: Any,
    energy: Any,
    pitch_angle: Any = _EQUATORIAL,
    species: str = "electron",
    **options: Any,
) -> Any:
    """Bounce period of particles.

    Parameters
    ----------
    field : Field
        The field.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates.
    energy : float or array, keV
        Kinetic energy.
    pitch_angle : float, array or DataArray, rad, optional
        Pitch angle.
    species : {"electron", "proton", "alpha", "oxygen"}, optional
        Which particle.
    **options
        Passed on to `bounce`.

    Returns
    -------
    DataArray
        Period in s, there and back.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> print(f"{float(bounce_period(magnetic_field(internal='dipole'), -6.0, 0.0, 0.0, 1000.0, np.pi / 6)):.4f}")
    0.5418
    """
    path = bounce(field, x, y, z, pitch_angle, **options)["bounce_path"]
    period = 2e-3 * EARTH_RADIUS * path / particle_speed(energy, species)
    return period.assign_attrs(units="s", long_name="Bounce period")


def bounce_average(
    field: Field,
    quantity: Callable[[Any, Any, Any], Any],
    x: Any,
    y: Any,
    z: Any,
    pitch_angle: Any = _EQUATORIAL,
    *,
    at: str = "point",
    nodes: int = 64,
    box: Box = BOX,
    tolerance: float = 1e-8,
) -> Any:
    """Average over a bounce of whatever depends on the place.

    Parameters
    ----------
    field : Field
        The field.
    quantity : callable
        ``quantity(x, y, z)`` of arrays of GSM coordinates in R_E, returning an array of their shape.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates of the particles.
    pitch_angle : float, array or DataArray, rad, optional
        Pitch angle.
    at : {"point", "equator"}, optional
        Where the pitch angle is that.
    nodes : int, optional
        Number of places on the line.
    box, tolerance
        As in `bounce`.

    Returns
    -------
    array
        Integral of the quantity over the bounce by time, over the bounce period. NaN on bifurcated lines.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> dipole = magnetic_field(internal="dipole")
    >>> height = bounce_average(dipole, lambda x, y, z: abs(z), -6.0, 0.0, 0.0, np.pi / 4)
    >>> print(f"{height:.2f}")
    1.35
    """
    if nodes < 4:
        raise InputError(f"bounce_average: at least 4 nodes, got {nodes}")
    _, _, out, shape, places = _bounces(field, x, y, z, pitch_angle, at, box, tolerance, nodes, "bounce_average")
    weights = places[:, :, 3]
    values = np.asarray(quantity(places[:, :, 0], places[:, :, 1], places[:, :, 2]), float)
    with np.errstate(all="ignore"):
        average = (weights * values).sum(axis=1) / weights.sum(axis=1)
    average[out[:, 14] != 0] = math.nan
    return average.reshape(shape)[()]


def loss_cone(field: Field, x: Any, y: Any, z: Any, altitude: float = 100.0, **options: Any) -> xr.Dataset:
    """Bounce loss cone: the pitch angles of particles that mirror below a height.

    Parameters
    ----------
    field : Field
        The field.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates.
    altitude : float, optional
        Height above the sphere of 6371.2 km at which particles are lost, km.
    **options
        Passed on to `trace`.

    Returns
    -------
    Dataset
        In rad, for each hemisphere at which the line comes down: `north`, `south` (pitch angle at the point),
        `equatorial_north`, `equatorial_south` (where the field is weakest), and the larger ones, `local` and
        `equatorial`: the bounce loss cone. Also `b_north`, `b_south` at the height, in nT. NaN where the line does not
        come down on that side. The drift loss cone comes from `l_star`.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> cone = loss_cone(magnetic_field(internal="dipole"), -4.0, 0.0, 0.0)
    >>> print(f"{float(np.degrees(cone.equatorial)):.3f}")
    5.473
    """
    lines = trace(field, x, y, z, altitude=altitude, **options)
    _, _, (x, y, z) = _labels(field, x, y, z)
    b = np.sqrt(sum(component**2 for component in field(x, y, z)))
    cone = lines[[]]
    for side in ("north", "south"):
        place = [lines[f"{axis}_{side}"].values for axis in "xyz"]
        strength = np.sqrt(sum(component**2 for component in field(*place)))
        strength = lines[f"end_{side}"].copy(data=np.where(lines[f"end_{side}"].values == 0, strength, math.nan))
        cone[f"b_{side}"] = strength.assign_attrs(units="nT", long_name=f"Field at the height in the {side}")
        cone[side] = _cone(b / strength, f"Loss cone of the {side}, here")
        cone[f"equatorial_{side}"] = _cone(lines["b_minimum"] / strength, f"Loss cone of the {side}, at the equator")
    for name, parts in (("local", ("north", "south")), ("equatorial", ("equatorial_north", "equatorial_south"))):
        larger: Any = np.maximum(cone[parts[0]], cone[parts[1]])
        cone[name] = larger.assign_attrs(units="rad", long_name="Bounce loss cone")
    cone["b_minimum"] = lines["b_minimum"]
    return cone


def pitch_angle_of_k(
    field: Field, x: Any, y: Any, z: Any, k: Any, *, at: str = "point", box: Box = BOX, tolerance: float = 1e-8
) -> Any:
    """Pitch angle of the particle that has a given second invariant.

    Parameters
    ----------
    field : Field
        The field.
    x, y, z : float or array, R_E
        GSM coordinates.
    k : float or array, R_E gauss^(1/2)
        Second adiabatic invariant.
    at : {"point", "equator"}, optional
        Whether the pitch angle at the point is asked for, or that where the field is weakest on its line.
    box, tolerance
        As in `bounce`.

    Returns
    -------
    float or array
        Pitch angle in rad, up to pi/2. NaN where no such particle comes to the point, or where it would mirror inside
        the Earth.

    Raises
    ------
    InputError
        If `at` is unknown or shapes do not fit.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> angle = pitch_angle_of_k(magnetic_field(internal="dipole"), -6.0, 0.0, 0.0, 0.39941)
    >>> print(f"{np.degrees(angle):.2f}")
    30.00
    """
    from sunearth.numerics.threads import spread

    from ._invariant_kernels import mirror_fields

    _refuse(at, tolerance, "pitch_angle_of_k")
    state, (*places, k), shape = field.rows(x, y, z, k)
    result = np.empty((state.size, 3))
    wanted = k / math.sqrt(_GAUSS_PER_NT)
    parts = (*_source(field), state, *places, wanted, np.asarray(box, float), tolerance, result)
    spread(lambda start, stop: mirror_fields(*parts, start, stop), state.size, chunk=_chunk(state.size))
    with np.errstate(all="ignore"):
        sine = np.sqrt(result[:, 1 if at == "point" else 2] / result[:, 0])
        return np.arcsin(np.where(sine < 1 + 1e-9, np.minimum(sine, 1.0), math.nan)).reshape(shape)[()]


def mcilwain_l(
    field: Field, x: Any, y: Any, z: Any, pitch_angle: Any = _EQUATORIAL, *, b_0: Any = None, **options: Any
) -> Any:
    """McIlwain's L of particles in a field.

    Parameters
    ----------
    field : Field
        The field.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates.
    pitch_angle : float, array or DataArray, rad, optional
        Pitch angle: L depends on it where the field is not a dipole.
    b_0 : float, optional
        Field of the reference dipole on the equator, nT: that of the field's epoch by default, or `MCILWAIN_B_0`.
    **options
        Passed on to `bounce`.

    Returns
    -------
    DataArray
        L by the approximation of `hilton_1971`.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> print(f"{float(mcilwain_l(magnetic_field(internal='dipole'), -6.0, 0.0, 0.0, np.pi / 6)):.2f}")
    6.00
    """
    found = bounce(field, x, y, z, pitch_angle, **options)
    reference = _reference(field, b_0, found["invariant"].shape)
    l_shell = hilton_1971(found["invariant"].values, found["b_mirror"].values, reference)
    return found["invariant"].copy(data=l_shell).assign_attrs(units="1", long_name="McIlwain's L")


def l_star(
    field: Field,
    x: Any,
    y: Any,
    z: Any,
    pitch_angle: Any = _EQUATORIAL,
    *,
    at: str = "point",
    azimuths: int = 24,
    tolerance: float = 3e-4,
    cap: str = "field",
    b_0: Any = None,
    altitude: float = 100.0,
    loss_cone: bool = False,
    shell: bool = False,
    box: Box = BOX,
) -> xr.Dataset:
    """Roederer's L* of particles: their drift shells are traced around the Earth, and the flux inside is measured.

    Parameters
    ----------
    field : Field
        The field; its states (a satellite's track, say) broadcast with the points.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates of the particles.
    pitch_angle : float, array or DataArray, rad, optional
        Pitch angle.
    at : {"point", "equator"}, optional
        Whether the pitch angle is that at the point, or where the field is weakest on the line through it.
    azimuths : int, optional
        Number of meridians of the shell.
    tolerance : float, optional
        Relative error allowed in the radius of the shell on each meridian; the tracer is set by it too.
    cap : {"field", "dipole"}, optional
        What is integrated over the polar cap inside the shell's northern feet: the field itself, or the centred dipole
        of `b_0` alone.
    b_0 : float or array, optional
        Equatorial surface field of the dipole that L* refers to, nT: that of the field's epoch by default.
    altitude : float, optional
        Height at which particles are lost, km.
    loss_cone : bool, optional
        Also trace the southern feet, for `drift_loss_cone`.
    shell : bool, optional
        Also return the shells themselves.
    box : tuple of six floats, optional
        Low and high x, y and z beyond which a line counts as lost, R_E.

    Returns
    -------
    Dataset
        `l_star`; `flux` (third invariant, GWb); `l_mcilwain`; `k` (R_E gauss^(1/2)); `invariant` (I, R_E); `b_mirror`,
        `b_minimum` (nT); `lowest_mirror` (height of the lowest mirror point on the shell, km, NaN inside the Earth);
        and `flag`, one of: closed; bifurcated (some lines of the shell have two pockets, over which I is summed: the
        second invariant is not kept there, and L* is what it would be if it were); drift_loss, bounce_loss (a mirror
        point of the shell, or of the particle's own line, is below `altitude`; L* is given while all mirror points are
        outside the Earth); open_shell (no closed shell: the particle drifts to the magnetopause); open_line; undefined.

        With `loss_cone` also `drift_loss_cone`: the equatorial pitch angle (rad), on the particle's line, of a particle
        that mirrors at `altitude` where the field at that height is weakest along this shell. With `shell` also
        `shell_radius` and `shell_mlt` of each meridian in the plane perpendicular to the magnetic axis, `foot_mlat` and
        `foot_mlt` of its northern foot.

    Raises
    ------
    InputError
        If an option is out of range or shapes do not fit.

    Notes
    -----
    L* = 2 pi B_0 R_E^2 / flux (Roederer 1970), where the flux is that through the part of the Earth's surface (a sphere
    of 6371.2 km) poleward of the shell's northern feet. On each meridian the line is sought on which a particle of the
    same mirror field has the same I; for particles of 90 degrees at the weakest field, I = 0, that is the contour of
    the weakest field, reached without loss of accuracy because I is continued through zero. Where no such line exists
    the shell is open; search by trial that does not look for this (as in IRBEM) returns a number there. Programs also
    differ in B_0: of the epoch here and in IRBEM, of 2010 or of the epoch in LANLGeoMag.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> found = l_star(magnetic_field(internal="dipole"), -6.0, 0.0, 0.0, np.radians([40.0, 90.0]))
    >>> found["l_star"].round(3).values.tolist()
    [6.0, 6.0]
    """
    import xarray as xr

    from sunearth.numerics.threads import spread

    from . import _invariant_kernels as kernels

    _refuse(at, tolerance, "l_star")
    if azimuths < 6:
        raise InputError(f"l_star: at least 6 azimuths, got {azimuths}")
    if cap not in ("field", "dipole"):
        raise InputError(f"l_star: cap is 'field' or 'dipole', got {cap!r}")
    dims, coords, (x, y, z, pitch_angle) = _labels(field, x, y, z, pitch_angle)
    state, (x, y, z, pitch_angle, tilt), shape = field.rows(x, y, z, pitch_angle, field.dipole_tilt)
    if at == "equator":
        weakest = np.empty((state.size, kernels.BOUNCE_ROW))
        none = np.empty((state.size, 0, 4))
        search = (*_source(field), state, x, y, z, np.ones(x.size), 1, np.asarray(box, float))
        parts = (*search, 0.01 * tolerance, weakest, none)
        spread(lambda start, stop: kernels.bounces(*parts, start, stop), state.size, chunk=_chunk(state.size))
        x, y, z = (np.ascontiguousarray(weakest[:, k]) for k in (8, 9, 10))
    out = np.empty((state.size, kernels.SHELL))
    shells = np.empty((state.size, azimuths if shell else 0, 4))
    numbers = (azimuths, int(cap == "dipole"), int(loss_cone), 1.0 + altitude / (1e-3 * EARTH_RADIUS))
    given = (*_source(field), state, x, y, z, _mirror_ratio(pitch_angle), tilt, *numbers)
    limits = (np.asarray(box, float), tolerance, out, shells)
    spread(lambda start, stop: kernels.drift_shells(*given, *limits, start, stop), state.size, chunk=1)
    if at == "equator":  # why there is no weakest field
        unknown = ~np.isfinite(x)
        out[unknown, kernels.STATE] = weakest[unknown, 14]
    reference = np.broadcast_to(_reference(field, b_0, shape), shape).ravel()
    flux = out[:, kernels.FLUX] * (reference if cap == "dipole" else 1.0)
    invariant, b_mirror = out[:, kernels.I_SHELL], out[:, kernels.B_MIRROR]
    columns = {
        "l_star": (2 * math.pi * reference / flux, "1", "Roederer's L*"),
        "flux": (flux * _GWB_PER_NT_R_E2, "GWb", "Third adiabatic invariant"),
        "l_mcilwain": (hilton_1971(invariant, b_mirror, reference), "1", "McIlwain's L"),
        "k": (invariant * np.sqrt(b_mirror * _GAUSS_PER_NT), "R_E gauss^(1/2)", "Second adiabatic invariant K"),
        "invariant": (invariant, "R_E", "Integral of sqrt(1 - B / B_mirror) between the mirror points"),
        "b_mirror": (b_mirror, "nT", "Field at the mirror points"),
        "b_minimum": (out[:, kernels.B_MINIMUM], "nT", "Weakest field on the line"),
        "lowest_mirror": (
            (out[:, kernels.LOWEST] - 1.0) * 1e-3 * EARTH_RADIUS,
            "km",
            "Height of the lowest mirror point on the drift shell",
        ),
    }
    if loss_cone:
        angle = np.arcsin(np.sqrt(out[:, kernels.B_MINIMUM] / out[:, kernels.B_LOSS]))
        angle[~np.isfinite(out[:, kernels.B_LOSS])] = math.nan
        columns["drift_loss_cone"] = (angle, "rad", "Equatorial drift loss cone")
    if dims is None:
        dims = ("point",) if len(shape) == 1 else tuple(f"point_{k}" for k in range(len(shape)))
    found = xr.Dataset(coords=coords, attrs={"field": field.name, "frame": "GSM"})
    for name, (values, unit, label) in columns.items():
        found[name] = (dims, np.asarray(values).reshape(shape), {"units": unit, "long_name": label})
    flags = out[:, kernels.STATE].astype(np.int8).reshape(shape)
    found["flag"] = (dims, flags, _flag("What becomes of the drift shell", FLAGS))
    if shell:
        hours = (np.degrees(shells[:, :, (1, 3)]) / 15.0 + 12.0) % 24.0
        for name, values, unit, label in (
            ("shell_radius", shells[:, :, 0], "R_E", "Radius of the shell in the magnetic equator"),
            ("shell_mlt", hours[:, :, 0], "h", "Magnetic local time of the meridian"),
            ("foot_mlat", 90.0 - np.degrees(shells[:, :, 2]), "deg", "Magnetic latitude of the northern foot"),
            ("foot_mlt", hours[:, :, 1], "h", "Magnetic local time of the northern foot"),
        ):
            found[name] = ((*dims, "azimuth"), values.reshape((*shape, azimuths)), {"units": unit, "long_name": label})
    return found


def phase_space_coordinates(
    field: Field,
    x: Any,
    y: Any,
    z: Any,
    energy: Any,
    pitch_angle: Any = _EQUATORIAL,
    species: str = "electron",
    **options: Any,
) -> xr.Dataset:
    """Adiabatic coordinates of particles: magnetic moment, K and L*.

    Parameters
    ----------
    field : Field
        The field.
    x, y, z : float, array or DataArray, R_E
        GSM coordinates.
    energy : float, array or DataArray, keV
        Kinetic energy, for each point; a DataArray with a dimension of its own makes a table, at the cost of one shell
        a point.
    pitch_angle : float, array or DataArray, rad, optional
        Pitch angle.
    species : {"electron", "proton", "alpha", "oxygen"}, optional
        Which particle.
    **options
        Passed on to `l_star`.

    Returns
    -------
    Dataset
        As from `l_star`, with `mu` in MeV/gauss, of a particle of this energy at its mirror point.

    Raises
    ------
    InputError
        If an option is out of range or shapes do not fit.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> found = phase_space_coordinates(magnetic_field(internal="dipole"), -6.0, 0.0, 0.0, 1000.0)
    >>> print(f"{float(found.mu):.0f} {float(found.l_star):.2f}")
    1434 6.00
    """
    import xarray as xr

    found = l_star(field, x, y, z, pitch_angle, **options)
    b_mirror = found["b_mirror"]
    if not isinstance(energy, xr.DataArray):
        try:
            energy = xr.DataArray(np.broadcast_to(np.asarray(energy, float), b_mirror.shape), dims=b_mirror.dims)
        except ValueError as error:
            raise InputError(
                f"phase_space_coordinates: energies of shape {np.shape(energy)} do not fit points of shape "
                f"{b_mirror.shape}; a DataArray with a dimension of its own makes a table"
            ) from error
    found["mu"] = magnetic_moment(energy, b_mirror, math.pi / 2, species)
    return found


def _bounces(
    field: Field, x: Any, y: Any, z: Any, pitch_angle: Any, at: str, box: Box, tolerance: float, nodes: int, name: str
) -> tuple[Any, Any, Floats, tuple[int, ...], Floats]:
    """Run the compiled bounces; dimensions, coordinates, rows, shape, and places with weights."""
    from sunearth.numerics.threads import spread

    from ._invariant_kernels import BOUNCE_ROW, bounces

    _refuse(at, tolerance, name)
    dims, coords, (x, y, z, pitch_angle) = _labels(field, x, y, z, pitch_angle)
    state, (*places, pitch_angle), shape = field.rows(x, y, z, pitch_angle)
    out, averages = np.empty((state.size, BOUNCE_ROW)), np.empty((state.size, nodes, 4))
    given = (*_source(field), state, *places, _mirror_ratio(pitch_angle), int(at == "equator"))
    limits = (np.asarray(box, float), tolerance, out, averages)
    spread(lambda start, stop: bounces(*given, *limits, start, stop), state.size, chunk=_chunk(state.size))
    if dims is None:
        dims = ("point",) if len(shape) == 1 else tuple(f"point_{k}" for k in range(len(shape)))
    return dims, coords, out, shape, averages


def _source(field: Field) -> tuple[Any, ...]:
    return field.inner, field.inner_records, field.outer, field.outer_records


def _chunk(count: int) -> int:
    return max(1, min(64, count // 8))


def _refuse(at: str, tolerance: float, name: str) -> None:
    if at not in ("point", "equator"):
        raise InputError(f"{name}: at is 'point' or 'equator', got {at!r}")
    if not tolerance > 0:
        raise InputError(f"{name}: tolerance must be above zero")


def _mirror_ratio(pitch_angle: Floats) -> Floats:
    """Field at the mirror point over that where the pitch angle is, NaN outside 0 to pi."""
    with np.errstate(all="ignore"):
        ratio = np.where((pitch_angle >= 0) & (pitch_angle <= math.pi), 1 / np.sin(pitch_angle) ** 2, math.nan)
    return np.maximum(ratio, 1.0)


def _cone(ratio: Any, label: str) -> Any:
    with np.errstate(all="ignore"):
        return np.arcsin(np.sqrt(ratio)).assign_attrs(units="rad", long_name=label)


def _reference(field: Field, b_0: Any, shape: tuple[int, ...]) -> Any:
    """Equatorial surface field of the dipole that L refers to, for each result."""
    if b_0 is not None:
        return np.asarray(b_0, float)
    from ._field_kernels import dipole_field

    if field.time is not None:
        moment = np.interp(decimal_year(field.time), IGRF14_DIPOLE_EPOCHS, np.linalg.norm(IGRF14_DIPOLE, axis=1))
        states = np.broadcast_to(moment, field.shape)
    elif field.inner is dipole_field:
        states = np.linalg.norm(field.inner_records[:, :3], axis=1).reshape(field.shape)
    else:
        states = np.full(field.shape, DIPOLE_EQUATORIAL_FIELD)
    return np.broadcast_to(states, shape)
