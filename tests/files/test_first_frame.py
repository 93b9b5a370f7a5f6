"""Files that open with their end: the last picture, then what any other file shows."""

import functools
import itertools

import numpy as np
import pytest
from films import SHORT, decoded
from hypothesis import given
from hypothesis import strategies as st
from pictures import decoded_gif, in_time, psnr
from PIL import Image, features
from programs import invoke, judge
from races import SEVEN, race

from trajviz.animation import still
from trajviz.files.formats._gif_encoder import delays
from trajviz.files.formats._timing import milliseconds
from trajviz.files.plan import plan_files
from trajviz.race import run
from trajviz.recipe.recipe import Playback

PLAYBACKS = st.builds(
    Playback,
    fps=st.sampled_from([1, 7.3, 24, 25, 60]),
    seconds=st.floats(0.05, 4),
    hold=st.floats(0, 3),
    lead=st.floats(0, 3),
    loop=st.integers(0, 3),
    notes=st.sampled_from([(), ("3:a",), ("0+1:a", "5+0.5:b")]),
    first=st.just("end"),
)
KINDS = {
    "contour": ("beale", SEVEN, {}),
    "what a note, names, a tail and arrows add": (
        "beale",
        SEVEN[:3],
        {
            "notes": ("0:Go.", "8+0.3:Look.", "20:There."),
            "labels": "heads",
            "trail": 5,
            "arrows": "step",
            "outcome": True,
        },
    ),
    "a split view with charts": (
        "himmelblau",
        ("sgd:lr=0.01", "adam"),
        {"view": "split", "panels": ("loss",)},
    ),
    "a turning relief": ("himmelblau", ("sgd:lr=0.01",), {"view": "relief", "orbit": 90}),
    "basins": ("himmelblau", ("sgd:lr=0.01",), {"view": "basins"}),
    "all seeds": ("bowl", ("sgd:lr=0.1",), {"noise": 1.0, "seeds": 4}),
}
PICTURES = [(name, loop) for name in ("gif", "webp", "apng") for loop in (0, 1)]
PICTURES += [("avif", 0)] if features.check("avif") else []  # which plays for ever


def of_kind(kind, **options):
    surface, optimizers, more = KINDS[kind]
    one = race(surface, optimizers, size=(240, 180), steps=20, fps=10, seconds=1.2, **more)
    return run(one.request.changed(**options)) if options else one


@functools.cache
def bowl(**options):
    """Return a race of twelve frames, each another picture, held for half a second."""
    return race("bowl", ("sgd:lr=0.1",), size=(160, 120), pace="uniform", **SHORT, **options)


def order_of(frames, truths):
    """Return which truth each frame is most like, of equal ones in a row the first."""
    nearest = [int(np.argmax([psnr(frame, truth) for truth in truths])) for frame in frames]
    return [place for place, _ in itertools.groupby(nearest)]


# The order


@given(PLAYBACKS)
def test_the_end_comes_first_and_what_follows_is_the_race_in_its_order(playback):
    opening, *rest = playback.order
    assert opening == playback.frames - 1
    if playback.frames > 1:
        last = playback.frames if playback.loop else playback.frames - 1
        assert rest == [*range(last)]


@given(PLAYBACKS)
def test_a_loop_takes_as_long_as_ever_and_its_end_is_held_as_long(playback):
    usual = Playback(**{**vars_of(playback), "first": "start"})
    waits, others = milliseconds(playback), milliseconds(usual)
    if playback.frames == 1:
        assert waits == others
    elif playback.loop == 0:
        assert waits == [others[-1], *others[:-1]]
        assert playback.duration == usual.duration
    else:
        assert waits == [others[-1], *others]


@given(PLAYBACKS)
def test_a_film_has_a_frame_for_all_its_pauses(playback):
    usual = Playback(**{**vars_of(playback), "first": "start"}).once
    film, pauses = playback.once, playback.once.film_pauses
    assert len(pauses) == len(film.order)
    opening = 0 if playback.frames == 1 else 1 + pauses[0]
    assert film.film_frames == usual.film_frames + opening
    assert film.duration - usual.duration == pytest.approx(opening / playback.fps, abs=2)
    if playback.frames > 1:
        assert pauses[0] == pauses[-1]


def vars_of(playback):
    return {name: getattr(playback, name) for name in Playback.__dataclass_fields__}


def test_of_a_single_frame_there_is_nothing_to_turn():
    assert Playback(fps=1, seconds=1, first="end", loop=1).order == (0,)


