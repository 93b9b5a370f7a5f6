"""The optimizers: one file each, holding one generator function of the same name.

An optimizer `rule(gradient, w, lr, **hyperparameters)` receives the gradient function, the start
and the learning rate, and yields the point after each step. Its state is its local variables, so
that its body reads like the box in the paper. It is elementwise, or reduces over the last axis
alone: w may have any leading shape (..., 2), and lr may be an array that broadcasts against it. A
schedule sets that array anew before each step, so a rule keeps nothing that it computed from lr.
What it is given as `gradient` also answers by name, so that a rule that needs more than slopes
calls it `surface` and asks for value, gradient and hessian (see `surface.Oracle`).

The file's DEFAULT_LR is the rate that a library or the paper takes, for races by `--lr default`.
Its docstring is what listings show: title and summary, the formula, and the paragraphs Family,
Source, perhaps Note, and Elsewhere, which says where torch, keras and optax differ. A file dropped
into this folder is found by every listing, help text and test.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from pathlib import Path

from trajviz.errors import unknown
from trajviz.optimizers import Optimizer, Rule


def rule_names() -> list[str]:
    """Return the names of our own optimizers, sorted, with hyphens."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return sorted(path.stem.replace("_", "-") for path in files)


@functools.cache
def load_rule(name: str) -> Optimizer:
    """Return the optimizer of this name, hyphens or underscores; TrajvizError without."""
    plain = name.replace("_", "-")
    if plain not in rule_names():
        raise unknown("optimizer", name, rule_names())
    identifier = plain.replace("-", "_")
    module = importlib.import_module(f"{__name__}.{identifier}")
    rule: Rule = getattr(module, identifier)
    parameters = list(inspect.signature(rule).parameters.values())[2:]  # after gradient and w
    defaults = {
        p.name: None if p.default is inspect.Parameter.empty else float(p.default)
        for p in parameters
    }
    return Optimizer(
        plain,
        rule,
        defaults,
        getattr(module, "DEFAULT_LR", defaults.get("lr")),
        getattr(module, "FOLLOWS_SCHEDULES", True),
    )
