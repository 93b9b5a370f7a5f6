"""The long description of the package: the README with addresses that work on a package index.

Links and images are relative in a checkout. With a base address in pyproject.toml they are absolute
in the package; while it is empty they stay as they are.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)]+)(?=\))")
"""What a Markdown link or image points at, if that is a path."""


class LongDescription(MetadataHookInterface):
    """Writes the README into the package's metadata."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the long description."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        address = self.config["base-address"].rstrip("/")
        if address:
            text = LINK.sub(lambda found: f"{address}/{found[1]}", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
