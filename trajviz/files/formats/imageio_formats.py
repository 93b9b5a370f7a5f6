"""Films and stills that some programs ask for and pages cannot use.

Films are H.264 as our MP4 is, but for AVI. Programs that know no newer container know no newer
codec either, so that its frames are JPEG pictures, in the colours of that format.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trajviz.files.containers import Data
from trajviz.files.containers.avi import AVI, chunks
from trajviz.files.containers.bmp import BMP
from trajviz.files.containers.ebml import MATROSKA
from trajviz.files.containers.iso import MOV
from trajviz.files.containers.jpeg import JPEG
from trajviz.files.containers.tiff import TIFF
from trajviz.files.formats import Format, mp4, webm

if TYPE_CHECKING:
    from trajviz.scene.scene import Scene

_FINE = "flags=accurate_rnd+full_chroma_int"
_VIDEO = (
    f"scale=out_range=tv:out_color_matrix=bt709:{_FINE},"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
)
_JPEG = f"scale=out_range=pc:out_color_matrix=bt601:{_FINE},setparams=range=pc:colorspace=bt470bg"
"""Filters to the colours that players expect, and to those of a JPEG picture, which are tagged."""


def _write_film(*request: Any, codec: tuple[Any, ...], colors: str) -> None:
    from trajviz.files.formats._ffmpeg import Codec
    from trajviz.files.formats._video import encode

    encode(*request, codec=Codec(*codec), colors=colors)


def _is_complete(data: Data) -> bool:
    """Return whether an AVI is as long as its lists say, which the encoder tells at the end."""
    found = [*chunks(data, 0, len(data))]
    return bool(found) and found[-1][2] == len(data)


def _film(codec: tuple[Any, ...], colors: str = _VIDEO, **facts: Any) -> Format:
    """Return a format of films that a page links to, since few browsers play it."""
    return Format(
        kind="animation",
        write=functools.partial(_write_film, codec=codec, colors=colors),
        check_ready=mp4.check_ready,
        tag="a",
        **facts,
    )


def _write_jpeg(*request: Any) -> None:
    # Thin lines of strong colours lose what is drawn of them where chroma is halved.
    _write_still(*request, note_as="comment", quality=95, subsampling=0, optimize=True)


def _write_tiff(*request: Any) -> None:
    _write_still(*request, note_as="description", compression="tiff_lzw")


def _write_still(
    path: Path, scene: Scene, step: int, note: str, *, note_as: str = "", **options: Any
) -> None:
    """Write a still with options of Pillow's, one of which takes the note."""
    from trajviz.files.formats._imageio_encoder import write_still

    write_still(path, scene, step, **options, **({note_as: note} if note and note_as else {}))


FORMATS = {
    "avi": _film(
        ("mjpeg", ("-q:v", "2"), _is_complete),
        _JPEG,
        summary="each frame a JPEG, large; for programs that read nothing newer.",
        container=AVI,
        media_type="video/avi",
    ),
    "bmp": Format(
        summary="one step as a still, pixel for pixel and large; it cannot hold its recipe.",
        kind="still",
        write=_write_still,
        container=BMP,
        tag="img",
        media_type="image/bmp",
    ),
    "jpg": Format(
        summary="one step as a still, with loss; for what takes no PNG.",
        kind="still",
        write=_write_jpeg,
        container=JPEG,
        tag="img",
        media_type="image/jpeg",
        rank=3,
    ),
    "mkv": _film(
        ("libx264", mp4.H264, webm.is_complete),
        summary="H.264, for media players and archives.",
        container=MATROSKA,
        media_type="video/matroska",
    ),
    "mov": _film(
        ("libx264", (*mp4.H264, *mp4.FAST_START), mp4.is_complete),
        summary="H.264, for Keynote and for programs that cut films.",
        container=MOV,
        media_type="video/quicktime",
    ),
    "tif": Format(
        summary="one step as a still, pixel for pixel, in LZW; for print and journals.",
        kind="still",
        write=_write_tiff,
        container=TIFF,
        tag="a",
        media_type="image/tiff",
    ),
}
