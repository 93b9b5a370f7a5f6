"""keras's optimizers: `keras.NAME` for every class of keras.optimizers."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters._errors import library_errors, no_such
from trajviz.optimizers.adapters._signature import Signature, derives_from
from trajviz.surface import Number, Oracle, Points, parts_of

RATE = "learning_rate"
_NO_RULES = ("Optimizer", "LossScaleOptimizer")
"""The base class, and what wraps another optimizer."""


def load(name: str) -> Optimizer:
    """Return an optimizer of keras.optimizers; TrajvizError where there is none of this name."""
    with library_errors(f"keras.{name}", "keras"):
        keras = _keras()
    base = keras.optimizers.Optimizer
    classes = {
        key: value
        for key, value in vars(keras.optimizers).items()
        if isinstance(value, type) and issubclass(value, base) and key not in _NO_RULES
    }
    if name not in classes:
        raise no_such("keras", name, sorted(classes))
    return adapted(f"keras.{name}", f"{name} (keras)", classes[name])


@contextlib.contextmanager
def on_torch() -> Iterator[None]:
    """Have keras, where it is imported meanwhile, run on torch unless the user says otherwise."""
    unset = "KERAS_BACKEND" not in os.environ
    os.environ.setdefault("KERAS_BACKEND", "torch")
    try:
        yield
    finally:
        if unset:
            del os.environ["KERAS_BACKEND"]


def _keras() -> Any:
    with on_torch():
        import keras
    return keras


@contextlib.contextmanager
def _float64(keras: Any) -> Iterator[None]:
    """Have keras compute in float64, and restore its setting afterwards.

    Deprecation warnings are silenced: they are about keras's own calls of numpy and torch.
    """
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        keras.config.set_floatx(before)


def fits(thing: Any) -> bool:
    """Tell whether something is a class of keras's optimizers, or derived from them."""
    return derives_from(thing, "keras")


def adapted(name: str, title: str, kind: Any) -> Optimizer:
    """Return an optimizer that runs a class of keras's kind."""
    signature = Signature.of(kind, RATE)

    def rule(surface: Oracle, w: Points, lr: Number = None, **settings: Any) -> Iterator[Points]:
        keras = _keras()
        rate = None if lr is None else float(lr)
        with library_errors(name), _float64(keras):
            variables = [keras.Variable(part, dtype="float64") for part in parts_of(surface, w)]
            optimizer = kind(**signature.arguments({"lr": rate, **settings}))
            optimizer.build(variables)
        while True:
            with library_errors(name), _float64(keras):
                if rate is not None:
                    optimizer.learning_rate = float(lr)
                slope = surface.gradient(_numbers(keras, variables))
                parts = parts_of(surface, slope.copy())
                slopes = [keras.ops.convert_to_tensor(part, dtype="float64") for part in parts]
                optimizer.apply(slopes, variables)
                new = _numbers(keras, variables)
            taken = new.copy()
            yield new
            if not np.array_equal(new, taken, equal_nan=True):  # bounds have moved it
                for variable, part in zip(variables, parts_of(surface, new), strict=True):
                    variable.assign(part)

    return signature.optimizer(name, rule, title, batched=False)


def _numbers(keras: Any, variables: list[Any]) -> Points:
    """Return what variables hold, as one vector of its own."""
    parts = [keras.ops.convert_to_numpy(variable.value).ravel() for variable in variables]
    return np.concatenate(parts)
