"""Scenario files."""

import pytest

from sunearth.chain.scenario import read_scenario
from sunearth.core.errors import DataError


def test_a_scenario_reads(tmp_path):
    (tmp_path / "wind.csv").write_text("time\n")
    path = tmp_path / "storm.toml"
    path.write_text('source = "wind.csv"\nmembers = 5\n[models]\ndst = "burton_1975"\n')
    scenario = read_scenario(path)
    assert scenario.source == str(tmp_path / "wind.csv")
    assert scenario.name == "storm"
    assert scenario.models == {"dst": "burton_1975"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source = ", "not a TOML file"),
        ('source = "x"\ncolour = 3\n', "colour"),
        ("members = 3\n", "source"),
        ('source = "x"\nmembers = -3\n', "members"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, message):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=message) as caught:
        read_scenario(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value).split("; a scenario")[0] or message == "not a TOML file"


def test_no_such_scenario(tmp_path):
    with pytest.raises(DataError, match="cannot read the scenario"):
        read_scenario(tmp_path / "none.toml")
