"""Networks of dense layers with tanh between them: loss and gradient in plain numpy.

Weights are one vector in the order of torch's `model.parameters()`: of each layer the matrix,
(out, in), then the bias. Several vectors at once, (n, d), are several networks on the same samples.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.surface import Block, Floats, Ints


@dataclass(frozen=True)
class Network:
    """A classifier: the logistic loss of one output, or the cross-entropy of several.

    Attributes:
        sizes: How many numbers go in, how many each layer gives, and how many come out.

    Raises:
        TrajvizError: There are fewer than two sizes, or one below 1.

    >>> Network((2, 16, 16, 1)).dimension
    337
    """

    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what is no network."""
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise TrajvizError(f"sizes {self.sizes} are not two or more, each at least 1")

    @property
    def summary(self) -> str:
        """What is minimized, in a sentence."""
        kind = "logistic loss" if self.sizes[-1] == 1 else "cross-entropy"
        *first, last = map(str, self.sizes)
        return f"The mean {kind} of a network of {', '.join(first)} and {last}, with tanh between."

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The matrix and the bias of each layer."""
        layers = enumerate(pairwise(self.sizes), 1)
        return tuple(
            block
            for n, (before, after) in layers
            for block in (
                Block(f"layer {n}, weights", (after, before)),
                Block(f"layer {n}, biases", (after,)),
            )
        )

    @property
    def dimension(self) -> int:
        """How many weights there are."""
        return sum(block.size for block in self.blocks)

    def start(self, seed: int) -> Floats:
        """Return weights to begin with, (d,): uniform after Glorot and Bengio (2010), biases 0."""
        random = np.random.RandomState(seed)
        parts = []
        for before, after in pairwise(self.sizes):
            limit = np.sqrt(6 / (before + after))
            parts += [random.uniform(-limit, limit, before * after), np.zeros(after)]
        return np.concatenate(parts)

    def loss(self, w: Floats, x: Floats, labels: Ints) -> Floats:
        """Return the mean loss over samples x, (samples, in), labelled 0, 1 and so on."""
        out = self._values(w, x)[-1]
        if self.sizes[-1] == 1:
            return np.asarray(np.logaddexp(0, -_signs(labels) * out[..., 0]).mean(axis=-1))
        right = out[..., np.arange(len(x)), labels]
        return np.asarray((_log_sum(out)[..., 0] - right).mean(axis=-1))

    def gradient(self, w: Floats, x: Floats, labels: Ints) -> Floats:
        """Return the gradient of the loss by w, of the shape of w: backpropagation."""
        *values, out = self._values(w, x)
        error = self._error(out, labels) / len(x)
        parts: list[Floats] = []
        for (matrix, _), value in zip(self._layers(w)[::-1], values[::-1], strict=True):
            slope = error.swapaxes(-1, -2) @ value
            parts = [slope.reshape(*w.shape[:-1], -1), error.sum(axis=-2), *parts]
            if value is not x:
                error = (error @ matrix) * (1 - value * value)
        return np.concatenate(parts, axis=-1)

    def accuracy(self, w: Floats, x: Floats, labels: Ints) -> Floats:
        """Return the share of the samples whose largest output, or the output's sign, is right."""
        out = self._values(w, x)[-1]
        found = out[..., 0] > 0 if self.sizes[-1] == 1 else out.argmax(axis=-1)
        return np.asarray((found == labels).mean(axis=-1))

    def _layers(self, w: Floats) -> list[tuple[Floats, Floats]]:
        """Return the matrix, (..., out, in), and the bias, (..., 1, out), of each layer."""
        layers, at = [], 0
        for before, after in pairwise(self.sizes):
            middle, end = at + before * after, at + before * after + after
            matrix = w[..., at:middle].reshape(*w.shape[:-1], after, before)
            layers.append((matrix, w[..., None, middle:end]))
            at = end
        return layers

    def _values(self, w: Floats, x: Floats) -> list[Floats]:
        """Return the samples, what each layer makes of them, and what comes out."""
        values = [x]
        for matrix, bias in self._layers(w):
            values.append(values[-1] @ matrix.swapaxes(-1, -2) + bias)
            if len(values) < len(self.sizes):
                np.tanh(values[-1], out=values[-1])
        return values

    def _error(self, out: Floats, labels: Ints) -> Floats:
        """Return the slope of each sample's loss by what comes out, (..., samples, out)."""
        if self.sizes[-1] == 1:
            signs = _signs(labels)[:, None]
            return np.asarray(-signs * np.exp(-np.logaddexp(0, signs * out)))
        error: Floats = np.exp(out - _log_sum(out))
        error[..., np.arange(len(labels)), labels] -= 1
        return error


def _signs(labels: Ints) -> Floats:
    return np.where(labels > 0, 1.0, -1.0)


def _log_sum(out: Floats) -> Floats:
    """Return log(sum(exp(out))) over the last axis, which is kept."""
    top = out.max(axis=-1, keepdims=True)
    return np.asarray(top + np.log(np.exp(out - top).sum(axis=-1, keepdims=True)))
