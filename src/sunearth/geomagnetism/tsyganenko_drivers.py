"""What the empirical field models of Tsyganenko are driven by, computed from the solar wind: G1 to G3 and W1 to W6.

G1 to G3 are means over the last hour; W1 to W6 are memories of the wind that fade within one hour to one day and a
half.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.errors import DataError, InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import dimensionless, km_s, nT, per_cm3, utc
from sunearth.numerics.series import as_rows, interval_hours

if TYPE_CHECKING:
    import xarray as xr

_TSYGANENKO_2002 = "Tsyganenko 2002, J. Geophys. Res. 107(A8), 1176, doi:10.1029/2001JA000220"
_TSYGANENKO_SITNOV = "Tsyganenko and Sitnov 2005, J. Geophys. Res. 110, A03208, doi:10.1029/2004JA010798"


class PenetrationParameters(NamedTuple):
    """What the wind of the last hour does to the tail, after Tsyganenko (2002) and Tsyganenko et al. (2003)."""

    g1: dimensionless
    g2: dimensionless
    g3: dimensionless


class StormParameters(NamedTuple):
    """What drives each current system of Tsyganenko and Sitnov (2005)."""

    w1: dimensionless
    w2: dimensionless
    w3: dimensionless
    w4: dimensionless
    w5: dimensionless
    w6: dimensionless


class _Fit(NamedTuple):
    """Exponents and rates of W1 to W6, and how many ions there are to a proton."""

    density: tuple[float, ...]  # lambda
    speed: tuple[float, ...]  # beta
    southward_field: tuple[float, ...]  # gamma
    rate: tuple[float, ...]  # r, per hour
    ions: float


_FITS = {
    # Parameters 45 to 68 of the field model as its author released it; his driver files count 4 % of helium by number.
    "released": _Fit(
        density=(0.394732, 0.550920, 0.387365, 0.436819, 0.405553, 1.26131),
        speed=(0.846509, 0.180725, 2.26596, 1.28211, 1.62290, 2.42297),
        southward_field=(0.916555, 0.898772, 1.29123, 1.33199, 0.699074, 0.537116),
        rate=(0.383403, 0.648176, 0.0318752, 0.581168, 1.15070, 0.843004),
        ions=1.16,
    ),
    # As printed in the paper and used in the files of Qin et al. (2007), with the density of protons.
    "paper": _Fit(
        density=(0.39, 0.46, 0.39, 0.42, 0.41, 1.29),
        speed=(0.80, 0.18, 2.32, 1.25, 1.60, 2.40),
        southward_field=(0.87, 0.67, 1.32, 1.29, 0.69, 0.53),
        rate=(0.39, 0.70, 0.031, 0.58, 1.15, 0.88),
        ions=1.0,
    ),
}
_STEP = 1.0 / 12.0
"""h: the sums that define W1 to W6 go over averages of five minutes."""
_WINDOW = 1.0
"""h: G1 to G3 are means over the preceding hour."""
_SAMPLES = ("mean", "end")


@model(cite=_TSYGANENKO_2002, even=("b_y",), monotonic={"speed": 1, "b_z": -1})
def penetration_rates(speed: km_s, n_p: per_cm3, b_y: nT, b_z: nT) -> PenetrationParameters:
    """Momentary values whose means over an hour are the parameters G1 to G3.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the solar wind.
    n_p : float or array, cm^-3
        Proton density of the solar wind.
    b_y, b_z : float or array, nT
        Duskward and northward components of the interplanetary field, GSM.

    Returns
    -------
    g1 : float or array, 1
        Momentary G1: strength of the field across the Sun-Earth line, weighted by its clock angle.
    g2 : float or array, 1
        Momentary G2: southward field carried by the wind.
    g3 : float or array, 1
        Momentary G3: southward field and mass carried by the wind.

    Notes
    -----
    With B the field across the Sun-Earth line, theta its clock angle and B_s its southward part,

    | g1 = v h(B) sin^3(theta / 2), h = (B / 40)^2 / (1 + B / 40)
    | g2 = 0.005 v B_s
    | g3 = n v B_s / 2000

    in km/s, nT and cm^-3; the results are used as pure numbers. g3 belongs to Tsyganenko, Singer
    and Kasper (2003), Storm-time distortion of the inner magnetosphere.

    Examples
    --------
    >>> [float(value.round(3)) for value in penetration_rates(400.0, 5.0, 0.0, -5.0)]
    [5.556, 10.0, 5.0]
    """
    xp = namespace(speed, n_p, b_y, b_z)
    across = xp.hypot(b_y, b_z)
    # sin^3(theta / 2) = [(1 - b_z / B) / 2]^(3/2), written so that nothing is divided by B nor rounded below 0.
    clock = xp.sqrt(across) * (xp.maximum(across - b_z, 0.0 * b_z) / 2.0) ** 1.5
    southward = xp.maximum(-b_z, 0.0 * b_z)
    g1 = speed * clock / 40.0**2 / (1.0 + across / 40.0)
    return PenetrationParameters(g1, speed * southward / 200.0, n_p * speed * southward / 2000.0)


@model(cite=_TSYGANENKO_SITNOV, monotonic={"speed": 1, "n_p": 1, "b_z": -1})
def storm_sources(speed: km_s, n_p: per_cm3, b_z: nT, coefficients: str = "released") -> StormParameters:
    """Momentary values that the parameters W1 to W6 follow.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the solar wind.
    n_p : float or array, cm^-3
        Proton density of the solar wind.
    b_z : float or array, nT
        Northward component of the interplanetary field, GSM.
    coefficients : {"released", "paper"}
        Whose exponents; see :func:`storm_parameters`.

    Returns
    -------
    w1 : float or array, 1
        Source of W1, the first module of the tail current.
    w2 : float or array, 1
        Source of W2, the second module of the tail current.
    w3 : float or array, 1
        Source of W3, the symmetric ring current.
    w4 : float or array, 1
        Source of W4, the partial ring current.
    w5 : float or array, 1
        Source of W5, the currents of region 1.
    w6 : float or array, 1
        Source of W6, the currents of region 2.

    Raises
    ------
    UnknownNameError
        If there are no such coefficients.

    Notes
    -----
    S = (n / 5 cm^-3)^lambda (v / 400 km/s)^beta (B_s / 5 nT)^gamma with the southward field B_s; 0 while the field
    points north.

    Examples
    --------
    >>> [float(value) for value in storm_sources(400.0, 5.0, -5.0, coefficients="paper")]
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    fit = _fit(coefficients)
    xp = namespace(speed, n_p, b_z)
    is_south = b_z < 0.0
    nothing = 0.0 * (speed + n_p + b_z)
    log_n, log_v = xp.log(n_p * (fit.ions / 5.0)), xp.log(speed / 400.0)
    # One nanotesla stands in for northward fields, so that no logarithm, nor its slope, is infinite.
    log_b = xp.log(xp.where(is_south, -b_z, 1.0 + 0.0 * b_z) / 5.0)
    exponents = zip(fit.density, fit.speed, fit.southward_field, strict=True)
    return StormParameters(
        *(xp.where(is_south, xp.exp(n * log_n + v * log_v + b * log_b), nothing) for n, v, b in exponents)
    )


