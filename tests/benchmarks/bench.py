"""trajviz against what a user would write otherwise, side by side in one run.

python bench.py [--quick] prints the tables; without --quick it also writes RESULTS.md and the plot
beside it. Exits with 1 when a row does not hold.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import race
from encoders import encoders
from measure import Pair, Quality, Run, quality, run, run_in_turn, spread
from PIL import Image
from sweep import built_sweep

import trajviz

HERE = Path(__file__).parent
TRAJVIZ = Path(sys.executable).with_name("trajviz")
QUICK = "--quick" in sys.argv


@dataclass(frozen=True)
class Row:
    """A requirement and what was measured."""

    what: str
    required: str
    measured: str
    holds: bool


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
    Job("gif", 640, 480, "contour", 25),
    Job("gif", 1280, 960, "contour", 30),
    Job("mp4", 640, 480, "contour", 13),
    Job("gif", 640, 480, "relief", 25),
    Job("gif", 640, 480, "orbit", 8),
    Job("mp4", 640, 480, "orbit", 8),
)

TAPES = {
    "tuning-beale": 0.65,
    "tuning-bowl": 0.9,
    "tuning-rosenbrock": 0.8,
    "long-track": 0.35,
    "basins": 0.95,
}
"""What each job of `descents` may take by a tape, as a share of what it takes by dual numbers."""


def main() -> int:
    """Measure everything, print and keep the tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "race.npz"
        ours = trajviz.compare(race.SURFACE, race.OPTIMIZERS, steps=race.STEPS)
        ours.save_trace(data)
        sides, rows = side_by_side(folder, data)
        encoding, more = encoder_table(folder, ours)
        rows += more + by_hand(folder, data) + other_formats(folder) + own_limits(folder)
        rows += tuning() + basins() + tapes() + starts() + galleries(folder)
        text = "\n\n".join([heading(), requirements(rows), sides, encoding])
        if not QUICK:
            from scaling import scaling

            text += "\n\n" + scaling(folder, render, HERE / "scaling.png")
    print(text)
    if not QUICK:
        (HERE / "RESULTS.md").write_text(text + "\n", encoding="utf-8")
    return 0 if all(row.holds for row in rows) else 1


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
        "sides in turn,\nmedian (least-most); a ratio is the median over pairs.\n\n"
        f"{os.cpu_count()} cores, {processor}; Python {platform.python_version()}, {packages}; "
        f"trajviz {trajviz.__version__}.\n\n"
        "The race: Beale's function, 7 optimizers, 200 frames, key, title, step counter."
    )


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    rule = ["---"] * len(head)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *lines])


def requirements(rows: Sequence[Row]) -> str:
    lines = [[r.what, r.required, r.measured, "yes" if r.holds else "**no**"] for r in rows]
    return "## What must hold\n\n" + table(["what", "required", "measured", "holds"], lines)


def at_least(what: str, least: float, value: float, unit: str) -> Row:
    return Row(what, f"at least {least:g}{unit}", f"{value:.4g}{unit}", value >= least)


def at_most(what: str, most: float, value: float, unit: str) -> Row:
    return Row(what, f"at most {most:g}{unit}", f"{value:.4g}{unit}", value <= most)


def side_by_side(folder: Path, data: Path) -> tuple[str, list[Row]]:
    """Race FuncAnimation in each format, size and view."""
    lines, rows = [], []
    for number, job in enumerate(JOBS):
        slow = folder / f"baseline{number}.{job.suffix}"
        fast = folder / f"trajviz{number}.{job.suffix}"
        pair = run_in_turn(job.theirs(slow, data), job.ours(fast), 1 if QUICK else 3)
        theirs, mine = qualities(folder, slow, fast, data, job)
        rows.append(at_least(f"{job.what}, times faster", job.least, pair.ratio, ""))
        lines += [
            side(job.what, "FuncAnimation", pair.slow, slow, theirs, ""),
            side(job.what, "trajviz", pair.fast, fast, mine, f"{pair.ratio:.0f}"),
        ]
        rows += look_rows(job, slow, fast, theirs, mine)
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
    return "## Side by side\n\n" + table(head, lines), rows


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
            at_most("GIF bytes, default look", 260, fast.stat().st_size / 1e3, " kB"),
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


def encoder_table(folder: Path, ours: trajviz.Race) -> tuple[str, list[Row]]:
    """Let other encoders work on the frames that we drew, in both looks."""
    lines, rows = [], []
    lined = trajviz.compare(race.SURFACE, race.OPTIMIZERS, steps=race.STEPS, theme=race.LINES_THEME)
    for look, drawn in (("default", ours), ("lines", lined)):
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
    return "## Encoders on the same frames\n\n" + table(head, lines) + missing, rows


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
    return [at_least("GIF 640x480, times faster than blitting by hand", 5.2, pair.ratio, "")]


def other_formats(folder: Path) -> list[Row]:
    """Measure GIFs at both paces, the still SVG, AVIF, and the memory of a large film."""
    drawn: dict[str, Run] = {}
    for name, options in {
        "uniform.gif": ("--pace", "uniform"),
        "story.gif": (),
        "race.svg": (),
        "race.avif": (),
        "large.mp4": ("--size", "3840x2160", "--seconds", "2"),
    }.items():
        drawn[name] = run(render(folder / name, *options))

    def kilobytes(name: str) -> float:
        return (folder / name).stat().st_size / 1e3

    picture = run_in_turn(render(folder / "race.gif"), render(folder / "race.svg"), 3)
    return [
        at_most("GIF bytes, uniform pace", 155, kilobytes("uniform.gif"), " kB"),
        at_most("GIF bytes, story pace", 175, kilobytes("story.gif"), " kB"),
        at_most("still SVG, bytes", 120, kilobytes("race.svg"), " kB"),
        at_least("a GIF takes times as long as a still SVG", 0.8, picture.ratio, ""),
        at_most("AVIF, seconds", 6, drawn["race.avif"].wall, " s"),
        at_most("MP4 at 3840x2160, largest process", 525, drawn["large.mp4"].peak, " MiB"),
    ]


