"""Whole processes and whole files: time, memory, fidelity, flicker."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence
from skimage.metrics import structural_similarity

BETWEEN = 10
"""Every so many frames are compared for fidelity; all of them for flicker."""


@dataclass(frozen=True)
class Run:
    """One process from start to exit: seconds and mebibytes."""

    wall: float
    cpu: float
    peak: float


_LAUNCHER = """
import os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
os._exit(os.waitstatus_to_exitcode(status) & 127)
"""


def run(command: Sequence[str | Path]) -> Run:
    """Run a command, as the operating system accounts for it with all its children.

    A small process starts it, because a process's peak memory begins with its parent's.
    """
    launch = [sys.executable, "-S", "-u", "-c", _LAUNCHER, *map(str, command)]
    out = subprocess.run(launch, stdout=subprocess.PIPE, text=True, check=True)
    return Run(*map(float, out.stdout.split()))


AROUND = 3
"""How many fast runs there are before each slow one, and after it: what is short varies more."""


@dataclass(frozen=True)
class Pair:
    """Two commands run in turn: the runs of each, `2 * AROUND` fast ones around each slow one."""

    slow: list[Run]
    fast: list[Run]

    @property
    def ratio(self) -> float:
        """How many times longer a slow run takes than the median of fast ones around it."""
        return self._ratio("wall")

    @property
    def cpu_ratio(self) -> float:
        """How many times more processor time it takes, likewise."""
        return self._ratio("cpu")

    def _ratio(self, kind: str) -> float:
        """Return the median of the ratios that each slow run has."""
        slow, fast = ([getattr(one, kind) for one in runs] for runs in (self.slow, self.fast))
        every = 2 * AROUND
        around = (fast[place * every : (place + 1) * every] for place in range(len(slow)))
        pairs = zip(slow, map(statistics.median, around), strict=True)
        return statistics.median(long / short for long, short in pairs)


def run_in_turn(slow: Sequence[str | Path], fast: Sequence[str | Path], times: int = 3) -> Pair:
    """Run fast ones, a slow one, fast ones, ..., so that what slows the machine slows both."""
    run(fast)  # warms the disk cache for both
    pair = Pair([], [])
    for _ in range(times):
        pair.fast.extend(run(fast) for _ in range(AROUND))
        pair.slow.append(run(slow))
        pair.fast.extend(run(fast) for _ in range(AROUND))
    return pair


def peak_of_all(command: Sequence[str | Path]) -> float:
    """Return the most memory that a command and its children have at once, in mebibytes.

    What processes share counts once (PSS of Linux).
    """
    peak = 0.0
    with subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(_memory, _tree(process.pid))))
            time.sleep(0.02)
    assert process.returncode == 0
    return peak


def _tree(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    return found


def _memory(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def spread(values: Sequence[float]) -> str:
    """Return the median with minimum and maximum."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


@dataclass(frozen=True)
class Quality:
    """How near a file's frames are to the true ones: decibels, similarity, share that flickers."""

    psnr: float
    ssim: float
    flicker: float


def quality(path: Path, truth: Sequence[np.ndarray], frame_seconds: float = 0.04) -> Quality:
    """Compare a file with true RGB frames, each shown for `frame_seconds`."""
    psnr, ssim, flicker = [], [], []
    last_true = last_shown = None
    for count, (true, shown) in enumerate(zip(truth, decode(path, frame_seconds), strict=False)):
        if count % BETWEEN == 0:
            error = np.mean((true.astype(np.float64) - shown) ** 2)
            psnr.append(10 * np.log10(255**2 / max(error, 1e-3)))
            ssim.append(structural_similarity(true, shown, channel_axis=2))
        if last_true is not None:
            still = ~_near((true != last_true).any(axis=2))
            flicker.append(((shown != last_shown).any(axis=2) & still).sum() / still.sum())
        last_true, last_shown = true, shown
    return Quality(float(np.mean(psnr)), float(np.mean(ssim)), float(np.mean(flicker)))


def _near(mask: np.ndarray, reach: int = 3) -> np.ndarray:
    """Return what lies within `reach` pixels of the mask, across or along."""
    from scipy.ndimage import maximum_filter

    return maximum_filter(mask, 2 * reach + 1)


def decode(path: Path, frame_seconds: float) -> Iterator[np.ndarray]:
    """Yield the picture shown in each stretch of `frame_seconds`."""
    if path.suffix == ".gif":
        yield from _decode_gif(path, frame_seconds)
        return
    with Image.open(path.with_suffix(".png")) as size:
        width, height = size.size
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    yield from np.frombuffer(data, np.uint8).reshape(-1, height, width, 3)


def _decode_gif(path: Path, frame_seconds: float) -> Iterator[np.ndarray]:
    shown_until = next_at = 0.0
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            picture = np.asarray(frame.convert("RGB"))
            shown_until += frame.info["duration"] / 1000
            while next_at < shown_until - 1e-6:
                yield picture
                next_at += frame_seconds
