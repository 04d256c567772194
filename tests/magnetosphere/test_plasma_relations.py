"""Forces, currents, energy and Ohm's law on grids: identities, equilibria and orders of accuracy."""

import itertools
import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.magnetosphere import plasma_relations as relations

MU_0 = 4e-7 * math.pi
R_E = 6.3712e6


def stretched(low, high, count):
    """A smooth grid that is not uniform: cells differ by a factor of two."""
    s = np.linspace(0, 1, count)
    return low + (high - low) * (s + 0.1 * np.sin(2 * np.pi * s) / 2)


def on_grid(axes, **functions):
    """A dataset over x, y, z of functions of the three coordinates."""
    grid = np.meshgrid(*axes, indexing="ij")
    columns = {name: (("x", "y", "z"), function(*grid) + 0 * grid[0]) for name, function in functions.items()}
    return xr.Dataset(columns, dict(zip("xyz", axes, strict=True)))


def orders(error_at, counts):
    """Observed orders between successive grids."""
    errors = [error_at(count) for count in counts]
    return [
        math.log(a / b) / math.log((n - 1) / (m - 1))
        for (a, b), (m, n) in zip(itertools.pairwise(errors), itertools.pairwise(counts), strict=True)
    ]


def dipole(count, uneven=True):
    make = stretched if uneven else np.linspace
    axes = (make(4.0, 6.0, count), make(-1.0, 1.0, count), make(1.0, 3.0, count))

    def radius(x, y, z):
        return np.sqrt(x**2 + y**2 + z**2)

    return on_grid(
        axes,
        b_x=lambda x, y, z: -3e4 * 3 * x * z / radius(x, y, z) ** 5,
        b_y=lambda x, y, z: -3e4 * 3 * y * z / radius(x, y, z) ** 5,
        b_z=lambda x, y, z: -3e4 * (3 * z**2 / radius(x, y, z) ** 5 - 1 / radius(x, y, z) ** 3),
    )


@pytest.mark.parametrize("order", [2, 4])
@given(data=st.data())
def test_derivatives_of_polynomials_are_exact(order, data):
    steps = data.draw(st.lists(st.floats(0.5, 2.0), min_size=order, max_size=9))
    points = np.concatenate([[0.0], np.cumsum(steps)])
    sense = data.draw(st.sampled_from([1.0, -1.0]))
    powers = np.arange(1, order + 1)
    values = ((sense * points)[:, None] / points[-1]) ** powers
    slopes = powers * ((sense * points)[:, None] / points[-1]) ** (powers - 1) / points[-1]
    np.testing.assert_allclose(relations.derivative(values, sense * points, 0, order), slopes, atol=1e-10)


@pytest.mark.parametrize("order", [2, 4])
def test_derivatives_converge_on_uneven_grids(order):
    def error(count):
        x = stretched(0.0, 3.0, count)
        return np.abs(
            relations.derivative(np.exp(np.sin(2 * x)), x, order=order) - 2 * np.cos(2 * x) * np.exp(np.sin(2 * x))
        ).max()

    assert orders(error, (81, 161, 321)) == pytest.approx([order, order], abs=0.25)


def test_vector_identities():
    axes = (stretched(0.0, 1.0, 9), stretched(-1.0, 1.0, 8), np.linspace(2.0, 3.0, 7))
    rng = np.random.default_rng(3)
    vector, scalar = rng.normal(size=(3, 2, 9, 8, 7)), rng.normal(size=(9, 8, 7))
    scale = 1e4
    assert np.abs(relations.divergence(relations.curl(vector, axes), axes)).max() < 1e-11 * scale
    assert np.abs(relations.curl(relations.gradient(scalar, axes), axes)).max() < 1e-11 * scale


