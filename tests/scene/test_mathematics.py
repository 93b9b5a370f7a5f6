"""Mathematics in the words of a picture: when it is set, that it fits, and what is refused."""

import numpy as np
import pytest
from pictures import ink
from programs import TRAJVIZ, invoke, loaded

from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene.lettering import (
    overhang,
    placed_parts,
    shorten,
    text_coverage,
    text_width,
    wrap,
)
from trajviz.scene.marks import Text
from trajviz.scene.mathematics import Formula, is_mathematics, parts_of
from trajviz.scene.outline import CLOSE

SMALL = {"size": (320, 240), "steps": 5, "seconds": 0.2, "hold": 0}


def formulas(text):
    return [part for part in parts_of(text, bold=False) if isinstance(part, Formula)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (r"from $\theta_0$", 1),
        (r"$\alpha$ and $\beta$", 2),
        ("a dollar, $5", 0),
        ("$1, $2 or $3", 0),
        (r"\$5 to \$6", 0),
        (r"$\$5$", 1),
        ("$x$学", 1),
    ],
)
def test_mathematics_is_what_stands_between_two_dollars(text, count):
    assert len(formulas(text)) == count
    assert is_mathematics(text) == bool(count)


def test_a_dollar_that_is_escaped_or_alone_is_shown_as_one():
    assert text_width(r"\$5 to \$6", 12) == text_width("$", 12) * 2 + text_width("5 to 6", 12)
    assert parts_of("5 $", bold=False) == ("5 $",)


def inked(text, size, bold=False):
    """Return the columns and rows that have ink, rows counted from the baseline downwards."""
    coverage, above = text_coverage(text, size, bold)
    rows, columns = np.nonzero(coverage > 0.2)
    return columns.min(), columns.max(), rows.min() - above, rows.max() - above


def test_a_formula_is_drawn_where_its_width_says_and_with_its_index_below_the_line():
    left, right, top, bottom = inked(r"$\theta_0$", 40)
    assert left >= 0
    assert right <= text_width(r"$\theta_0$", 40)
    assert top == pytest.approx(-0.76 * 40, abs=2)  # as high as a capital letter
    assert 0.08 * 40 < bottom < 0.3 * 40


def test_a_root_has_the_line_over_it_and_a_hole_in_a_letter_stays_open():
    coverage, above = text_coverage(r"$\sqrt{o}$", 60)
    dark = coverage[:above] > 0.5
    strokes = (np.diff(dark.astype(int), axis=0, prepend=0) == 1).sum(axis=0)
    assert strokes.max() == 3  # the line, the top and the bottom of the letter
    assert (strokes == 3).sum() > 10


def test_plain_words_beside_a_formula_are_the_pixels_that_they_are_alone():
    alone, above = text_coverage("Descent from", 18, True)
    beside, higher = text_coverage(r"Descent from$\,\theta_0$", 18, True)
    rows = slice(higher - above, higher - above + alone.shape[0])
    width = int(text_width("Descent from", 18, True))
    np.testing.assert_array_equal(beside[rows, :width], alone[:, :width])


def test_parts_follow_each_other_without_a_gap():
    text = r"a $x$ b $y$"
    pens = [pen for pen, _ in placed_parts(text, 12, bold=False)]
    assert pens[1] == text_width("a ", 12)
    assert pens[2] == pens[1] + text_width("$x$", 12)
    assert text_width(text, 12) == pytest.approx(
        sum(text_width(p, 12) for p in ("a ", "$x$", " b ", "$y$"))
    )


def test_in_a_bold_text_formulas_are_bold():
    plain, bold = (text_coverage("$x+y$", 40, bold)[0].sum() for bold in (False, True))
    assert bold > 1.2 * plain


MIXED = (r"word $\theta_0$ a$x^2$ ", r"$a$ $b$$c$", r"\$\$ a \$ $x$\$", r"\$" * 5)


@pytest.mark.parametrize("text", MIXED)
def test_no_formula_and_no_escaped_dollar_is_cut(text):
    for room in range(4, int(text_width(text, 12)) + 4, 3):
        for line in [shorten(text, room, 12), *wrap(text, [room, room], 12)]:
            kept = line.removesuffix("…")
            assert len(formulas(kept)) == kept.replace(r"\$", "").count("$") / 2, line
            assert not kept.endswith("\\")


