"""OMNI in ASCII: the high-resolution and the hourly files of NASA/GSFC, and the lists that OMNIWeb makes on request."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import DataError

from .dataset import Floats, build_dataset, calendar_time
from .opening import Content, open_content
from .tables import parse_table

if TYPE_CHECKING:
    import xarray as xr

REFERENCE = "King and Papitashvili 2005, J. Geophys. Res. 110, A02104, doi:10.1029/2004JA010649"
SOURCE = "OMNI, NASA/GSFC Space Physics Data Facility"


class Word(NamedTuple):
    """One column of a file: what it is called, the value that means missing, and the variable it becomes."""

    label: str
    fill: float | None = None
    variable: str | None = None


# The record of omni_min*.asc and omni_5min*.asc: HRO_format.txt of the Space Physics Data Facility. Files of the
# modified (level 3) set have the same 46 words, with the alpha-proton ratio in place of the polar-cap index.
HIGH_RESOLUTION = (
    Word("year"),
    Word("day of year"),
    Word("hour"),
    Word("minute"),
    Word("field spacecraft", 99),
    Word("plasma spacecraft", 99),
    Word("points in field averages", 999),
    Word("points in plasma averages", 999),
    Word("percent interpolated", 999),
    Word("time shift", 999999),
    Word("rms time shift", 999999),
    Word("rms phase front normal", 99.99),
    Word("time between observations", 999999),
    Word("field magnitude", 9999.99, "b"),
    Word("b_x", 9999.99, "b_x"),
    Word("b_y GSE", 9999.99),
    Word("b_z GSE", 9999.99),
    Word("b_y GSM", 9999.99, "b_y"),
    Word("b_z GSM", 9999.99, "b_z"),
    Word("rms field magnitude", 9999.99),
    Word("rms field vector", 9999.99),
    Word("flow speed", 99999.9, "speed"),
    Word("v_x GSE", 99999.9, "v_x"),
    Word("v_y GSE", 99999.9, "v_y"),
    Word("v_z GSE", 99999.9, "v_z"),
    Word("proton density", 999.99, "n_p"),
    Word("proton temperature", 9999999.0, "t_p"),
    Word("flow pressure", 99.99, "p_dyn_observed"),
    Word("electric field", 999.99),
    Word("plasma beta", 999.99),
    Word("Alfven Mach number", 999.9),
    Word("spacecraft x", 9999.99),
    Word("spacecraft y", 9999.99),
    Word("spacecraft z", 9999.99),
    Word("bow shock nose x", 9999.99),
    Word("bow shock nose y", 9999.99),
    Word("bow shock nose z", 9999.99),
    Word("AE", 99999, "ae"),
    Word("AL", 99999, "al"),
    Word("AU", 99999, "au"),
    Word("SYM-D", 99999, "sym_d"),
    Word("SYM-H", 99999, "sym_h"),
    Word("ASY-D", 99999, "asy_d"),
    Word("ASY-H", 99999, "asy_h"),
    Word("PC(N)", 999.99, "pc_n"),
    Word("magnetosonic Mach number", 99.9),
    # The 5-min files go on with three proton fluxes.
    Word("protons > 10 MeV", 99999.99),
    Word("protons > 30 MeV", 99999.99),
    Word("protons > 60 MeV", 99999.99),
)
_MODIFIED_WORD = Word("alpha-proton ratio", 9.999, "alpha_fraction")

# The record of omni2_YYYY.dat: omni2.text of the Space Physics Data Facility. Older files end with word 55.
HOURLY = (
    Word("year"),
    Word("day of year"),
    Word("hour"),
    Word("Bartels rotation", 9999),
    Word("field spacecraft", 99),
    Word("plasma spacecraft", 99),
    Word("points in field averages", 999),
    Word("points in plasma averages", 999),
    Word("field magnitude", 999.9, "b"),
    Word("magnitude of the average field", 999.9),
    Word("latitude of the average field", 999.9),
    Word("longitude of the average field", 999.9),
    Word("b_x", 999.9, "b_x"),
    Word("b_y GSE", 999.9),
    Word("b_z GSE", 999.9),
    Word("b_y GSM", 999.9, "b_y"),
    Word("b_z GSM", 999.9, "b_z"),
    Word("sigma field magnitude", 999.9),
    Word("sigma field", 999.9),
    Word("sigma b_x", 999.9),
    Word("sigma b_y", 999.9),
    Word("sigma b_z", 999.9),
    Word("proton temperature", 9999999.0, "t_p"),
    Word("proton density", 999.9, "n_p"),
    Word("flow speed", 9999.0, "speed"),
    Word("flow longitude", 999.9),
    Word("flow latitude", 999.9),
    Word("alpha-proton ratio", 9.999, "alpha_fraction"),
    Word("flow pressure", 99.99, "p_dyn_observed"),
    Word("sigma temperature", 9999999.0),
    Word("sigma density", 999.9),
    Word("sigma speed", 9999.0),
    Word("sigma flow longitude", 999.9),
    Word("sigma flow latitude", 999.9),
    Word("sigma alpha-proton ratio", 9.999),
    Word("electric field", 999.99),
    Word("plasma beta", 999.99),
    Word("Alfven Mach number", 999.9),
    Word("10 Kp", 99, "kp"),
    Word("sunspot number", 999, "sunspot_number"),
    Word("Dst", 99999, "dst"),
    Word("AE", 9999, "ae"),
    Word("protons > 1 MeV", 999999.99),
    Word("protons > 2 MeV", 99999.99),
    Word("protons > 4 MeV", 99999.99),
    Word("protons > 10 MeV", 99999.99),
    Word("protons > 30 MeV", 99999.99),
    Word("protons > 60 MeV", 99999.99),
    Word("proton flux flag"),
    Word("ap", 999, "ap"),
    Word("F10.7", 999.9, "f107_adjusted"),
    Word("PC(N)", 999.9, "pc_n"),
    Word("AL", 99999, "al"),
    Word("AU", 99999, "au"),
    Word("magnetosonic Mach number", 99.9),
    Word("Lyman alpha", 0.999999),
    Word("quasi-invariant", 9.9999),
)

# What OMNIWeb calls these in the .fmt file beside a .lst file, tried in this order.
_FMT_LABELS = (
    (r"b[xX],?.*|b_?x.*gs[em].*", "b_x"),
    (r"by,?.*gsm.*", "b_y"),
    (r"bz,?.*gsm.*", "b_z"),
    (r"by,?.*gse.*", "b_y GSE"),
    (r"bz,?.*gse.*", "b_z GSE"),
    (r"(scalar b|field magnitude average).*", "b"),
    (r"(sw plasma speed|flow speed|speed).*", "speed"),
    (r"vx.*", "v_x"),
    (r"vy.*", "v_y"),
    (r"vz.*", "v_z"),
    (r"(sw )?proton density.*", "n_p"),
    (r"(sw plasma temperature|proton temperature|temperature).*", "t_p"),
    (r"(alpha/prot\. ratio|na/np.*)", "alpha_fraction"),
    (r"flow pressure.*", "p_dyn_observed"),
    (r"kp index.*", "kp"),
    (r"r \(sunspot no\.\).*", "sunspot_number"),
    (r"dst.?index.*", "dst"),
    (r"ae.?index.*", "ae"),
    (r"al.?index.*", "al"),
    (r"au.?index.*", "au"),
    (r"sym/h.*", "sym_h"),
    (r"sym/d.*", "sym_d"),
    (r"asy/h.*", "asy_h"),
    (r"asy/d.*", "asy_d"),
    (r"ap.?index.*", "ap"),
    (r"f10\.7.?index.*", "f107_adjusted"),
    (r"(pc.?index|pc\(n\)|pcn).*", "pc_n"),
)
_FMT_LINE = re.compile(r"^\s*(\d+)\s+(.+?)\s+([AFI])(\d+)\.?(\d*)\s*$")


def read_omni(path: str | os.PathLike[str] | Content) -> xr.Dataset:
    """Read OMNI in ASCII, of either resolution, plain or gzip.

    Parameters
    ----------
    path : str or Path
        ``omni_min*.asc`` or ``omni_5min*.asc`` (46 or 49 columns), ``omni2_YYYY.dat`` (55 to 57 columns), or a
        ``.lst`` from OMNIWeb with its ``.fmt`` beside it.

    Returns
    -------
    Dataset
        The field in GSM, velocity components in GSE, at the bow-shock nose; times are the starts of the averages.
        The F10.7 in it is adjusted to 1 au.

    Raises
    ------
    DataError
        Naming what does not fit.
    """
    content = path if isinstance(path, Content) else open_content(path)
    name = Path(content.name)
    bare = name.with_suffix("") if name.suffix == ".gz" else name
    text = content.text()
    if bare.suffix.lower() == ".lst":
        return _read_list(text, content.name, bare)
    width = count_columns(text)
    if width in (46, 49):
        return _read_high_resolution(text, content.name, width)
    if width in (55, 56, 57):
        return _read_hourly(text, content.name, width)
    raise DataError(
        f"{content.name}: has {width} columns; OMNI files have 46 or 49 (1 and 5 min) or 55 to 57 (hourly); "
        "a .lst from OMNIWeb needs that suffix and its .fmt beside it"
    )


def count_columns(text: str) -> int:
    """Return the number of columns in the first row of a table of blanks and numbers; 0 if it is not one.

    Examples
    --------
    >>> count_columns("2015 76 0 1.5")
    4
    """
    cells = _first_row(text)
    try:
        [float(cell) for cell in cells]
    except ValueError:
        return 0
    return len(cells)


def _first_row(text: str) -> list[str]:
    """The words of the first line that has any; the text may be large and is not split as a whole."""
    match = re.search(r"\S[^\r\n]*", text)
    return match[0].split() if match else []


def mask_fill(values: Floats, fill: float | None) -> Floats:
    """Return values with the fill replaced by NaN; files round it to their own number of decimals.

    Examples
    --------
    >>> mask_fill(np.array([5.0, 999.99]), 999.99)
    array([ 5., nan])
    """
    if fill is None:
        return values
    return np.where(np.abs(values - fill) <= 1e-6 * abs(fill), np.nan, values)


def kp_from_tenths(kp10: Floats) -> Floats:
    """Return Kp in exact thirds from the integers 0, 3, 7, 10, 13 ... of archives.

    Examples
    --------
    >>> kp_from_tenths(np.array([27.0, 30.0, 33.0])).round(3)
    array([2.667, 3.   , 3.333])
    """
    return np.round(np.asarray(kp10) * 0.3) / 3.0


def _read_high_resolution(text: str, place: str, width: int) -> xr.Dataset:
    words = list(HIGH_RESOLUTION[:width])
    first = _first_row(text)
    notes = []
    # PC(N) is written with two decimals, the ratio with three.
    if len(first[44].partition(".")[2]) >= 3:
        words[44] = _MODIFIED_WORD
        notes.append("modified (level 3) set: alpha-proton ratio in place of PC(N)")
    columns, lines = _parse(text, words, place)
    time = calendar_time(
        columns["year"], day_of_year=columns["day of year"], hour=columns["hour"], minute=columns["minute"]
    )
    values = _pick(columns, words, notes)
    if "alpha_fraction" in values:
        values["alpha_fraction"] = mask_fill(mask_fill(values["alpha_fraction"], 99.999), 999.999)
    return _finish(time, values, lines, place, notes, "OMNI high resolution")


def _read_hourly(text: str, place: str, width: int) -> xr.Dataset:
    words = HOURLY[:width]
    columns, lines = _parse(text, words, place)
    time = calendar_time(columns["year"], day_of_year=columns["day of year"], hour=columns["hour"])
    notes: list[str] = []
    values = _pick(columns, words, notes)
    values["kp"] = kp_from_tenths(values["kp"])
    return _finish(time, values, lines, place, notes, "OMNI hourly")


def _read_list(text: str, place: str, bare: Path) -> xr.Dataset:
    """Read a .lst by the .fmt beside it; fills are a blank and nines, as wide as the format."""
    beside = [bare.with_suffix(suffix) for suffix in (".fmt", ".FMT", ".fmt.gz")]
    format_file = next((file for file in beside if file.is_file()), None)
    if format_file is None:
        raise DataError(f"{place}: needs the file {beside[0].name} that OMNIWeb made with it, in the same folder")
    words: list[Word] = []
    numbers: set[str] = set()
    for line in open_content(format_file).text().splitlines():
        match = _FMT_LINE.match(line)
        if match is None:
            continue
        label = " ".join(match[2].split())
        variable = _variable_of(label)
        if variable in numbers:
            variable = None
        if variable:
            numbers.add(variable)
        words.append(Word(label.lower(), nines(int(match[4]), int(match[5] or 0), match[3]), variable))
    names = [word.label for word in words]
    if len(set(names)) != len(names) or len(words) < 4:
        raise DataError(f"{format_file}: is not a format of OMNIWeb (numbered items, each with I or F and a width)")
    clock = {part: next((n for n in names if n in spellings), None) for part, spellings in _CLOCK.items()}
    if clock["year"] is None or clock["day"] is None or clock["hour"] is None:
        raise DataError(f"{format_file}: names no year, day and hour; ask OMNIWeb for a list with times")
    words = [word._replace(fill=None) if word.label in clock.values() else word for word in words]
    width = count_columns(text)
    if width != len(words):
        raise DataError(f"{place}: has {width} columns, {format_file.name} describes {len(words)}")
    columns, lines = _parse(text, words, place)
    minute = columns[clock["minute"]] if clock["minute"] else np.zeros(len(lines))
    time = calendar_time(
        columns[clock["year"]], day_of_year=columns[clock["day"]], hour=columns[clock["hour"]], minute=minute
    )
    notes: list[str] = []
    values = _pick(columns, words, notes)
    frame = "GSM"
    for axis in "yz":
        gse = values.pop(f"b_{axis} GSE", None)
        if f"b_{axis}" not in values and gse is not None:
            values[f"b_{axis}"] = gse
            frame = "GSE"
    if frame == "GSE" and {"b_y", "b_z"} & {word.variable for word in words}:
        raise DataError(f"{place}: one component of the field is in GSM and the other in GSE; ask for both in one")
    if "kp" in values:
        values["kp"] = kp_from_tenths(values["kp"])
    return _finish(time, values, lines, place, notes, "OMNI list from OMNIWeb", frame)


_CLOCK = {
    "year": ("year",),
    "day": ("day", "doy", "decimal day"),
    "hour": ("hour",),
    "minute": ("minute",),
}


def _variable_of(label: str) -> str | None:
    for pattern, variable in _FMT_LABELS:
        if re.fullmatch(pattern, label.lower()):
            return variable
    return None


def nines(width: int, decimals: int, kind: str = "F") -> float:
    """Return the fill value of a Fortran format: a blank, then nines.

    Examples
    --------
    >>> nines(8, 2), nines(7, 1), nines(4, 0, "I"), nines(9, 0)
    (9999.99, 9999.9, 999.0, 9999999.0)
    """
    if kind == "I":
        return float("9" * max(width - 1, 1))
    whole = width - 2 - decimals
    if whole < 1:
        raise DataError(f"F{width}.{decimals} leaves no room for a number")
    if (width, decimals) == (9, 6):  # Lyman alpha is the exception, filled with 0.999999
        return 0.999999
    return float("9" * whole + "." + "9" * decimals)


def _parse(text: str, words: list[Word] | tuple[Word, ...], place: str) -> tuple[dict[str, Floats], NDArray[np.int64]]:
    return parse_table(text, [word.label for word in words], place=place, complete_rows=True)


def _pick(columns: dict[str, Floats], words: list[Word] | tuple[Word, ...], notes: list[str]) -> dict[str, Floats]:
    values, masked = {}, {}
    for word in words:
        if word.variable is None:
            continue
        before = columns[word.label]
        values[word.variable] = mask_fill(before, word.fill)
        fills = int(np.isnan(values[word.variable]).sum() - np.isnan(before).sum())
        if fills:
            masked[word.variable] = fills
    if masked:
        notes.append("fill values masked: " + ", ".join(f"{name} {count}" for name, count in masked.items()))
    return values


def _finish(
    time: NDArray[np.datetime64],
    values: dict[str, Floats],
    lines: NDArray[np.int64],
    place: str,
    notes: list[str],
    what: str,
    frame: str = "GSM",
) -> xr.Dataset:
    if np.isnat(time).any():
        line = lines[int(np.flatnonzero(np.isnat(time))[0])]
        raise DataError(f"{place}: line {line} has no valid year, day of year and time of day; is it an OMNI file?")
    return build_dataset(
        time,
        values,
        place=place,
        frame=frame,
        velocity_frame="GSE",
        source=f"{what} ({SOURCE}), {os.path.basename(place)}",
        location="bow shock nose",
        references=REFERENCE,
        time_label="start",
        notes=notes,
    )
