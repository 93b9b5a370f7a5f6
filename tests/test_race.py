"""One call from names to files: compare, and what its result can do."""

import base64
import functools
import inspect
import io
import re

import numpy as np
import pytest
from pictures import decoded_gif
from PIL import Image

import trajviz
from trajviz import race as race_module
from trajviz.errors import TrajvizError
from trajviz.race import Race, compare
from trajviz.surface import Surface, Window

QUICK = {"size": (320, 240), "steps": 12, "seconds": 0.5, "hold": 0.1}


def quick(*optimizers, surface="bowl", **options):
    return compare(surface, optimizers or ("sgd:lr=0.1",), **{**QUICK, **options})


def test_the_public_names_are_all_there():
    for name in trajviz.__all__:
        assert getattr(trajviz, name) is not None
    assert set(dir(trajviz)) == set(trajviz.__all__)
    assert trajviz.compare is compare
    with pytest.raises(AttributeError, match="'trajviz' has no attribute 'compair'"):
        trajviz.compair  # noqa: B018  # asking is what is tested


def test_compare_runs_as_in_the_readme():
    race = trajviz.compare("beale", ["sgd", "rmsprop:beta=0.95"], start=(1, 1.6), steps=198)
    assert isinstance(race, Race)
    assert [t.label for t in race.trajectories] == ["sgd", "rmsprop"]
    assert race.trajectories[1].settings["beta"] == 0.95
    for t in race.trajectories:
        assert t.points.shape == (199, 2)
        assert t.points[0].tolist() == [1, 1.6]
        assert t.rate_rule == "tuned"
    assert race.steps == 198
    assert race.look.size == (640, 480)


def test_without_names_the_default_optimizers_race():
    race = compare("bowl", steps=3)
    assert [t.label for t in race.trajectories] == ["sgd", "momentum", "rmsprop", "adam"]
    assert race.start == race.surface.start
    assert race.window == race.surface.window


def test_frames_are_pictures_of_bytes_and_copies():
    frames = list(quick().frames())
    assert len(frames) == 12
    assert {(f.shape, f.dtype) for f in frames} == {((240, 320, 3), np.dtype(np.uint8))}
    assert len({f.__array_interface__["data"][0] for f in frames}) == 12
    before = frames[1].copy()
    frames[0][:] = 0
    np.testing.assert_array_equal(frames[1], before)


def test_saving_returns_the_path_and_takes_text_and_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert quick().save(str(tmp_path / "race.png")) == tmp_path / "race.png"
    assert quick().save("~/home.png") == tmp_path / "home.png"
    assert (tmp_path / "home.png").is_file()


def test_the_format_may_be_named_where_no_suffix_says_it(tmp_path):
    path = quick().save(tmp_path / "race", format="png")
    assert path.name == "race"
    assert path.read_bytes() == quick().to_bytes("png")


@pytest.mark.long
def test_several_saves_compose_the_scene_once(tmp_path, monkeypatch):
    calls = []

    def compose(*args):
        calls.append(args)
        return original(*args)

    original = race_module.compose
    monkeypatch.setattr(race_module, "compose", compose)
    race = quick()
    assert calls == []
    for name in ("race.gif", "race.png", "race.svg", "race.mp4"):
        race.save(tmp_path / name)
    list(race.frames())
    race.to_bytes("png")
    assert len(calls) == 1


def test_in_a_notebook_a_race_shows_itself():
    race = quick('sgd:lr=0.1,label=<b>&"quick"', "adam")
    html = race._repr_html_()
    found = re.fullmatch(
        r'<picture><source media="\(prefers-reduced-motion: reduce\)" '
        r'srcset="data:image/png;base64,([^"]+)">'
        r'<img width="320" height="240" src="data:image/gif;base64,([^"]+)" alt="([^"]*)">'
        r"</picture>",
        html,
    )
    assert found
    assert base64.b64decode(found[1]) == race._repr_png_()
    frames, _ = decoded_gif(base64.b64decode(found[2]))
    np.testing.assert_array_equal(frames[0].shape, (240, 320, 3))
    assert len(frames) > 5
    assert found[3].startswith("Contour plot of an elongated bowl from (-9, 2.4). ")
    assert "&lt;b&gt;&amp;&quot;quick&quot; and Adam" in found[3]
    with Image.open(io.BytesIO(race._repr_png_())) as image:
        assert (image.format, image.size) == ("PNG", (320, 240))


def valley(x, y):
    """A valley of the user's own."""
    return (y - x * x) ** 2 + 0.1 * x * x


