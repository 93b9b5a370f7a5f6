"""Where things stand in a picture: title, counter, key, plot, tick labels, caption.

Everything is derived from the size: at 640x480 lengths are as written, elsewhere they grow with
the picture, type never below what can be read. What has no room is left out in a fixed order:
rates, caption, tick labels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trajviz.errors import TrajvizError
from trajviz.scene.lettering import shorten, text_width
from trajviz.scene.marks import Box, Dot, Mark, Text
from trajviz.scene.theme import RGB, Theme
from trajviz.surface import Window

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Chip:
    """One track's entry in the key: its colour, its name, and a remark in grey."""

    color: RGB
    name: str
    remark: str


@dataclass(frozen=True)
class Words:
    """All the text of a picture."""

    title: str
    chips: tuple[Chip, ...]
    caption: str
    axes: tuple[str, str]
    steps: int


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
            Text(round(self.right - (place + 1) * width), self.y, digit, self.size, self.color)
            for place, digit in enumerate(reversed(str(step)))
        )


@dataclass(frozen=True)
class Layout:
    """The plot's rectangle, the marks around it, the step counter if it has room, and the scale."""

    plot: Box
    marks: tuple[Mark, ...]
    counter: Counter | None
    scale: float


def picture_scale(width: int, height: int) -> float:
    """Return how much larger than at 640x480 lines and type are.

    >>> picture_scale(640, 480), picture_scale(1280, 960)
    (1.0, 2.0)
    """
    by_area = math.sqrt(width * height / (640 * 480))
    return min(by_area, 1.25 * min(width / 640, height / 480))


def lay_out(width: int, height: int, words: Words, window: Window, theme: Theme) -> Layout:
    """Return the layout of a picture; TrajvizError when its key leaves no room for a plot."""
    scale = picture_scale(width, height)
    for rates, caption, ticks in ((1, 1, 1), (0, 1, 1), (0, 0, 1), (0, 0, 0)):
        desk = _Desk(width, height, scale, theme)
        desk.header(words)
        desk.key(words.chips, remarks=bool(rates))
        desk.footer(words.caption if caption else "", ticks=bool(ticks))
        plot = desk.plot(window, words.axes, ticks=bool(ticks))
        if plot.height >= 0.5 * height and plot.width >= 0.5 * width:
            break
    if plot.height < 0.25 * height or plot.width < 0.25 * width:
        raise TrajvizError(
            f"size {width}x{height} has no room for a key of {len(words.chips)} tracks: "
            "enlarge the picture, shorten the labels or run fewer optimizers"
        )
    return Layout(plot, tuple(desk.marks), desk.counter, scale)


