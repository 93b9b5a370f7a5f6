"""Where things stand in a picture: title, counter, key, plot, tick labels, caption.

Everything is derived from the size. Lengths are as written here at 640x480, and elsewhere grow with
the picture; type is never smaller than can be read. A title or caption that is too long takes two
lines. What has no room is left out in a fixed order: second lines, rates, what became of tracks,
caption, tick labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.scene.color import RGB, mix
from trajviz.scene.lettering import overhang, shorten, text_width, wrap
from trajviz.scene.marks import Box, Dot, Fill, Mark, Text, around
from trajviz.scene.theme import Theme
from trajviz.surface import Window
from trajviz.untrusted import check_text

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Chip:
    """One track's entry in the key.

    Attributes:
        color: The track's colour.
        name: Stands in bold.
        remark: Stands in grey beside it.
        style: How often the colours were used up before; the line is solid for 0.
        fates: What became of it, said after the remark: the same in ever fewer words.
        joint: What stands between the two.
    """

    color: RGB
    name: str
    remark: str
    style: int = 0
    fates: tuple[str, ...] = ()
    joint: str = ", "

    @property
    def said(self) -> str:
        """The remark and what became of the track."""
        return self._with(*self.fates[:1])

    @property
    def shorter(self) -> tuple[str, ...]:
        """The same in ever fewer words; in the fewest the remark is left out."""
        return (self.said, *map(self._with, self.fates[1:]), *self.fates[1:])

    def _with(self, *fate: str) -> str:
        return self.joint.join(filter(None, [self.remark, *fate]))


@dataclass(frozen=True)
class Listing:
    """Short texts that are listed as far as there is room.

    Attributes:
        parts: The texts.
        joint: What stands between two of them.
        more: What is said of those that have no room, by how many they are, from one on.
    """

    parts: tuple[str, ...]
    joint: str
    more: tuple[str, ...]

    def lines(self, rooms: Sequence[float], size: float) -> tuple[list[str], int]:
        """Return the lines that list as many as have room, and how many these are."""
        for kept in range(len(self.parts), 0, -1):
            left = len(self.parts) - kept
            texts = [*self.parts[:kept], *(self.more[left - 1 : left] if left else ())]
            lines = self._lines(texts, rooms[0], size)
            if len(lines) <= len(rooms) and all(text_width(x, size) <= rooms[0] for x in lines):
                return lines, kept
        return lines[: len(rooms)], kept

    def _lines(self, texts: Sequence[str], room: float, size: float) -> list[str]:
        lines = [texts[0]]
        for text in texts[1:]:
            longer = f"{lines[-1]}{self.joint}{text}"
            if text_width(longer + self.joint.rstrip(), size) <= room:
                lines[-1] = longer
            else:
                lines[-1] += self.joint.rstrip()
                lines.append(text)
        return lines


@dataclass(frozen=True)
class Words:
    """All the text of a picture.

    Attributes:
        title: Stands at the upper left.
        chips: The entries of the key.
        caption: Stands small at the bottom.
        axes: The names of the plane's axes.
        steps: The last step, for the counter; None for a picture that has none.
        around_step: What stands before the counter's number, and what after it.
        outcome: What became of the tracks, which is said at the end alone; None for nothing.
        notes: What is said from a step on until the next, each with its step.
    """

    title: str
    chips: tuple[Chip, ...]
    caption: str
    axes: tuple[str, str]
    steps: int | None
    around_step: tuple[str, str] = ("", "")
    outcome: Listing | None = None
    notes: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Subtitle:
    """What is said below the plots from a step on until the next."""

    step: int
    marks: tuple[Text, ...]


@dataclass(frozen=True)
class Counter:
    """The step number: digits that end at `right`, on the baseline `y`, all of one width."""

    right: float
    y: float
    size: float
    color: RGB

    def digits(self, step: int) -> tuple[Text, ...]:
        """Return the number of a step as marks, one a digit, so that each stays where it is."""
        width = text_width("0", self.size)
        return tuple(
            Text(
                round(self.right - (place + 1) * width),
                self.y,
                digit,
                size=self.size,
                color=self.color,
            )
            for place, digit in enumerate(reversed(str(step)))
        )


@dataclass(frozen=True)
class Axes:
    """What stands around a plot.

    Attributes:
        window: The ranges of both axes. Without it the plot takes all the room it is given, and
            labels itself.
        names: The names of the axes.
        title: Stands over the plot, if it has one.
        log: Whether the vertical range is in powers of ten.
        powers: Whether the horizontal range is.
        limits: Returns the ranges that a plot in a box has, where these depend on its shape.
        filled: Whether a picture fills it: beside a view no lines go across it then.
        bare: Whether it has a title alone, and labels itself.
    """

    window: Window | None
    names: tuple[str, str] = ("", "")
    title: str = ""
    log: bool = False
    powers: bool = False
    limits: Callable[[Box], Window] | None = None
    filled: bool = False
    bare: bool = False

    def within(self, box: Box) -> Axes:
        """Return the same with the ranges that a plot in this box has."""
        return replace(self, window=self.limits(box)) if self.limits else self


@dataclass(frozen=True)
class Layout:
    """Where everything stands.

    Attributes:
        plots: The plots' rectangles: those of the view, then those of charts.
        marks: What stands around them.
        counter: The step counter, None where it has no room.
        scale: How much larger than at 640x480 lines and type are.
        notes: What was cut or left out for lack of room, one line each.
        finale: What is seen at the end alone.
        subtitles: What is seen from a step on until the next.
    """

    plots: tuple[Box, ...]
    marks: tuple[Mark, ...]
    counter: Counter | None
    scale: float
    notes: tuple[str, ...] = ()
    finale: tuple[Mark, ...] = ()
    subtitles: tuple[Subtitle, ...] = ()


def picture_scale(width: int, height: int) -> float:
    """Return how much larger than at 640x480 lines and type are.

    >>> picture_scale(640, 480), picture_scale(1280, 960)
    (1.0, 2.0)
    """
    by_area = math.sqrt(width * height / (640 * 480))
    return min(by_area, 1.25 * min(width / 640, height / 480))


def lay_out(
    width: int,
    height: int,
    words: Words,
    views: Sequence[Axes],
    charts: Sequence[Axes],
    theme: Theme,
) -> Layout:
    """Return the layout of a picture.

    Args:
        width: In pixels.
        height: In pixels.
        words: What is written.
        views: What stands around each plot of the view.
        charts: What stands around each chart.
        theme: The colours.

    Raises:
        TrajvizError: Words are too long or cannot be set, or there is no room for a plot.
    """
    _check_words(words, [*views, *charts])
    scale = picture_scale(width, height)
    if theme.bleed:
        return _bleeding(
            _Desk(width=width, height=height, scale=scale, theme=theme), words, views, charts
        )
    for lines, said, caption, ticks in _AMPLE_TO_SCARCE:
        desk = _Desk(width=width, height=height, scale=scale, theme=theme)
        desk.header(words, lines)
        desk.key(words.chips, said)
        desk.footer(words.caption, lines * caption)
        desk.ending(words.outcome, lines)
        desk.saying(words.notes)
        plots = desk.plots(views, charts, ticks=bool(ticks))
        whole = Box(*around(plots))
        if whole.height >= 0.5 * height and whole.width >= 0.5 * width:
            break
    if whole.height < 0.25 * height or whole.width < 0.25 * width:
        raise TrajvizError(
            f"size {width}x{height} has no room for a key of {len(words.chips)} tracks: "
            "enlarge the picture, shorten the labels or run fewer optimizers"
        )
    least = 2 * desk.type_size(11)
    if any(plot.height < least or plot.width < least for plot in plots[len(views) :]):
        raise TrajvizError(
            f"size {width}x{height} has no room for {len(charts)} charts: "
            "enlarge the picture or ask for fewer panels"
        )
    return Layout(
        plots=plots,
        marks=tuple(desk.marks),
        counter=desk.counter,
        scale=scale,
        notes=tuple(desk.notes),
        finale=tuple(desk.finale),
        subtitles=tuple(desk.subtitles),
    )


_AMPLE_TO_SCARCE = (
    (2, 2, 1, 1), (1, 2, 1, 1), (1, 1, 1, 1), (1, 0, 1, 1), (1, 0, 0, 1), (1, 0, 0, 0)
)  # fmt: skip
"""Lines of title and caption, what the key says, whether there are a caption and tick labels."""


def _check_words(words: Words, around: Sequence[Axes]) -> None:
    """Refuse words that nobody reads in a picture, then those that cannot be set."""
    names = {*words.axes, *(name for axes in around for name in axes.names)}
    for what, texts in {
        "title": [words.title],
        "label": [chip.name for chip in words.chips],
        "axis": sorted(names),
        "note": [text for _, text in words.notes],
    }.items():
        for text in texts:
            check_text(what, text)
            text_width(text, 12)


def _bleeding(desk: _Desk, words: Words, views: Sequence[Axes], charts: Sequence[Axes]) -> Layout:
    """Return a layout in which one view fills the picture, the key at its upper right."""
    if charts or len(views) > 1:
        raise TrajvizError("this theme fills the picture with one view: it has no room for more")
    if words.outcome:
        raise TrajvizError("this theme fills the picture: it has no room for an outcome")
    if words.notes:
        raise TrajvizError("this theme fills the picture: it has no room for notes")
    desk.list_key(words)
    box = Box(0, 0, desk.width, desk.height)
    return Layout(
        plots=(box,),
        marks=tuple(desk.marks),
        counter=desk.counter,
        scale=desk.scale,
        notes=tuple(desk.notes),
    )


class _Desk:
    """Collects marks from the top and the bottom; what is left in between is for the plots."""

    def __init__(self, width: int, height: int, scale: float, theme: Theme) -> None:
        self.width, self.height, self.scale, self.theme = width, height, scale, theme
        self.margin = 16 * scale
        self.top, self.bottom = 10 * scale, height - 8 * scale
        self.marks: list[Mark] = []
        self.counter: Counter | None = None
        self.notes: list[str] = []
        self.finale: list[Mark] = []
        self.subtitles: list[Subtitle] = []

    def type_size(self, size: float) -> float:
        """Return a type size in pixels, never too small to read."""
        return max(round(size * self.scale, 2), 8.0)

    def fitted(
        self, what: str, text: str, rooms: Sequence[float], size: float, bold: bool = False
    ) -> list[str]:
        """Return a text in as many lines as it has rooms at most, and note what was cut."""
        lines = wrap(text, rooms, size, bold)
        pairs = zip(lines, rooms, strict=False)
        shown = [shorten(line, room, size, bold) for line, room in pairs]
        if not any(shown) and text:
            self.notes.append(f"{what} {text!r} left out")
        elif shown != lines:
            self.notes.append(f"{what} cut to {' '.join(shown)!r}")
        return shown

    def short(self, what: str, text: str, room: float, size: float, bold: bool = False) -> str:
        """Return a text in one line, and note what was cut."""
        return self.fitted(what, text, [room], size, bold)[0]

    def header(self, words: Words, lines: int) -> None:
        """Title on the left, the step on the right, of which only digits will ever change."""
        title = self.type_size(18)
        self.top += title + overhang(words.title, title, bold=True)[0]
        room = self.width - 2 * self.margin
        beside = room if words.steps is None else room - self._count(words)
        shown = self.fitted("title", words.title, [beside, room][:lines], title, bold=True)
        for row, text in enumerate(shown):
            above, below = overhang(text, title, bold=True)
            self.top += (above + 1.2 * title) * (row > 0)
            self.marks.append(
                Text(self.margin, self.top, text, size=title, color=self.theme.ink, bold=True)
            )
            self.top += below
        self.top += 7 * self.scale

    def _count(self, words: Words) -> float:
        """Put the counter on the title's baseline, and return what it takes: 0 without room."""
        small, baseline = self.type_size(13), self.top
        number = text_width("0" * len(str(words.steps)), small)
        prefix, suffix = words.around_step
        right = self.width - self.margin
        digits_end = right - text_width(suffix, small)
        counter = text_width(prefix, small) + number + right - digits_end
        if counter > 0.6 * (self.width - 2 * self.margin):
            self.notes.append("step number left out")
            return 0.0
        ink = self.theme.ink
        self.counter = Counter(right=round(digits_end), y=baseline, size=small, color=ink)
        self.marks += [
            Text(round(digits_end), baseline, suffix, size=small, color=ink),
            Text(
                round(digits_end - number), baseline, prefix, size=small, color=ink, align="right"
            ),
        ]
        return counter + self.margin

    def key(self, chips: Sequence[Chip], said: int) -> None:
        """Rows of chips: a dot, a bold name, in grey the remark and what became of the track.

        `said` is 2 for both, 1 for what became of it and 0 for neither.
        """
        size = self.type_size(12)
        radius, gap = 0.36 * size, 0.45 * size
        x, right = self.margin, self.width - self.margin
        reaches = [(0.0, 0.0), *(overhang(chip.name, size, bold=True) for chip in chips)]
        above, below = map(max, zip(*reaches, strict=True))
        self.top += 1.35 * size + above
        if any((chip.remark and said < 2) or (chip.fates and said < 1) for chip in chips):
            self.notes.append("remarks left out of the key")
        remarks = self._remarks(chips, said, size)
        for chip, remark in zip(chips, remarks, strict=True):
            if self.top > self.bottom:  # there is no room, however many more there are
                break
            room = right - self.margin - 2 * radius - gap
            name = self.short("label", chip.name, room, size, bold=True)
            end = 2 * radius + gap + text_width(name, size, bold=True)
            if remark:
                end += gap + text_width(remark, size)
            if x > self.margin and x + end > right:
                x = self.margin
                self.top += 1.5 * size + above + below
            self.marks += _sample(x + radius, self.top - 0.36 * size, radius, chip)
            pen = x + 2 * radius + gap
            self.marks.append(Text(pen, self.top, name, size=size, color=self.theme.ink, bold=True))
            if remark:
                pen += text_width(name, size, bold=True) + gap
                remark = self.short("remark", remark, right - pen, size)
                self.marks.append(Text(pen, self.top, remark, size=size, color=self.theme.muted))
            x += end + 1.2 * size
        self.top += 10 * self.scale + below

    def _remarks(self, chips: Sequence[Chip], said: int, size: float) -> list[str]:
        """Return what is said beside each name of the key: in fewer words if that saves a row."""
        texts = [[(), chip.fates[1:] or chip.fates, chip.shorter][said] for chip in chips]
        room = self.width - 2 * self.margin
        taken = [1.17 * size + text_width(chip.name, size, bold=True) for chip in chips]
        told = [
            [_first_fitting(each[level:] or each[-1:], room - 2 * size - wide, size)
             for each, wide in zip(texts, taken, strict=True)]
            for level in (0, 1)
        ]  # fmt: skip
        return min(told, key=lambda remarks: _rows(taken, remarks, room, size))

    def list_key(self, words: Words) -> None:
        """The key as a list on an opaque card at the upper right, the counter below on the left."""
        size = self.type_size(13)
        line, pad, radius = 1.55 * size, 0.8 * size, 0.36 * size
        room = 0.45 * self.width
        names = [
            _first_fitting([f"{chip.name} {said}".rstrip() for said in chip.shorter], room, size)
            for chip in words.chips
        ]
        names = [self.short("label", name, room, size) for name in names]
        wide = max((text_width(name, size) for name in names), default=0.0)
        left = round(self.width - self.margin - wide - 2 * pad - 3 * radius)
        top = round(self.margin)
        card = Box(
            left, top, round(self.width - self.margin), round(top + 2 * pad + line * len(names))
        )
        self.marks.append(Fill(card, self.theme.background))
        for row, (chip, name) in enumerate(zip(words.chips, names, strict=True)):
            y = top + pad + line * (row + 0.7)
            self.marks += _sample(left + pad + radius, y - radius, radius, chip)
            self.marks.append(
                Text(left + pad + 3 * radius, y, name, size=size, color=self.theme.ink)
            )
        small = self.type_size(13)
        digits = text_width("0" * len(str(words.steps)), small)
        baseline = self.height - self.margin
        prefix, suffix = words.around_step
        start = self.margin + text_width(prefix, small)
        end, ink = round(start + digits), self.theme.ink
        self.counter = Counter(right=end, y=baseline, size=small, color=ink)
        self.marks += [
            Text(round(start), baseline, prefix, size=small, color=ink, align="right"),
            Text(end, baseline, suffix, size=small, color=ink),
        ]

    def footer(self, caption: str, lines: int) -> None:
        """Put the caption at the very bottom, in so many lines at most."""
        if caption and not lines:
            self.notes.append(f"caption {caption!r} left out")
        if not caption or not lines:
            return
        size = self.type_size(10.5)
        shown = self.fitted("caption", caption, [self.width - 2 * self.margin] * lines, size)
        for text in reversed(shown):
            self.marks.append(
                Text(self.margin, self.bottom, text, size=size, color=self.theme.muted)
            )
            self.bottom -= 1.45 * size

    def ending(self, outcome: Listing | None, lines: int) -> None:
        """Keep room above the caption for what is said at the end, in so many lines at most."""
        if not outcome or not outcome.parts:
            return
        size, room = self.type_size(12), self.width - 2 * self.margin
        shown, kept = outcome.lines([room] * lines, size)
        if kept < len(outcome.parts):
            self.notes.append(f"outcome cut to {' '.join(shown)!r}")
        for text in reversed(shown):
            text = self.short("outcome", text, room, size)
            mark = Text(self.margin, self.bottom, text, size=size, color=self.theme.ink)
            self.finale.append(mark)
            self.bottom -= 1.4 * size

    def saying(self, notes: Sequence[tuple[int, str]]) -> None:
        """Keep room for notes under the plots, in as many lines as the longest needs, two at most.

        They are what a reader is to read, so that they are not cut.
        """
        if not notes:
            return
        size, room = max(self.type_size(14.5), 12.0), self.width - 2 * self.margin
        said = [(step, wrap(text, [room, room], size)) for step, text in notes]
        for (_, text), (_, lines) in zip(notes, said, strict=True):
            if max(text_width(line, size) for line in lines) > room:
                raise TrajvizError(
                    f"note {text!r} has no room in two lines at {self.width}x{self.height}: "
                    "shorten it or enlarge the picture"
                )
        rows, high = max(len(lines) for _, lines in said), 1.3 * size
        top = self.bottom - 0.45 * size - (rows - 1) * high
        self.bottom = top - 1.5 * size
        for step, lines in said:
            marks = [
                Text(self.margin, top + row * high, line, size=size, color=self.theme.ink)
                for row, line in enumerate(lines)
            ]
            self.subtitles.append(Subtitle(step, tuple(marks)))

    def plots(self, views: Sequence[Axes], charts: Sequence[Axes], ticks: bool) -> tuple[Box, ...]:
        """Share out what is left: views first, charts beside them, below, or among many views."""
        room = Box(
            round(self.margin / 2), round(self.top), round(self.width - self.margin),
            round(self.bottom),
        )  # fmt: skip
        cells, rows, beside = _shares(room, len(views), len(charts), self.margin)
        boxes = [self._plot(cell, axes, ticks) for cell, axes in zip(cells, views, strict=True)]
        # In a column, all charts share the steps that the last one names, and stand in line.
        named = [
            (not beside or axes.filled or place == len(charts) - 1) and not axes.bare
            for place, axes in enumerate(charts)
        ]
        heights = [
            self._upright(cell, name and ticks) for cell, name in zip(rows, named, strict=True)
        ]
        labels = [
            self._chart_ticks(cell, axes, height) if ticks else []
            for cell, axes, height in zip(rows, charts, heights, strict=True)
        ]
        widths = [self._widest(each) for each in labels]
        for place, (cell, axes, height) in enumerate(zip(rows, charts, heights, strict=True)):
            width = max(widths) if beside else widths[place]
            box = Box(round(cell.x0 + self.margin / 2 + width), height[0], cell.x1, height[1])
            self._chart(box, cell, axes, labels[place], named[place] and ticks)
            boxes.append(box)
        return tuple(boxes)

    def _plot(self, cell: Box, axes: Axes, ticks: bool) -> Box:
        """Return a view's plot within its cell, with its tick labels and axis names around it."""
        size, left = self.type_size(11), round(cell.x0 + self.margin / 2)
        if axes.window is None:
            return self._below_title(cell, axes, size)
        top = round(cell.y0 + 1.5 * size) if axes.title else cell.y0
        bottom = round(cell.y1 - 1.5 * size) if ticks else cell.y1
        if not ticks or bottom - top < 2 * size:
            return Box(left, top, cell.x1, bottom)
        room, axes = self._named(Box(left, top, cell.x1, bottom), cell, axes, size)
        box, y_ticks = self._beside_labels(room, cell, axes, size)
        axes = axes.within(box)
        if axes.title:
            title = self.short("heading", axes.title, box.width, size)
            self.marks.append(Text(box.x0, cell.y0 + size, title, size=size, color=self.theme.ink))
        if box.width > 2 * size:
            self._label_y(box, cell, y_ticks, axes, size)
            self._label_x(box, cell, axes, size)
        return box

    def _below_title(self, cell: Box, axes: Axes, size: float) -> Box:
        """Return what is left of a cell below the title over the plot, if it has one."""
        if not axes.title:
            return cell
        title = self.short("heading", axes.title, cell.width, size)
        left = round(cell.x0 + self.margin / 2)
        self.marks.append(Text(left, cell.y0 + size, title, size=size, color=self.theme.ink))
        return cell._replace(y0=round(cell.y0 + 1.5 * size))

    def _named(self, room: Box, cell: Box, axes: Axes, size: float) -> tuple[Box, Axes]:
        """Give long names of axes lines of their own; return the room that is left, and the rest.

        What is long across stands below the labels, what is long upright above the plot: as near
        to the labels as beside them, and read without turning one's head.
        """
        across, up = axes.names
        if room.height < 10 * size:
            return room, axes
        if text_width(up, size) > 3.5 * size:
            name = self.short("axis", up, room.width, size)
            above, below = overhang(name, size)
            y, ink = room.y0 + above + size, self.theme.ink
            self.marks.append(Text(room.x0, y, name, size=size, color=ink))
            room, up = room._replace(y0=round(y + 0.75 * size + below)), ""
        if text_width(across, size) > 0.3 * room.width:
            name = self.short("axis", across, room.width, size)
            above, below = overhang(name, size)
            y, ink = cell.y1 - 0.2 * size - below, self.theme.ink
            self.marks.append(Text(room.x1, y, name, size=size, color=ink, align="right"))
            room, across = room._replace(y1=round(y - above - 2.7 * size)), ""
        return room, replace(axes, names=(across, up))

    def _beside_labels(
        self, room: Box, cell: Box, axes: Axes, size: float
    ) -> tuple[Box, list[tuple[float, str]]]:
        """Return a view's plot and the labels at its left.

        The wider these are, the narrower is the plot, which then may have other ranges and labels.
        """
        most = 0.3 * cell.width
        box = room._replace(x0=round(cell.x0 + 0.6 * size))
        while True:
            window = axes.within(box).window
            assert window is not None
            ticks = tick_labels(window.y0, window.y1, box.height / (3.2 * size))
            widest = max((text_width(text, size) for _, text in ticks), default=0.0)
            if 0.6 * size + widest > most:
                ticks, widest = [], 0.0
            widest = max(widest, text_width(axes.names[1], size))
            left = round(min(cell.x0 + 0.6 * size + widest, cell.x0 + most))
            if left <= box.x0:
                return box, ticks
            box = box._replace(x0=left)

    def _upright(self, cell: Box, named: bool) -> tuple[int, int]:
        """Return the top and the bottom of a chart's plot, between its title and its steps."""
        size = self.type_size(10.5)
        below = 1.5 * size if named else 0.3 * self.margin
        return round(cell.y0 + 1.5 * size), round(cell.y1 - below)

    def _chart_ticks(
        self, cell: Box, axes: Axes, upright: tuple[int, int]
    ) -> list[tuple[float, str]]:
        """Return the heights that a chart labels; none where the labels would take too much."""
        size = self.type_size(10.5)
        window = axes.within(Box(cell.x0, upright[0], cell.x1, upright[1])).window
        if axes.bare or window is None:
            return []
        room = (upright[1] - upright[0]) / (2.4 * size)
        ticks = (power_labels if axes.log else tick_labels)(window.y0, window.y1, room)
        widest = max((text_width(text, size) for _, text in ticks), default=0.0)
        return ticks if widest <= 0.3 * cell.width else []

    def _widest(self, ticks: list[tuple[float, str]]) -> float:
        """Return the room that labels take beside a chart."""
        size = self.type_size(10.5)
        return max((text_width(text, size) + 0.6 * size for _, text in ticks), default=0.0)

    def _chart(
        self, box: Box, cell: Box, axes: Axes, y_ticks: list[tuple[float, str]], named: bool
    ) -> None:
        """Mark a chart's plot: a title above, faint lines, the steps below if named."""
        size, axes = self.type_size(10.5), axes.within(box)
        window = axes.window
        assert window is not None
        if min(box.width, box.height) < 2 * size:
            return
        room = cell.x1 + 0.8 * self.margin - box.x0
        title = self.short("heading", axes.title, room, size)
        self.marks.append(Text(box.x0, cell.y0 + size, title, size=size, color=self.theme.ink))
        hair = max(1, round(self.scale))
        faint = mix(self.theme.background, self.theme.muted, 0.28)
        lowest = math.inf
        for value, text in y_ticks:
            y = box.y1 - (value - window.y0) / (window.y1 - window.y0) * box.height
            line = round(min(y, box.y1 - hair))
            if not axes.filled:
                self.marks.append(Fill(Box(box.x0, line, box.x1, line + hair), faint))
            label = Text(
                box.x0 - 0.6 * size,
                y + 0.36 * size,
                text,
                size=size,
                color=self.theme.muted,
                align="right",
            )
            if label.y < lowest - size and label.y - 0.8 * size > cell.y0 + 1.25 * size:
                self.marks.append(label)
                lowest = label.y
        if named:
            self._label_x(box, cell, axes, size)

    def _label_y(
        self, box: Box, cell: Box, ticks: list[tuple[float, str]], axes: Axes, size: float
    ) -> None:
        """Right-aligned beside the plot; the axis name takes the topmost place."""
        x, drop, muted, window = box.x0 - 0.6 * size, 0.36 * size, self.theme.muted, axes.window
        assert window is not None
        name = self.short("axis", axes.names[1], x - cell.x0 + self.margin / 4, size)
        if name:
            y, ink = box.y0 + 0.75 * size, self.theme.ink
            self.marks.append(Text(x, y, name, size=size, color=ink, align="right"))
        for value, text in ticks:
            y = box.y1 - (value - window.y0) / (window.y1 - window.y0) * box.height + drop
            if y > box.y0 + 2 * size or not name:
                self.marks.append(Text(x, y, text, size=size, color=muted, align="right"))

    def _label_x(self, box: Box, cell: Box, axes: Axes, size: float) -> None:
        """Centred below the plot; the axis name takes the rightmost place."""
        window = axes.window
        assert window is not None
        y = box.y1 + 1.3 * size
        name = self.short("axis", axes.names[0], 0.6 * box.width, size)
        if name:
            ink = self.theme.ink
            self.marks.append(Text(box.x1, y, name, size=size, color=ink, align="right"))
        room = box.x1 - text_width(name, size) - (0.8 * size if name else 0)
        labels = power_labels if axes.powers else tick_labels
        ticks = labels(window.x0, window.x1, box.width / (5.5 * size))
        widest = max((text_width(text, size) for _, text in ticks), default=0.0)
        if widest > 4.5 * size:  # long numbers stand farther apart
            ticks = labels(window.x0, window.x1, box.width / (widest + 2 * size))
        for value, text in ticks:
            x = box.x0 + (value - window.x0) / (window.x1 - window.x0) * box.width
            label = Text(x, y, text, size=size, color=self.theme.muted, align="center")
            if label.left >= cell.x0 - self.margin / 4 and label.right <= room:
                self.marks.append(label)


