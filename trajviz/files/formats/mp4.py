"""MP4: H.264 in yuv420p, small and sharp; for slides, social media and pages that take video."""

from __future__ import annotations

from typing import Any

from trajviz.files.containers import Data
from trajviz.files.containers.iso import MP4, boxes
from trajviz.files.formats import Format

H264 = ("-preset", "veryfast", "-crf", "18", "-rc-lookahead", "1", "-bf", "0")
"""The encoder's settings in every container.

It keeps few pictures in memory, each of which takes 30 MB at 3840x2160. To look further ahead would
take a fifth more bytes, for one decibel.
"""
FAST_START = ("-movflags", "+faststart")
"""The index stands before the data, so that a player need not read the end first."""


def write(*request: Any) -> None:
    """Write an animation as H.264; raises OSError when the encoder fails."""
    from trajviz.files.formats._ffmpeg import Codec
    from trajviz.files.formats._video import encode

    encode(*request, codec=Codec("libx264", (*H264, *FAST_START), is_complete))


def is_complete(data: Data) -> bool:
    """Return whether a file is whole: its boxes add up, the index before the data."""
    found = [*boxes(data, 0, len(data))]
    kinds = [kind for kind, _, _ in found]
    ends = [0, *(end for _, _, end in found)]
    return ends[-1] == len(data) and b"mdat" in kinds and b"moov" in kinds[: kinds.index(b"mdat")]


def check_ready() -> None:
    """Raise TrajvizError unless there is an encoder that runs."""
    from trajviz.files.formats._ffmpeg import check_encoder

    check_encoder()


FORMAT = Format(
    kind="animation",
    write=write,
    check_ready=check_ready,
    container=MP4,
    tag="video",
    media_type="video/mp4",
    rank=1,
)
