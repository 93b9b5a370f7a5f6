"""The words about tracks: their entries in the key, and how the caption says rates were chosen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from trajviz.descent.noise import Noise
from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course, Recorded
from trajviz.descent.trajectory import Trajectory
from trajviz.recipe.clamp import CLAMP_KEYS
from trajviz.recipe.schedule import schedule_parameters
from trajviz.recipe.spec import DECAY, Spec
from trajviz.scene.color import blend, mix, parse_color
from trajviz.scene.departure import since
from trajviz.scene.language import Language
from trajviz.scene.layout import Chip
from trajviz.scene.panels import load_panel
from trajviz.scene.run import swarms, whole_percent
from trajviz.scene.theme import Theme
from trajviz.surface import Surface, Window

_SAID_BY_REMARK = ("lr", DECAY, *CLAMP_KEYS, *schedule_parameters())
"""Keys in an automatic label that the remark beside it says as well."""
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_SHADES = ((0.5, 0.55), (0.7, 0.25))
"""How far a family's first and last tracks are towards white and black, on light and on dark."""


def chips_before(specs: Sequence[Spec], paths: Sequence[Recorded], theme: Theme) -> list[Chip]:
    """Return the key's entries as far as they are known before the race: without remarks."""
    places = _places(specs)
    chips = [
        chip_of_spec(spec, "", theme, *place) for spec, place in zip(specs, places, strict=True)
    ]
    used = places[-1][0] + 1 if places else 0
    for index, (first, *_) in enumerate(swarms(paths), used):
        chips.append(_chip_of_path(first, theme, index))
    return chips


def chips_of(courses: Sequence[Course], theme: Theme, language: Language) -> list[Chip]:
    """Return the key's entries: one for all courses of an optimizer or a source."""
    groups = swarms(courses)
    places = _places([getattr(swarm[0], "spec", None) for swarm in groups])
    return [
        _chip_of(swarm, theme, language, *place)
        for swarm, place in zip(groups, places, strict=True)
    ]


def _places(specs: Sequence[Spec | None]) -> list[tuple[int, float | None]]:
    """Return which colour each track has, and which shade of it: from 0 to 1 through a family."""
    places: list[tuple[int, float | None]] = []
    families = [(spec and spec.family) or place for place, spec in enumerate(specs)]
    for index, (_, members) in enumerate(itertools.groupby(families)):
        count = len([*members])
        shades = [k / (count - 1) for k in range(count)] if count > 1 else [None]
        places += [(index, shade) for shade in shades]
    return places


def _chip_of(
    swarm: Sequence[Course],
    theme: Theme,
    language: Language,
    index: int,
    shade: float | None,
) -> Chip:
    first = swarm[0]
    if isinstance(first, Recorded):
        return _chip_of_path(first, theme, index)
    return chip_of_spec(first.spec, _rate(first, language), theme, index, shade)


def chip_of_spec(
    spec: Spec, remark: str, theme: Theme, index: int, shade: float | None = None
) -> Chip:
    """Return an optimizer's entry in the key.

    Args:
        spec: The optimizer; a colour of its own takes the place of the theme's.
        remark: What stands in grey beside the name.
        theme: Where the colours are from. When they are used up they come again in another style.
        index: The optimizer's place in the race, those of a family having one.
        shade: Its place in the family, 0 to 1; None outside of any.
    """
    color = parse_color(spec.color) if spec.color else theme.track(index)
    if shade is not None:
        pale, deep = _SHADES[sum(theme.background) < sum(theme.ink)]
        color = blend([mix(color, _WHITE, pale), color, mix(color, _BLACK, deep)], shade)
    style = 0 if spec.color else index // len(theme.tracks)
    return Chip(color=color, name=name_of(spec), remark=remark, style=style)


def _chip_of_path(first: Course, theme: Theme, index: int) -> Chip:
    style = index // len(theme.tracks)
    return Chip(color=theme.track(index), name=first.label, remark=first.source, style=style)


def name_of(spec: Spec) -> str:
    """Return a track's name in the key: the optimizer's as people write it, unless labelled."""
    name, *words = spec.label.split(" ")
    if name != spec.optimizer.name:
        return spec.label
    kept = [word for word in words if word.partition("=")[0] not in _SAID_BY_REMARK]
    return " ".join([spec.optimizer.title, *kept])