@pytest.mark.parametrize("order", [2, 4])
def test_a_dipole_has_no_current_and_its_tension_balances_its_pressure(order):
    def errors(count):
        forces = relations.mhd_force_terms(dipole(count), order)
        size = float(np.abs(forces.tension_x).max())
        current = max(float(np.abs(forces[f"lorentz_{axis}"]).max()) for axis in "xyz")
        balance = max(
            float(np.abs(forces[f"tension_{axis}"] + forces[f"magnetic_pressure_{axis}"]).max()) for axis in "xyz"
        )
        return current / size, balance / size

    for part in (0, 1):
        seen = orders(lambda count: errors(count)[part], (17, 33, 65))  # noqa: B023
        assert seen[-1] == pytest.approx(order, abs=0.3)
    assert max(errors(65)) < (3e-3 if order == 2 else 3e-5)


def test_pressure_and_tension_add_up_to_the_lorentz_force():
    rng = np.random.default_rng(5)
    a = rng.normal(size=(3, 3))
    axes = tuple(np.linspace(-1, 1, 7) for _ in range(3))
    # A linear field has quadratic products: all derivatives are exact, and the identity holds whatever the divergence.
    field = {f"b_{'xyz'[i]}": lambda x, y, z, i=i: a[i, 0] * x + a[i, 1] * y + a[i, 2] * z for i in range(3)}
    box = on_grid(axes, **field)
    forces = relations.mhd_force_terms(box)
    for i, axis in enumerate("xyz"):
        both = forces[f"magnetic_pressure_{axis}"] + forces[f"tension_{axis}"]
        np.testing.assert_allclose(both, forces[f"lorentz_{axis}"], rtol=1e-6, atol=1e-28)
        curl = (a[(i + 2) % 3, (i + 1) % 3] - a[(i + 1) % 3, (i + 2) % 3]) * 1e-9 / R_E / MU_0 * 1e9
        np.testing.assert_allclose(forces[f"current_{axis}"], curl, rtol=1e-6)
    np.testing.assert_allclose(forces.div_b, np.trace(a), rtol=1e-9)


@pytest.mark.parametrize("order", [2, 4])
def test_a_harris_sheet_balances(order):
    def error(count):
        z = np.linspace(-6.0, 6.0, count)
        p = (20e-9) ** 2 / (2 * MU_0) * 1e9 / np.cosh(z) ** 2
        nothing = ("z", 0 * z)
        sheet = xr.Dataset({"b_x": ("z", 20 * np.tanh(z)), "b_y": nothing, "b_z": nothing, "p": ("z", p)}, {"z": z})
        forces = relations.mhd_force_terms(sheet, order)
        assert forces.tension_x.dims == ("z",)
        np.testing.assert_allclose(forces.tension_z, 0, atol=1e-30)
        return float(np.abs(forces.net_z).max() / np.abs(forces.lorentz_z).max())

    assert orders(error, (81, 161, 321)) == pytest.approx([order, order], abs=0.3)


def test_current_across_the_field_is_that_of_the_equilibrium():
    z = np.linspace(-4.0, 4.0, 321)
    p = (20e-9) ** 2 / (2 * MU_0) * 1e9 * (1 / np.cosh(z) ** 2 + 0.1)
    nothing = ("z", 0 * z)
    sheet = xr.Dataset({"b_x": ("z", 20 * np.tanh(z)), "b_y": nothing, "b_z": nothing, "p": ("z", p)}, {"z": z})
    current = relations.perpendicular_current(sheet)
    expected = 20e-9 / (MU_0 * R_E) / np.cosh(z) ** 2 * 1e9
    away = np.abs(z) > 0.1
    np.testing.assert_allclose(current.perpendicular_y[away], expected[away], rtol=1e-3)
    np.testing.assert_allclose(
        current.perpendicular_y[away], relations.mhd_force_terms(sheet).current_y[away], rtol=2e-3
    )
    assert np.isnan(current.perpendicular_y[160])  # no direction in the middle, where there is no field


