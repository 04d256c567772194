"""Shared by all tests: no network, and where the shared observations are."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("sunearth", deadline=None)  # a first call may compile
settings.load_profile("sunearth")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Nothing in the package may reach for the network: every connection attempt fails the test."""

    def refuse(self, address, *rest):
        if self.family == getattr(socket, "AF_UNIX", None):
            return original(self, address, *rest)
        raise AssertionError(f"a test tried to connect to {address}")

    original = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real observations; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("SUNEARTH_SHARED_DATA", SHARED_DATA))
    if not folder.is_dir():
        pytest.skip("the shared observations are not on this machine")
    return folder
