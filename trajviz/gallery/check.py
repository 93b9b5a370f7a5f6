"""What is stale of a gallery, and nothing more: at once, if nothing was and no file has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from trajviz.frozen import dataclass
from trajviz.gallery.snapshot import Snapshot
from trajviz.untrusted import user_path


@dataclass(frozen=True)
class Check:
    """What a look at a gallery found.

    Attributes:
        stale: What is to be made, items by name and then "page", each with its reasons.
        notes: What is worth knowing although it makes nothing stale, a line each.
    """

    stale: Mapping[str, Sequence[str]]
    notes: Sequence[str]


def check_gallery(folder: str | Path, strict: bool = False, trust: bool = True) -> Check:
    """Return what is stale of a gallery; arguments and errors are those of `plan_gallery`."""
    snapshot = Snapshot(user_path(folder), strict)
    notes = snapshot.notes()
    if notes is not None:
        return Check(stale={}, notes=notes)
    from trajviz.gallery.plan import plan_gallery

    plan = plan_gallery(folder, strict=strict, trust=trust)
    found = Check(stale=plan.stale, notes=plan.notes)
    if plan.judged_by is not None and not found.stale:
        snapshot.keep(plan.judged_by, found.notes)
    return found
