"""gallery.toml as a whole: its items in order, its defaults, and what is wrong with it."""

import contextlib
import datetime
import itertools
import math
import weakref
from pathlib import Path

import pytest

from trajviz.errors import TrajvizError
from trajviz.gallery.gallery import Gallery, load_gallery
from trajviz.gallery.items import OWN
from trajviz.recipe.toml import recipe_keys

PLAIN = 'surface = "bowl"\noutputs = ["{name}.gif"]\n'


@pytest.fixture
def gallery(tmp_path):
    """Return a function from the text of a gallery.toml to the gallery."""

    def read(text):
        (tmp_path / "gallery.toml").write_text(text, encoding="utf-8")
        return load_gallery(tmp_path)

    return read


def test_defaults_hold_where_an_item_does_not_say_otherwise(gallery):
    first, second = gallery(f"""
        [defaults]
        steps = 7
        theme = "dark"
        {PLAIN}
        [[animation]]
        [[animation]]
        name = "other"
        steps = 9
    """).items()
    assert (first.name, first.recipe.steps, first.recipe.look.theme) == ("bowl", 7, "dark")
    assert (second.name, second.recipe.steps, second.recipe.look.theme) == ("other", 9, "dark")


def test_animations_come_before_sweeps(gallery):
    text = f"[[sweep]]\n{PLAIN}grid = {{ seed = [1, 2] }}\n[[animation]]\n{PLAIN}name = 'one'"
    assert [item.name for item in gallery(text).items()] == ["one", "bowl-seed=1", "bowl-seed=2"]


def test_words_about_the_gallery_are_its_own_or_a_title_of_ours(gallery):
    found = gallery(f"title = 'T'\nintroduction = 'I'\nsections = ['A']\n[[animation]]\n{PLAIN}")
    assert (found.title, found.introduction, found.sections) == ("T", "I", ("A",))
    found = gallery(f"[[animation]]\n{PLAIN}")
    assert (found.title, found.introduction, found.sections) == ("Gallery", "", ())


def test_a_folder_may_be_in_the_home(tmp_path, monkeypatch):
    (tmp_path / "gallery.toml").write_text(f"[[animation]]\n{PLAIN}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load_gallery("~").folder == tmp_path


def test_thousands_of_items_are_read_one_at_a_time(gallery):
    rates = [round(0.0001 * k, 4) for k in range(1, 301)]
    items = gallery(
        f"[[sweep]]\n{PLAIN}optimizers = ['sgd']\n"
        f"grid = {{ lr = {rates}, steps = {list(range(1, 301))} }}"
    ).items()
    seen = [weakref.ref(item) for item in itertools.islice(items, 5)]
    assert [item() for item in seen[:-1]] == [None] * 4


def test_a_gallery_is_only_read_as_far_as_it_is_asked_for(gallery):
    items = gallery(f"[[animation]]\n{PLAIN}[[animation]]\nsurface = 3").items()
    assert next(items).name == "bowl"
    with pytest.raises(TrajvizError, match="animation 2"):
        next(items)


def test_there_is_a_most_of_items(gallery):
    grid = f"grid = {{ seed = {list(range(1000))}, steps = {list(range(1, 101))} }}"
    most = f"[[sweep]]\n{PLAIN}{grid}\n"
    assert next(gallery(most).items()).name == "bowl-seed=0-steps=1"
    with pytest.raises(TrajvizError, match=r"100,001 items are more than 100,000"):
        gallery(f"{most}[[animation]]\n{PLAIN}")


# What is wrong

WRONG = {
    f"[[animation]]\n{PLAIN}[[animation]]\n{PLAIN}": "name 'bowl' is also that of 'bowl'",
    "[[animation]]\nname = 'a'\noutputs = ['x.gif']\nsurface = 'bowl'\n"
    "[[animation]]\nname = 'b'\noutputs = ['X.gif']\nsurface = 'bowl'": "also that of 'a'",
    "[[animaton]]\nsurface = 'bowl'": "did you mean 'animation'?",
    "[animation]\nsurface = 'bowl'": "animation is not a list",
    "[sweep]\nsurface = 'bowl'": "sweep is not a list",
    "animation = [1]": "animation is not a list of tables",
    "sweep = [1]": "sweep is not a list of tables",
    f"sections = ['A']\n[[animation]]\n{PLAIN}section = 'B'": "unknown section 'B'. Known: A",
    f"sections = [1]\n[[animation]]\n{PLAIN}": "sections [1] is not a list of texts",
    f"sections = 'A'\n[[animation]]\n{PLAIN}": "sections is not a list",
    "title = 3": "title is not a text",
    "introduction = 3": "introduction is not a text",
    "title = 'only'": "has neither [[animation]] nor [[sweep]]",
    f"defaults = 3\n[[animation]]\n{PLAIN}": "defaults is not a table, [defaults]",
    f"defaults = {{ captoin = 'x' }}\n[[animation]]\n{PLAIN}": "did you mean 'caption'?",
    f"[[sweep]]\n{PLAIN}grid = {{ steps = {list(range(1, 500))}, seed = {list(range(500))} }}": (
        "249,500 items are more than 100,000"
    ),
    f"[[sweep]]\n{PLAIN}grid = {{ lr = [1] }}\n[[sweep]]\n{PLAIN}": "sweep 2: grid is missing",
}


@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_a_mistake_is_told_in_one_line_with_its_place(text, says, gallery):
    with pytest.raises(TrajvizError, match=r"gallery\.toml") as caught:
        list(gallery(text).items())
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_the_file_is_no_gallery(tmp_path):
    with pytest.raises(TrajvizError, match="is no gallery"):
        load_gallery(tmp_path)


ODD = [
    True, 0, -1, 10**400, 0.5, math.inf, math.nan, "", "\0", "x", "a/../b", "~", "{", "-", [], {},
    [1], ["x"], [[1]], [{}], {"x": 1}, datetime.date(2026, 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("key", sorted({*recipe_keys(), *OWN}))
@pytest.mark.parametrize("kind", ["animations", "sweeps"])
def test_whatever_stands_in_a_table_is_read_or_refused_by_us(kind, key):
    for value in ODD:
        given = {"animations": {key: value}, "sweeps": {"grid": {key: [value]}}}
        table = {"surface": "bowl", **given[kind]}
        gallery = Gallery(
            folder=Path(), title="", introduction="", sections=(),
            defaults={"outputs": ["{name}.gif"]},
            **{"animations": (), "sweeps": (), kind: (table,)},
        )  # fmt: skip
        with contextlib.suppress(TrajvizError):
            assert all(item.files for item in gallery.items())
