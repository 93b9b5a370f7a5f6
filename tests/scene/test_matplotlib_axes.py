"""A race in a user's own figure: in data coordinates, and with what the user has set."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from trajviz import TrajvizError, compare
from trajviz.scene.color import hexed
from trajviz.scene.theme import load_theme

SPECS = ["sgd:lr=0.05", "adam:lr=0.3,label=mine"]


@pytest.fixture(scope="module")
def race():
    path = np.linspace([-9, 2], [0, 0], 6)
    return compare("bowl", SPECS, paths=[path], steps=20, size=(320, 240))


def axes():
    return Figure().add_subplot()


def tracks(ax):
    """Return the lines with a label, by label."""
    handles, labels = ax.get_legend_handles_labels()
    return dict(zip(labels, handles, strict=True))


def test_it_draws_into_the_axes_it_is_given_and_returns_them(race):
    ax = axes()
    assert race.plot(ax) is ax
    assert len(ax.figure.axes) == 1


def test_tracks_are_in_data_coordinates_and_the_legend_names_them(race):
    lines = tracks(race.plot(axes()))
    assert [*lines] == ["SGD 0.05", "mine 0.3", "path"]
    for line, course in zip(lines.values(), race.courses, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), course.points)


def test_at_a_step_tracks_go_so_far(race):
    lines = tracks(race.plot(axes(), at=3))
    assert {len(line.get_xydata()) for line in lines.values()} == {4}
    with pytest.raises(TrajvizError, match="at 21 is not a step from 0 to 20"):
        race.plot(axes(), at=21)


def test_the_window_and_the_names_of_the_axes_are_the_races(race):
    ax = race.plot(axes())
    assert (*ax.get_xlim(), *ax.get_ylim()) == race.window
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("W", "b")


def test_a_unit_is_as_long_across_as_up_where_the_race_is_drawn_so(race):
    assert race.plot(axes()).get_aspect() == 1
    filled = compare("bowl", SPECS, steps=2, aspect="fill")
    assert filled.plot(axes()).get_aspect() == "auto"


def test_start_and_minima_are_marked(race):
    marks = {line.get_marker(): line for line in race.plot(axes()).lines}
    np.testing.assert_array_equal(marks["s"].get_xydata(), [race.start])
    np.testing.assert_array_equal(marks["*"].get_xydata(), race.surface.minima)


def test_colours_are_the_themes_unless_the_user_has_a_cycle(race):
    theme = load_theme("light")
    shown = [line.get_color() for line in tracks(race.plot(axes())).values()]
    assert shown == [hexed(theme.track(index)) for index in range(3)]
    with mpl.rc_context({"axes.prop_cycle": mpl.cycler(color=["red", "blue"])}):
        shown = [line.get_color() for line in tracks(race.plot(axes())).values()]
    assert shown == ["red", "blue", "red"]


def test_line_widths_and_fonts_are_the_users(race):
    with mpl.rc_context({"lines.linewidth": 4.5, "axes.labelsize": 20}):
        ax = race.plot(axes())
    assert {line.get_linewidth() for line in tracks(ax).values()} == {4.5}
    assert ax.xaxis.label.get_size() == 20


def test_a_colour_map_takes_the_place_of_the_themes_shades(race):
    def shades(ax):
        return ax.collections[0].get_facecolor()[:, :3]

    low, *_, high = shades(race.plot(axes(), cmap="viridis"))
    np.testing.assert_allclose(low, mpl.colormaps["viridis"](0.0)[:3], atol=0.02)
    np.testing.assert_allclose(high, mpl.colormaps["viridis"](1.0)[:3], atol=0.02)
    low, *_ = shades(race.plot(axes()))
    np.testing.assert_allclose(255 * low, load_theme("light").shades[0], atol=1)


def test_the_higher_of_two_places_has_the_higher_shade(race):
    filled = race.plot(axes(), cmap="gray").collections[0]
    assert (np.diff(filled.get_facecolor()[:, 0]) >= 0).all()
    assert (np.diff(filled.levels) > 0).all()


ALONE = """
import matplotlib, sys
matplotlib.use("agg")
import trajviz
race = trajviz.compare("bowl", ["sgd"], steps=5)
race.plot(matplotlib.figure.Figure().add_subplot())
assert "matplotlib.pyplot" not in sys.modules
ax = race.plot()
import matplotlib.pyplot as plt
assert plt.gcf() is ax.figure and ax.get_title() == "Elongated bowl" and ax.get_legend()
"""


@pytest.mark.long
def test_pyplot_is_loaded_only_where_no_axes_are_given():
    code = "import matplotlib.figure\n" + ALONE
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_surface_with_holes_is_drawn_with_holes():
    race = compare("log(x) + y**2", ["sgd:lr=0.01"], start=(1, 1), window=(-1, 3, -2, 2), steps=5)
    ax = race.plot(axes())
    ax.figure.canvas.draw()
    paths = [p for c in ax.collections for p in c.get_paths() if len(p.vertices)]
    assert min(p.vertices[:, 0].min() for p in paths) >= 0
