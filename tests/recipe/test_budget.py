"""A size in bytes that a file keeps to, places and what they take, palettes of fewer colours."""

import contextlib
import functools
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import psnr
from PIL import Image
from programs import trajviz
from races import SEVEN, race

import trajviz as library
from trajviz.errors import TrajvizError
from trajviz.files.formats import format_names, load_format
from trajviz.files.metadata import load_recipe
from trajviz.recipe.budget import given_up, ladder
from trajviz.recipe.options import parse_bytes
from trajviz.recipe.recipe import Look, Playback, Recipe

SHORT = {"steps": 40, "seconds": 1, "fps": 20, "hold": 0.5, "size": (400, 300)}


@functools.cache
def crowd():
    return race("beale", SEVEN[:3], **SHORT)


# Sizes in words


@pytest.mark.parametrize(
    ("text", "count"),
    [("1MB", 10**6), ("500kB", 500_000), ("2MiB", 2**21), ("100000", 100_000), ("1.5 kb", 1500)],
)
def test_a_size_is_read_in_the_usual_spellings(text, count):
    assert parse_bytes(text) == count


@pytest.mark.parametrize("text", ["", "MB", "-1MB", "1TBB", "1e999", "nan", "1 M B", "9" * 400])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(TrajvizError, match="is not a size in bytes, as in 1MB"):
        parse_bytes(text)


@given(st.text())
def test_any_text_is_a_size_or_a_trajviz_error(text):
    with contextlib.suppress(TrajvizError):
        assert parse_bytes(text) >= 0


# Fewer colours


@pytest.mark.long
@pytest.mark.parametrize("name", [n for n in format_names() if load_format(n).palette])
@pytest.mark.parametrize("colors", [16, 100])
def test_a_picture_has_no_more_colours_than_asked_for(name, colors, tmp_path):
    one = race("beale", SEVEN[:3], colors=colors, **SHORT)
    with Image.open(one.save(tmp_path / f"a.{name}")) as image:
        seen = set()
        for place in range(image.n_frames):
            image.seek(place)
            packed = np.array(image.convert("RGB")).astype(np.int64) @ [65536, 256, 1]
            seen |= {*np.unique(packed).tolist()}
            most = 2 * colors if name == "gif" else colors  # whose first picture has its own
            assert len(seen) <= most
        assert psnr(np.array(image.convert("RGB")), [*one.frames()][-1]) > 25
    assert len(one.to_bytes(name)) < len(crowd().to_bytes(name))


@pytest.mark.parametrize("colors", [15, 257, 0, -1])
def test_a_palette_has_its_limits(colors):
    with pytest.raises(TrajvizError, match=f"colors {colors} must be from 16 to 256"):
        Playback(colors=colors)


# The ladder


