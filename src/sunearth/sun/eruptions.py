"""Solar eruptions: the energy that reconnection releases, and the field that holds a flux rope down or lets it go."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import PROTON_MASS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import J, K, Mm, Mm2, V_m, W, dimensionless, gauss, km_s, per_cm3, s

Floats = NDArray[np.float64]

_STANDARD_MODEL = "Kopp and Pneuman 1976, Sol. Phys. 50, 85, doi:10.1007/BF00206193"
_TORUS = "Kliem and Toeroek 2006, Phys. Rev. Lett. 96, 255002, doi:10.1103/PhysRevLett.96.255002"
_TESLA = 1e-4  # T in a gauss


# ---- energy ----


@model(
    cite="Alfven 1942, Nature 150, 405",
    valid={"b": (1.0, 3000.0), "n": (1e7, 1e13)},
    monotonic={"b": 1, "n": -1},
)
def coronal_alfven_speed(b: gauss, n: per_cm3) -> km_s:
    """Speed of Alfven waves in the corona.

    Parameters
    ----------
    b : float or array, gauss
        Magnetic field.
    n : float or array, cm^-3
        Density of protons; other ions are left out.

    Returns
    -------
    v_a : float or array, km/s
        B / (mu_0 n m_p)^(1/2), without the limit that the speed of light sets.

    Examples
    --------
    >>> [round(float(coronal_alfven_speed(100.0, n))) for n in (1e9, 1e10)]
    [6898, 2181]
    """
    xp = namespace(b, n)
    return b * _TESLA / xp.sqrt(VACUUM_PERMEABILITY * n * 1e6 * PROTON_MASS) * 1e-3


@model(
    cite=_STANDARD_MODEL,
    valid={"b": (1.0, 3000.0), "n": (1e7, 1e13), "size": (0.1, 1000.0), "inflow_mach": (1e-4, 0.3)},
    monotonic={"b": 1, "n": -1, "size": 1, "inflow_mach": 1},
)
def reconnection_power(b: gauss, n: per_cm3, size: Mm, inflow_mach: dimensionless = 0.1) -> W:
    """Power that reconnection releases in an eruptive flare.

    Parameters
    ----------
    b : float or array, gauss
        Field that is carried into the current sheet from either side.
    n : float or array, cm^-3
        Density of the inflowing plasma.
    size : float or array, Mm
        Height and depth of the current sheet.
    inflow_mach : float or array, 1
        Speed of the inflow over the Alfven speed, the dimensionless rate of reconnection: 0.01 to 0.1.

    Returns
    -------
    power : float or array, W
        Flux of magnetic energy (of Poynting) into the sheet from both sides, 2 (B^2 / mu_0) v L^2.

    Notes
    -----
    One account writes B^2 / (2 mu_0) v L^2, four times less, yet gives the numbers of this form: 1e28 to 1e29 erg/s
    for 100 G, 10 Mm and a rate of 0.01 to 0.1, which holds at a density of 1e9 cm^-3. The magnetic energy of a cube of
    that size, 4e29 erg, lasts for seconds only; a flare of an hour draws on a larger volume.

    Examples
    --------
    >>> [float(f"{float(reconnection_power(100.0, 1e9, 10.0, rate)) * 1e7:.3g}") for rate in (0.01, 0.1)]
    [1.1e+28, 1.1e+29]
    """
    xp = namespace(b, n, size, inflow_mach)
    field = b * _TESLA
    speed = inflow_mach * field / xp.sqrt(VACUUM_PERMEABILITY * n * 1e6 * PROTON_MASS)
    return 2.0 * field**2 / VACUUM_PERMEABILITY * speed * (size * 1e6) ** 2


@model(
    cite="Jackson 1999, Classical Electrodynamics, Wiley",
    valid={"b": (1.0, 3000.0), "size": (0.1, 1000.0)},
    monotonic={"size": 1},
    even=("b",),
)
def magnetic_energy(b: gauss, size: Mm) -> J:
    """Magnetic energy in a cube of uniform field.

    Parameters
    ----------
    b : float or array, gauss
        Magnetic field.
    size : float or array, Mm
        Side of the cube.

    Returns
    -------
    energy : float or array, J
        B^2 / (2 mu_0) L^3; what a flare can release of it is the part above the potential field, a tenth or so.

    Notes
    -----
    Of events of all sizes some 1e17 J (a nanoflare, 1e24 erg) to 1e26 J (1e33 erg) are released.

    Examples
    --------
    >>> float(f"{float(magnetic_energy(100.0, 10.0)):.3g}")
    3.98e+22
    """
    return (b * _TESLA) ** 2 / (2.0 * VACUUM_PERMEABILITY) * (size * 1e6) ** 3


@model(
    cite=_STANDARD_MODEL,
    valid={"b": (1.0, 3000.0), "n": (1e7, 1e13), "size": (0.1, 1000.0), "inflow_mach": (1e-4, 0.3)},
    monotonic={"b": -1, "n": 1, "size": 1, "inflow_mach": -1},
)
def release_time(b: gauss, n: per_cm3, size: Mm, inflow_mach: dimensionless = 0.1) -> s:
    """Time in which reconnection uses up the magnetic energy of a cube.

    Parameters
    ----------
    b : float or array, gauss
        Magnetic field.
    n : float or array, cm^-3
        Density of the inflowing plasma.
    size : float or array, Mm
        Side of the cube.
    inflow_mach : float or array, 1
        Speed of the inflow over the Alfven speed.

    Returns
    -------
    duration : float or array, s
        :func:`magnetic_energy` over :func:`reconnection_power`, which is L / (4 M_A v_A).

    Examples
    --------
    >>> float(release_time(100.0, 1e9, 10.0).round(2))
    3.62
    """
    xp = namespace(b, n, size, inflow_mach)
    v_a = b * _TESLA / xp.sqrt(VACUUM_PERMEABILITY * n * 1e6 * PROTON_MASS)
    return size * 1e6 / (4.0 * inflow_mach * v_a)


@model(
    cite="Forbes and Priest 1984, in Solar Terrestrial Physics: Present and Future, NASA RP-1120",
    valid={"ribbon_speed": (0.1, 300.0), "b": (1.0, 4000.0)},
    monotonic={"ribbon_speed": 1},
)
def reconnection_field(ribbon_speed: km_s, b: gauss) -> V_m:
    """Electric field along the reconnection line, from the motion of a flare's ribbon.

    Parameters
    ----------
    ribbon_speed : float or array, km/s
        Speed at which the ribbon moves away from the polarity inversion line.
    b : float or array, gauss
        Vertical field that it sweeps over.

    Returns
    -------
    e : float or array, V/m
        v B: flux that is reconnected in a second, over the length of the ribbon.

    Examples
    --------
    >>> float(reconnection_field(20.0, 500.0).round(6))
    1000.0
    """
    return ribbon_speed * 1e3 * b * _TESLA


@model(
    cite="Isobe et al. 2002, Astrophys. J. 566, 528, doi:10.1086/324711",
    valid={"b": (1.0, 1000.0), "b_ribbon": (1.0, 4000.0), "ribbon_speed": (0.1, 300.0), "area": (1.0, 1e5)},
    monotonic={"b": 1, "b_ribbon": 1, "ribbon_speed": 1, "area": 1},
)
def isobe_2002(b: gauss, b_ribbon: gauss, ribbon_speed: km_s, area: Mm2) -> W:
    """Power that reconnection releases, from the motion of a flare's ribbons.

    Parameters
    ----------
    b : float or array, gauss
        Field of the corona beside the current sheet.
    b_ribbon : float or array, gauss
        Field at the ribbon.
    ribbon_speed : float or array, km/s
        Speed of the ribbon.
    area : float or array, Mm^2
        Area of the current sheet.

    Returns
    -------
    power : float or array, W
        2 (B^2 / mu_0) v_in A with the inflow speed v_in = v_ribbon B_ribbon / B from the conservation of flux.

    Examples
    --------
    >>> float(f"{float(isobe_2002(40.0, 400.0, 10.0, 1000.0)):.3g}")
    2.55e+21
    """
    return 2.0 * b * b_ribbon * _TESLA**2 / VACUUM_PERMEABILITY * ribbon_speed * 1e3 * area * 1e12


def ribbon_flux(time: Any, ribbons: Any, b_z: Any, pixel: float, weakest: float = 20.0) -> xr.Dataset:
    """Magnetic flux that a flare reconnects, from pictures of its ribbons and a magnetogram.

    Parameters
    ----------
    time : array of datetime64, (n,)
        Times of the pictures, UTC.
    ribbons : array of bool, (n, y, x)
        Where each picture shows a ribbon; masks by any threshold.
    b_z : array, gauss, (y, x)
        Vertical field of the photosphere.
    pixel : float, Mm
        Side of a pixel.
    weakest : float, gauss
        Weaker field is noise and does not count.

    Returns
    -------
    Dataset
        Along ``time``: ``positive`` and ``negative`` (flux swept so far, Mx, both as positive numbers), ``flux`` (their
        mean), ``rate`` (V, its change in time), and ``imbalance`` (their difference over their sum).

    Raises
    ------
    InputError
        If the shapes do not fit.

    Notes
    -----
    A pixel counts once, from the first picture that shows a ribbon there. Flux of both signs reconnects in equal parts,
    so that the imbalance is a measure of the error; a change of 1e8 Mx in a second is a volt.

    Examples
    --------
    >>> time = np.datetime64("2017-09-06T12:00", "s") + 60 * np.arange(3)
    >>> masks = np.zeros((3, 2, 3), bool)
    >>> masks[1, :, 0] = masks[2, :, :2] = True
    >>> field = np.array([[100.0, 100.0, 0.0], [-100.0, -100.0, 0.0]])
    >>> ribbon_flux(time, masks, field, pixel=1.0)["flux"].values.tolist()
    [0.0, 1e+18, 2e+18]
    """
    moments = np.atleast_1d(to_datetime64(time, "ribbon_flux: time"))
    masks, field = np.asarray(ribbons).astype(bool), np.asarray(b_z, dtype=float)
    if masks.ndim != 3 or masks.shape != (moments.size, *field.shape):
        raise InputError(f"ribbon_flux: ribbons {masks.shape} must be time {moments.shape} by field {field.shape}")
    field = np.where(np.isfinite(field) & (np.abs(field) >= weakest), field, 0.0)
    area = (pixel * 1e8) ** 2  # cm^2
    swept = np.logical_or.accumulate(masks, axis=0)
    positive = (swept * np.maximum(field, 0.0)).sum(axis=(1, 2)) * area
    negative = (swept * np.maximum(-field, 0.0)).sum(axis=(1, 2)) * area
    mean = 0.5 * (positive + negative)
    seconds = (moments - moments[0]) / np.timedelta64(1, "ns") * 1e-9
    rate = np.gradient(mean * 1e-8, seconds) if moments.size > 1 else np.zeros(1)
    total = positive + negative
    imbalance = np.where(total > 0, (positive - negative) / np.where(total > 0, total, 1.0), np.nan)
    titles = {
        "positive": (positive, "Mx", "Positive flux swept by the ribbons"),
        "negative": (negative, "Mx", "Negative flux swept by the ribbons"),
        "flux": (mean, "Mx", "Reconnected flux"),
        "rate": (rate, "V", "Rate of reconnection"),
        "imbalance": (imbalance, "1", "Difference of the two over their sum"),
    }
    return xr.Dataset(
        {name: ("time", value, {"units": unit, "long_name": title}) for name, (value, unit, title) in titles.items()},
        coords={"time": moments},
        attrs={"references": "Forbes and Priest 1984, NASA RP-1120; Kazachenko et al. 2017, Astrophys. J. 845, 49"},
    )


class EnergyPartition(NamedTuple):
    """Where the energy of a flare goes at first."""

    electrons: J
    ions: J
    ejection: J
    heating: J


@model(
    cite="Aschwanden et al. 2017, Astrophys. J. 836, 17, doi:10.3847/1538-4357/836/1/17",
    valid={"energy": (1e22, 1e27)},
    monotonic={"energy": 1},
)
def aschwanden_2017(energy: J) -> EnergyPartition:
    """Mean partition of the magnetic energy that large flares dissipate.

    Parameters
    ----------
    energy : float or array, J
        Free magnetic energy that is dissipated.

    Returns
    -------
    electrons : float or array, J
        Energy of electrons above 6 keV.
    ions : float or array, J
        Energy of ions above 1 MeV.
    ejection : float or array, J
        Kinetic and potential energy of the coronal mass ejection.
    heating : float or array, J
        Direct heating of the corona.

    Notes
    -----
    Means over 399 flares of classes M and X: 0.51, 0.17, 0.07 and 0.07 with standard deviations of 0.17, 0.17, 0.14
    and 0.17. Single events differ by as much, and the 0.18 that is missing lies within the error.

    Examples
    --------
    >>> [float(f"{float(part):.3g}") for part in aschwanden_2017(1e25)]
    [5.1e+24, 1.7e+24, 7e+23, 7e+23]
    """
    return EnergyPartition(0.51 * energy, 0.17 * energy, 0.07 * energy, 0.07 * energy)


@model(
    cite="Yokoyama and Shibata 1998, Astrophys. J. 494, L113, doi:10.1086/311174",
    valid={"b": (5.0, 1000.0), "n": (1e8, 1e11), "size": (1.0, 500.0)},
    monotonic={"b": 1, "n": -1, "size": 1},
)
def flare_temperature(b: gauss, n: per_cm3, size: Mm) -> K:
    """Temperature at the top of a flaring loop where conduction carries off what reconnection heats.

    Parameters
    ----------
    b : float or array, gauss
        Field of the corona.
    n : float or array, cm^-3
        Density of the corona before the flare.
    size : float or array, Mm
        Half the length of the loop.

    Returns
    -------
    temperature : float or array, K
        (B^3 L / (2 pi kappa_0 (4 pi rho)^(1/2)))^(2/7) in Gaussian units with kappa_0 = 1e-6.

    Notes
    -----
    Conduction, kappa_0 T^(7/2) / (2 L^2), balances the Poynting flux B^2 / (4 pi) v_A / L. This is usually quoted as
    3e7 K (B / 50 G)^(6/7) (n / 1e9 cm^-3)^(-1/7) (L / 10 Mm)^(2/7), which the constants confirm.

    Examples
    --------
    >>> float(f"{float(flare_temperature(50.0, 1e9, 10.0)):.2g}")
    29000000.0
    """
    xp = namespace(b, n, size)
    density = n * PROTON_MASS * 1e3  # g cm^-3
    length = size * 1e8  # cm
    alfven = b / xp.sqrt(4.0 * xp.pi * density)
    return (b**2 / (4.0 * xp.pi) * alfven / length * 2.0 * length**2 / 1e-6) ** (2 / 7)


# ---- what holds a flux rope down ----


@model(cite=_TORUS, valid={"height": (0.0, 1000.0), "half_distance": (1.0, 500.0)}, monotonic={"height": 1})
def bipole_decay_index(height: Mm, half_distance: Mm) -> dimensionless:
    """Decay index of the field above the middle of a bipole.

    Parameters
    ----------
    height : float or array, Mm
        Height above the plane of the two sources.
    half_distance : float or array, Mm
        Half the distance of the two sources.

    Returns
    -------
    n : float or array, 1
        3 h^2 / (h^2 + d^2): 1.5 at h = d, 3 far above.

    Notes
    -----
    Of two charges of opposite sign at a distance 2 d, between which B grows as (h^2 + d^2)^(-3/2).

    Examples
    --------
    >>> float(bipole_decay_index(30.0, 30.0))
    1.5
    """
    return 3.0 * height**2 / (height**2 + half_distance**2)


@model(
    cite=_TORUS,
    valid={"aspect": (2.0, 1000.0), "internal_inductance": (0.0, 2.0)},
    monotonic={"aspect": 1, "internal_inductance": 1},
)
def kliem_torok_2006(aspect: dimensionless, internal_inductance: dimensionless = 0.5) -> dimensionless:
    """Critical decay index beyond which a current ring expands without limit.

    Parameters
    ----------
    aspect : float or array, 1
        Radius of the ring over the radius of the current channel.
    internal_inductance : float or array, 1
        Inductance of the channel per unit length: 0.5 for a uniform current, 0 for one on the surface.

    Returns
    -------
    n : float or array, 1
        3/2 - 1 / (4 c) with c = ln(8 R / a) - 2 + l_i / 2.

    Notes
    -----
    From the hoop force and the conservation of the flux through the ring, with all of the field's decay above it. A
    very thin ring has 3/2. Anchored, thick or straight channels have 1.1 to 1.3 (Demoulin and Aulanier 2010, Astrophys.
    J. 718, 1388), and events are observed between 1 and 2.

    Examples
    --------
    >>> [float(kliem_torok_2006(aspect).round(2)) for aspect in (5.0, 10.0, 1e6)]
    [1.37, 1.41, 1.48]
    """
    xp = namespace(aspect, internal_inductance)
    return 1.5 - 0.25 / (xp.log(8.0 * aspect) - 2.0 + 0.5 * internal_inductance)


def potential_field(b_z: Any, pixel: float, heights: Any, padding: float = 0.0, balance: bool = True) -> xr.Dataset:
    """Extrapolate the vertical field of a patch of the photosphere into the corona without currents.

    Parameters
    ----------
    b_z : array, gauss, (y, x)
        Vertical field at height 0; NaN counts as no field.
    pixel : float, Mm
        Side of a pixel.
    heights : array, Mm
        Where the field is wanted.
    padding : float
        Width of empty surroundings to add on every side, over that of the patch: the field is periodic in the plane,
        and its images come nearer to the truth the farther off they are. 0 takes the patch itself as periodic.
    balance : bool
        Whether to take out the mean of `b_z`, so that as much flux leaves as enters; otherwise it stays as a uniform
        vertical field at all heights.

    Returns
    -------
    Dataset
        ``b_x``, ``b_y``, ``b_z`` (gauss) along ``height``, ``y`` and ``x`` (Mm).

    Raises
    ------
    InputError
        If the field is no plane, or heights or pixel are not as they must be.

    Notes
    -----
    By Fourier transform (Alissandrakis 1981, Astron. Astrophys. 100, 197, with alpha = 0): every wave k of B_z decays
    as exp(-k z), and B_x, B_y are -i k_x / k and -i k_y / k times it. Exact for periodic fields. Holds where
    the patch is small against the Sun's radius.

    Examples
    --------
    >>> x = np.arange(64)
    >>> wave = 100 * np.cos(2 * np.pi * x / 64) * np.ones((8, 1))
    >>> above = potential_field(wave, pixel=1.0, heights=[0.0, 64 / (2 * np.pi)])
    >>> above["b_z"].values[1, 0, 0].round(3).item()
    36.788
    """
    field = np.asarray(b_z, dtype=float)
    levels = np.atleast_1d(np.asarray(heights, dtype=float))
    if field.ndim != 2 or min(field.shape) < 2:
        raise InputError(f"potential_field: the field must be a plane (y, x), got shape {field.shape}")
    if not pixel > 0 or not padding >= 0 or levels.size == 0 or not np.all(levels >= 0):
        raise InputError("potential_field: pixel must be positive, padding and heights positive or zero")
    field = np.where(np.isfinite(field), field, 0.0)
    if balance:
        field = field - field.mean()
    margins = [math.ceil(padding * size) for size in field.shape]
    padded = np.pad(field, [(margin, margin) for margin in margins])
    transform = np.fft.rfft2(padded)
    k_x = 2 * np.pi * np.fft.rfftfreq(padded.shape[1], pixel)[None, :]
    k_y = 2 * np.pi * np.fft.fftfreq(padded.shape[0], pixel)[:, None]
    k = np.hypot(k_x, k_y)
    inverse = np.divide(1.0, k, out=np.zeros_like(k), where=k > 0)
    # At the highest wave of an even grid sine and cosine cannot be told apart: it has no horizontal part.
    if padded.shape[1] % 2 == 0:
        k_x = np.where(np.arange(k_x.shape[1]) == k_x.shape[1] - 1, 0.0, k_x)
    if padded.shape[0] % 2 == 0:
        k_y = np.where(np.arange(k_y.shape[0])[:, None] == padded.shape[0] // 2, 0.0, k_y)
    inner = tuple(slice(margin, margin + size) for margin, size in zip(margins, field.shape, strict=True))
    parts = np.empty((3, levels.size, *field.shape))
    for level, height in enumerate(levels):
        decayed = transform * np.exp(-k * height)
        for part, factor in enumerate((-1j * k_x * inverse, -1j * k_y * inverse, 1.0)):
            parts[part, level] = np.fft.irfft2(factor * decayed, s=padded.shape)[inner]
    names = {"b_x": "Eastward field", "b_y": "Northward field", "b_z": "Vertical field"}
    return xr.Dataset(
        {
            name: (("height", "y", "x"), parts[n], {"units": "gauss", "long_name": f"{title} of the potential field"})
            for n, (name, title) in enumerate(names.items())
        },
        coords={
            "height": ("height", levels, {"units": "Mm", "long_name": "Height above the photosphere"}),
            "y": ("y", np.arange(field.shape[0]) * float(pixel), {"units": "Mm", "long_name": "Distance northward"}),
            "x": ("x", np.arange(field.shape[1]) * float(pixel), {"units": "Mm", "long_name": "Distance eastward"}),
        },
        attrs={"references": "Alissandrakis 1981, Astron. Astrophys. 100, 197"},
    )


def decay_index(height: Any, b: Any, axis: int = 0) -> Floats:
    """Decay index of a field that was sampled along height.

    Parameters
    ----------
    height : array, Mm, (n,)
        Heights, growing.
    b : array, (..., n, ...)
        Strength of the field (of its horizontal part, for what holds down a flux rope).
    axis : int
        Axis of `b` that is height.

    Returns
    -------
    array
        -d ln B / d ln h, by differences of second order in the logarithms; NaN where the field is zero or h = 0.

    Raises
    ------
    InputError
        If there are fewer than three heights or they do not grow.

    Examples
    --------
    >>> h = np.geomspace(1.0, 100.0, 50)
    >>> float(decay_index(h, h**-2.0).round(6)[10])
    2.0
    """
    levels, field = np.asarray(height, dtype=float), np.asarray(b, dtype=float)
    if levels.ndim != 1 or levels.size < 3 or np.any(np.diff(levels) <= 0) or levels[0] < 0:
        raise InputError("decay_index: needs three heights or more, growing, none below 0")
    if field.shape[axis] != levels.size:
        raise InputError(f"decay_index: {levels.size} heights for a field with {field.shape[axis]} along that axis")
    result = np.full(np.moveaxis(field, axis, 0).shape, np.nan)
    first = int(levels[0] == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.where(np.moveaxis(field, axis, 0)[first:] > 0, np.moveaxis(field, axis, 0)[first:], np.nan))
    if levels.size - first < 3:
        raise InputError("decay_index: needs three heights or more above 0")
    result[first:] = -np.gradient(logs, np.log(levels[first:]), axis=0, edge_order=2)
    return np.moveaxis(result, 0, axis)


def inversion_line(b_z: Any, weakest: float = 50.0, reach: int = 2) -> NDArray[np.bool_]:
    """Pixels along the line where the vertical field changes sign between strong fields.

    Parameters
    ----------
    b_z : array, gauss, (y, x)
        Vertical field of the photosphere.
    weakest : float, gauss
        Field that must be exceeded on both sides.
    reach : int
        Pixels within which both signs must occur.

    Returns
    -------
    bool array, (y, x)
        True where strong fields of both signs are within reach.

    Examples
    --------
    >>> inversion_line(np.array([[100.0, 80.0, 2.0, -90.0, -100.0, -100.0, -100.0]] * 3), reach=1)[1].tolist()
    [False, False, True, False, False, False, False]
    """
    from scipy.ndimage import maximum_filter

    field = np.nan_to_num(np.asarray(b_z, dtype=float))
    if field.ndim != 2:
        raise InputError(f"inversion_line: the field must be a plane (y, x), got shape {field.shape}")
    size = 2 * reach + 1
    positive = maximum_filter((field >= weakest).astype(np.uint8), size=size)
    negative = maximum_filter((field <= -weakest).astype(np.uint8), size=size)
    return np.asarray(positive & negative, dtype=bool)


def critical_height(field: xr.Dataset, critical: float = 1.5) -> xr.DataArray:
    """Height above which a flux rope is torus-unstable, over every pixel of a magnetogram.

    Parameters
    ----------
    field : Dataset
        As :func:`potential_field` returns it, at heights from low to high.
    critical : float
        Critical decay index.

    Returns
    -------
    DataArray
        Lowest height (Mm) at which the decay index of the horizontal field passes `critical` on its way up and stays
        above it to the next level; interpolated linearly; NaN where it never does.

    Notes
    -----
    Meaningful along the polarity inversion line (:func:`inversion_line`), where ropes form. Over complex regions
    the index can pass the threshold low down, fall below it again and pass it once more: the lowest is given.

    Examples
    --------
    >>> x = np.arange(128) - 63.5
    >>> r_p, r_m = (((x[None, :] - s * 16) ** 2 + x[:, None] ** 2 + 16**2) ** 1.5 for s in (1, -1))
    >>> above = potential_field(1e5 / r_p - 1e5 / r_m, 1.0, np.arange(1.0, 40.0), padding=1.0)
    >>> float(critical_height(above).values[64, 64].round(0))
    22.0
    """
    for name in ("b_x", "b_y"):
        if name not in field:
            raise InputError(f"critical_height: the dataset has no {name}; give what potential_field returns")
    height = field["height"].values
    b_x, b_y = (field[name].transpose("height", "y", "x").values for name in ("b_x", "b_y"))
    index = decay_index(height, np.hypot(b_x, b_y))
    with np.errstate(invalid="ignore"):
        crossing = (index[:-1] < critical) & (index[1:] >= critical)
    any_crossing = crossing.any(axis=0)
    k = crossing.argmax(axis=0)
    below, above = (np.take_along_axis(index, (k + step)[None], axis=0)[0] for step in (0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (critical - below) / (above - below)
    value = np.where(any_crossing, height[k] + share * (height[k + 1] - height[k]), np.nan)
    return xr.DataArray(
        value,
        dims=("y", "x"),
        coords={"y": field["y"], "x": field["x"]},
        name="critical_height",
        attrs={"units": "Mm", "long_name": "Height of torus instability", "references": _TORUS},
    )
