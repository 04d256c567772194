"""CDF with the ISTP attributes: OMNI, Wind, ACE and DSCOVR as CDAWeb serves them."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sunearth.core.errors import DataError, SunEarthError, UnitError

from .dataset import VARIABLES, Floats, build_dataset, unit_factor
from .omni import REFERENCE, kp_from_tenths
from .opening import Content, one_line, open_content

if TYPE_CHECKING:
    import xarray as xr

# Scalars: our variable, then the names it has in the data sets of CDAWeb, best first.
_SCALARS: dict[str, tuple[str, ...]] = {
    "b": ("F", "ABS_B1800", "Magnitude", "B1F1", "BF1"),
    "b_x": ("BX_GSE", "BX_GSE1800", "BX_GSM", "b_x"),
    "v_x": ("Vx", "V_X", "v_x"),
    "v_y": ("Vy", "v_y"),
    "v_z": ("Vz", "v_z"),
    "speed": ("flow_speed", "V1800", "Vp", "Proton_V_nonlin", "Proton_V_moment", "speed"),
    "n_p": ("proton_density", "N1800", "Np", "Proton_Np_nonlin", "Proton_Np_moment", "n_p"),
    "t_p": ("T", "T1800", "Tpr", "Proton_T_nonlin", "t_p"),
    "alpha_fraction": ("NaNp_Ratio", "Ratio1800", "alpha_ratio", "alpha_fraction"),
    "p_dyn_observed": ("Pressure", "Pressure1800", "p_dyn_observed"),
    "dst": ("DST1800", "DST", "dst"),
    "sym_h": ("SYM_H", "sym_h"),
    "sym_d": ("SYM_D", "sym_d"),
    "asy_h": ("ASY_H", "asy_h"),
    "asy_d": ("ASY_D", "asy_d"),
    "ae": ("AE_INDEX", "AE1800", "ae"),
    "al": ("AL_INDEX", "AL_INDEX1800", "AL1800", "al"),
    "au": ("AU_INDEX", "AU_INDEX1800", "AU1800", "au"),
    "kp": ("KP1800", "KP", "kp"),
    "ap": ("AP_INDEX1800", "ap"),
    "pc_n": ("PC_N_INDEX", "PC_N_INDEX1800", "pc_n"),
    "f107_adjusted": ("F10_INDEX1800", "f107_adjusted"),
    "sunspot_number": ("R1800", "sunspot_number"),
}
_COMPONENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "GSM": {"b_y": ("BY_GSM", "BY_GSM1800", "b_y"), "b_z": ("BZ_GSM", "BZ_GSM1800", "b_z")},
    "GSE": {"b_y": ("BY_GSE", "BY_GSE1800"), "b_z": ("BZ_GSE", "BZ_GSE1800")},
}
# Vectors in one variable of three columns.
_FIELD_VECTORS = {"GSM": ("BGSM", "B_GSM", "B1GSM"), "GSE": ("BGSE", "B_GSE", "B1GSE", "BGSEc")}
_VELOCITY_VECTORS = {"GSM": ("V_GSM", "V_GSMc"), "GSE": ("V_GSE", "V_GSEc", "Proton_V_GSE")}
# Indices and ratios without dimension are often left without a unit: there is only one they can have.
_INDICES = ("alpha_fraction", "kp", "ap", "sunspot_number")


class IstpVariable(NamedTuple):
    """A variable with what its ISTP attributes say."""

    values: Floats
    unit: str | None
    fill: float | None = None
    lowest: float | None = None
    highest: float | None = None
    time: str = ""


def read_cdf(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a CDF file by its ISTP names and attributes.

    Parameters
    ----------
    path : str or Path
        OMNI of any cadence, or one of the field or plasma data sets of Wind, ACE or DSCOVR.

    Returns
    -------
    Dataset
        Fill values and values outside VALIDMIN and VALIDMAX masked, units converted from UNITS.

    Raises
    ------
    DataError
        If cdflib is not installed, the file is not a CDF, or holds nothing that is known.
    UnitError
        If a variable has no unit, or one that cannot be read.
    """
    place = str(path)
    try:
        import cdflib
    except ImportError:
        raise DataError(f"{place}: reading CDF needs cdflib; python -m pip install 'sunearth[io]'") from None
    content = open_content(path)
    if content.kind != "cdf" or content.compressed:
        raise DataError(f"{place}: is not a CDF file, or is packed; save it unpacked and read that")
    _check_records(content)
    wanted = _wanted()
    try:
        with np.errstate(all="ignore"):
            file = cdflib.CDF(str(path))
            info = file.cdf_info()
            present = [str(name) for name in [*info.zVariables, *info.rVariables]]
            found = {name: _variable(file, name) for name in present if name in wanted}
            times = {
                name: np.asarray(cdflib.cdfepoch.to_datetime(file.varget(name)), "datetime64[ns]").ravel()
                for name in {variable.time for variable in found.values()}
                if name in present
            }
            source = _global_text(file, "Logical_source") or _global_text(file, "Logical_file_id")
    except SunEarthError:
        raise
    except Exception as error:  # cdflib raises whatever its parsing runs into
        raise DataError(f"{place}: is not a CDF file that can be read ({one_line(error)}); fetch it again") from None
    if not found:
        raise DataError(
            f"{place}: none of its variables is known ({', '.join(present)[:100]}); "
            "known are those of OMNI and of the Wind, ACE and DSCOVR field and plasma data sets"
        )
    axis = _common_time(found)
    if axis not in times:
        raise DataError(f"{place}: variables name no time (DEPEND_0) that the file holds")
    notes = []
    elsewhere = [name for name, variable in found.items() if variable.time != axis]
    if elsewhere:
        notes.append(f"on other times than {axis} and not used: {', '.join(elsewhere)}")
    on_axis = {
        name: variable
        for name, variable in found.items()
        if variable.time == axis and variable.values.shape[:1] == times[axis].shape
    }
    is_omni = source.upper().startswith("OMNI")
    return build_from_istp(
        times[axis],
        on_axis,
        place=place,
        source=f"{source}, {os.path.basename(place)}" if source else os.path.basename(place),
        location="bow shock nose" if is_omni else "spacecraft",
        references=REFERENCE if is_omni else source,
        time_label=("centre" if source.upper().startswith("OMNI2") else "start") if is_omni else "",
        notes=notes,
    )


