"""A kinetic ring current: ions and electrons that drift, bounce and are lost in the dipole, species by species.

Particles keep their first two invariants as they drift, and their total energy over charge, averaged over the bounce,
is a stream function in magnetic flux and local time. So each pair of invariants is a flow in two dimensions of its own.
"""

from __future__ import annotations

import functools
import hashlib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, gammainc

from sunearth.core.arrays import namespace
from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS, SPEED_OF_LIGHT
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.time import to_datetime64
from sunearth.core.units import R_E, dimensionless, h, keV, kV, per_cm3, per_s, rad, sfu
from sunearth.geomagnetism.trapped import dipole_integrals, pitch_angle_of_second_invariant, second_invariant
from sunearth.numerics.series import held, trailing_maximum, trailing_mean

from .charge_exchange import REST_ENERGY, ion_speed
from .convection import maynard_chen_1975
from .plasma_sheet import tsyganenko_mukai_2003
from .plasmasphere import COROTATION_POTENTIAL

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_YOUNG = "Young et al. 1982, J. Geophys. Res. 87, 9077"
_BUTLER = "Butler and Buckingham 1962, Phys. Rev. 126, 1"
_STERN = "Stern 1975, J. Geophys. Res. 80, 595, doi:10.1029/JA080i004p00595"
_EQUATORIAL: Final = math.pi / 2


class Composition(NamedTuple):
    """Shares of the ions in number."""

    proton: dimensionless
    helium: dimensionless
    oxygen: dimensionless


@model(cite=_YOUNG, valid={"kp": (0.0, 9.0), "f107": (70.0, 250.0)}, monotonic={"kp": -1, "f107": -1})
def young_1982(kp: dimensionless, f107: sfu) -> Composition:
    """Composition of the ions that reach geosynchronous orbit.

    Parameters
    ----------
    kp : float or array, 1
        Kp.
    f107 : float or array, sfu
        Solar radio flux.

    Returns
    -------
    proton : float or array, 1
        Share of H+.
    helium : float or array, 1
        Share of He+.
    oxygen : float or array, 1
        Share of O+.

    Notes
    -----
    O+ / H+ = 0.045 exp(0.17 Kp + 0.01 F10.7) and He+ / O+ = 0.0068 / [0.011 exp(0.24 Kp + 0.011 F10.7)] + 0.084, from
    0.9 to 15.9 keV/e. Weighted by speed, as for fluxes, the shares differ.

    Examples
    --------
    >>> [float(share.round(3)) for share in young_1982(6.0, 150.0)]
    [0.617, 0.039, 0.345]
    """
    xp = namespace(kp, f107)
    oxygen = 0.045 * xp.exp(0.17 * kp + 0.01 * f107)
    helium = oxygen * (0.0068 / (0.011 * xp.exp(0.24 * kp + 0.011 * f107)) + 0.084)
    total = 1.0 + helium + oxygen
    return Composition(1.0 / total, helium / total, oxygen / total)


# Ions of the plasmasphere: mass in proton masses and share in number; all at 1 eV.
_PLASMASPHERE: Final = ((1.0, 0.77), (4.0, 0.20), (16.0, 0.03))
_COULOMB_LOGARITHM: Final = 21.5
_PLASMA_TEMPERATURE: Final = 1e-3
"""keV"""


