"""The GIF writer: what went in comes out, in every decoder, for exactly as long as planned."""

import dataclasses
import functools
import itertools
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pictures import decoded_gif, in_time, psnr
from programs import judge, program
from races import OURS, SEVEN, THEMES, race, with_main

from trajviz.animation import Animation
from trajviz.animation.raster import Change
from trajviz.descent import no_progress
from trajviz.files.formats import load_format
from trajviz.files.formats._gif_encoder import delays, encode
from trajviz.race import compare
from trajviz.recipe.recipe import Playback

MOST_FPS = load_format("gif").most_fps

# A race, decoded


@functools.cache
def crowd(theme="light"):
    size = (240, 180) if theme in OURS else (640, 480)  # a share of jet's many colours is lost
    return race("beale", SEVEN, theme=theme, steps=199, size=size, seconds=2)


@functools.cache
def decoded_crowd(theme):
    """Return what is decoded, and what was drawn, of each frame that differs from the last."""
    truths, waits = merged(crowd(theme).frames(), delays(crowd(theme).playback))
    return in_time(crowd(theme).to_bytes("gif"), waits), truths


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
def test_a_decoded_frame_is_nearly_what_was_drawn(theme):
    least, most_off = (48, 0.001) if theme in OURS else (41, 0.006)  # jet has too many colours
    for frame, truth in zip(*decoded_crowd(theme), strict=True):
        off = np.abs(frame.astype(np.int16) - truth).max(axis=2)
        assert psnr(frame, truth) >= least
        assert off.max() <= 96
        assert np.mean(off > 16) < most_off


def test_a_long_animation_whose_palette_comes_from_a_sample_is_as_faithful():
    long = compare("rosenbrock", SEVEN[:4], size=(160, 120), steps=120, seconds=12)
    assert len(long.animation.positions) == 300
    truths, waits = merged(long.frames(), delays(long.playback))
    frames = in_time(long.to_bytes("gif"), waits)
    assert min(psnr(f, t) for f, t in zip(frames, truths, strict=True)) >= 45


def changing(frames):
    """Return which pixels are not the same in all frames."""
    first, *others = frames
    return functools.reduce(np.logical_or, [(frame != first).any(axis=2) for frame in others])


def test_a_pixel_that_never_changes_in_truth_never_changes_when_decoded():
    frames, truths = decoded_crowd("dark")
    assert not (changing(frames) & ~changing(truths)).any()


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
def test_the_colours_of_tracks_and_background_are_exact(theme):
    scene = crowd(theme).scene
    exact = [track.color for track in scene.main.tracks] + [scene.theme.background, scene.theme.ink]
    for frame, truth in [*zip(*decoded_crowd(theme), strict=True)][::7]:
        for color in exact:
            where = (truth == color).all(axis=2)
            np.testing.assert_array_equal(frame[where], truth[where])


def test_a_turning_relief_comes_out_frame_by_frame_as_it_was_drawn():
    one = compare(
        "beale", ["rmsprop:lr=0.02"], view="relief", orbit=120, size=(200, 160), steps=20,
        seconds=1.2, fps=10, hold=0.5,
    )  # fmt: skip
    truths = [*one.frames()]
    waits = delays(one.playback)
    frames = in_time(one.to_bytes("gif"), waits)
    assert len(frames) == len(truths) == 12
    assert sum(waits) == 170
    for frame, truth in zip(frames, truths, strict=True):
        assert psnr(frame, truth) >= 35
    assert all(psnr(a, b) < 30 for a, b in itertools.pairwise(frames))


def test_what_changes_around_a_plot_has_images_of_its_own_shortly_before_their_time():
    one = race("beale", SEVEN, steps=199)
    frames, waits = decoded_gif(one.to_bytes("gif"))
    planned, truths = delays(one.playback), [*one.frames()]
    ends, plan = np.cumsum(waits), np.cumsum(planned)
    early = np.flatnonzero(~np.isin(ends[:-1], plan)) + 1
    assert len(frames) > len(early) > 10
    y0 = one.scene.main.box.y0
    for place in early:
        assert ends[place - 1] + 2 == ends[place]  # two hundredths before, and for as long
        np.testing.assert_array_equal(frames[place][y0:], frames[place - 1][y0:])
        truth = truths[int(np.searchsorted(plan, ends[place - 1] + 2, side="right"))]
        assert psnr(frames[place][:y0], truth[:y0]) > 45


