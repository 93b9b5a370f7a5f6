"""Alt text: what the picture of a race shows, in one or two sentences computed from the race.

Whoever cannot see the picture reads its outcome: who comes near which known minimum and when, who
falls short, who leaves the window, who diverges. Every number is true of the points that `trace`
writes. Near is within about a hundredth of the window's shorter side; the sentence says the
distance. A time is the first from which on something holds to the end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from trajviz.descent.outcome import Outcome
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import CLOCKS
from trajviz.scene.fate import (
    MOST_IN_LABEL,
    Fate,
    Judge,
    basin_shares,
    beyond,
    fates_of,
    names_of,
    number,
    plain,
)
from trajviz.scene.panels import load_panel
from trajviz.scene.views import load_view

MOST_CHARACTERS = 600
"""No alt text is longer. It ends by saying how many tracks had no room in it."""
_MOST_SAID = 220
"""So many characters of it may be notes."""
_LONGEST = {"phrase": 80, "title": 60, "note": 160}
"""How many characters of a user's words are kept, by what they are."""


def describe(outcome: Outcome, at: int | None = None) -> str:
    """Return the alt text of a race's picture: plain text in one line.

    Args:
        outcome: What came of the race.
        at: A step of the race's clock, for a still that shows this step. None is the last.
    """
    said = _said(outcome, at)
    room = MOST_CHARACTERS - len(said) - 1
    return f"{_told(f'{_opening(outcome, at)}.', outcome, at, room)} {said}".rstrip()


def outcome_text(outcome: Outcome) -> str:
    """Return what became of all tracks, in words: the alt text without what the picture is of."""
    return _told("", outcome, None)


def _said(outcome: Outcome, at: int | None) -> str:
    """Return what the notes say, as many as have room; of a still the one that it shows."""
    unit, notes = CLOCKS[outcome.recipe.clock], [n for n in outcome.recipe.playback.said if n.text]
    if at is not None:
        notes = [note for note in notes if note.step <= at][-1:]
    told = [f"{unit} {note.step}: “{plain(note.text, _LONGEST['note'])}”" for note in notes]
    while len(told) > 1 and len("; ".join(told)) > _MOST_SAID:
        told.pop()
    if not told:
        return ""
    left = len(notes) - len(told)
    more = f"; {_others(left)} untold" if left else ""
    return f"{'Notes' if len(notes) > 1 else 'Note'} at {'; at '.join(told)}{more}."


def _told(opening: str, outcome: Outcome, at: int | None, most: int = MOST_CHARACTERS) -> str:
    """Return a sentence, and what became of the tracks, as far as there is room."""
    text = opening
    clauses = list(_shares(outcome) if _is_everywhere(outcome) else _clauses(outcome, at))
    for place, (clause, count) in enumerate(clauses):
        others = sum(count for _, count in clauses[place:])
        rest = f"{_others(others)} {'goes' if others == 1 else 'go'} untold"
        joint = text[:-1] + ("; " if place else ". ") if text else ""
        if len(joint) + len(clause) + len(f"; {rest}.") > most:
            return f"{joint}{rest}."
        text = f"{joint}{clause}."
    return text


_Clause = tuple[str, int]
"""A clause, and how many tracks it is about."""


def _beside(panels: Iterable[str]) -> str:
    """Say which charts there are beside the view, then what else there is."""
    charts, others = [], []
    for name in panels:
        noun = load_panel(name).noun
        if noun:
            others.append(noun)
        else:
            charts.append(name.replace("-", " "))
    said = [f"{'charts' if len(charts) > 1 else 'a chart'} of {listed(charts)}"] * bool(charts)
    return f", with {listed([*said, *others])}"


