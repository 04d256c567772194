"""The magnetosheath: draped field, closed forms, and conservation by the flow between two surfaces."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.heliosphere import shocks, wind
from sunearth.magnetosphere import magnetosheath, obstacle_flow
from sunearth.magnetosphere.magnetosheath import MAGNETOSPHERE, SHEATH, UNKNOWN, WIND, Magnetosheath

INNER, OUTER = 10.0, 13.0
FIELD = np.array([3.0, -2.0, 5.0])
COMMON = {"n_p": 5.0, "speed": 400.0, "b_x": 2.0, "b_y": -3.0, "b_z": -4.0}


def paraboloid(level, v2, phi):
    """Points on a paraboloid about the focus half way to the nose of the magnetopause."""
    rho = np.sqrt(level * v2)
    return np.stack([INNER / 2 + (level - v2) / 2, rho * np.cos(phi), rho * np.sin(phi)], axis=-1)


def normals(points):
    outward = points - np.array([INNER / 2, 0.0, 0.0])
    outward = outward / np.linalg.norm(outward, axis=-1, keepdims=True) + np.array([1.0, 0.0, 0.0])
    return outward / np.linalg.norm(outward, axis=-1, keepdims=True)


def potential_field(points, field=FIELD):
    parts = magnetosheath.kobel_flueckiger_1994(*np.moveaxis(points, -1, 0), *field, INNER, OUTER)
    return np.stack(parts, axis=-1)


@pytest.fixture
def places():
    rng = np.random.default_rng(3)
    return rng.uniform(0.0, 40.0, 300), rng.uniform(0.0, 2 * np.pi, 300), rng.uniform(0.02, 0.98, 300)


def jacobian(function, points, h):
    columns = [(function(points + h * e) - function(points - h * e)) / (2 * h) for e in np.eye(3)]
    return np.stack(columns, axis=-1)


class TestDrapedField:
    def test_neither_divergence_nor_curl_and_the_differences_show_it_to_second_order(self, places):
        v2, phi, share = places
        points = paraboloid(INNER + share * 2 * (OUTER - INNER), v2, phi)
        worst = []
        for h in (0.04, 0.02, 0.01):
            gradient = jacobian(potential_field, points, h)
            divergence = np.trace(gradient, axis1=1, axis2=2)
            worst.append(max(np.abs(divergence).max(), np.abs(gradient - np.swapaxes(gradient, 1, 2)).max()))
        orders = np.log2(np.array(worst[:-1]) / worst[1:])
        np.testing.assert_allclose(orders, 2.0, atol=0.1)
        assert worst[-1] < 1e-4 * np.abs(gradient).max()

    def test_does_not_cross_the_magnetopause(self, places):
        v2, phi, _ = places
        points = paraboloid(INNER, v2, phi)
        across = (potential_field(points) * normals(points)).sum(-1)
        np.testing.assert_allclose(across, 0.0, atol=1e-12)

    def test_continuous_along_the_normal_of_the_shock(self, places):
        v2, phi, _ = places
        points = paraboloid((2 * OUTER - INNER) * (1 - 1e-10), v2, phi)
        jump = ((potential_field(points) - FIELD) * normals(points)).sum(-1)
        np.testing.assert_allclose(jump, 0.0, atol=1e-8)

    def test_limits_on_the_line_to_the_nose(self):
        behind_shock = magnetosheath.kobel_flueckiger_1994(OUTER - 1e-9, 0.0, 0.0, 1.0, 0.0, 1.0, INNER, OUTER)
        nose = magnetosheath.kobel_flueckiger_1994(INNER, 0.0, 0.0, 1.0, 0.0, 1.0, INNER, OUTER)
        assert behind_shock.b_x == pytest.approx(1.0, rel=1e-6)
        assert behind_shock.b_z == pytest.approx(OUTER / (OUTER - INNER), rel=1e-6)
        assert nose.b_x == pytest.approx(0.0, abs=1e-12)
        assert nose.b_z == pytest.approx((2 * OUTER - INNER) / (OUTER - INNER), rel=1e-12)

    def test_wind_before_the_shock_and_nothing_inside(self):
        b = np.stack(magnetosheath.kobel_flueckiger_1994([20.0, 5.0, -3.0], 0.0, 0.0, *FIELD, INNER, OUTER))
        np.testing.assert_array_equal(b[:, 0], FIELD)
        assert np.isnan(b[:, 1:]).all()

    @pytest.mark.parametrize("outer", [10.0, 9.0, np.nan])
    def test_a_shock_that_does_not_stand_before_the_magnetopause(self, outer):
        assert np.isnan(magnetosheath.kobel_flueckiger_1994(11.0, 0.0, 0.0, *FIELD, INNER, outer)).all()

    @given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-50, 50))
    def test_linear_in_the_field(self, a, b, c):
        point = np.array([8.0, 6.0, -5.0])
        whole = potential_field(point, (a, b, c))
        parts = a * potential_field(point, (1, 0, 0)) + b * potential_field(point, (0, 1, 0))
        np.testing.assert_allclose(whole, parts + c * potential_field(point, (0, 0, 1)), atol=1e-10)


class TestClosedForms:
    def test_flow_on_the_surface(self):
        theta = np.linspace(0.0, np.pi, 9)
        cylinder = obstacle_flow.cylinder_flow(10.0, theta, 400.0, 10.0)
        sphere = obstacle_flow.sphere_flow(10.0, theta, 400.0, 10.0)
        np.testing.assert_allclose(cylinder.v_theta, 800 * np.sin(theta), atol=1e-9)
        np.testing.assert_allclose(sphere.v_theta, 600 * np.sin(theta), atol=1e-9)
        np.testing.assert_allclose([cylinder.v_r, sphere.v_r], 0.0, atol=1e-9)

    @pytest.mark.parametrize("kind", ["cylinder", "sphere"])
    def test_incompressible_and_without_vortices(self, kind):
        """In coordinates of the plane; a sphere's flow diverges there as v_y / y less than nothing in space."""
        flow = getattr(obstacle_flow, f"{kind}_flow")

        def velocity(p):
            x, y = p[..., 0], p[..., 1]
            r, theta = np.hypot(x, y), np.arctan2(y, x)
            v = flow(r, theta, 1.0, 1.0)
            return np.stack(
                [
                    v.v_r * np.cos(theta) - v.v_theta * np.sin(theta),
                    v.v_r * np.sin(theta) + v.v_theta * np.cos(theta),
                ],
                axis=-1,
            )

        points = np.random.default_rng(0).uniform([1.2, 1.2], [3.0, 3.0], (50, 2))
        h = 1e-4
        gradient = np.stack([(velocity(points + h * e) - velocity(points - h * e)) / (2 * h) for e in np.eye(2)], -1)
        divergence = gradient[:, 0, 0] + gradient[:, 1, 1]
        if kind == "sphere":
            divergence = divergence + velocity(points)[:, 1] / points[:, 1]
        np.testing.assert_allclose(divergence, 0.0, atol=1e-7)
        np.testing.assert_allclose(gradient[:, 0, 1] - gradient[:, 1, 0], 0.0, atol=1e-7)

    def test_stagnation_by_a_shock_and_an_adiabatic_stop(self):
        mach, gamma = np.array([1.0, 1.5, 3.0, 8.0]), 5 / 3
        jump = shocks.gas_dynamic_jump(mach, gamma)
        behind = jump.pressure_ratio / (gamma * mach**2)
        expected = behind * (1 + (gamma - 1) / 2 * jump.mach**2) ** (gamma / (gamma - 1))
        np.testing.assert_allclose(obstacle_flow.stagnation_coefficient(mach, gamma), expected, rtol=1e-12)
        assert np.isnan(obstacle_flow.stagnation_coefficient(0.9))