@pytest.mark.parametrize("text", ["$1, $2 and $3 more", "5 $ + 6 $ are 11 $"])
def test_cutting_dollars_makes_no_mathematics(text):
    for room in range(10, 140, 3):
        assert formulas(shorten(text, room, 12)) == []
        assert [f for line in wrap(text, [room, room], 12) for f in formulas(line)] == []


BROKEN = {
    r"$\foo$": r"Unknown symbol: \foo",
    r"$\frac{1$": r"Expected \frac{num}{den}",
    "$$": "Expected end of text",
    "$x_1_2$": "Double subscript",
    "$学$": "does not have a glyph",
    f"${'{' * 200}{'}' * 200}$": "it is nested too deeply",
}


@pytest.mark.parametrize(("text", "reason"), BROKEN.items())
def test_what_is_broken_says_why_and_how_to_write_a_dollar(text, reason, caplog):
    with pytest.raises(TrajvizError) as refusal:
        text_width(text, 12)
    said = str(refusal.value)
    assert said.startswith("cannot set '$")
    assert reason in said
    assert said.endswith(r"; write \$ for a dollar sign")
    assert "\n" not in said
    assert caplog.records == []


@pytest.mark.parametrize(
    "words",
    [
        ["--title", r"$\foo$"],
        ["--title", r"$\foo$", "--theme", "radford"],
        ["--axes", r"$\foo$,y", "--view", "relief"],
        [r"adam:label=$\foo$"],
    ],
)
def test_broken_mathematics_is_refused_in_one_line_before_the_race(words, tmp_path, monkeypatch):
    monkeypatch.setattr("trajviz.race.descend", None)
    done = invoke("render", "bowl", *words, "-o", "a.svg", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert r"cannot set '$\\foo$' as mathematics" in done.stderr
    assert list(tmp_path.iterdir()) == []


# In pictures

FORMULAS = {
    "title": r"Descent from $\theta_0$ by $\frac{\alpha}{\sqrt{\hat{v}}+\epsilon}$",
    "axes": (r"$\theta_1$", r"$\theta_2$"),
}


def drawn(**options):
    return compare("bowl", [r"sgd:lr=0.1,label=$\eta_0$"], **SMALL, **{**FORMULAS, **options})


def test_a_tall_formula_moves_all_below_it_down():
    tall, low = drawn().scene, drawn(title="Descent from").scene
    assert overhang(FORMULAS["title"], 18, bold=True)[1] > 3
    assert tall.main.box.y0 > low.main.box.y0
    (title,) = [mark for mark in tall.marks if isinstance(mark, Text) and "Descent" in mark.text]
    key = [mark for mark in tall.marks if isinstance(mark, Text) and "eta_0" in mark.text][1]
    assert not ink(title).meets(ink(key))


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["png", "anim.svg"])
def test_pixels_and_vectors_have_the_formulas_and_the_same_bytes_each_time(suffix):
    assert drawn().to_bytes(suffix) == drawn().to_bytes(suffix)
    assert drawn().to_bytes(suffix) != drawn(axes=("a", "b")).to_bytes(suffix)


def test_a_vector_has_the_same_ink_as_the_pixels():
    from trajviz.files.formats._drawing import Letters

    text = Text(10, 50, r"$\theta_0$", size=40, color=(0, 0, 0))
    (formula,) = formulas(text.text)
    line = Letters().line(text)
    assert line.count("<path") == 1
    numbers = [
        int(n)
        for n in line.partition('d="')[2]
        .partition('"')[0]
        .replace("-", " -")
        .translate(str.maketrans("MLQCZ", "     "))
        .split()
    ]
    inside = formula.corners[formula.codes != CLOSE]
    across = np.array(numbers[::2]) / 1000
    assert across.min() == pytest.approx(inside[:, 0].min(), abs=0.01)
    assert across.max() == pytest.approx(inside[:, 0].max(), abs=0.01)


def test_alt_texts_have_the_source():
    assert r"titled “Descent from $\theta_0$ by" in drawn().alt_text()
    assert r"$\eta_0$ is" in drawn().alt_text()


@pytest.mark.long
def test_matplotlib_is_loaded_for_mathematics_alone(tmp_path):
    words = [TRAJVIZ, "render", "bowl", "sgd:lr=0.1", "--at", "3", "-o", "a.png", "--title"]
    assert "matplotlib" not in loaded(*words, "for $5", folder=tmp_path)
    assert "matplotlib" in loaded(*words, "for $x$", folder=tmp_path)