# Record types and where in a record of CDF version 3 things stand (CDF Internal Format Description, NASA/GSFC).
_VERSION_3 = b"\xcd\xf3\x00\x01\x00\x00\xff\xff"
_GLOBAL, _ATTRIBUTE, _INDEX = 2, 4, 6
_LISTS = ((3, 12, 44), (8, 20, 60), (4, 28, 48))  # r variables, z variables, attributes: type, head, count
_ENTRIES = ((5, 20, 36), (9, 48, 56))  # of an attribute, for global and r variables, and for z variables
_MOST_VALUES = 200_000_000


def _check_records(content: Content) -> None:
    """Follow the lists of records once: on a damaged file a reader would go round in circles.

    Raises
    ------
    DataError
        If a record is not where the one before says, lists do not hold what they say, or sizes cannot be.
    """
    if not content.data.startswith(_VERSION_3):
        return  # older, or compressed as a whole and then guarded by a checksum
    try:
        head = _record(content.data, struct.unpack_from(">q", content.data, 20)[0], _GLOBAL)
        if not 0 <= struct.unpack_from(">i", content.data, head + 56)[0] <= 10:
            raise ValueError("it has too many dimensions")
        for kind, first, count in _LISTS:
            records = _chain(content.data, head, first, count, kind)
            for record in records:
                if kind == _ATTRIBUTE:
                    for entry, entry_first, entry_count in _ENTRIES:
                        _chain(content.data, record, entry_first, entry_count, entry)
                else:
                    _check_variable(content.data, record, kind)
    except (struct.error, ValueError) as error:
        raise DataError(f"{content.name}: the CDF file is damaged ({one_line(error)}); fetch it again") from None


def _record(data: bytes, position: int, *kinds: int) -> int:
    """Return a record's position if there is such a record."""
    if not 8 <= position <= len(data) - 12:
        raise ValueError("a record lies outside the file")
    size, kind = struct.unpack_from(">qi", data, position)
    if kind not in kinds or not 12 <= size <= len(data) - position:
        raise ValueError("a record is not what it is said to be")
    return position


def _chain(data: bytes, owner: int, first: int, count: int, kind: int) -> list[int]:
    """The records of a list whose head and length its owner states."""
    position = struct.unpack_from(">q", data, owner + first)[0]
    expected = struct.unpack_from(">i", data, owner + count)[0]
    records: list[int] = []
    while position > 0 and len(records) <= expected:
        records.append(_record(data, position, kind))
        position = struct.unpack_from(">q", data, position + 12)[0]
    if len(records) != max(expected, 0) or len(set(records)) != len(records):
        raise ValueError("a list of records does not hold what it says")
    return records


