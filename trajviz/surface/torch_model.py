"""A model of torch's with its loss and data, as functions of one vector of weights.

They compute in one thread. A small model is quicker so, and sums have the same order everywhere.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from trajviz.errors import TrajvizError
from trajviz.surface import Block, Floats, Ints


class TorchModel:
    """A copy of a module, in evaluation mode, so that the same weights always give the same loss.

    Dropout is off then, and batch normalisation has the numbers that it was given.

    Attributes:
        blocks: Its parameters, in the order of `model.parameters()`.
        dimension: How many weights they have.
        samples: How many samples the training data has.

    Raises:
        TrajvizError: The model or the loss fails on the data, or there are no parameters.
    """

    def __init__(self, model: Any, loss: Callable[..., Any], data: Any, dtype: Any) -> None:
        self.dtype = dtype or torch.float64
        self.model, self.measure = copy.deepcopy(model).to(self.dtype).eval(), loss
        named = [(n, p) for n, p in self.model.named_parameters() if p.requires_grad]
        self.blocks = tuple(Block(name, tuple(part.shape)) for name, part in named)
        self.dimension = sum(block.size for block in self.blocks)
        if not named:
            raise TrajvizError("the model has no parameters that are trained")
        self.data = self.prepared(data)
        self.samples = len(self.data[0])
        self.try_out()

    def prepared(self, data: Any) -> tuple[Any, Any]:
        """Return inputs and targets as tensors, those of floats in the model's own type."""
        x, y = (torch.as_tensor(each) for each in data)
        return tuple(each.to(self.dtype) if each.is_floating_point() else each for each in (x, y))

    def try_out(self) -> None:
        """Refuse what fails on the data."""
        try:
            with torch.no_grad():
                found = self.measured(torch.from_numpy(self.start(0)), self.data, slice(0, 2))
        except Exception as error:
            raise TrajvizError(f"the model or its loss fails on the data: {error}") from error
        if found.numel() != 1:
            raise TrajvizError(
                f"the loss returns shape {tuple(found.shape)}: one number, the mean over samples, "
                "is needed"
            )

    def start(self, seed: int) -> Floats:
        """Return the weights that the model has for seed 0, and for others new ones, (d,)."""
        model = self.model
        if seed:
            model = copy.deepcopy(model)
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                for module in model.modules():
                    if hasattr(module, "reset_parameters"):
                        module.reset_parameters()
        parts = [part.detach().reshape(-1) for part in model.parameters() if part.requires_grad]
        return np.asarray(torch.cat(parts).to(torch.float64).numpy().copy())

    def outputs(self, w: Any, x: Any) -> Any:
        """Return what the model with weights w, a tensor (d,), makes of its inputs."""
        parts = w.to(self.dtype).split([block.size for block in self.blocks])
        shaped = zip(self.blocks, parts, strict=True)
        given = {block.name: part.view(block.shape) for block, part in shaped}
        return torch.func.functional_call(self.model, given, (x,))

    def measured(self, w: Any, data: tuple[Any, Any], rows: Any) -> Any:
        """Return the loss of some samples, a tensor."""
        x, y = (each[rows] for each in data)
        return self.measure(self.outputs(w, x), y)

    def loss(self, w: Floats, rows: Any = slice(None)) -> float:
        """Return the loss over the training data, or over some rows of it, at weights (d,)."""
        with _alone(), torch.no_grad():
            return float(self.measured(_tensor(w), self.data, rows))

    def gradient(self, w: Floats, rows: Any = slice(None)) -> Floats:
        """Return its gradient, (d,)."""
        point = _tensor(w).requires_grad_()
        with _alone(), torch.enable_grad():
            (slope,) = torch.autograd.grad(self.measured(point, self.data, rows), point)
        return np.asarray(slope.numpy())

    def hessian_product(self, w: Floats, v: Floats, rows: Any = slice(None)) -> Floats:
        """Return its Hessian times v, (d,)."""
        point = _tensor(w).requires_grad_()
        with _alone(), torch.enable_grad():
            found = self.measured(point, self.data, rows)
            (slope,) = torch.autograd.grad(found, point, create_graph=True)
            (curved,) = torch.autograd.grad(slope @ _tensor(v), point)
        return np.asarray(curved.numpy())

    def loss_on(self, data: Any) -> Callable[[Floats], float]:
        """Return the loss on other data, as a function of the weights."""
        held = self.prepared(data)

        def held_out(w: Floats) -> float:
            with _alone(), torch.no_grad():
                return float(self.measured(_tensor(w), held, slice(None)))

        return held_out

    def accuracy_on(self, data: Any) -> Callable[[Floats], float] | None:
        """Return the share of data that is right, as a function of the weights.

        Targets are classes where they are whole numbers and there is an output for each, and where
        they are 0 and 1 and there is one output; else there is no accuracy, and this is None.
        """
        x, y = self.prepared(data)
        with torch.no_grad():
            shape = self.outputs(torch.from_numpy(self.start(0)), x[:2]).shape
        classes = not y.is_floating_point() and y.ndim == 1 and len(shape) == 2
        two = bool(((y == 0) | (y == 1)).all()) and shape[1:].numel() == 1
        if not ((classes and shape[1] > 1) or two):
            return None

        def accuracy(w: Floats) -> float:
            with _alone(), torch.no_grad():
                out = self.outputs(_tensor(w), x)
            found = (out.reshape(-1) > 0) if two else out.argmax(dim=-1)
            return float((found == y.reshape(-1)).double().mean())

        return accuracy


def _tensor(w: Floats | Ints) -> Any:
    return torch.from_numpy(np.array(w, dtype=np.float64))


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Compute in one thread within the block."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
