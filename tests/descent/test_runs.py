"""Runs in many dimensions from elsewhere: files of arrays, checkpoints, and what is no run."""

import io
import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trajviz.descent import checkpoints, run_files
from trajviz.descent.checkpoints import checkpoint_files, read_checkpoints, run_label
from trajviz.descent.paths import load_paths, load_recorded, paths_of
from trajviz.descent.runs import read_runs, runs_of
from trajviz.errors import TrajvizError
from trajviz.surface.catalogue import load_subject
from trajviz.surface.problem import Problem

RUN = np.arange(12.0).reshape(4, 3) / 7
LOSSES = np.array([3.0, 2.0, 1.5, 1.0])
SQUARE = Problem(
    lambda w: (w**2).sum(axis=-1), lambda w: 2 * w, lambda _: np.ones(3), 3, name="square"
)


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def written(folder, content, name="run.npz"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(head="optimizer,step,w1,w2,w3,f"):
    lines = [f"a,{k},{','.join(map(repr, w.tolist()))},{LOSSES[k]}" for k, w in enumerate(RUN)]
    return "\n".join([head, *lines]) + "\n"


# What is read

FORMS = {
    "points.npz": npz(points=RUN, losses=LOSSES, name="a"),
    "several.npz": npz(points=RUN[None], heights=LOSSES[None], labels=["a"]),
    "trajectories.json": json.dumps(
        {"trajectories": [{"label": "a", "points": RUN.tolist(), "losses": LOSSES.tolist()}]}
    ),
    "table.csv": rows(),
    "table.tsv": rows().replace(",", "\t"),
}


@pytest.mark.parametrize(("name", "content"), FORMS.items())
def test_a_run_is_read_with_its_weights_losses_and_label(name, content, tmp_path):
    _, (one,) = load_recorded([str(written(tmp_path, content, name))], [], 100)
    assert (one.label, one.source, one.length) == ("a", name, 3)
    np.testing.assert_array_equal(one.weights, RUN)
    np.testing.assert_array_equal(one.heights, LOSSES)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.npy", npz(x=RUN)),
        ("other.npz", npz(mine=RUN)),
        ("mine.npz", npz(points=RUN)),
        ("mine.json", json.dumps(RUN.tolist())),
        ("other.json", json.dumps({"mine": RUN.tolist()})),
        ("mine.csv", rows("nobody,step,w1,w2,w3,other")),
        ("mine.csv", rows("nobody,step,p_1,p_2,p_3,other")),
    ],
)
def test_a_run_without_losses_has_none_and_is_called_as_it_can_be(name, content, tmp_path):
    if name.endswith("npy"):
        buffer = io.BytesIO()
        np.save(buffer, RUN)
        content = buffer.getvalue()
    _, (one,) = load_recorded([str(written(tmp_path, content, name))], [], 100)
    assert one.label == "mine"
    np.testing.assert_array_equal(one.weights, RUN)
    assert np.isnan(one.heights).all()


def test_several_runs_may_have_several_lengths_and_starts(tmp_path):
    points = np.stack([RUN, RUN + 1, RUN + 2])
    points[1, 2:] = np.nan
    data = npz(points=points, losses=points[..., 0], labels=["a", "a", "b"], starts=[0, 1, 0])
    _, runs = load_recorded([str(written(tmp_path, data))], [], 100)
    assert [(one.label, one.number, one.steps) for one in runs] == [
        ("a", 0, 3), ("a", 1, 1), ("b", 0, 3),
    ]  # fmt: skip
    np.testing.assert_array_equal(runs[1].heights, points[1, :2, 0])


def test_a_run_on_a_problem_has_the_problems_losses_whatever_the_file_says(tmp_path):
    path = written(tmp_path, npz(points=RUN, losses=LOSSES))
    (one,) = load_paths(path, SQUARE, 2)
    assert (one.steps, one.length) == (2, 3)
    np.testing.assert_allclose(one.heights, (RUN[:3] ** 2).sum(axis=1))


def test_objects_of_python_are_runs_with_losses_or_without():
    a, b, c = runs_of([{"a": (RUN, LOSSES), "b": RUN}, RUN])
    assert [one.label for one in (a, b, c)] == ["a", "b", "run"]
    np.testing.assert_array_equal(a.losses, LOSSES)
    assert (b.losses, c.losses) == (None, None)
    (again,) = paths_of([load_recorded([], [{"a": (RUN, LOSSES)}], 9)[1][0]], SQUARE, 9)
    np.testing.assert_array_equal(again.places, RUN)


