"""The Kelvin-Helmholtz instability: when a boundary between flows makes waves, how fast they grow, how long they are.

Two plasmas slide along each other. Fields along the wave hold it down, fields across it do not; compressibility slows
it, and the thickness of the boundary chooses the wave. Side 1 is usually the magnetosheath, side 2 the magnetosphere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import PROTON_MASS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import km, km_s, nT, per_cm3, rad, s

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_CHANDRASEKHAR = "Chandrasekhar 1961, Hydrodynamic and Hydromagnetic Stability, chapter 11"
_SOUTHWOOD = "Southwood 1968, Planet. Space Sci. 16, 587"
_PU_KIVELSON = "Pu and Kivelson 1983, J. Geophys. Res. 88, 841"
_MICHALKE = "Michalke 1964, J. Fluid Mech. 19, 543"
_MIURA_PRITCHETT = "Miura and Pritchett 1982, J. Geophys. Res. 87, 7431"

# Square of the Alfven speed in km/s for 1 nT and one proton per cubic centimetre.
_ALFVEN2: Final = 1e-18 / (VACUUM_PERMEABILITY * PROTON_MASS * 1e6) * 1e-6

_FASTEST_WAVE: Final = 0.4446
"""Wavenumber times half thickness of the fastest wave of a hyperbolic-tangent layer (Michalke 1964)."""
_FASTEST_GROWTH: Final = 0.1897
"""Its growth rate, in units of half the shear over the half thickness."""

_DENSITIES = {"n_1": (0.1, 100.0), "n_2": (0.1, 100.0)}


@model(
    cite=_CHANDRASEKHAR,
    valid=_DENSITIES | {"b_1": (0.0, 100.0), "b_2": (0.1, 100.0)},
    even=("b_1", "b_2"),
    monotonic={"b_1": 1, "b_2": 1, "n_1": -1, "n_2": -1},
)
def threshold_shear(n_1: per_cm3, n_2: per_cm3, b_1: nT, b_2: nT) -> km_s:
    """Difference of two flows above which their boundary is unstable.

    Parameters
    ----------
    n_1, n_2 : float or array, cm^-3
        Mass densities on the two sides, in atomic masses (protons) per cubic centimetre.
    b_1, b_2 : float or array, nT
        Components of the two fields along the wave vector.

    Returns
    -------
    shear : float or array, km/s
        Component of the difference of the flows along the wave vector; zero for a wave across both fields, which any
        shear makes unstable.

    Notes
    -----
    rho_1 rho_2 / (rho_1 + rho_2) (k.dv)^2 > [(k.B_1)^2 + (k.B_2)^2] / mu_0, for incompressible flows and a boundary
    without thickness. Fields that differ in direction on the two sides cannot both be across the wave, so that magnetic
    shear stabilises. With thickness, layers may be unstable that the criterion calls stable (Gratton et al. 2004), and
    where fields rotate through the layer it is no limit.

    Examples
    --------
    >>> float(threshold_shear(10.0, 1.0, 20.0, 10.0).round(0))
    512.0
    """
    xp = namespace(n_1, n_2, b_1, b_2)
    return xp.sqrt(_ALFVEN2 * (b_1**2 + b_2**2) * (1.0 / n_1 + 1.0 / n_2))


class BoundaryWave(NamedTuple):
    """A wave on a boundary, per wavenumber."""

    growth_speed: km_s
    phase_speed: km_s


@model(
    cite=_CHANDRASEKHAR,
    valid=_DENSITIES | {"v_1": (-600.0, 600.0), "v_2": (-50.0, 50.0), "b_1": (-50.0, 50.0), "b_2": (-100.0, 100.0)},
    even=("b_1", "b_2"),
)
def vortex_sheet(n_1: per_cm3, n_2: per_cm3, v_1: km_s, v_2: km_s, b_1: nT = 0.0, b_2: nT = 0.0) -> BoundaryWave:
    """Growth and speed of a wave on a boundary without thickness between incompressible flows.

    Parameters
    ----------
    n_1, n_2 : float or array, cm^-3
        Mass densities on the two sides, in atomic masses (protons) per cubic centimetre.
    v_1, v_2 : float or array, km/s
        Components of the two flows along the wave vector.
    b_1, b_2 : float or array, nT
        Components of the two fields along the wave vector.

    Returns
    -------
    growth_speed : float or array, km/s
        Growth rate over wavenumber: times 2 pi over the wavelength it is the growth rate. Zero where stable.
    phase_speed : float or array, km/s
        Speed of the crests along the wave vector; of a stable boundary, the mean speed of its two waves.

    Notes
    -----
    The crests go with the mean velocity weighted by density, near that of the sheath. Without thickness the shortest
    wave grows fastest; see :class:`ShearLayer` for which one does.

    Examples
    --------
    >>> wave = vortex_sheet(10.0, 1.0, 300.0, 0.0)
    >>> round(float(wave.growth_speed), 1), round(float(wave.phase_speed), 1)
    (86.2, 272.7)
    """
    xp = namespace(n_1, n_2, v_1, v_2, b_1, b_2)
    total = n_1 + n_2
    drive = n_1 * n_2 / total**2 * (v_1 - v_2) ** 2 - _ALFVEN2 * (b_1**2 + b_2**2) / total
    return BoundaryWave(_root_or_zero(xp, drive), (n_1 * v_1 + n_2 * v_2) / total + 0.0 * drive)


def _root_or_zero(xp: Any, square: Any) -> Any:
    """Root of what is positive, zero for the rest, NaN for NaN, with finite slopes."""
    stable = square <= 0
    return xp.where(stable, 0.0 * square, xp.sqrt(xp.where(stable, 1.0 + 0.0 * square, square)))


class UnstableDirections(NamedTuple):
    """The waves that a boundary makes."""

    growth_speed: km_s
    direction: rad
    half_width: rad
    phase_speed: km_s


@model(
    cite=_SOUTHWOOD,
    valid=_DENSITIES
    | {
        "v_l": (50.0, 600.0),
        "v_m": (-100.0, 100.0),
        "b_1l": (-20.0, 20.0),
        "b_1m": (-20.0, 20.0),
        "b_2l": (-20.0, 20.0),
        "b_2m": (-40.0, 40.0),
    },
)
def unstable_directions(
    n_1: per_cm3, n_2: per_cm3, v_l: km_s, v_m: km_s, b_1l: nT, b_1m: nT, b_2l: nT, b_2m: nT
) -> UnstableDirections:
    """Directions in which waves grow on a boundary without thickness.

    Parameters
    ----------
    n_1, n_2 : float or array, cm^-3
        Mass densities on the two sides, in atomic masses (protons) per cubic centimetre.
    v_l, v_m : float or array, km/s
        Flow of side 1 as seen from side 2, in two directions along the boundary at right angles.
    b_1l, b_1m : float or array, nT
        Field of side 1 in these directions.
    b_2l, b_2m : float or array, nT
        Field of side 2.

    Returns
    -------
    growth_speed : float or array, km/s
        Growth rate over wavenumber in the fastest direction; zero where every direction is stable.
    direction : float or array, rad
        Direction of that wave vector from l towards m, -pi/2 to pi/2.
    half_width : float or array, rad
        Half the range of unstable directions: 0 where there are none, pi/2 where all are.
    phase_speed : float or array, km/s
        Speed of the crests of that wave as seen from side 2.

    Examples
    --------
    >>> found = unstable_directions(10.0, 1.0, 300.0, 0.0, 0.0, 20.0, 5.0, 40.0)
    >>> round(float(found.growth_speed), 1), round(float(found.direction), 3), round(float(found.half_width), 3)
    (84.6, -0.092, 0.279)
    """
    xp = namespace(n_1, n_2, v_l, v_m, b_1l, b_1m, b_2l, b_2m)
    total = n_1 + n_2
    drive, hold = n_1 * n_2 / total**2, _ALFVEN2 / total
    ll = drive * v_l**2 - hold * (b_1l**2 + b_2l**2)
    mm = drive * v_m**2 - hold * (b_1m**2 + b_2m**2)
    lm = drive * v_l * v_m - hold * (b_1l * b_1m + b_2l * b_2m)
    # The square of the growth speed is a mean plus an amplitude times the cosine of twice the angle from the fastest.
    mean, amplitude = (ll + mm) / 2, xp.hypot((ll - mm) / 2, lm)
    direction = 0.5 * xp.atan2(lm, (ll - mm) / 2)
    # Without shear and field along the boundary no direction is unstable: as if the amplitude outweighed the mean.
    nothing = amplitude == 0
    share = xp.clip(xp.where(nothing, 1.0, -mean) / xp.where(nothing, 1.0, amplitude), -1.0, 1.0)
    phase = n_1 / total * (v_l * xp.cos(direction) + v_m * xp.sin(direction))
    return UnstableDirections(_root_or_zero(xp, mean + amplitude), direction, 0.5 * xp.acos(share), phase)


@model(
    cite=_PU_KIVELSON,
    valid=_DENSITIES
    | {
        "v_1": (100.0, 500.0),
        "v_2": (-50.0, 50.0),
        "b_1k": (-10.0, 10.0),
        "b_2k": (-10.0, 10.0),
        "b_1": (10.0, 50.0),
        "b_2": (10.0, 100.0),
        "c_1": (50.0, 300.0),
        "c_2": (100.0, 1000.0),
    },
    even=("b_1", "b_2", "b_1k", "b_2k"),
    compiled=True,
)
def pu_kivelson_1983(
    n_1: per_cm3,
    n_2: per_cm3,
    v_1: km_s,
    v_2: km_s,
    b_1k: nT,
    b_2k: nT,
    b_1: nT,
    b_2: nT,
    c_1: km_s,
    c_2: km_s,
) -> BoundaryWave:
    """Growth and speed of a wave on a boundary without thickness between compressible flows.

    Parameters
    ----------
    n_1, n_2 : float or array, cm^-3
        Mass densities on the two sides, in atomic masses (protons) per cubic centimetre.
    v_1, v_2 : float or array, km/s
        Components of the two flows along the wave vector.
    b_1k, b_2k : float or array, nT
        Components of the two fields along the wave vector.
    b_1, b_2 : float or array, nT
        Magnitudes of the two fields; no smaller than their components.
    c_1, c_2 : float or array, km/s
        Sound speeds on the two sides.

    Returns
    -------
    growth_speed : float or array, km/s
        Growth rate over wavenumber of the fastest growing wave that fades away from the boundary; zero where none does.
    phase_speed : float or array, km/s
        Speed of its crests along the wave vector; where stable, that of incompressible flows.

    Notes
    -----
    On either side the wave fades over a depth 1 / kappa, kappa^2 = k^2 - W^4 / [W^2 (c^2 + v_A^2) - k^2 v_Ak^2 c^2],
    W = omega - k v, and e / kappa, e = rho (W^2 - k^2 v_Ak^2), must be opposite on the two sides. Squared, that is a
    polynomial of the tenth degree; of its roots those are kept that solve the equation itself. The two equilibria
    should have the same total pressure, which is not checked.

    Examples
    --------
    >>> wave = pu_kivelson_1983(10.0, 1.0, 300.0, 0.0, 0.0, 0.0, 20.0, 40.0, 150.0, 400.0)
    >>> round(float(wave.growth_speed), 1), round(float(wave.phase_speed), 1)
    (87.9, 266.7)
    """
    inputs = np.broadcast_arrays(n_1, n_2, v_1, v_2, b_1k, b_2k, b_1, b_2, c_1, c_2)
    growth, phase = np.empty((2, inputs[0].size))
    for row, values in enumerate(zip(*(np.ravel(i) for i in inputs), strict=True)):
        growth[row], phase[row] = _compressible_sheet(*(float(v) for v in values))
    return BoundaryWave(growth.reshape(inputs[0].shape)[()], phase.reshape(inputs[0].shape)[()])


def _compressible_sheet(
    n_1: float,
    n_2: float,
    v_1: float,
    v_2: float,
    b_1k: float,
    b_2k: float,
    b_1: float,
    b_2: float,
    c_1: float,
    c_2: float,
) -> tuple[float, float]:
    """Growth and phase speed of one boundary."""
    if not (n_1 > 0 and n_2 > 0 and np.isfinite([v_1, v_2, b_1k, b_2k, b_1, b_2, c_1, c_2]).all()):
        return np.nan, np.nan
    unit = max(abs(v_1 - v_2), 1e-6 * (abs(v_1) + abs(v_2)), 1e-9)
    sides = []
    for n, v, b_k, b, c in ((n_1, v_1 - v_2, b_1k, b_1, c_1), (n_2, 0.0, b_2k, b_2, c_2)):
        alfven2, along2 = _ALFVEN2 * b * b / n / unit**2, _ALFVEN2 * b_k * b_k / n / unit**2
        sides.append((n, v / unit, max(alfven2, along2), along2, (c / unit) ** 2))
    polynomials = []
    for n, v, alfven2, along2, c2 in sides:
        shifted = np.polynomial.Polynomial([-v, 1.0]) ** 2  # (omega / k - v)^2
        tension = n * (shifted - along2)
        below = shifted * (c2 + alfven2) - along2 * c2
        polynomials.append((tension, below - shifted**2, below))
    (tension_1, top_1, below_1), (tension_2, top_2, below_2) = polynomials
    condition = tension_1**2 * top_2 * below_1 - tension_2**2 * top_1 * below_2
    coefficients = condition.coef / np.abs(condition.coef).max()
    roots = np.polynomial.Polynomial(coefficients).roots() if np.isfinite(coefficients).all() else np.empty(0)
    incompressible = (n_1 * v_1 + n_2 * v_2) / (n_1 + n_2)
    best = (0.0, incompressible)
    for each in roots:
        root = complex(each)
        if root.imag <= 1e-6:
            continue
        terms = []
        for tension, top, below in polynomials:
            kappa = np.sqrt(complex(top(root) / below(root)))  # the root with a positive real part: it fades
            terms.append(tension(root) / kappa)
        if abs(terms[0] + terms[1]) < 1e-4 * (abs(terms[0]) + abs(terms[1])) and root.imag * unit > best[0]:
            best = (root.imag * unit, root.real * unit + v_2)
    return best


class LayerWave(NamedTuple):
    """The wave that a layer favours."""

    wavelength: km
    period: s
    growth_time: s


@model(
    cite=_MICHALKE,
    valid=_DENSITIES | {"half_thickness": (50.0, 10000.0), "v_1": (50.0, 600.0), "v_2": (-50.0, 40.0)},
    monotonic={"half_thickness": 1},
)
def layer_wave(half_thickness: km, v_1: km_s, v_2: km_s = 0.0, n_1: per_cm3 = 1.0, n_2: per_cm3 = 1.0) -> LayerWave:
    """Wave that grows fastest on a boundary layer of some thickness.

    Parameters
    ----------
    half_thickness : float or array, km
        The a in tanh(x / a): the velocity changes by three quarters of the shear within 2 a.
    v_1, v_2 : float or array, km/s
        Flows on the two sides, along the wave vector.
    n_1, n_2 : float or array, cm^-3
        Mass densities on the two sides, which set how fast the wave goes.

    Returns
    -------
    wavelength : float or array, km
        Of the fastest growing wave, 14.1 half thicknesses.
    period : float or array, s
        At a place at rest, with crests that go with the mean flow weighted by density.
    growth_time : float or array, s
        In which the wave grows by a factor e; a lower limit.

    Notes
    -----
    For U = tanh(x / a) between incompressible flows of one density without a field along the wave, k a = 0.4446 grows
    fastest, at 0.1897 of half the shear over a, and no wave with k a > 1 grows at all (Michalke gives half of that rate
    for a velocity that goes from 0 to 1). Fields along the wave, compressibility and unequal densities make it slower;
    :class:`ShearLayer` solves for them. At the magnetopause 2 a is that of the boundary layer, some 0.2 to 1 R_E, which
    makes waves of a few R_E and periods of one to a few minutes (Pc5, Pc4); they merge to longer ones later.

    Examples
    --------
    >>> wave = layer_wave(2000.0, 250.0, 0.0)
    >>> [round(float(q), 1) for q in wave]
    [28264.4, 226.1, 84.3]
    """
    xp = namespace(half_thickness, v_1, v_2, n_1, n_2)
    wavelength = 2.0 * xp.pi * half_thickness / _FASTEST_WAVE
    crests = (n_1 * v_1 + n_2 * v_2) / (n_1 + n_2)
    return LayerWave(
        wavelength + 0.0 * crests,
        wavelength / xp.abs(crests),
        half_thickness / (_FASTEST_GROWTH * 0.5 * xp.abs(v_1 - v_2)),
    )


_EXTENT = 10.0  # half thicknesses beyond which the layer has come to its two sides, to 4e-9
_COARSE = 81  # points of the eigenproblem that gives the first guesses, at _GUESSES wavenumbers
_GUESSES = 6
_SIDESTEP = 0.6  # half thicknesses by which the path leaves the real axis; tanh is regular up to 1.57
_SLOWEST = 1e-7  # growth per wavenumber and half shear that counts as none
_WAVES = np.linspace(0.05, 1.0, 20)  # wavenumbers times half thickness solved for by default


@dataclass(frozen=True)
class ShearLayer:
    """Waves on a boundary layer of finite thickness between two plasmas with fields.

    Velocity, field, density and sound speed go from side 1 (x < 0) to side 2 as tanh(x / half_thickness).

    Parameters
    ----------
    half_thickness : float
        km.
    n_1, n_2 : float
        Mass densities, atomic masses per cubic centimetre.
    v_1, v_2 : tuple of two floats
        Flows along the boundary, in the directions l and m, km/s.
    b_1, b_2 : tuple of two floats
        Fields along the boundary, nT.
    c_1, c_2 : float
        Sound speeds, km/s; infinite for incompressible flow.

    Notes
    -----
    The displacement across the layer obeys (e xi' / q)' = e k^2 xi with e = rho [(omega - k.V)^2 - (k.v_A)^2] and
    q = 1 - W^4 / {k^2 [W^2 (c_s^2 + v_A^2) - (k.v_A)^2 c_s^2]}, W = omega - k.V (Miura and Pritchett 1982), and fades
    on both sides. A coarse matrix eigenproblem of the incompressible layer finds where unstable waves are; they are
    then refined by shooting (fourth order in the step), along a path that passes the resonances at a distance, followed
    from wavenumber to wavenumber, and while compressibility is turned on. Waves that exist only through compressibility
    (of fast flows that radiate magnetosonic waves) are not sought.

    Examples
    --------
    >>> layer = ShearLayer(1000.0, 1.0, 1.0, (100.0, 0.0), (-100.0, 0.0), (0.0, 20.0), (0.0, 20.0))
    >>> found = layer.solve([0.4446e-3])
    >>> (found["growth_rate"] * 1000.0 / 100.0).round(4).values.tolist()
    [0.1897]
    """

    half_thickness: float
    n_1: float
    n_2: float
    v_1: tuple[float, float]
    v_2: tuple[float, float]
    b_1: tuple[float, float]
    b_2: tuple[float, float]
    c_1: float = np.inf
    c_2: float = np.inf

    def __post_init__(self) -> None:
        if not (self.half_thickness > 0 and self.n_1 > 0 and self.n_2 > 0 and self.c_1 > 0 and self.c_2 > 0):
            raise InputError("ShearLayer: thickness, densities and sound speeds must be positive")
        for name in ("v_1", "v_2", "b_1", "b_2"):
            if np.shape(getattr(self, name)) != (2,):
                raise InputError(f"ShearLayer: {name} must have two components, along l and m")
        if np.isinf(self.c_1) != np.isinf(self.c_2):
            raise InputError("ShearLayer: give both sound speeds, or none for incompressible flow")

    def solve(self, wavenumber: Any = None, direction: float = 0.0, steps: int = 400) -> xr.Dataset:
        """Find the fastest growing wave at each wavenumber.

        Parameters
        ----------
        wavenumber : array (wavenumber,), optional
            km^-1; by default 20 values up to one over the half thickness.
        direction : float, optional
            Direction of the wave vector from l towards m, rad.
        steps : int, optional
            Steps across the layer.

        Returns
        -------
        Dataset
            Over ``wavenumber``: `growth_rate` (s^-1, 0 where nothing grows), `frequency` (mHz) in the frame of the
            given velocities and `phase_speed` (km/s), both NaN where nothing grows. For the fastest of them, between
            the wavenumbers: `fastest_wavelength` (km), `fastest_period` (s), `fastest_growth_time` (s).

        Raises
        ------
        InputError
            If there is no wavenumber, or one is not positive.
        """
        import xarray as xr

        k = np.atleast_1d(np.asarray(_WAVES / self.half_thickness if wavenumber is None else wavenumber, float))
        if k.ndim != 1 or k.size == 0 or not np.all(k > 0):
            raise InputError("ShearLayer: give one or more positive wavenumbers, in one dimension")
        toward = np.array([np.cos(direction), np.sin(direction)])
        # Frame of the mean flow along the wave; lengths in half thicknesses, speeds in half shears.
        flows = float(np.dot(self.v_1, toward)), float(np.dot(self.v_2, toward))
        mean, half_shear = 0.5 * (flows[0] + flows[1]), 0.5 * (flows[0] - flows[1])
        unit = abs(half_shear)
        omega = np.full(k.size, complex(np.nan, 0.0))
        if unit > 0:
            omega = self._frequencies(k * self.half_thickness, toward, mean, unit, steps)
        growing = omega.imag > 0
        growth = np.where(growing, omega.imag, 0.0) * unit / self.half_thickness
        angular = np.where(growing, omega.real * unit / self.half_thickness + k * mean, np.nan)
        wavelength, period, growth_time = self._fastest(k, growth, angular)

        def described(values: Any, unit: str, label: str, dims: tuple[str, ...] = ("wavenumber",)) -> tuple[Any, ...]:
            return dims, values, {"units": unit, "long_name": label, "references": _MIURA_PRITCHETT}

        return xr.Dataset(
            {
                "growth_rate": described(growth, "s^-1", "Growth rate of the boundary wave"),
                "frequency": described(angular / (2e-3 * np.pi), "mHz", "Frequency of the boundary wave"),
                "phase_speed": described(angular / k, "km/s", "Speed of the crests along the wave vector"),
                "fastest_wavelength": described(wavelength, "km", "Wavelength that grows fastest", ()),
                "fastest_period": described(period, "s", "Period of the wave that grows fastest", ()),
                "fastest_growth_time": described(growth_time, "s", "Time in which it grows by a factor e", ()),
            },
            coords={"wavenumber": ("wavenumber", k, {"units": "km^-1", "long_name": "Wavenumber"})},
            attrs={"direction": direction},
        )

    def _profiles(self, x: Any, toward: Floats, mean: float, unit: float) -> Any:
        """Density, flow along k, squares of the Alfven speeds along k and whole, and of the sound speed, at x."""
        share = 0.5 * (1.0 + np.tanh(x))
        n = self.n_1 + (self.n_2 - self.n_1) * share
        first, last = float(np.dot(self.v_1, toward)), float(np.dot(self.v_2, toward))
        flow = (first + (last - first) * share - mean) / unit
        b = np.asarray(self.b_1)[:, None] + (np.asarray(self.b_2) - np.asarray(self.b_1))[:, None] * share
        along2 = _ALFVEN2 * (toward @ b) ** 2 / n / unit**2
        whole2 = _ALFVEN2 * np.sum(b * b, axis=0) / n / unit**2
        sound2 = np.ones_like(share)
        if np.isfinite(self.c_1):
            sound2 = (self.c_1**2 + (self.c_2**2 - self.c_1**2) * share) / unit**2
        return np.stack([n / (self.n_1 + self.n_2), flow, along2, whole2, sound2])

    def _frequencies(self, k: Floats, toward: Floats, mean: float, unit: float, steps: int) -> Complexes:
        """Complex frequency of the fastest wave at each wavenumber, NaN where none grows."""
        from ._kelvin_helmholtz_kernels import follow, refine

        # Where the flow falls with x, a growing wave's resonances lie below the real axis, so that the path goes above.
        side = _SIDESTEP * np.sign(np.dot(self.v_1, toward) - np.dot(self.v_2, toward))

        def layer_of(count: int) -> tuple[Complexes, float]:
            t = np.linspace(-_EXTENT, _EXTENT, 2 * count + 1)
            path, turn = t + 1j * side / np.cosh(t), 1.0 - 1j * side * np.tanh(t) / np.cosh(t)
            return np.concatenate([self._profiles(path, toward, mean, unit), turn[None]]), 2.0 * _EXTENT / count

        # Waves are sought and followed with few steps, and only what is found is refined with all.
        layer, step = layer_of(min(steps, 160))
        # Waves between those asked for, so that each can be followed from its neighbour.
        between = np.arange(min(0.05, k.min()), max(0.3, k.max()) + 0.02, 0.02)
        waves = np.unique(np.concatenate([k, between]))
        coarse = self._profiles(np.linspace(-6.0, 6.0, 2 * _COARSE - 1), toward, mean, unit)
        omega = np.full(waves.size, complex(np.nan, np.nan))
        for m in np.unique(np.linspace(0, waves.size - 1, _GUESSES).astype(int)):
            omega[m] = refine(_coarse_frequency(waves[m], coarse), waves[m], 0.0, layer, step)
        follow(omega, waves, 0.0, layer, step, _SLOWEST)
        if np.isfinite(self.c_1):
            for amount in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
                for m in range(waves.size):
                    omega[m] = refine(omega[m], waves[m], amount, layer, step)
                follow(omega, waves, amount, layer, step, _SLOWEST)
        found = omega[np.searchsorted(waves, k)]
        layer, step = layer_of(steps)
        compressed = 1.0 if np.isfinite(self.c_1) else 0.0
        found = np.array([refine(w, wave, compressed, layer, step) for w, wave in zip(found, k, strict=True)])
        return np.where(found.imag > _SLOWEST * k, found, complex(np.nan, np.nan))

    def _fastest(self, k: Floats, growth: Floats, angular: Floats) -> tuple[float, float, float]:
        """Wavelength, period and growth time at the top of a parabola through the three fastest waves."""
        top = int(np.argmax(growth))
        if not growth[top] > 0:
            return np.nan, np.nan, np.nan
        wave, rate = float(k[top]), float(growth[top])
        if 0 < top < k.size - 1 and np.all(np.diff(k) > 0):
            curve = np.polynomial.Polynomial.fit(k[top - 1 : top + 2], growth[top - 1 : top + 2], 2)
            (wave,) = np.real(curve.deriv().roots())
            rate = float(curve(wave))
        crests = abs(angular[top] / k[top])
        return 2 * np.pi / float(wave), 2 * np.pi / float(wave) / crests if crests > 0 else np.inf, 1.0 / rate


def _coarse_frequency(k: float, profiles: Floats) -> complex:
    """Fastest growing eigenvalue of the incompressible layer on few points, by finite volumes."""
    from scipy.linalg import solve

    n, flow, along2, *_ = profiles
    spacing = 12.0 / (_COARSE - 1)

    def operator(e: Floats) -> Floats:
        """Second-order matrix of (e xi')' - k^2 e xi, with waves that fade like exp(-k |x|) outside."""
        between, here = e[1::2] / spacing, e[::2] * k * k * spacing
        here[[0, -1]] *= 0.5
        diagonal = -here
        diagonal[:-1] -= between
        diagonal[1:] -= between
        diagonal[[0, -1]] -= k * e[[0, -1]]
        return np.diag(diagonal) + np.diag(between, 1) + np.diag(between, -1)

    inertia = operator(n)
    doppler = solve(inertia, operator(2.0 * k * n * flow), assume_a="sym")
    stiffness = solve(inertia, operator(n * k * k * (flow**2 - along2)), assume_a="sym")
    size = len(inertia)
    companion = np.block([[np.zeros((size, size)), np.eye(size)], [-stiffness, doppler]])
    values = np.linalg.eigvals(companion)
    return complex(values[np.argmax(values.imag)])
