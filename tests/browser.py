"""A real browser for tests: Debian's Chromium without a window, driven by playwright.

`page_of(path)` opens a file as a reader would, from disk, or an address, and returns an `Opened`.
Other helpers ask what only a browser knows: what axe-core finds, how far things have jumped.
"""

from __future__ import annotations

import dataclasses
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from programs import program

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# However busy the machine is, a picture of a page is whole: no part and no image of it comes later.
FLAGS += ["--run-all-compositor-stages-before-draw", "--disable-checker-imaging"]
FLAGS += ["--disable-low-res-tiling"]
# In milliseconds. Now and then Chromium never draws a page, however long one waits, and draws the
# next: make browser and make places run a test once more that this, and nothing else, has ended.
LOST = 90_000
PHONE = (360, 740)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

WATCH_SHIFTS = """
window.shifts = {sum: 0, sources: []};
const note = (entries) => {
  for (const entry of entries) {
    if (entry.hadRecentInput) continue;
    window.shifts.sum += entry.value;
    window.shifts.sources.push(...entry.sources.map((s) => s.node?.outerHTML?.slice(0, 80)));
  }
};
window.shifts.observer = new PerformanceObserver((list) => note(list.getEntries()));
window.shifts.observer.observe({type: "layout-shift", buffered: true});
window.shifts.settle = async () => {
  for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
  note(window.shifts.observer.takeRecords());
  return [window.shifts.sum, window.shifts.sources];
};
"""


REST = """async () => {
  await document.fonts.ready;
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
}"""


@dataclasses.dataclass(frozen=True)
class Opened:
    """A page, and what has been heard of it since before it loaded.

    `errors` are errors and warnings on the console and exceptions that nobody caught; `requests`
    the addresses that were asked for, `failed` those among them that did not come.
    """

    page: Page
    errors: list[str] = dataclasses.field(default_factory=list)
    requests: list[str] = dataclasses.field(default_factory=list)
    failed: list[str] = dataclasses.field(default_factory=list)


# For one module at a time: while playwright runs, asyncio believes that a loop does, too.
@pytest.fixture(scope="module")
def browser():
    """Chromium; without it the test is skipped, which fails in CI.

    Its headless shell, where there is one, draws without a desktop's windows: in half the time.
    """
    path = shutil.which("chromium-headless-shell") or program("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page_of(browser):
    """Return a function that opens a file from disk, or an address, in a context of its own.

    Its options: `size` of the viewport in CSS pixels, `motion` "reduce" or "no-preference",
    `scheme` "light" or "dark", `script=False` to switch JavaScript off, `before`, JavaScript that
    runs before the page's, `permissions` such as "clipboard-read", and any other option of
    playwright's `Browser.new_context`.
    """
    contexts = []

    def opened(
        path,
        size=(1280, 800),
        *,
        motion="no-preference",
        scheme="light",
        script=True,
        before="",
        **options,
    ):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            reduced_motion=motion,
            color_scheme=scheme,
            java_script_enabled=script,
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(300_000)  # ends a page that hangs, not a slow one
        context.add_init_script(WATCH_SHIFTS + before)
        page = context.new_page()
        told = Opened(page)
        page.on("console", lambda said: _note(told, said))
        page.on("pageerror", lambda error: told.errors.append(str(error)))
        page.on("request", lambda asked: told.requests.append(asked.url))
        page.on("response", lambda got: _note_answer(told, got))
        page.on("requestfailed", lambda asked: told.failed.append(f"{asked.url} {asked.failure}"))
        address = str(path).startswith("http://")
        page.goto(path if address else Path(path).resolve().as_uri())
        paint(page)
        if script and motion == "reduce":  # nothing moves: it is as it will stay
            page.evaluate(REST)
        return told

    yield opened
    for context in contexts:
        context.close()


def _note(told, said):
    if said.type in ("error", "warning"):
        told.errors.append(f"{said.type}: {said.text}")


def _note_answer(told, answer):
    if answer.status >= 400:
        told.failed.append(f"{answer.url} {answer.status}")


def paint(page):
    """Have a page painted that was just loaded: until then Chromium drops what is typed."""
    page.screenshot(clip={"x": 0, "y": 0, "width": 1, "height": 1}, timeout=LOST)


def seen_on(page, **options):
    """Return what a page, or a part of it, looks like once it rests: an array (height, width, 3).

    Of what never rests it is a moment.
    """
    before, data = None, page.screenshot(timeout=LOST, **options)
    for _ in range(4):
        if data == before:
            break
        before, data = data, page.screenshot(timeout=LOST, **options)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def assert_look_alike(picture, other):
    """Hold two pictures of pages to be the same, but for how a browser rounds an edge's colours."""
    np.testing.assert_allclose(picture.astype(int), other, rtol=0, atol=2)


def violations(page):
    """Return what axe-core holds against a page, as one line per rule and element.

    This, `shift` and `scroll_through` wait inside the page, and so need one with script.
    """
    from axe_playwright_python.base import AXE_FILE_PATH

    page.evaluate(Path(AXE_FILE_PATH).read_text(encoding="utf-8"))
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{broken['id']}: {broken['help']}: {node['html'][:120]}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ]


def shift(page):
    """Return the cumulative layout shift so far, 0 when nothing has jumped, and what jumped."""
    total, sources = page.evaluate("() => window.shifts.settle()")
    return total, sources


def scroll_through(page):
    """Scroll to the end a screenful at a time, as a reader would, and wait at each for pictures."""
    page.evaluate(
        """async () => {
          const frame = () => new Promise(requestAnimationFrame);
          for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
            scrollTo(0, y);
            await frame(); await frame();
            const seen = [...document.images].filter((image) => {
              const box = image.getBoundingClientRect();
              return box.height && box.bottom > 0 && box.top < innerHeight && !image.complete;
            });
            await Promise.all(seen.map((image) => image.decode().catch(() => {})));
          }
          await frame();
        }"""
    )


def sideways(page):
    """Return by how many CSS pixels a page is wider than its window."""
    return page.evaluate(
        "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
    )
