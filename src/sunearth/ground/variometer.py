"""The suspended magnet that wrote magnetograms: how far it turns, what its trace says of the field, how fast it is.

A magnet hangs on a fibre, at rest across the component of the field that it is to measure. The rest of the field holds
it along itself, the fibre holds it where it was hung, and a mirror on it throws a spot of light on paper.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from sunearth.core.arrays import namespace
from sunearth.core.model import model
from sunearth.core.units import A_m2, J_rad, dimensionless, kg_m2, m, mm, nT, nT_mm, rad, s

_SOURCE = "Wienert 1970, Notes on Geomagnetic Observatory and Survey Practice, UNESCO"

_PER_TESLA: Final = 1e9
_PER_METRE: Final = 1e3


class Response(NamedTuple):
    """How a damped magnet follows a field that swings."""

    gain: dimensionless
    lag: rad


def _fibre_field(torsion: Any, moment: Any) -> Any:
    """Field in nT whose torque on the magnet equals that of the fibre for a turn of one radian."""
    return torsion / moment * _PER_TESLA


@model(
    cite=_SOURCE,
    valid={"deflection": (-1.0, 1.0), "b_along": (0.0, 6e4), "torsion": (1e-9, 1e-4), "moment": (1e-3, 10.0)},
    monotonic={"deflection": 1},
)
def field_of_deflection(deflection: rad, b_along: nT, torsion: J_rad, moment: A_m2) -> nT:
    """Change of the field across a suspended magnet that turns it by a given angle.

    Parameters
    ----------
    deflection : float or array, rad
        Turn of the magnet from rest.
    b_along : float or array, nT
        Field along the magnet at rest: all of the horizontal field for a declinometer, nearly none for an instrument
        twisted across the meridian.
    torsion : float or array, J/rad
        Torque of the fibre per radian.
    moment : float or array, A m^2
        Magnetic moment of the magnet.

    Returns
    -------
    b : float or array, nT
        Change of the component across the magnet at rest.

    Notes
    -----
    moment (b cos - b_along sin) = torsion times the angle: the fibre and the field along the magnet hold it back
    together.

    Examples
    --------
    >>> float(field_of_deflection(0.01, 11000.0, 0.0, 1.0).round(1))
    110.0
    """
    xp = namespace(deflection, b_along, torsion, moment)
    return _fibre_field(torsion, moment) * deflection / xp.cos(deflection) + b_along * xp.tan(deflection)


@model(
    cite=_SOURCE,
    valid={"b": (-3000.0, 3000.0), "b_along": (1e3, 6e4), "torsion": (1e-9, 1e-4), "moment": (1e-2, 10.0)},
    monotonic={"b": 1},
)
def deflection_of_field(b: nT, b_along: nT, torsion: J_rad, moment: A_m2) -> rad:
    """Angle by which a suspended magnet turns in a changed field.

    Parameters
    ----------
    b : float or array, nT
        Change of the component across the magnet at rest.
    b_along : float or array, nT
        Field along the magnet at rest, not negative.
    torsion : float or array, J/rad
        Torque of the fibre per radian.
    moment : float or array, A m^2
        Magnetic moment of the magnet.

    Returns
    -------
    deflection : float or array, rad
        Below a right angle, the inverse of :func:`field_of_deflection`; NaN where neither field nor fibre acts.

    Notes
    -----
    Without the fibre the magnet stands along the field, at atan(b / b_along); the fibre turns it back from there. Over
    that range the torque to be balanced is convex, so that Newton's steps from its far end fall onto the root.

    Examples
    --------
    >>> float(deflection_of_field(110.0, 11000.0, 0.0, 1.0).round(4))
    0.01
    """
    xp = namespace(b, b_along, torsion, moment)
    fibre = _fibre_field(torsion, moment)
    size = xp.abs(b)
    angle = xp.atan2(size, b_along + 0 * size + 0 * fibre)
    for _ in range(12):
        residual = fibre * angle + b_along * xp.sin(angle) - size * xp.cos(angle)
        slope = fibre + b_along * xp.cos(angle) + size * xp.sin(angle)
        angle = angle - residual / slope
    return xp.sign(b) * angle


@model(
    cite=_SOURCE,
    valid={"deflection": (-0.3, 0.3), "distance": (0.1, 10.0)},
    monotonic={"deflection": 1},
)
def trace_displacement(deflection: rad, distance: m) -> mm:
    """Distance that the spot of light moves on flat paper as the magnet turns.

    Parameters
    ----------
    deflection : float or array, rad
        Turn of the magnet.
    distance : float or array, m
        From the mirror to the paper.

    Returns
    -------
    displacement : float or array, mm
        Distance times the tangent of twice the angle: a mirror doubles it.

    Examples
    --------
    >>> float(trace_displacement(0.01, 1.5).round(2))
    30.0
    """
    xp = namespace(deflection, distance)
    return distance * _PER_METRE * xp.tan(2 * deflection)


@model(
    cite=_SOURCE,
    valid={
        "displacement": (-200.0, 200.0),
        "distance": (0.5, 10.0),
        "b_along": (0.0, 6e4),
        "torsion": (1e-9, 1e-4),
        "moment": (1e-3, 10.0),
    },
    monotonic={"displacement": 1},
)
def field_of_trace(displacement: mm, distance: m, b_along: nT, torsion: J_rad, moment: A_m2, baseline: nT = 0.0) -> nT:
    """Field read from the trace of a magnetogram on paper.

    Parameters
    ----------
    displacement : float or array, mm
        Of the trace from the baseline.
    distance : float or array, m
        From the mirror to the paper.
    b_along : float or array, nT
        Field along the magnet at rest.
    torsion : float or array, J/rad
        Torque of the fibre per radian.
    moment : float or array, A m^2
        Magnetic moment of the magnet.
    baseline : float or array, nT
        Field of the baseline, known from absolute measurements.

    Returns
    -------
    b : float or array, nT
        The component across the magnet, without the approximation of small angles.

    Examples
    --------
    >>> float(field_of_trace(30.0, 1.5, 11000.0, 0.0, 1.0).round(1))
    110.0
    """
    xp = namespace(displacement, distance, b_along, torsion, moment, baseline)
    angle = 0.5 * xp.atan(displacement / (distance * _PER_METRE))
    return baseline + _fibre_field(torsion, moment) * angle / xp.cos(angle) + b_along * xp.tan(angle)


@model(
    cite=_SOURCE,
    valid={"distance": (0.5, 10.0), "b_along": (0.0, 6e4), "torsion": (1e-9, 1e-4), "moment": (1e-3, 10.0)},
    monotonic={"distance": -1, "b_along": 1, "torsion": 1, "moment": -1},
)
def scale_value(distance: m, b_along: nT, torsion: J_rad, moment: A_m2) -> nT_mm:
    """Field per millimetre of trace, for small deflections.

    Parameters
    ----------
    distance : float or array, m
        From the mirror to the paper.
    b_along : float or array, nT
        Field along the magnet at rest.
    torsion : float or array, J/rad
        Torque of the fibre per radian.
    moment : float or array, A m^2
        Magnetic moment of the magnet.

    Returns
    -------
    scale : float or array, nT/mm
        (torsion / moment + b_along) over twice the distance.

    Examples
    --------
    >>> float(scale_value(1.5, 11000.0, 0.0, 1.0).round(3))
    3.667
    """
    return (_fibre_field(torsion, moment) + b_along) / (2 * distance * _PER_METRE)


@model(
    cite=_SOURCE,
    valid={"b_along": (0.0, 6e4), "torsion": (1e-9, 1e-4), "moment": (1e-3, 10.0), "inertia": (1e-10, 1e-4)},
    monotonic={"b_along": -1, "torsion": -1, "moment": -1, "inertia": 1},
)
def free_period(b_along: nT, torsion: J_rad, moment: A_m2, inertia: kg_m2) -> s:
    """Period of the undamped swing of a suspended magnet.

    Parameters
    ----------
    b_along : float or array, nT
        Field along the magnet at rest.
    torsion : float or array, J/rad
        Torque of the fibre per radian.
    moment : float or array, A m^2
        Magnetic moment of the magnet.
    inertia : float or array, kg m^2
        Moment of inertia about the fibre.

    Returns
    -------
    period : float or array, s
        2 pi sqrt(inertia / (moment b_along + torsion)).

    Examples
    --------
    >>> float(free_period(11000.0, 0.0, 1.0, 1e-6).round(2))
    1.89
    """
    xp = namespace(b_along, torsion, moment, inertia)
    return 2 * math.pi * xp.sqrt(inertia / (moment * b_along / _PER_TESLA + torsion))


@model(
    cite=_SOURCE,
    valid={"period": (0.1, 1e4), "natural_period": (0.5, 30.0), "damping": (0.05, 3.0)},
)
def swing_response(period: s, natural_period: s, damping: dimensionless = 1.0) -> Response:
    """How faithfully a suspended magnet follows a field that swings with a given period.

    Parameters
    ----------
    period : float or array, s
        Period of the swing of the field.
    natural_period : float or array, s
        Undamped period of the magnet, see :func:`free_period`.
    damping : float or array, 1
        Damping over critical damping.

    Returns
    -------
    gain : float or array, 1
        Amplitude of the trace over what a slow field of the same strength would give.
    lag : float or array, rad
        Phase by which the trace comes late, 0 to pi.

    Notes
    -----
    Of the forced damped oscillator. Pulsations faster than the magnet's own period are lost.

    Examples
    --------
    >>> [float(part.round(3)) for part in swing_response(4.0, 4.0, 0.5)]
    [1.0, 1.571]
    """
    xp = namespace(period, natural_period, damping)
    ratio = natural_period / period
    inertial, viscous = 1 - ratio**2, 2 * damping * ratio
    return Response(1 / xp.hypot(inertial, viscous), xp.atan2(viscous, inertial))
