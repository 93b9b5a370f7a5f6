"""The gallery's page, as its readers meet it: in a browser, from disk; and its Markdown."""

import dataclasses
import io
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import html5lib
import numpy as np
import pytest
from browser import PHONE, scroll_through, shift, sideways, violations
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image
from races import race

from trajviz.errors import TrajvizError
from trajviz.files.formats import all_formats, load_format
from trajviz.gallery.entry import Entry
from trajviz.gallery.page import _environment, page, readme

TITLE = "A small gallery"
INTRODUCTION = "Optimizers on surfaces.\n\nEach picture\nis small."
SIZE = (400, 300)

# An item for each set of outputs that somebody may ask for. The film alone stands far down.
FILES = {
    "film": ("film.gif", "film.mp4", "film.png"),
    "loop": ("loop.gif", "loop.png"),
    "bare": ("bare.gif",),
    "stills": ("stills-2.png", "stills-9.png"),
    "vector": ("vector.svg",),
    "lone": ("lone.mp4",),
}
MOVING = ["film", "loop", "bare", "lone"]


def entry(name="film", files=None, **changes):
    told = Entry(
        name=name,
        section="Alone" if name == "lone" else "Together",
        title=f"The {name}",
        caption=f"What the {name} teaches.",
        alt=f"Two tracks on a bowl, as a {name}.",
        command=f"trajviz render bowl sgd:lr=0.1 adam --size 400x300 -o {name}.gif",
        size=SIZE,
        seconds=1.96,
        files=FILES[name] if files is None else files,
    )
    return dataclasses.replace(told, **changes)


