"""gallery.toml: items, sweeps, and the one line that says what is wrong."""

import itertools
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajviz.errors import TrajvizError
from trajviz.gallery.gallery import Gallery, load_gallery

PLAIN = 'surface = "bowl"\noutputs = ["{name}.gif"]\n'


@pytest.fixture
def items(tmp_path):
    """Return a function from the text of a gallery.toml to its items."""

    def read(text):
        (tmp_path / "gallery.toml").write_text(text, encoding="utf-8")
        return list(load_gallery(tmp_path).items())

    return read


def test_an_item_is_a_recipe_with_words_about_it(items):
    (item,) = items("""
        [[animation]]
        name = "race"
        section = "Races"
        caption = "Who wins."
        alt = "Two paths."
        surface = "beale"
        start = [1, 1.6]
        steps = 50
        theme = "dark"
        optimizers = ["sgd:lr=0.001", "adam"]
        outputs = ["race.gif", "stills/{name}.png"]
    """)
    assert (item.name, item.section, item.caption, item.alt) == (
        "race", "Races", "Who wins.", "Two paths."
    )  # fmt: skip
    assert item.files == ("race.gif", "stills/race.png")
    assert (item.recipe.start, item.recipe.steps) == ((1, 1.6), 50)
    assert item.recipe.look.theme == "dark"
    assert [spec.optimizer.name for spec in item.recipe.optimizers] == ["sgd", "adam"]


def test_defaults_hold_where_an_item_does_not_say_otherwise(items):
    first, second = items(f"""
        [defaults]
        steps = 7
        theme = "dark"
        {PLAIN}
        [[animation]]
        [[animation]]
        name = "other"
        steps = 9
    """)
    assert (first.name, first.recipe.steps, first.recipe.look.theme) == ("bowl", 7, "dark")
    assert (second.name, second.recipe.steps, second.recipe.look.theme) == ("other", 9, "dark")


def test_an_item_without_a_name_has_that_of_its_first_file(items):
    (item,) = items('[[animation]]\nsurface = "bowl"\noutputs = ["a/valley.gif", "b.gif"]')
    assert item.name == "valley"


def test_paths_lead_from_the_gallery(items, tmp_path):
    (item,) = items("""
        [[animation]]
        surface = "own/trough.py:k=3"
        theme = "own/blue.toml"
        paths = ["run.csv"]
        outputs = ["trough.gif"]
    """)
    here = os.path.relpath(tmp_path)
    assert item.recipe.surface == f"{here}/own/trough.py:k=3"
    assert item.recipe.look.theme == f"{here}/own/blue.toml"
    assert item.recipe.paths == (f"{here}/run.csv",)
    assert item.table["surface"] == "own/trough.py:k=3"
    assert item.table["theme"] == "own/blue.toml"
    assert item.table["paths"] == ["run.csv"]


def test_stills_of_some_steps_are_files_of_their_own(items):
    (item,) = items(f"[[animation]]\nat = [5, 20]\n{PLAIN.replace('gif', 'png')}")
    assert item.files == ("bowl-5.png", "bowl-20.png")
    assert [file.step for file in item.plan] == [5, 20]


# Sweeps

SWEEP = """
    [[sweep]]
    name = "rates"
    surface = "bowl"
    title = "At {lr}"
    caption = "SGD at {lr} from ({start})."
    optimizers = ["sgd", "momentum:beta=0.5"]
    outputs = ["{name}.gif"]
    grid = { lr = [0.1, 0.25], start = [[1, 2], [-1, 2.5]] }
"""


def test_a_sweep_is_every_combination_of_its_grid(items):
    found = items(SWEEP)
    assert [item.name for item in found] == [
        "rates-lr=0.1-start=1_2",
        "rates-lr=0.1-start=-1_2.5",
        "rates-lr=0.25-start=1_2",
        "rates-lr=0.25-start=-1_2.5",
    ]
    assert [item.recipe.start for item in found] == [(1, 2), (-1, 2.5)] * 2
    last = found[-1]
    assert last.files == ("rates-lr=0.25-start=-1_2.5.gif",)
    assert [dict(spec.settings) for spec in last.recipe.optimizers] == [
        {"lr": 0.25},
        {"beta": 0.5, "lr": 0.25},
    ]
    assert (last.recipe.look.title, last.caption) == ("At 0.25", "SGD at 0.25 from (-1, 2.5).")


