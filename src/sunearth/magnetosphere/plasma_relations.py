"""Relations of a magnetised fluid on grids: forces, currents, the flow of energy, and the terms of Ohm's law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.arrays import namespace
from sunearth.core.constants import (
    EARTH_RADIUS,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SPEED_OF_LIGHT,
    VACUUM_PERMEABILITY,
)
from sunearth.core.errors import InputError
from sunearth.core.model import model
from sunearth.core.units import R_E, Array, W, dimensionless, km_s, kV, nA_m2, nPa, nT, parse_unit, per_cm3

from ._plasma_grid import AXES, GridFields, cross, dot

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

N = Annotated[Array, parse_unit("N")]
N_m3 = Annotated[Array, parse_unit("N m^-3")]

_TEXTBOOK = "Kivelson and Russell 1995, Introduction to Space Physics"
_VASYLIUNAS = "Vasyliunas 1970, in Particles and Fields in the Magnetosphere, ed. McCormac, Reidel, 60"
_OHM = "Vasyliunas 1975, Rev. Geophys. 13, 303"


class TailInput(NamedTuple):
    """Power and force that the solar wind gives the tail through its surface."""

    power: W
    force: N


# Closed relations -----------------------------------------------------------------------------------------------------


@model(
    cite=_TEXTBOOK,
    valid={"b": (0.1, 1e6), "n": (1e-6, 1e8), "ion_mass": (1.0, 32.0)},
    even=("b",),
    monotonic={"b": 1, "n": -1, "ion_mass": -1},
)
def relativistic_alfven_speed(b: nT, n: per_cm3, ion_mass: dimensionless = 1.0) -> km_s:
    """Alfven speed of thin plasma, which stays below that of light.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the field.
    n : float or array, cm^-3
        Ion density.
    ion_mass : float or array, 1
        Mean mass of the ions in proton masses.

    Returns
    -------
    v_a : float or array, km/s
        The speed v / sqrt(1 + v^2 / c^2) with v = B / sqrt(mu_0 rho): that of light in a vacuum.

    Notes
    -----
    rho is a mass density; a text that calls it a density of particles in kg/m^3 means the same. The displacement
    current makes the difference: 0.07 % at the top of the ionosphere (50 000 nT, 1e4 protons per cm^3), and 19 % over
    the polar cap where the field is 10 000 nT and 1 proton per cm^3 is left.

    Examples
    --------
    >>> relativistic_alfven_speed([5.0, 20.0, 5e4], [5.0, 0.5, 1e4]).round(1).tolist()
    [48.8, 616.9, 10898.8]
    """
    xp = namespace(b, n, ion_mass)
    v = xp.abs(b) * 1e-9 / xp.sqrt(VACUUM_PERMEABILITY * n * 1e6 * ion_mass * PROTON_MASS)
    return v / xp.sqrt(1 + (v / SPEED_OF_LIGHT) ** 2) * 1e-3


@model(
    cite=_TEXTBOOK,
    valid={"b": (0.1, 1e6), "curvature_radius": (0.01, 100.0)},
    even=("b",),
    monotonic={"curvature_radius": -1},
)
def magnetic_tension(b: nT, curvature_radius: R_E) -> N_m3:
    """Force density of the tension of bent field lines.

    Parameters
    ----------
    b : float or array, nT
        Magnitude of the field.
    curvature_radius : float or array, R_E
        Radius of curvature of the field line.

    Returns
    -------
    force : float or array, N m^-3
        B^2 / (mu_0 R), towards the centre of curvature.

    Examples
    --------
    >>> print(f"{magnetic_tension(20.0, 1.0):.2e}")
    5.00e-17
    """
    return (b * 1e-9) ** 2 / (VACUUM_PERMEABILITY * curvature_radius * EARTH_RADIUS)


@model(
    cite=_TEXTBOOK,
    valid={"p_difference": (0.0, 1e3), "length": (0.01, 100.0), "b": (0.1, 1e5)},
    monotonic={"p_difference": 1, "length": -1, "b": -1},
)
def diamagnetic_current(p_difference: nPa, length: R_E, b: nT) -> nA_m2:
    """Current density that holds a pressure gradient across a field.

    Parameters
    ----------
    p_difference : float or array, nPa
        Difference of pressure.
    length : float or array, R_E
        Distance over which it falls, across the field.
    b : float or array, nT
        Field.

    Returns
    -------
    current : float or array, nA m^-2
        The part of the current across the field that grad p asks for, grad p / B.

    Examples
    --------
    >>> print(f"{diamagnetic_current(30.0, 1.0, 250.0):.1f}")
    18.8
    """
    return p_difference / (length * EARTH_RADIUS * b) * 1e9


@model(
    cite=_TEXTBOOK,
    valid={
        "speed": (0.0, 2500.0),
        "b_t": (0.0, 100.0),
        "b_n": (0.0, 50.0),
        "radius": (1.0, 50.0),
        "length": (0.0, 500.0),
    },
    monotonic={"speed": 1, "b_t": 1, "b_n": 1, "radius": 1, "length": 1},
)
def tail_poynting_input(speed: km_s, b_t: nT, b_n: nT, radius: R_E = 15.0, length: R_E = 50.0) -> TailInput:
    """Power and force that the wind gives the tail through half of its surface.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the wind along the surface.
    b_t : float or array, nT
        Component of the field along the surface.
    b_n : float or array, nT
        Component through the surface.
    radius : float or array, R_E
        Radius of the tail.
    length : float or array, R_E
        Length of the surface that is open.

    Returns
    -------
    power : float or array, W
        Poynting flux through half a cylinder, v B_t B_n / mu_0 times pi radius length.
    force : float or array, N
        Tangential force, the Maxwell stress times the same surface: power over speed.

    Notes
    -----
    Field lines that are frozen in the wind: E x H through the surface is the work of the Maxwell stress. Of the order
    of 1e11 W for B_t B_n = 3 nT^2.

    Examples
    --------
    >>> print(f"{tail_poynting_input(400.0, 6.0, 0.5).power:.2e}")
    9.13e+10
    """
    xp = namespace(speed, b_t, b_n, radius, length)
    force = b_t * b_n * 1e-18 / VACUUM_PERMEABILITY * xp.pi * radius * length * EARTH_RADIUS**2
    return TailInput(force * speed * 1e3, force + 0 * speed)


@model(
    cite=_TEXTBOOK,
    valid={"speed": (0.0, 2500.0), "b": (0.0, 100.0), "width": (0.0, 100.0)},
    monotonic={"speed": 1, "b": 1, "width": 1},
)
def tail_potential(speed: km_s, b: nT, width: R_E = 30.0) -> kV:
    """Potential of the solar wind's electric field over a width.

    Parameters
    ----------
    speed : float or array, km/s
        Speed of the wind.
    b : float or array, nT
        Component of the field across flow and width: the southward field of the wind, or the normal component of the
        field that enters the tail.
    width : float or array, R_E
        The width: 30 R_E for the tail from dawn to dusk.

    Returns
    -------
    potential : float or array, kV
        Speed times field times width.

    Notes
    -----
    With the whole field of the wind an upper bound: 5 nT and 400 km/s over 30 R_E make 382 kV, whereas 30 to 250 kV
    are seen over the polar caps, since only some 15 % of the width reconnects. The 60 kV that go with a field of
    0.3 mV/m over the tail belong to a normal component of 0.75 nT.

    Examples
    --------
    >>> round(float(tail_potential(400.0, 5.0)))
    382
    """
    return speed * b * width * EARTH_RADIUS * 1e-9


# Derivatives on grids -------------------------------------------------------------------------------------------------


def derivative(values: Any, coordinate: Any, axis: int = -1, order: int = 4) -> Any:
    """Derivative along one axis of a grid, which need not be uniform.

    Parameters
    ----------
    values : array
        Function on the grid.
    coordinate : array
        Coordinate along `axis`, increasing or decreasing.
    axis : int
        The axis.
    order : {2, 4}
        Order of accuracy, also on the boundary: stencils of three or five points, one-sided near the ends.

    Returns
    -------
    array
        Of the shape of `values`; zero along an axis of one point.

    Raises
    ------
    InputError
        For another order or axis, or a coordinate that does not fit or repeats.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 1.5, 3.0, 5.0])
    >>> derivative(x**4, x).round(9).tolist()
    [0.0, 4.0, 13.5, 108.0, 500.0]
    """
    if order not in (2, 4):
        raise InputError(f"derivative: order {order} must be 2 or 4")
    field, points = np.asarray(values, dtype=float), np.asarray(coordinate, dtype=float)
    if field.ndim == 0 or not -field.ndim <= axis < field.ndim:
        raise InputError(f"derivative: values of shape {field.shape} have no axis {axis}")
    if points.ndim != 1 or field.shape[axis] != len(points):
        raise InputError(f"derivative: a coordinate of shape {points.shape} does not fit axis {axis} of {field.shape}")
    count = len(points)
    if count < 2:
        return np.zeros_like(field)
    steps = np.diff(points)
    if not (np.all(steps > 0) or np.all(steps < 0)):
        raise InputError("derivative: the coordinate must increase or decrease steadily")
    width = min(order + 1, count)
    start = np.clip(np.arange(count) - width // 2, 0, count - width)
    weights = _derivative_weights(points, start, width)
    moved = np.moveaxis(field, axis, -1)
    result = sum(weights[:, j] * moved[..., start + j] for j in range(width))
    return np.moveaxis(np.asarray(result), -1, axis)


def _derivative_weights(points: Floats, start: NDArray[np.int64], width: int) -> Floats:
    """Derivative at each point of Lagrange's polynomial through the `width` points from `start` on."""
    stencil = points[start[:, None] + np.arange(width)]
    offset = points[:, None] - stencil
    weights = np.zeros_like(stencil)
    for j in range(width):
        others = [m for m in range(width) if m != j]
        scale = np.prod([stencil[:, j] - stencil[:, m] for m in others], axis=0)
        for m in others:
            rest = [offset[:, k] for k in others if k != m]
            weights[:, j] += np.prod(rest, axis=0) if rest else 1.0
        weights[:, j] /= scale
    return weights


