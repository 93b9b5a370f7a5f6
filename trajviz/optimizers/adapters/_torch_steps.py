"""How an optimizer of torch's takes a step over a surface. Only what runs torch imports this.

To torch's autograd the gradient is a function whose derivative is the surface's own Hessian. A
point is one parameter, or as many as a problem's weights have blocks, each a part of one tensor.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from trajviz.surface import Block, Floats, Oracle, Points, Seen


def parameters_of(w: Points, blocks: Sequence[Block]) -> tuple[Any, list[Any]]:
    """Return a point as one tensor, (d,), and the parameters that are its parts.

    Args:
        w: The point, which is copied.
        blocks: What it is made of; none for one vector.
    """
    whole = torch.from_numpy(w.copy())
    if not blocks:
        return whole, [torch.nn.Parameter(whole)]
    parts = whole.split([block.size for block in blocks])
    shaped = zip(parts, blocks, strict=True)
    return whole, [torch.nn.Parameter(part.view(block.shape)) for part, block in shaped]


def way_to_step(
    kind: Any, made: Callable[[list[Any]], Any], w: Points, blocks: Sequence[Block], graph: bool
) -> Callable[[Any, list[Any], Oracle], None]:
    """Return what takes a step: with a closure if that is needed, which is tried on a parabola.

    A closure that a signature asks for, as that of LBFGS, is all that is given. One that turns out
    to be needed comes beside the gradient, as SAM and AliG expect.
    """

    def set_gradient(points: list[Any], surface: Oracle) -> None:
        found = _Slope.apply(_whole(points), surface)
        slopes = found.split([point.numel() for point in points])
        for point, slope in zip(points, slopes, strict=True):
            shaped = slope.view_as(point)
            point.grad = shaped if graph else shaped.detach()

    def with_closure(optimizer: Any, points: list[Any], surface: Oracle) -> None:
        @torch.enable_grad()  # type: ignore[untyped-decorator]
        def closure() -> Any:
            set_gradient(points, surface)
            return torch.tensor(float(surface.value(_numbers(points))), dtype=torch.float64)

        optimizer.step(closure)

    def alone(optimizer: Any, points: list[Any], surface: Oracle) -> None:
        set_gradient(points, surface)
        optimizer.step()

    def beside_closure(optimizer: Any, points: list[Any], surface: Oracle) -> None:
        once = _AskedOnce(surface)
        set_gradient(points, once)
        with_closure(optimizer, points, once)

    if _needs_closure(kind):
        return with_closure
    _, trial = parameters_of(w, blocks)
    optimizer = made(trial)
    try:
        alone(optimizer, trial, _Parabola(w.size, tuple(blocks)))
    except Exception:  # whatever an optimizer says that misses its closure
        return beside_closure
    return alone


def _needs_closure(kind: Any) -> bool:
    parameters = inspect.signature(kind.step).parameters
    return "closure" in parameters and parameters["closure"].default is inspect.Parameter.empty


class _AskedOnce(Seen):
    """A surface during one step, not asked again for the gradient that it gave last."""

    surface: Oracle

    def __init__(self, surface: Oracle) -> None:
        self.value, self.hessian, self.surface = surface.value, surface.hessian, surface
        self.hessian_product = surface.hessian_product
        self.place: Points | None = None

    def gradient(self, points: Points) -> Points:
        if self.place is None or not np.array_equal(points, self.place):
            self.place, self.found = points, self.surface.gradient(points)
        return self.found


class _Parabola:
    """Half the squared length, as a surface."""

    def __init__(self, dimension: int, blocks: tuple[Block, ...]) -> None:
        self.dimension, self.blocks = dimension, blocks

    def value(self, points: Points) -> Floats:
        return np.asarray(0.5 * (points**2).sum(axis=-1))

    def gradient(self, points: Points) -> Points:
        return points

    def hessian(self, _points: Points) -> Floats:
        return np.eye(self.dimension)

    def hessian_product(self, _points: Points, vectors: Points) -> Points:
        return vectors


class _Slope(torch.autograd.Function):  # type: ignore[misc]  # torch need not be installed
    @staticmethod
    def forward(context: Any, point: Any, surface: Oracle) -> Any:
        context.save_for_backward(point)
        context.surface = surface
        return torch.from_numpy(surface.gradient(_numbers([point])).copy())

    @staticmethod
    def backward(context: Any, above: Any) -> Any:
        (point,) = context.saved_tensors
        curved = context.surface.hessian_product(_numbers([point]), above.numpy())
        return torch.from_numpy(curved.copy()), None


def _whole(points: list[Any]) -> Any:
    """Return parameters as one vector, to which their gradients lead back."""
    return points[0] if len(points) == 1 else torch.cat([point.view(-1) for point in points])


def _numbers(points: list[Any]) -> Points:
    numbers: Points = _whole([point.detach() for point in points]).numpy().copy()
    return numbers


class RandomNumbers(contextlib.ContextDecorator):
    """Torch's random numbers of one run; outside of it the user's own go on."""

    def __init__(self) -> None:
        self.state = torch.Generator().manual_seed(0).get_state()

    def __enter__(self) -> None:
        self.outside = torch.get_rng_state()
        torch.set_rng_state(self.state)

    def __exit__(self, *_: object) -> None:
        self.state = torch.get_rng_state()
        torch.set_rng_state(self.outside)
