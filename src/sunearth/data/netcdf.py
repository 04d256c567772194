"""NetCDF with the names of the package and units in the attributes, as the package itself writes it."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sunearth.core.errors import DataError, UnitError, UnknownNameError

from .dataset import ESSENTIAL, VARIABLES, build_dataset, known_frame, unit_factor
from .opening import Content, one_line, open_content
from .tables import Columns, parse_columns

if TYPE_CHECKING:
    import xarray as xr


INDICES = ("dst", "sym_h", "kp", "ae")
"""What a run holds twice: as modelled and as observed."""


def read_netcdf(
    path: str | os.PathLike[str] | Content, columns: Columns | None = None, frame: str | None = None
) -> xr.Dataset:
    """Read a NetCDF file along ``time``.

    Parameters
    ----------
    path : str or Path
        NetCDF 4, or 3, plain or gzip. Variables are those of :data:`~sunearth.data.dataset.VARIABLES`, each with
        ``units``; a result of the package gives back the solar wind that drove it.
    columns : dict, sequence of str, or str, optional
        Other names, ``{"Bz": "b_z [nT]"}``.
    frame : str, optional
        Frame of the components where the file does not say; GSM otherwise.

    Returns
    -------
    Dataset
        See :func:`~sunearth.data.dataset.build_dataset`.

    Raises
    ------
    DataError
        If it is no NetCDF file, or holds no known variable along time.
    UnitError
        If a variable states no unit, or one that cannot be read.
    UnknownNameError
        If a mapped variable or the frame is unknown.
    """
    content = path if isinstance(path, Content) else open_content(path)
    place = content.name
    if content.kind not in ("hdf5", "netcdf3"):
        raise DataError(f"{place}: is not a NetCDF file; check what was saved there")
    mapped = parse_columns(columns)
    dataset = _open(content)
    absent = [theirs for theirs in mapped if theirs not in dataset.variables]
    if absent:
        raise DataError(
            f"{place}: has no variable {absent[0]!r}; it has {', '.join(map(str, dataset.variables))[:200]}"
        )
    time_name = next((theirs for theirs, m in mapped.items() if m.name == "time"), "time")
    if time_name not in dataset.variables or dataset[time_name].ndim != 1:
        raise DataError(
            f"{place}: has no one-dimensional variable time; it has {', '.join(map(str, dataset.variables))[:200]}"
        )
    time = dataset[time_name]
    if time.dtype.kind != "M":
        raise DataError(f"{place}: its time is not a time; give it units such as 'seconds since 1970-01-01'")
    values, notes = {}, []
    earlier_run = "input_hash" in dataset.attrs
    for name in map(str, dataset.variables):
        stated = mapped.get(name)
        ours = stated.name if stated else name
        if earlier_run and not stated:
            # In the file of a run an index by its bare name is modelled, and what was observed says so.
            if ours in INDICES:
                continue
            ours = ours.removesuffix("_observed") if ours.removesuffix("_observed") in INDICES else ours
        variable = dataset[name]
        if ours not in VARIABLES or variable.dims != time.dims:
            continue
        if variable.dtype.kind not in "fiu":
            raise DataError(f"{place}: variable {name} holds {variable.dtype}, not numbers")
        unit = stated.unit if stated and stated.unit is not None else variable.attrs.get("units")
        if unit is None:
            raise UnitError(f"{place}: variable {name} states no units; {ours} is taken in {VARIABLES[ours].unit}")
        factor = unit_factor(ours, str(unit), f"{place}: variable {name}")
        numbers = variable.values.astype(np.float64) * factor
        assumed = variable.attrs.get("assumes")
        if assumed:  # an earlier run put it there: it was not measured
            notes.append(f"{ours} was assumed in an earlier run and left out ({assumed})")
            continue
        values[ours] = numbers
    if not values:
        raise DataError(
            f"{place}: none of its variables along time is known; it has {', '.join(map(str, dataset))[:160]}; "
            "map them as theirs=ours[unit]"
        )
    written = str(dataset.attrs.get("frame", ""))
    if written and frame and known_frame(written) != known_frame(frame):
        raise DataError(f"{place}: says its frame is {written}, not {frame} as was said")
    earlier = [part for part in str(dataset.attrs.get("notes", "")).split("; ") if part]
    return build_dataset(
        time.values.astype("datetime64[ns]"),
        values,
        place=place,
        frame=written or frame or "GSM",
        velocity_frame=_velocity_frame(dataset),
        source=str(dataset.attrs.get("source", "")) or Path(place).name,
        location=str(dataset.attrs.get("location", "")),
        references={name: str(dataset[name].attrs.get("references", "")) for name in values if name in dataset},
        time_label=str(dataset.attrs.get("time_label", "")),
        notes=[*earlier, *notes],
        required=[name for name in values if name in ESSENTIAL],
    )


def _open(content: Content) -> xr.Dataset:
    """Load from memory: a broken file then leaves nothing open behind it."""
    import xarray as xr

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if content.kind == "hdf5":
                import h5py

                # A broken file is refused here, before more machinery is set up around it.
                with h5py.File(io.BytesIO(content.data), "r") as file:
                    file.visititems(lambda name, item: None)
            engine: Any = "h5netcdf" if content.kind == "hdf5" else "scipy"
            with xr.open_dataset(io.BytesIO(content.data), engine=engine) as opened:
                return opened.load()
    except Exception as error:  # the backends raise whatever a broken file makes them run into
        raise DataError(
            f"{content.name}: cannot be read as NetCDF ({one_line(error)}); fetch or write it again"
        ) from None


def _velocity_frame(dataset: xr.Dataset) -> str | None:
    for name in ("v_y", "v_z"):
        if name in dataset and dataset[name].attrs.get("frame"):
            try:
                return known_frame(str(dataset[name].attrs["frame"]))
            except UnknownNameError:
                raise DataError(
                    f"variable {name} is in the frame {dataset[name].attrs['frame']!r}, not GSM or GSE"
                ) from None
    return None
