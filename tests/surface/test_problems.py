"""Problems in d dimensions: the built-in ones, a user's own, and what a file may get wrong."""

import numpy as np
import pytest

from trajviz import Problem, TrajvizError, load_subject, load_surface, problem_names, surface_names
from trajviz.optimizers.find import load_optimizer
from trajviz.surface.catalogue import folder
from trajviz.surface.problem import LARGEST_HESSIAN

VARIANTS = ("ellipsoid:d=4,turned=0,bend=3", "factorisation:rows=3,columns=5,rank=2")
PROBLEMS = {name: load_subject(name) for name in [*problem_names(), *VARIANTS]}


LARGE = [pytest.param(n, marks=pytest.mark.long) for n in ("digits-net", "spirals-net")]


@pytest.fixture(params=[*(n for n in PROBLEMS if n not in ("digits-net", "spirals-net")), *LARGE])
def problem(request):
    return PROBLEMS[request.param]


def directions(problem, count):
    random = np.random.default_rng(0)
    found = random.normal(size=(count, problem.dimension))
    return found / np.linalg.norm(found, axis=-1, keepdims=True)


def slope(function, w, v, step=1e-4):
    """Return the derivative along v, from four values: good to the fourth power of the step."""
    near, far = ((function(w + h * v) - function(w - h * v)) / (2 * h) for h in (step, 2 * step))
    return (4 * near - far) / 3


def test_a_problem_of_the_catalogue_says_what_it_is(problem):
    assert problem.title
    assert problem.source
    assert problem.summary.endswith(".")
    assert problem.start(0).shape == (problem.dimension,)
    assert problem_names() == sorted(problem_names())
    assert not {*problem_names()} & {*surface_names()}


def test_the_gradient_is_the_slope_of_the_loss(problem):
    w = problem.start(0)
    for rows in (None, np.array([3, 0, 7])) if problem.samples else (None,):
        for v in directions(problem, 5):
            found = slope(lambda w, rows=rows: problem.loss(w, rows), w, v)
            scale = np.linalg.norm(problem.gradient(w, rows))
            assert abs(problem.gradient(w, rows) @ v - found) < 1e-9 * scale + 1e-10


def test_the_product_of_the_hessian_is_the_slope_of_the_gradient(problem):
    w = problem.start(0)
    for v in directions(problem, 3):
        found = problem.hessian_product(w, v)
        expected = slope(problem.gradient, w, v, 1e-3)
        assert np.abs(found - expected).max() < 1e-6 * np.abs(expected).max() + 1e-9


def test_several_weights_at_once_are_what_each_is_alone(problem):
    several = problem.start(0) + directions(problem, 6).reshape(2, 3, -1)
    names = ("loss", "gradient", "accuracy", "held_out", "held_out_accuracy")
    for function in filter(None, (getattr(problem, name) for name in names)):
        alone = [[function(w) for w in some] for some in several]
        np.testing.assert_allclose(function(several), alone, rtol=1e-12, atol=1e-14)
    alone = [[problem.hessian_product(w, w) for w in some] for some in several]
    np.testing.assert_allclose(problem.hessian_product(several, several), alone, 1e-6, 1e-7)


def test_the_mean_over_batches_is_the_loss_of_all(problem):
    if not problem.samples:
        return
    w = problem.start(0)
    batches = np.arange(problem.samples).reshape(2, -1)
    for function in (problem.loss, problem.gradient):
        found = np.mean([function(w, rows) for rows in batches], axis=0)
        np.testing.assert_allclose(found, function(w), rtol=1e-12, atol=1e-15)


def test_seeds_begin_elsewhere_and_one_seed_always_there(problem):
    first, second, again = (problem.start(seed) for seed in (0, 1, 0))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - second).max() > 1e-3


def test_blocks_are_all_the_weights():
    named = {name: problem for name, problem in PROBLEMS.items() if problem.blocks}
    assert {"moons-net", "spirals-net", "digits-net", "factorisation"} <= {*named}
    assert named["digits-net"].blocks[0] == ("layer 1, weights", (32, 64))
    for problem in named.values():
        assert sum(block.size for block in problem.blocks) == problem.dimension