ENTRIES = [entry(name) for name in FILES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A gallery on disk, rendered by trajviz; every animation moves all the time."""
    place = tmp_path_factory.mktemp("gallery")
    bowl = race("bowl", ("sgd:lr=0.1", "adam"), steps=40, size=SIZE, seconds=2, hold=0)
    for files in FILES.values():
        for name in files:
            bowl.save(place / name)
    (place / "index.html").write_text(page(TITLE, INTRODUCTION, ENTRIES), encoding="utf-8")
    return place


@pytest.fixture
def seen(page_of, folder):
    return lambda **options: page_of(folder / "index.html", **options)


TALL = (1280, 4600)
"""A window that has all items in view at once."""


def showing(page, name):
    """Return which file the image of an item shows."""
    return page.locator(f"#{name} img").evaluate("(img) => img.currentSrc").rpartition("/")[2]


def bring(page, name):
    page.locator(f"#{name}").evaluate("(item) => item.scrollIntoView({block: 'center'})")


TIMES = """() => Object.fromEntries([...document.querySelectorAll("article")].map((item) => {
  const visible = (one) => one?.checkVisibility();
  const video = [...item.querySelectorAll("video")].find(visible);
  const loops = item.querySelector("img")?.currentSrc.endsWith(".gif");
  if (video) return [item.id, video.paused ? "rests" : video.currentTime];
  return [item.id, loops && !visible(item.querySelector("canvas")) ? "loops" : "rests"];
}))"""


def moving(page):
    """Return the names of all items that move: films whose clock runs, and loops that are shown."""
    before = page.evaluate(TIMES)
    page.wait_for_timeout(150)
    after = page.evaluate(TIMES)
    return [n for n in after if after[n] == "loops" or "rests" != after[n] != before[n] != "rests"]


def comes_to_move(page, *names):
    """Return whether these items, and no others, are soon those that move."""
    return any(moving(page) == [*names] for _ in range(200))


def pause_all(page):
    return page.get_by_role("button", name="Pause all", exact=True)


def looks(page, name, count):
    """Return what an item looks like at some moments, as many as differ."""
    frame = page.locator(f"#{name} .frame")
    style = ".single { visibility: hidden }"
    return {frame.screenshot(style=style) for _ in range(count) if not page.wait_for_timeout(120)}


def colours(png):
    """Return how many colours a picture has."""
    with Image.open(io.BytesIO(png)) as image:
        return len(np.unique(np.array(image.convert("RGB")).reshape(-1, 3), axis=0))


def comes_to_stand(page, name):
    """Return whether an item is soon a still, and a picture rather than a blank."""
    moments = (looks(page, name, 4) for _ in range(10))
    return any(len(looked) == 1 and colours(*looked) > 50 for looked in moments)


# What plays, and when


def test_films_and_loops_play_when_they_are_in_view(seen):
    page = seen(size=TALL).page
    assert comes_to_move(page, *MOVING)
    assert page.locator("#film video").evaluate("(v) => [v.videoWidth, v.videoHeight]") == [*SIZE]


def test_the_eye_sees_them_move_and_stand_still(seen):
    page = seen(size=TALL).page
    assert comes_to_move(page, *MOVING)
    assert all(any(len(looks(page, name, 5)) > 2 for _ in range(20)) for name in MOVING)
    pause_all(page).click()
    assert comes_to_move(page)
    assert all(comes_to_stand(page, name) for name in MOVING)


def test_a_film_out_of_view_neither_loads_nor_plays(seen):
    told = seen(size=(1280, 500))
    bring(told.page, "film")
    assert comes_to_move(told.page, "film", "loop", "bare")
    assert [url for url in told.requests if url.endswith("lone.mp4")] == []
    bring(told.page, "lone")
    assert comes_to_move(told.page, "loop", "bare", "lone")
    assert [url for url in told.requests if url.endswith("lone.mp4")]


def test_pause_all_stops_everything_and_lets_it_go_on(seen):
    page = seen(size=TALL).page
    assert comes_to_move(page, *MOVING)
    assert pause_all(page).get_attribute("aria-pressed") == "false"
    pause_all(page).click()
    assert comes_to_move(page)
    assert pause_all(page).get_attribute("aria-pressed") == "true"
    assert showing(page, "loop") == "loop.png"
    pause_all(page).click()
    assert comes_to_move(page, *MOVING)
    assert pause_all(page).get_attribute("aria-pressed") == "false"


def test_pause_all_stays_in_view(seen):
    page = seen(size=PHONE).page
    bring(page, "lone")
    box = pause_all(page).bounding_box()
    assert page.evaluate("scrollY") > 1000
    assert 0 <= box["y"] < 100
    assert box["x"] + box["width"] <= PHONE[0]


def test_each_alone_can_be_stopped_and_started(seen):
    page = seen(size=TALL).page
    for name in MOVING:
        page.get_by_role("button", name=f"Pause The {name}", exact=True).click()
        assert comes_to_move(page, *(other for other in MOVING if other != name))
        page.get_by_role("button", name=f"Play The {name}", exact=True).click()
        assert comes_to_move(page, *MOVING)


def test_a_touch_of_the_picture_stops_it_too(seen):
    page = seen(size=TALL).page
    page.locator("#film .frame").click(position={"x": 50, "y": 50})
    assert comes_to_move(page, "loop", "bare", "lone")


def test_who_asks_for_less_motion_sees_stills_and_loads_no_film(seen):
    told = seen(size=TALL, motion="reduce")
    scroll_through(told.page)
    assert comes_to_move(told.page)
    assert pause_all(told.page).get_attribute("aria-pressed") == "true"
    assert (showing(told.page, "loop"), showing(told.page, "film")) == ("loop.png", "film.png")
    wanted = {url.rpartition("/")[2] for url in told.requests}
    assert wanted.isdisjoint({"film.mp4", "film.gif", "loop.gif"})
    assert told.page.get_by_text("Your system asks for less motion").is_visible()


def test_who_asks_for_less_motion_can_play_one(seen):
    page = seen(size=TALL, motion="reduce").page
    for name in MOVING:
        page.get_by_role("button", name=f"Play The {name}", exact=True).click()
        assert comes_to_move(page, name)
        page.get_by_role("button", name=f"Pause The {name}", exact=True).click()
        assert comes_to_move(page)


def test_who_asks_for_less_motion_sees_pictures_and_no_blanks(seen):
    page = seen(size=TALL, motion="reduce").page
    assert all(comes_to_stand(page, name) for name in MOVING)


def test_a_change_of_mind_about_motion_is_followed(seen):
    page = seen(size=TALL).page
    assert comes_to_move(page, *MOVING)
    page.emulate_media(reduced_motion="reduce")
    assert comes_to_move(page)
    page.emulate_media(reduced_motion="no-preference")
    assert comes_to_move(page, *MOVING)


@pytest.fixture
def broken(page_of, folder):
    """Return a function that opens a page whose film no browser can play."""

    def opened(*others):
        (folder / "broken.mp4").write_bytes(b"no film")
        html = page(TITLE, "", [entry(files=("broken.mp4", *others))])
        (folder / "broken.html").write_text(html, encoding="utf-8")
        told = page_of(folder / "broken.html")
        bring(told.page, "film")
        told.page.wait_for_selector("#film video", state="detached")
        return told

    return opened


@pytest.mark.parametrize("poster", [["film.png"], []])
def test_a_film_that_cannot_be_played_is_replaced_by_the_loop(broken, poster):
    told = broken("film.gif", *poster)
    assert comes_to_move(told.page, "film")
    assert showing(told.page, "film") == "film.gif"
    pause_all(told.page).click()
    assert comes_to_move(told.page)
    assert violations(told.page) == []
    assert told.errors == []


def test_a_film_that_cannot_be_played_leaves_its_still_where_there_is_no_loop(broken):
    told = broken("film.png")
    assert showing(told.page, "film") == "film.png"
    assert told.page.locator("#film .single").count() == 0
    assert told.errors == []


# Without script


def test_without_script_loops_move_and_films_have_controls(seen):
    page = seen(size=TALL, script=False).page
    assert comes_to_move(page, "loop", "bare")
    assert (
        page.evaluate(
            """[...document.querySelectorAll("video")].filter((v) => v.checkVisibility())
          .map((v) => [v.controls, v.preload])"""
        )
        == [[True, "none"]] * 2
    )
    assert (
        page.evaluate("""[...document.querySelectorAll("button")]
      .filter((button) => button.checkVisibility()).length""")
        == 0
    )
    x, y = page.evaluate(
        """(() => { const box = document.querySelector("#film .frame").getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2]; })()"""
    )
    page.mouse.click(x, y)
    page.keyboard.press("Space")
    assert comes_to_move(page, "film", "loop", "bare")


def test_without_script_less_motion_means_stills_as_well(seen):
    page = seen(size=TALL, script=False, motion="reduce").page
    assert comes_to_move(page)


# How it behaves


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
@pytest.mark.parametrize("size", [(1280, 800), PHONE])
def test_nothing_is_wrong_with_the_page(seen, size, motion, scheme):
    told = seen(size=size, motion=motion, scheme=scheme)
    scroll_through(told.page)
    assert violations(told.page) == []
    assert shift(told.page) == (0, [])
    assert sideways(told.page) == 0
    assert told.errors == []


def test_nothing_is_wrong_with_the_page_when_all_is_paused(seen):
    page = seen().page
    pause_all(page).click()
    assert violations(page) == []


def test_nothing_is_wrong_with_what_is_there_without_script(page_of, folder):
    html = re.sub("(?s)<script>.*?</script>|</?noscript>", "", page(TITLE, INTRODUCTION, ENTRIES))
    (folder / "plain.html").write_text(html, encoding="utf-8")
    told = page_of(folder / "plain.html", size=PHONE)
    assert told.page.locator("video:visible").count() == 2
    assert violations(told.page) == []
    assert sideways(told.page) == 0


def test_no_request_leaves_the_disk_and_each_is_answered(seen):
    told = seen(size=TALL)
    assert comes_to_move(told.page, *MOVING)
    assert {urlsplit(url).scheme for url in told.requests} <= {"file", "data"}
    names = {url.rpartition("/")[2] for url in told.requests if url.startswith("file")}
    unneeded = {"film.gif", "loop.png"}  # the film is better, and the loop plays
    assert names == {"index.html", *(n for files in FILES.values() for n in files)} - unneeded
    assert [line for line in told.failed if "ERR_ABORTED" not in line] == []


def brightness(page, which):
    """Return how bright a colour of the page is, 0 to 255."""
    colour = page.evaluate(f"getComputedStyle(document.body).{which}")
    return np.mean([int(part) for part in re.findall(r"\d+", colour)[:3]])


def test_dark_and_light_are_as_the_system_says(seen):
    light, dark = (seen(scheme=scheme).page for scheme in ["light", "dark"])
    assert brightness(light, "backgroundColor") > 240
    assert brightness(light, "color") < 60
    assert brightness(dark, "backgroundColor") < 40
    assert brightness(dark, "color") > 200


def test_pictures_have_their_size_before_they_load(seen):
    page = seen().page
    sizes = page.locator("img, video").evaluate_all("(all) => all.map((i) => [i.width, i.height])")
    boxes = page.locator("#lone video").bounding_box()
    assert set(map(tuple, sizes)) == {SIZE}
    assert (boxes["width"], boxes["height"]) == SIZE


def test_the_index_leads_to_each_section_and_item(seen):
    page = seen(size=(1280, 400)).page
    links = page.get_by_role("navigation", name="Contents").get_by_role("link")
    assert links.all_inner_texts() == [
        "Together", "The film", "The loop", "The bare", "The stills", "The vector",
        "Alone", "The lone",
    ]  # fmt: skip
    for link in links.all()[1:]:
        link.click()
        heading = page.locator("h2, h3").get_by_text(link.inner_text()).first
        assert -1 < heading.bounding_box()["y"] < 400


def test_on_paper_there_are_stills_and_no_controls(seen):
    page = seen(scheme="dark").page
    page.emulate_media(media="print")
    assert page.locator("button:visible, video:visible").count() == 1
    assert page.locator("#film img").is_visible()
    assert brightness(page, "backgroundColor") == 255
    assert brightness(page, "color") < 60


# Copying


ALLOWED = {"permissions": ["clipboard-read", "clipboard-write"]}
REFUSES = """Clipboard.prototype.writeText = () =>
  Promise.reject(new DOMException("refused", "NotAllowedError"));"""
REFUSES_ALL = REFUSES + "Document.prototype.execCommand = () => false;"


def stop_the_clock(page):
    """Have what a page would do later wait until `page.clock.run_for` lets time pass."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)


