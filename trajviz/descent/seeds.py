"""Several seeds of one optimizer: which of its runs stands for all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from trajviz.descent.trajectory import Trajectory


def with_median_bold(runs: Sequence[Trajectory]) -> list[Trajectory]:
    """Return runs of one optimizer, of which the median alone is bold.

    It is the run whose final loss is the median of all final losses, of an even number the lower
    one: a run that took place, no average. One that diverged counts as the worst.

    Args:
        runs: One for each seed.
    """
    median = sorted(runs, key=_final_loss)[(len(runs) - 1) // 2]
    return [replace(run, is_bold=run is median) for run in runs]


def _final_loss(run: Trajectory) -> float:
    last = math.inf if run.diverged_at is not None else float(run.heights[-1])
    return math.inf if math.isnan(last) else last
