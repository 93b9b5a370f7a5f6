r"""LaTeX: \animategraphics of the .anim.pdf, the PDF where `animate` is missing; no GIF, film."""

from __future__ import annotations

import re

from trajviz.errors import TrajvizError
from trajviz.files.snippets import Medium, Shown, Snippet

_FILE = re.compile(r"[\w ./+,=@:-]+")
"""The names of files that TeX reads as they are."""
_IN_TEXT = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_PLAIN = re.compile(r"[A-Za-z0-9 ,.:;'!?*/+=<>@-]")
"""Characters that mean themselves to TeX and within a string of a PDF."""


def latex(shown: Shown) -> str:
    """Return the command that plays the animation, or shows the still."""
    if shown.paged is None:
        return f"% \\usepackage{{graphicx}}\n{_still(shown)}"
    lines = ["% \\usepackage{graphicx,animate}", _animation(shown, shown.paged)]
    if shown.printed or shown.still:
        moving, still = lines[1], _still(shown)
        lines[1:] = ["\\ifdefined\\animategraphics", moving, "\\else", still, "\\fi"]
    return "\n".join(lines)


def _animation(shown: Shown, paged: Medium) -> str:
    """Return the command for an animation; the last frame is what printers and others show."""
    if not shown.fps:
        raise TrajvizError(
            f"{paged.name!r} holds no recipe that says how many frames it has a second: "
            "render it without --no-metadata (metadata=False)"
        )
    file = _file(paged).removesuffix(".pdf")
    options = "controls,loop,autoplay,poster=last,width=\\linewidth"
    words = f"alttext={{{_pdf_string(shown.alt)}}}"
    return f"\\noindent\\animategraphics[{options},{words}]{{{shown.fps:g}}}{{{file}}}{{}}{{}}%"


def _still(shown: Shown) -> str:
    picture = shown.printed or shown.still
    if picture is None:
        raise TrajvizError(
            f"{shown.picture.name!r} moves, which LaTeX shows only as an .anim.pdf: "
            "render one, or a .pdf or .png"
        )
    options = f"width=\\linewidth,alt={{{escaped(shown.alt)}}}"
    return f"\\noindent\\includegraphics[{options}]{{{_file(picture)}}}%"


def _file(medium: Medium) -> str:
    """Return where LaTeX finds a file, beside its document or in a folder."""
    from urllib.parse import unquote

    path = unquote(medium.url)
    if re.match("https?:|//", path):
        raise TrajvizError(f"LaTeX loads no file from {path!r}: give --url (url=) as a folder")
    if not _FILE.fullmatch(path):
        raise TrajvizError(
            f"LaTeX reads no file of the name {path!r}: use letters, digits and . - + , = @"
        )
    return path


def escaped(text: str) -> str:
    r"""Return a text for LaTeX.

    >>> print(escaped(r"50 % of {x} \ y_1"))
    50 \% of \{x\} \textbackslash{} y\_1
    """
    return re.sub(r"[\\~^%#&$_{}]", lambda found: _IN_TEXT.get(found[0], f"\\{found[0]}"), text)


def _pdf_string(text: str) -> str:
    r"""Return a text as `animate` writes it into a PDF, in parentheses and without looking at it.

    >>> print(_pdf_string("from (1, 2): 5 %, über"))
    from \string\0501, 2\string\051: 5 \string\045, \string\374ber
    >>> print(_pdf_string("中"))
    \string\376\string\377\string\116\string\055
    """
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        data = b"\xfe\xff" + text.encode("utf-16-be")
        return "".join(f"\\string\\{byte:03o}" for byte in data)
    return "".join(
        character if _PLAIN.fullmatch(character) else f"\\string\\{byte:03o}"
        for byte, character in zip(data, text, strict=True)
    )


SNIPPET = Snippet(suffix="tex", write=latex, formats=("anim.pdf", "pdf"))