def with_fates(
    chips: Sequence[Chip],
    courses: Sequence[Course],
    window: Window,
    clock: str,
    language: Language,
) -> list[Chip]:
    """Return the key's entries with what became of the tracks.

    That one diverged stands in place of its rate.

    Args:
        chips: One for all courses of an optimizer or a source.
        courses: Where the tracks went.
        window: The part of the plane that is shown.
        clock: What times the race.
        language: In which it is said.
    """
    told = []
    for chip, swarm in zip(chips, swarms(courses), strict=True):
        diverged = len(swarm) == 1 and swarm[0].diverged_at is not None
        fates = _fates(swarm, window, clock, language)
        remark, joint = "" if diverged else chip.remark, language.say("between_parts")
        told.append(replace(chip, remark=remark, fates=fates, joint=joint))
    return told


def _fates(
    swarm: Sequence[Course], window: Window, clock: str, language: Language
) -> tuple[str, ...]:
    """Say which of an optimizer's tracks diverge, and which others leave the window for good.

    Of a single track it is said in ever fewer words.
    """
    lost = [course.diverged_at for course in swarm if course.diverged_at is not None]
    finite = [course for course in swarm if course.diverged_at is None]
    left = [when for course in finite if (when := _departure(course, window, clock)) is not None]
    if len(swarm) > 1:
        counts = {"diverged_of": len(lost), "outside_of": len(left)}
        told = [language.say(k, count=n, total=len(swarm)) for k, n in counts.items() if n]
        return (language.say("between_parts").join(told),) if told else ()
    if swarm[0].arrived_at is not None:
        time = int(swarm[0].times(clock)[-1])
        return language.say(f"arrived_{clock}", step=time), language.say("arrived", step=time)
    if lost:
        return language.say("diverged_at", step=lost[0]), language.say("diverged")
    return _outside(left[0], clock, language) if left else ()


def _departure(course: Course, window: Window, clock: str) -> int | None:
    """Return when a course is outside a window for good; None if it ends inside."""
    step = since(~window.contains(course.points))
    return None if step is None else int(course.times(clock)[step])


def _outside(time: int, clock: str, language: Language) -> tuple[str, ...]:
    """Say since when a track is outside, in ever fewer words."""
    whole = [f"outside_since_{clock}", "outside_since"] if time else []
    return (*(language.say(key, step=time) for key in whole), language.say("outside"))


def _rate(trajectory: Trajectory, language: Language) -> str:
    """Return the rate, in full where it was tuned, how it changes, and what clamps the steps."""
    rate, spec = trajectory.settings.get("lr"), trajectory.spec
    shown = "" if rate is None else f"{rate:g}"
    changes = spec.schedule.summary if spec.schedule else ""
    bounded = language.say("bounded") if spec.clamp.bounds else ""
    return " ".join(filter(None, [shown, changes, spec.clamp.summary, bounded]))


def caption_of(outcome: Outcome, language: Language) -> str:
    """Return the caption: how rates were chosen, where paths are from, the plane, starts and noise.

    What is not true of each track that is drawn names those of which it is, or is not said.
    """
    parts = [_rates(outcome, language), *_sources(outcome.paths, outcome.steps, language)]
    parts += _plane(outcome, language)
    if outcome.trajectories:
        noise = noise_words(outcome.noise, outcome.surface, language, outcome.setup.seeds)
        parts += [*_starts(outcome, language), noise]
    if outcome.setup.seeds > 1:
        panels = map(load_panel, outcome.recipe.look.panels)
        charted = any(panel.has_charts for panel in panels)
        parts.append(language.say("median_seed"))
        parts += [language.say("band_of_seeds")] * charted
    if outcome.recipe.until is not None:
        parts.append(language.say("until", distance=f"{outcome.recipe.until:g}"))
    parts.append(_arrows(outcome, language))
    return language.say("between_parts").join(filter(None, parts))


