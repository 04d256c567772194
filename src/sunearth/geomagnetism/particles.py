"""Orbits of charged particles in the Earth's field: whole gyrations, guiding centres, or each where it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import EARTH_RADIUS, EARTH_ROTATION, SPEED_OF_LIGHT
from sunearth.core.errors import InputError, UnknownNameError

from .field import Field
from .tracing import BOX
from .trapped import SPECIES

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

METHODS = ("full_orbit", "guiding_centre", "auto")
ENDS = ("time", "surface", "box", "undefined", "inside", "steps")

_LIGHT = SPEED_OF_LIGHT / EARTH_RADIUS  # R_E/s
_MILLIVOLT = 1e6 / SPEED_OF_LIGHT  # nT of an electric field of 1 mV/m over the speed of light

_SAMPLES = {
    "x": ("R_E", "GSM x"),
    "y": ("R_E", "GSM y"),
    "z": ("R_E", "GSM z"),
    "energy": ("keV", "Kinetic energy"),
    "mu": ("MeV/G", "Magnetic moment"),
    "pitch_angle": ("rad", "Angle between velocity and magnetic field"),
}


def trajectories(
    field: Field,
    x: Any,
    y: Any,
    z: Any,
    energy: Any,
    times: Any,
    *,
    pitch_angle: Any = 0.5 * np.pi,
    gyrophase: Any = 0.0,
    species: str | tuple[float, float] = "proton",
    method: str = "auto",
    start: str = "guiding_centre",
    electric_field: tuple[float, float, float] = (0.0, 0.0, 0.0),
    corotation: bool = False,
    altitude: float = 0.0,
    box: tuple[float, float, float, float, float, float] = BOX,
    steps_per_gyration: float = 64.0,
    tolerance: float = 1e-9,
    adiabaticity: float = 0.1,
    most_steps: int = 10_000_000,
) -> xr.Dataset:
    """Follow charged particles through a static magnetic field, relativistically.

    Parameters
    ----------
    field : Field
        The field; its states broadcast with the particles.
    x, y, z : float or array, R_E
        GSM coordinates at the first of the times.
    energy : float or array, keV
        Kinetic energy then.
    times : array (time,), s
        Times to give the state at, ascending, or descending to go backward.
    pitch_angle : float or array, rad, optional
        Angle between velocity and field at the first time.
    gyrophase : float or array, rad, optional
        Direction of the velocity about the field, counted from magnetic east; for full orbits.
    species : {"electron", "proton", "alpha", "oxygen"} or (rest energy in keV, charge in e), optional
        What the particles are.
    method : {"auto", "full_orbit", "guiding_centre"}, optional
        How they are followed; "auto" follows guiding centres where the field is even enough, and whole gyrations
        elsewhere.
    start : {"guiding_centre", "particle"}, optional
        What the coordinates are those of.
    electric_field : tuple of three floats, mV/m, optional
        Uniform electric field, GSM.
    corotation : bool, optional
        Whether plasma turns with the Earth, about the magnetic axis, and so has the electric field of that.
    altitude : float, optional
        Height above the sphere of 6371.2 km where a particle is lost, km.
    box : tuple of six floats, optional
        Low and high x, low and high y, low and high z beyond which it has escaped, R_E.
    steps_per_gyration : float, optional
        Steps of a full orbit in one gyration.
    tolerance : float, optional
        Error of a step of a guiding centre, as a share of distance and momentum.
    adiabaticity : float, optional
        Radius of gyration over radius of curvature of the field line above which "auto" follows the full orbit. It
        comes back to the guiding centre below half of that.
    most_steps : int, optional
        Steps after which a particle is given up.

    Returns
    -------
    Dataset
        Of particle and time: `x`, `y`, `z` (of the particle in a full orbit, of the guiding centre otherwise),
        `energy`, `pitch_angle`, `mu`, and `method` (0 full orbit, 1 guiding centre); NaN and -1 after the end. Of the
        particle: `end` (time, surface, box, undefined field, inside the Earth, too many steps), `end_time`, `steps`,
        and `full_orbit_share`, the share of the time spent as a full orbit.

    Raises
    ------
    InputError
        If shapes do not broadcast, times do not run one way, or an option is out of range.

    Notes
    -----
    Full orbits go by the scheme of Higuera and Cary (2017, Phys. Plasmas 24, 052104), which is of second order, keeps
    the energy to rounding where no electric field is, and volumes in phase space. The step follows the gyrofrequency in
    a way that can be undone (Huang and Leimkuhler 1997, SIAM J. Sci. Comput. 18, 239), so that mirror points do not
    creep over many bounces. Guiding centres obey the equations of Cary and Brizard (2009, Rev. Mod. Phys. 81, 693),
    with magnetic moment exactly constant, solved by Dormand and Prince's pair of orders 5 and 4; gradients are central
    differences over 1e-4 of the distance. On a change of method energy is kept exactly, and the magnetic moment to
    first order in the radius of gyration; the gyrophase is that of the start.

    The magnetic moment is the square of the perpendicular momentum over 2 m B, which for a full orbit swings within a
    gyration.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> dipole = magnetic_field(internal="dipole")
    >>> orbit = trajectories(dipole, 4.0, 0.0, 0.0, 100.0, [0.0, 60.0, 120.0], species="electron")
    >>> np.degrees(np.arctan2(orbit["y"], orbit["x"])).round(1).values.tolist()
    [0.0, 3.1, 6.3]
    """
    import xarray as xr

    from sunearth.numerics.threads import spread

    from ._particle_kernels import ENDING, RECORD, STEPS, follow_particles

    if method not in METHODS:
        raise UnknownNameError("method", method, METHODS)
    if start not in ("guiding_centre", "particle"):
        raise UnknownNameError("start", start, ("guiding_centre", "particle"))
    if not steps_per_gyration >= 4 or not tolerance > 0 or not adiabaticity > 0 or most_steps < 1:
        raise InputError("trajectories: steps_per_gyration must be at least 4, tolerance and adiabaticity above zero")
    at = np.ascontiguousarray(np.atleast_1d(np.asarray(times, float)))
    change = np.diff(at)
    if at.ndim != 1 or not at.size or not np.isfinite(at).all() or not (np.all(change > 0) or np.all(change < 0)):
        raise InputError("trajectories: times must be one ascending or descending row of numbers")
    rest_energy, charge = _particle(species)

    state, rows, shape = field.rows(x, y, z, energy, pitch_angle, gyrophase)
    count = state.size
    with np.errstate(invalid="ignore"):
        momentum = np.sqrt(rows[3] * (rows[3] + 2.0 * rest_energy)) / rest_energy
    launches = np.stack([*rows[:3], momentum, *rows[4:], np.full(count, float(start == "guiding_centre"))], axis=1)
    gyrofrequency = charge * SPEED_OF_LIGHT**2 / (rest_energy * 1e3) * 1e-9
    bodies = np.tile([gyrofrequency, _LIGHT], (count, 1))
    forces = np.zeros((count, 6))
    forces[:, :3] = np.asarray(electric_field, float) * _MILLIVOLT
    if corotation:
        tilt = np.broadcast_to(np.asarray(field.dipole_tilt, float), field.shape).ravel()[state]
        forces[:, 3], forces[:, 5] = np.sin(tilt) * EARTH_ROTATION / _LIGHT, np.cos(tilt) * EARTH_ROTATION / _LIGHT
    samples, endings = np.empty((count, at.size, RECORD)), np.empty((count, ENDING))
    parts = (
        field.inner, field.inner_records, field.outer, field.outer_records, state, launches, bodies, forces, at,
        1.0 + altitude / (1e-3 * EARTH_RADIUS), np.asarray(box, float), float(tolerance), float(steps_per_gyration),
        METHODS.index(method), float(adiabaticity), int(most_steps), samples, endings,
    )  # fmt: skip
    spread(lambda first, last: follow_particles(*parts, first, last), count, chunk=max(1, min(16, count // 8)))

    samples[:, :, 3] *= rest_energy
    samples[:, :, 4] *= rest_energy * 1e-3 * 1e5  # per nT and rest energy to MeV/G
    dims = ("particle",) if len(shape) == 1 else tuple(f"particle_{k}" for k in range(len(shape)))
    orbits = xr.Dataset(
        coords={"time": ("time", at, {"units": "s", "long_name": "Time"})},
        attrs={"field": field.name, "frame": "GSM", "species": str(species), "rest_energy": rest_energy},
    )
    for k, (name, (unit, label)) in enumerate(_SAMPLES.items()):
        values = samples[:, :, k].reshape((*shape, at.size))
        orbits[name] = ((*dims, "time"), values, {"units": unit, "long_name": label})
    followed = np.where(np.isnan(samples[:, :, 6]), -1, samples[:, :, 6]).astype(np.int8)
    attrs = {"long_name": "How it was followed", "flag_values": np.arange(2, dtype=np.int8)}
    orbits["method"] = ((*dims, "time"), followed.reshape((*shape, at.size)), attrs)
    orbits["method"].attrs["flag_meanings"] = " ".join(METHODS[:2])
    attrs = {"long_name": "How it ended", "flag_values": np.arange(STEPS + 1, dtype=np.int8)}
    orbits["end"] = (dims, endings[:, 0].astype(np.int8).reshape(shape), attrs)
    orbits["end"].attrs["flag_meanings"] = " ".join(ENDS)
    orbits["end_time"] = (dims, endings[:, 1].reshape(shape), {"units": "s", "long_name": "Time of the end"})
    orbits["steps"] = (dims, endings[:, 2].astype(np.int64).reshape(shape), {"long_name": "Steps taken"})
    share = {"units": "1", "long_name": "Share of the time followed as a full orbit"}
    orbits["full_orbit_share"] = (dims, endings[:, 3].reshape(shape), share)
    return orbits


def _particle(species: str | tuple[float, float]) -> tuple[float, float]:
    """Rest energy in keV and charge in elementary charges."""
    if isinstance(species, str):
        if species not in SPECIES:
            raise UnknownNameError("species", species, SPECIES)
        known = SPECIES[species]
        return float(known.rest_energy), float(known.charge)
    rest_energy, charge = (float(value) for value in species)
    if not rest_energy > 0 or not charge or not np.isfinite([rest_energy, charge]).all():
        raise InputError("trajectories: a particle needs a rest energy above zero and a charge other than zero")
    return rest_energy, charge


def measured_bounce_period(orbits: xr.Dataset) -> Any:
    """Measure the bounce period of particles from their orbits.

    Parameters
    ----------
    orbits : Dataset
        From `trajectories`, with at least a dozen times in a bounce.

    Returns
    -------
    DataArray
        Mean time between every second mirror point, s; NaN where there are fewer than three.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> dipole = magnetic_field(internal="dipole")
    >>> pitch = np.radians(30.0)
    >>> orbit = trajectories(
    ...     dipole, 6.0, 0.0, 0.0, 1000.0, np.linspace(0.0, 5.0, 500), pitch_angle=pitch, species="electron"
    ... )
    >>> print(f"{float(measured_bounce_period(orbit)):.3f}")
    0.542
    """
    import xarray as xr

    times = orbits["time"].values
    along = np.cos(orbits["pitch_angle"].transpose(..., "time"))

    def period(cosine: Floats) -> float:
        turns = np.flatnonzero(cosine[:-1] * cosine[1:] < 0)
        if turns.size < 3:
            return float("nan")
        at = times[turns] + (times[turns + 1] - times[turns]) * cosine[turns] / (cosine[turns] - cosine[turns + 1])
        whole = (at.size - 1) // 2 * 2
        return float(2 * abs(at[whole] - at[0]) / whole)

    result = xr.apply_ufunc(period, along, input_core_dims=[["time"]], vectorize=True)
    return result.rename("bounce_period").assign_attrs(units="s", long_name="Measured bounce period")


def measured_drift_period(orbits: xr.Dataset) -> Any:
    """Measure the drift period of particles from their orbits.

    Parameters
    ----------
    orbits : Dataset
        From `trajectories`, with several times in a drift round the Earth.

    Returns
    -------
    DataArray
        Time once round the z axis, s; positive eastward, negative westward. It is that of the mean speed over what
        the particle has gone by the last time.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> dipole = magnetic_field(internal="dipole")
    >>> orbit = trajectories(dipole, 6.6, 0.0, 0.0, 100.0, np.linspace(0.0, 4000.0, 50), species="proton")
    >>> print(f"{float(measured_drift_period(orbit)) / 60.0:.1f}")
    -64.0
    """
    longitude = np.arctan2(orbits["y"].transpose(..., "time").values, orbits["x"].transpose(..., "time").values)
    longitude = np.unwrap(longitude, axis=-1)
    times = orbits["time"].values
    known = np.isfinite(longitude)
    last = np.where(known.any(axis=-1), known.shape[-1] - 1 - np.argmax(known[..., ::-1], axis=-1), 0)
    gone = np.take_along_axis(longitude, last[..., None], axis=-1)[..., 0] - longitude[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        period = 2 * np.pi * (times[last] - times[0]) / gone
    result = orbits["end_time"].copy(data=period)
    return result.rename("drift_period").assign_attrs(units="s", long_name="Measured drift period, positive eastward")
