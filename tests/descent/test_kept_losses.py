"""Losses on a plane that are kept in a folder."""

import shutil

import numpy as np
import pytest
from losses import bowl
from programs import invoke

from trajviz import compare
from trajviz.descent.kept_losses import FOLDER
from trajviz.errors import TrajvizError

ASKED = {"steps": 5, "size": (240, 180)}


def counted(problem):
    """Return a problem with the same losses, and at how many points it is asked for each."""
    asked = []

    def loss(w, _rows=None):
        asked.append(w.size // problem.dimension)
        return problem.loss(w)

    return type(problem)(
        loss=loss,
        gradient=lambda w, _rows=None: problem.gradient(w),
        start=problem.start,
        dimension=problem.dimension,
        name=problem.name,
    ), asked


def raced(problem, folder, **options):
    return compare(problem, ["sgd:lr=0.1"], cache=folder, **ASKED, **options)


def test_a_second_race_takes_the_same_losses_from_the_folder(tmp_path):
    problem, asked = counted(bowl())
    first = raced(problem, tmp_path / "kept")
    computed = sum(asked)
    asked.clear()
    again = raced(problem, tmp_path / "kept", theme="dark")
    assert sum(asked) < computed / 10
    points = first.trajectories[0].points
    np.testing.assert_array_equal(again.surface.value(points), first.surface.value(points))
    assert len([*(tmp_path / "kept").glob("*.npy")]) == 1
    assert (tmp_path / "kept" / ".gitignore").read_text("utf-8") == "*\n"


def test_another_window_or_another_loss_is_another_file(tmp_path):
    raced(bowl(), tmp_path)
    raced(bowl(), tmp_path, window=(-5, 5, -5, 5))
    raced(bowl(5), tmp_path)
    assert len([*tmp_path.glob("*.npy")]) == 3


def test_a_file_that_is_cut_short_is_computed_again(tmp_path):
    whole = raced(bowl(), tmp_path)
    (file,) = tmp_path.glob("*.npy")
    data = file.read_bytes()
    for part in (b"", data[:200], b"nothing"):
        file.write_bytes(part)
        again = raced(bowl(), tmp_path)
        point = whole.trajectories[0].points[-1]
        assert again.surface.value(point) == whole.surface.value(point)
        assert file.read_bytes() == data


def test_where_nothing_can_be_kept_the_race_is_run_all_the_same(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert raced(bowl(), tmp_path / "file").trajectories[0].steps == 5


def test_on_a_surface_there_is_nothing_to_keep(tmp_path):
    with pytest.raises(TrajvizError, match="cache is for the loss on the plane of a problem"):
        compare("bowl", ["sgd:lr=0.1"], steps=2, cache=tmp_path)
    done = invoke("render", "bowl", "sgd", "--cache", "-o", tmp_path / "x.png")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not [*tmp_path.iterdir()]


@pytest.mark.long
def test_the_command_keeps_them_beside_the_recipe(tmp_path, monkeypatch):
    (tmp_path / "recipes").mkdir()
    recipe = tmp_path / "recipes" / "net.toml"
    recipe.write_text(
        'surface = "logistic-regression:d=5,samples=40"\nsteps = 5\nsize = [240, 180]\n'
        'optimizers = ["sgd:lr=0.1"]\n'
    )
    monkeypatch.chdir(tmp_path)
    done = invoke("render", "--recipe", recipe, "--cache", "-q", "-o", "one.png")
    assert done.returncode == 0, done.stderr
    assert len([*(recipe.parent / FOLDER).glob("*.npy")]) == 1
    first = (tmp_path / "one.png").read_bytes()
    assert invoke("render", "--recipe", recipe, "--cache", "-q", "-o", "one.png").returncode == 0
    assert (tmp_path / "one.png").read_bytes() == first
    shutil.rmtree(recipe.parent / FOLDER)
    assert invoke("render", "--recipe", recipe, "-q", "-o", "one.png").returncode == 0
    assert (tmp_path / "one.png").read_bytes() == first
