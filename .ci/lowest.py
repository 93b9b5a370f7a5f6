"""Print the lowest versions that pyproject.toml declares, as constraints for pip."""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text())["project"]
for requirement in project["dependencies"]:
    sys.stdout.write(re.sub(r"\[.*\]", "", requirement).replace(">=", "==") + "\n")
