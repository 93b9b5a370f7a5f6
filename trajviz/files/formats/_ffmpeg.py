"""ffmpeg at work: a process that takes the frames of a film, and writes its file.

It is the one that `imageio-ffmpeg` finds, but never started by a fork, as that package would do.
Before a fork numpy's matrix products must rest, and where another thread is in one, both wait for
ever; so a fork is no way to start anything in a library that is used in threads.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from io import FileIO
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from trajviz.errors import TrajvizError
from trajviz.files.containers import Data, mapped
from trajviz.signals import undone_by

# With one thread and bitexact flags the same frames give the same bytes.
_REPEATABLE = ("-threads", "1", "-bitexact")
# Ctrl-C goes to all processes of a terminal. Whether the encoder is to end is ours to say.
_NOT_FOR_IT = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
# On Windows: away from the console's Ctrl-C, and without a window.
_APART = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(
    subprocess, "CREATE_NO_WINDOW", 0
)
_OF_DISKS = (errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC))
"""Errors that ffmpeg's exit status tells, as 256 less their number."""


class Codec(NamedTuple):
    """An encoder of ffmpeg's, its options, and how to tell that the file it wrote is whole."""

    name: str
    options: tuple[str, ...]
    is_complete: Callable[[Data], bool]


_BAND = 1 << 20
"""Bytes of a frame that the encoder is sent as one."""


class Frames(NamedTuple):
    """What frames the encoder gets: width and height, how pixels are laid out, how many a second.

    `options` are ffmpeg's for what it reads, `filters` what it does with it, "" for nothing.
    """

    size: tuple[int, int]
    layout: str
    fps: float
    options: Sequence[str] = ()
    filters: str = ""

    @property
    def bands(self) -> int:
        """How many bands of equal height a frame is sent in, which the encoder puts together.

        Of what it is sent ffmpeg keeps eight in store: of whole frames 100 MB at 3840x2160.
        """
        width, height = self.size
        wanted = 3 * width * height // _BAND
        return max(n for n in range(1, max(wanted, 1) + 1) if height % (2 * n) == 0)

    @property
    def all_filters(self) -> Sequence[str]:
        """The option by which ffmpeg puts the bands together, and filters what comes of them."""
        together = [f"tile=1x{self.bands}"] if self.bands > 1 else []
        filters = ",".join([*together, *([self.filters] if self.filters else [])])
        return ("-vf", filters) if filters else ()

    def parts(self, frame: Any) -> Iterable[Any]:
        """Return the bytes of a frame in the order in which they are sent."""
        if self.bands == 1 or not self.layout.startswith("yuv"):
            return [frame]
        pixels = self.size[0] * self.size[1]
        chroma = (len(frame) - pixels) // 2
        planes = (frame[:pixels], frame[pixels : pixels + chroma], frame[pixels + chroma :])
        cut = [plane.reshape(self.bands, -1) for plane in planes]
        return (band for together in zip(*cut, strict=True) for band in together)


def check_encoder() -> None:
    """Raise TrajvizError unless ffmpeg is there and runs."""
    # What imageio-ffmpeg finds by itself it has tried; what the user names it takes as it is.
    chosen = os.environ.get("IMAGEIO_FFMPEG_EXE")
    try:
        program = _program()
        if chosen:
            subprocess.run([program, "-version"], capture_output=True, check=True)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        broken = f"{chosen!r} (IMAGEIO_FFMPEG_EXE) does not run" if chosen else "there is none"
        raise TrajvizError(
            f"a film needs ffmpeg, and {broken}: pip install --force-reinstall imageio-ffmpeg "
            "brings one, as does your system's package manager; every other format works without"
        ) from error


def _program() -> str:
    """Return the path of ffmpeg; raises RuntimeError if there is none."""
    import imageio_ffmpeg

    found: str = imageio_ffmpeg.get_ffmpeg_exe()
    return shutil.which(found) or found  # by its path alone it can be started without a fork


