"""From tracks to frames: what moves is where it should be, and nothing else changes."""

import dataclasses
import functools
import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from pictures import around, decoded_gif, ink, shown_at
from races import SEVEN, THEMES, race, with_main, with_tracks
from skimage.metrics import structural_similarity

from trajviz.animation import Animation, shown_steps, still
from trajviz.animation.raster import _settled
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.recipe.recipe import LONGEST, MOST_FRAMES, Playback
from trajviz.scene import vector

# Playback


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"fps": 0}, "fps 0 must be a finite number above 0"),
        ({"fps": -1}, "fps -1 must be"),
        ({"fps": float("nan")}, "fps nan must be"),
        ({"fps": float("inf")}, "fps inf must be"),
        ({"seconds": 0}, f"seconds 0 must be above 0 and at most {LONGEST}"),
        ({"seconds": float("nan")}, "seconds nan must be"),
        ({"seconds": float("inf")}, "seconds inf must be"),
        ({"seconds": LONGEST + 0.5}, f"seconds {LONGEST + 0.5} must be"),
        ({"hold": -0.5}, f"hold -0.5 must be from 0 to {LONGEST} seconds"),
        ({"hold": LONGEST + 0.5}, f"hold {LONGEST + 0.5} must be"),
        ({"hold": float("nan")}, "hold nan must be"),
        ({"lead": -0.5}, f"lead -0.5 must be from 0 to {LONGEST} seconds"),
        ({"lead": LONGEST + 0.5}, f"lead {LONGEST + 0.5} must be"),
        ({"lead": float("nan")}, "lead nan must be"),
        ({"pace": "storry"}, "unknown pace 'storry', did you mean 'story'"),
        ({"loop": -1}, "loop -1 must be from 0"),
        ({"loop": 65536}, "loop 65536 must be from 0"),
        ({"fps": MOST_FRAMES, "seconds": 2}, f"more than {MOST_FRAMES} frames"),
        ({"pixel_format": "rgb24"}, "unknown pixel format 'rgb24'"),
    ],
)
def test_a_timing_that_cannot_be_played_is_refused(given, says):
    with pytest.raises(TrajvizError, match=says):
        Playback(**given)


# Frames are the first picture and what changes


@functools.cache
def crowd(theme="light"):
    return race("beale", SEVEN, theme=theme, steps=199, pace="uniform")


def applied(animation):
    """Yield each change with the canvas before it, then apply it."""
    canvas = animation.first.copy()
    for change in animation.changes():
        yield change, canvas
        canvas.reshape(-1, 3)[change.pixels] = change.colors


def assert_changes_are_real(animation):
    for change, before in applied(animation):
        assert len(np.unique(change.pixels)) == len(change.pixels)
        assert (before.reshape(-1, 3)[change.pixels] != change.colors).any(axis=1).all()


def counter_box(scene):
    marks = [
        d for n in range(10) for d in scene.counter.digits(int(str(n) * len(str(scene.steps))))
    ]
    return around([ink(mark) for mark in marks])


def assert_only_plot_and_counter_change(animation):
    scene = animation.scene
    allowed = np.zeros(animation.first.shape[:2], dtype=bool)
    for box in [scene.main.box, *([counter_box(scene)] if scene.counter else [])]:
        allowed[box.y0 : box.y1, box.x0 : box.x1] = True
    for change in animation.changes():
        assert allowed.reshape(-1)[change.pixels].all()


def test_the_frames_are_the_first_picture_and_its_changes():
    animation = crowd().animation
    frames = animation.frames()
    np.testing.assert_array_equal(next(frames), animation.first)
    for (change, canvas), frame in zip(applied(animation), frames, strict=True):
        canvas.reshape(-1, 3)[change.pixels] = change.colors
        np.testing.assert_array_equal(frame, canvas)


def test_frames_are_bytes_of_the_pictures_shape_and_each_a_copy():
    frames = [*itertools.islice(crowd().frames(), 3)]
    assert {(frame.dtype, frame.shape) for frame in frames} == {(np.dtype(np.uint8), (480, 640, 3))}
    frames[0][:] = 0
    assert frames[1].any()
    assert next(crowd().frames()).any()


