"""Films of other containers, streamed, and stills that imageio writes and that lose little."""

import contextlib
import functools
import io

import numpy as np
import pytest
from films import (
    BACKGROUND,
    HIGH,
    LOUD,
    TAGS,
    check_that_a_dead_encoder_leaves_the_old_film,
    decoded,
    film,
    probed,
)
from pictures import psnr
from PIL import Image
from programs import processes
from races import race

from trajviz.animation import still
from trajviz.errors import TrajvizError
from trajviz.files.formats import _video, imageio_formats, load_format, mp4, webm

FILMS = ["avi", "mkv", "mov"]
VIDEO = ("h264", "yuv420p", ["tv", "bt709", "bt709", "bt709"])
JPEG = ("mjpeg", "yuvj420p", ["pc", "bt470bg", None, None])
COMPLETE = {
    "avi": imageio_formats._is_complete,
    "mkv": webm.is_complete,
    "mov": mp4.is_complete,
}


@functools.cache
def bytes_of(name):
    return film().to_bytes(name)


@pytest.mark.parametrize("size", [(160, 120), (161, 121)])
@pytest.mark.parametrize(("name", "says"), [("avi", JPEG), ("mkv", VIDEO), ("mov", VIDEO)])
def test_a_film_is_of_its_codec_in_colours_that_are_tagged(name, says, size, tmp_path):
    stream, container = probed(film(size).save(tmp_path / f"film.{name}"))
    tags = [stream.get(tag) for tag in TAGS]
    assert (stream["codec_name"], stream["pix_fmt"], tags) == says
    assert {"mkv": "matroska"}.get(name, name) in container["format_name"]
    assert (stream["width"], stream["height"]) == tuple(v + v % 2 for v in size)


@pytest.mark.parametrize(("name", "kept"), [("avi", "yuvj444p"), ("mov", "yuv444p")])
def test_444_is_kept(name, kept, tmp_path):
    stream, _ = probed(film(pixel_format="yuv444p").save(tmp_path / f"film.{name}"))
    assert stream["pix_fmt"] == kept


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize(
    ("fps", "seconds", "lead", "hold"), [(10, 1, 0, 0), (23.976, 0.5, 0.2, 0.5)]
)
def test_it_has_a_frame_for_each_moment_of_both_pauses(name, fps, seconds, lead, hold, tmp_path):
    one = film(fps=fps, seconds=seconds, lead=lead, hold=hold)
    stream, container = probed(one.save(tmp_path / f"film.{name}"))
    assert int(stream["nb_read_frames"]) == one.playback.film_frames
    length = one.playback.film_frames / fps
    assert float(container["duration"]) == pytest.approx(length, abs=2e-3)


@pytest.mark.parametrize("name", FILMS)
def test_decoded_frames_are_like_those_drawn_the_odd_side_padded(name, tmp_path):
    one = race(
        "beale", ("sgd", "adam"), size=(241, 181), steps=20, fps=10, seconds=1.2, lead=0.2, hold=0.1
    )  # fmt: skip
    frames = decoded(one.save(tmp_path / f"film.{name}"), 242, 182)
    truths = [*one.frames()]
    for frame, truth in zip(frames, truths[:1] * 2 + truths + truths[-1:], strict=True):
        assert psnr(frame[:181, :241], truth) >= 30
        assert np.abs(frame[181:].astype(int) - one.scene.theme.background).mean() <= 2
        assert np.abs(frame[:, 241].astype(int) - one.scene.theme.background).mean() <= 2


@pytest.mark.parametrize("name", FILMS)
def test_strong_colours_are_those_that_were_drawn(name, tmp_path):
    (tmp_path / "loud.toml").write_text(LOUD)
    one = film((320, 240), theme=tmp_path / "loud.toml")
    frame = decoded(one.save(tmp_path / f"film.{name}"), 320, 240)[0]
    plot = one.scene.main.box
    margin, wall = frame[2:6, 2:6], frame[plot.y0 + 3 : plot.y0 + 7, plot.x0 + 3 : plot.x0 + 7]
    np.testing.assert_allclose(margin.mean(axis=(0, 1)), BACKGROUND, atol=4)
    np.testing.assert_allclose(wall.mean(axis=(0, 1)), HIGH, atol=8)  # not without loss


@pytest.mark.parametrize("name", FILMS)
def test_two_writes_give_the_same_bytes(name):
    assert film().to_bytes(name) == bytes_of(name)


def test_frames_are_handed_over_one_by_one_in_one_buffer(monkeypatch):
    seen = []

    @contextlib.contextmanager
    def encoder(*_):
        yield lambda frame: seen.append(
            (frame.__array_interface__["data"][0], frame.sum(dtype=int))
        )

    monkeypatch.setattr(_video, "encoder", encoder)
    told = []
    film().to_bytes("mov", progress=lambda done, total: told.append((done, total, len(seen))))
    assert told == [(count, 17, count) for count in range(1, 18)]
    places, sums = zip(*seen, strict=True)
    assert len({*places}) == 1
    assert len({*sums}) > 8


# When it goes wrong


def test_an_exception_in_the_middle_leaves_no_encoder_behind(tmp_path):
    def stop(done, _total):
        if done == 5:
            assert processes(tmp_path)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film((640, 480), seconds=30).save(tmp_path / "film.mkv", progress=stop)
    assert not processes(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "when"), [("avi", 17), ("mkv", 5), ("mkv", 17), ("mov", 17)])
def test_an_encoder_that_dies_is_an_error_and_leaves_the_old_film(name, when, tmp_path):
    check_that_a_dead_encoder_leaves_the_old_film(tmp_path / f"film.{name}", film(), when)


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("left", [0, 3, 40, 200, -1])
def test_a_film_that_is_cut_short_is_noticed(name, left):
    data = bytes_of(name)
    assert COMPLETE[name](data)
    assert not COMPLETE[name](data[:left])


def test_an_avi_whose_length_was_never_told_is_not_complete():
    data = bytes_of("avi")
    assert not COMPLETE["avi"](data[:4] + bytes(4) + data[8:])


@pytest.mark.parametrize("name", FILMS)
def test_a_broken_ffmpeg_is_refused_before_any_work(name, tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "nowhere")
    with pytest.raises(TrajvizError, match=r"'nowhere' \(IMAGEIO_FFMPEG_EXE\) does not run"):
        film().save(tmp_path / f"film.{name}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["avi", "mkv", "mov", "tif"])
def test_what_browsers_do_not_show_is_only_linked(name):
    chosen = load_format(name)
    assert chosen.role == "print"
    assert chosen.film == (name != "tif")


# Stills


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_jpeg_loses_little_and_halves_no_colours(theme):
    one = race("beale", ("sgd", "adam"), size=(321, 241), steps=20, theme=theme)
    with Image.open(io.BytesIO(one.to_bytes("jpg"))) as image:
        assert image.layer[0][1:3] == image.layer[1][1:3]  # as many samples of colour as of light
        assert psnr(np.asarray(image), still(one.scene, 20)) >= 35
