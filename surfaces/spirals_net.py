"""A network that tells three spirals apart: 1,251 weights, layers of 2, 32, 32 and 3, with tanh."""

import numpy as np

from trajviz import Problem


def spirals(count, noise, seed):
    """Return three arms of `count` points, turned by Gaussian noise, and which each point is of.

    >>> np.round(spirals(100, 0, 0)[0][[99, 199]], 6).tolist()  # where the first two arms end
    [[-0.756802, -0.653644], [0.989358, -0.1455]]
    """
    random = np.random.RandomState(seed)
    radius = np.linspace(0, 1, count)
    arms = []
    for arm in range(3):
        turn = np.linspace(4 * arm, 4 * arm + 4, count) + random.normal(scale=noise, size=count)
        arms.append(np.stack([radius * np.sin(turn), radius * np.cos(turn)], axis=-1))
    return np.concatenate(arms), np.repeat([0, 1, 2], count)


problem = Problem.of_network(
    (2, 32, 32, 3),
    training=spirals(100, noise=0.2, seed=0),
    held_out=spirals(100, noise=0.2, seed=1),
    title="A network on three spirals",
    source="Data: Karpathy's spirals of Stanford's CS231n (2015); start: Glorot and Bengio (2010)",
)