def test_another_word_is_refused_in_a_line(tmp_path):
    done = invoke("render", "bowl", "--first", "ned", "-o", "a.gif", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: unknown first frame 'ned', did you mean 'end'")
    assert [*tmp_path.iterdir()] == []


# The frames


@pytest.mark.long
@pytest.mark.parametrize("loop", [0, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_the_first_frame_is_the_still_of_the_end_and_the_others_are_as_ever(kind, loop):
    usual = [*of_kind(kind).frames()]
    one = of_kind(kind, first="end", loop=loop)
    opening, *rest = one.frames()
    # A line drawn frame by frame has joints that a still lacks.
    assert np.mean((opening != usual[-1]).any(axis=2)) < 2e-3
    if kind != "what a note, names, a tail and arrows add":  # names move smoothly to the end
        np.testing.assert_array_equal(opening, still(one.scene, one.steps))
    np.testing.assert_array_equal(rest, usual if loop else usual[:-1])


def test_every_third_frame_alone_opens_with_the_end_too():
    whole, some = bowl(first="end").animation, bowl(first="end").animation.thinned(3)
    np.testing.assert_array_equal(some.first, whole.first)
    np.testing.assert_array_equal(some.positions, whole.positions[[0, 3, 6, 9, 11]])
    assert some.order == (4, 0, 1, 2, 3)


# The files


def shown_in(path):
    """Return a picture's frames as Pillow shows them, and for how many milliseconds each."""
    frames, waits = [], []
    with Image.open(path) as image:
        for place in range(getattr(image, "n_frames", 1)):
            image.seek(place)
            image.load()
            frames.append(np.array(image.convert("RGB")))
            waits.append(image.info["duration"])
    return frames, waits


@pytest.mark.parametrize(("name", "loop"), PICTURES)
def test_a_picture_that_moves_opens_with_its_end(name, loop, tmp_path):
    one = bowl(first="end", loop=loop)
    truths = [*bowl().frames()]
    frames, waits = shown_in(one.save(tmp_path / f"a.{name}"))
    assert order_of(frames, truths) == [11, *range(12 if loop else 11)]
    assert psnr(frames[0], still(one.scene, 20)) >= 38
    assert waits[0] == 600
    assert sum(waits) == 1700 + 600 * loop
    assert waits[-1] == (600 if loop else 100)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_gif_of_any_kind_shows_what_was_drawn(kind):
    one = of_kind(kind, first="end")
    truths = [*one.frames()]
    frames = in_time(one.to_bytes("gif"), delays(one.playback))
    for frame, truth in zip(frames, truths, strict=True):
        assert psnr(frame, truth) >= (28 if one.scene.turning else 33)


@pytest.mark.long
def test_a_gif_without_paper_opens_with_its_end(tmp_path):
    one = of_kind("contour", first="end", transparent=True, fps=5)
    with Image.open(one.save(tmp_path / "a.gif")) as image:
        first = np.array(image.convert("RGBA"))
    seen = first[..., 3] == 255
    assert 0.5 < seen.mean() < 1
    assert psnr(first[seen][:, :3], still(one.scene, 20)[seen]) >= 30


def test_another_decoder_sees_the_same_gif(tmp_path):
    path = bowl(first="end").save(tmp_path / "a.gif")
    ask = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    video = judge("ffmpeg", "-v", "error", "-i", path, *ask, "-")
    frames = np.frombuffer(video, np.uint8).reshape(-1, 120, 160, 3)
    assert order_of(frames, [*bowl().frames()]) == [11, *range(11)]


@pytest.mark.parametrize("name", ["mp4", "webm", "avi"])
def test_a_film_opens_with_its_end_and_ends_with_it(name, tmp_path):
    one, truths = bowl(first="end"), [*bowl().frames()]
    frames = decoded(one.save(tmp_path / f"a.{name}"), 160, 120)
    nearest = [order_of([frame], truths)[0] for frame in frames]
    assert nearest == [11] * 6 + [*range(11)] + [11] * 6
    (planned,) = plan_files(one.request.changed(outputs=(f"a.{name}",)))
    facts = planned.facts(one.request)
    assert facts.frames == len(frames)
    assert facts.seconds == pytest.approx(len(frames) / 10)


def test_a_still_has_no_first_frame():
    one, other = (bowl(first=first, metadata=False).to_bytes("png") for first in ("start", "end"))
    assert one == other


@pytest.mark.long
def test_it_costs_a_gif_next_to_nothing():
    sizes = [len(race("beale", (), first=first).to_bytes("gif")) for first in ("start", "end")]
    assert sizes[0] < sizes[1] < 1.06 * sizes[0]


# Where it is usual


@pytest.mark.parametrize(
    ("place", "said", "first"),
    [
        ("profile", (), "end"),
        ("pypi", (), "end"),
        ("pypi", ("--first", "start"), "start"),
        ("github", (), "start"),
        ("github", ("--first", "end"), "end"),
    ],
)
def test_a_place_that_may_show_one_frame_gets_the_end_first(place, said, first, tmp_path):
    words = ("bowl", "sgd:lr=0.1", "--for", place, *said, "--steps", "20", "--seconds", "0.5")
    small = ("--size", "160x120", "-o", "a.gif", "--quiet")
    assert invoke("render", *words, *small, cwd=tmp_path).returncode == 0
    frames, _ = decoded_gif((tmp_path / "a.gif").read_bytes())
    scene = race("bowl", ("sgd:lr=0.1",), steps=20, size=(160, 120)).scene
    assert (psnr(frames[0], still(scene, 20)) > psnr(frames[0], still(scene, 0))) == (
        first == "end"
    )
