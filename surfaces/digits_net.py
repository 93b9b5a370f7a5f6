"""A network that reads digits: 2,410 weights in layers of 64, 32 and 10, with tanh."""

from pathlib import Path

import numpy as np

from trajviz import Problem

TRAINING = 400
"""So many of the images are trained on; the others are held out."""


def digits():
    """Return images of 8 x 8 pixels, (600, 64), each pixel 0 to 1, and the digit of each.

    >>> images, labels = digits()
    >>> images.shape, labels[:10].tolist(), np.bincount(labels).tolist()
    ((600, 64), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [63, 60, 61, 62, 57, 61, 60, 59, 58, 59])
    """
    with np.load(Path(__file__).with_name("digits.npz")) as held:
        return held["images"] / 16, held["labels"].astype(np.int64)


images, labels = digits()
problem = Problem.of_network(
    (64, 32, 10),
    training=(images[:TRAINING], labels[:TRAINING]),
    held_out=(images[TRAINING:], labels[TRAINING:]),
    batch_size=50,
    title="A network on handwritten digits",
    source="Data: Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI "
    "Machine Learning Repository, CC BY 4.0; start: Glorot and Bengio (2010)",
)
