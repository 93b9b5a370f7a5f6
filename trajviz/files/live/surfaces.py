"""A race's surface in JavaScript: `$surface`, and `$seen`, which is what the rules see of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trajviz.descent.noise import Noise
from trajviz.files.live.tapes import straight
from trajviz.files.live.values import UntranslatableError
from trajviz.surface import Surface
from trajviz.surface.traced import program_of


def surface_text(surface: Surface, noise: Noise, steps: int) -> str:
    """Return the surface in JavaScript.

    Args:
        surface: The race's.
        noise: What makes its gradients inexact.
        steps: For how many steps mini-batches or noise are written out.

    Raises:
        UntranslatableError: Its formula cannot be traced, or does what is not translated.
    """
    program = program_of(surface)
    if program is None:
        raise UntranslatableError("the formula cannot be traced")
    if noise.facts(surface):
        raise UntranslatableError("noise")
    parts = [
        f"value(x, y) {{\n{straight(program.value.tape, _returned)}\n}}",
        f"gradient(x, y) {{\n{straight(program.gradient.tape, _into('$g'))}\n}}",
        f"hessian(x, y) {{\n{straight(program.hessian.tape, _into('$h'))}\n}}",
    ]
    methods = ",\n".join(parts)
    return (
        f"const $surface = {{\n{methods},\n}};\n"
        "const $most = Infinity;\n"
        "const $seen = {\n"
        "value: (_, x, y) => $surface.value(x, y),\n"
        "gradient: (_, x, y) => $surface.gradient(x, y),\n"
        "hessian: (_, x, y) => $surface.hessian(x, y),\n};"
    )


def _into(held: str) -> Callable[[Sequence[str]], str]:
    def finish(results: Sequence[str]) -> str:
        return "\n".join(f"{held}[{k}] = {one};" for k, one in enumerate(results))

    return finish


def _returned(results: Sequence[str]) -> str:
    return f"return {results[0]};"
