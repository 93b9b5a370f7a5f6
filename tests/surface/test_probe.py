"""The trial that a surface's functions pass when it is loaded, and what later calls tell."""

import numpy as np
import pytest

from trajviz.errors import TrajvizError
from trajviz.surface import Surface
from trajviz.surface.catalogue import load_surface, surface_names
from trajviz.surface.probe import find_misfit

FILE = """\
import numpy as np

from trajviz import Surface


def f(x, y):
    return {formula}


def slope(p):
{slope}


surface = Surface(f, window=(-1, 2, -1, 3), start=(0.5, -0.5){more})
"""
RIGHT = "    return np.stack([2 * p[..., 0], 8 * p[..., 1]], axis=-1)"


@pytest.fixture
def load(tmp_path):
    """Write a definition file, and return the surface that it defines."""

    def loaded(formula="x**2 + 4 * y**2", slope="", more=""):
        more += ", gradient_formula=slope" if slope else ""
        path = tmp_path / "mine.py"
        path.write_text(FILE.format(formula=formula, slope=slope or "    return p", more=more))
        return load_surface(path)

    return loaded


def refusal_of(load, **given):
    with pytest.raises(TrajvizError) as refusal:
        load(**given)
    return str(refusal.value)


def assert_told(told, folder, line, message):
    """Hold that a refusal begins with file and line, and says a message."""
    assert told.startswith(f"{folder / 'mine.py'}, line {line}: "), told
    assert message in told


def test_every_surface_of_the_catalogue_passes():
    assert [name for name in surface_names() if find_misfit(load_surface(name))] == []


@pytest.mark.parametrize(
    "formula",
    [
        "np.sum([x**2, 4 * y**2], axis=0)",
        "np.dot([1, 4], [x**2, y**2])",
        "np.linalg.norm([x, 2 * y], axis=0) ** 2",
        "np.mean(np.stack([2 * x**2, 8 * y**2], axis=-1), axis=-1)",
        "np.sum((x[..., None] - np.array([0, 0])) ** 2, axis=-1) / 2 + 4 * y**2",
        "np.where(x > 0, x**2, x * x) + 4 * y**2",
        "(np.array([[1, 0], [0, 4]]) @ np.array([x, y]) * np.array([x, y])).sum(axis=0)",
    ],
)
def test_a_formula_over_a_list_of_expressions_is_a_surface_like_any_other(load, formula):
    surface, plain = load(formula), load()
    points = np.random.default_rng(0).uniform(-1, 2, (3, 4, 2))
    np.testing.assert_allclose(surface.value(points), plain.value(points), rtol=1e-12)
    np.testing.assert_allclose(surface.gradient(points), plain.gradient(points), rtol=1e-12)
    np.testing.assert_allclose(surface.hessian(points), plain.hessian(points), atol=1e-12)
    xs, ys = np.linspace(-1, 2, 7), np.linspace(-1, 3, 7)
    np.testing.assert_allclose(surface.grid(xs, ys), plain.grid(xs, ys), rtol=1e-12)


def test_a_formula_that_pairs_the_axes_of_a_square_grid_is_given_its_points():
    def paired(x, y):
        rows = np.stack([np.ravel(x), np.ravel(y)], axis=-1)
        return (rows**2).sum(axis=-1).reshape(np.shape(x))

    surface = Surface(paired, (-1, 1, -1, 1), (0, 0))
    xs = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(surface.grid(xs, xs), xs**2 + xs[:, None] ** 2)