def gradient(values: Any, coordinates: Sequence[Any], order: int = 4) -> Any:
    """Gradient of a scalar on a rectangular grid.

    Parameters
    ----------
    values : array, shape (..., nx, ny, nz)
        The scalar.
    coordinates : three arrays
        Coordinates of the last three axes; an axis of one point has no derivative.
    order : {2, 4}
        Order of accuracy.

    Returns
    -------
    array, shape (3, ..., nx, ny, nz)
        Components first.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 5)
    >>> grid = np.meshgrid(x, x, x, indexing="ij")
    >>> (gradient(grid[0] * grid[1], (x, x, x))[:, 2, 4, 0].round(9) + 0.0).tolist()
    [1.0, 0.5, 0.0]
    """
    return np.stack([derivative(values, coordinates[i], i - 3, order) for i in range(3)])


def divergence(vector: Any, coordinates: Sequence[Any], order: int = 4) -> Any:
    """Divergence of a vector on a rectangular grid.

    Parameters
    ----------
    vector : array, shape (3, ..., nx, ny, nz)
        Components first.
    coordinates : three arrays
        Coordinates of the last three axes.
    order : {2, 4}
        Order of accuracy.

    Returns
    -------
    array, shape (..., nx, ny, nz)
        The divergence.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 5)
    >>> grid = np.stack(np.meshgrid(x, x, x, indexing="ij"))
    >>> float(divergence(grid, (x, x, x))[0, 0, 0].round(9))
    3.0
    """
    return sum(derivative(vector[i], coordinates[i], i - 3, order) for i in range(3))


