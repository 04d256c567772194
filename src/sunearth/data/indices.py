"""Kp, ap, F10.7 and the sunspot number since October 1957, and readers for newer files of the same.

Kp and ap are those of the GFZ German Research Centre for Geosciences, Potsdam (CC BY 4.0; Matzka et al. 2021, Space
Weather 19, e2020SW002641, doi:10.1029/2020SW002641). F10.7 was measured in Canada by NRC and is distributed by NRCan
and NOAA. The sunspot number is that of SILSO, Royal Observatory of Belgium. The table was compiled by CelesTrak
(https://celestrak.org/SpaceData/); it ends where observations end.
"""

from __future__ import annotations

import csv
import functools
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import DataError
from sunearth.core.time import to_datetime64

from .opening import one_line, open_content

if TYPE_CHECKING:
    import xarray as xr

TABLE = Path(__file__).parent / "indices_since_1957.npz"

# ap in nT for Kp of 0o, 0+, 1-, 1o ... 9o: the definition of ap.
AP_OF_KP = np.array(
    [0, 2, 3, 4, 5, 6, 7, 9, 12, 15, 18, 22, 27, 32, 39, 48, 56, 67, 80, 94, 111, 132, 154, 179, 207, 236, 300, 400]
)

_KP_REFERENCE = "GFZ Potsdam; Matzka et al. 2021, Space Weather 19, e2020SW002641, doi:10.1029/2020SW002641"
_FLUX_REFERENCE = "NRC and NRCan Canada, NOAA, compiled by CelesTrak"
_SPOTS_REFERENCE = "SILSO, Royal Observatory of Belgium"
_DAILY = {
    "f107": ("sfu", "Solar radio flux at 10.7 cm as observed", _FLUX_REFERENCE),
    "f107_adjusted": ("sfu", "Solar radio flux at 10.7 cm adjusted to 1 au", _FLUX_REFERENCE),
    "f107_81day": ("sfu", "Centred 81-day mean of the observed solar radio flux at 10.7 cm", _FLUX_REFERENCE),
    "sunspot_number": ("1", "International sunspot number", _SPOTS_REFERENCE),
}
# What the daily values can be; the rest is missing.
_BOUNDS = {
    "f107": (30.0, 990.0),
    "f107_adjusted": (30.0, 990.0),
    "f107_81day": (30.0, 990.0),
    "sunspot_number": (0, 990),
}


def observed_indices(start: Any = None, end: Any = None, newer: str | os.PathLike[str] | None = None) -> xr.Dataset:
    """Return the observed indices of a period.

    Parameters
    ----------
    start, end : time, optional
        First and last day wanted (UTC), both included; all days of the table if not given.
    newer : str or Path, optional
        A file for :func:`read_indices` that extends or replaces the table.

    Returns
    -------
    Dataset
        ``kp`` and ``ap`` along ``time`` (3 h, the start of each interval); ``f107``, ``f107_adjusted``,
        ``f107_81day`` (sfu) and ``sunspot_number`` along ``time_daily``. The 81-day means of the table's last 40 days
        rest in part on a forecast.

    Raises
    ------
    DataError
        If nothing is known in that period.

    Examples
    --------
    >>> float(observed_indices("2024-05-10", "2024-05-11")["kp"].max())
    9.0
    """
    table = dict(_table())
    if newer is not None:
        table = _joined(table, _read(newer))
    first, last = table["day"][0], table["day"][-1]
    begin = to_datetime64(start, "start").astype("datetime64[D]") if start is not None else first
    stop = to_datetime64(end, "end").astype("datetime64[D]") if end is not None else last
    chosen = (table["day"] >= begin) & (table["day"] <= stop)
    if not chosen.any():
        raise DataError(f"indices are known from {first} to {last}, not from {begin} to {stop}; give a newer file")
    return _dataset({name: values[chosen] for name, values in table.items()})


