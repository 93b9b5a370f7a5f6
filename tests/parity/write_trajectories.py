"""Run torch's optimizers on our surfaces and store where they went, in tests/data/torch.npz.

    python tests/parity/write_trajectories.py

The file holds `points`, shape (runs, steps + 1, 2), and `settings`, a JSON text: torch's version
and for each run its surface, our optimizer, our settings and the torch class with its own. The
same runs give the same bytes.
"""

import json
from pathlib import Path

import numpy as np

from trajviz.catalogue import load_surface

FILE = Path(__file__).parent.parent / "data" / "torch.npz"
STEPS = 200

# Our optimizer and settings, and what they are called in torch.
RULES = {
    "sgd": ({}, "SGD", {}),
    "momentum": ({"beta": 0.9}, "SGD", {"momentum": 0.9}),
    "nag": ({"beta": 0.9}, "SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ({"eps": 1e-10}, "Adagrad", {"eps": 1e-10}),
    "adadelta": ({"rho": 0.95, "eps": 1e-6}, "Adadelta", {"rho": 0.95, "eps": 1e-6}),
    "adam": (
        {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        "Adam",
        {"betas": [0.9, 0.999], "eps": 1e-8},
    ),
    "rmsprop": ({"beta": 0.9, "eps": 1e-8}, "RMSprop", {"alpha": 0.9, "eps": 1e-8}),
}
# About a third of the rates that a race of 200 steps tunes. At the full rate Adadelta on Rosenbrock
# is chaotic: from one rounding to another its paths part by 0.1 and more within the 200 steps.
RATES = {
    "bowl": {"sgd": 0.24, "momentum": 0.022, "nag": 0.13, "adagrad": 1.2, "adadelta": 24.0}
    | {"adam": 0.18, "rmsprop": 0.17},
    "beale": {"sgd": 0.0088, "momentum": 0.00095, "nag": 0.001, "adagrad": 0.75}
    | {"adadelta": 160.0, "adam": 0.15},
    "rosenbrock": {"sgd": 0.0011, "momentum": 0.00055, "nag": 0.00051, "adagrad": 0.51}
    | {"adadelta": 55.0, "adam": 0.26},
}


def planned():
    """Return every run as it is stored in the file's settings."""
    runs = []
    for surface, rates in RATES.items():
        for optimizer, lr in rates.items():
            ours, name, theirs = RULES[optimizer]
            runs.append(
                {
                    "surface": surface,
                    "optimizer": optimizer,
                    "settings": {"lr": lr, **ours},
                    "torch": name,
                    "torch_settings": {"lr": lr, **theirs},
                }
            )
    return runs


def trajectory(run, steps=STEPS):
    """Return the points that torch's optimizer visits, (steps + 1, 2), in float64."""
    import torch

    surface = load_surface(run["surface"])
    point = torch.tensor(surface.start, dtype=torch.float64)
    optimizer = getattr(torch.optim, run["torch"])([point], foreach=False, **run["torch_settings"])
    points = [point.numpy().copy()]
    for _ in range(steps):
        point.grad = torch.from_numpy(surface.gradient(points[-1]))
        optimizer.step()
        points.append(point.numpy().copy())
    return np.array(points)


def version():
    """Return torch's version, without the build that follows a plus sign."""
    import torch

    return torch.__version__.partition("+")[0]


def write(file=FILE):
    """Store all planned runs; numpy dates the members of its archives 1980, so bytes repeat."""
    runs = planned()
    settings = json.dumps({"torch": version(), "runs": runs}, indent=1)
    points = np.array([trajectory(run) for run in runs])
    np.savez(file, points=points, settings=np.bytes_(settings))


def read(file=FILE):
    """Return torch's version, the runs, and their points, (runs, steps + 1, 2)."""
    with np.load(file) as stored:
        settings = json.loads(stored["settings"].item())
        return settings["torch"], settings["runs"], stored["points"]


if __name__ == "__main__":
    write()
    print(f"wrote {FILE}")
