"""The optimizers: one file each, holding one generator function of the same name.

An optimizer `rule(gradient, w, lr, **hyperparameters)` receives the gradient function, the start
and the learning rate, and yields the point after each step. Its state is its local variables, so
that its body reads like the box in the paper. It is elementwise, or reduces over the last axis
alone: w may have any leading shape (..., 2), and lr may be an array that broadcasts against it. A
schedule sets that array anew before each step, so a rule keeps nothing that it computed from lr.
Bounds move the array that is yielded in place, so a rule goes on from that array.
What it is given as `gradient` also has the methods value, gradient, hessian and hessian_product; a
rule that needs more than slopes calls it `surface` (see `surface.Oracle`). On a problem a point is
its weights, (..., d); which matrices these are, `surface.blocks` says and `parts_of` takes apart. A
rule that does something else there asks for `surface.dimension`, which is 2 on a surface. A live
page runs the rule in JavaScript, so its body keeps to what `trajviz/files/live/translation.py`
translates.

Each hyperparameter has a number as its default, and its annotation may state its range: `Share` or
`Annotated[float, Range(at_least=1)]` (see `surface.numbers`). Without one it takes every finite
number. That lr is above 0 need not be said.

The file's DEFAULT_LR is the rate that a library or the paper takes, for races by `--lr default`.
FOLLOWS_SCHEDULES is False where lr is only the length of the first step. RATE_IS_FACTOR is True
where the rule finds the length of its steps itself and lr only scales them. The docstring is what
listings show: title and summary, the formula, and the paragraphs Family, Source, perhaps Note, and
Elsewhere, which says where torch, keras and optax differ. A file dropped into this folder is found
by every listing, help text and test.
"""

from __future__ import annotations

import functools
import importlib
from pathlib import Path

from trajviz.errors import unknown
from trajviz.optimizers import Optimizer

_FACTS = {
    "DEFAULT_LR": "default_rate",
    "FOLLOWS_SCHEDULES": "follows_schedules",
    "RATE_IS_FACTOR": "rate_is_factor",
}
"""What a file says of its rule beside the signature, and the Optimizer's field that holds it."""


def rule_names() -> list[str]:
    """Return the names of our own optimizers, sorted, with hyphens."""
    return [*_names_in(Path(__file__).parent)]


@functools.cache
def _names_in(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem.replace("_", "-") for path in folder.glob("[!_]*.py")))


@functools.cache
def load_rule(name: str) -> Optimizer:
    """Return the optimizer of this name, hyphens or underscores; TrajvizError without."""
    plain = name.replace("_", "-")
    if plain not in rule_names():
        raise unknown("optimizer", name, rule_names())
    identifier = plain.replace("-", "_")
    module = importlib.import_module(f"{__name__}.{identifier}")
    stated = vars(module)
    facts = {field: stated[word] for word, field in _FACTS.items() if word in stated}
    return Optimizer.of(plain, stated[identifier], **facts)
