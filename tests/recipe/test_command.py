"""A command that is shown asks for the recipe it came from, whatever the recipe says."""

import shlex
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajviz.cli import cli
from trajviz.cli._race import read_request
from trajviz.errors import TrajvizError
from trajviz.recipe.command import render_command
from trajviz.recipe.recipe import Recipe, recipe_options
from trajviz.recipe.spec import parse_spec
from trajviz.recipe.toml import to_table


def parsed(words):
    """Return the recipe that the command line makes of a command's words."""
    trajviz, render, *rest = words
    assert (trajviz, render) == ("trajviz", "render")
    above = click.Context(cli, **cli.context_settings)  # or -h is unknown, and stays so
    with cli.get_command(None, "render").make_context("render", rest, above) as context:
        options = dict(context.params)
        given = [options.pop(key) for key in ("surface", "optimizers", "recipe_file")]
        return read_request(*given, options)[0]


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
POINTS = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
VALUES = {
    "start": POINTS,
    "steps": st.integers(1, 10**6),
    "window": st.tuples(*[st.floats(*ends) for ends in ((-9, -1), (1, 9)) * 2]),
    "noise": st.floats(0, 10),
    "seed": st.integers(0, 2**31),
    "seeds": st.none(),
    "batch_size": st.integers(1, 100),
    "starts": st.sampled_from(["3x3", "random:5"]),
    "paths": st.lists(st.sampled_from(["a.csv", "-b.json", "c d.npz"]), max_size=2).map(tuple),
    "clock": st.just("steps"),
    "lr": st.sampled_from(["tuned", "default", "equal:0.01"]),
    "plane": st.sampled_from(["paths", "random", "ends:a,b", "through:sgd,adam,rmsprop lr=0.1"]),
    "data": st.sampled_from(["training", "held-out"]),
    "size": st.tuples(st.integers(160, 3840), st.integers(120, 2160)),
    "theme": st.sampled_from(["light", "dark", "own.toml"]),
    "title": WORDS,
    "axes": st.just(("W", "b")),
    "outcome": st.booleans(),
    "trail": st.integers(0, 10**6),
    "strip": st.just(()),
    "labels": st.sampled_from(["key", "heads", "end"]),
    "transparent": st.just(False),
    "until": st.none(),
    "field": st.booleans(),
    "arrows": st.sampled_from(["step", "gradient", "velocity", "none"]),
    "aspect": st.sampled_from(["equal", "fill"]),
    "view": st.sampled_from(["contour", "relief", "split"]),
    "panels": st.lists(st.sampled_from(["loss", "step-size"]), max_size=2).map(tuple),
    "camera": st.tuples(st.floats(5, 90), st.floats(-360, 360)),
    "orbit": st.floats(-360, 360),
    "language": st.sampled_from(["en", "zh", "own.toml"]),
    "fps": st.floats(1, 60),
    "seconds": st.floats(0.1, 100),
    "hold": st.floats(0, 100),
    "loop": st.integers(0, 100),
    "first": st.sampled_from(["start", "end"]),
    "pace": st.sampled_from(["story", "uniform"]),
    "lead": st.floats(0, 100),
    "notes": st.lists(st.sampled_from(["0:go", '1+2.5:a, "b"']), unique=True).map(tuple),
    "pixel_format": st.sampled_from(["yuv420p", "yuv444p"]),
    "colors": st.integers(16, 256),
    "outputs": st.lists(st.sampled_from(["a.gif", "b c.png", "-"]), max_size=2).map(tuple),
    "format": st.sampled_from(["", "gif", "png"]),
    "at": st.lists(st.integers(0, 99), unique=True, max_size=3).map(tuple),
    "animate": st.booleans(),
    "metadata": st.booleans(),
    "max_bytes": st.integers(1, 10**9),
}
OTHERS = {"clock": "evaluations", "strip": (5, 20), "transparent": True, "until": 0.05, "seeds": 20}
"""Values that go with few others."""


def test_every_option_there_is_can_be_said():
    assert VALUES.keys() == recipe_options().keys()


@given(values=st.fixed_dictionaries({}, optional=VALUES))
def test_any_recipe_comes_back_from_its_command(values):
    recipe = Recipe.of(surface="bowl", **values)
    assert parsed(render_command(recipe, to_table(recipe, Path()))) == recipe


@pytest.mark.parametrize(("name", "value"), OTHERS.items())
def test_values_that_go_with_few_others_come_back_too(name, value):
    recipe = Recipe.of(surface="bowl", **{name: value})
    assert parsed(render_command(recipe, to_table(recipe, Path()))) == recipe


RATES = st.floats(1e-9, 1e9).map(lambda lr: f"momentum:lr={lr!r},label=my own")
SAID = ['sgd:label="fast, but wild"', "sgd:clip=1,bounds=-1/1/0/inf", "adam:decay=one-cycle"]


@pytest.mark.parametrize("text", [*SAID, """sgd:label='5", 6'"""])
def test_whatever_a_track_says_comes_back(text):
    recipe = Recipe("bowl", (parse_spec(text),))
    again = parsed(render_command(recipe, to_table(recipe, Path())))
    assert [spec.table for spec in again.optimizers] == [recipe.optimizers[0].table]


@given(texts=st.lists(RATES, max_size=2))
def test_settings_and_labels_come_back(texts):
    recipe = Recipe("bowl", tuple(map(parse_spec, texts)))
    assert parsed(render_command(recipe, to_table(recipe, Path()))) == recipe


@pytest.mark.parametrize("surface", ["-x**2 + y**4", "x**2 + y", "quadratic:kappa=3"])
def test_a_surface_is_quoted_as_the_shell_and_we_need_it(surface):
    recipe = Recipe(surface, (parse_spec("sgd:lr=0.1"),), window=(-1.0, 1.0, -1.0, 1.0))
    words = render_command(recipe, to_table(recipe, Path()))
    assert parsed(shlex.split(shlex.join(words))) == recipe


# What one option says


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("start", "1,1.6", (1.0, 1.6)),
        ("start", "-2", (-2.0,)),
        ("size", "800x450", (800, 450)),
        ("size", "800X450", (800, 450)),
        ("at", "5,20", (5, 20)),
        ("axes", "W, b", ("W", "b")),
        ("max_bytes", "1MB", 1_000_000),
        ("steps", "10", 10),
        ("title", "A, b", "A, b"),
    ],
)
def test_a_text_is_read_as_its_field_says(name, text, value):
    assert recipe_options()[name].parsed(text) == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("start", "1,b", "'1,b' is not X,Y"),
        ("size", "big", "'big' is not WxH"),
        ("steps", "many", "'many' is not a whole number"),
        ("noise", "loud", "'loud' is not a number"),
        ("axes", "W", "'W' is not NAME,NAME"),
        ("axes", "W,", "'W,' is not NAME,NAME"),
        ("at", "", "'' is not STEP,STEP,..."),
    ],
)
def test_a_text_that_says_no_such_value_is_refused(name, text, said):
    with pytest.raises(TrajvizError, match=f"^{said}"):
        recipe_options()[name].parsed(text)
