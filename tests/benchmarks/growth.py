"""How time and memory grow with what is asked for: a table, and plots of both per unit.

python growth.py [SERIES]... measures all series, or those named, and writes the plot and its part
of RESULTS.md. What was measured is kept in growth.json, so that one can be measured again.

Time is processor time of all processes, so that a busy machine does little to it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import race
from measure import Run, run
from sweep import built_sweep, new_sweep

HERE = Path(__file__).parent
TRAJVIZ = Path(sys.executable).with_name("trajviz")
KEPT, PLOT, RESULTS = (HERE / name for name in ("growth.json", "growth.png", "RESULTS.md"))
HEADING = "## Growth"

SIZES = [(160, 120), (320, 240), (640, 480), (1280, 960), (1920, 1440), (3840, 2160)]
TIMES = 3
"""How often what takes little time is measured; the least counts, since others only add to it."""
LITTLE = 3.0
"""What little time is, in seconds."""

Command = list[str | Path]


@dataclass(frozen=True)
class Series:
    """What grows, and the command for each amount of it, asked for before each run."""

    unit: str
    amounts: Sequence[int]
    command: Callable[[int, Path], Command]


@dataclass(frozen=True)
class Growth:
    """A series as it was measured: seconds of all processors, and MiB of the largest process."""

    unit: str
    seconds: Mapping[int, float]
    peaks: Mapping[int, float]

    @property
    def ends(self) -> tuple[float, float]:
        """How many times the average unit one costs in the last part of the series.

        In time and in memory. What is less than a twentieth of all counts as that.
        """
        return _rise(self.seconds), _rise(self.peaks)


def _rise(costs: Mapping[int, float]) -> float:
    first, *_, before, last = costs
    average = max(costs[last] - costs[first], 0.05 * costs[last]) / (last - first)
    return (costs[last] - costs[before]) / (last - before) / average


def render(out: Path, *options: str, optimizers: Sequence[str] = race.OPTIMIZERS) -> Command:
    """Return the command that draws the benchmark's race."""
    return [TRAJVIZ, "render", race.SURFACE, *optimizers, "--quiet", *options, "-o", out]


def _frames(suffix: str) -> Callable[[int, Path], Command]:
    return lambda count, folder: render(
        folder / f"a.{suffix}", "--steps", str(race.STEPS), "--seconds", str(count / race.FPS)
    )


def _pixels(suffix: str) -> Callable[[int, Path], Command]:
    sizes = {width * height: f"{width}x{height}" for width, height in SIZES}
    return lambda count, folder: render(
        folder / f"a.{suffix}", "--steps", str(race.STEPS), "--size", sizes[count]
    )


def _tracks(count: int, folder: Path) -> Command:
    specs = [f"adam:lr={0.1 + 0.001 * place:.3f},label=a{place}" for place in range(count)]
    return render(folder / "a.gif", "--steps", str(race.STEPS), optimizers=specs)


def _steps(count: int, folder: Path) -> Command:
    return render(folder / "a.gif", "--steps", str(count), optimizers=["momentum:lr=0.001"])


def _starts(count: int, folder: Path) -> Command:
    return render(folder / "a.gif", "--starts", f"random:{count}", optimizers=["adam:lr=0.1"])


def looked_at(count: int, folder: Path) -> Command:
    """Let a check look at all items: it knows of no other check."""
    gallery = folder / f"built{count}"
    if not gallery.exists():
        built_sweep(gallery, count)
    shutil.rmtree(gallery / ".cache", ignore_errors=True)
    return [TRAJVIZ, "gallery", "check", gallery]


def unchanged(count: int, folder: Path) -> Command:
    """Let a check find that nothing has changed since the last one."""
    gallery = folder / f"built{count}"
    if not any(gallery.glob(".cache/current*")):
        command = looked_at(count, folder)
        time.sleep(3)  # younger files are not trusted
        run(command)
    return [TRAJVIZ, "gallery", "check", gallery]


def _built(count: int, folder: Path) -> Command:
    gallery = new_sweep(folder / f"new{count}-{time.monotonic_ns()}", count)
    return [sys.executable, HERE / "resumed.py", TRAJVIZ, gallery, str(count)]