def curl(vector: Any, coordinates: Sequence[Any], order: int = 4) -> Any:
    """Curl of a vector on a rectangular grid.

    Parameters
    ----------
    vector : array, shape (3, ..., nx, ny, nz)
        Components first.
    coordinates : three arrays
        Coordinates of the last three axes.
    order : {2, 4}
        Order of accuracy.

    Returns
    -------
    array, shape (3, ..., nx, ny, nz)
        The curl.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 5)
    >>> grid = np.stack(np.meshgrid(x, x, x, indexing="ij"))
    >>> spin = np.stack([-grid[1], grid[0], 0 * grid[2]])
    >>> (curl(spin, (x, x, x))[:, 1, 2, 3].round(9) + 0.0).tolist()
    [0.0, 0.0, 2.0]
    """

    def slope(component: int, axis: int) -> Any:
        return derivative(vector[component], coordinates[axis], axis - 3, order)

    return np.stack([slope(2, 1) - slope(1, 2), slope(0, 2) - slope(2, 0), slope(1, 0) - slope(0, 1)])


def _along(carrier: Any, vector: Any, coordinates: Sequence[Any], order: int) -> Any:
    """The change of a vector along another: (carrier . grad) vector."""
    return np.stack(
        [sum(carrier[i] * derivative(part, coordinates[i], i - 3, order) for i in range(3)) for part in vector]
    )


# Forces and currents --------------------------------------------------------------------------------------------------


