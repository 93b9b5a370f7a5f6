"""Surfaces from files of numbers: what is read, what is found, what is refused."""

import io
import zipfile

import numpy as np
import pytest
from programs import trajviz

from trajviz.errors import TrajvizError
from trajviz.files.metadata import read_note
from trajviz.recipe.toml import load_recipe
from trajviz.surface import data_files
from trajviz.surface import grid as module
from trajviz.surface.catalogue import find_definition, load_surface
from trajviz.surface.probe import find_misfit

XS, YS = np.linspace(-2, 2, 9), np.linspace(-1, 3, 7)
HEIGHTS = (XS - 0.3) ** 2 + 2 * (YS[:, None] - 1.2) ** 2
"""A bowl, which a cubic spline gives back as it was."""


def npz(path, **arrays):
    np.savez(path, **({"x": XS, "y": YS, "z": HEIGHTS} | arrays))
    return path


def lines(rows, separator=","):
    return "\n".join(separator.join(map(repr, map(float, row))) for row in rows) + "\n"


X, Y = np.meshgrid(XS, YS)
NODES = np.stack([X.ravel(), Y.ravel(), HEIGHTS.ravel()], axis=-1)
MATRIX = "," + lines([XS]) + lines(np.column_stack([YS, HEIGHTS]))
SHUFFLED = np.random.default_rng(0).permutation(NODES)
TEXTS = {
    "columns": "x,y,z\n" + lines(NODES),
    "columns in another order": "Z, y, X\n" + lines(SHUFFLED[:, ::-1]),
    "columns without names": lines(SHUFFLED),
    "columns between others": "id,x,y,z\n" + lines(np.column_stack([np.arange(63), NODES])),
    "tabs": "x\ty\tz\n" + lines(NODES, "\t"),
    "semicolons": "x;y;z\n" + lines(NODES, ";"),
    "a matrix": MATRIX,
    "a matrix with a named corner": "y/x" + MATRIX,
    "a matrix from above": "," + lines([XS]) + lines(np.column_stack([YS, HEIGHTS])[::-1]),
    "a byte order mark, empty lines": "\ufeffx,y,z\n\n" + lines(NODES) + "\n",
}
ARRAYS = {
    "axes": {},
    "a descending axis": {"x": XS[::-1], "z": HEIGHTS[:, ::-1]},
    "a mesh": {"x": X, "y": Y},
    "a mesh by ij": {"x": X.T, "y": Y.T, "z": HEIGHTS.T},
    "small floats": {"z": HEIGHTS.astype(np.float32)},
    "arrays besides": {"when": np.array("today")},
}


def assert_bowl(surface, rtol=1e-12):
    points = np.random.default_rng(1).uniform([-2, -1], [2, 3], (3, 4, 2))
    x, y = points[..., 0], points[..., 1]
    expected = (x - 0.3) ** 2 + 2 * (y - 1.2) ** 2
    np.testing.assert_allclose(surface.value(points), expected, rtol=rtol, atol=rtol)
    slopes = np.stack([2 * (x - 0.3), 4 * (y - 1.2)], axis=-1)
    np.testing.assert_allclose(surface.gradient(points), slopes, rtol=rtol, atol=10 * rtol)
    np.testing.assert_allclose(
        surface.hessian(points), np.broadcast_to([[2, 0], [0, 4]], (3, 4, 2, 2)), atol=100 * rtol
    )
    assert surface.window == (-2, 2, -1, 3)
    np.testing.assert_allclose(surface.minima, [(0.3, 1.2)], rtol=10 * rtol)
    assert surface.window.contains(np.array(surface.start))
    assert (surface.name, surface.title) == ("my-grid", "My grid")
    assert "found for the grid" in surface.note
    assert find_misfit(surface) is None


@pytest.mark.first(2)
@pytest.mark.parametrize("arrays", ARRAYS.values(), ids=ARRAYS)
def test_arrays_are_a_surface(tmp_path, arrays):
    surface = load_surface(npz(tmp_path / "my_grid.npz", **arrays))
    assert_bowl(surface, 1e-5 if "z" in arrays and arrays["z"].dtype == np.float32 else 1e-12)


@pytest.mark.first(6)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_a_surface(tmp_path, text):
    path = tmp_path / "my_grid.csv"
    path.write_text(text, "utf-8")
    assert_bowl(load_surface(path))


