"""Find an optimizer by what the user typed: a rule of ours, another library's, or their own."""

from __future__ import annotations

import re

from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters import library_names, load_adapted
from trajviz.optimizers.own import OWN, load_own
from trajviz.optimizers.rules import load_rule, rule_names


def optimizer_names() -> list[str]:
    """Return the names of our own optimizers, sorted, with hyphens."""
    return rule_names()


def load_optimizer(name: str) -> Optimizer:
    """Return the optimizer of this name.

    Args:
        name: One of `optimizer_names()`, with hyphens or underscores; another library's, as
            "torch.Adam" or "scipy.BFGS"; or one of the user's own, as "./file.py:NAME" or
            "package.module:NAME". The library is imported, the file or module is run.

    Raises:
        TrajvizError: There is none of this name, its library is not installed, or its file fails.
    """
    if is_own(name):
        return load_own(name)
    library, dot, rest = name.partition(".")
    if dot and library in library_names():
        return load_adapted(library, rest)
    return load_rule(name)


def is_own(name: str) -> bool:
    """Tell whether a name is that of a module or a file of the user's, which would be run.

    >>> [is_own(name) for name in ("./mine.py:rule", "mine:Rule", "./mine.py", "torch.SGD", "sgd")]
    [True, True, True, False, False]
    """
    return ":" in name or name.endswith(".py")


def split_name(text: str) -> tuple[str, str, str]:
    """Cut a track's text at the colon after the optimizer's name, which may have one as well.

    >>> split_name("adam:lr=1")
    ('adam', ':', 'lr=1')
    >>> split_name("./mine.py:rule:lr=1"), split_name("mine:Rule")
    (('./mine.py:rule', ':', 'lr=1'), ('mine:Rule', '', ''))
    """
    own = re.match(rf"{OWN.pattern}(?=:|$)", text.strip())
    if own and own["place"].replace("_", "-") not in rule_names():
        rest = text.strip()[own.end() :]
        return own[0], rest[:1], rest[1:]
    return text.partition(":")
