"""The page on which a race runs anew, opened and used in a browser."""

import json
import re
import shlex
from urllib.parse import quote

import numpy as np
import pytest
from browser import paint, seen_on, sideways, violations
from livepages import AT_REST, LIVE, one, text_of, traced
from programs import invoke
from races import race

from trajviz import compare
from trajviz.animation import still
from trajviz.files.metadata import load_recipe
from trajviz.race import run
from trajviz.recipe.spec import parse_spec
from trajviz.recipe.toml import load_toml
from trajviz.scene.language import load_language
from trajviz.scene.languages import find_language, language_names

MINUS = "\N{MINUS SIGN}"
PROJECTOR, PHONE = (1920, 1080), (390, 844)
COUNT = """
window.pathsWritten = 0;
const set = SVGElement.prototype.setAttribute;
SVGElement.prototype.setAttribute = function (name, value) {
  if (name === "d") window.pathsWritten += 1;
  return set.call(this, name, value);
};
window.picturesDrawn = 0;
const request = window.requestAnimationFrame;
window.requestAnimationFrame = (call) => request((now) => {
  window.picturesDrawn += call.name === "redraw";
  call(now);
});
"""

DASHES = "(line) => getComputedStyle(line).strokeDasharray"
HEAR = """
window.heard = [];
document.addEventListener("DOMContentLoaded", () => {
  const said = document.querySelector("#said");
  const hear = () => window.heard.push(said.textContent);
  new MutationObserver(hear).observe(said, { childList: true });
});
"""
"""Keeps whatever the page has said for a moment."""


@pytest.fixture
def opened(page_of, tmp_path):
    """Return a function that opens a race's page, which does not play by itself."""

    def open_(name="beale", text=None, **options):
        path = tmp_path / "race.html"
        path.write_text(text or text_of(name), encoding="utf-8")
        return page_of(path, **{"motion": "reduce", **options})

    return open_


def settled(page):
    """Wait until what was asked for is drawn, and said, and two pictures bring nothing new."""
    page.evaluate(AT_REST)


def numbers_of(page):
    """Return where each track is and how high, (tracks, 3), NaN for those that are nowhere."""
    settled(page)
    rows = page.locator("#tracks tbody tr").all()
    values = [
        [cell.get_attribute("data-value") or "nan" for cell in row.locator("td[data-of]").all()]
        for row in rows
    ]
    return np.array(values, dtype=float)


def start_at(page, x, y):
    page.locator("#start-x").fill(str(x))
    page.locator("#start-y").fill(str(y))


def row_of(page, name):
    return page.locator("#tracks tbody tr").filter(
        has=page.locator(".name", has_text=re.compile(f"^{re.escape(name)}$"))
    )


def hash_of(page):
    settled(page)
    return page.evaluate("() => location.hash")


def command_of(page):
    return shlex.split(page.evaluate("() => command()"))


# The file


def test_the_default_race_takes_at_most_150_kilobytes():
    assert len(text_of().encode()) <= 150_000


@pytest.mark.parametrize(
    "options",
    [
        {"view": "relief"},
        {"starts": "3x3"},
        {"clock": "evaluations"},
        {"panels": ("step-size",)},
        {"trail": 5},
    ],
)
def test_what_cannot_be_live_is_played(options):
    text = race("bowl", ("sgd:lr=0.1",), steps=5, size=(320, 240), **options).to_bytes("html")
    assert (b'id="tracks"' in text, b"currentTime" in text) == (False, True)


def test_a_formula_that_branches_is_played_and_the_page_says_why():
    def branching(x, y):
        return x**2 + y**2 if np.all(x < 100) else x

    recorded, other = (
        race(surface, ("sgd:lr=0.1",), steps=5, size=(320, 240), view=view).to_bytes("html")
        for surface, view in ((branching, "contour"), ("bowl", "relief"))
    )
    assert b'id="tracks"' not in recorded
    assert b"<p>This race is played as it was recorded: its formula" in recorded
    assert b"as it was recorded" not in other


def test_of_a_rule_that_cannot_be_told_in_another_language_the_track_is_recorded():
    def dreaming(gradient, w, lr=0.1):
        import math as dreams

        while True:
            w = w - lr * gradient(w) * getattr(dreams, "tau")  # noqa: B009
            yield w

    shown = compare("bowl", ["sgd:lr=0.1", dreaming], steps=5, size=(320, 240))
    assert b"recorded: true" in shown.to_bytes("html")