AREAS = [width * height for width, height in SIZES]
FRAMES = [100, 200, 500, 1000, 2000, 4000]
SERIES = {
    "gif-frames": Series("frame, GIF", FRAMES, _frames("gif")),
    "mp4-frames": Series("frame, MP4", FRAMES, _frames("mp4")),
    "tracks": Series("track", [1, 2, 4, 8, 16, 24], _tracks),
    "gif-pixels": Series("pixel, GIF", AREAS, _pixels("gif")),
    "mp4-pixels": Series("pixel, MP4", AREAS, _pixels("mp4")),
    "steps": Series("step", [100, 1000, 10_000, 100_000, 300_000, 1_000_000], _steps),
    "starts": Series("start", [1, 10, 100, 500, 1000, 2000], _starts),
    "looked-at": Series("item, looked at", [10, 100, 1000, 3000, 10_000, 30_000], looked_at),
    "unchanged": Series("item, unchanged", [1000, 3000, 10_000, 30_000], unchanged),
    "built": Series("item, built in two goes", [100, 300, 1000], _built),
}


def measured(names: Sequence[str], folder: Path) -> Iterator[tuple[str, dict[str, list[float]]]]:
    """Measure series: seconds and MiB of each amount."""
    for name in names:
        found = {}
        for amount in SERIES[name].amounts:
            least = _least(SERIES[name], amount, folder)
            found[str(amount)] = [round(least.cpu, 3), round(least.peak, 1)]
            print(name, amount, found[str(amount)], file=sys.stderr, flush=True)
        yield name, found


def _least(series: Series, amount: int, folder: Path) -> Run:
    found = run(series.command(amount, folder))
    for _ in range(TIMES - 1):
        if found.cpu < LITTLE:
            found = min(found, run(series.command(amount, folder)), key=lambda one: one.cpu)
    return found


def _growths(kept: Mapping[str, Mapping[str, Sequence[float]]]) -> list[Growth]:
    return [
        Growth(
            unit=series.unit,
            seconds={int(amount): seconds for amount, (seconds, _) in kept[name].items()},
            peaks={int(amount): peak for amount, (_, peak) in kept[name].items()},
        )
        for name, series in SERIES.items()
        if name in kept
    ]


def report(growths: Sequence[Growth]) -> str:
    """Return this part of RESULTS.md."""
    return (
        f"{HEADING}\n\n"
        "Whole processes, one quantity changed at a time, the rest a GIF of 640x480, 200 frames, "
        "199 steps and 7 tracks\n(1 for steps and starts). Seconds are those of all processors, "
        "peaks those of the largest process. In the plots, what\ngrows in proportion falls to a "
        "level, and nothing may rise. The last column says how many times the average unit\none "
        "costs in the last part of its series, in time and in memory: more than 1 is more than in "
        f"proportion.\n\n![Growth]({PLOT.name})\n\n"
        "| per | of | seconds | peak MiB | at the end |\n| --- | --- | --- | --- | --- |\n"
        + "\n".join(line for growth in growths for line in _lines(growth))
        + "\n"
    )


def _lines(growth: Growth) -> Iterator[str]:
    last = [*growth.seconds][-1]
    for amount, seconds in growth.seconds.items():
        end = "{:.2f}, {:.2f}".format(*growth.ends) if amount == last else ""
        peak = growth.peaks[amount]
        yield f"| {growth.unit} | {amount:,} | {seconds:.2f} | {peak:.0f} | {end} |"


def draw(growths: Sequence[Growth], path: Path) -> None:
    """Draw time and memory per unit, one chart a series."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 5), layout="constrained")
    for place, growth in enumerate(growths, 1):
        axes = figure.add_subplot(2, 5, place)
        for costs, scale, style in ((growth.seconds, 1000, "o-"), (growth.peaks, 1, "s--")):
            color = "#0b5c8f" if style == "o-" else "#e07b26"
            each = [scale * cost / amount for amount, cost in costs.items()]
            axes.loglog([*costs], each, style, color=color, markersize=4)
        axes.set_title(f"per {growth.unit}", fontsize=10)
        axes.grid(alpha=0.3)
        axes.tick_params(labelsize=8)
    figure.axes[0].legend(["ms of processors", "MiB of the peak"], fontsize=8)
    figure.savefig(path, dpi=80)


def growth(names: Sequence[str], folder: Path) -> str:
    """Measure series, keep and draw all that is known, and return the part of RESULTS.md."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    for name, found in measured(names, folder):
        kept[name] = found
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    growths = _growths(kept)
    draw(growths, PLOT)
    return report(growths)


def main(names: Sequence[str]) -> None:
    """Measure, and write the part of RESULTS.md anew."""
    with tempfile.TemporaryDirectory() as folder:
        text = growth(names or [*SERIES], Path(folder))
    before, _, _ = RESULTS.read_text(encoding="utf-8").partition(HEADING)
    RESULTS.write_text(f"{before.rstrip()}\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
