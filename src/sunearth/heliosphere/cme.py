"""Coronal mass ejections on their way to the Earth: when they arrive, how fast, behind what shock, with what field.

Drag by the ambient wind carries most of it. What the corona does not show (the drag and the wind ahead) is learnt from
past events and handed on as a distribution, and a launch becomes a series of solar wind that the chain can run on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import ASTRONOMICAL_UNIT, BOLTZMANN, PROTON_MASS, SOLAR_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import K, R_sun, au, deg, dimensionless, h, kg, km_s, nT, per_cm3, per_km

if TYPE_CHECKING:
    import xarray as xr

_VRSNAK = "Vrsnak et al. 2013, Solar Phys. 285, 295, doi:10.1007/s11207-012-0035-4"
_LUNDQUIST = "Lundquist 1950, Ark. Fys. 2, 361"
_OWN_TRANSIT = "sunearth developers 2026, sunearth, fitted to ejecta of 1997-2018 seen by LASCO and at L1"
_OWN_LIST = "sunearth developers 2026, sunearth, fitted to the list of Richardson and Cane of 1996-2015"

_AU_KM = ASTRONOMICAL_UNIT * 1e-3
_SUN_KM = SOLAR_RADIUS * 1e-3


@model(cite=_VRSNAK, valid={"mass": (1e11, 1e14), "half_angle": (10.0, 60.0), "n_p": (1.0, 20.0)})
def drag_parameter(
    mass: kg,
    half_angle: deg = 30.0,
    n_p: per_cm3 = 5.0,
    distance: au = 1.0,
    drag_coefficient: dimensionless = 1.0,
    added_mass: kg = 0.0,
) -> per_km:
    """Drag parameter of a coronal mass ejection in the solar wind.

    Parameters
    ----------
    mass : float or array, kg
        Mass of the ejection.
    half_angle : float or array, deg
        Half of its angular width.
    n_p : float or array, cm^-3
        Density of the wind at `distance`.
    distance : float or array, au
        Where the density is known.
    drag_coefficient : float or array, 1
        Drag coefficient, near 1 for an ejection denser than the wind.
    added_mass : float or array, kg
        Mass of wind that has to be pushed along, half of the displaced mass for a sphere; often left out.

    Returns
    -------
    drag : float or array, km^-1
        gamma = c_d A rho / (mass + added_mass) with A = pi (distance sin half_angle)^2; as A grows and rho falls with
        the square of distance it is the same all the way.

    Notes
    -----
    Equation 2 of the paper. Ejections have 0.2e-7 to 2e-7 per km; a range of 1e-8 to 1e-7 that is also in print is a
    factor of two low.

    Examples
    --------
    >>> print(f"{drag_parameter(1e12):.3g}")
    1.47e-07
    """
    xp = namespace(mass, half_angle, n_p, distance, drag_coefficient, added_mass)
    area = xp.pi * (distance * ASTRONOMICAL_UNIT * xp.sin(half_angle * (xp.pi / 180))) ** 2
    return drag_coefficient * area * (n_p * 1e6 * PROTON_MASS) / (mass + added_mass) * 1e3


class Motion(NamedTuple):
    """Where an ejection is and how fast."""

    distance: R_sun
    speed: km_s


class Transit(NamedTuple):
    """How long an ejection takes and how fast it then is."""

    duration: h
    speed: km_s


def _log_ratio(xp: Any, x: Any) -> Any:
    """log(1 + x) / x, which is 1 where there is no drag or no difference of speed."""
    small = x < 1e-9
    safe = xp.where(small, 1.0 + 0.0 * x, x)
    return xp.where(small, 1.0 - 0.5 * x, xp.log1p(safe) / safe)


@model(
    cite=_VRSNAK,
    valid={
        "elapsed": (0.0, 200.0),
        "speed": (100.0, 3500.0),
        "wind_speed": (250.0, 800.0),
        "drag": (1e-9, 5e-7),
        "start": (15.0, 40.0),
    },
    monotonic={"elapsed": 1, "speed": 1, "start": 1},
)
def drag_based_motion(
    elapsed: h, speed: km_s, wind_speed: km_s = 400.0, drag: per_km = 0.2e-7, start: R_sun = 20.0
) -> Motion:
    """Distance and speed of a coronal mass ejection that the wind drags along.

    Parameters
    ----------
    elapsed : float or array, h
        Time since the ejection left `start`.
    speed : float or array, km/s
        Its speed there.
    wind_speed : float or array, km/s
        Speed of the ambient wind.
    drag : float or array, km^-1
        Drag parameter, see :func:`drag_parameter`.
    start : float or array, R_sun
        Heliocentric distance beyond which drag alone acts, 20 or more.

    Returns
    -------
    distance : float or array, R_sun
        Heliocentric distance of its front.
    speed : float or array, km/s
        Speed of its front.

    Notes
    -----
    Equations 5 and 6 of the paper, the solution of dv/dt = -drag (v - w) abs(v - w) for constant drag and wind: with
    x = drag abs(v_0 - w) t, v = w + (v_0 - w) / (1 + x) and r = r_0 + w t + (v_0 - w) t log(1 + x) / x. One form
    serves ejections faster and slower than the wind, and those of its speed.

    Examples
    --------
    >>> motion = drag_based_motion(52.917, 1000.0)
    >>> print(f"{motion.distance:.2f} {motion.speed:.1f}")
    215.03 582.6
    """
    xp = namespace(elapsed, speed, wind_speed, drag, start)
    t = elapsed * 3600.0
    excess = speed - wind_speed
    x = drag * xp.abs(excess) * t
    distance = start + t * (wind_speed + excess * _log_ratio(xp, x)) / _SUN_KM
    return Motion(distance, wind_speed + excess / (1.0 + x) + 0.0 * start)


@model(
    cite=_VRSNAK,
    valid={
        "speed": (100.0, 3500.0),
        "wind_speed": (250.0, 800.0),
        "drag": (1e-9, 5e-7),
        "start": (15.0, 40.0),
        "distance": (0.3, 2.0),
    },
    monotonic={"speed": -1, "wind_speed": -1, "start": -1, "distance": 1},
)
def drag_based_transit(
    speed: km_s, wind_speed: km_s = 400.0, drag: per_km = 0.2e-7, start: R_sun = 20.0, distance: au = 1.0
) -> Transit:
    """Transit of a coronal mass ejection that the wind drags along.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the ejection at `start`.
    wind_speed : float or array, km/s
        Speed of the ambient wind.
    drag : float or array, km^-1
        Drag parameter, see :func:`drag_parameter`.
    start : float or array, R_sun
        Heliocentric distance beyond which drag alone acts.
    distance : float or array, au
        Heliocentric distance of the target.

    Returns
    -------
    duration : float or array, h
        Time from `start` to `distance`.
    speed : float or array, km/s
        Speed at arrival.

    Notes
    -----
    The root of the distance of :func:`drag_based_motion`. That is concave in time for a fast ejection and convex for
    a slow one, so that Newton's steps from the time without drag come to the root from one side without ever passing
    it; five leave nothing but rounding inside the valid range, and two more serve what lies outside.

    Examples
    --------
    >>> transit = drag_based_transit(1000.0)
    >>> print(f"{transit.duration:.3f} h at {transit.speed:.2f} km/s")
    52.917 h at 582.59 km/s
    """
    xp = namespace(speed, wind_speed, drag, start, distance)
    way = distance * _AU_KM - start * _SUN_KM
    excess = speed - wind_speed
    rate = drag * xp.abs(excess)
    t = way / speed + 0.0 * rate
    for _ in range(7):
        x = rate * t
        gained = t * (wind_speed + excess * _log_ratio(xp, x)) - way
        t = t - gained / (wind_speed + excess / (1.0 + x))
    return Transit(t / 3600.0, wind_speed + excess / (1.0 + rate * t))


@dataclass(frozen=True)
class Coefficients:
    """The coefficients of the learnt link from the corona to drag and wind, and their scatter.

    ``validation/fit_cme_transit.py`` fits them anew. The disturbance behind an earlier ejection starts from priors of
    the literature: 41 % less dense, so that log drag falls by 0.53, and 15 % faster (Kajdic et al. 2025), for 3 to 6
    days after its arrival (Temmer et al. 2017).
    """

    log_drag: float = -16.345
    """log(drag in km^-1) of an ejection of 800 km/s."""
    drag_speed: float = -0.6327
    """Power of speed with which drag changes: it is softer than quadratic."""
    drag_disturbed: float = -0.834
    """Change of log drag in wholly disturbed wind."""
    wind: float = 456.7
    """km/s: wind that drags."""
    wind_disturbed: float = 80.87
    """km/s: how much faster it is when wholly disturbed."""
    log_drag_scatter: float = 0.4325
    """Standard deviation of log drag from event to event."""
    wind_scatter: float = 79.83
    """km/s: standard deviation of the wind from event to event."""
    transit_scatter: float = 0.1578
    """Relative: standard deviation of transit that remains, from deformed fronts and flanks that hit or miss."""
    speed_error: float = 0.1
    """Relative error of a launch speed whose error is not stated."""
    disturbed_time: float = 72.0
    """h: e-folding time of the disturbance that an ejection leaves behind; chosen, not fitted."""
    usual_disturbance: float = 0.2
    """Mean disturbance, taken where nothing is known of earlier ejections."""


FITTED = Coefficients()


class DragAndWind(NamedTuple):
    """What drags an ejection, and how strongly."""

    drag: per_km
    wind_speed: km_s


@model(cite=_OWN_TRANSIT, valid={"speed": (120.0, 2600.0), "icme_age": (0.0, 2000.0)}, monotonic={"speed": -1})
def drag_and_wind(speed: km_s, icme_age: h | None = None, coefficients: Coefficients = FITTED) -> DragAndWind:
    """Drag parameter and ambient wind to expect for a coronal mass ejection.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the ejection's fastest part in the plane of the sky, as in coronagraph lists.
    icme_age : float or array, h, optional
        Time from the arrival at Earth of the last ejection before this one until the launch: the wind behind it is
        thin and fast. Infinite after a long calm; leave it out where it is not known.
    coefficients : Coefficients, optional
        Other than the fitted ones.

    Returns
    -------
    drag : float or array, km^-1
        Drag parameter.
    wind_speed : float or array, km/s
        Speed of the wind that drags.

    Notes
    -----
    With the disturbance P = exp(-icme_age / 72 h) less its mean of 0.2, log drag = a + b log(speed / 800) + c P and
    wind = d + e P. Learnt from 107 ejections between 1997 and 2018, each measured by LASCO and met at L1, by transit
    time and arrival speed together. Mass, width, the deprojected speed and the class of the expected wind did not
    lower the cross-validated error; source position, season, the solar cycle and the wind at L1 before the launch or
    a rotation earlier hardly correlate with what is left.

    Examples
    --------
    >>> calm, busy = drag_and_wind(1000.0, np.inf), drag_and_wind(1000.0, 0.0)
    >>> bool(busy.drag < calm.drag), bool(busy.wind_speed > calm.wind_speed)
    (True, True)
    """
    xp = namespace(speed, icme_age)
    c = coefficients
    disturbance = 0.0 * speed
    if icme_age is not None:
        disturbance = disturbance + xp.exp(-icme_age / c.disturbed_time) - c.usual_disturbance
    drag = xp.exp(c.log_drag + c.drag_disturbed * disturbance) * (speed / 800.0) ** c.drag_speed
    return DragAndWind(drag, c.wind + c.wind_disturbed * disturbance)


@model(
    cite=_OWN_TRANSIT,
    valid={"speed": (120.0, 2600.0), "icme_age": (0.0, 2000.0), "start": (15.0, 40.0), "distance": (0.7, 1.5)},
    monotonic={"speed": -1, "start": -1, "distance": 1},
)
def expected_transit(
    speed: km_s, icme_age: h | None = None, start: R_sun = 20.0, distance: au = 1.0, coefficients: Coefficients = FITTED
) -> Transit:
    """Transit to expect for a coronal mass ejection, from its speed in a coronagraph.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of its fastest part in the plane of the sky.
    icme_age : float or array, h, optional
        Time from the arrival at Earth of the last ejection before it until the launch.
    start : float or array, R_sun
        Heliocentric distance from which time counts.
    distance : float or array, au
        Heliocentric distance of the target.
    coefficients : Coefficients, optional
        Other than the fitted ones.

    Returns
    -------
    duration : float or array, h
        Time until the ejecta (not the shock ahead of them) arrive.
    speed : float or array, km/s
        Mean speed of the ejecta then.

    Notes
    -----
    :func:`drag_based_transit` with :func:`drag_and_wind`: the median of :func:`transit_members`. On events left out
    of the fit its mean absolute error is 13.4 h (11.6 to 15.3 when events are resampled) against 17.7 h of
    climatology, 14.5 h of drag without the link and 13.8 h of a straight line in speed, and the middle 80 % of the
    ensemble held 76 % of the transits; the earliest tenth of the forecast held 16 %. See
    ``validation/fit_cme_transit.py``.

    Examples
    --------
    >>> bool(40 < expected_transit(1500.0).duration < 60)
    True
    """
    drag, wind_speed = drag_and_wind.spec.function(speed, icme_age, coefficients)
    transit: Transit = drag_based_transit.spec.function(speed, wind_speed, drag, start, distance)
    return transit


def _normal_members(members: int) -> NDArray[np.float64]:
    """Evenly spread standard normal numbers, of shape (5, members): the same at every call."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    if members < 1:
        raise InputError(f"an ensemble needs at least 1 member, got {members}")
    power = math.ceil(math.log2(members))
    # The sequence starts at the corner of its cells: half a cell further is their middle.
    cells = qmc.Sobol(5, scramble=False).random_base2(power)[:members] + 0.5 ** (power + 1)
    normal: NDArray[np.float64] = ndtri(cells.T)
    return normal