class TestFlow:
    @pytest.fixture
    def inside(self):
        """Points of the sheath by day and on the flanks, away from its edges."""
        rng = np.random.default_rng(5)
        theta, phi = rng.uniform(0.02, 1.9, 400), rng.uniform(-np.pi, np.pi, 400)
        inner, outer = Magnetosheath().boundaries(theta, **COMMON)
        r = inner + rng.uniform(0.05, 0.95, 400) * (outer - inner)
        return r * np.array([np.cos(theta), np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi)])

    def divergence(self, points, pick, h):
        total = 0.0
        for k in range(3):
            step = np.zeros((3, 1))
            step[k] = h
            ahead, behind = (Magnetosheath().state(*(points + sign * step), **COMMON) for sign in (1, -1))
            total = total + (pick(ahead, k) - pick(behind, k)) / (2 * h)
        return total

    def test_mass_is_conserved(self, inside):
        worst = [
            np.abs(self.divergence(inside, lambda s, k: s.n_p * s[2 + k], h)).max() / (5.0 * 400.0)
            for h in (0.08, 0.04, 0.02)
        ]
        np.testing.assert_allclose(np.log2(np.array(worst[:-1]) / worst[1:]), 2.0, atol=0.3)
        assert worst[-1] < 1e-4

    def test_the_field_has_no_divergence(self, inside):
        worst = [np.abs(self.divergence(inside, lambda s, k: s[7 + k], h)).max() for h in (0.08, 0.04, 0.02)]
        np.testing.assert_allclose(np.log2(np.array(worst[:-1]) / worst[1:]), 2.0, atol=0.3)
        assert worst[-1] < 1e-3

    @pytest.mark.parametrize("shock", ["farris_russell_1994", "chao_2002", "jelinek_2012"])
    @pytest.mark.parametrize("obstacle", ["shue_1998", "petrinec_russell_1996"])
    def test_nothing_crosses_the_magnetopause(self, shock, obstacle):
        sheath = Magnetosheath(obstacle, shock)
        theta, phi = np.linspace(0.05, 1.5, 30), np.linspace(-3, 3, 30)
        h = 1e-5
        r, low, high = (sheath.boundaries(angle, **COMMON)[0] for angle in (theta, theta - h, theta + h))
        slope = (high - low) / (2 * h) / r
        radial = np.array([np.cos(theta), np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi)])
        turned = np.array([-np.sin(theta), np.cos(theta) * np.cos(phi), np.cos(theta) * np.sin(phi)])
        normal = (radial - slope * turned) / np.sqrt(1 + slope**2)
        state = sheath.state(*(r * (1 + 1e-9) * radial), **COMMON)
        v, b = np.array(state[2:5]), np.array(state[7:10])
        assert (state.region == SHEATH).all()
        np.testing.assert_allclose((v * normal).sum(0) / np.linalg.norm(v, axis=0), 0.0, atol=1e-5)
        np.testing.assert_allclose((b * normal).sum(0) / np.linalg.norm(b, axis=0), 0.0, atol=1e-5)

    def test_behind_the_shock_stands_the_jump(self):
        sheath = Magnetosheath()
        theta, phi = np.linspace(0.05, 1.7, 30), np.linspace(-3, 3, 30)
        behind = sheath.behind_shock(theta, phi, **COMMON)
        state = sheath.state(*(behind.position.values.T * (1 - 1e-9)), **COMMON)
        np.testing.assert_allclose(state.n_p, behind.n_p, rtol=1e-5)
        np.testing.assert_allclose(state.p, behind.p, rtol=1e-5)
        normal = behind.normal.values.T
        along = (np.array(state[2:5]) * normal).sum(0)
        np.testing.assert_allclose(along, (behind.v.values.T * normal).sum(0), rtol=1e-5)
        # The flow leaves out the sideways kick by the field, some per cent of the wind's speed.
        np.testing.assert_allclose(np.array(state[2:5]), behind.v.values.T, atol=0.06 * 400)
        field = np.array([COMMON["b_x"], COMMON["b_y"], COMMON["b_z"]])
        across = (np.array(state[7:10]) * normal).sum(0)
        np.testing.assert_allclose(across, field @ normal, atol=1e-5)

    def test_energy_is_nearly_conserved(self, inside):
        state = Magnetosheath().state(*inside, **COMMON)
        by_day = inside[0] > 0
        assert np.abs(state.energy_error[by_day]).max() < 0.035
        assert np.median(np.abs(state.energy_error)) < 0.02
        assert np.abs(state.energy_error).max() < 0.12

    def test_nose_is_the_gas_at_rest_without_field(self):
        flow = {"n_p": 5.0, "speed": 400.0, "t_p": 1e5}
        sheath = Magnetosheath(alpha_fraction=0.0)
        inner, _ = sheath.boundaries(0.0, **flow)
        nose = sheath.state(inner * (1 + 1e-10), 0.0, 0.0, **flow)
        mach = wind.mach_sonic(400.0, 1e5, alpha_fraction=0.0)
        p_dyn = wind.dynamic_pressure(5.0, 400.0, 0.0)
        assert nose.p == pytest.approx(obstacle_flow.stagnation_coefficient(mach) * p_dyn, rel=1e-6)
        assert np.abs(nose.v_x) < 1e-3
        assert nose.mach_sonic < 1e-5
        # Bernoulli: the enthalpy at rest is all of the energy.
        heat = wind.sound_speed(1e5, alpha_fraction=0.0) ** 2 * 1.5 + 400.0**2 / 2
        assert 2.5 * nose.p * 1e-9 / wind.mass_density(nose.n_p, 0.0) == pytest.approx(heat * 1e6, rel=1e-6)

    def test_pressure_of_newton_on_the_magnetopause(self):
        """The total pressure falls from the nose with the square of the cosine of the normal and the wind."""
        sheath = Magnetosheath()
        flow = {"n_p": 5.0, "speed": 400.0}
        theta = np.array([0.0, 0.5, 1.0])
        r = sheath.boundaries(theta, **flow)[0] * (1 + 1e-10)
        flaring = 0.58 * (1 + 0.024 * np.log(wind.dynamic_pressure(5.0, 400.0)))
        # On r ~ (1 + cos theta)^-a the normal leans by arctan(a tan(theta / 2)) from the radius towards the nose.
        lean = theta - np.arctan(flaring * np.tan(theta / 2))
        p = sheath.state(r * np.cos(theta), r * np.sin(theta), 0.0, **flow).p
        p_wind = wind.thermal_pressure(5.0, 1e5)
        np.testing.assert_allclose(p, p[0] * np.cos(lean) ** 2 + p_wind * np.sin(lean) ** 2, rtol=1e-6)

    def test_the_flank_goes_with_the_wind_again(self):
        flow = {"n_p": 5.0, "speed": 400.0}
        sheath = Magnetosheath()
        angles = np.deg2rad([0.0, 45.0, 90.0, 110.0])
        inner, outer = sheath.boundaries(angles, **flow)
        r = (inner + outer) / 2
        state = sheath.state(r * np.cos(angles), r * np.sin(angles), 0.0, **flow)
        speed = np.hypot(state.v_x, state.v_y)
        assert (np.diff(speed) > 0).all()
        assert speed[-1] > 0.8 * 400
        assert (state.mach_sonic[:2] < 1).all()
        assert (state.mach_sonic[2:] > 1).all()

    def test_turning_field_and_place_together_changes_nothing(self):
        """Surfaces without b_z, so that nothing but the field singles out a direction about x."""
        sheath = Magnetosheath(lambda theta, p, b_z: 10.0 * (2 / (1 + np.cos(theta))) ** 0.58)
        turn = 0.7
        cosine, sine = np.cos(turn), np.sin(turn)
        first = sheath.state(9.0, 7.0, 2.0, n_p=5.0, speed=400.0, b_x=1.0, b_y=2.0, b_z=3.0)
        y, z = 7 * cosine - 2 * sine, 7 * sine + 2 * cosine
        b_y, b_z = 2 * cosine - 3 * sine, 2 * sine + 3 * cosine
        second = sheath.state(9.0, y, z, n_p=5.0, speed=400.0, b_x=1.0, b_y=b_y, b_z=b_z)
        assert second.n_p == pytest.approx(first.n_p, rel=1e-9)
        assert second.v_x == pytest.approx(first.v_x, rel=1e-9)
        assert second.b_x == pytest.approx(first.b_x, rel=1e-8)
        assert second.b_y == pytest.approx(first.b_y * cosine - first.b_z * sine, rel=1e-8)

    def test_between_paraboloids_the_field_is_the_potential_one(self):
        def inner(theta, p_dyn, b_z):
            return 2 * INNER / (np.cos(theta) + np.sqrt(1 + np.sin(theta) ** 2)) + 0.0 * p_dyn

        def outer(theta, standoff, p_dyn, b_z, mach_ms, beta):
            level = 2 * OUTER - INNER
            return (level + INNER) / (np.cos(theta) + np.sqrt(1 + np.sin(theta) ** 2 * INNER / level))

        points = np.array([[11.0, 2.0, -1.0], [6.0, 11.0, 5.0], [0.5, 10.0, -13.0]]).T
        state = Magnetosheath(inner, outer).state(*points, n_p=5.0, speed=400.0, b_x=3.0, b_y=-2.0, b_z=5.0)
        np.testing.assert_allclose(np.array(state[7:10]).T, potential_field(points.T), rtol=1e-6)