def test_sunward_flow_that_speeds_up_drives_current_from_dawn_to_dusk():
    x = np.linspace(-20.0, -10.0, 11)
    nothing = 0 * x
    parts = {"b_x": nothing, "b_y": nothing, "b_z": nothing + 5, "p": nothing + 0.1, "n": nothing + 0.5}
    parts |= {"v_x": 100 + 10 * (x + 20), "v_y": nothing, "v_z": nothing}
    tail = xr.Dataset({name: ("x", values) for name, values in parts.items()}, {"x": x})
    current = relations.perpendicular_current(tail)
    # rho v dv/dx / B with 10 km/s in an Earth radius.
    rho = 0.5e6 * 1.67262192e-27
    expected = rho * parts["v_x"] * 1e3 * 10e3 / R_E / 5e-9 * 1e9
    np.testing.assert_allclose(current.inertial_y, expected, rtol=1e-6)
    assert current.inertial_y[0] > 0  # with y to dusk: the current is along B x a = z x x = +y
    given_acceleration = tail.drop_vars(["v_x", "v_y", "v_z"]).assign(
        a_x=("x", parts["v_x"] * 1e3 * 10e3 / R_E), a_y=("x", nothing), a_z=("x", nothing)
    )
    np.testing.assert_allclose(relations.perpendicular_current(given_acceleration).inertial_y, expected, rtol=1e-6)


def test_variables_that_do_not_vary_along_a_dimension_are_uniform_along_it():
    x, z = np.linspace(-2.0, 2.0, 9), np.linspace(-3.0, 3.0, 13)
    sheet = {"b_x": ("z", 20 * np.tanh(z)), "b_y": 0.0, "b_z": 0.0, "p": ("z", 0.2 / np.cosh(z) ** 2)}
    line = relations.mhd_force_terms(xr.Dataset(sheet, {"z": z}))
    plane = relations.mhd_force_terms(xr.Dataset(sheet | {"v_x": (("x", "z"), np.zeros((9, 13)))}, {"x": x, "z": z}))
    assert dict(plane.net_z.sizes) == {"x": 9, "z": 13}
    np.testing.assert_allclose(plane.net_z, np.broadcast_to(line.net_z, (9, 13)), rtol=1e-12)


def test_grids_without_positions_and_what_is_no_dataset_are_refused():
    parts = {f"b_{axis}": ("x", np.arange(5.0)) for axis in "xyz"}
    with pytest.raises(InputError, match="x has no coordinate"):
        relations.mhd_force_terms(xr.Dataset(parts))
    with pytest.raises(InputError, match=r"give an xarray\.Dataset"):
        relations.mhd_force_terms(np.zeros(3))
    with pytest.raises(InputError, match="no axis 1"):
        relations.derivative([1.0, 2.0], [1.0, 2.0], axis=1)
    assert relations.derivative([], []).shape == (0,)


