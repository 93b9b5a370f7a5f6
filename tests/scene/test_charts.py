"""Charts beside the view: what their curves say, where they stand, what is refused."""

import dataclasses
import functools
import itertools

import numpy as np
import pytest
from charts import charts_of
from hypothesis import example, given
from hypothesis import strategies as st
from pictures import around, ink
from races import race

from trajviz.animation import still
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene.chart import Chart, ChartView
from trajviz.scene.layout import MINUS
from trajviz.scene.marks import Box, Text
from trajviz.scene.panels import panel_names
from trajviz.scene.views import view_names
from trajviz.scene.views.contour import ContourView
from trajviz.scene.views.relief import ReliefView
from trajviz.surface import Surface, Window
from trajviz.surface.catalogue import load_surface

PAIR = ("sgd:lr=0.3", "rmsprop:lr=0.1,beta=0.8")


def values_of(plot, track):
    """Return the values that a curve shows at its vertices, by the plot's own axes."""
    window, box = plot.view.axes.window, plot.box
    share = (box.y1 - track.vertices[:, 1]) / box.height
    values = window.y0 + share * (window.y1 - window.y0)
    return 10**values if plot.view.axes.log else values


def steps_of(plot, track):
    window, box = plot.view.axes.window, plot.box
    return window.x0 + (track.vertices[:, 0] - box.x0) / box.width * (window.x1 - window.x0)


# What the curves say


def test_the_loss_is_the_height_above_the_known_minimum():
    one = race("bowl", PAIR, panels=("loss",), steps=30)
    (plot,) = charts_of(one)
    assert plot.view.chart.title == "height above minimum"
    for track, trajectory in zip(plot.tracks, one.trajectories, strict=True):
        w, b = trajectory.points.T
        np.testing.assert_allclose(values_of(plot, track), 0.05 * w**2 + b**2, rtol=1e-6)
        np.testing.assert_allclose(steps_of(plot, track), np.arange(31), atol=1e-9)
    assert [t.color for t in plot.tracks] == [t.color for t in one.scene.main.tracks]


def test_the_loss_is_above_the_lowest_of_several_minima_and_never_below_0():
    deep = Surface(
        lambda x, y: (x**2 - 1) ** 2 + 0.5 * x + y**2 - 3, window=(-2, 2, -1, 1), start=(1.5, 0.4),
        minima=((-1.05745, 0.0), (0.9304, 0.0)),
    )  # fmt: skip
    one = compare(deep, ["sgd:lr=0.05"], panels=["loss"], steps=60)
    (curve,) = charts_of(one)[0].view.chart.curves
    lowest = deep.value(np.array([-1.05745, 0.0]))
    np.testing.assert_allclose(curve, np.maximum(one.trajectories[0].heights - lowest, 0))
    assert curve[-1] > 0.9  # it ended in the higher one


def test_the_loss_of_what_gets_lower_than_the_stated_digits_of_the_minimum_is_0():
    """A minimum is stated to so many digits, and a run may find the rest of them."""
    rounded = Surface(
        lambda x, y: x**2 + y**2, window=(-1, 1, -1, 1), start=(0.9, 0), minima=((0.001, 0.0),)
    )
    one = compare(rounded, ["sgd:lr=0.25"], panels=["loss"], steps=12)
    (chart,) = [plot.view.chart for plot in charts_of(one)]
    assert chart.title == "height above minimum"
    expected = np.maximum(one.trajectories[0].heights - 1e-6, 0)
    np.testing.assert_allclose(chart.curves[0], expected, atol=1e-12)
    assert one.trajectories[0].heights[-1] < 1e-6


def test_where_a_run_goes_lower_than_the_known_minimum_the_loss_is_plain_height_and_says_so():
    start = (-1.4, -2.9)
    one = compare("mccormick", ["sgd:lr=0.1", "adam:lr=0.1"], start=start, panels=["loss"])
    (plot,) = charts_of(one)
    assert plot.view.chart.title == f"height (known minimum: {MINUS}1.91)"
    assert not plot.view.axes.log
    for track, trajectory in zip(plot.tracks, one.trajectories, strict=True):
        assert trajectory.heights[-1] < -5
        np.testing.assert_allclose(values_of(plot, track), trajectory.heights, atol=1e-9)
        assert track.vertices[-1, 1] <= plot.box.y1
    titles = [mark.text for mark in one.scene.marks if isinstance(mark, Text)]
    assert f"height (known minimum: {MINUS}1.91)" in titles


