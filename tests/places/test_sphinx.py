"""Sphinx with the directive, in reStructuredText and MyST: every builder shows what it can."""

import functools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
from places.published import media_of, served
from programs import program

import trajviz

pytest.importorskip("sphinx")
pytest.importorskip("myst_parser")

CONF = """
project, author, copyright, version = "Races", "us", "2026, us", "1"
extensions = ["myst_parser", "trajviz.site.sphinx"]
trajviz_trust = True
latex_elements = {"fontpkg": "", "fontenc": "", "fncychap": ""}  # what every LaTeX has
"""
INDEX = """
Races
=====

.. toctree::

   sub/page

.. trajviz:: bowl sgd:lr=0.1
   :size: 200x150
   :steps: 5
   :seconds: 0.4
   :hold: 0
   :panel: loss
   :align: center
   :class: wide
   :name: race

   alt = "SGD runs down a bowl."

See :ref:`this <race>`.
"""
PAGE = """
# In MyST

```{trajviz} ./ravine.py sgd:lr=0.1
:steps: 5
:theme: auto

size = [200, 150]
seconds = 0.4
hold = 0
```

```{trajviz}
format = "html"
surface = "saddle"
optimizers = ["adam:lr=0.1"]
size = [200, 150]
steps = 5
seconds = 0.4
hold = 0
```
"""
RAVINE = """
from trajviz import Surface

surface = Surface(lambda x, y: x**2 + 3 * y**2, window=(-3, 3, -3, 3), start=(-2, 2), source="us")
"""