@model(
    cite=_BUTLER,
    valid={"energy": (0.05, 500.0), "density": (1.0, 5000.0)},
    monotonic={"density": 1},
    compiled=True,
)
def coulomb_drag(energy: keV, density: per_cm3, species: str = "proton") -> per_s:
    """Rate at which Coulomb collisions with the plasmasphere take the energy of a fast particle.

    Parameters
    ----------
    energy : float or array, keV
        Kinetic energy.
    density : float or array, cm^-3
        Electron density of the plasmasphere.
    species : {"proton", "helium", "oxygen", "electron"}
        H+, He+, O+ or electrons.

    Returns
    -------
    rate : float or array, s^-1
        Energy lost in unit time over the energy.

    Raises
    ------
    UnknownNameError
        If there is no such particle.

    Notes
    -----
    Drag on Maxwellian electrons and ions (77 % H+, 20 % He+, 3 % O+) of 1 eV with a Coulomb logarithm of 21.5, for a
    test particle well above that temperature. With x the speed over the thermal speed of the partners of mass m_b, each
    takes n e^4 ln(Lambda) / (4 pi eps_0^2 m_b v) [erf x - (1 + m_b / m) x erf'(x)].

    Examples
    --------
    >>> print(f"{coulomb_drag(10.0, 1000.0) * 86400:.2f} a day")
    0.61 a day
    """
    xp = namespace(energy, density)
    if species not in REST_ENERGY:
        raise UnknownNameError("particle", str(species), REST_ENERGY)
    mass, speed = REST_ENERGY[species], ion_speed(energy, species)  # keV, km/s
    partners = [(REST_ENERGY["electron"], 1.0)]
    partners += [(m * REST_ENERGY["proton"], share) for m, share in _PLASMASPHERE]
    total = 0.0 * energy
    light = SPEED_OF_LIGHT * 1e-3
    for partner, share in partners:
        x = speed / (light * math.sqrt(2.0 * _PLASMA_TEMPERATURE / partner))
        slope = 2.0 / math.sqrt(math.pi) * xp.exp(-(x**2))
        total = total + share * (erf(x) - (1.0 + partner / mass) * x * slope) / partner
    # e^4 / (4 pi eps_0^2) = 4 pi (e^2 / 4 pi eps_0)^2, with e^2 / 4 pi eps_0 = 1.43996e-12 keV m
    strength = 4.0 * math.pi * 1.43996e-12**2 * _COULOMB_LOGARITHM * 1e6 * density * (light * 1e3) ** 2
    return xp.maximum(strength * total / (speed * 1e3), 0.0) / energy


# --- closed and open drift paths ---------------------------------------------------------------------------------


class DriftPath(NamedTuple):
    """Whether a drift path closes around the Earth, and how near and far it comes."""

    closed: dimensionless
    nearest: R_E
    farthest: R_E


_PATH_POINTS: Final = 1500


@model(
    cite=_STERN,
    valid={
        "r": (2.0, 9.5),
        "mlt": (0.0, 24.0),
        "energy": (0.1, 300.0),
        "strength": (0.04, 1.4),
        "pitch_angle": (0.2, 1.57),
    },
    compiled=True,
)
def pseudo_trapping(
    r: R_E,
    mlt: h,
    energy: keV,
    strength: kV,
    pitch_angle: rad = _EQUATORIAL,
    species: str = "proton",
    shielding: float = 2.0,
    boundary: float = 10.0,
) -> DriftPath:
    """Whether a particle drifts around the Earth or comes from the tail and leaves through the magnetopause.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance in the equatorial plane.
    mlt : float or array, h
        Magnetic local time.
    energy : float or array, keV
        Kinetic energy there.
    strength : float or array, kV
        Of shielded convection, as in :func:`~.convection.volland_stern`.
    pitch_angle : float or array, rad
        Equatorial pitch angle there.
    species : {"proton", "helium", "oxygen", "electron"}
        H+, He+, O+ or electrons.
    shielding : float
        Exponent of convection.
    boundary : float, R_E
        Distance beyond which a path counts as open.

    Returns
    -------
    closed : float or array, 1
        1 where the path closes around the Earth, 0 where it is open or turns back.
    nearest : float or array, R_E
        Smallest distance on a closed path; NaN on others.
    farthest : float or array, R_E
        Largest distance on a closed path; NaN on others.

    Notes
    -----
    Kinetic plus potential energy and both invariants are conserved, so that a path is a contour in the dipole, and the
    sine of the local time along it is a function of distance: closed if that runs from -1 to 1 without turning.
    Particles without energy are trapped inside the teardrop of the plasmasphere, energetic ions and electrons farther
    out, ions of some keV least of all, since their drift and corotation cancel.

    Examples
    --------
    >>> pseudo_trapping(4.0, 18.0, np.array([1.0, 10.0, 100.0]), 0.3).closed.tolist()
    [1.0, 0.0, 1.0]
    """
    if species not in REST_ENERGY:
        raise UnknownNameError("particle", str(species), REST_ENERGY)
    charge = -1.0 if species == "electron" else 1.0
    shape = np.broadcast_shapes(*(np.shape(v) for v in (r, mlt, energy, strength, pitch_angle)))
    rows = [np.broadcast_to(np.asarray(v, float), shape).ravel() for v in (r, mlt, energy, strength, pitch_angle)]
    out = np.full((3, rows[0].size), np.nan)
    grid = np.geomspace(1.0, boundary, _PATH_POINTS)
    for n, (r_0, t, w, a, alpha) in enumerate(zip(*rows, strict=True)):
        if not (np.isfinite(r_0 + t + w + a + alpha) and w >= 0.0 and a > 0.0 and alpha > 0.0):
            continue
        out[0, n] = 0.0
        if not 1.0 < r_0 < boundary:
            continue
        sine_0 = math.sin(t * math.pi / 12.0)
        kinetic = _kinetic_energy(w, alpha, r_0, grid, species)
        own = charge * kinetic - COROTATION_POTENTIAL / grid
        total = charge * w - COROTATION_POTENTIAL / r_0 + a * r_0**shielding * sine_0
        sine = (total - own) / (a * grid**shielding)
        here = int(np.searchsorted(grid, r_0))
        ends = []
        # to either side as far as the sine goes on growing or falling
        for side in (slice(here, None), slice(here - 1, None, -1)):
            path = np.concatenate([[sine_0], sine[side]])
            place = np.concatenate([[r_0], grid[side]])
            beyond = np.flatnonzero(np.abs(path) > 1.0)
            if beyond.size == 0:
                break
            last = beyond[0]
            step = np.diff(path[: last + 1])
            if last == 0:  # at dawn or dusk by rounding: the path ends where it is
                ends.append((math.copysign(1.0, path[0]), r_0))
                continue
            if not (np.all(step > 0.0) or np.all(step < 0.0)):
                break
            goal = math.copysign(1.0, path[last])
            share = (goal - path[last - 1]) / (path[last] - path[last - 1])
            ends.append((goal, place[last - 1] + share * (place[last] - place[last - 1])))
        if len(ends) == 2 and ends[0][0] != ends[1][0]:
            out[:, n] = 1.0, min(ends[0][1], ends[1][1]), max(ends[0][1], ends[1][1])
    return DriftPath(*(row.reshape(shape)[()] for row in out))


