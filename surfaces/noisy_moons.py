"""The noisy moons, after Alec Radford's: logistic regression on them, learnt in mini-batches."""

import numpy as np

from trajviz import Surface


def moons(count, noise, seed):
    """Return two interleaved half circles with Gaussian noise, (2 count, 2), the upper one first.

    The first two and the last one of scikit-learn 1.9's make_moons(100, shuffle=False, noise=0.2,
    random_state=0):

    >>> np.round(moons(50, 0.2, 0)[[0, 1, -1]], 6).tolist()
    [[1.35281, 0.080031], [1.193693, 0.512249], [2.432647, 0.767306]]
    """
    t = np.linspace(0, np.pi, count)
    upper = np.stack([np.cos(t), np.sin(t)], axis=-1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=-1)
    scatter = np.random.RandomState(seed).normal(scale=noise, size=(2 * count, 2))
    return np.concatenate([upper, lower]) + scatter


POINTS = moons(50, noise=0.2, seed=0)
LABELS = np.repeat([-1, 1], 50)
SIGNED = (POINTS - POINTS.mean(axis=0)) * LABELS[:, None]
"""Each point, seen from the middle of all, times its label: a positive margin is a right answer."""


def noisy_moons(w1, w2, rows=slice(None)):
    """The mean logistic loss, log(1 + exp(-margin)), of two weights on a hundred noisy points.

    >>> round(float(noisy_moons(0, 0)), 15)  # log(2), a coin
    0.693147180559945
    """
    batch = SIGNED[rows]
    # log(1 + exp(-m)) = max(-m, 0) + log(1 + exp(-|m|)): one logarithm does for all samples.
    deficit, product = 0.0, 1.0
    for a, b in batch:
        margin = a * w1 + b * w2
        deficit += np.minimum(margin, 0)
        product *= 1 + np.exp(-abs(margin))
    return (np.log(product) - deficit) / len(batch)


def slopes(points, rows=slice(None)):
    """Return the gradient, -mean(data / (1 + exp(margin))), all samples at once."""
    batch = SIGNED[rows]
    return -(1 / (1 + np.exp(points @ batch.T))) @ batch / len(batch)


def accuracy(w1, w2):
    """Return the share of the points on their own side of the line through the middle.

    >>> float(accuracy(0.94217168, -4.59040078))  # LogisticRegression's of scikit-learn 1.9
    0.88
    """
    return sum((a * w1 + b * w2) > 0 for a, b in SIGNED) / len(SIGNED)


def minimum():
    """Return where the loss is least, by Newton's method."""
    w = np.zeros(2)
    for _ in range(12):
        wrong = 1 / (1 + np.exp(SIGNED @ w))
        curvature = (SIGNED * (wrong * (1 - wrong))[:, None]).T @ SIGNED / len(SIGNED)
        w = w - np.linalg.solve(curvature, slopes(w))
    return w


surface = Surface(
    noisy_moons,
    window=(-5, 7, -8, 3),
    start=(-4, 2),
    minima=[minimum()],
    axes=("w1", "w2"),
    aspect="equal",
    source="In the style of Radford (2014), Visualizing Optimization Algos; data: scikit-learn",
    gradient_formula=slopes,
    samples=len(SIGNED),
    batch_size=5,
    accuracy=accuracy,
)