def test_what_runs_far_below_the_known_minimum_does_not_flatten_the_rest():
    one = compare("mccormick", ["momentum:lr=0.3", "sgd:lr=0.01"], start=(-1.4, -2.9),
                  panels=["loss"], steps=400)  # fmt: skip
    (plot,) = charts_of(one)
    assert one.trajectories[0].heights[-1] < -200
    assert plot.view.axes.window.y0 > -150


def test_without_a_known_minimum_the_loss_is_the_height_itself():
    one = race("saddle", PAIR, panels=("loss",), steps=8)
    (plot,) = charts_of(one)
    assert plot.view.chart.title == "height"
    assert not plot.view.axes.log
    for track, trajectory in zip(plot.tracks, one.trajectories, strict=True):
        inside = np.abs(trajectory.heights) < 8
        assert inside.sum() >= 3
        shown = values_of(plot, track)
        np.testing.assert_allclose(shown[inside], trajectory.heights[inside], atol=1e-9)


def test_the_effective_steps_are_each_axis_own_and_begin_with_step_1():
    one = race("bowl", PAIR, panels=("step-size",), steps=30)
    in_w, in_b = charts_of(one)
    assert [plot.view.chart.title for plot in (in_w, in_b)] == [
        "effective step in W", "effective step in b",
    ]  # fmt: skip
    slopes = one.trajectories[1].points[:-1] * [0.1, 2.0]
    s, expected = np.zeros(2), []
    for g in slopes:
        s = 0.8 * s + 0.2 * g * g
        expected.append(0.1 / np.sqrt(s + 1e-8))
    for plot, by_paper in zip((in_w, in_b), np.transpose(expected), strict=True):
        sgd, rmsprop = plot.tracks
        np.testing.assert_allclose(values_of(plot, sgd), 0.3, rtol=1e-5)
        np.testing.assert_allclose(values_of(plot, rmsprop), by_paper, rtol=1e-5)
        np.testing.assert_allclose(steps_of(plot, sgd), np.arange(1, 31), atol=1e-9)


def test_lengths_begin_with_step_1_and_turns_with_step_2():
    one = race("bowl", PAIR, panels=("gradient-length", "step-length", "turn"), steps=30)
    gradient, step, turn = charts_of(one)
    for row, trajectory in enumerate(one.trajectories):
        slopes = trajectory.points[:-1] * [0.1, 2.0]
        moved = np.diff(trajectory.points, axis=0)
        before, after = moved[:-1].T, moved[1:].T
        angles = np.degrees(
            np.abs(np.angle((after[0] + 1j * after[1]) / (before[0] + 1j * before[1])))
        )
        for plot, values, first in (
            (gradient, np.hypot(*slopes.T), 1), (step, np.hypot(*moved.T), 1), (turn, angles, 2)
        ):  # fmt: skip
            chart = plot.view.chart
            np.testing.assert_allclose(chart.curves[row], values, rtol=1e-5, atol=1e-6)
            assert chart.first == first
    assert turn.view.axes.window.y0 < 0 < 180 < turn.view.axes.window.y1


def test_charts_of_effective_steps_are_named_after_the_axes_that_the_user_names():
    one = compare("bowl", ["sgd:lr=0.1"], axes=("p", "q"), panels=["step-size"], steps=5)
    titles = [mark.text for mark in one.scene.marks if isinstance(mark, Text)]
    assert {"effective step in p", "effective step in q"} <= set(titles)


@pytest.mark.long
def test_the_accuracy_is_the_share_classified_right_from_0_to_1():
    one = compare("noisy-moons", ["sgd:lr=0.5"], panels=["accuracy"], steps=20)
    (plot,) = charts_of(one)
    surface = load_surface("noisy-moons")
    points = one.trajectories[0].points
    expected = [float(surface.accuracy(*point)) for point in points]
    np.testing.assert_allclose(values_of(plot, plot.tracks[0]), expected, atol=1e-9)
    window = plot.view.axes.window
    assert not plot.view.axes.log
    assert window.y0 <= min(expected)
    assert max(expected) <= window.y1 <= 1.1


# Scales and gaps


def view_of(*curves, steps=10, **options):
    chart = Chart("T", tuple(np.array(curve, dtype=np.float64) for curve in curves), **options)
    return ChartView(chart, chart.axes(steps, "step"), Box(50, 20, 250, 120))


