"""Ions on their way out: the polar wind, and the swing that convecting field lines give to what rides on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sunearth.core.constants import BOLTZMANN, EARTH_RADIUS, ELEMENTARY_CHARGE
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.units import R_E, K, dimensionless, eV, km_s, m_s2, per_cm3, per_s

from .escape import ATOMIC_MASS, EARTH_GM, HELIUM, OXYGEN, PROTON

if TYPE_CHECKING:
    import xarray as xr

    from sunearth.geomagnetism.field import Field

_HORWITZ = "Horwitz et al. 1994, J. Geophys. Res. 99, 15051"
_CLADIS = "Cladis 1986, Geophys. Res. Lett. 13, 893"
_BANKS_HOLZER = "Banks and Holzer 1969, J. Geophys. Res. 74, 6317, doi:10.1029/JA074i026p06317"
_SCHUNK_NAGY = "Schunk and Nagy 2009, Ionospheres, Cambridge"

MASSES: Final = {"H+": PROTON, "He+": HELIUM, "O+": OXYGEN}
"""Masses of ions, u"""
FATES: Final = ("inside", "returned", "plasma sheet", "tail", "magnetosheath", "unknown")
"""What becomes of an ion, in the order of the codes"""


# The swing of a convecting line ---------------------------------------------------------------------------------------


@model(
    cite=_HORWITZ,
    valid={"r": (1.0, 10.0), "convection_speed": (0.0, 5.0)},
    monotonic={"r": 1, "convection_speed": 1},
)
def centrifugal_acceleration(r: R_E, convection_speed: km_s) -> m_s2:
    """Acceleration along the field that convection gives to ions over the polar cap.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance.
    convection_speed : float or array, km/s
        Speed of convection at 1 R_E.

    Returns
    -------
    acceleration : float or array, m/s^2
        3/2 v^2 r^2 / r_0^3, the same for all masses.

    Notes
    -----
    Near the axis of a dipole a line keeps its colatitude as r^(1/2), and convection grows as r^(3/2). The line turns as
    it is carried over the pole, and what rides on it is flung out: dv/dt = v_E . db/dt.

    Examples
    --------
    >>> centrifugal_acceleration([2.0, 4.0, 6.0], 1.0).round(3).tolist()
    [0.942, 3.767, 8.476]
    """
    return 1.5e6 * convection_speed**2 * r**2 / EARTH_RADIUS


@model(
    cite=_HORWITZ,
    valid={"r": (1.0, 10.0), "convection_speed": (0.0, 5.0), "start": (1.0, 1.0)},
    monotonic={"r": 1},
)
def centrifugal_speed(r: R_E, convection_speed: km_s, start: R_E = 1.0) -> km_s:
    """Speed along the field that ions gain over the polar cap by convection alone.

    Parameters
    ----------
    r : float or array, R_E
        Geocentric distance that they reach.
    convection_speed : float or array, km/s
        Speed of convection at 1 R_E.
    start : float or array, R_E
        Where they start from rest.

    Returns
    -------
    speed : float or array, km/s
        v (r^3 - r_start^3)^(1/2): as much as the speed of convection itself has grown there. NaN below the start.

    Notes
    -----
    The same speed for all masses, so that the energy goes with the mass: 1 km/s gives 14.7 km/s at 6 R_E, which is
    1.1 eV to hydrogen and 17.8 eV to oxygen. Oxygen gains most from it, hydrogen gets away without.

    Examples
    --------
    >>> float(centrifugal_speed(6.0, 1.0).round(2))
    14.66
    """
    return convection_speed * (r**3 - start**3) ** 0.5


@model(cite=_HORWITZ, valid={"speed": (0.1, 200.0), "mass": (1.0, 32.0)}, monotonic={"speed": 1, "mass": 1})
def energy_of_speed(speed: km_s, mass: dimensionless = 16.0) -> eV:
    """Kinetic energy of a slow ion.

    Parameters
    ----------
    speed : float or array, km/s
        Its speed.
    mass : float or array, 1
        Its mass, in atomic mass units.

    Returns
    -------
    energy : float or array, eV
        m v^2 / 2.

    Examples
    --------
    >>> energy_of_speed(14.66, [1.0, 16.0]).round(2).tolist()
    [1.11, 17.82]
    """
    return 0.5e6 * ATOMIC_MASS / ELEMENTARY_CHARGE * mass * speed**2


@model(cite=_HORWITZ, valid={"convection_speed": (0.05, 5.0)}, monotonic={"convection_speed": -1})
def centrifugal_balance(convection_speed: km_s) -> R_E:
    """Distance beyond which the swing of convecting lines exceeds gravity.

    Parameters
    ----------
    convection_speed : float or array, km/s
        Speed of convection at 1 R_E.

    Returns
    -------
    r : float or array, R_E
        Geocentric distance; it goes as v^(-1/2).

    Examples
    --------
    >>> float(centrifugal_balance(1.0).round(2))
    2.54
    """
    return (EARTH_GM / EARTH_RADIUS / (1.5e6 * convection_speed**2)) ** 0.25


# The polar wind -------------------------------------------------------------------------------------------------------


@model(
    cite=_SCHUNK_NAGY,
    valid={"n_oxygen": (1.0, 1e6), "t_i": (300.0, 1e4)},
    monotonic={"n_oxygen": 1, "t_i": -1},
)
def hydrogen_oxygen_collisions(n_oxygen: per_cm3, t_i: K) -> per_s:
    """Rate at which oxygen ions slow the flow of hydrogen ions.

    Parameters
    ----------
    n_oxygen : float or array, cm^-3
        Density of oxygen ions.
    t_i : float or array, K
        Temperature of both.

    Returns
    -------
    rate : float or array, s^-1
        1.23 n / t_i^(3/2).

    Notes
    -----
    Momentum transfer by Coulomb collisions, 1.27 mu^(1/2) / m n / t^(3/2) with the masses in units of the proton's.

    Examples
    --------
    >>> print(f"{hydrogen_oxygen_collisions(1e4, 3000.0):.3f}")
    0.075
    """
    reduced = OXYGEN * PROTON / (OXYGEN + PROTON)
    return 1.27 * reduced**0.5 / PROTON * n_oxygen / t_i**1.5


@dataclass(frozen=True)
class PolarWind:
    """Steady outflow of hydrogen ions through the oxygen of the polar cap.

    Parameters
    ----------
    n_oxygen : float, optional
        Density of oxygen ions at the base, cm^-3.
    n_hydrogen : float, optional
        Density of hydrogen ions at the base, cm^-3.
    t_e, t_i : float, optional
        Temperatures of electrons and ions, K, the same at all heights.
    base : float, optional
        Height of the base, km: above where hydrogen is made, which takes place below some 800 km.

    Notes
    -----
    Tubes widen as r^3. Oxygen is taken at rest, n_O thinning with k (t_e + t_i) / (m_O g). The electric field is that
    of the electrons, e E = -k t_e d(ln n_e)/dr, with n_e = n_O + n_H. Then

        (v - c^2 / v) dv/dr = 3 c^2 / r - g + (k t_e / m) (n_O / n_e) / H_O - nu v

    with c^2 = k (t_i + t_e n_H / n_e) / m and the collisions of :func:`hydrogen_oxygen_collisions`. Low down friction
    makes the right side negative, high up the field makes it positive: the flow that goes on to space passes v = c
    where it is zero, as the solar wind does. The flux is the one with which that flow has the wanted density at the
    base. Banks and Holzer found 2e8 to 7e8 cm^-2 s^-1 and speeds above that of sound from 2000 to 5000 km upward.

    Examples
    --------
    >>> wind = PolarWind().solve([1000.0, 2000.0, 5000.0, 10000.0])
    >>> wind["mach"].values.round(1).tolist()
    [0.3, 0.9, 2.1, 2.6]
    """

    n_oxygen: float = 1e4
    n_hydrogen: float = 1e3
    t_e: float = 3000.0
    t_i: float = 3000.0
    base: float = 1000.0

    def solve(self, altitude: Any) -> xr.Dataset:
        """Find the flow that passes its critical point.

        Parameters
        ----------
        altitude : array (altitude,), km
            Ascending heights, none below the base.

        Returns
        -------
        Dataset
            Along `altitude`: speed `v`, densities `n_hydrogen` and `n_oxygen`, Mach number `mach`, electric field `e`
            and `potential` above the base; and the `flux` at the base and the `critical_altitude`.

        Raises
        ------
        InputError
            If heights do not ascend from the base, or no flow passes a critical point.
        """
        import xarray as xr
        from scipy.integrate import solve_ivp
        from scipy.optimize import brentq

        altitude = np.atleast_1d(np.asarray(altitude, float))
        if altitude.ndim != 1 or not np.all(np.diff(altitude) > 0) or not altitude[0] >= self.base:
            raise InputError(f"PolarWind: heights must ascend from the base at {self.base} km or above it")
        if not min(self.n_oxygen, self.n_hydrogen, self.t_e, self.t_i) > 0:
            raise InputError("PolarWind: densities and temperatures must be above zero")
        bottom = EARTH_RADIUS + self.base * 1e3
        top = max(EARTH_RADIUS + altitude[-1] * 1e3, 10 * EARTH_RADIUS)
        heat = BOLTZMANN / (PROTON * ATOMIC_MASS)
        ladder = EARTH_GM * OXYGEN * ATOMIC_MASS / (BOLTZMANN * (self.t_e + self.t_i))

        def oxygen(r: Any) -> Any:
            return self.n_oxygen * np.exp(-ladder * (1 / bottom - 1 / r))

        def hydrogen(r: Any, v: Any, flux: float) -> Any:
            return flux * (bottom / r) ** 3 / v  # cm^-3 with the flux in cm^-3 m/s

        def sound_squared(r: Any, v: Any, flux: float) -> Any:
            n = hydrogen(r, v, flux)
            return heat * (self.t_i + self.t_e * n / (n + oxygen(r)))

        def drive(r: Any, v: Any, flux: float) -> Any:
            n, n_o = hydrogen(r, v, flux), oxygen(r)
            lift = heat * self.t_e * n_o / (n + n_o) * ladder / r**2
            friction = hydrogen_oxygen_collisions.spec.function(n_o, self.t_i) * v
            return 3 * sound_squared(r, v, flux) / r - EARTH_GM / r**2 + lift - friction

        def at_sound(r: float, flux: float) -> float:
            """Speed at which a flow of this flux would be sonic."""
            return float(
                brentq(lambda v: v * v - sound_squared(r, v, flux), (0.99 * heat * self.t_i) ** 0.5,
                       (1.01 * heat * (self.t_i + self.t_e)) ** 0.5)
            )  # fmt: skip

        def flow(flux: float) -> tuple[float, float, float]:
            """Critical distance, speed there, and its slope."""

            def imbalance(r: float) -> float:
                return float(drive(r, at_sound(r, flux), flux))

            def excess(r: float, v: float) -> float:
                return float((v * v - sound_squared(r, v, flux)) / v)

            if not imbalance(bottom) < 0:
                raise InputError(
                    "PolarWind: no flow passes a critical point; more oxygen at the base brings the friction it takes"
                )
            if not imbalance(top) > 0:
                raise InputError(
                    f"PolarWind: friction holds the flow below the speed of sound up to {top / EARTH_RADIUS:.0f} R_E; "
                    "take less oxygen at the base"
                )
            r_c = float(brentq(imbalance, bottom, top, xtol=1e-3))
            v_c = at_sound(r_c, flux)
            dr, dv = 1e-5 * r_c, 1e-5 * v_c
            n_r = (drive(r_c + dr, v_c, flux) - drive(r_c - dr, v_c, flux)) / (2 * dr)
            n_v = (drive(r_c, v_c + dv, flux) - drive(r_c, v_c - dv, flux)) / (2 * dv)
            d_r = (excess(r_c + dr, v_c) - excess(r_c - dr, v_c)) / (2 * dr)
            d_v = (excess(r_c, v_c + dv) - excess(r_c, v_c - dv)) / (2 * dv)
            half = (d_r - n_v) / 2
            return r_c, v_c, float((-half + math.sqrt(half * half + d_v * n_r)) / d_v)

        def slope(r: float, v: Any, flux: float) -> Any:
            return drive(r, v, flux) * v / (v * v - sound_squared(r, v, flux))

        def branch(flux: float, end: float) -> Any:
            r_c, v_c, rise = flow(flux)
            step = math.copysign(1e-4 * r_c, end - r_c)
            start = [v_c + rise * step]
            return solve_ivp(
                slope, (r_c + step, end), start, args=(flux,), method="Radau" if step < 0 else "RK45",
                rtol=1e-8, atol=1e-6, dense_output=True,
            )  # fmt: skip

        def mismatch(log_flux: float) -> float:
            flux = math.exp(log_flux)
            return math.log(flux / branch(flux, bottom).y[0, -1] / self.n_hydrogen)

        # between almost at rest and the speed of sound at the base
        low = math.log(self.n_hydrogen * 1e-4 * (heat * self.t_i) ** 0.5)
        high = math.log(self.n_hydrogen * 3.0 * (heat * (self.t_i + self.t_e)) ** 0.5)
        flux = math.exp(float(brentq(mismatch, low, high, xtol=1e-10)))
        r_c, v_c, rise = flow(flux)
        r = EARTH_RADIUS + altitude * 1e3
        below, above = branch(flux, bottom).sol, branch(flux, top * 1.0001).sol
        near = np.abs(r - r_c) < 1e-4 * r_c
        v = np.where(r < r_c, below(np.minimum(r, r_c))[0], above(np.maximum(r, r_c))[0])
        v = np.where(near, v_c + rise * (r - r_c), v)
        gradient = np.where(near, rise, slope(r, v, flux))
        n_h, n_o = hydrogen(r, v, flux), oxygen(r)
        volt = BOLTZMANN * self.t_e / ELEMENTARY_CHARGE
        e = volt * (n_o * ladder / r**2 + n_h * (gradient / v + 3 / r)) / (n_h + n_o)
        potential = volt * np.log((n_h + n_o) / (self.n_oxygen + self.n_hydrogen))
        mach = v / np.sqrt(sound_squared(r, v, flux))

        def described(unit: str, label: str) -> dict[str, str]:
            return {"units": unit, "long_name": label, "references": _BANKS_HOLZER}

        return xr.Dataset(
            {
                "v": ("altitude", v * 1e-3, described("km/s", "Speed of hydrogen ions along the field")),
                "n_hydrogen": ("altitude", n_h, described("cm^-3", "Density of hydrogen ions")),
                "n_oxygen": ("altitude", n_o, described("cm^-3", "Density of oxygen ions")),
                "mach": ("altitude", mach, described("1", "Speed over the speed of ion sound")),
                "e": ("altitude", e, described("V/m", "Upward electric field")),
                "potential": ("altitude", potential, described("V", "Electric potential above the base")),
                "flux": ((), flux * 1e2, described("cm^-2 s^-1", "Flux of hydrogen ions at the base")),
                "critical_altitude": (
                    (),
                    (r_c - EARTH_RADIUS) * 1e-3,
                    described("km", "Height where the flow passes the speed of sound"),
                ),
            },
            coords={"altitude": ("altitude", altitude, {"units": "km", "long_name": "Height"})},
        )


# Ions along convecting lines ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IonFlights:
    """Paths of ions that rise from the polar cap while convection carries their field lines to the tail.

    Parameters
    ----------
    field : Field, optional
        Magnetic field in one state; only its part in the noon-midnight plane counts. Without one a dipole with the
        field of Tsyganenko 1989 at `kp`, without tilt.
    kp : float, optional
        Index of geomagnetic activity of that field.
    convection_speed : float, optional
        Speed of antisunward convection at the foot of the lines, km/s.
    ambipolar : float, optional
        Potential drop above the launch, V, that falls off over `scale`.
    scale : float, optional
        Height over which it does, R_E.
    gravity : float, optional
        Share of the Earth's gravity, for experiments.
    sheet_edge : float, optional
        Half the thickness of the plasma sheet, R_E.
    sheet_start : float, optional
        x beyond which it lies, R_E.
    x_line : float, optional
        x of the distant X-line, R_E: ions that reach the sheet this side of it come back, beyond it they are lost.
    tail_end : float, optional
        x at which ions still in the lobes are lost, R_E.
    nose, wall : float, optional
        Largest x and largest distance from the equator inside the magnetopause, R_E. The field of Tsyganenko 1989
        means nothing near the middle of the planes z = +-30 R_E, where its currents close.
    longest : float, optional
        Time after which the paths end, h.
    pace : float, optional
        Length of a step as a share of the geocentric distance. With 0.1 the places where paths end are right to a few
        parts in 1e5, for one ion in a thousand to some parts in 1e3.

    Notes
    -----
    The guiding centre moves with v_par b + v_E, and

        dv_par/dt = g . b + (q/m) E_par - (mu/m) b . grad B + v_E . (v_par b + v_E) . grad b

    of which the last is the swing of the line (Cladis 1986; Northrop 1963). The electric field points from dawn to dusk
    and goes as B^(1/2) along and across the lines, which is exact where they spread alike in both directions: near the
    axis of a dipole the turning of the lines then gives :func:`centrifugal_acceleration`, and their curvature up to
    half of that again to ions past the pole, and takes it from those before it. In the tail, where lines spread more
    in width than in height, the field is too strong by up to the root of that ratio. The magnetic field is tabulated
    in the plane once, and interpolated with cubic polynomials. Only lines that convection takes over the pole are
    meant: launches on closed lines are carried tailward too.

    Examples
    --------
    >>> flights = IonFlights(convection_speed=0.3).solve("O+", colatitude=5.0, energy=[1.0, 30.0])
    >>> [FATES[code] for code in flights["fate"].values.tolist()]
    ['returned', 'plasma sheet']
    """

    field: Field | None = None
    kp: float = 2.0
    convection_speed: float = 0.3
    ambipolar: float = 1.8
    scale: float = 0.5
    gravity: float = 1.0
    sheet_edge: float = 2.0
    sheet_start: float = -6.0
    x_line: float = -100.0
    tail_end: float = -120.0
    nose: float = 10.5
    wall: float = 25.0
    longest: float = 12.0
    pace: float = 0.1

    def solve(
        self,
        species: str,
        colatitude: Any = 8.0,
        energy: Any = 1.0,
        transverse_energy: Any = 0.0,
        altitude: float = 1000.0,
    ) -> xr.Dataset:
        """Follow ions to their end.

        Parameters
        ----------
        species : {"H+", "He+", "O+"}
            Kind of ion.
        colatitude : float or array, deg
            Angle of the launch from the northern axis, positive by day; it broadcasts with the energies.
        energy : float or array, eV
            Energy of the upward motion along the field.
        transverse_energy : float or array, eV
            Energy of the gyration.
        altitude : float, optional
            Height of the launch, km.

        Returns
        -------
        Dataset
            For each `ion`: `fate`, a code of `FATES`; `lost`, whether it leaves for good; where (`x`, `z`) and after
            what `time` that is; its speed along the field `v_parallel` away from the Earth, its kinetic `energy` with
            convection, and the farthest it came, `highest`.

        Raises
        ------
        InputError
            If the launch does not broadcast, an energy is negative, a length or time is not above zero, or the field
            has several states.
        UnknownNameError
            If the species is unknown.
        """
        import xarray as xr

        from sunearth.numerics.threads import spread

        from . import _outflow_kernels as kernels

        if species not in MASSES:
            raise UnknownNameError("ion", species, MASSES)
        for name in ("scale", "nose", "wall", "longest", "pace"):
            if not getattr(self, name) > 0:
                raise InputError(f"IonFlights: {name} must be above zero, got {getattr(self, name)}")
        try:
            launch = np.broadcast_arrays(
                *(np.atleast_1d(np.asarray(a, float)) for a in (colatitude, energy, transverse_energy))
            )
        except ValueError as error:
            raise InputError("IonFlights: colatitude and energies do not broadcast") from error
        angle, along, across = (np.radians(launch[0].ravel()), launch[1].ravel(), launch[2].ravel())
        if np.any(along < 0) or np.any(across < 0):
            raise InputError("IonFlights: energies must not be negative")
        table, first, spacing = self._table()
        mass = MASSES[species] * ATOMIC_MASS
        r_0 = 1.0 + altitude * 1e3 / EARTH_RADIUS

        def speed_of(joule: Any) -> Any:
            return np.sqrt(2 * joule / mass) / EARTH_RADIUS

        ions = np.zeros((angle.size, 5))
        ions[:, kernels.X], ions[:, kernels.Z] = r_0 * np.sin(angle), r_0 * np.cos(angle)
        b = kernels.fields_in_plane(table, first, spacing, ions[:, :2])
        outward = np.sign((b * ions[:, :2]).sum(axis=1))
        size = np.hypot(b[:, 0], b[:, 1])
        ions[:, kernels.ALONG] = outward * speed_of(along * ELEMENTARY_CHARGE)
        ions[:, kernels.MOMENT] = speed_of(across * ELEMENTARY_CHARGE) ** 2 / size
        ions[:, kernels.CHARGE] = ELEMENTARY_CHARGE / mass / EARTH_RADIUS**2
        foot = kernels.fields_in_plane(table, first, spacing, np.array([[0.0, 1.0]]))[0]
        forces = np.zeros(kernels.FORCES)
        forces[kernels.SPEED] = self.convection_speed * 1e3 / EARTH_RADIUS
        forces[kernels.FOOT_FIELD] = math.hypot(*foot)
        forces[kernels.GRAVITY] = self.gravity * EARTH_GM / EARTH_RADIUS**3
        forces[kernels.POTENTIAL], forces[kernels.SCALE] = self.ambipolar, self.scale
        forces[kernels.LAUNCH], forces[kernels.FLOOR] = r_0, r_0 * (1 - 1e-9)
        forces[kernels.SHEET_EDGE], forces[kernels.SHEET_X] = self.sheet_edge, self.sheet_start
        forces[kernels.TAIL_X], forces[kernels.NOSE], forces[kernels.WALL] = self.tail_end, self.nose, self.wall
        forces[kernels.LONGEST], forces[kernels.PACE] = self.longest * 3600.0, self.pace
        results = np.empty((angle.size, kernels.RESULT))
        fates = np.empty(angle.size, np.int64)

        def follow(start: int, stop: int) -> None:
            kernels.follow_ions(table, first, spacing, forces, ions, results, fates, start, stop)

        spread(follow, angle.size)
        x, z, v, drift, gyration, time, highest = results.T
        lost = (fates == kernels.TAIL) | (fates == kernels.SHEATH) | ((fates == kernels.SHEET) & (x < self.x_line))
        joule = 0.5 * mass * EARTH_RADIUS**2 * (v**2 + drift**2 + gyration)

        def described(unit: str, label: str) -> dict[str, str]:
            return {"units": unit, "long_name": label, "references": _CLADIS}

        meaning = dict(enumerate(FATES))
        values = {
            "fate": (fates, described("1", f"What became of the ion: {meaning}")),
            "lost": (lost, described("1", "Whether the ion leaves for good")),
            "x": (x, described("R_E", "Place where the path ends, towards the Sun")),
            "z": (z, described("R_E", "Place where the path ends, northward")),
            "time": (time, described("s", "Time of flight")),
            "v_parallel": (outward * v * EARTH_RADIUS * 1e-3, described("km/s", "Speed along the field, outward")),
            "energy": (joule / ELEMENTARY_CHARGE, described("eV", "Kinetic energy with convection")),
            "highest": (highest, described("R_E", "Largest geocentric distance")),
        }
        return xr.Dataset(
            {name: ("ion", value, attrs) for name, (value, attrs) in values.items()},
            coords={
                "colatitude": ("ion", np.degrees(angle), {"units": "deg", "long_name": "Colatitude of the launch"}),
                "launch_energy": ("ion", along + across, {"units": "eV", "long_name": "Energy at launch"}),
            },
            attrs={"species": species},
        )

    def _table(self) -> tuple[Any, float, float]:
        """Field in the noon-midnight plane over the logarithm of distance and the angle from the Sun."""
        field = self.field
        if field is None:
            from sunearth.geomagnetism.field import magnetic_field

            field = magnetic_field(internal="dipole", external="t89", dipole_tilt=0.0, kp=self.kp)
        if field.shape != ():
            raise InputError(f"IonFlights: the field must be in one state, got states of shape {field.shape}")
        spacing, turn = 0.02, 360
        reach = max(-self.tail_end, -self.x_line, self.wall) * 1.2
        first = math.log(0.95)
        logs = first + spacing * np.arange(math.ceil((math.log(reach) - first) / spacing) + 3)
        angles = (np.arange(turn + 3) - 1) * (2 * np.pi / turn)
        r, a = np.meshgrid(np.exp(logs), angles, indexing="ij")
        # nothing is followed beyond the walls, where some models of the field are singular
        b = field(r * np.cos(a), 0.0, np.clip(r * np.sin(a), -1.1 * self.wall, 1.1 * self.wall))
        return np.ascontiguousarray(np.stack([b.b_x, b.b_z], axis=-1)), first, spacing
