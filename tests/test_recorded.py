"""Recorded runs of a model from end to end: files of weights in, pictures and numbers out."""

import io
import json

import numpy as np
import pytest
from charts import charts_of
from programs import trajviz

from trajviz.animation import still
from trajviz.errors import TrajvizError
from trajviz.race import compare, run
from trajviz.recipe.toml import load_recipe
from trajviz.surface.catalogue import load_subject

SMALL = {"size": (320, 240), "seconds": 0.4, "hold": 0}
MIXING = np.random.default_rng(3).normal(size=(5, 5))


def losses(w):
    return ((w @ MIXING.T) ** 2).sum(axis=-1) / 2


def descent(rate, steps=8):
    """Return a run of gradient descent on the losses, (steps + 1, 5)."""
    w = np.ones(5)
    places = [w]
    for _ in range(steps):
        w = w - rate * MIXING.T @ MIXING @ w
        places.append(w)
    return np.array(places)


RUNS = {"slow": descent(0.01), "fast": descent(0.05)}


@pytest.fixture
def checkpoints(tmp_path):
    """The folders of two runs, with the weights of each step as two layers, and their loss."""
    for label, places in RUNS.items():
        (tmp_path / label).mkdir()
        for step, w in enumerate(places):
            layers = {"0.weight": w[:4].reshape(2, 2), "0.bias": w[4:]}
            np.savez(tmp_path / label / f"ckpt_{step}.npz", **layers, loss=losses(w))
    return tmp_path


@pytest.fixture
def race():
    return compare(None, paths=[{k: (w, losses(w)) for k, w in RUNS.items()}], **SMALL)


def test_runs_alone_are_drawn_with_their_own_losses_on_a_plain_plane(race):
    assert (race.trajectories, race.steps) == ((), 8)
    for path, places in zip(race.paths, RUNS.values(), strict=True):
        np.testing.assert_array_equal(path.weights, places)
        np.testing.assert_array_equal(path.heights, losses(places))
        back = race.outcome.plane.place(path.points)
        np.testing.assert_allclose(np.linalg.norm(places - back, axis=1), path.off_plane)
    box = race.scene.main.box
    ground = race.scene.background[box.y0 : box.y1, box.x0 : box.x1].reshape(-1, 3)
    colors, counts = np.unique(ground, axis=0, return_counts=True)
    assert counts.max() > 0.9 * len(ground)  # all but marks is one colour
    assert np.ptp(colors[counts.argmax()].astype(int)) < 20  # and that is a grey


def test_a_loss_that_no_file_says_leaves_its_chart_empty():
    options = {**SMALL, "size": (640, 480), "outcome": True}
    race = compare(None, paths=[RUNS], panels=["loss", "turn"], **options)
    loss, turn = charts_of(race)
    assert all(np.isnan(curve).all() for curve in loss.view.chart.curves)
    assert np.isfinite(turn.view.chart.curves[0]).all()
    assert still(race.scene, 8).shape == (480, 640, 3)
    assert "nan" not in (race.alt_text() + race.outcome_text()).lower()


def test_the_alt_text_says_of_what_the_runs_are_and_where_from(tmp_path):
    np.savez(tmp_path / "net.npz", points=RUNS["slow"], losses=losses(RUNS["slow"]))
    text = compare(None, paths=[tmp_path / "net.npz"], panels=["loss"]).alt_text()
    opening = (
        "Plot of runs of a model with 5 weights, with a chart of loss, with paths from net.npz."
    )
    assert text.startswith(opening)


def test_nobody_can_run_beside_runs_of_which_no_loss_is_known():
    with pytest.raises(TrajvizError, match="no loss is known, on which an optimizer could run"):
        compare(None, ["sgd:lr=0.1"], paths=[RUNS])
    with pytest.raises(TrajvizError, match="there is no surface and no path"):
        compare(None)


