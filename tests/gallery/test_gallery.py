"""The gallery itself: all of it current, each item a picture, the homages true to the originals."""

import functools
import re
from pathlib import Path

import numpy as np
import pytest
from pictures import decoded_gif, psnr
from PIL import Image

from trajviz.animation import still
from trajviz.files.formats._gif_encoder import delays
from trajviz.gallery.items import load_gallery
from trajviz.gallery.plan import notes_of, stale_of
from trajviz.race import run

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "gallery"
ITEMS = {item.name: item for item in load_gallery(FOLDER).items()}
HOMAGES = ["radford-beale", "radford-saddle"]


@functools.cache
def rendered(name):
    return run(ITEMS[name].recipe)


def heads(name, step):
    """Return where each track's head is, by the optimizer's name, in pixels."""
    race = rendered(name)
    tracks = zip(race.trajectories, race.scene.main.tracks, strict=True)
    return {t.spec.optimizer.name: track.at(np.array([step]))[0] for t, track in tracks}


def test_everything_in_the_gallery_is_current():
    assert dict(stale_of(FOLDER)) == {}
    assert [note for note in notes_of(FOLDER) if "no item any more" in note] == []


def test_the_gallery_is_small_enough_for_the_repository():
    sizes = {path.name: path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 12_000_000
    assert {name: size for name, size in sizes.items() if size >= 1_000_000} == {}


def test_nothing_lies_about_in_the_gallery():
    made = {file for item in ITEMS.values() for file in item.files}
    used = {path for item in ITEMS.values() for path in item.table["paths"]}
    used |= {item.table[key] for item in ITEMS.values() for key in ("surface", "theme")}
    used |= set(re.findall(r"gallery/([^\s)]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    own = {"gallery.toml", "gallery.lock", "index.html", "README.md"}
    assert {path.name for path in FOLDER.iterdir()} <= made | used | own


def test_every_figure_of_the_article_and_of_radford_is_there():
    figures = {"oscillation", "rmsprop", "decay", "beale", "saddle", "long-valley", "noisy-moons"}
    assert figures | {f"radford-{name}" for name in figures} - {
        "radford-oscillation", "radford-rmsprop", "radford-decay"
    } <= set(ITEMS)  # fmt: skip
    assert len(ITEMS) >= 16


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_says_what_it_teaches_and_what_is_to_be_seen(name):
    item = ITEMS[name]
    assert item.section
    assert len(item.caption) > 40
    assert len(item.alt) > 40
    suffixes = {Path(file).suffix for file in item.files}
    small = item.recipe.look.size[0] <= 400  # one of several pictures that stand side by side
    assert suffixes == ({".gif", ".png"} if small else {".gif", ".mp4", ".png"})


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_is_a_picture_of_its_size_in_which_much_has_happened(name):
    race = rendered(name)
    first, last = still(race.scene, 0), still(race.scene, race.steps)
    assert last.shape == (race.look.size[1], race.look.size[0], 3)
    assert (first != last).any(axis=2).mean() > 0.003
    for track in race.scene.main.tracks:
        begin, end = track.at(np.array([0.0, float(race.steps)]))
        assert np.hypot(*(end - begin)) > 2


@pytest.mark.parametrize("name", ITEMS)
def test_its_gif_is_as_the_recipe_says(name):
    recipe = ITEMS[name].recipe
    with Image.open(FOLDER / f"{name}.gif") as image:
        assert image.size == recipe.look.size
        total = 0
        for frame in range(image.n_frames):
            image.seek(frame)
            total += image.info["duration"]
    assert total == 10 * sum(delays(recipe.playback))


@pytest.mark.parametrize("name", ["trough", "batches-batch_size=3"])
def test_rendered_afresh_it_looks_as_it_is_committed(name):
    frames, times = decoded_gif(rendered(name).to_bytes("gif"))
    kept, when = decoded_gif((FOLDER / f"{name}.gif").read_bytes())
    assert times == when
    # Another version of numpy or Pillow may round a pixel's shade to the other side.
    assert min(psnr(new, old) for new, old in zip(frames, kept, strict=True)) > 45


def test_the_readme_begins_with_four_pictures_of_the_gallery():
    top = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    shown = re.findall(r"gallery/([^\s)\"]+)\.gif", top)
    assert len(set(shown)) == 4
    assert set(shown) <= set(ITEMS)


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
    np.testing.assert_array_equal(race.playback.positions(race.steps), np.arange(199))
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
