"""Docstrings, which are data here: titles, formulas and sources that listings and pictures show.

`python -OO` leaves them out of what it runs, so they are then read from the source.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any


def docstring_of(thing: Any) -> str:
    """Return the docstring of a module, a function or a class, "" where it has none.

    >>> docstring_of(docstring_of).partition(",")[0]
    'Return the docstring of a module'
    """
    text = inspect.getdoc(thing)
    return text or (_from_source(thing) if sys.flags.optimize > 1 else "")


def _from_source(thing: Any) -> str:
    import ast
    import textwrap

    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError, SyntaxError):  # it has no source, or is only a part of a line
        return ""
    owner = tree if inspect.ismodule(thing) else tree.body[0]
    documented = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return (ast.get_docstring(owner) or "") if isinstance(owner, documented) else ""
