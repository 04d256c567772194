"""Electrons above 2 MeV at geosynchronous orbit: what the wind does to them, and the forecast of the next days."""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.quantities import labelled_factor
from sunearth.core.time import to_datetime64
from sunearth.core.units import km_s, nT, parse_unit, per_cm3, pfu, utc
from sunearth.heliosphere.wind import dynamic_pressure
from sunearth.numerics.series import as_rows, interval_hours

from .magnetopause import shue_1998

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

ALERT_FLUX = 1000.0
"""cm^-2 s^-1 sr^-1, at which space weather centres warn of charging inside satellites."""
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Levels at which :func:`forecast_electrons` states the flux: bands of 50, 80 and 90 per cent around the median."""
FLOOR = 0.1
"""cm^-2 s^-1 sr^-1, below which a flux counts as this much: instruments do not resolve less."""
WIDEST = 1.5
"""Largest spread of a forecast, in log10 of the flux: that of two days of the record with nothing in common."""
CEILING = 1e6
"""Largest flux of any quantile, cm^-2 s^-1 sr^-1: five times the largest of 2014 to 2020."""

_OWN = "sunearth developers 2026, sunearth, fitted to GOES electrons above 2 MeV of 2014-2017"
_HOUR = np.timedelta64(3_600_000_000_000, "ns")
_DAY = np.timedelta64(86_400_000_000_000, "ns")


class WindDriven(NamedTuple):
    """Constants of :func:`electron_flux_2mev`; levels are logarithms of the flux to base 10."""

    quiet_level: float
    """What a wind of 400 km/s and 5 cm^-3 with northward field would sustain."""
    speed_effect: float
    """Per decade of speed."""
    field_effect: float
    """Per square root of a mV/m of southward field."""
    density_effect: float
    """Per decade of density."""
    seed_time: float
    """h, in which the electrons that are to be accelerated follow the wind."""
    rise_time: float
    """h, in which the flux rises towards what the wind sustains."""
    decay_time: float
    """h, in which it falls towards it."""
    loss_rate: float
    """Decades per hour and R_E by which the nose of the magnetopause is closer than `loss_standoff`."""
    loss_standoff: float
    """R_E, where drift paths begin to end at the magnetopause."""
    storm_effect: float
    """Decades per mV/m that the field of a storm takes from the flux while it lasts."""
    storm_time: float
    """h, the memory of it."""
    highest: float
    """The largest flux that the wind sustains."""


WIND_DRIVEN = WindDriven(
    quiet_level=0.519,
    speed_effect=12.56,
    field_effect=2.53,
    density_effect=0.748,
    seed_time=11.4,
    rise_time=13.0,
    decay_time=300.0,
    loss_rate=0.0581,
    loss_standoff=9.76,
    storm_effect=0.431,
    storm_time=29.0,
    highest=4.99,
)
"""Fitted by ``validation/fit_electron_forecast.py``."""


@model(
    cite=_OWN,
    valid={"speed": (260.0, 860.0), "n_p": (0.3, 60.0), "b_z": (-20.0, 20.0), "start": (0.3, 1e5)},
    along="time",
    compiled=True,
)
def electron_flux_2mev(time: utc, speed: km_s, n_p: per_cm3, b_z: nT, start: pfu = 100.0) -> pfu:
    """Flux of electrons above 2 MeV at geosynchronous orbit, driven by the solar wind alone.

    Parameters
    ----------
    time : datetime64, (..., time)
        Times in UTC, ascending, at any cadence.
    speed : array (..., time), km/s
        Speed of the solar wind.
    n_p : array (..., time), cm^-3
        Proton density.
    b_z : array (..., time), nT
        Northward field, GSM.
    start : float or array (..., time), cm^-2 s^-1 sr^-1
        Flux at the first time (only its first value counts). It is forgotten within 10 days of decay, or in the next
        fast stream.

    Returns
    -------
    flux : array (..., time), cm^-2 s^-1 sr^-1
        Mean around the orbit (geometric, over all local times) in the interval from each time to the next. Where a
        driver is NaN it is NaN; the flux stays where it was until the drivers return.

    Notes
    -----
    The logarithm x of the flux nears the level that the wind sustains, g = g_0 + a log(v / 400 km/s) + b E^(1/2) +
    c log(n / 5 cm^-3), E the southward v B, delayed by half a day and never above 10^5: within half a day upward and 12
    days downward. While the nose of the magnetopause (:func:`~sunearth.magnetosphere.magnetopause.shue_1998`) is inside
    9.8 R_E, electrons are lost on drift paths that end there; while a storm lasts its field takes more. Rise a day or
    two after the speed, dropout with pressure and southward field, and slow decay thus follow from one equation with
    twelve constants.

    Against daily means of GOES it is good to a factor of 3 to 5: RMSE 0.53 in log10 on the years it was fitted to,
    0.63 on each of them left out, 0.66 (efficiency 0.60, too low by 0.19) on 2018-2019. Use :func:`forecast_electrons`
    where a measured flux is at hand.

    Examples
    --------
    >>> time = np.datetime64("2017-03-01", "ns") + np.arange(120) * np.timedelta64(1, "h")
    >>> fast = np.where(np.arange(120) < 24, 380.0, 620.0)
    >>> flux = electron_flux_2mev(time, fast, 4.0, -1.0)
    >>> flux[[23, 47, 71, 95]].round(-2).tolist()
    [100.0, 2000.0, 15300.0, 25100.0]
    """
    return wind_driven_flux(time, speed, n_p, b_z, start, WIND_DRIVEN)


def wind_driven_flux(
    time: Any, speed: Any, n_p: Any, b_z: Any, start: Any, constants: WindDriven, measured: Any = np.nan
) -> Any:
    """Return the flux of :func:`electron_flux_2mev` for other constants, or led by measurements.

    Parameters
    ----------
    time, speed, n_p, b_z, start
        As there.
    constants : WindDriven
        The constants to use.
    measured : float or array (..., time), cm^-2 s^-1 sr^-1, optional
        Flux from which to go on after the interval, as far as it is not NaN.

    Returns
    -------
    array (..., time), cm^-2 s^-1 sr^-1
        The flux.

    Examples
    --------
    >>> time = np.datetime64("2017-03-01", "ns") + np.arange(48) * np.timedelta64(1, "h")
    >>> faster = wind_driven_flux(time, 600.0, 4.0, 0.0, 1.0, WIND_DRIVEN._replace(rise_time=6.0))
    >>> bool(faster[-1] > electron_flux_2mev(time, 600.0, 4.0, 0.0, 1.0)[-1])
    True
    """
    from ._relativistic_electron_kernels import rise_and_fall

    speed, n_p, b_z, start = (np.asarray(values, float) for values in (speed, n_p, b_z, start))
    known = (speed > 0.0) & (n_p > 0.0)
    # Logarithms of what is no wind would stop the loop: they are unknown, as NaN is.
    speed, n_p = np.where(known, speed, np.nan), np.where(known, n_p, np.nan)
    field = np.maximum(0.0, -1e-3 * speed * b_z)
    level = (
        constants.quiet_level
        + constants.speed_effect * np.log10(speed / 400.0)
        + constants.field_effect * np.sqrt(field)
        + constants.density_effect * np.log10(n_p / 5.0)
    )
    loss = constants.loss_rate * np.maximum(0.0, constants.loss_standoff - _standoff(speed, n_p, b_z))
    begin, known_flux = np.log10(np.maximum(start, FLOOR)), np.log10(np.maximum(measured, FLOOR))
    _, hours, level, field, loss, begin, known_flux, restore = as_rows(
        time, interval_hours(time), level, field, loss, begin, known_flux
    )
    logarithm = rise_and_fall(
        hours,
        level,
        field,
        loss,
        known_flux,
        begin,
        constants.seed_time,
        constants.rise_time,
        constants.decay_time,
        constants.storm_time,
        constants.storm_effect,
        constants.highest,
        float(np.log10(FLOOR)),
    )
    return restore(10.0 ** (logarithm + 0.0 * begin))


def _standoff(speed: Any, n_p: Any, b_z: Any) -> Any:
    p_dyn = dynamic_pressure.spec.function(n_p, speed)
    return shue_1998.spec.function(np.float64(0.0), p_dyn, b_z)


LEADS = (1, 2, 3)
"""Days ahead for which there are coefficients."""
_LEAST_HOURS = 18
"""of a day whose flux must be known: with fewer its mean over local time is not"""
_PARTS = 4
"""parts of a day, six hours each, in which the flux is taken apart"""
_ROTATION = 27
"""d, after which a stream returns"""
_OUTAGE = 72
"""h before the issue whose gaps in the wind widen the band"""
_BEYOND = 0.5
"""decades by which a forecast may pass the lowest and the highest flux of the years of the fit"""
_LONG_AGO = 60.0
"""d, age of a flux that was never known"""
_USUAL_FLUX = 100.0
"""cm^-2 s^-1 sr^-1, from which the wind leads on where no flux was ever known"""

BASE = (
    *(f"log_flux_{k}" for k in range(3)),
    "log_flux_rotation",
    *(f"flux_share_{k}" for k in range(2, _PARTS + 1)),
    *(f"log_speed_{k}" for k in range(3)),
    "log_speed_last",
    *(f"log_density_{k}" for k in range(2)),
    "log_density_last",
    *(f"field_{k}" for k in range(3)),
    "field_last",
    "south_last",
    "standoff_least",
    "dst_mean",
    "dst_least",
    "dst_last",
    "log_speed_returning",
    "log_speed_returned",
)
"""What a forecast is made from.