@pytest.mark.parametrize("name", ["logistic-regression", "ellipsoid", "factorisation"])
def test_the_lowest_loss_is_found_and_not_passed(name):
    problem = PROBLEMS[name]
    w = problem.start(0)
    rule = load_optimizer("conjugate-gradient").rule(problem, w)
    for _ in range(200 if name == "ellipsoid" else 70):
        w = next(rule)
    assert 0 <= problem.value(w) - problem.lowest + 1e-14 < 1e-6


def test_a_network_knows_its_classes_by_the_largest_output_or_the_sign():
    x = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    one = Problem.of_network((2, 1), (x, np.array([1, 1, 0])))
    assert one.accuracy(np.array([1.0, 1.0, 0.0])) == 1
    assert one.accuracy(np.array([1.0, -1.0, 0.0])) == pytest.approx(2 / 3)
    assert one.loss(np.zeros(3)) == pytest.approx(np.log(2))
    three = Problem.of_network((2, 3), (x, np.array([0, 1, 2])))
    right = np.array([[2.0, 0], [0, 2], [-2, -2]]).ravel()
    assert three.accuracy(np.concatenate([right, np.zeros(3)])) == 1
    assert three.loss(np.zeros(9)) == pytest.approx(np.log(3))


def test_the_digits_say_whose_they_are_and_under_which_licence():
    with np.load(folder() / "digits.npz") as held:
        assert "Alpaydin and C. Kaynak (1998)" in str(held["source"])
        assert "CC BY 4.0" in str(held["licence"])
    assert "CC BY 4.0" in PROBLEMS["digits-net"].source


# By name, by file, as an object


def test_a_problem_is_no_surface_and_a_surface_is_a_subject():
    with pytest.raises(TrajvizError) as refusal:
        load_surface("moons-net")
    assert str(refusal.value).startswith("'moons-net' is a problem in 337 dimensions, and this")
    assert load_subject("beale").window == load_surface("beale").window
    assert load_subject("x**2 + y**2").title == "x**2 + y**2"


def test_parameters_are_in_the_name_and_the_title():
    problem = PROBLEMS["ellipsoid:d=4,turned=0,bend=3"]
    assert problem.name == "ellipsoid:d=4,turned=0,bend=3"
    assert problem.title == "Ellipsoid, 4 axes, d = 4, turned = 0, bend = 3"
    assert problem.parameters == {"d": 4, "kappa": 1000, "bend": 3, "turned": 0, "seed": 0}


def test_without_a_product_the_hessian_comes_from_differences_of_the_gradient():
    given = PROBLEMS["factorisation:rows=3,columns=5,rank=2"]
    plain = Problem(given.loss, given.gradient, given.start, given.dimension)
    w = given.start(0)
    exact = given.hessian(w)
    np.testing.assert_allclose(plain.hessian(w), exact, atol=1e-8)
    np.testing.assert_array_equal(exact, exact.T)
    assert plain.hessian(np.stack([w, w])).shape == (2, 16, 16)


def test_a_hessian_is_written_out_in_so_many_dimensions_and_not_in_more():
    large = Problem(*BOWL, LARGEST_HESSIAN + 1, name="wide")
    with pytest.raises(TrajvizError, match=r"of wide would have 2001 x 2001 numbers"):
        large.hessian(np.zeros(2001))
    assert large.hessian_product(np.ones(2001), np.ones(2001)) == pytest.approx(np.full(2001, 2))


def bowl(w):
    """A bowl."""
    return (w**2).sum(axis=-1)


BOWL = (bowl, lambda w: 2 * w, lambda seed: np.full(3 if seed is None else 2001, 1.0))

FILE = '''\
"""The cup: round."""

import numpy as np

from trajviz import Problem


def cup(w):
    """A cup."""
    return (w**2).sum(axis=-1)


'''
GOOD = "problem = Problem(cup, lambda w: 2 * w, lambda seed: np.ones(5), 5)\n"


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="my_cup.py"):
        path = tmp_path / name
        path.write_text(FILE + text)
        return path

    return write_file


