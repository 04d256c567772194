"""The radiation belts in three dimensions: diffusion in L*, momentum and pitch angle.

A particle is labelled by the momentum and the equatorial pitch angle it would have if it were carried adiabatically to
a reference shell. These labels are functions of the first two invariants: radial diffusion runs along them, and at each
shell the local scattering by waves runs between them, on one and the same grid.
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD
from sunearth.core.errors import InputError
from sunearth.core.time import to_datetime64
from sunearth.geomagnetism import trapped
from sunearth.numerics.diffusion import diffuse
from sunearth.numerics.series import held
from sunearth.numerics.threads import spread

from .phase_space import energy_of_momentum, flux_of_density, momentum
from .plasmasphere import carpenter_anderson_1992, maximum_kp
from .radial_diffusion import RadialDiffusion, _asked, _can_be_called

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_SECONDS_PER_DAY: Final = 86400.0
_KEV_PER_MEV: Final = 1e3
_CITE: Final = "Schulz and Lanzerotti 1974, Particle Diffusion in the Radiation Belts, Springer"


_OF_STRENGTH: Final = ("l_star", "kp", "plasmapause_l")
_OF_LIFETIME: Final = ("l_star", "energy", "pitch_angle", "kp", "plasmapause_l")
_OF_DENSITY: Final = ("energy", "pitch_angle", "l_star")


class Scattering(NamedTuple):
    """Diffusion by one kind of wave.

    `coefficients` is a Dataset with `d_aa`, `d_ap` (over the momentum) and `d_pp` (over its square), all in s^-1, on
    `l_shell`, `energy` (MeV) and `pitch_angle` (rad, equatorial), or a function of (l_star, energy, pitch_angle) that
    returns the three. `strength` is a factor on them, a number or a function of any of `l_star`, `kp` and
    `plasmapause_l`.
    """

    coefficients: Any
    strength: Any = 1.0


def inside_plasmasphere(l_star: Any, plasmapause_l: Any) -> Any:
    """One where a shell lies inside the plasmapause, zero beyond: the strength of hiss.

    Parameters
    ----------
    l_star, plasmapause_l : float or array
        The shell and where the plasmasphere ends.

    Returns
    -------
    float or array
        0 or 1.

    Examples
    --------
    >>> inside_plasmasphere(np.array([3.0, 5.0]), 4.0).tolist()
    [1.0, 0.0]
    """
    return np.where(np.asarray(l_star) <= plasmapause_l, 1.0, 0.0)


def outside_plasmasphere(l_star: Any, plasmapause_l: Any) -> Any:
    """One where a shell lies beyond the plasmapause, zero inside: the strength of chorus.

    Parameters
    ----------
    l_star, plasmapause_l : float or array
        The shell and where the plasmasphere ends.

    Returns
    -------
    float or array
        0 or 1.

    Examples
    --------
    >>> outside_plasmasphere(np.array([3.0, 5.0]), 4.0).tolist()
    [0.0, 1.0]
    """
    return 1.0 - inside_plasmasphere(l_star, plasmapause_l)


@dataclass(frozen=True)
class RadiationBelts:
    """Phase-space density of trapped electrons on L*, momentum and pitch angle in time.

    Parameters
    ----------
    inner, outer : float
        Ends of the model in L*.
    shells, momenta, pitch_angles : int
        Number of cells in L*, in momentum (evenly in its logarithm) and in pitch angle (evenly on the reference shell).
    reference : float
        L* of the reference shell.
    lowest_energy, highest_energy : float
        Energies between which particles are followed, MeV, on the reference shell. On other shells the same particles
        have more (inside) or less.
    diffusion : str or callable
        Rate of radial diffusion per day, as for `RadialDiffusion`.
    mixed : {"full", "limited", "none"}
        What to do with the mixed coefficients of momentum and pitch angle: all of them, as much as keeps every
        density positive on this grid, or none of those of the waves.
    lifetime : callable or None
        Further loss: lifetime in days as a function of any of `l_star`, `energy` (keV, as for `RadialDiffusion`),
        `pitch_angle` (rad), `kp` and `plasmapause_l`; such as :func:`~.radial_diffusion.coulomb_lifetime`.
    shadow_time : float
        Lifetime beyond the last closed drift shell, days.
    altitude : float
        Height at which mirroring particles are lost, km.
    b_0 : float
        nT, field of the dipole on the Earth's equator.

    Notes
    -----
    df/dt = L^2 d/dL (D_LL / L^2 df/dL) at constant invariants, plus (1/G) d/di (G D_ij df/dj) in momentum and pitch
    angle at constant L*, with G = p^2 T sin(alpha) cos(alpha), less losses. As coordinates serve K and
    x = ln(p sin(alpha) / sin(alpha_ref)), where alpha_ref(K) is the pitch angle on the reference shell, so that x is
    the logarithm of sqrt(mu / sin^2 alpha_ref). In them volume is a product, e^3x dx sin^3(alpha_ref) dK L^-2 dL, the
    same cells serve at every shell, and nothing is ever interpolated (the idea of Subbotin and Shprits 2012,
    doi:10.1029/2011JA017467, who take mu (K + 0.5)^2 for x). Lines of constant x are lines of constant momentum on the
    reference shell and nearly so elsewhere; what they are not enters as part of the mixed coefficient.

    Radial and local steps alternate (Strang). A local step solves all momenta and pitch angles of a shell at once,
    mixed terms included, with a symmetric band matrix; each mixed coefficient is a conductance along the diagonal of
    four cells, taken from their edges. Where it exceeds what the edges have (strongly slanted diffusion on cells of the
    wrong proportions) the full scheme may dip below zero: such values are set to zero, and `raised` in the budget says
    how much that took. With "limited" they cannot. Second order in time where nothing changes abruptly, see
    `numerics.diffusion.diffuse`.

    Particles in the loss cone are lost in a quarter of their bounce period. The lowest momentum is held at the start's
    density (times a factor that may change in time) or closed, the highest is closed. Collisions come in as a lifetime;
    drift-loss cone and changes of the field are not in it: L* is given.

    Examples
    --------
    >>> belts = RadiationBelts(shells=8, momenta=12, pitch_angles=10)
    >>> waves = {"chorus": Scattering(lambda l, e, a: (2e-5 / e, 0 * e * a, 1e-6 / e + 0 * a), outside_plasmasphere)}
    >>> time = np.datetime64("2013-03-17", "ns") + np.arange(7) * np.timedelta64(1, "h")
    >>> spectrum = lambda energy, pitch_angle, l_star: np.exp(-energy / 0.3) * np.sin(pitch_angle)
    >>> result = belts.solve(time, 5.0, start=spectrum, outer=1.0, waves=waves)
    >>> bool(result.psd.min() >= 0.0)
    True
    """

    inner: float = 2.5
    outer: float = 6.5
    shells: int = 29
    momenta: int = 45
    pitch_angles: int = 45
    reference: float = 5.0
    lowest_energy: float = 0.03
    highest_energy: float = 8.0
    diffusion: str | Callable[..., Any] = "brautigam_albert_2000"
    mixed: str = "full"
    lifetime: Callable[..., Any] | None = None
    shadow_time: float = 0.02
    altitude: float = 100.0
    b_0: float = DIPOLE_EQUATORIAL_FIELD

    def __post_init__(self) -> None:
        if self.mixed not in ("full", "limited", "none"):
            raise InputError(f"RadiationBelts: mixed must be 'full', 'limited' or 'none', got {self.mixed!r}")
        if min(self.shells, self.momenta, self.pitch_angles) < 3:
            raise InputError("RadiationBelts: at least 3 shells, momenta and pitch angles")
        if not (1 < self.inner < self.outer and 0 < self.lowest_energy < self.highest_energy and self.reference > 1):
            raise InputError(
                "RadiationBelts: needs 1 < inner < outer, 0 < lowest_energy < highest_energy, reference > 1"
            )
        _ = self.radial  # refuses what it cannot take
        if self.lifetime is not None:
            _can_be_called(self.lifetime, _OF_LIFETIME, "RadiationBelts: lifetime")

    @property
    def radial(self) -> RadialDiffusion:
        """The radial part alone, without losses but the shadow of the magnetopause."""
        return RadialDiffusion(self.inner, self.outer, self.shells, self.diffusion, None, self.shadow_time, self.b_0)

    def grid(self) -> Grid:
        """Return the cells: places, volumes, and what they are at each shell."""
        low, high = (float(momentum(_KEV_PER_MEV * energy)) for energy in (self.lowest_energy, self.highest_energy))
        x_faces = np.linspace(math.log(low), math.log(high), self.momenta + 1)
        # One cell inside the loss cone of the outer end, and with it inside that of all shells; even ones beyond.
        k = trapped.second_invariant(self.outer, trapped.loss_cone(self.outer, self.altitude), self.b_0)
        cone = float(trapped.pitch_angle_of_second_invariant(self.reference, k, self.b_0))
        angle_faces = np.append(0.25 * cone, np.linspace(cone, 0.5 * math.pi, self.pitch_angles))
        x = 0.5 * (x_faces[1:] + x_faces[:-1])
        angles = 0.5 * (angle_faces[1:] + angle_faces[:-1])
        shells = self.radial.l_star
        # Volume in pitch angle by a Gauss rule in each cell: T sin cos d(alpha) on the reference shell.
        nodes, weights = np.polynomial.legendre.leggauss(6)
        half = 0.5 * np.diff(angle_faces)
        inside = angles[:, None] + half[:, None] * nodes
        action = trapped.dipole_integrals(inside).bounce * np.sin(inside) * np.cos(inside)
        volume = np.diff(np.exp(3 * x_faces))[:, None] / 3 * (half * (action @ weights))
        return Grid(
            shells, x_faces, x, angle_faces, angles, volume, *(self._at(shells, a) for a in (angle_faces, angles))
        )

    def _at(self, shells: Floats, reference_angle: Floats) -> Slant:
        """Pitch angles at each shell of given ones on the reference shell, and how the grid is slanted there."""
        k = trapped.second_invariant(self.reference, reference_angle, self.b_0)
        angle = trapped.pitch_angle_of_second_invariant(shells[:, None], k, self.b_0)
        ratio = np.sin(reference_angle) / np.sin(angle)
        # K = C L^(-1/2) Y / sin(alpha), and its derivative is -2 C L^(-1/2) T cos(alpha) / sin^2(alpha).
        here, there = (
            trapped.dipole_integrals(a).bounce * np.cos(a) / np.sin(a) ** 2 for a in (angle, reference_angle)
        )
        root = np.sqrt(self.reference / shells)[:, None]
        weight = root * np.sin(reference_angle) ** 3 * here
        with np.errstate(all="ignore"):
            turn = root * here / there / np.tan(reference_angle) - 1 / np.tan(angle)
        # On the equator both angles are right angles and the slant is nil.
        equator = np.cos(reference_angle) < 1e-12
        field = self.b_0 / shells[:, None] ** 3 / (self.b_0 / self.reference**3)
        return Slant(k, angle, np.where(equator, 0.0, weight), np.where(equator, 0.0, turn), np.sqrt(field) * ratio)

    def coordinates(self) -> xr.Dataset:
        """Return the grid with labels: what each cell is at each shell.

        Returns
        -------
        xarray.Dataset
            `energy` (MeV) and `mu` (MeV/gauss) and `momentum` (MeV) on l_star, x, angle; `pitch_angle` (rad) on l_star,
            angle; `k` on angle.
        """
        import xarray as xr

        grid = self.grid()
        p = np.exp(grid.x)[:, None] * grid.at_centres.ratio[:, None, :]
        energy = energy_of_momentum(p) / _KEV_PER_MEV
        b = self.b_0 / grid.shells[:, None, None] ** 3
        mu = trapped.magnetic_moment(energy * _KEV_PER_MEV, b, grid.at_centres.angle[:, None, :])
        dims = ("l_star", "x", "angle")
        reference = energy_of_momentum(np.exp(grid.x)) / _KEV_PER_MEV
        result = xr.Dataset(
            coords={
                "l_star": ("l_star", grid.shells, {"units": "1", "long_name": "Roederer's L*"}),
                "x": ("x", reference, {"units": "MeV", "long_name": "Energy on the reference shell"}),
                "angle": ("angle", grid.angles, {"units": "rad", "long_name": "Pitch angle on the reference shell"}),
            }
        )
        result["energy"] = (dims, energy, {"units": "MeV", "long_name": "Kinetic energy"})
        result["momentum"] = (dims, p, {"units": "MeV", "long_name": "Momentum times the speed of light"})
        result["mu"] = (dims, mu, {"units": "MeV gauss^-1", "long_name": "First adiabatic invariant"})
        result["pitch_angle"] = (
            ("l_star", "angle"),
            grid.at_centres.angle,
            {"units": "rad", "long_name": "Equatorial pitch angle"},
        )
        result["k"] = (("angle",), grid.at_centres.k, {"units": "R_E gauss^(1/2)", "long_name": "Second invariant K"})
        return result

    def solve(
        self,
        time: Any,
        kp: Any,
        *,
        start: Any,
        waves: Mapping[str, Scattering] | None = None,
        outer: Any = None,
        outer_factor: Any = 1.0,
        inner: Any = 0.0,
        low_energy_factor: Any = 1.0,
        plasmapause_l: Any = None,
        last_closed_l: Any = None,
        steps: int = 4,
        store: int = 1,
        progress: Callable[[str, int, int], None] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_every: int = 24,
    ) -> xr.Dataset:
        """Carry the density from the first time to the last.

        Parameters
        ----------
        time : datetime64 array (time,)
            Ascending times at which the drivers are known; each holds until the next.
        kp : float or array (time,)
            Kp. What is missing is held and flagged, as in all drivers.
        start : float, array (shells, momenta, pitch_angles) or callable
            Density at the first time; a function of any of `energy` (MeV), `pitch_angle` (rad), `l_star`.
        waves : mapping of Scattering, optional
            Local diffusion, by name.
        outer : float, array (momenta, pitch_angles) or (time, momenta, pitch_angles), callable or None, optional
            Density at the outer end; a function like that of the start. None keeps there the density of the start's
            outermost shell. It goes straight from one time to the next.
        outer_factor : float or array (time,), optional
            Factor on it in time.
        inner : float, array (momenta, pitch_angles) or None, optional
            Density at the inner end; None closes it.
        low_energy_factor : float, array (time,) or None, optional
            Factor in time on the density held at the lowest momentum, which is that of the start; None closes it.
        plasmapause_l : float or array (time,), optional
            Where the plasmasphere ends; by default from the largest Kp of 24 hours (Carpenter and Anderson 1992).
        last_closed_l : float or array (time,), optional
            Last closed drift shell.
        steps : int, optional
            Steps from one time to the next.
        store : int, optional
            Keep the state after every so many times.
        progress : callable, optional
            Called as ``progress(text, done, total)``.
        checkpoint : path, optional
            A file that holds what has been done; a run of the same inputs that finds it goes on from there, and ends
            with the same bits as one that was never cut short. It is removed at the end.
        checkpoint_every : int, optional
            Times between two writings of that file.

        Returns
        -------
        xarray.Dataset
            `psd` (time, l_star, x, angle) in the unit of the start, with the coordinates of `coordinates`; budgets over
            all momenta and pitch angles since the first time: (time, l_star) `precipitated`, `lost`, `in_low_energy`,
            `raised`; (time,) `content`, `in_outer`, `in_inner`, `shadowed`; drivers used and `driver_held`.

        Raises
        ------
        InputError
            If times do not ascend, shapes do not fit, a driver is not known at all, or the checkpoint belongs to
            other inputs.
        """
        time = np.atleast_1d(to_datetime64(time, "RadiationBelts: time"))
        if time.ndim != 1 or time.size < 2 or not (np.diff(time) > np.timedelta64(0)).all():
            raise InputError("RadiationBelts: time must be at least two ascending times")
        if min(store, steps, checkpoint_every) < 1:
            raise InputError(
                "RadiationBelts: store, steps and checkpoint_every must be 1 or more, got "
                f"{store}, {steps} and {checkpoint_every}"
            )
        count, gap = time.size, np.zeros(time.size, bool)

        def driver(values: Any, name: str) -> Floats:
            nonlocal gap
            series, missing = held(_fit(values, (count,), name), f"RadiationBelts: {name}")
            gap = gap | missing
            return series

        kp = driver(kp, "kp")
        if plasmapause_l is None:
            plasmapause_l = carpenter_anderson_1992(maximum_kp(time, kp))
        plasmapause_l = driver(plasmapause_l, "plasmapause_l")
        closed = None if last_closed_l is None else driver(last_closed_l, "last_closed_l")
        outer_factor = driver(outer_factor, "outer_factor")
        low_factor = None if low_energy_factor is None else driver(low_energy_factor, "low_energy_factor")
        run = _Run(self, waves or {}, start, outer, inner, low_factor is not None, count)
        run.take(time, kp, plasmapause_l, closed, outer_factor, low_factor)
        days = np.diff(time) / np.timedelta64(86_400_000_000_000, "ns")
        kept = [n for n in range(1, count) if n % store == 0 or n == count - 1]
        path = None if checkpoint is None else Path(checkpoint)
        begin = run.resume(path, (steps, store)) if path is not None else 0
        if begin == 0:
            run.record()
        for n in range(begin, count - 1):
            run.advance(n, float(days[n]), steps)
            if n + 1 in kept:
                run.record()
            if path is not None and (n + 1) % checkpoint_every == 0:
                run.save(path, n + 1, (steps, store))
            if progress is not None:
                progress("radiation belts", n + 1, count - 1)
        if path is not None:
            path.unlink(missing_ok=True)
        chosen = np.array([0, *kept])
        since = np.add.reduceat(gap.astype(int), chosen) > 0
        return run.dataset(chosen, since)

    def flux(self, result: xr.Dataset, energy: Any, pitch_angle: Any) -> xr.DataArray:
        """Directional flux at given energies and pitch angles.

        Parameters
        ----------
        result : xarray.Dataset
            What `solve` returned, with densities in cm^-3 MeV^-3, that is (c/MeV/cm)^3.
        energy : float or array (energy,)
            MeV.
        pitch_angle : float or array (pitch_angle,)
            Equatorial, rad.

        Returns
        -------
        xarray.DataArray
            (time, l_star, energy, pitch_angle) in cm^-2 s^-1 sr^-1 MeV^-1; the logarithm of the density is taken
            straight between cells; NaN beyond the energies of the grid.
        """
        import xarray as xr

        energy, angle = np.atleast_1d(np.asarray(energy, float)), np.atleast_1d(np.asarray(pitch_angle, float))
        grid = self.grid()
        with np.errstate(all="ignore"):
            logs = np.log(result["psd"].values)
        wanted = np.log(momentum(_KEV_PER_MEV * energy))
        out = np.empty((logs.shape[0], grid.shells.size, energy.size, angle.size))
        for shell in range(grid.shells.size):
            shift = np.log(grid.at_centres.ratio[shell])
            place = (wanted[:, None] - shift - grid.x[0]) / (grid.x[1] - grid.x[0])
            below = np.clip(np.floor(place).astype(int), 0, grid.x.size - 2)
            part = place - below
            columns = np.arange(grid.angles.size)
            with np.errstate(all="ignore"):
                there = np.where(
                    part == 0,
                    logs[:, shell, below, columns],
                    (1 - part) * logs[:, shell, below, columns] + part * logs[:, shell, below + 1, columns],
                )
            there = np.where((place < -0.5) | (place > grid.x.size - 0.5), np.nan, there)
            angles = grid.at_centres.angle[shell]
            near = np.clip(np.searchsorted(angles, angle) - 1, 0, angles.size - 2)
            share = np.clip((angle - angles[near]) / (angles[near + 1] - angles[near]), 0.0, 1.0)
            with np.errstate(all="ignore"):
                ends = np.where(
                    share == 0, there[..., near], (1 - share) * there[..., near] + share * there[..., near + 1]
                )
                ends = np.where(share == 1, there[..., near + 1], ends)
            out[:, shell] = np.exp(ends)
        values = flux_of_density(out, _KEV_PER_MEV * energy[:, None])
        return xr.DataArray(
            values,
            dims=("time", "l_star", "energy", "pitch_angle"),
            coords={
                "time": result["time"],
                "l_star": result["l_star"],
                "energy": ("energy", energy, {"units": "MeV", "long_name": "Kinetic energy"}),
                "pitch_angle": ("pitch_angle", angle, {"units": "rad", "long_name": "Equatorial pitch angle"}),
            },
            attrs={"units": "cm^-2 s^-1 sr^-1 MeV^-1", "long_name": "Directional electron flux", "references": _CITE},
            name="flux",
        )


class Slant(NamedTuple):
    """Pitch angles of the grid at each shell (shell, angle), and how its lines run there.

    `k` is the second invariant, `weight` the volume of a unit of pitch angle, `turn` the derivative of ln p along a
    grid line by the pitch angle, `ratio` momentum over that on the reference shell.
    """

    k: Floats
    angle: Floats
    weight: Floats
    turn: Floats
    ratio: Floats


class Grid(NamedTuple):
    """The cells of the belts: shells, logarithms of momentum and pitch angles on the reference shell, volumes."""

    shells: Floats
    x_faces: Floats
    x: Floats
    angle_faces: Floats
    angles: Floats
    volume: Floats
    at_faces: Slant
    at_centres: Slant


class _Local(NamedTuple):
    """Conductances of one kind of wave on every shell."""

    across: Floats
    along: Floats
    cross: Floats
    low: Floats


class _Run:
    """State of a solution: what the steps need, kept together."""

    def __init__(
        self,
        belts: RadiationBelts,
        waves: Mapping[str, Scattering],
        start: Any,
        outer: Any,
        inner: Any,
        open_low: bool,
        times: int,
    ) -> None:
        for name, wave in waves.items():
            if not isinstance(wave, Scattering):
                raise InputError(f"RadiationBelts: waves[{name!r}] must be a Scattering, got {type(wave).__name__}")
            if callable(wave.strength):
                _can_be_called(wave.strength, _OF_STRENGTH, f"RadiationBelts: strength of {name!r}")
        self.belts, self.grid = belts, belts.grid()
        self.radial = belts.radial
        grid = self.grid
        self.shape = (grid.shells.size, grid.x.size, grid.angles.size)
        p = np.exp(grid.x)[:, None] * grid.at_centres.ratio[:, None, :]
        self.energy = energy_of_momentum(p) / _KEV_PER_MEV
        self.density = self._field(
            start, "start", grid.shells[:, None, None], self.energy, grid.at_centres.angle[:, None]
        )
        edges = belts._at(np.array([belts.inner, belts.outer]), grid.angles)
        ends: list[Any] = []
        for n, (value, name) in enumerate(((inner, "inner"), (outer, "outer"))):
            if value is None:
                ends.append(None if n == 0 else self.density[-1].reshape(1, -1).copy())
                continue
            energy = energy_of_momentum(np.exp(grid.x)[:, None] * edges.ratio[n]) / _KEV_PER_MEV
            if n == 1 and np.ndim(value) == 3:
                there = _fit(value, (times, *energy.shape), name)
                ends.append(there.reshape(times, -1))
                continue
            there = self._field(value, name, (belts.inner, belts.outer)[n], energy, edges.angle[n])
            ends.append(there.reshape(1, -1))
        self.inner_end, self.outer_end = ends
        lowest = energy_of_momentum(np.exp(grid.x_faces[0]) * grid.at_centres.ratio) / _KEV_PER_MEV
        if callable(start):
            self.low_edge = self._field(start, "start", grid.shells[:, None], lowest, grid.at_centres.angle)
        else:
            self.low_edge = self.density[:, 0].copy()
        period = trapped.bounce_period(
            _KEV_PER_MEV * self.energy, grid.shells[:, None, None], grid.at_centres.angle[:, None]
        )
        self.cone_angle = trapped.loss_cone(grid.shells, belts.altitude)
        self.cone = np.where(
            grid.at_centres.angle[:, None] < self.cone_angle[:, None, None], 4 * _SECONDS_PER_DAY / period, 0.0
        )
        self.waves = {name: (wave, self._conductances(wave, open_low)) for name, wave in waves.items()}
        self.budget = np.zeros((self.shape[0], 4))
        self.ends = np.zeros(4)
        width = self.shape[2] + 2
        size = self.shape[1] * self.shape[2]
        self.local = bool(waves) or belts.lifetime is not None
        self.whole, self.half = (np.empty((self.shape[0], size, width) if self.local else 0) for _ in range(2))
        self.known: Any = None
        self.fingerprint: str | None = None
        self.records: list[tuple[Floats, Floats, Floats]] = []

    def _field(self, value: Any, name: str, l_star: Any, energy: Floats, angle: Floats) -> Floats:
        """A density on the grid from a number, an array or a function."""
        if callable(value):
            _can_be_called(value, _OF_DENSITY, f"RadiationBelts: {name}")
            given = {"energy": energy, "pitch_angle": angle, "l_star": l_star}
            value = value(**{key: given[key] for key in _asked(value, _OF_DENSITY)})
        return np.ascontiguousarray(_fit(value, energy.shape, name))

    def _conductances(self, wave: Scattering, open_low: bool) -> _Local:
        """Conductances per day of one kind of wave at full strength, on faces and corners of the cells."""
        grid, belts = self.grid, self.belts
        shells = grid.shells[:, None, None]
        find = _coefficients(wave.coefficients)
        x_step = grid.x[1] - grid.x[0]
        full = belts.mixed != "none"

        def tensor(x: Floats, slant: Slant) -> tuple[Floats, Floats, Floats]:
            p = np.exp(x)[:, None] * slant.ratio[:, None, :]
            values = find(shells, energy_of_momentum(p) / _KEV_PER_MEV, slant.angle[:, None, :])
            d_aa, d_ap, d_pp = (_SECONDS_PER_DAY * np.nan_to_num(np.broadcast_to(v, p.shape)) for v in values)
            if not full:
                d_ap = np.zeros_like(d_ap)
            turn = slant.turn[:, None, :]
            return d_pp - 2 * turn * d_ap + turn**2 * d_aa, d_ap - turn * d_aa, d_aa

        cube, faces = np.exp(3 * grid.x_faces), grid.at_faces
        width = (grid.volume / np.diff(cube)[:, None] * 3)[0]
        interior = Slant(faces.k[1:-1], *(part[:, 1:-1] for part in faces[1:]))
        d_xx, _, _ = tensor(grid.x_faces[:-1], grid.at_centres)
        across = cube[:-1, None] * width * d_xx / x_step
        _, _, d_aa = tensor(grid.x, interior)
        # Where the edge of the loss cone lies between two centres, the density falls to nothing at the edge.
        inside, edge = grid.at_centres.angle < self.cone_angle[:, None], self.cone_angle[:, None]
        gaps = np.diff(grid.at_centres.angle, axis=1)
        toward = np.maximum(grid.at_centres.angle[:, 1:] - edge, 1e-3 * gaps)
        gaps = np.where(inside[:, :-1] & ~inside[:, 1:], toward, gaps)[:, None, :]
        along = np.diff(cube)[:, None] / 3 * (interior.weight[:, None, :] * d_aa / gaps)
        _, d_xa, _ = tensor(grid.x_faces[1:-1], interior)
        cross = cube[1:-1, None] * interior.weight[:, None, :] * d_xa
        low = 2 * across[:, 0] if open_low else np.zeros_like(across[:, 0])
        across = across[:, 1:]
        # No more than what leaves the matrix positive definite: the geometric mean of the four edges' conductances.
        most = np.sqrt(np.minimum(across[..., :-1], across[..., 1:]) * np.minimum(along[:, :-1], along[:, 1:]))
        cross = np.clip(cross, -most, most)
        return _Local(*(np.ascontiguousarray(part) for part in (across, along, cross, low)))

    def take(self, time: Any, kp: Floats, plasmapause: Floats, closed: Any, outer: Floats, low: Any) -> None:
        """Keep the drivers."""
        self.time, self.kp, self.plasmapause, self.closed = time, kp, plasmapause, closed
        self.outer_factor, self.low_factor = outer, low

    def advance(self, n: int, days: float, steps: int) -> None:
        """Carry the state from one time to the next."""
        shells = self.grid.shells
        conductance = self.radial.conductance(self.kp[n : n + 1], self._mu())
        loss = np.zeros(shells.size)
        if self.closed is not None:
            loss = np.where(shells > self.closed[n], 1 / self.belts.shadow_time, 0.0)
        step = days / steps
        regime = (self.kp[n], self.plasmapause[n], step)
        if self.local and regime != self.known:
            self._prepare(n, step)
            self.known = regime
        flat = self.density.reshape(shells.size, -1)
        first, last = (self.outer_end[min(k, len(self.outer_end) - 1)] for k in (n, n + 1))
        for m in range(steps):
            for half in range(2):
                if half == 1:
                    self._scatter(n, (m + 0.5) / steps, step)
                at = np.array([(m + 0.5 * half) / steps, (m + 0.5 * half + 0.5) / steps])
                factor = self.outer_factor[n] + at * (self.outer_factor[n + 1] - self.outer_factor[n])
                end = factor[:, None] * (first + at[:, None] * (last - first))
                crossed = diffuse(
                    flat, self.radial.volume, conductance, 0.5 * step, loss=loss,
                    inner=self.inner_end, outer=end,
                )  # fmt: skip
                weights = self.grid.volume.ravel()
                self.ends += [(part[-1] * weights).sum() for part in crossed[1:]]

    def _mu(self) -> Floats | None:
        """First invariant of each row, where the rate of radial diffusion asks for it."""
        function = self.belts.diffusion
        if isinstance(function, str):
            from .radial_diffusion import DIFFUSION

            function = DIFFUSION[function]
        if "mu" not in _asked(function, ("mu",)):
            return None
        b = self.belts.b_0 / self.grid.shells[0] ** 3
        energy = _KEV_PER_MEV * self.energy[0]
        return np.ravel(trapped.magnetic_moment(energy, b, self.grid.at_centres.angle[0]))

    def _prepare(self, n: int, step: float) -> None:
        """Add up the waves of a regime and factor its matrices."""
        from ._radiation_belt_kernels import prepare

        count, momenta, columns = self.shape
        total = [
            np.zeros((count, momenta - 1, columns)), np.zeros((count, momenta, columns - 1)),
            np.zeros((count, momenta - 1, columns - 1)), np.zeros((count, columns)),
        ]  # fmt: skip
        for wave, local in self.waves.values():
            strength = self._strength(wave, self.kp[n], self.plasmapause[n])
            for part, held_part in zip(total, local, strict=True):
                part += strength.reshape(-1, *[1] * (part.ndim - 1)) * held_part
        self.across, self.along, self.cross, self.low = total
        if self.belts.mixed == "limited":
            self.cross = limited(self.across, self.along, self.cross)
        self.rate = self.cone + self._further_loss(self.kp[n], self.plasmapause[n])
        parts = (
            self.grid.volume,
            self.across,
            self.along,
            self.cross,
            self.low,
            self.rate,
            step,
            self.whole,
            self.half,
        )
        spread(lambda start, stop: prepare(*parts, start, stop), count, chunk=1)

    def _strength(self, wave: Scattering, kp: float, plasmapause_l: float) -> Floats:
        """Strength of a kind of wave on every shell."""
        strength, shells = wave.strength, self.grid.shells
        if callable(strength):
            given = {"l_star": shells, "kp": kp, "plasmapause_l": plasmapause_l}
            strength = strength(**{name: given[name] for name in _asked(strength, _OF_STRENGTH)})
        return np.broadcast_to(np.asarray(strength, float), shells.shape)

    def _further_loss(self, kp: float, plasmapause_l: float) -> Any:
        """Rate of loss by the lifetime that was given, per day."""
        if self.belts.lifetime is None:
            return 0.0
        given = {
            "l_star": self.grid.shells[:, None, None], "energy": _KEV_PER_MEV * self.energy,
            "pitch_angle": self.grid.at_centres.angle[:, None], "kp": kp, "plasmapause_l": plasmapause_l,
        }  # fmt: skip
        with np.errstate(all="ignore"):
            life = self.belts.lifetime(**{name: given[name] for name in _asked(self.belts.lifetime, _OF_LIFETIME)})
            return np.nan_to_num(1 / np.asarray(life, float), nan=0.0, posinf=0.0)

    def _scatter(self, n: int, there: float, step: float) -> None:
        """One local step on every shell."""
        if not self.local:
            self._empty_cone()
            return
        from ._radiation_belt_kernels import step_shells

        edge = self.low_edge
        if self.low_factor is not None:
            edge = edge * (self.low_factor[n] + there * (self.low_factor[n + 1] - self.low_factor[n]))
        budget = np.zeros_like(self.budget)
        parts = (
            self.density, self.grid.volume, self.low, edge, self.cone, self.rate, step, self.whole, self.half, budget
        )  # fmt: skip
        spread(lambda start, stop: step_shells(*parts, start, stop), self.shape[0], chunk=2)
        self.budget += budget

    def _empty_cone(self) -> None:
        """Without waves, what radial diffusion carries into the loss cone is lost at once."""
        inside = self.cone > 0
        amount = np.where(inside, self.density * self.grid.volume, 0.0).sum(axis=(1, 2))
        self.budget[:, 1] += amount
        self.density[inside] = 0.0

    def record(self) -> None:
        """Keep the state and the budgets."""
        self.records.append((self.density.copy(), self.budget.copy(), self.ends.copy()))

    def _print(self, options: tuple[int, int]) -> str:
        """Fingerprint of all inputs of the run, for its checkpoint.

        Functions count by what they give in this run: their addresses are others in the next process.
        """
        if self.fingerprint is not None:
            return self.fingerprint
        numbers = [(f.name, getattr(self.belts, f.name)) for f in fields(self.belts)]
        numbers = [(name, value) for name, value in numbers if not callable(value)]
        digest = hashlib.sha256(repr((numbers, options, list(self.waves))).encode())
        first = self.records[0][0]
        arrays = [self.time.astype(np.int64), self.kp, self.plasmapause, self.outer_factor, self.outer_end, first]
        arrays += [self.low_edge, *(a for a in (self.closed, self.low_factor, self.inner_end) if a is not None)]
        arrays += [part for _, local in self.waves.values() for part in local]
        for kp in np.unique(self.kp):
            arrays.append(self.radial.conductance(kp, self._mu()))
        for kp, plasmapause in np.unique(np.stack([self.kp, self.plasmapause], axis=1), axis=0):
            arrays += [self._strength(wave, kp, plasmapause) for wave, _ in self.waves.values()]
            arrays.append(np.asarray(self._further_loss(kp, plasmapause)))
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        self.fingerprint = digest.hexdigest()
        return self.fingerprint

    def save(self, path: Path, done: int, options: tuple[int, int]) -> None:
        """Write what has been done, under another name first."""
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".npz")
        os.close(handle)
        columns = [np.stack(part) for part in zip(*self.records, strict=True)]
        np.savez(
            name, fingerprint=self._print(options), done=done, density=self.density, budget=self.budget, ends=self.ends,
            psd=columns[0], budgets=columns[1], crossed=columns[2],
        )  # fmt: skip
        Path(name).replace(path)

    def resume(self, path: Path, options: tuple[int, int]) -> int:
        """Go on from a checkpoint if there is one; return the number of intervals done."""
        if not path.exists():
            return 0
        with np.load(path) as file:
            self.records = [(file["psd"][0], file["budgets"][0], file["crossed"][0])]
            same = bool((self.records[0][0] == self.density).all())
            if not same or str(file["fingerprint"]) != self._print(options):
                raise InputError(f"RadiationBelts: {path} holds a run of other inputs; remove it or name another file")
            self.density, self.budget, self.ends = (file[name].copy() for name in ("density", "budget", "ends"))
            self.records = list(zip(file["psd"], file["budgets"], file["crossed"], strict=True))
            return int(file["done"])

    def dataset(self, chosen: NDArray[np.int64], since: NDArray[np.bool_]) -> xr.Dataset:
        """Label the records."""
        psd, budget, ends = (np.stack(part) for part in zip(*self.records, strict=True))
        result = self.belts.coordinates()
        result = result.set_coords(["energy", "momentum", "mu", "pitch_angle", "k"])
        result = result.assign_coords(time=("time", self.time[chosen]))
        shell_volume = self.radial.volume
        content = np.einsum("tlxa,l,xa->t", psd, shell_volume, self.grid.volume)
        columns: dict[str, tuple[tuple[str, ...], Any, str]] = {
            "psd": (("time", "l_star", "x", "angle"), psd, "Phase-space density, in the unit of the start"),
            "content": (("time",), content, "Density integrated over the volume of phase space"),
        }
        for name, place, label in (
            ("in_low_energy", 0, "Come in at the lowest momentum"),
            ("precipitated", 1, "Scattered into the loss cone"),
            ("lost", 2, "Lost otherwise"),
            ("raised", 3, "Added to keep densities from below zero"),
        ):
            columns[name] = (("time", "l_star"), budget[..., place] * shell_volume, f"{label} since the first time")
        for name, place, label in (
            ("in_inner", 0, "Come in through the inner end"),
            ("in_outer", 1, "Come in through the outer end"),
            ("shadowed", 2, "Lost through the magnetopause"),
        ):
            columns[name] = (("time",), ends[:, place], f"{label} since the first time")
        columns["kp"] = (("time",), self.kp[chosen], "Kp")
        columns["plasmapause_l"] = (("time",), self.plasmapause[chosen], "L of the plasmapause")
        columns["driver_held"] = (("time",), since, "Whether a driver was missing since this time and held")
        for name, (dims, values, label) in columns.items():
            result[name] = (dims, values, {"units": "1", "long_name": label, "references": _CITE})
        return result


def limited(across: Floats, along: Floats, cross: Floats) -> Floats:
    """Cut mixed conductances down to what the edges around them can give.

    Parameters
    ----------
    across : array (..., momenta - 1, angles)
        Conductance between neighbouring momenta.
    along : array (..., momenta, angles - 1)
        Conductance between neighbouring pitch angles.
    cross : array (..., momenta - 1, angles - 1)
        Mixed conductance at the corners between four cells; each edge gives half of that of the corners at its ends.

    Returns
    -------
    array (..., momenta - 1, angles - 1)
        The same, or less, so that no edge is left with a negative conductance and no density can turn negative.

    Examples
    --------
    >>> limited(np.ones((1, 2)), np.ones((2, 1)), np.array([[-5.0]])).tolist()
    [[-2.0]]
    """
    size = np.abs(cross)
    scale = np.ones_like(size)
    for edges, axis in ((across, -1), (along, -2)):
        pad = [(0, 0)] * size.ndim
        pad[axis] = (1, 1)
        wide = np.pad(size, pad)
        taken = 0.5 * (
            np.take(wide, range(wide.shape[axis] - 1), axis) + np.take(wide, range(1, wide.shape[axis]), axis)
        )
        with np.errstate(all="ignore"):
            share = np.where(taken > edges, edges / taken, 1.0)
        count = share.shape[axis]
        scale = np.minimum(scale, np.take(share, range(count - 1), axis))
        scale = np.minimum(scale, np.take(share, range(1, count), axis))
    return cross * scale


def _coefficients(source: Any) -> Callable[[Any, Any, Any], tuple[Any, Any, Any]]:
    """Turn a table of diffusion coefficients into a function of shell, energy (MeV) and pitch angle."""
    if callable(source):
        return source  # type: ignore[no-any-return]
    from scipy.interpolate import RegularGridInterpolator

    try:
        names = ("l_shell", "energy", "pitch_angle")
        table = source[["d_aa", "d_ap", "d_pp"]].transpose(*names)
        axes = (table["l_shell"].values, np.log(table["energy"].values), table["pitch_angle"].values)
        d_aa, d_ap, d_pp = (np.nan_to_num(table[name].values.astype(float)) for name in ("d_aa", "d_ap", "d_pp"))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise InputError(
            "RadiationBelts: coefficients must be a function or a Dataset with d_aa, d_ap and d_pp on l_shell, energy "
            f"and pitch_angle ({error})"
        ) from error
    floor = 1e-30
    with np.errstate(all="ignore"):
        slant = np.clip(np.nan_to_num(d_ap / np.sqrt(d_aa * d_pp)), -1.0, 1.0)
    # Logarithms and the ratio of the mixed one to its bound: the tensor stays positive between the nodes.
    parts = [np.log(np.maximum(d_aa, floor)), slant, np.log(np.maximum(d_pp, floor))]
    readers = [RegularGridInterpolator(axes, part) for part in parts]

    def find(l_star: Any, energy: Any, angle: Any) -> tuple[Any, Any, Any]:
        places = np.broadcast_arrays(l_star, np.log(energy), angle)
        within = (places[0] >= axes[0][0]) & (places[0] <= axes[0][-1])
        points = np.stack(
            [np.clip(place, axis[0], axis[-1]) for place, axis in zip(places, axes, strict=True)], axis=-1
        )
        aa, ratio, pp = (reader(points) for reader in readers)
        aa, pp = (np.where(within & (part > math.log(floor) + 1), np.exp(part), 0.0) for part in (aa, pp))
        return aa, ratio * np.sqrt(aa * pp), pp

    return find


def _fit(values: Any, shape: tuple[int, ...], name: str) -> Floats:
    """Broadcast an input, or say what is wrong with its shape."""
    try:
        return np.array(np.broadcast_to(np.asarray(values, float), shape))
    except ValueError:
        raise InputError(f"RadiationBelts: {name} has shape {np.shape(values)}, which does not fit {shape}") from None
