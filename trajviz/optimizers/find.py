"""Find an optimizer by what the user typed: one of our rules, or one of another library."""

from __future__ import annotations

import re

from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters import OWN, library_names, load_adapted
from trajviz.optimizers.rules import load_rule, rule_names


def optimizer_names() -> list[str]:
    """Return the names of our own optimizers, sorted, with hyphens."""
    return rule_names()


def load_optimizer(name: str) -> Optimizer:
    """Return the optimizer of this name; TrajvizError if there is none.

    One of ours may be written with hyphens or underscores; for the others see `adapters`.
    """
    return load_adapted(name, rule_names()) if is_adapted(name) else load_rule(name)


def is_adapted(name: str) -> bool:
    """Tell whether a name is that of another library, a module or a file.

    >>> [is_adapted(name) for name in ("torch.SGD", "./mine.py:rule", "mine:Rule", "sgd")]
    [True, True, True, False]
    """
    library, dot, _ = name.partition(".")
    return bool(dot and library in library_names()) or ":" in name or name.endswith(".py")


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