@functools.cache
def _action_table() -> tuple[Floats, Floats]:
    """Action integral over the sine of the pitch angle, and one over that sine, of which it is nearly linear."""
    inverse = np.geomspace(1.0, 3000.0, 6000)
    return np.asarray(dipole_integrals.spec.function(np.arcsin(1.0 / inverse)).action) * inverse, inverse


def _kinetic_energy(energy: float, pitch_angle: float, r: float, distances: Floats, species: str) -> Floats:
    """Kinetic energy (keV) at other distances of a particle that keeps its two invariants."""
    rest = REST_ENERGY[species]
    actions, inverses = _action_table()
    inverse = 1.0 / math.sin(min(pitch_angle, _EQUATORIAL))
    own = float(np.interp(inverse, inverses, actions))
    # the second invariant is the action over the sine over the root of the distance
    there = np.interp(own * np.sqrt(distances / r), actions, inverses)
    momentum = energy * (energy + 2.0 * rest) * (r / distances) ** 3 * (there / inverse) ** 2
    return np.asarray(momentum / (rest + np.sqrt(rest**2 + momentum)))


def _carried_pitch_angle(pitch_angle: Any, r: float, distances: Any) -> Floats:
    """Equatorial pitch angle at other distances at constant second invariant."""
    k = second_invariant.spec.function(r, np.minimum(pitch_angle, _EQUATORIAL), DIPOLE_EQUATORIAL_FIELD)
    return np.asarray(pitch_angle_of_second_invariant.spec.function(distances, k, DIPOLE_EQUATORIAL_FIELD))


# --- the model ----------------------------------------------------------------------------------------------------


PROCESSES: Final = (
    "entered", "left outside", "left inside", "charge exchange", "loss cone", "drag", "magnetopause", "drift",
)  # fmt: skip
"""What changes the content of a species: what came in through the outer edge and, all counted negative, what went."""

_WIND: Final = ("n_p", "speed", "b_y", "b_z")
PLASMA_SHEET_DISTANCE: Final = 10.0
"""R_E, the inner end of the plasma sheet model: what it says there is taken for the outer edge"""
_RANGE: Final = {name: tsyganenko_mukai_2003.spec.ranges[name] for name in (*_WIND, "p_dyn")}


