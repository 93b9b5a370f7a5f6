"""A tape as straight-line JavaScript for one point."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from trajviz.files.live.javascript import (
    CALLS,
    INFIXES,
    TELLS,
    UNARY,
    Code,
    call,
    choice,
    denied,
    infix,
    negative,
    number,
)
from trajviz.files.live.values import UntranslatableError
from trajviz.surface.tape import OPERATIONS, Node, Tape

_LONGEST = 120
"""Expressions longer than this have names."""
_OF_WHOLE = ("%", "//", "**", "remainder", "floor_divide", "power", "~")
"""What numpy does otherwise with whole numbers and truth values than with floats."""


def straight(tape: Tape, finish: Callable[[Sequence[str]], str]) -> str:
    """Return the statements that compute a tape's results from x and y.

    Args:
        tape: What is computed.
        finish: Returns the last statement, given the results.

    Raises:
        UntranslatableError: The tape has an operation that JavaScript has not.
    """
    return _Straight(tape).text(finish)


class _Straight:
    def __init__(self, tape: Tape) -> None:
        self.tape, self.types = tape, tape.types()
        self.uses = Counter(
            place for n in tape.nodes[2:] if n.operation != "number" for place in n.operands
        ) + Counter(tape.outputs)
        self.codes: list[Code] = [Code("x"), Code("y")]
        self.lines: list[str] = []

    def text(self, finish: Callable[[Sequence[str]], str]) -> str:
        for node in self.tape.nodes[2:]:
            self.codes.append(self.kept(self.code(node)))
        results = [self.result(place) for place in self.tape.outputs]
        return "\n".join([*self.lines, finish(results)])

    def result(self, place: int) -> str:
        code = self.codes[place]
        return code.text if self.types[place] == np.float64 else f"+{code.within(UNARY)}"

    def kept(self, code: Code) -> Code:
        """Give an expression a name if it is used more than once, or long."""
        place = len(self.codes)
        is_plain = self.tape.nodes[place].operation == "number"
        if is_plain or (self.uses[place] == 1 and len(code.text) < _LONGEST):
            return code
        self.lines.append(f"const v{place} = {code.text};")
        return Code(f"v{place}")

    def code(self, node: Node) -> Code:
        if node.operation == "number":
            return number(node.operands[0])
        self.check(node)
        operands = [self.codes[place] for place in node.operands]
        means = OPERATIONS[node.operation]
        exponent = self.tape.nodes[node.operands[-1]]
        if means is operator.pow and exponent == Node("number", (2,)):
            return call("$square", operands[0])
        return written(means, operands) if node.operation != "float" else call("Number", *operands)

    def check(self, node: Node) -> None:
        """Refuse what numpy does in its own way with truth values and whole numbers."""
        types = [self.types[place] for place in node.operands]
        truths = sum(one == np.bool_ for one in types)
        whole = all(one.kind in "biu" for one in types)
        means = OPERATIONS[node.operation]
        sign = INFIXES.get(means)
        of_truths = node.operation == "~" or (sign is not None and sign.of_truths)
        odd = whole and not of_truths and (truths or node.operation in _OF_WHOLE)
        if odd and means not in TELLS and means is not np.where and node.operation != "float":
            raise UntranslatableError(f"{node.operation} of {', '.join(map(str, types))}")
        if of_truths and truths != len(types):
            raise UntranslatableError(f"{node.operation} of {', '.join(map(str, types))}")


def written(means: Any, operands: Sequence[Code]) -> Code:
    """Return a function of Python's or numpy's, applied to single numbers."""
    if means in INFIXES:
        return infix(INFIXES[means], *operands)
    if means is np.where:
        return choice(*operands)
    if means in (operator.neg, np.negative):
        return negative(operands[0])
    if means in (operator.invert, np.invert):
        return denied(operands[0])
    name = TELLS.get(means) or CALLS.get(means)
    if name is None:
        raise UntranslatableError(f"{means.__name__} is not translated")
    return call(name, *operands)
