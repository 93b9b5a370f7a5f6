"""Learning-rate schedules: one function each, which gives the factor on the learning rate.

It is called with the steps that have been taken, 0 before the first, and the steps of the whole
run. The factor is from 0 to 1, so that the learning rate is the highest of the run. Its other
parameters are what a spec may set beside `decay=NAME`. Each has a default, and its annotation
states its range (see `surface.numbers`).
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Annotated, TypeAlias

from trajviz.docstrings import docstring_of
from trajviz.errors import unknown
from trajviz.frozen import dataclass
from trajviz.surface.numbers import Fraction, Range, stated_ranges

Factor: TypeAlias = Annotated[float, Range(above=0, at_most=1)]
"""Above 0 and at most 1, so that no learning rate turns or is more than the full one."""
Count: TypeAlias = Annotated[float, Range(at_least=1, whole=True)]
"""A whole number of steps."""


def exponential(taken: int, _steps: int, rate: Factor = 0.98) -> float:
    """Multiply by `rate` at every step: rate^t.

    Source: as torch's ExponentialLR, and keras's ExponentialDecay over one step.

    >>> [exponential(t, 200, rate=0.5) for t in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """
    return rate**taken


def inverse_time(taken: int, _steps: int, rate: Factor = 0.05) -> float:
    """Divide by a line: 1 / (1 + rate t), which meets the conditions of Robbins and Monro (1951).

    Source: as keras's InverseTimeDecay over one step.

    >>> [inverse_time(t, 200, rate=0.5) for t in (0, 2, 6)]
    [1.0, 0.5, 0.25]
    """
    return 1 / (1 + rate * taken)


def step(taken: int, _steps: int, rate: Factor = 0.5, every: Count = 50) -> float:
    """Multiply by `rate` after every so many steps: rate^floor(t / every).

    Source: as torch's StepLR.

    >>> [step(t, 200, rate=0.1, every=3) for t in range(5)]
    [1.0, 1.0, 1.0, 0.1, 0.1]
    """
    return float(rate ** (taken // every))


def cosine(taken: int, steps: int) -> float:
    """Follow half a cosine down to 0 at the end of the run: (1 + cos(pi t / steps)) / 2.

    Source: Loshchilov and Hutter (2017), eq. 5, with one cycle and no lower bound.

    >>> [round(cosine(t, 300), 9) for t in (0, 100, 150, 200, 300)]
    [1.0, 0.75, 0.5, 0.25, 0.0]
    """
    return (1 + math.cos(math.pi * taken / steps)) / 2


def warm_up(taken: int, _steps: int, over: Count = 20) -> float:
    """Rise along a line to the full rate, and keep it: min(1, (t + 1) / over).

    Source: Goyal et al. (2017), sec. 2.2, gradual warm-up; as torch's LinearLR from 1 / over.

    >>> [warm_up(t, 200, over=4) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    return min(1.0, (taken + 1) / over)


def warm_up_cosine(taken: int, steps: int, over: Count = 20) -> float:
    """Rise along a line to the full rate, then follow half a cosine down to 0 at the end.

    Source: Goyal et al. (2017), sec. 2.2, then as `cosine`; as torch's SequentialLR of LinearLR and
    CosineAnnealingLR.

    >>> [round(warm_up_cosine(t, 12, over=4), 9) for t in (0, 3, 4, 8, 12)]
    [0.25, 1.0, 1.0, 0.5, 0.0]
    """
    if taken < over:
        return warm_up(taken, steps, over)
    return cosine(int(taken - over), int(max(steps - over, 1)))


def cosine_restarts(taken: int, _steps: int, every: Count = 50, stretch: Count = 1) -> float:
    """Follow half a cosine down to 0, again and again: (1 + cos(pi t' / T)) / 2.

    Here t' counts the steps since the last restart. The first period T is `every` steps, each later
    one `stretch` times as long as the one before.

    Source: Loshchilov and Hutter (2017), eq. 5; as torch's CosineAnnealingWarmRestarts.

    >>> [round(cosine_restarts(t, 200, every=4, stretch=2), 9) for t in (0, 2, 4, 8, 12)]
    [1.0, 0.5, 1.0, 0.5, 1.0]
    """
    while taken >= every:
        taken, every = int(taken - every), every * stretch
    return (1 + math.cos(math.pi * taken / every)) / 2


def cyclic(taken: int, _steps: int, every: Count = 50, low: Factor = 0.25) -> float:
    """Go up and down between `low` and the full rate along lines, in periods of `every` steps.

    Source: Smith (2017), sec. 3.1, the triangular policy, `every` being twice his stepsize; as
    torch's CyclicLR.

    >>> [cyclic(t, 200, every=4, low=0.5) for t in range(5)]
    [0.5, 0.75, 1.0, 0.75, 0.5]
    """
    return low + (1 - low) * (1 - abs(2 * (taken % every) / every - 1))


def one_cycle(taken: int, steps: int, share: Fraction = 0.3) -> float:
    """Rise from 1/25 to the full rate in a `share` of the run, then fall to 1/250,000, by cosines.

    Source: Smith and Topin (2019), as torch's OneCycleLR has it.

    >>> [round(one_cycle(t, 11, share=0.5), 6) for t in (0, 4, 5, 10)]
    [0.04, 0.971052, 0.979747, 4e-06]
    """
    top = max(share * steps - 1, 0.0)
    if taken < top:
        return 0.04 + 0.96 * (1 - math.cos(math.pi * taken / top)) / 2
    fallen = min((taken - top) / max(steps - 1 - top, 1.0), 1.0)
    return 4e-6 + (1 - 4e-6) * (1 + math.cos(math.pi * fallen)) / 2


SCHEDULES: Mapping[str, Callable[..., float]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        exponential,
        inverse_time,
        step,
        cosine,
        warm_up,
        warm_up_cosine,
        cosine_restarts,
        cyclic,
        one_cycle,
    )
}
"""The schedules by name, with hyphens."""


@dataclass(frozen=True)
class Schedule:
    """One of the SCHEDULES with its parameters.

    Attributes:
        name: Its name in SCHEDULES.
        settings: The parameters that were given, each a name and a value; default none.
    """

    name: str
    settings: tuple[tuple[str, float], ...] = ()

    @property
    def complete(self) -> dict[str, float]:
        """All parameters, the given ones over the defaults."""
        return {**schedule_defaults(self.name), **dict(self.settings)}

    @property
    def summary(self) -> str:
        """What the key of a picture says.

        >>> Schedule("step", (("rate", 0.1),)).summary
        'step 0.1 every 50'
        """
        words = [f"{key} {value:g}" for key, value in self.complete.items()]
        return " ".join([self.name, *words]).replace(" rate ", " ")

    def factor(self, taken: int, steps: int) -> float:
        """Return the factor on the learning rate.

        Args:
            taken: How many steps have been taken, 0 before the first.
            steps: The steps of the whole run.
        """
        return SCHEDULES[self.name](taken, steps, **dict(self.settings))


def schedule_names() -> list[str]:
    """Return the names of the learning-rate schedules, sorted, with hyphens."""
    return sorted(SCHEDULES)


def schedule_defaults(name: str) -> dict[str, float]:
    """Return the parameters of a schedule, each with its default.

    Raises:
        TrajvizError: No schedule has this name.

    >>> schedule_defaults("step")
    {'rate': 0.5, 'every': 50}
    """
    return dict(_defaults_of(_function(name)))


@functools.cache
def _defaults_of(function: Callable[..., float]) -> dict[str, float]:
    parameters = list(inspect.signature(function).parameters.values())[2:]
    return {parameter.name: parameter.default for parameter in parameters}


def schedule_source(name: str) -> str:
    """Return who published a schedule, and which library has it.

    Raises:
        TrajvizError: No schedule has this name.

    >>> schedule_source("step")
    "as torch's StepLR."
    """
    text = docstring_of(_function(name))
    return " ".join(text.partition("Source: ")[2].partition("\n\n")[0].split())


@functools.cache
def schedule_parameters() -> frozenset[str]:
    """Return the names of all parameters that schedules have."""
    return frozenset(key for name in SCHEDULES for key in schedule_defaults(name))


def schedule_ranges(name: str) -> dict[str, Range]:
    """Return the ranges of a schedule's parameters.

    Raises:
        TrajvizError: No schedule has this name.

    >>> print(schedule_ranges("step")["every"])
    a whole number of at least 1
    """
    return stated_ranges(_function(name))


def _function(name: str) -> Callable[..., float]:
    if name not in SCHEDULES:
        raise unknown("decay", name, SCHEDULES)
    return SCHEDULES[name]
