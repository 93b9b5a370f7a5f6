"""trajviz against what a user would write otherwise, side by side in one run.

python bench.py [--quick] [PART]... prints the tables, of the parts that are named or of all; a part
that does not exist is answered by the list of them. A whole run without --quick also writes
RESULTS.md and the plot beside it. Exits with 1 when a row does not hold.
"""

from __future__ import annotations

import functools
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import race
from encoders import encoders
from growth import SERIES, growth, looked_at, unchanged
from measure import Quality, peak_of_all, quality, run, run_in_turn, spread
from PIL import Image

import trajviz
from trajviz.descent.section import node_count

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TRAJVIZ = Path(sys.executable).with_name("trajviz")
QUICK = "--quick" in sys.argv


@dataclass(frozen=True)
class Row:
    """A requirement and what was measured."""

    what: str
    required: str
    measured: str
    holds: bool

    @property
    def verdict(self) -> str:
        return "holds" if self.holds else "**does not hold**"


def render(out: Path, *options: str | Path) -> list[str | Path]:
    """Return the command that draws the race."""
    return [
        TRAJVIZ, "render", race.SURFACE, *race.OPTIMIZERS, "--steps", str(race.STEPS),
        "--quiet", *options, "-o", out,
    ]  # fmt: skip


@dataclass(frozen=True)
class Job:
    """A picture that both sides draw, and how many times faster ours must be."""

    suffix: str
    width: int
    height: int
    view: str
    least: float
    times: int = 2

    @property
    def what(self) -> str:
        seen = "" if self.view == "contour" else f" {self.view}"
        return f"{self.suffix.upper()}{seen} {self.width}x{self.height}"

    @property
    def options(self) -> dict[str, Any]:
        """What ours is asked for."""
        if self.view == "contour":
            return {}
        return {"view": "relief", "orbit": 360 if self.view == "orbit" else 0}

    def ours(self, out: Path) -> list[str | Path]:
        """Return our command."""
        words = [word for key, value in self.options.items() for word in (f"--{key}", str(value))]
        return render(out, "--size", f"{self.width}x{self.height}", *words)

    def theirs(self, out: Path, data: Path, *frames: Path) -> list[str | Path]:
        """Return the command that draws the same race as a competent user does."""
        script, size = HERE / "baseline.py", [str(self.width), str(self.height)]
        return [sys.executable, script, out, *size, data, self.view, *frames]


JOBS = (
    Job("gif", 640, 480, "contour", 68, 3),
    Job("gif", 1280, 960, "contour", 55),
    Job("mp4", 640, 480, "contour", 27),
    Job("gif", 640, 480, "relief", 55),
    Job("gif", 640, 480, "orbit", 10),
    Job("mp4", 640, 480, "orbit", 7.5),
)

NETWORK = {"sgd": 1.0, "momentum": 0.5, "rmsprop": 0.02, "adam": 0.1}
"""Who trains a network, and the rates that theirs is given."""
BEFORE = "3d42028"
"""The commit before the engine was written anew."""
DESCENTS = {
    "tuning-beale": ("tuning seven optimizers on beale", 0.6),
    "tuning-bowl": ("tuning seven optimizers on bowl", 0.6),
    "tuning-rosenbrock": ("tuning seven optimizers on rosenbrock", 0.6),
    "long-track": ("100,000 steps of SGD", 0.35),
    "basins": ("basins, 320x240 starts, 200 steps, 3 optimizers", 0.75),
}
"""The jobs of `descents`, and what each may take of what it took before."""
RENDERS = {
    "`render beale`, rates tuned": ("tuned.gif", (), 0.8),
    "a still SVG": ("still.svg", (*race.OPTIMIZERS, "--steps", str(race.STEPS)), 0.38),
    "AVIF": ("race.avif", (*race.OPTIMIZERS, "--steps", str(race.STEPS)), 0.5),
}
"""Renders of Beale's function, and what each may take of what it took before."""


def main() -> int:
    """Measure everything, or the parts that are named, and print the tables; keep them if whole."""
    wanted = [word for word in sys.argv[1:] if word != "--quick"]
    with tempfile.TemporaryDirectory() as name:
        rows, tables = measured(Path(name), wanted)
        text = "\n\n".join([heading(), requirements(rows), *tables])
        if not (QUICK or wanted):
            text += "\n\n" + growth([*SERIES], Path(name)).rstrip()
    print(text)
    if not (QUICK or wanted):
        (HERE / "RESULTS.md").write_text(text + "\n", encoding="utf-8")
    return 0 if all(row.holds for row in rows) else 1