def test_a_grid_takes_any_key_of_a_recipe_and_any_setting(items):
    found = items("""
        [[sweep]]
        steps = 10
        outputs = ["{name}.gif"]
        [sweep.grid]
        surface = ["beale", "rosenbrock:b=10", "x**2 + y**2"]
        optimizers = [["sgd:lr=0.1"], ["adam", "sgd"]]
        theme = ["light", "dark"]
        decay = ["cosine"]
    """)
    assert len({item.name for item in found}) == 12
    assert {item.recipe.surface for item in found} == {"beale", "rosenbrock:b=10", "x**2 + y**2"}
    assert all(s.schedule.name == "cosine" for item in found for s in item.recipe.optimizers)


def test_a_rate_in_a_grid_is_each_optimizers_and_a_text_the_rule_for_all(items):
    first, second = items(
        f"[[sweep]]\n{PLAIN}\noptimizers = ['sgd']\ngrid = {{ lr = [0.5, 'default'] }}"
    )
    assert first.recipe.optimizers[0].settings == {"lr": 0.5}
    assert (second.recipe.optimizers[0].settings, second.recipe.lr) == ({}, "default")


def test_a_setting_in_a_grid_is_for_the_default_optimizers_where_none_are_named(items):
    (item,) = items(f"[[sweep]]\n{PLAIN}\ngrid = {{ lr = [0.5] }}")
    names = [spec.optimizer.name for spec in item.recipe.optimizers]
    assert names == ["sgd", "momentum", "rmsprop", "adam"]
    assert all(spec.settings["lr"] == 0.5 for spec in item.recipe.optimizers)


def test_thousands_of_items_are_read_one_at_a_time(tmp_path):
    rates = [round(0.0001 * k, 4) for k in range(1, 301)]
    (tmp_path / "gallery.toml").write_text(
        f"[[sweep]]\n{PLAIN}\noptimizers = ['sgd']\n"
        f"grid = {{ lr = {rates}, steps = {list(range(1, 301))} }}"
    )
    gallery = load_gallery(tmp_path)
    tracemalloc.start()
    try:
        first = list(itertools.islice(gallery.items(), 400))
        kept = tracemalloc.get_traced_memory()[1]
        del first
        tracemalloc.reset_peak()
        begin = tracemalloc.get_traced_memory()[0]
        for _ in itertools.islice(gallery.items(), 400):
            pass
        one_by_one = tracemalloc.get_traced_memory()[1] - begin
    finally:
        tracemalloc.stop()
    assert one_by_one < kept / 3


# What is wrong

