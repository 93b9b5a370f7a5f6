"""The race of the benchmark, and what both sides are told to draw."""

from __future__ import annotations

from pathlib import Path

SURFACE = "beale"
OPTIMIZERS = [
    "sgd:lr=0.001",
    "momentum:lr=0.001,beta=0.95",
    "nag:lr=0.001,beta=0.95",
    "adagrad:lr=1",
    "adadelta:lr=157,rho=0.98",
    "rmsprop:lr=0.075,beta=0.95",
    "adam:lr=0.1",
]
"""Radford's settings, and Adam: slow and fast, so that something moves in every frame."""
STEPS = 199
FPS, SECONDS, HOLD = 25, 8, 2
LINES_THEME = Path(__file__).with_name("lines.toml")
"""Contour lines without shading: strong lines on white, the hardest picture for a palette."""