def _rows(taken: Sequence[float], remarks: Sequence[str], room: float, size: float) -> int:
    """Return how many rows a key has, whose entries take so much without their remarks."""
    rows, x = 1, 0.0
    for wide, remark in zip(taken, remarks, strict=True):
        end = wide + (0.45 * size + text_width(remark, size) if remark else 0.0)
        if x and x + end > room:
            rows, x = rows + 1, 0.0
        x += end + 1.2 * size
    return rows


def _first_fitting(texts: Sequence[str], room: float, size: float) -> str:
    """Return the first of some texts that fits, or else the last; "" of none."""
    fitting = (text for text in texts if text_width(text, size) <= room)
    return next(fitting, texts[-1] if texts else "")


def _sample(x: float, y: float, radius: float, chip: Chip) -> list[Mark]:
    """Return a dot for a solid line, and as many bars as its style counts for another."""
    if not chip.style:
        return [Dot(x, y, radius=radius, color=chip.color)]
    thick = max(1, round(0.5 * radius))
    bars = chip.style + 1
    tops = [round(y - radius + bar * 2 * radius / bars) for bar in range(bars)]
    ends = round(x - radius), round(x + radius)
    return [Fill(Box(ends[0], top, ends[1], top + thick), chip.color) for top in tops]


def _cut(box: Box, share: float, across: bool, gap: float) -> tuple[Box, Box]:
    """Cut a box in two, the first taking its share, with a gap between them."""
    if across:
        at = box.x0 + share * box.width
        return box._replace(x1=round(at - gap / 2)), box._replace(x0=round(at + gap / 2))
    at = box.y0 + share * box.height
    return box._replace(y1=round(at - gap / 4)), box._replace(y0=round(at + gap / 4))


