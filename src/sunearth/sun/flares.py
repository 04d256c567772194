"""Solar flares: their X-rays, how they are found and classed, how hot they are, and when their effects reach Earth."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import ASTRONOMICAL_UNIT, BOLTZMANN, ELEMENTARY_CHARGE, PROTON_MASS, SPEED_OF_LIGHT
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import J, K, MeV, Mm, W_m2, au, day, dimensionless, km_s, minutes, per_cm3

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]

CLASSES = {"A": 1e-8, "B": 1e-7, "C": 1e-6, "M": 1e-5, "X": 1e-4}
"""W/m^2 at the start of each class, in X-rays of 0.1 to 0.8 nm at 1 au."""
SCALING = {"long": 0.7, "short": 0.85}
"""What was multiplied into the fluxes that NOAA reported from GOES-8 to GOES-15, to match older satellites."""

_NOAA = "NOAA Space Weather Prediction Center, Edited Solar Events; Veronig et al. 2002, Astron. Astrophys. 382, 1070"
_WHITE = "White et al. 2005, Sol. Phys. 227, 231, doi:10.1007/s11207-005-2445-z"
_PROTON = PROTON_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE * 1e-6  # MeV
_MINUTE = np.timedelta64(1, "m")


# ---- classes ----


def goes_class(flux: float) -> str:
    """Class of a flare by its peak flux of X-rays.

    Parameters
    ----------
    flux : float, W m^-2
        Peak of the long channel (0.1 to 0.8 nm).

    Returns
    -------
    str
        Letter and factor, cut (not rounded) to a tenth: ``"X9.3"``; empty where the flux is not a positive number.

    Notes
    -----
    The letters A, B, C, M and X begin at 1e-8, 1e-7 ... 1e-4 W m^-2; X goes on without end (X28). Fluxes that NOAA
    reported until GOES-15 give the class of the time; true fluxes (:func:`true_flux`), which NOAA reports since
    GOES-16, give classes 1/0.7 as high.

    Examples
    --------
    >>> goes_class(9.33e-4), goes_class(9.99e-6), goes_class(2.8e-3)
    ('X9.3', 'C9.9', 'X28.0')
    """
    flux = float(flux)
    if not (math.isfinite(flux) and flux > 0):
        return ""
    # A flux that was stored in single precision still reaches its own class.
    flux *= 1 + 1e-6
    letter = max((name for name in CLASSES if flux >= CLASSES[name]), key=CLASSES.__getitem__, default="A")
    factor = math.floor(flux / CLASSES[letter] * 10) / 10
    return f"{letter}{factor:.1f}"


def goes_flux(label: str) -> float:
    """Peak flux of X-rays that a flare's class stands for.

    Parameters
    ----------
    label : str
        Such as ``"M5"`` or ``"X9.3"``.

    Returns
    -------
    float, W m^-2
        Lower edge of the class.

    Raises
    ------
    InputError
        If the text is no class.

    Examples
    --------
    >>> goes_flux("X9.3")
    0.00093
    """
    match = re.fullmatch(r"\s*([ABCMX])\s*(\d+(?:\.\d*)?)?\s*", label.upper())
    if match is None:
        raise InputError(f"goes_flux: {label!r} is no class of flares; write it like 'M5.5'")
    return float(f"{float(match[2] or 1.0) * CLASSES[match[1]]:.12g}")


@model(cite="NOAA 2020, User's Guide for GOES-R XRS L2 Products", valid={"flux": (1e-9, 1e-2)}, monotonic={"flux": 1})
def true_flux(flux: W_m2, channel: str = "long", satellite: str = "15") -> W_m2:
    """Flux of solar X-rays without the scaling of older satellites.

    Parameters
    ----------
    flux : float or array, W m^-2
        As reported in real time.
    channel : str
        ``"long"`` (0.1 to 0.8 nm) or ``"short"`` (0.05 to 0.4 nm).
    satellite : str
        Number of the GOES satellite: those from 8 to 15 are scaled.

    Returns
    -------
    flux : float or array, W m^-2
        What reached the detector.

    Notes
    -----
    Divides by 0.7 in the long channel and by 0.85 in the short one. Data that NOAA has reprocessed are true already.

    Examples
    --------
    >>> float(true_flux(9.3e-4).round(6)), float(true_flux(9.3e-4, satellite="16"))
    (0.001329, 0.00093)
    """
    if channel not in SCALING:
        raise InputError(f"true_flux: no channel {channel!r}; choose 'long' or 'short'")
    if not str(satellite).isdecimal():
        raise InputError(f"true_flux: the satellite is a number such as '15', got {satellite!r}")
    return flux / (SCALING[channel] if 8 <= int(satellite) <= 15 else 1.0)


# ---- finding them ----


def background_flux(time: Any, flux: Any, window: float = 8.0, level: float = 0.1) -> Floats:
    """Flux of X-rays between flares.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Times in UTC, in order.
    flux : array, W m^-2
        Long channel; NaN where missing.
    window : float, h
        Width of the centred window.
    level : float
        Share of the window's values that lie below the background.

    Returns
    -------
    array, W m^-2
        At the same times, by steps of a tenth of the window, linear between; NaN where a window holds nothing.

    Examples
    --------
    >>> time = np.datetime64("2017-09-06", "m") + np.arange(1440)
    >>> flux = np.where(np.arange(1440) % 300 < 20, 1e-5, 1e-6)
    >>> float(background_flux(time, flux)[700])
    1e-06
    """
    moments, values = _checked("background_flux", time, flux)
    hours = (moments - moments[0]) / np.timedelta64(1, "m") / 60.0
    centres = np.linspace(hours[0], hours[-1], max(int(np.ceil((hours[-1] - hours[0]) / (0.1 * window))) + 1, 2))
    levels = np.full(centres.size, np.nan)
    for k, centre in enumerate(centres):
        low, high = np.searchsorted(hours, (centre - window / 2, centre + window / 2 + 1e-9))
        inside = values[low:high]
        inside = inside[np.isfinite(inside)]
        if inside.size:
            levels[k] = np.quantile(inside, level)
    return np.asarray(np.interp(hours, centres, levels))


def find_flares(
    time: Any,
    flux: Any,
    smallest: str = "C1.0",
    steepness: float = 1.4,
    longest_gap: int = 5,
    unscale: bool = False,
) -> xr.Dataset:
    """Find the flares in a series of solar X-rays.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Times in UTC, in order, a minute or less apart; gaps are allowed.
    flux : array, W m^-2
        Long channel (0.1 to 0.8 nm); NaN, zero or negative where missing.
    smallest : str
        Class of the smallest flare wanted.
    steepness : float
        By what factor the flux must grow within the first three minutes.
    longest_gap : int
        Minutes without data that are bridged; over longer gaps nothing is assumed.
    unscale : bool
        Whether to take NOAA's scaling of GOES-8 to GOES-15 out first (division by 0.7), so that classes compare with
        those of today.

    Returns
    -------
    Dataset
        Along ``flare``: ``start``, ``peak`` and ``end``; ``flux`` (peak), ``background`` (flux at the start),
        ``fluence`` (J m^-2, from start to end); ``class``; ``complete``, False where a gap or the end of the data hides
        part of it; ``hidden``, True where the peak itself lies in a gap: flux and class are then lower limits, and
        start and peak are the last minute before the gap and the first after it.

    Raises
    ------
    InputError
        If times are not in order, or more than a minute apart throughout.

    Notes
    -----
    NOAA's definitions: a flare starts at the first of four minutes in a row of steep monotonic growth, where the last
    is more than 1.4 times the first; it peaks at the minute of greatest flux; it ends where the flux has fallen half
    the way back to what it was before, or where the next one starts. Denser data are averaged over minutes. Flares that
    rise slowly are not found by these rules (forecasters add them by hand): lower `steepness` to find them.

    In the weeks about equinox the Earth hides the Sun from geostationary satellites for up to 70 minutes a day. If the
    flux after such a gap is at least twice what it was before, and falls, a flare was hidden by it.

    Examples
    --------
    >>> time = np.datetime64("2017-09-06T11:00", "m") + np.arange(120)
    >>> pulse = np.where(np.arange(120) < 60, 0.0, np.exp(-(np.arange(120) - 60) / 20.0)) * (np.arange(120) > 52)
    >>> rise = np.where((np.arange(120) > 52) & (np.arange(120) <= 60), (np.arange(120) - 52) / 8.0, pulse)
    >>> flares = find_flares(time, 1e-6 + 2e-4 * rise)
    >>> str(flares["class"].values[0]), str(flares["peak"].values[0])[11:16]
    ('X2.0', '12:00')
    """
    moments, values = _checked("find_flares", time, flux)
    if np.median(np.diff(moments) / _MINUTE) > 1.01:
        raise InputError("find_flares: the rules are for data a minute or less apart")
    minute, series = _minute_means(moments, values / SCALING["long"] if unscale else values)
    known, bridged = _bridged(series, longest_gap)
    threshold = goes_flux(smallest)
    rows = [row for row in _walk(bridged, known, steepness) if series[row.peak] >= threshold]
    return _flare_table(minute, series, bridged, rows)


class _Row(NamedTuple):
    start: int
    peak: int
    end: int
    complete: bool
    hidden: bool


def _checked(place: str, time: Any, flux: Any) -> tuple[Times, Floats]:
    moments = np.atleast_1d(to_datetime64(time, f"{place}: time"))
    values = np.atleast_1d(np.asarray(flux, dtype=float))
    if moments.shape != values.shape or values.ndim != 1 or values.size < 2:
        raise InputError(f"{place}: time {moments.shape} and flux {values.shape} must be series of one length")
    if np.isnat(moments).any() or np.any(np.diff(moments) <= np.timedelta64(0)):
        raise InputError(f"{place}: times must be in order and once each")
    with np.errstate(invalid="ignore"):
        return moments, np.where((values > 0) & np.isfinite(values), values, np.nan)


def _minute_means(moments: Times, values: Floats) -> tuple[Times, Floats]:
    """Means over every minute from the first to the last; NaN where nothing is there."""
    whole = moments.astype("datetime64[m]")
    index = (whole - whole[0]).astype(int)
    there = np.isfinite(values)
    size = int(index[-1]) + 1
    count = np.bincount(index[there], minlength=size)
    total = np.bincount(index[there], values[there], minlength=size)
    return whole[0] + np.arange(size), np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _bridged(series: Floats, longest: int) -> tuple[NDArray[np.bool_], Floats]:
    """Which minutes are known or lie in a short gap, and the series with the logarithm linear through such gaps."""
    there = np.isfinite(series)
    if not there.any():
        return there, series
    index = np.arange(series.size)
    last = np.maximum.accumulate(np.where(there, index, -1))
    following = np.minimum.accumulate(np.where(there, index, series.size)[::-1])[::-1]
    short = ~there & (last >= 0) & (following < series.size) & (following - last - 1 <= longest)
    filled = np.exp(np.interp(index, index[there], np.log(series[there])))
    return there | short, np.where(there | short, filled, np.nan)


def _walk(flux: Floats, known: NDArray[np.bool_], steepness: float) -> list[_Row]:
    """All flares of a gapless or gappy series of minutes, in order."""
    size = flux.size
    if size < 4:
        return []
    with np.errstate(invalid="ignore"):
        rising = np.zeros(size, dtype=bool)
        grows = np.diff(flux) > 0
        rising[: size - 3] = grows[:-2] & grows[1:-1] & grows[2:] & (flux[3:] > steepness * flux[:-3])
    gap_ends = np.flatnonzero(known[1:] & ~known[:-1]) + 1
    candidates = sorted([(int(k), False) for k in np.flatnonzero(rising)] + [(int(k), True) for k in gap_ends])
    rows: list[_Row] = []
    free = 0  # minute from which a new flare may start
    for k, from_gap in candidates:
        if k < free:
            continue
        start = k
        if from_gap:
            found = _hidden_start(flux, known, k)
            if found is None:
                continue
            start = found
        row = _follow(flux, known, rising, start, k, from_gap)
        rows.append(row)
        free = row.end
    return rows


def _hidden_start(flux: Floats, known: NDArray[np.bool_], k: int) -> int | None:
    """Last minute before the gap that ends at k, if a flare must have peaked in that gap."""
    before = np.flatnonzero(known[:k])
    if before.size == 0:
        return None
    last = int(before[-1])
    # The last minutes before an eclipse are dimmed already: the highest of ten stands for all of them.
    level = np.nanmax(flux[max(last - 9, 0) : last + 1])
    after = flux[k : k + 8]
    after = after[np.isfinite(after)]
    if after.size < 8 or after[0] < 2 * level or after[-1] >= after[0]:
        return None
    return last


def _follow(
    flux: Floats, known: NDArray[np.bool_], rising: NDArray[np.bool_], start: int, first: int, hidden: bool
) -> _Row:
    """A flare from its start: on to the peak and down to half the way back, the next start, or the end of the data."""
    base, peak, k = flux[start], first, first
    while True:
        k += 1
        if k >= flux.size or not known[k]:
            return _Row(start, peak, k - 1, False, hidden)
        if flux[k] > flux[peak]:
            peak = k
        elif flux[k] <= base + 0.5 * (flux[peak] - base) or (rising[k] and k > peak + 1):
            return _Row(start, peak, k, not hidden, hidden)


def _flare_table(minute: Times, series: Floats, bridged: Floats, rows: list[_Row]) -> xr.Dataset:
    starts, peaks, ends = (np.array([row[k] for row in rows], dtype=int) for k in range(3))
    top = series[peaks]
    # A reading stands for its minute: W m^-2 times 60 s.
    fluence = np.array([60.0 * np.nansum(bridged[row.start : row.end + 1]) for row in rows], dtype=float)

    def moments(index: NDArray[np.int_]) -> Times:
        return minute[index].astype("datetime64[ns]")

    data: dict[str, tuple[Any, str | None, str]] = {
        "start": (moments(starts), None, "First minute of steep growth, UTC"),
        "peak": (moments(peaks), None, "Minute of the greatest flux, UTC"),
        "end": (moments(ends), None, "Minute at which half of the growth is gone, UTC"),
        "flux": (top, "W m^-2", "Greatest flux of X-rays of 0.1 to 0.8 nm"),
        "background": (bridged[starts], "W m^-2", "Flux before the flare"),
        "fluence": (fluence, "J m^-2", "Flux summed from start to end"),
        "class": (np.array([goes_class(value) for value in top], dtype=str), None, "Class of the flare"),
        "complete": (np.array([row.complete for row in rows], dtype=bool), None, "Whether all of it was seen"),
        "hidden": (np.array([row.hidden for row in rows], dtype=bool), None, "Whether the peak lies in a gap"),
    }
    return xr.Dataset(
        {
            name: ("flare", value, {"long_name": title} if unit is None else {"units": unit, "long_name": title})
            for name, (value, unit, title) in data.items()
        },
        coords={"flare": np.arange(len(rows))},
        attrs={"references": _NOAA},
    )


# ---- how hot they are ----

# Fits to the responses of the two detectors of GOES-15 between 3.2 and 42 MK: log10 of the temperature in MK by powers
# of log10 of the ratio, and log10 of the long channel's flux in W m^-2 from 1e55 cm^-3 by powers of log10 of the
# temperature in MK.
_TEMPERATURE_FIT = (1.86588, 2.62054, 4.69911, 5.05597, 2.87844, 0.82751, 0.09492)
_RESPONSE_FIT = (-6.03428, 27.68015, -58.41239, 79.20656, -62.99867, 26.20367, -4.37006)
_RATIO_RANGE = (0.00416, 0.763)


class FlarePlasma(NamedTuple):
    """Temperature and emission measure of the plasma that two channels of X-rays see."""

    temperature: K
    emission_measure: per_cm3


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    total = 0.0 * x
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


@model(cite=_WHITE, valid={"flux": (1e-8, 1e-2), "short_flux": (1e-9, 5e-3)})
def white_2005(flux: W_m2, short_flux: W_m2) -> FlarePlasma:
    """Temperature and emission measure of a flare from the two X-ray channels of a GOES satellite.

    Parameters
    ----------
    flux : float or array, W m^-2
        True flux of 0.1 to 0.8 nm, the background taken off (see :func:`true_flux` for data until GOES-15).
    short_flux : float or array, W m^-2
        True flux of 0.05 to 0.4 nm, likewise.

    Returns
    -------
    temperature : float or array, K
        Of an isothermal plasma with coronal abundances; NaN where the ratio of the channels belongs to none between
        3.2 and 42 MK.
    emission_measure : float or array, cm^-3
        Square of the electron density times the volume.

    Notes
    -----
    The method of White et al. with the responses of GOES-15 that the CHIANTI atomic data (version 10) give, fitted here
    to 1.1 % in temperature and 0.6 % in emission measure. Other satellites differ by up to a quarter in the ratio,
    some 8 % in temperature. Photospheric abundances would make the emission measure more than twice as great.

    Examples
    --------
    >>> plasma = white_2005(1.0e-4, 2.44e-5)
    >>> round(float(plasma.temperature) / 1e6, 1), float(f"{float(plasma.emission_measure):.2g}")
    (15.9, 3.5e+49)
    """
    xp = namespace(flux, short_flux)
    ratio = short_flux / flux
    inside = (ratio >= _RATIO_RANGE[0]) & (ratio <= _RATIO_RANGE[1]) & (flux > 0)
    x = xp.log10(xp.where(inside, ratio, 0.1 + 0.0 * ratio))
    log_t = _polynomial(_TEMPERATURE_FIT, x)
    response = 10.0 ** _polynomial(_RESPONSE_FIT, log_t)
    return FlarePlasma(
        xp.where(inside, 10.0 ** (6.0 + log_t), xp.nan), xp.where(inside, flux / response * 1e55, xp.nan)
    )


@model(
    cite="Aschwanden 2005, Physics of the Solar Corona, Springer",
    valid={"temperature": (1e6, 1e8), "emission_measure": (1e44, 1e52), "size": (1.0, 300.0), "filling": (1e-3, 1.0)},
    monotonic={"temperature": 1, "emission_measure": 1, "size": 1, "filling": 1},
)
def thermal_energy(temperature: K, emission_measure: per_cm3, size: Mm, filling: dimensionless = 1.0) -> J:
    """Thermal energy of the hot plasma of a flare.

    Parameters
    ----------
    temperature : float or array, K
        Temperature of electrons and ions.
    emission_measure : float or array, cm^-3
        Square of the electron density times the volume.
    size : float or array, Mm
        Side of a cube as large as the source.
    filling : float or array, 1
        Share of that volume in which the plasma is.

    Returns
    -------
    energy : float or array, J
        3 k T (EM V f)^(1/2).

    Examples
    --------
    >>> float(f"{float(thermal_energy(2e7, 1e50, 30.0)):.3g}")
    1.36e+24
    """
    xp = namespace(temperature, emission_measure, size, filling)
    return 3.0 * BOLTZMANN * temperature * xp.sqrt(emission_measure * (size * 1e8) ** 3 * filling)


# ---- when their effects arrive ----


@model(cite="IAU 2012, Resolution B2", valid={"r": (0.05, 50.0)}, monotonic={"r": 1})
def light_travel_time(r: au = 1.0) -> minutes:
    """Time that light and X-rays need from the Sun.

    Parameters
    ----------
    r : float or array, au
        Distance from the Sun.

    Returns
    -------
    delay : float or array, min
        499 s for 1 au.

    Examples
    --------
    >>> round(float(light_travel_time(1.0)) * 60, 3)
    499.005
    """
    return r * ASTRONOMICAL_UNIT / SPEED_OF_LIGHT / 60.0


@model(
    cite="Einstein 1905, Ann. Phys. 322, 891",
    valid={"energy": (1e-3, 1e5), "path": (0.05, 50.0), "rest_energy": (0.5, 1e5)},
    monotonic={"energy": -1, "path": 1, "rest_energy": 1},
)
def particle_travel_time(energy: MeV, path: au = 1.17, rest_energy: MeV = _PROTON) -> minutes:
    """Time that the first energetic particles need along the spiral field.

    Parameters
    ----------
    energy : float or array, MeV
        Kinetic energy of each.
    path : float or array, au
        Length of the field line: 1.17 au from the Sun to the Earth in a wind of 400 km/s.
    rest_energy : float or array, MeV
        938.3 for protons, 0.511 for electrons.

    Returns
    -------
    delay : float or array, min
        Of particles that move straight along the field and are not scattered: the earliest possible.

    Notes
    -----
    Beta = (1 - (m / (m + E))^2)^(1/2). Light is 8.3 minutes on its way itself: seen from the Earth, 1 GeV protons
    follow the flash by three minutes at least, 10 MeV ones by an hour.

    Examples
    --------
    >>> [float(particle_travel_time(e).round(1)) for e in (10.0, 100.0, 1000.0)]
    [67.2, 22.7, 11.1]
    """
    xp = namespace(energy, path, rest_energy)
    # 1 - 1 / (1 + x)^2 without the loss of digits that slow particles would suffer.
    x = energy / rest_energy
    beta = xp.sqrt(x * (x + 2.0)) / (1.0 + x)
    return path * ASTRONOMICAL_UNIT / SPEED_OF_LIGHT / beta / 60.0


@model(
    cite="Parker 1958, Astrophys. J. 128, 664, doi:10.1086/146579",
    valid={"speed": (200.0, 3000.0), "r": (0.05, 50.0)},
    monotonic={"speed": -1, "r": 1},
)
def plasma_travel_time(speed: km_s, r: au = 1.0) -> day:
    """Time that wind or a shock of constant speed needs from the Sun.

    Parameters
    ----------
    speed : float or array, km/s
        Mean speed on the way.
    r : float or array, au
        Distance from the Sun.

    Returns
    -------
    delay : float or array, d
        Distance over speed.

    Examples
    --------
    >>> [float(plasma_travel_time(v).round(2)) for v in (400.0, 435.0)]
    [4.33, 3.98]
    """
    return r * ASTRONOMICAL_UNIT / (speed * 1e3) / 86400.0


def arrivals(
    peak: Any,
    shock_speed: float | None = None,
    path: float = 1.17,
    energies: tuple[float, ...] = (1000.0, 100.0, 10.0),
    r: float = 1.0,
    seen: bool = True,
) -> xr.Dataset:
    """When the effects of a flare reach the Earth, one after the other.

    Parameters
    ----------
    peak : time
        When the flare peaked, UTC.
    shock_speed : float, km/s, optional
        Mean speed of the shock that it drives, if it does; a launch speed is too high by the drag on the way.
    path : float, au
        Length of the field line to the Earth.
    energies : tuple of float, MeV
        Kinetic energies of protons.
    r : float, au
        Distance of the Earth.
    seen : bool
        Whether `peak` is the time at which the flare was seen at the Earth, as in lists of flares, rather than the time
        at the Sun.

    Returns
    -------
    Dataset
        ``time`` and ``delay`` (min after the flare at the Sun) along ``messenger``, earliest first. Those of particles
        and shock are the earliest possible ones: particles may be released later, and scattering holds them up.

    Examples
    --------
    >>> table = arrivals("2017-09-10T16:06", shock_speed=1000.0)
    >>> [str(moment)[:16] for moment in table["time"].values[[0, 1, 4]]]
    ['2017-09-10T16:06', '2017-09-10T16:08', '2017-09-12T09:30']
    """
    moment = to_datetime64(peak, "arrivals: peak")
    light = float(light_travel_time(float(r)))
    delays = {"light, X-rays": light}
    for energy in energies:
        delays[f"protons of {energy:g} MeV"] = float(particle_travel_time(float(energy), float(path)))
    if shock_speed is not None:
        if not shock_speed > 0:
            raise InputError(f"arrivals: the shock's speed must be positive, got {shock_speed}")
        delays["shock"] = float(plasma_travel_time(float(shock_speed), float(r))) * 1440.0
    order = sorted(delays, key=delays.__getitem__)
    delay = np.array([delays[name] for name in order])
    at_sun = moment - np.timedelta64(round(light * 6e10), "ns") if seen else moment
    time = at_sun + np.rint(delay * 6e10).astype("timedelta64[ns]")
    return xr.Dataset(
        {
            "time": ("messenger", time, {"long_name": "Earliest arrival at the Earth, UTC"}),
            "delay": ("messenger", delay, {"units": "min", "long_name": "Time on the way"}),
        },
        coords={"messenger": np.array(order)},
    )
