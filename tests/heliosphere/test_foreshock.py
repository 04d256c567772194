"""The foreshock: geometry of the shock and of the lines that touch it, and reflected ions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.heliosphere import foreshock

angle = st.floats(0.0, np.pi / 2)


@pytest.mark.parametrize(("eccentricity", "radius"), [(0.81, None), (1.0, 20.0), (1.1, None), (0.6, 24.0)])
def test_points_of_the_conic_lie_on_it_and_normals_stand_on_it(eccentricity, radius):
    theta, phi, standoff = 0.9, 0.7, 14.0
    curvature = standoff * (1 + eccentricity) if radius is None else radius
    point = foreshock.conic_shock(theta, phi, standoff, eccentricity, radius)
    d = standoff - point.x
    assert point.y**2 + point.z**2 == pytest.approx(2 * curvature * d - (1 - eccentricity**2) * d**2)
    if radius is None:
        assert np.hypot(np.hypot(point.y, point.z), point.x) == pytest.approx(
            standoff * (1 + eccentricity) / (1 + eccentricity * np.cos(theta))
        )
    step = 1e-6
    for moved in (
        foreshock.conic_shock(theta + step, phi, standoff, eccentricity, radius),
        foreshock.conic_shock(theta, phi + step, standoff, eccentricity, radius),
    ):
        tangent = np.array([moved.x - point.x, moved.y - point.y, moved.z - point.z]) / step
        assert abs(tangent @ np.array([point.n_x, point.n_y, point.n_z])) < 1e-4
    assert point.n_x > 0


def test_the_nose_sees_the_cone_angle_and_the_flank_of_the_spiral_is_quasi_parallel_at_dawn():
    assert foreshock.theta_bn_map(0.0, 0.0, 5.0, 0.0, 0.0, 14.0) == pytest.approx(0.0)
    dusk, dawn = foreshock.theta_bn_map(1.2, [0.0, np.pi], 3.0, -3.0, 0.0, 14.0)
    assert dusk > np.deg2rad(70)
    assert dawn < np.deg2rad(30)


directions = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)).filter(
    lambda u: np.hypot(u[1], u[2]) > 0.2 * np.linalg.norm(u)
)


@settings(max_examples=150, deadline=None)
@given(st.floats(-20, 30), st.floats(-40, 40), st.floats(-40, 40), directions, st.sampled_from([0.6, 0.81, 1.0]))
def test_the_tangent_point_is_on_the_shock_and_its_field_in_the_tangent_plane(x, y, z, b, eccentricity):
    standoff = 14.0
    state = foreshock.foreshock(x, y, z, *b, standoff, eccentricity)
    if np.isnan(state.depth):
        return
    curvature, k = standoff * (1 + eccentricity), 1 - eccentricity**2
    d = standoff - state.x_tangent
    scale = 1 + d**2 + state.y_tangent**2 + state.z_tangent**2
    assert abs(state.y_tangent**2 + state.z_tangent**2 - 2 * curvature * d + k * d**2) < 1e-7 * scale
    normal = np.array([curvature - k * d, state.y_tangent, state.z_tangent])
    assert abs(normal @ b) < 1e-6 * np.linalg.norm(normal) * np.linalg.norm(b)
    # The tangent line passes the point at the depth upstream.
    back = np.array([x + state.depth - state.x_tangent, y - state.y_tangent, z - state.z_tangent])
    assert np.linalg.norm(np.cross(back, b)) < 1e-6 * np.linalg.norm(b) * (1 + np.linalg.norm(back))
    assert np.linalg.norm(back) == pytest.approx(state.distance, rel=1e-6, abs=1e-6)
    # A line meets the shock just behind the tangent line.
    outside = y**2 + z**2 > 2 * curvature * (standoff - x) - k * (standoff - x) ** 2
    if outside and abs(state.depth) > 1e-3 and eccentricity == 1.0:
        assert np.isfinite(state.distance_to_shock) == (state.depth > 0)
    if np.isfinite(state.distance_to_shock):
        u = np.array(b) / np.linalg.norm(b)
        meet = np.array([x, y, z]) + state.distance_to_shock * u
        d = standoff - meet[0]
        scale = 1 + d**2 + meet[1] ** 2 + meet[2] ** 2
        assert abs(meet[1] ** 2 + meet[2] ** 2 - 2 * curvature * d + k * d**2) < 1e-6 * scale
        n = np.array([curvature - k * d, meet[1], meet[2]])
        assert state.theta_bn == pytest.approx(np.arccos(min(1.0, abs(n @ u) / np.linalg.norm(n))), abs=1e-5)


def test_field_along_the_flow_touches_no_nose_and_a_point_behind_the_shock_is_not_connected():
    along = foreshock.foreshock(5.0, -30.0, 0.0, 5.0, 0.0, 0.0, 14.0)
    assert np.isnan([along.depth, along.distance, along.x_tangent]).all()
    assert along.distance_to_shock < 0  # straight down the flow
    assert np.isnan(foreshock.foreshock(5.0, 0.0, 0.0, 3.0, -3.0, 0.0, 14.0).distance_to_shock)


def test_particles_of_the_boundary_stay_on_it():
    """A guiding centre that goes along the field while the wind carries the field, followed for a minute."""
    cone, speed, v_parallel, t = np.deg2rad(50.0), 400.0, 900.0, 60.0
    field = np.array([np.cos(cone), -np.sin(cone)])
    place = t * (v_parallel * field + speed * np.array([-1.0, 0.0]))
    along = -place[1] / np.sin(cone)  # the tangent line reaches the same y after this distance
    depth = along * np.cos(cone) - place[0]
    assert foreshock.boundary_depth(along, v_parallel, speed) == pytest.approx(depth)


def test_reflection_keeps_the_energy_where_it_must():
    theta, speed = np.deg2rad(np.array([5.0, 30.0, 60.0])), 400.0
    c, s = np.cos(theta), np.sin(theta)
    ions = foreshock.schwartz_1983(speed, theta)
    # Seen from the shock the ion has the normal speed u and the drift of its plasma: only the sign has changed.
    np.testing.assert_allclose(ions.v_parallel * c + ions.v_gyration * s - speed, speed)
    np.testing.assert_allclose(ions.v_parallel * s - ions.v_gyration * c, 0.0, atol=1e-9)
    np.testing.assert_allclose(ions.energy_ratio, 4.0)
    assert (ions.v_normal > 0).tolist() == [True, True, False]
    mirror = foreshock.schwartz_1983(speed, theta, reflection="adiabatic")
    np.testing.assert_allclose(mirror.v_parallel - speed / c, speed / c)  # reversed along the field
    np.testing.assert_allclose(mirror.v_normal, mirror.v_parallel * c - speed)


def test_specularly_reflected_ions_escape_below_39_9_degrees():
    phase = np.linspace(0.5, 2 * np.pi, 4000)
    lowest = [foreshock.reflected_ion_height(phase, np.deg2rad(t)).min() for t in (39.8, 39.95)]
    assert lowest[0] > 0 > lowest[1]
    ion = phase[np.argmax(foreshock.reflected_ion_height(phase, np.pi / 3))]
    height = foreshock.reflected_ion_height(ion, np.pi / 3)
    gyrofrequency = 1.602176634e-19 * 5e-9 / 1.67262192e-27
    assert foreshock.gosling_thomsen_1985(400.0, 5.0, np.pi / 3) == pytest.approx(
        height * 400 / gyrofrequency, rel=1e-5
    )
