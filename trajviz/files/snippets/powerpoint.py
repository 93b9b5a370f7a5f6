"""PowerPoint: Python that puts the film on a slide, the PNG as its poster (python-pptx 1.0)."""

from __future__ import annotations

import re
from pathlib import PurePath

from trajviz.errors import TrajvizError
from trajviz.files.snippets import Medium, Shown, Snippet


def powerpoint(shown: Shown) -> str:
    """Return the code that makes a deck of one slide, on which a click plays the film.

    What it shows is as large as the slide allows.
    """
    picture = shown.still or shown.picture
    film = min(shown.films, key=lambda one: one.format.rank, default=None)
    width, height = (film or shown.picture).size
    place = "(deck.slide_width - width) // 2, (deck.slide_height - height) // 2, width, height"
    return (
        "from pptx import Presentation  # pip install python-pptx\n\n"
        'deck = Presentation()  # in place of these two lines, Presentation("yours.pptx")\n'
        "deck.slide_width, deck.slide_height = 12192000, 6858000  # 16:9\n"
        "slide = deck.slides.add_slide(deck.slide_layouts[6])\n"
        f"scale = min(deck.slide_width / {width}, deck.slide_height / {height})\n"
        f"width, height = int({width} * scale), int({height} * scale)\n"
        f"place = {place}\n"
        f"{_added(film, picture) if film else _pasted(shown.picture)}\n"
        f'shown._element.nvPicPr.cNvPr.set("descr", {shown.alt!r})\n'
        f"deck.save({PurePath(_file(picture)).stem + '.pptx'!r})"
    )


def _added(film: Medium, poster: Medium) -> str:
    return (
        "shown = slide.shapes.add_movie(\n"
        f"    {_file(film)!r}, *place,\n"
        f"    poster_frame_image={_file(poster)!r}, mime_type={film.format.media_type!r},\n"
        ")"
    )


def _pasted(picture: Medium) -> str:
    return f"shown = slide.shapes.add_picture({_file(picture)!r}, *place)"


def _file(medium: Medium) -> str:
    """Return the path of a file, which a deck takes into itself."""
    from urllib.parse import unquote

    if re.match("https?:", medium.url):
        raise TrajvizError(
            f"a deck holds its films, and {medium.url!r} is no file: leave out --url (url=)"
        )
    return unquote(medium.url, errors="surrogateescape")


SNIPPET = Snippet(suffix="pptx.py", write=powerpoint, place="slides")
