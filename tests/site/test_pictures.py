"""The pictures of a page: found as a reader sees them, compared with what their recipes render."""

import shutil

import pytest
from programs import invoke

import trajviz
from trajviz import compare

PRISTINE = "everything is current\n"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    race = compare("bowl", ["sgd:lr=0.1"], steps=5, size=(160, 120), seconds=0.4, hold=0)
    return race.save(tmp_path_factory.mktemp("rendered") / "bowl.gif")


@pytest.fixture
def picture(rendered, tmp_path):
    (tmp_path / "img").mkdir()
    return shutil.copy(rendered, tmp_path / "img" / "bowl.gif")


def checked(folder, text, *options):
    (folder / "page.md").write_text(text, encoding="utf-8")
    done = invoke("check", "page.md", *options, cwd=folder)
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "![]({})",
        "A picture ![a *bowl*](<{}> 'title') in a line",
        "[![bowl]({})](https://example.org)",
        "![bowl][b]\n\n[b]: {}",
        '<img alt="bowl" src="{}">',
        "<img src='{}?raw=true'>",
        '<picture><source media="(x)" srcset="{}"></picture>',
        '<video poster="{}"></video>',
        ".. image:: {}\n   :alt: x",
        "```{{figure}} {}\n```",
        "```{{=html}}\n<img src='{}'>\n```",
        "`code` and ![]({})",
    ],
)
@pytest.mark.usefixtures("picture")
def test_a_picture_is_found_however_a_page_shows_it(text, tmp_path):
    assert checked(tmp_path, text.format("img/bowl.gif")) == (0, PRISTINE)
    code, said = checked(tmp_path, "\n" + text.format("img/no%20bowl.gif"))
    line = 4 if "[b]" in text else 2 + text.startswith("```{{=")
    assert (code, said) == (1, f"page.md, line {line}: img/no bowl.gif is not there\n")


@pytest.mark.parametrize(
    "text",
    [
        "```md\n![](no.gif)\n```",
        "~~~~\n```\n![](no.gif)\n```\n~~~~",
        "`![](no.gif)`",
        "<!-- ![](no.gif) -->",
        "[a link](no.gif)",
        "![](https://example.org/no.gif)",
        "![](/no.gif)",
        "![](data:image/gif;base64,AA.gif)",
        '<img src="{{ base }}/no.gif">',
        "![](no.jpeg)",
    ],
)
def test_what_a_page_does_not_show_from_its_own_folder_need_not_be_there(text, tmp_path):
    assert checked(tmp_path, text) == (0, PRISTINE)


def test_a_picture_without_a_recipe_is_only_asked_to_be_there(tmp_path):
    race = compare("bowl", ["sgd:lr=0.1"], steps=5, size=(160, 120), metadata=False)
    race.save(tmp_path / "bowl.png")
    assert checked(tmp_path, "![](bowl.png)") == (0, PRISTINE)


def test_a_still_is_compared_at_its_own_step(tmp_path):
    race = compare("bowl", ["sgd:lr=0.1"], steps=5, size=(160, 120))
    race.save(tmp_path / "bowl.png", at=2)
    assert checked(tmp_path, "![](bowl.png)") == (0, PRISTINE)


def test_a_picture_of_another_version_is_stale(picture, tmp_path):
    data = picture.read_bytes()
    picture.write_bytes(data.replace(b"# trajviz 0.", b"# trajviz 9."))
    done = invoke("check", "img/bowl.gif", cwd=tmp_path)
    version = trajviz.__version__
    theirs = "9" + version[1:]
    said = f"img/bowl.gif: rendered by trajviz {theirs}, this is {version}\n"
    assert (done.returncode, done.stdout) == (1, said)
    assert done.stderr == "To mend this: trajviz render --recipe img/bowl.gif -o img/bowl.gif\n"


SURFACE = """
from trajviz import Surface

surface = Surface(lambda x, y: x**2 + 3 * y**2, window=(-3, 3, -3, 3), start=(-2, 2), source="us")
"""


def test_a_picture_of_a_file_that_has_changed_is_stale_and_the_command_mends_it(tmp_path):
    own = tmp_path / "own.py"
    own.write_text(SURFACE, encoding="utf-8")
    options = ["--steps", "5", "--size", "160x120", "-o", "own.png"]
    assert invoke("render", "./own.py", "sgd:lr=0.1", *options, cwd=tmp_path).returncode == 0
    assert checked(tmp_path, "![](own.png)", "--trust") == (0, PRISTINE)
    own.write_text(SURFACE.replace("3 *", "4 *"), encoding="utf-8")
    stale = "page.md, line 1: own.png is not what its recipe renders\n"
    assert checked(tmp_path, "![](own.png)", "--trust") == (1, stale)
    mend = invoke("check", "own.png", "--trust", cwd=tmp_path).stderr.split()
    assert invoke(*mend[mend.index("trajviz") + 1 :], cwd=tmp_path).returncode == 0
    assert checked(tmp_path, "![](own.png)", "--trust") == (0, PRISTINE)


def test_no_python_is_run_that_is_not_trusted(tmp_path):
    own = tmp_path / "own.py"
    own.write_text(SURFACE, encoding="utf-8")
    options = ["--steps", "5", "--size", "160x120", "-o", "own.png"]
    assert invoke("render", "./own.py", "sgd:lr=0.1", *options, cwd=tmp_path).returncode == 0
    own.write_text("raise SystemExit", encoding="utf-8")
    code, said = checked(tmp_path, "![](own.png)")
    assert code == 1
    assert said.startswith("page.md, line 1: own.png it names 'own.py', which would be run")


def test_a_folder_stands_for_its_pages_and_each_picture_is_told_once(tmp_path):
    for name in ("a.md", "sub/b.rst", ".hidden/c.md"):
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("![](no.gif)\n![](no.gif)\n.. image:: no.gif\n", encoding="utf-8")
    done = invoke("check", "docs", cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "docs/a.md, line 1: docs/no.gif is not there",
        "docs/sub/b.rst, line 1: docs/sub/no.gif is not there",
    ]


@pytest.mark.parametrize(("name", "said"), [("no.md", "no file"), ("x.txt", "is no page")])
def test_what_is_no_page_is_refused_in_a_line(name, said, tmp_path):
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    done = invoke("check", name, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: '{name}' {said}" if said[0] == "i" else "Error: no file")
    assert done.stderr.count("\n") == 1
