"""The built-in problems beside torch's autograd, and rules of ours on them beside torch's own."""

import itertools
from importlib.util import find_spec

import numpy as np
import pytest

from trajviz import Problem, TrajvizError, load_optimizer, load_subject
from trajviz.descent.walk import Counted
from trajviz.surface.catalogue import folder
from trajviz.surface.definition import run_file
from trajviz.surface.problem import Differences

pytestmark = pytest.mark.parity

torch = pytest.importorskip("torch")

STEPS = 500
EXACT = 1e-10
RATES = {"sgd": 0.05, "momentum": 0.005, "nag": 0.005}
RATES |= {"adagrad": 0.01, "adadelta": 0.03, "adam": 1e-3, "adamax": 1e-3, "nadam": 3e-4}
RATES |= {"adamw": 1e-3, "rprop": 1e-3}
SAME = {
    "sgd": ("SGD", {}, {}),
    "momentum": ("SGD", {"momentum": 0.9}, {"beta": 0.9}),
    "nag": ("SGD", {"momentum": 0.9, "nesterov": True}, {"beta": 0.9}),
    "adagrad": ("Adagrad", {"eps": 1e-8}, {"eps": 1e-8}),
    "adadelta": ("Adadelta", {"rho": 0.9, "eps": 1e-6}, {"rho": 0.9, "eps": 1e-6}),
    "adam": ("Adam", {}, {}),
    "nadam": ("NAdam", {}, {}),
    "adamax": ("Adamax", {}, {}),
    "adamw": ("AdamW", {}, {"weight_decay": 0.01}),
    "rprop": ("Rprop", {"etas": (0.5, 1.2), "step_sizes": (1e-6, 1e-3)}, {"max_step": 1e-3}),
}
"""Rules that torch has as they are here: its class and options, and our settings."""


class Factors(torch.nn.Module):
    """The product of two thin matrices."""

    def __init__(self, wanted):
        super().__init__()
        (rows, columns), rank = wanted.shape, np.linalg.matrix_rank(wanted)
        self.u = torch.nn.Parameter(torch.zeros(rows, rank))
        self.v = torch.nn.Parameter(torch.zeros(columns, rank))

    def forward(self, wanted):
        return self.u @ self.v.T - wanted


class Weights(torch.nn.Module):
    """Nothing but weights."""

    def __init__(self, d):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x @ self.w


def dense(*sizes):
    layers = []
    for before, after in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(before, after), torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1])


def binary(out, y):
    return torch.nn.functional.binary_cross_entropy_with_logits(out[:, 0], y.double())


def closed_over(problem, name):
    """Return what a loss has in a variable of the function around it."""
    function = problem.loss.function
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function.__closure__[function.__code__.co_freevars.index(name)].cell_contents


def logistic():
    problem = load_subject("logistic-regression")
    signed = closed_over(problem, "training")
    model = Weights(problem.dimension)

    def loss(out, _):
        return torch.nn.functional.softplus(-out).mean() + 0.0005 * (model_of(out) ** 2).sum()

    def model_of(_):
        return held[0]

    held = [None]
    model.register_forward_pre_hook(lambda module, _: held.__setitem__(0, module.w))
    return problem, Problem.of_torch(model, loss, (signed, np.ones(len(signed))))


def factorisation():
    problem = load_subject("factorisation")
    wanted = closed_over(problem, "missing").__closure__[0].cell_contents
    whole = Problem.of_torch(
        Factors(wanted), lambda off, _: (off**2).sum() / 2, (wanted[None], np.zeros(1))
    )
    return problem, whole


def ellipsoid():
    problem = load_subject("ellipsoid:d=20,kappa=100")
    axes, spectrum = closed_over(problem, "axes"), closed_over(problem, "spectrum")
    return problem, Problem.of_torch(
        Weights(20),
        lambda out, weights: (weights * out**2).sum() / 2,
        (axes.T.copy(), spectrum),
    )


