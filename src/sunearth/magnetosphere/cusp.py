"""The polar cusp: where it lies, how its ions are sorted by their speed, and what that tells of reconnection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import BOLTZMANN, EARTH_RADIUS, ELEMENTARY_CHARGE, PROTON_MASS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_E, K, deg, dimensionless, h, keV, keV_s, km, km_s, mV_m, nT, per_cm3, rad, s

from .coupling import transverse

if TYPE_CHECKING:
    import xarray as xr

    from sunearth.geomagnetism.field import Field

_VELOCITY_FILTER = "Rosenbauer et al. 1975, J. Geophys. Res. 80, 2723"
_LOCKWOOD = "Lockwood and Smith 1992, J. Geophys. Res. 97, 14841"
_DEGREE = np.pi / 180.0
# keV of a proton at 1 km/s
_KEV = 0.5 * PROTON_MASS * 1e6 / (1e3 * ELEMENTARY_CHARGE)


# Where it is --------------------------------------------------------------------------------------------------------


@model(
    cite="Newell et al. 1989, J. Geophys. Res. 94, 8921",
    valid={"b_z": (-20.0, 20.0), "dipole_tilt": (-0.6, 0.6), "tilt_rate": (0.0, 0.2)},
    monotonic={"b_z": 1},
)
def newell_1989(b_z: nT, dipole_tilt: rad = 0.0, tilt_rate: dimensionless = 0.06) -> deg:
    """Magnetic latitude of the equatorward edge of the low-altitude cusp.

    Parameters
    ----------
    b_z : float or array, nT
        Northward component of the interplanetary field, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole towards the Sun in the hemisphere of the cusp: change its sign for the southern one.
    tilt_rate : float or array, 1
        Poleward motion with the tilt, degrees a degree.

    Returns
    -------
    mlat : float or array, deg
        Magnetic latitude near noon, at ionospheric heights.

    Notes
    -----
    77.0 + 0.76 b_z for southward and 77.2 + 0.11 b_z for northward field, from DMSP F7: a half-wave rectifier, with
    correlations of 0.70 and 0.18. The two lines do not meet at b_z = 0; the step of 0.2 degrees is in the source. The
    motion with the tilt is no part of that fit: 0.06 degrees a degree were found with DMSP, 0.07 by Polar
    (`zhou_1999`), 0.05 by Cluster. Books print 78 to 80 degrees, which is the quiet cusp only.

    Examples
    --------
    >>> newell_1989([-10.0, 5.0]).round(2).tolist()
    [69.4, 77.75]
    """
    xp = namespace(b_z, dipole_tilt, tilt_rate)
    edge = xp.where(b_z < 0, 77.0 + 0.76 * b_z, 77.2 + 0.11 * b_z)
    return edge + tilt_rate * dipole_tilt / _DEGREE


_NEWELL_2006 = {"wygant": (78.5, -2.27e-3, 4), "kan_lee": (78.9, -1.9e-3, 2)}
"""Intercept (deg), slope (deg per km/s nT), power of the sine of half the clock angle"""


@model(
    cite="Newell et al. 2006, J. Geophys. Res. 111, A09207, doi:10.1029/2006JA011731",
    valid={"speed": (250.0, 900.0), "b_y": (-20.0, 20.0), "b_z": (-20.0, 20.0), "dipole_tilt": (-0.6, 0.6)},
    even=("b_y",),
    monotonic={"speed": -1, "dipole_tilt": 1},
)
def newell_2006(speed: km_s, b_y: nT, b_z: nT, dipole_tilt: rad = 0.0, coupling: str = "wygant") -> deg:
    """Magnetic latitude of the equatorward edge of the cusp, from the merging field of the wind.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the solar wind.
    b_y, b_z : float or array, nT
        Interplanetary field across the Sun-Earth line, GSM.
    dipole_tilt : float or array, rad
        Tilt of the dipole towards the Sun in the hemisphere of the cusp.
    coupling : {"wygant", "kan_lee"}, optional
        The wind's v B_T with the fourth or the second power of the sine of half the clock angle.

    Returns
    -------
    mlat : float or array, deg
        Magnetic latitude.

    Notes
    -----
    78.5 - 2.27e-3 v B_T sin^4(theta/2), of which the paper finds a correlation of 0.81 once the latitudes are corrected
    for tilt by 0.046 degrees a degree, or 78.9 - 1.9e-3 v B_T sin^2(theta/2), 0.78; v in km/s, B_T in nT. Of b_z alone
    it finds 76.6 + 0.45 b_z with a correlation of 0.65.

    Examples
    --------
    >>> float(newell_2006(400.0, 0.0, -5.0).round(2))
    73.96
    """
    if coupling not in _NEWELL_2006:
        raise UnknownNameError("coupling", coupling, _NEWELL_2006)
    intercept, slope, power = _NEWELL_2006[coupling]
    b_t, sine = transverse(b_y, b_z)
    return intercept + slope * speed * b_t * sine**power + 0.046 * dipole_tilt / _DEGREE


@model(cite="Zhang et al. 2005, J. Geophys. Res. 110, A09S09", valid={"b_z": (-40.0, 0.0)}, monotonic={"b_z": 1})
def zhang_2005(b_z: nT) -> deg:
    """Magnetic latitude of the cusp in proton aurora, levelling off under strong southward field.

    Parameters
    ----------
    b_z : float or array, nT
        Northward component of the interplanetary field, GSM, negative.

    Returns
    -------
    mlat : float or array, deg
        Magnetic latitude of the cusp; NaN for northward field, which the fit does not cover.

    Notes
    -----
    77.2 + 1.1 b_z down to -10 nT, below that 58.2 + 21.7 exp(b_z / 10), which the upper atmosphere model GITM uses too.
    The two meet within 0.02 degrees.

    Examples
    --------
    >>> zhang_2005([-5.0, -30.0]).round(2).tolist()
    [71.7, 59.28]
    """
    xp = namespace(b_z)
    strong = 58.2 + 21.7 * xp.exp(0.1 * xp.minimum(b_z, 0.0 * b_z))
    return xp.where(b_z > 0, xp.nan, xp.where(b_z > -10.0, 77.2 + 1.1 * b_z, strong))


@model(cite="Asai et al. 2005, Earth Planets Space 57, 627", valid={"b_y": (-10.0, 10.0), "b_z": (-10.0, 10.0)})
def asai_2005(b_y: nT, b_z: nT) -> h:
    """Magnetic local time of the northern cusp.

    Parameters
    ----------
    b_y : float or array, nT
        Duskward component of the interplanetary field, GSM; change its sign for the southern cusp.
    b_z : float or array, nT
        Its northward component, of which only the sign counts.

    Returns
    -------
    mlt : float or array, h
        Magnetic local time.

    Notes
    -----
    11.949 + 0.0826 b_y for southward and 11.755 + 0.169 b_y for northward field, as GITM quotes it. The sense is that
    of DMSP (Newell et al. 1989), which sees the shift more with southward field.

    Examples
    --------
    >>> float(asai_2005(5.0, -3.0).round(2))
    12.36
    """
    xp = namespace(b_y, b_z)
    return xp.where(b_z > 0, 11.755 + 0.169 * b_y, 11.949 + 0.0826 * b_y) + 0.0 * b_z


@model(
    cite="Zhou et al. 1999, Geophys. Res. Lett. 26, 429, doi:10.1029/1998GL900312",
    valid={"dipole_tilt": (-0.55, 0.55)},
    monotonic={"dipole_tilt": 1},
)
def zhou_1999(dipole_tilt: rad) -> deg:
    """Invariant latitude of the middle of the high-altitude cusp.

    Parameters
    ----------
    dipole_tilt : float or array, rad
        Tilt of the dipole towards the Sun in the hemisphere of the cusp.

    Returns
    -------
    latitude : float or array, deg
        Invariant latitude.

    Notes
    -----
    The parabola through what is published of 500 crossings by Polar: 77.2, 80.0 and 81.8 degrees at tilts of -30, 0 and
    30, that is 1 degree for 14 of tilt.

    Examples
    --------
    >>> zhou_1999([-0.5236, 0.0, 0.5236]).round(1).tolist()
    [77.2, 80.0, 81.8]
    """
    tilt = dipole_tilt / (30.0 * _DEGREE)
    return 80.0 + 2.3 * tilt - 0.5 * tilt**2


@model(
    cite="Tsyganenko and Russell 1999, J. Geophys. Res. 104, 24939",
    valid={"r": (1.0, 10.0), "dipole_tilt": (-0.6, 0.6)},
    monotonic={"r": -1, "dipole_tilt": 1},
)
def tsyganenko_russell_1999(r: R_E, dipole_tilt: rad = 0.0) -> deg:
    """Magnetic latitude of the cusp at a distance from the Earth.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    dipole_tilt : float or array, rad
        Tilt of the dipole towards the Sun in the hemisphere of the cusp.

    Returns
    -------
    mlat : float or array, deg
        Latitude from the dipole's equator (solar magnetic coordinates), at noon.

    Notes
    -----
    sin(colatitude) = sqrt(r / (r + 1 / sin^2 p - 1)) with p = 0.24 - 0.1287 t - 0.0314 t^2, the colatitude in radians
    on the ground at a tilt t: dipole lines, bent to a radial direction far out. It moves twice as far with the tilt as
    satellites see.

    Examples
    --------
    >>> tsyganenko_russell_1999([1.0, 8.0]).round(2).tolist()
    [76.25, 55.31]
    """
    xp = namespace(r, dipole_tilt)
    ground = xp.sin(0.24 - 0.1287 * dipole_tilt - 0.0314 * dipole_tilt**2)
    return 90.0 - xp.asin(xp.sqrt(r / (r + 1.0 / ground**2 - 1.0))) / _DEGREE


def cusp_latitude(
    field: Field, mlt: Any = 12.0, *, south: bool = False, tolerance: float = 0.01, **tracing: Any
) -> Any:
    """Find the cusp of a model field: the footpoint of the last line that closes over the dayside.

    Parameters
    ----------
    field : Field
        The field (:func:`sunearth.geomagnetism.field.magnetic_field`), in one or many states.
    mlt : float or array, h, optional
        Magnetic local time of the footpoints; it broadcasts with the states of the field.
    south : bool, optional
        Take the southern hemisphere.
    tolerance : float, optional
        Error allowed in the latitude, deg.
    **tracing
        Passed on to :func:`sunearth.geomagnetism.tracing.trace`, such as `altitude` (km) or `box`.

    Returns
    -------
    float or array, deg
        Latitude from the dipole's equator, negative in the south; NaN where even 50 degrees is not closed by day.

    Notes
    -----
    A line is of the dayside when it returns to the ground and its farthest point lies sunward of the terminator. All
    states are halved together, beginning with 50 to 89.9 degrees. On the dayside lines of higher latitude go over the
    pole: the boundary is the cusp. Tsyganenko's models have no separate plasma entry: this is topology.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import Field
    >>> def image_dipole(p, x, y, z):
    ...     r, q = math.sqrt(x * x + y * y + z * z), math.sqrt((x - 40.0) ** 2 + y * y + z * z)
    ...     a, c = -3.0 * 3e4 * z / r**5, -3.0 * 28.0 * 3e4 * z / q**5
    ...     return a * x + c * (x - 40.0), a * y + c * y, a * z + c * z + 3e4 / r**3 + 28.0 * 3e4 / q**3
    >>> import math
    >>> round(float(cusp_latitude(Field.from_function(image_dipole))), 1)
    81.6
    """
    from sunearth.geomagnetism.tracing import ENDS, trace

    if not tolerance > 0:
        raise InputError(f"cusp_latitude: tolerance must be above 0, got {tolerance}")
    tilt, mlt = np.broadcast_arrays(np.asarray(field.dipole_tilt, float), np.asarray(mlt, float))
    longitude = (mlt - 12.0) * 15.0 * _DEGREE
    sign = -1.0 if south else 1.0
    # just above where lines end, so that both ways can be followed
    radius = 1.0 + tracing.get("altitude", 0.0) / (1e-3 * EARTH_RADIUS) + 1e-6
    surface = ENDS.index("surface")

    def closed(latitude: Any) -> Any:
        x = radius * np.cos(latitude * _DEGREE) * np.cos(longitude)
        y = radius * np.cos(latitude * _DEGREE) * np.sin(longitude)
        z = sign * radius * np.sin(latitude * _DEGREE)
        lines = trace(field, np.cos(tilt) * x + np.sin(tilt) * z, y, np.cos(tilt) * z - np.sin(tilt) * x, **tracing)
        both = (lines["end_north"].values == surface) & (lines["end_south"].values == surface)
        return both & (lines["x_apex"].values > 0)

    low, high = np.full(tilt.shape, 50.0), np.full(tilt.shape, 89.9)
    sound = closed(low)
    while np.max(high - low) > tolerance:
        middle = 0.5 * (low + high)
        by_day = closed(middle)
        low, high = np.where(by_day, middle, low), np.where(by_day, high, middle)
    return np.where(sound, sign * 0.5 * (low + high), np.nan)[()]


# Its field ----------------------------------------------------------------------------------------------------------


@model(
    cite="Tsyganenko and Russell 1999, J. Geophys. Res. 104, 24939",
    valid={"b": (20.0, 300.0), "n": (0.1, 20.0), "t": (1e5, 3e6)},
    even=("b",),
    monotonic={"n": -1, "t": -1},
)
def diamagnetic_cavity(b: nT, n: per_cm3, t: K) -> nT:
    """Field inside the cusp, lowered by the pressure of the sheath plasma in it.

    Parameters
    ----------
    b : float or array, nT
        Field there without the plasma, or beside it.
    n : float or array, cm^-3
        Density of the plasma.
    t : float or array, K
        Its temperature across the field: of protons and electrons together, the sum of both.

    Returns
    -------
    b_inside : float or array, nT
        Field in balance with it; 0 where the plasma pushes all field out.

    Notes
    -----
    b_inside^2 / (2 mu_0) + n k t = b^2 / (2 mu_0).

    Examples
    --------
    >>> float(diamagnetic_cavity(100.0, 20.0, 1e6).round(1))
    96.5
    """
    xp = namespace(b, n, t)
    left = b**2 - 2.0 * VACUUM_PERMEABILITY * n * 1e6 * BOLTZMANN * t * 1e18
    # the square root has no slope at 0, where derivatives are not asked for
    kept = left > 0
    return xp.where(kept, xp.sqrt(xp.where(kept, left, 1.0)), 0.0 * left)


# The velocity filter ------------------------------------------------------------------------------------------------


@model(
    cite=_VELOCITY_FILTER,
    valid={"distance": (1.0, 40.0), "time_since": (10.0, 3000.0)},
    monotonic={"distance": 1, "time_since": -1},
)
def cutoff_energy(time_since: s, distance: R_E = 15.0) -> keV:
    """Lowest energy of the protons that have come down a field line since it was opened.

    Parameters
    ----------
    time_since : float or array, s
        Time since the line was reconnected.
    distance : float or array, R_E
        Length of the line from the X-line to where the protons are seen.

    Returns
    -------
    energy : float or array, keV
        Energy of protons that fly along the field and left at once.

    Examples
    --------
    >>> float(cutoff_energy(111.2).round(2))
    3.86
    """
    return _KEV * (distance * EARTH_RADIUS * 1e-3 / time_since) ** 2


@model(
    cite=_LOCKWOOD,
    valid={"distance": (1.0, 40.0), "energy": (0.01, 20.0)},
    monotonic={"distance": 1, "energy": -1},
)
def time_since_reconnection(energy: keV, distance: R_E = 15.0) -> s:
    """Time since a field line was opened, from the lowest energy of the protons on it.

    Parameters
    ----------
    energy : float or array, keV
        Low-energy cutoff.
    distance : float or array, R_E
        Length of the line from the X-line to where the protons are seen.

    Returns
    -------
    time_since : float or array, s
        The inverse of :func:`cutoff_energy`.

    Examples
    --------
    >>> float(time_since_reconnection(1.0).round(0))
    218.0
    """
    xp = namespace(energy, distance)
    return distance * EARTH_RADIUS * 1e-3 * xp.sqrt(_KEV / energy)


@model(
    cite=_VELOCITY_FILTER,
    valid={"offset": (0.1, 6.0), "distance": (1.0, 40.0), "convection_speed": (0.1, 3.0), "height": (0.0, 1000.0)},
    monotonic={"offset": -1, "distance": 1, "convection_speed": 1},
)
def dispersion_energy(offset: deg, distance: R_E = 15.0, convection_speed: km_s = 1.0, height: km = 0.0) -> keV:
    """Lowest energy of cusp protons poleward of the boundary of open field lines.

    Parameters
    ----------
    offset : float or array, deg
        Latitude poleward of the boundary.
    distance : float or array, R_E
        Length of the line from the X-line.
    convection_speed : float or array, km/s
        Poleward speed of the plasma relative to the boundary, at `height`.
    height : float or array, km
        Height at which speed and offset are measured.

    Returns
    -------
    energy : float or array, keV
        It falls with the square of the offset.

    Examples
    --------
    >>> dispersion_energy([1.0, 2.0]).round(3).tolist()
    [3.856, 0.964]
    """
    path = (EARTH_RADIUS * 1e-3 + height) * offset * _DEGREE
    return _KEV * (distance * EARTH_RADIUS * 1e-3 * convection_speed / path) ** 2


@model(
    cite=_VELOCITY_FILTER,
    valid={"energy": (0.02, 5.0), "distance": (1.0, 40.0), "convection_speed": (0.1, 3.0), "height": (0.0, 1000.0)},
    monotonic={"energy": -1, "distance": 1, "convection_speed": 1},
)
def cusp_width(energy: keV = 0.1, distance: R_E = 15.0, convection_speed: km_s = 1.0, height: km = 0.0) -> deg:
    """Extent in latitude of the cusp down to an energy of its dispersed protons.

    Parameters
    ----------
    energy : float or array, keV
        Cutoff at which the cusp is taken to pass into the mantle.
    distance : float or array, R_E
        Length of the line from the X-line.
    convection_speed : float or array, km/s
        Poleward speed of the plasma relative to the boundary, at `height`.
    height : float or array, km
        Height at which speed and extent are measured.

    Returns
    -------
    width : float or array, deg
        The inverse of :func:`dispersion_energy`; particles of the sheath are seen over some 5 degrees.

    Examples
    --------
    >>> float(cusp_width().round(1))
    6.2
    """
    time = time_since_reconnection.spec.function(energy, distance)
    return convection_speed * time / ((EARTH_RADIUS * 1e-3 + height) * _DEGREE)


@model(
    cite=_LOCKWOOD,
    valid={
        "b": (2e4, 6e4),
        "satellite_speed": (0.5, 8.0),
        "energy": (0.05, 10.0),
        "energy_rate": (-0.5, 0.5),
        "distance": (5.0, 30.0),
        "angle": (0.0, 1.2),
    },
    even=("energy_rate",),
    monotonic={"b": 1},
)
def lockwood_smith_1992(
    energy: keV, energy_rate: keV_s, satellite_speed: km_s, b: nT, distance: R_E = 15.0, angle: rad = 0.0
) -> mV_m:
    """Reconnection rate at the time that a satellite's cutoff energy stems from, mapped to the satellite.

    Parameters
    ----------
    energy : float or array, keV
        Low-energy cutoff of the ions.
    energy_rate : float or array, keV/s
        Its change along the orbit.
    satellite_speed : float or array, km/s
        Speed of the satellite along its orbit.
    b : float or array, nT
        Field at the satellite.
    distance : float or array, R_E
        Length of the field line from the X-line.
    angle : float or array, rad
        Angle between the orbit and the normal of the boundary of open lines.

    Returns
    -------
    e : float or array, mV/m
        Electric field tangential to the boundary; at the X-line it is smaller by the root of the ratio of fields.

    Notes
    -----
    b v cos(angle) / [1 + (d / 2) (m / 2)^(1/2) E^(-3/2) |dE/dt|]. The bracket is the time between the openings of two
    lines over the time between their crossings. Strictly v is the speed relative to the plasma, and the sign in the
    bracket is that of dE/dt: where the boundary stands still in plasma of poleward speed u, a satellite of speed v gets
    v / (v + u) of the rate by this formula, poleward or equatorward. :func:`reconnection_history` keeps both.

    Examples
    --------
    >>> float(lockwood_smith_1992(1.0, -0.05, 7.5, 45000.0).round(1))
    52.3
    """
    xp = namespace(energy, energy_rate, satellite_speed, b, distance, angle)
    # half of d (m / 2)^(1/2) E^(-1/2), the time since reconnection, over E
    slowing = 0.5 * distance * EARTH_RADIUS * 1e-3 * xp.sqrt(_KEV / energy) * xp.abs(energy_rate) / energy
    return b * satellite_speed * xp.cos(angle) * 1e-3 / (1.0 + slowing)


@dataclass(frozen=True)
class CuspDispersion:
    """Cusp ions along the orbit of a satellite, from reconnection whose rate varies in time.

    Parameters
    ----------
    distance : float, optional
        Length of the field lines from the X-line to the satellite, R_E.
    convection_speed : float, optional
        Poleward speed of the plasma at the satellite, km/s.
    b : float, optional
        Field at the satellite, nT.
    n : float, optional
        Density of the sheath ions that cross the magnetopause, cm^-3.
    t : float, optional
        Their temperature, K.
    drift : float, optional
        Speed along the field that they gain at the magnetopause, km/s.
    kappa : float, optional
        Index of their distribution; Maxwellian without it.
    fading : float, optional
        Time in which the source of a line fades as its crossing of the magnetopause moves tailward, s.

    Notes
    -----
    On a straight and steady stretch of ionosphere lines move poleward with the plasma, while the boundary of open lines
    moves with velocity u - E / b: equatorward through the plasma as long as lines are opened at the rate E. A line
    opened at t_0 is at u (t - t_0) + x_b(t_0) at the time t. Ions of speed v on a line that was opened a time tau ago
    left it d / v ago, when it was open for tau - d / v; slower ones than d / tau have not come. Where reconnection
    paused, lines of quite different age lie side by side, and the cutoff has a step. Ions are those that fly nearly
    along the field, and the mirror force and electric fields along it are left out. The energy flux is 2 E^2 f / m^2.

    Examples
    --------
    >>> time = np.arange(0.0, 120.0, 1.0)
    >>> orbit = CuspDispersion().solve(time, 7.0 * time, [1.0], [-2000.0, 200.0], [45.0, 45.0])
    >>> orbit["cutoff"].values[[20, 40, 80]].round(2).tolist()
    [2.43, 0.61, 0.15]
    """

    distance: float = 15.0
    convection_speed: float = 1.0
    b: float = 45_000.0
    n: float = 10.0
    t: float = 2e6
    drift: float = 200.0
    kappa: float | None = None
    fading: float = 400.0

    def __post_init__(self) -> None:
        """Refuse parameters that mean nothing."""
        if not (self.distance > 0 and self.b > 0 and self.n >= 0 and self.t > 0 and self.fading > 0):
            raise InputError("CuspDispersion: distance, b, t and fading must be above 0, n not below")
        if self.kappa is not None and not self.kappa > 1.5:
            raise InputError(f"CuspDispersion: kappa must be above 1.5, got {self.kappa}")

    def solve(self, time: Any, position: Any, energy: Any, rate_time: Any, rate: Any) -> xr.Dataset:
        """Compute what a satellite sees.

        Parameters
        ----------
        time : array (time,), s
            Times of the samples.
        position : array (time,), km
            Distance poleward of where the boundary of open lines is at time 0, in the frame of the Earth.
        energy : array (energy,), keV
            Energies at which the flux is wanted.
        rate_time : array (n,), s
            Ascending times at which the rate is given; it is linear between them and constant beyond.
        rate : array (n,), mV/m
            Reconnection electric field, mapped to the satellite.

        Returns
        -------
        Dataset
            Along `time` and `energy`: `flux`, the differential energy flux of the ions; along `time`: `cutoff`,
            `time_since` reconnection and `reconnected_at`, NaN on closed lines.

        Raises
        ------
        InputError
            If shapes do not fit, times do not ascend, or a rate is negative.
        """
        import xarray as xr

        time, rate_time = _seconds(time, "time"), _seconds(rate_time, "rate_time")
        position, energy, rate = (
            np.asarray(position, float),
            np.atleast_1d(np.asarray(energy, float)),
            np.asarray(rate, float),
        )
        if time.shape != position.shape or time.ndim != 1:
            raise InputError(f"CuspDispersion: time {time.shape} and position {position.shape} must be of one length")
        if rate_time.shape != rate.shape or rate_time.size < 2 or not np.all(np.diff(rate_time) > 0):
            raise InputError("CuspDispersion: rate_time and rate must be of one length, 2 at least, times ascending")
        if not np.all(rate >= 0):
            raise InputError("CuspDispersion: the rate must be known and not below 0")
        opened = self._opening(time, position, rate_time, rate)
        since = time - opened
        cutoff = cutoff_energy(since, self.distance)
        speed = np.sqrt(energy / _KEV)
        flight = self.distance * EARTH_RADIUS * 1e-3 / speed
        at_source = since[:, None] - flight
        arrived = at_source >= 0
        age = np.where(arrived, at_source, 0.0)
        flux = np.where(arrived, self._source(speed) * energy**2 * np.exp(-age / self.fading), 0.0)
        flux = np.where(np.isnan(since)[:, None], 0.0, flux)

        def described(unit: str, label: str) -> dict[str, str]:
            return {"units": unit, "long_name": label, "references": f"{_VELOCITY_FILTER}; {_LOCKWOOD}"}

        return xr.Dataset(
            {
                "flux": (
                    ("time", "energy"),
                    flux,
                    described("keV cm^-2 s^-1 sr^-1 keV^-1", "Differential energy flux of ions along the field"),
                ),
                "cutoff": ("time", cutoff, described("keV", "Low-energy cutoff of the ions")),
                "time_since": ("time", since, described("s", "Time since the field line was reconnected")),
                "reconnected_at": ("time", opened, described("s", "Time at which the field line was reconnected")),
            },
            coords={
                "time": ("time", time, {"units": "s", "long_name": "Time"}),
                "energy": ("energy", energy, {"units": "keV", "long_name": "Energy"}),
                "position": ("time", position, {"units": "km", "long_name": "Distance poleward of the first boundary"}),
            },
        )

    def _opening(self, time: Any, position: Any, rate_time: Any, rate: Any) -> Any:
        """When the line at each place and time was opened: in the frame of the plasma the boundary only retreats."""
        # where the boundary is in the plasma's frame, as lines are opened; a fine table makes it monotonic and smooth
        known = np.isfinite(time) & np.isfinite(position)
        if not known.any():
            return np.full(time.shape, np.nan)
        first, last = min(rate_time[0], time[known].min(), 0.0), max(time[known].max(), 0.0)
        reach = (position - self.convection_speed * time)[known].max()
        # before the table the first rate holds: far enough back to have opened the oldest line seen
        if rate[0] > 0:
            first -= max(reach, 0.0) * self.b * 1e-3 / rate[0] + (last - first)
        inside = rate_time[(rate_time > first) & (rate_time < last)]
        table = np.unique(np.concatenate([np.linspace(first, last, 4001), inside, [0.0]]))
        speed = np.interp(table, rate_time, rate) / self.b * 1e3  # km/s of mV/m over nT
        retreat = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * np.diff(table))])
        boundary = np.interp(0.0, table, retreat) - retreat
        here = position - self.convection_speed * time
        # of lines at one place after a pause the younger counts: search in the falling table from its late end
        order = -boundary
        index = np.searchsorted(order, -here, side="right")
        low = np.clip(index - 1, 0, len(table) - 2)
        span = order[low + 1] - order[low]
        share = np.divide(-here - order[low], span, out=np.zeros_like(here), where=span > 0)
        opened = table[low] + share * (table[low + 1] - table[low])
        found = (index > 0) & (opened <= time) & (here <= boundary[0])
        return np.where(found & (here >= np.interp(time, table, boundary)), opened, np.nan)

    def _source(self, speed: Any) -> Any:
        """Twice the phase space density over m^2, so that energy squared times it is a differential energy flux."""
        from scipy.special import gammaln

        off = (speed - self.drift) * 1e3
        square = BOLTZMANN * self.t / PROTON_MASS
        if self.kappa is None:
            density = (2.0 * np.pi * square) ** -1.5 * np.exp(-(off**2) / (2.0 * square))
        else:
            kappa = self.kappa
            width = (2.0 * kappa - 3.0) * square
            scale = np.exp(gammaln(kappa + 1.0) - gammaln(kappa - 0.5)) * (np.pi * width) ** -1.5
            density = scale * (1.0 + off**2 / width) ** (-kappa - 1.0)
        # 2 f E^2 / m^2 is an energy flux in J m^-2 s^-1 sr^-1 J^-1 for E in J; per cm^2 it is 1e-4 of that
        joule = 1e3 * ELEMENTARY_CHARGE
        return 2.0 * self.n * 1e6 * density / PROTON_MASS**2 * joule**2 * 1e-4


def _seconds(time: Any, name: str) -> Any:
    """Return times in seconds as floats; dates would silently become nanoseconds since 1970."""
    if np.asarray(time).dtype.kind in "MmUS":
        raise InputError(f"cusp: {name} must be seconds from any origin; subtract an origin and divide by one second")
    return np.asarray(time, float)


def reconnection_history(
    time: Any,
    position: Any,
    cutoff: Any,
    *,
    distance: float = 15.0,
    convection_speed: Any = 1.0,
    b: Any = 45_000.0,
) -> tuple[Any, Any]:
    """Find when lines were opened, and how fast, from the cutoff that a satellite sees across the cusp.

    Parameters
    ----------
    time : array (time,), s
        Times of the samples.
    position : array (time,), km
        Distance along the meridian, poleward positive.
    cutoff : array (time,), keV
        Low-energy cutoff; NaN where there is none.
    distance : float, optional
        Length of the field lines from the X-line to the satellite, R_E.
    convection_speed : float or array (time,), optional
        Poleward speed of the plasma at the satellite, km/s.
    b : float or array (time,), optional
        Field there, nT.

    Returns
    -------
    reconnected_at : array (time - 1,), s
        Time at which the lines between two samples were opened, the middle of it.
    rate : array (time - 1,), mV/m
        Reconnection electric field mapped to the satellite: mean over the lines between the samples; NaN where the
        cutoff is unknown or both samples were opened at once.

    Notes
    -----
    The flux between two lines, b (v - u) dt for a satellite of poleward speed v in plasma of u, was opened between the
    two times that their cutoffs give (Lockwood and Smith 1992, with the motion of the plasma kept).

    Examples
    --------
    >>> time = np.arange(20.0, 120.0, 10.0)
    >>> orbit = CuspDispersion().solve(time, 7.0 * time, [1.0], [-2000.0, 200.0], [45.0, 45.0])
    >>> at, rate = reconnection_history(time, 7.0 * time, orbit["cutoff"].values)
    >>> rate.round(3).tolist()[:2]
    [45.0, 45.0]
    """
    time = _seconds(time, "time")
    position, cutoff = np.asarray(position, float), np.asarray(cutoff, float)
    if not (time.shape == position.shape == cutoff.shape and time.ndim == 1 and time.size > 1):
        raise InputError("reconnection_history: time, position and cutoff must be series of one length, 2 at least")
    opened = time - time_since_reconnection.spec.function(cutoff, distance)
    flow, field = (np.broadcast_to(np.asarray(a, float), time.shape) for a in (convection_speed, b))

    def middle(values: Any) -> Any:
        return 0.5 * (values[1:] + values[:-1])

    crossed = np.diff(position) - middle(flow) * np.diff(time)
    between = np.diff(opened)
    with np.errstate(all="ignore"):
        rate = np.where(between != 0, np.abs(middle(field) * crossed / between) * 1e-3, np.nan)
    return middle(opened), rate