def copy(page, name="film"):
    button = page.locator(f"#{name}").get_by_role("button", name=f"Copy the command of The {name}")
    button.click()
    return page.locator(f"#{name} .copy .word")


@pytest.mark.parametrize("before", ["", REFUSES], ids=["clipboard", "refused"])
def test_the_button_copies_the_command_and_says_so(seen, before):
    told = seen(before=before, **ALLOWED)
    stop_the_clock(told.page)
    word = copy(told.page, "loop")
    told.page.get_by_role("status").get_by_text("Copied", exact=True).wait_for(state="attached")
    assert word.inner_text() == "Copied"
    assert told.page.evaluate("navigator.clipboard.readText()") == entry("loop").command
    told.page.clock.run_for(10_000)
    assert word.inner_text() == "Copy"
    assert told.page.get_by_role("status").inner_text() == ""
    assert told.errors == []


def test_a_command_that_cannot_be_copied_is_left_selected(seen):
    page = seen(before=REFUSES_ALL).page
    stop_the_clock(page)
    word = copy(page)
    page.get_by_role("status").get_by_text("Selected, press").wait_for(state="attached")
    assert word.inner_text() == "Selected"
    assert page.evaluate("getSelection().toString()") == entry().command


# By keyboard


def focused(page):
    """Return what has the focus, and the width of the ring around it in CSS pixels."""
    return page.evaluate(
        """() => { const it = document.activeElement;
          const style = getComputedStyle(it);
          return [it.textContent.replace(/\\s+/g, " ").trim(),
                  style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth)]; }"""
    )