def _check_variable(data: bytes, record: int, kind: int) -> None:
    last = struct.unpack_from(">i", data, record + 24)[0]
    elements = struct.unpack_from(">i", data, record + 64)[0]
    shape: tuple[int, ...] = ()
    if kind == 8:
        dimensions = struct.unpack_from(">i", data, record + 340)[0]
        if not 0 <= dimensions <= 10:
            raise ValueError("a variable has too many dimensions")
        shape = struct.unpack_from(f">{dimensions}i", data, record + 344)
    if last < -1 or elements < 1 or any(size < 1 for size in shape):
        raise ValueError("a variable has impossible sizes")
    if (last + 1) * elements * math.prod(shape) > _MOST_VALUES:
        raise ValueError("a variable holds more values than can be")
    seen: set[int] = set()
    pending = [struct.unpack_from(">q", data, record + 28)[0]]
    while pending:
        position = pending.pop()
        if position <= 0:
            continue
        _record(data, position, _INDEX)
        if position in seen:
            raise ValueError("an index of records refers to itself")
        seen.add(position)
        entries, used = struct.unpack_from(">2i", data, position + 20)
        if not 0 <= used <= entries or 28 + 16 * entries > struct.unpack_from(">q", data, position)[0]:
            raise ValueError("an index of records has impossible sizes")
        firsts = struct.unpack_from(f">{used}i", data, position + 28)
        lasts = struct.unpack_from(f">{used}i", data, position + 28 + 4 * entries)
        # Blocks are set aside beyond the last record, so an index may reach further than that.
        if any(not 0 <= a <= b <= _MOST_VALUES for a, b in zip(firsts, lasts, strict=True)):
            raise ValueError("an index of records names records that are not there")
        for target in struct.unpack_from(f">{used}q", data, position + 28 + 8 * entries):
            # Values, compressed values, or a further level of the index.
            _record(data, target, _INDEX, 7, 13)
            if struct.unpack_from(">i", data, target + 8)[0] == _INDEX:
                pending.append(target)
        pending.append(struct.unpack_from(">q", data, position + 12)[0])


def build_from_istp(
    time: NDArray[np.datetime64],
    variables: dict[str, IstpVariable],
    *,
    place: str,
    source: str,
    location: str,
    references: str,
    time_label: str = "",
    notes: Iterable[str] = (),
) -> xr.Dataset:
    """Map variables with ISTP names to the Dataset of every reader.

    Parameters
    ----------
    time : datetime64 array, shape (n,)
        UTC.
    variables : dict of IstpVariable
        By their own names, values of shape (n,) or (n, 3).
    place, source, location, references, time_label, notes
        As for :func:`~sunearth.data.dataset.build_dataset`.

    Returns
    -------
    Dataset
        The field in GSM where it is given in GSM, else in GSE.

    Raises
    ------
    DataError
        If none of the names is known.
    UnitError
        If a unit is missing or cannot be read.
    """
    remarks = list(notes)
    values: dict[str, Floats] = {}
    for ours, theirs in _SCALARS.items():
        name = next((n for n in theirs if n in variables and variables[n].values.ndim == 1), None)
        if name is not None:
            values[ours] = _converted(variables[name], ours, name, place, remarks)
    frame = velocity_frame = None
    for candidate in ("GSM", "GSE"):
        if frame is None:
            frame = _field(candidate, variables, values, place, remarks)
        vector = next((n for n in _VELOCITY_VECTORS[candidate] if _is_vector(variables, n)), None)
        if vector and velocity_frame is None:
            velocity_frame = candidate
            for axis, component in zip("xyz", _split(variables[vector]), strict=True):
                values[f"v_{axis}"] = _converted(component, f"v_{axis}", vector, place, remarks)
    if not values:
        raise DataError(f"{place}: none of its variables is known")
    return build_dataset(
        time,
        values,
        place=place,
        frame=frame or "GSM",
        # Separate components of OMNI are in GSE, whatever the field is given in.
        velocity_frame=velocity_frame or ("GSE" if "v_y" in values else None),
        source=source,
        location=location,
        references=references,
        time_label=time_label,
        notes=remarks,
    )