def own_limits(folder: Path) -> list[Row]:
    """Measure memory and growth."""
    large = ("--size", "1280x960", "--seconds")
    short = run(render(folder / "a.gif", *large, "80"))
    long = run(render(folder / "b.gif", *large, "160"))
    few = [run(render(folder / "c.gif")).wall for _ in range(3)]
    many = [run(render(folder / "d.gif", "--seconds", "80")).wall for _ in range(3)]
    growth = 1000 * (np.median(many) - np.median(few)) / 1800
    return [
        at_most("memory, 2,000 frames at 1280x960", 220, short.peak, " MiB"),
        at_most("memory, 4,000 frames at 1280x960", 220, long.peak, " MiB"),
        at_most("each further frame at 640x480", 1.5, growth, " ms"),
        at_most("drawing 100,000 steps over 200, 200 frames", 1, drawing_steps(), " s"),
    ]


def drawing_steps() -> float:
    """Return how much longer 100,000 steps take to draw than 200, the descent apart."""
    code = (
        "import sys, time, race, trajviz\n"
        "r = trajviz.compare(race.SURFACE, race.OPTIMIZERS, steps=int(sys.argv[1]))\n"
        "began = time.perf_counter(); r.save(sys.argv[2]); print(time.perf_counter() - began)"
    )
    took = []
    with tempfile.TemporaryDirectory() as folder:
        for steps in ("200", "100000"):
            command = [sys.executable, "-c", code, steps, f"{folder}/steps.gif"]
            out = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
            took.append(float(out.stdout))
    return took[1] - took[0]


def tuning() -> list[Row]:
    """Measure what the rates of seven optimizers take, once all is loaded."""
    code = (
        "import sys, time, trajviz\n"
        "surface = trajviz.load_surface(sys.argv[1])\n"
        "from trajviz.recipe.spec import parse_specs\n"
        "from trajviz.descent.tuning import tune_rates\n"
        "specs = parse_specs('sgd momentum nag adagrad adadelta rmsprop adam'.split())\n"
        "def took():\n"
        "    began = time.perf_counter()\n"
        "    tune_rates(surface, specs, surface.start, 200, surface.window)\n"
        "    return time.perf_counter() - began\n"
        "print(min(took() for _ in range(5)))"
    )
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    rows = []
    for surface in ("bowl", "rosenbrock", "beale"):
        command = [sys.executable, "-c", code, surface]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        what = f"tuning seven optimizers on {surface}, 200 steps"
        rows.append(at_most(what, 0.2, float(done.stdout), " s"))
    return rows


def basins() -> list[Row]:
    """Measure basins of 320x240 starts, 200 steps, 3 optimizers, less what all else takes."""
    code = (
        "import sys, trajviz\n"
        "from trajviz.descent.basins import find_basins, lattice, minima_of\n"
        "r = trajviz.compare('himmelblau', ['sgd:lr=0.01', 'momentum:lr=0.005', 'adam:lr=0.3'])\n"
        "starts = lattice(r.window, 320, 240)[:: int(sys.argv[1])]\n"
        "minima = minima_of(r.surface, r.trajectories, r.steps, r.window, r.outcome.noise)\n"
        "for t in r.trajectories:\n"
        "    find_basins(r.surface, t, starts, r.steps, minima, r.window, r.outcome.noise, print)"
    )
    whole, few = (run([sys.executable, "-c", code, every]) for every in ("1", "240"))
    what = "basins, 320x240 starts, 200 steps, 3 optimizers"
    return [
        at_most(what, 20, whole.wall - few.wall, " s"),
        at_most(f"{what}, memory", 120, whole.peak, " MiB"),
    ]


def galleries(folder: Path) -> list[Row]:
    """Measure a look at a gallery of thousands of items, and a build by two workers."""
    few, many = (1000, 3000) if QUICK else (3000, 30000)
    check = [TRAJVIZ, "gallery", "check"]
    nothing = run([*check, built_sweep(folder / "1", 10)]).cpu
    short, long = (
        run([*check, built_sweep(folder / f"{count}", count)]).cpu for count in (few, many)
    )
    growth = (long - nothing) / many / ((short - nothing) / few)
    rows = [
        at_most(f"`gallery check`, {few:,} items", 2, short, " s"),
        at_most(f"each of {many:,} items against each of {few:,}", 1.2, growth, ""),
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


def tapes() -> list[Row]:
    """Measure what descents take by tapes, as a share of what they take by dual numbers."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    rows = []
    for job, most in TAPES.items():
        command = [sys.executable, HERE / "descents.py", job]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        rows.append(at_most(f"{job} by a tape, of by dual numbers", most, float(done.stderr), ""))
    return rows


def starts() -> list[Row]:
    """Measure what it takes to say something at all."""
    nothing = [sys.executable, "-c", "pass"]
    help_: Pair = run_in_turn([TRAJVIZ, "--help"], nothing, 9)
    list_: Pair = run_in_turn([TRAJVIZ, "list"], nothing, 5)
    return [
        at_most("`--help`, times `python -c pass`", 6, help_.ratio, ""),
        at_most("`list`, times `python -c pass`", 20, list_.ratio, ""),
    ]


if __name__ == "__main__":
    sys.exit(main())