def test_everything_can_be_reached_and_done_with_the_keyboard(seen):
    page = seen(size=TALL, **ALLOWED).page
    order = []
    for _ in range(18):
        page.keyboard.press("Tab")
        what, ring = focused(page)
        assert ring >= 2, what
        order.append(what)
        if what == "Pause all":
            page.keyboard.press("Space")
            assert pause_all(page).get_attribute("aria-pressed") == "true"
            page.keyboard.press("Enter")
            assert pause_all(page).get_attribute("aria-pressed") == "false"
        if what == "Pause The film":
            page.keyboard.press("Enter")
            assert comes_to_move(page, *MOVING[1:])
            page.keyboard.press("Space")
            assert comes_to_move(page, *MOVING)
        if what == "Copy the command of The film":
            page.keyboard.press("Enter")
            page.get_by_role("status").get_by_text("Copied").wait_for(state="attached")
            assert page.evaluate("navigator.clipboard.readText()") == entry().command
    assert order == [
        "Contents", "Pause all",
        "Together", "The film", "The loop", "The bare", "The stills", "The vector",
        "Alone", "The lone",
        "Pause The film", "Copy the command of The film", "GIF", "MP4", "PNG",
        "Pause The loop", "Copy the command of The loop", "GIF",
    ]  # fmt: skip


def test_the_button_on_a_picture_shows_when_it_has_the_focus(seen):
    page = seen().page
    button = page.locator("#film .single")
    page.mouse.move(1, 1)
    assert button.evaluate("(b) => getComputedStyle(b).opacity") == "0"
    page.locator("nav a").last.focus()
    page.keyboard.press("Tab")
    page.wait_for_function("getComputedStyle(document.activeElement).opacity === '1'")
    assert focused(page)[0] == "Pause The film"


# What is written, whatever the texts hold


