"""The command shown for an item makes the item."""

import os
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajviz.cli import cli
from trajviz.cli._race import asked
from trajviz.gallery.command import command_of
from trajviz.gallery.items import Gallery, load_gallery

FOLDER = Path(__file__).parents[2] / "gallery"
ITEMS = {item.name: item for item in load_gallery(FOLDER).items()}


def parsed(command):
    """Return the recipe that the command line makes of a command."""
    trajviz, render, *words = shlex.split(command)
    assert (trajviz, render) == ("trajviz", "render")
    with cli.commands["render"].make_context("render", words) as context:
        options = dict(context.params)
        given = [options.pop(key) for key in ("surface", "optimizers", "recipe_file")]
        return asked(*given, options)[0]


@pytest.mark.parametrize("name", ITEMS)
def test_the_command_of_an_item_asks_for_its_recipe(name, monkeypatch):
    monkeypatch.chdir(FOLDER)
    (item,) = (item for item in load_gallery(".").items() if item.name == name)
    assert command_of(item) == command_of(ITEMS[name])
    assert parsed(command_of(item)) == item.recipe


def item_of(folder=".", **table):
    gallery = Gallery(
        Path(folder), "", "", (), {"outputs": ["{name}.png"], "name": "x"}, (table,), ()
    )
    return next(gallery.items())


POINTS = st.tuples(*[st.floats(-1e6, 1e6).filter(lambda v: v == v)] * 2).map(list)
TABLES = {
    "start": POINTS,
    "steps": st.integers(1, 10**6),
    "noise": st.floats(0, 10),
    "seed": st.integers(0, 2**31),
    "batch_size": st.integers(1, 100),
    "starts": st.sampled_from(["3x3", "random:5"]),
    "size": st.tuples(st.integers(160, 3840), st.integers(120, 2160)).map(list),
    "title": st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    "axes": st.just(["W", "b"]),
    "view": st.sampled_from(["contour", "relief", "split"]),
    "panels": st.lists(st.sampled_from(["loss", "step-size"]), max_size=2),
    "camera": st.tuples(st.floats(5, 90), st.floats(-360, 360)).map(list),
    "orbit": st.floats(-360, 360),
    "seconds": st.floats(0.1, 100),
    "hold": st.floats(0, 100),
    "fps": st.floats(1, 60),
    "loop": st.integers(0, 100),
    "pix_fmt": st.sampled_from(["yuv420p", "yuv444p"]),
    "at": st.lists(st.integers(0, 1), unique=True, max_size=2),
    "theme": st.sampled_from(["light", "dark"]),
    "lr": st.sampled_from(["tuned", "default", "equal:0.01"]),
    "optimizers": st.lists(
        st.builds(
            lambda lr, beta: {"name": "momentum", "lr": lr, "beta": beta, "label": "my own"},
            st.floats(1e-9, 1e9),
            st.floats(0, 0.99),
        ),
        max_size=2,
    ),
}


@given(table=st.fixed_dictionaries({}, optional=TABLES))
def test_any_recipe_comes_back_from_its_command(table):
    item = item_of(surface="bowl", **table)
    assert parsed(command_of(item)) == item.recipe


@pytest.mark.parametrize(
    "surface", ["-x**2 + y**4", "x**2 + 'y'".replace("'", ""), "quadratic:kappa=3"]
)
def test_a_surface_is_quoted_as_the_shell_and_we_need_it(surface):
    item = item_of(surface=surface, optimizers=["sgd:lr=0.1"], window=[-1, 1, -1, 1])
    assert parsed(command_of(item)) == item.recipe


def test_paths_are_those_of_the_gallerys_folder(tmp_path, monkeypatch):
    table = {"surface": "own.py:k=2", "theme": "own.toml", "paths": ["a.csv"]}
    command = command_of(item_of(tmp_path, **table))
    assert command == "trajviz render own.py:k=2 --paths a.csv --theme own.toml -o x.png"
    monkeypatch.chdir(tmp_path)
    assert parsed(command) == item_of(**table).recipe
    assert not os.path.isabs(command.split()[2])  # noqa: PTH117  # a text


def test_what_the_command_line_cannot_say_is_made_by_the_gallery():
    item = item_of(surface="bowl", optimizers=[{"name": "sgd", "lr": 0.1, "label": "a,b"}])
    assert command_of(item) == "trajviz gallery build . --only x --force"