def fluxes(n, v, b, p, normal):
    """Fluxes through a plane, SI: mass, momentum, energy, field, tangential electric field; and their sizes."""
    mu0 = 4e-7 * np.pi
    rho, v, b, p = float(wind.mass_density(n)), v * 1e3, b * 1e-9, p * 1e-9
    v_n, b_n = v @ normal, b @ normal
    momentum = rho * v_n * v + (p + b @ b / (2 * mu0)) * normal - b_n * b / mu0
    energy = v_n * (rho * v @ v / 2 + 2.5 * p + b @ b / mu0) - b_n * (v @ b) / mu0
    electric = np.cross(np.cross(v, b), normal)
    stress = abs(rho * v_n) * np.linalg.norm(v) + p + b @ b / mu0
    return rho * v_n, momentum, energy, b_n, electric, stress, stress * np.linalg.norm(v), np.linalg.norm(b) + 1e-15


class TestShock:
    @settings(max_examples=60, deadline=None)
    @given(
        st.floats(0.0, 1.9),
        st.floats(-3.0, 3.0),
        st.floats(0.1, 150.0),
        st.floats(300.0, 2200.0),
        st.tuples(*[st.floats(-60.0, 60.0)] * 3),
    )
    @example(0.0, 0.0, 1.0, 300.0, (8.0, 0.0, 0.0))  # along the normal: a tangential field is switched on
    def test_conserves_everything_at_every_point(self, theta, phi, n_p, speed, field):
        behind = Magnetosheath().behind_shock(
            theta, phi, n_p=n_p, speed=speed, b_x=field[0], b_y=field[1], b_z=field[2]
        )
        if not np.isfinite(behind.n_p):
            return
        normal = behind.normal.values
        p_up = float(wind.thermal_pressure(n_p, 1e5))
        before = fluxes(n_p, np.array([-speed, 0.0, 0.0]), np.array(field), p_up, normal)
        after = fluxes(float(behind.n_p), behind.v.values, behind.b.values, float(behind.p), normal)
        # The largest stresses and energies on either side, against which an oblique difference of them is small.
        stress, power, b = (max(a, c) for a, c in zip(before[5:], after[5:], strict=True))
        assert after[0] == pytest.approx(before[0], rel=1e-10)
        np.testing.assert_allclose(after[1], before[1], atol=1e-10 * stress)
        assert after[2] == pytest.approx(before[2], abs=1e-10 * power)
        assert after[3] == pytest.approx(before[3], abs=1e-10 * b)
        np.testing.assert_allclose(after[4], before[4], atol=1e-10 * b * speed * 1e3)

    def test_compression_falls_along_the_flank(self):
        behind = Magnetosheath().behind_shock(np.linspace(0.0, 1.8, 20), 0.0, n_p=5.0, speed=400.0)
        assert (np.diff(behind.compression) < 0).all()
        gas = shocks.gas_dynamic_jump(wind.mach_sonic(400.0, 1e5))
        assert float(behind.compression[0]) == pytest.approx(float(gas.compression), rel=1e-6)