class Read(HTMLParser):
    """What a page holds: its elements with the names of their attributes, texts and addresses."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.values = [], [], {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, *(name for name, _ in attrs)))
        for name, value in attrs:
            self.values.setdefault(name, []).append(value)

    def handle_data(self, data):
        self.texts.append(data)


TEXT = (
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).map(str.strip).filter(bool)
)
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!-- --> <![CDATA[ ]]> &amp; &lt; &#39;",
    "\" onload=\"alert(1)' x='",
    "{{ 7 * 7 }} {% raw %} {# #}",
    "`code` *star* _under_ ~~gone~~ [link](http://x) ![image](y) <b>",
    "# heading", "- item", "+ item", "1. item", "12) item", "=====", "---", "> quote", "| a | b |",
    "ends with a backslash \\", "$x^2$ and $$y$$", "a # b #", "```", "~~~", "&copy;", "[^1]: note",
    "<http://x.org>", "    code", "a  \\", "**", "é ∇f(x) 梯度 עברית 🏔",
]  # fmt: skip


def each_hostile(test):
    for text in HOSTILE:
        test = example(text)(test)
    return given(TEXT)(test)


def written(text):
    told = entry(title=text, caption=text, alt=text, section=text, command=text)
    return page(text, text, [told])


@each_hostile
def test_a_text_stays_text_on_the_page(text):
    plain, hostile = Read(written("plain")), Read(written(text))
    phrase = ("span",)  # of which a command has any number
    assert [e for e in hostile.elements if e != phrase] == [
        e for e in plain.elements if e != phrase
    ]
    assert hostile.texts.count(text) >= 5
    assert "".join(hostile.texts).count(text) >= 8
    assert hostile.values["alt"] == [text]
    assert text in hostile.values["data-title"]


def test_a_command_is_broken_between_options_and_not_before_a_value():
    command = "trajviz render 'my bowl.py' --start 1,-2 --quiet -o a.gif -o b.gif --window=-1,1 sgd"
    code = re.search("<code>(.*?)</code>", page(TITLE, "", [entry(command=command)]))[1]
    phrases = re.findall("<span>(.*?)</span>", code)
    assert phrases == [
        "trajviz", "render", "&#39;my", "bowl.py&#39;", "--start 1,-2", "--quiet", "-o a.gif",
        "-o b.gif", "--window=-1,1", "sgd",
    ]  # fmt: skip


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True))
@example(["section:1", "page:play", "contents", "a b", "a-b", "a%20b", "a/b", '"><b'])
def test_every_item_has_an_anchor_of_its_own_and_a_link_to_it(names):
    read = Read(
        page(TITLE, "", [entry(files=(), name=name) for name in names if name.isprintable()])
    )
    ids = read.values["id"]
    assert len(ids) == len(set(ids))
    assert all(not re.search(r"\s", one) for one in ids)
    inner = [unquote(href[1:]) for href in read.values["href"] if href.startswith("#")]
    assert set(inner) <= set(ids)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/"), min_size=1))
@example("a b#c?d")
@example("javascript:alert(1)")
@example("100%")
def test_an_address_leads_to_its_file_and_nowhere_else(stem):
    told = entry(files=(f"in/{stem}.gif", f"in/{stem}.png"))
    read = Read(page(TITLE, "", [told]))
    sources = read.values["src"] + read.values["srcset"]
    assert [unquote(source) for source in sources] == [*told.files]
    links = [href for href in read.values["href"] if href[0] != "#" and "data:" not in href]
    assert [unquote(link) for link in links] == [*told.files]
    for address in sources + links:
        assert urlsplit(address)[:2] == ("", "")
        assert urlsplit(address).path == address


def test_nothing_is_asked_for_from_elsewhere():
    html = page(TITLE, INTRODUCTION, ENTRIES)
    read = Read(html)
    given_files = {name for files in FILES.values() for name in files}
    for name in ("src", "href", "srcset", "poster", "data-loop", "data-still"):
        for value in read.values[name]:
            assert value in given_files or value.startswith(("#", "data:image/svg+xml,"))
    assert set(re.findall(r"https?://[\w./]*", html)) == {"http://www.w3.org/2000/svg"}
    assert "url(" not in html
    assert "@import" not in html


def test_sections_come_in_the_order_of_their_first_entries_and_are_joined():
    order = ["B", "A", "B"]
    entries = [entry(section=s, name=str(n), title=f"T{n}", files=()) for n, s in enumerate(order)]
    html = page(TITLE, "", entries)
    found = re.findall(r"<h[23][^>]*><span class=.number.>(.*?)</span> (.*?)</h", html)
    assert found == [("1", "B"), ("1.1", "T0"), ("1.2", "T2"), ("2", "A"), ("2.1", "T1")]


def test_a_gallery_without_items_says_so(page_of, tmp_path):
    (tmp_path / "index.html").write_text(page(TITLE, "", []), encoding="utf-8")
    told = page_of(tmp_path / "index.html")
    assert told.page.get_by_text("There is nothing here yet.").is_visible()
    assert violations(told.page) == []
    assert told.errors == []


def test_an_introduction_has_paragraphs():
    html = page(TITLE, INTRODUCTION, [])
    leads = re.findall('<p class="lead">(.*?)</p>', html)
    assert leads == ["Optimizers on surfaces.", "Each picture is small."]


def tags_of(html):
    """Return what is shown in an item's frame: each element with the file that it names."""
    frame = html.partition("<figure>")[2].partition("</figure>")[0].partition("<figcaption>")[0]
    frame = re.sub("(?s)<noscript>.*?</noscript>", "", frame)
    return re.findall(r'<(img|source)\b[^>]*? (?:src|srcset)="([^"]*)"', frame)