WRONG = {
    "[[animation]]\nsurface = 'bowl'": "outputs [] is not a list",
    f"[[animation]]\n{PLAIN}captoin = 'x'": "did you mean 'caption'?",
    f"[[animation]]\n{PLAIN}stpes = 3": "did you mean 'steps'?",
    f"[[animation]]\n{PLAIN}format = 'gif'": "unknown key 'format'",
    f"[[animation]]\n{PLAIN}caption = 3": "caption 3 is not a text",
    f"[[animation]]\n{PLAIN}name = 'a b'": "name 'a b' is not",
    f"[[animation]]\n{PLAIN}name = '../x'": "name '../x' is not",
    f"[[animation]]\n{PLAIN}steps = 0": "bowl: steps 0 is not a whole number",
    f"[[animation]]\n{PLAIN}view = 'contuor'": "did you mean 'contour'?",
    f"[[animation]]\n{PLAIN}panels = ['los']": "did you mean 'loss'?",
    f"[[animation]]\n{PLAIN}optimizers = ['sdg']": "did you mean 'sgd'?",
    f"[[animation]]\n{PLAIN}at = [3]": "step 3 alone makes no .gif",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['../x.gif']": "no file in the gallery's folder",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['/x.gif']": "no file in the gallery's folder",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['~/x.gif']": "no file in the gallery's folder",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['-']": "no file in the gallery's folder",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['.gif']": "no file in the gallery's folder",
    "[[animation]]\nsurface = 'bowl'\noutputs = [\"a\\u0000.gif\"]": "no file in the gallery's",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['x.gfi']": "did you mean '.gif'?",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['Index.html']": "a file of the gallery's own",
    f"[[animation]]\n{PLAIN}[[animation]]\n{PLAIN}": "name 'bowl' is also that of 'bowl'",
    "[[animation]]\nname = 'a'\noutputs = ['x.gif']\nsurface = 'bowl'\n"
    "[[animation]]\nname = 'b'\noutputs = ['X.gif']\nsurface = 'bowl'": "also that of 'a'",
    "[[animaton]]\nsurface = 'bowl'": "did you mean 'animation'?",
    "[animation]\nsurface = 'bowl'": "animation is not a list",
    f"sections = ['A']\n[[animation]]\n{PLAIN}section = 'B'": "unknown section 'B'. Known: A",
    f"sections = [1]\n[[animation]]\n{PLAIN}": "sections [1] is not a list of texts",
    "animation = [1]": "animation is not a list of tables",
    "title = 3": "title is not a text",
    "title = 'only'": "has neither [[animation]] nor [[sweep]]",
    f"defaults = {{ captoin = 'x' }}\n[[animation]]\n{PLAIN}": "did you mean 'caption'?",
    f"[[sweep]]\n{PLAIN}": "grid is missing",
    f"[[sweep]]\n{PLAIN}grid = {{ lr = 0.1 }}": "grid: lr 0.1 is not a list of values",
    f"[[sweep]]\n{PLAIN}grid = {{ lr = [] }}": "grid: lr [] is not a list of values",
    f"[[sweep]]\n{PLAIN}grid = {{ name = ['a'] }}": "grid: name makes no other picture",
    f"[[sweep]]\n{PLAIN}steps = 3\ngrid = {{ steps = [3] }}": "given beside the grid",
    f"[[sweep]]\n{PLAIN}grid = {{ strat = [[1, 2]] }}": "did you mean 'start'?",
    f"[[sweep]]\n{PLAIN}grid = {{ lr = [0.1, 0.1] }}": "is also that of",
    f"[[sweep]]\n{PLAIN}grid = {{ lr = ['fast'] }}": "lr 'fast' is not tuned",
    f"[[sweep]]\n{PLAIN}grid = {{ lr = [-1] }}": "must be above 0",
    f"[[sweep]]\n{PLAIN}caption = '{{rate}}'\ngrid = {{ lr = [1] }}": "braces 'rate'",
    "[[sweep]]\nsurface = 'bowl'\noutputs = ['x.gif']\ngrid = { lr = [1, 2] }": "is also that of",
    f"[[sweep]]\n{PLAIN}grid = {{ steps = {list(range(1, 500))}, seed = {list(range(500))} }}": (
        "249,500 items are more than 100,000"
    ),
}


@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_a_mistake_is_told_in_one_line_with_its_place(text, says, items):
    with pytest.raises(TrajvizError, match=r"gallery\.toml") as caught:
        items(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_the_file_is_no_gallery(tmp_path):
    with pytest.raises(TrajvizError, match="is no gallery"):
        load_gallery(tmp_path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["name", "surface", "outputs", "steps", "grid", "caption", "at", "optimizers", "view", "size"]
)


@given(table=st.dictionaries(KEYS, VALUES), kind=st.sampled_from(["animations", "sweeps"]))
def test_whatever_stands_in_a_table_is_read_or_refused_by_us(table, kind):
    tables = {"animations": (), "sweeps": (), kind: ({"surface": "bowl", **table},)}
    if kind == "sweeps" and not isinstance(table.get("grid"), dict):
        tables[kind][0]["grid"] = {"lr": [0.5]}
    gallery = Gallery(
        folder=Path(), title="", introduction="", sections=(),
        defaults={"outputs": ["{name}.gif"]}, **tables,
    )  # fmt: skip
    try:
        found = list(itertools.islice(gallery.items(), 10))
    except TrajvizError:
        return
    assert all(item.files for item in found)
