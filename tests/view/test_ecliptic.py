"""Pictures and report of a mass ejection."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from sunearth.chain.launch import forecast_cme
from sunearth.core.errors import InputError, OutputError
from sunearth.view.cme_report import cme_html, cme_summary, save_cme
from sunearth.view.ecliptic import ecliptic, ecliptic_animation, effects_of_ropes, speed_at_earth


@pytest.fixture(scope="module")
def found():
    return forecast_cme("2024-05-08T22:36", 1200.0, 70.0, longitude=15.0, latitude=-10.0)


def test_the_earth_stands_on_the_right_and_the_front_moves_outward(found):
    reach = []
    for time in ("2024-05-09T12:00", "2024-05-10T12:00"):
        axes = ecliptic(found.heliosphere, time).axes[0]
        earth = next(text for text in axes.texts if text.get_text() == "Earth")
        assert earth.xy[0] == pytest.approx(1.01, abs=0.02)
        front = axes.get_lines()[0].get_xdata()
        reach.append(np.nanmax(front))
    assert reach[0] < 0.6 < reach[1]
    with pytest.raises(InputError, match="UpwindWind"):
        ecliptic(found.effects)


def test_the_moving_picture_moves(found):
    picture = Image.open(io.BytesIO(ecliptic_animation(found.heliosphere, frames=4, width=3.0, dpi=50.0)))
    assert picture.n_frames == 4
    first = np.asarray(picture.convert("RGB"), float)
    picture.seek(3)
    assert np.abs(np.asarray(picture.convert("RGB"), float) - first).max() > 50


def test_series_and_effects_show_what_they_are_given(found):
    axes = speed_at_earth(found.heliosphere).axes[0]
    np.testing.assert_allclose(
        axes.get_lines()[0].get_ydata(), found.heliosphere["observer_speed"].sel(observer="earth")
    )
    axes = effects_of_ropes(found.effects).axes[0]
    assert len(axes.get_yticklabels()) == 8
    assert axes.get_xlabel() == "Deepest Dst (nT)"


def test_the_report_is_one_file_that_fetches_nothing(found):
    page = cme_html(found)
    assert "<script" not in page
    assert not re.search(r'(?:src|href|srcset)="(?!data:)', page)
    assert "data:image/webp" in page
    middle = cme_summary(found)["arrival"]["0.5"]["shock"]
    assert f"{int(middle[8:10])} May 2024, {middle[11:16]} UTC" in page


def test_a_miss_is_reported_as_such():
    gone = forecast_cme("2024-05-08T22:36", 1200.0, 60.0, longitude=100.0)
    assert "passes the Earth by" in cme_html(gone)
    assert cme_summary(gone)["arrival"] is None


def test_it_is_written_all_or_nothing(found, tmp_path):
    files, summary = save_cme(found, tmp_path / "cme")
    assert all(path.exists() for path in files)
    assert json.loads((tmp_path / "cme" / "summary.json").read_text()) == json.loads(json.dumps(summary))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="not a run"):
        save_cme(found, tmp_path / "other")
    assert (tmp_path / "other" / "thesis.txt").exists()
