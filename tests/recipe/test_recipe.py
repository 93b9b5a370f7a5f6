"""A render as data: read, written, and rendered to the same bytes."""

import dataclasses
import inspect
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import trajviz
from trajviz.errors import TrajvizError
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.race import compare, run
from trajviz.recipe.recipe import LARGEST, PACES, SMALLEST, Look, Playback, Recipe
from trajviz.recipe.spec import Spec, labelled, parse_spec, read_spec
from trajviz.recipe.toml import load_recipe, read_recipe, to_toml
from trajviz.surface import Surface
from trajviz.untrusted import MOST_TOML_BYTES, visible

HERE = Path()
QUICK = {"size": (320, 240), "steps": 12, "seconds": 0.5, "hold": 0.1}


def again(race):
    """Return the race that a race's recipe gives, by way of its text."""
    table = tomllib.loads(to_toml(race.recipe, HERE).decode())
    return run(read_recipe(table, "again", HERE))


def written(folder, text, name="a.toml"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


# Both spellings give the same bytes

RACES = {
    "tuned": (["sgd", "adam"], {}),
    "given": (["sgd:lr=0.1", "adam:lr=0.123456789"], {}),
    "tuned and given": (["sgd:lr=0.1", "adam", "rmsprop:beta=0.5"], {}),
    "one optimizer twice": (["sgd", "sgd:lr=0.1"], {}),
    "one optimizer three times, tuned": (["adam:beta1=0.5", "adam", "adam"], {}),
    "labels and colours": (["sgd:label=mine,color=teal", "adam:color=#d0509f", "sgd"], {}),
    "a label that is another's name": (["sgd:label=adam", "adam", "sgd:label=sgd,lr=0.1"], {}),
    "a track that diverges": (["sgd:lr=1e9", "momentum"], {}),
    "rates that fall": (
        ["sgd:decay=step,rate=0.1", "sgd:lr=0.1,decay=cosine", "adam:decay=inverse-time"],
        {},
    ),
    "gradients with noise": (["sgd:lr=0.1", "adam"], {"noise": 0.5, "seed": 7}),
    "a start that widens the window": (["sgd"], {"start": (-12, 2)}),
    "all that can be said": (
        ["sgd", "nag:lr=0.01"],
        {
            "start": (1 / 3, 0.1), "window": (-2.7, 1.9, -1, 1 / 7), "theme": "dark",
            "title": 'Say "x"\\y', "axes": ("W", "b"), "fps": 12.5, "loop": 3,
        },
    ),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", RACES)
def test_a_recipe_gives_the_bytes_that_its_race_gave(name):
    optimizers, options = RACES[name]
    race = compare("bowl", optimizers, **{**QUICK, **options})
    for kind in ("gif", "png"):
        assert again(race).to_bytes(kind) == race.to_bytes(kind)
    for one, other in zip(race.trajectories, again(race).trajectories, strict=True):
        assert one.label == other.label
        assert (one.settings, one.rate_rule) == (other.settings, other.rate_rule)
        np.testing.assert_array_equal(one.points, other.points)


@pytest.mark.parametrize("name", RACES)
def test_the_recipe_of_a_recipe_is_the_same_recipe(name):
    optimizers, options = RACES[name]
    race = compare("bowl", optimizers, **{**QUICK, **options})
    assert to_toml(again(race).recipe, HERE) == to_toml(race.recipe, HERE)


def test_without_the_rule_of_the_rate_the_picture_would_say_something_else():
    race = compare("bowl", ["sgd"], **QUICK)
    (spec,) = race.recipe.optimizers
    given = dataclasses.replace(
        race.recipe, optimizers=(dataclasses.replace(spec, rate_rule="given"),)
    )
    assert run(given).to_bytes("png") != race.to_bytes("png")


def test_a_saved_recipe_has_every_key_with_its_value():
    race = compare("bowl", ["adam", "sgd:lr=0.1,label=mine"], camera=(30, 45), **QUICK)
    table = tomllib.loads(to_toml(race.recipe, HERE).decode())
    spelled = {"pix_fmt" if name == "pixel_format" else name for name in Recipe.kinds()}
    # No data, no budget, no trail but the usual, and nothing that a recipe cannot say.
    unsaid = {"seeds", "batch_size", "max_bytes", "trail", "until", "made_in_python"}
    assert set(table) == spelled - unsaid
    assert table["start"] == list(race.surface.start)
    assert table["window"] == list(race.surface.window)
    assert table["title"] == "Elongated bowl"
    assert table["axes"] == list(race.surface.axes)
    assert table["optimizers"] == [
        {"name": "adam", **race.trajectories[0].settings, "lr_rule": "tuned"},
        {"name": "sgd", "lr": 0.1, "lr_rule": "given", "label": "mine"},
    ]


def test_the_batch_size_of_a_surface_over_data_is_in_its_recipe():
    race = compare("noisy-moons", ["sgd", "adam:decay=cosine"], **QUICK)
    assert race.recipe.batch_size == race.surface.batch_size
    assert again(race).to_bytes("gif") == race.to_bytes("gif")


def test_a_recipe_that_a_race_saved_is_the_races_own(tmp_path):
    race = compare("bowl", ["sgd", "adam:lr=0.1"], **QUICK)
    assert race.save_recipe(tmp_path / "a.toml") == tmp_path / "a.toml"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.toml"]
    assert trajviz.run(trajviz.load_recipe(tmp_path / "a.toml")).to_bytes("png") == race.to_bytes(
        "png"
    )


def test_a_hand_written_recipe_says_what_python_would(tmp_path):
    path = written(
        tmp_path,
        """
        surface = "bowl"
        optimizers = ["sgd:lr=0.1", {name = "adam", beta1 = 0.5}]
        start = [-3, 1]
        size = [320, 240]
        seconds = 1
        pix_fmt = "yuv444p"
        at = [1, 2]
        outputs = ["a.png"]
        """,
    )
    assert load_recipe(path) == Recipe(
        "bowl",
        (parse_spec("sgd:lr=0.1"), parse_spec("adam:beta1=0.5")),
        start=(-3, 1),
        look=Look(size=(320, 240)),
        playback=Playback(seconds=1, pixel_format="yuv444p"),
        at=(1, 2),
        outputs=(str(tmp_path / "a.png"),),
    )


def test_a_recipe_without_optimizers_runs_the_default_ones(tmp_path):
    race = run(load_recipe(written(tmp_path, 'surface = "bowl"\nsteps = 3\n')))
    assert [t.label for t in race.trajectories] == ["sgd", "momentum", "rmsprop", "adam"]


def test_a_byte_order_mark_and_lines_of_windows_are_welcome(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes("\ufeffsurface = 'bowl'\r\ntitle = 'Schüssel'\r\n".encode())
    assert load_recipe(path).look.title == "Schüssel"


# Rates that were tuned


def test_another_race_tunes_its_rates_anew_and_another_look_does_not():
    recipe = compare("bowl", ["sgd", "adam:lr=0.1"], **QUICK).recipe
    assert recipe.changed(theme="dark", outputs=("b.gif",), fps=10).optimizers == recipe.optimizers
    for change in ({"start": (-1, 1)}, {"steps": 50}, {"window": (-9, 9, -9, 9)}, {"noise": 1.0}):
        sgd, adam = recipe.changed(**change).optimizers
        assert "lr" not in sgd.settings
        assert adam.settings["lr"] == 0.1


def test_a_change_of_one_value_keeps_all_others():
    recipe = compare("bowl", ["sgd"], title="Mine", loop=3, **QUICK).recipe
    assert recipe.changed() == recipe
    assert recipe.changed(theme="dark") == dataclasses.replace(
        recipe, look=dataclasses.replace(recipe.look, theme="dark")
    )


def test_a_tuned_rate_is_no_part_of_an_automatic_label():
    tables = [{"name": "sgd", "lr": 0.1, "lr_rule": rule} for rule in ("tuned", "given")]
    assert [spec.label for spec in labelled(map(read_spec, tables))] == ["sgd", "sgd lr=0.1"]


def test_a_rate_that_is_to_be_tuned_is_tuned(tmp_path):
    text = 'surface = "bowl"\n[[optimizers]]\nname = "sgd"\nlr_rule = "tuned"\n'
    (track,) = run(load_recipe(written(tmp_path, text))).trajectories
    assert track.rate_rule == "tuned"
    assert track.settings == compare("bowl", ["sgd"]).trajectories[0].settings


# Paths

SOURCE = """
from trajviz import Surface

def f(x, y):
    return x * x + y * y

surface = Surface(f, window=(-1, 1, -1, 1), start=(0.5, 0.5))
"""
THEME = Path(trajviz.__file__).parent / "scene" / "themes" / "dark.toml"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a surface and a theme in folders of their own; it is the current one."""
    for name in ("surfaces", "themes", "recipes", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "surfaces" / "own.py").write_text(SOURCE)
    (tmp_path / "themes" / "own.toml").write_text(THEME.read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saved(folder):
    """Save a recipe with relative paths in a folder, and return it with the bytes it must give."""
    race = compare("surfaces/own.py", ["sgd"], theme="themes/own.toml", **QUICK)
    asked = race.request.changed(outputs=("out.gif", "elsewhere/b.png", "-"))
    path = dataclasses.replace(
        race, outcome=dataclasses.replace(race.outcome, recipe=asked)
    ).save_recipe(folder / "a.toml")
    return path, race.to_bytes("png")


def test_paths_in_a_recipe_are_relative_to_its_folder(project, monkeypatch):
    path, data = saved(Path("recipes"))
    table = tomllib.loads(path.read_text())
    assert table["surface"] == "../surfaces/own.py"
    assert table["theme"] == "../themes/own.toml"
    assert table["outputs"] == ["../out.gif", "../elsewhere/b.png", "-"]
    assert run(load_recipe(path)).to_bytes("png") == data
    monkeypatch.chdir(project / "elsewhere")
    recipe = load_recipe(Path("../recipes/a.toml"))
    assert run(recipe).to_bytes("png") == data
    assert [Path(output).resolve() for output in recipe.outputs[:2]] == [
        project / "out.gif", project / "elsewhere" / "b.png"
    ]  # fmt: skip
    assert recipe.outputs[2] == "-"


def test_paths_are_right_through_a_link_to_the_folder(project):
    (project / "elsewhere" / "deep").mkdir()
    (project / "link").symlink_to(project / "elsewhere" / "deep")
    path, data = saved(Path("link"))
    assert run(load_recipe(path)).to_bytes("png") == data


def test_absolute_paths_and_those_of_a_home_stay(project):
    recipe = Recipe("~/own.py", outputs=(str(project / "a.gif"), "~/b.gif"))
    table = tomllib.loads(to_toml(recipe, project / "recipes").decode())
    assert table["surface"] == "~/own.py"
    assert table["outputs"] == [str(project / "a.gif"), "~/b.gif"]
    assert read_recipe(table, "a", project) == recipe


def test_parameters_after_a_path_stay_as_they_are(project):
    recipe = Recipe("surfaces/own.py:scale=1.5,c=./d", outputs=())
    table = tomllib.loads(to_toml(recipe, project / "recipes").decode())
    assert table["surface"] == "../surfaces/own.py:scale=1.5,c=./d"


def test_names_are_no_paths(project):
    recipe = read_recipe({"surface": "bowl", "theme": "dark"}, "a", project)
    assert (recipe.surface, recipe.look.theme) == ("bowl", "dark")


# What is refused

BOWL = 'surface = "bowl"\n'
TABLE = BOWL + "[[optimizers]]\n"
REFUSED = {
    "": "a.toml: surface is missing",
    "theme = 'dark'": "a.toml: surface is missing",
    BOWL + "thme = 'dark'": "unknown key in a.toml 'thme', did you mean 'theme'? Known: ",
    BOWL
    + "pixel_format = 'yuv420p'": "unknown key in a.toml 'pixel_format', did you mean 'pix_fmt'",
    BOWL + "[look]\ntheme = 'dark'": "unknown key in a.toml 'look'",
    BOWL + "steps = '200'": "a.toml: steps: '200' is not a whole number",
    BOWL + "steps = 200.0": "a.toml: steps: 200.0 is not a whole number",
    BOWL + "steps = true": "a.toml: steps: True is not a whole number",
    BOWL + "steps = 0": "a.toml: steps 0 is not a whole number of at least 1",
    BOWL + "fps = true": "a.toml: fps: True is not a finite number",
    BOWL + "fps = nan": "a.toml: fps: nan is not a finite number",
    BOWL + "fps = -inf": "a.toml: fps: -inf is not a finite number",
    BOWL + f"fps = 1{'0' * 400}": "a whole number has more than 64 bits",
    BOWL + "fps = 0": "a.toml: fps 0 must be a finite number above 0",
    BOWL + "title = 5": "a.toml: title: 5 is not a text",
    BOWL + "title = 2020-01-01": "is not a text",
    BOWL + "size = '640x480'": "a.toml: size: '640x480' is not a list of 2 whole numbers",
    BOWL + "size = [640]": "a.toml: size: [640] is not a list of 2 whole numbers",
    BOWL + "size = [640, 480.0]": "a.toml: size: [640, 480.0] is not a list of 2 whole numbers",
    BOWL + "size = [1, 1]": "a.toml: size 1x1 is not from",
    BOWL + "start = [1, inf]": "a.toml: start: [1, inf] is not a list of finite numbers",
    BOWL + "start = {x = 1}": "a.toml: start: {'x': 1} is not a list of finite numbers",
    BOWL + "window = [1, 0, 0, 1]": "a.toml: window '1,0,0,1' is empty",
    BOWL + "axes = ['x']": "a.toml: axes: ['x'] is not a list of 2 texts",
    BOWL + "panels = 'loss'": "a.toml: panels: 'loss' is not a list of texts",
    BOWL + "panels = [['loss']]": "a.toml: panels: [['loss']] is not a list of texts",
    BOWL + "outputs = 'a.gif'": "a.toml: outputs: 'a.gif' is not a list of texts",
    BOWL + 'outputs = ["a\\u0000.gif"]': "a.toml: 'a\\x00.gif' is no path",
    BOWL + "batch_size = 1.5": "a.toml: batch_size: 1.5 is not a whole number",
    BOWL + "camera = [91, 0]": "a.toml: camera 91,0 is not an elevation from 5 to 90",
    BOWL
    + "optimizers = 'sgd'": "a.toml: optimizers: 'sgd' is neither a list of tables nor of texts",
    BOWL + "optimizers = [1]": "a.toml: optimizers: 1: 1 is neither a table nor a text",
    BOWL + "optimizers = ['sgd', 'sdg']": "a.toml: optimizers: 2: unknown optimizer 'sdg', did you",
    BOWL + "optimizers = ['sgd:lr=0']": "a.toml: optimizers: 1: lr=0 in 'sgd:lr=0' must be above 0",
    BOWL + "[optimizers]\nname = 'sgd'": "a.toml: optimizers: {'name': 'sgd'} is neither a list",
    TABLE: "a.toml: optimizers: 1: name is missing",
    TABLE + "name = 1": "a.toml: optimizers: 1: name 1 is not a text",
    TABLE + "name = 'sdg'": "a.toml: optimizers: 1: unknown optimizer 'sdg', did you mean 'sgd'?",
    TABLE + "name = 'sgd'\nlrr = 1": "unknown setting of sgd 'lrr', did you mean 'lr'? Known: ",
    TABLE + "name = 'sgd'\nlr_rul = 1": "unknown setting of sgd 'lr_rul', did you mean 'lr_rule'?",
    TABLE + "name = 'sgd'\nlr = '1'": "a.toml: optimizers: 1: lr '1' is not a number",
    TABLE + "name = 'sgd'\nlr = true": "a.toml: optimizers: 1: lr True is not a number",
    TABLE + "name = 'sgd'\nlr = [1]": "a.toml: optimizers: 1: lr [1] is not a number",
    TABLE + "name = 'sgd'\nlr = nan": "a.toml: optimizers: 1: lr nan is not a finite number",
    TABLE + f"name = 'sgd'\nlr = 1{'0' * 400}": "a whole number has more than 64 bits",
    TABLE + "name = 'sgd'\nlr = -1": "a.toml: optimizers: 1: lr=-1 must be above 0",
    TABLE + "name = 'sgd'\nlabel = 1": "a.toml: optimizers: 1: label 1 is not a text",
    TABLE
    + "name = 'sgd'\nlr = 1\nlr_rule = 'tunned'": "unknown lr_rule 'tunned', did you mean 'tun",
    TABLE + "name = 'sgd'\nlr = 1\nlr_rule = 1": "unknown lr_rule '1'",
    TABLE + "name = 'sgd'\nlr = 1\nlr_rule = ['given']": "unknown lr_rule",
    TABLE + "name = 'sgd'\nlr_rule = 'given'": "lr_rule 'given' speaks of an lr that is not there",
    TABLE + "name = 'sgd'\ndecay = 5": "a.toml: optimizers: 1: decay 5 is not a text",
    TABLE + "name = 'sgd'\ndecay = 'cosin'": "unknown decay 'cosin', did you mean 'cosine'?",
    TABLE + "name = 'sgd'\ndecay = 'step'\nrate = '1'": "optimizers: 1: rate '1' is not a number",
    TABLE + "name = 'sgd'\ndecay = 'step'\nrate = 2": "optimizers: 1: rate=2 must be above 0 and",
    TABLE + "name = 'sgd'\nrate = 1": "a.toml: optimizers: 1: setting 'rate' needs decay=NAME",
    "surface = [": "a.toml, line 1: ",
    BOWL + "\n\nsteps = = 5\n": "a.toml, line 4: Invalid value",
    BOWL + BOWL: "a.toml, line 2: Cannot overwrite a value",
    BOWL + 'title = """\n\n': "a.toml, line 3: ",
    BOWL + f"steps = {'9' * 5000}": "a.toml is no recipe: Exceeds the limit",
    BOWL + f"steps = 0x{'f' * 5000}": "a.toml is no recipe: a whole number has more",
    BOWL + f"x = {'[' * 5000}": "a.toml is no recipe: ",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text)[:60])
def test_a_wrong_recipe_is_refused_by_table_key_and_line(text, tmp_path, monkeypatch):
    written(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrajvizError) as refusal:
        load_recipe("a.toml")
    assert REFUSED[text] in str(refusal.value)
    assert str(refusal.value).startswith(("a.toml", "unknown key in a.toml"))


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_a_recipe_that_a_powershell_wrote_is_read(coding, tmp_path):
    (tmp_path / "a.toml").write_text('surface = "bowl"\ntitle = "谷"\n', encoding=coding)
    assert load_recipe(tmp_path / "a.toml").look.title == "谷"


def test_what_begins_as_utf_16_and_is_none_is_refused_with_that_word(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfes\x00\x00")
    with pytest.raises(TrajvizError, match=r"a\.toml, line 1: not UTF-16"):
        load_recipe(tmp_path / "a.toml")


def test_what_is_no_file_no_text_or_too_long_is_no_recipe(tmp_path):
    path = tmp_path / "a.toml"
    with pytest.raises(TrajvizError, match="no recipe file"):
        load_recipe(path)
    with pytest.raises(TrajvizError, match="no recipe file"):
        load_recipe(tmp_path)
    path.write_bytes(b"surface = 'bowl'\n# \xff\n")
    with pytest.raises(TrajvizError, match=r"a\.toml, line 2: not UTF-8"):
        load_recipe(path)
    path.write_text(BOWL + "#" * MOST_TOML_BYTES)
    with pytest.raises(TrajvizError, match="is longer than a recipe's 1,000,000 bytes"):
        load_recipe(path)


def test_the_table_is_named_as_the_reader_is_told():
    with pytest.raises(
        TrajvizError, match="unknown key in animation 3 'stepps', did you mean 'steps'"
    ):
        read_recipe({"surface": "bowl", "stepps": 1}, "animation 3", HERE)


@pytest.mark.parametrize("name", ["a.gif", "a", "a.toml.bak", ".toml"])
def test_a_recipe_is_saved_as_toml_alone(name, tmp_path):
    with pytest.raises(TrajvizError, match=r"does not end in \.toml"):
        compare("bowl", ["sgd:lr=0.1"], steps=2).save_recipe(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_recipe_does_not_replace_the_theme_that_it_needs(project):
    race = compare("bowl", ["sgd:lr=0.1"], theme="themes/own.toml", steps=2)
    with pytest.raises(TrajvizError, match="is the theme's file"):
        race.save_recipe(project / "themes" / "own.toml")
    assert (project / "themes" / "own.toml").read_text() == THEME.read_text()


def test_a_surface_made_in_python_cannot_be_saved(tmp_path):
    own = Surface(lambda x, y: x * x + y * y, window=(-1, 1, -1, 1), start=(0.5, 0.5))
    with pytest.raises(TrajvizError, match=r"say it all: the surface f\(x, y\) was made"):
        compare(own, ["sgd:lr=0.1"], steps=2).save_recipe(tmp_path / "a.toml")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_unicode_cannot_be_saved():
    with pytest.raises(TrajvizError, match="is no Unicode"):
        to_toml(Recipe("bowl", look=Look(view="\udcff")), HERE)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"camera": (4.9, 0)}, "camera 4.9,0 is not an elevation from 5 to 90"),
        ({"camera": (90.1, 0)}, "camera 90.1,0 is not an elevation"),
        ({"camera": (float("nan"), 0)}, "camera nan,0 is not"),
        ({"camera": (30, float("inf"))}, "camera 30,inf is not"),
        ({"orbit": 3601}, "orbit 3601 must be from -3600 to 3600"),
        ({"orbit": float("nan")}, "orbit nan must be"),
        ({"noise": -1}, "noise -1 is not a finite number of at least 0"),
        ({"seed": -1}, "seed -1 is not a whole number from 0"),
        ({"batch_size": 0}, "batch size 0 is not for a surface without data"),
    ],
)
def test_a_camera_an_orbit_and_noise_have_their_limits(options, says):
    with pytest.raises(TrajvizError, match=says):
        compare("bowl", ["sgd:lr=0.1"], steps=2, **options)