class Layers(NamedTuple):
    """The pairs of invariants of one species and what belongs to them on the grid."""

    energy: Floats
    """keV (energies, pitch angles, rows), at the middle of each row"""
    energy_edge: Floats
    """keV (energies, pitch angles, rows + 1), at the edges of the rows"""
    pitch_angle: Floats
    """rad (pitch angles, rows), equatorial"""
    bounce_period: Floats
    """s (energies, pitch angles, rows)"""
    density: Floats
    """Wb m^-3 (pitch angles, rows): equatorial density over the content of a cell"""
    across: Floats
    """The same for the pressure across the field, over momentum times speed"""
    along: Floats
    """The same for the pressure along the field"""


@dataclass(frozen=True)
class RingCurrent:
    """A kinetic ring current in the dipole, bounce-averaged, with all invariants kept by the drift.

    Parameters
    ----------
    species : tuple of str
        Of "proton", "oxygen", "helium" (He+) and "electron".
    inner, outer : float, R_E
        Edges of the domain.
    rows, columns : int
        Cells in distance and in local time.
    energies, pitch_angles : int
        Cells in energy (logarithmic) and equatorial pitch angle (even), at the outer edge.
    lowest_energy, highest_energy : float, keV
        Ends of the energies at the outer edge; carried to 3 R_E they are about ten to twenty times as large.
    shielding : float
        Exponent of the convection potential.
    kappa : float, optional
        Index of a kappa distribution at the outer edge; a Maxwellian without.
    memory : float, h
        The plasma sheet follows the mean of the wind over so long.
    electron_temperature : float
        Of the plasma sheet's electrons, over that of its ions.
    electron_scattering : float
        Rate at which waves scatter electrons into the loss cone, as a share of strong diffusion.
    step : float, s
        Time after which losses and drift take turns; the drift divides it as stability needs.
    charge_exchange, drag, magnetopause : bool
        Whether ions meet the geocorona, particles the plasmasphere, and the magnetopause cuts the domain.
    induction_factor : float
        Of the depression, see :func:`~.ring_current.depression_of_energy`.

    Notes
    -----
    With a = -B_0 R_E^2 / r (r in R_E), the flux in one radian, and the eastward angle phi from midnight, a drift with
    the energy H per charge obeys da/dt = -dH/dphi and dphi/dt = dH/da; so -H (volts, that is Wb/s) is the stream
    function that :func:`sunearth.numerics.advection.advect` takes. H is the kinetic energy of the pair of invariants
    over charge, plus corotation, plus convection after Volland and Stern. A cell holds particles per weber, the phase
    space density times the area of invariants, which the drift carries unchanged. Particles and energies are counted
    for both hemispheres.

    Ions come in at the outer edge, where the drift leads in, as the plasma sheet of Tsyganenko and Mukai (2003) at
    10 R_E (outside the ranges of its wind it is held there) with the composition of Young et al. (1982), isotropic.
    They are lost to the geocorona, by drag to low energies, at the edges, outside the magnetopause of Shue et al.
    (1998), and where they mirror below 100 km, within half a bounce. There are no waves that scatter ions, no induced
    electric fields and no feedback on the fields: the dipole stays, uninflated.

    Nothing is fitted. Against the hourly Dst of the storms of March 2013 and 2015, freed from the magnetopause, the
    depression by current has correlations of 0.92 and 0.90 and reaches 43 and 55 % of the minima, that by energy 0.89
    and 0.83, and 54 and 62 %: the tail's field is not in it, and the index models of this package score better
    (``validation/ring_current_dst.py``). On 30 rows and 36 columns it comes out 3 % deeper.

    Examples
    --------
    Ten hours of strong convection fill an empty magnetosphere:

    >>> ring = RingCurrent(species=("proton",), rows=12, columns=16, energies=6, pitch_angles=3, step=900.0)
    >>> time = np.datetime64("2015-03-17", "ns") + np.arange(11) * np.timedelta64(1, "h")
    >>> state = ring.solve(time, kp=6.0, density=1.0, temperature=6.0, store=5.0)
    >>> bool(state["dst_star"][-1] < state["dst_star"][0]), state["pressure_perp"].dims
    (True, ('time', 'species', 'r', 'mlt'))
    """

    species: tuple[str, ...] = ("proton", "oxygen")
    inner: float = 2.0
    outer: float = 8.0
    rows: int = 40
    columns: int = 48
    energies: int = 16
    pitch_angles: int = 8
    lowest_energy: float = 0.2
    highest_energy: float = 80.0
    shielding: float = 2.0
    kappa: float | None = None
    memory: float = 3.0
    electron_temperature: float = 0.128
    electron_scattering: float = 0.0
    step: float = 300.0
    charge_exchange: bool = True
    drag: bool = True
    magnetopause: bool = True
    induction_factor: float = 1.3

    def __post_init__(self) -> None:
        if isinstance(self.species, str) or not self.species:
            raise InputError(f"RingCurrent: species must be names, such as ('proton',), got {self.species!r}")
        for name in self.species:
            if name not in REST_ENERGY:
                raise UnknownNameError("particle", str(name), REST_ENERGY)
        if not 1.05 < self.inner < self.outer:
            raise InputError(f"RingCurrent: inner {self.inner} and outer {self.outer} R_E are no ring above the Earth")
        if min(self.rows, self.columns, self.energies, self.pitch_angles) < 2 or self.rows < 4 or self.columns < 4:
            raise InputError("RingCurrent: needs 4 rows, 4 columns, 2 energies and 2 pitch angles at least")
        if not (0.0 < self.lowest_energy < self.highest_energy and self.step > 0.0):
            raise InputError(
                "RingCurrent: needs 0 < lowest_energy < highest_energy and a positive step, got "
                f"{self.lowest_energy}, {self.highest_energy} and {self.step}"
            )

    # --- geometry ---

    @property
    def edges(self) -> Floats:
        """Distances of the edges of the rows, R_E."""
        return np.linspace(self.inner, self.outer, self.rows + 1, dtype=np.float64)

    @property
    def distance(self) -> Floats:
        """Distances of the middle of the rows, R_E."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    @property
    def mlt(self) -> Floats:
        """Local times of the middle of the columns, h."""
        return np.asarray(np.arange(self.columns) + 0.5, float) * (24.0 / self.columns)

    @property
    def flux_edges(self) -> Floats:
        """Flux coordinate of the edges, Wb in one radian."""
        return -DIPOLE_EQUATORIAL_FIELD * 1e-9 * EARTH_RADIUS**2 / self.edges

    @property
    def flux(self) -> Floats:
        """Magnetic flux through a cell of each row, Wb."""
        return np.diff(self.flux_edges) * (2.0 * np.pi / self.columns)

    @property
    def energy_edges(self) -> Floats:
        """Edges of the cells of energy at the outer edge, keV."""
        return np.asarray(np.geomspace(self.lowest_energy, self.highest_energy, self.energies + 1))

    def layers(self, species: str) -> Layers:
        """Return the pairs of invariants of a species and what belongs to them.

        Parameters
        ----------
        species : str
            One of the particles.

        Returns
        -------
        Layers
            Energies, pitch angles, bounce periods and the factors from contents to densities and pressures.

        Examples
        --------
        >>> layers = RingCurrent(rows=12).layers("proton")
        >>> bool((np.diff(layers.energy, axis=-1) < 0).all())
        True
        """
        r, rest = self.distance, REST_ENERGY[species]
        angle_edges = np.linspace(0.0, _EQUATORIAL, self.pitch_angles + 1)
        angles = 0.5 * (angle_edges[1:] + angle_edges[:-1])
        bins = self.energy_edges
        middle = np.sqrt(bins[1:] * bins[:-1])
        squared = (middle * (middle + 2.0 * rest))[:, None, None]

        def carried(distance: Floats) -> tuple[Floats, Floats]:
            there = _carried_pitch_angle(angles[:, None], self.outer, distance)
            grown = (self.outer / distance) ** 3 * (np.sin(angles[:, None]) / np.sin(there)) ** 2
            momentum = squared * grown
            return there, momentum / (rest + np.sqrt(rest**2 + momentum))

        angle, energy = carried(r)
        _, at_edge = carried(self.edges)
        cells = np.zeros((self.pitch_angles + 1, self.rows))
        cells[1:-1] = _carried_pitch_angle(angle_edges[1:-1, None], self.outer, r)
        cells[-1] = _EQUATORIAL
        moments = cell_moments(cells)
        field = DIPOLE_EQUATORIAL_FIELD * 1e-9 / r**3
        length = 2.0 * r * EARTH_RADIUS / field
        path = 4.0 * r * EARTH_RADIUS * 1e-3 * dipole_integrals.spec.function(angle).bounce
        return Layers(
            energy,
            at_edge,
            angle,
            path / ion_speed(energy, species),
            *(moment / (moments[0] * length) for moment in moments[1:]),
        )

    # --- what drives it ---

    def boundary_content(self, species: str, density: Any, temperature: Any) -> Floats:
        """Return the content of the cells of invariants for an isotropic plasma at the outer edge.

        Parameters
        ----------
        species : str
            One of the particles.
        density : float or array (columns,), cm^-3
            Of that species.
        temperature : float or array (columns,), keV
            Its temperature, two thirds of the mean energy.

        Returns
        -------
        array (energies, pitch angles, columns), Wb^-1
            Particles per weber; those above and below the range of energies are left out.

        Examples
        --------
        >>> content = RingCurrent().boundary_content("proton", 1.0, 5.0)
        >>> content.shape, bool((content > 0).all())
        ((16, 8, 1), True)
        """
        density, temperature = np.broadcast_arrays(np.atleast_1d(density), np.atleast_1d(temperature))
        x = self.energy_edges[:, None] / temperature
        below = gammainc(1.5, x) if self.kappa is None else _kappa_share(x, self.kappa)
        moments = cell_moments(np.linspace(0.0, _EQUATORIAL, self.pitch_angles + 1))
        # content of a tube of isotropic plasma at the outer edge over its equatorial density, m^3/Wb
        tube = moments[0] * 2.0 * self.outer**4 * EARTH_RADIUS / (DIPOLE_EQUATORIAL_FIELD * 1e-9)
        return np.asarray(np.diff(below, axis=0)[:, None] * tube[:, None] * density * 1e6)

    def solve(
        self,
        time: Any,
        kp: Any = None,
        *,
        strength: Any = None,
        n_p: Any = None,
        speed: Any = None,
        b_y: Any = 0.0,
        b_z: Any = None,
        p_dyn: Any = None,
        density: Any = None,
        temperature: Any = None,
        f107: Any = 120.0,
        start: xr.Dataset | str = "empty",
        spin_up: float = 0.0,
        store: float = 1.0,
        progress: Callable[[str, int, int], None] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        resume: bool = False,
    ) -> xr.Dataset:
        """Run the ring current through a time with its drivers.

        Parameters
        ----------
        time : datetime64 array (time,)
            Ascending times; each driver holds from its time to the next. The run goes from the first to the last.
        kp : float or array (time,), 1
            Kp: convection after Maynard and Chen, composition and plasmapause. 3 for the latter two if not given.
        strength : float or array (time,), kV
            Of convection at 1 R_E at dawn, instead of Kp's.
        n_p, speed, b_y, b_z, p_dyn : float or array (time,)
            Wind (cm^-3, km/s, nT GSM, nT, nPa), for the plasma sheet and the magnetopause.
        density, temperature : float or array (time,), cm^-3 and keV
            Ions of the plasma sheet, instead of the wind's.
        f107 : float or array (time,), sfu
            Solar radio flux.
        start : "empty" or Dataset
            What to begin with: nothing, or the end of an earlier run of the same grid.
        spin_up : float, h
            Time under the first drivers before the first time.
        store : float, h
            Time between stored states.
        progress : callable, optional
            Called as ``progress(text, done, total)`` after each stored state.
        checkpoint : path, optional
            File to which the run is saved at each stored state.
        resume : bool
            Go on from the checkpoint if there is one. The result has the same bits as an uninterrupted run.

        Returns
        -------
        Dataset
            Depression by energy and by current, contents, budgets, maps of pressures, density and loss, and the last
            state. `driver_held` marks times at which a driver was missing and held.

        Raises
        ------
        InputError
            If a driver is missing, never known, or does not fit, the start has another grid, or a checkpoint belongs
            to another run.

        Examples
        --------
        >>> ring = RingCurrent(species=("proton",), rows=8, columns=12, energies=4, pitch_angles=2, step=1800.0)
        >>> time = np.datetime64("2015-03-17", "ns") + np.arange(3) * np.timedelta64(1, "h")
        >>> state = ring.solve(time, kp=[3.0, np.nan, 5.0], n_p=5.0, speed=400.0, b_z=-3.0)
        >>> state["driver_held"].values.tolist()
        [False, True, False]
        """
        if not (store > 0.0 and spin_up >= 0.0):
            raise InputError(f"RingCurrent: needs store > 0 and spin_up >= 0, got {store} and {spin_up}")
        time = np.atleast_1d(np.asarray(to_datetime64(time, "RingCurrent: time")))
        drivers, gap = _drivers(
            time, kp=kp, strength=strength, n_p=n_p, speed=speed, b_y=b_y, b_z=b_z, p_dyn=p_dyn, density=density,
            temperature=temperature, f107=f107, memory=self.memory,
        )  # fmt: skip
        from ._ring_current_run import Run

        run = Run(self, time, drivers, gap, store, spin_up)
        return run.through(start, progress, checkpoint, resume)


def cell_moments(edges: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Integrals over cells of pitch angle (edges along the first axis) of an isotropic distribution.

    Content of the tube over its half length in units of density; density; pressures across and along over density times
    momentum times speed.
    """
    points, weights = np.polynomial.legendre.leggauss(6)
    low, high = edges[:-1], edges[1:]
    angle = 0.5 * (high + low)[..., None] + 0.5 * (high - low)[..., None] * points
    bounce = dipole_integrals.spec.function(angle).bounce
    content = 0.5 * (high - low) * (bounce * np.sin(angle) * np.cos(angle) * weights).sum(-1)
    density = np.cos(low) - np.cos(high)
    along = (np.cos(low) ** 3 - np.cos(high) ** 3) / 3.0
    return content, density, 0.5 * (density - along), along