def test_vasyliunas_agrees_with_the_divergence_along_a_dipole_line():
    # Pressure constant on lines: P(r_eq, phi) = (10 / r_eq) (1 - cos(phi) / 2) nPa, volume of a whole dipole line.
    b_0 = 3e-5

    def pressure(r_eq, phi):
        return 10e-9 / r_eq * (1 - 0.5 * np.cos(phi))

    # div j_perp = 2 (B x grad B) . grad p / B^3 without current: integrate div over B along half of the line.
    r_eq, phi = 6.0, 2.0
    latitude, step = np.linspace(0, math.acos(math.sqrt(1 / r_eq)), 20001, retstep=True)
    cosine, sine = np.cos(latitude), np.sin(latitude)
    root = np.sqrt(1 + 3 * sine**2)
    r = r_eq * cosine**2
    field = b_0 / r**3 * root
    # The azimuthal gradient of p on the line, and the gradient of B along its outward normal.
    gradient_phi = 10e-9 / r_eq * 0.5 * np.sin(phi) / (r * cosine * R_E)
    gradient_b = -3 * b_0 / r**4 * cosine * (1 + sine**2) / root**2 / R_E
    drift = 2 * field * gradient_b * gradient_phi / field**3  # b x n is +phi
    divergence = -drift * -1.0
    length = r_eq * cosine * root * step * R_E
    weight = np.ones_like(latitude)
    weight[[0, -1]] = 0.5
    leaving = -np.sum(weight * length * divergence / field)  # j over B at the end of the line
    volume = lambda radius: r_volume(radius, b_0)  # noqa: E731

    x, y = np.linspace(-3.2, -1.8, 29), np.linspace(4.8, 6.2, 29)
    radius, angle = np.hypot(x[:, None], y), np.arctan2(y, x[:, None])
    columns = {"volume": volume(radius), "p": pressure(radius, angle) * 1e9, "b_z": b_0 * 1e9 / radius**3}
    plane = xr.Dataset({name: (("x", "y"), values) for name, values in columns.items()}, {"x": x, "y": y})
    current = relations.vasyliunas_1970(plane, 5e4)
    here = float(current.interp(x=r_eq * math.cos(phi), y=r_eq * math.sin(phi), method="cubic"))
    assert here == pytest.approx(abs(leaving) * 5e-5 * 1e6, rel=5e-3)
    assert here > 0  # dusk, where pressure rises towards midnight: region 2 flows into the ionosphere


def r_volume(radius, b_0):
    """Volume in m^3/Wb of the tube of unit flux of a whole dipole line, from the ground to the ground."""
    s = np.sqrt(1 - 1 / radius)
    return R_E * 2 * radius**4 / b_0 * (s - s**3 + 3 * s**5 / 5 - s**7 / 7)


@pytest.mark.parametrize("order", [2, 4])
def test_poynting_budget_closes_at_the_order_of_the_grid(order):
    def budget_at(count, make=np.linspace):
        axes = tuple(make(low, high, count) for low, high in ((-2.0, 1.0), (0.0, 2.0), (-1.0, 1.0)))
        box = on_grid(
            axes,
            b_x=lambda x, y, z: 20 * np.tanh(z) + 3 * np.sin(x + y),
            b_y=lambda x, y, z: 5 * np.cos(x * z),
            b_z=lambda x, y, z: 4 + 3 * np.cos(x - y) * z,
            v_x=lambda x, y, z: 100 * np.cos(z + y),
            v_y=lambda x, y, z: 50 * np.sin(x),
            v_z=lambda x, y, z: -40 * np.tanh(z) * y,
        )
        return relations.poynting_budget(box, resistivity=5e4, order=order)

    def error(count):
        budget = budget_at(count)
        return abs(float(budget.residual)) / abs(float(budget.inflow))

    assert orders(error, (17, 33)) == pytest.approx([order], abs=0.15)
    budget = budget_at(33)
    assert float(budget.joule) > 0
    assert float(budget.poynting_inflow.sum()) == pytest.approx(float(budget.inflow))
    uneven = budget_at(33, stretched)
    assert float(uneven.magnetic_energy) == pytest.approx(
        float(budget.magnetic_energy), rel=1e-2 if order == 2 else 1e-4
    )
    assert abs(float(uneven.residual)) < (5e-3 if order == 2 else 1e-5) * abs(float(uneven.inflow))