@pytest.mark.parametrize("name", [one.name for one in all_formats() if one.role == "loop"])
def test_whatever_moves_by_itself_is_shown_and_has_a_button_to_pause_it(name):
    html = page(TITLE, "", [entry(files=(f"a.{name}",))])
    (still, blank), shown = tags_of(html)
    assert (still, shown) == ("source", ("img", f"a.{name}"))
    assert blank.startswith("data:image/svg+xml,")
    assert html.count('class="single scripted-only"') == 1
    assert linked(readme(TITLE, "", [entry(files=(f"a.{name}",))])) == [(f"a.{name}", None)]
    still = entry(files=(f"a.{name}", "a.png"))
    assert tags_of(page(TITLE, "", [still])) == [("source", "a.png"), ("img", f"a.{name}")]
    assert linked(readme(TITLE, "", [still])) == [("a.png", f"a.{name}")]


@pytest.mark.parametrize("name", [one.name for one in all_formats() if one.role == "still"])
def test_whatever_stands_still_is_shown(name):
    html = page(TITLE, "", [entry(files=(f"a.{name}",))])
    assert tags_of(html) == [("img", f"a.{name}")]
    assert 'class="single' not in html


@pytest.mark.parametrize("name", [one.name for one in all_formats() if one.role == "film"])
def test_whatever_is_a_film_is_played_as_what_it_is(name):
    html = page(TITLE, "", [entry(files=(f"a.{name}",))])
    assert tags_of(html) == [("source", f"a.{name}")]
    assert f'type="{load_format(name).media_type}"' in html


@pytest.mark.parametrize("name", [one.name for one in all_formats() if one.role == "print"])
def test_what_no_page_shows_in_its_place_is_linked(name):
    html = page(TITLE, "", [entry(files=(f"a.{name}",))])
    assert tags_of(html) == []
    assert f'href="a.{name}"' in html


def test_of_several_files_the_page_takes_what_most_browsers_know():
    every = tuple(f"a.{one.name}" for one in reversed(all_formats()))
    html = page(TITLE, "", [entry(files=every)])
    assert tags_of(html) == [("img", "a.png"), ("source", "a.mp4"), ("source", "a.webm")]
    assert 'data-loop="a.gif"' in html
    assert linked(readme(TITLE, "", [entry(files=every)])) == [("a.png", "a.gif")]
    moving = tuple(path for path in every if path[2:] in ("anim.svg", "apng", "webp"))
    assert tags_of(page(TITLE, "", [entry(files=moving)]))[1] == ("img", "a.webp")
    assert linked(readme(TITLE, "", [entry(files=moving)])) == [("a.webp", None)]


@pytest.mark.browser
def test_a_page_to_play_with_opens_with_one_press_and_loads_only_then(folder, page_of):
    race("bowl", ("sgd:lr=0.1",), steps=40, size=SIZE).save(folder / "play.html")
    shutil.copy(folder / "loop.png", folder / "play.png")
    items = [entry("play", files=("play.png", "play.html"))]
    (folder / "playing.html").write_text(page(TITLE, "", items), encoding="utf-8")
    told = page_of(folder / "playing.html")
    assert not [address for address in told.requests if address.endswith("play.html")]
    told.page.get_by_role("link", name="Play with it").click()
    inside = told.page.frame_locator("dialog iframe")
    inside.locator("#start-x").wait_for()
    assert told.page.locator("dialog iframe").get_attribute("title") == "The play"
    assert told.errors == []
    assert violations(told.page) == []
    told.page.get_by_role("button", name="Close").click()
    told.page.locator("iframe").wait_for(state="detached")
    bare = page_of(folder / "playing.html", script=False).page
    bare.get_by_role("link", name="Play with it").click()
    bare.wait_for_url("**/play.html")


def test_only_what_has_a_page_is_to_be_played_with():
    assert "Play with it" not in page(TITLE, "", ENTRIES)
    assert 'href="a.html"' in page(TITLE, "", [entry(files=("a.png", "a.html"))])


