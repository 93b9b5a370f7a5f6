"""Snippets in the tools that they are for: built, served below a folder, looked at in Chromium."""

import re
import shutil
import subprocess
import sys
import zlib

import pytest
from places.published import media_of, served
from programs import npm, program

from trajviz import compare, embed

SHORT = {"size": (320, 240), "steps": 8, "seconds": 0.6, "hold": 0.2, "fps": 10}
WORDS = "Contour plot of an elongated bowl"
AWKWARD = 'a "b" <c> {{ d }} {% e %} `f` $g$ [h](i) *j* _k_ \\ # | ~l~ :m: &amp; 中'
ALL = ("gif", "mp4", "png", "pdf")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The folder of one race in all formats that snippets show, of which each race.* is one."""
    folder = tmp_path_factory.mktemp("files")
    race = compare("bowl", ["sgd"], **SHORT)
    race.write(*(folder / f"race.{name}" for name in ALL))
    dark = compare("bowl", ["sgd"], **SHORT, theme="dark")
    dark.write(*(folder / f"race.dark.{name}" for name in ("gif", "mp4", "png")))
    return folder


def placed(files, folder, names=ALL):
    """Put files of these formats into a folder and return the one that a page shows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(files / f"race.{name}", folder)
    return folder / f"race.{names[0]}"