def mhd_force_terms(plasma: xr.Dataset, order: int = 4) -> xr.Dataset:
    """Force densities of a magnetised fluid on a grid.

    Parameters
    ----------
    plasma : xarray.Dataset
        Over x, y, z (R_E; one or two of them may be missing): b_x, b_y, b_z (nT) and, where there is one, the pressure
        p (nPa). Units stated in the attributes are converted; a variable without one of the dimensions is uniform along
        it.
    order : {2, 4}
        Order of accuracy of the derivatives.

    Returns
    -------
    xarray.Dataset
        With _x, _y and _z: `pressure_gradient` (-grad p), `magnetic_pressure` (-grad B^2 / 2 mu_0), `tension`
        (B . grad B / mu_0), `lorentz` (j x B), `net` (pressure gradient and j x B), all N m^-3, and `current`
        (nA m^-2); also `div_b` (nT/R_E), which says how well the grid resolves the field.

    Notes
    -----
    rho dv/dt = -grad p + j x B, and j x B is the sum of magnetic pressure and tension. A dipole has no current: its
    tension balances its pressure to the order of the grid.

    Examples
    --------
    >>> import xarray as xr
    >>> z = np.linspace(-5.0, 5.0, 201)
    >>> zero = ("z", 0.0 * z)
    >>> pressure = (20e-9) ** 2 / (2 * VACUUM_PERMEABILITY) * 1e9 / np.cosh(z) ** 2
    >>> sheet = xr.Dataset({"b_x": ("z", 20.0 * np.tanh(z)), "b_y": zero, "b_z": zero, "p": ("z", pressure)}, {"z": z})
    >>> forces = mhd_force_terms(sheet)
    >>> print(f"{float(forces.lorentz_z[80]):.1e} {float(abs(forces.net_z).max() / abs(forces.lorentz_z).max()):.0e}")
    1.6e-17 1e-05
    """
    fields = GridFields(plasma, "mhd_force_terms")
    grid, b = fields.coordinates, fields.magnetic()
    current = curl(b, grid, order) / VACUUM_PERMEABILITY
    lorentz = cross(current, b)
    squeeze = -gradient(dot(b, b) / (2 * VACUUM_PERMEABILITY), grid, order)
    tension = _along(b, b, grid, order) / VACUUM_PERMEABILITY
    push = -gradient(fields.scalar("p", "nPa", "Pa"), grid, order) if "p" in plasma else np.zeros_like(b)
    return fields.dataset(
        {
            "pressure_gradient": (push, "N m^-3", "Force density of the pressure gradient"),
            "magnetic_pressure": (squeeze, "N m^-3", "Force density of the magnetic pressure"),
            "tension": (tension, "N m^-3", "Force density of the magnetic tension"),
            "lorentz": (lorentz, "N m^-3", "Force density of the current across the field"),
            "net": (push + lorentz, "N m^-3", "Force density in all"),
            "current": (current * 1e9, "nA m^-2", "Current density"),
        },
        {"div_b": (divergence(b, grid, order) * 1e9 * EARTH_RADIUS, "nT/R_E", "Divergence of the field")},
        _TEXTBOOK,
    )


def perpendicular_current(plasma: xr.Dataset, ion_mass: float = 1.0, order: int = 4) -> xr.Dataset:
    """Current across the field that pressure and acceleration ask for.

    Parameters
    ----------
    plasma : xarray.Dataset
        Over x, y, z (R_E): b_x, b_y, b_z (nT) and p (nPa); for the current of inertia the density n (cm^-3) with the
        acceleration a_x, a_y, a_z (m/s^2), or with the velocity v_x, v_y, v_z (km/s) of a steady flow.
    ion_mass : float
        Mean mass of the ions in proton masses.
    order : {2, 4}
        Order of accuracy.

    Returns
    -------
    xarray.Dataset
        With _x, _y and _z: `diamagnetic` (B x grad p / B^2), `inertial` (B x rho dv/dt / B^2) and `perpendicular`,
        their sum, nA m^-2; and `parallel_source`, what must leave along the field because the current across it
        converges, nA m^-2 R_E^-1.

    Notes
    -----
    The inverse of rho dv/dt = -grad p + j x B. In northward field, sunward flow that speeds up adds a current from dawn
    to dusk, a load; flow that is braked adds one from dusk to dawn, a generator. In a steady flow dv/dt is v . grad v.

    Examples
    --------
    >>> import xarray as xr
    >>> x = np.linspace(6.0, 8.0, 9)
    >>> flat = ("x", 0.0 * x)
    >>> disc = xr.Dataset({"b_x": flat, "b_y": flat, "b_z": ("x", 250.0 + 0 * x), "p": ("x", 30.0 * (8 - x))}, {"x": x})
    >>> float(perpendicular_current(disc).diamagnetic_y[4].round(1))
    -18.8
    """
    fields = GridFields(plasma, "perpendicular_current")
    grid, b = fields.coordinates, fields.magnetic()
    strength = dot(b, b)
    strength = np.where(strength > 0, strength, np.nan)
    diamagnetic = cross(b, gradient(fields.scalar("p", "nPa", "Pa"), grid, order)) / strength
    if fields.has(f"a_{axis}" for axis in AXES):
        acceleration = fields.vector("a", "m/s^2", "m/s^2")
    elif fields.has(f"v_{axis}" for axis in AXES):
        velocity = fields.velocity()
        acceleration = _along(velocity, velocity, grid, order)
    else:
        acceleration = None
    if acceleration is None:
        inertial = np.zeros_like(diamagnetic)
    else:
        inertial = fields.density() * ion_mass * PROTON_MASS * cross(b, acceleration) / strength
    across = diamagnetic + inertial
    source = -divergence(across, grid, order)
    return fields.dataset(
        {
            "diamagnetic": (diamagnetic * 1e9, "nA m^-2", "Current density of the pressure gradient"),
            "inertial": (inertial * 1e9, "nA m^-2", "Current density of the acceleration"),
            "perpendicular": (across * 1e9, "nA m^-2", "Current density across the field"),
        },
        {"parallel_source": (source * 1e9 * EARTH_RADIUS, "nA m^-2 R_E^-1", "Convergence of the current density")},
        _TEXTBOOK,
    )


