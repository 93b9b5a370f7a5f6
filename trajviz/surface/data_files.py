"""Files of numbers that a user gives, as grids and paths: their text and their arrays."""

from __future__ import annotations

import codecs
import io
import math
from collections.abc import Collection, Iterator
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from trajviz.errors import TrajvizError
from trajviz.untrusted import MOST_ARRAY_BYTES, MOST_ARRAYS

if TYPE_CHECKING:
    import zipfile

GRIDS = (".csv", ".npz")
"""The suffixes of files that hold a grid."""
_MEMBER = b"PK\x01\x02"
"""How the entry of a file begins in a ZIP's directory."""
_MOST_HEADER = 10_000
"""Bytes of an array's header, as many as numpy takes."""


def decoded(data: bytes) -> str:
    """Return a file's text: UTF-16 where it begins so, as older PowerShells write, or UTF-8.

    Raises:
        TrajvizError: It is neither, with the line.
    """
    try:
        return data.decode(_encoding(data))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TrajvizError(f"line {line}: not {error.encoding.upper()}") from error


def _encoding(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if wide else "utf-8-sig"


def lines_of(data: bytes) -> Iterator[str]:
    """Yield a file's lines with their ends, one at a time; TrajvizError as for `decoded`."""
    try:
        yield from io.TextIOWrapper(io.BytesIO(data), _encoding(data), newline="")
    except UnicodeDecodeError:
        decoded(data)


def npz_arrays(
    data: bytes, content: str, names: Collection[str] = ()
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an NPZ, once it is known that they are not too large to unpack.

    Args:
        data: The file.
        content: What it should hold, as a message calls it.
        names: The arrays that are read, if they are there; default all.

    Raises:
        TrajvizError: It is no NPZ, or too large, or holds what is no plain array.
    """
    try:
        check_unpacked(data)
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file if not names or name in names}
    except TrajvizError:
        raise
    except Exception as error:  # whatever zipfile, zlib and numpy make of a broken file
        raise TrajvizError(f"it is no NPZ file of {content}: {error}") from error


def check_unpacked(data: bytes) -> None:
    """Raise TrajvizError for a ZIP of too many files, or too large ones."""
    if data.count(_MEMBER) > MOST_ARRAYS:
        raise TrajvizError(f"it has more than {MOST_ARRAYS:,} arrays")
    import zipfile  # with all that unpacks: a race of formulas has no use for it

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        _check_size(sum(_unpacked(packed, member) for member in packed.namelist()))


def npy_array(data: bytes) -> npt.NDArray[Any]:
    """Return the array of an NPY, once it is known that it is not too large; else TrajvizError."""
    try:
        _check_size(_needed(io.BytesIO(data)))
        return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    except TrajvizError:
        raise
    except Exception as error:  # whatever numpy makes of a broken file
        raise TrajvizError(f"it is no NPY file of numbers and texts: {error}") from error


def _check_size(size: int) -> None:
    if size > MOST_ARRAY_BYTES:
        raise TrajvizError(f"unpacked it is longer than {MOST_ARRAY_BYTES:,} bytes")


def _unpacked(packed: zipfile.ZipFile, member: str) -> int:
    """Return how many bytes a file in a ZIP takes."""
    with packed.open(member) as file:
        needed = _needed(file) if member.endswith(".npy") else 0
    return max(needed, packed.getinfo(member).file_size)


def _needed(file: IO[bytes]) -> int:
    """Return how many bytes an array takes by its header, each number as a float64.

    An axis of length 0 counts as one of 1: what works on the others takes as long.
    """
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise TrajvizError(f"version {version} of its array format is not that of plain arrays")
    wide, read = _HEADERS[version]
    length = file.read(wide)
    if int.from_bytes(length, "little") > _MOST_HEADER:
        raise TrajvizError(f"the header of its array is longer than {_MOST_HEADER:,} bytes")
    shape, _, dtype = read(io.BytesIO(length + file.read(int.from_bytes(length, "little"))))
    numbers: int = math.prod(max(1, abs(side)) for side in shape)
    return numbers * max(8, int(dtype.itemsize))


_HEADERS: dict[tuple[int, int], tuple[int, Any]] = {
    (1, 0): (2, np.lib.format.read_array_header_1_0),
    (2, 0): (4, np.lib.format.read_array_header_2_0),
}
"""How many bytes say how long a header is, and what reads it, by the version of the format."""
