"""scipy's minimizers: `scipy.METHOD` for the methods of scipy.optimize.minimize.

They run with the surface's exact gradient and Hessian where the method takes them; in more than two
dimensions, with products of the Hessian where those will do. There are no constraints but the
bounds of a track, where the method takes those. A step is an iteration, after which scipy calls
back. If a method returns another point than the last one it reported, that is one more step. The
last point is then held. When a method ends is decided by scipy's own tolerances and limits, which
settings may replace.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
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

_BY_PRODUCTS = {"Newton-CG", "trust-constr", "trust-krylov", "trust-ncg"}
"""The methods for which products of the Hessian with vectors will do."""

_BOUNDED = {
    "Nelder-Mead",
    "Powell",
    "COBYLA",
    "COBYQA",
    "L-BFGS-B",
    "TNC",
    "SLSQP",
    "trust-constr",
}
"""The methods that take bounds."""

_LEFT_OUT = {"disp", "verbose", "iprint", "return_all", "workers", "eps"}
"""Options that print, or that say how to do without a gradient: no settings here."""


@functools.cache
def load(name: str) -> Optimizer:
    """Return a method of scipy's; TrajvizError where there is none of this name."""
    with library_errors(f"scipy.{name}", "scipy"):
        import scipy.optimize  # noqa: F401  # whether it is there
    if name not in METHODS:
        raise no_such("scipy", name, sorted(METHODS))

    def rule(surface: Oracle, w: Points, **settings: Any) -> Iterator[Points]:
        last = w
        points = reports(functools.partial(_minimize, name, surface, w, settings))
        while True:
            with library_errors(f"scipy.{name}"):
                last = next(points, last)
            yield last

    defaults = dict.fromkeys(sorted({"tol", *_options(name)}))
    bounded = name in _BOUNDED
    return Optimizer(
        name=f"scipy.{name}",
        rule=rule,
        defaults=defaults,
        heading=f"{name} (scipy)",
        batched=False,
        keeps_to_bounds=bounded,
        takes_bounds=bounded,
    )


def _options(name: str) -> set[str]:
    """Return the options of a method that its documentation calls numbers or truth values."""
    import scipy.optimize

    text = textwrap.dedent(scipy.optimize.show_options("minimize", name, disp=False) or "")
    found = re.findall(r"^ *(\w+(?:, \w+)*) : (?:float|int|bool|number)\b", text, re.MULTILINE)
    return {word for line in found for word in line.split(", ")} - _LEFT_OUT


def _minimize(
    name: str,
    surface: Oracle,
    w: Points,
    settings: Mapping[str, Any],
    report: Callable[[Points], None],
) -> None:
    """Run a method from a point, and report where it is after each iteration and in the end."""
    import scipy.optimize

    latest = w

    def report_iteration(xk: Points, *_: Any) -> None:  # some methods give their state as well
        nonlocal latest
        latest = xk.copy()
        report(latest)

    derivatives: dict[str, Any] = {"jac": surface.gradient, "hess": surface.hessian}
    asked = METHODS[name]
    if surface.dimension > 2 and name in _BY_PRODUCTS:
        derivatives["hessp"], asked = surface.hessian_product, ("jac", "hessp")
    options = {key: whole(value, None) for key, value in settings.items()}
    x0, x1, y0, y1 = options.pop("bounds", (None,) * 4)
    found = scipy.optimize.minimize(
        surface.value,
        w.copy(),
        method=name,
        bounds=None if x0 is None else [(x0, x1), (y0, y1)],
        tol=options.pop("tol", None),
        options=options,
        callback=report_iteration,
        **{key: derivatives[key] for key in asked},
    )
    if not np.array_equal(found.x, latest, equal_nan=True):
        report(found.x.copy())
