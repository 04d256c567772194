"""Tables in text: rows of numbers, and CSV with a header that says what each column is and in what unit."""

from __future__ import annotations

import csv
import io
import os
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import DataError, UnknownNameError, nearest_names

from .dataset import ESSENTIAL, VARIABLES, Floats, build_dataset, known_frame, unit_factor
from .opening import Content, one_line, open_content

if TYPE_CHECKING:
    import xarray as xr

Columns = Mapping[str, str] | Iterable[str] | str
"""How a user maps other names: ``{"Bz": "b_z [nT]"}``, ``["Bz=b_z[nT]"]`` or ``"Bz=b_z[nT],V=speed[km/s]"``."""

TIME_NAMES = ("time", "time_utc", "datetime", "date_time", "timestamp", "time_tag", "epoch", "datetime_utc")
_MISSING = ["", "nan", "NaN", "NAN", "NA", "N/A", "n/a", "null", "NULL", "None", "none", "-", "--"]
_UNIT_IN_NAME = re.compile(r"^(?P<name>.*?)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\))?\s*$", re.DOTALL)
_FRAME_IN_NAME = re.compile(r"^(?P<name>[bv]_[xyz])_(?P<frame>gse|gsm)$")
_REMARK = re.compile(r"^#\s*(?P<key>frame|source|location|time_label)\s*:\s*(?P<value>.*)$", re.IGNORECASE)


class Mapped(NamedTuple):
    """What a user said about a column: our name and its unit (ours if not given)."""

    name: str
    unit: str | None


def parse_columns(columns: Columns | None) -> dict[str, Mapped]:
    """Read what a user says about the columns of a table.

    Parameters
    ----------
    columns : dict, sequence of str, or str, optional
        Theirs to ours, the unit in brackets; without one the unit of the package is meant.

    Returns
    -------
    dict
        Their name to :class:`Mapped`.

    Raises
    ------
    UnknownNameError
        If ours is not a known variable.
    DataError
        If a text is not of the form ``theirs=ours[unit]``.

    Examples
    --------
    >>> parse_columns("Bz_gsm_nT=b_z[nT], V=speed")
    {'Bz_gsm_nT': Mapped(name='b_z', unit='nT'), 'V': Mapped(name='speed', unit=None)}
    """
    if columns is None:
        return {}
    if isinstance(columns, Mapping):
        pairs = [(str(theirs), str(ours)) for theirs, ours in columns.items()]
    else:
        texts = columns.split(",") if isinstance(columns, str) else [str(text) for text in columns]
        pairs = []
        for text in texts:
            theirs, equals, ours = text.rpartition("=")
            if not equals or not theirs.strip() or not ours.strip():
                raise DataError(f"columns: {text.strip()!r} is not of the form theirs=ours[unit], such as Bz=b_z[nT]")
            pairs.append((theirs, ours))
    mapped = {}
    for theirs, ours in pairs:
        name, unit = _split_unit(ours)
        if name != "time" and name not in VARIABLES:
            raise UnknownNameError("variable", name, ["time", *VARIABLES], "Columns are mapped as theirs=ours[unit].")
        mapped[theirs.strip()] = Mapped(name, unit)
    return mapped


def _split_unit(text: str) -> tuple[str, str | None]:
    match = _UNIT_IN_NAME.match(text.strip())
    if match is None:  # cannot happen: the pattern takes any text
        return text.strip(), None
    unit = match["square"] if match["square"] is not None else match["round"]
    return match["name"].strip(), unit.strip() if unit is not None else None


