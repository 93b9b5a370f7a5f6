"""scipy's minimizers: `scipy.METHOD` for the methods of scipy.optimize.minimize.

They run without constraints, with the surface's exact gradient and Hessian where the method takes
them. A step is an iteration, after which scipy calls back. If a method returns another point than
the last one it reported, that is one more step. The last point is then held. When a method ends is
decided by scipy's own tolerances and limits, which settings may replace.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters._errors import library_errors, no_such
from trajviz.optimizers.adapters._reports import reports
from trajviz.optimizers.adapters._signature import whole
from trajviz.surface import Oracle, Points

_GRADIENT, _HESSIAN = ("jac",), ("jac", "hess")
METHODS: dict[str, tuple[str, ...]] = {
    "Nelder-Mead": (),
    "Powell": (),
    "COBYLA": (),
    "COBYQA": (),
    "CG": _GRADIENT,
    "BFGS": _GRADIENT,
    "L-BFGS-B": _GRADIENT,
    "TNC": _GRADIENT,
    "SLSQP": _GRADIENT,
    "Newton-CG": _HESSIAN,
    "dogleg": _HESSIAN,
    "trust-constr": _HESSIAN,
    "trust-exact": _HESSIAN,
    "trust-krylov": _HESSIAN,
    "trust-ncg": _HESSIAN,
}
"""The methods, and which derivatives each is given."""

_LEFT_OUT = {"disp", "verbose", "iprint", "return_all", "workers", "eps"}
"""Options that print, or that say how to do without a gradient: no settings here."""


@functools.cache
def load(name: str) -> Optimizer:
    """Return a method of scipy's; TrajvizError where there is none of this name."""
    with library_errors(f"scipy.{name}", "scipy"):
        import scipy.optimize
    if name not in METHODS:
        raise no_such("scipy", name, sorted(METHODS))
    text = textwrap.dedent(scipy.optimize.show_options("minimize", name, disp=False) or "")
    found = re.findall(r"^ *(\w+(?:, \w+)*) : (?:float|int|bool|number)\b", text, re.MULTILINE)
    words = {word for line in found for word in line.split(", ")}
    defaults = dict.fromkeys(sorted({"tol", *words} - _LEFT_OUT))

    def rule(surface: Oracle, w: Points, **settings: Any) -> Iterator[Points]:
        def work(report: Callable[[Points], None]) -> None:
            latest = w

            def report_iteration(
                xk: Points, *_: Any
            ) -> None:  # some methods give their state as well
                nonlocal latest
                latest = xk.copy()
                report(latest)

            options = {key: whole(value, None) for key, value in settings.items()}
            tolerance = options.pop("tol", None)
            found = scipy.optimize.minimize(
                surface.value,
                w.copy(),
                method=name,
                tol=tolerance,
                options=options,
                callback=report_iteration,
                **derivatives(surface),
            )
            if not np.array_equal(found.x, latest, equal_nan=True):
                report(found.x.copy())

        def derivatives(surface: Oracle) -> dict[str, Any]:
            functions = {"jac": surface.gradient, "hess": surface.hessian}
            return {key: functions[key] for key in METHODS[name]}

        last = w
        points = reports(work)
        while True:
            with library_errors(f"scipy.{name}"):
                last = next(points, last)
            yield last

    return Optimizer(f"scipy.{name}", rule, defaults, heading=f"{name} (scipy)", batched=False)
