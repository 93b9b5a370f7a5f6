r"""A block: a race as the source of a page asks for it, in words and TOML.

    ```trajviz beale sgd adam
    steps = 100
    theme = "auto"
    alt = "Adam arrives, SGD does not."
    ```

The words are SURFACE [OPTIMIZER ...], as on the command line. The body is a recipe, see
`recipe.toml`, with `alt` beside its keys. Where a tool has options of its own, each is a key with
its value as on the command line:

    block = read_block("beale sgd adam", 'theme = "auto"', page=Page("docs/index.md", 12, folder))
    block = read_block("beale", page=page, options={"max-bytes": "1MB", "field": ""})

Paths in it relate to the page's folder. Whatever is wrong is told with the page and the line, as in
"docs/index.md, line 13: steps: 'many' is not a whole number".
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.files.formats import Format, format_names, load_format
from trajviz.files.metadata import programs
from trajviz.files.snippets import checked_alt, load_snippet
from trajviz.frozen import dataclass
from trajviz.recipe.options import OptionField
from trajviz.recipe.recipe import Recipe, recipe_options
from trajviz.recipe.toml import naming, read_recipe, recipe_keys, to_table
from trajviz.site.page import Page
from trajviz.untrusted import MOST_TOML_BYTES, parse_toml

STILL = "png"
"""The format of what stands still in a page."""
UNFORMATTED: Mapping[str, Any] = {"format": "", "animate": False}
"""What a recipe says of a file whose suffix says the format."""
_NO_KEYS = ("outputs", "made_in_python")
"""Keys of a recipe that a block has not: the site names its files."""

_FILES = (".py", ".npz", ".csv")
"""Suffixes of surfaces that are files."""


@dataclass(frozen=True)
class Block:
    """A race that a page asks for.

    Attributes:
        recipe: What is raced and drawn; its paths work from the current folder.
        table: The recipe as a file in the page's folder would say it, but for the format.
        alt: What is to be seen, in the page's own words; "" to have it computed.
        page: Where it stands.
    """

    recipe: Recipe
    table: Mapping[str, Any]
    alt: str
    page: Page

    def formats(self, kind: str) -> tuple[str, ...]:
        """Return the formats in which a place shows it.

        One that the recipe names has a still beside it. Without any they are those of the place's
        bundles; of one step or of a strip there is a still. Print has formats of its own.

        Args:
            kind: The place, a name among `snippet_names()`.

        Raises:
            TrajvizError: There is no such place.
        """
        usual = [*map(load_format, load_snippet(kind).formats)]
        if self.recipe.at or self.recipe.look.strip:
            usual = [one for one in usual if one.kind == "still"] or [load_format(STILL)]
        elif self.recipe.format and not all(one.role == "print" for one in usual):
            chosen = _chosen(self.recipe)
            usual = [chosen] if chosen.kind == "still" else [chosen, load_format(STILL)]
        return tuple(one.name for one in usual)

    @property
    def name(self) -> str:
        """What its files are named after: its surface, as far as letters and digits go."""
        file = Path(self.recipe.surface.partition(":")[0])
        words = file.stem if file.suffix in _FILES else self.recipe.surface
        return re.sub(r"[^a-z0-9]+", "-", words.lower())[:40].strip("-") or "race"


def read_block(
    words: str,
    body: str = "",
    *,
    page: Page,
    options: Mapping[str, str] | None = None,
    trust: bool = False,
) -> Block:
    """Return the block that a page holds.

    Args:
        words: SURFACE [OPTIMIZER ...], as on the command line; "" where the body names them.
        body: A recipe in TOML, perhaps with `alt`.
        page: Where it stands.
        options: What a tool's own options say: names among `option_names()` or "alt", and their
            values as on the command line, a line for each value of several; "" turns on what is on
            or off. Default none.
        trust: Whether Python files and modules may be run that it names.

    Raises:
        TrajvizError: It makes no sense; the message begins with the page and the line.
    """
    said = _parsed(body, page)
    page = page.with_body(body, said)
    with page.telling():
        table = _joined(_said(words), _options(options or {}), said)
        _check(table, trust)
        alt = _alt(table.pop("alt", ""))
        recipe = read_recipe(table, page.where, page.folder)
        _check_shown(recipe)
        table = to_table(recipe.changed(**UNFORMATTED), page.folder)
    return Block(recipe=recipe, table=table, alt=alt, page=page)


def option_names() -> dict[str, OptionField]:
    """Return what a tool's own options may be called, as on the command line: "panel", "max-bytes".

    Returns:
        The option of each name.
    """
    fields = [field for field in recipe_options().values() if field.key not in _NO_KEYS]
    return {field.flags[-1].removeprefix("--"): field for field in fields}


def block_keys() -> list[str]:
    """Return the keys that a block may have: a recipe's, and `alt`."""
    return [*(key for key in recipe_keys() if key not in _NO_KEYS), "alt"]


