"""Paths from elsewhere: what `trace` writes is read back; anything else is told with its place."""

import io
import json
import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from programs import trajviz

from trajviz.descent import paths as module
from trajviz.descent import recording
from trajviz.descent.path_files import READERS
from trajviz.descent.paths import load_paths
from trajviz.errors import TrajvizError
from trajviz.race import compare, run
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.toml import load_recipe
from trajviz.scene.theme import load_theme
from trajviz.surface import check_window, data_files
from trajviz.surface.catalogue import load_surface

BOWL = load_surface("bowl")
SMALL = {"size": (320, 240), "seconds": 0.4, "hold": 0}
HEAD = "optimizer,step,x,y\n"


def written(folder, content, name="run.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def loaded(folder, content, name="run.csv", steps=1000):
    return load_paths(written(folder, content, name), BOWL, steps)


# What is read


@pytest.mark.parametrize("kind", ["csv", "json", "npz"])
@pytest.mark.parametrize("starts", ["", "2x2"])
@pytest.mark.parametrize("internals", [False, True])
def test_what_trace_writes_is_read_back_to_the_last_bit(kind, starts, internals, tmp_path):
    race = compare("beale", ["sgd:lr=10,label=wild ü", "adam"], steps=30, starts=starts)
    path = race.save_trace(tmp_path / f"run.{kind}", internals)
    paths = load_paths(path, race.surface, 30)
    assert len(paths) == len(race.trajectories)
    for one, t in zip(paths, race.trajectories, strict=True):
        assert (one.label, one.number, one.source) == (t.label, t.number, path.name)
        np.testing.assert_array_equal(one.points, t.points)
        np.testing.assert_array_equal(one.heights, t.heights)


def test_a_csv_of_any_program_may_order_its_columns_and_mix_its_rows(tmp_path):
    text = "y,f,step,x,optimizer\r\n2,9,0,1,a\r\n4,9,0,3,b\r\n2.5,9,1,1e-3,a\r\n\r\n"
    a, b = loaded(tmp_path, "\ufeff" + text)
    assert a.points.tolist() == [[1, 2], [0.001, 2.5]]
    assert b.points.tolist() == [[3, 4]]


def test_heights_are_the_surfaces_whatever_the_file_says(tmp_path):
    (path,) = loaded(tmp_path, "optimizer,step,x,y,f\na,0,1,2,77\n")
    np.testing.assert_array_equal(path.heights, BOWL.value(np.array([[1.0, 2.0]])))


def test_paths_of_one_label_follow_each_other(tmp_path):
    head = "optimizer,start,step,x,y\n"
    paths = loaded(tmp_path, head + "b,0,0,1,1\na,0,0,2,2\nb,1,0,3,3\n")
    assert [(path.label, path.number) for path in paths] == [("b", 0), ("b", 1), ("a", 0)]


def test_json_needs_no_more_than_labels_and_points(tmp_path):
    text = '{"trajectories": [{"label": "mine", "points": [[1, 2], [0.5, 1]]}]}'
    (path,) = loaded(tmp_path, text, "run.json")
    assert (path.label, path.points.tolist()) == ("mine", [[1, 2], [0.5, 1]])


# What other programs write, and what it is taken for

PATH = [[1, 2], [0.5, 1], [0.25, 0]]
FORMS = {
    "Optimizer,Step,X,Y\na,0,1,2\na,1,0.5,1\na,2,0.25,0\n": (
        "'Optimizer' taken for optimizer, 'Step' taken for step, 'X' taken for x, 'Y' taken for y"
    ),
    HEAD + "a,0.0,1,2\na,1.0,0.5,1\na,2.0,0.25,0\n": "",
    HEAD + "a,1,1,2\na,2,0.5,1\na,3,0.25,0\n": "step 1 taken for the start",
    "optimizer\tstep\tx\ty\na\t0\t1\t2\na\t1\t0.5\t1\na\t2\t0.25\t0\n": ("columns parted by tabs"),
    "label;epoch;x;y\na;0;1;2\na;1;0,5;1\na;2;,25;0\n": (
        "columns parted by semicolons, 'label' taken for optimizer, 'epoch' taken for step, "
        "decimal commas"
    ),
    "x,y\n1,2\n0.5,1\n0.25,0\n": "",
    "1,2\n0.5,1\n0.25,0\n": "columns taken for x and y",
    "# x y\n 1.0   2.0\n 0.5   1.0\n2.5e-1 0 \n": "columns parted by blanks",
    "W,b,loss\n1,2,9\n0.5,1,9\n0.25,0,9\n": "'W' taken for x, 'b' taken for y",
    'x,y\n1,2\n"0,5",1\n"0,25",0\n': "decimal commas",
}


@pytest.mark.parametrize(("text", "understood"), FORMS.items())
def test_a_table_is_read_as_it_can_only_be_meant_and_that_is_told(text, understood, tmp_path):
    (path,) = loaded(tmp_path, text)
    assert path.points.tolist() == PATH
    assert path.label == ("a" if "a" in text.split("\n")[1] else "run")
    assert path.note == (understood and f"run.csv: {understood}")


WIDE = {
    "step,adam_x,adam_y,sgd_x,sgd_y\n0,1,2,3,4\n1,0.5,1,,\n2,.25,0,,\n": ("adam", "sgd"),
    "epoch;x adam;x sgd;y adam;y sgd\n1;1;3;2;4\n2;0,5;NaN;1;nan\n3;0,25;null;0;NA\n": (
        "adam", "sgd",
    ),
    "X1\tY1\tloss\tX2\tY2\n1\t2\t9\t3\t4\n.5\t1\t9\t\t\n.25\t0\t9\t\t\n": ("1", "2"),
    "Adam/W,Adam/b,my-rule/W,my-rule/b\n1,2,3,4\n.5,1,,\n.25,0,,\n": ("Adam", "my-rule"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "labels"), WIDE.items())
def test_a_table_may_have_a_pair_of_columns_for_each_path_some_shorter(text, labels, tmp_path):
    paths = loaded(tmp_path, text)
    assert [path.label for path in paths] == [*labels]
    assert [path.points.tolist() for path in paths] == [PATH, [[3, 4]]]
    assert f"a pair of columns for each of {', '.join(labels)}" in paths[0].note


def test_rows_of_a_long_table_may_be_empty_where_a_path_has_ended(tmp_path):
    a, b = loaded(tmp_path, HEAD + "a,0,1,2\nb,0,3,4\na,1,0.5,1\nb,1,,\na,2,0.25,0\nb,2,nan,NaN\n")
    assert (a.points.tolist(), b.points.tolist()) == (PATH, [[3, 4]])
    (path,) = loaded(tmp_path, '{"run": [[1, 2], [0.5, 1], [0.25, 0], [null, null]]}', "run.json")
    assert path.points.tolist() == PATH


ASKED = {
    "adam_x,adam_y,sgd_x\n1,2,3\n": "'sgd_x' is the x of 'sgd', but no column is its y",
    "adam_x,x_adam,adam_y\n1,2,3\n": "'adam_x' and 'x_adam' may both be the x of 'adam'",
    "optimizer,adam_x,adam_y\na,1,2\n": "no column is called 'x'",
    "adam_x,sgd_x\n1,2\n": "no column is called 'x', there are: 'adam_x', 'sgd_x'",
    "1,2,3,4\n": "A first line names them, as in step,x,y or step,adam_x,adam_y",
    "a_x,a_y\n1,2\n,\n3,4\n": "line 4: 'a' goes on, but has no numbers in line 3",
    "a_x,a_y,b_x,b_y\n1,2,,\n": "'b' has no numbers in any line",
    "a_x,a_y\n1,2\n3,\n": "line 3: y '' is not a finite number",
}


@pytest.mark.parametrize(("text", "says"), ASKED.items())
def test_a_wide_table_that_may_mean_two_things_is_asked_about(text, says, tmp_path):
    with pytest.raises(TrajvizError, match=re.escape(says)):
        loaded(tmp_path, text)


def test_what_an_older_powershell_writes_of_a_trace_is_read(tmp_path):
    (path,) = loaded(tmp_path, (HEAD + "a,0,1,2\na,1,0.5,1\na,2,0.25,0\n").encode("utf-16"))
    assert path.points.tolist() == PATH
    with pytest.raises(TrajvizError, match="line 1: not UTF-16"):
        loaded(tmp_path, HEAD.encode("utf-16")[:-1])


@pytest.mark.parametrize("name", ["run.tsv", "run.txt"])
def test_a_table_may_be_called_otherwise(name, tmp_path):
    (path,) = loaded(tmp_path, "x\ty\n1\t2\n", name)
    assert path.points.tolist() == [[1, 2]]


def test_between_points_that_are_steps_apart_a_path_goes_straight(tmp_path):
    text = "epoch,x,y\n10,0,4\n20,10,2\n30,20,0\n"
    (path,) = loaded(tmp_path, text, steps=15)
    np.testing.assert_allclose(path.points, [[k, 4 - 0.2 * k] for k in range(16)])
    assert (path.steps, path.length) == (15, 20)
    assert "step 10 taken for the start, points every 10 steps, straight lines" in path.note
    (path,) = loaded(tmp_path, "step,x,y\n0,0,0\n1,1,0\n4,4,3\n")
    assert path.points.tolist() == [[0, 0], [1, 0], [2, 1], [3, 2], [4, 3]]
    assert "points not at every step" in path.note


LISTS = {
    json.dumps(PATH): "",
    json.dumps([PATH]): "",
    json.dumps(np.array(PATH).T.tolist()): "x and y taken from the axis of length 2",
    json.dumps([np.array(PATH).T.tolist()]): "x and y taken from the axis of length 2",
    json.dumps({"x": [1, 0.5, 0.25], "y": [2, 1, 0]}): "x and y taken for one path",
    json.dumps([{"x": x, "y": y} for x, y in PATH]): "rows taken for those of a table",
    json.dumps([{"label": "run", "points": PATH}]): "",
    json.dumps({"run": PATH}): "",
}


@pytest.mark.parametrize(("text", "understood"), LISTS.items())
def test_lists_of_numbers_are_paths_too(text, understood, tmp_path):
    (path,) = loaded(tmp_path, text, "run.json")
    assert (path.label, path.number, path.points.tolist()) == ("run", None, PATH)
    assert path.note == (understood and f"run.json: {understood}")


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize("shape", [(3, 2), (1, 3, 2), (2, 3), (1, 2, 3)])
def test_an_array_is_a_path_whichever_axis_is_x_and_y(shape, tmp_path):
    points = np.array(PATH)
    array = (points if shape[-1] == 2 else points.T).reshape(shape)
    for content, name in ((npy(array), "run.npy"), (npz(run=array), "run.npz")):
        (path,) = loaded(tmp_path, content, name)
        assert (path.label, path.points.tolist()) == ("run", PATH)


def test_arrays_of_one_file_are_paths_of_their_names_and_those_of_one_array_of_its(tmp_path):
    points = np.array(PATH)
    paths = loaded(tmp_path, npz(adam=points, sgd=2 * points), "run.npz")
    assert [(path.label, path.number) for path in paths] == [("adam", None), ("sgd", None)]
    ended = points.copy()
    ended[2] = np.nan
    paths = loaded(tmp_path, npy(np.stack([points, ended])), "run.npy")
    assert [(path.label, path.number, path.steps) for path in paths] == [
        ("run", 0, 2),
        ("run", 1, 1),
    ]
    assert paths[0].note == "run.npy: 2 paths of one label"


CROWD = np.random.default_rng(1).uniform(-4, 4, (6, 5, 2))


def test_a_population_is_drawn_as_points_without_lines_and_its_median_as_a_line(tmp_path):
    path = written(tmp_path, npz(population_PSO=CROWD, population=CROWD[:, :1]), "swarm.npz")
    race = compare("bowl", paths=[path], steps=5, panels=["loss"], **SMALL)
    keys = [(path.label, path.number) for path in race.paths]
    assert keys == [*(("PSO", number) for number in range(5)), ("swarm", 0)]
    np.testing.assert_array_equal(race.paths[2].points, CROWD[:, 2])
    assert all(track.lasting.gap.all() for track in race.scene.main.tracks)
    assert not any(track.lasting.gap.any() for track in race.scene.plots[1].tracks)
    squares = [shape for shape in race.scene.main.foreground if len(shape.corners) == 4]
    assert squares == []
    for track, point in zip(race.scene.main.tracks, CROWD[3], strict=False):
        head = race.scene.main.view.project(point)
        np.testing.assert_allclose(track.at(np.array([3.0]))[0], head)


@pytest.mark.parametrize("array", [CROWD[0], CROWD[:, :, :1], CROWD.astype(str)])
def test_a_population_of_another_shape_is_refused(array, tmp_path):
    with pytest.raises(TrajvizError, match=r"is no population \(steps \+ 1, members, 2\)"):
        loaded(tmp_path, npz(population=array), "swarm.npz")


def test_the_command_line_tells_how_a_file_was_read(tmp_path):
    file = written(tmp_path, "X;Y\n0,5;1\n0,25;2\n")
    done = trajviz("trace", "bowl", "--paths", file)
    assert "  run.csv: columns parted by semicolons, 'X' taken for x, 'Y' taken for y, decimal" in (
        done.stderr
    )
    assert done.stdout.splitlines()[1].startswith("run,0,0.5,1.0,")


# What is refused


CSV = {
    "": "line 1: no column is called 'x', there are: none",
    "optimizer,step,x\n": "line 1: no column is called 'y', there are: 'optimizer', 'step', 'x'",
    "lon,lat\n1,2\n": "line 1: no column is called 'x', there are: 'lon', 'lat'",
    "1,2,3\n": "line 1: which of 3 columns are x and y?",
    "epoch,iter,x,y\n": "line 1: 'epoch' and 'iter' may both be the step: name one of them 'step'",
    "x;y\n0,5;1\n1;1.5\n": "decimal commas or points: '0,5' in line 2, but '1.5' in line 3?",
    "x;y\n1.234,5;1\n": "line 2: x '1.234,5' is not a finite number",
    "optimizer,step,x,y,x\n": "line 1: column 'x' is there twice",
    HEAD: "there is no path in it",
    HEAD + "a,0,1\n": "line 2: 3 values are not the head's 4",
    HEAD + "a,3,1,2\na,2,1,2\n": "line 3: step 2 of 'a' comes after step 3: is it another path?",
    HEAD + "a,0,1,2\na,0,1,2\n": "line 3: step 0 of 'a' comes after step 0: is it another path?",
    HEAD + "a,0.5,1,2\n": "line 2: step '0.5' is not a whole number",
    HEAD + "a,-1,1,2\n": "line 2: step '-1' is not a whole number",
    HEAD + "a,1e9,1,2\n": "line 2: step '1e9' is not a whole number",
    "optimizer,start,step,x,y\na,-1,0,1,2\n": "line 2: start '-1' is not a whole number",
    HEAD + "a,0,nan,2\n": "line 2: x 'nan' is not a finite number",
    HEAD + "a,0,1,1e999\n": "line 2: y '1e999' is not a finite number",
    HEAD + "a,0,1,two\n": "line 2: y 'two' is not a finite number",
    HEAD + " ,0,1,2\n": "a path has no label",
    HEAD + '"a,0,1,2\n': "line 2: unexpected end of data",
    b"optimizer,step,x,y\n\xff,0,1,2\n": "line 2: not UTF-8",
}
TRACK = {"label": "a", "points": [[1, 2]]}
JSON = {
    "{": "line 1, column 2",
    "[]": "an array of shape (0,), float64, is no path (steps + 1, 2), nor several",
    "3": "it has no list of 'trajectories', and is no list of points",
    "[[1, 2], [3, 4]]": "an array of shape (2, 2): are its rows two points, or x and y?",
    "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]": "which axis is x and y? None has length 2",
    "[[1, 2], [3]]": "it is neither tracks nor lists of numbers",
    "[[1, 2], [3, 1e999], [5, 6]]": "it has a number that is not finite",
    '{"adam": [[1, 2], [3, 4], [5, 6]], "sgd": 3}': "array 'sgd' of shape (), float64, is no path",
    '{"trajectories": 3}': "it has no list of 'trajectories'",
    '{"trajectories": []}': "there is no path in it",
    '{"trajectories": [7]}': r"trajectories[0] is no object with 'label' and 'points'",
    json.dumps({"trajectories": [{"label": 3, "points": [[1, 2]]}]}): "'label' is not a text",
    json.dumps({"trajectories": [{"label": "a"}]}): "'points' is not a list",
    json.dumps({"trajectories": [{"label": "a", "points": []}]}): "'points' is not a list",
    json.dumps({"trajectories": [{"label": "a", "points": [[1]]}]}): "point 0 is not a pair",
    json.dumps({"trajectories": [{"label": "a", "points": [[1, True]]}]}): "point 0 is not a pair",
    '{"trajectories": [{"label": "a", "points": [[1, NaN]]}]}': "point 0 is not finite",
    json.dumps(
        {"trajectories": [{"label": "a", "points": [[1, 10**400]]}]}
    ): "point 0 is not finite",
    json.dumps({"trajectories": [{**TRACK, "start": "x"}]}): "start 'x' is not a whole number",
    json.dumps({"trajectories": [{**TRACK, "start": -1}]}): "start -1 is not a whole number",
    json.dumps({"trajectories": [{**TRACK, "start": True}]}): "start True is not a whole number",
    json.dumps({"trajectories": [TRACK, TRACK]}): "label 'a' is there twice",
    "[" * 100_000: "recursion",
}


LABELS, POINTS = np.array(["a"]), np.zeros((1, 2, 2))
NPZ = {
    b"nonsense": "it is no NPZ file",
    npz(points=POINTS): "array 'labels' is missing",
    npz(labels=LABELS): "array 'points' is missing",
    npz(labels=LABELS, points=POINTS[0]): "points of shape (2, 2)",
    npz(labels=LABELS, points=POINTS.astype(complex)): "complex128",
    npz(labels=LABELS, points=np.array([[["x", "y"]]])): "are no numbers",
    npz(labels=np.array([1]), points=POINTS): "labels are not one text for each track",
    npz(labels=np.array(["a", "b"]), points=POINTS): "labels are not one text for each track",
    npz(labels=np.array(["a"], dtype=object), points=POINTS): "it is no NPZ file",
    npz(labels=LABELS, points=POINTS, starts=np.array([0.5])): "starts are not one whole number",
    npz(labels=LABELS, points=np.full((1, 2, 2), np.nan)): "points[0] are not finite numbers",
    npz(labels=LABELS, points=np.full((1, 2, 2), np.inf)): "points[0] are not finite numbers",
    npz(labels=LABELS, points=np.array([[[np.nan, 0], [1.0, 2]]])): "points[0] are not finite",
    npz(labels=LABELS, points=np.array([[[1.0, 2], [np.nan, 0], [3, 4]]])): "points[0] are not",
    npz(labels=LABELS, points=np.array([[[1.0, 2], [np.inf, 0], [np.nan] * 2]])): "points[0] are",
    npz(labels=LABELS, points=POINTS, starts=np.array([-1])): "starts are not one whole number",
    npz(labels=LABELS, points=POINTS, starts=np.array([0, 1])): "starts are not one whole number",
    npz(labels=np.array([" "]), points=POINTS): "a path has no label",
}


@pytest.mark.parametrize(
    ("suffix", "content", "message"),
    [
        (suffix, *case)
        for suffix, cases in (("csv", CSV), ("json", JSON), ("npz", NPZ))
        for case in cases.items()
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "npz",
)
def test_a_mistake_is_told_with_its_file_and_place(suffix, content, message, tmp_path):
    name = f"run.{suffix}"
    with pytest.raises(TrajvizError, match=re.escape(message)) as caught:
        loaded(tmp_path, content, name)
    assert str(caught.value).startswith(f"paths {str(tmp_path / name)!r}: ")


def test_a_file_of_unknown_kind_a_missing_one_and_a_folder_are_refused(tmp_path):
    with pytest.raises(TrajvizError, match=r"unknown suffix .* did you mean '.csv'"):
        load_paths(tmp_path / "run.cvs", BOWL, 9)
    with pytest.raises(TrajvizError, match="no file of paths"):
        load_paths(tmp_path / "none.csv", BOWL, 9)
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(TrajvizError, match="no file of paths"):
        load_paths(tmp_path / "dir.csv", BOWL, 9)


def test_what_is_too_long_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_TEXT_BYTES", 3_000)
    monkeypatch.setattr(data_files, "MOST_ARRAY_BYTES", 3_000)
    with pytest.raises(TrajvizError, match="is longer than 3,000 bytes"):
        loaded(tmp_path, HEAD + "a,0,1,2\n" * 400)
    packed = io.BytesIO()
    np.savez_compressed(packed, labels=LABELS, points=np.zeros((1, 10_000, 2)))
    assert len(packed.getvalue()) < 3_000
    with pytest.raises(TrajvizError, match="unpacked it is longer than 3,000 bytes"):
        loaded(tmp_path, packed.getvalue(), "run.npz")


def test_more_paths_than_a_picture_can_hold_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "MOST_PATHS", 2)
    with pytest.raises(TrajvizError, match="3 paths are more than 2"):
        loaded(tmp_path, HEAD + "a,0,1,2\nb,0,1,2\nc,0,1,2\n")


LINES = st.lists(
    st.lists(
        st.sampled_from(["a", "b", "0", "1", "2", "nan", "1e999", "-3.5", '"', "", "\0", "é"]),
        max_size=5,
    ).map(",".join)
).map("\n".join)


@given(st.text() | LINES.map(HEAD.__add__), st.sampled_from(["csv", "json"]))
@example(HEAD + "a,0,\x00,1", "csv")
@example(HEAD + "a,²,1,1", "csv")
def test_any_text_is_paths_or_a_trajviz_error(text, suffix):
    reader = READERS[suffix]
    try:
        reading = reader(text.encode("utf-8", "surrogatepass"), "run")
    except TrajvizError:
        return
    for one in reading.recordings:
        points = one.until(20)
        assert points.ndim == 2
        assert np.isfinite(points).all()


@given(st.lists(st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2), min_size=1))
def test_any_finite_points_in_a_csv_are_read_as_they_are(points):
    text = HEAD + "".join(f"a,{k},{x!r},{y!r}\n" for k, (x, y) in enumerate(points))
    (one,) = READERS["csv"](text.encode(), "run").recordings
    np.testing.assert_array_equal(one.until(len(points)), np.array(points))


