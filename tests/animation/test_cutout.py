"""Pictures without their paper: what is see-through, in every format that can be."""

import io
import re
import subprocess

import numpy as np
import pytest
from PIL import Image
from races import race

from trajviz import TrajvizError
from trajviz.animation import still
from trajviz.animation.cutout import Cutout
from trajviz.files.formats import format_names, load_format

SMALL = {"size": (240, 180), "seconds": 1, "hold": 0.4, "fps": 10, "steps": 20}
CLEAR = [name for name in format_names() if load_format(name).clear]


def clear(**options):
    return race(transparent=True, **{**SMALL, **options})


def over(picture, paper):
    """Return a picture, (height, width, 4), laid over a colour."""
    share = picture[..., 3:] / 255
    return picture[..., :3] * share + np.array(paper) * (1 - share)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", ["contour", "relief"])
def test_over_its_own_paper_a_picture_is_what_it_was(theme, view):
    one = clear(theme=theme, view=view, panels=("loss",), size=(400, 240))
    picture = still(one.scene, 15)
    cut = Cutout(one.scene).part(0, 0, picture)
    assert np.abs(over(cut, one.scene.theme.background) - picture).max() <= 8
    assert 0.1 < (cut[..., 3] == 0).mean() < 0.9


def test_the_surface_is_opaque_and_the_paper_is_not():
    scene = clear().scene
    cut = Cutout(scene).part(0, 0, still(scene, 20))
    x0, y0, x1, y1 = scene.main.box
    assert (cut[y0:y1, x0:x1, 3] == 255).all()
    assert cut[2, 2].tolist() == [0, 0, 0, 0]


def test_words_are_of_one_colour_and_more_or_less_opaque():
    scene = clear().scene
    cut = Cutout(scene).part(0, 0, still(scene, 20))[:25]
    inked = cut[(cut[..., 3] > 0) & (cut[..., 3] < 255)]
    assert len(inked) > 20
    inks = {scene.theme.ink, scene.theme.muted, scene.words.chips[0].color}
    assert set(map(tuple, inked[:, :3].tolist())) <= inks


def test_a_png_has_the_pixels_of_the_cutout():
    one = clear()
    shown = np.asarray(Image.open(io.BytesIO(one.to_bytes("png"))))
    assert (shown == Cutout(one.scene).part(0, 0, still(one.scene, 20))).all()


@pytest.mark.long
@pytest.mark.parametrize("name", ["apng", "webp"])
def test_every_frame_of_a_film_is_cut_out_of_its_paper(name):
    one = clear(notes=("0:Go.", "10:On.", "15:"), panels=("loss",), size=(400, 240))
    cutout, film = Cutout(one.scene), Image.open(io.BytesIO(one.to_bytes(name)))
    wanted = [cutout.part(0, 0, frame) for frame in one.frames()]
    wanted = [
        a for a, b in zip(wanted, [None, *wanted], strict=False) if b is None or (a != b).any()
    ]
    assert film.n_frames == len(wanted)
    for place, frame in enumerate(wanted):
        film.seek(place)
        shown = np.asarray(film.convert("RGBA"))
        there = frame[..., 3] > 0
        assert (shown[..., 3] == frame[..., 3]).all()
        assert (shown[there] == frame[there]).all()


def test_a_gif_erases_what_it_wrote_and_keeps_its_time():
    one = clear(notes=("0:Go.", "10:On.", "15:"), steps=20)
    film = Image.open(io.BytesIO(one.to_bytes("gif")))
    cutout, waits = Cutout(one.scene, charts=True), 0
    for place in range(film.n_frames):
        film.seek(place)
        waits += film.info["duration"]
        last = np.asarray(film.convert("RGBA"))
    assert waits == 1400
    wanted = cutout.part(0, 0, still(one.scene, 20))
    assert ((last[..., 3] > 0) == (wanted[..., 3] > 25)).all()


def test_a_gif_too_fast_to_erase_is_refused(tmp_path):
    with pytest.raises(TrajvizError, match=r"fps 50 leaves a transparent \.gif no time to erase"):
        clear(fps=50).save(tmp_path / "a.gif")
    assert not [*tmp_path.iterdir()]


@pytest.mark.long
def test_a_webm_keeps_its_opacity(tmp_path):
    import imageio_ffmpeg

    path = clear().save(tmp_path / "a.webm")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-c:v", "libvpx-vp9", "-i", path]
    raw = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    pixels = subprocess.run([*command, *raw], capture_output=True, check=True).stdout
    alpha = np.frombuffer(pixels, np.uint8).reshape(180, 240, 4)[..., 3]
    assert alpha[2, 2] == 0
    assert alpha[100, 120] == 255


@pytest.mark.parametrize("name", ["svg", "anim.svg"])
@pytest.mark.parametrize("view", ["contour", "relief"])
def test_a_drawing_has_no_paper(name, view):
    background = f"{''.join(f'{part:02x}' for part in clear().scene.theme.background)}"
    papers = [
        re.findall(rf'<path fill="#(?:{background}|fff)" d="M0 0h', made.to_bytes(name).decode())
        for made in (clear(view=view), race(view=view, **SMALL))
    ]
    assert [len(found) for found in papers] == [0, 1]


def test_what_has_a_paper_is_refused_with_the_reason(tmp_path):
    for name in sorted({*format_names()} - {*CLEAR}):
        with pytest.raises(TrajvizError, match=rf"a \.{re.escape(name)} always has a paper"):
            clear().save(tmp_path / f"a.{name}")
    with pytest.raises(TrajvizError, match=r"a \.mp4 always has a paper"):
        clear().bundle(tmp_path / "a")


def test_what_turns_keeps_its_paper():
    with pytest.raises(TrajvizError, match="transparent takes no orbit"):
        clear(view="relief", orbit=20)