@pytest.mark.browser
@pytest.mark.parametrize("name", LIVE)
def test_the_page_asks_for_nothing_but_itself_and_complains_about_nothing(name, opened):
    told = opened(name)
    settled(told.page)
    assert {address.rpartition("/")[2] for address in told.requests} == {"race.html"}
    assert (told.errors, told.failed) == ([], [])
    assert "eval(" not in text_of(name)
    assert set(re.findall(r"https?://[^\"'<)]*", text_of(name))) == {"http://www.w3.org/2000/svg"}


@pytest.mark.browser
def test_what_is_injected_reaches_no_network_and_evaluates_nothing(opened):
    told = opened()
    told.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        " document.body.append(s); }"
    )
    assert told.page.evaluate("() => window.broken") is None
    asked = "() => fetch('https://example.org/').then(() => 'came', () => 'refused')"
    assert told.page.evaluate(asked) == "refused"


@pytest.mark.browser
def test_words_cannot_break_out_of_the_page(opened):
    evil = "</script></svg></title><script>window.broken=1</script><img src=x onerror=broken=1>&'\""
    label = "'\"><img src=x onerror=broken=1>"
    shown = compare(
        "bowl",
        [{"name": "sgd", "lr": 0.1, "label": label}],
        title=evil,
        axes=("<b>x", 'y" onclick="'),
        steps=5,
    )
    told = opened(text=shown.to_bytes("html").decode())
    page = told.page
    settled(page)
    assert page.evaluate("() => window.broken") is None
    assert (page.title(), page.locator("h1").text_content()) == (evil, evil)
    assert page.locator("#tracks .name").text_content() == label
    assert page.locator("#tracks thead th").all_text_contents()[1:3] == ["<b>x", 'y" onclick="']
    assert told.errors == []


@pytest.mark.browser
def test_without_scripts_it_shows_the_end_and_no_control_that_would_do_nothing(opened):
    page = opened(script=False).page
    assert not page.locator("button, select, input").filter(visible=True).all()
    assert page.locator("#outcome").text_content() == one().outcome_text()
    assert page.locator("#tracks tbody tr").count() == 4


# The numbers


@pytest.mark.browser
@pytest.mark.parametrize("name", LIVE)
def test_it_begins_with_the_very_numbers_of_the_command(name, opened):
    np.testing.assert_allclose(numbers_of(opened(name).page), traced(one(name)), rtol=1e-10)


@pytest.mark.browser
@pytest.mark.parametrize("start", [(-1.25, 0.5), (0.1, -3.0), (2.5, 1.0)])
def test_from_another_start_the_numbers_are_those_of_a_trace_from_there(start, opened):
    page = opened("seven").page
    start_at(page, *start)
    found, true = numbers_of(page), traced(one("seven"), start)
    diverged = np.isnan(found).any(axis=1)
    rows = page.locator("#tracks tbody tr").all()
    assert [("diverged" in row.text_content()) for row in rows] == diverged.tolist()
    np.testing.assert_allclose(found[~diverged], true[~diverged], rtol=1e-10, atol=1e-13)
    assert not diverged.all()


@pytest.mark.browser
def test_another_rate_setting_and_number_of_steps_give_what_the_command_gives(opened):
    page = opened().page
    row_of(page, "Adam").locator(".rate-field").fill("0.02")
    row_of(page, "Adam").locator("summary").click()
    row_of(page, "Adam").get_by_label("beta1").fill("0.8")
    page.locator("#steps").fill("77")
    page.locator("#steps").press("Enter")
    again = compare("beale", ["adam:lr=0.02,beta1=0.8"], steps=77).trajectories[0]
    np.testing.assert_allclose(
        numbers_of(page)[3], [*again.points[-1], again.heights[-1]], rtol=1e-10
    )


@pytest.mark.browser
def test_what_is_no_setting_is_not_taken(opened):
    page = opened().page
    before = numbers_of(page)
    row = row_of(page, "Adam")
    row.locator("summary").click()
    for field, bad in (("beta1", "1.5"), ("beta2", "soon"), ("eps", "-1")):
        row.get_by_label(field).fill(bad)
        row.get_by_label(field).press("Enter")
    row.locator(".rate-field").fill("-0.1")
    row.locator(".rate-field").press("Enter")
    page.locator("#steps").fill("1e9")
    page.locator("#steps").press("Enter")
    page.locator("#start-x").fill("east")
    np.testing.assert_array_equal(numbers_of(page), before)
    assert row.get_by_label("beta1").input_value() == "0.9"


