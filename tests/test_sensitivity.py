"""What tuning finds, told by the command, as numbers for machines and as a picture."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import trajviz
from trajviz import tune
from trajviz.cli import cli
from trajviz.descent.tuning import Tuning, tune_rates
from trajviz.errors import TrajvizError
from trajviz.recipe.recipe import Look, Recipe
from trajviz.recipe.spec import parse_specs
from trajviz.scene.sensitivity import compose_sensitivity
from trajviz.scene.theme import load_theme
from trajviz.surface.catalogue import load_surface

BOWL = load_surface("bowl")
SPECS = parse_specs(["sgd", "adam", "newton", "sgd:lr=0.1"])


def test_the_command_prints_a_row_for_each_that_is_tuned():
    done = CliRunner().invoke(cli, ["tune", "bowl", "sgd", "adam", "newton", "--steps", "50"])
    head, *rows = done.output.splitlines()
    assert head.split() == ["optimizer", "lr", "objective", "arrival", "diverged"]
    found = tune_rates(BOWL, SPECS, BOWL.start, 50, BOWL.window)
    for row, tuning in zip(rows, found, strict=True):
        label, rate, objective, _, diverged = row.split()
        assert (label, rate) == (tuning.spec.label, f"{tuning.rate:.6g}")
        assert float(objective) == pytest.approx(tuning.objective, rel=1e-3)
        assert diverged == f"{tuning.diverged}/{len(tuning.rates)}"


def test_the_table_for_machines_has_every_digit_and_every_rate():
    command = ["tune", "bowl", "sgd", "adam", "--steps", "50", "--json"]
    rows = json.loads(CliRunner().invoke(cli, command).output)
    found = tune_rates(BOWL, SPECS, BOWL.start, 50, BOWL.window)
    for row, t in zip(rows, found, strict=True):
        assert (row["optimizer"], row["lr"], row["objective"]) == (
            t.spec.label,
            t.rate,
            t.objective,
        )
        assert row["rates"] == t.rates.tolist()
        assert [o is None for o in row["objectives"]] == np.isinf(t.objectives).tolist()


def test_where_nothing_is_tuned_the_command_says_so():
    done = CliRunner().invoke(cli, ["tune", "bowl", "newton"])
    assert isinstance(done.exception, TrajvizError)
    assert "no rate to tune" in str(done.exception)


def test_what_a_race_would_do_instead_of_tuning_is_nothing_to_the_table():
    plain, equal = (tune(Recipe("bowl", steps=20, lr=rule)) for rule in ("tuned", "equal:0.1"))
    assert [t.rate for t in plain.tunings] == [t.rate for t in equal.tunings]


def test_noise_that_the_surface_cannot_have_is_refused():
    with pytest.raises(TrajvizError, match="noise"):
        tune(Recipe("noisy-moons", steps=5, noise=0.5))


# The picture


def test_the_curves_of_all_are_drawn_in_one_picture(tmp_path):
    command = ["tune", "beale", "sgd", "adam", "--steps", "60", "-o", str(tmp_path / "tune.png")]
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "tune.png") as image:
        assert image.size == (640, 480)
        colors = {color for _, color in image.convert("RGB").getcolors(1 << 20)}
    assert set(load_theme("light").tracks[:2]) <= colors


def test_a_curve_has_a_gap_where_rates_diverge_and_a_star_at_its_best():
    tunings = tune_rates(BOWL, SPECS[:2], BOWL.start, 400, BOWL.window)
    scene = compose_sensitivity(BOWL, tunings, Look(), "tuned")
    (plot,) = scene.plots
    for tuning, track, star in zip(tunings, plot.tracks, plot.foreground, strict=True):
        lost = np.isinf(tuning.objectives)
        assert track.line.gap[1:][lost[1:]].all()
        x, y = track.vertices[tuning.best]
        assert np.hypot(*(np.mean(star.corners, axis=0) - (x, y))) < 1
        shown = track.vertices[~lost]
        assert plot.box.x0 <= shown[:, 0].min() < shown[:, 0].max() <= plot.box.x1
        assert y < shown[:, 1].max() + 1e-9


def test_a_gap_begins_and_ends_with_the_rates_that_diverge():
    rates, objectives = np.logspace(-2, 2, 5), np.array([-1.0, -2.0, np.inf, -1.5, -1.0])
    tuning = Tuning(SPECS[0], rates, objectives, 1, None)
    scene = compose_sensitivity(BOWL, [tuning], Look(), "")
    assert scene.plots[0].tracks[0].line.gap.tolist() == [False, False, True, True, False]


def test_the_chart_fills_the_picture_and_names_powers_of_ten():
    tunings = tune_rates(BOWL, SPECS[:1], BOWL.start, 20, BOWL.window)
    scene = compose_sensitivity(BOWL, tunings, Look(), "")
    assert scene.plots[0].box.width > 0.85 * 640
    words = [mark.text for mark in scene.marks if hasattr(mark, "text")]
    assert {"0.001", "0.1", "10", "learning rate"} <= set(words)


@pytest.mark.parametrize("name", ["tune.gif", "tune", "tune.txt"])
def test_a_picture_of_tuning_is_a_still(name, tmp_path):
    done = CliRunner().invoke(cli, ["tune", "bowl", "sgd", "-o", str(tmp_path / name)])
    assert isinstance(done.exception, TrajvizError)
    assert list(tmp_path.iterdir()) == []


def words_of(scene):
    return [mark.text for mark in scene.marks if hasattr(mark, "text")]


def test_the_words_say_what_was_tuned_how_and_with_what_noise():
    found = tune(Recipe("noisy-moons", SPECS[:1], steps=20, seed=3))
    about = "193 rates, 20 steps each, mini-batches of 5, seed 3"
    rate = f"{found.tunings[0].rate:.2g}"
    title, axis = "Noisy moons: how learning rates fare", "objective, the lower the better"
    assert {about, title, "SGD", rate, axis} <= {*words_of(found.scene)}
    named = replace(found, request=Recipe("noisy-moons", steps=20, look=Look(title="Mine")))
    assert "Mine" in words_of(named.scene)
    assert title not in words_of(named.scene)


def window_of(*objectives):
    rates = np.logspace(-2, 2, len(objectives))
    tuning = Tuning(SPECS[0], rates, np.array(objectives), 0, None)
    return compose_sensitivity(BOWL, [tuning], Look(), "").plots[0].view.axes.window


def test_the_chart_shows_all_objectives_up_to_a_half_with_a_little_air():
    low, high = -2.0, 0.0
    air = 0.06 * (high - low)
    assert window_of(high, -1.0, low, np.inf) == pytest.approx((-2, 2, low - air, high + air))
    assert window_of(9.0, 0.4, 0.0)[3] == pytest.approx(0.5 + 0.06 * 1.0)
    assert window_of(np.inf, np.inf) == pytest.approx((-2, 2, -0.56, 0.56))


def test_a_curve_is_complete_after_the_one_step_of_its_scene(tmp_path):
    tuning = Tuning(SPECS[0], np.logspace(-2, 2, 5), np.arange(5.0) - 5, 0, None)
    scene = compose_sensitivity(BOWL, [tuning], Look(), "")
    (plot,) = scene.plots
    assert scene.steps == 1
    assert plot.tracks[0].line.knots.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert not plot.tracks[0].line.hidden.any()
    assert np.diff(plot.tracks[0].vertices[:, 0]) == pytest.approx(plot.box.width / 4)
    assert plot.pen.halo > 0
    light = Path(trajviz.__file__).parent / "scene" / "themes" / "light.toml"
    bare = tmp_path / "bare.toml"
    bare.write_text(light.read_text() + "halo = false\n")
    assert compose_sensitivity(BOWL, [tuning], Look(theme=str(bare)), "").plots[0].pen.halo == 0


@pytest.mark.parametrize(("size", "radius"), [((640, 480), 8.5), ((160, 120), 8.5 * 0.7)])
def test_stars_grow_and_shrink_with_the_picture_but_stay_legible(size, radius):
    tuning = Tuning(SPECS[0], np.logspace(-2, 2, 5), np.arange(5.0) - 5, 2, None)
    (plot,) = compose_sensitivity(BOWL, [tuning], Look(size=size), "").plots
    (star,) = plot.foreground
    center = plot.tracks[0].vertices[2]
    assert np.linalg.norm(np.array(star.corners[0]) - center) == pytest.approx(radius)
    assert star.rim_width == pytest.approx(radius * 1.3 / 8.5)


def test_the_curves_have_the_colours_of_the_race_and_the_users_own():
    specs = parse_specs(["sgd", "adam:color=#123456"])
    tunings = tune_rates(BOWL, specs, BOWL.start, 20, BOWL.window)
    tracks = compose_sensitivity(BOWL, tunings, Look(), "").plots[0].tracks
    assert [track.label for track in tracks] == ["sgd", "adam"]
    assert [track.color for track in tracks] == [load_theme("light").track(0), (0x12, 0x34, 0x56)]


@pytest.mark.first(1)
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_python_saves_the_picture_and_returns_where(suffix, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    found = tune(Recipe("bowl", SPECS[:1], steps=5, look=Look(size=(160, 120))))
    path = found.save(f"~/tune.{suffix}")
    assert path == tmp_path / "home" / f"tune.{suffix}"
    assert path.stat().st_size > 500
    with pytest.raises(TrajvizError, match=r"output '.*tune\.gif' would move"):
        found.save(tmp_path / "tune.gif")
    with pytest.raises(TrajvizError, match="there is no folder"):
        found.save(tmp_path / "none" / "tune.png")
    assert list(tmp_path.iterdir()) == [tmp_path / "home"]
