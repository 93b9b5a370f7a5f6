"""How an optimizer of torch's takes a step over a surface. Only what runs torch imports this.

To torch's autograd the gradient is a function whose derivative is the surface's own Hessian.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from trajviz.surface import Floats, Oracle, Points


def way_to_step(
    kind: Any, made: Callable[[Any], Any], w: Points, graph: bool
) -> Callable[[Any, Any, Oracle], None]:
    """Return what takes a step: with a closure if that is needed, which is tried on a parabola.

    A closure that a signature asks for, as that of LBFGS, is all that is given. One that turns out
    to be needed comes beside the gradient, as SAM and AliG expect.
    """

    def set_gradient(point: Any, surface: Oracle) -> None:
        found = _Slope.apply(point, surface)
        point.grad = found if graph else found.detach()

    def with_closure(optimizer: Any, point: Any, surface: Oracle) -> None:
        @torch.enable_grad()  # type: ignore[untyped-decorator]
        def closure() -> Any:
            set_gradient(point, surface)
            return torch.tensor(float(surface.value(_numbers(point))), dtype=torch.float64)

        optimizer.step(closure)

    def alone(optimizer: Any, point: Any, surface: Oracle) -> None:
        set_gradient(point, surface)
        optimizer.step()

    def beside_closure(optimizer: Any, point: Any, surface: Oracle) -> None:
        once = _AskedOnce(surface)
        set_gradient(point, once)
        with_closure(optimizer, point, once)

    if _needs_closure(kind):
        return with_closure
    trial = torch.nn.Parameter(torch.from_numpy(w.copy()))
    optimizer = made(trial)
    try:
        alone(optimizer, trial, _Parabola())
    except Exception:  # whatever an optimizer says that misses its closure
        return beside_closure
    return alone


def _needs_closure(kind: Any) -> bool:
    parameters = inspect.signature(kind.step).parameters
    return "closure" in parameters and parameters["closure"].default is inspect.Parameter.empty


class _AskedOnce:
    """A surface during one step, not asked again for the gradient that it gave last."""

    def __init__(self, surface: Oracle) -> None:
        self.value, self.hessian, self.surface = surface.value, surface.hessian, surface
        self.place: Points | None = None

    def gradient(self, points: Points) -> Points:
        if self.place is None or not np.array_equal(points, self.place):
            self.place, self.found = points, self.surface.gradient(points)
        return self.found


class _Parabola:
    """Half the squared length, as a surface."""

    def value(self, points: Points) -> Floats:
        return np.asarray(0.5 * (points**2).sum(axis=-1))

    def gradient(self, points: Points) -> Points:
        return points

    def hessian(self, _points: Points) -> Floats:
        return np.eye(2)


class _Slope(torch.autograd.Function):  # type: ignore[misc]  # torch need not be installed
    @staticmethod
    def forward(context: Any, point: Any, surface: Oracle) -> Any:
        context.save_for_backward(point)
        context.surface = surface
        return torch.from_numpy(surface.gradient(_numbers(point)).copy())

    @staticmethod
    def backward(context: Any, above: Any) -> Any:
        (point,) = context.saved_tensors
        return above @ torch.from_numpy(context.surface.hessian(_numbers(point)).copy()), None


def _numbers(point: Any) -> Points:
    numbers: Points = point.detach().numpy().copy()
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
