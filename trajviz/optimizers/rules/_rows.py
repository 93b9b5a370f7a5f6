"""Arithmetic on rows: whatever the leading shape, the last axis is one vector."""

from __future__ import annotations

import numpy as np

from trajviz.surface import Floats, Number, Points


def dot(a: Points, b: Points) -> Floats:
    """Return the inner product of each row, (..., 2) to (..., 1)."""
    return np.asarray((a * b).sum(axis=-1, keepdims=True))


def divide(a: Floats, b: Floats, otherwise: Number) -> Floats:
    """Return a / b, and `otherwise` where that has no positive sense: where b is not above 0."""
    return np.asarray(np.where(b > 0, a / np.where(b > 0, b, 1.0), otherwise))
