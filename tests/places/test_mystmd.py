"""Jupyter Book 2, which is mystmd: a book that is written again shows its races on every page."""

import json
import subprocess

import pytest
from programs import npm, program, trajviz

RACE = "steps = 5\nsize = [160, 120]\nseconds = 0.2\n"
PAGE = f'# A race\n\n```trajviz bowl sgd:lr=0.1\n{RACE}theme = "auto"\n```\n\nEnd.\n'
BOOK = {
    "myst.yml": "version: 1\nproject:\n  title: Races\nsite:\n  template: ./theme\n",
    # mystmd would fetch one of its own; this one shows nothing, and the pages are looked at before
    "theme/template.yml": 'jtex: v1\ntitle: None\nversion: 1.0.0\nbuild:\n  start: "true"\n',
    "index.md": PAGE,
    "chapter/deep.md": PAGE,
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book whose source holds blocks, written again and built, with every warning an error."""
    folder = tmp_path_factory.mktemp("book")
    for name, text in BOOK.items():
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = trajviz("site", folder / "source", "--into", folder / "book")
    assert (done.returncode, done.stderr) == (0, "2 races, 1 rendered\n")
    command = [program("node"), npm("mystmd/dist/myst.cjs"), "build", "--site", "--strict"]
    built = subprocess.run(
        command, cwd=folder / "book", capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "book"


def images(node):
    """Yield all images of a page's tree."""
    if node["type"] == "image":
        yield node
    for one in node.get("children", []):
        yield from images(one)


@pytest.mark.parametrize("name", ["index", "deep"])
def test_every_page_shows_the_picture_with_its_words_and_size(book, name):
    page = json.loads((book / "_build" / "site" / "content" / f"{name}.json").read_text("utf-8"))
    (image,) = images(page["mdast"])
    assert image["alt"].startswith("Contour plot of an elongated bowl from (-9, 2.4).")
    assert image["width"] == 160
    (original,) = [path for path in (book / "trajviz").glob("*.gif") if "dark" not in path.name]
    copy = book / "_build" / "site" / "public" / image["url"].lstrip("/")
    assert copy.read_bytes() == original.read_bytes()


def test_a_second_time_renders_and_writes_nothing(book):
    done = trajviz("site", book.parent / "source", "--into", book)
    assert (done.stdout, done.stderr) == ("", "2 races, 0 rendered\n")
