"""A loss that is written in jax, as functions of one vector of weights, in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from trajviz.surface import Floats


class JaxFunction:
    """A function of weights, (d,), and perhaps of rows, compiled, with its derivatives.

    Attributes:
        function: The function.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._loss = jax.jit(function)
        self._gradient = jax.jit(jax.grad(function))
        self._product = jax.jit(self._turned)

    def loss(self, w: Floats, *rows: Any) -> Floats:
        """Return the loss, a number for (d,), (n,) for (n, d)."""
        return self._asked(self._loss, w, *rows)

    def gradient(self, w: Floats, *rows: Any) -> Floats:
        """Return the gradient, of the shape of w."""
        return self._asked(self._gradient, w, *rows)

    def hessian_product(self, w: Floats, v: Floats, *rows: Any) -> Floats:
        """Return the Hessian at w, (d,), times v."""
        with jax.enable_x64(True):
            return np.asarray(self._product(w, v, *rows))

    def _turned(self, w: Any, v: Any, *rows: Any) -> Any:
        def slope(w: Any) -> Any:
            return jax.grad(self.function)(w, *rows)

        return jax.jvp(slope, (w,), (v,))[1]

    def _asked(self, function: Callable[..., Any], w: Floats, *rows: Any) -> Floats:
        with jax.enable_x64(True):
            if w.ndim == 1:
                return np.asarray(function(w, *rows))
            each = jax.vmap(lambda point: function(point, *rows))
            return np.asarray(each(w))
