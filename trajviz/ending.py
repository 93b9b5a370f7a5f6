"""The end of the command line: at once, where nobody else's code has run.

Python takes apart all that it has loaded before a process ends, a tenth of a plain render. What is
ours needs nothing of that. Of others, a module may hold a file that is written only then.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading

_HARMLESS = {"__main__", "trajviz", "numpy", "click", "PIL", "imageio_ffmpeg", "_distutils_hack"}
"""What leaves nothing behind, beside Python's own library."""
_NAMES = {"trajviz", "trajviz.exe", "__main__.py"}
"""How the command is called; another program that calls it goes on behind it."""
_PACKAGE = os.path.dirname(__file__)  # noqa: PTH120  # pathlib takes long to import
_OURS = [os.path.join(each, "surfaces") for each in (_PACKAGE, os.path.dirname(_PACKAGE))]  # noqa: PTH118, PTH120
"""Where the files of our surfaces may lie, which are run: in a checkout beside the package."""


def end(code: object) -> None:
    """End the process if that may be done at once, after all that was to be done at its end.

    Args:
        code: The exit code as `sys.exit` takes it; anything but a number is left to Python.
    """
    if not isinstance(code, int | None) or not _is_ours():
        return
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return  # Python has an exit code of its own for that
    os._exit(code or 0)


def _is_ours() -> bool:
    """Tell whether this is the command itself, and no code but ours has run, nor runs elsewhere."""
    name = os.path.basename(sys.argv[0])  # noqa: PTH119
    if name not in _NAMES or threading.active_count() > 1:
        return False
    harmless = _HARMLESS | sys.stdlib_module_names
    others = [name for name in [*sys.modules] if name.partition(".")[0] not in harmless]
    return all(_folder(sys.modules[name]) in _OURS for name in others)


def _folder(module: object) -> str:
    return os.path.dirname(getattr(module, "__file__", None) or "")  # noqa: PTH120
