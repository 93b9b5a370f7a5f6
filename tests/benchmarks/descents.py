"""What a descent costs: python descents.py JOB prints seconds of processor time.

Nothing here is newer than the commit that `bench` compares with, which runs it, too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import race

import trajviz
from trajviz.descent.basins import find_basins, lattice, minima_of
from trajviz.descent.tuning import tune_rates
from trajviz.recipe.spec import parse_specs

SEVEN = ["sgd", "momentum", "nag", "adagrad", "adadelta", "rmsprop", "adam"]

Job = Callable[[], object]


def tuning(name: str) -> Job:
    """Tune the rates of seven optimizers over 200 steps."""
    surface, specs = trajviz.load_surface(name), parse_specs(SEVEN)
    return lambda: tune_rates(surface, specs, surface.start, 200, surface.window)


def long_track() -> Job:
    """Take 100,000 steps with one optimizer."""
    return lambda: trajviz.compare(race.SURFACE, ["sgd:lr=0.01"], steps=100_000)


def basins() -> Job:
    """Take 200 steps with three optimizers from each of 320x240 starts."""
    r = trajviz.compare("himmelblau", ["sgd:lr=0.01", "momentum:lr=0.005", "adam:lr=0.3"])
    minima = minima_of(r.surface, r.trajectories, r.steps, r.window, r.outcome.noise)
    starts, noise = lattice(r.window, 320, 240), r.outcome.noise

    def find() -> None:
        for one in r.trajectories:
            find_basins(r.surface, one, starts, r.steps, minima, r.window, noise, lambda *_: None)

    return find


JOBS: dict[str, Callable[[], Job]] = {
    **{
        f"tuning-{name}": lambda name=name: tuning(name) for name in ("beale", "bowl", "rosenbrock")
    },
    "long-track": long_track,
    "basins": basins,
}


def seconds(job: Job) -> float:
    began = time.process_time()
    job()
    return time.process_time() - began


if __name__ == "__main__":
    chosen = JOBS[sys.argv[1]]()
    times = 1 if sys.argv[1] in ("long-track", "basins") else 5
    print(min(seconds(chosen) for _ in range(times)), file=sys.stderr)
