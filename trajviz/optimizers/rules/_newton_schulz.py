"""Matrices whose singular values are all about 1, by Newton and Schulz's iteration."""

from __future__ import annotations

import numpy as np

from trajviz.optimizers.rules._rows import dot
from trajviz.surface import Floats, Oracle, Points, parts_of

STEPS = 5
A, B, C = 3.4445, -4.7750, 2.0315
"""Jordan's coefficients: singular values come between 0.7 and 1.2 soon, rather than near 1 late."""
EPS = 1e-7


def orthogonal(surface: Oracle, m: Points) -> Points:
    """Return each matrix of m with singular values of about 1, times sqrt(max(1, rows / columns)).

    Args:
        surface: What m belongs to, whose blocks say which matrices it is made of. A vector is a
            matrix of one column, as a bias is: the weights of an input that is always 1.
        m: A gradient or a momentum, (..., d).

    Returns:
        The same, of the shape of m.
    """
    return _of_two(m) if surface.dimension == 2 else _of_blocks(surface, m)


def _of_two(m: Points) -> Points:
    """Return what the iteration makes of a matrix of two rows and one column."""
    x = m / (np.sqrt(dot(m, m)) + EPS)
    for _ in range(STEPS):
        square = dot(x, x)
        x = (A + (B + C * square) * square) * x
    return np.asarray(np.sqrt(2.0) * x)


def _of_blocks(surface: Oracle, m: Points) -> Points:
    lead = m.shape[:-1]
    parts = [
        _matrix(part.reshape(*lead, part.shape[len(lead)], -1)) for part in parts_of(surface, m)
    ]
    return np.concatenate([part.reshape(*lead, -1) for part in parts], axis=-1)


def _matrix(m: Floats) -> Floats:
    """Return what the iteration makes of a matrix, (..., rows, columns)."""
    rows, columns = m.shape[-2:]
    x = m.swapaxes(-1, -2) if rows > columns else m
    x = x / (np.linalg.norm(x, axis=(-2, -1), keepdims=True) + EPS)
    for _ in range(STEPS):
        square = x @ x.swapaxes(-1, -2)
        x = A * x + (B * square + C * square @ square) @ x
    x = x.swapaxes(-1, -2) if rows > columns else x
    return np.asarray(np.sqrt(max(1.0, rows / columns)) * x)