@given(st.binary(max_size=200))
def test_any_bytes_are_an_npz_or_a_trajviz_error(data):
    with pytest.raises(TrajvizError):
        READERS["npz"](npz(labels=LABELS, points=POINTS)[:-30] + data, "run")


# How they are drawn


@pytest.fixture
def recorded(tmp_path):
    return written(tmp_path, HEAD + "mine,0,2,2\nmine,1,1,1\nmine,2,0.5,0\nother,0,-1,2\n")


def texts(race):
    return [getattr(mark, "text", "") for mark in race.scene.marks]


def test_paths_alone_are_drawn_without_any_optimizer(recorded):
    race = compare("bowl", paths=[recorded], **SMALL)
    assert race.trajectories == ()
    assert [track.label for track in race.scene.main.tracks] == ["mine", "other"]
    expected = race.scene.main.view.project(np.array([[2, 2], [1, 1], [0.5, 0]]))
    np.testing.assert_allclose(race.scene.main.tracks[0].vertices, expected)
    assert "run.csv" in texts(race)
    assert any(text.startswith("paths from run.csv") for text in texts(race))
    assert not any("learning rates" in text for text in texts(race))


def test_beside_ours_paths_take_the_colours_after(recorded):
    race = compare("bowl", ["sgd:lr=0.1"], paths=[recorded], steps=5, panels=["loss"], **SMALL)
    theme = load_theme("light")
    assert [track.color for track in race.scene.main.tracks] == [theme.track(k) for k in range(3)]
    assert [track.label for track in race.scene.plots[1].tracks] == ["sgd", "mine", "other"]


