"""The real-time solar wind of NOAA's Space Weather Prediction Center: JSON from L1, plasma and field in two files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import DataError

from .dataset import Floats, build_dataset
from .opening import Content, one_line, open_content, unpack
from .tables import parse_times

if TYPE_CHECKING:
    import xarray as xr

SOURCE = "NOAA Space Weather Prediction Center, real-time solar wind"

# The 7-day products (a list of rows under a header) and the 1-min products (a list of records) of the same data.
_NAMES = {
    "density": "n_p",
    "proton_density": "n_p",
    "speed": "speed",
    "proton_speed": "speed",
    "temperature": "t_p",
    "proton_temperature": "t_p",
    "bt": "b",
    "bx_gsm": "b_x",
    "by_gsm": "b_y",
    "bz_gsm": "b_z",
    "proton_vx_gsm": "v_x",
    "proton_vy_gsm": "v_y",
    "proton_vz_gsm": "v_z",
}
_FILL = -9999.0
_TIMEOUT = 30.0  # s


def read_swpc(source: str | os.PathLike[str] | Content | Iterable[Any]) -> xr.Dataset:
    """Read the real-time solar wind, merging plasma and field by their times.

    Parameters
    ----------
    source : str, Path or sequence of them
        ``plasma-7-day.json`` and ``mag-7-day.json`` (or the 1-min ``rtsw_wind_1m.json`` and ``rtsw_mag_1m.json``), one
        or both, a folder that holds them, or their addresses at the centre: a network is used only for an address.

    Returns
    -------
    Dataset
        In GSM, at L1: nothing is propagated to the Earth.

    Raises
    ------
    DataError
        If there is no such file, an address does not answer, or it holds something else.
    """
    if isinstance(source, (str, os.PathLike, Content)):
        items: list[Any] = [source]
        if not isinstance(source, Content) and not is_address(source) and Path(source).is_dir():
            items = sorted(
                file for file in Path(source).iterdir() if file.name.endswith((".json", ".json.gz")) and _is_wind(file)
            )
            if not items:
                raise DataError(f"{source}: is a folder without plasma*.json, mag*.json or rtsw*.json; name a file")
    else:
        items = list(source)
    if not items:
        raise DataError("no file was named")
    parts: list[tuple[str, NDArray[np.datetime64], dict[str, Floats]]] = []
    notes: list[str] = []
    for item in items:
        content = item if isinstance(item, Content) else fetch(item) if is_address(item) else open_content(item)
        parts.append((content.name, *_columns(content, notes)))
    place = " and ".join(os.path.basename(name) or name for name, _, _ in parts)
    time, values = _merged(parts)
    for missing, name in (("b_z", "field"), ("speed", "plasma")):
        if missing not in values and len(parts) == 1:
            notes.append(f"no {name} in this file: give the other file too")
    return build_dataset(
        time,
        values,
        place=place,
        frame="GSM",
        source=f"{SOURCE} ({place})",
        location="L1",
        references=SOURCE,
        notes=notes,
    )


def _is_wind(file: Path) -> bool:
    return file.name.startswith(("plasma", "mag", "rtsw_wind", "rtsw_mag", "rtsw_plasma"))


def is_address(source: Any) -> bool:
    """Whether a source is an address on the network rather than a file.

    Examples
    --------
    >>> is_address("https://services.swpc.noaa.gov/json/rtsw/rtsw_mag_1m.json"), is_address("mag-7-day.json")
    (True, False)
    """
    return isinstance(source, str) and source.lower().startswith(("http://", "https://"))


def fetch(address: str) -> Content:
    """Fetch what is at an address; nothing else in the package opens a connection unasked.

    Parameters
    ----------
    address : str
        Beginning with ``http://`` or ``https://``.

    Returns
    -------
    Content
        Unpacked.

    Raises
    ------
    DataError
        If it does not answer.
    """
    import http.client
    import urllib.request

    request_error = (OSError, ValueError, http.client.HTTPException)
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "sunearth"})
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            data = answer.read()
    except request_error as error:
        raise DataError(f"{address}: no answer ({one_line(error)}); check the address and the network") from None
    return unpack(data, address)


def _columns(content: Content, notes: list[str]) -> tuple[NDArray[np.datetime64], dict[str, Floats]]:
    place = content.name
    try:
        rows = json.loads(content.text())
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place}: is not JSON that can be read ({one_line(error)}); fetch it again") from None
    if not isinstance(rows, list) or not rows:
        raise DataError(f"{place}: is not a list of rows as the centre publishes them")
    if all(isinstance(row, dict) for row in rows):
        header, cells = _from_records(rows, place, notes)
    else:
        header, cells = _from_rows(rows, place)
    if "time_tag" not in header:
        raise DataError(f"{place}: has no time_tag; it has {', '.join(header)[:120]}")
    order = {name: index for index, name in enumerate(header)}
    known = {ours: order[theirs] for theirs, ours in _NAMES.items() if theirs in order}
    if not known:
        raise DataError(f"{place}: holds neither plasma nor field; it has {', '.join(header)[:120]}")
    if not cells:
        raise DataError(f"{place}: holds no rows")
    # Element 0 is the header of the 7-day products: numbers as a reader of the file would count them.
    numbers = np.arange(1, len(cells) + 1)
    tags = [row[order["time_tag"]] for row in cells]
    wrong = next((i for i, tag in enumerate(tags) if not isinstance(tag, str)), None)
    if wrong is not None:
        raise DataError(f"{place}: row {wrong + 1}: time_tag is not a time")
    time = parse_times(tags, numbers, place, "time_tag")
    return time, {name: _numbers(cells, index, header[index], place) for name, index in known.items()}


def _from_rows(rows: list[Any], place: str) -> tuple[list[str], list[list[Any]]]:
    header = rows[0]
    if not isinstance(header, list) or not all(isinstance(name, str) for name in header):
        raise DataError(f"{place}: its first row is not a header of names")
    for number, row in enumerate(rows[1:], 1):
        if not isinstance(row, list) or len(row) != len(header):
            raise DataError(f"{place}: row {number} is not a list of {len(header)} values")
    return header, rows[1:]


def _from_records(rows: list[Any], place: str, notes: list[str]) -> tuple[list[str], list[list[Any]]]:
    """Rows of the 1-min products; of two spacecraft at one minute the active one counts."""
    if any(row.get("active") is True for row in rows):
        active = [row for row in rows if row.get("active") is True]
        if len(active) < len(rows):
            notes.append(f"{len(rows) - len(active)} rows of inactive spacecraft left out")
        rows = active
    header = list(rows[0])
    for name in ("time_tag", *_NAMES):
        if name not in header and any(name in row for row in rows):
            header.append(name)
    if not header:
        raise DataError(f"{place}: its records are empty")
    return header, [[row.get(name) for name in header] for row in rows]


def _numbers(cells: list[list[Any]], index: int, name: str, place: str) -> Floats:
    values = np.full(len(cells), np.nan)
    for number, row in enumerate(cells):
        cell = row[index]
        if cell is None or cell == "":
            continue
        try:
            if isinstance(cell, (bool, list, dict)):
                raise TypeError
            values[number] = float(cell)
        except (TypeError, ValueError, OverflowError):
            raise DataError(f"{place}: row {number + 1}: {name} is {str(cell)[:40]!r}, not a number") from None
    return np.where(values <= _FILL, np.nan, values)


def _merged(
    parts: list[tuple[str, NDArray[np.datetime64], dict[str, Floats]]],
) -> tuple[NDArray[np.datetime64], dict[str, Floats]]:
    """Put the columns of all files on the union of their times; the last of rows at one time wins."""
    if len(parts) == 1:
        return parts[0][1], parts[0][2]
    union = np.unique(np.concatenate([time for _, time, _ in parts]))
    values: dict[str, Floats] = {}
    for _, time, columns in parts:
        places = np.searchsorted(union, time)
        for name, column in columns.items():
            merged = values.setdefault(name, np.full(union.size, np.nan))
            held = np.isfinite(column)
            merged[places[held]] = column[held]
    return union, values
