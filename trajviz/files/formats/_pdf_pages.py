"""An animation as a PDF of many pages.

matplotlib draws what stands still, and each line of text that comes and goes, as pages of their
own. They become forms, which all pages share: a page is the background and one more form, that of
its frame. So the file stays small, and stays so inside another document.
"""

from __future__ import annotations

import re
from pathlib import Path

from trajviz.animation import Animation
from trajviz.descent import Progress
from trajviz.files.formats._pdf_drawing import POINT, Lettering, frames_of
from trajviz.files.formats._pdf_objects import Objects
from trajviz.recipe.recipe import Playback
from trajviz.scene import track
from trajviz.scene.vector import sheets

_PAGES = 2
"""The number of matplotlib's object that names all pages."""
_STATES = "".join(
    f"/{name} << /CA {opacity} /ca {opacity} >> "
    for name, opacity in (("F", track.FAINT), ("H", track.HIDDEN_HEAD))
)


def encode(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation; the note is the document's subject."""
    scene, drawn = animation.scene, []
    lettering = Lettering(scene.size[1])
    for content in frames_of(animation, lettering):
        drawn.append(content.encode())
        progress(len(drawn), len(animation.positions))
    objects = Objects(sheets(scene, lettering.firsts, note))
    width, height = (POINT * side for side in scene.size)
    box = f"[ 0 0 {width:g} {height:g} ]"
    background, *letters = _forms(objects, box)
    words = _named(dict(zip(lettering.names, letters, strict=True)))
    shared = objects.add(f"<< {words} /ExtGState << {_STATES}>> >>".encode())
    facts = f"/Type /XObject /Subtype /Form /BBox {box} /Resources {shared} 0 R "
    frames: list[int] = [objects.add_stream(content, facts) for content in drawn]
    _paginate(objects, box, background, _played(frames, playback))
    path.write_bytes(objects.written())


def _forms(objects: Objects, box: str) -> list[int]:
    """Make each page's content a form; return their numbers in the order of the pages."""
    kids = re.search(rb"/Kids \[(.*?)\]", objects[_PAGES], re.DOTALL)
    assert kids
    return [_form(objects, int(page), box) for page in re.findall(rb"(\d+) 0 R", kids[1])]


def _form(objects: Objects, page: int, box: str) -> int:
    """Make a page's content a form that needs nothing of the page, which is emptied."""
    parts = re.search(rb"(/Resources \d+ 0 R).*?/Contents (\d+) 0 R", objects[page], re.DOTALL)
    assert parts
    content = int(parts[2])
    facts = b"<< /Type /XObject /Subtype /Form /BBox %b %b " % (box.encode(), parts[1])
    objects[content] = facts + objects[content].removeprefix(b"<< ")
    objects[page] = b"null"
    return content


def _played(frames: list[int], playback: Playback) -> list[int]:
    """Return the frames as they are shown, some of them repeated for the pauses."""
    shown = zip(playback.order, playback.film_pauses, strict=True)
    return [frames[place] for place, pause in shown for _ in range(1 + pause)]


def _paginate(objects: Objects, box: str, background: int, frames: list[int]) -> None:
    """Make a page of each frame, all with the same content: the background, then the frame."""
    content = objects.add_stream(b"/B Do /M Do")
    pages = []
    for moving in frames:
        forms = _named({"B": background, "M": moving})
        page = f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox {box} /Resources << {forms} >> "
        pages.append(objects.add(f"{page}/Contents {content} 0 R >>".encode()))
    kids = " ".join(f"{page} 0 R" for page in pages)
    objects[_PAGES] = f"<< /Type /Pages /Kids [ {kids} ] /Count {len(pages)} >>".encode()


def _named(forms: dict[str, int]) -> str:
    """Return the entry of resources that gives forms their names."""
    names = " ".join(f"/{name} {form} 0 R" for name, form in forms.items())
    return f"/XObject << {names} >>"
