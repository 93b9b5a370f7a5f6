"""Writes into a wheel what trajviz prints of itself, so that an installed one need not find it out.

That is each `--help`, and what `trajviz list` lists. It takes trajviz's dependencies, as
`make wheel` has them. A build without them, as pip's own is, makes a wheel without these texts,
which is only slower.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WRITE = """
import sys
from pathlib import Path
from trajviz.cli._texts import write_texts
write_texts(Path(sys.argv[1]))
"""


class Texts(BuildHookInterface):
    """Adds the texts to a wheel; a checkout that is installed as it is needs none."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the texts written, and included."""
        if version == "editable":
            return
        self.folder = tempfile.TemporaryDirectory()
        order = [sys.executable, "-c", WRITE, self.folder.name]
        done = subprocess.run(order, cwd=self.root, capture_output=True, check=False)
        if done.returncode:
            self.app.display_warning(f"no texts: {done.stderr.decode().splitlines()[-1]}")
            return
        for path in Path(self.folder.name).iterdir():
            build_data["force_include"][str(path)] = f"trajviz/texts/{path.name}"

    def finalize(self, *_: Any) -> None:
        """Leave nothing behind."""
        if hasattr(self, "folder"):
            self.folder.cleanup()
