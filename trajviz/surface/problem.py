"""A problem in d dimensions: a loss and its gradient, as a model in training has them.

A `Surface` has two variables and can be drawn; a problem has any number, and a race on it is seen
on a plane through its paths. Weights are one vector, (d,), or several at once, (n, d).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

import numpy as np

from trajviz.docstrings import docstring_of
from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.surface import Block, Floats, Ints, stem_of
from trajviz.surface.network import Network
from trajviz.untrusted import check_text

Data: TypeAlias = tuple[Floats, Ints]
"""Samples, (samples, in), and their labels, (samples,)."""

LARGEST_HESSIAN = 2_000
"""In how many dimensions a Hessian is still written out."""
_LONGEST_NAME = 10_000
FUNCTIONS = ("loss", "gradient", "accuracy", "held_out", "held_out_accuracy", "hessian_product")
"""The fields of a problem that are functions of the weights."""


@dataclass(frozen=True)
class Function:
    """A function of the weights, (d,) or (n, d), as it was given; overflow gives inf or nan.

    Attributes:
        function: The function itself; it is given `rows` only where there are some.
    """

    function: Callable[..., Any]

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The function itself, as `inspect.unwrap` asks for it."""
        return self.function

    def __call__(self, w: Floats, *others: Any, rows: Ints | None = None) -> Floats:
        """Return what the function does at weights of shape (d,), (n, d) or (..., d)."""
        w = np.asarray(w, dtype=np.float64)
        given = [each for each in (w, *others, rows) if each is not None]
        flat = [each.reshape(-1, each.shape[-1]) if each.ndim > 2 else each for each in given]
        with np.errstate(all="ignore"):
            found = np.asarray(self.function(*flat), dtype=np.float64)
        return found if w.ndim < 3 else found.reshape(*w.shape[:-1], *found.shape[1:])


@dataclass(frozen=True)
class Differences:
    """The Hessian times a vector, by central differences of a gradient: good to about ten digits.

    Attributes:
        gradient: `gradient(w, rows)`.
    """

    gradient: Callable[..., Floats]

    def __call__(self, w: Floats, v: Floats, rows: Ints | None = None) -> Floats:
        """Return H(w) v, of the shape of w; v has that shape too."""
        length = np.linalg.norm(v, axis=-1, keepdims=True)
        scale = np.maximum(1.0, np.linalg.norm(w, axis=-1, keepdims=True))
        step = np.cbrt(np.finfo(np.float64).eps) * scale / np.where(length > 0, length, 1.0)
        ahead, behind = (self.gradient(w + sign * step * v, rows) for sign in (1, -1))
        return np.asarray((ahead - behind) / (2 * step))


