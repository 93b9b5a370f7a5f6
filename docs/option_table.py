"""Write the table of options in rendering.md from the fields of a recipe."""

from collections.abc import Iterator
from pathlib import Path

from trajviz.recipe.options import GROUPS, OptionField
from trajviz.recipe.recipe import recipe_options

PAGE = Path(__file__).with_name("rendering.md")
BEGIN, END = "<!-- Written by docs/option_table.py. -->\n", "<!-- The end of what is written. -->\n"


def table() -> str:
    """Return the table as Markdown."""
    return "\n".join(lines()) + "\n"


def lines() -> Iterator[str]:
    """Yield the lines of the table, the options of each group together."""
    yield "| option | what it does | default | in recipes, in Python |"
    yield "|---|---|---|---|"
    for group in GROUPS:
        yield f"| **{group}** | | | |"
        yield from map(row, (f for f in recipe_options().values() if f.option.group == group))


def row(field: OptionField) -> str:
    """Return the line of an option."""
    names = [*field.flags, *field.spelled(False)] if field.usual == "yes" else field.flags
    flags = ", ".join(f"`{flag}`" for flag in names)
    words = f" `{field.words}`" if field.words else ""
    keys = dict.fromkeys([field.key, field.name])
    cells = [flags + words, field.option.help, field.usual, ", ".join(f"`{key}`" for key in keys)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def written(text: str) -> str:
    """Return a page with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
