"""A tape: a formula as the list of what it computes.

A formula is called once with numbers that record what is done with them. What comes out is plain
data: nodes in the order of computation, each an operation and the places of its operands in the
list, and the places of the results.

    >>> record(lambda x, y: [(x - 1) ** 2 + (x - 1) * y]).nodes  # doctest: +NORMALIZE_WHITESPACE
    (Node(operation='x', operands=()), Node(operation='y', operands=()),
     Node(operation='number', operands=(1,)), Node(operation='-', operands=(0, 2)),
     Node(operation='number', operands=(2,)), Node(operation='**', operands=(3, 4)),
     Node(operation='*', operands=(3, 1)), Node(operation='+', operands=(5, 6)))

The first two nodes are x and y. The operand of `number` is the number itself. All other operations
are in OPERATIONS: Python's signs, `neg` for a minus before a number, and numpy's functions by
their names. What is computed twice is one node. A tape can be written as JSON.

Slopes are a tape too: dual numbers run over the tape of the formula, and their parts are numbers
that record. So each slope is computed by the dual numbers' own operations in their order, and has
their bits. `program` runs tapes; `traced` decides which formulas may have one.

A recording number knows no value. It refuses whatever would need one: an `if`, a loop over it, its
shape, its text. The tape of a formula that asks for such a thing does not exist, even where the
formula survives the refusal.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from trajviz.frozen import dataclass
from trajviz.surface.dual_number import UFUNCS, Dual, Number, lift

MOST_NODES = 4000
"""No tape that is read is longer: that would take longer than what it saves."""

SIGNS: dict[str, np.ufunc] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power,
    "%": np.remainder, "//": np.floor_divide, "<": np.less, "<=": np.less_equal,
    ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
    "&": np.bitwise_and, "|": np.bitwise_or, "^": np.bitwise_xor, "~": np.invert,
    "neg": np.negative,
}  # fmt: skip
"""What Python's signs mean to numpy's arrays."""
_METHODS: dict[str, str] = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow", "%": "mod", "//": "floordiv",
    "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne",
    "&": "and", "|": "or", "^": "xor",
}  # fmt: skip
"""The methods that a sign between two numbers calls."""


def _float(number: Number) -> Number:
    return np.asarray(number).astype(np.float64)


OPERATIONS: dict[str, Callable[..., Number]] = {
    **{sign: getattr(operator, f"__{method}__") for sign, method in _METHODS.items()},
    "neg": operator.neg,
    "~": operator.invert,
    "float": _float,
    **{ufunc.__name__: ufunc for ufunc in (*UFUNCS, *SIGNS.values())},
    **{f.__name__: f for f in (np.logical_and, np.logical_or, np.logical_not, np.logical_xor)},
    **{function.__name__: function for function in (np.where, np.clip)},
}
"""Each operation as a function of its operands, of numbers, arrays, duals or recording numbers."""


class Node(NamedTuple):
    """One step of a computation.

    Attributes:
        operation: "x", "y", "number" or one of OPERATIONS.
        operands: The places of the nodes whose values it takes; of a number, the number.
    """

    operation: str
    operands: tuple[Any, ...]


@dataclass(frozen=True)
class Tape:
    """A computation in x and y.

    Attributes:
        nodes: What is computed, in order; the first two are x and y.
        outputs: The places of the results.
    """

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]

    def values(self, x: Number, y: Number) -> list[Number]:
        """Return the value of each node, for numbers of any kind that has the operations."""
        values = [x, y]
        for operation, operands in self.nodes[2:]:
            if operation == "number":
                values.append(operands[0])
            else:
                values.append(OPERATIONS[operation](*[values[place] for place in operands]))
        return values

    def run(self, x: Number, y: Number) -> list[Number]:
        """Return the results."""
        values = self.values(x, y)
        return [values[place] for place in self.outputs]

    def types(self) -> list[np.dtype[Any]]:
        """Return the type of each node's value, where x and y are of float64."""
        some = np.array([0.25, 0.5, 0.75])
        with np.errstate(all="ignore"):
            return [np.asarray(value).dtype for value in self.values(some, some + 1)]

    def is_for_one_point(self) -> bool:
        """Tell whether dual numbers do at one point alone what this tape says.

        A number of numpy's that is no dual is a constant to them, and one that is 0 a slope that is
        0 everywhere. They may so take a computed one, which among many points is an array.
        """
        with np.errstate(all="ignore"):
            values = self.values(np.float64(0.25), np.float64(1.25))
        widened = (node.operands[0] for node in self.nodes if node.operation == "float")
        return not any(isinstance(values[place], np.float64) for place in widened)

    def gradient(self, most: int = MOST_NODES) -> Tape:
        """Return the tape of the slopes by x and y of this one's only result."""
        return record(lambda x, y: _slopes(*self.run(Dual(x, 1.0, 0.0), Dual(y, 0.0, 1.0))), most)

    def hessian(self, most: int = MOST_NODES) -> Tape:
        """Return the tape of the second derivatives, those by x, xy, yx and y."""

        def second(x: Number, y: Number) -> list[Number]:
            inner = Dual(x, 1.0, 0.0), Dual(y, 0.0, 1.0)
            (result,) = self.run(Dual(inner[0], 1.0, 0.0), Dual(inner[1], 0.0, 1.0))
            slopes = lift(result)
            return [*_slopes(slopes.dx), *_slopes(slopes.dy)]

        return record(second, most)

    def says(self, other: Tape) -> bool:
        """Tell whether another tape computes the same, signs of zeros and types of numbers too."""
        return repr(self) == repr(other)