def test_what_recorded_runs_are_of_has_no_loss_but_a_dimension_and_a_start():
    problem, _ = load_recorded([], [RUN], 9)
    assert (problem.recorded, problem.dimension, problem.name) == (True, 3, "recorded")
    np.testing.assert_array_equal(problem.start(0), RUN[0])
    with pytest.raises(TrajvizError, match="no loss is known"):
        problem.value(RUN)


# Checkpoints


def saved(folder, *names, **others):
    """Write a checkpoint of each name, whose weights and loss are the place among them."""
    folder.mkdir(exist_ok=True)
    for place, name in enumerate(names):
        weight = np.array([[place, 1.0], [2.0, 3.0]])
        np.savez(folder / name, **{"0.weight": weight, "0.bias": weight[0]}, loss=place, **others)


@pytest.mark.parametrize(
    ("given", "label"), [("sgd", "sgd"), ("sgd/ckpt_*.npz", "sgd"), ("sgd/ckpt_?.npz", "sgd")]
)
def test_a_folder_or_a_pattern_of_checkpoints_is_a_run(given, label, tmp_path):
    saved(tmp_path / "sgd", "ckpt_1", "ckpt_2", "ckpt_3")
    run = read_checkpoints(str(tmp_path / given))
    assert run.label == label
    assert run.points.shape == (3, 6)
    assert run.points[2].tolist() == [2, 1, 2, 3, 2, 1]
    assert run.losses.tolist() == [0, 1, 2]


def test_checkpoints_come_by_the_numbers_in_their_names(tmp_path):
    saved(tmp_path / "runs", "adam_10", "adam_9", "adam_100")
    files = checkpoint_files(str(tmp_path / "runs"))
    assert [file.stem for file in files] == ["adam_9", "adam_10", "adam_100"]
    assert run_label("runs/adam_*.npz") == "adam"


def test_checkpoints_are_read_on_a_problem_too(tmp_path):
    saved(tmp_path / "sgd", "1", "2")
    problem = Problem(lambda w: (w**2).sum(axis=-1), lambda w: 2 * w, lambda _: np.ones(6), 6)
    (one,) = load_paths(str(tmp_path / "sgd" / "*.npz"), problem, 100)
    assert one.source == "sgd/*.npz"
    np.testing.assert_allclose(one.heights, [15, 17])


def test_what_is_counted_is_no_weight(tmp_path):
    saved(tmp_path / "sgd", "1", "2", **{"1.running_mean": np.ones(9), "steps": np.arange(3)})
    assert read_checkpoints(str(tmp_path / "sgd")).points.shape == (2, 6)


# What is refused


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.npz", npz(points=RUN, losses=LOSSES[:2]), "losses of shape (2,), float64, are not a"),
        ("a.npz", npz(points=RUN, labels=["a", "b"]), "are not one text for each of 1"),
        ("a.npz", npz(points=np.full((2, 3), np.nan)), "is not finite up to where it ends"),
        ("a.npz", npz(points=RUN.astype(str)), "is no run (steps + 1, d)"),
        ("a.npz", npz(points=RUN[:, :1]), "runs of one weight have no plane"),
        ("a.npz", npz(a=RUN, b=RUN[:, :2]), "'a' has 3 weights and 'b' 2: one plane shows runs of"),
        ("a.npz", b"PK", "it is no NPZ file"),
        ("a.json", '{"trajectories": 5}', "its 'trajectories' are no list"),
        ("a.json", '{"trajectories": [5]}', "trajectories[0] is no object with 'label'"),
        ("a.json", '{"a": [[1, 2], [3]]}', "trajectories[0]: no lists of numbers of one length"),
        ("a.json", "[[1, 2", "Expecting ',' delimiter"),
        ("a.csv", "w1,w3\n1,2\n", "no columns w1, w2 and so on"),
        ("a.csv", "step,loss\n1,2\n", "no columns w1, w2 and so on"),
        ("a.csv", "w1,w2\n1\n", "line 2: 1 values are not the head's 2"),
        ("a.csv", "w1,w2\n1,two\n", "line 2: w2"),
        ("a.csv", "w1,w2\n", "there is no path in it"),
        ("a.txt", "", "no columns w1"),
        ("a.xls", "", "unknown suffix of paths"),
    ],
)
def test_what_is_no_run_is_told(name, content, says, tmp_path):
    path = written(tmp_path, content, name)
    with pytest.raises(TrajvizError) as refusal:
        load_recorded([str(path)], [], 9)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_run_of_another_model_is_refused(tmp_path):
    path = written(tmp_path, npz(points=RUN[:, :2]))
    with pytest.raises(TrajvizError, match="'run' has 2 weights, and square 3"):
        load_paths(path, SQUARE, 9)