@pytest.mark.parametrize("theme", THEMES)
def test_a_change_names_each_pixel_once_and_only_if_it_changes(theme):
    assert_changes_are_real(crowd(theme).animation)


def test_nothing_changes_but_the_plot_and_the_counters_digits():
    assert_only_plot_and_counter_change(crowd().animation)


def test_changes_are_the_same_each_time_they_are_asked_for():
    animation = crowd().animation
    for one, other in zip(animation.changes(), animation.changes(), strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
        np.testing.assert_array_equal(one.colors, other.colors)


def cut(picture, box):
    return picture[box.y0 : box.y1, box.x0 : box.x1]


def without_counter(picture, scene):
    """Return the picture with the counter's digits blanked."""
    blank = picture.copy()
    cut(blank, counter_box(scene))[:] = scene.theme.background
    return blank


def test_the_counter_shows_round_steps_and_at_the_end_the_last():
    animation = race("bowl", size=(320, 240), steps=43, seconds=3).animation
    box = counter_box(animation.scene)
    seen = [cut(frame, box) for frame in animation.frames()]
    digits = {step: cut(still(animation.scene, step), box) for step in range(44)}
    shown = [next(step for step in digits if (digits[step] == part).all()) for part in seen]
    assert shown == shown_steps(animation.positions).tolist()
    assert shown[0] == 0
    assert shown[-1] == 43


@given(frames=st.integers(2, 400), steps=st.integers(1, 10_000))
def test_a_shown_step_was_taken_is_round_and_stays_to_be_read(frames, steps):
    positions = np.linspace(0, steps, frames)
    shown = shown_steps(positions)
    assert (shown <= positions).all()
    assert (np.diff(shown) >= 0).all()
    assert shown[-1] == steps
    ticks = np.unique(shown[:-1])
    tick = np.diff(ticks).min(initial=10**9)
    assert str(tick)[0] in "125"
    assert set(str(tick)[1:]) <= {"0"}
    assert (ticks % tick == 0).all()
    stays = np.diff(np.flatnonzero(np.diff(shown[:-1], prepend=-1)))
    assert stays.min(initial=4) >= 4 - (steps >= frames)  # rounding may take one frame
    assert (positions - shown < tick).all()


# Incremental frames are what a fresh drawing is


def away_from_heads(scene, position):
    """Return which pixels no head comes near, (height, width): there it may rest for a while."""
    width, height = scene.size
    y, x = np.mgrid[:height, :width] + 0.5
    away = np.ones((height, width), dtype=bool)
    plot = scene.main
    growth = plot.growth(np.array([float(position)]))[:, 0]
    for track, more in zip(plot.tracks, growth, strict=True):
        place = track.at(np.array([float(position)]))[0]
        reach = plot.pen.head + plot.pen.rim + more + 2
        away &= np.hypot(x - place[0], y - place[1]) > reach
    return away


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
def test_each_frame_is_exactly_the_still_of_its_step_but_for_heads_that_rest(theme):
    wanted = {0, 1, 2, 17, 64, 127, 128, 129, 199}
    for step, frame in enumerate(crowd(theme).frames()):
        if step in wanted:
            scene = crowd(theme).scene
            fresh = without_counter(still(scene, step), scene)
            there = away_from_heads(scene, step) | (step in {0, 199})
            np.testing.assert_array_equal(without_counter(frame, scene)[there], fresh[there])


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=40),
    st.floats(0.01, 1),
)
def test_a_head_is_never_further_off_than_it_may_be_and_in_the_last_frame_where_it_belongs(
    ways, pace
):
    places = np.cumsum(np.array(ways) * pace, axis=0)[None]
    heads = _settled(places)
    assert np.hypot(*(heads - places).T).max() < 0.4
    np.testing.assert_array_equal(2 * heads, np.rint(2 * heads))
    np.testing.assert_array_equal(heads[:, [0, -1]], np.rint(2 * places[:, [0, -1]]) / 2)
    moves = np.flatnonzero((np.diff(heads[0], axis=0) != 0).any(axis=1))[:-1]
    for before in moves:  # it does not move without need
        assert np.hypot(*(places[0, before + 1] - heads[0, before])) >= 0.4


