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


def test_a_scenario_may_start_from_a_mass_ejection(tmp_path):
    from sunearth.chain.run import run

    path = tmp_path / "ejection.toml"
    path.write_text('[cme]\nlaunch = "2024-05-08T22:36"\nspeed = 1500.0\nrope = "WSE"\n')
    result = run(**read_scenario(path).run_arguments())
    assert float(result["dst"].min()) < -100.0
    assert "flux rope WSE" in result.attrs["notes"]
    assert "launched at 2024-05-08" in result.attrs["title"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("members = 3\n", "either a source or a table"),
        ('source = "gannon-2024"\n[cme]\nlaunch = "2024-05-08"\nspeed = 900.0\n', "either a source or a table"),
        ('[cme]\nlaunch = "2024-05-08"\nspeed = -900.0\n', "greater than 0"),
        ('[cme]\nlaunch = "2024-05-08"\nspeed = 900.0\ncolour = "red"\n', "colour"),
    ],
)
def test_faulty_ejections_are_refused(tmp_path, text, word):
    path = tmp_path / "faulty.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=word):
        read_scenario(path)