@pytest.mark.parametrize(
    ("curve", "log"),
    [
        ([100, 10, 0.5], True),
        ([100, 10, 1], False),
        ([100, 1, 0], False),
        ([100, 0.5, 0], True),
        ([100, 0.01, -1], False),
        ([0, 0, 0], False),
        ([np.inf, 1, np.nan], False),
        ([5], False),
    ],
)
def test_a_chart_is_logarithmic_where_values_from_0_span_more_than_a_hundredfold(curve, log):
    assert view_of(curve).axes.log is log


def test_bounds_that_are_given_hold():
    view = view_of([0.001, 0.9], bounds=(0.0, 1.0))
    assert not view.axes.log
    assert view.axes.window.y0 <= 0 < 1 <= view.axes.window.y1 <= 1.1


@pytest.mark.parametrize(
    ("curves", "options", "low", "high"),
    [
        ([[1, 3]], {}, 1 - 0.08, 3 + 0.08),
        ([[-2, 5], [7, 1e-3]], {}, -2 - 0.36, 7 + 0.36),
        ([[5, 5]], {}, 5 - 5e-9, 5 + 5e-9),
        ([[-5, -5]], {}, -5 - 5e-9, -5 + 5e-9),
        ([[0, 0]], {}, -0.5, 0.5),
        ([[np.nan]], {}, -0.04, 1.04),
        ([[4, 9]], {"bounds": (2.0, 4.0)}, 1.92, 4.08),
        ([[100, 1e-2]], {}, -2 - 0.16, 2 + 0.16),
        ([[1, 1e-30]], {}, -10 - 0.4, 0.4),
        ([[3e-8, 1e-5, 2e9]], {}, np.log10(3e-8) - 0.08, np.log10(3e-8) + 2.08),
        ([[0, 10, 1e4]], {}, 1 - 1e-9, 1 + 1e-9),
        ([[np.nan, 10, 1e4], [1, 20]], {}, -0.12, 3.12),
    ],
)
def test_an_axis_shows_what_its_curves_have_and_a_little_more(curves, options, low, high):
    window = view_of(*curves, **options).axes.window
    assert (window.y0, window.y1) == pytest.approx((low, high), rel=1e-12)


def test_a_value_stands_at_its_step_and_its_height():
    view = view_of([1, 2, 3], steps=10, bounds=(1.0, 3.0))
    steps, values = np.array([0, 5.2, 10.4]), np.array([1, 2, 1e9])
    across, down = view.project(steps, values).T
    np.testing.assert_allclose(across, [50, 150, 250])
    np.testing.assert_allclose(down, [120 - 0.08 / 2.16 * 100, 70, 120 - 51 * 100])
    assert view.project(np.zeros(1), np.array([-1e9]))[0, 1] == pytest.approx(120 + 50 * 100)
    logarithmic = view_of([1, 0.1, 1e-3], steps=10)
    zero = logarithmic.project(np.zeros(1), np.zeros(1))[0, 1]
    assert zero == pytest.approx(120 + 100 / 3.24)  # a power of ten below all that is shown


def test_what_is_missing_at_first_begins_where_the_curve_does():
    (line,) = view_of([np.nan, 4, np.nan, 6], steps=3, first=1).lines()
    np.testing.assert_array_equal(line.knots, [1, 2, 3, 4])
    heights = view_of([4, 4, 4, 6], steps=3, first=1).lines()[0].vertices[:, 1]
    np.testing.assert_allclose(line.vertices[:, 1], heights)
    assert line.gap.tolist() == [True, True, True, True]


VALUES = st.one_of(
    st.floats(-1e300, 1e300), st.floats(0, 10), st.sampled_from([0.0, np.nan, np.inf, 1e-300])
)
CURVES = st.lists(st.lists(VALUES, min_size=1, max_size=11), min_size=1, max_size=3)


@given(CURVES)
@example([[np.nan, 1.0]])
@example([[4503599627370498.0]])
@example([[1e308, -1e308]])
def test_whatever_the_values_every_vertex_is_finite_and_only_what_is_missing_is_a_gap(curves):
    view = view_of(*curves)
    assert np.isfinite(view.axes.window).all()
    assert view.axes.window.y0 < view.axes.window.y1
    for curve, line in zip(curves, view.lines(), strict=True):
        there = np.isfinite(curve)
        assert np.isfinite(line.vertices).all()
        if not there.any():
            assert len(line.vertices) == 1
            continue
        drawn = there[1:] & there[:-1]
        np.testing.assert_array_equal(line.gap[1:], ~drawn)
        order = np.argsort(np.array(curve)[there], kind="stable")
        assert (np.diff(line.vertices[there][order, 1]) <= 1e-6).all()