def _slopes(result: Number) -> list[Number]:
    return [result.dx, result.dy] if isinstance(result, Dual) else [0.0, 0.0]


def record(function: Callable[[Number, Number], Sequence[Number]], most: int = MOST_NODES) -> Tape:
    """Return what a function does with x and y, as far as its results need it.

    Args:
        function: Takes x and y and returns the results; it is called once.
        most: How many nodes are recorded at most.

    Raises:
        UntraceableError: It asks for more than operations, or its results are no numbers. What
            else it raises is let through.
    """
    recorder = _Recorder(most)
    results = function(Symbol(recorder, 0), Symbol(recorder, 1))
    outputs = [recorder.place(result) for result in results]
    if recorder.refused:
        raise UntraceableError(recorder.refused)
    return _needed(recorder.nodes, outputs)


def _needed(nodes: Sequence[Node], outputs: Sequence[int]) -> Tape:
    """Return the tape without the nodes on which no result depends."""
    needed = {0, 1, *outputs}
    for place in reversed(range(len(nodes))):
        if place in needed and nodes[place].operation != "number":
            needed.update(nodes[place].operands)
    new = {place: count for count, place in enumerate(sorted(needed))}
    kept = [
        node if node.operation == "number" else Node(node.operation, _renamed(node.operands, new))
        for node in (nodes[place] for place in sorted(needed))
    ]
    return Tape(tuple(kept), _renamed(outputs, new))


def _renamed(places: Sequence[int], new: dict[int, int]) -> tuple[int, ...]:
    return tuple([new[place] for place in places])


class UntraceableError(Exception):
    """Raised where a formula asks a recording number for what it does not know."""


class _Recorder:
    """What has been recorded so far."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.nodes = [Node("x", ()), Node("y", ())]
        self.places: dict[Any, int] = {}
        self.refused = ""

    def refuse(self, why: str) -> NoReturn:
        self.refused = why
        raise UntraceableError(why)

    def place(self, number: Number) -> int:
        """Return the place of a recording number, or of a constant."""
        if isinstance(number, Symbol):
            return number.place
        if isinstance(number, np.bool_):
            number = bool(number)
        if not isinstance(number, (float, int)):  # numpy's float64 is a float
            self.refuse(f"{type(number).__name__} is no number")
        return self._entered(repr(number), Node("number", (number,)))  # 0.0, -0.0 and 0 differ

    def note(self, operation: str, operands: Sequence[Number]) -> Symbol:
        node = Node(operation, tuple([self.place(operand) for operand in operands]))
        return Symbol(self, self._entered(node, node))

    def _entered(self, key: Any, node: Node) -> int:
        place = self.places.get(key)
        if place is None:
            place = self.places[key] = len(self.nodes)
            if place == self.most:
                self.refuse("too long")
            self.nodes.append(node)
        return place


class Symbol:
    """A recording number: the place of a node whose value nobody knows yet.

    Between it and a dual number it behaves as an array does, and leaves the word to the dual.
    """

    __slots__ = ("_recorder", "place")
    __hash__ = None  # type: ignore[assignment]  # what looks numbers up may not look this one up

    def __init__(self, recorder: _Recorder, place: int) -> None:
        self._recorder, self.place = recorder, place

    def widened(self) -> Symbol:
        """Record a change of type to float64, which dual numbers want of what is no dual."""
        return self._recorder.note("float", [self])

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if any(isinstance(one, Dual) for one in inputs):
            return NotImplemented
        return self._called(ufunc, inputs, options or method != "__call__")

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(one, Dual) for one in types):
            return NotImplemented
        return self._called(function, args, kwargs)

    def _called(self, function: Any, operands: Sequence[Any], further: Any) -> Symbol:
        name = function.__name__
        if OPERATIONS.get(name) is not function or further:
            self._recorder.refuse(name)
        return self._recorder.note(name, operands)

    def __neg__(self) -> Symbol:
        return self._recorder.note("neg", [self])

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return self._recorder.note("absolute", [self])

    def __invert__(self) -> Symbol:
        return self._recorder.note("~", [self])

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):  # numpy looks for such of its own
            self._recorder.refuse(f".{name}")
        raise AttributeError(name)


def _between(sign: str) -> Callable[[Symbol, Number], Any]:
    def method(self: Symbol, other: Number) -> Any:
        if isinstance(other, Dual):
            return SIGNS[sign](self, other)
        return self._recorder.note(sign, [self, other])

    return method


def _reflected(sign: str) -> Callable[[Symbol, Number], Any]:
    return lambda self, other: self._recorder.note(sign, [other, self])


def _refusing(name: str) -> Callable[..., NoReturn]:
    return lambda self, *_: self._recorder.refuse(name)


for _sign, _method in _METHODS.items():
    setattr(Symbol, f"__{_method}__", _between(_sign))
    if _sign[0] not in "<>=!":  # Python reflects a comparison itself
        setattr(Symbol, f"__r{_method}__", _reflected(_sign))
for _name in (
    "bool",
    "float",
    "int",
    "index",
    "complex",
    "len",
    "iter",
    "getitem",
    "str",
    "format",
):
    setattr(Symbol, f"__{_name}__", _refusing(_name))
