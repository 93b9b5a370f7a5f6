"""An item of a gallery: its recipe, its words, its files, and what is wrong with it."""

import os

import pytest

from trajviz.errors import TrajvizError
from trajviz.gallery.gallery import load_gallery

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


def test_an_item_without_a_name_has_that_of_its_first_file(items):
    (item,) = items('[[animation]]\nsurface = "bowl"\noutputs = ["a/valley.gif", "b.gif"]')
    assert item.name == "valley"
    (item,) = items('[[animation]]\nsurface = "quadratic:kappa=3"\noutputs = ["{name}.gif"]')
    assert (item.name, item.files) == ("quadratic", ("quadratic.gif",))


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


def test_what_is_to_move_is_planned_to_move(items):
    (item,) = items(f"[[animation]]\nanimate = true\n{PLAIN.replace('gif', 'svg')}")
    assert item.files == ("bowl.svg",)
    assert [file.format.kind for file in item.plan] == ["animation"]


@pytest.mark.parametrize("name", ["a", "7", "a" * 120, "A.b_c=d+e-f"])
def test_a_name_is_letters_digits_and_a_few_signs(name, items):
    (item,) = items(f"[[animation]]\nname = '{name}'\n{PLAIN}")
    assert item.files == (f"{name}.gif",)


def test_an_output_may_begin_with_the_folder_itself(items):
    (item,) = items("[[animation]]\nsurface = 'bowl'\noutputs = ['./a/b.c.gif']")
    assert item.files == ("a/b.c.gif",)


def test_outside_a_sweep_braces_are_text(items):
    (item,) = items(f"[[animation]]\ncaption = 'A {{set}}.'\n{PLAIN}")
    assert item.caption == "A {set}."


# What is wrong

WRONG = {
    "[[animation]]\nsurface = 'bowl'": "outputs [] is not a list",
    f"[[animation]]\n{PLAIN}captoin = 'x'": "did you mean 'caption'?",
    f"[[animation]]\n{PLAIN}stpes = 3": "did you mean 'steps'?",
    f"[[animation]]\n{PLAIN}format = 'gif'": "unknown key 'format'",
    f"[[animation]]\n{PLAIN}caption = 3": "caption 3 is not a text",
    f"[[animation]]\n{PLAIN}name = 'a b'": "name 'a b' is not",
    f"[[animation]]\n{PLAIN}name = 'aux'": "'aux' is not for every system: Windows keeps the name",
    f"[[animation]]\n{PLAIN}name = 'trail.'": "Windows drops the '.' at a name's end",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['CON.gif']": "Windows keeps the name con for a",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['nul/x.gif']": "Windows keeps the name nul for a",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['a:b.gif']": "Windows allows no ':' in a name",
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
    **{
        f"[[animation]]\nsurface = 'bowl'\noutputs = ['{name}']": f"{hidden!r} is hidden, and for"
        for name, hidden in {
            ".gif": ".gif",
            ".building/x.gif": ".building",
            "./.git/{name}.gif": ".git",
            "a/.Hidden/x.gif": ".Hidden",
            "a/.x.gif": ".x.gif",
        }.items()
    },
    "[[animation]]\nsurface = 'bowl'\noutputs = [\"a\\u0000.gif\"]": "no file in the gallery's",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['x.gfi']": "did you mean '.gif'?",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['Index.html']": "a file of the gallery's own",
    **{
        f"[[animation]]\n{PLAIN}{key} = 3": f"{key} 3 is not a text"
        for key in ("name", "section", "alt", "title")
    },
    f"[[animation]]\n{PLAIN}name = '{'a' * 121}'": "is not up to 120",
    f"[[animation]]\n{PLAIN}name = '.a'": "name '.a' is not",
    f"[[animation]]\n{PLAIN}name = 'a\\n'": "is not up to 120",
    **{
        f"[[animation]]\nsurface = 'bowl'\noutputs = ['{name}']": "a file of the gallery's own"
        for name in ("README.md", "./gallery.toml", "gallery.LOCK", "gallery.lock.journal")
    },
    "[[animation]]\nsurface = 'bowl'\noutputs = 'x.gif'": "is not a list of files' names",
    "[[animation]]\nsurface = 'bowl'\noutputs = []": "is not a list of files' names",
    "[[animation]]\nsurface = 'bowl'\noutputs = [1]": "is not a list of files' names",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['a\\\\x.gif']": "no file in the gallery's",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['x.gif', 'a/../y.gif']": "no file in",
    "[[animation]]\nsurface = 'bowl'\noutputs = ['x.gif', './x.gif']": "is given twice",
}


@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_a_mistake_is_told_in_one_line_with_its_place(text, says, items):
    with pytest.raises(TrajvizError, match=r"gallery\.toml") as caught:
        items(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