def written(folder, index=INDEX, **files):
    (folder / "sub").mkdir(parents=True)
    texts = {"conf.py": CONF, "index.rst": index, "sub/page.md": PAGE, "sub/ravine.py": RAVINE}
    for name, text in {**texts, **files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(source, builder="html", *options):
    """Build a site by Sphinx itself; return its folder, its exit code and what it says."""
    out = source.parent / "build" / builder
    doctrees = source.parent / "build" / "doctrees"
    order = ["-m", "sphinx", "-j", "2", "--color", "-b", builder, "-d", doctrees, *options]
    done = subprocess.run(
        [sys.executable, *order, source, out],
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = re.sub(r"\x1b\[[\d;]*m|\x1b\[[A-Z]", "", done.stdout + done.stderr)
    return out, done.returncode, said


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return written(tmp_path_factory.mktemp("sphinx") / "docs")


@pytest.fixture(scope="module")
def built(source):
    """What builds the site for a builder, with every warning an error."""

    @functools.cache
    def make(builder):
        out, code, said = build(source, builder, "-W", "--keep-going")
        assert code == 0, said
        return out

    return make


def rendered(source):
    """Return when each file of the store was written."""
    store = source.parent / "build" / "doctrees" / "trajviz"
    return {path.name: path.stat().st_mtime_ns for path in store.iterdir()}


PAGES = {
    "html": ("index.html", "sub/page.html"),
    "dirhtml": ("", "sub/page/"),
    "singlehtml": ("index.html", "index.html"),
}


@pytest.mark.parametrize("builder", PAGES)
def test_on_a_page_every_medium_loads_says_what_it_shows_and_stands_once(builder, built, page_of):
    first, second = PAGES[builder]
    with served(built(builder)) as address:
        films = media_of(page_of, address + first, ours="bowl")
        others = media_of(page_of, address + second, ours="ravine")
        (page,) = media_of(page_of, address + second, ours="saddle")
    assert {one["words"] for one in films} == {"SGD runs down a bowl."}
    assert all("SGD" in one["words"] for one in others)
    for media in (films, others):
        assert [one["kind"] for one in media if one["shown"]] == ["video"]
    assert page["kind"] == "iframe"


def test_a_reader_in_the_dark_is_shown_the_dark_half(built, page_of):
    with served(built("html")) as address:
        media = media_of(page_of, f"{address}sub/page.html", ours="dark", scheme="dark")
    assert media


def test_a_page_refers_to_a_race_by_its_name_and_styles_it_by_its_class(built):
    page = (built("html") / "index.html").read_text(encoding="utf-8")
    box = re.search(r'<div class="([^"]*)" id="race">', page)
    assert {"trajviz", "wide", "align-center"} <= {*box[1].split()}
    assert 'href="#race"' in page


def test_a_second_build_reads_no_page_and_renders_nothing(built, source):
    built("html")
    before = rendered(source)
    _, code, said = build(source)
    assert code == 0
    assert "0 added, 0 changed, 0 removed" in said
    assert "no targets are out of date" in said
    assert rendered(source) == before


def test_a_page_that_is_written_again_for_another_reason_renders_nothing(built, source):
    built("html")
    before = rendered(source)
    with (source / "sub" / "page.md").open("a", encoding="utf-8") as page:
        page.write("\nMore.\n")
    out, _, said = build(source)
    assert "0 added, 1 changed, 0 removed" in said
    assert "More." in (out / "sub" / "page.html").read_text(encoding="utf-8")
    assert rendered(source) == before


def test_a_page_whose_surface_has_changed_is_made_again_and_no_other(built, source):
    out = built("html")
    before = {name for name in rendered(source) if name.startswith("ravine")}
    with (source / "sub" / "ravine.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    _, code, said = build(source)
    assert code == 0
    assert "0 added, 1 changed, 0 removed" in said
    shown = {*re.findall(r"ravine-\w+\.[\w.]+\w", (out / "sub" / "page.html").read_text("utf-8"))}
    assert shown
    assert not shown & before
    assert shown <= {path.name for path in (out / "_images").iterdir()}


def test_pages_that_are_read_by_several_processes_at_once_know_the_files_of_their_blocks(tmp_path):
    block = '# A page\n\n```{trajviz} ./ravine.py sgd:lr=0.1\nformat = "png"\nsteps = 5\n```\n'
    names = [f"sub/p{number}.md" for number in range(6)]
    index = INDEX.replace("sub/page", "sub/page\n   sub/p*").replace(
        "toctree::", "toctree::\n   :glob:"
    )
    source = written(tmp_path / "docs", index, **dict.fromkeys(names, block))
    out, code, said = build(source, "html", "-W")
    assert code == 0, said
    assert re.search(r"reading sources.*\bindex \.\. sub/p\d", said)  # some in each process
    (shown,) = {*re.findall(r"ravine-\w+\.png", (out / "sub" / "p5.html").read_text("utf-8"))}
    assert (out / "_images" / shown).exists()
    cache = tmp_path / "build" / "doctrees" / "trajviz"
    for record in (cache / ".trajviz").glob("*.json"):
        os.utime(record, (0, 0))
    assert build(source, "dummy")[1] == 0  # it removes what no page is known to have
    assert (cache / shown).exists()
    with (source / "sub" / "ravine.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert "0 added, 7 changed, 0 removed" in build(source, "dummy")[2]


def test_a_partial_build_removes_what_no_page_has_any_more_and_nothing_else(tmp_path):
    """A build that writes one page keeps what the others have, and what is not its own."""
    small = "   :steps: 5\n   :size: 160x120\n   :seconds: 0.2\n   :hold: 0\n   :format: png\n"
    races = {name: f".. trajviz:: {name} sgd:lr=0.01\n{small}" for name in ("bowl", "beale")}
    conf = CONF + 'exclude_patterns = ["sub"]\n'
    index = "Index\n=====\n\n.. toctree::\n   :glob:\n\n   *\n"
    pages = {f"{name}.rst": f"{name}\n=====\n\n{race}" for name, race in races.items()}
    source = written(tmp_path / "docs", index, **{"conf.py": conf}, **pages)
    assert build(source)[1] == 0
    cache = tmp_path / "build" / "doctrees" / "trajviz"
    (cache / "mine.png").write_text("mine")
    for record in (cache / ".trajviz").glob("*.json"):
        os.utime(record, (0, 0))
    (source / "bowl.rst").write_text("bowl\n====\n", encoding="utf-8")
    assert build(source)[1] == 0
    assert sorted(path.name.partition("-")[0] for path in cache.glob("*.png")) == [
        "beale", "mine.png",
    ]  # fmt: skip
    assert [path.name.partition("-")[0] for path in (cache / ".trajviz").glob("*")] == ["beale"]
    assert build(source, "text")[1] == 0  # and another builder, for which nothing was rendered
    assert len([*cache.glob("beale-*.png")]) == 1


def test_latex_takes_pdfs_and_typesets_them(built):
    out = built("latex")
    text = (out / "races.tex").read_text(encoding="utf-8")
    named = re.findall(r"includegraphics\{\{([\w-]+)\}\.pdf\}", text)
    assert [name.rpartition("-")[0] for name in named] == ["ravine", "saddle", "bowl"]
    order = [program("pdflatex"), "-interaction=nonstopmode", "-halt-on-error", "races.tex"]
    done = subprocess.run(order, cwd=out, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    said = done.stdout.decode(errors="replace").replace("\n", "")  # in lines of 79 letters
    assert all(f"{name}.pdf" in said for name in named)


def test_an_epub_holds_the_still_and_its_words(built):
    (book,) = built("epub").glob("*.epub")
    with zipfile.ZipFile(book) as parts:
        names = [Path(name).name for name in parts.namelist()]
        page = ElementTree.fromstring(parts.read("index.xhtml"))
        manifest = parts.read("content.opf").decode()
    (image,) = page.iter("{http://www.w3.org/1999/xhtml}img")
    still = Path(image.get("src")).name
    assert image.get("alt") == "SGD runs down a bowl."
    assert still.endswith(".png")
    assert still in names
    assert still in manifest
    assert not [name for name in names if name.endswith((".mp4", ".gif"))]


@pytest.mark.parametrize(("builder", "name"), [("text", "index.txt"), ("man", "races.1")])
def test_plain_text_has_the_words(builder, name, built):
    assert "SGD runs down a bowl." in (built(builder) / name).read_text(encoding="utf-8")


def test_a_builder_that_shows_nothing_renders_nothing(tmp_path):
    source = written(tmp_path / "docs")
    _, code, said = build(source, "dummy", "-W")
    assert code == 0, said
    assert not (tmp_path / "build" / "doctrees" / "trajviz").exists()


WRONG = {
    ".. trajviz:: beal": "unknown surface 'beal', did you mean 'beale'?",
    ".. trajviz:: beale\n   :steps: many": "'many' is not a whole number",
    ".. trajviz:: beale\n   :theme: drak": "unknown theme 'drak', did you mean 'dark'?",
    ".. trajviz:: beale\n   :stepz: 5": 'unknown option: "stepz"',
    ".. trajviz:: beale\n   :steps: 5\n\n   steq = 5": "unknown key 'steq'",
    ".. trajviz:: beale\n   :steps: 5\n\n   steps = 5": "steps is given twice",
    ".. trajviz:: ./no.py": "no surface file",
    ".. trajviz:: beale --theme dark": "options are keys of the block",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What Sphinx says of a page on which everything is wrong, and the page."""
    index = "Races\n=====\n\n" + "\n\nMore.\n\n".join([*WRONG, BROKEN]) + "\n"
    lonely = "---\norphan: true\n---\n# No\n"
    folder = tmp_path_factory.mktemp("wrong")
    source = written(folder / "docs", index, **{"sub/page.md": lonely})
    _, code, said = build(source, "dummy", "-W", "--keep-going")
    assert code != 0
    return said, index


BROKEN = ".. trajviz:: beale\n   :steps: 5\n\n   # a size\n   size = [1,"
"""A block whose mistake is in a line of its body."""


@pytest.mark.parametrize("block", WRONG)
def test_what_is_wrong_is_told_with_the_page_and_the_line(block, told):
    said, index = told
    line = index.partition(block)[0].count("\n") + 1
    assert re.search(rf"index\.rst:{line}: ERROR: (.*\n)?.*{re.escape(WRONG[block])}", said), said


def test_a_mistake_in_toml_is_told_with_its_own_line(told):
    said, index = told
    line = index.partition(BROKEN)[0].count("\n") + 5
    assert f"index.rst, line {line}: " in said


def test_no_python_runs_that_the_site_does_not_trust(tmp_path):
    conf = CONF.replace("True", "False")
    source = written(tmp_path / "docs", **{"conf.py": conf, "sub/ravine.py": "raise SystemExit"})
    _, code, said = build(source, "dummy", "-W")
    assert code != 0
    assert re.search(r"page\.md:4:.*'\./ravine\.py', which would be run", said), said


def test_the_store_is_where_the_site_says_and_another_trajviz_reads_all_pages_again(tmp_path):
    lonely = "---\norphan: true\n---\n# No\n"
    conf = CONF + 'trajviz_cache = "../kept"\n'
    source = written(tmp_path / "docs", **{"conf.py": conf, "sub/page.md": lonely})
    _, code, said = build(source, "epub")
    assert code == 0, said
    assert [*(tmp_path / "kept").glob("bowl-*.png")]
    _, _, said = build(source, "dummy", "-D", f"trajviz_version={trajviz.__version__}1")
    assert "[config changed" in said
