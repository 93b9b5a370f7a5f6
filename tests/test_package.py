"""The package: what an index is told and shows, and what the source archive holds."""

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import termios
import zipfile
from pathlib import Path

import html5lib
import pytest
from hatchling.builders.sdist import SdistBuilder
from PIL import Image
from programs import invoke, judge

from trajviz.files.formats import load_format
from trajviz.files.places import Facts, load_place
from trajviz.files.snippets import load_snippet, shown_by

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOWHERE, SOMEWHERE = "", "https://example.org/t/"
"""Base addresses: that of today, and one that may be there one day."""


def metadata(tmp_path, address, readme=README):
    """Return what a package says of itself with this base address."""
    for name in ("LICENSE", ".ci", "trajviz", "surfaces"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'base-address = ""' in project
    changed = project.replace('base-address = ""', f'base-address = "{address}"')
    (tmp_path / "pyproject.toml").write_text(changed, encoding="utf-8")
    order = [sys.executable, "-m", "hatchling", "metadata"]
    done = subprocess.run(order, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_a_base_address_the_long_description_is_the_readme_and_there_are_no_links(tmp_path):
    told = metadata(tmp_path, NOWHERE)
    assert told["readme"] == {"content-type": "text/markdown", "text": README}
    assert not told.get("urls")


def test_with_a_base_address_every_link_is_absolute_and_leads_to_a_page(tmp_path):
    told = metadata(tmp_path, SOMEWHERE)
    text = told["readme"]["text"]
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert "](https://example.org/t/docs/tuning.md)" in text
    assert {*told["urls"]} >= {"Homepage", "Documentation", "Changelog"}
    for address in (*targets, *told["urls"].values()):
        assert address.startswith(SOMEWHERE)
        assert (ROOT / address.removeprefix(SOMEWHERE).partition("#")[0]).exists()


def test_the_package_tells_its_status_and_invents_nobody(tmp_path):
    told = metadata(tmp_path, NOWHERE)  # hatchling refuses a classifier that no index knows
    assert [c for c in told["classifiers"] if c.startswith("Development Status :: ")]
    assert not {"authors", "maintainers"} & told.keys()


@pytest.mark.parametrize("address", [NOWHERE, SOMEWHERE])
def test_the_readme_renders_on_an_index_with_every_heading_picture_and_table(address, tmp_path):
    markdown = pytest.importorskip("readme_renderer.markdown")
    text = metadata(tmp_path, address)["readme"]["text"]
    shown = markdown.render(text)
    assert shown, "the index would show plain text"
    page = html5lib.parse(shown, namespaceHTMLElements=False)
    plain = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert sum(e.tag in {"h1", "h2", "h3"} for e in page.iter()) == len(
        re.findall(r"(?m)^#{1,3} ", plain)
    )
    pictures = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", plain)
    assert [(e.get("alt"), e.get("src")) for e in page.iter("img")] == pictures
    assert len([*page.iter("table")]) == len(re.findall(r"(?m)^\|[-|: ]+\|$", plain)) > 0


@pytest.mark.parametrize("kind", ["github", "html", "markdown", "pypi"])
def test_a_snippet_in_the_readme_shows_its_picture_on_an_index(kind, tmp_path):
    markdown = pytest.importorskip("readme_renderer.markdown")
    names = ("gif", "png", "dark.gif", "dark.png")
    files = [(f"b.{name}", name.removeprefix("dark."), (640, 480)) for name in names]
    snippet = load_snippet(kind).write(shown_by(files, "a $m$ (b)", "gallery/"))
    text = metadata(tmp_path, SOMEWHERE, f"# x\n\n{snippet}\n")["readme"]["text"]
    assert text.count(f"{SOMEWHERE}gallery/b.") == snippet.count("gallery/b.")
    page = html5lib.parse(markdown.render(text), namespaceHTMLElements=False)
    (image,) = page.iter("img")
    assert image.get("src") == f"{SOMEWHERE}gallery/b.gif"
    assert image.get("alt") == "a $m$ (b)"


@pytest.mark.parametrize("name", ["pypi", "profile", "github"])
def test_a_place_that_shows_the_readme_takes_each_of_its_pictures(name):
    paths = [ROOT / path for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)]
    assert paths
    for path in paths:
        with Image.open(path) as picture:
            colours = picture.convert("RGB").getcolors(1 << 20)
            said = Facts(
                load_format("gif"), picture.size, picture.n_frames, 1, "", path.stat().st_size
            )
        assert [*load_place(name).refusals(said)] == []
        assert len(colours) > 50, f"{path} begins with a picture of nothing"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what a wheel installs."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("README.md", "LICENSE", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for name in (".ci", "trajviz", "surfaces"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    order = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", folder]
    subprocess.run(order, cwd=folder, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


MAIN = """
import atexit, os, sys
import trajviz.__main__

assert trajviz.__file__.startswith(sys.argv.pop(1))
if note := os.environ.get("MODULES"):
    atexit.register(lambda: open(note, "w").write(" ".join(sys.modules)))
trajviz.__main__.main()
"""


def begin_from(site, *words, env=None, **options):
    """Start an installed command, or for the folder of the checkout that one."""
    order = [sys.executable, "-P", "-c", MAIN, site, *words]
    env = {**os.environ, "PYTHONPATH": str(site), **(env or {})}
    return subprocess.Popen(order, env=env, cwd=site, **options)


def run_from(site, *words, stdout=subprocess.PIPE, env=None):
    """Run a command as `begin_from` does; return its exit code, its errors and what it prints."""
    done = begin_from(site, *words, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True)
    out, err = done.communicate()
    return done.returncode, err, out


def said_by(site, *words, folder):
    """Return what an installed command prints, and the modules that it takes."""
    note = folder / "modules"
    code, err, out = run_from(site, *words, env={"MODULES": str(note)})
    assert (code, err) == (0, "")
    return out, note.read_text(encoding="utf-8").split()


@pytest.mark.long
@pytest.mark.parametrize("words", ["--help", "render --help", "list", "list --json"])
def test_an_installed_package_prints_what_its_build_wrote_and_loads_next_to_nothing(
    words, installed, tmp_path
):
    text, modules = said_by(installed, *words.split(), folder=tmp_path)
    assert text == invoke(*words.split()).stdout
    assert {"click", "numpy", "typing", "re"} & {*modules} == set()


@pytest.mark.long
def test_an_installed_package_prints_what_was_changed_in_it_since(installed, tmp_path):
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    theme = site / "trajviz" / "scene" / "themes" / "dark.toml"
    text = theme.read_text(encoding="utf-8")
    theme.write_text(text.replace("on slate.", "on coal."), encoding="utf-8")
    told, modules = said_by(site, "list", "themes", folder=tmp_path)
    assert "on coal." in told
    assert "numpy" in modules


def outcome(site, words, columns, env):
    """Return a command's exit code, its errors and what it shows as bytes.

    Args:
        columns: How wide the terminal is that it is shown on; None for a pipe.
    """
    read, write = os.pipe() if columns is None else pty.openpty()
    if columns is not None:
        termios.tcsetwinsize(write, (24, columns))
    process = begin_from(site, *words, env=env, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    shown = b""
    with contextlib.suppress(OSError):  # the other end of a terminal is closed
        while part := os.read(read, 1 << 16):
            shown += part
    os.close(read)
    _, err = process.communicate()
    return process.returncode, err, shown


@pytest.mark.long
@pytest.mark.parametrize(
    ("columns", "env"),
    [
        (None, {}), (None, {"PYTHONIOENCODING": "ascii"}), (None, {"PYTHONIOENCODING": "utf-16"}),
        (None, {"COLUMNS": "61"}), (80, {}), (73, {}), (132, {"NO_COLOR": "1"}),
        (132, {"COLUMNS": "80"}), (20, {}),
    ],
)  # fmt: skip
def test_an_installed_package_prints_just_what_its_checkout_does(columns, env, installed):
    for words in ["-h"], ["render", "--help"], []:
        env = {"LINES": "24", **env}
        assert outcome(installed, words, columns, env) == outcome(ROOT, words, columns, env)


@pytest.mark.long
@pytest.mark.parametrize("words", ["--help", "list"])
def test_an_installed_package_tells_like_its_checkout_when_it_cannot_print(words, installed):
    for site in (installed, ROOT):
        with open("/dev/full", "wb") as full:  # noqa: PTH123  # no path
            code, err, _ = run_from(site, words, stdout=full)
        assert (code, err) == (3, "Error: [Errno 28] No space left on device\n")
        read, write = os.pipe()
        os.close(read)
        code, err, _ = run_from(site, words, stdout=write)
        os.close(write)
        assert (code, err) == (141, "")


def test_the_source_archive_holds_every_file_that_is_kept_under_version_control():
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout, but what is in an archive")
    kept = judge("git", "-C", ROOT, "ls-files", "-z").decode().strip("\0").split("\0")
    held = {file.relative_path for file in SdistBuilder(str(ROOT)).recurse_included_files()}
    assert {*kept} - held == {"pyproject.toml", ".gitignore"}  # which hatchling adds by itself
