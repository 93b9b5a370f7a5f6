"""Containers, byte by byte: files of other programs, sizes of all lengths, and no byte too many."""

import io
import struct

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from trajviz.errors import TrajvizError
from trajviz.files.containers import (
    avi,
    bmp,
    ebml,
    gif,
    inside,
    iso,
    jpeg,
    markup,
    pdf,
    png,
    tiff,
    webp,
    xmp,
)
from trajviz.files.metadata import note_of, read_note
from trajviz.recipe.recipe import Recipe

NOTE = note_of(Recipe("bowl"))
FOREIGN = "made with love"


def found(container, data):
    note = container.note(data)
    return None if note is None else note.decode()


# GIF


def gif_with(*comments):
    body = b"".join(gif.comment(text) for text in comments)
    return b"GIF89a" + struct.pack("<HHBBB", 5, 7, 0x80, 0, 0) + bytes(6) + body + b";"


def test_the_note_of_a_gif_is_found_behind_a_comment_of_another_program():
    assert found(gif.GIF, gif_with(FOREIGN, NOTE)) == NOTE
    assert found(gif.GIF, gif_with(FOREIGN)) is None
    assert found(gif.GIF, gif_with(NOTE, FOREIGN)) == NOTE


def test_the_note_of_a_gif_is_found_behind_a_picture_with_a_palette_of_its_own():
    picture = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0x81) + bytes(12) + b"\x02\x02\x44\x01\x00"
    data = gif_with()[:-1] + picture + gif.comment(NOTE) + b";"
    assert found(gif.GIF, data) == NOTE


@pytest.mark.parametrize("length", [254, 255, 256, 510])
def test_a_comment_of_a_gif_is_cut_into_blocks_of_255_bytes(length):
    text = f"# trajviz {length}".ljust(length, "x")
    assert found(gif.GIF, gif_with(text)) == text
    blocks = gif.comment(text)[2:]
    assert blocks[0] == min(length, 255)
    with Image.open(io.BytesIO(gif_with(text)[:-1] + b",\0\0\0\0\5\0\7\0\0\2\1\1\0;")) as image:
        assert image.info["comment"] == text.encode()


def test_no_note_leaves_nothing_behind():
    assert gif.comment("") == b""
    assert xmp.packet("") == b""
    assert markup.svg_element("") == markup.html_element("") == ""


# PNG


def test_the_note_of_a_png_is_found_behind_the_text_of_another_program():
    def saved(*texts):
        info, file = PngInfo(), io.BytesIO()
        for key, text in texts:
            info.add_itxt(key, text)
        Image.new("RGB", (4, 3)).save(file, "PNG", pnginfo=info)
        return file.getvalue()

    assert found(png.PNG, saved(("Comment", FOREIGN), ("trajviz", NOTE))) == NOTE
    assert found(png.PNG, saved(("Comment", NOTE))) is None
    assert found(png.PNG, saved(("trajviz ", NOTE))) is None


def test_a_png_whose_last_chunk_is_the_note_holds_it():
    data = png.SIGNATURE + struct.pack(">I", len(png.text(NOTE))) + b"iTXt" + png.text(NOTE)
    assert found(png.PNG, data) == NOTE


# MP4 and AVIF


def box(kind, *parts, wide=False):
    """Return a box; a wide one says its length in 64 bits."""
    content = b"".join(parts)
    if wide:
        return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content
    return struct.pack(">I4s", len(content) + 8, kind) + content


def mp4_with(text, wide=()):
    data = text.encode()
    for kind, head in {
        b"data": 8, b"\xa9cmt": 0, b"ilst": 0, b"meta": 4, b"udta": 0, b"moov": 0,
    }.items():  # fmt: skip
        data = box(kind, bytes(head), data, wide=kind in wide)
    return box(b"ftyp", b"isom") + box(b"free", bytes(9), wide=b"free" in wide) + data