def test_runs_are_drawn_beside_a_race_on_their_problem(tmp_path):
    problem = "logistic-regression:d=5,samples=40"
    ours = compare(problem, ["sgd:lr=0.5", "adam:lr=0.1"], steps=6)
    path = ours.save_trace(tmp_path / "ours.npz")
    both = compare(problem, ["momentum:lr=0.1"], paths=[path], steps=6, panels=["loss"], **SMALL)
    assert [course.label for course in both.courses] == ["momentum", "sgd", "adam"]
    for theirs, t in zip(both.paths, ours.trajectories, strict=True):
        np.testing.assert_array_equal(theirs.weights, t.weights)
        np.testing.assert_allclose(theirs.heights, t.heights, rtol=1e-12)


# Numbers


@pytest.mark.parametrize("kind", ["csv", "json", "npz"])
@pytest.mark.parametrize("internals", [False, True])
def test_what_is_traced_in_many_dimensions_is_read_back_to_the_last_bit(kind, internals, tmp_path):
    race = compare("logistic-regression:d=5,samples=40", ["sgd:lr=0.5", "adam:lr=0.1"], steps=6)
    path = race.save_trace(tmp_path / f"run.{kind}", internals)
    again = compare(None, paths=[path])
    for theirs, t in zip(again.paths, race.trajectories, strict=True):
        assert theirs.label == t.label
        np.testing.assert_array_equal(theirs.weights, t.weights)
        np.testing.assert_array_equal(theirs.heights, t.heights)


def test_csv_has_a_column_for_each_weight_and_those_of_motion():
    race = compare("logistic-regression:d=3,samples=40", ["sgd:lr=0.5"], steps=4)
    head, *rows = [line.split(",") for line in race.trace("csv", internals=True).decode().split()]
    assert head == [
        "optimizer", "step", "w1", "w2", "w3", "f", "gradients", "values", "hessians",
        "gradient_length", "step_length", "turn", "accuracy", "held_out_accuracy", "held_out",
    ]  # fmt: skip
    (t,) = race.trajectories
    np.testing.assert_array_equal([list(map(float, row[2:5])) for row in rows], t.weights)
    assert [row[9:12] for row in rows[:2]] == [["nan"] * 3, [*rows[1][9:11], "nan"]]
    assert float(rows[2][10]) == pytest.approx(np.linalg.norm(t.weights[2] - t.weights[1]))
    problem = load_subject("logistic-regression:d=3,samples=40")
    assert float(rows[4][14]) == pytest.approx(float(problem.held_out(t.weights[4])))


def test_of_runs_without_a_loss_function_only_their_motion_is_traced(race):
    head, *rows = [line.split(",") for line in race.trace("csv", internals=True).decode().split()]
    assert head[2:] == ["w1", "w2", "w3", "w4", "w5", "f", "step_length", "turn"]
    moved = np.diff(RUNS["slow"], axis=0)
    assert float(rows[3][8]) == pytest.approx(np.linalg.norm(moved[2]))
    cosine = moved[1] @ moved[2] / np.linalg.norm(moved[1]) / np.linalg.norm(moved[2])
    assert float(rows[3][9]) == pytest.approx(np.degrees(np.arccos(cosine)))


def test_a_projection_has_the_plane_and_the_points_on_it(race):
    with np.load(io.BytesIO(race.trace("npz", project=True))) as arrays:
        origin, axes = arrays["plane_origin"], arrays["plane_axes"]
        np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-12)
        assert 0.5 < arrays["plane_share"].sum() <= 1
        np.testing.assert_allclose((arrays["points"] - origin) @ axes.T, arrays["projected"])
        back = origin + arrays["projected"] @ axes
        away = np.linalg.norm(arrays["points"] - back, axis=-1)
        np.testing.assert_allclose(arrays["off_plane"], away, atol=1e-12)
    facts = json.loads(race.trace("json", project=True))
    assert facts["plane"]["kind"] == "paths"
    assert facts["dimension"] == 5
    assert facts["plane"]["origin"] == origin.tolist()
    np.testing.assert_array_equal(facts["trajectories"][0]["projected"], race.paths[0].points)
    head, first, *_ = race.trace("csv", project=True).decode().split()
    assert head == "optimizer,step,x,y,off_plane,f"
    assert list(map(float, first.split(",")[2:4])) == race.paths[0].points[0].tolist()


