"""The themes, one TOML file each; a file dropped into this folder is found by everything.

They are listed without numpy, since completion asks for their names.
"""

from __future__ import annotations

from pathlib import Path

from trajviz.errors import TrajvizError, unknown


def theme_names() -> list[str]:
    """Return the names of the themes that come with trajviz, sorted."""
    return sorted(_named())


def find_theme(theme: str | Path) -> Path:
    """Return the file of a theme.

    Args:
        theme: A name, or the path of a .toml file.

    Raises:
        TrajvizError: There is no theme of this name, or no such file.
    """
    text = str(theme)
    if not text.endswith(".toml"):
        named = _named()
        if text not in named:
            raise unknown("theme", text, named)
        return named[text]
    path = Path(text).expanduser()
    if not path.is_file():
        raise TrajvizError(f"no theme file {text!r}")
    return path


def _named() -> dict[str, Path]:
    return {path.stem: path for folder in __path__ for path in Path(folder).glob("*.toml")}