_Shares: TypeAlias = tuple[list[Box], list[Box], bool]
"""The cells of views, those of charts, and whether these stand in a column."""


def _shares(box: Box, views: int, charts: int, gap: float) -> _Shares:
    """Cut a box into cells for views and charts, at least one of either."""
    beside = box.width >= 1.2 * box.height
    if not (views and charts):
        return _cells(box, views, gap), _row_of(box, charts, not beside, gap), beside
    if views < _MANY:
        return _halved(box, views, charts, gap, beside)
    together = _cells(box, views + charts, gap)
    ways = [
        (together[:views], together[views:], False),
        *(_halved(box, views, charts, gap, across) for across in (True, False)),
    ]
    return min(ways, key=lambda way: _unfit_of(way, box))


def _halved(box: Box, views: int, charts: int, gap: float, beside: bool) -> _Shares:
    """Return cells of views in one part of a box, and of charts beside it or below."""
    for_views, for_charts = _cut(box, 0.62 if beside else 0.64, beside, gap)
    return (
        _cells(for_views, views, gap),
        _row_of(for_charts, charts, not beside, gap),
        beside,
    )


def _unfit_of(shares: _Shares, box: Box) -> float:
    """Return how far the worst cell is from the best shape, and how much all leave empty."""
    cells = [*shares[0], *shares[1]]
    empty = 1 - sum(cell.width * cell.height for cell in cells) / (box.width * box.height)
    return max(map(_misshapen, cells)) + _EMPTY * empty