class TestExtremes:
    @pytest.mark.parametrize(
        "change",
        [
            {"speed": 2200.0},
            {"n_p": 0.1},
            {"n_p": 150.0},
            {"b_z": -60.0, "speed": 1500.0, "n_p": 20.0},
            {"b_x": -5.0, "b_y": 0.0, "b_z": 0.0},
            {"b_x": 0.0, "b_y": 0.0, "b_z": 0.0},
            {"t_p": 0.0, "t_e": 0.0},
        ],
    )
    def test_answered_near_the_nose(self, change):
        flow = COMMON | change
        sheath = Magnetosheath()
        theta = np.linspace(0.0, 0.6, 7)
        inner, outer = sheath.boundaries(theta, **flow)
        r = (inner + outer) / 2
        state = sheath.state(r * np.cos(theta), r * np.sin(theta), 0.0, **flow)
        assert (state.region == SHEATH).all()
        speed = np.hypot(state.v_x, state.v_y)
        assert ((speed > 0) & (speed < flow["speed"])).all()
        assert ((state.n_p > flow["n_p"]) & (state.n_p < 6.5 * flow["n_p"])).all()

    @pytest.mark.parametrize("change", [{"b_z": -60.0}, {"n_p": 0.1, "b_z": -20.0}, {"speed": 40.0}])
    def test_no_shock_is_flagged(self, change):
        state = Magnetosheath().state([8.0, 13.0, 30.0, 1.0], 0.0, 0.0, **(COMMON | change))
        assert state.region[-1] == MAGNETOSPHERE
        assert UNKNOWN in state.region
        assert not np.isin(state.region, (WIND, SHEATH)).any()
        assert np.isnan(state.n_p).all()

    @pytest.mark.parametrize("name", [*COMMON, "x"])
    def test_missing_input_is_flagged_where_it_is(self, name):
        values = {key: np.full(3, value) for key, value in ({"x": 12.0} | COMMON).items()}
        values[name][1] = np.nan
        state = Magnetosheath().state(values.pop("x"), 1.0, 0.0, **values)
        # A missing b_y turns no surface, but there is no jump without it.
        assert np.isnan(state.n_p[1])
        assert np.isnan(state.b_y[1])
        assert np.isfinite(state.n_p[[0, 2]]).all()

    def test_surfaces_that_leave_no_room_are_flagged(self):
        tight = Magnetosheath(
            lambda theta, p, b_z: 10.0 + 0.0 * theta, lambda theta, r, p, b_z, m, beta: 10.3 + 3 * theta * 0.0
        )
        state = tight.state(0.0, 10.15, 0.0, n_p=5.0, speed=400.0)
        assert state.region == SHEATH
        assert state.energy_error > 0.5
        assert np.isnan(state.n_p)

    def test_unknown_names_are_refused(self):
        with pytest.raises(UnknownNameError, match="shue_1998"):
            Magnetosheath("shue_1999")
        with pytest.raises(UnknownNameError, match="chao"):
            Magnetosheath(bow_shock="chao")
        with pytest.raises(InputError, match="adiabatic"):
            Magnetosheath(gamma=1.0)


