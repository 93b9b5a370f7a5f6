"""Snippets: what to paste into a page so that it shows a picture, one file for each place.

A file dropped into this folder is found by everything. It says in `SNIPPET` how the place is
written for; its name is the file's, and the first line of its docstring says what it does and what
the place cannot do. Each gives the picture its alt text, and its size where the place can, so that
nothing jumps while the page loads. Words and addresses come from outside, and are escaped for the
place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from trajviz.errors import TrajvizError
from trajviz.files.containers import Size
from trajviz.files.following import dark_half
from trajviz.files.formats import Format, Role, load_format
from trajviz.files.registry import load_named, names_in
from trajviz.frozen import dataclass
from trajviz.untrusted import check_text

PLACES = "trajviz.files.places"
"""The package whose names snippets are known by as well."""
_LONGEST_URL = 2_000
"""What every browser takes."""


@dataclass(frozen=True)
class Medium:
    """A file as a page sees it: its name, its address, its format, its size in pixels.

    `dark` is the address of what stands for it in the dark, empty if nothing does.
    """

    name: str
    url: str
    format: Format
    size: Size
    dark: str = ""


@dataclass(frozen=True)
class Shown:
    """All that a snippet may use: the alt text, films, a picture that moves, and one that does not.

    The films come in the order in which a browser is to try them. A page is there where it is what
    is to be shown. `printed` and `paged` are for print: a still, and an animation, a page for each
    of its frames, of which `fps` are a second; that is 0 where nobody knows.
    """

    alt: str
    films: tuple[Medium, ...] = ()
    moving: Medium | None = None
    still: Medium | None = None
    page: Medium | None = None
    printed: Medium | None = None
    paged: Medium | None = None
    fps: float = 0.0

    @property
    def picture(self) -> Medium:
        """What an `<img>` shows; TrajvizError where there is none."""
        picture = self.moving or self.still
        if picture is None:
            raise self._no_picture()
        return picture

    def _no_picture(self) -> TrajvizError:
        """Return the error for what this place does not show, which says where it is shown."""
        documents = [one for one in (self.printed, self.paged) if one]
        if documents:
            alone, kind, able = documents[0], "document", "latex"
        else:
            alone, kind = (self.page, "page") if self.page else (self.films[0], "film")
            able = "html"
        return TrajvizError(
            f"{alone.name!r} is a {kind}, which this place shows only with a picture: "
            f"render a .gif or .png beside it, or take --as {able} (kind={able!r})"
        )

    @property
    def linked(self) -> Medium | None:
        """What the picture links to: the page, or the film where it does not move itself."""
        if self.page:
            return self.page
        return self.films[0] if self.films and not self.moving else None


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """How a place is written for.

    Attributes:
        name: What users call it, taken from the file's name.
        summary: What it does and what the place cannot do, taken from the module's docstring.
        suffix: The suffix of a file that holds such a snippet.
        write: Returns the snippet, without a line end.
        formats: The names of the formats that it shows together: what a bundle consists of.
        place: The place whose limits `--for` takes under this name, where none has the name itself.
    """

    name: str = ""
    summary: str = ""
    suffix: str
    write: Callable[[Shown], str]
    formats: tuple[str, ...] = ("gif", "mp4", "png")
    place: str = "blog"

    @property
    def in_markdown(self) -> bool:
        """Whether it can stand in a page of Markdown, which takes HTML as well."""
        return self.suffix.endswith(("md", "html"))


def snippet_names() -> list[str]:
    """Return the names of all snippets, sorted.

    Returns:
        Each is what `embed` takes as `kind`, as in "html". It takes names of places as well.
    """
    return [*names_in(__name__)]


def load_snippet(name: str) -> Snippet:
    """Return the snippet of a name or of a place, in any case; TrajvizError if there is none."""
    chosen: Snippet = load_named(__name__, "snippet", name, PLACES, "place")
    return chosen


def shown_by(
    files: Iterable[tuple[str, str, Size]], alt: str, prefix: str, fps: float = 0.0
) -> Shown:
    """Return what a snippet may use of some files.

    Args:
        files: The name, the name of the format and the size of each, the best first. The dark half
            of another is shown in its place.
        alt: What they show, in words.
        prefix: The address of their folder, as `checked_url` returns it.
        fps: How many frames they have a second, 0 if nobody knows.
    """
    media = _media(list(files), prefix)

    def of(role: Role) -> tuple[Medium, ...]:
        return tuple(medium for medium in media if medium.format.role == role)

    prints = {medium.format.kind: medium for medium in of("print")}
    return Shown(
        alt=alt,
        films=of("film"),
        moving=next(iter(of("loop")), None),
        still=next(iter(of("still")), None),
        page=next(iter(of("page")), None),
        printed=prints.get("still"),
        paged=prints.get("animation"),
        fps=fps,
    )


def _media(files: Sequence[tuple[str, str, Size]], prefix: str) -> list[Medium]:
    halves = {name: dark_half(name, format_name) for name, format_name, _ in files}
    darks = {*halves.values()} & {*halves}
    return [
        Medium(
            name=name,
            url=_address(prefix, name),
            format=load_format(format_name),
            size=size,
            dark=_address(prefix, halves[name]) if halves[name] in darks else "",
        )
        for name, format_name, size in files
        if name not in darks
    ]


def checked_alt(text: str) -> str:
    """Return a user's alt text in one line of what prints; TrajvizError if nothing is left."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    if not words:
        raise TrajvizError(f"alt text {text!r} says nothing: say what the picture shows")
    return " ".join(words)


def checked_url(url: str) -> str:
    """Return the address of a folder, escaped and ready for a name, or raise TrajvizError."""
    from urllib.parse import quote  # slow to load, and `--help` only wants the names

    check_text("url", url, _LONGEST_URL)
    scheme = re.match(r"([A-Za-z][\w+.-]*):", _as_a_page_reads(url))
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise TrajvizError(f"url {url!r} begins with neither http: nor https:, and is no path")
    if not url.isprintable():
        raise TrajvizError(f"url {url!r} has characters that do not print")
    try:
        plain = quote(url.strip(), safe="/:?#@!$&*+;=%~[]")
    except UnicodeEncodeError:
        raise TrajvizError(f"url {url!r} is no Unicode") from None
    return plain if not plain or plain.endswith(("/", "=")) else f"{plain}/"


def _as_a_page_reads(url: str) -> str:
    r"""Return what an address may be taken for: decoded by whatever engine as often as it likes.

    >>> _as_a_page_reads("&#106;ava\tscript%26colon;x")
    'javascript:x'
    """
    from html import unescape
    from urllib.parse import unquote

    before = None
    while url != before:  # it gets shorter each time
        before, url = url, unescape(unquote(url))
    return "".join(c for c in url if c.isprintable() and c not in " \\")


def _address(prefix: str, name: str) -> str:
    from urllib.parse import quote

    return prefix + quote(name, safe="", errors="surrogateescape")
