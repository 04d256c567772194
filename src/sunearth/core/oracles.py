"""Published and independently computed numbers, and whether the package reproduces them.

The numbers are data: TOML files that the tests read from ``tests/oracles`` and the installed package carries along.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .errors import DataError
from .registry import resolve


class Oracle(NamedTuple):
    """One number to hold: a function, its inputs, the expected result and where that comes from."""

    file: str
    entry: str
    function: str
    inputs: dict[str, Any]
    expected: Any
    rtol: float
    atol: float
    source: str
    remark: str


class Verdict(NamedTuple):
    """An oracle, what the package computed, and whether the two agree within the stated tolerance."""

    oracle: Oracle
    computed: Any
    holds: bool


def oracle_folder() -> Path:
    """Return the folder of the oracle files: inside an installed package, or beside a source tree.

    Raises
    ------
    DataError
        If neither is there.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "oracles", package.parents[1] / "tests" / "oracles"):
        if folder.is_dir():
            return folder
    raise DataError(f"no oracle files beside {package}; install the package from its wheel or source tree")


def load_oracles(folder: Path | None = None) -> list[Oracle]:
    """Read every oracle.

    Parameters
    ----------
    folder : Path, optional
        Where the TOML files are; the package's own by default.

    Returns
    -------
    list of Oracle
        In the order of the files.
    """
    folder = folder or oracle_folder()
    return [
        Oracle(
            file=path.stem,
            entry=row["entry"],
            function=row["function"],
            inputs=row.get("inputs", {}),
            expected=row["expected"],
            rtol=row.get("rtol", 0.0),
            atol=row.get("atol", 0.0),
            source=row["source"],
            remark=row.get("remark", ""),
        )
        for path in sorted(folder.glob("*.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8")).get("oracle", [])
    ]


def verify(oracles: list[Oracle] | None = None) -> Iterator[Verdict]:
    """Evaluate oracles one by one.

    Parameters
    ----------
    oracles : list of Oracle, optional
        All of the package's by default.

    Yields
    ------
    Verdict
        The computed value and whether it holds.
    """
    for oracle in load_oracles() if oracles is None else oracles:
        computed = resolve(oracle.function)(**oracle.inputs)
        yield Verdict(oracle, computed, _agrees(oracle, computed))


def _agrees(oracle: Oracle, computed: Any) -> bool:
    if isinstance(oracle.expected, dict):
        return all(
            np.allclose(getattr(computed, field), value, rtol=oracle.rtol, atol=oracle.atol)
            for field, value in oracle.expected.items()
        )
    if isinstance(oracle.expected, (str, bool)):
        return bool(computed == oracle.expected)
    close = np.isclose(computed, oracle.expected, rtol=oracle.rtol, atol=oracle.atol, equal_nan=True)
    return bool(np.all(close))