A number counts days back from the issue, ``last`` are the last six hours, ``rotation`` the last 27 days; ``returning``
is the speed 27 days before the day that is forecast and ``returned`` that of the day before it.
"""
PRODUCTS = (
    ("log_flux_0", "log_speed_last"),
    ("log_flux_0", "dst_last"),
    ("log_flux_0", "field_0"),
    ("log_speed_last", "south_last"),
)
"""Pairs whose deviations from their means are multiplied."""
SPREAD_BY = ("log_flux_0", "log_speed_last", "log_density_last", "field_0", "field_last", "standoff_least", "dst_last")
"""What the width of the band depends on."""


def forecast_electrons(
    time: Any,
    flux: Any,
    wind: Mapping[str, Any],
    *,
    lead_days: int | Sequence[int] = 1,
    quantiles: Sequence[float] = QUANTILES,
    threshold: float = ALERT_FLUX,
    coefficients: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Forecast the mean flux and fluence of electrons above 2 MeV at geosynchronous orbit, a day to three days ahead.

    Parameters
    ----------
    time : datetime64 array (time)
        Times in UTC, ascending, hourly or denser; each the start of the interval that its values are means of.
    flux : array (time) or None, cm^-2 s^-1 sr^-1
        Measured flux above 2 MeV at geosynchronous orbit; NaN or negative where missing, None where there is none at
        all.
    wind : Dataset or mapping of arrays (time)
        ``speed`` (km/s), ``n_p`` (cm^-3) and ``b_z`` (nT, GSM), and ``dst`` (nT, measured Dst or SYM-H) if it is known.
        A Dataset may have times of its own; DataArrays in other units are converted.
    lead_days : {1, 2, 3} or sequence of them, optional
        Which day is forecast: 1 is the day that begins at the issue.
    quantiles : sequence of float, optional
        Levels of probability.
    threshold : float, cm^-2 s^-1 sr^-1, optional
        Daily mean flux whose exceedance is an alarm.
    coefficients : mapping, optional
        Instead of :func:`fitted_coefficients`.

    Returns
    -------
    Dataset
        Along `time`, every 00 UT that ends a day of input, the last of them the forecast for the day to come:
        ``flux`` and ``fluence`` (per day) by `quantile`, ``log_flux`` (expected logarithm to base 10) and its
        ``spread``, ``alarm_probability``, ``day`` that is forecast, and what the forecast had to do without:
        ``flux_age`` (days since the last measured day), ``wind_missing`` (share of the last 72 hours), ``outside``
        (a driver lay outside what it was fitted to, and counts as the edge). With several leads there is a dimension
        `lead_day`.

    Raises
    ------
    InputError
        If a lead has no coefficients, a series does not fit its times or a level is not between 0 and 1.

    Notes
    -----
    The logarithm of the mean flux of a day is a linear function of the last three days of flux and wind, of the last
    six hours of each, of the nearest magnetopause and of Dst, of four products that make strong drivers act on a full
    belt otherwise than on an empty one, of the mean flux of the last rotation of the Sun, and of the wind one rotation
    before the day that is forecast. Weights are fitted by ridge regression to 2014-2017. The band is that of the errors
    in months left out, scaled by a width that depends on flux, wind and Dst.

    Nothing stops at gaps. Wind that is missing is held, a day without at least 18 hours of flux is replaced by the
    mean of its forecast and of what :func:`electron_flux_2mev` makes of the wind since the last measured day, Dst comes
    from
    :func:`~sunearth.magnetosphere.ring_current.obrien_mcpherron_2000` where it is not given, and the band is widened by
    what such outages cost in the years of the fit. Nothing after the issue is used, whatever the series hold.

    On 2018-2019, which nothing was fitted to, the median has an efficiency of 0.88, 0.72 and 0.57 for one, two and
    three days (persistence 0.77, 0.47, 0.21), RMSE 0.36, 0.55 and 0.69 in log10, and is too low by 0.07. The 80 per
    cent band holds 81, 82 and 83 per cent of the days, more of the others lying above than below. An alarm a day ahead
    at a probability of 0.3 catches 86 per cent of the days of 1000 and more, and 11 per cent of the alarms are false.
    With no flux ever measured the efficiency falls to 0.57 a day ahead, and the same band holds 68 per cent; this case
    was revised once after a first score on those years. Final Dst was used; with Dst modelled from the wind the scores
    are the same within 0.003.

    The fluxes of the fit vary over the day as those of a satellite near 135 deg W (GOES-West) do. Satellites at other
    longitudes lie on other drift shells and see noon at other hours: bring their flux to the same mean first.

    Where outages and extremes would make a forecast less certain than the record of all days, its centre gives way to
    the mean of that record; the spread ends at 1.5 decades and no quantile lies above 1e6 cm^-2 s^-1 sr^-1.

    Examples
    --------
    >>> time = np.datetime64("2017-03-01", "ns") + np.arange(240) * np.timedelta64(1, "h")
    >>> wind = {"speed": np.where(np.arange(240) < 168, 380.0, 600.0), "n_p": 4.0, "b_z": -1.0}
    >>> forecast = forecast_electrons(time, np.full(240, 200.0), wind)
    >>> forecast.flux.sel(quantile=0.5).values[[6, 8, 9]].round(-1).tolist()
    [150.0, 470.0, 480.0]
    >>> str(forecast.day.values[9])[:10], forecast.alarm_probability.values[[6, 9]].round(2).tolist()
    ('2017-03-11', [0.0, 0.07])
    """
    import xarray as xr

    known = fitted_coefficients() if coefficients is None else coefficients
    single = np.ndim(lead_days) == 0
    leads: list[Any] = [lead_days] if single else list(lead_days)  # type: ignore[arg-type]
    for lead in leads:
        if isinstance(lead, (bool, str)) or str(lead) not in known["leads"]:
            raise InputError(f"forecast_electrons: lead_days: {lead!r} days; there are forecasts of {LEADS} days")
    if not leads:
        raise InputError(f"forecast_electrons: lead_days: none given; there are forecasts of {LEADS} days")
    levels = np.asarray(quantiles, float)
    if levels.ndim != 1 or not ((levels > 0.0) & (levels < 1.0)).all():
        raise InputError("forecast_electrons: quantiles: give levels between 0 and 1, such as 0.1 and 0.9")
    days = daily_inputs(time, flux, wind)
    issues = days.issue
    columns: dict[str, list[Floats]] = {}
    state = _fill_flux(days, known)
    for lead in leads:
        part = known["leads"][str(lead)]
        base, outside = _within(base_features(days, lead, state.log_flux), known)
        expected = expected_log_flux(base, part, known)
        spread = _spread(base, part) * _widening(part, state.age, days.wind_missing, days.dst_modelled)
        # A forecast that would be less certain than the record of all days gives way to their mean.
        record = float(known["scale"][0])
        expected = part["level"] + (expected - part["level"]) * np.minimum(1.0, (record / spread) ** 2)
        spread = np.minimum(spread, WIDEST)
        score = _normal_score(levels)[:, None]
        curve = np.minimum(expected + spread * _standard_quantile(score, part), np.log10(CEILING))
        limit = (np.log10(max(threshold, FLOOR)) - expected) / spread
        columns.setdefault("flux", []).append(10.0**curve)
        columns.setdefault("fluence", []).append(10.0**curve * 86_400.0)
        columns.setdefault("log_flux", []).append(expected)
        columns.setdefault("spread", []).append(spread)
        columns.setdefault("alarm_probability", []).append(_exceedance(limit, part))
        columns.setdefault("day", []).append(issues + (lead - 1) * _DAY)
        columns.setdefault("outside", []).append(outside)
    dims = {name: ("quantile", "time") if np.ndim(parts[0]) == 2 else ("time",) for name, parts in columns.items()}
    variables: dict[str, Any] = {
        name: (dims[name], parts[0]) if single else (("lead_day", *dims[name]), np.stack(parts))
        for name, parts in columns.items()
    }
    variables |= {"flux_age": ("time", state.age), "wind_missing": ("time", days.wind_missing)}
    variables |= {"dst_modelled": ("time", days.dst_modelled)}
    coordinates: dict[str, Any] = {"time": issues, "quantile": levels}
    if not single:
        coordinates["lead_day"] = leads
    result = xr.Dataset(variables, coordinates, {"threshold": threshold, "source": _OWN})
    for name, (unit, text) in _LABELS.items():
        result[name].attrs = {"long_name": text, "references": _OWN} | ({"units": unit} if unit else {})
    result["time"].attrs["long_name"] = "Time of issue"
    return result