def test_the_limits_themselves_are_allowed():
    for camera, orbit in (((5, -1000), 3600), ((90, 45), -3600)):
        assert Look(camera=camera, orbit=orbit).camera == camera


# Whatever is written is read, and whatever is read is a recipe or refused

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text()  # without surrogates
SHOWN = TEXTS.map(visible)
"""What a picture may say."""
NAMES = st.text("ab. ~ä\"'\\\n", min_size=1).filter(
    lambda name: name.strip(". ") and name[0] != "~"
)


@st.composite
def specs(draw):
    optimizer = load_optimizer(draw(st.sampled_from(optimizer_names())))
    shares = st.floats(0, 1, exclude_min=True, exclude_max=True)
    edges = (1e-300, 1 - 1e-16)
    keys = [key for key, r in optimizer.ranges.items() if all(edge in r for edge in edges)]
    settings = draw(st.dictionaries(st.sampled_from(keys), shares))
    rule = draw(st.sampled_from(["given", "tuned"])) if "lr" in settings else "given"
    return Spec(optimizer, settings, draw(SHOWN), draw(TEXTS), rule)


@st.composite
def playbacks(draw):
    fps, loop = draw(st.floats(1e-300, 10)), draw(st.integers(0, 65535))
    return Playback(fps, loop=loop, pace=draw(st.sampled_from(PACES)), lead=draw(st.floats(0, 99)))


