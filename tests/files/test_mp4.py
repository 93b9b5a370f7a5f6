"""The MP4 writer: what every player plays, in the right colours, complete or not at all."""

import functools
import os

import numpy as np
import pytest
from films import (
    BACKGROUND,
    HIGH,
    LOUD,
    SHORT,
    TAGS,
    check_that_a_dead_encoder_leaves_the_old_film,
    decoded,
    film,
    probed,
)
from pictures import psnr
from programs import invoke, processes, trajviz
from races import SEVEN, race
from skimage.metrics import structural_similarity

from trajviz.errors import TrajvizError
from trajviz.files.formats import _ffmpeg
from trajviz.files.formats._ffmpeg import Frames
from trajviz.files.formats._planes import Planes
from trajviz.files.formats.mp4 import is_complete
from trajviz.race import compare, run


def atoms(data):
    """Yield the name and the place of each box of the file."""
    place = 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        assert length >= 8
        yield data[place + 4 : place + 8].decode(), place
        place += length
    assert place == len(data)


@pytest.fixture
def loud(tmp_path):
    path = tmp_path / "loud.toml"
    path.write_text(LOUD)
    return compare("bowl", ["sgd:lr=0.1"], theme=path, size=(321, 241), aspect="fill", **SHORT)


@pytest.mark.parametrize(("kind", "side"), [("yuv420p", 2), ("yuv444p", 1)])
def test_samples_are_those_of_bt709_rounded_also_where_some_pixels_change(kind, side):
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (480, 360, 3)).astype(np.uint8)
    planes = Planes(picture // 2, kind)
    halves = np.flatnonzero((picture != picture // 2).any(axis=2))
    planes.update(halves, picture.reshape(-1, 3)[halves])
    luma = picture @ [0.2126, 0.7152, 0.0722]
    mean = picture.reshape(480 // side, side, 360 // side, side, 3).mean(axis=(1, 3))
    gray = mean @ [0.2126, 0.7152, 0.0722]
    for samples, exact in [
        (planes.luma, 16 + luma * 219 / 255),
        (planes.cb, 128 + (mean[..., 2] - gray) / 1.8556 * 224 / 255),
        (planes.cr, 128 + (mean[..., 0] - gray) / 1.5748 * 224 / 255),
    ]:
        assert np.abs(samples - exact.ravel()).max() <= 0.5 + 1e-9


@pytest.mark.first(1)
@pytest.mark.parametrize("size", [(160, 120), (161, 120), (160, 121), (161, 121)])
def test_a_film_is_h264_that_every_player_plays(size, tmp_path):
    stream, _ = probed(film(size).save(tmp_path / "film.mp4"))
    assert stream["codec_name"] == "h264"
    assert stream["pix_fmt"] == "yuv420p"
    assert stream["profile"] in {"High", "Main", "Constrained Baseline"}
    assert (stream["width"], stream["height"]) == tuple(v + v % 2 for v in size)
    assert stream["r_frame_rate"] == stream["avg_frame_rate"] == "10/1"
    assert stream.get("sample_aspect_ratio", "1:1") == "1:1"


def test_444_keeps_the_chroma_of_every_pixel(loud, tmp_path):
    one = run(loud.request.changed(pixel_format="yuv444p"))
    path = one.save(tmp_path / "film.mp4")
    assert probed(path)[0]["pix_fmt"] == "yuv444p"
    truth = one.animation.first
    fine = decoded(path, 322, 242)[0][:241, :321]
    coarse = decoded(loud.save(tmp_path / "film.mp4"), 322, 242)[0][:241, :321]
    assert psnr(fine, truth) >= psnr(coarse, truth) + 3


def test_an_unknown_pixel_format_is_refused():
    with pytest.raises(TrajvizError, match="unknown pixel format 'yuv422p'"):
        film(pixel_format="yuv422p")


def test_its_colours_are_tagged_as_what_they_are(tmp_path):
    stream, _ = probed(film().save(tmp_path / "film.mp4"))
    assert [stream[tag] for tag in TAGS] == ["tv", "bt709", "bt709", "bt709"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("fps", "seconds", "hold"),
    [(10, 1, 0), (25, 1, 2), (30, 1.5, 0.5), (60, 0.5, 0.25), (23.976, 1, 1), (7.5, 2, 0.6)],
)
def test_it_has_a_frame_for_each_moment_of_motion_and_hold(fps, seconds, hold, tmp_path):
    one = film(fps=fps, seconds=seconds, hold=hold)
    stream, container = probed(one.save(tmp_path / "film.mp4"))
    expected = round((seconds + hold) * fps)
    assert int(stream["nb_read_frames"]) == expected
    assert float(container["duration"]) == pytest.approx(expected / fps, abs=2e-3)


def test_the_index_comes_before_the_data(tmp_path):
    names = [name for name, _ in atoms(film().save(tmp_path / "film.mp4").read_bytes())]
    assert names[0] == "ftyp"
    assert names.index("moov") < names.index("mdat")


@pytest.mark.long
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_decoded_frames_are_like_those_drawn(theme, tmp_path):
    one = race("beale", SEVEN, size=(320, 240), theme=theme, steps=20, fps=10, seconds=1.2, hold=0)
    frames = decoded(one.save(tmp_path / "film.mp4"), 320, 240)
    for frame, truth in zip(frames, one.frames(), strict=True):
        assert psnr(frame, truth) >= 30
        assert structural_similarity(frame, truth, channel_axis=2) >= 0.95


def test_a_turning_relief_is_decoded_as_it_was_drawn(tmp_path):
    one = compare(
        "beale", ["rmsprop:lr=0.02"], view="relief", orbit=120, size=(200, 160), steps=20,
        seconds=1.2, fps=10, hold=0,
    )  # fmt: skip
    frames = decoded(one.save(tmp_path / "film.mp4"), 200, 160)
    truths = [*one.frames()]
    assert len(frames) == len(truths) == 12
    for place, frame in enumerate(frames):
        errors = [psnr(frame, truth) for truth in truths]
        assert np.argmax(errors) == place
        assert errors[place] >= 26


def test_the_lead_shows_the_first_frame(tmp_path):
    one = film(lead=0.5)
    frames = decoded(one.save(tmp_path / "film.mp4"), 160, 120)
    assert len(frames) == 5 + 12 + 5 == one.playback.film_frames
    first, second, *_ = one.frames()
    for frame in frames[:6]:
        assert psnr(frame, first) > psnr(frame, second)
    assert psnr(frames[6], second) > psnr(frames[6], first)


def test_the_hold_shows_the_last_frame(tmp_path):
    one = film(hold=1)
    frames = decoded(one.save(tmp_path / "film.mp4"), 160, 120)
    *_, last = one.frames()
    assert len(frames) == 22
    for frame in frames[-10:]:
        assert psnr(frame, last) >= 28


def test_an_odd_size_is_padded_with_background_and_not_rescaled(loud, tmp_path):
    frame = decoded(loud.save(tmp_path / "film.mp4"), 322, 242)[0].astype(int)
    background = loud.scene.theme.background
    assert np.abs(frame[:, 321] - background).max() <= 6
    assert np.abs(frame[241] - background).max() <= 6
    # Not moved by a pixel, not scaled by one: the frame around the plot stays where it was.
    plot, truth = loud.scene.main.box, loud.animation.first
    for x in (plot.x0, plot.x1 - 1):
        assert tuple(truth[plot.y0, x]) != background
    middle = (plot.y0 + plot.y1) // 2
    red = frame[middle, :321, 0]
    assert np.flatnonzero(red > 120)[[0, -1]].tolist() == [0, 320]
    assert red[plot.x0 + 2 : plot.x1 - 2].min() < 60
    assert (red[: plot.x0 - 2] > 150).all()
    assert (red[plot.x1 + 2 :] > 150).all()


def test_flat_colours_survive(loud, tmp_path):
    frame = decoded(loud.save(tmp_path / "film.mp4"), 322, 242)[0].astype(int)
    truth, plot = loud.animation.first, loud.scene.main.box
    x, y = loud.scene.main.view.project(np.array([1.0, 0.0])).astype(int)
    margin, wall, floor = (3, 3), (plot.x0 + 4, plot.y0 + 4), (x, y)
    seen = [frame[y - 1 : y + 2, x - 1 : x + 2].mean(axis=(0, 1)) for x, y in (margin, wall, floor)]
    drawn = [tuple(truth[y, x].tolist()) for x, y in (margin, wall, floor)]
    assert drawn[:2] == [BACKGROUND, HIGH]
    np.testing.assert_allclose(seen, drawn, atol=7)  # H.264 is not without loss


@pytest.mark.parametrize("size", [(160, 120), (161, 121)])
def test_what_changes_changes_in_the_film_at_the_same_place(size, tmp_path):
    one = film(size, hold=0)
    width, height = (v + v % 2 for v in size)
    frames = decoded(one.save(tmp_path / "film.mp4"), width, height)[:, : size[1], : size[0]]
    truths = [*one.frames()]
    moved = (truths[-1] != truths[0]).any(axis=2)
    assert moved.sum() > 150
    for frame, truth in zip(frames, truths, strict=True):
        assert psnr(frame, truth) >= 28
        assert np.abs(frame[moved].astype(int) - truth[moved]).mean() <= 16


def test_two_writes_give_the_same_bytes():
    assert film().to_bytes("mp4") == film().to_bytes("mp4")


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processors cannot be withheld")
def test_the_bytes_do_not_depend_on_how_many_processors_there_are():
    order = ["render", "beale", "--size", "160x120", "--seconds", "1", "--format", "mp4", "-o", "-"]
    one_processor = {min(os.sched_getaffinity(0))}

    def withhold():
        os.sched_setaffinity(0, one_processor)

    alone = trajviz(*order, text=False, preexec_fn=withhold)
    assert alone.stdout == trajviz(*order, text=False).stdout
    assert alone.returncode == 0


@pytest.mark.parametrize("options", [{}, {"pixel_format": "yuv444p"}, {"format": "avi"}])
def test_a_large_frame_is_sent_in_bands_that_make_the_same_film(options, monkeypatch):
    options = dict(options)
    kind = options.pop("format", "mp4")
    small = compare("bowl", ["sgd:lr=0.1"], size=(160, 120), fps=10, seconds=0.5, hold=0, **options)
    whole = small.to_bytes(kind)
    monkeypatch.setattr(_ffmpeg, "_BAND", 3 * 160 * 120 // 7)
    assert Frames(size=(160, 120), layout="", fps=10).bands == 6  # since 120 is no multiple of 14
    assert small.to_bytes(kind) == whole


def test_progress_counts_every_frame_of_motion_and_hold():
    seen = []
    film().to_bytes("mp4", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(count, 17) for count in range(1, 18)]


# When it goes wrong


@functools.cache
def long_film():
    return film((640, 480), seconds=30)


class Interrupted(BaseException):
    """As SIGTERM becomes on the command line."""


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, Interrupted])
def test_an_exception_in_the_middle_leaves_no_encoder_behind(error, tmp_path):
    def stop(done, _total):
        if done == 5:
            assert processes(tmp_path)
            raise error

    with pytest.raises(error):
        long_film().save(tmp_path / "film.mp4", progress=stop)
    assert not processes(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("when", [5, 17], ids=["in the middle", "at the end"])
def test_an_encoder_that_dies_is_an_error_and_leaves_the_old_film(when, tmp_path):
    check_that_a_dead_encoder_leaves_the_old_film(tmp_path / "film.mp4", film(), when)


@pytest.mark.parametrize("left", [0, 3, 40, 200, -1])
def test_a_film_that_is_cut_short_is_noticed(left, tmp_path):
    data = film().save(tmp_path / "film.mp4").read_bytes()
    assert is_complete(data)
    assert not is_complete(data[:left])


def test_a_film_whose_index_comes_after_its_data_is_not_complete():
    boxes = [(8 + 4).to_bytes(4, "big") + kind + bytes(4) for kind in (b"ftyp", b"moov", b"mdat")]
    assert is_complete(b"".join(boxes))
    assert not is_complete(boxes[0] + boxes[2] + boxes[1])
    assert not is_complete(boxes[0] + boxes[1])


# Without an encoder


def test_without_ffmpeg_a_film_is_refused_before_any_work(tmp_path, monkeypatch):
    def none():
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", none)
    done = invoke("render", "bowl", "-o", "a.gif", "-o", "a.mp4", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: a film needs ffmpeg, and there is none: pip install ")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    assert (
        invoke(
            "render", "bowl", "--size", "160x120", "--seconds", "0.4", "-o", "a.gif", cwd=tmp_path
        ).returncode
        == 0
    )


@pytest.mark.parametrize("broken", ["nowhere", "false"])
def test_a_broken_ffmpeg_is_refused_before_any_work(broken, tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", broken)
    with pytest.raises(TrajvizError, match=rf"'{broken}' \(IMAGEIO_FFMPEG_EXE\) does not run"):
        compare("bowl", steps=3).save(tmp_path / "a.webm")
    assert list(tmp_path.iterdir()) == []
