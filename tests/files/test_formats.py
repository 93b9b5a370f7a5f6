"""Every format that is registered, and the stills: PNG and PDF."""

import dataclasses
import functools
import importlib
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from races import SEVEN, race

from trajviz.animation import still
from trajviz.errors import TrajvizError
from trajviz.files import formats
from trajviz.files.dimensions import size_of
from trajviz.files.formats import all_formats, format_names, format_of, load_format
from trajviz.files.formats.imageio_formats import FORMATS as SEVERAL
from trajviz.files.metadata import read_note
from trajviz.recipe.recipe import Look, Playback

SHORT = {"size": (160, 120), "steps": 20, "seconds": 0.4, "hold": 0.2}
STILLS = [name for name in format_names() if load_format(name).kind == "still"]
ANIMATIONS = [name for name in format_names() if load_format(name).kind == "animation"]
SILENT = ["bmp"]
"""What has no place for a note."""
FILES = [p.stem for p in Path(formats.__file__).parent.glob("*.py") if p.stem[0] != "_"]


@functools.cache
def one():
    return race("beale", SEVEN[:3], **SHORT)


@functools.cache
def bytes_of(name, at=None):
    return one().to_bytes(name, at)


# The registry


def test_there_is_a_format_for_each_file_of_the_folder_and_no_other():
    alone = [name.replace("_", ".") for name in FILES if not name.endswith("_formats")]
    assert format_names() == sorted([*alone, *SEVERAL])
    assert set(ANIMATIONS) >= {"anim.pdf", "anim.svg", "gif", "html", "mp4"}
    assert set(STILLS) >= {"pdf", "png", "svg"}


def test_a_file_may_be_several_formats_whose_names_are_known_before_it_is_loaded():
    assert [name for name in FILES if name.endswith("_formats")] == ["imageio_formats"]
    assert {*SEVERAL} == {"avi", "bmp", "jpg", "mkv", "mov", "tif"}
    code = "import sys, trajviz; trajviz.format_names(); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "trajviz.files.formats" in told.stdout.split()
    assert "trajviz.files.formats.imageio_formats" not in told.stdout.split()


@pytest.mark.parametrize("name", format_names())
def test_every_format_says_what_it_is(name):
    chosen = load_format(name)
    assert chosen.name == name
    assert chosen.kind in {"animation", "still"}
    assert 10 < len(chosen.summary) < 100
    assert chosen.summary[-1] == "."
    if name in SEVERAL:
        assert chosen == dataclasses.replace(SEVERAL[name], name=name)
    else:
        module = importlib.import_module(f"trajviz.files.formats.{name.replace('.', '_')}")
        assert chosen.write is module.write


@pytest.mark.long
@pytest.mark.parametrize("name", format_names())
def test_every_format_says_how_a_page_shows_it_and_where_its_size_and_note_stand(name, tmp_path):
    chosen, path = load_format(name), one().save(tmp_path / f"race.{name}")
    assert chosen.tag in {"img", "video", "iframe", "a"}
    assert chosen.role in {"film", "loop", "still", "page", "print"}
    assert re.fullmatch(r"(image|video|text|application)/[a-z0-9+]+", chosen.media_type)
    data = path.read_bytes()
    assert chosen.container.holds(data)
    assert chosen.container.size(data) == size_of(path) == SHORT["size"]
    if name in SILENT:
        assert chosen.container.note(data) is None
    else:
        assert chosen.container.note(data).decode() == read_note(path).text


@pytest.mark.parametrize(
    "names",
    [("mp4", "webm"), ("gif", "webp", "apng", "avif", "anim.svg"), ("png", "svg", "jpg", "bmp")],
)
def test_of_what_shows_the_same_a_page_takes_what_most_browsers_know(names):
    assert len({load_format(name).role for name in names}) == 1
    assert tuple(one.name for one in all_formats() if one.name in names) == names


@pytest.mark.parametrize("name", format_names())
def test_every_format_is_found_by_suffix_in_any_case(name):
    for suffix in (name, name.upper()):
        assert format_of(Path(f"race.old.{suffix}")).name == name


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("race.gfi", r"unknown suffix of 'race\.gfi': '\.gfi', did you mean '\.gif'"),
        ("race.jpeg", r"unknown suffix of 'race\.jpeg': '\.jpeg', did you mean '\.jpg'"),
        ("race.anim.svgz", r"unknown suffix of 'race\.anim\.svgz': '\.svgz', did you mean '\.svg'"),
        ("race.anim.gift", r"unknown suffix of 'race\.anim\.gift': '\.gift', did you mean '\.gif'"),
        ("race.anim_svg", r"unknown suffix of 'race\.anim_svg'"),
        ("race._palette", r"unknown suffix of 'race\._palette'"),
        ("race.gif.bak", r"unknown suffix of 'race\.gif\.bak': '\.bak'"),
        (
            "race",
            r"'race' has no suffix to say its format: \.anim\.pdf, \.anim\.svg, \.apng",
        ),
        (".gif", r"'\.gif' has no suffix"),
    ],
)
def test_a_suffix_that_names_no_format_is_refused(path, says):
    with pytest.raises(TrajvizError, match=says):
        format_of(Path(path))