def test_budget_needs_no_particular_direction_of_the_axes():
    axes = (np.linspace(-0.5, 1.0, 9), np.linspace(0.0, 2.0, 10), np.linspace(0.5, 1.5, 8))
    box = on_grid(
        axes,
        b_x=lambda x, y, z: 10 * np.sin(y),
        b_y=lambda x, y, z: 0 * x,
        b_z=lambda x, y, z: 10 * np.cos(x),
        e_x=lambda x, y, z: 0 * x,
        e_y=lambda x, y, z: 1 + x * z - np.sin(x),
        e_z=lambda x, y, z: y + np.cos(y),
    )
    one = relations.poynting_budget(box)
    other = relations.poynting_budget(box.isel(x=slice(None, None, -1), z=slice(None, None, -1)))
    for name in ("magnetic_energy", "energy_rate", "inflow", "mechanical"):
        assert float(one[name]) == pytest.approx(float(other[name]), rel=1e-9)
    assert float(one.poynting_inflow.sel(face="+x")) == pytest.approx(float(other.poynting_inflow.sel(face="+x")))
    quiet = box.assign(**{f"db_dt_{axis}": box.b_x * 0 for axis in "xyz"})
    assert float(relations.poynting_budget(quiet).energy_rate) == 0


def test_loads_and_generators_by_sign_and_sum():
    axes = tuple(np.linspace(-1.0, 1.0, 21) for _ in range(3))
    still = {f"{part}": lambda x, y, z: 0 * x for part in ("b_y", "b_z", "e_x", "e_z")}
    box = on_grid(axes, b_x=lambda x, y, z: 20 * np.tanh(3 * z), e_y=lambda x, y, z: 0.2 * np.sign(x), **still)
    power = relations.generator_load(box)
    assert power.power_density.sel(x=0.5, y=0, z=0) > 0
    assert power.power_density.sel(x=-0.5, y=0, z=0) < 0
    assert float(power.generator_power) == pytest.approx(float(power.load_power))
    # Each half: 0.2 mV/m over 2 R_E times the current of 1 R_E, 2 B tanh(3) / mu_0 a metre (less a cell at x = 0).
    half = 0.2e-3 * 2 * R_E * 2 * 20e-9 * math.tanh(3.0) / MU_0 * R_E * 0.95
    assert float(power.load_power) == pytest.approx(half, rel=0.02)
    assert float(power.net_power) == pytest.approx(0, abs=1e-9 * half)
    # A moving plasma in a frozen-in field works through j x B alone.
    forces = relations.mhd_force_terms(box)
    moving = box.drop_vars(["e_x", "e_y", "e_z"]).assign(v_x=box.b_x * 0, v_y=box.b_x * 0, v_z=box.b_x * 0 + 50.0)
    work = forces.lorentz_z * 50e3
    np.testing.assert_allclose(
        relations.generator_load(moving).power_density, work, atol=1e-12 * float(abs(work).max())
    )


@pytest.mark.parametrize("order", [2, 4])
def test_ohms_law_of_a_manufactured_field(order):
    # A whole set of fields in units of 100 km with every derivative known.
    size, b_0, n = 1e5, 20e-9, 5e6
    e, m_e = 1.602176634e-19, 9.1093837e-31

    def error(count):
        z = np.linspace(-2.0, 2.0, count)
        parts = {"b_x": 20 * np.tanh(z), "b_y": 5 * np.sin(z), "b_z": 0 * z + 2}
        parts |= {"v_x": 30 * np.cos(z), "v_y": 0 * z, "v_z": 0 * z + 10, "n": 0 * z + 5, "p_e": 0.05 / np.cosh(z) ** 2}
        columns = {name: ("z", values) for name, values in parts.items()}
        terms = relations.ohms_law_terms(xr.Dataset(columns, {"z": ("z", z * size / 1e3, {"units": "km"})}), 1e3, order)
        j_x, j_y = -5e-9 * np.cos(z) / (MU_0 * size), b_0 / np.cosh(z) ** 2 / (MU_0 * size)
        b_x, b_y, b_z = 20e-9 * np.tanh(z), 5e-9 * np.sin(z), 2e-9
        hall = np.array([j_y * b_z, -j_x * b_z, j_x * b_y - j_y * b_x]) / (n * e)
        push = 2 * 0.05e-9 * np.tanh(z) / np.cosh(z) ** 2 / size / (n * e)
        # Only v_z carries the current along z: div(v j + j v - j j / ne) = v_z dj/dz, as j_z = 0.
        slope = -2 * b_0 * np.tanh(z) / np.cosh(z) ** 2 / (MU_0 * size) / size
        inertia = m_e / (n * e**2) * 10e3 * slope
        wrong = [
            np.abs(terms[f"hall_{axis}"] - 1e3 * hall[i]).max() / (1e3 * np.abs(hall).max())
            for i, axis in enumerate("xyz")
        ]
        wrong.append(np.abs(terms.electron_pressure_z - 1e3 * push).max() / (1e3 * np.abs(push).max()))
        wrong.append(np.abs(terms.electron_inertia_y - 1e3 * inertia).max() / (1e3 * np.abs(inertia).max()))
        wrong.append(np.abs(terms.resistive_y - 1e6 * j_y).max() / (1e6 * np.abs(j_y).max()))
        return float(max(wrong))

    # The derivative of a derivative loses an order where the stencils turn one-sided.
    assert orders(error, (41, 81, 161))[-1] > order - 1.3
    assert error(161) < (3e-2 if order == 2 else 1e-3)


