"""Logistic regression with d weights: convex, and stretched where the features are correlated."""

import numpy as np

from trajviz import Problem, TrajvizError


def sample(count, d, random):
    """Return features, (count, d), and labels of -1 and 1 for them, one in ten of them wrong."""
    mixing = random.normal(size=(d, d)) / np.sqrt(d)
    scales = np.geomspace(3, 0.3, d)
    features = (random.normal(size=(count, d)) * scales) @ (np.eye(d) + 0.5 * mixing)
    direction = random.normal(size=d)
    labels = np.sign(features @ direction) * np.where(random.uniform(size=count) < 0.1, -1, 1)
    return features, labels


def problem(d=30, samples=300, penalty=0.001, seed=0):
    """Return the mean logistic loss of d weights, and `penalty` of their squares.

    Nothing is known of the labels at the start, where every weight is 0:

    >>> round(float(problem().loss(np.zeros(30))), 12)  # log(2), a coin
    0.69314718056
    """
    d, samples, seed = int(d), int(samples), int(seed)
    if d < 2 or samples < 2:
        raise TrajvizError(f"d={d} and samples={samples} must be at least 2")
    features, labels = sample(2 * samples, d, np.random.RandomState(seed))
    signed = features * labels[:, None]  # a positive margin is a right answer
    training, held_out = signed[:samples], signed[samples:]

    def loss(w, rows=slice(None)):
        """The mean of log(1 + exp(-margin)) over data of correlated features."""
        return np.logaddexp(0, -(w @ training[rows].T)).mean(axis=-1) + ridge(w)

    def ridge(w):
        return penalty / 2 * (w**2).sum(axis=-1)

    def gradient(w, rows=slice(None)):
        batch = training[rows]
        return -wrong(w, batch) @ batch / len(batch) + penalty * w

    def wrong(w, batch):
        """Return the share of belief on the wrong label of each sample, (..., samples)."""
        return np.exp(-np.logaddexp(0, w @ batch.T))

    def hessian_product(w, v, rows=slice(None)):
        batch = training[rows]
        doubt = wrong(w, batch)
        return (doubt * (1 - doubt) * (v @ batch.T)) @ batch / len(batch) + penalty * v

    def lowest():
        """Return the least loss, by Newton's method."""
        w = np.zeros(d)
        for _ in range(20):
            matrix = hessian_product(np.broadcast_to(w, (d, d)), np.eye(d))
            w = w - np.linalg.solve(matrix, gradient(w))
        return float(loss(w))

    return Problem(
        loss=loss,
        gradient=gradient,
        start=lambda seed: np.random.RandomState(seed).normal(scale=0.05, size=d),
        dimension=d,
        title=f"Logistic regression, {d} weights",
        source="Cox (1958), J. R. Stat. Soc. B 20, 215; data: drawn from the seed",
        samples=samples,
        accuracy=lambda w: ((w @ training.T) > 0).mean(axis=-1),
        held_out=lambda w: np.logaddexp(0, -(w @ held_out.T)).mean(axis=-1),
        held_out_accuracy=lambda w: ((w @ held_out.T) > 0).mean(axis=-1),
        hessian_product=hessian_product,
        lowest=lowest(),
    )