@pytest.mark.browser
def test_each_step_is_where_the_race_was_then(opened):
    page = opened().page
    for step in (0, 7, 120):
        page.locator("#step").fill(str(step))
        true = [[*t.points[step], t.heights[step]] for t in one().trajectories]
        np.testing.assert_allclose(numbers_of(page), true, rtol=1e-10)


# The picture


@pytest.mark.browser
@pytest.mark.parametrize("step", [0, 30, 200])
def test_its_tracks_lie_where_those_of_the_picture_do(step, opened):
    shown = one()
    box = shown.scene.main.box
    page = opened(size=(1280, 800)).page
    page.locator("#step").fill(str(step))
    page.evaluate(
        """([width, height]) => {
          hint.remove();
          fit = (plot) => Object.assign(plot, plot.whole, { unit: [10, 10], size: 1 });
          const { svg, frame, whole } = plots[0];
          frame.style.width = "auto";
          Object.assign(svg.style, { width: `${width}px`, height: `${height}px`, borderRadius: 0 });
          Object.assign(svg.style, { position: "fixed", left: 0, top: 0, zIndex: 9 });
          svg.setAttribute("viewBox", `${whole.left} ${whole.top} ${10 * width} ${10 * height}`);
          resized();
          changed([]);
        }""",
        [box.width, box.height],
    )
    settled(page)
    seen = seen_on(page.locator(".plot svg"))[: box.height, : box.width].astype(int)
    true = still(shown.scene, step)[box.y0 : box.y1, box.x0 : box.x1]
    assert np.abs(seen - true).mean() < 2


@pytest.mark.browser
def test_beside_the_relief_tracks_run_over_it_where_those_of_the_picture_do(opened):
    options = {"view": "split", "camera": (20.0, 60.0), "steps": 50}
    shown = race("himmelblau", ("sgd:lr=0.01", "adam"), **options)
    told = opened(text=shown.to_bytes("html").decode())
    page, relief = told.page, shown.scene.plots[1]
    for step in (0, 20, 50):
        page.locator("#step").fill(str(step))
        settled(page)
        places = page.evaluate("(step) => race.tracks.map((t) => headAt(t, step, plots[1]))", step)
        true = [10 * track.at(np.array([float(step)]))[0] for track in relief.tracks]
        np.testing.assert_allclose(places, true, atol=2.5)
    x0, x1, y0, y1 = shown.window
    grid = np.stack(np.meshgrid(np.linspace(x0, x1, 30), np.linspace(y0, y1, 30)), axis=-1)
    hidden = page.evaluate(
        "(grid) => grid.map(([x, y]) => plots[1].block.hides(x, y))", grid.reshape(-1, 2).tolist()
    )
    true = ~relief.view.visible(grid.reshape(-1, 2))
    assert 0.1 < true.mean() < 0.9
    assert (np.array(hidden) == true).mean() > 0.97
    assert page.get_by_role("slider", name="Start, x and y").count() == 1
    assert told.errors == []


@pytest.mark.browser
def test_a_track_that_leaves_for_good_ends_in_an_arrow_and_one_that_ends_inside_does_not(opened):
    page = opened().page
    row_of(page, "Momentum").locator(".rate-field").fill("0.2")
    row_of(page, "Momentum").locator(".rate-field").press("Enter")
    settled(page)
    marks = [mark.get_attribute("d") for mark in page.locator(".marks .line").all()]
    assert [bool(mark) for mark in marks] == [False, True, False, False]
    assert "diverged at step" in row_of(page, "Momentum").text_content()
    assert "Diverged: Momentum at step" in page.locator("#outcome").text_content()


