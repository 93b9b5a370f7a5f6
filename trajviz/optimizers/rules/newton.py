"""Newton's method."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.optimizers.rules._rows import divide, dot
from trajviz.surface import Number, Oracle, Points

RATE_IS_FACTOR = True  # the Hessian says how long a step is
MOST_PRODUCTS = 100
"""Products of the Hessian at one step, at most; enough for steps that a reader sees."""


def newton(surface: Oracle, w: Points, lr: Number = 1.0) -> Iterator[Points]:
    """Newton: to where the second-order model of the surface is flat, be it up or down.

    w = w - lr H^-1 g

    Family: curvature.
    Source: Newton (1669) and Raphson (1690); Nocedal and Wright (2006), eq. 3.30.
    Note: H is the exact Hessian. A saddle or a maximum attracts it as a minimum does. In more than
    two dimensions H^-1 g comes from conjugate gradients on products with H, which end where the
    surface curves down (Nocedal and Wright, algorithm 7.1), so that saddles do not attract it.
    Elsewhere: torch, keras and optax have none.

    >>> from trajviz.surface.catalogue import load_surface
    >>> next(newton(load_surface("bowl"), np.array([-9.0, 2.0]))).tolist()
    [0.0, 0.0]
    """
    while True:
        g = surface.gradient(w)
        if surface.dimension == 2:
            w = w - lr * _solved(surface, w, g)
        else:
            w = w - lr * _solved_by_products(surface, w, g)
        yield w


def _solved(surface: Oracle, w: Points, g: Points) -> Points:
    """Return H^-1 g, (..., 2), by Cramer's rule."""
    h = surface.hessian(w)
    xx, xy, yx, yy = h[..., 0, 0], h[..., 0, 1], h[..., 1, 0], h[..., 1, 1]
    across = np.stack([yy * g[..., 0] - xy * g[..., 1], xx * g[..., 1] - yx * g[..., 0]], axis=-1)
    determinant = (xx * yy - xy * yx)[..., None]
    # No slope, no step, even where the Hessian has no inverse.
    return np.asarray(across / np.where(across == 0, 1.0, determinant))


def _solved_by_products(surface: Oracle, w: Points, g: Points) -> Points:
    """Return H^-1 g, (..., d), as far as conjugate gradients come; g where H curves down along it.

    They end where the residual is the share min(1/2, sqrt |g|) of g, which makes Newton's steps
    converge faster than linearly.
    """
    found, rest, along, size = 0.0 * g, g, g, dot(g, g)
    enough = size * np.minimum(0.25, np.sqrt(size))
    going = size > 0
    for count in range(min(MOST_PRODUCTS, surface.dimension)):
        turned = surface.hessian_product(w, along)
        curvature = dot(along, turned)
        upwards = going & (curvature > 0)
        found = np.where((count == 0) & ~upwards, g, found)
        t = np.where(upwards, divide(size, curvature, otherwise=0.0), 0.0)
        found, rest = found + t * along, rest - t * turned
        before, size = size, dot(rest, rest)
        going = upwards & (size > enough)
        if not going.any():
            break
        along = rest + divide(size, before, otherwise=0.0) * along
    return found
