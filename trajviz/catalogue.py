"""Find a surface by its name in the catalogue, or by the path of a definition file.

`surfaces/` is a folder of definition files, not a package: they are loaded by path, so that a
user's file and a built-in one go through the same door.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import sys
from pathlib import Path

import numpy as np

from trajviz.errors import TrajvizError, unknown
from trajviz.surface import Surface

_PACKAGE = Path(__file__).parent


@functools.cache
def folder() -> Path:
    """Return the catalogue's folder: inside an installed package, beside it in a checkout."""
    for candidate in (_PACKAGE / "surfaces", _PACKAGE.parent / "surfaces"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"no folder of surfaces in {_PACKAGE} or beside it")


def surface_names() -> list[str]:
    """Return the names in the catalogue, sorted, with hyphens where the files have underscores."""
    return sorted(path.stem.replace("_", "-") for path in folder().glob("[!_]*.py"))


def load_surface(surface: str | Path) -> Surface:
    """Return the surface of this name (hyphens or underscores), or defined by this .py file.

    A file is Python that runs, so load only files you trust. Raises TrajvizError for an unknown
    name, a missing file, and a file that fails or defines no `surface`.
    """
    text = str(surface)
    if text.endswith(".py"):
        path = Path(text).expanduser()
        if not path.is_file():
            raise TrajvizError(f"no surface file {text!r}")
        return _read(path)
    name = text.replace("_", "-")
    if name not in surface_names():
        raise unknown("surface", text, surface_names())
    return _read(folder() / f"{name.replace('-', '_')}.py")


def _read(path: Path) -> Surface:
    surface = _execute(path)
    name = surface.name or path.stem.replace("_", "-")
    title = surface.title or name.replace("-", " ").capitalize()
    return dataclasses.replace(surface, name=name, title=title)


def _execute(path: Path) -> Surface:
    """Return the surface that a file defines, once its formula has been tried at the start."""
    spec = importlib.util.spec_from_file_location(f"trajviz_surface_{path.stem}", path.resolve())
    assert spec is not None  # a .py path always has one
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # no litter beside a file
    try:
        spec.loader.exec_module(module)
        surface = getattr(module, "surface", None)
        if isinstance(surface, Surface):
            _try(surface)
    except (Exception, SystemExit) as error:
        line = _line_in(path, error)
        raise TrajvizError(f"{path}{line}: {type(error).__name__}: {error}") from error
    finally:
        sys.dont_write_bytecode = writes
    if not isinstance(surface, Surface):
        raise TrajvizError(f"{path} defines no `surface = Surface(...)`")
    return surface


def _try(surface: Surface) -> None:
    start = np.array([surface.start, surface.start])
    surface.value(start)
    surface.gradient(start)
    if surface.samples:
        surface.gradient(start, np.array([0, surface.samples - 1]))
    if surface.accuracy is not None:
        surface.accuracy(start[:, 0], start[:, 1])


def _line_in(path: Path, error: BaseException) -> str:
    """Return ", line N" for the deepest frame that lies in the file itself."""
    lines = [error.lineno] if isinstance(error, SyntaxError) and error.lineno else []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path.resolve()):
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f", line {lines[-1]}" if lines else ""
