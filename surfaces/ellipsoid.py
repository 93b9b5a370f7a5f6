"""An ellipsoid in d dimensions: a quadratic of any condition number and spectrum, turned or not."""

import numpy as np

from trajviz import Problem, TrajvizError


def problem(d=100, kappa=1000, bend=1, turned=1, seed=0):
    """Return half of a sum of squares, weighted from 1 to `kappa` along its d axes.

    The weights are kappa^(t^bend), t from 0 to 1 in equal steps: with `bend` above 1 most are near
    1 and few are large, as of a network's Hessian; below 1 most are large. With `turned` = 1 the
    axes point anywhere, with 0 they are the coordinates.

    >>> float(problem(d=3, kappa=4, turned=0).loss(np.array([2.0, 2.0, 2.0])))  # 2 (1 + 2 + 4)
    14.0
    """
    d, seed = int(d), int(seed)
    if not (d >= 2 and kappa >= 1 and bend > 0):
        raise TrajvizError(
            f"d={d} must be at least 2, kappa={kappa:g} at least 1, bend={bend:g} above 0"
        )
    spectrum = kappa ** (np.linspace(0, 1, d) ** bend)
    random = np.random.RandomState(seed)
    axes = np.linalg.qr(random.normal(size=(d, d)))[0] if turned else np.eye(d)
    matrix = axes * spectrum @ axes.T

    def loss(w):
        """A sum of squares whose axes differ in length by the root of kappa."""
        return ((w @ axes) ** 2 @ spectrum) / 2

    return Problem(
        loss=loss,
        gradient=lambda w: w @ matrix,
        start=lambda seed: np.random.RandomState(seed).normal(size=d),
        dimension=d,
        title=f"Ellipsoid, {d} axes",
        source="Hansen et al. (2009), Real-Parameter Black-Box Optimization Benchmarking, f10",
        hessian_product=lambda _w, v: v @ matrix,
        lowest=0.0,
    )