def measured(folder: Path, wanted: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Return the requirements and the tables of the parts that are wanted, of all for none."""
    data = folder / "race.npz"
    ours = trajviz.compare(race.SURFACE, race.OPTIMIZERS, steps=race.STEPS)
    ours.save_trace(data)
    parts: dict[str, Callable[[], list[Row] | tuple[str, list[Row]]]] = {
        **{
            f"{job.suffix}-{job.view}-{job.width}": functools.partial(
                side_by_side, folder, data, job
            )
            for job in JOBS
        },
        "encoders": lambda: encoder_table(folder),
        "by-hand": lambda: by_hand(folder, data),
        "network": lambda: network(folder),
        "bytes": lambda: file_sizes(folder),
        "large-film": lambda: large_film(folder),
        "limits": lambda: own_limits(folder),
        "basins": basins,
        "before": lambda: before(folder),
        "starts": lambda: starts(folder),
        "galleries": lambda: galleries(folder),
    }
    unknown = {*wanted} - {*parts}
    if unknown:
        sys.exit(f"no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    rows, sides, tables = [], [], []
    for name in wanted or parts:
        began = time.monotonic()
        found = parts[name]()
        if isinstance(found, tuple):
            (sides if name[:3] in ("gif", "mp4") else tables).append(found[0])
            found = found[1]
        rows += found
        for row in found:
            print(
                f"{name}: {row.what}: {row.measured} ({row.required}), {row.verdict}",
                file=sys.stderr,
            )
        print(f"{name} took {time.monotonic() - began:.0f} s", file=sys.stderr)
    head = [
        "job",
        "side",
        "seconds",
        "peak MiB",
        "kB",
        "PSNR dB",
        "SSIM",
        "flicker",
        "times faster",
    ]
    lines = [line for job in sides for line in job]
    return rows, [*(["## Side by side\n\n" + table(head, lines)] if lines else []), *tables]


def heading() -> str:
    processor = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.processor(),
    )  # fmt: skip
    names = ["numpy", "matplotlib", "pillow", "imageio-ffmpeg"]
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        "# Benchmark\n\n"
        "Written by `make bench`. Whole processes from a cold start to the closed file, the two "
        "sides in turn,\nmedian (least-most). A ratio is that of a slow run to the median of the "
        "fast ones around it, and of several such\nthe median: of processor time, which a busy "
        "machine changes little, but of time that passes for an orbit and for\nAVIF, which use all "
        "processors.\n\n"
        f"{os.cpu_count()} cores, {processor}; Python {platform.python_version()}, {packages}; "
        f"trajviz {trajviz.__version__}.\n\n"
        "The race: Beale's function, 7 optimizers, 200 frames, key, title, step counter."
    )


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    rule = ["---"] * len(head)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines])


def requirements(rows: Sequence[Row]) -> str:
    lines = [[r.what, r.required, r.measured, r.verdict] for r in rows]
    return "## What must hold\n\n" + table(["what", "required", "measured", "holds"], lines)


def at_least(what: str, least: float, value: float, unit: str) -> Row:
    return Row(what, f"at least {least:g}{unit}", f"{value:.4g}{unit}", value >= least)


def at_most(what: str, most: float, value: float, unit: str) -> Row:
    return Row(what, f"at most {most:g}{unit}", f"{value:.4g}{unit}", value <= most)


def side_by_side(folder: Path, data: Path, job: Job) -> tuple[list[list[str]], list[Row]]:
    """Race FuncAnimation in one format, size and view."""
    slow = folder / f"baseline-{job.view}{job.width}.{job.suffix}"
    fast = folder / f"trajviz-{job.view}{job.width}.{job.suffix}"
    pair = run_in_turn(job.theirs(slow, data), job.ours(fast), 1 if QUICK else job.times)
    theirs, mine = qualities(folder, slow, fast, data, job)
    ratio = pair.ratio if job.view == "orbit" else pair.cpu_ratio
    lines = [
        side(job.what, "FuncAnimation", pair.slow, slow, theirs, ""),
        side(job.what, "trajviz", pair.fast, fast, mine, f"{ratio:.1f}"),
    ]
    faster = at_least(f"{job.what}, times faster", job.least, ratio, "")
    return lines, [faster, *look_rows(job, slow, fast, theirs, mine)]


def look_rows(job: Job, slow: Path, fast: Path, theirs: Quality, mine: Quality) -> list[Row]:
    """Return what must hold of files and pictures besides speed."""
    if job.view != "contour":
        return []
    if job.suffix == "mp4":
        least = round(theirs.psnr, 2)
        return [
            at_least("MP4, PSNR against FFMpegWriter's", least, mine.psnr, " dB"),
            at_most("MP4, bytes against FFMpegWriter's", 1, bytes_ratio(fast, slow), ""),
        ]
    if job.width == 640:
        return [
            at_least("GIF quality, default look", 48, mine.psnr, " dB"),
            Row("GIF flicker", "0", f"{mine.flicker:g}", mine.flicker == 0),
        ]
    return []


def side(what: str, who: str, runs: Sequence, path: Path, found: Quality, ratio: str) -> list[str]:
    return [
        what, who, spread([r.wall for r in runs]), f"{max(r.peak for r in runs):.0f}",
        f"{path.stat().st_size / 1e3:.0f}", f"{found.psnr:.1f}", f"{found.ssim:.4f}",
        f"{found.flicker:.2%}", ratio,
    ]  # fmt: skip


def bytes_ratio(a: Path, b: Path) -> float:
    return a.stat().st_size / b.stat().st_size


def qualities(
    folder: Path, slow: Path, fast: Path, data: Path, job: Job
) -> tuple[Quality, Quality]:
    """Compare each side's file with the frames that side drew."""
    kept = folder / "truth.npy"
    run(job.theirs(slow, data, kept))
    truth = np.load(kept, mmap_mode="r")
    size = (job.width, job.height)
    ours = trajviz.compare(
        race.SURFACE, race.OPTIMIZERS, steps=race.STEPS, size=size, **job.options
    )
    for path in (slow, fast):
        Image.new("1", size).save(path.with_suffix(".png"))  # tells the decoder the size
    frames = list(ours.frames())
    return quality(slow, truth), quality(fast, frames)


def encoder_table(folder: Path) -> tuple[str, list[Row]]:
    """Let other encoders work on the frames that we drew, in both looks.

    The pace is even, for which these rows were set: each frame moves something.
    """
    lines, rows = [], []
    even = functools.partial(
        trajviz.compare, race.SURFACE, race.OPTIMIZERS, steps=race.STEPS, pace="uniform"
    )
    for look, drawn in (("default", even()), ("lines", even(theme=race.LINES_THEME))):
        frames = list(drawn.frames())
        own = folder / f"own-{look}.gif"
        drawn.save(own)
        mine = quality(own, frames)
        size = own.stat().st_size
        lines.append(encoder_line(look, "trajviz", size, size, mine, ""))
        found: dict[str, tuple[int, Quality]] = {}
        for name, encode in encoders().items():
            path = folder / f"{name.replace(' ', '-')}-{look}.gif"
            seconds = encode(frames, own, path)
            found[name] = path.stat().st_size, quality(path, frames)
            lines.append(encoder_line(look, name, *[found[name][0], size], found[name][1], seconds))
        rows += encoder_rows(look, size, mine, found)
    head = ["look", "encoder", "kB", "times ours", "PSNR dB", "SSIM", "flicker", "seconds"]
    missing = "" if shutil.which("gifski") or len(encoders()) > 3 else "\n\ngifski was not there."
    title = "## Encoders on the same frames, at an even pace\n\n"
    return title + table(head, lines) + missing, rows


def encoder_line(
    look: str, name: str, size: int, ours: int, found: Quality, seconds: str
) -> list[str]:
    return [
        look, name, f"{size / 1e3:.0f}", f"{size / ours:.2f}", f"{found.psnr:.1f}",
        f"{found.ssim:.4f}", f"{found.flicker:.2%}", seconds,
    ]  # fmt: skip


def encoder_rows(
    look: str, size: int, mine: Quality, found: dict[str, tuple[int, Quality]]
) -> list[Row]:
    """Return what must hold: sizes in the default look, faithful lines in the other."""
    if look == "lines":
        return [at_least("GIF quality, lines", 39, mine.psnr, " dB")]
    rows = []
    for name, (their_size, theirs) in found.items():
        if name == "PillowWriter":
            rows.append(at_least(f"{name}, times our bytes", 10, their_size / size, ""))
        elif name == "gifski":
            rows.append(at_least(f"{name} -Q 90, times our bytes", 2.5, their_size / size, ""))
        elif name == "ffmpeg":
            rows.append(at_least(f"{name}, times our bytes", 1, their_size / size, ""))
            rows.append(at_least(f"dB over {name}", 2, mine.psnr - theirs.psnr, " dB"))
        else:
            saved = 100 * (1 - their_size / size)
            rows.append(at_most(f"{name} on our file saves", 3, saved, " %"))
    return rows


def by_hand(folder: Path, data: Path) -> list[Row]:
    """Race the best that is written by hand in matplotlib."""
    theirs = [sys.executable, HERE / "by_hand.py", folder / "by_hand.gif", data]
    ours = render(folder / "by_us.gif")
    pair = run_in_turn(theirs, ours, 1 if QUICK else 3)
    return [at_least("GIF 640x480, times faster than blitting by hand", 5.2, pair.cpu_ratio, "")]


def network(folder: Path) -> list[Row]:
    """Train a network with four optimizers, rates tuned, and race a network in torch at each node.

    Theirs has its rates given; without torch it has no row.
    """
    words = ["moons-net", *NETWORK, "--steps", "500", "--quiet", "-o", folder / "net.gif"]
    ours = [TRAJVIZ, "render", *words]
    alone = run(ours)
    rows = [
        at_most("a network of 337 weights, tuned, processor seconds", 10, alone.cpu, " s"),
        at_most("a network of 337 weights, tuned, memory", 300, alone.peak, " MiB"),
    ]
    if find_spec("torch") is None:
        return rows
    nodes = node_count(trajviz.load_subject("moons-net"))
    rates = [f"{name}={rate}" for name, rate in NETWORK.items()]
    script = [sys.executable, HERE / "landscape.py", folder / "landscape.gif", "500", str(nodes)]
    pair = run_in_turn([*script, *rates], ours, 1 if QUICK else 3)
    what = "a network, times faster than a network in torch at each node"
    return [*rows, at_least(what, 3, pair.ratio, "")]


def file_sizes(folder: Path) -> list[Row]:
    """Measure the bytes of GIFs at both paces, and of the still SVG."""
    for name, options in {
        "uniform.gif": ("--pace", "uniform"),
        "story.gif": (),
        "a.svg": (),
    }.items():
        run(render(folder / name, *options))
    steady = trajviz.compare(race.SURFACE, race.OPTIMIZERS, steps=race.STEPS, pace="uniform")
    found = quality(folder / "uniform.gif", list(steady.frames()))

    def kilobytes(name: str) -> float:
        return (folder / name).stat().st_size / 1e3

    return [
        at_most("GIF bytes, uniform pace", 155, kilobytes("uniform.gif"), " kB"),
        at_least("GIF quality, uniform pace", 50, found.psnr, " dB"),
        at_most("GIF bytes, story pace", 175, kilobytes("story.gif"), " kB"),
        at_most("still SVG, bytes", 120, kilobytes("a.svg"), " kB"),
    ]


def large_film(folder: Path) -> list[Row]:
    """Measure the memory of a large film, that of the encoder included."""
    peak = peak_of_all(render(folder / "large.mp4", "--size", "3840x2160", "--seconds", "2"))
    return [at_most("MP4 at 3840x2160, all processes", 550, peak * 1.048576, " MB")]


def own_limits(folder: Path) -> list[Row]:
    """Measure memory and growth."""
    large = ("--size", "1280x960", "--seconds")
    short = run(render(folder / "a.gif", *large, "80"))
    long = run(render(folder / "b.gif", *large, "160"))
    few = [run(render(folder / "c.gif")).wall for _ in range(3)]
    many = [run(render(folder / "d.gif", "--seconds", "80")).wall for _ in range(3)]
    further = 1000 * (np.median(many) - np.median(few)) / 1800
    return [
        at_most("memory, 2,000 frames at 1280x960", 220, short.peak, " MiB"),
        at_most("memory, 4,000 frames at 1280x960", 220, long.peak, " MiB"),
        at_most("each further frame at 640x480", 1.5, further, " ms"),
        at_most("drawing 100,000 steps over 200, 200 frames", 1, drawing_steps(), " s"),
    ]


def drawing_steps() -> float:
    """Return how much longer 100,000 steps take to draw than 200, the descent apart."""
    code = (
        "import sys, time, race, trajviz\n"
        "r = trajviz.compare(race.SURFACE, race.OPTIMIZERS, steps=int(sys.argv[1]))\n"
        "began = time.perf_counter(); r.save(sys.argv[2]); print(time.perf_counter() - began)"
    )

    def least(steps: str, folder: str) -> float:
        """Return the least seconds of three, since others on the machine only add to them."""
        command = [sys.executable, "-c", code, steps, f"{folder}/steps.gif"]
        done = [
            subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
            for _ in range(3)
        ]
        return min(float(one.stdout) for one in done)

    with tempfile.TemporaryDirectory() as folder:
        return least("100000", folder) - least("200", folder)


def basins() -> list[Row]:
    """Measure the memory of basins of 320x240 starts, 200 steps, 3 optimizers."""
    code = "import descents\ndescents.basins()()"
    peak = run(["env", "-C", HERE, sys.executable, "-c", code]).peak
    return [at_most("basins, 320x240 starts, 200 steps, 3 optimizers, memory", 120, peak, " MiB")]


def before(folder: Path) -> list[Row]:
    """Measure what takes a share of what it took before the engine was written anew."""
    old = checkout(folder / "before")
    if old is None:
        return [Row(f"what took longer in {BEFORE}", "the repository", "not there", False)]
    rows = [
        at_most(f"{what}, of what it took before", most, share_of(old, job), "")
        for job, (what, most) in DESCENTS.items()
    ]
    for what, (name, options, most) in RENDERS.items():
        mine, theirs = (
            by(path, "render", race.SURFACE, *options, "--quiet", "-o", folder / name)
            for path in (ROOT, old)
        )
        pair = run_in_turn(theirs, mine, 1 if QUICK else 3)
        ratio = pair.ratio if name.endswith("avif") else pair.cpu_ratio
        rows.append(at_most(f"{what}, of what it took before", most, 1 / ratio, ""))
    return rows


def checkout(folder: Path) -> Path | None:
    """Return a folder with the package as it was; None without the repository."""
    archive = subprocess.run(
        ["git", "-C", ROOT, "archive", BEFORE, "trajviz", "surfaces"], capture_output=True
    )
    if archive.returncode:
        return None
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def by(package: Path, *words: str | Path) -> list[str | Path]:
    """Return the command of the package in a folder, wherever it is run."""
    code = "import sys; sys.argv[0] = 'trajviz'; from trajviz.__main__ import main; main()"
    return ["env", f"PYTHONPATH={package}", sys.executable, "-P", "-c", code, *words]


def share_of(old: Path, job: str) -> float:
    """Return which share of the old time a job of `descents` takes, by processor time, in turn."""

    def seconds(package: Path) -> float:
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(package)}
        command = [sys.executable, HERE / "descents.py", job]
        done = subprocess.run(command, env=env, stderr=subprocess.PIPE, text=True, check=True)
        return float(done.stderr)

    return float(np.median([seconds(ROOT) / seconds(old) for _ in range(1 if QUICK else 3)]))


