"""WebM: VP9, for pages and encyclopedias that take only free formats.

`realtime` is the encoder's name for its quicker search: ten times as fast as the other, for a
tenth more bytes.
"""

from __future__ import annotations

from pathlib import Path

from trajviz.animation import Animation
from trajviz.descent import Progress
from trajviz.files.containers.ebml import declared_end
from trajviz.files.formats._video import encode, incomplete
from trajviz.recipe.recipe import Playback

KIND = "animation"

_OPTIONS = [
    "-crf", "32", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "5", "-g", "600",
]  # fmt: skip


def write(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation as VP9; raises OSError when the encoder fails."""
    encode(path, animation, playback, progress, note, "libvpx-vp9", _OPTIONS)
    _check_complete(path)


def _check_complete(path: Path) -> None:
    """Raise OSError unless the file is as long as its segment says, which is told at the end."""
    with path.open("rb") as file:
        head = file.read(256)
    try:
        end = declared_end(head)
    except IndexError:
        raise incomplete() from None
    if end != path.stat().st_size:
        raise incomplete()
