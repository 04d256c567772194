"""The magnetotail: its current sheet, its lobes, how wide it is and the energy that enters through its surface."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import BOLTZMANN, EARTH_RADIUS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import (
    MA,
    PJ,
    R_E,
    GWb,
    K,
    deg,
    dimensionless,
    keV,
    km_s,
    mA_m,
    nA_m2,
    nPa,
    nT,
    per_cm3,
    rad,
)
from sunearth.heliosphere.wind import magnetic_pressure

_HARRIS = "Harris 1962, Il Nuovo Cimento 23, 115"
_GWB_PER_NT_R_E2 = 1e-9 * EARTH_RADIUS**2 * 1e-9
"""GWb in 1 nT R_E^2"""


def _field(pressure: Any) -> Any:
    """Field in nT whose pressure in nPa is given."""
    xp = namespace(pressure)
    return xp.sqrt(2.0 * VACUUM_PERMEABILITY * 1e-9 * pressure) * 1e9


# --- the current sheet -------------------------------------------------------------------------------------------


class HarrisSheet(NamedTuple):
    """Field, current and pressure in a plane current sheet."""

    b_x: nT
    j_y: nA_m2
    pressure: nPa


@model(
    cite=_HARRIS, valid={"z": (-20.0, 20.0), "b_lobe": (1.0, 100.0), "thickness": (0.05, 10.0), "p_lobe": (0.0, 1.0)}
)
def harris_sheet(z: R_E, b_lobe: nT, thickness: R_E, p_lobe: nPa = 0.0) -> HarrisSheet:
    """Field, current density and plasma pressure of a plane current sheet in balance.

    Parameters
    ----------
    z : float or array, R_E
        Height above the middle of the sheet, positive north.
    b_lobe : float or array, nT
        Field far from the sheet, sunward in the northern lobe.
    thickness : float or array, R_E
        Half-thickness, the scale of the hyperbolic tangent.
    p_lobe : float or array, nPa
        Plasma pressure far from the sheet.

    Returns
    -------
    b_x : float or array, nT
        Sunward field.
    j_y : float or array, nA/m^2
        Current density from dawn to dusk.
    pressure : float or array, nPa
        Plasma pressure; with that of the field it is the same at every height.

    Notes
    -----
    B = B_L tanh(z/d), j = B_L / (mu_0 d) sech^2(z/d), p = B_L^2 / (2 mu_0) sech^2(z/d) + p_lobe. Half-thicknesses are
    1 to 5 R_E in quiet times and about 0.1 R_E before a substorm breaks out.

    Examples
    --------
    >>> sheet = harris_sheet(0.0, 20.0, 1.0)
    >>> float(sheet.j_y.round(3)), float(sheet.pressure.round(4))
    (2.498, 0.1592)
    """
    xp = namespace(z, b_lobe, thickness, p_lobe)
    tanh = xp.tanh(z / thickness)
    # 1 - tanh^2 loses all digits far out, where the pressure still matters beside p_lobe = 0
    cosh = xp.cosh(xp.clip(z / thickness, -300.0, 300.0))
    sech_2 = 1.0 / cosh**2
    j_y = b_lobe * 1e-9 / (VACUUM_PERMEABILITY * thickness * EARTH_RADIUS) * sech_2 * 1e9
    return HarrisSheet(
        b_lobe * tanh + 0.0 * p_lobe, j_y + 0.0 * p_lobe, magnetic_pressure.spec.function(b_lobe) * sech_2 + p_lobe
    )


@model(
    cite=_HARRIS,
    valid={"b_lobe": (1.0, 100.0), "thickness": (0.05, 10.0), "temperature": (0.05, 50.0)},
    monotonic={"thickness": -1, "temperature": 1, "b_lobe": -1},
)
def harris_drift(b_lobe: nT, thickness: R_E, temperature: keV) -> km_s:
    """Speed at which ions drift against electrons in a current sheet that they carry.

    Parameters
    ----------
    b_lobe : float or array, nT
        Field far from the sheet.
    thickness : float or array, R_E
        Half-thickness of the sheet.
    temperature : float or array, keV
        Sum of the temperatures of ions and electrons.

    Returns
    -------
    drift : float or array, km/s
        Difference of the two drift speeds, the same at all heights.

    Notes
    -----
    In the kinetic equilibrium both species are drifting Maxwellians whose density goes as sech^2(z/d); pressure balance
    and Ampere's law give d = 2 k (T_i + T_e) / [e B_L (u_i - u_e)]. The drifts are in the ratio of the temperatures in
    the frame without electric field.

    Examples
    --------
    >>> float(harris_drift(20.0, 1.0, 4.8).round(1))
    75.3
    """
    return 2.0 * temperature * 1e3 / (b_lobe * 1e-9 * thickness * EARTH_RADIUS) * 1e-3


@model(cite="Ness 1965, J. Geophys. Res. 70, 2989", valid={"b_lobe": (1.0, 100.0)}, monotonic={"b_lobe": 1})
def sheet_current(b_lobe: nT) -> mA_m:
    """Current of the tail's sheet per unit of its length along the tail.

    Parameters
    ----------
    b_lobe : float or array, nT
        Field of the lobes, opposite above and below.

    Returns
    -------
    current : float or array, mA/m
        2 B / mu_0, whatever the profile of the sheet.

    Examples
    --------
    >>> float(sheet_current(20.0).round(2))
    31.83
    """
    return 2.0 * b_lobe * 1e-9 / VACUUM_PERMEABILITY * 1e3


@model(
    cite="Ness 1965, J. Geophys. Res. 70, 2989",
    valid={"b_lobe": (1.0, 100.0), "length": (1.0, 200.0)},
    monotonic={"b_lobe": 1, "length": 1},
)
def cross_tail_current(b_lobe: nT, length: R_E) -> MA:
    """Current that crosses the tail from dawn to dusk over a stretch of its length.

    Parameters
    ----------
    b_lobe : float or array, nT
        Field of the lobes, opposite above and below.
    length : float or array, R_E
        Length of the stretch along the tail.

    Returns
    -------
    current : float or array, MA
        It closes over both lobes along the magnetopause.

    Examples
    --------
    >>> float(cross_tail_current(20.0, 10.0).round(2))
    2.03
    """
    return 2.0 * b_lobe * 1e-9 / VACUUM_PERMEABILITY * length * EARTH_RADIUS * 1e-6


# --- the lobes ---------------------------------------------------------------------------------------------------

# Pressure on a blunt obstacle over the dynamic pressure, for a gas of adiabatic index 5/3 at high Mach number.
_KAPPA = 0.88


@model(
    cite="Petrinec and Russell 1996, J. Geophys. Res. 101, 137",
    valid={
        "b": (0.1, 50.0),
        "n_p": (0.1, 100.0),
        "t_p": (1e3, 2e6),
        "t_e": (1e4, 2e6),
        "p_dyn": (0.0, 60.0),
        "flare": (0.0, 0.6),
        "kappa": (0.5, 1.0),
    },
    monotonic={"b": 1, "n_p": 1, "t_p": 1, "t_e": 1, "p_dyn": 1, "flare": 1},
)
def lobe_field(
    b: nT, n_p: per_cm3, t_p: K, t_e: K = 1.4e5, p_dyn: nPa = 0.0, flare: rad = 0.0, kappa: dimensionless = _KAPPA
) -> nT:
    """Magnetic field of the tail lobes that balances the solar wind.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the interplanetary field.
    n_p : float or array, cm^-3
        Density of the solar wind.
    t_p : float or array, K
        Temperature of its protons.
    t_e : float or array, K
        Temperature of its electrons.
    p_dyn : float or array, nPa
        Its dynamic pressure; it acts only where the tail flares.
    flare : float or array, rad
        Angle between the tail's surface and the wind; zero far down the tail.
    kappa : float or array, 1
        Pressure on a surface across the wind over the dynamic pressure.

    Returns
    -------
    b_lobe : float or array, nT
        Field whose pressure equals kappa p_dyn sin^2(flare) + n k (T_p + T_e) + B^2 / (2 mu_0).

    Notes
    -----
    For a wind of 3 nT and 5 cm^-3 one textbook prints temperatures of 1e6 and 4e5 K and a lobe field of 6 nT: they give
    15.9 nT, and 6 nT belongs to a tenth of them. Near the Earth the flaring term rules: 2 nPa on a tail that opens at
    20 degrees hold 23 nT.

    Examples
    --------
    >>> float(lobe_field(3.0, 5.0, 4e4, 1e5).round(2)), float(lobe_field(3.0, 5.0, 4e4, 1e5, 2.0, 0.349).round(1))
    (5.77, 23.5)
    """
    xp = namespace(b, n_p, t_p, t_e, p_dyn, flare, kappa)
    thermal = n_p * 1e6 * BOLTZMANN * (t_p + t_e) * 1e9
    return _field(magnetic_pressure.spec.function(b) + thermal + kappa * p_dyn * xp.sin(flare) ** 2)


@model(
    cite="Coroniti and Kennel 1972, J. Geophys. Res. 77, 3361",
    valid={"b_lobe": (1.0, 100.0), "radius": (5.0, 60.0)},
    monotonic={"b_lobe": 1, "radius": 1},
)
def lobe_flux(b_lobe: nT, radius: R_E) -> GWb:
    """Magnetic flux of one lobe of the tail.

    Parameters
    ----------
    b_lobe : float or array, nT
        Field of the lobe, taken as uniform.
    radius : float or array, R_E
        Radius of the tail, half of whose circle is one lobe.

    Returns
    -------
    flux : float or array, GWb
        B pi R^2 / 2.

    Notes
    -----
    20 nT give 0.51 GWb in a tail of 20 R_E and 1.15 GWb in one of 30 R_E; 0.8 GWb, sometimes quoted for 30 R_E, belongs
    to 25 R_E.

    Examples
    --------
    >>> float(lobe_flux(20.0, 25.0).round(3))
    0.797
    """
    return 0.5 * np.pi * radius**2 * b_lobe * _GWB_PER_NT_R_E2


@model(
    cite="Coroniti and Kennel 1972, J. Geophys. Res. 77, 3361",
    valid={"open_flux": (0.05, 2.0), "b_lobe": (1.0, 100.0)},
    monotonic={"open_flux": 1, "b_lobe": -1},
)
def radius_of_flux(open_flux: GWb, b_lobe: nT) -> R_E:
    """Radius of the tail that holds an open flux at a given field of its lobes.

    Parameters
    ----------
    open_flux : float or array, GWb
        Open magnetic flux of one hemisphere: the flux of one lobe near the Earth.
    b_lobe : float or array, nT
        Field of the lobes.

    Returns
    -------
    radius : float or array, R_E
        The inverse of :func:`lobe_flux`.

    Examples
    --------
    >>> float(radius_of_flux(0.51, 20.0).round(1))
    20.0
    """
    xp = namespace(open_flux, b_lobe)
    return xp.sqrt(open_flux / (0.5 * np.pi * b_lobe * _GWB_PER_NT_R_E2))


@model(
    cite="Coroniti and Kennel 1972, J. Geophys. Res. 77, 3361",
    valid={"cap_radius": (2.0, 40.0), "b_lobe": (1.0, 100.0), "b_cap": (4e4, 7e4)},
    monotonic={"cap_radius": 1, "b_lobe": -1, "b_cap": 1},
)
def radius_of_cap(cap_radius: deg, b_lobe: nT, b_cap: nT = 6.0e4) -> R_E:
    """Radius of the tail whose lobes carry the flux of the polar caps.

    Parameters
    ----------
    cap_radius : float or array, deg
        Angular radius of the polar cap.
    b_lobe : float or array, nT
        Field of the lobes.
    b_cap : float or array, nT
        Vertical field in the polar cap.

    Returns
    -------
    radius : float or array, R_E
        sin(cap_radius) sqrt(2 b_cap / b_lobe).

    Notes
    -----
    One textbook prints 47 R_E for a cap of 15 degrees and 60 000 nT: that needs a lobe field of 3.6 nT, where its own
    6 nT gives 36.6 R_E and the 20 nT that are seen at 20 to 30 R_E give 20 R_E.

    Examples
    --------
    >>> float(radius_of_cap(15.0, 6.0).round(1)), float(radius_of_cap(15.0, 20.0).round(1))
    (36.6, 20.0)
    """
    xp = namespace(cap_radius, b_lobe, b_cap)
    return xp.sin(cap_radius * (np.pi / 180.0)) * xp.sqrt(2.0 * b_cap / b_lobe)


class TailShape(NamedTuple):
    """Radius of the tail and how it opens."""

    radius: R_E
    flare: rad


@model(
    cite="Petrinec and Russell 1996, J. Geophys. Res. 101, 137",
    valid={"x": (-60.0, 0.0), "p_dyn": (1.5, 8.0), "b_z": (-10.0, 10.0)},
    monotonic={"x": -1},
)
def petrinec_russell_1996_tail(x: R_E, p_dyn: nPa, b_z: nT) -> TailShape:
    """Radius and flaring angle of the tail, from the pressure balance seen in its lobes.

    Parameters
    ----------
    x : float or array, R_E
        Position along the Sun-Earth line, negative down the tail.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    b_z : float or array, nT
        North-south component of the interplanetary field, GSM.

    Returns
    -------
    radius : float or array, R_E
        Distance of the magnetopause from the tail's axis.
    flare : float or array, rad
        Angle between the magnetopause and the axis; NaN where low pressure with strong southward field leaves no
        solution.

    Notes
    -----
    The surface of :func:`sunearth.magnetosphere.magnetopause.petrinec_russell_1996`, cut across instead of along a ray:
    sin^2 a = 2.98 p_dyn^(-0.524) (0.152 - m b_z) exp(0.085 x), and R = 14.63 (p_dyn / 2.1)^(-1/6) plus the integral of
    tan a, with m = 0.00137 for northward and 0.00644 for southward field.

    Examples
    --------
    >>> tail = petrinec_russell_1996_tail(-20.0, 2.1, 0.0)
    >>> float(tail.radius.round(2)), float((tail.flare * 57.29578).round(1))
    (22.82, 13.7)
    """
    xp = namespace(x, p_dyn, b_z)
    north, south = xp.maximum(b_z, 0.0 * b_z), xp.minimum(b_z, 0.0 * b_z)
    rate = 0.085
    opening = xp.sqrt(2.98 * p_dyn**-0.524 * (0.152 - 0.00137 * north - 0.00644 * south))
    sine = opening * xp.exp(0.5 * rate * x)
    radius = 14.63 * (p_dyn / 2.1) ** (-1 / 6) + 2.0 / rate * (xp.asin(opening) - xp.asin(sine))
    return TailShape(radius, xp.asin(sine) + 0.0 * radius)


class FlaringTail(NamedTuple):
    """A tail in balance with the wind along its length."""

    radius: R_E
    flare: rad
    b_lobe: nT


_FLARING_STEPS = 64


@model(
    cite="Coroniti and Kennel 1972, J. Geophys. Res. 77, 3361",
    valid={
        "distance": (0.0, 200.0),
        "open_flux": (0.45, 0.7),
        "p_dyn": (2.0, 10.0),
        "p_static": (0.003, 0.03),
        "start_radius": (14.0, 18.0),
        "kappa": (0.8, 1.0),
    },
)
def coroniti_kennel_1972(
    distance: R_E,
    open_flux: GWb,
    p_dyn: nPa,
    p_static: nPa,
    start_radius: R_E = 15.0,
    kappa: dimensionless = _KAPPA,
) -> FlaringTail:
    """Radius, flaring angle and lobe field of a tail that keeps its flux and balances the wind along its length.

    Parameters
    ----------
    distance : float or array, R_E
        Distance down the tail from the section where its radius is given.
    open_flux : float or array, GWb
        Flux of one lobe, conserved along the tail.
    p_dyn : float or array, nPa
        Dynamic pressure of the solar wind.
    p_static : float or array, nPa
        Thermal and magnetic pressure of the solar wind together, above zero.
    start_radius : float or array, R_E
        Radius at the first section.
    kappa : float or array, 1
        Pressure on a surface across the wind over the dynamic pressure.

    Returns
    -------
    radius : float or array, R_E
        Radius of the tail, NaN where so much flux cannot pass the first section (the flaring angle would exceed a right
        angle) or where so little does that the tail would have to narrow.
    flare : float or array, rad
        Angle between the magnetopause and the axis.
    b_lobe : float or array, nT
        Field of the lobes.

    Notes
    -----
    dR/dx = tan a with B_L^2 / (2 mu_0) = kappa p_dyn sin^2 a + p_static and B_L = 2 F / (pi R^2). The tail reaches its
    last radius, where B_L^2 / (2 mu_0) = p_static, at a finite distance, and is a cylinder beyond. Integrated by
    Runge-Kutta steps of fourth order in w = (R_last - R)^(1/2), in which the end of the flaring is a regular point;
    64 steps leave less than 1e-5 R_E. Flux that leaves the tail through its surface is not in it.

    Examples
    --------
    >>> tail = coroniti_kennel_1972([0.0, 20.0, 100.0, 1000.0], 0.5, 2.0, 0.015)
    >>> tail.radius.round(2).tolist(), tail.b_lobe.round(1).tolist()
    ([15.0, 21.94, 31.95, 35.74], [34.9, 16.3, 7.7, 6.1])
    """
    xp = namespace(distance, open_flux, p_dyn, p_static, start_radius, kappa)
    field_at_1 = 2.0 * open_flux / (np.pi * _GWB_PER_NT_R_E2)
    last = (magnetic_pressure.spec.function(field_at_1) / p_static) ** 0.25
    c = p_static / (kappa * p_dyn)

    def rate(w: Any) -> Any:
        radius = last - w**2
        slope = c * (last + radius) * (last**2 + radius**2) / radius**4
        return -0.5 * xp.sqrt(slope / (1.0 - slope * w**2))

    w = xp.sqrt(last - start_radius) + 0.0 * distance
    step = distance / _FLARING_STEPS
    for _ in range(_FLARING_STEPS):
        k_1 = rate(w)
        k_2 = rate(w + 0.5 * step * k_1)
        k_3 = rate(w + 0.5 * step * k_2)
        k_4 = rate(w + step * k_3)
        # Past the end of the flaring w stays at zero.
        w = xp.maximum(w + step / 6.0 * (k_1 + 2.0 * k_2 + 2.0 * k_3 + k_4), 0.0 * w)
    radius = last - w**2
    sine = w * xp.sqrt(c * (last + radius) * (last**2 + radius**2) / radius**4)
    return FlaringTail(radius, xp.asin(sine), field_at_1 / radius**2)


@model(
    cite="Coroniti and Kennel 1972, J. Geophys. Res. 77, 3361",
    valid={"b_lobe": (1.0, 100.0), "radius": (5.0, 60.0), "length": (1.0, 200.0)},
    monotonic={"b_lobe": 1, "radius": 1, "length": 1},
)
def lobe_energy(b_lobe: nT, radius: R_E, length: R_E) -> PJ:
    """Magnetic energy of both lobes over a stretch of the tail.

    Parameters
    ----------
    b_lobe : float or array, nT
        Field of the lobes.
    radius : float or array, R_E
        Radius of the tail.
    length : float or array, R_E
        Length of the stretch.

    Returns
    -------
    energy : float or array, PJ
        B^2 / (2 mu_0) pi R^2 L, in 1e15 J.

    Examples
    --------
    >>> float(lobe_energy(20.0, 20.0, 30.0).round(2))
    1.55
    """
    return magnetic_pressure.spec.function(b_lobe) * 1e-9 * np.pi * radius**2 * length * EARTH_RADIUS**3 * 1e-15


@model(
    cite="Coroniti and Kennel 1972, J. Geophys. Res. 77, 3361",
    valid={"energy": (0.01, 20.0), "radius": (5.0, 60.0), "length": (1.0, 200.0)},
    monotonic={"energy": 1, "radius": -1, "length": -1},
)
def lobe_field_of_energy(energy: PJ, radius: R_E, length: R_E) -> nT:
    """Field of the lobes that holds a magnetic energy over a stretch of the tail.

    Parameters
    ----------
    energy : float or array, PJ
        Magnetic energy of both lobes.
    radius : float or array, R_E
        Radius of the tail.
    length : float or array, R_E
        Length of the stretch.

    Returns
    -------
    b_lobe : float or array, nT
        The inverse of :func:`lobe_energy`; NaN for negative energy.

    Examples
    --------
    >>> float(lobe_field_of_energy(1.55, 20.0, 30.0).round(1))
    20.0
    """
    return _field(energy * 1e15 / (np.pi * radius**2 * length * EARTH_RADIUS**3) * 1e9)


# --- energy through the surface ----------------------------------------------------------------------------------


class SurfaceBudget(NamedTuple):
    """Electromagnetic energy through a surface, summed over its patches."""

    power: float
    """W, Poynting flux against the normals: into the volume where they point out of it"""
    stress_power: float
    """W, the part that the tangential magnetic stress contributes, which a wind along the surface delivers"""
    drag: NDArray[np.float64]
    """N, force (3,) of the magnetic stress on the volume"""
    patches: NDArray[np.float64]
    """W, `power` patch by patch"""


def surface_power(b: Any, velocity: Any, normal: Any, area: Any) -> SurfaceBudget:
    """Sum the Poynting flux through the patches of a surface, such as the tail's magnetopause.

    Parameters
    ----------
    b : array (..., 3), nT
        Magnetic field on the patches.
    velocity : array (..., 3), km/s
        Velocity of the plasma there.
    normal : array (..., 3)
        Unit vectors out of the volume.
    area : array (...), R_E^2
        Area of each patch.

    Returns
    -------
    SurfaceBudget
        Sums over all patches; patches with NaN are left out.

    Raises
    ------
    InputError
        If the vectors do not have three components.

    Notes
    -----
    With E = -v x B the Poynting flux along the normal is [B^2 v_n - (v . B) B_n] / mu_0. For a wind along the surface
    the first term vanishes and the power is the work of the tangential stress, B_n B_t / mu_0 times the speed.

    Examples
    --------
    >>> import numpy as np
    >>> patch = surface_power([-6.0, 0.0, 0.5], [-400.0, 0.0, 0.0], [0.0, 0.0, 1.0], 2356.0)
    >>> print(f"{patch.power:.1e} W, drag {patch.drag[0]:.1e} N")
    9.1e+10 W, drag -2.3e+05 N
    """
    b, velocity, normal = (np.asarray(values, float) for values in (b, velocity, normal))
    if not b.shape[-1:] == velocity.shape[-1:] == normal.shape[-1:] == (3,):
        raise InputError("surface_power: b, velocity and normal need three components on their last axis")
    field, speed = b * 1e-9, velocity * 1e3
    surface = np.asarray(area, float) * EARTH_RADIUS**2
    b_n = (field * normal).sum(-1)
    v_n = (speed * normal).sum(-1)
    b_2 = (field**2).sum(-1)
    outward = (b_2 * v_n - (speed * field).sum(-1) * b_n) / VACUUM_PERMEABILITY
    tangential = speed - v_n[..., None] * normal
    stress = (field * tangential).sum(-1) * b_n / VACUUM_PERMEABILITY
    traction = (field * b_n[..., None] - 0.5 * b_2[..., None] * normal) / VACUUM_PERMEABILITY
    patches = -outward * surface
    force = np.nansum((traction * surface[..., None]).reshape(-1, 3), axis=0)
    return SurfaceBudget(float(np.nansum(patches)), float(np.nansum(stress * surface)), force, patches)
