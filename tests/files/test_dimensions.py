"""Sizes, read from files of any program, whole or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from programs import judge
from races import race

from trajviz.files import containers, dimensions
from trajviz.files.formats import format_names, load_format

SHORT = {"size": (161, 121), "steps": 8, "seconds": 0.6, "hold": 0.2, "fps": 10}


def small(**options):
    return race("bowl", ("sgd",), **SHORT, **options)


@pytest.mark.long
@pytest.mark.parametrize(
    "name", [n for n in format_names() if n not in ("anim.pdf", "html", "pdf")]
)
def test_sizes_are_what_other_readers_say(name, tmp_path):
    file = small().save(tmp_path / f"race.{name}")
    size = dimensions.size_of(file)
    if load_format(name).film:
        said = judge(
            "ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", file
        )
        assert size == tuple(map(int, said.decode().split()[0].strip(",").split(",")))
    elif name.endswith("svg"):
        assert size == (161, 121)
    else:
        with Image.open(file) as image:
            assert size == image.size == (161, 121)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("webp", {"lossless": True}),
        ("webp", {}),
        ("webp", {"exif": b"x"}),
        ("avif", {}),
        ("gif", {}),
        ("jpg", {}),
        ("jpg", {"progressive": True, "comment": "x"}),
        ("tif", {}),
        ("tif", {"compression": "tiff_lzw"}),
        ("bmp", {}),
    ],
)
def test_sizes_of_pictures_by_others_are_read(name, options, tmp_path):
    file = tmp_path / f"photo.{name}"
    Image.fromarray(np.zeros((37, 53, 3), np.uint8)).save(file, **options)
    assert dimensions.size_of(file) == (53, 37)


@pytest.mark.parametrize("name", ["webm", "mp4", "mkv", "mov", "avi"])
def test_sizes_of_films_by_others_are_read(name, tmp_path):
    file = tmp_path / f"film.{name}"
    judge("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=s=54x38:d=0.2", "-f", "lavfi",
          "-i", "sine=d=0.2", file)  # fmt: skip
    assert dimensions.size_of(file) == (54, 38)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("<svg width='30' height='20'>", (30, 20)),
        ('<?xml version="1.0"?>\n<svg\n width="3in"\n height="72pt">', (288, 96)),
        ('<svg viewBox="0 0 30.4 20" width="100%" height="100%">', (30, 20)),
        ('<svg stroke-width="3" viewBox="0,0,5,6">', (5, 6)),
        ("<svg>", None),
        ('<svg width="1e9999" height="3">', None),
        ('<svg viewBox="0 0 x y">', None),
        ("<html>", None),
    ],
)
def test_the_size_of_an_svg_is_that_of_its_root(text, size):
    assert dimensions.measured(text.encode()) == size


@pytest.mark.parametrize("name", ["gif", "mp4", "png", "svg", "avi", "bmp", "jpg", "mov", "tif"])
def test_a_file_cut_short_has_a_size_or_none_and_never_an_error(name):
    data = small().to_bytes(name)
    whole = dimensions.measured(data)
    for end in [*range(200), *range(200, len(data), 997)]:
        assert dimensions.measured(data[:end]) in (None, whole)


HEADS = [
    b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP", b"\0\0\0\x18ftypavif",
    b"\0\0\0\x18ftypisom",
    b"\x1a\x45\xdf\xa3", b"<svg", b"\0\0\0\x14ftypqt  ", b"RIFF1234AVI ", b"\xff\xd8\xff",
    b"II*\0", b"MM\0*", b"BM" + bytes(12) + b"\x0c\0\0\0", b"BM" + bytes(12) + b"\x28\0\0\0",
]  # fmt: skip


@given(head=st.sampled_from(HEADS), rest=st.binary(max_size=300))
def test_no_bytes_break_the_readers(head, rest):
    size = dimensions.measured(head + rest)
    assert size is None or all(0 < side <= containers.LARGEST for side in size)


def test_zeros_without_end_are_given_up_on(tmp_path):
    file = tmp_path / "film.mp4"
    with file.open("wb") as stream:
        stream.write(b"\x00\x00\x00\x08ftypisom")
        stream.truncate(1 << 30)
    assert dimensions.size_of(file) is None
