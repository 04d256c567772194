"""The scene in space: what stands in it, what a page needs to show it, and what cannot be shown."""

import base64
import hashlib
import json
import re

import numpy as np
import pytest

from sunearth.core.errors import DataError, InputError
from sunearth.magnetosphere.magnetopause import shue_1998
from sunearth.view import space


@pytest.fixture(scope="module")
def scene(make_run):
    return space.space_scene(make_run(), "2015-03-17T06:00", model="t89")


def test_the_boundaries_are_those_of_the_run(scene, make_run):
    run = make_run().sel(time="2015-03-17T06:00")
    pause = next(surface for surface in scene.surfaces if surface.name == "magnetopause")
    x, y, z = np.moveaxis(pause.points, -1, 0)
    theta, r = np.arctan2(np.hypot(y, z), x), np.sqrt(x**2 + y**2 + z**2)
    assert np.allclose(r[0], float(run["magnetopause_standoff"]), atol=1e-6)
    expected = shue_1998(theta, float(run["p_dyn"]), float(run["b_z"]))
    assert np.allclose(r, expected, rtol=0.01)


def test_lines_reach_from_the_earth_into_the_scene(scene):
    by_name = {}
    for line in scene.lines:
        by_name.setdefault(line.name, []).append(line.points)
    assert {"closed field lines", "open, north", "open, south"} <= set(by_name)
    for points in by_name["closed field lines"]:
        assert np.allclose(np.linalg.norm(points[[0, -1]], axis=-1), 1.0, atol=2e-3)
    for points in by_name["open, north"]:
        ends = np.sort(np.linalg.norm(points[[0, -1]], axis=-1))
        assert ends[0] == pytest.approx(1.0, abs=2e-3)
        assert ends[1] > 10.0
    everywhere = np.concatenate([line.points for line in scene.lines])
    assert everywhere[:, 0].min() > space.BEHIND - 0.1
    assert np.abs(everywhere[:, 1:]).max() < space.ASIDE + 0.1


def test_a_thinned_line_stays_where_it_was():
    t = np.linspace(0.0, 3.0, 400)
    curve = np.stack([10 * np.cos(t), 10 * np.sin(t), t], axis=-1)
    thin = space._thinned(curve, 0.04)
    assert len(thin) < 40
    share = np.interp(t, t[np.searchsorted(curve[:, 2], thin[:, 2])], np.arange(len(thin)))
    low = np.minimum(share.astype(int), len(thin) - 2)
    back = thin[low] + (share - low)[:, None] * (thin[low + 1] - thin[low])
    assert np.linalg.norm(back - curve, axis=-1).max() < 0.06


def test_the_page_allows_this_script_and_no_other(scene):
    section = space.space_section(scene)
    scripts = re.findall(r"<script>(.*?)</script>", section, flags=re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert space.script_hash() == f"'sha256-{digest}'"
    data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', section, flags=re.DOTALL)[1])
    assert {surface["name"] for surface in data["surfaces"]} == {"bow shock", "magnetopause", "Earth"}
    assert len(data["lines"]) == len(scene.lines) + 2  # and the axis of the dipole
    assert len(section) < 600_000


def test_the_terminator_divides_the_globe(scene):
    globe = space._earth()
    rings = np.array(globe["points"])
    lit = np.array(globe["day"], bool)
    assert lit.shape == (12, 24)
    assert (rings[:-1][lit][:, 0] > 0.0).all()
    assert (rings[1:][~lit][:, 0] < 0.0).all()


def test_what_cannot_be_drawn_is_said(make_run):
    run = make_run()
    with pytest.raises(DataError, match="the magnetopause is not known at 2015-03-19T02:00"):
        space.space_scene(run, "2015-03-19T02:00", model="t89")
    with pytest.raises(InputError):
        space.space_scene(run.isel(time=slice(0, 0)), model="t89")
    with pytest.raises(InputError):
        space.space_scene(run.expand_dims(member=2), model="t89")
