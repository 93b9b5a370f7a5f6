"""Animated PDF: a page for each frame, which shows the pixels of that frame, in a small file."""

import re
import zlib

import numpy as np
import pytest
from races import SEVEN, race

from trajviz import TrajvizError
from trajviz.files.formats._pdf_objects import Objects
from trajviz.files.plan import plan_files
from trajviz.recipe.recipe import Playback

SHORT = {"size": (320, 240), "steps": 20, "fps": 5, "seconds": 2, "lead": 0.4, "hold": 1}


def film(**options):
    return race("beale", SEVEN[:3], **{**SHORT, **options})


def pages(data):
    """Return the resources of each page: the numbers of its background and its frame."""
    objects = Objects(data)
    kids = re.findall(rb"(\d+) 0 R", objects[2].partition(b"]")[0])
    found = [re.search(rb"/B (\d+) 0 R /M (\d+) 0 R", objects[int(kid)]) for kid in kids]
    return objects, [(int(one[1]), int(one[2])) for one in found]


def content(objects, number):
    return zlib.decompress(objects[number].partition(b"stream\n")[2].removesuffix(b"\nendstream"))


@pytest.mark.long
def test_there_is_a_page_for_each_frame_and_all_share_one_background():
    one = film()
    _, found = pages(one.to_bytes("anim.pdf"))
    backgrounds, frames = zip(*found, strict=True)
    assert len(found) == 2 + 10 + 5 == one.playback.film_frames
    assert len({*backgrounds}) == 1
    assert len({*frames}) == 10
    assert len({*frames[:3]}) == len({*frames[-6:]}) == 1


@pytest.mark.long
def test_a_frame_is_small_beside_what_stands_still():
    objects, found = pages(film().to_bytes("anim.pdf"))
    background = len(objects[found[0][0]])
    assert max(len(objects[frame]) for _, frame in found) < background / 20


@pytest.mark.long
def test_the_words_that_come_and_go_are_text_that_frames_share():
    data = film(notes=((5, "a note"),), labels="heads").to_bytes("anim.pdf")
    objects, found = pages(data)
    used = [{*re.findall(rb"/T(\d+) Do", content(objects, frame))} for _, frame in found]
    assert used[0] < used[-1]
    fonts = {*re.findall(rb"/FontName /(\S+)", data)}
    assert data.count(b"/FontFile2") == len(fonts) < 4


@pytest.mark.long
def test_the_table_at_the_end_says_where_each_object_begins():
    data = film().to_bytes("anim.pdf")
    table = int(re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", data)[1])
    assert data[table:].startswith(b"xref\n0 ")
    places = re.findall(rb"(\d{10}) 00000 n \n", data[table:])
    assert len(places) > 20
    for number, place in enumerate(map(int, places), 1):
        assert data[place:].startswith(b"%d 0 obj\n" % number)
    for used in {
        *map(int, re.findall(rb"(\d+) 0 R", re.sub(rb"(?s)stream.*?endstream", b"", data)))
    }:
        assert 0 < used <= len(places)


@pytest.mark.long
@pytest.mark.parametrize("options", [{}, {"view": "relief", "trail": 3}], ids=["contour", "relief"])
def test_heads_are_where_the_frame_has_them(options):
    one = film(**options)
    objects, found = pages(one.to_bytes("anim.pdf"))
    (plot,), pen = one.scene.plots, one.scene.main.pen
    for position, (_, frame) in zip(one.animation.positions, found[2:-5], strict=True):
        circles = re.findall(rb"([\d.]+) ([\d.]+) m( [\d. ]+ c){4} h f", content(objects, frame))
        right = np.array([[float(x), float(y)] for x, y, _ in circles]) / 10
        growth = plot.growth(np.array([position]))[:, 0]
        for track, more in zip(plot.tracks, growth, strict=True):
            ours = track.at(np.array([position]))[0] + (pen.head + more, 0)
            assert np.hypot(*(right - ours).T).min() < 0.01


def test_a_view_that_is_drawn_anew_is_refused_and_pauses_count():
    with pytest.raises(TrajvizError, match=r"which a \.anim\.pdf cannot hold"):
        race(view="relief", orbit=90, steps=20).to_bytes("anim.pdf")
    one = film()
    (planned,) = plan_files(one.request.changed(outputs=("race.anim.pdf",)))
    assert planned.facts(one.request).frames == one.playback.film_frames
    with pytest.raises(TrajvizError, match=r"frames of a \.anim\.pdf, more than"):
        planned.format.check(Playback(hold=3600, fps=50), None, 20)


@pytest.mark.long
def test_it_opens_with_its_end():
    counted = []
    for first in ("start", "end"):
        objects, found = pages(film(first=first).to_bytes("anim.pdf"))
        counted.append([content(objects, frame) for _, frame in found])
    usual, turned = counted
    assert turned == usual[-6:] + usual
