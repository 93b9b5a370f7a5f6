"""The browser that tests use: each helper notices what it is there to notice."""

from urllib.parse import urlsplit

import pytest
from browser import PHONE, scroll_through, shift, sideways, violations

GOOD = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>Quiet</title><main><h1>Quiet</h1><p>Nothing jumps.</p></main></html>"""


@pytest.fixture
def seen(page_of, tmp_path):
    def opened(html, **options):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        return page_of(path, **options)

    return opened


def test_a_quiet_page_has_nothing_held_against_it(seen):
    told = seen(GOOD, size=PHONE)
    scroll_through(told.page)
    assert violations(told.page) == []
    assert shift(told.page) == (0, [])
    assert sideways(told.page) == 0
    assert told.errors == told.failed == []
    assert [urlsplit(url).scheme for url in told.requests] == ["file"]


def test_axe_sees_pale_text_and_a_picture_that_nothing_describes(seen):
    page = seen(GOOD.replace("<p>", '<img src="data:,"><p style="color: #ddd">')).page
    assert {line.partition(":")[0] for line in violations(page)} == {"color-contrast", "image-alt"}


def test_the_console_and_what_nobody_caught_and_what_did_not_come_are_heard(seen):
    noise = """<script>console.error("loud");
      setTimeout(() => { window.late = true; throw Error("thrown"); });</script>"""
    told = seen(GOOD + noise + '<img src="missing.png" alt="">')
    told.page.wait_for_function("window.late")
    assert "error: loud" in told.errors
    assert any("thrown" in line for line in told.errors)
    assert len(told.failed) == 1
    assert "missing.png" in told.failed[0]


def test_a_picture_that_pushes_text_down_is_a_shift(seen):
    pushing = """<script>setTimeout(() => document.querySelector("p").style.marginTop = "200px",
      200)</script>"""
    page = seen(GOOD + pushing).page
    page.wait_for_function('document.querySelector("p").style.marginTop')
    total, sources = shift(page)
    assert total > 0.001
    assert "<p" in sources[0]


def test_what_is_wider_than_a_phone_scrolls_sideways(seen):
    page = seen(GOOD.replace("<p>", '<p style="width: 500px">'), size=PHONE).page
    assert sideways(page) > 100


@pytest.mark.parametrize(
    ("option", "media"),
    [
        ({"motion": "reduce"}, "(prefers-reduced-motion: reduce)"),
        ({"scheme": "dark"}, "(prefers-color-scheme: dark)"),
        ({"size": (360, 740)}, "(max-width: 400px)"),
    ],
)
def test_a_page_is_opened_under_the_wishes_of_its_reader(seen, option, media):
    ask = f"matchMedia('{media}').matches"
    assert not seen(GOOD).page.evaluate(ask)
    assert seen(GOOD, **option).page.evaluate(ask)


def test_a_page_without_script_runs_none(seen):
    script = GOOD + "<script>document.title = 'Ran'</script>"
    assert seen(script).page.title() == "Ran"
    assert seen(script, script=False).page.title() == "Quiet"