@pytest.mark.browser
def test_tracks_that_go_the_same_way_are_dashed_over_each_other_until_they_part(opened):
    two = ("sgd:lr=0.02", "sgd:lr=0.02,label=twin", "adam")
    shown = race("beale", two, steps=60)
    page = opened(text=shown.to_bytes("html").decode()).page
    page.locator("#step").fill("60")

    def dashes():
        settled(page)
        lines = [group.locator(".line").all() for group in page.locator(".lines > g").all()]
        return [
            [(len(line.get_attribute("d")) > 0, line.evaluate(DASHES)) for line in several]
            for several in lines
        ]

    first, twin, other = dashes()
    assert [there for there, _ in (*first, *other)] == [True, False] * 2
    assert [there for there, _ in twin] == [False, True]
    on, off = map(float, re.findall(r"[\d.]+", twin[1][1]))
    assert on == off > 6
    seen = seen_on(page.locator(".plot svg")).reshape(-1, 3).astype(int)
    colors = [chip.color for chip in shown.scene.words.chips[:2]]
    shares = [(abs(seen - color).max(axis=1) < 12).sum() for color in colors]
    assert 0.4 < shares[0] / shares[1] < 2.5
    row_of(page, "twin").locator(".rate-field").fill("0.01")
    row_of(page, "twin").locator(".rate-field").press("Enter")
    assert [there for there, _ in dashes()[1]] == [True, False]


@pytest.mark.browser
def test_a_track_that_is_off_is_gone_from_plot_chart_and_table_and_comes_back(opened):
    page = opened().page
    before = numbers_of(page)
    box = row_of(page, "RMSProp").locator("input[type=checkbox]")
    box.uncheck()
    assert np.isnan(numbers_of(page)[2]).all()
    groups = page.locator(".lines > g").all()
    assert [group.is_visible() for group in groups] == [True, True, False, True]
    assert page.locator(".curves path").nth(2).get_attribute("d") == ""
    box.check()
    np.testing.assert_array_equal(numbers_of(page), before)


@pytest.mark.browser
def test_the_chart_is_as_high_as_the_heights_are(opened):
    page = opened().page
    page.evaluate("() => { race.at = race.steps; changed(); }")
    settled(page)
    for place, t in enumerate(one().trajectories):
        corners = page.locator(".curves path").nth(place).get_attribute("d")
        x, y = map(float, re.findall(r"[\d.-]+ [\d.-]+", corners)[-1].split())
        low, high = page.evaluate(
            "() => [JSON.parse(chartFrame)[0].low, JSON.parse(chartFrame)[0].high]"
        )
        height = high - (high - low) * y / 400
        assert x == 1000
        assert height == pytest.approx(np.log10(t.heights[-1]), abs=0.1)


# The start


@pytest.mark.browser
def test_the_start_is_dragged_and_all_tracks_follow_in_one_picture_each(opened):
    page = opened("seven", before=COUNT).page
    settled(page)
    plot = page.locator(".plot svg").bounding_box()
    held = page.locator(".start").bounding_box()
    page.mouse.move(held["x"] + held["width"] / 2, held["y"] + held["height"] / 2)
    page.mouse.down()
    settled(page)
    page.evaluate("() => { window.pathsWritten = 0; window.picturesDrawn = 0; }")
    x, y = plot["x"] + 0.3 * plot["width"], plot["y"] + 0.6 * plot["height"]
    left, top, width, height = map(
        float, page.locator(".plot svg").get_attribute("viewBox").split()
    )
    for by in range(40):
        page.mouse.move(x + by, y)
    settled(page)
    written, drawn = page.evaluate("() => [window.pathsWritten, window.picturesDrawn]")
    page.mouse.up()
    # A picture at most for each move. Of each track both pieces of its line, mark and head are two
    # strokes each, and there is a curve; the chart has a cursor and a grid.
    assert 0 < drawn <= 40
    assert written <= drawn * (7 * 9 + 2)
    start = [float(page.locator(f"#start-{axis}").input_value()) for axis in "xy"]
    across = (left + (x + 39 - plot["x"]) / plot["width"] * width) / 10
    down = (top + (y - plot["y"]) / plot["height"] * height) / 10
    there = one("seven").scene.main.view.unproject(across, down)
    assert start == pytest.approx(there, abs=0.05)
    found, true = numbers_of(page), traced(one("seven"), tuple(start))
    there = ~np.isnan(found).any(axis=1)
    np.testing.assert_allclose(found[there], true[there], rtol=1e-10, atol=1e-13)