@dataclass(frozen=True)
class Problem:
    """A loss in d dimensions with its gradient, and what else a race on it may show.

    Each function works on one vector of weights, (d,), and on several at once, (n, d), and says of
    each the same. On a problem over data, `loss` and `gradient` take a further argument, `rows`:
    the indices of a mini-batch, (k,), or None for all samples.

    Attributes:
        loss: `loss(w)`, a number for (d,), shape (n,) for (n, d).
        gradient: `gradient(w)`, of the shape of w.
        start: `start(seed)`, the weights that a race begins with, (d,).
        dimension: d, the number of weights.
        name: What a user types for it; default "", from the file's name when it is loaded.
        title: What a picture says above; default "", made from the name when a file is loaded.
        phrase: What a sentence calls it; default "", from the file's docstring when it is loaded.
        source: Author and year, and whose data; default "".
        note: What was found rather than stated; default "".
        samples: How many samples the training data has; default 0, no problem over data.
        batch_size: How many samples a mini-batch has if nobody says; default 0, all of them.
        accuracy: `accuracy(w)`, the share of the training data that is right, 0 to 1; default None.
        held_out: `held_out(w)`, the loss on data that is not trained on; default None.
        held_out_accuracy: The accuracy there; default None.
        hessian_product: `hessian_product(w, v)`, the Hessian at w times v, of the shape of w, which
            takes rows as `loss` does; default None, central differences of the gradient.
        blocks: How the weights fall into matrices and vectors, in order; default none, one vector.
        lowest: The lowest loss that is known; default None.
        parameters: The numbers that the problem was made with, by name; default none.
        recorded: Whether there is no loss function, but only paths with losses; default False.

    Raises:
        TrajvizError: A field makes no sense.

    >>> bowl = Problem(lambda w: (w**2).sum(axis=-1), lambda w: 2 * w, lambda seed: np.ones(3), 3)
    >>> float(bowl.value(np.ones(3))), bowl.gradient(np.ones((2, 3))).shape
    (3.0, (2, 3))
    """

    loss: Callable[..., Any]
    gradient: Callable[..., Any] = field(repr=False)
    start: Callable[[int], Floats] = field(repr=False)
    dimension: int
    name: str = ""
    title: str = ""
    phrase: str = ""
    source: str = ""
    note: str = ""
    samples: int = 0
    batch_size: int = 0
    accuracy: Callable[..., Any] | None = field(default=None, repr=False)
    held_out: Callable[..., Any] | None = field(default=None, repr=False)
    held_out_accuracy: Callable[..., Any] | None = field(default=None, repr=False)
    hessian_product: Callable[..., Any] = field(default=cast(Any, None), repr=False)
    blocks: tuple[Block, ...] = ()
    lowest: float | None = None
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)
    recorded: bool = False

    if TYPE_CHECKING:  # what may be given, which is less strict than what is kept

        def __init__(
            self,
            loss: Callable[..., Any],
            gradient: Callable[..., Any],
            start: Callable[[int], Floats],
            dimension: int,
            name: str = "",
            title: str = "",
            phrase: str = "",
            source: str = "",
            note: str = "",
            samples: int = 0,
            batch_size: int = 0,
            accuracy: Callable[..., Any] | None = None,
            held_out: Callable[..., Any] | None = None,
            held_out_accuracy: Callable[..., Any] | None = None,
            hessian_product: Callable[..., Any] | None = None,
            blocks: Iterable[tuple[str, Sequence[int]]] = (),
            lowest: float | None = None,
            parameters: Mapping[str, float] = ...,
            recorded: bool = False,
        ) -> None: ...

    def __post_init__(self) -> None:
        """Check what a definition file may have got wrong, and wrap the functions."""
        for name in (self.title, self.name, self.phrase):
            check_text("name of a problem", name, _LONGEST_NAME)
        if not (isinstance(self.dimension, int) and self.dimension >= 1):
            raise TrajvizError(f"dimension {self.dimension!r} is not a whole number of at least 1")
        if not 0 <= self.batch_size <= self.samples:
            raise TrajvizError(
                f"batch_size {self.batch_size} is not from 0 to the {self.samples} samples"
            )
        for name in FUNCTIONS:
            object.__setattr__(self, name, self._function(name))
        self._check_blocks()

    def _function(self, name: str) -> Callable[..., Any] | None:
        """Return one of the functions as a race asks for it."""
        given = getattr(self, name)
        if name == "hessian_product" and (given is None or isinstance(given, Differences)):
            return Differences(self.gradient)
        if given is None and name not in ("loss", "gradient"):
            return None
        if not callable(given):
            raise TrajvizError(f"{name} {given!r} is not a function of the weights")
        return given if isinstance(given, Function) else Function(given)

    def _check_blocks(self) -> None:
        blocks = tuple(Block(name, tuple(map(int, shape))) for name, shape in self.blocks)
        object.__setattr__(self, "blocks", blocks)
        held = sum(block.size for block in blocks)
        if blocks and held != self.dimension:
            raise TrajvizError(f"the blocks have {held} weights, not {self.dimension}")

    @classmethod
    def of_network(
        cls, sizes: Sequence[int], training: Data, held_out: Data | None = None, **facts: Any
    ) -> Problem:
        """Return the training of a classifier: dense layers with tanh between them.

        Its loss is the logistic one for a single output, and cross-entropy for several.

        Args:
            sizes: How many numbers a sample has, how many each layer gives, and how many come out.
            training: The samples, (samples, in), and their labels 0, 1 and so on, (samples,).
            held_out: As `training`, of data that is not trained on; default None.
            facts: Further fields of the problem, such as `batch_size` or `source`.

        Raises:
            TrajvizError: The sizes are no network.
        """
        network = Network(tuple(map(int, sizes)))
        x, labels = training

        def loss(w: Floats, rows: Any = slice(None)) -> Floats:
            return network.loss(w, x[rows], labels[rows])

        def gradient(w: Floats, rows: Any = slice(None)) -> Floats:
            return network.gradient(w, x[rows], labels[rows])

        loss.__doc__ = network.summary
        made: dict[str, Any] = {"blocks": network.blocks, "samples": len(x)}
        made["accuracy"] = lambda w: network.accuracy(w, x, labels)
        if held_out is not None:
            made["held_out"] = lambda w: network.loss(w, *held_out)
            made["held_out_accuracy"] = lambda w: network.accuracy(w, *held_out)
        return cls(loss, gradient, network.start, network.dimension, **{**made, **facts})

    @classmethod
    def of_numpy(
        cls,
        function: Callable[..., Any],
        gradient: Callable[..., Any],
        start: Floats | Callable[[int], Floats],
        **facts: Any,
    ) -> Problem:
        """Return a problem whose functions take one vector of weights at a time, (d,).

        Args:
            function: `function(w)`, the loss, a number; over data, `function(w, rows)`, where rows
                are the indices of a mini-batch, and all of them if left out.
            gradient: `gradient(w)`, its slopes, (d,); over data, of rows as well.
            start: The weights that a race begins with, (d,), or a function of the seed.
            facts: Further fields of the problem, such as `samples`, `accuracy` or `blocks`; their
                functions take one vector as well.

        >>> bowl = Problem.of_numpy(lambda w: w @ w, lambda w: 2 * w, np.ones(3))
        >>> bowl.loss(np.ones((2, 3))).tolist()
        [3.0, 3.0]
        """
        begin = _start_of(start)
        given = {key: _each(fact) if key in FUNCTIONS else fact for key, fact in facts.items()}
        return cls(_each(function), _each(gradient), begin, len(begin(0)), **given)

    @classmethod
    def of_torch(
        cls,
        model: Any,
        loss: Callable[..., Any],
        data: Any,
        *,
        held_out: Any = None,
        batch_size: int = 0,
        dtype: Any = None,
        **facts: Any,
    ) -> Problem:
        """Return the training of a torch module, which is copied and put into evaluation mode.

        Its weights are one vector, in the order of `model.parameters()`. The start is what they
        are; with another seed than 0, what each layer's `reset_parameters` draws from it. Whole
        numbers as targets are classes, and then there is an accuracy.

        Args:
            model: A `torch.nn.Module` of one input.
            loss: `loss(outputs, targets)`, the mean over samples, as `torch.nn.CrossEntropyLoss()`.
            data: Inputs and targets, tensors or arrays whose first axis counts the samples.
            held_out: As `data`, what is not trained on; default None.
            batch_size: How many samples a mini-batch has; default 0, all of them.
            dtype: In which type the model computes; default None, torch.float64.
            facts: Further fields of the problem, such as `title` or `source`.

        Raises:
            TrajvizError: The model or the loss fails on the data.
        """
        from trajviz.surface.torch_model import TorchModel

        made = TorchModel(model, loss, data, dtype)
        found: dict[str, Any] = {"accuracy": made.accuracy_on(data)}
        if held_out is not None:
            found["held_out"] = made.loss_on(held_out)
            found["held_out_accuracy"] = made.accuracy_on(held_out)
        found |= {"blocks": made.blocks, "samples": made.samples, "batch_size": batch_size}
        found["hessian_product"] = made.hessian_product
        measured = _named(made.loss, type(model).__name__, "The loss of a model of torch's.")
        return cls.of_numpy(measured, made.gradient, made.start, **{**found, **facts})

    @classmethod
    def of_jax(
        cls,
        function: Callable[..., Any],
        start: Floats | Callable[[int], Floats],
        **facts: Any,
    ) -> Problem:
        """Return a problem of a function that jax can differentiate; it computes in float64.

        Args:
            function: `function(w)`, the loss at weights (d,), in jax's numpy; over data,
                `function(w, rows)`, and all samples where rows are left out.
            start: The weights that a race begins with, (d,), or a function of the seed.
            facts: Further fields of the problem, such as `samples` or `title`.
        """
        from trajviz.surface.jax_function import JaxFunction

        made, begin = JaxFunction(function), _start_of(start)
        given = {"hessian_product": _each(made.hessian_product), **facts}
        loss = _named(made.loss, function.__name__, docstring_of(function))
        return cls(loss, made.gradient, begin, len(begin(0)), **given)

    @property
    def facts(self) -> dict[str, Any]:
        """What a surface that stands for it in a picture says of it."""
        names = ("title", "source", "name", "samples", "batch_size", "parameters", "note", "phrase")
        return {name: getattr(self, name) for name in names}

    @property
    def summary(self) -> str:
        """The first line of the loss's docstring."""
        return docstring_of(inspect.unwrap(self.loss)).split("\n")[0]

    @property
    def stem(self) -> str:
        """The name as part of a file name: at most 40 letters, digits, points and hyphens."""
        return stem_of(self.name) or "problem"

    def value(self, points: Floats, rows: Ints | None = None) -> Floats:
        """Return the loss: what an optimizer that looks for a height asks for.

        Args:
            points: Weights, (..., d).
            rows: On a problem over data, the samples whose mean loss it is, (k,); default all.

        Returns:
            Losses, shape (...).
        """
        return np.asarray(self.loss(points, rows))

    def hessian(self, points: Floats, rows: Ints | None = None) -> Floats:
        """Return the second derivatives, from d products of the Hessian with a unit vector.

        Args:
            points: Weights, (..., d).
            rows: On a problem over data, the samples whose mean loss they belong to; default all.

        Returns:
            Hessians, shape (..., d, d), symmetric.

        Raises:
            TrajvizError: There are more than LARGEST_HESSIAN dimensions.
        """
        if self.dimension > LARGEST_HESSIAN:
            raise TrajvizError(
                f"a Hessian of {self.name or 'a problem'} would have {self.dimension} x "
                f"{self.dimension} numbers; they are written out up to {LARGEST_HESSIAN} dimensions"
            )
        columns = [
            self.hessian_product(points, np.broadcast_to(unit, points.shape), rows)
            for unit in np.eye(self.dimension)
        ]
        matrix = np.stack(columns, axis=-1)
        return np.asarray((matrix + matrix.swapaxes(-1, -2)) / 2)


