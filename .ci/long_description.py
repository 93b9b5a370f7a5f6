"""What a package index is told that depends on the one public address: long description and links.

The long description is the README. Its links and images are relative in a checkout. With a base
address in pyproject.toml they are absolute in the package, and the package has links of its own;
while it is empty they stay as they are, and it has none.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)]+)(?=\))")
"""What a Markdown link or image points at, if that is a path."""
ATTRIBUTE = re.compile(r'( (?:src|srcset|href)=")(?![a-z]+:|#)(?=[^"])')
"""Where in HTML, as in a snippet, an address begins that is a path."""
PAGES = {
    "Homepage": "README.md",
    "Documentation": "docs/rendering.md",
    "Gallery": "gallery/README.md",
    "Changelog": "CHANGELOG.md",
}
"""What the package links to, by the words that an index knows."""


class LongDescription(MetadataHookInterface):
    """Writes the README and the links into the package's metadata."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the long description and the links."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        address = self.config["base-address"].rstrip("/")
        if address:
            text = LINK.sub(lambda found: f"{address}/{found[1]}", text)
            text = ATTRIBUTE.sub(lambda found: f"{found[1]}{address}/", text)
        metadata["urls"] = {word: f"{address}/{page}" for word, page in PAGES.items() if address}
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
