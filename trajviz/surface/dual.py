"""Forward-mode differentiation: exact gradients of ordinary numpy formulas in two variables.

A dual number is a value together with its two partial derivatives. Arithmetic on duals carries
the chain rule along (Clifford 1871; Wengert 1964), so that a formula written once for plain
numbers also gives its own gradient, to rounding. The parts of a dual may be duals themselves: the
gradient of a partial derivative is a row of the Hessian.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from trajviz.errors import TrajvizError
from trajviz.surface import dual_rules  # noqa: F401  # says what numpy's functions do with duals
from trajviz.surface.dual_number import Dual, Number, lift, plain


def gradient(
    formula: Callable[[Number, Number], Number], points: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the exact gradient of a formula.

    Args:
        formula: `formula(x, y)`, in numpy's arithmetic.
        points: Where, shape (..., 2).

    Returns:
        Gradients, shape (..., 2).

    Raises:
        TrajvizError: The formula uses a function that has no rule here, which the message names.

    >>> gradient(lambda x, y: x * x + 3 * np.sin(y), np.array([2.0, 0.0])).tolist()
    [4.0, 3.0]
    """
    # One point's coordinates become numbers, whose arithmetic is faster than that of arrays.
    result = formula(Dual(points[..., 0][()], 1.0, 0.0), Dual(points[..., 1][()], 0.0, 1.0))
    _check_height(result, points.shape[:-1])
    return _slopes(result, points.shape)


def hessian(
    formula: Callable[[Number, Number], Number], points: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the exact second derivatives of a formula.

    Args:
        formula: `formula(x, y)`, in numpy's arithmetic.
        points: Where, shape (..., 2).

    Returns:
        Hessians, shape (..., 2, 2).

    Raises:
        TrajvizError: The formula uses a function that has no rule here, which the message names.

    >>> hessian(lambda x, y: x**3 + 5 * x * y, np.array([2.0, 0.0])).tolist()
    [[12.0, 5.0], [5.0, 0.0]]
    """
    x, y = Dual(points[..., 0][()], 1.0, 0.0), Dual(points[..., 1][()], 0.0, 1.0)
    result = formula(Dual(x, 1.0, 0.0), Dual(y, 0.0, 1.0))
    _check_height(result, points.shape[:-1])
    slopes = lift(result)
    rows = [_slopes(slopes.dx, points.shape), _slopes(slopes.dy, points.shape)]
    return np.stack(rows, axis=-2)


def _check_height(result: Number, shape: tuple[int, ...]) -> None:
    """Raise TrajvizError for what is not one number for each point."""
    heights = np.asarray(plain(result))
    misshapen = heights.shape != shape and (heights.shape or isinstance(result, Dual))
    if heights.dtype.kind not in "biuf" or misshapen:
        what = type(plain(result)).__name__
        shapes = f" of shape {heights.shape} for points of shape {shape}" if misshapen else ""
        raise TrajvizError(f"a formula must return one number for each point, not {what}{shapes}")


def _slopes(result: Number, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    slopes = np.zeros(shape)
    if isinstance(result, Dual):
        slopes[..., 0], slopes[..., 1] = result.dx, result.dy
    return slopes
