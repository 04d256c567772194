"""Standing Alfven waves: the periods at which field lines ring, what they say of the density, how fast they decay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, PROTON_MASS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import S, dimensionless, km, km_s, nT, per_cm3, s

if TYPE_CHECKING:
    import xarray as xr

    from sunearth.geomagnetism.field import Field

Floats = NDArray[np.float64]

_CUMMINGS = "Cummings et al. 1969, J. Geophys. Res. 74, 778"
_SINGER = "Singer et al. 1981, J. Geophys. Res. 86, 4589"
_NEWTON = "Newton et al. 1978, Planet. Space Sci. 26, 201"

MODES: Final = ("toroidal", "poloidal")
"""Lines that swing east and west, and lines that swing in their own meridian."""

_HEIGHT: Final = 110.0
"""km, of the conducting layer where a line is held"""
_RANGES = {
    "l_shell": (1.5, 15.0),
    "equatorial_density": (0.1, 1e4),
    "density_index": (0.0, 6.0),
    "height": (0.0, 1000.0),
    "b_0": (2.9e4, 3.2e4),
}
# 12 abscissae and weights of Gauss and Legendre: enough for 2e-7 at all indices up to 6 and L up to 15.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_KILO = 1e3


def _transit_unit(l_shell: Any, equatorial_density: Any, b_0: Any) -> Any:
    """L R_E over the equatorial Alfven speed, in s: what all periods of a dipole's line are proportional to."""
    xp = namespace(l_shell, equatorial_density, b_0)
    inertia = xp.sqrt(VACUUM_PERMEABILITY * equatorial_density * 1e6 * PROTON_MASS)
    return l_shell**4 * EARTH_RADIUS * inertia / (b_0 * 1e-9)


