"""A race's surface in JavaScript: `$surface`, and `$seen`, what a rule's step sees of it.

Added noise and mini-batches are those that the race has drawn: they are written out for its steps.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trajviz.descent.noise import Noise
from trajviz.files.live.javascript import numbers, pooled, text
from trajviz.files.live.steps import Steps
from trajviz.files.live.tapes import Body, parameters, straight
from trajviz.files.live.values import UntranslatableError
from trajviz.surface import Floats, Formula, Ints, Number, Surface
from trajviz.surface.grid import spline_of
from trajviz.surface.spline import Spline
from trajviz.surface.tape import Tape, record
from trajviz.surface.traced import program_of

_PROBES = np.array([[0.31, 0.62], [0.83, 0.17], [0.5, 0.5], [0.07, 0.93]])
"""Where in the window a gradient_formula is compared with its formula's gradient."""
_CLOSE = 1e-9
_MOST_NODES = 60_000
"""What is recorded of a surface over data, of which loops make little text."""

_MOST_HEIGHTS = 100_000
"""Of a grid, of which each takes 11 letters."""
_SPLINE = Path(__file__).parent / "_spline.js"
_MOST_BATCHES = 1000
"""Each is traced by itself."""

_EXACT = """const $most = Infinity;
const $seen = {
value: (step, x, y) => $surface.value(x, y),
gradient: (step, x, y) => $surface.gradient(x, y),
hessian: (step, x, y) => $surface.hessian(x, y),
};"""
_TILTED = """const $seen = {
value: (step, x, y) => $surface.value(x, y) + (x * $slopes[2 * step] + y * $slopes[2 * step + 1]),
gradient(step, x, y) {
$surface.gradient(x, y);
$g[0] += $slopes[2 * step];
$g[1] += $slopes[2 * step + 1];
},
hessian: (step, x, y) => $surface.hessian(x, y),
};"""
_BATCHES = """const $seen = {
value: (step, x, y) => $shapes[$shape[step]].value(x, y, $offset[step]),
gradient: (step, x, y) => $shapes[$shape[step]].gradient(x, y, $offset[step]),
hessian: (step, x, y) => $shapes[$shape[step]].hessian(x, y, $offset[step]),
};"""
_DIFFERENCES = "hessian(x, y, o) {\n$differences(this, x, y, o);\n}"
"""The Hessian of a surface with a gradient_formula, which has no exact one either."""


def surface_text(surface: Surface, noise: Noise, steps: int) -> str:
    """Return the surface in JavaScript.

    Args:
        surface: The race's.
        noise: What makes its gradients inexact.
        steps: For how many steps mini-batches or noise are written out.

    Raises:
        UntranslatableError: Its formula cannot be traced, or does what is not translated.
    """
    facts = noise.facts(surface)
    if not facts:
        return f"{_whole(surface)}\n{_EXACT}"
    most = f"const $most = {steps};"
    if "sigma" in facts:
        slopes = np.array([*itertools.islice(noise.slopes(), steps)])
        return f"{_whole(surface)}\n{most}\nconst $slopes = {numbers(slopes)};\n{_TILTED}"
    if steps > _MOST_BATCHES:
        raise UntranslatableError(f"more than {_MOST_BATCHES:,} mini-batches are not written out")
    rows = [*itertools.islice(noise.batches(surface), steps)]
    heights = _whole(surface, heights_alone=True)
    return f"{heights}\n{most}\n{_batches(surface, rows)}\n{_BATCHES}"


def _whole(surface: Surface, heights_alone: bool = False) -> str:
    """Return the surface without noise, over all of its data."""
    spline = spline_of(surface)
    if spline is not None:
        return _through(spline)
    tapes = itertools.islice(_tapes(surface), 1 if heights_alone else None)
    named = zip(_FINISH, tapes, strict=False)
    bodies = {name: straight(Steps.of(t), name, _FINISH[name]) for name, t in named}
    methods = [_method(name, "x, y", body) for name, body in bodies.items()]
    tables = [f"const ${n} = {numbers(b.table)};\n" for n, b in bodies.items() if b.table.size]
    if surface.gradient_formula is not None and not heights_alone:
        methods.append(_DIFFERENCES)
    inside = ",\n".join(methods)
    return f"{''.join(tables)}const $surface = {{\n{inside},\n}};"


