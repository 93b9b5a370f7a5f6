"""Newton's method."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Number, Oracle, Points

RATE_IS_FACTOR = True  # the Hessian says how long a step is


def newton(surface: Oracle, w: Points, lr: Number = 1.0) -> Iterator[Points]:
    """Newton: to where the second-order model of the surface is flat, be it up or down.

    w = w - lr H^-1 g

    Family: curvature.
    Source: Newton (1669) and Raphson (1690); Nocedal and Wright (2006), eq. 3.30.
    Note: H is the exact Hessian. A saddle or a maximum attracts it as a minimum does.
    Elsewhere: torch, keras and optax have none.

    >>> from trajviz.surface.catalogue import load_surface
    >>> next(newton(load_surface("bowl"), np.array([-9.0, 2.0]))).tolist()
    [0.0, 0.0]
    """
    while True:
        g, h = surface.gradient(w), surface.hessian(w)
        xx, xy, yx, yy = h[..., 0, 0], h[..., 0, 1], h[..., 1, 0], h[..., 1, 1]
        across = np.stack(
            [yy * g[..., 0] - xy * g[..., 1], xx * g[..., 1] - yx * g[..., 0]], axis=-1
        )
        determinant = (xx * yy - xy * yx)[..., None]
        # No slope, no step, even where the Hessian has no inverse.
        w = w - lr * across / np.where(across == 0, 1.0, determinant)
        yield w
