"""Where text and plot stand: nothing cut, nothing overlapping, at every size."""

import functools
import itertools
import json
import math

import layouts
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pictures import around, ink
from races import SEVEN, race

from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene.layout import MINUS, Axes, Chip, Words, lay_out, tick_labels
from trajviz.scene.lettering import text_width
from trajviz.scene.marks import Dot, Text
from trajviz.scene.theme import load_theme
from trajviz.scene.themes import theme_names
from trajviz.scene.views.contour import ContourView
from trajviz.surface import Window
from trajviz.surface.catalogue import surface_names

SIZES = [
    (160, 120),
    (320, 240),
    (480, 360),
    (640, 480),
    (800, 450),
    (1280, 960),
    (1080, 1080),
    (3840, 2160),
]
LIGHT = load_theme("light")
EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
EVERY_COUNT = pytest.mark.parametrize("count", [1, 4, 7])
EVERY_THEME = pytest.mark.parametrize("theme", theme_names())


@functools.cache
def scene_of(size, count, theme="light", surface="beale"):
    """Return a scene without its surface, which takes longest and has no text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ContourView, "draw", lambda *_: None)
        return compare(surface, SEVEN[:count], size=size, theme=theme, steps=50).scene


def laid_out(size, words, window):
    return lay_out(*size, words, [Axes(window, words.axes)], [], LIGHT)


def texts(layout_or_scene):
    return [mark for mark in layout_or_scene.marks if isinstance(mark, Text)]


def title_of(layout_or_scene):
    return max((t for t in texts(layout_or_scene) if t.bold), key=lambda text: text.size)


def texts_of_the_key(scene):
    return [t for t in texts(scene) if title_of(scene).y < t.y < scene.main.box.y0]


def digits_of(layout_or_scene, step):
    return layout_or_scene.counter.digits(step) if layout_or_scene.counter else ()


def assert_inside(size, rects):
    outer = around(rects)
    assert min(outer.x0, outer.y0) >= 0
    assert (outer.x1 <= size[0], outer.y1 <= size[1]) == (True, True)


def assert_apart(marks):
    for one, other in itertools.combinations(marks, 2):
        assert not ink(one).meets(ink(other)), f"{one.text!r} meets {other.text!r}"


@pytest.mark.long
@EVERY_SIZE
@EVERY_COUNT
@EVERY_THEME
def test_every_text_lies_inside_the_picture_and_apart_from_all_others(size, count, theme):
    scene = scene_of(size, count, theme)
    marks = [*texts(scene), *digits_of(scene, scene.steps)]
    assert_inside(size, [ink(mark) for mark in marks])
    assert_apart(marks)


@pytest.mark.long
@pytest.mark.parametrize("surface", surface_names())
def test_every_surface_has_its_text_inside_and_apart(surface):
    scene = scene_of((640, 480), 4, surface=surface)
    assert_inside((640, 480), [ink(mark) for mark in texts(scene)])
    assert_apart(texts(scene))


@pytest.mark.first(3)
@EVERY_SIZE
@EVERY_COUNT
def test_the_key_stands_between_title_and_plot_with_one_chip_for_each_track(size, count):
    scene = scene_of(size, count)
    dots = [mark for mark in scene.marks if isinstance(mark, Dot)]
    assert [dot.color for dot in dots] == [track.color for track in scene.main.tracks]
    bold = [text for text in texts_of_the_key(scene) if text.bold]
    assert len(bold) == count
    assert all(ink(text).y1 <= scene.main.box.y0 for text in texts_of_the_key(scene))
    assert all(dot.y + dot.radius <= scene.main.box.y0 for dot in dots)
    title = title_of(scene)
    assert all(ink(title).y1 <= dot.y - dot.radius for dot in dots)


@EVERY_SIZE
def test_a_dot_stands_beside_its_name_and_on_no_text(size):
    scene = scene_of(size, 7)
    names = [text for text in texts_of_the_key(scene) if text.bold]
    dots = [mark for mark in scene.marks if isinstance(mark, Dot)]
    for dot, name in zip(dots, names, strict=True):
        box = ink(name)
        assert dot.x + dot.radius <= box.x0 <= dot.x + 4 * dot.radius
        assert box.y0 <= dot.y <= box.y1
    for dot, text in itertools.product(dots, texts(scene)):
        box = ink(text)
        apart = dot.x + dot.radius <= box.x0 or box.x1 <= dot.x - dot.radius
        assert apart or box.y1 <= dot.y - dot.radius or dot.y + dot.radius <= box.y0


@EVERY_SIZE
def test_no_text_stands_in_the_plot(size):
    scene = scene_of(size, 7)
    for text in texts(scene):
        box = ink(text)
        apart = box.x1 <= scene.main.box.x0 or scene.main.box.x1 <= box.x0
        assert apart or box.y1 <= scene.main.box.y0 or scene.main.box.y1 <= box.y0, text.text


@EVERY_SIZE
def test_the_plot_takes_most_of_the_picture(size):
    plot = scene_of(size, 4).main.box
    assert plot.width >= 0.5 * size[0]
    assert plot.height >= 0.5 * size[1]


@EVERY_SIZE
@pytest.mark.parametrize("steps", [9, 200, 99999])
def test_the_digits_of_the_counter_touch_no_neighbour(size, steps):
    layout = laid_out(size, words_of(steps=steps), Window(-1, 1, -1, 1))
    if layout.counter is None:
        assert size[0] < 320  # where it has room, there is one
        return
    some = {*range(0, steps + 1, 1 + steps // 97), steps}
    still = [ink(text) for text in texts(layout)]
    for step in some:
        digits = [ink(digit) for digit in digits_of(layout, step)]
        assert not any(a.meets(b, gap=1) for a, b in itertools.product(digits, still)), step
        assert not any(a.meets(b) for a, b in itertools.combinations(digits, 2)), step


def test_the_counter_reads_step_n_of_all():
    scene = scene_of((640, 480), 1)
    line = [text for text in texts(scene) if text.y == scene.counter.y and not text.bold]
    words = sorted([*line, *digits_of(scene, 37)], key=lambda text: text.left)
    assert "".join(text.text for text in words) == "step 37 of 50"


def test_no_digit_of_the_counter_moves_when_another_changes():
    scene = scene_of((640, 480), 1)
    assert {digit.x for digit in digits_of(scene, 11)} == {d.x for d in digits_of(scene, 48)}


def words_of(title="T", names=("one",), caption="caption", axes=("x", "y"), steps=200):
    chips = tuple(Chip((1, 2, 3), name, "0.1") for name in names)
    return Words(title, chips, caption, axes, steps, ("step ", f" of {steps}"))


@pytest.mark.parametrize("case", layouts.CASES)
def test_everything_stands_where_it_stood(case):
    """What is meant to move is written anew by tests/layouts.py."""
    now = json.loads(json.dumps(layouts.standing(case)))
    before = json.loads(layouts.FILE.read_text("utf-8"))[case]
    assert [what for what, *_ in now] == [what for what, *_ in before]
    for (_, places, looks), (what, expected, before_looks) in zip(now, before, strict=True):
        assert places == pytest.approx(expected, abs=1.01), what  # by how much fonts may differ
        assert looks == before_looks, what


def title_lines(layout):
    first_dot = min(mark.y for mark in layout.marks if isinstance(mark, Dot))
    return [text for text in texts(layout) if text.bold and text.y < first_dot - text.size / 2]


@EVERY_SIZE
def test_a_title_without_end_ends_with_an_ellipsis_after_its_last_line(size):
    layout = laid_out(size, words_of(title="Long title " * 40), Window(0, 1, 0, 1))
    *_, last = lines = title_lines(layout)
    assert len(lines) == 2 or min(size) < 240
    assert last.text.endswith("…")
    assert lines[0].text.startswith("Long title")
    assert_apart(texts(layout))
    assert_inside(size, [ink(text) for text in texts(layout)])
    shown = " ".join(line.text for line in lines)
    assert f"title cut to {shown!r}" in layout.notes


@EVERY_SIZE
def test_a_title_and_a_caption_that_fit_in_two_lines_are_told_in_full(size):
    words = "How the four of them come down to the bottom, told in many words"
    layout = laid_out(size, words_of(title=words, caption=2 * words), Window(0, 1, 0, 1))
    if min(size) < 240:  # so small a picture has no room for second lines
        assert f"title cut to {title_of(layout).text!r}" in layout.notes
        return
    assert layout.notes == ()
    assert " ".join(line.text for line in title_lines(layout)) == words
    below = sorted((t for t in texts(layout) if t.y > layout.plots[0].y1 + 20), key=lambda t: t.y)
    told = [text.text for text in below if len(text.text) > 9]
    assert " ".join(told) == 2 * words
    assert_apart(texts(layout))
    assert_inside(size, [ink(text) for text in texts(layout)])


def test_the_lines_of_a_title_are_about_as_long():
    title = "Four optimizers on the function of Rosenbrock and Beale's as well"
    one, other = title_lines(laid_out((640, 480), words_of(title=title), Window(0, 1, 0, 1)))
    assert one.y < other.y
    widths = [text_width(line.text, line.size, bold=True) for line in (one, other)]
    assert max(widths) < 1.3 * min(widths)


def test_the_second_line_of_a_title_may_be_longer_than_what_the_counter_leaves():
    title = "A word then Donaudampfschifffahrtsgesellschaftskapitaenskajuete"
    words = words_of(title=title, steps=99999)
    _, other = title_lines(laid_out((640, 480), words, Window(0, 1, 0, 1)))
    assert other.text == title.partition("then ")[2]
    assert other.right > min(
        text.left
        for text in texts(laid_out((640, 480), words, Window(0, 1, 0, 1)))
        if text.text == "step "
    )


def test_what_is_left_out_is_noted():
    names = [f"number {n}" for n in range(9)]
    layout = laid_out((160, 160), words_of(names=names, caption="how"), Window(0, 1, 0, 1))
    assert {"remarks left out of the key", "caption 'how' left out"} <= {*layout.notes}
    bare = laid_out((160, 120), words_of(steps=10**9), Window(0, 1, 0, 1))
    assert "step number left out" in bare.notes


TOO_LONG = "x" * 501
LONG = {
    "title": {"title": TOO_LONG},
    "label": {"optimizers": [f"sgd:lr=0.1,label={TOO_LONG}"]},
    "axis": {"axes": ("x", TOO_LONG), "view": "relief"},
}


@pytest.mark.parametrize("what", LONG)
def test_words_of_more_than_500_letters_are_refused_before_any_work(what):
    with pytest.raises(TrajvizError, match=rf"^{what} 'x+…' has 501 letters, more than 500$"):
        compare("bowl", **LONG[what])


def test_words_of_500_letters_are_cut_and_said_so():
    race = compare("bowl", ["sgd:lr=0.1,label=" + "x" * 500], title="x" * 500, steps=2)
    title, label, remark = race.notes
    assert title.startswith("title cut to 'xx")
    assert label.startswith("label cut to 'xx")
    assert remark == "remark '0.1' left out"


def test_a_long_name_of_a_reliefs_axis_is_cut_inside_the_picture():
    names = "a name of an axis that has no end " * 5, "b"
    scene = compare(
        "bowl", ["sgd:lr=0.1"], view="relief", axes=names, steps=2, size=(320, 240)
    ).scene
    (note,) = [note for note in scene.notes if note.startswith("axis cut to 'a name")]
    texts = [mark for mark in scene.main.view.marks() if isinstance(mark, Text)]
    written = [text for text in texts if text.text.startswith("a name")]
    assert f"axis cut to {written[0].text!r}" == note
    assert_inside((320, 240), [ink(text) for text in written])


def test_a_title_that_fits_is_not_shortened():
    layout = laid_out((640, 480), words_of(title="A title that fits"), Window(0, 1, 0, 1))
    assert "A title that fits" in [text.text for text in texts(layout)]


def test_a_key_that_leaves_no_room_for_a_plot_is_refused():
    names = [f"optimizer number {n}" for n in range(30)]
    with pytest.raises(TrajvizError, match="160x120 has no room for a key of 30 tracks"):
        laid_out((160, 120), words_of(names=names), Window(0, 1, 0, 1))


def test_what_has_no_room_goes_in_the_order_rates_caption_ticks():
    seen = []
    for height in range(900, 119, -1):
        words = words_of(names=[f"number {n}" for n in range(9)], caption="how rates were chosen")
        marks = [t.text for t in texts(laid_out((320, height), words, Window(0, 1, 0, 1)))]
        has = ("0.1" in marks, "how rates were chosen" in marks, "x" in marks)
        if has not in seen:
            seen.append(has)
    order = [(True, True, True), (False, True, True), (False, False, True), (False, False, False)]
    assert seen == [has for has in order if has in seen]
    assert len(seen) >= 3


NAMES = st.text(st.characters(codec="latin-1", categories=["L", "N", "P"]), min_size=1, max_size=40)
EDGES = st.tuples(
    st.floats(-1e6, 1e6), st.integers(-4, 7).map(lambda power: 10.0**power), st.floats(1, 10)
).map(lambda parts: (parts[0], parts[0] + parts[1] * parts[2]))


@given(
    title=NAMES,
    names=st.lists(NAMES, min_size=1, max_size=8),
    axes=st.tuples(NAMES, NAMES),
    across=EDGES,
    up=EDGES,
    size=st.sampled_from(SIZES),
    steps=st.integers(1, 1_000_000),
)
@example("T", ["sgd"], ("x", "y"), (0, 1), (1e-7, 2e-7), (640, 480), 200)
@example("T", ["sgd"], ("x", "y"), (0, 1), (996930, 1006930), (160, 120), 200)
@example("T", ["sgd"], ("a long name", "another long name"), (0, 1), (0, 1), (320, 240), 200)
def test_whatever_the_words_and_the_window_text_is_inside_and_apart(
    title, names, axes, across, up, size, steps
):
    words = words_of(title, names, "how the rates were chosen", axes, steps)
    try:
        layout = laid_out(size, words, Window(*across, *up))
    except TrajvizError:
        assert size[0] < 640
        return
    digits = digits_of(layout, steps)
    marks = [text for text in [*texts(layout), *digits] if text.text.strip()]
    assert_inside(size, [ink(text) for text in marks])
    assert_apart(marks)


# Tick labels


def parsed(text):
    return float(text.replace(MINUS, "-"))


@given(edges=EDGES, most=st.floats(1, 20))
@example((0.0, 1.0), 5)
@example((1e6, 1e6 + 1), 5)
@example((5.0, 5.000001), 5)
@example((-1e-7, 1e-7), 5)
def test_tick_labels_are_round_and_increasing_and_say_their_value(edges, most):
    low, high = edges
    labels = tick_labels(low, high, most)
    values = [value for value, _ in labels]
    size = high - low
    assert all(low - 1e-6 * size <= value <= high + 1e-6 * size for value in values)
    assert all(a < b for a, b in itertools.pairwise(values))
    steps = [b - a for a, b in itertools.pairwise(values)]
    for step in steps:
        lead = step / 10 ** math.floor(math.log10(step * 1.0001))
        assert min(abs(lead - round_one) for round_one in (1, 2, 2.5, 5)) < 1e-3
        assert abs(step - steps[0]) <= 1e-6 * size
        assert size / step <= 1.01 * max(most, 1)
    assert len({text for _, text in labels}) == len(labels)
    for value, text in labels:
        near = 1e-3 * steps[0] if steps else 0.5 * size
        assert abs(parsed(text) - value) <= near, (value, text)


@given(edges=EDGES, most=st.floats(3, 20))
def test_an_axis_with_room_for_three_labels_has_at_least_one(edges, most):
    assert tick_labels(*edges, most)


def test_a_negative_label_has_a_true_minus_and_zero_has_none():
    assert [text for _, text in tick_labels(-2, 2, 5)] == [f"{MINUS}2", f"{MINUS}1", "0", "1", "2"]


def test_tick_labels_stand_beside_what_they_name():
    scene = race("bowl", size=(640, 480)).scene
    window, plot = scene.main.view.window, scene.main.box
    below = [t for t in texts(scene) if t.align == "center"]
    assert len(below) >= 3
    for text in below:
        x = plot.x0 + (parsed(text.text) - window.x0) / (window.x1 - window.x0) * plot.width
        assert text.x == pytest.approx(x)
        assert ink(text).y0 >= plot.y1
    beside = [t for t in texts(scene) if t.align == "right" and t.y > plot.y0 and t.x < plot.x0]
    numbers = [t for t in beside if t.text != "b"]
    assert len(numbers) >= 3
    for text in numbers:
        y = plot.y1 - (parsed(text.text) - window.y0) / (window.y1 - window.y0) * plot.height
        box = ink(text)
        assert abs((box.y0 + box.y1) / 2 - y) <= 1.5
        assert box.x1 <= plot.x0


def test_the_axes_are_named_in_ink():
    scene = race("bowl", size=(640, 480)).scene
    named = {text.text for text in texts(scene) if text.color == scene.theme.ink}
    assert {"W", "b"} <= named


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (400, 800)])
def test_long_names_of_axes_take_lines_of_their_own_and_no_width_of_the_plot(size):
    words = words_of(axes=("Gewicht der ersten Schicht", "Verschiebung"))
    long, short = (laid_out(size, w, Window(0, 1, 0, 1)) for w in (words, words_of()))
    whole = {text.text: text for text in texts(long)}
    (box,), (before,) = long.plots, short.plots
    assert {*words.axes} <= {*whole}
    assert (box.x0, box.x1) == (before.x0, before.x1)
    assert 0.8 * before.height < box.height < before.height
    assert ink(whole["Verschiebung"]).y1 <= box.y0
    assert ink(whole["Gewicht der ersten Schicht"]).y0 >= box.y1
    assert_apart(texts(long))


def test_the_names_of_a_reliefs_axes_take_little_of_its_block():
    names = ("Gewicht der ersten Schicht", "Verschiebung der zweiten Schicht")
    one, other = (
        race("bowl", view="relief", axes=axes, steps=5).scene.main.view for axes in (names, None)
    )
    assert one.unit > 0.7 * other.unit
    words = [mark for mark in one.marks() if isinstance(mark, Text)]
    assert_inside((640, 480), [ink(text) for text in words])
    assert_apart(words)


# Lettering


@given(st.text(st.characters(codec="latin-1"), max_size=60), st.floats(0, 300), st.booleans())
def test_shortened_text_fits_and_keeps_its_beginning(text, room, bold):
    from trajviz.scene.lettering import shorten

    short = shorten(text, room, 12, bold)
    assert text_width(short, 12, bold) <= room or short == ""
    assert short == text or short == "" or (short[-1] == "…" and text.startswith(short[:-1]))