def test_each_start_that_differs_has_its_square(recorded):
    race = compare("bowl", ["sgd:lr=0.1"], start=(2, 2), paths=[recorded], steps=5, **SMALL)
    squares = [shape for shape in race.scene.main.foreground if len(shape.corners) == 4]
    assert len(squares) == 2  # that of `mine` is ours as well


def test_a_label_of_ours_in_a_file_is_another_track(tmp_path):
    path = written(tmp_path, HEAD + "sgd,0,1,1\n")
    race = compare("bowl", ["sgd:lr=0.1"], paths=[path], steps=5, **SMALL)
    assert [len(layer) for layer in race.scene.main.layers] == [1, 1]


def test_paths_end_with_the_picture_and_the_caption_says_so(recorded):
    race = compare("bowl", paths=[recorded], steps=1, **{**SMALL, "size": (640, 480)})
    assert race.paths[0].steps == 1
    assert "paths from run.csv, their first 1 of up to 2 steps" in texts(race)


def test_paths_of_several_lengths_are_not_all_said_to_be_the_longest(tmp_path):
    rows = [*(f"long,{k},{k / 9},1" for k in range(4)), *(f"short,{k},{k / 9},2" for k in range(2))]
    path = written(tmp_path, HEAD + "\n".join(rows) + "\n")
    race = compare("bowl", paths=[path], steps=2, **SMALL)
    assert race.scene.words.caption.endswith(", their first 2 of up to 3 steps")


