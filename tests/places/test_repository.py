"""What keeps a repository true: the hooks of pre-commit, and the Action's steps as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from programs import program

yaml = pytest.importorskip("yaml")
pytest.importorskip("pre_commit")

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "trajviz" / "action.yml"
PACKAGED = (
    ".ci", ".github", ".pre-commit-hooks.yaml", "CHANGELOG.md", "LICENSE", "README.md",
    "pyproject.toml", "surfaces", "trajviz",
)  # fmt: skip
"""What a package is built from, and what is asked of a repository that others use."""

RAVINE = """
from trajviz import Surface

surface = Surface(lambda x, y: x**2 + 3 * y**2, window=(-3, 3, -3, 3), start=(-2, 2), source="us")
"""
GALLERY = """
[[animation]]
surface = "./ravine.py"
optimizers = ["sgd:lr=0.1"]
steps = 5
size = [160, 120]
seconds = 0.4
hold = 0
outputs = ["ravine.png"]
"""
BLOG = """# A ravine

```trajviz "9*x**2 + y**2" sgd:lr=0.01
steps = 5
size = [160, 120]
format = "png"
```
"""
PAGE = "# Ravine\n\n![SGD runs down a ravine](gallery/ravine.png)\n"


def git(folder, *words):
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    order = [program("git"), "-C", folder, *who, *words]
    return subprocess.run(order, capture_output=True, text=True, check=True).stdout.strip()


def committed(folder):
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Begin")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """This repository as others take it, which it is at a commit: what is on disk, not in HEAD."""
    folder = tmp_path_factory.mktemp("trajviz")
    for name in PACKAGED:
        path = ROOT / name
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, folder / name)
    shutil.copy(ROOT / ".gitignore", folder)
    return folder, committed(folder)


@pytest.fixture(scope="module")
def current(tmp_path_factory, ours):
    """A repository that keeps a gallery and a page with the hooks, everything being current."""
    folder = tmp_path_factory.mktemp("current")
    for name in ("gallery", "blog"):
        (folder / name).mkdir()
    (folder / "blog" / "index.md").write_text(BLOG, encoding="utf-8")
    for name, text in {"gallery.toml": GALLERY, "ravine.py": RAVINE}.items():
        (folder / "gallery" / name).write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(PAGE, encoding="utf-8")
    site = ["blog", "--into", "build", "--as", "github"]
    hooks = [
        {"id": "trajviz-gallery-check"},
        {"id": "trajviz-check", "args": ["--trust", "."]},
        {"id": "trajviz-site-check", "args": site},
    ]
    kept = {"repos": [{"repo": str(ours[0]), "rev": ours[1], "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(kept), encoding="utf-8")
    (folder / ".gitignore").write_text(".cache/\n", encoding="utf-8")
    trajviz = Path(sys.prefix, "bin", "trajviz")
    subprocess.run([trajviz, "gallery", "build", "--quiet"], cwd=folder, check=True)
    subprocess.run([trajviz, "site", "--quiet", *site], cwd=folder, check=True)
    committed(folder)
    return folder


@pytest.fixture
def kept(current, tmp_path):
    return shutil.copytree(current, tmp_path / "kept", symlinks=True)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What runs the hooks of a repository and returns whether they pass, and what they say."""
    home = tmp_path_factory.mktemp("environments")

    def check(folder):
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"],
            cwd=folder,
            env={**os.environ, "PRE_COMMIT_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "An unexpected error" not in done.stdout
        return done.returncode == 0, done.stdout

    return check


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_hooks_pass_a_repository_in_which_everything_is_current(kept, checked):
    passed, said = checked(kept)
    assert passed, said
    assert said.count("everything is current") == 3


def test_the_hooks_say_which_picture_is_stale_where_a_surface_has_changed(kept, checked):
    change(kept, "gallery/ravine.py", "3 * y**2", "4 * y**2")
    passed, said = checked(kept)
    assert not passed
    assert "ravine: surface changed" in said
    assert "README.md, line 3: gallery/ravine.png is not what its recipe renders" in said
    assert "To mend this: trajviz gallery build" in said


def test_the_hooks_say_which_picture_a_page_lacks(kept, checked):
    change(kept, "README.md", "ravine.png", "canyon.png")
    passed, said = checked(kept)
    assert not passed
    assert "README.md, line 3: gallery/canyon.png is not there" in said
    assert said.count("everything is current") == 2


def test_the_hooks_say_which_block_of_a_site_is_not_rendered_and_which_page_is_not_written(
    kept, checked
):
    change(kept, "blog/index.md", "steps = 5", "steps = 6")
    (kept / "blog" / "new.md").write_text("new\n", encoding="utf-8")
    passed, said = checked(kept)
    assert not passed
    assert f"{Path('blog/index.md')}, line 3: not rendered" in said
    assert f"{Path('build/new.md')}: not as its source" in said
    assert said.count("everything is current") == 2


HELD = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
STEPS = HELD["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


def values(text, known):
    """Return a text of the Action with what its expressions stand for."""
    return EXPRESSION.sub(lambda found: known[found[1]], text)


def run(step, folder, tmp_path, **given):
    """Run a step of the Action as GitHub does, and return how it went and what it gave out."""
    inputs = {name: one["default"] for name, one in HELD["inputs"].items()} | given
    known = {f"inputs.{name}": text for name, text in inputs.items()} | {
        "runner.temp": str(tmp_path),
        "steps.python.outputs.python-path": sys.executable,
    }
    told = {name: values(text, known) for name, text in step["env"].items()}
    out = tmp_path / "output"
    out.touch()
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env=os.environ
        | told
        | {
            "GITHUB_ACTION_PATH": str(ACTION.parent),
            "GITHUB_OUTPUT": str(out),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done, dict(line.split("=") for line in out.read_text().splitlines())


INSTALL, RUN = (step for step in STEPS if "run" in step)


@pytest.fixture
def at_hand(tmp_path):
    """The environment that the first step makes, in which the trajviz of these tests is."""
    (tmp_path / "trajviz").symlink_to(sys.prefix)


def test_the_action_is_composite_and_uses_no_input_that_it_does_not_have():
    text = ACTION.read_text(encoding="utf-8")
    assert HELD["runs"]["using"] == "composite"
    assert {*re.findall(r"inputs\.([\w-]+)", text)} == {*HELD["inputs"]}
    assert all({"description", "default"} == {*one} for one in HELD["inputs"].values())
    assert all("shell" in step for step in STEPS if "run" in step)
    assert all("${{" not in step["run"] for step in STEPS if "run" in step)  # nothing is run of it


def test_the_action_keeps_as_an_artefact_what_its_build_writes():
    (upload,) = [step for step in STEPS if "upload-artifact" in step.get("uses", "")]
    assert upload["with"]["path"] == RUN["env"]["DIFF"]
    assert upload["if"] == "${{ steps.run.outputs.changed == 'true' }}"
    assert RUN["id"] == "run"


def test_the_action_installs_its_own_trajviz(tmp_path, monkeypatch):
    # what trajviz needs is here, and need not come over the network again
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "1")
    done, _ = run(INSTALL, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "trajviz" / "bin" / "trajviz"
    told = subprocess.run([made, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("trajviz ")


@pytest.mark.usefixtures("at_hand")
def test_the_action_passes_what_is_current(kept, tmp_path):
    done, out = run(RUN, kept, tmp_path, pages="README.md", trust="true")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("everything is current") == 2
    assert out == {}


@pytest.mark.usefixtures("at_hand")
def test_the_action_fails_with_all_that_is_stale(kept, tmp_path):
    change(kept, "gallery/ravine.py", "3 * y**2", "4 * y**2")
    done, _ = run(RUN, kept, tmp_path, pages="README.md", trust="true")
    assert done.returncode == 1
    for said in (done.stdout, (tmp_path / "summary").read_text("utf-8")):
        assert "ravine: surface changed" in said
        assert "README.md, line 3: gallery/ravine.png is not what" in said


@pytest.mark.usefixtures("at_hand")
def test_the_action_builds_what_is_stale_and_keeps_a_patch_of_it(kept, tmp_path):
    before = (kept / "gallery" / "ravine.png").read_bytes()
    change(kept, "gallery/gallery.toml", '["ravine.png"]', '["ravine.png", "ravine.gif"]')
    change(kept, "gallery/gallery.toml", "steps = 5", "steps = 6")
    git(kept, "commit", "--all", "--quiet", "-m", "Ask for more")
    done, out = run(RUN, kept, tmp_path, command="build")
    assert done.returncode == 0, done.stderr
    assert out == {"changed": "true"}
    diff = tmp_path / "trajviz-diff"
    after = (kept / "gallery" / "ravine.png").read_bytes()
    assert (diff / "before" / "gallery" / "ravine.png").read_bytes() == before != after
    assert (diff / "after" / "gallery" / "ravine.png").read_bytes() == after
    assert (diff / "after" / "gallery" / "ravine.gif").exists()
    git(kept, "reset", "--hard", "--quiet")
    git(kept, "clean", "--force", "--quiet")
    git(kept, "apply", diff / "trajviz.patch")
    assert (kept / "gallery" / "ravine.png").read_bytes() == after
    assert (kept / "gallery" / "ravine.gif").exists()


@pytest.mark.usefixtures("at_hand")
def test_the_action_says_so_where_nothing_was_stale(kept, tmp_path):
    done, out = run(RUN, kept, tmp_path, command="build")
    assert done.returncode == 0, done.stderr
    assert out == {"changed": "false"}
    assert not (tmp_path / "trajviz-diff").exists()


@pytest.mark.usefixtures("at_hand")
def test_the_action_refuses_a_command_that_it_does_not_have(kept, tmp_path):
    done, _ = run(RUN, kept, tmp_path, command="rm -rf /")
    assert done.returncode == 2
    assert "the command is install, check or build, not 'rm -rf /'" in done.stderr


PAGE_OF_BOTH = (ROOT / "docs" / "repository.md").read_text(encoding="utf-8")


def test_the_page_names_the_repository_by_its_one_address_or_by_none():
    base = re.search(r'^base-address = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.M)[1]
    named = re.findall(r"(?:repo: |uses: )(\S+?)(?:/\.github/\S+)?$", PAGE_OF_BOTH, re.M)
    others = [one for one in named if not one.startswith("actions/")]
    assert len(others) == 2
    assert {*others} == ({base, base.partition("//")[2].partition("/")[2]} if base else {"ADDRESS"})


def test_the_page_tells_every_hook_and_every_input():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert all(f"`{hook['id']}`" in PAGE_OF_BOTH for hook in hooks)
    assert all(f"`{name}`" in PAGE_OF_BOTH for name in HELD["inputs"])
