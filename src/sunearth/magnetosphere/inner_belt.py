"""Protons of the inner belt: born of neutrons that leave the atmosphere, worn down by what is left of it up there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    DIPOLE_EQUATORIAL_FIELD,
    EARTH_RADIUS,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SPEED_OF_LIGHT,
    VACUUM_PERMITTIVITY,
)
from sunearth.core.errors import DataError, InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import (
    MeV,
    MeV_yr,
    cm2,
    deg,
    dimensionless,
    per_cm2_s2_sr_MeV,
    per_cm2_s_MeV,
    per_cm3,
    yr,
)

if TYPE_CHECKING:
    import xarray as xr

_KOLE = "Kole et al. 2015, Astropart. Phys. 62, 230, doi:10.1016/j.astropartphys.2014.10.002"
_SELESNICK = "Selesnick et al. 2007, Space Weather 5, S04003"
_SINGER = "Singer 1958, Phys. Rev. Lett. 1, 181"
_BETHE = "Bethe 1930, Ann. Phys. 397, 325"
_LETAW = "Letaw et al. 1983, Astrophys. J. Suppl. Ser. 51, 271"

_MEV: Final = 1e6 * ELEMENTARY_CHARGE
_REST: Final = PROTON_MASS * SPEED_OF_LIGHT**2 / _MEV
_ELECTRON_REST: Final = ELECTRON_MASS * SPEED_OF_LIGHT**2 / _MEV
_YEAR: Final = 365.25 * 86400.0
_ELECTRON_RADIUS: Final = ELEMENTARY_CHARGE**2 / (
    4 * math.pi * VACUUM_PERMITTIVITY * ELECTRON_MASS * SPEED_OF_LIGHT**2
)  # m
# h-bar of the plasma frequency at 1 electron per cm^3
_PLASMON: Final = 1.054571817e-34 * (1e6 * ELEMENTARY_CHARGE**2 / (VACUUM_PERMITTIVITY * ELECTRON_MASS)) ** 0.5 / _MEV
_OXYGEN_EXCITATION: Final = 95e-6  # MeV
NEUTRON_LIFETIME: Final = 878.4
"""s (Particle Data Group 2022)"""

# NRLMSISE-00 on the magnetic equator at F10.7 = 120 and ap = 8, mean over four seasons, four hours and all longitudes
# of a circle about the eccentric dipole, whose heights differ by 1140 km: L, electrons in atoms per cm^3, and nuclei
# as so many of oxygen.
DRIFT_AVERAGE: Final = np.array(
    [
        [1.1, 1.55e13, 1.97e12],
        [1.125, 3.75e9, 4.76e8],
        [1.15, 1.32e8, 1.67e7],
        [1.175, 9.78e6, 1.28e6],
        [1.2, 1.35e6, 1.98e5],
        [1.25, 2.24e5, 3.34e4],
        [1.3, 9.40e4, 1.12e4],
        [1.35, 5.00e4, 4.27e3],
        [1.4, 3.14e4, 1.78e3],
        [1.5, 1.68e4, 3.79e2],
        [1.6, 1.10e4, 1.02e2],
        [1.8, 6.01e3, 12.1],
        [2.0, 3.80e3, 2.29],
        [2.5, 1.70e3, 0.123],
    ]
)
"""L, electrons bound in atoms (cm^-3), nuclei in units of oxygen (cm^-3), on the drift shell of equatorial protons"""


def _velocity(energy: Any) -> tuple[Any, Any]:
    """Square of v / c, and the Lorentz factor, of a proton of so many MeV."""
    gamma = 1 + energy / _REST
    return 1 - gamma**-2, gamma


# The source -----------------------------------------------------------------------------------------------------------


@model(
    cite=_KOLE,
    valid={"energy": (1.0, 1000.0), "mlat": (0.0, 70.0), "activity": (0.0, 1.0)},
    even=("mlat",),
    monotonic={"energy": -1, "activity": -1},
)
def kole_2015(energy: MeV, mlat: deg, activity: dimensionless = 0.5) -> per_cm2_s_MeV:
    """Flux of fast neutrons out of the top of the atmosphere.

    Parameters
    ----------
    energy : float or array, MeV
        Energy of the neutrons.
    mlat : float or array, deg
        Magnetic latitude.
    activity : float or array, 1
        Solar activity, 0 at its minimum to 1 at its maximum.

    Returns
    -------
    flux : float or array, cm^-2 s^-1 MeV^-1
        Upward flux over the half-space, as a particle counter with one area for all directions sees it.

    Notes
    -----
    Power laws that join at 0.9, 15 and 70 MeV, fitted to a simulation of cosmic rays in air, at zero depth. Measured
    over Texas, at 42 degrees, the current of neutrons out of the air is 1.9e-3 from 8 to 18 and 9.5e-4 from 30 to 60
    MeV (Lockwood et al. 1979, J. Geophys. Res. 84, 1402), half the flux if they come equally from all sides: here
    1.5e-3 and 0.7e-3. Over the equator, where only cosmic rays above 15 GV come in, the fit has a ninth of that.

    Examples
    --------
    >>> print(f"{kole_2015(12.0, 42.0):.2e}")
    3.05e-03
    """
    xp = namespace(energy, mlat, activity)
    latitude = xp.abs(mlat)

    def rise(factor: float) -> Any:
        return 1 - xp.tanh(xp.pi * (1 - factor * latitude / 180))

    b = 0.0140 + (1.4 - 0.9 * activity) * 0.1 * rise(3.5)
    d = -0.008 + (6.0 - 1.0 * activity) * 0.001 * rise(4.4)
    slope = xp.where(energy < 0.9, 0.445, xp.where(energy < 15, 1.153, xp.where(energy < 70, 0.5, 2.07)))
    join = xp.where(
        energy < 0.9, 1.0,
        0.9**0.708 * xp.where(energy < 15, 1.0, 15**-0.653 * xp.where(energy < 70, 1.0, 70**1.57)),
    )  # fmt: skip
    return (b + d) * join * energy**-slope


@model(cite=_SINGER, valid={"l_shell": (1.05, 4.0)}, monotonic={"l_shell": -1})
def injection_share(l_shell: dimensionless) -> dimensionless:
    """Share of the gyration in which an equatorial proton flies as if it came from the Earth.

    Parameters
    ----------
    l_shell : float or array, 1
        Distance of the equator, R_E.

    Returns
    -------
    share : float or array, 1
        asin(1 / L) / pi: neutrons from the Earth reach no other directions.

    Notes
    -----
    Protons that stay on the equator move in its plane, and so do the neutrons that they come from: only the air over
    the magnetic equator feeds them, which sends out least. Gyroradii are taken to be small.

    Examples
    --------
    >>> float(injection_share(1.5).round(3))
    0.232
    """
    xp = namespace(l_shell)
    return xp.asin(1 / l_shell) / math.pi


@model(
    cite=_SELESNICK,
    valid={"energy": (5.0, 1000.0), "l_shell": (1.05, 4.0), "activity": (0.0, 1.0)},
    monotonic={"l_shell": -1, "activity": -1},
)
def albedo_proton_source(energy: MeV, l_shell: dimensionless, activity: dimensionless = 0.5) -> per_cm2_s2_sr_MeV:
    """Growth of the intensity of equatorial protons by decay of neutrons from the atmosphere.

    Parameters
    ----------
    energy : float or array, MeV
        Energy of the protons.
    l_shell : float or array, 1
        Distance on the equator, R_E.
    activity : float or array, 1
        Solar activity, 0 to 1.

    Returns
    -------
    source : float or array, cm^-2 s^-2 sr^-1 MeV^-1
        j_n / (gamma tau) times :func:`injection_share`.

    Notes
    -----
    Along a ray from the Earth the intensity of neutrons is that at the top of the air, here :func:`kole_2015` of the
    equator over 2 pi; few decay on the way. A proton goes on as its neutron went, with 99.9 % of its energy.

    Examples
    --------
    >>> print(f"{albedo_proton_source(50.0, 1.5):.1e}")
    5.7e-09
    """
    _, gamma = _velocity(energy)
    intensity = kole_2015.spec.function(energy, 0.0 * energy, activity) / (2 * math.pi)
    return intensity / (gamma * NEUTRON_LIFETIME) * injection_share.spec.function(l_shell)


# The losses -----------------------------------------------------------------------------------------------------------


@model(
    cite=_BETHE,
    valid={"energy": (1.0, 2000.0), "n_e": (1.0, 1e5), "n_bound": (1.0, 1e9)},
    monotonic={"n_e": 1, "n_bound": 1},
)
def proton_energy_loss(energy: MeV, n_e: per_cm3, n_bound: per_cm3) -> MeV_yr:
    """Rate at which a proton loses energy to electrons, free and bound.

    Parameters
    ----------
    energy : float or array, MeV
        Energy of the proton.
    n_e : float or array, cm^-3
        Density of free electrons.
    n_bound : float or array, cm^-3
        Density of electrons in atoms.

    Returns
    -------
    rate : float or array, MeV/yr
        Loss of energy.

    Notes
    -----
    4 pi r_e^2 m c^3 / beta times each density times ln(2 m c^2 beta^2 gamma^2 / I) - beta^2, with I = 95 eV of oxygen
    for what is bound and the quantum of the plasma's oscillation, 2e-9 eV at 3000 cm^-3, for what is free: a free
    electron brakes 5.5 (10 MeV) to 3.7 times (500 MeV) as much as a bound one. Neither shell nor density corrections
    matter here.

    Examples
    --------
    >>> float(proton_energy_loss(50.0, 3000.0, 1.7e4).round(2))
    0.33
    """
    xp = namespace(energy, n_e, n_bound)
    square, gamma = _velocity(energy)
    given = 2 * _ELECTRON_REST * square * gamma**2
    factor = 4e6 * math.pi * _ELECTRON_RADIUS**2 * _ELECTRON_REST * SPEED_OF_LIGHT * _YEAR / square**0.5
    free = n_e * (xp.log(given / (_PLASMON * n_e**0.5)) - square)
    return factor * (free + n_bound * (xp.log(given / _OXYGEN_EXCITATION) - square))


@model(cite=_LETAW, valid={"energy": (10.0, 1e5), "nucleons": (4.0, 60.0)}, monotonic={"nucleons": 1})
def letaw_1983(energy: MeV, nucleons: dimensionless = 16.0) -> cm2:
    """Cross section of a nucleus for inelastic collisions with protons.

    Parameters
    ----------
    energy : float or array, MeV
        Energy of the proton.
    nucleons : float or array, 1
        Mass number of the nucleus.

    Returns
    -------
    cross_section : float or array, cm^2
        In oxygen 0.29 barn at high energies.

    Notes
    -----
    45 A^0.7 [1 + 0.016 sin(5.3 - 2.63 ln A)] millibarns, times 1 - 0.62 exp(-E / 200) sin(10.9 E^-0.28), E in MeV.

    Examples
    --------
    >>> print(f"{letaw_1983(100.0):.2e}")
    2.93e-25
    """
    xp = namespace(energy, nucleons)
    high = 45e-27 * nucleons**0.7 * (1 + 0.016 * xp.sin(5.3 - 2.63 * xp.log(nucleons)))
    return high * (1 - 0.62 * xp.exp(-energy / 200) * xp.sin(10.9 * energy**-0.28))


@model(cite=_SELESNICK, valid={"l_shell": (1.1, 2.5)}, monotonic={"l_shell": -1})
def drift_averaged_electrons(l_shell: dimensionless) -> per_cm3:
    """Density of electrons in atoms that an equatorial proton meets on its way round the Earth.

    Parameters
    ----------
    l_shell : float or array, 1
        Drift shell.

    Returns
    -------
    n_bound : float or array, cm^-3
        Mean over the drift, from the table `DRIFT_AVERAGE`.

    Notes
    -----
    The dipole stands 590 km off the Earth's centre, and near the South Atlantic a shell dips to where the air is thick:
    below L = 1.2 that place alone counts. Solar activity changes it tenfold there.

    Examples
    --------
    >>> print(f"{drift_averaged_electrons(1.5):.3g}")
    1.68e+04
    """
    xp = namespace(l_shell)
    return xp.exp(_between(xp, l_shell, np.log(DRIFT_AVERAGE[:, 1])))


@model(cite=_SELESNICK, valid={"l_shell": (1.1, 2.5)}, monotonic={"l_shell": -1})
def drift_averaged_nuclei(l_shell: dimensionless) -> per_cm3:
    """Density of nuclei, as so many of oxygen, that an equatorial proton meets on its way round the Earth.

    Parameters
    ----------
    l_shell : float or array, 1
        Drift shell.

    Returns
    -------
    n_nuclei : float or array, cm^-3
        Mean over the drift, from the table `DRIFT_AVERAGE`; lighter nuclei count by their cross section, hydrogen not.

    Examples
    --------
    >>> print(f"{drift_averaged_nuclei(1.5):.3g}")
    379
    """
    xp = namespace(l_shell)
    return xp.exp(_between(xp, l_shell, np.log(DRIFT_AVERAGE[:, 2])))


def _between(xp: Any, l_shell: Any, values: Any) -> Any:
    """Straight lines through a column of the table in the logarithm of L; the ends go on."""
    place, knots = xp.log(l_shell), np.log(DRIFT_AVERAGE[:, 0])
    slopes = np.diff(values) / np.diff(knots)
    result = values[0] + slopes[0] * (place - knots[0])
    for knot, change in zip(knots[1:-1], np.diff(slopes), strict=True):
        result = result + change * xp.maximum(place - knot, 0.0 * place)
    return result


@model(cite=_SELESNICK, valid={"l_shell": (1.1, 2.5)}, monotonic={"l_shell": -1})
def plasmasphere_electrons(l_shell: dimensionless) -> per_cm3:
    """Density of free electrons in the full plasmasphere, on the equator.

    Parameters
    ----------
    l_shell : float or array, 1
        Distance on the equator, R_E.

    Returns
    -------
    n_e : float or array, cm^-3
        10^(3.9043 - 0.3145 L), of Carpenter and Anderson (1992), without season and solar cycle.

    Examples
    --------
    >>> float(plasmasphere_electrons(1.5).round(0))
    2707.0
    """
    return 10 ** (3.9043 - 0.3145 * l_shell)


@model(
    cite=_SELESNICK,
    valid={"energy": (5.0, 1000.0), "l_shell": (1.1, 2.5)},
    monotonic={"l_shell": 1},
)
def proton_lifetime(energy: MeV, l_shell: dimensionless) -> yr:
    """Time in which an equatorial proton of the inner belt is lost.

    Parameters
    ----------
    energy : float or array, MeV
        Energy of the proton.
    l_shell : float or array, 1
        Drift shell.

    Returns
    -------
    lifetime : float or array, yr
        One over the sum of the rates of loss of energy, over the energy, and of nuclear collisions.

    Examples
    --------
    >>> proton_lifetime(50.0, [1.2, 1.5]).round(0).tolist()
    [3.0, 160.0]
    """
    square, _ = _velocity(energy)
    bound, nuclei, free = (
        function.spec.function(l_shell)
        for function in (drift_averaged_electrons, drift_averaged_nuclei, plasmasphere_electrons)
    )
    braking = proton_energy_loss.spec.function(energy, free, bound) / energy
    collisions = letaw_1983.spec.function(energy) * nuclei * square**0.5 * SPEED_OF_LIGHT * 100 * _YEAR
    return 1 / (braking + collisions)


@model(cite="Chirikov 1987, Proc. R. Soc. Lond. A 413, 145", valid={"l_shell": (1.1, 4.0), "limit": (0.02, 0.3)})
def trapping_limit(l_shell: dimensionless, limit: dimensionless = 0.1) -> MeV:
    """Energy above which protons gyrate too widely to stay trapped.

    Parameters
    ----------
    l_shell : float or array, 1
        Distance on the equator, R_E.
    limit : float or array, 1
        Largest gyroradius over the radius of curvature of the line, which is a third of the distance.

    Returns
    -------
    energy : float or array, MeV
        It falls as the momentum, L^-2.

    Examples
    --------
    >>> trapping_limit([1.5, 2.0, 3.0]).round(0).tolist()
    [323.0, 113.0, 23.0]
    """
    field = DIPOLE_EQUATORIAL_FIELD * 1e-9 / l_shell**3
    momentum = ELEMENTARY_CHARGE * field * limit * l_shell * EARTH_RADIUS / 3 * SPEED_OF_LIGHT / _MEV
    return (momentum**2 + _REST**2) ** 0.5 - _REST


# The belt -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InnerBelt:
    """Equatorial protons of the inner belt in balance of their source, losses and radial diffusion.

    Parameters
    ----------
    diffusion : float, optional
        Coefficient of radial diffusion at L = 1, 1/day; 0 for a balance on each shell by itself.
    diffusion_power : float, optional
        Power of L that it grows with.
    activity : float, optional
        Solar activity for the neutrons, 0 to 1.
    limit : float, optional
        Gyroradius over curvature above which protons are lost at once (:func:`trapping_limit`).
    electrons, bound, nuclei : callable, optional
        Densities (cm^-3) of free electrons, of electrons in atoms and of nuclei (as so many of oxygen) at L.
    highest : float, optional
        Energy, MeV at L = 1, from which protons come down.
    steps : int, optional
        Steps down to the lowest energy.

    Notes
    -----
    With the density F = j / p^2 in phase space, at constant first invariant M ~ p^2 L^3,

        0 = L^2 d/dL (D / L^2 dF/dL) + 1/p^2 d/dp (p^2 |dp/dt| F) - F / tau + S / p^2

    Braking carries protons only downward, so that the equation is solved from high to low M, each step implicit in L
    (backward differences of second order), as a heat equation is in time. Nothing is let in from outside, where the
    Sun's protons come from: this is the belt that the atmosphere makes. F is 0 at both ends of L. The default
    coefficient is the magnetic one of Brautigam and Albert (2000) at Kp 2, 10^(0.506 Kp - 9.325) L^10 a day.

    Nothing in it is fitted. 4 pi j is 0.7 to 1.2 times the omnidirectional flux of AP8 for solar minimum at 50 MeV
    (L = 1.3 to 2) and 1.2 to 2.6 times at 100 MeV (L = 1.3 to 1.8; a flux that peaks across the field has less than
    4 pi of its largest intensity), with its peak at L = 1.5. Below 30 MeV and beyond L = 1.5 AP8 has more, up to
    tenfold above 10 MeV, which the Sun brings.

    Examples
    --------
    >>> belt = InnerBelt().solve([30.0, 50.0, 100.0], [1.3, 1.5, 1.8])
    >>> belt["j"].dims
    ('energy', 'l_shell')
    """

    diffusion: float = 10 ** (0.506 * 2.0 - 9.325)
    diffusion_power: float = 10.0
    activity: float = 0.5
    limit: float = 0.1
    electrons: Any = plasmasphere_electrons
    bound: Any = drift_averaged_electrons
    nuclei: Any = drift_averaged_nuclei
    highest: float = 3000.0
    steps: int = 600

    def solve(self, energy: Any, l_shell: Any, shells: int = 121) -> xr.Dataset:
        """Find the steady belt.

        Parameters
        ----------
        energy : array (energy,), MeV
            Energies at which the intensity is wanted, above 1.
        l_shell : array (l_shell,), 1
            Shells at which it is wanted, from 1.1 to 3.
        shells : int, optional
            Shells of the grid, from 1.1 to 3.

        Returns
        -------
        Dataset
            Along `energy` and `l_shell`: intensity `j` across the field, cm^-2 s^-1 sr^-1 MeV^-1; along `l_shell` the
            same above each energy, `j_above`.

        Raises
        ------
        InputError
            If energies or shells lie outside.
        """
        import xarray as xr
        from scipy.interpolate import RegularGridInterpolator

        energy, l_shell = np.atleast_1d(np.asarray(energy, float)), np.atleast_1d(np.asarray(l_shell, float))
        inside = np.all((energy >= 1) & (energy <= self.highest)) and np.all((l_shell >= 1.1) & (l_shell <= 3))
        if not (inside and energy.size and l_shell.size):
            raise InputError(f"InnerBelt: energies must lie from 1 to {self.highest} MeV and shells from 1.1 to 3")
        if not (self.steps >= 2 and shells >= 3):
            raise InputError(f"InnerBelt: needs two steps and three shells or more, got {self.steps} and {shells}")
        shell = np.linspace(1.1, 3.0, shells)
        # p^2 L^3 of the lowest and highest energy wanted anywhere
        low = 0.5 * energy.min() * (0.5 * energy.min() + 2 * _REST) * shell[0] ** 3
        high = self.highest * (self.highest + 2 * _REST) * shell[0] ** 3
        invariant = np.linspace(math.log(high), math.log(low), self.steps + 1)
        density = self._march(invariant, shell)
        fine = np.geomspace(energy.min(), self.highest, 400)
        points = np.log(fine * (fine + 2 * _REST))[:, None] + 3 * np.log(l_shell)
        table = RegularGridInterpolator(
            (-invariant, shell), np.log(np.maximum(density, 1e-300)), bounds_error=False, fill_value=-np.inf
        )
        f = np.exp(table((-points, np.broadcast_to(l_shell, points.shape))))
        j = f * (fine * (fine + 2 * _REST))[:, None]
        area = 0.5 * (j[1:] + j[:-1]) * np.diff(fine)[:, None]
        above = np.concatenate([np.cumsum(area[::-1], axis=0)[::-1], np.zeros((1, l_shell.size))])

        def wanted(values: Any) -> Any:
            return np.stack([np.interp(np.log(energy), np.log(fine), column) for column in values.T], axis=1)

        def described(unit: str, label: str) -> dict[str, str]:
            return {"units": unit, "long_name": label, "references": _SELESNICK}

        return xr.Dataset(
            {
                "j": (
                    ("energy", "l_shell"), wanted(j),
                    described("cm^-2 s^-1 sr^-1 MeV^-1", "Intensity of equatorial protons across the field"),
                ),
                "j_above": (
                    ("energy", "l_shell"), wanted(above),
                    described("cm^-2 s^-1 sr^-1", "Intensity of equatorial protons above the energy"),
                ),
            },
            coords={
                "energy": ("energy", energy, {"units": "MeV", "long_name": "Energy of protons"}),
                "l_shell": ("l_shell", l_shell, {"units": "1", "long_name": "Drift shell"}),
            },
        )  # fmt: skip

    def _march(self, invariant: Any, shell: Any) -> Any:
        """Phase-space density over the logarithm of p^2 L^3, descending, and L."""
        from scipy.linalg import solve_banded

        width, spacing = shell[1] - shell[0], invariant[0] - invariant[1]
        middle = shell[:-1] + 0.5 * width
        between = self.diffusion / 86400.0 * middle ** (self.diffusion_power - 2) / width**2
        free, bound, nuclei = (np.asarray(f(shell), float) for f in (self.electrons, self.bound, self.nuclei))
        density = np.zeros((invariant.size, shell.size))
        carried = np.zeros_like(density)
        for k in range(1, invariant.size):
            square = np.exp(invariant[k]) / shell**3
            momentum, energy = square**0.5, (square + _REST**2) ** 0.5 - _REST
            beta = _velocity(energy)[0] ** 0.5
            braking = proton_energy_loss(energy, free, bound) / _YEAR / beta  # MeV/c a second
            flow = braking * square
            loss = letaw_1983(energy) * nuclei * beta * SPEED_OF_LIGHT * 100
            source = albedo_proton_source(energy, shell, self.activity) / square
            lead = 1.5 if k > 1 else 1.0
            past = 2 * carried[k - 1] - 0.5 * carried[k - 2] if k > 1 else carried[0]
            scale = 2 / (momentum**3 * spacing)
            outer, inner = np.append(between, 0.0) * shell**2, np.append(0.0, between) * shell**2
            bands = np.zeros((3, shell.size))
            bands[0, 1:], bands[2, :-1] = -outer[:-1], -inner[1:]
            bands[1] = outer + inner + loss + lead * scale * flow
            right = source + scale * past
            gone = energy > trapping_limit(shell, self.limit)
            gone[0] = gone[-1] = True
            bands[0, 1:][gone[:-1]] = bands[2, :-1][gone[1:]] = 0.0
            bands[1, gone], right[gone] = 1.0, 0.0
            density[k] = solve_banded((1, 1), bands, right)
            carried[k] = flow * density[k]
        return density


def trapped_radiation_model(
    energy: Any, l_shell: Any, b_ratio: Any = 1.0, particle: str = "p", solar: str = "min", above: bool = True
) -> Any:
    """Omnidirectional flux of the models AE8 and AP8, for comparison.

    Parameters
    ----------
    energy : float or array, MeV
        Energies; they broadcast with the places.
    l_shell : float or array, 1
        McIlwain's L.
    b_ratio : float or array, 1
        Field over the field on the equator of the same line.
    particle : {"p", "e"}, optional
        Protons (AP8) or electrons (AE8).
    solar : {"min", "max"}, optional
        Phase of the solar cycle.
    above : bool, optional
        Flux above the energy, cm^-2 s^-1, or differential, cm^-2 s^-1 MeV^-1.

    Returns
    -------
    float or array
        Flux over all directions.

    Raises
    ------
    DataError
        If the package `aep8`, which holds the tables, is not installed.
    UnknownNameError
        If the particle or phase is unknown.

    Notes
    -----
    Sawyer and Vette 1976, NASA TM-X-72605 (AP8); Vette 1991, NSSDC 91-24 (AE8).

    Examples
    --------
    >>> trapped_radiation_model(10.0, 1.5, particle="x")
    Traceback (most recent call last):
        ...
    sunearth.core.errors.UnknownNameError: unknown particle 'x'; known are p, e.
    """
    if particle not in ("p", "e"):
        raise UnknownNameError("particle", particle, ["p", "e"])
    if solar not in ("min", "max"):
        raise UnknownNameError("phase of the solar cycle", solar, ["min", "max"])
    try:
        import aep8
        from astropy import units
    except ImportError as error:
        raise DataError("AE8 and AP8 need the package aep8: python -m pip install aep8") from error
    tables = aep8.model(solar=solar, particle=particle)
    kind = "integral_flux" if above else "differential_flux"
    evaluate = getattr(tables, f"{kind}_for_geomagnetic_coordinates")
    mev, place, ratio = np.broadcast_arrays(*(np.asarray(a, float) for a in (energy, l_shell, b_ratio)))
    unit = units.cm**-2 / units.s if above else units.cm**-2 / units.s / units.MeV
    return np.asarray(evaluate(place, ratio, mev * units.MeV).to_value(unit))[()]