def parse_table(
    text: str,
    names: Sequence[str],
    *,
    place: str,
    delimiter: str | None = None,
    first_line: int = 1,
    text_columns: Sequence[str] = (),
    complete_rows: bool = False,
) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """Read rows of numbers.

    Parameters
    ----------
    text : str
        The rows, without a header.
    names : sequence of str
        One for each column.
    place : str
        The file, for errors.
    delimiter : str, optional
        Between columns; blanks if not given.
    first_line : int
        Number of the first row's line in the file.
    text_columns : sequence of str
        Columns left as text (a pandas Series).
    complete_rows : bool
        Refuse a row that lacks its last columns.

    Returns
    -------
    dict, array of int
        The columns by name, and the line that each row came from.

    Raises
    ------
    DataError
        Naming the line and the column where something is not a number, or a row is too long or too short.
    """
    import pandas as pd

    names = list(names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            frame = pd.read_csv(
                io.BytesIO(text.encode("utf-8", "replace")),
                sep=delimiter if delimiter is not None else r"\s+",
                header=None,
                names=names,
                index_col=False,
                dtype=dict.fromkeys(text_columns, str),
                na_values=_MISSING,
                keep_default_na=False,
                skip_blank_lines=False,
                skipinitialspace=True,
                engine="c",
            )
    except pd.errors.EmptyDataError:
        raise DataError(f"{place}: holds no rows") from None
    except (ValueError, OverflowError, pd.errors.ParserWarning, csv.Error) as error:
        raise DataError(f"{place}: {_row_trouble(error, text, len(names), delimiter, first_line)}") from None
    lines = np.arange(len(frame), dtype=np.int64) + first_line
    filled = frame.notna().any(axis=1).to_numpy()
    if not filled.all():
        frame, lines = frame[filled], lines[filled]
    if not len(frame):
        raise DataError(f"{place}: holds no rows")
    if complete_rows and frame[names[-1]].isna().any():
        short = int(np.flatnonzero(frame[names[-1]].isna().to_numpy())[0])
        raise DataError(
            f"{place}: line {lines[short]} is shorter than the {len(names)} columns of the others; "
            "the file may be cut short"
        )
    columns: dict[str, Any] = {}
    for name in names:
        if name in text_columns:
            columns[name] = frame[name]
        else:
            columns[name] = _numbers(frame[name], name, lines, place)
    return columns, lines


def _numbers(column: Any, name: str, lines: NDArray[np.int64], place: str) -> Floats:
    import pandas as pd

    if column.dtype.kind in "fiu":
        return column.to_numpy(np.float64)
    try:
        numbers = pd.to_numeric(column.astype(object), errors="coerce").to_numpy(np.float64)
    except (ValueError, TypeError, OverflowError):
        numbers = np.full(len(column), np.nan)
    wrong = np.isnan(numbers) & column.notna().to_numpy()
    if column.dtype.kind == "b":
        wrong[:] = True
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{place}: line {lines[row]}, column {name!r}: {str(column.iloc[row])[:40]!r} is not a number; "
            "leave missing values empty"
        )
    return numbers


def _row_trouble(error: Exception, text: str, width: int, delimiter: str | None, first_line: int) -> str:
    """Say what a row has that the others have not."""
    match = re.search(r"Expected \d+ fields in line (\d+), saw (\d+)", str(error))
    if match:
        return f"line {int(match[1]) + first_line - 1} has {match[2]} columns, expected {width}"
    for number, row in enumerate(text.splitlines(), first_line):
        cells = len(row.split(delimiter)) if delimiter else len(row.split())
        if cells > width:
            return f"line {number} has {cells} columns, expected {width}"
    return f"cannot be read as a table: {one_line(error)}"


def parse_times(column: Any, lines: NDArray[np.int64], place: str, name: str = "time") -> NDArray[np.datetime64]:
    """Read a column of times in ISO 8601.

    Parameters
    ----------
    column : Series or sequence of str
        UTC, or with an offset from it.
    lines : array of int
        The line of each.
    place, name : str
        The file and the column, for errors.

    Returns
    -------
    datetime64[ns] array
        UTC.

    Raises
    ------
    DataError
        Naming the line that is no time.
    """
    import pandas as pd

    series = pd.Series(column, dtype=object).str.strip()
    try:
        parsed: Any = pd.to_datetime(series, utc=True, format="ISO8601", errors="coerce")
        values = parsed.dt.tz_localize(None).to_numpy()
        whole = values.astype("datetime64[s]")
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(f"{place}: column {name!r} cannot be read as times: {one_line(error)}") from None
    with np.errstate(invalid="ignore"):
        wrong = np.isnat(whole) | (whole < np.datetime64("1700-01-01")) | (whole > np.datetime64("2250-01-01"))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        found = series.iloc[row]
        raise DataError(
            f"{place}: line {lines[row]}: {'no time' if pd.isna(found) else repr(str(found)[:40]) + ' is not a time'}; "
            "write times in UTC as 2015-03-17T04:45:00"
        )
    return values.astype("datetime64[ns]")