def vasyliunas_1970(equator: xr.Dataset, b_ionosphere: float = 5e4, order: int = 4) -> xr.DataArray:
    """Field-aligned current at the ionosphere that the pressure in the equatorial plane feeds.

    Parameters
    ----------
    equator : xarray.Dataset
        Over x and y (R_E) in the plane z = 0: `volume` of the tube of unit flux between its ends (m^3/Wb), pressure p
        (nPa), northward field b_z (nT); NaN where b_z is not positive.
    b_ionosphere : float
        Field in the ionosphere, nT.
    order : {2, 4}
        Order of accuracy.

    Returns
    -------
    xarray.DataArray
        Current density into each of the two ionospheres, uA m^-2.

    Notes
    -----
    j / B = b . (grad V x grad p) / (2 B), all on the right taken at one place along the line, here the equator; the
    pressure is the same along a line, and the current divides evenly between the hemispheres. Pressure that rises
    towards midnight gives current into the ionosphere at dusk and out of it at dawn: region 2.

    Examples
    --------
    >>> import xarray as xr
    >>> x, y = np.linspace(-6.0, -2.0, 21), np.linspace(2.0, 6.0, 21)
    >>> r = np.hypot(x[:, None], y)
    >>> night = 1.0 - x[:, None] / r
    >>> tubes = {"volume": 2e8 * r**4, "p": 10.0 * night, "b_z": 3e4 / r**3}
    >>> plane = xr.Dataset({name: (("x", "y"), values) for name, values in tubes.items()}, {"x": x, "y": y})
    >>> bool(vasyliunas_1970(plane).min() > 0)
    True
    """
    fields = GridFields(equator, "vasyliunas_1970")
    if "z" not in fields.missing:
        raise InputError("vasyliunas_1970: the dataset must be over x and y, without z")
    grid = fields.coordinates
    of_volume = gradient(fields.scalar("volume", "m^3/Wb", "m^3/Wb"), grid, order)
    of_pressure = gradient(fields.scalar("p", "nPa", "Pa"), grid, order)
    per_flux = cross(of_volume, of_pressure)[2] / (2 * fields.positive("b_z", "nT", "T"))
    current = per_flux * b_ionosphere * 1e-9 * 1e6
    text = "Field-aligned current density into the ionosphere"
    return fields.dataset({}, {"current": (current, "uA m^-2", text)}, _VASYLIUNAS)["current"]


# Energy ---------------------------------------------------------------------------------------------------------------


