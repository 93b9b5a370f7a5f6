"""Where everything stands in a few pictures: what it is, its places in pixels, its looks.

`python tests/layouts.py` writes what stands now to tests/data/layouts.json, for a change of the
layout that is meant.
"""

import json
from pathlib import Path

from trajviz.scene.layout import Axes, Chip, Words, lay_out
from trajviz.scene.marks import Dot, Fill, Text
from trajviz.scene.theme import load_theme
from trajviz.surface import Window

FILE = Path(__file__).parent / "data" / "layouts.json"

CHIPS = (
    Chip((200, 0, 0), "SGD", "0.01"),
    Chip((0, 0, 200), "Momentum", "diverged at step 12"),
    Chip((0, 120, 0), "A second line of dashes", "0.02", style=1),
    Chip((0, 120, 0), "And one of dots", "", style=2),
)
WORDS = Words("The title", CHIPS, "learning rates as given", ("W", "b"), 200, ("step ", " of 200"))
PLANE = Axes(Window(-4.5, 4.5, -0.25, 1.75), ("W", "b"))
TITLED = Axes(Window(-4.5, 4.5, -0.25, 1.75), ("W", "b"), "SGD 0.01")
LOSS = Axes(Window(0, 208, -3.2, 2.1), ("step", ""), "height above minimum", log=True)
STEP = Axes(Window(0, 208, 0.1, 0.45), ("step", ""), "effective step in W")
RATES = Axes(Window(-4, 2, 0.1, 0.45), ("learning rate", ""), "objective", powers=True)
UNCOUNTED = Words("Rates", CHIPS[:1], "", ("", ""), None)

CASES = {
    "a view": ((640, 480), WORDS, [PLANE], [], "light"),
    "a small view": ((320, 240), WORDS, [PLANE], [], "dark"),
    "a large view": ((1280, 960), WORDS, [PLANE], [], "light"),
    "two titled views": ((640, 480), WORDS, [TITLED, TITLED], [], "light"),
    "charts beside a view": ((800, 450), WORDS, [PLANE], [LOSS, STEP], "light"),
    "charts below a view": ((600, 800), WORDS, [Axes(None)], [LOSS, STEP], "dark"),
    "a chart alone": ((640, 480), UNCOUNTED, [], [RATES], "light"),
    "a view that fills the picture": ((640, 480), WORDS, [PLANE], [], "radford"),
}


def standing(case):
    """Return a picture's plots, counter and marks as plain values: what, places, looks."""
    (width, height), words, views, charts, theme = CASES[case]
    layout = lay_out(width, height, words, views, charts, load_theme(theme))
    plots = [["plot", list(box), layout.scale] for box in layout.plots]
    return plots + _counter(layout.counter) + [_plain(mark) for mark in layout.marks]


def _counter(counter):
    if counter is None:
        return []
    return [["counter", [counter.right, counter.y], [counter.size, counter.color]]]


def _plain(mark):
    if isinstance(mark, Text):
        looks = [mark.size, mark.bold, mark.color]
        return [mark.text, [round(mark.left, 1), round(mark.y, 1)], looks]
    if isinstance(mark, Dot):
        return ["dot", [round(mark.x, 1), round(mark.y, 1)], [round(mark.radius, 2), mark.color]]
    assert isinstance(mark, Fill)
    return ["fill", list(mark.box), mark.color]


if __name__ == "__main__":
    pictures = {case: ",\n  ".join(json.dumps(row) for row in standing(case)) for case in CASES}
    text = ",\n".join(f" {json.dumps(case)}: [\n  {rows}\n ]" for case, rows in pictures.items())
    FILE.write_text(f"{{\n{text}\n}}\n")