@st.composite
def recipes(draw):
    size = draw(st.tuples(*map(st.integers, SMALLEST, LARGEST)))
    camera = draw(st.none() | st.tuples(st.floats(5, 90), NUMBERS))
    axes = draw(st.none() | st.tuples(SHOWN, SHOWN))
    panels, language = tuple(draw(st.lists(TEXTS))), draw(st.sampled_from(["en", "de"]))
    look = Look(size, "dark", draw(SHOWN), axes, draw(TEXTS), panels, camera, language=language)
    return Recipe(
        "bowl",
        tuple(draw(st.lists(specs(), max_size=3))),
        draw(st.none() | st.tuples(NUMBERS, NUMBERS)),
        draw(st.integers(1, 2**63)),
        draw(st.none() | st.just((-1 / 3, 1e-5, 0.1, 1e16))),
        draw(NUMBERS),
        draw(st.integers()),
        draw(st.none() | st.integers()),
        draw(st.sampled_from(["", "7x7", "random:50"])),
        tuple(draw(st.lists(NAMES.map(str.strip).filter(lambda n: n not in ("", "-"))))),
        look,
        draw(playbacks()),
        tuple(draw(st.lists(NAMES.map(str.strip).filter(lambda n: n not in ("", "-"))))),
        draw(TEXTS),
        tuple(draw(st.lists(st.integers()))),
    )