@contextlib.contextmanager
def encoder(
    path: Path, frames: Frames, codec: Codec, pixel_format: str, note: str, *options: str
) -> Iterator[Callable[[Any], None]]:
    """Give what takes a frame; the file is complete when the block ends well.

    Args:
        path: The file, which is written over.
        frames: What a frame is.
        codec: How it is encoded.
        pixel_format: How the film keeps its colours.
        note: The comment tag, empty for none.
        options: More of ffmpeg's for what it writes.

    Raises:
        OSError: The encoder failed, or did not complete its file.
    """
    (width, height), bands = frames.size, frames.bands
    rate = Fraction(frames.fps).limit_denominator() * bands
    comment = ["-metadata", f"comment={note}"] if note else []
    arguments = [
        "-y", "-f", "rawvideo", "-vcodec", "rawvideo", "-s", f"{width}x{height // bands}",
        "-pix_fmt", frames.layout, "-r", str(rate), *frames.options, "-i", "-", "-an",
        "-vcodec", codec.name, "-pix_fmt", pixel_format, "-v", "error",
        *frames.all_filters, *options, *_REPEATABLE, *codec.options, *comment, str(path),
    ]  # fmt: skip
    with _scratch() as said, _Encoder(arguments, said) as process, undone_by(process.kill):
        yield lambda frame: process.take(frames.parts(frame))
    with mapped(path) as data:
        if not codec.is_complete(data):
            raise OSError("the video encoder did not complete its file: is the disk full?")


class _Encoder:
    """The process, which ends with its context, well or not."""

    def __init__(self, arguments: Sequence[str], said: IO[bytes] | FileIO) -> None:
        """Start it; what it says goes into a file, since a pipe takes a thread that reads it."""
        self._said = said
        with _signals_kept():
            # With open files passed on, of which Python leaves none open, subprocess need not fork.
            self._process = subprocess.Popen(
                [_program(), *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=self._said, close_fds=False, restore_signals=False,
                creationflags=_APART,
            )  # fmt: skip
        self._input = cast(IO[bytes], self._process.stdin)

    def __enter__(self) -> _Encoder:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self.kill()
            self._process.wait()
            with contextlib.suppress(OSError):
                self._input.close()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def take(self, parts: Iterable[Any]) -> None:
        """Take the bytes of a frame, part by part; raises OSError when the encoder is gone."""
        try:
            for part in parts:
                self._input.write(part)
        except OSError as error:
            self._finish()
            raise _failure(0, "") from error

    def _finish(self) -> None:
        """Let the encoder complete its file; raises OSError if it fails."""
        with contextlib.suppress(OSError):  # the exit status says more
            self._input.close()
        code = self._process.wait()
        if code:
            self._said.seek(0)
            said = self._said.read().decode(errors="replace").strip()
            raise _failure(code, said.rpartition("\n")[2].strip())


def _scratch() -> IO[bytes] | FileIO:
    """Return a file that is gone when it is closed, in memory where the system can."""
    if hasattr(os, "memfd_create"):
        return FileIO(os.memfd_create("said"), "r+")
    import tempfile  # it loads all that packs and all that is random

    return tempfile.TemporaryFile()


def film_likeness(path: Path, other: Path) -> float:
    """Return how alike two films are in the frame that is least so, 0 where they are no such films.

    It is the peak signal to noise ratio in decibels, infinite where all pixels are the same.
    """
    compare = ["-i", str(path), "-i", str(other), "-lavfi", "psnr", "-f", "null", "-"]
    done = subprocess.run(
        [_program(), "-nostdin", "-hide_banner", *compare], capture_output=True, check=False,
        close_fds=False, restore_signals=False, creationflags=_APART,
    )  # fmt: skip
    found = re.search(rb"PSNR .* min:([\d.]+|inf) ", done.stderr)
    return float(found[1]) if found and not done.returncode else 0.0


def _failure(code: int, said: str) -> OSError:
    """Return the error for an encoder that ended with this exit code, and said this last."""
    if code < 0:
        return OSError(f"the video encoder was ended by signal {-code}")
    if 256 - code in _OF_DISKS:
        return OSError(256 - code, os.strerror(256 - code))
    return OSError(f"the video encoder failed: {said or f'exit code {code}'}")


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """Keep from processes that are started within what only we are to hear."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    ours = {getattr(signal, name) for name in _NOT_FOR_IT}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ours)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
