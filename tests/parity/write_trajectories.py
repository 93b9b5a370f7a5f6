"""Run other people's optimizers on our surfaces and store where they went.

    python tests/parity/write_trajectories.py

tests/data/parity.npz holds `points`, shape (runs, len(SEEN), 2), the points after the steps SEEN,
and `runs`, a JSON text: the libraries' versions, and for each run its surface, our optimizer with
its settings, and the library's with its options. The same runs give the same bytes.
"""

import contextlib
import functools
import importlib
import json
import os
from importlib import metadata
from itertools import islice
from pathlib import Path

import numpy as np

from trajviz.optimizers.find import load_optimizer
from trajviz.surface.catalogue import load_surface

FILE = Path(__file__).parent.parent / "data" / "parity.npz"
STEPS = 500
SEEN = [1, 2, 5, *range(20, STEPS + 1, 20)]
LIBRARIES = ("torch", "keras", "optax", "jax")

BETAS = {"betas": ("beta1", "beta2"), "eps": "eps"}
BETAS_KERAS = {"beta_1": "beta1", "beta_2": "beta2", "epsilon": "eps"}
BETAS_OPTAX = {"b1": "beta1", "b2": "beta2", "eps": "eps"}
RHO_KERAS = {"rho": "beta", "epsilon": "eps"}
UNCORRECTED = {"bias_correction_mu": False, "bias_correction_nu": False}
DECAY = {"weight_decay": "weight_decay"}
HEAVY = {"momentum": "momentum"}
CENTERED = {"centered": True}

# Our optimizer, and what it is called elsewhere: a text is the name of our setting.
RULES = [
    ("sgd", "torch", "SGD", {}),
    ("sgd", "keras", "SGD", {}),
    ("sgd", "optax", "sgd", {}),
    ("momentum", "torch", "SGD", {"momentum": "beta"}),
    ("momentum", "keras", "SGD", {"momentum": "beta"}),
    ("momentum", "optax", "sgd", {"momentum": "beta"}),
    ("dampened-momentum", "torch", "SGD", {"momentum": "beta", "dampening": "beta"}),
    ("dampened-momentum", "optax", "ema", {"decay": "beta", "debias": False}),
    ("nag", "torch", "SGD", {"momentum": "beta", "nesterov": True}),
    ("nag", "keras", "SGD", {"momentum": "beta", "nesterov": True}),
    ("nag", "optax", "sgd", {"momentum": "beta", "nesterov": True}),
    ("adagrad", "torch", "Adagrad", {"eps": "eps"}),
    ("adagrad", "keras", "Adagrad", {"epsilon": "eps"}),
    ("adagrad", "optax", "adagrad", {"eps": "eps"}),
    ("adadelta", "torch", "Adadelta", {"rho": "rho", "eps": "eps"}),
    ("adadelta", "keras", "Adadelta", {"rho": "rho", "epsilon": "eps"}),
    ("adadelta", "optax", "adadelta", {"rho": "rho", "eps": "eps"}),
    ("rmsprop", "torch", "RMSprop", {"alpha": "beta", "eps": "eps"}),
    ("rmsprop", "keras", "RMSprop", RHO_KERAS),
    ("rmsprop", "optax", "rmsprop", {"decay": "beta", "eps": "eps"}),
    ("rmsprop-momentum", "torch", "RMSprop", {"alpha": "beta", "eps": "eps"} | HEAVY),
    ("rmsprop-momentum", "keras", "RMSprop", RHO_KERAS | HEAVY),
    ("rmsprop-momentum", "optax", "rmsprop", {"decay": "beta", "eps": "eps"} | HEAVY),
    ("rmsprop-centered", "torch", "RMSprop", {"alpha": "beta", "eps": "eps"} | HEAVY | CENTERED),
    ("rmsprop-centered", "keras", "RMSprop", RHO_KERAS | HEAVY | CENTERED),
    ("rmsprop-centered", "optax", "rmsprop", {"decay": "beta", "eps": "eps"} | HEAVY | CENTERED),
    ("adam", "torch", "Adam", BETAS),
    ("adam", "keras", "Adam", BETAS_KERAS),
    ("adam", "optax", "adam", BETAS_OPTAX),
    ("amsgrad", "torch", "Adam", BETAS | {"amsgrad": True}),
    ("amsgrad", "keras", "Adam", BETAS_KERAS | {"amsgrad": True}),
    ("amsgrad", "optax", "amsgrad", BETAS_OPTAX),
    ("amsgrad", "optax", "scale_by_amsgrad", BETAS_OPTAX | UNCORRECTED),
    ("adamax", "torch", "Adamax", BETAS),
    ("adamax", "keras", "Adamax", BETAS_KERAS),
    ("adamax", "optax", "adamax", BETAS_OPTAX),
    ("nadam", "torch", "NAdam", BETAS | {"momentum_decay": "psi"}),
    ("nadam", "keras", "Nadam", BETAS_KERAS),
    ("nadam", "optax", "nadam", BETAS_OPTAX),
    ("radam", "torch", "RAdam", BETAS),
    ("radam", "optax", "radam", BETAS_OPTAX | {"threshold": "threshold"}),
    ("adamw", "torch", "AdamW", BETAS | DECAY),
    ("adamw", "keras", "AdamW", BETAS_KERAS | DECAY),
    ("adamw", "optax", "adamw", BETAS_OPTAX | DECAY),
    ("adabelief", "optax", "adabelief", BETAS_OPTAX | {"eps_root": "eps"}),
    ("yogi", "optax", "yogi", BETAS_OPTAX),
    ("lion", "keras", "Lion", {"beta_1": "beta1", "beta_2": "beta2"} | DECAY),
    ("lion", "optax", "lion", {"b1": "beta1", "b2": "beta2"} | DECAY),
    ("signsgd", "optax", "sign_sgd", {}),
    (
        "rprop",
        "torch",
        "Rprop",
        {"etas": ("shrink", "grow"), "step_sizes": ("min_step", "max_step")},
    ),
    (
        "rprop",
        "optax",
        "rprop",
        {"eta_minus": "shrink", "eta_plus": "grow"}
        | {"min_step_size": "min_step", "max_step_size": "max_step"},
    ),
    (
        "backtracking",
        "optax",
        "scale_by_backtracking_linesearch",
        {"max_learning_rate": "lr", "decrease_factor": "shrink", "slope_rtol": "c1"}
        | {"increase_factor": float("inf"), "max_backtracking_steps": 1000},
    ),
]
RATE_NAMES = {"torch": "lr", "keras": "learning_rate", "optax": "learning_rate"}