@model(cite=_TSYGANENKO_2002, along="time", even=("b_y",), monotonic={"speed": 1, "b_z": -1})
def penetration_parameters(
    time: utc, speed: km_s, n_p: per_cm3, b_y: nT, b_z: nT, sample: str = "mean"
) -> PenetrationParameters:
    """Parameters G1 to G3 of the field models of 2001, from the solar wind of the last hour.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending, at any cadence.
    speed : array (..., time), km/s
        Speed of the solar wind.
    n_p : array (..., time), cm^-3
        Proton density of the solar wind; only G3 needs it.
    b_y, b_z : array (..., time), nT
        Duskward and northward components of the interplanetary field, GSM.
    sample : {"mean", "end"}
        Whether to return the mean over each interval or the value at its end.

    Returns
    -------
    g1 : array (..., time), 1
        G1 of Tsyganenko's model of 2001: how the interplanetary field enters the tail.
    g2 : array (..., time), 1
        G2 of Tsyganenko's models of 2001 and 2003: southward field of the last hour.
    g3 : array (..., time), 1
        G3 of Tsyganenko's storm model of 2003: southward field and density of the last hour.

    Raises
    ------
    UnknownNameError
        If there is no such sample.

    Notes
    -----
    Means of :func:`penetration_rates` over the preceding hour. Each value of the wind holds from its time to the next,
    as period averages labelled by their start do, so that gaps should be NaN rather than missing rows. Unknown wind is
    left out of the mean, and a result is NaN where the wind it needs is. At a cadence of five minutes,
    ``sample="end"`` gives the plain mean of twelve averages. At a cadence of an hour that would be the hour's own
    value, whereas the mean over the interval weighs it and the hour before equally.

    The hourly files of Qin et al. (2007) do much the same with a line drawn through the hourly values. On 4420
    measured hours of 1999 to 2001 the correlation with them is 0.997, 0.996 and 0.996, and the means here are 5 to 7 %
    higher (3 to 5 % in storms), as a line that crosses zero loses southward field. In storms hourly averages of the
    wind make G2 and G3 10 % lower than averages of five minutes do.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(4) * np.timedelta64(30, "m")
    >>> penetration_parameters(time, 400.0, 5.0, 0.0, np.array([0.0, -10.0, -10.0, 0.0]), sample="end").g2
    array([ 0., 10., 20., 10.])
    """
    from ._driver_kernels import trailing_means

    at_end = _at_end(sample)
    rates = np.broadcast_arrays(*penetration_rates.spec.function(speed, n_p, b_y, b_z))
    start, hours, *rows, restore = as_rows(time, interval_hours(time), *rates)
    return PenetrationParameters(*map(restore, trailing_means(start, hours, np.stack(rows), _WINDOW, at_end)))