def test_on_a_surface_of_two_dimensions_a_run_is_told_where_it_can_be_drawn(tmp_path):
    path = written(tmp_path, npz(points=RUN, losses=LOSSES))
    says = "are runs in 3 dimensions: name the problem that they are of, or no surface at all"
    with pytest.raises(TrajvizError, match=says):
        load_paths(path, load_subject("bowl"), 9)


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (5.0, "array 'run' of shape"),
        ("text", "str is no run: give an array"),
        ({"a": (RUN, LOSSES[:1])}, "losses of shape"),
    ],
)
def test_an_object_that_is_no_run_is_told(thing, says):
    with pytest.raises(TrajvizError, match=says):
        runs_of([thing])
    with pytest.raises(TrajvizError, match="there is no surface and no path"):
        load_recorded([], [], 9)


def test_checkpoints_that_do_not_go_together_are_told_by_name(tmp_path):
    folder = tmp_path / "sgd"
    saved(folder, "1", "2")
    np.savez(folder / "3", **{"0.weight": np.ones((3, 2)), "0.bias": np.ones(2)})
    with pytest.raises(TrajvizError, match=r"3.npz': '0.weight' of shape \(3, 2\) is not among"):
        read_checkpoints(str(folder))
    np.savez(folder / "3", **{"0.weight": np.ones((2, 2))})
    with pytest.raises(TrajvizError, match=r"3.npz': it has other weights"):
        read_checkpoints(str(folder))
    np.savez(folder / "3", a=np.array([np.nan]))
    with pytest.raises(TrajvizError, match=r"3.npz': 'a' has a number that is not finite"):
        read_checkpoints(str(folder))
    np.savez(folder / "3", a=np.arange(3))
    with pytest.raises(TrajvizError, match=r"3.npz': it holds no arrays of weights"):
        read_checkpoints(str(folder))
    (folder / "4.pt").write_bytes(b"")
    with pytest.raises(TrajvizError, match=r"are .npz and .pt: name those of one kind"):
        read_checkpoints(str(folder))
    with pytest.raises(TrajvizError, match="no checkpoints"):
        read_checkpoints(str(folder / "5*.pt"))


def test_checkpoints_are_limited_together_as_a_file_of_arrays_is(tmp_path, monkeypatch):
    saved(tmp_path / "sgd", *map(str, range(9)))
    monkeypatch.setattr(checkpoints, "MOST_ARRAY_BYTES", 8 * 48 - 1)
    monkeypatch.setattr(checkpoints, "read_bytes", lambda path, *_: path.read_bytes())
    with pytest.raises(TrajvizError, match="are longer than 383 bytes"):
        read_checkpoints(str(tmp_path / "sgd"))


def test_without_torch_its_checkpoints_are_refused_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    checkpoints._torch.cache_clear()
    written(tmp_path, b"PK", "ckpt_1.pt")
    with pytest.raises(TrajvizError, match="pip install torch, or save the weights with numpy"):
        read_runs(tmp_path / "ckpt_1.pt")


@pytest.mark.long
@given(st.binary(max_size=200))
@example(b"w1\nnan\n")
def test_any_bytes_are_runs_or_a_trajviz_error(data):
    for reader in run_files.RUN_READERS.values():
        try:
            reading = reader(data, "run").checked()
        except TrajvizError:
            continue
        assert all(np.isfinite(one.points).all() for one in reading.recordings)


# A projection of runs, on a surface


def projected(**others):
    arrays = {
        "projected": RUN[None, :, :2], "points": RUN[None], "heights": LOSSES[None],
        "off_plane": LOSSES[None] / 2, "labels": np.array(["a"]),
    }  # fmt: skip
    return npz(**{**arrays, **others})


def test_on_a_surface_a_projection_keeps_the_runs_own_losses(tmp_path):
    (one,) = load_paths(written(tmp_path, projected()), load_subject("bowl"), 2)
    np.testing.assert_array_equal(one.points, RUN[:3, :2])
    np.testing.assert_array_equal(one.heights, LOSSES[:3])
    np.testing.assert_array_equal(one.weights, RUN[:3])
    np.testing.assert_array_equal(one.off_plane, LOSSES[:3] / 2)


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ({"heights": LOSSES}, "heights of shape (4,) does not go with projected (1, 4)"),
        ({"points": RUN[None, :2]}, "points of shape (1, 2, 3) does not go with"),
        ({"points": np.full((1, 4, 3), np.nan)}, "points[0] are not finite up to where projected"),
        ({"off_plane": np.array([["a"] * 4])}, "off_plane are <U1, no numbers"),
    ],
)
def test_a_projection_that_does_not_go_with_its_runs_is_refused(others, says, tmp_path):
    with pytest.raises(TrajvizError) as refusal:
        load_paths(written(tmp_path, projected(**others)), load_subject("bowl"), 9)
    assert says in str(refusal.value)
