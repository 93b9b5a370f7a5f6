"""What reads files of paths. It is apart, since a race without such files does without it."""

from __future__ import annotations

from collections.abc import Callable

from trajviz.descent.array_files import read_json, read_npy, read_npz
from trajviz.descent.recording import Reading
from trajviz.descent.table_files import read_table

READERS: dict[str, Callable[..., Reading]] = {
    "csv": read_table,
    "tsv": read_table,
    "txt": read_table,
    "json": read_json,
    "npy": read_npy,
    "npz": read_npz,
}
"""What reads a file of paths, by suffix."""