def _opening(outcome: Outcome, at: int | None) -> str:
    """Return what the picture is of: view, surface, title, start, charts, paths."""
    words = plain(
        outcome.surface.phrase or outcome.surface.title or "a surface", _LONGEST["phrase"]
    )
    recorded = outcome.problem is not None and outcome.problem.recorded
    noun = "Plot" if recorded else load_view(outcome.recipe.look.view).noun  # with no height
    text = f"{noun} of {words}"
    title = plain(outcome.recipe.look.title, _LONGEST["title"])
    if title and outcome.recipe.look.title != outcome.surface.title:
        text += f", titled “{title}”,"
    text += "" if recorded else _from(outcome)
    panels = [name for name in outcome.recipe.look.panels if not load_panel(name).empty]
    if panels:
        text += _beside(dict.fromkeys(panels))
    if outcome.paths:
        sources = [plain(path.source, MOST_IN_LABEL) for path in outcome.paths]
        text += f", with paths from {_some(list(dict.fromkeys(sources)))}"
    if outcome.recipe.look.strip:
        steps = listed([str(step) for step in outcome.recipe.look.strip])
        text += f", at {CLOCKS[outcome.recipe.clock]}s {steps}"
    elif at is not None:
        text += f", at {CLOCKS[outcome.recipe.clock]} {at}"
    return text.rstrip(",")


def _from(outcome: Outcome) -> str:
    if _is_everywhere(outcome):
        return f" for {_some(list(names_of(outcome.courses).values()))}"
    starts = {tuple(course.points[0].tolist()) for course in outcome.courses}
    if len(starts) == 1:
        seeds = f", each with {outcome.setup.seeds} seeds" if outcome.setup.seeds > 1 else ""
        return f" from {_point(*starts)}{seeds}"
    if outcome.recipe.starts:
        return f" from {outcome.starts} starts"
    return f" from {_point(outcome.start)}" if outcome.trajectories else ""


def _is_everywhere(outcome: Outcome) -> bool:
    return load_view(outcome.recipe.look.view).everywhere


def _clauses(outcome: Outcome, at: int | None) -> Iterator[_Clause]:
    """Yield what became of the tracks: first of single ones, then of optimizers with many."""
    groups = fates_of(outcome, at)
    runs = "seeds" if outcome.setup.seeds > 1 else "starts"
    teller = replace(_Teller.of(outcome), unit=CLOCKS[outcome.recipe.clock], runs=runs)
    yield from teller.alone([fate for fates in groups if len(fates) == 1 for fate in fates])
    yield from teller.many([fates for fates in groups if len(fates) > 1])