def _kappa_share(x: Floats, kappa: float) -> Floats:
    """Share of the particles of a kappa distribution below an energy, given over the temperature."""
    from scipy.special import betainc

    if kappa <= 1.5:
        raise InputError(f"RingCurrent: kappa must be above 1.5, not {kappa}")
    y = x / (kappa - 1.5)
    return np.asarray(betainc(1.5, kappa - 0.5, y / (1.0 + y)))


def _drivers(time: Any, *, memory: float, **given: Any) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """Series of what drives the model, gaps held; and where there were any."""
    if time.size < 2 or np.isnat(time).any() or (np.diff(time.astype(np.int64)) <= 0).any():
        raise InputError("RingCurrent: needs two times or more, ascending")
    known: dict[str, Floats] = {}
    for name, value in given.items():
        if value is None:
            continue
        series = np.asarray(getattr(value, "values", value), dtype=float)
        if series.ndim > 1 or (series.ndim == 1 and series.shape != time.shape):
            raise InputError(f"RingCurrent: {name} has the shape {series.shape}, the time {time.shape}")
        known[name] = np.array(np.broadcast_to(series, time.shape))
    if "kp" not in known and "strength" not in known:
        raise InputError("RingCurrent: convection needs kp or strength")
    from_wind = "density" not in known or "temperature" not in known
    missing = [name for name in _WIND if name not in known] if from_wind else []
    if missing:
        raise InputError(f"RingCurrent: the plasma sheet needs {', '.join(missing)}, or density and temperature")

    gap = np.zeros(time.shape, bool)
    for name, series in known.items():
        gap |= held(series, f"RingCurrent: {name}")[1]
    if "p_dyn" not in known and {"n_p", "speed"} <= known.keys():
        from sunearth.heliosphere.wind import dynamic_pressure

        known["p_dyn"] = np.asarray(dynamic_pressure.spec.function(known["n_p"], known["speed"]))
    if from_wind:
        for name in _WIND:
            mean = np.asarray(trailing_mean(time, known[name], memory)) if memory > 0.0 else known[name]
            low, high = _RANGE[name]
            known[f"sheet_{name}"] = np.clip(held(mean, f"RingCurrent: {name}")[0], low, high)
    known = {name: held(series, f"RingCurrent: {name}")[0] for name, series in known.items()}
    if "strength" not in known:
        # the fit turns back above 8.5
        known["strength"] = np.asarray(maynard_chen_1975.spec.function(np.minimum(known["kp"], 8.5)))
    kp = known.setdefault("kp", np.full(time.shape, 3.0))
    known["kp_max"] = np.asarray(trailing_maximum(time, kp, 24.0))
    return known, gap


def fingerprint(ring: RingCurrent, *arrays: Any) -> str:
    """A text that changes with anything that changes the run."""
    digest = hashlib.sha256(repr([(f.name, getattr(ring, f.name)) for f in fields(ring)]).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