class _Desk:
    """Collects marks from the top and the bottom; what is left in between is the plot."""

    def __init__(self, width: int, height: int, scale: float, theme: Theme) -> None:
        self.width, self.height, self.scale, self.theme = width, height, scale, theme
        self.margin = 16 * scale
        self.top, self.bottom = 10 * scale, height - 8 * scale
        self.marks: list[Mark] = []
        self.counter: Counter | None = None

    def type_size(self, size: float) -> float:
        """Return a type size in pixels, never too small to read."""
        return max(round(size * self.scale, 2), 8.0)

    def header(self, words: Words) -> None:
        """Title on the left, "step 44 of 199" on the right; only the digits will ever change."""
        title, small = self.type_size(18), self.type_size(13)
        self.top += title
        baseline = self.top
        number = text_width("0" * len(str(words.steps)), small)
        suffix = f" of {words.steps}"
        right = self.width - self.margin
        digits_end = right - text_width(suffix, small)
        counter = text_width("step ", small) + number + right - digits_end
        room = self.width - 2 * self.margin
        if counter <= 0.6 * room:
            ink = self.theme.ink
            self.counter = Counter(round(digits_end), baseline, small, ink)
            self.marks += [
                Text(round(digits_end), baseline, suffix, small, ink),
                Text(round(digits_end - number), baseline, "step ", small, ink, align="right"),
            ]
            room -= counter + self.margin
        text = shorten(words.title, room, title, bold=True)
        self.marks.append(Text(self.margin, baseline, text, title, self.theme.ink, bold=True))
        self.top += 7 * self.scale

    def key(self, chips: Sequence[Chip], remarks: bool) -> None:
        """Rows of chips: a dot, a bold name, a remark in grey."""
        size = self.type_size(12)
        radius, gap = 0.36 * size, 0.45 * size
        x, right = self.margin, self.width - self.margin
        self.top += 1.35 * size
        for chip in chips:
            remark = chip.remark if remarks else ""
            room = right - self.margin - 2 * radius - gap
            name = shorten(chip.name, room, size, bold=True)
            end = 2 * radius + gap + text_width(name, size, bold=True)
            if remark:
                end += gap + text_width(remark, size)
            if x > self.margin and x + end > right:
                x = self.margin
                self.top += 1.5 * size
            self.marks.append(Dot(x + radius, self.top - 0.36 * size, radius, chip.color))
            pen = x + 2 * radius + gap
            self.marks.append(Text(pen, self.top, name, size, self.theme.ink, bold=True))
            if remark:
                pen += text_width(name, size, bold=True) + gap
                remark = shorten(remark, right - pen, size)
                self.marks.append(Text(pen, self.top, remark, size, self.theme.muted))
            x += end + 1.2 * size
        self.top += 10 * self.scale

    def footer(self, caption: str, ticks: bool) -> None:
        """Put the caption at the very bottom, the tick labels' row above it."""
        if caption:
            size = self.type_size(10.5)
            text = shorten(caption, self.width - 2 * self.margin, size)
            self.marks.append(Text(self.margin, self.bottom, text, size, self.theme.muted))
            self.bottom -= 1.45 * size
        if ticks:
            self.bottom -= 1.5 * self.type_size(11)

    def plot(self, window: Window, axes: tuple[str, str], ticks: bool) -> Box:
        """Return what is left for the plot, with its tick labels and axis names around it."""
        size = self.type_size(11)
        top, bottom = round(self.top), round(self.bottom)
        if not ticks or bottom - top < 2 * size:
            return Box(round(self.margin), top, round(self.width - self.margin), bottom)
        y_ticks = tick_labels(window.y0, window.y1, (bottom - top) / (3.2 * size))
        beside = self.margin / 2 + 0.6 * size
        widest = max((text_width(text, size) for _, text in y_ticks), default=0.0)
        if beside + widest > 0.3 * self.width:
            y_ticks, widest = [], 0.0
        left = round(min(beside + max(widest, text_width(axes[1], size)), 0.3 * self.width))
        box = Box(left, top, round(self.width - self.margin), bottom)
        if box.width > 2 * size:
            self._label_y(box, y_ticks, window, axes[1], size)
            self._label_x(box, window, axes[0], size)
        return box

    def _label_y(
        self, box: Box, ticks: list[tuple[float, str]], window: Window, axis: str, size: float
    ) -> None:
        """Right-aligned beside the plot; the axis name takes the topmost place."""
        x, drop, muted = box.x0 - 0.6 * size, 0.36 * size, self.theme.muted
        name = shorten(axis, x - self.margin / 4, size)
        self.marks.append(Text(x, box.y0 + 0.75 * size, name, size, self.theme.ink, align="right"))
        for value, text in ticks:
            y = box.y1 - (value - window.y0) / (window.y1 - window.y0) * box.height + drop
            if y > box.y0 + 2 * size or not name:
                self.marks.append(Text(x, y, text, size, muted, align="right"))

    def _label_x(self, box: Box, window: Window, axis: str, size: float) -> None:
        """Centred below the plot; the axis name takes the rightmost place."""
        y = box.y1 + 1.3 * size
        name = shorten(axis, 0.6 * box.width, size)
        self.marks.append(Text(box.x1, y, name, size, self.theme.ink, align="right"))
        room = box.x1 - text_width(name, size) - (0.8 * size if name else 0)
        ticks = tick_labels(window.x0, window.x1, box.width / (5.5 * size))
        widest = max((text_width(text, size) for _, text in ticks), default=0.0)
        if widest > 4.5 * size:  # long numbers stand farther apart
            ticks = tick_labels(window.x0, window.x1, box.width / (widest + 2 * size))
        for value, text in ticks:
            x = box.x0 + (value - window.x0) / (window.x1 - window.x0) * box.width
            label = Text(x, y, text, size, self.theme.muted, align="center")
            if label.left >= self.margin / 4 and label.right <= room:
                self.marks.append(label)


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