def test_ohms_law_with_a_tensor_and_a_measured_field():
    axes = tuple(np.linspace(0.0, 1.0, 6) for _ in range(3))
    base = {f"{name}_{axis}": lambda x, y, z: 0 * x for name in ("v", "e") for axis in "xyz"}
    base |= {"b_x": lambda x, y, z: 0 * x, "b_y": lambda x, y, z: 0 * x, "b_z": lambda x, y, z: 0 * x + 10.0}
    box = on_grid(axes, n=lambda x, y, z: 0 * x + 2.0, **base)
    scalar = box.assign(p_e=box.x + 2 * box.y + 3 * box.z)
    tensor = box.assign({f"p_e_{name}": 0 * box.n for name in ("xy", "xz", "yz")})
    tensor = tensor.assign({f"p_e_{axis}{axis}": scalar.p_e for axis in "xyz"})
    one, two = relations.ohms_law_terms(scalar), relations.ohms_law_terms(tensor)
    for i, axis in enumerate("xyz"):
        expected = -(i + 1) * 1e-9 / R_E / (2e6 * 1.602176634e-19) * 1e3
        np.testing.assert_allclose(one[f"electron_pressure_{axis}"], expected, rtol=1e-9)
        np.testing.assert_allclose(two[f"electron_pressure_{axis}"], expected, rtol=1e-9)
        np.testing.assert_allclose(one[f"residual_{axis}"], -one[f"electric_{axis}"])
    # Off the diagonal: d P_xy / dy pushes along x.
    sheared = tensor.assign(p_e_xy=0 * box.n + 4 * box.y)
    change = relations.ohms_law_terms(sheared).electron_pressure_x - two.electron_pressure_x
    np.testing.assert_allclose(change, -4e-9 / R_E / (2e6 * 1.602176634e-19) * 1e3, rtol=1e-9)
    growing = scalar.assign({f"dj_dt_{axis}": 0 * box.n + 1.0 for axis in "xyz"})
    np.testing.assert_allclose(
        relations.ohms_law_terms(growing).electron_inertia_x,
        9.1093837e-31 / (2e6 * 1.602176634e-19**2) * 1e-9 * 1e3,
        rtol=1e-6,
    )


def test_the_hall_term_takes_the_field_from_the_ions_only():
    z = np.linspace(-3.0, 3.0, 61)
    nothing = 0 * z
    parts = {"b_x": 20 * np.tanh(z), "b_y": nothing, "b_z": nothing + 1, "n": nothing + 1.0}
    parts |= {f"v_{axis}": nothing for axis in "xyz"}
    sheet = xr.Dataset({name: ("z", values) for name, values in parts.items()}, {"z": ("z", 50 * z, {"units": "km"})})
    hall = relations.ohms_law_terms(sheet)
    sheet = sheet.assign({f"e_{axis}": hall[f"hall_{axis}"] for axis in "xyz"})
    check = relations.frozen_in(sheet)
    assert float(check.ion_slippage.max()) > 1
    assert float(check.electron_slippage.max()) < 1e-12
    assert float(abs(check.e_parallel).max()) < 1e-12
    assert float(abs(check.power_density).max()) < 1e-24


