"""How sites of each kind are laid out: where their media lie, and how their pages find them.

    layout_of("hugo", Path("blog")).media       # "static/trajviz"

Most pages find media by the way from their folder, so that any folder of pages will do. Hugo and
Jekyll find them from the site's root, and MkDocs publishes nothing but the folder of its pages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from trajviz.errors import TrajvizError, unknown
from trajviz.files.snippets import Snippet, load_snippet, snippet_names
from trajviz.frozen import dataclass
from trajviz.untrusted import MOST_TEXT_BYTES, read_bytes, real_path

_STAND_IN = "__trajviz__/"
"""The address of media in pages of Hugo, for which our shortcode puts the site's own."""
_HUGO = (
    *(f"{name}.{suffix}" for name in ("hugo", "config") for suffix in ("toml", "yaml", "yml")),
    "hugo.json",
    "config.json",
    "config/_default",
)
_JEKYLL = ("_config.yml", "_config.yaml", "_config.toml")
_MKDOCS = ("mkdocs.yml", "mkdocs.yaml")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How pages of a site find their media.

    Attributes:
        kind: The snippet that shows them, a name among `snippet_names()`.
        media: The folder of media in the site.
        address: Their address; "" for the way from each page's folder.
        written: What stands around a snippet.
        files: What the site needs besides, by path.
        built: Folders that the tool builds, which are no source.
    """

    kind: str
    media: str = "trajviz"
    address: str = ""
    written: str = "{}"
    files: Mapping[str, str] = field(default_factory=dict)
    built: tuple[str, ...] = ()


def site_kinds() -> list[str]:
    """Return the names of all kinds of sites, sorted: the snippets that stand in Markdown."""
    return [name for name in snippet_names() if load_snippet(name).in_markdown]


def load_kind(kind: str) -> Snippet:
    """Return the snippet of a kind of site; TrajvizError where it stands in no Markdown."""
    snippet = load_snippet(kind)
    if not snippet.in_markdown:
        raise unknown("kind of site", kind, site_kinds())
    return snippet


def layout_of(kind: str, folder: Path) -> Layout:
    """Return how a site in a folder is laid out.

    Args:
        kind: The kind of site, a name among `site_kinds()`, or of a place.
        folder: The folder of its source.

    Raises:
        TrajvizError: There is no such kind, or the folder is not the root of such a site.
    """
    name = load_kind(kind).name
    made = _LAYOUTS.get(name)
    return made(folder) if made else Layout(kind=name)


def _hugo(folder: Path) -> Layout:
    """Return Hugo's: a shortcode's HTML is kept without `unsafe`, and knows the site's address."""
    _check_root("Hugo", folder, _HUGO)
    return Layout(
        kind="html",
        media="static/trajviz",
        address=_STAND_IN,
        written="{{{{< trajviz >}}}}\n{}\n{{{{< /trajviz >}}}}",
        files={
            "layouts/shortcodes/trajviz.html": f'{{{{ replace .Inner "{_STAND_IN}" '
            '(relURL "trajviz/") | safeHTML }}\n'
        },
        built=("public", "resources"),
    )


def _jekyll(folder: Path) -> Layout:
    """Return Jekyll's: what lies beside a post is not copied, `relative_url` knows the base."""
    _check_root("Jekyll", folder, _JEKYLL)
    return Layout(
        kind="jekyll",
        media="assets/trajviz",
        address="/assets/trajviz/",
        built=("_site", ".jekyll-cache"),
    )


def _mkdocs(folder: Path) -> Layout:
    """Return that of MkDocs: of its root, or of the folder of its pages alone."""
    config = _held(folder, _MKDOCS)
    if not config:
        return Layout(kind="mkdocs")
    text = read_bytes(config, MOST_TEXT_BYTES, str(config)).decode(errors="replace")
    return Layout(
        kind="mkdocs",
        media=f"{_setting(text, 'docs_dir', 'docs')}/trajviz",
        built=(_setting(text, "site_dir", "site"),),
    )


_LAYOUTS: Mapping[str, Callable[[Path], Layout]] = {
    "hugo": _hugo,
    "jekyll": _jekyll,
    "mkdocs": _mkdocs,
}


def _setting(text: str, key: str, usual: str) -> str:
    r"""Return a setting of a YAML file that is one word or path.

    >>> _setting("a: b\ndocs_dir: 'my pages' # here\n", "docs_dir", "docs")
    'my pages'
    """
    found = re.search(rf"(?m)^{key}:[ \t]*(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s#][^#\n]*))", text)
    return next(filter(None, found.groups())).strip().strip("/") if found else usual


def _check_root(tool: str, folder: Path, names: Sequence[str]) -> None:
    """Refuse a folder that is not the root of a site, which one of these names tells."""
    if _held(folder, names):
        return
    guess = next((one for one in _near(folder) if _held(one, names)), None)
    meant = f", did you mean {os.path.relpath(guess)!r}?" if guess else ""
    raise TrajvizError(
        f"{str(folder)!r} is not the root of a {tool} site{meant or '.'} "
        f"A root holds one of: {', '.join(names)}"
    )


def _held(folder: Path, names: Sequence[str]) -> Path | None:
    """Return the first of some files or folders that a folder holds."""
    return next((path for name in names if (path := folder / name).exists()), None)


def _near(folder: Path) -> Iterator[Path]:
    """Yield the folders above one, the nearest first, and then those in it."""
    real = real_path(folder)
    yield from real.parents
    yield from sorted(path for path in real.iterdir() if path.is_dir())
