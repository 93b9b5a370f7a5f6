"""Rules and schedules in JavaScript."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from trajviz.files.live.javascript import fields, key_of, number, table, text
from trajviz.files.live.translation import Library, Translated, translated
from trajviz.files.live.values import NUMBER, POINT, RATE, SURFACE, UntranslatableError, plain
from trajviz.optimizers import Optimizer
from trajviz.recipe.schedule import SCHEDULES, schedule_defaults
from trajviz.recipe.spec import DECAY, Spec
from trajviz.surface.numbers import Range


class Rules:
    """The rules and schedules of a program, each with all that it calls."""

    def __init__(self) -> None:
        self._library = Library()
        self._made: dict[str, Translated] = {}
        self._rules: dict[str, str] = {}
        self._schedules: dict[str, str] = {}

    @property
    def text(self) -> str:
        """`$rules` and `$schedules`, and the functions that they call."""
        rules = ",\n".join(self._rules.values())
        schedules = fields(self._schedules)
        return "\n".join(
            [
                self._library.text,
                f"const $rules = {{\n{rules}\n}};",
                f"const $schedules = {{{schedules}}};",
            ]
        )

    def add(self, optimizer: Optimizer) -> None:
        """Add an optimizer's rule.

        Raises:
            UntranslatableError: It does what is not translated.
        """
        if optimizer.name in self._rules:
            return
        rule = optimizer.written or optimizer.rule
        names = [*inspect.signature(rule).parameters][2:]
        kinds = [SURFACE, POINT, *(RATE if name == "lr" else NUMBER for name in names)]
        made = self._made[optimizer.name] = translated(rule, kinds, self._library)
        self._rules[optimizer.name] = _rule(optimizer, names, made)

    def add_track(self, spec: Spec) -> None:
        """Add what a track needs.

        Raises:
            UntranslatableError: Its rule does what is not translated, or keeps another copy of what
                its schedule or its bounds change in place.
        """
        self.add(spec.optimizer)
        made = self._made[spec.optimizer.name]
        moved = made.handed if spec.clamp.bounds else frozenset()
        changing = {"lr"} if spec.schedule else set()
        if made.shared & (moved | changing):
            raise UntranslatableError(
                f"{spec.optimizer.name} keeps another name for what is changed in place"
            )
        if spec.schedule is not None:
            self._add_schedule(spec.schedule.name)

    def _add_schedule(self, name: str) -> None:
        defaults = schedule_defaults(name)
        given = [plain(0.0)] * (2 + len(defaults))
        function, _ = self._library.called(SCHEDULES[name], given)
        settings = ", ".join(f"{key} = {number(value).text}" for key, value in defaults.items())
        names = ", ".join(["taken", "steps", *defaults])
        self._schedules[name] = f"(taken, steps, {{ {settings} }}) => {function}({names})"


def track_settings(spec: Spec, settings: Mapping[str, object]) -> str:
    """Return all of a track's settings, those of its schedule and its clamp too, as an object."""
    schedule = spec.schedule
    decay = {DECAY: schedule.name, **schedule.complete} if schedule else {}
    return table({**decay, **spec.clamp.table, **settings})


def _rule(optimizer: Optimizer, names: list[str], made: Translated) -> str:
    """Return a rule as a field: what is known of it, and its generator."""
    ranges = {key: _range(allowed) for key, allowed in optimizer.ranges.items()}
    rate = optimizer.default_rate
    facts = {
        "title": text(optimizer.title),
        "summary": text(optimizer.summary),
        "default_lr": "null" if rate is None else number(rate).text,
        "settings": table(optimizer.defaults),
        "ranges": f"{{{fields(ranges, ', ')}}}",
    }
    asked, x, y, *places = made.parameters
    given = zip(names, places, strict=True)
    settings = ", ".join(name if name == place else f"{name}: {place}" for name, place in given)
    head = f"*walk({asked}, {x}, {y}, {{ {settings} }})"
    return f"{key_of(optimizer.name)}: {{\n{fields(facts)},\n{head} {{\n{made.body}\n}}}}"


def _range(allowed: Range) -> str:
    """Return a range as its ends, and whether each is left out."""
    low, high = max(allowed.above, allowed.at_least), min(allowed.below, allowed.at_most)
    open_ends = text(low == allowed.above), text(high == allowed.below)
    return f"[{', '.join((number(low).text, number(high).text, *open_ends))}]"
