"""Every view draws itself, as pixels and as vectors; one more is one more file."""

import ast
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from races import race
from skimage.metrics import structural_similarity

import trajviz
from trajviz.animation import Animation, still
from trajviz.errors import TrajvizError
from trajviz.files.formats import format_names, load_format
from trajviz.race import compare
from trajviz.recipe.recipe import Look
from trajviz.scene import panels, vector, views
from trajviz.scene.panels import load_panel, panel_names
from trajviz.scene.views import load_view, view_names

PACKAGE = Path(trajviz.__file__).parent
EVERY_VIEW = pytest.mark.parametrize("name", view_names())
SHORT = {"size": (320, 240), "steps": 12, "seconds": 0.4, "hold": 0.1}


def shown(name):
    surface = "x**4 - 3*x**2" if load_view(name).of_curve else "himmelblau"
    return race(surface, ("sgd:lr=0.01", "adam:lr=0.3"), view=name, **SHORT)


def part(picture, box):
    return picture[box.y0 : box.y1, box.x0 : box.x1]


def drawn_by_matplotlib(scene, step):
    canvas = FigureCanvasAgg(vector.draw(scene, step))
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


# What each is


def test_views_panels_and_themes_are_listed_without_numpy():
    program = (
        "import sys, trajviz\n"
        "print(*trajviz.view_names(), *trajviz.panel_names(), *trajviz.theme_names())\n"
        "assert not {'numpy', 'PIL'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [*view_names(), *panel_names(), *trajviz.theme_names()]


@EVERY_VIEW
def test_every_view_says_what_it_shows_and_what_it_is_called(name):
    view = load_view(name)
    assert view.summary.endswith(".")
    assert view.noun[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    what = "x**4 - 3*x**2" if view.of_curve else "Himmelblau's function"
    assert shown(name).alt_text().startswith(f"{view.noun} of {what}")


@pytest.mark.parametrize("name", panel_names())
def test_every_panel_says_what_it_shows(name):
    assert load_panel(name).summary.endswith(".")


def test_a_view_and_a_panel_of_two_words_are_called_with_a_hyphen():
    assert "step-size" in panel_names()
    with pytest.raises(TrajvizError, match="unknown panel 'step_size', did you mean 'step-size'"):
        load_panel("step_size")


@pytest.mark.long
@EVERY_VIEW
def test_what_a_view_says_it_can_is_what_its_plots_do(name):
    view, plots = load_view(name), shown(name).scene.plots
    assert view.everywhere is not any(plot.tracks for plot in plots)
    assert view.repaints is any(plot.reveal or plot.redrawn for plot in plots)
    if view.turns:
        scene = compare("himmelblau", ["sgd:lr=0.01"], view=name, orbit=90, **SHORT).scene
        assert scene.turning
        first, last = (np.array(drawn_by_matplotlib(scene, step)) for step in (0, 12))
        assert (first != last).any()
    else:
        with pytest.raises(TrajvizError, match="orbit turns a relief"):
            compare(shown(name).recipe.surface, ["sgd:lr=0.01"], view=name, orbit=90, **SHORT)


# How each is drawn


@EVERY_VIEW
def test_every_view_fills_its_plots_with_a_surface(name):
    scene = shown(name).scene
    picture = still(scene, 12)
    for plot in scene.plots:
        colors = np.unique(part(picture, plot.box).reshape(-1, 3), axis=0)
        assert len(colors) > 10


@EVERY_VIEW
def test_every_view_is_the_same_as_pixels_and_as_vectors(name):
    scene = shown(name).scene
    ours, theirs = still(scene, 7), drawn_by_matplotlib(scene, 7)
    assert structural_similarity(ours, theirs, channel_axis=2) >= 0.9


@EVERY_VIEW
def test_every_view_is_in_a_moving_svg_or_refused_there(name, tmp_path):
    view, path = load_view(name), tmp_path / "race.anim.svg"
    if view.repaints:
        with pytest.raises(TrajvizError, match=f"view '{name}' changes the whole picture"):
            shown(name).save(path)
        return
    root = ElementTree.fromstring(shown(name).save(path).read_bytes())
    groups = [g for g in root if g.tag.endswith("}g") and g.get("clip-path")]
    below = groups[: len(shown(name).scene.plots)]
    assert all(len([*group.iter()]) > 1 for group in below)


@EVERY_VIEW
def test_the_last_frame_of_every_view_is_its_still(name):
    *_, last = shown(name).frames()
    differing = (last != still(shown(name).scene, 12)).any(axis=2)
    # A still has no vertices where heads have been between two steps: a path may round otherwise.
    assert differing.sum() <= 2


# One more

PLAIN = '''
"""A view of nothing but a diagonal and a square."""

import numpy as np

from trajviz.scene.layout import Axes
from trajviz.scene.marks import square
from trajviz.scene.outline import LINE, MOVE, Area, Areas, Outline, Raster, Rim
from trajviz.scene.plot import Reveal
from trajviz.scene.track import Line
from trajviz.scene.views import Shown, View
from trajviz.scene.views._flat import Flat

ABOVE, RIM = (10, 120, 60), (200, 0, 200)


class Diagonal(Flat):
    def __init__(self, window, box):
        self.window, self.box = window, box
        low, high = (box.x0, box.y1), (box.x1, box.y0)
        corners = np.array([low, high, (box.x0, box.y0)], dtype=float)
        self.above = Outline(corners, np.array([MOVE, LINE, LINE], dtype=np.uint8))
        self.rim = Outline(corners[:2], np.array([MOVE, LINE], dtype=np.uint8))
        self.mark = square(box.x0 + 20, box.y1 - 20, 9, (0, 0, 0), (0, 0, 0), 1)

    def draw(self, picture):
        picture[:] = 255
        rows, columns = np.indices(picture.shape[:2]) / np.array(picture.shape[:2])[:, None, None]
        picture[rows + columns < 1] = ABOVE
        picture[-29:-11, 11:29] = 0

    def vectors(self, _step, _spacing, _margin):
        white = np.full((2, 2, 3), 255, dtype=np.uint8)
        areas = Areas((Area([self.above], ABOVE, Rim([self.rim], RIM)),), 1.0, 1.0, False)
        return [Raster(white, self.box), areas, self.mark]

    def drape(self, points):
        return points

    def line(self, points):
        return Line.through(self.project(points))


def show(run, boxes, draper):
    return Shown([draper.plot(Diagonal(run.window, boxes[0]))])


def axes(run):
    return [Axes(run.window, run.axes)]


VIEW = View(summary="A diagonal.", noun="Diagonal", axes=axes, show=show)
'''

BLINKING = """
import dataclasses

import numpy as np

from trajviz.scene.views import Shown, View
from trajviz.scene.views.plain_diagonal import Diagonal, axes


class Blinking(Diagonal):
    share = 0.0

    def draw(self, picture):
        super().draw(picture)
        picture[:, : round(self.share * picture.shape[1])] = 128


def show(run, boxes, draper):
    def at(share):
        view = Blinking(run.window, boxes[0])
        view.share = share
        return draper.plot(view)

    return Shown([dataclasses.replace(at(0.0), redrawn=at)])


VIEW = View(summary="It blinks.", noun="Blinking", axes=axes, show=show, repaints=True)
"""


@pytest.fixture
def dropped(tmp_path, monkeypatch):
    """Drop two views into the folder."""
    folder = tmp_path / "views"
    folder.mkdir()
    (folder / "plain_diagonal.py").write_text(PLAIN)
    (folder / "blinking.py").write_text(BLINKING)
    (folder / "_helper.py").write_text("")
    monkeypatch.setattr(views, "__path__", [*views.__path__, str(folder)])
    yield
    for name in ("plain_diagonal", "blinking"):
        sys.modules.pop(f"trajviz.scene.views.{name}", None)
        vars(views).pop(name, None)


@pytest.mark.long
@pytest.mark.usefixtures("dropped")
def test_a_file_dropped_into_the_folder_is_a_view_in_every_format(tmp_path):
    assert trajviz.view_names() == [
        "basins", "blinking", "contour", "curve", "plain-diagonal", "relief", "split",
    ]  # fmt: skip
    one = compare("bowl", ["sgd:lr=0.1"], view="plain-diagonal", panels=["loss"], **SHORT)
    assert one.alt_text().startswith("Diagonal of an elongated bowl")
    ours, theirs = still(one.scene, 12), drawn_by_matplotlib(one.scene, 12)
    assert structural_similarity(ours, theirs, channel_axis=2) >= 0.9
    for name in (n for n in format_names() if n != "avif" and not load_format(n).film):
        assert one.save(tmp_path / f"race.{name}").stat().st_size
    for name in ("race.svg", "race.anim.svg", "race.html"):
        text = (tmp_path / name).read_text("utf-8")
        assert "#0a783c" in text
        assert text.count("#c800c8") == 1
        assert "data:image/png;base64" in text.replace("\n", "")


@pytest.mark.usefixtures("dropped")
def test_a_view_that_is_drawn_anew_for_every_frame_needs_no_code_of_the_animation(tmp_path):
    one = compare("bowl", ["sgd:lr=0.1"], view="blinking", **SHORT)
    frames = [*Animation(one.scene, np.array([0.0, 6.0, 12.0])).frames()]
    grey = [(part(frame, one.scene.main.box) == 128).all(axis=2).mean() for frame in frames]
    assert grey == pytest.approx([0, 0.5, 1], abs=0.05)
    np.testing.assert_array_equal(frames[-1], still(one.scene, 12))
    assert one.save(tmp_path / "race.gif").stat().st_size
    with pytest.raises(TrajvizError, match="view 'blinking' changes the whole picture"):
        load_format("anim.svg").check_look(Look(view="blinking"))


PANEL = """
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel


def charts(run):
    return [Chart("first coordinate", tuple(course.points[:, 0] for course in run.courses))]


PANEL = Panel(summary="The first coordinate.", charts=charts)
"""


def test_a_file_dropped_into_the_folder_is_a_panel(tmp_path, monkeypatch):
    (tmp_path / "first_coordinate.py").write_text(PANEL)
    monkeypatch.setattr(panels, "__path__", [*panels.__path__, str(tmp_path)])
    assert {"first-coordinate", "loss"} <= set(trajviz.panel_names())
    one = compare("bowl", ["sgd:lr=0.1"], panels=["first-coordinate"], **SHORT)
    assert [plot.view.chart.title for plot in one.scene.plots[1:]] == ["first coordinate"]
    assert "with a chart of first coordinate" in one.alt_text()
    sys.modules.pop("trajviz.scene.panels.first_coordinate")
    vars(panels).pop("first_coordinate")


@pytest.mark.long
def test_no_module_beside_the_views_knows_one_of_them():
    """They are known by what they say of themselves; the default alone has its name elsewhere."""
    folder = PACKAGE / "scene" / "views"
    known = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if folder in path.parents or path.parent.name == "_live_page":  # which draws two of them
            continue
        nodes = [*ast.walk(ast.parse(path.read_text("utf-8")))]
        joints = [one.value for one in nodes if isinstance(one, ast.keyword) and one.arg == "joint"]
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module.startswith("trajviz.scene.views."):
                known.append((path.name, node.module))
            if node in joints:  # Pillow calls a joint of lines "curve", too
                continue
            if isinstance(node, ast.Constant) and node.value in {*view_names()} - {"contour"}:
                known.append((path.name, node.value))
    assert known == []
