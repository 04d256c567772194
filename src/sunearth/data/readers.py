"""One door to every format: an event's name, a file, a folder or an address becomes the same Dataset."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sunearth.core.errors import DataError, UnknownNameError

from .dataset import known_frame
from .events import EVENTS, load_event
from .opening import Content, open_content
from .tables import Columns, parse_columns

if TYPE_CHECKING:
    import xarray as xr


def read(
    source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    columns: Columns | None = None,
    frame: str | None = None,
) -> xr.Dataset:
    """Read solar wind, whatever it comes in; the format is told by the content.

    Parameters
    ----------
    source : str, Path or sequence of them
        The name of an embedded event; a file (OMNI in ASCII of any resolution, OMNIWeb list, SWMF ``IMF.dat``, JSON of
        the Space Weather Prediction Center, CDF, NetCDF, CSV with a header; text may be gzip); a folder or two files
        with the centre's plasma and field; or their addresses.
    columns : dict, sequence of str, or str, optional
        For CSV and NetCDF, other names and units: ``{"Bz_gsm_nT": "b_z [nT]"}``.
    frame : str, optional
        Frame of the components where the file does not say: GSM or GSE.

    Returns
    -------
    Dataset
        Along ``time`` (UTC, sorted, unique): the variables of :data:`~sunearth.data.dataset.VARIABLES` that the source
        has, each with ``units``, ``long_name`` and ``references``; attributes ``frame``, ``source``, ``location``,
        ``time_label`` and ``notes`` (what was done: sorted, masked, left out).

    Raises
    ------
    DataError
        In one line: the file, the line or variable, and the remedy.
    UnitError
        If a unit cannot be read.
    UnknownNameError
        If there is no such event, variable or frame.

    Examples
    --------
    >>> storm = read("st-patrick-2015")
    >>> float(storm["sym_h"].min()), storm.attrs["frame"]
    (-233.5, 'GSM')
    """
    from .swpc import fetch, is_address, read_swpc

    if frame is not None:
        frame = known_frame(frame)
    parse_columns(columns)
    if not isinstance(source, (str, os.PathLike)):
        try:
            items = list(source)
        except TypeError:
            raise DataError(
                f"cannot read from a {type(source).__name__}; give an event, a file or an address"
            ) from None
        return _in_frame(read_swpc(items), frame)
    if isinstance(source, str) and source in EVENTS:
        return _in_frame(load_event(source), frame)
    if is_address(source):
        return _dispatch(fetch(str(source)), columns, frame)
    if _is_bare_name(source):
        raise UnknownNameError(
            "event", str(source), EVENTS, "`sunearth events` lists all; a file is given by its path."
        )
    if os.path.isdir(source):
        return _in_frame(read_swpc(source), frame)
    return _dispatch(open_content(source), columns, frame)


def _is_bare_name(source: str | os.PathLike[str]) -> bool:
    """Whether a text that is no file looks like a name rather than a path."""
    if not isinstance(source, str) or not source.strip() or "\x00" in source:
        return False
    return not os.path.exists(source) and not Path(source).suffix and os.sep not in source and "/" not in source


def _dispatch(content: Content, columns: Columns | None, frame: str | None) -> xr.Dataset:
    if content.kind == "text":
        return _read_text(content, columns, frame)
    if content.kind == "cdf":
        if content.compressed or not os.path.isfile(content.name):
            raise DataError(f"{content.name}: is CDF, packed or not a file; save it unpacked and read that")
        from .cdf import read_cdf

        return _in_frame(read_cdf(content.name), frame)
    from .netcdf import read_netcdf

    return read_netcdf(content, columns, frame)


def _read_text(content: Content, columns: Columns | None, frame: str | None) -> xr.Dataset:
    from .omni import count_columns, read_omni
    from .swmf import read_swmf
    from .swpc import read_swpc
    from .tables import read_csv

    text = content.text()
    name = content.name.lower().removesuffix(".gz")
    if text.lstrip()[:1] in ("[", "{"):
        return _in_frame(read_swpc(content), frame)
    if re.search(r"^#START", text, re.MULTILINE):
        return _in_frame(read_swmf(content), frame)
    if name.endswith(".lst") or (count_columns(text) > 1 and "," not in text.lstrip().partition("\n")[0]):
        return _in_frame(read_omni(content), frame)
    return read_csv(content, columns, frame)


def _in_frame(dataset: xr.Dataset, frame: str | None) -> xr.Dataset:
    """Refuse a frame that contradicts what the source says about itself."""
    if frame is not None and dataset.attrs["frame"] != frame:
        raise DataError(
            f"{dataset.attrs['source']}: its field is in {dataset.attrs['frame']}, not in {frame} as was said; "
            "leave the frame out"
        )
    return dataset