@pytest.mark.parametrize("wide", [(), (b"free",), (b"moov",), (b"data",), (b"moov", b"ilst")])
def test_a_box_may_say_its_length_in_64_bits(wide):
    assert found(iso.MP4, mp4_with(NOTE, wide)) == NOTE


def test_a_box_ends_where_it_says_and_the_next_begins_there():
    data = box(b"free", bytes(5)) + box(b"mdat", bytes(3), wide=True) + box(b"meta", bytes(6))
    assert [*iso.boxes(data, 0, len(data))] == [
        (b"free", 8, 13),
        (b"mdat", 29, 32),
        (b"meta", 44, 46),
    ]
    assert [*iso.boxes(data, 0, 7)] == []


def test_of_two_boxes_of_a_kind_the_one_that_leads_on_is_taken():
    data = box(b"moov", box(b"udta")) + mp4_with(NOTE)
    assert found(iso.MP4, box(b"ftyp", b"isom") + data) == NOTE


def test_what_is_inside_a_box_does_not_reach_beyond_it():
    inner = struct.pack(">I4s", 99, b"udta") + b"in"
    data = box(b"moov", inner) + b"out"
    assert [*inside(iso.boxes, data, (b"moov", b"udta"))] == [(16, 18)]


def track(version, width, height):
    times = {0: 12, 1: 24}[version]  # created, changed, lasting; the track's number is beside them
    before = bytes([version]) + bytes(3) + bytes(times + 8 + 52)
    return box(b"trak", box(b"tkhd", before, struct.pack(">II", width << 16, height << 16)))


@pytest.mark.parametrize("version", [0, 1])
def test_the_size_of_a_film_is_that_of_its_first_track_that_is_seen(version):
    tracks = track(0, 0, 0) + track(version, 320, 240) + track(0, 9, 9)
    assert iso.MP4.size(box(b"ftyp", b"isom") + box(b"moov", tracks)) == (320, 240)


def test_a_film_whose_tracks_are_only_heard_has_no_size():
    assert iso.MP4.size(box(b"ftyp", b"isom") + box(b"moov", track(0, 0, 0))) is None


def test_the_size_of_an_avif_is_the_largest_of_its_parts():
    sizes = [box(b"ispe", bytes(4), struct.pack(">II", *size)) for size in [(8, 8), (64, 48)]]
    data = box(b"meta", bytes(4), box(b"iprp", box(b"ipco", *sizes)))
    assert iso.AVIF.size(box(b"ftyp", b"avif") + data) == (64, 48)


@pytest.mark.parametrize("brand", [b"avif", b"avis"])
def test_a_picture_of_the_same_family_is_no_film(brand):
    head = box(b"ftyp", brand)
    assert iso.AVIF.holds(head)
    assert not iso.MP4.holds(head)


def test_a_picture_of_another_brand_is_a_film():
    assert iso.MP4.holds(box(b"ftyp", b"avc1"))
    assert not iso.AVIF.holds(box(b"ftyp", b"avc1"))


# WebM


