"""What options and arguments are made of."""

from __future__ import annotations

from typing import Any

import click

import trajviz


class Numbers(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """Numbers with something between them: 1,1.6 or 640x480."""

    def __init__(self, name: str, kind: type[float] | type[int], count: int, between: str) -> None:
        self.name, self.kind, self.count, self.between = name, kind, count, between

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, ...]:
        parts = value.lower().split(self.between) if isinstance(value, str) else value
        try:
            numbers = tuple(self.kind(part) for part in parts)
        except ValueError:
            numbers = ()
        if not numbers or (self.count and len(numbers) != self.count):
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return numbers


class Bytes(click.ParamType):  # type: ignore[type-arg]  # as above
    name = "SIZE"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        from trajviz.errors import TrajvizError
        from trajviz.recipe.budget import parse_bytes

        try:
            return parse_bytes(value)
        except TrajvizError as error:
            self.fail(str(error), param, ctx)


class AxisNames(click.ParamType):  # type: ignore[type-arg]  # as above
    name = "NAME,NAME"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        names = tuple(part.strip() for part in value.split(","))
        if len(names) != 2 or not all(names):
            self.fail(f"{value!r} is not two names, as in W,b", param, ctx)
        return names[0], names[1]


class Name(click.ParamType):  # type: ignore[type-arg]  # as above
    """A name that the shell can complete from a listing of the library."""

    def __init__(self, name: str, listing: str) -> None:
        self.name, self.listing = name, listing

    def shell_complete(self, _ctx: Any, _param: Any, incomplete: str) -> list[Any]:
        names = getattr(trajviz, self.listing)()
        return [
            click.shell_completion.CompletionItem(name)
            for name in names
            if name.startswith(incomplete)
        ]