# Time


def small(**options):
    return compare("bowl", ["sgd:lr=0.1"], size=(160, 120), steps=30, **options)


@pytest.mark.parametrize("fps", [10, 24, 25, 30, 33, MOST_FPS])
@pytest.mark.parametrize("hold", [0, 2, 700.5])
def test_the_durations_add_up_to_the_plan_to_the_hundredth(fps, hold):
    _, waits = decoded_gif(small(fps=fps, seconds=2.3, hold=hold).to_bytes("gif"))
    assert sum(waits) == round(100 * (2.3 + hold))


@pytest.mark.parametrize("lead", [0, 0.7, 700])
def test_the_first_frame_stays_for_the_lead_beside_its_own_time(lead):
    frames, waits = decoded_gif(small(fps=10, seconds=2, lead=lead, hold=1).to_bytes("gif"))
    still_there = [(frame == frames[0]).all() for frame in frames].index(False)
    assert sum(waits[:still_there]) == round(100 * lead) + 10
    assert sum(waits) == round(100 * (lead + 3))


@pytest.mark.parametrize("hold", [555.35, 555.36, 600, 3600])
def test_a_delay_too_long_for_one_image_is_carried_by_several(hold):
    hundred_seconds_a_frame = {"fps": 0.01, "seconds": 100}
    frames, waits = decoded_gif(small(**hundred_seconds_a_frame, hold=hold).to_bytes("gif"))
    assert sum(waits) == round(100 * (100 + hold))
    assert max(waits) <= 65535
    assert len(waits) == -(-100 * (100 + hold) // 65535)
    for frame in frames:
        np.testing.assert_array_equal(frame, frames[0])


@given(
    fps=st.floats(0.5, MOST_FPS),
    seconds=st.floats(0.02, 30),
    hold=st.floats(0, 3600),
    lead=st.floats(0, 3600),
)
@example(fps=50, seconds=0.02, hold=0, lead=0)
@example(fps=33.3, seconds=10, hold=0.005, lead=0.005)
def test_no_delay_is_shorter_than_browsers_play_and_none_strays_from_the_plan(
    fps, seconds, hold, lead
):
    playback = Playback(fps, seconds, hold=hold, lead=lead)
    waits = delays(playback)
    assert len(waits) == playback.frames
    assert min(waits) >= 2
    ends = np.cumsum(waits)
    moving = 100 * lead + 100 / fps * np.arange(1, len(waits))
    np.testing.assert_allclose(ends[:-1], moving, atol=0.51)
    planned = max(100 * playback.duration, 100 * (lead + (playback.frames - 1) / fps) + 2)
    assert abs(ends[-1] - planned) <= 1


@pytest.mark.parametrize(("loop", "block"), [(0, 0), (1, None), (3, 2), (65535, 65534)])
def test_the_loop_block_counts_repeats_and_is_absent_for_once(loop, block):
    data = small(loop=loop, seconds=0.2).to_bytes("gif")
    at = data.find(b"\x21\xff\x0bNETSCAPE2.0\x03\x01")
    assert (at >= 0) is (block is not None)
    if block is not None:
        assert int.from_bytes(data[at + 16 : at + 18], "little") == block


def test_identical_frames_are_one_frame_that_lasts():
    slow = compare("bowl", ["sgd:lr=0.000001"], size=(160, 120), steps=1, seconds=4, hold=0)
    frames, waits = decoded_gif(slow.to_bytes("gif"))
    assert len(frames) < 5
    assert sum(waits) == 400


# Whatever goes in comes out


class Film(Animation):
    """Pictures by hand: the first, then what each changes."""

    def __init__(self, scene, first, steps):
        bare = with_main(scene, foreground=())
        self.scene = dataclasses.replace(bare, background=first, counter=None)
        self.first, self.steps = first, steps
        self.positions = np.arange(1.0 + len(steps))

    def changes(self):
        return iter(self.steps)


@functools.cache
def any_scene():
    return race("bowl", ("sgd",), steps=1).scene


def scene_in(colors):
    """Return a scene whose own colours are among these."""
    some = list(itertools.islice(itertools.cycle(map(tuple, colors.tolist())), 4))
    theme = dataclasses.replace(any_scene().theme, background=some[0], ink=some[1], muted=some[2])
    tracks = [dataclasses.replace(track, color=some[3]) for track in any_scene().main.tracks]
    return with_main(dataclasses.replace(any_scene(), theme=theme), tracks=tuple(tracks))


HOW = ["nothing", "everything", "first corner", "last corner", "some", "the same again"]


def film_of(seed, width, height, colors, steps):
    """Return a film of random pictures in so many colours, each step changing what it says."""
    random = np.random.default_rng(seed)
    palette = np.unique(random.integers(0, 256, (colors, 3), dtype=np.uint8), axis=0)
    size = width * height
    first = palette[random.integers(len(palette), size=(height, width))]
    now, changes = first.reshape(-1, 3).copy(), []
    for how in steps:
        where = {
            "nothing": [],
            "everything": range(size),
            "first corner": [0],
            "last corner": [size - 1],
            "some": random.permutation(size)[: 1 + size // 5],
            "the same again": range(size),
        }[how]
        pixels = np.array(where, dtype=np.int64)
        new = palette[random.integers(len(palette), size=len(pixels))]
        new = now[pixels] if how == "the same again" else new
        now[pixels] = new
        changes.append(Change(pixels, new))
    return Film(scene_in(palette), first, changes)


def merged(frames, waits):
    """Return the frames without repetitions, and how long each stays."""
    pictures, durations = [], []
    for frame, wait in zip(frames, waits, strict=True):
        if pictures and (frame == pictures[-1]).all():
            durations[-1] += wait
        else:
            pictures.append(frame)
            durations.append(wait)
    return pictures, durations


def gif_of(film, hold=1.0):
    """Return a film as GIF, and its playback."""
    playback = Playback(fps=20, seconds=len(film.positions) / 20, hold=hold)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.gif"
        encode(path, film, playback, no_progress, "")
        return path.read_bytes(), playback


def films(colors):
    return st.builds(
        film_of,
        seed=st.integers(0, 2**32 - 1),
        width=st.integers(1, 40),
        height=st.integers(1, 30),
        colors=st.sampled_from(colors),
        steps=st.lists(st.sampled_from(HOW), max_size=8),
    )


FEW_COLORS = [1, 2, 3, 17, 100, 126, 127]
MANY_COLORS = [128, 129, 200, 254, 255]


@pytest.mark.long
@settings(max_examples=150)
@given(films(FEW_COLORS))
@example(film_of(1, 1, 1, 1, []))
@example(film_of(1, 1, 1, 2, ["everything"]))
@example(film_of(2, 40, 30, 127, HOW))
def test_up_to_127_colours_every_frame_comes_out_as_it_went_in(film):
    data, playback = gif_of(film)
    frames, waits = decoded_gif(data)
    pictures, durations = merged(film.frames(), delays(playback))
    assert waits == durations
    for frame, picture in zip(frames, pictures, strict=True):
        np.testing.assert_array_equal(frame, picture)


@settings(max_examples=100)
@given(films(MANY_COLORS))
@example(film_of(2, 40, 30, 255, HOW))
def test_up_to_255_colours_a_frame_is_exact_or_within_what_half_a_palette_may_cost(film):
    frames, waits = decoded_gif(gif_of(film)[0])
    np.testing.assert_array_equal(frames[0], film.first)
    ends = np.cumsum(waits)
    errors, weights = [], []
    for (place, picture), change in zip(enumerate(film.frames()), [None, *film.steps], strict=True):
        if change is None or not len(change.pixels):
            continue
        shown = frames[int(np.searchsorted(ends, 5 * place, side="right"))]
        off = (shown.astype(float) - picture).reshape(-1, 3)[change.pixels]
        errors.append(np.mean(off**2))
        weights.append(len(change.pixels))
    assert not errors or np.average(errors, weights=weights) <= 3.0


def raw_frames(film, video):
    height, width = film.first.shape[:2]
    return np.frombuffer(video, np.uint8).reshape(-1, height, width, 3)


def without_repetitions(frames):
    return merged(frames, itertools.repeat(0, len(frames)))[0]


@pytest.mark.long
@settings(max_examples=25)
@given(films(FEW_COLORS))
def test_ffmpeg_decodes_what_went_in(film):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.gif"
        path.write_bytes(gif_of(film)[0])
        video = judge(
            "ffmpeg", "-v", "error", "-i", path, "-fps_mode", "passthrough",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
        )  # fmt: skip
    frames = without_repetitions(raw_frames(film, video))
    for frame, picture in zip(frames, merged_frames(film), strict=True):
        np.testing.assert_array_equal(frame, picture)


def merged_frames(film):
    return without_repetitions(list(film.frames()))


@settings(max_examples=25)
@given(films(FEW_COLORS))
def test_gifsicle_unfolds_what_went_in(film):
    with tempfile.TemporaryDirectory() as folder:
        path, whole = Path(folder) / "film.gif", Path(folder) / "whole.gif"
        path.write_bytes(gif_of(film)[0])
        judge("gifsicle", "--unoptimize", path, "-o", whole)
        frames, _ = decoded_gif(whole.read_bytes())
    for frame, picture in zip(without_repetitions(frames), merged_frames(film), strict=True):
        np.testing.assert_array_equal(frame, picture)


def test_more_colours_than_a_palette_holds_are_rendered_by_their_nearest():
    film = film_of(3, 40, 30, 5000, ["some", "everything"])
    frames, _ = decoded_gif(gif_of(film)[0])
    for frame, picture in zip(frames, film.frames(), strict=True):
        assert psnr(frame, picture) >= 20


# What other people's programs say


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """Return GIFs of all kinds."""
    folder = tmp_path_factory.mktemp("gallery")
    paths = {
        "race": race("beale", SEVEN, steps=199).save(folder / "race.gif"),
        "dark": crowd("dark").save(folder / "dark.gif"),
        "small": small(loop=1).save(folder / "small.gif"),
        "long": small(fps=0.01, seconds=100, hold=600).save(folder / "long.gif"),
        "film": folder / "film.gif",
    }
    paths["film"].write_bytes(gif_of(film_of(4, 40, 30, 255, HOW))[0])
    return paths


KINDS = pytest.mark.parametrize("kind", ["race", "dark", "small", "long", "film"])


@KINDS
def test_giftext_finds_nothing_wrong(kind, gallery):
    done = subprocess.run(
        [program("giftext"), gallery[kind]], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "GIF file terminated normally" in done.stdout


@KINDS
def test_gifsicle_has_no_complaint(kind, gallery):
    done = subprocess.run(
        [program("gifsicle"), "--info", gallery[kind]], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "images" in done.stdout or "image" in done.stdout


def test_gifsicle_finds_next_to_nothing_to_save(gallery, tmp_path):
    best = tmp_path / "best.gif"
    judge("gifsicle", "-O3", "--no-warnings", gallery["race"], "-o", best)
    assert best.stat().st_size >= 0.97 * gallery["race"].stat().st_size


def test_a_default_race_is_small_enough_to_be_posted_anywhere(gallery):
    assert gallery["race"].stat().st_size <= 1_000_000


def test_two_writes_give_the_same_bytes(gallery):
    assert crowd("dark").to_bytes("gif") == gallery["dark"].read_bytes()