def element(kind, content, width=1):
    """Return an element whose length is said in so many bytes."""
    size = (len(content) | 1 << 7 * width).to_bytes(width, "big")
    return kind.to_bytes((kind.bit_length() + 7) // 8, "big") + size + content


def webm(*parts, width=1):
    head = element(0x1A45DFA3, bytes(9))
    return head + element(0x18538067, b"".join(parts), width)


def tag(name, text, width):
    pair = element(0x45A3, name, width) + element(0x4487, text.encode(), width)
    return element(0x1254C367, element(0x7373, element(0x67C8, pair, width), width), width)


@pytest.mark.parametrize("width", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("name", [b"COMMENT", b"comment"])
def test_an_element_may_say_its_length_in_up_to_eight_bytes(width, name):
    other = tag(b"TITLE", FOREIGN, width)
    data = webm(element(0xEC, bytes(70), width), other, tag(name, NOTE, width), width=8)
    assert found(ebml.MATROSKA, data) == NOTE
    assert found(ebml.MATROSKA, webm(other, width=8)) is None


def test_an_element_ends_where_it_says():
    data = element(0xEC, bytes(5), 2) + element(0x4487, b"ab")
    assert [*ebml.elements(data, 0, len(data))] == [(0xEC, 3, 8), (0x4487, 11, 13)]


def test_the_size_of_a_webm_is_that_of_its_first_track_that_is_seen():
    def video(width, height):
        sides = element(0xB0, width.to_bytes(2, "big")) + element(0xBA, bytes([height]))
        return element(0xAE, element(0xE0, sides))

    tracks = element(0xAE, element(0x83, b"\2")) + video(320, 240) + video(9, 9)
    assert ebml.MATROSKA.size(webm(element(0x1654AE6B, tracks))) == (320, 240)


# XMP


@pytest.mark.parametrize("head", [b"RIFF\0\0\0\0WEBP", box(b"ftyp", b"avif")])
def test_the_note_in_a_packet_is_found_behind_a_description_of_another_program(head):
    container = webp.WEBP if webp.WEBP.holds(head) else iso.AVIF
    assert found(container, head + xmp.packet(FOREIGN) + xmp.packet(NOTE)) == NOTE
    assert found(container, head + xmp.packet(FOREIGN)) is None
    assert found(container, head + xmp.packet(NOTE)[:-150]) is None


# QuickTime


def quicktime(*comments):
    said = (box(b"\xa9cmt", struct.pack(">HH", len(c), 0x55C4), c.encode()) for c in comments)
    return box(b"ftyp", b"qt  ") + box(b"moov", track(0, 320, 240), box(b"udta", *said, bytes(4)))


def test_a_quicktime_film_is_another_container_than_an_mp4_though_of_one_family():
    assert iso.MOV.holds(quicktime(NOTE))
    assert not iso.MP4.holds(quicktime(NOTE))
    assert not iso.MOV.holds(mp4_with(NOTE))
    assert iso.MOV.size(quicktime()) == (320, 240)


def test_the_note_of_a_quicktime_film_stands_behind_its_length_and_its_language():
    assert found(iso.MOV, quicktime(NOTE)) == NOTE
    assert found(iso.MOV, quicktime()) is None
    assert found(iso.MOV, quicktime("")) is None


def test_a_comment_that_says_it_is_longer_than_its_box_ends_with_the_box():
    data = quicktime(NOTE).replace(struct.pack(">H", len(NOTE)), b"\xff\xff")
    assert found(iso.MOV, data) == NOTE


# AVI


def chunk(kind, content):
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def listed(kind, *parts, outer=b"LIST"):
    return chunk(outer, kind + b"".join(parts))


def avi_with(*info, width=54, height=38):
    header = chunk(b"avih", bytes(32) + struct.pack("<II", width, height) + bytes(16))
    lists = listed(b"hdrl", header), chunk(b"JUNK", b"odd"), listed(b"INFO", *info)
    return listed(b"AVI ", *lists, listed(b"movi"), outer=b"RIFF")


def test_the_note_of_an_avi_is_found_behind_what_other_programs_say():
    comment = chunk(b"ICMT", NOTE.encode() + b"\0")
    assert found(avi.AVI, avi_with(chunk(b"ISFT", b"odd"), comment)) == NOTE
    assert found(avi.AVI, avi_with(chunk(b"ISFT", b"odd"))) is None
    assert found(avi.AVI, avi_with(chunk(b"ICMT", b"\0"))) is None


def test_the_size_of_an_avi_is_that_of_its_main_header():
    assert avi.AVI.size(avi_with()) == (54, 38)
    assert avi.AVI.size(avi_with(width=0)) is None
    assert avi.AVI.size(avi_with()[:50]) is None


def test_a_chunk_of_odd_length_is_followed_by_a_byte():
    data = chunk(b"JUNK", b"odd") + listed(b"INFO", chunk(b"ICMT", b"ab"))
    assert [*avi.chunks(data, 0, len(data))] == [(b"JUNK", 8, 11), (b"INFO", 24, 34)]


def test_an_avi_is_no_webp_though_of_one_family():
    assert not webp.WEBP.holds(avi_with())
    assert not avi.AVI.holds(b"RIFF\0\0\0\0WEBP")


# JPEG


def segment(kind, content):
    return bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content


def jpeg_with(*segments):
    return b"\xff\xd8" + b"".join(segments) + b"\xff\xda\0\2"


def test_the_note_of_a_jpeg_is_found_behind_a_comment_of_another_program():
    own, other = segment(0xFE, NOTE.encode()), segment(0xFE, FOREIGN.encode())
    assert found(jpeg.JPEG, jpeg_with(segment(0xE0, bytes(14)), other, own)) == NOTE
    assert found(jpeg.JPEG, jpeg_with(other)) is None
    assert found(jpeg.JPEG, jpeg_with() + own) is None  # there the picture has begun


@pytest.mark.parametrize("kind", [0xC0, 0xC1, 0xC2, 0xCF])
def test_the_size_of_a_jpeg_is_that_of_its_frame_and_not_of_a_table(kind):
    frame = segment(kind, b"\x08" + struct.pack(">HH", 37, 53) + bytes(10))
    table = segment(0xC4, bytes(12))
    assert jpeg.JPEG.size(jpeg_with(table, b"\xff\xff", frame)) == (53, 37)
    assert jpeg.JPEG.size(jpeg_with(table)) is None


def test_bytes_that_fill_the_room_before_a_marker_are_passed_over_up_to_a_thousand():
    own = segment(0xFE, NOTE.encode())
    assert found(jpeg.JPEG, jpeg_with(b"\xff" * 900, own)) == NOTE
    assert found(jpeg.JPEG, jpeg_with(b"\xff" * 1000, own)) is None


# TIFF


def tiff_with(*entries, order="<", text=b""):
    """Return a directory of entries (tag, kind, count, value), and a text behind it."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    table = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        held = struct.pack(f"{order}H" if kind == 3 else f"{order}I", value).ljust(4, b"\0")
        table += struct.pack(f"{order}HHI", tag, kind, count) + held
    return head + table + bytes(4) + text


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [3, 4])
def test_a_tiff_says_its_size_and_its_note_in_either_order_of_bytes(order, kind):
    sides = [(256, kind, 1, 53), (257, kind, 1, 37)]
    place = 8 + 2 + 12 * 3 + 4
    data = tiff_with(
        *sides, (270, 2, len(NOTE) + 1, place), order=order, text=NOTE.encode() + b"\0more"
    )
    assert tiff.TIFF.holds(data)
    assert tiff.TIFF.size(data) == (53, 37)
    assert found(tiff.TIFF, data) == NOTE
    assert found(tiff.TIFF, tiff_with(*sides, order=order)) is None


def test_a_text_of_four_bytes_stands_in_the_directory_of_a_tiff_itself():
    data = tiff_with((270, 2, 4, int.from_bytes(b"abc\0", "little")))
    assert found(tiff.TIFF, data) == "abc"


# BMP


@pytest.mark.parametrize(
    ("header", "size"),
    [
        (struct.pack("<IHH", 12, 53, 37), (53, 37)),
        (struct.pack("<Iii", 40, 53, 37), (53, 37)),
        (struct.pack("<Iii", 124, 53, -37), (53, 37)),
        (struct.pack("<Iii", 40, -53, 37), None),
        (struct.pack("<IH", 12, 53), None),
    ],
)
def test_a_bmp_has_a_size_and_no_note(header, size):
    data = b"BM" + struct.pack("<IHHI", 99, 0, 0, 54) + header
    assert bmp.BMP.holds(data)
    assert bmp.BMP.size(data) == size
    assert bmp.BMP.note(data + NOTE.encode()) is None


def test_a_recipe_that_begins_like_a_bmp_is_none():
    assert not bmp.BMP.holds(b"BM = 1\nsurface = 'bowl'\n")


# Markup


@pytest.mark.parametrize("before", ["", "\ufeff", " \n\t", "\ufeff\r\n "])
def test_markup_may_begin_with_a_byte_order_mark_and_blanks(before):
    text = f'{before}<svg width="30" height="20">{markup.svg_element(NOTE)}</svg>'
    data = text.encode()
    assert markup.MARKUP.holds(data)
    assert found(markup.MARKUP, data) == NOTE
    assert markup.MARKUP.size(data) == (30, 20)


def test_text_with_markup_in_it_is_no_markup():
    assert not markup.MARKUP.holds(b"a <svg>")


@pytest.mark.parametrize("other", ["trajviz-recipes", "my-trajviz-recipe", "recipe"])
def test_an_element_of_another_id_is_no_note(other):
    text = markup.svg_element(NOTE).replace("trajviz-recipe", other)
    assert found(markup.MARKUP, f"<svg>{text}</svg>".encode()) is None


@pytest.mark.parametrize(
    ("sides", "size"),
    [
        ('width="1in" height="1cm"', (96, 38)),
        ('width="10mm" height="3pt"', (38, 4)),
        ('width="5em" height="5em" viewBox="0 0 7 8"', (7, 8)),
        ('width="5" viewBox="1 2 7 8"', (7, 8)),
        ('viewBox="0 0 7"', None),
        ('width="65536" height="1"', (65536, 1)),
        ('width="65537" height="1"', None),
        ('width="0" height="1"', None),
    ],
)
def test_the_sides_of_an_svg_have_units_or_else_its_view_box_counts(sides, size):
    assert markup.MARKUP.size(f"<svg {sides}>".encode()) == size


# PDF


def test_the_size_of_a_pdf_is_that_of_its_first_page_at_96_to_the_inch():
    assert pdf.PDF.size(b"%PDF-1.4 /MediaBox [ 0 0 72 36 ] /MediaBox [0 0 9 9]") == (96, 48)
    assert pdf.PDF.size(b"%PDF-1.4 /MediaBox[10 20.5 82 56.5]") == (96, 48)
    assert pdf.PDF.size(b"%PDF-1.4") is None


def test_the_subject_of_a_pdf_by_another_program_is_no_note():
    escaped = NOTE.replace("\n", "\\n").encode()
    assert found(pdf.PDF, b"%PDF-1.4 /Subject (made with love)") is None
    both = b"%PDF-1.4 /Subject (made with love) /Subject (" + escaped + b")"
    assert found(pdf.PDF, both) == NOTE


# Files that are longer than what is read of them

READ = 4 << 20
"""Bytes of a file that are read from its beginning, and again from its end."""


def long_webp(folder, size, place):
    """Return a file of so many bytes whose note begins at a place, which may count from the end."""
    packet = xmp.packet(NOTE)
    place = place % size if place < 0 else place
    path = folder / "long.webp"
    with path.open("wb") as file:
        file.write(b"RIFF\0\0\0\0WEBP")
        file.seek(place)
        file.write(packet)
        file.truncate(size)
    return path


LENGTH = len(xmp.packet(NOTE))


@pytest.mark.parametrize(
    ("size", "place"),
    [
        (9 << 20, READ - LENGTH),  # the last that stands whole in the beginning
        (9 << 20, -READ),  # the first that stands whole in the end
        (9 << 20, -LENGTH),
        (6 << 20, READ - LENGTH // 2),  # between the two, which overlap
        (6 << 20, 2 << 20),
        (READ, READ - LENGTH),
    ],
)
def test_a_note_at_either_end_of_a_long_file_is_found(size, place, tmp_path):
    assert read_note(long_webp(tmp_path, size, place)).text == NOTE


@pytest.mark.parametrize("place", [READ - LENGTH // 2, 9 << 19, -READ - LENGTH // 2])
def test_what_lies_between_the_ends_of_a_long_file_is_not_read(place, tmp_path):
    with pytest.raises(TrajvizError, match="holds no recipe"):
        read_note(long_webp(tmp_path, 9 << 20, place))