@pytest.mark.browser
def test_a_finger_moves_the_start_as_well(opened):
    page = opened(size=PHONE, has_touch=True).page
    plot = page.locator(".plot svg").bounding_box()
    page.touchscreen.tap(plot["x"] + 0.25 * plot["width"], plot["y"] + 0.5 * plot["height"])
    settled(page)
    assert float(page.locator("#start-x").input_value()) < -2
    assert page.locator(".plot svg").evaluate("(s) => getComputedStyle(s).touchAction") == "none"


@pytest.mark.browser
def test_arrow_keys_move_the_start(opened):
    page = opened().page
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    settled(page)
    window = one().window
    x, y = (float(page.locator(f"#start-{axis}").input_value()) for axis in "xy")
    assert x == pytest.approx(1 + (window.x1 - window.x0) / 200, rel=1e-9)
    assert y == pytest.approx(1.6 + (window.y1 - window.y0) / 20, rel=1e-9)
    np.testing.assert_allclose(numbers_of(page), traced(one(), (x, y)), rtol=1e-10)
    words = page.get_by_role("slider", name="Start, x and y").get_attribute("aria-valuetext")
    assert words == f"x {x!r}, y {y!r}".replace(".0,", ",")


@pytest.mark.browser
def test_the_fields_of_the_start_have_the_names_of_the_axes(opened):
    page = opened("clamped").page
    assert page.get_by_label("W", exact=True).get_attribute("id") == "start-x"
    assert page.get_by_label("b", exact=True).get_attribute("id") == "start-y"


@pytest.mark.browser
def test_where_there_is_no_height_it_says_so(opened):
    shown = race("log(x) + y**2", ("sgd:lr=0.01",), start=(2.0, 1.0), steps=20)
    page = opened(text=shown.to_bytes("html").decode()).page
    page.locator("#start-x").fill("-1")
    settled(page)
    assert page.locator("#outcome").text_content() == "There is no finite value at this start."
    assert np.isnan(numbers_of(page)).all()


# Tracks


@pytest.mark.browser
def test_the_slider_of_a_rate_is_logarithmic_and_snaps_to_the_tuned_one(opened):
    page = opened().page
    row = row_of(page, "Adam")
    slider, tuned = row.locator(".rate"), one().trajectories[3].settings["lr"]
    assert slider.get_attribute("aria-valuetext") == f"{tuned:g}, tuned"
    slider.fill("-1")
    settled(page)
    assert float(row.locator(".rate-field").input_value()) == pytest.approx(tuned / 10, rel=1e-2)
    slider.fill("0.01")
    settled(page)
    assert float(row.locator(".rate-field").input_value()) == tuned
    assert row.locator(".mark").get_attribute("data-word") == "tuned"


@pytest.mark.browser
def test_any_rule_can_be_added_and_any_track_removed(opened):
    page = opened().page
    for name in ("nag", "rprop"):
        page.locator("#rule").select_option(name)
        page.locator("#add").click()
    settled(page)
    names = page.locator("#tracks .name").all_text_contents()
    assert names == ["SGD", "Momentum", "RMSProp", "Adam", "NAG", "Rprop"]
    row_of(page, "SGD").locator("summary").click()
    row_of(page, "SGD").get_by_role("button", name="Remove SGD").click()
    assert len(numbers_of(page)) == 5
    colors = page.evaluate("() => race.tracks.map((track) => track.color)")
    assert len(set(colors)) == 5
    count = page.evaluate("() => MOST_TRACKS")
    for _ in range(count):
        if page.locator("#add").is_enabled():
            page.locator("#add").click()
    assert len(numbers_of(page)) == count


@pytest.mark.browser
def test_a_recorded_track_is_marked_and_stays_where_it_is(opened, tmp_path):
    (tmp_path / "mine.csv").write_text("x,y\n1,1\n2,0.5\n2.5,0.4\n")
    shown = compare("beale", ["sgd:lr=0.01"], paths=[tmp_path / "mine.csv"], steps=20)
    page = opened(text=shown.to_bytes("html").decode()).page
    settled(page)
    row = page.locator("#tracks tbody tr").nth(1)
    assert row.locator("small").text_content() == "recorded"
    assert row.locator("details, .rate").count() == 0
    start_at(page, -1, 2)
    height = float(shown.surface.value(np.array([2.5, 0.4])))
    np.testing.assert_allclose(numbers_of(page)[1], [2.5, 0.4, height], rtol=1e-10)


