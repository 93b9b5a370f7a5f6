"""Jupyter Book 1: a book with the directive of Sphinx, and with a race in a cell of a notebook."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from places.published import media_of, served

pytest.importorskip("jupyter_book")

CONFIG = """
title: Races
author: us
only_build_toc_files: true
execute:
  execute_notebooks: force
sphinx:
  extra_extensions: [trajviz.site.sphinx]
"""
TOC = """
format: jb-book
root: index
chapters:
  - file: part/notebook
"""
INDEX = """
# Races

```{trajviz} bowl sgd:lr=0.1
:size: 200x150
:steps: 5
:seconds: 0.4
:hold: 0
:name: race
```

See {ref}`the race <race>`.
"""
NOTEBOOK = """\
---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---

# A cell

```{code-cell} ipython3
import trajviz

trajviz.compare("bowl", ["sgd:lr=0.1"], steps=5, size=(200, 150), seconds=0.4, hold=0)
```

```{trajviz} saddle adam:lr=0.1
size = [200, 150]
steps = 5
seconds = 0.4
hold = 0
```
"""


def build(folder):
    program = Path(sys.executable).with_name("jupyter-book")
    return subprocess.run(
        [program, "build", folder, "-W", "--keep-going"],
        env={**os.environ, "NO_COLOR": "1", "JUPYTER_PLATFORM_DIRS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    (folder / "part").mkdir()
    texts = {
        "_config.yml": CONFIG,
        "_toc.yml": TOC,
        "index.md": INDEX,
        "part/notebook.md": NOTEBOOK,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build"


def test_a_page_of_a_book_shows_its_race_with_words_once(book, page_of):
    with served(book / "html") as address:
        media = media_of(page_of, f"{address}index.html", ours="bowl")
    assert all("SGD" in one["words"] for one in media)
    assert [one["kind"] for one in media if one["shown"]] == ["video"]


def test_a_notebook_of_a_book_shows_the_race_of_its_cell_and_that_of_its_text(book, page_of):
    with served(book / "html") as address:
        cell = media_of(page_of, f"{address}part/notebook.html", ours="data:image")
        text = media_of(page_of, f"{address}part/notebook.html", ours="saddle")
    assert ["SGD" in one["words"] for one in cell] == [True]
    assert all("Adam" in one["words"] for one in text)
    assert [one["kind"] for one in text if one["shown"]] == ["video"]


def test_a_second_build_of_a_book_renders_no_race(book):
    store = book / ".doctrees" / "trajviz"
    before = {path.name: path.stat().st_mtime_ns for path in store.iterdir()}
    assert {name.partition("-")[0] for name in before} == {"bowl", "saddle", ".trajviz"}
    assert build(book.parent).returncode == 0
    assert {path.name: path.stat().st_mtime_ns for path in store.iterdir()} == before
