"""Opening files: what is missing, empty, cut short or not text is said in one line."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import NamedTuple

from sunearth.core.errors import DataError

_GZIP = b"\x1f\x8b"
_HDF5 = b"\x89HDF\r\n\x1a\n"
# First bytes of what is often taken for a solar-wind file, and what to do about it.
_FOREIGN = {
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"PAR1": "a Parquet file; save it as CSV or NetCDF",
    b"BZh": "compressed by bzip2; unpack it first",
    b"\xfd7zXZ": "compressed by xz; unpack it first",
    b"%PDF": "a PDF document",
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
}


class Content(NamedTuple):
    """What a file holds, unpacked."""

    name: str
    data: bytes
    compressed: bool

    @property
    def kind(self) -> str:
        """The container: ``cdf``, ``hdf5``, ``netcdf3`` or ``text``."""
        if self.data[:2] in (b"\xcd\xf3", b"\xcd\xf2") or self.data[:8] == b"\x00\x00\xff\xff\x00\x00\xff\xff":
            return "cdf"
        if self.data.startswith(_HDF5):
            return "hdf5"
        if self.data[:4] in (b"CDF\x01", b"CDF\x02", b"CDF\x05"):
            return "netcdf3"
        return "text"

    def text(self) -> str:
        """Return the content as text.

        Raises
        ------
        DataError
            If it is not text.
        """
        for start, what in _FOREIGN.items():
            if self.data.startswith(start):
                raise DataError(f"{self.name}: is {what}")
        if b"\x00" in self.data:
            raise DataError(f"{self.name}: is not a text file (it holds binary data); check what was saved there")
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise DataError(
                f"{self.name}: line {line} is not UTF-8 text; save the file as UTF-8, or check that it is not binary"
            ) from None


def open_content(path: str | os.PathLike[str]) -> Content:
    """Read a whole file, unpacking gzip.

    Parameters
    ----------
    path : str or Path
        A file.

    Returns
    -------
    Content
        Its name and its bytes.

    Raises
    ------
    DataError
        If there is no such file, it is a folder, it may not be read, it is empty, or its gzip stream is broken.
    """
    file = Path(path)
    name = str(path) if str(path).isprintable() else repr(str(path))
    try:
        if file.is_dir():
            raise DataError(f"{name}: is a folder, not a file; name the file in it")
        data = file.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{name}: no such file; check the path") from None
    except PermissionError:
        raise DataError(f"{name}: may not be read; check its permissions") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        raise DataError(f"{name}: cannot be read: {one_line(error)}") from None
    return unpack(data, str(path))


def unpack(data: bytes, name: str) -> Content:
    """Return bytes as content, unpacked if they are gzip.

    Parameters
    ----------
    data : bytes
        As read from a file or a server.
    name : str
        What to call them in an error.

    Returns
    -------
    Content
        Never empty.

    Raises
    ------
    DataError
        If they are empty, or a broken gzip stream.
    """
    compressed = data.startswith(_GZIP)
    if compressed:
        try:
            data = gzip.decompress(data)
        except EOFError:
            raise DataError(f"{name}: the gzip file is cut short; fetch it again") from None
        except (OSError, zlib.error) as error:
            raise DataError(f"{name}: the gzip file is damaged ({one_line(error)}); fetch it again") from None
    if not data.strip():
        raise DataError(f"{name}: is empty")
    return Content(name, data, compressed)


def one_line(error: BaseException | str, limit: int = 160) -> str:
    """Return an error's text on one line, cut at `limit` characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= limit else text[: limit - 3] + "..."
