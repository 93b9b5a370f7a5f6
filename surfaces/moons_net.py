"""A network that tells two moons apart: 337 weights in layers of 2, 16, 16 and 1, with tanh."""

import numpy as np

from trajviz import Problem


def moons(count, noise, seed):
    """Return two interleaved half circles with Gaussian noise, and which each point is of.

    The first two and the last one of scikit-learn 1.9's make_moons(100, shuffle=False, noise=0.2,
    random_state=0):

    >>> np.round(moons(50, 0.2, 0)[0][[0, 1, -1]], 6).tolist()
    [[1.35281, 0.080031], [1.193693, 0.512249], [2.432647, 0.767306]]
    """
    t = np.linspace(0, np.pi, count)
    upper = np.stack([np.cos(t), np.sin(t)], axis=-1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=-1)
    scatter = np.random.RandomState(seed).normal(scale=noise, size=(2 * count, 2))
    return np.concatenate([upper, lower]) + scatter, np.repeat([0, 1], count)


problem = Problem.of_network(
    (2, 16, 16, 1),
    training=moons(100, noise=0.2, seed=0),
    held_out=moons(100, noise=0.2, seed=1),
    title="A network on two moons",
    source="Data: make_moons of scikit-learn; start: Glorot and Bengio (2010)",
)