def poynting_budget(plasma: xr.Dataset, resistivity: float = 0.0, order: int = 4) -> xr.Dataset:
    """Budget of magnetic energy in the box that a grid spans.

    Parameters
    ----------
    plasma : xarray.Dataset
        Over x, y, z (R_E): b_x, b_y, b_z (nT); e_x, e_y, e_z (mV/m), or else v_x, v_y, v_z (km/s), from which
        E = eta j - v x B; optionally the measured change of the field db_dt_x, db_dt_y, db_dt_z (nT/s), else -curl E.
    resistivity : float
        Resistivity eta, ohm m.
    order : {2, 4}
        Order of accuracy of derivatives and integrals.

    Returns
    -------
    xarray.Dataset
        `magnetic_energy` (J); in W: its rate of change `energy_rate`, `poynting_inflow` through the six faces (`face`)
        and in all (`inflow`), `joule` heat, `mechanical` work of j x B on the flow, both out of the field, and
        `residual` = energy_rate - inflow + joule + mechanical, which vanishes at the order of the grid.

    Raises
    ------
    InputError
        If a dimension or a variable is missing.

    Notes
    -----
    Poynting's theorem without the displacement current. Electric fields that are not those of a resistive fluid do
    their work j . E beyond eta j^2 in `mechanical`.

    Examples
    --------
    >>> import xarray as xr
    >>> x = np.linspace(-1.0, 1.0, 9)
    >>> ones = np.ones((9, 9, 9))
    >>> parts = {"b_x": 0 * ones, "b_y": 0 * ones, "b_z": 20 * ones + x[:, None, None], "v_x": 100 * ones}
    >>> parts |= {"v_y": 0 * ones, "v_z": 0 * ones}
    >>> box = xr.Dataset({name: (("x", "y", "z"), field) for name, field in parts.items()}, {"x": x, "y": x, "z": x})
    >>> budget = poynting_budget(box)
    >>> print(f"{float(budget.energy_rate):.2e} {bool(abs(budget.residual / budget.energy_rate) < 1e-12)}")
    -5.17e+08 True
    """
    import xarray as xr

    fields = GridFields(plasma, "poynting_budget")
    weights, grid, b = fields.weights(order), fields.coordinates, fields.magnetic()
    current = curl(b, grid, order) / VACUUM_PERMEABILITY
    e = fields.electric(current, resistivity)
    if fields.has(f"db_dt_{axis}" for axis in AXES):
        change = fields.vector("db_dt", "nT/s", "T/s")
    else:
        change = -curl(e, grid, order)
    flux = cross(e, b) / VACUUM_PERMEABILITY

    through, faces = [], []
    for i, axis in enumerate(AXES):
        across = [weights[k] for k in range(3) if k != i]
        sense = 1.0 if grid[i][-1] > grid[i][0] else -1.0
        for end, outward in ((0, -sense), (-1, sense)):
            face = np.take(flux[i], end, axis=i - 3)
            through.append(-outward * np.einsum("...ab,a,b->...", face, *across))
            faces.append(("+" if outward > 0 else "-") + axis)
    inflow = np.stack(through, axis=-1)
    heat = resistivity * dot(current, current)
    parts = {
        "magnetic_energy": (dot(b, b) / (2 * VACUUM_PERMEABILITY), "J", "Magnetic energy in the box"),
        "energy_rate": (dot(b, change) / VACUUM_PERMEABILITY, "W", "Rate of change of the magnetic energy"),
        "joule": (heat, "W", "Power into Joule heat"),
        "mechanical": (dot(current, e) - heat, "W", "Power into work on the plasma"),
    }
    budget = xr.Dataset(
        {
            name: (fields.others, fields.integral(values, weights), {"units": unit, "long_name": text})
            for name, (values, unit, text) in parts.items()
        },
        coords={name: plasma.coords[name] for name in fields.others if name in plasma.coords} | {"face": faces},
    )
    text = "Electromagnetic power into the box"
    budget["poynting_inflow"] = (
        (*fields.others, "face"),
        inflow,
        {"units": "W", "long_name": f"{text} through a face"},
    )
    budget["inflow"] = (fields.others, inflow.sum(axis=-1), {"units": "W", "long_name": text})
    residual = budget["energy_rate"] - budget["inflow"] + budget["joule"] + budget["mechanical"]
    budget["residual"] = residual.assign_attrs(units="W", long_name="Power that the discrete budget misses")
    for variable in budget.data_vars.values():
        variable.attrs["references"] = _TEXTBOOK
    return budget


