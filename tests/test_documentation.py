"""What README and documentation show is run as it stands there."""

import contextlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from programs import TRAJVIZ, invoke

from trajviz import surface_names
from trajviz.optimizers import FAMILIES
from trajviz.optimizers.find import load_optimizer, optimizer_names

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = {path.name: path for path in (README, *sorted((ROOT / "docs").glob("*.md")))}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()}
BLOCK = re.compile(r"^```(\S+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(page, *block) for page, text in TEXTS.items() for block in BLOCK.findall(text)]
SETTING_UP = ("pip ", "make ", "git ", "cd ", "python3 -m venv", "#")


def commands():
    """Yield every line of the shell blocks that is a command of ours, and its page."""
    for page, language, _, body in BLOCKS:
        if language != "sh":
            continue
        for line in body.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith(SETTING_UP):
                yield page, line


COMMANDS = list(dict.fromkeys(commands()))
PYTHON = [(page, b) for page, language, info, b in BLOCKS if language == "python" and not info]


def prepared(page, folder):
    """Write into a folder the files that a page shows, and those of the gallery that it names."""
    for where, _, info, body in BLOCKS:
        if where == page and "file=" in info:
            (folder / info.partition("file=")[2].strip()).write_text(body, encoding="utf-8")
    (folder / "gallery").mkdir()
    for path in (ROOT / "gallery").iterdir():
        if path.suffix in (".toml", ".py", ".csv"):
            shutil.copy(path, folder / "gallery")


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


def test_the_pages_show_commands_and_code():
    assert {page for page, _ in COMMANDS} >= PAGES.keys() - {"exactness.md"}
    assert all("trajviz" in line for _, line in COMMANDS)
    assert {page for page, _ in PYTHON} == {"README.md", "python.md"}


LESSONS = [pair for pair in COMMANDS if "-o gallery/" in pair[1]]
OTHERS = [pair for pair in COMMANDS if pair not in LESSONS]
BRIEF = ("--size", "320x240", "--seconds", "0.5", "--hold", "0")


def _both(words, option):
    """Return where an option and its value stand."""
    return words.index(option), words.index(option) + 1


def check_what_is_made(line, said, made, least):
    """Hold that a command has said something, or has made every file that it says it has."""
    if " render " not in line:
        assert said
        return
    assert made
    assert all(path.stat().st_size > (least, 300)[path.suffix in {".toml", ".md"}] for path in made)
    assert set(said.splitlines()) <= {path.name for path in made}


def in_short(line):
    """Run the commands of a line within this process, what they render being brief and small."""
    for words in map(shlex.split, line.split(" && ")):
        words, into = (words[:-2], words[-1]) if words[-2] == ">" else (words, None)
        options = BRIEF if words[1] == "render" else ()
        said = {
            place for option in options[::2] if option in words for place in _both(words, option)
        }
        kept = [word for place, word in enumerate(words) if place not in said]
        done = invoke(*kept[1:], *options, text=False)
        assert done.returncode == 0, done.stderr
        assert b"Warning" not in done.stderr
        if into:
            Path(into).write_bytes(done.stdout)
    return "" if into else done.stdout.decode()


BRIEFLY = [pair for place, pair in enumerate(OTHERS) if pair[0] == "README.md" or not place % 3]
"""The README's commands and a third of the others; all of them run whole by make long."""


@pytest.mark.parametrize(("page", "line"), BRIEFLY)
def test_a_command_of_the_documentation_does_what_it_says_in_short(page, line, tmp_path):
    prepared(page, tmp_path)
    before = set(tmp_path.rglob("*"))
    with contextlib.chdir(tmp_path):
        said = in_short(line)
    check_what_is_made(line, said, set(tmp_path.rglob("*")) - before, 300)


@pytest.mark.long
@pytest.mark.parametrize(("page", "line"), OTHERS)
def test_a_command_of_the_documentation_does_what_it_says(page, line, tmp_path):
    prepared(page, tmp_path)
    before = set(tmp_path.rglob("*"))
    done = run(["sh", "-ec", line], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    check_what_is_made(line, done.stdout, set(tmp_path.rglob("*")) - before, 1000)


@pytest.mark.long
@pytest.mark.parametrize(("page", "line"), LESSONS)
def test_the_picture_under_a_lesson_is_what_its_command_draws(page, line, tmp_path):
    prepared(page, tmp_path)
    done = run(["sh", "-ec", line], tmp_path)
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    assert (tmp_path / path).read_bytes() == (ROOT / path).read_bytes()


def test_the_readme_has_three_lessons_and_draws_each_picture_by_its_command():
    lessons = TEXTS["README.md"].partition("## Three lessons")[2].partition("\n## ")[0]
    drawn = re.findall(r"-o (gallery/[\w-]+\.gif)$", lessons, re.MULTILINE)
    assert len(drawn) == len(LESSONS) == 3
    assert re.findall(r"^!\[.*\]\((.*)\)$", lessons, re.MULTILINE) == drawn


def test_the_readme_is_short():
    assert len(TEXTS["README.md"].splitlines()) <= 180


@pytest.mark.long
@pytest.mark.parametrize(("page", "body"), PYTHON)
def test_code_of_the_documentation_runs_without_a_warning(page, body, tmp_path):
    prepared(page, tmp_path)
    (tmp_path / "block.py").write_text(body, encoding="utf-8")
    # What old libraries think of each other is not ours to mend.
    strict = ["-W", "error", "-W", "ignore::DeprecationWarning"]
    done = run([sys.executable, *strict, "block.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for name in re.findall(r"save\w*\(\"([^\"]+)\"", body):
        assert (tmp_path / name).stat().st_size > 100


@pytest.mark.long
def test_code_of_the_documentation_passes_a_strict_type_checker(tmp_path):
    for number, (page, body) in enumerate(PYTHON):
        (tmp_path / f"{page.partition('.')[0]}_{number}.py").write_text(body, encoding="utf-8")
    for page, _, info, body in BLOCKS:
        if "surface = Surface(" in body:
            name = f"{page.partition('.')[0]}_{info.partition('file=')[2].strip()}"
            (tmp_path / name).write_text(untyped(body), encoding="utf-8")
    files = sorted(path.name for path in tmp_path.glob("*.py"))
    assert len(files) > len(PYTHON)
    done = run([sys.executable, "-m", "mypy", "--strict", *files], tmp_path, MYPYPATH=str(ROOT))
    assert done.returncode == 0, done.stdout


def untyped(body):
    """Return a surface's file with types for its functions, which the pages leave out."""
    typed = re.sub(r"def (\w+)\(x, y\):", r"def \1(x: Number, y: Number) -> Number:", body)
    typed = re.sub(r"def (\w+)\(points\):", r"def \1(points: Number) -> Number:", typed)
    types = "from trajviz.surface import Number\n"
    return typed.replace("import Surface\n", f"import Surface\n{types}")


def measured():
    """Return what the benchmark measured last, by row, and the rows that do not hold."""
    text = (ROOT / "tests" / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    verdicts = {row[0]: row for row in rows if len(row) == 4 and "hold" in row[3]}
    return {what: row[2] for what, row in verdicts.items()}, [
        what for what, row in verdicts.items() if row[3] != "holds"
    ]


def test_every_row_of_the_benchmark_holds():
    found, broken = measured()
    assert len(found) > 40
    assert broken == []


def test_the_documentation_says_what_the_benchmark_measured():
    found, _ = measured()
    said = dict(re.findall(r"^\| ((?:GIF|MP4) [^|]*\d) \| (\d+) \|$", TEXTS["exactness.md"], re.M))
    assert len(said) == 6
    for what, times in said.items():
        assert int(times) == int(float(found[f"{what}, times faster"])), what
    by_hand = re.search(r"The GIF is (\d+) times faster than the best", TEXTS["exactness.md"])
    assert int(by_hand[1]) == int(float(found["GIF 640x480, times faster than blitting by hand"]))
    assert f"half a second, {said['GIF 640x480']} times faster" in TEXTS["README.md"]


def test_the_table_of_options_is_that_of_the_fields():
    path = ROOT / "docs" / "option_table.py"
    spec = importlib.util.spec_from_file_location("option_table", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = TEXTS["rendering.md"]
    assert module.written(text) == text, "make docs writes the table"


def test_the_documentation_names_every_surface():
    section = TEXTS["surfaces.md"].partition("## Built in")[2].partition("\n## ")[0]
    assert set(surface_names()) <= set(re.findall("`([\\w-]+)`", section))


def test_the_documentation_has_every_optimizer_in_its_family():
    rows = re.findall(
        r"^\| ([A-Za-z ]+) \| ((?:`[a-z-]+` ?)+)\|$", TEXTS["optimizers.md"], re.MULTILINE
    )
    named = {family: sorted(re.findall("`(.*?)`", names)) for family, names in rows}
    found: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for name in optimizer_names():
        found[load_optimizer(name).family].append(name)
    assert {family: named.get(family) for family in FAMILIES} == found


LINKS = [
    (path, target)
    for path in (*PAGES.values(), ROOT / "CONTRIBUTING.md")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("path", "target"), LINKS)
def test_what_a_page_links_to_is_there(path, target):
    assert (path.parent / target).exists()  # no public address exists yet


TARGETS = re.findall(
    r"(?m)(?:^    |`)make ([a-z]+)",
    "".join([*TEXTS.values(), (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")]),
)


@pytest.mark.parametrize("target", sorted(set(TARGETS)))
def test_a_make_target_of_the_documentation_is_in_the_makefile(target):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
