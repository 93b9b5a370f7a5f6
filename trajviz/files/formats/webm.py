"""WebM: VP9, for pages and encyclopedias that take only free formats.

`realtime` is the encoder's name for its quicker search: ten times as fast as the other, for a
tenth more bytes.
"""

from __future__ import annotations

from typing import Any

from trajviz.files.containers import Data
from trajviz.files.containers.ebml import MATROSKA, SEGMENT, elements
from trajviz.files.formats import Format
from trajviz.files.formats.mp4 import check_ready

_OPTIONS = ("-crf", "32", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "5", "-g", "600")


def write(*request: Any) -> None:
    """Write an animation as VP9; raises OSError when the encoder fails."""
    from trajviz.files.formats._ffmpeg import Codec
    from trajviz.files.formats._video import encode

    clear = ("-auto-alt-ref", "0") if request[1].scene.transparent else ()
    encode(*request, codec=Codec("libvpx-vp9", (*_OPTIONS, *clear), is_complete))


def is_complete(data: Data) -> bool:
    """Return whether a file is as long as its segment says, which the encoder tells at the end."""
    try:
        return any(
            kind == SEGMENT and end == len(data) for kind, _, end in elements(data, 0, len(data))
        )
    except IndexError:
        return False


FORMAT = Format(
    kind="animation",
    write=write,
    check_ready=check_ready,
    container=MATROSKA,
    tag="video",
    media_type="video/webm",
    rank=2,
    clear=True,
)
