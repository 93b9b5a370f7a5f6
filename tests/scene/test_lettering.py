"""Text in other scripts: which font draws it, what is refused. The fonts are made here."""

import numpy as np
import pytest
from fontTools.ttLib import TTCollection
from hypothesis import given
from hypothesis import strategies as st
from programs import trajviz
from typefaces import font, only_fonts_in

from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene import fonts
from trajviz.scene.fonts import Face, line_of, own_face, runs_of
from trajviz.scene.glyphs import _Outline, outline
from trajviz.scene.lettering import pen_places, text_coverage, text_width, wrap

TITLE = "椭圆碗"
SMALL = {"size": (320, 240), "steps": 5, "theme": "light"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Give the one folder where fonts may lie, empty."""
    place = tmp_path / "share" / "fonts" / "deep"
    place.mkdir(parents=True)
    with only_fonts_in(tmp_path / "share" / "fonts", monkeypatch):
        yield place


def save(folder, name, *made):
    path = folder / name
    if len(made) == 1:
        made[0].save(path)
    else:
        collection = TTCollection()
        collection.fonts = list(made)
        collection.save(path)
    return path


def face_of(line, bold=False):
    [(face, piece)] = runs_of(line, bold)
    assert piece == line
    return face


# Two lines


def test_chinese_is_broken_between_its_characters_but_not_before_a_closing_mark(folder):
    text = "学习率经调优" + chr(0xFF0C) + "所有方法用同一规则"
    save(folder, "NotoSansCJK-Regular.otf", font(text))
    assert wrap(text, [260, 260], 16) == [text]
    assert wrap(text, [160, 160], 16) == [text[:8], text[8:]]
    assert wrap(text, [100, 180], 16) == [text[:5], text[5:]]  # the mark takes one with it
    assert wrap(text, [50, 50], 16) == [text[:3], text[3:]]  # which is then shortened


@pytest.mark.long
@given(st.text(st.characters(codec="latin-1"), max_size=60), st.floats(0, 300), st.floats(0, 300))
def test_a_text_in_two_lines_says_the_same(text, first, second):
    lines = wrap(text, [first, second], 12)
    assert len(lines) <= 2
    assert "".join("".join(lines).split()) == "".join(text.split())
    if len(lines) == 1 and text_width(text, 12) > first:
        assert not any(
            text_width(text[:k].strip(), 12) <= first
            for k in range(len(text))
            if text[k] == " " and text[:k].strip()
        )


def test_of_two_ways_to_break_a_text_that_which_is_more_even_is_taken():
    assert wrap("one two three", [80, 80], 12) == ["one two", "three"]
    assert wrap("one two three", [80], 12) == ["one two three"]
    assert wrap("unbreakable", [10, 80], 12) == ["unbreakable"]


# Which font


@pytest.mark.parametrize("bold", [False, True])
def test_what_is_drawn_without_looking_is_all_in_the_font_we_have(bold, monkeypatch):
    with fonts.open_face(own_face(bold)) as face:
        own = set(map(chr, face.getBestCmap()))
    monkeypatch.setattr(fonts, "open_face", None)
    monkeypatch.setattr(fonts, "_characters", None)
    every = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0x250), 0x2026, 0x2212, 0x3B8]))
    line = line_of(every)
    assert face_of(line, bold) == own_face(bold)
    assert set(line) <= own


def test_cyrillic_is_in_the_font_we_have():
    assert face_of("Градиентный спуск") == own_face(bold=False)


@pytest.mark.parametrize("kind", ["glyf", "CFF "])
def test_a_font_that_has_the_glyphs_is_found_and_writes_the_whole_line(folder, kind):
    path = save(folder, "NotoSansCJK-Regular.otf", font(TITLE + "A", kind=kind))
    assert face_of("A椭圆") == Face(path)
    assert text_width("A椭圆", 20) == 60
    coverage, above = text_coverage("A椭圆", 20)
    assert above == 16
    columns = (coverage > 0.5).any(axis=0)
    assert np.flatnonzero(columns).tolist() == [*range(2, 18), *range(22, 38), *range(42, 58)]


def test_what_a_found_font_lacks_is_filled_in_with_ours(folder):
    path = save(folder, "wqy-zenhei.ttf", font(TITLE))
    own = own_face(bold=False)
    assert runs_of("SGD 椭圆!", False) == [(own, "SGD "), (Face(path), "椭圆"), (own, "!")]
    parts = text_width("SGD ", 20) + 40 + text_width("!", 20)
    assert text_width("SGD 椭圆!", 20) == pytest.approx(parts)
    coverage, _ = text_coverage("SGD 椭圆", 20)
    start = round(text_width("SGD ", 20))
    assert (coverage[-8, start + 3 : start + 17] > 0.9).all()
    assert not coverage[:, start - 4 : start].any()


def test_a_face_deep_in_a_collection_is_found(folder):
    path = save(folder, "NotoSansCJK.ttc", font("あ"), font("い"), font(TITLE, right=500))
    assert face_of(TITLE) == Face(path, 2)
    coverage, _ = text_coverage("椭", 20)
    assert np.flatnonzero((coverage > 0.5).any(axis=0)).tolist() == [*range(2, 10)]


@pytest.mark.parametrize(
    ("line", "index"), [("圆", 3), ("圆の", 0), ("圆カ", 0), ("圆한", 1), ("圆ㄅ", 2)]
)
def test_shared_characters_take_the_forms_of_the_language(folder, line, index):
    made = [
        font("圆のカ한ㄅ", family=f"Noto Sans CJK {region}") for region in ("JP", "KR", "TC", "SC")
    ]
    path = save(folder, "NotoSansCJK-Regular.ttc", *made)
    assert face_of(line) == Face(path, index)


def test_bold_text_takes_a_bold_file_and_other_text_the_regular_one(folder):
    names = ["Black", "Bold", "Light", "Regular"]
    files = {name: save(folder, f"NotoSansCJK-{name}.ttf", font(TITLE)) for name in names}
    assert face_of(TITLE, bold=True) == Face(files["Bold"])
    assert face_of(TITLE, bold=False) == Face(files["Regular"])


def test_a_file_made_for_the_script_comes_first(folder):
    save(folder, "FreeSans.ttf", font("ก"))
    save(folder, "NotoSansCJK-Regular.ttf", font("ก"))
    thai = save(folder, "NotoSansThai-Regular.ttf", font("ก"))
    assert face_of("ก") == Face(thai)


def test_a_font_of_many_weights_is_drawn_regular_or_bold(folder):
    path = save(folder, "NotoSansSC-VF.ttf", font(TITLE, weights=True))
    widths = []
    for bold, weight in ((False, 400), (True, 700)):
        assert face_of(TITLE, bold) == Face(path, 0, weight)
        coverage, _ = text_coverage("椭", 100, bold)
        corners, _ = outline(runs_of("椭", bold), 100, 0, 0)
        ink = np.flatnonzero((coverage > 0.5).any(axis=0))
        assert ink[-1] + 1 == pytest.approx(max(x for x, _ in corners), abs=1)
        widths.append(ink.size)
    assert widths == [pytest.approx(80 - 40 * share, abs=1) for share in (3 / 8, 6 / 8)]


def test_files_that_are_no_fonts_are_passed_over(folder):
    (folder / "NotoSansCJK-Regular.ttc").write_bytes(b"ttcf nothing more")
    (folder / "NotoSansCJK-Regular.otf").write_bytes(b"")
    (folder / "notes.ttf").write_text("not among the families")
    (folder / "NotoSansCJK-Bold.ttf").symlink_to(folder / "gone.ttf")
    bitmaps = font(TITLE)
    del bitmaps["glyf"], bitmaps["loca"]
    save(folder, "NotoSansJP.ttf", bitmaps)
    good = save(folder, "unifont.ttf", font(TITLE))
    assert face_of(TITLE) == Face(good)


def test_fonts_are_looked_for_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "one"))
    monkeypatch.setenv("XDG_DATA_DIRS", f"{tmp_path / 'two'}:{tmp_path / 'three'}")
    expected = [tmp_path / name / "fonts" for name in ("one", "two", "three")]
    assert list(fonts._folders()[:3]) == expected


# What cannot be written


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TITLE, r"can write '椭圆碗' \(U\+5706, U\+692D, U\+7897\): install Noto Sans.*noto-cjk"),
        ("go 🚀", r"can write 'go 🚀' \(U\+1F680\)"),
        ("一二三四五", r"U\+4E8C, U\+4E94, \.\.\.\): install"),
        ("x\udcff", r"'x\\udcff' \(U\+DCFF\)"),
    ],
)
def test_a_text_that_no_font_can_write_says_which_characters_and_what_to_install(text, says):
    with pytest.raises(TrajvizError, match=says) as error:
        text_width(text, 12)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["مرحبا", "שלום", "नमस्ते", "का", "தமிழ்", "ខ្មែរ"])
def test_a_script_that_takes_shaping_is_refused_whatever_fonts_there_are(text, folder):
    save(folder, "NotoSans-Regular.ttf", font(sorted(set(text))))
    with pytest.raises(TrajvizError, match=f"cannot write '{text}': .*right to left"):
        text_width(text, 12)


def test_a_title_that_cannot_be_written_is_refused_before_any_work(monkeypatch):
    monkeypatch.setattr("trajviz.race.descend", None)
    for words in ({"title": TITLE}, {"axes": ("椭", "y")}):
        with pytest.raises(TrajvizError, match="no font found"):
            compare("bowl", ["sgd"], **SMALL, **words)
    with pytest.raises(TrajvizError, match="no font found"):
        compare("bowl", ["sgd:label=椭"], **SMALL)


def test_the_command_says_it_in_one_line_and_leaves_no_file(tmp_path):
    none = {"XDG_DATA_HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path), "HOME": str(tmp_path)}
    private = "\U0010fffd"  # which no font of any machine has
    done = trajviz("render", "bowl", "sgd", "--title", private, cwd=tmp_path, env=none)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: no font found that can write")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.glob("*.gif")) == []


# One line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\tc\r\nd", "a b c  d"),
        ("a\x00b\x7fc\x9fd", "a b c d"),
        ("a\N{NO-BREAK SPACE}b\N{IDEOGRAPHIC SPACE}c", "a b c"),
        ("a\N{ZERO WIDTH SPACE}b\N{SOFT HYPHEN}c\ufeff", "abc"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}ab", "ab"),
        ("→\N{VARIATION SELECTOR-15}", "→"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("", ""),
    ],
)
def test_a_text_becomes_one_line_without_what_cannot_be_seen(text, line):
    assert line_of(text) == line
    assert text_width(text, 12) == text_width(line, 12)
    np.testing.assert_array_equal(text_coverage(text, 12)[0], text_coverage(line, 12)[0])


@given(st.text())
def test_a_line_stays_what_it_is(text):
    line = line_of(text)
    assert line_of(line) == line
    assert not any(character in line for character in "\n\r\t\0\u200b\u2028")


# As vectors


@pytest.mark.parametrize("kind", ["glyf", "CFF "])
def test_an_outline_covers_what_the_pixels_cover(folder, kind):
    save(folder, "NotoSansCJK.otf", font(TITLE, kind=kind))
    corners, codes = outline(runs_of(TITLE, False), 20, 5, 30)
    assert len(codes) == len(corners) == 3 * 5
    assert sorted({x for x, _ in corners}) == pytest.approx([7, 23, 27, 43, 47, 63])
    assert sorted({y for _, y in corners}) == pytest.approx([14, 30])


def test_cubic_curves_are_kept():
    pen = _Outline(None)
    pen.moveTo((0, 0))
    pen.curveTo((0, 1), (1, 2), (2, 2))
    pen.closePath()
    assert pen.codes == [1, 4, 4, 4, 79]
    assert pen.corners == [(0, 0), (0, 1), (1, 2), (2, 2), (2, 2)]


def test_quadratic_curves_are_kept():
    corners, codes = outline([(own_face(bold=False), "o")], 100, 0, 0)
    assert {1, 3, 79} <= set(codes)
    assert max(x for x, _ in corners) == pytest.approx(text_width("o", 100), abs=8)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_found_font_writes_title_and_label_in_every_still(folder, tmp_path, kind):
    save(folder, "NotoSansCJK.ttc", font("あ"), font(TITLE))
    whole, short = (
        compare("bowl", ["sgd:lr=0.1,label=碗"], title=title, **SMALL)
        .save(tmp_path / f"{len(title)}.{kind}")
        .read_bytes()
        for title in (TITLE, TITLE[:1])
    )
    assert whole != short


def test_a_line_drawn_as_vectors_lies_on_its_pixels(folder):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from trajviz.scene import vector

    save(folder, "NotoSansCJK.ttc", font("あ"), font(TITLE))
    scene = compare("bowl", ["sgd:lr=0.1"], title=TITLE, **SMALL).scene
    canvas = FigureCanvasAgg(vector.draw(scene, 5))
    canvas.draw()
    theirs = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    header = slice(0, int(scene.counter.y) + 4), slice(0, 150)
    ours, theirs = 255 - scene.background[header].mean(axis=2), 255 - theirs[header].mean(axis=2)
    alike = [np.corrcoef(ours.ravel(), np.roll(theirs, by, 1).ravel())[0, 1] for by in (-1, 0, 1)]
    assert alike[1] > 0.9
    assert alike[1] == max(alike)


def test_the_pen_stands_before_each_letter_where_the_line_so_far_ends(folder):
    for line in ("Gradient descent", "W"):
        assert pen_places(line, 20) == [text_width(line[:place], 20) for place in range(len(line))]
    save(folder, "wqy-zenhei.ttf", font(TITLE))
    between, after = text_width("椭", 20), text_width("椭A", 20)
    assert pen_places("椭A圆", 20) == [0, between, after]


def test_a_user_without_a_home_has_fonts_too(monkeypatch):
    def nobody():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("pathlib.Path.home", nobody)
    assert fonts._folders()
