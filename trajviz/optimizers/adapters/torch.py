"""torch's optimizers: `torch.NAME` for every class of torch.optim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters._errors import library_errors, no_such
from trajviz.optimizers.adapters._signature import Signature, derives_from
from trajviz.surface import Number, Oracle, Points

RATE = "lr"


def load(name: str) -> Optimizer:
    """Return an optimizer of torch.optim; TrajvizError where there is none of this name."""
    with library_errors(f"torch.{name}", "torch"):
        import torch
    classes = {
        key: value
        for key, value in vars(torch.optim).items()
        if isinstance(value, type) and issubclass(value, torch.optim.Optimizer)
    }
    del classes["Optimizer"]
    if name not in classes:
        raise no_such("torch", name, sorted(classes))
    return adapted(f"torch.{name}", f"{name} (torch)", classes[name])


def fits(thing: Any) -> bool:
    """Tell whether something is a class of torch's optimizers, or derived from them."""
    return derives_from(thing, "torch")


def adapted(name: str, title: str, kind: Any) -> Optimizer:
    """Return an optimizer that runs a class of torch's kind.

    A class that needs a closure, as LBFGS, gets one; for the others the gradient is set before each
    step. The rate of every step is written into the parameter groups.
    """
    signature = Signature.of(kind, RATE)

    def rule(surface: Oracle, w: Points, lr: Number = None, **settings: Any) -> Iterator[Points]:
        import torch

        rate = None if lr is None else float(lr)
        point = torch.nn.Parameter(torch.from_numpy(w.copy()))

        def set_gradient() -> None:
            point.grad = torch.from_numpy(surface.gradient(point.detach().numpy().copy()).copy())

        @torch.enable_grad()  # type: ignore[untyped-decorator]
        def closure() -> Any:
            set_gradient()
            return torch.tensor(float(surface.value(point.detach().numpy())), dtype=torch.float64)

        with library_errors(name):
            optimizer = kind([point], **signature.arguments({"lr": rate, **settings}))
        while True:
            if rate is not None:
                for group in optimizer.param_groups:
                    group["lr"] = float(lr)
            with library_errors(name):
                if _needs_closure(kind):
                    optimizer.step(closure)
                else:
                    set_gradient()
                    optimizer.step()
            yield point.detach().numpy().copy()

    return signature.optimizer(name, rule, title, batched=False)


def _needs_closure(kind: Any) -> bool:
    import inspect

    parameters = inspect.signature(kind.step).parameters
    return "closure" in parameters and parameters["closure"].default is inspect.Parameter.empty
