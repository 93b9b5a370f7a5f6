"""What arrows at the heads of tracks may show; `--help` reads it, so nothing here imports numpy."""

from __future__ import annotations

from trajviz.errors import unknown

ARROWS = ("step", "gradient", "velocity", "none")
"""The step over minus the gradient, that alone, what carries over as well, or nothing."""


def check_arrows(shown: str) -> None:
    """Refuse what is none of ARROWS."""
    if shown not in ARROWS:
        raise unknown("arrows", shown, ARROWS)
