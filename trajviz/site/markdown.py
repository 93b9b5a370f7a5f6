r"""Markdown: fenced blocks of ours, found as CommonMark finds them, and snippets in their place.

A fence of ``` or ~~~ whose first word is `trajviz` is a block: in a list, in a quotation and in
what MkDocs indents (admonitions, tabs) too; within a longer fence, a comment, raw HTML or front
matter it is only shown. Everything else comes back as it was, byte for byte.

    fences = find_fences(text)
    replace_fences(text, fences, [snippet_of(fence) for fence in fences])
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from pathlib import Path

from trajviz.frozen import dataclass
from trajviz.site.block import Block, read_block
from trajviz.site.page import Page

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?=[ \t])[ \t]{1,4}(?![ \t])")
_INDENTED = re.compile(r"(?:!!!|\?\?\?\+?|===\+?|:) ")
"""What begins something whose content is four columns further in, for MkDocs and others."""
_HTML = re.compile(r"<(!--|(?:script|pre|style|textarea)(?=[\s>]|$))", re.IGNORECASE)
_FRONT = {"---": ("---", "..."), "+++": ("+++",)}
"""How front matter begins, and how it ends."""
_TAB = 4


@dataclass(frozen=True)
class Fence:
    """A block's fence in a text.

    Attributes:
        words: What stands behind `trajviz`.
        body: The lines between, without what quotes or indents them.
        line: The line in which it begins, counted from 1.
        end: The line after its last one.
        opening: What stands before it in its first line.
    """

    words: str
    body: str
    line: int
    end: int
    opening: str

    def block(self, name: str, folder: Path, trust: bool = False) -> Block:
        """Return the block; TrajvizError with the page's name and line for what makes no sense.

        Args:
            name: The page's file, as messages call it.
            folder: The folder to which paths in the block relate.
            trust: Whether Python may be run that it names.
        """
        page = Page(name=name, line=self.line, folder=folder)
        return read_block(self.words, self.body, page=page, trust=trust)


def find_fences(text: str) -> list[Fence]:
    """Return the fences of our blocks in a Markdown text, in order."""
    lines = [line.rstrip("\r\n") for line in _lines(text)]
    return [*_Reader(lines).fences()]


def replace_fences(text: str, fences: Sequence[Fence], snippets: Sequence[str]) -> str:
    """Return the text with a snippet in the place of each fence.

    Each is quoted and indented as the fence was, with the text's line ends, and stands apart from
    the lines around it.

    Args:
        text: The text.
        fences: Its fences, as `find_fences` returns them.
        snippets: What stands for each.
    """
    lines = _lines(text)
    ending = next((end for line in lines if (end := line[len(line.rstrip("\r\n")) :])), "\n")
    for fence, snippet in reversed([*zip(fences, snippets, strict=True)]):
        new = [f"{line}{ending}" for line in _placed(fence, snippet, lines)]
        if not lines[fence.end - 2].endswith(("\n", "\r")):
            new[-1] = new[-1].removesuffix(ending)
        lines[fence.line - 1 : fence.end - 1] = new
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """Return the lines of a text with their ends; what Python also calls a line end is none."""
    return _LINE.findall(text)


def _placed(fence: Fence, snippet: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a snippet in a fence's place, a blank line before and after if needed."""
    further = re.sub(r"[^>\s]", " ", fence.opening)
    before, after = lines[: fence.line - 1][-1:], lines[fence.end - 1 :][:1]
    if fence.opening == further and any(map(_says, before)):
        yield further.rstrip()
    for number, line in enumerate(snippet.split("\n")):
        yield f"{further if number else fence.opening}{line}".rstrip()
    if any(map(_says, after)):
        yield further.rstrip()


def _says(line: str) -> bool:
    """Return whether a line has more than what quotes it."""
    return bool(line.strip(" \t\r\n>\ufeff"))


@dataclass(frozen=True)
class _Place:
    """How deep a line stands: what quotes it, and from which columns on its containers go."""

    quotes: int = 0
    columns: tuple[int, ...] = field(default=())

    @property
    def column(self) -> int:
        return self.columns[-1] if self.columns else 0