@pytest.mark.parametrize("kind", ["csv", "json", "npz"])
def test_in_two_dimensions_there_is_nothing_to_project(kind):
    with pytest.raises(TrajvizError, match="a projection is of a problem in many dimensions"):
        compare("bowl", ["sgd:lr=0.1"], steps=3).trace(kind, project=True)


# From end to end


@pytest.mark.long
def test_the_command_line_draws_checkpoints_on_a_grid_that_the_user_computes(checkpoints):
    """What is traced is the plane; the user's own program computes the loss there."""
    folder, patterns = checkpoints, [f"{label}/ckpt_*.npz" for label in RUNS]
    paths = [word for pattern in patterns for word in ("--paths", pattern)]
    made = trajviz("trace", *paths, "--project", "-o", "plane.npz", cwd=folder)
    assert made.returncode == 0, made.stderr
    with np.load(folder / "plane.npz") as plane:
        points = plane["projected"]
        x, y = (np.linspace(*np.quantile(points[..., k], [0, 1]) * 1.2, 9) for k in (0, 1))
        nodes = np.stack(np.meshgrid(x, y), axis=-1)
        z = losses(plane["plane_origin"] + nodes @ plane["plane_axes"])
    np.savez(folder / "grid.npz", x=x, y=y, z=z)
    words = ["render", "./grid.npz", "--paths", "plane.npz", "--size", "640x480", "--seconds", "1"]
    panels = ["--panel", "loss", "--panel", "off-plane", "--panel", "step-length"]
    drawn = trajviz(*words, *panels, "-o", "net.gif", cwd=folder)
    assert drawn.returncode == 0, drawn.stderr
    race = compare(str(folder / "grid.npz"), paths=[folder / "plane.npz"], panels=["off-plane"])
    for path, places in zip(race.paths, RUNS.values(), strict=True):
        np.testing.assert_allclose(path.heights, losses(places), rtol=1e-12)  # not the grid's
        np.testing.assert_array_equal(path.weights, places)
    (chart,) = charts_of(race)
    np.testing.assert_array_equal(chart.view.chart.curves[0], race.paths[0].off_plane)


@pytest.mark.long
def test_the_command_line_draws_checkpoints_alone_and_says_what_is_wrong_in_a_line(checkpoints):
    words = ["render", "--paths", "slow", "--paths", "fast/", "--size", "320x240"]
    drawn = trajviz(*words, "-o", "net.png", cwd=checkpoints)
    assert drawn.returncode == 0, drawn.stderr
    again = trajviz("render", "--recipe", "net.png", "-o", "again.png", cwd=checkpoints)
    assert again.returncode == 0, again.stderr
    assert (checkpoints / "again.png").read_bytes() == (checkpoints / "net.png").read_bytes()
    named = trajviz("render", "--paths", "slow", "--format", "png", cwd=checkpoints)
    assert named.stdout.strip() == "slow.png"
    (checkpoints / "slow" / "ckpt_3.npz").write_bytes(b"PK")
    wrong = trajviz(*words, "-o", "wrong.png", cwd=checkpoints)
    assert wrong.returncode == 2
    assert len(wrong.stderr.splitlines()) == 1
    assert "ckpt_3.npz': it is no NPZ file of arrays of weights" in wrong.stderr
    assert not (checkpoints / "wrong.png").exists()


def test_a_recipe_of_recorded_runs_is_rendered_again(checkpoints, monkeypatch):
    monkeypatch.chdir(checkpoints)
    race = compare(None, paths=["slow/*.npz"], **SMALL)
    recipe = race.save_recipe(checkpoints / "slow.toml")
    assert run(load_recipe(recipe)).to_bytes("png") == race.to_bytes("png")