# Rates at which all goes down and nothing is chaotic. Of rules whose steps grow with the slope:
STEEP = {"bowl": 0.3, "beale": 3e-3, "rosenbrock": 5e-4, "himmelblau": 5e-3}
STEEP |= {"long-valley:steep=40": 8e-3}
STARTS = {"long-valley:steep=40": (0.02, 0.8)}
"""Where runs begin that do not begin at their surface's own start."""
SHARES = {"sgd": 1.0, "momentum": 0.3, "dampened-momentum": 1.0, "nag": 0.3, "radam": 0.5}
# and of the others, in the surfaces' units:
RATES = {"adagrad": 0.5, "adadelta": 3.0, "signsgd": 0.01, "lion": 0.01, "rprop": 0.1}
RATES |= {"rmsprop": 0.02, "rmsprop-momentum": 0.005, "rmsprop-centered": 0.005}
RATES |= {"adam": 0.05, "amsgrad": 0.02, "adamax": 0.05, "nadam": 0.05, "adamw": 0.05}
RATES |= {"adabelief": 0.02, "yogi": 0.02, "backtracking": 1.0}

# Where a rate as high is chaotic in 500 steps: from one rounding to another the paths part.
CALM = {
    ("adadelta", "beale"): 0.1,
    ("adadelta", "rosenbrock"): 0.1,
    ("rmsprop", "rosenbrock"): 0.015,
    **{("rmsprop", surface): 0.1 for surface in ("beale", "himmelblau")},
    **{("rmsprop-centered", surface): 0.1 for surface in ("beale", "rosenbrock", "himmelblau")},
}

# The third settings of each, beside its defaults at two rates.
OTHERS = {
    "momentum": {"beta": 0.5},
    "dampened-momentum": {"beta": 0.5},
    "nag": {"beta": 0.5},
    "adagrad": {"eps": 1e-3},
    "adadelta": {"rho": 0.9, "eps": 1e-5},
    "rmsprop": {"beta": 0.99, "eps": 1e-4},
    "rmsprop-momentum": {"beta": 0.99, "momentum": 0.5, "eps": 1e-4},
    "rmsprop-centered": {"beta": 0.97, "momentum": 0.8, "eps": 1e-3},
    "nadam": {"beta1": 0.8, "beta2": 0.99, "psi": 0.1, "eps": 1e-4},
    "radam": {"beta1": 0.5, "beta2": 0.99, "threshold": 5.0, "eps": 1e-4},
    "adamw": {"beta1": 0.8, "beta2": 0.99, "eps": 1e-4, "weight_decay": 0.1},
    "lion": {"beta1": 0.5, "beta2": 0.9, "weight_decay": 0.1},
    "rprop": {"shrink": 0.3, "grow": 1.5, "min_step": 1e-4, "max_step": 0.5},
    "backtracking": {"shrink": 0.7, "c1": 0.1},
}
BETAS_OTHER = {"beta1": 0.8, "beta2": 0.99, "eps": 1e-4}
OTHERS |= dict.fromkeys(("adam", "amsgrad", "adamax", "adabelief", "yogi"), BETAS_OTHER)


def settings_of(optimizer, surface):
    """Return three settings of our optimizer, all spelled out."""
    rate = RATES.get(optimizer) or STEEP[surface] * SHARES[optimizer]
    rate *= CALM.get((optimizer, surface), 1.0)
    defaults = load_optimizer(optimizer).defaults
    return [
        {**defaults, "lr": rate},
        {**defaults, "lr": rate / 3},
        {**defaults, "lr": rate / 2, **OTHERS.get(optimizer, {})},
    ]


