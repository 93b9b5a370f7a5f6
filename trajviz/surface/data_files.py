"""Files of numbers that a user gives, as grids and paths: their text and their arrays."""

from __future__ import annotations

import codecs
import io
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from trajviz.errors import TrajvizError

GRIDS = (".csv", ".npz")
"""The suffixes of files that hold a grid."""


def decoded(data: bytes) -> str:
    """Return a file's text: UTF-16 where it begins so, as older PowerShells write, or UTF-8.

    Raises:
        TrajvizError: It is neither, with the line.
    """
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TrajvizError(f"line {line}: not {error.encoding.upper()}") from error


def npz_arrays(
    data: bytes, most: int, content: str, names: Collection[str] = ()
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an NPZ, once it is known that they are not too large to unpack.

    Args:
        data: The file.
        most: How many bytes it may have when it is unpacked.
        content: What it should hold, as a message calls it.
        names: The arrays that are read, if they are there; default all.

    Raises:
        TrajvizError: It is no NPZ, or too large, or holds what is no plain array.
    """
    import zipfile  # with all that unpacks: a race of formulas has no use for it

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > most:
            raise TrajvizError(f"unpacked it is longer than {most:,} bytes")
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file if not names or name in names}
    except TrajvizError:
        raise
    except Exception as error:  # whatever zipfile, zlib and numpy make of a broken file
        raise TrajvizError(f"it is no NPZ file of {content}: {error}") from error