@model(
    cite=_CUMMINGS,
    valid=_RANGES,
    monotonic={"l_shell": 1, "equatorial_density": 1, "density_index": 1, "b_0": -1},
)
def travel_time_period(
    l_shell: dimensionless,
    equatorial_density: per_cm3,
    density_index: dimensionless = 1.0,
    height: km = _HEIGHT,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> s:
    """Time of an Alfven wave along a dipole's field line and back.

    Parameters
    ----------
    l_shell : float or array, 1
        L of the line.
    equatorial_density : float or array, cm^-3
        Mass density on the equator in atomic masses (protons) per cubic centimetre.
    density_index : float or array, 1
        Density along the line goes as (1/r) to this power: 0 is constant, 1 suits the plasmasphere, 3 to 6 fast fall.
    height : float or array, km
        Where the line is held.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    period : float or array, s
        2 ds / v_A over the line, the simplest estimate of its fundamental period.

    Notes
    -----
    With x the sine of the latitude, ds / v_A goes as (1 - x^2)^((6 - m) / 2) dx. That suits waves that are short beside
    the line. The fundamental's real period is longer: at L = 6.6 by a factor of 1.61 (toroidal) and 2.22 (poloidal) for
    a constant density, 1.36 and 1.87 for m = 3, and 1 for the toroidal one with m = 6, where the two agree exactly. See
    :func:`resonance_period`. Tables of "eigenperiods" in textbooks are often these times.

    Examples
    --------
    >>> float(travel_time_period(4.0, 443.0, 0.0, 0.0).round(0))
    96.0
    """
    xp = namespace(l_shell, equatorial_density, density_index, height, b_0)
    end = xp.sqrt(1.0 - (1.0 + height * _KILO / EARTH_RADIUS) / l_shell)
    integral = 0.0
    for node, weight in zip(_NODES.tolist(), _WEIGHTS.tolist(), strict=True):
        x = 0.5 * end * (1.0 + node)
        integral = integral + 0.5 * weight * (1.0 - x * x) ** ((6.0 - density_index) / 2.0)
    return 4.0 * _transit_unit(l_shell, equatorial_density, b_0) * end * integral


@model(
    cite=_CUMMINGS,
    valid=_RANGES,
    monotonic={"l_shell": 1, "equatorial_density": 1, "density_index": 1, "b_0": -1},
    compiled=True,
)
def resonance_period(
    l_shell: dimensionless,
    equatorial_density: per_cm3,
    density_index: dimensionless = 1.0,
    harmonic: int = 1,
    mode: str = "toroidal",
    height: km = _HEIGHT,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> s:
    """Period of a standing Alfven wave on a dipole's field line.

    Parameters
    ----------
    l_shell : float or array, 1
        L of the line.
    equatorial_density : float or array, cm^-3
        Mass density on the equator in atomic masses (protons) per cubic centimetre.
    density_index : float or array, 1
        Density along the line goes as (1/r) to this power.
    harmonic : int
        1 for the fundamental, which moves most on the equator.
    mode : {"toroidal", "poloidal"}
        Whether the line swings in longitude or in its meridian.
    height : float or array, km
        Where the line is held by a perfect conductor.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    period : float or array, s
        Of the harmonic asked for; NaN where the line does not rise above `height`.

    Raises
    ------
    InputError
        If the harmonic is not a whole number from 1.

    Notes
    -----
    In a dipole the equations of guided waves in a cold plasma become, with x the sine of the latitude,

        y'' + K (1 - x^2)^(6 - m) y = 0 (toroidal),
        [y' / (1 + 3 x^2)]' + K (1 - x^2)^(6 - m) / (1 + 3 x^2) y = 0 (poloidal),

    K = (omega L R_E / v_A)^2 at the equator. They are solved by shooting, to about 1e-5. The frequencies of
    Cummings et al. (L = 6.6, m = 0 to 5, four harmonics of both modes) come out within 0.3 % and the rounding of their
    three decimals. Real waves lie between the two modes, and the poloidal one is changed by pressure.

    Examples
    --------
    >>> float(resonance_period(6.6, 1.0, 3.0).round(1))
    59.5
    >>> resonance_period(4.0, 300.0, harmonic=3, mode="poloidal").round(2).item()
    31.41
    """
    from sunearth.numerics.threads import spread

    from ._field_line_resonance_kernels import dipole_eigenvalues

    if harmonic != int(harmonic) or harmonic < 1:
        raise InputError(f"resonance_period: harmonic must be a whole number from 1, got {harmonic!r}")
    poloidal = _mode_number(mode) == 1
    base = 1.0 + np.asarray(height) * _KILO / EARTH_RADIUS
    shape = np.broadcast_shapes(np.shape(l_shell), np.shape(density_index), base.shape)
    shells, powers, feet = (
        np.array(np.broadcast_to(np.asarray(v, float), shape)).ravel() for v in (l_shell, density_index, base)
    )
    found = np.empty(shells.size)
    number, steps = int(harmonic), max(64, 32 * int(harmonic))
    spread(
        lambda start, stop: dipole_eigenvalues(shells, powers, feet, number, poloidal, steps, start, stop, found),
        found.size,
        1000,
    )
    return 2.0 * np.pi / np.sqrt(found.reshape(shape)[()]) * _transit_unit(l_shell, equatorial_density, b_0)


@model(
    cite=_CUMMINGS,
    valid={k: v for k, v in _RANGES.items() if k != "equatorial_density"} | {"period": (5.0, 600.0)},
    monotonic={"l_shell": -1, "period": 1, "density_index": -1, "b_0": 1},
    compiled=True,
)
def density_of_period(
    l_shell: dimensionless,
    period: s,
    density_index: dimensionless = 1.0,
    harmonic: int = 1,
    mode: str = "toroidal",
    height: km = _HEIGHT,
    b_0: nT = DIPOLE_EQUATORIAL_FIELD,
) -> per_cm3:
    """Mass density on the equator of a dipole's field line that rings with a given period.

    Parameters
    ----------
    l_shell : float or array, 1
        L of the line.
    period : float or array, s
        Of the observed resonance.
    density_index : float or array, 1
        Density along the line goes as (1/r) to this power.
    harmonic : int
        Which harmonic was seen.
    mode : {"toroidal", "poloidal"}
        Whether the line swings in longitude or in its meridian.
    height : float or array, km
        Where the line is held.
    b_0 : float or array, nT
        Field of the dipole on the Earth's equator.

    Returns
    -------
    equatorial_density : float or array, cm^-3
        In atomic masses (protons) per cubic centimetre; over the electron density it is the mean ion mass.

    Notes
    -----
    The exact inverse of :func:`resonance_period`, since periods go as the root of the density.

    Examples
    --------
    >>> float(density_of_period(4.0, 75.0).round(0))
    108.0
    """
    of_unit = resonance_period.spec.function(l_shell, 1.0, density_index, harmonic, mode, height, b_0)
    return (period / of_unit) ** 2


@model(
    cite="Glassmeier 1983, Geophys. Res. Lett. 10, 678",
    valid={"pedersen_conductance": (0.1, 50.0), "v_a": (100.0, 5000.0)},
    monotonic={"pedersen_conductance": -1, "v_a": -1},
)
def reflected_field(pedersen_conductance: S, v_a: km_s) -> dimensionless:
    """Electric field that the ionosphere reflects of an Alfven wave from above, over that of the wave.

    Parameters
    ----------
    pedersen_conductance : float or array, S
        Height-integrated Pedersen conductivity.
    v_a : float or array, km/s
        Alfven speed just above.

    Returns
    -------
    reflection : float or array, 1
        -1 from a perfect conductor, 1 from an insulator, 0 where the conductance equals 1 / (mu_0 v_A).

    Examples
    --------
    >>> float(reflected_field(5.0, 1000.0).round(3))
    -0.725
    """
    wave_conductance = 1.0 / (VACUUM_PERMEABILITY * v_a * _KILO)
    return (wave_conductance - pedersen_conductance) / (wave_conductance + pedersen_conductance)


def dipole_line(
    l_shell: float, height: float = _HEIGHT, b_0: float = DIPOLE_EQUATORIAL_FIELD, points: int = 401
) -> xr.Dataset:
    """Return a dipole's field line as waves see it.

    Parameters
    ----------
    l_shell : float
        L of the line.
    height : float, optional
        Where it ends, km.
    b_0 : float, optional
        Field of the dipole on the Earth's equator, nT.
    points : int, optional
        Number of points, from south to north.

    Returns
    -------
    Dataset
        As from :func:`traced_line`.

    Raises
    ------
    InputError
        If the line does not rise above `height`.

    Examples
    --------
    >>> line = dipole_line(6.6)
    >>> float(line["b"].min().round(1)), float(line["r"].max())
    (103.7, 6.6)
    """
    base = 1.0 + height * _KILO / EARTH_RADIUS
    if not base < l_shell:
        raise InputError(f"dipole_line: the line of L = {l_shell} does not rise above {height} km")
    x = np.linspace(-1.0, 1.0, points) * np.sqrt(1.0 - base / l_shell)
    stretch = np.sqrt(1.0 + 3.0 * x * x)
    arc = 0.5 * l_shell * (x * stretch + np.arcsinh(np.sqrt(3.0) * x) / np.sqrt(3.0))
    cosine = np.sqrt(1.0 - x * x)
    return _line(
        arc - arc[0],
        l_shell * cosine**2,
        b_0 / l_shell**3 * stretch / cosine**6,
        cosine**3,
        cosine**3 / stretch,
        f"dipole, L = {l_shell:g}",
    )


def traced_line(
    field: Field,
    x: float,
    y: float,
    z: float,
    *,
    height: float = _HEIGHT,
    separation: float = 0.01,
    points: int = 401,
) -> xr.Dataset:
    """Trace a field line and its neighbours, for the waves on it.

    Parameters
    ----------
    field : Field
        A field in one state.
    x, y, z : float, R_E
        A point on the line, GSM.
    height : float, optional
        Where the line ends, km.
    separation : float, optional
        Distance of the neighbours from the farthest point of the line, R_E.
    points : int, optional
        Number of points, from south to north.

    Returns
    -------
    Dataset
        Over ``point``: `s` along the line and distance `r` from the Earth's centre (R_E), field `b` (nT), and how far
        apart the lines are that differ in longitude (`h_toroidal`) and in the meridian (`h_poloidal`), 1 at the
        farthest point.

    Raises
    ------
    InputError
        If the line is not closed.

    Notes
    -----
    Two neighbours on either side in each direction are cut with the planes across the line; the mean of their distances
    is h, up to second order in `separation`. Where the field shears, the directions of the two turn along the line; the
    guided modes are then only nearly independent.

    Examples
    --------
    >>> from sunearth.geomagnetism.field import magnetic_field
    >>> line = traced_line(magnetic_field(internal="dipole"), 4.0, 0.0, 0.0, points=201)
    >>> exact = dipole_line(4.0, points=201)
    >>> abs(float(line["h_toroidal"].min() / exact["h_toroidal"].min()) - 1.0) < 1e-3
    True
    """
    from scipy.interpolate import CubicSpline

    from sunearth.geomagnetism.tracing import trace

    if field.shape:
        raise InputError(f"traced_line: one state of the field at a time, this one has {field.shape}")
    central = trace(field, float(x), float(y), float(z), altitude=height, points=points, tolerance=1e-8)
    if int(central["topology"]) != 0:
        raise InputError(f"traced_line: the field line through ({x}, {y}, {z}) is not closed")
    path = np.stack([central[name].values for name in "xyz"], axis=-1)
    arc = np.linspace(0.0, float(central["length"]), points)
    curve = CubicSpline(arc, path)
    tangent = curve(arc, 1)
    tangent /= np.linalg.norm(tangent, axis=-1)[:, None]
    radius = np.linalg.norm(path, axis=-1)
    top = int(np.argmax(radius))
    along = tangent[top]
    outward = path[top] - np.dot(path[top], along) * along
    outward /= np.linalg.norm(outward)
    spacings = []
    for direction in (np.cross(along, outward), outward):
        seeds = path[top] + separation * np.array([[1.0], [-1.0]]) * direction
        # they reach a little deeper, so that they cross the planes at the feet of the line too
        nearby = trace(field, *seeds.T, altitude=max(height - 60.0, 0.0), points=points, tolerance=1e-8)
        both = np.stack([nearby[name].values for name in "xyz"], axis=-1)
        apart = []
        for k in range(2):
            length = float(nearby["length"][k])
            other = CubicSpline(np.linspace(0.0, length, points), both[k])
            u = arc * length / arc[-1]
            for _ in range(8):
                u = u - np.sum((other(u) - path) * tangent, -1) / np.sum(other(u, 1) * tangent, -1)
            apart.append(np.linalg.norm(other(u) - path, axis=-1))
        spacings.append(np.mean(apart, axis=0) / separation)
    toroidal, poloidal = (h / h[top] for h in spacings)
    return _line(arc, radius, central["b"].values, toroidal, poloidal, field.name)


def _line(arc: Floats, radius: Floats, b: Floats, toroidal: Floats, poloidal: Floats, name: str) -> xr.Dataset:
    import xarray as xr

    described = {
        "s": (arc, "R_E", "Distance along the field line from its southern end"),
        "r": (radius, "R_E", "Distance from the Earth's centre"),
        "b": (b, "nT", "Field strength along the line"),
        "h_toroidal": (toroidal, "1", "Spacing of field lines across the meridian"),
        "h_poloidal": (poloidal, "1", "Spacing of field lines in the meridian"),
    }
    data = {k: ("point", v, {"units": unit, "long_name": label}) for k, (v, unit, label) in described.items()}
    return xr.Dataset(data, attrs={"field": name})


@dataclass(frozen=True)
class StandingWaves:
    """Standing Alfven waves on any field line, with any density along it.

    Parameters
    ----------
    harmonics : int
        How many of each mode.
    pedersen_south, pedersen_north : float
        Pedersen conductance where the line ends, S; infinite for a perfect conductor.
    steps : int
        Steps along the line; the periods converge with their fourth power.

    Notes
    -----
    The displacement is h y, and h^2 B dy/ds grows along the line as -omega^2 mu_0 rho h^2 / B y (the equation of Singer
    et al.), solved in the coordinate ds / (h^2 B), in which it is y'' + omega^2 mu_0 rho h^4 y = 0. With a resistive
    ionosphere dy/ds = i omega mu_0 Sigma_P y at the northern and its negative at the southern end, the field taken as
    vertical there: the Poynting flux of the wave into the ionosphere is the Joule heat of the Pedersen current. Damped
    waves are sought from the undamped ones of a line held or free at either end, and numbered by their frequency: with
    a day ionosphere at one end and a night ionosphere at the other the first is a quarter wave, and where the loss is
    so strong that the fundamental is overdamped, the first is what was the second. Hall currents and the field in the
    atmosphere are left out.

    Examples
    --------
    >>> waves = StandingWaves(harmonics=2).solve(dipole_line(6.6), 5.0, density_index=1.0)
    >>> waves["period"].round(1).values.tolist()
    [[125.3, 48.9], [172.4, 49.7]]
    """

    harmonics: int = 4
    pedersen_south: float = np.inf
    pedersen_north: float = np.inf
    steps: int = 400

    def __post_init__(self) -> None:
        if self.harmonics < 1 or self.steps < 8 or self.harmonics % 1 or self.steps % 1:
            raise InputError(f"StandingWaves: needs whole numbers, 1 harmonic and 8 steps at least, got {self}")
        if not (self.pedersen_south >= 0 and self.pedersen_north >= 0):
            raise InputError("StandingWaves: a conductance cannot be negative or unknown")

    def solve(
        self,
        line: xr.Dataset,
        density: float | Callable[[Floats], Any] | Any,
        density_index: float = 1.0,
    ) -> xr.Dataset:
        """Find the waves of a line.

        Parameters
        ----------
        line : Dataset
            From :func:`dipole_line` or :func:`traced_line`, or anything with the same variables.
        density : float, callable or array
            Mass density in atomic masses per cubic centimetre: at the farthest point of the line, falling off with
            `density_index`; or a function of the distance in R_E; or its values along the line.
        density_index : float, optional
            Power of 1/r with which a single density goes.

        Returns
        -------
        Dataset
            Over ``mode`` and ``harmonic``: `frequency` (mHz), `period` (s), `damping_rate` (s^-1) and
            `quality_factor` (pi times the periods in which the amplitude falls by a factor e; infinite without loss).
            Over ``point`` too: `displacement`, `b_perturbation` and `e_perturbation`, each at its greatest phase and
            scaled to a maximum of 1. `travel_time` (s) is the time of an Alfven wave from end to end.

        Raises
        ------
        InputError
            If the density is not positive everywhere or does not fit the line, or the line lacks a variable.
        """
        import xarray as xr
        from scipy.interpolate import CubicSpline

        missing = [name for name in ("s", "r", "b", "h_toroidal", "h_poloidal") if name not in line]
        if missing:
            raise InputError(f"StandingWaves: the line lacks {', '.join(missing)}; see dipole_line and traced_line")
        arc = np.asarray(line["s"], float) * EARTH_RADIUS
        field = np.asarray(line["b"], float) * 1e-9
        rho = self._density(np.asarray(line["r"], float), density, density_index)
        inertia = VACUUM_PERMEABILITY * rho * 1e6 * PROTON_MASS
        shape = (len(MODES), self.harmonics)
        omega = np.empty(shape, complex)
        patterns = np.empty((3, *shape, arc.size))
        for i, mode in enumerate(MODES):
            h = np.asarray(line[f"h_{mode}"], float)
            coordinate = CubicSpline(arc, 1.0 / (h * h * field)).antiderivative()(arc)
            grid = np.linspace(0.0, coordinate[-1], 2 * self.steps + 1)
            at = CubicSpline(coordinate, arc)(grid)
            # the logarithm keeps the weight positive between points
            weight = np.exp(CubicSpline(arc, np.log(inertia * h**4))(np.clip(at, 0.0, arc[-1])))
            # stretched to unit length, so that the numbers are of order one
            length = coordinate[-1]
            weight = weight * length**2
            resistive = [
                VACUUM_PERMEABILITY * conductance * h[k] ** 2 * field[k] * length
                for conductance, k in ((self.pedersen_south, 0), (self.pedersen_north, -1))
            ]
            for j, (frequency, y, slope) in enumerate(self._waves(weight, resistive)):
                omega[i, j] = frequency
                values = np.stack([y, slope / length])
                # each quantity at the phase at which it is greatest
                amplitude = CubicSpline(grid[::2], values.real, axis=1)(coordinate)
                if np.iscomplexobj(values):
                    amplitude = amplitude + 1j * CubicSpline(grid[::2], values.imag, axis=1)(coordinate)
                for k, pattern in enumerate((h * amplitude[0], amplitude[1] / h, h * field * amplitude[0])):
                    peak = pattern[np.argmax(np.abs(pattern))]
                    patterns[k, i, j] = (pattern / peak).real if peak != 0 else np.nan
        rate = np.maximum(-omega.imag, 0.0) + 0.0
        with np.errstate(divide="ignore"):
            quality = np.where(rate == 0, np.inf, omega.real / (2.0 * np.where(rate == 0, 1.0, rate)))
            period = 2.0 * np.pi / omega.real
        dims = ("mode", "harmonic")

        def described(values: Any, unit: str, label: str, over: tuple[str, ...] = dims) -> tuple[Any, ...]:
            return over, values, {"units": unit, "long_name": label, "references": _SINGER}

        along = (*dims, "point")
        result = xr.Dataset(
            {
                "frequency": described(omega.real / (2e-3 * np.pi), "mHz", "Frequency of the standing wave"),
                "period": described(period, "s", "Period of the standing wave"),
                "damping_rate": described(rate, "s^-1", "Rate at which the amplitude falls"),
                "quality_factor": described(quality, "1", "Quality factor of the resonance"),
                "displacement": described(patterns[0], "1", "Displacement of the field line", along),
                "b_perturbation": described(patterns[1], "1", "Transverse magnetic field of the wave", along),
                "e_perturbation": described(patterns[2], "1", "Electric field of the wave", along),
                "travel_time": described(
                    float(CubicSpline(arc, np.sqrt(inertia) / field).integrate(arc[0], arc[-1])),
                    "s",
                    "Time of an Alfven wave from end to end",
                    (),
                ),
            },
            coords={"mode": list(MODES), "harmonic": np.arange(1, self.harmonics + 1), "s": line["s"]},
            attrs=dict(line.attrs),
        )
        for name in ("damping_rate", "quality_factor"):
            result[name].attrs["references"] = _NEWTON
        return result

    def _density(self, radius: Floats, density: Any, index: float) -> Floats:
        if callable(density):
            rho = np.asarray(density(radius), float)
        elif np.ndim(density) == 0:
            rho = float(density) * (radius.max() / radius) ** index
        else:
            rho = np.asarray(density, float)
        if rho.shape != radius.shape:
            raise InputError(f"StandingWaves: {rho.shape} values of the density on a line of {radius.shape} points")
        if not np.all(rho > 0):
            raise InputError("StandingWaves: the density must be positive and known all along the line")
        return rho

    def _waves(self, weight: Floats, resistive: list[float]) -> list[tuple[complex, Any, Any]]:
        """Frequency and the wave y, y' of the harmonics, in the coordinate of unit length, by ascending frequency."""
        from scipy.integrate import simpson

        from . import _field_line_resonance_kernels as kernels

        step = 1.0 / self.steps
        lossless = all(r in (0.0, np.inf) for r in resistive)
        # Beyond this a conductor is as good as perfect, and numbers stay finite.
        ends = [min(r, 1e9 * float(np.sqrt(weight.max()))) for r in resistive]
        found: list[tuple[complex, Any, Any]] = []
        for free in ((False, False), (False, True), (True, False), (True, True)):
            if lossless and free != tuple(r == 0.0 for r in resistive):
                continue
            for number in range(1, self.harmonics + (1 if lossless else 2)):
                squared = kernels.eigenvalue(weight, step, free[0], free[1], number)
                values, slopes = np.empty((2, self.steps + 1))
                kernels.wave(weight, step, squared, float(free[0]), float(not free[0]), values, slopes)
                if lossless:
                    found.append((complex(np.sqrt(squared), 0.0), values, slopes))
                    continue
                # What the ends would dissipate of this wave, as a first guess of its decay.
                content = 2.0 * simpson(weight[::2] * values**2, dx=step)
                burnt = [
                    r * values[k] ** 2 if loose else slopes[k] ** 2 / (max(r, 1e-300) * squared)
                    for r, k, loose in zip(ends, (0, -1), free, strict=True)
                ]
                ideal = np.sqrt(squared)
                guess = complex(ideal, -min(sum(burnt) / content, 0.5 * ideal))
                values, slopes = np.empty((2, self.steps + 1), complex)
                omega = kernels.damped_frequency(weight, step, guess, ends[0], ends[1], values, slopes)
                rings = omega.imag <= 0.0 and omega.real > 1e-3 * abs(omega)
                if rings and all(abs(omega - other) > 1e-6 * abs(omega) for other, _, _ in found):
                    found.append((omega, values, slopes))
        found.sort(key=lambda each: each[0].real)
        none = np.full(self.steps + 1, np.nan)
        found += [(complex(np.nan, np.nan), none, none)] * self.harmonics
        return found[: self.harmonics]


def resonance_continuum(
    l_shell: Any,
    equatorial_density: Any,
    density_index: Any = 1.0,
    harmonics: int = 3,
    height: float = _HEIGHT,
    b_0: float = DIPOLE_EQUATORIAL_FIELD,
) -> xr.Dataset:
    """Return the frequencies at which a dipole's shells ring, and where they turn back at the plasmapause.

    Parameters
    ----------
    l_shell : array (l_shell,)
        Ascending L.
    equatorial_density : array (l_shell,) or callable
        Mass density there, atomic masses per cubic centimetre, or a function of L.
    density_index : float or array (l_shell,), optional
        Power of 1/r along the lines.
    harmonics : int, optional
        How many.
    height, b_0 : float, optional
        As for :func:`resonance_period`.

    Returns
    -------
    Dataset
        `frequency` (mHz) over ``mode``, ``harmonic`` and ``l_shell``, and `gradient`, its change with L. Frequencies
        fall outward but across the plasmapause, where they leap by the root of the fall in density: `reversed` marks
        where the fundamental toroidal frequency rises outward, and `l_minimum` and `l_maximum` are the ends of the
        longest such stretch (NaN without one): between the two frequencies, three shells ring together.

    Raises
    ------
    InputError
        If there are fewer than two shells, or they do not ascend.

    Examples
    --------
    >>> from sunearth.magnetosphere.plasmasphere import electron_density
    >>> l_shell = np.linspace(2.5, 7.0, 91)
    >>> found = resonance_continuum(l_shell, electron_density(l_shell, 0.0, 4.5))
    >>> float(found["l_minimum"].round(2)), float(found["l_maximum"].round(2))
    (4.5, 4.7)
    """
    import xarray as xr

    l_shell = np.asarray(l_shell, float)
    if l_shell.ndim != 1 or l_shell.size < 2 or not np.all(np.diff(l_shell) > 0):
        raise InputError("resonance_continuum: give two or more ascending values of l_shell")
    density = equatorial_density(l_shell) if callable(equatorial_density) else np.asarray(equatorial_density, float)
    frequency = np.stack(
        [
            [
                1e3 / resonance_period(l_shell, density, density_index, n, mode, height, b_0)
                for n in range(1, harmonics + 1)
            ]
            for mode in MODES
        ]
    )
    rising = np.diff(frequency[0, 0]) > 0
    first, last, begin = -1, -1, 0
    for k in range(rising.size + 1):
        if k == rising.size or not rising[k]:
            if k - begin > last - first:
                first, last = begin, k
            begin = k + 1
    ends = l_shell[[first, last]] if last > first else np.array([np.nan, np.nan])
    dims = ("mode", "harmonic", "l_shell")
    return xr.Dataset(
        {
            "frequency": (
                dims,
                frequency,
                {"units": "mHz", "long_name": "Frequency of the standing wave", "references": _CUMMINGS},
            ),
            "gradient": (
                dims,
                np.gradient(frequency, l_shell, axis=-1),
                {"units": "mHz", "long_name": "Change of the frequency with L", "references": _CUMMINGS},
            ),
            "reversed": (
                "l_shell",
                np.gradient(frequency[0, 0], l_shell) > 0,
                {"long_name": "Whether the fundamental toroidal frequency rises outward", "references": _CUMMINGS},
            ),
            "l_minimum": ((), ends[0], {"units": "1", "long_name": "Inner end of the reversal, as L"}),
            "l_maximum": ((), ends[1], {"units": "1", "long_name": "Outer end of the reversal, as L"}),
        },
        coords={
            "mode": list(MODES),
            "harmonic": np.arange(1, harmonics + 1),
            "l_shell": ("l_shell", l_shell, {"units": "1", "long_name": "L"}),
        },
    )


def _mode_number(mode: str) -> int:
    if mode not in MODES:
        raise UnknownNameError("mode of field line resonances", mode, MODES)
    return MODES.index(mode)