@dataclass(frozen=True)
class _Teller(Judge):
    """A judge that says what became of tracks.

    `unit` is what the clock counts, `runs` what tells the runs of one optimizer apart.
    """

    unit: str = "step"
    runs: str = "starts"

    def alone(self, fates: Sequence[Fate]) -> Iterator[_Clause]:
        """Yield clauses about tracks that are the only ones of their optimizers."""
        lost = [fate for fate in fates if fate.diverged_at is not None]
        finite = [fate for fate in fates if fate.diverged_at is None]
        arrived: dict[int, list[tuple[Fate, int]]] = {}
        rest = []
        for fate in finite:
            place, since = self.arrival(fate)
            if since is None:
                rest.append(fate)
            else:
                arrived.setdefault(place, []).append((fate, since))
        for place, group in sorted(arrived.items(), key=lambda item: min(t for _, t in item[1])):
            yield self.arrive(sorted(group, key=lambda item: item[1]), place), len(group)
        low = [fate for fate in rest if self.is_lower(fate)]
        rest = [fate for fate in rest if fate not in low]
        gone = [fate for fate in rest if self.departure(fate) is not None]
        here = [fate for fate in rest if fate not in gone]
        sunk = [fate for fate in low if self.departure(fate) is None]
        fallen = [fate for fate in low if fate not in sunk]
        passed = [fate for fate in here if self.visit(fate) is not None]
        stayed = [fate for fate in here if fate not in passed]
        ends = (
            (passed, self.swing), (stayed, self.stay), (sunk, self.sink),
            (gone, self.leave), (fallen, self.fall), (lost, self.diverge),
        )  # fmt: skip
        for fates, say in ends:
            if fates:
                yield say(fates), len(fates)

    def arrive(self, group: Sequence[tuple[Fate, int]], place: int) -> str:
        where = f"within {self.near:g} of {self.minimum(place)}"
        names, times = [fate.name for fate, _ in group], [time for _, time in group]
        if len(group) < 3 or times[0] == times[-1]:
            return f"{_some(names)} {_be(names)} {where} {self.after(times)}"
        return (
            f"{names[0]} is {where} {self.after(times[:1])} and {names[-1]}, the last, "
            f"{self.after(times[-1:])}, with {_others(len(names) - 2)} in between"
        )

    def swing(self, group: Sequence[Fate]) -> str:
        names, times = (
            [fate.name for fate in group],
            [self.visit(fate) or 0 for fate in group],
        )
        one = len(self.minima) == 1
        come, end = ("comes", "ends") if len(group) == 1 else ("come", "end")
        return (
            f"{_some(names)} {come} within {self.near:g} of {'the' if one else 'a'} minimum "
            f"{self.after(times)}, but {end} {self.away(group)} from {'it' if one else 'any'}"
        )

    def stay(self, group: Sequence[Fate]) -> str:
        names = [fate.name for fate in group]
        if not len(self.minima):
            return f"{_some(names)} {self.end_at_heights(group)}"
        which = "the minimum" if len(self.minima) == 1 else "the nearest minimum"
        ended = {fate.ends for fate in group}
        when = self.after(list(ended)) if len(ended) == 1 else "at the end"
        return f"{_some(names)} {_be(names)} still {self.away(group)} from {which} {when}"

    def away(self, group: Sequence[Fate]) -> str:
        """Say how far tracks end from the minimum that is nearest to each."""
        ends = [self.distance(fate) for fate in group]
        if len(ends) < 3:
            return listed([beyond(end, self.near) for end in ends])
        return " to ".join(beyond(end, self.near) for end in (min(ends), max(ends)))

    def sink(self, group: Sequence[Fate]) -> str:
        names = [fate.name for fate in group]
        verb = "ends" if len(names) == 1 else "end"
        return f"{_some(names)} {verb} lower than the known minimum, {_at_heights(group)}"

    def fall(self, group: Sequence[Fate]) -> str:
        verb = "ends" if len(group) == 1 else "end"
        return f"{self.leave(group)} and {verb} lower than the known minimum, {_at_heights(group)}"

    def end_at_heights(self, group: Sequence[Fate]) -> str:
        verb = "ends" if len(group) == 1 else "end"
        return ", ".join(filter(None, [f"{verb} in the window", _at_heights(group)]))

    def leave(self, group: Sequence[Fate]) -> str:
        names, times = (
            [fate.name for fate in group],
            [self.departure(fate) or 0 for fate in group],
        )
        verb = "leaves" if len(names) == 1 else "leave"
        return f"{_some(names)} {verb} the window {self.after(times)}"

    def diverge(self, group: Sequence[Fate]) -> str:
        names = [fate.name for fate in group]
        steps = [fate.diverged_at or 0 for fate in group]
        verb = "diverges" if len(names) == 1 else "diverge"
        word = "step" if len(set(steps)) == 1 else "steps"
        return f"{_some(names)} {verb} at {word} {_range(steps)}"

    def many(self, swarms: Sequence[Sequence[Fate]]) -> Iterator[_Clause]:
        """Yield clauses about optimizers that run from many starts, or with many seeds."""
        if not swarms:
            return
        if not len(self.minima):
            yield self.tally(swarms, "leaves the window", lambda f: self.departure(f) is not None)
        elif len(swarms) == 1 and len(self.minima) > 1:
            yield self.shares(swarms[0])
        else:
            where = "the minimum" if len(self.minima) == 1 else "a minimum"
            ends = f"ends within {self.near:g} of {where}"
            yield self.tally(swarms, ends, self.has_arrived)
        lost = [swarm for swarm in swarms if any(f.diverged_at is not None for f in swarm)]
        if lost:
            clause, _ = self.tally(lost, "diverges", lambda fate: fate.diverged_at is not None)
            yield clause, len(lost)

    def tally(
        self, swarms: Sequence[Sequence[Fate]], verb: str, holds: Callable[[Fate], bool]
    ) -> _Clause:
        """Say of each optimizer for how many of its runs something holds."""
        counts = [(swarm[0].name, sum(map(holds, swarm)), len(swarm)) for swarm in swarms]
        rows = [
            (name, f"{self.among} {count or 'none'} of {total}", count)
            for name, count, total in counts
        ]
        return _ranked(rows, verb, self.runs)

    @property
    def among(self) -> str:
        """The word before a number of runs."""
        return "with" if self.runs == "seeds" else "from"

    def shares(self, swarm: Sequence[Fate]) -> _Clause:
        """Say which of several minima one optimizer reaches from how many starts."""
        reached = Counter(self.arrival(fate)[0] for fate in swarm if self.has_arrived(fate))
        (name, total), best = (swarm[0].name, len(swarm)), reached.most_common(3)
        if not best:
            where = f"within {self.near:g} of a minimum"
            return f"{name} ends {where} {self.among} none of {total} {self.runs}", 1
        parts = [
            f"of {_point(self.minima[place])} {self.among} {count}" for place, count in best[1:]
        ]
        others = sum(reached.values()) - sum(count for _, count in best)
        if others:
            parts.append(f"of {len(reached) - 3} more {self.among} {others}")
        place, count = best[0]
        first = (
            f"{self.near:g} of {self.minimum(place)} {self.among} {count} of {total} {self.runs}"
        )
        return f"{name} ends within {listed([first, *parts])}", 1

    def minimum(self, place: int) -> str:
        return "the minimum" + (f" at {_point(self.minima[place])}" if len(self.minima) > 1 else "")

    def after(self, times: Sequence[int]) -> str:
        plural = "" if set(times) == {1} else "s"
        return f"after {_range(times)} {self.unit}{plural}"


