"""Embedding: which files are shown together, in which words, and what a browser makes of them."""

import ast
import base64
import dataclasses
import html as markup
import os
import re
import shutil
import struct
import sys
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import unquote

import html5lib
import nbformat
import pytest
from browser import browser, page_of, scroll_through, shift, violations  # noqa: F401  # fixtures
from PIL import Image
from programs import judge, trajviz
from races import race

from trajviz.embedding import _shown_format, embed
from trajviz.errors import TrajvizError
from trajviz.files.containers.gif import comment
from trajviz.files.formats import format_names, load_format
from trajviz.files.metadata import note_of, read_note
from trajviz.files.snippets import load_snippet, snippet_names
from trajviz.race import compare
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import parse_spec
from trajviz.surface import Surface

SHORT = {"size": (161, 121), "steps": 8, "seconds": 0.6, "hold": 0.2, "fps": 10}
ALT = "Contour plot of an elongated bowl from (-9, 2.4)."
HOSTILE = "</video><script>x</script> \"q\" 's' `b` {{< x >}} {% y %} \\ | $m$ [a](b) *c* :d: &lt;"


def small(**options):
    return race("bowl", ("sgd",), **SHORT, **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one race as all kinds of file that are side by side."""
    folder = tmp_path_factory.mktemp("media")
    for name in ("gif", "mp4", "png", "svg"):
        small().save(folder / f"race.{name}")
    return folder


def parsed(snippet):
    """Return the elements of a snippet of HTML, which must parse without any error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(snippet)


def shown_in_a_cell(snippet, folder):
    """Return what a notebook's cell shows, run as IPython runs it."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(snippet)])
    nbformat.validate(notebook)
    *first, last = ast.parse(notebook.cells[0].source).body
    names, before = {}, Path.cwd()
    os.chdir(folder)
    try:
        exec(compile(ast.Module(first, []), "cell", "exec"), names)
        return eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    finally:
        os.chdir(before)


def test_a_notebooks_cell_holds_the_gif_itself_with_its_alt_text(folder):
    image = shown_in_a_cell(embed(folder / "race.mp4", "notebook", alt=HOSTILE), folder)
    data, metadata = image._repr_mimebundle_()
    assert base64.b64decode(data["image/gif"]) == (folder / "race.gif").read_bytes()
    assert metadata["image/gif"] == {"alt": HOSTILE, "width": 161, "height": 121}


def test_a_notebooks_cell_points_to_a_picture_that_lives_elsewhere(folder):
    snippet = embed(folder / "race.gif", "notebook", alt="a", url="https://example.org/x")
    image = shown_in_a_cell(snippet, folder)
    assert image.url == "https://example.org/x/race.gif"


# Files


def test_files_of_one_name_and_size_belong_together(folder, tmp_path):
    for name in ("gif", "mp4", "png"):
        shutil.copy(folder / f"race.{name}", tmp_path / f"race.{name}")
    assert "race.mp4" in embed(tmp_path / "race.gif", alt="a")
    Image.new("RGB", (50, 50)).save(tmp_path / "race.png")
    assert "race.png" not in embed(tmp_path / "race.gif", alt="a")
    small(theme="dark").save(tmp_path / "race.png")
    assert "race.png" not in embed(tmp_path / "race.gif", alt="a")
    small(metadata=False).save(tmp_path / "race.png")
    assert "race.png" in embed(tmp_path / "race.gif", alt="a")


def test_a_dark_half_is_shown_in_the_dark_if_it_differs_in_its_theme_alone(folder, tmp_path):
    for name in ("gif", "png"):
        shutil.copy(folder / f"race.{name}", tmp_path / f"race.{name}")
    small(theme="dark").save(tmp_path / "race.dark.gif")
    dark = '<source srcset="race.dark.gif" media="(prefers-color-scheme: dark)">'
    assert dark in embed(tmp_path / "race.gif", alt="a")
    assert dark not in embed(tmp_path / "race.png", alt="a")
    assert sources(embed(tmp_path / "race.dark.gif", alt="a")) == ["race.dark.gif"]
    small(theme="dark", noise=0.1).save(tmp_path / "race.dark.gif")
    assert dark not in embed(tmp_path / "race.gif", alt="a")
    Image.new("RGB", (50, 50)).save(tmp_path / "race.dark.gif")
    assert dark not in embed(tmp_path / "race.gif", alt="a")


def test_a_still_may_have_a_dark_half(folder, tmp_path):
    shutil.copy(folder / "race.png", tmp_path / "race.png")
    small(theme="dark").save(tmp_path / "race.dark.png")
    (picture,) = parsed(embed(tmp_path / "race.png", alt="a"))
    assert [picture[0].get("srcset"), picture[1].get("src")] == ["race.dark.png", "race.png"]


def test_a_drawing_that_follows_by_itself_is_shown_like_any_other(folder, tmp_path):
    small(theme="auto").save(tmp_path / "race.svg")
    shutil.copy(folder / "race.svg", tmp_path / "plain.svg")
    auto, plain = (embed(tmp_path / f"{name}.svg") for name in ("race", "plain"))
    assert auto == plain.replace("plain.svg", "race.svg")


def test_a_still_is_shown_alone(folder):
    (image,) = parsed(embed(folder / "race.png", alt="a"))
    assert (image.tag, image.get("src")) == ("img", "race.png")


def test_a_page_is_framed_with_a_still_for_readers_without_scripts(folder, tmp_path):
    small().save(tmp_path / "race.html")
    (alone,) = parsed(embed(tmp_path / "race.html", alt="a"))
    assert (alone.tag, alone.get("src"), alone.get("title")) == ("iframe", "race.html", "a")
    for name in ("gif", "mp4", "png"):
        shutil.copy(folder / f"race.{name}", tmp_path / f"race.{name}")
    frame, other = parsed(embed(tmp_path / "race.html", alt="a"))
    assert (frame.tag, other.tag) == ("iframe", "noscript")
    assert [(one.tag, one.get("src")) for one in other] == [("style", None), ("img", "race.png")]
    assert embed(tmp_path / "race.html", "markdown", alt="a") == "[![a](race.gif)](race.html)\n"
    assert "race.html" not in embed(tmp_path / "race.gif", alt="a")


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_readers_see_the_page_or_the_still_and_never_both(script, folder, tmp_path, page_of):  # noqa: F811  # a fixture
    small().save(tmp_path / "race.html")
    shutil.copy(folder / "race.png", tmp_path / "race.png")
    snippet = embed(tmp_path / "race.html", alt="a")
    (tmp_path / "post.html").write_text(PLAIN.format(above="", snippet=snippet), "utf-8")
    told = page_of(tmp_path / "post.html", script=script)
    seen = [one for one in ("iframe", "img") if told.page.locator(one).filter(visible=True).count()]
    assert seen == ["iframe" if script else "img"]
    if script:
        inside = told.page.frame_locator("iframe")
        assert inside.locator("#start-x").is_visible()
        assert inside.locator("#play").is_visible()
    assert told.errors == []


def test_a_suffix_of_two_parts_is_one(folder, tmp_path):
    shutil.copy(folder / "race.svg", tmp_path / "race.anim.svg")
    shutil.copy(folder / "race.png", tmp_path / "race.png")
    (picture,) = parsed(embed(tmp_path / "race.anim.svg", alt="a"))
    assert [picture[0].get("srcset"), picture[1].get("src")] == ["race.png", "race.anim.svg"]


def sources(snippet):
    """Return the files that a snippet of HTML names, in order, each once."""
    found = re.findall(r'(?:src|srcset|poster)="([^"]+)"', snippet)
    return [*dict.fromkeys(found)]


def test_an_animated_svg_beside_a_gif_is_not_its_still(folder, tmp_path):
    shutil.copy(folder / "race.gif", tmp_path / "race.gif")
    small().save(tmp_path / "race.anim.svg")
    assert sources(embed(tmp_path / "race.gif", alt="a")) == ["race.gif"]
    shutil.copy(folder / "race.svg", tmp_path / "race.svg")
    assert sources(embed(tmp_path / "race.gif", alt="a")) == ["race.svg", "race.gif"]


def empty(folder, *names, size=(40, 30)):
    """Write empty pictures that say nothing but their size, and return the folder."""
    width, height = size
    head = {
        "gif": b"GIF89a" + struct.pack("<HH", *size),
        "webp": b"RIFF....WEBPVP8X" + bytes(8)
        + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
        "png": b"\x89PNG\r\n\x1a\n" + bytes(8) + struct.pack(">II", *size),
        "svg": f'<svg width="{width}" height="{height}">'.encode(),
    }  # fmt: skip
    head |= {"apng": head["png"], "anim.svg": head["svg"]}
    for name in names:
        (folder / f"race.{name}").write_bytes(head[name])
    return folder


def test_what_was_asked_for_is_shown_first_and_else_what_most_browsers_know(folder, tmp_path):
    empty(tmp_path, "anim.svg", "apng", "gif", "png", "svg", "webp")
    for name in ("gif", "webp", "apng", "anim.svg"):
        snippet = embed(tmp_path / f"race.{name}", alt="a")
        assert sources(snippet) == ["race.png", f"race.{name}"]
    film = tmp_path / "race.mp4"
    shutil.copy(folder / "race.mp4", film)
    empty(tmp_path, "anim.svg", "apng", "gif", "png", "svg", "webp", size=(162, 122))
    assert sources(embed(film, alt="a")) == ["race.png", "race.mp4", "race.gif"]
    (tmp_path / "race.gif").unlink()
    (tmp_path / "race.png").unlink()
    assert sources(embed(film, alt="a")) == ["race.svg", "race.mp4", "race.webp"]
    assert sources(embed(tmp_path / "race.webp", alt="a"))[1] == "race.mp4"


@pytest.mark.parametrize(
    ("size", "together"), [((41, 31), True), ((39, 29), True), ((42, 30), False), ((40, 28), False)]
)
def test_files_belong_together_that_differ_by_a_pixel_at_most(size, together, tmp_path):
    empty(tmp_path, "gif")
    empty(tmp_path, "png", size=size)
    assert ("race.png" in embed(tmp_path / "race.gif", alt="a")) is together


@pytest.mark.parametrize("name", ["race.tex", "race.jpeg", "race"])
def test_what_no_page_shows_in_its_place_is_refused(name, tmp_path):
    (tmp_path / name).write_bytes(b"%PDF-1.4")
    with pytest.raises(TrajvizError, match=r"unknown suffix of '.*race.*'.* Known: \.anim\.svg, "):
        embed(tmp_path / name, alt="a")


@pytest.mark.parametrize("kind", snippet_names())
@pytest.mark.parametrize("name", format_names())
def test_what_no_snippet_shows_is_refused_by_all_and_nothing_else_is(name, kind):
    able = {one for each in snippet_names() for one in load_snippet(each).formats}
    refused = load_format(name).role == "print" and name not in load_snippet(kind).formats
    said = "is a document for print" if name in able else "unknown suffix"
    with pytest.raises(TrajvizError, match=said) if refused else nullcontext():
        _shown_format(Path(f"race.{name}"), load_snippet(kind))


@pytest.mark.parametrize("name", ["race.pdf", "race.anim.pdf"])
def test_a_document_for_print_is_refused_where_only_pages_are_shown(name, tmp_path):
    (tmp_path / name).write_bytes(b"%PDF-1.4")
    with pytest.raises(TrajvizError, match=r"race.*pdf' is a document for print.* --as latex"):
        embed(tmp_path / name, alt="a")


@pytest.mark.long
def test_latex_plays_the_pages_beside_a_gif_at_the_rate_of_their_recipe(folder, tmp_path):
    shutil.copy(folder / "race.gif", tmp_path)
    with pytest.raises(TrajvizError, match=r"race\.gif' moves, which LaTeX shows only as an"):
        embed(tmp_path / "race.gif", "latex", alt="a")
    small().save(tmp_path / "race.anim.pdf")
    assert "{10}{race.anim}{}{}" in embed(tmp_path / "race.gif", "latex", alt="a")
    assert "includegraphics" not in embed(tmp_path / "race.gif", "latex", alt="a")
    small().save(tmp_path / "race.pdf")
    moving, still = (embed(tmp_path / f"race.{name}", "latex") for name in ("anim.pdf", "pdf"))
    assert still.splitlines()[1] in moving
    assert "animate" not in still
    small(metadata=False).save(tmp_path / "race.anim.pdf")
    with pytest.raises(TrajvizError, match=r"holds no recipe that says how many frames"):
        embed(tmp_path / "race.anim.pdf", "latex", alt="a")


# Alt text


def with_note(folder, recipe):
    """Write a GIF with a note, and nothing that could be seen."""
    path = folder / "race.gif"
    path.write_bytes(b"GIF89a" + struct.pack("<HHBBB", 40, 30, 0, 0, 0) + comment(note_of(recipe)))
    return path


@pytest.mark.parametrize("name", ["gif", "mp4", "png", "svg"])
def test_alt_text_is_computed_from_the_recipe_in_the_file(name, folder):
    said = small().alt_text()
    assert said.startswith("Contour plot of an elongated bowl from (-9, 2.4). SGD ")
    assert markup.escape(said) in embed(folder / f"race.{name}")


def test_alt_text_of_a_still_is_of_its_step(tmp_path):
    small().save(tmp_path / "race.png", at=3)
    assert "at step 3. SGD is still" in embed(tmp_path / "race.png")


def test_alt_text_of_what_moves_is_of_the_whole_race_whatever_step_its_recipe_names(tmp_path):
    path = with_note(tmp_path, dataclasses.replace(small().recipe, at=(3,)))
    assert markup.escape(small().alt_text()) in embed(path)


def test_steps_from_all_starts_and_of_all_optimizers_count_as_work(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr("trajviz.embedding.run", lambda recipe: ran.append(recipe) or small())
    for recipe, steps in [
        (Recipe("bowl", steps=20_000, starts="7x7"), "3,920,000"),
        (Recipe("bowl", steps=500_001), "2,000,004"),
        (Recipe("bowl", (parse_spec("sgd"),), steps=20_001, starts="10x10"), "2,000,100"),
    ]:
        with pytest.raises(TrajvizError, match=f"takes {steps} steps, more than 2,000,000; or say"):
            embed(with_note(tmp_path, recipe))
    assert ran == []
    embed(with_note(tmp_path, Recipe("bowl", steps=500_000)))
    assert len(ran) == 1


def test_alt_text_draws_nothing(folder):
    code = f"import sys, trajviz; trajviz.embed({str(folder / 'race.gif')!r}); print(*sys.modules)"
    loaded = judge(sys.executable, "-c", code).decode().split()
    assert "trajviz.race" in loaded
    assert not {"matplotlib", "contourpy", "imageio_ffmpeg"} & set(loaded)


def test_a_foreign_file_needs_alt_text(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "photo.png")
    with pytest.raises(TrajvizError, match=r"holds no recipe; or say .* --alt TEXT"):
        embed(tmp_path / "photo.png")
    (image,) = parsed(embed(tmp_path / "photo.png", alt="A sunset"))
    assert (image.get("alt"), image.get("width"), image.get("height")) == ("A sunset", "40", "30")


def test_a_surface_made_in_python_needs_alt_text(tmp_path):
    dish = Surface(lambda x, y: x * x + y * y, (-1, 1, -1, 1), (0.5, 0.5))
    compare(dish, ["sgd"], **SHORT).save(tmp_path / "dish.gif")
    with pytest.raises(TrajvizError, match=r"surface f\(x, y\) was made in Python; or"):
        embed(tmp_path / "dish.gif")


def test_a_file_that_asks_for_too_much_work_needs_alt_text(folder, tmp_path):
    data = (folder / "race.png").read_bytes()
    note = read_note(folder / "race.png").text
    assert note.count("steps = 8\n") == 1
    longer = data.replace(b"steps = 8\n", b"steps = 9999999\n")
    place = longer.index(b"iTXt") - 4
    size = int.from_bytes(longer[place : place + 4], "big") + len("9999999") - len("8")
    (tmp_path / "race.png").write_bytes(
        longer[:place] + size.to_bytes(4, "big") + longer[place + 4 :]
    )
    with pytest.raises(TrajvizError, match=r"takes 9,999,999 steps, more than 2,000,000; or say"):
        embed(tmp_path / "race.png")


# The command line


def test_embed_prints_the_snippet_of_the_library(folder):
    done = trajviz("embed", folder / "race.gif", "--as", "rst", "--url", "/img", "--alt", "a b")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == embed(folder / "race.gif", "rst", alt="a b", url="/img")


@pytest.mark.first(6)
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("embed none.gif", "no file 'none.gif'"),
        ("embed race.gif --as htlm", "unknown snippet 'htlm', did you mean 'html'? Known: blog,"),
        ("embed race.gif --url data:x", "begins with neither http: nor https:"),
        ("embed race.gif --alt=", "alt text '' says nothing"),
        ("embed notes.txt", "unknown suffix of 'notes.txt': '.txt'. Known: .anim.svg, .apng,"),
        ("embed fake.gif", "'fake.gif' is no GIF, or does not say how large it is"),
        ("render bowl --bundle --for x --seconds 0.1 --hold 0", "x "),
        ("render bowl --as rst", "--as says which snippet a --bundle has"),
        ("render bowl --bundle --at 3", "it takes no --at"),
        ("render bowl --bundle --format gif", "it takes no --format"),
        ("render bowl --bundle -o a -o b", "give one -o"),
        ("render bowl --bundle -o -", "give one -o, and not '-'"),
        ("render bowl --bundle -o a.gif", "bundle 'a.gif' is no name without suffix"),
        ("render bowl --bundle -o none/a", "there is no folder 'none'"),
    ],
)
def test_a_wrong_request_is_one_line_and_exit_2(words, message, folder, tmp_path):
    shutil.copy(folder / "race.gif", tmp_path / "race.gif")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "fake.gif").write_text("x")
    before = sorted(tmp_path.iterdir())
    done = trajviz(*words.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert sorted(tmp_path.iterdir()) == before


# In a browser


PLAIN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Post</title></head>
<body><main><h1>Post</h1>{above}{snippet}<p>What follows must not jump.</p></main></body></html>"""
BELOW = '<div style="height:3000px">Long</div>'


@pytest.fixture(scope="module")
def post(tmp_path_factory):
    """A folder with a bundle, a page that shows its film, and one that shows its GIF."""
    folder = tmp_path_factory.mktemp("post")
    run = race("bowl", ("sgd", "adam"), size=(320, 240), steps=30, seconds=2, title=HOSTILE[:30])
    *_, snippet = run.bundle(folder / "my race")
    text = snippet.read_text("utf-8")
    (folder / "film.html").write_text(PLAIN.format(above="", snippet=text), "utf-8")
    (folder / "below.html").write_text(PLAIN.format(above=BELOW, snippet=text), "utf-8")
    other = folder / "gif"
    other.mkdir()
    for name in ("gif", "png"):
        shutil.copy(folder / f"my race.{name}", other / f"my race.{name}")
    page = PLAIN.format(above="", snippet=embed(other / "my race.gif"))
    (other / "page.html").write_text(page, "utf-8")
    return folder


def fetched(opened):
    return [unquote(url).rpartition("/")[2] for url in opened.requests[1:]]


def test_in_a_browser_the_film_plays_and_nothing_jumps(post, page_of):  # noqa: F811
    opened = page_of(post / "film.html")
    page = opened.page
    page.wait_for_function("document.querySelector('video').currentTime > 0.3")
    assert page.evaluate("(v => [v.paused, v.muted])(document.querySelector('video'))") == [
        False,
        True,
    ]
    assert set(fetched(opened)) == {"my race.png", "my race.mp4"}
    assert (opened.errors, opened.failed) == ([], [])
    assert shift(page) == (0, [])
    assert violations(page) == []


def test_where_motion_is_unwanted_the_still_stands_until_it_is_played(post, page_of):  # noqa: F811
    opened = page_of(post / "film.html", motion="reduce")
    page = opened.page
    page.wait_for_load_state("networkidle")
    assert fetched(opened) == ["my race.png"]
    (video,) = page.locator("video:visible").all()
    box = video.bounding_box()
    assert (box["width"], box["height"]) == (320, 240)
    assert video.evaluate("v => [v.paused, v.currentTime]") == [True, 0]
    assert shift(page) == (0, [])
    assert violations(page) == []
    video.evaluate("v => v.play()")
    page.wait_for_function("document.querySelector('.trajviz-still').currentTime > 0.3")
    assert fetched(opened)[-1] == "my race.mp4"


def test_a_page_that_strips_the_style_shows_one_still(post, page_of):  # noqa: F811
    page = post / "bare.html"
    text = (post / "film.html").read_text("utf-8")
    page.write_text(re.sub("<style>.*?</style>", "", text), "utf-8")
    opened = page_of(page, motion="reduce")
    opened.page.wait_for_load_state("networkidle")
    assert len(opened.page.locator("video:visible").all()) == 1
    assert fetched(opened) == ["my race.png"]


@pytest.mark.parametrize(("motion", "file"), [("reduce", "png"), ("no-preference", "gif")])
def test_in_a_browser_a_picture_gives_way_to_its_still(motion, file, post, page_of):  # noqa: F811
    opened = page_of(post / "gif" / "page.html", motion=motion)
    page = opened.page
    page.wait_for_function("document.images[0].complete && document.images[0].naturalWidth")
    assert fetched(opened) == [f"my race.{file}"]
    assert page.evaluate("document.images[0].naturalWidth") == 320
    assert shift(page) == (0, [])
    assert violations(page) == []


def test_what_is_far_below_is_fetched_when_it_is_scrolled_to(post, page_of):  # noqa: F811
    opened = page_of(post / "below.html")
    opened.page.wait_for_load_state("networkidle")
    assert "my race.gif" not in fetched(opened)
    scroll_through(opened.page)
    opened.page.wait_for_function("document.querySelector('video').currentTime > 0.1")
    assert shift(opened.page) == (0, [])


def test_a_narrow_page_shows_the_whole_film(post, page_of):  # noqa: F811
    opened = page_of(post / "film.html", size=(240, 600))
    box = opened.page.locator("video:visible").bounding_box()
    assert box["width"] < 240
    assert box["width"] / box["height"] == pytest.approx(320 / 240, rel=0.01)
