"""What the README shows is run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from programs import TRAJVIZ

from trajviz import surface_names
from trajviz.optimizers import FAMILIES
from trajviz.optimizers.find import load_optimizer, optimizer_names

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\S+)([^\n]*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
FILES = {info.partition("file=")[2].strip(): body for _, info, body in BLOCKS if "file=" in info}
"""Blocks that are the text of a file, by its name."""
PYTHON = [body for language, info, body in BLOCKS if language == "python" and "file=" not in info]
SETTING_UP = ("pip ", "make ", "git ", "cd ", "python3 -m venv", "#")


def commands():
    """Yield every line of the shell blocks that is a command of ours."""
    for language, _, body in BLOCKS:
        if language not in {"sh", "bash", "console"}:
            continue
        for line in body.replace("\\\n", " ").splitlines():
            if language == "console":
                if not line.startswith("$ "):
                    continue  # what it answers
                line = line[2:]
            if line.strip() and not line.startswith(SETTING_UP):
                yield line


COMMANDS = list(commands())


@pytest.fixture
def folder(tmp_path):
    for name, body in FILES.items():
        (tmp_path / name).write_text(body, encoding="utf-8")
    return tmp_path


def run(command, folder, **env):
    path = f"{TRAJVIZ.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readme_shows_commands_and_code():
    assert len(COMMANDS) >= 3
    assert all("trajviz" in line for line in COMMANDS)
    assert PYTHON


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_readme_does_what_it_says(line, folder):
    before = set(folder.iterdir())
    done = run(["sh", "-ec", line], folder)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    if " render " in line:
        made = set(folder.iterdir()) - before
        assert made
        assert all(path.stat().st_size > (1000, 300)[path.suffix == ".toml"] for path in made)
        assert {folder / name for name in done.stdout.splitlines()} <= made
    else:
        assert done.stdout


@pytest.mark.parametrize("body", PYTHON, ids=lambda body: body.splitlines()[0])
def test_code_of_the_readme_runs_without_a_warning(body, folder):
    (folder / "block.py").write_text(body, encoding="utf-8")
    done = run([sys.executable, "-W", "error", "block.py"], folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for name in re.findall(r"save\w*\(\"([^\"]+)\"", body):
        assert (folder / name).stat().st_size > 100


def test_the_readme_names_every_surface():
    section = TEXT.partition("## Surfaces")[2].partition("\n## ")[0]
    assert set(surface_names()) <= set(re.findall(r"[\w-]+", section))


def test_the_readme_has_every_optimizer_in_its_family():
    rows = re.findall(r"^\| ([A-Za-z ]+) \| ((?:`[a-z-]+` ?)+)\|$", TEXT, re.MULTILINE)
    named = {family: sorted(re.findall("`(.*?)`", names)) for family, names in rows}
    found: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for name in optimizer_names():
        found[load_optimizer(name).family].append(name)
    assert {family: named.get(family) for family in FAMILIES} == found


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", TEXT))
def test_what_the_readme_links_to_is_there(target):
    assert target.startswith("https://") or (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?m)(?:^    |`)make ([a-z]+)", TEXT))))
def test_a_make_target_of_the_readme_is_in_the_makefile(target):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
