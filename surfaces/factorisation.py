"""Matrix factorisation: a valley of equal minima, and saddles where factors are missing."""

import numpy as np

from trajviz import Problem, TrajvizError


def problem(rows=12, columns=10, rank=4, condition=10, size=0.03, seed=0):
    """Return how far a product U V' of two thin matrices is from a matrix of that rank.

    The singular values of the matrix fall from 1 to 1 / `condition`. The start has entries of about
    `size`: close to the saddle at 0, from which the strongest factor is found first.

    >>> round(float(problem(rank=2, condition=4).loss(np.zeros(44))), 6)  # (1 + 1/16) / 2
    0.53125
    """
    rows, columns, rank, seed = int(rows), int(columns), int(rank), int(seed)
    if not 1 <= rank <= min(rows, columns):
        raise TrajvizError(f"rank={rank} must be from 1 to {min(rows, columns)}")
    if not (condition >= 1 and size > 0):
        raise TrajvizError(f"condition={condition:g} must be at least 1 and size={size:g} above 0")
    random = np.random.RandomState(seed)
    left = np.linalg.qr(random.normal(size=(rows, rank)))[0]
    right = np.linalg.qr(random.normal(size=(columns, rank)))[0]
    wanted = left * np.geomspace(1, 1 / condition, rank) @ right.T

    def factors(w):
        """Return U, (..., rows, rank), and V, (..., columns, rank)."""
        u, v = np.split(w, [rows * rank], axis=-1)
        return u.reshape(*w.shape[:-1], rows, rank), v.reshape(*w.shape[:-1], columns, rank)

    def joined(u, v):
        return np.concatenate([each.reshape(*each.shape[:-2], -1) for each in (u, v)], axis=-1)

    def missing(u, v):
        return u @ v.swapaxes(-1, -2) - wanted

    def loss(w):
        """Half the squared distance of U V' from a matrix, as a linear network has it."""
        return (missing(*factors(w)) ** 2).sum(axis=(-2, -1)) / 2

    def gradient(w):
        u, v = factors(w)
        off = missing(u, v)
        return joined(off @ v, off.swapaxes(-1, -2) @ u)

    def hessian_product(w, direction):
        (u, v), (du, dv) = factors(w), factors(direction)
        off = missing(u, v)
        moved = du @ v.swapaxes(-1, -2) + u @ dv.swapaxes(-1, -2)
        return joined(moved @ v + off @ dv, moved.swapaxes(-1, -2) @ u + off.swapaxes(-1, -2) @ du)

    d = (rows + columns) * rank
    return Problem(
        loss=loss,
        gradient=gradient,
        start=lambda seed: np.random.RandomState(seed).normal(scale=size, size=d),
        dimension=d,
        title="Matrix factorisation",
        source="Baldi and Hornik (1989), Neural Networks 2; Saxe et al. (2014), arXiv:1312.6120",
        hessian_product=hessian_product,
        blocks=[("U", (rows, rank)), ("V", (columns, rank))],
        lowest=0.0,
    )