def test_an_unknown_format_is_refused_with_a_guess():
    with pytest.raises(TrajvizError, match="unknown format 'giff', did you mean 'gif'"):
        load_format("giff")


@pytest.mark.parametrize("name", format_names())
def test_every_format_writes_a_file_of_its_own(name, tmp_path):
    path = one().save(tmp_path / f"race.{name}")
    assert path == tmp_path / f"race.{name}"
    assert path.stat().st_size > 500
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["mp4", "mkv", "avi", "jpg", "tif"])
@pytest.mark.parametrize("suffix", ["part", "gif"])
def test_a_format_that_is_named_is_written_whatever_the_suffix(name, suffix, tmp_path):
    path = one().save(tmp_path / f"race.{suffix}", format=name)
    assert path.read_bytes() == bytes_of(name)


@pytest.mark.long
@pytest.mark.parametrize("name", format_names())
def test_every_format_writes_the_same_bytes_twice(name):
    assert one().to_bytes(name) == bytes_of(name)


@pytest.mark.long
@pytest.mark.parametrize("name", STILLS)
def test_a_still_is_of_the_last_step_or_of_the_one_asked_for(name):
    assert bytes_of(name) == bytes_of(name, at=20)
    assert bytes_of(name) != bytes_of(name, at=5)


@pytest.mark.parametrize("name", STILLS)
@pytest.mark.parametrize("step", [-1, 21])
def test_a_still_of_a_step_that_is_not_taken_is_refused(name, step):
    with pytest.raises(TrajvizError, match=f"step {step} is not from 0 to 20"):
        load_format(name).check(Playback(), step, 20)


@pytest.mark.parametrize("name", ANIMATIONS)
def test_an_animation_of_one_step_is_refused(name):
    with pytest.raises(
        TrajvizError, match=f"step 5 alone makes no .{name}, but a still: .bmp, .jpg, .pdf, .png"
    ):
        load_format(name).check(Playback(), 5, 20)


def test_a_gif_faster_than_browsers_play_is_refused_and_a_film_is_not():
    with pytest.raises(TrajvizError, match=r"fps 60 is more than the 50 a \.gif can play"):
        load_format("gif").check(Playback(fps=60), None, 20)
    load_format("gif").check(Playback(fps=50), None, 20)
    load_format("mp4").check(Playback(fps=60), None, 20)


def test_the_longest_suffix_that_names_a_format_counts():
    names = {name: format_of(Path(f"race.{name}")).name for name in ("svg", "anim.svg", "anim.gif")}
    assert names == {"svg": "svg", "anim.svg": "anim.svg", "anim.gif": "gif"}
    assert format_of(Path("anim.svg")).name == "svg"  # a name, and one suffix


def test_a_still_has_a_moving_kind_or_says_which_have():
    assert load_format("svg").animated.name == "anim.svg"
    assert load_format("pdf").animated.name == "anim.pdf"
    assert load_format("gif").animated.name == "gif"
    with pytest.raises(TrajvizError, match=r"a \.png cannot be animated, but \.pdf, \.svg can"):
        _ = load_format("png").animated


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("look", [Look(view="basins"), Look(view="relief", orbit=90)], ids=repr)
def test_what_changes_the_whole_picture_is_refused_where_tracks_are_paths(name, look):
    if load_format(name).paths:
        with pytest.raises(TrajvizError, match=rf"a \.{name} cannot hold: use \.gif or \.mp4"):
            load_format(name).check_look(look)
    else:
        load_format(name).check_look(look)
    load_format(name).check_look(Look(view="split", panels=("loss",)))


def test_a_look_that_a_format_cannot_hold_is_refused_before_it_is_drawn(tmp_path):
    turning = race("bowl", ("sgd:lr=0.1",), view="relief", orbit=90, **SHORT)
    with pytest.raises(TrajvizError, match=r"orbit 90 changes the whole picture"):
        turning.save(tmp_path / "race.html")
    assert "scene" not in vars(turning)
    assert list(tmp_path.iterdir()) == []


# Stills


@pytest.mark.parametrize("step", [0, 7, 20])
@pytest.mark.parametrize(("name", "known_as"), [("png", "PNG"), ("tif", "TIFF"), ("bmp", "BMP")])
def test_a_picture_without_loss_is_the_still_pixel_for_pixel(name, known_as, step):
    with Image.open(io.BytesIO(one().to_bytes(name, at=step))) as image:
        assert (image.format, image.mode) == (known_as, "RGB")
        np.testing.assert_array_equal(np.asarray(image), still(one().scene, step))


@pytest.mark.long
def test_a_pdf_is_whole_undated_and_has_its_fonts_embedded():
    data = bytes_of("pdf")
    assert data.startswith(b"%PDF-1.")
    assert data.rstrip().endswith(b"%%EOF")
    assert b"/FontFile2" in data
    assert b"CreationDate" not in data
    assert b"/MediaBox [ 0 0 120 90 ]" in data