def is_curve(problem: Problem | None) -> TypeGuard[Problem]:
    """Tell whether it has one variable, so that a picture shows its curve; None is a surface."""
    return problem is not None and problem.dimension == 1


def is_on_plane(problem: Problem | None) -> TypeGuard[Problem]:
    """Tell whether it has more, so that a picture shows it on a plane; None is a surface."""
    return problem is not None and problem.dimension > 1


def _start_of(start: Floats | Callable[[int], Floats]) -> Callable[[int], Floats]:
    """Return a start as a function of the seed."""
    if callable(start):
        return start
    weights = np.array(start, dtype=np.float64).reshape(-1)
    return lambda _seed: weights.copy()


def _named(function: Callable[..., Any], name: str, text: str) -> Callable[..., Any]:
    """Return a function with a name and a docstring of its own."""

    def named(*args: Any) -> Any:
        return function(*args)

    named.__name__, named.__doc__ = name, text
    return named


def _each(function: Any) -> Any:
    """Return a function of one vector as one of several, (n, d), which are asked one by one."""
    if not callable(function):
        return function

    @functools.wraps(function, updated=())
    def each(w: Floats, *others: Any) -> Any:
        if w.ndim == 1:
            return function(w, *others)
        vectors = [other for other in others if np.ndim(other) == w.ndim]
        rows = others[len(vectors) :]
        return np.stack([function(*one, *rows) for one in zip(w, *vectors, strict=True)])

    return each