@pytest.mark.parametrize("end", [3.5, 17.25, 60])
def test_a_gliding_frame_is_the_still_of_its_place_but_for_quarters_of_a_pixel(end):
    scene = crowd().scene
    *_, last = Animation(scene, np.linspace(0, end, 150)).frames()
    difference = np.abs(last.astype(int) - still(scene, end)).max(axis=2)
    assert np.mean(difference > 0) < 1e-3  # a gliding line has joints within its steps
    assert difference.max() <= 255 / 4 + 8


@pytest.mark.first(2)
@pytest.mark.parametrize("speed", [0.37, 1, 7.3])
def test_the_last_frame_does_not_depend_on_how_many_came_before_but_for_heads_that_rest(speed):
    scene = race("himmelblau", ("momentum:lr=0.01", "adam:lr=0.1")).scene
    positions = np.arange(0, 200, speed)
    whole = [*Animation(scene, positions).frames()]
    for count in (2, 20, len(positions) // 2):
        *_, last = Animation(scene, positions[:count]).frames()
        expected = without_counter(whole[count - 1], scene)
        there = away_from_heads(scene, positions[count - 1])
        np.testing.assert_array_equal(without_counter(last, scene)[there], expected[there])


# Heads are where the numbers say


def center_of_head(picture, color, near, radius):
    """Return the centroid of the pixels of exactly this colour within a disc, in pixels."""
    rows, columns = np.nonzero((picture == color).all(axis=2))
    points = np.stack([columns + 0.5, rows + 0.5], axis=1)
    inside = points[np.hypot(*(points - near).T) <= radius]
    assert len(inside) >= 0.6 * np.pi * radius**2
    return inside.mean(axis=0)


STEPS = [0, 1, 7, 40, 120, 199]


@pytest.mark.first(2)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("surface", ["beale", "rosenbrock", "bowl"])
def test_a_heads_centre_is_where_its_point_projects_to(surface, theme):
    one = race(surface, ("rmsprop:lr=0.01",), theme=theme, steps=199, pace="uniform")
    scene, track = one.scene, one.scene.main.tracks[0]
    frames = [*one.frames()]
    for step in STEPS:
        expected = scene.main.view.project(one.trajectories[0].points[step])
        found = center_of_head(frames[step], track.color, expected, scene.main.pen.head)
        np.testing.assert_allclose(found, expected, atol=0.5)


@pytest.mark.first(1)
@pytest.mark.parametrize("theme", THEMES)
def test_a_heads_centre_is_there_in_a_decoded_gif_too(theme):
    one = race("beale", ("rmsprop:lr=0.01",), theme=theme, steps=199, pace="uniform")
    frames, delays = decoded_gif(one.to_bytes("gif"))
    for step in STEPS:
        expected = one.scene.main.view.project(one.trajectories[0].points[step])
        picture = frames[shown_at(delays, 4 * step + 2)]
        found = center_of_head(
            picture, one.scene.main.tracks[0].color, expected, one.scene.main.pen.head
        )
        np.testing.assert_allclose(found, expected, atol=0.5)


def test_between_two_steps_a_head_glides_on_the_line_between_them():
    one = race("beale", ("sgd:lr=0.01",), steps=20)
    track, pen = one.scene.main.tracks[0], one.scene.main.pen
    for place in (0.25, 0.5, 1.75):
        before = int(place)
        share = place - before
        a, b = track.vertices[before : before + 2]
        expected = a * (1 - share) + b * share
        picture = still(one.scene, place)
        found = center_of_head(picture, track.color, expected, pen.head)
        np.testing.assert_allclose(found, expected, atol=0.5)


# Lines drawn by hand


@functools.cache
def blank(count=1, theme="light", size=(320, 240)):
    """Return a scene of so many tracks, with no marks over them."""
    scene = race("bowl", SEVEN[:count], size=size, theme=theme, steps=1).scene
    return with_main(scene, foreground=())


def at(scene, x, y):
    """Return the point so many pixels to the right of the plot's middle, and below it."""
    plot = scene.main.box
    return np.array([(plot.x0 + plot.x1) / 2 + x, (plot.y0 + plot.y1) / 2 + y])


def distances(scene, a, b):
    """Return how far each pixel's centre is from a segment, (height, width)."""
    width, height = scene.size
    y, x = np.mgrid[:height, :width] + 0.5
    a, run = np.array(a, dtype=float), np.subtract(b, a)
    along = ((x - a[0]) * run[0] + (y - a[1]) * run[1]) / max(run @ run, 1e-12)
    along = np.clip(along, 0, 1)
    return np.hypot(x - a[0] - along * run[0], y - a[1] - along * run[1])


def in_plot(scene):
    width, height = scene.size
    inside = np.zeros((height, width), dtype=bool)
    inside[scene.main.box.y0 : scene.main.box.y1, scene.main.box.x0 : scene.main.box.x1] = True
    return inside


LARGE = (1280, 960)
EDGE = 0.7
"""Half a pixel of antialiasing, and an eighth by which nearness is rounded."""


@pytest.mark.first(2)
@pytest.mark.parametrize("theme", THEMES)
def test_a_line_has_its_colour_within_and_nothing_beyond_its_halo(theme):
    base = dataclasses.replace(blank(theme=theme, size=LARGE), counter=None)
    a, b, c = at(base, -60, -20), at(base, 50, 10), at(base, 50, 50)
    scene = with_tracks(base, [a, b, c])
    picture, pen = still(scene, 2), scene.main.pen
    distance = np.minimum(distances(scene, a, b), distances(scene, b, c))
    head = distances(scene, c, c)
    away = head > pen.head + pen.rim + 1
    core = (distance < pen.line / 2 - EDGE) & away
    assert core.sum() > 100
    np.testing.assert_array_equal(np.unique(picture[core], axis=0), [scene.main.tracks[0].color])
    beyond = (distance > pen.line / 2 + pen.halo + EDGE) & away & in_plot(scene)
    np.testing.assert_array_equal(picture[beyond], scene.background[beyond])


def test_a_line_has_a_halo_in_the_background_colour():
    base = blank(theme="dark", size=LARGE)
    a, b = at(base, -200, 0), at(base, 200, 0)
    picture, pen = still(with_tracks(base, [a, b]), 1), base.main.pen
    distance = distances(base, a, b)
    halo = (distance > pen.line / 2 + EDGE) & (distance < pen.line / 2 + pen.halo - EDGE)
    halo[:, int(b[0] - 2 * pen.head) :] = False
    halo[:, : int(a[0] + 2 * pen.head)] = False
    assert halo.sum() > 100
    np.testing.assert_array_equal(np.unique(picture[halo], axis=0), [base.theme.background])


@pytest.mark.parametrize("pieces", [2, 7, 50])
@pytest.mark.parametrize("run", [(120, 0), (0, 80), (100, 60), (-90, 37)])
def test_a_straight_line_in_pieces_is_the_line_in_one(pieces, run):
    base = blank()
    a = at(base, -run[0] / 2, -run[1] / 2)
    whole = still(with_tracks(base, [a, a + run]), 1)
    parts = [a + np.multiply(run, share) for share in np.linspace(0, 1, pieces + 1)]
    pieced = still(with_tracks(base, parts), pieces)
    difference = np.abs(whole.astype(int) - pieced)[in_plot(base)].max(axis=1)
    # Nearness comes in eighths of a pixel: rounding may tip a pixel into the next eighth.
    assert difference.max() <= np.ceil(255 / 8)
    assert np.mean(difference > 0) < 0.002


def test_a_line_drawn_over_itself_does_not_darken():
    base = blank()
    a, b = at(base, -50, -10), at(base, 50, 10)
    once = still(with_tracks(base, [a, b]), 1)
    to_and_fro = still(with_tracks(base, [a, b, a, b, a, b]), 5)
    inside = in_plot(base)
    np.testing.assert_array_equal(once[inside], to_and_fro[inside])


def test_a_later_piece_of_a_lower_track_never_covers_a_higher_one():
    base = blank(2, size=LARGE)
    middle = at(base, 0, 0)
    across = [at(base, x, 0) for x in np.linspace(-80, 80, 11)]
    down = [at(base, 0, y) for y in np.linspace(-50, 50, 11)]
    higher = [*across, *[across[-1]] * 20]
    lower = [*[down[0]] * 20, *down]
    scene = with_tracks(base, lower, higher)
    core = distances(scene, across[0], across[-1]) < scene.main.pen.line / 2 - EDGE
    core &= distances(scene, middle, middle) < 8
    assert core.sum() >= 8
    frames = [*Animation(scene, np.arange(31)).frames()]
    colors = [scene.main.tracks[1].color]
    reach = scene.main.pen.head + scene.main.pen.rim + 9
    for step, frame in enumerate(frames[11:], 11):
        if abs(lower[step][1] - middle[1]) > reach:  # the lower track's head is elsewhere
            np.testing.assert_array_equal(np.unique(frame[core], axis=0), colors)
    lower_core = distances(scene, down[0], down[-1]) < scene.main.pen.line / 2 - EDGE
    lower_core &= distances(scene, down[-1], down[-1]) > reach
    lower_core &= distances(scene, across[0], across[-1]) > reach
    seen = np.unique(frames[-1][lower_core], axis=0)
    np.testing.assert_array_equal(seen, [scene.main.tracks[0].color])


def test_heads_lie_over_all_lines_the_last_track_on_top():
    base = blank(2)
    middle = at(base, 0, 0)
    scene = with_tracks(base, [at(base, -40, 0), middle], [at(base, 0, 40), middle])
    picture = still(scene, 1)
    disc = distances(scene, middle, middle) < scene.main.pen.head - EDGE
    np.testing.assert_array_equal(np.unique(picture[disc], axis=0), [scene.main.tracks[1].color])
    scene = with_tracks(base, [at(base, -40, 0), middle], [at(base, 60, 0), at(base, -60, 0)])
    picture = still(scene, 1)
    np.testing.assert_array_equal(np.unique(picture[disc], axis=0), [scene.main.tracks[0].color])


def test_the_foreground_lies_over_lines_and_under_heads():
    scene = race("bowl", ("sgd:lr=0.1",), steps=1).scene
    x, y = np.mean(scene.main.foreground[-1].corners, axis=0)
    crossing = with_tracks(scene, [(x - 30, y), (x + 60, y)])
    assert tuple(still(crossing, 1)[int(y), int(x)]) == scene.theme.marker
    arriving = with_tracks(scene, [(x - 30, y), (x, y)])
    assert tuple(still(arriving, 1)[int(y), int(x)]) == scene.main.tracks[0].color


@pytest.mark.long
@pytest.mark.parametrize("far", [2, 60, 1e4, 1e150, 1e300])
@pytest.mark.parametrize("direction", [(1, 0), (-1, 0.2), (0.1, 1), (-0.3, -1)])
def test_a_track_that_leaves_is_cut_at_the_frame_and_its_head_not_drawn(far, direction):
    base = blank(size=LARGE)
    middle = at(base, 0, 0)
    edge = np.array([base.main.box.width, base.main.box.height]) / 2
    out = middle + np.multiply(direction, (far + edge.max()))
    scene = with_tracks(base, [middle, out])
    picture, pen = still(scene, 1), scene.main.pen
    near_out = middle + np.multiply(direction, 3 * edge.max())
    distance = distances(scene, middle, near_out)
    inside = in_plot(scene)
    core = inside & (distance < pen.line / 2 - EDGE)
    assert core.sum() > 50
    np.testing.assert_array_equal(np.unique(picture[core], axis=0), [scene.main.tracks[0].color])
    untouched = ~inside | (distance > pen.line / 2 + pen.halo + EDGE)
    cut(untouched, counter_box(scene))[:] = False
    np.testing.assert_array_equal(picture[untouched], scene.background[untouched])


def test_a_head_on_the_frame_is_cut_by_it():
    base = blank()
    plot = base.main.box
    scene = with_tracks(base, [at(base, 0, 0), (plot.x1 - 1, plot.y1 - 1)])
    assert_only_plot_and_counter_change(Animation(scene, np.array([0.0, 1.0])))
    assert tuple(still(scene, 1)[plot.y1 - 1, plot.x1 - 1]) == scene.main.tracks[0].color


def test_a_race_that_overflows_draws_without_a_warning():
    one = compare("rosenbrock", ["sgd:lr=10", "momentum:lr=3"], size=(320, 240), steps=60)
    assert all(track.diverged_at for track in one.trajectories)
    assert max(np.abs(track.points).max() for track in one.trajectories) > 1e40
    assert_changes_are_real(one.animation)
    assert_only_plot_and_counter_change(one.animation)


PLACES = st.one_of(
    st.floats(-50, 400), st.floats(-1e300, 1e300), st.sampled_from([0.0, 1e300, -1e300])
)
PATHS = st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=12)


