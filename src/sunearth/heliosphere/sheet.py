"""The current sheet of the heliosphere and the sectors it makes: where it lies, and where a spacecraft crosses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import R_sun, au, day, deg, dimensionless, km_s, nT

from .spiral import CARRINGTON_PERIOD, SOURCE_RADIUS, connection_longitude, spiral_angle

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_RADIAN = np.pi / 180
_TILTED = "Kota and Jokipii 1983, Astrophys. J. 265, 573"
_SECTORS = "Wilcox and Ness 1965, J. Geophys. Res. 70, 5793, doi:10.1029/JZ070i023p05793"
_SPIRAL = 47.0
"""deg, angle of the spiral at the Earth in wind of 400 km/s."""


@model(cite=_TILTED, valid={"g_10": (-1e6, 1e6), "g_11": (-1e6, 1e6), "h_11": (-1e6, 1e6)}, even=("g_10",))
def dipole_sheet_tilt(g_10: nT, g_11: nT, h_11: nT) -> deg:
    """Tilt of the current sheet from the dipole of the Sun's field.

    Parameters
    ----------
    g_10 : float or array, nT
        Axial dipole coefficient on the source surface (any unit, the same for all three).
    g_11 : float or array, nT
        Equatorial dipole coefficient towards longitude 0.
    h_11 : float or array, nT
        Equatorial dipole coefficient towards longitude 90 degrees.

    Returns
    -------
    tilt : float or array, deg
        Angle between the magnetic and the rotation axis, 0 (sheet on the equator) to 90.

    Notes
    -----
    Over a cycle the axial part fades and changes sign while the equatorial part grows: the tilt rises from some 5 to 10
    degrees at minimum to above 70 around the maximum.

    Examples
    --------
    >>> float(dipole_sheet_tilt(-1.0, 1.0, 0.0))
    45.0
    """
    xp = namespace(g_10, g_11, h_11)
    return xp.atan2(xp.sqrt(g_11**2 + h_11**2), xp.abs(g_10)) / _RADIAN


@model(
    cite=_TILTED,
    valid={"r": (0.01, 100.0), "speed": (200.0, 2500.0), "tilt": (0.0, 89.0), "warp": (0.0, 30.0)},
)
def sheet_latitude(
    longitude: deg,
    tilt: deg,
    node: deg = 0.0,
    r: au = 1.0,
    speed: km_s = 400.0,
    warp: deg = 0.0,
    warp_node: deg = 0.0,
    days: day = 0.0,
    r_0: R_sun = SOURCE_RADIUS,
    period: day = CARRINGTON_PERIOD,
) -> deg:
    """Heliographic latitude of the current sheet.

    Parameters
    ----------
    longitude : float or array, deg
        Heliographic longitude: Carrington with `days` = 0, or in a frame fixed to the stars with the time in `days`.
    tilt : float or array, deg
        Tilt of the sheet on the source surface, 0 to 90.
    node : float or array, deg
        Longitude at which the tilted sheet crosses the equator northward on the source surface.
    r : float or array, au
        Distance from the Sun.
    speed : float or array, km/s
        Speed of the wind that carries the sheet.
    warp : float or array, deg
        Amplitude of the part with two waves a rotation (the quadrupole), which makes four sectors where it is larger
        than the tilt's.
    warp_node : float or array, deg
        Longitude at which that part crosses the equator northward.
    days : float or array, d
        Time since the two longitudes agreed.
    r_0 : float or array, R_sun
        Source surface.
    period : float or array, d
        Sidereal rotation period of the Sun.

    Returns
    -------
    latitude : float or array, deg
        North of it the field has the polarity of the Sun's north pole, south of it the other.

    Notes
    -----
    A plane through the Sun, tilted by an angle, has tan(latitude) = tan(tilt) sin(longitude from its node) exactly; the
    form arcsin[sin(tilt) sin(...)], also in print, counts the angle along the sheet itself. The wind winds it up:
    longitudes on the source surface are ahead by the way that the Sun turns while the wind goes.

    Examples
    --------
    >>> float(sheet_latitude(90.0, 20.0, r=2.5 / 215.03).round(1))
    20.0
    """
    xp = namespace(longitude, tilt, node, r, speed, warp, warp_node, days, r_0, period)
    source = longitude - 360.0 * days / period + connection_longitude.spec.function(r, speed, r_0, period)
    plane = xp.atan(xp.tan(tilt * _RADIAN) * xp.sin((source - node) * _RADIAN)) / _RADIAN
    return plane + warp * xp.sin(2 * (source - warp_node) * _RADIAN)


@model(cite=_TILTED, valid={"latitude": (-90.0, 90.0), "sheet": (-90.0, 90.0)})
def sheet_polarity(latitude: deg, sheet: deg, north: dimensionless = 1.0) -> dimensionless:
    """Polarity of the interplanetary field on either side of the current sheet.

    Parameters
    ----------
    latitude : float or array, deg
        Heliographic latitude of the place.
    sheet : float or array, deg
        Latitude of the sheet at its longitude, from :func:`sheet_latitude`.
    north : float or array, 1
        Polarity of the Sun's north pole: 1 outward (as in 1996, 2015 to 2023), -1 inward.

    Returns
    -------
    polarity : float or array, 1
        1 where the field points away from the Sun, -1 towards it, 0 on the sheet.

    Examples
    --------
    >>> float(sheet_polarity(7.0, 15.0))
    -1.0
    """
    xp = namespace(latitude, sheet, north)
    return xp.sign(latitude - sheet) * xp.sign(north)


def neutral_line_latitude(
    longitude: Any,
    line_longitude: Any,
    line_latitude: Any,
    r: Any = 1.0,
    speed: Any = 400.0,
    r_0: float = SOURCE_RADIUS,
    period: float = CARRINGTON_PERIOD,
) -> Floats:
    """Return the latitude of the current sheet that leaves a neutral line of any shape.

    Parameters
    ----------
    longitude : float or array, deg
        Carrington longitudes asked for.
    line_longitude, line_latitude : arrays, deg
        The neutral line on the source surface, one latitude a longitude, in any order.
    r : float or array, au
        Distance from the Sun.
    speed : float or array, km/s
        Speed of the wind.
    r_0 : float, optional
        Source surface, R_sun.
    period : float, optional
        Sidereal rotation period of the Sun, d.

    Returns
    -------
    array, deg
        Linear between the points of the line, around the full circle.

    Raises
    ------
    InputError
        If the line has fewer than two points, or NaN.

    Examples
    --------
    >>> around = np.arange(0.0, 360.0, 5.0)
    >>> float(neutral_line_latitude(30.0, around, 10 * np.sin(np.radians(around)), r=2.5 / 215.03).round(1))
    5.0
    """
    x = np.asarray(line_longitude, dtype=float).ravel() % 360.0
    y = np.asarray(line_latitude, dtype=float).ravel()
    if x.size < 2 or x.shape != y.shape or not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        raise InputError("neutral_line_latitude: give at least two points of the line, without NaN")
    source = np.asarray(longitude, dtype=float) + connection_longitude(r, speed, r_0, period)
    return np.interp(source % 360.0, x, y, period=360.0)[()] + 0.0 * source


@model(cite=_SECTORS, valid={"angle": (0.0, 90.0)})
def spiral_alignment(b_x: nT, b_y: nT, angle: deg = _SPIRAL) -> dimensionless:
    """How closely the interplanetary field follows the spiral outward.

    Parameters
    ----------
    b_x : float or array, nT
        Sunward component, GSE or GSM.
    b_y : float or array, nT
        Component against the motion of the Earth, GSE (GSM where the difference does not matter).
    angle : float or array, deg
        Angle of the spiral, 47 degrees in wind of 400 km/s.

    Returns
    -------
    alignment : float or array, 1
        Cosine of the angle in the ecliptic between the field and the spiral away from the Sun: 1 away, -1 towards, 0
        across. NaN without field in the plane.

    Notes
    -----
    Away from the Sun the field points against x and along +y, dusk, which the Earth leaves behind.

    Examples
    --------
    >>> float(spiral_alignment(-3.54, 3.54, 45.0).round(6))
    1.0
    """
    xp = namespace(b_x, b_y, angle)
    size = xp.sqrt(b_x**2 + b_y**2)
    return (b_y * xp.sin(angle * _RADIAN) - b_x * xp.cos(angle * _RADIAN)) / size


@model(cite=_SECTORS, valid={"angle": (0.0, 90.0), "margin": (0.0, 45.0)})
def sector_polarity(b_x: nT, b_y: nT, angle: deg = _SPIRAL, margin: deg = 0.0) -> dimensionless:
    """Sector of the interplanetary field by its direction at one moment.

    Parameters
    ----------
    b_x : float or array, nT
        Sunward component, GSE or GSM.
    b_y : float or array, nT
        Component against the motion of the Earth.
    angle : float or array, deg
        Angle of the spiral.
    margin : float or array, deg
        How close to the direction across the spiral a field must be to belong to neither sector.

    Returns
    -------
    polarity : float or array, 1
        1 away from the Sun, -1 towards it, 0 in between.

    Notes
    -----
    The book's rule by the sign of b_y alone is the same with an angle of 90 degrees. Single hours go astray: for
    sectors use :func:`find_sectors`.

    Examples
    --------
    >>> float(sector_polarity(3.0, -2.0))
    -1.0
    """
    xp = namespace(b_x, b_y, angle, margin)
    alignment = spiral_alignment.spec.function(b_x, b_y, angle)
    clear = xp.abs(alignment) > xp.sin(margin * _RADIAN)
    return xp.where(clear, xp.sign(alignment), 0 * alignment) + 0 * margin


def find_sectors(
    time: Any, b_x: Any, b_y: Any, speed: Any = None, dwell: float = 24.0, angle: float = _SPIRAL
) -> xr.Dataset:
    """Return the sectors of the interplanetary field in a series, and when their boundaries passed.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Increasing times in UTC.
    b_x, b_y : array, nT, (n,)
        Components in GSE (GSM does nearly as well); NaN where missing.
    speed : array, km/s, (n,), optional
        Speed of the wind, from which the angle of the spiral follows.
    dwell : float, optional
        Hours for which the opposite polarity must prevail to count as a sector; shorter reversals are waves, loops and
        small ejecta.
    angle : float, optional
        Angle of the spiral where there is no speed, deg.

    Returns
    -------
    xarray.Dataset
        Along ``time``: ``polarity`` (1 away, -1 towards, NaN before the first and after the last measurement) and
        ``alignment``. Along ``sector``: ``start``, ``end``, ``sector_polarity``, and ``purity``, the share of measured
        time in which the field had the sector's sense. Along ``boundary``: ``crossing`` (the time) and ``uncertainty``
        (h), the width of the span around it in which polarities are mixed.

    Raises
    ------
    InputError
        If times do not increase or shapes differ.

    Notes
    -----
    Of all sequences of polarities that one is taken which has the largest time integral of polarity times alignment,
    less `dwell` hours for each boundary: a reversal that follows the spiral exactly is a sector if it lasts longer than
    that, a half-hearted one must last accordingly longer. The search (dynamic programming) finds the best sequence of
    all and needs no smoothing, so that boundaries stay sharp. Hours without data count for neither sense.

    Examples
    --------
    >>> time = np.datetime64("2008-01-01", "h") + np.arange(20 * 24)
    >>> away = np.where(np.arange(time.size) < 200, 1.0, -1.0)
    >>> sectors = find_sectors(time, -3.0 * away, 3.0 * away)
    >>> str(sectors.crossing.values[0].astype("datetime64[m]"))
    '2008-01-09T07:30'
    """
    import xarray as xr

    moments = np.asarray(to_datetime64(time))
    b_x, b_y = np.asarray(b_x, dtype=float), np.asarray(b_y, dtype=float)
    if moments.ndim != 1 or b_x.shape != moments.shape or b_y.shape != moments.shape:
        raise InputError("find_sectors: time, b_x and b_y must be series of one length")
    hours = (moments - moments[:1]) / np.timedelta64(1, "ns") / 3600e9
    if np.isnan(hours).any() or np.any(np.diff(hours) <= 0):
        raise InputError("find_sectors: times must be valid and increase")
    if not dwell > 0:
        raise InputError(f"find_sectors: dwell must be positive, got {dwell}")
    tilt = np.full(moments.shape, float(angle))
    if speed is not None:
        from_speed = np.degrees(spiral_angle(1.0, np.broadcast_to(np.asarray(speed, dtype=float), moments.shape)))
        tilt = np.where(np.isfinite(from_speed), from_speed, tilt)
    alignment = np.asarray(spiral_alignment(b_x, b_y, tilt))
    weight = _sample_hours(hours)
    score = np.where(np.isfinite(alignment), alignment, 0.0) * weight
    polarity = _best_sequence(score, float(dwell))
    measured = np.flatnonzero(np.isfinite(alignment))
    if measured.size == 0:
        polarity[:] = np.nan
        edges = np.zeros(0, dtype=int)
    else:
        polarity[: measured[0]] = polarity[measured[-1] + 1 :] = np.nan
        edges = np.flatnonzero(polarity[1:] * polarity[:-1] < 0) + 1
    crossing, uncertainty = _crossings(moments, alignment, polarity, edges)
    starts = np.concatenate([measured[:1], edges]).astype(int)
    ends = np.concatenate([edges, measured[-1:] + 1]).astype(int)
    senses = polarity[starts]
    purity = np.array(
        [
            _share(alignment[a:b] * sense > 0, np.isfinite(alignment[a:b]), weight[a:b])
            for a, b, sense in zip(starts, ends, senses, strict=True)
        ]
    )
    begin = np.concatenate([moments[measured[:1]], crossing])
    finish = np.concatenate([crossing, moments[measured[-1:]]])
    polarity_attrs = {"units": "1", "long_name": "Polarity of the sector, 1 away from the Sun", "references": _SECTORS}
    return xr.Dataset(
        {
            "polarity": ("time", polarity, polarity_attrs),
            "alignment": (
                "time",
                alignment,
                {"units": "1", "long_name": "Cosine of the angle to the outward spiral", "references": _SECTORS},
            ),
            "start": ("sector", begin, {"long_name": "Start of the sector"}),
            "end": ("sector", finish, {"long_name": "End of the sector"}),
            "sector_polarity": ("sector", senses, polarity_attrs),
            "purity": (
                "sector",
                purity,
                {"units": "1", "long_name": "Share of time with the sense of the sector", "references": _SECTORS},
            ),
            "crossing": ("boundary", crossing, {"long_name": "Time at which the sector boundary passed"}),
            "uncertainty": (
                "boundary",
                uncertainty,
                {"units": "h", "long_name": "Width of the span of mixed polarity", "references": _SECTORS},
            ),
        },
        coords={"time": moments},
    )


def _sample_hours(hours: Floats) -> Floats:
    """Hours that each sample stands for: half of the way to either neighbour, no more than the usual step."""
    if hours.size < 2:
        return np.ones_like(hours)
    steps = np.minimum(np.diff(hours), np.median(np.diff(hours)))
    return 0.5 * (np.concatenate([steps[:1], steps]) + np.concatenate([steps, steps[-1:]]))


def _best_sequence(score: Floats, penalty: float) -> Floats:
    """Sequence of +1 and -1 of largest total score with a penalty for each change."""
    away, towards = 0.0, 0.0
    from_towards = np.empty(score.size, dtype=bool)
    from_away = np.empty(score.size, dtype=bool)
    for k, gain in enumerate(score.tolist()):
        change_to_away, change_to_towards = towards - penalty > away, away - penalty > towards
        from_towards[k], from_away[k] = change_to_away, change_to_towards
        away, towards = (
            (towards - penalty if change_to_away else away) + gain,
            (away - penalty if change_to_towards else towards) - gain,
        )
    polarity = np.empty(score.size)
    sense = 1.0 if away >= towards else -1.0
    for k in range(score.size - 1, -1, -1):
        polarity[k] = sense
        if (sense > 0 and from_towards[k]) or (sense < 0 and from_away[k]):
            sense = -sense
    return polarity


def _crossings(
    moments: NDArray[np.datetime64], alignment: Floats, polarity: Floats, edges: NDArray[np.intp]
) -> tuple[NDArray[np.datetime64], Floats]:
    """When each boundary passed, half-way between measurements, and the hours of mixed polarity around it."""
    good = np.flatnonzero(np.isfinite(alignment))
    crossing = np.empty(edges.size, dtype="datetime64[ns]")
    width = np.empty(edges.size)
    for k, edge in enumerate(edges.tolist()):
        before, after = good[good < edge][-1], good[good >= edge][0]
        crossing[k] = moments[before] + (moments[after] - moments[before]) / 2
        # Walk out on both sides until the field keeps the sense of its sector for three samples on end.
        old = good[(good < edge)][::-1]
        new = good[(good >= edge)]
        first = old[min(_settled(alignment[old] * polarity[before] > 0), old.size - 1)]
        last = new[min(_settled(alignment[new] * polarity[after] > 0), new.size - 1)]
        width[k] = (moments[last] - moments[first]) / np.timedelta64(1, "ns") / 3600e9
    return crossing, width


def _settled(right: NDArray[np.bool_]) -> int:
    """Index of the first of three true values in a row."""
    run = right[:-2] & right[1:-1] & right[2:]
    return int(np.argmax(run)) if run.any() else right.size - 1


def _share(right: NDArray[np.bool_], measured: NDArray[np.bool_], weight: Floats) -> float:
    total = float(weight[measured].sum())
    return float(weight[right & measured].sum()) / total if total > 0 else float("nan")


def sectors_per_rotation(crossing: Any, period: float = 27.2753) -> float:
    """Return the mean number of sectors in a rotation of the Sun.

    Parameters
    ----------
    crossing : array of datetime64
        Times of sector boundaries, as :func:`find_sectors` gives them.
    period : float, optional
        Synodic rotation period, d.

    Returns
    -------
    float
        Boundaries a rotation, which is usually 2 or 4; NaN for fewer than two boundaries.

    Examples
    --------
    >>> round(sectors_per_rotation(np.datetime64("2008-01-01") + np.array([0, 14, 27, 41])), 2)
    2.0
    """
    moments = np.sort(np.asarray(to_datetime64(crossing)))
    if moments.size < 2:
        return float("nan")
    days = (moments[-1] - moments[0]) / np.timedelta64(1, "ns") / 86_400e9
    return float((moments.size - 1) * period / days)