def transit_members(
    speed: Any,
    speed_error: Any = None,
    icme_age: Any = None,
    *,
    start: Any = 20.0,
    distance: Any = 1.0,
    members: int = 1024,
    coefficients: Coefficients = FITTED,
) -> Transit:
    """Return an ensemble of transits from uncertain launch speed, drag and wind.

    Parameters
    ----------
    speed : float or array (...), km/s
        Speed in the plane of the sky.
    speed_error : float or array (...), km/s, optional
        One standard deviation; 10 % if left out.
    icme_age : float or array (...), h, optional
        As for :func:`drag_and_wind`.
    start, distance : float or array (...), optional
        Where the way begins, R_sun, and ends, au.
    members : int, optional
        How many.
    coefficients : Coefficients, optional
        Other than the fitted ones.

    Returns
    -------
    Transit
        Durations, h, and arrival speeds, km/s, of shape (..., members). Members are spread evenly over the
        distribution and equal at every call.

    Raises
    ------
    InputError
        If there is no member.

    Examples
    --------
    >>> durations = transit_members(1500.0, 100.0).duration
    >>> early, late = np.quantile(durations, [0.1, 0.9])
    >>> bool(20 < late - early < 60)
    True
    """
    c = coefficients
    normal = _normal_members(members)
    speed = np.asarray(speed, float)[..., None]
    error = c.speed_error * speed if speed_error is None else np.asarray(speed_error, float)[..., None]
    age = None if icme_age is None else np.asarray(icme_age, float)[..., None]
    drag, wind_speed = drag_and_wind.spec.function(speed, age, c)
    # A launch speed stays positive, and no wind is slower than 200 km/s.
    launch = speed * np.exp(error / speed * normal[0])
    drag = drag * np.exp(c.log_drag_scatter * normal[1])
    wind_speed = np.maximum(wind_speed + c.wind_scatter * normal[2], 200.0)
    start, distance = np.asarray(start, float)[..., None], np.asarray(distance, float)[..., None]
    duration, arrival_speed = drag_based_transit.spec.function(launch, wind_speed, drag, start, distance)
    return Transit(duration * np.exp(c.transit_scatter * normal[3]), arrival_speed)