def test_grid_and_orbit_agree_with_points():
    sheath = Magnetosheath()
    grid = sheath.on_grid([0.0, 12.0], [0.0, 14.0], 1.0, **COMMON)
    point = sheath.state(12.0, 0.0, 1.0, **COMMON)
    assert float(grid.n_p.sel(x=12.0, y=0.0, z=1.0)) == pytest.approx(float(point.n_p), rel=1e-9)
    assert all(v.attrs["units"] and v.attrs["long_name"] and v.attrs["references"] for v in grid.data_vars.values())
    time = np.array(["2015-03-17T04:00", "2015-03-17T04:30", "2015-03-17T05:00"], "M8[ns]")
    orbit = xr.Dataset({k: ("time", [v] * 3) for k, v in (("x", 12.0), ("y", 0.0), ("z", 1.0))}, {"time": time})
    series = xr.Dataset({k: ("time", [v, v]) for k, v in COMMON.items()}, {"time": time[::2]})
    np.testing.assert_allclose(sheath.along(orbit, series).n_p, point.n_p, rtol=1e-9)
    with pytest.raises(InputError, match="speed"):
        sheath.along(orbit, series.drop_vars("speed"))


class TestSubsolarSheath:
    def test_is_at_rest_in_balance_with_the_wind(self):
        """Without field its pressure is that of the wind brought to rest, its density that behind the shock."""
        found = magnetosheath.subsolar_sheath(5.0, 500.0, t_p=1e5)
        p_dyn = wind.dynamic_pressure(5.0, 500.0)
        assert 0.86 < float(found.p) / float(p_dyn) < 0.91
        assert 3.5 < float(found.n_p) / 5.0 < 4.6
        assert float(found.b) == 0.0

    def test_field_across_the_flow_piles_up_and_along_it_does_not(self):
        across = magnetosheath.subsolar_sheath(5.0, 400.0, b_z=-5.0)
        along = magnetosheath.subsolar_sheath(5.0, 400.0, b_x=5.0)
        assert float(across.b) > 3.0 * 5.0
        assert float(along.b) < 0.5 * float(across.b)

    def test_wind_without_a_shock_and_missing_wind_give_nothing(self):
        found = magnetosheath.subsolar_sheath(np.array([5.0, 5.0, np.nan]), 300.0, b_z=np.array([-5.0, -80.0, -5.0]))
        assert np.isfinite(found.n_p).tolist() == [True, False, False]


def test_units_of_orbit_and_wind_are_converted():
    import xarray as xr

    time = np.array(["2015-03-17T04:00", "2015-03-17T05:00"], "M8[ns]")
    sheath = magnetosheath.Magnetosheath()
    orbit = xr.Dataset({n: ("time", v) for n, v in (("x", [12.0, 9.0]), ("y", [1.0, 10.0]), ("z", [2.0, 1.0]))})
    flow = {"n_p": 5.0, "speed": 400.0, "b_x": 1.0, "b_y": 2.0, "b_z": -5.0}
    wind = xr.Dataset({n: ("time", [v, v]) for n, v in flow.items()})
    orbit, wind = orbit.assign_coords(time=time), wind.assign_coords(time=time)
    plain = sheath.along(orbit, wind)
    for name in "xyz":
        orbit[name] = (orbit[name] * 6371.2).assign_attrs(units="km")
    wind["speed"] = (wind["speed"] * 1e3).assign_attrs(units="m/s")
    xr.testing.assert_allclose(sheath.along(orbit, wind), plain)