def starts(folder: Path) -> list[Row]:
    """Measure what it takes an installed trajviz to say something at all."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*build, folder], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    shutil.unpack_archive(wheel, folder / "installed", "zip")
    nothing = ["env", sys.executable, "-P", "-c", "pass"]
    rows = []
    for word, most in (("--help", 4.3), ("list", 6)):
        pair = run_in_turn(by(folder / "installed", word), nothing, 9)
        rows.append(at_most(f"`{word}`, times `python -c pass`", most, pair.cpu_ratio, ""))
    return rows


def galleries(folder: Path) -> list[Row]:
    """Measure a look at a gallery of thousands of items, and a build by two workers."""
    few, many = (1000, 3000) if QUICK else (3000, 30000)
    nothing, short, long = (run(looked_at(count, folder)).cpu for count in (10, few, many))
    rise = (long - nothing) / many / ((short - nothing) / few)
    rows = [
        at_most(f"`gallery check`, {few:,} items", 2, short, " s"),
        at_most(f"each of {many:,} items against each of {few:,}", 1.2, rise, ""),
        at_most(f"{many:,} items, unchanged", 1, run(unchanged(many, folder)).cpu, " s"),
    ]
    if QUICK:
        return rows
    return [*rows, at_least("the gallery, times faster with `-j 2`", 1.6, workers(folder), "")]


def workers(folder: Path) -> float:
    """Return how many times faster two workers build the whole gallery than one."""
    gallery = shutil.copytree(HERE.parents[1] / "gallery", folder / "gallery")
    build = [TRAJVIZ, "gallery", "build", gallery, "--force", "--quiet"]
    one, two = (run([*build, "-j", count]).wall for count in "12")
    return one / two


if __name__ == "__main__":
    sys.exit(main())
