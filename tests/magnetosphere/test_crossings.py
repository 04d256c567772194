"""Crossings: predicted along orbits, found in series, normals and flows of layers made to order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.errors import InputError, UnitError
from sunearth.heliosphere.shock_normals import de_hoffmann_teller
from sunearth.magnetosphere.crossings import (
    alfven_velocity,
    boundary_depth,
    boundary_normal,
    classify_regions,
    detect_crossings,
    inside,
    layer_current_density,
    layer_sheet_current,
    layer_thickness,
    match_crossings,
    predict_crossings,
    score_boundary,
    walen_test,
)
from sunearth.magnetosphere.magnetopause import shue_1998

START = np.datetime64("2015-03-17", "ns")


def minutes(count, step=1.0):
    return START + (np.arange(count) * step * 60e9).astype("timedelta64[ns]")


def sphere(theta, radius=10.0):
    return radius + 0.0 * theta


def rotation_matrix(seed):
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return q * np.sign(np.linalg.det(q))


# predicted


def test_depth_is_the_distance_left_on_the_ray():
    x, y, z = np.array([5.0, 0.0, 3.0]), np.array([0.0, 12.0, 4.0]), np.array([0.0, 0.0, -2.0])
    wind = {"p_dyn": 3.0, "b_z": -4.0}
    r = np.sqrt(x**2 + y**2 + z**2)
    expected = shue_1998(np.arccos(x / r), 3.0, -4.0) - r
    np.testing.assert_allclose(boundary_depth(x, y, z, wind), expected, rtol=1e-12)
    np.testing.assert_array_equal(inside(x, y, z, wind), expected > 0)


def test_azimuth_runs_from_dusk_to_north():
    seen = {}

    def boundary(theta, phi):
        seen["phi"] = phi
        return theta

    boundary_depth([0.0, 0.0, 0.0], [1.0, 0.0, -1.0], [0.0, 1.0, 0.0], {}, boundary)
    np.testing.assert_allclose(seen["phi"], [0.0, np.pi / 2, np.pi])


def test_aberration_moves_the_nose_towards_dawn():
    """At 425 km/s the wind comes from 4.008 degrees on the dawn side (atan 29.78/425)."""
    angle = np.deg2rad(4.0082)
    depth = boundary_depth(np.cos(angle), -np.sin(angle), 0.0, {"speed": 425.0}, lambda theta: theta, aberrated=True)
    assert depth == pytest.approx(-1.0, abs=1e-5)  # theta = 0 there


def test_what_a_boundary_lacks_is_named():
    with pytest.raises(InputError, match="needs b_z"):
        boundary_depth(1.0, 0.0, 0.0, {"p_dyn": 2.0})
    with pytest.raises(InputError, match="no argument theta"):
        boundary_depth(1.0, 0.0, 0.0, {"p_dyn": 2.0}, "chapman_ferraro")
    with pytest.raises(InputError, match="speed"):
        boundary_depth(1.0, 0.0, 0.0, {}, sphere, aberrated=True)


def test_optional_inputs_are_used_if_given():
    assert boundary_depth(1.0, 0.0, 0.0, {"radius": 7.0}, sphere) == pytest.approx(6.0)
    assert boundary_depth(1.0, 0.0, 0.0, {}, sphere) == pytest.approx(9.0)


def ellipse(count=97, step=15.0):
    """An orbit that swings between 8 and 12 R_E in six hours and passes 10 R_E ten minutes before 3, 6, 9 ... h."""
    t = np.arange(count) * step
    r = 10.0 + 2.0 * np.sin(2 * np.pi * (t + 10.0) / 360.0)
    return {"time": minutes(count, step), "x": r, "y": 0 * r, "z": 0 * r}


def test_an_orbit_crosses_where_it_reaches_the_distance():
    found = predict_crossings(ellipse(), {"time": minutes(1441)}, sphere)
    hours = (found.time.values - START) / np.timedelta64(1, "h")
    np.testing.assert_allclose(hours, np.arange(1, 9) * 3.0 - 1 / 6, atol=2e-4)  # by a spline through 15-min points
    assert found.sense.values.tolist() == ["in", "out"] * 4
    np.testing.assert_allclose(found.distance, 10.0, atol=1e-6)
    assert found.x.attrs["units"] == "R_E"


def test_a_moving_boundary_crosses_a_spacecraft_at_rest():
    """p_dyn grows linearly; the time at which the boundary passes 9 R_E follows from the inverse of the fit."""
    p = np.linspace(1.0, 10.0, 181)
    place = {"time": minutes(2, 180.0), "x": [9.0, 9.0], "y": [0.0, 0.0], "z": [0.0, 0.0]}
    found = predict_crossings(place, {"time": minutes(181), "p_dyn": p, "b_z": 2.0}, longest_gap="4h")
    nose_1 = 10.22 + 1.29 * np.tanh(0.184 * 10.14)
    at = ((nose_1 / 9.0) ** 6.6 - 1.0) / 9.0 * 3.0
    assert found.sizes["crossing"] == 1
    assert (found.time.values[0] - START) / np.timedelta64(1, "h") == pytest.approx(at, abs=1e-6)
    assert found.sense.values[0] == "out"


def test_a_grazing_orbit_crosses_twice_or_not_at_all():
    def graze(height):
        x = np.linspace(-3, 3, 61)
        orbit = {"time": minutes(61), "x": x, "y": np.full(61, height), "z": np.zeros(61)}
        return predict_crossings(orbit, {"time": minutes(61)}, sphere)

    assert graze(10.001).sizes["crossing"] == 0
    assert graze(10.0).sizes["crossing"] == 0, "touching is not crossing"
    found = graze(9.9999)
    assert found.sense.values.tolist() == ["in", "out"]
    np.testing.assert_allclose(found.x, [-0.0447, 0.0447], atol=1e-4)  # the chord, sqrt(10^2 - 9.9999^2)


def test_a_dip_between_samples_is_found_with_a_cadence():
    x = np.linspace(-3, 3, 6)
    orbit = {"time": minutes(6, 12.0), "x": x, "y": 9.99 + 0 * x, "z": 0 * x}
    wind = {"time": minutes(2, 60.0)}
    assert predict_crossings(orbit, wind, sphere, longest_gap="2h").sizes["crossing"] == 0
    found = predict_crossings(orbit, wind, sphere, cadence="1min", longest_gap="2h")
    np.testing.assert_allclose(found.x, [-0.44710, 0.44710], atol=1e-4)


def test_gaps_are_bridged_or_left_unknown():
    orbit = ellipse(25, 15.0)
    wind = {"time": minutes(361), "radius": np.full(361, 10.0)}
    wind["radius"][160:180] = np.nan  # about the first crossing
    assert predict_crossings(orbit, wind, sphere).sizes["crossing"] == 2
    hidden = predict_crossings(orbit, wind, sphere, longest_gap="15min")
    assert hidden.sense.values.tolist() == ["out"]
    assert predict_crossings(orbit, wind | {"radius": np.full(361, np.nan)}, sphere).sizes["crossing"] == 0


@pytest.mark.parametrize(
    ("order", "word"), [([0, 2, 1, 3], "after a later one"), ([0, 1, 1, 2], "occurs twice"), ([3, 2, 1, 0], "ascend")]
)
def test_times_must_ascend(order, word):
    orbit = {"time": minutes(4)[order], "x": np.ones(4), "y": np.ones(4), "z": np.ones(4)}
    with pytest.raises(InputError, match=word):
        predict_crossings(orbit, {"time": minutes(4)}, sphere)
    with pytest.raises(InputError, match="drivers"):
        predict_crossings(orbit | {"time": minutes(4)}, {"time": minutes(4)[order]}, sphere)


def test_other_faults_of_the_input_are_named():
    orbit = {"time": minutes(4), "x": np.ones(4), "y": np.ones(4), "z": np.ones(4)}
    with pytest.raises(InputError, match="y is missing"):
        predict_crossings({k: v for k, v in orbit.items() if k != "y"}, {"time": minutes(4)}, sphere)
    with pytest.raises(InputError, match="do not overlap"):
        predict_crossings(orbit, {"time": minutes(4) + np.timedelta64(1, "D")}, sphere)
    with pytest.raises(InputError, match="shape"):
        predict_crossings(orbit | {"x": np.ones(3)}, {"time": minutes(4)}, sphere)
    with pytest.raises(InputError, match="like '30s'"):
        predict_crossings(orbit, {"time": minutes(4)}, sphere, longest_gap="soon")
    with pytest.raises(InputError, match="NaT"):
        predict_crossings(orbit | {"time": np.append(minutes(3), np.datetime64("NaT"))}, {"time": minutes(4)}, sphere)


def test_score_is_modelled_minus_observed():
    score = score_boundary([9.0, 11.0, 12.0, np.nan], 0.0, 0.0, {}, sphere)
    assert score.n == 3
    assert score.mean == pytest.approx(-2 / 3)
    assert score.mae == pytest.approx(4 / 3)
    assert score.rms == pytest.approx(np.sqrt(2.0))
    assert np.isnan(score_boundary([np.nan], 0.0, 0.0, {}, sphere).rms)


def test_matching_pairs_each_crossing_once():
    observed = minutes(4, 60.0)
    predicted = np.concatenate([observed[:2] + np.timedelta64(10, "m"), observed[:1] + np.timedelta64(12, "m")])
    found = match_crossings(predicted, observed, "15min")
    assert found[:3] == (2, 2, 1)
    assert found.probability_of_detection == 0.5
    assert found.false_alarm_ratio == pytest.approx(1 / 3)
    assert found.mean_lag == pytest.approx(600.0)
    assert match_crossings([], observed)[:3] == (0, 4, 0)


@given(st.lists(st.integers(0, 60), max_size=7), st.lists(st.integers(0, 60), max_size=7), st.integers(0, 10))
def test_matching_finds_the_most_pairs(first, second, window):
    """Against the best of all pairings, by augmenting paths."""
    partner = {}

    def augment(i, seen):
        for j, other in enumerate(second):
            if abs(first[i] - other) <= window and j not in seen:
                seen.add(j)
                if j not in partner or augment(partner[j], seen):
                    partner[j] = i
                    return True
        return False

    best = sum(augment(i, set()) for i in range(len(first)))
    to_times = lambda ticks: START + np.array(ticks, "timedelta64[m]")  # noqa: E731
    assert match_crossings(to_times(first), to_times(second), np.timedelta64(window, "m")).hits == best


# found in series

STATES = {  # n cm^-3, speed km/s, T K, B nT: typical of the textbooks
    1: (6.0, 420.0, 1.2e5, [3.0, -4.0, 2.0]),
    2: (22.0, 180.0, 2.3e6, [-5.0, 12.0, -18.0]),
    3: (0.6, 40.0, 4.0e7, [5.0, 8.0, 62.0]),
}


def series(regions, seconds=3.0, noise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    n, v, t, b = (np.array([STATES[r][k] for r in regions], float) for k in range(4))
    count = len(regions)
    v = np.stack([-v, 0 * v, 0 * v], axis=-1)
    time = START + (np.arange(count) * seconds * 1e9).astype("timedelta64[ns]")
    factor = np.exp(noise * rng.normal(size=(3, count)))
    return time, b * factor[0][:, None], n * factor[1], v, t * factor[2]


def test_regions_have_their_typical_states():
    assert classify_regions(*series([1, 2, 3])[1:]).tolist() == [1, 2, 3]
    # plasmasphere and lobe are cold, but their field rules; flank sheath is fast and hot; a stagnant sheath is slow
    b = [[0.0, 0, 300.0], [25.0, 0, 0], [0, 15.0, 0], [0, 30.0, 0]]
    v = [[0.0, 5.0, 0], [-50.0, 0, 0], [-330.0, 0, 0], [-20.0, 0, 0]]
    assert classify_regions(b, [200.0, 0.01, 9.0, 25.0], v, [1e4, 1e6, 1.2e6, 3e6]).tolist() == [3, 3, 2, 2]
    for bad in (np.nan, -1.0, 0.0):
        assert classify_regions(b[0], bad, v[0], 1e5) == 0


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_multiple_crossings_are_found_with_their_kinds(noise):
    regions = [1] * 200 + [2] * 150 + [3] * 100 + [2] * 60 + [3] * 200 + [2] * 100 + [1] * 100
    time, *state = series(regions, noise=noise)
    found = detect_crossings(time, *state)
    assert found.kind.values.tolist() == ["bow_shock", *["magnetopause"] * 4, "bow_shock"]
    assert found.sense.values.tolist() == ["in", "in", "out", "in", "out", "out"]
    expected = time[np.flatnonzero(np.diff(regions))] + np.timedelta64(1500, "ms")
    assert np.abs((found.time.values - expected) / np.timedelta64(1, "s")).max() <= 3.0
    strength = {r: np.linalg.norm(STATES[r][3]) for r in STATES}
    tolerance = 1e-9 if noise == 0 else 0.2
    np.testing.assert_allclose(found.b_ratio[[0, 5]], strength[2] / strength[1], rtol=tolerance)
    np.testing.assert_allclose(found.b_ratio[1:5], strength[3] / strength[2], rtol=tolerance)
    np.testing.assert_allclose(found.n_ratio[1:5], 0.6 / 22, rtol=2 * tolerance)
    b_2, b_3 = np.array(STATES[2][3]), np.array(STATES[3][3])
    angle = np.arccos(b_2 @ b_3 / np.linalg.norm(b_2) / np.linalg.norm(b_3))
    np.testing.assert_allclose(found.rotation[1:5], angle, atol=1e-7 if noise == 0 else 0.1)
    assert found.clear.values.all()


def test_short_visits_do_not_count_and_gaps_are_tolerated():
    regions = [2] * 100 + [3] * 5 + [2] * 100 + [3] * 100
    time, b, n, v, t = series(regions)
    n = n.copy()
    n[[20, 21, 50, 250]] = np.nan
    b = b.copy()
    b[260:280] = np.nan  # a minute
    found = detect_crossings(time, b, n, v, t)
    assert found.kind.values.tolist() == ["magnetopause"]
    assert found.time.values[0] == time[204] + np.timedelta64(1500, "ms")


def test_a_change_across_a_long_gap_is_no_crossing():
    time, *state = series([2] * 100 + [3] * 100)
    time = np.concatenate([time[:100], time[100:] + np.timedelta64(2, "h")])
    assert detect_crossings(time, *state).sizes["crossing"] == 0
    assert detect_crossings(time, *state, longest_gap="3h").sizes["crossing"] == 1


def test_a_shock_seen_without_its_sheath_is_both():
    time, *state = series([1] * 100 + [3] * 100)
    assert detect_crossings(time, *state).kind.values.tolist() == ["both"]


def test_detection_refuses_bad_times_and_shapes():
    time, b, n, v, t = series([2] * 10)
    with pytest.raises(InputError, match="ascend"):
        detect_crossings(time[::-1], b, n, v, t)
    with pytest.raises(InputError, match="shape"):
        detect_crossings(time, b[:5], n, v, t)
    with pytest.raises(InputError, match="three components"):
        classify_regions(b[:, :2], n, v, t)
    with pytest.raises(InputError, match="n_p needs the shape"):
        walen_test(v, b, n[:-1])


@pytest.mark.parametrize("name", ["p_dyn", "speed"])
def test_units_of_labelled_input_are_converted_or_refused(name):
    xr = pytest.importorskip("xarray")
    plain = {"p_dyn": 2.0, "b_z": 0.0, "speed": 400.0}
    depth = boundary_depth(9.0, 2.0, 0.0, plain, aberrated=True)
    other = {"p_dyn": xr.DataArray(2e-9, attrs={"units": "Pa"}), "speed": xr.DataArray(4e5, attrs={"units": "m/s"})}
    place = [xr.DataArray(r * 6371.2, attrs={"units": "km"}) for r in (9.0, 2.0, 0.0)]
    assert boundary_depth(*place, plain | {name: other[name]}, aberrated=True) == pytest.approx(depth, rel=1e-12)
    with pytest.raises(UnitError, match=name):
        boundary_depth(9.0, 2.0, 0.0, plain | {name: xr.DataArray(1.0, attrs={"units": "K"})}, aberrated=True)


def test_units_of_series_are_converted():
    xr = pytest.importorskip("xarray")
    time, b, n, v, t = series([1] * 40 + [2] * 40 + [3] * 40)
    found = detect_crossings(time, b, n, v, t)
    tesla = xr.DataArray(b * 1e-9, dims=("time", "axis"), attrs={"units": "T"})
    other = detect_crossings(time, tesla, xr.DataArray(n * 1e6, dims="time", attrs={"units": "m^-3"}), v, t)
    assert other.kind.values.tolist() == found.kind.values.tolist() == ["bow_shock", "magnetopause"]
    with pytest.raises(UnitError, match="t_p"):
        detect_crossings(time, b, n, v, xr.DataArray(t, dims="time", attrs={"units": "eV"}))


# taken apart


def rotational(seed=0, b_n=4.0, sense=1, count=81, noise=0.0, spread=0.0):
    """A rotational discontinuity with known normal (first column), frame velocity and Walen slope."""
    rng = np.random.default_rng(seed)
    frame = rotation_matrix(seed)
    angle = np.linspace(0.2, 2.6, count)
    b = np.stack([np.full(count, b_n), 40 * np.sin(angle), 55 * np.cos(angle)], axis=-1) @ frame.T
    n = 12.0 * (1 + spread * np.linspace(0, 1, count))
    velocity = np.array([-30.0, 120.0, 60.0]) @ frame.T
    v = velocity + sense * alfven_velocity(b, n)
    return b + noise * rng.normal(size=b.shape), v + noise * rng.normal(size=b.shape), n, frame, velocity


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_minimum_variance_finds_the_normal_in_any_frame(seed):
    b, _, _, frame, _ = rotational(seed)
    found = boundary_normal(b, outward=frame[:, 0])
    np.testing.assert_allclose(found.normal, frame[:, 0], atol=1e-6)
    assert found.normal_field == pytest.approx(4.0, abs=1e-4)
    lmn = np.asarray(found.frame)
    np.testing.assert_allclose(lmn @ lmn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(lmn) == pytest.approx(1.0)
    assert lmn[0, 2] >= 0
    assert np.all(np.diff(found.eigenvalues) <= 0)


def test_errors_of_the_normal_are_those_of_repeated_noise():
    """Angles and normal field scatter over 400 realisations as the estimate of each says."""
    clean, _, _, frame, _ = rotational(5, count=120)
    rng = np.random.default_rng(3)
    made = clean + 2.0 * rng.normal(size=(400, *clean.shape))
    found = boundary_normal(made, outward=frame[:, 0])
    reference = boundary_normal(clean, outward=frame[:, 0])
    turned = np.stack([found.normal @ reference.frame[k] for k in (0, 1)], axis=-1)
    np.testing.assert_allclose(turned.std(axis=0), found.error.mean(axis=0), rtol=0.15)
    assert found.normal_field.std() == pytest.approx(found.normal_field_error.mean(), rel=0.15)


def test_more_samples_and_less_noise_make_a_better_normal():
    few = boundary_normal(rotational(1, count=40, noise=1.0)[0])
    many = boundary_normal(rotational(1, count=4000, noise=1.0)[0])
    assert (many.error < few.error / 5).all()
    assert boundary_normal(rotational(1, noise=0.1)[0]).ratio > 100 * boundary_normal(rotational(1, noise=2.0)[0]).ratio


def test_the_constraint_helps_where_the_field_only_changes_along_a_line():
    """A tangential discontinuity with little rotation: free minimum variance is lost in the noise, the other is not."""
    frame = rotation_matrix(11)
    s = np.linspace(-1, 1, 200)
    b = np.stack([0 * s, 15 + 3 * np.tanh(4 * s), 30 * np.tanh(4 * s)], axis=-1) @ frame.T
    b = b + 1.5 * np.random.default_rng(2).normal(size=b.shape)
    off = [
        np.arccos(abs(boundary_normal(b, frame[:, 0], tangential=way).normal @ frame[:, 0])) for way in (False, True)
    ]
    assert off[1] < np.deg2rad(2.0) < off[0]
    constrained = boundary_normal(b, frame[:, 0], tangential=True)
    assert constrained.normal_field == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(constrained.frame @ constrained.frame.T, np.eye(3), atol=1e-12)


def test_gaps_do_not_disturb_a_normal():
    b, v, n, frame, velocity = rotational(2)
    b[[3, 40]] = np.nan
    v[10] = np.nan
    np.testing.assert_allclose(boundary_normal(b, frame[:, 0]).normal, frame[:, 0], atol=1e-6)
    found = walen_test(v, b, n)
    assert found.slope == pytest.approx(1.0)
    np.testing.assert_allclose(found.frame.velocity, velocity, atol=1e-6)
    few = boundary_normal(np.full((5, 3), np.nan))
    assert np.isnan(few.normal).all()
    assert np.isnan(few.normal_field)


@pytest.mark.parametrize("sense", [1, -1])
def test_walen_slope_of_a_rotational_discontinuity(sense):
    b, v, n, _, velocity = rotational(4, sense=sense, spread=0.0)
    found = walen_test(v, b, n)
    assert found.slope == pytest.approx(sense, abs=1e-9)
    assert found.correlation == pytest.approx(sense, abs=1e-9)
    assert found.quality == pytest.approx(sense, abs=1e-9)
    assert found.intercept == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(found.frame.velocity, velocity, atol=1e-6)


def test_walen_slope_under_noise():
    b, v, n, _, velocity = rotational(4, noise=3.0, count=600)
    found = walen_test(v, b, n)
    # noise of the abscissa flattens a regression by its share of the variance, about 3 % here
    share = 3.0**2 / b.reshape(-1).var()
    assert found.slope == pytest.approx(1.0 - share, abs=0.02)
    assert found.correlation > 0.97
    np.testing.assert_allclose(found.frame.velocity, velocity, atol=5.0)


def test_walen_slope_of_a_tangential_discontinuity():
    """The plasma rides with the layer: no flow in its frame beyond the noise."""
    b, _, n, frame, _ = rotational(6, b_n=0.0)
    velocity = np.array([-25.0, 100.0, -40.0]) @ frame.T
    v = velocity + 2.0 * np.random.default_rng(1).normal(size=b.shape)
    found = walen_test(v, b, n)
    assert abs(found.slope) < 0.05
    assert abs(found.quality) < 0.1
    # the normal motion is that of the layer, from which its thickness follows
    assert found.frame.velocity @ frame[:, 0] == pytest.approx(-25.0, abs=1.0)


def test_anisotropy_is_corrected():
    """A flow at the Alfven speed of an anisotropic plasma, with rho (1 - alpha) constant, as theory has it."""
    b, _, _, _, velocity = rotational(7)
    alpha = np.linspace(-0.3, 0.4, len(b))
    n = 10.0 / (1 - alpha)
    v = velocity + alfven_velocity(b, n, alpha)
    assert walen_test(v, b, n, alpha).slope == pytest.approx(1.0, abs=1e-9)
    assert walen_test(velocity + alfven_velocity(b, n, 0.36), b, n).slope == pytest.approx(0.8, abs=1e-9)
    np.testing.assert_allclose(de_hoffmann_teller(v, b).velocity, velocity, atol=1e-6)
    assert np.isnan(alfven_velocity(b, n, 1.5)).all()


def test_heavy_ions_lower_the_slope_by_the_root_of_the_mass():
    b, v, n, _, _ = rotational(8)
    assert walen_test(v, b, n, ion_mass=4.0).slope == pytest.approx(2.0, abs=1e-9)


def test_many_layers_at_once_give_what_each_gives():
    made = [rotational(seed) for seed in range(4)]
    b, v = (np.stack([m[k] for m in made]) for k in (0, 1))
    n = np.stack([m[2] for m in made])
    together, normals = walen_test(v, b, n), boundary_normal(b)
    for k in range(4):
        assert together.slope[k] == pytest.approx(walen_test(v[k], b[k], n[k]).slope, rel=1e-12)
        np.testing.assert_allclose(normals.frame[k], boundary_normal(b[k]).frame, atol=1e-12)


def test_current_of_a_layer_is_amperes_law():
    """A Harris sheet of half width 400 km: the current over it all is 2 B_0 / mu_0."""
    x = np.linspace(-4000.0, 4000.0, 4001)
    b = 30.0 * np.tanh(x / 400.0)
    density = np.gradient(b, x) * 1e-12 / (4e-7 * np.pi) * 1e9  # nA/m^2
    assert (density.sum() * (x[1] - x[0]) * 1e-3) == pytest.approx(layer_sheet_current(60.0), rel=1e-3)
    thickness = layer_thickness(np.array([10.0, 20.0]), np.array([80.0, -40.0]))
    np.testing.assert_allclose(thickness, 800.0)
    assert layer_current_density(60.0, 800.0) * 800.0 * 1e-3 == pytest.approx(layer_sheet_current(60.0), rel=1e-9)


def test_themis_crossings_of_march_2015(shared_data):
    """The fits stand where the spacecraft crossed, and the aberration moves them as geometry says."""
    pytest.importorskip("pyarrow")
    import importlib.util
    from pathlib import Path

    path = Path(__file__).parents[2] / "validation" / "themis_crossings.py"
    spec = importlib.util.spec_from_file_location("themis_crossings", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    ways = list(script.WAYS)
    with_alphas = script.score(shared_data, "magnetopause", script.MAGNETOPAUSES, ways[0])
    without = script.score(shared_data, "magnetopause", script.MAGNETOPAUSES, ways[-1])
    for name, found in with_alphas.items():
        print(f"{name:<24} n {found.n}  mean {found.mean:+.2f}  MAE {found.mae:.2f}  rms {found.rms:.2f} R_E")
        assert found.n == 26
        assert found.rms < 0.7
    assert with_alphas["shue_1998"].rms < 0.5
    # protons alone, whose pressure puts the boundary farther out
    assert without["shue_1998"].mean == pytest.approx(0.21, abs=0.03)
    assert without["shue_1998"].mae == pytest.approx(0.39, abs=0.03)
    assert without["shue_1998"].rms == pytest.approx(0.48, abs=0.03)