@pytest.mark.parametrize(
    ("formula", "line", "message"),
    [
        ("np.sum([x**2, 4 * y**2])", 6, "the height at (0.5, -0.5) is 1.25 when asked alone and"),
        ("x**2 + y[0]", 7, "IndexError"),
        ("x**2 + np.random.default_rng().normal()", 6, "the height at (0.5, -0.5) is "),
        ("np.array([x, y])", 6, "for one point the formula returns ndarray of shape (2,)"),
        ("np.atleast_1d(x + y)", 6, "for one point the formula returns ndarray of shape (1,)"),
        ("x + 1j * y", 6, "for one point the formula returns complex128"),
        ("None", 6, "for one point the formula returns NoneType"),
        ("np.sort(x) + y", 7, "AxisError"),
        (
            "x**2 + np.linspace(0, 1, 3) * y",
            6,
            "for one point the formula returns ndarray of shape",
        ),
        ("np.add(x, 1, out=x) + y", 7, "ValueError: "),
        ("x**2 if x > 0 else y", 7, "use numpy's maximum, minimum or abs"),
        ("np.spacing(x) + y", 7, "cannot differentiate 'spacing'"),
        ("x // (1 / 0)", 7, "ZeroDivisionError"),
    ],
)
def test_a_formula_that_is_not_one_of_points_is_told_with_its_line(
    load, tmp_path, formula, line, message
):
    told = refusal_of(load, formula=formula)
    assert_told(told, tmp_path, line, message)
    assert told.count("mine.py") == 1


@pytest.mark.parametrize(
    ("slope", "line", "message"),
    [
        (RIGHT.replace(", axis=-1", ""), 10, "for points of shape (3, 2) gradient_formula returns"),
        ("    x, y = p\n    return np.array([2 * x, 8 * y])", 11, "ValueError: too many values"),
        (RIGHT + " + 0.5", 10, "gradient_formula is ("),
        (RIGHT.replace("8", "7"), 10, "where differences of the formula are ("),
        (RIGHT.replace("2 *", "-2 *"), 10, "gradient_formula is ("),
        (RIGHT + "[..., ::-1]", 10, "gradient_formula is ("),
        ("    return p * np.nan", 10, "gradient_formula is (nan, nan)"),
        ("    return 2 * p[0] + 0 * p", 10, "among 3 points"),
        ("    return None", 10, "gradient_formula returns NoneType"),
        ("    return p * 1j", 10, "gradient_formula returns ndarray"),
    ],
)
def test_a_gradient_formula_that_is_not_the_slope_is_told_with_its_line(
    load, tmp_path, slope, line, message
):
    assert_told(refusal_of(load, slope=slope), tmp_path, line, message)


@pytest.mark.parametrize(
    ("formula", "slope"),
    [
        ("x**2 + 4 * y**2", RIGHT),
        ("abs(x) + abs(y)", "    return np.sign(p)"),
        ("np.sqrt(x) + 0 * y", "    return np.stack([.5 * p[..., 0]**-.5, 0 * p[..., 1]], -1)"),
        ("1e9 + x + y", "    return np.ones_like(p)"),
        ("1e-9 * x * y", "    return 1e-9 * p[..., ::-1]"),
        ("0 * x", "    return 0 * p"),
        ("np.sin(300 * x) + y", "    return np.stack([300 * np.cos(300 * p[..., 0]), "
         "np.ones(p.shape[:-1])], axis=-1)"),
    ],
)  # fmt: skip
def test_a_gradient_formula_that_is_the_slope_passes(load, formula, slope):
    points = np.random.default_rng(0).uniform(0.1, 1, (3, 4, 2))
    assert load(formula, slope).gradient(points).shape == points.shape


def test_accuracy_is_tried_too(load):
    assert "accuracy returns shape ()" in refusal_of(load, more=", accuracy=lambda x, y: 1.0")


def test_a_file_whose_formula_fails_later_is_told_with_its_line(load, tmp_path):
    surface = load("np.array([1.0, 2.0])[(x > 5).astype(int) * 7] * x * y")
    for ask in (surface.value, surface.gradient, surface.hessian):
        with pytest.raises(TrajvizError, match="IndexError") as refusal:
            ask(np.array([[6.0, 1.0]]))
        assert str(refusal.value).startswith(f"{tmp_path / 'mine.py'}, line 7: ")
    with pytest.raises(TrajvizError, match=r"mine\.py, line 7: IndexError"):
        surface.grid(np.array([6.0, 7.0]), np.array([0.0]))