def _arrows(outcome: Outcome, language: Language) -> str:
    """Say what arrows at the heads show, "" where there are none: of several kinds the fullest."""
    usual = outcome.recipe.look.arrows
    shown = [t.spec.arrows or usual for t in outcome.trajectories]
    shown += [usual for _ in outcome.paths]
    kinds = [kind for kind in ("velocity", "step", "gradient") if kind in shown]
    return language.say(f"arrows_{kinds[0]}") if kinds else ""


def noise_words(noise: Noise, surface: Surface, language: Language, seeds: int = 1) -> str:
    """Return in words how gradients on a surface are inexact, "" where they are exact.

    Args:
        noise: What makes them so; its seed is the first.
        surface: What is descended.
        language: In which it is said.
        seeds: How many seeds there are.
    """
    facts = noise.facts(surface)
    seed = f"{noise.seed}\N{EN DASH}{noise.seed + seeds - 1}" if seeds > 1 else noise.seed
    if "sigma" in facts:
        return language.say("gradient_noise", sigma=f"{noise.sigma:g}", seed=seed)
    size = facts.get("batch_size")
    return language.say("mini_batches", size=size, seed=seed) if size else ""


_RATE_RULES = ("customary", "tuned", "equal", "given", "default")
"""How rates may have been chosen; most tracks of a race have the first that any has."""


def _rates(outcome: Outcome, language: Language) -> str:
    """Say how rates were chosen, of all tracks that have one."""
    groups = swarms(outcome.courses)
    rated = [first for first, *_ in groups if isinstance(first, Trajectory) and _has_rate(first)]
    labels = {rule: [t.label for t in rated if t.rate_rule == rule] for rule in _RATE_RULES}
    if not rated:
        return ""
    main, *others = [rule for rule, of in labels.items() if of]
    alone = {"given": "rates_as_given"}
    if len(rated) == len(groups):
        alone["tuned"] = "rates_tuned_for_all"
    rates = language.say(
        f"rates_{main}" if others else alone.get(main, f"rates_{main}"),
        name=outcome.surface.rates_by,
    )
    if not others:
        return rates
    exceptions = [
        language.say(f"{rule}_for", names=language.say("between_names").join(labels[rule]))
        for rule in others
    ]
    return language.say("but", rates=rates, exceptions=language.say("and").join(exceptions))


def _has_rate(trajectory: Trajectory) -> bool:
    """Tell whether a track has a learning rate, and not a factor that is 1 by design."""
    by_design = trajectory.spec.optimizer.rate_is_factor and trajectory.rate_rule == "default"
    return "lr" in trajectory.settings and not by_design


def _sources(paths: Sequence[Recorded], steps: int, language: Language) -> list[str]:
    """Say which files paths are from, and how much of them is drawn."""
    if not paths:
        return []
    names = language.say("between_names").join(dict.fromkeys(path.source for path in paths))
    sources = language.say("paths_from", names=names)
    lengths = {path.length for path in paths}
    if max(lengths) <= steps:
        return [sources]
    key = "first_of_up_to" if len(lengths) > 1 else "first_of"
    return [sources, language.say(key, steps=steps, length=max(lengths))]


def _plane(outcome: Outcome, language: Language) -> list[str]:
    """Say on which plane a race in d dimensions is seen, whose loss it shows, and its share."""
    plane, say = outcome.plane, language.say
    if plane is None:
        return []
    names = say("between_names").join(plane.names)
    where = say(f"plane_{plane.kind}", names=names)
    loss = say(f"plane_{outcome.recipe.data.replace('-', '_')}")
    recorded = outcome.problem is not None and outcome.problem.recorded
    where = say("plane_alone", plane=where) if recorded else say("plane", loss=loss, plane=where)
    return [where, say("plane_share", percent=whole_percent(sum(plane.share))), say("plane_thin")]


def _starts(outcome: Outcome, language: Language) -> list[str]:
    """Say from how many starts each optimizer ran, and from which its rate was tuned."""
    if not outcome.recipe.starts:
        return []
    starts = language.say("starts", count=outcome.starts)
    if not any(t.rate_rule == "tuned" for t in outcome.trajectories):
        return [starts]
    x, y = outcome.start
    return [starts, language.say("tuned_from", point=f"({x:g}, {y:g})")]