def network(name, sizes, loss):
    def made():
        module = run_file(folder() / f"{name.replace('-', '_')}.py")
        data = {
            "moons-net": lambda: module.moons(100, 0.2, 0),
            "spirals-net": lambda: module.spirals(100, 0.2, 0),
            "digits-net": lambda: (module.images[:400], module.labels[:400]),
        }
        return load_subject(name), Problem.of_torch(dense(*sizes), loss, data[name]())

    return made


cross_entropy = torch.nn.functional.cross_entropy
PAIRS = {
    "logistic-regression": logistic,
    "factorisation": factorisation,
    "ellipsoid": ellipsoid,
    "moons-net": network("moons-net", (2, 16, 16, 1), binary),
    "spirals-net": network("spirals-net", (2, 32, 32, 3), cross_entropy),
    "digits-net": network("digits-net", (64, 32, 10), cross_entropy),
}


@pytest.fixture(params=PAIRS)
def pair(request):
    return PAIRS[request.param]()


@pytest.fixture
def exact():
    """Have torch keep scalars in float64 too, as NAdam's product of momenta."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def walking(name, problem, **settings):
    """Return the steps of an optimizer on all of a problem's data."""
    optimizer, counted = load_optimizer(name), Counted(itertools.repeat(problem))
    counted.advance()
    stated = {key: value for key, value in optimizer.defaults.items() if value is not None}
    return optimizer.rule(counted, problem.start(0), **{**stated, **settings})


def walked(name, problem, **settings):
    return np.array([w.copy() for w in itertools.islice(walking(name, problem, **settings), STEPS)])


def apart(first, second):
    return float(np.abs(first - second).max() / max(1.0, np.abs(second).max()))


def test_loss_and_gradient_are_those_of_autograd(pair):
    ours, theirs = pair
    assert [shape for _, shape in ours.blocks] in ([], [shape for _, shape in theirs.blocks])
    for seed in range(3):
        w = ours.start(seed)
        assert apart(ours.loss(w), theirs.loss(w)) < 1e-13
        assert apart(ours.gradient(w), theirs.gradient(w)) < 1e-13
        v = ours.start(seed + 5)
        assert apart(ours.hessian_product(w, v), theirs.hessian_product(w, v)) < 1e-6
    if ours.samples and ours.accuracy and theirs.accuracy:
        assert ours.accuracy(w) == theirs.accuracy(w)


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("name", SAME)
def test_five_hundred_steps_are_those_of_torch_on_torch(pair, name):
    """Our rule and our gradient beside torch's optimizer on torch's module."""
    ours, theirs = pair
    w, (title, options, settings) = ours.start(0), SAME[name]
    rate = RATES[name] * (0.1 if ours.name.startswith("ellipsoid") else 1)
    path = walked(name, ours, lr=rate, **settings)
    whole = torch.nn.Parameter(torch.from_numpy(w.copy()))
    optimizer = getattr(torch.optim, title)([whole], lr=rate, **options)
    points = []
    for _ in range(STEPS):
        whole.grad = torch.from_numpy(theirs.gradient(whole.detach().numpy()))
        optimizer.step()
        points.append(whole.detach().numpy().copy())
    assert apart(path, np.array(points)) < EXACT


@pytest.mark.parametrize("name", ["torch.SGD", "torch.Adam", "optax.adam"])
def test_the_adapters_run_in_many_dimensions(pair, name):
    ours, _ = pair
    w = ours.start(0)
    rule = walking(name, ours, lr=1e-3)
    for _ in range(20):
        found = next(rule)
    assert found.shape == w.shape
    assert ours.loss(found) < ours.loss(w)


@pytest.mark.parametrize("name", ["scipy.BFGS", "scipy.Newton-CG", "scipy.trust-ncg"])
def test_scipys_methods_come_down_in_many_dimensions(pair, name):
    pytest.importorskip("scipy")
    ours, _ = pair
    w = ours.start(0)
    rule = walking(name, ours)
    for _ in range(5):
        found = next(rule)
    assert ours.loss(found) < ours.loss(w)


