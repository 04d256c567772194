"""Writing results: under a temporary name first and then moved into place, so that a file is whole or is not there."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sunearth.core.errors import OutputError

from .opening import one_line

if TYPE_CHECKING:
    import xarray as xr


@contextlib.contextmanager
def replaced_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary file to write; move it into the place of `path` once it is complete.

    Parameters
    ----------
    path : str or Path
        Where the file shall be; missing folders are made.

    Yields
    ------
    Path
        An empty file in the same folder.

    Raises
    ------
    OutputError
        If the place cannot be written. What was there before stays as it was.
    """
    target = Path(path)
    temporary = None
    try:
        if target.is_dir():
            raise OutputError(f"{path}: is a folder; name a file in it")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:80]}.", suffix=".part", dir=target.parent)
        temporary = Path(name)
        os.close(handle)
        temporary.chmod(0o666 & ~_umask())
        yield temporary
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, target)
        temporary = None
    except OutputError:
        raise
    except (OSError, ValueError) as error:
        reason = one_line(getattr(error, "strerror", None) or error)
        raise OutputError(f"{path}: cannot be written ({reason}); choose another place or make room") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text in UTF-8, all of it or nothing.

    Parameters
    ----------
    path : str or Path
        The file.
    text : str
        Its content.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with replaced_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_netcdf(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a Dataset as compressed NetCDF 4, all of it or nothing.

    Parameters
    ----------
    dataset : Dataset
        Times are stored to the nanosecond, flags as bytes; attributes that NetCDF cannot hold become text.
    path : str or Path
        The file.

    Raises
    ------
    OutputError
        If it cannot be written, or holds what NetCDF cannot.
    """
    plain = dataset.copy()
    plain.attrs = _plain(dataset.attrs)
    encoding: dict[str, dict[str, Any]] = {}
    squeezed: dict[str, Any] = {"zlib": True, "complevel": 4, "shuffle": True}
    for name in plain.variables:
        variable = plain[name]
        variable.attrs = _plain(variable.attrs)
        # What a variable was once read with must not decide how it is written.
        variable.encoding = {}
        if variable.dtype.kind == "M":
            encoding[str(name)] = {"units": "nanoseconds since 1970-01-01", "dtype": "int64"}
            if variable.ndim:
                encoding[str(name)] |= squeezed
        elif variable.dtype.kind in "fiub" and variable.ndim:
            encoding[str(name)] = dict(squeezed)
    with replaced_file(path) as temporary:
        try:
            plain.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)
        except OSError:
            raise
        except ImportError as error:
            raise OutputError(f"{path}: writing NetCDF needs h5py; python -m pip install h5py") from error
        except Exception as error:  # xarray and h5py name a dozen reasons
            raise OutputError(f"{path}: holds what NetCDF cannot ({one_line(error)})") from error


def _plain(attributes: dict[Any, Any]) -> dict[str, Any]:
    """Attributes as text and numbers."""
    plain: dict[str, Any] = {}
    for key, value in attributes.items():
        if value is None:
            continue
        if isinstance(value, (bool, np.bool_)):
            plain[str(key)] = int(value)
        elif isinstance(value, (str, int, float, np.number)) or _is_numeric(value):
            plain[str(key)] = value
        else:
            plain[str(key)] = json.dumps(value, default=str)
    return plain


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.size > 0


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
