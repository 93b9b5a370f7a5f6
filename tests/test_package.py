"""The package: what an index is told and shows, and what the source archive holds."""

import json
import re
import shutil
import subprocess
import sys
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


LIST = """
import atexit, sys
import trajviz.cli

assert trajviz.__file__.startswith(sys.argv.pop(1))
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
trajviz.cli.main()
"""


def listed(site, *words):
    """Return what an installed package lists, and the modules that it takes."""
    order = [sys.executable, "-c", LIST, site, "list", *words]
    done = subprocess.run(order, cwd=site, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr.split()


@pytest.mark.long
def test_an_installed_package_lists_what_its_build_wrote_and_loads_nothing(installed):
    text, modules = listed(installed)
    assert text == invoke("list").stdout
    assert "numpy" not in modules
    assert json.loads(listed(installed, "--json")[0]) == json.loads(invoke("list", "--json").stdout)


@pytest.mark.long
def test_an_installed_package_lists_what_was_changed_in_it_since(installed, tmp_path):
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    theme = site / "trajviz" / "scene" / "themes" / "dark.toml"
    text = theme.read_text(encoding="utf-8")
    theme.write_text(text.replace("on slate.", "on coal."), encoding="utf-8")
    told, modules = listed(site, "themes")
    assert "on coal." in told
    assert "numpy" in modules


def test_the_source_archive_holds_every_file_that_is_kept_under_version_control():
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout, but what is in an archive")
    kept = judge("git", "-C", ROOT, "ls-files", "-z").decode().strip("\0").split("\0")
    held = {file.relative_path for file in SdistBuilder(str(ROOT)).recurse_included_files()}
    assert {*kept} - held == {"pyproject.toml", ".gitignore"}  # which hatchling adds by itself