def read_csv(
    path: str | os.PathLike[str] | Content, columns: Columns | None = None, frame: str | None = None
) -> xr.Dataset:
    """Read a CSV table with a header.

    Parameters
    ----------
    path : str or Path
        A file, plain or gzip. Columns are ``time`` (ISO 8601, UTC) and names of the package in their units:
        ``time,b_x,b_y,b_z,speed,n_p,t_p`` and any of :data:`~sunearth.data.dataset.VARIABLES`; velocity components
        may stand for the speed, any may be missing. A header may state a unit, ``n_p [m^-3]``, and a frame,
        ``b_y_gse``. Lines that begin with ``#`` are comments; ``# frame: GSE`` and ``# source: ...`` are read.
    columns : dict, sequence of str, or str, optional
        Other names and units, ``{"Bz_gsm_nT": "b_z [nT]"}``.
    frame : str, optional
        Frame of the components where the file does not say; GSM otherwise.

    Returns
    -------
    Dataset
        See :func:`~sunearth.data.dataset.build_dataset`.

    Raises
    ------
    DataError
        Naming the line or column that cannot be used.
    UnitError
        If a unit is unknown.
    UnknownNameError
        If a mapped variable or a frame is unknown.
    """
    content = path if isinstance(path, Content) else open_content(path)
    return _from_header(content.text(), content.name, parse_columns(columns), frame)


class _Layout(NamedTuple):
    """Which column of the file is which variable."""

    time: int
    picked: dict[str, tuple[int, float]]
    frame: str
    velocity_frame: str
    ignored: list[str]


def _from_header(text: str, place: str, mapped: Mapping[str, Mapped], frame: str | None) -> xr.Dataset:
    lines = text.splitlines()
    stated: dict[str, str] = {}
    start = 0
    while start < len(lines) and (not lines[start].strip() or lines[start].lstrip().startswith("#")):
        remark = _REMARK.match(lines[start].strip())
        if remark:
            stated[remark["key"].lower()] = remark["value"].strip()
        start += 1
    if start == len(lines):
        raise DataError(f"{place}: holds comments only, no header and no rows")
    delimiter = max(",;\t", key=lines[start].count)
    try:
        header = [cell.strip() for cell in next(csv.reader([lines[start]], delimiter=delimiter))]
    except (csv.Error, StopIteration) as error:
        raise DataError(f"{place}: line {start + 1} is not a header: {one_line(error)}") from None
    layout = _lay_out(header, mapped, place, start + 1, frame or stated.get("frame"))
    body = [line if not line.startswith("#") else "" for line in lines[start + 1 :]]
    # Columns that are not wanted may hold anything: they are read as text. Names must not repeat.
    labels = [f"{index}:{name}" for index, name in enumerate(header)]
    wanted = {labels[index]: name for name, (index, _) in layout.picked.items()}
    others = [label for label in labels if label not in wanted]
    try:
        table, numbers = parse_table(
            "\n".join(body), labels, place=place, delimiter=delimiter, first_line=start + 2, text_columns=others
        )
    except DataError as error:
        raise DataError(re.sub(r"column '\d+:", "column '", str(error))) from None
    time = parse_times(table[labels[layout.time]], numbers, place, header[layout.time])
    values = {name: table[labels[index]] * factor for name, (index, factor) in layout.picked.items()}
    notes = [f"columns not used: {', '.join(layout.ignored)}"] if layout.ignored else []
    return build_dataset(
        time,
        values,
        place=place,
        frame=layout.frame,
        velocity_frame=layout.velocity_frame,
        source=stated.get("source", "") or os.path.basename(place),
        location=stated.get("location", ""),
        time_label=stated.get("time_label", ""),
        notes=notes,
        required=[name for name in values if name in ESSENTIAL or any(m.name == name for m in mapped.values())],
    )