_LABELS = {
    "flux": ("cm^-2 s^-1 sr^-1", "Daily mean flux of electrons above 2 MeV at geosynchronous orbit"),
    "fluence": ("cm^-2 sr^-1", "Fluence of electrons above 2 MeV at geosynchronous orbit in the day"),
    "log_flux": ("1", "Expected logarithm to base 10 of the daily mean flux in cm^-2 s^-1 sr^-1"),
    "spread": ("1", "Standard width of the error of the logarithm"),
    "alarm_probability": ("1", "Probability that the daily mean flux reaches the threshold"),
    "day": ("", "Start of the day that is forecast"),
    "outside": ("1", "Whether a driver lay outside what the forecast was fitted to"),
    "flux_age": ("d", "Days since the last day of measured flux"),
    "wind_missing": ("1", "Share of the last three days without solar wind"),
    "dst_modelled": ("1", "Whether Dst was modelled from the wind"),
}


@functools.cache
def fitted_coefficients() -> Mapping[str, Any]:
    """Return the weights and errors of the forecast, as ``validation/fit_electron_forecast.py`` found them.

    Returns
    -------
    dict
        ``base`` (names), ``centre``, ``scale``, ``low`` and ``high`` of what the forecast is made from, the limits of
        the products, and by lead in days ``weights``, ``level``, what the width of the error depends on, the ``levels``
        and ``quantiles`` of the standard error, and by how much outages widen it.

    Examples
    --------
    >>> sorted(fitted_coefficients()["leads"])
    ['1', '2', '3']
    """
    place = importlib.resources.files(__package__) / "data" / "electron_forecast.json"
    return json.loads(place.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


_UNITS = {"flux": "cm^-2 s^-1 sr^-1", "speed": "km/s", "n_p": "cm^-3", "b_z": "nT", "dst": "nT"}


class DailyInputs(NamedTuple):
    """Hours of flux, wind and Dst by day, gaps held, with what was missing."""

    issue: NDArray[np.datetime64]
    """End of each day (day)."""
    log_flux: Floats
    """Logarithm of the daily mean flux, NaN with fewer than 18 hours (day)."""
    shares: Floats
    """Mean logarithm in each six hours less that of the daily mean (day, part)."""
    speed: Floats
    """km/s (day, hour)."""
    n_p: Floats
    """cm^-3 (day, hour)."""
    b_z: Floats
    """nT (day, hour)."""
    dst: Floats
    """nT (day, hour)."""
    wind_missing: Floats
    """Share of the 72 hours before each issue without wind (day)."""
    dst_modelled: NDArray[np.bool_]
    """Whether Dst of the last day was modelled (day)."""


def daily_inputs(time: Any, flux: Any, wind: Mapping[str, Any]) -> DailyInputs:
    """Sort flux, wind and Dst into whole days in UTC, as a forecast needs them.

    Parameters
    ----------
    time, flux, wind
        As for :func:`forecast_electrons`.

    Returns
    -------
    DailyInputs
        By day, from the first whole day to the last.

    Raises
    ------
    InputError
        If a series does not fit its times, or there is no whole day.

    Examples
    --------
    >>> time = np.datetime64("2017-03-01", "ns") + np.arange(48) * np.timedelta64(1, "h")
    >>> wind = {"speed": np.full(48, 400.0), "n_p": np.full(48, 5.0), "b_z": np.zeros(48)}
    >>> days = daily_inputs(time, np.full(48, 100.0), wind)
    >>> days.log_flux.tolist(), str(days.issue[-1])[:10]
    ([2.0, 2.0], '2017-03-03')
    """
    time = _ascending(time, "time")
    own = to_datetime64(np.asarray(wind["time"]), "wind") if "time" in wind else time
    own = _ascending(own, "wind")
    begin = np.ceil((min(time[0], own[0]) - np.datetime64("1970-01-01", "ns")) / _DAY)
    last = max(time[-1] + _last_step(time), own[-1] + _last_step(own))
    count = int(np.floor((last - np.datetime64("1970-01-01", "ns")) / _DAY) - begin)
    if count < 1:
        raise InputError("forecast_electrons: time: there is no whole day in it; give at least one, from 00 to 24 UT")
    first = np.datetime64("1970-01-01", "ns") + int(begin) * _DAY
    issue = first + np.arange(1, count + 1) * _DAY

    def hourly(times: Any, values: Any, name: str) -> Floats:
        factor = labelled_factor(values, parse_unit(_UNITS[name]), name) if hasattr(values, "attrs") else 1.0
        values = np.asarray(values, float) * factor
        if values.shape not in ((), times.shape):
            raise InputError(f"forecast_electrons: {name}: {values.shape} values for {times.shape} times")
        return _hourly_means(times, np.broadcast_to(values, times.shape), first, count)

    for name in ("speed", "n_p", "b_z"):
        if name not in wind:
            raise InputError(f"forecast_electrons: wind: {name} is missing; it needs speed, n_p and b_z")
    speed, n_p, b_z = (hourly(own, wind[name], name) for name in ("speed", "n_p", "b_z"))
    speed, n_p = np.where(speed > 0.0, speed, np.nan), np.where(n_p > 0.0, n_p, np.nan)
    missing = np.isnan(speed + n_p + b_z)
    speed, n_p, b_z = (_held(values, usual) for values, usual in ((speed, 400.0), (n_p, 5.0), (b_z, 0.0)))
    dst = hourly(own, wind["dst"], "dst") if "dst" in wind else np.full(count * 24, np.nan)
    unknown = np.isnan(dst)
    if unknown.any():
        dst = np.where(unknown, _modelled_dst(speed, n_p, b_z), dst)
    counted = np.concatenate([np.zeros(_OUTAGE), np.cumsum(missing)])
    share = (counted[_OUTAGE:] - counted[:-_OUTAGE])[23::24] / _OUTAGE
    electrons = np.full(count * 24, np.nan) if flux is None else hourly(time, flux, "flux")
    electrons = np.where(electrons < 0.0, np.nan, electrons)
    log_flux, shares = _daily_flux(electrons.reshape(count, 24))
    by_day = (values.reshape(count, 24) for values in (speed, n_p, b_z, dst))
    return DailyInputs(issue, log_flux, shares, *by_day, share, unknown.reshape(count, 24).mean(-1) > 0.25)


def _ascending(time: Any, place: str) -> Any:
    time = np.atleast_1d(to_datetime64(time, f"forecast_electrons: {place}"))
    if time.ndim != 1 or time.size == 0 or not (np.diff(time) > np.timedelta64(0, "ns")).all():
        raise InputError(f"forecast_electrons: {place}: give one ascending series of times, without duplicates")
    return time


def _last_step(time: Any) -> Any:
    return min(np.diff(time[-2:])[0], _HOUR) if time.size > 1 else _HOUR


def _hourly_means(time: Any, values: Floats, first: Any, count: int) -> Floats:
    hour = np.floor((time - first) / _HOUR).astype(np.int64)
    used = (hour >= 0) & (hour < count * 24) & np.isfinite(values)
    total = np.bincount(hour[used], values[used], count * 24)
    number = np.bincount(hour[used], minlength=count * 24)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _held(values: Floats, usual: float) -> Floats:
    """Hold the last value through gaps; before the first, what is usual."""
    known = ~np.isnan(values)
    last = np.maximum.accumulate(np.where(known, np.arange(values.size), -1))
    return np.where(last >= 0, values[np.maximum(last, 0)], usual)


def _modelled_dst(speed: Floats, n_p: Floats, b_z: Floats) -> Floats:
    from .ring_current import obrien_mcpherron_2000

    time = np.datetime64("2000-01-01", "ns") + np.arange(speed.size) * _HOUR
    modelled = obrien_mcpherron_2000(time, -1e-3 * speed * b_z, dynamic_pressure.spec.function(n_p, speed))
    return np.asarray(modelled)


def _daily_flux(hours: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(hours)
    number = known.sum(-1)
    floored = np.maximum(np.where(known, hours, 0.0), FLOOR)
    mean = np.where(known, floored, 0.0).sum(-1) / np.maximum(number, 1)
    log_flux = np.where(number >= _LEAST_HOURS, np.log10(np.maximum(mean, FLOOR)), np.nan)
    parts = np.where(known, np.log10(floored), 0.0).reshape(-1, _PARTS, 24 // _PARTS).sum(-1)
    inside = known.reshape(-1, _PARTS, 24 // _PARTS).sum(-1)
    shares = np.where(inside > 0, parts / np.maximum(inside, 1), np.nan) - log_flux[:, None]
    return log_flux, shares


def base_features(days: DailyInputs, lead: int, log_flux: Floats) -> Floats:
    """Return what a forecast is made from, by day and in the order of :data:`BASE`; NaN where it is unknown.

    Parameters
    ----------
    days : DailyInputs
        The days.
    lead : int
        Days ahead.
    log_flux : array (day)
        Logarithm of the daily mean flux, days without measurement filled.

    Returns
    -------
    array (day, feature)
        The features.

    Examples
    --------
    >>> time = np.datetime64("2017-03-01", "ns") + np.arange(48) * np.timedelta64(1, "h")
    >>> wind = {"speed": np.full(48, 400.0), "n_p": np.full(48, 5.0), "b_z": np.zeros(48)}
    >>> days = daily_inputs(time, np.full(48, 100.0), wind)
    >>> base_features(days, 1, days.log_flux)[1, :2].tolist()
    [2.0, 2.0]
    """
    log_speed, log_density = np.log10(days.speed), np.log10(days.n_p)
    south = np.maximum(0.0, -days.b_z)
    field = 1e-3 * days.speed * south
    standoff = _standoff(days.speed, days.n_p, days.b_z)
    mean_speed = log_speed.mean(-1)
    last = slice(-24 // _PARTS, None)
    columns = [
        *(_before(log_flux, k) for k in range(3)),
        _mean_of_rotation(log_flux),
        *(days.shares[:, k] for k in range(1, _PARTS)),
        *(_before(mean_speed, k) for k in range(3)),
        log_speed[:, last].mean(-1),
        *(_before(log_density.mean(-1), k) for k in range(2)),
        log_density[:, last].mean(-1),
        *(_before(field.mean(-1), k) for k in range(3)),
        field[:, last].mean(-1),
        south[:, last].mean(-1),
        standoff.min(-1),
        days.dst.mean(-1),
        days.dst.min(-1),
        days.dst[:, last].mean(-1),
        _before(mean_speed, _ROTATION - lead),
        _before(mean_speed, _ROTATION - lead + 1),
    ]
    return np.stack(columns, -1)


def _before(values: Floats, days: int) -> Floats:
    """Values some days earlier, NaN before the first."""
    return np.concatenate([np.full(min(days, values.size), np.nan), values[: max(values.size - days, 0)]])


def _mean_of_rotation(values: Floats) -> Floats:
    """Mean of the last 27 values, the present one included, of those that are known."""
    known = ~np.isnan(values)
    total, number = np.cumsum(np.where(known, values, 0.0)), np.cumsum(known)
    total[_ROTATION:], number[_ROTATION:] = (
        total[_ROTATION:] - total[:-_ROTATION],
        number[_ROTATION:] - number[:-_ROTATION],
    )
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def design(base: Floats, known: Mapping[str, Any]) -> Floats:
    """Return features and products in units of their scatter, what is unknown at its mean.

    Parameters
    ----------
    base : array (day, feature)
        As :func:`base_features` gives it.
    known : mapping
        With ``centre`` and ``scale`` of each, and if known ``product_low`` and ``product_high``, which products do not
        pass.

    Returns
    -------
    array (day, term)
        One column for each of :data:`BASE` and :data:`PRODUCTS`.

    Examples
    --------
    >>> centre = {"centre": [0.0] * len(BASE), "scale": [1.0] * len(BASE)}
    >>> design(np.full((1, len(BASE)), 2.0), centre)[0, [0, -1]].tolist()
    [2.0, 4.0]
    """
    plain = np.nan_to_num((base - np.asarray(known["centre"])) / np.asarray(known["scale"]))
    place = {name: k for k, name in enumerate(BASE)}
    products = np.stack([plain[:, place[a]] * plain[:, place[b]] for a, b in PRODUCTS], -1)
    products = np.clip(products, known.get("product_low", -np.inf), known.get("product_high", np.inf))
    return np.concatenate([plain, products], -1)


def expected_log_flux(base: Floats, part: Mapping[str, Any], known: Mapping[str, Any]) -> Floats:
    """Return the expected logarithm of the daily mean flux, by day.

    Parameters
    ----------
    base : array (day, feature)
        As :func:`base_features` gives it.
    part, known : mapping
        Coefficients of one lead, and all of them.

    Returns
    -------
    array (day)
        Never further than half a decade from what was ever measured in the years of the fit.

    Examples
    --------
    >>> known = fitted_coefficients()
    >>> usual = np.array([known["centre"]])
    >>> float(expected_log_flux(usual, known["leads"]["1"], known)[0].round(1))
    2.7
    """
    linear = design(base, known) @ np.asarray(part["weights"]) + part["level"]
    return np.asarray(np.clip(linear, known["low"][0] - _BEYOND, known["high"][0] + _BEYOND))


def _within(base: Floats, known: Mapping[str, Any]) -> tuple[Floats, NDArray[np.bool_]]:
    """Features limited to what the fit has seen, and whether one was not."""
    inside = np.clip(base, known["low"], known["high"])
    # The small part of the scatter forgives the rounding of the stored limits.
    return inside, (np.abs(inside - base) > 1e-4 * np.asarray(known["scale"])).any(-1)


class _Filled(NamedTuple):
    log_flux: Floats
    age: Floats


def _fill_flux(days: DailyInputs, known: Mapping[str, Any], constants: WindDriven = WIND_DRIVEN) -> _Filled:
    """Replace days without flux by what was to be expected of them, and count how long that has gone on.

    It is the mean of what the wind made of the last measured flux and of the forecast of the day before: the first
    knows the wind of the day itself, the second the flux better, and together they err less than either.
    """
    missing = np.isnan(days.log_flux)
    order = np.arange(missing.size)
    age = np.minimum(order - np.maximum.accumulate(np.where(missing, -_LONG_AGO, order)), _LONG_AGO)
    if not missing.any():
        return _Filled(days.log_flux, age)
    measured = np.full(days.speed.shape, np.nan)
    measured[:, -1] = 10.0**days.log_flux
    time = days.issue[0] - _DAY + np.arange(days.speed.size) * _HOUR
    wind = (values.ravel() for values in (days.speed, days.n_p, days.b_z))
    followed = np.log10(wind_driven_flux(time, *wind, _USUAL_FLUX, constants, measured.ravel()))
    filled = np.where(missing, followed.reshape(days.speed.shape).mean(-1), days.log_flux)
    if not known["leads"]:
        return _Filled(filled, age)
    base = base_features(days, 1, days.log_flux)
    for day in np.flatnonzero(missing[1:]) + 1:
        row = base[day - 1].copy()
        row[:3] = [filled[day - 1 - k] if day - 1 - k >= 0 else np.nan for k in range(3)]
        row[3] = filled[max(0, day - _ROTATION) : day].mean()
        row, _ = _within(row[None], known)
        filled[day] = 0.5 * (filled[day] + expected_log_flux(row, known["leads"]["1"], known)[0])
    return _Filled(filled, age)


def _spread(base: Floats, part: Mapping[str, Any]) -> Floats:
    """Width of the error for each day, from what it depends on."""
    place = [BASE.index(name) for name in SPREAD_BY]
    terms = np.nan_to_num((base[:, place] - np.asarray(part["spread_centre"])) / np.asarray(part["spread_scale"]))
    return np.asarray(np.exp(part["spread_level"] + terms @ np.asarray(part["spread_weights"])))


def _widening(part: Mapping[str, Any], age: Floats, wind_missing: Floats, modelled: NDArray[np.bool_]) -> Floats:
    """By how much outages widen the error; their variances add."""
    table = part["widening"]
    by_age = np.interp(age, table["flux_age"], table["by_flux_age"])
    by_wind = np.interp(wind_missing, table["wind_missing"], table["by_wind_missing"])
    by_dst = np.where(modelled, table["by_dst_modelled"], 1.0)
    return np.asarray(np.sqrt(1.0 + (by_age**2 - 1.0) + (by_wind**2 - 1.0) + (by_dst**2 - 1.0)))


def _normal_score(level: Any) -> Any:
    from scipy.special import ndtri

    return ndtri(level)


def _standard_quantile(score: Floats, part: Mapping[str, Any]) -> Floats:
    """Quantile of the standard error; straight lines between and beyond the stored ones, on normal paper."""
    return _along_line(score, _normal_score(np.asarray(part["levels"])), np.asarray(part["quantiles"]))


def _exceedance(limit: Floats, part: Mapping[str, Any]) -> Floats:
    from scipy.special import ndtr

    return np.asarray(
        ndtr(-_along_line(limit, np.asarray(part["quantiles"]), _normal_score(np.asarray(part["levels"]))))
    )


def _along_line(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Linear interpolation that goes on beyond its ends with the slopes of its outermost thirds."""
    third = max(1, knots.size // 3)
    low = (values[third] - values[0]) / (knots[third] - knots[0])
    high = (values[-1] - values[-1 - third]) / (knots[-1] - knots[-1 - third])
    return np.asarray(
        np.interp(x, knots, values) + low * np.minimum(0.0, x - knots[0]) + high * np.maximum(0.0, x - knots[-1])
    )
