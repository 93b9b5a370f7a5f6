"""Other GIF encoders, given the frames that trajviz drew (gifsicle: the file that it wrote)."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

Frames = Sequence[np.ndarray]
Encoder = Callable[[Frames, Path, Path], str]
"""Takes frames, our own file and the path to write; returns the seconds it took."""

_NPM = Path(".venv/npm/node_modules/gifski/bin/debian/gifski")


def encoders() -> dict[str, Encoder]:
    """Return the encoders that are there, by name."""
    found: dict[str, Encoder] = {"PillowWriter": pillow}
    if shutil.which("ffmpeg"):
        found["ffmpeg"] = ffmpeg
    if shutil.which("gifsicle"):
        found["gifsicle -O3"] = gifsicle
    if gifski_path():
        found["gifski"] = gifski
    return found


def gifski_path() -> str | None:
    """Return where gifski is: on the PATH, or where `make bench` put it."""
    return shutil.which("gifski") or (str(_NPM.resolve()) if _NPM.exists() else None)


def pillow(frames: Frames, _own: Path, path: Path) -> str:
    """As matplotlib's PillowWriter does."""
    began = time.perf_counter()
    first, *others = map(Image.fromarray, frames)
    first.save(path, save_all=True, append_images=others, duration=40, loop=0)
    return f"{time.perf_counter() - began:.1f}"


def ffmpeg(frames: Frames, _own: Path, path: Path) -> str:
    """One palette for all frames, no dithering, changed rectangles."""
    height, width = frames[0].shape[:2]
    graph = "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none:diff_mode=rectangle"
    command = [
        "ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{width}x{height}", "-r", "25", "-i", "-", "-filter_complex", graph, str(path),
    ]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, input=b"".join(f.tobytes() for f in frames), check=True)
    return f"{time.perf_counter() - began:.1f}"


def gifsicle(_frames: Frames, own: Path, path: Path) -> str:
    """What its optimizer still finds in our file."""
    began = time.perf_counter()
    command = ["gifsicle", "--no-warnings", "-O3", str(own), "-o", str(path)]
    subprocess.run(command, check=True)
    return f"{time.perf_counter() - began:.1f}"


def gifski(frames: Frames, _own: Path, path: Path) -> str:
    """At its default quality, from PNG files as it wants them; their writing is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        for count, frame in enumerate(frames):
            Image.fromarray(frame).save(f"{folder}/{count:04}.png", compress_level=1)
        names = sorted(map(str, Path(folder).glob("*.png")))
        program = gifski_path()
        assert program is not None
        began = time.perf_counter()
        command = [program, "--quiet", "--fps", "25", "-Q", "90", "-o", str(path), *names]
        subprocess.run(command, check=True)
        return f"{time.perf_counter() - began:.1f}"