def test_keras_runs_on_blocks_as_our_rule_does_on_the_whole():
    if find_spec("keras") is None:  # the adapter imports it, for torch
        pytest.skip("keras is not installed")
    problem = load_subject("moons-net")
    theirs, ours = walking("keras.SGD", problem, lr=0.1), walking("sgd", problem, lr=0.1)
    for _ in range(20):
        assert apart(next(theirs), next(ours)) < 1e-12


def test_muon_is_torchs_on_matrices(monkeypatch):
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self)  # torch rounds to it
    problem = load_subject("factorisation")
    ours = walking("muon", problem, lr=0.01)
    theirs = walking("torch.Muon", problem, lr=0.01, weight_decay=0.0)
    for _ in range(30):  # they differ in how they keep from dividing by 0
        assert apart(next(theirs), next(ours)) < 1e-6


# A user's own


def model_of(**options):
    torch.manual_seed(0)
    x = torch.randn(30, 4)
    y = (x[:, 0] > 0).long()
    held = (x[:10].numpy(), y[:10].numpy())
    model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Dropout(), torch.nn.Linear(5, 2))
    return model, Problem.of_torch(model, cross_entropy, (x, y), held_out=held, **options)


def test_a_module_becomes_a_problem_and_stays_as_it_was():
    model, problem = model_of(batch_size=8)
    assert [block.name for block in problem.blocks] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert (problem.dimension, problem.samples, problem.batch_size) == (37, 30, 8)
    w = problem.start(0)
    np.testing.assert_array_equal(w[:20], model[0].weight.detach().numpy().ravel())
    assert model.training
    assert model[0].weight.dtype == torch.float32
    assert problem.loss(w) == problem.loss(w)  # without dropout
    loaded = load_subject(problem)
    assert (loaded.name, loaded.title) == ("Sequential", "Sequential")
    assert 0 <= loaded.accuracy(w) <= 1
    assert loaded.held_out_accuracy(np.stack([w, w])).shape == (2,)
    first, second = problem.start(1), problem.start(1)
    np.testing.assert_array_equal(first, second)
    assert apart(first, w) > 0.01


def test_a_module_may_compute_in_float32():
    _, exact = model_of()
    _, problem = model_of(dtype=torch.float32)
    w = load_subject(problem).start(0)
    assert 0 < apart(problem.gradient(w), exact.gradient(w)) < 1e-6


def test_a_model_that_does_not_fit_its_data_is_told_in_one_line():
    wrong = torch.nn.Linear(3, 2)
    with pytest.raises(TrajvizError, match="the model or its loss fails on the data") as told:
        Problem.of_torch(wrong, cross_entropy, (torch.ones(4, 4), torch.ones(4).long()))
    assert "\n" not in str(told.value)
    many = torch.nn.CrossEntropyLoss(reduction="none")
    with pytest.raises(TrajvizError, match=r"the loss returns shape \(2,\)"):
        Problem.of_torch(torch.nn.Linear(4, 2), many, (torch.ones(4, 4), torch.ones(4).long()))


def test_a_jax_function_becomes_a_problem_with_an_exact_product():
    jax = pytest.importorskip("jax")

    def chain(w):
        """A chain."""
        return jax.numpy.sum(100 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2)

    problem = load_subject(Problem.of_jax(chain, np.full(5, -0.5)))
    assert (problem.name, problem.summary, problem.dimension) == ("chain", "A chain.", 5)
    w = problem.start(0)
    assert problem.loss(np.stack([w, w])).tolist() == [4 * 100 * 0.5625 + 4 * 2.25] * 2
    product = problem.hessian_product(w, w)
    assert apart(product, Differences(problem.gradient)(w, w)) < 1e-7
