"""A notebook that is executed: what it stores shows the race, wherever it is opened."""

import base64
import functools
import io
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from pictures import decoded_gif
from PIL import Image
from races import race

from trajviz.animation import still

REQUEST = '"bowl", ["sgd:lr=0.1", "adam"], steps=20, seconds=1, size=(320, 240)'
CELLS = (f"import trajviz\nrace = trajviz.compare({REQUEST})\nrace", "race.player()")


@functools.cache
def here():
    """The same race as in the notebook."""
    return race("bowl", ("sgd:lr=0.1", "adam"), steps=20, seconds=1, size=(320, 240))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The outputs of an executed notebook's cells, as its file keeps them."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_name="python3", resources=where).execute()
    nbformat.write(notebook, folder / "race.ipynb")
    return [cell.outputs for cell in nbformat.read(folder / "race.ipynb", as_version=4).cells]


@pytest.mark.long
def test_a_race_is_stored_as_one_result_in_html_and_png_and_without_complaint(stored):
    ((result,), (player,)) = stored
    assert (result.output_type, player.output_type) == ("execute_result", "execute_result")
    assert set(result.data) == {"text/html", "image/png", "text/plain"}
    assert set(player.data) == {"text/html", "text/plain"}
    assert len(player.data["text/plain"]) < 200


@pytest.mark.long
def test_the_html_holds_the_gif_and_asks_nobody_for_anything(stored):
    html = stored[0][0].data["text/html"]
    (gif,) = re.findall(r'<img [^>]*src="data:image/gif;base64,([^"]+)"', html)
    frames, delays = decoded_gif(base64.b64decode(gif))
    assert (len(frames) >= 25, sum(delays)) == (True, 300)
    assert np.abs(frames[-1].astype(int) - still(here().scene, 20)).mean() < 1
    assert "http" not in html


def test_the_png_is_the_last_step_for_viewers_that_strip_html(stored):
    data = base64.b64decode(stored[0][0].data["image/png"])
    with Image.open(io.BytesIO(data)) as image:
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), still(here().scene, 20))


@pytest.mark.parametrize(("motion", "kind"), [("no-preference", "gif"), ("reduce", "png")])
def test_a_browser_shows_the_gif_or_the_still_as_its_reader_wants(
    motion,
    kind,
    stored,
    page_of,
    tmp_path,
):
    path = tmp_path / "cell.html"
    path.write_text(stored[0][0].data["text/html"], encoding="utf-8")
    page = page_of(path, motion=motion).page
    shown, width = page.evaluate(
        "() => [document.images[0].currentSrc.slice(0, 14), document.images[0].naturalWidth]"
    )
    assert (shown, width) == (f"data:image/{kind}", 320)


def test_the_player_runs_in_its_frame_with_its_controls_in_sight(stored, page_of, tmp_path):
    path = tmp_path / "cell.html"
    path.write_text(stored[1][0].data["text/html"], encoding="utf-8")
    told = page_of(path)
    frame = told.page.frame_locator("iframe")
    frame.locator("#step").press("End")
    frame.locator("#step[aria-valuetext='step 20 of 20']").wait_for()
    room = told.page.locator("iframe").bounding_box()["height"]
    for what in (".plot svg", "#play", "#start-x", "#tracks tbody tr:first-child"):
        box = frame.locator(what).bounding_box()
        assert box["y"] + box["height"] < room
    assert told.page.locator("iframe").get_attribute("title").startswith("Contour plot of")
    assert told.errors == []
