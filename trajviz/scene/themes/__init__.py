"""The themes, one TOML file each; a file dropped into this folder is found by everything.

They are listed without numpy, since completion asks for their names.
"""

from __future__ import annotations

from pathlib import Path

from trajviz.scene.registry import find_toml, toml_files


def theme_names() -> list[str]:
    """Return the names of the themes that come with trajviz, sorted."""
    return sorted(toml_files(__path__))


def find_theme(theme: str | Path) -> Path:
    """Return the file of a theme.

    Args:
        theme: A name, or the path of a .toml file.

    Raises:
        TrajvizError: There is no theme of this name, or no such file.
    """
    return find_toml("theme", theme, __path__)