DARK, LIGHT = "(prefers-color-scheme: dark)", "(prefers-color-scheme: light)"
LESS = "(prefers-reduced-motion: reduce)"
HALVES = {
    "loop": ("a.gif", "a.png", "a.dark.gif", "a.dark.png"),
    "bare": ("a.gif", "a.dark.gif"),
    "film": ("a.mp4", "a.png", "a.dark.mp4", "a.dark.png"),
    "stills": ("a-2.png", "a-9.png", "a-2.dark.png", "a-9.dark.png"),
}


def offered(html):
    """Return the file of each source in an item's frame, and whom it is for."""
    frame = html.partition("<figure>")[2].partition("<noscript>")[0].partition("<figcaption>")[0]
    sources = re.findall("<source[^>]*>", frame)
    found = [dict(re.findall(r' (src|srcset|media)="([^"]*)"', source)) for source in sources]
    return [(one.get("src") or one.get("srcset"), one.get("media")) for one in found]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("loop", [("a.dark.png", f"{LESS} and {DARK}"), ("a.png", LESS), ("a.dark.gif", DARK)]),
        ("film", [("a.dark.png", DARK), ("a.mp4", LIGHT), ("a.dark.mp4", DARK)]),
        ("stills", [("a-2.dark.png", DARK), ("a-9.dark.png", DARK)]),
    ],
)
def test_a_dark_half_is_shown_in_the_dark(name, expected):
    html = page(TITLE, "", [entry(files=HALVES[name])])
    assert offered(html) == expected
    images = {"loop": ["a.gif"], "film": ["a.png"], "stills": ["a-2.png", "a-9.png"]}
    assert [shown for tag, shown in tags_of(html) if tag == "img"] == images[name]
    for path in HALVES[name]:
        assert f'<a href="{path}">' in html


@each_hostile
def test_the_markdown_shows_a_dark_half_in_the_dark(text):
    markdown = readme(TITLE, "", [entry(files=HALVES["loop"], alt=text)])
    rendered = html5lib.parseFragment(MarkdownIt().render(markdown), namespaceHTMLElements=False)
    ((source, image),) = rendered.findall(".//picture")
    assert (source.get("srcset"), source.get("media")) == ("a.dark.png", DARK)
    assert (image.get("src"), image.get("alt")) == ("a.png", re.sub(" +", " ", text).strip(" "))
    assert rendered.find(".//a[picture]").get("href") == "a.gif"


@pytest.fixture
def halved(page_of, folder):
    """Return a function that opens a page of items with dark halves."""
    for theme, half in (("light", ""), ("dark", ".dark")):
        bowl = race("bowl", ("sgd:lr=0.1",), steps=5, size=SIZE, seconds=1, hold=0, theme=theme)
        for name in ("gif", "png", "mp4"):
            bowl.save(folder / f"a{half}.{name}")
    items = [entry(name, HALVES[name]) for name in ("loop", "bare", "film")]
    (folder / "halves.html").write_text(page(TITLE, "", items), encoding="utf-8")
    return lambda **options: page_of(folder / "halves.html", size=TALL, **options)


@pytest.mark.parametrize(("scheme", "half"), [("light", "a"), ("dark", "a.dark")])
def test_a_reader_in_the_dark_sees_dark_pictures_that_play_and_stand(halved, scheme, half):
    told = halved(scheme=scheme)
    assert comes_to_move(told.page, "loop", "bare", "film")
    video = told.page.locator("#film video")
    assert video.evaluate("(one) => one.currentSrc").endswith(f"/{half}.mp4")
    assert [showing(told.page, name) for name in ("loop", "bare")] == [f"{half}.gif"] * 2
    pause_all(told.page).click()
    told.page.wait_for_function("!document.querySelector('#bare canvas').hidden")
    assert comes_to_stand(told.page, "bare")
    assert showing(told.page, "loop") == f"{half}.png"
    with Image.open(io.BytesIO(told.page.locator("#bare canvas").screenshot())) as image:
        assert (np.median(image.convert("L")) < 128) == (scheme == "dark")
    assert told.errors == []


@pytest.mark.usefixtures("halved")
def test_in_the_dark_a_film_that_cannot_be_played_is_replaced_by_the_loop(page_of, folder):
    for half in ("", ".dark"):
        (folder / f"b{half}.mp4").write_bytes(b"no film")
    files = ("b.mp4", "b.dark.mp4", "a.gif", "a.png", "a.dark.png")
    (folder / "broken.html").write_text(page(TITLE, "", [entry(files=files)]), encoding="utf-8")
    told = page_of(folder / "broken.html", scheme="dark").page
    bring(told, "film")
    told.wait_for_selector("#film video", state="detached")
    assert comes_to_move(told, "film")
    assert showing(told, "film") == "a.gif"


