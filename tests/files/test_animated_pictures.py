"""Animated PNG, WebP and AVIF: what went in comes out of other people's decoders, for as long."""

import functools
import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pictures import psnr
from PIL import Image, features
from programs import judge
from races import SEVEN, THEMES, race

from trajviz.errors import TrajvizError
from trajviz.files.formats import _avif_encoder, _patches, load_format
from trajviz.files.formats._palette import Palette, Tally
from trajviz.files.formats._timing import milliseconds
from trajviz.race import compare
from trajviz.recipe.recipe import Playback

LEAST = {"apng": 46, "webp": 46, "avif": 38}
"""How faithful a frame is at least, in decibels."""
NAMES = [name for name in LEAST if name != "avif" or features.check("avif")]
OURS = ["apng", "webp"]


def shown(path):
    """Return a picture's frames, their durations in milliseconds, and how often it plays."""
    frames, waits = [], []
    with Image.open(path) as image:
        for place in range(image.n_frames):
            image.seek(place)
            image.load()
            frames.append(np.array(image.convert("RGB")))
            waits.append(image.info["duration"])
        return frames, waits, image.info.get("loop")


def small(**options):
    return compare("bowl", ["sgd:lr=0.1"], size=(160, 120), steps=20, **options)


@functools.cache
def crowd(theme):
    return race("beale", SEVEN, theme=theme, steps=40, seconds=1.2, fps=20, hold=1, size=(240, 180))


def when_shown(waits, playback):
    """Return which frame of the file shows in the middle of each frame that was drawn."""
    begins = np.concatenate([[0], np.cumsum(milliseconds(playback))[:-1]])
    return np.searchsorted(np.cumsum(waits), begins + 5, side="right")


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_a_decoded_frame_is_nearly_what_was_drawn(name, theme, tmp_path):
    one = crowd(theme)
    frames, waits, _ = shown(one.save(tmp_path / f"race.{name}"))
    for place, truth in zip(when_shown(waits, one.playback), one.frames(), strict=True):
        assert psnr(frames[place], truth) >= LEAST[name]


@pytest.mark.parametrize("name", OURS)
def test_the_colours_of_tracks_and_background_are_exact(name, tmp_path):
    one = crowd("light")
    frames, waits, _ = shown(one.save(tmp_path / f"race.{name}"))
    scene = one.scene
    exact = [track.color for track in scene.main.tracks] + [scene.theme.background, scene.theme.ink]
    last, truth = frames[when_shown(waits, one.playback)[-1]], [*one.frames()][-1]
    for color in exact:
        where = (truth == color).all(axis=2)
        np.testing.assert_array_equal(last[where], truth[where])


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("loop", [0, 1, 3])
def test_the_loop_count_is_told(name, loop, tmp_path):
    assert shown(small(loop=loop, seconds=0.3).save(tmp_path / f"a.{name}"))[2] == loop


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("fps", "hold", "lead"), [(24, 0, 0), (30, 2, 0.5), (60, 0.0125, 0), (7.3, 70.5, 70.5)]
)
def test_the_durations_add_up_to_the_plan_to_the_millisecond(name, fps, hold, lead, tmp_path):
    one = small(fps=fps, seconds=1, hold=hold, lead=lead)
    waits = shown(one.save(tmp_path / f"a.{name}"))[1]
    assert sum(waits) == round(1000 * (lead + 1 + hold))
    longest = 65_535 if name == "apng" else float("inf")  # a longer pause takes two frames
    assert min(lead * 1000, longest) <= waits[0] < lead * 1000 + 1000
    assert min(waits) >= 11


@pytest.mark.parametrize("name", NAMES)
def test_an_animation_of_one_frame_is_a_picture(name, tmp_path):
    one = small(fps=1, seconds=1)
    with Image.open(one.save(tmp_path / f"a.{name}")) as image:
        assert psnr(np.array(image.convert("RGB")), one.animation.first) >= 33


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_turning_relief_comes_out_frame_by_frame(name, tmp_path):
    one = compare(
        "beale", ["rmsprop:lr=0.02"], view="relief", orbit=120, size=(200, 160), steps=20,
        seconds=1.2, fps=10, hold=0.5,
    )  # fmt: skip
    frames, waits, _ = shown(one.save(tmp_path / f"a.{name}"))
    truths = [*one.frames()]
    assert len(frames) == len(truths) == 12
    assert sum(waits) == 1700
    for frame, truth in zip(frames, truths, strict=True):
        assert psnr(frame, truth) >= 33
    assert all(psnr(a, b) < 30 for a, b in itertools.pairwise(frames))


@pytest.mark.parametrize("name", OURS)
def test_without_a_faithful_palette_every_pixel_is_exact(name, tmp_path, monkeypatch):
    monkeypatch.setattr(_patches, "_FAITHFUL", -1.0)
    one = small(seconds=0.5, fps=10)
    frames, waits, _ = shown(one.save(tmp_path / f"a.{name}"))
    for place, truth in zip(when_shown(waits, one.playback), one.frames(), strict=True):
        np.testing.assert_array_equal(frames[place], truth)


