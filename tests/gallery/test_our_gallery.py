"""The gallery itself: all of it current, each item a picture, the homages true to the originals."""

import functools
import io
import re
from pathlib import Path

import numpy as np
import pytest
from pictures import decoded_gif, psnr
from PIL import Image

from trajviz.files.formats._gif_encoder import delays
from trajviz.gallery.gallery import load_gallery
from trajviz.gallery.plan import plan_gallery
from trajviz.race import run

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "gallery"
HOMAGES = ["radford-beale", "radford-saddle"]


@functools.cache
def items():
    return {item.name: item for item in load_gallery(FOLDER).items()}


@functools.cache
def rendered(name):
    return run(items()[name].recipe)


def heads(name, step):
    """Return where each track's head is, by the optimizer's name, in pixels."""
    race = rendered(name)
    tracks = zip(race.trajectories, race.scene.main.tracks, strict=True)
    return {t.spec.optimizer.name: track.at(np.array([step]))[0] for t, track in tracks}


def test_everything_in_the_gallery_is_current():
    assert plan_gallery(FOLDER).stale == {}
    assert [note for note in plan_gallery(FOLDER).notes if "no item any more" in note] == []


def test_the_gallery_is_small_enough_for_the_repository():
    sizes = {path.name: path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 16_000_000
    assert {name: size for name, size in sizes.items() if size >= 1_000_000} == {}


def test_nothing_lies_about_in_the_gallery():
    made = {file for item in items().values() for file in item.files}
    used = {path for item in items().values() for path in item.table["paths"]}
    used |= {item.table[key] for item in items().values() for key in ("surface", "theme")}
    for page in (ROOT / "README.md", *ROOT.glob("docs/*.md")):
        used |= set(re.findall(r"gallery/([^\s)]+)", page.read_text(encoding="utf-8")))
    own = {"gallery.toml", "gallery.lock", "index.html", "README.md"}
    assert {path.name for path in FOLDER.iterdir()} <= made | used | own


def test_every_figure_of_the_article_and_of_radford_is_there():
    figures = {"oscillation", "rmsprop", "decay", "beale", "saddle", "long-valley", "noisy-moons"}
    assert figures | {f"radford-{name}" for name in figures} - {
        "radford-oscillation", "radford-rmsprop", "radford-decay"
    } <= set(items())  # fmt: skip
    assert len(items()) >= 16


def test_an_item_says_what_it_teaches_and_what_is_to_be_seen():
    for item in items().values():
        words = [len(item.section) > 0, len(item.caption) > 40, len(item.alt) > 40]
        assert all(words), item.name


def test_an_item_is_a_gif_and_a_still_and_most_are_films_too():
    suffixes = [{Path(file).suffix for file in item.files} for item in items().values()]
    assert all({".gif", ".png"} <= each <= {".gif", ".png", ".mp4", ".html"} for each in suffixes)
    assert sum(".mp4" in each for each in suffixes) > len(suffixes) / 2


@pytest.mark.long
def test_in_an_item_every_track_moves():
    for item in items().values():
        race = rendered(item.name)
        for course in race.courses:
            way = (course.points[-1] - course.points[0]) / race.window.extent * race.look.size
            assert np.hypot(*way) > 2, item.name


def test_a_gif_is_as_its_recipe_says_and_much_happens_until_its_still():
    for item in items().values():
        data = (FOLDER / f"{item.name}.gif").read_bytes()
        with Image.open(io.BytesIO(data)) as gif, Image.open(FOLDER / f"{item.name}.png") as png:
            assert gif.size == png.size == item.recipe.look.size
            first, last = (np.asarray(image.convert("RGB"), int) for image in (gif, png))
        assert sum(delays_in(data)) == sum(delays(item.recipe.playback)), item.name
        # A GIF's palette moves no shade that far.
        assert (np.abs(first - last) > 64).any(axis=2).mean() > 0.003, item.name


def delays_in(gif):
    """Return the delay of each frame in centiseconds, without decoding one."""
    found = re.findall(rb"\x21\xf9\x04.(..).\x00[\x2c\x21]", gif, re.DOTALL)
    return [int.from_bytes(delay, "little") for delay in found]


@pytest.mark.parametrize("name", ["trough", "batches-batch_size=3"])
def test_rendered_afresh_it_looks_as_it_is_committed(name):
    frames, times = decoded_gif(rendered(name).to_bytes("gif"))
    kept, when = decoded_gif((FOLDER / f"{name}.gif").read_bytes())
    assert times == when
    # Another version of numpy or Pillow may round a pixel's shade to the other side.
    assert min(psnr(new, old) for new, old in zip(frames, kept, strict=True)) > 45


def step_by_step(rule, steps):
    """Return Beale's path from (1, 1.6) under an update rule written out, by steps."""
    w, state = np.array([1.0, 1.6]), np.zeros(2)
    path = [w]
    for _ in range(steps):
        x, y = w
        a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
        g = np.array(
            [
                2 * a * (y - 1) + 2 * b * (y**2 - 1) + 2 * c * (y**3 - 1),
                2 * a * x + 4 * b * x * y + 6 * c * x * y**2,
            ]
        )
        w, state = rule(w, g, state)
        path.append(w)
    return np.array(path)


def momentum(w, g, v):
    v = 0.95 * v - 0.001 * g
    return w + v, v


def nesterov(w, g, v):
    v = 0.95 * v - 0.001 * g
    return w + 0.95 * v - 0.001 * g, v


def adagrad(w, g, total):
    total = total + g * g
    return w - g / np.sqrt(total), total


RADFORD = {
    "sgd": lambda w, g, state: (w - 0.001 * g, state),
    "momentum": momentum,
    "nag": nesterov,
    "adagrad": adagrad,
}
"""The settings recovered from the original's frames."""


@pytest.mark.parametrize("optimizer", RADFORD)
def test_on_beale_the_heads_are_where_the_recovered_settings_put_them(optimizer):
    path = step_by_step(RADFORD[optimizer], 198)
    for step in (0, 1, 5, 20, 60, 198):
        x, y = path[step]
        # The window from -5 to 5 fills 620 x 480 pixels: 62 a unit across, 48 a unit up.
        expected = (310 + 62 * x, 240 - 48 * y)
        np.testing.assert_allclose(heads("radford-beale", step)[optimizer], expected, atol=1e-3)


@pytest.mark.parametrize("name", HOMAGES)
def test_an_homage_has_the_pace_of_the_original(name):
    race = rendered(name)
    assert race.look.size == (620, 480)
    assert delays(race.playback) == [4] * 199
    np.testing.assert_array_equal(race.animation.positions, np.arange(199))
    names = [t.spec.optimizer.name for t in race.trajectories]
    assert names == ["sgd", "momentum", "nag", "adagrad", "adadelta", "rmsprop"]


def test_on_the_saddle_sgd_stays_on_top_and_the_others_leave_the_patch():
    race = rendered("radford-saddle")
    ends = {t.spec.optimizer.name: t.points[-1] for t in race.trajectories}
    assert np.abs(ends.pop("sgd")).max() < 0.01
    assert all(y < -1.9 for _, y in ends.values())
    assert race.scene.main.view.camera == (45, 225)


def test_rmsprop_shrinks_the_step_in_b_and_grows_it_in_w():
    race = rendered("rmsprop")
    charts = {plot.view.chart.title: plot.view.chart for plot in race.scene.plots[1:]}
    sgd_w, rms_w = charts["effective step in W"].curves
    sgd_b, rms_b = charts["effective step in b"].curves
    np.testing.assert_allclose(np.concatenate([sgd_w, sgd_b]), 0.94)
    assert rms_w.min() > 1.3
    assert rms_b.max() < 0.55