def _lay_out(header: Sequence[str], mapped: Mapping[str, Mapped], place: str, line: int, frame: str | None) -> _Layout:
    absent = [theirs for theirs in mapped if theirs not in header]
    if absent:
        hint = nearest_names(absent[0], header)
        raise DataError(
            f"{place}: has no column {absent[0]!r}"
            + (f"; did you mean {' or '.join(map(repr, hint))}?" if hint else f"; it has {_listed(header)}")
        )
    time: int | None = None
    picked: dict[str, tuple[int, float]] = {}
    ignored: list[str] = []
    frames: dict[str, str] = {}
    for index, cell in enumerate(header):
        if cell in mapped:
            name, unit = mapped[cell]
            if unit is None and name in VARIABLES:
                unit = _split_unit(cell)[1]
        else:
            name, unit = _split_unit(cell)
            name = name.lower() if name.lower() in VARIABLES or name.lower() in TIME_NAMES else name
            name = "time" if name in TIME_NAMES and "time" not in header else name
            if name == "p_dyn":
                name = "p_dyn_observed"
            in_frame = _FRAME_IN_NAME.match(name.lower())
            if in_frame:
                name = in_frame["name"]
                frames[cell] = in_frame["frame"].upper()
        if name == "time":
            if time is not None:
                raise DataError(f"{place}: line {line}: two columns of time, {header[time]!r} and {cell!r}; keep one")
            time = index
        elif name in VARIABLES:
            if cell in frames and name in picked and _frame_of(header[picked[name][0]], frames) != frames[cell]:
                # Both frames are given: the field in GSM is what everything needs.
                if frames[cell] == "GSM":
                    picked[name] = (index, unit_factor(name, unit or VARIABLES[name].unit, f"{place}: column {cell!r}"))
                continue
            if name in picked:
                other = header[picked[name][0]]
                raise DataError(f"{place}: line {line}: {other!r} and {cell!r} are both {name}; keep one")
            picked[name] = (index, unit_factor(name, unit or VARIABLES[name].unit, f"{place}: column {cell!r}"))
        else:
            ignored.append(cell)
    if time is None or not picked:
        missing = "time" if time is None else "b_z, speed, n_p ..."
        if all(_is_number(cell) for cell in header):
            raise DataError(
                f"{place}: line {line} holds numbers, not names: a header such as time,b_z,speed,n_p is needed"
            )
        raise DataError(
            f"{place}: line {line} names no column {missing}; it names {_listed(header)}; "
            "map them as theirs=ours[unit], such as Bz=b_z[nT]"
        )
    field_frame = _one_frame("b", header, picked, frames, frame, f"{place}: line {line}")
    velocity_frame = _one_frame("v", header, picked, frames, frame, f"{place}: line {line}")
    return _Layout(time, picked, field_frame, velocity_frame, ignored)


def _one_frame(
    vector: str,
    header: Sequence[str],
    picked: Mapping[str, tuple[int, float]],
    frames: Mapping[str, str],
    stated: str | None,
    place: str,
) -> str:
    """The frame of a vector's y and z components (x is the same in both), as named, as said, or GSM."""
    cells = [header[picked[f"{vector}_{axis}"][0]] for axis in "yz" if f"{vector}_{axis}" in picked]
    used = {frames[cell] for cell in cells if cell in frames}
    if len(used) > 1:
        raise DataError(f"{place} mixes GSE and GSM components of one vector; give all in one frame")
    if stated is None:
        return used.pop() if used else "GSM"
    said = known_frame(stated)
    if used and used != {said}:
        raise DataError(f"{place}: components are in {used.pop()} by their names, not in {said} as was said")
    return said


def _frame_of(cell: str, frames: Mapping[str, str]) -> str:
    return frames.get(cell, "GSM")


def _listed(names: Sequence[str], limit: int = 12) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:limit])
    return f"{shown} ..." if len(names) > limit else shown


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