def test_units_times_and_order_of_dimensions_are_kept():
    box = dipole(7)
    tesla = box.copy()
    for name in ("b_x", "b_y", "b_z"):
        tesla[name] = (box[name] * 1e-9).assign_attrs(units="T")
    one = relations.mhd_force_terms(box)
    np.testing.assert_allclose(relations.mhd_force_terms(tesla).current_y, one.current_y, rtol=1e-9)
    turned = relations.mhd_force_terms(box.transpose("z", "x", "y"))
    np.testing.assert_allclose(turned.tension_x.transpose("x", "y", "z"), one.tension_x, rtol=1e-9)
    series = xr.concat([box, 2 * box], dim="time")
    forces = relations.mhd_force_terms(series)
    np.testing.assert_allclose(forces.tension_z.isel(time=1), 4 * one.tension_z, rtol=1e-9)
    energy = relations.poynting_budget(series.assign({f"v_{axis}": series.b_x * 0 for axis in "xyz"})).magnetic_energy
    assert float(energy[1] / energy[0]) == pytest.approx(4.0)
    assert all({"units", "long_name", "references"} <= set(forces[name].attrs) for name in forces)


def test_what_is_missing_is_named():
    box = dipole(5)
    with pytest.raises(InputError, match="lacks p"):
        relations.perpendicular_current(box)
    with pytest.raises(InputError, match="v_x"):
        relations.generator_load(box)
    with pytest.raises(InputError, match="missing"):
        relations.poynting_budget(box.isel(z=0, drop=True))
    with pytest.raises(InputError, match="dimensions"):
        relations.mhd_force_terms(xr.Dataset({"b_x": ("time", [1.0])}))
    with pytest.raises(InputError, match="order"):
        relations.derivative([1.0, 2.0], [0.0, 1.0], order=3)
    with pytest.raises(InputError, match="steadily"):
        relations.derivative([1.0, 2.0, 3.0], [0.0, 1.0, 1.0])
    with pytest.raises(InputError, match="fit"):
        relations.derivative([1.0, 2.0, 3.0], [0.0, 1.0])


def test_light_is_the_limit():
    slow = relations.relativistic_alfven_speed(5.0, 5.0)
    assert slow == pytest.approx(48.77, rel=1e-3)
    assert relations.relativistic_alfven_speed(5e4, 1e-9) == pytest.approx(299792.458, rel=1e-6)
    assert relations.relativistic_alfven_speed(20.0, 0.1, 16.0) == pytest.approx(
        relations.relativistic_alfven_speed(20.0, 0.1) / 4, rel=1e-4
    )


@given(st.floats(100, 1000), st.floats(0.1, 50), st.floats(0.1, 10))
def test_work_of_the_tail_stress_is_its_power(speed, b_t, b_n):
    given_to_tail = relations.tail_poynting_input(speed, b_t, b_n)
    assert given_to_tail.power == pytest.approx(given_to_tail.force * speed * 1e3)


def test_tension_of_a_circle_is_twice_its_pressure_over_radius():
    assert relations.magnetic_tension(20.0, 2.0) == pytest.approx(2 * (20e-9) ** 2 / (2 * MU_0) / (2 * R_E), rel=1e-9)
    assert relations.diamagnetic_current(30.0, 1.0, 250.0) == pytest.approx(18.8, rel=2e-3)
    assert relations.tail_potential(400.0, 5.0, 30.0) == pytest.approx(382.3, rel=1e-3)
