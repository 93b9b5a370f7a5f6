"""The command that makes an item, to be copied from the page: a real `trajviz render`."""

from __future__ import annotations

import shlex

from trajviz.gallery.items import Item
from trajviz.recipe.command import render_command


def command_of(item: Item) -> str:
    """Return the command that makes an item's files, to be run in the gallery's folder.

    Where no command line can say what the recipe says, it is that of the gallery itself.
    """
    words = render_command(item.recipe, item.table)
    if words is None:
        words = ["trajviz", "gallery", "build", ".", "--only", item.name, "--force"]
    return shlex.join(words)