@pytest.mark.browser
def test_rates_are_tuned_again_as_the_command_does_it(opened):
    page = opened().page
    start_at(page, -1.5, 1.5)
    page.get_by_role("button", name="Tune rates from here").click()
    page.wait_for_function("() => document.querySelector('#tuning').hidden")
    again = compare("beale", start=(-1.5, 1.5)).trajectories
    settled(page)
    rates = [float(field.input_value()) for field in page.locator(".rate-field").all()]
    assert rates == [t.settings["lr"] for t in again]
    marked = [slider.get_attribute("aria-valuetext") for slider in page.locator(".rate").all()]
    assert all(text.endswith(", tuned") for text in marked)


@pytest.mark.browser
def test_tuning_gives_way_to_whoever_moves_the_start(opened):
    page = opened().page
    settled(page)
    rates = "() => race.tracks.map((track) => track.settings.lr)"
    before = page.evaluate(rates)
    page.evaluate("() => { document.querySelector('#tune').click(); startAt(2, 2); }")
    page.wait_for_function("() => document.querySelector('#tuning').hidden")
    assert page.evaluate(rates) == before
    assert page.locator("#tune").is_enabled()


@pytest.mark.browser
def test_tuning_lets_the_page_do_something_else_again_and_again(opened):
    page = opened().page
    settled(page)
    turns = page.evaluate(
        """() => new Promise((done) => {
          let now = 0, turns = 0;
          performance.now = () => (now += 20);
          tune(race.tracks, (progress) => (progress === null ? done(turns) : (turns += 1)));
        })"""
    )
    assert turns > 10


# Time


@pytest.mark.browser
def test_it_plays_by_itself_to_the_end_and_pauses_and_goes_back(opened):
    page = opened(motion="no-preference").page
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.reload()
    paint(page)
    page.clock.run_for(2000)
    here = int(page.locator("#step").input_value())
    assert 0 < here < 120
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(2000)
    assert int(page.locator("#step").input_value()) == here
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(9000)
    assert page.locator("#step").get_attribute("aria-valuetext") == "step 200 of 200"
    page.locator("body").press("Home")
    page.clock.run_for(100)
    assert page.locator("#shown").text_content() == "0 / 200"


@pytest.mark.browser
@pytest.mark.parametrize("pressed", [False, True])
def test_it_may_open_with_the_end_and_plays_when_nobody_has_done_anything(pressed, opened):
    shown = race("bowl", ("sgd:lr=0.1",), steps=20, first="end")
    page = opened(text=shown.to_bytes("html").decode(), motion="no-preference").page
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.reload()
    paint(page)
    assert page.locator("#step").input_value() == "20"
    page.clock.run_for(1900)
    assert page.locator("#step").input_value() == "20"
    if pressed:
        page.locator("body").press("Home")
    page.clock.run_for(4000)
    assert (page.locator("#step").input_value() == "0") == pressed
    page.clock.run_for(5000)
    assert page.locator("#step").input_value() == ("0" if pressed else "20")


@pytest.mark.browser
def test_who_asks_for_less_motion_sees_the_end(opened):
    page = opened().page
    settled(page)
    assert page.locator("#step").input_value() == "200"
    assert page.get_by_role("button", name="Play", exact=True).count() == 1


# Links and commands


@pytest.mark.browser
def test_a_link_brings_the_whole_state_back(opened, tmp_path):
    page = opened().page
    start_at(page, -2.5, 1.25)
    row_of(page, "Adam").locator(".rate-field").fill("0.03")
    row_of(page, "SGD").locator("input[type=checkbox]").uncheck()
    page.locator("#rule").select_option("nag")
    page.locator("#add").click()
    page.locator("#steps").fill("150")
    page.locator("#steps").press("Enter")
    page.locator("#step").fill("40")
    page.locator("#speed").select_option("2")
    link, numbers = hash_of(page), numbers_of(page)
    assert link.startswith("#start=-2.5,1.25&steps=150&at=40&speed=2&track=-0&track=1")
    page.goto("about:blank")
    page.goto((tmp_path / "race.html").as_uri() + link)
    np.testing.assert_array_equal(numbers_of(page), numbers)
    assert hash_of(page) == link
    assert page.locator("#speed").input_value() == "2"


