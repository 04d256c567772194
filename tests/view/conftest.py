"""Runs to draw, made once."""

import importlib.util
from pathlib import Path

import pytest

_specification = importlib.util.spec_from_file_location("made_up", Path(__file__).with_name("made_up.py"))
_made_up = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(_made_up)


@pytest.fixture(scope="session")
def make_run():
    return _made_up.made_up_run


@pytest.fixture(scope="session")
def make_summary():
    return _made_up.made_up_summary


@pytest.fixture
def run(make_run):
    return make_run()


@pytest.fixture
def summary(make_summary):
    return make_summary()
