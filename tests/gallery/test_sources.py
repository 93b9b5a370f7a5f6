"""The sources of an item: what makes it stale when it changes, and what does not."""

from pathlib import Path

import pytest
from galleries import write

from trajviz.errors import TrajvizError
from trajviz.gallery.gallery import load_gallery
from trajviz.gallery.sources import Sources


def sources(folder, text, output="x.gif"):
    (folder / "gallery.toml").write_text(f'[[animation]]\noutputs = ["{output}"]\n{text}')
    (item,) = load_gallery(folder).items()
    return Sources().of(item)


def changed(folder, text, monkeypatch, name, output="x.gif"):
    """Return which sources change with a file of this name."""
    before, read = sources(folder, text, output), Path.read_bytes
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * (path.name == name))
        after = sources(folder, text, output)
    assert before.keys() == after.keys()
    return [source for source in before if before[source] != after[source]]


OWN = 'surface = "own.py"\ntheme = "own.toml"\npaths = ["own.csv"]\n'
RACE = f'{OWN}optimizers = ["sgd:lr=0.1,decay=cosine", "conjugate-gradient"]\n'
FORMULA = 'surface = "x**2 + y**2"\n'


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "gallery")


def test_the_files_of_surface_optimizers_look_and_paths_are_sources(folder):
    assert [*sources(folder, RACE)] == [
        "recipe", "surface", "optimizer sgd", "optimizer conjugate-gradient", "schedule cosine",
        "theme own.toml", "file own.csv",
    ]  # fmt: skip


def test_without_optimizers_and_paths_the_default_optimizers_are_sources(folder):
    assert [*sources(folder, FORMULA)] == [
        "recipe", "optimizer sgd", "optimizer momentum", "optimizer rmsprop", "optimizer adam",
        "theme light",
    ]  # fmt: skip
    assert [*sources(folder, OWN)] == ["recipe", "surface", "theme own.toml", "file own.csv"]


@pytest.mark.parametrize("name", ["auto.toml", "light.toml", "dark.toml", "radford.toml"])
def test_a_theme_that_follows_its_reader_changes_with_either_of_its_two(name, folder, monkeypatch):
    follows = f'{FORMULA}theme = "auto"\n'
    found = changed(folder, follows, monkeypatch, name, output="x.svg")
    assert found == ([] if name == "radford.toml" else ["theme auto"])


CHANGES = {
    "own.py": ["surface"],
    "sgd.py": ["optimizer sgd"],
    "_line_search.py": ["optimizer conjugate-gradient"],
    "_rows.py": ["optimizer conjugate-gradient"],
    "own.toml": ["theme own.toml"],
    "own.csv": ["file own.csv"],
    "adam.py": [],
    "light.toml": [],
}


def test_another_language_than_the_usual_is_a_source(folder, monkeypatch):
    german = f'{FORMULA}language = "de"\n'
    assert {"language de"} == sources(folder, german).keys() - sources(folder, FORMULA).keys()
    assert changed(folder, german, monkeypatch, "de.toml") == ["language de"]


@pytest.mark.parametrize(("name", "expected"), CHANGES.items())
def test_a_changed_file_changes_the_source_it_belongs_to(name, expected, folder, monkeypatch):
    assert changed(folder, RACE, monkeypatch, name) == expected


def test_a_changed_schedule_changes_its_source(folder, monkeypatch):
    from trajviz.gallery import sources as module

    before = sources(folder, RACE)
    monkeypatch.setattr(module.inspect, "getsource", lambda _: "another")
    after = sources(folder, RACE)
    assert [name for name in before if before[name] != after[name]] == ["schedule cosine"]


def test_an_optimizer_of_ones_own_is_a_source_by_its_file(folder, monkeypatch):
    (folder / "mine.py").write_text(
        "def rule(gradient, w, lr=0.1):\n    while True:\n        yield w\n"
        "        w = w - lr * gradient(w)\n"
    )
    text = f'{FORMULA}optimizers = ["mine.py:rule"]\n'
    assert "optimizer mine.py" in sources(folder, text)
    assert changed(folder, text, monkeypatch, "mine.py") == ["optimizer mine.py"]


SAME = {
    "number": (f"{FORMULA}start = [1, 2]", f"{FORMULA}start = [1.0, 2.0]"),
    "default": (FORMULA, f"{FORMULA}seed = 0\nsteps = 200"),
    "name": (f'{FORMULA}optimizers = ["sgd"]', f'{FORMULA}[[animation.optimizers]]\nname = "sgd"'),
    "words": (FORMULA, f'{FORMULA}caption = "New."\nname = "other"'),
}
OTHER = {
    "value": (f"{FORMULA}start = [1, 2]", f"{FORMULA}start = [1, 2.5]"),
    "key": (FORMULA, f"{FORMULA}seed = 1"),
    "surface": (FORMULA, 'surface = "x**2 + y**4"'),
    "title": (FORMULA, f'{FORMULA}title = "New"'),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_a_recipe_that_says_the_same_otherwise_is_the_same_source(one, other, folder):
    assert sources(folder, one) == sources(folder, other)


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_a_recipe_that_says_something_else_is_another_source(one, other, folder):
    assert sources(folder, one)["recipe"] != sources(folder, other)["recipe"]


def test_the_names_of_files_are_no_part_of_the_recipe(folder):
    (folder / "gallery.toml").write_text(
        f'[[animation]]\n{FORMULA}outputs = ["a.gif"]\n'
        f'[[animation]]\n{FORMULA}outputs = ["b.gif", "c.gif"]\n'
    )
    first, second = map(Sources().of, load_gallery(folder).items())
    assert first == second


WRONG = {
    'surface = "beal"': "did you mean 'beale'?",
    'surface = "x**"': "x\\*\\*",
    f'{FORMULA}theme = "lihgt"': "did you mean 'light'?",
    f'{FORMULA}paths = ["no.csv"]': r"no file of paths '.*no\.csv'",
    f'{FORMULA}paths = ["."]': "no checkpoints",
}


@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_a_source_that_is_not_there_is_told(text, says, folder):
    with pytest.raises(TrajvizError, match=says):
        sources(folder, text)