def test_beside_paths_the_tuned_rates_are_not_for_all(recorded):
    race = compare("bowl", ["sgd"], paths=[recorded], steps=2, **SMALL)
    assert race.scene.words.caption.startswith("learning rates tuned by one rule, paths from")


def test_where_only_paths_are_drawn_nothing_is_said_of_starts_or_noise(recorded):
    race = compare("bowl", paths=[recorded], steps=2, starts="2x2", noise=0.5, **SMALL)
    assert race.scene.words.caption == "paths from run.csv"


def test_a_path_that_starts_outside_widens_the_window(tmp_path):
    path = written(tmp_path, HEAD + "far,0,40,1\n")
    race = compare("bowl", paths=[path], **SMALL)
    assert race.window == check_window(BOWL.window.including(40, 1))


def test_paths_are_part_of_the_numbers_and_can_be_drawn_again(recorded, tmp_path):
    race = compare("bowl", ["sgd:lr=0.1"], paths=[recorded], steps=5)
    for kind in ("csv", "json", "npz"):
        again = load_paths(race.save_trace(tmp_path / f"all.{kind}"), BOWL, 5)
        assert [path.label for path in again] == ["sgd", "mine", "other"]


def test_basins_take_no_paths(recorded):
    with pytest.raises(TrajvizError, match="it takes no paths"):
        compare("bowl", ["sgd:lr=0.1"], view="basins", paths=[recorded])