def run(folder, *order):
    """Run a tool, which must be content."""
    done = subprocess.run(
        [*map(str, order)], cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def one_shown(page_of, address, **options):
    """Open a page on which one of our media is seen, and return it."""
    seen = [one for one in media_of(page_of, address, ours="race.", **options) if one["shown"]]
    assert len(seen) == 1, seen
    return seen[0]


# MkDocs


@pytest.fixture(scope="module", params=[True, False], ids=["directories", "files"])
def mkdocs_site(request, files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mkdocs")
    for page in ("index.md", "deep/index.md", "deep/post.md"):
        path = folder / "docs" / page
        shown = placed(files, path.parent)
        lines = [embed(shown, "mkdocs"), embed(shown, "mkdocs", alt=AWKWARD)]
        path.write_text("# A page\n\n" + "\n\n".join(lines), "utf-8")
    (folder / "mkdocs.yml").write_text(
        f"site_name: x\nuse_directory_urls: {str(request.param).lower()}\n"
        "theme: {name: material, font: false}\n"
        "markdown_extensions: [attr_list, md_in_html, pymdownx.tilde, pymdownx.arithmatex]\n"
    )
    pytest.importorskip("mkdocs")
    run(folder, sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet")
    with served(folder / "site") as address:
        yield address, "{}/" if request.param else "{}.html"


@pytest.mark.parametrize("page", ["", "deep/", "deep/post"])
def test_mkdocs_shows_the_picture_whatever_its_addresses_are_like(mkdocs_site, page_of, page):
    address, pattern = mkdocs_site
    path = page if page[-1:] in ("", "/") else pattern.format(page)
    plain, awkward = media_of(page_of, address + path, ours="race.")
    assert [plain["kind"], plain["width"], plain["shown"]] == ["img", 320, True]
    assert plain["words"].startswith(WORDS)
    assert awkward["words"] == AWKWARD


# Sphinx


SPHINX = {
    "index": ("sphinx", ("gif", "png")), "paper": ("sphinx", ("gif", "pdf")),
    "any": ("rst", ("gif", "pdf")), "all": ("sphinx", ALL),
    "myst": ("myst", ALL), "globbed": ("myst", ("gif", "pdf")),
}  # fmt: skip
"""Pages, each with a snippet and what lies beside."""


@pytest.fixture(scope="module")
def sphinx_source(files, tmp_path_factory):
    pytest.importorskip("myst_parser")
    folder = tmp_path_factory.mktemp("sphinx")
    for page, (kind, names) in SPHINX.items():
        shown = placed(files, folder / page, names)
        markdown = kind == "myst"
        head = "# A page\n\n" if markdown else "A page\n======\n\n"
        text = head + embed(shown, kind) + "\n" + embed(shown, kind, alt=AWKWARD)
        (folder / page / f"it.{'md' if markdown else 'rst'}").write_text(text, "utf-8")
    entries = "".join(f"   {page}/it\n" for page in SPHINX)
    (folder / "index.rst").write_text(f"x\n=\n\n.. toctree::\n\n{entries}")
    (folder / "conf.py").write_text("project = 'x'\nextensions = ['myst_parser']\n")
    return folder


def sphinx(source, builder):
    order = ("-m", "sphinx", "-q", "-W", "-b", builder, ".", f"_build/{builder}")
    run(source, sys.executable, *order)
    return source / "_build" / builder


@pytest.fixture(scope="module")
def sphinx_site(sphinx_source):
    with served(sphinx(sphinx_source, "html")) as address:
        yield address


@pytest.mark.parametrize("page", SPHINX)
def test_sphinx_copies_the_gif_and_shows_it_on_a_page(sphinx_site, page_of, page):
    plain, awkward = media_of(page_of, f"{sphinx_site}{page}/it.html", ours="race")
    assert plain["source"].endswith(".gif")
    assert (plain["width"], plain["shown"]) == (320, True)
    assert plain["words"].startswith(WORDS)
    assert awkward["words"] == AWKWARD


def test_sphinx_gives_latex_the_pdf_or_the_png_and_never_a_gif(sphinx_source):
    built = sphinx(sphinx_source, "latex")
    assert list(built.glob("*.gif")) == []
    text = (built / "x.tex").read_text("utf-8")
    assert text.count("\\sphinxincludegraphics") == 2 * len(SPHINX)
    assert len(list(built.glob("race*.pdf"))) == len(SPHINX) - 1


# Jekyll


@pytest.fixture(scope="module")
def jekyll_site(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("jekyll")
    (folder / "_config.yml").write_text('title: x\nbaseurl: "/site"\nurl: "https://example.org"\n')
    (folder / "_posts").mkdir()
    (folder / "_layouts").mkdir()
    (folder / "_layouts" / "page.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>{{ content }}</html>'
    )
    placed(files, folder / "assets")
    for page, permalink in {
        "index": "",
        "plain": "",
        "pretty": "/about/",
        "deep/pretty": "/d/e/",
    }.items():
        shown = placed(files, (folder / page).parent)
        text = embed(shown, "jekyll", alt=AWKWARD)
        extra = f"permalink: {permalink}\n" if permalink else ""
        (folder / f"{page}.md").write_text(
            f"---\nlayout: page\n{extra}title: x\n---\n# A\n\n{text}\nAfter.\n", "utf-8"
        )
    post = embed(files / "race.gif", "jekyll", url="/assets")
    (folder / "_posts" / "2026-01-02-x.md").write_text(
        f"---\nlayout: page\ntitle: x\n---\n{post}\n", "utf-8"
    )
    run(folder, program("jekyll"), "build", "--quiet", "--disable-disk-cache")
    with served(folder / "_site") as address:
        yield address


JEKYLL = ["index.html", "plain.html", "about/", "d/e/", "2026/01/02/x.html"]


@pytest.mark.parametrize("page", JEKYLL)
def test_jekyll_shows_one_player_below_its_base_and_with_any_permalink(jekyll_site, page_of, page):
    motion = "reduce" if page == "plain.html" else "no-preference"
    shown = one_shown(page_of, jekyll_site + page, motion=motion)
    assert (shown["kind"], shown["width"]) == ("video", 320)
    assert shown["words"].startswith(WORDS if "2026" in page else AWKWARD)


# Slides


@pytest.fixture(scope="module")
def deck(files, tmp_path_factory):
    """A folder with a deck for Marp, and what it shows."""
    folder = tmp_path_factory.mktemp("deck")
    shown = placed(files, folder)
    second = placed(files, folder / "still", ("png",))
    slides = [
        "---\nmarp: true\n---\n\n# Before",
        f"# Race\n\n{embed(shown, 'marp', alt=AWKWARD)}",
        f"# Still\n\n{embed(second, 'marp', alt=AWKWARD, url='still')}",
    ]
    (folder / "deck.md").write_text("\n---\n\n".join(slides), "utf-8")
    return folder


def marp(folder, *options):
    run(folder, program("node"), npm("@marp-team/marp-cli/marp-cli.js"), "deck.md", *options)


@pytest.mark.parametrize("options", [(), ("--html",)], ids=["plain", "html"])
def test_marp_shows_one_film_of_the_size_that_a_slide_has_room_for(deck, page_of, options):
    marp(deck, "-o", "deck.html", *options)
    with served(deck) as address:
        film, *_, still = media_of(page_of, f"{address}deck.html", ours="race.")
        opened = page_of(f"{address}deck.html#2")
        video = opened.page.locator("video:visible")
        video.wait_for()
        opened.page.wait_for_function("document.querySelector('video').currentTime > 0")
        box = video.bounding_box()
        assert opened.page.locator("video:visible, section:visible img:visible").count() == 1
    assert [film["kind"], still["kind"]] == ["video", "img"]
    assert film["words"] == still["words"] == AWKWARD
    assert box["width"] / box["height"] == pytest.approx(320 / 240, rel=0.02)


def test_marp_prints_every_slide(deck, monkeypatch):
    monkeypatch.setenv("CHROME_PATH", program("chromium"))
    marp(deck, "--pdf", "--allow-local-files", "-o", "deck.pdf")
    data = (deck / "deck.pdf").read_bytes()
    streams = re.findall(rb"(?s)/ObjStm.*?stream\r?\n(.*?)\r?\nendstream", data)
    objects = data + b"".join(map(zlib.decompress, streams))
    assert len(re.findall(rb"/Type ?/Page\b", objects)) == 3


@pytest.fixture(scope="module")
def reveal_deck(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reveal")
    shutil.copytree(npm("reveal.js/dist"), folder / "dist", ignore=shutil.ignore_patterns("*.map"))
    shown = placed(files, folder)
    for half in ("gif", "mp4", "png"):
        shutil.copy(files / f"race.dark.{half}", folder)
    slides = ["<section><h2>Before</h2></section>", embed(shown, "reveal", alt=AWKWARD)]
    slides += ["<section><h2>After</h2></section>"]
    (folder / "index.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>'
        '<link rel="stylesheet" href="dist/reveal.css"><link rel="stylesheet" '
        'href="dist/theme/white.css"><div class="reveal"><div class="slides">'
        + "\n".join(slides)
        + '</div></div><script src="dist/reveal.js"></script>'
        "<script>Reveal.initialize({hash: true, transition: 'none'});</script></html>",
        "utf-8",
    )
    with served(folder) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reveal_plays_the_film_on_its_slide_and_stops_it_elsewhere(reveal_deck, page_of, scheme):
    shown = media_of(page_of, f"{reveal_deck}#/1", ours="race.", scheme=scheme)
    film = next(one for one in shown if one["kind"] == "video")
    half = ".dark" if scheme == "dark" else ""
    assert film["source"].endswith(f"/race{half}.mp4")
    assert film["words"] == AWKWARD
    page = page_of(reveal_deck, scheme=scheme).page
    video = "document.querySelector('video')"
    page.wait_for_function("Reveal.isReady()")
    assert page.evaluate(f"{video}.paused")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"!{video}.paused && {video}.currentTime > 0")
    box, whole = page.locator("video").bounding_box(), page.viewport_size
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= whole["height"]
    assert box["width"] / box["height"] == pytest.approx(320 / 240, rel=0.02)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{video}.paused")


# Where others clean what they are given


@pytest.fixture
def shown_on(files, tmp_path):
    """Return a function that serves what a host makes of a snippet, and yields its address."""

    def serve(render, kind, **options):
        for path in files.iterdir():
            shutil.copy(path, tmp_path)
        (tmp_path / "race.mp4").unlink()
        page = render(embed(tmp_path / "race.gif", kind, **options))
        (tmp_path / "index.html").write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>{page}', "utf-8"
        )
        return served(tmp_path)

    return serve


GITHUB = {"a": {"href"}, "picture": set(), "source": {"srcset", "media"}, "p": set()}
GITHUB["img"] = {"src", "alt", "width", "height"}
"""What GitHub leaves of a snippet: elements and their attributes."""


def on_github(text):
    nh3, markdown = pytest.importorskip("nh3"), pytest.importorskip("cmarkgfm")
    unsafe = markdown.cmark.Options.CMARK_OPT_UNSAFE
    page = markdown.github_flavored_markdown_to_html(text, options=unsafe)
    return nh3.clean(page, tags={*GITHUB}, attributes=GITHUB, link_rel=None)


@pytest.mark.parametrize(
    ("scheme", "motion", "name"),
    [
        ("light", "no-preference", "race.gif"), ("dark", "no-preference", "race.dark.gif"),
        ("light", "reduce", "race.png"), ("dark", "reduce", "race.dark.png"),
    ],
)  # fmt: skip
def test_github_shows_each_reader_theirs(shown_on, page_of, scheme, motion, name):
    around = "{0}\n\n> - {0}\n\n| a |\n|---|\n| {0} |\n"
    with shown_on(lambda text: on_github(around.format(text.strip())), "github") as address:
        media = media_of(page_of, address, ours="race.", scheme=scheme, motion=motion)
    assert [one["source"].rpartition("/")[2] for one in media if one["shown"]] == [name] * 3
    assert all(one["words"].startswith(WORDS) for one in media)


def test_github_is_told_the_width_alone_so_that_a_narrow_page_keeps_the_shape(files):
    (image,) = re.findall("<img [^>]*>", on_github(embed(files / "race.gif", "github")))
    assert 'width="320"' in image
    assert "height" not in image


def test_an_index_page_keeps_the_picture_its_words_and_its_size(shown_on, page_of):
    markdown = pytest.importorskip("readme_renderer.markdown")
    with shown_on(markdown.render, "pypi", alt=AWKWARD) as address:
        shown = one_shown(page_of, address)
        image = page_of(address).page.locator("img")
        assert [image.get_attribute(side) for side in ("width", "height")] == ["320", "240"]
    assert shown["source"].endswith("/race.gif")
    assert shown["words"] == AWKWARD