@model(cite=_OWN_LIST, valid={"speed": (300.0, 1300.0)}, monotonic={"speed": -1})
def sheath_duration(speed: km_s) -> h:
    """Time between a shock and the ejecta that drive it, at the Earth.

    Parameters
    ----------
    speed : float or array, km/s
        Mean speed of the ejecta.

    Returns
    -------
    duration : float or array, h
        Its geometric mean; a factor of 2.0 either way covers two thirds of the events.

    Notes
    -----
    7.69 h (speed / 500 km/s)^(-1.12), from 163 ejecta with a shock: about the same distance, 0.09 au, at any speed.

    Examples
    --------
    >>> float(sheath_duration(600.0).round(1))
    6.3
    """
    return 7.69 * (speed / 500.0) ** -1.12


_SHEATH_SCATTER = 0.717
"""Standard deviation of the logarithm of the duration of sheaths."""


@model(cite=_OWN_LIST, valid={"speed": (300.0, 1300.0)}, monotonic={"speed": 1})
def cloud_field(speed: km_s) -> nT:
    """Mean magnitude of the field in a magnetic cloud at the Earth.

    Parameters
    ----------
    speed : float or array, km/s
        Mean speed of the cloud.

    Returns
    -------
    b : float or array, nT
        Its geometric mean; a factor of 1.35 either way covers two thirds of the clouds.

    Notes
    -----
    12.5 nT (speed / 500 km/s)^0.374, from 165 clouds with a correlation of 0.26 only: speed says little of the field
    in a cloud. Owens et al. (2005) found none in clouds and one only in the sheaths before them.

    Examples
    --------
    >>> float(cloud_field(600.0).round(1))
    13.4
    """
    return 12.48 * (speed / 500.0) ** 0.374