@given(recipes())
@example(Recipe("bowl", look=Look(view="".join(map(chr, range(0x100))))))
def test_every_recipe_is_read_as_it_was_written(recipe):
    text = to_toml(recipe, HERE).decode()
    assert read_recipe(tomllib.loads(text), "a", HERE) == recipe
    assert to_toml(read_recipe(tomllib.loads(text), "a", HERE), HERE).decode() == text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("sgd"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
).filter(lambda value: value is not None)
KEYS = st.sampled_from([*Recipe.kinds(), "pix_fmt", "nonsense"])
TABLES = st.fixed_dictionaries(
    {"name": st.just("sgd") | VALUES},
    optional=dict.fromkeys(("lr", "lr_rule", "label", "color", "beta"), VALUES),
)


@given(
    st.dictionaries(KEYS, VALUES),
    st.none() | VALUES | st.lists(TABLES, max_size=3),
    st.booleans(),
)
def test_any_table_is_a_recipe_or_a_trajviz_error(table, optimizers, plain):
    table |= {"surface": "bowl"} if plain else {}
    table |= {} if optimizers is None else {"optimizers": optimizers}
    try:
        recipe = read_recipe(table, "a", HERE)
    except TrajvizError:
        return
    hash(dataclasses.replace(recipe, optimizers=()))  # fails if a list is left anywhere


# Each default is stated for people as it is


def test_the_defaults_of_compare_are_the_recipes():
    values = Recipe("").values
    parameters = inspect.signature(compare).parameters
    defaults = {name: p.default for name, p in parameters.items() if name in values}
    del defaults["surface"]
    assert defaults == {name: values[name] for name in defaults}
    others = {"outputs", "format", "at", "animate", "made_in_python"}
    assert set(values) - set(parameters) == others