def test_an_animated_svg_is_no_still_of_the_gif_beside_it():
    told = entry(files=("a.gif", "a.anim.svg"))
    (_, blank), shown = tags_of(page(TITLE, "", [told]))
    assert blank.startswith("data:")
    assert shown == ("img", "a.gif")


def test_files_of_one_format_are_told_apart():
    told = entry(files=("stills-2.png", "sub/stills-9.png", "stills.gif", "stills"))
    links = re.findall('<a href="([^"#]+)">(.*?)</a>', page(TITLE, "", [told]))
    assert links == [
        ("stills-2.png", "stills-2.png"),
        ("sub/stills-9.png", "stills-9.png"),
        ("stills.gif", "GIF"),
        ("stills", "stills"),
    ]


# For those who browse the repository


def parsed(markdown):
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def inline_texts(tokens):
    """Return what each paragraph and heading shows, the text of its images included."""
    return [
        "".join(child.content for child in token.children)
        for token in tokens
        if token.type == "inline"
    ]


def in_one_line(text):
    return re.sub(" +", " ", text).strip(" ")


@each_hostile
def test_a_text_stays_text_in_markdown(text):
    told = entry(title=text, caption=text, section=text, command=text, alt="Alt.")
    plain = parsed(readme("plain", "plain", [entry(alt="Alt.")]))
    tokens = parsed(readme(text, text, [told]))
    assert [token.type for token in tokens] == [token.type for token in plain]
    line = in_one_line(text)
    assert inline_texts(tokens) == [line, line, line, line, "Alt.", line, "GIF · MP4 · PNG"]
    (code,) = (token for token in tokens if token.type == "fence")
    assert code.content == text + "\n"


@each_hostile
def test_a_description_stays_text_in_markdown(text):
    tokens = parsed(readme(TITLE, "", [entry(alt=text)]))
    (image,) = (
        child for token in tokens for child in token.children or [] if child.type == "image"
    )
    assert image.attrs["src"] == "film.png"
    described = "".join(part.content for part in image.children)
    assert described == in_one_line(text)


def linked(markdown):
    """Return the address of each image, and that of the link around it."""
    tokens = parsed(markdown)
    found = []
    for token in tokens:
        href = None
        for child in token.children or []:
            href = child.attrs["href"] if child.type == "link_open" else href
            href = None if child.type == "link_close" else href
            if child.type == "image":
                found.append((child.attrs["src"], href))
    return found


def test_stills_link_to_the_animations_and_the_rest_is_shown_as_it_is():
    assert linked(readme(TITLE, INTRODUCTION, ENTRIES)) == [
        ("film.png", "film.gif"),
        ("loop.png", "loop.gif"),
        ("bare.gif", None),
        ("stills-2.png", None),
        ("stills-9.png", None),
        ("vector.svg", None),
    ]


def test_a_still_links_to_the_film_where_that_is_all_there_is():
    assert linked(readme(TITLE, "", [entry(files=("a.png", "a b.mp4"))])) == [
        ("a.png", "a%20b.mp4")
    ]


def test_every_file_is_linked():
    markdown = readme(TITLE, INTRODUCTION, ENTRIES)
    for files in FILES.values():
        assert all(f"]({name})" in markdown for name in files)


def test_neither_text_has_blanks_at_its_line_ends_or_more_than_one_empty_line():
    markdown = readme(TITLE, INTRODUCTION, ENTRIES)
    html = page(TITLE, INTRODUCTION, ENTRIES)
    for text in (markdown, html):
        assert re.search(r"[ \t]$", text, re.MULTILINE) is None
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
    assert "\n\n\n" not in markdown


# What it needs


@pytest.mark.parametrize("write", [page, readme])
def test_without_jinja2_one_line_says_what_to_install(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.setattr("trajviz.gallery.page._environment", _environment.__wrapped__)
    with pytest.raises(TrajvizError, match=r"^.*'\.\[gallery\]'.*$") as raised:
        write(TITLE, "", [])
    assert "\n" not in str(raised.value)


def test_the_module_loads_no_jinja2_before_it_is_called():
    script = (
        "import sys, trajviz.gallery.page as p; a = 'jinja2' in sys.modules; p.page('', '', [])"
    )
    script += "; print(a, 'jinja2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False True\n"