@model(cite=_TSYGANENKO_SITNOV, along="time", monotonic={"speed": 1, "n_p": 1, "b_z": -1})
def storm_parameters(
    time: utc,
    speed: km_s,
    n_p: per_cm3,
    b_z: nT,
    coefficients: str = "released",
    sample: str = "mean",
    start: Sequence[float] | None = None,
) -> StormParameters:
    """Parameters W1 to W6 of the storm-time field model of 2005, from the history of the solar wind.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending, at any cadence.
    speed : array (..., time), km/s
        Speed of the solar wind.
    n_p : array (..., time), cm^-3
        Proton density of the solar wind.
    b_z : array (..., time), nT
        Northward component of the interplanetary field, GSM.
    coefficients : {"released", "paper"}
        The exponents and rates that the released field model carries, with 4 % of helium, as in its author's driver
        files; or those printed in the paper, as in the files of Qin et al. before their scaling.
    sample : {"mean", "end"}
        Whether to return the mean over each interval or the value at its end.
    start : sequence of six floats, optional
        W1 to W6 at the first time, as an earlier run ended with ``sample="end"``; zero by default.

    Returns
    -------
    w1 : array (..., time), 1
        W1 of Tsyganenko and Sitnov's model: drives the first module of the tail current.
    w2 : array (..., time), 1
        W2 of Tsyganenko and Sitnov's model: drives the second module of the tail current.
    w3 : array (..., time), 1
        W3 of Tsyganenko and Sitnov's model: drives the symmetric ring current.
    w4 : array (..., time), 1
        W4 of Tsyganenko and Sitnov's model: drives the partial ring current.
    w5 : array (..., time), 1
        W5 of Tsyganenko and Sitnov's model: drives the currents of region 1.
    w6 : array (..., time), 1
        W6 of Tsyganenko and Sitnov's model: drives the currents of region 2.

    Raises
    ------
    UnknownNameError
        If there are no such coefficients or no such sample.
    InputError
        If `start` does not hold six numbers.

    Notes
    -----
    The definition is a sum over averages of five minutes since the storm began,
    W(t) = r / 12 sum over t' of S(t') exp[r (t' - t)], with the sources S of :func:`storm_sources` and rates r from
    0.032 per hour (W3) to 1.15 per hour (W5). That is the solution of dW/dt = r (S - W) times
    (r / 12) / [1 - exp(-r / 12)], 0 to 5 % above one. Here the equation is solved exactly at the cadence of the wind,
    each value of which holds from its time to the next (gaps should be NaN rather than missing rows):
    ``sample="end"`` at five minutes gives the sum as defined, and a finer or coarser cadence of the same wind gives the
    same numbers. Where an input is NaN so is the result, and the memory fades until the wind returns.

    The author's driver files begin each sum in two hours or more of quiet and northward field; so does `start` by
    default. W3 remembers for 31 h, and is low for two days if the series begins in a storm; :func:`known_memory` says
    by how much.

    Hourly averages lose what turns within the hour before its southward part is taken: in storms of 2012 to 2018 they
    make W1 to W6 7 to 14 % lower than averages of five minutes do (most in W3 and W4). The hourly files of Qin et al.
    (2007) take the coefficients of the paper, a line through the hourly values sampled four times an hour, and
    multiply W1 to W6 by 1.070, 1.025, 1.247, 1.100, 0.977 and 1.135 to meet the mean of the author's values. On 5109
    measured hours of 1999 to 2001 the correlation with them is above 0.995 and the means agree within 3 %, but for W3,
    which is 11 % lower here, and W2 (0.972; a fifth higher in storms), in which the exponent of the field is 0.90 in
    the released model and was 0.67 in the paper.

    The exponents of density and southward field are easily taken for each other, and one published program does so:
    lambda belongs to the density, gamma to the field.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(24) * np.timedelta64(1, "h")
    >>> w = storm_parameters(time, 600.0, 15.0, -15.0)
    >>> [round(float(value[-1]), 1) for value in w]
    [6.4, 5.9, 8.9, 12.8, 7.2, 24.1]
    """
    from ._driver_kernels import fading_responses

    fit, at_end = _fit(coefficients), _at_end(sample)
    begin = np.zeros(6) if start is None else np.asarray(start, np.float64)
    if begin.shape != (6,):
        raise InputError(f"storm_parameters: start has the shape {begin.shape}; give W1 to W6, six numbers")
    rate = np.array(fit.rate)
    sum_over_integral = rate * _STEP / -np.expm1(-rate * _STEP)
    sources = storm_sources.spec.function(speed, n_p, b_z, coefficients)
    _, hours, *rows, restore = as_rows(time, interval_hours(time), *sources)
    responses = fading_responses(hours, np.stack(rows), rate, begin / sum_over_integral, at_end)
    return StormParameters(
        *(restore(factor * response) for factor, response in zip(sum_over_integral, responses, strict=True))
    )


