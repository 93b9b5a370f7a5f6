"""The WebM writer: VP9 that browsers play, in the right colours, complete or not at all."""

import json
import os

import numpy as np
import pytest
from pictures import psnr
from programs import judge, processes
from races import race

from trajviz.files.formats.webm import _check_complete

SHORT = {"steps": 20, "fps": 10, "seconds": 1.2, "hold": 0.5}


def film(size=(320, 240), **options):
    return race("bowl", ("sgd:lr=0.1",), size=size, **{**SHORT, **options})


def probed(path):
    ask = ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json"]
    told = json.loads(judge("ffprobe", *ask, path))
    (stream,) = told["streams"]
    return stream, told["format"]


@pytest.mark.parametrize("size", [(320, 240), (321, 241)])
def test_a_film_is_vp9_in_colours_that_are_tagged(size, tmp_path):
    stream, container = probed(film(size).save(tmp_path / "film.webm"))
    assert stream["codec_name"] == "vp9"
    assert stream["pix_fmt"] == "yuv420p"
    assert "webm" in container["format_name"]
    assert (stream["width"], stream["height"]) == tuple(v + v % 2 for v in size)
    tags = ("color_range", "color_space", "color_transfer", "color_primaries")
    assert [stream[tag] for tag in tags] == ["tv", "bt709", "bt709", "bt709"]


def test_444_is_kept(tmp_path):
    stream, _ = probed(film(pixel_format="yuv444p").save(tmp_path / "film.webm"))
    assert stream["pix_fmt"] == "yuv444p"


@pytest.mark.parametrize(
    ("fps", "seconds", "hold"), [(10, 1, 0), (25, 1, 2), (60, 0.5, 0.25), (23.976, 1, 1)]
)
def test_it_has_a_frame_for_each_moment_of_motion_and_hold(fps, seconds, hold, tmp_path):
    one = film((160, 120), fps=fps, seconds=seconds, hold=hold)
    stream, container = probed(one.save(tmp_path / "film.webm"))
    expected = round((seconds + hold) * fps)
    assert int(stream["nb_read_frames"]) == expected
    assert float(container["duration"]) == pytest.approx(expected / fps, abs=2e-3)


def test_decoded_frames_are_like_those_drawn(tmp_path):
    one = race("beale", ("sgd", "adam"), steps=20, fps=10, seconds=2.1, hold=0)
    path = one.save(tmp_path / "film.webm")
    ask = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-sws_flags", "accurate_rnd+full_chroma_int"]
    frames = np.frombuffer(judge("ffmpeg", "-v", "error", "-i", path, *ask, "-"), np.uint8)
    for frame, truth in zip(frames.reshape(-1, 480, 640, 3), one.frames(), strict=True):
        assert psnr(frame, truth) >= 34


def test_two_writes_give_the_same_bytes():
    assert film().to_bytes("webm") == film().to_bytes("webm")


# When it goes wrong


@pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning",
    "ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning",
)
@pytest.mark.parametrize("when", [5, 17])
def test_an_encoder_that_dies_is_an_error_and_leaves_the_old_film(when, tmp_path):
    path = tmp_path / "film.webm"
    path.write_bytes(b"old")

    def kill(done, _total):
        if done == when:
            (victim,) = processes(tmp_path)
            os.kill(victim, 9)

    with pytest.raises(OSError, match=r"."):
        film().save(path, progress=kill)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("left", [0, 3, 40, 200, -1])
def test_a_film_that_is_cut_short_is_noticed(left, tmp_path):
    path = film((160, 120)).save(tmp_path / "film.webm")
    _check_complete(path)
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(OSError, match="is the disk full"):
        _check_complete(path)