def _at_heights(group: Sequence[Fate]) -> str:
    """Say at which heights tracks end, nothing where none is known."""
    ends = [height for fate in group if not math.isnan(height := float(fate.heights[-1]))]
    if not ends:
        return ""
    if len(ends) == 1:
        return f"at height {number(ends[0])}"
    if len(ends) == 2:
        return f"at heights {listed([number(end) for end in ends])}"
    return f"at heights from {number(min(ends))} to {number(max(ends))}"


def _ranked(rows: Sequence[tuple[str, str, float]], verb: str, what: str) -> _Clause:
    """Say the share of each name, or of many names the highest and the lowest share.

    A row is a name, its share in words and what to sort by.
    """
    (name, share, _), *others = rows
    if len(rows) > 3:
        ranked = sorted(rows, key=lambda row: -row[2])
        (name, share, _), *_, (last, least, _) = ranked
        between = f", with {_others(len(rows) - 2)} in between"
        return f"{name} {verb} {share} {what} and {last} {least}{between}", len(rows)
    parts = [f"{name} {verb} {share} {what}", *(f"{other} {part}" for other, part, _ in others)]
    return listed(parts), len(rows)


def _shares(outcome: Outcome) -> Iterator[_Clause]:
    """Yield from how much of the window each optimizer reaches a minimum."""
    shares, minima = basin_shares(outcome)
    rows = [(name, f"from about {share:.0f} %", share) for name, share in shares]
    goal = "the minimum" if minima == 1 else f"one of {minima} minima"
    if minima:
        yield _ranked(rows, f"reaches {goal}", "of the window")


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join([*filter(None, [", ".join(words[:-1])]), words[-1]])


def _some(names: Sequence[str]) -> str:
    """List up to three names, or two and how many more.

    >>> _some(["a", "b", "c", "d"])
    'a, b and 2 others'
    """
    return listed(names if len(names) < 4 else [*names[:2], _others(len(names) - 2)])


def _others(count: int) -> str:
    return "1 other" if count == 1 else f"{count} others"


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _range(numbers: Sequence[int]) -> str:
    """Say one number, two, or from which to which.

    >>> _range([12]), _range([12, 15]), _range([15, 12, 80]), _range([5, 5, 5])
    ('12', '12 and 15', '12 to 80', '5')
    """
    if len(set(numbers)) == 1:
        return str(numbers[0])
    return (
        listed([str(n) for n in numbers])
        if len(numbers) == 2
        else f"{min(numbers)} to {max(numbers)}"
    )


def _point(point: Iterable[float]) -> str:
    return f"({', '.join(f'{value + 0.0:.4g}' for value in point)})"
