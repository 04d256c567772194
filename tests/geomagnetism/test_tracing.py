"""Field lines against the dipole in closed form, an independent integrator, and other codes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD
from sunearth.core.errors import InputError
from sunearth.geomagnetism.field import Field, magnetic_field
from sunearth.geomagnetism.tracing import conjugate_point, footpoint, trace

TIME = "2015-03-17T18:00"
WIND = {"p_dyn": 5.0, "dst": -150.0, "b_y": 2.0, "b_z": -10.0}
DIPOLE = magnetic_field(internal="dipole")


def points_on_dipole_lines(seed, count, low=1.2, high=12.0):
    rng = np.random.default_rng(seed)
    l_shell, longitude = rng.uniform(low, high, count), rng.uniform(0, 2 * np.pi, count)
    latitude = rng.uniform(-0.9, 0.9, count) * np.arccos(1 / np.sqrt(l_shell))
    r = l_shell * np.cos(latitude) ** 2
    across = r * np.cos(latitude)
    return l_shell, across * np.cos(longitude), across * np.sin(longitude), r * np.sin(latitude)


@pytest.mark.parametrize("tilt", [0.0, 0.5])
def test_dipole_lines_are_those_of_the_closed_form(tilt):
    l_shell, x, y, z = points_on_dipole_lines(0, 200)
    x, z = x * np.cos(tilt) + z * np.sin(tilt), -x * np.sin(tilt) + z * np.cos(tilt)
    field = magnetic_field(internal="dipole", dipole_tilt=tilt)
    lines = trace(field, x, y, z, tolerance=1e-9)
    assert (lines["topology"] == 0).all()
    along_axis = lines["x_north"] * np.sin(tilt) + lines["z_north"] * np.cos(tilt)
    invariant = np.arccos(1 / np.sqrt(l_shell))
    np.testing.assert_allclose(np.arcsin(along_axis), invariant, atol=1e-8)
    s = np.sin(invariant)
    length = l_shell * (s * np.sqrt(1 + 3 * s**2) + np.arcsinh(np.sqrt(3) * s) / np.sqrt(3))
    np.testing.assert_allclose(lines["length"], length, rtol=1e-8)
    c = np.cos(np.linspace(-1, 1, 2001)[:, None] * invariant)
    volume = l_shell**4 / field(np.cos(tilt), 0.0, -np.sin(tilt)).b_z * np.cos(tilt)
    volume = volume * np.trapezoid(c**7, np.linspace(-1, 1, 2001)[:, None] * invariant, axis=0)
    np.testing.assert_allclose(lines["flux_tube_volume"], volume, rtol=1e-5)
    np.testing.assert_allclose(lines["b_minimum"], DIPOLE_EQUATORIAL_FIELD / l_shell**3, rtol=1e-5)
    apex = np.sqrt(lines["x_apex"] ** 2 + lines["y_apex"] ** 2 + lines["z_apex"] ** 2)
    np.testing.assert_allclose(apex, l_shell, rtol=1e-5)


def test_the_error_falls_with_the_tolerance():
    l_shell, x, y, z = points_on_dipole_lines(1, 100, 2.0, 8.0)
    errors = []
    for tolerance in (1e-4, 1e-6, 1e-8):
        lines = trace(DIPOLE, x, y, z, tolerance=tolerance)
        errors.append(float(np.abs(lines["z_north"] - np.sqrt(1 - 1 / l_shell)).max()))
    assert errors[0] > 20 * errors[1] > 400 * errors[2]
    assert errors[1] < 5e-6


def test_an_independent_integrator_finds_the_same_footpoints():
    field = magnetic_field(TIME, external="t96", **WIND)
    seeds = np.array([[-6.6, 0.0, 0.0], [-4.0, 3.0, 1.0], [5.0, 1.0, -0.5], [-9.0, 2.0, 1.0]])
    lines = trace(field, *seeds.T, tolerance=1e-8)
    for seed, x, y, z in zip(seeds, lines["x_north"], lines["y_north"], lines["z_north"], strict=True):

        def direction(s, r):
            b = np.array(field(*r))
            return b / np.linalg.norm(b)

        def surface(s, r):
            return np.linalg.norm(r) - 1.0

        surface.terminal = True
        end = solve_ivp(direction, (0, 60), seed, "DOP853", rtol=1e-9, atol=1e-10, events=surface).y_events[0][0]
        np.testing.assert_allclose([x, y, z], end, atol=3e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(2.0, 8.0), st.floats(0.0, 6.28), st.floats(-0.4, 0.4))
def test_a_line_does_not_depend_on_the_point_it_is_traced_from(r, longitude, latitude):
    field = magnetic_field(TIME)
    seed = r * np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])
    line = trace(field, *seed, tolerance=1e-8, points=7)
    again = trace(field, *(line[c].values[1:-1] for c in "xyz"), tolerance=1e-8)
    for name in ("x_north", "y_south", "z_north", "length"):
        np.testing.assert_allclose(again[name], float(line[name]), atol=3e-4 * float(line["length"]) ** 0.5)


def test_points_lie_on_the_line_and_carry_its_field():
    line = trace(DIPOLE, -5.0, 1.0, 0.5, points=50)
    r = np.sqrt(line["x"] ** 2 + line["y"] ** 2 + line["z"] ** 2)
    l_shell = r**3 / (r**2 - line["z"] ** 2)
    np.testing.assert_allclose(l_shell, l_shell[0], rtol=1e-4)
    steps = np.hypot(np.hypot(np.diff(line["x"]), np.diff(line["y"])), np.diff(line["z"]))
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.02)
    np.testing.assert_allclose(line["b"], np.linalg.norm(DIPOLE(line["x"], line["y"], line["z"]), axis=0), rtol=1e-12)


def test_lines_that_do_not_return_say_so_and_never_hang():
    uniform = Field.from_function(lambda x, y, z: (0.0, 0.0, -5.0))
    lines = trace(uniform, [-30.0, -30.0, np.nan, 0.3], [0.0, 39.0, 0.0, 0.0], 0.0)
    assert lines["topology"].values.tolist() == [3, 3, 4, 4]
    assert lines["end_north"].values.tolist() == [1, 1, 3, 4]
    assert np.isnan(lines["length"]).values.tolist() == [False, False, True, True]
    assert float(trace(uniform, -30.0, 0.0, 0.0, longest=5.0)["length"]) == pytest.approx(10.0)
    circle = Field.from_function(lambda x, y, z: (-y, x, 0.0))  # closes on itself: ends by its length
    assert int(trace(circle, 5.0, 0.0, 0.0)["end_north"]) == 2
    null = Field.from_function(lambda x, y, z: (0.0 * x, 0.0, 0.0))
    assert int(trace(null, 5.0, 0.0, 0.0)["end_north"]) == 3


def test_southward_imf_opens_the_cap_and_northward_closes_it():
    south = trace(magnetic_field(TIME, external="t96", **WIND), 0.05, 0.0, 1.1)
    assert int(south["topology"]) == 1
    inner = trace(magnetic_field(TIME, external="t96", **WIND), -3.0, 0.0, 0.0)
    assert int(inner["topology"]) == 0


def test_lines_from_the_ground():
    latitude = np.radians([0.5, 2.0, 10.0, 40.0, 60.0])
    lines = trace(DIPOLE, np.cos(latitude), 0.0 * latitude, np.sin(latitude), tolerance=1e-8)
    assert (lines["topology"] == 0).all()
    np.testing.assert_allclose(lines["z_north"], np.sin(latitude), atol=1e-7)
    np.testing.assert_allclose(lines["z_south"], -np.sin(latitude), atol=2e-6)


def test_footpoints_and_conjugates():
    foot = footpoint(DIPOLE, [-4.0, 4.0], 0.0, 0.0, altitude=0.0)
    np.testing.assert_allclose(np.degrees(np.arcsin(foot[2])), 60.0, atol=1e-4)
    south = footpoint(DIPOLE, [-4.0, 4.0], 0.0, 0.0, hemisphere="south", altitude=0.0)
    np.testing.assert_allclose(south[2], -foot[2], atol=1e-5)
    again = conjugate_point(DIPOLE, *(1.000001 * np.array(c) for c in foot), altitude=0.0)
    np.testing.assert_allclose(again, south, atol=1e-5)
    with pytest.raises(InputError, match="hemisphere"):
        footpoint(DIPOLE, 4.0, 0.0, 0.0, hemisphere="up")


def test_shapes_states_and_labels():
    import xarray as xr

    x = np.full((2, 3), -5.0)
    assert trace(DIPOLE, x, 0.0, 0.0)["length"].shape == (2, 3)
    assert trace(DIPOLE, -5.0, 0.0, 0.0)["length"].shape == ()
    assert trace(DIPOLE, [], 0.0, 0.0)["length"].shape == (0,)
    labelled = xr.DataArray([-5.0, -6.0], dims="station", coords={"station": ["a", "b"]})
    lines = trace(DIPOLE, labelled, 0.0, 0.0)
    assert lines["length"].dims == ("station",)
    assert lines["station"].values.tolist() == ["a", "b"]
    times = np.datetime64("2015-03-17", "ns") + np.arange(4) * np.timedelta64(6, "h")
    moving = trace(magnetic_field(times), -5.0, 0.0, 0.0)
    alone = trace(magnetic_field(times[2]), -5.0, 0.0, 0.0)
    assert float(moving["length"][2]) == float(alone["length"])
    with pytest.raises(InputError, match="points"):
        trace(DIPOLE, -5.0, 0.0, 0.0, points=1)
    with pytest.raises(InputError, match="broadcast"):
        trace(DIPOLE, [1.0, 2.0], [1.0, 2.0, 3.0], 0.0)


def test_a_gridded_dipole_is_traced_like_the_dipole_itself():
    axis = np.linspace(-7.0, 7.0, 141)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    with np.errstate(all="ignore"):
        field = Field.from_grid(axis, axis, axis, *DIPOLE(x, y, z))
    line, exact = (trace(f, -5.0, 0.0, 0.0, altitude=4000.0) for f in (field, DIPOLE))
    assert float(line["length"]) == pytest.approx(float(exact["length"]), rel=2e-3)


@pytest.mark.parametrize("model", ["t89", "t04"])
def test_another_program_follows_the_same_lines(model):
    with open(Path(__file__).with_name("reference_traces.csv"), encoding="utf-8") as stream:
        rows = [line.split(",") for line in stream if line.startswith(model)]
    seeds, *ends = np.array([[float(word) for word in row[1:]] for row in rows]).reshape(-1, 3, 3).swapaxes(0, 1)
    drivers = {"external": "t89", "kp": 5.0}
    if model == "t04":
        wind = {"p_dyn": 4.0, "dst": -120.0, "b_y": 3.0, "b_z": -6.0}
        drivers = {"external": "ts04"} | wind | {"w1": 2.0, "w2": 2.0, "w3": 2.0, "w4": 4.0, "w5": 3.0, "w6": 5.0}
    field = magnetic_field("2001-03-31T06:00", **drivers)
    lines = trace(field, *seeds.T, tolerance=1e-8)
    for side, end in zip(("north", "south"), ends, strict=True):
        ours = np.stack([lines[f"{axis}_{side}"] for axis in "xyz"], axis=1)
        along = np.stack(field(*ours.T), axis=1)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        apart = end - ours
        across = np.linalg.norm(apart - (apart * along).sum(axis=1, keepdims=True) * along, axis=1)
        assert across.max() * 6371.2 < 0.6  # km: its error a step, and a dipole 10 arc seconds away
        assert np.abs((apart * along).sum(axis=1)).max() < 0.0101
