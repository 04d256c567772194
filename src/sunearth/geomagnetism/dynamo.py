"""Dynamos to hold in the hand: a disc that feeds its own field, two that reverse, and what real ones have in common.

None of them is a model of the core. They show that a moving conductor can keep up its own field, and that two coupled
ones reverse it at irregular times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_MOMENT
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import A_m2, J_s, T, V, m, rad_s

if TYPE_CHECKING:
    import xarray as xr

_BULLARD = "Bullard 1955, Proc. Camb. Phil. Soc. 51, 744"
_RIKITAKE = "Rikitake 1958, Proc. Camb. Phil. Soc. 54, 89, doi:10.1017/S0305004100033223"
_BODE = "Russell 1978, Nature 272, 147, doi:10.1038/272147a0"


class PowerLaw(NamedTuple):
    """A straight line through the logarithms of two quantities."""

    exponent: float
    intercept: float
    scatter: float


class Intervals(NamedTuple):
    """How long a field kept one polarity."""

    number: int
    mean: float
    median: float
    shortest: float
    longest: float
    variation: float


class Planet(NamedTuple):
    """What is needed of a planet: angular momentum (J s), magnetic moment (A m^2) and the sign of their product."""

    angular_momentum: float
    moment: float
    sense: int


# Angular momenta from mass, radius, moment of inertia and rotation (inertia factors 0.346, 0.331, 0.26, 0.21, 0.236,
# 0.241); moments of the giants from Russell and Dougherty 2010, Space Sci. Rev. 152, 251, of Mercury from 195 nT.
PLANETS: Final = {
    "Mercury": Planet(8.4e29, 2.8e19, -1),
    "Earth": Planet(5.85e33, DIPOLE_MOMENT, -1),
    "Jupiter": Planet(4.4e38, 1.55e27, 1),
    "Saturn": Planet(7.1e37, 4.6e25, 1),
    "Uranus": Planet(1.36e36, 3.9e24, 1),
    "Neptune": Planet(1.64e36, 2.2e24, 1),
}
"""The planets whose dynamos run today."""

# fit_power_law over PLANETS.
_BODE_EXPONENT: Final = 0.83134
_BODE_INTERCEPT: Final = -5.4281


def fit_power_law(x: ArrayLike, y: ArrayLike) -> PowerLaw:
    """Fit a power law by least squares of the logarithms.

    Parameters
    ----------
    x, y : array
        Positive quantities, of one length.

    Returns
    -------
    PowerLaw
        ``log10(y) = intercept + exponent * log10(x)``, and the standard deviation of what is left in decades.

    Examples
    --------
    >>> fit = fit_power_law([1.0, 10.0, 100.0], [2.0, 200.0, 20000.0])
    >>> round(fit.exponent, 6), round(10**fit.intercept, 6)
    (2.0, 2.0)
    """
    log_x, log_y = np.log10(np.asarray(x, float)), np.log10(np.asarray(y, float))
    if log_x.shape != log_y.shape or log_x.size < 2:
        raise InputError(f"fit_power_law: needs two or more pairs, got {log_x.size} and {log_y.size} values")
    exponent, intercept = np.polyfit(log_x, log_y, 1)
    left = log_y - intercept - exponent * log_x
    return PowerLaw(float(exponent), float(intercept), float(left.std(ddof=min(2, left.size - 1))))


@model(cite=_BODE, valid={"angular_momentum": (1e29, 1e39)}, monotonic={"angular_momentum": 1})
def magnetic_bode_law(angular_momentum: J_s) -> A_m2:
    """Magnetic moment that a planet's angular momentum suggests.

    Parameters
    ----------
    angular_momentum : float or array, J s
        Of the planet's rotation.

    Returns
    -------
    moment : float or array, A m^2
        Within a factor of about three for the six planets of the fit.

    Notes
    -----
    A curiosity without physics: both quantities grow with high powers of the planet's size. Venus and Mars, which have
    no dynamo today, lie far below the line; the sense of the moment does not follow that of the rotation.

    Examples
    --------
    >>> f"{float(magnetic_bode_law(5.85e33)):.1e}"
    '4.4e+22'
    """
    xp = namespace(angular_momentum)
    return 10.0**_BODE_INTERCEPT * xp.exp(_BODE_EXPONENT * xp.log(angular_momentum))


@model(cite=_BULLARD, valid={"rotation_rate": (0.0, 1e4), "b": (0.0, 10.0), "radius": (0.0, 10.0)})
def disc_voltage(rotation_rate: rad_s, b: T, radius: m) -> V:
    """Voltage between the axle and the rim of a disc that turns in a magnetic field.

    Parameters
    ----------
    rotation_rate : float or array, rad/s
        Rate of rotation.
    b : float or array, T
        Field along the axle.
    radius : float or array, m
        Radius of the disc.

    Returns
    -------
    voltage : float or array, V
        Rate times field times radius squared over 2.

    Examples
    --------
    >>> float(disc_voltage(100.0, 0.5, 0.2).round(6))
    1.0
    """
    return 0.5 * rotation_rate * b * radius**2


@dataclass(frozen=True)
class DiscDynamo:
    """Bullard's disc, whose current makes the field in which it turns.

    L dI/dt = (M Omega - R) I + F Omega and C dOmega/dt = G - M I^2 - F I. With no flux F from outside the current keeps
    its sign for ever, and oscillates about the equilibrium without coming to rest: one disc cannot reverse.

    Parameters
    ----------
    inductance : float
        L of the circuit, H.
    resistance : float
        R of the circuit, ohm.
    mutual : float
        M between coil and rim over 2 pi, H/rad.
    inertia : float
        C, moment of inertia of the disc, kg m^2.
    torque : float
        G on the axle, N m.
    flux : float
        F, flux of an external field through the disc over 2 pi, Wb/rad.

    Examples
    --------
    >>> result = DiscDynamo().solve(100.0, current=0.1)
    >>> bool((result["current"] > 0).all())
    True
    """

    inductance: float = 1.0
    resistance: float = 1.0
    mutual: float = 1.0
    inertia: float = 1.0
    torque: float = 1.0
    flux: float = 0.0

    @property
    def equilibrium(self) -> tuple[float, float]:
        """Current (A) and rate (rad/s) that hold each other, without an external field: sqrt(G / M) and R / M."""
        return math.sqrt(self.torque / self.mutual), self.resistance / self.mutual

    def solve(
        self,
        duration: float,
        current: ArrayLike = 0.1,
        rotation_rate: ArrayLike = 0.0,
        *,
        step: float = 0.01,
        every: int = 10,
    ) -> xr.Dataset:
        """Turn the disc.

        Parameters
        ----------
        duration : float
            Time to follow, s.
        current : float or array
            Current at the start, A; an array starts one member each.
        rotation_rate : float or array
            Rate at the start, rad/s.
        step : float
            Length of a Runge-Kutta step of fourth order, s.
        every : int
            Steps from one sample of the result to the next.

        Returns
        -------
        xarray.Dataset
            `current` and `rotation_rate` along `time` (and `member`).
        """
        from ._dynamo_kernels import turn_disc

        constants = (self.inductance, self.resistance, self.mutual, self.inertia, self.torque, self.flux)
        start, shape = _starts(current, rotation_rate)
        samples = _samples(duration, step, every)
        state = turn_disc(tuple(map(float, constants)), start, float(step), samples, every)
        names = {
            "current": ("A", "Current of the disc"),
            "rotation_rate": ("rad/s", "Rate of rotation of the disc"),
        }
        return _dataset(state, shape, step * every, "s", names, _BULLARD)


@dataclass(frozen=True)
class RikitakeDynamo:
    """Rikitake's two discs, each in the field of the other's current, which reverse at irregular times.

    dx/dt = z y - mu x, dy/dt = (z - a) x - mu y, dz/dt = 1 - x y with a = mu (K^2 - K^-2). Currents x and y, rate of
    rotation z of the first disc and time are free of dimensions.

    Parameters
    ----------
    mu : float
        Ohmic loss.
    k : float
        K, ratio of the currents at the fixed points; 1 makes the discs equal.

    Examples
    --------
    >>> result = RikitakeDynamo().solve(300.0)
    >>> len(reversal_times(result["time"], result["x"])) > 10
    True
    """

    mu: float = 1.0
    k: float = 2.0

    @property
    def a(self) -> float:
        """Difference of the rates of rotation, which never changes."""
        return self.mu * (self.k**2 - self.k**-2)

    @property
    def fixed_points(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """The two states, of either polarity, in which nothing would change: unstable spirals."""
        height = self.mu * self.k**2
        return (self.k, 1 / self.k, height), (-self.k, -1 / self.k, height)

    def solve(
        self,
        duration: float,
        x: ArrayLike = 1.0,
        y: ArrayLike = 0.5,
        z: ArrayLike = 2.0,
        *,
        step: float = 0.005,
        every: int = 10,
    ) -> xr.Dataset:
        """Turn the discs.

        Parameters
        ----------
        duration : float
            Time to follow.
        x, y, z : float or array
            State at the start; arrays start one member each. A run that starts from the last sample of another
            goes on exactly as a longer run would have.
        step : float
            Length of a Runge-Kutta step of fourth order.
        every : int
            Steps from one sample of the result to the next.

        Returns
        -------
        xarray.Dataset
            `x`, `y` and `z` along `time` (and `member`).
        """
        from ._dynamo_kernels import turn_two_discs

        start, shape = _starts(x, y, z)
        samples = _samples(duration, step, every)
        state = turn_two_discs(float(self.mu), float(self.a), start, float(step), samples, every)
        names = {
            "x": ("1", "Current of the first disc"),
            "y": ("1", "Current of the second disc"),
            "z": ("1", "Rate of rotation of the first disc"),
        }
        return _dataset(state, shape, step * every, "1", names, _RIKITAKE)


def _starts(*values: ArrayLike) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """Starting states as (variable, member), and the shape that the caller gave them."""
    arrays = np.broadcast_arrays(*(np.asarray(v, float) for v in values))
    shape = arrays[0].shape
    if len(shape) > 1:
        raise InputError(f"a dynamo starts from numbers or from one list of members, got the shape {shape}")
    return np.array([a.reshape(-1) for a in arrays]), shape


def _samples(duration: float, step: float, every: int) -> int:
    if not (duration >= 0 and step > 0 and every >= 1 and math.isfinite(duration)):
        raise InputError(f"duration {duration}, step {step} and every {every} must be finite and positive")
    return math.floor(duration / (step * every) * (1 + 1e-12)) + 1


def _dataset(
    state: NDArray[np.float64],
    shape: tuple[int, ...],
    interval: float,
    time_unit: str,
    names: dict[str, tuple[str, str]],
    references: str,
) -> xr.Dataset:
    import xarray as xr

    dims = ("member", "time") if shape else ("time",)
    time = np.arange(state.shape[-1]) * interval
    variables = {
        name: (dims, values if shape else values[0], {"units": unit, "long_name": text, "references": references})
        for (name, (unit, text)), values in zip(names.items(), state, strict=True)
    }
    return xr.Dataset(variables, coords={"time": ("time", time, {"units": time_unit, "long_name": "Time"})})


def reversal_times(time: Any, moment: Any) -> NDArray[np.float64]:
    """Find when a field changes its polarity.

    Parameters
    ----------
    time : array (time,)
        Times as numbers, ascending.
    moment : array (time,)
        Anything with the sign of the field: a current, a moment, the latitude of the virtual pole.

    Returns
    -------
    array
        Times of the changes of sign, interpolated between samples. Gaps (NaN) and zeros are passed over.

    Examples
    --------
    >>> reversal_times([0.0, 1.0, 2.0, 3.0], [1.0, -1.0, -2.0, 2.0]).tolist()
    [0.5, 2.5]
    """
    times, values = np.asarray(time, float), np.asarray(moment, float)
    if times.ndim != 1 or times.shape != values.shape:
        raise InputError(f"reversal_times: needs two series of one length, got shapes {times.shape}, {values.shape}")
    known = np.isfinite(values) & (values != 0)
    times, values = times[known], values[known]
    before = np.flatnonzero(np.sign(values[:-1]) != np.sign(values[1:]))
    share = values[before] / (values[before] - values[before + 1])
    return np.asarray(times[before] + share * (times[before + 1] - times[before]))


def polarity_intervals(reversals: ArrayLike, shortest: float = 0.0) -> Intervals:
    """Describe the intervals between reversals.

    Parameters
    ----------
    reversals : array
        Times of reversals, ascending.
    shortest : float
        Intervals below this length count as excursions: their two reversals are left out.

    Returns
    -------
    Intervals
        Their number, mean, median, shortest and longest, and the standard deviation over the mean: 0 for a clock, 1
        for reversals that know nothing of each other. NaN where there are none.

    Examples
    --------
    >>> polarity_intervals([0.0, 1.0, 3.0, 6.0]).mean
    2.0
    """
    times = np.asarray(reversals, float)
    kept: list[float] = []
    for t in times:
        if kept and t - kept[-1] < shortest:
            kept.pop()
        else:
            kept.append(float(t))
    lengths = np.diff(kept)
    if lengths.size == 0:
        return Intervals(0, *(math.nan,) * 5)
    mean = float(lengths.mean())
    return Intervals(
        lengths.size,
        mean,
        float(np.median(lengths)),
        float(lengths.min()),
        float(lengths.max()),
        float(lengths.std() / mean),
    )


def rotation_moment_spectra(
    length_of_day: ArrayLike, moment: ArrayLike, interval: float = 1.0, segment: int | None = None
) -> xr.Dataset:
    """Compare the spectra of the changes of the length of day and of the dipole moment.

    Parameters
    ----------
    length_of_day : array (time,)
        Evenly sampled, in any unit.
    moment : array (time,)
        Dipole moment at the same times, in any unit.
    interval : float
        Years between samples.
    segment : int, optional
        Samples in each of Welch's half-overlapping segments; a third of the series by default.

    Returns
    -------
    xarray.Dataset
        Along `frequency` (1/yr): power spectral densities of the two rates of change, their `coherence` (0 to 1), and
        the `phase` (rad) by which the moment follows. Chance alone gives a coherence near the inverse of the
        number of segments, `coherence.attrs["segments"]`.

    Notes
    -----
    Welch 1967, IEEE Trans. Audio Electroacoust. 15, 70; a Hann window and the mean taken off each segment. A core that
    trades angular momentum with the mantle as its flow changes the field would show in both.

    Examples
    --------
    >>> years = np.arange(120)
    >>> noise = np.random.default_rng(1).standard_normal((2, 120))
    >>> spectra = rotation_moment_spectra(np.sin(years / 5) + 0.1 * noise[0], np.cos(years / 5) + 0.1 * noise[1])
    >>> bool(spectra["coherence"].sel(frequency=0.2 / 6.283, method="nearest") > 0.9)
    True
    """
    import xarray as xr
    from scipy import signal

    first, second = np.asarray(length_of_day, float), np.asarray(moment, float)
    if first.ndim != 1 or first.shape != second.shape:
        raise InputError(
            f"rotation_moment_spectra: two series of one length are needed, got {first.shape}, {second.shape}"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise InputError("rotation_moment_spectra: a series has gaps; fill them or cut the series to where it is whole")
    rates = np.diff(first) / interval, np.diff(second) / interval
    length = rates[0].size // 3 if segment is None else segment
    if length < 8 or length > rates[0].size * 2 // 3:
        raise InputError(
            f"rotation_moment_spectra: segments of {length} samples in {rates[0].size}; at least 8 samples a "
            "segment and two segments are needed, else the coherence is 1 whatever the series"
        )
    options: dict[str, Any] = {"fs": 1 / interval, "nperseg": length, "noverlap": length // 2}
    frequency, first_psd = signal.welch(rates[0], **options)
    _, second_psd = signal.welch(rates[1], **options)
    _, cross = signal.csd(rates[0], rates[1], **options)
    # The mean is taken off, so that nothing is left at frequency zero.
    frequency, first_psd, second_psd, cross = frequency[1:], first_psd[1:], second_psd[1:], cross[1:]
    segments = (rates[0].size - length // 2) // (length - length // 2)
    welch = {"references": "Welch 1967, IEEE Trans. Audio Electroacoust. 15, 70"}
    return xr.Dataset(
        {
            "length_of_day_psd": (
                "frequency",
                first_psd,
                {"long_name": "Spectral density of the change of day", **welch},
            ),
            "moment_psd": ("frequency", second_psd, {"long_name": "Spectral density of the change of moment", **welch}),
            "coherence": (
                "frequency",
                np.abs(cross) ** 2 / (first_psd * second_psd),
                {"long_name": "Coherence of the two", "units": "1", "segments": segments, **welch},
            ),
            "phase": ("frequency", -np.angle(cross), {"long_name": "Lag of the moment", "units": "rad", **welch}),
        },
        coords={"frequency": ("frequency", frequency, {"units": "yr^-1", "long_name": "Frequency"})},
    )
