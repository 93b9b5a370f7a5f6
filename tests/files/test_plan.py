"""Which files a recipe makes: the same from the command line, from Python and in a gallery."""

import re
from pathlib import Path

import pytest
from programs import trajviz

from trajviz import compare, load_recipe, run
from trajviz.errors import TrajvizError
from trajviz.files.plan import plan_bundle, plan_files, snippet_target
from trajviz.gallery.gallery import Gallery
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import parse_spec

SMALL = {
    "optimizers": (parse_spec("sgd:lr=0.1"),),
    "size": (160, 120), "steps": 8, "seconds": 0.4, "hold": 0.1,
}  # fmt: skip


def recipe(**values):
    return Recipe.of(surface="bowl", **{**SMALL, **values})


def planned(**values):
    return [(f.target, f.format.name, f.step) for f in plan_files(recipe(**values))]


def test_a_file_has_the_format_of_its_suffix():
    assert planned(outputs=("a.gif", "b.anim.svg", "-c.PNG")) == [
        ("a.gif", "gif", None),
        ("b.anim.svg", "anim.svg", None),
        ("-c.PNG", "png", None),
    ]


def test_without_a_suffix_the_recipe_names_the_format():
    assert planned(outputs=("a",), format="gif") == [("a", "gif", None)]
    assert planned(outputs=("-",), format="PNG") == [("-", "png", None)]


def test_stills_of_several_steps_have_names_of_their_own():
    assert planned(outputs=("a.png", "b.svg"), at=(2, 5)) == [
        ("a-2.png", "png", 2),
        ("a-5.png", "png", 5),
        ("b-2.svg", "svg", 2),
        ("b-5.svg", "svg", 5),
    ]


def test_what_can_be_either_moves_where_that_is_asked_for():
    assert planned(outputs=("a.svg", "b.gif"), animate=True) == [
        ("a.svg", "anim.svg", None),
        ("b.gif", "gif", None),
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"outputs": ("a",)}, "output 'a' has no suffix to say its format"),
        ({"outputs": ("a.giff",)}, "unknown suffix of 'a.giff': '.giff', did you mean '.gif'"),
        ({"outputs": ("",)}, "output '' is no file's name"),
        ({"outputs": ("-",)}, "output '-' needs --format"),
        ({"outputs": ("a.gif",), "format": "png"}, "'a.gif' is not what --format png says"),
        ({"outputs": ("a",), "format": "gifs"}, "unknown format 'gifs', did you mean 'gif'"),
        ({"outputs": ("a.gif", "./a.gif")}, "output 'a.gif' is given twice"),
        ({"outputs": ("-", "a.gif"), "format": "gif"}, "output '-' takes one picture"),
        ({"outputs": ("-",), "format": "png", "at": (1, 2)}, "output '-' takes one picture"),
        ({"outputs": ("a.gif",), "at": (2,)}, "step 2 alone makes no .gif, but a still"),
        ({"outputs": ("a.png",), "at": (9,)}, "step 9 is not from 0 to 8"),
        ({"outputs": ("a.png",), "animate": True}, "a .png cannot be animated, but .pdf, .svg can"),
        ({"outputs": ("a.gif",), "fps": 60.0}, "fps 60 is more than the 50 a .gif can play"),
    ],
)
def test_what_cannot_be_made_is_refused(values, said):
    with pytest.raises(TrajvizError, match=re.escape(said)):
        planned(**values)


def test_a_bundle_is_three_pictures_and_a_snippet():
    assert [f.target for f in plan_bundle("post/b")] == ["post/b.gif", "post/b.mp4", "post/b.png"]
    assert [(f.target, f.theme) for f in plan_bundle("b", "auto")] == [
        ("b.gif", "light"), ("b.mp4", "light"), ("b.png", "light"),
        ("b.dark.gif", "dark"), ("b.dark.mp4", "dark"), ("b.dark.png", "dark"),
    ]  # fmt: skip
    assert [f.target for f in plan_bundle("b", kind="latex")] == ["b.anim.pdf", "b.pdf"]
    assert snippet_target("post/b", "markdown") == Path("post/b.md")