def read_indices(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a newer file of the indices.

    Parameters
    ----------
    path : str or Path
        CelesTrak's ``SW-All.txt``, ``SW-Last5Years.txt`` or their CSV forms, or ``Kp_ap_Ap_SN_F107_*.txt`` of the GFZ;
        plain or gzip. Only observed days are taken.

    Returns
    -------
    Dataset
        As :func:`observed_indices` returns it.

    Raises
    ------
    DataError
        Naming the line that does not fit.
    """
    return _dataset(_read(path))


def pack_indices(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write indices in the compact form that the package ships.

    Parameters
    ----------
    dataset : Dataset
        As :func:`read_indices` returns it.
    path : str or Path
        A ``.npz`` file. Kp is kept in thirds, fluxes in tenths, ap through its definition by Kp.

    Raises
    ------
    DataError
        If ap is not that of Kp, or days are missing.
    """
    from .writing import replaced_file

    kp, ap = dataset["kp"].values, dataset["ap"].values
    thirds = np.where(np.isfinite(kp), np.round(kp * 3), -1).astype(np.int8)
    expected = np.where(thirds >= 0, AP_OF_KP[thirds], np.nan)
    if not np.array_equal(expected, ap, equal_nan=True):
        raise DataError("ap does not follow from Kp")
    days = dataset["time_daily"].values.astype("datetime64[D]")
    if np.any(np.diff(days) != np.timedelta64(1, "D")):
        raise DataError("days are missing between the first and the last")
    packed = {"first": np.array(str(days[0])), "kp_thirds": thirds.reshape(-1, 8)}
    for name in _DAILY:
        scale = 1 if name == "sunspot_number" else 10
        values = dataset[name].values
        packed[name] = np.where(np.isfinite(values), np.round(values * scale), -1).astype(np.int16)
    with replaced_file(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, allow_pickle=False, **packed)


@functools.cache
def _table() -> dict[str, NDArray[Any]]:
    """The shipped table: the day, Kp as (n, 8), and the daily values."""
    with np.load(TABLE, allow_pickle=False) as packed:
        thirds = packed["kp_thirds"]
        day = np.datetime64(str(packed["first"]), "D") + np.arange(len(thirds))
        table: dict[str, NDArray[Any]] = {"day": day, "kp": np.where(thirds >= 0, thirds / 3.0, np.nan)}
        for name in _DAILY:
            scale = 1.0 if name == "sunspot_number" else 10.0
            values = packed[name].astype(np.float64)
            table[name] = np.where(values >= 0, values / scale, np.nan)
    return table


def _dataset(table: dict[str, NDArray[Any]]) -> xr.Dataset:
    import xarray as xr

    days = table["day"].astype("datetime64[ns]")
    intervals = (days[:, None] + np.arange(8) * np.timedelta64(3, "h")).ravel()
    kp = table["kp"].ravel()
    thirds = np.where(np.isfinite(kp), np.round(kp * 3), 0).astype(np.int64)
    ap = np.where(np.isfinite(kp), AP_OF_KP[thirds], np.nan)
    data: dict[str, Any] = {
        "kp": ("time", kp, {"units": "1", "long_name": "Observed Kp index", "references": _KP_REFERENCE}),
        "ap": ("time", ap, {"units": "nT", "long_name": "Observed ap index", "references": _KP_REFERENCE}),
    }
    for name, (unit, long_name, reference) in _DAILY.items():
        attrs = {"units": unit, "long_name": long_name, "references": reference}
        data[name] = ("time_daily", table[name].astype(np.float64), attrs)
    return xr.Dataset(
        data,
        coords={
            "time": (
                "time",
                intervals.astype("datetime64[ns]"),
                {"long_name": "Time, UTC, start of the 3-hour interval"},
            ),
            "time_daily": ("time_daily", days, {"long_name": "Day, UTC"}),
        },
        attrs={"source": "GFZ Potsdam (CC BY 4.0), NRC and NRCan Canada, NOAA, SILSO, compiled by CelesTrak"},
    )


def _joined(older: dict[str, NDArray[Any]], newer: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Both tables; where they overlap the newer holds, day by day and value by value."""
    days = np.union1d(older["day"], newer["day"])
    joined: dict[str, NDArray[Any]] = {"day": days}
    for name in older:
        if name == "day":
            continue
        values = np.full((days.size, *older[name].shape[1:]), np.nan)
        for table in (older, newer):
            at = np.searchsorted(days, table["day"])
            values[at] = np.where(np.isfinite(table[name]), table[name], values[at])
        joined[name] = values
    return joined


def _read(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    content = open_content(path)
    text, place = content.text(), content.name
    lines = text.splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    if any(line.startswith("BEGIN OBSERVED") for line in lines):
        rows = _celestrak_rows(lines, place)
    elif first.startswith("DATE,"):
        rows = _celestrak_csv_rows(lines, place)
    elif re.match(r"\d{4} \d\d \d\d\s", first) and len(first.split()) >= 27:
        rows = _gfz_rows(lines, place)
    else:
        raise DataError(f"{place}: is neither SW-All of CelesTrak (.txt or .csv) nor Kp_ap_Ap_SN_F107 of the GFZ")
    if not rows:
        raise DataError(f"{place}: holds no observed day")
    return _assembled(rows, place)


Row = tuple[np.datetime64, list[float], dict[str, float]]


def _celestrak_rows(lines: list[str], place: str) -> list[Row]:
    """Rows of SW-All.txt: FORMAT(I4,I3,I3,I5,I3,8I3,I4,8I4,I4,F4.1,I2,I4,F6.1,I2,5F6.1), blank where not known."""
    rows: list[Row] = []
    observed = False
    for number, line in enumerate(lines, 1):
        if line.startswith(("BEGIN", "END")):
            observed = line.startswith("BEGIN OBSERVED")
            continue
        if not observed or not line.strip():
            continue
        try:
            date = np.datetime64(f"{line[0:4]}-{int(line[5:7]):02d}-{int(line[8:10]):02d}", "D")
            kp = [_cell(line[18 + 3 * i : 21 + 3 * i]) for i in range(8)]
            daily = {
                "sunspot_number": _cell(line[88:92]),
                "f107_adjusted": _cell(line[92:98]),
                "f107": _cell(line[112:118]),
                "f107_81day": _cell(line[118:124]),
            }
        except ValueError as error:
            raise DataError(f"{place}: line {number} is not a row of the table ({one_line(error)})") from None
        rows.append((date, [round(value * 0.3) / 3 if not np.isnan(value) else np.nan for value in kp], daily))
    return rows


def _celestrak_csv_rows(lines: list[str], place: str) -> list[Row]:
    rows: list[Row] = []
    try:
        for number, row in enumerate(csv.DictReader(lines), 2):
            if row.get("F10.7_DATA_TYPE", "OBS") not in ("OBS", "INT"):
                continue
            try:
                date = np.datetime64(row["DATE"], "D")
                kp = [_cell(row[f"KP{i}"]) for i in range(1, 9)]
                daily = {
                    "sunspot_number": _cell(row["ISN"]),
                    "f107_adjusted": _cell(row["F10.7_ADJ"]),
                    "f107": _cell(row["F10.7_OBS"]),
                    "f107_81day": _cell(row["F10.7_OBS_CENTER81"]),
                }
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(f"{place}: line {number} is not a row of the table ({one_line(error)})") from None
            rows.append((date, [round(value * 0.3) / 3 if not np.isnan(value) else np.nan for value in kp], daily))
    except csv.Error as error:
        raise DataError(f"{place}: cannot be read as CSV ({one_line(error)})") from None
    return rows


def _gfz_rows(lines: list[str], place: str) -> list[Row]:
    """Rows of Kp_ap_Ap_SN_F107: date, two day counts, rotation, 8 Kp, 8 ap, Ap, SN, F10.7 observed and adjusted."""
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        cells = line.split()
        if not cells or line.startswith("#"):
            continue
        try:
            date = np.datetime64(f"{int(cells[0]):04d}-{int(cells[1]):02d}-{int(cells[2]):02d}", "D")
            kp = [round(float(cell) * 3) / 3 if float(cell) >= 0 else np.nan for cell in cells[7:15]]
            if len(kp) != 8:
                raise ValueError("too few columns")
            daily = {
                "sunspot_number": _cell(cells[24]),
                "f107": _cell(cells[25]),
                "f107_adjusted": _cell(cells[26]),
                "f107_81day": np.nan,
            }
        except (ValueError, IndexError, OverflowError) as error:
            raise DataError(f"{place}: line {number} is not a row of the table ({one_line(error)})") from None
        rows.append((date, kp, daily))
    return rows


def _cell(text: str) -> float:
    return float(text) if text.strip() else np.nan


def _assembled(rows: list[Row], place: str) -> dict[str, NDArray[Any]]:
    """The rows in order of days, without days twice, the impossible masked, the 81-day mean completed."""
    by_day = {date: (kp, daily) for date, kp, daily in rows if not np.isnat(date)}
    days = np.array(sorted(by_day), "datetime64[D]")
    if not days.size or days[0] < np.datetime64("1700-01-01") or days[-1] > np.datetime64("2250-01-01"):
        raise DataError(f"{place}: its dates are not those of observations")
    kp = np.array([by_day[day][0] for day in days], np.float64)
    kp = np.where((kp >= 0) & (kp <= 9), kp, np.nan)
    table: dict[str, NDArray[Any]] = {"day": days, "kp": kp}
    for name, (lowest, highest) in _BOUNDS.items():
        values = np.array([by_day[day][1][name] for day in days], np.float64)
        table[name] = np.where((values >= lowest) & (values <= highest), values, np.nan)
    if not np.isfinite(kp).any() and not np.isfinite(table["f107"]).any():
        raise DataError(f"{place}: holds no valid Kp and no valid F10.7")
    if not np.isfinite(table["f107_81day"]).any():
        table["f107_81day"] = _centred_mean(days, table["f107"])
    return table


def _centred_mean(days: NDArray[np.datetime64], values: NDArray[np.float64], width: int = 81) -> NDArray[np.float64]:
    """Mean over `width` days around each; NaN where not all of them were observed."""
    offset = (days - days[0]).astype(np.int64)
    if offset[-1] > 10 * offset.size + 10_000:  # a stray date: no grid is worth that
        return np.full(values.size, np.nan)
    grid = np.full(offset[-1] + 1, np.nan)
    grid[offset] = values
    half = width // 2
    padded = np.concatenate([np.full(half, np.nan), grid, np.full(half, np.nan)])
    means: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(padded, width).mean(axis=1)
    return means[offset]
