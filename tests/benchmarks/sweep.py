"""A gallery of as many items as one wants, new, or as if it had just been built."""

from __future__ import annotations

from pathlib import Path

from trajviz.gallery.lock import LockEntry, digest
from trajviz.gallery.plan import plan_gallery
from trajviz.gallery.versions import installed_versions

PICTURE = b"as large as the picture of a small race" * 100
TEXT = """
[[sweep]]
name = "many"
surface = "bowl"
optimizers = ["sgd"]
size = [160, 120]
steps = 5
outputs = ["{{name}}.png"]
caption = "A rate of {{lr}}."
grid = {{ lr = {rates}, seed = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }}
"""


def new_sweep(folder: Path, count: int) -> Path:
    """Write a gallery of which nothing is made yet.

    Args:
        folder: Where it goes; it is not there yet.
        count: How many items it has, tens.

    Returns:
        The folder.
    """
    folder.mkdir()
    rates = [round(0.0001 * number, 4) for number in range(1, count // 10 + 1)]
    (folder / "gallery.toml").write_text(TEXT.format(rates=rates))
    return folder


def built_sweep(folder: Path, count: int) -> Path:
    """Write a gallery with everything that a build of it leaves, pictures apart.

    Arguments and result are those of `new_sweep`.
    """
    plan = plan_gallery(new_sweep(folder, count))
    with plan.lock.recording():
        for planned in plan.items:
            for file in planned.item.files:
                (folder / file).write_bytes(PICTURE)
            entry = LockEntry(
                title="Bowl",
                sources=planned.sources,
                outputs=dict.fromkeys(planned.item.files, digest(PICTURE)),
                versions=installed_versions(),
            )
            plan.lock.record(planned.item.name, entry)
        plan.site.write(plan.lock)
    return folder
