"""The WebM writer: VP9 that browsers play, in the right colours, complete or not at all."""

import pytest
from films import (
    TAGS,
    check_that_a_dead_encoder_leaves_the_old_film,
    decoded,
    film,
    probed,
)
from pictures import psnr
from races import race

from trajviz.files.formats.webm import is_complete


@pytest.mark.first(1)
@pytest.mark.parametrize("size", [(160, 120), (161, 121)])
def test_a_film_is_vp9_in_colours_that_are_tagged(size, tmp_path):
    stream, container = probed(film(size).save(tmp_path / "film.webm"))
    assert stream["codec_name"] == "vp9"
    assert stream["pix_fmt"] == "yuv420p"
    assert "webm" in container["format_name"]
    assert (stream["width"], stream["height"]) == tuple(v + v % 2 for v in size)
    assert [stream[tag] for tag in TAGS] == ["tv", "bt709", "bt709", "bt709"]


def test_444_is_kept(tmp_path):
    stream, _ = probed(film(pixel_format="yuv444p").save(tmp_path / "film.webm"))
    assert stream["pix_fmt"] == "yuv444p"


@pytest.mark.long
@pytest.mark.parametrize(
    ("fps", "seconds", "hold"), [(10, 1, 0), (25, 1, 2), (60, 0.5, 0.25), (23.976, 1, 1)]
)
def test_it_has_a_frame_for_each_moment_of_motion_and_hold(fps, seconds, hold, tmp_path):
    one = film(fps=fps, seconds=seconds, hold=hold)
    stream, container = probed(one.save(tmp_path / "film.webm"))
    expected = round((seconds + hold) * fps)
    assert int(stream["nb_read_frames"]) == expected
    assert float(container["duration"]) == pytest.approx(expected / fps, abs=2e-3)


@pytest.mark.first(1)
def test_decoded_frames_are_like_those_drawn(tmp_path):
    one = race("beale", ("sgd", "adam"), size=(240, 180), steps=20, fps=10, seconds=1.2, hold=0)
    frames = decoded(one.save(tmp_path / "film.webm"), 240, 180)
    for frame, truth in zip(frames, one.frames(), strict=True):
        assert psnr(frame, truth) >= 30


def test_two_writes_give_the_same_bytes():
    assert film().to_bytes("webm") == film().to_bytes("webm")


# When it goes wrong


@pytest.mark.parametrize("when", [5, 17], ids=["in the middle", "at the end"])
def test_an_encoder_that_dies_is_an_error_and_leaves_the_old_film(when, tmp_path):
    check_that_a_dead_encoder_leaves_the_old_film(tmp_path / "film.webm", film(), when)


@pytest.mark.parametrize("left", [0, 3, 40, 200, -1])
def test_a_film_that_is_cut_short_is_noticed(left, tmp_path):
    data = film().save(tmp_path / "film.webm").read_bytes()
    assert is_complete(data)
    assert not is_complete(data[:left])