def test_the_ladder_gives_up_colours_then_frames_then_size():
    recipe = Recipe("bowl", look=Look((640, 480)), playback=Playback(fps=24))
    assert [*ladder(recipe, palette=True, moving=True)] == [
        {}, {"colors": 128}, {"colors": 64}, {"colors": 32}, {"fps": 12}, {"fps": 8},
        {"size": (512, 384)}, {"size": (416, 312)}, {"size": (320, 240)}, {"size": (256, 192)},
        {"size": (192, 144)},
    ]  # fmt: skip
    assert [*ladder(recipe, palette=False, moving=False)][1] == {"size": (512, 384)}
    small = Recipe("bowl", look=Look((200, 150)), playback=Playback(colors=64))
    assert [*ladder(small, palette=True, moving=False)] == [
        {}, {"colors": 32}, {"size": (160, 120)},
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", ["gif", "webp", "mp4", "png"])
def test_a_file_fits_with_the_first_rung_that_does(name, tmp_path):
    whole = len(crowd().to_bytes(name))
    path = tmp_path / f"a.{name}"
    for share in (1.0, 0.8, 0.4):
        most = int(share * whole)
        crowd().save(path, max_bytes=most)
        assert path.stat().st_size <= most
        kept = load_recipe(path)
        assert kept.max_bytes is None
        assert library.run(kept).to_bytes(name) == path.read_bytes()
        if share == 1.0:
            assert path.read_bytes() == crowd().to_bytes(name)
        else:
            assert given_up(crowd().recipe, kept)


@pytest.mark.long
def test_no_rung_above_the_one_that_is_taken_would_have_fitted():
    most = 22_000
    fitted = crowd().fitted("gif", None, most)
    kept = {"colors": 256, "fps": 20, "size": (400, 300)}
    for rung in ladder(crowd().request, palette=True, moving=True):
        kept |= rung
        one = race("beale", SEVEN[:3], **{**SHORT, **kept})
        if len(one.to_bytes("gif")) <= most:
            break
    assert {key: fitted.request.values[key] for key in kept} == kept
    assert (
        given_up(crowd().request, fitted.request)
        == "32 colours, 6.67 frames a second, 320x240 pixels"
    )


@pytest.mark.long
def test_a_rung_that_saves_nothing_is_not_kept():
    turning = race(  # without a note, which is a letter shorter where there are fewer colours
        "bowl", ("sgd:lr=0.1",), view="relief", orbit=30, metadata=False,
        **{**SHORT, "seconds": 0.4},
    )  # fmt: skip
    whole = len(turning.to_bytes("webp"))
    fitted = turning.fitted("webp", None, whole - 1)
    assert fitted.playback.colors == 256
    assert fitted.playback.fps == 10


def test_an_impossible_budget_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(b"old")
    with pytest.raises(TrajvizError, match=r"500 bytes do not hold this as \.gif: with all that"):
        crowd().save(path, max_bytes=500)
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("most", [0, -1])
def test_a_budget_is_at_least_a_byte(most):
    with pytest.raises(TrajvizError, match="must be at least 1"):
        Recipe("bowl", max_bytes=most)


@pytest.mark.long
def test_a_saved_recipe_has_the_budget_and_gives_the_same_bytes(tmp_path):
    one = race("beale", SEVEN[:3], max_bytes=20_000, **SHORT)
    one.save_recipe(tmp_path / "a.toml")
    assert "max_bytes = 20000" in (tmp_path / "a.toml").read_text()
    assert library.run(load_recipe(tmp_path / "a.toml")).to_bytes("gif") == one.to_bytes("gif")
    assert len(one.to_bytes("gif")) <= 20_000


# On the command line

QUICK = ["render", "bowl", "sgd:lr=0.1", "--steps", "20"]


@pytest.mark.long
def test_after_a_render_its_facts_are_told_and_who_would_refuse_it(tmp_path):
    order = [*QUICK, "--size", "160x120", "--fps", "50", "--seconds", "8", "-o", "a.gif"]
    told_there = trajviz(*order, cwd=tmp_path).stderr.splitlines()
    assert told_there[0].startswith("  160x120, 400 frames, 10 s, ")
    assert "  x would refuse it: 400 frames are more than 350" in told_there
    assert trajviz(*order, "-q", cwd=tmp_path).stderr == ""
    film = trajviz(*order[:-1], "a.mp4", cwd=tmp_path).stderr
    assert film.startswith("  160x120, 500 frames, 10 s, ")
    assert "refuse" not in film
    still = trajviz(*order[:-1], "a.png", cwd=tmp_path).stderr
    assert still.startswith("  160x120, ")
    assert "frames" not in still


@pytest.mark.long
def test_a_budget_says_what_it_gave_up_and_one_that_fails_overwrites_nothing(tmp_path):
    order = [*QUICK, "--size", "320x240", "--seconds", "1"]
    done = trajviz(*order, "--max-bytes", "12kB", "-o", "a.gif", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.gif").stat().st_size <= 12_000
    assert "  to fit: " in done.stderr
    old = (tmp_path / "a.gif").read_bytes()
    outputs = itertools.chain.from_iterable(("-o", f"a.{kind}") for kind in ("gif", "svg"))
    failed = trajviz(*order, "--max-bytes", "14kB", *outputs, cwd=tmp_path)
    assert failed.returncode == 2
    assert failed.stderr.startswith("Error: 14,000 bytes do not hold this as .svg")
    assert (tmp_path / "a.gif").read_bytes() == old
    assert not (tmp_path / "a.svg").exists()
    wrong = trajviz(*order, "--max-bytes", "much", cwd=tmp_path)
    assert "'much' is not a size in bytes, as in 1MB" in wrong.stderr
