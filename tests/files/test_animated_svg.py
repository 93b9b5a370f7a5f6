"""The animated SVG: what it holds, and what a browser shows of it at any time."""

import functools
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from browser import assert_look_alike, seen_on
from drawings import RACES, drawn, likeness, lost_outside_and_hidden, worst_apart
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from programs import trajviz
from races import SEVEN, race

from trajviz.animation import Animation, shown_steps, still
from trajviz.files.formats import anim_svg
from trajviz.files.formats._paths import in_units, path_of
from trajviz.files.formats._thinning import thin_lines, thin_motion
from trajviz.files.formats._visible_line import visible_line
from trajviz.recipe.recipe import Playback
from trajviz.scene.marks import Box
from trajviz.scene.track import FAINT, Line


@functools.cache
def frames_of(name):
    return list(drawn(name).frames())


@functools.cache
def text_of(name="contour"):
    return drawn(name).to_bytes("anim.svg").decode()


def elements(text):
    return list(ElementTree.fromstring(text).iter())


def seek(page, seconds):
    """Stop all animations at a time, and wait until that is what is shown."""
    page.evaluate(
        """async (time) => {
          const all = document.getAnimations();
          all.forEach((one) => one.pause());
          await Promise.all(all.map((one) => one.ready));
          all.forEach((one) => { one.currentTime = time; });
          for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
        }""",
        1000 * seconds,
    )


def shown(page):
    """Return the picture in the page's upper left corner, once it stands still."""
    width, height = page.evaluate("() => [innerWidth, innerHeight]")
    return seen_on(page, clip={"x": 0, "y": 0, "width": width, "height": height})


def apart(picture, other):
    return float(np.abs(picture.astype(int) - other).mean())


@pytest.fixture
def opened(page_of, tmp_path):
    """Return a function that opens a race's animated SVG in a window of its size."""

    def open_(name="contour", **options):
        path = tmp_path / "race.anim.svg"
        path.write_text(text_of(name), encoding="utf-8")
        return page_of(path, size=drawn(name).look.size, **options)

    return open_


# What is in the file


@pytest.mark.long
@pytest.mark.parametrize("name", RACES)
def test_the_file_is_well_formed_and_holds_all_it_shows(name):
    text, (width, height) = text_of(name), drawn(name).look.size
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("height")) == (str(width), str(height))
    assert root.get("viewBox") == f"0 0 {10 * width} {10 * height}"
    assert not [e for e in root.iter() if e.tag.endswith(("script", "foreignObject", "animate"))]
    names = {e.get("id") for e in root.iter()} - {None}
    for link in [e.get("href") for e in root.iter() if e.get("href")]:
        assert link.removeprefix("#") in names or link.startswith("data:image/")
    assert set(re.findall(r"url\(#(\w+)\)", text)) <= names
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    used = set(re.findall(r"animation-name:(\w+)", text))
    assert used == set(re.findall(r"@keyframes (\w+)", text))


@pytest.mark.long
@pytest.mark.parametrize("surface", ["beale", "saddle", "rosenbrock", "noisy-moons", "rastrigin"])
def test_a_default_race_takes_less_than_150_kilobytes(surface):
    assert len(race(surface, ()).to_bytes("anim.svg")) < 150_000


def test_level_lines_are_drawn_as_lines_unless_they_are_too_intricate():
    assert "<image" not in text_of()
    crowded = race("rastrigin", (), window=(-5.12, 5.12, -5.12, 5.12))
    assert crowded.to_bytes("anim.svg").count(b"<image") == 1


def test_a_title_cannot_break_out_of_the_file():
    title = '</svg><script>alert("1")</script>&amp;\'"'
    text = race("bowl", ("sgd:lr=0.1",), title=title, steps=5).to_bytes("anim.svg").decode()
    root = ElementTree.fromstring(text)
    assert root.get("aria-label") == f"{title}: the paths of SGD"
    assert not [e for e in root.iter() if e.tag.endswith("script")]


def test_a_surface_with_holes_is_drawn_with_them(tmp_path):
    ragged = race("log(x) + y**2", ("sgd:lr=0.01",), start=(1, 1), window=(-1, 2, -1, 2), steps=5)
    path = ragged.save(tmp_path / "race.anim.svg")
    (surface,) = (e for e in elements(path.read_text()) if e.get("fill-rule") == "evenodd")
    lines = [e for e in surface if e.get("stroke")]
    assert len(lines) == len(ragged.scene.main.view.shading.levels)
    assert {e.get("fill") for e in lines} == {"none"}  # none runs along the edge of a hole
    assert likeness(path, still(ragged.scene, 5)) > 0.8