@pytest.mark.parametrize("name", OURS)
def test_a_long_animation_keeps_none_of_its_changes(name, tmp_path):
    one = small(seconds=40, fps=10)
    assert not isinstance(_patches.sampled(one.animation)[1], list)
    frames, waits, _ = shown(one.save(tmp_path / f"a.{name}"))
    truth = [*one.frames()][-1]
    assert psnr(frames[when_shown(waits, one.playback)[-1]], truth) >= 46


def test_ffmpeg_decodes_an_apng_as_pillow_does(tmp_path):
    path = crowd("dark").save(tmp_path / "a.apng")
    video = judge(
        "ffmpeg", "-v", "error", "-f", "apng", "-i", path, "-fps_mode", "passthrough",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
    )  # fmt: skip
    theirs = np.frombuffer(video, np.uint8).reshape(-1, 180, 240, 3)
    frames = shown(path)[0]
    assert len(theirs) == len(frames)
    np.testing.assert_array_equal(theirs, frames)


@pytest.mark.parametrize("name", OURS)
def test_what_knows_no_animation_sees_the_first_frame_of_an_apng(name, tmp_path):
    one = crowd("light")
    with Image.open(one.save(tmp_path / f"a.{name}")) as image:
        assert psnr(np.array(image.convert("RGB")), one.animation.first) >= 46


@pytest.mark.long
@pytest.mark.parametrize("name", OURS)
def test_it_is_hardly_larger_than_a_gif_and_has_more_colours(name):
    one = race("beale", SEVEN[:4])
    assert len(one.to_bytes(name)) <= 1.2 * len(one.to_bytes("gif"))


@pytest.mark.parametrize("name", NAMES)
def test_progress_counts_every_frame(name):
    seen = []
    small(fps=10, seconds=0.5).to_bytes(name, progress=lambda *counts: seen.append(counts))
    assert [*dict.fromkeys(seen)] == [(count, 5) for count in range(1, 6)]


def test_a_fast_animation_is_refused_where_browsers_would_slow_it_down():
    for name in LEAST:
        with pytest.raises(TrajvizError, match=f"fps 91 is more than the 90 a .{name} can play"):
            load_format(name).check(Playback(fps=91), None, 20)


# AVIF, where it cannot be written


def test_an_avif_plays_for_ever():
    with pytest.raises(TrajvizError, match=r"loop 2 is not for \.avif, which plays for ever"):
        load_format("avif").check(Playback(loop=2), None, 20)


@pytest.mark.skipif("avif" not in NAMES, reason="this Pillow cannot write AVIF")
def test_an_avif_by_another_encoder_than_libaom_is_told_what_all_know(monkeypatch):
    monkeypatch.setattr("PIL.AvifImagePlugin.get_codec_version", lambda _: None)
    assert "advanced" not in _avif_encoder._options(20)
    assert small().to_bytes("avif")


def test_a_pillow_without_avif_is_told_in_one_line(monkeypatch):
    monkeypatch.setattr(features, "check", lambda _name: False)
    with pytest.raises(TrajvizError, match=r"the installed Pillow cannot write \.avif"):
        small().to_bytes("avif")


# Patches


@given(
    changes=st.lists(st.lists(st.integers(0, 34), max_size=6), min_size=1, max_size=6),
    longest=st.integers(20, 300),
    colors=st.integers(2, 40),
    seed=st.integers(0, 99),
)
@example(changes=[[0], [], [34]], longest=20, colors=2, seed=0)
@settings(max_examples=60)
def test_patches_laid_over_each_other_give_the_pictures_for_as_long(changes, longest, colors, seed):
    random = np.random.default_rng(seed)
    shades = random.integers(0, 256, (colors, 3), dtype=np.uint8)
    film = Film(shades[random.integers(colors, size=(5, 7))], changes, shades, random)
    playback = Playback(fps=20, seconds=(1 + len(changes)) / 20, hold=0.25)
    palette = Palette(Tally(shades, []), 255)
    pieces = _patches.patches(
        film, film.steps, playback, _patches.snap_to(palette), longest, lambda: None
    )
    canvas, seen = np.zeros((5, 7, 3), np.uint8), []
    for piece in pieces:
        assert piece.x % 2 == piece.y % 2 == 0
        assert 0 < piece.milliseconds <= longest
        height, width = piece.opaque.shape
        part = canvas[piece.y : piece.y + height, piece.x : piece.x + width]
        part[piece.opaque] = piece.colors[piece.opaque]
        np.testing.assert_array_equal(part, piece.whole)
        seen += [canvas.copy()] * piece.milliseconds
    planned = milliseconds(playback)
    assert len(seen) == sum(planned) == 50 * (1 + len(changes)) + 250
    for truth, end in zip(film.pictures, np.cumsum(planned), strict=True):
        np.testing.assert_array_equal(seen[end - 1], truth)


class Film:
    """Random pictures: the first, then changes at these pixels."""

    def __init__(self, first, places, shades, random):
        from trajviz.animation.raster import Change

        self.first, self.steps, self.pictures = first, [], [first]
        for pixels in places:
            unique = np.unique(np.array(pixels, dtype=np.int64))
            colors = shades[random.integers(len(shades), size=len(unique))]
            self.steps.append(Change(unique, colors))
            now = self.pictures[-1].copy()
            now.reshape(-1, 3)[unique] = colors
            self.pictures.append(now)
