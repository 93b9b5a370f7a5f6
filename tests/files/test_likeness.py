"""Two files that show the same: another encoder's are, another race's are not."""

import numpy as np
import pytest
from PIL import Image
from programs import program

from trajviz import compare
from trajviz.files.likeness import alike


def saved(path, rate=0.1, **options):
    usual = {"steps": 20, "size": (160, 120), "seconds": 0.4, "hold": 0}
    return compare("bowl", [f"sgd:lr={rate}"], **usual | options).save(path)


@pytest.mark.first(2)
@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "apng", "avif", "svg", "html"])
def test_a_file_is_like_another_of_its_race_and_unlike_that_of_another_race(suffix, tmp_path):
    one = saved(tmp_path / f"one.{suffix}")
    assert alike(one, saved(tmp_path / f"again.{suffix}"))
    assert not alike(one, saved(tmp_path / f"other.{suffix}", rate=0.6))


def test_a_picture_that_another_program_has_compressed_anew_shows_the_same(tmp_path):
    one, other = saved(tmp_path / "one.png"), tmp_path / "other.png"
    with Image.open(one) as picture:
        picture.convert("RGBA").save(other, compress_level=0)
    assert one.read_bytes() != other.read_bytes()
    assert alike(one, other)


@pytest.mark.parametrize("change", [{"size": (162, 120)}, {"seconds": 0.6}])
def test_an_animation_of_another_size_or_length_shows_something_else(change, tmp_path):
    one, other = saved(tmp_path / "one.gif"), saved(tmp_path / "other.gif", **change)
    assert not alike(one, other)
    assert not alike(other, one)


def test_a_picture_that_is_cut_short_shows_something_else(tmp_path):
    one, other = saved(tmp_path / "one.png"), tmp_path / "other.png"
    other.write_bytes(one.read_bytes()[:-200])
    assert not alike(one, other)


@pytest.mark.long
def test_a_film_of_another_ffmpeg_shows_the_same_and_that_of_another_race_does_not(
    tmp_path, monkeypatch
):
    one = saved(tmp_path / "one.mp4")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", program("ffmpeg"))
    again = saved(tmp_path / "again.mp4")
    assert alike(one, again)
    assert not alike(one, saved(tmp_path / "other.mp4", rate=0.6))
    again.write_bytes(np.random.default_rng(0).bytes(1000))
    assert not alike(one, again)
