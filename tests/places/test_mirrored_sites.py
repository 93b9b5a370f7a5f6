"""Hugo, Jekyll and MkDocs build sites of blocks: all media come, nothing is done twice."""

import subprocess
import sys

import pytest
from places.published import media_of, served
from programs import program, trajviz

RACE = "steps = 5\nsize = [160, 120]\nseconds = 0.2\n"
BLOCK = f"```trajviz bowl sgd:lr=0.1\n{RACE}```\n"
LIVE = (
    f'```trajviz bowl sgd:lr=0.1\n{RACE}format = "html"\nalt = "A {{{{ bowl }}}} & \\"it\\""\n```\n'
)
PAGE = f"---\ntitle: A race\n{{more}}---\n\nText.\n\n{BLOCK}\n- In a list:\n\n  {{live}}\n\nEnd.\n"


def page(more=""):
    live = LIVE.replace("\n", "\n  ").rstrip()
    return PAGE.replace("{more}", more).replace("{live}", live)


HUGO = {
    "hugo.toml": 'baseURL = "https://example.org/site/"\ntitle = "x"\n'
    'disableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n'
    '[permalinks]\npost = "/:year/:title/"\n',
    "config.toml": 'baseURL = "https://example.org/site/"\ntitle = "x"\n[permalinks]\n'
    'post = "/:year/:title/"\n',
    "layouts/_default/single.html": "<!doctype html><title>x</title>{{ .Content }}",
    "layouts/_default/list.html": "<!doctype html><title>x</title>{{ .Content }}",
    "content/_index.md": page(),
    "content/post/a.md": page("date: 2026-01-02\n"),
}
JEKYLL = {
    "_config.yml": "baseurl: /site\npermalink: /:year/:title/\n",
    "_layouts/x.html": "<!doctype html><title>x</title>{{ content }}",
    "index.md": page("layout: x\n"),
    "_posts/2026-01-02-a.md": page("layout: x\n"),
}


def built(kind, folder):
    """Mirror a site, have its tool build it, and return the folder that is published."""
    files = {"hugo": HUGO, "jekyll": JEKYLL}[kind]
    for name, text in files.items():
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = trajviz("site", folder / "source", "--into", folder / "site", "--as", kind)
    assert (done.returncode, done.stderr) == (0, "4 races, 2 rendered\n")
    tool = {"hugo": ["--quiet", "-d"], "jekyll": ["build", "-q", "-d"]}[kind]
    command = [program(kind), *tool, str(folder / "public")]
    subprocess.run(command, cwd=folder / "site", check=True, capture_output=True)
    return folder / "public"


@pytest.fixture(scope="module", params=["hugo", "jekyll"])
def site(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, folder, built(request.param, folder)


@pytest.mark.parametrize("where", ["", "2026/a"])
def test_every_medium_of_a_page_comes(site, where, page_of):
    kind, _, public = site
    if kind == "hugo" and where:
        where = "2026/a-race"
    with served(public) as address:
        media = media_of(page_of, f"{address}{where}/".replace("//", "/").replace(":/", "://"))
    shown = [(one["kind"], one["shown"]) for one in media if one["kind"] != "img"]
    assert shown == [("video", True), ("video", False), ("iframe", True)]
    assert media[0]["words"].startswith("Contour plot of an elongated bowl")
    assert media[-1]["words"] == 'A {{ bowl }} & "it"'
    assert "/site/" in media[0]["source"]


def test_the_fall_backs_of_a_page_come_too(site):
    """What a browser loads only in case: posters, GIF, the still for readers without scripts."""
    _, _, public = site
    text = (public / "index.html").read_text("utf-8")
    names = {name for name in text.replace('"', " ").split() if "bowl-" in name}
    assert {name.rpartition(".")[2] for name in names} == {"gif", "mp4", "png", "html"}
    assert [name for name in names if not (public / name.removeprefix("/site/")).is_file()] == []


def test_a_second_time_nothing_is_rendered_or_written(site):
    kind, folder, _ = site
    words = ["site", folder / "source", "--into", folder / "site", "--as", kind]
    assert trajviz(*words, "--check").returncode == 0
    done = trajviz(*words)
    assert (done.stdout, done.stderr) == ("", "4 races, 0 rendered\n")


@pytest.mark.parametrize("given", ["the root", "its pages"])
def test_mkdocs_finds_media_whether_its_root_is_mirrored_or_the_folder_of_its_pages(
    tmp_path, page_of, given
):
    pytest.importorskip("mkdocs")
    config = "site_name: x\ndocs_dir: pages\ntheme: {name: mkdocs, highlightjs: false}\n"
    config += "markdown_extensions: [attr_list]\nstrict: true\n"
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "pages" / "a").mkdir(parents=True)
    for folder in (source, target):
        folder.mkdir(exist_ok=True)
        (folder / "mkdocs.yml").write_text(config)
    for name in ("index.md", "a/deep.md"):
        (source / "pages" / name).write_text(f"# A race\n\n{BLOCK}")
    below = "" if given == "the root" else "pages"
    done = trajviz("site", source / below, "--into", target / below, "--as", "mkdocs", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    command = [sys.executable, "-m", "mkdocs", "build", "-q"]
    subprocess.run(command, cwd=target, check=True, capture_output=True)
    with served(target / "site") as address:
        for page in ("", "a/deep/"):
            (one,) = media_of(page_of, f"{address}{page}", ours="bowl-")
            assert one["words"].startswith("Contour plot of an elongated bowl")
