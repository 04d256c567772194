"""Solar wind from a HAPI server, fetched only when this is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sunearth.core.errors import DataError

from .cdf import IstpVariable, build_from_istp
from .omni import REFERENCE
from .opening import one_line
from .tables import parse_times

if TYPE_CHECKING:
    import xarray as xr


def read_hapi(server: str, dataset: str, start: str, stop: str, parameters: str = "") -> xr.Dataset:
    """Fetch solar wind from a HAPI server through hapiclient.

    Parameters
    ----------
    server : str
        Address, such as ``https://cdaweb.gsfc.nasa.gov/hapi``.
    dataset : str
        Its name there, such as ``OMNI_HRO_1MIN`` or ``OMNI2_H0_MRG1HR``.
    start, stop : str
        Times in ISO 8601, UTC.
    parameters : str, optional
        Names of variables, separated by commas; all if not given.

    Returns
    -------
    Dataset
        Fill values masked, units converted from what the server states.

    Raises
    ------
    DataError
        If hapiclient is not installed, or the server does not answer.
    UnitError
        If a unit is missing or cannot be read.
    """
    place = f"{server} {dataset}"
    try:
        from hapiclient import hapi
    except ImportError:
        raise DataError("reading HAPI needs hapiclient; python -m pip install 'sunearth[io]'") from None
    try:
        data, meta = hapi(server, dataset, parameters, start, stop)
    except Exception as error:  # hapiclient raises plain exceptions for all that can go wrong
        raise DataError(f"{place}: no answer ({one_line(error)}); check names, times and the network") from None
    if not isinstance(meta, Mapping) or not isinstance(meta.get("parameters"), list) or not np.size(data):
        raise DataError(f"{place}: holds nothing between {start} and {stop}")
    described: list[Mapping[str, Any]] = list(meta["parameters"])
    tags = [
        tag.decode("ascii", "replace") if isinstance(tag, bytes) else str(tag) for tag in data[described[0]["name"]]
    ]
    time = parse_times(tags, np.arange(1, len(tags) + 1), place, str(described[0]["name"]))
    variables = {}
    for parameter in described[1:]:
        values = np.asarray(data[parameter["name"]])
        if values.dtype.kind not in "fiu" or values.ndim > 2:
            continue
        unit, fill = parameter.get("units"), parameter.get("fill")
        variables[str(parameter["name"])] = IstpVariable(
            values.astype(np.float64),
            str(unit[0] if isinstance(unit, list) and unit else unit) if unit else None,
            _number(fill),
        )
    is_omni = dataset.upper().startswith("OMNI")
    return build_from_istp(
        time,
        variables,
        place=place,
        source=f"{dataset} from {server}",
        location="bow shock nose" if is_omni else "spacecraft",
        references=REFERENCE if is_omni else str(meta.get("resourceURL", "")),
        time_label=("centre" if dataset.upper().startswith("OMNI2") else "start") if is_omni else "",
    )


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None