@pytest.mark.long
@settings(max_examples=150)
@given(
    paths=st.tuples(PATHS, PATHS),
    pauses=st.lists(st.floats(0, 5), min_size=1, max_size=20),
)
def test_whatever_the_tracks_changes_are_real_and_in_the_plot(paths, pauses):
    scene = with_tracks(blank(2), *paths)
    animation = Animation(scene, np.minimum(np.cumsum([0, *pauses]), scene.steps))
    assert_changes_are_real(animation)
    assert_only_plot_and_counter_change(animation)


def test_an_animation_may_begin_in_the_middle():
    scene = race("bowl", size=(320, 240), steps=40).scene
    animation = Animation(scene, np.linspace(23, 40, 30))
    assert_changes_are_real(animation)
    box = counter_box(scene)
    numbers = {cut(still(scene, step), box).tobytes() for step in range(41)}
    assert {cut(frame, box).tobytes() for frame in animation.frames()} <= numbers


def test_a_hundred_thousand_steps_look_like_every_twentyfifth_of_them():
    base = blank()
    angle = np.linspace(0, 40 * np.pi, 100_000)
    spiral = (
        at(base, 0, 0) + np.stack([np.cos(angle), np.sin(angle)], axis=1) * (angle / 2)[:, None]
    )
    scene = with_tracks(base, spiral)
    coarse = with_tracks(base, spiral[::25])
    fine_picture = still(scene, scene.steps).astype(int)
    difference = np.abs(fine_picture - still(coarse, coarse.steps))[in_plot(base)].max(axis=1)
    assert np.mean(difference > 64) < 0.01


