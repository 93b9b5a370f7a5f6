"""The plug-in in MkDocs: nested pages in either way of addresses, one rendering, errors told."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from urllib import request

import pytest
from places.published import media_of, served

pytest.importorskip("material")

ROOT = Path(__file__).parents[2]
RACE = "steps = 5\nsize = [160, 120]\nseconds = 0.2\n"
BLOCK = f"```trajviz bowl sgd:lr=0.1\n{RACE}```\n"
LIVE = f'```trajviz bowl sgd:lr=0.1\n{RACE}format = "html"\nalt = "A *bowl* & {{{{ it }}}}"\n```\n'


def indented(text):
    return "".join(f"    {line}\n" for line in text.splitlines())


PAGE = f"---\ntitle: A race\n---\n\nText.\n\n{BLOCK}\n1.  In a list:\n\n{indented(LIVE)}\nEnd.\n"
NOTE = f"!!! note\n\n{indented(BLOCK)}\n````markdown\n{BLOCK}````\n"
CONFIG = """\
site_name: x
site_url: https://example.org/site/
theme: {theme}
use_directory_urls: {directories}
strict: true
markdown_extensions: [admonition, pymdownx.superfences]
plugins: [trajviz, search]
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return a folder in which our entry point is found, as after an installation."""
    folder = tmp_path_factory.mktemp("installed")
    info = folder / "trajviz_of_this_tree-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: trajviz-of-this-tree\nVersion: 1\n"
    )
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    points = table["project"]["entry-points"]["mkdocs.plugins"]
    lines = "".join(f"{name} = {where}\n" for name, where in points.items())
    (info / "entry_points.txt").write_text(f"[mkdocs.plugins]\n{lines}")
    return folder


@pytest.fixture(scope="module")
def environment(installed):
    path = os.pathsep.join([str(ROOT), str(installed)])
    return {**os.environ, "PYTHONPATH": path, "NO_MKDOCS_2_WARNING": "true"}


@pytest.fixture(scope="module")
def mkdocs(environment):
    def run(folder):
        command = [sys.executable, "-m", "mkdocs", "build"]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


THEMES = {"true": "{name: material, font: false}", "false": "{name: mkdocs, highlightjs: false}"}
"""The theme of the site whose addresses are of folders, and of the one whose are of files."""


@pytest.fixture(scope="module", params=THEMES)
def site(request, mkdocs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mkdocs")
    (folder / "docs" / "a" / "b").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(
        CONFIG.format(directories=request.param, theme=THEMES[request.param])
    )
    (folder / "docs" / "index.md").write_text(PAGE)
    (folder / "docs" / "a" / "b" / "deep.md").write_text(PAGE)
    (folder / "docs" / "a" / "note.md").write_text(NOTE)
    done = mkdocs(folder)
    assert done.returncode == 0, done.stderr
    return folder


def published(site, name):
    """Return the page of a source as a path below the site."""
    below = site / "site" / name / "index.html"
    return f"{name}/index.html" if below.is_file() else f"{name}.html"


@pytest.mark.parametrize("name", ["index", "a/b/deep"])
def test_every_medium_of_a_page_comes(site, name, page_of):
    with served(site / "site") as address:
        media = media_of(page_of, f"{address}{published(site, name)}")
    shown = [(one["kind"], one["shown"]) for one in media if one["kind"] != "img"]
    assert shown == [("video", True), ("video", False), ("iframe", True)]
    assert media[0]["words"].startswith("Contour plot of an elongated bowl")
    assert media[-1]["words"] == "A *bowl* & {{ it }}"
    assert "/site/trajviz/" in media[0]["source"]


def test_a_block_in_an_admonition_is_one_and_one_in_a_longer_fence_is_only_shown(site, page_of):
    with served(site / "site") as address:
        media = media_of(page_of, f"{address}{published(site, 'a/note')}")
    assert [one["kind"] for one in media if one["shown"]] == ["video"]
    text = (site / "site" / published(site, "a/note")).read_text("utf-8")
    assert "trajviz bowl sgd" in re.sub("<[^>]*>", "", text)


def test_a_second_build_renders_nothing_and_the_cache_keeps_what_pages_show(site, mkdocs):
    cache = site / ".cache" / "trajviz"
    (cache / ".trajviz" / "old-1.json").write_text(
        '{"alt": "", "fps": 1, "files": {"old-1.png": '
        '{"name": "old-1.png", "format": "png", "size": [1, 1], "bytes": 1}}}'
    )
    (cache / "old-1.png").write_text("x")
    os.utime(cache / ".trajviz" / "old-1.json", (0, 0))
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("bowl-*")}
    assert len(before) == 5  # GIF, MP4, PNG, page, and what is known of them
    assert mkdocs(site).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*-*")} == before


def test_a_mistake_fails_the_build_with_page_and_line(mkdocs, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: null\nplugins: [trajviz]\n")
    (tmp_path / "docs" / "index.md").write_text(f"{PAGE}\n```trajviz beal\n```\n")
    done = mkdocs(tmp_path)
    line = len(PAGE.splitlines()) + 2
    assert done.returncode == 1
    where = Path("docs/index.md")
    assert f"{where}, line {line}: unknown surface 'beal'" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@contextlib.contextmanager
def serving(folder, environment):
    """Have MkDocs serve a site, and yield what returns its page's media that are not known yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "-a", where]
    known = set()

    def new():
        """Wait until the page shows other media, and return them with what is served of each."""
        for _ in range(900):  # in vain, if nothing was watched
            with contextlib.suppress(OSError), request.urlopen(f"http://{where}/") as page:
                names = {*re.findall(r"trajviz/([\w-]+\.png)", page.read().decode())}
                if names - known:
                    known.update(names)
                    address = f"http://{where}/trajviz/"
                    return {name: request.urlopen(address + name).read() for name in names}
            time.sleep(0.1)
        pytest.fail((folder / "said").read_text())

    with (
        (folder / "said").open("wb") as said,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said) as server,
    ):
        try:
            yield new
        finally:
            server.terminate()


def test_a_server_shows_new_media_where_a_page_changes_or_a_file_that_its_block_names(
    tmp_path, environment
):
    config = "site_name: x\ntheme: {name: mkdocs, highlightjs: false}\n"
    (tmp_path / "mkdocs.yml").write_text(f"{config}plugins: [{{trajviz: {{trust: true}}}}]\n")
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "index.md"
    page.write_text(BLOCK.replace("seconds", 'format = "png"\nseconds'))
    theme, surface = tmp_path / "own.toml", tmp_path / "ravine.py"
    theme.write_bytes((ROOT / "trajviz/scene/themes/dark.toml").read_bytes())
    surface.write_text(
        "from trajviz import Surface\n\nsurface = Surface(lambda x, y: x**2 + 3 * y**2, "
        'window=(-3, 3, -3, 3), start=(-2, 2), source="us")\n'
    )
    with serving(tmp_path, environment) as new:
        (first,) = new().items()
        assert first[0].startswith("bowl-")
        page.write_text(page.read_text().replace("bowl", "../ravine.py"))
        (second,) = new().items()
        assert second[0].startswith("ravine-")
        page.write_text(page.read_text().replace("format", 'theme = "../own.toml"\nformat'))
        (third,) = new().items()
        surface.write_text(surface.read_text().replace("3 * y", "5 * y"))
        (fourth,) = new().items()
        theme.write_text(theme.read_text().replace("#", "# a comment\n#", 1))
        (fifth,) = new().items()
        assert len({second, third, fourth, fifth}) == 4
        assert all(data.startswith(b"\x89PNG") for _, data in (first, second, third, fourth))