def test_a_surface_of_the_users_own_is_welcome():
    own = Surface(valley, window=(-2, 2, -1, 3), start=(-1.5, 2))
    race = compare(own, ["adam:lr=0.1"], **QUICK)
    assert inspect.unwrap(race.surface.formula) is valley
    assert race.surface.window == own.window
    assert repr(race).startswith("<Race on valley: ")
    assert race.window == Window(-2, 2, -1, 3)
    np.testing.assert_array_equal(
        race.trajectories[0].heights, own.value(race.trajectories[0].points)
    )
    assert race.to_bytes("png")


SOURCE = '''
from trajviz import Surface


def tilted(x, y):
    """A tilted plane."""
    return x + 2 * y


surface = Surface(tilted, window=(-1, 1, -1, 1), start=(0, 0))
'''


def test_a_surface_file_is_welcome_by_path(tmp_path):
    (tmp_path / "tilted_plane.py").write_text(SOURCE)
    race = compare(tmp_path / "tilted_plane.py", ["sgd:lr=0.1"], steps=2)
    np.testing.assert_allclose(race.trajectories[0].points, [[0, 0], [-0.1, -0.2], [-0.2, -0.4]])
    assert race.surface.title == "Tilted plane"


def test_progress_is_told_of_steps_then_of_frames(tmp_path):
    told = []
    race = compare(
        "bowl", ["sgd:lr=0.1", "adam:lr=0.1"], steps=2500, size=(160, 120), seconds=0.4,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told[-1] == (5000, 5000)
    assert told == sorted(told)
    assert len(told) >= 4
    for name in ("race.gif", "race.mp4"):
        told.clear()
        race.save(tmp_path / name, progress=lambda done, total: told.append((done, total)))
        assert told
        assert told[-1][0] == told[-1][1]
        assert told == sorted(told)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"steps": 0}, "steps 0 is not a whole number"),
        ({"steps": 1.5}, "steps 1.5 is not a whole number"),
        ({"steps": 2_000_000}, "2,000,000 steps are more than 1,000,000"),
        ({"seconds": 300, "fps": 25}, "7,500 frames are more than 5,000"),
        ({"size": (3840, 2160), "seconds": 50}, "pixels in all are more than 10,000,000,000"),
        ({"start": (1,)}, "start '1' is not two finite numbers"),
        ({"start": (1, float("nan"))}, "start '1,nan' is not two finite numbers"),
        ({"window": (1, 2, 3)}, "window '1,2,3' is not four finite numbers"),
        ({"window": (1, -1, 0, 1)}, "window '1,-1,0,1' is empty"),
        ({"theme": "neon"}, "unknown theme 'neon'"),
        ({"size": (0, 0)}, "size 0x0"),
        ({"fps": 0}, "fps 0"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(options, says, monkeypatch):
    monkeypatch.setattr(race_module, "descend", None)
    with pytest.raises(TrajvizError, match=says):
        compare("bowl", ["sgd"], **options)


def test_force_lifts_the_limits_that_only_protect_time(monkeypatch):
    monkeypatch.setattr(race_module, "descend", lambda *_, **__: ())
    assert compare("bowl", ["sgd"], steps=2_000_000, seconds=300, force=True).steps == 2_000_000


def test_a_colour_and_a_key_without_room_are_refused_before_any_work(monkeypatch):
    monkeypatch.setattr(race_module, "descend", None)
    with pytest.raises(TrajvizError, match="'reddish' is not a colour"):
        compare("bowl", ["sgd:color=reddish"])
    many = [f"sgd:label=number {n}" for n in range(30)]
    with pytest.raises(TrajvizError, match="160x120 has no room for a key of 30 tracks"):
        compare("bowl", many, size=(160, 120))


def test_a_start_where_the_surface_is_not_finite_is_refused():
    with pytest.raises(TrajvizError, match="no finite value and slope at the start"):
        compare("beale", ["sgd"], start=(1e200, 1e200))


def test_a_race_says_what_makes_its_gradients_inexact():
    noisy = compare("bowl", ["sgd:lr=0.1"], noise=0.5, seed=3, steps=2)
    assert (noisy.noise.sigma, noisy.noise.seed) == (0.5, 3)


# Objects of Python


def my_rule(gradient, w, lr):
    """Mine: down the slope."""
    while True:
        w = w - lr * gradient(w)
        yield w


my_rule.__module__ = "__main__"  # as in a script or a notebook


def test_objects_of_python_race_with_no_file_on_disk(tmp_path):
    path = np.linspace([3, 1], [0, 0], 9)
    race = quick(
        my_rule,
        {"name": "rmsprop", "lr": 0.01},
        functools.partial(my_rule, lr=0.02),
        surface=lambda x, y: x**2 + 20 * y**2,
        paths=[path, {"theirs": path[::2]}],
    )
    assert [course.label for course in race.courses] == [
        *("my_rule", "rmsprop", "my_rule lr=0.02"),
        *("path", "theirs"),
    ]
    np.testing.assert_array_equal(race.paths[1].points, path[::2])
    np.testing.assert_allclose(race.paths[0].heights, path[:, 0] ** 2 + 20 * path[:, 1] ** 2)
    made = ["the surface f(x, y)", "the optimizer my_rule", "the path path", "the path theirs"]
    assert trajviz.read_note(race.save(tmp_path / "mine.gif")).table["made_in_python"] == made
    with pytest.raises(TrajvizError, match=r"again: the surface f\(x, y\), .* and the path theirs"):
        trajviz.load_recipe(tmp_path / "mine.gif")


def test_a_mapping_is_what_a_table_of_a_recipe_is():
    one = quick({"name": "momentum", "lr": 0.01, "beta": 0.5, "label": "mine"})
    assert one.to_bytes("png") == quick("momentum:lr=0.01,beta=0.5,label=mine").to_bytes("png")
    assert not one.recipe.made_in_python


def test_a_function_is_raced_on_as_its_formula_is():
    own = quick(surface=valley, title="same")
    formula = quick(surface="(y - x*x)**2 + 0.1*x*x", title="same")
    assert own.window == formula.window
    assert own.start == formula.start
    np.testing.assert_allclose(own.trajectories[0].points, formula.trajectories[0].points)
    assert (own.surface.name, quick(surface=valley).surface.title) == ("valley", "Valley")


def test_a_function_is_raced_on_where_the_user_says():
    race = quick(surface=valley, start=(1, 1.5), window=(-3, 3, -3, 3))
    assert (race.start, race.window) == ((1, 1.5), Window(-3, 3, -3, 3))


def test_tune_takes_what_compare_takes():
    options = {"start": (2, 1), "steps": 50}
    for surface in ("bowl", valley, "x**2 + 3*y**2"):
        found = trajviz.tune(surface, [my_rule, "adam"], **options)
        race = compare(surface, [my_rule, "adam"], **options)
        assert [t.rate for t in found.tunings] == [t.settings["lr"] for t in race.trajectories]


def test_a_trajectory_is_a_path():
    one = quick("adam:lr=0.1")
    again = quick(paths=one.trajectories)
    np.testing.assert_array_equal(again.paths[0].points, one.trajectories[0].points)
    assert again.paths[0].label == "adam"


SURFACES = (
    "give a name, a formula in x and y, the path of a file, a function of x and y, or a Surface"
)


@pytest.mark.parametrize("thing", [3, int, np.zeros((2, 2)), ["bowl"]], ids=str)
def test_what_is_no_surface_is_refused_with_what_is(thing):
    with pytest.raises(TrajvizError, match=rf"^.{{1,60}} is no surface: {re.escape(SURFACES)}$"):
        compare(thing)


PATHS = (
    "give an array (steps + 1, 2), a mapping of labels to such arrays, a Trajectory, or the name"
)


@pytest.mark.parametrize("thing", [3, None, np.zeros(3), [[1, 2, 3]], {"a": "b"}, []], ids=str)
def test_what_is_no_path_is_refused_with_what_is(thing):
    with pytest.raises(
        TrajvizError, match=rf"^.{{1,60}} is no path: {re.escape(PATHS)} of a file$"
    ):
        compare("bowl", paths=[thing])


def test_points_of_a_path_are_finite_up_to_its_end():
    path = np.array([[1.0, 1.0], [0.5, 0.5], [np.nan, np.nan]])
    assert quick(paths=[path]).paths[0].steps == 1
    with pytest.raises(
        TrajvizError, match="the points of a path are not finite numbers up to where they end"
    ):
        quick(paths=[path[::-1]])


def test_two_paths_of_one_label_are_refused_and_arrays_are_numbered():
    path = np.ones((3, 2))
    assert [p.label for p in quick(paths=[path, path]).paths] == ["path 1", "path 2"]
    with pytest.raises(TrajvizError, match="two paths are called 'a'"):
        quick(paths=[{"a": path}, {"a": path}])


def test_a_single_path_needs_no_list():
    assert [p.label for p in quick(paths={"a": np.ones((3, 2)), "b": np.ones((2, 2))}).paths] == [
        "a",
        "b",
    ]
    assert [p.label for p in quick(paths=np.ones((3, 2))).paths] == ["path"]


def test_what_a_notebook_stores_of_an_object_is_one_short_line():
    race = quick("sgd", paths=[np.ones((3, 2))])
    found = trajviz.tune("bowl", ["sgd"], steps=5)
    for thing in (race, race.trajectories[0], race.paths[0], found):
        assert len(repr(thing)) < 120
        assert "\n" not in repr(thing)
    assert repr(race) == "<Race on bowl: sgd, path; 12 steps; contour, 320x240>"