CLOUD_DURATION = 26.0
"""h: median time that a magnetic cloud takes to pass the Earth; half of them take 16 to 37 h."""
CLOUD_EXPANSION = 0.6
"""Mean dimensionless expansion of 72 clouds (Wang et al. 2015, J. Geophys. Res. Space Phys. 120, 1543): the fall of
speed across a cloud over what a cloud that keeps its angular width would show."""
DISTURBED_DENSITY = 0.59
"""Density behind ejecta over that before them (Kajdic et al. 2025, doi:10.1029/2025JA033887)."""


class DrivenShock(NamedTuple):
    """A shock that is driven through the wind, and what it does to it."""

    shock_speed: km_s
    mach: dimensionless
    compression: dimensionless
    heating: dimensionless


_ADIABATIC = 5.0 / 3.0


def _perpendicular_jump(xp: Any, mach: Any, beta: Any) -> Any:
    """Compression by a perpendicular shock of fast Mach number `mach` in plasma of the given beta."""
    g = _ADIABATIC
    sonic_squared = mach**2 * (1.0 + 2.0 / (g * beta))
    half = 0.5 * g * (2.0 * (1.0 + beta) + (g - 1.0) * beta * sonic_squared)
    square = 2.0 * (2.0 - g)
    constant = g * (g + 1.0) * beta * sonic_squared
    return 2.0 * constant / (2.0 * half + 2.0 * xp.sqrt(half**2 + square * constant))


@model(
    cite="Priest 2014, Magnetohydrodynamics of the Sun",
    valid={
        "speed": (300.0, 2500.0),
        "wind_speed": (250.0, 700.0),
        "n_p": (1.0, 30.0),
        "b": (1.0, 20.0),
        "t_p": (1e4, 5e5),
    },
    even=("b",),
)
def driven_shock(speed: km_s, wind_speed: km_s, n_p: per_cm3 = 5.0, b: nT = 5.0, t_p: K = 5e4) -> DrivenShock:
    """Speed of the shock that ejecta drive through the wind, with its strength.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the front of the ejecta.
    wind_speed : float or array, km/s
        Speed of the wind ahead.
    n_p : float or array, cm^-3
        Density of that wind.
    b : float or array, nT
        Magnitude of its field, taken to lie in the plane of the shock.
    t_p : float or array, K
        Its temperature, of protons and electrons alike.

    Returns
    -------
    shock_speed : float or array, km/s
        Speed of the shock away from the Sun; that of a fast wave where the ejecta do not outrun the wind.
    mach : float or array, 1
        Fast magnetosonic Mach number of the shock.
    compression : float or array, 1
        Density and field behind it over those ahead, 1 to 4.
    heating : float or array, 1
        Temperature behind it over that ahead.

    Notes
    -----
    A perpendicular shock before a plane piston: the wind behind it moves with the ejecta. Its jump obeys
    2 (2 - g) X^2 + [2 (1 + beta) + (g - 1) beta M^2] g X - g (g + 1) beta M^2 = 0 with g = 5/3 and M the sonic Mach
    number, and the Mach number follows from M (1 - 1/X) = (speed - wind_speed) / fast speed by bisection. Real shocks
    are oblique and curved, so that they compress less on the flanks.

    Examples
    --------
    >>> shock = driven_shock(900.0, 400.0)
    >>> bool(1000 < shock.shock_speed < 1200), bool(2 < shock.compression < 4)
    (True, True)
    """
    xp = namespace(speed, wind_speed, n_p, b, t_p)
    density = n_p * 1e6 * PROTON_MASS
    pressure = 2.0 * n_p * 1e6 * BOLTZMANN * t_p
    magnetic = (b * 1e-9) ** 2 / (2.0 * VACUUM_PERMEABILITY)
    beta = pressure / magnetic
    fast = xp.sqrt((_ADIABATIC * pressure + 2.0 * magnetic) / density) * 1e-3
    push = xp.maximum(speed - wind_speed, 0.0 * speed) / fast
    # Strong shocks compress four times, so that the root lies below 1 + 4/3 push + what a weak shock needs.
    low, high = 1.0 + 0.0 * push, 2.0 + 2.0 * push
    for _ in range(50):
        mach = 0.5 * (low + high)
        short = mach * (1.0 - 1.0 / _perpendicular_jump(xp, mach, beta)) < push
        low, high = xp.where(short, mach, low), xp.where(short, high, mach)
    mach = 0.5 * (low + high)
    compression = _perpendicular_jump(xp, mach, beta)
    ram = density * (mach * fast * 1e3) ** 2
    behind = pressure + ram * (1.0 - 1.0 / compression) + magnetic * (1.0 - compression**2)
    return DrivenShock(wind_speed + mach * fast, mach, compression, behind / pressure / compression)