def _through(spline: Spline) -> str:
    """Return a spline, whose coefficients the page computes from its heights."""
    heights = spline.heights
    if heights.size > _MOST_HEIGHTS:
        raise UntranslatableError(f"a grid of more than {_MOST_HEIGHTS:,} heights is too much")
    given = ", ".join(map(numbers, (spline.xs, spline.ys, heights)))
    return f"{_SPLINE.read_text('utf-8')}const $surface = $spline({given});"


def _method(name: str, taken: str, body: Body) -> str:
    return f"{name}({taken}) {{\n{body.text}\n}}"


def _returned(results: Sequence[str]) -> str:
    return f"return {results[0]};"


def _into(held: str) -> Callable[[Sequence[str]], str]:
    def finish(results: Sequence[str]) -> str:
        return "\n".join(f"{held}[{place}] = {one};" for place, one in enumerate(results))

    return finish


_FINISH = {"value": _returned, "gradient": _into("$g"), "hessian": _into("$h")}


def _tapes(surface: Surface, rows: Ints | None = None) -> Iterator[Tape]:
    """Yield the tapes of a surface's height and gradient, and of its Hessian if it has one.

    Raises:
        UntranslatableError: It has none.
    """
    program = program_of(surface) if rows is None else None
    if program is not None:
        yield from (program.value.tape, program.gradient.tape, program.hessian.tape)
        return
    if surface.gradient_formula is None and not surface.samples:
        raise UntranslatableError("the formula cannot be traced")
    try:
        value = record(_of(surface.formula, rows), _MOST_NODES)
        yield value
        slopes = value.gradient(_MOST_NODES)
        if rows is None and surface.gradient_formula is not None:
            _check_gradient(surface, slopes)
        yield slopes
        if surface.gradient_formula is None:
            yield value.hessian(_MOST_NODES)
    except UntranslatableError:
        raise
    except Exception as error:  # whatever a user's code may raise of numbers that record
        raise UntranslatableError(f"the formula cannot be traced: {error}") from error


def _of(formula: Formula, rows: Ints | None) -> Callable[..., list[Number]]:
    batch = {} if rows is None else {"rows": rows}
    return lambda x, y: [formula(x, y, **batch)]


def _check_gradient(surface: Surface, slopes: Tape) -> None:
    """Refuse a gradient_formula that says something else than the formula's own slopes."""
    window = surface.window
    points = np.array([window.x0, window.y0]) + _PROBES * window.extent
    found = np.stack(np.broadcast_arrays(*slopes.run(*points.T)), axis=-1)
    if not np.allclose(found, surface.gradient(points), rtol=_CLOSE, atol=_CLOSE):
        raise UntranslatableError("the surface's gradient_formula is not its formula's gradient")


def _batches(surface: Surface, batches: Sequence[Ints]) -> str:
    """Return what computes each of some mini-batches, by the same statements for all alike."""
    tapes = [[*map(Steps.of, _tapes(surface, rows))] for rows in batches]
    shapes: dict[Any, list[int]] = {}
    for step, several in enumerate(tapes):
        key = tuple((one.operations, one.outputs) for one in several)
        shapes.setdefault(key, []).append(step)
    texts, tables = [], [np.empty(0)] * len(tapes)
    for taken in shapes.values():
        written, table = _shape([tapes[step] for step in taken])
        texts.append(written)
        for step, row in zip(taken, table, strict=True):
            tables[step] = row
    which = {step: place for place, taken in enumerate(shapes.values()) for step in taken}
    offsets = np.cumsum([0, *map(len, tables)])[:-1]
    return "\n".join(
        [
            f"const $c = {pooled(np.concatenate(tables))};",
            f"const $shape = {text([which[step] for step in range(len(tapes))])};",
            f"const $offset = {text(offsets.tolist())};",
            f"const $shapes = [{', '.join(texts)}];",
        ]
    )


def _shape(tapes: Sequence[Sequence[Steps]]) -> tuple[str, Floats]:
    """Return the functions for mini-batches whose tapes differ in numbers alone, and these."""
    codes, table = parameters([[n for one in several for n in one.numbers] for several in tapes])
    methods = []
    for name, steps in zip(_FINISH, tapes[0], strict=False):
        mine, codes = codes[: len(steps.numbers)], codes[len(steps.numbers) :]
        methods.append(_method(name, "x, y, o", straight(steps, name, _FINISH[name], mine)))
    if len(methods) < len(_FINISH):
        methods.append(_DIFFERENCES)
    inside = ",\n".join(methods)
    return f"{{\n{inside},\n}}", table
