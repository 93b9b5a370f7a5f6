"""MP4: H.264 in yuv420p, small and sharp; for slides, social media and pages that take video."""

from __future__ import annotations

from pathlib import Path

from trajviz.animation import Animation
from trajviz.descent import Progress
from trajviz.files.formats._video import encode, incomplete
from trajviz.recipe.recipe import Playback

KIND = "animation"

_OPTIONS = ["-preset", "veryfast", "-crf", "18", "-movflags", "+faststart"]


def write(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation as H.264; raises OSError when the encoder fails."""
    encode(path, animation, playback, progress, note, "libx264", _OPTIONS)
    _check_complete(path)


def _check_complete(path: Path) -> None:
    """Raise OSError unless the file is whole: its boxes add up, the index before the data."""
    boxes, place, size = [], 0, path.stat().st_size
    with path.open("rb") as file:
        while place + 8 <= size:
            file.seek(place)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:  # a size too large for 32 bits follows the name
                length = int.from_bytes(head[8:], "big")
            boxes.append(head[4:8])
            place += max(length, 8)
    if place != size or b"mdat" not in boxes or b"moov" not in boxes[: boxes.index(b"mdat")]:
        raise incomplete()