STRANGE = [
    "start=1e999,NaN&steps=-5&at=x&speed=1000",
    "start=&steps=1e9&track=" + "a" * 9000,
    "track=__proto__&track=constructor:lr=1&track=toString",
    "track=adam:lr=-1,beta1=7,beta2=NaN,eps=Infinity,__proto__=1,constructor=2",
    "track=" + quote("<img src=x onerror=alert(1)>"),
    "&".join(["track=adam"] * 500),
    "track=99&track=-99&track=0:lr=0",
    "%E0%A4%A&start=%",
]


@pytest.mark.browser
@pytest.mark.parametrize("link", STRANGE, ids=range(len(STRANGE)))
def test_a_strangers_link_does_no_harm(link, opened, tmp_path):
    told = opened()
    page = told.page
    page.goto("about:blank")
    page.goto((tmp_path / "race.html").as_uri() + "#" + link)
    found = numbers_of(page)
    assert told.errors == []
    assert 1 <= len(found) <= 12
    assert np.isfinite(found).all()
    settings = page.evaluate("() => race.tracks.map((track) => track.settings)")
    assert all(0 < one["lr"] < 1 and 0 <= one.get("beta1", 0) < 1 for one in settings)


@pytest.mark.browser
def test_the_command_draws_what_is_seen(opened, tmp_path, monkeypatch):
    page = opened("clamped").page
    start_at(page, -1.5, 0.5)
    row_of(page, "SGD").locator(".rate-field").fill("0.003")
    page.locator("#rule").select_option("adam")
    page.locator("#add").click()
    row_of(page, "Adam").locator(".rate-field").fill("0.1")
    found, words = numbers_of(page), command_of(page)
    assert words[:3] == ["trajviz", "render", "beale"]
    monkeypatch.chdir(tmp_path)
    words[words.index("-o") + 1] = "again.svg"
    done = invoke(*words[1:])
    assert done.returncode == 0, done.stderr
    again = run(load_recipe(tmp_path / "again.svg")).trajectories
    true = [[*t.points[-1], t.heights[-1]] for t in again]
    np.testing.assert_allclose(found, true, rtol=1e-10)


@pytest.mark.browser
def test_the_command_is_quoted_for_a_shell(opened):
    shown = race(
        "x**2 + 3*y**2", ('sgd:lr=0.1,label="it\'s; $(mine)"',), title="a 'b' `c`", steps=5
    )
    page = opened(text=shown.to_bytes("html").decode()).page
    words = command_of(page)
    assert words[2] == "x**2 + 3*y**2"
    assert parse_spec(words[3]).label == "it's; $(mine)"
    assert words[words.index("--title") + 1] == "a 'b' `c`"


@pytest.mark.browser
def test_what_was_made_in_python_has_no_command(opened):
    shown = compare(lambda x, y: x**2 + y**2, ["sgd:lr=0.1"], steps=5)
    page = opened(text=shown.to_bytes("html").decode()).page
    settled(page)
    assert not page.locator("#command").is_visible()


@pytest.mark.browser
def test_link_and_command_are_copied(opened):
    page = opened(before=HEAR, permissions=["clipboard-read", "clipboard-write"]).page
    page.locator("#command").click()
    page.wait_for_function("() => heard.includes('Command copied')")
    assert page.evaluate("() => navigator.clipboard.readText()").startswith("trajviz render beale ")
    page.locator("#link").click()
    page.wait_for_function("() => heard.includes('Link copied')")
    assert "#start=1,1.6&steps=200" in page.evaluate("() => navigator.clipboard.readText()")


# For everyone, everywhere


SAID = """() => [...document.querySelectorAll("body *:not(script, #caption)")].flatMap((one) => [
  ...["aria-label", "title", "aria-valuetext"].map((name) => one.getAttribute(name) ?? ""),
  ...[...one.childNodes].filter((part) => part.nodeType === 3).map((part) => part.data),
])"""
"""All that a page shows, or says to whoever hears it, but for what the picture says."""


