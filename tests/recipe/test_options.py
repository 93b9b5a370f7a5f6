"""Each option is stated once: everything that offers it says the same of it."""

import dataclasses
import inspect
import re

import pytest

from trajviz import compare
from trajviz.cli import cli
from trajviz.recipe.options import GROUPS
from trajviz.recipe.recipe import Look, Playback, Recipe, recipe_options

OPTIONS = recipe_options()
PARTS = {"surface", "optimizers", "look", "playback", "made_in_python"}
"""Fields of a recipe that are no options but arguments, made of options, or what it cannot say."""
FILES = {"outputs", "format", "at", "animate"}
"""What a race is asked for when it is written, and not when it is run."""


def test_every_field_of_a_recipe_is_an_option():
    fields = {f.name for kind in (Recipe, Look, Playback) for f in dataclasses.fields(kind)}
    assert fields - PARTS == OPTIONS.keys()


def test_every_option_says_what_it_does_and_where_it_belongs():
    for field in OPTIONS.values():
        assert field.option.help.rstrip("'`\"").endswith(".")
        assert field.option.group in GROUPS


def test_from_python_the_options_are_the_same():
    parameters = inspect.signature(compare).parameters
    offered = {name: p.default for name, p in parameters.items() if name in OPTIONS}
    assert offered == {name: f.default for name, f in OPTIONS.items() if name not in FILES}
    assert parameters.keys() - offered.keys() == {
        "surface",
        "optimizers",
        "cache",
        "force",
        "progress",
    }


def test_from_python_the_options_are_described_in_the_same_words():
    told = dict(re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", inspect.getdoc(compare), re.MULTILINE))
    told = {name: " ".join(text.split()) for name, text in told.items()}
    for name, field in OPTIONS.items():
        if name not in FILES:
            usual = f" By default {field.option.usual}." if field.option.usual else ""
            python = told[name].partition(" In Python also ")[0]
            assert python == f"{field.option.help}{usual}"


@pytest.mark.parametrize("command", ["render", "trace", "tune"])
def test_on_the_command_line_the_options_are_the_same(command):
    for param in cli.get_command(None, command).params:
        field = OPTIONS.get(param.name)
        if field:
            assert param.default == field.default
            assert param.help.startswith(field.option.help)
            assert field.usual in param.help


def test_render_has_every_option():
    assert OPTIONS.keys() <= {param.name for param in cli.get_command(None, "render").params}


def test_help_shows_the_options_in_groups(capsys):
    with pytest.raises(SystemExit):
        cli.main(["render", "--help"], prog_name="trajviz")
    text = capsys.readouterr().out
    places = [text.index(f"{group.capitalize()} options:") for group in (*GROUPS, "other")]
    assert places == sorted(places)
    for field in OPTIONS.values():
        begin, end = text.index(f"{field.option.group.capitalize()} options:"), len(text)
        following = [place for place in places if place > begin]
        assert field.flags[-1] in text[begin : min(following, default=end)]