class RopeField(NamedTuple):
    """Field of a flux rope along and around its axis."""

    axial: nT
    azimuthal: nT


_FIRST_ZERO = 2.404825557695773
"""Of the Bessel function J_0: there, at the edge of the rope, the field runs around the axis only."""


@model(cite=_LUNDQUIST, valid={"rho": (0.0, 1.0), "b_0": (1.0, 100.0)})
def lundquist(rho: dimensionless, b_0: nT, handedness: dimensionless = 1.0) -> RopeField:
    """Field of a force-free flux rope along its axis, with that around it.

    Parameters
    ----------
    rho : float or array, 1
        Distance from the axis over the radius of the rope.
    b_0 : float or array, nT
        Field on the axis.
    handedness : float or array, 1
        1 for a right-handed, -1 for a left-handed rope.

    Returns
    -------
    axial : float or array, nT
        b_0 J_0(2.405 rho), zero at the edge of the rope.
    azimuthal : float or array, nT
        handedness b_0 J_1(2.405 rho), counted right-handed about the axis.

    Notes
    -----
    The solution of curl B = alpha B in a cylinder. Nothing is said outside of the rope: NaN there.

    Examples
    --------
    >>> field = lundquist(1.0, 20.0)
    >>> print(f"{abs(field.axial):.2f} {field.azimuthal:.2f}")
    0.00 10.38
    """
    xp = namespace(rho, b_0, handedness)
    inside = xp.where(rho <= 1.0, rho, rho + xp.nan)
    # Power series of J_0 and of J_1 over its argument: sixteen terms leave 1e-16 up to the first zero of J_0.
    quarter = -((0.5 * _FIRST_ZERO * inside) ** 2)
    term, j_0, j_1 = 1.0 + 0.0 * inside, 0.0 * inside, 0.0 * inside
    for k in range(16):
        j_0 = j_0 + term
        j_1 = j_1 + term / (k + 1)
        term = term * quarter / (k + 1) ** 2
    return RopeField(b_0 * j_0 + 0.0 * handedness, handedness * b_0 * 0.5 * _FIRST_ZERO * inside * j_1)


class Field(NamedTuple):
    """Components of a magnetic field."""

    b_x: nT
    b_y: nT
    b_z: nT


@model(
    cite="Lepping et al. 1990, J. Geophys. Res. 95, 11957",
    valid={
        "crossed": (0.0, 1.0),
        "b_0": (1.0, 100.0),
        "latitude": (-90.0, 90.0),
        "longitude": (20.0, 160.0),
        "impact": (-0.95, 0.95),
    },
)
def lundquist_rope(
    crossed: dimensionless,
    b_0: nT,
    latitude: deg = 0.0,
    longitude: deg = 90.0,
    handedness: dimensionless = 1.0,
    impact: dimensionless = 0.0,
) -> Field:
    """Field that a spacecraft meets on its way through a force-free flux rope.

    Parameters
    ----------
    crossed : float or array, 1
        How much of the crossing is done, from 0 at the front to 1 at the rear.
    b_0 : float or array, nT
        Field on the axis.
    latitude : float or array, deg
        Of the direction of the axis, north of the ecliptic.
    longitude : float or array, deg
        Of the direction of the axis, 0 towards the Sun and 90 towards dusk (solar east).
    handedness : float or array, 1
        1 for a right-handed, -1 for a left-handed rope.
    impact : float or array, 1
        Closest approach to the axis over the radius of the rope; positive where the spacecraft passes on the side
        that completes axis and sunward direction to a right-handed set.

    Returns
    -------
    b_x : float or array, nT
        Sunward component, GSE.
    b_y : float or array, nT
        Duskward component, GSE.
    b_z : float or array, nT
        Northward component, GSE.

    Notes
    -----
    The rope moves straight away from the Sun, so that the spacecraft goes through it sunward. An axis along that line
    is never crossed: NaN. A right-handed rope with its axis to the east turns from north through east to south, as in
    the classes of Bothmer and Schwenn (1998), see :data:`ROPES`.

    Examples
    --------
    >>> front, middle, rear = (lundquist_rope(u, 20.0) for u in (0.0, 0.5, 1.0))
    >>> print(f"{front.b_z:.1f} {middle.b_y:.1f} {rear.b_z:.1f}")
    10.4 20.0 -10.4
    """
    xp = namespace(crossed, b_0, latitude, longitude, handedness, impact)
    radian = xp.pi / 180
    lat, lon = latitude * radian, longitude * radian
    axis = (xp.cos(lat) * xp.cos(lon), xp.cos(lat) * xp.sin(lon), xp.sin(lat) + 0.0 * lon)
    # Along: the sunward direction freed of its part along the axis. Aside: axis x along.
    width_squared = 1.0 - axis[0] ** 2
    width = xp.sqrt(xp.where(width_squared > 1e-12, width_squared, width_squared + xp.nan))
    along = (width, -axis[0] * axis[1] / width, -axis[0] * axis[2] / width)
    aside = (0.0 * width, axis[2] / width, -axis[1] / width)
    s = (2.0 * crossed - 1.0) * xp.sqrt(1.0 - impact**2)
    rho = xp.sqrt(s**2 + impact**2)
    field: RopeField = lundquist.spec.function(xp.minimum(rho, 1.0 + 0.0 * rho), b_0, handedness)
    inside = xp.where((crossed >= 0.0) & (crossed <= 1.0), 0.0 * crossed, crossed + xp.nan)
    around = field.azimuthal / xp.where(rho > 0.0, rho, 1.0 + 0.0 * rho) + inside
    # Around the axis: axis x (s along + impact aside) = s aside - impact along.
    return Field(
        *(
            (field.axial * a + around * (s * across - impact * forward))
            for a, across, forward in zip(axis, aside, along, strict=True)
        )
    )