@pytest.mark.browser
@pytest.mark.parametrize("language", [n for n in language_names() if n != "en"])
def test_a_page_speaks_the_language_of_its_picture(language, opened, tmp_path):
    path, own = find_language(language), load_toml(find_language(language))
    if language in ("ja", "zh"):  # whose letters a picture may have no font for
        own = {key: text for key, text in own.items() if key.startswith("page_")}
        path = tmp_path / f"{language}.toml"
        lines = [f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in own.items()]
        path.write_text("".join(lines), "utf-8")
    words = load_language(path)
    shown = race("beale", ("sgd:lr=0.01", "adam:lr=0.3"), steps=40, language=str(path))
    page = opened(text=shown.to_bytes("html").decode()).page
    assert page.locator("html").get_attribute("lang") == language
    page.locator("#tracks summary").first.click()
    page.get_by_role("button", name=words.say("page_steps_back"), exact=True).click()
    settled(page)
    away = words.words["page_away"].partition("{")[0]
    assert page.locator("#outcome").text_content().startswith(away)
    said = page.evaluate(SAID)
    english, split = load_language("en").words, re.compile("{.*?}").split
    phrases = {part.strip() for key in own.keys() & english for part in split(english[key])}
    left = re.compile(rf"\b({'|'.join(re.escape(one) for one in phrases if len(one) > 3)})\b")
    assert [text for text in said if left.search(text)] == []
    langs = "(all) => all.map((one) => one.lang)"
    assert page.locator("main [lang]").evaluate_all(langs) == [language]
    assert violations(page) == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["auto", "clamped"])
def test_axe_finds_nothing_to_complain_about(name, scheme, opened):
    page = opened(name, scheme=scheme).page
    for summary in page.locator("summary").all():
        summary.click()
    page.locator("tbody input[type=checkbox]").first.uncheck()
    settled(page)
    assert violations(page) == []


@pytest.mark.browser
@pytest.mark.parametrize("name", ["beale", "split"])
@pytest.mark.parametrize("size", [PROJECTOR, (1280, 800), PHONE, (844, 390)])
def test_it_fills_the_window_and_the_controls_stay_in_sight(name, size, opened):
    page = opened(name, size=size).page
    settled(page)
    assert sideways(page) == 0
    assert page.evaluate("() => document.scrollingElement.scrollHeight") <= size[1]
    for what in ("#play", "#step", ".plot svg", "#start-x", "#start-y"):
        box = page.locator(what).first.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size[1]
    plots = [plot.bounding_box() for plot in page.locator(".plot svg").all()]
    area = sum(plot["width"] * plot["height"] for plot in plots)
    assert area >= 0.25 * size[0] * size[1]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_touched_is_at_least_44_pixels_high(language, opened):
    shown = one() if language == "en" else race("beale", LIVE["beale"][1], language=language)
    page = opened(text=shown.to_bytes("html").decode(), size=PHONE, has_touch=True).page
    page.locator("#tracks summary").first.click()
    page.locator("#tracks summary").nth(3).click()
    settled(page)
    touched = page.locator("button, select, input:not([type=checkbox]), summary, tbody label")
    sizes = {
        part.evaluate("(part) => part.outerHTML.slice(0, 80)"): part.bounding_box()
        for part in touched.all()
        if part.is_visible()
    }
    assert {
        what: box for what, box in sizes.items() if box["height"] < 44 or box["width"] < 34
    } == {}


@pytest.mark.browser
def test_picture_and_page_follow_the_readers_colours(opened):
    seen = {}
    for scheme in ("light", "dark"):
        page = opened("auto", scheme=scheme).page
        settled(page)
        seen[scheme] = (
            np.mean(seen_on(page)),
            np.mean(seen_on(page.locator(".plot svg"))),
            page.locator(".lines .line").first.evaluate("(l) => getComputedStyle(l).stroke"),
        )
    assert seen["dark"][0] < 100 < 180 < seen["light"][0]
    assert seen["dark"][1] < 110 < 150 < seen["light"][1]
    assert seen["dark"][2] != seen["light"][2]


@pytest.mark.browser
def test_what_a_page_was_written_with_is_not_said_anew_until_it_is_changed(opened):
    page = opened().page
    settled(page)
    assert page.locator("#outcome").text_content() == one().outcome_text()
    page.locator("#start-x").fill("0.5")
    settled(page)
    assert page.locator("#outcome").text_content() != one().outcome_text()


@pytest.mark.browser
def test_the_outcome_is_text_that_says_who_arrived_when(opened):
    page = opened().page
    start_at(page, *one().recipe.start)
    settled(page)
    text = page.locator("#outcome").text_content()
    assert text.startswith("Within 0.1 of the minimum: Adam since step 55, ")
    assert "Still away at step 200: SGD 0.56." in text
    assert page.locator("#outcome").get_attribute("role") == "status"