def test_two_outputs_may_be_the_halves_of_a_theme_that_follows_its_reader():
    def themes(*outputs, **values):
        files = plan_files(recipe(outputs=outputs, theme="auto", **values))
        return [(file.target, file.theme) for file in files]

    assert themes("b.gif", "c.svg", "b.dark.gif") == [
        ("b.gif", "light"), ("c.svg", ""), ("b.dark.gif", "dark"),
    ]  # fmt: skip
    assert themes("b.dark.png", "b.png", at=(2, 5)) == [
        ("b-2.dark.png", "dark"), ("b-5.dark.png", "dark"),
        ("b-2.png", "light"), ("b-5.png", "light"),
    ]  # fmt: skip
    for alone in (("b.gif",), ("b.dark.gif",), ("b.gif", "b.dark.png"), ("b.pdf",)):
        with pytest.raises(TrajvizError, match="theme 'auto' follows its reader, which a"):
            themes(*alone)
    plain = plan_files(recipe(outputs=("b.gif", "b.dark.gif"), theme="dark"))
    assert [file.theme for file in plain] == ["", ""]


def test_halves_are_written_each_in_its_theme(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(recipe(outputs=("b.png", "b.dark.png"), theme="auto")).write()
    for theme, name in (("light", "b.png"), ("dark", "b.dark.png")):
        alone = run(recipe(outputs=("a.png",), theme=theme))
        assert Path(name).read_bytes() == alone.to_bytes("png")


# One plan for all


ANIMATED = """surface = "bowl"
optimizers = ["sgd:lr=0.1"]
size = [160, 120]
steps = 8
seconds = 0.4
hold = 0.1
animate = true
outputs = ["b.svg"]
"""


def test_what_a_recipe_animates_moves_wherever_it_is_rendered(tmp_path):
    (tmp_path / "b.toml").write_text(ANIMATED)
    done = trajviz("render", "--recipe", "b.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = (tmp_path / "b.svg").read_bytes()
    assert b"animation-name" in data
    race = run(load_recipe(tmp_path / "b.toml"))
    assert race.save(tmp_path / "saved.svg").read_bytes() == data
    assert race.write(tmp_path / "written.svg")[0].read_bytes() == data
    table = {"name": "b", "outputs": ["b.svg"], "surface": "bowl", "animate": True}
    gallery = Gallery(
        folder=tmp_path, title="", introduction="", sections=(), defaults={},
        animations=(table,), sweeps=(),
    )  # fmt: skip
    (item,) = gallery.items()
    assert [(file.target, file.format.name) for file in item.plan] == [("b.svg", "anim.svg")]


def test_from_python_a_race_writes_what_its_recipe_asks_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    race = run(recipe(outputs=("a.png", "b.svg"), at=(2, 5)))
    names = ["a-2.png", "a-5.png", "b-2.svg", "b-5.svg"]
    assert [path.name for path in race.write()] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert [path.name for path in race.write("c.gif", at=())] == ["c.gif"]
    assert Path("a-2.png").read_bytes() == race.save("other.png", 2).read_bytes()


def test_from_python_a_place_is_heeded(tmp_path):
    race = compare("bowl", ["sgd:lr=0.1"], size=(1600, 1200), seconds=0.4, steps=8)
    with pytest.raises(TrajvizError, match=r"x would refuse .gif: 1600x1200 is more than"):
        race.write(tmp_path / "a.gif", place="x")
    with pytest.raises(TrajvizError, match="unknown place 'git'"):
        race.write(tmp_path / "a.gif", place="git")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_before_every_file_is_known_to_fit(tmp_path):
    race = run(recipe(max_bytes=11_000))
    assert len(race.to_bytes("gif")) < 11_000
    with pytest.raises(TrajvizError, match=r"bytes do not hold this as \.png"):
        race.write(tmp_path / "a.gif", tmp_path / "b.png")
    assert list(tmp_path.iterdir()) == []


def test_without_an_output_there_is_nothing_to_write():
    with pytest.raises(TrajvizError, match="no output is named"):
        run(recipe()).write()
    with pytest.raises(TrajvizError, match="output '-' is for the command line"):
        run(recipe(format="gif")).write("-")
