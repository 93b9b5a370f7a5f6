"""How time and memory grow with frames, pixels, tracks and steps: a table and a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import race
from measure import Run, run

FRAMES = [100, 200, 500, 1000, 2000, 4000]
SIZES = [(320, 240), (640, 480), (960, 720), (1280, 960), (1920, 1080)]
TRACKS = [1, 2, 5, 10, 20]
STEPS = [200, 1000, 5000, 20_000, 100_000]

Render = Callable[..., list[str | Path]]


def scaling(folder: Path, render: Render, plot: Path) -> str:
    """Measure GIFs of the benchmark's race, one quantity changed at a time."""
    out = folder / "scaling.gif"
    series = {
        "frames": [(n, run(render(out, "--seconds", str(n / race.FPS)))) for n in FRAMES],
        "kilopixels": [(w * h / 1000, run(render(out, "--size", f"{w}x{h}"))) for w, h in SIZES],
        "tracks": [(n, run(_tracks(render(out), n))) for n in TRACKS],
        "steps": [(n, run(_steps(render(out), n))) for n in STEPS],
    }
    _plot(series, plot)
    lines = ["| what | of | seconds | peak MiB |", "| --- | --- | --- | --- |"]
    for name, points in series.items():
        lines += [f"| {name} | {n:,.0f} | {r.wall:.2f} | {r.peak:.0f} |" for n, r in points]
    return (
        "## Scaling\n\nA GIF at 640x480 with 200 frames, 7 tracks and 199 steps, but for what is "
        f"named; steps include the descent.\n\n![Scaling]({plot.name})\n\n" + "\n".join(lines)
    )


def _tracks(command: list[str | Path], count: int) -> list[str | Path]:
    """Replace the race's optimizers by so many tracks of their own rates."""
    specs = [f"adam:lr={0.02 * (place + 1):.2f},label=a{place}" for place in range(count)]
    return [*command[:3], *specs, *command[3 + len(race.OPTIMIZERS) :]]


def _steps(command: list[str | Path], count: int) -> list[str | Path]:
    return [str(count) if part == str(race.STEPS) else part for part in command]


def _plot(series: dict[str, Sequence[tuple[float, Run]]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3), layout="constrained")
    for axes, (name, points) in zip(figure.subplots(1, 4), series.items(), strict=True):
        values = [n for n, _ in points]
        axes.plot(values, [r.wall for _, r in points], "o-", color="#0b5c8f", label="seconds")
        axes.plot(
            values, [r.peak / 100 for _, r in points], "s--", color="#e07b26", label="100 MiB"
        )
        axes.set(xlabel=name, xscale="log", ylim=(0, None))
        axes.grid(alpha=0.3)
    figure.axes[0].legend()
    figure.savefig(path, dpi=100)
