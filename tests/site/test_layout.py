"""How a site is laid out: from which folder its pages find their media, and which is refused."""

import pytest
from programs import invoke

from trajviz import place_names, snippet_names
from trajviz.errors import TrajvizError
from trajviz.files.snippets import load_snippet
from trajviz.site.layout import layout_of, site_kinds
from trajviz.site.mirror import Mirror


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "blog"
    (folder / "content" / "post").mkdir(parents=True)
    (folder / "content" / "post" / "a.md").write_text("text")
    return folder


ROOTS = [
    ("hugo", "hugo.toml"),
    ("hugo", "config.yaml"),
    ("hugo", "config/_default/hugo.toml"),
    ("jekyll", "_config.yml"),
]


@pytest.mark.parametrize(("kind", "config"), ROOTS)
def test_a_folder_that_is_not_the_root_is_refused_and_the_root_is_guessed(
    site, kind, config, monkeypatch
):
    monkeypatch.chdir(site.parent)
    (site / config).parent.mkdir(parents=True, exist_ok=True)
    (site / config).write_text("")
    assert layout_of(kind, site).media.endswith("/trajviz")
    for wrong in (site / "content", site / "content" / "post", site.parent):
        said = f"{str(wrong)!r} is not the root of a {kind.capitalize()} site, did you mean 'blog'"
        with pytest.raises(TrajvizError) as raised:
            layout_of(kind, wrong)
        assert str(raised.value).startswith(said)
        assert ("\n" in str(raised.value)) is False


def test_a_folder_that_is_no_site_is_refused_with_what_a_root_holds(site):
    done = invoke("site", site, "--into", site.parent / "out", "--as", "hugo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not the root of a Hugo site. A root holds one of: hugo.toml, " in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (site.parent / "out").exists()


def test_one_page_of_a_site_is_refused_where_it_is_not_in_the_root(site):
    (site / "hugo.toml").write_text("")
    with pytest.raises(TrajvizError, match="is not the root of a Hugo site, did you mean"):
        Mirror(site / "content" / "post" / "a.md", site.parent / "out", "hugo")


@pytest.mark.parametrize(
    ("config", "media", "built"),
    [
        (None, "trajviz", ()),
        ("site_name: x\n", "docs/trajviz", ("site",)),
        ("docs_dir: my pages # here\nsite_dir: 'out'\n", "my pages/trajviz", ("out",)),
        ('docs_dir: "content/"\n', "content/trajviz", ("site",)),
    ],
)
def test_media_of_mkdocs_lie_where_its_pages_are(site, config, media, built):
    if config is not None:
        (site / "mkdocs.yml").write_text(config)
    layout = layout_of("mkdocs", site)
    assert (layout.media, layout.built) == (media, built)


def test_what_stands_in_no_markdown_is_no_kind_of_site(site):
    for name in snippet_names():
        if name in site_kinds():
            continue
        with pytest.raises(TrajvizError, match=f"^unknown kind of site '{name}'"):
            layout_of(name, site)
        done = invoke("site", site, "--into", site.parent / "out", "--as", name)
        assert (done.returncode, done.stderr.partition("'")[0]) == (
            2, "Error: unknown kind of site ",
        )  # fmt: skip
    assert {"hugo", "mkdocs", "html"} <= {*site_kinds()}
    assert not {"latex", "rst", "powerpoint", "x"} & {*site_kinds()}


def test_a_place_is_the_kind_of_its_snippet(site):
    for name in place_names():
        if load_snippet(name).in_markdown:
            assert layout_of(name, site).kind == load_snippet(name).name