def test_a_grid_that_falls_to_its_edge_has_no_minimum(tmp_path):
    assert load_surface(npz(tmp_path / "a.npz", z=XS + 2 * YS[:, None])).minima == ()
    dented = HEIGHTS.copy()
    dented[0, 0] = -9
    assert load_surface(npz(tmp_path / "b.npz", z=dented)).minima == ()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"z": HEIGHTS.T}, "z of shape (9, 7) is not (rows, columns) of y and x, (7, 9): give z.T"),
        ({"z": HEIGHTS[1:]}, "z of shape (6, 9) is not (rows, columns)"),
        ({"z": HEIGHTS[None]}, "are not x (columns,), y (rows,), z (rows, columns)"),
        ({"z": np.where(HEIGHTS > 10, np.nan, HEIGHTS)}, "z has no finite number at place"),
        ({"x": np.where(XS > 1, np.inf, XS)}, "x has no finite number at place 8"),
        ({"x": np.where(XS > 1, 1, XS)}, "x has 1 twice"),
        ({"x": XS[:3], "z": HEIGHTS[:, :3]}, "a grid of 3 x 7 is less than 4 x 4"),
        ({"x": X + Y, "y": Y}, "x and y are neither axes nor a mesh"),
        ({"z": np.full((7, 9), "a")}, "array 'z' is of <U1, not of numbers"),
        ({"z": HEIGHTS + 1j}, "array 'z' is of complex128, not of numbers"),
        ({"z": np.full((7, 9), None)}, "it is no NPZ file of numbers: Object arrays cannot be"),
        ({"x": 1e16 + np.arange(9.0) * 2}, "beyond what floats can resolve"),
    ],
)
def test_arrays_that_are_no_grid_are_refused(tmp_path, arrays, message):
    path = npz(tmp_path / "my_grid.npz", **arrays)
    with pytest.raises(TrajvizError) as refusal:
        load_surface(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("x,y,z\n", "there is no row of numbers in it"),
        ("x,y,z\n" + lines(NODES[1:]), "62 nodes are not each of 9 x with each of 7 y once"),
        ("x,y,z\n" + lines(NODES[[0, *range(63)]]), "64 nodes are not each of 9 x"),
        ("x,y,z\n1,2,3\n1,2\n", "row 3: 2 values, not 3"),
        ("x,y,z\n1,2,3\n1,high,3\n", "row 3: 'high' is not a finite number"),
        (",1,2,3,4\n1,1,1,nan,1\n", "row 2: 'nan' is not a finite number"),
        ("a,b\n1,2\n", "row 1: 'b' is not a finite number"),
        (b"x,y,z\n1,2,\xff\n", "line 2: not UTF-8"),
    ],
)
def test_a_text_that_is_no_grid_is_refused(tmp_path, text, message):
    path = tmp_path / "my_grid.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(TrajvizError) as refusal:
        load_surface(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert message in str(refusal.value)


def test_what_is_too_large_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_NODES", 60)
    with pytest.raises(TrajvizError, match="63 heights are more than 60: take every second"):
        load_surface(npz(tmp_path / "a.npz"))
    (tmp_path / "a.csv").write_text(TEXTS["columns"])
    with pytest.raises(TrajvizError, match="more than 60"):
        load_surface(tmp_path / "a.csv")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("z", bytes(100_000))
    monkeypatch.setattr(data_files, "MOST_ARRAY_BYTES", 50_000)
    monkeypatch.setitem(module._READERS, ".csv", (50_000, module._from_csv))
    (tmp_path / "b.npz").write_bytes(bomb.getvalue())
    with pytest.raises(TrajvizError, match="unpacked it is longer than 50,000 bytes"):
        load_surface(tmp_path / "b.npz")
    (tmp_path / "c.csv").write_text("1,2,3\n" * 10_000)
    with pytest.raises(TrajvizError, match="the file is longer than 50,000 bytes"):
        load_surface(tmp_path / "c.csv")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all"])
def test_a_broken_file_is_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(TrajvizError, match="it is no NPZ file of numbers"):
        load_surface(tmp_path / "a.npz")


def test_a_missing_file_is_told_and_a_found_one_is_what_a_gallery_watches(tmp_path):
    with pytest.raises(TrajvizError, match=r"no surface file '.*none\.npz'"):
        load_surface(tmp_path / "none.npz")
    path = npz(tmp_path / "a.npz")
    assert find_definition(str(path)) == (path, {})


@pytest.mark.long
def test_a_grid_is_rendered_recorded_and_rendered_again_from_anywhere(tmp_path):
    npz(tmp_path / "my_grid.npz")
    small = ["--size", "320x240", "--steps", "5", "--seconds", "0.4", "--hold", "0", "-q"]
    args = ["render", "my_grid.npz", "sgd:lr=0.1", *small]
    trajviz(*args, "-o", "a.gif", "--save-recipe", "a.toml", cwd=tmp_path)
    recipe = load_recipe(tmp_path / "a.toml")
    assert recipe.surface == str(tmp_path / "my_grid.npz")
    assert read_note(tmp_path / "a.gif").table["surface"] == "my_grid.npz"
    (tmp_path / "inner").mkdir()
    inner = {"cwd": tmp_path / "inner"}
    trajviz("render", "--recipe", "../a.gif", "-o", "again.gif", "-q", **inner)
    trajviz("render", "--recipe", "../a.toml", "-o", "saved.gif", "-q", **inner)
    assert (tmp_path / "inner" / "again.gif").read_bytes() == (tmp_path / "a.gif").read_bytes()
    assert (tmp_path / "inner" / "saved.gif").read_bytes() == (tmp_path / "a.gif").read_bytes()


def test_a_file_that_is_no_grid_ends_with_one_line(tmp_path):
    (tmp_path / "a.csv").write_text("x,y,z\n1,2,3\n")
    ran = trajviz("render", "a.csv", cwd=tmp_path)
    assert ran.returncode == 2
    assert "a.csv: a grid of 1 x 1 is less than 4 x 4" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