def generator_load(plasma: xr.Dataset, resistivity: float = 0.0, order: int = 4) -> xr.Dataset:
    """Where the plasma gives power to the field and where it takes power from it.

    Parameters
    ----------
    plasma : xarray.Dataset
        Over x, y, z (R_E): b_x, b_y, b_z (nT), and e_x, e_y, e_z (mV/m) or v_x, v_y, v_z (km/s).
    resistivity : float
        Resistivity, ohm m, for the electric field where the dataset has none.
    order : {2, 4}
        Order of accuracy.

    Returns
    -------
    xarray.Dataset
        `power_density` j . E (W m^-3), negative in a generator; on a grid over x, y and z also `generator_power`,
        `load_power` (both positive) and `net_power`, load less generator (W).

    Notes
    -----
    For southward field of the wind the mantle of the tail is a generator and its current sheet a load.

    Examples
    --------
    >>> import xarray as xr
    >>> z = np.linspace(-3.0, 3.0, 61)
    >>> flat = 0.0 * z
    >>> parts = {"b_x": 20 * np.tanh(z), "b_y": flat, "b_z": flat, "e_x": flat, "e_y": flat + 0.2, "e_z": flat}
    >>> sheet = xr.Dataset({name: ("z", values) for name, values in parts.items()}, {"z": z})
    >>> print(f"{float(generator_load(sheet).power_density[30]):.1e}")
    5.0e-13
    """
    fields = GridFields(plasma, "generator_load")
    current = curl(fields.magnetic(), fields.coordinates, order) / VACUUM_PERMEABILITY
    power = dot(current, fields.electric(current, resistivity))
    result = fields.dataset({}, {"power_density": (power, "W m^-3", "Power density into the plasma")}, _TEXTBOOK)
    if not fields.missing:
        # The split by sign has a kink, for which the trapezoidal rule is as good as any.
        weights = fields.weights(2)
        for name, values, text in (
            ("generator_power", np.maximum(-power, 0), "Power from the plasma into the field"),
            ("load_power", np.maximum(power, 0), "Power from the field into the plasma"),
            ("net_power", power, "Power of loads less generators"),
        ):
            attributes = {"units": "W", "long_name": text, "references": _TEXTBOOK}
            result[name] = (fields.others, fields.integral(values, weights), attributes)
    return result


# Ohm's law ------------------------------------------------------------------------------------------------------------

_TENSOR: Final = {"xx": (0, 0), "yy": (1, 1), "zz": (2, 2), "xy": (0, 1), "xz": (0, 2), "yz": (1, 2)}


def ohms_law_terms(plasma: xr.Dataset, resistivity: float = 0.0, order: int = 4) -> xr.Dataset:
    """Terms of the generalised Ohm's law on a grid.

    Parameters
    ----------
    plasma : xarray.Dataset
        Over x, y, z (R_E): b_x, b_y, b_z (nT), v_x, v_y, v_z (km/s) of the ions, n (cm^-3). Where it has them also:
        e_x, e_y, e_z (mV/m); the electron pressure p_e or its tensor p_e_xx, p_e_yy, p_e_zz, p_e_xy, p_e_xz, p_e_yz
        (nPa); the change of the current dj_dt_x, dj_dt_y, dj_dt_z (nA m^-2 s^-1).
    resistivity : float
        Resistivity, ohm m.
    order : {2, 4}
        Order of accuracy.

    Returns
    -------
    xarray.Dataset
        In mV/m, with _x, _y and _z: `convective` (-v x B), `resistive` (eta j), `hall` (j x B / n e),
        `electron_pressure` (-div P_e / n e), `electron_inertia` and `electric`, the sum of them all. With a measured
        electric field also `frozen_in` (E + v x B) and `residual`, the measured less the sum.

    Raises
    ------
    InputError
        If a variable is missing.

    Notes
    -----
    E + v x B = eta j + j x B / ne - div P_e / ne + m_e / ne^2 [dj/dt + div(v j + j v - j j / ne)]. The divergence in
    the inertia, which is often left out, is of the same order as dj/dt.

    Examples
    --------
    >>> import xarray as xr
    >>> z = np.linspace(-300.0, 300.0, 121)
    >>> flat = 0.0 * z
    >>> parts = {"b_x": 20 * np.tanh(z / 100), "b_y": flat, "b_z": flat, "v_x": flat, "v_y": flat, "v_z": flat}
    >>> sheet = xr.Dataset({name: ("z", values) for name, values in parts.items()})
    >>> sheet = sheet.assign(n=("z", flat + 1.0)).assign_coords(z=("z", z, {"units": "km"}))
    >>> terms = ohms_law_terms(sheet)
    >>> float(terms.hall_z[80].round(2)), float(terms.electron_inertia_z[80].round(2))
    (-6.35, 0.0)
    """
    fields = GridFields(plasma, "ohms_law_terms")
    grid, b, v, n = fields.coordinates, fields.magnetic(), fields.velocity(), fields.density()
    charge = n * ELEMENTARY_CHARGE
    current = curl(b, grid, order) / VACUUM_PERMEABILITY

    def pressure(i: int, j: int) -> Floats:
        name = next(key for key, pair in _TENSOR.items() if pair in ((i, j), (j, i)))
        return fields.scalar(f"p_e_{name}", "nPa", "Pa")

    if fields.has(f"p_e_{name}" for name in _TENSOR):
        push = np.stack([sum(derivative(pressure(i, j), grid[j], j - 3, order) for j in range(3)) for i in range(3)])
    elif "p_e" in plasma:
        push = gradient(fields.scalar("p_e", "nPa", "Pa"), grid, order)
    else:
        push = np.zeros_like(b)
    growth = np.zeros_like(b)
    if fields.has(f"dj_dt_{axis}" for axis in AXES):
        growth = fields.vector("dj_dt", "nA m^-2 s^-1", "A m^-2 s^-1")
    carried = np.stack(
        [divergence(v * current[i] + current * v[i] - current * (current[i] / charge), grid, order) for i in range(3)]
    )
    terms = {
        "convective": (-cross(v, b), "Electric field of the ions' motion"),
        "resistive": (resistivity * current, "Electric field of resistivity"),
        "hall": (cross(current, b) / charge, "Electric field of the Hall current"),
        "electron_pressure": (-push / charge, "Electric field of the electron pressure"),
        "electron_inertia": (
            ELECTRON_MASS / (charge * ELEMENTARY_CHARGE) * (growth + carried),
            "Electric field of the electrons' inertia",
        ),
    }
    total = sum(values for values, _ in terms.values())
    terms["electric"] = (total, "Electric field of all terms")
    if fields.has(f"e_{axis}" for axis in AXES):
        measured = fields.vector("e", "mV/m", "V/m")
        terms["frozen_in"] = (measured + cross(v, b), "Electric field in the frame of the ions")
        terms["residual"] = (measured - total, "Measured electric field less all terms")
    return fields.dataset({name: (values * 1e3, "mV/m", text) for name, (values, text) in terms.items()}, {}, _OHM)


