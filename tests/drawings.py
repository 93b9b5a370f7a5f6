"""Drawings for tests: races of every kind of line, and how alike a drawing is to our pixels."""

import functools
from dataclasses import replace

import numpy as np
from programs import judge
from races import SEVEN, race, with_tracks
from skimage.metrics import structural_similarity

MANY = (*SEVEN, "nadam", "radam", "adamw", "yogi")
RACES = {
    "contour": ("beale", SEVEN[:4], {}),
    "dark, diverging, charts": (
        "beale",
        ("sgd:lr=0.5", "adam", "rmsprop"),
        {"theme": "dark", "panels": ("loss", "step-size"), "size": (800, 450)},
    ),
    "hidden behind hills": ("himmelblau", ("sgd:lr=0.01", "adam"), {"view": "relief"}),
    "dashed": ("beale", MANY, {"panels": ("loss",)}),
    "leaving and coming back": ("beale", ("momentum:lr=0.02", "sgd:lr=0.05"), {"steps": 60}),
    "uniform": ("rosenbrock", SEVEN[:2], {"pace": "uniform", "fps": 12}),
    "waiting": ("rosenbrock", SEVEN[:2], {"lead": 2.5}),
    "swarm": ("himmelblau", ("sgd:lr=0.004", "adam"), {"starts": "5x5", "steps": 60}),
    "tails": ("himmelblau", ("momentum:lr=0.01", "adam"), {"view": "split", "trail": 12}),
    "radford": ("saddle", ("sgd", "rmsprop"), {"theme": "radford"}),
}
"""What every drawing can show."""


@functools.cache
def drawn(name):
    surface, optimizers, options = RACES[name]
    return race(surface, optimizers, **options)


@functools.cache
def lost_outside_and_hidden(size):
    """Return a scene of eight steps whose tracks are lost, outside, and behind a hill."""
    three = ("sgd:lr=0.1", "nag:lr=0.1", "adam")
    base = race("bowl", three, steps=8, seconds=1, size=size).scene
    x0, y0, x1, y1 = base.main.box
    across, down = np.linspace(x0 + 80, x1 - 80, 9), np.full(9, float(y1 - 100))
    down[1:7] = y1 + 1
    scene = with_tracks(
        base,
        np.stack([across, np.full(9, y0 + 200)], axis=1),  # ends in a cross halfway
        np.stack([across, down], axis=1),  # is outside for a while
        np.stack([across, np.full(9, y0 + 400)], axis=1),  # is behind a hill for a while
    )
    lost, out, behind = scene.main.tracks
    hidden = np.arange(9) % 8 > 2
    behind = replace(behind, line=replace(behind.line, hidden=hidden))
    place = lost.line.vertices[4]
    arms = np.array([[(-12, -12), (12, 12)], [(-12, 12), (12, -12)]])
    lost = replace(lost, mark=place + arms, mark_knot=4, gone_knot=4)
    plot = replace(scene.main, tracks=(lost, out, behind))
    return replace(scene, plots=(plot,))


def in_another_renderer(path, size):
    """Return what another renderer than a browser shows of an SVG, (height, width, 3)."""
    width, height = size
    command = ("ffmpeg", "-v", "error", "-i", path, "-vf", f"scale={width}:{height}")
    video = judge(*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return np.frombuffer(video, np.uint8).reshape(height, width, 3)


def likeness(path, ours):
    """Return how alike another renderer's picture of an SVG is to ours, 1 for the same."""
    theirs = in_another_renderer(path, ours.shape[1::-1])
    return structural_similarity(ours, theirs, channel_axis=2)


def worst_apart(picture, other, side=12):
    """Return how far apart two pictures are in the square where they are furthest apart."""
    off = np.abs(picture.astype(int) - other).mean(axis=2)
    rows, columns = (length // side for length in off.shape)
    squares = off[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return float(squares.mean(axis=(1, 3)).max())