def test_a_file_sets_a_problem_or_has_a_function_that_returns_one(write):
    problem = load_subject(write(GOOD))
    assert (problem.name, problem.title, problem.phrase) == ("my-cup", "My cup", "the cup")
    assert problem.summary == "A cup."
    text = "def problem(d=4):\n    d = int(d)\n    return Problem(cup, lambda w: 2 * w, "
    path = write(text + "lambda seed: np.ones(d), d)\n", "sized.py")
    assert load_subject(path).dimension == 4
    assert load_subject(f"{path}:d=9").dimension == 9


WRONG = {
    "a slope": ("cup, lambda w: 3 * w, lambda seed: np.ones(5), 5", "gradient along one direction"),
    "one alone": ("cup, lambda w: np.sum(w) * w, lambda seed: np.ones(5), 5", "gradient says"),
    "a sum": ("lambda w: np.sum(w * w), lambda w: 2 * w, lambda seed: np.ones(5), 5", "shape ()"),
    "a start": ("cup, lambda w: 2 * w, lambda seed: np.ones(4), 5", "start returns shape (4,)"),
    "blocks": (
        "cup, lambda w: 2 * w, lambda seed: np.ones(5), 5, blocks=[('a', (2, 2))]",
        "the blocks have 4 weights, not 5",
    ),
    "a batch": (
        "cup, lambda w: 2 * w, lambda seed: np.ones(5), 5, batch_size=4",
        "batch_size 4 is not from 0 to the 0 samples",
    ),
    "rows": (
        "cup, lambda w: 2 * w, lambda seed: np.ones(5), 5, samples=4",
        "takes 1 positional argument but 2 were given",
    ),
    "dimension": ("cup, lambda w: 2 * w, lambda seed: np.ones(5), 0", "dimension 0"),
    "what": ("cup, 2, lambda seed: np.ones(5), 5", "gradient 2 is not a function"),
    "fails": ("cup, lambda w: w @ np.eye(3), lambda seed: np.ones(5), 5", "ValueError"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_what_a_file_gets_wrong_is_told_with_its_path(write, arguments, message):
    path = write(f"problem = Problem({arguments})\n")
    with pytest.raises(TrajvizError) as refusal:
        load_subject(path)
    assert str(refusal.value).startswith(f"{path}")
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_function_that_returns_no_problem_is_told(write):
    with pytest.raises(TrajvizError, match="`problem` returns no Problem, but 3"):
        load_subject(write("def problem(d=2):\n    return 3\n"))


def test_an_object_is_called_by_its_loss_and_tried_once():
    problem = load_subject(Problem(*BOWL, 2001))
    assert (problem.name, problem.title) == ("bowl", "Bowl")
    assert load_subject(problem) == problem
    with pytest.raises(TrajvizError, match=r"test_problems.py, line \d+: gradient along"):
        load_subject(Problem(bowl, lambda w: w, lambda _: np.ones(3), 3))


def test_functions_of_one_vector_are_asked_one_by_one():
    asked = []

    def loss(w, rows=None):
        asked.append((w.shape, rows))
        return w @ w

    problem = Problem.of_numpy(loss, lambda w, *_: 2 * w, [1, 2, 3], samples=4)
    assert problem.dimension == 3
    assert problem.start(7).tolist() == [1, 2, 3]
    assert problem.loss(np.ones((2, 3)), np.array([1])).tolist() == [3, 3]
    assert asked == [((3,), np.array([1]))] * 2
    found = problem.hessian_product(np.ones((2, 3)), np.ones((2, 3)))
    np.testing.assert_allclose(found, np.full((2, 3), 2.0), rtol=1e-9)


def test_a_start_may_depend_on_the_seed_and_a_fact_of_one_vector_is_of_many():
    problem = Problem.of_numpy(
        lambda w: w @ w,
        lambda w: 2 * w,
        lambda seed: np.full(2, float(seed)),
        accuracy=lambda w: float(w[0] > 0),
        hessian_product=lambda _w, v: 2 * v,
    )
    assert problem.start(3).tolist() == [3, 3]
    assert problem.accuracy(np.array([[1.0, 0], [-1, 0]])).tolist() == [1, 0]
    assert problem.hessian_product(np.ones((2, 2)), np.eye(2)).tolist() == [[2, 0], [0, 2]]
    assert load_subject(problem).name == "f(w)"