def known_memory(time: Any, speed: Any, n_p: Any, b_z: Any, coefficients: str = "released") -> StormParameters:
    """Return how much of the memory behind each of W1 to W6 rests on known wind.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending.
    speed, n_p, b_z : array (..., time)
        As for :func:`storm_parameters`.
    coefficients : {"released", "paper"}
        Whose rates.

    Returns
    -------
    StormParameters
        Shares from 0 to 1, for every time, means over each interval: the weight exp[r (t' - t)] of all earlier times
        at which the wind is known, over that of all times. They begin at 0, since nothing is known of the time before
        the series.

    Examples
    --------
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(48) * np.timedelta64(1, "h")
    >>> share = known_memory(time, 400.0, 5.0, 0.0)
    >>> round(float(share.w3[-1]), 2), round(float(share.w5[-1]), 2)
    (0.78, 1.0)
    """
    from ._driver_kernels import fading_responses

    known = np.where(np.isnan(np.asarray(speed) + np.asarray(n_p) + np.asarray(b_z)), 0.0, 1.0)
    _, hours, row, restore = as_rows(time, interval_hours(time), known)
    shares = fading_responses(hours, np.stack([row] * 6), np.array(_fit(coefficients).rate), np.zeros(6), False)
    return StormParameters(*map(restore, shares))


_INDICES = {
    "kp": ("kp_observed", "kp", "kp_model"),
    "dst": ("dst_observed", "sym_h_observed", "dst", "sym_h"),
}
"""Under which names a Dataset holds each index, measured ones first."""
_WIND = ("p_dyn", "b_y", "b_z", "speed", "n_p")
_LABELS = {
    "kp": ("1", "Kp index"),
    "dst": ("nT", "Dst index"),
    "p_dyn": ("nPa", "Dynamic pressure of the solar wind"),
    "b_y": ("nT", "Duskward component of the interplanetary magnetic field, GSM"),
    "b_z": ("nT", "Northward component of the interplanetary magnetic field, GSM"),
}
"""Unit and meaning of what is handed on, where the Dataset does not say."""