def test_all_of_a_curve_that_comes_down_lies_in_its_plot():
    view = view_of([50, 900, 3, 0.01], [50, 40, 30, 20])
    for line in view.lines():
        assert (line.vertices[:, 1] >= 20).all()
        assert (line.vertices[:, 1] <= 120).all()


def test_a_curve_that_shoots_up_leaves_the_others_their_room():
    calm = np.linspace(50, 20, 11)
    view = view_of(calm, 50 * 10.0 ** np.arange(0, 110, 10))
    low, high = view.lines()
    assert np.ptp(low.vertices[:, 1]) > 10
    assert high.vertices[-1, 1] < 20


def test_heights_that_fall_for_ever_have_a_chart():
    one = compare("saddle", ["sgd:lr=0.1"], panels=["loss"], steps=2100, size=(320, 240))
    assert one.trajectories[0].diverged_at
    window = charts_of(one)[0].view.axes.window
    assert np.isfinite(window).all()
    assert -8 < window.y0 < window.y1 < 8  # what the window of the surface holds
    assert still(one.scene, 2100).shape == (240, 320, 3)


def test_a_missing_value_leaves_a_gap_in_the_picture():
    base = race("bowl", ("sgd:lr=0.01",), panels=("loss",), steps=10)
    (plot,) = charts_of(base)
    curve = np.array([8, 8, 8, 8, np.nan, 8, 8, 8, 8, 8, 1.0])
    chart = Chart("T", (curve,))
    view = dataclasses.replace(plot.view, chart=chart, axes=chart.axes(10, "step"))
    (line,) = view.lines()
    track = dataclasses.replace(plot.tracks[0], line=line)
    changed = dataclasses.replace(plot, view=view, tracks=(track,))
    picture = still(dataclasses.replace(base.scene, plots=(base.scene.main, changed)), 10)
    x, y = ((line.vertices[:-1] + line.vertices[1:]) / 2).T
    same = (picture[y.astype(int), x.astype(int)] == track.color).all(axis=1)
    assert same[:9].tolist() == [True, True, True, False, False, True, True, True, True]


# In time


@pytest.mark.parametrize("step", [0, 1, 4.5, 12, 20])
def test_a_curve_is_drawn_as_far_as_the_step_and_its_head_is_at_its_end(step):
    one = race("bowl", PAIR[:1], panels=("loss", "step-size"), steps=20)
    picture = still(one.scene, step)
    for plot in charts_of(one):
        track, box, pen = plot.tracks[0], plot.box, plot.pen
        part = np.s_[box.y0 : box.y1, box.x0 : box.x1]
        drawn = (picture[part] != one.scene.background[part]).any(axis=(0, 2))
        window = plot.view.axes.window
        now = (step - window.x0) / (window.x1 - window.x0) * box.width
        if step < plot.view.chart.first:
            assert not drawn.any()
            continue
        assert np.flatnonzero(drawn)[-1] <= now + pen.head + pen.rim + 1
        x, y = track.at(np.array([float(step)]))[0]
        assert x - box.x0 == pytest.approx(now)
        assert tuple(picture[int(y), int(x)]) == track.color
        columns = np.arange(0, int(now))[int(plot.view.chart.first * box.width / 20) + 3 :]
        assert drawn[columns].all()


def test_a_chart_of_the_animation_is_that_of_the_still():
    one = race(
        "bowl", PAIR, panels=("loss", "step-size"), steps=12, seconds=1.3, fps=10, pace="uniform"
    )
    frames = [*one.frames()]
    for plot in charts_of(one):
        part = np.s_[plot.box.y0 : plot.box.y1, plot.box.x0 : plot.box.x1]
        for step in (0, 5, 12):
            np.testing.assert_array_equal(frames[step][part], still(one.scene, step)[part])


# Where they stand


SIZES = [(480, 360), (640, 480), (800, 450), (1280, 960), (1080, 1080)]
PANELS = [(), ("loss",), ("step-size",), ("loss", "step-size"), ("loss", "accuracy", "step-size")]


