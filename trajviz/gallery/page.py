"""The page that shows a gallery: HTML for a browser, Markdown for those who browse the repository.

Jinja2 fills in the templates beside this file. The HTML needs the media beside it, and neither a
server nor a network. Captions and other words are escaped, so that they stay text in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from trajviz.errors import not_installed
from trajviz.files.following import dark_half
from trajviz.files.formats import Format, Role, find_format
from trajviz.files.snippets.html import attribute
from trajviz.frozen import dataclass
from trajviz.gallery.entry import Entry

if TYPE_CHECKING:
    from jinja2 import Environment

_OPTION = re.compile(r"-[^ =]+")
"""An option whose value may stand behind a blank."""


def page(title: str, introduction: str, entries: Sequence[Entry]) -> str:
    """Return the gallery as one HTML page.

    Args:
        title: The page's heading, plain text.
        introduction: What stands below it, plain text; a blank line separates paragraphs.
        entries: What is shown. Sections come in the order of their first entries.

    Raises:
        TrajvizError: Without Jinja2.
    """
    return _filled("page.html.jinja", title, introduction, entries)


def readme(title: str, introduction: str, entries: Sequence[Entry]) -> str:
    """Return the gallery as Markdown, in which stills link to the animations.

    Arguments and errors are those of `page`.
    """
    return _filled("readme.md.jinja", title, introduction, entries)


def _filled(template: str, title: str, introduction: str, entries: Sequence[Entry]) -> str:
    sections: dict[str, list[_Item]] = {}
    for entry in entries:
        sections.setdefault(entry.section, []).append(_Item(entry))
    paragraphs = [_line(part) for part in re.split(r"\n\s*\n", introduction)]
    return (
        _environment()
        .get_template(template)
        .render(title=title, paragraphs=[*filter(None, paragraphs)], sections=sections)
    )


@dataclass(frozen=True)
class _Item:
    """An entry, and its files by what they are shown as."""

    entry: Entry

    @cached_property
    def dark(self) -> dict[str, str]:
        """The dark half of each file that has one."""
        found = [(path, find_format(Path(path))) for path in self.entry.files]
        halves = {path: dark_half(path, one.name) for path, one in found if one}
        return {path: half for path, half in halves.items() if half in self.entry.files}

    @property
    def anchor(self) -> str:
        """What a link calls it: its name where that can be written in an address as it is."""
        return quote(self.entry.name, safe="=,")

    @property
    def films(self) -> list[tuple[str, str]]:
        """What a video element plays, each with its media type."""
        return [(path, chosen.media_type) for path, chosen in self._shown_as("film")]

    @property
    def live(self) -> str | None:
        """The page that its reader plays with."""
        return next((path for path, _ in self._shown_as("page")), None)

    @property
    def loop(self) -> str | None:
        """What an image element plays."""
        return next((path for path, _ in self._shown_as("loop")), None)

    @property
    def stills(self) -> list[str]:
        """Pictures that do not move, of one format: those of another are copies of them."""
        found = self._shown_as("still")
        return [path for path, chosen in found if chosen == found[0][1]]

    @property
    def poster(self) -> str | None:
        """What stands for the animation while it does not play."""
        return next(iter(self.stills), None)

    @property
    def still(self) -> str:
        """The address of the poster, else of a blank picture of the same size."""
        if self.poster:
            return _url(self.poster)
        width, height = self.entry.size
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'/>"
        return "data:image/svg+xml," + quote(svg, safe="/:=")

    @property
    def moving(self) -> str | None:
        """The animation that most places show: an image rather than a film."""
        return self.loop or next((path for path, _ in self.films), None)

    @property
    def shown(self) -> list[str]:
        """The pictures of a page without films: the poster, else what there is."""
        if self.moving and self.stills:
            return self.stills[:1]
        return [self.loop] if self.loop else self.stills

    @property
    def phrases(self) -> list[str]:
        """The command in pieces that are not broken over lines: words, and options with values."""
        found: list[str] = []
        for word in self.entry.command.split(" "):
            if found and _OPTION.fullmatch(found[-1]) and not word.startswith("-"):
                found[-1] += f" {word}"
            else:
                found.append(word)
        return found

    @property
    def links(self) -> list[tuple[str, str]]:
        """Each file with what its link says: its suffix, or its name where two have one suffix."""
        files = self.entry.files
        names = [PurePosixPath(path).suffix[1:].upper() or path for path in files]
        return [
            (path, name if names.count(name) == 1 else PurePosixPath(path).name)
            for path, name in zip(files, names, strict=True)
        ]

    def _shown_as(self, role: Role) -> list[tuple[str, Format]]:
        """Return the files of a role, the best first, each with its format; no dark halves."""
        halves = self.dark.values()
        found = ((path, find_format(Path(path))) for path in self.entry.files if path not in halves)
        chosen = [(path, one) for path, one in found if one is not None and one.role == role]
        return sorted(chosen, key=lambda pair: pair[1].rank)


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise not_installed("the gallery's page", "Jinja2", "gallery") from error
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=lambda name: name == "page.html.jinja",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(url=_url, markdown=_markdown, fenced=_fenced, attribute=_attribute)
    return environment


def _url(path: str) -> str:
    """Return a path as a relative address.

    >>> _url("lr=0.1/a b#c.gif")
    'lr%3D0.1/a%20b%23c.gif'
    """
    return quote(path)


_MARKUP = re.compile(r"[\\`*_\[\]<>&~|$#]")
"""Characters that mean something anywhere in Markdown."""
_FIRST = re.compile(r"^(\d*)([-+=.)])")
"""Characters that mean something at the beginning of a line."""


def _markdown(text: str) -> str:
    r"""Return plain text as one line of Markdown that shows it.

    >>> print(_markdown("1. *Beale*: f(x_0) < 1"))
    1\. \*Beale\*: f(x\_0) \< 1
    """
    return _FIRST.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", _line(text)))


def _attribute(text: str) -> str:
    """Return plain text as an attribute of an element in Markdown."""
    return attribute(_line(text))


def _fenced(text: str) -> str:
    """Return text as a block of code, in a fence that is longer than any in it.

    >>> print(_fenced("trajviz render beale"))
    ```sh
    trajviz render beale
    ```
    """
    fence = "`" * max([2, *map(len, re.findall("`+", text))]) + "`"
    return f"{fence}sh\n{text}\n{fence}"


def _line(text: str) -> str:
    r"""Return text with each run of white space as one blank; a no-break space is none.

    >>> _line(" two\n  lines ")
    'two lines'
    """
    return re.sub(r"[ \t\n\v\f\r]+", " ", text).strip(" ")
