"""What is said where a library refuses something, does not have it, or is not there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from trajviz.errors import TrajvizError, not_installed, unknown
from trajviz.surface.code_error import own_line


def no_such(library: str, name: str, allowed: Iterable[str]) -> TrajvizError:
    """Return the error for a name that a library does not have."""
    return unknown("optimizer", f"{library}.{name}", [f"{library}.{one}" for one in allowed])


@contextlib.contextmanager
def library_errors(name: str, extra: str = "") -> Iterator[None]:
    """Turn what a library raises into a TrajvizError of one line, with the user's own line if any.

    Args:
        name: The optimizer or module of which the line speaks.
        extra: The extra of this distribution that installs the library; default none. With it, a
            missing library is told by how to install it.
    """
    try:
        yield
    except TrajvizError:
        raise
    except Exception as error:  # whatever a library may raise
        if extra and isinstance(error, ModuleNotFoundError):
            raise not_installed(name, str(error.name), extra) from error
        cause = f"{own_line(error)}{type(error).__name__}: {error}"
        raise TrajvizError(f"{name}: {cause}") from error