ROPES: dict[str, tuple[float, float, int]] = {
    "SWN": (0.0, -90.0, 1),
    "SEN": (0.0, 90.0, -1),
    "NES": (0.0, 90.0, 1),
    "NWS": (0.0, -90.0, -1),
    "ESW": (-90.0, 90.0, 1),
    "WSE": (-90.0, 90.0, -1),
    "WNE": (90.0, 90.0, 1),
    "ENW": (90.0, 90.0, -1),
}
"""Latitude and longitude of the axis, deg, and handedness of the eight classes of flux rope, by what the field does
from front to rear: S south, N north, E east (towards dusk), W west."""

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def forecast(
    launch: Any,
    speed: float,
    *,
    speed_error: float | None = None,
    icme_age: float | None = None,
    start: float = 20.0,
    distance: float = 1.0,
    quantiles: Sequence[float] = QUANTILES,
    members: int = 4096,
    coefficients: Coefficients = FITTED,
) -> xr.Dataset:
    """Return when ejecta and their shock will arrive, and how fast, as quantiles.

    Parameters
    ----------
    launch : datetime64 or str
        When the ejection passes `start`, UTC.
    speed : float
        Its speed in the plane of the sky, km/s.
    speed_error : float, optional
        One standard deviation, km/s; 10 % if left out.
    icme_age : float, optional
        Hours from the arrival at Earth of the last ejection before it until the launch; infinite after a long calm.
    start, distance : float, optional
        Where the way begins, R_sun, and ends, au.
    quantiles : sequence of float, optional
        Which ones.
    members : int, optional
        Size of the ensemble behind them.
    coefficients : Coefficients, optional
        Other than the fitted ones.

    Returns
    -------
    Dataset
        Along ``quantile``: `transit` (h), `arrival_time`, `arrival_speed` (km/s), `shock_time`. The shock is that of
        ejecta that drive one; quantiles of each quantity are its own.

    Raises
    ------
    InputError
        If the speed is not positive, or the launch lies at or beyond the target.

    Examples
    --------
    >>> result = forecast("2015-03-15T06:00", 719.0)
    >>> str(result["arrival_time"].sel(quantile=0.5).values)[:10]
    '2015-03-18'
    """
    import xarray as xr

    speed, start, distance = float(speed), float(start), float(distance)
    if not speed > 0.0:
        raise InputError(f"a launch speed is positive, in km/s; got {speed:g}")
    if not start * _SUN_KM < distance * _AU_KM:
        raise InputError(f"the launch, at {start:g} solar radii, lies beyond the target, at {distance:g} au")
    if speed_error is not None and not speed_error >= 0.0:
        raise InputError(f"the error of a speed is not negative; got {speed_error:g} km/s")
    time = to_datetime64(launch, "launch")
    transit = transit_members(
        speed, speed_error, icme_age, start=start, distance=distance, members=members, coefficients=coefficients
    )
    sheath = sheath_duration(transit.speed) * np.exp(_SHEATH_SCATTER * _normal_members(members)[4])
    level = np.asarray(quantiles, float)
    duration = np.quantile(transit.duration, level)
    shock = np.quantile(np.maximum(transit.duration - sheath, 0.0), level)
    return xr.Dataset(
        {
            "transit": ("quantile", duration, _attrs("h", "Transit time of the ejecta", _OWN_TRANSIT)),
            "arrival_time": ("quantile", _after(time, duration), _attrs(None, "Arrival of the ejecta", _OWN_TRANSIT)),
            "arrival_speed": (
                "quantile",
                np.quantile(transit.speed, level),
                _attrs("km/s", "Speed of the ejecta at arrival", _OWN_TRANSIT),
            ),
            "shock_time": ("quantile", _after(time, shock), _attrs(None, "Arrival of the shock", _OWN_LIST)),
        },
        coords={"quantile": ("quantile", level, _attrs("1", "Probability of an earlier or slower arrival", ""))},
        attrs={"launch": str(time)[:19], "launch_speed": speed, "launch_distance": start, "references": _VRSNAK},
    )


