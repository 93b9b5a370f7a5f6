"""Options of commands: made from the fields of a recipe, and grouped in `--help`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

import trajviz
from trajviz.errors import TrajvizError
from trajviz.recipe.options import GROUPS, OptionField
from trajviz.recipe.recipe import recipe_options

Command = TypeVar("Command", bound=Callable[..., Any])


class Name(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """A name that the shell can complete from listings: functions, or public names of them."""

    def __init__(self, name: str, *listings: str | Callable[[], Iterable[str]]) -> None:
        self.name, self.listings = name, listings

    def shell_complete(self, _ctx: Any, _param: Any, incomplete: str) -> list[Any]:
        return _completions(self.listings, incomplete)


class Value(click.ParamType):  # type: ignore[type-arg]  # as above
    """A value of a recipe's field, read as the field says."""

    def __init__(self, field: OptionField) -> None:
        self.field, self.name = field, field.words

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self.field.parsed(value)
        except TrajvizError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, _ctx: Any, _param: Any, incomplete: str) -> list[Any]:
        listing = self.field.option.names
        return _completions([listing], incomplete) if listing else []


def _completions(
    listings: Iterable[str | Callable[[], Iterable[str]]], incomplete: str
) -> list[Any]:
    found = (getattr(trajviz, one) if isinstance(one, str) else one for one in listings)
    names = {name for listing in found for name in listing()}
    return [
        click.shell_completion.CompletionItem(name)
        for name in sorted(names)
        if name.startswith(incomplete)
    ]


class GroupedCommand(click.Command):
    """A command whose help shows the options of a recipe by what they decide."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options group by group, those of the command itself last."""
        fields = recipe_options()
        rows: dict[str, list[tuple[str, str]]] = {group: [] for group in (*GROUPS, "other")}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                field = fields.get(str(param.name))
                group = field.option.group if field else getattr(param, "group", "other")
                rows[group].append(record)
        for group, records in rows.items():
            if records:
                with formatter.section(f"{group.capitalize()} options"):
                    formatter.write_dl(records)


class OneValue(click.Option):
    """An option that refuses a second value, or returns all in a list where it takes several."""

    def __init__(self, *args: Any, several: bool = False, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.several = several

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Have all values collected: what the parser keeps by itself is the last one."""
        self.multiple = True
        super().add_to_parser(parser, ctx)
        self.multiple = False

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the value, or the values, as they are read."""
        if not isinstance(value, list):
            return super().process_value(ctx, value)
        if len(value) > 1 and not self.several:
            said = " and ".join(map(repr, value))
            raise click.BadParameter(f"it takes one value, and was given {said}.", ctx, self)
        values = [super(OneValue, self).process_value(ctx, one) for one in value]
        return values if len(values) > 1 else values[0]


class OwnOption(OneValue):
    """An option of a command that no recipe has, shown with one of the groups."""

    def __init__(self, *args: Any, group: str, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.group = group


def fields_of(*groups: str, but: Iterable[str] = ()) -> list[OptionField]:
    """Return the fields of these groups in order, without those named in `but`."""
    chosen = (field for field in recipe_options().values() if field.option.group in groups)
    return [field for field in chosen if field.name not in {*but}]


def recipe_option(field: OptionField) -> Callable[[Command], Command]:
    """Return what gives a command the option of a recipe's field."""
    usual = f"  [default: {field.usual}]" if field.usual else ""
    words = field.option.help + usual
    if field.type is bool:
        yes = field.flags[-1]
        flags = (f"{yes}/{yes.replace('--', '--no-', 1)}",) if field.default else field.flags
        return click.option(*flags, field.name, is_flag=True, default=field.default, help=words)
    shown: dict[str, Any] = {"default": field.default, "metavar": field.words, "help": words}
    if field.repeated:
        return click.option(*field.flags, field.name, type=Value(field), multiple=True, **shown)
    several = field.option.merged is not None
    return click.option(
        *field.flags, field.name, cls=OneValue, several=several, type=Value(field), **shown
    )


def recipe_options_of(fields: Iterable[OptionField]) -> Callable[[Command], Command]:
    """Return what gives a command the options of these fields, in their order."""

    def add(command: Command) -> Command:
        for field in reversed([*fields]):
            command = recipe_option(field)(command)
        return command

    return add
