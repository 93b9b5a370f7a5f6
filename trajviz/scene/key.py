"""The words about tracks: their entries in the key, and how the caption says rates were chosen."""

from __future__ import annotations

from collections.abc import Sequence

from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course, Recorded
from trajviz.descent.trajectory import Trajectory
from trajviz.recipe.spec import Spec
from trajviz.scene.color import parse_color
from trajviz.scene.layout import Chip
from trajviz.scene.run import swarms
from trajviz.scene.theme import Theme

_SAID_BY_REMARK = ("lr=", "decay=", "rate=", "every=")
"""Words of an automatic label that the remark beside it says as well."""


def chips_before(specs: Sequence[Spec], paths: Sequence[Recorded], theme: Theme) -> list[Chip]:
    """Return the key's entries as far as they are known before the race: without remarks."""
    chips = [chip_of_spec(spec, "", theme, index) for index, spec in enumerate(specs)]
    for index, (first, *_) in enumerate(swarms(paths), len(chips)):
        chips.append(_chip_of_path(first, theme, index))
    return chips


def chips_of(courses: Sequence[Course], theme: Theme) -> list[Chip]:
    """Return the key's entries: one for all courses of an optimizer or a source."""
    return [_chip_of(swarm, theme, index) for index, swarm in enumerate(swarms(courses))]


def _chip_of(swarm: Sequence[Course], theme: Theme, index: int) -> Chip:
    first = swarm[0]
    if isinstance(first, Recorded):
        return _chip_of_path(first, theme, index)
    return chip_of_spec(first.spec, _remark(swarm), theme, index)


def chip_of_spec(spec: Spec, remark: str, theme: Theme, index: int) -> Chip:
    """Return an optimizer's entry in the key.

    Args:
        spec: The optimizer; a colour of its own takes the place of the theme's.
        remark: What stands in grey beside the name.
        theme: Where the colours are from. When they are used up they come again in another style.
        index: The optimizer's place in the race.
    """
    if spec.color:
        return Chip(parse_color(spec.color), name_of(spec), remark)
    style = index // len(theme.tracks)
    return Chip(color=theme.track(index), name=name_of(spec), remark=remark, style=style)


def _chip_of_path(first: Course, theme: Theme, index: int) -> Chip:
    style = index // len(theme.tracks)
    return Chip(color=theme.track(index), name=first.label, remark=first.source, style=style)


def name_of(spec: Spec) -> str:
    """Return a track's name in the key: the optimizer's as people write it, unless labelled."""
    name, *words = spec.label.split(" ")
    if name != spec.optimizer.name:
        return spec.label
    kept = [word for word in words if not word.startswith(_SAID_BY_REMARK)]
    return " ".join([spec.optimizer.title, *kept])


def _remark(swarm: Sequence[Course]) -> str:
    """Return what the key adds to a name: the rate, or where it all ended."""
    first = swarm[0]
    assert isinstance(first, Trajectory)
    if len(swarm) == 1 and first.diverged_at is not None:
        return f"diverged at step {first.diverged_at}"
    diverged = sum(t.diverged_at is not None for t in swarm)
    lost = f"{diverged} of {len(swarm)} diverged" if diverged else ""
    return ", ".join(filter(None, [_rate(first), lost]))


def _rate(trajectory: Trajectory) -> str:
    """Return the rate, in full where it was tuned, and how it falls."""
    rate = trajectory.settings.get("lr")
    if rate is None:
        return ""
    shown = f"{rate:g}"
    schedule = trajectory.spec.schedule
    return shown if schedule is None else f"{shown} {schedule.summary}"


def caption_of(outcome: Outcome) -> str:
    """Return the caption: how rates were chosen, where paths are from, starts and noise.

    What is not true of each track that is drawn names those of which it is, or is not said.
    """
    ran = bool(outcome.trajectories)
    parts = [
        _rates(outcome),
        _sources(outcome.paths, outcome.steps),
        _starts(outcome) if ran else "",
        outcome.noise.summary(outcome.surface) if ran else "",
    ]
    return ", ".join(filter(None, parts))


_RATE_WORDS = {
    "tuned": "tuned by one rule",
    "equal": "equal",
    "given": "given",
    "default": "the default",
}


def _rates(outcome: Outcome) -> str:
    """Say how rates were chosen, of all tracks that have one."""
    groups = swarms(outcome.courses)
    rated = [first for first, *_ in groups if isinstance(first, Trajectory) and _has_rate(first)]
    labels = {
        rule: [t.label for t in rated if t.rate_rule == rule]
        for rule in ("customary", *_RATE_WORDS)
    }
    if not rated:
        return ""
    main, *others = [rule for rule, of in labels.items() if of]
    all_tuned = "tuned, one rule for all" if len(rated) == len(groups) else "tuned by one rule"
    alone = {"tuned": all_tuned, "equal": "equal", "given": "as given", "default": "by default"}
    if main == "customary":
        rates = f"{outcome.surface.rates_by}'s learning rates"
    else:
        rates = f"learning rates {(_RATE_WORDS if others else alone)[main]}"
    exceptions = " and ".join(
        f"{_RATE_WORDS[rule]} for {', '.join(labels[rule])}" for rule in others
    )
    return ", but ".join(filter(None, [rates, exceptions]))


def _has_rate(trajectory: Trajectory) -> bool:
    """Tell whether a track has a learning rate, and not a factor that is 1 by design."""
    by_design = trajectory.spec.optimizer.rate_is_factor and trajectory.rate_rule == "default"
    return "lr" in trajectory.settings and not by_design


def _sources(paths: Sequence[Recorded], steps: int) -> str:
    if not paths:
        return ""
    lengths = {path.length for path in paths}
    up_to = "up to " if len(lengths) > 1 else ""
    longest = max(lengths)
    cut = f", their first {steps} of {up_to}{longest} steps" if longest > steps else ""
    return f"paths from {', '.join(dict.fromkeys(path.source for path in paths))}{cut}"


def _starts(outcome: Outcome) -> str:
    """Say from how many starts each optimizer ran, and from which its rate was tuned."""
    if not outcome.recipe.starts:
        return ""
    tuned = any(t.rate_rule == "tuned" for t in outcome.trajectories)
    x, y = outcome.start
    return f"{outcome.starts} starts" + (f", tuned from ({x:g}, {y:g})" if tuned else "")