@pytest.mark.long
@pytest.mark.parametrize("name", RACES)
def test_a_renderer_without_animation_shows_the_end(name, tmp_path):
    path, scene = drawn(name).save(tmp_path / "race.anim.svg"), drawn(name).scene
    assert likeness(path, still(scene, scene.steps)) > 0.9


# What a browser shows


@pytest.mark.parametrize("name", RACES)
def test_a_browser_shows_at_each_time_the_frame_of_a_gif(name, opened):
    page, frames, playback = opened(name).page, frames_of(name), drawn(name).playback
    for seconds in {1e-4, 0.99 * playback.lead + 1e-4}:
        seek(page, seconds)
        first = shown(page).astype(int)
        assert apart(first, frames[0]) < 2.1
    for place in (12, 43, len(frames) // 2, len(frames) - 1):
        seek(page, playback.lead + place / playback.fps + 1e-4)
        picture = shown(page)
        assert apart(picture, frames[place]) < 2.1
        # What moves alone, whatever letters and level lines look like.
        most = 45 if name == "dashed" else 27  # eleven rings around each other are all edges
        assert worst_apart(picture - first, frames[place].astype(int) - frames[0]) < most


def test_heads_that_are_lost_outside_or_hidden_look_as_in_a_gif(page_of, tmp_path):
    size = (1280, 960)
    animation = Animation(lost_outside_and_hidden(size), np.linspace(0, 8, 25))
    path = tmp_path / "race.anim.svg"
    anim_svg.write(path, animation, Playback(seconds=1), lambda _done, _all: None, "")
    assert f'opacity="{FAINT}"' in path.read_text(encoding="utf-8")
    page, frames = page_of(path, size=size).page, list(animation.frames())
    seek(page, 1e-4)
    first = shown(page).astype(int)
    for place in (4, 8, 11, 13, 16, 20, 24):
        seek(page, place / 25 + 1e-4)
        moved = frames[place].astype(int) - frames[0]
        assert worst_apart(shown(page) - first, moved, side=24) < 15


@pytest.mark.parametrize("name", ["contour", "dashed", "hidden behind hills"])
def test_of_all_frames_around_it_is_the_one_of_its_time(name, opened):
    page, frames = opened(name).page, frames_of(name)
    for place in (20, 60):
        seek(page, place / drawn(name).playback.fps + 1e-4)
        picture = shown(page)
        near = range(place - 15, place + 16)
        best = min(near, key=lambda other: apart(picture, frames[other]))
        assert abs(best - place) <= 1


def test_the_step_number_is_that_of_the_frame(opened):
    page, frames, counter = opened().page, frames_of("contour"), drawn("contour").scene.counter
    x, y = round(counter.right), round(counter.y)
    part = (slice(y - 12, y + 3), slice(x - 30, x + 1))
    numbers = shown_steps(drawn("contour").animation.positions).tolist()
    for place in (2, 13, 44, 103, 198, 199):
        seek(page, place / drawn("contour").playback.fps + 1e-4)
        picture = shown(page)[part]
        best = min(range(200), key=lambda other: apart(picture, frames[other][part]))
        assert numbers[best] == numbers[place]


def test_the_last_frame_is_held_and_then_it_begins_again(opened):
    page, frames = opened().page, frames_of("contour")
    playback = drawn("contour").playback
    total = playback.seconds + playback.hold
    for seconds in (playback.seconds, total - 0.01):
        seek(page, seconds)
        assert apart(shown(page), frames[-1]) < 2.1
    again, later = [], [frames[0], frames[50]]
    for round_, frame in ((1, 0), (3, 50)):
        seek(page, round_ * total + frame / playback.fps + 1e-3)
        again.append(shown(page))
    assert [apart(a, b) < 2.1 for a, b in zip(again, later, strict=True)] == [True, True]
    assert apart(again[0], frames[-1]) > apart(again[0], frames[0])


def test_what_is_to_play_twice_rests_at_the_end_of_the_second_round(page_of, tmp_path):
    twice = race("bowl", ("sgd:lr=0.1",), loop=2, steps=20)
    opened = page_of(twice.save(tmp_path / "race.anim.svg"), size=(640, 480))
    pictures = []
    for seconds in (2.02, 12.02, 15.02, 19.9, 25, 32):
        seek(opened.page, seconds)
        pictures.append(shown(opened.page))
    first, second, middle, end, after, later = pictures
    assert_look_alike(first, second)
    assert_look_alike(after, end)
    assert_look_alike(later, end)
    assert worst_apart(middle, end) > 15


@pytest.mark.parametrize("loop", [0, 1])
def test_it_may_open_with_its_end_held_as_long_and_then_plays(loop, page_of, tmp_path):
    one = race("bowl", ("sgd:lr=0.1",), loop=loop, first="end", lead=0.5, steps=20)
    page = page_of(one.save(tmp_path / "race.anim.svg"), size=(640, 480)).page
    opening, *frames = one.frames()
    assert len(frames) == (200 if loop else 199)
    opened = 0.99 * (one.playback.hold + 1 / 25)
    for seconds in (0, opened - 0.01):
        seek(page, seconds)
        assert apart(shown(page), opening) < 2.1
    first = shown(page).astype(int)
    for place in (0, 40, 100, 150):
        seek(page, opened + 0.5 + place / 25 + 1e-3)
        moved = frames[place].astype(int) - opening
        assert worst_apart(shown(page) - first, moved) < 27
    for seconds in (opened + 0.5 + 8.2, opened + 10.2 + 0.2 * loop, opened + 25 * loop):
        seek(page, seconds)
        assert apart(shown(page), opening) < 2.1


def test_who_asks_for_less_motion_sees_the_end_and_nothing_moves(opened):
    page = opened(motion="reduce").page
    assert page.evaluate("() => document.getAnimations().length") == 0
    assert apart(shown(page), frames_of("contour")[-1]) < 2.1


def test_it_moves_inside_an_image_element_and_rests_there_for_less_motion(page_of, tmp_path):
    (tmp_path / "race.anim.svg").write_text(text_of(), encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text('<body style="margin:0"><img src="race.anim.svg">', encoding="utf-8")
    first = shown(page_of(page, size=(640, 480)).page)
    moving = page_of(page, size=(640, 480)).page
    assert any((shown(moving) != first).any() for _ in range(200))
    resting = page_of(page, size=(640, 480), motion="reduce").page
    assert apart(shown(resting), frames_of("contour")[-1]) < 2.1


def test_enlarged_it_shows_what_a_larger_picture_would(page_of, tmp_path):
    (tmp_path / "race.anim.svg").write_text(text_of(), encoding="utf-8")
    page = page_of(tmp_path / "race.anim.svg", size=(640, 480), device_scale_factor=2).page
    seek(page, 4)
    picture = seen_on(page)
    position = drawn("contour").animation.positions[100]
    larger = still(race("beale", SEVEN[:4], size=(1280, 960)).scene, position)
    plot = (slice(200, 800), slice(200, 1200))  # letters are set anew at each size
    assert apart(picture[plot], larger[plot]) < 3.5
    blurred = np.asarray(Image.fromarray(frames_of("contour")[100]).resize((1280, 960)))
    assert apart(picture[plot], larger[plot]) < 0.75 * apart(blurred[plot], larger[plot])


def test_of_one_frame_alone_nothing_moves():
    text = race("bowl", ("sgd:lr=0.1",), seconds=0.01, steps=5).to_bytes("anim.svg").decode()
    assert "@keyframes" not in text


# On the command line


def test_animate_makes_an_svg_move_and_leaves_an_animation_as_it_is(tmp_path):
    order = ("render", "bowl", "sgd:lr=0.1", "--steps", 5, "--quiet", "--animate")
    done = trajviz(*order, "-o", "a.svg", "-o", "a.anim.svg", "-o", "a.gif", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    data = (tmp_path / "a.svg").read_bytes()
    assert data == (tmp_path / "a.anim.svg").read_bytes()
    assert b"@keyframes" in data
    assert (tmp_path / "a.gif").read_bytes().startswith(b"GIF89a")


@pytest.mark.long
def test_a_recipe_remembers_that_its_svg_moves(tmp_path):
    order = ("bowl", "sgd:lr=0.1", "--steps", 5, "--quiet", "--animate", "-o", "a.svg")
    trajviz("render", *order, "--save-recipe", "a.toml", cwd=tmp_path)
    first = (tmp_path / "a.svg").read_bytes()
    (tmp_path / "a.svg").unlink()
    assert trajviz("render", "--recipe", "a.toml", "-q", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.svg").read_bytes() == first


@pytest.mark.first(2)
@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--animate", "-o", "a.png"), "a .png cannot be animated, but .pdf, .svg can"),
        (("--at", 3, "-o", "a.anim.svg"), "step 3 alone makes no .gif"),
        (("-o", "a.anim.svg", "--view", "basins"), "view 'basins' changes the whole picture"),
        (("-o", "a.html", "--view", "relief", "--orbit", 20), "orbit 20 changes the whole"),
    ],
)
def test_what_cannot_be_drawn_as_paths_is_refused_at_once(more, says, tmp_path):
    done = trajviz("render", "bowl", "sgd:lr=0.1", "-o", "first.gif", *more, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


# Its parts


def test_of_a_line_that_begins_later_nothing_is_shown_before():
    line = Line.through(np.array([[10.0, 10], [40, 10], [40, 50]]))
    late = replace(line, knots=line.knots + 5)
    seen = visible_line(late, Box(0, 0, 100, 100), np.array([0.0, 4.9, 5, 5.5, 6.5, 9]))
    assert seen.reveal.tolist() == [-1, -1, 0, 150, 500, 700]
    assert seen.length == 700


def test_a_line_that_leaves_its_plot_has_a_gap_while_it_is_out_of_reach():
    places = np.array([[50.0, 50], [50, 1e30], [900, 50], [60, 50]])
    seen = visible_line(Line.through(places), Box(0, 0, 100, 100), np.array([0.0, 1, 2, 3]))
    assert [part.tolist() for part in seen.parts(hidden=False)] == [
        [[500, 500], [500, 1240]],
        [[1240, 500], [600, 500]],
    ]
    assert seen.parts(hidden=True) == []
    assert seen.reveal[0] == 0
    assert seen.reveal[3] == pytest.approx(seen.length)


def test_a_line_that_never_comes_near_its_plot_is_none():
    far = Line.through(np.array([[-500.0, 10], [-500, 90]]))
    assert visible_line(far, Box(0, 0, 100, 100), np.array([0.0, 1])) is None
    assert visible_line(Line.through(np.zeros((1, 2))), Box(0, 0, 9, 9), np.array([0.0])) is None


PLACES = st.lists(st.tuples(*2 * [st.integers(-300, 300)]), min_size=2, max_size=60)


@given(PLACES, st.floats(0.01, 30))
def test_a_thinned_line_keeps_its_ends_and_passes_every_point_closely(places, tolerance):
    points = np.array(places, dtype=np.float64)
    kept = thin_lines(points, np.array([0, len(points) - 1]), tolerance)
    assert [kept[0], kept[-1]] == [0, len(points) - 1]
    for place, point in enumerate(points):
        after = max(1, int(np.searchsorted(kept, place)))
        a, b = points[kept[after - 1]], points[kept[after]]
        run = b - a
        along = np.clip((point - a) @ run / max(run @ run, 1e-9), 0, 1)
        assert np.hypot(*(point - a - along * run)) <= tolerance + 1e-6


@given(PLACES, st.floats(0.01, 30))
def test_a_thinned_motion_is_nowhere_off_by_more_than_it_may(places, tolerance):
    values = np.array(places, dtype=np.float64)
    times = np.arange(len(values), dtype=np.float64)
    kept = thin_motion(times, values, tolerance)
    between = np.stack([np.interp(times, times[kept], axis[kept]) for axis in values.T], axis=1)
    assert np.hypot(*(between - values).T).max() <= tolerance + 1e-6


@given(PLACES)
def test_the_data_of_a_path_lead_through_its_corners(places):
    corners = in_units(np.array(places, dtype=np.float64) / 10)
    start, _, steps = path_of([corners]).removeprefix("M").partition("l")
    numbers = [int(n) for n in re.findall(r"-?\d+", start + " " + steps)]
    if steps:
        walked = np.cumsum(np.reshape(numbers, (-1, 2)), axis=0).tolist()
        different = [True, *(np.diff(corners, axis=0) != 0).any(axis=1)]
        assert walked == corners[different].tolist()
    else:
        assert (corners == corners[0]).all()
