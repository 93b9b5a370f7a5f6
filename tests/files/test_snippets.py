"""Snippets: what each place shows of them, whatever the words and the names are."""

import ast
import json
import re
from urllib.parse import unquote

import docutils.core
import docutils.nodes
import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from programs import judge, trajviz

from trajviz.errors import TrajvizError
from trajviz.files.places import load_place, place_names
from trajviz.files.snippets import (
    checked_alt,
    checked_url,
    load_snippet,
    shown_by,
    snippet_names,
)

ALT = "Contour plot of an elongated bowl from (-9, 2.4)."
HOSTILE = "</video><script>x</script> \"q\" 's' `b` {{< x >}} {% y %} \\ | $m$ [a](b) *c* :d: &lt;"


def media(alt=ALT, names=("mp4", "gif", "png"), stem="race", prefix=""):
    files = [(f"{stem}.{name}", name, (160, 120)) for name in names]
    return shown_by(files, alt, checked_url(prefix))


def parsed(snippet):
    """Return the elements of a snippet of HTML, which must parse without any error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(snippet)


# HTML


def test_html_plays_the_film_with_the_gif_as_fall_back_and_the_png_as_poster():
    style, video, other = parsed(load_snippet("html").write(media()))
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
    _, _, waiting = parsed(load_snippet("html").write(media()))
    assert {"hidden", "controls"} <= set(waiting.keys())
    assert "autoplay" not in waiting.keys()  # noqa: SIM118  # an element of the tree, no dict
    assert (waiting.get("preload"), waiting[0].get("media")) == ("none", None)


def test_html_gives_way_to_the_still_where_motion_is_unwanted():
    (picture,) = parsed(load_snippet("html").write(media(names=("gif", "png"))))
    source, image = picture
    assert picture.tag == "picture"
    assert (source.get("srcset"), source.get("media")) == (
        "race.png",
        "(prefers-reduced-motion: reduce)",
    )
    assert {key: image.get(key) for key in ("src", "width", "height", "loading", "alt")} == {
        "src": "race.gif", "width": "160", "height": "120", "loading": "lazy", "alt": ALT,
    }  # fmt: skip


def test_a_film_loads_its_size_where_no_still_stands_for_it():
    _, _, waiting = parsed(load_snippet("html").write(media(names=("mp4", "gif"))))
    assert (waiting.get("preload"), waiting.get("poster")) == ("metadata", None)


@pytest.mark.parametrize(("names", "tags"), [(("gif",), "img"), (("mp4",), "style video video")])
def test_html_does_with_what_there_is(names, tags):
    elements = parsed(load_snippet("html").write(media(names=names)))
    assert [element.tag for element in elements] == tags.split()
    assert [element.get("poster") for element in elements] == [None] * len(elements)


def test_a_film_that_was_asked_for_comes_before_the_other():
    _, video, _ = parsed(load_snippet("html").write(media(names=("webm", "mp4"))))
    assert [source.get("src") for source in video] == ["race.webm", "race.mp4"]
    assert [source.get("type") for source in video] == ["video/webm", "video/mp4"]


DARK, LIGHT = "(prefers-color-scheme: dark)", "(prefers-color-scheme: light)"
STILL, MOTION = "(prefers-reduced-motion: reduce)", "(prefers-reduced-motion: no-preference)"
BOTH = ("gif", "png", "mp4", "dark.gif", "dark.png", "dark.mp4")


def halves(alt=ALT, names=BOTH, stem="race"):
    """Return what a snippet may use of files of which some are the dark halves of others."""
    files = [(f"{stem}.{name}", name.removeprefix("dark."), (160, 120)) for name in names]
    return shown_by(files, alt, "")


def offered(element):
    """Return the sources of an element, each with whom it is for."""
    found = element.findall("source")
    return [(one.get("srcset") or one.get("src"), one.get("media")) for one in found]


def test_html_shows_the_dark_half_in_the_dark_and_combines_it_with_less_motion():
    (picture,) = parsed(load_snippet("html").write(halves(names=("gif", "dark.gif"))))
    assert offered(picture) == [("race.dark.gif", DARK)]
    assert picture[-1].get("src") == "race.gif"
    names = ("gif", "png", "dark.gif", "dark.png")
    (picture,) = parsed(load_snippet("html").write(halves(names=names)))
    assert offered(picture) == [
        ("race.dark.png", f"{STILL} and {DARK}"),
        ("race.png", STILL),
        ("race.dark.gif", DARK),
    ]
    (picture,) = parsed(load_snippet("html").write(halves(names=("gif", "png", "dark.gif"))))
    assert offered(picture) == [("race.png", STILL), ("race.dark.gif", DARK)]


def test_html_plays_the_dark_film_in_the_dark_and_the_light_one_where_nobody_asks():
    _, video, waiting = parsed(load_snippet("html").write(halves()))
    assert offered(video) == [
        ("race.mp4", f"{MOTION} and {LIGHT}"),
        ("race.dark.mp4", f"{MOTION} and {DARK}"),
    ]
    assert offered(waiting) == [("race.mp4", LIGHT), ("race.dark.mp4", DARK)]
    assert [one.get("poster") for one in (video, waiting)] == ["race.png"] * 2


def test_a_dark_half_alone_is_a_picture_like_any_other():
    image, *others = parsed(load_snippet("html").write(halves(names=("dark.gif",))))
    assert (image.tag, image.get("src"), others) == ("img", "race.dark.gif", [])


def test_markdown_follows_its_reader_by_the_element_that_github_allows():
    snippet = load_snippet("markdown").write(halves("a $m$ <b>", ("gif", "dark.gif")))
    (paragraph,) = html5lib.parseFragment(MarkdownIt().render(snippet), namespaceHTMLElements=False)
    (picture,) = paragraph
    assert (paragraph.tag, picture.tag) == ("p", "picture")
    assert offered(picture) == [("race.dark.gif", DARK)]
    assert (picture[1].get("src"), picture[1].get("alt")) == ("race.gif", "a $m$ <b>")
    assert "$" not in snippet
    link = load_snippet("markdown").write(halves(names=("mp4", "png", "dark.png")))
    ((anchor,),) = html5lib.parseFragment(MarkdownIt().render(link), namespaceHTMLElements=False)
    assert (anchor.get("href"), anchor[0].tag) == ("race.mp4", "picture")


@pytest.mark.parametrize("kind", ["hugo", "notebook", "rst"])
def test_a_place_that_cannot_follow_shows_the_light_one(kind):
    light = ("gif", "png", "mp4")
    assert load_snippet(kind).write(halves()) == load_snippet(kind).write(halves(names=light))


# Other places


def test_markdown_is_an_image_with_alt_text():
    assert load_snippet("markdown").write(media()) == f"![{ALT}](race.gif)"
    link = load_snippet("markdown").write(media(names=("mp4", "png")))
    assert link == f"[![{ALT}](race.png)](race.mp4)"


def test_markdown_with_formulas_or_templates_takes_no_sign_for_its_own():
    snippet = load_snippet("markdown").write(media("$m$ {{ x }} | ~y~"))
    assert snippet == r"![\$m\$ \{\{ x \}\} \| \~y\~](race.gif)"


def rst_image(snippet):
    """Return the attributes of the one image that docutils reads, without a single warning."""
    settings = {"halt_level": 1, "report_level": 1, "file_insertion_enabled": False}
    document = docutils.core.publish_doctree(snippet, settings_overrides=settings)
    (image,) = document.findall(docutils.nodes.image)
    assert [type(node).__name__ for node in document] in (["image"], ["reference"])
    return image.attributes


def test_rst_is_an_image_with_size_alt_text_and_lazy_loading():
    image = rst_image(load_snippet("rst").write(media()))
    facts = {key: image[key] for key in ("uri", "alt", "width", "height", "loading")}
    assert facts == {
        "uri": "race.gif", "alt": ALT, "width": "160px", "height": "120px", "loading": "lazy",
    }  # fmt: skip
    link = rst_image(load_snippet("rst").write(media(names=("mp4", "png"))))
    assert link["uri"] == "race.png"


def test_hugo_has_its_own_figure():
    assert load_snippet("hugo").write(media()) == (
        f'{{{{< figure src="race.gif" alt="{ALT}" width="160" height="120" loading="lazy" >}}}}'
    )
    assert ' link="race.mp4"' in load_snippet("hugo").write(media(names=("mp4", "png")))
    assert "alt=`a \"b\" 'c' \\`" in load_snippet("hugo").write(media('a "b" `c` \\'))


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
        figure = load_snippet("hugo").write(media(alt, stem="my race"))
        (content / f"p{place}.md").write_text(f"---\ntitle: x\n---\n{figure}\n", "utf-8")
    judge("hugo", "--source", tmp_path)
    for place, alt in enumerate(AWKWARD):
        page = (tmp_path / "public" / f"p{place}" / "index.html").read_text("utf-8")
        (image,) = html5lib.parse(page, namespaceHTMLElements=False).findall(".//img")
        facts = {key: image.get(key) for key in ("src", "width", "height", "alt")}
        mended = alt.replace("`", "'") if {'"', "\\"} & set(alt) else alt
        assert facts == {"src": "my%20race.gif", "width": "160", "height": "120", "alt": mended}


def test_quarto_has_the_html_for_pages_and_the_still_for_paper():
    snippet = load_snippet("quarto").write(media())
    page, paper = snippet.split("\n\n")
    assert page.startswith('::: {.content-visible when-format="html"}\n```{=html}\n<style>')
    assert load_snippet("html").write(media()) in page
    assert f'![](race.png){{fig-alt="{ALT}" width=160 height=120}}' in paper
    assert "unless-format" not in load_snippet("quarto").write(media(names=("gif",)))


def test_latex_loads_what_lies_beside_under_a_name_that_it_reads():
    def write(**changes):
        return load_snippet("latex").write(media(names=("png",), **changes))

    assert write(prefix="img dir").endswith("{img dir/race.png}%")
    with pytest.raises(TrajvizError, match=r"LaTeX loads no file from 'https://example.org/"):
        write(prefix="https://example.org/x")
    for stem in ("50%", "a#b", "a{b", "a~b", "a\\b", "$"):
        with pytest.raises(TrajvizError, match="LaTeX reads no file of the name"):
            write(stem=stem)


@pytest.mark.parametrize("kind", sorted({*snippet_names()} - {"x"}))
def test_a_film_alone_is_played_or_the_place_says_what_it_needs(kind):
    try:
        said = load_snippet(kind).write(media(names=("mp4",)))
    except TrajvizError as error:
        said = str(error)
        assert "'race.mp4' is a film, which this place shows only with a picture" in said
    assert "race.mp4" in said


def test_x_has_the_words_alone_and_no_more_than_it_takes():
    write = load_snippet("x").write
    assert write(media(names=("mp4",))) == ALT
    assert write(media("a" * 1000)) == "a" * 1000
    assert write(media("a" * 1001)) == "a" * 999 + "…"
    assert write(media("word " * 300)) == ("word " * 200).rstrip() + "…"


def test_devto_and_an_index_page_have_an_address_of_the_web():
    address = "https://example.org/a"
    assert load_snippet("devto").write(media(prefix=address)) == f"![{ALT}]({address}/race.gif)"
    image = parsed(load_snippet("pypi").write(media(prefix=address)))[0]
    assert image.get("src") == f"{address}/race.gif"
    link = parsed(load_snippet("pypi").write(media(prefix=address, names=("mp4", "png"))))[0]
    assert (link.get("href"), link[0].get("src")) == (f"{address}/race.mp4", f"{address}/race.png")


@pytest.mark.parametrize("kind", ["marp", "reveal"])
@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (200, 1000)])
def test_a_film_on_a_slide_has_its_shape_and_is_never_larger_than_it_was(kind, size):
    film = shown_by([("a.mp4", "mp4", size), ("a.png", "png", size)], ALT, "")
    (element,) = parsed(load_snippet(kind).write(film))
    video = element if element.tag == "video" else element[0]
    width, height = int(video.get("width")), int(video.get("height"))
    assert width <= min(size[0], 1140)
    assert height <= min(size[1], 560)
    assert width / height == pytest.approx(size[0] / size[1], rel=0.01)
    assert {video.get("aria-label"), video.get("title"), video[-1].get("alt")} == {ALT}


SPHINX = [
    (("gif", "png"), ["gif", "png"]), (("gif", "pdf"), ["*"]), (("gif",), ["gif"]),
    (("gif", "pdf", "png"), ["gif", "pdf"]), (("webp", "pdf"), ["webp", "pdf"]),
    (("png",), ["png"]),
]  # fmt: skip
"""What lies beside, and what the directives for Sphinx name."""


@pytest.mark.parametrize("kind", ["sphinx", "myst"])
@pytest.mark.parametrize(("names", "named"), SPHINX)
def test_sphinx_is_told_what_pages_take_and_what_paper_takes(kind, names, named):
    snippet = load_snippet(kind).write(media(names=names))
    assert re.findall(r"image(?:::|\}) race\.(\S+)", snippet) == named
    assert snippet.count("only") == (0 if len(named) == 1 else 2)
    film = load_snippet(kind).write(media(names=("mp4", "png")))
    assert "download" in film
    assert "`race.mp4 <race.mp4>`" in film


def test_docutils_is_given_any_kind_only_where_a_pdf_lies_beside():
    write = load_snippet("rst").write
    assert write(media(names=("gif", "pdf"))).startswith(".. image:: race.*\n")
    assert write(media(names=("gif", "pdf", "png"))).startswith(".. image:: race.gif\n")
    elsewhere = write(media(names=("gif", "pdf"), prefix="https://example.org"))
    assert elsewhere.startswith(".. image:: https://example.org/race.gif\n")


def test_jekyll_says_below_which_folder_an_address_is():
    write = load_snippet("jekyll").write
    names = ("gif", "png")
    assert "srcset=\"{{ '/img/race.png' | relative_url }}\"" in write(
        media(names=names, prefix="/img")
    )
    assert "page.path | remove: page.name" in write(media(names=names))
    assert "{{" not in write(media(names=names, prefix="https://example.org"))


# One name for one place


NAMES = sorted({*snippet_names(), *place_names()})


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_a_place_or_a_snippet_is_both(name):
    place, snippet = load_place(name.upper()), load_snippet(name.upper())
    assert (place.name in place_names(), snippet.name in snippet_names()) == (True, True)
    assert name in (place.name, snippet.name)


def test_a_name_that_is_neither_is_refused_with_a_guess_among_both():
    for load in (load_place, load_snippet):
        for near, name in (("slide", "slides"), ("hogo", "hugo")):
            with pytest.raises(
                TrajvizError, match=f"'{near}', did you mean '{name}'. Known: blog,"
            ):
                load(near)
    assert load_snippet("slides").name == "reveal"
    assert {load_place(name).name for name in ("marp", "powerpoint")} == {"slides"}


def test_the_listing_says_which_names_belong_together():
    rows = json.loads(trajviz("list", "places", "--json").stdout)["places"]
    assert {row["name"]: row["snippet"] for row in rows if row["name"] in ("slides", "x")} == {
        "slides": "reveal", "x": "x",
    }  # fmt: skip
    told = sorted(name for row in rows for name in row["snippets"])
    assert told == snippet_names()
    assert "--as reveal; also for marp, powerpoint" in trajviz("list", "places").stdout


def test_a_snippet_is_known_by_its_name_in_any_case():
    assert load_snippet("HTML") == load_snippet("html")
    with pytest.raises(TrajvizError, match="unknown snippet 'Htm', did you mean 'html'"):
        load_snippet("Htm")


@pytest.mark.first(3)
@pytest.mark.parametrize("kind", snippet_names())
def test_every_place_has_the_alt_text_and_says_what_it_does(kind):
    assert "elongated bowl from (-9, 2.4)" in load_snippet(kind).write(media())
    assert len(load_snippet(kind).summary) < 88
    listed = trajviz("list", "snippets").stdout
    help_text = trajviz("embed", "--help", env={"COLUMNS": "120"}).stdout
    assert load_snippet(kind).summary in listed
    assert load_snippet(kind).summary in help_text


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
    _, video, other = parsed(load_snippet("html").write(media(words, stem=stem)))
    source, image = video
    assert video.get("aria-label") == other.get("aria-label") == image.get("alt") == words
    for element, key, suffix in (
        (video, "poster", "png"),
        (source, "src", "mp4"),
        (image, "src", "gif"),
    ):
        assert unquote(element.get(key)) == f"{stem}.{suffix}"
        assert not set(element.get(key)) & set(" ,:/\\\"'<>")
    (picture,) = parsed(load_snippet("html").write(media(words, ("gif", "png"), stem)))
    assert (picture.tag, picture[1].get("alt")) == ("picture", words)


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_markdown_holds_any_text_and_name(alt, stem):
    words = checked_alt(alt)
    (before, inline, after) = MarkdownIt().parse(
        load_snippet("markdown").write(media(words, stem=stem))
    )
    assert (before.type, after.type) == ("paragraph_open", "paragraph_close")
    (image,) = inline.children
    assert image.type == "image"
    assert unquote(image.attrs["src"]) == f"{stem}.gif"
    shown = "".join(child.content for child in image.children)
    assert {child.type for child in image.children} <= {"text", "text_special"}
    assert shown == words


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_an_element_in_markdown_holds_any_text_and_name(alt, stem):
    words = checked_alt(alt)
    snippet = load_snippet("markdown").write(halves(words, ("gif", "dark.gif"), stem))
    (paragraph,) = html5lib.parseFragment(MarkdownIt().render(snippet), namespaceHTMLElements=False)
    ((source, image),) = paragraph
    assert unquote(source.get("srcset")) == f"{stem}.dark.gif"
    assert (unquote(image.get("src")), image.get("alt")) == (f"{stem}.gif", words)


@given(alt=texts | st.just(HOSTILE), stem=stems)
@pytest.mark.parametrize("kind", ["github", "pypi", "marp", "reveal"])
def test_elements_hold_any_text_and_name(kind, alt, stem):
    words = checked_alt(alt)
    (element,) = parsed(load_snippet(kind).write(media(words, stem=stem)))
    (image,) = element.iter("img")
    assert (unquote(image.get("src")), image.get("alt")) == (f"{stem}.gif", words)


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_jekyll_holds_any_text_and_name_and_no_sign_of_liquids_but_our_own(alt, stem):
    words = checked_alt(alt)
    snippet = load_snippet("jekyll").write(media(words, stem=stem))
    liquid = r"\{\{ page[^'{}]*'/' \| append: '([^'{}]*)' \| relative_url \}\}"
    plain = re.sub(liquid, r"\1", snippet)
    assert not re.search(r"\{\{|\{%", plain)
    (block,) = parsed(plain)
    (image,) = block.iter("img")
    assert (unquote(image.get("src")), image.get("alt")) == (f"{stem}.gif", words)


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_rst_holds_any_text_and_name(alt, stem):
    words = checked_alt(alt)
    image = rst_image(load_snippet("rst").write(media(words, stem=stem)))
    assert image["alt"] == words
    assert unquote(image["uri"]) == f"{stem}.gif"


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_a_notebooks_cell_holds_any_text_and_name(alt, stem):
    words = checked_alt(alt)
    tree = ast.parse(load_snippet("notebook").write(media(words, stem=stem)))
    call = tree.body[-1].value
    values = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    assert values == {"filename": f"{stem}.gif", "alt": words, "width": 160, "height": 120}


@given(alt=texts | st.just(HOSTILE), stem=stems)
def test_no_text_ends_a_shortcode_or_a_raw_block(alt, stem):
    words = checked_alt(alt)
    figure = load_snippet("hugo").write(media(words, stem=stem))
    assert figure.count("\n") == 0
    after = figure.partition(" alt=")[2]
    quote = after[0]
    value, _, rest = after[1:].partition(quote)
    assert value == (words.replace("`", "'") if quote == "`" else words)
    assert rest == ' width="160" height="120" loading="lazy" >}}'
    page, paper = load_snippet("quarto").write(media(words, stem=stem)).split("\n\n")
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


def test_a_name_that_is_no_unicode_has_the_bytes_of_the_file_in_its_address():
    assert media(stem="race\udcff").moving.url == "race%FF.gif"


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


NO_PLACES = [
    "javascript:alert(1)", " DATA:text/html,x", "a\nb", "file:///etc", "&#106;avascript:x",
    "&#x6A;avascript:x", "&#106avascript:x", "javascript&colon;x", "javascript&#58;x",
    "javascript%3Ax", "%6aavascript:x", "%26%23106;avascript:x", "&amp;#106;avascript:x",
    "&amp;amp;#106;avascript:x", "java script:x", "java&Tab;script:x", "java&NewLine;script:x",
    "java%0ascript:x", "java\\script:x", "javascript\\:x", "&#1;javascript:x", "\u3000vbscript:x",
    "java&shy;script:x", "java&ZeroWidthSpace;script:x",
]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["https://example.org/a%3Ab/?a=1&b=c:d", "//example.org", "/a&amp;b", "../a%20b", "", "?a=b:c"],
)
def test_an_address_of_the_web_or_beside_the_page_is_taken(url):
    assert checked_url(url).startswith(url)


@pytest.mark.parametrize("url", NO_PLACES)
def test_an_address_that_is_no_place_for_pictures_is_refused(url):
    with pytest.raises(TrajvizError, match="url "):
        checked_url(url)