def test_a_saved_recipe_names_paths_from_its_own_folder_and_gives_the_same_bytes(
    recorded, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    race = compare("bowl", ["sgd"], paths=[recorded.name], steps=5, **SMALL)
    (tmp_path / "deep").mkdir()
    recipe = race.save_recipe(tmp_path / "deep" / "paths.toml")
    assert 'paths = ["../run.csv"]' in recipe.read_text()
    assert run(load_recipe(recipe)).to_bytes("gif") == race.to_bytes("gif")


@pytest.mark.usefixtures("recorded")
def test_a_recipe_reads_paths_relative_to_itself(tmp_path):
    recipe = written(tmp_path, 'surface = "bowl"\npaths = ["run.csv"]\n', "r.toml")
    assert len(run(load_recipe(recipe)).paths) == 2


def test_the_command_line_draws_paths_and_tells_a_mistake_in_a_line(recorded, tmp_path):
    out = tmp_path / "p.png"
    assert trajviz("render", "bowl", "--paths", recorded, "-o", out).returncode == 0
    assert out.exists()
    broken = written(tmp_path, HEAD + "a,seven,1,1\n", "broken.csv")
    wrong = trajviz("render", "bowl", "--paths", broken, "-o", tmp_path / "wrong.png")
    assert wrong.returncode == 2
    assert len(wrong.stderr.splitlines()) == 1
    assert "broken.csv': line 2" in wrong.stderr
    assert not (tmp_path / "wrong.png").exists()


def test_what_a_path_from_elsewhere_had_asked_is_not_known(tmp_path):
    path = str(written(tmp_path, HEAD + "mine,0,1,2\nmine,1,3,4\n"))
    alone = run(Recipe("bowl", paths=(path,), steps=1)).trace("csv").decode().splitlines()
    assert alone[0] == "optimizer,step,x,y,f"
    both = compare("bowl", ["sgd:lr=0.1"], paths=[path], steps=1)
    rows = both.trace("csv").decode().splitlines()
    assert [row.split(",")[5:] for row in rows[1:]] == [["0", "0", "0"], ["1", "0", "0"]] + [
        ["nan"] * 3
    ] * 2
    ours, theirs = json.loads(both.trace("json"))["trajectories"]
    assert ours["gradients"] == [0, 1]
    assert "gradients" not in theirs
    with np.load(io.BytesIO(both.trace("npz"))) as arrays:
        assert np.isnan(arrays["gradients"][1]).all()


HOLE = HEAD + "mine,0,1,1\nmine,1,0.5,0.5\nmine,2,-1,0.2\nmine,3,-0.5,0.1\nmine,4,0.4,0\n"


def over_a_hole(folder, **options):
    """Return a race beside a path that leaves what the surface's logarithm is defined on."""
    file = written(folder, HOLE)
    return compare("log(x) + y**2", ["sgd:lr=0.01"], paths=[file], steps=4, **SMALL, **options)


def test_where_the_surface_has_no_height_json_says_null_and_is_read_again(tmp_path):
    one = over_a_hole(tmp_path)

    def refuse(constant):
        raise ValueError(constant)

    track = json.loads(one.trace("json"), parse_constant=refuse)["trajectories"][1]
    assert [height is None for height in track["heights"]] == [False, False, True, True, False]
    assert track["points"][2] == [-1, 0.2]
    (again,) = loaded(tmp_path, one.trace("json"), "run.json")[1:]
    np.testing.assert_array_equal(again.points, one.paths[0].points)


@pytest.mark.parametrize("panel", ["loss", "step-size"])
def test_where_the_surface_has_no_height_a_chart_has_a_gap(tmp_path, panel):
    scene = over_a_hole(tmp_path, panels=[panel]).scene
    for plot in scene.plots[1:]:
        assert np.isfinite(plot.view.axes.window).all()
    if panel == "loss":
        line = scene.plots[1].tracks[1].line
        assert line.gap.tolist() == [False, False, True, True, True]
    assert "nan" not in over_a_hole(tmp_path).alt_text().lower()