def drivers(wind: xr.Dataset, coefficients: str = "released") -> xr.Dataset:
    """Return all that the field models from 1989 to 2005 are driven by.

    Parameters
    ----------
    wind : Dataset
        Solar wind in GSM with the dimension time: speed, n_p, b_y, b_z and p_dyn, and of the indices Kp and Dst (or
        SYM-H) what there is. The result of a chain run serves as well; measured indices, which have time axes of
        their own there (time_hourly, time_3h), go before modelled ones and hold until the next value.
    coefficients : {"released", "paper"}
        As for :func:`storm_parameters`.

    Returns
    -------
    Dataset
        kp (1989), p_dyn, dst, b_y and b_z (1996 on), g1, g2 and g3 (2001, 2003) and w1 to w6 (2005), each with units,
        long_name and references; and w_known, the least share of the memories of W1 to W6 that rests on known wind.
        Indices that the Dataset lacks are left out; modelled ones stand where measured ones end.

    Raises
    ------
    DataError
        If the wind is not in GSM, or lacks a variable or the dimension time.

    Examples
    --------
    >>> import xarray as xr
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(3) * np.timedelta64(1, "h")
    >>> values = {"speed": 400.0, "n_p": 5.0, "b_y": 0.0, "b_z": -5.0, "p_dyn": 1.6, "dst": -20.0}
    >>> wind = xr.Dataset({name: ("time", np.full(3, value)) for name, value in values.items()}, {"time": time})
    >>> list(drivers(wind))
    ['dst', 'p_dyn', 'b_y', 'b_z', 'g1', 'g2', 'g3', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w_known']
    """
    missing = [name for name in _WIND if name not in wind]
    if missing:
        raise DataError(f"the solar wind has no {missing[0]}; the field models need {', '.join(_WIND)}")
    if "time" not in wind.dims:
        raise DataError("the solar wind has no dimension time: G1 to G3 and W1 to W6 need its history")
    frame = str(wind.attrs.get("frame", "GSM"))
    if frame != "GSM":
        raise DataError(f"the solar wind is in {frame}; turn it to GSM first (sunearth.chain.prepare.to_gsm)")

    result = wind[[]].copy()
    for ours, (unit, long_name) in _LABELS.items():
        found = [wind[name] for name in _INDICES.get(ours, (ours,)) if name in wind and wind[name].size]
        if found:
            first, *others = (_at(array, wind["time"]) for array in found)
            for other in others:
                first = first.fillna(other)
            result[ours] = first.assign_attrs({"units": unit, "long_name": long_name} | found[0].attrs)
    time, (speed, n_p, b_y, b_z) = wind["time"], (wind[name] for name in ("speed", "n_p", "b_y", "b_z"))
    penetration = penetration_parameters(time, speed, n_p, b_y, b_z)
    storm = storm_parameters(time, speed, n_p, b_z, coefficients=coefficients)
    for parameters in (penetration, storm):
        result = result.assign(parameters._asdict())
    if "assumes" in b_y.attrs:
        result["g1"].attrs["assumes"] = b_y.attrs["assumes"]
    import xarray as xr

    history = xr.broadcast(time, speed, n_p, b_z)
    order = [*(dim for dim in history[0].dims if dim != "time"), "time"]
    shares = known_memory(*(values.transpose(*order).values for values in history), coefficients=coefficients)
    label = "Least share of the memories behind W1 to W6 that rests on known wind"
    attributes = {"units": "1", "long_name": label, "references": storm_parameters.spec.cite}
    result["w_known"] = xr.DataArray(np.minimum.reduce(shares), dims=order, attrs=attributes)
    result = result.transpose(*xr.broadcast(speed, n_p, b_y, b_z)[0].dims, ...)
    result.attrs = {key: value for key, value in wind.attrs.items() if key in ("frame", "source", "place")}
    return result


def _at(index: xr.DataArray, time: xr.DataArray) -> xr.DataArray:
    """Bring an index with an axis of its own to the times of the wind: a value holds until the next one."""
    own = next((str(dim) for dim in index.dims if str(dim).startswith("time_")), None)
    if own is None:
        return index
    begin = index[own].values
    end = begin[-1] + (begin[-1] - begin[-2]) if begin.size > 1 else begin[-1] + np.timedelta64(1, "h")
    place = np.searchsorted(begin, time.values, side="right") - 1
    covered = (time < end) & (place >= 0)
    values = index.isel({own: np.maximum(place, 0)}).drop_vars(own).rename({own: "time"})
    return values.assign_coords(time=time).where(covered)


def _fit(coefficients: str) -> _Fit:
    if coefficients not in _FITS:
        raise UnknownNameError("coefficients", coefficients, _FITS, f"There are {', '.join(_FITS)}.")
    return _FITS[coefficients]


def _at_end(sample: str) -> bool:
    if sample not in _SAMPLES:
        raise UnknownNameError("sample", sample, _SAMPLES, f"There are {', '.join(_SAMPLES)}.")
    return sample == "end"
