"""Writes into a wheel what `trajviz list` prints, so that an installed trajviz need not collect it.

It takes trajviz's dependencies, as `make wheel` has them. A build without them, as pip's own is,
makes a wheel without a listing, in which `trajviz list` is only slower.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COLLECT = "from trajviz.cli._listing import built_listing; print(built_listing())"


class Listing(BuildHookInterface):
    """Adds the listing to a wheel; a checkout that is installed as it is needs none."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Collect the listing, and have it included."""
        if version == "editable":
            return
        order = [sys.executable, "-c", COLLECT]
        done = subprocess.run(order, cwd=self.root, capture_output=True, check=False)
        if done.returncode:
            self.app.display_warning(f"no listing: {done.stderr.decode().splitlines()[-1]}")
            return
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name, "listing.json")
        path.write_bytes(done.stdout)
        build_data["force_include"][str(path)] = "trajviz/listing.json"

    def finalize(self, *_: Any) -> None:
        """Leave nothing behind."""
        if hasattr(self, "folder"):
            self.folder.cleanup()
