"""A deck that the snippet for PowerPoint makes: its film, its poster, its words, its place."""

import contextlib
import re
import runpy
import zipfile
from xml.etree import ElementTree

import pytest

from trajviz import compare, embed
from trajviz.errors import TrajvizError

pptx = pytest.importorskip("pptx")

SHORT = {"size": (200, 150), "steps": 8, "seconds": 0.6, "hold": 0.2, "fps": 10}
SLIDE = (12192000, 6858000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("talk")
    compare("bowl", ["sgd:lr=0.1"], **SHORT).bundle(folder / "race", "powerpoint")
    return folder


def made(folder, snippet):
    """Run a snippet, and return the deck."""
    (folder / "snippet.py").write_text(snippet, encoding="utf-8")
    with contextlib.chdir(folder):
        runpy.run_path("snippet.py")
    (deck,) = folder.glob("*.pptx")
    return deck


@pytest.fixture(scope="module")
def deck(folder):
    return made(folder, (folder / "race.pptx.py").read_text(encoding="utf-8"))


def shape_on(deck):
    (slide,) = pptx.Presentation(deck).slides
    (shape,) = slide.shapes
    return slide, shape


def test_a_bundle_for_a_deck_holds_the_code_that_embed_prints(folder):
    assert (folder / "race.pptx.py").read_text("utf-8") == embed(folder / "race.mp4", "powerpoint")


def test_the_film_is_in_the_deck_and_so_is_its_poster(deck, folder):
    slide, movie = shape_on(deck)
    assert movie.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.MEDIA
    assert movie.media_type == pptx.enum.shapes.PP_MEDIA_TYPE.MOVIE
    assert movie.poster_frame.blob == (folder / "race.png").read_bytes()
    films = [r for r in slide.part.rels.values() if r.reltype.endswith(("/video", "/media"))]
    assert len(films) == 2  # as PowerPoint 2007 asks for it, and as newer ones do
    assert {r.target_part.blob for r in films} == {(folder / "race.mp4").read_bytes()}
    assert not any(r.is_external for r in slide.part.rels.values())


def test_every_relation_of_the_slide_leads_to_a_part_of_a_known_type(deck):
    with zipfile.ZipFile(deck) as parts:
        names = {*parts.namelist()}
        types = ElementTree.fromstring(parts.read("[Content_Types].xml"))
        known = {one.get("Extension"): one.get("ContentType") for one in types}
        relations = ElementTree.fromstring(parts.read("ppt/slides/_rels/slide1.xml.rels"))
        targets = ["ppt/" + one.get("Target").removeprefix("../") for one in relations]
        used = {*re.findall(r'r:\w+="(rId\d+)"', parts.read("ppt/slides/slide1.xml").decode())}
    assert {*targets} <= names
    assert used <= {one.get("Id") for one in relations}
    assert {"mp4": "video/mp4", "png": "image/png"}.items() <= known.items()


def test_what_the_film_shows_is_said_in_words(deck):
    _, movie = shape_on(deck)
    words = movie._element.nvPicPr.cNvPr.get("descr")
    assert "SGD" in words
    assert "minimum" in words


@pytest.mark.parametrize(("size", "whole"), [((200, 150), 1), ((320, 160), 0)])
def test_it_is_as_large_as_the_slide_allows_in_its_own_shape(size, whole, tmp_path):
    compare("bowl", ["sgd:lr=0.1"], **SHORT | {"size": size}).bundle(tmp_path / "race")
    deck = made(tmp_path, embed(tmp_path / "race.mp4", "powerpoint", alt="x"))
    presentation = pptx.Presentation(deck)
    assert (presentation.slide_width, presentation.slide_height) == SLIDE
    _, movie = shape_on(deck)
    extent, corner = (movie.width, movie.height), (movie.left, movie.top)
    assert extent[whole] == SLIDE[whole]
    assert extent[0] / extent[1] == pytest.approx(size[0] / size[1], rel=1e-6)
    for at, long, slide in zip(corner, extent, SLIDE, strict=True):
        assert at == (slide - long) // 2 >= 0


def test_a_gif_alone_is_a_picture_with_words(folder, tmp_path):
    (tmp_path / "race.gif").write_bytes((folder / "race.gif").read_bytes())
    words = 'it\'s a "bowl" \\ {x}'
    deck = made(tmp_path, embed(tmp_path / "race.gif", "powerpoint", alt=words))
    _, picture = shape_on(deck)
    assert picture.image.content_type == "image/gif"
    assert picture._element.nvPicPr.cNvPr.get("descr") == words


def test_files_of_another_folder_are_taken_from_there(folder, tmp_path):
    snippet = embed(folder / "race.mp4", "powerpoint", alt="x", url=str(folder))
    (tmp_path / "talk").mkdir()
    deck = made(tmp_path / "talk", snippet)
    assert shape_on(deck)[1].poster_frame.blob == (folder / "race.png").read_bytes()


def test_a_deck_takes_no_film_from_the_web(folder):
    with pytest.raises(TrajvizError, match="a deck holds its films"):
        embed(folder / "race.mp4", "powerpoint", alt="x", url="https://example.org")