def _misshapen(cell: Box) -> float:
    return abs(math.log(cell.width / cell.height / _CELL))


def _cells(box: Box, count: int, gap: float) -> list[Box]:
    """Cut a box into equal ones for views: a pair side by side, more in rows that fit best."""
    if count < _MANY:
        return _row_of(box, count, box.width >= 1.2 * box.height, gap)

    def unfit(columns: int) -> float:
        rows = -(-count // columns)
        shape = box.width / columns / (box.height / rows)
        return abs(math.log(shape / _CELL)) + (rows * columns - count) / count

    columns = min(range(1, count + 1), key=unfit)
    rows = _row_of(box, -(-count // columns), False, gap)
    return [cell for row in rows for cell in _row_of(row, columns, True, gap)][:count]


_MANY = 3
"""Views from which on they stand in rows."""
_EMPTY = 5.0
"""How much worse than a cell's shape it is to leave the room for it empty."""
_CELL = 1.15
"""The best shape of a view among several, width by height."""


def _row_of(box: Box, count: int, across: bool, gap: float) -> list[Box]:
    """Cut a box into equal ones, in a row or in a column."""
    boxes = []
    for left in range(count, 1, -1):
        first, box = _cut(box, 1 / left, across, gap)
        boxes.append(first)
    return [*boxes, box][:count]


def power_labels(low: float, high: float, most: float) -> list[tuple[float, str]]:
    """Return up to about `most` whole powers of ten from low to high, each with its label.

    Where there are fewer than two, there are also 2 and 5 between them.

    >>> power_labels(-2.2, 5, 4)
    [(-1, '0.1'), (1, '10'), (3, '1000'), (5, '1e5')]
    >>> [text for _, text in power_labels(-1.6, -0.2, 4)]
    ['0.05', '0.1', '0.2', '0.5']
    """
    first, last = math.ceil(low), math.floor(high)
    if last <= first:
        return _labels_between(low, high, most)
    stride = max(1, math.ceil((last - first + 1) / max(most, 1)))
    powers = range(last - (last - first) // stride * stride, last + 1, stride)
    return [(power, power_label(power)) for power in powers]


def _labels_between(low: float, high: float, most: float) -> list[tuple[float, str]]:
    """Return up to about `most` of 1, 2 and 5 times powers of ten, whose logarithms are given."""
    powers = range(math.floor(low), math.floor(high) + 1)
    round_ones = [float(f"{digit}e{power}") for power in powers for digit in (1, 2, 5)]
    there = [(at, value) for value in round_ones if low <= (at := math.log10(value)) <= high]
    stride = max(1, math.ceil(len(there) / max(most, 1)))
    return [(at, f"{value:g}".replace("-", MINUS)) for at, value in there[::stride]]


def power_label(power: int) -> str:
    """Return ten to a power as people write it.

    >>> power_label(-2), power_label(3), power_label(7)
    ('0.01', '1000', '1e7')
    """
    return f"{10.0**power:g}" if -3 <= power <= 4 else f"1e{power}".replace("-", MINUS)


def tick_labels(low: float, high: float, most: float) -> list[tuple[float, str]]:
    """Return up to about `most` round values from low to high, each with its label.

    >>> [text for _, text in tick_labels(0, 1, 4)]
    ['0.00', '0.25', '0.50', '0.75', '1.00']
    """
    raw = (high - low) / max(most, 1)
    power = math.floor(math.log10(raw))
    step = next(m * 10.0**power for m in (1, 2, 2.5, 5, 10) if m * 10.0**power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, -math.floor(math.log10(step * 1.0001)) + (1 if _has_half(step) else 0))
    largest = max(abs(low), abs(high))
    if largest < 1e5 and decimals <= 5:
        form = f".{decimals}f"
    else:  # as many digits as tell one step from the next
        digits = math.floor(math.log10(largest)) - math.floor(math.log10(step * 1.0001))
        form = f".{max(1, digits + 1 + _has_half(step))}g"
    values = [count * step for count in range(first, last + 1)]
    return [(value, f"{value:{form}}".replace("-", MINUS)) for value in values]


def _has_half(step: float) -> bool:
    """Tell whether a step is 2.5 times a power of ten, which takes one more decimal."""
    lead = step / 10.0 ** math.floor(math.log10(step * 1.0001))
    return abs(lead - 2.5) < 1e-6
