"""Geomagnetic pulsations: their classes, and their power, onset, polarisation and resonance in series of the field.

Every function takes evenly spaced samples in time order, in which NaN is unknown; long gaps are not filled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import dimensionless, rad

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_JACOBS = "Jacobs et al. 1964, J. Geophys. Res. 69, 180"
_NOSE = "Nose et al. 1998, Earth Planets Space 50, 773, doi:10.1186/BF03352169"
_WATERS = "Waters et al. 1991, Geophys. Res. Lett. 18, 2293"
_FOWLER = "Fowler et al. 1967, J. Geophys. Res. 72, 2871"
_PILIPENKO = "Pilipenko et al. 2017, Russ. J. Earth Sci. 17, ES2002, doi:10.2205/2017ES000597"
_THOMSON = "Thomson 1982, Proc. IEEE 70, 1055"

BANDS: Final = {
    "Pc1": (0.2, 5.0),
    "Pc2": (5.0, 10.0),
    "Pc3": (10.0, 45.0),
    "Pc4": (45.0, 150.0),
    "Pc5": (150.0, 600.0),
    "Pi1": (1.0, 40.0),
    "Pi2": (40.0, 150.0),
}
"""Shortest and longest period of each class, s (Jacobs et al. 1964)."""

_CLASSES: Final = {
    "continuous": ("Pc1", "Pc2", "Pc3", "Pc4", "Pc5"),
    "irregular": ("Pi1", "Pi2"),
}


def pulsation_band(period: Any, kind: str = "continuous") -> Any:
    """Return the class that a pulsation belongs to by its period.

    Parameters
    ----------
    period : float or array, s
        Its period.
    kind : {"continuous", "irregular"}, optional
        Whether it is a wave train or a burst.

    Returns
    -------
    str, array of str or DataArray
        ``"Pc1"`` to ``"Pc5"``, ``"Pi1"`` or ``"Pi2"``; empty outside all of them. A period on a boundary belongs to the
        longer class, the longest one includes its end.

    Raises
    ------
    UnknownNameError
        If the kind is neither of the two.

    Notes
    -----
    The boundaries are a convention of 1963, not physics: Pc1 and Pc2 are mostly ion cyclotron waves, Pc3 and Pc4
    resonances of field lines inside the plasmasphere and waves from upstream of the bow shock, Pc5 resonances of the
    outer magnetosphere; Pi2 accompany the onset of substorms.

    Examples
    --------
    >>> pulsation_band(28.0), pulsation_band(300.0), pulsation_band(70.0, "irregular")
    ('Pc3', 'Pc5', 'Pi2')
    """
    if kind not in _CLASSES:
        raise UnknownNameError("kind of pulsations", kind, _CLASSES)
    if hasattr(period, "dims"):
        import xarray as xr

        return xr.apply_ufunc(pulsation_band, period, kwargs={"kind": kind}, dask="parallelized", output_dtypes=["U3"])
    names = _CLASSES[kind]
    period = np.asarray(period, float)
    edges = np.array([BANDS[names[0]][0], *(BANDS[name][1] for name in names)])
    position = np.searchsorted(edges, period, side="right")
    position = np.where(period == edges[-1], len(names), position)
    labels = np.array(["", *names, ""])[np.where(np.isnan(period), 0, position)]
    return str(labels) if labels.ndim == 0 else labels


@model(
    cite=_WATERS,
    valid={"mismatch": (-5.0, 5.0)},
    monotonic={"mismatch": -1},
)
def oscillator_phase(mismatch: dimensionless) -> rad:
    """Phase of a driven resonance against its driver.

    Parameters
    ----------
    mismatch : float or array, 1
        Frequency of the driver less that of the resonance, over the half width of the resonance.

    Returns
    -------
    phase : float or array, rad
        pi/2 far below the resonance, 0 on it, -pi/2 far above, counted from the resonance's own.

    Notes
    -----
    What makes the cross phase of two stations on one meridian peak between their resonances: the station that rings
    slower (the poleward one, outside the plasmapause excepted) lags.

    Examples
    --------
    >>> float(oscillator_phase(1.0).round(4))
    -0.7854
    """
    xp = namespace(mismatch)
    return -xp.atan(mismatch)


def _cadence(time: Any) -> tuple[NDArray[np.datetime64], float]:
    """Times and the spacing of samples in s; refuse what is not even."""
    time = np.asarray(time, "datetime64[ns]")
    if time.ndim != 1 or time.size < 8:
        raise InputError(f"pulsations: needs a series of at least 8 times, got shape {time.shape}")
    steps = np.diff(time) / np.timedelta64(1, "ns")
    if not (steps > 0).all() or np.abs(steps - steps[0]).max() > 0.01 * steps[0]:
        raise InputError("pulsations: times must be evenly spaced and ascending; fill gaps with NaN first")
    return time, float(np.mean(steps)) * 1e-9


def _series(time: Any, *values: Any) -> tuple[Floats, ...]:
    plain = tuple(np.asarray(v, float) for v in values)
    for v in plain:
        if v.shape != np.shape(time):
            raise InputError(f"pulsations: {v.shape} samples at {np.shape(time)} times")
    return plain


def _period_band(band: str | tuple[float, float], cadence: float) -> tuple[float, float]:
    """Lowest and highest frequency of a band in Hz; refuse one that the samples cannot show."""
    if isinstance(band, str) and band not in BANDS:
        raise UnknownNameError("pulsation band", band, BANDS)
    shortest, longest = BANDS[band] if isinstance(band, str) else band
    if not 0 < shortest < longest:
        raise InputError(f"pulsations: a band is two ascending periods in s, got {band}")
    if shortest < 2.0 * cadence:
        raise InputError(
            f"pulsations: samples every {cadence:g} s cannot show periods of {shortest:g} s; "
            f"the shortest is {2 * cadence:g} s"
        )
    return 1.0 / longest, 1.0 / shortest


def _bridged(values: Floats, longest: int) -> Floats:
    """Series with gaps of up to so many samples bridged by straight lines; longer ones stay."""
    known = np.isfinite(values)
    if known.all() or not known.any():
        return values
    index = np.arange(values.size)
    filled = np.interp(index, index[known], values[known], left=np.nan, right=np.nan)
    unknown = np.flatnonzero(np.diff(np.concatenate([[0], (~known).astype(int), [0]])))
    for begin, end in unknown.reshape(-1, 2):
        if end - begin > longest:
            filled[begin:end] = np.nan
    return filled


def _tapered(rows: Floats, cadence: float, bandwidth: float) -> tuple[Any, Any]:
    """Fourier transforms of rows under each of Slepian's tapers: (frequency), (row, taper, frequency).

    The mean square over tapers is the two-sided power density in nT^2/Hz.
    """
    from scipy.signal import detrend
    from scipy.signal.windows import dpss

    length = rows.shape[-1]
    tapers = dpss(length, bandwidth, max(1, int(2 * bandwidth) - 1))
    straightened = detrend(rows, axis=-1)
    spectra = np.fft.rfft(straightened[..., None, :] * tapers, axis=-1) * np.sqrt(cadence)
    return np.fft.rfftfreq(length, cadence), spectra


def _windows(size: int, cadence: float, window: float, every: float | None) -> tuple[int, NDArray[np.int64]]:
    length = round(window / cadence)
    if length < 8 or length > size:
        raise InputError(f"pulsations: a window of {window:g} s is {length} samples of {size}; needs 8 at least")
    step = max(1, round((window / 2 if every is None else every) / cadence))
    return length, np.arange(0, size - length + 1, step)


def band_power(
    time: Any,
    values: Any,
    band: str | tuple[float, float] = "Pc5",
    window: float | None = None,
    every: float | None = None,
    gap: float | None = None,
    bandwidth: float = 2.5,
) -> xr.Dataset:
    """Return how strong pulsations of a band are, window by window.

    Parameters
    ----------
    time : datetime64 array (time,)
        Evenly spaced.
    values : array (time,), nT
        One component of the field.
    band : str or tuple of two floats, optional
        A class of `BANDS`, or the shortest and longest period, s.
    window : float, optional
        Length of a window, s; by default six of the longest periods.
    every : float, optional
        From one window to the next, s; by default half a window.
    gap : float, optional
        Gaps up to this length are bridged, s; by default a quarter of the shortest period of the band. A window with a
        longer gap gives NaN.
    bandwidth : float, optional
        Time-bandwidth product of the tapers (Thomson's multitaper estimate).

    Returns
    -------
    Dataset
        Over ``time`` (middle of each window): `power`, the variance in the band (nT^2); `amplitude`, that of a sine
        wave of that variance (nT); `peak_period` (s), where the spectrum stands out most above a power law; and
        `prominence`, by what factor it does. In noise, white or red, half of the windows have more than 2 and one in a
        hundred more than 5. A wave within `bandwidth` over `window` of the band's edge loses power to the outside.

    Raises
    ------
    InputError
        If the times are uneven or too far apart for the band.

    Examples
    --------
    >>> time = np.datetime64("2016-01-20", "ns") + np.arange(7200) * np.timedelta64(10, "s")
    >>> wave = 2.0 * np.sin(2 * np.pi * np.arange(7200) * 10.0 / 300.0)
    >>> found = band_power(time, wave, "Pc5")
    >>> float(found["amplitude"].median().round(2)), float(found["peak_period"].median().round(0))
    (2.0, 300.0)
    """
    import xarray as xr

    time, cadence = _cadence(time)
    (series,) = _series(time, values)
    low, high = _period_band(band, cadence)
    series = _bridged(series, int((0.25 / high if gap is None else gap) / cadence))
    length, starts = _windows(series.size, cadence, 6.0 / low if window is None else window, every)
    rows = np.lib.stride_tricks.sliding_window_view(series, length)[starts]
    known: Any = np.isfinite(rows).all(axis=1)
    frequency, spectra = _tapered(np.where(known[:, None], rows, 0.0), cadence, bandwidth)
    density = 2.0 * np.mean(np.abs(spectra) ** 2, axis=1)
    inside = (frequency >= low) & (frequency <= high)
    if inside.sum() < 2:
        raise InputError("pulsations: the window is too short to resolve the band; make it longer")
    resolution = frequency[1]
    power = density[:, inside].sum(axis=1) * resolution
    period, prominence = np.full((2, len(rows)), np.nan)
    # The power law is fitted over the band and an octave to either side, where there is something.
    around = (frequency >= low / 2) & (frequency <= 2 * high) & (frequency > 0)
    logarithm = np.log(frequency[around])
    for k in np.flatnonzero(known & (power > 0)):
        spectrum = np.log(density[k, around])
        slope, level = _robust_line(logarithm, spectrum)
        excess = np.log(density[k, inside]) - slope * np.log(frequency[inside]) - level
        top = int(np.argmax(excess))
        prominence[k] = np.exp(excess[top])
        period[k] = 1.0 / _centroid(frequency, density[k], np.flatnonzero(inside)[top], bandwidth)
    power = np.where(known, power, np.nan)
    middle = time[starts] + (time[length - 1] - time[0]) / 2

    def described(data: Any, unit: str, label: str) -> tuple[Any, ...]:
        return "time", data, {"units": unit, "long_name": label, "references": _THOMSON}

    name = band if isinstance(band, str) else f"{band[0]:g}-{band[1]:g} s"
    return xr.Dataset(
        {
            "power": described(power, "nT^2", f"Variance of the field in the band {name}"),
            "amplitude": described(np.sqrt(2.0 * power), "nT", f"Amplitude of pulsations in the band {name}"),
            "peak_period": described(period, "s", "Period that stands out most above the background"),
            "prominence": described(prominence, "1", "Power there over that of the background"),
        },
        coords={"time": middle},
        attrs={"band": name},
    )


def _robust_line(x: Floats, y: Floats) -> tuple[float, float]:
    """Straight line through most of the points: those that stick out are left out, three times over."""
    keep = np.ones(x.size, bool)
    slope, level = 0.0, float(np.median(y))
    for _ in range(3):
        slope, level = np.polyfit(x[keep], y[keep], 1)
        residual = y - slope * x - level
        spread = 1.5 * np.median(np.abs(residual[keep])) + 1e-12
        near = residual < 1.5 * spread
        if near.sum() >= max(4, x.size // 3):
            keep = near
    return float(slope), float(level)


def _centroid(frequency: Floats, density: Floats, top: int, bandwidth: float) -> float:
    """Middle of a peak, which tapers make flat and twice the bandwidth wide."""
    index = np.arange(density.size)
    middle = float(top)
    for _ in range(4):
        weight = density * np.clip(bandwidth + 1.5 - np.abs(index - middle), 0.0, 1.0)
        middle = float(np.sum(index * weight) / np.sum(weight))
    return middle * float(frequency[1])


def _interpolated_peak(x: Floats, y: Floats, top: int) -> float:
    """Place of a maximum, by the parabola through the three points around it."""
    if not 0 < top < x.size - 1:
        return float(x[top])
    left, middle, right = y[top - 1 : top + 2]
    curvature = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / curvature if curvature < 0 else 0.0
    return float(x[top] + shift * (x[1] - x[0]))


def ulf_power_index(
    time: Any,
    north: Any,
    east: Any,
    band: tuple[float, float] = (1e3 / 7.0, 500.0),
    window: float = 3600.0,
) -> xr.Dataset:
    """Return the level of ultra-low-frequency waves hour by hour.

    Parameters
    ----------
    time : datetime64 array (time,)
        Evenly spaced.
    north, east : array (time,), nT
        Horizontal components.
    band : tuple of two floats, optional
        Shortest and longest period, s; 2 to 7 mHz by default.
    window : float, optional
        Length of each window, s.

    Returns
    -------
    Dataset
        Over ``time`` (middle of the hour): `total`, the decimal logarithm of the mean power density of both components
        in the band (nT^2/Hz), `noise`, that of the power law that the spectrum rests on, and `signal`, that of what
        rises above it (minus infinity where nothing does).

    Notes
    -----
    In the manner of the index of Pilipenko et al., which is made from many stations of the northern hemisphere: this is
    one station's part of it, not calibrated against theirs. Total power is mostly broadband disturbance; the signal
    follows narrow-band Pc5.

    Examples
    --------
    >>> time = np.datetime64("2016-01-20", "ns") + np.arange(1440) * np.timedelta64(1, "m")
    >>> wave = np.sin(2 * np.pi * np.arange(1440) * 60.0 / 250.0)
    >>> ulf_power_index(time, wave, 0.0 * wave)["total"].round(1).values[:2].tolist()
    [2.0, 2.0]
    """
    import xarray as xr

    time, cadence = _cadence(time)
    series = _series(time, north, east)
    low, high = _period_band(band, cadence)
    length, starts = _windows(time.size, cadence, window, window)
    density: Any = 0.0
    known: Any = np.ones(starts.size, bool)
    frequency = np.zeros(0)
    for component in series:
        rows = np.lib.stride_tricks.sliding_window_view(_bridged(component, int(0.25 / high / cadence)), length)[starts]
        complete: Any = np.isfinite(rows).all(axis=1)
        frequency, spectra = _tapered(np.where(complete[:, None], rows, 0.0), cadence, 2.5)
        density = density + 2.0 * np.mean(np.abs(spectra) ** 2, axis=1)
        known &= complete
    inside = (frequency >= low) & (frequency <= high)
    around = (frequency >= low / 2) & (frequency <= 2 * high) & (frequency > 0)
    total, noise, signal = np.full((3, starts.size), np.nan)
    for k in np.flatnonzero(known & (density[:, around].min(axis=1) > 0)):
        slope, level = _robust_line(np.log(frequency[around]), np.log(density[k, around]))
        background = np.minimum(np.exp(slope * np.log(frequency[inside]) + level), density[k, inside])
        mean, floor = density[k, inside].mean(), background.mean()
        with np.errstate(divide="ignore"):
            total[k], noise[k], signal[k] = np.log10([mean, floor, max(mean - floor, 0.0)])
    attrs = {"units": "1", "references": _PILIPENKO}
    labels = {"total": "total power", "noise": "broadband power", "signal": "narrow-band power"}
    return xr.Dataset(
        {
            name: ("time", values, {**attrs, "long_name": f"Logarithm of the {labels[name]} of pulsations"})
            for name, values in (("total", total), ("noise", noise), ("signal", signal))
        },
        coords={"time": time[starts] + (time[length - 1] - time[0]) / 2},
    )


def _band_passed(values: Floats, cadence: float, low: float, high: float) -> Floats:
    """Series without what is slower or faster than a band, with no shift in time; NaN where it is unknown or nearly."""
    from scipy.signal import butter, sosfiltfilt

    known = np.isfinite(values)
    if not known.any():
        return np.full_like(values, np.nan)
    nyquist = 0.5 / cadence
    sections = (
        butter(3, [low, high], "bandpass", fs=1.0 / cadence, output="sos")
        if high < 0.95 * nyquist
        else butter(3, low, "highpass", fs=1.0 / cadence, output="sos")
    )
    index = np.arange(values.size)
    filled = np.interp(index, index[known], values[known])
    passed = sosfiltfilt(sections, filled, padlen=min(values.size - 1, round(3.0 / low / cadence)))
    # A gap spoils its neighbourhood by about one of the longest periods.
    spoiled = np.convolve(~known, np.ones(2 * round(1.0 / low / cadence) + 1), "same") > 0.5
    return np.where(spoiled & ~known.all(), np.nan, passed)


def pi2_onsets(
    time: Any,
    values: Any,
    threshold: float = 4.0,
    smallest: float = 0.3,
    quiet: float = 600.0,
    lasting: float = 120.0,
    gap: float = 5.0,
) -> xr.Dataset:
    """Find the beginnings of Pi2 pulsations, which mark those of substorms.

    Parameters
    ----------
    time : datetime64 array (time,)
        Evenly spaced, every 15 s or less.
    values : array (time,), nT
        One component of the field at a middle or low latitude, H best, on the night side.
    threshold : float, optional
        How often the median amplitude of the quiet time before must be exceeded.
    smallest : float, optional
        Amplitude that must be exceeded as well, nT.
    quiet : float, optional
        How long before an onset there must be none, s.
    lasting : float, optional
        How long the pulsation must last, s.
    gap : float, optional
        Gaps up to this length are bridged, s.

    Returns
    -------
    Dataset
        Over ``onset``: `time`, `amplitude` (nT, the largest of the envelope), `period` (s, from zero crossings while it
        is above half of its maximum) and `duration` (s). By day, and in storms, Pc4 raise many false ones.

    Notes
    -----
    Pulsations from 40 to 150 s are cut out, and their envelope (Hilbert) compared with its median over the `quiet` time
    before. An onset begins where the envelope crosses the level, put back to where it last was at a third of its first
    maximum: the filter spreads a sudden start over about a period. Two minutes of activity after ten without is the
    rule of real-time detectors built on the wavelets of Nose et al.

    Examples
    --------
    >>> time = np.datetime64("2016-01-20", "ns") + np.arange(7200) * np.timedelta64(1, "s")
    >>> after = np.arange(7200) - 3600.0
    >>> burst = np.where(after > 0, 3.0 * np.exp(-after / 300.0) * np.sin(2 * np.pi * after / 80.0), 0.0)
    >>> found = pi2_onsets(time, burst + 0.05 * np.sin(np.arange(7200) / 9.0))
    >>> abs(float((found["time"][0] - time[3600]) / np.timedelta64(1, "s"))) < 60.0
    True
    >>> found.sizes["onset"], bool(abs(found["period"][0] - 80.0) < 4.0)
    (1, True)
    """
    import xarray as xr
    from scipy.signal import hilbert

    time, cadence = _cadence(time)
    (series,) = _series(time, values)
    low, high = _period_band("Pi2", cadence)
    if cadence > 15.0:
        raise InputError(f"pi2_onsets: samples every {cadence:g} s are too far apart; give every 15 s or less")
    passed = _band_passed(_bridged(series, int(gap / cadence)), cadence, low, high)
    envelope = np.abs(hilbert(np.nan_to_num(passed)))
    envelope[np.isnan(passed)] = np.nan
    before, shortest = round(quiet / cadence), round(lasting / cadence)
    count = time.size
    onsets = []
    k, last_end = before, -before
    while k < count:
        history = envelope[k - before : k]
        if np.isnan(envelope[k]) or np.isnan(history).mean() > 0.5:
            k += 1
            continue
        level = max(threshold * float(np.nanmedian(history)), smallest)
        if not envelope[k] > level:
            k += 1
            continue
        with np.errstate(invalid="ignore"):
            below = np.flatnonzero(~(envelope[k:] > 0.5 * level))
        end = k + int(below[0]) if below.size else count
        if end - k >= shortest and k - last_end >= before:
            onsets.append((*_burst(envelope[k:end], passed, k, cadence, envelope), (end - k) * cadence))
        last_end = end
        k = max(end, k + 1)
    table = np.array(onsets, float).reshape(-1, 4)

    def described(data: Any, unit: str, label: str) -> tuple[Any, ...]:
        return "onset", data, {"units": unit, "long_name": label, "references": _NOSE}

    return xr.Dataset(
        {
            "time": ("onset", time[table[:, 0].astype(int)], {"long_name": "Beginning of the pulsation"}),
            "amplitude": described(table[:, 1], "nT", "Largest amplitude of the pulsation"),
            "period": described(table[:, 2], "s", "Period of the pulsation"),
            "duration": described(table[:, 3], "s", "How long the pulsation lasts"),
        }
    )


def _burst(active: Floats, passed: Floats, begin: int, cadence: float, envelope: Floats) -> tuple[float, float, float]:
    """Where a burst begins, how large and of what period it is."""
    peaks = np.flatnonzero(np.diff(active) < 0)
    first = int(peaks[0]) if peaks.size else len(active) - 1
    start = begin + first
    while start > 0 and envelope[start - 1] > envelope[begin + first] / 3.0 and start > begin - 150.0 / cadence:
        start -= 1
    strong = np.flatnonzero(active > 0.5 * active.max())
    piece = passed[begin + strong[0] : begin + strong[-1] + 1]
    crossings = np.flatnonzero(piece[:-1] * piece[1:] < 0)
    if crossings.size < 2:
        return start, float(active.max()), np.nan
    # Places of zeros between samples.
    places = crossings + piece[crossings] / (piece[crossings] - piece[crossings + 1])
    return start, float(active.max()), 2.0 * cadence * float(np.mean(np.diff(places)))


def field_polarisation(
    time: Any,
    north: Any,
    east: Any,
    band: str | tuple[float, float] = "Pc5",
    window: float | None = None,
    every: float | None = None,
) -> xr.Dataset:
    """Return the polarisation of the horizontal field of pulsations, window by window.

    Parameters
    ----------
    time : datetime64 array (time,)
        Evenly spaced.
    north, east : array (time,), nT
        Horizontal components.
    band : str or tuple of two floats, optional
        A class of `BANDS`, or the shortest and longest period, s.
    window, every : float, optional
        As for :func:`band_power`, s.

    Returns
    -------
    Dataset
        Over ``time``: `azimuth` of the major axis (rad, from north towards east, -pi/2 to pi/2), `ellipticity` (minor
        over major axis, positive where the field turns clockwise seen from above, that is from north to east) and
        `degree`, the share of the power that is polarised.

    Notes
    -----
    From the matrix J of the two spectra, averaged over the band and the tapers: the polarised share is
    [1 - 4 det J / (tr J)^2]^(1/2), tan 2 azimuth = 2 Re J_ne / (J_nn - J_ee) and the sine of twice the angle whose
    tangent is the ellipticity is 2 Im J_ne over the polarised power. A few degrees of freedom alone make `degree` some
    0.3 in noise.

    Examples
    --------
    >>> time = np.datetime64("2016-01-20", "ns") + np.arange(2000) * np.timedelta64(10, "s")
    >>> phase = 2 * np.pi * np.arange(2000) * 10.0 / 300.0
    >>> found = field_polarisation(time, np.cos(phase), 0.5 * np.sin(phase))
    >>> float(found["ellipticity"].mean().round(2)), abs(float(found["azimuth"].mean().round(2)))
    (0.5, 0.0)
    """
    import xarray as xr

    time, cadence = _cadence(time)
    series = _series(time, north, east)
    low, high = _period_band(band, cadence)
    length, starts = _windows(time.size, cadence, 6.0 / low if window is None else window, every)
    spectra: list[Any] = []
    known: Any = np.ones(starts.size, bool)
    frequency = np.zeros(0)
    for component in series:
        rows = np.lib.stride_tricks.sliding_window_view(_bridged(component, int(0.25 / high / cadence)), length)[starts]
        complete: Any = np.isfinite(rows).all(axis=1)
        frequency, transformed = _tapered(np.where(complete[:, None], rows, 0.0), cadence, 2.5)
        spectra.append(transformed)
        known &= complete
    inside = (frequency >= low) & (frequency <= high)
    n, e = (transformed[..., inside] for transformed in spectra)
    nn, ee = (np.sum(np.abs(c) ** 2, axis=(1, 2)) for c in (n, e))
    cross = np.sum(n * np.conj(e), axis=(1, 2))
    total = nn + ee
    # 4 det J = (tr J)^2 - (J_nn - J_ee)^2 - 4 |J_ne|^2
    polarised = np.sqrt((nn - ee) ** 2 + 4.0 * np.abs(cross) ** 2)
    some = known & (total > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        degree = np.where(some, polarised / total, np.nan)
        azimuth = np.where(some, 0.5 * np.arctan2(2.0 * cross.real, nn - ee), np.nan)
        sine = np.clip(2.0 * cross.imag / polarised, -1.0, 1.0)
        ellipticity = np.where(some, np.tan(0.5 * np.arcsin(sine)), np.nan)

    def described(data: Any, unit: str, label: str) -> tuple[Any, ...]:
        return "time", data, {"units": unit, "long_name": label, "references": _FOWLER}

    return xr.Dataset(
        {
            "azimuth": described(azimuth, "rad", "Azimuth of the major axis from north"),
            "ellipticity": described(ellipticity, "1", "Ellipticity, positive clockwise seen from above"),
            "degree": described(degree, "1", "Polarised share of the power"),
        },
        coords={"time": time[starts] + (time[length - 1] - time[0]) / 2},
    )


def cross_phase(
    time: Any,
    poleward: Any,
    equatorward: Any,
    band: str | tuple[float, float] = (10.0, 200.0),
    window: float = 1200.0,
    every: float | None = None,
) -> xr.Dataset:
    """Compare two stations on one meridian, frequency by frequency, to find where the field line between them rings.

    Parameters
    ----------
    time : datetime64 array (time,)
        Evenly spaced.
    poleward, equatorward : array (time,), nT
        The northward component at both, some 100 to 300 km apart.
    band : str or tuple of two floats, optional
        A class of `BANDS`, or the shortest and longest period in which to look, s.
    window : float, optional
        Length of the windows that spectra are averaged over, s: its inverse is the resolution.
    every : float, optional
        From one window to the next, s; by default half a window.

    Returns
    -------
    Dataset
        Over ``frequency`` (mHz): `phase` (rad), by which the poleward station lags; `amplitude_ratio`, poleward over
        equatorward; `coherence` (0 to 1). And the resonance half-way between the stations: `resonance_frequency` (mHz)
        where the coherent lag is largest, `resonance_phase` (rad) the lag there, `resonance_coherence`, and
        `amplitude_crossing` (mHz), the frequency nearest to it at which the amplitude ratio passes through 1. NaN where
        nothing is coherent. A negative lag means that the poleward line rings faster: across the plasmapause.

    Raises
    ------
    InputError
        If the two have no complete window in common, or the band cannot be resolved.

    Notes
    -----
    Both stations are driven alike and the line of each answers as an oscillator. The poleward one, longer and slower,
    is past its resonance while the other has not reached it; the lag is largest between the two frequencies, and there
    the amplitudes are equal (Waters et al.). Ground stations see the lines of a width of about 100 km at once.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> drive = rng.normal(size=20000)
    >>> time = np.datetime64("2016-01-20", "ns") + np.arange(20000) * np.timedelta64(2, "s")
    >>> frequency = np.fft.rfftfreq(20000, 2.0)
    >>> ring = lambda f: np.fft.irfft(np.fft.rfft(drive) / (f**2 - frequency**2 + 0.006j * frequency), 20000)
    >>> found = cross_phase(time, ring(0.018), ring(0.022))
    >>> abs(float(found["resonance_frequency"]) - 20.0) < 1.0
    True
    """
    import xarray as xr

    time, cadence = _cadence(time)
    series = _series(time, poleward, equatorward)
    low, high = _period_band(band, cadence)
    length, starts = _windows(time.size, cadence, window, every)
    rows: list[Any] = [
        np.lib.stride_tricks.sliding_window_view(_bridged(s, int(0.25 / high / cadence)), length)[starts]
        for s in series
    ]
    known: Any = np.isfinite(rows[0]).all(axis=1) & np.isfinite(rows[1]).all(axis=1)
    if not known.any():
        raise InputError("cross_phase: the two stations have no complete window in common")
    frequency, north = _tapered(rows[0][known], cadence, 2.0)
    _, south = _tapered(rows[1][known], cadence, 2.0)
    inside = np.flatnonzero((frequency >= low) & (frequency <= high))
    if inside.size < 5:
        raise InputError("cross_phase: the window is too short to resolve the band; make it longer")
    first, second = north[..., inside], south[..., inside]
    power_1, power_2 = (np.mean(np.abs(c) ** 2, axis=(0, 1)) for c in (first, second))
    cross = np.mean(np.conj(first) * second, axis=(0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        coherence = np.abs(cross) ** 2 / (power_1 * power_2)
        ratio = np.sqrt(power_1 / power_2)
    lag = np.angle(cross)
    mhz = 1e3 * frequency[inside]
    results = _resonance(mhz, lag, ratio, coherence)

    def described(data: Any, unit: str, label: str, dims: Any = "frequency") -> tuple[Any, ...]:
        return dims, data, {"units": unit, "long_name": label, "references": _WATERS}

    return xr.Dataset(
        {
            "phase": described(lag, "rad", "Lag of the poleward station"),
            "amplitude_ratio": described(ratio, "1", "Amplitude at the poleward over that at the other station"),
            "coherence": described(coherence, "1", "Coherence of the two stations"),
            "resonance_frequency": described(results[0], "mHz", "Frequency of the field line between them", ()),
            "resonance_phase": described(results[1], "rad", "Lag at that frequency", ()),
            "resonance_coherence": described(results[2], "1", "Coherence at that frequency", ()),
            "amplitude_crossing": described(results[3], "mHz", "Where the amplitudes are equal", ()),
        },
        coords={"frequency": ("frequency", mhz, {"units": "mHz", "long_name": "Frequency"})},
        attrs={"windows": int(known.sum())},
    )


_LEAST_COHERENCE = 0.5
_LEAST_LAG = 0.1  # rad, below which a lag is no resonance


def _resonance(mhz: Floats, lag: Floats, ratio: Floats, coherence: Floats) -> tuple[float, float, float, float]:
    """Frequency, lag and coherence of the largest coherent lag, and the nearest frequency of equal amplitudes."""
    usable = coherence >= _LEAST_COHERENCE
    if not usable.any():
        return (np.nan,) * 4
    top = int(np.argmax(np.where(usable, np.abs(lag), -1.0)))
    if abs(lag[top]) < _LEAST_LAG:
        return (np.nan,) * 4
    place = _interpolated_peak(mhz, np.abs(lag), top)
    level = np.log(ratio)
    crossings = np.flatnonzero(level[:-1] * level[1:] <= 0)
    crossing = np.nan
    if crossings.size:
        drop = level[crossings] - level[crossings + 1]
        share = np.divide(level[crossings], drop, out=np.zeros(crossings.size), where=drop != 0)
        exact = mhz[crossings] + share * (mhz[1] - mhz[0])
        crossing = float(exact[np.argmin(np.abs(exact - place))])
    return place, float(lag[top]), float(coherence[top]), crossing