def translated(options, settings):
    """Return a library's options, with our settings in place of their names."""

    def value(given):
        if isinstance(given, tuple):
            return [settings[name] for name in given]
        return settings[given] if isinstance(given, str) else given

    return {key: value(given) for key, given in options.items()}


def planned():
    """Return every run as it is stored."""
    runs = []
    for optimizer, library, name, options in RULES:
        for surface in STEEP:
            for settings in settings_of(optimizer, surface):
                if (optimizer, library) == ("nadam", "keras"):
                    settings["psi"] = 1.0  # it has no other
                theirs = translated(options, settings)
                if not name.startswith(("scale_by_", "ema")):
                    theirs[RATE_NAMES[library]] = settings["lr"]
                runs.append(
                    {
                        "surface": surface,
                        "optimizer": optimizer,
                        "settings": settings,
                        "library": library,
                        "name": name,
                        "options": theirs,
                    }
                )
    return runs


def start_on(name):
    """Return where the runs on a surface begin, (2,)."""
    return np.array(STARTS.get(name, load_surface(name).start), dtype=np.float64)


def ours(run, steps=STEPS):
    """Return the points that our optimizer visits, (steps + 1, 2)."""
    return _ours(run["surface"], run["optimizer"], tuple(run["settings"].items()), steps)


@functools.cache  # one run of ours for all libraries
def _ours(name, optimizer, settings, steps):
    surface, start = load_surface(name), start_on(name)
    rule = load_optimizer(optimizer).rule
    asked = surface if optimizer == "backtracking" else surface.gradient
    return np.array([start, *islice(rule(asked, start, **dict(settings)), steps)])


def theirs(run, steps=STEPS):
    """Return the points that the library's optimizer visits, (steps + 1, 2), in float64."""
    walk = {"torch": _torch, "keras": _keras, "optax": _optax}[run["library"]]
    surface, start = load_surface(run["surface"]), start_on(run["surface"])
    return np.array([start, *islice(walk(run, surface, start), steps)])


def load(library):
    """Return a library, told to compute in float64 and, keras, on torch."""
    if library == "keras":
        os.environ["KERAS_BACKEND"] = "torch"
    module = importlib.import_module(library)
    if library == "keras":
        module.config.set_floatx("float64")
    if library in {"jax", "optax"}:
        importlib.import_module("jax").config.update("jax_enable_x64", True)  # before any array
    return module


def _torch(run, surface, start):
    torch = load("torch")
    point = torch.tensor(start, dtype=torch.float64)
    with _default_type(torch):  # NAdam keeps its product of mu in it
        optimizer = getattr(torch.optim, run["name"])([point], foreach=False, **run["options"])
    while True:
        point.grad = torch.from_numpy(surface.gradient(point.numpy()))
        with _default_type(torch):
            optimizer.step()
        yield point.numpy().copy()


@contextlib.contextmanager
def _default_type(torch):
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _keras(run, surface, start):
    keras = load("keras")
    variable = keras.Variable(start)
    optimizer = getattr(keras.optimizers, run["name"])(**run["options"])
    optimizer.build([variable])
    while True:
        point = keras.ops.convert_to_numpy(variable).copy()
        optimizer.apply([keras.ops.convert_to_tensor(surface.gradient(point))])
        yield keras.ops.convert_to_numpy(variable).copy()


def _optax(run, surface, start):
    jax, optax = load("jax"), load("optax")
    rule = getattr(optax, run["name"])(**run["options"])
    extra = {}
    if "linesearch" in run["name"]:
        rule = optax.chain(optax.sgd(1.0), rule)
        extra["value_fn"] = lambda point: surface.formula(point[0], point[1])
    elif "learning_rate" not in run["options"]:
        rule = optax.chain(rule, optax.scale_by_learning_rate(run["settings"]["lr"]))

    @jax.jit
    def advance(slopes, state, point):
        known = {"value": extra["value_fn"](point), "grad": slopes} if extra else {}
        updates, state = rule.update(slopes, state, point, **extra, **known)
        return optax.apply_updates(point, updates), state

    point = jax.numpy.array(start)
    state = rule.init(point)
    while True:
        slopes = jax.numpy.array(surface.gradient(np.asarray(point)))
        point, state = advance(slopes, state, point)
        yield np.asarray(point)


def versions():
    """Return the libraries' versions, without the build that follows a plus sign."""
    return {name: metadata.version(name).partition("+")[0] for name in LIBRARIES}


def write(file=FILE, runs=None):
    """Store the runs; numpy dates the members of its archives 1980, so bytes repeat."""
    runs = planned() if runs is None else runs
    text = json.dumps({"versions": versions(), "runs": runs}, indent=1)
    points = np.array([theirs(run)[SEEN] for run in runs])
    np.savez_compressed(file, points=points, runs=np.bytes_(text))


def read(file=FILE):
    """Return the versions, the runs, and the points that were seen, (runs, len(SEEN), 2)."""
    with np.load(file) as stored:
        facts = json.loads(stored["runs"].item())
        return facts["versions"], facts["runs"], stored["points"]


if __name__ == "__main__":
    write()
    print(f"wrote {FILE}")
