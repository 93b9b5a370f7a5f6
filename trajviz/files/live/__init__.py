"""A race as a program in JavaScript, which runs it again from wherever a reader likes."""

from __future__ import annotations

import base64
import inspect
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course
from trajviz.descent.trajectory import Trajectory
from trajviz.files.live.javascript import number, text
from trajviz.files.live.surfaces import surface_text
from trajviz.files.live.translation import Library, UntranslatableError, translated
from trajviz.frozen import dataclass
from trajviz.optimizers import Optimizer
from trajviz.optimizers.rules import load_rule, rule_names
from trajviz.recipe.schedule import SCHEDULES, schedule_defaults
from trajviz.surface.numbers import Range

_HERE = Path(__file__).parent


class Raced(Protocol):
    """What has run."""

    @property
    def outcome(self) -> Outcome:
        """What came of it."""


@dataclass(frozen=True)
class Program:
    """A race as a script.

    Attributes:
        source: JavaScript, which defines `trajviz`.
        recorded: The labels of tracks that it cannot run, and has as they were recorded.
        reasons: Why it cannot, by label.
    """

    source: str
    recorded: tuple[str, ...]
    reasons: Mapping[str, str]


def live_program(race: Raced | Outcome, rules: Sequence[str] | None = None) -> Program:
    """Return the program that runs a race.

    Args:
        race: What has run.
        rules: Which of our own rules come along beside those of the race; default all.
    """
    outcome = race if isinstance(race, Outcome) else race.outcome
    return _Maker(outcome, rule_names() if rules is None else rules).program()


class _Maker:
    """Puts a program together."""

    def __init__(self, outcome: Outcome, names: Sequence[str]) -> None:
        self.outcome, self.names = outcome, names
        self.library, self.rules = Library(), dict[str, str]()
        self.copied: dict[str, frozenset[str]] = {}
        self.schedules: dict[str, str] = {}
        self.reasons: dict[str, str] = {}

    def program(self) -> Program:
        outcome = self.outcome
        surface = self.surface()
        for name in self.names if surface else ():
            self.add(load_rule(name))
        tracks = [self.track(course, bool(surface)) for course in outcome.courses]
        parts = [
            '"use strict";\nconst trajviz = (() => {',
            _read("_engine.js"),
            surface,
            self.library.text,
            f"const $schedules = {{{_fields(self.schedules)}}};",
            f"const $rules = {{{_fields(self.rules)}}};",
            f"const $by_evaluations = {text(outcome.setup.clock == 'evaluations')};",
            _read("_run.js") if surface else "",
            self.answer(tracks, bool(surface)),
            "})();\n",
        ]
        return Program("\n".join(filter(None, parts)), tuple(self.reasons), self.reasons)

    def surface(self) -> str:
        setup = self.outcome.setup
        try:
            return surface_text(setup.surface, setup.noise, setup.steps)
        except UntranslatableError as error:
            self.reasons.update({course.label: str(error) for course in self.outcome.courses})
            return ""

    def answer(self, tracks: Sequence[str], runs: bool) -> str:
        outcome = self.outcome
        facts = {
            "start": text(list(outcome.start)),
            "steps": text(outcome.steps),
            "window": text(list(outcome.window)),
            "axes": text(list(outcome.surface.axes)),
            "tracks": f"[{', '.join(tracks)}]",
        }
        if runs:
            facts |= {
                "value": "$surface.value",
                "rules": "$rules",
                "run": "run",
                "format": "format",
            }
        return f"return {{\n{_fields(facts)}\n}};"

    def add(self, optimizer: Optimizer) -> None:
        """Add a rule, once.

        Raises:
            UntranslatableError: It does what is not translated.
        """
        if optimizer.name in self.rules:
            return
        function = optimizer.rule
        names = [*inspect.signature(function).parameters][2:]
        kinds = ["surface", (2, False), *("rate" if n == "lr" else (1, False) for n in names)]
        made = translated(function, kinds, self.library)
        asked, x, y, *settings = made.parameters
        given = ", ".join(_parameter(k, p) for k, p in zip(optimizer.defaults, settings))
        body = made.body
        facts = _facts(optimizer)
        facts["*walk"] = f"({asked}, {x}, {y}, {{ {given} }}) {{\n{body}\n}}"
        method = facts.pop("*walk")
        self.copied[optimizer.name] = made.copied
        self.rules[optimizer.name] = f"{{\n{_fields(facts)},\n*walk{method},\n}}"

    def track(self, course: Course, runs: bool) -> str:
        if isinstance(course, Trajectory) and runs and course.number is None:
            try:
                self.add(course.spec.optimizer)
                return self.live(course)
            except UntranslatableError as error:
                self.reasons[course.label] = str(error)
        self.reasons.setdefault(course.label, "it was recorded elsewhere")
        data = base64.b64encode(np.asarray(course.points, "<f8").tobytes()).decode()
        return f'{{label: {text(course.label)}, recorded: true, points: $numbers("{data}")}}'

    def live(self, course: Trajectory) -> str:
        spec = course.spec
        settings: dict[str, Any] = {key: float(v) for key, v in course.settings.items()}
        if spec.schedule is not None:
            raise UntranslatableError("schedule")
        settings = {**spec.clamp.table, **settings}
        facts = {
            "label": text(course.label),
            "rule": text(spec.optimizer.name),
            "settings": _table(settings),
            "rate_rule": text(course.rate_rule),
            "recorded": "false",
        }
        return f"{{{_fields(facts, ', ')}}}"


def _parameter(key: str, name: str) -> str:
    return key if key == name else f"{key}: {name}"


def _facts(optimizer: Optimizer) -> dict[str, str]:
    rate = optimizer.default_rate
    return {
        "title": text(optimizer.title),
        "summary": text(optimizer.summary),
        "default_lr": "null" if rate is None else number(rate).text,
        "settings": _table(optimizer.defaults),
        "ranges": f"{{{_fields({k: _range(r) for k, r in optimizer.ranges.items()}, ', ')}}}",
    }


def _range(allowed: Range) -> str:
    low, high = max(allowed.above, allowed.at_least), min(allowed.below, allowed.at_most)
    ends = f"{number(low).text}, {number(high).text}"
    return f"[{ends}, {text(low == allowed.above)}, {text(high == allowed.below)}]"


def _table(values: Mapping[str, Any]) -> str:
    return f"{{{_fields({key: _plain(value) for key, value in values.items()}, ', ')}}}"


def _plain(value: Any) -> str:
    return number(value).text if isinstance(value, (int, float)) else text(value)


def _fields(values: Mapping[str, str], between: str = ",\n") -> str:
    return between.join(f"{_key(key)}: {value}" for key, value in values.items())


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else text(key)


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