def frozen_in(plasma: xr.Dataset, order: int = 4) -> xr.Dataset:
    """How well the field moves with the ions and with the electrons.

    Parameters
    ----------
    plasma : xarray.Dataset
        Over x, y, z (R_E): b_x, b_y, b_z (nT), v_x, v_y, v_z (km/s), e_x, e_y, e_z (mV/m) and n (cm^-3).
    order : {2, 4}
        Order of accuracy.

    Returns
    -------
    xarray.Dataset
        `ion_slippage` |E + v x B| and `electron_slippage` |E + v_e x B| with v_e = v - j / ne, `e_parallel`, all mV/m,
        and the work in the electrons' frame `power_density` j . (E + v_e x B), W m^-3.

    Notes
    -----
    The Hall term takes the field from the ions but not from the electrons, and its work is nil: a positive power in
    the electrons' frame marks where field lines are cut.

    Examples
    --------
    >>> import xarray as xr
    >>> x = np.linspace(0.0, 1.0, 7)
    >>> flat = 0.0 * x
    >>> parts = {"b_x": flat, "b_y": flat, "b_z": flat + 5, "v_x": flat - 400, "v_y": flat, "v_z": flat}
    >>> parts |= {"e_x": flat, "e_y": flat - 2.0, "e_z": flat, "n": flat + 5}
    >>> wind = xr.Dataset({name: ("x", values) for name, values in parts.items()}, {"x": x})
    >>> bool(frozen_in(wind).ion_slippage.max() < 1e-12)
    True
    """
    fields = GridFields(plasma, "frozen_in")
    b, v, e = fields.magnetic(), fields.velocity(), fields.vector("e", "mV/m", "V/m")
    current = curl(b, fields.coordinates, order) / VACUUM_PERMEABILITY
    of_ions = e + cross(v, b)
    of_electrons = e + cross(v - current / (fields.density() * ELEMENTARY_CHARGE), b)
    size: Callable[[Any], Any] = lambda vector: np.sqrt(dot(vector, vector))  # noqa: E731
    return fields.dataset(
        {},
        {
            "ion_slippage": (size(of_ions) * 1e3, "mV/m", "Electric field in the frame of the ions"),
            "electron_slippage": (size(of_electrons) * 1e3, "mV/m", "Electric field in the frame of the electrons"),
            "e_parallel": (
                dot(e, b) / np.where(size(b) > 0, size(b), np.nan) * 1e3,
                "mV/m",
                "Electric field along the magnetic field",
            ),
            "power_density": (dot(current, of_electrons), "W m^-3", "Power density in the frame of the electrons"),
        },
        _OHM,
    )