@functools.cache
def bare(size, view, panels, theme="light", surface="noisy-moons"):
    """Return a scene without its surfaces, which take longest and have no text of the scene's."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (ContourView, ReliefView):
            patch.setattr(kind, "draw", lambda *_: None)
        optimizers = ("sgd:lr=0.5", "adam:lr=0.1", "rmsprop:lr=0.1")
        return compare(
            surface, optimizers, size=size, view=view, panels=panels, theme=theme, steps=15
        ).scene


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("view", sorted({*view_names()} - {"basins", "curve"}))
@pytest.mark.parametrize("panels", PANELS, ids="+".join)
def test_plots_and_texts_lie_in_the_picture_and_apart(panels, view, size):
    theme = "dark" if SIZES.index(size) % 2 else "light"
    scene = bare(size, view, panels, theme)
    boxes = [plot.box for plot in scene.plots]
    assert len(boxes) == (1 + (view == "split")) + len(panels) + ("step-size" in panels)
    for box in boxes:
        assert box.width > 20
        assert box.height > 20
        assert min(box.x0, box.y0) >= 0
        assert (box.x1 <= size[0], box.y1 <= size[1]) == (True, True)
    for one, other in itertools.combinations(boxes, 2):
        apart = one.x1 <= other.x0 or other.x1 <= one.x0
        assert apart or one.y1 <= other.y0 or other.y1 <= one.y0
    texts = [mark for mark in scene.marks if isinstance(mark, Text)]
    for plot in scene.plots:
        if isinstance(plot.view, ReliefView):
            texts += [mark for mark in plot.view.marks() if isinstance(mark, Text)]
    texts += scene.counter.digits(15)
    outer = around([ink(text) for text in texts])
    assert min(outer.x0, outer.y0) >= 0
    assert (outer.x1 <= size[0], outer.y1 <= size[1]) == (True, True)
    for one, other in itertools.combinations(texts, 2):
        assert not ink(one).meets(ink(other)), f"{one.text!r} meets {other.text!r}"


def test_charts_stand_beside_the_view_in_a_wide_picture_and_below_it_in_a_tall_one():
    main, chart = (plot.box for plot in bare((800, 450), "contour", ("loss",)).plots)
    assert main.x1 < chart.x0
    main, chart = (plot.box for plot in bare((600, 800), "contour", ("loss",)).plots)
    assert main.y1 < chart.y0
    assert main.height > chart.height


def test_charts_come_in_the_order_in_which_they_are_asked_for():
    for panels in (("loss", "accuracy"), ("accuracy", "loss")):
        scene = bare((640, 480), "contour", panels)
        titles = [plot.view.chart.title.split(" ")[0] for plot in scene.plots[1:]]
        assert titles == [{"loss": "height", "accuracy": "accuracy"}[name] for name in panels]
        assert scene.plots[1].box.y1 < scene.plots[2].box.y0


# What is refused


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"view": "releif"}, "unknown view 'releif', did you mean 'relief'"),
        ({"panels": ["lss"]}, "unknown panel 'lss', did you mean 'loss'"),
        ({"panels": ["loss", "stepsize"]}, "unknown panel 'stepsize', did you mean 'step-size'"),
        ({"panels": ["accuracy"]}, "panel 'accuracy' is for surfaces over data that is classified"),
        ({"orbit": 90}, "orbit turns a relief: choose the view relief or split"),
        (
            {"size": (200, 150), "panels": ["loss", "step-size"]},
            "size 200x150 has no room for 3 charts",
        ),
        ({"theme": "radford", "panels": ["loss"]}, "no room for more"),
        ({"theme": "radford", "view": "split"}, "no room for more"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_any_work(options, says, monkeypatch):
    def work(*_args, **_options):
        raise AssertionError("work was begun")

    monkeypatch.setattr("trajviz.race.descend", work)
    with pytest.raises(TrajvizError, match=says):
        compare("bowl", ["sgd:lr=0.1"], **options)


def test_the_names_of_views_and_panels_are_listed():
    assert view_names() == ["basins", "contour", "curve", "relief", "split"]
    assert {"accuracy", "loss", "step-size", "turn"} <= {*panel_names()}


def test_a_window_of_a_chart_begins_with_step_0_and_leaves_room_for_the_last_head():
    window = view_of([1, 2], steps=50).axes.window
    assert isinstance(window, Window)
    assert window.x0 == 0
    assert 50 < window.x1 < 55
