"""Snippets: what each place shows of them, what it cannot be made to show, files and bundles."""

import ast
import base64
import html as markup
import os
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import docutils.core
import docutils.nodes
import html5lib
import nbformat
import numpy as np
import pytest
from browser import browser, page_of, scroll_through, shift, violations  # noqa: F401  # fixtures
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image
from programs import judge, trajviz
from races import race

import trajviz as library
from trajviz.embedding import embed
from trajviz.errors import TrajvizError
from trajviz.files import dimensions
from trajviz.files.formats import Format, format_names, load_format
from trajviz.files.metadata import read_note
from trajviz.files.snippets import (
    FILMS,
    MOVING,
    SNIPPETS,
    STILLS,
    checked_alt,
    checked_url,
    shown_by,
)
from trajviz.race import BUNDLED, compare
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


def media(alt=ALT, names=("mp4", "gif", "png"), stem="race", prefix=""):
    files = [(f"{stem}.{name}", name, (160, 120)) for name in names]
    return shown_by(files, alt, checked_url(prefix))


def parsed(snippet):
    """Return the elements of a snippet of HTML, which must parse without any error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(snippet)


# HTML


def test_html_plays_the_film_with_the_gif_as_fall_back_and_the_png_as_poster():
    style, video, other = parsed(SNIPPETS["html"].write(media()))
    assert (style.tag, video.tag, other.tag) == ("style", "video", "video")
    assert {"autoplay", "loop", "muted", "playsinline", "controls"} <= set(video.keys())
    for element in (video, other):
        facts = {key: element.get(key) for key in ("width", "height", "loading", "poster")}
        assert facts == {"width": "160", "height": "120", "loading": "lazy", "poster": "race.png"}
        assert element.get("aria-label") == ALT
        assert (element[0].get("src"), element[0].get("type")) == ("race.mp4", "video/mp4")
    assert video[0].get("media") == "(prefers-reduced-motion: no-preference)"
    assert (video[1].get("src"), video[1].get("alt")) == ("race.gif", ALT)


def test_html_has_a_film_that_waits_for_those_who_do_not_want_motion():
    _, _, waiting = parsed(SNIPPETS["html"].write(media()))
    assert {"hidden", "controls"} <= set(waiting.keys())
    assert "autoplay" not in waiting.keys()  # noqa: SIM118  # an element of the tree, no dict
    assert (waiting.get("preload"), waiting[0].get("media")) == ("none", None)


def test_html_gives_way_to_the_still_where_motion_is_unwanted():
    (picture,) = parsed(SNIPPETS["html"].write(media(names=("gif", "png"))))
    source, image = picture
    assert picture.tag == "picture"
    assert (source.get("srcset"), source.get("media")) == (
        "race.png",
        "(prefers-reduced-motion: reduce)",
    )
    assert {key: image.get(key) for key in ("src", "width", "height", "loading", "alt")} == {
        "src": "race.gif", "width": "160", "height": "120", "loading": "lazy", "alt": ALT,
    }  # fmt: skip


@pytest.mark.parametrize(("names", "tags"), [(("gif",), "img"), (("mp4",), "style video video")])
def test_html_does_with_what_there_is(names, tags):
    elements = parsed(SNIPPETS["html"].write(media(names=names)))
    assert [element.tag for element in elements] == tags.split()
    assert [element.get("poster") for element in elements] == [None] * len(elements)


def test_a_film_that_was_asked_for_comes_before_the_other():
    _, video, _ = parsed(SNIPPETS["html"].write(media(names=("webm", "mp4"))))
    assert [source.get("src") for source in video] == ["race.webm", "race.mp4"]


# Other places


def test_markdown_is_an_image_with_alt_text():
    assert SNIPPETS["markdown"].write(media()) == f"![{ALT}](race.gif)"
    link = SNIPPETS["markdown"].write(media(names=("mp4", "png")))
    assert link == f"[![{ALT}](race.png)](race.mp4)"


def rst_image(snippet):
    """Return the attributes of the one image that docutils reads, without a single warning."""
    settings = {"halt_level": 1, "report_level": 1, "file_insertion_enabled": False}
    document = docutils.core.publish_doctree(snippet, settings_overrides=settings)
    (image,) = document.findall(docutils.nodes.image)
    assert [type(node).__name__ for node in document] in (["image"], ["reference"])
    return image.attributes


def test_rst_is_an_image_with_size_alt_text_and_lazy_loading():
    image = rst_image(SNIPPETS["rst"].write(media()))
    facts = {key: image[key] for key in ("uri", "alt", "width", "height", "loading")}
    assert facts == {
        "uri": "race.gif", "alt": ALT, "width": "160px", "height": "120px", "loading": "lazy",
    }  # fmt: skip
    link = rst_image(SNIPPETS["rst"].write(media(names=("mp4", "png"))))
    assert link["uri"] == "race.png"


def test_hugo_has_its_own_figure():
    assert SNIPPETS["hugo"].write(media()) == (
        f'{{{{< figure src="race.gif" alt="{ALT}" width="160" height="120" loading="lazy" >}}}}'
    )
    assert ' link="race.mp4"' in SNIPPETS["hugo"].write(media(names=("mp4", "png")))
    assert "alt=`a \"b\" 'c' \\`" in SNIPPETS["hugo"].write(media('a "b" `c` \\'))


AWKWARD = [
    ALT,
    HOSTILE,
    'a "b"',
    "ends with \\",
    'x" >}} y',
    "{{% z %}}",
    '`\\"` >}}',
    "ünï “x” 中 😀 'y'",
]


def test_hugo_itself_reads_any_text(tmp_path):
    content, layouts = tmp_path / "content", tmp_path / "layouts" / "_default"
    content.mkdir()
    layouts.mkdir(parents=True)
    kinds = '["taxonomy", "term", "home", "RSS", "sitemap"]'
    (tmp_path / "hugo.toml").write_text(f'baseURL = "https://e.org/"\ndisableKinds = {kinds}\n')
    (layouts / "single.html").write_text("<!doctype html><title>x</title>{{ .Content }}")
    for place, alt in enumerate(AWKWARD):
        figure = SNIPPETS["hugo"].write(media(alt, stem="my race"))
        (content / f"p{place}.md").write_text(f"---\ntitle: x\n---\n{figure}\n", "utf-8")
    judge("hugo", "--source", tmp_path)
    for place, alt in enumerate(AWKWARD):
        page = (tmp_path / "public" / f"p{place}" / "index.html").read_text("utf-8")
        (image,) = html5lib.parse(page, namespaceHTMLElements=False).findall(".//img")
        facts = {key: image.get(key) for key in ("src", "width", "height", "alt")}
        mended = alt.replace("`", "'") if {'"', "\\"} & set(alt) else alt
        assert facts == {"src": "my%20race.gif", "width": "160", "height": "120", "alt": mended}


def test_quarto_has_the_html_for_pages_and_the_still_for_paper():
    snippet = SNIPPETS["quarto"].write(media())
    page, paper = snippet.split("\n\n")
    assert page.startswith('::: {.content-visible when-format="html"}\n```{=html}\n<style>')
    assert SNIPPETS["html"].write(media()) in page
    assert f'![](race.png){{fig-alt="{ALT}" width=160 height=120}}' in paper
    assert "unless-format" not in SNIPPETS["quarto"].write(media(names=("gif",)))


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


@pytest.mark.parametrize("kind", sorted(set(SNIPPETS) - {"html", "quarto"}))
def test_a_place_that_shows_no_film_says_what_it_needs(kind):
    with pytest.raises(TrajvizError, match=r"'race\.mp4' is a film, .* render a \.gif"):
        SNIPPETS[kind].write(media(names=("mp4",)))


@pytest.mark.parametrize("kind", SNIPPETS)
def test_every_place_has_the_alt_text_and_says_what_it_does(kind):
    assert "elongated bowl from (-9, 2.4)" in SNIPPETS[kind].write(media())
    assert len(SNIPPETS[kind].summary) < 88
    listed = trajviz("list", "snippets").stdout
    help_text = trajviz("embed", "--help", env={"COLUMNS": "120"}).stdout
    assert SNIPPETS[kind].summary in listed
    assert SNIPPETS[kind].summary in help_text


# Whatever the words and the names are


texts = st.text(min_size=1).filter(
    lambda text: any(c.isprintable() and not c.isspace() for c in text)
)
stems = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=20
)


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_html_holds_any_text_and_name_as_an_attribute(alt, stem):
    words = checked_alt(alt)
    _, video, other = parsed(SNIPPETS["html"].write(media(words, stem=stem)))
    source, image = video
    assert video.get("aria-label") == other.get("aria-label") == image.get("alt") == words
    for element, key, suffix in (
        (video, "poster", "png"),
        (source, "src", "mp4"),
        (image, "src", "gif"),
    ):
        assert unquote(element.get(key)) == f"{stem}.{suffix}"
        assert not set(element.get(key)) & set(" ,:/\\\"'<>")
    (picture,) = parsed(SNIPPETS["html"].write(media(words, ("gif", "png"), stem)))
    assert (picture.tag, picture[1].get("alt")) == ("picture", words)


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_markdown_holds_any_text_and_name(alt, stem):
    words = checked_alt(alt)
    (before, inline, after) = MarkdownIt().parse(
        SNIPPETS["markdown"].write(media(words, stem=stem))
    )
    assert (before.type, after.type) == ("paragraph_open", "paragraph_close")
    (image,) = inline.children
    assert image.type == "image"
    assert unquote(image.attrs["src"]) == f"{stem}.gif"
    shown = "".join(child.content for child in image.children)
    assert {child.type for child in image.children} <= {"text", "text_special"}
    assert shown == words


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_rst_holds_any_text_and_name(alt, stem):
    words = checked_alt(alt)
    image = rst_image(SNIPPETS["rst"].write(media(words, stem=stem)))
    assert image["alt"] == words
    assert unquote(image["uri"]) == f"{stem}.gif"


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_a_notebooks_cell_holds_any_text_and_name(alt, stem):
    words = checked_alt(alt)
    tree = ast.parse(SNIPPETS["notebook"].write(media(words, stem=stem)))
    call = tree.body[-1].value
    values = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    assert values == {"filename": f"{stem}.gif", "alt": words, "width": 160, "height": 120}


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_no_text_ends_a_shortcode_or_a_raw_block(alt, stem):
    words = checked_alt(alt)
    figure = SNIPPETS["hugo"].write(media(words, stem=stem))
    assert figure.count("\n") == 0
    after = figure.partition(" alt=")[2]
    quote = after[0]
    value, _, rest = after[1:].partition(quote)
    assert value == (words.replace("`", "'") if quote == "`" else words)
    assert rest == ' width="160" height="120" loading="lazy" >}}'
    page, paper = SNIPPETS["quarto"].write(media(words, stem=stem)).split("\n\n")
    inside = page.split("\n")[3:-2]  # without the style
    assert not any("`" in line or "{" in line or "}" in line for line in inside)
    assert paper.count("\n") == 2


@given(text=st.text())
def test_alt_text_is_one_printable_line_or_refused(text):
    if any(c.isprintable() and not c.isspace() for c in text):
        words = checked_alt(text)
        assert words.isprintable()
        assert words == " ".join(words.split())
    else:
        with pytest.raises(TrajvizError, match="says nothing"):
            checked_alt(text)


# Addresses


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("", "race.gif"),
        ("https://example.org/a", "https://example.org/a/race.gif"),
        ("https://example.org/a/", "https://example.org/a/race.gif"),
        ("../img", "../img/race.gif"),
        ("/img", "/img/race.gif"),
        ("https://example.org/?file=", "https://example.org/?file=race.gif"),
        ("a b(c)<d>\"e'f,g", "a%20b%28c%29%3Cd%3E%22e%27f%2Cg/race.gif"),
    ],
)
def test_files_live_where_the_prefix_says(url, address):
    assert media(prefix=url).moving.url == address


@pytest.mark.parametrize("url", ["javascript:alert(1)", " DATA:text/html,x", "a\nb", "file:///etc"])
def test_an_address_that_is_no_place_for_pictures_is_refused(url):
    with pytest.raises(TrajvizError, match="url "):
        checked_url(url)


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


def test_a_still_is_shown_alone(folder):
    (image,) = parsed(embed(folder / "race.png", alt="a"))
    assert (image.tag, image.get("src")) == ("img", "race.png")


def test_a_suffix_of_two_parts_is_one(folder, tmp_path):
    shutil.copy(folder / "race.svg", tmp_path / "race.anim.svg")
    shutil.copy(folder / "race.png", tmp_path / "race.png")
    (picture,) = parsed(embed(tmp_path / "race.anim.svg", alt="a"))
    assert [picture[0].get("srcset"), picture[1].get("src")] == ["race.png", "race.anim.svg"]


# Alt text


@pytest.mark.parametrize("name", ["gif", "mp4", "png", "svg"])
def test_alt_text_is_computed_from_the_recipe_in_the_file(name, folder):
    said = small().alt_text()
    assert said.startswith("Contour plot of an elongated bowl from (-9, 2.4). SGD ")
    assert markup.escape(said) in embed(folder / f"race.{name}")


def test_alt_text_of_a_still_is_of_its_step(tmp_path):
    small().save(tmp_path / "race.png", at=3)
    assert "at step 3. SGD is still" in embed(tmp_path / "race.png")


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
    with pytest.raises(TrajvizError, match="surface made in Python; or say"):
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


# Sizes


@pytest.mark.parametrize("name", sorted(set(format_names()) & {*FILMS, *MOVING, *STILLS}))
def test_sizes_are_what_other_readers_say(name, tmp_path):
    file = small().save(tmp_path / f"race.{name}")
    size = dimensions.size_of(file)
    if name in FILMS:
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
    ],
)
def test_sizes_of_pictures_by_others_are_read(name, options, tmp_path):
    file = tmp_path / f"photo.{name}"
    Image.fromarray(np.zeros((37, 53, 3), np.uint8)).save(file, **options)
    assert dimensions.size_of(file) == (53, 37)


@pytest.mark.parametrize("name", ["webm", "mp4"])
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


@pytest.mark.parametrize("name", ["gif", "mp4", "png", "svg"])
def test_a_file_cut_short_has_a_size_or_none_and_never_an_error(name, folder):
    data = (folder / f"race.{name}").read_bytes()
    whole = dimensions.measured(data)
    for end in [*range(200), *range(200, len(data), 997)]:
        assert dimensions.measured(data[:end]) in (None, whole)


HEADS = [
    b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP", b"1234ftypavif", b"1234ftypisom",
    b"\x1a\x45\xdf\xa3", b"<svg",
]  # fmt: skip


@given(head=st.sampled_from(HEADS), rest=st.binary(max_size=300))
def test_no_bytes_break_the_readers(head, rest):
    size = dimensions.measured(head + rest)
    assert size is None or all(0 < side <= dimensions.LARGEST for side in size)


def test_zeros_without_end_are_given_up_on(tmp_path):
    file = tmp_path / "film.mp4"
    with file.open("wb") as stream:
        stream.write(b"\x00\x00\x00\x08ftypisom")
        stream.truncate(1 << 30)
    assert dimensions.size_of(file) is None


# Bundles


@pytest.mark.parametrize("kind", SNIPPETS)
def test_a_bundle_is_all_that_a_page_needs(kind, tmp_path):
    paths = compare("bowl", ["sgd"], **SHORT).bundle(tmp_path / "race", kind)
    suffixes = ["gif", "mp4", "png", SNIPPETS[kind].suffix]
    assert [path.name for path in paths] == [f"race.{suffix}" for suffix in suffixes]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert paths[-1].read_text("utf-8") == embed(paths[0], kind)


def test_a_bundle_draws_and_runs_once(tmp_path, monkeypatch):
    calls = []
    real = library.race.compose
    monkeypatch.setattr(library.race, "compose", lambda *a: calls.append(a) or real(*a))
    compare("bowl", ["sgd"], **SHORT).bundle(tmp_path / "race")
    assert len(calls) == 1


@pytest.mark.parametrize("broken", BUNDLED)
def test_a_bundle_that_fails_leaves_all_files_as_they_were(broken, tmp_path, monkeypatch):
    for suffix in (*BUNDLED, "html"):
        (tmp_path / f"race.{suffix}").write_text("old")

    def failing(name):
        chosen = load_format(name)
        if name != broken:
            return chosen

        def write(path, *_):
            path.write_text("half")
            raise OSError("full")

        return Format(name, chosen.kind, "", write)

    monkeypatch.setattr("trajviz.files.plan.load_format", failing)
    with pytest.raises(OSError, match="full"):
        compare("bowl", ["sgd"], **SHORT).bundle(tmp_path / "race")
    assert {path.read_text() for path in tmp_path.iterdir()} == {"old"}
    assert len(list(tmp_path.iterdir())) == 4


def test_a_bundle_is_refused_before_anything_is_drawn(tmp_path):
    (tmp_path / "race.mp4").mkdir()
    run = compare("bowl", ["sgd"], **SHORT)
    with pytest.raises(TrajvizError, match=r"race\.mp4' is a folder"):
        run.bundle(tmp_path / "race")
    with pytest.raises(TrajvizError, match="is no name without suffix, as in 'post/beale'"):
        run.bundle(tmp_path / "race.gif")
    with pytest.raises(TrajvizError, match="unknown snippet 'htm', did you mean 'html'"):
        run.bundle(tmp_path / "race", "htm")
    assert "scene" not in vars(run)
    assert [path.name for path in tmp_path.iterdir()] == ["race.mp4"]


def test_every_file_of_a_bundle_keeps_to_the_size_and_all_are_alike(tmp_path):
    run = compare("bowl", ["sgd", "adam"], seconds=1, max_bytes=16_000)
    *media, snippet = run.bundle(tmp_path / "race")
    sizes = {dimensions.size_of(path) for path in media}
    assert len(sizes) == 1
    assert sizes != {(640, 480)}
    assert all(path.stat().st_size <= 16_000 for path in media)
    assert snippet.read_text("utf-8") == embed(media[0])


def test_a_bundle_that_fits_no_way_leaves_nothing(tmp_path):
    with pytest.raises(TrajvizError, match=r"2,000 bytes do not hold this as \.gif"):
        compare("bowl", ["sgd"], **SHORT, max_bytes=2_000).bundle(tmp_path / "race")
    assert list(tmp_path.iterdir()) == []


# The command line


def test_embed_prints_the_snippet_of_the_library(folder):
    done = trajviz("embed", folder / "race.gif", "--as", "rst", "--url", "/img", "--alt", "a b")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == embed(folder / "race.gif", "rst", alt="a b", url="/img")


def test_render_writes_a_bundle(tmp_path):
    words = ["render", "bowl", "sgd", "--size", "160x120", "--seconds", "0.4", "--steps", "8"]
    done = trajviz(*words, "-o", "post", "--bundle", "--as", "markdown", cwd=tmp_path)
    assert done.returncode == 0
    assert re.findall(r"160x120, (?:(\d+) frames, )?", done.stderr) == ["10", "60", ""]
    assert done.stdout.split() == ["post.gif", "post.mp4", "post.png", "post.md"]
    assert (tmp_path / "post.md").read_text("utf-8").startswith("![Contour plot of an elongated")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("embed none.gif", "no file 'none.gif'"),
        ("embed race.gif --as htlm", "unknown snippet 'htlm', did you mean 'html'? Known: html,"),
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
