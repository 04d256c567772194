"""Normals and frames of shocks: made-up shocks are recovered, and 91 observed ones."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.heliosphere import shock_normals, shocks

angle = st.floats(0.0, np.pi / 2)


def an_ideal_shock(seed):
    """Upstream and downstream vectors of an exact shock in a random orientation, moving over the observer."""
    rng = np.random.default_rng(seed)
    frame = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    normal, tangent = frame[0], frame[1]
    speed = rng.uniform(-100, 400)
    drift = rng.normal(size=3) * 100
    drift -= normal * (drift @ normal)
    upstream = (5.0, -rng.uniform(350, 700), 0.0, rng.uniform(1, 5), rng.uniform(2, 5), 0.015)
    states = [upstream, tuple(shocks.downstream_state(*upstream))]
    boost = drift + speed * normal
    b = [s[3] * normal + s[4] * tangent for s in states]
    v = [s[1] * normal + s[2] * tangent + boost for s in states]
    return normal, speed, [s[0] for s in states], v, b


@pytest.mark.parametrize("seed", range(6))
def test_normals_speed_and_frame_of_an_ideal_shock_are_recovered(seed):
    normal, speed, n, (v_up, v_down), (b_up, b_down) = an_ideal_shock(seed)
    for kind in ("jump", "up", "down"):
        np.testing.assert_allclose(
            shock_normals.mixed_normal(b_up, b_down, v_up, v_down, field=kind), normal, atol=1e-9
        )
    assert abs(shock_normals.coplanarity_normal(b_up, b_down) @ normal) == pytest.approx(1.0, abs=1e-12)
    assert shock_normals.velocity_normal(v_up, v_down) @ normal > np.cos(np.deg2rad(15))
    found = shock_normals.shock_speed(n[0], n[1], v_up @ normal, v_down @ normal)
    assert found == pytest.approx(speed, abs=1e-8 * 400)
    frames = [shock_normals.shock_frame_velocity(v, b, normal, speed) for v, b in ((v_up, b_up), (v_down, b_down))]
    np.testing.assert_allclose(frames[0], frames[1], rtol=1e-8, atol=1e-6)
    assert np.linalg.norm(np.cross(v_up - frames[0], b_up)) < 1e-8 * np.linalg.norm(v_up) * np.linalg.norm(b_up)
    assert frames[0] @ normal == pytest.approx(speed, abs=1e-8)
    cosine = abs(b_up @ normal) / np.linalg.norm(b_up)
    assert shock_normals.theta_bn(*b_up, *normal) == pytest.approx(np.arccos(cosine), rel=1e-9)
    # The plane of two states fixes the frame of a series too.
    series = shock_normals.de_hoffmann_teller(np.array([v_up, v_down] * 5), np.array([b_up, b_down] * 5))
    np.testing.assert_allclose(series.velocity, frames[0], rtol=1e-7, atol=1e-5)
    assert series.correlation == pytest.approx(1.0)


def test_parallel_fields_have_no_coplanarity_normal():
    assert np.isnan(shock_normals.coplanarity_normal([0.0, 2.0, 0.0], [0.0, 6.0, 0.0])).all()
    assert np.isnan(shock_normals.shock_frame_velocity([-400.0, 0, 0], [0.0, 5.0, 0.0], [1.0, 0, 0])).all()
    with pytest.raises(InputError, match="three components"):
        shock_normals.coplanarity_normal([1.0, 2.0], [1.0, 3.0])


def test_minimum_variance_finds_the_normal_of_a_rotation_with_gaps():
    rng = np.random.default_rng(5)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    phase = np.linspace(0, np.pi, 200)
    local = np.stack([np.full_like(phase, 2.0), 6 * np.cos(phase), 5 * np.sin(phase)], axis=-1)
    b = local @ axes + rng.normal(size=(200, 3)) * 0.05
    b[17, 1] = b[90] = np.nan
    found = shock_normals.minimum_variance(np.stack([b, b]))
    assert abs(found.normal[0] @ axes[0]) > np.cos(np.deg2rad(1.0))
    assert abs(found.normal_field[1]) == pytest.approx(2.0, abs=0.03)
    assert (np.diff(found.eigenvalues) > 0).all()
    assert found.eigenvalues[0, 1] > 50 * found.eigenvalues[0, 0]
    assert np.isnan(shock_normals.minimum_variance(b[:2]).normal).all()


def test_the_frame_of_an_alfvenic_series_with_noise_and_gaps():
    rng = np.random.default_rng(6)
    phase = np.linspace(0, 5, 400)
    b = np.stack([2 + np.sin(3 * phase), 5 * np.cos(phase), 5 * np.sin(phase)], axis=-1)
    frame = np.array([-420.0, 35.0, -12.0])
    v = frame + 9 * b + rng.normal(size=b.shape) * 2
    v[::50] = np.nan
    found = shock_normals.de_hoffmann_teller(v, b)
    np.testing.assert_allclose(found.velocity, frame, atol=1.5)
    assert found.correlation > 0.99
    assert found.slope == pytest.approx(1.0, abs=0.01)
    assert found.residual < 1e-3
    assert np.isnan(shock_normals.de_hoffmann_teller(v, np.tile([0.0, 5.0, 0.0], (400, 1))).velocity).all()


def validation():
    path = Path(__file__).parents[2] / "validation" / "mms_bow_shocks.py"
    if not path.exists():
        pytest.skip("the validation scripts are not on this machine")
    spec = importlib.util.spec_from_file_location("mms_bow_shocks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_normals_of_91_bow_shocks(shared_data):
    scores = validation().score_normals(shared_data)
    print(scores)
    for kind in ("jump", "upstream", "downstream"):
        assert scores[f"mixed, {kind}"]["median"] < 0.5
        assert scores[f"mixed, {kind}"]["q90"] < 1.0
    assert scores["velocity"]["median"] < 3.0
