"""The command shown for an item makes the item."""

import os
import shlex
from pathlib import Path

import click

from trajviz.cli import cli
from trajviz.cli._race import read_request
from trajviz.gallery.command import command_of
from trajviz.gallery.gallery import Gallery, load_gallery

FOLDER = Path(__file__).parents[2] / "gallery"


def parsed(command):
    """Return the recipe that the command line makes of a command."""
    trajviz, render, *words = shlex.split(command)
    assert (trajviz, render) == ("trajviz", "render")
    above = click.Context(cli, **cli.context_settings)  # or -h is unknown, and stays so
    with cli.get_command(None, "render").make_context("render", words, above) as context:
        options = dict(context.params)
        given = [options.pop(key) for key in ("surface", "optimizers", "recipe_file")]
        return read_request(*given, options)[0]


def test_the_command_of_an_item_asks_for_its_recipe_in_the_gallerys_folder(monkeypatch):
    elsewhere = [command_of(item) for item in load_gallery(FOLDER).items()]
    monkeypatch.chdir(FOLDER)
    items = list(load_gallery(".").items())
    assert [command_of(item) for item in items] == elsewhere
    assert [i.name for i in items if parsed(command_of(i)) != i.recipe] == []


def item_of(folder=".", **table):
    gallery = Gallery(
        folder=Path(folder), title="", introduction="", sections=(),
        defaults={"outputs": ["{name}.png"], "name": "x"}, animations=(table,), sweeps=(),
    )  # fmt: skip
    return next(gallery.items())


def test_paths_are_those_of_the_gallerys_folder(tmp_path, monkeypatch):
    table = {"surface": "own.py:k=2", "theme": "own.toml", "paths": ["a.csv"]}
    command = command_of(item_of(tmp_path, **table))
    assert command == "trajviz render own.py:k=2 --paths a.csv --theme own.toml -o x.png"
    monkeypatch.chdir(tmp_path)
    assert parsed(command) == item_of(**table).recipe
    assert not os.path.isabs(command.split()[2])  # noqa: PTH117  # a text


def test_what_the_command_line_cannot_say_is_made_by_the_gallery():
    item = item_of(surface="bowl", optimizers=[{"name": "sgd", "lr": 0.1, "label": "a,\"'b"}])
    assert command_of(item) == "trajviz gallery build . --only x --force"
