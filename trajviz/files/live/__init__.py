"""A race as a program in JavaScript, which runs it again from wherever a reader likes.

The rules are translated from their own source, the formula from its tape, so that the numbers are
those of the command. They have the same bits wherever only + - * / and square roots occur; powers
and other functions may be rounded otherwise.

What cannot be translated is kept as it was recorded: another library's optimizers, a rule that does
more than `translation` says, and all tracks of a surface whose formula has no tape.

The script defines one constant, `trajviz`, an object with:

- `start`, `steps`, `window`, `axes` of the race, and `most_steps`, for which noise is written out;
- `tracks`: of each the label, rule, settings, rate_rule and `recorded: false`, or the label,
  `recorded: true` and the points x0, y0, x1, y1 ...; settings are all of the rule's, and what the
  track says of its schedule and its clamp, by the keys and spellings of the command line;
- `rules`: of each by its name the title, summary, default_lr, settings with their defaults, where
  null is a rate to be tuned, and ranges as [low, high, whether low is left out, whether high is];
- `value(x, y)`, the height; `format(number)`, as Python writes it;
- `run(rule, settings, start, steps)`: points, heights, times by the race's clock, diverged;
- `tune(rule, settings, start, steps)`: a generator of what is done, 0 to 1, which returns lr and
  objective.

Where the surface cannot be translated there are no `rules`, `value`, `run` and `tune`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course
from trajviz.descent.trajectory import Trajectory
from trajviz.files.live.javascript import fields, numbers, text
from trajviz.files.live.rules import Rules, track_settings
from trajviz.files.live.surfaces import surface_text
from trajviz.files.live.values import UntranslatableError
from trajviz.frozen import dataclass
from trajviz.optimizers.rules import load_rule, rule_names

_HERE = Path(__file__).parent


class Raced(Protocol):
    """What has run, as a Race."""

    @property
    def outcome(self) -> Outcome:
        """What came of it."""


@dataclass(frozen=True)
class Program:
    """A race as a script.

    Attributes:
        source: JavaScript, which defines `trajviz`.
        recorded: The labels of the tracks that it cannot run, and has as they were recorded.
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
    reasons: dict[str, str] = {}
    try:
        source = _running(outcome, rule_names() if rules is None else rules, reasons)
    except UntranslatableError as error:
        reasons = {course.label: str(error) for course in outcome.courses}
        source = _recorded(outcome)
    return Program(source, tuple(reasons), reasons)


def _running(outcome: Outcome, names: Sequence[str], reasons: dict[str, str]) -> str:
    """Return a program that runs, and note why it does not run some tracks."""
    setup, rules = outcome.setup, Rules()
    surface = surface_text(setup.surface, setup.noise, setup.steps)
    for name in names:
        rules.add(load_rule(name))
    tracks = [_track(course, rules, reasons) for course in outcome.courses]
    clock = text(setup.clock == "evaluations")
    facts = {**_facts(outcome), "tracks": _listed(tracks)}
    return _script(
        _read("_numbers.js"),
        surface,
        rules.text,
        f"const $by_evaluations = {clock};\nconst $facts = {{\n{fields(facts)},\n}};",
        _read("_run.js"),
        _read("_tune.js"),
        "return { ...$facts, value, rules: $rules, run, tune, format, most_steps: $most };",
    )


def _recorded(outcome: Outcome) -> str:
    """Return a program that has only what was recorded."""
    tracks = _listed([_recorded_track(course) for course in outcome.courses])
    return _script(
        _read("_numbers.js"),
        f"return {{\n{fields(_facts(outcome))},\ntracks: {tracks},\nformat,\n}};",
    )


def _script(*parts: str) -> str:
    inside = "\n".join(part.strip() for part in parts)
    return f'"use strict";\nconst trajviz = (() => {{\n{inside}\n}})();\n'


def _facts(outcome: Outcome) -> dict[str, str]:
    return {
        "start": text(list(outcome.start)),
        "steps": text(outcome.steps),
        "window": text(list(outcome.window)),
        "axes": text(list(outcome.surface.axes)),
    }


def _track(course: Course, rules: Rules, reasons: dict[str, str]) -> str:
    """Return a track as it can be run, or else as it was recorded."""
    try:
        if not isinstance(course, Trajectory):
            raise UntranslatableError("it was recorded elsewhere")
        if course.number is not None:
            raise UntranslatableError("it is one of several starts")
        rules.add_track(course.spec)
    except UntranslatableError as error:
        reasons[course.label] = str(error)
        return _recorded_track(course)
    facts = {
        "label": text(course.label),
        "rule": text(course.spec.optimizer.name),
        "settings": track_settings(course.spec, course.settings),
        "rate_rule": text(course.rate_rule),
        "recorded": "false",
    }
    return f"{{{fields(facts, ', ')}}}"


def _recorded_track(course: Course) -> str:
    label, points = text(course.label), numbers(course.points)
    return f"{{label: {label}, recorded: true, points: {points}}}"


def _listed(items: Sequence[str]) -> str:
    inside = ",\n".join(items)
    return f"[\n{inside}\n]"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