class _Reader:
    """Goes through the lines of a text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.at = _after_front_matter(lines)
        self.place = _Place()

    def fences(self) -> Iterator[Fence]:
        """Yield our fences."""
        while self.at < len(self.lines):
            line, number = self.lines[self.at].lstrip("\ufeff"), self.at
            self.at += 1
            opening, rest = self._entered(line)
            html, found = _HTML.match(rest), _FENCE.match(rest)
            if opening is None:
                continue
            if html:
                self._skip_html(rest, html[1].lower())
            elif found:
                column = _width(opening[len(_parts(line)[0]) :])
                body = [*self._body(found[1] or found[3], column)]
                info = (found[2] or found[4] or "").strip()
                name, words = [*info.split(None, 1), "", ""][:2]
                if name == "trajviz":
                    yield Fence(
                        words=words.strip(),
                        body="".join(f"{one}\n" for one in body),
                        line=number + 1,
                        end=self.at + 1,
                        opening=opening,
                    )

    def _entered(self, line: str) -> tuple[str | None, str]:
        """Enter and leave containers; return what stands before a line's text, and the text.

        It is None for what is code since it is indented.
        """
        quotes, indent, rest = _parts(line)
        if not rest:
            return None, ""
        if quotes.count(">") != self.place.quotes:
            self.place = _Place(quotes.count(">"))
        self.place = _within(self.place, _width(indent))
        opening = quotes + indent
        if _width(indent) - self.place.column >= _TAB:
            return None, rest
        while item := _ITEM.match(rest):
            opening, rest = opening + item[0], rest[item.end() :]
            column = _width(opening.removeprefix(quotes))
            self.place = replace(self.place, columns=(*self.place.columns, column))
        if _INDENTED.match(rest):
            column = _width(opening.removeprefix(quotes)) + _TAB
            self.place = replace(self.place, columns=(*self.place.columns, column))
        return opening, rest

    def _body(self, fence: str, column: int) -> Iterator[str]:
        """Yield the lines of a fence that begins in a column, and go behind it."""
        closing = re.compile(rf"{re.escape(fence[0])}{{{len(fence)},}}[ \t]*")
        while self.at < len(self.lines):
            quotes, indent, rest = _parts(self.lines[self.at], self.place.quotes)
            outside = rest and _width(indent) < self.place.column
            if quotes.count(">") < self.place.quotes or outside:
                return
            self.at += 1
            if closing.fullmatch(rest) and _width(indent) - self.place.column < _TAB:
                return
            yield _cut(indent, column) + rest

    def _skip_html(self, rest: str, name: str) -> None:
        """Go behind what is raw until its end, or to the end of the text."""
        end = "-->" if name == "!--" else f"</{name}>"
        while end not in rest.lower() and self.at < len(self.lines):
            rest = self.lines[self.at]
            self.at += 1


def _after_front_matter(lines: Sequence[str]) -> int:
    """Return the index of the first line that is no front matter."""
    ends = _FRONT.get(lines[0].lstrip("\ufeff").rstrip(), ()) if lines else ()
    closing = (at for at, line in enumerate(lines[1:], 1) if line.rstrip() in ends)
    return next(closing, -1) + 1


def _parts(line: str, most: int = 1000) -> tuple[str, str, str]:
    """Return what quotes a line, at most so many signs, what indents it, and the rest of it."""
    found = re.match(rf"(?: {{0,3}}> ?){{0,{most}}}", line)
    quotes = found[0] if found else ""
    rest = line[len(quotes) :].lstrip(" \t")
    return quotes, line[len(quotes) : len(line) - len(rest)], rest


def _within(place: _Place, column: int) -> _Place:
    """Return a place without the containers that a line of this column has left."""
    return replace(place, columns=tuple(one for one in place.columns if one <= column))


def _width(indent: str) -> int:
    return len(indent.expandtabs(_TAB))


def _cut(indent: str, columns: int) -> str:
    """Return what is left of an indent without so many columns."""
    return indent.expandtabs(_TAB)[columns:]