def _said(words: str) -> dict[str, Any]:
    """Return what the words say, by keys of a recipe."""
    try:
        surface, *optimizers = shlex.split(words) or [""]
    except ValueError as error:
        raise TrajvizError(f"{words!r}: {error}") from error
    for word in (surface, *optimizers):
        if re.match(r"-{1,2}[a-z]", word):
            raise TrajvizError(f'{word!r}: options are keys of the block, as in theme = "dark"')
    said = {"surface": surface, "optimizers": optimizers}
    return {key: value for key, value in said.items() if value}


def _options(options: Mapping[str, str]) -> dict[str, Any]:
    """Return what options say, each as a recipe would."""
    fields, found = option_names(), dict[str, Any]()
    for name, text in options.items():
        field = fields.get(name)
        with naming(name):
            found[field.key if field else name] = _value(field, text) if field else text
    return found


def _value(field: OptionField, text: str) -> Any:
    """Return the value of an option as TOML would give it."""
    if field.type is bool:
        if text.strip().lower() not in _SWITCH:
            raise unknown("switch", text, filter(None, _SWITCH))
        return _SWITCH[text.strip().lower()]
    if field.repeated:
        return [field.parsed(line.strip()) for line in text.splitlines() if line.strip()]
    value = field.parsed(text.strip())
    return [*value] if isinstance(value, tuple) else value


_SWITCH = {"": True, "yes": True, "true": True, "no": False, "false": False}


def _joined(*tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return several tables in one; TrajvizError for what two of them say."""
    joined: dict[str, Any] = {}
    for table in tables:
        for key in table:
            if key in joined:
                raise TrajvizError(f"{key} is given twice")
        joined |= table
    return joined


def _parsed(body: str, page: Page) -> dict[str, Any]:
    """Return what the body says; a mistake in TOML is told with its own line."""
    try:
        if len(body) > MOST_TOML_BYTES:
            raise ValueError(f"it is longer than a recipe's {MOST_TOML_BYTES:,} bytes")
        return parse_toml(body)
    except TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+)", place)
        line = int(found[1]) if found else max(1, len(body.splitlines()))
        raise TrajvizError(f"{page.line_of_body(line)}: {what}") from error
    except (ValueError, RecursionError) as error:
        raise TrajvizError(f"{page.where}: this is no recipe: {error}") from error


def _check(table: Mapping[str, Any], trust: bool) -> None:
    """Refuse keys that a block has not, and programs that nobody trusts."""
    for key in table:
        if key in _NO_KEYS:
            raise TrajvizError(f"{key} is no key of a block: the site names its files")
        if key not in block_keys():
            raise unknown("key", key, block_keys())
    run = [] if trust else programs({**table})
    if run:
        raise TrajvizError(
            f"it names {run[0]!r}, which would be run: a site that trusts its pages says so, by "
            "--trust, trust: true or trajviz_trust = True"
        )


def _alt(text: Any) -> str:
    if not isinstance(text, str):
        raise TrajvizError(f"alt: {text!r} is not a text")
    return checked_alt(text) if text else ""


def _check_shown(recipe: Recipe) -> None:
    """Refuse what no page shows in the block's place."""
    if len(recipe.at) > 1:
        raise TrajvizError("at: a block shows one step, or a strip of several: strip = [5, 20]")
    if recipe.format and _chosen(recipe).role == "print":
        known = [name for name in format_names() if load_format(name).role != "print"]
        raise unknown("format of a page:", recipe.format, known)


def _chosen(recipe: Recipe) -> Format:
    """Return the format that a recipe names."""
    chosen = load_format(recipe.format)
    return chosen.animated if recipe.animate else chosen