def _attrs(units: str | None, long_name: str, references: str) -> dict[str, str]:
    stated = {"units": units, "long_name": long_name, "references": references}
    return {key: value for key, value in stated.items() if value}


def _after(time: Any, hours: Any) -> Any:
    return time + np.round(np.asarray(hours) * 3.6e12).astype("timedelta64[ns]")


def synthetic_wind(
    launch: Any,
    speed: float,
    *,
    rope: str | Sequence[str] = "SWN",
    impact: float = 0.0,
    cloud_b: float | None = None,
    sheath_b_z: float = 0.0,
    icme_age: float | None = None,
    start: float = 20.0,
    arrival: Any = None,
    arrival_speed: float | None = None,
    duration: float = CLOUD_DURATION,
    wind_speed: float = 400.0,
    n_p: float = 5.0,
    b: float = 5.0,
    towards_sun: bool = False,
    cadence: str = "5min",
    before: float = 24.0,
    after: float = 72.0,
) -> xr.Dataset:
    """Turn the launch of a coronal mass ejection into solar wind at the Earth.

    Parameters
    ----------
    launch : datetime64 or str
        When the ejection passes `start`, UTC.
    speed : float
        Its speed in the plane of the sky, km/s.
    rope : str or sequence of str, optional
        Class of the flux rope, a key of :data:`ROPES`: what its field does is not known before it arrives. Several
        give the dimension ``rope``.
    impact : float, optional
        Closest approach to the axis over the radius of the rope.
    cloud_b : float, optional
        Mean magnitude of the field in the rope, nT; of :func:`cloud_field` if left out.
    sheath_b_z : float, optional
        Northward field in the sheath, nT, besides the compressed spiral.
    icme_age : float, optional
        As for :func:`drag_and_wind`.
    start : float, optional
        Heliocentric distance at `launch`, R_sun.
    arrival : datetime64 or str, optional
        When the ejecta arrive, other than :func:`expected_transit` says.
    arrival_speed : float, optional
        Their mean speed then, km/s, other than :func:`expected_transit` says.
    duration : float, optional
        How long they take to pass, h.
    wind_speed, n_p, b : float, optional
        Quiet wind ahead: km/s, cm^-3, nT.
    towards_sun : bool, optional
        Polarity of the spiral field.
    cadence : str, optional
        Spacing of the series.
    before, after : float, optional
        Hours of wind before the shock and after the ejecta.

    Returns
    -------
    Dataset
        `speed`, `n_p`, `t_p`, `b_x`, `b_y`, `b_z` (GSM) along ``time``, with ``attrs["frame"]``, ready for
        :func:`sunearth.run`; what was assumed is in ``attrs["notes"]``.

    Raises
    ------
    UnknownNameError
        If there is no such class of rope.
    InputError
        If a speed is not positive, the impact lies outside of the rope, or the cadence does not fit.

    Notes
    -----
    Assumptions. Before: quiet wind with a spiral field. Sheath: from a plane perpendicular shock
    (:func:`driven_shock`) for :func:`sheath_duration`, with the speed of the front of the ejecta; none where they do
    not outrun the wind. Ejecta: an expanding force-free rope (:func:`lundquist_rope`) whose speed falls by
    0.6 speed^2 duration / au from front to rear and whose field falls with the power -1.2 of distance, as dense as
    the quiet wind and half as hot as its speed lets expect. After: 41 % thinner wind, all of it back to quiet wind
    with 24 h.

    Examples
    --------
    >>> wind = synthetic_wind("2015-03-15T06:00", 719.0, rope="SWN")
    >>> bool(wind["b_z"].min() < -8), wind.attrs["frame"]
    (True, 'GSM')
    """
    import xarray as xr

    from sunearth.geomagnetism.frames import gse_to_gsm
    from sunearth.heliosphere.wind import expected_temperature

    ropes = [rope] if isinstance(rope, str) else list(rope)
    for name in ropes:
        if name not in ROPES:
            raise UnknownNameError("class of flux rope", name, ROPES)
    if not (speed > 0.0 and wind_speed > 0.0 and (arrival_speed is None or arrival_speed > 0.0)):
        raise InputError("speeds are positive, in km/s")
    if not abs(impact) < 1.0:
        raise InputError(f"the impact parameter lies between -1 and 1, in radii of the rope; got {impact:g}")
    transit = expected_transit(float(speed), icme_age, float(start))
    mean = float(transit.speed if arrival_speed is None else arrival_speed)
    if arrival is None:
        front_time = _after(to_datetime64(launch, "launch"), float(transit.duration))
    else:
        front_time = to_datetime64(arrival, "arrival")

    # Speeds at the front and the rear of expanding ejecta, and the shock that the front drives.
    fall = CLOUD_EXPANSION * mean**2 * duration * 3600.0 / _AU_KM
    front, rear = mean + 0.5 * fall, mean - 0.5 * fall
    t_quiet = float(expected_temperature(wind_speed))
    shock = driven_shock(front, float(wind_speed), float(n_p), float(b), t_quiet)
    sheath = float(sheath_duration(mean)) if front > wind_speed else 0.0

    step = np.timedelta64(_nanoseconds(cadence), "ns")
    first = _after(front_time, -(sheath + before))
    first = first - first.astype(np.int64) % step.astype(np.int64) * np.timedelta64(1, "ns")
    count = math.ceil((before + sheath + duration + after) * 3.6e12 / float(step.astype(np.int64))) + 1
    time = first + np.arange(count) * step
    hours = (time - front_time) / np.timedelta64(1, "ns") / 3.6e12
    in_sheath = (hours >= -sheath) & (hours < 0.0)
    in_cloud = (hours >= 0.0) & (hours <= duration)
    later = hours > duration
    back = np.where(later, 1.0 - np.exp(-np.where(later, hours - duration, 0.0) / _RECOVERY), 0.0)
    crossed = np.where(in_cloud, hours / duration, np.nan)

    series = {
        "speed": np.select(
            [in_sheath, in_cloud, later], [front, front - fall * crossed, rear + (wind_speed - rear) * back], wind_speed
        ),
        "n_p": n_p
        * np.select(
            [in_sheath, later], [float(shock.compression), DISTURBED_DENSITY + (1.0 - DISTURBED_DENSITY) * back], 1.0
        ),
    }
    usual = np.asarray(expected_temperature(series["speed"]))
    series["t_p"] = np.select([in_sheath, in_cloud], [t_quiet * float(shock.heating), 0.5 * usual], usual)

    # The spiral: away from the Sun the field points to -x and +y, the more to +y the slower the wind.
    spiral = math.atan2(_ROTATION_AT_EARTH, wind_speed)
    away = -1.0 if towards_sun else 1.0
    squeeze = np.where(in_sheath, float(shock.compression), 1.0)
    quiet = (
        -away * b * math.cos(spiral) * np.ones(count),
        away * b * math.sin(spiral) * squeeze,
        np.where(in_sheath, float(sheath_b_z), 0.0),
    )
    strength = float(cloud_field(mean)) if cloud_b is None else float(cloud_b)
    # Self-similar expansion: the field falls with twice the power with which the radius grows with distance.
    fade = (1.0 + mean * 3600.0 * (hours - 0.5 * duration) / _AU_KM * in_cloud) ** (-2.0 * CLOUD_EXPANSION)
    components = []
    for name in ropes:
        latitude, longitude, handedness = ROPES[name]
        inside = np.array(lundquist_rope(crossed, 1.0, latitude, longitude, handedness, impact)) * fade
        scale = strength / np.sqrt(np.sum(inside[:, in_cloud] ** 2, axis=0)).mean()
        gse = [np.where(in_cloud, scale * c, q) for c, q in zip(inside, quiet, strict=True)]
        components.append(gse_to_gsm(time, *gse))
    field = np.array(components)

    dims = ("time",) if isinstance(rope, str) else ("rope", "time")
    long_names = {
        "speed": ("km/s", "Speed of the solar wind"),
        "n_p": ("cm^-3", "Proton density of the solar wind"),
        "t_p": ("K", "Proton temperature of the solar wind"),
        "b_x": ("nT", "Sunward component of the interplanetary magnetic field, GSM"),
        "b_y": ("nT", "Duskward component of the interplanetary magnetic field, GSM"),
        "b_z": ("nT", "Northward component of the interplanetary magnetic field, GSM"),
    }
    references = f"{_OWN_TRANSIT}; {_LUNDQUIST}"
    variables: dict[str, Any] = {
        name: ("time", values, _attrs(*long_names[name], references)) for name, values in series.items()
    }
    for number, name in enumerate(("b_x", "b_y", "b_z")):
        values = field[0, number] if isinstance(rope, str) else field[:, number]
        variables[name] = (dims, values, _attrs(*long_names[name], references))
    coords: dict[str, Any] = {"time": ("time", time, {"long_name": "Time, UTC"})}
    if not isinstance(rope, str):
        coords["rope"] = ("rope", ropes, {"long_name": "Class of flux rope"})
    launched = str(to_datetime64(launch, "launch"))[:16]
    return xr.Dataset(
        variables,
        coords,
        {
            "frame": "GSM",
            "source": "synthetic solar wind from the launch of a coronal mass ejection",
            "title": f"A coronal mass ejection launched at {launched} with {speed:g} km/s",
            "notes": f"assumed: flux rope {', '.join(ropes)} with a mean field of {strength:.1f} nT; "
            f"passage of {duration:g} h; perpendicular shock; quiet wind of {wind_speed:g} km/s",
            "shock_time": str(_after(front_time, -sheath))[:19],
            "arrival_time": str(front_time)[:19],
            "arrival_speed": mean,
        },
    )


_RECOVERY = 24.0
"""h: e-folding time in which the wind behind ejecta becomes quiet again."""
_ROTATION_AT_EARTH = 2.0 * math.pi / (25.38 * 86400.0) * _AU_KM
"""km/s: rotation of the Sun (sidereal, 25.38 days) times the distance of the Earth."""


def _nanoseconds(cadence: str) -> int:
    """A spacing such as ``"5min"`` in nanoseconds."""
    import pandas as pd

    try:
        step = pd.Timedelta(cadence).value
    except ValueError as error:
        raise InputError(f"cadence: expected a spacing such as '5min', got {cadence!r}") from error
    if step <= 0:
        raise InputError(f"cadence: expected a positive spacing, got {cadence!r}")
    return int(step)
