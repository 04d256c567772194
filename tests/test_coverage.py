"""docs/coverage.csv is true: what it calls done can be imported and is tested."""

import csv
from pathlib import Path

import pytest

from sunearth.core.oracles import load_oracles
from sunearth.core.registry import resolve

ROOT = Path(__file__).parents[1]
with (ROOT / "docs/coverage.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
DONE = [row for row in ROWS if row["status"] == "done"]


def test_every_row_says_what_became_of_it():
    assert {row["status"] for row in ROWS} <= {"done", "declined", "open"}
    keys = [(row["entry"], row["file"]) for row in ROWS]
    assert len(keys) == len(set(keys))
    for row in ROWS:
        assert row["status"] != "declined" or row["remark"], f"{row['entry']} is declined without a reason"


@pytest.mark.parametrize("row", DONE, ids=[f"{row['entry']}-{row['file']}" for row in DONE])
def test_what_is_done_is_there_and_tested(row):
    assert resolve(row["path"]) is not None
    test = ROOT / row["test"]
    assert test.exists()
    name = row["path"].rsplit(".", 1)[1]
    shown = name in test.read_text(encoding="utf-8")
    held = any(oracle.function == row["path"] for oracle in load_oracles())
    assert shown or held, f"neither {row['test']} nor an oracle mentions {name}"