# The whole picture against matplotlib


def by_matplotlib(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


@pytest.fixture
def drawn_once(monkeypatch):
    """Let matplotlib draw the surface of a scene once, at its finest, for all steps."""

    def prepare(scene):
        bare = with_main(scene, tracks=(), foreground=())
        alone = dataclasses.replace(bare, counter=None, marks=())
        picture = by_matplotlib(vector.draw(alone, 0, spacing=1))

        def draw_view(axes, *_):
            axes.figure.figimage(picture, zorder=-1)

        monkeypatch.setattr(vector, "_draw_view", draw_view)

    return prepare


GALLERY = {
    "beale": ("beale", SEVEN, "light"),
    "rosenbrock": ("rosenbrock", ("sgd", "momentum", "rmsprop"), "dark"),
    "himmelblau": ("himmelblau", ("sgd",), "light"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", GALLERY)
def test_stills_are_like_those_that_matplotlib_draws(name, drawn_once):
    surface, optimizers, theme = GALLERY[name]
    scene = race(surface, optimizers, theme=theme, steps=199, size=(320, 240)).scene
    drawn_once(scene)
    for step in (0, 1, 9, 45, 199):
        ours, theirs = still(scene, step), by_matplotlib(vector.draw(scene, step, spacing=1))
        assert structural_similarity(ours, theirs, channel_axis=2) >= 0.986, step
        box = counter_box(scene)
        assert np.abs(cut(ours, box).astype(int) - cut(theirs, box)).mean() <= 12


@pytest.mark.long
def test_the_surface_that_is_drawn_once_is_the_one_of_a_whole_drawing(drawn_once):
    scene = race("himmelblau", ("sgd",), size=(160, 120), steps=40).scene
    whole = by_matplotlib(vector.draw(scene, 40, spacing=1))
    drawn_once(scene)
    np.testing.assert_array_equal(by_matplotlib(vector.draw(scene, 40, spacing=1)), whole)


# Memory


@pytest.mark.long
def test_heads_that_lie_on_each_other_take_little_more_memory_the_more_they_are():
    def peak(count):
        specs = [f"sgd:lr=0.1,label={number}" for number in range(count)]
        drawn = compare("bowl", specs, steps=20, size=(240, 180), seconds=4)
        tracemalloc.start()
        for _ in drawn.frames():
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(28) < 4 * peak(7)
