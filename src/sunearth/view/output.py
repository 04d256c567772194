"""Writing a run to disk: all of it or nothing."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import xarray as xr

from sunearth.core.errors import OutputError


class RunFiles(NamedTuple):
    """Where a run was written."""

    folder: Path
    result: Path
    report: Path
    summary: Path


def save_run(result: xr.Dataset, folder: str | Path, event: str = "") -> tuple[RunFiles, dict[str, Any]]:
    """Write a run's data, report and summary into a folder, replacing what an earlier run left there.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.
    folder : str or Path
        Made if it does not exist. Only a folder that is empty or holds an earlier run is replaced.
    event : str, optional
        Name to report.

    Returns
    -------
    RunFiles, dict
        The paths, and the summary that was written.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else than a run.
    """
    from sunearth.chain.summary import summarise
    from sunearth.data.writing import write_netcdf, write_text

    from .report import report_html

    folder = Path(folder)
    with replaced_folder(folder) as fresh:
        summary = summarise(result, event)
        write_netcdf(result, fresh / "result.nc")
        write_text(fresh / "summary.json", json.dumps(summary, indent=2, allow_nan=False) + "\n")
        write_text(fresh / "report.html", report_html(result, summary))
    return RunFiles(folder, folder / "result.nc", folder / "report.html", folder / "summary.json"), summary


@contextlib.contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to fill; put it in the place of `folder` only once it is complete.

    Raises
    ------
    OutputError
        If the place cannot be written, or holds files that no run wrote.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file, not a folder; choose another --out")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "summary.json").exists():
        raise OutputError(f"{folder}: holds files that are not a run; choose another --out or empty it")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        fresh.chmod(0o755)
    except OSError as error:
        raise OutputError(f"{folder}: cannot write here: {error.strerror}; choose another --out") from error
    try:
        yield fresh
        _swap(fresh, folder)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{folder}: cannot write here: {error.strerror or error}; choose another --out") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, folder: Path) -> None:
    """Move a complete folder into place; what was there goes only after that."""
    if not folder.exists():
        fresh.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    os.replace(folder, old)
    try:
        fresh.rename(folder)
    except OSError:
        os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