def _wanted() -> set[str]:
    names = {name for group in _SCALARS.values() for name in group}
    for frame in ("GSM", "GSE"):
        names |= {name for group in _COMPONENTS[frame].values() for name in group}
        names |= {*_FIELD_VECTORS[frame], *_VELOCITY_VECTORS[frame]}
    return names


def _field(
    frame: str, variables: dict[str, IstpVariable], values: dict[str, Floats], place: str, remarks: list[str]
) -> str | None:
    """Take the field's components in one frame; return the frame if they are there."""
    names = {
        ours: next((n for n in theirs if n in variables and variables[n].values.ndim == 1), None)
        for ours, theirs in _COMPONENTS[frame].items()
    }
    if all(names.values()):
        for ours, name in names.items():
            values[ours] = _converted(variables[str(name)], ours, str(name), place, remarks)
        return frame
    vector = next((n for n in _FIELD_VECTORS[frame] if _is_vector(variables, n)), None)
    if vector is None:
        return None
    for axis, component in zip("xyz", _split(variables[vector]), strict=True):
        values[f"b_{axis}"] = _converted(component, f"b_{axis}", vector, place, remarks)
    return frame


def _is_vector(variables: dict[str, IstpVariable], name: str) -> bool:
    return name in variables and variables[name].values.ndim == 2 and variables[name].values.shape[1] >= 3


def _split(vector: IstpVariable) -> list[IstpVariable]:
    return [vector._replace(values=vector.values[:, axis]) for axis in range(3)]


def _converted(variable: IstpVariable, ours: str, theirs: str, place: str, remarks: list[str]) -> Floats:
    unit = (variable.unit or "").strip()
    if not unit and ours not in _INDICES:
        raise UnitError(f"{place}: variable {theirs} states no unit; {ours} is taken in {VARIABLES[ours].unit}")
    values = np.array(variable.values, np.float64)
    missing = np.isnan(values)
    if variable.fill is not None:
        with np.errstate(invalid="ignore", over="ignore"):
            values[np.abs(values - variable.fill) <= 1e-6 * abs(variable.fill)] = np.nan
    with np.errstate(invalid="ignore"):
        if variable.lowest is not None:
            values[values < variable.lowest] = np.nan
        if variable.highest is not None:
            values[values > variable.highest] = np.nan
    masked = int(np.isnan(values).sum() - missing.sum())
    if masked:
        remarks.append(f"{ours}: {masked} fill or invalid values masked")
    if ours == "kp":
        # Archives hold ten times Kp whether or not the unit says so: 0, 3, 7, 10 ... 90.
        whole = values[np.isfinite(values)]
        if unit.lower() in ("10*kp", "kp*10") or (
            whole.size and whole.max() > 9.0 and np.all(whole == np.round(whole))
        ):
            return kp_from_tenths(values)
        return values
    return values * unit_factor(ours, unit or VARIABLES[ours].unit, f"{place}: variable {theirs}")


def _variable(file: Any, name: str) -> IstpVariable:
    attributes = file.varattsget(name)
    return IstpVariable(
        values=np.asarray(file.varget(name), np.float64),
        unit=str(attributes["UNITS"]) if "UNITS" in attributes else None,
        fill=_scalar(attributes.get("FILLVAL")),
        lowest=_scalar(attributes.get("VALIDMIN"), min),
        highest=_scalar(attributes.get("VALIDMAX"), max),
        time=str(attributes.get("DEPEND_0", "Epoch")),
    )


def _scalar(value: Any, pick: Any = min) -> float | None:
    """One number of an attribute that may be an array, or None."""
    try:
        numbers = np.asarray(value, np.float64).ravel()
    except (TypeError, ValueError):
        return None
    return float(pick(numbers)) if numbers.size and np.isfinite(numbers).all() else None


def _global_text(file: Any, name: str) -> str:
    value = file.globalattsget().get(name, "")
    if isinstance(value, (list, tuple, np.ndarray)):
        value = value[0] if len(value) else ""
    return str(value).strip()


def _common_time(variables: dict[str, IstpVariable]) -> str:
    """The time that the field is given at, or else the one that most variables share."""
    axes = [variable.time for variable in variables.values()]
    field = {*_COMPONENTS["GSM"]["b_z"], *_COMPONENTS["GSE"]["b_z"], *_FIELD_VECTORS["GSM"], *_FIELD_VECTORS["GSE"]}
    for name, variable in variables.items():
        if name in field:
            return variable.time
    return max(axes, key=axes.count)
