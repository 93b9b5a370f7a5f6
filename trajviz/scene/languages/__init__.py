"""The languages of a picture, one TOML file each; a file dropped into this folder is found by all.

They are listed without numpy, since completion asks for their names.
"""

from __future__ import annotations

from pathlib import Path

from trajviz.scene.registry import find_toml, toml_files


def language_names() -> list[str]:
    """Return the names of the languages that come with trajviz, sorted."""
    return sorted(toml_files(__path__))


def find_language(language: str | Path) -> Path:
    """Return the file of a language.

    Args:
        language: A name, or the path of a .toml file.

    Raises:
        TrajvizError: There is no language of this name, or no such file.
    """
    return find_toml("language", language, __path__)
