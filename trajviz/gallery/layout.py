"""Names of the files in a gallery's folder that belong to the gallery itself."""

from __future__ import annotations

GALLERY_FILE = "gallery.toml"
"""Describes the items; its presence makes a folder a gallery."""
LOCK_FILE = "gallery.lock"
"""Records what each item was made from, see `lock`."""
JOURNAL_FILE = "gallery.lock.journal"
"""Holds what a build at work has to add to the lock; it is gone when the build has ended."""
PAGE_FILES = ("index.html", "README.md")
"""Show the items, see `site`."""
CACHE = ".cache"
"""The folder of what may be deleted at any time, see `snapshot`."""
SCRATCH = ".building"
"""The folder in which a build works; it is gone when the build has ended."""

RESERVED = frozenset(name.lower() for name in (GALLERY_FILE, LOCK_FILE, JOURNAL_FILE, *PAGE_FILES))
"""What no item may write, in lower case."""
