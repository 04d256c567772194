"""The upstream files of the SWMF, ``IMF.dat``: a free header with commands, then rows of time, field and plasma."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sunearth.core.errors import DataError

from .dataset import ESSENTIAL, build_dataset, calendar_time, known_frame
from .opening import Content, open_content
from .tables import parse_table

if TYPE_CHECKING:
    import xarray as xr

_TIME = ("year", "month", "day", "hour", "minute", "second", "millisecond")
_STANDARD = ("bx", "by", "bz", "ux", "uy", "uz", "n", "t")
_VARIABLES = {
    "bx": "b_x",
    "by": "b_y",
    "bz": "b_z",
    "ux": "v_x",
    "uy": "v_y",
    "uz": "v_z",
    "vx": "v_x",
    "vy": "v_y",
    "vz": "v_z",
    "n": "n_p",
    "dens": "n_p",
    "t": "t_p",
    "temp": "t_p",
}


def read_swmf(path: str | os.PathLike[str] | Content) -> xr.Dataset:
    """Read an upstream file of the SWMF.

    Parameters
    ----------
    path : str or Path
        Rows follow ``#START``: year, month, day, hour, minute, second, millisecond, then field (nT), velocity (km/s),
        density (cm^-3) and temperature (K), or what ``#VAR`` names. ``#COOR`` states the frame, GSM if absent;
        ``#TIMEDELAY`` (s) is added to the times.

    Returns
    -------
    Dataset
        In the frame of the file, where the file holds: the upstream boundary of the model that it drove.

    Raises
    ------
    DataError
        Naming the line that does not fit.
    UnknownNameError
        If the frame is not GSM or GSE.
    """
    content = path if isinstance(path, Content) else open_content(path)
    lines = content.text().splitlines()
    place = content.name
    start = next((number for number, line in enumerate(lines) if line.strip().startswith("#START")), None)
    if start is None:
        raise DataError(f"{place}: has no #START line, so it is not an upstream file of the SWMF")
    header = lines[:start]
    frame = known_frame(_after(header, "#COOR", ["GSM"], place)[0])
    names = [name.lower() for name in _after(header, "#VAR", _STANDARD, place)]
    unknown = [name for name in names if name not in _VARIABLES]
    if unknown or len(set(names)) != len(names):
        raise DataError(
            f"{place}: #VAR names {', '.join(unknown or names)}; understood are {', '.join(_VARIABLES)}, each once"
        )
    delay = _number(_after(header, "#TIMEDELAY", ["0"], place)[0], "#TIMEDELAY", place)
    body = "\n".join("" if line.lstrip().startswith("#") else line for line in lines[start + 1 :])
    columns, numbers = parse_table(body, [*_TIME, *names], place=place, first_line=start + 2, complete_rows=True)
    year = columns["year"]
    # Two-digit years as the SWMF reads them.
    columns["year"] = np.where(year < 65, year + 2000, np.where(year < 100, year + 1900, year))
    time = calendar_time(**{part: columns[part] for part in _TIME})
    if np.isnat(time).any():
        line = numbers[int(np.flatnonzero(np.isnat(time))[0])]
        raise DataError(f"{place}: line {line} has no valid date and time in its first seven columns")
    notes = []
    if delay:
        time = time + np.timedelta64(round(delay * 1e9), "ns")
        notes.append(f"times delayed by {delay:g} s as the file asks")
    if _after(header, "#ZEROBX", ["F"], place)[0].strip(".").upper().startswith("T"):
        columns["bx"] = np.zeros_like(year)
        notes.append("b_x set to zero as the file asks")
    if any(line.strip().startswith("#PLANE") for line in header):
        notes.append("tilted phase fronts (#PLANE) not applied")
    return build_dataset(
        time,
        {_VARIABLES[name]: columns[name] for name in names},
        place=place,
        frame=frame,
        source=f"SWMF upstream file {os.path.basename(place)}",
        location="upstream boundary of the model",
        notes=notes,
        required=ESSENTIAL,
    )


def _after(header: Sequence[str], command: str, default: Sequence[str], place: str) -> list[str]:
    """The words of the line that follows a command."""
    for number, line in enumerate(header):
        if line.strip().startswith(command):
            words = header[number + 1].split() if number + 1 < len(header) else []
            if not words:
                raise DataError(f"{place}: line {number + 1}: {command} is followed by nothing")
            return words
    return list(default)


def _number(word: str, command: str, place: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = np.nan
    if not abs(value) < 1e7:
        raise DataError(f"{place}: {command} is followed by {word[:40]!r}, not by seconds")
    return value
