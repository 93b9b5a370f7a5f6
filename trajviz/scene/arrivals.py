"""The outcome in the fewest words, in the order of arrival: "Adam 46 steps, Momentum 76, ..."."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trajviz.descent.outcome import Outcome
from trajviz.scene.fate import Fate, Judge, basin_shares, beyond, fates_of, number
from trajviz.scene.language import Language
from trajviz.scene.layout import MINUS
from trajviz.scene.views import load_view
from trajviz.surface import Window


def arrivals(outcome: Outcome, shown: Window, language: Language) -> tuple[str, ...]:
    """Return what became of each track, or of all of an optimizer, in a few words.

    First come those that are at a minimum, in the order of their arrival. Then come those that end
    elsewhere, from the nearest on or, where no minimum is known, from the lowest on. The last are
    those that end lower than the known minimum, outside the window, or diverged. Of many starts it
    is said how many arrive, of basins from how much of the window.

    Args:
        outcome: What came of the race.
        shown: The part of the plane that is shown.
        language: In which it is said.
    """
    if load_view(outcome.recipe.look.view).everywhere:
        return tuple(_shares(outcome, language))
    groups, judge = fates_of(outcome), Judge.of(outcome, shown)
    swarms = [fates for fates in groups if len(fates) > 1]
    alone = [fates[0] for fates in groups if len(fates) == 1]
    clock = outcome.recipe.clock
    return (*_of_swarms(swarms, judge, language), *_of_tracks(alone, judge, clock, language))


def _of_tracks(
    fates: Sequence[Fate], judge: Judge, clock: str, language: Language
) -> Iterator[str]:
    arrived = [(time, fate) for fate in fates if (time := judge.arrived_at(fate)) is not None]
    for place, (time, fate) in enumerate(sorted(arrived, key=lambda one: one[0])):
        key = "outcome_next" if place else f"outcome_first_{clock}"
        yield language.say(key, name=fate.name, time=time)
    there = [id(fate) for _, fate in arrived]
    yield from _elsewhere([fate for fate in fates if id(fate) not in there], judge, language)


def _elsewhere(fates: Sequence[Fate], judge: Judge, language: Language) -> Iterator[str]:
    """Yield where tracks end that are at no minimum."""
    lost = [fate for fate in fates if fate.diverged_at is not None]
    rest = [fate for fate in fates if fate.diverged_at is None]
    low = [fate for fate in rest if judge.is_lower(fate)]
    rest = [fate for fate in rest if not judge.is_lower(fate)]
    gone = [fate for fate in rest if judge.departure(fate) is not None]
    here = [fate for fate in rest if judge.departure(fate) is None]
    yield from (_away if len(judge.minima) else _heights)(here, judge, language)
    for fate in sorted(low, key=lambda one: -one.heights[-1]):
        yield language.say("outcome_lower", name=fate.name, height=_height(fate))
    for key, some in {"outcome_outside": gone, "outcome_diverged": lost}.items():
        yield from (language.say(key, name=fate.name) for fate in some)


def _away(fates: Sequence[Fate], judge: Judge, language: Language) -> Iterator[str]:
    for fate in sorted(fates, key=judge.distance):
        distance = beyond(judge.distance(fate), judge.near)
        yield language.say("outcome_away", name=fate.name, distance=distance)


def _heights(fates: Sequence[Fate], _judge: Judge, language: Language) -> Iterator[str]:
    known = [fate for fate in fates if not math.isnan(fate.heights[-1])]
    for place, fate in enumerate(sorted(known, key=lambda one: one.heights[-1])):
        key = "outcome_next_height" if place else "outcome_height"
        yield language.say(key, name=fate.name, height=_height(fate))


def _height(fate: Fate) -> str:
    return number(float(fate.heights[-1])).replace("-", MINUS)


def _of_swarms(swarms: Sequence[Sequence[Fate]], judge: Judge, language: Language) -> Iterator[str]:
    """Yield how many tracks of an optimizer arrive or, without a minimum, end in the window."""
    key = "outcome_arrived" if len(judge.minima) else "outcome_inside"
    counted = [(sum(_is_well(fate, judge) for fate in fates), fates) for fates in swarms]
    for count, fates in sorted(counted, key=lambda one: -one[0]):
        yield language.say(key, name=fates[0].name, count=count, total=len(fates))


def _is_well(fate: Fate, judge: Judge) -> bool:
    if len(judge.minima):
        return judge.has_arrived(fate)
    return fate.diverged_at is None and judge.departure(fate) is None


def _shares(outcome: Outcome, language: Language) -> Iterator[str]:
    """Yield from how much of the window each optimizer reaches a minimum, in percent."""
    shares, _ = basin_shares(outcome)
    for place, (name, share) in enumerate(sorted(shares, key=lambda one: -one[1])):
        key = "outcome_next_share" if place else "outcome_share"
        yield language.say(key, name=name, percent=f"{share:.0f}")
